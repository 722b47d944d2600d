"""Which lines a statement is about: subject, object and the measures or settings that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sovereign.language.words import word_set

from .mentions import Mention, header_words, tokens_of
from .sheet import Axis, Sheet, measure_of, other
from .statements import THAN, Clause, Cue

_OTHERS = re.compile(
    r"^\s*(?:\w+\s+){0,2}?(?:all\s+(?:of\s+)?)?(?:the\s+|any\s+(?:of\s+the\s+)?|its\s+)?(?:two\s+|three\s+|remaining\s+)?"
    r"(?:others?|previous|prior|existing|competing|competitive|remaining|rest|compared|baselines?|state-of-the-art|SOTA|strong|current|published)\b",
    re.IGNORECASE,
)
_AMONG_ALL = re.compile(r"\b(?:all|every|any)\b[^,.;]{0,24}\b(?:others?|models?|methods?|systems?|baselines?|approaches|variants?)\b", re.I)
_BASE = re.compile(r"(?:(?:our|the)\s+)?(?:baselines?|base|vanilla|original|none|no|full|default|standard)(?:\s+(?:model|system|method))?(?:\s*\(.*)?", re.I)
_FROM_TO = re.compile(r"[^.;]{0,40}?\bfrom\s+(?P<low>[^.;]{2,60}?)\s+to\s+(?P<high>[^.;]{2,60})")
_COST = re.compile(r"\s+(?:[\w-]+\s+){0,3}?(?:time|latency|runtime|memory|parameters?|params|FLOPs|seconds|hours)\b", re.I)
_TIMED = re.compile(r"time|latency|second|hour", re.I)
_SUM = re.compile(r"\b(?:F-?1|F|overall|average|avg|combined|joint|total|macro|micro|F-measure|F-score|CoNLL|mean)\b", re.I)
_REMOVED = re.compile(r"\s*(?:[-\u2212\u2013\u2014]\s*|w/o\b|without\b|no\b|w\\\\o\b)(?=[\sA-Za-z])", re.I)
_REMOVING = re.compile(r"\b(?:remov|without|w/o|ablat|exclud|drop|omit|disabl|no\b|lack|turning off)", re.I)
_FULL = re.compile(r"\b(?:full|all|complete|our|ours|proposed|base|baseline|final|whole)\b", re.I)
_TAKEN = re.compile(r"\b(?:without|w/o|no|not)\b|w\\\\o", re.I)
_TAKERS = word_set("without no not w o")
_JOINTS = word_set("with w and + without o the")
_NOTED = re.compile(r"\(\w+\s?-\s?\w+\)")  # "(A3-A2)": which is held against which is not said in words
_OF_STEPS = re.compile(r"\b(?:gaps?|differences?|improvements?|gains?|discrepanc\w+|correlations?|increases?|drops?|ratios?|effects?|impacts?|variance|variation|benefits?)\b", re.I)
_APART = re.compile(r"\b(?:oracle|human|upper bound|gold|skyline|majority|random|average|avg|total|mean|all)\b", re.I)
_CONJOINED = re.compile(r"[\s,()/&'\"]*(?:and|or|both|the|as well as|our|also|models?|baselines?|systems?|with|in|on|of|for|all|layers?|features?|\W)*[\s,()]*", re.I)


@dataclass(frozen=True)
class Operands:
    """``mine`` against ``theirs`` on an axis, at lines ``across``. ``named``: whether the clause itself named the lines across."""

    axis: Axis
    mine: frozenset[int]
    theirs: frozenset[int]
    across: tuple[int, ...]
    named: bool
    specific: int
    others: bool = False


def merged(mentions: Sequence[Mention]) -> frozenset[int]:
    """The lines that mentions mean together: alternatives are joined, narrowings are cut ("TGen trained on cleaned data")."""
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
    together = frozenset.intersection(*facets)
    return together or facets[-1]


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


def entity_axes(sheet: Sheet) -> tuple[Axis, ...]:
    """The axes of things that can be compared: not the one that names the measures; both where no axis does."""
    measured = sheet.measures()
    return ("row", "column") if measured is None else (other(measured),)


def subject_of(claim: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The last mentions before a word that compares: of its part between commas, with those that are listed before them."""
    kept = list(mentions[-1:])
    for mention in reversed(mentions[:-1]):
        between = claim[mention.end : kept[0].start]
        if "," in between and not _CONJOINED.fullmatch(between):
            break
        kept.insert(0, mention)
    return kept


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
        lines = _summed(sheet, far, lines & sheet.directed(far) or lines)
    return tuple(sorted(lines)), False


