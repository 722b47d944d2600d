"""Absolute figures of one thing at one model size that are far apart: as given, or worked out from bytes per parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sovereign.language.quantities import base_value, dimension
from sovereign.language.words import normalize
from sovereign.records import Claim, Document, ProtocolKey, Quantity, Result

from .protocol import key_of, typed
from .sides import Found, clashing, split
from .statements import Statement, aspect_of, titles_of
from .things import Terms, keys_of, terms_of, topics_of

LEVEL_FACTOR = 1.4
SAME_SIZE = 0.1
_SHARED_OUT = re.compile(r"\b(?:per|each)\s+(?:GPU|device|card|chip|node|model|adapter|sequence)s?\b", re.IGNORECASE)
_RATE = re.compile(
    r"\btraining\b[^,;]*?\bwith\s+(?P<with>[A-Z][\w-]+)\s[^,;]*?\b(?P<bytes>\d+(?:\.\d+)?)\s+bytes\s+(?:of\s+[\w\s]{1,30}?)?per\s+parameter",
    re.IGNORECASE,
)


def levels(documents: Sequence[Document], claims: Sequence[Claim]) -> Iterator[Found]:
    """Disagreements on how much one thing takes at one size, between works."""
    terms, titles = terms_of(topics_of(d.paper for d in documents)), titles_of(documents)
    found = [replace(s, title=titles.get(s.work, "")) for claim in claims for s in _of_claim(claim, terms)]
    groups: dict[tuple[str, str, str], list[Statement]] = {}
    for s in found:
        groups.setdefault((s.aspect, s.things[0], dimension(s.key.unit or "")), []).append(s)
    for (aspect, thing, _), group in groups.items():
        for alike in _by_size(group):
            kept, pairs = clashing(alike, lambda a, b: _apart(a, b) >= LEVEL_FACTOR, own=True)
            if len(kept) > 1:
                yield Found((aspect, thing, _size(kept[0])), "level", split(kept, lambda s: s.ratio or 1.0), pairs)
    yield from _of_rates(claims, found)


def _of_claim(claim: Claim, terms: Terms) -> Iterator[Statement]:
    if _SHARED_OUT.search(claim.text):
        return
    for result in claim.results:
        for quantity, phrase in ((result.value, result.subject), (result.comparator_value, result.comparator)):
            if not _absolute(quantity) or not phrase or phrase == "before" or not quantity:
                continue
            things = keys_of(phrase, terms)
            key = (
                key_of(claim, result.model_copy(update={"subject": phrase, "comparator": None}), things[0], None)
                if things
                else None
            )
            if key and key.size:
                key = key.model_copy(update={"unit": quantity.unit})
                yield _level(claim, result, things, key, base_value(quantity))


def _absolute(quantity: Quantity | None) -> bool:
    return bool(
        quantity and quantity.upper is None and quantity.bound != "at_most" and quantity.value > 0
        and dimension(quantity.unit) in ("bytes", "time/token")
    )  # fmt: skip


def _level(claim: Claim, result: Result, things: tuple[str, ...], key: ProtocolKey, amount: float) -> Statement:
    return Statement(
        claim=claim, result=result, work=claim.quote.source_id, aspect=aspect_of(result.metric or ""), sign=1, ratio=amount,
        things=things, others=(), classes=(), key=key,
    )  # fmt: skip


def _by_size(group: Sequence[Statement]) -> Iterator[list[Statement]]:
    """Statements about models of one size, within 10 %."""
    rest = sorted(group, key=lambda s: s.key.size or 0.0)
    while rest:
        first = rest[0].key.size or 1.0
        alike = [s for s in rest if (s.key.size or 0.0) <= first * (1 + SAME_SIZE)]
        yield alike
        rest = rest[len(alike) :]


def _apart(a: Statement, b: Statement) -> float:
    one, two = a.ratio or 1.0, b.ratio or 1.0
    return max(one, two) / min(one, two)


def _size(s: Statement) -> str:
    return f"{(s.key.size or 0) / 1e9:g}B parameters"


def _of_rates(claims: Iterable[Claim], found: Sequence[Statement]) -> Iterator[Found]:
    """ "Training with A needs 16 bytes per parameter", at the sizes of which works say what training with A takes."""
    for claim in claims:
        rate = _RATE.search(normalize(claim.text))
        if not rate or not claim.results:
            continue
        named = re.compile(rf"(?<![\w-]){re.escape(rate['with'])}(?![\w-])")
        meant = [s for s in found if s.aspect == "memory" and s.key.size and named.search(s.result.comparator or "" if _is_comparator(s) else s.result.subject or "")]  # fmt: skip
        meant += [s for s in found if s.aspect == "memory" and s not in meant and _is_full(s, named)]
        by_thing: dict[tuple[str, str], list[tuple[Statement, Statement]]] = {}
        for s in meant:
            amount = float(rate["bytes"]) * (s.key.size or 0.0)
            told = _level(claim, claim.results[0], s.things, s.key.model_copy(update={"setting": ()}), amount)
            if s.work != told.work and _apart(s, told) >= LEVEL_FACTOR:
                by_thing.setdefault((s.things[0], s.work), []).append((s, told))
        for (thing, _), clashes in by_thing.items():
            sides = (tuple(s for s, _ in clashes), tuple(told for _, told in clashes))
            yield Found(
                ("memory", thing, f"{rate['bytes']} bytes per parameter"),
                "level",
                sides,
                tuple(typed(a.key, b.key) for a, b in clashes),
            )


def _is_comparator(s: Statement) -> bool:
    return bool(s.result.comparator_value and base_value(s.result.comparator_value) == s.ratio)


def _is_full(s: Statement, named: re.Pattern[str]) -> bool:
    """Whether a sentence says right after the thing that it was trained so: "for full training with A"."""
    phrase = (s.result.comparator if _is_comparator(s) else s.result.subject) or ""
    after = s.claim.text.partition(phrase)[2][:20] if phrase else ""
    return bool(re.match(r"\s(?:with|by|using)\s", after) and named.search(after))
