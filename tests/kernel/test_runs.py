"""What is kept of runs that have begun: held by one process, listed without harm, and said where it is damaged."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from sovereign.errors import InputError, NotFound, StoreError
from sovereign.kernel import Begun, Request, discard, durable, find, folder_of, held, resume, run, runs, unfinished
from sovereign.kernel.runs import damaged, locate
from sovereign.settings import load
from sovereign.store import open_store
from tests.kernel import columnar
from tests.kernel.asking import ask

STAGE_LIST = importlib.import_module("sovereign.kernel.run")  # the package has a function of that name


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Two documents."""
    folder = columnar.write(tmp_path / "library")
    for extra in sorted(folder.glob("*.md"))[2:]:
        extra.unlink()
    return folder


@pytest.fixture
def stopped(home: Path, library: Path) -> Begun:
    """A run that ended before its stage "decide"."""

    def full(*_: object) -> None:
        raise StoreError("the disk is full", "Make room.")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(StoreError, match="disk is full"):
        patch.setattr(STAGE_LIST, "decide", full)
        ask(home, columnar.QUESTION, library)
    (left,) = unfinished(home)
    return left.begun


def go_on(home: Path, name: str) -> None:
    with open_store(home) as store:
        resume(name, store)


def test_nothing_works_any_more_after_any_number_of_ctrl_c(tmp_path: Path):
    done: list[str] = []

    def body(steps: durable.Steps) -> None:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
        done.append("slow work")
        steps.event("more", "")
        done.append("never")

    with pytest.raises(KeyboardInterrupt):
        durable.run(tmp_path, "1", body, lambda *_: None)
    assert done == ["slow work"]


def test_ctrl_c_while_the_body_is_being_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real, done, begun = durable._start_or_go_on, [], threading.Event()

    def interrupted(run_id: str) -> None:
        real(run_id)
        assert begun.wait(10)
        raise KeyboardInterrupt

    def body(steps: durable.Steps) -> None:
        begun.set()
        time.sleep(0.2)
        done.append("slow work")
        steps.event("more", "")
        done.append("never")

    monkeypatch.setattr(durable, "_start_or_go_on", interrupted)
    with pytest.raises(KeyboardInterrupt):
        durable.run(tmp_path, "1", body, lambda *_: None)
    assert done == ["slow work"]


