"""What a finding's bracket says: which work the finding speaks for, and whether that work itself was read.

A bracket is a list of parts, joined by commas and "and". A part is a *place* ("Table 6", "latency table", "README")
in the note's own work, or it *names* another work ("PEFT documentation", "README of LLM-Adapters"). Three kinds of
words decide, none of them the name of a work: words for places, words for documents, and words that look like names.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sovereign.records import Paper

from .identity import ARXIV_ID, arxiv_of_doi, find_doi, normal_title, paper_id
from .text import word_set

# Parts of a work, which keep their meaning when a data set or model stands before them ("GSM8K results").
_PLACES = word_set(
    "abstract ablation ablations algorithm algorithms analysis appendices appendix announcement body caption chapter "
    "chapters comparison conclusion conclusions configuration configurations definition discussion eq equation "
    "equations evaluation evaluations experiment experiments fig figs figure figures file files footnote footnotes "
    "introduction lemma limitations line lines list listing method methodology methods overview p page pages paragraph "
    "part pp preface proposition results sec section sections setting settings setup slide slides supplement "
    "supplementary tab table tables text theorem version"
)
# Documents that belong to a tool: any word before them that is not generic names the tool.
_TOOL_DOCUMENTS = word_set(
    "blog changelog commit docs documentation handbook homepage issue leaderboard manual readme repo repository "
    "website wiki"
)
# Other documents: only a word that looks like a name makes them another work.
_DOCUMENTS = word_set(
    "article benchmark card guide library page paper post preprint release report review reviews survey talk thesis "
    "tool tutorial"
)
_GENERIC = word_set(
    "a accompanying all an api author authors code design developer full github git its main model note notes of "
    "official on online our own own's project public reference s same source supplementary the their this tool "
    "training user work"
)
_SMALL = word_set("a an and as at by for from in into no of off on or out per the to up vs with")

_SECONDHAND = re.compile(
    r"[,;]?\s*\b(?:and\s+)?(?:as\s+)?(?:(?:read|cited|reported|given|reproduced|printed)\s+(?:in|on|by|from)\s+"
    r"(?!(?:the\s+)?(?:paper|original|full|source\b))|quoted\s+(?:in|on|by|from)\s+).*$",
    re.IGNORECASE,
)
_SECONDARY = re.compile(r"\b(?:reading notes|summary page|secondary|second-hand|third[- ]party)\b", re.IGNORECASE)
_OF_THE_WORK = re.compile(
    r"\s+(?:of|on|in|from)\s+(?:the|this|its)\s+(?:same\s+)?(?:paper|work|article|preprint|note)\b.*$", re.IGNORECASE
)
_OF = re.compile(r"\s+(?:of|in|from)\s+(?:the\s+)?", re.IGNORECASE)
_LABEL = re.compile(r"(?:[a-z]?\d+(?:[.:]\d+)*[a-z]?|[ivxl]+|[a-z](?:\.\d+)*)(?:[-\u2013](?:[a-z]?\d+(?:\.\d+)*))?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FILE = re.compile(r"[\w-]+\.(?:md|rst|txt|html?|pdf|py|json|ya?ml|csv|cfg|toml|tex)", re.IGNORECASE)


class Where(NamedTuple):
    """``source_id`` is None where the finding speaks for the note's own work."""

    source_id: str | None
    secondhand: bool


def read_where(bracket: str, paper: Paper) -> Where:
    """What a bracket of a note on ``paper`` says.

    An arXiv id or DOI other than the note's own is the source. Else another document's name is. A bracket that names
    a place of the note's own work beside another document ("Table 1 and … README") speaks for the note's own work.
    """
    kept = _SECONDHAND.sub("", bracket)
    secondhand = kept != bracket or bool(_SECONDARY.search(bracket))
    kept = _OF_THE_WORK.sub("", kept).strip(" ,;")
    return Where(_identified(kept, paper) or _named(kept, paper), secondhand)


def _identified(text: str, paper: Paper) -> str | None:
    """The arXiv id or DOI in ``text`` as a source id, unless it is the note's own."""
    own = {paper.arxiv_id, arxiv_of_doi(paper.doi), paper.doi} - {None}
    if doi := find_doi(text):
        arxiv_id = arxiv_of_doi(doi)
        return None if own & {doi, arxiv_id} else paper_id(doi, arxiv_id, "")
    ids = [found["id"] for found in ARXIV_ID.finditer(text)]
    return None if not ids or own & set(ids) else f"arxiv:{ids[0]}"


