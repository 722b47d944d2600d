"""A server of OpenAI's interface that behaves well or badly, and a run's model asked without a run."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from sovereign.models.chat import Assistants, Passage, Prompt, assistants
from sovereign.records import ModelCall
from sovereign.settings import Settings

Answer = tuple[int, Mapping[str, str], bytes]
Behaviour = Callable[[dict[str, Any], int], Answer]


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    passage_id: str
    quote: str
    score: float = 0.0


class Claims(BaseModel):
    model_config = ConfigDict(extra="forbid")

    claims: tuple[Claim, ...]


GOOD = '{"claims": [{"passage_id": "P1", "quote": "It costs 12 GB.", "score": 1}]}'
PROMPT = Prompt(
    "extract",
    "extractor",
    "Find claims.",
    "What does it cost?",
    (Passage("P1", "It costs 12 GB. It is slow."), Passage("P2", "Nobody knows why it works.")),
)


def said(text: str | None, *, tokens: tuple[int, int] | None = (100, 20), reason: str = "stop") -> Answer:
    """A chat completion with this text."""
    body: dict[str, Any] = {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m-1",
        "choices": [{"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text}}],
    }
    if tokens:
        body["usage"] = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return 200, {}, json.dumps(body).encode()


def refused(status: int, message: str, **headers: str) -> Answer:
    """An error as servers of OpenAI's interface write them."""
    return status, headers, json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()


class Server:
    """Answers each request by ``behave(body, number of the request)``, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.listed: bytes | None = None  # what it says of its models
        self.listings = 0
        self.behave: Behaviour = lambda body, number: said(GOOD)
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.listings += 1
                self.send_response(200 if outer.listed is not None else 404)
                self.send_header("content-length", str(len(outer.listed or b"")))
                self.end_headers()
                self.wfile.write(outer.listed or b"")

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with outer._lock:
                    outer.asked.append(body)
                    outer.paths.append(self.path)
                    outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                    number = len(outer.asked)
                status, headers, content = outer.behave(body, number)
                try:
                    self.send_response(status)
                    for name, value in {"content-type": "application/json", **headers}.items():
                        self.send_header(name.replace("_", "-"), value)
                    self.send_header("content-length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # who was cut off

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class Run:
    """The models of a run, with what they told, how long they slept and what they kept."""

    def __init__(
        self,
        *,
        record: Path | None = None,
        replay: Path | None = None,
        seconds_left: Callable[[], float] = lambda: 100.0,
        **settings: Any,
    ) -> None:
        self.told: list[str] = []
        self.slept: list[float] = []
        self.kept: dict[str, bytes] = {}
        self.models: Assistants = assistants(
            Settings(**settings),
            seconds_left,
            record=record,
            replay=replay,
            keep=self._keep,
            tell=self.told.append,
            sleep=self.slept.append,
        )

    def ask(self, prompt: Prompt = PROMPT, kind: type[BaseModel] = Claims) -> tuple[Any, ModelCall]:
        """The answer and its call."""
        assert self.models.chat
        answer = self.models.chat(prompt, kind)
        (call,) = self.models.taken()
        return answer, call

    def _keep(self, content: bytes) -> str:
        import hashlib

        name = hashlib.sha256(content).hexdigest()
        self.kept[name] = content
        return name
