"""The entailment model alone: whom it asks about which pair, and what becomes of the answer."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.evals.alone import alone
from sovereign.evals.pairs import LABELS, Found, Label, Pair
from sovereign.models import Entailer, Probabilities

SENTENCES = ("We studied mice.", "", "Zelotriptan reduces fever in mice.", "Nothing else was seen.")


def saying(label: Label, without: dict[int, Entailer] | None = None) -> Entailer:
    """Says the same of every pair."""
    said = Probabilities(*(0.8 if label == one else 0.1 for one in LABELS))

    def entail(premises: Sequence[str], hypotheses: Sequence[str]) -> list[Probabilities]:
        return [said] * len(premises)

    return Entailer("made", "", entail, without.__getitem__ if without else None)


def test_a_pair_is_asked_of_the_model_that_did_not_see_its_document() -> None:
    pairs = [Pair("Zelotriptan reduces fever.", "On fever", SENTENCES, "SUPPORT", group) for group in "0123"]
    pairs.append(Pair("Zelotriptan reduces fever.", "", ("",), "SUPPORT", "0"))
    model = saying("SUPPORT", {0: saying("CONTRADICT"), 1: saying("NOT_ENOUGH_INFO")})
    found = alone(model, lambda pair: int(pair.group) if pair.group in "01" else None)(pairs)
    assert [f.label for f in found] == ["CONTRADICT", "NOT_ENOUGH_INFO", "SUPPORT", "SUPPORT", "NOT_ENOUGH_INFO"]
    assert found[-1] == Found("NOT_ENOUGH_INFO")  # nothing was asked
    assert found[0].sentences == (0, 2, 3)  # their places in the document, where one is empty
    bears, against = found[0].scores or (0.0, 0.0)
    assert bears > 0.85 and against > 0.85
