"""Language models: one prompt, one typed answer, within a budget. What they say is a proposal; checks decide what becomes of it."""

from .ports import Ask, Passage, Prompt

__all__ = ["Ask", "Passage", "Prompt"]
