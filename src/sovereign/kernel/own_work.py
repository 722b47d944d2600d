"""A claim against its own work: a figure that a work states for its own change against those that its tables and text give.

A change is read from one sentence ("from 535 to 462"), or worked out from two that state a thing with and without one and the same
part, or under a plain condition and under another. What the sentences of one work give is held against what it claims.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, permutations
from typing import NamedTuple

from sovereign.checks import setting_differences
from sovereign.language.quantities import base_value, dimension
from sovereign.language.words import content_stems
from sovereign.records import Claim, Disagreement, Quantity, Result, Side

from .rows import USABLE, metric_name

FACTOR = 1.5  # between two changes that differ
LIKE = 1.2  # and between two that are alike
_WITHOUT = re.compile(
    r"\b(?:un|non-?)(?P<part>[a-z]{4,})|\b(?:without|no)\s+(?:the\s+)?(?P<left>[\w-]{4,})", re.IGNORECASE
)
_PLAIN = re.compile(r"\b(?:a|one|single|alone|without)\b", re.IGNORECASE)
_GIVEN = re.compile(r"^(?:when|with|if|for|using|given)\b", re.IGNORECASE)
_VERSION = re.compile(
    r"\b(?:first|second|third|earlier|later|previous|original|older|newer|latest)\s+(?:\w+\s+)?versions?\b", re.I
)
_MOST_CHANGES = 6


class Level(NamedTuple):
    """An absolute figure that a claim states: of what, in what metric, phase and model, and under which further condition."""

    claim: Claim
    name: str
    quantity: Quantity
    metric: str
    phase: str
    model: str
    condition: str


class Change(NamedTuple):
    """A change in percent that figures of a work give; below 0 it is a decrease. ``condition`` is one that only it names."""

    claims: tuple[Claim, ...]
    metric: str
    phase: str
    percent: float
    figures: str
    condition: str = ""


def own_work(claims: Sequence[Claim], metrics: Collection[str] | None = None) -> tuple[Disagreement, ...]:
    """The changes that works claim and that their own figures do not give, or give only under a condition that is left out.

    ``metrics`` are those that matter; all of them where none are given. Two figures in different settings of the same work
    (another batch size, another model) are no conflict.
    """
    return within([c for c in claims if c.verdict in USABLE], metrics)


def within(claims: Sequence[Claim], metrics: Collection[str] | None = None) -> tuple[Disagreement, ...]:
    """The same of claims that nobody checked, such as all of a library."""

    def wanted(metric: str | None) -> bool:
        return metric is not None and (not metrics or metric in metrics)

    found: list[Disagreement] = []
    for _, group in groupby(sorted(claims, key=lambda c: c.quote.source_id), key=lambda c: c.quote.source_id):
        of_one = list(group)
        given = [c for c in (*_stated(of_one), *_worked_out(of_one)) if wanted(c.metric)]
        for claim in of_one:
            for result in claim.results:
                if wanted(result.metric) and _is_change(result):
                    found += _against(claim, result, given)
        found += [d for c in of_one if not metrics or c.metric in metrics for d in _against_tables(c)]
    # Two sentences that both claim a change are each held against the other: that is one disagreement.
    once = {(frozenset(i for side in d.sides for i in side.claim_ids), d.metric): d for d in reversed(found)}
    return tuple(d for d in found if any(d is kept for kept in once.values()))


def _is_change(result: Result) -> bool:
    """Whether a result is a change in percent that nothing else in its sentence backs."""
    return (
        result.ratio is not None
        and result.comparator in (None, "before")
        and result.comparator_value is None
        and result.direction in ("increase", "decrease")
    )


def _against(claim: Claim, result: Result, given: Sequence[Change]) -> Iterator[Disagreement]:
    claimed = 100 * ((result.ratio or 1.0) - 1)
    others = [
        c for c in given
        if c.metric == result.metric and (c.percent > 0) == (claimed > 0) and all(o.quote.text != claim.quote.text for o in c.claims)
        and not any(setting_differences(claim.text, o.text) for o in c.claims if not c.condition)
    ]  # fmt: skip
    plain = [c for c in others if not c.condition and _apart(c.percent, claimed) >= FACTOR]
    agreeing = [c for c in others if _apart(c.percent, claimed) < LIKE]
    # A claim that states a condition of its own leaves none out.
    conditional = [] if _condition(claim) else [c for c in agreeing if c.condition]
    if plain:
        places = list(dict.fromkeys(o.quote.where or o.quote.section for c in plain for o in c.claims))
        why = "two figures of one work for its own change; the text does not say that they measure different things"
        item = _disagreement(claim, result, claimed, plain, places, why)
        if any(_of_version(claim) != _of_version(o) for c in plain for o in c.claims):
            update = {
                "type": "different_version",
                "why": "one of them is of another version of the work, as its sentence says",
            }
            item = item.model_copy(update=update)
        yield item
    elif conditional and len(conditional) == len(agreeing):
        places = list(dict.fromkeys(o.quote.where or o.quote.section for c in conditional for o in c.claims))
        named = "; ".join(dict.fromkeys(f"“{c.condition}”" for c in conditional))
        why = f"its figures give this change only under a condition that it does not name: {named}"
        yield _disagreement(claim, result, claimed, [*conditional, *_bare(result, conditional)], places, why)


def _of_version(claim: Claim) -> bool:
    """Whether a sentence says that it is of a certain version of its work."""
    return _VERSION.search(claim.text) is not None


def _bare(result: Result, conditional: Sequence[Change]) -> Iterator[Change]:
    """What the plain case, from which the conditional changes begin, gives against something else."""
    for origin in {c.claims[0].id: c.claims[0] for c in conditional}.values():
        for r in origin.results:
            if r.metric == result.metric and r.ratio is not None and r.comparator_value and r.value:
                figures = f"{r.value.text} against {r.comparator_value.text} of {r.comparator}"
                plain = "; ".join(origin.setting.conditions)
                yield Change((origin,), r.metric or "", r.condition or "", 100 * (r.ratio - 1), figures, plain)


def _stated(claims: Sequence[Claim]) -> Iterator[Change]:
    """Changes from one figure to another in one sentence, and changes in percent of other sentences."""
    for claim in claims:
        for r in claim.results:
            if (
                r.metric
                and r.ratio is not None
                and r.comparator in (None, "before")
                and r.direction in ("increase", "decrease")
            ):
                figures = f"{r.comparator_value.text} to {r.value.text}" if r.comparator_value and r.value else ""
                phase = r.condition or claim.setting.phase or ""
                yield Change((claim,), r.metric, phase, 100 * (r.ratio - 1), figures)


def _worked_out(claims: Sequence[Claim]) -> Iterator[Change]:
    """Changes between two absolute figures of one work."""
    levels = [level for claim in claims for level in _levels(claim)]
    for a, b in permutations(levels, 2):
        if (
            a.claim.quote.text == b.claim.quote.text
            or (a.metric, a.phase, a.model) != (b.metric, b.phase, b.model)
            or dimension(a.quantity.unit) != dimension(b.quantity.unit)
            or not base_value(a.quantity)
            or base_value(a.quantity) == base_value(b.quantity)
        ):
            continue
        percent = 100 * (base_value(b.quantity) / base_value(a.quantity) - 1)
        figures = f"{_number(a.quantity, b.quantity)} to {b.quantity.text}"
        if _switched(a.name, b.name) and a.condition == b.condition:
            yield Change((a.claim, b.claim), a.metric, a.phase, percent, figures)
        elif content_stems(a.name) == content_stems(b.name) and _narrowed(a.condition, b.condition):
            yield Change((a.claim, b.claim), a.metric, a.phase, percent, figures, b.condition)


def _number(first: Quantity, then: Quantity) -> str:
    """The first of two figures, without its unit where that is the other's."""
    number, _, unit = first.text.partition(" ")
    return number if unit and then.text.endswith(unit) else first.text


