"""What language models did in a record: in which stage they helped, what became of their proposals, and each call."""

from __future__ import annotations

from sovereign.records import ModelCall, ModelUse, StageUse

from .parts import Block, Heading, Paragraph, Run, Table
from .text import count, one_line, short

_STAGES = {
    "plan": "planning the search",
    "extract": "finding claims",
    "answer": "wording the abstract",
    "review": "objecting as reviewers",
}
_MODES = {
    "embedded": "by our rules alone",
    "mixed": "by our rules and a model",
    "model": "in a model's words",
}
PROPOSES = (
    "A language model proposes; checks decide what is taken. It sets no verdict, level, score or decision, and what it says "
    "reaches a later stage only as what the checks took of it."
)


def stage_line(use: StageUse) -> str:
    """One line: the stage, who did it, and what was taken of the proposals and dropped, and why.

    ``Finding claims: by our rules and a model; 3 of 12 proposals taken; dropped: 9 quote not in the text.``
    """
    name = _STAGES.get(use.stage, use.stage)
    parts = [f"{name[:1].upper()}{name[1:]}: {_MODES[use.mode]}"]
    parts += [one_line(use.reason)] if use.reason else []
    parts += [f"{use.accepted:,} of {count(use.proposed, 'proposal')} taken"] if use.proposed else []
    if use.dropped:
        parts.append(f"dropped: {', '.join(f'{n:,} {one_line(why)}' for why, n in use.dropped.items())}")
    return "; ".join(parts) + "."


def model_names(use: ModelUse) -> str:
    """The models that were asked, each once."""
    return one_line(", ".join(dict.fromkeys(c.model for c in use.calls))) or "no model answered"


def model_blocks(use: ModelUse | None) -> tuple[Block, ...]:
    """The part of the section on method that tells of models; empty where none was named."""
    if use is None:
        return ()
    stages = tuple(
        _row(
            _STAGES.get(s.stage, one_line(s.stage)), _MODES[s.mode], f"{s.proposed:,}", f"{s.accepted:,}", _dropped(s),
            one_line(s.reason),
        )
        for s in use.stages
    )  # fmt: skip
    calls = tuple(_call(n, call) for n, call in enumerate(use.calls, 1))
    head = (
        "No.",
        "Stage",
        "Role",
        "Model",
        "Outcome",
        "Tokens in",
        "Tokens out",
        "US dollars",
        "Seconds",
        "Prompt (SHA-256)",
    )
    return (
        Heading("Language models"),
        Paragraph((f"Asked: {model_names(use)}. {PROPOSES}",)),
        Table(
            "What models proposed", ("Stage", "Done", "Proposed", "Taken", "Dropped", "Why so"), stages, figures=(2, 3)
        ),
        Table("Calls of language models", head, calls, figures=(0, 5, 6, 7, 8), folded=True),
    )


def _call(number: int, call: ModelCall) -> tuple[Run, ...]:
    said = (
        call.outcome + (f": {one_line(call.reason)}" if call.reason else "") + (", replayed" if call.replayed else "")
    )
    tokens = ("–" if n is None else f"{n:,}" for n in (call.input_tokens, call.output_tokens))
    cost = "–" if call.cost is None else short(call.cost)
    names = (one_line(call.stage), one_line(call.role), one_line(call.model))
    return _row(str(number), *names, said, *tokens, cost, f"{call.seconds:.1f}", call.prompt_hash[:16])


def _dropped(use: StageUse) -> str:
    return "; ".join(f"{n:,} {one_line(why)}" for why, n in use.dropped.items()) or "–"


def _row(*cells: str) -> tuple[Run, ...]:
    return tuple((cell,) for cell in cells)
