"""The JSON Schemas of what is made public, from the record types. ``python -m sovereign.contracts.schema`` ships them anew."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from sovereign.records import SCHEMA_VERSION, BenchmarkEvidence, Model, Record

from .envelope import schema_urn
from .public import CONTRACTS, Contract

SCHEMA_ID = f"urn:sovereign:schema:record:{SCHEMA_VERSION}"
SCHEMA_FILE = f"record-{SCHEMA_VERSION}.json"
_DESCRIPTION = (
    "A record that answers a technical question and can be checked: plan, retrieval, claims with the sentences and "
    "checks they rest on, answer, review, decision. Fields that are computed from others (as a claim's verdict) are "
    "written too. The content hash is the SHA-256 of the record's canonical JSON (RFC 8785) without id, short_id, "
    "created_at, environment, content_hash and ledger_head."
)


MANIFEST_SCHEMA_FILE = "paper-manifest-1.0.json"
EVIDENCE_ID = "urn:sovereign:schema:benchmark-evidence:1.0"
EVIDENCE_FILE = "benchmark-evidence-1.0.json"
_EVIDENCE = (
    "What works report of one model on one benchmark: every number with its source, quote, typed key and independent group; coverage, range "
    "and spread; and whether the numbers may be compared at all. The fields of the public contract "
    "benchmark-evidence-v1 have its names."
)


def record_schema() -> dict[str, Any]:
    """The schema of a record as it is written (draft 2020-12), computed fields included."""
    return _schema(Record, SCHEMA_ID, "SOVEREIGN record", _DESCRIPTION)


def evidence_schema() -> dict[str, Any]:
    """The schema of the evidence of one benchmark cluster as it is written (draft 2020-12)."""
    schema = _schema(BenchmarkEvidence, EVIDENCE_ID, "SOVEREIGN benchmark evidence", _EVIDENCE)
    return _with_fixed_head(schema, "benchmark-evidence", "1.0")


def contract_schema(contract: Contract) -> dict[str, Any]:
    """The schema of one document of a contract as it is written (draft 2020-12); the head of a document is fixed by it."""
    if contract.name == "benchmark-evidence":
        return evidence_schema()
    urn = schema_urn(contract.name, contract.version)
    schema = _schema(contract.kind, urn, f"SOVEREIGN {contract.name}", contract.about)
    if contract.kind.__doc__:
        schema["description"] = f"{contract.about} {' '.join(contract.kind.__doc__.split())}"
    return _with_fixed_head(schema, contract.name, contract.version)


def _with_fixed_head(schema: dict[str, Any], name: str, version: str) -> dict[str, Any]:
    """The schema with the one value that each of the first fields of a document may have."""
    head = {"schema": schema_urn(name, version), "schema_version": version, "contract_version": f"{name}-v{version}"}
    for field, value in head.items():
        schema["properties"][field] = {"const": value, "title": schema["properties"][field].get("title", field)}
    return schema


def schema_file(contract: Contract) -> str:
    """The file name of a contract's schema."""
    return f"{contract.name}-{contract.version}.json"


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema, made anew, by its file name: the record's, then those of the contracts."""
    return {SCHEMA_FILE: record_schema(), **{schema_file(c): contract_schema(c) for c in CONTRACTS}}


def _schema(kind: type[Model], schema_id: str, title: str, description: str) -> dict[str, Any]:
    schema = kind.model_json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_id,
        "title": title,
        "description": description,
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def shipped_schema(name: str = SCHEMA_FILE) -> dict[str, Any]:
    """The schema of that file name that ships with the package."""
    text = files("sovereign.contracts").joinpath("schemas", name).read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def shipped_schemas() -> dict[str, bytes]:
    """Every schema that ships with the package, by file name."""
    folder = files("sovereign.contracts").joinpath("schemas")
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".json")}


def write_schema(path: Path, schema: dict[str, Any] | None = None) -> None:
    """Writes a schema, that of a record if none is given, to ``path``.

    Raises:
        OSError: if it cannot be written.
    """
    path.write_bytes(_bytes(schema or record_schema()))


def shipped_example(name: str) -> Any:
    """The example that ships with a contract: a document, or a list of them.

    Raises:
        FileNotFoundError: if none ships.
    """
    return json.loads(files("sovereign.contracts").joinpath("examples", f"{name}.json").read_text("utf-8"))


def main() -> None:
    """Write schemas, examples and test vectors."""
    from .examples import examples
    from .tiers import VECTORS, made_vectors

    here = Path(__file__).parent
    written: dict[str, bytes] = {f"schemas/{name}": _bytes(schema) for name, schema in schemas().items()}
    written |= {f"examples/{name}.json": data for name, data in examples().items()}
    written[f"vectors/{VECTORS}"] = _bytes(made_vectors())
    for name, data in written.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_bytes(data)
        print(f"written: {name}")


def _bytes(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


if __name__ == "__main__":
    main()
