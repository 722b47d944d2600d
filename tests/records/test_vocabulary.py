"""What the types of the vocabulary promise: closed, frozen, one canonical form, nothing that contradicts itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sovereign import records
from sovereign.records import (
    GENESIS,
    Answer,
    AnswerSentence,
    Claim,
    Comparison,
    Disagreement,
    Document,
    Event,
    FacetAnswer,
    GateVerdict,
    Model,
    Paper,
    Quantity,
    Quote,
    Result,
    Section,
    Sentence,
    Setting,
    Side,
    Verification,
    canonical_json,
    quote_of,
    seed_claims,
    sha256_hex,
    short_id,
    text_hash,
)

TEXT = "Alpha is fast. Beta needs 4 GB, ünlike Gamma 🙂."
PAPER = Paper(id="title:x", title="X", our_words=True)


def document(*sentences: Sentence, evidence: bool = True) -> Document:
    section = Section(title="Findings", level=2, start=0, end=len(TEXT), evidence=evidence)
    return Document(
        paper=PAPER, text=TEXT, text_hash=text_hash(TEXT), depth="note", sections=(section,), sentences=sentences
    )


def claim(**changes: object) -> Claim:
    quote = quote_of(document(), Sentence(start=15, end=len(TEXT), section=0))
    return Claim.model_validate({"id": "C1", "text": quote.text, "quote": quote, "setting": Setting(), **changes})


def verification(verdict: str, verified: bool) -> Verification:
    return Verification.model_validate(
        {
            "verdict": verdict,
            "reason": "",
            "deciding": (),
            "anchored": True,
            "verified": verified,
            "independent_groups": 0,
            "evidence": (),
        }
    )


def test_every_name_that_is_promised_is_there():
    assert sorted(records.__all__) == sorted(set(records.__all__))
    assert all(hasattr(records, name) for name in records.__all__)


def test_models_are_frozen_and_closed():
    with pytest.raises(ValidationError):
        PAPER.title = "Y"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        Paper.model_validate({"id": "x", "title": "X", "autors": []})


def test_computed_fields_are_shown_but_not_read_back():
    result = Result(
        subject="A",
        comparator="B",
        metric="memory",
        value=Quantity(value=4, unit="GB", text="4 GB"),
        direction="decrease",
    )
    one = claim(results=(result,))
    data = json.loads(one.model_dump_json())
    assert (data["subject"], data["value"], data["unit"], data["direction"], data["verdict"]) == (
        "A",
        4.0,
        "GB",
        "decrease",
        "UNCHECKED",
    )
    assert Claim.model_validate(data) == one
    assert Claim.model_validate(data | {"verdict": "SUPPORT", "value": 99}) == one


def test_a_claim_without_results_has_empty_fields():
    one = claim()
    assert (one.subject, one.comparator, one.metric, one.value, one.unit, one.direction) == (None,) * 6


@pytest.mark.parametrize(
    ("changes", "verified"),
    [
        ({}, False),
        ({"verification": verification("SUPPORT", False)}, False),
        ({"verification": verification("SUPPORT", True)}, True),
        ({"gate": GateVerdict(status="VERIFIED", reason="", protocol_match="exact")}, True),
        ({"gate": GateVerdict(status="UNVERIFIED", reason="proxy_consistent", protocol_match="proxy")}, False),
        ({"gate": GateVerdict(status="FALSIFIED", reason="", protocol_match="exact")}, False),
    ],
)
def test_what_counts_as_verified(changes: dict[str, object], verified: bool):
    assert claim(**changes).verified is verified


def test_a_sentence_of_the_answer_must_be_carried():
    with pytest.raises(ValidationError, match="must name a claim"):
        AnswerSentence(text="It is fast.")
    assert AnswerSentence(text="It is fast.", measurement_ids=("M1",))


def test_cited_claims_are_all_that_the_answer_rests_on_each_once():
    sentence = AnswerSentence(text="x", claim_ids=("C3", "C1"))
    row = Comparison(
        facet_id="F1",
        metric="memory",
        subject="a",
        comparator="b",
        subject_value="",
        comparator_value="",
        ratio=1.0,
        scale="",
        setting="",
        claim_id="C7",
    )
    sides = (
        Side(statement="", claim_ids=("C1", "C8"), source_ids=()),
        Side(statement="", claim_ids=("C9",), source_ids=()),
    )
    answer = Answer(
        state="ANSWERED",
        summary=(sentence,),
        facets=(
            FacetAnswer(
                facet_id="F1",
                state="ANSWERED",
                reason="",
                sentences=(sentence, AnswerSentence(text="y", claim_ids=("C5",))),
            ),
        ),
        comparisons=(row,),
        disagreements=(Disagreement(subject="", metric="", kind="level", sides=sides, why=""),),
    )
    assert answer.cited() == ("C3", "C1", "C5", "C7", "C8", "C9")


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (4, 3), (0, len(TEXT) + 1)])
def test_spans_lie_inside_the_text(start: int, end: int):
    with pytest.raises(ValidationError, match="outside a text"):
        document(Sentence(start=start, end=end, section=0))


def test_a_quote_is_the_slice_of_its_sentence():
    sentence = Sentence(
        start=15, end=len(TEXT), section=0, where="Table 6", seen="yes", source_id="arxiv:1", secondhand=True
    )
    quote = quote_of(document(sentence), sentence)
    assert quote.text == TEXT[quote.start : quote.end] == "Beta needs 4 GB, ünlike Gamma 🙂."
    assert (quote.paper_id, quote.source_id, quote.section, quote.depth) == ("title:x", "arxiv:1", "Findings", "note")
    assert (quote.where, quote.seen, quote.secondhand, quote.our_words) == ("Table 6", "yes", True, True)
    own = Sentence(start=0, end=14, section=0)
    assert quote_of(document(own), own).source_id == "title:x"


def test_only_evidence_sections_give_evidence():
    sentence = Sentence(start=0, end=14, section=0)
    assert document(sentence).evidence() == (sentence,)
    assert document(sentence, evidence=False).evidence() == ()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_equal_texts_have_equal_hashes_and_quotes_survive_json(text: str):
    assert text_hash(text) == sha256_hex(text.encode())
    quote = Quote(
        text=text,
        text_hash=text_hash(text),
        start=0,
        end=len(text),
        paper_id="p",
        source_id="p",
        section="",
        depth="note",
    )
    assert Quote.model_validate_json(quote.model_dump_json()) == quote


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.floats()
    | st.integers(-(2**54), 2**54)
    | st.sampled_from([1e-5, 1e16, -0.0, 1e21]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_is_that_of_rfc_8785(value: object) -> None:
    try:
        written = rfc8785.dumps(value)
    except ValueError:
        written = None
    try:
        assert canonical_json(value) == written
    except ValueError:
        assert written is None


def test_canonical_json_knows_no_order_and_one_number_format():
    assert (
        canonical_json({"b": 1.0, "a": [1, "é"]})
        == canonical_json({"a": [1, "é"], "b": 1})
        == '{"a":[1,"é"],"b":1}'.encode()
    )
    with pytest.raises(ValueError):
        canonical_json({"a": math.nan})


def _or_refused(make: Callable[[object], bytes], value: object) -> bytes | None:
    try:
        return make(value)
    except rfc8785.CanonicalizationError:
        return None


_EDGES = (
    2.0**53,
    9551417890907490.0,
    2**53,
    2**53 - 1,
    1 - 2**53,
    -0.0,
    1e16,
    1e21,
    1e-4,
    9.9e-5,
    1e-7,
    -2.5,
    math.inf,
    "\x7f\x1f\u2028",
    "\ud800",
    '\\"/\n',
    {1},
)
_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(_EDGES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(_TREES)
def test_canonical_json_is_that_of_the_library(value: object):
    assert _or_refused(canonical_json, value) == _or_refused(rfc8785.dumps, value)


def test_keys_are_sorted_as_utf_16():
    assert canonical_json({"\U0001f600": 1, "\ufb33": 2}) == rfc8785.dumps({"\U0001f600": 1, "\ufb33": 2})
    assert canonical_json({"\U0001f600": 1, "\ufb33": 2}).startswith('{"\U0001f600"'.encode())


@pytest.mark.parametrize(
    "change",
    [{"seq": 2}, {"at": "later"}, {"kind": "k2"}, {"subject": "s2"}, {"payload": {"a": 2}}, {"prev_hash": "1" * 64}],
)
def test_the_hash_of_an_event_covers_every_field(change: dict[str, object]):
    event = Event(seq=1, at="now", kind="k", subject="s", payload={"a": 1}, prev_hash=GENESIS, hash="")
    assert event.model_copy(update=change).computed_hash() != event.computed_hash()
    assert event.model_copy(update={"hash": "x"}).computed_hash() == event.computed_hash()


def test_short_ids():
    assert short_id(UUID("1a2b3c4d-0000-4000-8000-000000000000")) == "SRCH:1A2B3C4D"


def test_the_seed_claims():
    seed = seed_claims()
    assert [c.id for c in seed.claims] == [f"S{n}" for n in range(1, 11)]
    assert sum(c.completed for c in seed.claims) == 2
    assert all(c.printed_verified and 0 < c.printed_cosine < 1 for c in seed.claims)
    assert seed.source_id == "arxiv:2404.15159"
    assert seed.question.endswith("?")


def test_all_types_are_models():
    types = [getattr(records, n) for n in records.__all__ if isinstance(getattr(records, n), type)]
    assert all(issubclass(t, Model) for t in types)
