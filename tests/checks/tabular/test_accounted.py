"""A claim whose subject is narrowed by words that the table does not know is decided by nothing; the bare claim is decided."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.checks.tabular import grids_of, verify_in_grid, verify_in_tables
from sovereign.checks.tabular.accounted import unaccounted
from sovereign.checks.tabular.sheet import sheet_of
from sovereign.checks.tabular.verify import LONGEST
from sovereign.records import Document

from .tables import Rows, document_of

READERS: Rows = (
    ("Model", "SQuAD F1", "NewsQA F1"),
    ("BERT", "81.35", "65.20"),
    ("RoBERTa", "84.10", "68.95"),
    ("ELMo", "78.40", "61.75"),
)
SPEEDS: Rows = (
    ("Server", "Latency (ms)", "Memory (GB)"),
    ("PlainNet", "40.0", "36.0"),
    ("CacheNet", "28.0", "31.0"),
    ("Full attention", "55.5", "62.5"),
)
TURNED: Rows = (
    ("Test set", "Raven", "Falcon", "Osprey"),
    ("Alpha", "71.25", "68.10", "65.05"),
    ("Beta", "64.15", "66.35", "60.12"),
)
DISTILLED: Rows = (
    ("Model", "Training", "Accuracy"),
    ("BERT", "scratch", "81.35"),
    ("RoBERTa", "scratch", "84.10"),
    ("Distilled BERT", "teacher", "79.25"),
    ("RoBERTa large", "scratch", "88.65"),
)
DOCUMENTS = {
    "readers": document_of(("F1 of readers on two data sets.", READERS)),
    "speeds": document_of(("Cost of a request; lower is better.", SPEEDS)),
    "turned": document_of(("F1 on the test sets.", TURNED)),
    "distilled": document_of(("Accuracy of the models.", DISTILLED)),
}

BARE = {
    "readers": [
        "BERT reaches 81.35 F1 on SQuAD.",
        "BERT reaches 81.35 on SQuAD.",
        "On SQuAD, BERT achieves an F1 of 81.35.",
        "The F1 of BERT on SQuAD is 81.35.",
        "BERT's F1 on SQuAD is 81.35.",
        "An F1 of 84.10 is obtained by RoBERTa on SQuAD.",
        "The BERT model scores 81.35 on the SQuAD data set.",
        "BERT reaches 81.35 on SQuAD and RoBERTa reaches 84.10.",
        "We observe that RoBERTa yields 68.95 F1 on the NewsQA corpus.",
        "Compared with BERT, RoBERTa has a higher F1 on SQuAD.",
        "RoBERTa outperforms BERT by 2.75 points on SQuAD.",
        "RoBERTa improves over BERT by 2.75 F1 points on SQuAD.",
        "On NewsQA, RoBERTa performs significantly better than ELMo.",
        "RoBERTa is 7.2 points better than ELMo on NewsQA.",
        "Table 1: RoBERTa consistently outperforms BERT on both data sets.",
        "In Table 1, the strong RoBERTa model obtains the best F1 on SQuAD.",
        "ELMo has the lowest F1 on NewsQA, as seen in Table 1.",
        "In Table 1, BERT is second best on SQuAD.",
        "BERT can reach 81.35 on SQuAD.",
        "While RoBERTa is ahead on NewsQA, BERT reaches 81.35 F1 on SQuAD.",
        "ELMo is outperformed by BERT on SQuAD.",
        "Table 1 shows that RoBERTa outperforms BERT on two of two data sets.",
        "BERT reaches 73.275 F1 on average over SQuAD and NewsQA.",
        "Table 1 shows that BERT reaches 81.35 F1 on SQuAD.",
        "As reported in Table 1, RoBERTa beats BERT on SQuAD.",
        "In Table 1, BERT outperforms ELMo on SQuAD, showing that pruned layers are useless.",
        "RoBERTa (84.10) outperforms BERT (81.35) on SQuAD.",
        "BERT gets 81.35 on SQuAD, whereas RoBERTa gets 84.10.",
        "BERT lags behind RoBERTa by 2.75 points on SQuAD.",
        "BERT doesn't outperform RoBERTa on SQuAD.",
        "RoBERTa was able to reach 84.10 F1 on SQuAD.",
        "On average, RoBERTa outperforms BERT on SQuAD and NewsQA.",
        "Both BERT and RoBERTa outperform ELMo on SQuAD.",
        "We found that RoBERTa surpassed ELMo on NewsQA.",
        "The difference between RoBERTa and BERT on SQuAD is 2.75 points.",
        "On SQuAD RoBERTa reaches 84.10 F1.",
    ],
    "speeds": [
        "CacheNet has a latency of 28.0 ms.",
        "The latency of CacheNet is 28.0 milliseconds.",
        "In Table 1, CacheNet is faster than PlainNet.",
        "CacheNet has a latency 30% lower than that of PlainNet.",
        "CacheNet needs 31.0 GB of memory.",
        "CacheNet uses less memory than PlainNet.",
        "In Table 1, Full attention has the highest latency.",
        "PlainNet takes 40.0 ms in latency and CacheNet 28.0 ms.",
        "The memory of Full attention is 2.0x that of CacheNet.",
        "CacheNet cuts memory by 13.9% compared to PlainNet.",
    ],
    "turned": [
        "Raven reaches 71.25 F1 on Alpha.",
        "Raven outperforms Falcon by 3.15 points on Alpha.",
        "In Table 1, Falcon outperforms Raven and Osprey on Beta.",
        "On the Beta test set, Falcon obtains 66.35.",
    ],
    "distilled": [
        "Distilled BERT reaches 79.25 accuracy.",
        "BERT reaches an accuracy of 81.35.",
        "RoBERTa large outperforms RoBERTa by 4.55 points in accuracy.",
        "Trained from scratch, BERT has an accuracy of 81.35.",
    ],
}  # fmt: skip
FALSE = {
    "readers": [
        "BERT outperforms RoBERTa on SQuAD.",
        "RoBERTa does not outperform BERT on SQuAD.",
        "In Table 1, BERT reaches 80.15 F1 on SQuAD.",
        "In Table 1, ELMo obtains the best F1 on NewsQA.",
    ],
    "speeds": ["CacheNet has a higher latency than PlainNet.", "PlainNet uses less memory than CacheNet."],
    "turned": ["Osprey outperforms Raven on Alpha."],
    "distilled": ["Distilled BERT outperforms BERT in accuracy."],
}
NARROWED = {
    "readers": [
        "Distilled BERT reaches 81.35 F1 on SQuAD.",
        "BERT with adapters reaches 81.35 F1 on SQuAD.",
        "BERT large reaches 81.35 F1 on SQuAD.",
        "BERT reaches 81.35 F1 on noisy SQuAD.",
        "The teacher of BERT reaches 81.35 F1 on SQuAD.",
        "Pruned RoBERTa reaches 84.10 F1 on SQuAD.",
        "The pruned RoBERTa reaches 84.10 on SQuAD.",
        "Table 1 shows that distilled BERT reaches 81.35 F1 on SQuAD.",
        "In Table 1, BERT with adapters outperforms ELMo on SQuAD.",
        "BERT, once pruned, reaches 81.35 F1 on SQuAD.",
        "Although pruned, BERT reaches 81.35 F1 on SQuAD.",
        "BERT reaches 81.35 F1 on SQuAD, but only when pruned.",
        "BERT reaches 81.35 F1 on SQuAD while using adapters.",
        "BERT reaches 81.35 F1 on SQuAD, with adapters that are tuned.",
        "BERT reaches 81.35 F1 on SQuAD; it is pruned.",
        "BERT is pruned; it reaches 81.35 F1 on SQuAD.",
        "BERT, a pruned model, reaches 81.35 F1 on SQuAD.",
        "BERT almost reaches 81.35 F1 on SQuAD.",
        "BERT reaches over 81.35 F1 on SQuAD.",
        "Half of BERT reaches 81.35 F1 on SQuAD.",
        "BERT reaches 81.35 F1 on everything except SQuAD.",
        "Pruned BERT outperforms ELMo on SQuAD.",
        "RoBERTa outperforms quantised BERT on SQuAD.",
        "RoBERTa outperforms a smaller BERT on SQuAD.",
        "A larger BERT reaches 81.35 F1 on SQuAD.",
        "The improved BERT reaches 81.35 F1 on SQuAD.",
        "BERT reduced in depth reaches 81.35 F1 on SQuAD.",
        "Compressing BERT yields 81.35 F1 on SQuAD.",
        "Slow BERT reaches 81.35 F1 on SQuAD.",
        "mini-BERT reaches 81.35 F1 on SQuAD.",
        "m-BERT reaches 81.35 F1 on SQuAD.",
        "Non-BERT reaches 81.35 F1 on SQuAD.",
        "BERT (without its last layer) reaches 81.35 F1 on SQuAD.",
        "BERT with 3 layers reaches 81.35 F1 on SQuAD.",
        "BERT after 5 epochs reaches 81.35 F1 on SQuAD.",
        "Two-layer BERT reaches 81.35 F1 on SQuAD.",
        "BERT trained on Wikipedia reaches 81.35 F1 on SQuAD.",
        "BERT with more data reaches 81.35 F1 on SQuAD.",
        "An ensemble of BERT and RoBERTa reaches 84.10 F1 on SQuAD.",
        "BERT with RoBERTa reaches 84.10 F1 on SQuAD.",
        "BERT + RoBERTa reaches 84.10 F1 on SQuAD.",
        "Models other than BERT reach 81.35 F1 on SQuAD.",
        "A variant of BERT reaches 81.35 F1 on SQuAD.",
        "BERT's teacher reaches 81.35 F1 on SQuAD.",
        "BERT's baseline reaches 81.35 F1 on SQuAD.",
        "The baseline of BERT reaches 81.35 F1 on SQuAD.",
        "Another BERT reaches 81.35 F1 on SQuAD.",
        "BERT reaches 81.35 F1 on the SQuAD development set.",
        "BERT reaches 81.35 F1 on SQuAD in Spanish.",
        "BERT reaches 81.35 F1 on half of SQuAD.",
        "BERT reaches 81.35 F1 on SQuAD on average.",
        "BERT reaches an exact match of 81.35 on SQuAD.",
        "The SQuAD BERT reaches 81.35 F1.",
        "The best multilingual model on SQuAD is RoBERTa.",
        "RoBERTa obtains the best F1 on adversarial SQuAD.",
        "RoBERTa outperforms BERT by 2.75 points on SQuAD questions without answers.",
        "Distilled BERT reaches 70.00 F1 on SQuAD.",
        "In Table 1, BERT with adapters reaches 99.10 F1 on SQuAD.",
        "Pruned ELMo outperforms BERT on SQuAD.",
    ],
    "speeds": [
        "Quantised CacheNet has a latency of 28.0 ms.",
        "CacheNet has a latency of 28.0 ms per token.",
        "CacheNet on a laptop has a latency of 28.0 ms.",
        "CacheNet with batching is faster than PlainNet.",
        "The client of CacheNet needs 31.0 GB of memory.",
        "Without the store, CacheNet has a latency of 28.0 ms.",
        "CacheNet is faster than multi-threaded PlainNet.",
        "CacheNet reduces the median latency of PlainNet by 30%.",
        "CacheNet v2 has a latency of 28.0 ms.",
        "CacheNet at batch size 32 has a latency of 28.0 ms.",
        "CacheNet with full attention has a latency of 55.5 ms.",
        "CacheNet once had a latency of 28.0 ms.",
        "At night, CacheNet has a latency of 28.0 ms.",
    ],
    "turned": [
        "Untrained Raven reaches 71.25 F1 on Alpha.",
        "Raven reaches 71.25 F1 on shuffled Alpha.",
        "Raven with beam search outperforms Falcon by 3.15 points on Alpha.",
        "Falcon using Raven reaches 68.10 F1 on Alpha.",
        "Raven reaches 71.25 precision on Alpha.",
        "Raven reaches 71.25 F1 on Alpha without Beta.",
        "The student of Falcon has the highest F1 on Beta.",
    ],
    "distilled": [
        "Distilled RoBERTa reaches 84.10 accuracy.",
        "BERT large reaches 88.65 accuracy.",
        "BERT large reaches 81.35 accuracy.",
        "The distilled RoBERTa outperforms Distilled BERT in accuracy.",
        "Trained with a teacher, BERT has an accuracy of 81.35.",
    ],
}  # fmt: skip

LOWERED = frozenset(
    (
        "A",
        "An",
        "The",
        "Half",
        "In",
        "On",
        "At",
        "Another",
        "Although",
        "Without",
        "Models",
        "Pruned",
        "Distilled",
        "Trained",
    )
)


def decided(claim: str, document: Document) -> set[str]:
    """The verdicts of the document's tables on a claim, other than that they decide nothing."""
    return {e.verdict for e in verify_in_tables(claim, document)} - {"NOT_ENOUGH_INFO"}


