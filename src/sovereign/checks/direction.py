"""Check ``direction``: does the same thing change the same way?

Sees: more and less of a metric with its sense (a lower latency is a higher throughput), who is compared with whom, and,
for any words, whether the words of change that stand beside the same words point the same way.
Cannot see: directions that only follow from the sense of a word outside its tables.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from sovereign.language.words import content_stems, word_set
from sovereign.records import CheckOutcome, Direction, Result

from .number import inverse
from .outcome import checked
from .roles import check_roles
from .view import View, view
from .ways import Way

_OPPOSITE: dict[Direction, Direction] = {"increase": "decrease", "decrease": "increase", "equal": "equal"}
# Content words on either side of a word of change that say what changes, those that are close, and how far to look.
_REACH, _CLOSE, _FAR = 3, 2, 9
_PRONOUNS = word_set("it them")

# "aligned": the same words in the same order; "mixed": some the same, some opposite.
Found = Literal["aligned", "same", "opposite", "mixed", "unclear", "none"]


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


# "is outperformed by B", but not "is beaten by 2 points".
_BEATEN = re.compile(
    r"\b(?:is|are|was|were|be|been)\b[^,;]*\b(?:outperformed|beaten|surpassed|exceeded)\s+by\s+(?!(?:about |up to |over )?\d)"
)


def check_direction(claim: str, evidence: str) -> CheckOutcome:
    """Compare words of change, and results with one metric; where the two readings differ it is unclear."""
    mine, theirs = view(claim), view(evidence)
    words, roles = _by_words(mine, theirs), check_roles(claim, evidence).outcome
    if words == "none" and not mine.figures:
        return checked("direction", "not_applicable", "the claim names no change")
    one_voice = bool(_BEATEN.search(mine.text)) == bool(_BEATEN.search(theirs.text))
    if one_voice and words == "aligned" and roles in ("pass", "not_applicable"):
        return checked("direction", "pass", "words of change point the same way")
    results, turned = _by_results(mine, theirs)
    if not one_voice:
        # The same words in the other voice point the other way, so only who is above whom can tell.
        return _outcome("unclear" if results == "none" else results, "results of one metric")
    if results == "none":
        return _outcome(words, "words of change")
    said_same, said_opposite = words in ("same", "aligned"), words in ("opposite", "mixed")
    if (results == "same" and said_opposite and not turned) or (
        results == "opposite" and said_same and roles != "fail"
    ):
        return checked("direction", "unclear", "results and words of change do not agree")
    return _outcome(results, "results of one metric")


def _outcome(found: Found, what: str) -> CheckOutcome:
    if found == "none":
        return checked("direction", "not_applicable", "the claim names no change")
    if found in ("same", "aligned"):
        return checked("direction", "pass", f"{what} point the same way")
    if found == "opposite":
        return checked("direction", "fail", f"{what} point opposite ways")
    return checked("direction", "unclear", f"{what}: no way to tell which way they point")


def _by_results(claim: View, evidence: View) -> tuple[Found, bool]:
    """Every result of the claim against those of the evidence; and whether one was swapped or of an inverse metric."""
    mine = [r for r in claim.parsed.results if r.direction]
    if not mine:  # then the evidence need not be read
        return "none", False
    theirs = [r for r in evidence.parsed.results if r.direction]
    verdicts: list[bool] = []
    turned = False
    for result in mine:
        rivals = [r for r in theirs if r.metric == result.metric] or [r for r in theirs if _one_metric(result, r)]
        near = [r for r in rivals if alike(result.subject, r.subject) or alike(result.subject, r.comparator)] or rivals
        if result.direction == "equal" and result.comparator is None:
            # "X adds no latency" says nothing of what others add, even where they are compared with X.
            near = [r for r in near if alike(result.subject, r.subject)]
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
    """A word of change: the word right after it, content words close to it, around it and after it."""

    way: Way
    next: str | None
    close: frozenset[str]
    near: frozenset[str]
    after: frozenset[str]

    def beside(self, other: _Change) -> int:
        """How many words the other shares; those after it count twice, the next one thrice: they say what changes.

        None where the next word is not close to the other: "increased dose" is no increase of anything else.
        """
        if self.next is not None and self.next not in other.close:
            return 0
        right_after = self.next is not None and self.next == other.next
        return len(self.near & other.near) + len(self.after & other.after) + right_after


def _changes(seen: View) -> list[_Change]:
    """Words of change with the content words around them."""
    found: list[_Change] = []
    content = [(i, word.stems) for i, word in enumerate(seen.words) if word.stems]
    for i, word in enumerate(seen.words):
        if word.way:
            left = [stems for at, stems in content if i - _FAR < at < i][-_REACH:]
            right = [stems for at, stems in content if i < at < i + _FAR][:_REACH]
            following = seen.words[i + 1] if i + 1 < len(seen.words) else None
            change = _Change(
                way=word.way,
                next=following.stems[0] if following and following.stems else None,
                close=_flat(left[-_CLOSE:] + right[:_CLOSE]),
                near=_flat(left + right),
                after=_flat(right),
            )
            if following and following.text in _PRONOUNS and found:
                change = _of_the_same(change, found[-1])
            found.append(change)
    return found


def _of_the_same(change: _Change, before: _Change) -> _Change:
    """ "Hurt accuracy of small models but improved it for large ones": "it" is what the change before was of."""
    thing = {before.next} if before.next else set()
    return change._replace(
        next=before.next, close=change.close | thing, near=change.near | thing, after=change.after | thing
    )


def _flat(stems: list[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(s for group in stems for s in group)


def _by_words(claim: View, evidence: View) -> Found:
    """Each word of change of the claim against those on its axis that stand beside most of the same words."""
    mine, theirs = _changes(claim), _changes(evidence)
    if not mine:
        return "none"
    aligned = [c.way for c in mine] == [c.way for c in theirs]
    if aligned and all(a.beside(b) or not a.near for a, b in zip(mine, theirs, strict=True)):
        return "aligned"
    answers = {_answer(change, theirs) for change in mine}
    if len(answers) == 1:
        return answers.pop()
    if answers == {"same", "opposite"}:
        return "opposite"
    return "mixed" if answers & {"opposite", "mixed"} else "unclear"


def _answer(change: _Change, others: list[_Change]) -> Found:
    axis = [o for o in others if "same" in (change.way.axis, o.way.axis) or o.way.axis == change.way.axis]
    most = max((change.beside(o) for o in axis), default=0)
    if not most:
        return "unclear"
    agree = {o.way.sign == change.way.sign for o in axis if change.beside(o) == most}
    return "mixed" if len(agree) == 2 else "same" if agree.pop() else "opposite"
