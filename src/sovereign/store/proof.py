"""Holds a proof of events against itself and against a head from elsewhere. Whatever it holds, it gives problems, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

from ..records import GENESIS, LedgerHead, LedgerProof
from . import merkle


def proof_problems(proof: LedgerProof, anchor: LedgerHead | None = None) -> list[str]:
    """What is wrong with a proof: events changed, cut, moved or not in the ledger of its head; or a head that is not ``anchor``."""
    return [*_event_problems(proof), *_root_problems(proof), *_anchor_problems(proof.head, anchor)]


def _event_problems(proof: LedgerProof) -> Iterator[str]:
    last_seq, last_hash = 0, GENESIS
    for event in proof.events:
        if event.seq <= last_seq:
            yield f"event {event.seq} stands after event {last_seq}"
        elif event.seq == last_seq + 1 and event.prev_hash != last_hash:
            yield f"event {event.seq} does not follow event {last_seq}: one of the two was changed or replaced"
        try:
            computed = event.computed_hash()
        except (ValueError, RecursionError):
            computed = ""
        if computed != event.hash:
            yield f"event {event.seq} ({event.kind}) was changed: its content has another hash than it carries"
        last_seq, last_hash = event.seq, event.hash


def _root_problems(proof: LedgerProof) -> Iterator[str]:
    head = proof.head
    if head.root is None:
        yield "the head has no Merkle root, so that nothing shows that the events are in the ledger"
        return
    known = {event.seq - 1: event.hash for event in proof.events}
    if known.get(head.count - 1, head.hash) != head.hash:
        yield f"the head ends in another hash than event {head.count} carries"
    if merkle.proven_root(head.count, known | {head.count - 1: head.hash}, proof.nodes) != head.root:
        yield "the events do not lead to the Merkle root of the head: events were changed, added or cut, or the head was"


def _anchor_problems(head: LedgerHead, anchor: LedgerHead | None) -> Iterator[str]:
    if anchor is None or anchor == head:
        return
    if anchor.root is None:
        yield "the head it is to be held against has no Merkle root: take one with sovereign ledger head, or from an export"
    elif anchor.count != head.count:
        yield (
            f"the head it is to be held against counts {anchor.count} events, the export {head.count}: they are of different "
            "moments; take the head of the moment of the export"
        )
    else:
        yield f"the head is not the one it is held against: the ledger of {head.count} events ends otherwise"
