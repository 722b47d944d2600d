"""The references of a record as BibTeX."""

from __future__ import annotations

import re
import unicodedata

from sovereign.records import LedgerHead, Paper, Record

from .references import NAMED, UNREAD, Reference, References
from .standing import Standing
from .text import arxiv_url, clean, doi_url, one_line, safe_url
from .work import AUTHOR, record_work

_SMALL = {
    "a",
    "an",
    "and",
    "are",
    "at",
    "by",
    "can",
    "do",
    "for",
    "from",
    "how",
    "in",
    "is",
    "of",
    "on",
    "the",
    "to",
    "with",
}
# BibTeX counts braces before TeX sees them, also those after a backslash: a literal brace needs a command.
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{c: rf"\{c}" for c in "$&%#_"},
}


def write_bib(record: Record, head: LedgerHead | None = None) -> str:
    """BibTeX of every reference of ``record``, in their order, UTF-8, with keys such as ``li2024mixlora``."""
    references = tuple(References(record))
    keys = citation_keys(references)
    ledger = f"{head.count} {head.hash}" if head else "none"
    lines = (
        f"% record: {record.id}",
        f"% content hash: {record.content_hash or record.computed_hash()}",
        f"% ledger head: {ledger}",
    )
    entries = (_entry(reference, keys[reference.source_id]) for reference in references)
    return "\n\n".join(["\n".join(lines), *entries]) + "\n"


def write_own(
    record: Record, head: LedgerHead | None = None, standing: Standing | None = None, address: str = ""
) -> str:
    """BibTeX of the record itself, as a technical report, UTF-8. ``address`` is where it stands, for one that has no DOI."""
    work = record_work(record, head, standing)
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{escape(work.title)}}}",
        "institution": f"{{{AUTHOR}}}",
        "number": escape(work.short_id),
        "year": str(work.made[0]) if work.made else "",
        "doi": _verbatim(work.doi),
        "url": doi_url(work.doi) or _verbatim(safe_url(address)),
        "note": escape(f"{work.urn}. {work.standing} Content hash: {work.content_hash}."),
        "abstract": escape(work.abstract),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@techreport{{{_ascii(work.short_id)},\n{body}}}\n"


def citation_keys(references: tuple[Reference, ...]) -> dict[str, str]:
    """A key for each source id: first author, year, first telling word of the title; letters tell equal ones apart.

    The letters follow the order of the ids, so that they do not depend on the order of citation.
    """
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for reference in sorted(references, key=lambda r: r.source_id):
        plain = key = _plain_key(reference)
        number = 0
        while key in taken:
            number += 1
            key = plain + _letters(number)
        taken.add(key)
        keys[reference.source_id] = key
    return keys


def escape(text: str) -> str:
    """``text`` as the value of a BibTeX field: balanced braces, TeX's special characters as commands, one line."""
    return "".join(_SPECIAL.get(c, c) for c in one_line(text))


def _plain_key(reference: Reference) -> str:
    paper = reference.paper
    if paper is None:
        return _ascii(reference.title) or "source"
    author = one_line(paper.authors[0]) if paper.authors else ""
    # "Li, Wei" puts the family name first, "Wei Li" last.
    family = author.partition(",")[0] if "," in author else author.split(" ")[-1]
    words = [w for w in (_ascii(w) for w in re.split(r"[\s:/,.–—-]+", reference.title)) if w]
    telling = next((w for w in words if w not in _SMALL), words[0] if words else "")
    year = str(paper.year or "")
    return f"{_ascii(family)}{year}{telling}" or "source"


def _ascii(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in folded if c.isascii() and c.isalnum())[:40]


def _letters(number: int) -> str:
    """1 is ``b``: the first of equal keys has no letter."""
    letters = ""
    while number >= 0:
        letters = chr(ord("a") + number % 26) + letters
        number = number // 26 - 1
    return letters


def _entry(reference: Reference, key: str) -> str:
    paper = reference.paper
    fields = _fields(paper) if paper else _named(reference)
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{'article' if fields.get('journal') else 'misc'}{{{key},\n{body}}}"


def _fields(paper: Paper) -> dict[str, str]:
    venue = one_line(paper.venue or "")
    fields = {
        "author": " and ".join(_author(name) for name in paper.authors if one_line(name)),
        "title": f"{{{escape(paper.title)}}}",  # a second pair of braces keeps the capitals
        "journal": "" if venue.casefold().startswith("arxiv") else escape(venue),
        "year": str(paper.year or ""),
        "doi": _verbatim(paper.doi) if doi_url(paper.doi) else "",
        "url": _verbatim(safe_url(paper.url)),
        "note": UNREAD.capitalize() if paper.our_words else "",
    }
    if arxiv_url(paper.arxiv_id):
        fields |= {"eprint": _verbatim(paper.arxiv_id), "archiveprefix": "arXiv"}
    return fields


def _named(reference: Reference) -> dict[str, str]:
    fields = {"title": f"{{{escape(reference.title)}}}", "note": NAMED.capitalize()}
    scheme, _, name = reference.source_id.partition(":")
    if scheme == "arxiv" and arxiv_url(name):
        fields |= {"eprint": _verbatim(name), "archiveprefix": "arXiv"}
    if scheme == "doi" and doi_url(name):
        fields["doi"] = _verbatim(name)
    return fields


def _author(name: str) -> str:
    """A name; in braces of its own where BibTeX would take it for two names or for parts in another order."""
    escaped = escape(name)
    return f"{{{escaped}}}" if re.search(r"(?i)\band\b", name) or name.count(",") > 1 else escaped


def _verbatim(value: str | None) -> str:
    """An identifier or address, which styles set as it stands: only what would end the field is encoded."""
    return re.sub(r"[{}\\\s]", lambda m: f"%{ord(m.group()):02X}", clean(value or ""))
