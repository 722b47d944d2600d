"""Stage *extract*: a work's main claim is kept, what it credits to others is not its own, a claim is one statement."""

from __future__ import annotations

from sovereign.kernel.aspects import Aspects, aspects_of
from sovereign.kernel.extract import claims_in, extract
from sovereign.kernel.independence import papers_by_id, relation_of
from sovereign.kernel.main_claim import main_claims, ranked
from sovereign.kernel.plan import plan
from sovereign.kernel.verify import verify
from sovereign.reading import read_bytes
from sovereign.records import Claim, Document, quote_of
from tests.kernel import columnar

TITLE = "Columnar layouts for analytical scans"
ABSTRACT = (
    "Analytical scans have become common in recent years.",
    "However, row layouts read bytes that no query needs.",
    "In this paper, we propose a columnar layout for analytical scans.",
    "It stores each attribute apart.",
    "Experiments on TPC-H show that scans are faster.",
)
OWN = "The columnar layout has a scan latency of 120 ms against 480 ms for the row layout."
THEIRS = "Ostrom et al. (2020) report that the columnar layout has a scan latency of 150 ms against 480 ms for the row layout."


def paper(*parts: tuple[str, str], title: str = TITLE) -> Document:
    text = "\n\n".join((f"# {title}", *(f"## {heading}\n\n{prose}" for heading, prose in parts)))
    return read_bytes(text.encode(), "lanes.md")


def asked(document: Document, question: str) -> Aspects:
    return aspects_of(plan(question), (document.paper,))


def claims(document: Document, question: str = columnar.QUESTION, own_only: bool = True) -> tuple[Claim, ...]:
    return extract([document], asked(document, question), own_only)


def test_the_sentence_that_announces_the_work_is_ranked_first():
    (score, first), *others = ranked(ABSTRACT, TITLE)
    assert first == 2
    assert 0.0 < score < 1.0 and all(score > other for other, _ in others)
    document = paper(("Abstract", " ".join(ABSTRACT)), ("Results", OWN))
    assert document.slice(main_claims(document)[0].sentence) == ABSTRACT[2]
    assert len(main_claims(document)) == 3


def test_the_main_claim_is_kept_when_the_topic_is_asked_in_other_words_than_its_own():
    abstract = (
        "Queries read few attributes.",
        "We propose lanes, which store each attribute apart.",
        "Lanes are simple.",
    )
    document = paper(("Abstract", " ".join(abstract)), title="Columnar layouts: storing attributes apart")
    found = claims(document, "columnar layouts")
    assert found[0].text == abstract[1]
    assert found[0].headline == 1
    assert [c.headline for c in found] == sorted(c.headline or 99 for c in found)
    assert extract([document], asked(document, "hash joins")) == ()


def test_a_plan_is_no_claim_but_what_a_paper_announces_is():
    document = paper(
        ("Abstract", "In this paper, we propose a columnar layout. In this section, we describe the columnar layout.")
    )
    assert [c.text for c in claims(document, "columnar layout")] == ["In this paper, we propose a columnar layout."]


def test_what_is_credited_to_others_is_dropped_and_what_is_own_stays():
    document = paper(("Introduction", THEIRS), ("Results", OWN))
    assert [c.text for c in claims(document)] == [OWN]
    both = claims(document, own_only=False)
    assert {c.text: c.credited for c in both} == {OWN: None, THEIRS: "Ostrom et al. (2020)"}


def test_moving_a_sentence_under_related_work_drops_it():
    assert [c.text for c in claims(paper(("Results", OWN)))] == [OWN]
    assert claims(paper(("Related Work", OWN))) == ()
    assert [c.text for c in claims(paper(("Related Work", f"We find that {OWN[0].lower()}{OWN[1:]}")))] != []


def test_a_note_speaks_for_its_sources():
    text = columnar.note("Lanes", [(THEIRS, "Table 2", "yes")], ["Mara Stonebrook"], "1901.00011")
    document = read_bytes(text.encode(), "lanes.md")
    assert [c.text for c in claims(document)] == [THEIRS]


def test_what_a_work_tells_of_others_neither_supports_its_own_claim_nor_is_independent():
    theirs = THEIRS.replace("150 ms", "120 ms")
    document = paper(("Results", OWN), ("Discussion of others", theirs))
    (found,) = verify(claims(document), [document], [document.paper])
    assert found.text == OWN and not found.verified
    again = paper(("Results", OWN), ("Summary of results", OWN.replace("The columnar", "Again, the columnar")))
    assert any(c.verified for c in verify(claims(again), [again], [again.paper]))  # its own words may
    quotes = [quote_of(document, s) for s in document.sentences]
    mine = next(q for q in quotes if q.text == OWN)
    passed_on = next(q for q in quotes if q.text == theirs)
    assert relation_of(mine, passed_on, papers_by_id([document.paper])) == "not_independent"


def of(sentence: str) -> list[Claim]:
    document = paper(("Results", sentence))
    return claims_in(document, document.sentences[0])


def test_one_claim_for_each_metric_and_its_text_is_never_cut():
    sentence = "The lanes improve accuracy by 3 % and throughput by 5 % while they reduce memory by 40 %."
    found = of(sentence)
    assert {c.metric: c.value for c in found} == {"accuracy": 3.0, "throughput": 5.0, "memory": 40.0}
    assert {c.text for c in found} == {sentence}


def test_lists_with_respectively_keep_the_place_of_each_figure():
    (claim,) = of("Lanes need 40 GB, 30 GB and 20 GB of memory on TPC-H, SSB and JOB, respectively.")
    assert [(r.value.value, r.condition) for r in claim.results if r.value] == [
        (40.0, "on TPC-H"),
        (30.0, "on SSB"),
        (20.0, "on JOB"),
    ]
    (claim,) = of("Lanes reduce the error for TPC-H and SSB by 9 % and 5 %, respectively.")
    assert [r.value.value for r in claim.results if r.value] == [9.0, 5.0]
    assert all(
        r.value is None
        for c in of("Lanes reach 9 %, 7 % and 5 % accuracy on TPC-H and SSB, respectively.")
        for r in c.results
    )


def test_a_and_b_both_are_two_statements_and_a_and_b_together_one():
    (claim,) = of("Alpha and Beta both beat Gamma by 3 points in accuracy.")
    assert [r.subject for r in claim.results] == ["Alpha", "Beta"]
    (claim,) = of("Alpha and Beta beat Gamma by 3 points in accuracy.")
    assert [r.subject for r in claim.results] == ["Alpha and Beta"]


def test_the_figure_of_a_bracket_behind_a_metric():
    (claim,) = of("Alpha reaches the highest accuracy (81.2%) of all.")
    assert (claim.subject, claim.metric, claim.value) == ("Alpha", "accuracy", 81.2)
    assert all(c.value != 3.0 for c in of("Alpha reaches the highest accuracy (see 3 of all) of them."))
