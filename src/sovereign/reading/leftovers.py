"""Prose without what citations and references leave behind when they are taken out."""

from __future__ import annotations

import re

from .text import one_line

_EMPTY = re.compile(r" ?(?:\((?:[\s,;–§-]|e\.g\.|i\.e\.|see\b|cf\.|and\b|but\b|also\b)*\)|\[[\s,;–-]*\])")
_NEVER_CLOSED = re.compile(r" ?\( ?(?=[.,;:](?:\s|\Z))")  # by a citation that was cut short
_LOST_SECTION = re.compile(r"§+\s?(?!\s?\d)")
_SPACE_BEFORE = re.compile(r" +(?=\)|[,;:.!?](?:[\s)]|\Z))")
_SPACE_AFTER = re.compile(r"\( +")
_DOUBLED = re.compile(r"([,;])(?: ?[,;])+(?=\s)")
_UNFINISHED = re.compile(r" ?[,;](?: (?:see|e\.g\.,?))?\)")


def tidy(text: str) -> str:
    """One line of prose: empty brackets, lone section signs, and blanks and commas without a word are taken out."""
    text = _NEVER_CLOSED.sub("", _LOST_SECTION.sub("", _EMPTY.sub("", one_line(text))))
    text = _SPACE_AFTER.sub("(", _SPACE_BEFORE.sub("", text))
    return _UNFINISHED.sub(")", _DOUBLED.sub(r"\1", text)).strip()
