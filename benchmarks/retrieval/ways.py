"""One library searched in three ways, and what the rankings are worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sovereign.index.embedded import EmbeddedVectors
from sovereign.models import Embedder
from sovereign.records import Query
from sovereign.sources import Library
from sovereign.sources.index import Cache
from sovereign.sources.semantic import Semantic

from .sets import Asked

WAYS = ("words", "meaning", "both")
Search = Callable[[str], list[str]]


class Figures(NamedTuple):
    """Means over the queries."""

    queries: int
    recall: float
    ndcg: float


class Opened(NamedTuple):
    """A library with both indexes. ``by`` gives titles, best first."""

    library: Library
    semantic: Semantic
    by: dict[str, Search]
    close: Callable[[], None]


def opened(folder: Path, work: Path, model: Embedder, tell: Callable[[str], None], limit: int = 20) -> Opened:
    """The library of a folder, read, indexed and embedded. What an earlier run did of that is kept in ``work``."""
    path = work / f"{folder.name}.db"
    words = Library([folder], path, progress=tell)
    words.refresh()
    semantic = Semantic(model, EmbeddedVectors(work / f"{folder.name}-vectors.db"), wait=True)
    both = Library([folder], path, progress=tell, semantic=semantic)
    both.refresh()
    cache = Cache(path)

    def of_library(library: Library) -> Search:
        return lambda text: [hit.paper.title for hit in library.search([Query(text=text, facet_ids=())], limit)[0]]

    def meaning(text: str) -> list[str]:
        places = cache.places([found.key for found in semantic.nearest(text)])
        return [cache.paper(paper)[0].title for paper in list(dict.fromkeys(place.paper for place in places))[:limit]]

    def close() -> None:
        words.close()
        both.close()
        cache.close()

    by = {"words": of_library(words), "meaning": meaning, "both": of_library(both)}
    return Opened(both, semantic, by, close)


def figures(search: Search, asked: Sequence[Asked], at: int) -> Figures:
    """Recall and nDCG of the first ``at`` works (Järvelin and Kekäläinen 2002), every wanted work worth the same."""
    recalls, gains = [], []
    for one in asked:
        found = search(one.text)[:at]
        recalls.append(len(one.wanted & set(found)) / len(one.wanted))
        gain = sum(1 / math.log2(rank + 1) for rank, title in enumerate(found, 1) if title in one.wanted)
        gains.append(gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(at, len(one.wanted)) + 1)))
    return Figures(len(asked), sum(recalls) / len(asked), sum(gains) / len(asked))
