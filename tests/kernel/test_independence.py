from __future__ import annotations

import pytest

from sovereign.kernel.independence import papers_by_id, relation_of
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
        ("a", "a", "own_work"),
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


def test_one_figure_told_by_two_notes_is_one_figure():
    own, told = quote("a", "a", "Table 6, Section 5"), quote("a", "d", "Table 6 of arXiv 1")
    assert relation_of(own, told, PAPERS) == "not_independent"
    assert relation_of(own, quote("a", "d", "Table 7"), PAPERS) == "own_work"
    assert relation_of(own, quote("a", "a", "Table 6"), PAPERS) == "own_work"


def test_works_that_notes_speak_for_decide_and_not_the_notes():
    papers = papers_by_id([paper("n1", "Ada"), paper("n2", "Bob"), paper("s1", "Cy Old"), paper("s2", "C. Old")])
    assert relation_of(quote("s1", "n1"), quote("s2", "n2"), papers) == "not_independent"
