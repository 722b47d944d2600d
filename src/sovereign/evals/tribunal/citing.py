"""Citations that lead nowhere, or to another work."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random

from .parts import (
    add_claim,
    by_id,
    checked,
    cited,
    cited_sentences,
    claims_of,
    evidence_of,
    listed,
    new_claim,
    others_than,
    own_evidence,
    pick,
    said,
    sentence,
    sentences,
    source,
    works_cited,
)
from .plant import Json, Made, Variant

# Works that nobody wrote: identifiers of a form that is used, for texts that are not there.
_UNWRITTEN = ("arxiv:2403.99817", "doi:10.5555/3495724.9999", "arxiv:2312.88041", "doi:10.5555/mlsys.2024.0417")
_SAYINGS = (
    "In a further study of {}, the overhead fell to 4.7% on all tasks.",
    "A replication of {} on 12 data sets found the same ranking with 3.1 times the effect.",
    "Across 31 runs, {} was 18.6% cheaper than any alternative.",
)


def _claim_id(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, cited_sentences(data))
    if spot is None:
        return None
    place, s = spot
    absent = f"C{len(data['claims']) + rng.randint(3, 90)}"
    if rng.random() < 0.5:
        s["claim_ids"] = [absent]
    else:
        s["claim_ids"][rng.randrange(len(s["claim_ids"]))] = absent
    return Made((place,), tuple(s["claim_ids"]))


def _measurement_id(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, sentences(data))
    if spot is None:
        return None
    spot[1]["measurement_ids"] = [*spot[1]["measurement_ids"], f"M{len(data['measurements']) + rng.randint(2, 60)}"]
    return Made((spot[0],), tuple(spot[1]["claim_ids"]))


def _unwritten_source(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, cited(data))
    if spot is None:
        return None
    place, claim = spot
    name = rng.choice(_UNWRITTEN)
    for quote in (claim["quote"], *(e["quote"] for e in own_evidence(claim))):
        quote["source_id"] = quote["paper_id"] = name
    return Made((place,), (claim["id"],))


def _comparison(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, listed(data, "answer", "comparisons"))
    if spot is None:
        return None
    spot[1]["claim_id"] = f"C{len(data['claims']) + rng.randint(3, 90)}"
    return Made((spot[0],), (spot[1]["claim_id"],))


def _invented_claim(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    like = pick(rng, cited(data))
    if like is None:
        return None
    text = rng.choice(_SAYINGS).format(data["plan"]["facets"][0]["text"])
    claim = new_claim(data, like[1], rng.choice(_UNWRITTEN), text)
    place = add_claim(data, claim)
    return Made((place, said(data, sentence(text, [claim["id"]]))), (claim["id"],))


def _evidence(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, checked(data))
    if spot is None:
        return None
    place, claim = spot
    entry = evidence_of(claim, "independent", "SUPPORT", "the same direction")
    entry["quote"]["source_id"] = entry["quote"]["paper_id"] = rng.choice(_UNWRITTEN)
    entry["claim_id"] = None
    claim["verification"]["evidence"].append(entry)
    return Made((place,), (claim["id"],))


def _unretrieved(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    like, spot = pick(rng, data["papers"]), pick(rng, cited(data))
    if like is None or spot is None:
        return None
    work = copy.deepcopy(like) | {
        "id": rng.choice(_UNWRITTEN),
        "doi": None,
        "arxiv_id": None,
        "url": None,
        "location": "notes-2.md",
    }
    work |= {
        "title": f"A Second Look at {data['plan']['facets'][0]['text']}",
        "authors": ["R. Okonkwo", "L. Marchetti"],
    }
    data["papers"].append(work)
    place, claim = spot
    for quote in (claim["quote"], *(e["quote"] for e in own_evidence(claim))):
        quote["source_id"] = quote["paper_id"] = work["id"]
    return Made((place, f"/papers/{len(data['papers']) - 1}"), (claim["id"],))


def _invented_quote(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, cited(data))
    if spot is None:
        return None
    place, claim = spot
    text = rng.choice(_SAYINGS).format(data["plan"]["facets"][0]["text"])
    claim["text"] = claim["quote"]["text"] = text
    return Made((place,), (claim["id"],))


def _side(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, listed(data, "answer", "disagreements"))
    side = pick(rng, spot[1]["sides"]) if spot else None
    if spot is None or side is None:
        return None
    if rng.random() < 0.5:
        side["claim_ids"] = [f"C{len(data['claims']) + rng.randint(3, 90)}"]
    else:
        side["source_ids"] = [rng.choice(_UNWRITTEN)]
    return Made((spot[0],), tuple(side["claim_ids"]))


def _moved(data: Json, rng: Random, keys: Sequence[str], everywhere: bool) -> Made | None:
    """A cited claim whose quote names another work of the record, in the quote alone or in its own evidence too."""
    spot = pick(rng, [(p, c) for p, c in cited(data) if others_than(data, c)])
    if spot is None:
        return None
    place, claim = spot
    other = pick(rng, others_than(data, claim))
    assert other is not None  # it was picked among claims that have one
    hashes = {c["quote"]["paper_id"]: c["quote"]["text_hash"] for c in data["claims"]}
    new = {"source_id": other["id"], "paper_id": other["id"]}
    new["text_hash"] = hashes.get(other["id"], claim["quote"]["text_hash"])
    for quote in (claim["quote"], *(e["quote"] for e in own_evidence(claim) if everywhere)):
        quote.update({key: new[key] for key in keys})
    return Made((place,), (claim["id"],))


def _source_alone(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _moved(data, rng, ("source_id",), everywhere=False)


def _source_and_paper(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _moved(data, rng, ("source_id", "paper_id"), everywhere=False)


def _whole_quote(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _moved(data, rng, ("source_id", "paper_id", "text_hash"), everywhere=True)


def _sentence_claims(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    known = by_id(data)
    spots = []
    for place, s in cited_sentences(data):
        works = {source(known[i]) for i in s["claim_ids"] if i in known}
        foreign = [c["id"] for c in data["claims"] if source(c) not in works]
        if not s["measurement_ids"] and len(foreign) >= len(s["claim_ids"]):
            spots.append((place, s, foreign))
    found = pick(rng, spots)
    if found is None:
        return None
    place, s, foreign = found
    s["claim_ids"] = rng.sample(foreign, len(s["claim_ids"]))
    return Made((place,), tuple(s["claim_ids"]))


def _row(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    known = by_id(data)
    spot = pick(rng, listed(data, "answer", "comparisons"))
    own = known.get(spot[1]["claim_id"]) if spot else None
    other = pick(rng, [c for c in data["claims"] if own and source(c) != source(own)])
    if spot is None or other is None:
        return None
    spot[1]["claim_id"] = other["id"]
    return Made((spot[0],), (other["id"],))


def _side_sources(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, listed(data, "answer", "disagreements"))
    side = pick(rng, spot[1]["sides"]) if spot else None
    other = pick(rng, [p["id"] for p in data["papers"] if side and p["id"] not in side["source_ids"]])
    if spot is None or side is None or other is None:
        return None
    side["source_ids"] = [other]
    return Made((spot[0],), tuple(side["claim_ids"]))


def _swapped(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spots = cited(data)
    pairs = [(a, b) for a in spots for b in spots if source(a[1]) < source(b[1])]
    pair = pick(rng, pairs)
    if pair is None:
        return None
    first, second = pair[0][1]["quote"], pair[1][1]["quote"]
    for key in ("source_id", "paper_id", "text_hash"):
        first[key], second[key] = second[key], first[key]
    return Made((pair[0][0], pair[1][0]), (pair[0][1]["id"], pair[1][1]["id"]))


def _titles(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    works = works_cited(data)
    if len(works) < 2:
        return None
    (a, first), (b, second) = rng.sample(works, 2)
    for key in ("title", "authors"):
        first[key], second[key] = second[key], first[key]
    return Made((a, b), (*claims_of(data, first["id"]), *claims_of(data, second["id"])))


VARIANTS = (
    Variant("fabricated-citation", "claim-id", _claim_id),
    Variant("fabricated-citation", "measurement-id", _measurement_id),
    Variant("fabricated-citation", "unwritten-source", _unwritten_source),
    Variant("fabricated-citation", "comparison", _comparison),
    Variant("fabricated-citation", "invented-claim", _invented_claim, held_out=True),
    Variant("fabricated-citation", "evidence", _evidence, held_out=True),
    Variant("fabricated-citation", "unretrieved", _unretrieved, held_out=True),
    Variant("fabricated-citation", "invented-quote", _invented_quote, held_out=True),
    Variant("fabricated-citation", "side", _side, held_out=True),
    Variant("wrong-paper", "source-alone", _source_alone),
    Variant("wrong-paper", "source-and-paper", _source_and_paper),
    Variant("wrong-paper", "sentence-claims", _sentence_claims),
    Variant("wrong-paper", "whole-quote", _whole_quote, held_out=True),
    Variant("wrong-paper", "comparison", _row, held_out=True),
    Variant("wrong-paper", "side-sources", _side_sources, held_out=True),
    Variant("wrong-paper", "swapped", _swapped, held_out=True),
    Variant("wrong-paper", "titles", _titles, held_out=True),
)
