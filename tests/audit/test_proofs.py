"""The proof of a lot, checked by a program that shares nothing with ours, off line."""

import ast
import copy
import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session, select

from tests.audit.season import WORDS, Season, season
from trace.db import Database, reading, transaction
from trace.errors import Refused
from trace.log_keys import signing_key, verifier_keys
from trace.records.lot import Lot
from trace.records.stamp import StampActivation
from trace.services import recalling
from trace.services.auditing.proving import lot_proof
from trace.standards import signed_note

CHECKER = Path(__file__).parents[2] / "docs" / "check_proof.py"


def checked(folder: Path, proof: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    path = folder / "lot.proof.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    run = [sys.executable, "-I", str(CHECKER), str(path), *words]
    return subprocess.run(run, capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture
def made(sqlite: Database, tmp_path: Path, now: datetime) -> Season:
    made = season(tmp_path, now, activations=8)
    made.seal()
    return made


def active_lot(session: Session) -> Lot:
    return session.get_one(Lot, session.exec(select(StampActivation)).first().lot_id)


def proof_of(made: Season, since: int | None = None) -> dict[str, Any]:
    with reading() as session:
        keys = verifier_keys(made.places.key)
        return lot_proof(session, active_lot(session), made.notes(), keys, since)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "is empty: ask for the proof again"),
        (b'{"format": "nongsan-lot-proof/1", "lea', "is not the whole JSON file"),
        (b"\xff\xfe\x00", "is not text"),
        (b"[" * 100_000, "is not the whole JSON file"),
        (b"[1]", "this is no proof of a lot"),
        (b'{"format": "nongsan-lot-proof/1"}', "a part of the proof is missing"),
    ],
)
def test_a_file_that_is_no_proof_is_told_in_a_sentence(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "lot.proof.json"
    if content is not None:
        path.write_bytes(content)
    run = [sys.executable, "-I", str(CHECKER), str(path)]
    answer = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("WRONG: ")
    assert said in answer.stderr
    assert "Error(" not in answer.stderr


def test_a_key_that_is_none_is_told_in_a_sentence(made: Season, tmp_path: Path) -> None:
    answer = checked(tmp_path, proof_of(made), "--key", "khoa")
    assert answer.returncode == 1
    assert "this is no public key of a log: khoa" in answer.stderr


def test_a_proof_is_checked_without_this_registry(made: Season, tmp_path: Path) -> None:
    proof = proof_of(made)
    assert {row["table"] for row in proof["rows"]} == {"lot", "stamp_activation", "event"}
    assert len(proof["leaves"]) > 8
    answer = checked(tmp_path, proof, "--key", proof["keys"][0])
    assert (answer.returncode, answer.stderr) == (0, "")
    assert proof["lot"]["code"] in answer.stdout
    assert "compare it" in checked(tmp_path, proof).stdout


def test_the_checker_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(CHECKER.read_text(encoding="utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {one.module if isinstance(one, ast.ImportFrom) else one.names[0].name for one in named}
    assert {str(name).partition(".")[0] for name in names} <= set(sys.stdlib_module_names) - {"trace"}


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "weight": lambda proof: proof["rows"][0]["row"].update(weight_g=1),
    "lot": lambda proof: proof["lot"].update(code="X"),
    "leaf": lambda proof: proof["leaves"][3].update(body=proof["leaves"][3]["body"].replace("2026", "2025")),
    "position": lambda proof: proof["leaves"][3].update(position=proof["leaves"][3]["position"] + 1),
    "path": lambda proof: proof["leaves"][3]["path"].reverse(),
    "no leaves": lambda proof: proof["leaves"].clear(),
    "size": lambda proof: proof.update(checkpoint=proof["checkpoint"].replace("\n", "\n1", 1)),
    "before": lambda proof: proof["before"][0]["path"].pop(),
    "older": lambda proof: proof["before"][0].update(checkpoint=proof["checkpoint"]),
    "key": lambda proof: proof.update(keys=["id.example.vn/nongsan-log+00000000+AAAA"]),
    "form": lambda proof: proof.update(leaves=None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_proof_changed_anywhere_is_refused(made: Season, tmp_path: Path, change: str) -> None:
    proof = copy.deepcopy(proof_of(made))
    CHANGES[change](proof)
    answer = checked(tmp_path, proof)
    assert answer.returncode == 1
    assert answer.stderr.startswith("WRONG: ")


def test_a_history_shown_to_another_is_found_when_two_compare(made: Season, tmp_path: Path) -> None:
    first = made.notes()[0]
    proof = proof_of(made, since=first.size)
    assert checked(tmp_path, proof, "--older", str(first.path)).returncode == 0
    assert checked(tmp_path, proof, "--older", str(made.notes()[-1].path)).returncode == 0
    other = signed_note.Checkpoint("id.example.vn/nongsan-log", first.size, bytes(32))
    shown = tmp_path / "shown.note"
    shown.write_text(signed_note.signed(other, signing_key(made.places.key)), encoding="utf-8")
    answer = checked(tmp_path, proof, "--older", str(shown))
    assert (answer.returncode, "two histories" in answer.stderr) == (1, True)


def test_what_no_checkpoint_holds_yet_is_not_proven(made: Season, now: datetime) -> None:
    with transaction() as session:
        lot = active_lot(session)
        recalling.open_recall(session, made.stamps.coop.boss, lot.public_id, WORDS, now)
    with pytest.raises(Refused, match=r"audit\.no_checkpoint"):
        proof_of(made)
    made.seal()
    proof = proof_of(made)
    assert WORDS.reason not in json.dumps(proof, ensure_ascii=False)
    with pytest.raises(Refused, match=r"audit\.no_such_checkpoint"):
        proof_of(made, since=1)


def test_the_checkers_signatures_are_those_of_rfc_8032() -> None:
    space: dict[str, Any] = {"__name__": "checker"}
    exec(compile(CHECKER.read_text(encoding="utf-8"), str(CHECKER), "exec"), space)
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert space["is_signed"](public, b"\x72", signature)
    chance = random.Random(8032)
    for _ in range(6):
        private, message = Ed25519PrivateKey.generate(), chance.randbytes(40)
        signed, own = private.sign(message), private.public_key().public_bytes_raw()
        assert space["is_signed"](own, message, signed)
        at = chance.randrange(64)
        broken = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        try:
            assert not space["is_signed"](own, message, broken)
        except space["Wrong"]:
            pass
        assert not space["is_signed"](own, message + b"x", signed)
