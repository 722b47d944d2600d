"""What became of proposals, counted, and small rules about text that several places share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sovereign.checks.assertion import strength
from sovereign.language.instructions import is_instruction
from sovereign.language.quantities import find_quantities
from sovereign.language.words import TOKEN, content_stems, normalize
from sovereign.records import StageUse

NO_ANSWER = "the model gave no answer that could be used"
NOTHING_STOOD = "no proposal stood the checks"
NOTHING_PROPOSED = "the model proposed nothing"

Figure = tuple[float, float | None, str]


def use_of(stage: str, fates: Iterable[str], answered: bool, whole: bool = False, also: Iterable[str] = ()) -> StageUse:
    """The use of a stage from the fates of its proposals: empty for one that was taken, else why it was dropped.

    ``whole`` says that all of the stage's result is now the model's; ``also`` are parts that were dropped of proposals that
    were taken. A stage of which nothing was taken is embedded: its result is that of our rules alone.
    """
    fates = list(fates)
    accepted = sum(not fate for fate in fates)
    why = "" if accepted else NOTHING_STOOD if fates else NOTHING_PROPOSED if answered else NO_ANSWER
    return StageUse(
        stage=stage,
        mode="embedded" if not accepted else "model" if whole else "mixed",
        reason=why,
        proposed=len(fates),
        accepted=accepted,
        dropped=dict(sorted(Counter([*filter(None, fates), *also]).items())),
    )


def one_line(text: str) -> str:
    """Normal form with single spaces: in this form quotes and words are looked for."""
    return " ".join(normalize(text).split())


def figures_of(text: str) -> frozenset[Figure]:
    """The figures of a text: value, upper end, unit. Digits of names are in it too, as they are printed."""
    text = one_line(text)
    mentions = find_quantities(text)
    found: set[Figure] = {(m.quantity.value, m.quantity.upper, m.quantity.unit) for m in mentions}
    for word in TOKEN.finditer(text):
        if any(c.isdigit() for c in word[0]) and not any(
            m.start < word.end() and word.start() < m.end for m in mentions
        ):
            found.add((0.0, None, word[0].lower()))
    return frozenset(found)


def stems_in_order(text: str) -> list[str]:
    """Content stems of a text, word by word."""
    return [stem for word in TOKEN.findall(normalize(text)) for stem in sorted(content_stems(word))]


def is_order(text: str) -> bool:
    """Whether a sentence gives orders to whoever reads it. Such a sentence is never shown to a model as something to claim."""
    return is_instruction(text) or strength(text).order
