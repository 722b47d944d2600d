"""Identifiers of works: DOI, arXiv id, normalised title."""

from __future__ import annotations

import re
import unicodedata

from sovereign.records import Paper, sha256_hex

ARXIV_ID = re.compile(
    r"(?<![\w.])(?P<id>\d{4}\.\d{4,5}|[a-z][a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>\d{1,3}))?(?![\w])"
)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV_DOI = "10.48550/arxiv."
_LONGEST_TITLE = 200


def find_doi(text: str) -> str | None:
    """The first DOI in ``text``, in lower case and without a resolver's address; None if there is none."""
    found = _DOI.search(text)
    return found.group().rstrip(".,;)]}\"'>").lower() if found else None


def find_arxiv(text: str) -> str | None:
    """The first arXiv id in ``text``, without its version; None if there is none."""
    found = ARXIV_ID.search(text)
    return found["id"] if found else None


def find_version(text: str) -> int | None:
    """The version that the first arXiv id in ``text`` carries ("2404.15159v3"); None if it carries none."""
    found = ARXIV_ID.search(text)
    return int(found["version"]) if found and found["version"] else None


def normal_title(title: str) -> str:
    """``title`` as a key: lower case, letters and digits of any script, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def paper_id(doi: str | None, arxiv_id: str | None, title: str) -> str:
    """``doi:…``, else ``arxiv:…``, else ``title:…``.

    The DOI that arXiv gives to every preprint counts as the arXiv id, so that all mentions of one preprint agree.
    """
    preprint = arxiv_of_doi(doi)
    if doi and not preprint:
        return f"doi:{doi}"
    if arxiv_id := arxiv_id or preprint:
        return f"arxiv:{arxiv_id}"
    key = normal_title(title) or sha256_hex(title.encode("utf-8"))[:16]
    if len(key) > _LONGEST_TITLE:
        key = f"{key[:_LONGEST_TITLE]} {sha256_hex(key.encode('utf-8'))[:8]}"
    return f"title:{key}"


def arxiv_of_doi(doi: str | None) -> str | None:
    """The arXiv id inside a DOI that arXiv gave, else None."""
    return find_arxiv(doi.removeprefix(_ARXIV_DOI)) if doi and doi.startswith(_ARXIV_DOI) else None


def work_keys(paper: Paper) -> tuple[str, ...]:
    """Keys by which two descriptions of one work meet, strongest first: DOI, arXiv id, title."""
    doi = None if arxiv_of_doi(paper.doi) else paper.doi
    arxiv_id = paper.arxiv_id or arxiv_of_doi(paper.doi)
    title = paper.id if paper.id.startswith("title:") else paper_id(None, None, paper.title)
    return tuple(key for key in (doi and f"doi:{doi.lower()}", arxiv_id and f"arxiv:{arxiv_id}", title) if key)


def same_work(one: Paper, other: Paper) -> bool:
    """Whether two descriptions are of one work.

    One title is not enough when both sides carry an arXiv id, or both a DOI, and these differ.
    """
    mine, theirs = work_keys(one), work_keys(other)
    if set(mine[:-1]) & set(theirs[:-1]):
        return True
    kinds = {key.partition(":")[0] for key in mine[:-1]} & {key.partition(":")[0] for key in theirs[:-1]}
    return not kinds and mine[-1] == theirs[-1]
