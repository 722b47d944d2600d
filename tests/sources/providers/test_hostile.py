"""Any JSON and any bytes: a provider finds less, says so, and raises nothing but errors for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import SovereignError
from sovereign.reading import Limits
from sovereign.records import canonical_json
from sovereign.sources.arxiv import Arxiv
from sovereign.sources.base import Source
from sovereign.sources.crossref import Crossref, retractions
from sovereign.sources.keys import Keys
from sovereign.sources.openalex import OpenAlex
from sovereign.sources.semanticscholar import SemanticScholar
from sovereign.sources.unpaywall import FreeCopies, open_copy
from sovereign.sources.zotero import Zotero

from . import test_arxiv, test_crossref, test_openalex, test_semanticscholar, test_unpaywall, test_zotero
from .server import Server, queries

KEYS = Keys(
    semantic_scholar="s3cret",
    openalex="s3cret",
    contact="s3cret@zorgs.example",
    zotero="s3cret",
    zotero_library="users/1",
)
S2_WORK = test_semanticscholar.WORK
UPDATED = test_crossref.WORK | {"updated-by": [test_crossref.RETRACTED], "update-to": [test_crossref.RETRACTED]}


def _all_of_semantic_scholar(server: Server) -> None:
    source = SemanticScholar(server, KEYS)
    for call in (
        lambda: source.batch(["doi:10.1000/1"]),
        lambda: source.citations("doi:10.1000/1", 5),
        lambda: source.snippets("zorgs", 5),
    ):
        try:
            call()
        except SovereignError:
            continue


SEARCHES: dict[str, tuple[Callable[[Server], Source], list[Any]]] = {
    "semanticscholar": (lambda server: SemanticScholar(server, KEYS), [{"total": 1, "data": [S2_WORK]}, S2_WORK]),
    "openalex": (lambda server: OpenAlex(server, KEYS), [{"results": [test_openalex.WORK]}, test_openalex.WORK]),
    "crossref": (lambda server: Crossref(server, KEYS), [test_crossref.found(UPDATED), {"message": UPDATED}]),
    "zotero": (lambda server: Zotero(server, KEYS), [[test_zotero.item()], [test_zotero.item(itemType="attachment")]]),
}
COPY = {
    "doi": "x",
    "title": "On Zorgs",
    "year": 2020,
    "journal_name": "Zorg Letters",
    "z_authors": [{"given": "Ada", "family": "Ng"}, {"raw_author_name": "Bo Oz"}],
    "best_oa_location": test_unpaywall.PLACE,
}
CALLS: dict[str, tuple[Callable[[Server], object], list[Any]]] = {
    "retractions": (lambda server: retractions(server, KEYS, ["10.1000/1", "10.1000/1,2"]), SEARCHES["crossref"][1]),
    "free copy": (lambda server: FreeCopies(server, KEYS, Limits()).document("doi:10.1000/1"), [COPY]),
    "open copy": (lambda server: open_copy(server, KEYS, "10.1000/1"), [COPY]),
    "batch, citations, snippets": (
        _all_of_semantic_scholar,
        [
            [None, S2_WORK],
            {"data": [{"citingPaper": S2_WORK}]},
            {"data": [{"snippet": {"text": "Zorgs."}, "score": 1.0, "paper": {"corpusId": 1, "title": "On Zorgs"}}]},
        ],
    ),
}  # fmt: skip

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**63])
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=12)
    | st.sampled_from(["10.1000/x", "<b>", "</jats:title>", "arXiv:2101.00001", "../..", "\ud800", "\x00", "{}"])
)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6)  # fmt: skip


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every part of a JSON value, the whole first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, part in inner for path in places(part, (*here, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """``value`` with the part at ``path`` replaced, or taken out if ``new`` is ``...``."""
    if not path:
        return None if new is ... else new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if new is ... and len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@st.composite
def mutated(draw: st.DrawFn, samples: list[Any]) -> bytes:
    """A good answer with one to three parts of it replaced or taken out, as bytes of JSON."""
    value = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 3))):
        value = changed(value, draw(st.sampled_from(places(value))), draw(st.just(...) | anything))
    return json.dumps(value).encode()


def run(source: Source) -> int:
    """Searches and reads; the number of works found. What was found can be hashed, and holds no secret."""
    ((*hits,),) = source.search(queries("zorgs"), 5)
    for wanted in (*(hit.paper.id for hit in hits), "doi:10.1000/zorg.1", "arxiv:2101.00001"):
        try:
            canonical_json(source.document(wanted).model_dump(mode="json"))
        except SovereignError as error:
            assert "s3cret" not in error.message + error.advice
    told = canonical_json([*(hit.model_dump(mode="json") for hit in hits), *(f.model_dump() for f in source.failures)])
    assert b"s3cret" not in told
    return len(hits)


@pytest.mark.parametrize("name", SEARCHES)
def test_the_samples_are_good_answers(name: str):
    make, samples = SEARCHES[name]
    assert run(make(Server({"http": json.dumps(samples[0]).encode()}))) == 1


@pytest.mark.parametrize("name", SEARCHES)
def test_any_json_mutated_at_random_raises_nothing(name: str):
    make, samples = SEARCHES[name]

    @given(mutated(samples))
    def check(answer: bytes) -> None:
        run(make(Server({"http": answer})))

    check()


@pytest.mark.parametrize("name", CALLS)
def test_calls_on_mutated_json_raise_only_errors_for_people(name: str):
    call, samples = CALLS[name]

    @given(mutated(samples))
    def check(answer: bytes) -> None:
        try:
            call(Server({"http": answer}))
        except SovereignError as error:
            assert "s3cret" not in error.message

    check()


@given(
    st.integers(0, 900),
    st.binary(max_size=30) | st.sampled_from([b"</entry>", b"&a;", b"<id>", b"\x00", b"<!--", b"<?x?>"]),
)
def test_any_damage_to_a_feed_raises_nothing(at: int, noise: bytes):
    feed = test_arxiv.feed(test_arxiv.entry())
    run(Arxiv(Server({test_arxiv.API: feed[:at] + noise + feed[at + len(noise) :]})))


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing(answer: bytes):
    run(Arxiv(Server({test_arxiv.API: answer})))
    for make, _ in SEARCHES.values():
        run(make(Server({"http": answer})))


def test_a_very_deep_answer_raises_nothing():
    deep = b'{"data":' * 100_000
    nested = b"[" * 900 + b"]" * 900
    for make, _ in SEARCHES.values():
        for answer in (deep, nested, b'{"data": [' + nested + b'], "results": [' + nested + b"]}"):
            run(make(Server({"http": answer})))
