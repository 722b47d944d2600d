"""The JSON Schema of an answer, as it is shown, and as servers decode by it."""

from __future__ import annotations

from typing import Any

_BOUNDS = frozenset(("maxLength", "minLength", "maxItems", "minItems", "pattern", "title", "default"))
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
