"""The monitor raises each trigger once, clears it when its cause is gone, and changes no record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from sovereign.contracts.monitor import review_monitor
from sovereign.contracts.published import INPUTS, Published
from sovereign.errors import SovereignError
from sovereign.kernel.correct import Change, correct
from sovereign.kernel.monitor import Look, Watched, looking, monitor
from sovereign.lab.reproduce import REPEATED, gated_event
from sovereign.records import Claim, Document, GateVerdict, Measurement, Paper, ProtocolKey, Quantity, Record, text_hash
from sovereign.settings import load
from sovereign.store import NewEvent, Store, open_store
from tests.kernel import columnar
from tests.kernel.asking import ask
from tests.kernel.conftest import Run


@pytest.fixture
def store(layouts: Run, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(layouts.home, tmp_path / "home")
    with open_store(tmp_path / "home") as opened:
        yield opened


def record_of(store: Store) -> Record:
    return store.records.load(store.records.newest()[0].id)


def watched(store: Store, look: Look = Look()) -> Watched:  # noqa: B008
    (found,) = monitor(store, (), look)
    return found


def first_cited(record: Record) -> Claim:
    return record.claim(record.answer.cited()[0])


def state(store: Store) -> str:
    record = record_of(store)
    events, head = store.ledger.events(str(record.id)), store.ledger.head()
    return review_monitor(Published(record, events, head)).monitor_state


def raises_once_and_clears(store: Store, trigger: str, with_it: Look, without: Look) -> Watched:
    before = record_of(store)
    found = watched(store, with_it)
    assert [t.trigger for t in found.active] == [trigger] * len(found.active)
    assert len(found.raised) == len(found.active) > 0
    assert state(store) == "REVIEW_DUE"
    head = store.ledger.head()
    again = watched(store, with_it)
    assert (again.raised, again.active, again.cleared) == ((), found.active, ())
    assert store.ledger.head() == head
    gone = watched(store, without)
    assert (gone.active, len(gone.cleared)) == ((), len(found.active))
    assert state(store) == "CLEAR"
    assert record_of(store) == before
    assert store.ledger.verify(store.ledger.kept_head()).status == "verified"
    return found


def library(
    change: Callable[[Document], Document], documents: Mapping[str, Document]
) -> Callable[[str], Document | None]:
    return lambda work: change(documents[work]) if work in documents else None


@pytest.fixture
def documents(store: Store) -> dict[str, Document]:
    from sovereign.kernel.inputs import inputs_of

    record = record_of(store)
    inputs = inputs_of(record.id, store.ledger.events(str(record.id)), store.artifacts.get)
    assert inputs is not None
    return {d.paper.id: d for d in inputs.documents}


def test_a_sound_record_is_clear(store: Store, documents: dict[str, Document]) -> None:
    assert state(store) == "NOT_MONITORED"
    found = watched(store, Look(library(lambda d: d, documents)))
    assert (found.raised, found.active, found.problems) == ((), (), ())
    assert len(found.checked) == 5
    assert state(store) == "CLEAR"


def test_a_retraction_that_the_library_knows_of(store: Store, documents: dict[str, Document]) -> None:
    work = first_cited(record_of(store)).quote.paper_id

    def marked(document: Document) -> Document:
        if document.paper.id != work:
            return document
        paper = document.paper.model_copy(update={"title": f"RETRACTED: {document.paper.title}"})
        return document.model_copy(update={"paper": paper})

    found = raises_once_and_clears(
        store, "RETRACTION", Look(library(marked, documents)), Look(library(lambda d: d, documents))
    )
    assert work in found.active[0].cause


def test_a_retraction_that_crossref_knows_of_is_cleared_by_crossref_alone(store: Store) -> None:
    record = record_of(store)
    number = next(n for n, p in enumerate(record.papers) if p.id == first_cited(record).quote.source_id)
    correct(store, str(record.id), "METADATA", "its DOI", "Ada", Change(sets=(f"/papers/{number}/doi=10.1000/x",)))
    asked: list[Sequence[str]] = []

    def gone(dois: Sequence[str]) -> Mapping[str, str]:
        asked.append(dois)
        return {"10.1000/x": "retraction of 2026"}

    def down(dois: Sequence[str]) -> Mapping[str, str]:
        raise SovereignError("api.crossref.org: status 503", "Try again later.")

    found = watched(store, Look(retractions=gone))
    assert [t.trigger for t in found.active] == ["RETRACTION"]
    assert asked == [["10.1000/x"]]
    for look in (Look(), Look(retractions=down), Look(library=lambda work: None)):
        still = watched(store, look)
        assert still.active == found.active
    assert "503" in watched(store, Look(retractions=down)).problems[0]
    assert watched(store, Look(retractions=lambda dois: {})).active == ()


def test_a_source_with_another_text(store: Store, documents: dict[str, Document]) -> None:
    claim = first_cited(record_of(store))

    def changed(document: Document) -> Document:
        if document.paper.id != claim.quote.paper_id:
            return document
        text = document.text.replace(claim.quote.text, "x" * len(claim.quote.text))
        return document.model_copy(update={"text": text, "text_hash": text_hash(text)})

    found = raises_once_and_clears(
        store, "SOURCE_CHANGED", Look(library(changed, documents)), Look(library(lambda d: d, documents))
    )
    assert claim.id in found.active[0].reason


def test_a_later_version_on_arxiv(store: Store) -> None:
    record = record_of(store)
    work = next(p for c in record.answer.cited() if (p := record.paper(record.claim(c).quote.source_id)) and p.arxiv_id)
    number = record.papers.index(work)
    correct(
        store, str(record.id), "PROVENANCE", "version 1 was read", "Ada", Change(sets=(f"/papers/{number}/version=1",))
    )

    def entries(version: int) -> Callable[[Sequence[str]], Sequence[Paper]]:
        return lambda ids: [work.model_copy(update={"version": version})]

    raises_once_and_clears(store, "SOURCE_CHANGED", Look(entries=entries(2)), Look(entries=entries(1)))


def test_a_cause_is_gone_when_its_claims_are_withdrawn(store: Store, documents: dict[str, Document]) -> None:
    record = record_of(store)
    work = first_cited(record).quote.paper_id

    def changed(document: Document) -> Document:
        text = document.text + "\n"
        return document if document.paper.id != work else document.model_copy(
            update={"text": text, "text_hash": text_hash(text)}
        )  # fmt: skip

    look = Look(library(changed, documents))
    assert watched(store, look).active
    of_it = tuple(c.id for c in record.claims if work in (c.quote.paper_id, c.quote.source_id))
    correct(store, str(record.id), "CLAIM", "its source has changed", "Ada", Change(claims=of_it))
    after = watched(store, look)
    assert (after.active, len(after.cleared)) == ((), 1)


def test_a_run_that_did_not_come_out_the_same(store: Store) -> None:
    record = record_of(store)
    claim = first_cited(record)
    made = Measurement(
        id="G1", protocol="p", key=ProtocolKey(metric="latency", method="m"), artifact="0" * 64, how="measured",
        quantity=Quantity(value=1.0, unit="x", text="1"),
    )  # fmt: skip
    verdict = GateVerdict(
        status="VERIFIED", reason="r", code="passed", protocol="p", protocol_match="exact", measurement_ids=("G1",)
    )
    subject = f"{record.id}/{claim.id}"
    store.ledger.append([gated_event(subject, verdict, (made,))])
    assert watched(store).active == ()

    def again(inside: bool, **more: str) -> None:
        store.ledger.append([NewEvent(REPEATED, subject, {"inside": inside, "reason": "not within 5%: a", **more})])

    again(False)  # could not be made
    assert watched(store).active == ()
    again(False, artifact_again="1" * 64)
    assert [(t.trigger, t.cause) for t in watched(store).active] == [("REPRODUCTION_FAILED", claim.id)]
    again(True, artifact_again="1" * 64)
    assert watched(store).active == ()


STUDY = """---
title: "Study {name} of adapters"
authors: ["{author}"]
year: 2020
---

