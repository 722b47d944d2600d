"""The public form of a cluster: the fields of the contract benchmark-evidence-v1, and what typed keys add to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from sovereign.contracts.schema import EVIDENCE_ID
from sovereign.records import (
    BenchmarkEvidence,
    Cluster,
    ClusterNumber,
    EvidenceEntry,
    Paper,
    ProtocolCluster,
    ProtocolEvidence,
    Publisher,
    ReportedRange,
    SourceCoverage,
    SourceProfile,
)

from .comparable import is_share
from .rules import basis, coverage_level, rules, severity_of

CONTRACT_UPDATED = "2026-11-23"
_INTERPRETATION = {
    "single_source": "One source alone: nothing to hold it against.",
    "agreed": "Independent works agree where their protocols are the same.",
    "contested": "Works disagree although their protocols are the same as far as they state them.",
    "not_comparable": "The figures are of different protocols: their spread is no disagreement.",
    "unknown": "Whether the figures are of one protocol, or of independent works, is not stated.",
}
_LIMITATIONS = (
    "Figures and keys are read from texts and tables by rules, and may be misread; each stands with its quote.",
    "What no work states is taken to be the same for all, and named.",
    "A spread over different protocols says nothing about any of them; status and protocols say what does.",
    "Nothing was measured again.",
)


def evidence_of(cluster: Cluster, papers: Mapping[str, Paper]) -> BenchmarkEvidence:
    """The public document of one cluster. It is given out nowhere yet, so its own addresses are None."""
    entries = tuple(sorted(_entries(cluster, papers), key=_highest_first))
    scores = [e.score_pct for e in entries if e.score_pct is not None]
    low, high = (round(min(scores), 1), round(max(scores), 1)) if scores else (None, None)
    spread = None if low is None or high is None else round(high - low, 1)
    works = [papers[work] for work in cluster.works if work in papers]
    sources = len(cluster.works) - cluster.versions
    return BenchmarkEvidence(
        schema_id=EVIDENCE_ID,
        schema_version="1.0",
        contract_version="benchmark-evidence-v1.0",
        contract_updated=CONTRACT_UPDATED,
        publisher=Publisher(name="SOVEREIGN"),
        html_url=None,
        json_url=None,
        model=cluster.model,
        benchmark=cluster.benchmark,
        source_count=sources,
        source_coverage=SourceCoverage(
            record_count=len(entries),
            distinct_source_count=sources,
            coverage_level=coverage_level(sources),
            basis=basis("coverage", "distinct works"),
        ),
        source_profile=_profile(cluster.works, works),
        reported_range=ReportedRange(min_score_pct=low, max_score_pct=high),
        spread_pp=spread,
        severity=None if spread is None or sources < 2 else severity_of(spread, rules()["tolerance"]["points"]),
        status=cluster.status,
        differs=cluster.differs,
        unstated=cluster.unstated,
        protocols=tuple(_protocol(part) for part in cluster.parts),
        entries=entries,
        mixed=cluster.mixed,
        interpretation=f"{_INTERPRETATION[cluster.status]} {cluster.text[:1].upper()}{cluster.text[1:]}.",
        limitations=_LIMITATIONS,
    )


def _entries(cluster: Cluster, papers: Mapping[str, Paper]) -> list[EvidenceEntry]:
    return [
        _entry(cluster, number, place, papers.get(number.number.quote.source_id))
        for place, part in enumerate(cluster.parts)
        for number in part.numbers
    ]


def _entry(cluster: Cluster, found: ClusterNumber, place: int, paper: Paper | None) -> EvidenceEntry:
    number, quote = found.number, found.number.quote
    url = paper.url if paper else None
    return EvidenceEntry(
        model=cluster.model,
        benchmark=cluster.benchmark,
        score_pct=round(found.score, 4) if is_share(number.key.metric, number.value.unit) else None,
        source_title=paper.title if paper else quote.source_id,
        source_url=url,
        source_domain=_domain(url),
        year=paper.year if paper else None,
        source_id=quote.source_id,
        value=number.value.text,
        unit=number.value.unit,
        key=number.key,
        quote=quote.text,
        start=quote.start,
        end=quote.end,
        text_hash=quote.text_hash,
        cell=number.cell,
        group=found.group,
        origin=found.origin,
        credited=number.credited,
        protocol=place,
    )


def _highest_first(entry: EvidenceEntry) -> tuple[object, ...]:
    score = entry.score_pct
    return score is None, -(score or 0.0), entry.source_title, entry.source_id, entry.start, entry.protocol, entry.value


def _protocol(part: ProtocolCluster) -> ProtocolEvidence:
    return ProtocolEvidence(
        protocol_key=part.key,
        status=part.status,
        record_count=len(part.numbers),
        groups=part.groups,
        independence=part.independence,
        low=part.low,
        high=part.high,
        spread=part.spread,
        unit=part.unit,
        severity=part.severity,
        interpretation=part.text,
    )


def _profile(ids: Sequence[str], works: Sequence[Paper]) -> SourceProfile:
    urls = [paper.url for paper in works if paper.url]
    years = [paper.year for paper in works if paper.year is not None]
    return SourceProfile(
        source_url_count=len(urls),
        missing_source_url_count=len(ids) - len(urls),
        domains=tuple(sorted({domain for url in urls if (domain := _domain(url))})),
        year_min=min(years, default=None),
        year_max=max(years, default=None),
        basis="the addresses and years that the works' own metadata give",
    )


def _domain(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname or None if url else None
    except ValueError:  # an address that none is, such as one with half a bracket
        return None
