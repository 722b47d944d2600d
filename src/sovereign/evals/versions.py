"""Versions of one work among arXiv records, and what changed between them.

Three questions: which pairs of records are versions (pairs read by hand, and retitled copies planted in memory); whether the changes that
are known between real versions are found and typed; and whether planted changes are found, called by their kind, and harmless edits not
reported. Pairs were read, and thresholds set, on the whole of the data, so the pairs are no held-out set; planted edits are.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.checks.independence import title_key
from sovereign.errors import InputError
from sovereign.kernel.versions import (
    changes,
    document_changes,
    title_against_abstract,
    version_claims,
    version_pairs,
    version_reason,
)  # fmt: skip
from sovereign.kernel.versions.works import jaccard
from sovereign.language.quantities import find_quantities
from sovereign.language.words import content_stems, normalize, tokens
from sovereign.reading.sentences import sentence_spans
from sovereign.records import Disagreement, Document, Paper

from .files import Row, digest, find, missing, objects, record
from .folds import fold_key
from .key_bench import Half, Scored, compared
from .metrics import Counts, Figures, intervals, share
from .pairs import Progress, document_of
from .tamper.abstracts import _without_tex
from .version_edits import HARMLESS, REAL, Sentences, reworded

STEMS = ("core_lora_moe.jsonl", "abstracts.jsonl")
PLANTED = 300  # abstracts with figures that are edited
LIKE = 0.5  # Jaccard overlap of tokens from which the baseline takes two abstracts for versions
Pair = tuple[str, str]
_VERSION = re.compile(r"^(?:abstract of )?v(\d{1,3})\b")


class _Record(Row):
    arxiv_id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    version: str | None = None
    note: str = ""


class Gold(NamedTuple):
    """Pairs by arXiv ids with whether they are versions, and the changes that are to be found."""

    pairs: dict[Pair, bool]
    changes: tuple[dict[str, str], ...]


def gold() -> Gold:
    """What was read by hand, as ``versions.toml`` has it."""
    table = tomllib.loads(resources.files(__package__).joinpath("versions.toml").read_text("utf-8"))
    pairs = {_pair(p["one"], p["other"]): bool(p["versions"]) for p in table["pair"]}
    return Gold(pairs, tuple(table["change"]))


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def documents(data: Path) -> tuple[list[Document], list[Path]]:
    """Every record as a document of its abstract's sentences, and the files.

    Raises:
        InputError: if a file is missing, broken or cut short.
    """
    found = find(data, "arxiv_ml", STEMS)
    if len(found) != len(STEMS):
        raise missing(data, "the arXiv records", " and ".join(STEMS))
    rows = [record(_Record, value, place) for path in found.values() for place, value in objects(path)]
    return [_document(row) for row in rows], list(found.values())


def _document(row: _Record) -> Document:
    text = _without_tex(row.abstract)
    marked = _VERSION.search(row.version or row.note)
    paper = Paper(
        id=f"arxiv:{row.arxiv_id}", title=row.title, authors=row.authors, arxiv_id=row.arxiv_id, source="arxiv_ml",
        version=int(marked[1]) if marked else None,
    )  # fmt: skip
    return _of(paper, tuple(text[a:b] for a, b in sentence_spans(text)))


def _of(paper: Paper, sentences: Sentences) -> Document:
    return document_of(paper.title, sentences).model_copy(update={"paper": paper})


def measure(data: Path | None, limit: int | None, progress: Progress) -> dict[str, Any]:
    """The figures of the bench, with baselines and by halves; ``limit`` is how many abstracts are edited.

    Raises:
        InputError: without data, or as :func:`documents`.
    """
    if data is None:
        raise InputError("versions needs its data.", "Give the folder with --data; docs/evals.md says where to get it.")
    progress("reading records")
    read, paths = documents(data)
    wanted = gold()
    progress("finding versions")
    pairs = _pairs_scored(read, wanted.pairs)
    progress("planting changes")
    chosen = [
        d for d in sorted(read, key=lambda d: fold_key(d.paper.arxiv_id or "")) if find_quantities(normalize(d.text))
    ]
    planted = _planted(chosen[: limit or PLANTED], progress)
    return {
        **pairs,
        "expected_changes": [_expected(change, read) for change in wanted.changes],
        **planted,
        "n": len(read),
        "edited": len(chosen[: limit or PLANTED]),
        "data_sha256": digest(paths),
    }


def _pairs_scored(read: Sequence[Document], wanted: dict[Pair, bool]) -> dict[str, Any]:
    ids = [d.paper.arxiv_id or "" for d in read]
    said = {
        "ours": {_pair(ids[a], ids[b]) for a, b in version_pairs(read)},
        "exact_title": {_pair(ids[a], ids[b]) for a, b in _one_title(read)},
        "token_jaccard": {_pair(ids[a], ids[b]) for a, b in _alike(read)},
    }
    present = {pair: versions for pair, versions in wanted.items() if set(pair) <= set(ids)}
    scores = {name: _score(found, present) for name, found in said.items()}
    unread = sorted(said["ours"] - present.keys())
    return {
        **scores.pop("ours"), "baselines": scores, "pairs": len(present), "versions": sum(present.values()),
        "unread": [list(pair) for pair in unread],
        "by_pair": [{"pair": list(p), "versions": v, "said": p in said["ours"]} for p, v in present.items()],
    }  # fmt: skip


def _score(found: set[Pair], wanted: dict[Pair, bool]) -> dict[str, Any]:
    """Precision counts a pair that nobody read as wrong."""
    groups = {
        "/".join(p): Counter(said=p in found, right=p in found and wanted.get(p, False), gold=wanted.get(p, False))
        for p in wanted.keys() | found
    }
    return {**_precision(sum(groups.values(), Counter[str]())), "intervals": intervals(groups, _precision)}


def _precision(counts: Counts) -> Figures:
    return {"precision": share(counts["right"], counts["said"]), "recall": share(counts["right"], counts["gold"])}


def _one_title(read: Sequence[Document]) -> Iterator[tuple[int, int]]:
    titled: dict[str, list[int]] = {}
    for place, document in enumerate(read):
        titled.setdefault(title_key(document.paper), []).append(place)
    for places in titled.values():
        yield from combinations(places, 2)


def _alike(read: Sequence[Document]) -> Iterator[tuple[int, int]]:
    """Pairs that share most words of their abstracts; only those that share an eighth of their rarest words are compared."""
    words = [frozenset(tokens(d.text)) for d in read]
    often = Counter(word for one in words for word in one)
    holders: dict[str, list[int]] = {}
    for place, one in enumerate(words):
        for word in one:
            if often[word] <= 100:
                holders.setdefault(word, []).append(place)
    shared = Counter(pair for places in holders.values() for pair in combinations(places, 2))
    return (p for p, n in sorted(shared.items()) if n >= 3 and jaccard(words[p[0]], words[p[1]]) >= LIKE)


def _expected(change: dict[str, str], read: Sequence[Document]) -> dict[str, Any]:
    """Whether a change that a person read is reported, and of which type."""
    group = [d for d in read if d.paper.arxiv_id == change["of"]]
    found = [*document_changes(group), *(t for d in group for t in title_against_abstract(d, version_claims([d])))]
    told = next((item for item in found if _tells(item, change)), None)
    return {
        **change, "found": told is not None, "typed_right": told is not None and told.type == change["type"],
        "why": told.why if told else None,
    }  # fmt: skip


def _tells(item: Disagreement, change: dict[str, str]) -> bool:
    at, then = item.why.find(change["older"]), item.why.rfind(change["newer"])
    return 0 <= at < then


def _planted(chosen: Sequence[Document], progress: Progress) -> dict[str, Any]:
    """Shares by kind of edit, with halves and baselines; and of retitled copies that are found to be versions."""
    real: dict[str, Scored] = {}
    harmless: dict[str, Scored] = {}
    retitled: Scored = {}
    for n, document in enumerate(chosen):
        if n % 50 == 0:
            progress(f"planting changes: {n} of {len(chosen)} abstracts")
        name, sentences = document.paper.arxiv_id or "", tuple(document.slice(s) for s in document.sentences)
        for kind, (edit, called) in REAL.items():
            # A change does not come alone: the other sentences are reordered and reworded around it.
            if (edited := edit(sentences)) is not None and (edited := reworded(edited)) is not None:
                _count(real.setdefault(kind, {}), name, _kinds(document, edited), called)
        for kind, harm in HARMLESS.items():
            if (edited := harm(sentences)) is not None:
                _count(harmless.setdefault(kind, {}), name, _kinds(document, edited), "")
        for checker, found in _copies(document, sentences).items():
            retitled.setdefault(checker, {})[name] = Counter(n=1, **found)
    halves: tuple[Half, ...] = ("seen", "held_out")
    names, alarms = ("found", "typed"), ("found",)
    return {
        "changes": {k: {**compared(s, names), **{h: compared(s, names, h) for h in halves}} for k, s in real.items()},
        "harmless": {
            k: {**compared(s, alarms), **{h: compared(s, alarms, h) for h in halves}} for k, s in harmless.items()
        },
        "retitled": compared(retitled, ("found", "strangers_found")),
    }


def _count(scored: Scored, name: str, kinds: dict[str, set[str]], called: str) -> None:
    for checker, found in kinds.items():
        scored.setdefault(checker, {})[name] = Counter(n=1, found=bool(found), typed=called in found)


def _kinds(document: Document, edited: Sentences) -> dict[str, set[str]]:
    """The kinds of changes that ours and each baseline see between a document and its edited form."""
    other = _of(document.paper, edited)
    older, newer = version_claims([document]), version_claims([other])
    numbers = [
        Counter((m.quantity.value, m.quantity.unit) for m in find_quantities(normalize(d.text)))
        for d in (document, other)
    ]
    alike = jaccard(tokens(document.text), tokens(other.text))
    return {
        "ours": {c.kind for c in changes(older, newer)},
        "numbers": {"figure"} if numbers[0] != numbers[1] else set(),
        "token_jaccard": {"wording"} if alike < 1 else set(),
    }


def _copies(document: Document, sentences: Sentences) -> dict[str, dict[str, bool]]:
    """A copy under another id and title with a sentence less, by the same authors, and by others."""
    title = " ".join(sorted(w for w in content_stems(document.text) if w.isalpha())[:8])
    paper = document.paper.model_copy(update={"id": "arxiv:0000.00000", "arxiv_id": "0000.00000", "title": title})
    copy = _of(paper, sentences[:-1] or sentences)
    strange = _of(paper.model_copy(update={"authors": ("Nobody Known", "Someone Else")}), sentences[:-1] or sentences)
    alike = jaccard(tokens(document.text), tokens(copy.text)) >= LIKE
    return {
        "ours": {
            "found": bool(version_reason(document, copy)),
            "strangers_found": bool(version_reason(document, strange)),
        },
        "exact_title": {"found": title_key(document.paper) == title_key(copy.paper), "strangers_found": False},
        "token_jaccard": {"found": alike, "strangers_found": alike},
    }
