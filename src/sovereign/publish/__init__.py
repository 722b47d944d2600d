"""A finished record in its public forms: JSON, a page as HTML, Markdown and PDF, claims as CSV, references and the record
itself as bibliographies know them (BibTeX, RIS, CSL-JSON, CITATION.cff, JSON-LD)."""

from .folder import write_all
from .formats import FORMATS, Format, render, render_bytes
from .html import write_html
from .markdown import write_markdown
from .view import NOTICE, view_of

__all__ = [
    "FORMATS",
    "NOTICE",
    "Format",
    "render",
    "render_bytes",
    "view_of",
    "write_all",
    "write_html",
    "write_markdown",
]
