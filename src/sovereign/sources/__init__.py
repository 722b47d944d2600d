"""Sources: where documents come from, and how hits of several queries become one ranked list."""

from .base import NOT_IN_TIME, Hit, Source
from .library import Library, LibraryReport
from .merge import BELOW_LIMIT, RETRACTED, fuse
from .registry import ABSTRACTS, LIBRARY, OWN, SOURCES, open_provider, require_source

__all__ = [
    "ABSTRACTS",
    "BELOW_LIMIT",
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
