"""Our own results, as they ship with the package: how often the checks are right, and how often they are not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import Field

from sovereign.errors import NotFound
from sovereign.records import Model

PLOTS = ("coverage", "reliability")


class Figure(Model):
    """One figure with its 95 % interval (empty where there is none), what it says, and what to hold it against."""

    figure: str
    range: str
    says: str
    beside: str


class TextPart(Model):
    """A line of text; what stands between backticks is a name."""

    kind: Literal["text"]
    text: str


class TablePart(Model):
    """A table."""

    kind: Literal["table"]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class PlotPart(Model):
    """A plot, by the name of its file, and what it shows in words."""

    kind: Literal["plot"]
    name: Literal["coverage", "reliability"]
    alt: str


class Bench(Model):
    """The results of one question that was asked of the system."""

    title: str
    about: str
    parts: tuple[Annotated[TextPart | TablePart | PlotPart, Field(discriminator="kind")], ...]


class Truth(Model):
    """All of them, and the few that say most."""

    headline: tuple[Figure, ...]
    sections: tuple[Bench, ...]


@cache
def truth() -> Truth:
    """What ships, of this version of the package."""
    return Truth.model_validate_json(_folder().joinpath("results.json").read_bytes())


def plot(name: str) -> bytes:
    """A plot as SVG.

    Raises:
        NotFound: if there is none of that name.
    """
    if name not in PLOTS:
        raise NotFound(f"there is no plot {name[:80]}", "Follow a link of the page on benchmarks.")
    return _folder().joinpath(f"{name}.svg").read_bytes()


def _folder() -> Traversable:
    return files("sovereign").joinpath("data", "evals")
