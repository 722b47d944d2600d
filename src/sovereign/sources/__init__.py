"""Sources: where documents come from, and how hits of several queries become one ranked list."""

from .base import NOT_IN_TIME, Hit, PassageHit, Source
from .library import LIBRARY, Library, LibraryReport
from .merge import BELOW_LIMIT, RETRACTED, fuse
from .registry import ABSTRACTS, INDEX, LOCAL, OWN, SOURCES, open_provider, require_source

__all__ = [
    "ABSTRACTS",
    "BELOW_LIMIT",
    "INDEX",
    "LIBRARY",
    "LOCAL",
    "NOT_IN_TIME",
    "OWN",
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
