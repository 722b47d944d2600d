"""How a sentence is cut up for the checks."""

from __future__ import annotations

import pytest

from benchmarks.checks import pairs
from sovereign.checks.view import is_compound_name, squeezed, view
from sovereign.checks.ways import Way, way_of


def test_words_know_what_they_are() -> None:
    seen = view("High-dose statins reduce pain by more than 40%, but not with CD4+ cells.")
    stems = {w.text: w.stems for w in seen.words}
    assert stems["statins"] == ("statin",) and stems["with"] == () and stems["cd4+"] == ("cd4+",)
    ways = {w.text: w.way for w in seen.words if w.way}
    assert ways == {"high-dose": Way("amount", 1), "reduce": Way("amount", -1)}
    assert [w.text for w in seen.words if w.figure] == ["more", "than", "40"]
    (figure,) = seen.figures
    assert (figure.quantity.bound, figure.strict, seen.words[figure.before].text) == ("at_least", True, "by")
    assert seen.words[0].piece == 0 and seen.words[-1].piece > 0


def test_offsets_point_into_the_text() -> None:
    seen = view("Ｔｈｅ  film\u00a0is 5\u202f000 nm thick — in “part”.")
    assert all(seen.text[w.start : w.end].lower() == w.text for w in seen.words)


@pytest.mark.parametrize("token", ["DNA-PK", "E-R1", "GRU-D", "T-REx"])
def test_one_name(token: str) -> None:
    assert is_compound_name(token)
    assert view(f"We used {token}.").words[-1].stems == (squeezed(token.lower()),)


@pytest.mark.parametrize("token", ["DNA-based", "Low-Rank", "well-known", "DNA", "T-cell"])
def test_no_compound_name(token: str) -> None:
    assert not is_compound_name(token)


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("raises", Way("amount", 1)),
        ("inhibition", Way("amount", -1)),
        ("outperforms", Way("quality", 1)),
        ("slower", Way("speed", -1)),
        ("unchanged", Way("same", 0)),
        ("activity", None),
        ("salt", None),
    ],
)
def test_ways(word: str, way: Way | None) -> None:
    assert way_of(word) == way


def test_the_benchmark_judges_no_text_twice() -> None:
    made = pairs(300, 0) + pairs(300, 1)
    assert len({claim for claim, _ in made}) == len({evidence for _, evidence in made}) == 600
