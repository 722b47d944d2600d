"""The words of a query that are searched for."""

from __future__ import annotations

import re

from sovereign.reading import word_set

_MOST_TERMS = 64
_STOP_WORDS = word_set(
    "a about across against all also an and any are as at be been between both but by can could did different do does "
    "during each for from had has have how if in into is it its may more most much not of on or our over should such "
    "than that the their them then there these they this those through to under used using versus vs was we were what "
    "when where which while who why will with within would you your"
)


def query_terms(text: str) -> tuple[str, ...]:
    """The words of a query that are searched for: no stop words, each once, at most 64."""
    words = (word for word in re.findall(r"[^\W_]+", text.casefold()) if word not in _STOP_WORDS)
    return tuple(dict.fromkeys(words))[:_MOST_TERMS]
