"""The JSON Schema of an answer, as it is shown, and as servers decode by it."""

from __future__ import annotations

from typing import Any

_BOUNDS = frozenset(("maxLength", "minLength", "maxItems", "minItems", "pattern", "title", "default"))
_LONGEST = 200  # characters of a text
_NAMED = frozenset(("properties", "$defs"))


def schema_of(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a pydantic model."""
    schema: dict[str, Any] = kind.model_json_schema()
    return schema


def loose(node: Any) -> Any:
    """A schema without lengths: decoders unroll them or refuse them. The answer is held against the whole schema afterwards."""
    if isinstance(node, list | tuple):
        return [loose(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: loose(sub) for name, sub in value.items()} if key in _NAMED else loose(value)
        for key, value in node.items()
        if key not in _BOUNDS
    }


def tight(node: Any, items: int) -> Any:
    """A schema with few items in a list, and with texts of a tenth of their length: who decodes by it comes to an end."""
    if isinstance(node, list):
        return [tight(one, items) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: {name: tight(sub, items) for name, sub in value.items()} if key in _NAMED else tight(value, items)
        for key, value in node.items()
        if key not in _BOUNDS
    }
    ends = {"array": {"maxItems": items}, "string": {} if "enum" in node else {"maxLength": _tenth(node)}}
    kind = node.get("type")
    return kept | (ends.get(kind, {}) if isinstance(kind, str) else {})


def _tenth(node: dict[str, Any]) -> int:
    return int(min(_LONGEST, max(1, node.get("maxLength", 10 * _LONGEST) // 10)))
