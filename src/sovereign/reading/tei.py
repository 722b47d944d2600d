"""TEI as GROBID writes it from a PDF: what its elements are, and where its facts stand."""

from __future__ import annotations

import re

from .parts import Part
from .text import one_line, word_set
from .xml_names import Element, child, children, local, plain
from .xml_text import parts

_KINDS = {
    **dict.fromkeys(word_set("body back p item div"), "block"),
    **dict.fromkeys(word_set("figure note"), "aside"),
    **dict.fromkeys(word_set("label graphic listBibl"), "drop"),
    "figDesc": "block",
    "table": "table",
    "formula": "formula",
}
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[A-Z\d]{1,3}(?:\.\d{1,3}){0,5}\.?")


def kind_of(element: Element) -> str:
    """The kind of a TEI element."""
    name = local(element)
    if name == "ref":
        return "cite" if element.get("type") == "bibr" else "inline"
    if name == "head":
        return "drop" if local(element.getparent()) == "figure" else "heading"
    if name == "hi":
        return {"superscript": "raised", "subscript": "lowered"}.get(element.get("rend"), "inline")
    return _KINDS.get(name, "inline" if name else "drop")


def tei_facts(root: Element) -> dict[str, str | tuple[str, ...]]:
    """Title, authors, year, venue and identifiers of a TEI document."""
    file = child(root, "teiHeader", "fileDesc")
    source = child(file, "sourceDesc", "biblStruct")
    ids = {
        (one.get("type") or "").lower(): plain(one)
        for one in (
            *children(source, "idno"),
            *children(source, "analytic", "idno"),
            *children(source, "monogr", "idno"),
        )
    }
    dates = [*children(source, "monogr", "imprint", "date"), *children(file, "publicationStmt", "date")]
    years = (_YEAR.search(one.get("when") or plain(one)) for one in dates)
    return {
        "title": plain(child(file, "titleStmt", "title")),
        "authors": tuple(filter(None, (_author(one) for one in children(source, "analytic", "author", "persName")))),
        "year": next((found[0] for found in years if found), ""),
        "venue": plain(child(source, "monogr", "title")),
        "doi": ids.get("doi", ""),
        "arxiv": ids.get("arxiv", ""),
    }


def _author(name: Element) -> str:
    return one_line(" ".join(plain(one) for part in ("forename", "surname") for one in children(name, part)))


def tei_parts(root: Element) -> list[Part]:
    """Abstract, body, annexes and reference list of a TEI document."""
    abstract = parts(child(root, "teiHeader", "profileDesc", "abstract"), kind_of)
    found = [Part("heading", "Abstract", 1), *abstract] if abstract else []
    entries = []
    for section in [*children(root, "text", "body"), *children(root, "text", "back", "div")]:
        if section.get("type") == "references":
            entries += [
                Part("verbatim", plain(entry, " "))
                for group in children(section, "listBibl")
                for entry in group
                if local(entry) in ("biblStruct", "bibl")
            ]
        else:
            found += _numbered(section)
    return [*found, Part("heading", "References", 1), *entries] if entries else found


def _numbered(section: Element) -> list[Part]:
    """The parts of a section. GROBID's sections do not nest; the numbers of their headings say how deep they are."""
    levels = [
        (number.rstrip(".").count(".") + 1) if _NUMBER.fullmatch(number := head.get("n") or "1") else 1
        for head in section.iter()
        if local(head) == "head" and kind_of(head) == "heading" and plain(head)
    ]
    coming = iter(levels)
    return [
        part._replace(level=next(coming, 1)) if part.kind == "heading" else part for part in parts(section, kind_of)
    ]
