from __future__ import annotations

import time

import pytest

from sovereign.reading import Limits, ReadError
from sovereign.reading.files import read_bytes
from tests.bad_library import pdfs

BODY = "Adapters with a rank of thirty-two train four times faster than the whole model does on one card."


def quotes(document):
    return [document.slice(sentence) for sentence in document.evidence()]


def test_pages_sections_and_references(make_pdf):
    pages = [
        [
            "Some Venue 2024",
            "A. Author and B. Author",
            "Abstract",
            BODY,
            "1 Introduction",
            "It costs 3.5 GB of memory,",
        ],
        ["measured over ten runs (cf. Sec. 4.1). It is slow.", "References", "A. Smith. Faster models. 2019."],
    ]
    document = read_bytes(make_pdf(pages, title="On the Cost of Adapters"), "p.pdf")
    assert document.paper.id == "title:on the cost of adapters"
    assert [s.title for s in document.sections if s.title] == ["Abstract", "1 Introduction", "References"]
    assert quotes(document) == [
        BODY,
        "It costs 3.5 GB of memory, measured over ten runs (cf. Sec. 4.1).",
        "It is slow.",
    ]
    assert [s.page for s in document.evidence()] == [1, 1, 2]
    assert "Faster models" in document.text


def test_running_heads_and_page_numbers_are_dropped(make_pdf):
    pages = [["Adapters at Scale", f"{BODY}", f"Page text {word} ends here.", str(n)] for n, word in enumerate("abcd")]
    document = read_bytes(make_pdf(pages, title="Some Long Title"), "p.pdf")
    assert "Adapters at Scale" not in document.text
    assert "Page text c ends here." in document.text


def test_words_split_at_a_line_end_are_joined(make_pdf):
    lines = [
        "Abstract",
        "The results are inter-",
        "esting for machine-",
        "readable text and for machine-readable tables.",
    ]
    (sentence,) = quotes(read_bytes(make_pdf([lines], title="A Title Here"), "p.pdf"))
    assert sentence == "The results are interesting for machine-readable text and for machine-readable tables."


def test_a_word_of_several_parts_is_joined_as_the_document_writes_it(make_pdf):
    lines = ["Abstract", "This press is the state-", "of-the-art one, and state-of-the-art ink goes with it."]
    (sentence,) = quotes(read_bytes(make_pdf([lines], title="A Title Here"), "p.pdf"))
    assert sentence == "This press is the state-of-the-art one, and state-of-the-art ink goes with it."


def test_rows_of_a_table_are_no_sentences(make_pdf):
    lines = ["Abstract", BODY, "LoRA 71.8 75.3 77.6 81.5", "DoRA 75.3 78.2 83.5 69.9", "This text comes after it."]
    document = read_bytes(make_pdf([lines], title="A Title Here"), "p.pdf")
    assert quotes(document) == [BODY, "This text comes after it."]
    assert "LoRA 71.8 75.3" in document.text


def test_own_stamp_gives_the_id_and_a_citation_does_not(make_pdf):
    stamped = read_bytes(make_pdf([["arXiv:2404.15159v3 [cs.CL] 20 Jul 2024", BODY]], title="Some Title"), "p.pdf")
    cited = read_bytes(make_pdf([["See arXiv preprint arXiv:1810.04805 on this.", BODY]], title="Some Title"), "p.pdf")
    assert stamped.paper.id == "arxiv:2404.15159"
    assert cited.paper.id == "title:some title"


def test_pages_beyond_the_cap_are_left_out_with_a_notice(make_pdf):
    document = read_bytes(make_pdf([[BODY]] * 5, title="A Title Here"), "p.pdf", Limits(max_pdf_pages=2))
    assert any("5 pages" in notice and "page 2" in notice for notice in document.notices)
    assert max(s.page or 0 for s in document.sentences) == 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda pdf: pdf([[BODY]], encrypted=True), "encrypted"),
        (lambda pdf: pdf([[BODY]])[:-60], "cut off"),
        (lambda pdf: pdf([[]]), "no text layer"),
        (lambda _: b"%PDF-1.4\nnothing here\n%%EOF\n", "damaged"),
        (lambda _: b"hello, I am a text", "not a PDF"),
    ],
)
def test_bad_files_are_named_as_what_they_are(make_pdf, make, words):
    data = make(make_pdf)
    with pytest.raises(ReadError, match=words) as caught:
        read_bytes(data, "folder/p.pdf")
    assert caught.value.message.startswith("folder/p.pdf: ")
    assert caught.value.advice


LEFT = [
    "The left column speaks of the press and of",
    "the paper that it prints on, which is made",
    "in the mill by the river. It takes 28 ms to",
    "print one sheet on the old press, and the",
    "sheet is dry after nine seconds of air. No",
    "other press in the town is as slow as that",
    "one, and none prints as well as it does in",
    "the cold months of the year, when the ink",
]
RIGHT = [
    "is thick. The right column goes on with it",
    "and says that the new press takes 11 ms to",
    "print one sheet. Its ink is of another kind",
    "and dries in two seconds on any paper that",
    "was tried in the mill. The two presses were",
    "bought in one year from one maker, and the",
    "maker is long gone from the town. His heirs",
    "sell the parts that are left to this day.",
]
READ = " ".join(LEFT + RIGHT)


