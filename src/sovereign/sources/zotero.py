"""Zotero (zotero.org/support/dev/web_api/v3): the local API of the program on this machine, or the web API with a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import RootModel

from sovereign.errors import SovereignError
from sovereign.reading import Limits, Task, read_one
from sovereign.reading.identity import find_arxiv
from sovereign.records import Document, Failure, Query

from .base import Answer, BadAnswer, Fetcher, Hit, Kind
from .keys import Keys
from .provider import Shelf, Wire, Work, abstract_document, make_paper, parse, parse_answer, path_of, plain_abstract
from .terms import query_terms

_LOCAL = "http://127.0.0.1:23119/api/users/0"
_WEB = "https://api.zotero.org"
_MOST_FOUND = 100  # of one page
_MOST_TERMS = 12
_MOST_ATTACHMENTS = 10
_SHORTEST_TERM = 3
_NO_WORKS = ("attachment", "note", "annotation")
_VENUES = ("publicationTitle", "proceedingsTitle", "conferenceName", "bookTitle", "repository", "publisher")
_ITEM_KEY = re.compile(r"[A-Z0-9]{8}")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_ARXIV_LINE = re.compile(r"arxiv\b[^\n]{0,100}", re.IGNORECASE)
_AUTHORS = ("author", "inventor", "programmer", "presenter", "")


class _Creator(Wire):
    creatorType: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    name: str | None = None


class _Tag(Wire):
    tag: str | None = None


class _Data(Wire):
    itemType: str | None = None
    title: str | None = None
    creators: tuple[_Creator | None, ...] | None = None
    date: str | None = None
    DOI: str | None = None
    url: str | None = None
    archiveID: str | None = None
    extra: str | None = None
    abstractNote: str | None = None
    tags: tuple[_Tag | None, ...] | None = None
    publicationTitle: str | None = None
    proceedingsTitle: str | None = None
    conferenceName: str | None = None
    bookTitle: str | None = None
    repository: str | None = None
    publisher: str | None = None


class _Item(Wire):
    key: str
    data: _Data


class _List(RootModel[tuple[Any, ...]]):
    """The answer to a search: a bare list of items."""


class _FullText(Wire):
    """The text of an attachment. Zotero counts pages of a PDF, characters of anything else."""

    content: str
    indexedPages: int | None = None
    totalPages: int | None = None
    indexedChars: int | None = None
    totalChars: int | None = None


class Zotero:
    """A source over a Zotero library: that of the account or group in the keys, else that of the program on this machine."""

    name = "zotero"

    def __init__(self, client: Fetcher, keys: Keys, limits: Limits | None = None) -> None:
        self._client = client
        on_web = bool(keys.zotero and keys.zotero_library)
        self._base = f"{_WEB}/{keys.zotero_library}" if on_web else _LOCAL
        group = keys.zotero_library if on_web and keys.zotero_library.startswith("groups/") else "library"
        self._select = f"zotero://select/{group}/items/"
        self._headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": keys.zotero} if on_web else {})
        self._limits = limits or Limits()
        self._shelf = Shelf(self.name)
        self._by_term: dict[str, list[Work]] = {}
        if keys.zotero and not keys.zotero_library:
            reason = "ZOTERO_API_KEY is set, but not whose library it is for; that of this machine is asked"
            self._shelf.fail(reason, "Set ZOTERO_USER_ID, or ZOTERO_LIBRARY_ID and ZOTERO_LIBRARY_TYPE.")

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be used so far, and why."""
        return self._shelf.failures

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each query at most ``limit`` works. Zotero finds phrases only, so that each word is asked for by itself.

        A work stands the higher, the more of the words find it, each counting the less, the more works it finds.
        """
        return self._shelf.search(queries, limit, self._ask)

    def document(self, paper_id: str) -> Document:
        """The text of a work's attachments as Zotero has indexed it, else its abstract.

        Raises:
            NotFound: if there is no such work, or neither of it.
            SovereignError: if it cannot be asked for.
        """
        work = self._shelf.require(paper_id, self._fetch)
        failed = []
        try:
            for key in self._attachments(work.paper.location.removeprefix(self._select)):
                try:
                    return self._full_text(work, key)
                except SovereignError as error:
                    if getattr(error, "status", None) != 404:  # which only says that it was not indexed
                        failed.append(f"an attachment was not read: {error.message}")
        except SovereignError as error:
            failed.append(f"its attachments were not read: {error.message}")
        return abstract_document(work, self._limits, ("only the abstract was read, from Zotero", *failed))

    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        terms = [term for term in query_terms(text) if len(term) >= _SHORTEST_TERM][:_MOST_TERMS]
        weights: dict[str, float] = {}
        works: dict[str, Work] = {}
        for term in terms:
            found = self._of_term(term)
            for work in found:
                works.setdefault(work.paper.id, work)
                weights[work.paper.id] = weights.get(work.paper.id, 0.0) + 1 / len(found)
        return [works[paper_id] for paper_id in sorted(works, key=lambda paper_id: (-weights[paper_id], paper_id))]

    def _of_term(self, term: str) -> list[Work]:
        """The works that hold a word. Queries of one question share most of their words: each is asked for once."""
        if term not in self._by_term:
            params = {"q": term, "qmode": "everything", "format": "json", "limit": str(_MOST_FOUND)}
            answer = self._get("items/top", params, "search")
            self._by_term[term] = self._shelf.take(read_list(answer), self._work_of)
        return self._by_term[term]

    def _fetch(self, paper_id: str) -> Iterable[Work]:
        """What Zotero finds by the id's own text: everything that is indexed is searched, fields and full texts."""
        value = paper_id.partition(":")[2].strip()
        return self._of_term(value) if value else ()

    def _work_of(self, entry: Any) -> Work | None:
        return work_of(entry, self._select)

    def _attachments(self, key: str) -> list[str]:
        """Keys of the attachments of an item."""
        answer = self._get(f"items/{path_of(key)}/children", {"format": "json"}, "record")
        keys = []
        for entry in read_list(answer):
            try:
                item = parse(_Item, entry)
            except BadAnswer:
                continue
            if item.data.itemType == "attachment" and _ITEM_KEY.fullmatch(item.key):
                keys.append(item.key)
        return keys[:_MOST_ATTACHMENTS]

    def _full_text(self, work: Work, key: str) -> Document:
        found = parse_answer(_FullText, self._get(f"items/{path_of(key)}/fulltext", {}, "fulltext"))
        text = found.content.encode("utf-8", "replace")[: self._limits.max_file_bytes]
        document = read_one(Task(text, f"{key}.txt"), self._limits, self._client.check)
        notices = ["read as the text that Zotero has indexed of an attachment", *document.notices]
        for part, whole, what in (
            (found.indexedPages, found.totalPages, "pages"),
            (found.indexedChars, found.totalChars, "characters"),
        ):
            if part is not None and whole is not None and part < whole:
                notices.append(f"Zotero has indexed {part} of {whole} {what}; the rest was not read")
        return document.model_copy(update={"paper": work.paper, "notices": tuple(notices)})

    def _get(self, path: str, params: dict[str, str], kind: Kind) -> Answer:
        return self._client.get(f"{self._base}/{path}", params=params, headers=self._headers, kind=kind)


