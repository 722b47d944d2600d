"""The research crate of a record: as JSON-LD, as PROV-O asked in SPARQL, read by the reference library, and under hostile input."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, URIRef
from rocrate.rocrate import ROCrate

from sovereign.contracts.published import DEPOSITED, Published
from sovereign.errors import OutputError
from sovereign.publish.crate import METADATA, CrateFile, crate
from sovereign.publish.crate.graph import local, plain, web_address
from sovereign.publish.export import write
from sovereign.records import Correction, Event, GateVerdict, LedgerHead, ModelCall, ModelUse, Record, sha256_hex
from sovereign.records.answer import Figure
from sovereign.store import DECIDED, SAVED, open_store
from tests.kernel.asking import ask
from tests.publish.example import build

BASE = "https://crate.example/"
PROV = "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX schema: <http://schema.org/> "
HEAD = LedgerHead(count=0, hash="0" * 64)
QUESTION = "Does MixLoRA reduce memory compared with full fine-tuning at 7B parameters?"


def lay_out(home: Path, record: Record, folder: Path) -> tuple[Published, list[CrateFile]]:
    """The files of the record's export, and the crate that describes them, in ``folder``."""
    with open_store(home) as store:
        proof = store.ledger.proof(str(record.id))
        published = Published(record, proof.events, proof.head)
        files = write.content(published, store.artifacts.get)
    files.pop(METADATA, None)
    lines = [
        CrateFile(a.path, a.type, a.media_type, a.size, a.sha256, a.label) for a in write.artifact_set(published, files)
    ]
    for path, data in {**files, METADATA: crate(published, lines)}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return published, lines


