"""Sentences about the world that no claim carries."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .parts import cited_sentences, listed, pick, said, sentence
from .plant import Json, Made, Variant

_WORLD = (
    "This makes it the best choice for every deployment.",
    "Practitioners have reported the same on larger clusters.",
    "The advantage grows with the number of tasks and reaches 35% in production.",
    "No other method comes close to this on modern hardware.",
)


def _emptied(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _emptied_with(data, rng)


def _of_record(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _emptied_with(data, rng, of_record=True)


def _emptied_with(data: Json, rng: Random, **marks: bool) -> Made | None:
    spot = pick(rng, cited_sentences(data))
    if spot is None:
        return None
    ids = tuple(spot[1]["claim_ids"])
    spot[1].update({"claim_ids": [], "measurement_ids": [], **marks})
    return Made((spot[0],), ids)


def _without_keys(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, cited_sentences(data))
    if spot is None:
        return None
    ids = tuple(spot[1]["claim_ids"])
    for key in ("claim_ids", "measurement_ids"):
        del spot[1][key]
    return Made((spot[0],), ids)


def _added(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return Made((said(data, sentence(rng.choice(_WORLD))),))


def _added_of_record(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return Made((said(data, sentence(rng.choice(_WORLD), of_record=True)),))


def _in_facet(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, listed(data, "answer", "facets"))
    if spot is None:
        return None
    spot[1]["sentences"].append(sentence(rng.choice(_WORLD), inferred=True))
    return Made((f"{spot[0]}/sentences/{len(spot[1]['sentences']) - 1}",))


def _opening(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The first sentence of all, which answers the question outright."""
    part = "abstract" if data["answer"].get("abstract") else "summary"
    text = f"Yes: what was found on {data['plan']['facets'][0]['text']} settles the question in every setting."
    data["answer"][part].insert(0, sentence(text, inferred=True))
    return Made((f"/answer/{part}",))


def _tail(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """A second statement within a cited sentence's text, which no claim of it carries."""
    spot = pick(rng, cited_sentences(data))
    if spot is None:
        return None
    spot[1]["text"] += f" {rng.choice(_WORLD)}"
    return Made((spot[0],), tuple(spot[1]["claim_ids"]))


VARIANTS = (
    Variant("uncited-sentence", "emptied", _emptied),
    Variant("uncited-sentence", "of-record", _of_record),
    Variant("uncited-sentence", "added", _added),
    Variant("uncited-sentence", "in-facet", _in_facet),
    Variant("uncited-sentence", "added-of-record", _added_of_record, held_out=True),
    Variant("uncited-sentence", "opening", _opening, held_out=True),
    Variant("uncited-sentence", "without-keys", _without_keys, held_out=True),
    Variant("uncited-sentence", "tail", _tail, held_out=True),
)
