"""Where one cost overtakes another: each crossover a sentence with its figures, and the rows that carry it.

All are on the main axis, where scale alone changes. Nothing is said that the rows do not show: a limit counts as passed
"from" a scale or batch only if every larger one that was measured passes it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from .results import Latency, Memory, Results
from .slices import Slice, by_rows, decoding, memory_rows, prompts, shapes_of
from .words import label, named, on_main_axis, percent, setting, times, training_setting

SMALL, SMALL_BY_SCALE, LARGE = 1.05, 1.10, 2.0
BESIDE_THE_WEIGHTS = ("mixlora", "lora", "adapters")  # what inference pays for an addition that is not merged
PER_SLOT = ("mixlora_naive", "upcycling")


class Crossover(NamedTuple):
    """What was found of ``methods``, in words, and the rows that show it. ``part`` is the component whose share it speaks of."""

    metric: Literal["latency", "memory"]
    methods: tuple[str, ...]
    text: str
    rows: tuple[Latency | Memory, ...]
    part: str = ""


def crossovers(results: Results) -> list[Crossover]:
    """All that the results show."""
    found = [_optimizer_state(results)]
    found += [_by_scale(results, "mixlora")]
    found += [_by_batch(results, method) for method in BESIDE_THE_WEIGHTS]
    found += [_more_than_twice(one, method) for method in PER_SLOT for one in (decoding(results), *prompts(results))]
    return [one for one in found if one]


def first_from(holds: Sequence[bool]) -> int | None:
    """The index from which all hold to the end; None if the last does not."""
    if not holds or not holds[-1]:
        return None
    return len(holds) - next((at for at, one in enumerate(reversed(holds)) if not one), len(holds))


def _optimizer_state(results: Results) -> Crossover | None:
    """From which scale the state of the optimizer is more than half of what full fine-tuning needs."""
    rows = memory_rows(results, "training")
    there = [rows[key] for key in _main(rows) if key[1] == "full_fine_tuning"]
    shares = [row.components.get("optimizer", 0.0) / row.total for row in there]
    start = first_from([share > 0.5 for share in shares])
    if start is None:
        return None
    told = [there[at] for at in sorted({max(start - 1, 0), start, len(there) - 1})]
    figures = ", ".join(f"{percent(row.components['optimizer'] / row.total)} at {named(row.shape)}" for row in told)
    text = (
        f"Optimizer state is more than half of the training memory of full fine-tuning {_reach(there, start)}: {figures} "
        f"({training_setting(there[0])})."
    )
    return Crossover("memory", ("full_fine_tuning",), text, tuple(told), "optimizer")


def _by_scale(results: Results, method: str) -> Crossover | None:
    """From which scale a token is decoded in less than 1.1 times the time of the base model."""
    one = decoding(results)
    there = _of_method(one, method) if one else []
    start = first_from([row.ratio < SMALL_BY_SCALE for row in there])
    if start is None:
        return None
    told = [there[at] for at in sorted({max(start - 1, 0), start, len(there) - 1})]
    figures = ", ".join(f"{times(row.ratio)} at {named(row.shape)}" for row in told)
    text = (
        f"With {label(method)}, decoding a token takes less than {SMALL_BY_SCALE:g} times the time of the base model "
        f"{_reach(there, start)}: {figures} ({setting(there[0])})."
    )
    return Crossover("latency", (method,), text, tuple(told))


def _by_batch(results: Results, method: str) -> Crossover | None:
    """At which batches an addition costs less than 5 % of the base model's time, for each scale."""
    batches = by_rows(results, "decode")
    columns = {shape: rows for shape in _main_shapes(batches) if len(rows := _over(batches, shape, method)) > 1}
    passed = {shape: [row for row in rows if row.ratio < SMALL] for shape, rows in columns.items()}
    if not any(passed.values()):
        return None

    def outcome(shape: str) -> str:
        rows, there = columns[shape], passed[shape]
        if len(there) in (0, len(rows)):
            return f"at {'every' if there else 'no'} batch measured"
        if there == rows[-len(there) :] and len(there) > 1:
            return f"from a batch of {there[0].batch_size} on"
        return (
            f"at {'batches' if len(there) > 1 else 'a batch'} of {' and '.join(str(r.batch_size) for r in there)} alone"
        )

    told = [row for shape, rows in columns.items() for row in passed[shape] or rows[-1:]]
    groups = [(text, list(shapes)) for text, shapes in groupby(columns, outcome)]
    spans = "; ".join(f"at {_span(shapes)} {text}" for text, shapes in groups)
    if len(groups) == 1:
        everywhere = all(len(passed[shape]) == len(rows) for shape, rows in columns.items())
        spans = "at every scale and batch measured" if everywhere else f"at every scale {groups[0][0]}"
    measured = ", ".join(str(one.batch_size) for one in batches)
    text = (
        f"With {label(method)}, decoding takes less than {SMALL:g} times the time of the base model {spans} "
        f"(batches of {measured}; {batches[0].context_length} tokens of context)."
    )
    return Crossover("latency", (method,), text, tuple(told))


def _more_than_twice(one: Slice | None, method: str) -> Crossover | None:
    """At which scales a method takes more than twice the time of the base model."""
    there = [row for row in (_of_method(one, method) if one else []) if row.ratio > LARGE]
    if one is None or not there:
        return None
    reach = "at every scale measured" if len(there) == len(_of_method(one, method)) else f"at {_listed(there)}"
    low, high = min(there, key=lambda row: row.ratio), max(there, key=lambda row: row.ratio)
    text = (
        f"With {label(method)}, a token takes more than twice the time of the base model {reach}: {times(low.ratio)} "
        f"({named(low.shape)}) to {times(high.ratio)} ({named(high.shape)}; {setting(low)})."
    )
    if low is high:
        text = f"With {label(method)}, a token takes {times(low.ratio)} times the time of the base model {reach} ({setting(low)})."
    return Crossover("latency", (method,), text, (low,) if low is high else (low, high))


def _main(rows: dict[tuple[str, str], Memory]) -> Iterator[tuple[str, str]]:
    """Keys of rows on the main axis, by size."""
    by_method = sorted({method for _, method in rows})
    return ((s, m) for s in shapes_of(rows) if on_main_axis(s) for m in by_method if (s, m) in rows)


def _of_method(one: Slice, method: str) -> list[Latency]:
    """Rows of one method on the main axis, by size."""
    return [one.rows[s, method] for s in one.shapes if on_main_axis(s) and (s, method) in one.rows]


def _main_shapes(every: Sequence[Slice]) -> list[str]:
    return [shape for shape in shapes_of(key for one in every for key in one.rows) if on_main_axis(shape)]


def _over(every: Sequence[Slice], shape: str, method: str) -> list[Latency]:
    """Rows of one shape and method, in the order of the slices."""
    return [one.rows[shape, method] for one in every if (shape, method) in one.rows]


def _reach(there: Sequence[Latency] | Sequence[Memory], start: int) -> str:
    return "at every scale measured" if start == 0 else f"from {named(there[start].shape)} on"


def _span(shapes: Sequence[str]) -> str:
    return named(shapes[0]) if len(shapes) == 1 else f"{named(shapes[0])} to {named(shapes[-1])}"


def _listed(rows: Sequence[Latency]) -> str:
    return ", ".join(named(row.shape) for row in rows)