def _levels(claim: Claim) -> Iterator[Level]:
    model, condition = _model(claim), _condition(claim)
    for r in claim.results:
        quantity = r.value
        if r.metric and r.subject and quantity and quantity.bound == "exact" and quantity.upper is None:
            if quantity.unit in ("%", "x", "") or r.comparator == "before":
                continue
            phase = next((p for p in ("training", "inference") if p in (r.condition or "")), claim.setting.phase or "")
            yield Level(claim, r.subject, quantity, r.metric, phase, model, condition)


def _model(claim: Claim) -> str:
    setting = claim.setting
    return setting.model or (setting.scale.text if setting.scale else "")


def _condition(claim: Claim) -> str:
    """The conditions that a claim's sentence names, beside model and phase."""
    said = content_stems(f"{_model(claim)} inference training decoding serving")
    return "; ".join(c for c in claim.setting.conditions if content_stems(c) - said)


def _switched(without: str, with_: str) -> bool:
    """Whether the first name is the second without a part of it: "unoptimised X" and "X with the optimisation"."""
    for match in _WITHOUT.finditer(without):
        part = content_stems(match["part"] or match["left"])
        rest = content_stems(without[: match.start()] + without[match.end() :])
        if part and part <= content_stems(with_) and rest <= content_stems(with_) and not _WITHOUT.search(with_):
            return True
    return False


