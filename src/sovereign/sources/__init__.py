"""Sources: where documents come from, and how hits of several queries become one ranked list."""

from .base import NOT_IN_TIME, Hit, Source
from .library import Library, LibraryReport
from .merge import BELOW_LIMIT, RETRACTED, fuse
from .registry import FULL_TEXTS, LIBRARY, OWN, SOURCES, open_provider, require_source

__all__ = [
    "BELOW_LIMIT",
    "FULL_TEXTS",
    "LIBRARY",
    "NOT_IN_TIME",
    "OWN",
    "RETRACTED",
    "SOURCES",
    "Hit",
    "Library",
    "LibraryReport",
    "Source",
    "fuse",
    "open_provider",
    "require_source",
]
