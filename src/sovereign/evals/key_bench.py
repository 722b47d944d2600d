"""What the benches of typed keys share: halves of a set, figures from counts, and results with baselines beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from sovereign.benchmarks.keys import said

from .folds import fold_key
from .key_match import ROLES
from .metrics import Counts, Figures, intervals, share

Half = Literal["seen", "held_out"]
Scored = dict[str, dict[str, Counts]]
"""Counts by checker ("ours" and the baselines), then by document."""


def half_of(document: str) -> Half:
    """The half of a set that a document is in. Only those of ``seen`` were looked at while the readers were built."""
    return "held_out" if fold_key(document) % 2 else "seen"


def counted(right: Mapping[str, bool], **more: bool) -> Counts:
    """The counts of one result: which roles are right, which pairs of them, and all."""
    roles = [role for role in (*ROLES, "method") if role in right]
    found = {role: right[role] for role in roles}
    found["dataset_metric"] = right["dataset"] and right["metric"]
    found["all"] = all(right[role] for role in roles)
    return Counter({"n": 1} | {name: int(value) for name, value in {**found, **more}.items()})


def figures_of(names: Sequence[str], measured: Collection[str]) -> Callable[[Counts], Figures]:
    """A maker of figures: each name's share of ``n``, None for what was not measured, as
    :func:`~sovereign.evals.metrics.intervals` wants it."""

    def make(counts: Counts) -> Figures:
        return {name: share(counts[name], counts["n"]) if name in measured else None for name in names}

    return make


def compared(scored: Scored, names: Sequence[str], half: Half | None = None) -> dict[str, Any]:
    """Figures of ours with intervals by document, and those of the baselines, for a half or for all."""
    rows: dict[str, Any] = {}
    for checker, groups in scored.items():
        measured = set().union(*groups.values())
        make = figures_of(names, measured)
        kept = {d: c for d, c in groups.items() if half in (None, half_of(d))}
        whole = sum(kept.values(), Counter[str]())
        rows[checker] = {**make(whole), "intervals": intervals(kept, make) if kept else {}, "n": whole["n"]}
    return {**rows.pop("ours"), "baselines": rows}


def known_datasets(names: Iterable[str]) -> dict[str, int]:
    """How many of a set's data set names the vocabulary knows."""
    all_names = set(names)
    return {"names": len(all_names), "known": sum(bool(said(name).of("dataset")) for name in all_names)}
