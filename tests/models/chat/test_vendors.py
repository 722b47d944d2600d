"""Anthropic and Google, through their own libraries, against servers that answer as their documentation says."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest

from sovereign.errors import InputError
from tests.models.chat.helpers import GOOD, Answer, Run, Server

KEY = "vendor-key-123"


def _has(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


anthropic = pytest.mark.skipif(not _has("anthropic"), reason="needs the extra anthropic")
google = pytest.mark.skipif(not _has("google.genai"), reason="needs the extra google")


def message(text: str) -> Answer:
    """docs.anthropic.com/en/api/messages"""
    body = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn", "stop_sequence": None,
        "content": [{"type": "text", "text": text}], "usage": {"input_tokens": 70, "output_tokens": 9},
    }  # fmt: skip
    return 200, {}, json.dumps(body).encode()


def content(text: str) -> Answer:
    """ai.google.dev/api/generate-content"""
    body = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 70, "candidatesTokenCount": 9, "totalTokenCount": 79},
        "modelVersion": "gemini",
    }
    return 200, {}, json.dumps(body).encode()


@anthropic
def test_anthropic(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    server.behave = lambda body, number: message(GOOD)
    one = Run(chat_model="anthropic:claude-sonnet-4-6", chat_url=server.url.removesuffix("/v1"))
    answer, call = one.ask()
    assert answer and (call.outcome, call.input_tokens, call.output_tokens) == ("answered", 70, 9), call
    (body,) = server.asked
    assert server.paths[0].startswith("/v1/messages") and server.headers[0]["x-api-key"] == KEY
    assert body["model"] == "claude-sonnet-4-6" and body["max_tokens"] == 4096 and not body.get("tools")
    assert "no authority" in json.dumps(body["system"]) and [m["role"] for m in body["messages"]] == ["user"]
    assert "claims" in json.dumps(body["output_config"]["format"]["schema"])
    _bad(server, one)


@google
def test_google(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    server.behave = lambda body, number: content(GOOD)
    one = Run(chat_model="google:gemini-2.5-flash", chat_url=server.url.removesuffix("/v1"))
    answer, call = one.ask()
    assert answer and (call.outcome, call.input_tokens, call.output_tokens) == ("answered", 70, 9), call
    (body,) = server.asked
    assert server.paths[0].endswith("models/gemini-2.5-flash:generateContent")
    assert server.headers[0]["x-goog-api-key"] == KEY and not body.get("tools")
    assert "no authority" in json.dumps(body["systemInstruction"])
    assert body["generationConfig"]["responseMimeType"] == "application/json"
    _bad(server, one)


def _bad(server: Server, one: Run) -> None:
    """The same failures mean the same as with OpenAI's interface, and the library makes no tries of its own."""
    shown: list[Any] = []
    assert one.models.chat
    for status, outcome, attempts in (
        (503, "unreachable", 4),
        (
            200,
            "unreadable",
            3 if "google" in one.models.chat.name else 1,
        ),  # it takes an error for an answer without text
        (307, "refused", 1),
        (401, "refused", 1),
    ):
        before = len(server.asked)
        server.behave = lambda body, number, status=status: (  # type: ignore[misc]
            status, {"location": server.url}, f'{{"error": {{"message": "no {KEY}", "code": {status}}}}}'.encode(),
        )  # fmt: skip
        answer, call = one.ask()
        assert answer is None and (call.outcome, call.attempts) == (outcome, attempts), call
        assert len(server.asked) - before == attempts
        shown.append(call.model_dump_json())
    assert KEY not in "".join(shown) + " ".join(one.told)


@pytest.mark.parametrize(
    ("kind", "module"), [("anthropic", "anthropic"), ("google", "google.genai"), ("openai", "openai")]
)
def test_a_library_that_is_missing_is_named(kind: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_CHAT_KEY", KEY)
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(InputError, match="needs the library") as caught:
        Run(chat_model=f"{kind}:m")
    assert "sovereign-research[" in caught.value.advice
