"""Twins, scored: how often a changed claim keeps its support, and how often a rewritten one loses it.

Rates are taken over twins whose unaltered claim is called SUPPORT by the same checker: a checker that supports nothing would
otherwise look safe. That share of the pairs is ``coverage``. The checker never sees the kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from sovereign.errors import InputError
from sovereign.reading.sentences import sentence_spans

from ..files import Row, objects, record
from ..metrics import Counts, Figures, intervals, share
from ..pairs import Checker, Pair
from .twins import Expected, Twin, make, plain
from .words import Source

_SUPPORT = frozenset({"support", "supported", "true"})
_NOT_SUPPORT = frozenset(
    {
        "not_support",
        "not_supported",
        "unsupported",
        "contradict",
        "contradicted",
        "not_enough_info",
        "refute",
        "refuted",
        "false",
    }
)


class _Line(Row):
    claim: str = Field(min_length=1)
    evidence: str | list[str]
    kind: str = Field(min_length=1)
    expected: str | bool
    original: str = ""


def load_twins(path: Path) -> list[Twin]:
    """Twins of a file of JSON lines: ``claim``, ``evidence``, ``kind``, ``expected``, and ``original`` if it is known.

    ``expected`` is "support" or "not_support" (or a verdict's name). Lines of kind "original" give the unaltered claim of all
    lines with the same evidence that do not name theirs.

    Raises:
        InputError: if the file cannot be read, or a line is not of this form.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {path}.", "Give a file of JSON lines with claim, evidence, kind and expected."
        )
    lines = [(record(_Line, value, place), place) for place, value in objects(path)]
    known = {_text(line): line.claim for line, _ in lines if line.kind == "original"}
    return [_twin(line, place, known) for line, place in lines if line.kind != "original"]


def _text(line: _Line) -> str:
    return line.evidence if isinstance(line.evidence, str) else " ".join(line.evidence)


def _twin(line: _Line, place: str, known: dict[str, str]) -> Twin:
    said = str(line.expected).strip().lower().replace(" ", "_").replace("-", "_")
    if said not in _SUPPORT | _NOT_SUPPORT:
        raise InputError(f"{place}: expected is {line.expected!r}.", 'Write "support" or "not_support".')
    expected: Expected = "support" if said in _SUPPORT else "not_support"
    text = _text(line)
    sentences = (
        tuple(text[a:b] for a, b in sentence_spans(text)) if isinstance(line.evidence, str) else tuple(line.evidence)
    )
    return Twin(Source(line.original or known.get(text, ""), sentences, "", text), line.claim, line.kind, expected)


def sources_of(pairs: Iterable[Pair]) -> list[Source]:
    """The SUPPORT pairs with the sentences of their first rationale."""
    return [
        Source(p.claim, tuple(p.sentences[i] for i in sorted(p.rationales[0])), p.title, p.group)
        for p in pairs
        if p.label == "SUPPORT" and p.rationales
    ]


def twins_of(sources: Sequence[Source]) -> list[Twin]:
    """All twins of all pairs, but for pairs whose claim is their evidence."""
    return list(make([s for s in sources if plain(s.claim) != plain(s.text)]))


def measure(twins: Sequence[Twin], check: Checker, sources: Sequence[Source] = ()) -> dict[str, Any]:
    """Rates of one checker on twins, with intervals.

    ``sources`` are pairs that count for ``coverage`` though no twin could be made of them.
    """
    counted = [t for t in twins if not _one_string(t)]
    pairs = list(dict.fromkeys([s for s in [*sources, *(t.source for t in counted)] if s.claim and not _same(s)]))
    asked = [*((s.claim, s) for s in pairs), *((t.claim, t.source) for t in twins)]
    found = check([Pair(claim, s.title, s.evidence, "SUPPORT", s.group) for claim, s in asked])
    supported = {(claim, s): f.label == "SUPPORT" for (claim, s), f in zip(asked, found, strict=True)}
    groups: dict[str, Counts] = {}
    for source in pairs:
        groups.setdefault(source.group, Counter()).update({"pairs": 1, "covered": int(supported[source.claim, source])})
    for twin in counted:
        covered = supported[twin.source.claim, twin.source] if twin.source.claim else True
        wrong = supported[twin.claim, twin.source] == (twin.expected == "not_support")
        group = groups.setdefault(twin.source.group, Counter())
        for name in (twin.kind, twin.expected):
            group.update({f"{name} made": 1, f"{name} made wrong": int(wrong)})
            group.update({f"{name} n": int(covered), f"{name} wrong": int(covered and wrong)})
    kinds = {t.kind: t.expected for t in counted}
    return _summary(groups, kinds, counted) | {"same_string": _apart(twins, supported)}


def _same(source: Source) -> bool:
    return plain(source.claim) == plain(source.text)


def _one_string(twin: Twin) -> bool:
    return _same(twin.source) or plain(twin.claim) == plain(twin.source.text)


def _figures(kinds: dict[str, Expected]) -> Any:
    def make_figures(counts: Counts) -> Figures:
        overall: Figures = {
            "false_support_rate": share(counts["not_support wrong"], counts["not_support n"]),
            "lost_support_rate": share(counts["support wrong"], counts["support n"]),
            "coverage": share(counts["covered"], counts["pairs"]),
            "false_support_rate_of_all": share(counts["not_support made wrong"], counts["not_support made"]),
        }
        return overall | {f"kind {kind}": share(counts[f"{kind} wrong"], counts[f"{kind} n"]) for kind in kinds}

    return make_figures


def _summary(groups: dict[str, Counts], kinds: dict[str, Expected], twins: Sequence[Twin]) -> dict[str, Any]:
    make_figures = _figures(kinds)
    whole = sum(groups.values(), Counter[str]())
    values, spans = make_figures(whole), intervals(groups, make_figures)
    overall = [name for name in values if not name.startswith("kind ")]
    return {
        **{name: values[name] for name in overall},
        "intervals": {name: spans[name] for name in overall},
        "pairs": whole["pairs"],
        "twins": len(twins),
        "kinds": {
            kind: {
                "expected": expected,
                "rate": values[f"kind {kind}"],
                "interval": spans[f"kind {kind}"],
                "n": whole[f"{kind} n"],
                "wrong": whole[f"{kind} wrong"],
                "made": whole[f"{kind} made"],
                "pairs": len({t.source for t in twins if t.kind == kind}),
                "wrong_of_all_made": whole[f"{kind} made wrong"],
            }
            for kind, expected in sorted(kinds.items(), key=lambda k: k[0])
        },
    }


def _apart(twins: Sequence[Twin], supported: dict[tuple[str, Source], bool]) -> dict[str, int]:
    """Twins of pairs whose claim is their evidence: they test copying, so they are only listed."""
    apart = [t for t in twins if _one_string(t)]
    return {"twins": len(apart), "called_support": sum(supported[t.claim, t.source] for t in apart)}
