"""Keys come from variables, go to the server they are for, and stand in no record, message or recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.errors import InputError
from sovereign.models import embedder
from tests.models.chat.helpers import GOOD, PROMPT, Run, Server, refused, said

KEY = "sk-hunter2-0123456789"


def authorization(server: Server) -> str | None:
    return server.headers[-1].get("authorization")


def test_the_key_of_a_purpose_wins_over_the_vendors(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(model: str = "openai:m", **more: str) -> str | None:
        one = Run(chat_model=model, chat_url=server.url, **more)
        one.ask()
        return authorization(server)

    assert ask() is None, "no key, no header"
    monkeypatch.setenv("OPENAI_API_KEY", "vendor")
    assert ask() == "Bearer vendor"
    assert ask("vllm:m") is None, "the key of OpenAI is for no other server that was not named as OpenAI's"
    monkeypatch.setenv("SOVEREIGN_CHAT_KEY", " mine\n")
    assert ask() == ask("vllm:m") == "Bearer mine"
    one = Run(judge_model="openai:j", judge_url=server.url)
    assert one.models.judge
    from tests.models.chat.helpers import Claims

    one.models.judge(PROMPT, Claims)
    assert authorization(server) == "Bearer vendor"
    monkeypatch.setenv("SOVEREIGN_JUDGE_KEY", "judges")
    one = Run(judge_model="openai:j", judge_url=server.url)
    assert one.models.judge
    one.models.judge(PROMPT, Claims)
    assert authorization(server) == "Bearer judges"


@pytest.mark.parametrize("kind", ["openai", "nim", "anthropic", "google"])
def test_a_vendor_without_a_key_is_not_asked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "NVIDIA_API_KEY",
        "NGC_API_KEY",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "GOOGLE_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="needs a key") as caught:
        Run(chat_model=f"{kind}:m")
    assert "SOVEREIGN_CHAT_KEY" in caught.value.advice


def test_a_key_that_a_header_cannot_hold_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVEREIGN_CHAT_KEY", "hunter\u00fc2")
    with pytest.raises(InputError, match="SOVEREIGN_CHAT_KEY") as caught:
        Run(chat_model="openai:m")
    assert "hunter" not in str(caught.value) + caught.value.advice


@pytest.mark.parametrize("kind", ["openai", "vllm"])
def test_a_key_that_a_server_repeats_reaches_nothing_that_is_kept(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    monkeypatch.setenv("SOVEREIGN_CHAT_KEY", KEY)
    echo = GOOD.replace("12 GB", f"12 GB {KEY}")
    answers = [
        said(echo),
        said(f"no {KEY}"),
        said(echo),
        refused(401, f"the key {KEY} is wrong"),
        (200, {}, KEY.encode()),
    ]
    server.behave = lambda body, number: answers[min(number, len(answers)) - 1]
    one = Run(chat_model=f"{kind}:m", chat_url=server.url, record=tmp_path)
    calls = [one.ask(PROMPT if n == 0 else _other(n))[1] for n in range(4)]
    assert {c.outcome for c in calls} == {"answered", "refused", "unreadable"}
    assert authorization(server) == f"Bearer {KEY}"
    kept = b"\n".join(one.kept.values()) + (tmp_path / "models.jsonl").read_bytes()
    shown = " ".join(one.told) + " ".join(call.model_dump_json() for call in calls)
    assert KEY not in kept.decode() and KEY not in shown


def test_a_password_in_an_address_reaches_no_message(server: Server) -> None:
    port = server.url.partition("127.0.0.1")[2]
    for url in (f"http://me:hunter2@127.0.0.1{port}", "http://me:hunter2@127.0.0.1:1/v1"):
        server.behave = lambda body, number: refused(401, "who are you?")
        one = Run(chat_model="vllm:m", chat_url=url)
        _, call = one.ask()
        one.ask()
        assert call.outcome in ("refused", "unreachable")
        assert "hunter2" not in call.model_dump_json() + " ".join(one.told) and one.told
    with pytest.raises(InputError) as caught:
        Run(chat_model="vllm:m", chat_url="ftp://me:hunter2@127.0.0.1/v1")
    assert "hunter2" not in caught.value.message + caught.value.advice


def test_the_account_of_openai_is_named_to_nobody_else(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    answer, _ = Run(chat_model="vllm:m", chat_url=server.url).ask()
    assert answer and "secret" not in str(server.headers)


def test_the_embedder_has_a_key_of_its_own(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "vendor")
    monkeypatch.setenv("SOVEREIGN_EMBEDDER_KEY", "embeds")
    server.behave = lambda body, number: (200, {}, b'{"data": [{"index": 0, "embedding": [1.0, 2.0]}], "model": "m"}')
    assert embedder("openai:m", server.url)
    assert authorization(server) == "Bearer embeds" and server.paths == ["/v1/embeddings"]


def _other(number: int):  # type: ignore[no-untyped-def]
    import dataclasses

    return dataclasses.replace(PROMPT, task=f"Question {number}?")
