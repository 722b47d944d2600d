"""Whose finding a sentence reports: who is its subject, whom it cites, where it stands."""

from __future__ import annotations

import pytest

from sovereign.language.attribution import attribution, headings, whose
from sovereign.reading import read_bytes
from sovereign.records import Document

OWN = (
    "The columnar layout takes 120 ms against 480 ms for the row layout.",
    "Caching lowers the latency by 30 % on TPC-H.",
    "Vectorised scans reach 91.5 % of the peak bandwidth.",
)
CITING = (
    "Li and Wu (2019) show that {}",
    "Ostrom et al. (2020) report that {}",
    "[12] found that {}",
    "BIBREF7 demonstrated that {}",
    "Ostrom et al. ostrom2020scan argue that {}",
    "Prior work has shown that {}",
    "Several recent studies suggest that {}",
    "According to Ostrom et al. (2020), {}",
    "In the work of Li and Wu (2019), {}",
)


def small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


@pytest.mark.parametrize("sentence", OWN)
@pytest.mark.parametrize("frame", CITING)
def test_a_citation_as_the_subject_turns_own_to_other(sentence: str, frame: str):
    assert attribution(sentence).whose == "own"
    found = attribution(frame.format(small(sentence)))
    assert found.whose == "other" and found.credited


@pytest.mark.parametrize("sentence", OWN)
def test_under_related_work_it_is_others_work(sentence: str):
    for title in (
        "Related Work",
        "2 Related Work",
        "II. RELATED WORK",
        "Previous Work and Background",
        "Literature Review",
    ):
        found = attribution(sentence, (title,))
        assert (found.whose, found.credited) == ("other", "earlier work")
        assert title in found.words
    for title in ("Results", "Introduction", "Work distribution", "Relating rows to columns"):
        assert attribution(sentence, (title,)).whose == "own"


@pytest.mark.parametrize("sentence", OWN)
@pytest.mark.parametrize("lead", ["We find that", "Our experiments show that", "In this paper, we show that"])
@pytest.mark.parametrize("under", [(), ("Related Work",), ("Results",)])
def test_we_find_that_keeps_it_own(sentence: str, lead: str, under: tuple[str, ...]):
    found = attribution(f"{lead} {small(sentence)}", under)
    assert (found.whose, found.credited) == ("own", None)


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("Devlin et al. (2019) show 90 % accuracy.", "Devlin et al. (2019)"),
        ("The layout was proposed by Li and Wu (2019).", "Li and Wu (2019)"),
        ("Bitmap indices reduce scans [3].", "[3]"),
        ("Many systems store data by column (Stone et al., 2005).", "(Stone et al., 2005)"),
    ],
)
def test_whom_it_credits(sentence: str, who: str):
    assert attribution(sentence).credited == who


@pytest.mark.parametrize(
    "sentence",
    [
        "We follow Devlin et al. (2019) and train for 3 epochs.",
        "Our layout is faster than that of Li and Wu (2019).",
        "Unlike prior work, we read columns.",
        "As in previous work [3], we use TPC-H.",
    ],
)
def test_a_comparison_with_others_stays_own(sentence: str):
    assert attribution(sentence).whose == "own"


def test_a_cited_baseline_among_results_was_measured_there():
    sentence = "The row store [3] takes 480 ms."
    assert attribution(sentence, ("Results",)).whose == "own"
    assert attribution(sentence, ("Introduction",)).whose == "other"


def test_what_everybody_knows_is_general():
    assert attribution("Large databases have become ubiquitous in recent years.").whose == "general"
    assert attribution("A column holds values of one type.", ("Background",)).whose == "general"


TEXT = """# Lanes

## 1 Introduction

Lanes are fast.

## 2 Related Work

### 2.1 Layouts

Ostrom et al. (2020) proposed stripes. They reach 70 % of the bandwidth. Our lanes reach 91 % of it.

## 3 Results

They reach 91 % of the bandwidth.
"""


def at(document: Document, words: str) -> tuple[str, str | None]:
    sentence = next(s for s in document.sentences if document.slice(s).startswith(words))
    return whose(document, sentence)[::2]


def test_in_a_document_headings_reach_down_and_they_reaches_back():
    document = read_bytes(TEXT.encode(), "lanes.md")
    assert at(document, "Ostrom") == ("other", "Ostrom et al. (2020)")
    assert at(document, "They reach 70") == ("other", "Ostrom et al. (2020)")
    assert at(document, "Our lanes") == ("own", None)
    assert at(document, "They reach 91") == ("own", None)
    sentence = next(s for s in document.sentences if document.slice(s).startswith("Ostrom"))
    assert headings(document, sentence) == ("2.1 Layouts", "2 Related Work")


def test_hostile_text_is_answered_at_once():
    for text in ("et al. " * 20_000, "(" * 50_000, "A and " * 20_000, "[1], " * 20_000, "the other most " * 9_000):
        attribution(text)


@pytest.mark.parametrize("heading", ["Results", "Introduction", ""])
@pytest.mark.parametrize(
    "sentence",
    [
        "FastNet reduces latency by 30% compared to the method of [7].",
        "FastNet reduces latency by 30% compared to the cache of Lee et al. (2019).",
        "FastNet outperforms BERT [7].",
        "FastNet is 3 points better than the strong baseline [7].",
        "As shown in Table 2, FastNet reaches 93 F1 [12].",
    ],
)
def test_a_work_that_is_compared_with_is_not_credited(sentence: str, heading: str) -> None:
    assert attribution(sentence, (heading,)).whose == "own"


def test_a_cited_work_that_compares_is_still_credited() -> None:
    assert attribution("Lee et al. (2019) outperform BERT [7].").whose == "other"


@pytest.mark.parametrize(
    ("mine", "others"),
    [
        ("While prior work reports 88 %, our index reaches 91 %.", "While it is slow, prior work has reported 88 %."),
        ("Although Li et al. (2019) report 88 %, we reach 91 %.", "Although useful, Li et al. (2019) report 88 %."),
        (
            "On the dataset introduced by Li et al. (2019), recall is 91 %.",
            "The index introduced by Li et al. (2019) has a recall of 91 %.",
        ),
        (
            "Extensive experiments on TPC-H (Li et al., 2019) show that sorting saves 2 ms.",
            "The columnar index (Li et al., 2019) shows that sorting saves 2 ms.",
        ),
    ],
)
def test_what_others_gave_to_a_finding_does_not_make_it_theirs(mine: str, others: str):
    assert attribution(mine).whose == "own"
    assert attribution(others).whose == "other"
