"""Versions of one work among small made documents, and what changed between them."""

from __future__ import annotations

import time

import pytest

from sovereign.evals.pairs import document_of
from sovereign.kernel.independence import papers_by_id, relation_of
from sovereign.kernel.versions import (
    document_changes,
    title_against_abstract,
    version_changes,
    version_claims,
    version_groups,
    version_reason,
    versions_of,
)  # fmt: skip
from sovereign.reading.sentences import sentence_spans
from sovereign.records import Document, Paper
from tests.kernel.making import quote

GROUP = ("Rekha Iyer", "Jon Quill", "Mara Stonebrook")
OTHERS = ("Tove Lind", "Pau Serra", "Ana Kos")
FIRST = (
    "Large models are costly to adapt. We introduce TurnKey, an adapter that routes tokens to small experts. "
    "TurnKey reduces memory by 41% and latency by 17% during training. Code is public."
)
SECOND = (
    "Large models are costly to adapt. We introduce TurnKey, an adapter that routes tokens to small experts. "
    "TurnKey reduces memory by 40% and latency by 30% during training and inference. Code is public."
)


def document(
    text: str, title: str, authors: tuple[str, ...] = GROUP, key: str = "", version: int | None = None
) -> Document:
    key = key or title
    paper = Paper(id=f"arxiv:{key}", title=title, authors=authors, arxiv_id=key, version=version)
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    return document_of(title, sentences).model_copy(update={"paper": paper})


def test_one_arxiv_id_is_one_work_whatever_the_title():
    one, other = (
        document(FIRST, "Routing adapters", key="2401.00001"),
        document("Else.", "Other", OTHERS, key="2401.00001"),
    )
    assert versions_of([one, other]) == ((0, 1),)


def test_a_title_that_gained_the_name_of_its_method():
    one, other = document(FIRST, "Routing tokens to small experts"), document(SECOND, "TurnKey: small experts")
    assert "turnkey" in version_reason(one, other)


def test_a_journal_form_with_the_same_title():
    one, other = document(FIRST, "Routing Adapters!", GROUP), document("Another text.", "routing adapters", GROUP[:2])
    assert version_reason(one, other) == "one title"


def test_a_general_title_of_two_groups_is_two_works():
    texts = ("We survey routing in networks of roads.", "This chapter reviews adapters for speech models.")
    one, other = document(texts[0], "An Overview", GROUP, "1"), document(texts[1], "An Overview", OTHERS, "2")
    assert version_reason(one, other) == ""


def test_other_authors_make_another_work_unless_title_and_text_are_the_same():
    assert version_reason(document(FIRST, "TurnKey"), document(FIRST, "Small experts", OTHERS)) == ""
    assert (
        version_reason(document(FIRST, "TurnKey", GROUP, "1"), document(FIRST, "TurnKey", OTHERS, "2")) == "one title"
    )


@pytest.mark.parametrize(
    "title", ["TurnKey+: Faster Small Experts", "LockStep: Small Experts", "TurnKey II", "TurnKey 2: Small Experts"]
)
def test_a_further_work_of_the_same_group_is_no_version(title: str):
    later = SECOND.replace("TurnKey", title.partition(":")[0])
    assert version_reason(document(FIRST, "TurnKey: Small Experts"), document(later, title)) == ""


@pytest.mark.parametrize(
    ("title", "authors"), [("Routing tokens", GROUP), ("Routing tokens", OTHERS), ("TurnKey", OTHERS)]
)
def test_the_order_of_documents_does_not_matter(title: str, authors: tuple[str, ...]):
    one, other = document(FIRST, "TurnKey", GROUP, "1"), document(SECOND, title, authors, "2")
    assert version_reason(one, other) == version_reason(other, one)
    assert bool(versions_of([one, other])) == bool(versions_of([other, one])) == bool(version_reason(one, other))


def test_figures_are_aligned_by_metric_and_their_phases_told():
    older, newer = document(FIRST, "TurnKey", key="1", version=1), document(SECOND, "TurnKey", key="1", version=2)
    found = document_changes([newer, older])
    said = {item.metric: item.why for item in found}
    assert {item.type for item in found} == {"different_version"}
    assert any(
        "17% became 30%" in why and "training only, the later of training and inference" in why for why in said.values()
    )
    assert any("41% became 40%" in item.why for item in found)
    assert not any("41% became 30%" in item.why or "17% became 40%" in item.why for item in found)
    assert all(len(item.sides) == 2 and item.sides[0].claim_ids for item in found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("reduces", "raises", "“reduces” became “raises”"),
        ("during training", "during inference", "inference only"),
        (" TurnKey reduces memory by 41% and latency by 17% during training.", "", "only the earlier version"),
    ],
)
def test_each_kind_of_change(before: str, after: str, said: str):
    older, newer = (
        document(FIRST, "TurnKey", key="1", version=1),
        document(FIRST.replace(before, after), "TurnKey", key="1", version=2),
    )
    assert any(said in item.why for item in document_changes([older, newer]))


