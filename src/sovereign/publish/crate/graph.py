"""The graph of a research crate: nodes by id, references between them, and what makes any text or address safe in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from sovereign.records import sha256_hex

Node = dict[str, Any]
Graph = dict[str, Node]

LONGEST = 2000
"""Characters of a text in the crate. The whole text stands in record.json; the crate describes it."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+")
_DOI = re.compile(r"10\.\d{4,9}/\S{1,200}")
_LONGEST_ID = 120


def plain(text: str, longest: int = LONGEST) -> str:
    """``text`` on one line, without control and bidirectional characters and lone surrogates, cut at ``longest`` characters."""
    clean = " ".join(_CONTROL.sub(" ", text[: longest * 4]).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def local(kind: str, name: object) -> str:
    """The id of a thing that is no file: ``#kind-name``, percent-encoded; by its hash where the name is very long."""
    text = str(name)
    encoded = quote(text, safe="", errors="replace")
    return (
        f"#{kind}-{encoded if encoded and len(encoded) <= _LONGEST_ID else sha256_hex(text.encode('utf-8', 'replace'))}"
    )


def doi_address(doi: str | None) -> str | None:
    """The address of a DOI, None for anything that is none."""
    return (
        f"https://doi.org/{quote(doi, safe='/:;()._-')}"
        if doi and _DOI.fullmatch(doi) and not _CONTROL.search(doi)
        else None
    )


def web_address(url: str | None) -> str | None:
    """``url`` percent-encoded if it leads to a web page and carries no credentials, else None."""
    if not url or len(url) > LONGEST or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
        safe = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return None
    encoded = quote(url, safe="/:?#&=;,.~_-+%()")
    return encoded if safe and encoded.count("#") <= 1 and re.fullmatch(r"[\w.:-]+", parts.netloc, re.ASCII) else None


def moment(at: str) -> str | None:
    """A moment in ISO 8601 with its offset, in UTC to the second, None where ``at`` is no moment."""
    try:
        return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def add(graph: Graph, id: str, types: Iterable[str], **values: object) -> str:
    """Put a node into the graph, unless one of that id is there; empty values are left out. Returns the id."""
    kinds = list(types)
    said = {key: value for key, value in values.items() if value not in (None, "", [], ())}
    graph.setdefault(id, {"@id": id, "@type": kinds, **said})
    return id


def link(graph: Graph, id: str, term: str, targets: Iterable[str]) -> None:
    """Let the node ``id`` refer to ``targets`` by ``term``, each once, beside what it refers to already."""
    held: list[dict[str, str]] = graph[id].setdefault(term, [])
    there = {one["@id"] for one in held}
    for target in targets:
        if target not in there:
            there.add(target)
            held.append({"@id": target})


def action(
    graph: Graph,
    id: str,
    name: str,
    description: str,
    *,
    instruments: Iterable[str],
    agent: str,
    used: Iterable[str] = (),
    made: Iterable[str] = (),
    ended: str | None = None,
    error: str = "",
    kind: str = "CreateAction",
) -> str:
    """An action of schema.org that is an activity of PROV-O too: what it used, what it made, with what, for whom.

    An action with an ``error`` failed. ``ended`` is left out where nobody wrote down when it was. Returns the id.
    """
    used, made, instruments = list(used), list(made), list(instruments)
    status = "http://schema.org/FailedActionStatus" if error else "http://schema.org/CompletedActionStatus"
    at = moment(ended) if ended else None
    add(graph, id, [kind, "prov:Activity"], name=plain(name, 300), description=plain(description), actionStatus=status)
    graph[id] |= {"error": plain(error)} if error else {}
    graph[id] |= {"endTime": at, "prov:endedAtTime": time_of(at)} if at else {}
    for terms, targets in (
        (("instrument",), instruments),
        (("agent",), [agent]),
        (("object", "prov:used"), used),
        (("result",), made),
        (("prov:wasAssociatedWith",), [*instruments, agent]),
    ):
        for term in terms:
            link(graph, id, term, targets)
    for target in made:
        link(graph, target, "prov:wasGeneratedBy", [id])
        if at:
            graph[target].setdefault("prov:generatedAtTime", time_of(at))
    return id


def time_of(at: str) -> dict[str, str]:
    """A moment as a typed value, as PROV-O wants it."""
    return {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": at}


def compact(graph: Mapping[str, Node]) -> list[Node]:
    """The nodes as RO-Crate writes them: a list of one is the one, an empty list is nothing."""
    return [{key: _single(value) for key, value in node.items() if value != []} for node in graph.values()]


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
