"""How near works are to a question, and what else its subjects are called."""

from __future__ import annotations

import pytest

from sovereign.kernel.glossary import Note, other_names, starter_notes
from sovereign.kernel.plan import plan
from sovereign.kernel.relevance import LEAST, relevance, subject_texts
from sovereign.language.words import content_stems
from sovereign.models import embedder
from sovereign.records import seed_claims

NOTES = (
    Note("A", ("gadget folding", "paper mills", "memory")),
    Note("B", ("gadget folding", "paper mills", "memory")),
    Note("C", ("gadget folding", "paper mills", "birds")),
    *(Note(f"D{n}", ("memory", "trains")) for n in range(9)),
)


def test_other_names_are_what_most_notes_of_a_topic_share_and_others_have_not() -> None:
    assert other_names(content_stems("gadget folding"), NOTES) == ("paper mills",)
    assert other_names(content_stems("folding of gadgets"), NOTES) == ("paper mills",)


@pytest.mark.parametrize("thing", ["paper", "unknown thing", "birds", ""])
def test_a_thing_that_is_no_topic_of_several_notes_has_none(thing: str) -> None:
    assert other_names(content_stems(thing), NOTES) == ()


def test_other_names_are_searched_for_beside_the_questions_own_words() -> None:
    question = "What is the latency of gadget folding versus ironing?"
    plain, named = plan(question), plan(question, notes=NOTES)
    assert "paper mills" in named.queries[0].text and "gadget folding" in named.queries[0].text
    assert not any("paper mills" in query.text for query in plain.queries)
    assert [f.synonyms for f in named.of_kind("subject")] == [("paper mills",)]
    assert [f.terms for f in named.facets] == [f.terms for f in plain.facets]
    assert subject_texts(named) == ("gadget folding paper mills", "ironing")


def test_the_starter_library_names_the_subject_of_the_first_question() -> None:
    planned = plan(seed_claims().question, notes=starter_notes())
    assert len(starter_notes()) == 60
    assert subject_texts(planned) == ("expert bridging lora moe", "full fine-tuning")


def test_a_question_without_things_is_its_own_subject() -> None:
    planned = plan("Какова цена?")
    assert subject_texts(planned) == (planned.facets[0].text,)


def test_the_nearest_text_of_a_work_counts_and_the_question_as_a_whole() -> None:
    model = embedder("fake:")
    assert model
    judge = relevance(plan("Does caching reduce latency against streaming?"), model)
    works = [
        ("Zebras", ("Birds eat seeds.", "Caching is a method.")),
        ("Zebras", ("Birds eat seeds.",)),
        ("Caching and streaming", ()),
    ]
    (best, best_of_all), (far, far_of_all), (title, _) = judge.near(works)
    assert best > far + 0.2 and best_of_all > far_of_all and title > far
    assert all(whole >= subjects for subjects, whole in judge.near(works))
    assert judge.near([]) == []
    assert judge.least == -1.0, "a model without a measured line drops nothing"


def test_the_small_model_tells_what_a_question_is_about() -> None:
    model = embedder("minilm")
    assert model and model.name in LEAST
    judge = relevance(plan(seed_claims().question, notes=starter_notes()), model)
    works = [
        ("Adapters", ("Low-rank adapters are routed as experts of a sparse mixture.",)),
        ("Birds", ("Sparrows nest under roofs in spring.",)),
    ]
    (_, near), (_, far) = judge.near(works)
    assert near > judge.least > far
