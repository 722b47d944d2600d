"""A request, and what of it is secret.

Secret are the values of the parameters in ``SECRET_PARAMS`` and of every header that is not in ``OPEN_HEADERS``.
They go to the host that was asked and nowhere else: not to another host on a redirect, not into the cache, a recording,
a message or an answer.
"""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

import httpx

from sovereign.records import sha256_hex

from .answer import FetchError

SECRET_PARAMS = frozenset(
    [
        "api_key",
        "apikey",
        "api-key",
        "key",
        "token",
        "access_token",
        "mailto",
        "email",
        "signature",
        "sig",
        "awsaccesskeyid",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-security-token",
    ]
)
OPEN_HEADERS = frozenset(
    {"accept", "accept-language", "content-type", "if-modified-since-version", "zotero-api-version"}
)
_SHORTEST = 6  # a shorter value would be found in half of all texts
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"[\x20-\x7e]*")


@dataclass(frozen=True)
class Request:
    """``headers`` are the caller's, with lower-case names; ``anywhere`` allows https hosts that are in no table."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes = b""
    anywhere: bool = False

    @property
    def shown(self) -> str:
        """The URL without secrets."""
        return without_secrets(self.url)

    @property
    def body_sha256(self) -> str:
        """Hash of the body; empty if there is none."""
        return sha256_hex(self.content) if self.content else ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two requests the same: method, URL without secrets, hash of the body."""
        return self.method, self.shown, self.body_sha256

    @property
    def open_headers(self) -> dict[str, str]:
        """The headers that are not secret."""
        return {name: value for name, value in sorted(self.headers.items()) if name in OPEN_HEADERS}

    @property
    def secret_values(self) -> frozenset[str]:
        """The values that only the host that was asked may see."""
        found = {value for name, value in self.url.params.multi_items() if name.lower() in SECRET_PARAMS}
        for name, value in self.headers.items():
            if name not in OPEN_HEADERS:
                found |= {value, value.split(" ")[-1]}  # "Bearer …" may be echoed without its first word
        return frozenset(found - {""})

    def redirected(self, status: int, location: str) -> Request:
        """The request that an answer of that status and Location asks for.

        Raises:
            FetchError: if the location is no URL.
        """
        try:
            url = self.url.join(location)
        except httpx.InvalidURL as error:
            raise FetchError(f"{self.shown} redirects to something that is no URL", "", status) from error
        method, content = self.method, self.content
        if status in (301, 302, 303) and method == "POST":  # RFC 9110, section 15.4: as browsers do
            method, content = "GET", b""
        if (url.scheme, url.host, url.port) == (self.url.scheme, self.url.host, self.url.port):
            return replace(self, method=method, url=url, content=content)
        ours = self.secret_values
        kept = [(name, value) for name, value in url.params.multi_items() if value not in ours]
        if len(kept) < len(url.params.multi_items()):  # else as it is: a signed link breaks when written anew
            url = url.copy_with(params=kept)
        if scrub(str(url).encode(), ours) != str(url).encode():
            raise FetchError(f"{self.shown} redirects to {url.host} and would hand it a key", "", status)
        return replace(self, method=method, url=url, content=content, headers=self.open_headers)


def build(
    method: str, url: str, params: Mapping[str, str], headers: Mapping[str, str], json: object, anywhere: bool
) -> Request:
    """A request from a caller's arguments; ``json`` is sent as body unless it is None.

    Raises:
        FetchError: for something that is no URL, or a header that cannot be sent. Its value is not told.
    """
    try:
        whole = httpx.URL(url)
        whole = whole.copy_merge_params(dict(params)) if params else whole
    except httpx.InvalidURL as error:
        raise FetchError(f"{url[:80]!r} is no URL: {error}", "") from error
    for name, value in headers.items():
        if not (_TOKEN.fullmatch(name) and _VALUE.fullmatch(value)):
            raise FetchError(
                f"the header {name[:40]!r} for {whole.host} cannot be sent: it has a line break or a character beyond ASCII",
                "Look at the key or setting that it comes from.",
            )
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    content = b""
    if json is not None:
        content = json_module.dumps(json, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        lower["content-type"] = "application/json"
    return Request(method, whole, lower, content, anywhere)


def without_secrets(url: httpx.URL) -> str:
    """The URL without user name, fragment and secret parameters. The same with a key and without one."""
    kept = [(name, value) for name, value in url.params.multi_items() if name.lower() not in SECRET_PARAMS]
    bare = url.copy_with(query=None, fragment=None, username=None, password=None)
    return str(bare.copy_with(params=kept)) if kept else str(bare)


def scrub(text: bytes, secrets: Iterable[str]) -> bytes:
    """The text with every secret replaced, plain or as a part of a URL. The longest first: one may be a part of another."""
    long = {value for value in secrets if len(value) >= _SHORTEST}
    forms = {form for value in long for form in (value, quote(value), quote(value, safe=""), quote_plus(value))}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        text = text.replace(form.encode(), b"REDACTED")
    return text
