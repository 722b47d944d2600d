"""What a verdict from a table rests on: cells, and the computation over them."""

from __future__ import annotations

from typing import Literal

from .base import Model

Operation = Literal[
    "lookup", "difference", "ratio", "percent_change", "percentage_points", "mean", "sum", "comparison", "ranking",
    "best", "count",
]  # fmt: skip


class UsedCell(Model):
    """A cell: ``stored_text[start:end] == text``; its row and column from 0 on, and what its headers call them."""

    text: str
    start: int
    end: int
    row: int
    column: int
    row_headers: tuple[str, ...] = ()
    column_headers: tuple[str, ...] = ()
    bold: bool = False


class Computation(Model):
    """One step over cells: what was done, written out with its figures ("(535.2 - 462.5) / 535.2 = 13.6 %")."""

    operation: Operation
    expression: str
    value: float | None = None
    unit: str = ""


class Rationale(Model):
    """The cells of one table, in the order of the computation, and the computation itself."""

    label: str
    caption: str
    cells: tuple[UsedCell, ...]
    computation: Computation
