"""Words of change and comparison: on which axis they speak, and which way they point."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Way(NamedTuple):
    """``axis`` is what changes, by the table below, or "same"; ``sign`` is 1 or -1, and 0 for "the same"."""

    axis: str
    sign: int


# Axis, words that point up, words that point down: regular expressions of whole words.
_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "amount",
        r"increas\w*|rais(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|gr(?:ow|ows|owing|ew|own)|high(?:er|est|ly)?|more|most"
        r"|great(?:er|est)?|larg(?:e|er|est)|big(?:ger|gest)?|many|much|enhanc\w*|elevat\w*|boost\w*|gain\w*"
        r"|promot(?:e|es|ed|ing|ion)|activat(?:e|es|ed|ing|ion|or|ors)|up-?regulat\w*|induc(?:e|es|ed|ing|tion)"
        r"|stimulat\w*|augment\w*|amplif\w*|expand(?:s|ed|ing)?|add(?:s|ed|ing)?|additional|extra|exceed\w*"
        r"|doubl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)|strong(?:er|est|ly)?|abundan\w*|rich(?:er|est)?|excess\w*|surplus"
        r"|maximal|maximum|maxim[iy]z\w*|climb(?:s|ed|ing)?|surg(?:e|es|ed|ing)|soar(?:s|ed|ing)?|jump(?:s|ed|ing)?"
        r"|swell(?:s|ing)?|swelled|escalat\w*|multiplied|quadrupl(?:e|es|ed|ing)",
        r"decreas\w*|reduc(?:e|es|ed|ing|tion|tions)|low(?:er|ers|ered|ering|est)?|less(?:er|en|ens|ened)?"
        r"|few(?:er|est)?|least|small(?:er|est)?|fall(?:s|en|ing)?|fell|drop(?:s|ped|ping)?|cut(?:s|ting)?|diminish\w*|declin\w*"
        r"|shr(?:ink|inks|ank|unk|inking)|inhibit(?:s|ed|ing|ion|ory)?|suppress\w*|block(?:s|ed|ing|ade)|prevent\w*"
        r"|down-?regulat\w*|attenuat\w*|deplet\w*|los(?:e|es|ing|s|ses)|lost|sav(?:e|es|ed|ing|ings)"
        r"|halv(?:e|es|ed|ing)|minim[iy]z\w*|minimal|minimum|avoid\w*|eliminat\w*|abolish\w*"
        r"|weak(?:er|est|ly|en|ens|ened)?|scarce|deficien\w*|lack(?:s|ed|ing)?|absen(?:t|ce)|trim(?:s|med|ming)?|wan(?:e|es|ed|ing)"
        r"|dwindl\w*|subsid(?:e|es|ed|ing)|plummet\w*|plung(?:e|es|ed|ing)|dip(?:s|ped|ping)?|slump\w*|sank|sunk|ebb(?:s|ed|ing)?"
        r"|taper(?:s|ed|ing)?|contract(?:s|ed)|curb(?:s|ed|ing)?",
    ),
    (
        "quality",
        r"improv\w*|better|best|good|outperform\w*|beat(?:s|en|ing)?|surpass\w*|superior\w*|benefi\w*|win(?:s|ning)?"
        r"|won|ahead|protect\w*|favou?rabl\w*",
        r"wors(?:e|t|en|ens|ened|ening)|bad|poor(?:er|est|ly)?|underperform\w*|inferior\w*|degrad\w*|impair\w*"
        r"|hurt(?:s|ing)?|harm(?!less)\w*|deteriorat\w*|trail(?:s|ed|ing)?|behind|aggravat\w*|exacerbat\w*|damag\w*"
        r"|unfavou?rabl\w*",
    ),
    (
        "speed",
        r"fast(?:er|est)?|quick(?:er|est|ly)?|accelerat\w*|speed(?:s|ed|ing)?(?:-?ups?)?|rapid\w*",
        r"slow(?:s|ed|ing|er|est|ly)?(?:-?downs?)?|delay\w*|decelerat\w*|retard\w*",
    ),
    (
        "length",
        r"long(?:er|est)?|prolong\w*|extend(?:s|ed|ing)?|lengthen\w*",
        r"short(?:er|est|en|ens|ened|ening)?|curtail\w*|brief(?:er)?",
    ),
    ("sign", r"positiv\w*", r"negativ\w*"),
    ("time", r"after|later?|following|post", r"before|early|earlier|prior|pre"),
    ("place", r"above|upper|top", r"below|beneath|bottom"),
)
_SAME = re.compile(
    r"same|equal(?:s|led|ly)?|similar(?:ly)?|comparabl[ey]|match(?:es|ed|ing)?|unchanged|identical(?:ly)?"
    r"|keep(?:s|ing)?|kept|preserv\w*|retain\w*|maintain\w*|equivalent(?:ly)?|par|unaffected|unaltered|indistinguishable"
)
_PATTERNS = tuple(
    (Way(axis, sign), re.compile(pattern)) for axis, up, down in _TABLE for sign, pattern in ((1, up), (-1, down))
)


@lru_cache(maxsize=65536)
def way_of(word: str) -> Way | None:
    """The way that a lower-case word points; None for a word that names no change and compares nothing."""
    if _SAME.fullmatch(word):
        return Way("same", 0)
    return next((way for way, pattern in _PATTERNS if pattern.fullmatch(word)), None)