def test_a_run_is_held_before_it_can_be_seen(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    real, seen = runs.write_atomic, []

    def looked(path: Path, data: bytes) -> None:
        real(path, data)
        seen.append([left.going_on for left in unfinished(home)])
        with pytest.raises(InputError, match="another process"), held(path.parent):
            pass

    monkeypatch.setattr(runs, "write_atomic", looked)
    ask(home, columnar.QUESTION, library)
    assert seen == [[True]]


def test_a_run_that_another_process_works_on_is_left(home: Path, stopped: Begun):
    with held(folder_of(home, stopped)), pytest.raises(InputError, match="another process"):
        go_on(home, stopped.short_id)
    assert find(home, stopped.short_id) == stopped


def test_looking_at_runs_disturbs_none(home: Path, stopped: Begun):
    folder, enough = folder_of(home, stopped), threading.Event()

    def look() -> None:
        while not enough.is_set():
            unfinished(home)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(50):
            with held(folder):
                pass
        discard(folder)
        time.sleep(0.05)
    finally:
        enough.set()
        for watcher in watchers:
            watcher.join()
    assert list((home / "runs").iterdir()) == []
    with pytest.raises(NotFound, match="is over"), held(folder):
        pass
    assert not folder.exists()


def test_a_question_that_is_no_text(home: Path):
    with pytest.raises(InputError, match="no UTF-8"):
        ask(home, "Is \udcff faster than B?")
    assert not (home / "runs").exists()


def test_a_library_whose_name_is_no_text(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    odd = library.rename(library.with_name(os.fsdecode(b"50% \xff")))
    monkeypatch.setattr(STAGE_LIST, "discard", lambda folder: None)
    assert ask(home, columnar.QUESTION, odd).papers
    assert unfinished(home)[0].begun.request(home).libraries == (odd,)


def test_an_error_of_a_step_is_not_one_of_the_database(tmp_path: Path):
    for error in (ValueError("a"), UnicodeError("b"), sqlite3.DatabaseError("c")):

        def body(steps: durable.Steps, error: Exception = error) -> None:
            def work() -> None:
                raise error

            steps.step("only", work, type(None))

        with pytest.raises(type(error)) as caught:
            durable.run(tmp_path, "1", body, lambda *_: None)
        assert caught.value is error


def test_variables_of_the_engine_are_refused(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DBOS__CLOUD", "true")
    with pytest.raises(StoreError, match="DBOS__CLOUD") as caught:
        ask(home, columnar.QUESTION, library)
    assert "env -u DBOS__CLOUD" in caught.value.advice


def changed(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "steps.db") as database:
        assert database.execute(statement).rowcount
    database.close()


@pytest.mark.parametrize("how", ["garbage", "cut", "changed output", "no JSON", "renamed step", "no table", "settings"])
def test_a_damaged_run_is_said_and_can_be_discarded(home: Path, stopped: Begun, how: str):
    folder = folder_of(home, stopped)
    database = folder / "steps.db"
    match how:
        case "garbage":
            database.write_bytes(b"no database " * 1_000)
        case "cut":
            database.write_bytes(database.read_bytes()[:9_000])
        case "changed output":
            changed(folder, """UPDATE operation_outputs SET output = '"0.1 {}"' WHERE function_name = 'plan'""")
        case "no JSON":
            changed(folder, "UPDATE operation_outputs SET output = '{' WHERE function_name = 'plan'")
        case "renamed step":
            changed(folder, "UPDATE operation_outputs SET function_name = 'x' WHERE function_name = 'plan'")
        case "no table":
            changed(folder, "DROP TABLE operation_outputs")
        case "settings":
            request = folder / "request.json"
            request.write_text(request.read_text().replace('"max_papers": 19', '"max_papers": -1'))
    with pytest.raises(StoreError, match="is damaged") as caught:
        go_on(home, stopped.short_id)
    assert f"sovereign runs --discard {stopped.short_id}" in caught.value.advice
    assert "resume" not in caught.value.advice
    discard(locate(home, stopped.short_id))
    assert unfinished(home) == ()


def test_folders_that_hold_no_run_are_damaged(home: Path, stopped: Begun):
    folder = folder_of(home, stopped)
    copy = shutil.copytree(folder, folder.with_name(folder.name + ".bak"))
    assert find(home, stopped.short_id) == stopped, "a copy makes no name ambiguous"
    assert (len(unfinished(home)), damaged(home)) == (1, (copy.name,))
    (folder / "request.json").write_bytes(b"")
    assert (unfinished(home), damaged(home)) == ((), (folder.name, copy.name))
    with pytest.raises(StoreError, match="is damaged"):
        find(home, str(stopped.id))
    assert (locate(home, folder.name), locate(home, copy.name)) == (folder, copy)
    with held(copy):
        discard(copy)
    assert damaged(home) == (folder.name,)


def test_advice_can_be_pasted_into_a_shell(home: Path, library: Path, stopped: Begun):
    other = stopped.model_copy(update={"sovereign": "0.0.0", "question": 'Is "$(A)" fast?'})
    with pytest.raises(InputError) as caught:
        other.request(home)
    assert caught.value.advice.endswith("""sovereign ask 'Is "$(A)" fast?'""")


def test_a_home_of_a_user_that_is_not_there(home: Path):
    settings = load({"home": str(home), "embedder": "none"}, environ={})
    with open_store(home) as store, pytest.raises(InputError, match="not there"):
        run(Request("Is A faster than B?", settings, (Path("~no-such-user/papers"),)), store)
