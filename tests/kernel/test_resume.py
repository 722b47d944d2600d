"""Killed, stopped or starved in any stage, a run goes on and ends as if nothing had been."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sovereign import kernel
from sovereign.errors import InputError, Interrupted, NotFound, StoreError
from sovereign.kernel import Request, durable, run, unfinished
from sovereign.kernel import resume as go_on
from sovereign.kernel.runs import clear_leftovers
from sovereign.records import Record
from sovereign.settings import load
from sovereign.store import open_store
from sovereign.store.ledger import Ledger
from tests.kernel import columnar
from tests.kernel.asking import ask, holding

STAGES = (
    "plan", "retrieve", "read", "extract", "verify", "corroborate", "measure", "answer", "review", "decide", "publish"
)  # fmt: skip
ROUNDS = {"answer": 2, "review": 2}  # the question below is revised once
STAGE_LIST = importlib.import_module("sovereign.kernel.run")  # the package has a function of that name


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents."""
    folder = columnar.write(tmp_path_factory.mktemp("resume") / "library")
    for extra in sorted(folder.glob("*.md"))[3:]:
        extra.unlink()
    return folder


@pytest.fixture(scope="module")
def other_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the undisturbed run."""
    return tmp_path_factory.mktemp("undisturbed") / "home"


@pytest.fixture(scope="module")
def undisturbed(library: Path, other_home: Path) -> tuple[Record, list[str]]:
    """The record of a run that nothing disturbed, and the kinds of its events in order."""
    record = ask(other_home, columnar.QUESTION, library)
    with open_store(other_home) as store:
        return record, [e.kind for e in store.ledger.events()]


def in_a_child(work: Callable[[], None]) -> int:
    """Do something in a child process; how it ended (0, or minus the number of the signal)."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_in(stage: str, call: int, after: bool, home: Path, library: Path) -> None:
    """Ask, and be killed (-9) in the ``call``-th run of a stage, before its work or when all of it is done."""
    holders = holding(stage)
    real, calls = getattr(holders[0], stage), 0

    def deadly(*args: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **more)
        if calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    for module in holders:
        setattr(module, stage, deadly)
    ask(home, columnar.QUESTION, library)


def same(home: Path, record: Record, undisturbed: tuple[Record, list[str]]) -> None:
    """The record is the undisturbed one, every event stands once and in order, and nothing of the run is left over."""
    wanted, kinds = undisturbed
    assert record.content_hash == wanted.content_hash == record.computed_hash()
    assert record.limits == wanted.limits
    with open_store(home) as store:
        assert [e.kind for e in store.ledger.events()] == kinds
        assert store.ledger.verify(store.ledger.kept_head()).ok
        assert [entry.id for entry in store.records.newest()] == [record.id]
        texts = {c.quote.text_hash for c in record.claims}
        assert all(store.artifacts.has(sha) for sha in texts)
    stored = [p for p in (home / "artifacts").rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert len(stored) == len(record.papers) + 2  # the record, and what its answer was made from
    assert unfinished(home) == ()
    # A kill while a folder is made or removed leaves one that holds no run; the next question clears it.
    clear_leftovers(home, 0)
    assert list((home / "runs").iterdir()) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("stage", "call"), [(s, n) for s in STAGES for n in range(1, ROUNDS.get(s, 1) + 1)], ids=lambda v: str(v)
)
def test_resume_after_a_kill(
    stage: str,
    call: int,
    after: bool,
    home: Path,
    library: Path,
    undisturbed: tuple[Record, list[str]],
    other_home: Path,
):
    if stage not in ("plan", "retrieve", "read"):  # the library is read already, so that the test is quick
        home.mkdir()
        shutil.copy(other_home / "index.db", home)
    # The plan is made once more before the run begins, to refuse a bad question.
    dies_at = call + (stage == "plan")
    assert in_a_child(lambda: killed_in(stage, dies_at, after, home, library)) == -signal.SIGKILL
    (left,) = unfinished(home)
    assert (left.going_on, left.begun.question) == (False, columnar.QUESTION)
    assert in_a_child(lambda: resumed(home, left.begun.short_id)) == 0
    with open_store(home) as store:
        record = store.records.load(left.begun.id)
    same(home, record, undisturbed)


def resumed(home: Path, name: str) -> None:
    with open_store(home) as store:
        go_on(name, store)


