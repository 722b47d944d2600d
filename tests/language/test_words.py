from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sovereign.language.clauses import BASE, FINITE, MARKER, core_name, frame
from sovereign.language.verbs import participle, past, third_person
from sovereign.language.words import any_of, content_stems, normalize, overlap, stem, stems, tokens, word_set


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("10⁻³", "10^-3"),
        ("78.2¹ points", "78.2^1 points"),
        ("6\u2009738\u2009415", "6,738,415"),
        ("15\u00a0GB", "15 GB"),
        ("−5 – 6 ‐ 7", "-5 - 6 - 7"),
        ("４０％", "40%"),
        ("zero\u200bwidth", "zerowidth"),
        ("57.8\\% and 9$\\times$", "57.8% and 9x"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_normalize(text: str, normal: str):
    assert normalize(text) == normal


def test_spellings_of_one_concept_have_one_stem():
    assert stems("fine-tuning") == stems("finetuning") == stems("fine tuning") == stems("Tuning")
    assert stems("optimisation") == stems("optimization")


def test_tokens_and_content():
    assert tokens("A load-balanced 3.5x system") == ["a", "load-balanced", "3.5x", "system"]
    assert content_stems("the 4 layers of it") == content_stems("layer")
    assert overlap(frozenset(), frozenset({"a"})) == 0.0
    assert overlap(frozenset({"a", "b"}), frozenset({"a"})) == 0.5


def test_patterns_and_sets_of_words():
    assert any_of("over up_to") == r"(?:up\s+to|over)"
    assert word_set("in on in") == {"in", "on"}


@pytest.mark.parametrize(
    ("verb", "third", "simple_past", "ing"),
    [
        ("carry", "carries", "carried", "carrying"),
        ("reach", "reaches", "reached", "reaching"),
        ("vary", "varies", "varied", "varying"),
        ("stay", "stays", "stayed", "staying"),
        ("do", "does", "doed", "doing"),
        ("reduce", "reduces", "reduced", "reducing"),
        ("have", "has", "had", "having"),
        ("cut", "cuts", "cut", "cutting"),
        ("take", "takes", "took", "taking"),
    ],
)
def test_forms_of_verbs(verb: str, third: str, simple_past: str, ing: str):
    assert third_person(verb) == third
    assert participle(verb) == ing
    if verb != "do":
        assert past(verb) == simple_past


def test_finite_forms():
    assert {"takes", "took", "is", "varies", "has"} <= FINITE
    assert "take" in BASE and "take" not in FINITE
    assert not {"trained", "used"} & FINITE


def test_frame():
    parts = frame("On T, A takes 4 s where B takes 9 s.")
    assert parts.conditions == ("On T",)
    assert [(c.subject, c.verb, c.predicate) for c in parts.clauses] == [("A", "takes", "4 s"), ("B", "takes", "9 s")]
    assert frame("Compared with B, A takes 4 s.").baseline == "B"
    assert frame("We hypothesise that A takes 4 s.").clauses == ()


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("the fast A on T", "fast A"),
        ("its smaller variant, which is new", "smaller variant"),
        ("A and B", "A and B"),
        ("B and uses 4 GB", "B"),
        ("Moving ten units to the first layer", "Moving ten units to the first layer"),
        ("it", ""),
        ("at most", ""),
        ("A", "A"),
        ("B with", "B"),
    ],
)
def test_core_name(phrase: str, name: str):
    assert core_name(phrase) == name


@pytest.mark.parametrize(
    "text", ["4 s against 9 s", "less than B", "compared with B", "4 GB, versus 9", "80, below the 82 of B"]
)
def test_marker(text: str):
    assert MARKER.search(text)


@pytest.mark.parametrize("text", ["more than 40 GB", "below 5 %", "A and B"])
def test_no_marker(text: str):
    assert MARKER.search(text) is None


def test_stems_are_the_same_in_several_threads() -> None:
    words = [
        f"{start}{'abcdefghij'[n]}{end}" for start in ("conn", "gener", "relat") for n in range(10) for end in ENDS
    ]
    alone = [stem.__wrapped__(word) for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: [stem.__wrapped__(word) for word in words], range(8)))
    finally:
        sys.setswitchinterval(before)
    assert all(one == alone for one in found)


ENDS = ("ation", "ations", "ational", "ingly", "fulness", "ousness", "ization", "ities", "edly", "s")
