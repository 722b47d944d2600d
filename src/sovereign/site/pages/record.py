"""The page of a record, and the pages of its longer parts: claims, numbers, method, review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from sovereign.contracts.claims import ClaimRecord, claim_records
from sovereign.contracts.documents import AnswerDocument, MeasurementDocument, answer_document, measurement_documents
from sovereign.contracts.manifest import own_head
from sovereign.contracts.public import CONTRACTS, document_bytes
from sovereign.errors import NotFound
from sovereign.publish.assessment import assessment_section
from sovereign.publish.measured import measurement_tables
from sovereign.publish.reviews import review_blocks
from sovereign.publish.sections import introduction, methodology, uncertainties
from sovereign.publish.standing import corrections_section
from sovereign.publish.view import answer_view, header_view, imprint, verify_commands
from sovereign.publish.work import record_work
from sovereign.records import Verdict

from ..catalog import Found
from ..context import Site, SiteOf
from ..http.accept import best
from ..records.claim_list import SIZE, claim_list, in_order
from ..records.downloads import CITATION
from ..records.glance import RecordSummary, glance, summary
from ..records.parts import all_figures, answer_figures, brief, contract_names, downloads, last_findings, sources
from ..records.shelf import Shelf, canonical, shelf
from ..records.signposts import header, metas, signs
from ..render import absolute, page
from .files import served

html = APIRouter()
api = APIRouter(prefix="/records", tags=["records"])

Name = Annotated[str, Path(max_length=200, description="UUID or short id of a record, or the beginning of one.")]
Version = Annotated[int, Path(ge=1, le=1_000_000)]
Page = Annotated[int, Query(alias="claims", ge=1, le=10_000)]

HTML = "text/html"
FORMS = {
    "application/ld+json": "record.jsonld",
    "application/json": "record.json",
    "application/x-bibtex": CITATION,
    "application/x-research-info-systems": "references.ris",
    "application/vnd.citationstyles.csl+json": "references.csl.json",
    "text/markdown": "report.md",
    "application/pdf": "report.pdf",
}
"""What a reader may ask for beside the page, by media type, and the file that is given. The order decides between equals."""

_TITLES = {"answer": "Answer", "claims": "Claims", "numbers": "Numbers", "method": "Method", "review": "Review"}


@html.get("/paper/{name}")
def newest(request: Request, site: SiteOf, name: Name, verdict: str = "", claims: Page = 1) -> Response:
    """The page of the newest version, or the form of it that the reader wants rather."""
    return canonical(request, site, name) or _wanted(request, shelf(site, UUID(name)), verdict, claims)


@html.get("/paper/{name}/v{version:int}")
def one_version(
    request: Request, site: SiteOf, name: Name, version: Version, verdict: str = "", claims: Page = 1
) -> Response:
    """The same of an older version."""
    return canonical(request, site, name) or _wanted(request, shelf(site, UUID(name), version), verdict, claims)


@html.get("/paper/{name}/answer")
@html.get("/paper/{name}/claims")
@html.get("/paper/{name}/numbers")
@html.get("/paper/{name}/method")
@html.get("/paper/{name}/review")
def newest_part(request: Request, site: SiteOf, name: Name, verdict: str = "", claims: Page = 1) -> Response:
    """A longer part of the newest version as a page of its own."""
    return canonical(request, site, name) or _part(request, shelf(site, UUID(name)), verdict, claims)


@html.get("/paper/{name}/v{version:int}/answer")
@html.get("/paper/{name}/v{version:int}/claims")
@html.get("/paper/{name}/v{version:int}/numbers")
@html.get("/paper/{name}/v{version:int}/method")
@html.get("/paper/{name}/v{version:int}/review")
def version_part(
    request: Request, site: SiteOf, name: Name, version: Version, verdict: str = "", claims: Page = 1
) -> Response:
    """The same of an older version."""
    return canonical(request, site, name) or _part(request, shelf(site, UUID(name), version), verdict, claims)


def _wanted(request: Request, found: Shelf, verdict: str, claims: int) -> Response:
    wanted = best(request.headers.get("accept", ""), (HTML, *FORMS))
    if wanted is None:
        return _not_acceptable(request)
    root = absolute(request, found.site, "")
    told = signs(root, found.base, found.published)
    headers = {"Vary": "Accept", "Link": header(told)}
    if wanted != HTML:
        file = FORMS[wanted]
        answer = served(root, found, file)
        answer.headers.update(headers | {"Content-Location": f"{found.base}/{file}"})
        return answer
    return _page(
        request,
        found,
        "record.html.j2",
        headers=headers,
        links=tuple((s.rel, s.href, s.type) for s in told),
        metas=metas(root, found.base, found.published),
        **_record(found, verdict, claims),
    )


def _part(request: Request, found: Shelf, verdict: str, claims: int) -> Response:
    part = request.url.path.rpartition("/")[2]
    if part == "claims":
        # Files without a server have no second page of a list: they have all of it on the first.
        size = max(SIZE, len(found.record.claims)) if found.site.options.static else SIZE
        more: dict[str, Any] = {"listed": claim_list(found, verdict, claims, found.references(), size)}
    elif part == "numbers":
        more = _numbers(found)
    elif part == "answer":
        more = {"answer": answer_view(found.record, found.references(), found.places(), None)}
    else:
        more = {"sections": _TEXTS[part](found)}
    return _page(request, found, f"record_{'text' if part in _TEXTS else part}.html.j2", part=part, **more)


def _page(request: Request, found: Shelf, template: str, **data: Any) -> Response:
    work = record_work(found.record, None, found.standing)
    part = data.get("part", "")
    return page(
        request,
        found.site,
        template,
        title=f"{_TITLES[part]} of {work.short_id}: {work.title}" if part else f"{work.title} ({work.short_id})",
        description=work.abstract[:300],
        noindex=not found.row.stands or found.published.state == "SUPERSEDED",
        shelf=found,
        head=header_view(found.record, (found.published.decisions or (None,))[-1], found.standing),
        **{"part": "", **data},
    )


def _record(found: Shelf, verdict: str, claims: int) -> dict[str, Any]:
    """What the page of a record shows."""
    record, references = found.record, found.references(here=True)
    listed = claim_list(found, verdict, claims, references)
    places = found.places({c.view.id for c in listed.claims})
    return {
        "glance": glance(found),
        "answer": answer_view(brief(record), references, places, None),
        "figures": answer_figures(found, places),
        "listed": listed,
        "gated": [(c, g) for c in record.claims if (g := found.gates[c.id]) and g.measurement_ids],
        "places": places,
        "findings": last_findings(found, places),
        "last_sections": (assessment_section(found.published), *corrections_section(record, found.standing)),
        "sources": sources(found, references),
        # Its own last event: what is told of other records changes nothing on this page.
        "imprint": imprint(record, own_head(found.published)),
        "verify": verify_commands(record),
        "downloads": downloads(found),
        "contracts": contract_names(),
        "work": record_work(record, None, found.standing),
    }


def _numbers(found: Shelf) -> dict[str, Any]:
    places = found.places({m.id for m in found.record.measurements})
    answer = answer_view(found.record, found.references(), places, None)
    return {
        "figures": all_figures(found, places),
        "tables": answer.tables,
        "measurements": measurement_tables(found.record),
    }


def _method(found: Shelf) -> list[tuple[str, str, Any]]:
    record = found.record
    return [
        ("question", "The question", introduction(record)),
        ("methodology", "How it was done", methodology(record)),
        ("uncertainties", "What is uncertain", uncertainties(record, found.places())),
    ]


def _review(found: Shelf) -> list[tuple[str, str, Any]]:
    reviews = found.record.reviews
    return [
        (f"round-{one.number}", f"Round {one.number}", review_blocks(one, found.places(), reviews)[1:])
        for one in reversed(reviews)
    ]


_TEXTS: dict[str, Callable[[Shelf], list[tuple[str, str, Any]]]] = {"method": _method, "review": _review}


def _not_acceptable(request: Request) -> Response:
    """No form of a record is wanted: what there is, as ``application/problem+json``."""
    body = {
        "type": "about:blank",
        "title": "a record cannot be given in any of the forms that were asked for",
        "status": 406,
        "detail": f"Ask for one of {', '.join((HTML, *FORMS))}.",
        "instance": request.url.path,
    }
    return JSONResponse(body, 406, {"Vary": "Accept"}, "application/problem+json")


# --- the same as JSON


@api.get("/{name}")
def one_record(site: SiteOf, name: Name) -> RecordSummary:
    """A record in short, with the paths of its parts and files. The whole record is its file record.json."""
    return summary(_found(site, name))


@api.get("/{name}/claims")
def record_claims(
    site: SiteOf,
    name: Name,
    verdict: Annotated[Verdict | None, Query(description="Only the claims with this verdict.")] = None,
    page: Annotated[int, Query(ge=1, le=10_000, description="Page of the list, from 1.")] = 1,
    size: Annotated[int, Query(ge=1, le=100, description="How many to a page.")] = SIZE,
) -> Found[ClaimRecord]:
    """The claims of a record, whole: those that the answer cites first."""
    found = _found(site, name)
    claims = in_order(found, verdict or "")
    chosen = [c.id for c in claims[(page - 1) * size : page * size]]
    made = {c.claim_id: c for c in claim_records(found.published, chosen)}
    return Found(items=tuple(made[i] for i in chosen), total=len(claims), capped=False, page=page, size=size)


@api.get("/{name}/answer")
def record_answer(site: SiteOf, name: Name) -> AnswerDocument:
    """The answer of a record, each sentence with the claims and measurements that carry it."""
    return answer_document(_found(site, name).published)


@api.get("/{name}/measurements")
def record_measurements(
    site: SiteOf,
    name: Name,
    page: Annotated[int, Query(ge=1, le=10_000, description="Page of the list, from 1.")] = 1,
    size: Annotated[int, Query(ge=1, le=100, description="How many to a page.")] = 50,
) -> Found[MeasurementDocument]:
    """The measurements of a record, each with where it is used."""
    made = measurement_documents(_found(site, name).published)
    return Found(items=made[(page - 1) * size : page * size], total=len(made), capped=False, page=page, size=size)


@api.get("/{name}/contracts/{contract}", response_class=JSONResponse)
def record_contract(site: SiteOf, name: Name, contract: Annotated[str, Path(max_length=60)]) -> Response:
    """A public contract's document of a record, or the list of its documents. /schemas tells what each contract says."""
    for one in CONTRACTS:
        if one.name == contract and one.make:
            return Response(document_bytes(one.make(_found(site, name).published)), media_type="application/json")
    known = ", ".join(c.name for c in CONTRACTS if c.make)
    raise NotFound(f"no record has a document {contract}", f"Choose one of {known}.")


def _found(site: Site, name: str) -> Shelf:
    return shelf(site, site.find(name))
