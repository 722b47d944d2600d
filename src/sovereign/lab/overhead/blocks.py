"""Rows of results that answer one facet of a question: a block for each table."""

from __future__ import annotations

from typing import Literal, NamedTuple

from .results import Latency, Memory, Results
from .slices import alike, decoding, memory_rows, prefill, shapes_of
from .words import setting, training_setting

Metric = Literal["latency", "memory"]
Kind = Literal["decode", "prefill", "training", "inference"]
Row = Latency | Memory
TIMED = ("decode", "prefill")


class Wanted(NamedTuple):
    """A facet that asks for a metric; ``phase`` is training or inference where it asks for one of them alone."""

    facet_id: str
    metric: Metric
    phase: str | None = None


class Question(NamedTuple):
    """What is compared: for each subject the methods that it may mean, and the method that all is held against."""

    subjects: tuple[tuple[str, ...], ...]
    comparator: str | None
    wanted: tuple[Wanted, ...]


class Block(NamedTuple):
    """Rows of one table: one setting, one quantity, all held against ``against``."""

    kind: Kind
    rows: dict[tuple[str, str], Row]
    against: str
    setting: str

    @property
    def shapes(self) -> list[str]:
        return shapes_of(self.rows)

    @property
    def columns(self) -> dict[str, list[str]]:
        """Methods, the comparator first, each with others that are the same everywhere and get no column."""
        groups = [[first, *others] for first, others in alike(self.rows).items()]
        mine = next(group for group in groups if self.against in group)
        others = {group[0]: group[1:] for group in groups if group is not mine}
        return {self.against: [one for one in mine if one != self.against], **others}

    def ratio(self, shape: str, method: str) -> float | None:
        """One method against the comparator, both from the same run; None where one of them is missing."""
        mine, theirs = self.rows.get((shape, method)), self.rows.get((shape, self.against))
        return mine.ratio / theirs.ratio if mine and theirs else None


def blocks(results: Results, question: Question, wanted: Wanted) -> list[Block]:
    """What belongs into the tables of a facet. None unless each subject, and the comparator if one is named, has rows."""
    found: list[Block] = []
    if wanted.metric == "latency" and wanted.phase != "training":
        for one in (decoding(results), prefill(results)):
            if one:
                row = one.any_row()
                found += _block(one.phase, dict(one.rows), question, "base", setting(row))
    modes: tuple[Literal["training", "inference"], ...] = ("training", "inference")
    for mode in modes if wanted.metric == "memory" else ():
        rows = memory_rows(results, mode)
        if rows and wanted.phase in (None, mode):
            usual = "full_fine_tuning" if mode == "training" else "base"
            found += _block(mode, dict(rows), question, usual, training_setting(next(iter(rows.values()))))
    return found


def _block(kind: Kind, rows: dict[tuple[str, str], Row], question: Question, usual: str, setting: str) -> list[Block]:
    """A block, if it holds each subject and what they are held against."""
    methods = {method for _, method in rows}
    against = question.comparator or usual
    there = against in methods and all(methods & set(group) for group in question.subjects)
    return [Block(kind, rows, against, setting)] if there else []
