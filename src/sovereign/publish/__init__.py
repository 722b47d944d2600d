"""A finished record in its public forms: JSON, a page as HTML and Markdown, claims as CSV, references as BibTeX."""

from .folder import write_all
from .formats import FORMATS, Format, render
from .html import write_html
from .markdown import write_markdown
from .view import NOTICE, view_of

__all__ = ["FORMATS", "NOTICE", "Format", "render", "view_of", "write_all", "write_html", "write_markdown"]
