"""What works report of one method on one benchmark, held together by typed keys; and the public form of that.

The public form has the fields of the contract ``benchmark-evidence-v1``, and ours beside them: ``status``, ``differs``, the
typed key, quote and group of each number.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Model
from .protocol import ProtocolKey
from .rationale import UsedCell
from .reported import ReportedNumber

ComparabilityStatus = Literal["comparable", "not_comparable", "unknown"]
ClusterStatus = Literal["single_source", "agreed", "contested", "not_comparable", "unknown"]


class Comparability(Model):
    """Whether two keys are of one protocol: the fields that ``differs``, and those that one of them leaves ``unstated``.

    ``silent`` are the fields that neither states: they are taken to be the same, and it is said.
    """

    status: ComparabilityStatus
    differs: tuple[str, ...] = ()
    unstated: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    text: str


class ClusterNumber(Model):
    """A number of a cluster. ``score`` is its value on the cluster's scale: percent for shares, base units for others.

    ``origin`` is the work whose figure it is; for a credited number that is another than the one that prints it. ``group`` names
    the independent group of works that it counts for; None where it counts for none: it is retold, or nobody's authors are known.
    """

    number: ReportedNumber
    score: float
    origin: str
    group: str | None = None


class ProtocolCluster(Model):
    """Numbers of one typed key. ``spread`` is the largest less the smallest, in percentage points or in ``unit``.

    ``groups`` counts works that are independent of each other; where ``independence`` is unknown, authors are not known of some.
    """

    key: ProtocolKey
    status: ClusterStatus
    numbers: tuple[ClusterNumber, ...]
    low: float
    high: float
    spread: float
    unit: str
    groups: int
    independence: Literal["known", "unknown"] = "known"
    severity: str | None = None
    text: str


class Mixed(Model):
    """What a key on model and label alone would say of a cluster, and one with the metric too: the scores in percent of all
    protocols together, contested if they are of two works or more and spread beyond the tolerance."""

    sources: int
    low: float | None
    high: float | None
    spread: float | None
    contested: bool
    contested_with_metric: bool


class Cluster(Model):
    """All numbers of one method on one benchmark: what a key on model and label alone holds together. ``parts`` are its
    clusters by typed key, the status of the whole follows from theirs and from what ``differs`` between them. ``versions`` are how many of ``works`` are versions or copies of another of them."""

    model: str
    benchmark: str
    status: ClusterStatus
    differs: tuple[str, ...] = ()
    unstated: tuple[str, ...] = ()
    parts: tuple[ProtocolCluster, ...]
    works: tuple[str, ...]
    versions: int
    mixed: Mixed
    text: str

    @property
    def numbers(self) -> tuple[ClusterNumber, ...]:
        """All its numbers, in the order of its parts."""
        return tuple(number for part in self.parts for number in part.numbers)


class Publisher(Model):
    """Who gives a public document out."""

    name: str
    url: str | None = None


class SourceCoverage(Model):
    """How many records and distinct works a cluster rests on, and the level by the ``basis`` in words."""

    record_count: int
    distinct_source_count: int
    coverage_level: str
    basis: str


class SourceProfile(Model):
    """Where the works of a cluster are from, and from which years; None where no work gives its year."""

    source_url_count: int
    missing_source_url_count: int
    domains: tuple[str, ...]
    year_min: int | None
    year_max: int | None
    basis: str


class ReportedRange(Model):
    """The smallest and largest score in percent, rounded to one decimal; None where no number is a share."""

    min_score_pct: float | None
    max_score_pct: float | None


class EvidenceEntry(Model):
    """One number. ``score_pct`` is None for what is no share (perplexity, milliseconds): then ``value`` alone holds it.

    ``protocol`` counts the entry's cluster among ``protocols`` from 0 on; ``credited`` is whose figure it is in the text's words.
    """

    model: str
    benchmark: str
    score_pct: float | None
    source_title: str
    source_url: str | None
    source_domain: str | None
    year: int | None
    source_id: str
    value: str
    unit: str
    key: ProtocolKey
    quote: str
    start: int
    end: int
    text_hash: str
    cell: UsedCell | None
    group: str | None
    origin: str
    credited: str | None
    protocol: int


class ProtocolEvidence(Model):
    """One typed key of the cluster with its status and range: scores in ``unit``, percent for shares."""

    protocol_key: ProtocolKey
    status: ClusterStatus
    record_count: int
    groups: int
    independence: Literal["known", "unknown"]
    low: float
    high: float
    spread: float
    unit: str
    severity: str | None
    interpretation: str


class BenchmarkEvidence(Model):
    """The public document of one cluster. ``html_url`` and ``json_url`` are None until it is given out somewhere.

    ``spread_pp`` and ``severity`` are of all scores together, as the contract has them, whatever protocols they mix (one work has no severity); ``status``
    says whether they may be held against each other at all, and ``protocols`` what holds within each typed key.
    """

    schema_id: str = Field(serialization_alias="schema")
    schema_version: str
    contract_version: str
    contract_updated: str
    publisher: Publisher
    html_url: str | None
    json_url: str | None
    model: str
    benchmark: str
    source_count: int
    source_coverage: SourceCoverage
    source_profile: SourceProfile
    reported_range: ReportedRange
    spread_pp: float | None
    severity: str | None
    status: ClusterStatus
    differs: tuple[str, ...]
    unstated: tuple[str, ...]
    protocols: tuple[ProtocolEvidence, ...]
    entries: tuple[EvidenceEntry, ...]
    mixed: Mixed
    interpretation: str
    limitations: tuple[str, ...]
