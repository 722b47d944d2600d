"""Stage *measure*: claims that a laboratory protocol can test go to the gate; the others get a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sovereign.lab import Gated, gate
from sovereign.records import Claim, GateVerdict, Measurement


def measure(
    claims: Sequence[Claim],
    enabled: bool,
    keep: Callable[[bytes], str],
    seconds: float | None = None,
    known: Sequence[Measurement] = (),
    tell: Callable[[str], None] = lambda line: None,
) -> Gated:
    """The claims with their gate verdicts, and the measurements made for them. A claim that has its verdict keeps it.

    ``keep`` stores an artifact and returns its hash. Runs take at most about ``seconds``; the cheap ones go first, and
    with 0 only counting is done. Ids of measurements go on after those of ``known``. ``tell`` hears of each run before it
    begins, and may end the stage there by raising.
    """
    if enabled:
        return gate(claims, keep, seconds, known, tell=tell)
    off = GateVerdict(
        status="UNVERIFIED", code="not_measured", reason="not measured: measurements were switched off for this run"
    )
    return Gated(tuple(c if c.gate else c.model_copy(update={"gate": off}) for c in claims), ())
