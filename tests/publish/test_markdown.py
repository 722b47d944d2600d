"""The Markdown page: what comes from outside is shown as it is and makes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sovereign.publish import render
from sovereign.publish.markdown import escape
from sovereign.publish.text import one_line
from sovereign.records import LedgerHead, Record
from tests.publish.example import FORMULA, HANDLER, LONG_TITLE, MARKDOWN, QUESTION, SCRIPT

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SIGNS = "\\`*_{}[]()#+-.!|<>~$&:@=\"'/ \n\t1aw"


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def test_hostile_text_makes_no_html_image_or_link(record: Record, head: LedgerHead) -> None:
    tokens = list(_flat(PARSER.parse(render(record, "md", head))))
    assert not [t for t in tokens if t.type in ("html_block", "html_inline", "image", "fence", "code_block")]
    hrefs = {str(t.attrs["href"]) for t in tokens if t.type == "link_open"}
    assert {"#c1", "https://arxiv.org/abs/2404.15159"} <= hrefs
    assert all(h.startswith(("#c", "https://arxiv.org/", "https://doi.org/")) for h in hrefs)
    shown = "".join(t.content for t in tokens if t.type == "text")
    for hostile in (SCRIPT, MARKDOWN, HANDLER, FORMULA, LONG_TITLE):
        assert hostile in shown


def test_order_and_headings_are_those_of_the_page(record: Record) -> None:
    tokens = PARSER.parse(render(record, "md"))
    heads = [(t.tag, tokens[i + 1].content) for i, t in enumerate(tokens) if t.type == "heading_open"]
    assert [text for tag, text in heads if tag == "h1"] == [QUESTION]
    assert [text for tag, text in heads if tag == "h2"] == [
        "The answer: PARTLY ANSWERED",
        "Abstract",
        "1 Introduction",
        "2 Methodology",
        "3 Results",
        "4 Uncertainties",
        "5 Extracted Claims",
        "References",
        "Imprint",
    ]
    assert [text for tag, text in heads if tag == "h3" and text.startswith("C") and text[1:].isdigit()] == [
        c.id for c in record.claims
    ]


def test_cells_stay_in_their_columns(record: Record) -> None:
    width = 0
    tables = 0
    for token in PARSER.parse(render(record, "md")):
        if token.type == "table_open":
            width, tables = 0, tables + 1
        elif token.type == "thead_open":
            cells = 0
        elif token.type in ("th_open", "td_open"):
            cells += 1
        elif token.type == "tr_close":
            width = width or cells
            assert cells == width
            cells = 0
    assert tables >= 10
    # A cell that broke out would be cut off at the last column: the hostile one is there to its end.
    assert "&lt;img src=x onerror=alert(4)&gt; |  | — |" in render(record, "md")


@given(st.text(alphabet=st.one_of(st.sampled_from(SIGNS), st.characters())))
def test_escaped_text_is_one_plain_paragraph(text: str) -> None:
    tokens = PARSER.parse(escape(text))
    if one_line(text):
        assert [t.type for t in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        parts = tokens[1].children or []
        assert {t.type for t in parts} == {"text"}
        assert "".join(t.content for t in parts) == one_line(text)
    else:
        assert tokens == []
