"""True pairs without any data: the starter library's own sentences, each said in another order or without its end."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from sovereign.reading import read_file

from .parts import moved, shortened, stands
from .words import Source

NAME = "starter_library"


def files() -> list[Path]:
    """The notes of the starter library."""
    folder = Path(str(resources.files("sovereign") / "data" / "starter_library"))
    return sorted(p for p in folder.glob("*.md") if p.name != "README.md")


def sources() -> list[Source]:
    """Every pair of first part and whole sentence, in the order of the notes."""
    return [source for path in files() for source in _of(path)]


def _of(path: Path) -> Iterator[Source]:
    document = read_file(path, path.name)
    for sentence in document.evidence():
        text = document.slice(sentence)
        for claim in (moved(text), shortened(text)):
            if claim and stands(claim):
                yield Source(claim, (text,), document.paper.title, document.paper.id, NAME)
