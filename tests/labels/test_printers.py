"""A print is whole under its name, or not there."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labels.errors import BadJob
from labels.pdf import pdf_chunks
from labels.printers import FilePrinter, MemoryPrinter, Printer
from tests.labels.stamps import job, pdf_bytes


def printers(folder: Path) -> list[Printer]:
    return [MemoryPrinter(), FilePrinter(folder)]


def test_every_printer_gives_the_sum_of_what_it_printed(tmp_path: Path) -> None:
    expected = hashlib.sha256(pdf_bytes(job(100))).hexdigest()
    assert [p.print_pages(pdf_chunks(job(100)), "t.pdf") for p in printers(tmp_path)] == [expected] * 2


def test_memory_and_file_hold_the_same_pages(tmp_path: Path) -> None:
    memory, file = MemoryPrinter(), FilePrinter(tmp_path / "new" / "folder")
    for printer in (memory, file):
        printer.print_pages(pdf_chunks(job(100)), "stamps.pdf")
    assert (file.folder / "stamps.pdf").read_bytes() == memory.printed["stamps.pdf"]
    assert [entry.name for entry in file.folder.iterdir()] == ["stamps.pdf"]


def test_a_print_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("out of paper")

    printer = FilePrinter(tmp_path)
    printer.print_pages([b"whole"], "a.pdf")
    for title in ("a.pdf", "b.pdf"):
        with pytest.raises(RuntimeError, match="out of paper"):
            printer.print_pages(broken(), title)
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == {"a.pdf": b"whole"}


def test_a_killed_print_leaves_no_half_file(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from labels.printers import FilePrinter\n"
        "def pages():\n"
        "    while True:\n"
        "        yield b'x' * 100_000; print('page', flush=True); time.sleep(0.01)\n"
        "FilePrinter(Path(sys.argv[1])).print_pages(pages(), 'a.pdf')\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout
        assert child.stdout.readline() == b"page\n"
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    left = list(tmp_path.iterdir())
    assert all(entry.name.startswith(".a.pdf.") and entry.suffix == ".part" for entry in left)
    assert left, "the print was killed before it began"


def test_the_file_is_flushed_before_it_is_named_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    flush = os.fsync

    def watched(handle: int) -> None:
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file"
        seen.append((kind, (tmp_path / "a.pdf").exists()))
        flush(handle)

    monkeypatch.setattr(os, "fsync", watched)
    FilePrinter(tmp_path).print_pages([b"page"], "a.pdf")
    assert seen == [("file", False), ("folder", True)]


@pytest.mark.parametrize("title", ["", "../a.pdf", "a/b", ".hidden", "a\0b", "x" * 101, "tem số 1.pdf"])
def test_a_title_that_is_no_plain_file_name_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(BadJob) as refusal:
        FilePrinter(tmp_path).print_pages([b""], title)
    assert refusal.value.params["value"] == title
    assert list(tmp_path.iterdir()) == []
