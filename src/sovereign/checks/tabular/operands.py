"""Lines of a table that phrases of a claim mean together: what is compared, and where it is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .mentions import Mention, header_words
from .sheet import Axis, Sheet, measure_of, other
from .statements import Cue

_APART = re.compile(
    r"\b(?:oracle|human|upper bound|gold|skyline|majority|random|average|avg|total|mean|all)\b", re.IGNORECASE
)
_CONJOINED = re.compile(
    r"[\s,()/&'\"]*(?:and|or|both|the|as well as|our|also|models?|baselines?|systems?|with|in|on|of|for|all|layers?"
    r"|features?|\W)*[\s,()]*",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\s+(?:[\w-]+\s+){0,3}?(?:time|latency|runtime|memory|parameters?|params|FLOPs|seconds|hours)\b", re.IGNORECASE
)
_TIMED = re.compile(r"time|latency|second|hour", re.IGNORECASE)
_HALF = 0.5
_SUM = re.compile(
    r"\b(?:F-?1|F|overall|average|avg|combined|joint|total|macro|micro|F-measure|F-score|CoNLL|mean)\b", re.IGNORECASE
)
_OVERALL = re.compile(
    r"\b(?:overall|average|avg|combined|total|mean)\b", re.IGNORECASE
)  # of several lines, what sums them up


@dataclass(frozen=True)
class Operands:
    """``mine`` against ``theirs`` on an axis, at lines ``across``. ``named``: whether the claim says at which.

    ``specific`` counts the phrases that no other table would have; with ``others``, theirs are all the rest.
    ``unsaid``: any one of theirs may be meant. ``sure``: the phrases are no small part of the headers that they stand for.
    """

    axis: Axis
    mine: frozenset[int]
    theirs: frozenset[int]
    across: tuple[int, ...]
    named: bool
    specific: int
    others: bool = False
    sure: bool = True
    unsaid: bool = False


def merged(mentions: Sequence[Mention]) -> frozenset[int]:
    """The lines that mentions mean together: alternatives are joined, narrowings are cut ("A trained on B")."""
    facets: list[frozenset[int]] = []
    for mention in mentions:
        for i, facet in enumerate(facets):
            if not facet & mention.lines:
                facets[i] = facet | mention.lines
                break
        else:
            facets.append(mention.lines)
    if not facets:
        return frozenset()
    return frozenset.intersection(*facets) or facets[-1]


def sure(mentions: Iterable[Mention], sheet: Sheet) -> bool:
    """Whether each phrase says at least half of the header that it stands for, or of what sets its lines apart from the others.

    "Linear" says all that sets "Throughput (instances/s) Linear" apart from "Throughput (instances/s) Balanced".
    """
    return all(m.share >= _HALF or m.share >= _HALF * _apart(sheet, m.axis, m.lines) for m in mentions)


def _apart(sheet: Sheet, axis: Axis, lines: frozenset[int]) -> float:
    """The largest share of a header of these lines that is not in every header of the axis."""
    words = {n: [w for h in headers for w, _ in header_words(h)] for n, headers in sheet.headers[axis].items()}
    common = frozenset.intersection(*map(frozenset, words.values()))
    return max(sum(w not in common for w in words[n]) / max(len(words[n]), 1) for n in lines)


def within(mentions: Iterable[Mention], start: int, end: int, axis: Axis | None = None) -> list[Mention]:
    """The mentions inside a span, in order."""
    return [m for m in mentions if start <= m.start and m.end <= end and axis in (None, m.axis)]


def run_of(claim: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The first mention and those joined to it by "and" and the like."""
    kept = list(mentions[:1])
    for mention in mentions[1:]:
        if not _CONJOINED.fullmatch(claim[kept[-1].end : mention.start]):
            break
        kept.append(mention)
    return kept


def subject_of(claim: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The last mentions before a word that compares: of its part between commas, with those that are listed before them."""
    kept = list(mentions[-1:])
    for mention in reversed(mentions[:-1]):
        between = claim[mention.end : kept[0].start]
        if "," in between and not _CONJOINED.fullmatch(between):
            break
        kept.insert(0, mention)
    return kept


def entity_axes(sheet: Sheet) -> tuple[Axis, ...]:
    """The axes of things that can be compared: not the one that names the measures; both where no axis does."""
    measured = sheet.measures
    return ("row", "column") if measured is None else (other(measured),)


def across_lines(
    sheet: Sheet, axis: Axis, said: Sequence[Mention], cue: Cue, after: str
) -> tuple[tuple[int, ...], bool]:
    """The lines across that a statement is about, and whether it names them; else those of quality, or all.

    Where it names none, what stands ``after`` the words that compare may name a cost ("the least training time"). Of precision,
    recall and F1, "performance" is the one that sums the others up.
    """
    far = other(axis)
    named = merged([m for m in said if m.axis == far])
    if cue.sense in ("fast", "slow"):
        speeds = sheet.speeds(far)
        return tuple(sorted(named & speeds or speeds)), bool(named & speeds)
    if cost := _COST.match(after):
        lines = sheet.speeds(far) if _TIMED.search(cost[0]) else sheet.costs(far)
        if lines:
            return tuple(sorted(named & lines or lines)), True
    if named:
        return tuple(sorted(_summed(sheet, far, named))), True
    lines = frozenset(sheet.lines(far)) - sheet.costs(far)
    if cue.sense in ("better", "worse"):
        overall = frozenset(n for n in lines if _OVERALL.search(" ".join(sheet.headers[far][n])))
        lines = overall or _summed(sheet, far, lines & sheet.directed(far) or lines)
    return tuple(sorted(lines)), False


def _summed(sheet: Sheet, axis: Axis, lines: frozenset[int]) -> frozenset[int]:
    """Of lines of several measures, those that sum the others up, where there are any."""
    if len({measure_of(sheet.headers[axis][n])[0] for n in lines}) < 2:
        return lines
    return frozenset(n for n in lines if _SUM.search(" ".join(sheet.headers[axis][n]))) or lines


def rivals(sheet: Sheet, axis: Axis, mine: frozenset[int]) -> frozenset[int]:
    """All other lines of an axis that are things like these: no oracle, no average."""
    return frozenset(n for n, h in sheet.headers[axis].items() if n not in mine and not _APART.search(" ".join(h)))
