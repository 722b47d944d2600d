"""Every contract has a page with all its fields, its schema and an example that fits it."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from lxml import html

from sovereign.contracts.public import CONTRACTS
from sovereign.contracts.schema import shipped_schemas
from sovereign.site.schemas.fields import tables_of, type_of

NAMES = ("record", *(c.name for c in CONTRACTS))


def test_all_that_ships_is_listed(client: TestClient) -> None:
    rows = client.get("/api/v1/schemas").json()["schemas"]
    assert tuple(row["name"] for row in rows) == NAMES and len(rows) == len(shipped_schemas())
    text = client.get("/schemas").text
    assert all(f'href="/schemas/{name}"' in text for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_is_explained_field_by_field(client: TestClient, name: str) -> None:
    schema = client.get(f"/schemas/{name}.json").json()
    Draft202012Validator.check_schema(schema)
    example = client.get(f"/schemas/{name}/example.json").json()
    for document in example if isinstance(example, list) else [example]:
        Draft202012Validator(schema).validate(document)
    shown = client.get(f"/api/v1/schemas/{name}").json()
    first = shown["tables"][0]
    assert [f["name"] for f in first["fields"]] == list(schema["properties"])
    assert {f["name"] for f in first["fields"] if f["required"]} == set(schema["required"])
    assert not [f["name"] for f in first["fields"] if not f["meaning"]], "say it in site/meanings.py"
    table = html.fromstring(client.get(f"/schemas/{name}").text).xpath("//table[contains(@class, 'fields')]")[0]
    assert len(table.xpath("./tbody/tr")) == len(schema["properties"])


@pytest.mark.parametrize("older", ["quality-tiers-v1", "quality-tiers-v1.0", "quality-tiers-1.0"])
def test_an_older_address_leads_on(client: TestClient, older: str) -> None:
    answer = client.get(f"/schemas/{older}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/schemas/quality-tiers")
    assert client.get(f"/schemas/{older}.json").json() == client.get("/schemas/quality-tiers.json").json()


@pytest.mark.parametrize("name", ["quality-tiers-v9", "<b>", "..%2f..%2fpolicy", "none"])
def test_a_contract_that_there_is_not_is_told(client: TestClient, name: str) -> None:
    for path in (f"/schemas/{name}", f"/schemas/{name}.json", f"/schemas/{name}/example.json"):
        assert client.get(path).status_code == 404


def test_types_are_told_in_words() -> None:
    assert type_of({"anyOf": [{"type": "string"}, {"type": "null"}]}) == "text or null"
    assert type_of({"type": "array", "items": {"$ref": "#/$defs/Claim"}}) == "list of Claim"
    assert type_of({"type": "integer", "minimum": 0, "maximum": 7}) == "whole number at least 0 at most 7"
    assert type_of({"const": "1.0"}) == "always `1.0`"
    assert type_of({"type": "object", "additionalProperties": {"type": "number"}}) == "object of number by name"
    assert (
        type_of({"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]}) == "list of 2: text, text"
    )
    assert type_of({}) == "anything"


def test_what_a_type_says_of_a_field_is_its_meaning() -> None:
    about = "A thing. ``size`` is in bytes; ``name`` is shown.\n\nRaises:\n    ValueError: never."
    table = tables_of({"title": "T", "description": about, "properties": {"size": {"type": "integer"}, "other": {}}})[0]
    assert [f.meaning for f in table.fields] == ["`size` is in bytes", ""]
    assert "Raises" not in table.about
