"""A work's text as it was read: one stored string, and offsets into it."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from .base import Model, sha256_hex
from .paper import Paper

Depth = Literal["note", "abstract", "full_text", "table", "measurement"]
Seen = Literal["yes", "recalled"]


class Section(Model):
    """A heading and the span of text under it. ``evidence`` is false where nothing may be taken as evidence."""

    title: str
    level: int
    start: int
    end: int
    evidence: bool = True


class Sentence(Model):
    """The span of one sentence. ``where`` and ``seen`` are a note's marks: the place in the source, how it was read.

    ``source_id`` is the work the sentence speaks for when that is not the document's own
    (a note's bracket that names another paper or tool); ``secondhand`` marks a place read in a third party's text.
    """

    start: int
    end: int
    section: int
    page: int | None = None
    where: str | None = None
    seen: Seen | None = None
    source_id: str | None = None
    secondhand: bool = False


class Document(Model):
    """One read document. Every offset counts code points of ``text``; ``text_hash`` is its SHA-256 as UTF-8.

    Raises:
        ValueError: if a section or sentence does not lie inside the text.
    """

    paper: Paper
    text: str
    text_hash: str
    depth: Depth
    sections: tuple[Section, ...]
    sentences: tuple[Sentence, ...]
    notices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _spans_inside(self) -> Document:
        size = len(self.text)
        spans: tuple[Section | Sentence, ...] = (*self.sections, *self.sentences)
        for span in spans:
            if not 0 <= span.start <= span.end <= size:
                raise ValueError(f"span {span.start}..{span.end} lies outside a text of {size} characters")
        return self

    def slice(self, sentence: Sentence) -> str:
        """The sentence's exact text."""
        return self.text[sentence.start : sentence.end]

    def evidence(self) -> tuple[Sentence, ...]:
        """The sentences that may serve as evidence."""
        return tuple(s for s in self.sentences if self.sections[s.section].evidence)


def text_hash(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as hex."""
    return sha256_hex(text.encode("utf-8"))
