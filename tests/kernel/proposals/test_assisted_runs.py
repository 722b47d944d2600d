"""Whole runs with a model: what it proposes is checked and counted, and however it fails, the run ends and says so."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.kernel import Request, run, unfinished
from sovereign.kernel import resume as go_on
from sovereign.models.chat import choose
from sovereign.models.chat.backend import Backend, Failure, Reply
from sovereign.models.chat.backend import Request as Sent
from sovereign.publish import write_all
from sovereign.records import Record
from sovereign.settings import load
from sovereign.store import open_store
from tests.kernel import columnar
from tests.kernel.asking import ask, holding

REAL = choose.backend


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of a field of its own, with a note that our rules take little from."""
    folder = columnar.write(tmp_path_factory.mktemp("assisted") / "library")
    plain = [
        (
            "With zone maps on, the columnar layout reaches 93% of the bandwidth of the drive in cold scans.",
            "Table 1",
            "yes",
        ),
        ("The row layout keeps each record in one page of 8 kB, whatever is asked of it later.", "Section 2", "yes"),
    ]
    (folder / "extra.md").write_text(columnar.note("Pages of Tables", plain, ["A. Nonymous"], "2001.00009"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record of the run without a model."""
    return ask(tmp_path_factory.mktemp("plain") / "home", columnar.QUESTION, library)


def through(monkeypatch: pytest.MonkeyPatch, send: Callable[[Callable[[Sent], Reply], Sent], Reply]) -> None:
    """Every model of a run goes through ``send``, which is given what the real one would do."""

    def backend(*args: object, **more: object) -> Backend | None:
        made = REAL(*args, **more)  # type: ignore[arg-type]
        return made and dataclasses.replace(made, send=lambda request: send(made.send, request))

    monkeypatch.setattr(choose, "backend", backend)


def stage(record: Record, name: str):
    assert record.model_use
    (use,) = [s for s in record.model_use.stages if s.stage == name]
    return use


def sound(record: Record, home: Path) -> None:
    """Each quote stands in a stored text, each claim says what its quote does, and the hash is that of the record."""
    with open_store(home) as store:
        for claim in record.claims:
            text = store.artifacts.get(claim.quote.text_hash).decode()
            assert text[claim.quote.start : claim.quote.end] == claim.quote.text
            assert claim.text == claim.quote.text or claim.verdict == "SUPPORT"
        assert store.ledger.verify(store.ledger.kept_head()).ok
    assert record.content_hash == record.computed_hash()
    known = {c.id for c in record.claims}
    assert {i for s in record.answer.sentences() for i in s.claim_ids} <= known


def without_use(record: Record) -> str:
    return record.model_copy(update={"model_use": None}).computed_hash()


def test_no_model_leaves_no_trace(plain: Record, home: Path, library: Path):
    assert plain.model_use is None
    assert "model_use" not in plain.model_dump_json()
    assert not any("language model" in limit for limit in plain.limits)
    assert set(plain.environment.seconds) == {
        "plan", "retrieve", "read", "extract", "verify", "corroborate", "measure", "answer", "review", "decide"
    }  # fmt: skip


def test_an_honest_model_adds_what_stands_in_the_text(plain: Record, home: Path, library: Path, tmp_path: Path):
    record = ask(home, columnar.QUESTION, library, chat_model="fake:")
    sound(record, home)
    assert len(record.claims) > len(plain.claims)
    assert [c.text for c in record.claims[: len(plain.claims)]] == [c.text for c in plain.claims]
    assert (stage(record, "extract").mode, stage(record, "extract").accepted) == (
        "mixed",
        len(record.claims) - len(plain.claims),
    )
    assert record.model_use
    assert {c.outcome for c in record.model_use.calls} == {"answered"}
    with open_store(home) as store:
        for call in record.model_use.calls:
            assert store.artifacts.has(call.prompt_hash)
            assert store.artifacts.has(call.reply_hash)
        called = [e for e in store.ledger.events() if e.kind == "model.called"]
        assert [e.payload["prompt"] for e in called] == [c.prompt_hash for c in record.model_use.calls]
        write_all(record, tmp_path / "out", record.ledger_head, artifact=store.artifacts.get)
    assert any(limit.startswith("Finding claims: by our rules and a model") for limit in record.limits)
    for name in ("report.md", "report.html"):
        report = (tmp_path / "out" / name).read_text("utf-8")
        assert "Calls of language models" in report
        assert record.model_use.calls[0].prompt_hash[:16] in report


def test_a_liar_brings_nothing_into_the_record(plain: Record, home: Path, library: Path):
    record = ask(home, columnar.QUESTION, library, chat_model="fake:liar")
    sound(record, home)
    # Objections stand in the review as what a model said; everything else knows none of its words.
    bare = {"model_use": None, "plan": plain.plan, "reviews": ()}
    assert "97.3 %" not in record.model_copy(update=bare).model_dump_json()
    objections = [f for r in record.reviews for f in r.findings if "97.3 %" in f.text]
    assert all(f.model == "fake:liar" for f in objections)
    assert {c.quote.text for c in record.claims} == {c.quote.text for c in plain.claims}
    assert [s.text for s in record.answer.sentences()] == [s.text for s in plain.answer.sentences()]
    for name in ("plan", "extract", "answer", "review"):
        assert sum(stage(record, name).dropped.values()) > 0
    assert stage(record, "extract").accepted == stage(record, "answer").accepted == 0
    assert (record.decision.outcome, record.level) == (plain.decision.outcome, plain.level)
    assert record.reviews[-1].score <= plain.reviews[-1].score


@pytest.mark.parametrize("failing", ["plan", "extract", "answer"])
def test_a_model_that_fails_in_the_middle_of_a_stage(
    failing: str, plain: Record, home: Path, library: Path, monkeypatch: pytest.MonkeyPatch
):
    def send(real: Callable[[Sent], Reply], request: Sent) -> Reply:
        if request.prompt.stage == failing:
            raise Failure("refused", "the key is wrong")
        return real(request)

    through(monkeypatch, send)
    record = ask(home, columnar.QUESTION, library, chat_model="fake:")
    sound(record, home)
    use = stage(record, failing)
    assert (use.mode, use.accepted) == ("embedded", 0)
    assert "refused" in use.reason
    assert "the key is wrong" in use.reason
    assert any("the key is wrong" in limit for limit in record.limits)
    if failing == "extract":
        assert [c.text for c in record.claims] == [c.text for c in plain.claims]


@pytest.mark.parametrize(
    "text", ["I am sorry, I cannot.", '{"claims": [{"passage_id": "P1"', '{"verdict": "SUPPORT"}', ""]
)
def test_a_model_that_never_answers_as_it_should_changes_nothing(
    text: str, plain: Record, home: Path, library: Path, monkeypatch: pytest.MonkeyPatch
):
    through(monkeypatch, lambda real, request: Reply(text, 1, 1))
    record = ask(home, columnar.QUESTION, library, chat_model="fake:")
    assert without_use(record) == plain.content_hash
    assert record.content_hash != plain.content_hash
    assert record.model_use
    assert {s.mode for s in record.model_use.stages} == {"embedded"}
    assert {c.outcome for c in record.model_use.calls} == {"unreadable"}


def test_a_budget_of_tokens_ends_the_help_and_not_the_run(home: Path, library: Path):
    record = ask(home, columnar.QUESTION, library, chat_model="fake:", model_max_tokens=4_500)
    sound(record, home)
    assert record.model_use
    assert {c.outcome for c in record.model_use.calls} == {"answered", "budget"}
    assert "budget" in " ".join(s.reason for s in record.model_use.stages)


def test_a_run_that_goes_on_asks_nothing_twice(
    home: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = tmp_path / "asked"

    def send(real: Callable[[Sent], Reply], request: Sent) -> Reply:
        with asked.open("a") as file:
            print(request.prompt.stage, request.messages[-1].text.replace("\n", " "), file=file)
        return real(request)

    through(monkeypatch, send)
    whole = ask(tmp_path / "other", columnar.QUESTION, library, chat_model="fake:")
    wanted = sorted(asked.read_text().splitlines())
    asked.unlink()

    def deadly(*args: object, **more: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        for module in holding("measured"):
            module.measured = deadly
        ask(home, columnar.QUESTION, library, chat_model="fake:")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    before = asked.read_text().splitlines()
    assert {line.split()[0] for line in before} == {"plan", "extract"}
    (left,) = unfinished(home)
    with open_store(home) as store:
        record = go_on(left.begun.short_id, store)
    assert sorted(asked.read_text().splitlines()) == wanted
    assert record.content_hash == whole.content_hash
    assert record.model_use
    assert len(record.model_use.calls) == len(wanted)


def test_a_replay_asks_nobody_and_gives_the_same_record(
    home: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def asked(folder: Path, **how: Path) -> Record:
        settings = load(
            {"home": str(folder), "measure_seconds": 0, "embedder": "none", "chat_model": "fake:"}, environ={}
        )
        with open_store(folder) as store:
            return run(Request(columnar.QUESTION, settings, (library,), **how), store)  # type: ignore[arg-type]

    tape = tmp_path / "tape"
    first = asked(home, record=tape)

    def nobody(real: Callable[[Sent], Reply], request: Sent) -> Reply:
        raise AssertionError("a replay asked")

    through(monkeypatch, nobody)
    again = asked(tmp_path / "other", replay=tape)
    assert again.content_hash == first.content_hash
    assert again.model_use
    assert all(c.replayed for c in again.model_use.calls)
    assert len(again.model_use.calls) > 3
    with pytest.raises(InputError, match="holds a recording already"):
        asked(tmp_path / "third", record=tape)


def test_a_model_that_is_none_is_refused_before_anything_is_kept(home: Path, library: Path):
    with pytest.raises(InputError, match="no language model"):
        ask(home, columnar.QUESTION, library, chat_model="nobody:at-all")
    assert unfinished(home) == ()


def test_a_good_wording_stands_through_the_review(
    home: Path, library: Path, plain: Record, monkeypatch: pytest.MonkeyPatch
):
    """A model that shortens each sentence: what is taken says the same, so the reviewers find nothing new in it."""

    def send(real: Callable[[Sent], Reply], request: Sent) -> Reply:
        if request.prompt.stage != "answer":
            return Reply("{}", 1, 1)
        ids = dict(line.split(": claims ") for line in request.prompt.task.splitlines() if ": claims " in line)
        proposals = [
            {"number": int(p.id[1:]), "text": p.text.replace("works that were read", "works read"), "claim_ids": ids[p.id].split(", ")}
            for p in request.prompt.passages
            if p.id in ids
        ]  # fmt: skip
        return Reply(json.dumps({"sentences": proposals}), 1, 1)

    through(monkeypatch, send)
    record = ask(home, columnar.QUESTION, library, chat_model="fake:")
    sound(record, home)
    before = [s.text for s in plain.answer.abstract]
    changed = [s for s in record.answer.abstract if s.text not in before]
    assert changed
    assert all(s.text.replace("works read", "works that were read") in before for s in changed)
    assert stage(record, "answer").mode == "mixed"
    assert stage(record, "answer").accepted > 0
    assert [f.code for f in record.reviews[-1].findings] == [f.code for f in plain.reviews[-1].findings]
    assert record.reviews[-1].score == plain.reviews[-1].score


@pytest.mark.parametrize(
    ("chat", "judge", "asked"), [("none", "fake:", {"review"}), ("fake:", "none", {"plan", "extract", "answer"})]
)
def test_a_model_for_one_part_alone(chat: str, judge: str, asked: set[str], home: Path, library: Path):
    record = ask(home, columnar.QUESTION, library, chat_model=chat, judge_model=judge)
    sound(record, home)
    assert record.model_use
    assert {c.stage for c in record.model_use.calls} == asked
    assert [s.stage for s in record.model_use.stages] == ["plan", "extract", "answer", "review"]
    unnamed = {s.stage for s in record.model_use.stages if s.reason == "no model was named for it"}
    assert unnamed == {"plan", "extract", "answer", "review"} - asked
