"""A fetcher that answers from a table, and remembers what it was asked. All its answers are invented for these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sovereign.errors import SovereignError
from sovereign.records import Query
from sovereign.sources.base import Kind


class Refused(SovereignError):
    """What the HTTP client raises for a status, or for an answer that is no JSON."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message, "Try again.")
        self.status = status


NOT_THERE = Refused("404 Not Found", 404)
DOWN = Refused("503 Service Unavailable", 503)


@dataclass(frozen=True)
class Given:
    """An answer with the status 200."""

    body: bytes
    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> object:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Refused("the answer is no JSON") from None

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Asked(NamedTuple):
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    kind: str
    json: Any
    anywhere: bool = False


class Server:
    """Answers by the longest beginning of the address that it knows; one that it does not know is not there.

    An answer is bytes, JSON, or an error; a list of them is used up one by one, but for its last.
    """

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.asked: list[Asked] = []
        self._answers = {beginning: list(a) if isinstance(a, Turns) else [a] for beginning, a in answers.items()}

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        kind: Kind = "search",
        anywhere: bool = False,
    ) -> Given:
        return self._answer(Asked(url, dict(params), dict(headers), kind, None, anywhere))

    def post(
        self,
        url: str,
        *,
        json: object,
        params: Mapping[str, str] = {},
        headers: Mapping[str, str] = {},
        kind: Kind = "search",
    ) -> Given:
        return self._answer(Asked(url, dict(params), dict(headers), kind, json))

    def check(self) -> None:
        pass

    def _answer(self, asked: Asked) -> Given:
        self.asked.append(asked)
        known = [beginning for beginning in self._answers if asked.url.startswith(beginning)]
        if not known:
            raise NOT_THERE
        turns = self._answers[max(known, key=len)]
        answer = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(answer, Exception):
            raise answer
        return Given(answer if isinstance(answer, bytes) else json.dumps(answer).encode(), asked.url)


class Turns(list[Any]):
    """Answers to be given one after the other."""


def queries(*texts: str) -> list[Query]:
    return [Query(text=text, facet_ids=()) for text in texts]


HTML = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body><p>Are you a robot?</body></html>"
