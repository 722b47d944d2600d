"""Mathematics: statements with what was computed for or against them, the checker, and the object that it checks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from math import cos, pi, sin
from time import perf_counter
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from sovereign.contracts import ramsey
from sovereign.contracts.math_result import LIMITATIONS, STATES, MathResult, MathState
from sovereign.contracts.schema import shipped_example
from sovereign.errors import NotFound
from sovereign.records import Model, sha256_hex

from ..context import SiteOf
from ..render import page

html = APIRouter()
api = APIRouter(tags=["mathematics"])

_RADIUS, _CENTRE = 88.0, 110.0  # of the circle on which vertices are drawn, in a square of 220


class Point(Model):
    """A vertex of a picture, in a square of 220 by 220; ``tx`` and ``ty`` are where its number is written."""

    name: str
    x: float
    y: float
    tx: float
    ty: float


class Line(Model):
    """An edge between two points, and its colour, 0 or 1."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: int


class Picture(Model):
    """A colouring of the edges of a complete graph, drawn and as a matrix: colours by row and column, None on the diagonal."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    matrix: tuple[tuple[int | None, ...], ...]


class Checked(Model):
    """What came out when this server ran it again. ``ran`` is False where it has no such checker; then nothing was checked here.

    ``object_holds``: what the checker says of the witness, or of the counterexample, is what the result says of it.
    ``known_cases``: how many of the cases with known answers come out right now. ``same``: the whole computation, made anew, gives
    this very document.
    """

    ran: bool
    at: str = ""
    seconds: float = 0.0
    says: str = ""
    object_holds: bool = False
    known_cases: int = 0
    same: bool = False


class Shown(Model):
    """A result with what this server found, and a picture where there is something to draw."""

    document: MathResult
    checked: Checked
    picture: Picture | None


class MathPage(Model):
    """All results, and what the states mean."""

    results: tuple[Shown, ...]
    states: tuple[MathState, ...]
    limitations: tuple[str, ...]


@html.get("/mathematics", response_class=HTMLResponse)
def mathematics(request: Request, site: SiteOf) -> HTMLResponse:
    """The page."""
    return page(
        request, site, "mathematics.html.j2", title="Mathematics", shown=math_page(),
        description="Statements of mathematics with their checkers and witnesses.",
    )  # fmt: skip


@html.get("/mathematics/{result_id}.json")
def document(result_id: str) -> Response:
    """One result as its public document, by the contract ``math-result``."""
    found = next((r for r in results() if r.result.id == result_id), None)
    if found is None:
        raise NotFound(f"there is no result {result_id[:80]}", "Look for it on the page of mathematics.")
    return Response(found.model_dump_json(indent=2), media_type="application/json")


@api.get("/mathematics")
def list_results() -> MathPage:
    """Every result with its statement, state, checker and witness, and whether it was checked again here."""
    return math_page()


def math_page(found: tuple[MathResult, ...] | None = None) -> MathPage:
    """The page over ``found``; by default over the results that ship."""
    shown = (
        Shown(document=one, checked=_checked(one), picture=picture_of(one))
        for one in (results() if found is None else found)
    )
    return MathPage(results=tuple(shown), states=STATES, limitations=LIMITATIONS)


@cache
def results() -> tuple[MathResult, ...]:
    """The results that ship with the package. No record makes one: they are computed when the package is made."""
    return tuple(MathResult.model_validate(one) for one in shipped_example("math-result"))


@cache
def _anew() -> tuple[Mapping[str, MathResult], str, float]:
    """The shipped results computed once more, when that was, and the seconds it took."""
    start = perf_counter()
    made = {one.result.id: one for one in ramsey.examples()}
    return made, datetime.now(UTC).isoformat(timespec="seconds"), round(perf_counter() - start, 3)


def _checked(one: MathResult) -> Checked:
    """Run the checker. A document's own source is never run: only a checker of this package whose text is the same."""
    verification = one.verification
    ours = inspect.getsource(ramsey.has_triangle_in_one_colour)
    checker = verification.checker
    if not checker.source.endswith(ours) or sha256_hex(checker.source.encode()) != checker.sha256:
        return Checked(ran=False)
    made, at, seconds = _anew()
    held = verification.witness or verification.counterexample or {}
    try:
        found = ramsey.has_triangle_in_one_colour(held["colours"], held["n"])
    except (ValueError, TypeError, KeyError):
        return Checked(ran=True, at=at, says="the checker cannot read the object")
    return Checked(
        ran=True,
        at=at,
        seconds=seconds,
        says=f"{checker.entry} gives {str(found).lower()}",
        # Witness and counterexample are both colourings without such a triangle.
        object_holds=not found,
        known_cases=sum(case.agrees for case in ramsey.known_cases()),
        same=made.get(one.result.id) == one,
    )


def picture_of(one: MathResult) -> Picture | None:
    """The colouring that a result carries; None where what it carries is none."""
    held: Any = one.verification.witness or one.verification.counterexample
    if not isinstance(held, dict) or not isinstance(n := held.get("n"), int) or not 2 <= n <= 12:
        return None
    colours = held.get("colours")
    edges = list(combinations(range(n), 2))
    if not isinstance(colours, list) or len(colours) != len(edges) or not set(colours) <= {0, 1}:
        return None
    of = dict(zip(edges, colours, strict=True))
    points = [_point(place, n) for place in range(n)]
    return Picture(
        points=tuple(points),
        lines=tuple(
            Line(x1=points[a].x, y1=points[a].y, x2=points[b].x, y2=points[b].y, colour=colour)
            for (a, b), colour in of.items()
        ),
        matrix=tuple(tuple(None if a == b else of[min(a, b), max(a, b)] for b in range(n)) for a in range(n)),
    )


def _point(place: int, n: int) -> Point:
    angle = 2 * pi * place / n - pi / 2

    def at(radius: float) -> tuple[float, float]:
        return round(_CENTRE + radius * cos(angle), 1), round(_CENTRE + radius * sin(angle), 1)

    (x, y), (tx, ty) = at(_RADIUS), at(_RADIUS + 14)
    return Point(name=str(place), x=x, y=y, tx=tx, ty=ty)
