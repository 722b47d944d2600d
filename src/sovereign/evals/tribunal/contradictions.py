"""Contradictions that are no longer said: disagreements, and evidence against a claim."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .parts import Spot, checked, cited_sentences, evidence_of, listed, pick, source
from .plant import Json, Made, Variant


def _disagreement(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    found = data["answer"]["disagreements"]
    if not found:
        return None
    gone = found.pop(rng.randrange(len(found)))
    return Made(("/answer/disagreements",), tuple(i for side in gone["sides"] for i in side["claim_ids"]))


def _all_disagreements(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    found = data["answer"]["disagreements"]
    if not found:
        return None
    data["answer"]["disagreements"] = []
    return Made(
        ("/answer/disagreements",),
        tuple(dict.fromkeys(i for d in found for side in d["sides"] for i in side["claim_ids"])),
    )


def _disagreement_and_names(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """A disagreement removed, and one of its sides no longer named where the other is: the claims stay."""
    made = _disagreement(data, rng, others)
    if made is None or len(set(made.claim_ids)) < 2:
        return made
    hidden = made.claim_ids[-1]
    touched, shown = [], set(made.claim_ids) - {hidden}  # a claim may stand on two sides
    for place, s in cited_sentences(data):
        if hidden in s["claim_ids"] and shown & set(s["claim_ids"]):
            s["claim_ids"].remove(hidden)
            touched.append(place)
    return Made((*made.places, *touched), made.claim_ids)


def _one_side(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, [(p, d) for p, d in listed(data, "answer", "disagreements") if len(d["sides"]) > 1])
    if spot is None:
        return None
    ids = tuple(i for side in spot[1]["sides"] for i in side["claim_ids"])
    spot[1]["sides"].pop(rng.randrange(len(spot[1]["sides"])))
    return Made((spot[0],), ids)


def _mixed(data: Json) -> list[Spot]:
    """Claims that some evidence contradicts and whose verdict says so."""
    return [(p, c) for p, c in listed(data, "claims") if c["verdict"] in ("MIXED", "CONTRADICT") and _against(c)]


def _against(claim: Json) -> list[Json]:
    return [e for e in claim["verification"]["evidence"] if e["verdict"] == "CONTRADICT"]


def _verdict(claim: Json, verdict: str) -> None:
    claim["verdict"] = claim["verification"]["verdict"] = verdict


def _called_support(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, _mixed(data))
    if spot is None:
        return None
    _verdict(spot[1], "SUPPORT")
    return Made((spot[0],), (spot[1]["id"],))


def _evidence_gone(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, _mixed(data))
    if spot is None:
        return None
    _verdict(spot[1], "SUPPORT")
    kept = [e for e in spot[1]["verification"]["evidence"] if e["verdict"] != "CONTRADICT"]
    spot[1]["verification"]["evidence"] = kept
    return Made((spot[0],), (spot[1]["id"],))


def _turned(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, _mixed(data))
    if spot is None:
        return None
    for entry in _against(spot[1]):
        entry["verdict"] = rng.choice(("SUPPORT", "NOT_ENOUGH_INFO"))
    _verdict(spot[1], "SUPPORT")
    return Made((spot[0],), (spot[1]["id"],))


def _unweighed(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """A supported claim with contradicting evidence of another work that its verdict says nothing of."""
    pairs = [(p, c, o) for p, c in checked(data) for o in data["claims"] if source(o) != source(c)]
    found = pick(rng, pairs)
    if found is None:
        return None
    place, claim, other = found
    reason = "opposite direction with no named difference in setting"
    claim["verification"]["evidence"].append(evidence_of(other, "unknown", "CONTRADICT", reason))
    return Made((place,), (claim["id"], other["id"]))


VARIANTS = (
    Variant("dropped-contradiction", "disagreement", _disagreement),
    Variant("dropped-contradiction", "all-disagreements", _all_disagreements),
    Variant("dropped-contradiction", "called-support", _called_support),
    Variant("dropped-contradiction", "unweighed", _unweighed),
    Variant("dropped-contradiction", "evidence-gone", _evidence_gone, held_out=True),
    Variant("dropped-contradiction", "turned", _turned, held_out=True),
    Variant("dropped-contradiction", "one-side", _one_side, held_out=True),
    Variant("dropped-contradiction", "disagreement-and-names", _disagreement_and_names, held_out=True),
)
