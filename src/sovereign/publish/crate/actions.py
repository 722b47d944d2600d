"""What was done, as nodes of a crate: the stages of the run, its measurements and model calls, what the owner did later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sovereign.contracts.published import Published

from .graph import Graph, action, add, link, local, plain
from .things import (
    ANSWER,
    CLAIMS,
    QUESTION,
    SOVEREIGN,
    Things,
    cited_results,
    claim_id,
    model_id,
    protocol_id,
)

_WORK = ("CreativeWork", "prov:Entity")
_ABOUT = {
    "plan": "Facets and search queries from the question",
    "retrieve": "Works found, merged and ranked; some kept",
    "read": "Text of the kept works, with its offsets",
    "extract": "Claims taken from the texts, each with its sentence",
    "verify": "Each claim held against its quote and the rest of its work",
    "corroborate": "Each claim held against works of other groups",
    "measure": "Claims that a protocol can test, measured in the sandbox",
    "answer": "The answer, tied to claims and measurements",
    "review": "Three reviewers try to break the record",
    "decide": "A written policy decides what becomes of the record",
    "publish": "The record and its public forms written",
}


def add_run(graph: Graph, things: Things, sources: Mapping[str, str]) -> None:
    """The run as a whole, its stages, its measurements and its calls of language models."""
    record = things.record
    outputs = {
        "plan": ("#plan", f"The plan: {len(record.plan.facets)} facets, {len(record.plan.queries)} queries"),
        "retrieve": (
            "#selection",
            f"{record.counters.papers_kept} works kept of {record.counters.papers_seen} seen",
        ),
        "verify": ("#verification", "The verdicts of the claims"),
        "corroborate": ("#corroboration", "What works of other groups say of the claims"),
        "review": ("#review", f"{len(record.reviews)} rounds of review"),
        "decide": ("#decision", f"The policy's decision: {record.decision.outcome}"),
    }
    for node, name in outputs.values():
        add(graph, node, _WORK, name=plain(name, 300))
    graph["#selection"]["@type"] = ["CreativeWork", "prov:Collection"]
    link(graph, "#selection", "prov:hadMember", sources.values())
    texts = _unique(things.texts.get(q.text_hash) for q in record.quotes())
    results = _unique(things.texts.get(m.artifact) for m in record.measurements)
    cited = [claim_id(c.id) for c in record.claims if c.id in set(record.answer.cited())]
    plots = _unique(things.texts.get(f.artifact) for f in record.answer.figures)
    used_and_made: dict[str, tuple[list[str], list[str]]] = {
        "plan": ([QUESTION], ["#plan"]),
        "retrieve": (["#plan"], ["#selection"]),
        "read": (["#selection", *sources.values()], texts),
        "extract": (texts, [CLAIMS]),
        "verify": ([CLAIMS, *texts], ["#verification"]),
        "corroborate": ([CLAIMS, *texts], ["#corroboration"]),
        "measure": ([CLAIMS], results),
        "answer": (["#plan", "#verification", "#corroboration", *cited, *cited_results(things)], [ANSWER, *plots]),
        "review": ([ANSWER, CLAIMS], ["#review"]),
        "decide": ([ANSWER, "#review"], ["#decision"]),
        "publish": ([ANSWER, CLAIMS, "#review", "#decision"], things.pages),
    }
    if not (record.measurements or "measure" in record.environment.seconds):
        del used_and_made["measure"]
    for stage, (used, made) in used_and_made.items():
        seconds = record.environment.seconds.get(stage)
        took = f" It took {seconds:g} s." if seconds is not None else ""
        action(
            graph,
            local("stage", stage),
            f"Stage {stage}",
            f"{_ABOUT[stage]}.{took}",
            instruments=[SOVEREIGN],
            agent=things.operator,
            used=used,
            made=made,
            # The record's own time is that of its decision; of the other stages it knows only how long they took.
            ended=record.created_at if stage == "decide" else None,
        )
    for claim in record.claims:
        link(graph, claim_id(claim.id), "prov:wasGeneratedBy", [local("stage", "extract")])
    action(
        graph,
        "#run",
        "The run",
        "The question asked, answered, reviewed and decided upon.",
        instruments=[SOVEREIGN],
        agent=things.operator,
        used=[QUESTION],
        made=[things.record_file],
        ended=record.created_at if record.version == 1 else None,
    )
    link(graph, things.record_file, "prov:wasDerivedFrom", [ANSWER])
    for plot in record.answer.figures:
        if drawn := things.texts.get(plot.artifact):
            mine = [m.artifact for m in record.measurements if m.id in plot.measurement_ids]
            link(graph, drawn, "prov:wasDerivedFrom", _unique(map(things.texts.get, mine)))
    _measurements(graph, things)
    _calls(graph, things)


def _measurements(graph: Graph, things: Things) -> None:
    """One action for each run of a protocol, known by its stored result, and one for each protocol that failed on a claim."""
    record = things.record
    runs: dict[tuple[str, str], list[str]] = {}
    for one in record.measurements:
        runs.setdefault((one.artifact, one.protocol), []).append(one.id)
    for (artifact, protocol), ids in runs.items():
        tested = [c.id for c in record.claims if c.gate and set(ids) & set(c.gate.measurement_ids)]
        where = next((m.where for m in record.measurements if m.id in ids and m.where), "")
        known = things.texts.get(artifact)
        action(
            graph,
            local("measurement", f"{protocol}-{artifact[:16]}"),
            f"Measurement by the protocol {protocol}",
            f"{len(ids)} figures. {where}",
            instruments=[protocol_id(protocol), SOVEREIGN],
            agent=things.operator,
            used=[claim_id(name) for name in tested] or [QUESTION],
            made=[
                known or add(graph, local("result", artifact), _WORK, name=f"Result {artifact[:16]}, not in the crate")
            ],
        )
    for claim in record.claims:
        gate = claim.gate
        if gate and gate.protocol and gate.code == "error":
            action(
                graph,
                local("failed-measurement", claim.id),
                f"Measurement by the protocol {gate.protocol}, failed",
                f"The protocol was run for the claim {claim.id} and gave no result.",
                instruments=[protocol_id(gate.protocol), SOVEREIGN],
                agent=things.operator,
                used=[claim_id(claim.id)],
                error=gate.reason or "no reason given",
            )


def _calls(graph: Graph, things: Things) -> None:
    use = things.record.model_use
    for number, call in enumerate(use.calls if use else (), 1):
        failed = call.outcome != "answered"
        action(
            graph,
            local("call", number),
            f"Call {number} of {call.model}",
            f"Stage {call.stage}, as {call.role}: {call.outcome}.{' Replayed.' if call.replayed else ''}",
            instruments=[model_id(call.model), SOVEREIGN],
            agent=things.operator,
            used=_unique([things.texts.get(call.prompt_hash)]) or [QUESTION],
            made=_unique([things.texts.get(call.reply_hash)]),
            error=(call.reason or call.outcome) if failed else "",
        )


def add_later(graph: Graph, things: Things, published: Published) -> None:
    """The owner's decisions and the corrections, each by who made it, and the versions that follow from one another."""
    record = things.record
    for number, decision in enumerate(published.decisions, 1):
        made = add(
            graph,
            local("owner-decision", number),
            _WORK,
            name=f"The owner's decision {number}: {decision.outcome}",
            text=plain(decision.reason),
        )
        action(
            graph,
            local("owner-action", number),
            f"The owner decides: {decision.outcome}",
            decision.reason or "No reason given.",
            instruments=[SOVEREIGN],
            agent=_person(graph, decision.by),
            used=[things.record_file],
            made=[made],
            ended=decision.at,
        )
    for one in record.corrections:
        before = _version(graph, things, one.from_version)
        after = _version(graph, things, one.to_version)
        link(graph, after, "prov:wasRevisionOf", [before])
        action(
            graph,
            local("correction", one.number),
            f"Correction {one.number}, {one.type}",
            one.note,
            instruments=[SOVEREIGN],
            agent=_person(graph, one.by),
            used=[before],
            made=[after],
            ended=one.at,
            kind="UpdateAction",
        )


def _version(graph: Graph, things: Things, number: int) -> str:
    """The node of a version: the record's file for this one, a file of its own where the export has it."""
    if number == things.record.version:
        return things.record_file
    held = things.versions.get(str(number))
    return held or add(graph, local("version", number), _WORK, name=f"Version {number} of the record")


def _person(graph: Graph, name: str) -> str:
    return add(graph, local("person", name), ["Person", "prov:Agent"], name=plain(name, 300) or "not named")


def _unique(ids: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(one for one in ids if one))
