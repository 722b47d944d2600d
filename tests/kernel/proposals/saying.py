"""A model whose answers a test writes, and small documents for it to read."""

from __future__ import annotations

from typing import Any

from sovereign.kernel.aspects import Aspects, aspects_of
from sovereign.kernel.plan import plan
from sovereign.models.chat import Ask, Prompt
from sovereign.records import Document, Paper, Section, Sentence, text_hash

QUESTION = "Does Alpha tuning reduce inference latency compared to Beta tuning?"


def says(*answers: dict[str, Any] | None, prompts: list[Prompt] | None = None) -> Ask:
    """An ``Ask`` that gives these answers in turn, the last one over and over; None is no usable answer."""
    left = list(answers)

    def ask(prompt: Prompt, kind: type[Any]) -> Any:
        if prompts is not None:
            prompts.append(prompt)
        answer = left.pop(0) if len(left) > 1 else left[0]
        return None if answer is None else kind.model_validate(answer)

    return ask


def document(*sentences: str, name: str = "arxiv:1", depth: str = "abstract") -> Document:
    """A work of one section that consists of these sentences."""
    text, spans = "", []
    for sentence in sentences:
        spans.append(Sentence(start=len(text), end=len(text) + len(sentence), section=0))
        text += sentence + " "
    section = Section(title="Results", level=1, start=0, end=len(text))
    return Document.model_validate(
        {
            "paper": Paper(id=name, title=f"The work {name}"),
            "text": text,
            "text_hash": text_hash(text),
            "depth": depth,
            "sections": (section,),
            "sentences": tuple(spans),
        }
    )


def asked(question: str = QUESTION) -> Aspects:
    """The plan of a question, without works that could lend names."""
    return aspects_of(plan(question), ())
