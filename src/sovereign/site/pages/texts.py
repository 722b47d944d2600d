"""About, methodology and quality: what this is, how it works, and what its marks mean."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from sovereign.contracts.assessed import Named
from sovereign.contracts.decision import policy
from sovereign.contracts.dimensions import DEFINITIONS
from sovereign.contracts.gates import STATUSES, GateStatus
from sovereign.contracts.levels import LEVELS, Level
from sovereign.contracts.scale import HIGH_FROM, MEDIUM_FROM
from sovereign.contracts.tiers import THRESHOLDS, Threshold
from sovereign.records import Model
from sovereign.version import __version__

from ..catalog import Filters
from ..context import Site, SiteOf
from ..kept import PerStamp
from ..render import page
from ..words import (  # fmt: skip
    CANNOT,
    COUNTED,
    DEPTHS,
    OUTCOMES,
    PRINCIPLES,
    SCOPES,
    STAGES,
    STATES,
    VERDICTS,
    Rule,
    Stage,
    Term,
    rules,
    terms,
)

html = APIRouter()
api = APIRouter(tags=["about"])


class AboutPage(Model):
    """What this is, in counts and principles. ``standing`` are the records that were approved; the others shown are drafts."""

    software: str
    records: int
    standing: int
    claims: int
    verified: int
    events: int
    principles: tuple[Term, ...]
    cannot: tuple[str, ...]
    peer_reviewed: bool = False


class MethodologyPage(Model):
    """How a record is made, and the words it is written in."""

    stages: tuple[Stage, ...]
    counted: tuple[Term, ...]
    verdicts: tuple[Term, ...]
    scopes: tuple[Term, ...]
    depths: tuple[Term, ...]
    states: tuple[Term, ...]


class DimensionRow(Model):
    """One dimension, by its number and its name in documents."""

    number: str
    name: str
    definition: str


class QualityPage(Model):
    """What marks a record can get, and by which rules. A dimension is HIGH from ``high_from`` on, and MEDIUM from ``medium_from`` on."""

    levels: tuple[Level, ...]
    gate: tuple[GateStatus, ...]
    tiers: tuple[Threshold, ...]
    dimensions: tuple[DimensionRow, ...]
    medium_from: float
    high_from: float
    policy: str
    revision_below: float
    rules: tuple[Rule, ...]
    outcomes: tuple[Term, ...]


@html.get("/about", response_class=HTMLResponse)
def about(request: Request, site: SiteOf) -> HTMLResponse:
    """What this is."""
    return page(
        request, site, "about.html.j2", title="About", shown=_about(site),
        description="What SOVEREIGN is, and what it cannot do.",
    )  # fmt: skip


@html.get("/methodology", response_class=HTMLResponse)
def methodology(request: Request, site: SiteOf) -> HTMLResponse:
    """How a record is made."""
    return page(
        request, site, "methodology.html.j2", title="Methodology", shown=_methodology(),
        description="How a record is made, stage by stage, and what its words mean.",
    )  # fmt: skip


@html.get("/quality", response_class=HTMLResponse)
def quality(request: Request, site: SiteOf) -> HTMLResponse:
    """What the marks of a record mean."""
    return page(
        request, site, "quality.html.j2", title="Quality", shown=_quality(),
        description="Levels, gate, tiers, dimensions and policy: the rules behind every mark.",
    )  # fmt: skip


@api.get("/about")
def get_about(site: SiteOf) -> AboutPage:
    """Version, counts, principles, and what the system cannot do."""
    return _about(site)


@api.get("/methodology")
def get_methodology() -> MethodologyPage:
    """The stages of a run, and the words of a record."""
    return _methodology()


@api.get("/quality")
def get_quality() -> QualityPage:
    """Levels, gate, tiers, dimensions and policy."""
    return _quality()


def _counted(site: Site) -> AboutPage:
    drafts = site.options.drafts
    return AboutPage(
        software=__version__,
        records=site.catalog.records(Filters(), 1, 1, drafts=drafts).total,
        standing=site.catalog.records(Filters(), 1, 1, drafts=False).total,
        claims=site.catalog.claims(Filters(), 1, 1, drafts=drafts).total,
        verified=site.catalog.claims(Filters(verified=True), 1, 1, drafts=drafts).total,
        events=site.catalog.stamp,
        principles=PRINCIPLES,
        cannot=CANNOT,
    )


_about = PerStamp(_counted)


def _methodology() -> MethodologyPage:
    return MethodologyPage(
        stages=STAGES,
        counted=COUNTED,
        verdicts=terms(VERDICTS),
        scopes=terms(SCOPES),
        depths=terms(DEPTHS),
        states=terms(STATES),
    )


def _quality() -> QualityPage:
    names = get_args(Named)
    return QualityPage(
        levels=LEVELS,
        gate=STATUSES,
        tiers=THRESHOLDS,
        dimensions=tuple(
            DimensionRow(number=f"D-{n}", name=name, definition=DEFINITIONS[name]) for n, name in enumerate(names, 1)
        ),
        medium_from=MEDIUM_FROM,
        high_from=HIGH_FROM,
        policy=policy()["name"],
        revision_below=policy()["revision_below"],
        rules=rules(),
        outcomes=terms(OUTCOMES),
    )
