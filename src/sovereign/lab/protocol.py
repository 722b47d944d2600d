"""What a protocol is: a procedure that runs in the sandbox, and pure functions that say which claims it can judge and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sovereign.records import Claim, GateReason, How, Model, ProtocolKey, Quantity

Given = dict[str, Any]
Result = Mapping[str, Any]


class Match(NamedTuple):
    """That a protocol speaks to a claim. ``given`` is what it must be run with (JSON), ``key`` what the claim states.

    ``beyond`` lists what the claim states, or leaves open, and the protocol does not reproduce: with any of it the
    protocol is a proxy. ``needs``, where there are any, is what a run would take that is not here. ``untested`` quotes
    parts of the sentence that it does not speak to. ``reading`` is the protocol's own note of what the claim states.
    """

    key: ProtocolKey
    given: Given
    beyond: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    reading: Any = None

    @property
    def kind(self) -> Literal["exact", "proxy"]:
        """Exact only if everything that the claim states is what the protocol measures."""
        return "proxy" if self.beyond else "exact"


class Figure(Model):
    """One figure of a result. ``ratio`` is to the comparator of ``key``; ``low`` and ``high`` are quartiles."""

    name: str
    key: ProtocolKey
    quantity: Quantity
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    repeats: int | None = None


class Judgement(NamedTuple):
    """What a result says of a claim. ``agrees`` is None where it does not decide; then ``code`` says why.

    ``figures`` are names of the figures that it rests on.
    """

    agrees: bool | None
    reason: str
    figures: tuple[str, ...] = ()
    code: GateReason | None = None


@dataclass(frozen=True)
class Protocol:
    """One protocol.

    ``key``: what it can test; ``about``: in one sentence. ``match`` reads a claim. ``entry`` is the function
    ``package.module:name`` that the sandbox calls with ``given``; it is None where no machine of this kind can run it.
    ``figures`` and ``judge`` are pure. ``how``: its figures are counted, modelled, inspected or measured.

    ``seconds`` is about how long a run takes; 0 for plain arithmetic. ``packages`` are those that it needs, with their
    version where it matters. ``tolerance`` is the relative deviation within which a figure agrees; ``repeats_within``
    that of a second run from the first. ``ever_exact``: for some claims it measures all that they state; otherwise it is a
    proxy for every one.
    """

    name: str
    about: str
    key: ProtocolKey
    how: How
    match: Callable[[Claim], Match | None]
    entry: str | None = None
    figures: Callable[[Given, Result], tuple[Figure, ...]] = lambda given, result: ()
    judge: Callable[[Claim, Match, Result], Judgement] = lambda claim, match, result: Judgement(None, "")
    seconds: float = 0.0
    packages: tuple[str, ...] = ()
    tolerance: float = 0.0
    repeats_within: float = 0.0
    independent: str | None = None
    ever_exact: bool = True