# Study {name} of adapters

## Results

LoRA reaches {figure}% accuracy on MNLI, compared with 80.1% for full fine-tuning.
"""


def test_figures_that_works_disagree_on(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    for name, author, figure in (("one", "Ada Ng", "90.2"), ("two", "Bo Oz", "71.3")):
        (folder / f"{name}.md").write_text(STUDY.format(name=name, author=author, figure=figure), "utf-8")
    record = ask(tmp_path / "home", "What accuracy does LoRA reach versus full fine-tuning?", folder)
    with open_store(tmp_path / "home") as store:
        (trigger,) = watched(store).active
        assert (trigger.trigger, trigger.cause) == ("CONTESTED_CLUSTER", "LoRA on MultiNLI, accuracy")
        assert all(i in trigger.reason for i in record.answer.cited())
        correct(store, str(record.id), "BENCHMARK", "misread", "Ada", Change(claims=record.answer.cited()))
        assert watched(store).active == ()


def test_damage_is_raised_and_cleared_when_mended(store: Store) -> None:
    record = record_of(store)
    sha = record.claims[0].quote.text_hash
    path = store.artifacts.path(sha)
    sound = path.read_bytes()
    path.write_bytes(sound + b" ")
    found = watched(store)
    assert [(t.trigger, t.cause) for t in found.active] == [("INTEGRITY", sha)]
    assert str(store.home) not in found.active[0].reason  # it goes into exports
    path.write_bytes(sound)
    assert watched(store).active == ()


def test_a_record_that_cannot_be_read_stops_no_other(store: Store) -> None:
    entry = store.records.newest()[0]
    path = store.artifacts.path(entry.artifact)
    sound = path.read_bytes()
    path.unlink()
    found = watched(store)
    assert [(t.trigger, t.cause) for t in found.active] == [("INTEGRITY", entry.artifact)]
    assert str(store.home) not in found.active[0].reason
    assert found.problems
    path.write_bytes(sound)
    assert watched(store).active == ()


def test_without_what_was_read_it_says_what_it_cannot_look_for(store: Store) -> None:
    record = record_of(store)
    (event,) = [e for e in store.ledger.events(str(record.id)) if e.kind == INPUTS]
    store.artifacts.path(str(event.payload["artifact"])).unlink()
    found = watched(store)
    assert "CONTESTED_CLUSTER" not in found.checked
    assert found.problems
    assert [t.trigger for t in found.active] == ["INTEGRITY"]


def test_a_library_of_files(store: Store, tmp_path: Path) -> None:
    folder = columnar.write(tmp_path / "library")
    settings = load({"home": str(store.home), "embedder": "none"}, environ={})
    with looking(settings, [folder], False, lambda line: None) as look:
        assert watched(store, look).active == ()
    claim = first_cited(record_of(store))
    paper = record_of(store).paper(claim.quote.paper_id)
    assert paper is not None
    file = next(p for p in folder.rglob("*.md") if p.name == Path(paper.location).name)
    file.write_text(
        file.read_text("utf-8").replace("Nothing is said of updates", "Nothing is said of updates or deletes"), "utf-8"
    )
    with looking(settings, [folder], False, lambda line: None) as look:
        (trigger,) = watched(store, look).active
    assert trigger.trigger == "SOURCE_CHANGED"
    assert "still stand in it" in trigger.reason
