"""RIS, CSL-JSON, CITATION.cff and JSON-LD, each read again by a reader that is not ours."""

from __future__ import annotations

import json
import re
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rispy
import yaml
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF

from sovereign.publish import render
from sovereign.publish.references import References
from sovereign.publish.standing import Standing
from sovereign.publish.text import one_line
from sovereign.publish.work import parted_name, plain_doi
from sovereign.records import Correction, LedgerHead, OwnerDecision, Record
from tests.publish.example import MIXLORA, VLLM, build
from tests.publish.hostile import TEXTS, with_text

S = Namespace("http://schema.org/")
DOI = "10.5281/zenodo.20440723"
ANY = st.text(
    alphabet=st.one_of(
        st.sampled_from("\r\n\x0b\x85\u2028<>-:{}[]#&*!|'\"%@`\\ AUTY"), st.characters(exclude_categories=["Cs"])
    )
)


def made(record: Record, form: str, doi: str | None = None, **more: Any) -> str:
    return render(record, form, standing=Standing("CURRENT", record.version, doi=doi), **more)


def ris(record: Record, **more: Any) -> list[dict[str, Any]]:
    return rispy.loads(made(record, "ris", **more))


def cff(record: Record, **more: Any) -> dict[str, Any]:
    return yaml.safe_load(made(record, "cff", **more))


def graph(record: Record, **more: Any) -> Graph:
    return Graph().parse(data=made(record, "jsonld", **more), format="json-ld")


# RIS


def test_ris_has_the_record_and_each_reference(record: Record, head: LedgerHead) -> None:
    first, *works = ris(record, head=head, doi=DOI)
    assert first["type_of_reference"] == "RPRT" and first["title"] == record.question
    assert first["authors"] == ["SOVEREIGN Research Kernel"]
    assert (first["doi"], first["date"], first["year"]) == (DOI, "2026/05/28", "2026")
    assert first["accession_number"] == f"urn:uuid:{record.id}"
    assert record.content_hash in first["notes"][1] and head.hash in first["notes"][1]
    assert [w["title"] for w in works] == [r.title for r in References(record)]
    mixlora = works[0]
    assert mixlora["type_of_reference"] == "UNPB" and mixlora["doi"] == MIXLORA.doi
    assert mixlora["authors"][0] == "Li, Dengchun" and len(mixlora["authors"]) == 11
    vllm = next(w for w in works if w["title"] == VLLM.title)
    assert (vllm["type_of_reference"], vllm["secondary_title"]) == ("JOUR", "SOSP 2023")


def test_the_note_of_a_work_has_the_verdicts_of_its_claims(record: Record) -> None:
    mixlora = ris(record)[1]
    assert mixlora["notes"][0] == (
        "Verdicts of the claims that rest on it: C1 SUPPORT, verified; C2 SUPPORT, not verified; C3 SUPPORT, not verified; "
        "C4 CONTRADICT, not verified."
    )
    assert "Original not read" in mixlora["notes"][1]
    # Every claim is in just one note, with its own verdict.
    noted = re.findall(r"(C\d+) ([A-Z ]+), (?:not )?verified", render(record, "ris"))
    assert sorted(noted) == sorted((c.id, c.verdict.replace("_", " ")) for c in record.claims)
    assert json.loads(render(record, "csl"))[1]["note"].startswith(mixlora["notes"][0])


def test_a_retracted_work_says_so(record: Record) -> None:
    papers = tuple(p.model_copy(update={"retracted": "Crossref, 2026-01-02"}) for p in record.papers)
    assert all("Retracted: Crossref" in render(build(papers=papers), name) for name in ("ris", "csl", "jsonld"))


