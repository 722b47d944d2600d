"""Unpaywall (unpaywall.org/products/api): where a free and legal copy of a work lies."""

from __future__ import annotations

from sovereign.errors import InputError, SovereignError
from sovereign.reading import one_line
from sovereign.reading.identity import find_doi
from sovereign.records import Model

from .base import Fetcher
from .keys import Keys
from .provider import Wire, parse_answer, path_of, said

_API = "https://api.unpaywall.org/v2"
_WEB = ("https://", "http://")


class _Place(Wire):
    url: str | None = None
    url_for_pdf: str | None = None
    license: str | None = None
    version: str | None = None
    host_type: str | None = None


class _Work(Wire):
    doi: str
    best_oa_location: _Place | None = None


class Copy(Model):
    """A free copy of a work. ``pdf`` says whether ``url`` is a PDF and not a page that leads to one.

    ``version`` is ``publishedVersion``, ``acceptedVersion`` or ``submittedVersion``; ``host`` is ``publisher`` or
    ``repository``. None where Unpaywall does not say.
    """

    url: str
    pdf: bool
    license: str | None
    version: str | None
    host: str | None


def open_copy(client: Fetcher, keys: Keys, doi: str) -> Copy | None:
    """The best free copy of the work with this DOI; None if Unpaywall knows of none, or does not know the work.

    Raises:
        InputError: if there is no contact, which Unpaywall wants, or ``doi`` is none.
        SovereignError: if it cannot be asked.
    """
    if not keys.contact:
        raise InputError("Unpaywall wants to know an e-mail address", "Set CROSSREF_MAILTO to yours.")
    bare = find_doi(doi)
    if not bare:
        raise InputError(f"{said(doi)!r} is no DOI", "Give one such as 10.1000/182.")
    try:
        answer = client.get(f"{_API}/{path_of(bare)}", params={"email": keys.contact}, kind="record")
    except SovereignError as error:
        if getattr(error, "status", None) == 404:
            return None
        raise
    return copy_of(parse_answer(_Work, answer))


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
    )
