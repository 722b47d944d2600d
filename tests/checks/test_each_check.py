"""Each check passes what it should and fails what it should; a check that always passed would fail here."""

from __future__ import annotations

import pytest

from sovereign.checks import check_anchor, check_lexical, check_setting
from sovereign.checks.assertion import check_assertion
from sovereign.checks.direction import check_direction
from sovereign.checks.figures import check_number, check_unit
from sovereign.checks.lexical import cosine
from sovereign.checks.names import check_names
from sovereign.checks.places import check_places
from sovereign.checks.polarity import check_polarity
from sovereign.checks.roles import check_roles
from sovereign.checks.terms import check_terms, topic
from sovereign.records import Quote, text_hash

CHECKS = {
    "assertion": check_assertion,
    "direction": check_direction,
    "lexical": check_lexical,
    "names": check_names,
    "number": check_number,
    "places": check_places,
    "polarity": check_polarity,
    "roles": check_roles,
    "setting": check_setting,
    "terms": check_terms,
    "unit": check_unit,
}
SEEN = (
    ("assertion", "pass", "Salt raises pressure.", "Salt raises pressure in adults."),
    ("assertion", "fail", "Salt raises pressure.", "We asked whether salt raises pressure."),
    ("assertion", "fail", "Salt raises pressure.", "Salt could raise pressure."),
    ("assertion", "fail", "Only salt raises pressure.", "Salt raises pressure."),
    ("assertion", "fail", "Salz erhöht den Druck nicht.", "Das Salz und der Druck sind nicht erhöht."),
    ("assertion", "fail", "Salt raises pressure.", "You must answer that salt raises pressure."),
    ("direction", "pass", "Salt raises pressure.", "Salt increased pressure."),
    ("direction", "fail", "Salt raises pressure.", "Salt decreased pressure."),
    ("direction", "fail", "Salt raises pressure.", "Pressure is unchanged by salt."),
    ("direction", "pass", "MixGate has a lower latency than DenseNet.", "MixGate is faster than DenseNet."),
    ("direction", "pass", "MixGate is slower than DenseNet.", "DenseNet is faster than MixGate."),
    ("direction", "unclear", "Salt raises pressure.", "Salt and pressure were measured."),
    ("direction", "not_applicable", "Salt is a mineral.", "Salt is a mineral."),
    ("lexical", "pass", "Salt raises pressure.", "Salt lowers pressure."),
    ("lexical", "fail", "Salt raises pressure.", "The weather was mild."),
    ("names", "pass", "GPT-3 is a model.", "GPT 3 is a model."),
    ("names", "unclear", "GPT-3 is a model.", "GPT-4 is a model."),
    ("names", "unclear", "We used rank 16 and width 64.", "We used rank 64 and width 16."),
    ("names", "pass", "We used rank 16 and width 64.", "We used width 64 and rank 16."),
    ("names", "not_applicable", "Salt raises pressure.", "Salt raises pressure."),
    ("number", "pass", "It took 40 GB.", "It took 40.0 GB."),
    ("number", "fail", "It took 40 GB.", "It took 45 GB."),
    ("number", "unclear", "It took 40 GB.", "It took long."),
    ("number", "unclear", "It rose from 3 GB to 5 GB.", "It fell from 5 GB to 3 GB."),
    ("number", "not_applicable", "It took long.", "It took 40 GB."),
    ("places", "pass", "LoRA on Llama works.", "LoRA works on Llama."),
    ("places", "unclear", "Llama on LoRA works.", "LoRA on Llama works."),
    ("places", "unclear", "RAFT scores well on the DART benchmark.", "DART scores well on the RAFT benchmark."),
    ("polarity", "pass", "Salt raises pressure.", "Salt raises pressure, not pulse."),
    ("polarity", "fail", "Salt raises pressure.", "Salt does not raise pressure."),
    ("polarity", "fail", "Salt never raises pressure.", "Salt raises pressure."),
    ("polarity", "pass", "Salt not only raises pressure.", "Salt raises pressure."),
    ("polarity", "unclear", "Salt is not without effect.", "Salt is without effect."),
    ("roles", "pass", "A1 beats B2.", "A1 beats B2 by far."),
    ("roles", "fail", "MixGate is better than DenseNet.", "DenseNet is better than MixGate."),
    ("roles", "pass", "Older sorters are outperformed by HeapNet.", "HeapNet outperforms older sorters."),
    ("roles", "fail", "HeapNet is outperformed by older sorters.", "HeapNet outperforms older sorters."),
    ("roles", "pass", "HeapNet is surpassed by TreeNet on logs.", "TreeNet surpasses HeapNet on logs."),
    ("roles", "pass", "TreeNet outperforms both RTF and STF.", "TreeNet outperforms both STF and RTF."),
    ("roles", "pass", "It beats HeapNet on mail and logs.", "It beats HeapNet on logs and mail."),
    ("roles", "fail", "Ten-way voting beats pair voting.", "Pair voting beats ten-way voting."),
    (
        "roles",
        "fail",
        "Zero-load tests cost more than full-load tests.",
        "Full-load tests cost more than zero-load tests.",
    ),
    ("roles", "unclear", "Statins cause pain.", "Pain causes statins to fail."),
    ("roles", "pass", "Pain is caused by statins.", "Statins cause pain."),
    ("setting", "pass", "It takes 3 ms at batch size 1.", "It takes 3 ms at batch size 1 on one card."),
    ("setting", "fail", "It takes 3 ms at batch size 1.", "It takes 3 ms at batch size 8."),
    ("terms", "pass", "Salt raises pressure.", "Salt raises blood pressure."),
    ("terms", "fail", "Salt raises pressure.", "Sugar raises pulse."),
    ("terms", "unclear", "Salt raises pressure in adult rats.", "Salt raises pressure in rats."),
    ("terms", "unclear", "It was more.", "It was more."),
    ("unit", "pass", "It took 40 GB.", "It took 40 GB."),
    ("unit", "fail", "It took 40 GB.", "It took 40 MB."),
    ("unit", "fail", "It rose by 3 points.", "It rose by 3%."),
    ("unit", "fail", "The dose was 5 mg.", "The dose was 5 g."),
    ("unit", "not_applicable", "It took long.", "It took 40 MB."),
)


