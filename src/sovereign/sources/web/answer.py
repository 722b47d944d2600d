"""What a request comes to: an answer, or an error that says why there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NoReturn

from sovereign.errors import SovereignError

Kind = Literal["search", "record", "fulltext"]
"""What is asked for. It decides how long the answer is kept and how large and how slow it may be."""

_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.I)


class FetchError(SovereignError):
    """A request that has no answer. ``status`` is the HTTP status, or None if it did not come to one.

    A source catches it and goes on with the others, so it has no exit code of its own.
    """

    def __init__(self, message: str, advice: str = "", status: int | None = None) -> None:
        super().__init__(message, advice)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """An answer of status 2xx.

    ``url`` is where it came from after redirects, without secrets; ``headers`` are those that the sources use, with
    lower-case names; ``body`` is decompressed. They are the same whether they come from the network, cache or recording.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as JSON.

        Raises:
            FetchError: if it is anything else: a page in HTML, cut short, not UTF-8, nested too deep, NaN.
        """
        try:
            value: object = json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:  # bad JSON, UTF-8 and numbers of 5000 digits are all ValueErrors
            if self.body.lstrip()[:1] == b"<":
                what = "a page in HTML or XML"
            elif not self.body.strip():
                what = "nothing"
            else:
                what = f"something damaged or cut short ({type(error).__name__})"
            raise FetchError(
                f"{self.url} answered {what} instead of JSON",
                "Try again later; a proxy or login page may be in between.",
            ) from error
        return value

    def text(self) -> str:
        """The body as text, in the character set that it names, else UTF-8. What cannot be decoded becomes U+FFFD."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.body.decode(named[1] if named else "utf-8", errors="replace")
        except (LookupError, UnicodeError):  # no such character set; "idna" and its kind raise in spite of "replace"
            return self.body.decode("utf-8", errors="replace")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
