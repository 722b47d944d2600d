"""The ten claims of the first record through our checks: ``python -m sovereign.evals.seed_claims`` measures them anew (two minutes).

The first question is asked over the starter library, and its record is kept as it is. Each of the ten claims is then held against
every work that this run read, against the claims of the record, and put through the gate. ``seed_page`` makes the page of the result.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from sovereign.checks import check_lexical, judge, verify_in_document
from sovereign.contracts.dimensions import quality_dimensions
from sovereign.contracts.provenance import source_provenance
from sovereign.contracts.published import Published
from sovereign.contracts.tiers import quality_tiers
from sovereign.contracts.verification_levels import verification_levels
from sovereign.kernel import Request, limits_of, run
from sovereign.lab import gate
from sovereign.lab.texts import claims_of
from sovereign.reading import read_file
from sovereign.records import Claim, Document, Evidence, SeedClaim, SeedClaims, seed_claims
from sovereign.settings import load
from sovereign.store import open_store
from sovereign.version import __version__

from .command import exit_code
from .pairs import Progress
from .results import FOLDER, Result, write

NAME = "seed-claims"
EMBEDDER = "minilm"  # the setting as it is by default
COMMAND = "python -m sovereign.evals.seed_claims"
ORIGINAL: Result = {
    "level": 2,
    "level_label": "Source-grounded claims",
    "tier": "DOI_GRADE",
    "verified": 10,
    "claims": 10,
    "score": 7.67,
    "answer": "none: counts and a score",
    "policy": "AUTO_APPROVE",
    "provenance": "L4 External archival record",
}
"""What the first record's public page printed of itself."""


def measure(progress: Progress = lambda text: None, seconds: float | None = None, embedder: str = EMBEDDER) -> Result:
    """Figures of a record of ours, and what our checks say of each of the ten claims, as plain data.

    ``seconds`` is the time that protocols of the gate may take, None for any; ``embedder`` is the setting of that name.
    """
    seed = seed_claims()
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"home": folder, "measure_seconds": 0, "embedder": embedder}, environ={})
        progress("asking the first question over the starter library")
        with open_store(Path(folder)) as store:
            asked = run(Request(seed.question, settings), store)
            record = store.records.load(asked.id)
            published = Published(record, store.ledger.events(str(record.id)), store.ledger.head())
            library = Path(str(resources.files("sovereign").joinpath("data", "starter_library")))
            documents = [read_file(library / p.location, p.location, limits_of(settings)) for p in record.papers]
            progress("the ten claims through the gate")
            texts = [c for one in seed.claims for c in claims_of(one.text, one.id, seed.source_id)[:1]]
            gated = gate(texts, store.artifacts.put, seconds=seconds, tell=progress)
    gates = {c.id: c for c in gated.claims}
    rows = [_row(one, seed, documents, record.claims, gates[one.id], set(record.answer.cited())) for one in seed.claims]
    return {
        "question": seed.question,
        "original": ORIGINAL,
        "ours": _record_figures(published),
        "claims": rows,
        "works": len(documents),
        "version": __version__,
        "command": COMMAND,
    }


def _record_figures(published: Published) -> Result:
    levels, tiers = verification_levels(published), quality_tiers(published)
    record, provenance = published.record, source_provenance(published)
    return {
        "level": levels.paper_level,
        "level_label": levels.paper_level_label,
        "tier": tiers.tier,
        "tier_basis": tiers.basis,
        "score": tiers.inputs.review_score,
        "claims": len(record.claims),
        "anchored": record.counters.anchored,
        "supported": record.counters.supported,
        "verified": record.counters.verified,
        "cited": record.counters.cited,
        "state": record.answer.state,
        "decision": record.decision.outcome,
        "rule": record.decision.rule,
        "provenance": provenance.provenance_level,
        "content_hash": record.content_hash,
        "dimensions": {
            name: {"level": one.level, "score": one.score, "basis": one.basis}
            for name, one in quality_dimensions(published).dimensions
        },
    }


def _row(
    one: SeedClaim,
    seed: SeedClaims,
    documents: Sequence[Document],
    claims: Sequence[Claim],
    gated: Claim,
    cited: set[str],
) -> Result:
    """What our checks say of one claim. Support from the work that it was taken from is not ``verified``."""
    own, others = [], []
    for document in documents:
        found = verify_in_document(one.text, document)
        decided = found.verdict not in ("NOT_ENOUGH_INFO", "UNCHECKED")
        (evidence,) = found.evidence[:1] or (None,)
        if document.paper.id == seed.source_id:
            own.append((found.verdict, found.reason, evidence))
        elif decided:
            others.append({"paper_id": document.paper.id, "verdict": found.verdict, "reason": found.reason})
    verdict, reason, evidence = own[0] if own else ("UNCHECKED", "the work was not read", None)
    verdict_of_gate = gated.gate
    return {
        "id": one.id,
        "text": one.text,
        "printed_verified": one.printed_verified,
        "printed_cosine": one.printed_cosine,
        "own_work": {"verdict": verdict, "reason": reason, **_evidence(one, evidence)},
        "other_works": others,
        "in_our_record": [_same(c, cited) for c in claims if _states(one, gated, c)],
        "gate": None
        if verdict_of_gate is None
        else verdict_of_gate.model_dump(
            mode="json", include={"status", "code", "reason", "protocol", "protocol_match", "needs", "untested"}
        ),
        "verified": gated.verified,
    }


def _evidence(one: SeedClaim, evidence: Evidence | None) -> Result:
    """The sentence nearest to the claim, and every check on the two."""
    if evidence is None:
        return {"nearest": None, "depth": None, "checks": []}
    lexical = check_lexical(one.text, evidence.quote.text)
    checks = [c for c in evidence.checks if c.check != "lexical"]
    return {
        "nearest": evidence.quote.text,
        "depth": evidence.quote.depth,
        "checks": [
            c.model_dump(mode="json", include={"check", "outcome", "reason", "value"}) for c in (*checks, lexical)
        ],
    }


def _states(one: SeedClaim, read: Claim, claim: Claim) -> bool:
    """Whether a claim of the record states or denies the same, by the pair checks and of the same metric."""
    same = judge(one.text, claim.text).verdict in ("SUPPORT", "CONTRADICT")
    return same and (read.metric is None or read.metric == claim.metric)


def _same(claim: Claim, cited: set[str]) -> Result:
    return {
        "id": claim.id,
        "text": claim.text,
        "verdict": claim.verdict,
        "verified": claim.verified,
        "rungs": list(claim.rungs),
        "depth": claim.quote.depth,
        "cited": claim.id in cited,
    }


def main() -> int:
    """Measure, and write the result; then the page: python -m sovereign.evals.seed_page."""

    def tell(text: str) -> Any:
        print(text, flush=True)

    return exit_code(lambda: write(measure(tell), FOLDER / f"{NAME}.json"))


if __name__ == "__main__":
    raise SystemExit(main())
