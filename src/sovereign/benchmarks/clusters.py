"""Clusters of reported numbers: by model and benchmark label, and within these by typed key.

Whether figures disagree is asked only within one typed key. What a key on label alone would mix stays together in one cluster, so that it
can be shown what differs. The order of the numbers that are given makes no difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import combinations

from sovereign.records import (
    Cluster,
    ClusterNumber,
    ClusterStatus,
    Mixed,
    Paper,
    ProtocolCluster,
    ProtocolKey,
    ReportedNumber,
)

from .comparable import compare, folded, is_score, is_share, kind_of, score_of
from .pairs import origins
from .protocols import protocol_cluster, words_of
from .rules import rules
from .versions import one_work

_Typed = tuple[object, ...]
_MOST = 400  # typed keys of one cluster that are held against each other


def clusters_of(numbers: Iterable[ReportedNumber], papers: Iterable[Paper]) -> tuple[Cluster, ...]:
    """All clusters, in the order of model and benchmark. Numbers that name no method, or no benchmark, are in none, nor are
    those that cannot be what their key says."""
    known = {paper.id: paper for paper in papers}
    wide: dict[tuple[str, ...], list[ReportedNumber]] = defaultdict(list)
    distinct = list({_place(n): n for n in numbers if is_score(n)}.values())
    works = one_work(distinct, known)
    for number in distinct:
        if (key := wide_key(number)) is not None:
            wide[key].append(number)
    origin = origins(known, works)
    found = [
        cluster_of(
            [ClusterNumber(number=n, score=score_of(n), origin=origin(n)) for n in sorted(group, key=_order)],
            known,
            works,
        )
        for group in wide.values()
    ]
    return tuple(sorted(found, key=lambda c: (folded(c.model), folded(c.benchmark), c.works)))


def wide_key(number: ReportedNumber) -> tuple[str, ...] | None:
    """What a key on labels alone knows: method and benchmark. A method that its work does not name is that work's own."""
    method, benchmark = folded(number.key.method), folded(benchmark_label(number.key))
    if not method or not benchmark:
        return None
    return (method, benchmark, number.quote.source_id) if method in _nameless() else (method, benchmark)


def benchmark_label(key: ProtocolKey) -> str:
    """The data set, or the task where the text names none, or the metric where it names neither (a latency has no data set)."""
    return key.dataset or key.task or key.metric


def cluster_of(group: Sequence[ClusterNumber], papers: dict[str, Paper], works: Mapping[str, str]) -> Cluster:
    """The cluster of numbers that share a wide key; ``works`` has the first of its versions for each work."""
    typed: dict[_Typed, list[ClusterNumber]] = defaultdict(list)
    for one in group:
        typed[typed_key(one.number)].append(one)
    numbers = [one.number for one in group]
    parts = tuple(protocol_cluster(same, papers, works) for same in typed.values())
    differs, unstated = _across(parts, works)
    status = _status({part.status for part in parts}, differs, unstated)
    return Cluster(
        model=_label(n.key.method for n in numbers),
        benchmark=_label(benchmark_label(n.key) for n in numbers),
        status=status,
        differs=tuple(differs),
        unstated=tuple(unstated),
        parts=parts,
        works=tuple(sorted({n.quote.source_id for n in numbers})),
        versions=len({n.quote.source_id for n in numbers}) - len({works[n.quote.source_id] for n in numbers}),
        mixed=mixed_of(numbers),
        text=words_of(status, parts, differs, unstated) + _left_out(parts),
    )


def _status(parts: Set[ClusterStatus], differs: Collection[str], unstated: Collection[str]) -> ClusterStatus:
    """What holds within typed keys comes first; where they say nothing, what lies between them."""
    within: tuple[ClusterStatus, ...] = ("contested", "agreed", "unknown")
    for state in within:
        if state in parts:
            return state
    return "unknown" if unstated else "not_comparable" if differs else "single_source"


def typed_key(number: ReportedNumber) -> _Typed:
    """A key in a form in which those that :func:`~.comparable.compare` finds to state the same are equal."""
    key = number.key
    names = (folded(name) if name else None for name in (key.metric, key.task, key.dataset, key.split, key.model))
    setting = tuple((name, folded(value)) for name, value in sorted(key.setting))
    kind = kind_of(number.value.unit)
    return (*names, f"{key.size:.2g}" if key.size else None, setting, folded(key.comparator or ""), kind)


def mixed_of(numbers: Sequence[ReportedNumber]) -> Mixed:
    """What the scores in percent look like without their keys, and with the metric alone."""
    scores = [
        (n.quote.source_id, folded(n.key.metric), score_of(n)) for n in numbers if is_share(n.key.metric, n.value.unit)
    ]
    values = [score for _, _, score in scores]
    metrics = {metric for _, metric, _ in scores}
    return Mixed(
        sources=len({work for work, _, _ in scores}),
        low=min(values, default=None),
        high=max(values, default=None),
        spread=round(max(values) - min(values), 10) if values else None,
        contested=_spread_between_works([(work, score) for work, _, score in scores]),
        contested_with_metric=any(
            _spread_between_works([(w, s) for w, m, s in scores if m == name]) for name in metrics
        ),
    )


def _spread_between_works(scores: Sequence[tuple[str, float]]) -> bool:
    values = [score for _, score in scores]
    return len({work for work, _ in scores}) > 1 and max(values) - min(values) > rules()["tolerance"]["points"]


def _across(parts: Sequence[ProtocolCluster], works: Mapping[str, str]) -> tuple[dict[str, int], ...]:
    """In which fields typed keys of different works differ, and which are open between them; each with the number of pairs of
    keys, the most frequent first.

    Two works that have a key in common are held against each other there; only those that share none are asked across keys.
    """
    differs: Counter[str] = Counter()
    unstated: Counter[str] = Counter()
    parts = parts[:_MOST]
    held = [{works[n.number.quote.source_id] for n in part.numbers} for part in parts]
    if len(set().union(*held)) < 2:
        return {}, {}
    together = {pair for group in held for pair in combinations(sorted(group), 2)}
    for (one, mine), (other, theirs) in combinations(zip(parts, held, strict=True), 2):
        if any(a != b and (min(a, b), max(a, b)) not in together for a in mine for b in theirs):
            found = compare(one.key, other.key)
            # Two metrics have units and splits of their own.
            differs.update(["metric"] if "metric" in found.differs else found.differs)
            if found.status == "unknown":
                unstated.update(found.unstated)
    return tuple(dict(sorted(c.items(), key=lambda kv: (-kv[1], kv[0]))) for c in (differs, unstated))


def _left_out(parts: Sequence[ProtocolCluster]) -> str:
    return f"; of {len(parts)} typed keys the first {_MOST} were held against each other" if len(parts) > _MOST else ""


def _label(names: Iterable[str]) -> str:
    """The form of a name that is printed most often."""
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name))


def _place(number: ReportedNumber) -> tuple[object, ...]:
    """Where a number stands and what it is taken to be: one cell that is read twice is one number."""
    at = number.cell.start if number.cell else number.quote.start
    return number.quote.source_id, number.quote.text_hash, at, number.value, number.key


def _order(number: ReportedNumber) -> tuple[object, ...]:
    at = number.cell.start if number.cell else number.quote.start
    return number.quote.source_id, number.quote.text_hash, at, number.value.text, number.model_dump_json()


def _nameless() -> frozenset[str]:
    return frozenset(folded(name) for name in rules()["methods"]["nameless"])
