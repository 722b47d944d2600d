"""The permanent page of a claim: all that its verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from sovereign.contracts.claims import ClaimRecord, claim_records
from sovereign.contracts.gates import standing
from sovereign.contracts.levels import LEVELS, Level
from sovereign.errors import NotFound
from sovereign.publish.claims import claim_view, verdict_reason
from sovereign.publish.text import day, doi_url, one_line
from sovereign.publish.work import AUTHOR
from sovereign.records import Claim, Measurement

from ..context import Site, SiteOf
from ..records.claim_list import Held, held
from ..records.passages import passage
from ..records.shelf import Shelf, claim_path, shelf
from ..render import absolute, page

html = APIRouter()
api = APIRouter(prefix="/claims", tags=["claims"])

ClaimId = Annotated[str, Path(max_length=300, description="UUID of the record, a dot, and the claim's id in it.")]


@dataclass(frozen=True)
class Use:
    """Where the answer uses a claim: in which part of it, and the words."""

    where: str
    text: str


@dataclass(frozen=True)
class Rung:
    """A rung of verification and whether the claim has earned it."""

    level: Level
    earned: bool


@dataclass(frozen=True)
class Sides:
    """The passages that were held against a claim, by what they say of it."""

    supporting: tuple[Held, ...]
    against: tuple[Held, ...]
    undecided: tuple[Held, ...]


@html.get("/claim/{id:path}")
def claim(request: Request, site: SiteOf, id: ClaimId) -> Response:
    """The page of a claim, as the newest version of its record has it."""
    found, one = _find(site, id)
    address = claim_path(found.record.id, one.id)
    if id != f"{found.record.id}.{one.id}":
        return RedirectResponse(address, 302)
    (document,) = claim_records(found.published, {one.id})
    references = found.references()
    given = found.as_it_stands(one)
    number = found.record.withdrawn.claims.get(one.id)
    whole = absolute(request, site, address)
    return page(
        request,
        site,
        "claim.html.j2",
        title=f"Claim {one_line(one.id)} of {found.record.short_id}",
        description=one_line(one.text)[:300],
        noindex=not found.row.stands,
        links=(
            ("collection", absolute(request, site, found.base), "text/html"),
            ("alternate", absolute(request, site, f"/api/v1/claims/{address.removeprefix('/claim/')}"), "application/json"),
        ),
        shelf=found,
        claim=given,
        document=document,
        view=claim_view(given, references, one.id in found.cited, number),
        why=verdict_reason(given),
        passage=passage(one.quote, found.texts),
        sides=_sides(found, given),
        uses=_uses(found, one.id),
        rungs=[Rung(level, level.number in document.level.rungs) for level in LEVELS],
        measurements=_measurements(found, one.id),
        titles={p.id: one_line(p.title) for p in found.record.papers},
        withdrawn=next((c for c in found.record.corrections if c.number == number), None),
        cite=_cite(found, one, whole),
        address=address,
        whole=whole,
    )  # fmt: skip


@api.get("/{id:path}")
def one_claim(site: SiteOf, id: ClaimId) -> ClaimRecord:
    """One claim whole, as the contract claim-record has it."""
    found, one = _find(site, id)
    return claim_records(found.published, {one.id})[0]


def _find(site: Site, name: str) -> tuple[Shelf, Claim]:
    """The record and the claim of that name.

    Raises:
        NotFound: if there is no such record, or it has no such claim.
    """
    record_name, dot, claim_id = name.partition(".")
    if not dot:
        raise NotFound(f"{name[:80]!r} names no claim", "A claim is named by its record's UUID, a dot and its own id.")
    found = shelf(site, site.find(record_name))
    for one in found.record.claims:
        if one.id == claim_id:
            return found, one
    raise NotFound(f"the record {found.record.short_id} has no claim {claim_id[:80]}", "Its page lists its claims.")


def _sides(found: Shelf, one: Claim) -> Sides:
    references = found.references()
    evidence = one.verification.evidence if one.verification else ()

    def of(*verdicts: str) -> tuple[Held, ...]:
        return tuple(
            held(found, e, references) for e in evidence if e.relation != "own_quote" and e.verdict in verdicts
        )

    return Sides(of("SUPPORT"), of("CONTRADICT", "MIXED"), of("NOT_ENOUGH_INFO", "UNCHECKED"))


def _uses(found: Shelf, claim_id: str) -> tuple[Use, ...]:
    """The sentences, comparisons and disagreements of the answer that name the claim, each text once."""
    answer = found.record.answer
    uses = [Use("sentence", s.text) for s in answer.sentences() if claim_id in s.claim_ids]
    uses += [
        Use("comparison", f"{c.metric}: {c.subject} against {c.comparator}, {c.subject_value} against {c.comparator_value}")
        for c in answer.comparisons
        if c.claim_id == claim_id
    ]  # fmt: skip
    uses += [Use("agreement", a.text) for a in answer.agreements if any(claim_id in s.claim_ids for s in a.sides)]
    uses += [Use("disagreement", d.why) for d in answer.disagreements if any(claim_id in s.claim_ids for s in d.sides)]
    return tuple(dict.fromkeys(Use(u.where, one_line(u.text)) for u in uses))


def _measurements(found: Shelf, claim_id: str) -> tuple[Measurement, ...]:
    """Those that the gate's verdict on the claim names."""
    verdict = standing(found.record, found.published.events)[claim_id]
    by_id = {m.id: m for m in (*found.record.measurements, *verdict.measurements)}
    return tuple(by_id[i] for i in (verdict.gate.measurement_ids if verdict.gate else ()) if i in by_id)


def _cite(found: Shelf, one: Claim, address: str) -> str:
    """How to cite the claim, in words."""
    record = found.record
    title = one_line(record.answer.title or record.question)
    doi = doi_url(found.published.doi)
    return (
        f"{AUTHOR} ({record.created_at[:4]}). {title}. {record.short_id}, version {record.version}, claim {one_line(one.id)}, "
        f"as of {day(record.corrections[-1].at if record.corrections else record.created_at)}. {f'{doi}, ' if doi else ''}{address}"
    )
