"""Standing that a claim has not earned: groups that are none, and levels above its checks."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random

from .parts import (
    Spot,
    add_claim,
    add_work,
    checked,
    cited,
    evidence_of,
    listed,
    new_claim,
    own_evidence,
    pick,
    source,
)
from .plant import Json, Made, Variant


def _alone(data: Json) -> list[Spot]:
    """Supported cited claims that no independent work supports."""
    return [(p, c) for p, c in checked(data) if not c["verification"]["independent_groups"]]


def _groups_raised(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    spot = pick(rng, checked(data))
    if spot is None:
        return None
    spot[1]["verification"]["independent_groups"] += rng.randint(1, 3)
    return Made((spot[0],), (spot[1]["id"],))


def _relabelled(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """Another passage of the same work counted as an independent one."""
    pairs = [(p, c, o) for p, c in _alone(data) for o in data["claims"] if source(o) == source(c) and o is not c]
    found = pick(rng, pairs)
    if found is None:
        return None
    place, claim, other = found
    return _counted(place, claim, [evidence_of(other, "independent", "SUPPORT", "the same direction")], 1)


def _same_group(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """Evidence that the record itself marks as of the same group is marked independent, and counts."""
    entries = [
        (p, c, e)
        for p, c in checked(data)
        for e in c["verification"]["evidence"]
        if e["relation"] in ("not_independent", "own_work")
    ]
    found = pick(rng, entries)
    if found is None:
        return None
    place, claim, entry = found
    entry |= {"relation": "independent", "verdict": "SUPPORT", "scope": "same"}
    claim["verification"]["independent_groups"] += 1
    return Made((place,), (claim["id"],))


def _counted(place: str, claim: Json, entries: Sequence[Json], groups: int, *more: str) -> Made:
    """The claim with further supporting evidence that counts as so many groups, and as verification."""
    claim["verification"]["evidence"] += entries
    claim["verification"]["independent_groups"] += groups
    claim["verification"]["verified"] = True
    ids = [claim["id"], *(e["claim_id"] for e in entries if e["claim_id"])]
    return Made((place, *more), tuple(dict.fromkeys(ids)))


def _copied(data: Json, rng: Random, how: str) -> Made | None:
    """The claim's own work once more under another id, with a claim that says the same, as independent evidence."""
    works = {p["id"]: p for p in data["papers"]}
    spot = pick(rng, [(p, c) for p, c in _alone(data) if source(c) in works and works[source(c)]["authors"]])
    if spot is None:
        return None
    place, claim = spot
    work = copy.deepcopy(works[source(claim)])
    doi = f"10.5555/proc.2024.{rng.randint(1000, 9999)}"
    work |= {
        "id": f"doi:{doi}",
        "doi": doi,
        "arxiv_id": None,
        "url": f"https://doi.org/{doi}",
        "location": f"{doi[8:]}.md",
    }
    if how == "authors":
        work["title"] = f"Revisiting {work['title'].partition(':')[0]}"
    elif how == "title":
        work["authors"] = ["N. Haddad", "P. Virtanen"]
    else:
        work["title"] = f"{work['title'].partition(':')[0]} in Practice"
        work["authors"] = [
            f"{name.split()[0][0]}. {name.split()[-1]}" for name in reversed(work["authors"]) if name.split()
        ]
    added = new_claim(data, claim, work["id"], f"As before, {claim['text']}")
    return _counted(
        place,
        claim,
        [evidence_of(added, "independent", "SUPPORT", "the same comparison within 10%")],
        1,
        *add_work(data, work),
        add_claim(data, added),
    )


