"""YAML front matter of Markdown files, and the bibliographic facts in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from sovereign.records import Paper

from .errors import ReadError
from .headings import is_structural
from .identity import arxiv_of_doi, find_arxiv, find_doi, find_version, paper_id
from .text import clean, one_line

_LARGEST = 64_000  # characters
_FENCE = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_ADVICE = "Correct the YAML between the two lines of three dashes, or remove it."
_DATE_YEAR = re.compile(r"\A(\d{4})\b")

# The C loader is safe_load's, only ten times faster.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def split_front_matter(text: str, location: str) -> tuple[dict[str, Any], str]:
    """The front matter of ``text`` as a mapping, empty if there is none, and the body after it.

    Raises:
        ReadError: if the YAML is broken, too large, or uses anchors and aliases.
    """
    found = _FENCE.match(text)
    if not found:
        return {}, text
    source = found["yaml"]
    if len(source) > _LARGEST:
        raise ReadError(f"{location}: the front matter is longer than {_LARGEST} characters", _ADVICE)
    try:
        for event in yaml.parse(source, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ReadError(f"{location}: the front matter uses YAML anchors or aliases", "Write the values out.")
        data = yaml.load(source, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 2}" if error.problem_mark else ""
        reason = f"{location}: the front matter is not valid YAML{line}: {error.problem or error.context}"
        raise ReadError(reason, _ADVICE) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ReadError(f"{location}: the front matter is not valid YAML", _ADVICE) from None
    # Text between two rules is no front matter, only a body that starts with a rule.
    return (data, text[found.end() :]) if isinstance(data, dict) else ({}, text)


class Facts:
    """Reads fields of front matter; a value of the wrong type gives a notice and counts as absent."""

    def __init__(self, data: Mapping[Any, Any]) -> None:
        self._data = {str(key).strip().lower(): value for key, value in data.items()}
        self.notices: list[str] = []

    def text(self, *names: str) -> str | None:
        """A string under the first of ``names`` that is set."""
        name, value = self._get(*names)
        if isinstance(value, float) and name.startswith("arxiv"):
            # YAML read 2404.15159 as a number: ids have five decimals since 2015, four before.
            return f"{value:.5f}" if value >= 1501 else f"{value:.4f}"
        if isinstance(value, str):
            return one_line(value) or None
        if value is not None:
            self._wrong(name, "text")
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; one string counts as a list of one."""
        _, value = self._get(name)
        if isinstance(value, str):
            value = [value]
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong(name, "a list of texts")
            return ()
        if not all(isinstance(item, str) for item in value):
            self._wrong(name, "a list of texts only")
        return tuple(filter(None, (one_line(item) for item in value if isinstance(item, str))))

    def year(self) -> int | None:
        """The year, from a number, a string or a date."""
        name, value = self._get("year", "date")
        if value is None:
            return None
        found = _DATE_YEAR.match(str(value)) if not isinstance(value, (bool, float)) else None
        if found and 1000 <= int(found[1]) <= 2999:
            return int(found[1])
        self._wrong(name, "a year")
        return None

    def prose(self, name: str) -> str | None:
        """A string that may have several lines."""
        _, value = self._get(name)
        if isinstance(value, str) and value.strip():
            return clean(value)
        if value is not None and not isinstance(value, str):
            self._wrong(name, "text")
        return None

    def _get(self, *names: str) -> tuple[str, Any]:
        for name in names:
            if self._data.get(name) is not None:
                return name, self._data[name]
        return names[0], None

    def _wrong(self, name: str, wanted: str) -> None:
        self.notices.append(f"the front matter's `{name}` is not {wanted} and was left out")


def paper_of(facts: Facts, fallback_title: str | None, location: str, our_words: bool = False) -> Paper:
    """The paper that front matter describes. Without a title, that of the first heading, else the file's name."""
    doi_text, arxiv_text = facts.text("doi"), facts.text("arxiv", "arxiv_id")
    doi, arxiv_id = find_doi(doi_text or ""), find_arxiv(arxiv_text or "")
    for name, given, found in (("doi", doi_text, doi), ("arxiv", arxiv_text, arxiv_id)):
        if given and not found:
            facts.notices.append(f"the front matter's `{name}` is no such identifier and was left out")
    title, key = facts.text("title"), None
    if not title:
        title, key, notice = title_without_front_matter(fallback_title, location)
        facts.notices.append(notice)
    return Paper(
        id=paper_id(doi, arxiv_id, key or title),
        title=title,
        authors=facts.texts("authors") or facts.texts("author"),
        year=facts.year(),
        venue=facts.text("venue"),
        doi=doi,
        arxiv_id=arxiv_id or arxiv_of_doi(doi),
        version=find_version(arxiv_text or ""),
        url=facts.text("url"),
        topics=facts.texts("topics"),
        location=location,
        our_words=our_words,
    )


def title_without_front_matter(heading: str | None, location: str) -> tuple[str, str, str]:
    """Title, key of the title and notice for a document whose front matter gives no title.

    The key of a file's name has its folders too: two files of one name are not two copies of one work.
    """
    if heading and (title := one_line(heading)) and not is_structural(title):
        return title, title, "no title is given; the first heading was taken as the title"
    stem = re.sub(r"\.[A-Za-z]+\Z", "", location)
    name = stem.rsplit("/", 1)[-1]
    return name or location, stem, "no title is given; the file's name was taken as the title"
