"""Secondary notes: Markdown in our own words, of which only the lines under "Findings" are evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sovereign.records import Document, Paper, Seen

from .document import Builder
from .frontmatter import Facts, paper_of
from .limits import Limits
from .markdown import parts
from .parts import Part
from .text import one_line
from .where import read_where

_FINDINGS = re.compile(r"findings", re.IGNORECASE)
_SEEN = re.compile(r"\s*\{\s*seen\s*:\s*(?P<seen>[^{}]*?)\s*\}\s*\Z", re.IGNORECASE)
_WHERE = re.compile(r"\s*\[(?P<where>[^\[\]]+)\]\s*\Z")
_CITATION = re.compile(r"[\d\s,\u2013-]+")
_SEEN_WORDS: dict[str, Seen] = {"yes": "yes", "recalled": "recalled"}


def is_note(data: dict[Any, Any], body: str) -> bool:
    """Whether a Markdown file is a secondary note: it says so, or its findings carry marks."""
    kind = data.get("note_kind")
    if isinstance(kind, str) and "secondary" in kind.lower():
        return True
    if "{seen" not in body:
        return False
    blocks = _with_findings(list(parts(body)))
    return any(block.kind == "item" and is_finding and _SEEN.search(block.text) for block, is_finding in blocks)


def read_note(data: dict[Any, Any], body: str, location: str, limits: Limits) -> Document:
    """The document of a note: one sentence for each finding, and nothing else as evidence."""
    facts, builder = Facts(data), Builder(limits)
    blocks = list(parts(body))
    title = next((block.text for block in blocks if block.kind == "heading"), None)
    paper = paper_of(facts, title, location, our_words=True)
    found = 0
    for block, is_finding in _with_findings(blocks):
        if block.kind == "heading":
            builder.heading(block.text, block.level, evidence=is_finding)
        elif is_finding:
            _add_finding(builder, block.text, paper)
            found += 1
        elif block.kind == "hidden":
            builder.hidden(block.text)
        else:
            builder.block(block.text)
    builder.notices[:0] = facts.notices
    if not found:
        builder.notices.append('the note has no line under a heading "Findings", so it gives no evidence')
    return builder.document(paper, "note")


def _with_findings(blocks: Sequence[Part]) -> Iterator[tuple[Part, bool]]:
    """Each block, and whether it is the heading "Findings", a heading under it, or a list item under these."""
    level = 0  # of the open heading "Findings"; 0 if none is open
    for block in blocks:
        if block.kind == "heading":
            starts = _FINDINGS.fullmatch(block.text.strip()) is not None
            level = block.level if starts else level if block.level > level else 0
        yield block, level > 0 and block.kind in ("heading", "item")


def _add_finding(builder: Builder, text: str, paper: Paper) -> None:
    """Take a line apart into sentence, place and mark, and add it."""
    text = one_line(text)
    seen_mark = _SEEN.search(text)
    rest = text[: seen_mark.start()] if seen_mark else text
    place = _WHERE.search(rest)
    if place and not seen_mark and _CITATION.fullmatch(place["where"]):
        place = None  # "[12]" at the end of an unmarked line is a citation
    sentence = rest[: place.start()] if place else rest
    where = " ".join(place["where"].split()) if place else None
    seen = _SEEN_WORDS.get(seen_mark["seen"].lower()) if seen_mark else None
    missing = [name for name, value in (("place in brackets", where), ("{seen: yes|recalled} mark", seen)) if not value]
    if missing:
        builder.notices.append(f"finding {_shown(sentence)} has no {' and no '.join(missing)}")
    source_id, secondhand = read_where(where, paper) if where else (None, False)
    builder.finding(sentence, text[len(sentence) :], where, seen, source_id, secondhand)


def _shown(sentence: str) -> str:
    """A sentence as a notice names it: its first words."""
    words = sentence.split()
    return f'"{" ".join(words[:8])}{"…" if len(words) > 8 else ""}"'
