"""Embeddings from a server, against one that runs here and behaves well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

import sovereign.models.served as served
from sovereign.errors import InputError, SovereignError
from sovereign.models import embedder, is_served

Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers each request by ``behave(body, number of the request)``, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.behave: Callable[[dict[str, Any], int], Answer] = well
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked.append(body)
                outer.keys.append(self.headers.get("authorization"))
                assert self.path == "/v1/embeddings"
                status, headers, content = outer.behave(body, len(outer.asked))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1/"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def answer(rows: list[list[float]], model: str = "m-1") -> Answer:
    data = [{"index": n, "embedding": row} for n, row in enumerate(rows)]
    return 200, {}, json.dumps({"data": data[::-1], "model": model}).encode()


def well(body: dict[str, Any], _: int) -> Answer:
    """The length of the text and a three: nobody's vectors, but each text has its own."""
    return answer([[float(len(text)), 3.0, 0.0] for text in body["input"]])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> Iterator[Server]:
    monkeypatch.setattr(served, "sleep", lambda seconds: None)
    for vendor in served.VENDORS.values():
        for variable in vendor.keys:
            monkeypatch.delenv(variable, raising=False)
    running = Server()
    yield running
    running.close()


def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(server: Server) -> None:
    model = embedder("openai:small", server.url)
    assert model and (model.dimension, model.weights) == (3, "m-1")
    texts = ["x" * n for n in range(1, 70)]
    vectors = model.embed(texts)
    assert vectors.shape == (69, 3) and vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1] * 3, [len(text) for text in texts], rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert max(len(body["input"]) for body in server.asked) <= 32
    assert model.embed([]).shape == (0, 3)
    assert server.keys[0] is None and all("input_type" not in body for body in server.asked)


def test_nim_is_told_queries_from_passages_and_given_the_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NVIDIA_API_KEY", "nv-1")
    model = embedder("nim:nvidia/nv-embedqa-e5-v5", server.url)
    assert model
    model.embed(["a passage"])
    model.queries(["a query"])
    assert [body["input_type"] for body in server.asked] == ["passage", "passage", "query"]
    assert {body["model"] for body in server.asked} == {"nvidia/nv-embedqa-e5-v5"}
    assert set(server.keys) == {"Bearer nv-1"}
    assert "nv-1" not in model.name


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_tried_again(server: Server, status: int) -> None:
    server.behave = lambda body, number: well(body, number) if number > 2 else (status, {"retry-after": "1"}, b"busy")
    assert embedder("openai:small", server.url)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ((503, {}, b"down"), "status 503"),
        ((200, {}, b"<html>no json</html>"), "no embedding"),
        ((200, {}, b"[" * 100_000), "no embedding"),
        ((200, {}, b'{"data": null}'), "no embedding"),
        ((200, {}, b'{"data": [{"index": 0, "embedding": ["a"]}]}'), "no embedding"),
        (answer([[0.0, 0.0]]), "no embedding"),
        (answer([[1.0], [2.0]]), "no embedding"),
        ((200, {}, b'{"data": [{"index": 0, "embedding": [1' + b"0" * 400 + b"]}]}"), "no embedding"),
        ((200, {}, b'{"data": [{"index": 7, "embedding": [1.0]}]}'), "not one vector for each text"),
        ((200, {}, b'{"data": [{"index": 1e999, "embedding": [1.0]}]}'), "no embedding"),
        ((302, {"location": "http://169.254.169.254/"}, b""), "status 302"),
    ],
    ids=["5xx", "html", "deep", "null", "strings", "zeros", "too many", "huge", "index", "endless", "redirect"],
)
def test_a_bad_answer_is_an_error_for_people(server: Server, bad: Answer, says: str) -> None:
    server.behave = lambda body, number: bad
    with pytest.raises(SovereignError, match=says):
        embedder("openai:small", server.url)


def test_a_refusal_names_the_settings(server: Server) -> None:
    server.behave = lambda body, number: (401, {}, b'{"error": "no key\x1b[31m"}')
    with pytest.raises(InputError, match="refuses the model 'small'") as caught:
        embedder("openai:small", server.url)
    assert "\x1b" not in caught.value.message and "embedder_url" in caught.value.advice
    assert len(server.asked) == 1


def test_an_answer_without_end_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "_MOST_BYTES", 1000)
    server.behave = lambda body, number: (200, {}, b" " * 5000)
    with pytest.raises(SovereignError, match="more than 1,000 bytes"):
        embedder("openai:small", server.url)


def test_a_model_that_changes_under_way_is_noticed(server: Server) -> None:
    model = embedder("openai:small", server.url)
    assert model
    server.behave = lambda body, number: answer([[1.0, 2.0, 3.0] for _ in body["input"]], "m-2")
    with pytest.raises(SovereignError, match="changed its model"):
        model.embed(["a"])


@pytest.mark.parametrize("url", ["ftp://host/v1", "file:///etc/passwd", "localhost:8000", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        embedder("openai:small", url)


def test_nobody_there(server: Server) -> None:
    with pytest.raises(SovereignError, match="cannot be reached"):
        embedder("openai:small", "http://127.0.0.1:1/v1")


def test_which_embedders_are_on_a_server() -> None:
    assert [is_served(name) for name in ("nim:a", "openai:a", "minilm", "none", "fake:")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    with pytest.raises(InputError, match="no embedder 'nim:'"):
        embedder("nim:")


def test_a_key_and_a_password_reach_no_message(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "hunter\u00fc2")
    with pytest.raises(InputError, match="OPENAI_API_KEY") as caught:
        embedder("openai:small", server.url)
    assert "hunter" not in str(caught.value)
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2\n")
    assert embedder("openai:small", server.url) and server.keys == ["Bearer hunter2"]
    for url in ("http://me:hunter2@127.0.0.1:1/v1", "ftp://me:hunter2@127.0.0.1/v1", "me:hunter2"):
        with pytest.raises(SovereignError) as refused:
            embedder("openai:small", url)
        assert "hunter2" not in refused.value.message + refused.value.advice


def test_an_answer_that_trickles_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "_SECONDS", 0.0)
    clock = iter(range(10_000))
    monkeypatch.setattr(served, "monotonic", lambda: next(clock))
    monkeypatch.setattr(served.httpx, "Client", lambda **more: _Client(**{**more, "timeout": 5}))
    with pytest.raises(SovereignError, match="more than 0 s"):
        embedder("openai:small", server.url)
    assert len(server.asked) == 1, "who hangs is not asked again"


_Client = served.httpx.Client
