"""What files and providers say of a work, as it is kept: one line each, no controls or unseen characters, and no longer than such a thing is."""

from __future__ import annotations

from sovereign.records import Paper

from .text import one_line

# Far above the longest that the field knows. A longer "title" is a text in the wrong place.
_TITLE, _NAME, _LINE, _ADDRESS = 1_000, 300, 500, 2_000  # characters
_AUTHORS, _TOPICS = 6_000, 200


def tidy(paper: Paper) -> Paper:
    """``paper`` with its texts in the stored form. The id stays: sources and records know the work by it."""
    return paper.model_copy(
        update={
            "title": _short(paper.title, _TITLE),
            "authors": _each(paper.authors[:_AUTHORS]),
            "venue": _short(paper.venue, _LINE) if paper.venue else paper.venue,
            "url": _address(paper.url),
            "topics": _each(paper.topics[:_TOPICS]),
            "retracted": _short(paper.retracted, _LINE) if paper.retracted else paper.retracted,
        }
    )


def _each(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, (_short(text, _NAME) for text in texts)))


def _short(text: str, most: int) -> str:
    """``text`` on one line; of what is too long the whole words that fit, and a mark that there was more."""
    text = one_line(text)
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def _address(url: str | None) -> str | None:
    """An address of the web, else None: no script, no file, nothing that is too long for one."""
    plain = one_line(url or "")
    return plain if len(plain) <= _ADDRESS and plain.lower().startswith(("https://", "http://")) else None
