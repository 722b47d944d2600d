"""Every contract: its schema is the generated one, and its example and the documents of a real record fit it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from sovereign.contracts.example import example
from sovereign.contracts.examples import examples
from sovereign.contracts.public import CONTRACTS, Contract, contract, documents
from sovereign.contracts.published import Published
from sovereign.contracts.schema import schema_file, schemas, shipped_example, shipped_schema

EVERY = pytest.mark.parametrize("one", CONTRACTS, ids=lambda c: c.name)
_ADVICE = "run: python -m sovereign.contracts.schema"


def _as_list(document: Any) -> list[Any]:
    return document if isinstance(document, list) else [document]


def _validator(one: Contract) -> jsonschema.Draft202012Validator:
    schema = shipped_schema(schema_file(one))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schemas_that_ship_are_the_generated_ones() -> None:
    for name, schema in schemas().items():
        assert shipped_schema(name) == json.loads(json.dumps(schema)), _ADVICE


def test_the_examples_that_ship_are_the_generated_ones() -> None:
    made = examples()
    assert {c.name for c in CONTRACTS} <= set(made)
    for name, data in made.items():
        assert shipped_example(name) == json.loads(data), _ADVICE


@EVERY
def test_the_example_fits_its_schema_and_a_damaged_one_does_not(one: Contract) -> None:
    validator, found = _validator(one), _as_list(shipped_example(one.name))
    assert found
    for document in found:
        validator.validate(document)
    first = found[0]
    for damage in ({"schema": "urn:other"}, {"schema_version": 2}, {"unknown": 1}, {"limitations": "none"}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(first | damage)
    for name in first:
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({k: v for k, v in first.items() if k != name})


@pytest.mark.parametrize("one", [c for c in CONTRACTS if c.make], ids=lambda c: c.name)
def test_the_documents_of_a_real_record_fit_their_schema(one: Contract, published: Published) -> None:
    found = _as_list(json.loads(documents(published, [one])[one.file]))
    assert found
    validator = _validator(one)
    for document in found:
        validator.validate(document)
    if one.many:
        assert len(found) > 50


def test_the_documents_of_the_same_record_are_the_same_bytes(published: Published) -> None:
    again = Published.__new__(Published)
    object.__setattr__(again, "record", type(published.record).model_validate_json(published.record.model_dump_json()))
    object.__setattr__(again, "events", tuple(published.events))
    object.__setattr__(again, "head", published.head)
    assert documents(again) == documents(published)


def test_all_known_enums_and_fields_are_there() -> None:
    """The names of the contracts that these descend from, so that a reader of the one can read the other."""
    required = {
        "gate-verdict": "status label definition reason evaluated_at gate enforcement",
        "math-result": "publisher result verification artifact_set interpretation",
        "verification-levels": "paper_level paper_level_key paper_level_label basis generated_from claim_summary artifact_types "
        "levels unsupported_upper_levels enforcement",
        "quality-tiers": "tier basis generated_from enforcement inputs thresholds",
        "quality-dimensions": "dimensions interpretation generated_from",
        "benchmark-evidence": "model benchmark source_count source_coverage source_profile reported_range spread_pp severity entries",
    }
    for name, fields in required.items():
        schema = shipped_schema(schema_file(contract(name)))
        assert set(fields.split()) | {"schema", "schema_version", "contract_version", "limitations"} <= set(
            schema["required"]
        )
    summary = shipped_schema(schema_file(contract("verification-levels")))["$defs"]["ClaimSummary"]["required"]
    assert len(summary) == 10
    enums = set(_enums([shipped_schema(schema_file(c)) for c in CONTRACTS]))
    assert ("UNVERIFIED", "VERIFIED", "FALSIFIED") in enums
    assert ("UNASSESSED", "LOW", "MEDIUM", "HIGH") in enums
    assert ("FLAGSHIP_CANDIDATE", "DOI_GRADE", "PUBLIC_RECORD", "WATCHLIST", "QUARANTINE_CANDIDATE") in enums
    assert ("FALSIFIED", "COMPUTATIONAL_EVIDENCE", "FORMAL_PROOF_ATTEMPTED", "FORMAL_PROOF_VERIFIED") in enums


def _enums(node: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(node, dict):
        if "enum" in node:
            yield tuple(node["enum"])
        for value in node.values():
            yield from _enums(value)
    elif isinstance(node, list):
        for value in node:
            yield from _enums(value)


def test_the_example_record_is_sound() -> None:
    record = example().record
    assert record.computed_hash() == record.content_hash
    assert all(e.hash == e.computed_hash() for e in example().events)
