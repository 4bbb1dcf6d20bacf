"""``nongsan keys rotate-master``: two steps, each refused out of turn."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from trace.commands.nouns import main
from trace.errors import Refused
from trace.keyring import read_masters


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    run = CliRunner(env={"NONGSAN_INSTANCE": str(tmp_path)})
    assert run.invoke(main, ["init", "--admin", "chu-may"]).exit_code == 0
    return tmp_path


def keys(instance: Path, *words: str):
    return CliRunner(env={"NONGSAN_INSTANCE": str(instance)}).invoke(main, ["keys", *words])


def test_the_old_key_is_kept_until_it_is_finished_and_gone_after(instance: Path) -> None:
    path = instance / "master.key"
    [old] = read_masters(path)
    told = keys(instance, "rotate-master")
    assert told.exit_code == 0, told.output
    new, kept = read_masters(path)
    assert (kept, new != old, path.stat().st_mode & 0o777) == (old, True, 0o600)
    assert keys(instance, "rotate-master", "--finish").exit_code == 0
    assert read_masters(path) == [new]
    assert keys(instance, "list").exit_code == 0
    assert [file.name for file in instance.iterdir() if file.name.startswith(".")] == []


def test_each_step_is_refused_out_of_turn(instance: Path) -> None:
    with pytest.raises(Refused, match=r"key\.not_rotating"):
        raise keys(instance, "rotate-master", "--finish").exception
    keys(instance, "rotate-master")
    with pytest.raises(Refused, match=r"key\.rotating"):
        raise keys(instance, "rotate-master").exception
