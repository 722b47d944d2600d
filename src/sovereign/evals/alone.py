"""An entailment model alone: its likeliest label for the sentences that share most words with the claim. No rule, no veto."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from sovereign.checks import graded
from sovereign.checks.entailed import together
from sovereign.checks.fitted import fitted
from sovereign.checks.graded import MOST
from sovereign.models import Entailer, Probabilities

from .pairs import LABELS, Checker, Found, Pair
from .weights import passage_of, places_of


def alone(entailer: Entailer, fold_for: Callable[[Pair], int | None] = lambda pair: None) -> Checker:
    """The checker; ``fold_for`` gives the fold of a pair whose document the entailer was fitted on."""

    def check(pairs: Sequence[Pair]) -> list[Found]:
        found = [Found("NOT_ENOUGH_INFO")] * len(pairs)
        folds: dict[int | None, list[int]] = defaultdict(list)
        for n, pair in enumerate(pairs):
            if any(pair.sentences):
                folds[fold_for(pair)].append(n)
        for fold, places in folds.items():
            asked = entailer.without(fold) if entailer.without and fold is not None else entailer
            passages = [passage_of(pairs[n]) for n in places]
            ranked = [[i for _, i in graded.ranking(p, fitted(None, fold).rank)][:MOST] for p in passages]
            texts = [together(p.sentences, best) for p, best in zip(passages, ranked, strict=True)]
            said = asked.entail(texts, [p.claim for p in passages])
            for n, best, one in zip(places, ranked, said, strict=True):
                found[n] = _found(pairs[n], best, one)
        return found

    return check


def _found(pair: Pair, best: Sequence[int], said: Probabilities) -> Found:
    entailed, contradicted, _ = said  # in the order of LABELS
    places, decided = places_of(pair), entailed + contradicted
    label = LABELS[said.index(max(said))]
    return Found(label, tuple(sorted(places[i] for i in best)), (decided, contradicted / max(decided, 1e-9)))
