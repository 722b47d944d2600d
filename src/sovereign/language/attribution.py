"""Whose finding a sentence reports: the work's own, that of somebody else, or what everybody knows.

Argumentative zoning (Teufel and Moens 2002, Computational Linguistics 28(4)) calls these OWN, OTHER and BACKGROUND. Read here from
words alone: who is the subject, which work is cited and where, what the section is called, and, of a sentence that begins
with "they", the one before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sovereign.records import Document, Sentence

Whose = Literal["own", "other", "general"]


class Attribution(NamedTuple):
    """Whose finding it is, the words that decided it (a heading in quotes), and whom the sentence credits with it."""

    whose: Whose
    words: str = ""
    credited: str | None = None


_YEAR = r"(?:19|20)\d\d[a-z]?"
_NAME = r"[A-Z][\w'’-]+"
_NAMES = rf"{_NAME}(?:\s+(?:and|&)\s+{_NAME})?(?:(?:\s+et\.?\s*al\.?)|(?:\s+and (?:his |her )?(?:colleagues|co-?workers|others)))?"
_MARK = rf"\[\d{{1,3}}(?:\s?[,;–-]\s?\d{{1,3}})*\]|BIBREF\d+(?:\s*,?\s*(?:and\s+)?BIBREF\d+)*|\((?:e\.g\.,?\s*|see\s+)?{_NAMES},?\s+{_YEAR}[^()]*\)"
# A work as a part of the sentence: "Li and Wu (2019)", "Devlin et al.", "[12]".
_WORK = rf"(?:{_NAMES},?\s*[\[(]\s*{_YEAR}\s*[\])]|{_NAME}(?:\s+and\s+{_NAME})?\s+et\.?\s*al\.?,?(?:\s*(?:{_MARK}|[\[(]?{_YEAR}[\])]?|[a-z]+(?:{_YEAR}\w*)?(?=\s+[a-z])))?|{_MARK})"
_OTHERS = (
    r"(?:(?:most|many|much|some|several|all|a few|other|the|these|those|more|a number of|of the)\s+)*"
    r"(?:(?:prior|previous|earlier|past|preceding|existing|recent|related|other|early|contemporary|concurrent|seminal|pioneering)\s+)"
    r"(?:[\w-]+\s+){0,3}?"
    r"(?:works?|stud(?:y|ies)|research(?:ers)?|papers?|literature|approach(?:es)?|methods?|authors?|efforts?|attempts?|investigations?|analys[ei]s|"
    r"models?|systems?|techniques?|algorithms?|advances?|state[- ]of[- ]the[- ]art)"
    r"|(?:several|many|some|most|various|numerous|a few) (?:authors?|researchers|works|studies|papers|groups|scholars)|researchers|others|the authors"
)
_VERB = (
    r"(?:(?:also|first|further|recently|then|have|has|had|been|be|was|were|is|are|can|could|later|similarly|empirically|successfully|"
    r"subsequently|instead|even|already|independently|in turn|mainly|typically|often|usually|generally|primarily)\s+)*"
    r"(?:show|find|found|propos|introduc|report|present|develop|us(?:e[sd]?|ing)\b|demonstrat|suggest|observ|argu|appl(?:y|ied|ies)|achiev|obtain|"
    r"attain|reach|extend|improv|describ|explor|investigat|stud(?:y|ied|ies)|train|design|employ|adopt|leverag|prov[ei]|provid|claim|conclude|"
    r"discover|establish|examin|focus|formulat|build|built|create|compar|combin|consider|construct|learn|outperform|reduc|rel(?:y|ied|ies)|analy[sz]|"
    r"address|attempt|tr(?:y|ied|ies)\b|ma[dk]e|g[ai]ve|t[ao]ke|took|note|indicate|reveal|perform|treat|model(?:s|l?ed)\b|evaluat|identif|generat|perform|"
    r"collect|annotat|augment|incorporat|implement|enabl|allow|aim|tackle|utili[sz]|integrat|modif|define|estimat|predict|measur|optimi[sz]|seek|sought|"
    r"highlight|hypothesi[sz]e|motivat|replac|require|solve|succeed|fail|struggl|suffer|lack|ignor|neglect|assum|depend|do(?:es)? not|did not|cannot)"
)
_OTHERS_LEAD = re.compile(rf"(?:^|[,;:]\s+(?:and\s+|while\s+|whereas\s+)?|\b(?:that|while|whereas|although|but|and)\s+)(?P<who>{_OTHERS})\s+(?:\([^)]*\)\s+|{_MARK}\s*)*(?={_VERB})", re.IGNORECASE)  # fmt: skip
_WORK_LEADS = re.compile(rf"(?:^|[,;:]\s+|\b(?:that|while|whereas|although|but|and|work by|of|by)\s+)(?:the\s+)?(?P<who>{_WORK})(?:\s*(?:{_MARK}))*,?\s+(?={_VERB})")  # fmt: skip
_IN_WORK = re.compile(rf"^(?:(?:recently|similarly|more recently|later|lastly|finally|also),?\s+)?in (?:the (?:work|paper|study|model|method) (?:of|by)\s+)?(?P<who>{_WORK})\s*,", re.IGNORECASE)  # fmt: skip
_BY_WORK = re.compile(rf"\b(?:[Aa]ccording to|(?:[Aa]s\s+)?(?:was |were |been |is |are )?(?:first |originally |recently |also )?(?:proposed|introduced|presented|developed|shown|reported|described|found|stated|studied|investigated|explored|observed|suggested|designed|pioneered|demonstrated) (?:in|by)|(?:the\s+)?(?:work|model|method|approach|system|paper|results?|findings?) (?:of|by|from|in))\s+(?:the (?:work|paper) (?:of|by)\s+)?(?P<who>{_WORK}|(?=[.,;)]))")  # fmt: skip
_ENDS_WITH_WORK = re.compile(rf"(?P<who>(?:{_MARK}|{_WORK})(?:[\s,;]*(?:and\s+)?(?:{_MARK}))*)\s*[.;]?\s*$")
_THING_OF_WORK = re.compile(
    rf"^\W*(?:the\s+)?(?:[\w.+/-]+\s+){{1,6}}?(?P<who>{_MARK})\s*,?\s+(?={_VERB}|(?:is|are|was) an?\b)"
)

_OWN = re.compile(
    r"\b(?:we|our|ours|us)\b|\b(?:this|the present|the current|the proposed|in this) (?:paper|work|study|article|thesis|survey|contribution|research|"
    r"method|approach|model|framework|algorithm|technique|architecture|system)\b|\b(?:proposed|presented) (?:method|approach|model|framework|algorithm|system|architecture)s?\b|"
    r"\bthe paper (?:presents|proposes|introduces|shows|describes|demonstrates)\b|"
    r"\b(?:shown|seen|listed|reported|summari[sz]ed|given|presented) in (?:table|figure|fig\.?)\s?\d|"
    r"\b(?:table|figure)\s?\d+ (?:shows|compares|reports|presents|gives|lists)\b",
    re.IGNORECASE,
)
# What stands behind these is what the sentence's subject is held against: a cited one is a baseline, and no source of the finding.
_AGAINST = re.compile(
    r"\b(?:compared (?:to|with)|in comparison (?:to|with)|in contrast (?:to|with)|relative to|over|than|against|versus|vs\.?|unlike|"
    r"(?:outperform|beat|surpass|exceed|match|improv)\w*(?:\s+(?:up)?on)?)\s+(?:[\w.+/-]+\s+){0,4}$",
    re.IGNORECASE,
)
# A thing of others that a result is found on or with: the finding is whose the rest of the sentence says.
_FOUND_ON = re.compile(
    r"^(?:on|using|with|for|in|under|following)\b[^,]*\b(?:data\s?sets?|corpus|corpora|benchmarks?|splits?|protocols?|set-?ups?|settings?|metrics?|code)"
    r"(?:\s+that)?\s*$",
    re.IGNORECASE,
)
_TRIED_ON = re.compile(
    r"^(?:\w+\s+){0,2}(?:experiments?|experimental results|results|evaluations?)\s+(?:on|with|using)\b", re.I
)
# "While earlier work reports 88 %, our model reaches 91 %": what is conceded is not what is found.
_CONCEDED = re.compile(r"^(?:while|whereas|although|though)\b[^,]*,\s+", re.IGNORECASE)
# "we know", "allow us to": they tell of people, not of a finding.
_ANYBODY = re.compile(r"\b(?:allows?|enables?|helps?|lets?|gives?|tells?) us\b|\b(?:as )?we (?:know|have seen|often|usually|all)\b", re.IGNORECASE)  # fmt: skip
_THEY = re.compile(r"^(?:they|their|he|his|she|her|the authors?|in their (?:work|paper)|these (?:works|studies|methods|approaches|models|papers|authors)|(?:this|that|the latter|the former) (?:work|approach|method|model|system)?|its?)\b", re.IGNORECASE)  # fmt: skip
_GENERAL = re.compile(
    r"\b(?:it is (?:well[- ])?(?:known|established|understood)|in recent years|recent(?:ly)? (?:years|advances|progress)|over the (?:past|last)|"
    r"(?:has|have) (?:become|attracted|gained|received|emerged|been (?:widely|extensively|shown|used|successfully|increasingly))|"
    r"(?:is|are|remains?) (?:an?|one of the)?\s*(?:\w+ly )?(?:important|fundamental|challenging|key|popular|essential|critical|crucial|central|"
    r"long[- ]?standing|common|ubiquitous|widely|notoriously|known|difficult|active|open)\b|plays? an? (?:\w+ )?role|"
    r"typically|usually|commonly|in general|generally speaking|tend to)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"^(?:[\dIVXA-Z]+(?:\.\d+)*[.):]?\s+)?(?:background(?: and|,| &)?\s*)?(?:(?:the )?(?:related|previous|prior|earlier|existing|relevant|past)\s+(?:and \w+ |[\w-]+ )?"
    r"(?:works?|research|stud(?:y|ies)|literature|approaches|methods|efforts?|models|tasks?|datasets?)|literature (?:review|survey)|(?:a )?(?:brief )?(?:review|survey) of\b.*|"
    r"state[- ]of[- ]the[- ]art|comparison (?:to|with) (?:prior|previous|related) .*|relation to .*|connections? to (?:prior|previous|related|existing) .*)"
    r"(?:\s*(?:and|&|,|:|on|in)\s.*)?$",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"^(?:[\dIVXA-Z]+(?:\.\d+)*[.):]?\s+)?(?:background|preliminar(?:y|ies)|motivation)(?:\s.*)?$", re.IGNORECASE)  # fmt: skip
_RESULTS = re.compile(r"\b(?:results?|experiment\w*|evaluation|analys[ie]s|findings|ablation\w*|comparison|performance|discussion|conclusions?)\b", re.IGNORECASE)  # fmt: skip
_CITES = re.compile(
    r"\bet al\b|\baccording to\b|\bas (?:reported|shown|found|stated) (?:in|by)\b|(?<!\bwe )\b(?:report|claim)(?:s|ed)? that\b|"
    r"\bin the [\w.+-]+ paper\b|\b(?:authors?|paper) of\b|\[\d{1,3}(?:,\s?\d{1,3})*\]|\((?:19|20)\d\d[a-z]?\)|\b\d{4}\.\d{4,5}\b|\bBIBREF\d",
    re.IGNORECASE,
)
_BACK = 3  # sentences that "they" may reach back
PRIOR = "earlier work"
MAX_SENTENCE = 600
"""Characters of a sentence that are read: who speaks is said before."""


def cites(text: str) -> bool:
    """Whether a sentence names another work in whatever way: its figure may be taken from there."""
    return bool(_CITES.search(text))


def is_of_others(heading: str) -> bool:
    """Whether a section is about the works of others."""
    return bool(_OF_OTHERS.match(heading[:200].strip()))


def attribution(sentence: str, headings: Sequence[str] = (), before: Attribution | None = None) -> Attribution:
    """Whose finding a sentence reports. ``headings`` are those that it stands under, ``before`` is that of the sentence before it.

    Who is named as the subject counts most; "we" stands against everything else; then the section decides, then what sort of
    thing is said. Where nothing speaks, a sentence is its work's own.
    """
    text = " ".join(sentence[:MAX_SENTENCE].split())
    own = _own(text)
    if (conceded := _CONCEDED.match(text)) and (mine := _own(text[conceded.end() :])):
        return Attribution("own", mine[0])
    for pattern in (_WORK_LEADS, _OTHERS_LEAD, _IN_WORK, _BY_WORK):
        found = pattern.search(text)
        led = text[: found.start()] if found else ""
        if pattern is _BY_WORK and (_AGAINST.search(led) or _FOUND_ON.match(led)):
            continue
        if found and (own is None or (pattern is not _BY_WORK and found.start("who") < own.start())):
            return Attribution("other", found[0].strip(" ,;:"), _name(found["who"]))
    if own:
        return Attribution("own", own[0])
    if before and before.whose == "other" and (they := _THEY.match(text)):
        return Attribution("other", they[0], before.credited)
    related = next(filter(is_of_others, headings), None)
    cited = _ENDS_WITH_WORK.search(text)
    if cited and _AGAINST.search(text[: cited.start("who")]):
        cited = None
    if related:
        return Attribution("other", f"“{related}”", _name(cited["who"]) if cited else PRIOR)
    if any(map(_RESULTS.search, headings)):  # a cited thing is a baseline there: what is said of it was found here
        return Attribution("own")
    thing = None if _TRIED_ON.match(text) else _THING_OF_WORK.match(text)
    if named := cited or thing:
        return Attribution("other", named["who"], _name(named["who"]))
    background = next((h for h in headings if _BACKGROUND.match(h[:200].strip())), None)
    said = _GENERAL.search(text)
    if said or background:
        return Attribution("general", said[0] if said else f"“{background}”")
    return Attribution("own")


def _own(text: str) -> re.Match[str] | None:
    """The first word by which a work speaks of itself."""
    return _OWN.search(_ANYBODY.sub(lambda found: "·" * len(found[0]), text))


def _name(who: str) -> str:
    """Whom a sentence credits; those that it does not name are earlier work."""
    return (
        " ".join(who.split()) if re.search(r"\d|et\.?\s*al|\b[A-Z]\w", who[1:] if who[:1].isupper() else who) else PRIOR
    )


def whose(document: Document, sentence: Sentence) -> Attribution:
    """Whose finding a sentence of a document reports. Of a note, whose brackets name their sources, every sentence is its source's."""
    if document.paper.our_words:
        return Attribution("own")
    at = bisect_left(document.sentences, sentence.start, key=lambda s: s.start)
    found: Attribution | None = None
    for near in document.sentences[max(0, at - _BACK) : at]:
        if near.section == sentence.section:
            found = attribution(document.slice(near), (), found)
    return attribution(document.slice(sentence), headings(document, sentence), found)


def headings(document: Document, sentence: Sentence) -> tuple[str, ...]:
    """The headings that a sentence stands under, its own section's first. The title of the work is none of them."""
    found, level = [], 1 << 30
    for section in reversed(document.sections[: sentence.section + 1]):
        if section.level < level:
            found.append(section.title)
            level = section.level
    return tuple(h for h in found if h != document.paper.title)
