"""Check ``direction``: does the same thing change the same way?

Sees: more and less of a metric with its sense (a lower latency is a higher throughput), who is compared with whom, and,
for any words, whether the words of change that stand beside the same words point the same way.
Cannot see: directions that only follow from the sense of a word outside its tables.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sovereign.language.words import content_stems
from sovereign.records import CheckOutcome, Direction, Result

from .number import inverse
from .outcome import checked
from .roles import check_roles
from .view import View, view
from .ways import Way

_OPPOSITE: dict[Direction, Direction] = {"increase": "decrease", "decrease": "increase", "equal": "equal"}
_REACH, _FAR = 3, 9  # content words on either side of a word of change that say what changes, and how far to look

Found = Literal["same", "opposite", "mixed", "unclear", "none"]


def alike(a: str | None, b: str | None) -> bool:
    """Whether two phrases name one thing: one's content words hold the other's."""
    first, second = content_stems(a or ""), content_stems(b or "")
    return bool(first and second) and (first <= second or second <= first)


def oriented(claim: Result, evidence: Result) -> Direction | None:
    """The evidence's direction seen from the claim: turned round if the comparison is swapped or the metric inverse."""
    direction = evidence.direction
    if direction is None:
        return None
    if inverse(claim.metric, evidence.metric):
        direction = _OPPOSITE[direction]
    return _OPPOSITE[direction] if _swapped(claim, evidence) else direction


def _swapped(claim: Result, evidence: Result) -> bool:
    if not alike(claim.subject, evidence.comparator):
        return False
    if content_stems(claim.subject or "") == content_stems(evidence.subject or ""):
        return False
    return not alike(claim.subject, evidence.subject) or alike(claim.comparator, evidence.subject)


def check_direction(claim: str, evidence: str) -> CheckOutcome:
    """Compare results with one metric, and words of change; where the two readings differ it is unclear."""
    results, turned = _by_results(view(claim), view(evidence))
    words = _by_words(view(claim), view(evidence))
    if results == "none":
        found, reason = words, "words of change"
    elif results == "same":
        found = "unclear" if words in ("opposite", "mixed") and not turned else "same"
        reason = "results of one metric" if found == "same" else "results and words of change do not agree"
    else:
        swapped = check_roles(claim, evidence).outcome == "fail"
        found = "unclear" if results == "opposite" and words == "same" and not swapped else results
        reason = "results of one metric" if found == "opposite" else "results and words of change do not agree"
    if found == "none":
        return checked("direction", "not_applicable", "the claim names no change")
    if found in ("unclear", "mixed"):
        return checked("direction", "unclear", f"{reason}: no way to tell which way they point")
    if found == "same":
        return checked("direction", "pass", f"{reason} point the same way")
    return checked("direction", "fail", f"{reason} point opposite ways")


def _by_results(claim: View, evidence: View) -> tuple[Found, bool]:
    """Every result of the claim against those of the evidence; and whether one was swapped or of an inverse metric."""
    if not claim.figures and not any(w.way for w in claim.words):
        return "none", False
    mine = [r for r in claim.parsed.results if r.direction]
    theirs = [r for r in evidence.parsed.results if r.direction]
    verdicts: list[bool] = []
    turned = False
    for result in mine:
        rivals = [r for r in theirs if _one_metric(result, r)]
        near = [r for r in rivals if alike(result.subject, r.subject) or alike(result.subject, r.comparator)] or rivals
        if not near:
            continue
        agree = [r for r in near if oriented(result, r) == result.direction]
        turned = turned or any(_swapped(result, r) or inverse(result.metric, r.metric) for r in agree)
        verdicts.append(bool(agree))
    if not verdicts:
        return "none", False
    if all(verdicts):
        return "same", turned
    return ("unclear" if any(verdicts) else "opposite"), turned


def _one_metric(a: Result, b: Result) -> bool:
    if a.metric is None or b.metric is None:
        return False
    return a.metric == b.metric or inverse(a.metric, b.metric) or {a.metric, b.metric} == {"latency", "training_time"}


class _Change(NamedTuple):
    """A word of change: the content words around it, and those after it."""

    way: Way
    near: frozenset[str]
    after: frozenset[str]

    def beside(self, other: _Change) -> int:
        """How many words two of them share; those after them count twice, since they mostly say what changes."""
        return len(self.near & other.near) + len(self.after & other.after)


def _changes(seen: View) -> list[_Change]:
    """Words of change with the content words around them."""
    found = []
    content = [(i, word.stems) for i, word in enumerate(seen.words) if word.stems]
    for i, word in enumerate(seen.words):
        if word.way:
            before = frozenset(s for _, stems in [c for c in content if i - _FAR < c[0] < i][-_REACH:] for s in stems)
            after = frozenset(s for _, stems in [c for c in content if i < c[0] < i + _FAR][:_REACH] for s in stems)
            found.append(_Change(word.way, before | after, after))
    return found


def _by_words(claim: View, evidence: View) -> Found:
    """Each word of change of the claim against those on its axis that stand beside most of the same words."""
    mine, theirs = _changes(claim), _changes(evidence)
    if not mine:
        return "none"
    if [c.way for c in mine] == [c.way for c in theirs] and all(
        a.beside(b) or not a.near for a, b in zip(mine, theirs, strict=True)
    ):
        return "same"
    answers = {_answer(change, theirs) for change in mine}
    return (
        answers.pop()
        if len(answers) == 1
        else "opposite"
        if answers == {"same", "opposite"}
        else "mixed"
        if len(answers & {"opposite", "mixed"})
        else "unclear"
    )


def _answer(change: _Change, others: list[_Change]) -> Found:
    axis = [o for o in others if "same" in (change.way.axis, o.way.axis) or o.way.axis == change.way.axis]
    most = max((change.beside(o) for o in axis), default=0)
    if not most:
        return "unclear"
    agree = {o.way.sign == change.way.sign for o in axis if change.beside(o) == most}
    return "mixed" if len(agree) == 2 else "same" if agree.pop() else "opposite"
