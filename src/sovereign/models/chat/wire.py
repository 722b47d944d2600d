"""The HTTP client under the vendors' libraries: follows no redirect, cuts an answer off, shows no key, and notes what it saw.

What went wrong is told by what was seen here, status and body, not by the exceptions of three libraries.
"""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2

from .backend import Failure

LEAST_CONTEXT = 512  # tokens; less is an error of the server
MOST_CONTEXT = 10**9  # a server that says more says nothing
MOST_BYTES = 8_000_000  # of an answer
_PASSING = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_TOO_LONG = re.compile(
    r"context.{0,20}(?:length|size|window|limit)|too long|too many (?:input )?tokens|maximum.{0,30}tokens|"
    r"tokens?.{0,40}exceed|exceed.{0,40}(?:token|context)|prompt is too l",
    re.IGNORECASE,
)
_NO_SCHEMA = re.compile(
    r"response_format|json_schema|json schema|guided|structured output|output_config|grammar", re.IGNORECASE
)


class Client(httpx2.AsyncClient):
    """One exchange. ``secret`` is taken out of all that comes back; ``foreign``: headers of OpenAI's library that name an account of
    theirs are not sent."""

    def __init__(self, secret: str, seconds: float, foreign: bool) -> None:
        super().__init__(timeout=seconds, follow_redirects=False, headers={"accept-encoding": "identity"})
        self._secret, self._foreign = secret, foreign
        self.status = 0
        self.body = ""
        self.retry_after = 0.0
        self.oversized = False

    async def send(self, request: httpx2.Request, **more: Any) -> httpx2.Response:
        """The answer, read here: no more than ``MOST_BYTES`` of it."""
        if self._foreign:
            for name in ("openai-organization", "openai-project"):
                request.headers.pop(name, None)
        if not self._secret:
            request.headers.pop("authorization", None)  # the placeholder of a library that insists on a key
        response = await super().send(request, **(more | {"stream": True, "follow_redirects": False}))
        content = bytearray()
        try:
            async for piece in response.aiter_bytes(65_536):
                content += piece
                if len(content) > MOST_BYTES:
                    self.oversized = True
                    raise httpx2.ReadError(f"an answer of more than {MOST_BYTES:,} bytes", request=request)
        finally:
            await response.aclose()
        wait = response.headers.get("retry-after", "")
        self.status, self.retry_after = response.status_code, float(wait) if re.fullmatch(r"\d{1,6}", wait) else 0.0
        self.body = self.clear(content.decode("utf-8", "replace"))
        kind = response.headers.get("content-type", "application/json")
        return httpx2.Response(self.status, headers={"content-type": kind}, content=self.body.encode(), request=request)

    def clear(self, text: str) -> str:
        """A text without the key, should a server or a library repeat it."""
        return text.replace(self._secret, "…") if self._secret else text

    def failure(self, place: str, error: BaseException, seconds: float) -> Failure:
        """What an exchange that gave no answer means."""
        status, said = self.status, said_in(self.body)
        told = f"{place} answers with status {status}: {said}"
        if self.oversized:
            return Failure("unreadable", f"{place} sends more than {MOST_BYTES:,} bytes", sent=True)
        if not status:
            if isinstance(error, TimeoutError) or "imeout" in type(error).__name__ + type(error.__cause__).__name__:
                return Failure("unreachable", f"{place} gives no answer within {seconds:.3g} s", sent=True, slow=True)
            why = said_in(self.clear(str(error.__cause__ or error)))
            return Failure("unreachable", f"{place} cannot be reached: {why}", again=True)
        if status == 200:
            return Failure("unreadable", f"{place} answers what is no chat completion: {said}", sent=True)
        if status < 400:
            return Failure("refused", f"{place} answers with status {status}; redirects are not followed")
        if status in _PASSING:
            return Failure("unreachable", told, again=True, wait=self.retry_after)
        if status in (400, 413, 422) and _TOO_LONG.search(self.body):
            return Failure("refused", told, too_long=True)
        if status in (400, 404, 415, 422, 501) and _NO_SCHEMA.search(self.body):
            return Failure("refused", told, no_schema=True)
        return Failure("refused" if status < 500 else "unreachable", told)


def context_in(body: str, model: str) -> int | None:
    """The tokens of context that a list of models (``GET /models``) gives for one: as vLLM says it, or as llama.cpp does."""
    try:
        listed = json.loads(body)["data"]
        one = next((m for m in listed if m["id"] == model), listed[0] if len(listed) == 1 else {})
        found = one.get("max_model_len") or (one.get("meta") or {}).get("n_ctx")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return found if type(found) is int and LEAST_CONTEXT <= found <= MOST_CONTEXT else None


def said_in(body: str) -> str:
    """The beginning of what a server says, on one line, printable."""
    text = " ".join(body[:800].split())
    return "".join(c if c.isprintable() else "�" for c in text)[:200]
