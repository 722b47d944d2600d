"""Who is held against whom: subject and object of words that compare, of superlatives, and of words of change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.language.words import any_of

from .mentions import Mention
from .operands import Operands, across_lines, entity_axes, merged, rivals, run_of, subject_of, sure, within
from .sheet import Sheet
from .statements import Clause, Cue
from .without import with_and_without

_THAN_WORDS = any_of(
    r"""than compared_(?:to|with|against) in_comparison_(?:to|with) relative_to over against versus vs\.? upon
    with_respect_to to_that_of that_of to with as"""
)
_THAN = re.compile(rf"\b{_THAN_WORDS}\b", re.IGNORECASE)
_TRANSITIVE = re.compile(r"out|surp|exc|beat|top|under|lag|fall|trail", re.IGNORECASE)  # "than" is in the verb
_OTHERS = re.compile(
    r"^\s*(?:\w+\s+){0,2}?(?:all\s+(?:of\s+)?)?(?:the\s+|any\s+(?:of\s+the\s+)?|its\s+)?(?:two\s+|three\s+|remaining\s+)?"
    r"(?:others?|previous|prior|existing|competing|competitive|remaining|rest|compared|baselines?|state-of-the-art|SOTA"
    r"|strong|current|published)\b",
    re.IGNORECASE,
)
_AMONG_ALL = re.compile(
    r"\b(?:all|every|any)\b[^,.;]{0,24}\b(?:others?|models?|methods?|systems?|baselines?|approaches|variants?)\b",
    re.IGNORECASE,
)
_BEHIND = 40  # characters behind a superlative in which it says of what it is one
_AHEAD = 60  # characters behind "than" in which "all other models" is looked for
_BASE = re.compile(
    r"(?:(?:our|the)\s+)?(?:baselines?|base|vanilla|original|none|no|full|default|standard)"
    r"(?:\s+(?:model|system|method))?(?:\s*\(.*)?",
    re.IGNORECASE,
)
_NOTED = re.compile(r"\(\w+\s?-\s?\w+\)")  # "(A3-A2)": which is held against which is not said in words
_OF_STEPS = re.compile(
    r"\b(?:gaps?|differences?|improvements?|gains?|discrepanc\w+|correlations?|increases?|drops?|ratios?|effects?|impacts?"
    r"|variance|variation|benefits?|scales?|scaling)\b",
    re.IGNORECASE,
)
_FROM_TO = re.compile(r"[^.;]{0,40}?\bfrom\s+(?P<low>[^.;]{2,60}?)\s+to\s+(?P<high>[^.;]{2,60})")


def of_comparison(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """Subject and object of words that compare; None where one of them is no line of the table.

    The subject stands before the words, or in the clause before; the object behind them, after "than", "over" and the like.
    """
    if cue.kind != "change" and _OF_STEPS.search(claim[clause.start : cue.end]):
        return None  # steps are compared, not figures
    rest = claim[cue.end : clause.end]
    transitive = cue.kind == "compare" and _TRANSITIVE.match(claim, cue.start)
    joint = None if transitive else _THAN.search(rest)
    if joint is None and cue.kind == "equal":
        return None
    at = cue.end + (joint.end() if joint else 0)
    for axis in entity_axes(sheet):
        behind = run_of(claim, within(mentions, at, clause.end, axis))
        before = subject_of(claim, within(mentions, clause.start, cue.start, axis))
        before = before or [m for m in earlier if m.axis == axis]
        mine, theirs, others, unsaid = merged(before), merged(behind), False, False
        if joint is None and not transitive and cue.kind == "compare":
            # "While A is fast, B has a higher F1"; where nothing was named before, any other line may be meant.
            theirs, behind = merged([m for m in earlier if m.axis == axis]) - mine, []
            unsaid = bool(mine) and not theirs
            theirs = theirs or rivals(sheet, axis, mine)
        among_all = _AMONG_ALL.search(claim[at : at + _AHEAD])
        if mine and (among_all or (not theirs and _OTHERS.match(claim[at : clause.end]))):
            theirs, others, behind = rivals(sheet, axis, mine), True, []
        theirs = theirs - mine or theirs
        if not mine or not theirs or mine & theirs:
            continue
        if cue.passive and re.match(r"\s*by\b", rest):
            mine, theirs = theirs, mine
        used = {id(m) for m in (*before, *behind)}
        for m in within(mentions, clause.start, clause.end, axis):
            if id(m) not in used and mine & m.lines and theirs & m.lines:
                mine, theirs = mine & m.lines, theirs & m.lines  # "for training": of both
        context = [m for m in within(mentions, clause.start, clause.end) if id(m) not in used] or list(earlier)
        across, named = across_lines(sheet, axis, context, cue, rest)
        return Operands(
            axis,
            mine,
            theirs,
            across,
            named,
            sum(m.specific for m in (*before, *behind)),
            others,
            sure((*before, *behind), sheet),
            unsaid,
        )
    return None


def of_superlative(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """The subject of "best" and the like, and the lines it is held against."""
    if _OF_STEPS.search(claim[cue.end : cue.end + _BEHIND]):
        return None  # "the largest drop"
    here = within(mentions, clause.start, clause.end)
    for axis in entity_axes(sheet):
        own = [m for m in here if m.axis == axis]
        before = subject_of(claim, [m for m in own if m.end <= cue.start])
        subject = before or run_of(claim, [m for m in own if m.start >= cue.end])
        subject = subject or [m for m in earlier if m.axis == axis]
        mine = merged(subject)
        theirs = rivals(sheet, axis, mine)
        if not mine or not theirs:
            continue
        context = [m for m in here if m.axis != axis] or [m for m in earlier if m.axis != axis]
        across, named = across_lines(sheet, axis, context, cue, claim[cue.end : clause.end])
        return Operands(axis, mine, theirs, across, named, sum(m.specific for m in subject), True, sure(subject, sheet))
    return None


def of_change(
    claim: str, sheet: Sheet, clause: Clause, cue: Cue, mentions: Sequence[Mention], earlier: Sequence[Mention]
) -> Operands | None:
    """The two sides of "improves": its two ends ("from A to B"), the subject and what follows "over", the same lines with and
    without what the subject names, or the subject and the line that is called the base."""
    if ends := _from_to(claim, sheet, clause, cue, mentions):
        return ends
    if _THAN.search(claim[cue.end : clause.end]):
        direct = of_comparison(claim, sheet, clause, cue, mentions, earlier)
        if direct is not None and direct.specific:
            return direct
    if paired := with_and_without(claim, sheet, clause, cue, mentions):
        return paired
    if _NOTED.search(clause.text):
        return None
    for axis in entity_axes(sheet):
        before = subject_of(claim, within(mentions, clause.start, cue.start, axis))
        mine = merged(before)
        headers = sheet.headers[axis].items()
        base = frozenset(n for n, h in headers if n not in mine and h and _BASE.fullmatch(h[-1].strip()))
        if mine and len(base) == 1:
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
