"""How a document is cut into the rows of an index: its passages, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sovereign.reading import own_names
from sovereign.records import Document, Paper, canonical_json, sha256_hex

_SENTENCES_PER_ROW = 5


class Row(NamedTuple):
    """A row of the index; ``first`` and ``last`` count the evidence sentences of ``body`` in the document."""

    name: str = ""
    head: str = ""
    body: str = ""
    first: int = 0
    last: int = 0


class Place(NamedTuple):
    """Where a passage stands: its number and key, the work, and the first and last of its evidence sentences."""

    passage: int
    key: str
    paper: str
    first: int
    last: int


def passages(document: Document, paper: Paper) -> Iterator[Row]:
    """Rows of the index: one for title and topics, then one per finding or five sentences.

    Only evidence is indexed, so that what a note says about limits cannot lift it.
    """
    topics = " ".join(topic.replace("-", " ") for topic in paper.topics)
    yield Row(" ".join(own_names(paper.title)), f"{paper.title} {topics}")
    sentences = [document.slice(sentence) for sentence in document.evidence()]
    step = 1 if document.depth == "note" else _SENTENCES_PER_ROW
    for start in range(0, len(sentences), step):
        some = sentences[start : start + step]
        yield Row(body=" ".join(some), first=start, last=start + len(some) - 1)


def whole_text(title: str, body: str) -> str:
    """A passage as it is embedded: behind its work's title, without which many a passage does not say what it is about."""
    return f"{title}. {body}"


def entry_of(key: str, paper: Paper) -> str:
    """Name of an index entry: changes with the document and with the paper's facts."""
    return sha256_hex(canonical_json([key, paper.model_dump(mode="json")]))
