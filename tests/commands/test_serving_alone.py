"""One process serves from an instance folder; the second is told so and does nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nongsan import ROOT
from trace.commands.serving_alone import LOCK, serve_alone
from trace.errors import Conflict


def test_the_second_of_one_folder_is_told_where_the_first_answers(tmp_path: Path) -> None:
    serve_alone(tmp_path / "instance", "http://127.0.0.1:8000")
    with pytest.raises(Conflict) as caught:
        serve_alone(tmp_path / "instance", "http://127.0.0.1:8001")
    assert caught.value.params["address"] == "http://127.0.0.1:8000"
    assert caught.value.params["process"] == str(os.getpid())
    serve_alone(tmp_path / "another", "http://127.0.0.1:8001")


def test_what_was_killed_leaves_the_folder_free(tmp_path: Path) -> None:
    dying = f"""
import os, signal
from pathlib import Path
from nongsan import ROOT
from trace.commands.serving_alone import serve_alone
serve_alone(Path({str(tmp_path)!r}), "http://127.0.0.1:8000/a/longer/address/than/the/next")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", dying], cwd=ROOT, check=False, timeout=60).returncode < 0
    serve_alone(tmp_path, "http://127.0.0.1:8001")
    assert (tmp_path / LOCK).read_text() == f"{os.getpid()} http://127.0.0.1:8001"


def test_serve_ends_with_a_refusal_and_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    serve_alone(tmp_path, "http://127.0.0.1:8000")
    for command in ("serve", "run"):
        told = subprocess.run(
            [sys.executable, "nongsan.py", command],
            cwd=ROOT,
            env={**os.environ, "NONGSAN_INSTANCE": str(tmp_path), "LC_ALL": "en_US.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert told.returncode == 1, told
        assert "It is running already" in told.stderr
        assert "http://127.0.0.1:8000" in told.stderr
    assert [file.name for file in tmp_path.iterdir()] == [LOCK]
