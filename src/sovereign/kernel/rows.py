"""Comparisons of claims, turned so that they can be laid side by side.

A row is one comparison with the figures of one claim: subject over comparator. Rows about the comparator of the question are
turned so that it stands below the line, so "A takes 2.4 times the memory of B" and "B takes 0.4 times that of A" meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sovereign.checks import setting_differences
from sovereign.language.metrics import metrics
from sovereign.language.words import content_stems
from sovereign.records import Claim, Direction, Facet, Quantity, Result

from .aspects import Aspects, measures, phase, speaks_of, thing

_TURNED: dict[Direction | None, Direction | None] = {
    "increase": "decrease",
    "decrease": "increase",
    "equal": "equal",
    None: None,
}
USABLE = ("SUPPORT", "MIXED")


@dataclass(frozen=True)
class Row:
    """One comparison of one claim for one facet. ``key`` says of which two things and which metric it speaks."""

    claim: Claim
    facet: Facet
    metric: str
    phase: str | None
    subject: str
    comparator: str
    subject_key: str
    comparator_key: str
    value: Quantity | None
    comparator_value: Quantity | None
    direction: Direction | None
    ratio: float | None
    condition: str | None

    @property
    def key(self) -> tuple[str, str | None, str, str]:
        """Rows with one key can be compared."""
        return self.metric, self.phase, self.subject_key, self.comparator_key


def rows_of(claims: Iterable[Claim], aspects: Aspects) -> tuple[Row, ...]:
    """All comparisons of the usable claims for the metrics of the question, oriented, in the order of the claims."""
    found = []
    for claim in claims:
        if claim.verdict not in USABLE:
            continue
        for facet in aspects.measured:
            found += [
                _oriented(row, aspects)
                for result in claim.results
                if measures(result, claim.setting, facet) and (row := _row(claim, facet, result, aspects)) is not None
            ]
    return tuple(found)


def plain_rows(claims: Iterable[Claim], facet: Facet, aspects: Aspects) -> list[list[Row]]:
    """Comparisons of claims in whatever metric, by what they compare; for a question that names no metric."""
    found = [row for c in claims for r in c.results if (row := _row(c, facet, r, aspects)) is not None]
    return list(grouped(found).values())


def near(rows: Sequence[Row], aspects: Aspects) -> tuple[Row, ...]:
    """Rows about a side of the question, and rows about what such a row compares with it; the rest is another subject."""
    sides = aspects.sides
    own = [r for r in rows if any(speaks_of(p, f, aspects) for p in (r.subject, r.comparator) for f in sides)]
    keys = {k for r in own for k in (r.subject_key, r.comparator_key)}
    return tuple(r for r in rows if r.subject_key in keys or r.comparator_key in keys) if own else tuple(rows)


def _row(claim: Claim, facet: Facet, result: Result, aspects: Aspects) -> Row | None:
    if (
        not result.subject
        or not result.comparator
        or result.comparator == "before"
        or result.direction is None
        or not result.metric
    ):
        return None
    mine, theirs = thing_key(result.subject, aspects), thing_key(_variant(result, claim.text), aspects)
    if mine == theirs or not mine or not theirs:
        return None
    return Row(
        claim=claim, facet=facet, metric=result.metric, phase=phase(result, claim.setting), subject=result.subject,
        comparator=_LOOSE.sub("", result.comparator), subject_key=mine, comparator_key=theirs,
        value=result.value if result.comparator_value else None, comparator_value=result.comparator_value,
        direction=result.direction, ratio=result.ratio or _of_range(result), condition=result.condition,
    )  # fmt: skip


def _variant(result: Result, sentence: str) -> str:
    """ "S with A takes 5 GB against 9 GB with B" compares S with B, not B itself."""
    subject, comparator = result.subject or "", result.comparator or ""
    base, with_, _ = subject.partition(" with ")
    return f"{base} with {comparator}" if with_ and f" with {comparator}" in sentence else comparator


# "the X figures", "a fully fine-tuned one": words that stand for what was named before.
_LOOSE = re.compile(r"\s+(?:figures?|values?|one|ones|numbers?)$")


def _of_range(result: Result) -> float | None:
    """The middle of "4 % to 6 % slower"."""
    if (
        result.value is None
        or result.value.upper is None
        or result.value.unit != "%"
        or result.direction not in ("increase", "decrease")
    ):
        return None
    middle = (result.value.value + result.value.upper) / 200
    ratio = 1 + middle if result.direction == "increase" else 1 - middle
    return float(f"{ratio:.4g}") if ratio > 0 else None


def _oriented(row: Row, aspects: Aspects) -> Row:
    comparators, subjects = aspects.plan.of_kind("comparator"), aspects.plan.of_kind("subject", "topic")

    def names(phrase: str, facets: Sequence[Facet]) -> bool:
        return any(speaks_of(phrase, f, aspects) for f in facets)

    by_comparator = names(row.subject, comparators) and not names(row.comparator, comparators)
    by_subject = (
        names(row.comparator, subjects) and not names(row.subject, subjects) and not names(row.comparator, comparators)
    )
    return turned(row) if by_comparator or by_subject else row


def turned(row: Row) -> Row:
    """The same comparison seen from the other side."""
    return replace(
        row, subject=row.comparator, comparator=row.subject, subject_key=row.comparator_key, comparator_key=row.subject_key,
        value=row.comparator_value, comparator_value=row.value, direction=_TURNED[row.direction],
        ratio=None if row.ratio is None else float(f"{1 / row.ratio:.4g}"),
    )  # fmt: skip


def thing_key(phrase: str, aspects: Aspects) -> str:
    """One key for one thing: a facet's id if the phrase names just that, a method's name, or the words themselves."""
    alternatives = [thing(part) for part in re.split(r"\s+or\s+", phrase)]
    for facet in aspects.sides:
        if any(frozenset(facet.terms) == words for words in alternatives):
            return facet.id
    words = re.findall(r"[\w.+-]+", phrase.lower())
    for names in aspects.members.values():
        for name in sorted(names):
            if name in words or f"{name}s" in words:
                return name
    return " ".join(sorted(thing(phrase)))


def grouped(rows: Iterable[Row]) -> dict[tuple[str, str | None, str, str], list[Row]]:
    """Rows by key, in order of first appearance."""
    groups: dict[tuple[str, str | None, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    return groups


def metric_name(metric: str, phase_name: str | None) -> str:
    """ "training memory", "latency": the metric's label, with its phase where the label does not say it."""
    entry = metrics()[metric]
    return (
        entry.label
        if phase_name is None or entry.phase or entry.label.startswith(phase_name)
        else f"{phase_name} {entry.label}"
    )


