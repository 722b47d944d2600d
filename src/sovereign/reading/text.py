"""Text as it is stored: NFC, one kind of line end, no control, zero-width or bidi characters, figures in ASCII."""

from __future__ import annotations

import codecs
import re
import unicodedata

from .errors import ReadError

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and newline
    "\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # soft hyphen, zero-width, bidi
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f"  # joiners and fillers of no width, variants
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"  # annotation marks, non-characters, tags, variants
    "\ud800-\udfff]"  # lone surrogates, which have no UTF-8 form
    # Arabic, Indic and Mongolian words are spelled with joiners of no width; elsewhere these split a word unseen.
    "|(?<![\u0600-\u0dff\u0f00-\u109f\u1780-\u18af])[\u200c\u200d]|[\u200c\u200d](?![\u0600-\u0dff\u0f00-\u109f\u1780-\u18af])"
)
# Those by which words are hidden or turned about. A soft hyphen, or the variant of a picture letter, hides nothing.
_HIDING = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\uffa0\ufe00-\ufe0d\U000e0000-\U000e0fff]"
)
# Full-width letters, figures and the signs of figures (U+FF01..FF5E) are those of ASCII in another type. Checks read
# ASCII figures, so "２８" would silently count as none. Chinese punctuation, which is full-width too, stays as it is.
_FULL_WIDTH = re.compile(
    "[\uff05\uff0b\uff0d\uff10-\uff19\uff1c-\uff1e\uff21-\uff3a\uff41-\uff5a]|(?<=[0-9０-９])[\uff0c\uff0e](?=[0-9０-９])"
)
_SPACE = re.compile(r"\s+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def clean(text: str) -> str:
    """``text`` in the stored form. Cleaning twice gives the same as cleaning once."""
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    text = _FULL_WIDTH.sub(lambda found: chr(ord(found.group()) - 0xFEE0), text)
    return unicodedata.normalize("NFC", text)


def said_of_hiding(text: str) -> tuple[str, ...]:
    """The notice on characters of ``text`` that hide words or turn them about, which the stored form is without."""
    found = len(_HIDING.findall(text))
    return (f"{found} characters that are not seen, or turn the order of others, were taken out",) if found else ()


def one_line(text: str) -> str:
    """``text`` in the stored form, with every run of white space made one space."""
    return _SPACE.sub(" ", clean(text)).strip()


def printable(text: str) -> str:
    """``text`` with characters that do not print (newlines, bidi marks, broken bytes) written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def word_set(words: str) -> frozenset[str]:
    """The words of a string as a set, for the word lists of this package."""
    return frozenset(words.split())


def decode(data: bytes, location: str) -> tuple[str, tuple[str, ...]]:
    """The text of a file's bytes, and notices on how it was decoded.

    Raises:
        ReadError: if the bytes are empty or are not text.
    """
    if not data.strip():
        raise ReadError(f"{location}: the file is empty", "Remove it, or put the document's text into it.")
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    notices: tuple[str, ...] = ()
    share_allowed = 0.10
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        # Old Western text has no control characters; compressed or compiled data is full of them.
        text = data.decode("cp1252", errors="replace")
        share_allowed = 0.005
        notices = ("the file is not UTF-8 and was read as Windows-1252; save it as UTF-8 to be sure of every letter",)
    sample = text[:200_000]
    if len(_CONTROLS.findall(sample)) > share_allowed * len(sample):
        raise ReadError(f"{location}: this is binary data, not text", "Check what the file is and name it accordingly.")
    return text, notices
