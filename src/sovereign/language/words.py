"""Words of technical English: normal form, tokens, stems, content words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = Lock()  # it keeps the word at hand in itself; two threads at once would get stems of each other's words
_DASHES = dict.fromkeys(map(ord, "‐‑‒–−﹣－"), "-")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f"), " ")
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"), None
)
# Half a surrogate pair is no character: it can be neither stored nor hashed.
_LONE = re.compile(r"[\ud800-\udfff]")
# "10⁻³" must not become "10-3", nor "78.2¹" with its footnote mark "78.21".
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴-⁹⁺⁻]+")
# "6 738 415" with thin or narrow spaces is one number.
_GROUPS = re.compile(r"(?<=\d)[\u2009\u202f](?=\d{3}(?!\d))")
# Abstracts are often printed as their TeX source.
_TEX = re.compile(
    r"(?<!\\)\\+(?P<percent>%)|(?P<math>\$)(?=\d[\d.,]*\s?\\+(?:times|%))|\$?\s?(?<!\\)\\+times(?![a-z])\$?"
)
# "$40\\,\\%$": a number alone in TeX's mathematics.
_TEX_NUMBER = re.compile(r"\$\s?(?P<number>[-+]?\d[\d.,]*)\s?(?:\\[,;:!]|~)?\s?(?P<percent>(?:\\*%)?)\s?\$")
TOKEN = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*(?:[-/][^\W_]+(?:\.\d+)?)*", re.UNICODE)


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set: ``word_set("in on at")``."""
    return frozenset(words.split())


# Function words, and words that only carry a comparison or a claim's grammar.
STOP = word_set(
    """a about above across after all also although among an and another any are as at be because been before being
    below between both but by can could did do does doing down during each either etc every few for from further had
    has have having he her here how however if in into is it its itself just may might more most much must near need
    no nor not of off on once one only or other our out over own per rather same shall she should since so some such
    than that the their them then there these they this those through thus to too two under until up upon us use used
    uses using various very via was we were what when where whether which while who whom why will with within without
    would yet you your against versus vs compared compare comparing relative respectively reported report reports
    overall approximately about roughly nearly almost respectively show shows shown"""
)

# One concept, several spellings: the field writes "fine-tuning", "finetuning" and plain "tuning" for one thing.
_SPELLINGS = {
    "finetun": "tune", "fine-tun": "tune", "tuning": "tune", "tun": "tune",
    "util": "use", "unmerg": "unmerged", "merg": "merge",
}  # fmt: skip


def any_of(words: str) -> str:
    """A pattern for any one of the words, longest first; "_" stands for white space, a word may be a pattern itself.

    >>> any_of("over up_to")
    '(?:up\\\\s+to|over)'
    """
    return f"(?:{'|'.join(sorted(words.split(), key=len, reverse=True))})".replace("_", r"\s+")


def normalize(text: str) -> str:
    """Compatibility form (NFKC), plain dashes and spaces, no invisible characters. Lengths may change.

    Raised digits keep their place ("10⁻³" is "10^-3"), and TeX's percent and times signs become plain ones.
    """
    if "\\" in text:
        text = _TEX_NUMBER.sub(lambda match: match["number"] + match["percent"][-1:], text)
        text = _TEX.sub(lambda match: match["percent"] or ("" if match["math"] else "x"), text)
    if text.isascii():
        return text
    text = _LONE.sub("\ufffd", text.translate(_INVISIBLE))
    text = _SUPERSCRIPT.sub(lambda match: "^" + match[0], _GROUPS.sub(",", text))
    return unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_SPACES)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball (English) stem of a lower-case word, with spellings of one concept folded together."""
    if word.startswith(("fine-tun", "finetun")):
        return "tune"
    if word[-1:].isdigit():  # no suffix ends in a digit
        return word
    with _STEMMING:
        root: str = _STEMMER.stemWord(word)
        if root.endswith("is") and len(root) > 5:
            # "optimis(ation)" as "optimiz(ation)"
            root = _STEMMER.stemWord(root[:-2] + "ize")
    return _SPELLINGS.get(root, root)


@lru_cache(maxsize=65536)
def token_stems(token: str) -> tuple[str, ...]:
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
        for part in token_stems(token):
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
        for part in token_stems(token)
        if part not in STOP and not part.replace(".", "").isdigit() and (len(part) > 1 or not part.isascii())
    )


def overlap(wanted: frozenset[str], found: frozenset[str]) -> float:
    """Share of ``wanted`` that stands in ``found``; 0.0 when nothing is wanted (an empty check scores nothing)."""
    return len(wanted & found) / len(wanted) if wanted else 0.0