@pytest.mark.parametrize(
    ("before", "after"),
    [("%", " %"), ("%", " percent"), ("Code is public.", ""), ("an adapter that", "an adapter which")],
)
def test_wording_alone_is_no_change(before: str, after: str):
    older, newer = (
        document(FIRST, "TurnKey", key="1", version=1),
        document(FIRST.replace(before, after), "TurnKey", key="1", version=2),
    )
    assert document_changes([older, newer]) == ()


def test_equal_texts_and_no_text_give_no_change():
    one = document(FIRST, "TurnKey", key="1")
    assert document_changes([one, one]) == document_changes([]) == document_changes([one]) == ()
    empty = document("", "", (), "9")
    assert version_reason(empty, one) == "" and versions_of([empty, one]) == ()


@pytest.mark.parametrize(
    "text", ["%" * 2000 + ".", "We propose " + "A-" * 1500 + ".", "\ud7ff\u202e 40\u00a0% (((.", "II " * 900]
)
def test_hostile_texts_do_no_harm(text: str):
    one, other = document(text, text[:300], key="1", version=1), document(FIRST, "TurnKey", key="1", version=2)
    assert versions_of([one, other]) == ((0, 1),)
    assert all(item.type == "different_version" for item in document_changes([one, other]))


def test_claims_of_a_question_are_compared_by_groups_of_papers():
    older, newer = (
        document(FIRST, "Routing tokens to small experts", key="2401.1"),
        document(SECOND, "TurnKey: small experts", key="2402.1"),
    )
    claims, papers = version_claims([older, newer]), [older.paper, newer.paper]
    found = version_changes(claims, papers, version_groups([older, newer]))
    assert any("17% became 30%" in item.why for item in found)
    ids = {c.id for c in claims}
    assert all(set(side.claim_ids) <= ids and side.claim_ids for item in found for side in item.sides)
    assert version_changes(claims, papers) == ()  # by titles and identifiers alone they are two works


def test_a_title_that_its_abstract_turns():
    text = "Experts matter in each layer. We find that giving more experts to middle layers helps a network need less data."
    turned = document(text, "Higher Layers Need More Experts in a Network")
    (found,) = title_against_abstract(turned, version_claims([turned]))
    assert found.type == "own_work" and "“higher layers”, the abstract “middle layers”" in found.why
    agreeing = document(text.replace("middle", "upper"), "Higher Layers Need More Experts in a Network")
    assert title_against_abstract(agreeing, version_claims([agreeing])) == ()


def test_one_identifier_is_not_independent_whatever_the_authors():
    papers = papers_by_id([
        Paper(id="doi:10.1/x", title="One", authors=("Rekha Iyer",), doi="10.1/x", arxiv_id="2401.00001"),
        Paper(id="arxiv:2401.00001", title="Two", authors=("R. Else",), arxiv_id="2401.00001"),
    ])  # fmt: skip
    assert relation_of(quote("doi:10.1/x"), quote("arxiv:2401.00001"), papers) == "not_independent"


def test_two_places_in_both_versions_are_no_turned_argument():
    older = "Higher layers of a network need more experts than others. Lower layers of a network need fewer experts than others."
    newer = "The higher layers of a network need more experts than others do. The lower layers of a network need fewer experts than others do."
    one, other = document(older, "Layers", key="1", version=1), document(newer, "Layers", key="1", version=2)
    assert document_changes([one, other]) == ()
    turned = document(older.replace("Higher", "Middle"), "Layers", key="1", version=2)
    assert [item.why for item in document_changes([one, turned])] == ["“higher layers” became “middle layers”"]


def test_long_versions_are_compared_in_time_and_say_nothing_of_what_one_alone_makes():
    texts = [
        " ".join(f"Method{n} reduces the {word} latency by {n % 90 + 1}% here." for n in range(3000))
        for word in ("old", "new")
    ]
    one, other = (document(t, "Many", key="1", version=v) for v, t in enumerate(texts, 1))
    began = time.monotonic()
    found = document_changes([one, other])
    assert time.monotonic() - began < 60
    assert not any(item.why.startswith("only") for item in found)
