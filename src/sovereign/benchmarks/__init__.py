"""Numbers that works report, each with the typed key of what it measures, and the clusters that may be compared."""

from .clusters import clusters_of
from .comparable import compare
from .evidence import evidence_of
from .reported import reported_numbers
from .summary import summary_of

__all__ = ["clusters_of", "compare", "evidence_of", "reported_numbers", "summary_of"]
