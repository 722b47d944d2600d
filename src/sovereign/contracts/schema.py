"""The JSON Schema of a public record, from the record types. ``python -m sovereign.contracts.schema`` ships it anew."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from sovereign.records import SCHEMA_VERSION, Record

SCHEMA_ID = f"urn:sovereign:schema:record:{SCHEMA_VERSION}"
SCHEMA_FILE = f"record-{SCHEMA_VERSION}.json"
_DESCRIPTION = (
    "A record that answers a technical question and can be checked: plan, retrieval, claims with the sentences and "
    "checks they rest on, answer, review, decision. Fields that are computed from others (as a claim's verdict) are "
    "written too. The content hash is the SHA-256 of the record's canonical JSON (RFC 8785) without id, short_id, "
    "created_at, environment, content_hash and ledger_head."
)


def record_schema() -> dict[str, Any]:
    """The schema of a record as it is written (draft 2020-12), computed fields included."""
    schema = Record.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "SOVEREIGN record",
        "description": _DESCRIPTION,
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def shipped_schema() -> dict[str, Any]:
    """The schema that ships with the package."""
    text = files("sovereign.contracts").joinpath("schemas", SCHEMA_FILE).read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def write_schema(path: Path) -> None:
    """Writes the schema to ``path``.

    Raises:
        OSError: if it cannot be written.
    """
    path.write_bytes((json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


if __name__ == "__main__":
    target = Path(__file__).parent / "schemas" / SCHEMA_FILE
    write_schema(target)
    print(f"written: {target.name}")
