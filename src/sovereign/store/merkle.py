"""Merkle tree over the hashes of events, and proofs that some of them are in it (RFC 9162, section 2.1, with SHA-256).

A proof holds the hashes of the largest subtrees without any of the proven events, in the order in which ``fold`` meets them.
So one record's events can be held against the ledger's head, and nothing of other records is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf(event_hash: str) -> bytes:
    """The leaf of an event: SHA-256 of 0x00 and the 32 bytes of its hash.

    Raises:
        ValueError: if ``event_hash`` is not hexadecimal.
    """
    return hashlib.sha256(b"\x00" + bytes.fromhex(event_hash)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def fold(low: int, high: int, known: Mapping[int, str], other: Callable[[int, int], bytes]) -> bytes:
    """The root over leaves ``low`` to ``high - 1``: from the event hashes in ``known`` (by index), and from ``other(low, high)`` where
    a subtree holds none of them."""
    if not any(low <= index < high for index in known):
        return other(low, high)
    if high - low == 1:
        return leaf(known[low])
    middle = low + _split(high - low)
    left = {i: h for i, h in known.items() if i < middle}
    right = {i: h for i, h in known.items() if i >= middle}
    return _node(fold(low, middle, left, other), fold(middle, high, right, other))


def _whole(hashes: Sequence[str], low: int, high: int) -> bytes:
    """The root over ``hashes[low:high]``, level by level, so that its depth is that of the tree."""
    if high - low == 1:
        return leaf(hashes[low])
    middle = low + _split(high - low)
    return _node(_whole(hashes, low, middle), _whole(hashes, middle, high))


def root(hashes: Sequence[str]) -> str:
    """The root over all event hashes, in the order of the ledger."""
    return _whole(hashes, 0, len(hashes)).hex() if hashes else EMPTY


def prove(hashes: Sequence[str], indices: Sequence[int]) -> tuple[str, ...]:
    """The proof that the events of these indices (from 0 on) are among ``hashes``."""
    nodes: list[str] = []

    def other(low: int, high: int) -> bytes:
        nodes.append(_whole(hashes, low, high).hex())
        return bytes.fromhex(nodes[-1])

    if hashes:
        fold(0, len(hashes), {i: hashes[i] for i in indices}, other)
    return tuple(nodes)


def proven_root(count: int, known: Mapping[int, str], nodes: Sequence[str]) -> str | None:
    """The root that a proof leads to for a tree of ``count`` events, None if it does not fit (too few or too many hashes, or none)."""
    if not 0 < count < 2**31 or any(not 0 <= index < count for index in known):
        return None
    rest: Iterator[str] = iter(nodes)
    try:
        made = fold(0, count, known, lambda low, high: bytes.fromhex(next(rest)))
    except (StopIteration, ValueError):
        return None
    return made.hex() if next(rest, None) is None else None
