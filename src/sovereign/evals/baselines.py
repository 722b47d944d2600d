"""What the checks are held against.

``lexical``     the rule of the seed: TF-IDF cosine of claim and document of at least 0.15 says SUPPORT; it knows no other label
                and abstains below.
``features``    about thirty features of overlap, figures, negation and direction with a logistic regression, cross-validated by
                document: no document is in the fold that fits its own classifier.
``claim_only``  the same classifier with the document taken away: what the claim's own wording gives away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sovereign.checks import lexical as seed

from . import features
from .folds import fold_of
from .logistic import Model, fit
from .pairs import LABELS, Checker, Found, Label, Pair

_MOST, _ENOUGH = 3, 0.2  # sentences of a rationale at most, and the score that a second one needs


def lexical(pairs: Sequence[Pair]) -> list[Found]:
    """The seed's rule on the whole document; its rationale is the one sentence with the highest cosine."""
    return [_lexical(pair) for pair in pairs]


def _lexical(pair: Pair) -> Found:
    if not pair.sentences:
        return Found("NOT_ENOUGH_INFO")
    best = max(range(len(pair.sentences)), key=lambda i: seed.cosine(pair.claim, pair.sentences[i]))
    cosine = seed.cosine(pair.claim, " ".join(pair.sentences))
    return Found("SUPPORT" if cosine >= seed.THRESHOLD else "NOT_ENOUGH_INFO", (best,), (cosine, 0.0))


def cross_fitted(known: Sequence[Pair], blind: bool = False) -> Checker:
    """The ``features`` classifier, or ``claim_only`` where ``blind``: each pair by a model that did not see its document.

    ``known`` are the labelled pairs to fit on; the pairs that are then classified may be others.
    """
    known = [_without_document(p) for p in known] if blind else known

    def check(pairs: Sequence[Pair]) -> list[Found]:
        fitted = {
            fold: _fitted([p for p in known if fold_of(p.group) != fold]) for fold in {fold_of(p.group) for p in pairs}
        }
        return [fitted[fold_of(p.group)](_without_document(p) if blind else p) for p in pairs]

    return check


def _without_document(pair: Pair) -> Pair:
    return replace(pair, title="", sentences=(), rationales=())


def _fitted(pairs: Sequence[Pair]) -> Callable[[Pair], Found]:
    idf = features.weights(pairs)
    rank = _ranker(pairs, idf)
    rows = [features.of_pair(pair, rank(pair), idf) for pair in pairs]
    models: dict[Label, Model] = {label: fit(rows, [p.label == label for p in pairs], 4.0) for label in LABELS}

    def classify(pair: Pair) -> Found:
        ranked = rank(pair)
        row = features.of_pair(pair, ranked, idf)
        kept = [i for n, (score, i) in enumerate(ranked[:_MOST]) if n == 0 or score >= _ENOUGH]
        chances = {label: models[label](row) for label in LABELS}
        return Found(max(LABELS, key=lambda label: chances[label]), tuple(kept), _scores(chances))

    return classify


def _scores(chances: Mapping[Label, float]) -> tuple[float, float] | None:
    """How far a document bears on a claim, and how far it stands against it, from the chance of each label."""
    decides = chances["SUPPORT"] + chances["CONTRADICT"]
    return (decides / (decides + chances["NOT_ENOUGH_INFO"]), chances["CONTRADICT"] / decides) if decides else None


def _ranker(pairs: Sequence[Pair], idf: features.Weights) -> Callable[[Pair], list[tuple[float, int]]]:
    """Scores and indices of a pair's sentences, best first; by overlap alone where no rationale is known to learn from."""
    known = [(p, i) for p in pairs if p.rationales for i in range(len(p.sentences))]
    rows = [features.of_sentence(p, i, idf) for p, i in known]
    score: Model = fit(rows, [any(i in r for r in p.rationales) for p, i in known]) if known else lambda row: row[0]

    def rank(pair: Pair) -> list[tuple[float, int]]:
        scored = [(score(features.of_sentence(pair, i, idf)), i) for i in range(len(pair.sentences))]
        return sorted(scored, key=lambda s: (-s[0], s[1]))

    return rank
