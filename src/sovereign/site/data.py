"""Data for a page's script, within the page: a file opened from disk may fetch nothing."""

from __future__ import annotations

from markupsafe import Markup

_SIGNS = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def block(json_text: str) -> Markup:
    """JSON as it may stand within a script element: no text of it can end the element, nor begin a comment."""
    return Markup("".join(_SIGNS.get(sign, sign) for sign in json_text))
