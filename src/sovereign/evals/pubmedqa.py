"""PubMedQA, PQA-L (Jin et al. 2019, arXiv:1909.06146): does an abstract without its conclusion support the conclusion?

Reads the published ``ori_pqal.json`` (with ``test_ground_truth.json`` beside it for the splits) and one record a line
(``pqal.jsonl``). Two claims are made of each conclusion that can be denied in one place: the conclusion as it stands (SUPPORT)
and denied (CONTRADICT), or affirmed where it is itself a denial.

The set's own task, the question answered with yes, no or maybe, is :func:`questions`.

Nearly all denied claims hold a "not" that the true ones lack, so a reader of claims alone can tell them. ``balanced`` holds as
many conclusions that deny as conclusions that affirm: there the wording gives nothing away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field

from sovereign.errors import InputError
from sovereign.reading.sentences import sentence_spans

from .files import Row, find, members, missing, objects, record
from .folds import fold_key
from .pairs import Label, Pair
from .tamper import Source
from .tamper.denial import negation_in, negation_out
from .tamper.words import denies

SPLITS = ("train", "test")
_ANSWERS: dict[str, Label] = {"yes": "SUPPORT", "no": "CONTRADICT", "maybe": "NOT_ENOUGH_INFO"}


class _Record(Row):
    contexts: list[str] = Field(validation_alias=AliasChoices("contexts", "CONTEXTS"))
    long_answer: str = Field(validation_alias=AliasChoices("long_answer", "LONG_ANSWER"))
    question: str = Field(validation_alias=AliasChoices("question", "QUESTION"))
    final_decision: Literal["yes", "no", "maybe"]
    pmid: str = Field(validation_alias=AliasChoices("pmid", "_key"))
    official_test: bool | None = None


def files(data: Path) -> list[Path]:
    """The files of the set.

    Raises:
        InputError: if they are not there.
    """
    found = find(data, "pubmedqa", ("ori_pqal.json", "pqal.jsonl", "test_ground_truth.json"))
    tested = found.pop("test_ground_truth.json", None)
    if not found:
        raise missing(data, "PubMedQA", "ori_pqal.json or pqal.jsonl")
    first = next(iter(found.values()))
    return [first, tested] if tested and first.name.startswith("ori_pqal") else [first]


def load(data: Path, split: str | None = None) -> list[Pair]:
    """A true and a denied claim of each conclusion that can be denied; documents are the abstracts.

    Raises:
        InputError: if a file is missing, broken or cut short, or does not say which split a record is of.
    """
    return [pair for row in _records(data, split) for pair in _pairs(row)]


def questions(data: Path, split: str | None = None) -> list[Pair]:
    """Every question without its question mark as a claim: yes is SUPPORT, no CONTRADICT, maybe NOT_ENOUGH_INFO.

    Then ``accuracy`` and ``macro_f1`` are the set's own two metrics (section 4.1 of the paper), with the checks reading the
    question's words as a statement.

    Raises:
        InputError: as :func:`load`.
    """
    return [
        Pair(r.question.rstrip(" ?"), "", _sentences(r), _ANSWERS[r.final_decision], r.pmid)
        for r in _records(data, split)
    ]


def _records(data: Path, split: str | None) -> Iterator[_Record]:
    path, *tested = files(data)
    test = frozenset(members(tested[0])) if tested else None
    for place, value in objects(path):
        row = record(_Record, value, place)
        if split is None or split == _split_of(row, test, path):
            yield row


def _sentences(row: _Record) -> tuple[str, ...]:
    return tuple(text[a:b] for text in row.contexts for a, b in sentence_spans(text))


def _split_of(row: _Record, test: frozenset[str] | None, path: Path) -> str:
    is_test = row.official_test if test is None else row.pmid in test
    if is_test is None:
        raise InputError(
            f"{path} does not say which records are of the test split.",
            "Put test_ground_truth.json of the release beside it, or leave --split out.",
        )
    return "test" if is_test else "train"


def _pairs(row: _Record) -> Iterator[Pair]:
    """The two claims of the first sentence of the conclusion that can be denied; nothing if none can."""
    sentences = _sentences(row)
    for start, end in sentence_spans(row.long_answer):
        claim = row.long_answer[start:end]
        if denied := _denied(claim, sentences):
            yield Pair(claim, "", sentences, "SUPPORT", row.pmid)
            yield Pair(denied, "", sentences, "CONTRADICT", row.pmid)
            return


def _denied(claim: str, sentences: tuple[str, ...]) -> str:
    """The claim denied at its verb, or its one denial taken out; "" where neither can be done."""
    source = Source(claim, sentences, "", "")
    twins = [*negation_out(source), *(t for t in negation_in(source) if not t.startswith("It is not the case"))]
    return twins[0] if twins else ""


def balanced(pairs: Sequence[Pair]) -> list[Pair]:
    """As many conclusions that deny something as conclusions that do not, with their counterparts."""
    true = sorted((p for p in pairs if p.label == "SUPPORT"), key=lambda p: fold_key(p.group))
    denying, stating = [p for p in true if denies(p.claim)], [p for p in true if not denies(p.claim)]
    size = min(len(denying), len(stating))
    kept = {p.group for p in [*denying[:size], *stating[:size]]}
    return [p for p in pairs if p.group in kept]
