"""Schemas: each public contract with what it is, its fields, and an example."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from sovereign.contracts.example import example
from sovereign.contracts.public import CONTRACTS, contract
from sovereign.contracts.schema import SCHEMA_FILE, schema_file, shipped_example, shipped_schema
from sovereign.errors import NotFound
from sovereign.records import SCHEMA_VERSION, Model

from ..context import SiteOf
from ..render import page
from ..schemas.fields import TypeTable, tables_of

html = APIRouter()
api = APIRouter(tags=["schemas"])

_RECORD = "record"
_ABOUT = "The record itself, whole: question, plan, search, claims with their checks, answer, review and decision."
_LONGEST = 20_000  # characters of an example that stands on a page; a longer one is a file


class SchemaRow(Model):
    """One contract. ``file`` is where its document stands in an export, empty where an export has none; ``many``: a list of them."""

    name: str
    version: str
    about: str
    urn: str
    fields: int
    file: str
    many: bool


class SchemasPage(Model):
    """All contracts."""

    schemas: tuple[SchemaRow, ...]


class SchemaPage(Model):
    """One contract with the fields of its document and of every type in it. ``example`` is JSON text, empty where it is long."""

    schema_row: SchemaRow
    tables: tuple[TypeTable, ...]
    example: str
    examples: int


@html.get("/schemas", response_class=HTMLResponse)
def schemas(request: Request, site: SiteOf) -> HTMLResponse:
    """All contracts as a page."""
    return page(
        request, site, "schemas.html.j2", title="Schemas", shown=_page(),
        description="The contracts of all that is public of a record.",
    )  # fmt: skip


@html.get("/schemas/{name}.json")
def schema_json(name: str) -> Response:
    """The JSON Schema itself (draft 2020-12)."""
    return _json(shipped_schema(_file(_known(name))), "application/schema+json")


@html.get("/schemas/{name}/example.json")
def example_json(name: str) -> Response:
    """An example of its documents."""
    return _json(_example(_known(name)), "application/json")


@html.get("/schemas/{name}", response_class=HTMLResponse)
def schema(request: Request, site: SiteOf, name: str) -> Response:
    """One contract as a page; the older address ``<name>-v1`` leads here too."""
    known = _known(name)
    if known != name:
        return RedirectResponse(f"/schemas/{known}", 308)
    shown = _schema(known)
    return page(
        request, site, "schema.html.j2", title=f"Schema: {known}", description=shown.schema_row.about, shown=shown,
        links=(("describedby", f"/schemas/{known}.json", "application/schema+json"),),
    )  # fmt: skip


@api.get("/schemas")
def list_schemas() -> SchemasPage:
    """Every public contract."""
    return _page()


@api.get("/schemas/{name}")
def get_schema(name: str) -> SchemaPage:
    """One contract with its fields as tables and an example. The JSON Schema itself is at ``/schemas/<name>.json``."""
    return _schema(_known(name))


def _known(name: str) -> str:
    """The contract of a name, with or without a version after it.

    Raises:
        NotFound: if there is none.
    """
    names = {_RECORD: SCHEMA_VERSION, **{c.name: c.version for c in CONTRACTS}}
    for known, version in names.items():
        if name in (known, f"{known}-v{version}", f"{known}-v{version.partition('.')[0]}", f"{known}-{version}"):
            return known
    raise NotFound(f"there is no contract {name[:80]}", "Look for it in the list of schemas.")


def _file(name: str) -> str:
    return SCHEMA_FILE if name == _RECORD else schema_file(contract(name))


def _json(data: Any, media_type: str) -> Response:
    return Response(json.dumps(data, indent=2, ensure_ascii=False) + "\n", media_type=media_type)


@cache
def _page() -> SchemasPage:
    return SchemasPage(schemas=tuple(_row(name) for name in (_RECORD, *(c.name for c in CONTRACTS))))


def _row(name: str) -> SchemaRow:
    found = shipped_schema(_file(name))
    told = {"name": name, "urn": found["$id"], "fields": len(found["properties"])}
    if name == _RECORD:
        return SchemaRow(version=SCHEMA_VERSION, about=_ABOUT, file="record.json", many=False, **told)
    one = contract(name)
    files = {"paper-manifest": "manifest.json"}
    return SchemaRow(
        version=one.version,
        about=one.about,
        file=one.file if one.make else files.get(name, ""),
        many=one.many,
        **told,
    )


@cache
def _schema(name: str) -> SchemaPage:
    made = _example(name)
    first = made[0] if isinstance(made, list) and made else made
    text = json.dumps(first, indent=2, ensure_ascii=False)
    return SchemaPage(
        schema_row=_row(name),
        tables=tables_of(shipped_schema(_file(name))),
        example=text if len(text) <= _LONGEST else "",
        examples=len(made) if isinstance(made, list) else 1,
    )


@cache
def _example(name: str) -> Any:
    return example().record.model_dump(mode="json") if name == _RECORD else shipped_example(name)
