"""The first question over the shipped library, end to end."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from sovereign.contracts import record_level, rungs_by_claim
from sovereign.records import AnswerSentence, Claim, Record, seed_claims
from sovereign.store import open_store
from tests.kernel.asking import ask
from tests.kernel.conftest import Run

STARTER = Path(str(files("sovereign"))) / "data" / "starter_library"


@pytest.fixture
def record(starter: Run) -> Record:
    return starter.record


def sentences(record: Record) -> list[AnswerSentence]:
    facets = [s for f in record.answer.facets for s in f.sentences]
    return [*record.answer.summary, *facets]


def test_the_question_is_partly_answered_with_figures(record: Record):
    assert record.answer.state == "PARTLY_ANSWERED"
    assert {f.facet_id for f in record.answer.facets} >= {f.id for f in record.plan.of_kind("metric", "scale")}
    for facet in record.plan.of_kind("metric"):
        (found,) = [f for f in record.answer.facets if f.facet_id == facet.id]
        assert any(re.search(r"\d", s.text) for s in found.sentences), facet.text
        assert found.reason
    assert record.answer.open_points
    assert all(p.text and p.needs for p in record.answer.open_points)
    assert record.answer.comparisons
    assert record.limits


def test_quotes_stand_in_the_stored_texts(starter: Run):
    record = starter.record
    assert len(record.claims) >= 15
    with open_store(starter.home) as store:
        for claim in record.claims:
            quotes = [claim.quote, *(e.quote for e in claim.verification.evidence)]
            for quote in quotes:
                text = store.artifacts.get(quote.text_hash).decode("utf-8")
                assert text[quote.start : quote.end] == quote.text
            assert claim.text == claim.quote.text
            assert claim.verification.anchored


def test_claims_are_marked_as_our_summary(record: Record):
    assert all(c.quote.our_words and c.quote.depth == "note" for c in record.claims)
    assert any("secondary notes" in limit for limit in record.limits)


def test_every_sentence_names_claims_that_are_there(record: Record):
    ids, measured = {c.id for c in record.claims}, {m.id for m in record.measurements}
    assert any(s.claim_ids for s in sentences(record))
    for sentence in sentences(record):
        assert sentence.claim_ids or sentence.measurement_ids, sentence.text
        assert set(sentence.claim_ids) <= ids and set(sentence.measurement_ids) <= measured
    assert {c.claim_id for c in record.answer.comparisons} <= ids
    for disagreement in record.answer.disagreements:
        assert len(disagreement.sides) >= 2
        for side in disagreement.sides:
            assert side.claim_ids and set(side.claim_ids) <= ids
            assert set(side.source_ids) == {record.claim(i).quote.source_id for i in side.claim_ids}
    for claim in record.claims:
        assert all(e.claim_id is None or e.claim_id in ids for e in claim.verification.evidence)


def test_nothing_unchecked_is_cited(record: Record):
    unchecked = {c.id for c in record.claims if c.verdict == "UNCHECKED"}
    assert unchecked == {c.id for c in record.claims if c.quote.seen == "recalled"}
    assert unchecked, "the library has recalled findings on the question"
    assert not unchecked & set(record.answer.cited())
    assert not any(c.verified for c in record.claims if c.id in unchecked)


def test_figures_of_an_answer_stand_in_its_claims(record: Record):
    """A sentence that gives a figure without inferring it takes the figure from its claims."""
    for facet in record.answer.facets:
        for sentence in facet.sentences:
            if sentence.inferred or sentence.measurement_ids:
                continue
            source = " ".join(record.claim(i).text for i in sentence.claim_ids)
            for figure in re.findall(
                r"\d+(?:\.\d+)?", sentence.text.split("(")[-1] if "(" in sentence.text else sentence.text
            ):
                assert figure in source, (sentence.text, figure)


def test_ratios_of_the_table_follow_from_its_figures(record: Record):
    checked = 0
    for row in record.answer.comparisons:
        figures = [re.match(r"([\d.,]+) (\S+)", v) for v in (row.subject_value, row.comparator_value)]
        if all(figures) and figures[0][2] == figures[1][2] and row.ratio is not None:
            one, two = (float(f[1].replace(",", "")) for f in figures)
            assert row.ratio == pytest.approx(one / two, rel=5e-3), row
            checked += 1
    assert checked >= 5


def test_disagreements_between_sources_and_within_one(record: Record):
    between = [d for d in record.answer.disagreements if len({s for side in d.sides for s in side.source_ids}) > 1]
    assert len(record.answer.disagreements) >= 2
    assert all(d.why for d in record.answer.disagreements)
    assert len(between) >= 2


def test_counters_are_those_of_the_claims(record: Record):
    counters, verdicts = record.counters, Counter(c.verdict for c in record.claims)
    assert counters.extracted == len(record.claims)
    assert counters.anchored == sum(c.verification.anchored for c in record.claims)
    assert (counters.supported, counters.contradicted, counters.mixed) == tuple(
        verdicts[v] for v in ("SUPPORT", "CONTRADICT", "MIXED")
    )
    assert (counters.not_enough_info, counters.unchecked) == (verdicts["NOT_ENOUGH_INFO"], verdicts["UNCHECKED"])
    assert sum(verdicts.values()) == counters.extracted
    assert counters.verified == sum(c.verified for c in record.claims)
    assert counters.cited == len(set(record.answer.cited()))
    assert counters.papers_kept == sum(c.kept for c in record.retrieval.candidates) == len(record.papers)
    assert counters.papers_seen == len(record.retrieval.candidates) >= counters.papers_kept
    assert counters.measured == len(record.measurements)
    # With no time for measuring, what the gate found was counted; and there is no claim that it is silent about.
    by_gate = [m for m in record.measurements if m.id.startswith("G")]
    assert by_gate and all(m.how in ("counted", "modelled") for m in by_gate)
    assert all(c.gate.code and c.gate.reason for c in record.claims)


def test_the_level_is_computed_from_the_ledger(starter: Run):
    record = starter.record
    with open_store(starter.home) as store:
        events = store.ledger.events(str(record.id))
        report = store.ledger.verify(record.ledger_head)
    rungs = rungs_by_claim(str(record.id), events)
    assert {c.id: frozenset(c.rungs) for c in record.claims} == rungs
    assert record.level == record_level(rungs, record.answer.cited())
    assert (report.status, report.ok) == ("verified", True)
    assert {e.kind for e in events} >= {
        "record.asked",
        "claim.extracted",
        "claim.anchored",
        "record.reviewed",
        "record.decided",
    }
    assert sum(e.kind == "claim.cited" for e in events) == record.counters.cited


def test_the_store_gives_the_same_record_back(starter: Run):
    with open_store(starter.home) as store:
        loaded = store.records.load(starter.record.short_id)
    assert loaded == starter.record.model_copy(update={"ledger_head": None})


def test_two_runs_have_one_content_hash(starter: Run, tmp_path: Path):
    again = ask(tmp_path / "home", seed_claims().question, embedder="minilm")
    assert again.id != starter.record.id
    assert again.content_hash == again.computed_hash() == starter.record.content_hash


def test_the_content_hash_sees_a_change(record: Record):
    claim = record.claims[0].model_copy(update={"text": record.claims[0].text + " "})
    changed = record.model_copy(update={"claims": (claim, *record.claims[1:])})
    assert changed.computed_hash() != record.content_hash
    other = record.model_copy(update={"created_at": "2000-01-01T00:00:00+00:00", "ledger_head": None})
    assert other.computed_hash() == record.content_hash


def kernel_of(claims: tuple[Claim, ...]) -> list[tuple[str, str, str, bool, tuple[str, ...]]]:
    return [(c.id, c.text, c.verdict, c.verified, tuple(e.verdict for e in c.verification.evidence)) for c in claims]


def test_what_notes_say_outside_of_findings_changes_nothing(starter: Run, tmp_path: Path):
    bare = tmp_path / "bare"
    shutil.copytree(STARTER, bare)
    (bare / "README.md").unlink()
    removed = 0
    for path in bare.glob("*.md"):
        text, count = re.subn(
            r"^## (?:What it is|Limits)\n.*?(?=^## |\Z)", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        path.write_text(text, encoding="utf-8")
        removed += count
    assert removed == 120
    (tmp_path / "home").mkdir()
    shutil.copy(
        starter.home / "vectors.db", tmp_path / "home"
    )  # of texts that both have; they take most of a run's time
    record, other = starter.record, ask(tmp_path / "home", seed_claims().question, bare, embedder="minilm")
    assert kernel_of(other.claims) == kernel_of(record.claims)
    assert other.answer == record.answer
    assert other.decision == record.decision


def test_the_record_is_plain_json(record: Record):
    data = json.loads(record.model_dump_json())
    assert Record.model_validate(data) == record


def test_the_readme_quotes_this_answer(record: Record):
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    quoted = re.findall(r"^> - (.+)$", readme, flags=re.MULTILINE)
    assert quoted == [s.text for s in record.answer.abstract]
    assert f"**{record.answer.state}** · {record.decision.outcome}" in readme


def test_one_figure_told_by_two_notes_is_counted_once(record: Record):
    """Two notes give the same cell of one paper's table: both are cited, and it is one comparison."""
    facet = next(f for f in record.answer.facets if any("MiLoRA against MOELoRA" in s.text for s in f.sentences))
    sentence = next(s for s in facet.sentences if "MiLoRA against MOELoRA" in s.text)
    assert "(2 comparisons" in sentence.text
    assert len({record.claim(i).quote.paper_id for i in sentence.claim_ids}) == 2
