"""Which works are kept: nearness to the question, and no author group that fills the list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sovereign.records import Paper
from sovereign.sources import Hit, Relevance, fuse


def hit(name: str, authors: Sequence[str] = (), text: str = "", doi: str | None = None) -> Hit:
    paper = Paper(id=f"title:{name}", title=name, authors=tuple(authors), location=name, doi=doi)
    return Hit(paper=paper, score=1, text=text)


def by_title(values: dict[str, tuple[float, float]]) -> Relevance:
    return Relevance(lambda works: [values[title] for title, _ in works], 0.3)


def test_what_is_far_from_the_question_is_dropped_with_the_reason() -> None:
    near = by_title({"a": (0.5, 0.5), "b": (0.1, 0.29), "c": (0.2, 0.6)})
    candidates = {c.title: c for c in fuse([[[hit("a"), hit("b"), hit("c")]]], 5, near)}
    assert [c.kept for c in candidates.values()] == [True, True, False]
    assert candidates["b"].reason == "dropped: not near enough to the question or its subjects (below 0.3)"
    assert candidates["c"].kept, "near to the question as a whole is near enough"


def test_nearness_to_the_subjects_is_one_more_ranking() -> None:
    found = [[[hit("a"), hit("b"), hit("c")]]]
    assert [c.title for c in fuse(found, 5)] == ["a", "b", "c"]
    near = by_title({"a": (0.4, 0.9), "b": (0.5, 0.9), "c": (0.6, 0.9)})
    assert [c.title for c in fuse(found, 5, near)] == ["a", "c", "b"]
    first = fuse(found, 5, near)[0]
    assert first.score == pytest.approx(1 / 61 + 1 / 63)


def test_differences_beyond_the_third_decimal_order_nothing() -> None:
    near = by_title({"a": (0.50001, 0.9), "b": (0.50002, 0.9)})
    assert [c.title for c in fuse([[[hit("a"), hit("b")]]], 5, near)] == ["a", "b"]


def test_what_all_sources_show_of_a_work_is_judged_together() -> None:
    seen: list[tuple[str, Sequence[str]]] = []

    def near(works: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[float, float]]:
        seen.extend(works)
        return [(1.0, 1.0)] * len(works)

    one, other = hit("a", text="an abstract", doi="10.1000/aa"), hit("A", text="a passage", doi="10.1000/aa")
    fuse([[[one], [one]], [[other], []]], 5, Relevance(near, 0.3))
    assert seen == [("a", ("an abstract", "a passage"))]


def test_a_retracted_work_is_not_asked_about() -> None:
    gone = Hit(paper=Paper(id="title:b", title="b", location="b", retracted="yes"), score=1)
    candidates = fuse([[[hit("a"), gone]]], 5, by_title({"a": (1.0, 1.0)}))
    assert [c.reason.split(":")[0] + str(c.kept) for c in candidates] == ["keptTrue", "droppedFalse"]


def test_works_of_one_group_make_room_for_others() -> None:
    mine = [hit(f"m{n}", ["Ada  Lovelace", f"Person {n}"]) for n in range(6)]
    others = [hit(f"o{n}", [f"Other {n}"]) for n in range(4)]
    unknown = [hit(f"u{n}") for n in range(3)]
    candidates = fuse([[[*mine, *others, *unknown]]], 8)
    assert [c.title for c in candidates if c.kept] == ["m0", "m1", "o0", "o1", "o2", "o3", "u0", "u1"]
    late = [c for c in candidates if "shares an author" in c.reason]
    assert [c.title for c in late] == ["m2", "m3", "m4", "m5"]
    assert all(c.reason.startswith("dropped: rank ") for c in late)


def test_a_group_fills_what_nobody_else_wants() -> None:
    mine = [hit(f"m{n}", ["ada lovelace"]) for n in range(6)]
    assert all(c.kept for c in fuse([[mine]], 8))
