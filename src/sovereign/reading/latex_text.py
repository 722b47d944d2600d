"""LaTeX as text: the parts of a document in order, from its tokens, with formulas and citations made to read."""

from __future__ import annotations

from .latex_frames import Printed, pass_over
from .latex_hidden import HIDING, hide, named_colour
from .latex_inline import INLINE, accent, author_tokens, cite, inline, ligatures, script, symbol
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
from .latex_tables import CELL, RISES, SPANS, spans
from .latex_tokens import END, LISTING, LITERAL, PARAGRAPH, Stream, tokens
from .parts import Part


class Text:
    """Turns tokens into parts. ``title`` and ``authors`` are as the commands of that name gave them."""

    def __init__(self, source: str, has_preamble: bool) -> None:
        self._stream = Stream(tokens(source), HANDLED)
        self._out = Printed(self._stream)
        self._has_preamble = has_preamble
        self._hidden: list[str] = []
        self._light: set[str] = {"white"}  # names of colours that are not seen on paper
        while token := self._stream.next():
            self._token(token)
        self._out.end_all()
        self.title, self.authors = self._out.title, self._out.authors
        self.abstract, self.parts = self._out.abstract, self._out.parts
        self.notices = self._stream.notices
        if self._hidden:
            self.parts.append(Part("hidden", " ".join(self._hidden)))

    def _token(self, token: str) -> None:
        first, stream = token[0], self._stream
        if first == "\\":
            self._command(token)
        elif first in "{}":
            self._out.depth += 1 if first == "{" else -1
        elif first == "$":
            self._dollar(token)
        elif token == PARAGRAPH:
            self._out.paragraph()
        elif token == "~":
            self._out.words.append(" ")
        elif token == "&":
            self._out.words.append(CELL if self._out.kind() == "table" else " ")
        elif first in "^_" and stream.math:
            script(first, stream, self._out)
        elif first == LISTING:
            self._out.emit(Part("verbatim", token[1:]))
        elif first == LITERAL:
            self._out.words.append(token[1:])
        elif first == END:
            self._out.close(token[1:])
        elif first != "#":
            self._out.words.append(token if stream.math else ligatures(token))

    def _command(self, token: str) -> None:
        stream = self._stream
        if token.startswith("\\begin{"):
            self._begin(token[7:-1])
        elif token.startswith("\\end{"):
            self._end(token[5:-1])
        elif token in SYMBOLS:
            symbol(token, stream, self._out)
        elif token in RULES or token in BOLDS or token in LONG_PARTS:
            self._out.mark(token)
        elif token in FUNCTIONS:
            self._out.words += (" ", token[1:]) if self._out.last().isalnum() else (token[1:],)
        elif token in ACCENTS:
            accent(token, stream)
        elif token in NAMING or token in CITING:
            cite(token, stream, self._out)
        elif token in LEVELS:
            self._out.close("table")  # no section begins in a table: one that its author did not close ends here
            pass_over("o", stream)
            self._out.flush()
            self._out.capture("heading", stream.argument(), LEVELS[token])
        elif token == "\\definecolor":
            named_colour(stream, self._light)
        elif token in HIDING and not stream.math and self._out.kind() not in ("table", "cell"):
            self._hidden += hide(token, stream, self._light)
        elif token in UNPRINTED:
            pass_over(UNPRINTED[token], stream)
        elif token in HANDLED:
            self._structure(token)
        elif token in STEPS:
            self._out.words.append("\n" if self._out.kind() == "block" else " ")
        elif not stream.math:
            stream.skip("*")
            stream.skip()
            stream.optional()

    def _structure(self, token: str) -> None:
        """Commands that open, close or separate something."""
        stream = self._stream
        if token in ROW_ENDS:
            self._out.row_end()
        elif token in NOTES:
            pass_over("o", stream)
            self._out.capture("note", stream.argument())
        elif token in CAPTIONS:
            self._out.caption(token)
        elif token in COUNTERS:
            name, written = ("".join(stream.argument()).strip() for _ in range(2))
            if token == "\\setcounter":
                self._out.floats.set_counter(name, written)
            else:
                self._out.floats.rename(name)
        elif token in TITLES:
            pass_over("o", stream)
            self._out.capture("title", stream.argument())
        elif token in AUTHORS:
            pass_over("o", stream)
            self._out.capture("author", author_tokens(stream.argument()))
        elif token in ("\\item", "\\bibitem"):
            self._item(token)
        elif token in ("\\(", "\\)"):
            stream.math = token == "\\("
        elif token == "\\[":
            self._out.display()
        elif token == "\\]":
            self._out.close("math")
        elif token == "\\multicolumn":
            count = "".join(stream.argument())
            stream.argument()
            self._out.words.append(spans(SPANS, count) if self._out.kind() == "table" else "")
        elif token == "\\multirow":
            stream.optional()
            count = "".join(stream.argument())
            _ = stream.optional(), stream.argument(), stream.optional()  # its width, between two lengths
            self._out.words.append(spans(RISES, count) if self._out.kind() == "table" else "")
        elif token in INLINE:
            inline(token, stream, self._out)
        elif token == "\\par":
            self._out.paragraph()
        elif token == "\\appendix":
            self._out.flush()
            self._out.emit(Part("heading", "Appendix", 1))
        elif token == "\\abstract":
            self._out.flush()
            self._out.capture("abstract", stream.argument(), len(self._out.parts))

    def _begin(self, name: str) -> None:
        stream = self._stream
        if name == "document":
            if self._has_preamble:
                self._out.restart()
            return
        if name in DROPPED:
            stream.skip_past(f"\\end{{{name}}}")
            return
        pass_over(ENVIRONMENT_ARGUMENTS.get(name, "o" if name not in MATH else ""), stream)
        if name in TABLES or (name == "array" and not stream.math):
            flows = self._out.flows()
            if flows:
                self._out.flush_unless_inside()
            if name in LONG and flows:
                self._out.begin_float(name)
            self._out.enter("table" if flows else "cell")
        elif name in IN_CELLS and self._out.kind() in ("table", "cell"):
            self._out.enter("cell")
        elif name in MATH:
            self._out.display()
        elif name in BLOCKS:
            self._out.enter("block")
        elif name in FLOATS:
            self._out.begin_float(name)
        elif name in ("abstract", "thebibliography"):
            self._out.flush()
            if name == "thebibliography":
                self._out.emit(Part("heading", "References", 1))
            self._out.enter("abstract" if name == "abstract" else "references", len(self._out.parts))

    def _end(self, name: str) -> None:
        kinds = {"abstract": "abstract", "thebibliography": "references"}
        if name == "document":
            self._stream.stop()
        elif name in TABLES:
            self._out.close("cell" if self._out.open["cell"] and self._out.kind() != "table" else "table")
            if name in LONG and self._out.kind() == "float":
                self._out.close("float")
        elif name in IN_CELLS:
            if self._out.kind() == "cell" or (name == "array" and self._out.kind() == "table"):
                self._out.close(self._out.kind())
        elif name in MATH:
            self._out.close("math")
        elif name in BLOCKS:
            self._out.close("block")
        elif name in FLOATS:
            self._out.close("float")
        elif name in kinds:
            self._out.close(kinds[name])
        elif name in ("itemize", "enumerate", "description", "quote", "quotation", "center") and self._out.flows():
            self._out.flush()

    def _dollar(self, token: str) -> None:
        stream = self._stream
        if self._out.kind() == "math":
            if token == "$$":
                self._out.close("math")
        elif token == "$$" and not stream.math:
            self._out.display()
        elif token == "$":
            stream.math = not stream.math
            self._out.words.append("")  # the blank before a formula is none of the formula's

    def _item(self, token: str) -> None:
        if self._out.flows():
            self._out.flush()
        label = self._stream.optional()
        if token == "\\bibitem":
            self._stream.argument()
        elif label:
            self._stream.push([*label, " "])
