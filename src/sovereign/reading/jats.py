"""JATS, the XML of journals and PubMed Central: what its elements are, and where its facts stand."""

from __future__ import annotations

import re

from .parts import Part
from .text import one_line, word_set
from .xml_names import Element, Kinds, child, children, local, plain
from .xml_text import line, parts

_DROPPED = word_set(
    "label object-id sec-meta graphic inline-graphic media permissions alt-text long-desc ref-list table-wrap-anchor "
    "email bio index-term def-list-anchor x-anchor self-uri counts custom-meta-group sub-article response"
)
_KINDS = {
    **dict.fromkeys(word_set("sec app ack glossary boxed-text notes"), "section"),
    **dict.fromkeys(word_set("title"), "heading"),
    **dict.fromkeys(
        word_set("p list-item disp-quote def-item verse-group statement fn-group body back floats-group app-group"),
        "block",
    ),
    **dict.fromkeys(
        word_set("fig fig-group table-wrap table-wrap-group fn supplementary-material table-wrap-foot"), "aside"
    ),
    **dict.fromkeys(word_set("disp-formula code preformat"), "formula"),
    **dict.fromkeys(_DROPPED, "drop"),
    "table": "table",
    "sup": "raised",
    "sub": "lowered",
    "tex-math": "tex",
}
_YEAR = re.compile(r"(?:19|20)\d\d")


def kind_of(element: Element) -> str:
    """The kind of a JATS element."""
    name = local(element)
    if name == "xref":
        return {"bibr": "cite", "fn": "drop", "aff": "drop", "corresp": "drop"}.get(element.get("ref-type"), "inline")
    if name == "title" and local(element.getparent()) in ("caption", "list", "table-wrap", "fig"):
        return "block"
    if name == "tex-math" and children(element.getparent(), "math"):
        return "drop"  # the same formula stands beside it
    return _KINDS.get(name, "inline" if name else "drop")


def jats_facts(root: Element) -> dict[str, str | tuple[str, ...]]:
    """Title, authors, year, venue and identifiers of a JATS article."""
    meta = child(root, "front", "article-meta")
    ids = {one.get("pub-id-type"): plain(one) for one in children(meta, "article-id")}
    years = [found[0] for one in children(meta, "pub-date", "year") if (found := _YEAR.search(plain(one)))]
    contributors = [
        one for one in children(meta, "contrib-group", "contrib") if one.get("contrib-type", "author") == "author"
    ]
    return {
        "title": line(child(meta, "title-group", "article-title"), kind_of),
        "authors": tuple(filter(None, map(_author, contributors))),
        "year": min(years, default=""),
        "venue": plain(child(root, "front", "journal-meta", "journal-title-group", "journal-title"))
        or plain(child(root, "front", "journal-meta", "journal-title")),
        "doi": ids.get("doi", ""),
        "arxiv": ids.get("arxiv", ""),
    }


def _author(contributor: Element) -> str:
    name = child(contributor, "name")
    if name is None:
        name = child(contributor, "name-alternatives", "name")
    if name is not None:
        return one_line(" ".join(plain(child(name, part)) for part in ("given-names", "surname", "suffix")))
    return plain(child(contributor, "string-name"), " ") or plain(child(contributor, "collab"))


def jats_parts(root: Element) -> list[Part]:
    """Abstracts, body, notes and reference list of a JATS article."""
    found: list[Part] = []
    for abstract in children(root, "front", "article-meta", "abstract"):
        own = child(abstract, "title")
        heading = line(own, kind_of) if abstract.get("abstract-type") else ""
        inner = [part for part in parts(abstract, _below(own), 1) if part.text]
        if inner and (heading or not abstract.get("abstract-type")):
            found += [Part("heading", heading or "Abstract", 1), *inner]
    body = parts(child(root, "body"), kind_of)
    after = [*parts(child(root, "floats-group"), kind_of), *parts(child(root, "back"), kind_of)]
    entries = [
        Part("verbatim", plain(citation, " "))
        for group in children(root, "back", "ref-list")
        for reference in children(group, "ref")
        for citation in reference
        if local(citation).endswith("citation") or local(citation) == "citation-alternatives"
    ]
    references = [Part("heading", "References", 1), *entries] if entries else []
    return [*found, *body, *after, *references]


def _below(dropped: Element | None) -> Kinds:
    """The kinds of elements in an abstract, without its own heading."""
    return lambda element: (
        "drop" if element is dropped else "inline" if local(element) == "abstract" else kind_of(element)
    )
