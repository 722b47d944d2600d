"""Where a record and its parts stand on the site, and the records that pages are made from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse

from sovereign.contracts.gates import standing
from sovereign.contracts.published import Published
from sovereign.publish.parts import MEASUREMENT_ANCHOR
from sovereign.publish.references import References
from sovereign.publish.standing import Standing, standing_of
from sovereign.publish.text import fragment
from sovereign.records import Claim, GateVerdict, Record

from ..catalog import RecordRow
from ..context import Site
from .passages import Texts, stored_texts


def claim_path(record_id: UUID, claim_id: str) -> str:
    """The permanent path of a claim."""
    return f"/claim/{record_id}.{quote(claim_id, safe='')}"


@dataclass(frozen=True)
class Shelf:
    """One version of a record with what its pages need, each part made when it is first asked for.

    ``row`` is what the catalogue says of the newest version.
    """

    site: Site
    published: Published
    row: RecordRow

    @property
    def record(self) -> Record:
        """The record."""
        return self.published.record

    @cached_property
    def base(self) -> str:
        """The path of its page: an older version has one of its own."""
        path = f"/paper/{self.record.id}"
        return f"{path}/v{self.record.version}" if self.published.state == "SUPERSEDED" else path

    @cached_property
    def standing(self) -> Standing:
        """How the ledger says that this version stands."""
        return standing_of(self.published)

    @cached_property
    def gates(self) -> dict[str, GateVerdict | None]:
        """The gate's verdict on each claim as it stands now."""
        return {i: one.gate for i, one in standing(self.record, self.published.events).items()}

    @cached_property
    def cited(self) -> dict[str, int]:
        """The claims that the answer cites, each with its place in that order."""
        return {claim_id: place for place, claim_id in enumerate(self.record.answer.cited())}

    @cached_property
    def texts(self) -> Texts:
        """The stored texts of its sources."""
        return stored_texts(self.site.store.artifacts.get)

    def references(self, here: bool = False) -> References:
        """Its references; ``here``: the page has their list, otherwise the record's page has."""
        return References(self.record, "" if here else self.base)

    def places(self, here: Collection[str] = ()) -> dict[str, str]:
        """Where each claim and measurement is shown: ``here`` are the ids of those that this page shows itself."""
        record = self.record
        numbers = "" if any(m.id in here for m in record.measurements[:1]) else f"{self.base}/numbers"
        found = {m.id: f"{numbers}#{MEASUREMENT_ANCHOR}{fragment(m.id)}" for m in record.measurements}
        for c in record.claims:
            found[c.id] = f"#{fragment(c.id)}" if c.id in here else claim_path(record.id, c.id)
        return found

    def as_it_stands(self, claim: Claim) -> Claim:
        """A claim with the gate's verdict that holds now."""
        gate = self.gates[claim.id]
        return claim if gate == claim.gate else claim.model_copy(update={"gate": gate})


def canonical(request: Request, site: Site, name: str) -> RedirectResponse | None:
    """The way to the same path under the UUID of the record of that name, None where the request names one by a UUID.

    Raises:
        NotFound: if no record goes by a name that is no UUID.
    """
    if _is_whole(name):
        return None
    record_id = site.find(name)
    if str(record_id) == name:
        return None
    given = request.url.path.split("/")
    path = quote("/".join([*given[:2], str(record_id), *given[3:]]), safe="/:@!$&'()*+,;=-._~")
    # A beginning may one day be that of two records, so the way is never told to be for good.
    return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 302)


def _is_whole(name: str) -> bool:
    """Whether a name is a UUID as this site writes them: if no record has it, loading it says so."""
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def shelf(site: Site, record_id: UUID, version: int | None = None) -> Shelf:
    """The record of that id, in that version or the newest.

    Raises:
        NotFound: if there is no such record or version, or it is a draft and drafts are not shown.
    """
    return Shelf(site, *site.found(record_id, version))
