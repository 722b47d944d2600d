"""What holds for any claim and evidence: held on the sentences of the twins file, claims crossed with evidence too."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sovereign.checks import verify_in_document
from sovereign.checks.view import view
from sovereign.evals.pairs import document_of
from sovereign.evals.tamper import load_twins

FILE = Path(__file__).parent / "data" / "twins.jsonl"
TWINS = load_twins(FILE)
SOURCES = sorted({t.source for t in TWINS}, key=lambda s: s.claim)
CLAIMS = sorted({t.claim for t in TWINS} | {s.claim for s in SOURCES})
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w,.-]\w|\w)")

claims, sources = st.sampled_from(CLAIMS), st.sampled_from(SOURCES)
numbers = st.integers(101, 99_999).map(str) | st.floats(0.001, 99.0).map("{:.3f}".format)


def supported(claim: str, sentences: tuple[str, ...]) -> bool:
    return verify_in_document(claim, document_of("", sentences)).verdict == "SUPPORT"


def values(text: str) -> set[float]:
    """Every number of a text, in digits or words, as it is printed and in its unit."""
    seen = view(text)
    printed = {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", seen.text)}
    return printed | {f.quantity.value for f in seen.figures}


@given(claims, sources, numbers)
def test_a_number_that_the_evidence_has_not_is_never_supported(claim, source, number):
    places = list(_NUMBER.finditer(claim))
    assume(
        places and not claim.startswith(("At most", "At least")) and "at least" not in claim and "at most" not in claim
    )
    value = float(number)
    assume(not any(abs(value - v * f) <= 0.06 * value for v in values(source.text) for f in (1e-3, 0.01, 1, 100, 1e3)))
    place = places[0]
    assert not supported(claim[: place.start()] + number + claim[place.end() :], source.evidence)


@given(
    claims, sources, st.sampled_from(["It is not true that {}", "It is not the case that {}", "It is false that {}"])
)
@example(SOURCES[0].claim, SOURCES[0], "It is not true that {}")
def test_a_claim_and_its_denial_are_never_both_supported(claim, source, frame):
    said = claim[0].lower() + claim[1:] if not claim[1:2].isupper() else claim
    assert not (supported(claim, source.evidence) and supported(frame.format(said), source.evidence))


_AUXILIARY = re.compile(r"\b(?:is|are|was|were)\b")
STATED = [s for s in SOURCES if _AUXILIARY.search(s.claim) and not re.search(r"\b(?:not|no|never|without)\b", s.claim)]


@pytest.mark.parametrize("word", ["not", "never"])
@pytest.mark.parametrize("source", STATED, ids=lambda s: s.claim[:40])
def test_a_denied_auxiliary_takes_support_away(source, word):
    assert not supported(_AUXILIARY.sub(lambda m: f"{m[0]} {word}", source.claim, count=1), source.evidence)


def test_evidence_about_something_else_hardly_ever_supports():
    """Every claim against three other texts. Nearly the same words about another thing of one field can still pass."""
    strangers = [
        (twin.claim, SOURCES[(n * 7 + k * 13) % len(SOURCES)])
        for n, twin in enumerate(TWINS)
        for k in range(1, 4)
        if SOURCES[(n * 7 + k * 13) % len(SOURCES)].claim != twin.source.claim
    ]
    passed = [claim for claim, other in strangers if supported(claim, other.evidence)]
    assert len(strangers) > 1000 and len(passed) <= len(strangers) // 200, passed


@given(claims, sources)
def test_spaces_and_a_full_stop_make_no_difference(claim, source):
    spaced = "  " + "  ".join(claim.split()) + " "
    assert supported(claim, source.evidence) == supported(spaced, source.evidence)
    assert supported(claim, source.evidence) == supported(claim.rstrip("."), source.evidence)


def test_the_file_is_what_it_says():
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    assert len(lines) >= 300
    assert len({(line["claim"], line["evidence"]) for line in lines}) == len(lines)
    assert not any(line["claim"] in (line["evidence"], line["original"]) for line in lines)
