"""Sizes that the question asks for and the record no longer speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from .parts import Spot, by_id, cited, listed, pick
from .plant import Json, Made, Variant


def _scales(data: Json) -> list[Spot]:
    """The facets of the answer that are of a scale."""
    ids = {f["id"] for f in data["plan"]["facets"] if f["kind"] == "scale"}
    return [(p, f) for p, f in listed(data, "answer", "facets") if f["facet_id"] in ids]


def _facet_gone(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, _scales(data))
    if spot is None:
        return None
    plan = [p for p, f in listed(data, "plan", "facets") if f["id"] == spot[1]["facet_id"]]
    data["answer"]["facets"].remove(spot[1])
    return Made(("/answer/facets", *plan))


def _plan_gone(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """No word of the scale but in the question."""
    spot = pick(rng, _scales(data))
    if spot is None:
        return None
    gone = spot[1]["facet_id"]
    data["answer"]["facets"].remove(spot[1])
    data["plan"]["facets"] = [f for f in data["plan"]["facets"] if f["id"] != gone]
    for query in data["plan"]["queries"]:
        query["facet_ids"] = [i for i in query["facet_ids"] if i != gone]
    data["answer"]["open_points"] = [p for p in data["answer"]["open_points"] if p["facet_id"] != gone]
    return Made(
        ("/answer/facets", "/plan/facets", "/plan/queries", "/answer/open_points", "/question", "/plan/question")
    )


def _gap_unsaid(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, [(p, f) for p, f in _scales(data) if f["missing"]])
    if spot is None:
        return None
    gone = spot[1]["facet_id"]
    spot[1].update({"missing": [], "state": "ANSWERED"})
    data["answer"]["open_points"] = [p for p in data["answer"]["open_points"] if p["facet_id"] != gone]
    return Made((spot[0], "/answer/open_points", *_planned(data, gone)))


def _planned(data: Json, facet_id: str) -> list[str]:
    return [p for p, f in listed(data, "plan", "facets") if f["id"] == facet_id]


def _raised(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The gap is still said; the facet is called answered all the same."""
    spot = pick(rng, [(p, f) for p, f in _scales(data) if f["missing"] and f["state"] != "ANSWERED"])
    if spot is None:
        return None
    spot[1]["state"] = "ANSWERED"
    return Made((spot[0], *_planned(data, spot[1]["facet_id"])))


def _one_gap(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """One gap of the range is no longer said, neither by the facet nor among the open points."""
    spot = pick(rng, [(p, f) for p, f in _scales(data) if f["missing"]])
    if spot is None:
        return None
    gone = spot[1]["missing"].pop(rng.randrange(len(spot[1]["missing"])))
    data["answer"]["open_points"] = [p for p in data["answer"]["open_points"] if p["text"] != gone]
    return Made((spot[0], "/answer/open_points", *_planned(data, spot[1]["facet_id"])))


def _range(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The plan asks for less of the range than the question does."""
    found = [(p, f) for p, f in listed(data, "plan", "facets") if f["kind"] == "scale" and f["low"] and f["high"]]
    spot = pick(rng, [(p, f) for p, f in found if f["low"]["value"] < f["high"]["value"]])
    if spot is None:
        return None
    spot[1]["high"] = dict(spot[1]["low"])
    answered = [p for p, f in listed(data, "answer", "facets") if f["facet_id"] == spot[1]["id"]]
    return Made((spot[0], *answered, "/question", "/plan/question"))


def _row_scale(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    known = by_id(data)
    rows = listed(data, "answer", "comparisons")
    spots = [
        (p, r)
        for p, r in rows
        if r["scale"] and r["claim_id"] in known and r["scale"] in known[r["claim_id"]]["quote"]["text"]
    ]
    spot = pick(rng, spots)
    if spot is None:
        return None
    spot[1]["scale"] = ""
    return Made((spot[0],), (spot[1]["claim_id"],))


def _setting(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = [
        (p, c) for p, c in cited(data) if c["setting"]["scale"] and c["setting"]["scale"]["text"] in c["quote"]["text"]
    ]
    spot = pick(rng, spots)
    if spot is None:
        return None
    spot[1]["setting"]["scale"] = None
    return Made((spot[0],), (spot[1]["id"],))


def _table_rows(data: Json, rng: Random, largest: bool) -> Made | None:
    spot = pick(rng, [(p, t) for p, t in listed(data, "answer", "measured") if len(t["rows"]) > 3])
    if spot is None:
        return None
    place, table = spot
    if largest:
        ordered = sorted(table["rows"], key=lambda row: -int(row["parameters"]))
        gone = ordered[: rng.randint(2, 3)]
        table["rows"] = [row for row in table["rows"] if row not in gone]
    else:
        table["rows"].pop(rng.randrange(len(table["rows"])))
    return Made((place, *(p for p, f in listed(data, "answer", "facets") if f["facet_id"] == table["facet_id"])))


def _table_row(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _table_rows(data, rng, largest=False)


def _largest_rows(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _table_rows(data, rng, largest=True)


_SIZE = re.compile(r"\b\d+(?:\.\d+)?[MBT]\b")


def _sizes(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The sentences that say at which sizes figures stand are gone; the state is not."""
    spot = pick(rng, [(p, f) for p, f in _scales(data) if any(_SIZE.search(s["text"]) for s in f["sentences"])])
    if spot is None:
        return None
    spot[1]["sentences"] = []
    return Made((spot[0], *_planned(data, spot[1]["facet_id"])))


VARIANTS = (
    Variant("missing-scale", "facet-gone", _facet_gone),
    Variant("missing-scale", "gap-unsaid", _gap_unsaid),
    Variant("missing-scale", "comparison", _row_scale),
    Variant("missing-scale", "setting", _setting),
    Variant("missing-scale", "table-row", _table_row),
    Variant("missing-scale", "plan-gone", _plan_gone, held_out=True),
    Variant("missing-scale", "raised", _raised, held_out=True),
    Variant("missing-scale", "one-gap", _one_gap, held_out=True),
    Variant("missing-scale", "range", _range, held_out=True),
    Variant("missing-scale", "largest-rows", _largest_rows, held_out=True),
    Variant("missing-scale", "sizes", _sizes, held_out=True),
)
