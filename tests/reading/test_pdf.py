from __future__ import annotations

import pytest

from sovereign.reading import Limits, ReadError, read_bytes

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
