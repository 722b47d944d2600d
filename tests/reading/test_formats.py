from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovereign.reading import Limits, ReadError, read_bytes, read_file
from sovereign.records import Document

LONG = "This sentence stands here only to give the document some length and is one of many that do. " * 3


def quotes(document: Document) -> list[str]:
    return [document.slice(sentence) for sentence in document.evidence()]


def read(text: str, location: str = "a.md", limits: Limits | None = None) -> Document:
    return read_bytes(text.encode(), location, limits)


def test_markdown_structure():
    text = """# A Title

Some *stressed* text with `code` and [a link](http://x.org). <b>Bold</b> and a <b and c> d.

- One item is here.
- Another item.

| a | b |
|---|---|
| 1 | 2 |

```python
print("This is code. It is no evidence.")
```

$$x = 1. y = 2.$$

## Related work

It was done before.

## References

Smith. A paper. 2019.

### Old ones

Jones. Another. 1999.

## Appendix

The end is here.
"""
    document = read(text)
    assert quotes(document) == [
        "Some stressed text with code and a link.",
        "Bold and a <b and c> d.",
        "One item is here.",
        "Another item.",
        "It was done before.",
        "The end is here.",
    ]
    evidence = {s.title: s.evidence for s in document.sections}
    assert evidence["References"] is False
    assert evidence["Old ones"] is False
    assert evidence["Appendix"] is True
    for kept in ("1 | 2", "It is no evidence.", "Another. 1999."):
        assert kept in document.text
    assert document.depth == "full_text"


def test_depth_of_abstracts():
    front = "---\ntitle: T\nabstract: We do a thing. It works.\n---\n"
    assert read(front).depth == "abstract"
    assert quotes(read(front)) == ["We do a thing.", "It works."]
    assert read(front + "# T\n").depth == "abstract"
    assert read("# T is it\n\n## Abstract\n\n" + LONG).depth == "abstract"
    assert read("# T is it\n\n" + LONG).depth == "abstract"
    assert read("T is it\n\n" + LONG, "a.txt").depth == "abstract"
    body = "".join(f"## Part {i}\n\n{LONG}\n\n" for i in range(4))
    assert read(front + "# T\n\n" + body).depth == "full_text"
    assert read("# T\n\n## Abstract\n\n" + LONG + "\n\n" + body).depth == "full_text"


def test_titles_without_front_matter():
    assert read("# The Title\n\nText.").paper.id == "title:the title"
    one, other = read("Text is here.", "a/paper.md").paper, read("Text is there.", "b/paper.md").paper
    assert one.title == other.title == "paper"
    assert one.id != other.id
    assert read("# Abstract\n\nText.", "x.md").paper.title == "x"
    assert any("title" in notice for notice in read("Text is here.").notices)


def test_stored_text_is_clean():
    document = read("e\u0301t\u200be\u202e caf\u00e9\x00\x07\r\nline\u2028end. \ufeff Next\u00a0one.", "a.txt")
    assert document.text.strip() == "éte café line end. Next one."
    assert quotes(document) == ["éte café line end.", "Next one."]


def test_html():
    page = """<html><head><title>Wrong</title><meta name="citation_title" content="Right Title">
    <meta name="citation_author" content="Ada"><meta name="citation_arxiv_id" content="2404.15159v2">
    <meta name="citation_date" content="2024/04/22"><script>var x = "Evil. Text.";</script></head>
    <body><nav>Menu here.</nav><h1>Right Title</h1><div>Loose text is here.<p>We need
    <math alttext="O(n^2)"><mi>junk</mi></math> time. It is <b>bo</b>ld.</p></div><style>p {}</style>
    <table><tr><td>1.5</td></tr></table><ul><li>An item.</li></ul>
    <h2>References</h2><p>Smith. 2019.</p><h2>Annex</h2><p>The end, arXiv:1111.11111.</p></body></html>"""
    document = read(page, "p.html")
    assert quotes(document) == [
        "Loose text is here.",
        "We need O(n^2) time.",
        "It is bold.",
        "An item.",
        "The end, arXiv:1111.11111.",
    ]
    for gone in ("Evil", "Menu", "junk", "p {}"):
        assert gone not in document.text
    paper = document.paper
    assert (paper.id, paper.title, paper.authors, paper.year) == ("arxiv:2404.15159", "Right Title", ("Ada",), 2024)


def test_html_that_nests_without_end_is_refused():
    assert quotes(read("<div>" * 3000 + "Deep text is here.", "p.html")) == ["Deep text is here."]
    with pytest.raises(ReadError, match="nests"):
        read("<div>" * 200_000 + "x", "p.html")


@pytest.mark.parametrize(
    "page",
    [
        "<details>" * 50_000,
        "<dl><dd>" * 50_000,
        "<x-y>" * 50_000,
        "<div/>" * 50_000,
        "</i>" * 60_000 + "<div>" * 50_000,
    ],
)
def test_no_element_nests_unseen(page):
    with pytest.raises(ReadError, match="nests"):
        read(page + "x", "p.html")


