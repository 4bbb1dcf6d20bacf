"""One process serves from an instance folder and says where; the second is told so and does nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nongsan import ROOT
from trace.commands.servers import free_port
from trace.commands.serving_alone import LOCK, serve_alone
from trace.errors import Conflict


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "NONGSAN_INSTANCE": str(folder), "LC_ALL": "en_US.UTF-8", **more}


def ran(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "nongsan.py", command]
    return subprocess.run(
        line,
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


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
from trace.commands.servers import free_port
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
        told = ran(command, tmp_path)
        assert told.returncode == 1, told
        assert "It is running already" in told.stderr
        assert "http://127.0.0.1:8000" in told.stderr
    assert [file.name for file in tmp_path.iterdir()] == [LOCK]


def test_what_is_served_says_its_public_address_and_where_it_answers(tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 18_300 + os.getpid() % 300)
    own = {"HOST": "127.0.0.1", "PORT": str(port), "NONGSAN_PUBLIC_URL": "https://truy-xuat.example"}
    with (tmp_path / "log").open("w") as log:
        serving = subprocess.Popen(
            [sys.executable, "nongsan.py", "serve"],
            cwd=ROOT,
            env=environment(tmp_path / "instance", **own),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        told = [serving.stdout.readline() for _ in range(3)] if serving.stdout else []
        assert "https://truy-xuat.example" in told[0], (tmp_path / "log").read_text()
        assert f"answers at: http://127.0.0.1:{port}\n" in told[1]
        assert "Ctrl+C" in told[2]
        # who takes the same port for another folder is told which one it is, and ends
        other = ran("serve", tmp_path / "another", **own)
        assert other.returncode == 1, other
        assert f"http://127.0.0.1:{port} cannot be opened" in other.stderr
        assert "another PORT" in other.stderr
    finally:
        serving.terminate()
        serving.wait(60)
        if serving.stdout:
            serving.stdout.close()
