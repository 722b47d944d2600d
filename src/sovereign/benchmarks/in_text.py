"""Results that sentences report: a figure, the metric that it is of, and what the sentence and those before it say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sovereign.language.comparisons import parse
from sovereign.language.quantities import Mention, find_quantities
from sovereign.language.words import normalize
from sovereign.records import ProtocolKey, ReportedNumber, quote_of

from .context import Context
from .keys import said
from .names import Name, find_names, task_of_metric, tasks_of_datasets

_BEFORE = 3  # sentences that a sentence may point back to
_LONGEST = 1_000  # characters of a sentence that is read
_MOST = 20  # figures of a sentence; with more it is a table in disguise
_LARGEST = 200.0
_FAR, _NEAR = 80, 12  # characters between a figure and its metric
_F = re.compile(r"(?<=\d |% )F\b(?!\w|-)")
_TERM = re.compile(
    r"\b(?:(?!The\b|Our\b|This\b|In\b|On\b|For\b|With\b|We\b)[A-Z][a-z]+\s(?=[A-Z]))?(?:[A-Z][\w+]*(?:\s?-\s?\w+)*[A-Z\d][\w+]*|[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}\w*)(?:\s?[-+]\s?[A-Z]\w+)*"
)
_WE = re.compile(r"\b(?:we|our|ours|this (?:model|method|approach))\b", re.IGNORECASE)


def numbers_in_text(context: Context) -> Iterator[ReportedNumber]:
    """Every result of the sentences that may serve as evidence, in their order."""
    document = context.document
    past: list[tuple[int, str]] = []
    for sentence in document.evidence():
        text = normalize(document.slice(sentence))[:_LONGEST]
        near = [t for section, t in past[-_BEFORE:] if section == sentence.section]
        for key, mention in _keyed(context, text, near):
            cited = said(text).credited
            yield ReportedNumber(key=key, value=mention.quantity, quote=quote_of(document, sentence), credited=cited)
        past.append((sentence.section, text))


def _keyed(context: Context, text: str, near: list[str]) -> Iterator[tuple[ProtocolKey, Mention]]:
    names = find_names(text)
    figures = [m for m in find_quantities(text) if _may_be_a_score(m) and not _inside(m, names)]
    if not figures or len(figures) > _MOST:
        return
    back = [n for t in reversed(near) for n in reversed(find_names(t))]
    metrics = [n for n in names if n.kind == "metric"]
    metrics += [Name("metric", "F1", m.start(), m.end()) for m in _F.finditer(text)]
    results = {r.value.text: r for r in parse(text).results if r.value is not None}
    for figure in figures:
        dataset = _of(names, "dataset", figure)
        metric = _nearest(metrics, figure).canonical if metrics else None
        if metric is None and dataset is not None:  # "reaches 70.2 % on D": the metric was said before
            metric = _back(back, "metric") or context.usual("metric")
        if metric is None or not (figure.quantity.unit or _beside(metrics, figure)):
            continue
        dataset = dataset or _back(back, "dataset") or context.usual_dataset(metric)
        result = results.get(figure.quantity.text)
        usual = tasks_of_datasets().get(dataset or "", ())
        named = _of(names, "task", figure) or _back(back, "task")
        only = usual[0] if len(usual) == 1 else task_of_metric(metric, dataset)
        yield (
            ProtocolKey(
                metric=metric, method=_method(context, text, figure, result.subject if result else None, names),
                comparator=result.comparator if result else None, unit=figure.quantity.unit or None,
                task=named if named in usual or (named and not usual) else only,
                dataset=dataset, split=_of(names, "split", figure),
            ),
            figure,
        )  # fmt: skip


def _beside(metrics: list[Name], figure: Mention) -> bool:
    """Whether a figure without a unit stands near a metric; a whole number, that may count anything, right beside it."""
    near = min((max(m.start - figure.end, figure.start - m.end) for m in metrics), default=_FAR + 1)
    return near <= (_NEAR if figure.quantity.text.isdigit() else _FAR)


def _may_be_a_score(mention: Mention) -> bool:
    """Scores are shares, points, bits or bare numbers up to some hundreds; the rest is time, bytes, counts."""
    quantity = mention.quantity
    return quantity.unit in ("%", "points") or quantity.unit.startswith("bit") or (
        quantity.unit == "" and abs(quantity.value) <= _LARGEST and "-" not in quantity.text
    )  # fmt: skip


def _method(context: Context, text: str, figure: Mention, subject: str | None, names: tuple[Name, ...]) -> str:
    """What was measured: the subject of the result if it is a name, else the nearest name before the figure, else the paper's
    own method where the sentence says "we" or "our"."""
    if subject and _TERM.search(subject) and not _WE.match(subject):
        return subject
    known = [n for n in names if n.kind != "task"]
    terms = [m for m in _TERM.finditer(text) if all(n.end <= m.start() or m.end() <= n.start for n in known)]
    if _WE.search(text) and context.coined:
        return context.coined
    before = [m for m in terms if m.end() <= figure.start] or terms
    return min(before, key=lambda m: abs(figure.start - m.end()))[0] if before else (context.coined or subject or "")


def _inside(mention: Mention, names: tuple[Name, ...]) -> bool:
    """Whether a figure belongs to a name: the 2 of "SST-2", or a version behind it, as in "OntoNotes 4.0"."""
    ends = mention.start - 1
    return any(
        (n.start < mention.end and mention.start < n.end) or (n.kind == "dataset" and n.end == ends) for n in names
    )


def _nearest(names: list[Name], figure: Mention) -> Name:
    return min(names, key=lambda n: max(n.start - figure.end, figure.start - n.end))


def _of(names: tuple[Name, ...], kind: str, figure: Mention) -> str | None:
    found = [n for n in names if n.kind == kind]
    return _nearest(found, figure).canonical if found else None


def _back(context: list[Name], kind: str) -> str | None:
    return next((n.canonical for n in context if n.kind == kind), None)
