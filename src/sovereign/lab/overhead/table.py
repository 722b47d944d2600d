"""Results as Markdown tables, for a person: ``table.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from .crossovers import crossovers
from .results import Memory, Results
from .slices import Slice, alike, memory_rows, methods_of, optimizers, shapes_of, slices
from .words import (
    MARKS,
    MEANINGS,
    count_of,
    label,
    milliseconds,
    named,
    on_main_axis,
    percent,
    setting,
    size,
    times,
    training_setting,
    where,
)

NONE = "–"


def write(results: Results) -> str:
    """The whole of ``table.md``: what was measured where, latency, memory, how far to trust it, what was left out."""
    chunks = [
        "# Overhead of adapting a model: latency and memory",
        *_head(results),
        "## Latency",
        *(text for one in slices(results) for text in _latency(one)),
        "## Memory",
        *_training(results),
        *_inference(results),
        "## Crossovers",
        "\n".join(f"- {found.text}" for found in crossovers(results)) or "None that these figures show.",
        "## How far the figures can be trusted",
        *_compositions(results),
        *_memory_checks(results),
        *_roofline(results),
        "## Left out",
        _skipped(results),
    ]
    return "\n\n".join(chunk for chunk in chunks if chunk) + "\n"


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """A Markdown table, padded so that it reads as text too. The first ``words`` columns are words, the others figures."""
    cells = [list(head), *map(list, rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    rule = ["-" * width if at < words else "-" * (width - 1) + ":" for at, width in enumerate(widths)]

    def line(row: Sequence[str]) -> str:
        padded = (c.ljust(w) if at < words else c.rjust(w) for at, (c, w) in enumerate(zip(row, widths, strict=True)))
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(cells[0]), line(rule), *map(line, cells[1:])])


def _head(results: Results) -> Iterator[str]:
    config, environment = results.config, results.environment
    yield f"Measured on {where(environment)}, in {results.seconds:,.0f} s, by `{results.command}`."
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(environment.libraries.items()))
    yield (
        f"{environment.cores} cores, {size(environment.memory_bytes)} of memory, last-level cache of "
        f"{size(environment.cache_bytes)}; Python {environment.python} on {environment.platform}; {libraries}. "
        f"Isolation: {environment.isolation}. Median of {_repeats(results)} after {config.warm_up} to warm up; "
        "blocks are timed cold."
    )
    hyper = config.hyper
    yield (
        f"LoRA of rank {hyper.r}; {hyper.num_experts} experts, {hyper.top_k} for each token; serial adapters of size "
        f"{hyper.m}. Shapes of one family, {_families(results)}, are the main axis, on which scale alone changes; those "
        "marked * are other architectures. "
        + " ".join(f"{mark}: {MEANINGS[how]}." for how, mark in MARKS.items())
        + " a: experts share memory that is larger than the cache."
    )


def _repeats(results: Results) -> str:
    """How often was measured: less often than asked where a round takes long."""
    counts = sorted({row.repeats for row in results.latency}) or [results.config.repeats]
    return f"{counts[0]} to {counts[-1]} repeats" if len(counts) > 1 else f"{counts[0]} repeats"


def _families(results: Results) -> str:
    main = [
        named(shape) for shape in shapes_of((row.shape, row.method) for row in results.memory) if on_main_axis(shape)
    ]
    if len(main) > 1:
        return f"{main[0]} to {main[-1]}"
    return main[0] if main else "none of which was measured"


def _scale(shape: str) -> list[str]:
    return [named(shape) + ("" if on_main_axis(shape) else " *"), f"{count_of(shape):,}"]


def _latency(one: Slice) -> Iterator[str]:
    names = _headings(one.columns)
    routing = f", {one.routing} routing" if one.routing != "none" else ""
    yield f"### {'Decoding' if one.phase == 'decode' else 'Prefill'}: {setting(one.any_row())}{routing}"
    yield "Time per token against the base model, and in ms."

    def cell(shape: str, method: str) -> str:
        row = one.rows.get((shape, method))
        if row is None:
            return NONE
        mark = MARKS[row.how] + ("a" if row.aliased else "")
        ms = milliseconds(row.seconds)
        return f"{ms} {mark}" if method == "base" else f"{times(row.ratio)} ({ms} {mark})"

    rows = [[*_scale(shape), *(cell(shape, method) for method in names)] for shape in one.shapes]
    yield grid(["Scale", "Parameters", *names.values()], rows)


def _training(results: Results) -> Iterator[str]:
    for by in optimizers(results):
        rows = memory_rows(results, "training", by)
        yield f"### Training: {training_setting(next(iter(rows.values())))}"
        yield f"Bytes that one step needs, and against full fine-tuning.{_like_to_like(rows)}"
        yield _memory(rows, "full_fine_tuning")
    yield from _components(results)


def _inference(results: Results) -> Iterator[str]:
    if rows := memory_rows(results, "inference"):
        yield f"### Inference: {training_setting(next(iter(rows.values())))}"
        yield f"Bytes of weights, adapters and KV cache, and against the base model.{_like_to_like(rows)}"
        yield _memory(rows, "base")


def _like_to_like(rows: dict[tuple[str, str], Memory]) -> str:
    """What to mind where some rows were measured and others computed."""
    if len({row.how == "modelled" for row in rows.values()}) < 2:
        return ""
    return (
        " A ratio is of two amounts that were measured (m, c), or of two that the model gives (d): the measured ones hold "
        "workspace that the model leaves out, so that m and c cannot be held against d."
    )


def _memory(rows: dict[tuple[str, str], Memory], against: str) -> str:
    methods = alike(rows)

    def cell(shape: str, method: str) -> str:
        row = rows.get((shape, method))
        if row is None:
            return NONE
        amount = f"{size(row.total)} {MARKS[row.how]}"
        return amount if method == against else f"{times(row.ratio)} ({amount})"

    body = [[*_scale(shape), *(cell(shape, method) for method in methods)] for shape in shapes_of(rows)]
    return grid(["Scale", "Parameters", *_headings(methods).values()], body)


def _headings(columns: dict[str, list[str]]) -> dict[str, str]:
    return {method: " = ".join(map(label, [method, *same])) for method, same in columns.items()}


def _components(results: Results) -> Iterator[str]:
    rows = memory_rows(results, "training")
    methods = [name for name in methods_of(rows) if name in ("full_fine_tuning", "mixlora", "lora")]
    parts = list(dict.fromkeys(part for row in rows.values() for part in row.components))
    if methods:
        yield "### Training: by component"
        body = [
            [
                *_scale(shape)[:1],
                label(method),
                *(size(row.components.get(part, 0.0)) for part in parts),
                size(row.total),
            ]
            for shape in shapes_of(rows)
            for method in methods
            if (row := rows.get((shape, method)))
        ]
        yield grid(["Scale", "Method", *parts, "Total"], body, words=2)


def _compositions(results: Results) -> Iterator[str]:
    if not results.compositions:
        yield "No whole model was measured, so the composition is not checked here."
        return
    errors = [abs(one.error) for one in results.compositions]
    yield (
        f"Composition: whole models measured end to end against the same composed from their parts; the median error of "
        f"{len(errors)} is {percent(median(errors))}, the largest {percent(max(errors))}."
    )
    head = ["Scale", "Method", "Whose", "Phase", "Batch", "Tokens", "Context", "Measured ms", "Composed ms", "Error %"]
    body = [
        [named(c.shape), label(c.method), c.implementation, c.phase]
        + [str(number) for number in (c.batch_size, c.tokens, c.context_length)]
        + [milliseconds(c.measured), milliseconds(c.composed), f"{100 * c.error:+.1f}"]
        for c in results.compositions
    ]
    yield grid(head, body, words=4)


def _memory_checks(results: Results) -> Iterator[str]:
    if not results.memory_checks:
        yield "No peak of memory was measured, so the memory model is not checked here."
        return
    errors = [abs(one.error) for one in results.memory_checks]
    yield (
        f"Memory: predicted against measured growth of a process's peak; the median error of {len(errors)} is "
        f"{percent(median(errors))}, the largest {percent(max(errors))}."
    )
    head = ["Scale", "Method", "Part", "Optimizer", "Layers", "Tokens", "Predicted", "Measured", "Error %"]
    body = [
        [named(c.shape), label(c.method), c.part, c.optimizer or NONE]
        + [str(number) for number in (c.layers, c.tokens)]
        + [size(c.predicted), size(c.measured), f"{100 * c.error:+.1f}"]
        for c in results.memory_checks
    ]
    yield grid(head, body, words=4)


def _roofline(results: Results) -> Iterator[str]:
    errors: dict[str, list[float]] = {}
    for row in results.latency:
        if row.predicted is not None and row.same_as is None:
            errors.setdefault(row.shape, []).append(row.predicted / row.seconds - 1)
    if errors:
        yield "Roofline: latency predicted from the rates and the bandwidth measured at each shape's own sizes."
        body = [
            [*_scale(shape), str(len(errors[shape])), f"{100 * median(map(abs, errors[shape])):.1f}"]
            for shape in shapes_of((shape, "") for shape in errors)
        ]
        yield grid(["Scale", "Parameters", "Settings", "Median error %"], body)


def _skipped(results: Results) -> str:
    if not results.skipped:
        return "Nothing that was asked for."
    rows = [[named(one.shape), label(one.method), one.what, one.reason] for one in results.skipped]
    return grid(["Scale", "Method", "What", "Why"], rows, words=4)
