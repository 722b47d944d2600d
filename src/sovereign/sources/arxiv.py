"""arXiv: the Atom API (info.arxiv.org/help/api/user-manual.html), and full texts as HTML, LaTeX source or PDF.

arXiv's terms let any reader read and index a paper; its text is not passed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from lxml import etree

from sovereign.errors import NotFound, SovereignError
from sovereign.reading import Limits, ReadError, Task, printable, read_one
from sovereign.reading.identity import ARXIV_ID, find_arxiv
from sovereign.reading.xml_names import Element, child, children, local, plain
from sovereign.records import Document, Failure, Paper, Query

from .base import BadAnswer, Fetcher, Hit
from .eprint import unpack
from .provider import Shelf, Work, abstract_document, make_paper, path_of, plain_abstract, said
from .terms import query_terms

_API = "https://export.arxiv.org/api/query"
_SITE = "https://arxiv.org"
_MOST_QUERIES = 4  # of one question: there are three seconds between two requests
_MOST_FOUND = 100
_LARGEST_FEED = 20_000_000  # bytes
_VERSION = re.compile(r"v([1-9]\d{0,3})$")
_YEAR = re.compile(r"\d{4}")
# What arXiv and authors write into comment or abstract of a paper that was withdrawn. Nothing may stand between the paper
# and the verb: papers on things that were withdrawn are none themselves.
_WITHDRAWN = re.compile(
    r"^\W*withdrawn\b"
    r"|\b(?:paper|article|submission|manuscript|preprint|work|version|note)\W+"
    r"(?:(?:has|have|is|was|been|being|now|temporarily|permanently)\W+){0,5}(?:withdrawn|retracted)\b",
    re.IGNORECASE,
)
_START = 300  # characters of an abstract in which that is looked for


class Arxiv:
    """A source over arXiv. Of the queries of a question at most four are sent."""

    name = "arxiv"

    def __init__(self, client: Fetcher, limits: Limits | None = None) -> None:
        self._client = client
        self._limits = limits or Limits()
        self._shelf = Shelf(self.name)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be used so far, and why."""
        return self._shelf.failures

    def search(self, queries: Sequence[Query], limit: int) -> tuple[tuple[Hit, ...], ...]:
        """For each of the first four queries at most ``limit`` works (100 at most), in arXiv's order of relevance."""
        if len(queries) > _MOST_QUERIES:
            left = len(queries) - _MOST_QUERIES
            self._shelf.fail(f"{left} of {len(queries)} queries were not sent", "Ask with fewer queries.")
        found = self._shelf.search(queries[:_MOST_QUERIES], limit, self._ask)
        return found + ((),) * (len(queries) - len(found))

    def document(self, paper_id: str) -> Document:
        """The text of a work: of its HTML, else its LaTeX source, else its PDF, else its abstract.

        The notices say which of these was read, and why those before it were not.

        Raises:
            NotFound: if arXiv has no such work.
            SovereignError: if it cannot be asked for.
        """
        work = self._shelf.require(paper_id, self._fetch)
        number = work.paper.location.removeprefix(f"{_SITE}/abs/")
        forms: tuple[tuple[str, Callable[[str], Document]], ...] = (
            ("HTML", self._html),
            ("LaTeX source", self._latex),
            ("PDF", self._pdf),
        )
        failed = []
        for form, read in forms:
            try:
                document = read(number)
            except SovereignError as error:
                failed.append(f"its {form} was not read: {error.message}")
                continue
            if document.depth != "full_text":
                failed.append(f"its {form} was not read: it holds no full text")
                continue
            notices = (f"read as {form}, from arXiv, {number}", *failed, *work.notices, *document.notices)
            return document.model_copy(update={"paper": work.paper, "notices": tuple(dict.fromkeys(notices))})
        return abstract_document(work, self._limits, (f"only the abstract was read, from arXiv, {number}", *failed))

    def _ask(self, text: str, limit: int) -> Iterable[Work]:
        # Joined by OR: few papers hold every word of a question. The order of relevance brings those with most of them up.
        params = {
            "search_query": " OR ".join(f"all:{term}" for term in query_terms(text)),
            "start": "0",
            "max_results": str(min(limit, _MOST_FOUND)),
            "sortBy": "relevance",
            "sortOrder": "descending",
        }
        answer = self._client.get(_API, params=params, kind="search")
        return self._shelf.take(read_feed(answer.body), work_of)

    def _fetch(self, paper_id: str) -> Iterable[Work]:
        scheme, _, number = paper_id.partition(":")
        if scheme != "arxiv" or not ARXIV_ID.fullmatch(number):
            return []
        answer = self._client.get(_API, params={"id_list": number, "max_results": "1"}, kind="record")
        return self._shelf.take(read_feed(answer.body), work_of)

    def _html(self, number: str) -> Document:
        answer = self._client.get(f"{_SITE}/html/{path_of(number)}", kind="fulltext")
        return read_one(Task(answer.body, f"{number}.html"), self._limits, self._client.check)

    def _latex(self, number: str) -> Document:
        answer = self._client.get(f"{_SITE}/e-print/{path_of(number)}", kind="fulltext")
        source = unpack(answer.body, self._limits)
        if source is None:
            raise NotFound("there is none, only a PDF")

        def load(name: str) -> bytes:
            if name not in source.files:
                raise ReadError(f"{printable(name)}: the source has no such file", "")
            return source.files[name]

        task = Task(source.files[source.main], f"{number}.tex", "latex", source.main, load)
        return read_one(task, self._limits, self._client.check)

    def _pdf(self, number: str) -> Document:
        answer = self._client.get(f"{_SITE}/pdf/{path_of(number)}", kind="fulltext")
        return read_one(Task(answer.body, f"{number}.pdf"), self._limits, self._client.check)


