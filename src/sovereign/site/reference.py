"""The page for people about the JSON interface, made from the OpenAPI document: every operation with what it takes and gives."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from sovereign.records import Model

from .context import SiteOf
from .render import absolute, page

html = APIRouter()
_METHODS = ("get", "post", "put", "patch", "delete")


class Parameter(Model):
    """One parameter, or field of a body: ``place`` is path, query or body, ``takes`` its values in words."""

    name: str
    place: str
    takes: str
    required: bool
    about: str


class Operation(Model):
    """One thing that can be asked. ``gives`` names the model of its answer, ``curl`` is a command to try it with."""

    id: str
    method: str
    path: str
    title: str
    about: str
    topic: str
    guarded: bool
    parameters: tuple[Parameter, ...]
    gives: str
    statuses: tuple[tuple[str, str], ...]
    curl: str


class Reference(Model):
    """What the page shows."""

    version: str
    operations: tuple[Operation, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, in the order of their first operation."""
        return tuple(dict.fromkeys(one.topic for one in self.operations))


@html.get("/docs", response_class=HTMLResponse)
def reference(request: Request, site: SiteOf) -> HTMLResponse:
    """The interface as a page."""
    shown = reference_of(request.app.openapi(), absolute(request, site, ""))
    return page(request, site, "reference.html.j2", title="API", description="Every page as JSON.", shown=shown)


def reference_of(document: Mapping[str, Any], address: str) -> Reference:
    """What an OpenAPI document says, for a site at ``address``."""
    found = (
        _operation(document, address, path, method, entry[method])
        for path, entry in document.get("paths", {}).items()
        for method in _METHODS
        if method in entry
    )
    return Reference(version=document["info"]["version"], operations=tuple(found))


def _operation(
    document: Mapping[str, Any], address: str, path: str, method: str, entry: Mapping[str, Any]
) -> Operation:
    parameters = tuple(map(_parameter, entry.get("parameters", ())))
    body = entry.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    parameters += tuple(_fields(document, body or {}))
    answers: Mapping[str, Any] = entry.get("responses", {})
    good: Mapping[str, Any] = next((answer for code, answer in answers.items() if code.startswith("2")), {})
    contents: list[Mapping[str, Any]] = list(good.get("content", {}).values())
    schema = contents[0].get("schema", {}) if contents else {}
    guarded = bool(entry.get("security"))
    return Operation(
        id=entry.get("operationId", f"{method}{path}"),
        method=method.upper(),
        path=path,
        title=entry.get("summary", path),
        about=entry.get("description", ""),
        topic=next(iter(entry.get("tags", ())), "other"),
        guarded=guarded,
        parameters=parameters,
        gives=_name(schema),
        statuses=tuple((code, answer.get("description", "")) for code, answer in sorted(answers.items())),
        curl=_curl(address, path, method, guarded, parameters),
    )


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    schema = entry.get("schema", {})
    return Parameter(
        name=entry["name"],
        place=entry["in"],
        takes=_takes(schema),
        required=entry.get("required", False),
        about=entry.get("description") or schema.get("description", ""),
    )


def _fields(document: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[Parameter]:
    schema = document.get("components", {}).get("schemas", {}).get(body.get("$ref", "").rpartition("/")[2], body)
    needed = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        about = field.get("description", "")
        yield Parameter(name=name, place="body", takes=_takes(field), required=name in needed, about=about)


def _takes(schema: Mapping[str, Any]) -> str:
    """The values that a schema lets through, in words."""
    if some := [s for s in schema.get("anyOf", ()) if s.get("type") != "null"]:
        return " or ".join(map(_takes, some))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "") or _name(schema)
    if kind == "array":
        return f"list of {_takes(schema.get('items', {})) or 'anything'}"
    bounds = {
        "minimum": "from",
        "maximum": "to",
        "minLength": "at least",
        "maxLength": "at most",
        "pattern": "of the form",
    }
    said = [f"{word} {schema[key]}" for key, word in bounds.items() if key in schema]
    if kind == "string" and "maxLength" in schema:
        said.append("characters")
    if (default := schema.get("default")) not in (None, ""):
        said.append(f"default {default}")
    return " ".join([kind, *said])


def _name(schema: Mapping[str, Any]) -> str:
    """The name of the model that a schema refers to, or of what it is a list of."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_name(schema.get('items', {})) or 'anything'}"
    return str(schema.get("title", ""))


def _curl(address: str, path: str, method: str, guarded: bool, parameters: tuple[Parameter, ...]) -> str:
    words = ["curl"]
    if guarded:
        words += ["-H", "Authorization: Bearer $SOVEREIGN_SITE_TOKEN"]
    if fields := [one.name for one in parameters if one.place == "body" and one.required]:
        inside = ", ".join(f'"{name}": "…"' for name in fields)
        words += ["-H", "Content-Type: application/json", "-d", f"{{{inside}}}"]
    elif method != "get":
        words += ["-X", method.upper()]
    target = path
    for one in parameters:
        if one.place == "path":
            target = target.replace(f"{{{one.name}}}", one.name.upper())
    words.append(address + quote(target, safe="/{}:.~-_"))
    # The token is to be put in by the shell, which takes single quotes at their word.
    return " ".join(f'"{word}"' if "$" in word else shlex.quote(word) for word in words)
