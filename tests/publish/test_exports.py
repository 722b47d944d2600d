"""JSON, CSV and BibTeX: complete, safe to open, and stable."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.errors import NotFound
from sovereign.publish import FORMATS, render
from sovereign.publish.bibtex import citation_keys, escape
from sovereign.publish.claims_csv import COLUMNS
from sovereign.publish.references import References, reference_view
from sovereign.records import LedgerHead, Quantity, Record, Result
from tests.publish.example import BIDI, EVIL, FORMULA, MIXLORA, build


def _rows(record: Record, head: LedgerHead | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(record, "csv", head), newline="")))


def test_json_loads_again_as_the_same_record(record: Record, head: LedgerHead) -> None:
    again = Record.model_validate_json(render(record, "json", head))
    assert again.ledger_head == head
    assert again.model_copy(update={"ledger_head": None}) == record
    assert again.computed_hash() == record.content_hash


def test_head_of_the_record_is_kept_when_none_is_given(record: Record, head: LedgerHead) -> None:
    with_head = record.model_copy(update={"ledger_head": head})
    assert Record.model_validate_json(render(with_head, "json")).ledger_head == head
    assert _rows(with_head)[0]["ledger_hash"] == head.hash


def test_an_unknown_format_names_those_there_are(record: Record) -> None:
    with pytest.raises(NotFound) as caught:
        render(record, "docx")
    assert all(name in caught.value.advice for name in FORMATS)


def test_csv_has_every_claim_whole(record: Record, head: LedgerHead) -> None:
    rows = _rows(record, head)
    assert tuple(rows[0]) == COLUMNS
    assert [r["claim_id"] for r in rows] == [c.id for c in record.claims]
    first = rows[0]
    assert first["text"] == record.claims[0].text
    assert (first["verdict"], first["verified"], first["anchored"]) == ("SUPPORT", "true", "true")
    assert (first["value"], first["unit"], first["scale"], first["phase"]) == ("442.2", "µs/token", "7B", "inference")
    assert (first["where"], first["seen"], first["our_words"]) == ("Table 6", "yes", "true")
    assert (first["ledger_count"], first["content_hash"]) == ("1042", record.content_hash)
    assert rows[5]["source_id"] == "named:PEFT documentation" and rows[5]["source_title"] == "PEFT documentation"
    assert rows[7]["text"].endswith("safegnp.exe") and rows[7]["page"] == "11"


def test_csv_starts_no_formula(record: Record) -> None:
    rows = _rows(record)
    assert rows[8]["text"].startswith(f"'{FORMULA}")
    # A negative number is a number, not a formula.
    assert rows[5]["value"] == "-139.0"
    for row in rows:
        for name, cell in row.items():
            assert name == "value" or not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\u202e=1", " =1", "＝1"])
def test_csv_guards_every_start_of_a_formula(record: Record, start: str) -> None:
    result = Result(subject=start, value=Quantity(value=1.0, unit="", text="1"))
    claim = record.claims[7].model_copy(update={"results": (result,)})
    assert _rows(build(claims=(claim,)))[0]["subject"].startswith("'")


def test_references_are_numbered_by_use_and_known_by_any_id(record: Record) -> None:
    references = References(record)
    assert [r.number for r in references] == list(range(1, 8))
    assert next(iter(references)).source_id == MIXLORA.id
    assert (
        len({references.of(i).number for i in (MIXLORA.id, "arxiv:2404.15159v3", "doi:10.48550/arXiv.2404.15159")}) == 1
    )
    views = {r.source_id: reference_view(r) for r in references}
    assert views[MIXLORA.id].notes == ("original not read; summarised from a secondary note",)
    assert views["arxiv:1810.04805"].links[0].href == "https://arxiv.org/abs/1810.04805"
    assert "original not read" in views["named:PEFT documentation"].notes[0]
    assert views["title:second"].links[0].href is None
    assert views[MIXLORA.id].authors.endswith("Yan Zhang and 4 others")


def test_bibtex_has_each_reference_with_its_own_key(record: Record, head: LedgerHead) -> None:
    bib = render(record, "bib", head)
    keys = re.findall(r"^@(article|misc)\{([^,]+),$", bib, re.M)
    assert [k for _, k in keys] == [
        "li2024mixlora",
        "kong2024lora",
        "onmouseoveralert22025matter",
        "peftdocumentation",
        "arxiv181004805",
        "kwon2023efficient",
        "li2024mixlorab",
    ]
    assert [kind for kind, key in keys if key == "kwon2023efficient"] == ["article"]
    assert "  eprint = {2404.15159},\n  archiveprefix = {arXiv}," in bib
    assert "Ünïcode Ångström and {Smith and Jones}" in bib
    assert f"% ledger head: 1042 {head.hash}" in bib and record.content_hash in bib and str(record.id) in bib
    assert BIDI not in bib and "javascript:" not in bib.replace("(javascript:alert(3))", "")
    assert _balanced(bib)
    assert r"\textbraceleft{}100\% \& more\_of\textbraceright{} \textbackslash{}input" in bib


def test_keys_do_not_hang_on_the_order_of_citation(record: Record) -> None:
    references = tuple(References(record))
    assert citation_keys(references) == citation_keys(references[::-1])
    twins = [EVIL.model_copy(update={"id": f"title:{n:02}"}) for n in range(60)]
    assert len(set(citation_keys(tuple(References(build(papers=tuple(twins), claims=())))).values())) == 62


def _balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


@given(st.text(alphabet=st.one_of(st.sampled_from("\\{}~^<>|$&%#_@\"' \n"), st.characters())))
def test_a_bibtex_value_keeps_braces_even_and_leaves_no_special_sign(text: str) -> None:
    value = escape(text)
    assert _balanced(value) and "\n" not in value
    bare = re.sub(r"\\(text[a-z]+\{\}|[$&%#_])", "", value)
    assert not re.search(r"[\\{}~^<>|$&%#_]", bare)
