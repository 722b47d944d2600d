"""Measured tables for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from sovereign.records import Matrix, MatrixCell, MeasuredCell, MeasuredRow, MeasuredTable, Record

from .output import clean, out

MANY_ROWS = 10


def show_measured(table: MeasuredTable, record: Record) -> None:
    """Scale by method: the comparator's own figure first, then the others relative to it.

    Where there are many rows, those of other architectures are left to the report, but for what lies beyond the others.
    """
    quantities = {m.id: m.quantity.text.removesuffix("/token") for m in record.measurements}
    rows = table.rows if len(table.rows) <= MANY_ROWS else _main(table.rows)

    def text(cell: MeasuredCell | None, at: int) -> str:
        if cell is None:
            return "–"
        return clean(quantities.get(cell.measurement_id, "")) if at == 0 else ratio(cell.ratio)

    out.print(f"[bold]{clean(table.caption)}[/]")
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("Scale", no_wrap=True)
    for name in table.columns:
        # "A = B": the first stands for the others, which the page names.
        grid.add_column(
            clean(name.partition(" = ")[0]).replace("-", "-\n").replace(" ", "\n"), justify="right", overflow="fold"
        )
    for row in rows:
        mark = " *" if row.other else ""
        grid.add_row(clean(row.scale) + mark, *(text(cell, at) for at, cell in enumerate(row.cells)))
    out.print(grid, soft_wrap=False)
    star = "* another architecture; " if any(row.other for row in rows) else ""
    left = len(table.rows) - len(rows)
    more = f"; {left} more of other architectures in the report" if left else ""
    out.print(f"[dim]{star}{clean(table.where)}{more}[/]\n")


def show_matrix(table: Matrix) -> None:
    """What the sources say, by model size and method; "–" where none gives a figure."""

    def text(cell: MatrixCell | None) -> str:
        if cell is None:
            return "–"
        low, high = ratio(cell.low), ratio(cell.high)
        return f"{low if low == high else f'{low} to {high}'} [cyan]{clean(' '.join(cell.claim_ids))}[/]"

    out.print(f"\n[bold]{clean(f'In the sources: {table.metric} relative to {table.comparator}')}[/]")
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    grid.add_column("Scale", no_wrap=True)
    for name in table.columns:
        grid.add_column(clean(name), justify="right", overflow="fold")
    for row in table.rows:
        grid.add_row(clean(row.scale), *map(text, row.cells))
    out.print(grid, soft_wrap=False)


def _main(rows: Sequence[MeasuredRow]) -> list[MeasuredRow]:
    """Rows that differ in scale alone, and others where they reach beyond."""
    main = [row.parameters for row in rows if not row.other]
    return [row for row in rows if not row.other or not main or not min(main) <= row.parameters <= max(main)]


def ratio(value: float) -> str:
    """``1.07``, ``0.0041``."""
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
