"""The sources that exist."""

from __future__ import annotations

from difflib import get_close_matches

from sovereign.errors import NotFound

# Name and what it is.
SOURCES = {
    "library": "files on this machine: notes, Markdown, HTML, plain text, PDF",
    "arxiv": "preprints of arXiv, with their full text",
    "semanticscholar": "abstracts, citations and snippets of Semantic Scholar",
    "openalex": "the open catalogue of works, with abstracts and marks of retraction",
    "crossref": "what publishers registered with Crossref: metadata, abstracts, retractions",
    "zotero": "your own Zotero library, with the full text of its attachments",
}


def require_source(name: str) -> str:
    """The name of an existing source, in its exact spelling.

    Raises:
        NotFound: if there is none; the advice gives the nearest name.
    """
    wanted = name.strip().lower()
    if wanted in SOURCES:
        return wanted
    near = get_close_matches(wanted, SOURCES, n=1)
    advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(SOURCES))}."
    raise NotFound(f"there is no source named {name[:80]!r}", advice)
