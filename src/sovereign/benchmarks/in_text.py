"""Results that sentences report: a figure, the metric that it is of, and what the sentence and those before it say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sovereign.language.comparisons import parse
from sovereign.language.quantities import Mention, find_quantities
from sovereign.language.words import normalize
from sovereign.records import ProtocolKey, ReportedNumber, quote_of

from .context import Context
from .keys import is_ours, said
from .names import Name, find_names, task_of_metric, tasks_of_datasets

_BEFORE = 3  # sentences that a sentence may point back to
_LONGEST = 1_000  # characters of a sentence that is read
_SCORES = ("", "%", "points")


def numbers_in_text(context: Context) -> Iterator[ReportedNumber]:
    """Every result of the sentences that may serve as evidence, in their order."""
    document, coined = context.document, context.coined
    past: list[tuple[int, str]] = []
    for sentence in document.evidence():
        text = normalize(document.slice(sentence))[:_LONGEST]
        near = [t for section, t in past[-_BEFORE:] if section == sentence.section]
        for key, mention in _keyed(text, near, coined):
            cited = said(text).credited
            yield ReportedNumber(key=key, value=mention.quantity, quote=quote_of(document, sentence), credited=cited)
        past.append((sentence.section, text))


def _keyed(text: str, near: list[str], coined: str | None) -> Iterator[tuple[ProtocolKey, Mention]]:
    names = find_names(text)
    metrics = [n for n in names if n.kind == "metric"]
    figures = [m for m in find_quantities(text) if m.quantity.unit in _SCORES and not _inside(m, names)]
    if not metrics or not figures or len(figures) > 20:
        return
    context = [n for t in reversed(near) for n in reversed(find_names(t))]
    subjects = {r.value.text: r for r in parse(text).results if r.value is not None}
    for figure in figures:
        if figure.quantity.unit == "" and figure.quantity.value > 200:
            continue
        metric = _nearest(metrics, figure)
        dataset = _of(names, "dataset", figure) or _back(context, "dataset")
        result = subjects.get(figure.quantity.text)
        subject = (result.subject or "") if result else ""
        if is_ours(subject) or re.fullmatch(r"(?:we|our.*)?", subject, re.IGNORECASE):
            subject = coined or subject
        usual = tasks_of_datasets().get(dataset or "", ())
        named = _of(names, "task", figure) or _back(context, "task")
        task = (
            named
            if not usual or named in usual
            else (usual[0] if len(usual) == 1 else task_of_metric(metric.canonical))
        )
        yield (
            ProtocolKey(
                metric=metric.canonical, method=subject, comparator=result.comparator if result else None,
                unit=figure.quantity.unit or None, task=task, dataset=dataset, split=_of(names, "split", figure),
            ),
            figure,
        )  # fmt: skip


def _inside(mention: Mention, names: tuple[Name, ...]) -> bool:
    """Whether a figure belongs to a name: the 2 of "SST-2"."""
    return any(n.start < mention.end and mention.start < n.end for n in names)


def _nearest(names: list[Name], figure: Mention) -> Name:
    return min(names, key=lambda n: max(n.start - figure.end, figure.start - n.end))


def _of(names: tuple[Name, ...], kind: str, figure: Mention) -> str | None:
    found = [n for n in names if n.kind == kind]
    return _nearest(found, figure).canonical if found else None


def _back(context: list[Name], kind: str) -> str | None:
    return next((n.canonical for n in context if n.kind == kind), None)
