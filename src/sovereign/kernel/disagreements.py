"""Where sources do not agree: found from the figures, with what differs between the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from sovereign.language.quantities import base_value, dimension
from sovereign.records import Claim, Disagreement, DisagreementType, Paper, Result, Side

from .aspects import Aspects, measures, phase
from .causes import cause
from .disputes.protocol import Typing, key_of, typed
from .independence import papers_by_id, same_title
from .own_work import own_work
from .rows import USABLE, Row, differences, grouped, metric_name, setting_text, thing_key
from .versions import version_changes
from .wording import times

MOST = 12
PER_SUBJECT = 2
SAME = 0.02
FACTOR = 1.5
LEVEL_FACTOR = 1.4


def disagreements(
    claims: Sequence[Claim], rows: Sequence[Row], aspects: Aspects, papers: Sequence[Paper] = ()
) -> tuple[Disagreement, ...]:
    """Those between different works before those within one; opposite directions first, then sizes, then absolute figures."""
    known = papers_by_id(papers)
    found = sorted(
        [
            *_of_rows(rows, known),
            *_of_versions(claims, papers),
            *_within_works(claims, aspects),
            *_of_levels(claims, aspects, known),
        ],
        key=lambda f: f.rank,
    )
    kept: list[_Found] = []
    for item in found:
        similar = sum(k.about == item.about for k in kept)
        if similar < PER_SUBJECT and not any(_claims(k.item) == _claims(item.item) for k in kept):
            kept.append(item)
    return tuple(k.item for k in kept[:MOST])


class _Found(NamedTuple):
    """A disagreement, its rank, and what it is about: few are shown of each."""

    rank: tuple[bool, int, float, str]
    about: tuple[object, ...]
    item: Disagreement


def _claims(item: Disagreement) -> frozenset[str]:
    return frozenset(i for side in item.sides for i in side.claim_ids)


def _side(claim: Claim, statement: str) -> Side:
    return Side(statement=statement, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))


def _rank(kind: int, a: Claim, b: Claim, size: float) -> tuple[bool, int, float, str]:
    return a.quote.source_id == b.quote.source_id, kind, -size, a.id


def _of_rows(rows: Sequence[Row], papers: dict[str, Paper]) -> Iterable[_Found]:
    for group in grouped(rows).values():
        for a, b in combinations(group, 2):
            if a.claim.id == b.claim.id or a.claim.quote.text == b.claim.quote.text:
                continue
            opposed = {a.direction, b.direction} == {"increase", "decrease"} and not any(flat(r) for r in (a, b))
            split = (
                "equal" in (a.direction, b.direction)
                and a.direction != b.direction
                and not any(flat(r) for r in (a, b) if r.direction != "equal")
            )
            size = _excess(a, b)
            if not (opposed or split or size >= FACTOR * 2):
                continue
            kind: Literal["direction", "magnitude"] = "direction" if opposed or split else "magnitude"
            # Opposite findings in one and the same setting say more than those that a setting may explain.
            apart, said = differences(a, b), _typing(a, b)
            kind_rank = 1 if kind == "magnitude" else 0 if apart else -1
            yield _Found(
                _rank(kind_rank, a.claim, b.claim, size),
                a.key,
                Disagreement(
                    subject=f"{a.subject} against {a.comparator}", metric=metric_name(a.metric, a.phase), kind=kind,
                    sides=(_side(a.claim, row_text(a)), _side(b.claim, row_text(b))), why=cause(apart or said.apart, a.claim, b.claim, papers),
                    type=_type(said, apart, a.claim, b.claim, papers),
                ),
            )  # fmt: skip


def _typing(a: Row, b: Row) -> Typing:
    """What the typed keys of two rows allow to say; whoever made the rows said already that they compare the same two things."""
    one, two = (
        key_of(
            r.claim,
            Result(subject=r.subject, comparator=r.comparator, metric=r.metric, condition=r.condition),
            *r.key[2:],
        )
        for r in (a, b)
    )
    return typed(one, two)


def _type(said: Typing, apart: Sequence[str], a: Claim, b: Claim, papers: dict[str, Paper]) -> DisagreementType:
    """Versions of one work first; then what the keys say, where any other named difference is one of setting."""
    first, second = papers.get(a.quote.source_id), papers.get(b.quote.source_id)
    if a.quote.source_id == b.quote.source_id:
        return (
            "own_work"
            if said.type == "real_disagreement" and not apart
            else said.type
            if said.apart
            else "different_setting"
        )
    if first and second and same_title(first, second):
        return "different_version"
    return "different_setting" if said.type == "real_disagreement" and apart else said.type


def flat(row: Row) -> bool:
    """Whether a ratio is so near 1 that it says no difference."""
    return row.ratio is not None and abs(row.ratio - 1) < SAME


def _excess(a: Row, b: Row) -> float:
    """How many times larger one effect is than the other: 30 % and 3 % more differ by a factor of 10."""
    if a.ratio is None or b.ratio is None or a.direction != b.direction:
        return 0.0
    one, two = abs(a.ratio - 1), abs(b.ratio - 1)
    return max(one, two) / min(one, two) if min(one, two) > 0.001 else 0.0


def row_text(row: Row) -> str:
    """A row in words: "Adapter: 1.3 times the latency of B (GPT-2 medium, batch size 1)"."""
    where = setting_text(row)
    if row.ratio is not None and flat(row):
        amount = f"the same {metric_name(row.metric, row.phase)} as"
    elif row.ratio is not None:
        amount = f"{times(row.ratio)} times the {metric_name(row.metric, row.phase)} of"
    else:
        amount = {
            "increase": f"more {metric_name(row.metric, row.phase)} than",
            "decrease": f"less {metric_name(row.metric, row.phase)} than",
        }.get(row.direction or "", f"the same {metric_name(row.metric, row.phase)} as")
        amount = f"{row.value.text}: {amount}" if row.value else amount
    return f"{row.subject}: {amount} {row.comparator}" + (f" ({where})" if where else "")


def _of_versions(claims: Sequence[Claim], papers: Sequence[Paper]) -> Iterable[_Found]:
    """What changed between the versions of a work that were read."""
    by_id = {c.id: c for c in claims}
    for item in version_changes([c for c in claims if c.verdict in USABLE], papers):
        older, newer = (by_id[side.claim_ids[0]] for side in item.sides)
        yield _Found(_rank(0, older, newer, 0.0), (item.subject, item.metric), item)


def _within_works(claims: Sequence[Claim], aspects: Aspects) -> Iterable[_Found]:
    """One work, two figures for its own change: the abstract's 30 % and a table's 14 %."""
    by_id = {c.id: c for c in claims}
    for item in own_work(claims, {f.metric for f in aspects.measured if f.metric}):
        first = by_id[item.sides[0].claim_ids[0]]
        yield _Found(_rank(0, first, first, 0.0), (first.quote.source_id, item.metric), item)


def _of_levels(claims: Sequence[Claim], aspects: Aspects, papers: dict[str, Paper]) -> Iterable[_Found]:
    """The same thing at the same model size, with absolute figures of different works that are far apart."""
    levels = []
    for claim in claims:
        if claim.verdict not in USABLE or claim.setting.scale is None:
            continue
        for result in claim.results:
            for quantity, name in ((result.value, result.subject), (result.comparator_value, result.comparator)):
                right = any(measures(result, claim.setting, f) for f in aspects.measured)
                if (
                    right
                    and quantity
                    and name
                    and quantity.upper is None
                    and quantity.bound == "exact"
                    and dimension(quantity.unit) in ("bytes", "time/token")
                ):
                    key = (
                        result.metric,
                        phase(result, claim.setting),
                        thing_key(name, aspects),
                        claim.setting.scale.value,
                    )
                    levels.append((key, claim, name, quantity, result))
    for (ka, a, name, qa, ra), (kb, b, other, qb, _) in combinations(levels, 2):
        # A rank or bit width in a name makes two things of one, unless the question asks for just that thing.
        asked = any(ka[2] == f.id for f in aspects.sides)
        if (
            ka != kb
            or not (asked or name.lower() == other.lower())
            or a.quote.source_id == b.quote.source_id
            or dimension(qa.unit) != dimension(qb.unit)
        ):
            continue
        ratio = base_value(qa) / base_value(qb) if base_value(qb) else 0.0
        if ratio and max(ratio, 1 / ratio) >= LEVEL_FACTOR:
            metric = metric_name(ra.metric or "", ka[1])
            scale = a.setting.scale.text if a.setting.scale else ""
            yield _Found(
                _rank(2, a, b, max(ratio, 1 / ratio)),
                ka,
                Disagreement(
                    subject=f"{name} at {scale}", metric=metric, kind="level",
                    sides=(_side(a, f"{qa.text} ({a.setting.model or scale})"), _side(b, f"{qb.text} ({b.setting.model or scale})")),
                    why=cause(_models(a, b), a, b, papers),
                    type=_type(Typing("real_disagreement", ()), _models(a, b), a, b, papers),
                ),
            )  # fmt: skip


def _models(a: Claim, b: Claim) -> tuple[str, ...]:
    """The models of two claims where they differ; their other settings may belong to other figures of the sentences."""
    one, two = a.setting.model, b.setting.model
    return (f"{one} against {two}",) if one and two and one.lower() != two.lower() else ()
