"""How the answer puts comparisons into words. Every sentence carries the ids of its claims."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sovereign.records import AnswerSentence, Claim, Quantity

from .coverage import sizes, span_text
from .rows import Row, metric_name, setting_text

EXAMPLES = 3
_BOUNDS = {"exact": "", "about": "about ", "at_least": "at least ", "at_most": "at most "}
_SPOKEN = {
    "us": "µs",
    "us/token": "µs per token",
    "ms/token": "ms per token",
    "s/token": "s per token",
    "tokens/s": "tokens per second",
}


def group_sentence(group: list[Row]) -> AnswerSentence:
    """One sentence for all figures of one comparison: the ratio or its range, and where it was seen."""
    # A row without a figure may say the opposite, so it does not carry this sentence.
    rows = [r for r in group if r.ratio is not None]
    if not rows:
        return statement(group[0].claim)
    ids = tuple(dict.fromkeys(r.claim.id for r in rows))
    group = distinct(rows)
    ratios = sorted(r.ratio for r in group if r.ratio is not None)
    name = metric_name(group[0].metric, group[0].phase)
    subject, comparator = _names(r.subject for r in group), min((r.comparator for r in group), key=len)
    low, high = ratios[0], ratios[-1]
    if len(ratios) == 1 or high - low < 0.005 * high:
        row = group[0]
        amount = f"{_bounded(group)}{times(low)} times the {name}"
        if abs(low - 1) < 0.005:
            amount = f"the same {name}" if low == high == 1 else f"nearly the same {name}"
        figures = (
            f"{figure(row.value)} against {figure(row.comparator_value)}" if row.value and row.comparator_value else ""
        )
        figures = figures if len(group) == 1 else f"{len(group)} comparisons"
        where = "; ".join(t for t in (figures, _where(group)) if t)
        inferred = len(group) > 1 or not figures
        return AnswerSentence(
            text=f"{subject} against {comparator}: {amount}" + (f" ({where})." if where else "."),
            claim_ids=ids,
            inferred=inferred,
        )
    where = "; ".join(t for t in (f"{len(group)} comparisons", _examples(group) or _where(group)) if t)
    text = f"{subject} against {comparator}: {times(low)} to {times(high)} times the {name} ({where})."
    return AnswerSentence(text=text, claim_ids=ids, inferred=True)


_HAS = {"memory": "needs", "storage": "needs", "latency": "takes", "training_time": "takes"}


def compared(group: list[Row]) -> tuple[str, tuple[str, ...]]:
    """A comparison inside a sentence, "A needs 0.29 to 0.57 times the memory of B (3B and 7B)", and the ids of its claims."""
    rows = [r for r in group if r.ratio is not None]
    ratios = sorted(r.ratio for r in rows if r.ratio is not None)
    low, high = times(ratios[0]), times(ratios[-1])
    amount = f"{low} to {high}" if low != high else f"{_bounded(rows)}{low}"
    first = rows[0]
    verb = _HAS.get(first.metric, "has")
    subject, comparator = _joined(r.subject for r in rows), min((r.comparator for r in rows), key=len)
    where = _models(rows)
    text = (
        f"{subject} {verb} {amount} times the {metric_name(first.metric, first.phase)} of {comparator}"
        f"{f' ({where})' if where else ''}"
    )
    return text, tuple(dict.fromkeys(r.claim.id for r in rows))


def _bounded(group: list[Row]) -> str:
    """ "less than 48 GB against more than 780 GB" bounds the ratio from above."""
    row = group[0]
    if len(group) > 1 or not row.value or not row.comparator_value:
        return ""
    low = "at_least" in (row.value.bound, _REVERSED[row.comparator_value.bound])
    high = "at_most" in (row.value.bound, _REVERSED[row.comparator_value.bound])
    return "" if low == high else "at least " if low else "at most "


_REVERSED = {"at_least": "at_most", "at_most": "at_least", "exact": "exact", "about": "about"}


def statement(claim: Claim) -> AnswerSentence:
    return AnswerSentence(text=claim.text, claim_ids=(claim.id,))


def distinct(group: list[Row]) -> list[Row]:
    """One figure of one work told by two notes is one comparison."""
    rows: dict[tuple[str, float | None, str | None], Row] = {}
    for row in group:
        ratio = None if row.ratio is None else round(row.ratio, 2)
        rows.setdefault((row.claim.quote.source_id, ratio, row.claim.setting.model), row)
    return list(rows.values())


def _examples(group: list[Row]) -> str:
    """The figures behind a range, where they are few: "532.8 us against 241.4 us, LLaMA-2 7B"."""
    rows = [r for r in group if r.value and r.comparator_value]
    if not rows or len(rows) > EXAMPLES:
        return ""
    texts = [
        ", ".join(t for t in (f"{figure(r.value)} against {figure(r.comparator_value)}", setting_text(r)) if t)
        for r in rows
    ]
    return "; ".join(dict.fromkeys(texts))


def _names(names: Iterable[str]) -> str:
    """The same at the beginning of a sentence."""
    return capital(_joined(names))


def _joined(names: Iterable[str]) -> str:
    """Variants of one thing: "Adapter-H and Adapter-L"; of many, the shortest."""
    distinct = sorted({n.lower(): n for n in names}.values(), key=lambda n: (len(n), n))
    short = [n for n in distinct if not any(other != n and other.lower() in n.lower() for other in distinct)]
    return " and ".join(short) if len(short) <= 2 else short[0]


def _where(group: list[Row]) -> str:
    """Settings of a group: each in words when there are few, else the span of model sizes."""
    settings = list(dict.fromkeys(t for r in group if (t := setting_text(r))))
    if not settings:
        return ""
    if len(settings) <= 3:
        return "; ".join(settings)
    models = list(dict.fromkeys(r.claim.setting.model for r in group if r.claim.setting.model))
    scales = sizes(r.claim for r in group)
    batches = sorted({r.claim.setting.batch_size for r in group if r.claim.setting.batch_size is not None})
    parts = [span_text(scales)] if scales else models[:3]
    parts += [f"batch size {batches[0]} to {batches[-1]}"] if len(batches) > 1 else []
    return ", ".join(parts) or f"{len(settings)} settings"


def _models(group: list[Row]) -> str:
    """On what the figures of a group were taken, by model or size alone: "LLaMA-2 7B and Gemma 2B", "2B to 175B (6 sizes)"."""
    settings = [r.claim.setting for r in group]
    names = list(dict.fromkeys(s.model or (s.scale.text if s.scale else "") for s in settings))
    if len(names) > EXAMPLES:
        return span_text(sizes(r.claim for r in group))
    return series([name for name in names if name])


def times(ratio: float) -> str:
    """A ratio with two decimals, small ones with two digits: "0.12", "0.000023"."""
    return f"{ratio:,.2f}" if ratio >= 0.1 else f"{Decimal(f'{ratio:.2g}'):f}"


def figure(quantity: Quantity | None) -> str:
    """A figure with its unit, also where the sentence gave the unit to another figure."""
    if quantity is None:
        return ""
    bare = quantity.text.replace(",", "").replace(".", "").isdigit()
    text = f"{quantity.text} {_SPOKEN.get(quantity.unit, quantity.unit)}".strip() if bare else quantity.text
    return f"{_BOUNDS[quantity.bound]}{text}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def series(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def counted(number: int, noun: str) -> str:
    """ "no work", "1 work", "3 works"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