@given(ANY)
@settings(deadline=None, max_examples=40)
def test_no_text_makes_a_tag_or_entry_of_its_own(text: str) -> None:
    record = with_text(text)
    lines = render(record, "ris").split("\r\n")
    assert all(line == "" or re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    entries = ris(record)
    assert len(entries) == 1 + len(tuple(References(record)))
    assert entries[0]["title"] == (one_line(text) or "Untitled record")


# CSL-JSON


def test_csl_is_set_by_a_citation_processor(record: Record, head: LedgerHead) -> None:
    items = json.loads(made(record, "csl", head=head, doi=DOI))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it warns of fields that it does not know
        source = CiteProcJSON(items)
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for item in items:
        bibliography.register(Citation([CitationItem(item["id"])]))
    told = "\n".join(map(str, bibliography.bibliography()))
    assert "SOVEREIGN Research Kernel" in told and "2026" in told
    assert "Li, D. et al. (2024)" in told
    assert "Kwon, W., Li, Z. and Stoica, I. (2023)" in told and "SOSP 2023" in told


def test_csl_has_one_item_for_each_reference_with_the_keys_of_bibtex(record: Record) -> None:
    items = json.loads(made(record, "csl", doi=DOI))
    keys = re.findall(r"^@\w+\{([^,]+),$", render(record, "bib"), re.M)
    assert [i["id"] for i in items] == [record.short_id, *keys]
    assert items[0]["DOI"] == DOI and items[0]["issued"] == {"date-parts": [[2026, 5, 28]]}
    assert items[1]["type"] == "article" and items[1]["number"] == "arXiv:2404.15159"
    assert all(value for item in items for value in item.values())


# CITATION.cff


def cff_schema() -> dict[str, Any]:
    spec = find_spec("cffconvert")
    if spec is None or spec.origin is None:
        pytest.skip("cffconvert, which has the schema of the format, is not installed")
    return json.loads((Path(spec.origin).parent / "schemas/1.2.0/schema.json").read_text("utf-8"))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_cff_is_valid_whatever_a_record_says(text: str) -> None:
    validator = jsonschema.Draft7Validator(cff_schema(), format_checker=jsonschema.FormatChecker())
    for doi in (None, DOI, text):
        data = cff(with_text(text), doi=doi)
        validator.validate(data)
        assert data["title"] == (one_line(text) or "Untitled record")
        assert data.get("doi") == (DOI if doi == DOI else None)


def test_the_schema_refuses_what_is_wrong(record: Record) -> None:
    validator = jsonschema.Draft7Validator(cff_schema())
    assert not validator.is_valid(cff(record) | {"type": "report"})
    assert not validator.is_valid(cff(record) | {"doi": "zenodo"})


def test_cff_is_of_the_record(record: Record) -> None:
    data = cff(record)
    assert data["date-released"] == "2026-05-28" and data["version"] == record.content_hash
    assert data["identifiers"][0]["value"] == f"urn:uuid:{record.id}"
    assert data["preferred-citation"]["type"] == "report"
    assert "license" not in data and "doi" not in data
    assert "&" not in re.sub(r"'[^']*'", "", render(record, "cff"))  # no YAML anchor
    undated = cff(build(created_at="yesterday"))
    assert "date-released" not in undated
    jsonschema.Draft7Validator(cff_schema()).validate(undated)


@given(ANY)
@settings(deadline=None, max_examples=60)
def test_cff_gives_each_text_back(text: str) -> None:
    data = cff(with_text(text))
    assert data["title"] == (one_line(text) or "Untitled record") and set(data) <= {
        *("cff-version", "message", "type", "title", "abstract", "authors", "date-released", "version", "identifiers"),
        *("keywords", "preferred-citation"),
    }


# JSON-LD


def test_jsonld_is_a_graph_of_schema_org(record: Record, head: LedgerHead) -> None:
    found = graph(record, head=head, doi=DOI)
    article = URIRef(f"urn:uuid:{record.id}")
    assert (article, RDF.type, S.ScholarlyArticle) in found
    assert found.value(article, S.name) == Literal(record.question)
    assert found.value(article, S.sameAs) == URIRef(f"https://doi.org/{DOI}")
    assert found.value(article, S.dateCreated).toPython().isoformat() == "2026-05-28T09:30:00+00:00"
    values = {
        str(found.value(i, S.propertyID)): str(found.value(i, S.value)) for i in found.objects(article, S.identifier)
    }
    assert values["DOI"] == DOI and values["UUID"] == str(article) and values["short id"] == record.short_id
    assert values["content hash, SHA-256"] == record.content_hash
    assert len(set(found.objects(article, S.citation))) == len(tuple(References(record)))
    assert (article, S.isBasedOn, URIRef("https://doi.org/10.48550/arXiv.2404.15159")) in found
    assert not list(found.objects(article, S.license))


def test_each_claim_is_a_part_with_its_verdict_and_source(record: Record) -> None:
    found = graph(record)
    article = URIRef(f"urn:uuid:{record.id}")
    parts = set(found.objects(article, S.hasPart))
    assert parts == {URIRef(f"{article}#{c.id}") for c in record.claims} and parts == set(
        found.subjects(RDF.type, S.Claim)
    )
    for claim in record.claims:
        node = URIRef(f"{article}#{claim.id}")
        review = found.value(node, S.review)
        rating = found.value(review, S.reviewRating)
        assert (review, RDF.type, S.ClaimReview) in found and found.value(review, S.itemReviewed) == node
        assert str(found.value(rating, S.alternateName)) == claim.verdict
        points = found.value(rating, S.ratingValue)
        assert (None if points is None else int(points)) == {"SUPPORT": 1, "MIXED": 0, "CONTRADICT": -1}.get(
            claim.verdict
        )
        assert str(found.value(review, S.reviewBody)).startswith("Verified" if claim.verified else "Not verified")
        quoted = found.value(node, S.appearance)
        assert str(found.value(quoted, S.text)) == one_line(claim.quote.text)
        assert found.value(found.value(quoted, S.isPartOf), S.position) is not None


def test_only_the_owner_publishes(record: Record) -> None:
    article = URIRef(f"urn:uuid:{record.id}")
    held = OwnerDecision(record_id=str(record.id), outcome="HELD", reason="r", by="Ada", at="2026-06-01T00:00:00+00:00")
    for owner in (None, held, held.model_copy(update={"outcome": "REJECTED"})):
        assert graph(record, owner=owner).value(article, S.datePublished) is None
    approved = held.model_copy(update={"outcome": "APPROVED"})
    assert str(graph(record, owner=approved).value(article, S.datePublished)) == "2026-06-01T00:00:00+00:00"


@given(ANY)
@settings(deadline=None, max_examples=40)
def test_jsonld_gives_each_text_back_and_ends_no_script(text: str) -> None:
    record = with_text(text)
    raw = render(record, "jsonld")
    assert "<" not in raw and "\u2028" not in raw
    found = graph(record)
    assert str(found.value(URIRef(f"urn:uuid:{record.id}#C9"), S.text) or "") == one_line(text)
    assert set(json.loads(raw)["@context"]) == {"@vocab", "xsd", "sameAs", "url", "dateCreated", "datePublished"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_texts_in_all_four(text: str) -> None:
    record = with_text(text)
    assert len(ris(record)) == 1 + len(tuple(References(record)))
    assert json.loads(render(record, "csl"))[0]["title"] == (one_line(text) or "Untitled record")
    assert graph(record).value(URIRef(f"urn:uuid:{record.id}"), RDF.type) == S.ScholarlyArticle


# What they share


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Wei Li", ("Li", "Wei")),
        ("Li, Wei", ("Li", "Wei")),
        ("Plato", ("Plato", "")),
        ("Smith and Jones", ("Smith and Jones", "")),
        ("a, b, c", ("a, b, c", "")),
        (", x", (", x", "")),
        ("", ("", "")),
    ],
)
def test_names(name: str, parts: tuple[str, str]) -> None:
    assert parted_name(name) == parts


