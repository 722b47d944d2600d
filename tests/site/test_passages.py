"""A quote in its text: offsets are code points, sides end at sentences or words, and what is not stored is not made up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.errors import StoreError
from sovereign.records import Quote, text_hash
from sovereign.site.records.passages import passage, stored_texts

BEFORE = "Rust is fast. 🦀🦀 Memory is 👩‍👩‍👧 safe, and 𝕏 is a letter. "
SAID = "The server needs 40 % less memory 🚀 than before."
AFTER = " Nothing else was measured. It ran for a day."


def quote(text: str, said: str, start: int | None = None) -> Quote:
    """A quote of ``said`` in ``text``, where it first stands or at ``start``."""
    at = text.index(said) if start is None else start
    values = {"text": said, "text_hash": text_hash(text), "start": at, "end": at + len(said), "paper_id": "p"}
    return Quote.model_validate({**values, "source_id": "p", "section": "", "depth": "full_text"})


def test_offsets_are_code_points_even_after_emoji() -> None:
    text = BEFORE + SAID + AFTER
    found = passage(quote(text, SAID), lambda sha: text)
    assert (found.before, found.quote, found.after) == (BEFORE, SAID, AFTER)
    assert not found.cut_before and not found.cut_after


def test_a_long_text_is_cut_at_sentences() -> None:
    text = "Ahead of it all. " * 40 + SAID + " Then more follows here." * 40
    found = passage(quote(text, SAID), lambda sha: text)
    assert found.cut_before and found.cut_after
    assert found.before.startswith("Ahead") and found.after.endswith("here. ")
    assert 100 < len(found.before) < 300 and 100 < len(found.after) < 300


def test_without_sentences_it_is_cut_at_words() -> None:
    text = "word " * 200 + SAID + " tail" * 200
    found = passage(quote(text, SAID), lambda sha: text)
    assert set(found.before.split()) == {"word"} and set(found.after.split()) == {"tail"}
    assert 150 <= len(found.before) <= 250


def test_an_empty_line_stays_and_other_white_space_is_one_blank() -> None:
    text = f"## Head\n\nA  line\nthat goes\ton. {SAID}"
    assert passage(quote(text, SAID), lambda sha: text).before == "## Head\nA line that goes on. "


@pytest.mark.parametrize("shift", [-1, 1, 500])
def test_a_quote_that_does_not_stand_there_is_shown_alone(shift: int) -> None:
    text = BEFORE + SAID + AFTER
    found = passage(quote(text, SAID, max(0, text.index(SAID) + shift)), lambda sha: text)
    assert (found.before, found.quote, found.after) == ("", SAID, "")


def test_a_text_that_is_not_there_or_no_text_leaves_the_quote_alone() -> None:
    reads: list[str] = []

    def artifact(sha: str) -> bytes:
        reads.append(sha)
        if sha == text_hash("bytes"):
            return b"\xff\xfe"
        raise StoreError("it is missing", "")

    texts = stored_texts(artifact)
    for text in ("missing", "missing", "bytes"):
        assert passage(quote(text, text), texts).before == ""
    assert len(reads) == 2  # each once


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=900), st.text(min_size=1, max_size=60), st.text(max_size=900), st.integers(1, 300))
def test_the_mark_is_the_quote_and_both_sides_are_next_to_it(before: str, said: str, after: str, room: int) -> None:
    text = before + said + after
    found = passage(quote(text, said, len(before)), lambda sha: text, room)
    assert found.quote.split() == said.split()
    assert before.split()[len(before.split()) - len(found.before.split()) + 1 :] == found.before.split()[1:]
    assert after.split()[: len(found.after.split()) - 1] == found.after.split()[:-1]
    assert len(found.before) <= room * 1.5 + 200 and len(found.after) <= room * 1.5 + 200
