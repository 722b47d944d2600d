"""Parts of results that belong into one table or onto one line of a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .results import Latency, Memory, Phase, Results, Routing
from .words import by_size, in_order

REFERENCE_CONTEXT = 512


class Slice(NamedTuple):
    """Latencies in one setting, by shape and method. Dense methods stand beside routed ones of any ``routing``."""

    phase: Phase
    batch_size: int
    tokens: int
    context_length: int
    routing: Routing
    rows: dict[tuple[str, str], Latency]

    @property
    def shapes(self) -> list[str]:
        """The main axis first, then others, by size."""
        return by_size(shape for shape, _ in self.rows)

    @property
    def columns(self) -> dict[str, list[str]]:
        """Methods in the order of tables, each with those that were measured as one with it."""
        return alike(self.rows)

    def any_row(self) -> Latency:
        """One of the rows, for what they have in common."""
        return next(iter(self.rows.values()))


def slices(results: Results) -> list[Slice]:
    """All settings: decoding before prefill, then by context, batch and length, balanced routing before others."""
    found: dict[tuple[Phase, int, int, int, Routing], dict[tuple[str, str], Latency]] = {}
    plain: dict[tuple[Phase, int, int, int], list[Latency]] = {}
    for row in results.latency:
        setting = (row.phase, row.batch_size, row.tokens, row.context_length)
        if row.routing == "none":
            plain.setdefault(setting, []).append(row)
        else:
            found.setdefault((*setting, row.routing), {})[row.shape, row.method] = row
    for setting, rows in plain.items():
        dense = {(row.shape, row.method): row for row in rows}
        for key in [key for key in found if key[:4] == setting] or [(*setting, "none")]:
            found[key] = dense | found.get(key, {})
    keys = sorted(found, key=lambda key: (key[0] != "decode", key[3], key[1], key[2], key[4] == "zipf"))
    return [Slice(*key, rows=found[key]) for key in keys]


def decoding(results: Results, batch_size: int = 1) -> Slice | None:
    """Decoding with that batch, balanced, at the context nearest to 512 tokens of those that cover the most shapes."""
    there = [s for s in slices(results) if (s.phase, s.batch_size) == ("decode", batch_size) and s.routing != "zipf"]
    return min(
        there, key=lambda s: (-len(s.shapes), abs(s.context_length - REFERENCE_CONTEXT), s.context_length), default=None
    )


def prompts(results: Results, most: int = 128) -> list[Slice]:
    """Prefill of one prompt, balanced, by length: those of 2 to ``most`` tokens."""
    return [
        s
        for s in slices(results)
        if s.phase == "prefill" and s.batch_size == 1 and 1 < s.tokens <= most and s.routing != "zipf"
    ]


def prefill(results: Results) -> Slice | None:
    """The longest of ``prompts`` that covers as many shapes as any."""
    there = prompts(results)
    return max(there, key=lambda s: (len(s.shapes), s.tokens), default=None)


def by_rows(results: Results, phase: Phase) -> list[Slice]:
    """Balanced slices that differ in their number of rows alone: sequences of a decoding batch, tokens of a prompt."""
    if phase == "decode":
        one = decoding(results)
        context = one.context_length if one else 0
        there = [s for s in slices(results) if s.phase == phase and s.context_length == context]
    else:
        there = [s for s in slices(results) if s.phase == phase and s.batch_size == 1]
    return sorted((s for s in there if s.routing != "zipf"), key=lambda s: s.batch_size * s.tokens)


def memory_rows(results: Results, mode: str, optimizer: str | None = None) -> dict[tuple[str, str], Memory]:
    """Memory by shape and method, in training with one optimizer: the one that the most rows have, if none is named."""
    rows = [row for row in results.memory if row.mode == mode]
    kinds = Counter((row.optimizer, row.batch_size, row.tokens) for row in rows if optimizer in (None, row.optimizer))
    if not kinds:
        return {}
    (kind, _), *_ = kinds.most_common(1)
    return {(row.shape, row.method): row for row in rows if (row.optimizer, row.batch_size, row.tokens) == kind}


def optimizers(results: Results) -> list[str]:
    """Optimizers of the training rows, the most frequent first."""
    found = Counter(row.optimizer for row in results.memory if row.mode == "training" and row.optimizer)
    return [name for name, _ in found.most_common()]


def shapes_of(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Shapes of rows, in the order of tables."""
    return by_size(shape for shape, _ in rows)


def methods_of(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Methods of rows, in the order of tables."""
    return in_order(method for _, method in rows)


def alike(rows: Mapping[tuple[str, str], Latency | Memory]) -> dict[str, list[str]]:
    """Methods in the order of tables, each with those after it that are the same everywhere, and are left out.

    Two methods are the same where one was measured for both, or where both need as many bytes at every shape.
    """
    amounts = {method: {s: _amount(row) for (s, m), row in rows.items() if m == method} for method in methods_of(rows)}
    found: dict[str, list[str]] = {}
    for method, amount in amounts.items():
        first = next((one for one in found if amounts[one] == amount), None)
        if first is None:
            found[method] = []
        else:
            found[first].append(method)
    return found


def _amount(row: Latency | Memory) -> object:
    return row.total if isinstance(row, Memory) else (row.same_as or row.method)
