"""Models by the names that a person gives them in a setting."""

from __future__ import annotations

import functools
from pathlib import Path

from sovereign.errors import InputError

from .ports import Embedder, Entailer

EMBEDDERS = ("none", "minilm", "nim:MODEL", "openai:MODEL", "fake:")
ENTAILERS = ("none", "own", "path:FOLDER", "fake:")


def is_served(name: str) -> bool:
    """Whether the embedder of that name is on a server."""
    return name.startswith(("nim:", "openai:"))


@functools.cache
def embedder(name: str, url: str = "") -> Embedder | None:
    """The embedder of that name, loaded once in a process; None for "none". ``url`` is the server of one that is served.

    Raises:
        InputError: for another name, or a model that is not installed or is not the one that was pinned.
        SovereignError: if a server cannot be asked.
    """
    if name == "none":
        return None
    if name == "minilm":
        from .minilm import minilm

        return minilm()
    if name == "fake:":
        from .fake import fake_embedder

        return fake_embedder()
    if is_served(name) and not name.endswith(":"):
        from .served import served

        return served(name, url)
    raise InputError(f"There is no embedder {name!r}.", f"Choose one of {', '.join(EMBEDDERS)}.")


@functools.cache
def entailer(name: str) -> Entailer | None:
    """The entailer of that name, loaded once in a process; None for "none".

    Raises:
        InputError: for another name, or a folder that cannot be used.
    """
    if name == "none":
        return None
    if name == "own":
        from .own import own

        return own()
    if name == "fake:":
        from .fake import fake_entailer

        return fake_entailer()
    if name.startswith("path:") and len(name) > len("path:"):
        from .crossencoder import cross_encoder

        return cross_encoder(Path(name.removeprefix("path:")).expanduser())
    raise InputError(f"There is no entailer {name!r}.", f"Choose one of {', '.join(ENTAILERS)}.")
