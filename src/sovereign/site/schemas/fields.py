"""A JSON Schema as tables that a person can read: the fields of a document, and of the types in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sovereign.records import Model

from .meanings import MEANINGS

_END = re.compile(r"(?<=[.;])\s+")
_CODE = re.compile(r"``([^`]+)``")
_LIMITS = (("minimum", "at least"), ("maximum", "at most"), ("minLength", "of at least"), ("maxLength", "of at most"))


class FieldRow(Model):
    """One field. ``meaning`` is empty where name and type say all; between backticks stand names."""

    name: str
    type: str
    required: bool
    meaning: str


class TypeTable(Model):
    """The fields of a document, or of one type in it."""

    name: str
    about: str
    fields: tuple[FieldRow, ...]


def tables_of(schema: Mapping[str, Any]) -> tuple[TypeTable, ...]:
    """The document itself, then every type that it is made of, in the order of their names."""
    types: Mapping[str, Any] = schema.get("$defs", {})
    first = _table(str(schema.get("title", "")), schema, types)
    named = tuple(f if f.meaning else f.model_copy(update={"meaning": MEANINGS.get(f.name, "")}) for f in first.fields)
    rows = [first.model_copy(update={"fields": named})]
    return tuple(rows + [_table(name, part, types) for name, part in sorted(types.items()) if "properties" in part])


def _table(name: str, part: Mapping[str, Any], types: Mapping[str, Any]) -> TypeTable:
    about = _said(part.get("description", ""))
    required = set(part.get("required", ()))
    fields = tuple(
        FieldRow(name=key, type=type_of(field), required=key in required, meaning=_meaning(key, field, about, types))
        for key, field in part.get("properties", {}).items()
    )
    return TypeTable(name=name, about=about, fields=fields)


def type_of(field: Mapping[str, Any]) -> str:
    """A type in words: ``list of Claim``, ``text or null``."""
    if "const" in field:
        return f"always `{field['const']}`"
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf"):
        if key in field:
            return " or ".join(dict.fromkeys(type_of(one) for one in field[key]))
    kind = field.get("type")
    if kind == "array":
        places = field.get("prefixItems")
        if places:
            return f"list of {len(places)}: " + ", ".join(type_of(one) for one in places)
        return f"list of {type_of(field.get('items', {}))}"
    if kind == "object":
        inner = field.get("additionalProperties")
        return f"object of {type_of(inner)} by name" if isinstance(inner, Mapping) and inner else "object"
    names = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "null": "null",
    }
    limits = [f"{words} {field[key]}" for key, words in _LIMITS if key in field]
    said = " ".join([names.get(str(kind), "anything"), *limits])
    return f"{said} ({field['format']})" if "format" in field else said


def _meaning(name: str, field: Mapping[str, Any], about: str, types: Mapping[str, Any]) -> str:
    """What a field says of itself; else the sentences on its owner that name it; else what its type is."""
    if field.get("description"):
        return _said(str(field["description"]))
    naming = [part for part in _END.split(about) if f"`{name}`" in part]
    if naming:
        return " ".join(naming).rstrip(";")
    described = types.get(type_of(field).removeprefix("list of ").split(" ")[0], {}).get("description", "")
    return _END.split(_said(described))[0].rstrip(";")


def _said(text: str) -> str:
    """One line, without what only a programmer needs, names between single backticks."""
    return _CODE.sub(r"`\1`", " ".join(text.partition("\n\nRaises:")[0].split()))
