"""Servers of models: where they are if the settings do not say, and the variables that hold their keys.

A key stands in no setting, because settings are shown and recorded. The variable of a purpose wins over the vendor's own.
"""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

import httpx

from sovereign.errors import InputError
from sovereign.settings import PREFIX, public_address

Purpose = Literal["embedder", "chat", "judge"]


class Vendor(NamedTuple):
    """Where a kind of server lies if the settings do not say, the variables that may hold its key, and whether its embedders tell
    queries from passages (docs.nvidia.com/nim/nemo-retriever/text-embedding: ``input_type``)."""

    url: str
    keys: tuple[str, ...]
    typed: bool = False


VENDORS = {
    "nim": Vendor("https://integrate.api.nvidia.com/v1", ("NVIDIA_API_KEY", "NGC_API_KEY"), typed=True),
    "openai": Vendor("https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    "ollama": Vendor("http://localhost:11434/v1", ()),
    "vllm": Vendor("http://localhost:8000/v1", ()),
    "llamacpp": Vendor("http://localhost:8080/v1", ()),
    "anthropic": Vendor("https://api.anthropic.com", ("ANTHROPIC_API_KEY",)),
    "google": Vendor("https://generativelanguage.googleapis.com", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
}


def address(kind: str, url: str, setting: str) -> str:
    """The address of a server, without a slash at its end. ``setting`` is what names it.

    Raises:
        InputError: if it is none.
    """
    found = (url or VENDORS[kind].url).rstrip("/")
    if not _is_address(found):
        raise InputError(
            f"{public_address(found)!r} is no address of a server.",
            f"Set {setting} to one such as http://localhost:8000/v1.",
        )
    return found


def key(kind: str, purpose: Purpose) -> str:
    """The key for a server, empty if there is none.

    Raises:
        InputError: if it has signs that no key has: an error of the client would repeat it.
    """
    variables = (f"{PREFIX}{purpose.upper()}_KEY", *VENDORS[kind].keys)
    variable = next((name for name in variables if os.environ.get(name, "").strip()), "")
    found = os.environ.get(variable, "").strip()
    if not (found.isascii() and found.isprintable()):
        raise InputError(f"The key in the variable {variable} has signs that no key has.", "Copy it anew.")
    return found


def host(address: str) -> str:
    """The name of the machine in an address."""
    return httpx.URL(address).host


def _is_address(address: str) -> bool:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        return False
    return url.scheme in ("http", "https") and bool(url.host)
