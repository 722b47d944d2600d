"""A record at a glance: what was asked, what was found, how sure it is."""

from __future__ import annotations

from collections import Counter

from sovereign.contracts.gates import Status, gate_of_record
from sovereign.contracts.tiers import Tier, quality_tiers
from sovereign.publish.parts import Tone
from sovereign.publish.sections import STATES, facet_words, state_badge
from sovereign.publish.text import one_line
from sovereign.records import AnswerState, Claim, CorrectionState, Model

from ..catalog import RecordRow
from .downloads import FILES, plots
from .shelf import Shelf

# From the best to the worst; a claim counts once, where it stands first.
_KINDS: tuple[tuple[str, Tone], ...] = (
    ("verified", "good"),
    ("supported", "good"),
    ("mixed", "mixed"),
    ("contradicted", "bad"),
    ("falsified", "bad"),
    ("not decided", "open"),
    ("unchecked", "open"),
)
_OF_VERDICT = {
    "SUPPORT": "supported",
    "MIXED": "mixed",
    "CONTRADICT": "contradicted",
    "NOT_ENOUGH_INFO": "not decided",
    "UNCHECKED": "unchecked",
}


class FacetState(Model):
    """How far one facet of the question is answered, and how sure that is; ``sure`` is empty where no degree was given."""

    id: str
    text: str
    state: AnswerState
    tone: Tone
    sure: str


class Share(Model):
    """So many of the claims that stand are of one kind; all shares together are all of them. ``first`` is how many came before."""

    kind: str
    tone: Tone
    count: int
    first: int


class Glance(Model):
    """What a reader sees first. ``found`` is the answer's first sentence; ``sure`` the weakest degree among the facets."""

    asked: str
    found: str
    state: AnswerState
    facets: tuple[FacetState, ...]
    sure: str
    shares: tuple[Share, ...]
    claims: int
    withdrawn: int
    level: int
    tier: Tier
    gate: Status
    score: float | None


class RecordSummary(Model):
    """A record in short, with the paths of its page, its parts and its files.

    ``record`` is what lists show of the newest version, ``version`` the one that this is about. ``unvouched``: it came from an
    export that no head or key from elsewhere vouched for.
    """

    record: RecordRow
    version: int
    newest_version: int
    correction_state: CorrectionState
    unvouched: bool
    glance: Glance
    links: dict[str, str]


DEGREES = ("none", "very low", "low", "moderate", "high")


def glance(shelf: Shelf) -> Glance:
    """A version of a record at a glance."""
    record, row = shelf.record, shelf.row
    answer = record.answer
    said = (answer.abstract or answer.summary)[:1]
    degrees = {s.facet_id: s.degree for s in answer.sureness}
    facets = {f.id: f for f in record.plan.facets}
    newest = record.version == row.version
    return Glance(
        asked=one_line(record.question),
        found=one_line(said[0].text) if said else STATES[answer.state][2],
        state=answer.state,
        facets=tuple(
            FacetState(
                id=f.facet_id,
                text=facet_words(f.facet_id, facets),
                state=f.state,
                tone=state_badge(f.state).tone,
                sure=degrees.get(f.facet_id, ""),
            )
            for f in answer.facets
        ),
        sure=min(degrees.values(), key=DEGREES.index, default=""),
        shares=_shares([shelf.as_it_stands(c) for c in record.standing]),
        claims=len(record.standing),
        withdrawn=len(record.claims) - len(record.standing),
        level=record.level,
        tier=row.tier if newest else quality_tiers(shelf.published).tier,
        gate=row.gate if newest else gate_of_record(shelf.published).status,
        score=record.reviews[-1].score if record.reviews else None,
    )


def summary(shelf: Shelf) -> RecordSummary:
    """A version of a record in short."""
    names = (*FILES, *plots(shelf.published), "linkset.json")
    api = f"/api/v1/records/{shelf.record.id}"
    links = {"page": shelf.base, "claims": f"{api}/claims", "answer": f"{api}/answer", "measurements": f"{api}/measurements"}  # fmt: skip
    return RecordSummary(
        record=shelf.row,
        version=shelf.record.version,
        newest_version=shelf.published.newest_version,
        correction_state=shelf.published.state,
        unvouched=shelf.published.unvouched,
        glance=glance(shelf),
        links=links | {name: f"{shelf.base}/{name}" for name in names},
    )


def _shares(claims: list[Claim]) -> tuple[Share, ...]:
    counts = Counter(_kind(claim) for claim in claims)
    found: list[Share] = []
    first = 0
    for kind, tone in _KINDS:
        if counts[kind]:
            found.append(Share(kind=kind, tone=tone, count=counts[kind], first=first))
            first += counts[kind]
    return tuple(found)


def _kind(claim: Claim) -> str:
    if claim.falsified:
        return "falsified"
    return "verified" if claim.verified else _OF_VERDICT[claim.verdict]
