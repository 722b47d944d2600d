"""Protocol ``accuracy``: what it would take to measure the accuracy of a trained model. No machine of this kind has it."""

from __future__ import annotations

from sovereign.language.vocabulary import mentions
from sovereign.records import Claim, ProtocolKey

from ..protocol import Match, Protocol
from . import reading

_METRICS = ("accuracy", "perplexity", "loss", "error_rate", "forgetting")


def _match(claim: Claim) -> Match | None:
    stated = reading.of_metric(claim, *_METRICS)
    named = {metric for _, _, metric in mentions(claim.text)} & set(_METRICS)
    if not stated and (claim.results or not named):
        return None
    metric = next((r.metric for r in stated if r.metric), None) or min(named)
    model = claim.setting.model or next((words for _, words in reading.shapes_in(claim.text)), None)
    needs = [
        "GPU",
        f"{model} weights" if model else "weights of the models that it speaks of",
        "the data of its benchmarks",
    ]
    if not any(r.value for r in stated):
        needs.append("a figure to hold a measurement against")
    subject = (stated[0].subject if stated else None) or "the model"
    key = reading.key_of(claim, metric, subject, stated[0].comparator if stated else None)
    return Match(key, {}, needs=tuple(needs))


ACCURACY = Protocol(
    name="accuracy",
    about="would train and evaluate the models that a claim speaks of",
    key=ProtocolKey(metric="accuracy", method="any"),
    how="measured",
    match=_match,
)
