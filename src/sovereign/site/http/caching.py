"""Answers that are the same are not made twice, and not sent twice.

What a reader gets follows from the ledger alone: as long as the catalogue's stamp is the same, so is every page. So whole
answers are kept until the stamp changes, each with a tag by which a browser asks whether it has changed (RFC 9110, 13.1).
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..kept import noticing
from .following import Following

_KEPT_BYTES = 64_000_000
_LARGEST = (
    2_000_000  # of an answer that is kept and compressed; what comes in parts and is larger goes through as it comes
)
_GZIP_FROM = 1_000
_TEXT = (
    "text/",
    "application/json",
    "application/ld+json",
    "application/atom+xml",
    "application/xml",
    "image/svg+xml",
    "application/problem+json",
)
_PRIVATE = ("/owner",)
Key = tuple[str, ...]


class Answer(NamedTuple):
    """A whole answer; ``packed`` is its body compressed, empty where that is not worth while."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    packed: bytes
    tag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed) + 1_000


class Caching:
    """Keeps answers to GET and HEAD, tags and compresses them. HEAD is answered wherever GET is."""

    def __init__(self, app: ASGIApp, following: Following) -> None:
        self.app = app
        self._following = following
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._bytes = 0
        self._stamp = -1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(_PRIVATE):
            return await self.app(scope, receive, send)
        if self._following.is_due():
            await run_in_threadpool(self._following.follow)
        stamp = self._following.stamp
        if stamp != self._stamp:
            self._kept.clear()
            self._bytes, self._stamp = 0, stamp
        asked = Headers(scope=scope)
        head = scope["method"] == "HEAD"
        key = (scope["path"], scope["query_string"].decode("latin-1"), asked.get("accept", ""), asked.get("host", ""))
        answer = self._kept.get(key)
        if answer is None:
            with noticing() as outdated:
                answer = await self._made({**scope, "method": "GET"}, receive, send, head)
            if answer is None:
                return
            if _is_kept(answer) and not outdated and stamp == self._following.stamp:
                self._keep(key, answer)
        else:
            self._kept.move_to_end(key)
        await _give(answer, asked, head, send)

    async def _made(self, scope: Scope, receive: Receive, send: Send, head: bool) -> Answer | None:
        """The answer of the application, None if it was too large to be held and went out as it came."""
        start: Message | None = None
        parts: list[bytes] = []
        held, streaming = 0, False

        async def taken(message: Message) -> None:
            nonlocal start, held, streaming
            if message["type"] == "http.response.start":
                start = message
                return
            body = message.get("body", b"")
            if streaming:
                return await send({**message, "body": b"" if head else body})
            parts.append(body)
            held += len(body)
            if held > _LARGEST and message.get("more_body", False):
                streaming = True
                assert start is not None
                await send(start)
                await send({**message, "body": b"" if head else b"".join(parts)})

        await self.app(scope, receive, taken)
        if streaming:
            return None
        assert start is not None
        body = b"".join(parts)
        kind = Headers(raw=start["headers"]).get("content-type", "")
        worth = _GZIP_FROM <= len(body) <= _LARGEST and kind.startswith(_TEXT)
        tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        return Answer(
            start["status"], list(start["headers"]), body, gzip.compress(body, 5, mtime=0) if worth else b"", tag
        )

    def _keep(self, key: Key, answer: Answer) -> None:
        if key in self._kept:
            self._bytes -= self._kept.pop(key).size
        self._kept[key] = answer
        self._bytes += answer.size
        while self._bytes > _KEPT_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].size


def _is_kept(answer: Answer) -> bool:
    headers = Headers(raw=answer.headers)
    small = len(answer.body) <= _LARGEST
    return (
        small
        and answer.status == 200
        and "set-cookie" not in headers
        and "no-store" not in headers.get("cache-control", "")
    )


async def _give(answer: Answer, asked: Headers, head: bool, send: Send) -> None:
    start: Message = {"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)}
    headers = MutableHeaders(scope=start)
    body = answer.body
    if answer.packed:
        headers.add_vary_header("Accept-Encoding")
        if _takes_gzip(asked.get("accept-encoding", "")):
            body = answer.packed
            headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    if answer.status == 200:
        headers.setdefault("cache-control", "no-cache")
        headers.setdefault("etag", answer.tag)
        if _is_known(asked, headers):
            start["status"], body = 304, b""
            for name in ("content-length", "content-type", "content-encoding"):
                if name in headers:
                    del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": b"" if head else body})


def _takes_gzip(accepted: str) -> bool:
    """Whether a browser takes what is compressed: it names the way, and not as one that it refuses (``;q=0``)."""
    for one in accepted.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


def _is_known(asked: Headers, headers: MutableHeaders) -> bool:
    """Whether the browser has the answer already. A tag says it better than a time, which is looked at where there is none."""
    if (tags := asked.get("if-none-match")) is not None:
        return _matches(tags, headers["etag"])
    since, changed = asked.get("if-modified-since"), headers.get("last-modified")
    if since is None or changed is None:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # what is no time, or one without its zone, asks for nothing
        return False


def _matches(wanted: str, tag: str) -> bool:
    """Whether one of the tags that a browser has is that of the answer, by weak comparison."""
    bare = tag.removeprefix("W/")
    return any(one.strip() == "*" or one.strip().removeprefix("W/") == bare for one in wanted.split(","))
