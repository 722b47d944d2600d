"""The result of the bench of versions as rows, for the page and for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .tables import Results, _fine, table

HEADS = ("what", "n", "ours", "ours, held out", "numbers or exact title", "words alike")
Row = tuple[str, str, str, str, str, str]


def versions(found: Results) -> str:
    """The block of the page."""
    return table(HEADS, rows_of(found["versions"]))


def rows_of(result: dict[str, Any]) -> Iterator[Row]:
    """Pairs first, then the changes that are known, then planted changes and harmless edits by kind."""
    for name in ("precision", "recall"):
        cells = (_fine(one[name], one["intervals"][name]) for one in _pairs(result))
        mine, title, alike = cells
        yield f"version pairs, {name}", str(result["pairs"]), mine, "", title, alike
    row = result["retitled"]
    for name, words in (("found", "retitled copies found"), ("strangers_found", "copies by others, reported")):
        checkers = (row, row["baselines"]["exact_title"], row["baselines"]["token_jaccard"])
        mine, title, alike = (_fine(one[name], one["intervals"][name]) for one in checkers)
        yield words, str(row["n"]), mine, "", title, alike
    for change in result["expected_changes"]:
        said = (
            f"found as {change['type'].replace('_', ' ')}"
            if change["typed_right"]
            else "found"
            if change["found"]
            else "not found"
        )
        yield f"{change['of']}: {change['older']}, {change['newer']}", "1", said, "", "", ""
    for kind, row in result["changes"].items():
        yield _edited(f"{kind}, found", row, "found")
        yield _edited(f"{kind}, called so", row, "typed")
    for kind, row in result["harmless"].items():
        yield _edited(f"{kind} (harmless), reported", row, "found")


def _pairs(result: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return result, result["baselines"]["exact_title"], result["baselines"]["token_jaccard"]


def _edited(words: str, row: dict[str, Any], name: str) -> Row:
    held, others = row["held_out"], row["baselines"]
    baselines = (others["numbers"], others["token_jaccard"])
    numbers, alike = (_fine(one[name], one["intervals"].get(name)) for one in baselines)
    mine = (_fine(row[name], row["intervals"][name]), _fine(held[name], held["intervals"].get(name)))
    return words, str(row["n"]), *mine, numbers, alike
