"""Language models: one prompt, one typed answer, within a budget. What they say is a proposal; checks decide what becomes of it.

Importing this package loads no model and needs no extra.
"""

from .choose import MODELS, Assistants, assistants, is_served
from .ports import Ask, Passage, Prompt
from .session import Assistant

__all__ = ["MODELS", "Ask", "Assistant", "Assistants", "Passage", "Prompt", "assistants", "is_served"]
