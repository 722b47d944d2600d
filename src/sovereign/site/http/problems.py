"""What is told when something cannot be answered: one form (RFC 9457), and the table of what each route may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.types import Send

from sovereign.records import Model

MEDIA_TYPE = "application/problem+json"


class Problem(Model):
    """Why there is no answer: ``title`` says what happened, ``detail`` what to do."""

    type: str
    title: str
    status: int
    detail: str


_SAID = {
    400: "What was asked cannot be answered as it was asked.",
    404: "There is no such thing here.",
    405: "This is not done at this address.",
    406: "It is not there in the form that was asked for.",
    408: "The body of the request came too slowly.",
    413: "The body of the request is too large.",
    414: "The address is too long.",
    421: "This site is not served under that name.",
    422: "A parameter is not of its kind, or out of its bounds.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
    431: "The header of the request is too large.",
    401: "The owner's token is missing or wrong.",
    403: "Writing is switched off.",
    409: "It was changed in the meantime, or clashes with what is there.",
    415: "The body is not of the kind that this takes.",
    503: "The store cannot be read or written now.",
}
_READING = (400, 404, 405, 406, 414, 421, 422, 429, 431, 503)
_WRITING = (*_READING, 401, 403, 408, 409, 413, 415)


def _declared(statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": _SAID[status], "content": {MEDIA_TYPE: schema}} for status in statuses}


READING = _declared(_READING)
"""What a route that is read may answer besides 200, for ``responses=``."""

WRITING = _declared(_WRITING)
"""The same for a route of the owner's."""


def describe(app: FastAPI) -> None:
    """Let the OpenAPI document of the application say what a problem is."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.setdefault("Problem", Problem.model_json_schema())
        return document

    app.openapi = openapi  # type: ignore[method-assign]


async def refuse(send: Send, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
    """Answer with a problem, from a layer around the application."""
    body = json.dumps(Problem(type="about:blank", title=title, status=status, detail=detail).model_dump()).encode()
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    raw += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
