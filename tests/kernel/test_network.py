"""A run that asks a provider: recorded, replayed to the same record, and going on without a provider that is down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.kernel import Request, run, unfinished
from sovereign.kernel import resume as go_on
from sovereign.records import Record
from sovereign.settings import load
from sovereign.sources.web import Answer, FetchError
from sovereign.sources.web.recording import FILE, Recorder
from sovereign.sources.web.request import build
from sovereign.store import open_store
from tests.kernel import columnar

FEED = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
ENTRY = (
    "<entry><id>http://arxiv.org/abs/{}v1</id><title>{}</title><summary>{}</summary><author><name>{}</name></author>"
    "<published>2021-03-01T00:00:00Z</published></entry>"
)
WORKS = (
    ("2103.00001", "Columns on disk", "The columnar layout reduces scan latency by 31% compared with the row layout.", "Ada Ng"),
    ("2103.00002", "Rows on disk", "The columnar layout uses 12% less disk space than the row layout.", "Bo Oz"),
)  # fmt: skip
PAGE = "<html><body><article><h1>{}</h1><h2>1 Results</h2><p>{}</p><p>{}</p></article></body></html>"
FILLER = "We measured it on two machines with tables of ten million rows, and each run was made five times. " * 12


class Web:
    """Stands where the client stands, answers as arXiv does, and records as the client does."""

    def __init__(self, folder: Path, answer: Callable[[str, dict[str, str]], bytes]) -> None:
        self._recorder, self._answer = Recorder(folder), answer

    def get(self, url: str, *, params: Any = None, headers: Any = None, kind: str = "search") -> Answer:
        request = build("GET", url, params or {}, headers or {}, None, False)
        try:
            answer = Answer(str(request.url), 200, {}, self._answer(url, dict(params or {})))
        except FetchError as error:
            self._recorder.failed(request, error)
            raise
        self._recorder.answered(request, answer)
        return answer

    def close(self) -> None:
        self._recorder.close()


def arxiv(url: str, params: dict[str, str]) -> bytes:
    """Two works; the first has a page, the second only its abstract."""
    if "api/query" in url:
        wanted = [w for w in WORKS if params.get("id_list", w[0]) == w[0]]
        return FEED.format("".join(ENTRY.format(*work) for work in wanted)).encode()
    if url.endswith(f"/html/{WORKS[0][0]}v1"):
        return PAGE.format(WORKS[0][1], WORKS[0][2], FILLER).encode()
    raise FetchError("there is no such page", "", 404)


def asked(home: Path, sources: tuple[str, ...] = ("arxiv",), **more: Any) -> Record:
    settings = load({"home": str(home), "measure_seconds": 0}, environ={})
    with open_store(home) as store:
        return run(Request(columnar.QUESTION, settings, sources=sources, measure=False, **more), store)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Record, Path]:
    """A record of two works of arXiv, and the recording of its run."""
    folder = tmp_path / "recording"
    with monkeypatch.context() as patch:
        patch.setattr("sovereign.sources.web.Client", lambda **given: Web(given["record"], arxiv))
        return asked(tmp_path / "first", record=folder), folder


def test_a_run_over_a_provider_reads_what_it_gives(recorded: tuple[Record, Path]) -> None:
    record, _ = recorded
    assert record.retrieval.sources == ("arxiv",)
    assert {p.id for p in record.papers} == {"arxiv:2103.00001", "arxiv:2103.00002"}
    assert {c.quote.depth for c in record.claims} == {"full_text", "abstract"}
    assert any("31%" in c.text for c in record.claims)
    assert not any("Only the library" in limit for limit in record.limits)


def test_a_replay_sends_nothing_and_gives_the_same_record(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    """The suite allows no connection, so whatever is sent fails."""
    record, folder = recorded
    first, second = (asked(tmp_path / name, replay=folder) for name in ("second", "third"))
    assert first.content_hash == second.content_hash == record.content_hash
    assert first.id != second.id


def test_a_replay_of_another_question_says_what_is_missing(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path / "other"), "measure_seconds": 0}, environ={})
    with open_store(settings.home) as store:
        request = Request(
            "Does fasting lower blood pressure?", settings, sources=("library", "arxiv"), replay=recorded[1]
        )
        record = run(request, store)
    assert any("is not in the recording" in f.reason for f in record.retrieval.failures)


def test_a_provider_that_is_down_stops_no_other_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> bytes:
        raise FetchError("the server does not answer", "Try again later.")

    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(tmp_path / "tape", down))
    library = columnar.write(tmp_path / "library")
    record = asked(tmp_path / "home", sources=("arxiv",), libraries=(library,))
    assert record.retrieval.sources == ("library", "arxiv") and record.papers
    said = [f for f in record.retrieval.failures if f.where == "arxiv"]
    assert len(said) == 4 and all("the server does not answer" in f.reason for f in said)
    assert not any(f.reason.startswith("arxiv has no") for f in record.retrieval.failures)


def test_a_run_over_a_provider_goes_on_where_it_stopped(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    def stop(stage: str, text: str) -> None:
        if stage == "extract":
            raise RuntimeError("stopped")

    home = tmp_path / "home"
    settings = load({"home": str(home), "measure_seconds": 0}, environ={})
    with open_store(home) as store:
        with pytest.raises(RuntimeError, match="stopped"):
            run(
                Request(columnar.QUESTION, settings, sources=("arxiv",), measure=False, replay=recorded[1]), store, stop
            )
        (left,) = unfinished(home)
        assert go_on(left.begun.short_id, store).content_hash == recorded[0].content_hash


def test_a_recording_needs_someone_to_record(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sends nothing that could be recorded"):
        asked(tmp_path / "home", sources=(), record=tmp_path / "tape")
    assert not (tmp_path / "tape" / FILE).exists()
    with pytest.raises(InputError, match="there is no recording"):
        asked(tmp_path / "home", replay=tmp_path / "nowhere")
    assert unfinished(tmp_path / "home") == ()
