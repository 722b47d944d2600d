"""The words of HTML nodes, formulas as TeX reads."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from .latex_text import Text
from .text import word_set

DROPPED = word_set("script style nav noscript template svg aside footer form button iframe object head")
# What ends a word: the text of two cells or paragraphs is never one word.
_SPACED = word_set("br p div li td th tr dd dt caption figcaption")


def children(node: LexborNode) -> list[LexborNode]:
    """The nodes right below a node, texts among them."""
    found = []
    child = node.child
    while child is not None:
        found.append(child)
        child = child.next
    return found


def classes(node: LexborNode) -> list[str]:
    """The classes of an element. LaTeXML says by them what an element stands for."""
    return (node.attributes.get("class") or "").split()


def words(root: LexborNode) -> str:
    """All text in a node, whatever blocks are in it."""
    return "".join(text for text, _ in pieces(root))


def pieces(root: LexborNode) -> list[tuple[str, bool]]:
    """The texts in a node in order, and whether each is set in bold. A stack and not recursion, since pages nest."""
    found: list[tuple[str, bool]] = []
    stack: list[tuple[LexborNode | None, bool]] = [(root, False)]
    while stack:
        node, bold = stack.pop()
        tag = node.tag or "" if node is not None else ""
        if node is None or tag in _SPACED:
            found.append((" ", False))
        if node is None:
            continue
        if tag == "-text":
            found.append((node.text_content or "", bold))
        elif tag == "math":
            found.append((formula(node), bold or (node.attributes.get("alttext") or "").startswith(_BOLD_MATH)))
        elif tag not in DROPPED and not tag.startswith("-"):
            if mark := raised(node, found[-1][0] if found else ""):
                found.append((mark, bold))
            bold = bold or tag in ("b", "strong") or "ltx_font_bold" in classes(node)
            stack += [(None, False)] if tag in _SPACED else []
            stack += [(child, bold) for child in reversed(children(node))]
    return found


_RAISED = re.compile(r"\s*(?!(?:st|nd|rd|th)\b)[-−–]?\w")  # a power or a mark; not what makes a number an ordinal


def raised(node: LexborNode, before: str) -> str:
    """What stands before the words of a raised element: "^" after a digit, so that 61.05 with the mark 2 is not 61.052."""
    return "^" if node.tag == "sup" and before[-1:].isdigit() and _RAISED.match(words(node)) else ""


_BOLD_MATH = ("\\mathbf", "\\boldsymbol", "\\bm", "\\bf", "\\textbf")


def formula(node: LexborNode) -> str:
    """A formula on one line: what its alternative text says, which is TeX wherever it has commands or braces."""
    source = node.attributes.get("alttext") or ""
    if not source:
        note = node.css_first('annotation[encoding="application/x-tex"]')
        source = note.text() if note is not None else ""
    if not source:
        return node.text(separator=" ")
    if "\\" not in source and "{" not in source:
        return source
    return " ".join(part.text for part in Text(f"${source.replace('$', '')}$", has_preamble=False).parts)
