"""What the laboratory measured comes first in an answer, with a state by rule, and never against what sources say."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.kernel import evidence as module
from sovereign.kernel.answer import answer
from sovereign.kernel.aspects import Aspects, aspects_of
from sovereign.kernel.evidence import joined, lab_evidence, measured_anew, question_of, shown
from sovereign.kernel.plan import plan
from sovereign.kernel.tribunal import brief_of, review
from sovereign.kernel.tribunal.tabled import of_measurements
from sovereign.kernel.tribunal.works import of_citations
from sovereign.lab.overhead import run as driver
from sovereign.lab.overhead.evidence import Evidence
from sovereign.lab.overhead.results import Results
from sovereign.lab.overhead.shipped import Kept
from sovereign.records import FacetAnswer, Measurement, Paper, ProtocolKey, Quantity, Record, seed_claims, sha256_hex
from sovereign.store import open_store
from tests.kernel.asking import ask
from tests.kernel.conftest import Run
from tests.lab.overhead.making import QUICK, results


def kept(found: Results) -> Kept:
    return Kept(found, found.model_dump_json().encode())


FULL = kept(results((*QUICK, "opt-350m", "opt-13b", "mixtral-8x7b")))
FRESH = results(QUICK, seed=1, quick=True)
LENDS = Paper(id="p", title="MixLoRA: Experts", topics=("expert bridging",))


def aspects(question: str, *papers: Paper) -> Aspects:
    return aspects_of(plan(question, 2000), papers)


SEED = aspects(seed_claims().question, LENDS)


@pytest.fixture(scope="module")
def found() -> Evidence:
    question = question_of(SEED)
    assert question is not None
    return shown(question, FULL, None, sha256_hex)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, starter: Run) -> Run:
    """The first question, with results that ship."""
    home = tmp_path_factory.mktemp("measured")
    shutil.copy(starter.home / "vectors.db", home)  # they follow from texts alone, and take most of a run's time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "shipped", lambda: FULL)

        return Run(ask(home, seed_claims().question, embedder="minilm"), home)


def facet(record: Record, text: str) -> FacetAnswer:
    (facet_id,) = [f.id for f in record.plan.facets if f.text == text]
    (found,) = [f for f in record.answer.facets if f.facet_id == facet_id]
    return found


def test_the_first_question_is_one_of_the_laboratory() -> None:
    question = question_of(SEED)
    assert question.comparator == "full_fine_tuning"
    assert question.subjects == (("mixlora", "mixlora_reference", "mixlora_naive"),)
    assert [(w.metric, w.phase) for w in question.wanted] == [("latency", "inference"), ("memory", None)]


@pytest.mark.parametrize(
    "text",
    [
        "What is the inference latency of prefix tuning versus full fine-tuning?",
        "What is the inference latency of MixLoRA versus speculative decoding?",
        "What is the accuracy of LoRA versus full fine-tuning?",
        "How do bees find flowers?",
    ],
)
def test_a_question_that_it_has_no_method_or_metric_for_is_none(text: str) -> None:
    assert question_of(aspects(text)) is None


def test_other_questions_reach_its_methods_too() -> None:
    question = question_of(aspects("What is the training memory of LoRA versus full fine-tuning?"))
    assert question.subjects == (("lora", "lora_merged"),) and question.comparator == "full_fine_tuning"
    assert [(w.metric, w.phase) for w in question.wanted] == [("memory", "training")]
    question = question_of(aspects("What is the inference latency of MixLoRA?"))
    assert question.comparator is None
    text = shown(question, FULL, None, sha256_hex).facets[0].headlines[0].text
    assert "times the time of the base model" in text


def test_memory_is_answered_and_latency_as_far_as_it_was_measured(answered: Run) -> None:
    record = answered.record
    latency, memory = facet(record, "inference latency"), facet(record, "memory usage")
    assert memory.state == "ANSWERED" and not memory.parts and not memory.missing
    assert [p.state for p in latency.parts] == ["ANSWERED", "PARTLY_ANSWERED"]
    assert latency.parts[0].scope == "on the measured CPU, Roofline 9000" and latency.parts[1].scope == "on GPUs"
    assert latency.state == "PARTLY_ANSWERED" == record.answer.state
    assert facet(record, "110M to 175B parameters").state == "ANSWERED"


def test_what_was_measured_comes_first_and_the_sources_stay(answered: Run, starter: Run) -> None:
    answer = answered.record.answer
    for name in ("inference latency", "memory usage"):
        sentences = facet(answered.record, name).sentences
        first = next(at for at, s in enumerate(sentences) if s.claim_ids)
        assert first >= 3 and all(s.measurement_ids for s in sentences[:first])
        assert all(s.claim_ids for s in sentences[first:])
        said = {s.text for s in sentences[first:]}
        assert said == {s.text for s in facet(starter.record, name).sentences if s.claim_ids}
    assert answer.summary[0].text.startswith("Measured on Roofline 9000")
    assert any(s.claim_ids for s in answer.summary)
    assert answer.comparisons == starter.record.answer.comparisons
    assert answer.disagreements == starter.record.answer.disagreements


def test_nothing_that_was_measured_is_said_to_be_missing(answered: Run) -> None:
    texts = [p.text for p in answered.record.answer.open_points]
    assert not [t for t in texts if "no stated size" in t or t.startswith("No comparison")]
    assert [t for t in texts if "GPUs was not measured" in t] and [t for t in texts if "accurate" in t]
    assert all(p.needs for p in answered.record.answer.open_points)


def test_every_measurement_of_the_record_is_there_once_and_cited(answered: Run) -> None:
    record, answer = answered.record, answered.record.answer
    ids = [m.id for m in record.measurements]
    assert len(ids) == len(set(ids)) == record.counters.measured
    cells = {c.measurement_id for t in answer.measured for r in t.rows for c in r.cells if c}
    own = {m.id for m in record.measurements if m.protocol == "overhead"}
    assert cells | set(answer.measured_by()) == own and own
    assert not set(answer.cited()) - {c.id for c in record.claims}


def test_results_and_plots_are_artifacts_of_the_store(answered: Run) -> None:
    with open_store(answered.home) as store:
        own = [m for m in answered.record.measurements if m.protocol == "overhead"]
        assert {m.artifact for m in own} == {sha256_hex(FULL.data)}
        assert store.artifacts.get(sha256_hex(FULL.data)) == FULL.data
        plots = [store.artifacts.get(f.artifact) for f in answered.record.answer.figures]
    assert len(plots) == 2 and all(b"<svg" in plot for plot in plots)


def test_two_runs_have_one_content_hash(answered: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shipped", lambda: FULL)
    # Vectors again; test_starter.py has two runs that share nothing.
    shutil.copy(answered.home / "vectors.db", tmp_path)
    again = ask(tmp_path, seed_claims().question, embedder="minilm")
    assert again.content_hash == answered.record.content_hash
    other = FULL.results.model_copy(update={"seconds": 1.0})
    monkeypatch.setattr(module, "shipped", lambda: kept(other))
    assert ask(tmp_path, seed_claims().question, embedder="minilm").content_hash != again.content_hash


def test_why_nothing_was_measured_anew_is_a_limit_of_the_record(answered: Run) -> None:
    assert "Nothing was measured anew: measuring is switched off for this run." in answered.record.limits
    assert "Nothing was measured: no protocol tests these claims." not in answered.record.limits


def test_without_results_there_is_no_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shipped", lambda: None)
    assert lab_evidence(SEED, sha256_hex) == Evidence()
    assert lab_evidence(SEED, sha256_hex, FRESH).tables
    monkeypatch.setattr(module, "shipped", lambda: FULL)
    assert lab_evidence(aspects("How do bees find flowers?"), sha256_hex) == Evidence()
    assert any(table.anew for table in lab_evidence(SEED, sha256_hex, FRESH).tables)


def test_fresh_figures_stand_beside_those_that_ship_or_alone() -> None:
    question = question_of(SEED)
    both = shown(question, FULL, kept(FRESH), sha256_hex)
    assert [t.anew for t in both.tables].count(True) == 2 and both.measurements[0].id == "M1"
    assert len({m.id for m in both.measurements}) == len(both.measurements)
    assert {m.artifact for m in both.measurements} == {sha256_hex(FULL.data), sha256_hex(kept(FRESH).data)}
    alone = shown(question, None, kept(FRESH), sha256_hex)
    assert alone.tables and not any(t.anew for t in alone.tables)


def test_measuring_anew_needs_a_question_time_and_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "quick", lambda tell: FRESH)
    monkeypatch.setattr(module, "find_spec", lambda name: True)
    assert measured_anew(SEED, 60.0, print) == (FRESH, "")
    for other in ("How do bees find flowers?", "What is the training memory of LoRA versus full fine-tuning?"):
        assert measured_anew(aspects(other), 60.0, print) == (None, "")
    nothing, why = measured_anew(SEED, 10.0, print)
    assert nothing is None and "10 s are allowed" in why
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    nothing, why = measured_anew(SEED, 60.0, print)
    assert nothing is None and "extra “lab” is not installed" in why


def test_a_measurement_that_fails_does_not_cost_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(tell: object) -> Results:
        raise InputError("there are 0.1 GB of free memory")

    monkeypatch.setattr(driver, "quick", fails)
    monkeypatch.setattr(module, "find_spec", lambda name: True)
    assert measured_anew(SEED, 60.0, print) == (None, "Nothing was measured anew: there are 0.1 GB of free memory.")


def test_a_run_measures_the_question_first_and_shows_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = import_module("sovereign.kernel.stages")
    gate, left = runs.measure, []

    def counting(claims: object, enabled: bool, keep: object, seconds: float, **rest: object) -> object:
        left.append(seconds)
        return gate(claims, enabled, keep, 0.0, **rest)

    monkeypatch.setattr(driver, "quick", lambda tell: FRESH)
    monkeypatch.setattr(module, "find_spec", lambda name: True)
    monkeypatch.setattr(module, "shipped", lambda: FULL)
    monkeypatch.setattr(runs, "measure", counting)
    record = ask(tmp_path, seed_claims().question, measure_seconds=60)
    assert 0 < left[0] < 60
    assert [t.anew for t in record.answer.measured] == [False] * 4 + [True] * 2
    assert any(s.text.startswith("Measured anew on this machine") for s in record.answer.summary)
    # Figures of two runs in one setting are two figures, each relative to its own run.
    assert [f.text for r in record.reviews for f in r.findings if f.severity == "critical"] == []
    with open_store(tmp_path) as store:
        assert store.artifacts.get(sha256_hex(kept(FRESH).data)) == kept(FRESH).data


def literature(state: str, *missing: str) -> FacetAnswer:
    facet_id = SEED.measured[0].id
    return FacetAnswer.model_validate({"facet_id": facet_id, "state": state, "reason": "as read", "missing": missing})


def test_the_weaker_part_counts_but_what_is_answered_in_part_is_not_unanswerable(found: Evidence) -> None:
    for read, expected in (
        ("ANSWERED", "ANSWERED"),
        ("PARTLY_ANSWERED", "PARTLY_ANSWERED"),
        ("NOT_ANSWERABLE", "PARTLY_ANSWERED"),
    ):
        assert joined(literature(read), found, SEED).state == expected
    few = shown(question_of(SEED), kept(results(("opt-1.3b", "opt-6.7b"))), None, sha256_hex)
    assert joined(literature("NOT_ANSWERABLE"), few, SEED).state == "PARTLY_ANSWERED"


def test_an_end_of_the_range_that_nobody_measured_stays_open(found: Evidence) -> None:
    few = shown(question_of(SEED), kept(results(("opt-1.3b", "opt-6.7b"))), None, sha256_hex)
    answer = joined(literature("PARTLY_ANSWERED", "No comparison was found."), few, SEED)
    assert [p.state for p in answer.parts] == ["PARTLY_ANSWERED", "PARTLY_ANSWERED"]
    assert "no stated size below 1.3B" in answer.reason and "No comparison was found." in answer.missing
    assert (
        "No comparison was found."
        not in joined(literature("PARTLY_ANSWERED", "No comparison was found."), found, SEED).missing
    )


def test_a_facet_that_was_not_measured_stays_as_it_was(found: Evidence) -> None:
    other = literature("NOT_ANSWERABLE").model_copy(update={"facet_id": "F99"})
    assert joined(other, found, SEED) is other


def test_reviewers_say_what_measured_sentences_rest_on(answered: Run) -> None:
    record = answered.record
    codes = {f.code: f for f in record.reviews[-1].findings}
    assert "figures of the laboratory" in codes["measurements"].text and codes["measurements"].severity == "note"
    assert codes["modelled-in-answer"].severity == "minor"
    assert "fabricated-citation" not in codes and "unsupported-in-answer" not in codes
    lost = of_citations(brief_of(record.model_copy(update={"measurements": record.measurements[:3]})))
    assert {f.code for f in lost} == {"fabricated-citation"}


def test_a_measurement_is_relative_to_its_own_run(answered: Run) -> None:
    brief = brief_of(answered.record)
    base = next(m for m in brief.measurements if m.ratio == 1.0 and m.key.unit == "ms/token")
    slower = Quantity(value=2 * base.quantity.value, unit="ms/token", text=f"{2 * base.quantity.value:.3g} ms/token")
    later = base.model_copy(
        update={"id": "M9999", "artifact": "ab" * 32, "quantity": slower, "low": None, "high": None}
    )
    assert list(of_measurements(replace(brief, measurements=(*brief.measurements, later)))) == []
    mixed = later.model_copy(update={"artifact": base.artifact})
    assert list(of_measurements(replace(brief, measurements=(*brief.measurements, mixed)))) != []


def test_a_noisy_ratio_lies_between_the_quartiles(answered: Run) -> None:
    brief = brief_of(answered.record)
    base = next(m for m in brief.measurements if m.ratio == 1.0 and m.key.unit == "ms/token")

    def timed(name: str, value: float, ratio: float, key: ProtocolKey) -> Measurement:
        quantity = Quantity(value=value, unit="ms/token", text=f"{value:g} ms/token")
        more = {"id": name, "quantity": quantity, "low": 0.95 * value, "high": 1.05 * value, "ratio": ratio, "key": key}
        return base.model_copy(update=more)

    def held(ratio: float) -> bool:
        other = base.key.model_copy(update={"method": "another", "comparator": base.key.method})
        both = (timed("M1", 10.0, 1.0, base.key), timed("M2", 12.0, ratio, other))
        return not list(of_measurements(replace(brief, measurements=both)))

    assert held(1.2) and held(1.3) and held(1.1)
    assert not held(1.6) and not held(0.9)


def test_the_score_is_not_worse_for_having_measured(answered: Run) -> None:
    with_figures = brief_of(answered.record)
    alone = answer(answered.record.claims, with_figures.aspects)
    without = replace(with_figures, answer=alone, measurements=())
    assert review(1, with_figures).score >= review(1, without).score
