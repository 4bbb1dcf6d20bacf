#!/usr/bin/env python3
"""Check the proof of a lot off line: python3 check_proof.py PROOF.json [--key KEY] [--older NOTE]

Nothing of the registry is needed, and nothing is installed: this file is written from RFC 8032 (Ed25519),
RFC 9162 (Merkle trees) and C2SP signed-note, and shares no code with the program that made the proof.

--key    a public key as you got it before, from the registry's page or on paper. Without it the key inside
         the proof is used, which only shows that the proof agrees with itself.
--older  a checkpoint you kept: the proof is refused when the registry showed you another history then.

What holds is printed, exit status 0. What does not is named, exit status 1.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]
Said = dict[str, tuple[str, int]]


class Wrong(Exception):
    """The proof does not hold, and where."""


# Ed25519, RFC 8032 section 5.1, in plain integers. A signature is public: nothing here needs to be hidden.


def recover_x(y: int, sign: int) -> int:
    """The x of a point whose y and sign are known."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        raise Wrong("a point of the signature is not on the curve")
    return P - x if x & 1 != sign else x


def point(raw: bytes) -> Point:
    """A point in extended coordinates."""
    number = int.from_bytes(raw, "little")
    y = number & (2**255 - 1)
    x = recover_x(y, number >> 255)
    return x, y, 1, x * y % P


def add(one: Point, two: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, base: Point) -> Point:
    """A point added to itself so many times."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, base)
        base, number = add(base, base), number >> 1
    return found


def base_point() -> Point:
    """The generator."""
    y = 4 * pow(5, P - 2, P) % P
    x = recover_x(y, 0)
    return x, y, 1, x * y % P


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """RFC 8032 section 5.1.7."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    challenge = hashlib.sha512(signature[:32] + public + text).digest()
    h = int.from_bytes(challenge, "little") % ORDER
    left = times(s, base_point())
    right = add(point(signature[:32]), times(h, point(public)))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# Checkpoints: C2SP signed-note.


