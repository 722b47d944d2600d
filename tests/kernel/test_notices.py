"""What documents say of themselves stands in the limits of a record, and what many say stands there once."""

from __future__ import annotations

from sovereign.kernel.publish import _said_of
from sovereign.records import Document, Paper, text_hash


def document(place: str, *notices: str) -> Document:
    paper = Paper(id=f"title:{place}", title=place, location=place)
    return Document(
        paper=paper, text="", text_hash=text_hash(""), depth="note", sections=(), sentences=(), notices=notices
    )


def test_a_notice_names_its_document() -> None:
    assert _said_of([document("a", "x is gone", "y"), document("b", "y")]) == ["a: x is gone", "a: y", "b: y"]


def test_what_is_said_of_many_is_said_once() -> None:
    many = [document(name, "arxiv is down") for name in "abc"]
    assert _said_of([*many, document("d", "cut off")]) == ["3 works, among them a: arxiv is down", "d: cut off"]
