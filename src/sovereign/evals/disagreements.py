"""Disagreements between the works of a library: those that are found and typed, held against sets that were written by hand.

The sets are those of the starter library's README, which the finder never reads. Everybody could read them while it was built: they are no
held-out set. A report matches a set if claims of two sides of the set stand on two of its own sides.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.checks.lexical import cosine
from sovereign.errors import InputError
from sovereign.kernel.disputes import MOST, library_claims, ranked
from sovereign.language.stance import words
from sovereign.language.words import content_stems
from sovereign.reading import read_file
from sovereign.records import Claim, Disagreement, Document

from .files import digest
from .metrics import Counts, Figures, intervals, share
from .tamper import starter

DRAWS = 200
Finding = tuple[str, str]
Sides = tuple[frozenset[str], ...]
"""Claim ids on each side of one report."""


class GoldSet(NamedTuple):
    """One set of sources that disagree: its sides as findings (file stem, fragment), the types that its reason allows, the reason."""

    subject: str
    sides: tuple[tuple[Finding, ...], ...]
    types: tuple[str, ...]
    why: str


def gold() -> tuple[GoldSet, ...]:
    """The sets, as ``disagreements.toml`` has them."""
    return tuple(
        GoldSet(
            s["subject"], tuple(tuple((f[0], f[1]) for f in side) for side in s["sides"]), tuple(s["types"]), s["why"]
        )
        for s in _table()["set"]
    )


def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("disagreements.toml").read_text("utf-8"))


def files(data: Path | None) -> list[Path]:
    """The notes of a folder, those of the starter library when none is given; never its README.

    Raises:
        InputError: if the folder holds no note.
    """
    if data is None:
        return starter.files()
    found = sorted(p for p in data.glob("*.md") if p.name != "README.md") if data.is_dir() else []
    if not found:
        raise InputError(f"{data} holds no note.", "Give the folder of the starter library, or leave --data out.")
    return found


def measure(data: Path | None, limit: int | None, progress: Callable[[str], None]) -> dict[str, Any]:
    """Recall over the sets, precision of what is reported, types, and the same for three baselines. ``limit`` is how many are reported.

    Raises:
        InputError: if the notes do not hold the findings that the sets name.
    """
    paths, most = files(data), limit or MOST
    progress("reading notes")
    documents = [read_file(path, path.name) for path in paths]
    claims = library_claims(documents)
    sets = [(one, sides_of(one, documents, claims)) for one in gold()]
    progress("finding disagreements")
    everything = ranked(documents)
    reported = everything[:most]
    matches = [matching(_ids(item), sets) for item in reported]
    progress("baselines")
    return {
        **_scored(reported, matches, sets),
        "n": len(sets),
        "reported": len(reported),
        "ranked": len(everything),
        "in_all": _in_all(everything, sets),
        "by_set": [_of_set(one, n, reported, matches) for n, (one, _) in enumerate(sets)],
        "reports": [_of_report(item, match, sets) for item, match in zip(reported, matches, strict=True)],
        "by_hand": _by_hand(reported, matches),
        "baselines": _baselines(claims, sets, most),
        "data_sha256": digest(paths),
    }


def sides_of(one: GoldSet, documents: Sequence[Document], claims: Sequence[Claim]) -> Sides:
    """The claims of each side of a set.

    Raises:
        InputError: if a finding is not there.
    """
    stems = {d.paper.id: Path(d.paper.location or "").stem for d in documents}
    sides = []
    for side in one.sides:
        ids: set[str] = set()
        for stem, fragment in side:
            found = {c.id for c in claims if stems[c.quote.paper_id] == stem and fragment in c.quote.text}
            if not found:
                raise InputError(
                    f"{stem}.md has no finding with “{fragment}”.", "Give the starter library that the sets are of."
                )
            ids |= found
        sides.append(frozenset(ids))
    return tuple(sides)


def matching(report: Sides, sets: Sequence[tuple[GoldSet, Sides]]) -> int | None:
    """The number of the set that a report matches: two of its sides hold claims of two sides of the set."""
    for n, (_, sides) in enumerate(sets):
        for one, two in combinations(report, 2):
            if any((one & a and two & b) or (one & b and two & a) for a, b in combinations(sides, 2)):
                return n
    return None


def _ids(item: Disagreement) -> Sides:
    return tuple(frozenset(side.claim_ids) for side in item.sides)


def _scored(
    reported: Sequence[Disagreement], matches: Sequence[int | None], sets: Sequence[tuple[GoldSet, Sides]]
) -> dict[str, Any]:
    groups: dict[str, Counts] = {}
    for n, (one, _) in enumerate(sets):
        first = next((item for item, match in zip(reported, matches, strict=True) if match == n), None)
        right = bool(first and first.type in one.types)
        reason = bool(
            first
            and (
                first.type == "real_disagreement" or content_stems(one.why) & content_stems(first.why.partition(":")[2])
            )
        )
        groups[f"set {n}"] = Counter(sets=1, found=first is not None, typed=right, reason=right and reason)
    for n, match in enumerate(matches):
        groups[f"report {n}"] = Counter(reported=1, matched=match is not None)
    return {**_figures(sum(groups.values(), Counter[str]())), "intervals": intervals(groups, _figures)}


def _figures(counts: Counts) -> Figures:
    """``reason_named``: typed right, and the words of why share one with the reason that the set gives, or none is to be named."""
    return {
        "recall": share(counts["found"], counts["sets"]),
        "precision": share(counts["matched"], counts["reported"]),
        "typed_right": share(counts["typed"], counts["found"]),
        "reason_named": share(counts["reason"], counts["found"]),
    }


def _in_all(everything: Sequence[Disagreement], sets: Sequence[tuple[GoldSet, Sides]]) -> dict[str, float | None]:
    """Recall and precision without the cut."""
    matches = [matching(_ids(item), sets) for item in everything]
    return {
        "recall": share(len({m for m in matches if m is not None}), len(sets)),
        "precision": share(sum(m is not None for m in matches), len(matches)),
    }


def _of_set(one: GoldSet, n: int, reported: Sequence[Disagreement], matches: Sequence[int | None]) -> dict[str, Any]:
    at = [rank for rank, match in enumerate(matches, 1) if match == n]
    said = reported[at[0] - 1] if at else None
    return {
        "subject": one.subject, "why": one.why, "types": list(one.types), "ranks": at,
        "type": said.type if said else None, "typed_right": said.type in one.types if said else None,
        "why_said": said.why if said else None,
    }  # fmt: skip


def _of_report(item: Disagreement, match: int | None, sets: Sequence[tuple[GoldSet, Sides]]) -> dict[str, Any]:
    read = _readings().get((item.subject, item.metric)) if match is None else None
    return {
        "subject": item.subject, "metric": item.metric, "kind": item.kind, "type": item.type, "why": item.why,
        "sides": [side.statement for side in item.sides], "set": sets[match][0].subject if match is not None else None,
        "read": read,
    }  # fmt: skip


def _readings() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """What a person said of reports that match no set, by subject and metric."""
    return {
        (r["subject"], r["metric"]): {k: r[k] for k in ("real", "typed", "why")} for r in _table().get("reading", [])
    }


def _by_hand(reported: Sequence[Disagreement], matches: Sequence[int | None]) -> dict[str, Any]:
    """Precision when the reports that match no set count as a person read them; None while one is not read."""
    rest = [_readings().get((i.subject, i.metric)) for i, m in zip(reported, matches, strict=True) if m is None]
    read = [r for r in rest if r is not None]
    real = sum(bool(r["real"]) for r in read)
    return {
        "rest": len(rest),
        "read": len(read),
        "real": real,
        "typed": sum(bool(r["real"] and r["typed"]) for r in read),
        "precision": share(len(reported) - len(rest) + real, len(reported)) if len(read) == len(rest) else None,
    }


def _baselines(claims: Sequence[Claim], sets: Sequence[tuple[GoldSet, Sides]], most: int) -> dict[str, Any]:
    """Pairs of sentences of different works: by chance within a metric, by opposite words, by the cosine of the seed."""
    sentences = list({(c.quote.paper_id, c.quote.start): c for c in claims}.values())
    apart = [(a, b) for a, b in combinations(sentences, 2) if a.quote.source_id != b.quote.source_id]
    metric = [(a, b) for a, b in apart if a.metric and a.metric == b.metric]
    rng = random.Random(0)
    drawn = [_pairs_scored(rng.sample(metric, min(most, len(metric))), sets) for _ in range(DRAWS)]
    opposed = sorted((p for p in apart if _opposed(*p)), key=lambda p: -_overlap(*p))
    near = sorted(apart, key=lambda p: -_overlap(*p))[: most * 40]
    alike = sorted(near, key=lambda p: -cosine(p[0].text, p[1].text))
    return {
        "random_pairs_of_a_metric": {k: sum(d[k] or 0.0 for d in drawn) / len(drawn) for k in drawn[0]},
        "overlap_and_opposite_words": _pairs_scored(opposed[:most], sets),
        "lexical_cosine": _pairs_scored(alike[:most], sets),
    }


def _pairs_scored(
    pairs: Iterable[tuple[Claim, Claim]], sets: Sequence[tuple[GoldSet, Sides]]
) -> dict[str, float | None]:
    matches = [matching((frozenset([a.id]), frozenset([b.id])), sets) for a, b in pairs]
    return {
        "recall": share(len({m for m in matches if m is not None}), len(sets)),
        "precision": share(sum(m is not None for m in matches), len(matches)),
    }


def _opposed(a: Claim, b: Claim) -> bool:
    """One speaks of more and the other of less, by their words alone, and they share a content word."""
    one, two = (tuple(bool(p.search(c.text.lower())) for p in (words().up, words().down)) for c in (a, b))
    return (one, two) in (((True, False), (False, True)), ((False, True), (True, False))) and _overlap(a, b) > 0


def _overlap(a: Claim, b: Claim) -> float:
    """Jaccard overlap of the content words."""
    one, two = content_stems(a.text), content_stems(b.text)
    return len(one & two) / len(one | two) if one | two else 0.0
