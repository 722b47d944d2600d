"""The bench of our own truthfulness: labelled sets, baselines, and twins of true claims."""

from .benches import NAMES, run
from .pairs import chosen
from .results import write

__all__ = ["NAMES", "chosen", "run", "write"]
