"""One spelling for what looks the same: letters of other scripts, figures in place of letters, letters set apart.

Only for the comparison of words: what is stored and shown keeps its own letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Letters of the Cyrillic and Greek alphabets that a reader takes for Latin ones (Unicode TR 39, confusables), in lower case.
_LOOKS = str.maketrans(
    "авсԁеғһіјкӏмоөрԛѕтугхуԝзѵьαβγεηικμνορτυχωϲı" + "ɑɡɩ",
    "abcdefhijklmoopqstyrxywzvbabyenikuvoptuxwci" + "agi",
)
_FIGURES = str.maketrans("013457@$", "oieastas")
_LEET = re.compile(r"(?<![\w.,@$])(?=[\w@$]*[a-z])(?=[\w@$]*[013457@$])[a-z013457@$]{4,}(?![\w@$])")
_IN_WORDS = frozenset("013457@$")
_ALONE = re.compile(r"\b[^\W\d_]\b|(?<=_)[^\W\d_](?=_)")
_FEWEST_APART = 4
_APART = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_-]){4,}[^\W\d_](?!\w)")
_UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip


def spellings(text: str) -> Iterator[str]:
    """``text`` in lower case and one form of letters; then, where it differs, with look-alikes read as Latin letters,
    with figures in words as the letters they stand for, and with letters that stand apart as one word."""
    latin = text.isascii()
    plain = text.lower() if latin else _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    yield plain
    folded = plain if latin else _unaccented(plain).translate(_LOOKS)
    if not _IN_WORDS.isdisjoint(folded):
        folded = _LEET.sub(lambda word: word.group().translate(_FIGURES), folded)
    if folded != plain:
        yield folded
    if len(_ALONE.findall(folded)) > _FEWEST_APART:
        joined = _APART.sub(lambda run: re.sub(r"\W|_", "", run.group()), folded)
        if joined != folded:
            yield joined


def _unaccented(text: str) -> str:
    """Letters without the marks over and under them."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
