"""What stands around a work's tables and sentences: captions, sentences that refer to a table, and what the work is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from sovereign.checks.tabular import Grid, grids_of
from sovereign.records import Document

from .keys import Said, coined_name, said
from .names import Kind, folded, task_of_metric, tasks_of_datasets

_LABEL = re.compile(r"\b(?:Table|Tab\.?)\s?(\d{1,3}|[IVX]{1,5})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[a-z)\]])\.\s+(?=[A-Z(])")
_FIGURE = re.compile(r"\d+\.\d+|\d{3,}")
_CALLED = re.compile(
    r"(?P<names>(?:[A-Z][\w.+'-]*|\d{4})(?:[\s/-]+(?:[A-Z][\w.+'-]*|\d{1,4}))*(?:(?:,|,?\sand)\s[A-Z][\w.+'-]*(?:[\s-][A-Z\d][\w.+'-]*)*)*)"
    r"\s(?:data\s?sets?|corpus|corpora|benchmarks?|tree\s?banks?|test sets?|development sets?|validation sets?)\b"
)
_NOT_CALLED = frozenset(
    [
        "the",
        "our",
        "we",
        "this",
        "these",
        "all",
        "both",
        "table",
        "in",
        "on",
        "for",
        "each",
        "english",
        "chinese",
        "test",
        "development",
        "training",
    ]
)
PARTS = ("precision", "recall")
_READ = 600  # sentences of a work that are searched
_SENTENCES = 6  # that refer to one table
_MOST = 0.4  # share of the mentions that the name of a whole work must have


@dataclass(frozen=True)
class Context:
    """One work: its tables, whom its sentences refer to, what it names how often, and what it calls its own method."""

    document: Document
    grids: tuple[Grid, ...]

    @cached_property
    def coined(self) -> str | None:
        """What the paper calls its own method."""
        return coined_name(self.document)

    @cached_property
    def _texts(self) -> tuple[tuple[int, str], ...]:
        """Texts of the work with their weights: the title says more of it than a sentence does."""
        sentences = self.document.evidence()[:_READ]
        headers = dict.fromkeys(h for g in self.grids for c in g.cells for h in (*c.row_headers, *c.column_headers))
        return (
            (5, self.document.paper.title),
            *((3, g.caption) for g in self.grids),
            *((2, h) for h in headers),
            *((1, self.document.slice(s)) for s in sentences),
        )

    @cached_property
    def _mentions(self) -> Counter[tuple[Kind, str]]:
        found: Counter[tuple[Kind, str]] = Counter()
        for weight, text in self._texts:
            for name in dict.fromkeys(said(text).names):
                found[name] += weight
        return found

    @cached_property
    def called(self) -> dict[str, str]:
        """Names that the work calls data sets ("the X corpus"), by their folded form."""
        found = {}
        for _, text in self._texts:
            for match in _CALLED.finditer(text[:2000]):
                for name in re.split(r",\s(?:and\s)?|\sand\s", match["names"]):
                    if name and name.split()[0].lower() not in _NOT_CALLED:
                        found[folded(name)] = name
        return found

    def usual(self, kind: Kind, among: Collection[str] | None = None) -> str | None:
        """The name of a kind that the work speaks of most, if that is a good part of all such mentions. Precision and recall are the
        parts of another metric, and no work's only one."""
        counts = {n: c for (k, n), c in self._mentions.items() if k == kind and (among is None or n in among)}
        counts = {n: c for n, c in counts.items() if n not in PARTS}
        (top, most), (_, next_most) = (Counter(counts).most_common(2) + [("", 0)] * 2)[:2]
        return top if most > next_most and most > _MOST * sum(counts.values()) else None

    def usual_dataset(self, metric: str, task: str | None = None) -> str | None:
        """The data set that the work speaks of most, among those of a task, or of the task that a metric is of."""
        task = task or task_of_metric(metric)
        among = {name for name, tasks in tasks_of_datasets().items() if task in tasks} if task else None
        return self.usual("dataset", among)

    @cached_property
    def _referring(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for sentence in self.document.evidence():
            text = self.document.slice(sentence)
            for match in _LABEL.finditer(text):
                found.setdefault(match[1].lower(), []).append(text)
        return found

    def near(self, grid: Grid) -> tuple[Said, ...]:
        """What stands near a table, the nearest first: its caption sentence by sentence, who refers to it, its heading."""
        number = _LABEL.search(grid.label or grid.caption)
        referring = self._referring.get(number[1].lower(), ()) if number else ()
        sections = (t.section for t in self.document.tables if (t.start, t.end) == (grid.start, grid.end))
        headings = [self.document.sections[s].title for s in sections]
        texts = (*caption_sentences(grid.caption), *referring[:_SENTENCES], *headings)
        return tuple(said(text) for text in texts if text)


def context_of(document: Document) -> Context:
    """The context of a work's numbers."""
    return Context(document, grids_of(document))


def caption_sentences(caption: str) -> Iterator[str]:
    """The sentences of a caption; the text of the table itself, which readers of pages mix in, comes last."""
    parts = _SENTENCE.split(caption)
    tables = [p for p in parts if len(_FIGURE.findall(p)) >= 4]
    yield from (p for p in parts if p not in tables)
    yield from tables
