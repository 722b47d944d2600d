"""Title and abstract of an answer: complete, in our own words, and no figure that its claims or measurements do not carry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sovereign.kernel.of_record import Told, needed, of_record
from sovereign.kernel.originality import folded
from sovereign.kernel.sureness import RULES
from sovereign.records import Answer, AnswerSentence, Record
from tests.kernel.asking import ask
from tests.kernel.conftest import Run

QUESTIONS = (
    "Does LoRA reduce training memory compared with full fine-tuning?",
    "What is the throughput of S-LoRA compared with PEFT?",
    "How does load balancing work in mixture of experts?",
    "How fast do penguins swim?",
)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    home = tmp_path_factory.mktemp("abstracts")
    return [ask(home, question) for question in QUESTIONS]


@pytest.fixture
def every(records: list[Record], starter: Run) -> list[Record]:
    return [starter.record, *records]


def test_an_abstract_has_five_to_nine_whole_sentences(every: list[Record]):
    for record in every:
        abstract = record.answer.abstract
        assert 5 <= len(abstract) <= 9, record.question
        for sentence in abstract:
            assert sentence.text.endswith("."), sentence.text
            assert "…" not in sentence.text and "..." not in sentence.text
            assert sentence.text.count("(") == sentence.text.count(")"), sentence.text
            assert sentence.text[0].isupper() or sentence.text[0].isdigit()
        assert len({s.text for s in abstract}) == len(abstract)


def test_prose_holds_no_ids_and_no_words_of_the_program(every: list[Record]):
    for record in every:
        told = " ".join(s.text for s in record.answer.abstract)
        assert not re.search(r"\b[CFM]\d+\b", told), told
        assert not re.search(r"[A-Z]+_[A-Z]+", told), told


def test_every_sentence_about_the_world_names_what_carries_it(every: list[Record]):
    for record in every:
        claims, measured = {c.id for c in record.claims}, {m.id for m in record.measurements}
        for sentence in record.answer.abstract:
            ids = {*sentence.claim_ids, *sentence.measurement_ids}
            assert bool(ids) != sentence.of_record, sentence.text
            assert ids <= claims | measured


def told(record: Record) -> Told:
    return Told(record.answer, record.plan, record.claims, record.papers, len(record.retrieval.candidates))


def test_sentences_on_the_record_follow_from_the_record(every: list[Record]):
    for record in every:
        again = of_record(told(Record.model_validate_json(record.model_dump_json())))
        said = [s.text for s in record.answer.abstract if s.of_record]
        assert said and set(said) <= set(again)


def test_a_record_with_one_work_less_says_something_else(starter: Run):
    record = starter.record
    less = record.model_copy(update={"papers": record.papers[:-1]})
    said = {s.text for s in record.answer.abstract if s.of_record}
    assert not said <= set(of_record(told(less)))


def test_ratios_of_measured_sentences_are_those_of_their_measurements(starter: Run):
    record = starter.record
    by_id = {m.id: m for m in record.measurements}
    measured = [s for s in record.answer.abstract if s.measurement_ids]
    assert measured
    for sentence in measured:
        told = set(re.findall(r"\b\d+\.\d\d\b", sentence.text))
        carried = {f"{by_id[i].ratio:.2f}" for i in sentence.measurement_ids}
        assert told == carried, sentence.text


def test_ratios_of_sourced_sentences_are_those_of_their_claims(every: list[Record]):
    found = 0
    for record in every:
        for sentence in (s for s in record.answer.abstract if s.claim_ids):
            results = [r for i in sentence.claim_ids for r in record.claim(i).results]
            ratios = {r.ratio for r in results if r.ratio}
            near = {f"{x:.2f}" for r in ratios for x in (r, 1 / r)} | {f"{x:.2g}" for r in ratios for x in (r, 1 / r)}
            texts = " ".join(record.claim(i).text for i in sentence.claim_ids)
            for times in re.findall(r"([\d.]+)(?: to ([\d.]+))? times the", sentence.text):
                for figure in filter(None, times):
                    assert figure in near or figure in texts, (figure, sentence.text)
                    found += 1
    assert found >= 6


def test_the_first_sentence_answers_the_state(every: list[Record]):
    for record in every:
        first = record.answer.abstract[0].text
        assert ("cannot be answered" in first) == (record.answer.state == "NOT_ANSWERABLE"), first
    assert record.answer.state == "NOT_ANSWERABLE"  # the last is one that no work here answers


def test_the_direct_answer_of_a_measured_question_stands_first(starter: Run):
    first = starter.record.answer.abstract[0]
    assert first.measurement_ids
    for words in ("expert bridging", "full fine-tuning", "memory", "110M to 175B"):
        assert words in first.text


def test_each_facet_is_named_with_its_state(every: list[Record]):
    for record in every:
        told = " ".join(s.text for s in record.answer.abstract if s.of_record)
        assert all(f.text.lower() in told.lower() for f in record.plan.facets if _asked(record, f.id)), told


def _asked(record: Record, facet_id: str) -> bool:
    return any(f.facet_id == facet_id for f in record.answer.facets)


def test_titles_are_whole_and_of_no_paper(every: list[Record]):
    for record in every:
        title = record.answer.title
        assert title and title[0].isupper() and not title.endswith(("…", "...", ":"))
        assert folded(title) not in {folded(c.title) for c in record.retrieval.candidates}
        for facet in record.plan.of_kind("metric", "scale"):
            assert facet.text in title or facet.text.capitalize() in title


def test_a_question_in_the_words_of_a_title_gets_another_title(tmp_path: Path):
    text = "# Expert routing and memory usage\n\nExpert routing needs 2 GB of memory where dense layers need 4 GB.\n"
    (tmp_path / "library").mkdir()
    (tmp_path / "library/a.md").write_text(text, "utf-8")
    record = ask(tmp_path / "home", "Expert routing: memory usage", tmp_path / "library")
    titles = {c.title for c in record.retrieval.candidates}
    assert titles == {"Expert routing and memory usage"}
    assert folded(record.answer.title)[:2] != ("expert", "routing")


def test_no_sentence_of_ours_is_a_near_copy(every: list[Record]):
    for record in every:
        quotes = [c.quote.text for c in record.claims]
        for sentence in record.answer.abstract:
            assert folded(sentence.text) not in {folded(q) for q in quotes}


def test_each_facet_says_how_sure_by_a_rule_that_is_written_down(every: list[Record]):
    degrees = {rule.why: rule.degree for rule in RULES}
    for record in every:
        assert [s.facet_id for s in record.answer.sureness] == [f.facet_id for f in record.answer.facets]
        for sure in record.answer.sureness:
            assert degrees[sure.rule] == sure.degree
            assert str(sure.claims or "") in sure.text and sure.text.count(sure.degree)


def test_what_rests_on_notes_alone_is_never_more_than_low(records: list[Record]):
    for sure in (s for r in records for s in r.answer.sureness):
        if sure.depths == ("note",) and not sure.measured and not sure.verified:
            assert sure.degree in ("low", "very low")


def test_agreements_are_of_different_works_and_near(every: list[Record]):
    found = [(r, a) for r in every for a in r.answer.agreements]
    assert found
    for record, agreed in found:
        sources = [i for side in agreed.sides for i in side.source_ids]
        assert len(set(sources)) == len(sources) >= 2
        assert all(record.claim(i).quote.source_id in sources for s in agreed.sides for i in s.claim_ids)


def test_a_matrix_has_axes_and_cells_of_its_claims(every: list[Record]):
    found = [(r, m) for r in every for m in r.answer.matrices]
    assert found
    for record, matrix in found:
        assert len(matrix.rows) > 1 or len(matrix.columns) > 1
        for row in matrix.rows:
            for cell in filter(None, row.cells):
                ratios = [c.ratio for c in record.answer.comparisons if c.claim_id in cell.claim_ids]
                assert {cell.low, cell.high} <= set(ratios)
                assert all(record.claim(i).setting.scale for i in cell.claim_ids)


def test_what_the_abstract_cites_stands_in_the_record_and_old_answers_load(starter: Run):
    record = starter.record
    plain = record.answer.model_dump(mode="json")
    for name in ("title", "abstract", "sureness", "agreements", "matrices"):
        assert plain.pop(name)
    old = Answer.model_validate(plain)
    assert old.abstract == () and "abstract" not in old.model_dump(mode="json")
    with pytest.raises(ValueError, match="must name"):
        AnswerSentence(text="A says B.")


def test_nothing_is_called_closed_where_a_part_of_the_question_became_no_facet(starter: Run):
    record = starter.record
    closed = told(record)._replace(answer=record.answer.model_copy(update={"open_points": ()}))
    assert needed(closed).text == "Nothing that was asked is left open."
    note = "Read as a setting, not as a thing to compare: width."
    unread = closed._replace(plan=record.plan.model_copy(update={"notes": (note,)}))
    assert "width" in needed(unread).text and "Nothing" not in needed(unread).text
