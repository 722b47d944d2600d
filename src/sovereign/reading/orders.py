"""Sentences, headings and cells that speak to a machine that reads them: they stay in the text, and are no evidence."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.language.instructions import is_instruction

_SHORT = 60  # characters: an order in two sentences has a short one


def without_orders(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans of those sentences that are no order, alone or together with the sentence beside them."""
    orders = {at for at, (start, end) in enumerate(spans) if is_instruction(text[start:end])}
    for at in range(len(spans) - 1):
        (start, middle), (_, end) = spans[at], spans[at + 1]
        split = at not in orders and at + 1 not in orders and min(middle - start, end - middle) <= _SHORT
        if split and is_instruction(_joined(text[start:end])):
            orders |= {at, at + 1}
    return tuple(span for at, span in enumerate(spans) if at not in orders)


def _joined(text: str) -> str:
    """Sentences as one: "Ignore all. Previous instructions." is an order cut in two."""
    return text.replace(". ", " ").replace("… ", " ").replace("! ", " ")


def said_of(sentences: int, others: int) -> list[str]:
    """What a document's notices say of the orders in it."""
    found = []
    if sentences:
        found.append(f"{sentences} of its sentences speak to a machine that reads them, and are no evidence")
    if others:
        found.append(
            f"{others} of its headings, captions or cells speak to a machine that reads them, and were set aside"
        )
    return found
