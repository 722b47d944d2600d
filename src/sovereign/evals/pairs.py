"""What every set becomes: pairs of a claim and a document with the label that people gave, and what a checker found.

A checker is any function from pairs to one :class:`Found` each, so that the rules, the baselines and whatever comes later
are measured by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sovereign.checks import verify_in_document
from sovereign.models import Embedder, Entailer, embedder, entailer
from sovereign.records import Document, Evidence, Paper, Section, Sentence, Verdict, text_hash
from sovereign.settings import load

Label = Literal["SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO"]
LABELS: tuple[Label, ...] = ("SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO")


@dataclass(frozen=True)
class Pair:
    """A claim, the sentences of one document, and the label.

    ``rationales`` are sets of sentence indices, each sufficient for the label. ``group`` is the document: what is drawn
    together in a bootstrap and never cut by a fold.
    """

    claim: str
    title: str
    sentences: tuple[str, ...]
    label: Label
    group: str
    rationales: tuple[frozenset[int], ...] = ()


@dataclass(frozen=True)
class Found:
    """A checker's label, and the indices of the sentences that it rests on, or that come nearest where it abstains.

    ``scores`` say, between 0 and 1, how far the document bears on the claim, and how far it stands against it; None where the
    checker needed none. ``deciding`` and ``reason`` are the verdict's own, where the checker gives them.
    """

    label: Label
    sentences: tuple[int, ...] = ()
    scores: tuple[float, float] | None = None
    deciding: tuple[str, ...] = ()
    reason: str = ""


class Models(NamedTuple):
    """The models that the checks are given; without any, they go by words alone."""

    embedder: Embedder | None = None
    entailer: Entailer | None = None


def chosen() -> Models:
    """The models that the settings name.

    Raises:
        InputError: if one cannot be used.
    """
    settings = load()
    return Models(embedder(settings.embedder), entailer(settings.entailer))


WORDS_ALONE = Models()
Checker = Callable[[Sequence[Pair]], list[Found]]
Progress = Callable[[str], None]


def document_of(title: str, sentences: Sequence[str]) -> Document:
    """A document of given sentences, in one section; empty ones keep their index and no place."""
    starts, text = [], ""
    for sentence in sentences:
        text += " " if text else ""
        starts.append(len(text))
        text += sentence
    spans = tuple(
        Sentence(start=start, end=start + len(s), section=0) for start, s in zip(starts, sentences, strict=True)
    )
    whole = Section(title="Abstract", level=1, start=0, end=len(text))
    return Document(
        paper=Paper(id=f"title:{title}", title=title),
        text=text,
        text_hash=text_hash(text),
        depth="abstract",
        sections=(whole,),
        sentences=spans,
    )


def label_of(verdict: Verdict) -> Label:
    """A verdict as one of the three labels: MIXED and UNCHECKED decide nothing, so they count as abstained."""
    return verdict if verdict in ("SUPPORT", "CONTRADICT") else "NOT_ENOUGH_INFO"


def rules(
    pairs: Sequence[Pair],
    progress: Progress = lambda text: None,
    fold_for: Callable[[Pair], int | None] = lambda pair: None,
    models: Models = WORDS_ALONE,
) -> list[Found]:
    """The checks of this project, through :func:`sovereign.checks.verify_in_document` as a user calls them.

    ``fold_for`` gives the fold of a pair whose document the package's weights, or its entailer, were fitted on.
    """
    found = []
    for n, pair in enumerate(pairs):
        if n % 50 == 0:
            progress(f"{n} of {len(pairs)} pairs")
        found.append(_checked(pair, fold_for(pair), models))
    return found


def _checked(pair: Pair, fold: int | None, models: Models) -> Found:
    if not any(c.isalnum() for c in pair.claim):
        return Found("NOT_ENOUGH_INFO")
    document = document_of(pair.title, pair.sentences)
    verification = verify_in_document(pair.claim, document, *models, fold)
    label = label_of(verification.verdict)
    starts = {s.start: i for i, s in enumerate(document.sentences) if s.end > s.start}
    graded = [e for e in verification.evidence if any(c.check == "graded_bears" for c in e.checks)]
    decided = [e for e in verification.evidence if e.verdict == label] if label != "NOT_ENOUGH_INFO" else []
    places = {starts.get(e.quote.start) for e in graded or decided or verification.evidence[:1]}
    named = tuple(sorted(i for i in places if i is not None))
    return Found(label, named, _scores(graded), verification.deciding, verification.reason)


def _scores(graded: Sequence[Evidence]) -> tuple[float, float] | None:
    values = {c.check: c.value for e in graded[:1] for c in e.checks}
    bears, against = values.get("graded_bears"), values.get("graded_against")
    return None if bears is None or against is None else (bears, against)
