"""What LaTeX prints within a line: symbols, accents, fractions, powers, citations and quotation marks."""

from __future__ import annotations

import re

from .latex_frames import Printed
from .latex_symbols import ACCENTS, NAMING, SYMBOLS
from .latex_tokens import Stream
from .text import one_line, word_set

AUTHOR = "\x1d"  # separates authors inside captured text; no cleaned text holds it
INLINE = word_set(r"\frac \tfrac \dfrac \sqrt \xspace \ding \left \right")

_PREPOSITION = re.compile(
    r"(?:^|[\s(])(?:by|in|of|to|from|with|following|than|see|on|and|as|for|e\.g\.,?)[\s~]*\Z|(?:\A|[.!?:]\s+)\Z",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r".[+\-*/=<> ]")
_ORDINAL = word_set("th st nd rd")
_BARE_RAISED = word_set(r"\circ \dagger \ddagger \dag \ddag \prime * \ast \star '")
_CHECKS = {"51": "✓", "52": "✓", "53": "✗", "54": "✗", "55": "✗", "56": "✗"}


def symbol(token: str, stream: Stream, out: Printed) -> None:
    """Print a symbol. In formulas the blank that ends its name counts only if there is one before it too."""
    out.words.append(SYMBOLS[token])
    if token[1:].isalpha() and (not stream.math or out.last(2)[:1] != " "):
        stream.skip()


def accent(token: str, stream: Stream) -> None:
    """A letter with an accent; in formulas without."""
    letter = "".join(stream.argument()).replace("\\i", "i").replace("\\j", "j")
    stream.push([letter[:1] + ACCENTS[token] + letter[1:]] if letter and not stream.math else [letter or " "])


def inline(token: str, stream: Stream, out: Printed) -> None:
    """A fraction, a root, a mark or a blank: one of the commands ``INLINE``."""
    if token in ("\\frac", "\\tfrac", "\\dfrac"):
        over, under = stream.argument(), stream.argument()
        stream.push([*_wrapped(over), "/", *_wrapped(under)] if under else over)
    elif token == "\\sqrt":
        root = stream.optional()
        body = stream.argument()
        stream.push([*_wrapped(body), "^(1/", *root, ")"] if root else ["√", *_wrapped(body)])
    elif token == "\\xspace":
        following = stream.peek()
        if following and following[0] not in ".,:;'?/-)!}{~& \n" and following not in ("\\ ", "\\}", "\\)"):
            out.words.append(" ")
    elif token == "\\ding":
        out.words.append(_CHECKS.get("".join(stream.argument()), ""))
    elif token in ("\\left", "\\right") and stream.peek().startswith("."):
        following = stream.next()
        stream.push([following[1:]] if following[1:] else [])


def script(mark: str, stream: Stream, out: Printed) -> None:
    """An index or a power, in round brackets if it is more than one thing."""
    inside = [token for token in stream.argument() if token not in (" ", "\n")]
    text = "".join(inside)
    if mark == "^" and (text in _BARE_RAISED or text.split("{")[-1].rstrip("}") in _ORDINAL):
        stream.push(["°" if text == "\\circ" else token for token in inside])
    elif text:
        simple = not any(_COMPOUND.match("." + token) for token in inside[1:]) and not _COMPOUND.search(inside[0])
        stream.push(inside if simple else ["(", *inside, ")"])
        out.words.append(mark)


def cite(token: str, stream: Stream, out: Printed) -> None:
    """A citation: its keys where the sentence needs a noun, else nothing, nor the blank before it."""
    stream.skip("*")
    while stream.optional() is not None:
        pass
    keys = one_line("".join(stream.argument()).replace(",", ", "))
    before = "".join(out.words[-6:])
    if keys and (token in NAMING or _PREPOSITION.search(before)):
        out.words.append(f"[{keys}]")
        return
    while out.words and out.words[-1] in (" ", "\n"):  # the marks of cells and rows count as white space too
        out.words.pop()


def ligatures(word: str) -> str:
    """Quotation marks and dashes, which plain LaTeX writes with several characters."""
    for written, shown in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’")):
        word = word.replace(written, shown)
    return word


def _wrapped(inside: list[str]) -> list[str]:
    """Tokens in round brackets if they are more than one thing."""
    text = "".join(inside).strip()
    return ["(", *inside, ")"] if _COMPOUND.search(text) else inside


def author_tokens(source: list[str]) -> list[str]:
    """The tokens of an author list: separators marked, and formulas, which are marks of footnotes, left out."""
    kept: list[str] = []
    math = False
    for token in source:
        if token == "$":
            math = not math
        elif not math:
            separators = {"\\and": AUTHOR, "\\And": AUTHOR, "\\AND": AUTHOR, "\\quad": ",", "\\qquad": ","}
            kept.append(separators.get(token, token))
    return kept
