from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.reading.sentences import sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "We follow Sec. 4.1 and Eq. (2) of Smith et al. (2019), cf. Fig. 3 and Tab. 2.",
        "It takes 3.5 GB vs. 4.5 GB, i.e. less, e.g. on No. 5 of approx. 7 runs, ca. 2 hours.",
        "As shown by Smith et al. The method works.",
        "The value is 0.5 at p. 12 of Vol. 3.",
        "Models such as torch.nn.Linear and bert-base.v2 are used.",
    ],
)
def test_never_split(sentence):
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It costs 3.5 GB.", "It is slow."],
        ["The answer is no.", "We go on."],
        ["DoRA costs 139% more.", "vLLM is faster."],
        ["We follow Eq. (2).", "See Fig. 3 for more."],
        ["Why?", "Because it is!", "So it is."],
    ],
)
def test_split(sentences):
    assert split(" ".join(sentences)) == sentences


def test_a_long_text_without_an_end_is_done_in_time():
    assert len(sentence_spans("word " * 100_000)) >= 1


@given(st.text(st.sampled_from("aB1 .?!()[]é\u4e2d\u3002\"'-,;:et al cf.Fig"), max_size=200))
def test_spans_are_ordered_apart_and_trimmed(text):
    last = 0
    for start, end in sentence_spans(text):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert any(c.isalnum() for c in text[start:end])
        last = end
    covered = "".join(text[start:end] for start, end in sentence_spans(text))
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]
