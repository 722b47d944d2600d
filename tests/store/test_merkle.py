"""The Merkle tree against the definition of RFC 9162 and against a plain one; proofs hold for what is in it, and for nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sovereign.records import LedgerHead, LedgerProof
from sovereign.store import NewEvent, Store, merkle
from sovereign.store.proof import proof_problems

HASHES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=40)


def mth(leaves: list[bytes]) -> bytes:
    """Section 2.1.1, word by word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(HASHES)
def test_the_root_is_the_one_of_the_standard(hashes: list[str]) -> None:
    assert merkle.root(hashes) == mth([bytes.fromhex(h) for h in hashes]).hex()


@given(HASHES, st.data())
def test_a_proof_leads_to_the_root_for_what_is_in_it_alone(hashes: list[str], data: st.DataObject) -> None:
    indices = data.draw(st.sets(st.integers(0, len(hashes) - 1), min_size=1))
    nodes = merkle.prove(hashes, sorted(indices))
    known = {i: hashes[i] for i in indices}
    assert merkle.proven_root(len(hashes), known, nodes) == merkle.root(hashes)
    at = data.draw(st.sampled_from(sorted(indices)))
    other = data.draw(st.binary(min_size=32, max_size=32).map(bytes.hex))
    assume(other != hashes[at])
    assert merkle.proven_root(len(hashes), known | {at: other}, nodes) != merkle.root(hashes)
    assert merkle.proven_root(len(hashes), known, (*nodes, other)) is None
    assert merkle.proven_root(len(hashes), {i: h for i, h in known.items() if i != at}, nodes) != merkle.root(hashes)


@pytest.mark.parametrize(("count", "nodes"), [(0, ()), (-1, ()), (2**40, ()), (3, ("zz", "x")), (2, ())])
def test_what_is_no_proof_leads_nowhere(count: int, nodes: tuple[str, ...]) -> None:
    assert merkle.proven_root(count, {0: "ab" * 32}, nodes) is None


def test_the_ledger_proves_the_events_of_one_record_and_tells_of_no_other(store: Store) -> None:
    for number in range(9):
        store.ledger.append([NewEvent("claim.extracted", f"r{number % 3}/C{number}", {"n": number}) for _ in range(3)])
    proof = store.ledger.proof("r1")
    assert len(proof.events) == 9 and not proof_problems(proof)
    assert proof.head == store.ledger.checkpoint() and proof.head.hash == store.ledger.head().hash
    assert not proof_problems(proof, store.ledger.checkpoint())
    store.ledger.append([NewEvent("record.asked", "r2", {})])
    assert "different moments" in proof_problems(proof, store.ledger.checkpoint())[0]


@pytest.mark.parametrize("cut", range(9))
def test_an_event_left_out_added_or_moved_is_found(store: Store, cut: int) -> None:
    store.ledger.append([NewEvent("claim.extracted", f"r{n % 3}/C{n}", {"n": n}) for n in range(27)])
    proof = store.ledger.proof("r1")
    without = tuple(e for n, e in enumerate(proof.events) if n != cut)
    assert proof_problems(proof.model_copy(update={"events": without}))
    event = proof.events[cut]
    changed = event.model_copy(update={"payload": {"n": 99}})
    changed = changed.model_copy(update={"hash": changed.computed_hash()})
    swapped = tuple(changed if e is event else e for e in proof.events)
    assert proof_problems(proof.model_copy(update={"events": swapped}))
    assert proof_problems(proof.model_copy(update={"events": (*proof.events, event)}))
    assert proof_problems(proof.model_copy(update={"events": proof.events[::-1]}))


def test_a_proof_without_a_root_shows_nothing(store: Store) -> None:
    store.ledger.append([NewEvent("record.asked", "r1", {})])
    proof = store.ledger.proof("r1")
    bare = LedgerProof(head=LedgerHead(count=1, hash=proof.head.hash), events=proof.events, nodes=())
    assert "no Merkle root" in proof_problems(bare)[0]
