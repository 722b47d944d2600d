from __future__ import annotations

import pytest

from sovereign.reading import ReadError, read_bytes

FRONT = """---
title: "Widget: a tool"
authors: ["Ada Lovelace", "Alan Turing"]
year: 2024
arxiv: "2404.15159v3"
doi: "10.48550/arXiv.2404.15159"
topics: [lora-moe]
note_kind: "secondary summary in our own words"
---

# Widget: a tool

## What it is

Widget is a tool. It needs 99 GB.

"""
FINDINGS = """## Findings

- On a 7B model, Widget needs 3.5 GB
  against 4.5 GB. [Table 6] {seen: yes}
- Widget is slower than [the others](https://example.org). [Table 2 of arXiv 2106.09685] {seen: recalled}
- Widget has no marks.

## Limits

- On a 7B model, nobody knows. [Table 6] {seen: yes}
"""


def read(text: str, location: str = "notes/widget.md"):
    return read_bytes(text.encode(), location)


def test_only_findings_are_evidence():
    document = read(FRONT + FINDINGS)
    assert document.depth == "note"
    assert [document.slice(s) for s in document.evidence()] == [
        "On a 7B model, Widget needs 3.5 GB against 4.5 GB.",
        "Widget is slower than the others.",
        "Widget has no marks.",
    ]
    assert document.sentences == document.evidence()
    assert "It needs 99 GB" in document.text
    assert "nobody knows" in document.text
    assert [s.title for s in document.sections if s.evidence] == ["Findings"]


def test_marks():
    first, second, third = read(FRONT + FINDINGS).evidence()
    assert (first.where, first.seen, first.source_id, first.secondhand) == ("Table 6", "yes", None, False)
    assert (second.where, second.seen) == ("Table 2 of arXiv 2106.09685", "recalled")
    assert second.source_id == "arxiv:2106.09685"
    assert (third.where, third.seen, third.source_id) == (None, None, None)


def test_an_unmarked_line_is_named_in_a_notice():
    (notice,) = read(FRONT + FINDINGS).notices
    assert "Widget has no marks." in notice


def test_the_same_line_outside_of_findings_stays_out():
    line = "- Widget needs 3.5 GB. [Table 6] {seen: yes}\n"
    document = read(f"{FRONT}## Findings\n\n{line}\n## Limits\n\n{line}")
    assert len(document.sentences) == 1


def test_findings_in_a_code_block_are_no_findings():
    document = read(FRONT + "```\n## Findings\n- Widget flies. [Table 1] {seen: yes}\n```\n")
    assert document.sentences == ()
    assert any("no evidence" in notice for notice in document.notices)


def test_the_paper():
    paper = read(FRONT + FINDINGS).paper
    assert paper.id == "arxiv:2404.15159"
    assert paper.arxiv_id == "2404.15159"
    assert paper.authors == ("Ada Lovelace", "Alan Turing")
    assert (paper.year, paper.topics, paper.our_words) == (2024, ("lora-moe",), True)
    assert paper.location == "notes/widget.md"


def test_a_file_with_marked_findings_is_a_note_without_front_matter():
    document = read("# Widget\n\n" + FINDINGS)
    assert document.depth == "note"
    assert document.paper.our_words
    assert document.paper.id == "title:widget"


@pytest.mark.parametrize("mark", ["{seen: maybe}", "{seen: }", ""])
def test_an_unknown_mark_is_no_mark(mark):
    document = read(f"{FRONT}## Findings\n\n- It is fast. [Table 1] {mark}\n")
    (sentence,) = document.evidence()
    assert document.slice(sentence) == "It is fast."
    assert (sentence.where, sentence.seen) == ("Table 1", None)
    assert any("seen" in notice for notice in document.notices)


@pytest.mark.parametrize(
    ("field", "absent"),
    [
        ("year: [2024]", "year"),
        ("year: soon", "year"),
        ("authors: 3", "authors"),
        ("doi: {a: b}", "doi"),
        ("doi: nonsense", "doi"),
        ("topics: {a: 1}", "topics"),
        ("url: 7", "url"),
    ],
)
def test_wrong_types_give_a_notice(field, absent):
    document = read(f"---\ntitle: T of it\n{field}\n---\n\nSome text is here.\n")
    assert not getattr(document.paper, absent)
    assert any(f"`{absent}`" in notice for notice in document.notices)


def test_an_arxiv_id_without_quotes_keeps_its_zeros():
    assert read("---\ntitle: T\narxiv: 2404.15100\n---\nText is here.\n").paper.arxiv_id == "2404.15100"
    assert read("---\ntitle: T\narxiv_id: 1312.6110\n---\nText is here.\n").paper.arxiv_id == "1312.6110"


def test_a_publisher_doi_comes_before_the_arxiv_id():
    text = '---\ntitle: T\narxiv: "2309.06180"\ndoi: https://doi.org/10.1145/3600006.ABC\n---\nText is here.\n'
    assert read(text).paper.id == "doi:10.1145/3600006.abc"


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("title: [", "not valid YAML"),
        ("a: &x [1]\nb: *x", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "not valid YAML"),
        ("a: " + "[" * 20_000, "not valid YAML"),
        ("a: " + "x" * 70_000, "longer"),
        ('a: "\\ud800\nb"\n  c: d', "not valid YAML"),
    ],
)
def test_bad_yaml_is_refused(yaml, words):
    with pytest.raises(ReadError, match=words) as caught:
        read(f"---\n{yaml}\n---\ntext\n")
    assert "\n" not in caught.value.message
