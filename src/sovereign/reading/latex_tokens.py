"""LaTeX as tokens, with the author's own simple macros expanded as they come."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from .latex_inputs import COMMENT, VERBATIM

PARAGRAPH = "\n\n"
# First characters of tokens that no cleaned text holds: a listing, words to be taken as they are, the end of a capture.
LISTING, LITERAL, END = "\x02", "\x03", "\x01"

_TOKEN = re.compile(
    rf"""(?P<comment>{COMMENT})
    | \\begin[ \t]*\{{(?P<listing>(?:{VERBATIM})\*?)\}}
    | \\(?:verb|lstinline)\*?(?P<quote>[^A-Za-z\s*{{])(?P<verb>[^\n]{{0,300}}?)(?P=quote)
    | \\(?:begin|end)[ \t]*\{{[^{{}}\\\n]{{1,60}}\}}
    | \\(?P<link>url|href|path|nolinkurl)[ \t]*\{{(?P<address>[^{{}}]{{0,2000}})\}}
    | \\(?:[A-Za-z]+|.)?
    | \n[ \t]*\n\s* | \s+ | \$\$? | [{{}}&~^_\[\]] | \#+\d?
    | [^\\{{}}$&~^_\[\]\#%\s]+""",
    re.VERBOSE | re.DOTALL,
)
_FREE = 2_000_000  # tokens that expansion may move, whatever the length of the text
_PER_TOKEN = 4
_LONGEST_HEAD = 40  # tokens between \def and its body
_NEW = ("\\newcommand", "\\renewcommand", "\\providecommand", "\\DeclareRobustCommand")
_DEF = ("\\def", "\\gdef", "\\edef", "\\xdef")
_OPERATOR = ("\\DeclareMathOperator", "\\NewDocumentCommand", "\\RenewDocumentCommand")
_ENVIRONMENT = ("\\newenvironment", "\\renewenvironment")
_DEFINING = frozenset((*_NEW, *_DEF, *_OPERATOR, *_ENVIRONMENT, "\\let", "\\newif"))
_NO_CONDITION = frozenset(("\\iff", "\\ifthenelse", "\\ifstrequal", "\\ifstrempty", "\\ifdefined"))


def tokens(source: str) -> list[str]:
    """The tokens of a LaTeX text: commands, ``\\begin{x}`` and ``\\end{x}`` whole, marks, blanks and words."""
    found: list[str] = []
    at = 0
    endless: set[str] = set()
    while match := _TOKEN.match(source, at):
        at = match.end()
        token = match.group()
        name = match["listing"]
        if name and name not in endless:
            end = source.find(f"\\end{{{name}}}", at)
            if end < 0:
                endless.add(name)
            elif name not in ("comment", "filecontents"):
                found.append(LISTING + source[at:end])
            at = max(at, end)
        elif match["verb"] is not None:
            found.append(LITERAL + match["verb"])
        elif match["link"]:
            found += [LITERAL + match["address"].replace("\\", "")] if match["link"] != "href" else []
        elif token.isspace():
            found.append(PARAGRAPH if token.count("\n") > 1 else "\n" if "\n" in token else " ")
        elif not match["comment"]:
            found.append(token.replace(" ", "").replace("\t", "") if token.startswith(("\\begin", "\\end")) else token)
    return found


class Macro(NamedTuple):
    """A command of the author's: how many arguments it takes, the first one's default, what it stands for."""

    arguments: int
    default: tuple[str, ...] | None
    body: tuple[str, ...]


class Stream:
    """Tokens in order, macros expanded. What is pushed back comes next, so that nothing here or above recurs.

    Every token that an argument or an expansion moves is paid from one budget, in proportion to the text. When it is
    spent, macros and arguments are no longer read, and a notice says so: what a bomb costs is bounded.
    """

    def __init__(self, source: Sequence[str], reserved: Collection[str]) -> None:
        self.math = False
        self.notices: list[str] = []
        self._coming = list(reversed(source))
        self._reserved = reserved
        self._macros: dict[str, Macro] = {}
        self._flags: dict[str, bool] = {"\\iftrue": True, "\\iffalse": False}
        self._budget = _FREE + _PER_TOKEN * len(source)

    def next(self) -> str:
        """The next token that is no macro and no definition; empty at the end."""
        while self._coming:
            token = self._coming.pop()
            if token[0] != "\\":
                return token
            if token in self._macros:
                self._expand(self._macros[token])
            elif token in _DEFINING:
                self._define(token)
            elif token in self._flags:
                if not self._flags[token]:
                    self._skip_branch(("\\else", "\\fi"))
            elif token == "\\else":
                self._skip_branch(("\\fi",))
            elif token.endswith(("true", "false")) and (flag := re.sub(r"^\\(.*?)(true|false)$", r"\\if\1", token)) in (
                self._flags
            ):
                self._flags[flag] = token.endswith("true")
            elif token != "\\fi":
                return token
        return ""

    def peek(self) -> str:
        """The next token as it stands, macros included; empty at the end."""
        return self._coming[-1] if self._coming else ""

    def defines(self, name: str) -> bool:
        """Whether the text has given a command a meaning of its own so far."""
        return name in self._macros

    def push(self, source: Sequence[str]) -> None:
        """Put tokens before what comes next."""
        self._coming.extend(reversed(source))

    def stop(self) -> None:
        """Forget what comes."""
        self._coming.clear()

    def skip(self, *unwanted: str) -> None:
        """Pass over tokens that are among ``unwanted``, blanks if none are named."""
        unwanted = unwanted or (" ", "\n")
        while self._coming and self._coming[-1] in unwanted:
            self._coming.pop()

    def argument(self) -> list[str]:
        """The next argument without its braces. Empty, with nothing taken, if none is there or the budget is spent."""
        self.skip()
        following = self.peek()
        if following == "{":
            return self._between(lambda token: (token == "{") - (token == "}")) or []
        if following in ("", "}", PARAGRAPH) or following[0] in (LISTING, END) or self._budget <= 0:
            return []
        self._coming.pop()
        if following[0] not in ("\\", LITERAL) and len(following) > 1:
            self._coming.append(following[1:])  # an argument without braces is one character
            following = following[0]
        return [following]

    def optional(self) -> list[str] | None:
        """The next argument in square brackets without them; None if there is none."""
        self.skip()
        if self.peek() != "[":
            return None
        return self._between(lambda token: (token in ("{", "[")) - (token in ("}", "]")))

    def skip_past(self, end: str) -> None:
        """Pass over all up to and with the token ``end``, if it comes."""
        self._between(lambda token: int(token != end), first=1)

    def _between(self, step: Callable[[str], int], first: int = 0) -> list[str] | None:
        """Take the tokens up to where the steps add up to zero, and give those between the first and the last.

        With ``first`` the steps are not counted, and the place is where a step is zero. None, with nothing taken,
        if there is no such place, or none within the budget.
        """
        depth = 0
        lowest = max(0, len(self._coming) - max(0, self._budget))
        for at in range(len(self._coming) - 1, lowest - 1, -1):
            depth = step(self._coming[at]) if first else depth + step(self._coming[at])
            if depth == 0:
                inside = self._coming[at + 1 : len(self._coming) - 1]
                self._spend(len(self._coming) - at)
                del self._coming[at:]
                inside.reverse()
                return inside
        self._spend(len(self._coming) - lowest + 1)
        return None

    def _spend(self, amount: int) -> bool:
        """Pay for work. False if the budget is spent."""
        self._budget -= amount
        if self._budget <= 0 and not self.notices:
            self.notices.append("the text's macros or braces nest too much; from some point on they were not resolved")
            self._macros.clear()
        return self._budget > 0

    def _expand(self, macro: Macro) -> None:
        if not self.math:
            self.skip()
        given: list[Sequence[str]] = []
        if macro.default is not None:
            chosen = self.optional()
            given.append(macro.default if chosen is None else chosen)
        while len(given) < macro.arguments:
            given.append(self.argument())
        size = 1 + len(macro.body) + sum(len(given[int(token[1]) - 1]) for token in self._places(macro))
        if not self._spend(size):
            return
        for token in reversed(macro.body):
            if token[0] != "#":
                self._coming.append(token)
            elif token.startswith("##"):
                self._coming.append(token[1:])
            elif token[1:] and 0 < int(token[1]) <= len(given):
                self._coming.extend(reversed(given[int(token[1]) - 1]))

    def _places(self, macro: Macro) -> list[str]:
        """The marks ``#1`` to ``#9`` of a macro's body that stand for an argument it has."""
        marks = (token for token in macro.body if len(token) == 2 and token[0] == "#" and token[1].isdigit())
        return [token for token in marks if 0 < int(token[1]) <= macro.arguments]

    def _define(self, how: str) -> None:
        """Read a definition. What cannot be expressed as a macro, or would hide a command with a meaning, is passed."""
        self.skip("*", " ", "\n")
        names = self.argument()
        arguments, default = 0, None
        if how in _NEW or how in _ENVIRONMENT:
            count = "".join(self.optional() or ())
            arguments = int(count) if count in tuple("123456789") else 0
            default = self.optional() if arguments else None
        elif how in _DEF:
            head = self._head()
            arguments = len(head) if head == [f"#{place + 1}" for place in range(len(head))] else -1
        elif how == "\\newif":
            self._flags.update((name, False) for name in names)
            return
        elif how == "\\let":
            self.skip(" ", "=")
        elif how != "\\DeclareMathOperator":
            kinds = "".join(self.argument()).split()
            arguments = len(kinds) if set(kinds) <= {"m"} else -1
        body = self.argument()
        if how in _ENVIRONMENT:
            self.argument()
            return
        if len(names) != 1 or names[0][0] != "\\" or names[0] in self._reserved or arguments < 0 or self._budget <= 0:
            return
        if how == "\\let":
            self._macros[names[0]] = self._macros.get(body[0] if body else "", Macro(0, None, tuple(body)))
        else:
            self._macros[names[0]] = Macro(arguments, None if default is None else tuple(default), tuple(body))

    def _head(self) -> list[str]:
        """The tokens between the name that ``\\def`` defines and the body."""
        head: list[str] = []
        while self._coming and self._coming[-1] != "{" and len(head) < _LONGEST_HEAD:
            head.append(self._coming.pop())
        return [token for token in head if not token.isspace()]

    def _skip_branch(self, ends: tuple[str, ...]) -> None:
        """Pass over the branch of a condition that is not taken, if it ends."""
        depth = 0
        lowest = max(0, len(self._coming) - max(0, self._budget))
        for at in range(len(self._coming) - 1, lowest - 1, -1):
            token = self._coming[at]
            if depth == 0 and token in ends:
                self._spend(len(self._coming) - at)
                del self._coming[at:]
                return
            if token.startswith("\\if") and token not in _NO_CONDITION:
                depth += 1
            elif token == "\\fi":
                depth -= 1
        self._spend(len(self._coming) - lowest + 1)
