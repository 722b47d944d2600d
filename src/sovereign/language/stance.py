"""Words that turn a statement round: denials, words of change with their sign, opposites, ratios above and below one."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple


class Words(NamedTuple):
    """The tables of ``stance.toml`` as patterns of lower-case text; ``opposites`` are pairs of patterns of one word.

    ``deeds`` match verbs that one thing does to another, with their nouns; ``verbs`` these and others, as predicates.
    """

    denials: re.Pattern[str]
    denying: re.Pattern[str]
    affirming: re.Pattern[str]
    ends: re.Pattern[str]
    ratios: re.Pattern[str]
    up: re.Pattern[str]
    down: re.Pattern[str]
    opposites: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    absolutes: tuple[re.Pattern[str], ...]
    scopes: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    frames: re.Pattern[str]
    deeds: re.Pattern[str]
    verbs: re.Pattern[str]
    causes: re.Pattern[str]
    causal: re.Pattern[str]
    doing: re.Pattern[str]
    links: re.Pattern[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The tables, read once."""
    table: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("stance.toml").read_text("utf-8"))
    any_of = {
        key: rf"(?<![\w-])(?:{'|'.join(value)})(?![\w-])" for key, value in table.items() if isinstance(value, list)
    }
    return Words(
        denials=re.compile(any_of["denials"]),
        denying=re.compile(any_of["denying"]),
        affirming=re.compile(any_of["affirming"]),
        ends=re.compile(rf"[,;:.]\s|\s(?:{'|'.join(table['ends'])})\s|$"),
        ratios=re.compile(
            rf"(?<![\w-])(?:{'|'.join(table['ratios'])})(?![\w-])[^\d;.]{{0,40}}(?P<value>\d+[.·]\d+)"
            r"(?:[^\d;]{0,30}(?:95|99) ?%[^\d]{0,12})?(?:(?P<low>\d+[.·]\d+)\s?(?:-|to|,)\s?(?P<high>\d+[.·]\d+))?"
        ),
        up=re.compile("|".join(table["up"])),
        down=re.compile("|".join(table["down"])),
        absolutes=tuple(map(re.compile, table["absolutes"])),
        scopes=_pairs(table["scopes"]),
        frames=re.compile("|".join(rf"(?:{line})" for line in table["frames"].split("\n") if line), re.IGNORECASE),
        deeds=re.compile(rf"(?P<root>{'|'.join(table['deeds'])})(?:s|es|ed|e|ing|ion|ions|ment|ation)?$"),
        verbs=re.compile(rf"(?:{'|'.join(table['deeds'] + table['verbs'])})(?:s|es|ies|ed|ied)"),
        causes=re.compile("|".join(table["causes"])),
        causal=re.compile("|".join(table["causal"])),
        doing=re.compile("|".join(table["doing"])),
        links=re.compile("|".join(table["links"])),
        opposites=_pairs(table["opposites"]),
    )


def _pairs(lines: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Lines of "one / other" as pairs of patterns."""
    sides = (line.split(" / ") for line in lines.split("\n") if line)
    return tuple((re.compile(a), re.compile(b)) for a, b in sides)


@lru_cache(maxsize=65536)
def sides_of(word: str) -> tuple[tuple[int, int], ...]:
    """The opposites that a lower-case word belongs to: number of the pair, and 1 for its first side, -1 for its second."""
    return tuple(
        (n, sign)
        for n, pair in enumerate(words().opposites)
        for sign, side in zip((1, -1), pair, strict=True)
        if side.fullmatch(word)
    )


def without_frame(claim: str) -> str:
    """The claim without words that only say who says it: "The authors report that …"."""
    start = len(claim) - len(claim.lstrip())
    while (frame := words().frames.match(claim, start)) and (rest := claim[frame.end() :].lstrip()):
        start = len(claim) - len(rest)
    return (
        claim[start : start + 1].upper() + claim[start + 1 :]
        if start and claim[start:].split(" ", 1)[0].islower()
        else claim[start:]
    )