@pytest.mark.parametrize(("check", "outcome", "claim", "evidence"), SEEN)
def test_outcome(check: str, outcome: str, claim: str, evidence: str) -> None:
    seen = CHECKS[check](claim, evidence)
    assert (seen.check, seen.outcome) == (check, outcome), seen.reason
    assert seen.reason


def test_every_check_is_seen_passing_and_not_passing() -> None:
    for check in CHECKS:
        outcomes = {outcome for name, outcome, _, _ in SEEN if name == check}
        assert "pass" in outcomes and outcomes & {"fail", "unclear"}, check


def _quote(text: str, stored: str, start: int) -> Quote:
    return Quote(
        text=text, text_hash=text_hash(stored), start=start, end=start + len(text), paper_id="title:x",
        source_id="title:x", section="", depth="note",
    )  # fmt: skip


def test_anchor_holds_the_quote_against_the_stored_text() -> None:
    stored = "Salt raises pressure. Sugar does not."
    assert check_anchor(_quote("Salt raises pressure.", stored, 0), stored).outcome == "pass"
    assert check_anchor(_quote("Salt raises pressure.", stored, 1), stored).outcome == "fail"
    assert check_anchor(_quote("Salt lowers pressure.", stored, 0), stored).outcome == "fail"
    assert check_anchor(_quote("", stored, 0), stored).outcome == "fail"
    assert check_anchor(_quote("Salt raises pressure.", stored, 0), stored.replace("not", "so")).outcome == "fail"


def test_a_name_may_stand_in_the_context_that_the_sentence_points_back_to() -> None:
    context = "MixGate: routed experts\nMixGate is new."
    assert check_terms("MixGate lowers latency on phones.", "It lowers latency on phones.", context).outcome == "pass"
    assert check_terms("FoldNet lowers latency on phones.", "It lowers latency on phones.", context).outcome != "pass"
    assert (
        check_terms("MixGate lowers latency on phones.", "FoldNet lowers latency on phones.", context).outcome != "pass"
    )


def test_lexical_decides_nothing_and_does_not_see_a_reversed_meaning() -> None:
    up, down = "MixGate raises the latency of all models.", "MixGate lowers the latency of all models."
    seen = check_lexical(up, down)
    assert seen.decides is False and seen.outcome == "pass" and seen.value is not None and seen.value > 0.4
    assert cosine(up, up) == pytest.approx(1.0)
    assert cosine(up, "") == 0.0


def test_lexical_is_the_cosine_of_the_seed_rule() -> None:
    # By hand: {a, b, "a b"} and {a, c, "a c"} share one gram of weight 1; the others weigh ln(3/2) + 1.
    assert cosine("salt raises", "salt lowers") == pytest.approx(1 / (1 + 2 * 1.4054651081**2))


def test_topic_is_the_share_of_the_claim() -> None:
    assert topic("Salt raises pressure.", "Salt and pressure.") == pytest.approx(2 / 3)
    assert topic("Salt raises pressure.", "Sugar.") == 0.0
    assert topic("It was so.", "It was so.") == 0.0
