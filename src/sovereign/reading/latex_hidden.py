"""LaTeX that prints nothing to be seen: phantoms, and words in the colour of paper.

White words in a table are left alone: there they stand on coloured cells.
"""

from __future__ import annotations

from collections.abc import Collection, MutableSet

from .latex_tokens import Stream
from .text import one_line, word_set

HIDING = word_set(r"\phantom \hphantom \vphantom \textcolor \color \transparent \texttransparent \scalebox \fontsize")
_FULL = {"rgb": 0.94, "gray": 0.94, "RGB": 240.0}  # the least of each part of a colour that is not seen
_SMALLEST = 1.0  # points


def named_colour(stream: Stream, light: MutableSet[str]) -> None:
    """Read ``\\definecolor{name}{model}{parts}``, and remember a name that stands for white."""
    name, model, parts = ("".join(stream.argument()).strip() for _ in range(3))
    (light.add if _is_white(parts, model, light) else light.discard)(name)


def hide(token: str, stream: Stream, light: Collection[str]) -> list[str]:
    """Read one of ``HIDING`` with its arguments, and what it hides; give the words of that, if there are any.

    What is not hidden comes next.
    """
    if token in ("\\phantom", "\\hphantom", "\\vphantom"):
        return _words(stream.argument())
    if token == "\\fontsize":
        size, _ = "".join(stream.argument()), stream.argument()
        return _group(stream) if _number(size.removesuffix("pt")) < _SMALLEST else []
    if token in ("\\textcolor", "\\color"):
        model = "".join(stream.optional() or ()).strip()
        unseen = _is_white("".join(stream.argument()).strip(), model, light)
        if token == "\\color":
            return _group(stream) if unseen else []
    else:  # a share of full ink or size
        unseen = _number("".join(stream.argument())) < 0.05
        stream.optional()
        if token == "\\transparent":
            return _group(stream) if unseen else []
    return _words(stream.argument()) if unseen else []


def _is_white(colour: str, model: str, light: Collection[str]) -> bool:
    if model.lower() == "html":
        return len(colour) == 6 and all(
            part >= "F0" for part in (colour[:2].upper(), colour[2:4].upper(), colour[4:].upper())
        )
    if model in _FULL:
        parts = [_number(part) for part in colour.split(",")]
        return bool(parts) and min(parts) >= _FULL[model]
    base, _, share = colour.partition("!")
    return base in light or (share.split("!")[-1] in light if "!" in share else _number(share or "100") < 6)


def _number(text: str) -> float:
    try:
        return float(text.strip())
    except ValueError:
        return 100.0


def _group(stream: Stream) -> list[str]:
    """Take what comes up to the end of the group or the environment, or to the next colour."""
    taken: list[str] = []
    depth = 0
    while token := stream.peek():
        if token == "\\color" or (depth == 0 and (token == "}" or token.startswith("\\end{"))):
            break
        taken.append(token := stream.next())
        depth += (token == "{" or token.startswith("\\begin{")) - (token == "}" or token.startswith("\\end{"))
    return _words(taken)


def _words(taken: list[str]) -> list[str]:
    text = one_line("".join(token for token in taken if token[0] not in "\\{}$&"))
    return [text] if text else []