def graph_of(data: bytes) -> Graph:
    """The crate as RDF, with the context that the reference library ships."""
    document = json.loads(data)
    shipped = json.loads(resources("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes())
    assert document["@context"][0] == shipped["@id"]
    document["@context"][0] = shipped["@context"]
    return Graph().parse(data=json.dumps(document), format="json-ld", base=BASE, publicID=BASE)


def nodes(data: bytes) -> dict[str, dict[str, Any]]:
    """The nodes of a crate, each id once."""
    found = json.loads(data)["@graph"]
    assert len({n["@id"] for n in found}) == len(found)
    return {n["@id"]: n for n in found}


def ids(value: Any) -> list[str]:
    """The ids that a property refers to."""
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


Real = tuple[Path, Published, list[CrateFile]]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Real:
    """A real record's export as a folder."""
    folder = tmp_path_factory.mktemp("crate")
    record = ask(folder / "home", QUESTION)
    return folder / "export", *lay_out(folder / "home", record, folder / "export")


def test_every_file_is_described_as_it_is(real: Real) -> None:
    folder, _, _ = real
    found = nodes((folder / METADATA).read_bytes())
    parts = ids(found["./"]["hasPart"])
    on_disk = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {METADATA}
    assert on_disk and {unquote(p) for p in parts} == on_disk
    for part in parts:
        data = (folder / unquote(part)).read_bytes()
        assert found[part]["sha256"] == sha256_hex(data)
        assert found[part]["contentSize"] == str(len(data))


def test_same_bytes_whatever_the_order_and_no_reference_leads_nowhere(real: Real) -> None:
    folder, published, lines = real
    data = (folder / METADATA).read_bytes()
    mixed = list(lines)
    random.Random(3).shuffle(mixed)
    assert crate(published, mixed) == data
    assert len(data) < 1_000_000
    found = nodes(data)
    for node in found.values():
        for value in node.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict) and "@id" in one:
                    assert one["@id"] in found


def test_texts_that_a_claim_derives_from(real: Real) -> None:
    folder, published, _ = real
    rdf = graph_of((folder / METADATA).read_bytes())
    assert published.record.claims
    for claim in published.record.claims:
        asked = f"SELECT ?text WHERE {{ <{BASE}{local('claim', claim.id)}> prov:wasDerivedFrom ?text }}"
        assert [str(row[0]) for row in rdf.query(PROV + asked)] == [f"{BASE}artifacts/{claim.quote.text_hash}"]


def test_answer_leads_back_to_works(real: Real) -> None:
    folder, published, _ = real
    rdf = graph_of((folder / METADATA).read_bytes())
    asked = f"SELECT DISTINCT ?name WHERE {{ <{BASE}#answer> prov:wasDerivedFrom+ ?w . ?w a schema:ScholarlyArticle; schema:name ?name }}"
    record = published.record
    cited = {c.quote.paper_id for c in record.claims if c.id in record.answer.cited()}
    wanted = {plain(p.title, 300) for p in record.papers if p.id in cited}
    assert wanted and {str(row[0]) for row in rdf.query(PROV + asked)} == wanted


def test_what_made_a_result_and_a_plot() -> None:
    record = build()
    (one,) = record.measurements
    plot = Figure(facet_id="F1", title="Latency", caption="c", alt="a", artifact="cd" * 32, measurement_ids=(one.id,))
    record = record.model_copy(update={"answer": record.answer.model_copy(update={"figures": (plot,)})})
    lines = [
        CrateFile(f"artifacts/{one.artifact}", "result", "application/json", 2, one.artifact),
        *(CrateFile(f"artifacts/{f.artifact}", "plot", "image/svg+xml", 2, f.artifact) for f in record.answer.figures),
    ]
    rdf = graph_of(crate(Published(record, (), HEAD), lines))
    asked = "SELECT ?who WHERE { <%s> prov:wasGeneratedBy ?run . ?run prov:wasAssociatedWith ?who . ?who a prov:SoftwareAgent }"
    made = {str(r[0]) for r in rdf.query(PROV + asked % f"{BASE}artifacts/{one.artifact}")}
    assert made == {f"{BASE}{local('protocol', one.protocol)}", f"{BASE}#software-sovereign"}
    svg = f"{BASE}artifacts/{plot.artifact}"
    assert {str(r[0]) for r in rdf.query(PROV + asked % svg)} == {f"{BASE}#software-sovereign"}
    from_what = f"SELECT ?result WHERE {{ <{svg}> prov:wasDerivedFrom ?result }}"
    assert [str(r[0]) for r in rdf.query(PROV + from_what)] == [f"{BASE}artifacts/{one.artifact}"]


def test_prov_classes_stand_beside_those_of_schema(real: Real) -> None:
    rdf = graph_of((real[0] / METADATA).read_bytes())
    prov = "http://www.w3.org/ns/prov#"
    actions = set(rdf.subjects(RDF.type, URIRef("http://schema.org/CreateAction")))
    assert len(actions) > 8 and actions == set(rdf.subjects(RDF.type, URIRef(prov + "Activity")))
    for term in ("used", "wasGeneratedBy", "wasDerivedFrom", "wasAssociatedWith", "generatedAtTime"):
        assert (None, URIRef(prov + term), None) in rdf


def test_software_has_a_name_a_version_and_an_address(real: Real) -> None:
    nodes = [n for n in json.loads((real[0] / METADATA).read_bytes())["@graph"] if "SoftwareApplication" in n["@type"]]
    assert len(nodes) > 1
    assert all(n["name"] and n["version"] and n["url"] for n in nodes)


def test_reference_library_reads_it(real: Real) -> None:
    held = ROCrate(real[0])
    assert held.mainEntity.id == "record.json"
    assert held.dereference("#stage-extract")["instrument"].id == "#software-sovereign"
    assert {e.id for e in held.data_entities} == {line.path for line in real[2]}


def event(kind: str, subject: str, **payload: object) -> Event:
    return Event(
        seq=1, at="2026-01-02T03:04:05.678+00:00", kind=kind, subject=subject, payload=payload, prev_hash="", hash=""
    )


def test_failures_decisions_corrections_and_deposit() -> None:
    base = build()
    gate = GateVerdict(status="UNVERIFIED", reason="it ran out of memory", code="error", protocol="overhead")
    call = ModelCall(
        stage="extract",
        role="reader",
        model="m/1",
        prompt_hash="c" * 64,
        parameters={},
        outcome="refused",
        reason="401",
    )
    fixed = Correction(
        event_id=f"{base.id}/corrections/1",
        number=1,
        type="CLAIM",
        at="2026-01-02T03:04:05+00:00",
        by="Ada",
        note="wrong unit",
        affected_fields=("/claims/0",),
        from_version=1,
        to_version=2,
        from_hash="d" * 64,
    )
    claims = (base.claims[0].model_copy(update={"gate": gate}), *base.claims[1:])
    changes = {"claims": claims, "model_use": ModelUse(calls=(call,)), "version": 2, "corrections": (fixed,)}
    record = base.model_copy(update=changes)
    subject = str(record.id)
    decided = event(DECIDED, subject, outcome="APPROVED", reason="good", by="Ada", at="2026-02-03T04:05:06+00:00")
    saved = event(SAVED, subject, version=2, content_hash=record.content_hash)
    events = (saved, decided, event(DEPOSITED, subject, doi="10.5281/zenodo.12", version=2))
    lines = [
        CrateFile("record.json", "record", "application/json", 1, "a" * 64),
        CrateFile("manifest.json", "manifest", "x/y"),
    ]
    found = nodes(crate(Published(record, events, HEAD), lines))
    for failed, why in ((local("failed-measurement", record.claims[0].id), gate.reason), ("#call-1", "401")):
        assert found[failed]["actionStatus"] == "http://schema.org/FailedActionStatus"
        assert found[failed]["error"] == why and "result" not in found[failed]
    assert found["#owner-action-1"]["endTime"] == "2026-02-03T04:05:06+00:00"
    assert ids(found["#owner-action-1"]["agent"]) == ["#person-Ada"] == ids(found["#correction-1"]["agent"])
    assert ids(found["record.json"]["prov:wasRevisionOf"]) == ["#version-1"]
    values = {found[one]["value"] for one in ids(found["./"]["identifier"])}
    assert values == {record.id.urn, "https://doi.org/10.5281/zenodo.12"}
    assert "sha256" not in found["manifest.json"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", "a\\b"])
def test_paths_out_of_the_export_are_refused(path: str) -> None:
    with pytest.raises(OutputError):
        crate(Published(build(), (), HEAD), [CrateFile(path, "other", "text/plain")])


@pytest.mark.parametrize(
    "url", ["javascript:alert(5)", "https://a.b@evil.example/", "http://[x", "https://a\n.b/", "data:x"]
)
def test_addresses_that_are_none(url: str) -> None:
    assert web_address(url) is None


ANY = st.text(st.characters(), max_size=60) | st.sampled_from(["\ud800", "x" * 100_000, "\u202e#", "%", "<script>"])


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=ANY, name=ANY, url=ANY, doi=ANY, claim=ANY, media=ANY)
def test_any_text_gives_a_crate_of_safe_ids(title: str, name: str, url: str, doi: str, claim: str, media: str) -> None:
    base = build()
    paper = base.papers[0].model_copy(
        update={"id": name, "title": title, "url": "https://" + url, "doi": "10.1234/" + doi}
    )
    odd = base.claims[0].model_copy(update={"id": claim, "text": title})
    record = base.model_copy(
        update={"papers": (paper, *base.papers[1:]), "claims": (odd, *base.claims[1:]), "question": title}
    )
    lines: Sequence[CrateFile] = [CrateFile("a b#?%é.txt", title, media, 1, "0" * 64, name)]
    data = crate(Published(record, (), HEAD), lines, licence="https://" + url, publisher=name)
    found = nodes(data)
    assert "a%20b%23%3F%25%C3%A9.txt" in found
    assert all(node.isascii() and not set(node) & set(' <>"{}|\\^`') for node in found)
    assert len(data) < 1_000_000
    json.dumps(found, allow_nan=False)


def test_the_hostile_example_is_rdf() -> None:
    """Each claim of a record full of markup comes out of the RDF as the text it is."""
    record = build()
    rdf = graph_of(crate(Published(record, (), HEAD), []))
    for claim in record.claims:
        node = URIRef(BASE + local("claim", claim.id))
        assert [str(o) for o in rdf.objects(node, URIRef("http://schema.org/text"))] == [plain(claim.text)]
