"""A run that asks a provider: recorded, replayed to the same record, and going on without a provider that is down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sovereign.errors import InputError, NothingToRead, StoreError
from sovereign.kernel import Request, run, unfinished
from sovereign.kernel import resume as go_on
from sovereign.kernel.durable import Steps, Stopped
from sovereign.kernel.read import read
from sovereign.kernel.sources import Sources, sources_of
from sovereign.records import Candidate, Document, Paper, Record, Retrieval
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
FIRST = 4  # searches of the first round
FILLER = "We measured it on two machines with tables of ten million rows, and each run was made five times. " * 12


class Web:
    """Stands where the client stands, answers as arXiv does, and records as the client does."""

    def __init__(self, folder: Path, answer: Callable[[str, dict[str, str]], bytes]) -> None:
        self._recorder, self._answer = Recorder(folder), answer

    def get(
        self, url: str, *, params: Any = None, headers: Any = None, kind: str = "search", anywhere: bool = False
    ) -> Answer:
        request = build("GET", url, params or {}, headers or {}, None, anywhere)
        try:
            answer = Answer(str(request.url), 200, {}, self._answer(url, dict(params or {})))
        except FetchError as error:
            self._recorder.failed(request, error)
            raise
        self._recorder.answered(request, answer)
        return answer

    def check(self) -> None:
        pass

    def begin(self, step: int) -> None:
        self._recorder.begin(step)

    def decided(self, step: int, what: str, now: Callable[[], bool]) -> bool:
        self._recorder.decided(step, what, value := now())
        return value

    def require_recorded(self) -> None:
        self._recorder.require_whole()

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


def test_a_run_over_a_provider_reads_what_it_gives(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    record, folder = recorded
    assert record.retrieval.sources == ("arxiv",)
    assert {p.id for p in record.papers} == {"arxiv:2103.00001", "arxiv:2103.00002"}
    assert {c.quote.depth for c in record.claims} == {"full_text", "abstract"}
    assert any("31%" in c.text for c in record.claims)
    with open_store(tmp_path / "first") as store:
        (told,) = [e for e in store.ledger.events(str(record.id)) if e.kind == "record.recorded"]
        assert store.artifacts.get(told.payload["exchanges"]) == (folder / "exchanges.jsonl").read_bytes()
    assert not any("Only the library" in limit for limit in record.limits)


def test_a_replay_sends_nothing_and_gives_the_same_record(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    """The suite allows no connection, so whatever is sent fails."""
    record, folder = recorded
    first, second = (asked(tmp_path / name, replay=folder) for name in ("second", "third"))
    assert first.content_hash == second.content_hash == record.content_hash
    assert first.id != second.id


def test_a_replay_of_another_question_says_what_is_missing(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path / "other"), "measure_seconds": 0, "embedder": "none"}, environ={})
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


@pytest.mark.parametrize("stage", ["retrieve", "read", "extract"])
def test_a_replay_that_was_stopped_anywhere_goes_on_to_the_same_record(
    recorded: tuple[Record, Path], tmp_path: Path, stage: str
) -> None:
    """What a provider found is known to the process that searched alone: one that goes on asks again."""
    assert stopped(tmp_path, stage, replay=recorded[1]).content_hash == recorded[0].content_hash


@pytest.mark.parametrize("stage", ["retrieve", "read", "extract"])
def test_the_recording_of_a_run_that_went_on_gives_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """The attempt that is cut finds nobody; what it recorded is no part of the record."""
    asked_for: list[str] = []
    reading = "html" if stage == "read" else "api"

    def after_a_bad_start(url: str, params: dict[str, str]) -> bytes:
        asked_for.append(url)
        if reading in url and sum(reading in one for one in asked_for) == 1:
            raise FetchError("the server does not answer", "Try again later.")
        if stage != "extract" and reading in url and sum(reading in one for one in asked_for) == 2:
            raise RuntimeError("stopped")
        return arxiv(url, params)

    tape = tmp_path / "tape"
    with monkeypatch.context() as patch:
        patch.setattr("sovereign.sources.web.Client", lambda **given: Web(given["record"], after_a_bad_start))
        record = stopped(tmp_path, stage if stage == "extract" else "", record=tape)
    assert record.papers
    assert asked(tmp_path / "replayed", replay=tape).content_hash == record.content_hash


def stopped(folder: Path, stage: str, **more: Any) -> Record:
    """The record of a run that was stopped in a stage, or by what it asked, and gone on with."""

    def stop(name: str, text: str) -> None:
        if name == stage:
            raise RuntimeError("stopped")

    home = folder / "stopped"
    settings = load({"home": str(home), "measure_seconds": 0}, environ={})
    request = Request(columnar.QUESTION, settings, sources=("arxiv",), measure=False, **more)
    with open_store(home) as store:
        with pytest.raises(RuntimeError, match="stopped"):
            run(request, store, stop)
        (left,) = unfinished(home)
        return go_on(left.begun.short_id, store)


def test_two_runs_are_not_recorded_in_one_folder(recorded: tuple[Record, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds a recording already"):
        asked(tmp_path / "home", record=recorded[1])
    assert unfinished(tmp_path / "home") == ()


def test_a_recording_with_a_hole_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources take any error of a request for the provider's."""
    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(given["record"], arxiv))
    bodies = tmp_path / "tape" / "bodies"
    bodies.parent.mkdir()
    bodies.write_text("in the way")
    with pytest.raises(StoreError):
        asked(tmp_path / "home", record=tmp_path / "tape")
    assert len(unfinished(tmp_path / "home")) == 1


