"""Check ``semantic``: finds the passages whose vectors lie nearest to a claim's. It finds, and never verifies.

Sees: sentences that say a similar thing in other words. Cannot see: whether they say the same or the opposite; a
sentence and its denial have nearly one vector. So it decides nothing: it puts more sentences before the checks that do. Off where
the setting ``embedder`` is none.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from sovereign.models import Embedder, similarities
from sovereign.records import CheckOutcome

NEAREST = 5  # sentences that it adds at most to those that share words with the claim


def nearest(
    embedder: Embedder, claim: str, sentences: Sequence[str], known: Container[int] = ()
) -> dict[int, CheckOutcome]:
    """The nearest sentences that are not known yet, by index, nearest first, each with its outcome; ``value`` is the cosine."""
    if not sentences:
        return {}
    values = similarities(embedder, claim, sentences)
    ranked = enumerate(sorted(range(len(sentences)), key=lambda i: -values[i]), 1)
    new = [(rank, i) for rank, i in ranked if i not in known][:NEAREST]
    return {i: _outcome(embedder, values[i], rank, len(sentences)) for rank, i in new}


def _outcome(embedder: Embedder, value: float, rank: int, among: int) -> CheckOutcome:
    model = f"{embedder.name}{f' {embedder.weights[:8]}' if embedder.weights else ''}"
    return CheckOutcome(
        check="semantic",
        outcome="pass",
        reason=f"cosine {value:.2f} by {model}, number {rank} of {among} sentences; finds passages, decides nothing",
        decides=False,
        value=round(value, 4),
    )
