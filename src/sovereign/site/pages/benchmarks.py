"""Benchmarks: what works report of one thing, how truthful our own checks are, and what the laboratory found, in brief."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from sovereign.errors import NotFound
from sovereign.lab.overhead.crossovers import crossovers
from sovereign.lab.overhead.shipped import shipped
from sovereign.lab.overhead.words import machine
from sovereign.publish.text import safe_url
from sovereign.records import BenchmarkEvidence, ClusterStatus, Model

from ..catalog import Found
from ..clusters.evidence import MEANS, MOST_RECORDS, AnswerFinding, ClusterEntry, RecordRef, gathered
from ..clusters.strips import Legend, Strip, key_words, strips_of
from ..clusters.truth import Truth, plot, truth
from ..context import Site, SiteOf
from ..render import absolute, page

html = APIRouter()
api = APIRouter(tags=["benchmarks"])

Status = Annotated[ClusterStatus | None, Query(description="What holds of the clusters wanted.")]
Alone = Annotated[bool, Query(description="Clusters of one source too.")]
Page = Annotated[int, Query(ge=1, le=100_000, description="Page of the clusters, from 1.")]
Size = Annotated[int, Query(ge=1, le=100, description="How many to a page.")]


class ClusterRow(Model):
    """A cluster in the list. ``low`` and ``high`` are scores in percent; None where no number of it is a share.

    ``why`` says of clusters of several works what their status rests on. ``keys`` counts its typed keys; ``spread`` is the largest within one of them, in ``unit``, which is all that can be compared.
    """

    id: str
    model: str
    benchmark: str
    metrics: tuple[str, ...]
    status: ClusterStatus
    why: str
    sources: int
    numbers: int
    keys: int
    low: float | None
    high: float | None
    spread: float
    unit: str
    differs: tuple[str, ...]
    unstated: tuple[str, ...]


class StatusCount(Model):
    """How many clusters have a status, and what it means."""

    status: ClusterStatus
    count: int
    means: str


class LabBrief(Model):
    """What the laboratory found, where and when; all of it stands on its own page."""

    measured_at: str
    machine: str
    sentences: tuple[str, ...]


class BenchmarksPage(Model):
    """What the page shows. ``read`` of ``shown`` records were looked through: the ``most`` newest whose sources are kept."""

    status: ClusterStatus | None
    read: int
    shown: int
    most: int
    unread: int
    documents: int
    numbers: int
    counts: tuple[StatusCount, ...]
    clusters: Found[ClusterRow]
    findings: tuple[AnswerFinding, ...]
    truth: Truth
    lab: LabBrief | None


class ClusterPage(Model):
    """One cluster: its public document, the charts of its numbers, and the records that read its sources.

    ``notes`` says of each entry of the evidence whether its quote is from a note: our summary, not the paper's words.
    """

    id: str
    means: str
    evidence: BenchmarkEvidence
    notes: tuple[bool, ...]
    strips: tuple[Strip, ...]
    legend: tuple[Legend, ...]
    records: tuple[RecordRef, ...]


@html.get("/benchmarks", response_class=HTMLResponse)
def benchmarks(
    request: Request, site: SiteOf, status: str = "", page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1
) -> HTMLResponse:
    """The page; a status that there is not narrows nothing. Numbers that stand alone are shown only to those who ask for them."""
    wanted: Any = status if status in MEANS else None
    shown = _page(site, wanted, page_, 20, alone=wanted is not None)
    return page(
        request, site, "benchmarks.html.j2", title="Benchmarks", shown=shown,
        description="What works report of one thing, and how truthful our own checks are.",
    )  # fmt: skip


@html.get("/benchmarks/plots/{name}.svg")
def plot_file(name: str) -> Response:
    """A plot of our own results."""
    return Response(plot(name), media_type="image/svg+xml")


@html.get("/benchmarks/{cluster_id}", response_class=HTMLResponse)
def cluster(request: Request, site: SiteOf, cluster_id: str) -> HTMLResponse:
    """One cluster as a page."""
    shown = _cluster(site, cluster_id)
    one = shown.evidence
    return page(
        request, site, "cluster.html.j2", title=f"{one.model} on {one.benchmark}", description=one.interpretation, shown=shown,
        key_words=key_words, safe_url=safe_url,
        links=(("alternate", f"/benchmarks/{shown.id}/evidence.json", "application/json"),),
    )  # fmt: skip


@html.get("/benchmarks/{cluster_id}/evidence.json")
def evidence(request: Request, site: SiteOf, cluster_id: str) -> Response:
    """The public document of a cluster, by the contract ``benchmark-evidence``, with its own addresses."""
    one = _entry(site, cluster_id)
    path = absolute(request, site, f"/benchmarks/{one.id}")
    document = one.evidence.model_copy(update={"html_url": path, "json_url": f"{path}/evidence.json"})
    return Response(document.model_dump_json(by_alias=True, indent=2), media_type="application/json")


@api.get("/benchmarks")
def list_benchmarks(
    site: SiteOf, status: Status = None, alone: Alone = True, page: Page = 1, size: Size = 20
) -> BenchmarksPage:
    """Clusters of what works report, what answers found to agree or differ, our own results, and those of the laboratory."""
    return _page(site, status, page, size, alone=alone)


@api.get("/benchmarks/{cluster_id}")
def get_benchmark(site: SiteOf, cluster_id: str) -> ClusterPage:
    """One cluster with all its numbers, each with its quote."""
    return _cluster(site, cluster_id)


def _page(site: Site, status: ClusterStatus | None, number: int, size: int, *, alone: bool) -> BenchmarksPage:
    all_ = gathered(site)
    several = [one for one in all_.clusters if alone or one.evidence.source_count > 1]
    kept = [one for one in several if status in (None, one.evidence.status)]
    rows = tuple(row_of(one) for one in kept[(number - 1) * size : number * size])
    statuses = [one.evidence.status for one in all_.clusters]
    return BenchmarksPage(
        status=status,
        read=all_.read,
        shown=all_.shown,
        most=MOST_RECORDS,
        unread=all_.unread,
        documents=all_.documents,
        numbers=all_.numbers,
        counts=tuple(StatusCount(status=s, count=statuses.count(s), means=means) for s, means in MEANS.items()),
        clusters=Found[ClusterRow](items=rows, total=len(kept), capped=False, page=number, size=size),
        findings=all_.findings,
        truth=truth(),
        lab=_lab(),
    )


def row_of(entry: ClusterEntry) -> ClusterRow:
    """A cluster as a list shows it."""
    one = entry.evidence
    widest = max(one.protocols, key=lambda p: p.spread)
    return ClusterRow(
        id=entry.id,
        model=one.model,
        benchmark=one.benchmark,
        metrics=tuple(dict.fromkeys(p.protocol_key.metric for p in one.protocols)),
        status=one.status,
        why=one.interpretation.removeprefix(MEANS[one.status]).strip() if one.source_count > 1 else "",
        sources=one.source_count,
        numbers=len(one.entries),
        keys=len(one.protocols),
        low=one.reported_range.min_score_pct,
        high=one.reported_range.max_score_pct,
        spread=round(widest.spread, 4),
        unit=widest.unit,
        differs=one.differs,
        unstated=one.unstated,
    )


def _entry(site: Site, cluster_id: str) -> ClusterEntry:
    found = next((one for one in gathered(site).clusters if one.id == cluster_id), None)
    if found is None:
        raise NotFound(
            f"there is no cluster {cluster_id[:40]} in the records that are shown now",
            "Clusters are made from the newest records: look for it in the list of benchmarks.",
        )
    return found


def _cluster(site: Site, cluster_id: str) -> ClusterPage:
    one = _entry(site, cluster_id)
    strips, legend = strips_of(one)
    return ClusterPage(
        id=one.id,
        means=MEANS[one.evidence.status],
        evidence=one.evidence,
        notes=one.notes,
        strips=strips,
        legend=legend,
        records=one.records,
    )


@cache
def _lab() -> LabBrief | None:
    kept = shipped()
    if kept is None:
        return None
    where = kept.results.environment
    return LabBrief(
        measured_at=where.measured_at,
        machine=machine(where),
        sentences=tuple(one.text for one in crossovers(kept.results)),
    )
