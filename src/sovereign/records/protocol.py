"""The typed key by which claims and laboratory protocols find each other."""

from __future__ import annotations

from .base import Model


class ProtocolKey(Model):
    """What a claim states or a protocol can test. Two figures are comparable only if their keys agree.

    ``None`` in a claim's key means that the sentence does not say; in a protocol's key, that any value will do.
    """

    metric: str
    method: str
    comparator: str | None = None
    setting: tuple[tuple[str, str], ...] = ()
    unit: str | None = None

    def accepts(self, other: ProtocolKey) -> bool:
        """Whether a protocol with this key can test a claim with the ``other`` key."""
        mine, theirs = dict(self.setting), dict(other.setting)
        return (
            self.metric == other.metric
            and self.method.casefold() == other.method.casefold()
            and (self.comparator is None or self.comparator.casefold() == (other.comparator or "").casefold())
            and all(theirs.get(name) == value for name, value in mine.items())
            and (self.unit is None or self.unit == other.unit)
        )
