"""An exact sentence of a stored text."""

from __future__ import annotations

from .base import Model
from .document import Depth, Document, Seen, Sentence


class Quote(Model):
    """A sentence and where it stands: ``stored_text[start:end] == text``, in code points.

    ``source_id`` is the work that the sentence speaks for, for citation and groups. ``our_words`` marks
    a sentence of a secondary note: our summary, not the paper's words.
    """

    text: str
    text_hash: str
    start: int
    end: int
    paper_id: str
    source_id: str
    section: str
    depth: Depth
    page: int | None = None
    where: str | None = None
    seen: Seen | None = None
    secondhand: bool = False
    our_words: bool = False


def quote_of(document: Document, sentence: Sentence) -> Quote:
    """The quote of one sentence of a document."""
    return Quote(
        text=document.slice(sentence),
        text_hash=document.text_hash,
        start=sentence.start,
        end=sentence.end,
        paper_id=document.paper.id,
        source_id=sentence.source_id or document.paper.id,
        section=document.sections[sentence.section].title,
        depth=document.depth,
        page=sentence.page,
        where=sentence.where,
        seen=sentence.seen,
        secondhand=sentence.secondhand,
        our_words=document.paper.our_words,
    )
