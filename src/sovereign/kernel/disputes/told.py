"""A disagreement in words: its subject, its sides, its type and why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.language.metrics import metrics
from sovereign.language.quantities import base_value
from sovereign.language.words import content_stems, normalize
from sovereign.records import Claim, Disagreement, DisagreementType, Side

from ..wording import series, times
from .sides import Found, type_of
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


def disagreement(found: Found, claims: Sequence[Claim]) -> Disagreement:
    """The record of what was found; ``claims`` are those of the library, of which one may say why works differ."""
    typing = type_of(found.pairs)
    kind, why = typing.type, f"{_WORDS[typing.type]}{': ' + '; '.join(typing.apart) if typing.apart else ''}"
    if kind == "real_disagreement" and (said := said_why(found, claims)):
        kind, why = "different_setting", f"{_WORDS['different_setting']}, as one of the works says: {said}"
    return Disagreement(
        subject=_subject(found), metric=_metric(found), kind=found.kind, sides=tuple(_side(s, found.kind) for s in found.sides),
        why=why, type=kind,
    )  # fmt: skip


def said_why(found: Found, claims: Sequence[Claim]) -> str | None:
    """What a sentence of one of the works names as the cause of a difference about the same thing."""
    works = {s.claim.quote.source_id for side in found.sides for s in side}
    about = content_stems(" ".join(found.about[1:]))
    for claim in claims:
        match = _SAID_WHY.search(normalize(claim.text)) if claim.quote.source_id in works else None
        if match and about & content_stems(claim.text):
            return str(match["to"] or match["by"]).strip()
    return None


def _subject(found: Found) -> str:
    _, one, other = found.about
    first = found.sides[0][0]
    if found.kind == "level":
        return f"{_phrase(first, one)} {'at' if other.endswith('B parameters') else 'by'} {other}"
    if other == "others":
        return f"{one.strip('[]')} against different baselines"
    if not first.others:
        return f"what is told twice ({one})"
    return f"{_phrase(first, one)} against {_phrase(first, other)}"


def _phrase(s: Statement, key: str) -> str:
    """The words of a statement that a key stands for, else the key itself."""
    if key.startswith("["):
        return key.strip("[]")
    for keys, words in ((s.things, s.result.subject), (s.others, s.result.comparator), (s.things, s.result.comparator)):
        if key in keys[:1] and words and content_stems(key) & content_stems(words):
            return words
    return key


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
