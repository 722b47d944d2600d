"""Sources: where documents come from, and how hits of several queries become one ranked list."""

from .base import NOT_IN_TIME, Hit, PassageHit, Source
from .library import LIBRARY, Library, LibraryReport
from .merge import RETRACTED, fuse
from .registry import INDEX, LOCAL, SOURCES, open_provider, require_source

__all__ = [
    "INDEX",
    "LIBRARY",
    "LOCAL",
    "NOT_IN_TIME",
    "RETRACTED",
    "SOURCES",
    "Hit",
    "Library",
    "LibraryReport",
    "PassageHit",
    "Source",
    "fuse",
    "open_provider",
    "require_source",
]
