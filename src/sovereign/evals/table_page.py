"""The figures of the table check for the page, from the stored result of SciTab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .table_claims import Result
from .tables import Results, cell, table

_SHOWN = ("decided_accuracy", "coverage", "open_decided", "swapped_decided", "macro_f1")


def claims_against_tables(found: Results) -> str:
    """The table check on all papers and on each half, the baselines beside it, and what each operation decided."""
    result = found["scitab"]["tables"]
    return f"{table(('figure', *_columns(result)), _rows(result))}\n\n{table(_OPERATIONS, _operations(result))}"


def _columns(result: Result) -> Sequence[str]:
    halves = [f"`{name}` ({part['papers']} papers)" for name, part in result["parts"].items()]
    return [f"all ({result['papers']} papers)", *halves, *(f"`{name}`" for name in result["baselines"])]


def _rows(result: Result) -> Iterator[Sequence[str]]:
    for key in _SHOWN:
        own = [cell(part[key], part["intervals"][key]) for part in (result, *result["parts"].values())]
        yield f"`{key}`", *own, *(cell(one[key], None) for one in result["baselines"].values())


_OPERATIONS = ("half", "operation", "supports and refutes decided", "rightly", "decided without enough information")


def _operations(result: Result) -> Iterator[Sequence[str]]:
    for half, named in result["operations"].items():
        for name, row in named.items():
            yield f"`{half}`", name.replace("_", " "), str(row["decided"]), str(row["right"]), str(row["open"])
