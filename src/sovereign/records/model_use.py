"""What language models were asked in a run, and what became of what they proposed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Model

CallOutcome = Literal[
    "answered",  # text that fits the wanted schema
    "unreadable",  # prose, truncated JSON, another schema, nothing: after the last try
    "refused",  # 400, 401, 403, 404: a wrong key, model or request; a prompt too long for it
    "unreachable",  # no connection, no answer in time, 429 or 5xx after the last try
    "budget",  # not asked, or cut short: tokens, cost or time were spent
    "unrecorded",  # a replay that holds no answer to this prompt
]
Mode = Literal["embedded", "model", "mixed"]


class ModelCall(Model):
    """One question to a language model.

    ``prompt_hash`` and ``reply_hash`` are SHA-256 of the whole prompt and of the answer as it came; the texts are artifacts of
    the store under them. ``cost`` is in US dollars, None where no price was set. ``seconds`` is no part of a record's hash.
    """

    stage: str
    role: str
    model: str
    prompt_hash: str
    parameters: dict[str, str | int | float]
    outcome: CallOutcome
    reason: str = ""
    reply_hash: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0
    attempts: int = 1
    replayed: bool = False


class StageUse(Model):
    """Whether a stage had help of a model, and what became of each proposal: ``dropped`` counts them by the reason."""

    stage: str
    mode: Mode
    reason: str = ""
    proposed: int = 0
    accepted: int = 0
    dropped: dict[str, int] = Field(default_factory=dict)


class ModelUse(Model):
    """All stages that a model could have helped in, in order, and every call."""

    stages: tuple[StageUse, ...] = ()
    calls: tuple[ModelCall, ...] = ()