def test_resume_after_a_kill_between_the_steps_of_publishing(
    home: Path, library: Path, undisturbed: tuple[Record, list[str]], monkeypatch: pytest.MonkeyPatch
):
    for dies_in in ("sovereign.store.artifacts.write_atomic", "sovereign.store.ledger.write_atomic"):

        def deadly(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def asked(name: str = dies_in) -> None:
            monkeypatch.setattr(name, deadly)
            ask(home, columnar.QUESTION, library) if not unfinished(home) else resumed(home, str(_only(home)))

        assert in_a_child(asked) == -signal.SIGKILL
    name = str(_only(home))
    assert in_a_child(lambda: resumed(home, name)) == 0
    with open_store(home) as store:
        same(home, store.records.load(name), undisturbed)


def test_resume_after_a_kill_when_the_record_is_a_file_but_not_a_row_leaves_no_second_file(
    home: Path, library: Path, undisturbed: tuple[Record, list[str]], monkeypatch: pytest.MonkeyPatch
):
    def asked() -> None:
        monkeypatch.setattr(Ledger, "append", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        ask(home, columnar.QUESTION, library)

    assert in_a_child(asked) == -signal.SIGKILL
    time.sleep(1.1)  # the time of a record is in seconds: another one now
    name = str(_only(home))
    assert in_a_child(lambda: resumed(home, name)) == 0
    with open_store(home) as store:
        same(home, store.records.load(name), undisturbed)


def test_resume_after_a_kill_before_clearing_up(home: Path, library: Path, undisturbed: tuple[Record, list[str]]):
    def asked() -> None:
        STAGE_LIST.discard = lambda _: os.kill(os.getpid(), signal.SIGKILL)
        ask(home, columnar.QUESTION, library)

    assert in_a_child(asked) == -signal.SIGKILL
    name = str(_only(home))
    assert in_a_child(lambda: resumed(home, name)) == 0
    with open_store(home) as store:
        same(home, store.records.load(name), undisturbed)


def _only(home: Path) -> object:
    (left,) = unfinished(home)
    return left.begun.id


def published(home: Path) -> bool:
    """Whether a record stands."""
    with open_store(home) as store:
        return bool(store.records.newest())


def test_resume_after_a_kill_at_any_moment(home: Path, library: Path, undisturbed: tuple[Record, list[str]]):
    """No stage is chosen: the process dies at a time, again and again, until it is through."""
    command = [sys.executable, "-c", "import sys; from sovereign.cli import main; main()"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "SOVEREIGN_HOME": str(home)}
    arguments, wait = ["ask", columnar.QUESTION, "--library", str(library), "--json"], 0.9
    for _ in range(40):
        process = subprocess.Popen(command + arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert process.wait(wait) == 0
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        wait += 0.7
        if there := unfinished(home):
            arguments = ["resume", there[0].begun.short_id, "--json"]
        elif published(home):  # it was killed when its record stood, and all was cleared up
            break
    with open_store(home) as store:
        (entry,) = store.records.newest()
        same(home, store.records.load(entry.id), undisturbed)


def test_resume_after_ctrl_c(home: Path, library: Path, undisturbed: tuple[Record, list[str]]):
    def press(stage: str, text: str) -> None:
        if stage == "verify":
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)

    settings = load({"home": str(home), "embedder": "none"}, environ={})
    with open_store(home) as store:
        with pytest.raises(Interrupted, match=r"stopped in the stage \w+ of SRCH:") as caught:
            run(Request(columnar.QUESTION, settings, (library,)), store, press)
        (left,) = unfinished(home)
        assert caught.value.advice == f"Go on with: sovereign resume {left.begun.short_id}"
        record = go_on(left.begun.short_id, store)
    same(home, record, undisturbed)


def test_resume_after_the_disk_was_full(
    home: Path, library: Path, undisturbed: tuple[Record, list[str]], monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object, **__: object) -> None:
        raise StoreError("x cannot be written: No space left on device", "Make room on the disk.")

    with open_store(home) as store:
        with monkeypatch.context() as patch, pytest.raises(StoreError, match="No space left") as caught:
            patch.setattr("sovereign.store.records.Records.save", full)
            run(
                Request(columnar.QUESTION, load({"home": str(home), "embedder": "none"}, environ={}), (library,)), store
            )
        assert "Make room on the disk. Then go on with: sovereign resume SRCH:" in caught.value.advice
        same(home, go_on(str(_only(home)), store), undisturbed)


def test_resume_over_a_library_that_changed(home: Path, tmp_path: Path):
    library = columnar.write(tmp_path / "changing")
    assert in_a_child(lambda: killed_in("read", 1, False, home, library)) == -signal.SIGKILL
    note = sorted(library.glob("*.md"))[-1]
    note.write_text(note.read_text("utf-8").replace("##", "## More on", 1), "utf-8")
    with open_store(home) as store:
        record = go_on(str(_only(home)), store)
    assert any("its files changed while the run was interrupted" in f.reason for f in record.retrieval.failures)


def test_resume_does_no_stage_again(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    assert in_a_child(lambda: killed_in("decide", 1, False, home, library)) == -signal.SIGKILL
    for stage in STAGES[1:-2]:
        for module in holding(stage):
            monkeypatch.setattr(module, stage, None)
    with open_store(home) as store:
        record = go_on(str(_only(home)), store)
    assert set(STAGES[:-1]) <= set(record.environment.seconds)


def test_resume_of_what_cannot_be_resumed(home: Path, library: Path, monkeypatch: pytest.MonkeyPatch):
    with open_store(home) as store:
        with pytest.raises(NotFound, match="no unfinished run"):
            go_on("SRCH:ABCDEF01", store)
        assert in_a_child(lambda: killed_in("verify", 1, False, home, library)) == -signal.SIGKILL
        (left,) = unfinished(home)
        near = left.begun.id.hex[:7] + ("0" if left.begun.id.hex[7] != "0" else "1")
        with pytest.raises(NotFound) as caught:
            go_on(near, store)
        assert caught.value.advice == f"Did you mean {left.begun.short_id}?"
        with kernel.held(kernel.folder_of(home, left.begun)):
            assert unfinished(home)[0].going_on
            assert in_a_child(lambda: _refused(home, left.begun.short_id)) == 0
        with monkeypatch.context() as patch:
            patch.setattr("sovereign.kernel.runs.__version__", "0.0.0")
            with pytest.raises(InputError, match="was begun by sovereign"):
                go_on(left.begun.short_id, store)
        assert go_on(left.begun.short_id, store).id == left.begun.id


def _refused(home: Path, name: str) -> None:
    with open_store(home) as store, pytest.raises(InputError, match="another process works on the run"):
        go_on(name, store)


def test_resume_is_not_offered_where_the_question_was_wrong(home: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    for question, library in (
        ("", tmp_path),
        ("Is A faster than B?", tmp_path / "none"),
        ("Is A?", tmp_path / "empty"),
    ):
        with pytest.raises(Exception, match=r"empty|not there|no documents"):
            ask(home, question, library)
    assert unfinished(home) == ()


def test_resume_two_runs_side_by_side(home: Path, library: Path, undisturbed: tuple[Record, list[str]]):
    """One is killed and goes on while the other works in the same home."""
    first = os.fork()
    if first == 0:
        killed_in("answer", 1, True, home, library)
        os._exit(0)
    assert in_a_child(lambda: _asked(home, library)) == 0
    assert os.waitstatus_to_exitcode(os.waitpid(first, 0)[1]) == -signal.SIGKILL
    with open_store(home) as store:
        resumed_one = go_on(str(_only(home)), store)
        hashes = {store.records.load(e.id).content_hash for e in store.records.newest()}
        assert hashes == {undisturbed[0].content_hash, resumed_one.content_hash}
        assert len(store.records.newest()) == 2
        assert store.ledger.verify(store.ledger.kept_head()).status == "verified"


def _asked(home: Path, library: Path) -> None:
    ask(home, columnar.QUESTION, library)


def test_steps_give_what_they_gave(tmp_path: Path):
    """What a step kept is given again, in its own type, and a step that failed is done again."""
    done: list[str] = []

    def body(steps: durable.Steps) -> tuple[tuple[int, ...], float]:
        first = steps.step("first", lambda: done.append("first") or (1, 2), tuple[int, ...])
        if len(done) == 1:
            steps.step("second", lambda: 1 / 0, float)
        return first, steps.step("second", lambda: done.append("second") or 0.1, float)

    (tmp_path / "a-run").mkdir()
    for again in (False, True):
        if not again:
            with pytest.raises(ZeroDivisionError):
                durable.run(tmp_path / "a-run", "1", body, lambda *_: None)
            done.append("")
        else:
            assert durable.run(tmp_path / "a-run", "1", body, lambda *_: None) == ((1, 2), 0.1)
    assert done == ["first", "", "second"]


def test_what_a_kill_left_is_cleared_and_a_run_is_not(home: Path) -> None:
    runs = home / "runs"
    for name, files in (("made", []), ("nearly-removed", ["lock", "plan.json"]), ("damaged", ["request.json"])):
        (runs / name).mkdir(parents=True)
        for file in files:
            (runs / name / file).write_text("{")
    clear_leftovers(home)
    assert len(list(runs.iterdir())) == 3  # young: a run may begin there
    clear_leftovers(home, 0)
    assert [f.name for f in runs.iterdir()] == ["damaged"]
