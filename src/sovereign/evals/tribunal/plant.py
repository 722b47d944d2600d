"""A plant: a good record with one defect put in, through its public JSON alone, and the places that this touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Json = dict[str, Any]

KINDS = (
    "fabricated-citation",
    "altered-number",
    "wrong-paper",
    "dropped-contradiction",
    "uncited-sentence",
    "off-topic-source",
    "retracted-source",
    "group-counted-twice",
    "overclaimed-level",
    "missing-scale",
)
"""The kinds of defects; a finding of that kind has the same word as its code."""


@dataclass(frozen=True)
class Made:
    """What a change touched: JSON Pointers (RFC 6901) into the planted record, and ids of claims."""

    places: tuple[str, ...]
    claim_ids: tuple[str, ...] = ()


Change = Callable[[Json, Random, Sequence[Json]], Made | None]
"""Puts a defect into a record, in place. The others are further good records. None: it cannot be planted there, and nothing
was changed."""


@dataclass(frozen=True)
class Variant:
    """One way to plant a defect of a kind. ``held_out``: nobody may fit a reviewer to it, so results only count it."""

    kind: str
    name: str
    change: Change
    held_out: bool = False


@dataclass(frozen=True)
class Named:
    """A good record as plain JSON data, under the name that results give it."""

    name: str
    data: Json


@dataclass(frozen=True)
class Plant:
    """A planted record. ``places`` and ``claim_ids`` are those of :class:`Made`."""

    variant: Variant
    record: str
    data: Json
    places: tuple[str, ...]
    claim_ids: tuple[str, ...]


def bare(record: Json) -> Json:
    """A copy without content hash and ledger head: nobody can make these anew for a changed record, so they would give it
    away."""
    copied: Json = _copied(record)
    return copied | {"content_hash": "", "ledger_head": None}


def _copied(value: Any) -> Any:
    """Plain data to the last leaf, in half the time that JSON takes for it, or copy.deepcopy."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def plants(records: Sequence[Named], variants: Sequence[Variant], each: int, seed: int = 0) -> Iterator[Plant]:
    """Up to ``each`` plants of every variant, spread over the records in a drawn order; no two of them are the same.

    The same records and the same seed give the same plants.
    """
    for variant in variants:
        order = Random(f"{seed}/{variant.kind}/{variant.name}").sample(records, len(records))
        seen: dict[str, list[Json]] = {}
        left, again = each, order
        for turn in range(each):
            again, before = [], again
            for record in before:
                if left and (plant := _planted(variant, record, records, f"{seed}/{turn}")) is not None:
                    again.append(record)
                    if plant.data not in (before_it := seen.setdefault(record.name, [])):
                        before_it.append(plant.data)
                        left -= 1
                        yield plant


def _planted(variant: Variant, record: Named, records: Sequence[Named], seed: str) -> Plant | None:
    data = bare(record.data)
    rng = Random(f"{seed}/{variant.kind}/{variant.name}/{record.name}")
    made = variant.change(data, rng, [other.data for other in records if other is not record])
    return None if made is None else Plant(variant, record.name, data, made.places, made.claim_ids)
