"""Crossovers are computed from the rows, and none is asserted that they do not show."""

from __future__ import annotations

import pytest

from sovereign.lab.overhead.crossovers import crossovers, first_from
from sovereign.lab.overhead.results import Latency, Results
from tests.lab.overhead.making import SCALES, results


@pytest.fixture(scope="module")
def full() -> Results:
    return results()


def with_ratios(full: Results, method: str, batch: int, ratios: dict[str, float]) -> Results:
    """Decoding rows of one method and batch with other ratios."""

    def changed(row: Latency) -> Latency:
        hit = (row.method, row.phase, row.batch_size) == (method, "decode", batch) and row.shape in ratios
        return row.model_copy(update={"ratio": ratios[row.shape]}) if hit else row

    return full.model_copy(update={"latency": tuple(map(changed, full.latency))})


def texts(found: Results, words: str) -> list[str]:
    return [one.text for one in crossovers(found) if words in one.text]


@pytest.mark.parametrize(
    ("holds", "start"),
    [([], None), ([True, False], None), ([False, True, True], 1), ([True, False, True], 2), ([True, True], 0)],
)
def test_a_limit_holds_from_where_it_holds_to_the_end(holds: list[bool], start: int | None) -> None:
    assert first_from(holds) == start


def test_from_which_scale_the_factored_form_costs_less_than_a_tenth(full: Results) -> None:
    scales = ["opt-125m", "opt-350m", "opt-1.3b", "opt-2.7b", "opt-6.7b", "opt-13b", "opt-30b", "opt-66b", "opt-175b"]
    high = dict(zip(scales, [1.5, 1.4, 1.3, 1.09, 1.08, 1.07, 1.06, 1.05, 1.04], strict=True))
    (text,) = texts(with_ratios(full, "mixlora", 1, high), "less than 1.1 times")
    assert "from OPT 2.7B on: 1.30 at OPT 1.3B, 1.09 at OPT 2.7B, 1.04 at OPT 175B" in text
    # One scale in the middle that does not pass moves the crossing behind it; a last one that does not leaves none.
    (text,) = texts(with_ratios(full, "mixlora", 1, high | {"opt-30b": 1.2}), "less than 1.1 times")
    assert "from OPT 66B on: 1.20 at OPT 30B" in text
    assert not texts(with_ratios(full, "mixlora", 1, high | {"opt-175b": 1.11}), "less than 1.1 times")


def test_from_which_batch_an_addition_stops_mattering(full: Results) -> None:
    (text,) = texts(full, "With LoRA (unmerged), decoding takes less than 1.05")
    assert "at OPT 125M to OPT 350M from a batch of 32 on; at OPT 1.3B to OPT 175B at every batch measured" in text
    never = with_ratios(full, "lora", 512, {"opt-125m": 1.06})
    (text,) = texts(never, "With LoRA (unmerged), decoding takes less than 1.05")
    assert "at OPT 125M at batches of 32 and 128 alone; at OPT 350M from a batch of 32 on" in text
    # What passes at small batches and not at the largest is not "not up to" it.
    first = {"opt-66b": 1.03, "opt-175b": 1.02}
    later = with_ratios(with_ratios(full, "lora", 1, first), "lora", 32, dict.fromkeys(first, 1.06))
    (text,) = texts(with_ratios(later, "lora", 128, dict.fromkeys(first, 1.06)), "With LoRA (unmerged), decoding takes")
    assert "at OPT 66B to OPT 175B at a batch of 1 alone" in text and "not up to" not in text
    none = full
    for batch in (1, 32, 128, 512):
        none = with_ratios(none, "lora", batch, dict.fromkeys(SCALES, 1.2) | {"opt-125m": 1.01})
    (text,) = texts(none, "With LoRA (unmerged), decoding takes")
    assert "at OPT 125M at every batch measured; at OPT 350M to OPT 175B at no batch measured" in text
    one_batch = full.model_copy(update={"latency": tuple(r for r in full.latency if r.batch_size == 1)})
    assert not texts(one_batch, "decoding takes less than 1.05")


def test_where_the_naive_form_costs_more_than_twice(full: Results) -> None:
    (text,) = texts(full, "With MixLoRA (naive), a token takes more than twice")
    assert "at every scale measured" in text and "prompt of 32 tokens" in text
    some = with_ratios(full, "mixlora_naive", 1, {"opt-350m": 2.4, "opt-13b": 2.2})
    (text,) = [t for t in texts(some, "With MixLoRA (naive)") if "batch of 1" in t]
    assert "at OPT 350M, OPT 13B: 2.20 (OPT 13B) to 2.40 (OPT 350M;" in text
    (text,) = [t for t in texts(with_ratios(full, "mixlora_naive", 1, {"opt-13b": 2.2}), "naive") if "batch of 1" in t]
    assert "takes 2.20 times the time of the base model at OPT 13B" in text


def test_from_which_scale_optimizer_state_is_most_of_training(full: Results) -> None:
    (text,) = texts(full, "Optimizer state")
    assert "at every scale measured" in text

    def smaller(row):
        if row.mode == "training" and row.method == "full_fine_tuning" and row.shape in ("opt-125m", "opt-350m"):
            return row.model_copy(update={"total": row.total * 2})
        return row

    halved = full.model_copy(update={"memory": tuple(map(smaller, full.memory))})
    (text,) = texts(halved, "Optimizer state")
    (row,) = [
        r for r in halved.memory if (r.shape, r.method, r.mode) == ("opt-350m", "full_fine_tuning", "training")
    ]  # fmt: skip
    share = row.components["optimizer"] / row.total
    assert share < 0.4 and f"from OPT 1.3B on: {100 * share:.0f} % at OPT 350M" in text
    light = [r.model_copy(update={"components": r.components | {"optimizer": 0.0}}) for r in full.memory]
    assert not texts(full.model_copy(update={"memory": tuple(light)}), "Optimizer state")


def test_every_figure_of_a_sentence_is_one_of_its_rows(full: Results) -> None:
    for one in crossovers(full):
        assert one.rows, one.text
        if "on: " in one.text and one.metric == "latency":
            said = [float(part.split(" at ")[0]) for part in one.text.split(": ")[1].split(" (")[0].split(", ")]
            assert said == [pytest.approx(row.ratio, abs=0.006) for row in one.rows]


def test_no_results_show_no_crossover(full: Results) -> None:
    assert crossovers(full.model_copy(update={"latency": (), "memory": ()})) == []
