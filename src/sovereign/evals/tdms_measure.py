"""The figures of the TDMS bench: are the leaderboards' scores found in the right table cell, with task, data set and metric?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sovereign.benchmarks import reported_numbers
from sovereign.benchmarks.keys import said
from sovereign.benchmarks.names import lower_is_better
from sovereign.checks.tabular import grids_of
from sovereign.checks.tabular.cells import read_cell
from sovereign.records import Document, ProtocolKey, ReportedNumber

from .key_bench import Scored, compared, counted, known_datasets
from .key_match import ROLES, best, matches, number_of, same_number

FIGURES = (*ROLES, "dataset_metric", "all", "reported", "best_score", "leaderboard")
Board = tuple[str, str, str]


class _Read(NamedTuple):
    """A paper as it was read: what it reports in tables, and every figure of its cells with its caption's key."""

    reported: tuple[ReportedNumber, ...]
    cells: tuple[tuple[float, ProtocolKey], ...]


def scores(papers: Sequence[tuple[Document, Sequence[Any]]]) -> dict[str, Any]:
    """All figures over papers with their leaderboard tuples (``task``, ``dataset``, ``metric``, ``score``).

    A tuple counts if its score is printed in some cell of the paper's parsed tables; the rest is counted apart.
    """
    boards = Counter((t.task, t.dataset, t.metric) for _, tuples in papers for t in tuples)
    scored: Scored = {name: {} for name in ("ours", "caption", "random_cell", "any_cell")}
    apart, pairs = Counter[str](), []
    for document, tuples in papers:
        read = _read(document)
        pairs.append(len({(r.key.dataset, r.key.metric) for r in read.reported if r.key.dataset}))
        chance = random.Random(document.paper.id)
        for gold in tuples:
            number = number_of(gold.score)
            printed = number is not None and any(same_number(number, value) for value, _ in read.cells)
            apart["no_score" if number is None else "in_table" if printed else "in_no_table"] += 1
            if number is None or not printed:
                continue
            for name, keys in _answers(read, number, chance).items():
                count = _counts(read, keys, gold, number, boards, name)
                scored[name].setdefault(document.paper.id, Counter()).update(count)
    return {
        **compared(scored, FIGURES),
        "halves": {half: compared(scored, FIGURES, half) for half in ("seen", "held_out")},
        "tuples": dict(apart),
        "documents": len(papers),
        "leaderboards": len(boards),
        "pairs_per_paper": sum(pairs) / len(pairs) if pairs else None,
        "vocabulary": known_datasets(dataset for _, dataset, _ in boards),
    }


def _read(document: Document) -> _Read:
    cells = []
    for grid in grids_of(document):
        spoken = said(grid.caption)
        first = {kind: next(iter(spoken.of(kind)), None) for kind in ROLES}
        key = ProtocolKey(metric=first["metric"] or "", method="", task=first["task"], dataset=first["dataset"])
        cells += [(v, key) for c in grid.cells if (read := read_cell(c.text)) for v in read.values]
    return _Read(tuple(r for r in reported_numbers(document) if r.cell), tuple(cells))


def _answers(read: _Read, number: float, chance: random.Random) -> dict[str, list[ProtocolKey]]:
    """The keys that ours and the baselines give to the cells with a number.

    ``caption`` takes the first names of the caption, ``random_cell`` the key of any other cell of the paper. ``any_cell`` asks
    only for the number in some cell and each name in some key of the paper.
    """
    everywhere = [r.key for r in read.reported]
    return {
        "ours": [r.key for r in read.reported if same_number(number, r.value.value)],
        "caption": [key for value, key in read.cells if same_number(number, value)],
        "random_cell": [chance.choice(everywhere)] if everywhere else [],
        "any_cell": everywhere,
    }


def _counts(
    read: _Read, keys: list[ProtocolKey], gold: Any, number: float, boards: Counter[Board], name: str
) -> Counter[str]:
    wanted = {"task": gold.task, "dataset": gold.dataset, "metric": gold.metric}
    unique = list(dict.fromkeys(keys))
    if name == "any_cell":
        each = [matches(key, wanted) for key in unique]
        return counted({role: any(m[role] for m in each) for role in ROLES}, reported=bool(keys))
    listed = any(_board(key, boards) == (gold.task, gold.dataset, gold.metric) for key in unique)
    count = counted(best(unique, wanted), reported=bool(keys), leaderboard=listed)
    if name == "ours":
        value = _best(read.reported, wanted)
        count["best_score"] = int(value is not None and same_number(number, value))
    return count


def _best(reported: Iterable[ReportedNumber], wanted: dict[str, str]) -> float | None:
    """The best of a paper's own scores of a data set and metric: among those in bold if any is, credited to nobody, of no
    development part. Split and direction are those of the metric."""
    own = [r for r in reported if not r.credited and r.key.split in (None, "test")]
    own = [r for r in own if (m := matches(r.key, wanted))["dataset"] and m["metric"]]
    own = [r for r in own if r.bold] or own
    if not own:
        return None
    pick = min if lower_is_better(own[0].key.metric) else max
    return pick(r.value.value for r in own)


def _board(key: ProtocolKey, boards: Counter[Board]) -> Board | None:
    """The set's leaderboard that a key is nearest to (the taxonomy as candidates, as Hou et al. read it): its data set must be the
    leaderboard's, then metric and task count; of equals the most frequent."""
    found = None
    for board in sorted(boards, key=lambda b: (-boards[b], b)):
        right = matches(key, dict(zip(("task", "dataset", "metric"), board, strict=True)))
        rank = (right["metric"] + right["task"]) if right["dataset"] else 0
        if rank and (found is None or rank > found[0]):
            found = rank, board
    return found[1] if found else None
