"""Hostile passages planted in documents, and whether any of them changes what a run comes to."""

from .bench import measure
from .passages import AIMS, Passage, passages

__all__ = ["AIMS", "Passage", "measure", "passages"]
