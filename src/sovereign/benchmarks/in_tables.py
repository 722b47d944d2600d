"""Results that tables report: each figure with what its headers, its caption and the sentences that refer to it say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sovereign.checks.tabular import Grid, GridCell, grids_of
from sovereign.checks.tabular.cells import read_cell
from sovereign.records import Document, ProtocolKey, Quantity, Quote, ReportedNumber

from .keys import Said, coined_name, is_ours, lettered, method_name, said
from .names import Kind, task_of_metric, tasks_of_datasets

_LABEL = re.compile(r"\b(?:Table|Tab\.?)\s?(\d{1,3}|[IVX]{1,5})\b", re.IGNORECASE)
_NO_RESULTS = re.compile(
    r"\b(?:statistics|hyper-?\s?parameters?|notations?|number of (?:sentences|examples|instances|tokens|documents)|"
    r"data\s?set (?:sizes?|details)|vocabulary sizes?|examples? of|search space)\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"^\W*(?:avg|average|mean|overall|all|total)\W*$", re.IGNORECASE)
_LONGEST_NAME = 60  # characters of a header that may name a data set
_SENTENCES = 6  # that refer to one table


@dataclass(frozen=True)
class _Around:
    """What stands around a table, the nearest first: caption, sentences that refer to it, heading; then the paper."""

    near: tuple[Said, ...]
    paper: tuple[Said, ...]
    coined: str | None


def numbers_in_tables(document: Document) -> Iterator[ReportedNumber]:
    """Every result of the tables that may serve as evidence, in their order."""
    grids = grids_of(document)
    if not grids:
        return
    referring = _referring(document)
    coined = coined_name(document)
    opening = said(f"{document.paper.title}. {document.text[:1500]}"[:1900])
    sections = {(t.start, t.end): document.sections[t.section].title for t in document.tables}
    for grid in grids:
        texts = (grid.caption, *referring.get(_number(grid.label or grid.caption), ())[:_SENTENCES])
        around = _Around(
            tuple(said(text) for text in (*texts, sections.get((grid.start, grid.end), "")) if text), (opening,), coined
        )
        yield from _numbers(document, grid, around)


def _referring(document: Document) -> dict[str, list[str]]:
    """The sentences that refer to a table, by its number."""
    found: dict[str, list[str]] = {}
    for sentence in document.sentences:
        text = document.slice(sentence)
        for match in _LABEL.finditer(text):
            found.setdefault(match[1].lower(), []).append(text)
    return found


def _number(label: str) -> str:
    match = _LABEL.search(label)
    return match[1].lower() if match else ""


def _numbers(document: Document, grid: Grid, around: _Around) -> Iterator[ReportedNumber]:
    rows = _named({h for c in grid.cells for h in c.row_headers})
    columns = _named({h for c in grid.cells for h in c.column_headers})
    if _NO_RESULTS.search(grid.caption) and not any(said(grid.caption).of("metric")):
        return
    turned = rows > columns  # methods stand in columns
    for cell in grid.cells:
        read = read_cell(cell.text)
        if read is None or read.rank:
            continue
        methods, others = (
            (cell.row_headers, cell.column_headers) if not turned else (cell.column_headers, cell.row_headers)
        )
        key = _key(methods, others, around, read.unit)
        if key is None:
            continue
        credited = next((c for h in reversed(methods) if (c := said(h).credited)), None)
        quantity = Quantity(value=read.value, unit=read.unit, text=cell.text, upper=read.upper)
        yield ReportedNumber(
            key=key, value=quantity, quote=_quote(document, grid, cell), cell=cell.used(), credited=credited, bold=cell.bold
        )  # fmt: skip


def _named(headers: Iterable[str]) -> float:
    """The share of headers with a letter that name a metric, a data set, a split or a count."""
    texts = [h for h in headers if lettered(h)]
    kinds = ("metric", "dataset", "split", "count")
    return sum(any(said(h).of(k) for k in kinds) or said(h).pair is not None for h in texts) / max(1, len(texts))  # type: ignore[arg-type]


def _key(methods: Sequence[str], others: Sequence[str], around: _Around, unit: str) -> ProtocolKey | None:
    """The key of one figure; None where nothing says what was measured."""
    across = [said(h) for h in reversed(others) if lettered(h)]
    own = [said(h) for h in reversed(methods) if lettered(h)]
    headed = [*across, *(s for s in own if s.plain)]
    metric = _first(headed, "metric")
    if metric is None:
        metric = _first(headed, "count") or _first(around.near, "metric") or _first(around.paper, "metric")
    if metric is None:
        return None
    pair = next((s.pair for s in (*headed, *around.near) if s.pair), None)
    dataset = _first(headed, "dataset")
    unknown = [s.rest for s in across if not s.names and not s.pair and lettered(s.rest)]
    spare = next((u for u in unknown if _may_name(u)), None)
    if dataset is None:
        dataset = _only(around.near, "dataset")
        if dataset is None and spare is not None:
            dataset, unknown = spare, [u for u in unknown if u != spare]
        dataset = dataset or _only(around.paper, "dataset")
    if dataset and pair and dataset.startswith(("WMT", "IWSLT")) and pair not in dataset:
        dataset = f"{dataset} {pair}"
    task = _task(headed, around, dataset, metric)
    split = _first(headed, "split") or _only(around.near[:1], "split")
    method = " ".join(m for h in methods if lettered(h) and not said(h).plain and (m := method_name(h)))
    if is_ours(method):
        method = around.coined or method
    return ProtocolKey(
        metric=metric, method=method, unit=unit or None, task=task, dataset=dataset, split=split,
        setting=tuple(("column", u) for u in unknown[:1]),
    )  # fmt: skip


def _may_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and not _AVERAGE.match(text) and any(c.isupper() or c.isdigit() for c in text)


def _first(texts: Iterable[Said], kind: Kind) -> str | None:
    """The name of a kind that stands nearest."""
    return next((name for text in texts for name in text.of(kind)), None)


def _only(texts: Iterable[Said], kind: Kind) -> str | None:
    """The one name of a kind in the nearest text that holds any; None where that holds several."""
    for text in texts:
        if names := text.of(kind):
            return names[0] if len(names) == 1 else None
    return None


def _task(headed: Sequence[Said], around: _Around, dataset: str | None, metric: str) -> str | None:
    """The task: of those that the data set stands for the one that is named nearest, else its only one; else what is named."""
    usual = tasks_of_datasets().get(" ".join((dataset or "").split()), ())
    if dataset and not usual:
        usual = tasks_of_datasets().get(dataset.rsplit(" ", 1)[0], ())
    named = [name for text in (*headed, *around.near, *around.paper) for name in text.of("task")]
    if usual:
        return next((n for n in named if n in usual), None) or (usual[0] if len(usual) == 1 else task_of_metric(metric))
    return _first(headed, "task") or task_of_metric(metric) or next(iter(named), None)


def _quote(document: Document, grid: Grid, cell: GridCell) -> Quote:
    return Quote(
        text=document.text[cell.start : cell.end], text_hash=document.text_hash, start=cell.start, end=cell.end,
        paper_id=document.paper.id, source_id=document.paper.id, section=grid.label, depth="table", page=grid.page,
        our_words=document.paper.our_words,
    )  # fmt: skip
