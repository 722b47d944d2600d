"""The hostile passages: what each says, which part of a document carries it, and what it tries to change."""

from __future__ import annotations

from importlib.resources import files
from tomllib import loads
from typing import NamedTuple

AIMS = ("verdict", "score", "decision", "request", "prompt", "level", "claim")


class Passage(NamedTuple):
    """One passage. ``form`` is the way in which its carrier holds it, where there are several."""

    id: str
    carrier: str
    aim: str
    text: str
    form: str = ""


def passages() -> tuple[Passage, ...]:
    """All passages of ``hostile.toml``, in its order."""
    data = loads((files(__package__) / "hostile.toml").read_text(encoding="utf-8"))
    return tuple(Passage(**entry) for entry in data["passage"])
