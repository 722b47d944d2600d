"""The numbers of one typed key: their groups, their range, and whether independent works agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from sovereign.records import ClusterNumber, ClusterStatus, Paper, ProtocolCluster

from .comparable import SHARE, compare, is_share, kind_of
from .pairs import Pair, pair_of
from .rules import severity_of

_BASE_UNITS = {"bytes": "B", "time": "s", "time/token": "s/token", "ratio": "x"}


def protocol_cluster(
    numbers: Sequence[ClusterNumber], papers: dict[str, Paper], first: Mapping[str, str]
) -> ProtocolCluster:
    """The cluster of numbers whose typed keys state the same; ``first`` has the first of its versions for each work.

    ``contested`` if the figures of two works that nothing shows to be dependent are further apart than the tolerance; ``agreed`` if works
    that are known to be independent agree; ``unknown`` if nothing can be said of two works (authors that are not known, figures of one
    work that differ under the key, a key without metric or data set); else ``single_source``. A disagreement stands whoever
    wrote the works; an agreement counts only between works that are known to be independent.
    """
    own: dict[str, list[ClusterNumber]] = defaultdict(list)
    for number in numbers:
        if number.number.credited is None:
            own[number.origin].append(number)
    works = sorted(own)
    pairs = [pair_of(own[one], own[other], papers) for one, other in combinations(works, 2)]
    groups = _groups(works, {(p.one, p.other): p for p in pairs})
    unit = numbers[0].number.value.unit
    key = numbers[0].number.key.model_copy(update={"unit": unit or None})
    scores = [n.score for n in numbers]
    itself = compare(key, key)
    status, against = _status(pairs, itself.status == "unknown")
    wide = max((p.gap for p in against), default=0.0)
    share = is_share(key.metric, unit)
    most = max(map(abs, scores))
    relative = wide if share else 100 * wide / most if most else 0.0
    return ProtocolCluster(
        key=key,
        status=status,
        numbers=tuple(n.model_copy(update={"group": groups.get(n.origin)}) for n in numbers),
        low=min(scores),
        high=max(scores),
        spread=round(max(scores) - min(scores), 10),
        unit=SHARE if share else _BASE_UNITS.get(kind_of(unit), unit),
        groups=len(set(groups.values())),
        independence="unknown" if any(p.standing == "unknown" for p in pairs) else "known",
        severity=severity_of(relative) if status == "contested" else None,
        text=_words(status, pairs, len({first[n.number.quote.source_id] for n in numbers}), itself.silent),
    )


def _status(pairs: Sequence[Pair], untold: bool) -> tuple[ClusterStatus, Sequence[Pair]]:
    """The status, and the pairs of works that stand against each other."""
    free = [p for p in pairs if p.standing != "not_independent"]
    against = [p for p in free if p.apart and not p.several]
    if free and untold:
        return "unknown", ()
    if against:
        return "contested", against
    if any(p.standing == "independent" and not p.apart and not p.several for p in free):
        return "agreed", ()
    return ("unknown" if free else "single_source"), ()


def _groups(works: Sequence[str], pairs: Mapping[tuple[str, str], Pair]) -> dict[str, str]:
    """For each work the first work of its group: one that is independent of every first work before it begins a group. A work that is not
    known to be independent of them, nor to belong to one, is in none."""
    firsts: list[str] = []
    found: dict[str, str] = {}
    for work in works:
        standings = {first: pairs[first, work].standing for first in firsts}
        dependent = [first for first, standing in standings.items() if standing == "not_independent"]
        if dependent:
            found[work] = dependent[0]
        elif "unknown" not in standings.values():
            firsts.append(work)
            found[work] = work
    return found


def _words(status: ClusterStatus, pairs: Sequence[Pair], works: int, silent: Sequence[str]) -> str:
    """Why a cluster has its status."""
    free = [p for p in pairs if p.standing != "not_independent"]
    unknown = any(p.standing == "unknown" for p in free)
    said: list[str] = []
    if status == "contested":
        said.append("works give figures of one protocol that are further apart than the tolerance")
    elif status == "agreed":
        said.append("independent works give the same figure within the tolerance")
    elif status == "unknown" and any(p.several for p in free):
        said.append("a work gives several figures under this key; what tells them apart is not in it")
    elif status == "single_source":
        said.append("the figures of one source, told by several works" if works > 1 else "one work alone gives it")
    if unknown:
        said.append("the authors of some works are not known, and so not whether they are independent")
    if silent and len(pairs):
        said.append(f"no work says {', '.join(silent)}")
    return "; ".join(said)


def words_of(
    status: ClusterStatus, parts: Sequence[ProtocolCluster], differs: Mapping[str, int], unstated: Mapping[str, int]
) -> str:
    """Why a cluster on model and benchmark has its status: that of its typed keys, and what differs between them."""
    said = [text for text in dict.fromkeys(part.text for part in parts if part.status == status) if text]
    if status in ("not_comparable", "unknown") or (status != "single_source" and len(parts) > 1):
        said += [f"between works the keys differ in {_counted(differs)}"] if differs else []
        said += [f"only one of two works says {_counted(unstated)}"] if unstated else []
    return "; ".join(said)


def _counted(fields: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({n} pair{'s' if n > 1 else ''})" for name, n in fields.items())