def _narrowed(plain: str, condition: str) -> bool:
    """Whether the second condition is one that the plain case does not have: "for a single model", "when two models share …"."""
    if not condition or plain == condition or not _GIVEN.match(condition) or _PLAIN.match(_bare_words(condition)):
        return False
    shared = content_stems(plain) & content_stems(condition)
    return not plain or (bool(_PLAIN.search(plain)) and bool(shared))


def _bare_words(condition: str) -> str:
    return _GIVEN.sub("", condition).strip()


def _apart(one: float, two: float) -> float:
    """How many times larger one change is than the other."""
    low, high = sorted((abs(one), abs(two)))
    return high / low if low > 0.001 else float("inf")


def _disagreement(
    claim: Claim, result: Result, claimed: float, changes: Sequence[Change], places: Sequence[str], why: str
) -> Disagreement:
    metric = metric_name(result.metric or "", None)
    here = claim.quote.where or claim.quote.section
    apart = [p for p in places if p != here]
    subject = f"{here} against {', '.join(apart)} of one work" if here and apart else "two sentences of one work"
    sides = [Side(statement=_said(claimed, metric, "", ""), claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))]
    for change in _distinct(changes)[:_MOST_CHANGES]:
        condition = ", ".join(filter(None, (change.phase, change.condition[:1].lower() + change.condition[1:])))
        sides.append(
            Side(
                statement=_said(change.percent, metric, change.figures, condition),
                claim_ids=tuple(dict.fromkeys(c.id for c in change.claims)),
                source_ids=(claim.quote.source_id,),
            )
        )
    return Disagreement(subject=subject, metric=metric, kind="magnitude", sides=tuple(sides), why=why, type="own_work")


def _distinct(changes: Sequence[Change]) -> list[Change]:
    return list({(c.figures, round(c.percent, 1)): c for c in changes}.values())


def _said(percent: float, metric: str, figures: str, condition: str) -> str:
    amount = f"{abs(percent):.1f}% {'less' if percent < 0 else 'more'} {metric}"
    if abs(percent) < 0.05:
        amount = f"the same {metric}"
    within = ", ".join(filter(None, (figures, condition)))
    return amount + (f" ({within})" if within else "")


def _against_tables(claim: Claim) -> Iterator[Disagreement]:
    """A claim that tables of its own work go against."""
    for evidence in claim.verification.evidence if claim.verification else ():
        rationale = evidence.rationale
        if rationale is None or evidence.verdict != "CONTRADICT" or evidence.relation != "own_work":
            continue
        metric = metric_name(claim.metric, None) if claim.metric else "result"
        sides = (claim.text, f"{rationale.label or 'a table'}: {rationale.computation.expression}")
        yield Disagreement(
            subject=f"{claim.quote.section or 'the text'} against {rationale.label or 'a table'} of one work",
            metric=metric,
            kind="direction" if rationale.computation.operation in ("comparison", "best", "ranking") else "magnitude",
            sides=tuple(Side(statement=s, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,)) for s in sides),
            why="the work's own table says otherwise",
            type="own_work",
        )