def open_note(note: str, keys: list[str]) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that one of the keys signed."""
    try:
        text, marks = note.split("\n\n")
        origin, size, root, *more = text.split("\n")
        dash, name, mark = marks.strip("\n").split(" ")
        raw = base64.b64decode(mark, validate=True)
        found = int(size), base64.b64decode(root, validate=True)
    except ValueError:
        raise Wrong("a checkpoint is not of its form") from None
    if len(more) > 1 or dash != "\u2014" or name != origin or len(found[1]) != 32 or str(found[0]) != size:
        raise Wrong("a checkpoint is not of its form")
    for key in keys:
        kind_and_public = base64.b64decode(key.strip().split("+", 2)[2], validate=True)
        own = hashlib.sha256(origin.encode() + b"\n" + kind_and_public).digest()[:4]
        if own == raw[:4] and is_signed(kind_and_public[1:], f"{text}\n".encode(), raw[4:]):
            return origin, *found
    raise Wrong(f"the checkpoint of {size} leaves is signed by none of these keys, or was changed")


# Merkle trees: RFC 9162 sections 2.1.3.2 and 2.1.4.2.


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_leaf(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root a path leads to."""
    if not 0 <= index < size:
        raise Wrong(f"position {index} is not in a log of {size}")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise Wrong(f"the path of position {index} is too long")
        if fn & 1 or fn == sn:
            r = parent(p, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = parent(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Wrong(f"the path of position {index} is too short")
    return r


def roots_from_older(first: int, old_root: bytes, second: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """The older and the newer root that a consistency path gives."""
    if first == second and not path:
        return old_root, old_root
    if not 0 < first < second or not path:
        raise Wrong(f"no path leads from {first} to {second} leaves")
    path = list(path) if first & (first - 1) else [old_root, *path]
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise Wrong("the path between two checkpoints is too long")
        if fn & 1 or fn == sn:
            fr, sr = parent(c, fr), parent(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = parent(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Wrong("the path between two checkpoints is too short")
    return fr, sr


# The proof.


def unhex(path: list[str]) -> list[bytes]:
    """Hashes as bytes."""
    return [bytes.fromhex(one) for one in path]


def row_digest(row: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON (RFC 8785) of a row; its names are ASCII, its numbers whole."""
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:43]


def check_leaves(proof: dict[str, Any], size: int, root: bytes) -> Said:
    """What the leaves say of each row: the newest word last."""
    said = {}
    for leaf in sorted(proof["leaves"], key=lambda one: one["position"]):
        own = hashlib.sha256(b"\x00" + leaf["body"].encode()).digest()
        if root_from_leaf(own, leaf["position"], size, unhex(leaf["path"])) != root:
            raise Wrong(f"the leaf of position {leaf['position']} is not in the log")
        for name, entry in json.loads(leaf["body"]).get("rows", {}).items():
            said[name] = entry, leaf["position"]
    return said


def check_rows(proof: dict[str, Any], said: Said) -> None:
    """Every row is what the log last said of it."""
    for row in proof["rows"]:
        name = f"{row['table']}/{row['key']}"
        if name not in said:
            raise Wrong(f"no leaf of the proof holds the row {name}")
        if said[name][0][:43] != row_digest(row):
            raise Wrong(f"the row {name} is not what position {said[name][1]} of the log says")
    named = [row["row"] for row in proof["rows"] if row["table"] == "lot"]
    if len(named) != 1 or {key: named[0].get(key) for key in proof["lot"]} != proof["lot"]:
        raise Wrong("the proof is named for another lot than its rows tell of")


def check_older(
    proof: dict[str, Any], keys: list[str], kept: list[str], log: tuple[str, int, bytes]
) -> list[int]:
    """Older checkpoints are beginnings of this log; those the reader kept must be among them."""
    origin, size, root = log
    paths = {}
    for one in proof["before"]:
        own, old, old_root = open_note(one["checkpoint"], keys)
        first, second = roots_from_older(old, old_root, size, unhex(one["path"]))
        if own != origin or first != old_root or second != root:
            raise Wrong(f"the log of {size} leaves does not continue the checkpoint of {old}")
        paths[old] = old_root
    paths[size] = root
    for note in kept:
        own, old, old_root = open_note(note, keys)
        if own != origin:
            raise Wrong(f"the checkpoint you kept is of another log: {own}")
        if old in paths and paths[old] != old_root:
            raise Wrong(
                f"two histories: your checkpoint of {old} leaves and this proof contradict each other"
            )
        if old not in paths:
            raise Wrong(f"no path to your checkpoint of {old} leaves; ask for a proof made --since {old}")
    return sorted(paths)


def check(proof: dict[str, Any], keys: list[str], kept: list[str]) -> Iterator[str]:
    """Everything; what is shown, as lines."""
    if proof.get("format") != "nongsan-lot-proof/1":
        raise Wrong("this is no proof of a lot")
    origin, size, root = open_note(proof["checkpoint"], keys)
    said = check_leaves(proof, size, root)
    check_rows(proof, said)
    sizes = check_older(proof, keys, kept, (origin, size, root))
    lot = next(row["row"] for row in proof["rows"] if row["table"] == "lot")
    yield f"{origin}: {size} leaves, root {root.hex()[:16]}..., signed"
    yield f"lot {lot['code']} ({lot['public_id']}): {lot['state']}, {lot['weight_g']} g"
    yield f"{len(proof['rows'])} rows in {len(proof['leaves'])} leaves; the log continues those of {sizes}"


def main(arguments: list[str] | None = None) -> int:
    """Read, check, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("proof")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--older", action="append", default=[])
    given = parser.parse_args(arguments)
    try:
        proof = json.loads(read(given.proof))
        kept = [read(path) for path in given.older]
        for line in check(proof, given.key or proof["keys"], kept):
            print(line)
    except Wrong as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as wrong:
        print(f"WRONG: not a proof that can be read: {wrong!r}", file=sys.stderr)
        return 1
    if not given.key:
        print("The key came with the proof: compare it with the one the registry publishes, then use --key:")
        print("\n".join(proof["keys"]))
    return 0


def read(path: str) -> str:
    """A file's text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main())