def setting_text(row: Row) -> str:
    """The setting of a row in words: model, batch size, sequence length, what else its sentence opens with, the figure's own condition."""
    setting = row.claim.setting
    model = setting.model or (setting.scale.text if setting.scale else "")
    sizes = [("batch size", setting.batch_size), ("sequence length", setting.sequence_length)]
    named = [f"{name} {size}" for name, size in sizes if size is not None]
    # An opening phrase that says more than model, sizes and phase is a condition of the figure, so it is shown whole.
    said = content_stems(f"{model} {row.subject} batch size sequence length inference training decoding")
    openings = [c[:1].lower() + c[1:] for c in setting.conditions if content_stems(c) - said]
    parts = [p for p in (model, *named) if not any(p.lower() in o.lower() for o in openings)]
    parts += [*openings, *([row.condition] if row.condition else [])]
    return ", ".join(dict.fromkeys(p for p in parts if p))


def differences(a: Row, b: Row) -> tuple[str, ...]:
    """What differs between two rows: the settings of their sentences, the conditions of the figures, the things compared."""
    found = list(setting_differences(a.claim.text, b.claim.text))
    if a.condition != b.condition and a.condition and b.condition:
        found.append(f"{a.condition} against {b.condition}")
    for mine, theirs in ((a.subject, b.subject), (a.comparator, b.comparator)):
        if mine.lower() != theirs.lower():
            found.append(f"“{mine}” against “{theirs}”")
    return tuple(dict.fromkeys(found))
