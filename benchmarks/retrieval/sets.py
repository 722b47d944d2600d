"""The sets: documents written as files of a library, as a person would have them, and queries with what they should find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.evals.files import find, read

_NAMES = {
    "scifact": ("corpus.jsonl", "claims.jsonl"),
    "qasper": ("qa_evidence.jsonl", "fulltext.jsonl"),
    "pubmedqa": ("pqal.jsonl",),
    "arxiv_ml": ("core_lora_moe.jsonl", "abstracts.jsonl"),
}


class Asked(NamedTuple):
    """A query and the titles of what it should find."""

    text: str
    wanted: frozenset[str]


class Set(NamedTuple):
    """A library on disk and queries to it. A work is known by its title, which is unique."""

    name: str
    folder: Path
    asked: list[Asked]


def rows(data: Path, name: str, stem: str) -> Iterator[dict[str, Any]]:
    """The records of one file of a set."""
    path = find(data, name, _NAMES[name])[stem]
    return (json.loads(line) for line in read(path).splitlines())


def is_there(data: Path, name: str) -> bool:
    """Whether the folder holds a set."""
    return data.is_dir() and len(find(data, name, _NAMES[name])) == len(_NAMES[name])


def scifact(data: Path, work: Path) -> Set:
    """Claims, and the abstracts that their authors cite (Wadden et al. 2020)."""
    titles = {}
    documents = {}
    for row in rows(data, "scifact", "corpus.jsonl"):
        titles[str(row["doc_id"])] = title = f"{row['title']} [{row['doc_id']}]"
        documents[title] = " ".join(row["abstract"])
    asked = [
        Asked(row["claim"], frozenset(titles[str(n)] for n in row["cited_doc_ids"]))
        for row in rows(data, "scifact", "claims.jsonl")
    ]
    return Set("scifact", _written(work / "scifact", documents), asked)


def qasper(data: Path, work: Path) -> Set:
    """Questions on papers, and the paragraphs that answer them (Dasigi et al. 2021): every paragraph is a document, without a title
    that says what it is of, beside those of all other papers."""
    titles: dict[str, str] = {}
    documents = {}
    asked = []
    for row in rows(data, "qasper", "qa_evidence.jsonl"):
        gold = [text for text in row["evidence"] if len(text.split()) >= 5]
        for text in gold:
            if text not in titles:
                titles[text] = f"Paragraph {len(titles)}"
                documents[titles[text]] = text
        if gold:
            asked.append(Asked(row["question"], frozenset(titles[text] for text in gold)))
    return Set("qasper", _written(work / "qasper", documents), asked)


def arxiv(data: Path, work: Path) -> Path:
    """The folder of a library of arXiv abstracts."""
    folder = work / "arxiv_ml"
    folder.mkdir(parents=True, exist_ok=True)
    for stem in _NAMES["arxiv_ml"]:
        for row in rows(data, "arxiv_ml", stem):
            version = f"v{row['version']}" if row.get("version") else ""
            facts = {"title": row["title"], "authors": row.get("authors") or [], "arxiv": row["arxiv_id"]}
            _write(folder / f"{row['arxiv_id'].replace('/', '_')}{version}.md", facts, row["abstract"])
    return folder


def _written(folder: Path, documents: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (title, text) in enumerate(documents.items()):
        _write(folder / f"{number:05}.md", {"title": title}, text)
    return folder


def _write(path: Path, facts: dict[str, Any], text: str) -> None:
    front = "\n".join(f"{name}: {json.dumps(value)}" for name, value in facts.items())
    path.write_text(f"---\n{front}\n---\n\n## Abstract\n\n{text}\n", encoding="utf-8")
