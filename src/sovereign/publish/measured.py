"""What the laboratory measured, as a page shows it: tables, plots, and every measurement with how and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from sovereign.errors import SovereignError
from sovereign.records import Figure, MeasuredCell, MeasuredTable, Measurement, Record, sha256_hex

from .claims import id_link
from .parts import MEASUREMENT_ANCHOR, FigureView, Link, Run, Table
from .text import fragment, one_line, short, times

Artifact = Callable[[str], bytes]

FOLDED_FROM = 20
# How a figure was found: as one letter beside it, and in words.
HOWS: dict[str, tuple[str, str]] = {
    "measured": ("m", "measured as it stands"),
    "composed": ("c", "composed from measured parts"),
    "tiled": ("t", "composed, of which a part was measured in slices"),
    "modelled": ("d", "computed by a model"),
    "counted": ("n", "counted"),
    "inspected": ("i", "inspected"),
}


def measured(record: Record, places: Mapping[str, str], artifact: Artifact | None) -> tuple[Table | FigureView, ...]:
    """What was measured, facet by facet: tables, plots, and tables of what was measured anew."""
    answer, by_id = record.answer, {m.id: m for m in record.measurements}
    plots = figures(record, artifact, places)
    shown: list[Table | FigureView] = []
    for facet_id in dict.fromkeys([*(t.facet_id for t in answer.measured), *(f.facet_id for f in answer.figures)]):
        tables = [t for t in answer.measured if t.facet_id == facet_id]
        shown += [_table(t, by_id, places) for t in tables if not t.anew]
        shown += [plot for plot, figure in zip(plots, answer.figures, strict=True) if figure.facet_id == facet_id]
        shown += [_table(t, by_id, places) for t in tables if t.anew]
    return tuple(shown)


def _table(table: MeasuredTable, by_id: Mapping[str, Measurement], places: Mapping[str, str]) -> Table:
    cells = [cell for row in table.rows for cell in row.cells if cell and cell.measurement_id in by_id]
    hows = [how for how, _ in Counter(by_id[cell.measurement_id].how for cell in cells).most_common()]

    def shown(cell: MeasuredCell | None, at: int) -> Run:
        if cell is None:
            return ("—",)
        found = by_id.get(cell.measurement_id)
        mark = f"{HOWS[found.how][0]} " if found and found.how in hows[1:] else ""
        # The comparator's ratio is 1 everywhere; its own figure says more.
        text = times(cell.ratio) if at or found is None else one_line(found.quantity.text)
        return (Link(f"{mark}{text}", id_link(cell.measurement_id, places).href),)

    marks = [f"{mark}: {words}" for mark, words in (HOWS[how] for how in hows[1:])]
    marks += [f"unmarked: {HOWS[hows[0]][1]}"] if marks else []
    marks += ["*: another architecture"] if any(row.other for row in table.rows) else []
    caption = f"{table.caption}. {'; '.join([table.where, *marks])}."
    return Table(
        caption=one_line(caption),
        head=("Scale", "Parameters", *map(one_line, table.columns)),
        rows=tuple(
            (
                (one_line(row.scale) + (" *" if row.other else ""),),
                (f"{row.parameters:,}",),
                *(shown(cell, at) for at, cell in enumerate(row.cells)),
            )
            for row in table.rows
        ),
        figures=tuple(range(1, len(table.columns) + 2)),
        short=True,
    )


def figures(record: Record, artifact: Artifact | None, places: Mapping[str, str]) -> tuple[FigureView, ...]:
    """The answer's plots. Bytes whose hash is not the one that the record names are not shown."""
    return tuple(_figure(number, figure, artifact, places) for number, figure in enumerate(record.answer.figures, 1))


def _figure(number: int, figure: Figure, artifact: Artifact | None, places: Mapping[str, str]) -> FigureView:
    svg, note = b"", ""
    if artifact is None:
        note = f"The plot is kept with the record, as the artifact {figure.artifact}."
    else:
        try:
            svg = artifact(figure.artifact)
        except SovereignError as error:
            note = f"The plot cannot be shown: {error.message}."
        if svg and sha256_hex(svg) != figure.artifact:
            svg, note = b"", f"The plot cannot be shown: its bytes do not have the hash {figure.artifact}."
    ends = (figure.measurement_ids[:1] + figure.measurement_ids[1:][-1:]) if figure.measurement_ids else ()
    return FigureView(
        number=number,
        title=one_line(figure.title),
        caption=one_line(figure.caption),
        alt=one_line(figure.alt),
        file=f"figures/figure-{number}.svg",
        svg=svg,
        shows=tuple(id_link(i, places) for i in ends),
        note=one_line(note),
    )


def measurement_tables(record: Record) -> tuple[Table, ...]:
    """Every measurement, those of one place and metric in one table."""
    groups: dict[tuple[str, str], list[Measurement]] = {}
    gone = record.withdrawn.measurements
    for one in record.measurements:
        groups.setdefault((one_line(one.where), one_line(one.key.metric)), []).append(one)
    head = ("Id", "What", "Setting", "Result", "Ratio", "Quartiles", "Repeats", "How", "Protocol", "Artifact")
    return tuple(
        Table(
            caption=f"Measurements of our own laboratory, {metric}: {where or 'where is not said'}",
            head=head,
            rows=tuple(_row(one, one.id in gone) for one in rows),
            figures=(3, 4, 5, 6),
            anchors=tuple(f"{MEASUREMENT_ANCHOR}{fragment(m.id)}" for m in rows),
            folded=len(rows) > FOLDED_FROM,
            detail=True,
        )
        for (where, metric), rows in groups.items()
    )


def _row(one: Measurement, withdrawn: bool) -> tuple[Run, ...]:
    against = f" against {one.key.comparator}" if one.key.comparator else ""
    quartiles = "—" if one.low is None or one.high is None else f"{short(one.low)} to {short(one.high)}"
    cells = (
        one.id,
        f"{one.key.metric} of {one.key.method}{against}",
        "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.key.setting),
        one.quantity.text,
        "—" if one.ratio is None else times(one.ratio),
        quartiles if quartiles == "—" else f"{quartiles} {one.quantity.unit}",
        "—" if one.repeats is None else str(one.repeats),
        f"{one.how}, WITHDRAWN" if withdrawn else one.how,
        one.protocol,
        one.artifact[:12],
    )
    return tuple((one_line(cell),) for cell in cells)
