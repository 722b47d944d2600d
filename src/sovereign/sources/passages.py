"""The passages of an index that a query finds, by words and by meaning."""

from __future__ import annotations

from collections.abc import Sequence

from sovereign.index import Found

from .base import PassageHit
from .index import Cache
from .ranks import fused
from .rows import Place
from .semantic import NEAREST, Semantic
from .terms import query_terms


def find_passages(cache: Cache, semantic: Semantic | None, text: str, limit: int) -> tuple[PassageHit, ...]:
    """The ``limit`` best passages, by reciprocal rank fusion of both rankings.

    Files are not looked at: the index answers as it was when it was last brought up to date. Without an embedder, or where its
    vectors are not complete, words alone count.

    Raises:
        SovereignError: if the embedder or its store cannot be asked.
        sqlite3.DatabaseError: if the cache cannot be read.
    """
    near = semantic.nearest(text) if semantic else []
    with cache.transaction(write=False):
        return _ranked(cache, text, near, max(0, limit))


def _ranked(cache: Cache, text: str, near: Sequence[Found], limit: int) -> tuple[PassageHit, ...]:
    words = cache.search_passages(query_terms(text), NEAREST)
    cosines = {place: found.cosine for found in near for place in cache.places([found.key])}
    places = {place.passage: place for place in cosines} | {number: cache.place(number) for number in words}
    meaning = [place.passage for place in cosines]
    by_words = {number: rank for rank, number in enumerate(words, 1)}
    by_meaning = {number: rank for rank, number in enumerate(meaning, 1)}
    best = list(fused(words, meaning).items())[:limit]
    hits = (
        _hit(cache, places[n], score, by_words.get(n, 0), by_meaning.get(n, 0), cosines.get(places[n]))
        for n, score in best
    )
    return tuple(hit for hit in hits if hit)


def _hit(
    cache: Cache, place: Place, score: float, by_words: int, by_meaning: int, cosine: float | None
) -> PassageHit | None:
    paper, key = cache.paper(place.paper)
    document = cache.document(key)
    if document is None:  # the cache lost it; the next refresh reads its file again
        return None
    sentences = document.evidence()[place.first : place.last + 1]
    first, last = sentences[0], sentences[-1]
    return PassageHit(
        paper=paper,
        start=first.start,
        end=last.end,
        text=" ".join(map(document.slice, sentences)),
        section=document.sections[first.section].title,
        page=first.page,
        score=score,
        by_words=by_words,
        by_meaning=by_meaning,
        cosine=cosine,
    )
