"""What a library's clusters come to, and what a key on labels alone would have called contested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, get_args

from sovereign.records import Cluster, ClusterStatus

STATUSES: tuple[ClusterStatus, ...] = get_args(ClusterStatus)


def summary_of(clusters: Sequence[Cluster]) -> dict[str, Any]:
    """How many numbers they hold; clusters by status; and those that a key on model and benchmark label alone, and one with the metric too, calls contested, by the
    status that they have by typed key."""
    return {
        "in_clusters": sum(len(c.numbers) for c in clusters),
        "clusters": len(clusters),
        "by_status": _by_status(clusters),
        "contested_by_label_alone": _by_status([c for c in clusters if c.mixed.contested]),
        "contested_by_label_and_metric": _by_status([c for c in clusters if c.mixed.contested_with_metric]),
    }


def _by_status(clusters: Sequence[Cluster]) -> dict[str, int]:
    counts = Counter(c.status for c in clusters)
    return {"all": len(clusters)} | {status: counts[status] for status in STATUSES}
