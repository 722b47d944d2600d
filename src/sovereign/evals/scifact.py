"""SciFact (Wadden et al. 2020, arXiv:2004.14974): biomedical claims against the abstracts that they cite.

Reads the published release (``corpus.jsonl``, ``claims_train.jsonl``, ``claims_dev.jsonl``) and one file of claims with
their split (``claims.jsonl``). A pair is a claim and one of its cited documents: the gold documents are given. A cited
document without evidence makes a NOT_ENOUGH_INFO pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from sovereign.errors import InputError

from .files import Row, find, missing, objects, record
from .folds import fold_of
from .pairs import Pair

SPLITS = ("train", "dev")
_LOOKED_FOR = "corpus.jsonl, and claims_train.jsonl and claims_dev.jsonl, or claims.jsonl"


class _Work(Row):
    doc_id: int
    title: str
    abstract: list[str]


class _Evidence(Row):
    sentences: list[int]
    label: Literal["SUPPORT", "CONTRADICT"]


class _Claim(Row):
    id: int
    claim: str
    evidence: dict[str, list[_Evidence]]
    cited_doc_ids: list[int]
    official_split: str | None = None


def files(data: Path) -> list[Path]:
    """The files of the set.

    Raises:
        InputError: if they are not there.
    """
    found = find(data, "scifact", ("corpus.jsonl", "claims.jsonl", "claims_train.jsonl", "claims_dev.jsonl"))
    corpus, whole = found.pop("corpus.jsonl", None), found.get("claims.jsonl")
    if corpus is None or not found:
        raise missing(data, "SciFact", _LOOKED_FOR)
    # One file of all claims beside the files of the release would count every claim twice.
    return [corpus, *([whole] if whole else found.values())]


def load(data: Path, split: str | None = None) -> list[Pair]:
    """Every pair of claim and cited document, in the order of the files.

    Raises:
        InputError: if a file is missing, broken or cut short, or a claim cites what the corpus does not hold.
    """
    corpus, *claims = files(data)
    works = {w.doc_id: w for place, value in objects(corpus) for w in [record(_Work, value, place)]}
    return [pair for path in claims for pair in _pairs(path, works, split)]


def new_claims(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs whose claim stands beside no document of another fold.

    Some claims cite several documents. Folds cut documents, so what was fitted to the other folds may know such a claim with
    another document, and with its label.
    """
    folds: dict[str, set[int]] = {}
    for pair in pairs:
        folds.setdefault(pair.claim, set()).add(fold_of(pair.group))
    return [pair for pair in pairs if len(folds[pair.claim]) == 1]


def _pairs(path: Path, works: dict[int, _Work], split: str | None) -> Iterator[Pair]:
    own = path.name.split(".")[0].removeprefix("claims").lstrip("_")
    for place, value in objects(path):
        claim = record(_Claim, value, place)
        if split is not None and split != (claim.official_split or own):
            continue
        cited = {*claim.cited_doc_ids, *map(int, filter(str.isdecimal, claim.evidence))}
        for number in sorted(cited):
            if number not in works:
                raise InputError(
                    f"{place}: claim {claim.id} cites document {number}, which the corpus does not hold.",
                    "Take corpus and claims from one release; the corpus may be cut short.",
                )
            yield _pair(claim, works[number], place)


def _pair(claim: _Claim, work: _Work, place: str) -> Pair:
    evidence = claim.evidence.get(str(work.doc_id), [])
    labels = {e.label for e in evidence}
    if len(labels) > 1 or any(not 0 <= i < len(work.abstract) for e in evidence for i in e.sentences):
        raise InputError(
            f"{place}: the evidence of claim {claim.id} does not fit document {work.doc_id}.",
            "Take corpus and claims from one release.",
        )
    return Pair(
        claim=claim.claim,
        title=work.title,
        sentences=tuple(work.abstract),
        label=labels.pop() if labels else "NOT_ENOUGH_INFO",
        group=str(work.doc_id),
        rationales=tuple(frozenset(e.sentences) for e in evidence),
    )