def _named(text: str, paper: Paper) -> str | None:
    """``named:…`` if ``text`` names another document, else None."""
    if ARXIV_ID.search(text) or find_doi(text):
        return None
    groups = [group.strip() for group in re.split(r"[,;]", text) if group.strip()]
    for index, group in enumerate(groups):
        names = [_other_document(part, paper, first=index == 0) for part in re.split(r"\s+and\s+|\s*&\s*", group)]
        if all(names):
            years = [g for g in groups[index + 1 :] if _YEAR.fullmatch(g)]
            return "named:" + " ".join([*(name for name in names if name), *years])
    return None


def _other_document(part: str, paper: Paper, first: bool) -> str | None:
    """The normalised name of the other document that ``part`` names, or None if it is a place of the own work.

    A bare name counts only in the ``first`` group of a bracket: later ones are settings ("Table 3, GPT-2").
    """
    if part.startswith(("https://", "http://")):
        return None if paper.url and part.startswith(paper.url) else part.partition("://")[2].casefold()
    words = part.split()
    names = [w for i, w in enumerate(words) if _is_name(w, starts=i == 0)]
    low = [_bare(word) for word in words]
    if names and _own(names, paper):
        return None
    place, *rest = _OF.split(part, maxsplit=1)
    if rest and _bare(place.split()[0]) in _TOOL_DOCUMENTS:
        return _phrase(part) if _owner(rest[0].split()) else None
    if rest and _PLACES & {_bare(word) for word in place.split()}:
        return _other_document(rest[0], paper, first=True)
    if tool := next((i for i, word in enumerate(low) if word in _TOOL_DOCUMENTS), None):
        return _phrase(part) if _owner(words[:tool]) else None
    if names and any(word in _DOCUMENTS for word in low):
        return _phrase(part)
    if any(word in _PLACES | _TOOL_DOCUMENTS for word in low):
        return _phrase(part) if any(_is_identifier(word) for word in words) else None
    return _phrase(part) if names and first else None


def _owner(words: list[str]) -> list[str]:
    """The words that may name the tool which a document belongs to."""
    low = (_bare(word) for word in words)
    return [
        word
        for word in low
        if word not in _GENERIC | _PLACES | _DOCUMENTS | _TOOL_DOCUMENTS and not _LABEL.fullmatch(word)
    ]


def _is_name(word: str, starts: bool) -> bool:
    """Whether a word looks like the name of a tool or a work: capitals inside, a capital, or an identifier."""
    bare = _bare(word)
    if not bare or _LABEL.fullmatch(bare) or _FILE.fullmatch(bare):
        return False
    if any(piece in _PLACES | _TOOL_DOCUMENTS | _DOCUMENTS | _GENERIC | _SMALL for piece in (bare, bare.rstrip("s"))):
        return False
    return (
        _is_identifier(word)
        or any(c.isupper() for c in word.strip("(\"'")[0 if not starts else 1 :])
        or (starts and word[0].isupper())
    )


def _is_identifier(word: str) -> bool:
    """Whether a word is written as repositories are: ``with_underscores`` or ``three-part-slug``.

    Names of runs, which carry figures ("rank10-target-mlp"), and English compounds ("end-to-end") are not.
    """
    if _FILE.fullmatch(word):
        return False
    pieces = word.split("-")
    slug = len(pieces) >= 3 and word.islower() and all(p.isalpha() and p not in _SMALL for p in pieces)
    return slug or re.fullmatch(r"\w*[^\W_]_[^\W_]\w*", word) is not None


def _own(names: list[str], paper: Paper) -> bool:
    """Whether the names are those of the note's own work, as its title gives them."""
    name = normal_title(" ".join(names))
    return name in own_names(paper.title) or (" " in name and f" {name} " in f" {normal_title(paper.title)} ")


def own_names(title: str) -> tuple[str, ...]:
    """The short names that a title gives its work, normalised: "Name: what it does", "What it does (Name, Other)"."""
    names = []
    head, colon, _ = title.partition(":")
    if colon and len(head.split()) <= 3:
        names.append(head)
    for inside in re.findall(r"\(([^()]{2,60})\)", title):
        names += [name for name in inside.split(",") if len(name.split()) <= 3]
    return tuple(filter(None, map(normal_title, names)))


def _phrase(part: str) -> str:
    """A part as a key: lower case, no punctuation at the ends of words, no article in front."""
    words = [_bare(word) for word in part.split()]
    return " ".join(words[1:] if words[:1] == ["the"] else words).strip()


def _bare(word: str) -> str:
    return word.strip(".,;:()[]\"'\u2019§#").removesuffix("'s").removesuffix("\u2019s").casefold()
