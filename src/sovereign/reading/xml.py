"""Scholarly XML: articles in JATS and in GROBID's TEI, read without entities, external files or the network."""

from __future__ import annotations

import re
from html.entities import html5

from lxml import etree

from sovereign.records import Document, Paper

from .document import Builder
from .errors import ReadError
from .frontmatter import title_without_front_matter
from .identity import arxiv_of_doi, find_arxiv, find_doi, paper_id
from .jats import jats_facts, jats_parts
from .limits import Limits
from .parts import add
from .tei import tei_facts, tei_parts
from .text import one_line, printable
from .xml_names import Element, local

_READERS = {"article": (jats_facts, jats_parts), "TEI": (tei_facts, tei_parts)}
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_OWN = (b"amp", b"lt", b"gt", b"quot", b"apos")


def read_xml(data: bytes, location: str, limits: Limits) -> Document:
    """The document of a JATS article (root ``article``) or a TEI text (root ``TEI``).

    Raises:
        ReadError: if the XML is not well formed, nests too deep or too large, or has another root.
    """
    root = _parse(data, location)
    if local(root) not in _READERS:
        reason = f"{location}: XML with the root element <{printable(local(root))}> cannot be read"
        raise ReadError(reason, "Readable are JATS (root <article>) and TEI (root <TEI>). Convert it, or leave it out.")
    read_facts, read_parts = _READERS[local(root)]
    builder = Builder(limits)
    if next(root.iter(etree.Entity), None) is not None:
        builder.notices.append("the file defines entities of its own; they were not resolved and are left out")
    add(builder, read_parts(root))
    facts = read_facts(root)
    title = key = str(facts["title"])
    if not title:
        title, key, notice = title_without_front_matter(None, location)
        builder.notices.append(notice)
    doi = find_doi(str(facts["doi"]))
    arxiv_id = find_arxiv(str(facts["arxiv"])) or arxiv_of_doi(doi)
    paper = Paper(
        id=paper_id(doi, arxiv_id, key),
        title=title,
        authors=tuple(facts["authors"]),
        year=int(str(facts["year"])) if facts["year"] else None,
        venue=str(facts["venue"]) or None,
        doi=doi,
        arxiv_id=arxiv_id,
        location=location,
    )
    return builder.document(paper)


def _parse(data: bytes, location: str) -> Element:
    """The root element.

    Raises:
        ReadError: if the parser refuses the data; its caps on depth, size and expansion are left on.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(_NAMED.sub(_numeric, data), parser)
    except etree.XMLSyntaxError as error:
        reason = f"{location}: the XML cannot be read: {printable(one_line(error.msg or 'it is empty'))}"
        raise ReadError(reason, "Correct or export the file again; for a web page, name it .html.") from None


def _numeric(found: re.Match[bytes]) -> bytes:
    """HTML's named entities by number: files use them though no DTD that is read defines them."""
    characters = html5.get(f"{found[1].decode('ascii')};") if found[1] not in _OWN else None
    return "".join(f"&#{ord(c)};" for c in characters).encode("ascii") if characters else found[0]
