"""What a stage says to a language model, and what it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Passage:
    """Text that somebody else wrote. It reaches a model between delimiters, as data, whatever it says."""

    id: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """A question to a model. ``instructions`` and ``task`` are our words and the user's question; ``passages`` are data.

    ``stage`` is the stage of the run that asks, ``role`` who is to answer (``planner``, ``extractor``, ``writer``, ``SKEPTIC``, …).
    """

    stage: str
    role: str
    instructions: str
    task: str
    passages: tuple[Passage, ...] = ()


class Ask(Protocol):
    """Asks the model of a run. It never raises for what the model or its server does: None means "go on without it".

    Every call, also one that failed, is noted with its outcome; ``records.ModelCall`` says how.
    """

    def __call__(self, prompt: Prompt, kind: type[T]) -> T | None: ...
