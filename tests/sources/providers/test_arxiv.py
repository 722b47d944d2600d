"""arXiv: what is asked, what is read of its feeds, and which form of a text is taken."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from sovereign.errors import NotFound, SovereignError
from sovereign.sources.arxiv import Arxiv
from tests.bad_library import pdfs

from .server import DOWN, HTML, Server, Turns, queries

API = "https://export.arxiv.org/api/query"
SITE = "https://arxiv.org"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
FEED = (
    HEAD + '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    "<id>x</id><title>a query</title>{}</feed>"
)
PROSE = "Zorgs were measured on two machines. The first machine was {n} times faster than the second. " * 6


def entry(
    number: str = "2101.00001v3",
    title: str = "On Zorgs",
    summary: str = "Zorgs are small. They are blue.",
    comment: str = "",
    more: str = "",
) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{number}</id><title>{title}</title><summary>{summary}</summary>"
        "<published>2021-01-02T00:00:00Z</published><updated>2023-01-02T00:00:00Z</updated>"
        "<author><name>Ana Ünal</name></author><author><name>李 明</name></author>"
        f'<category term="cs.LG"/><category term="stat.ML"/><arxiv:comment>{comment}</arxiv:comment>{more}</entry>'
    )


def feed(*entries: str) -> bytes:
    return FEED.format("".join(entries)).encode()


def search_one(data: bytes):
    source = Arxiv(Server({API: data}))
    (hits,) = source.search(queries("zorgs"), 10)
    return [hit.paper for hit in hits], [failure.reason for failure in source.failures]


def page(n: int = 2) -> bytes:
    sections = "".join(f"<h2>{k} Part</h2><p>{PROSE.format(n=n)}</p>" for k in range(1, 6))
    return f"<html><body><article><h1>On Zorgs</h1>{sections}</article></body></html>".encode()


def latex(inputs: bool = False) -> str:
    sections = "".join(f"\\section{{Part {k}}}\n{PROSE.format(n=3)}\n\n" for k in range(1, 6))
    body = "\\input{body}" if inputs else sections
    return f"\\documentclass{{article}}\\title{{On Zorgs}}\\begin{{document}}\\maketitle\n{body}\\end{{document}}"


def tar(**files: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{name}.tex")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def test_four_queries_are_sent_sorted_by_relevance_and_no_fifth():
    server = Server({API: feed(entry())})
    source = Arxiv(server)
    found = source.search(
        queries("Is zorg-bridging (fast) AND cheap?", "b zorgs", "c zorgs", "d zorgs", "e zorgs"), 500
    )
    assert [len(hits) for hits in found] == [1, 1, 1, 1, 0]
    assert [asked.url for asked in server.asked] == [API] * 4
    assert server.asked[0].params == {
        "search_query": "all:zorg OR all:bridging OR all:fast OR all:cheap",
        "start": "0",
        "max_results": "100",
        "sortBy": "relevance",
        "sortOrder": "descending",
    }
    assert [failure.reason for failure in source.failures] == ["1 of 5 queries were not sent"]


def test_every_field_of_an_entry():
    more = "<arxiv:doi>10.1000/ZORG.1</arxiv:doi><arxiv:journal_ref>J. Zorgs 1 (2022)</arxiv:journal_ref>"
    (paper,), failures = search_one(feed(entry(title="On\n   Zorgs: α ≤ β", more=more)))
    assert failures == []
    assert paper.model_dump() == {
        "id": "doi:10.1000/zorg.1",
        "title": "On Zorgs: α ≤ β",
        "authors": ("Ana Ünal", "李 明"),
        "year": 2021,
        "venue": "J. Zorgs 1 (2022)",
        "doi": "10.1000/zorg.1",
        "arxiv_id": "2101.00001",
        "url": "https://arxiv.org/abs/2101.00001",
        "topics": ("cs.LG", "stat.ML"),
        "source": "arxiv",
        "location": "https://arxiv.org/abs/2101.00001v3",
        "our_words": False,
        "version": 3,
    }


@pytest.mark.parametrize(
    ("number", "arxiv_id", "version"),
    [("2101.00001", "2101.00001", None), ("hep-th/9901001v12", "hep-th/9901001", 12), ("math.GT/0309136", "math.GT/0309136", None)],
)  # fmt: skip
def test_ids_of_both_ages_with_and_without_version(number: str, arxiv_id: str, version: int | None):
    (paper,), _ = search_one(feed(entry(number)))
    assert (paper.id, paper.arxiv_id, paper.version) == (f"arxiv:{arxiv_id}", arxiv_id, version)


@pytest.mark.parametrize(
    ("comment", "summary"),
    [
        ("This paper has been withdrawn by the author", "Zorgs are blue."),
        ("Withdrawn: Lemma 3 is wrong", "Zorgs are blue."),
        ("", "This submission has been temporarily withdrawn by arXiv administrators."),
        ("", "Paper withdrawn due to an error in Eq. 4."),
    ],
)
def test_withdrawn_papers_are_marked(comment: str, summary: str):
    (paper,), _ = search_one(feed(entry(comment=comment, summary=summary)))
    assert paper.retracted and paper.retracted.startswith("withdrawn, as arXiv has it: ")


@pytest.mark.parametrize(
    "summary", ["This paper studies troops that have been withdrawn.", "Drugs were withdrawn from patients.", "Zorgs."]
)
def test_papers_on_what_was_withdrawn_are_not_marked(summary: str):
    (paper,), _ = search_one(feed(entry(summary=summary, comment="12 pages, replaces a withdrawn version")))
    assert paper.retracted is None


def test_an_entry_without_id_or_title_costs_only_itself():
    broken = (
        entry(number=""),
        entry(title=" "),
        entry(number="2101.1"),
        "<entry></entry>",
        entry("2101.00009v1", "Kept"),
    )
    papers, failures = search_one(feed(*broken))
    assert [paper.title for paper in papers] == ["Kept"]
    assert [reason.partition(":")[0] for reason in failures] == [f"entry {n} was left out" for n in (1, 2, 3)]
    assert "no title" in failures[1]


def test_an_entry_with_nothing_but_itself_has_empty_fields():
    bare = "<entry><id>http://arxiv.org/abs/2101.00001v1</id><title>Bare</title></entry>"
    (paper,), failures = search_one(feed(bare))
    assert (paper.authors, paper.year, paper.venue, paper.doi, paper.topics, failures) == ((), None, None, None, (), [])


def test_no_result_is_no_failure():
    assert search_one(feed()) == ([], [])


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (feed("<entry><id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>too odd</summary></entry>"), "too odd"),
        (HTML, "no Atom feed"),
        (b"", "no Atom feed"),
        (feed(entry())[:-20], "no Atom feed"),
        (b"<rss><entry/></rss>", "no Atom feed"),
        (b"\xff\xfe\x00 nothing", "no Atom feed"),
        (f'<!DOCTYPE feed [<!ENTITY a0 "zorg">{BOMB}]>{FEED.format(entry(title="&a11;"))[len(HEAD):]}'.encode(), ""),
        (f'<!DOCTYPE feed [<!ENTITY f SYSTEM "file:///etc/passwd">]>{FEED.format(entry(title="&f;"))[len(HEAD):]}'.encode(), "document type"),
        (b"<feed>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</feed>", "no Atom feed"),
    ],
    ids=["error feed", "HTML", "empty", "cut", "another root", "bytes", "entity bomb", "external entity", "deep"],
)  # fmt: skip
def test_a_bad_answer_is_a_failure_and_the_next_query_goes_on(data: bytes, reason: str):
    source = Arxiv(Server({API: Turns([data, feed(entry())])}))
    first, second = source.search(queries("zorgs", "blue zorgs"), 10)
    assert (len(first), len(second)) == (0, 1)
    (failure,) = source.failures
    assert failure.where == "arxiv" and failure.reason.startswith("query 'zorgs': ") and reason in failure.reason
    assert "root:" not in failure.reason


def test_a_server_that_is_down_is_a_failure():
    source = Arxiv(Server({API: DOWN}))
    assert source.search(queries("zorgs"), 10) == ((),)
    assert source.failures[0].reason == "query 'zorgs': 503 Service Unavailable"


def read(server: Server, paper_id: str = "arxiv:2101.00001"):
    return Arxiv(server).document(paper_id)


def test_html_is_taken_first():
    server = Server({API: feed(entry()), f"{SITE}/html/2101.00001v3": page()})
    document = read(server)
    assert document.depth == "full_text" and "2 times faster" in document.text
    assert document.paper.version == 3 and document.paper.authors == ("Ana Ünal", "李 明")
    assert document.notices[0] == "read as HTML, from arXiv, 2101.00001v3"
    assert [asked.kind for asked in server.asked] == ["record", "fulltext"]
    assert server.asked[0].params == {"id_list": "2101.00001", "max_results": "1"}


def test_latex_comes_after_html_and_takes_in_its_files():
    body = "".join(f"\\section{{Part {k}}}\n{PROSE.format(n=7)}\n\n" for k in range(1, 6))
    server = Server({API: feed(entry()), f"{SITE}/e-print/": tar(main=latex(inputs=True), body=body)})
    document = read(server)
    assert document.depth == "full_text" and "7 times faster" in document.text
    assert document.notices[:2] == (
        "read as LaTeX source, from arXiv, 2101.00001v3",
        "its HTML was not read: 404 Not Found",
    )


def test_a_source_of_one_file_and_a_page_without_text():
    empty = b"<html><body><p>No HTML for this paper.</p></body></html>"
    answers = {API: feed(entry()), f"{SITE}/html/": empty, f"{SITE}/e-print/": gzip.compress(latex().encode())}
    document = read(Server(answers))
    assert "3 times faster" in document.text
    assert document.notices[1] == "its HTML was not read: it holds no full text"


def test_the_pdf_comes_last():
    pdf = pdfs.long(2)
    server = Server({API: feed(entry()), f"{SITE}/e-print/": pdf, f"{SITE}/pdf/2101.00001v3": pdf})
    document = read(server)
    assert document.depth == "full_text" and document.paper.title == "On Zorgs"
    assert "its LaTeX source was not read: there is none, only a PDF" in document.notices
    assert document.sentences[0].page == 1


def test_without_any_text_the_abstract_is_read_and_says_so():
    gone = entry(comment="This paper has been withdrawn")
    document = read(Server({API: feed(gone), f"{SITE}/e-print/": b"\x1f\x8bno gzip", f"{SITE}/pdf/": HTML}))
    assert document.depth == "abstract"
    assert [document.slice(s) for s in document.evidence()] == ["Zorgs are small.", "They are blue."]
    assert document.notices[0] == "only the abstract was read, from arXiv, 2101.00001v3"
    assert [notice.split(" was ")[0] for notice in document.notices[1:4]] == ["its HTML", "its LaTeX source", "its PDF"]
    assert document.paper.retracted


def test_a_work_that_a_search_found_is_not_asked_for_again():
    server = Server({API: feed(entry(more="<arxiv:doi>10.1000/z</arxiv:doi>")), f"{SITE}/html/": page()})
    source = Arxiv(server)
    ((hit,),) = source.search(queries("zorgs"), 1)
    assert source.document(hit.paper.id).paper == hit.paper
    assert source.document("arxiv:2101.00001").paper == hit.paper
    assert [asked.url for asked in server.asked].count(API) == 1


@pytest.mark.parametrize(
    "wanted", ["arxiv:2101.99999", "doi:10.1000/x", "title:on zorgs", "arxiv:../../x", "arxiv:", ""]
)
def test_works_that_are_not_there(wanted: str):
    with pytest.raises(NotFound, match="arxiv has no work"):
        read(Server({API: feed()}), wanted)


def test_a_work_without_text_and_abstract_is_an_error():
    with pytest.raises(NotFound, match="no abstract"):
        read(Server({API: feed(entry(summary=""))}))
    with pytest.raises(SovereignError, match="503"):
        read(Server({API: DOWN}))
