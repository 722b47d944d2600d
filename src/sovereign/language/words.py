"""Words of technical English: normal form, tokens, stems, content words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–−﹣－"), "-")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f"), " ")
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"), None
)
TOKEN = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*(?:[-/][^\W_]+(?:\.\d+)?)*", re.UNICODE)

# Function words, and words that only carry a comparison or a claim's grammar.
STOP = frozenset(
    """a about above across after all also although among an and another any are as at be because been before being
    below between both but by can could did do does doing down during each either etc every few for from further had
    has have having he her here how however if in into is it its itself just may might more most much must near need
    no nor not of off on once one only or other our out over own per rather same shall she should since so some such
    than that the their them then there these they this those through thus to too two under until up upon us use used
    uses using various very via was we were what when where whether which while who whom why will with within without
    would yet you your against versus vs compared compare comparing relative respectively reported report reports
    overall approximately about roughly nearly almost respectively show shows shown""".split()
)

# One concept, several spellings: the field writes "fine-tuning", "finetuning" and plain "tuning" for one thing.
_SPELLINGS = {
    "finetun": "tune", "fine-tun": "tune", "tuning": "tune", "tun": "tune",
    "optimis": "optimiz", "quantis": "quantiz", "initialis": "initializ", "specialis": "specializ",
    "util": "use", "unmerg": "unmerged", "merg": "merge",
}  # fmt: skip


def normalize(text: str) -> str:
    """Compatibility form (NFKC) with plain dashes and spaces and no invisible characters. Lengths may change."""
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_DASHES).translate(_SPACES)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball (English) stem of a lower-case word, with spellings of one concept folded together."""
    if word.startswith(("fine-tun", "finetun")):
        return "tune"
    root: str = _STEMMER.stemWord(word)
    return _SPELLINGS.get(root, root)


@lru_cache(maxsize=65536)
def _parts(token: str) -> tuple[str, ...]:
    """Stems of one token; a hyphenated compound gives its parts ("load-balance" -> load, balanc)."""
    if token.startswith("fine-tun"):
        return ("tune",)
    if "-" in token or "/" in token:
        joined = token.replace("-", " ").replace("/", " ").replace("fine tun", "finetun")
        return tuple(stem(part) for part in joined.split())
    return (stem(token),)


def tokens(text: str) -> list[str]:
    """Lower-case word tokens; numbers with decimals and hyphenated compounds stay whole."""
    return [t.lower() for t in TOKEN.findall(text)]


@lru_cache(maxsize=16384)
def stems(text: str) -> tuple[str, ...]:
    """Stems of all words, in order. "fine tuning" counts as one word."""
    found: list[str] = []
    for token in tokens(normalize(text)):
        for part in _parts(token):
            if part == "tune" and found and found[-1] == "fine":
                found.pop()
            found.append(part)
    return tuple(found)


@lru_cache(maxsize=16384)
def content_stems(text: str) -> frozenset[str]:
    """Stems that carry content: no function words, no bare numbers."""
    words = normalize(text)
    return frozenset(
        part
        for token in tokens(words)
        if token not in STOP
        for part in _parts(token)
        if part not in STOP and not part.replace(".", "").isdigit() and (len(part) > 1 or not part.isascii())
    )


def overlap(wanted: frozenset[str], found: frozenset[str]) -> float:
    """Share of ``wanted`` that stands in ``found``; 0.0 when nothing is wanted (an empty check scores nothing)."""
    return len(wanted & found) / len(wanted) if wanted else 0.0