def _summed(sheet: Sheet, axis: Axis, lines: frozenset[int]) -> frozenset[int]:
    """Of lines of several measures, those that sum the others up, where there are any."""
    measures = {measure_of(sheet.headers[axis][n])[0] for n in lines}
    if len(measures) < 2:
        return lines
    return frozenset(n for n in lines if _SUM.search(" ".join(sheet.headers[axis][n]))) or lines


def rivals(sheet: Sheet, axis: Axis, mine: frozenset[int]) -> frozenset[int]:
    """All other lines of an axis that are things like these: no oracle, no average."""
    headers = sheet.headers[axis]
    return frozenset(n for n, h in headers.items() if n not in mine and not _APART.search(" ".join(h)))


def of_comparison(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """Subject and object of words that compare; None where one of them is no line of the table.

    The subject stands before the words, or in the clause before; the object behind them, after "than", "over" and the like.
    """
    rest = claim[cue.end : clause.end]
    if cue.kind != "change" and _OF_STEPS.search(claim[clause.start : cue.end]):
        return None  # steps are compared, not figures
    joint = THAN.search(rest) if cue.kind != "compare" or not re.match(r"(?i)out|surp|exc|beat|top|under|lag|fall|trail", claim[cue.start : cue.end]) else None
    if joint is None and cue.kind in ("equal",):
        return None
    at = cue.end + (joint.end() if joint else 0)
    for axis in entity_axes(sheet):
        behind = run_of(claim, within(mentions, at, clause.end, axis))
        before = subject_of(claim, within(mentions, clause.start, cue.start, axis))
        if behind and not before and joint is None and cue.passive is False and len(within(mentions, at, clause.end, axis)) > 1 and cue.kind != "compare":
            continue
        before = before or [m for m in earlier if m.axis == axis]
        mine, theirs = merged(before), merged(behind)
        others = False
        if mine and (not theirs or _AMONG_ALL.search(claim[at : at + 60])) and (_OTHERS.match(claim[at : clause.end]) or _AMONG_ALL.search(claim[at : at + 60])):
            theirs, others, behind = rivals(sheet, axis, mine), True, []
        theirs = theirs - mine if theirs - mine else theirs
        if not mine or not theirs or mine & theirs:
            continue
        if cue.passive and re.match(r"\s*by\b", rest):
            mine, theirs = theirs, mine
        used = {id(m) for m in (*before, *behind)}
        for m in within(mentions, clause.start, clause.end, axis):
            if id(m) not in used and mine & m.lines and theirs & m.lines:
                mine, theirs = mine & m.lines, theirs & m.lines  # "for training": of both
        context = [m for m in within(mentions, clause.start, clause.end) if id(m) not in used] or list(earlier)
        across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
        specific = sum(m.specific for m in (*before, *behind))
        return Operands(axis, mine, theirs, across, named, specific, others)
    return None


def of_superlative(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """The subject of "best" and the like, and the lines it is held against."""
    for axis in entity_axes(sheet):
        here = within(mentions, clause.start, clause.end, axis)
        before = subject_of(claim, [m for m in here if m.end <= cue.start])
        subject = before or run_of(claim, [m for m in here if m.start >= cue.end]) or [m for m in earlier if m.axis == axis]
        if not subject:
            continue
        mine = merged(subject)
        theirs = rivals(sheet, axis, mine)
        if not theirs:
            continue
        context = [m for m in within(mentions, clause.start, clause.end) if m.axis != axis] or [m for m in earlier if m.axis != axis]
        across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
        return Operands(axis, mine, theirs, across, named, sum(m.specific for m in subject), True)
    return None


def of_change(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """The two sides of "improves": the subject, and what follows "over" or "compared to", or the line that is called the base."""
    if fromto := _from_to(claim, sheet, clause, cue, mentions):
        return fromto
    direct = of_comparison(claim, sheet, clause, cue, mentions, earlier) if THAN.search(claim[cue.end : clause.end]) else None
    if direct is not None and direct.specific:
        return direct
    if (paired := _with_and_without(claim, sheet, clause, cue, mentions)) is not None:
        return paired
    for axis in entity_axes(sheet):
        before = subject_of(claim, within(mentions, clause.start, cue.start, axis))
        mine = merged(before)
        base = frozenset(n for n, h in sheet.headers[axis].items() if n not in mine and h and _BASE.fullmatch(h[-1].strip()))
        if _NOTED.search(clause.text) or not mine or len(base) != 1:
            continue
        context = [m for m in within(mentions, clause.start, clause.end) if m.axis != axis]
        across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
        return Operands(axis, mine, base, across, named, sum(m.specific for m in before))
    return None


def _from_to(claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention]) -> Operands | None:
    """The two ends of "improves from A to B": B against A."""
    ends = _FROM_TO.match(claim, cue.end, clause.end)
    if ends is None:
        return None
    for axis in entity_axes(sheet):
        low, high = (within(mentions, *ends.span(k), axis) for k in ("low", "high"))
        mine, theirs = merged(high[:1]), merged(low)
        if mine and theirs and not mine & theirs:
            context = [m for m in within(mentions, clause.start, clause.end) if m.axis != axis]
            across, named = across_lines(sheet, axis, context, cue, "")
            return Operands(axis, mine, theirs, across, named, sum(m.specific for m in (*low, *high[:1])))
    return None


def _with_and_without(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention]
) -> Operands | None:
    """The lines with what the subject names against the same lines without it: "B + A" and "B", "full" and "- A", "with A" and "w/o A"."""
    axes: tuple[Axis, Axis] = ("row", "column")
    for axis in axes:
        before = within(mentions, clause.start, cue.start, axis)
        lines = sorted(frozenset().union(*(m.lines for m in before)))
        said = frozenset(t.root for m in before for t in tokens_of(claim[m.start : m.end]))
        pairs = [(n, base) for n in lines if (base := _stripped(sheet, axis, n, said)) is not None and base != n]
        if not pairs or not any(m.specific for m in before):
            continue
        removed = {n for n, _ in pairs if _REMOVED.match(sheet.headers[axis][n][-1])}
        if removed and len(removed) < len(pairs):
            continue
        mine, theirs = frozenset(n for n, _ in pairs), frozenset(b for _, b in pairs)
        if bool(removed) != bool(_REMOVING.search(claim[clause.start : cue.start])):
            mine, theirs = theirs, mine
        if mine & theirs:
            continue
        context = [m for m in within(mentions, clause.start, clause.end) if m.axis != axis]
        across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
        return Operands(axis, mine, theirs, across, named, sum(m.specific for m in before))
    return None


def _stripped(sheet: Sheet, axis: Axis, line: int, said: frozenset[str]) -> int | None:
    """The line whose headers are those of this one without the words said; for a line that takes something away, the full one."""
    headers = sheet.headers[axis]
    own = headers[line]
    if not own:
        return None
    if _REMOVED.match(own[-1]):
        full = [n for n, h in headers.items() if h[:-1] == own[:-1] and h and _FULL.search(h[-1]) and not _REMOVED.match(h[-1])]
        return full[0] if len(full) == 1 else None
    own_words = _words(own) - _JOINTS
    twins = [n for n, h in headers.items() if n != line and _TAKEN.search(" ".join(h)) and _words(h) - _JOINTS - _TAKERS == own_words]
    if len(twins) == 1 and own_words & said and not _TAKEN.search(" ".join(own)):
        return twins[0]
    rest = _words(own) - said - _JOINTS
    if rest == _words(own) - _JOINTS:
        return None
    alike = [n for n, h in headers.items() if n != line and _words(h) - _JOINTS == rest]
    return alike[0] if len(alike) == 1 and rest else None


def _words(headers: Sequence[str]) -> frozenset[str]:
    return frozenset(w for h in headers for w, _ in header_words(h))
