"""Whose finding a sentence reports: ``python -m sovereign.evals.attributed --data DIR``.

Three yardsticks. ``read``: sentences of SciREX and QASPER that were read by hand and called own, other or general, without their words
(``attributed.json`` holds a hash of each): two thirds while the rules were written, one third only to measure. ``sections``: in
SciREX, sentences under headings of related work are other, those of abstracts own; a noisy yardstick, since "we differ from
these" stands there too. ``claims``: of the claims that stage *extract* takes from whole papers when their title is asked (``asked``), and of
all that state a figure or comparison (``stated``), how many stand under such headings, with no regard to whose they are
(``before``) and with (``after``). Baselines: the heading alone, which is no baseline where it is the yardstick; any citation.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sovereign.errors import InputError
from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.extract import can_claim, claims_in, extract
from sovereign.kernel.main_claim import abstract_of
from sovereign.kernel.plan import plan
from sovereign.language.attribution import cites, headings, is_of_others, whose
from sovereign.records import Document, Sentence

from . import qasper
from .command import exit_code
from .extraction import by_half, markdown
from .files import Row, digest, find, missing, objects, record
from .metrics import Counts, Figures, share
from .results import FOLDER, write

Judge = Callable[[Document, Sentence], bool]


class Paper(Row):
    """A paper of SciREX: its words, and where its sentences and sections begin and end among them."""

    doc_id: str
    words: list[str]
    sentences: list[tuple[int, int]]
    sections: list[tuple[int, int]]


class Read(Row):
    """A sentence read by hand: its paper, the first 16 hex digits of the SHA-256 of its words, whose finding it reports."""

    document: str
    sentence: str
    whose: Literal["own", "other", "general"]
    part: Literal["seen", "held_out"]


class Labelled(NamedTuple):
    """A sentence in its document, and whether it reports what others found."""

    group: str
    document: Document
    sentence: Sentence
    other: bool


_KINDS = {"document": 0, "section": 1, "subsection": 2, "subsubsection": 3, "bibliography": 1, "appendix": 1}
_HEADING = re.compile(rf"^(?P<kind>{'|'.join(_KINDS)}) : ?(?P<title>.*)$")
JUDGES: dict[str, Judge] = {
    "ours": lambda document, sentence: whose(document, sentence).whose == "other",
    "heading": lambda document, sentence: any(map(is_of_others, headings(document, sentence))),
    "citation": lambda document, sentence: cites(document.slice(sentence)),
}


def text_of(paper: Paper) -> Document:
    """A paper of SciREX as a document, its tokens set as prose.

    Raises:
        SovereignError: if it holds no text.
    """
    title, parts = "", list[tuple[str, int, str]]()
    for start, end in paper.sections:
        spans = [(a, b) for a, b in paper.sentences if start <= a < end]
        if not spans:
            continue
        first, *rest = (_prose(paper.words[a:b]) for a, b in spans)
        found = _HEADING.match(" ".join(paper.words[slice(*spans[0])]))
        body = " ".join(rest if found else (first, *rest))
        if found and found["kind"] == "document":
            title = _prose(found["title"].split())
            parts.append(("Abstract", 1, body))
        else:
            heading = _prose(found["title"].split()).rstrip(".") if found else ""
            parts.append((heading or "…", _KINDS[found["kind"]] if found else 1, body))
    return markdown(title or paper.doc_id, parts, paper.doc_id)


def _prose(tokens: Sequence[str]) -> str:
    text = re.sub(r" ([.,;:!?%)\]’])", r"\1", " ".join(tokens))
    text = re.sub(r"([(\[]) ", r"\1", text)
    return re.sub(r"(\w) - (\w)", r"\1-\2", text)


def documents(data: Path) -> tuple[list[tuple[str, Document]], list[tuple[str, Document]], list[Path]]:
    """The papers of SciREX, those of QASPER, and the files they come from.

    Raises:
        InputError: if a set is missing or broken.
    """
    first = find(data, "scirex", ["documents.jsonl"]) or find(data / "scirex", "scirex", ["documents.jsonl"])
    second = find(data / "qasper", "qasper", ["fulltext.jsonl"]) if (data / "qasper").is_dir() else {}
    if not first or not second:
        raise missing(data, "scirex and qasper", "scirex/documents.jsonl and qasper/fulltext.jsonl")
    paths = [*first.values(), *second.values()]
    papers = [record(Paper, value, place) for place, value in objects(paths[0])]
    texts = [(p.doc_id, text_of(p)) for p in papers]
    others = [(hash_of(t.title), markdown(t.title, [("", 1, p) for p in t.paragraphs], "paper")) for t in qasper.full_texts(paths[1])]  # fmt: skip
    return texts, others, paths


def hash_of(text: str) -> str:
    """What a sentence is known by in a file that does not hold its words: 16 hex digits, whatever its blanks."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:16]


