from __future__ import annotations

from pathlib import Path

import pytest

import sovereign
from sovereign.errors import InputError, NothingToRead, SovereignError
from tests.kernel import columnar


def test_ask_keeps_the_record_in_the_home(home: Path, tmp_path: Path):
    library = columnar.write(tmp_path / "lib")
    record = sovereign.ask(columnar.QUESTION, library=[library], max_papers=4, measure=False)
    assert record.answer.state == "ANSWERED"
    assert record.counters.papers_kept == 4
    assert (home / "sovereign.db").is_file()
    assert any("switched off" in c.gate.reason for c in record.claims if c.gate)
    elsewhere = sovereign.ask(
        columnar.QUESTION, library=[str(library)], home=tmp_path / "other", max_papers=4, measure=False
    )
    assert elsewhere.content_hash == record.content_hash
    assert (tmp_path / "other" / "sovereign.db").is_file()


def test_ask_refuses_what_it_cannot_use(tmp_path: Path):
    with pytest.raises(InputError, match="empty"):
        sovereign.ask("")
    with pytest.raises(InputError, match="unknown setting 'max_paper'"):
        sovereign.ask("Is A faster than B?", max_paper=3)
    with pytest.raises(NothingToRead):
        sovereign.ask("Is A faster than B?", library=[tmp_path])


def test_one_path_is_one_library_and_not_its_letters(tmp_path: Path):
    library = columnar.write(tmp_path / "lib")
    for given in (library, str(library)):
        assert sovereign.ask(columnar.QUESTION, library=given).answer.state == "ANSWERED"


def test_verify(tmp_path: Path):
    page = tmp_path / "page.txt"
    page.write_text("The new widget reduces memory by 40% compared with the old widget.\n\nIt was tested in May.\n")
    for path in (page, str(page)):
        assert (
            sovereign.verify("The new widget reduces memory by 40% compared with the old widget.", against=path).verdict
            == "SUPPORT"
        )
    found = sovereign.verify("The new widget reduces memory by 80% compared with the old widget.", against=page)
    assert (found.verdict, found.verified) == ("CONTRADICT", False)
    with pytest.raises(SovereignError) as caught:
        sovereign.verify("It is fast.", against=tmp_path / "none.txt")
    assert caught.value.advice
