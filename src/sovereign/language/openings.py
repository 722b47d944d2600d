"""What opens a sentence: conditions ("On T, …"), who reports it ("We find that …"), a baseline ("Unlike B, …")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .names import is_reporter
from .verbs import BASE, FINITE
from .words import any_of

WORD = re.compile(r"[A-Za-z][\w'’-]*")
_MOST_STEPS = 7

# A comma inside a number ("2,000 nodes") closes nothing.
_TO_COMMA = r"(?:[^,;]|,(?=\d))*?"
_CONDITION = any_of(
    """on at in for with without during when while under after before from across averaged_over among by using per given
    over once if because although through within"""
)
_LEAD = re.compile(
    rf"^(?:(?i:{_CONDITION})|[A-Z][a-z]+ed (?:with|on|by|in|at|to|into|from|using|under)|[A-Z][a-z]+ing)\b"
    rf"(?P<inner>{_TO_COMMA}),\s+(?=\S)"
)
_PLACE_LEAD = re.compile(
    r"^In (?:the|an?|our|their|this) [\w\s,'-]{2,48}?"
    r"\b(?:papers?|experiments?|comparison|study|tests?|evaluation|benchmarks?|setting|measurements?|table|work)\b"
    r"(?:\s+(?:on|with|of|in|for)\s[^,]*,|,)?\s+(?=\S)"
)
_BASELINE_LEAD = re.compile(
    r"^(?:Against|Compared (?:with|to)|Relative to|In comparison (?:with|to)|Unlike|Versus)\s+(?P<name>[^,]+),\s+"
)
_CONTRAST_LEAD = re.compile(
    rf"^(?:While|Whereas|Although|Though|Where)\s+(?P<clause>(?=[^,;]*\d){_TO_COMMA}),\s+(?=\S)"
)
# "Compared to B, the previous system, A …"
_APPOSED = re.compile(r"^(?:the|an?)\s[^,]{3,80},\s+(?=[A-Z])")
_APPOSITION = re.compile(
    r"^(?P<head>[^,]{1,80}), (?:which|who|whose|where|named|called|a|an|the|our)\s[^,;]{2,160}, (?=(?P<verb>[a-z]+)\b)"
)
# "Across A, | B, and C, | the system …"; "On T, | evaluated with U, | the system …"
_LISTED = re.compile(
    r"(?:[^,;]{1,60},\s+){0,8}(?:and|or)\s+[^,;]{1,80},\s+"
    r"|(?:evaluated|tested|trained|measured|averaged)\b[^,;]{1,120},\s+"
)
# Openers that say nothing of the result.
DISCOURSE = re.compile(
    r"^(?:and\s+)?"
    + any_of(
        """specifically notably moreover furthermore additionally importantly interestingly remarkably surprisingly
        crucially consequently empirically first second third finally lastly overall however also further here thus
        therefore hence meanwhile conversely then next for_instance for_example in_fact in_particular in_addition
        in_contrast in_total in_summary in_turn in_practice as_a_result as_a_practical_payoff to_this_end by_contrast"""
    )
    + r",\s+",
    re.IGNORECASE,
)
_REPORT = any_of(
    """show demonstrat find found indicat reveal suggest confirm report observ prov identif establish conclud verif
    validat see note claim warn highlight illustrat argu stat"""
)
_REPORTING = re.compile(
    rf"^(?P<who>[^;]{{0,200}}?)\b{_REPORT}(?:s|es|ed|e|y|ies|ied|ing|n|wn)?\s+(?:\w+ly\s+)?that,?\s+"
)
_REPORTS = ("show", "find", "found", "warn", "report", "claim", "argu", "note")
# What is only expected or denied is no result.
_SUPPOSING = re.compile(
    r"^[^,;]{0,140}?\b(?:(?:hypothesi[sz]e|expect|assume|conjecture|speculate|believe|hope)[sd]?\s+that|whether"
    r"|(?:no|not|cannot|neither)\s[^,;]{0,60}\bthat)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Opening:
    """What a sentence opens with, and its ``rest``; ``contrast`` is an opening clause ("While B takes 40 s")."""

    rest: str
    conditions: tuple[str, ...] = ()
    baseline: str | None = None
    contrast: str = ""


def opening(sentence: str) -> Opening:
    """Take off what opens a sentence, one phrase after the other. Of a mere supposition, no rest is left."""
    rest, baseline, contrast = sentence, None, ""
    conditions: list[str] = []
    for _ in range(_MOST_STEPS):
        if (match := _APPOSITION.match(rest)) and (match["verb"] in FINITE or match["verb"].startswith(_REPORTS)):
            rest = f"{match['head']} {rest[match.end() :]}"
        elif match := DISCOURSE.match(rest):
            rest = rest[match.end() :]
        elif _SUPPOSING.match(rest):
            return Opening("", tuple(conditions), baseline)
        elif (match := _REPORTING.match(rest)) and _is_report(match["who"]):
            rest = rest[match.end() :]
        elif match := _BASELINE_LEAD.match(rest):
            baseline, rest = match["name"].strip(), _APPOSED.sub("", rest[match.end() :], count=1)
        elif not contrast and (match := _CONTRAST_LEAD.match(rest)) and _is_contrast(match):
            contrast, rest = match["clause"], rest[match.end() :]
        elif (match := _PLACE_LEAD.match(rest) or _LEAD.match(rest)) and _is_condition(match):
            end = _end_of_list(rest, match.end())
            conditions.append(rest[:end].strip().rstrip(","))
            rest = rest[end:]
        else:
            break
    return Opening(rest, tuple(conditions), baseline, contrast)


def has_verb(text: str) -> bool:
    """Whether a text has a word that can be a finite verb."""
    return any((word := w.lower()) in FINITE or word in BASE for w in WORD.findall(text))


def _is_report(who: str) -> bool:
    """Whether "… that" only says who reports: "we find that", but not "A takes 4 s and shows that"."""
    return is_reporter(who) or ("," not in who and not has_verb(who))


def _is_contrast(match: re.Match[str]) -> bool:
    """Whether an opening "While …," and what follows it are both clauses."""
    return has_verb(match["clause"]) and has_verb(match.string[match.end() :])


def _is_condition(match: re.Match[str]) -> bool:
    """Whether a phrase up to a comma is a condition: "On T, A takes …"; not "On T A takes 4 s, and B takes 9 s"."""
    rest = match.string[match.end() :]
    participial = match[0].split()[0].endswith(("ed", "ing"))
    if participial and any(w.lower() in FINITE for w in WORD.findall(match["inner"])):
        return False
    return has_verb(rest) and not re.match(r"(?:and|or|but|which|where|while|whereas|so|as well as)\b", rest)


def _end_of_list(text: str, end: int) -> int:
    """Where an opening phrase ends that is itself a list: "Across A, B, and C, the system …"."""
    more = _LISTED.match(text, end)
    if more and not any(w.lower() in FINITE for w in WORD.findall(more[0])) and has_verb(text[more.end() :]):
        return more.end()
    return end
