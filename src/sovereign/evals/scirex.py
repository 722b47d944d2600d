"""SciREX (Jain et al. 2020, ACL 2020.acl-main.670): full texts of machine-learning papers with the results that they report.

Reads ``documents.jsonl``: words, spans of sentences and sections in words, mentions, clusters of mentions, and relations of data
set, method, metric, task and score. The texts hold no tables, and about half of the relations have an entity in tables only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.errors import InputError
from sovereign.records import Document, Paper, Section, Sentence, text_hash

from .files import Row, digest, find, missing, objects, record
from .pairs import Progress
from .scirex_measure import scores

_NO_BLANK_BEFORE = re.compile(r"^(?:[.,;:!?%)\]}]|'s|n't|''|’s)$")
_NO_BLANK_AFTER = re.compile(r"^[(\[{$]$")


class _Relation(Row):
    Material: str
    Method: str
    Metric: str
    Task: str
    score: str | float | None


class _Document(Row):
    doc_id: str
    words: list[str]
    sentences: list[tuple[int, int]]
    sections: list[tuple[int, int]]
    coref: dict[str, list[tuple[int, int]]]
    relations: list[_Relation]


class Relation(NamedTuple):
    """One result of a paper: its entities by role ("dataset", "method", "metric", "task"), each with all names by which
    the paper calls it (none where it stands in tables only), and the score as the leaderboard prints it."""

    entities: dict[str, str]
    names: dict[str, tuple[str, ...]]
    score: str


def files(data: Path) -> list[Path]:
    """The file of the set.

    Raises:
        InputError: if it is not there.
    """
    found = find(data, "scirex", ("documents.jsonl",))
    if not found:
        raise missing(data, "SciREX", "documents.jsonl")
    return list(found.values())


def documents(data: Path) -> list[tuple[Document, tuple[Relation, ...]]]:
    """Every paper as a document, and its relations.

    Raises:
        InputError: if the file is missing, broken or cut short.
    """
    rows = [record(_Document, value, place) for path in files(data) for place, value in objects(path)]
    return [(_document(row), tuple(_relation(row, r) for r in row.relations)) for row in rows]


def measure(data: Path | None, limit: int | None, progress: Progress) -> dict[str, Any]:
    """The figures of the bench, with baselines and by halves; ``limit`` takes the first so many papers.

    Raises:
        InputError: without data, or as :func:`documents`.
    """
    if data is None:
        raise InputError("scirex needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    paths = files(data)
    progress("reading papers")
    papers = documents(data)[:limit]
    progress("counting")
    return {**scores(papers), "data_sha256": digest(paths)}


def _document(row: _Document) -> Document:
    text, offsets = _joined(row.words)
    first = row.sentences[0] if row.sentences else (0, 0)
    title = " ".join(row.words[slice(*first)]).removeprefix("document : ")

    def span(words: tuple[int, int]) -> tuple[int, int]:
        start, end = max(0, words[0]), min(words[1], len(row.words))
        return (offsets[start][0], offsets[end - 1][1]) if start < end else (0, 0)

    opened = {start: end for start, end in row.sentences}
    sections = []
    for words in row.sections:
        heading = " ".join(row.words[words[0] : min(opened.get(words[0], words[0]), words[1])])
        start, end = span(words)
        sections.append(Section(title=heading.removeprefix("section : ")[:120], level=1, start=start, end=end))
    sections = sections or [Section(title="", level=1, start=0, end=len(text))]
    bounds = [s.start for s in sections]
    sentences = []
    for words in row.sentences:
        start, end = span(words)
        if start < end:
            section = max(0, sum(b <= start for b in bounds) - 1)
            sentences.append(Sentence(start=start, end=end, section=section))
    return Document(
        paper=Paper(id=f"title:{row.doc_id}", title=title, source="scirex"), text=text, text_hash=text_hash(text),
        depth="full_text", sections=tuple(sections), sentences=tuple(sentences),
    )  # fmt: skip


def _joined(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Words as text, with the span of each: no blank before a comma or after an opening bracket."""
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    size, glued = 0, True
    for word in words:
        blank = "" if glued or _NO_BLANK_BEFORE.match(word) else " "
        parts += (blank, word)
        spans.append((size + len(blank), size + len(blank) + len(word)))
        size += len(blank) + len(word)
        glued = _NO_BLANK_AFTER.match(word) is not None
    return "".join(parts), spans


def _relation(row: _Document, relation: _Relation) -> Relation:
    raw = {"dataset": relation.Material, "method": relation.Method, "metric": relation.Metric, "task": relation.Task}
    called = {
        role: tuple(dict.fromkeys(" ".join(row.words[slice(*span)]) for span in row.coref.get(name, ())))
        for role, name in raw.items()
    }
    return Relation({role: _clean(name) for role, name in raw.items()}, called, _clean(str(relation.score)))


def _clean(name: str) -> str:
    """Underscores stand for blanks and signs."""
    return " ".join(name.replace("_", " ").split())
