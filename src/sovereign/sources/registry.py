"""The sources that exist."""

from __future__ import annotations

from difflib import get_close_matches

from sovereign.errors import NotFound
from sovereign.reading import Limits

from .base import Fetcher, Source
from .keys import Keys
from .library import LIBRARY

# Name and what it is. Those with full texts stand first: of texts that are equally full, the first is the one that is read.
SOURCES = {
    "library": "files on this machine: notes, Markdown, HTML, plain text, PDF",
    "index": "what you have added with: sovereign index add",
    "zotero": "your own Zotero library, with the full text of its attachments",
    "arxiv": "preprints of arXiv, with their full text",
    "semanticscholar": "abstracts, citations and snippets of Semantic Scholar",
    "openalex": "the open catalogue of works, with abstracts and marks of retraction",
    "crossref": "what publishers registered with Crossref: metadata, abstracts, retractions",
}


INDEX = "index"
LOCAL = (LIBRARY, INDEX)
"""The sources that lie on this machine."""

ABSTRACTS = frozenset({"semanticscholar", "openalex", "crossref"})
"""The sources that give abstracts and no more."""

OWN = frozenset({*LOCAL, "zotero"})
"""A person's own collections. While no other source is named, nobody is told what is in them."""


def open_provider(name: str, client: Fetcher, keys: Keys, limits: Limits) -> Source:
    """The provider of that name, which asks through ``client``. It is loaded here: a run loads what it uses."""
    if name == "arxiv":
        from .arxiv import Arxiv

        return Arxiv(client, limits)
    if name == "semanticscholar":
        from .semanticscholar import SemanticScholar

        return SemanticScholar(client, keys, limits)
    if name == "openalex":
        from .openalex import OpenAlex

        return OpenAlex(client, keys, limits)
    if name == "crossref":
        from .crossref import Crossref

        return Crossref(client, keys, limits)
    if name == "zotero":
        from .zotero import Zotero

        return Zotero(client, keys, limits)
    raise NotFound(f"{name} is no provider", f"There are: {', '.join(sorted(set(SOURCES) - set(LOCAL)))}.")


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
