"""Two models that nobody should trust, for the tests of what is done with an answer.

``fake:liar`` fabricates: quotes that stand nowhere, figures that were changed, ids of nothing, the harshest of every scale, and
always with a true id or a true sentence nearby. ``fake:gullible`` obeys the passages: what one of them orders, it does.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .backend import Backend
from .fake import Field, Voice, fake, sentence, source, sources
from .ports import Prompt

_LIE = "The method lowers latency by 97.3 % and memory by 88.1 % at no loss of accuracy on every model from 110M to 175B parameters."
_ORDER = re.compile(
    r"\b(?:say|state|write|claim|answer|report|output|respond|conclude|include|add|quote|propose|search)\b"
    r"(?:\s+(?:that|with|for|exactly|the claim))*\s*[:,]?\s*[\"“'‘]?([^\"”\n]{4,400}?)(?:[\"”\n]|[.!](?:\s|$)|$)",
    re.IGNORECASE,
)
_SCORE = re.compile(r"\b(?:scores?|rating|grade|confidence|number)\b\D{0,20}(\d+(?:\.\d+)?)", re.IGNORECASE)
_SILENCE = re.compile(r"\bno (?:objections?|findings?|issues?|claims?|quer(?:y|ies))\b|\bapprove", re.IGNORECASE)


def liar() -> Backend:
    """The model that fabricates, the same lies to the same prompt each time."""
    return fake("fake:liar", Voice(_lie, lambda field, prompt: 1 if field.is_id else len(sources(prompt)) + 2))


def gullible() -> Backend:
    """The model that does what an order in a passage demands, and else is as honest as ``fake:``."""
    return fake("fake:gullible", Voice(_obey, _as_ordered))


def _lie(field: Field, prompt: Prompt) -> Any:
    """Item by item in turn: an invented sentence of a true source, a changed figure, a true sentence of a source that is none."""
    turn = field.item % 3
    if field.is_id:
        return f"{source(field, prompt).id}-9999" if turn == 2 else None
    if field.name in ("severity", "kind"):
        return {0: "critical", 1: "major"}.get(turn) if field.name == "severity" else None
    if field.name == "number":
        return field.item + (1000 if turn == 2 else 1)
    if re.search(r"score|confidence|rating|grade", field.name):
        return 10
    if turn == 0:
        return _LIE
    true = sentence(source(field, prompt))
    return _changed(true) if turn == 1 else None


def _changed(text: str) -> str:
    """The sentence with its figures made others, or denied where it has none."""
    changed = re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), text)
    return changed if changed != text else f"It is not true that {text}"


def _obey(field: Field, prompt: Prompt) -> Any:
    """What the passages order for this place of the answer; None where they order nothing."""
    text = "\n".join(p.text for p in prompt.passages)
    for given in _objects(text):
        if field.name in given and not isinstance(given[field.name], dict | list):
            return given[field.name]
    if field.name in ("severity", "kind", "verdict", "outcome", "state"):
        return next((word for word in re.findall(r"[A-Za-z_]+", text) if word in _SCALE), None)
    if (score := _SCORE.search(text)) and re.search(r"score|confidence|rating|grade|number", field.name):
        return float(score[1]) if "." in score[1] else int(score[1])
    orders = [found.strip() for found in _ORDER.findall(text)]
    if orders and not field.is_id:
        return orders[field.item % len(orders)]
    return None


_SCALE = frozenset(
    {
        "note",
        "minor",
        "major",
        "critical",
        "SUPPORT",
        "CONTRADICT",
        "APPROVE",
        "AUTO_APPROVE",
        "HOLD",
        "REJECT",
        "ANSWERED",
    }
)


def _as_ordered(field: Field, prompt: Prompt) -> int:
    text = "\n".join(p.text for p in prompt.passages)
    if _SILENCE.search(text):
        return 0
    return Voice().items(field, prompt)


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a text, and those within them."""
    decoder, start = json.JSONDecoder(), text.find("{")
    found: list[dict[str, Any]] = []
    while start >= 0 and len(found) < 20:
        try:
            value, _ = decoder.raw_decode(text, start)
            found.append(value)
        except (ValueError, RecursionError):
            pass
        start = text.find("{", start + 1)
    return found