def _same_authors(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _copied(data, rng, "authors")


def _same_title(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _copied(data, rng, "title")


def _initials(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _copied(data, rng, "initials")


def _one_work_twice(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """Two passages of one other work counted as two groups."""
    found = []
    for place, claim in _alone(data):
        by_work: dict[str, list[Json]] = {}
        for other in data["claims"]:
            if source(other) != source(claim):
                by_work.setdefault(source(other), []).append(other)
        found += [(place, claim, those) for those in by_work.values() if len(those) > 1]
    chosen = pick(rng, found)
    if chosen is None:
        return None
    place, claim, those = chosen
    entries = [evidence_of(o, "independent", "SUPPORT", "the same direction") for o in rng.sample(those, 2)]
    return _counted(place, claim, entries, 2)


def _rung(data: Json, rng: Random, rungs: Sequence[int], spots: Sequence[Spot]) -> Made | None:
    spot = pick(rng, spots)
    if spot is None:
        return None
    spot[1]["rungs"] = sorted({*spot[1]["rungs"], *rungs})
    return Made((spot[0],), (spot[1]["id"],))


def _corroborated(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _rung(data, rng, [3], [(p, c) for p, c in _alone(data) if 3 not in c["rungs"]])


def _executed(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _rung(data, rng, [5], [(p, c) for p, c in cited(data) if not _passed(c) and 5 not in c["rungs"]])


def _passed(claim: Json) -> bool:
    return bool(claim["gate"]) and claim["gate"]["status"] == "VERIFIED"


def _unreachable(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _rung(data, rng, [rng.choice((6, 7))], cited(data))


def _inspected(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _rung(data, rng, [4], [(p, c) for p, c in cited(data) if not _passed(c) and 4 not in c["rungs"]])


def _unchecked(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """A claim that nothing could check has the rung of those that are anchored and supported."""
    return _rung(
        data, rng, [2], [(p, c) for p, c in listed(data, "claims") if c["verdict"] != "SUPPORT" and 2 not in c["rungs"]]
    )


def _record_level(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    data["level"] += rng.randint(1, 3)
    return Made(("/level",))


def _verified(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    own = [
        (p, c) for p, c in _alone(data) if len(own_evidence(c)) == len(c["verification"]["evidence"]) and not _passed(c)
    ]
    spot = pick(rng, own)
    if spot is None:
        return None
    spot[1]["verification"]["verified"] = True
    return Made((spot[0],), (spot[1]["id"],))


def _proxy(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """A proxy protocol, or none at all, called exact enough to verify."""
    spot = pick(rng, [(p, c) for p, c in cited(data) if c["gate"] and c["gate"]["status"] == "UNVERIFIED"])
    if spot is None:
        return None
    spot[1]["gate"]["status"] = "VERIFIED"
    spot[1]["rungs"] = sorted({*spot[1]["rungs"], 5})
    return Made((spot[0],), (spot[1]["id"],))


def _counter(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    data["counters"]["verified"] += rng.randint(3, 9)
    return Made(("/counters",))


VARIANTS = (
    Variant("group-counted-twice", "groups-raised", _groups_raised),
    Variant("group-counted-twice", "relabelled", _relabelled),
    Variant("group-counted-twice", "same-authors", _same_authors),
    Variant("group-counted-twice", "same-group", _same_group, held_out=True),
    Variant("group-counted-twice", "same-title", _same_title, held_out=True),
    Variant("group-counted-twice", "initials", _initials, held_out=True),
    Variant("group-counted-twice", "one-work-twice", _one_work_twice, held_out=True),
    Variant("overclaimed-level", "corroborated", _corroborated),
    Variant("overclaimed-level", "executed", _executed),
    Variant("overclaimed-level", "record-level", _record_level),
    Variant("overclaimed-level", "verified", _verified),
    Variant("overclaimed-level", "unreachable", _unreachable, held_out=True),
    Variant("overclaimed-level", "inspected", _inspected, held_out=True),
    Variant("overclaimed-level", "unchecked", _unchecked, held_out=True),
    Variant("overclaimed-level", "proxy", _proxy, held_out=True),
    Variant("overclaimed-level", "counter", _counter, held_out=True),
)