@pytest.mark.parametrize("page", ["<p>" * 9000, "<li>" * 9000, "<br>" * 9000, "<svg>" + "<path d='M0'/>" * 9000])
def test_elements_that_end_by_themselves_do_not_nest(page):
    assert quotes(read(page + "</svg><div>Words are here.</div>", "p.html")) == ["Words are here."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It takes 5 ms. QLoRA takes more.", ["It takes 5 ms.", "QLoRA takes more."]),
        ("It takes 5 ms. in all runs.", ["It takes 5 ms. in all runs."]),
        ("It uses 3.5 GiB. LoRA uses less.", ["It uses 3.5 GiB.", "LoRA uses less."]),
        ("It took 30 sec. The rest took 2 h. Nobody knows why.", None),
        ("It runs at 90 tokens/s. vLLM is faster.", ["It runs at 90 tokens/s.", "vLLM is faster."]),
        ("It fell by 12 %. Adapters did not.", ["It fell by 12 %.", "Adapters did not."]),
        ("This was shown in 2019 W. Okonjo says.", ["This was shown in 2019 W. Okonjo says."]),
    ],
)
def test_a_unit_may_end_a_sentence(text, sentences):
    wanted = sentences or ["It took 30 sec.", "The rest took 2 h.", "Nobody knows why."]
    assert quotes(read(text, "a.txt")) == wanted


def test_full_width_figures_are_figures_and_chinese_punctuation_stays():
    document = read("It takes ２８．０ ms, １２％ more than ＬｏＲＡ.\n\n用时５，０００步。很慢！真的？", "a.txt")
    assert quotes(document) == ["It takes 28.0 ms, 12% more than LoRA.", "用时5,000步。", "很慢！", "真的？"]


def test_plain_text():
    text = "A Paper on Things\n\nAbstract\nWe did it,\nand well.\n\n1 Introduction\n\nIt starts.\n\n"
    text += "References\n\nSmith. 2019.\n"
    document = read(text, "p.txt")
    assert document.paper.title == "A Paper on Things"
    assert quotes(document) == ["We did it, and well.", "It starts."]
    assert [(s.title, s.evidence) for s in document.sections][-1] == ("References", False)


def test_a_text_over_the_cap_ends_with_a_sentence():
    document = read("# T\n\n" + "One sentence is here. " * 100, limits=Limits(max_document_chars=200))
    assert len(document.text) <= 200
    assert document.text.rstrip().endswith("here.")
    assert any("200 characters" in notice for notice in document.notices)
    assert len(document.notices) == 2


@pytest.mark.parametrize(
    ("data", "location", "words"),
    [
        (b"", "a.md", "empty"),
        (b" \n\t ", "a.txt", "empty"),
        (b"---\ntitle: T\n---\n", "a.md", "no text"),
        (b"<html><script>x</script></html>", "a.html", "no text"),
        (bytes(range(256)) * 20, "a.txt", "binary"),
        (b"\x7fELF\x00\x00\x00\x01\x00" * 50, "a.md", "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 4 + b"\x00\x01\x02" * 9, "a.html", "binary"),
        (b"text", "a.docx", "docx"),
        (b"text", "a", "extension"),
    ],
)
def test_bad_files(data, location, words):
    with pytest.raises(ReadError, match=words) as caught:
        read_bytes(data, location)
    assert caught.value.message.startswith(f"{location}: ")
    assert caught.value.advice
    assert caught.value.exit_code == 2


def test_old_western_text_is_read_with_a_notice():
    document = read_bytes("Die Größe wächst über alles. Schön.".encode("cp1252"), "a.txt")
    assert "Größe" in document.text
    assert any("UTF-8" in notice for notice in document.notices)
    assert "Größe" in read_bytes("Die Größe wächst.".encode("utf-16"), "a.txt").text


def test_files_that_cannot_be_read(tmp_path: Path):
    large = tmp_path / "large.txt"
    large.write_text("x" * 100)
    with pytest.raises(ReadError, match="limit of 50"):
        read_file(large, "large.txt", Limits(max_file_bytes=50))
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(ReadError) as caught:
            read_file(path, "x\ny.txt")
        assert str(tmp_path) not in caught.value.message
        assert "\n" not in caught.value.message


words = st.text(max_size=300)
marked = st.lists(
    st.sampled_from(
        [
            "# ",
            "## References\n",
            "- ",
            "\n\n",
            "```\n",
            "$$",
            "|a|b|\n|-|-|\n",
            "---\n",
            "<p>",
            "</p>",
            "<math alttext='x.y'>",
            "## Findings\n",
            " [Table 1] {seen: yes}\n",
            "One is. Two are",
            ". ",
            "e\u0301",
            "\u202e",
            "cf. 3.5",
            "中文。",
            "\r\n",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(text=words | marked, suffix=st.sampled_from([".md", ".txt", ".html"]), cap=st.sampled_from([40, 100_000]))
def test_offsets_are_exact_and_reading_is_repeatable(text, suffix, cap):
    limits = Limits(max_document_chars=cap)
    try:
        document = read_bytes(text.encode("utf-8", "surrogatepass"), "a" + suffix, limits)
    except ReadError:
        return
    assert len(document.text) <= cap
    last = 0
    for sentence in document.sentences:
        quote = document.slice(sentence)
        assert quote and quote == quote.strip()
        assert last <= sentence.start
        section = document.sections[sentence.section]
        assert section.start <= sentence.start < sentence.end <= section.end
        last = sentence.end
    assert read_bytes(text.encode("utf-8", "surrogatepass"), "a" + suffix, limits) == document
    assert Document.model_validate_json(document.model_dump_json()) == document
    assert document.text.encode("utf-8").decode("utf-8") == document.text
