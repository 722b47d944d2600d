"""The schema that ships is the one the types make, and records follow it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from sovereign.contracts.schema import SCHEMA_FILE, record_schema, shipped_schema, write_schema
from sovereign.publish import render
from sovereign.records import LedgerHead, Record

KINDS = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """The part of JSON Schema that the record's schema uses."""
    if "$ref" in schema:
        return _fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema:
        return any(_fits(value, option, root) for option in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kind = schema.get("type")
    if kind and (not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return False
    if kind == "object":
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        if not set(schema.get("required", ())) <= set(value):
            return False
        return all(_fits(v, known[k], root) if k in known else _open(v, more, root) for k, v in value.items())
    if kind == "array":
        first = schema.get("prefixItems", [])
        rest = schema.get("items", {})
        return all(_fits(v, first[i] if i < len(first) else rest, root) for i, v in enumerate(value))
    return True


def _open(value: Any, more: bool | dict[str, Any], root: dict[str, Any]) -> bool:
    return _fits(value, more, root) if isinstance(more, dict) else more


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert shipped_schema() == record_schema(), "run: python -m sovereign.contracts.schema"


def test_the_schema_says_what_it_is() -> None:
    schema = shipped_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:sovereign:schema:record:1.0"
    assert schema["title"] and schema["description"]
    assert {"verdict", "metric", "value"} <= set(schema["$defs"]["Claim"]["properties"])


def test_an_exported_record_fits_and_a_damaged_one_does_not(record: Record, head: LedgerHead) -> None:
    schema = shipped_schema()
    data = json.loads(render(record, "json", head))
    assert _fits(data, schema, schema)
    for damage in ({"level": "2"}, {"schema_version": "2.0"}, {"unknown": 1}, {"claims": [{}]}):
        assert not _fits(data | damage, schema, schema)
    del data["claims"][0]["verdict"]
    assert not _fits(data, schema, schema)


def test_rewriting_makes_the_same_bytes(tmp_path: Path) -> None:
    write_schema(tmp_path / "s.json")
    assert (tmp_path / "s.json").read_bytes() == files("sovereign.contracts").joinpath(
        "schemas", SCHEMA_FILE
    ).read_bytes()
