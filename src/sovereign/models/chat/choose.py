"""The models of a run, by the names that a person gives them in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import sleep as _sleep

from sovereign.errors import InputError
from sovereign.models.vendors import VENDORS, Purpose
from sovereign.records import ModelCall
from sovereign.settings import Settings

from .backend import Backend
from .budget import Budget, Limits
from .session import Assistant, in_order
from .tape import Tape

SETTINGS = ("chat_model", "judge_model")
FAKES = ("fake:", "fake:liar", "fake:gullible")
MODELS = ("none", *(f"{vendor}:MODEL" for vendor in VENDORS), "local:", *FAKES)


@dataclass(frozen=True)
class Assistants:
    """Who may be asked in a run: ``chat`` for proposals, ``judge`` for the reviewers, None for nobody. One budget holds for both."""

    chat: Assistant | None
    judge: Assistant | None

    def taken(self) -> tuple[ModelCall, ...]:
        """The calls since the last taking, of both, in an order that does not depend on threads."""
        return in_order(call for one in self._all() for call in one.taken())

    def remember(self, calls: Iterable[ModelCall]) -> None:
        """Count the calls of an earlier attempt of this run."""
        for one in self._all()[:1]:  # the budget is shared
            one.remember(calls)

    def _all(self) -> list[Assistant]:
        return [one for one in dict.fromkeys((self.chat, self.judge)) if one]


def assistants(
    settings: Settings,
    seconds_left: Callable[[], float],
    *,
    record: Path | None = None,
    replay: Path | None = None,
    keep: Callable[[bytes], str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = _sleep,
) -> Assistants:
    """The models that the settings name, with the budgets of the settings. ``seconds_left`` is the time that the run has.

    Raises:
        InputError: for a name that is none, a model that is not installed, an address that is none, or a cost limit without prices.
        OutputError: if the folder of the recording cannot be made.
    """
    judge_name = settings.judge_model or settings.chat_model
    # The judge has the chat's server only if it is the chat's model.
    judge_url = settings.judge_url or (settings.chat_url if not settings.judge_model else "")
    budget = Budget(limits(settings), seconds_left)
    names = {settings.chat_model, judge_name}
    folder = replay or record
    tape = Tape(folder, replay=replay is not None) if folder and names != {"none"} else None

    def one(name: str, url: str, purpose: Purpose) -> Assistant | None:
        made = backend(name, url, purpose, asks=replay is None)
        return Assistant(made, budget, tape, keep, tell, sleep) if made else None

    chat = one(settings.chat_model, settings.chat_url, "chat")
    if (judge_name, judge_url) == (settings.chat_model, settings.chat_url):
        return Assistants(chat, chat)
    return Assistants(chat, one(judge_name, judge_url, "judge"))


def limits(settings: Settings) -> Limits:
    """The limits that the settings set."""
    return Limits(
        settings.model_max_tokens,
        settings.model_max_cost,
        settings.model_input_price,
        settings.model_output_price,
        settings.model_seconds,
        settings.budget_seconds,
    )


def is_served(name: str) -> bool:
    """Whether texts go to a server for the model of that name, be it on this machine."""
    return name.partition(":")[0] in VENDORS


def backend(name: str, url: str, purpose: Purpose, *, asks: bool = True) -> Backend | None:
    """The model of that name, None for "none". ``purpose`` (chat, judge) says which variable holds the key; without ``asks`` nothing of
    it is needed but its name and parameters: a replay sends nothing.

    Raises:
        InputError: for another name, or a model that cannot be used here.
    """
    kind, _, model = name.partition(":")
    if name == "none":
        return None
    if name in FAKES:
        from .fake import fake
        from .hostile import gullible, liar

        return liar() if model == "liar" else gullible() if model == "gullible" else fake()
    if name == "local:":
        from .local import local

        return local(asks=asks)
    if kind in VENDORS and re.fullmatch(r"[^\s\x00-\x1f]{1,200}", model):
        from .served import served

        return served(name, url, purpose, asks=asks)
    raise InputError(f"There is no language model {name[:200]!r}.", f"Choose one of {', '.join(MODELS)}.")
