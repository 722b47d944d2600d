"""Sentences of an abstract that speak of the record alone: what was read, what stays open, how sure the answer is.

Each follows from the record by a function, so that a reader of the record can write it again and compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sovereign.records import Answer, AnswerSentence, Claim, FacetAnswer, Paper, Plan

from .wording import capital, counted, series

OPEN = 2
_STATES = {
    "ANSWERED": "is answered",
    "PARTLY_ANSWERED": "is answered only in part",
    "NOT_ANSWERABLE": "is not answered",
}
_DEPTHS = {
    "full_text": "in full",
    "table": "in a table",
    "abstract": "in an abstract",
    "note": "in a note on the work rather than in the work itself",
    "measurement": "as a measurement",
}


class Told(NamedTuple):
    """What the sentences follow from. ``answer`` needs no abstract yet; ``seen`` works came into view, ``papers`` were read."""

    answer: Answer
    plan: Plan
    claims: Sequence[Claim]
    papers: Sequence[Paper]
    seen: int

    def name(self, facet_id: str) -> str:
        """A facet by its words in the question."""
        facet = next((f for f in self.plan.facets if f.id == facet_id), None)
        return f"the range of {facet.text}" if facet and facet.kind == "scale" else facet.text if facet else facet_id


def of_record(told: Told) -> tuple[str, ...]:
    """Every sentence about the record alone that its abstract may hold, word for word, as the record gives them now."""
    return tuple(
        s.text
        for s in (
            cannot(told),
            no_metric(told),
            *states(told),
            *still_open(told),
            *how_sure(told),
            needed(told),
            works(told),
        )
    )


def cannot(told: Told) -> AnswerSentence:
    """The first sentence of an answer that has none."""
    empty = [told.name(f.facet_id) for f in told.answer.facets if f.state == "NOT_ANSWERABLE"]
    what = f" that speaks of {series(empty)}" if empty else " that answers it"
    read = f"the {counted(len(told.papers), 'work')} that {'was' if len(told.papers) == 1 else 'were'} read" if told.papers else "what was found, as no work could be read"  # fmt: skip
    whole = " as a whole" if len(empty) < len(told.answer.facets) else ""
    return _said(f"The question{whole} cannot be answered: nothing{what} was found in {read}")


def no_metric(told: Told) -> AnswerSentence:
    """The first sentence where the question names no metric: what there is can be told, and not be weighed."""
    names = [told.name(f.facet_id) for f in told.answer.facets if f.state != "NOT_ANSWERABLE"]
    ids = {i for f in told.answer.facets for s in f.sentences for i in s.claim_ids}
    used = [c for c in told.claims if c.id in ids]
    state = {c.quote.source_id for c in used}
    return _said(
        f"The question names no metric that is known here, so its figures are not weighed against each other; it is answered by what "
        f"{counted(len(state), 'work')} {'states' if len(state) == 1 else 'state'} of {series(names) or 'it'}, in "
        f"{counted(len(used), 'statement')} quoted below"
    )


def state_words(facet: FacetAnswer) -> str:
    """ "is answered on the measured CPU and only in part on GPUs"."""
    if not facet.parts:
        return _STATES[facet.state]
    said = [f"{_STATES[p.state].removeprefix('is ')} {p.scope.partition(',')[0]}" for p in facet.parts]
    return f"is {series(said)}"


def states(told: Told) -> tuple[AnswerSentence, ...]:
    """How far each facet is answered, those alike together."""
    alike: dict[str, list[str]] = {}
    for facet in told.answer.facets:
        alike.setdefault(state_words(facet), []).append(told.name(facet.facet_id))
    said = [f"{series(names)} {words if len(names) == 1 else 'are' + words.removeprefix('is')}" for words, names in alike.items()]  # fmt: skip
    return (_said(f"Of what was asked, {'; '.join(said)}"),) if said else ()


def still_open(told: Told) -> tuple[AnswerSentence, ...]:
    """What is not known: the first open points, and how many more there are."""
    points = list(dict.fromkeys(p.text.rstrip(".") for p in told.answer.open_points))
    if not points:
        return ()
    more = len(points) - OPEN
    rest = f"; {counted(more, 'further open point')} {'is' if more == 1 else 'are'} listed below" if more > 0 else ""
    return (_said(f"What is not known: {'; '.join(_inside(p, told.plan) for p in points[:OPEN])}{rest}"),)


def how_sure(told: Told) -> tuple[AnswerSentence, ...]:
    """How sure each facet is and by which rule, those alike together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in told.answer.sureness:
        if one.degree != "none":
            alike.setdefault((one.degree, one.rule), []).append(told.name(one.facet_id))
    said = [f"{degree} for {series(names)} ({rule})" for (degree, rule), names in alike.items()]
    return (_said(f"Confidence is {', and '.join(said)}"),) if said else ()


def works(told: Told) -> AnswerSentence:
    """How many works were seen and read, how deep those behind the answer were read, and how many statements are confirmed."""
    cited = set(told.answer.cited())
    used = [c for c in told.claims if c.id in cited]
    seen, read = counted(told.seen, "work"), f"{len(told.papers)} {'was' if len(told.papers) == 1 else 'were'} read"
    first = f"Of the {seen} that the search found, {read}" if told.seen else "The search found no work"
    if not used:
        return _said(f"{first}, and no statement of these carries the answer" if told.papers else first)
    by_depth = {
        depth: len({c.quote.source_id for c in used if c.quote.depth == depth})
        for depth in dict.fromkeys(c.quote.depth for c in used)
    }
    deep = series([f"{number} {_DEPTHS[depth]}" for depth, number in by_depth.items()])
    sources = counted(len({c.quote.source_id for c in used}), "work")
    verified = sum(c.verified for c in used)
    confirmed = f"{verified or 'none'} {'is' if verified == 1 else 'are' if verified else 'is'}"
    return _said(
        f"{first}; the answer uses {counted(len(used), 'statement')} of {sources} ({deep}), and {confirmed} confirmed by "
        "evidence other than the sentence it was taken from"
    )


def needed(told: Told) -> AnswerSentence:
    """What would settle what is open."""
    needs = list(dict.fromkeys(p.needs for p in told.answer.open_points if p.needs))
    return _said(
        f"It would take {series(needs)} to settle what is open" if needs else "Nothing that was asked is left open"
    )


def _inside(text: str, plan: Plan) -> str:
    """A sentence of ours inside another: its first letter is small, unless the question writes the word so."""
    word = text.split(" ", 1)[0]
    return text if not word[1:].islower() or word in plan.question else text[:1].lower() + text[1:]


def _said(text: str) -> AnswerSentence:
    return AnswerSentence(text=f"{capital(text)}.", of_record=True)
