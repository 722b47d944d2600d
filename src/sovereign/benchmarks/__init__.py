"""Numbers that works report, each with the typed key of what it measures, and the clusters that may be compared."""

from .reported import reported_numbers

__all__ = ["reported_numbers"]
