"""The reviewers with a language model beside them: what it objects to is tested, and only what a check upholds counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from pydantic import ValidationError

from sovereign.errors import InputError
from sovereign.kernel.proposals.objections import objections
from sovereign.kernel.tribunal import brief_of, review_json, rule, tested
from sovereign.models.chat import assistants
from sovereign.records import Finding, Record, Role
from sovereign.settings import Settings, load

from .plant import Json

REVIEWERS: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "SYNTHESIZER")


class WithModel:
    """Reviews public JSON by the checks and by a model. ``calls`` counts what became of its calls, by outcome.

    Each record has the token and cost budget of one question. A record that cannot be loaded is shown to the checks alone.

    Raises:
        InputError: for a model that is none, or cannot be asked.
    """

    def __init__(self, model: str) -> None:
        self.settings: Settings = load({"judge_model": model})
        self.model = model
        self.calls: Counter[str] = Counter()
        if model == "none" or assistants(self.settings, self._seconds).judge is None:
            raise InputError("--model names no model.", "Name one, such as openai:NAME, or leave --model out.")

    def __call__(self, data: Json) -> Sequence[Finding]:
        """The findings on one record; see :func:`sovereign.kernel.tribunal.review_json`."""
        found = review_json(data)
        try:
            record = Record.model_validate(data)
        except ValidationError:
            return found
        opened = assistants(self.settings, self._seconds)
        if opened.judge is None:
            return found
        claims, texts = {c.id: c for c in record.claims}, rule().texts
        sentences = record.answer.sentences()
        said = {
            role: objections(role, texts[role], record.question, sentences, claims, opened.judge) for role in REVIEWERS
        }
        self.calls.update(call.outcome for call in opened.taken())
        return (*found, *tested(said, self.model, brief_of(record)).findings)

    def _seconds(self) -> float:
        return self.settings.budget_seconds
