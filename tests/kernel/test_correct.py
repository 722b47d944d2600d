"""Corrections: each makes a version that is as if what was withdrawn had never been used; nothing before it changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sovereign.contracts import rungs_by_claim
from sovereign.contracts.corrections import correction_record
from sovereign.contracts.published import INPUTS, Published
from sovereign.errors import InputError, NotFound, StoreError
from sovereign.kernel import correct as correct_module
from sovereign.kernel.answer import answer
from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.correct import Change, correct
from sovereign.kernel.corroborate import corroborate
from sovereign.kernel.inputs import inputs_of
from sovereign.kernel.pointers import differences
from sovereign.kernel.tribunal import review_json
from sovereign.kernel.verify import verify
from sovereign.records import GateVerdict, OwnerDecision, Record
from sovereign.store import Store, open_store
from tests.kernel.conftest import Run


@pytest.fixture
def store(layouts: Run, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(layouts.home, tmp_path / "home")
    with open_store(tmp_path / "home") as opened:
        yield opened


def name(store: Store) -> str:
    return str(store.records.newest()[0].id)


def withdraw(store: Store, *ids: str) -> Record:
    return correct(store, name(store), "CLAIM", "wrong", "Ada", Change(claims=ids))


def restore(store: Store, *ids: str) -> Record:
    return correct(store, name(store), "CLAIM", "right after all", "Ada", Change(restores=ids))


def must_hold(store: Store, record: Record) -> None:
    """What is true of every newest version, worked out another way than the correction did."""
    first = store.records.load(record.id, 1)
    gone = set(record.withdrawn.claims)
    assert record.content_hash == record.computed_hash()
    assert store.records.load(record.id) == record
    assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
    assert not gone & set(record.answer.cited())
    assert not gone & {i for m in record.answer.matrices for r in m.rows for c in r.cells if c for i in c.claim_ids}
    events = store.ledger.events(str(record.id))
    inputs = inputs_of(record.id, events, store.artifacts.get)
    assert inputs is not None
    papers = {p.id: p for p in record.papers}
    documents = tuple(d.model_copy(update={"paper": papers[d.paper.id]}) for d in inputs.documents)
    # Verified, corroborated and answered from the documents, as a run does it, without the claims that are gone.
    aspects = aspects_of(record.plan, record.papers)
    bare = [c.model_copy(update={"verification": None}) for c in first.claims if c.id not in gone]
    fresh = corroborate(verify(bare, documents, record.papers), record.papers, aspects)
    stripped = [c.model_copy(update={"rungs": ()}) for c in record.standing]
    assert stripped == [c.model_copy(update={"rungs": ()}) for c in fresh]
    last = first.reviews[-1]
    again = answer(
        [c for c in fresh if c.id not in last.withdrawn],
        aspects,
        frozenset(last.downgraded),
        inputs.found,
        record.retrieval,
        documents,
        frozenset(inputs.struck),
    )
    assert record.answer == again
    assert record.counters.extracted == len(fresh)
    assert record.counters.verified == sum(c.verified for c in fresh)
    earned = rungs_by_claim(record.id, Published(record, events, store.ledger.head()).until_saved)
    assert {c.id: c.rungs for c in record.claims} == {c.id: tuple(sorted(earned[c.id])) for c in record.claims}
    for claim in record.claims:
        assert claim.id not in gone or claim.rungs == (0,)
    assert not [f for f in review_json(record.model_dump(mode="json")) if f.severity == "critical"]


def test_the_first_version_is_made_again_to_the_letter(store: Store) -> None:
    first = store.records.load(name(store))
    cited = first.answer.cited()[0]
    withdraw(store, cited)
    back = restore(store, cited)
    assert differences(first, back) == ("/reviews",)
    assert [c.undoes for c in back.corrections] == [(), (1,)]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sets(st.integers(0, 40), min_size=1, max_size=4)), min_size=1, max_size=4
    )
)
def test_any_sequence_of_corrections(
    layouts: Run, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, set[int]]]
) -> None:
    home = tmp_path_factory.mktemp("steps") / "home"
    shutil.copytree(layouts.home, home)
    with open_store(home) as store:
        ids = [c.id for c in layouts.record.claims]
        bytes_of: dict[int, bytes] = {1: store.artifacts.get(store.records.versions(name(store))[0].artifact)}
        record = store.records.load(name(store))
        for back, picked in steps:
            named = {ids[n % len(ids)] for n in picked}
            gone = set(record.withdrawn.claims)
            able = sorted(named & gone if back else named - gone)
            if not able:
                continue
            record = restore(store, *able) if back else withdraw(store, *able)
            must_hold(store, record)
            bytes_of[record.version] = store.artifacts.get(store.records.versions(record.id)[-1].artifact)
        versions = store.records.versions(record.id)
        assert [v.version for v in versions] == list(range(1, record.version + 1))
        for one in versions:
            assert store.artifacts.get(one.artifact) == bytes_of[one.version]
            assert store.records.load(record.id, one.version).content_hash == one.content_hash
        assert [c.number for c in record.corrections] == list(range(1, record.version))


def test_what_followed_is_named_and_what_stayed_is_not(store: Store) -> None:
    before = store.records.load(name(store))
    claim = before.answer.cited()[0]
    after = withdraw(store, claim)
    fields = after.corrections[-1].affected_fields
    assert fields[0] == f"/claims/{[c.id for c in before.claims].index(claim)}"
    assert set(fields[1:]) == set(differences(before, after)) - {fields[0]}
    assert "/counters/extracted" in fields
    assert not [f for f in fields if f.startswith(("/papers", "/question", "/plan", "/retrieval"))]


def test_authors_that_are_corrected_make_groups_anew(store: Store) -> None:
    before = store.records.load(name(store))
    apart = next(
        (c, e) for c in before.claims for e in (c.verification.evidence if c.verification else ())
        if e.relation == "independent"
    )  # fmt: skip
    mine, other = (
        next(n for n, p in enumerate(before.papers) if p.id == q.source_id) for q in (apart[0].quote, apart[1].quote)
    )
    authors = ";".join(before.papers[other].authors)
    after = correct(
        store,
        name(store),
        "METADATA",
        "one of the authors was left out",
        "Ada",
        Change(sets=(f"/papers/{mine}/authors={authors}",)),
    )
    assert after.papers[mine].authors == before.papers[other].authors
    assert f"/papers/{mine}/authors" == after.corrections[-1].affected_fields[0]
    now = next(c for c in after.claims if c.id == apart[0].id)
    relations = (
        {e.relation for e in now.verification.evidence if e.quote.source_id == apart[1].quote.source_id}
        if now.verification
        else set()
    )
    assert relations and "independent" not in relations
    must_hold(store, after)


def test_a_work_that_is_marked_retracted_takes_its_claims_with_it(store: Store) -> None:
    before = store.records.load(name(store))
    source = before.claim(before.answer.cited()[0]).quote.source_id
    number = next(n for n, p in enumerate(before.papers) if p.id == source)
    of_it = {c.id for c in before.claims if source in (c.quote.source_id, c.quote.paper_id)}
    after = correct(
        store,
        name(store),
        "PROVENANCE",
        "it was retracted",
        "Ada",
        Change(sets=(f"/papers/{number}/retracted=retraction of 2026",)),
    )
    assert set(after.corrections[-1].claim_ids) == of_it
    assert not of_it & set(after.answer.cited())


@pytest.mark.parametrize(
    ("kind", "note", "change", "words"),
    [
        ("CLAIM", "  ", Change(claims=("C1",)), "empty"),
        ("CLAIM", "\x1b[31m", Change(claims=("C1",)), "not printed"),
        ("CLAIM", "x" * 5000, Change(claims=("C1",)), "more than"),
        ("CLAIM", "n", Change(claims=("C999",)), "no claim"),
        ("CLAIM", "n", Change(), "Nothing is named"),
        ("CLAIM", "n", Change(restores=("C1",)), "No correction has withdrawn"),
        ("CLAIM", "n", Change(measurements=("M1",)), "does not go with"),
        ("METADATA", "n", Change(claims=("C1",)), "does not go with"),
        ("QUALITY_ASSESSMENT", "n", Change(sets=("/papers/0/year=1",)), "does not go with"),
        ("ARTIFACT", "n", Change(measurements=("M999",)), "no measurement"),
        ("METADATA", "n", Change(sets=("/papers/999/year=2020",)), "There is no"),
        ("METADATA", "n", Change(sets=("/papers/-1/year=2020",)), "sets nothing"),
        ("METADATA", "n", Change(sets=("/claims/0/text=x",)), "sets nothing"),
        ("METADATA", "n", Change(sets=("/papers/0/id=x",)), "cannot set"),
        ("METADATA", "n", Change(sets=("/papers/0/retracted=x",)), "cannot set"),
        ("METADATA", "n", Change(sets=("/papers/0/year=soon",)), "cannot be"),
        ("METADATA", "n", Change(sets=("/papers/0/title=null\x07",)), "cannot be"),
        ("METADATA", "n", Change(sets=("/papers/0/url=javascript:alert(1)",)), "cannot be"),
        ("METADATA", "n", Change(sets=("/papers/0/authors=[1]",)), "cannot be"),
        ("METADATA", "n", Change(sets=("/papers/0/year=2001", "/papers/0/year=2002")), "set twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected_is_refused_and_leaves_nothing(
    store: Store, kind: str, note: str, change: Change, words: str
) -> None:
    before = store.ledger.head()
    with pytest.raises(InputError, match=words) as caught:
        correct(store, name(store), kind, note, "Ada", change)  # type: ignore[arg-type]
    assert caught.value.advice
    assert store.ledger.head() == before
    assert len(store.records.versions(name(store))) == 1


def test_a_correction_that_changes_nothing(store: Store) -> None:
    record = store.records.load(name(store))
    year = record.papers[0].year
    with pytest.raises(InputError, match="changes nothing"):
        correct(store, name(store), "METADATA", "n", "Ada", Change(sets=(f"/papers/0/year={year}",)))
    withdraw(store, "C1")
    with pytest.raises(InputError, match="withdrawn already, by correction 1"):
        withdraw(store, "C1")
    with pytest.raises(InputError, match="find again"):
        correct(store, name(store), "QUALITY_ASSESSMENT", "look again", "Ada")
    assert len(store.records.versions(name(store))) == 2


def test_no_record_of_that_name(store: Store) -> None:
    with pytest.raises(NotFound):
        correct(store, "SRCH:00000000", "CLAIM", "n", "Ada", Change(claims=("C1",)))


def test_two_that_correct_one_version_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record = store.records.load(name(store))
    real = correct_module.made_anew

    def meanwhile(*given: object) -> Record:
        monkeypatch.setattr(correct_module, "made_anew", real)
        withdraw(store, record.answer.cited()[1])
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(correct_module, "made_anew", meanwhile)
    with pytest.raises(StoreError, match="newest is version 2"):
        withdraw(store, record.answer.cited()[0])
    assert len(store.records.versions(name(store))) == 2
    must_hold(store, store.records.load(name(store)))


def test_without_the_inputs_the_answer_is_pruned_and_says_so(store: Store) -> None:
    record = store.records.load(name(store))
    (event,) = [e for e in store.ledger.events(name(store)) if e.kind == INPUTS]
    store.artifacts.path(str(event.payload["artifact"])).unlink()
    cited = record.answer.cited()[0]
    after = withdraw(store, cited)
    assert cited not in after.answer.cited()
    assert any("was not kept with this record" in limit for limit in after.limits)
    assert {s.text for s in after.answer.sentences() if not s.of_record} <= {s.text for s in record.answer.sentences()}
    back = restore(store, cited)
    assert back.answer.facets == record.answer.facets
    assert back.answer.comparisons == record.answer.comparisons


def test_a_decision_of_the_owner_does_not_outlive_a_correction(store: Store) -> None:
    said = OwnerDecision(record_id=name(store), outcome="APPROVED", reason="sound", by="Ada", at="2026-01-01")
    store.records.decide(said)
    assert [d.outcome for d in store.records.decisions(name(store))] == ["APPROVED"]
    after = withdraw(store, "C1")
    assert store.records.decisions(name(store)) == ()
    assert [d.outcome for d in store.records.decisions(name(store), 1)] == ["APPROVED"]
    events, head = store.ledger.events(name(store)), store.ledger.head()
    assert Published(after, events, head).decisions == ()
    assert len(Published(store.records.load(name(store), 1), events, head).decisions) == 1


def test_a_gate_verdict_falls_with_its_measurement_and_comes_back(starter: Run, tmp_path: Path) -> None:
    shutil.copytree(starter.home, tmp_path / "home")
    with open_store(tmp_path / "home") as store:
        record = store.records.load(name(store))
        shown = record.answer.measured_by()[0]
        after = correct(store, name(store), "ARTIFACT", "the run was disturbed", "Ada", Change(measurements=(shown,)))
        assert shown not in after.answer.measured_by()
        assert shown in {m.id for m in after.measurements}
        assert after.counters.measured == record.counters.measured - 1
        assert shown not in {c.measurement_id for t in after.answer.measured for r in t.rows for c in r.cells if c}
        assert not [f for f in review_json(after.model_dump(mode="json")) if f.severity == "critical"]
        gated = [c for c in record.claims if c.gate and c.gate.measurement_ids]
        for claim in gated[:1]:
            assert claim.gate is not None
            lost = correct(
                store,
                name(store),
                "ARTIFACT",
                "and this one",
                "Ada",
                Change(measurements=claim.gate.measurement_ids[:1]),
            )
            fallen = lost.claim(claim.id).gate
            assert isinstance(fallen, GateVerdict)
            assert (fallen.status, fallen.measurement_ids) == ("UNVERIFIED", ())
            assert "withdrawn" in fallen.reason
            back = correct(
                store, name(store), "ARTIFACT", "it was sound", "Ada", Change(restores=claim.gate.measurement_ids[:1])
            )
            assert back.claim(claim.id).gate == claim.gate
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"


def test_the_public_record_of_corrections(store: Store) -> None:
    cited = store.records.load(name(store)).answer.cited()[0]
    withdraw(store, cited)
    after = restore(store, cited)
    events, head = store.ledger.events(name(store)), store.ledger.head()
    told = correction_record(Published(after, events, head))
    assert (told.correction_state, told.correction_count) == ("CORRECTED", 2)
    assert told.correction_events[1].undoes == (told.correction_events[0].event_id,)
    assert told.correction_events[0].to_content_hash == told.correction_events[1].from_content_hash
    assert told.correction_events[1].to_content_hash == after.content_hash
    assert told.known_superseded_manifest_urls == tuple(f"urn:uuid:{after.id}?version={n}" for n in (1, 2))
    old = correction_record(Published(store.records.load(name(store), 1), events, head))
    assert (old.correction_state, old.correction_count, old.work.newest_version) == ("SUPERSEDED", 0, 3)
    assert {e.subject for e in events if e.kind == "record.corrected"} == {e.event_id for e in told.correction_events}
