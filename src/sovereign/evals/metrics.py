"""The figures of a set: counts that can be added up, figures that are made from counts, and their intervals.

Counts are added per document, so that a bootstrap can draw documents. A figure with nothing under it is None, never 0
or 1.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from .pairs import LABELS, Found, Pair

T = TypeVar("T")
Counts = Counter[str]
Figures = dict[str, float | None]

SAMPLES = 1000
_LONGEST_RATIONALE = 3  # sentences that the abstract-level score of SciFact looks at


def count(pair: Pair, found: Found) -> Counts:
    """The counts of one pair.

    Sentence and abstract counts are those of the SciFact task (Wadden et al. 2020, arXiv:2004.14974, section 4.3, and its
    released evaluator): a predicted sentence is right only if every sentence of its gold rationale was predicted too; an
    abstract is right if its label is, and rationalized if one whole gold rationale is among the first three sentences.
    """
    counts = Counter({f"{pair.label}>{found.label}": 1})
    if pair.label != "NOT_ENOUGH_INFO":
        counts["abstracts"] += 1
        counts["sentences"] += sum(map(len, pair.rationales))
        gold = frozenset().union(*pair.rationales)
        counts["of_rationale"] += len(gold)
        counts["named"] += len(found.sentences)
        counts["named_right"] += len(gold.intersection(found.sentences))
    if found.label == "NOT_ENOUGH_INFO":
        return counts
    said = set(found.sentences)
    counts["abstracts_said"] += 1
    counts["sentences_said"] += len(found.sentences)
    right = sum(len(r & said) for r in pair.rationales if r <= said)
    counts["sentences_right"] += right
    if found.label == pair.label:
        counts["abstracts_right"] += 1
        counts["sentences_right_with_label"] += right
        first = set(found.sentences[:_LONGEST_RATIONALE])
        counts["abstracts_rationalized"] += any(r <= first for r in pair.rationales)
    return counts


def figures(counts: Counts) -> Figures:
    """Every figure of a set from its counts.

    ``macro_f1`` is the mean of the F1 of the labels that occur. ``contradict_called_support``, ``support_recall``,
    ``contradict_recall`` and ``support_called_contradict`` are shares of the pairs with that gold label; ``coverage`` is the share of pairs that got SUPPORT or CONTRADICT.
    ``rationale_f1`` is SciFact's sentence-level F1, selection only; ``sentence_label_f1``, ``abstract_label_f1`` and
    ``abstract_rationalized_f1`` are its other three. ``nearest_f1`` is ours: F1 of the sentences that a checker names on pairs with
    evidence, each for itself and whatever the verdict.
    """
    by_label = [f for label in LABELS if (f := _label_f1(counts, label)) is not None]
    pairs = _sum(counts, LABELS, LABELS)
    return {
        "macro_f1": sum(by_label) / len(by_label) if by_label else None,
        "contradict_called_support": share(counts["CONTRADICT>SUPPORT"], _sum(counts, ["CONTRADICT"], LABELS)),
        "support_recall": share(counts["SUPPORT>SUPPORT"], _sum(counts, ["SUPPORT"], LABELS)),
        "contradict_recall": share(counts["CONTRADICT>CONTRADICT"], _sum(counts, ["CONTRADICT"], LABELS)),
        "support_called_contradict": share(counts["SUPPORT>CONTRADICT"], _sum(counts, ["SUPPORT"], LABELS)),
        "coverage": share(_sum(counts, LABELS, ["SUPPORT", "CONTRADICT"]), pairs),
        "accuracy": share(sum(counts[f"{label}>{label}"] for label in LABELS), pairs),
        "rationale_f1": _f1(counts["sentences_right"], counts["sentences_said"], counts["sentences"]),
        "sentence_label_f1": _f1(
            counts["sentences_right_with_label"], counts["sentences_said"], counts["sentences"]
        ),
        "abstract_label_f1": _f1(counts["abstracts_right"], counts["abstracts_said"], counts["abstracts"]),
        "nearest_f1": _f1(counts["named_right"], counts["named"], counts["of_rationale"]),
        "abstract_rationalized_f1": _f1(
            counts["abstracts_rationalized"], counts["abstracts_said"], counts["abstracts"]
        ),
    }  # fmt: skip


def share(part: int, whole: int) -> float | None:
    """``part / whole``; None of nothing."""
    return part / whole if whole else None


def _sum(counts: Counts, gold: Sequence[str], said: Sequence[str]) -> int:
    return sum(counts[f"{g}>{s}"] for g in gold for s in said)


def _f1(right: int, said: int, gold: int) -> float | None:
    """F1 from counts, 2·right / (said + gold); 0.0 where nothing was said, None where there is nothing to find."""
    return 2 * right / (said + gold) if gold else None


def _label_f1(counts: Counts, label: str) -> float | None:
    said, gold = _sum(counts, LABELS, [label]), _sum(counts, [label], LABELS)
    return 2 * counts[f"{label}>{label}"] / (said + gold) if said + gold else None


def confusion(counts: Counts) -> dict[str, dict[str, int]]:
    """Pairs by gold label, then by the label they got."""
    return {gold: {said: counts[f"{gold}>{said}"] for said in LABELS} for gold in LABELS}


def flat(confusion: Mapping[str, Mapping[str, int]]) -> Counts:
    """The counts "gold>said" that a confusion matrix was made of."""
    return Counter({f"{gold}>{said}": n for gold, row in confusion.items() for said, n in row.items()})


def intervals(
    groups: Mapping[str, Counts], make: Callable[[Counts], Figures], samples: int = SAMPLES, seed: int = 0
) -> dict[str, tuple[float, float] | None]:
    """95 % percentile bootstrap of every figure, drawing documents with replacement (Efron 1979).

    A sample in which a figure has nothing under it is left out; None for a figure that half of the samples lack. Where all
    samples of a share give 0, or all give 1, the interval is the exact binomial one for the number of documents.
    """
    names = sorted({name for counts in groups.values() for name in counts})
    rows = [[groups[group][name] for name in names] for group in sorted(groups)]
    rng = random.Random(seed)
    drawn: dict[str, list[float]] = {name: [] for name in make(Counter())}
    for _ in range(samples if rows else 0):
        sums = map(sum, zip(*rng.choices(rows, k=len(rows)), strict=True))
        for name, value in make(Counter(dict(zip(names, sums, strict=True)))).items():
            if value is not None:
                drawn[name].append(value)
    under = Counter(name for counts in groups.values() for name, value in make(counts).items() if value is not None)
    return {
        name: _percentiles(v, 0 if name.endswith("f1") else under[name]) if 2 * len(v) > samples else None
        for name, v in drawn.items()
    }


def reflected(
    groups: Sequence[Sequence[T]], value: Callable[[list[T]], float], samples: int = SAMPLES, seed: int = 0
) -> tuple[float, float]:
    """95 % interval of a figure that chance can only raise, drawing documents: the basic bootstrap, not below 0.

    A drawn sample is twice as noisy, so percentiles of its figure lie too high; mirrored at the figure itself they do not
    (Davison and Hinkley 1997, section 5.2.1).
    """
    rng, seen = random.Random(seed), value([item for group in groups for item in group])
    drawn = sorted(
        value([item for group in rng.choices(groups, k=len(groups)) for item in group]) for _ in range(samples)
    )
    low, high = drawn[round(0.025 * (samples - 1))], drawn[round(0.975 * (samples - 1))]
    return max(0.0, 2 * seen - high), max(0.0, 2 * seen - low)


def _percentiles(values: list[float], documents: int) -> tuple[float, float]:
    ordered = sorted(values)
    low, high = round(0.025 * (len(ordered) - 1)), round(0.975 * (len(ordered) - 1))
    # No draw can show what no document showed: then the exact bound of Clopper and Pearson (1934), a document as one trial.
    unseen = 1 - 0.025 ** (1 / documents) if documents else 0.0
    if ordered[-1] == 0.0:
        return 0.0, unseen
    return (1 - unseen, 1.0) if ordered[0] == 1.0 else (ordered[low], ordered[high])
