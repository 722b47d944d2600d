"""What LaTeX prints, as it grows: the parts so far, and what is open and will be one when it ends."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from .latex_symbols import LONG_PARTS, RULES, UNPRINTED
from .latex_tables import BOLD, ROW, RULE, Floats, boxes, end_long_part
from .latex_tokens import END, Stream
from .leftovers import tidy
from .parts import Part, table_part

# Kinds of frames whose text goes on in paragraphs; all others are captured whole.
_FLOWING = ("float", "note", "caption", "abstract", "references")


class _Frame(NamedTuple):
    """What was going on when something with an end of its own began."""

    kind: str
    words: list[str]
    depth: int
    math: bool
    level: int


class Printed:
    """Parts in order, with the words that will be the next one. ``title``, ``authors`` and ``abstract`` stand apart.

    ``depth`` is how many braces are open, ``waiting`` the floats and notes that come after the paragraph they interrupt.
    """

    def __init__(self, stream: Stream) -> None:
        self.title = ""
        self.authors: list[str] = []
        self.abstract: list[Part] = []
        self.parts: list[Part] = []
        self.words: list[str] = []
        self.waiting: list[Part] = []
        self.floats = Floats()
        self.open: Counter[str] = Counter()  # how many frames of each kind
        self.depth = 0
        self._frames: list[_Frame] = []
        self._stream = stream

    def restart(self) -> None:
        """Forget what a preamble printed, but for its title, authors and abstract."""
        while self._frames:
            self._finish()
        self.words, self.depth, self._stream.math = [], 0, False
        self.parts.clear()
        self.waiting.clear()
        self.floats.restart()

    def paragraph(self) -> None:
        """End the paragraph, or the line of what is captured whole."""
        if self.flows():
            self._stream.math = False
            self.flush()
        else:
            self.words.append("\n" if self.kind() == "block" else " ")

    def kind(self) -> str:
        """What was begun last and has not ended; empty if there is none."""
        return self._frames[-1].kind if self._frames else ""

    def flows(self) -> bool:
        """Whether what is printed makes paragraphs here."""
        return not self._frames or self._frames[-1].kind in _FLOWING

    def last(self, count: int = 1) -> str:
        """The last characters printed."""
        return "".join(self.words[-count:])[-count:]

    def enter(self, kind: str, level: int = 0) -> None:
        """Begin something of a kind. ``level`` is that of a heading, or how many parts there were."""
        inline = kind == "cell" or (kind == "math" and not self.flows())
        self._frames.append(_Frame(kind, self.words, self.depth, self._stream.math, level))
        self.open[kind] += 1
        if not inline:  # else its words go on in the same line, however deep such things nest
            self.words = []
        if kind in _FLOWING:
            self._stream.math = False

    def capture(self, kind: str, source: list[str], level: int = 0) -> None:
        """Print ``source`` next, as one thing of a kind."""
        self.enter(kind, level)
        self._stream.math = False
        self._stream.push([*source, END + kind])

    def close(self, kind: str) -> None:
        """End what is open down to the last of a kind, if there is one."""
        while self.open[kind]:
            if self._finish() == kind:
                break

    def _finish(self) -> str:
        """End what was begun last, and give its kind."""
        frame = self._frames[-1]
        if frame.kind in _FLOWING:
            self.flush()
        inline = self.words is frame.words
        text = "" if inline else "".join(self.words)
        self._frames.pop()
        self.open[frame.kind] -= 1
        self.words, self.depth, self._stream.math = frame.words, frame.depth, frame.math
        if inline:
            return frame.kind
        if frame.kind == "title":
            self.title = self.title or tidy(text)
        elif frame.kind == "author":
            self.authors.append(text)
        elif frame.kind == "heading":
            self.emit(Part("heading", tidy(text), frame.level))
        elif frame.kind == "abstract":
            self.abstract += self.parts[frame.level :]
            del self.parts[frame.level :]
        elif frame.kind == "table":
            self.emit(table_part(boxes(text)))
        elif frame.kind == "float":
            self.floats.end(self.waiting)
        elif frame.kind == "caption":
            outermost = self.waiting[frame.level :] if not self.open["caption"] else ()
            self.floats.end_caption(" ".join(part.text for part in outermost))
        elif frame.kind == "math":
            self.emit(Part("verbatim", tidy(text)))
        elif frame.kind == "block":
            lines = (tidy(line) for line in text.split("\n"))
            self.emit(Part("verbatim", "\n".join(line for line in lines if line)))
        return frame.kind

    def emit(self, part: Part) -> None:
        """Add a part, or let it wait for the end of the paragraph."""
        if part.text:
            aside = self._aside() or (self.words and self.flows())
            (self.waiting if aside else self.parts).append(part)

    def _aside(self) -> bool:
        """Whether this is in something that comes after the paragraph that it interrupts."""
        return any(self.open[kind] for kind in ("float", "note", "caption"))

    def flush_unless_inside(self) -> None:
        """A table set within a paragraph comes after it, as its notes do; in a float the text before it stays first."""
        if self.open["float"]:
            self.flush()

    def flush(self) -> None:
        """End the paragraph. What it was interrupted by comes after it."""
        text = tidy("".join(self.words))
        self.words.clear()
        if text:
            self.emit(Part("verbatim" if self.open["references"] else "prose", text))
        if not self._aside():
            self.parts += self.waiting
            self.waiting.clear()

    def mark(self, token: str) -> None:
        """A rule, bold type, or the end of a head or foot: marked inside a table, and nothing anywhere else."""
        stream = self._stream
        if token in UNPRINTED:
            pass_over(UNPRINTED[token], stream)
        elif not stream.math:
            stream.skip()
        if self.kind() == "table" and token in LONG_PARTS:
            end_long_part(self.words, token)
        elif self.kind() == "table":
            self.words.append(RULE if token in RULES else BOLD)

    def row_end(self) -> None:
        """A row of a table or a line ends."""
        self._stream.skip("*")
        self._stream.optional()
        whole = self.kind() == "table" and self.depth <= self._frames[-1].depth
        self.words.append(ROW if whole or self.kind() == "author" else "\n" if self.kind() == "block" else " ")

    def display(self) -> None:
        """Begin a formula of its own. In the middle of a cell or a heading it is part of the line."""
        if self.flows():
            self.flush()
        self.enter("math")
        self._stream.math = True

    def begin_float(self, name: str) -> None:
        """Begin a float: the environment of that name."""
        self.floats.begin(name, len(self.waiting))
        self.enter("float")

    def caption(self, token: str) -> None:
        """A caption is prose of its own. The float that it stands in counts it and gives it to its tables."""
        stream = self._stream
        if stream.peek() == "*":
            token += stream.next()
        kind = "".join(stream.argument()).strip() if token.startswith("\\captionof") else ""
        stream.optional()
        if stream.defines("\\the" + (kind or "table")):
            self.floats.rename(kind or "table")
        self.floats.begin_caption(token, kind)
        self.capture("caption", stream.argument(), len(self.waiting))

    def end_all(self) -> None:
        """End all that is open."""
        while self._frames:
            self._finish()
        self.flush()


def pass_over(kinds: str, stream: Stream) -> None:
    """Pass over arguments. ``kinds`` is as in the table of commands."""
    stream.skip("*")
    for kind in kinds:
        if kind == "m":
            stream.argument()
        elif kind == "o":
            stream.optional()
        elif stream.peek().startswith("("):
            stream.next()
