"""Elements of XML by their names, whatever their namespace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .text import one_line

Element = Any  # lxml ships no types
Kinds = Callable[[Element], str]


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments, instructions and entities."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def children(element: Element | None, *path: str) -> list[Element]:
    """The elements that a path of names leads to, whatever their namespace."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for parent in found for child in parent if local(child) == name]
    return found


def child(element: Element | None, *path: str) -> Element | None:
    """The first element that a path of names leads to."""
    return next(iter(children(element, *path)), None)


def plain(element: Element | None, separator: str = "") -> str:
    """All text in an element, on one line."""
    return "" if element is None else one_line(separator.join(element.itertext()))
