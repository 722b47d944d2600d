"""Which files of a library are one work, which of them is kept, and what the others add to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sovereign.reading import find_version, paper_id, same_work, work_keys
from sovereign.records import Depth, Model, Paper

_DEPTH_RANK: dict[Depth, int] = {"full_text": 3, "abstract": 2, "note": 1}


class Facts(Model):
    """What the library needs of a document without loading it."""

    paper: Paper
    depth: Depth
    evidence: int
    notices: tuple[str, ...]


class Entry(NamedTuple):
    """A read file: key in the cache, location, facts."""

    key: str
    location: str
    facts: Facts


class Work(NamedTuple):
    """A work: the entry that stands for it, its paper with the facts of all its files, and the other entries."""

    kept: Entry
    paper: Paper
    others: tuple[Entry, ...]


def works_of(entries: Sequence[Entry]) -> list[Work]:
    """The works in a library. Of several files the fullest is kept: depth, then evidence sentences, then location."""
    groups: list[list[Entry]] = []
    by_key: dict[str, list[list[Entry]]] = {}
    # Those with the most identifiers first: they hold together files that know only one of them.
    for entry in sorted(entries, key=lambda e: (-len(work_keys(e.facts.paper)), e.location)):
        keys = work_keys(entry.facts.paper)
        near = [group for key in keys for group in by_key.get(key, ())]
        group = next((g for g in near if any(same_work(e.facts.paper, entry.facts.paper) for e in g)), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(entry)
        for key in keys:
            if not any(g is group for g in by_key.setdefault(key, [])):
                by_key[key].append(group)
    apart = [version for group in groups for version in _versions(group)]
    return sorted(map(_work, apart), key=lambda work: work.kept.location)


def _versions(group: list[Entry]) -> list[list[Entry]]:
    """One work, or its versions where files say that they are of several: the latest keeps the work's id and whatever names no
    version; an earlier one is a work of its own, so that what changed can be seen. They never count as two groups."""
    numbered: dict[int, list[Entry]] = {}
    for entry in group:
        if entry.facts.depth != "note" and (number := _version(entry)):
            numbered.setdefault(number, []).append(entry)
    if len(numbered) < 2:
        return [group]
    earlier = [numbered[number] for number in sorted(numbered)[:-1]]
    taken = {id(entry) for entries in earlier for entry in entries}
    return [[e for e in group if id(e) not in taken], *([_as_version(e) for e in entries] for entries in earlier)]


def _version(entry: Entry) -> int | None:
    paper = entry.facts.paper
    name = (
        find_version(entry.location.rpartition("/")[2]) if paper.arxiv_id and paper.arxiv_id in entry.location else None
    )
    return paper.version or name


def _as_version(entry: Entry) -> Entry:
    paper, number = entry.facts.paper, _version(entry)
    known = f"{paper.arxiv_id}v{number}"
    facts = {"id": f"arxiv:{known}", "arxiv_id": known, "version": number, "doi": None}
    return entry._replace(facts=entry.facts.model_copy(update={"paper": paper.model_copy(update=facts)}))


def _work(group: Sequence[Entry]) -> Work:
    kept, *others = sorted(group, key=lambda e: (-_DEPTH_RANK.get(e.facts.depth, 0), -e.facts.evidence, e.location))
    return Work(kept, _completed(kept.facts.paper, [e.facts.paper for e in others]), tuple(others))


def _completed(paper: Paper, others: Sequence[Paper]) -> Paper:
    """``paper`` with the bibliographic facts that it lacks and other files of the same work have."""
    lacking = {}
    for name in ("authors", "year", "venue", "doi", "arxiv_id", "url", "topics"):
        if not getattr(paper, name):
            value = next((v for other in others if (v := getattr(other, name))), None)
            if value:
                lacking[name] = value
    if not lacking:
        return paper
    whole = paper.model_copy(update=lacking)
    if not (whole.doi or whole.arxiv_id):
        return whole
    return whole.model_copy(update={"id": paper_id(whole.doi, whole.arxiv_id, whole.title)})
