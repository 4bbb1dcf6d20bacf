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


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
"""The generator."""


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """RFC 8032 section 5.1.7."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    challenge = hashlib.sha512(signature[:32] + public + text).digest()
    h = int.from_bytes(challenge, "little") % ORDER
    left = times(s, BASE)
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
        try:
            kind_and_public = base64.b64decode(key.strip().split("+", 2)[2], validate=True)
        except (ValueError, IndexError):
            raise Wrong(f"this is no public key of a log: {key[:80]}") from None
        own = hashlib.sha256(origin.encode() + b"\n" + kind_and_public).digest()[:4]
        if own == raw[:4] and is_signed(kind_and_public[1:], f"{text}\n".encode(), raw[4:]):
            return origin, *found
    raise Wrong(f"the checkpoint of {size} leaves is signed by none of these keys, or was changed")


# Merkle trees: RFC 9162 sections 2.1.3.2 and 2.1.4.2.


def parent(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_leaf(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and its path give; the last hash is of the half the leaf is not in."""
    if not 0 <= index < size:
        raise Wrong(f"position {index} is not in a log of {size} leaves")
    if size == 1 and not path:
        return leaf
    half, path, other = halved(size, path)
    if index < half:
        return parent(root_from_leaf(leaf, index, half, path), other)
    return parent(other, root_from_leaf(leaf, index - half, size - half, path))


def roots_from_older(
    first: int, old_root: bytes | None, second: int, path: list[bytes]
) -> tuple[bytes, bytes]:
    """The older and the newer root that a consistency path gives.

    ``old_root`` is none in a part that begins after the first leaf: its first hash stands in the path.
    """
    if not 0 < first <= second:
        raise Wrong(f"no path leads from {first} to {second} leaves")
    if first == second and len(path) == (old_root is None):
        same = path[0] if old_root is None else old_root
        return same, same
    half, path, other = halved(second, path)
    if first <= half:
        old, new = roots_from_older(first, old_root, half, path)
        return old, parent(new, other)
    old, new = roots_from_older(first - half, None, second - half, path)
    return parent(other, old), parent(other, new)


def halved(size: int, path: list[bytes]) -> tuple[int, list[bytes], bytes]:
    """Leaves in the left half of a tree, the largest power of two below its size; the path in two."""
    if size < 2 or not path:
        raise Wrong(f"a path is too {'long' if path else 'short'} for a log of {size} leaves")
    return 1 << (size - 1).bit_length() - 1, path[:-1], path[-1]


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
        proof = proof_in(given.proof, read(given.proof))
        kept = [read(path) for path in given.older]
        for line in check(proof, given.key or proof["keys"], kept):
            print(line)
    except Wrong as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        print("WRONG: a part of the proof is missing or has another form: ask for it again", file=sys.stderr)
        return 1
    if not given.key:
        print("The key came with the proof: compare it with the one the registry publishes, then use --key:")
        print("\n".join(proof["keys"]))
    return 0


def read(path: str) -> str:
    """A file's text."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as why:
        raise Wrong(f"{path} cannot be read: {why.strerror}") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path} is not text: this is another file") from None


def proof_in(path: str, text: str) -> dict[str, Any]:
    """The proof that stands in a file."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        what = "is not the whole JSON file of `nongsan audit proof`" if text.strip() else "is empty"
        raise Wrong(f"{path} {what}: ask for the proof again") from None
    if not isinstance(found, dict) or found.get("format") != "nongsan-lot-proof/1":
        raise Wrong(f"{path}: this is no proof of a lot")
    return found


if __name__ == "__main__":
    sys.exit(main())
