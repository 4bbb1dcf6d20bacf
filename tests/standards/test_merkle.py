"""Merkle trees, against the definitions of RFC 9162 written out by themselves."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards import merkle


def naive_root(leaves: list[bytes]) -> bytes:
    """Section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """Section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """Section 2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + number.to_bytes(4)).digest() for number in range(size)]


def node_of(leaves: list[bytes]) -> merkle.Node:
    return lambda level, index: naive_root(leaves[index << level : (index + 1) << level])


SIZES = st.integers(1, 140)

# The trees that implementations of RFC 6962 share: eight inputs, as hexadecimal.
SHARED = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
SHARED_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", SHARED_ROOTS)
def test_the_shared_trees_have_their_known_roots(size: int) -> None:
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(one)).digest() for one in SHARED[:size]]
    assert merkle.root(size, node_of(leaves)).hex() == SHARED_ROOTS[size]


@given(SIZES)
def test_roots_are_as_the_definition_says(size: int) -> None:
    leaves, grown = leaves_of(size), merkle.Frontier()
    for leaf in leaves:
        grown.append(leaf)
    assert merkle.root(size, node_of(leaves)) == grown.root() == naive_root(leaves)


@given(SIZES.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_every_leaf_is_shown_to_be_in_its_tree(case: tuple[int, int]) -> None:
    index, size = case
    leaves = leaves_of(size)
    path = merkle.inclusion(index, size, node_of(leaves))
    assert path == naive_path(index, leaves)
    assert merkle.is_included(leaves[index], index, size, path, naive_root(leaves))


@given(SIZES.flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_every_older_tree_is_shown_to_be_the_beginning(case: tuple[int, int]) -> None:
    old, new = case
    leaves = leaves_of(new)
    path = merkle.consistency(old, new, node_of(leaves))
    assert path == naive_proof(old, leaves)
    assert merkle.is_consistent(old, naive_root(leaves[:old]), new, naive_root(leaves), path)


@given(SIZES.flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), st.integers(0), st.data())
def test_a_path_changed_anywhere_shows_nothing(case: tuple[int, int], bit: int, data: st.DataObject) -> None:
    index, size = case
    leaves = leaves_of(size)
    top, path = naive_root(leaves), naive_path(index, leaves)
    foreign = data.draw(st.integers(0, size - 1).filter(lambda one: size == 1 or one != index))
    assert foreign == index or not merkle.is_included(leaves[foreign], index, size, path, top)
    assert not merkle.is_included(leaves[index], index, size, [*path, top], top)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.is_included(leaves[index], index, size, path[:place] + path[place + 1 :], top)
        path[place] = flipped(path[place], bit)
        assert not merkle.is_included(leaves[index], index, size, path, top)


@given(st.integers(2, 140).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), st.integers(0))
def test_a_tree_whose_beginning_was_changed_is_not_consistent(case: tuple[int, int], bit: int) -> None:
    old, new = case
    leaves = leaves_of(new)
    forked = [*leaves]
    forked[bit % old] = flipped(forked[bit % old], bit)
    path = naive_proof(old, forked)
    assert not merkle.is_consistent(old, naive_root(leaves[:old]), new, naive_root(forked), path)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="of"):
        merkle.inclusion(index, size, node_of(leaves_of(size)))
    assert not merkle.is_included(b"", index, size, [], naive_root(leaves_of(size)))


def flipped(value: bytes, bit: int) -> bytes:
    place = bit % (8 * len(value))
    return bytes(byte ^ (1 << place % 8 if at == place // 8 else 0) for at, byte in enumerate(value))
