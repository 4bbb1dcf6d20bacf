"""``nongsan labels`` as its users type it: every kind of file, and a job sent to a printer's port."""

import hashlib
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session, select

from tests import world
from tests.jobs.printer_port import PrinterPort
from tests.labels.printer_languages import read_tspl, read_zpl
from tests.labels.test_sending import Listener, Recorder
from trace.commands.founding import found_instance
from trace.commands.nouns import main
from trace.db import open_database, reading, transaction, use_database
from trace.errors import NongsanError
from trace.keyring import use_keyring
from trace.records.label_printer import LabelPrinter
from trace.records.stamp import PrintRun, StampBlock
from trace.settings import Settings


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A founded instance on a fresh database, and a command line on it."""
    monkeypatch.setenv("NONGSAN_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    found_instance(Settings(instance=tmp_path, database_url=database_url))

    def line(*arguments: object) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments])

    yield line
    use_database(None)
    use_keyring(None)


@pytest.fixture
def block(run: object, now: object) -> str:
    with transaction() as session:
        coop = world.make_coop(session, now)
        world.make_lot(session, now, coop.plot, coop.product)
    return str(said(run("stamps", "issue", "--count", "7", "--request-id", "a", "--json"))["block"])


def said(result: Result) -> dict:
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def refused(result: Result) -> NongsanError:
    assert isinstance(result.exception, NongsanError), result.output
    return result.exception


@contextmanager
def looking() -> Iterator[Session]:
    """A look into the database, which every command closes behind it."""
    database = open_database(os.environ["DATABASE_URL"])
    use_database(database)
    with reading() as session:
        yield session
    database.close()


def noted() -> list[tuple[str, str]]:
    with looking() as session:
        return [(run.format, run.sha256) for run in session.exec(select(PrintRun)).all()]


@pytest.mark.parametrize("kind", ["pdf", "png", "svg", "zpl", "tspl"])
def test_every_kind_of_file_is_written_and_noted(run: object, block: str, kind: str, tmp_path: Path) -> None:
    out = tmp_path / f"tem.{kind}"
    told = said(
        run("labels", "print", block, "--format", kind, "--stock", "roll-50x30", "--out", out, "--json")
    )
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    assert (told["stamps"], told["pages"], told["sha256"]) == (7, 7, sha256)
    assert noted() == [(kind, sha256)]


def test_dots_and_printers_symbols_are_options(run: object, block: str, tmp_path: Path) -> None:
    out = tmp_path / "tem.tspl"
    line = ("labels", "print", block, "--format", "tspl", "--stock", "roll-35x22-x3", "--out", out)
    said(run(*line, "--dpi", "300", "--printer-qr", "--json"))
    pages = read_tspl(out.read_bytes(), 300 / 25.4)
    assert [len(page.symbols) for page in pages] == [3, 3, 1]
    assert pages[0].dots.shape == (260, 1287)


def test_a_sheet_in_a_printers_language_is_refused(run: object, block: str, tmp_path: Path) -> None:
    refusal = refused(run("labels", "print", block, "--format", "zpl", "--out", tmp_path / "a.zpl"))
    assert refusal.key == "print.roll"
    assert not (tmp_path / "a.zpl").exists()
    assert noted() == []


def test_a_block_is_sent_to_a_port_and_noted_when_all_is_out(run: object, block: str) -> None:
    recorder = Recorder()
    listener = Listener(recorder)
    address = f"tcp://127.0.0.1:{listener.port}"
    told = said(run("labels", "send", block, "--stock", "roll-50x30", "--printer", address, "--json"))
    listener.ended()
    assert len(read_zpl(bytes(recorder.data))) == 7
    sha256 = hashlib.sha256(bytes(recorder.data)).hexdigest()
    assert told == {
        "printer": address,
        "stamps": 7,
        "pages": 7,
        "sha256": sha256,
        "bytes": len(recorder.data),
    }
    assert noted() == [("zpl", sha256)]


def test_what_was_sent_is_noted_with_the_printer_that_is_kept_under_the_address(
    run: object, block: str, now: object
) -> None:
    with PrinterPort() as port:
        with looking() as session:
            org_id = session.exec(select(StampBlock.org_id).where(StampBlock.public_id == block)).one()
        kept = add_printer(org_id, port.address, now)
        line = ("labels", "send", block, "--stock", "roll-50x30", "--printer", f"tcp://{port.host}", "--json")
        told = said(run(*line))
        port.quiet()
        assert told["sha256"] == port.sha256
    with looking() as session:
        row = session.exec(select(PrintRun)).one()
    assert (row.printer, row.sent_to, row.sent) == (kept, f"tcp://{port.host}", 7)
    assert (row.sending, row.sha256) == ("sent", told["sha256"])


def add_printer(org_id: int, address: str, now: object) -> str:
    database = open_database(os.environ["DATABASE_URL"])
    use_database(database)
    row = LabelPrinter(org_id=org_id, public_id="mayintem", name="Zebra", kind="zpl", dpi=203)
    row.address, row.created_at = address, now
    with transaction() as session:
        session.add(row)
    database.close()
    return "mayintem"


def test_a_printer_that_is_off_notes_nothing(run: object, block: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    line = ("labels", "send", block, "--stock", "roll-50x30", "--printer", f"tcp://127.0.0.1:{port}")
    refusal = refused(run(*line))
    assert refusal.key == "print.printer"
    assert noted() == []


def test_a_printer_that_stops_midway_is_told_with_the_last_stamp_that_may_be_out(
    run: object, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sends = 0
    send = socket.socket.send

    def breaking(connection: socket.socket, data: memoryview) -> int:
        nonlocal sends
        sends += 1
        if sends == 4:
            raise ConnectionResetError("reset by the printer")
        return send(connection, data)

    monkeypatch.setattr("labels.printers.tcp.socket.socket.send", breaking)
    listener = Listener(Recorder())
    line = ("labels", "send", block, "--stock", "roll-50x30", "--printer", f"tcp://127.0.0.1:{listener.port}")
    refusal = refused(run(*line))
    listener.ended()
    assert refusal.key == "print.printer.half"
    with looking() as session:
        first = session.exec(select(StampBlock.first).where(StampBlock.public_id == block)).one()
    assert refusal.params == {"code": first + 2}
    assert noted() == []


@pytest.mark.parametrize("address", ["ftp://a", "tcp://", "cups://-x"])
def test_a_wrong_address_is_refused(run: object, block: str, address: str) -> None:
    refusal = refused(run("labels", "send", block, "--stock", "roll-50x30", "--printer", address))
    assert refusal.key == "print.address"
    assert noted() == []
