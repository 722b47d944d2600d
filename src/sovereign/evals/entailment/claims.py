"""Claims that an abstract supports: its title, what it concludes, and parts of its sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from sovereign.language.stance import without_frame

from ..tamper.words import BASE, capital
from .texts import Abstract, Overlap

Origin = Literal["title", "conclusion", "clause"]

_VERB = re.compile(rf"\b(?:is|are|was|were|has|have|can|does|do|will|{'|'.join(BASE)})\b")
_CONCLUDES = re.compile(
    r"\b(?:conclu|in summary|taken together|thus|therefore|these (?:results|findings|data)|our (?:results|findings|data|study)"
    r"|we (?:show|found|find|demonstrate|conclude|report)|results (?:show|suggest|indicate|demonstrate)|suggest that|indicate that"
    r"|experiments (?:show|demonstrate))",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^(?:conclusions?|results?|interpretation|findings|significance)\b[:.]?\s*", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:In|On|For|During|With|Under|At|Across|Using|By|After|Through|To) [^,;:]{3,60}, (?P<rest>.+)$"
)
_FIRST = re.compile(r"(?P<first>.{30,}?)(?:; |, (?:and|but|while|whereas|which|thereby|thus) )")
_THAT = re.compile(
    r".{0,60}?\b(?:that|shows?|showed|found|demonstrate[sd]?|suggests?|indicates?) that (?P<rest>.{25,})$"
)
_TAIL = re.compile(
    r"(?P<first>.{30,}?) (?:by|with|in|using|through|for|from|via|without|when|because|as) (?:[^,;]+)\.$"
)
_OPEN_END = re.compile(r"(?:\b(?:not|be|is|are|was|were|and|or|the|a|an|of|to|than)|[,;:(])$")
_LEAST = 0.2  # share of a claim that must stand in its nearest sentence for the abstract to be called its support
_PARTS = 3  # parts of sentences that an abstract gives


class Stated(NamedTuple):
    """A claim, where it comes from, and the indices of the sentences that support it, in order."""

    claim: str
    origin: Origin
    places: tuple[int, ...]


def stated(abstract: Abstract, overlap: Overlap, rng: random.Random) -> Iterator[Stated]:
    """The claims of one abstract, never one that is its evidence word for word."""
    sentences = abstract.sentences
    if len(sentences) < 3:
        return
    ends = [i for i, s in enumerate(sentences) if _CONCLUDES.search(s) and i >= len(sentences) // 3]
    title = abstract.title.strip().rstrip(".")
    if _VERB.search(title) and "?" not in title and len(title.split()) >= 5:
        if ends and rng.random() < 0.5:
            yield Stated(f"{title}.", "title", (ends[-1],))
        else:
            yield from _supported(f"{title}.", "title", range(len(sentences)), abstract, overlap, rng)
    for i in ends[-2:]:
        claim = capital(without_frame(_HEAD.sub("", sentences[i])))
        if 6 <= len(claim.split()) <= 40:
            others = [j for j in range(len(sentences)) if j != i]
            yield from _supported(claim, "conclusion", others, abstract, overlap, rng)
    yield from _clauses(sentences, rng)


def _supported(
    claim: str, origin: Origin, allowed: range | list[int], abstract: Abstract, overlap: Overlap, rng: random.Random
) -> Iterator[Stated]:
    """The claim with its three nearest sentences or its nearest one, if they share enough with it."""
    ranked = overlap.ranked(claim, [abstract.sentences[i] for i in allowed])
    if ranked[0][0] >= _LEAST:
        nearest = [allowed[i] for _, i in ranked[: 3 if rng.random() < 0.7 else 1]]
        yield Stated(claim, origin, tuple(sorted(nearest)))


def _clauses(sentences: tuple[str, ...], rng: random.Random) -> Iterator[Stated]:
    """Parts of sentences that say less than the whole, with the sentence, alone or among its neighbours."""
    found = [(i, part) for i in range(len(sentences)) for part in _parts(sentences[i])]
    for i, part in sorted(rng.sample(found, min(_PARTS, len(found)))):
        beside = (i - 1, i, i + 1) if rng.random() < 0.3 else (i,)
        yield Stated(part, "clause", tuple(j for j in beside if 0 <= j < len(sentences)))


def _parts(sentence: str) -> Iterator[str]:
    """A sentence without its opening phrase, without who says it, or without its end."""
    if not 8 <= len(sentence.split()) <= 45:
        return
    found = [m["rest"] for m in (_OPENING.match(sentence), _THAT.match(sentence)) if m]
    found += [f"{m['first']}." for m in (_FIRST.match(sentence), _TAIL.match(sentence)) if m]
    for part in found:
        whole = part.count("(") == part.count(")") and not _OPEN_END.search(part.rstrip("."))
        if whole and _VERB.search(part) and len(part.split()) >= 6:
            yield capital(part)
