"""How far two readings of one paper hold the same sentences, in the same order, with the references cut off."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .forms import Pair, sentences, words

Words = tuple[str, ...]
LEAST_OVERLAP = 0.9
LEAST_CAPTION = 0.6  # a caption's sentence, of which the PDF's reading may have cut off a part
LEAST_ENTRY = 0.8


class Found(NamedTuple):
    """For each wanted sentence the place of its like among the given ones, None if there is none; how many of the found
    ones are the same to the word, and how many stand word by word in the running text, however it is cut into sentences."""

    places: list[int | None]
    exactly: int
    running: int


class Prose(NamedTuple):
    """Counts of sentences, and shares from 0 to 1. ``precision`` is of the PDF's sentences against the structured form."""

    wanted: int
    recall_exact: float
    recall_near: float
    recall_running: float
    given: int
    precision_exact: float
    precision_near: float
    order: float | None
    references_in_body: int
    body_in_references: int


def overlap(one: Words, other: Words) -> float:
    """The share of words that two sentences have in common: twice the common ones by all (Dice), repeated words counted."""
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if one or other else 0.0


def find(wanted: Sequence[Words], given: Sequence[Words], least: float = LEAST_OVERLAP) -> Found:
    """Look for each sentence among others, each of which is found once: first the same words, then nearly the same."""
    same: dict[Words, list[int]] = defaultdict(list)
    holding: dict[str, set[int]] = defaultdict(set)
    for place, sentence in enumerate(given):
        same[sentence].append(place)
        for word in sentence:
            holding[word].add(place)
    places: list[int | None] = [same[one].pop(0) if same[one] else None for one in wanted]
    exactly = sum(place is not None for place in places)
    free = set(range(len(given))) - set(places)
    for at, sentence in enumerate(wanted):
        if places[at] is not None:
            continue
        shared = Counter(place for word in set(sentence) for place in holding[word] & free)
        likely = [place for place, _ in shared.most_common(20)]
        best = max(likely, key=lambda place: overlap(sentence, given[place]), default=None)
        if best is not None and overlap(sentence, given[best]) >= least:
            places[at] = best
            free.discard(best)
    text = _running(given)
    return Found(places, exactly, sum(_running([one]) in text for one in wanted))


def in_order(places: Sequence[int | None]) -> float | None:
    """The share of neighbouring found sentences whose places have the same order; None if there are no neighbours."""
    steps = [after > before for before, after in pairwise(place for place in places if place is not None)]
    return sum(steps) / len(steps) if steps else None


def compare(pair: Pair) -> Prose:
    """The measures of one paper in two forms. Sentences of the structured form's floats count on neither side."""
    wanted, pdf = sentences(pair.body), sentences(pair.pdf)
    captions = _captions(pair, wanted)
    given = [one for one in pdf if not _is_caption(one, captions)]
    found, back = find(wanted, given), find(given, wanted)
    entries = [Counter(words(entry)) for entry in pair.entries]
    outside = " ".join(pair.pdf.text[part.start : part.end] for part in pair.pdf.sections if not part.evidence)
    evidence, rest = _running(given), _running([words(outside)])
    return Prose(
        len(wanted),
        _share(found.exactly, wanted),
        _share(sum(place is not None for place in found.places), wanted),
        _share(found.running, wanted),
        len(given),
        _share(back.exactly, given),
        _share(sum(place is not None for place in back.places), given),
        in_order(found.places),
        sum(any(_inside(one, entry) for entry in entries) for one in given),
        sum(_running([one]) in rest and _running([one]) not in evidence for one in wanted),
    )


def missing(pair: Pair) -> tuple[list[str], list[str]]:
    """What the PDF's reading has not of the structured form's sentences, and what it has too much, for the eye."""
    wanted, given = sentences(pair.body), sentences(pair.pdf)
    given = [one for one in given if not _is_caption(one, _captions(pair, wanted))]
    found, back = find(wanted, given), find(given, wanted)
    return (
        [" ".join(one) for one, place in zip(wanted, found.places, strict=True) if place is None],
        [" ".join(one) for one, place in zip(given, back.places, strict=True) if place is None],
    )


def _captions(pair: Pair, body: Sequence[Words]) -> list[Words]:
    """The sentences of the structured form that its body has not: those of its floats."""
    return list((Counter(sentences(pair.structured)) - Counter(body)).elements())


def _is_caption(sentence: Words, captions: Sequence[Words]) -> bool:
    return any(overlap(sentence, caption) >= LEAST_CAPTION for caption in captions)


def _inside(sentence: Words, entry: Counter[str]) -> bool:
    return sum((Counter(sentence) & entry).values()) >= LEAST_ENTRY * len(sentence)


def _running(given: Sequence[Words]) -> str:
    return f" {' '.join(' '.join(one) for one in given)} "


def _share(part: int, whole: Sequence[object]) -> float:
    return part / len(whole) if whole else 0.0
