"""The tables of the page on disagreements: figures beside the baselines, then each set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .tables import Results, cell, table

_FIGURES = ("recall", "precision", "typed_right", "reason_named")


def found_sets(found: Results) -> str:
    """Figures of the bench beside its baselines, what is reported beside the sets, and each set with its rank and type."""
    result = found["disagreements"]

    def figures() -> Iterator[Sequence[str]]:
        yield "ours", *(cell(result[key], result["intervals"][key]) for key in _FIGURES)
        for name, row in result["baselines"].items():
            yield name.replace("_", " "), *(cell(row.get(key), None) for key in _FIGURES)

    def sets() -> Iterator[Sequence[str]]:
        for row in result["by_set"]:
            rank = str(row["ranks"][0]) if row["ranks"] else "not found"
            yield row["subject"], rank, _words(row["type"]), row["why"], row["why_said"] or ""

    hand = result["by_hand"]
    read = (
        f"{result['reported']} of {result['ranked']} disagreements are reported, {hand['rest']} of which match no set. A reader calls "
        f"{hand['real']} of these real, and {hand['typed']} typed rightly: with them the precision is {cell(hand['precision'], None)}."
    )
    head = ("", "recall", "precision", "typed rightly", "reason named")
    return "\n\n".join(
        (
            table(head, figures()),
            read,
            table(("set", "rank", "type said", "why, by the README", "why, as found"), sets()),
        )
    )


def _words(type_: str | None) -> str:
    return (type_ or "–").replace("_", " ")
