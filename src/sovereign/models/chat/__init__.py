"""Language models: one prompt, one typed answer, within a budget. What they say is a proposal; checks decide what becomes of it.

Importing this package loads no model and needs no extra.
"""

from .choose import MODELS, SETTINGS, Assistants, assistants, is_served
from .ports import Ask, Passage, Prompt
from .session import Assistant

__all__ = ["MODELS", "SETTINGS", "Ask", "Assistant", "Assistants", "Passage", "Prompt", "assistants", "is_served"]
