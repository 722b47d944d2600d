"""The public contracts, one table: name, version, type, and how the documents of a record are made.

Every document is a function of ``Published`` alone. That is what lets a reader make it again from an export and hold it
against the one that is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..records import Model
from .published import Published


class Contract(NamedTuple):
    """One contract. ``file`` is its document's place in an export; where ``many``, that file is a list of documents.

    ``make`` is None for what is not made from a record (its documents have their own makers).
    """

    name: str
    kind: type[Model]
    about: str
    make: Callable[[Published], Model | tuple[Model, ...]] | None
    version: str = "1.0"
    many: bool = False

    @property
    def file(self) -> str:
        """Where its document stands in an export."""
        return f"contracts/{self.name}.json"


CONTRACTS: tuple[Contract, ...] = ()


def documents(published: Published, contracts: Iterable[Contract] = CONTRACTS) -> dict[str, bytes]:
    """Every public document of a record, by its file in an export, as indented JSON."""
    return {c.file: document_bytes(c.make(published)) for c in contracts if c.make}


def document_bytes(made: Model | tuple[Model, ...]) -> bytes:
    """A document, or a list of them, as it is written."""
    data: Any = (
        [one.model_dump(mode="json") for one in made] if isinstance(made, tuple) else made.model_dump(mode="json")
    )
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
