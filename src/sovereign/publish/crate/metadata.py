"""``ro-crate-metadata.json``: an export as a research object (RO-Crate 1.3, Process Run Crate 0.5) with its provenance in PROV-O.

Both tell the same facts of the same nodes: an action of schema.org is an activity of PROV-O. They stand in one graph, so that
no second file can say something else; the context of RO-Crate 1.3 knows the prefix ``prov``, and it is mapped here as well.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from sovereign.contracts.published import DEPOSITED, Published
from sovereign.errors import OutputError

from .actions import add_later, add_run
from .graph import Graph, add, compact, doi_address, link, local, moment, plain, web_address
from .things import Things, add_answer, add_claims, add_software, add_sources

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.3"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_CONTEXT = [f"{SPECIFICATION}/context", {"prov": "http://www.w3.org/ns/prov#"}]
_ARTIFACTS = "artifacts/"
_RECORD = "record.json"


@dataclass(frozen=True)
class CrateFile:
    """A file of the export. ``type`` is what it is for (record, text, plot, result, …), ``about`` says it in words.

    ``size`` and ``sha256`` are None for what is written after the crate and vouches for it: the manifest and its signature.
    """

    path: str
    type: str
    media_type: str
    size: int | None = None
    sha256: str | None = None
    about: str = ""


def crate(
    published: Published, files: Sequence[CrateFile], *, licence: str | None = None, publisher: str | None = None
) -> bytes:
    """The metadata of the crate whose folder holds ``files``. Equal input gives equal bytes.

    ``licence`` is the address of the licence of the whole, ``publisher`` the name of who publishes; of both the crate says that
    they are not known where they are None. Neither the ledger's head nor the events of exports are told: the crate is part of
    what an export's event vouches for.

    Raises:
        OutputError: if a file's path leads out of the export.
    """
    record = published.record
    graph: Graph = {}
    files = sorted(files, key=lambda file: file.path)
    add(
        graph,
        METADATA,
        ["CreativeWork"],
        name="RO-Crate metadata",
        about={"@id": "./"},
        conformsTo={"@id": SPECIFICATION},
    )
    add(graph, "./", ["Dataset", "prov:Entity"])
    operator = _operator(graph, publisher)
    paths = _files(graph, files, operator)
    things = Things(
        record=record,
        operator=operator,
        texts={p.removeprefix(_ARTIFACTS): i for p, i in paths.items() if p.startswith(_ARTIFACTS)},
        record_file=paths.get(_RECORD) or add(graph, local("record", record.id), _WORK, name="The record"),
        pages=[
            paths[f.path]
            for f in sorted(files, key=lambda f: f.path)
            if f.path in paths and (f.type in _PAGES or f.path.startswith("figures/"))
        ],
        versions={p[9:-5]: i for p, i in paths.items() if p.startswith("versions/")},
    )
    for file in files:
        if (stored := things.texts.get(file.sha256 or "")) and (node := paths.get(file.path, stored)) != stored:
            link(graph, node, "prov:wasDerivedFrom", [stored])
    add_software(graph, things)
    sources = add_sources(graph, things)
    add_claims(graph, things, sources)
    add_answer(graph, things)
    add_run(graph, things, sources)
    add_later(graph, things, published)
    _root(graph, published, things, licence)
    document = {"@context": _CONTEXT, "@graph": compact(graph)}
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


_WORK = ("CreativeWork", "prov:Entity")
_PAGES = frozenset({"record", "report", "claims", "citation", "page", "contract"})


def _operator(graph: Graph, publisher: str | None) -> str:
    if publisher and (name := plain(publisher, 300)):
        return add(graph, local("publisher", name), ["Organization", "prov:Agent"], name=name)
    said = "Whoever ran SOVEREIGN; the record does not name them."
    return add(graph, "#operator", ["Organization", "prov:Agent"], name="Operator, not named", description=said)


def _files(graph: Graph, files: Sequence[CrateFile], operator: str) -> dict[str, str]:
    """A node for each file that the export holds beside this one. Returns their ids by path."""
    ids: dict[str, str] = {}
    for file in files:
        parts = PurePosixPath(file.path).parts
        if not parts or file.path.startswith("/") or ".." in parts or "\\" in file.path:
            raise OutputError(f"{plain(file.path, 100)!r} is no path inside an export.", "Give a relative path.")
        if file.path == METADATA:
            continue
        ids[file.path] = add(
            graph,
            quote("/".join(parts), safe="/", errors="replace"),
            ["File", "prov:Entity"],
            name=plain(file.about or file.path, 300),
            description=f"{plain(file.type, 100)}: {plain(file.about or file.path)}",
            encodingFormat=plain(file.media_type, 200),
            contentSize=None if file.size is None else str(file.size),
            sha256=file.sha256,
        )
    return ids


def _root(graph: Graph, published: Published, things: Things, licence: str | None) -> None:
    record = published.record
    deposits = [str(event.payload.get("doi", "")) for event in published.told(DEPOSITED)]
    dois = list(dict.fromkeys(filter(None, map(doi_address, deposits))))
    known = web_address(licence)
    stated = add(
        graph,
        known or "#licence-unknown",
        ["CreativeWork"],
        name=known or "No licence stated",
        description="The licence of the crate, as given by who exported it. Texts of sources keep their own."
        if known
        else "Nobody stated a licence for this record. Texts of sources keep that of their authors.",
    )
    for address, name, version in (
        (PROFILE, "Process Run Crate", "0.5"),
        (SPECIFICATION, "RO-Crate", "1.3"),
    ):
        add(graph, address, ["CreativeWork", "Profile"], name=name, version=version)
    title = plain(record.answer.title or record.question, 300) or "A record"
    summary = plain(" ".join(s.text for s in record.answer.summary))
    graph["./"] |= {
        "name": title,
        "description": summary or plain(record.question) or "A record of SOVEREIGN.",
        "datePublished": moment(record.created_at) or plain(record.created_at, 100),
        "version": str(record.version),
        "license": {"@id": stated},
    }
    for kind, value in (("UUID", record.id.urn), *(("DOI", doi) for doi in dois)):
        values = {
            "name": kind,
            "propertyID": "https://registry.identifiers.org/registry/doi" if kind == "DOI" else "urn:uuid",
        }
        named = add(graph, local("identifier", value), ["PropertyValue"], **values, value=value)
        link(graph, "./", "identifier", [named])
    link(graph, "./", "conformsTo", [PROFILE])
    link(graph, "./", "author", [things.operator])
    link(graph, "./", "publisher", [things.operator])
    link(graph, "./", "mainEntity", [things.record_file])
    link(graph, "./", "hasPart", [i for i, node in graph.items() if "File" in node["@type"]])
    link(graph, "./", "mentions", [i for i, node in graph.items() if node["@type"][0].endswith("Action")])
