"""The overhead that the laboratory measured, as panels: all figures of one setting, by method and scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from statistics import median
from typing import Literal

from sovereign.errors import NotFound
from sovereign.lab.overhead import slices
from sovereign.lab.overhead.crossovers import crossovers
from sovereign.lab.overhead.results import How, Latency, Memory, Results
from sovereign.lab.overhead.shipped import shipped
from sovereign.lab.overhead.words import (
    MEANINGS,
    count_of,
    digits,
    label,
    model_error,
    named,
    on_main_axis,
    percent,
    setting,
    times,
    training_setting,
    where,
)
from sovereign.records import Model

Unit = Literal["ms/token", "GB"]
FULL = "full_fine_tuning"
ASKED = ("mixlora", "lora")


class Point(Model):
    """One figure: what a method takes at one scale in one setting.

    ``value`` is in ``unit``; ``low`` and ``high`` are the quartiles of the repeats, null where nothing was repeated. ``ratio`` is to
    full fine-tuning in the same run, which at inference computes what the base model does. ``how`` says where the figure comes from;
    ``predicted`` is what a roofline predicts, in ``unit``. ``same_as`` is the method that was measured in its stead, as the two
    compute the same. ``main``: it is of the family in which scale alone changes.
    """

    panel: str
    model: str
    parameters: int
    main: bool
    method: str
    label: str
    value: float
    unit: Unit
    low: float | None
    high: float | None
    ratio: float
    how: How
    predicted: float | None
    same_as: str | None
    repeats: int | None

    @property
    def shown(self) -> str:
        """The value to three digits, without its unit."""
        return digits(self.value)


class Line(Model):
    """The figures of one method, smallest scale first; ``label`` names those, too, for which they are the same everywhere."""

    method: str
    label: str
    points: tuple[Point, ...]


class Panel(Model):
    """All figures of one setting. ``name`` tells it apart within its ``group``."""

    id: str
    group: str
    name: str
    title: str
    quantity: str
    unit: Unit
    lines: tuple[Line, ...]

    @property
    def points(self) -> Iterator[Point]:
        """The points of all lines."""
        return (point for line in self.lines for point in line.points)


class Overhead(Model):
    """What was found, how far it can be trusted, and every panel."""

    found: str
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    where: str
    command: str
    skipped: tuple[str, ...]
    hows: dict[str, str]
    panels: tuple[Panel, ...]
    rows: tuple[Point, ...]

    def panel(self, name: str) -> Panel:
        """The panel of that id.

        Raises:
            NotFound: if there is none.
        """
        for one in self.panels:
            if one.id == name:
                return one
        raise NotFound(f"the laboratory has no panel {name[:80]}", "Choose one of the settings at /lab.")


@cache
def overhead() -> Overhead | None:
    """What ships with the package; None where nothing does.

    Raises:
        InputError: if it is damaged.
    """
    kept = shipped()
    return read(kept.results) if kept else None


def read(results: Results) -> Overhead:
    """Panels, sentences and every row of results."""
    made: list[tuple[Panel, Mapping[tuple[str, str], Latency | Memory]]]
    made = [(_latency_panel(one), one.rows) for one in slices.slices(results)]
    made += [
        (_memory_panel(mode, rows), rows)
        for mode in ("training", "inference")
        if (rows := slices.memory_rows(results, mode))
    ]
    return Overhead(
        found=_found(results),
        notes=tuple(one.text for one in crossovers(results)),
        limits=_limits(results),
        where=where(results.environment),
        command=results.command,
        skipped=tuple(
            f"{named(s.shape)}, {'all methods' if s.method == 'all' else label(s.method)}, {s.what}: {s.reason}"
            for s in results.skipped
        ),
        hows={how: meaning for how, meaning in MEANINGS.items()},
        panels=tuple(panel for panel, _ in made),
        rows=tuple(_point(panel.id, row) for panel, rows in made for row in rows.values()),
    )


def _latency_panel(one: slices.Slice) -> Panel:
    is_skewed = one.routing == "zipf"
    decodes = one.phase == "decode"
    panel_id = f"decode-{one.batch_size}-{one.context_length}" if decodes else f"prompt-{one.tokens}"
    panel_id += "-skewed" * is_skewed
    name = f"batch {one.batch_size}" if decodes else f"{one.tokens} tokens"
    return Panel(
        id=panel_id,
        group=f"Decoding, {one.context_length:,} tokens of context" if decodes else "Reading a prompt",
        name=name + ", skewed" * is_skewed,
        title=f"{'Decoding one token' if decodes else 'Reading a prompt'}: {setting(one.any_row())}, "
        f"{'routing skewed by Zipf’s law' if is_skewed else 'balanced routing'}",
        quantity="Time per token",
        unit="ms/token",
        lines=_lines(panel_id, one.rows),
    )


def _memory_panel(mode: str, rows: Mapping[tuple[str, str], Memory]) -> Panel:
    return Panel(
        id=f"memory-{mode}",
        group="Memory",
        name=mode,
        title=f"Memory of {mode}: {training_setting(next(iter(rows.values())))}",
        quantity="Memory",
        unit="GB",
        lines=_lines(f"memory-{mode}", rows),
    )


def _lines(panel: str, rows: Mapping[tuple[str, str], Latency | Memory]) -> tuple[Line, ...]:
    """Full fine-tuning first, as everything is held against it."""
    shapes = slices.shapes_of(rows)
    alike = [[method, *others] for method, others in slices.alike(rows).items()]
    alike.sort(key=lambda group: FULL not in group)
    return tuple(
        Line(
            method=FULL if FULL in group else group[0],
            label=" = ".join(map(label, sorted(group, key=lambda one: one != FULL))),
            points=tuple(
                _point(panel, rows[shape, group[0]])
                for shape in sorted(shapes, key=count_of)
                if (shape, group[0]) in rows
            ),
        )
        for group in alike
    )


def _point(panel: str, row: Latency | Memory) -> Point:
    timed = isinstance(row, Latency)
    return Point(
        panel=panel,
        model=named(row.shape),
        parameters=count_of(row.shape),
        main=on_main_axis(row.shape),
        method=row.method,
        label=label(row.method),
        value=1000 * row.seconds if isinstance(row, Latency) else row.total / 1e9,
        unit="ms/token" if timed else "GB",
        low=1000 * row.low if isinstance(row, Latency) else None,
        high=1000 * row.high if isinstance(row, Latency) else None,
        ratio=row.ratio,
        how=row.how,
        predicted=1000 * row.predicted if isinstance(row, Latency) and row.predicted else None,
        same_as=row.same_as if isinstance(row, Latency) else None,
        repeats=row.repeats if isinstance(row, Latency) else None,
    )


def _found(results: Results) -> str:
    """The first question's answer in one sentence: MixLoRA and LoRA against full fine-tuning, over the scales of one family."""
    one = slices.decoding(results)
    decoding: dict[tuple[str, str], Latency | Memory] = dict(one.rows) if one else {}
    training: dict[tuple[str, str], Latency | Memory] = dict(slices.memory_rows(results, "training"))
    spans: list[str] = []
    ends: list[str] = []
    for method in ASKED:
        parts = []
        for what, rows in (
            ("the time to decode a token", decoding),
            ("the memory to train", training),
        ):
            there = [
                row
                for (shape, m), row in sorted(rows.items(), key=lambda i: count_of(i[0][0]))
                if m == method and on_main_axis(shape)
            ]
            if there:
                ends = [named(there[0].shape), named(there[-1].shape)]
                ratios = [row.ratio for row in there]
                how = sorted({"predicted" if row.how == "modelled" else row.how for row in there})
                kinds = ", ".join(how[:-1]) + " and " * (len(how) > 1) + how[-1]
                parts.append(f"{times(min(ratios))} to {times(max(ratios))} times {what} ({kinds})")
        if parts:
            spans.append(f"{label(method)} takes {' and '.join(parts)}")
    if not spans:
        return ""
    return f"Against full fine-tuning, from {ends[0]} to {ends[1]}, {'; '.join(spans)}."


def _limits(results: Results) -> tuple[str, ...]:
    """How far the figures can be trusted: whole models against composed ones, peaks against the cost model, and what it ran on."""
    said = [
        "Times are of random weights with given routing on the processor that is named, which is no GPU; nothing here speaks of accuracy."
    ]
    ours = [abs(one.error) for one in results.compositions if one.implementation == "sovereign"]
    if ours:
        said.append(
            f"Times are composed from measured blocks. Whole models, run end to end in {len(ours)} settings, differ from them by "
            f"{percent(median(ours))} in the median and {percent(max(ours))} at most."
        )
    if error := model_error(results):
        said.append(
            f"Memory that was not measured is predicted by the cost model, which misses {len(results.memory_checks)} measured "
            f"peaks by {percent(error)} in the median. A ratio is of two measured amounts, or of two predicted ones."
        )
    return tuple(said)
