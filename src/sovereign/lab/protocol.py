"""What a protocol is, and the registry in which claims find theirs."""

from __future__ import annotations

from typing import Protocol as Interface

from sovereign.records import Claim, GateVerdict, Measurement, ProtocolKey


class Protocol(Interface):
    """A measurement procedure. ``key`` declares what it can test; :meth:`gate` runs it and judges one claim.

    Only a protocol whose key matches the claim's exactly may verify or falsify; any other is a proxy.
    """

    @property
    def name(self) -> str:
        """Unique name, as records cite it."""
        ...

    @property
    def key(self) -> ProtocolKey:
        """What it can test."""
        ...

    def gate(self, claim: Claim, key: ProtocolKey) -> tuple[GateVerdict, tuple[Measurement, ...]]:
        """Run the protocol for one claim: the verdict, and the measurements that it names."""
        ...


_PROTOCOLS: dict[str, Protocol] = {}


def register(protocol: Protocol) -> None:
    """Add a protocol.

    Raises:
        ValueError: if another protocol has its name.
    """
    if protocol.name in _PROTOCOLS:
        raise ValueError(f"a protocol named {protocol.name!r} is registered already")
    _PROTOCOLS[protocol.name] = protocol


def registered() -> tuple[Protocol, ...]:
    """All protocols, by name."""
    return tuple(_PROTOCOLS[name] for name in sorted(_PROTOCOLS))


def protocol_for(key: ProtocolKey) -> Protocol | None:
    """The first protocol, by name, whose key accepts the claim's key; None when there is none."""
    return next((p for p in registered() if p.key.accepts(key)), None)
