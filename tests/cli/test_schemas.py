"""``sovereign schemas``."""

from __future__ import annotations

import pytest

from sovereign.contracts.public import CONTRACTS
from tests.cli.running import sovereign


def test_it_lists_every_contract() -> None:
    said = sovereign("schemas")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == [*(c.name for c in CONTRACTS), "record"]


@pytest.mark.parametrize("name", [*(c.name for c in CONTRACTS), "record"])
def test_it_prints_a_schema(name: str) -> None:
    said = sovereign("schemas", name)
    assert said.code == 0 and said.json["$schema"].endswith("2020-12/schema")
    assert said.json["$id"].startswith(f"urn:sovereign:schema:{name}:")


@pytest.mark.parametrize("one", CONTRACTS, ids=lambda c: c.name)
def test_it_prints_an_example(one: object) -> None:
    name = one.name  # type: ignore[attr-defined]
    said = sovereign("schemas", name, "--example")
    first = said.json[0] if isinstance(said.json, list) else said.json
    assert said.code == 0 and first["schema"].startswith(f"urn:sovereign:schema:{name}:")


@pytest.mark.parametrize("arguments", [("nope",), ("../record-1.0",), ("--example",), ("record", "--example"), ("",)])
def test_what_it_does_not_know_it_says(arguments: tuple[str, ...]) -> None:
    said = sovereign("schemas", *arguments)
    assert said.code == 2 and said.err.startswith("Error: ") and not said.out
