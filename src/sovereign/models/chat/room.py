"""How much a model bears at once: what it may be given to read, and how much it may write."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from .backend import BRIEF, Message
from .ports import Prompt
from .render import render
from .schema import schema_of, tight

LEAST_OUTPUT = 256
ITEMS = 3  # of a list, where an answer is to be brief
BYTES_A_TOKEN = 3  # on the safe side: words have 4 and more, figures and the delimiters fewer


@dataclass(frozen=True)
class Room:
    """Tokens of a prompt, None for no end that is known, and of an answer."""

    prompt: int | None
    output: int

    @property
    def brief(self) -> bool:
        return self.output <= BRIEF

    def holds(self, messages: tuple[Message, ...]) -> bool:
        """Whether a prompt fits."""
        return self.prompt is None or size(messages) <= self.prompt

    @property
    def halved(self) -> Room:
        """Half the room, for a model that took too long."""
        return Room(self.prompt and self.prompt // 2, max(LEAST_OUTPUT, self.output // 2))


def room(context: int | None, most_output: int) -> Room:
    """The room in a context of so many tokens: an answer may fill a quarter of it."""
    if context is None:
        return Room(None, most_output)
    output = min(most_output, max(LEAST_OUTPUT, context // 4))
    return Room(max(0, context - output), output)


def form(kind: type[Any], space: Room, items: int = ITEMS) -> dict[str, Any]:
    """The JSON Schema of an answer that fits the room. ``items``: the longest list, where the room is small."""
    schema: dict[str, Any] = tight(schema_of(kind), items) if space.brief else schema_of(kind)
    return schema


def fitted(prompt: Prompt, schema: dict[str, Any], space: Room) -> Prompt:
    """The prompt with as many of its first passages as fit the room, each of them whole, and one at least."""
    passages = prompt.passages
    while len(passages) > 1 and not space.holds(render(prompt, schema)):
        passages = passages[:-1]
        prompt = replace(prompt, passages=passages)
    return prompt


def size(messages: tuple[Message, ...]) -> int:
    """About how many tokens a prompt has, on the safe side."""
    return math.ceil(sum(len(m.text.encode()) for m in messages) / BYTES_A_TOKEN)
