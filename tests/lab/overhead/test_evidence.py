"""Results as evidence: measurements that tables and sentences cite, each as it stands in the results."""

from __future__ import annotations

import re

import pytest

from sovereign.lab.overhead.blocks import Question, Wanted
from sovereign.lab.overhead.evidence import Evidence, anew, beside, evidence
from sovereign.lab.overhead.results import Results
from sovereign.lab.overhead.words import named
from sovereign.records import AnswerSentence, sha256_hex
from tests.lab.overhead.making import QUICK, results

MIXLORA = ("mixlora", "mixlora_reference", "mixlora_naive")
BOTH = (Wanted("F3", "latency"), Wanted("F4", "memory"))
QUESTION = Question((MIXLORA,), "full_fine_tuning", BOTH)
SHA = "a" * 64


@pytest.fixture(scope="module")
def full() -> Results:
    return results()


@pytest.fixture(scope="module")
def found(full: Results) -> Evidence:
    return evidence(full, SHA, QUESTION, sha256_hex)


def sentences(found: Evidence) -> list[AnswerSentence]:
    return [s for f in found.facets for s in (*f.headlines, *f.crossovers)]


def cited(found: Evidence) -> set[str]:
    cells = {c.measurement_id for t in found.tables for r in t.rows for c in r.cells if c}
    return (
        cells | {i for s in sentences(found) for i in s.measurement_ids} | {i for f in found.facets for i in f.sized_by}
    )


def test_measurements_are_those_that_something_cites(found: Evidence) -> None:
    ids = [m.id for m in found.measurements]
    assert ids == [f"M{n}" for n in range(1, len(ids) + 1)]
    assert cited(found) == set(ids)
    assert all(m.artifact == SHA and m.protocol == "overhead" for m in found.measurements)


def test_a_measurement_is_its_row(full: Results, found: Evidence) -> None:
    rows = {(named(r.shape), r.method, r.phase, r.batch_size, r.tokens, r.context_length): r for r in full.latency}
    seen = 0
    for one in found.measurements:
        given = dict(one.key.setting)
        if one.key.metric != "latency" or one.key.method != "MixLoRA (naive)":
            continue
        length = int(given["sequence_length"])
        decode = given["step"] == "decode"
        place = (1, length) if decode else (length, 0)
        row = rows[given["model"], "mixlora_naive", given["step"], int(given["batch_size"]), *place]
        assert one.quantity.value == pytest.approx(1000 * row.seconds) and one.quantity.unit == "ms/token"
        assert (one.low, one.high) == (pytest.approx(1000 * row.low), pytest.approx(1000 * row.high))
        assert (one.ratio, one.how, one.repeats) == (row.ratio, row.how, 5)
        assert (
            given["routing"] == "balanced"
            and given["device"] == "cpu"
            and given["dtype"] == "bfloat16"
            and given["phase"] == "inference"
        )
        assert "Roofline 9000" in one.where and "2026-11-22" in one.where
        seen += 1
    assert seen >= 20


def test_memory_that_was_computed_names_no_machine(found: Evidence) -> None:
    memory = [m for m in found.measurements if m.key.metric == "memory"]
    assert {m.how for m in memory} == {"measured", "modelled"}
    for one in memory:
        assert ("Roofline" in one.where) == (one.how == "measured")
        assert one.low is None and one.repeats is None


def test_tables_stand_against_the_comparator(found: Evidence) -> None:
    assert [(t.facet_id, t.metric) for t in found.tables] == [
        ("F3", "inference latency"),
        ("F3", "inference latency"),
        ("F4", "training memory"),
        ("F4", "inference memory"),
    ]
    by_id = {m.id: m for m in found.measurements}
    for table in found.tables:
        assert table.comparator == "full fine-tuning" and table.columns[0].startswith("full fine-tuning")
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        for row in table.rows:
            assert row.cells[0].ratio == 1.0
            for cell in row.cells:
                assert cell is None or by_id[cell.measurement_id].ratio == cell.ratio
    assert [row.other for row in found.tables[0].rows] == [False] * 9 + [True] * 4


def test_another_comparator_gives_other_ratios(full: Results) -> None:
    other = evidence(full, SHA, Question((("full_fine_tuning",),), "mixlora_naive", BOTH), sha256_hex)
    table = other.tables[0]
    at = next(n for n, name in enumerate(table.columns) if "full fine-tuning" in name)
    (row,) = [r for r in table.rows if r.scale == "OPT 6.7B"]
    (naive,) = [
        r for r in full.latency
        if (r.shape, r.method, r.phase, r.batch_size) == ("opt-6.7b", "mixlora_naive", "decode", 1)
    ]  # fmt: skip
    assert table.columns[0] == "MixLoRA (naive)" and row.cells[at].ratio == pytest.approx(1 / naive.ratio)


def test_headlines_give_the_range_of_their_rows(full: Results, found: Evidence) -> None:
    latency, memory = found.facets
    decode = latency.headlines[0].text
    rows = [
        r.ratio for r in full.latency
        if (r.method, r.phase, r.batch_size) == ("mixlora", "decode", 1) and r.shape.startswith("opt")
    ]  # fmt: skip
    assert f"decodes one token in {min(rows):.2f} to {max(rows):.2f} times the time of full fine-tuning" in decode
    assert decode.startswith("Measured on Roofline 9000") and "tiled at OPT 175B" in decode
    assert "from BERT 110M to OPT 175B" in latency.headlines[1].text
    assert "computes the same products as the base model" in latency.headlines[2].text
    assert (
        "needs for training" in memory.headlines[0].text
        and "392 GB against 2.81 TB at OPT 175B" in memory.headlines[0].text
    )
    assert "misses 4 measured peaks by" in memory.headlines[0].text
    for sentence in sentences(found):
        assert sentence.measurement_ids and not sentence.claim_ids


