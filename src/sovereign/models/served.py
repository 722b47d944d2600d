"""Embeddings from a server that speaks OpenAI's interface (platform.openai.com/docs/api-reference/embeddings): NVIDIA NIM, vLLM,
Ollama, llama.cpp, OpenAI.

Nobody is asked whom a person did not name in the settings. Texts leave this machine for that server.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from sovereign.errors import InputError, SovereignError
from sovereign.settings import public_address

from .files import clean
from .ports import Embedder
from .vendors import VENDORS, address, host
from .vendors import key as key_for

if TYPE_CHECKING:
    from .ports import Vectors

_MOST_CHARS = 20_000
_BATCH = 32
_TRIES = 4
_SECONDS = 60.0
_MOST_BYTES = 64_000_000  # of an answer
_PASSING = frozenset((408, 429, 500, 502, 503, 504))


def served(name: str, url: str = "") -> Embedder:
    """The embedder ``vendor:model``, such as ``nim:nvidia/nv-embedqa-e5-v5`` (1024 dimensions). One text is sent to learn the dimension.

    Raises:
        InputError: if the address is none, or the server refuses the model or the key.
        SovereignError: if it cannot be reached, or answers what is no embedding.
    """
    kind, _, model = name.partition(":")
    vendor = VENDORS[kind]
    place = address(kind, url, "embedder_url")
    key = key_for(kind, "embedder")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    client = httpx.Client(timeout=_SECONDS, headers=headers, follow_redirects=False)
    ask = functools.partial(_ask, client, f"{place}/embeddings", model)
    first, version = ask(["dimension"], "passage" if vendor.typed else None)
    dimension = int(first.shape[1])

    def embed(input_type: str | None, texts: Sequence[str]) -> Vectors:
        return _all(ask, texts, input_type, dimension, version)

    return Embedder(
        f"{kind}:{model} at {host(place)}",
        dimension,
        version,
        functools.partial(embed, "passage" if vendor.typed else None),
        functools.partial(embed, "query") if vendor.typed else None,
    )


def _all(ask: Any, texts: Sequence[str], input_type: str | None, dimension: int, version: str) -> Vectors:
    """The vectors of any number of texts, shape (texts, dimension)."""
    import numpy as np

    rows = [np.zeros((0, dimension), dtype=np.float32)]
    for first in range(0, len(texts), _BATCH):
        vectors, now = ask(texts[first : first + _BATCH], input_type)
        if vectors.shape[1] != dimension or now != version:
            raise SovereignError(
                f"the server changed its model: {dimension} dimensions of {version!r}, now {vectors.shape[1]} of {now!r}",
                "Make the index anew with the model that it has now: sovereign index clear.",
            )
        rows.append(vectors)
    return np.concatenate(rows)


def _ask(
    client: httpx.Client, url: str, model: str, texts: Sequence[str], input_type: str | None
) -> tuple[Vectors, str]:
    """The vectors of a batch, of length 1, and the name that the server gives its model."""
    place = public_address(url)
    body = {"model": model, "input": [clean(text, _MOST_CHARS) or " " for text in texts], "encoding_format": "float"}
    if input_type:
        body |= {"input_type": input_type, "truncate": "END"}
    for left in range(_TRIES - 1, -1, -1):
        try:
            answer = _sent(client, url, body)
        except httpx.HTTPError as error:
            if left and not isinstance(error, httpx.TimeoutException):  # who hangs has had his time
                sleep(2.0 ** (_TRIES - 1 - left) / 2)
                continue
            raise SovereignError(
                f"{place} cannot be reached: {error}", "Check embedder_url, and that the server runs."
            ) from error
        if answer.status in _PASSING and left:
            sleep(min(_SECONDS, answer.wait or 2.0 ** (_TRIES - 1 - left) / 2))
            continue
        return _vectors(answer, place, len(texts), model)
    raise AssertionError("the last try returns or raises")


class _Answer(NamedTuple):
    status: int
    wait: float
    body: bytes


def _sent(client: httpx.Client, url: str, body: dict[str, Any]) -> _Answer:
    """One exchange; an answer without end, in bytes or in time, is cut off."""
    start = monotonic()
    with client.stream("POST", url, json=body) as response:
        got = bytearray()
        for piece in response.iter_bytes():
            got += piece
            if len(got) > _MOST_BYTES:
                raise httpx.ReadError(f"an answer of more than {_MOST_BYTES:,} bytes")
            if monotonic() - start > _SECONDS:
                raise httpx.ReadTimeout(f"an answer that takes more than {_SECONDS:g} s")
        wait = response.headers.get("retry-after", "")
        return _Answer(response.status_code, float(wait) if wait.isascii() and wait.isdigit() else 0.0, bytes(got))


def _vectors(answer: _Answer, place: str, count: int, model: str) -> tuple[Vectors, str]:
    import json

    import numpy as np

    if answer.status in (400, 401, 403, 404, 422):
        raise InputError(
            f"{place} refuses the model {model!r} (status {answer.status}): {_said(answer.body)}",
            "Check the setting embedder, embedder_url, and the variable with the key.",
        )
    if answer.status != 200:
        raise SovereignError(f"{place} answers with status {answer.status}: {_said(answer.body)}", "Try again later.")
    try:
        found = json.loads(answer.body)
        rows = sorted(found["data"], key=lambda row: int(row["index"]))
        if [row["index"] for row in rows] != list(range(count)):
            raise ValueError("not one vector for each text")
        vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if vectors.ndim != 2 or not np.isfinite(lengths).all() or not lengths.all():
            raise ValueError("vectors of another shape")
        return vectors / lengths, str(found.get("model") or model)[:200]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise SovereignError(
            f"{place} answers what is no embedding: {error}", "Is it a server of OpenAI's interface?"
        ) from error


def _said(body: bytes) -> str:
    text = " ".join(body[:800].decode("utf-8", "replace").split())
    return "".join(c if c.isprintable() else "�" for c in text)[:200]
