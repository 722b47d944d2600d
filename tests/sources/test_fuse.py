from __future__ import annotations

import pytest

from sovereign.errors import NotFound
from sovereign.records import Paper
from sovereign.sources import Hit, fuse, require_source


def hit(name: str, score: float, **facts: str) -> Hit:
    ident = facts.pop("id", f"title:{name.lower()}")
    return Hit(paper=Paper(id=ident, title=name, location=f"{name}.md", **facts), score=score)


def test_ranks_scores_and_reasons():
    queries = [[hit("a", 9), hit("b", 8), hit("c", 7)], [hit("b", 5), hit("d", 4)]]
    first, second, third, fourth = fuse([queries], keep=2)
    assert (first.paper_id, first.ranks, first.kept) == ("title:b", (2, 1), True)
    assert first.score == pytest.approx(1 / 62 + 1 / 61)
    assert first.reason == "kept: rank 1 of 4, found by queries 1 and 2"
    assert (second.paper_id, second.reason) == ("title:a", "kept: rank 2 of 4, found by query 1")
    assert (third.paper_id, third.kept, third.reason) == ("title:d", False, "dropped: rank 3, below the limit of 2")
    assert fourth.paper_id == "title:c"


def test_ties_go_by_id():
    one = fuse([[[hit("b", 1)], [hit("a", 1)]]], keep=5)
    assert [c.paper_id for c in one] == ["title:a", "title:b"]


def test_a_weak_hit_of_one_query_is_dropped():
    queries = [[hit("a", 100), hit("b", 9.9), hit("c", 9.9)], [hit("c", 1)]]
    candidates = {c.paper_id: c for c in fuse([queries], keep=5)}
    assert not candidates["title:b"].kept
    assert candidates["title:b"].reason == "dropped: found by query 1 only, with 9.9% of that query's best score"
    assert candidates["title:c"].kept
    assert candidates["title:a"].reason.startswith("kept: rank 2 of 2")


def test_a_retracted_work_is_dropped_whoever_else_lists_it():
    first = [[hit("a", 9, doi="10.1000/aa"), hit("b", 8)]]
    second = [[hit("A", 9, doi="10.1000/aa", retracted="retracted: a notice of 2020"), hit("c", 1)]]
    candidates = {c.paper_id: c for c in fuse([first, second], keep=5)}
    assert not candidates["title:a"].kept
    assert candidates["title:a"].reason.startswith("dropped: retracted (retracted: a notice of 2020)")
    assert [c.paper_id for c in candidates.values()][-1] == "title:a"
    assert candidates["title:b"].reason.startswith("kept: rank 1 of 2")


def test_works_are_merged_by_doi_arxiv_id_and_title():
    mine = [[hit("One Work", 3, id="arxiv:2401.00001", arxiv_id="2401.00001"), hit("Two", 2)]]
    other = [
        [
            hit("First work", 3, id="doi:10.1/x", doi="10.1/x", arxiv_id="2401.00001"),
            hit("two", 2, source="web"),
            hit("One work", 1, id="arxiv:2402.00002", arxiv_id="2402.00002"),
        ]
    ]
    candidates = fuse([mine, other], keep=9)
    assert [c.paper_id for c in candidates] == ["arxiv:2401.00001", "title:two", "arxiv:2402.00002"]
    assert "same work as doi:10.1/x from library" in candidates[0].reason
    assert candidates[0].score == pytest.approx(2 / 61)


def test_a_third_source_brings_two_descriptions_together():
    """A publisher puts RETRACTED before the title, so that only a source with both ids knows that the preprint is meant."""
    preprint = hit("T", 1, id="arxiv:2101.00001", arxiv_id="2101.00001")
    notice = hit("RETRACTED: T", 1, id="doi:10.1/t", doi="10.1/t", retracted="by its editors")
    both = hit("T", 1, id="doi:10.1/t", doi="10.1/t", arxiv_id="2101.00001")
    for order in ((preprint, notice, both), (preprint, both, notice), (both, notice, preprint)):
        (one,) = fuse([[[found]] for found in order], keep=5)
        assert not one.kept and one.reason.startswith("dropped: retracted (by its editors)")
    assert [c.score for c in fuse([[[preprint]], [[notice]], [[both]]], keep=5)] == [round(3 / 61, 9)]


def test_works_with_ids_that_differ_are_not_brought_together_by_a_title():
    one = hit("T", 1, id="arxiv:2101.00001", arxiv_id="2101.00001")
    two = hit("T", 1, id="arxiv:2101.00002", arxiv_id="2101.00002")
    assert len(fuse([[[one, two]], [[hit("T", 1)]]], keep=5)) == 2


def test_nothing_found():
    assert fuse([], keep=3) == ()
    assert fuse([[[], []]], keep=3) == ()


def test_source_names():
    assert require_source(" Library") == "library"
    with pytest.raises(NotFound, match="libary") as caught:
        require_source("libary")
    assert "'library'" in caught.value.advice
    with pytest.raises(NotFound) as caught:
        require_source("zzz")
    assert "library" in caught.value.advice
