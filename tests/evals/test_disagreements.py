"""The bench of disagreements: its sets stand on findings that are there, matching needs two sides, the README is never read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.evals.disagreements import GoldSet, files, gold, matching, measure, sides_of
from sovereign.evals.tamper import starter
from sovereign.kernel.disputes import disputes, library_claims
from sovereign.reading import read_file


@pytest.fixture(scope="module")
def result() -> dict[str, object]:
    return measure(None, None, lambda text: None)


def test_there_are_twenty_sets_and_every_finding_is_there() -> None:
    documents = [read_file(path, path.name) for path in starter.files()]
    claims = library_claims(documents)
    sets = [(one, sides_of(one, documents, claims)) for one in gold()]
    assert len(sets) == 20
    for one, sides in sets:
        assert one.types and one.why and len(sides) == 2 and all(sides), one.subject


def test_the_figures_hold(result: dict[str, float]) -> None:
    assert result["recall"] >= 0.6 and result["precision"] >= 0.5 and result["typed_right"] >= 0.5


def test_baselines_find_almost_nothing(result: dict[str, dict[str, dict[str, float]]]) -> None:
    for name, row in result["baselines"].items():
        assert row["recall"] < 0.2, name


def test_a_match_needs_two_sides_of_one_set_on_two_sides_of_the_report() -> None:
    one = GoldSet("x", ((), ()), ("own_work",), "")
    sets = [(one, (frozenset("a"), frozenset("b")))]
    assert matching((frozenset("a"), frozenset("b")), sets) == 0
    assert matching((frozenset("b"), frozenset("ac")), sets) == 0
    assert matching((frozenset("ab"), frozenset("c")), sets) is None
    assert matching((frozenset("a"), frozenset("c")), sets) is None


def test_every_report_beside_the_sets_was_read(result: dict[str, dict[str, object]]) -> None:
    assert result["by_hand"]["read"] == result["by_hand"]["rest"] and result["by_hand"]["precision"] is not None


def test_the_readme_is_never_read(tmp_path: Path) -> None:
    for path in starter.files():
        shutil.copy(path, tmp_path)
    (tmp_path / "README.md").write_text("- FooNet beats BarNet. [x] {seen: yes}\n", "utf-8")
    assert [p.name for p in files(tmp_path)] == [p.name for p in starter.files()]


def test_a_set_that_the_notes_do_not_hold_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no note"):
        measure(tmp_path, None, lambda text: None)
    shutil.copy(starter.files()[0], tmp_path)
    with pytest.raises(InputError, match="no finding"):
        measure(tmp_path, None, lambda text: None)


@pytest.mark.parametrize("path", starter.files()[:5], ids=lambda p: p.stem)
def test_one_note_alone_has_no_disagreement_between_works_that_it_does_not_name(path: Path) -> None:
    document = read_file(path, path.name)
    sources = {s.source_id for s in document.evidence() if s.source_id}
    assert sources or all(d.type == "own_work" for d in disputes([document]))
