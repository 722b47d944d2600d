"""A disagreement in words: its subject, its sides, its type and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sovereign.language.metrics import metrics
from sovereign.language.quantities import base_value
from sovereign.language.words import content_stems, normalize
from sovereign.records import Claim, Disagreement, DisagreementType, Side

from ..wording import series, times
from .sides import BASELINES, TWICE, Found, type_of
from .statements import Statement

SHOWN = 4
# A sentence of one of the works that says itself why it differs from another.
_SAID_WHY = re.compile(
    r"\battribut\w+\s+(?:the|this|its|their)\s+(?:difference|discrepancy|gap|disagreement)s?\s+to\s+(?P<to>[^.;]+)"
    r"|\bexplain\w*\s+(?:the|its|this|their)\s+(?:\w+\s){0,2}?(?:different|difference|discrepancy)\s(?:\w+\s){0,3}?by\s+(?P<by>[^.;]+)",
    re.IGNORECASE,
)
_WORDS: dict[DisagreementType, str] = {
    "different_version": "versions of one work",
    "different_setting": "another setting",
    "different_baseline": "another baseline",
    "own_work": "two figures of one work",
    "not_comparable": "not comparable",
    "real_disagreement": "no difference in setting is named",
}


def disagreement(found: Found, claims: Sequence[Claim], topics: Iterable[str] = ()) -> Disagreement:
    """The record of what was found; ``claims`` are those of the library, of which one may say why works differ.

    ``topics`` are the library's: they word what was compared by kind.
    """
    typing, names = type_of(found.pairs), _names(found, topics)
    apart = "; ".join(_worded(text, names) for text in typing.apart)
    kind, why = typing.type, _WORDS[typing.type] + (f": {apart}" if apart else "")
    if kind == "real_disagreement" and (said := said_why(found, claims)):
        kind, why = "different_setting", f"{_WORDS['different_setting']}, as one of the works says: {said}"
    return Disagreement(
        subject=_subject(found, names), metric=_metric(found), kind=found.kind,
        sides=tuple(_side(s, found.kind) for s in found.sides), why=why, type=kind,
    )  # fmt: skip


def _names(found: Found, topics: Iterable[str]) -> dict[str, str]:
    """The shortest words that stand for a key: a phrase of the sentences that it is of, or a topic."""
    names = {" ".join(sorted(content_stems(t.replace("-", " ")))): t.replace("-", " ") for t in topics}
    spoken: dict[str, str] = {}
    for s in (s for side in found.sides for s in side):
        phrases = [p for p in (s.result.subject, s.result.comparator) if p]
        for key in (*s.things, *s.others):
            meant = [p for p in phrases if frozenset(key.split()) <= content_stems(p) or key in p.lower().split()]
            spoken[key] = min([*meant, *([spoken[key]] if key in spoken else [])], key=len, default=key)
    return {**names, **spoken}


def _worded(text: str, names: Mapping[str, str]) -> str:
    """A difference between keys with the words that they stand for."""
    one, between, other = text.partition(" against ")
    lead = "against " if one.startswith("against ") else "method " if one.startswith("method ") else ""
    if not lead:
        return text
    first, second = one.removeprefix(lead).removesuffix(" and"), other
    return (
        f"{lead}{names.get(first, first)}{' and' if one.endswith(' and') else ''}{between}{names.get(second, second)}"
    )


def said_why(found: Found, claims: Sequence[Claim]) -> str | None:
    """What a sentence of one of the works names as the cause of a difference about the same thing."""
    works = {s.claim.quote.source_id for side in found.sides for s in side}
    about = content_stems(" ".join(found.about[1:]))
    for claim in claims:
        match = _SAID_WHY.search(normalize(claim.text)) if claim.quote.source_id in works else None
        if match and about & content_stems(claim.text):
            return str(match["to"] or match["by"]).strip()
    return None


def _subject(found: Found, names: Mapping[str, str]) -> str:
    one, other = (names.get(key.strip("[]"), key.strip("[]")) for key in found.about[1:])
    if found.kind == "level":
        return f"{one} {'at' if other.endswith('B parameters') else 'by'} {other}"
    if other == BASELINES:
        return f"{one} against different baselines"
    return f"one quantity told twice ({one})" if other == TWICE else f"{one} against {other}"


def _metric(found: Found) -> str:
    names = dict.fromkeys(s.result.metric or "" for side in found.sides for s in side)
    return series([metrics()[n].label for n in names if n in metrics()]) or "amount"


def _side(side: Sequence[Statement], kind: str) -> Side:
    texts = list(dict.fromkeys(describe(s, kind) for s in side))
    more = [f"{len(texts) - SHOWN} more"] if len(texts) > SHOWN else []
    claims = dict.fromkeys(s.claim.id for s in side)
    return Side(
        statement="; ".join([*texts[:SHOWN], *more]),
        claim_ids=tuple(claims),
        source_ids=tuple(dict.fromkeys(s.claim.quote.source_id for s in side)),
    )


def describe(s: Statement, kind: str) -> str:
    """One statement in words: "A: 1.3 times the latency of B (batch size 1)"."""
    result, where = s.result, _where(s)
    value = result.value.text if result.value else ""
    if not s.others:
        named = result.comparator_value if _of_comparator(s) else result.value
        stated = named.text if named else ""
        if kind == "level" and named and s.ratio and abs(s.ratio / base_value(named) - 1) > 0.01:
            stated = f"{stated} for each parameter, {s.ratio / 1e9:,.0f} GB in all"
        return f"{stated}{where}"
    label = metrics()[result.metric].label if result.metric in metrics() else "amount"
    names = result.subject or "", result.comparator or ""
    if result.ratio is not None:
        amount = (
            f"{times(result.ratio)} times the {label} of" if abs(result.ratio - 1) > 0.0005 else f"the same {label} as"
        )
    else:
        amount = {"increase": f"more {label} than", "decrease": f"less {label} than"}.get(
            result.direction or "", f"the same {label} as"
        )
        amount = f"{value}: {amount}" if value else amount
    return f"{names[0]}: {amount} {names[1]}{where}"


def _of_comparator(s: Statement) -> bool:
    return bool(
        s.result.comparator_value and s.ratio and abs(base_value(s.result.comparator_value) / s.ratio - 1) < 1e-6
    )


def _where(s: Statement) -> str:
    setting = s.claim.setting
    parts = [s.result.condition or "", setting.model or (setting.scale.text if setting.scale else "")]
    if setting.batch_size is not None:
        parts.append(f"batch size {setting.batch_size}")
    kept = [p for p in dict.fromkeys(parts) if p]
    return f" ({', '.join(kept)})" if kept else ""
