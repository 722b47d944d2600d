"""The page as one HTML file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .parts import View
from .text import clean


def write_html(view: View) -> str:
    """The page as HTML. Every string is escaped, and its policy allows no script, no request and only its own style."""
    style = files(__package__).joinpath("templates/report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return _environment().get_template("report.html.j2").render(view=view, style=style, style_hash=f"sha256-{digest}")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sovereign.publish", "templates"),
        autoescape=True,
        finalize=_without_hidden,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _without_hidden(value: Any) -> Any:
    # What a macro made is escaped already.
    return value if hasattr(value, "__html__") else clean(str(value))
