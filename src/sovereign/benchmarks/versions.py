"""Which works are versions or copies of one work: by their titles, and by nearly all of their figures being the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from sovereign.checks.independence import title_key
from sovereign.records import Paper, ReportedNumber

from .comparable import folded
from .rules import rules


def one_work(numbers: Iterable[ReportedNumber], papers: Mapping[str, Paper]) -> dict[str, str]:
    """For the id of each work that reports a number, the id of the first of its versions: its own if it has no other."""
    figures: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for number in numbers:
        held = figures[number.quote.source_id]
        if sum(c.isdigit() for c in number.value.text) >= rules()["copies"]["digits"]:
            held.add((folded(number.key.metric), number.value.text))
    first = {work: work for work in figures}
    for one, other in sorted(_copies(figures) | _of_one_title(figures, papers)):
        kept, gone = sorted((first[one], first[other]))
        first = {work: kept if now == gone else now for work, now in first.items()}
    return first


def _copies(figures: Mapping[str, set[tuple[str, str]]]) -> set[tuple[str, str]]:
    """Pairs of works that share nearly all figures of the shorter one."""
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for work in sorted(figures):
        for figure in figures[work]:
            holders[figure].append(work)
    shared = Counter(pair for works in holders.values() for pair in combinations(works, 2))
    copies = rules()["copies"]
    return {
        (one, other) for (one, other), n in shared.items()
        if n >= copies["figures"] and n >= copies["share"] * min(len(figures[one]), len(figures[other]))
    }  # fmt: skip


def _of_one_title(works: Iterable[str], papers: Mapping[str, Paper]) -> set[tuple[str, str]]:
    titled: dict[str, list[str]] = defaultdict(list)
    for work in sorted(works):
        if work in papers:
            titled[title_key(papers[work])].append(work)
    return {pair for group in titled.values() for pair in combinations(group, 2)}