def read_list(answer: Answer) -> tuple[Any, ...]:
    """The items of an answer.

    Raises:
        BadAnswer: if it is none.
    """
    return parse_answer(_List, answer).root


def work_of(entry: Any, select: str = "zotero://select/library/items/") -> Work | None:
    """The work of an item; None for a note or an attachment. ``select`` is how its location begins.

    Raises:
        BadAnswer: if it is no item, or has no title.
    """
    item = parse(_Item, entry)
    data = item.data
    if data.itemType in _NO_WORKS:
        return None
    if not _ITEM_KEY.fullmatch(item.key):
        raise BadAnswer("its key is none of Zotero", "")
    year = _YEAR.search(data.date or "")
    preprint = next(
        filter(
            None,
            (
                find_arxiv(found.group())
                for text in (data.archiveID, data.extra, data.url)
                for found in _ARXIV_LINE.finditer(text or "")
            ),
        ),
        None,
    )
    paper = make_paper(
        Zotero.name,
        select + item.key,
        data.title,
        authors=[_name(one) for one in data.creators or () if one and (one.creatorType or "") in _AUTHORS],
        year=int(year.group()) if year else None,
        venue=next(filter(None, (getattr(data, name) for name in _VENUES)), None),
        doi=data.DOI or _doi_line(data.extra),
        arxiv_id=preprint,
        url=data.url,
        topics=[tag.tag for tag in data.tags or () if tag],
    )
    return Work(paper, plain_abstract(data.abstractNote))


def _name(creator: _Creator) -> str:
    return creator.name or " ".join(filter(None, (creator.firstName, creator.lastName)))


def _doi_line(extra: str | None) -> str | None:
    """The DOI that Zotero keeps in "extra" for kinds of item that have no field for it."""
    return next((line for line in (extra or "").splitlines() if line.lower().startswith("doi:")), None)