@pytest.mark.parametrize(
    "doi", [None, "", "zenodo.1", "10.1/x", "10.5281/a b", "10.5281/x\n", "https://doi.org/10.5281/x"]
)
def test_a_doi_that_is_none_is_left_out(record: Record, doi: str | None) -> None:
    assert plain_doi(doi) is None
    assert "doi" not in cff(record, doi=doi) and "doi" not in ris(record, doi=doi)[0]


def test_what_was_withdrawn_is_no_verdict_and_an_old_version_says_so(record: Record) -> None:
    gone = record.claims[0].id
    correction = Correction(
        event_id="x", number=1, type="CLAIM", at="2026-06-01T00:00:00+00:00", by="Ada", note="of another </script> table", affected_fields=(),
        claim_ids=(gone,), from_version=1, to_version=2, from_hash="0" * 64,
    )  # fmt: skip
    corrected = record.model_copy(update={"version": 2, "corrections": (correction,)})
    old = Standing("SUPERSEDED", 3)

    first, *works = rispy.loads(render(corrected, "ris", standing=old))
    verdicts = " ".join(note for work in works for note in work.get("notes", []))
    assert f"{gone} WITHDRAWN" in verdicts and f"{gone} SUPPORT" not in verdicts
    assert "superseded by version 3" in first["notes"][0] and "Version 2, SUPERSEDED" in first["notes"][0]
    assert "superseded by version 3" in json.loads(render(corrected, "csl", standing=old))[0]["note"]
    assert "superseded by version 3" in yaml.safe_load(render(corrected, "cff", standing=old))["message"]

    article = json.loads(render(corrected, "jsonld", standing=old))
    assert article["version"] == 2 and "superseded by version 3" in article["creativeWorkStatus"]
    assert [one["text"] for one in article["correction"]] == ["of another </script> table"]
    rating = article["hasPart"][0]["review"]["reviewRating"]
    assert rating["alternateName"] == "WITHDRAWN" and "ratingValue" not in rating
    assert "correction" not in json.loads(render(record, "jsonld"))


def test_a_work_that_only_withdrawn_claims_rest_on_says_so(record: Record) -> None:
    ids = tuple(c.id for c in record.claims)
    correction = Correction(
        event_id="x", number=1, type="CLAIM", at="2026-06-01T00:00:00+00:00", by="Ada", note="all", affected_fields=(), claim_ids=ids,
        from_version=1, to_version=2, from_hash="0" * 64,
    )  # fmt: skip
    answer = record.answer.model_copy(update={"disagreements": ()})
    corrected = record.model_copy(update={"version": 2, "corrections": (correction,), "answer": answer})
    article = json.loads(render(corrected, "jsonld"))
    assert "isBasedOn" in json.loads(render(record, "jsonld")) and "isBasedOn" not in article


def test_a_page_marks_a_retracted_work(record: Record) -> None:
    papers = tuple(p.model_copy(update={"retracted": "for made-up data"}) for p in record.papers)
    assert "retracted: for made-up data" in render(record.model_copy(update={"papers": papers}), "html")