def by_hand(texts: Sequence[tuple[str, Document]]) -> dict[str, list[Labelled]]:
    """The sentences that were read by hand and are found again, by part; those that the reader now cuts differently are left out."""
    rows = [Read.model_validate(row) for row in json.loads(resources.files(__package__).joinpath("attributed.json").read_text("utf-8"))]  # fmt: skip
    wanted = {(row.document, row.sentence): row for row in rows}
    found: dict[str, list[Labelled]] = {"seen": [], "held_out": []}
    for name, document in texts:
        for sentence in document.evidence():
            row = wanted.pop((name, hash_of(document.slice(sentence))), None)
            if row:
                found[row.part].append(Labelled(name, document, sentence, row.whose == "other"))
    return found


def by_section(texts: Sequence[tuple[str, Document]]) -> list[Labelled]:
    """Sentences under headings of related work, and those of abstracts."""
    found = []
    for name, document in texts:
        own = set(abstract_of(document))
        for sentence in document.evidence():
            other = JUDGES["heading"](document, sentence)
            if other or sentence in own:
                found.append(Labelled(name, document, sentence, other))
    return found


def judged(rows: Sequence[Labelled], judge: Judge) -> dict[str, Counts]:
    """Counts of one judge by document."""
    groups: dict[str, Counts] = {}
    for row in rows:
        said = judge(row.document, row.sentence)
        groups.setdefault(row.group, Counter()).update(
            {"gold": int(row.other), "said": int(said), "right": int(said and row.other), "own": int(not row.other), "lost": int(said and not row.other)}
        )  # fmt: skip
    return groups


def figures(counts: Counts) -> Figures:
    """Precision and recall of *other*, and the share of the rest that is taken for it."""
    return {
        "precision": share(counts["right"], counts["said"]),
        "recall": share(counts["right"], counts["gold"]),
        "own_lost": share(counts["lost"], counts["own"]),
    }


def of_claims(name: str, document: Document) -> Counts:
    """Claims that stage *extract* takes when the title of a paper is asked, and those of them under headings of related work."""
    asked = aspects_of(plan(document.paper.title), (document.paper,))
    sentences = [s for s in document.evidence() if can_claim(document.slice(s))]
    stated = [c for s in sentences for c in claims_in(document, s) if c.results]
    kinds = {
        "asked_before": extract([document], asked, own_only=False),
        "asked_after": extract([document], asked),
        "stated_before": stated,
        "stated_after": [c for c in stated if c.credited is None],
    }
    related = {s.start for s in sentences if JUDGES["heading"](document, s)}
    counts: Counts = Counter()
    for kind, claims in kinds.items():
        quotes = {c.quote.start for c in claims}
        counts += Counter({kind: len(quotes), f"{kind}_related": len(quotes & related)})
    return counts


def _of_claims(counts: Counts) -> Figures:
    kinds = [f"{which}_{when}" for which in ("asked", "stated") for when in ("before", "after")]
    return {kind: share(counts[f"{kind}_related"], counts[kind]) for kind in kinds}


def measure(data: Path) -> dict[str, Any]:
    """All three yardsticks.

    Raises:
        InputError: if a set is missing or broken.
    """
    scirex, others, paths = documents(data)
    read, sections = by_hand([*scirex, *others]), by_section(scirex)
    claims: dict[str, Counts] = {}
    for name, document in scirex:
        try:
            claims[name] = of_claims(name, document)
        except InputError:  # a title of no words
            continue
    parts = {part: {"n": len(rows), "other": sum(r.other for r in rows), **{who: figures(sum(judged(rows, judge).values(), Counter())) for who, judge in JUDGES.items()}} for part, rows in read.items()}  # fmt: skip
    return {
        "bench": "attributed",
        "read": parts,
        "sections": {who: {"n": len(sections), **by_half(judged(sections, judge), figures)} for who, judge in JUDGES.items() if who != "heading"},
        "claims_from_related_work": by_half(claims, _of_claims),
        "data_sha256": digest(paths),
    }  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure attribution and write ``attributed.json`` beside the other results."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds scirex and qasper")
    parser.add_argument("--out", type=Path, default=FOLDER / "attributed.json")
    options = parser.parse_args(arguments)

    def measured() -> None:
        result = measure(options.data)
        result["command"] = shlex.join(["python", "-m", "sovereign.evals.attributed", "--data", str(options.data)])
        write(result, options.out)

    return exit_code(measured)


if __name__ == "__main__":
    raise SystemExit(main())
