"""Results that tables report: each figure with what its headers, its caption and the sentences that refer to it say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sovereign.checks.tabular import Grid, GridCell
from sovereign.checks.tabular.cells import read_cell
from sovereign.language.setting import read_setting
from sovereign.records import Document, ProtocolKey, Quantity, Quote, ReportedNumber

from .context import PARTS, Context
from .keys import Said, is_ours, lettered, like_a_method, method_name, paired, said
from .names import Kind, folded, task_of_metric, tasks_of_datasets

_NO_RESULTS = re.compile(
    r"\b(?:statistics|hyper-?\s?parameters?|notations?|number of (?:sentences|examples|instances|tokens|documents)|"
    r"data\s?set (?:sizes?|details)|vocabulary sizes?|examples? of|search space)\b",
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"^\W*(?:avg|average|mean|overall|all|total)\W*$", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:[A-Z][\w-]*[A-Z\d]|[a-z]+[\w-]*[A-Z])\w*")
_LONGEST_NAME = 60  # characters of a header that may name a data set
_WEAK = ("score", "loss", "error rate")  # a caption may say of what
_HEADING = re.compile(r"^\s*Table\s?\d", re.IGNORECASE)


def numbers_in_tables(context: Context) -> Iterator[ReportedNumber]:
    """Every result of the tables that may serve as evidence, in their order."""
    for grid in context.grids:
        if _NO_RESULTS.search(grid.caption) and not said(grid.caption).of("metric"):
            continue
        yield from _numbers(context, grid)


def _numbers(context: Context, grid: Grid) -> Iterator[ReportedNumber]:
    rows = _measured(context, {h for c in grid.cells for h in c.row_headers})
    columns = _measured(context, {h for c in grid.cells for h in c.column_headers})
    near = context.near(grid)
    keys: dict[tuple[tuple[str, ...], tuple[str, ...], str], ProtocolKey | None] = {}
    for cell in grid.cells:
        read = read_cell(cell.text)
        if read is None or read.rank:
            continue
        methods, others = cell.row_headers, cell.column_headers
        if rows > columns:  # methods stand in columns
            methods, others = others, methods
        asked = (_spoken(methods), _spoken(others), read.unit)
        if asked not in keys:
            keys[asked] = _key(context, near, *asked)
        key = keys[asked]
        if key is None:
            continue
        credited = next((c for h in reversed(methods) if (c := said(h).credited)), None)
        quantity = Quantity(value=read.value, unit=read.unit, text=cell.text, upper=read.upper)
        if credited and not key.method:  # a row that is called by its citation alone
            key = key.model_copy(update={"method": credited})
        yield ReportedNumber(
            key=key, value=quantity, quote=_quote(context.document, grid, cell), cell=cell.used(), credited=credited, bold=cell.bold
        )  # fmt: skip


def _spoken(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers that may say something: with a letter, or what may be a part of a name ("1" below "ROUGE"), no title of another table."""
    return tuple(h for h in headers if not _HEADING.match(h))


def _measured(context: Context, headers: Iterable[str]) -> float:
    """How much the headers of one side speak of what was measured, and not of what it was measured of: the share that names a
    metric, a data set, a split or a count, less the share that looks like methods."""
    texts = [h for h in headers if lettered(h)]
    kinds: tuple[Kind, ...] = ("metric", "dataset", "split", "count")
    named = sum(
        any(said(h).of(k) for k in kinds) or said(h).pair is not None or folded(h) in context.called for h in texts
    )
    return (named - sum(map(like_a_method, texts))) / max(1, len(texts))


