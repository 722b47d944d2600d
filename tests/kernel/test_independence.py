from __future__ import annotations

import pytest

from sovereign.kernel.independence import papers_by_id, relation_of, versions_named
from sovereign.records import Candidate
from tests.kernel.making import paper, quote

PAPERS = papers_by_id(
    [
        paper("a", "Edward J. Hu", "Mara Stonebrook"),
        paper("b", "Stonebrook, Mara", "Jon Quill"),
        paper("c", "J. Quill"),
        paper("d", "Rekha Iyer"),
        paper("nobody"),
        paper("e", "E. Hu"),
        paper("f", "Edwina Hu-Lee"),
    ]
)


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ("a", "b", "not_independent"),
        ("b", "c", "not_independent"),
        ("a", "c", "independent"),  # though both share an author with b: pairwise, not transitive
        ("a", "e", "not_independent"),
        ("a", "d", "independent"),
        ("a", "f", "independent"),
        ("a", "nobody", "unknown"),
        ("a", "not in the library", "unknown"),
    ],
)
def test_relations(first: str, second: str, relation: str):
    assert relation_of(quote(first), quote(second), PAPERS) == relation
    assert relation_of(quote(second), quote(first), PAPERS) == relation


@pytest.mark.parametrize(
    "written", ["E. J. Hu", "Hu, Edward", "Edward Hu", "edward j. hu", "HU, E.", "E Hu", "Hu, E. J."]
)
def test_one_person_in_many_spellings(written: str):
    papers = papers_by_id([paper("x", "Edward J. Hu"), paper("y", written)])
    assert relation_of(quote("x"), quote("y"), papers) == "not_independent"


@pytest.mark.parametrize(
    ("one", "other"), [("José Núñez", "Jose Nunez"), ("Łukasz Kaiser", "Lukasz Kaiser"), ("Luis  Müller", "L. Muller")]
)
def test_accents_do_not_make_another_person(one: str, other: str):
    papers = papers_by_id([paper("x", one), paper("y", other)])
    assert relation_of(quote("x"), quote("y"), papers) == "not_independent"


def test_one_figure_told_twice_is_one_figure():
    def note(where: str | None, by: str = "a"):
        return quote("a", by, where, our_words=True)

    own = note("Table 6, Section 5")
    assert relation_of(own, note("Table 6 of arXiv 1", "d"), PAPERS) == "not_independent"
    assert relation_of(own, note("Table 6"), PAPERS) == "not_independent"
    assert relation_of(note("abstract"), note("abstract", "d"), PAPERS) == "not_independent"
    assert relation_of(own, note(None), PAPERS) == "not_independent"  # a place that is not named may be any
    assert relation_of(own, note("Table 7", "d"), PAPERS) == "own_work"
    assert relation_of(own, note("abstract"), PAPERS) == "own_work"


def test_a_sentence_of_a_full_text_is_no_second_passage_of_itself():
    assert relation_of(quote("a"), quote("a"), PAPERS) == "not_independent"
    assert relation_of(quote("a"), quote("a", start=100, end=140), PAPERS) == "own_work"


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Hu et al. report that FooCache reduces memory by 40%.", "not_independent"),
        ("In the FooCache paper, memory falls by 40%.", "not_independent"),
        ("According to arXiv 2401.00001, memory falls by 40%.", "not_independent"),
        ("Earlier work reports that memory falls by 40% [12].", "unknown"),
        ("FooCache reduces memory by 40% in our experiments.", "independent"),
    ],
)
def test_passing_on_a_figure_makes_nobody_independent(text: str, relation: str):
    first = paper("x", "Edward J. Hu").model_copy(update={"title": "FooCache: A Cache", "arxiv_id": "2401.00001"})
    papers = papers_by_id([first, paper("y", "Rekha Iyer")])
    assert relation_of(quote("x"), quote("y", text=text), papers) == relation
    assert relation_of(quote("y", text=text), quote("x"), papers) == relation


def test_works_that_notes_speak_for_decide_and_not_the_notes():
    papers = papers_by_id([paper("n1", "Ada"), paper("n2", "Bob"), paper("s1", "Cy Old"), paper("s2", "C. Old")])
    assert relation_of(quote("s1", "n1"), quote("s2", "n2"), papers) == "not_independent"


def test_works_of_one_title_are_versions_and_count_as_one():
    """A preprint and what a journal made of it may have other DOIs, and say their authors in other ways."""
    preprint = paper("p", "The Zorg Consortium").model_copy(update={"title": "On Zorgs"})
    published = paper("q", "Ada Ng").model_copy(update={"title": "On zorgs."})
    known = papers_by_id([preprint, published])
    assert relation_of(quote("p"), quote("q"), known) == "not_independent"
    log = [
        Candidate(paper_id=p.id, title=p.title, location="", score=1, ranks=(), kept=True, reason="kept")
        for p in (preprint, published, paper("r"))
    ]
    said = [c.reason for c in versions_named(log)]
    assert said[0] == "kept; by its title a version of q: they count as one" and said[2] == "kept"
    signs = [paper(name).model_copy(update={"title": title}) for name, title in (("x", "…"), ("y", "?!"))]
    assert relation_of(quote("x"), quote("y"), papers_by_id(signs)) == "unknown"  # a title without a letter is none
