"""The parts of a record's JSON that plants reach for, each with its JSON Pointer, and parts to add to it."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, TypeVar

from .plant import Json

T = TypeVar("T")
Spot = tuple[str, Json]
"""A part and where it stands."""


def pick(rng: Random, items: Iterable[T]) -> T | None:
    """One of the items; None of nothing."""
    found = list(items)
    return rng.choice(found) if found else None


def listed(data: Json, *path: str) -> list[Spot]:
    """The members of the list at a path."""
    part: Any = data
    for key in path:
        part = part[key]
    return [(f"/{'/'.join(path)}/{n}", member) for n, member in enumerate(part)]


def sentences(data: Json) -> list[Spot]:
    """All sentences of the answer: abstract, summary, facets."""
    answer = data["answer"]
    found = listed(data, "answer", "abstract") if answer.get("abstract") else []
    found += listed(data, "answer", "summary")
    for place, facet in listed(data, "answer", "facets"):
        found += [(f"{place}/sentences/{n}", s) for n, s in enumerate(facet["sentences"])]
    return found


def cited_sentences(data: Json) -> list[Spot]:
    """The sentences that name claims."""
    return [(place, s) for place, s in sentences(data) if s["claim_ids"]]


def claims(data: Json) -> list[Spot]:
    """All claims."""
    return listed(data, "claims")


def cited(data: Json) -> list[Spot]:
    """The claims that sentences of the answer name."""
    ids = {i for _, s in sentences(data) for i in s["claim_ids"]}
    return [(place, c) for place, c in claims(data) if c["id"] in ids]


def by_id(data: Json) -> dict[str, Json]:
    """Claims by id."""
    return {c["id"]: c for c in data["claims"]}


def source(claim: Json) -> str:
    """The work that a claim is cited to."""
    return str(claim["quote"]["source_id"])


def works_cited(data: Json) -> list[Spot]:
    """The papers that cited claims are cited to."""
    ids = {source(c) for _, c in cited(data)}
    return [(place, p) for place, p in listed(data, "papers") if p["id"] in ids]


def claims_of(data: Json, work: str) -> tuple[str, ...]:
    """Ids of the cited claims of a work."""
    return tuple(c["id"] for _, c in cited(data) if source(c) == work)


def others_than(data: Json, claim: Json) -> list[Json]:
    """Papers of the record other than a claim's own that were read: some claim is cited to them."""
    used = {source(c) for c in data["claims"]} - {source(claim), claim["quote"]["paper_id"]}
    return [p for p in data["papers"] if p["id"] in used]


def candidate(data: Json, work: str) -> Spot | None:
    """The candidate of a work."""
    named = listed(data, "retrieval", "candidates")
    return next(((place, c) for place, c in named if work in (c["paper_id"], *c.get("also", ()))), None)


def own_evidence(claim: Json) -> list[Json]:
    """The evidence entries that hold the claim's own sentence."""
    return [e for e in _evidence(claim) if e["relation"] == "own_quote"]


def _evidence(claim: Json) -> list[Json]:
    found = (claim["verification"] or {}).get("evidence", [])
    return list(found)


def checked(data: Json) -> list[Spot]:
    """Cited claims with the verdict SUPPORT and a verification."""
    return [(place, c) for place, c in cited(data) if c["verification"] and c["verification"]["verdict"] == "SUPPORT"]


def sentence(text: str, claim_ids: Sequence[str] = (), **more: bool) -> Json:
    """A new sentence of an answer."""
    return {"text": text, "claim_ids": list(claim_ids), "measurement_ids": [], "inferred": False, **more}


def said(data: Json, added: Json) -> str:
    """Add a sentence at the end of the summary; its place."""
    data["answer"]["summary"].append(added)
    return f"/answer/summary/{len(data['answer']['summary']) - 1}"


def new_claim(data: Json, like: Json, work: str, text: str, text_hash: str = "") -> Json:
    """A claim of a work with one sentence that supports itself and no figures, in the form of another claim; not yet added."""
    claim = copy.deepcopy(like)
    numbers = [int(c["id"][1:]) for c in data["claims"] if c["id"][1:].isdigit()]
    claim["id"] = f"C{max(numbers, default=0) + 1}"
    claim["text"] = text
    start = claim["quote"]["start"]
    stands = {"text": text, "start": start, "end": start + len(text), "paper_id": work, "source_id": work}
    claim["quote"] |= stands | {"text_hash": text_hash or hashlib.sha256(text.encode()).hexdigest()}
    empty: Json = {
        "model": None,
        "scale": None,
        "phase": None,
        "batch_size": None,
        "sequence_length": None,
        "conditions": [],
    }
    claim |= {"setting": empty, "results": [], "gate": None, "rungs": [0, 2], "verdict": "SUPPORT"}
    claim |= dict.fromkeys(("subject", "comparator", "metric", "value", "unit", "direction"))
    own = {
        "quote": copy.deepcopy(claim["quote"]), "relation": "own_quote", "verdict": "SUPPORT", "scope": "same",
        "checks": [{"check": "anchor", "outcome": "pass", "reason": f"stands at {start}..{start + len(text)} of the stored text", "decides": True, "value": None}],
        "reason": "its own sentence, word for word: shows what the source says, proves nothing", "claim_id": None,
    }  # fmt: skip
    claim["verification"] = {
        "verdict": "SUPPORT", "reason": "its source says so; nothing else was found that bears on it",
        "deciding": ["anchor", "own_quote"], "anchored": True, "verified": False, "independent_groups": 0, "evidence": [own],
    }  # fmt: skip
    return claim


def add_claim(data: Json, claim: Json) -> str:
    """Add a claim; its place."""
    data["claims"].append(claim)
    return f"/claims/{len(data['claims']) - 1}"


def add_work(data: Json, paper: Json) -> tuple[str, str]:
    """Add a paper, kept with the rank and reason of the first kept candidate; the places of both."""
    seen = data["retrieval"]["candidates"]
    data["papers"].append(paper)
    like = next(
        (c for c in seen if c["kept"]), {"score": 0.05, "ranks": [1], "kept": True, "reason": "kept: rank 1 of 1"}
    )
    entry = {key: copy.deepcopy(value) for key, value in like.items() if key not in ("also", "version")}
    entry |= {"paper_id": paper["id"], "title": paper["title"], "location": paper["location"]}
    number = next((n for n, c in enumerate(seen) if c["paper_id"] == paper["id"]), len(seen))
    seen[number : number + 1] = [entry]
    return f"/papers/{len(data['papers']) - 1}", f"/retrieval/candidates/{number}"


def evidence_of(other: Json, relation: str, verdict: str, reason: str) -> Json:
    """An evidence entry that holds the sentence of another claim."""
    outcome = {"SUPPORT": "pass", "CONTRADICT": "fail"}.get(verdict, "unclear")
    check = {"check": "comparison", "outcome": outcome, "reason": reason, "decides": True, "value": None}
    quote = copy.deepcopy(other["quote"])
    return {"quote": quote, "relation": relation, "verdict": verdict, "scope": "same", "checks": [check], "reason": reason, "claim_id": other["id"]}  # fmt: skip
