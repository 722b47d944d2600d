"""The laboratory: registered protocols that turn claims into measurements."""

from .gate import Gated, events_of, gate
from .protocol import Figure, Judgement, Match, Protocol
from .protocols import PROTOCOLS, protocol

__all__ = ["PROTOCOLS", "Figure", "Gated", "Judgement", "Match", "Protocol", "events_of", "gate", "protocol"]
