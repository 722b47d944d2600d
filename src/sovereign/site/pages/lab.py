"""What the laboratory measured: the overhead of each way to adapt a model, its protocols, and what it did for records."""

from __future__ import annotations

import csv
import io
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from sovereign.errors import NotFound
from sovereign.lab import PROTOCOLS
from sovereign.records import How, Model, ProtocolKey

from ..catalog import Found
from ..context import Site, SiteOf
from ..data import block
from ..lab import plot
from ..lab.panels import Overhead, Panel, Point, overhead
from ..lab.records import MeasuredRecord, measured_records
from ..render import page

html = APIRouter()
api = APIRouter(tags=["lab"])

PanelName = Annotated[str, Path(max_length=60, pattern="^[a-z0-9-]+$", description="A setting, as the page names it.")]
COLUMNS = (
    "panel", "model", "parameters", "main", "method", "label", "value", "unit", "low", "high", "ratio", "how", "predicted",
    "same_as", "repeats",
)  # fmt: skip


class ProtocolRow(Model):
    """A protocol of the laboratory.

    ``match``: whether it can decide a claim (``exact``) or is never more than a proxy. ``key`` is what it measures, ``how`` where its
    figures come from. ``runs``: a machine of this kind can run it, in about ``seconds``. ``tolerance`` is the relative
    deviation within which a figure agrees.
    """

    name: str
    about: str
    match: Literal["exact", "proxy"]
    key: ProtocolKey
    how: How
    runs: bool
    seconds: float
    tolerance: float
    packages: tuple[str, ...]


class PanelRow(Model):
    """A setting in which figures were taken; ``id`` asks for them."""

    id: str
    group: str
    name: str
    title: str
    points: int


class LabPage(Model):
    """What the page of the laboratory shows, but for the figures themselves."""

    found: str
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    where: str
    command: str
    skipped: tuple[str, ...]
    hows: dict[str, str]
    panels: tuple[PanelRow, ...]
    protocols: tuple[ProtocolRow, ...]
    records: tuple[MeasuredRecord, ...]


@html.get("/lab", response_class=HTMLResponse)
def lab(request: Request, site: SiteOf) -> HTMLResponse:
    """The page, with the first setting."""
    return _page(request, site, None)


@html.get("/lab/overhead.csv")
def overhead_csv() -> Response:
    """Every figure of the overhead as CSV, one a row."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(point.model_dump(mode="json") for point in _overhead().rows)
    named = {"Content-Disposition": 'attachment; filename="overhead.csv"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


@html.get("/lab/{panel}", response_class=HTMLResponse)
def lab_panel(request: Request, site: SiteOf, panel: PanelName) -> HTMLResponse:
    """The page, with another setting."""
    return _page(request, site, panel)


@api.get("/lab")
def get_lab(site: SiteOf) -> LabPage:
    """What the laboratory found, how far it can be trusted, its protocols, and what it did for the newest records."""
    return _shown(site, overhead())


@api.get("/lab/overhead")
def list_overhead(
    panel: Annotated[str, Query(max_length=60, description="A setting, by its id; empty: all.")] = "",
    method: Annotated[str, Query(max_length=60, description="A method, such as mixlora; empty: all.")] = "",
    page: Annotated[int, Query(ge=1, le=10_000, description="Page of the list, from 1.")] = 1,
    size: Annotated[int, Query(ge=1, le=1000, description="How many to a page.")] = 200,
) -> Found[Point]:
    """The figures of the overhead: latency and memory of each method at each scale and setting."""
    rows = [
        row for row in _overhead().rows if (not panel or row.panel == panel) and (not method or row.method == method)
    ]
    start = (page - 1) * size
    return Found[Point](
        items=tuple(rows[start : start + size]), total=len(rows), capped=False, page=page, size=size
    )  # fmt: skip


@api.get("/lab/protocols")
def list_protocols() -> tuple[ProtocolRow, ...]:
    """The protocols by which claims are put to the test."""
    return _protocols()


def _page(request: Request, site: Site, name: str | None) -> HTMLResponse:
    known = overhead() if name is None else _overhead()
    panel = known.panel(name) if known and name else known.panels[0] if known and known.panels else None
    shown = _shown(site, known)
    return page(
        request,
        site,
        "lab.html.j2",
        title=panel.title if panel and name else "The laboratory",
        description=shown.found,
        shown=shown,
        panel=panel,
        rows=_table(panel) if panel else (),
        drawn=plot.drawn(panel) if panel else None,
        plot=plot,
        groups=[(group, list(rows)) for group, rows in groupby(shown.panels, key=lambda row: row.group)],
        data=block(plot.drawn(panel).model_dump_json()) if panel else "",
    )


def _table(panel: Panel) -> tuple[tuple[Point, tuple[Point | None, ...]], ...]:
    """A row for each scale, the main family first: its cells in the order of the lines, empty where nothing was taken."""
    cells = {(point.model, at): point for at, line in enumerate(panel.lines) for point in line.points}
    scales = {point.model: point for point in panel.points}
    ordered = sorted(scales.values(), key=lambda point: (not point.main, point.parameters))
    return tuple((s, tuple(cells.get((s.model, at)) for at in range(len(panel.lines)))) for s in ordered)


def _shown(site: Site, known: Overhead | None) -> LabPage:
    protocols, records = _protocols(), measured_records(site)
    if known is None:
        return LabPage(
            found="", notes=(), limits=(), where="", command="", skipped=(), hows={}, panels=(), protocols=protocols, records=records
        )  # fmt: skip
    return LabPage(
        found=known.found,
        notes=known.notes,
        limits=known.limits,
        where=known.where,
        command=known.command,
        skipped=known.skipped,
        hows=known.hows,
        panels=tuple(
            PanelRow(id=p.id, group=p.group, name=p.name, title=p.title, points=sum(1 for _ in p.points))
            for p in known.panels
        ),
        protocols=protocols,
        records=records,
    )


def _protocols() -> tuple[ProtocolRow, ...]:
    return tuple(
        ProtocolRow(
            name=p.name, about=p.about, match="exact" if p.ever_exact else "proxy", key=p.key, how=p.how, runs=p.entry is not None,
            seconds=p.seconds, tolerance=p.tolerance, packages=p.packages,
        )
        for p in PROTOCOLS
    )  # fmt: skip


def _overhead() -> Overhead:
    known = overhead()
    if known is None:
        raise NotFound("no results of the laboratory are here", "Measure: sovereign lab overhead.")
    return known
