"""What stands between a session and a model: one request, one raw text back, or a failure that says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sovereign.records import CallOutcome

from .ports import Prompt


class Message(NamedTuple):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Request:
    """What is sent. ``prompt`` is what ``messages`` were rendered from; the fakes read it, a server gets the messages.

    ``structured``: whether the server is given ``schema`` (JSON Schema) to decode by, besides the words of the prompt.
    """

    prompt: Prompt
    messages: tuple[Message, ...]
    name: str
    schema: Mapping[str, Any]
    seconds: float
    structured: bool = True


class Reply(NamedTuple):
    """An answer as it came. Tokens are None where the server does not report them."""

    text: str
    input_tokens: int | None = None
    output_tokens: int | None = None


class Failure(Exception):
    """No answer. ``again``: it may pass, after ``wait`` seconds if the server said so. ``sent``: the server may have counted it.

    ``too_long``: the prompt did not fit the model. ``no_schema``: the server does not decode by a schema.
    """

    def __init__(
        self,
        outcome: CallOutcome,
        reason: str,
        *,
        again: bool = False,
        wait: float = 0.0,
        sent: bool = False,
        too_long: bool = False,
        no_schema: bool = False,
    ) -> None:
        super().__init__(reason)
        self.outcome: CallOutcome = outcome
        self.reason = reason
        self.again = again
        self.wait = wait
        self.sent = sent
        self.too_long = too_long
        self.no_schema = no_schema


@dataclass(frozen=True)
class Backend:
    """A model: its name as a person gave it, the parameters that every request to it has, and how it is asked.

    ``most_output``: the most tokens of an answer, which the server is told. ``send`` raises ``Failure`` alone.
    """

    name: str
    parameters: Mapping[str, str | int | float]
    most_output: int
    send: Callable[[Request], Reply]
