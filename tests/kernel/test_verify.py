"""Stage *verify* with planted defects: nothing that is wrong with a claim may leave it supported."""

from __future__ import annotations

import pytest

from sovereign.kernel.aspects import aspects_of
from sovereign.kernel.extract import extract
from sovereign.kernel.plan import plan
from sovereign.kernel.verify import check_fields, verify
from sovereign.reading import read_bytes
from sovereign.records import Claim, Document, Quantity
from tests.kernel import columnar

SENTENCE = "On TPC-H, the columnar layout has a scan latency of 120 ms against 480 ms for the row layout."


def read(seen: str = "yes", *more: tuple[str, str, str]) -> Document:
    text = columnar.note("Lanes", [(SENTENCE, "Table 2", seen), *more], ["Mara Stonebrook"], "1901.00011")
    return read_bytes(text.encode(), "lanes.md")


def extracted(document: Document) -> Claim:
    planned = plan(columnar.QUESTION)
    claim, *_ = extract([document], aspects_of(planned, (document.paper,)))
    return claim


def verified(claim: Claim, document: Document) -> Claim:
    (found,) = verify([claim], [document], [document.paper])
    return found


def test_the_fields_are_those_of_the_sentence():
    claim = extracted(read())
    assert claim.text == claim.quote.text == SENTENCE
    assert (claim.subject, claim.comparator, claim.metric) == ("columnar layout", "row layout", "latency")
    assert (claim.value, claim.unit, claim.direction) == (120.0, "ms", "decrease")
    assert claim.main.ratio == pytest.approx(0.25)


def test_its_own_sentence_supports_but_does_not_verify():
    document = read()
    claim = verified(extracted(document), document)
    assert (claim.verdict, claim.verified, claim.verification.anchored) == ("SUPPORT", False, True)
    assert [e.relation for e in claim.verification.evidence] == ["own_quote"]


@pytest.mark.parametrize("change", [{"start": 0}, {"text": SENTENCE.replace("120", "12")}, {"end": 5}, {"text": ""}])
def test_a_quote_that_does_not_stand_there_is_not_anchored(change: dict[str, object]):
    document = read()
    claim = extracted(document)
    claim = verified(claim.model_copy(update={"quote": claim.quote.model_copy(update=change)}), document)
    assert (claim.verdict, claim.verification.anchored, claim.verified) == ("UNCHECKED", False, False)


def test_a_recalled_finding_is_not_checked():
    document = read("recalled")
    claim = verified(extracted(document), document)
    assert (claim.verdict, claim.verified) == ("UNCHECKED", False)
    assert "recalled" in claim.verification.reason


@pytest.mark.parametrize(
    "part",
    [
        {"subject": "heap layout"},
        {"value": Quantity(value=12, unit="ms", text="12 seconds")},
        {"comparator": "column family"},
    ],
)
def test_fields_that_the_sentence_does_not_give_are_found(part: dict[str, object]):
    document = read()
    claim = extracted(document)
    wrong = claim.model_copy(update={"results": (claim.main.model_copy(update=part),)})
    assert check_fields(claim).outcome == "pass"
    assert check_fields(wrong).outcome == "fail"
    assert verified(wrong, document).verdict == "NOT_ENOUGH_INFO"


def test_another_passage_of_the_work_verifies():
    document = read("yes", (SENTENCE.replace("has a", "shows a"), "Section 5", "yes"))
    claim = verified(extracted(document), document)
    assert (claim.verdict, claim.verified) == ("SUPPORT", True)
    assert {e.relation for e in claim.verification.evidence} == {"own_quote", "own_work"}


def test_another_passage_that_was_only_recalled_does_not():
    document = read("yes", (SENTENCE.replace("has a", "shows a"), "Section 5", "recalled"))
    claim = verified(extracted(document), document)
    assert (claim.verdict, claim.verified) == ("SUPPORT", False)


def test_another_figure_in_the_same_setting_contradicts():
    document = read("yes", (SENTENCE.replace("120 ms", "300 ms"), "Section 5", "yes"))
    claim = verified(extracted(document), document)
    assert (claim.verdict, claim.verified) == ("MIXED", False)


@pytest.mark.parametrize(
    "sentence",
    [
        "Scan latency?",
        "Columnar layout latency 12 ms row layout",
        "We will measure the scan latency of the columnar layout in future work.",
    ],
)
def test_what_states_nothing_gives_no_claim(sentence: str):
    document = read_bytes(columnar.note("Lanes", [(sentence, "Table 2", "yes")]).encode(), "lanes.md")
    planned = plan(columnar.QUESTION)
    assert extract([document], aspects_of(planned, (document.paper,))) == ()
