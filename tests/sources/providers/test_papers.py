"""The fields that providers added to a paper: absent from the canonical form where they say nothing."""

from __future__ import annotations

from sovereign.contracts.schema import record_schema
from sovereign.records import Paper, canonical_json

OLD = (
    b'{"arxiv_id":null,"authors":[],"doi":null,"id":"title:zorgs","location":"","our_words":false,"source":"library",'
    b'"title":"Zorgs","topics":[],"url":null,"venue":null,"year":null}'
)


def test_a_paper_without_them_has_the_canonical_form_that_it_had_before():
    paper = Paper(id="title:zorgs", title="Zorgs")
    assert canonical_json(paper.model_dump(mode="json")) == OLD
    assert Paper.model_validate_json(OLD) == paper


def test_a_paper_with_them_goes_there_and_back():
    paper = Paper(id="title:zorgs", title="Zorgs", retracted="retraction of 2023", version=2)
    data = paper.model_dump(mode="json")
    assert (data["retracted"], data["version"]) == ("retraction of 2023", 2)
    assert Paper.model_validate(data) == paper


def test_the_schema_does_not_require_them():
    schema = record_schema()["$defs"]["Paper"]
    assert {"retracted", "version"} <= set(schema["properties"])
    assert not {"retracted", "version"} & set(schema["required"])
