"""Each claim is published whole, with its events; provenance and the run tell what the record and its events tell."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sovereign.contracts.claims import claim_records, kind_of
from sovereign.contracts.documents import answer_document, measurement_documents
from sovereign.contracts.example import example
from sovereign.contracts.provenance import SCALE, source_provenance
from sovereign.contracts.public import contract, documents
from sovereign.contracts.published import Published
from sovereign.contracts.run import replayability, run_document
from sovereign.records import Correction, Event, ModelCall, ModelUse


def test_every_claim_has_its_record_and_nothing_of_its_checks_is_lost(published: Published) -> None:
    record = published.record
    found = claim_records(published)
    assert [d.claim_id for d in found] == [c.id for c in record.claims]
    cited = set(record.answer.cited())
    for claim, document in zip(record.claims, found, strict=True):
        assert claim.verification is not None
        assert (document.text, document.verdict.verdict) == (claim.text, claim.verdict)
        assert document.quote.text == claim.quote.text and document.source.text_sha256 == claim.quote.text_hash
        assert [e.checks for e in document.evidence] == [e.checks for e in claim.verification.evidence]
        assert document.level.rungs == claim.rungs and document.level.level == max(claim.rungs)
        assert document.cited_by_the_answer == (claim.id in cited)
        assert document.verdict.verified == claim.verified


def test_the_text_of_evidence_is_there_or_in_the_claim_that_it_names(published: Published) -> None:
    found = claim_records(published)
    by_id = {d.claim_id: d for d in found}
    for document in found:
        for evidence in document.evidence:
            if evidence.text is not None:
                continue
            holder = by_id[evidence.claim_id] if evidence.claim_id else document
            assert (holder.quote.start, holder.quote.end) == (evidence.start, evidence.end)
            assert holder.source.text_sha256 == evidence.text_sha256


def test_the_history_is_that_of_the_ledger(published: Published) -> None:
    events = {e.seq: e for e in published.events}
    seen = set()
    for document in claim_records(published):
        assert document.history
        for told in document.history:
            event = events[told.seq]
            assert (told.at, told.kind, told.hash) == (event.at, event.kind, event.hash)
            assert event.subject == f"{document.record_id}/{document.claim_id}"
            seen.add(told.seq)
    assert seen == {e.seq for e in published.events if "/" in e.subject}


def test_the_file_of_claims_stays_below_eight_kilobytes_a_claim(published: Published) -> None:
    one = contract("claim-record")
    assert len(documents(published, [one])[one.file]) < 8_000 * len(published.record.claims)


def test_kinds() -> None:
    count, faster = example().record.claims
    assert (kind_of(faster), kind_of(count.model_copy(update={"results": ()}))) == ("comparison", "statement")
    alone = count.results[0].model_copy(update={"comparator": None, "ratio": None})
    assert kind_of(count.model_copy(update={"results": (alone,)})) == "figure"


def test_a_withdrawn_claim_names_the_correction() -> None:
    correction = Correction(
        event_id=f"{example().subject}/corrections/1", number=1, type="CLAIM", at="", by="owner", note="n", affected_fields=(),
        claim_ids=("C2",), from_version=1, to_version=2, from_hash="",
    )  # fmt: skip
    record = example().record.model_copy(update={"corrections": (correction,), "version": 2})
    found = claim_records(replace(example(), record=record))
    assert [d.withdrawn_by for d in found] == [None, correction.event_id]


def test_every_use_of_a_measurement_is_told(published: Published) -> None:
    found = {d.measurement.id: d for d in measurement_documents(published)}
    assert list(found) == [m.id for m in published.record.measurements]
    places = dict(published.record.answer.places())
    for one in found.values():
        assert all(one.measurement.id in places[p].measurement_ids for p in one.used_by.sentences)
        for claim_id in one.used_by.gated_claims:
            gate = published.record.claim(claim_id).gate
            assert gate is not None and one.measurement.id in gate.measurement_ids
    assert set(answer_document(published).cited_measurements) == {m for m, d in found.items() if d.used_by.sentences}


def deposited(**payload: Any) -> Published:
    last = example().events[-1]
    event = Event(seq=last.seq + 1, at=last.at, kind="record.deposited", subject=example().subject, payload=payload, prev_hash="", hash="")  # fmt: skip
    return replace(example(), events=(*example().events, event))


@pytest.mark.parametrize(
    ("payload", "level", "state"),
    [
        ({"doi": "10.5281/zenodo.1", "sandbox": False, "version": 1}, "L4", "DEPOSITED"),
        ({"doi": "10.5281/zenodo.1", "sandbox": True, "version": 1}, "L3", "SANDBOX_ONLY"),
        ({"doi": "10.5281/zenodo.1", "version": 1}, "L3", "SANDBOX_ONLY"),
        ({"doi": "10.5281/zenodo.1", "sandbox": False, "version": 2}, "L3", "OTHER_VERSION"),
        ({"doi": "", "sandbox": False, "version": 1}, "L3", "SANDBOX_ONLY"),
        ({"doi": ["x"], "sandbox": False, "version": True}, "L3", "SANDBOX_ONLY"),
    ],
)
def test_only_a_real_deposit_of_this_version_is_an_archival_record(payload: Any, level: str, state: str) -> None:
    found = source_provenance(deposited(archive="zenodo.org", **payload))
    assert (found.provenance_level, found.external_archival_record_state) == (level, state)


def test_each_level_of_provenance_needs_what_it_says(published: Published) -> None:
    assert [level.level for level in SCALE] == ["L0", "L1", "L2", "L3", "L4"]
    assert source_provenance(published).provenance_level == "L3"
    untold = replace(published, events=tuple(e for e in published.events if e.kind != "record.saved"))
    assert source_provenance(untold).provenance_level == "L2"
    record = published.record
    bare = tuple(c.model_copy(update={"verification": None}) for c in record.claims)
    assert (
        source_provenance(replace(published, record=record.model_copy(update={"claims": bare}))).provenance_level
        == "L1"
    )
    nobody = record.model_copy(update={"papers": ()})
    assert source_provenance(replace(published, record=nobody)).provenance_level == "L0"


def test_lineage_takes_in_every_claim_once(published: Published) -> None:
    found = source_provenance(published)
    ids = [i for source in found.claim_lineage for i in source.claim_ids]
    assert sorted(ids) == sorted(c.id for c in published.record.claims)
    cited = [i for source in found.claim_lineage for i in source.cited_claim_ids]
    assert sorted(cited) == sorted(published.record.answer.cited())
    assert found.artifact_inspectability.quotes_anchored == published.record.counters.anchored


def test_the_run_tells_of_every_work_that_was_dropped(published: Published) -> None:
    found = run_document(published)
    retrieval = published.record.retrieval
    assert found.retrieval.kept + len(found.retrieval.dropped) == found.retrieval.seen == len(retrieval.candidates)
    assert all(d.reason for d in found.retrieval.dropped)
    assert found.decision == published.record.decision and found.counters == published.record.counters
    assert {s.name for s in found.stages} == set(published.record.environment.seconds)


def test_what_cannot_be_replayed_is_called_recorded() -> None:
    assert replayability(example()).state == "replayable"
    record = example().record
    network = record.retrieval.model_copy(update={"sources": ("library", "arxiv")})
    asked = replace(example(), record=record.model_copy(update={"retrieval": network}))
    assert replayability(asked).state == "recorded" and "arxiv" in replayability(asked).reasons[0]
    told = Event(seq=99, at="", kind="record.recorded", subject=example().subject, payload={}, prev_hash="", hash="")
    assert replayability(replace(asked, events=(*asked.events, told))).state == "replayable"
    call = ModelCall(stage="plan", role="r", model="m", prompt_hash="a" * 64, parameters={}, outcome="answered")
    used = record.model_copy(update={"model_use": ModelUse(calls=(call,))})
    assert replayability(replace(example(), record=used)).state == "recorded"


def test_hostile_text_stays_text() -> None:
    evil = '</script><script>alert(1)</script>\u202e\n\x00[{"schema":1}]'
    claims = tuple(c.model_copy(update={"text": evil}) for c in example().record.claims)
    hostile = replace(example(), record=example().record.model_copy(update={"claims": claims}))
    for data in documents(hostile).values():
        json.loads(data)
    assert [d["text"] for d in json.loads(documents(hostile)["contracts/claim-record.json"])] == [evil, evil]
