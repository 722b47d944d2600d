"""Models without weights, part of the product: for tests, demos and the benches of what a dishonest model can do.

``fake:`` answers any schema from its prompt alone: sentences are the passages' own, ids are those of passages or of the task. It is
deterministic, knows nothing, and does not understand what it copies. Its two brothers are in ``hostile.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .backend import Backend, Reply, Request
from .budget import estimate
from .ports import Passage, Prompt

_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|$)", re.MULTILINE)
_ID = re.compile(r"\b[A-Z]{1,4}:?\d{1,5}[a-z]?\b")
_DEEPEST = 12  # levels of an answer


class Field(NamedTuple):
    """A place in the answer: the names that lead to it, and the number of the list item that it is in."""

    path: tuple[str, ...]
    item: int

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def is_id(self) -> bool:
        return bool(re.search(r"(?:^|_)ids?$|^target$", self.name))


class Voice(NamedTuple):
    """What a fake says of its own accord: ``say`` gives the value of a text, number or enum, or None for the honest one; ``items`` the
    length of a list."""

    say: Callable[[Field, Prompt], Any] = lambda field, prompt: None
    items: Callable[[Field, Prompt], int] = lambda field, prompt: 1 if field.is_id else min(2, len(sources(prompt)))


def fake(name: str = "fake:", voice: Voice | None = None) -> Backend:
    """The honest fake, or one with another voice."""
    voice = voice or Voice()

    def send(request: Request) -> Reply:
        text = json.dumps(_fill(request.schema, request, voice, Field((), 0)), ensure_ascii=False)
        return Reply(text, estimate("".join(m.text for m in request.messages)), estimate(text))

    return Backend(name, {"temperature": 0}, 2048, send)


def sources(prompt: Prompt) -> Sequence[Passage]:
    """What a fake copies from: the passages, or else the task."""
    ids = _ID.findall(prompt.task)
    return prompt.passages or (Passage(ids[0] if ids else "T1", prompt.task),)


def source(field: Field, prompt: Prompt) -> Passage:
    """The passage that a place in the answer is about: as many items, as many passages."""
    there = sources(prompt)
    return there[field.item % len(there)]


def sentence(passage: Passage) -> str:
    """The first sentence of a passage that has more than three words, as it stands there."""
    found = [s.strip() for s in _SENTENCE.findall(passage.text) if s.strip()]
    return next((s for s in found if len(s.split()) > 3), passage.text.strip())


def _fill(node: Mapping[str, Any], request: Request, voice: Voice, field: Field) -> Any:
    """A value that fits a node of the schema (JSON Schema as pydantic writes it)."""
    node = _resolved(node, request.schema)
    kind = node.get("type", "object" if "properties" in node else "string")
    if len(field.path) > _DEEPEST or kind == "null":
        return None
    if "const" in node:
        return node["const"]
    if kind == "object":
        parts = node.get("properties", {}).items()
        return {name: _fill(sub, request, voice, Field((*field.path, name), field.item)) for name, sub in parts}
    if kind == "array":
        return _list(node, request, voice, field)
    said = voice.say(field, request.prompt)
    if "enum" in node:
        return said if said in node["enum"] else node["enum"][0]
    if kind == "boolean":
        return said is True
    if kind in ("integer", "number"):
        return _number(node, said, field)
    passage = source(field, request.prompt)
    text = said if isinstance(said, str) else passage.id if field.is_id else sentence(passage)
    return text[: node.get("maxLength", len(text))].ljust(node.get("minLength", 0), "…")


def _resolved(node: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node that a reference leads to, or the first choice that is not null."""
    for _ in range(_DEEPEST):
        if "$ref" in node:
            node = root.get("$defs", {}).get(str(node["$ref"]).rpartition("/")[2], {})
        elif choices := node.get("anyOf") or node.get("oneOf") or node.get("allOf"):
            node = next((c for c in choices if c.get("type") != "null"), choices[0])
    return node


def _list(node: Mapping[str, Any], request: Request, voice: Voice, field: Field) -> list[Any]:
    wanted = voice.items(field, request.prompt)
    count = max(node.get("minItems", 0), min(node.get("maxItems", wanted), wanted))
    inner = node.get("items") or (node.get("prefixItems") or [{"type": "string"}])[0]
    first = field.item if field.is_id else 0  # the ids of an item are those of its passage
    return [_fill(inner, request, voice, Field(field.path, first + n)) for n in range(count)]


def _number(node: Mapping[str, Any], said: Any, field: Field) -> int | float:
    """Zero, or what is allowed and nearest to it; a field ``number`` counts the items of its list from 1."""
    number = said if isinstance(said, int | float) else field.item + 1 if field.name == "number" else 0
    number = max(number, node.get("minimum", node.get("exclusiveMinimum", number)))
    number = min(number, node.get("maximum", node.get("exclusiveMaximum", number)))
    return int(number) if node.get("type") == "integer" else float(number)
