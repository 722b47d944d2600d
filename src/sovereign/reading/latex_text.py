"""LaTeX as text: the parts of a document in order, from its tokens, with formulas and citations made to read."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from .latex_symbols import (
    ACCENTS,
    AUTHORS,
    BLOCKS,
    BOLDS,
    CAPTIONS,
    CITING,
    COUNTERS,
    DROPPED,
    ENVIRONMENT_ARGUMENTS,
    FLOATS,
    FUNCTIONS,
    HANDLED,
    IN_CELLS,
    LEVELS,
    LONG,
    LONG_PARTS,
    MATH,
    NAMING,
    NOTES,
    ROW_ENDS,
    RULES,
    STEPS,
    SYMBOLS,
    TABLES,
    TITLES,
    UNPRINTED,
)
from .latex_tables import BOLD, CELL, RISES, ROW, RULE, SPANS, Floats, boxes, end_long_part, spans
from .latex_tokens import END, LISTING, LITERAL, PARAGRAPH, Stream, tokens
from .leftovers import tidy
from .parts import Part, table_part
from .text import one_line, word_set

AUTHOR = "\x1d"  # separates authors inside captured text; no cleaned text holds it

# Kinds of frames whose text goes on in paragraphs; all others are captured whole.
_FLOWING = ("float", "note", "caption", "abstract", "references")

_PREPOSITION = re.compile(
    r"(?:^|[\s(])(?:by|in|of|to|from|with|following|than|see|on|and|as|for|e\.g\.,?)[\s~]*\Z|(?:\A|[.!?:]\s+)\Z",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r".[+\-*/=<> ]")
_ORDINAL = word_set("th st nd rd")
_BARE_RAISED = word_set(r"\circ \dagger \ddagger \dag \ddag \prime * \ast \star '")
_CHECKS = {"51": "✓", "52": "✓", "53": "✗", "54": "✗", "55": "✗", "56": "✗"}


class _Frame(NamedTuple):
    """What was going on when something with an end of its own began."""

    kind: str
    words: list[str]
    depth: int
    math: bool
    level: int


class Text:
    """Turns tokens into parts. ``title`` and ``authors`` are as the commands of that name gave them."""

    def __init__(self, source: str, has_preamble: bool) -> None:
        self.title = ""
        self.authors: list[str] = []
        self.abstract: list[Part] = []
        self.parts: list[Part] = []
        self._stream = Stream(tokens(source), HANDLED)
        self._has_preamble = has_preamble
        self._words: list[str] = []
        self._waiting: list[Part] = []  # floats and notes come after the paragraph that they interrupt
        self._frames: list[_Frame] = []
        self._floats = Floats()
        self._open: Counter[str] = Counter()
        self._depth = 0
        while token := self._stream.next():
            self._token(token)
        while self._frames:
            self._finish()
        self._flush()
        self.notices = self._stream.notices

    def _token(self, token: str) -> None:
        first, stream = token[0], self._stream
        if first == "\\":
            self._command(token)
        elif first in "{}":
            self._depth += 1 if first == "{" else -1
        elif first == "$":
            self._dollar(token)
        elif token == PARAGRAPH:
            self._paragraph()
        elif token == "~":
            self._words.append(" ")
        elif token == "&":
            self._words.append(CELL if self._kind() == "table" else " ")
        elif first in "^_" and stream.math:
            self._script(first)
        elif first == LISTING:
            self._emit(Part("verbatim", token[1:]))
        elif first == LITERAL:
            self._words.append(token[1:])
        elif first == END:
            self._close(token[1:])
        elif first != "#":
            self._words.append(token if stream.math else _ligatures(token))

    def _command(self, token: str) -> None:
        stream = self._stream
        if token.startswith("\\begin{"):
            self._begin(token[7:-1])
        elif token.startswith("\\end{"):
            self._end(token[5:-1])
        elif token in SYMBOLS:
            self._symbol(token)
        elif token in RULES or token in BOLDS or token in LONG_PARTS:
            self._mark(token)
        elif token in FUNCTIONS:
            self._words += (" ", token[1:]) if self._last().isalnum() else (token[1:],)
        elif token in ACCENTS:
            letter = "".join(stream.argument()).replace("\\i", "i").replace("\\j", "j")
            stream.push([letter[:1] + ACCENTS[token] + letter[1:]] if letter and not stream.math else [letter or " "])
        elif token in NAMING or token in CITING:
            self._cite(token)
        elif token in LEVELS:
            self._close("table")  # no section begins in a table: one that its author did not close ends here
            self._arguments("o")
            self._flush()
            self._capture("heading", stream.argument(), LEVELS[token])
        elif token in UNPRINTED:
            self._arguments(UNPRINTED[token])
        elif token in HANDLED:
            self._structure(token)
        elif token in STEPS:
            self._words.append("\n" if self._kind() == "block" else " ")
        elif not stream.math:
            stream.skip("*")
            stream.skip()
            stream.optional()

    def _structure(self, token: str) -> None:
        """Commands that open, close or separate something."""
        stream = self._stream
        if token in ROW_ENDS:
            self._row_end()
        elif token in NOTES:
            self._arguments("o")
            self._capture("note", stream.argument())
        elif token in CAPTIONS:
            self._caption(token)
        elif token in COUNTERS:
            name, written = ("".join(stream.argument()).strip() for _ in range(2))
            if token == "\\setcounter":
                self._floats.set_counter(name, written)
            else:
                self._floats.rename(name)
        elif token in TITLES:
            self._arguments("o")
            self._capture("title", stream.argument())
        elif token in AUTHORS:
            self._arguments("o")
            self._capture("author", _author_tokens(stream.argument()))
        elif token in ("\\item", "\\bibitem"):
            self._item(token)
        elif token in ("\\(", "\\)"):
            stream.math = token == "\\("
        elif token == "\\[":
            self._display()
        elif token == "\\]":
            self._close("math")
        elif token in ("\\frac", "\\tfrac", "\\dfrac"):
            over, under = stream.argument(), stream.argument()
            stream.push([*_wrapped(over), "/", *_wrapped(under)] if under else over)
        elif token == "\\sqrt":
            root = stream.optional()
            body = stream.argument()
            stream.push([*_wrapped(body), "^(1/", *root, ")"] if root else ["√", *_wrapped(body)])
        elif token == "\\multicolumn":
            count = "".join(stream.argument())
            stream.argument()
            self._words.append(spans(SPANS, count) if self._kind() == "table" else "")
        elif token == "\\multirow":
            stream.optional()
            count = "".join(stream.argument())
            _ = stream.optional(), stream.argument(), stream.optional()  # its width, between two lengths
            self._words.append(spans(RISES, count) if self._kind() == "table" else "")
        elif token == "\\xspace":
            following = stream.peek()
            if following and following[0] not in ".,:;'?/-)!}{~& \n" and following not in ("\\ ", "\\}", "\\)"):
                self._words.append(" ")
        elif token == "\\ding":
            self._words.append(_CHECKS.get("".join(stream.argument()), ""))
        elif token in ("\\left", "\\right"):
            if stream.peek().startswith("."):
                following = stream.next()
                stream.push([following[1:]] if following[1:] else [])
        elif token == "\\par":
            self._paragraph()
        elif token == "\\appendix":
            self._flush()
            self._emit(Part("heading", "Appendix", 1))
        elif token == "\\abstract":
            self._flush()
            self._capture("abstract", stream.argument(), len(self.parts))

    def _begin(self, name: str) -> None:
        stream = self._stream
        if name == "document":
            if self._has_preamble:
                self._restart()
            return
        if name in DROPPED:
            stream.skip_past(f"\\end{{{name}}}")
            return
        self._arguments(ENVIRONMENT_ARGUMENTS.get(name, "o" if name not in MATH else ""))
        if name in TABLES or (name == "array" and not stream.math):
            flows = self._flows()
            if flows:
                self._flush_unless_inside()
            if name in LONG and flows:
                self._begin_float(name)
            self._enter("table" if flows else "cell")
        elif name in IN_CELLS and self._kind() in ("table", "cell"):
            self._enter("cell")
        elif name in MATH:
            self._display()
        elif name in BLOCKS:
            self._enter("block")
        elif name in FLOATS:
            self._begin_float(name)
        elif name in ("abstract", "thebibliography"):
            self._flush()
            if name == "thebibliography":
                self._emit(Part("heading", "References", 1))
            self._enter("abstract" if name == "abstract" else "references", len(self.parts))

    def _begin_float(self, name: str) -> None:
        self._floats.begin(name, len(self._waiting))
        self._enter("float")

    def _end(self, name: str) -> None:
        kinds = {"abstract": "abstract", "thebibliography": "references"}
        if name == "document":
            self._stream.stop()
        elif name in TABLES:
            self._close("cell" if self._open["cell"] and self._kind() != "table" else "table")
            if name in LONG and self._kind() == "float":
                self._close("float")
        elif name in IN_CELLS:
            if self._kind() == "cell":
                self._close("cell")
        elif name in MATH:
            self._close("math")
        elif name in BLOCKS:
            self._close("block")
        elif name in FLOATS:
            self._close("float")
        elif name in kinds:
            self._close(kinds[name])
        elif name in ("itemize", "enumerate", "description", "quote", "quotation", "center") and self._flows():
            self._flush()

    def _restart(self) -> None:
        """Forget what a preamble printed, but for its title, authors and abstract."""
        while self._frames:
            self._finish()
        self._words, self._depth, self._stream.math = [], 0, False
        self.parts.clear()
        self._waiting.clear()
        self._floats.restart()

    def _arguments(self, kinds: str) -> None:
        """Pass over arguments. ``kinds`` is as in the table of commands."""
        self._stream.skip("*")
        for kind in kinds:
            if kind == "m":
                self._stream.argument()
            elif kind == "o":
                self._stream.optional()
            elif self._stream.peek().startswith("("):
                self._stream.next()

    def _dollar(self, token: str) -> None:
        stream = self._stream
        if self._kind() == "math":
            if token == "$$":
                self._close("math")
        elif token == "$$" and not stream.math:
            self._display()
        elif token == "$":
            stream.math = not stream.math
            self._words.append("")  # the blank before a formula is none of the formula's

    def _display(self) -> None:
        """Begin a formula of its own. In the middle of a cell or a heading it is part of the line."""
        if self._flows():
            self._flush()
        self._enter("math")
        self._stream.math = True

    def _symbol(self, token: str) -> None:
        """Print a symbol. In formulas the blank that ends its name counts only if there is one before it too."""
        stream = self._stream
        self._words.append(SYMBOLS[token])
        if token[1:].isalpha() and (not stream.math or self._last(2)[:1] != " "):
            stream.skip()

    def _script(self, mark: str) -> None:
        """An index or a power, in round brackets if it is more than one thing."""
        stream = self._stream
        inside = [token for token in stream.argument() if token not in (" ", "\n")]
        text = "".join(inside)
        if mark == "^" and (text in _BARE_RAISED or text.split("{")[-1].rstrip("}") in _ORDINAL):
            stream.push(["°" if text == "\\circ" else token for token in inside])
        elif text:
            simple = not any(_COMPOUND.match("." + token) for token in inside[1:]) and not _COMPOUND.search(inside[0])
            stream.push(inside if simple else ["(", *inside, ")"])
            self._words.append(mark)

    def _cite(self, token: str) -> None:
        """A citation: its keys where the sentence needs a noun, else nothing, nor the blank before it."""
        stream = self._stream
        stream.skip("*")
        while stream.optional() is not None:
            pass
        keys = one_line("".join(stream.argument()).replace(",", ", "))
        before = "".join(self._words[-6:])
        if keys and (token in NAMING or _PREPOSITION.search(before)):
            self._words.append(f"[{keys}]")
            return
        while self._words and self._words[-1] in (" ", "\n"):  # the marks of cells and rows count as white space too
            self._words.pop()

    def _item(self, token: str) -> None:
        if self._flows():
            self._flush()
        label = self._stream.optional()
        if token == "\\bibitem":
            self._stream.argument()
        elif label:
            self._stream.push([*label, " "])

    def _mark(self, token: str) -> None:
        """A rule, bold type, or the end of a head or foot: marked inside a table, and nothing anywhere else."""
        stream = self._stream
        if token in UNPRINTED:
            self._arguments(UNPRINTED[token])
        elif not stream.math:
            stream.skip()
        if self._kind() == "table" and token in LONG_PARTS:
            end_long_part(self._words, token)
        elif self._kind() == "table":
            self._words.append(RULE if token in RULES else BOLD)

    def _caption(self, token: str) -> None:
        """A caption is prose of its own. The float that it stands in counts it and gives it to its tables."""
        stream = self._stream
        if stream.peek() == "*":
            token += stream.next()
        kind = "".join(stream.argument()).strip() if token.startswith("\\captionof") else ""
        stream.optional()
        if stream.defines("\\the" + (kind or "table")):
            self._floats.rename(kind or "table")
        self._floats.begin_caption(token, kind)
        self._capture("caption", stream.argument(), len(self._waiting))

    def _row_end(self) -> None:
        self._stream.skip("*")
        self._stream.optional()
        whole = self._kind() == "table" and self._depth <= self._frames[-1].depth
        self._words.append(ROW if whole or self._kind() == "author" else "\n" if self._kind() == "block" else " ")

    def _paragraph(self) -> None:
        if self._flows():
            self._stream.math = False
            self._flush()
        else:
            self._words.append("\n" if self._kind() == "block" else " ")

    def _kind(self) -> str:
        return self._frames[-1].kind if self._frames else ""

    def _flows(self) -> bool:
        return not self._frames or self._frames[-1].kind in _FLOWING

    def _last(self, count: int = 1) -> str:
        """The last characters printed."""
        return "".join(self._words[-count:])[-count:]

    def _enter(self, kind: str, level: int = 0) -> None:
        inline = kind == "cell" or (kind == "math" and not self._flows())
        self._frames.append(_Frame(kind, self._words, self._depth, self._stream.math, level))
        self._open[kind] += 1
        if not inline:  # else its words go on in the same line, however deep such things nest
            self._words = []
        if kind in _FLOWING:
            self._stream.math = False

    def _capture(self, kind: str, source: list[str], level: int = 0) -> None:
        """Print ``source`` next, as one thing of a kind."""
        self._enter(kind, level)
        self._stream.math = False
        self._stream.push([*source, END + kind])

    def _close(self, kind: str) -> None:
        """End what is open down to the last of a kind, if there is one."""
        while self._open[kind]:
            if self._finish() == kind:
                break

    def _finish(self) -> str:
        """End what was begun last, and give its kind."""
        frame = self._frames[-1]
        if frame.kind in _FLOWING:
            self._flush()
        inline = self._words is frame.words
        text = "" if inline else "".join(self._words)
        self._frames.pop()
        self._open[frame.kind] -= 1
        self._words, self._depth, self._stream.math = frame.words, frame.depth, frame.math
        if inline:
            return frame.kind
        if frame.kind == "title":
            self.title = self.title or tidy(text)
        elif frame.kind == "author":
            self.authors.append(text)
        elif frame.kind == "heading":
            self._emit(Part("heading", tidy(text), frame.level))
        elif frame.kind == "abstract":
            self.abstract += self.parts[frame.level :]
            del self.parts[frame.level :]
        elif frame.kind == "table":
            self._emit(table_part(boxes(text)))
        elif frame.kind == "float":
            self._floats.end(self._waiting)
        elif frame.kind == "caption":
            outermost = self._waiting[frame.level :] if not self._open["caption"] else ()
            self._floats.end_caption(" ".join(part.text for part in outermost))
        elif frame.kind == "math":
            self._emit(Part("verbatim", tidy(text)))
        elif frame.kind == "block":
            lines = (tidy(line) for line in text.split("\n"))
            self._emit(Part("verbatim", "\n".join(line for line in lines if line)))
        return frame.kind

    def _emit(self, part: Part) -> None:
        if part.text:
            aside = self._aside() or (self._words and self._flows())
            (self._waiting if aside else self.parts).append(part)

    def _aside(self) -> bool:
        """Whether this is in something that comes after the paragraph that it interrupts."""
        return any(self._open[kind] for kind in ("float", "note", "caption"))

    def _flush_unless_inside(self) -> None:
        """A table set within a paragraph comes after it, as its notes do; in a float the text before it stays first."""
        if self._open["float"]:
            self._flush()

    def _flush(self) -> None:
        """End the paragraph. What it was interrupted by comes after it."""
        text = tidy("".join(self._words))
        self._words.clear()
        if text:
            self._emit(Part("verbatim" if self._open["references"] else "prose", text))
        if not self._aside():
            self.parts += self._waiting
            self._waiting.clear()


def _ligatures(word: str) -> str:
    """Quotation marks and dashes, which plain LaTeX writes with several characters."""
    for written, shown in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’")):
        word = word.replace(written, shown)
    return word


def _wrapped(inside: list[str]) -> list[str]:
    """Tokens in round brackets if they are more than one thing."""
    text = "".join(inside).strip()
    return ["(", *inside, ")"] if _COMPOUND.search(text) else inside


def _author_tokens(source: list[str]) -> list[str]:
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
