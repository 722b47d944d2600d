"""The list of records and claims, with search and filters."""

from __future__ import annotations

from typing import Annotated, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from sovereign.contracts.gates import Status
from sovereign.contracts.tiers import Tier
from sovereign.errors import InputError
from sovereign.records import AnswerState, Model, Verdict

from ..catalog import Choices, ClaimRow, Filters, Found, RecordRow
from ..context import SiteOf
from ..render import page

html = APIRouter()
api = APIRouter(tags=["records"])

Words = Annotated[str, Query(max_length=200, description="Words that must all be found, in any of their forms.")]
Number = Annotated[int, Query(ge=1, le=100_000, description="Page of the list, from 1.")]
Size = Annotated[int, Query(ge=1, le=100, description="How many to a page.")]
Level = Annotated[int | None, Query(ge=0, le=7, description="Verification level, 0 to 7.")]
Topic = Annotated[str, Query(max_length=200, description="One of the topics of a record.")]


class IndexPage(Model):
    """What the first page shows: records, or claims where these are looked for, and what the list can be narrowed to."""

    filters: Filters
    records: Found[RecordRow]
    claims: Found[ClaimRow] | None
    choices: Choices


class ClaimsPage(Model):
    """What the list of claims shows."""

    filters: Filters
    claims: Found[ClaimRow]


@html.get("/", response_class=HTMLResponse)
def index(
    request: Request,
    site: SiteOf,
    q: Words = "",
    tier: str = "",
    level: str = "",
    gate: str = "",
    topic: Topic = "",
    state: str = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The list as a page. A form sends its empty fields too, so they are texts here."""
    filters = _filters(q=q, tier=tier, level=level, gate=gate, topic=topic, state=state)
    drafts = site.options.drafts
    shown = IndexPage(
        filters=filters,
        records=site.catalog.records(filters, page_, drafts=drafts),
        claims=site.catalog.claims(filters, 1, 5, drafts=drafts) if filters.q else None,
        choices=site.catalog.choices(drafts=drafts),
    )
    return page(
        request, site, "index.html.j2", title="Records", description="Research answers that can be checked.", shown=shown
    )  # fmt: skip


@html.get("/claims", response_class=HTMLResponse)
def claims(
    request: Request,
    site: SiteOf,
    q: Words = "",
    verdict: str = "",
    page_: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The list of claims as a page."""
    filters = _filters(q=q, verdict=verdict)
    shown = ClaimsPage(filters=filters, claims=site.catalog.claims(filters, page_, drafts=site.options.drafts))
    return page(request, site, "claims.html.j2", title="Claims", shown=shown, verdicts=get_args(Verdict))


@api.get("/records")
def list_records(
    site: SiteOf,
    q: Words = "",
    tier: Tier | None = None,
    level: Level = None,
    gate: Status | None = None,
    topic: Topic = "",
    state: AnswerState | None = None,
    page: Number = 1,
    size: Size = 20,
) -> Found[RecordRow]:
    """Records, newest first; best match first where there are words to look for."""
    filters = Filters(q=q, tier=tier, level=level, gate=gate, topic=topic, state=state)
    return site.catalog.records(filters, page, size, drafts=site.options.drafts)


@api.get("/claims")
def list_claims(
    site: SiteOf,
    q: Words = "",
    verdict: Verdict | None = None,
    verified: bool | None = None,
    tier: Tier | None = None,
    level: Level = None,
    gate: Status | None = None,
    topic: Topic = "",
    state: AnswerState | None = None,
    page: Number = 1,
    size: Size = 20,
) -> Found[ClaimRow]:
    """Claims of all records, those that an answer cites first; best match first where there are words to look for."""
    filters = Filters(
        q=q, tier=tier, level=level, gate=gate, topic=topic, state=state, verdict=verdict, verified=verified
    )
    return site.catalog.claims(filters, page, size, drafts=site.options.drafts)


@api.get("/choices")
def list_choices(site: SiteOf) -> Choices:
    """What lists can be narrowed to, with how many records have each."""
    return site.catalog.choices(drafts=site.options.drafts)


def _filters(**given: str) -> Filters:
    """Filters from the fields of a form, of which the empty ones narrow nothing.

    Raises:
        InputError: for a value that no record can have.
    """
    try:
        return Filters.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise InputError(
            f"no list can be narrowed to {name} = {given[name][:80]!r}", "Choose a value of the form."
        ) from error