def test_a_headline_says_where_a_method_stands_apart(full: Results, found: Evidence) -> None:
    memory = found.facets[1].headlines[0].text
    assert re.search(r"MixLoRA \(naive\) [^;]*\(modelled\)", memory)  # beside measured ones of the factored form
    gone = tuple(r for r in full.latency if not (r.shape == "opt-30b" and r.method == "mixlora_naive"))
    text = evidence(full.model_copy(update={"latency": gone}), SHA, QUESTION, sha256_hex).facets[0].headlines[0].text
    assert re.search(r"at 9 scales from OPT 125M to OPT 175B", text)
    assert re.search(r"MixLoRA \(naive\) [\d.]+ to [\d.]+ \(at 8 scales from OPT 125M to OPT 175B\)", text)


def test_figures_beside_each_other_were_found_in_one_way(found: Evidence) -> None:
    by_id = {m.id: m for m in found.measurements}
    for facet in found.facets:
        for sentence in facet.headlines:
            for mine, theirs in re.findall(r"([\d.]+ [GT]B) against ([\d.]+ [GT]B)", sentence.text):
                hows = {
                    by_id[i].how == "modelled"
                    for i in sentence.measurement_ids
                    if by_id[i].quantity.text in (mine, theirs)
                }
                assert len(hows) == 1


def test_sizes_are_those_at_which_every_side_has_figures(full: Results, found: Evidence) -> None:
    assert [q.text for q in found.facets[0].sizes][:2] == ["110M", "125M"] and found.facets[0].sizes[
        -1
    ].value == 1.75e11
    assert "46" not in {q.text[:2] for q in found.facets[0].sizes}  # the mixture has no other side
    without = tuple(r for r in full.latency if not (r.shape == "opt-175b" and r.method in MIXLORA))
    fewer = evidence(full.model_copy(update={"latency": without}), SHA, QUESTION, sha256_hex)
    assert fewer.facets[0].sizes[-1].text == "70B"


def test_a_method_that_was_not_measured_gives_nothing(full: Results) -> None:
    few = results(("opt-125m",), methods=("base", "full_fine_tuning", "lora"))
    found = evidence(few, SHA, QUESTION, sha256_hex)
    assert not found.tables and not found.measurements and not found.facets and not found.open_points


def test_a_phase_narrows_memory(full: Results) -> None:
    only = Question((MIXLORA,), "full_fine_tuning", (Wanted("F1", "memory", "inference"),))
    assert [t.metric for t in evidence(full, SHA, only, sha256_hex).tables] == ["inference memory"]


def test_plots_are_kept_by_their_hash(full: Results) -> None:
    kept: dict[str, bytes] = {}

    def put(data: bytes) -> str:
        kept[sha256_hex(data)] = data
        return sha256_hex(data)

    found = evidence(full, SHA, QUESTION, put)
    assert {f.artifact for f in found.figures} == set(kept) and len(kept) == 2
    assert all(data.startswith(b"<?xml") for data in kept.values())
    assert {f.facet_id for f in found.figures} == {"F3", "F4"} and all(f.alt and f.caption for f in found.figures)


def test_what_stays_open_is_said(found: Evidence, full: Results) -> None:
    assert found.open_points[0].needs == "a GPU" and "accurate" in found.open_points[1].text
    there = full.environment.model_copy(update={"device": "NVIDIA A100-SXM4-40GB"})
    update = {"environment": there, "config": full.config.model_copy(update={"device": "cuda"})}
    on_gpu = evidence(full.model_copy(update=update), SHA, QUESTION, sha256_hex)
    assert on_gpu.on_gpu and not any("GPUs was not measured" in p.text for p in on_gpu.open_points)
    # The processor beside the GPU was not timed.
    assert on_gpu.processor == "NVIDIA A100-SXM4-40GB" and "Roofline" not in on_gpu.model_dump_json()
    assert ("device", "cuda") in on_gpu.measurements[0].key.setting


def test_a_run_made_now_stands_beside_the_earlier_one(full: Results, found: Evidence) -> None:
    fresh = results(QUICK, seed=1, quick=True)
    more = anew(full, fresh, "b" * 64, QUESTION, len(found.measurements) + 1)
    both = beside(found, more)
    ids = [m.id for m in both.measurements]
    assert len(set(ids)) == len(ids) and cited(both) == set(ids)
    assert [t.anew for t in both.tables] == [False] * 4 + [True] * 2
    text = both.facets[0].headlines[-1].text
    median, most = map(float, re.search(r"by ([\d.]+) % in the median and by at most ([\d.]+) %", text).groups())
    assert 0 < median < most < 3
    same = anew(full, full, "b" * 64, QUESTION, 1)
    assert "by 0 % in the median and by at most 0 %" in same.facets[0].headlines[0].text


def test_evidence_is_the_same_each_time_and_can_be_kept(full: Results, found: Evidence) -> None:
    assert evidence(full, SHA, QUESTION, sha256_hex) == found
    assert Evidence.model_validate_json(found.model_dump_json()) == found
