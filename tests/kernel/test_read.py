"""Which text of a work is read, from whom, and under which of its ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sovereign.errors import NotFound, SovereignError
from sovereign.kernel.read import Read, read
from sovereign.records import Candidate, Depth, Document, Paper, Retrieval, text_hash
from sovereign.sources import Hit, fuse

DOI, ARXIV = "doi:10.1/a", "arxiv:2101.00001"
WORK = Candidate(
    paper_id=DOI, title="A", location="there", score=1, ranks=(1,), kept=True, reason="", also=(ARXIV,), sources=("openalex",)
)  # fmt: skip


@dataclass
class Holding:
    """A source that has texts under ids, and remembers what it was asked for."""

    name: str
    texts: Mapping[str, Depth] = field(default_factory=dict)
    error: SovereignError | None = None
    retracted: str | None = None
    asked: list[str] = field(default_factory=list)

    def document(self, paper_id: str) -> Document:
        self.asked.append(paper_id)
        if self.error:
            raise self.error
        if paper_id not in self.texts:
            raise NotFound(f"{self.name} has no work {paper_id}", "")
        paper = Paper(id=paper_id, title="A", source=self.name, location=self.name, retracted=self.retracted, version=3)
        depth = self.texts[paper_id]
        return Document(paper=paper, text="", text_hash=text_hash(""), depth=depth, sections=(), sentences=())


def done(*sources: Holding, late: Callable[[str], bool] = lambda _: False) -> Read:
    return read(Retrieval(sources=(), candidates=(WORK,)), sources, late, lambda text: None)


def test_full_text_is_found_under_the_id_that_another_source_gave() -> None:
    arxiv = Holding("arxiv", {ARXIV: "full_text"})
    openalex = Holding("openalex", {DOI: "abstract"})
    ((document,), log) = done(arxiv, openalex)
    assert document.depth == "full_text" and arxiv.asked == [DOI, ARXIV] and openalex.asked == []
    paper = document.paper
    assert (paper.id, paper.doi, paper.arxiv_id) == (DOI, "10.1/a", "2101.00001")  # one work in log and record
    assert (paper.source, paper.version) == ("arxiv", 3)  # and it stays said what was read of it
    assert not log.failures


def test_the_fullest_text_is_read_and_of_equal_ones_the_first() -> None:
    library, zotero = Holding("library", {DOI: "note"}), Holding("zotero", {DOI: "abstract"})
    arxiv = Holding("arxiv", {ARXIV: "full_text"})
    assert done(library, zotero, arxiv).documents[0].paper.source == "arxiv"
    arxiv.texts = {ARXIV: "abstract"}
    assert done(library, zotero, arxiv).documents[0].paper.source == "zotero"
    assert done(library).documents[0].depth == "note"


def test_of_the_sources_of_abstracts_the_one_that_has_the_work_is_asked_and_nobody_else() -> None:
    crossref, openalex = (Holding(name, {DOI: "abstract"}) for name in ("crossref", "openalex"))
    assert done(crossref, openalex).documents[0].paper.source == "openalex"
    assert crossref.asked == []
    assert done(crossref, Holding("openalex")).documents[0].paper.source == "crossref"


def test_a_source_that_is_down_is_asked_once_and_is_a_notice_if_another_has_the_text() -> None:
    down = Holding("arxiv", error=SovereignError("arXiv does not answer", ""))
    ((document,), log) = done(down, Holding("openalex", {DOI: "abstract"}))
    assert down.asked == [DOI] and not log.failures
    assert document.notices == ("arxiv gave no text of it: arXiv does not answer",)
    nothing, log = done(down, Holding("openalex"))
    assert not nothing
    assert [f.reason for f in log.failures] == [
        "arxiv gave no text of it: arXiv does not answer",
        f"openalex has no work {DOI}",
    ]


def test_a_retraction_that_any_record_speaks_of_holds() -> None:
    arxiv = Holding("arxiv", {ARXIV: "abstract"}, retracted="by its authors")
    documents, log = done(Holding("library", {DOI: "abstract"}), arxiv)
    assert not documents and [f.reason for f in log.failures] == ["retracted (by its authors)"]


def test_what_comes_too_late_is_not_begun() -> None:
    arxiv = Holding("arxiv", {ARXIV: "full_text"})
    documents, log = done(arxiv, late=lambda paper_id: paper_id == DOI)
    assert not documents and not arxiv.asked and "time budget" in log.failures[0].reason


def test_ids_sources_and_versions_of_all_descriptions_stand_with_the_candidate() -> None:
    def hit(paper_id: str, source: str, **facts: object) -> Hit:
        return Hit(paper=Paper.model_validate({"id": paper_id, "title": "A", "source": source, **facts}), score=1)

    mine = hit(ARXIV, "zotero", arxiv_id="2101.00001", version=1)
    newer = hit(ARXIV, "arxiv", arxiv_id="2101.00001", version=3)
    both = hit(DOI, "semanticscholar", doi="10.1/a", arxiv_id="2101.00001")
    (one,) = fuse([[[mine]], [[newer]], [[both]]], keep=5)
    assert (one.ids, one.version) == ((ARXIV, DOI), 1)
    assert one.sources == ("zotero", "arxiv", "semanticscholar")
    assert f"same work as {ARXIV}, version 3, from arxiv" in one.reason and f"same work as {DOI} from" in one.reason
    (same,) = fuse([[[both]], [[hit(DOI, "openalex", doi="10.1/a")]]], keep=5)
    assert same.also == (ARXIV,) and "same work" not in same.reason