@pytest.mark.parametrize(("name", "claim"), [(name, claim) for name, claims in BARE.items() for claim in claims])
def test_what_a_table_holds_is_supported(name: str, claim: str) -> None:
    assert decided(claim, DOCUMENTS[name]) == {"SUPPORT"}


@pytest.mark.parametrize(("name", "claim"), [(name, claim) for name, claims in FALSE.items() for claim in claims])
def test_what_a_table_denies_is_contradicted(name: str, claim: str) -> None:
    assert decided(claim, DOCUMENTS[name]) == {"CONTRADICT"}


@pytest.mark.parametrize(("name", "claim"), [(name, claim) for name, claims in NARROWED.items() for claim in claims])
def test_what_is_narrowed_is_decided_by_nothing(name: str, claim: str) -> None:
    for form in (
        claim,
        f"Table 1 shows that {claim[0].lower() if claim.split()[0] in LOWERED else claim[0]}{claim[1:]}",
    ):
        assert decided(form, DOCUMENTS[name]) == set(), form


UNKNOWN = st.from_regex(r"[bdgkvz][aeou][bdgkvz]{2}[aeou][bdgkvz]", fullmatch=True)  # letters that make no English word
PLACES = (
    "{} BERT reaches 81.35 F1 on SQuAD.",
    "BERT with {} reaches 81.35 F1 on SQuAD.",
    "The {} of BERT reaches 81.35 F1 on SQuAD.",
    "BERT reaches 81.35 F1 on {} SQuAD.",
    "BERT reaches 81.35 F1 on SQuAD after {}.",
    "In Table 1, RoBERTa outperforms {} BERT on SQuAD.",
    "RoBERTa outperforms BERT by 2.75 points on SQuAD for {}.",
)


@given(UNKNOWN, st.sampled_from(PLACES))
def test_no_unknown_word_is_accounted_for_wherever_it_stands(word: str, place: str) -> None:
    bare = place.replace("with {} ", "").replace("The {} of ", "").replace(" after {}", "").replace(" for {}", "")
    assert decided(bare.replace("{} ", ""), DOCUMENTS["readers"]) == {"SUPPORT"}
    assert decided(place.format(word), DOCUMENTS["readers"]) == set()


@pytest.mark.parametrize(
    "part", ["BERT ", "BERT SQuAD reached ", "pruned compared 1 ", "BERT's model of ", "with BERT and "]
)
def test_the_longest_claims_are_read_in_seconds(part: str) -> None:
    (table,) = grids_of(DOCUMENTS["readers"])
    claim = f"{part * (LONGEST // len(part))}"[: LONGEST - 40] + " BERT reaches 81.35 F1 on SQuAD."
    statements = verify_in_grid("BERT reaches 81.35 F1 on SQuAD.", table).statements
    begun = time.monotonic()
    left = unaccounted(claim, sheet_of(table), statements)
    assert time.monotonic() - begun < 10
    assert bool(left) == (part not in ("BERT ", "with BERT and "))
