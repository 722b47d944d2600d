"""The claims of a record as its pages list them: some to a page, those that the answer cites first, each with its sentence in its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from sovereign.errors import InputError, NotFound
from sovereign.publish.claims import VERDICTS, claim_view, evidence_view
from sovereign.publish.parts import ClaimView, EvidenceView, Tone
from sovereign.publish.references import References
from sovereign.records import Claim, Evidence, Verdict

from .passages import Passage, passage
from .shelf import Shelf, claim_path

SIZE = 10
_SHOWN_AGAINST = 2
_AGAINST = ("CONTRADICT", "MIXED")


@dataclass(frozen=True)
class Held:
    """A passage that was held against a claim, in its text. ``address`` is its own claim's page, empty where it has none."""

    view: EvidenceView
    passage: Passage
    address: str = ""


@dataclass(frozen=True)
class ShownClaim:
    """A claim in a list: what speaks against it (``more`` are not shown), and how many other passages decide nothing or speak for it."""

    view: ClaimView
    passage: Passage
    against: tuple[Held, ...]
    more: int
    supporting: int
    undecided: int
    address: str
    gate: str


@dataclass(frozen=True)
class VerdictChoice:
    """A verdict that the list can be narrowed to; the first of all narrows nothing."""

    verdict: str
    words: str
    tone: Tone
    count: int
    chosen: bool


@dataclass(frozen=True)
class ClaimList:
    """One page of the list. ``verdict`` is empty where all are listed."""

    claims: tuple[ShownClaim, ...]
    choices: tuple[VerdictChoice, ...]
    verdict: str
    page: int
    pages: int
    total: int
    cited: int


def in_order(shelf: Shelf, verdict: str = "") -> tuple[Claim, ...]:
    """The claims with that verdict, or all: those that the answer cites first, in its order.

    Raises:
        InputError: if there is no such verdict.
    """
    if verdict and verdict not in get_args(Verdict):
        raise InputError(f"there is no verdict {verdict[:40]!r}", f"Choose one of {', '.join(get_args(Verdict))}.")
    claims = shelf.record.claims
    places = {c.id: (shelf.cited.get(c.id, len(shelf.cited)), n) for n, c in enumerate(claims)}
    return tuple(sorted((c for c in claims if verdict in ("", c.verdict)), key=lambda c: places[c.id]))


def of_page(claims: Sequence[Claim], page: int, size: int = SIZE) -> Sequence[Claim]:
    """Those on one page, counted from 1.

    Raises:
        NotFound: if there is no such page; the first is always there.
    """
    first = (page - 1) * size
    if first and first >= len(claims):
        raise NotFound(f"the list of claims has no page {page}", "Begin at its first page.")
    return claims[first : first + size]


def claim_list(shelf: Shelf, verdict: str, page: int, references: References, size: int = SIZE) -> ClaimList:
    """One page of the claims of a record, ``size`` to a page.

    Raises:
        InputError: if there is no such verdict.
        NotFound: if there is no such page.
    """
    found = in_order(shelf, verdict)
    counts = Counter(c.verdict for c in shelf.record.claims)
    choices = [VerdictChoice("", "all", "open", len(shelf.record.claims), not verdict)]
    for name, (words, tone) in VERDICTS.items():
        if counts[name]:
            choices.append(VerdictChoice(name, words.lower(), tone, counts[name], name == verdict))
    return ClaimList(
        claims=tuple(shown(shelf, claim, references) for claim in of_page(found, page, size)),
        choices=tuple(choices),
        verdict=verdict,
        page=page,
        pages=max(1, -(-len(found) // size)),
        total=len(found),
        cited=len(shelf.cited),
    )


def shown(shelf: Shelf, claim: Claim, references: References) -> ShownClaim:
    """A claim as a list shows it. Of the evidence only what speaks against it is made ready; its own page has all."""
    claim = shelf.as_it_stands(claim)
    others = [e for e in claim.verification.evidence if e.relation != "own_quote"] if claim.verification else []
    against = [e for e in others if e.verdict in _AGAINST]
    supporting = sum(e.verdict == "SUPPORT" for e in others)
    gate = claim.gate
    return ShownClaim(
        view=claim_view(
            _alone(claim), references, claim.id in shelf.cited, shelf.record.withdrawn.claims.get(claim.id)
        ),
        passage=passage(claim.quote, shelf.texts),
        against=tuple(held(shelf, e, references) for e in against[:_SHOWN_AGAINST]),
        more=max(0, len(against) - _SHOWN_AGAINST),
        supporting=supporting,
        undecided=len(others) - len(against) - supporting,
        address=claim_path(shelf.record.id, claim.id),
        gate=gate.reason if gate and gate.code != "no_protocol" else "",
    )


def held(shelf: Shelf, evidence: Evidence, references: References) -> Held:
    """A passage that was held against a claim, in its text."""
    known = evidence.claim_id and any(c.id == evidence.claim_id for c in shelf.record.claims)
    return Held(
        view=evidence_view(evidence, references),
        passage=passage(evidence.quote, shelf.texts),
        address=claim_path(shelf.record.id, evidence.claim_id) if known and evidence.claim_id else "",
    )


def _alone(claim: Claim) -> Claim:
    """The claim with no evidence but its own sentence: what a list shows of the rest is made apart."""
    if claim.verification is None:
        return claim
    own = tuple(e for e in claim.verification.evidence if e.relation == "own_quote")
    return claim.model_copy(update={"verification": claim.verification.model_copy(update={"evidence": own})})
