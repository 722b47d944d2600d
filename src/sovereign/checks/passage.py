"""The passage of a document that is graded: about as long as the abstracts that the weights were fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sovereign.models import Entailer
from sovereign.records import Document, Sentence

from .abbreviations import written_out
from .assertion import strength
from .fitted import fitted
from .graded import Graded, Passage, weigh
from .overlap import terms_of
from .terms import topic

_AROUND = 6  # sentences on either side of the nearest one that are graded with it
_LONGEST_CLAIM = 500  # characters; what is longer makes more than one statement
_LONGEST_SENTENCE = 2_500
_LEAST_TERMS = 2  # content words that a claim needs to state something of something


def grade(
    claim: str,
    document: Document,
    sentences: Sequence[Sentence],
    long_forms: Mapping[str, str],
    entailer: Entailer | None,
    fold: int | None,
) -> tuple[Graded, list[Sentence]] | None:
    """The graded verdict and the sentences it looked at, in its order; None where the claim or the text cannot be graded.

    Sentences that give orders, or that their note only recalls, are left out, and so is what is not English.
    """
    how = strength(claim)
    if len(claim) > _LONGEST_CLAIM or len(terms_of(claim)) < _LEAST_TERMS or not how.english or how.formula:
        return None
    read = [s for s in sentences if s.seen != "recalled" and 0 < s.end - s.start <= _LONGEST_SENTENCE]
    texts = [written_out(document.slice(s), long_forms) for s in read]
    shares = [topic(claim, text) for text in texts]
    if not shares or max(shares) == 0:
        return None
    nearest = shares.index(max(shares))
    around = (
        range(max(0, nearest - _AROUND), min(len(read), nearest + _AROUND + 1))
        if len(read) > 2 * _AROUND + 4
        else range(len(read))
    )
    kept = [i for i in around if _states(texts[i])]
    if not kept:
        return None
    title = written_out(document.paper.title, long_forms)
    shown = tuple(texts[i] for i in kept)
    weights = fitted(entailer, fold)
    if entailer and entailer.without and fold is not None:
        entailer = entailer.without(fold)
    found = weigh(Passage(claim, title, shown), weights, entailer)
    return found, [read[kept[i]] for i in found.ranked]


def _states(text: str) -> bool:
    how = strength(text)
    return how.english and not how.order
