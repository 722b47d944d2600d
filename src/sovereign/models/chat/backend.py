"""What stands between a session and a model: one request, one raw text back, or a failure that says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sovereign.records import CallOutcome

from .ports import Prompt

BRIEF = 1024  # tokens of an answer, from which down few items and short texts are asked for


class Message(NamedTuple):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Request:
    """What is sent. ``prompt`` is what ``messages`` were rendered from; the fakes read it, a server gets the messages.

    ``most_output``: the most tokens of the answer. ``structured``: whether the server is given ``schema`` (JSON Schema) to decode by,
    besides the words of the prompt.
    """

    prompt: Prompt
    messages: tuple[Message, ...]
    name: str
    schema: Mapping[str, Any]
    seconds: float
    most_output: int
    structured: bool = True

    @property
    def brief(self) -> bool:
        """Whether ``schema`` has bounds that the answer must be decoded by, so that it comes to an end."""
        return self.most_output <= BRIEF


class Reply(NamedTuple):
    """An answer as it came. Tokens are None where the server does not report them."""

    text: str
    input_tokens: int | None = None
    output_tokens: int | None = None


class Failure(Exception):
    """No answer. ``again``: it may pass, after ``wait`` seconds if the server said so. ``sent``: the server may have counted it.

    ``too_long``: the prompt did not fit the model. ``slow``: no answer came in time. ``no_schema``: the server does not decode by a schema.
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
        slow: bool = False,
        no_schema: bool = False,
    ) -> None:
        super().__init__(reason)
        self.outcome: CallOutcome = outcome
        self.reason = reason
        self.again = again
        self.wait = wait
        self.sent = sent
        self.too_long = too_long
        self.slow = slow
        self.no_schema = no_schema


@dataclass(frozen=True)
class Backend:
    """A model: its name as a person gave it, the parameters that every request to it has, and how it is asked.

    ``most_output``: the most tokens of an answer. ``send`` raises ``Failure`` alone. ``context`` gives the tokens that prompt and answer may
    have together, None where that is not known; it never raises, and is asked once, before the first question.
    """

    name: str
    parameters: Mapping[str, str | int | float]
    most_output: int
    send: Callable[[Request], Reply]
    context: Callable[[], int | None] = lambda: None