def _key(
    context: Context, near: Sequence[Said], methods: Sequence[str], others: Sequence[str], unit: str
) -> ProtocolKey | None:
    """The key of one figure; None where nothing says what was measured."""
    across = [said(h) for h in reversed(others) if lettered(h)]
    headed = [*across, *(s for h in reversed(methods) if lettered(h) and (s := said(h)).plain)]
    metric = _metric(context, near, headed, others)
    if metric is None:
        return None
    pair = next((s.pair for s in (*headed, *near) if s.pair), None)
    task = _first(headed, "task")
    unknown = [s.rest for s in across if not s.names and not s.pair and lettered(s.rest)]
    dataset = _first(headed, "dataset")
    if dataset is None:
        dataset = next((context.called[f] for h in (*others, *methods) if (f := folded(h)) in context.called), None)
        unknown = [u for u in unknown if dataset is None or folded(u) != folded(dataset)]
    if dataset is None:
        dataset = _only(near, "dataset") if task is None else context.usual_dataset(metric, task)
        spare = next((u for u in unknown if _may_name(u)), None)
        if dataset is None and spare is not None:
            dataset, unknown = spare, [u for u in unknown if u != spare]
    if dataset is None and task is None:
        dataset = context.usual_dataset(metric)
    method = " ".join(m for h in methods if lettered(h) and not said(h).plain and (m := method_name(h)))
    if is_ours(method):
        method = context.coined or method
    setting = read_setting(" ; ".join((*methods, *others)), ())
    return ProtocolKey(
        model=setting.model,
        size=setting.scale.value if setting.scale else None,
        metric=metric, method=method, unit=unit or None, task=_task(context, near, headed, dataset, metric),
        dataset=paired(dataset, pair) if dataset else None, split=_first(headed, "split") or _only(near[:1], "split"),
        setting=tuple(("column", u) for u in unknown[:1]),
    )  # fmt: skip


def _metric(context: Context, near: Sequence[Said], headed: Sequence[Said], others: Sequence[str]) -> str | None:
    """The metric in the headers, one by one or read together ("ROUGE" over "1"), or what is counted; else in the caption, who
    refers to the table, and the rest of the work."""
    single = _first(headed, "metric")
    together = [m for m in said(" ".join(others)).of("metric") if all(m not in s.of("metric") for s in headed)]
    if together and (single is None or folded(together[0]).startswith(folded(single))):
        return together[0]
    if single is not None and single not in _WEAK:
        return single
    if single is None and (counted := _first(headed, "count")):
        return counted
    around = [m for text in near for m in text.of("metric") if m not in _WEAK]
    around.sort(key=PARTS.__contains__)
    return next(iter(around), None) or single or context.usual("metric")


def _may_name(text: str) -> bool:
    """Whether a header without a known name may be a data set's: short, and with two capitals or a figure in one of its words."""
    return len(text) <= _LONGEST_NAME and not _AVERAGE.match(text) and _NAMED.search(text) is not None


def _first(texts: Iterable[Said], kind: Kind) -> str | None:
    """The name of a kind that stands nearest."""
    return next((name for text in texts for name in text.of(kind)), None)


def _only(texts: Iterable[Said], kind: Kind) -> str | None:
    """The one name of a kind in the nearest text that holds any; None where that holds several."""
    for text in texts:
        if names := text.of(kind):
            return names[0] if len(names) == 1 else None
    return None


def _task(
    context: Context, near: Sequence[Said], headed: Sequence[Said], dataset: str | None, metric: str
) -> str | None:
    """The task: of those that the data set stands for the one that is named nearest, else its only one; else what is named."""
    usual = tasks_of_datasets().get(dataset or "", ())
    named = [name for text in (*headed, *near) for name in text.of("task")]
    if usual:
        asked = (_first(headed, "task"), task_of_metric(metric, dataset), *named)
        among = next((n for n in asked if n in usual), None)
        return among or (usual[0] if len(usual) == 1 else context.usual("task", usual))
    return _first(headed, "task") or task_of_metric(metric) or next(iter(named), None) or context.usual("task")


def _quote(document: Document, grid: Grid, cell: GridCell) -> Quote:
    return Quote(
        text=document.text[cell.start : cell.end], text_hash=document.text_hash, start=cell.start, end=cell.end,
        paper_id=document.paper.id, source_id=document.paper.id, section=grid.label, depth="table", page=grid.page,
        our_words=document.paper.our_words,
    )  # fmt: skip
