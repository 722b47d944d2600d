"""XML as text: the parts of an article in order, from the kinds that a format gives its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from .latex_inputs import is_main
from .latex_text import Text
from .leftovers import tidy
from .parts import Part
from .text import clean
from .xml_names import Element, Kinds, local, plain
from .xml_tables import table_of

_COMPOUND = re.compile(r".[+\-−*/=<> ]")
_BARE_RAISED = re.compile(r"(?:th|st|nd|rd|[^\w\s+−-]+)")
_NUMBERS = re.compile(r"[\s\d,;–—-]*")
_OPENS = re.compile(r"(?:[\[(,;]|\bsee|\be\.g\.,?|\bcf\.)\s*\Z")
_MATH = {"msup": "^", "msub": "_", "mfrac": "/"}


def parts(root: Element | None, kinds: Kinds, level: int = 0) -> list[Part]:
    """The parts of what is in ``root``, in order. ``level`` is that of the section it is.

    ``kinds`` gives for an element: ``drop``; ``inline``; ``block``; ``section``; ``heading``; ``aside`` (a block that
    comes after the paragraph it interrupts); ``table``; ``formula``; ``entry`` (of a reference list); ``cite``;
    ``raised``; ``lowered``; ``tex``. A stack and not recursion, since elements may nest.
    """
    found: list[Part] = []
    words: list[str] = []
    waiting: list[Element] = []
    captions: dict[Element, tuple[str, str]] = {}
    # What is to be done next: an element to visit, words to print, or a kind of element that ends.
    stack: list[tuple[str, Any]] = [] if root is None else [("end", "block"), ("visit", root)]

    def flush(kind: str = "prose") -> None:
        text = tidy("".join(words))
        words.clear()
        if text:
            found.append(Part(kind, text, max(1, level) if kind == "heading" else 0))
        stack.extend(("visit", element) for element in reversed(waiting))
        waiting.clear()

    def put_off(element: Element) -> bool:
        """Whether something waits that comes before ``element``; the paragraph ends, and the element comes after."""
        if not waiting:
            return False
        stack.append(("visit", element))
        flush()
        return True

    while stack:
        todo, given = stack.pop()
        if todo == "words":
            words.append(given)
            continue
        if todo == "end":
            if given in ("heading", "formula", "entry"):
                flush("heading" if given == "heading" else "verbatim")
            else:
                flush()
            level -= given == "section"
            continue
        kind = kinds(given)
        if kind == "drop":
            continue
        if kind in ("cite", "raised", "lowered", "tex"):
            words += _inline(given, kind, kinds, "".join(words[-3:]))
        elif kind == "aside" and any(word.strip() for word in words):
            waiting.append(given)
        elif kind == "table":
            if put_off(given):
                continue
            flush()
            found.append(table_of(given, partial(line, kinds=kinds), captions))
        else:
            if kind != "inline":
                if put_off(given):
                    continue
                flush()
                level += kind == "section"
                stack.append(("end", kind))
            stack.extend(reversed(list(_content(given))))
    return [part for part in found if part.text]


def _content(element: Element) -> Iterator[tuple[str, Any]]:
    """What is in an element, in order. Powers, indices and fractions of MathML get their mark."""
    mark = _MATH.get(local(element), "")
    if element.text:
        yield "words", element.text
    for place, inner in enumerate(element):
        if mark and place:
            yield "words", mark
        if local(inner):
            yield "visit", inner
        if inner.tail:
            yield "words", inner.tail


def _inline(element: Element, kind: str, kinds: Kinds, before: str) -> list[str]:
    """The words of an element within a line."""
    if kind == "tex":
        source = clean("".join(element.itertext()))
        return [part.text for part in Text(source, is_main(source)).parts]
    if kind == "cite":
        text = plain(element)
        beside = not text or _NUMBERS.fullmatch(text) or text[0] in "[(" or _OPENS.search(before)
        return [_open_bracket(text)] if beside else [text]
    text = line(element, kinds)
    if kind == "lowered":
        return ["_" if text and before[-1:].isdigit() else "", text]
    if not text.strip(" ,;–—-"):
        return []  # it held citations only
    if _BARE_RAISED.fullmatch(text):
        return [text]
    return [f"^({text})" if _COMPOUND.search(text) else f"^{text}"]


def _open_bracket(citation: str) -> str:
    """The bracket that a citation closes or leaves open for its sentence, as in "(e.g., " and "Moor, 2020)"; else nothing."""
    beyond = citation.count("(") - citation.count(")")
    return "(" if beyond > 0 else ")" if beyond < 0 else ""


def line(element: Element | None, kinds: Kinds) -> str:
    """The text of an element on one line, whatever blocks are in it."""
    if element is None:
        return ""

    def inside(inner: Element) -> str:
        return "inline" if inner is element else kinds(inner)

    return " ".join(part.text for part in parts(element, inside))
