"""Unpaywall (unpaywall.org/products/api): where a free and legal copy of a work lies, and the text of that copy.

A copy may lie with any publisher or repository. Its host is asked for this one file and nothing else: over https at port
443, at a public address, without keys or contact, under the caps on every answer, and never on this machine.
"""

from __future__ import annotations

from sovereign.errors import InputError, NotFound, SovereignError
from sovereign.reading import Limits, Task, one_line, read_one
from sovereign.reading.identity import find_doi
from sovereign.records import Document, Model

from .base import BadAnswer, Fetcher
from .keys import Keys
from .provider import Wire, make_paper, parse_answer, path_of, said

_API = "https://api.unpaywall.org/v2"
_WEB = ("https://", "http://")


class _Place(Wire):
    url: str | None = None
    url_for_pdf: str | None = None
    license: str | None = None
    version: str | None = None
    host_type: str | None = None


class _Author(Wire):
    given: str | None = None
    family: str | None = None
    raw_author_name: str | None = None


class _Work(Wire):
    doi: str
    title: str | None = None
    year: int | None = None
    journal_name: str | None = None
    z_authors: tuple[_Author | None, ...] | None = None
    best_oa_location: _Place | None = None


class Copy(Model):
    """A free copy of a work. ``pdf`` says whether ``url`` is a PDF and not a page that leads to one.

    ``version`` is ``publishedVersion``, ``acceptedVersion`` or ``submittedVersion``; ``host`` is ``publisher`` or
    ``repository``. None where Unpaywall does not say. The last four are what it says of the work itself.
    """

    url: str
    pdf: bool
    license: str | None
    version: str | None
    host: str | None
    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None


class FreeCopies:
    """Full texts of works with a DOI, from wherever Unpaywall says that a free copy lies. It finds no works itself."""

    name = "unpaywall"

    def __init__(self, client: Fetcher, keys: Keys, limits: Limits) -> None:
        self._client, self._keys, self._limits = client, keys, limits

    def document(self, paper_id: str) -> Document:
        """The full text of a work's best free copy, if that is a PDF. The notices say which copy it is.

        Raises:
            NotFound: if there is no such copy, or no full text in it.
            SovereignError: if it cannot be asked for, or read.
        """
        scheme, _, doi = paper_id.partition(":")
        copy = open_copy(self._client, self._keys, doi) if scheme == "doi" else None
        if copy is None or not copy.pdf:
            raise NotFound(f"Unpaywall knows of no PDF of {said(paper_id)!r} that is free", "")
        if not copy.url.lower().startswith("https://"):
            raise BadAnswer(f"the free copy {said(copy.url)} was not read: it is not offered over https", "")
        answer = self._client.get(copy.url, kind="fulltext", anywhere=True)
        document = read_one(Task(answer.body, f"{path_of(doi)}.pdf"), self._limits, self._client.check)
        if document.depth != "full_text":
            raise NotFound(f"the free copy of {said(paper_id)!r} holds no full text", "")
        paper = make_paper(
            self.name,
            copy.url,
            copy.title or document.paper.title,
            authors=copy.authors,
            year=copy.year,
            venue=copy.venue,
            doi=doi,
            url=copy.url,
        )
        version, licence = copy.version or "version not said", copy.license or "licence not said"
        notice = f"read as a free copy that Unpaywall names: {said(version)}, {said(licence)}, at a {said(copy.host or 'host')}"
        return document.model_copy(update={"paper": paper, "notices": (notice, *document.notices)})


def open_copy(client: Fetcher, keys: Keys, doi: str) -> Copy | None:
    """The best free copy of the work with this DOI; None if Unpaywall knows of none, or does not know the work.

    Unpaywall wants a contact, and refuses to answer without one.

    Raises:
        InputError: if ``doi`` is none.
        SovereignError: if it cannot be asked.
    """
    bare = find_doi(doi)
    if not bare:
        raise InputError(f"{said(doi)!r} is no DOI", "Give one such as 10.1000/182.")
    try:
        answer = client.get(f"{_API}/{path_of(bare)}", params={"email": keys.contact}, kind="record")
    except SovereignError as error:
        if getattr(error, "status", None) == 404:
            return None
        raise
    work = parse_answer(_Work, answer)
    if find_doi(work.doi) != bare:  # its text would be read as that of the work that was asked for
        raise BadAnswer(f"Unpaywall was asked for {said(bare)} and answered for {said(work.doi)}", "")
    return copy_of(work)


def _name(author: _Author) -> str:
    return " ".join(filter(None, (author.given, author.family))) or author.raw_author_name or ""


def copy_of(work: _Work) -> Copy | None:
    """The best copy in a record. An address that is none of the web counts as none."""
    place = work.best_oa_location
    url = one_line((place.url_for_pdf or place.url or "") if place else "")
    if place is None or not url.lower().startswith(_WEB):
        return None
    return Copy(
        url=url,
        pdf=bool(place.url_for_pdf),
        license=one_line(place.license or "") or None,
        version=one_line(place.version or "") or None,
        host=one_line(place.host_type or "") or None,
        title=work.title or "",
        authors=tuple(filter(None, (_name(author) for author in work.z_authors or () if author))),
        year=work.year,
        venue=work.journal_name,
    )
