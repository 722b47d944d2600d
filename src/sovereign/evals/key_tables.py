"""The blocks of the page that show how well typed keys are read: TDMS and SciREX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .plots import Results
from .tables import cell, table

_WORDS = {
    "tdms": {
        "all": "task, data set and metric",
        "dataset_metric": "data set and metric",
        "dataset": "data set",
        "metric": "metric",
        "task": "task",
        "leaderboard": "the leaderboard, of all that the set lists",
        "best_score": "the paper's best score is the leaderboard's",
    },
    "scirex": {
        "reported": "score read as a result",
        "all": "method, data set, metric and task",
        "method_dataset_metric": "method, data set and metric",
        "dataset_metric": "data set and metric",
        "method": "method",
        "dataset": "data set",
        "metric": "metric",
        "task": "task",
    },
}


def tdms(found: Results) -> str:
    """Scores of leaderboards in the right table cell."""
    return _block("tdms", found["tdms"])


def scirex(found: Results) -> str:
    """Results in text with their entities."""
    return _block("scirex", found["scirex"])


def rows_of(name: str, result: dict[str, Any]) -> Iterator[tuple[str, list[tuple[float | None, Any]]]]:
    """The rows of a bench: words, then value and interval of all, of both halves, and of the baselines."""
    columns = [result, *(result["halves"][half] for half in ("seen", "held_out")), *result["baselines"].values()]
    for key, words in _WORDS[name].items():
        yield words, [(column[key], column["intervals"].get(key)) for column in columns]


def heads_of(result: dict[str, Any]) -> Sequence[str]:
    """The headings of these columns, with the number of results in each."""
    halves = [
        f"{words}, {result['halves'][half]['n']}"
        for half, words in (("seen", "seen half"), ("held_out", "held-out half"))
    ]
    return (f"all, {result['n']}", *halves, *(f"`{name}`" for name in result["baselines"]))


def _block(name: str, result: dict[str, Any]) -> str:
    rows = ((words, *(cell(value, around) for value, around in cells)) for words, cells in rows_of(name, result))
    known, counts = result["vocabulary"], result.get("tuples") or result["counts"]
    apart = ", ".join(f"`{name}` {count}" for name, count in counts.items())
    below = f"Counted: {apart}. The vocabulary knows {known['known']} of the set's {known['names']} names of data sets."
    return table(("right", *heads_of(result)), rows) + f"\n\n{below}"
