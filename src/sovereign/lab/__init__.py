"""The laboratory: registered protocols that turn claims into measurements."""

from .protocol import Protocol, protocol_for, register, registered

__all__ = ["Protocol", "protocol_for", "register", "registered"]
