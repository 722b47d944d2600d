"""Ids of what was withdrawn, in words."""

from __future__ import annotations

import pytest

from sovereign.records.correction import spans


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ((), ""),
        (("C1",), "C1"),
        (("C1", "C2"), "C1, C2"),
        (("C1", "C2", "C3", "C5", "M6", "M7", "M8"), "C1 to C3, C5, M6 to M8"),
        (("C3", "C2", "C1"), "C3, C2, C1"),
        (("C9", "M10", "x", "C10"), "C9, M10, x, C10"),
    ],
)
def test_three_that_follow_each_other_are_a_span(ids: tuple[str, ...], words: str) -> None:
    assert spans(ids) == words
