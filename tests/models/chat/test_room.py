"""What a model bears: prompts and answers follow the context that its server names, and a slow model gets less, not a whole run."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from sovereign.models.chat import Passage, Prompt
from sovereign.models.chat.backend import Failure
from sovereign.models.chat.budget import Budget, Limits
from sovereign.models.chat.session import SLOW_IN_A_ROW
from sovereign.models.chat.wire import context_in
from sovereign.records import ModelCall
from tests.models.chat.helpers import GOOD, PROMPT, Answer, Claims, Run, Server, refused, said

LONG = Prompt(
    "extract", "extractor", "Find.", "What?", tuple(Passage(f"P{n}", "It costs 12 GB. " * 40) for n in range(29))
)


def run(server: Server, **more: Any) -> Run:
    return Run(chat_model="vllm:m", chat_url=server.url, **more)


def listed(context: Any, name: str = "m") -> bytes:
    return json.dumps(
        {"data": [{"id": "other", "max_model_len": 999_999}, {"id": name, "max_model_len": context}]}
    ).encode()


@pytest.mark.parametrize("context", [2048, 4096])
def test_prompt_and_answer_fit_the_context_that_the_server_names(server: Server, context: int) -> None:
    server.listed = listed(context)
    one = run(server)
    _, call = one.ask(LONG)
    (body,) = server.asked
    sent = sum(len(m["content"]) for m in body["messages"])
    assert body["max_tokens"] == call.parameters["max_tokens"] == context // 4
    assert sent / 3 + body["max_tokens"] <= context
    shown = call.parameters["passages"]
    assert isinstance(shown, int) and 1 <= shown < 29 and body["messages"][1]["content"].count("<<<PASSAGE") == shown
    bounds = body["response_format"]["json_schema"]["schema"]["properties"]["claims"]
    assert bounds["maxItems"] == 3, "an answer that must be short is told so"
    one.ask()
    assert server.listings == 1, "the server is asked once"


def test_a_large_context_or_none_that_is_known_changes_nothing(server: Server) -> None:
    bodies = []
    for answer in (listed(131_072), None, listed("x"), listed(3), b"[" * 100_000, b'{"data": [null]}', b"\xff", b""):
        server.listed, server.asked[:] = answer, []
        _, call = run(server).ask(LONG)
        assert call.parameters == {"temperature": 0, "max_tokens": 4096}
        bodies += server.asked
    assert len(bodies) == 8 and all(body == bodies[0] for body in bodies)
    assert "maxItems" not in json.dumps(bodies[0]["response_format"])


def test_the_context_is_read_as_servers_write_it() -> None:
    llama = json.dumps({"data": [{"id": "whatever", "meta": {"n_ctx": 4096, "n_ctx_train": 8192}}]})
    assert context_in(llama, "m") == 4096, "llama.cpp's server has one model, whatever it is called"
    assert context_in(listed(True).decode(), "m") is None and context_in(listed(2048).decode(), "unlisted") is None


def test_an_answer_that_was_cut_off_is_asked_for_with_one_item(server: Server) -> None:
    server.listed = listed(4096)
    server.behave = lambda body, number: said(GOOD[:40] if number == 1 else GOOD)
    answer, call = run(server).ask()
    first, second = (b["response_format"]["json_schema"]["schema"]["properties"]["claims"] for b in server.asked)
    assert answer and (first["maxItems"], second["maxItems"], call.parameters["items"]) == (3, 1, 1)
    assert len(server.asked[1]["messages"]) == 2, "its own garbage is not shown to it"
    server.behave = lambda body, number: said("no")
    _, call = run(server).ask()
    assert (call.outcome, call.attempts) == ("unreadable", 2)


def test_a_replay_has_the_room_of_the_run(server: Server, tmp_path: Path) -> None:
    server.listed = listed(2048)
    _, call = run(server, record=tmp_path).ask(LONG)
    server.listed = None
    answer, replayed = run(server, replay=tmp_path).ask(LONG)
    assert (
        answer
        and replayed.replayed
        and (replayed.prompt_hash, replayed.parameters)
        == (
            call.prompt_hash,
            call.parameters,
        )
    )
    assert (server.listings, len(server.asked)) == (1, 1)


def test_a_slow_model_that_works_is_asked_for_less_before_it_is_left(server: Server) -> None:
    over = threading.Event()

    def slow(body: dict[str, Any], number: int) -> Answer:
        if number > 1:
            over.wait(10)
        return said(GOOD)

    server.behave = slow
    one = run(server, model_seconds=0.6)
    calls = [one.ask()[1] for _ in range(SLOW_IN_A_ROW + 2)]
    over.set()
    assert [c.attempts for c in calls] == [1] * (SLOW_IN_A_ROW + 1) + [0]
    assert [b["max_tokens"] for b in server.asked] == [4096, 4096, 2048, 1024, 512]
    assert len(one.told) == 1


def test_a_prompt_that_is_too_long_says_nothing_of_the_next_one(server: Server) -> None:
    server.behave = lambda body, number: refused(413, "prompt is too long") if number < 4 else said(GOOD)
    one = run(server)
    short = Prompt("extract", "extractor", "Find.", "What?", PROMPT.passages[:1])
    assert [bool(one.models.chat and one.models.chat(short, Claims)) for _ in range(4)] == [False] * 3 + [True]


def test_calls_have_a_share_of_the_run() -> None:
    budget = Budget(Limits(run_seconds=100.0, seconds=60.0), lambda: 1000.0)
    assert budget.time("extract") == 25
    budget.took("extract", 20.0)
    assert budget.time("extract") == 5
    budget.took("extract", 4.8)
    with pytest.raises(Failure, match="calls of this stage may take 25 of the run's 100 s"):
        budget.time("extract")
    earlier = ModelCall(
        stage="plan", role="r", model="m", prompt_hash="", parameters={}, outcome="answered", seconds=24.9
    )
    budget.remember([earlier] * 2)
    with pytest.raises(Failure, match="calls of all stages may take 50"):
        budget.time("answer")


def test_what_the_share_cuts_short_is_no_failure_of_the_server(server: Server) -> None:
    over = threading.Event()

    def slow(body: dict[str, Any], number: int) -> Answer:
        over.wait(10)
        return said(GOOD)

    server.behave = slow
    one = run(server, budget_seconds=4.0)
    _, call = one.ask()
    over.set()
    assert call.outcome == "budget" and "cut short" in call.reason and one.told == []
