"""Prose of PDF files: letters, words and sentences that the typesetting takes apart, and what stands between them."""

from __future__ import annotations

import pytest

from sovereign.reading.files import read_bytes
from tests.bad_library import pdfs

from .test_pdf import BODY, LEFT, RIGHT, quotes


def page(lines, top=740.0, size=10.0, step=12.0):
    """Words of a page: a line for each text, which may bring its size with it."""
    return [
        (60.0, top - step * row, *((size, line) if isinstance(line, str) else line)) for row, line in enumerate(lines)
    ]


def test_accents_that_are_painted_apart_join_their_letters():
    words = [
        (60.0, 740.0, 10.0, "Abstract"),
        (60.0, 720.0, 10.0, "The ink of Farber"),
        (116.2, 720.0, 10.0, "\u00a8"),
        (142.0, 720.0, 10.0, "dries in two seconds on the paper of the mill."),
    ]
    (quote,) = quotes(read_bytes(pdfs.painted([words]), "p.pdf"))
    assert quote == "The ink of F\u00e4rber dries in two seconds on the paper of the mill."


def test_an_accent_over_no_letter_stays():
    words = [
        (60.0, 740.0, 10.0, "Abstract"),
        (60.0, 720.0, 10.0, "The sign \u00a8 stands over no letter of the whole line."),
    ]
    assert quotes(read_bytes(pdfs.painted([words]), "p.pdf")) == [
        "The sign \u00a8 stands over no letter of the whole line."
    ]


def test_an_appendix_after_the_references_is_evidence_even_if_it_cites():
    lines = [
        "Abstract",
        BODY,
        (12.0, "References"),
        "A. Smith and B. Jones. 2019. Faster models of the old press in the mill. In Proceedings.",
        (12.0, "A Presses & Their Ink in the Mills of"),
        (12.0, "Two Towns"),
        "We follow Smith et al. (2019) in the way that the ink is made for both of the presses.",
        "It dries in two seconds (Jones, 2020), as they say it does on the paper of the old mill.",
    ]
    document = read_bytes(pdfs.painted([page(lines, step=14.0)]), "p.pdf")
    assert [s.title for s in document.sections if s.evidence] == [
        "Abstract",
        "A Presses & Their Ink in the Mills of Two Towns",
    ]
    assert quotes(document)[1:] == [
        "We follow Smith et al. (2019) in the way that the ink is made for both of the presses.",
        "It dries in two seconds (Jones, 2020), as they say it does on the paper of the old mill.",
    ]
    assert "Faster models" in document.text


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["The word- and", "letter-level presses and the word-level ones are fast."], "word- and letter-level presses"),
        (["The token-level press is slow and the span-", "level one is fast, a span for a token."], "the span-level one is"),
        (["The fine-tuning of the press is slow, and a fine-", "tuned one is fast."], "a fine-tuned one is fast"),
        (["The pages 3-", "5 of all the 35 pages are those that nobody reads."], "The pages 3-5 of all"),
    ],
)  # fmt: skip
def test_a_hyphen_at_a_lines_end_stays_where_the_document_shows_that_it_belongs(lines, joined):
    assert joined in " ".join(quotes(read_bytes(pdfs.painted([page(["Abstract", *lines])]), "p.pdf")))


def test_prose_between_formulas_gives_sentences():
    prose = [
        "The ratio of the two is taken for all of the",
        "sheets that were printed on the old press,",
        "and the mean of these is in the last column.",
    ]
    formulas = ["S =", "2 J C", "J + C", "(1)", *prose, "J =", "a + b", "c", "(2)"]
    words = [*page(["Abstract", *LEFT, *RIGHT]), *page(formulas, top=500.0)]
    document = read_bytes(pdfs.painted([words]), "p.pdf")
    assert quotes(document)[-1] == " ".join(prose)
    assert "J + C" in document.text
    assert not any("J + C" in quote for quote in quotes(document))


def test_a_letter_in_brackets_at_a_lines_start_does_not_cut_the_sentence():
    lines = [
        "Abstract",
        "We leave out the sheets of the press that",
        "(i) are wet, or (ii) were printed twice on it.",
        "We keep all of the other ones in the mill:",
        "(a) those of the first year that was counted;",
        "(b) those of the year after it, all of them.",
    ]
    assert quotes(read_bytes(pdfs.painted([page(lines)]), "p.pdf"))[0] == (
        "We leave out the sheets of the press that (i) are wet, or (ii) were printed twice on it."
    )
