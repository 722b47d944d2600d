"""Language models on a server: the shape of what is asked, and every way in which an answer can be bad."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.models.chat import Passage, Prompt, is_served
from sovereign.models.chat.session import IN_A_ROW
from tests.models.chat.helpers import GOOD, PROMPT, Answer, Claims, Run, Server, refused, said


def run(server: Server, model: str = "vllm:m", **more: Any) -> Run:
    return Run(chat_model=model, chat_url=server.url, **more)


@pytest.mark.parametrize("kind", ["openai", "nim", "ollama", "vllm", "llamacpp"])
def test_the_request_has_the_schema_and_no_tool(server: Server, kind: str) -> None:
    answer, call = run(server, f"{kind}:meta/m-1").ask()
    assert answer and answer.claims[0].quote == "It costs 12 GB."
    (body,) = server.asked
    assert server.paths == ["/v1/chat/completions"]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("meta/m-1", 0, 4096)
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    form = body["response_format"]
    assert form["type"] == "json_schema" and form["json_schema"]["schema"]["properties"]["claims"]["type"] == "array"
    assert "tools" not in body and "tool_choice" not in body and not body.get("stream")
    assert (call.outcome, call.model, call.input_tokens, call.output_tokens) == (
        "answered",
        f"{kind}:meta/m-1",
        100,
        20,
    )
    assert (call.attempts, call.cost, call.parameters) == (1, None, {"temperature": 0, "max_tokens": 4096})


def test_prompt_and_answer_are_kept_under_their_hashes(server: Server) -> None:
    one = run(server)
    _, call = one.ask()
    assert json.loads(one.kept[call.prompt_hash])[1]["text"] == server.asked[0]["messages"][1]["content"]
    assert one.kept[call.reply_hash].decode() == GOOD


def test_a_redirect_is_not_followed(server: Server) -> None:
    other = Server()
    server.behave = lambda body, number: (307, {"location": f"{other.url}/chat/completions"}, b"")
    answer, call = run(server).ask()
    assert answer is None and call.outcome == "refused" and "redirects are not followed" in call.reason
    assert other.asked == [] and len(server.asked) == 1
    other.close()


@pytest.mark.parametrize(
    "text",
    [
        f"Sure! Here it is:\n```json\n{GOOD}\n```\nAnything else?",
        f"I think {{x}} is: {GOOD}",
        f"<think>hm</think>{GOOD}",
    ],
    ids=["fence", "prose with braces", "thoughts"],
)
def test_words_around_the_object_are_passed_over(server: Server, text: str) -> None:
    server.behave = lambda body, number: said(text)
    answer, call = run(server).ask()
    assert answer and call.attempts == 1


BAD_TEXTS = {
    "prose": "I am sorry, I cannot do that.",
    "truncated": GOOD[:40],
    "another schema": '{"verdict": "SUPPORT"}',
    "an extra field": '{"claims": [], "score": 10}',
    "empty": "",
    "a list": "[1, 2]",
    "deep": '{"claims":' + "[" * 50_000,
    "deep and closed": '{"claims":' + "[" * 50_000 + "]" * 50_000 + "}",
    "NaN": GOOD.replace(": 1}", ": NaN}"),
    "infinite": GOOD.replace(": 1}", ": 1e999}"),
    "a number without end": GOOD.replace(": 1}", ": " + "9" * 10_000 + "}"),
    "half a pair": GOOD.replace("12 GB", "\\ud800"),
    "braces": "{" * 100_000,
    "long": GOOD + " " * 1_000_000,
}


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_what_cannot_be_read_is_asked_for_again_and_then_given_up(server: Server, text: str) -> None:
    server.behave = lambda body, number: said(text)
    one = run(server)
    answer, call = one.ask()
    assert answer is None
    assert (call.outcome, call.attempts, call.input_tokens) == ("unreadable", 3, 300)
    assert call.reason and len(server.asked) == 3 and not one.slept
    last = server.asked[-1]["messages"]
    assert [m["role"] for m in last] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "cannot be used" in last[-1]["content"]


def test_the_second_answer_may_be_good(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD if number == 2 else "no")
    answer, call = run(server).ask()
    assert answer and (call.outcome, call.attempts, call.output_tokens) == ("answered", 2, 40)


BAD_BODIES: dict[str, Answer] = {
    "html": (200, {"content-type": "text/html"}, b"<html>hello</html>"),
    "html as JSON": (200, {}, b"<html>hello</html>"),
    "no choices": (200, {}, b'{"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'),
    "null": (200, {}, b"null"),
    "an error with 200": (200, {}, b'{"error": {"message": "out of memory"}}'),
    "deep": (200, {}, b"[" * 100_000),
    "100 MB": (200, {}, b" " * 100_000_000),
    "nothing": (200, {}, b""),
    "no UTF-8": (200, {}, b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("bad", BAD_BODIES.values(), ids=BAD_BODIES)
def test_what_is_no_completion_is_unreadable(server: Server, bad: Answer) -> None:
    server.behave = lambda body, number: bad
    answer, call = run(server).ask()
    assert answer is None and call.outcome == "unreadable" and call.reason and call.attempts == 1


def test_a_message_without_text_is_an_empty_answer(server: Server) -> None:
    server.behave = lambda body, number: said(None)
    answer, call = run(server).ask()
    assert answer is None and call.outcome == "unreadable"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(server: Server, status: int) -> None:
    server.behave = lambda body, number: said(GOOD) if number == 3 else refused(status, "busy")
    one = run(server)
    answer, call = one.ask()
    assert answer and (call.outcome, call.attempts) == ("answered", 3)
    assert one.slept == [0.5, 1.0]


def test_retry_after_is_kept_but_capped(server: Server) -> None:
    server.behave = lambda body, number: (
        said(GOOD) if number == 3 else refused(429, "slow down", retry_after="7" if number == 1 else "999")
    )
    one = run(server)
    answer, _ = one.ask()
    assert answer and one.slept == [7.0, 20.0]


def test_429_for_ever_ends_and_says_so(server: Server) -> None:
    server.behave = lambda body, number: refused(429, "slow down")
    one = run(server)
    answer, call = one.ask()
    assert answer is None and (call.outcome, call.attempts) == ("unreachable", 4)
    assert "status 429: " in call.reason and len(one.slept) == 3


def test_no_wait_is_longer_than_the_run(server: Server) -> None:
    server.behave = lambda body, number: refused(429, "slow down", retry_after="10")
    one = run(server, seconds_left=lambda: 9.0)
    answer, call = one.ask()
    assert answer is None and (call.outcome, call.attempts, one.slept) == ("unreachable", 1, [])


@pytest.mark.parametrize(("status", "message"), [(401, "no such key"), (403, "no"), (404, "no model m"), (400, "bad")])
def test_a_refusal_is_not_tried_again(server: Server, status: int, message: str) -> None:
    server.behave = lambda body, number: refused(status, message)
    answer, call = run(server).ask()
    assert answer is None and (call.outcome, call.attempts) == ("refused", 1)
    assert f"status {status}" in call.reason and message in call.reason


def test_a_server_that_hangs_is_left_after_its_time(server: Server) -> None:
    wait = threading.Event()

    def hang(body: dict[str, Any], number: int) -> Answer:
        wait.wait(20)
        return said(GOOD)

    server.behave = hang
    answer, call = run(server, model_seconds=0.6).ask()
    wait.set()
    assert answer is None and (call.outcome, call.attempts) == ("unreachable", 1)
    assert "within 0.6 s" in call.reason and call.seconds < 10
    assert call.input_tokens and call.parameters["tokens"] == "estimated", "the server may have counted it"


def test_nobody_there(server: Server) -> None:
    one = Run(chat_model="vllm:m", chat_url="http://127.0.0.1:1/v1")
    answer, call = one.ask()
    assert answer is None and (call.outcome, call.attempts) == ("unreachable", 4)
    assert "cannot be reached" in call.reason


def test_after_two_failures_in_a_row_nobody_waits_any_more(server: Server) -> None:
    server.behave = lambda body, number: refused(401, "no such key")
    one = run(server)
    assert one.models.chat
    for _ in range(IN_A_ROW + 3):
        assert one.models.chat(PROMPT, Claims) is None
    assert len(server.asked) == IN_A_ROW
    assert len(one.told) == 1 and "asked no more" in one.told[0]
    late = [call for call in one.models.taken() if call.attempts == 0]
    assert len(late) == 3 and all(c.outcome == "unreachable" and "not asked" in c.reason for c in late)
    assert all(c.input_tokens is None and c.prompt_hash for c in late)


def test_a_good_answer_between_two_failures_counts(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD) if number % 2 == 0 else refused(400, "no")
    one = run(server)
    assert [bool(one.ask()[0]) for _ in range(6)] == [False, True] * 3
    assert one.told == []


def test_a_prompt_that_is_too_long_loses_whole_passages(server: Server) -> None:
    def short(body: dict[str, Any], number: int) -> Answer:
        if "P3" in body["messages"][1]["content"]:
            return refused(400, "This model's maximum context length is 10 tokens, however you requested 20.")
        return said(GOOD)

    server.behave = short
    passages = tuple(Passage(f"P{n}", f"It costs {n} GB.") for n in range(1, 5))
    answer, call = run(server).ask(Prompt("extract", "extractor", "Find.", "What?", passages))
    assert answer and call.parameters["passages"] == 2 and call.attempts == 2
    assert "It costs 2 GB." in server.asked[1]["messages"][1]["content"]
    server.behave = lambda body, number: refused(413, "prompt is too long")
    answer, call = run(server).ask(Prompt("extract", "extractor", "Find.", "What?", passages))
    assert answer is None and (call.outcome, call.attempts) == ("refused", 3), "four, two, one"
    answer, call = run(server).ask(Prompt("extract", "extractor", "Find.", "What?", passages[:1]))
    assert answer is None and (call.outcome, call.attempts) == ("refused", 1)


def test_a_server_without_schemas_is_asked_in_words_alone(server: Server) -> None:
    def old(body: dict[str, Any], number: int) -> Answer:
        return refused(400, "'response_format.type' must be 'text'") if "response_format" in body else said(GOOD)

    server.behave = old
    one = run(server)
    answer, call = one.ask()
    assert answer and call.parameters["format"] == "words" and call.attempts == 2
    assert '"properties"' in server.asked[1]["messages"][0]["content"], "the prompt has the schema"
    answer, call = one.ask()
    assert answer and call.attempts == 1, "it is asked so from now on"


def test_tokens_that_are_not_reported_are_estimated(server: Server) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=None)
    _, call = run(server).ask()
    sent = sum(len(m["content"].encode()) for m in server.asked[0]["messages"])
    assert call.input_tokens == -(-sent // 4) and call.output_tokens == -(-len(GOOD) // 4)
    assert call.parameters["tokens"] == "estimated"


@pytest.mark.parametrize("tokens", [(10**30, 20), (100, 10**30), (-1, -1)])
def test_tokens_that_nobody_can_have_counted_are_estimated(server: Server, tokens: tuple[int, int]) -> None:
    server.behave = lambda body, number: said(GOOD, tokens=tokens)
    answer, call = run(server).ask()
    assert answer
    assert 0 < (call.input_tokens or 0) < 10_000 and 0 < (call.output_tokens or 0) < 10_000
    assert call.parameters["tokens"] == "estimated"


def test_two_threads_ask_at_once(server: Server) -> None:
    together = threading.Barrier(2, timeout=20)

    def behave(body: dict[str, Any], number: int) -> Answer:
        together.wait()
        return said(GOOD)

    server.behave = behave
    one = run(server)
    assert one.models.judge
    ask, got = one.models.judge, []
    roles = ("VALIDATOR", "SKEPTIC")
    prompts = [Prompt("review", role, f"You are {role}.", "Review.", PROMPT.passages) for role in roles]
    threads = [threading.Thread(target=lambda p=p: got.append(ask(p, Claims))) for p in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 2 and all(got)
    assert [call.role for call in one.models.taken()] == ["SKEPTIC", "VALIDATOR"]
    assert one.models.taken() == ()


@pytest.mark.parametrize("name", ["gpt-4o", "openai:", "mystery:x", "openai:a b", "fake:nobody", "local:x", "none:"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="no language model"):
        Run(chat_model=name)


@pytest.mark.parametrize("url", ["ftp://host/v1", "file:///etc/passwd", "localhost:8000", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address") as caught:
        Run(chat_model="vllm:m", chat_url=url)
    assert "chat_url" in caught.value.advice


def test_which_models_are_on_a_server() -> None:
    assert [n for n in ("none", "fake:", "local:", "openai:a", "ollama:b", "anthropic:c") if is_served(n)] == [
        "openai:a",
        "ollama:b",
        "anthropic:c",
    ]


def test_the_judge_may_be_another_model_on_another_server(server: Server) -> None:
    other = Server()
    one = Run(chat_model="vllm:m", chat_url=server.url, judge_model="ollama:j", judge_url=other.url)
    assert one.models.chat and one.models.judge
    one.models.judge(PROMPT, Claims)
    assert (len(server.asked), len(other.asked)) == (0, 1)
    one.models.chat(PROMPT, Claims)
    assert {call.model for call in one.models.taken()} == {"ollama:j", "vllm:m"}
    other.close()


def test_none_is_nobody() -> None:
    models = Run().models
    assert (models.chat, models.judge, models.taken()) == (None, None, ())
    models = Run(judge_model="fake:").models
    assert models.chat is None and models.judge and models.judge.name == "fake:"
