"""Record and replay: the same answers, the same outcomes, nothing sent, in whatever order."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError, OutputError
from sovereign.models.chat import Passage, Prompt
from sovereign.models.chat.wire import context_in
from sovereign.records import ModelCall
from tests.models.chat.helpers import GOOD, PROMPT, Answer, Run, Server, refused, said


def run(server: Server, **more: Any) -> Run:
    return Run(chat_model="vllm:m", chat_url=server.url, **more)


def numbered(number: int) -> Prompt:
    return dataclasses.replace(PROMPT, task=f"What does it cost, {number}?")


def same(call: ModelCall) -> dict[str, Any]:
    """A call but for its time, and that it was replayed."""
    return call.model_dump(exclude={"seconds", "replayed"})


def test_a_replay_gives_the_same_in_any_order_and_sends_nothing(server: Server, tmp_path: Path) -> None:
    def behave(body: dict[str, Any], number: int) -> Answer:
        text = str(body["messages"][1]["content"])
        if "response_format" in body:
            return refused(400, "response_format is not supported")
        if "cost, 1?" in text:
            return said(GOOD if len(body["messages"]) > 2 else "prose")
        if "cost, 2?" in text:
            return refused(403, "not you")
        if "cost, 3?" in text and "P2" in text:
            return refused(400, "maximum context length is 5 tokens")
        return said(GOOD, tokens=None)

    server.behave = behave
    first = run(server, record=tmp_path)
    calls = [first.ask(numbered(n))[1] for n in range(5)]
    assert [c.outcome for c in calls] == ["answered", "answered", "refused", "answered", "answered"]
    sent = len(server.asked)
    again = run(server, replay=tmp_path)
    replayed = {n: again.ask(numbered(n)) for n in (4, 2, 0, 3, 1)}
    assert len(server.asked) == sent
    assert [same(replayed[n][1]) for n in range(5)] == [same(call) for call in calls]
    assert all(call.replayed for _, call in replayed.values()) and not any(call.replayed for call in calls)


def test_what_was_not_recorded_is_said(server: Server, tmp_path: Path) -> None:
    run(server, record=tmp_path).ask()
    one = run(server, replay=tmp_path)
    answer, call = one.ask(numbered(9))
    assert answer is None and (call.outcome, call.attempts) == ("unrecorded", 0)
    assert Run(chat_model="vllm:another", chat_url=server.url, replay=tmp_path).ask()[1].outcome == "unrecorded"
    assert len(server.asked) == 1


def test_a_replay_needs_no_key_no_server_and_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pydantic_ai", None)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    answer, call = Run(chat_model="anthropic:claude", replay=tmp_path / "nothing").ask()
    assert answer is None and call.outcome == "unrecorded"


def test_the_same_prompt_twice_in_a_recording_is_asked_once(server: Server, tmp_path: Path) -> None:
    server.behave = lambda body, number: said(GOOD.replace("12", str(number)))
    one = run(server, record=tmp_path)
    answers = [one.ask()[0] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] and len(server.asked) == 1
    again = run(server, record=tmp_path)
    assert again.ask()[0] == answers[0] and len(server.asked) == 1, "a run that goes on, too"
    assert run(server, replay=tmp_path).ask()[0] == answers[0]


def test_what_failed_is_asked_again_by_the_next_recording(server: Server, tmp_path: Path) -> None:
    server.behave = lambda body, number: refused(403, "no") if number == 1 else said(GOOD)
    assert run(server, record=tmp_path).ask()[1].outcome == "refused"
    assert run(server, replay=tmp_path).ask()[1].outcome == "refused"
    assert run(server, record=tmp_path).ask()[1].outcome == "answered"
    assert run(server, replay=tmp_path).ask()[1].outcome == "answered"


def test_a_line_that_was_cut_off_is_passed_over(server: Server, tmp_path: Path) -> None:
    run(server, record=tmp_path).ask()
    path = tmp_path / "models.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    assert run(server, replay=tmp_path).ask()[1].outcome == "unrecorded"
    assert run(server, record=tmp_path).ask()[1].outcome == "answered"
    assert run(server, replay=tmp_path).ask()[1].outcome == "answered"


@pytest.mark.parametrize(
    "line",
    [
        b'{"key": 3}\n',
        b'{"key": "a", "model": "m", "outcome": "good"}\n',
        b'{"key": "a", "model": "m", "input_tokens": 10000000000000000000}\n',
        b'{"key": "a", "model": "m", "tries": -1}\n',
        b"[]}\n",
    ],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "models.jsonl").write_bytes(b"\n" + line)
    with pytest.raises(InputError, match="line 2"):
        Run(chat_model="fake:", replay=tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be made"):
        Run(chat_model="fake:", record=tmp_path / "file" / "folder")
    Run(record=tmp_path / "file" / "folder")  # no model, no recording


def test_budgets_end_a_replay_where_they_ended_the_run(server: Server, tmp_path: Path) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=(3000, 1000))
    prompts = [Prompt("s", "r", "Find.", str(n), (Passage("P1", "x"),)) for n in range(5)]
    first = run(server, record=tmp_path, model_max_tokens=15_000)
    calls = [first.ask(prompt)[1] for prompt in prompts]
    again = run(server, replay=tmp_path, model_max_tokens=15_000)
    assert [same(again.ask(p)[1]) for p in prompts] == [same(call) for call in calls]
    assert calls[-1].outcome == "budget"


def test_a_server_that_says_an_impossible_context_says_nothing() -> None:
    said = '{"data": [{"id": "m", "max_model_len": %d}]}'
    assert context_in(said % 8192, "m") == 8192
    assert context_in(said % 10**30, "m") is None and context_in(said % -1, "m") is None