def columns(order):
    """Words of a page with a title across two columns that are painted in this order of (column, line)."""
    title = (120.0, 740.0, 16.0, "On Presses of Two Kinds, Their Ink and Paper")
    body = [
        ((60.0, 320.0)[column], 700.0 - 13 * line + (0.4 if column else 0), 10.0, (LEFT, RIGHT)[column][line])
        for column, line in order
    ]
    return [title, (60.0, 718.0, 10.0, "Abstract"), *body]


@pytest.mark.parametrize(
    "order",
    [
        [(column, line) for column in (0, 1) for line in range(8)],
        [(column, line) for line in range(8) for column in (0, 1)],
        [(column, line) for line in range(8) for column in (1, 0)],
        [(column, line) for line in reversed(range(8)) for column in (0, 1)],
    ],
)
def test_columns_are_read_one_after_the_other_however_they_were_painted(order):
    document = read_bytes(pdfs.painted([columns(order)]), "p.pdf")
    assert " ".join(quotes(document)) == READ
    assert document.paper.title == "On Presses of Two Kinds, Their Ink and Paper"


def test_rows_of_a_table_with_two_columns_stay_rows():
    cells = [("folding", "6.2 GB"), ("tuning in full", "21.5 GB"), ("none", "0 GB"), ("half a fold", "3.1 GB")] * 2
    words = [(60.0, 740.0, 10.0, "Abstract"), (60.0, 725.0, 10.0, BODY)]
    for line, row in enumerate(cells):
        words += [(x, 700.0 - 13 * line, 10.0, cell) for x, cell in zip((60.0, 320.0), row, strict=True)]
    document = read_bytes(pdfs.painted([words]), "p.pdf")
    assert quotes(document) == [BODY]
    assert "tuning in full 21.5 GB" in document.text


def test_a_footnote_does_not_cut_the_sentence_around_it():
    first = [
        (60.0, 740.0, 10.0, "Abstract"),
        (60.0, 720.0, 10.0, "Folding was measured on the bench"),
        (222.0, 724.0, 6.0, "3"),
        (228.0, 720.0, 10.0, "and takes 28 ms on"),
        (64.0, 64.0, 6.0, "3"),
        (68.0, 60.0, 8.0, "The bench has 12 cards and stands in a cold room."),
    ]
    second = [(60.0, 740.0, 10.0, "each of the cards that were tried. It is slow.")]
    document = read_bytes(pdfs.painted([first, second]), "p.pdf")
    assert quotes(document) == [
        "Folding was measured on the bench and takes 28 ms on each of the cards that were tried.",
        "It is slow.",
        "3 The bench has 12 cards and stands in a cold room.",
    ]
    assert [s.page for s in document.evidence()] == [1, 2, 1]


def test_exponents_are_no_digits_of_the_number_before_them():
    words = [
        (60.0, 740.0, 10.0, "Abstract"),
        (60.0, 720.0, 10.0, "It needs 10"),
        (111.5, 724.0, 6.0, "6"),
        (117.0, 720.0, 10.0, "steps of the long kind on every card."),
    ]
    assert quotes(read_bytes(pdfs.painted([words]), "p.pdf")) == ["It needs 10^6 steps of the long kind on every card."]


def test_reading_ends_when_there_is_text_enough():
    limits = Limits(max_document_chars=10_000)
    document = read_bytes(pdfs.long(40), "p.pdf", limits)
    assert len(document.text) <= 10_000
    assert any("40 pages" in notice and "left out" in notice for notice in document.notices)


def test_the_title_is_what_stands_in_the_largest_letters():
    words = [
        (60.0, 760.0, 10.0, "Some remarks of the printer stand here first"),
        (60.0, 730.0, 16.0, "On Presses of Two Kinds,"),
        (60.0, 710.0, 16.0, "Their Ink and Their Paper"),
        (60.0, 690.0, 10.0, "W. Okonjo and P. Halvorsen"),
        (60.0, 670.0, 10.0, "Abstract"),
        *((60.0, 650.0 - 13 * line, 10.0, text) for line, text in enumerate(LEFT)),
    ]
    document = read_bytes(pdfs.painted([words]), "p.pdf")
    assert document.paper.title == "On Presses of Two Kinds, Their Ink and Their Paper"
    assert any("first page" in notice for notice in document.notices)


@pytest.mark.parametrize(
    "content",
    [b"(" * 3_000_000, b"stream\n" * 300_000, b"obj stream\n" * 100_000, b"<" * 3_000_000, b"(a" * 1_000_000],
)
def test_the_look_for_bombs_takes_no_time_itself(content):
    start = time.process_time()
    with pytest.raises(ReadError):
        read_bytes(pdfs.file_of(pdfs.pages_of([pdfs.stream(content), pdfs.packed(content)])), "p.pdf")
    assert time.process_time() - start < 5