def entries_of(client: Fetcher, ids: Sequence[str]) -> tuple[Paper, ...]:
    """What arXiv says now of the works of these ids (without version): title, newest version, whether they were withdrawn.

    Raises:
        SovereignError: if it cannot be asked.
    """
    found: list[Paper] = []
    known = [one for one in dict.fromkeys(ids) if ARXIV_ID.fullmatch(one)]
    for start in range(0, len(known), _MOST_FOUND):
        some = known[start : start + _MOST_FOUND]
        params = {"id_list": ",".join(some), "max_results": str(len(some))}
        answer = client.get(_API, params=params, kind="record")
        found += [work.paper for entry in read_feed(answer.body) if (work := work_of(entry))]
    return tuple(found)


def read_feed(data: bytes) -> tuple[Element, ...]:
    """The entries of an Atom feed. Entities are not resolved, and nothing else is read than ``data``.

    Raises:
        BadAnswer: if it is no feed, or the feed that arXiv answers with when it refuses a query.
    """
    if len(data) > _LARGEST_FEED:
        raise BadAnswer(f"the feed has more than {_LARGEST_FEED} bytes", "Ask for fewer works.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = f"the answer is no Atom feed: {said(error.msg or 'it is empty')}"
        raise BadAnswer(reason, "Try again later.") from None
    if root is None or local(root) != "feed":
        raise BadAnswer("the answer is no Atom feed", "Try again later.")
    if root.getroottree().docinfo.doctype:
        raise BadAnswer("the feed has a document type of its own, as no feed of arXiv has", "Try again later.")
    entries = tuple(children(root, "entry"))
    for entry in entries:
        if "/api/errors" in plain(child(entry, "id")):
            raise BadAnswer(f"arXiv refused the query: {said(plain(child(entry, 'summary')))}", "Ask in other words.")
    return entries


def work_of(entry: Element) -> Work | None:
    """The work of an entry; None for an entry without anything in it, as arXiv answers for an id that it does not know.

    Raises:
        BadAnswer: if the entry has no title, or no id of a paper.
    """
    address, title, summary = (plain(child(entry, name)) for name in ("id", "title", "summary"))
    if not (address or title or summary):
        return None
    _, _, number = address.partition("/abs/")
    arxiv_id = find_arxiv(number) if ARXIV_ID.fullmatch(number) else None
    if not arxiv_id:
        raise BadAnswer(f"its id is none of a paper: {said(address) or 'it is empty'}", "")
    version = _VERSION.search(number)
    comment = plain(child(entry, "comment"))
    year = _YEAR.match(plain(child(entry, "published")))
    withdrawn = next((said(text) for text in (comment, summary[:_START]) if _WITHDRAWN.search(text)), None)
    paper = make_paper(
        Arxiv.name,
        f"{_SITE}/abs/{number}",
        title,
        authors=[plain(child(author, "name")) for author in children(entry, "author")],
        year=int(year.group()) if year else None,
        venue=plain(child(entry, "journal_ref")),
        doi=plain(child(entry, "doi")),
        arxiv_id=arxiv_id,
        url=f"{_SITE}/abs/{arxiv_id}",
        topics=[category.get("term") for category in children(entry, "category")],
        retracted=f"withdrawn, as arXiv has it: {withdrawn}" if withdrawn else None,
        version=int(version[1]) if version else None,
    )
    return Work(paper, plain_abstract(summary))