def test_a_run_that_waits_for_a_provider_stops_when_it_is_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client waits with what it was given, and asks for the time that is left before each try."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(
        "sovereign.sources.web.Client", lambda **all_: given.update(all_) or Web(tmp_path / "tape", arxiv)
    )
    settings = load({"home": str(tmp_path), "budget_seconds": 100}, environ={})
    steps = Steps(lambda stage, text: None, seconds={"retrieve": 60.0})
    with Sources(Request("?", settings, sources=("arxiv",)), steps) as sources:
        sources.opened()
        assert 30 < given["seconds_left"]() <= 40  # what earlier steps took is gone
        steps.stopping.set()
        for wait in (given["seconds_left"], lambda: given["sleep"](60)):
            with pytest.raises(Stopped):
                wait()


def test_sources_have_one_order_and_full_texts_stand_first(tmp_path: Path) -> None:
    settings = load({"home": str(tmp_path)}, environ={})
    named = ("openalex", "arxiv", "zotero", "library")
    assert sources_of(Request("?", settings, sources=named)) == ("library", "zotero", "arxiv", "openalex")


@pytest.mark.parametrize("retracted", [None, "by its editors"])
def test_a_work_that_its_own_record_calls_retracted_is_not_read(retracted: str | None) -> None:
    """The searches may have come by sources that do not know."""
    paper = Paper(id="doi:10.1/a", title="A", retracted=retracted)
    source: Any = SimpleNamespace(
        name="x",
        document=lambda paper_id: Document(
            paper=paper, depth="abstract", text_hash="0" * 64, text="", sections=(), sentences=()
        ),
    )
    candidate = Candidate(paper_id=paper.id, title="A", location="here", score=1.0, ranks=(1,), kept=True, reason="")
    done = read(Retrieval(sources=("x",), candidates=(candidate,)), [source], lambda _: False, lambda text: None)
    assert len(done.documents) == (not retracted)
    assert [f.reason for f in done.retrieval.failures] == (["retracted (by its editors)"] if retracted else [])


@pytest.mark.parametrize("first", [True, False])
def test_a_work_that_either_search_calls_retracted_supports_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """The first search says so of one work and the second finds it whole, or the second says so of what was read."""
    searches: list[str] = []
    whole = [ENTRY.format(*work) for work in WORKS]
    withdrawn = [
        one.replace("</entry>", "<c:comment xmlns:c='x'>This paper has been withdrawn.</c:comment></entry>")
        for one in whole
    ]

    def provider(url: str, params: dict[str, str]) -> bytes:
        if "search_query" not in params:
            return arxiv(url, params)
        searches.append(url)
        before = [withdrawn[0], whole[1]] if first else [whole[1]]
        after = whole if first else [withdrawn[1]]
        return FEED.format("".join(before if len(searches) <= FIRST else after)).encode()

    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(tmp_path / "tape", provider))
    record = asked(tmp_path / "home")
    assert len(searches) > FIRST  # there was a second search
    bad = f"arxiv:{WORKS[0 if first else 1][0]}"
    used = {c.id for c in record.claims if c.quote.paper_id == bad}
    assert not used & set(record.answer.cited())
    assert bool(used) is not first
    assert any("retracted" in c.reason and not c.kept for c in record.retrieval.candidates if c.paper_id == bad)


def test_a_preprint_is_read_in_full_that_only_another_source_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """arXiv's own search does not find it; Semantic Scholar does, by DOI, and names the preprint."""
    work = {
        "paperId": "a1",
        "title": WORKS[0][1],
        "abstract": WORKS[0][2],
        "externalIds": {"DOI": "10.1000/columns", "ArXiv": WORKS[0][0]},
        "authors": [{"name": WORKS[0][3]}],
    }

    def both(url: str, params: dict[str, str]) -> bytes:
        if "semanticscholar" in url:
            return json.dumps({"total": 1, "data": [work]}).encode()
        return FEED.format("").encode() if "search_query" in params else arxiv(url, params)

    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(tmp_path / "tape", both))
    record = asked(tmp_path / "home", sources=("semanticscholar", "arxiv"))
    (paper,) = record.papers
    assert (paper.id, paper.arxiv_id, paper.source) == ("doi:10.1000/columns", WORKS[0][0], "arxiv")
    assert {c.quote.depth for c in record.claims} == {"full_text"}
    assert record.retrieval.candidates[0].sources == ("semanticscholar",)


@pytest.mark.parametrize("content", [{}, {"a.pdf": b"%PDF-1.7 and no more"}])
def test_a_library_that_cannot_be_read_stops_no_other_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: dict[str, bytes]
) -> None:
    monkeypatch.setattr("sovereign.sources.web.Client", lambda **given: Web(tmp_path / "tape", arxiv))
    library = tmp_path / "library"
    library.mkdir()
    for name, data in content.items():
        (library / name).write_bytes(data)
    record = asked(tmp_path / "home", libraries=(library,))
    assert record.retrieval.sources == ("arxiv",) and len(record.papers) == 2
    said = [f.reason for f in record.retrieval.failures if f.where == "library"]
    assert len(said) == 1 and said[0].startswith("none of the 1 files" if content else "the library holds no documents")
    assert sum("a.pdf" in f.where for f in record.retrieval.failures) == len(content)
    with pytest.raises(NothingToRead):
        asked(tmp_path / "alone", sources=(), libraries=(library,))
    with pytest.raises(InputError):
        asked(tmp_path / "third", libraries=(tmp_path / "nowhere",))


def test_a_run_over_libraries_none_of_which_can_be_read_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("library", "added"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("sovereign.kernel.sources.indexed_paths", lambda home: (tmp_path / "added",))
    with pytest.raises(NothingToRead, match="nothing could be read: the library holds no documents"):
        asked(tmp_path / "home", sources=("library", "index"), libraries=(tmp_path / "library",))
    assert unfinished(tmp_path / "home") == ()
