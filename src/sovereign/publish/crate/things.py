"""The things that a record tells of, as nodes of its crate: software, sources and their texts, claims, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from sovereign.records import Paper, Record

from .graph import Graph, add, doi_address, link, local, plain, web_address

SOVEREIGN, PYTHON = "#software-sovereign", "#software-python"
QUESTION, ANSWER, CLAIMS = "#question", "#answer", "#claims"
_WORK = ("CreativeWork", "prov:Entity")


@dataclass(frozen=True)
class Things:
    """What the parts of a crate have in common. ``texts`` are the ids of the stored artifacts by their SHA-256."""

    record: Record
    operator: str
    texts: Mapping[str, str]
    record_file: str
    pages: list[str]
    versions: Mapping[str, str]


def claim_id(name: str) -> str:
    """The node of a claim."""
    return local("claim", name)


def protocol_id(name: str) -> str:
    """The node of a protocol of the laboratory."""
    return local("protocol", name)


def model_id(name: str) -> str:
    """The node of a language model."""
    return local("model", name)


def add_software(graph: Graph, things: Things) -> None:
    """SOVEREIGN, Python, the protocols that were run, and the language models that were asked."""
    record, kinds = things.record, ("SoftwareApplication", "prov:SoftwareAgent")
    version = plain(record.environment.sovereign, 100) or "not known"
    python = plain(record.environment.python, 100) or "not known"
    # Software has to have an address. The record names none of these, so it leads to what the record says of them.
    said_here = {"@id": things.record_file}
    add(graph, SOVEREIGN, kinds, name="SOVEREIGN", version=version, url=said_here)
    add(graph, PYTHON, kinds, name="Python", version=python, url="https://www.python.org/")
    link(graph, SOVEREIGN, "softwareRequirements", [PYTHON])
    by_gate = (c.gate.protocol for c in record.claims if c.gate and c.gate.protocol and c.gate.code == "error")
    for name in dict.fromkeys(chain((m.protocol for m in record.measurements), by_gate)):
        label = f"Protocol {plain(name, 200)} of SOVEREIGN"
        add(graph, protocol_id(name), kinds, name=label, version=version, url=said_here)
        link(graph, protocol_id(name), "isPartOf", [SOVEREIGN])
    for model in dict.fromkeys(call.model for call in record.model_use.calls) if record.model_use else ():
        add(
            graph,
            model_id(model),
            kinds,
            name=f"Language model {plain(model, 200)}",
            version=plain(model, 200) or "not known",
            url=said_here,
            description="Named as its provider does; the provider may change what stands behind the name.",
        )


def add_sources(graph: Graph, things: Things) -> dict[str, str]:
    """The works that were kept, and from which of them each stored text comes. Returns their nodes by the paper's id."""
    ids: dict[str, str] = {}
    for paper in things.record.papers:
        taken = (address for address in (_address(paper),) if address and address not in graph)
        node = next(taken, None) or local("source", paper.id)
        ids[paper.id] = add(
            graph,
            node,
            ["ScholarlyArticle", "CreativeWork", "prov:Entity"],
            name=plain(paper.title, 300) or plain(paper.id, 300),
            identifier=plain(paper.id, 300),
            creditText=plain(", ".join(paper.authors[:50])),
            datePublished=str(paper.year) if paper.year else None,
            url=web_address(paper.url),
            creativeWorkStatus=f"retracted: {plain(paper.retracted, 300)}" if paper.retracted else None,
            description="A summary of it in our words was read, not the work." if paper.our_words else None,
        )
    for quote in things.record.quotes():
        if (text := things.texts.get(quote.text_hash)) and quote.paper_id in ids:
            link(graph, text, "prov:wasDerivedFrom", [ids[quote.paper_id]])
    return ids


def _address(paper: Paper) -> str | None:
    arxiv = f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else None
    return doi_address(paper.doi) or web_address(arxiv) or web_address(paper.url)


def add_claims(graph: Graph, things: Things, sources: Mapping[str, str]) -> None:
    """The claims, each with its verdict and the text that it was taken from; without a stored text, the work. Those that were withdrawn
    say so."""
    gone = things.record.withdrawn.claims
    for claim in things.record.claims:
        quote = claim.quote
        origin = things.texts.get(quote.text_hash) or sources.get(quote.paper_id)
        where = f"characters {quote.start} to {quote.end} of {quote.text_hash}"
        node = add(
            graph,
            claim_id(claim.id),
            ["Claim", *_WORK],
            name=f"Claim {plain(claim.id, 100)}",
            text=plain(claim.text),
            description=f"{claim.verdict}{', verified' if claim.verified else ''}; {where}",
            creativeWorkStatus=f"withdrawn by correction {gone[claim.id]}" if claim.id in gone else None,
        )
        link(graph, node, "prov:wasDerivedFrom", [origin] if origin else [])


def add_answer(graph: Graph, things: Things) -> None:
    """The question, the claims as one whole, and the answer with the claims and results that it rests on."""
    record, answer = things.record, things.record.answer
    add(
        graph,
        QUESTION,
        ["Question", *_WORK],
        name=plain(record.question, 300) or "The question",
        text=plain(record.question),
    )
    add(graph, CLAIMS, ["CreativeWork", "prov:Collection"], name=f"The {len(record.claims)} claims of the record")
    link(graph, CLAIMS, "prov:hadMember", [claim_id(c.id) for c in record.claims])
    text = plain(" ".join(s.text for s in answer.summary))
    add(graph, ANSWER, _WORK, name=f"The answer: {answer.state}", text=text)
    known = {c.id for c in record.claims}
    link(graph, ANSWER, "prov:wasDerivedFrom", [claim_id(c) for c in answer.cited() if c in known])
    link(graph, ANSWER, "prov:wasDerivedFrom", cited_results(things))


def cited_results(things: Things) -> list[str]:
    """The stored results of the measurements that sentences of the answer name."""
    answer = things.record.answer
    sentences = chain(answer.abstract, answer.summary, *(facet.sentences for facet in answer.facets))
    named = {one for sentence in sentences for one in sentence.measurement_ids}
    named |= {one for figure in answer.figures for one in figure.measurement_ids}
    found = (things.texts.get(m.artifact) for m in things.record.measurements if m.id in named)
    return list(dict.fromkeys(filter(None, found)))
