"""The public contracts, one table: name, version, type, and how the documents of a record are made.

Every document is a function of ``Published`` alone. That is what lets a reader make it again from an export and hold it
against the one that is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..records import BenchmarkEvidence, Model
from .claims import ClaimRecord, claim_records
from .corrections import CorrectionRecord, correction_record
from .dimensions import QualityDimensions, quality_dimensions
from .documents import AnswerDocument, MeasurementDocument, answer_document, measurement_documents
from .gates import GateDocument, gate_verdicts
from .manifest import PaperManifest
from .math_result import MathResult
from .monitor import ReviewMonitor, review_monitor
from .provenance import SourceProvenance, source_provenance
from .published import Published
from .run import RunDocument, run_document
from .tiers import QualityTiers, quality_tiers
from .verification_levels import VerificationLevels, verification_levels


class Contract(NamedTuple):
    """One contract. ``file`` is its document's place in an export; where ``many``, that file is a list of documents.

    ``make`` is None for what is not made from a record (its documents have their own makers).
    """

    name: str
    kind: type[Model]
    about: str
    make: Callable[[Published], Model | tuple[Model, ...]] | None
    version: str = "1.0"
    many: bool = False

    @property
    def file(self) -> str:
        """Where its document stands in an export."""
        return f"contracts/{self.name}.json"


CONTRACTS: tuple[Contract, ...] = (
    Contract("claim-record", ClaimRecord, "One claim with all that its verdict rests on.", claim_records, many=True),
    Contract(
        "verification-levels", VerificationLevels, "The level of a record and of each claim.", verification_levels
    ),
    Contract("quality-tiers", QualityTiers, "The tier of a record, its inputs and thresholds.", quality_tiers),
    Contract("quality-dimensions", QualityDimensions, "Eight dimensions, each from named checks.", quality_dimensions),
    Contract(
        "gate-verdict", GateDocument, "The gate's verdict on the record, and on each claim.", gate_verdicts, many=True
    ),
    Contract(
        "correction-record", CorrectionRecord, "What was corrected, and which versions there are.", correction_record
    ),
    Contract("review-monitor", ReviewMonitor, "What asks for a review, and what is watched.", review_monitor),
    Contract("source-provenance", SourceProvenance, "Where claims come from, and what is archived.", source_provenance),
    Contract("answer", AnswerDocument, "The answer, each sentence with what carries it.", answer_document),
    Contract(
        "measurement",
        MeasurementDocument,
        "One figure of the laboratory, and its uses.",
        measurement_documents,
        many=True,
    ),
    Contract("run", RunDocument, "How the record was made, and whether it can be made again.", run_document),
    Contract("paper-manifest", PaperManifest, "What belongs to a record, each file with its hash.", None),
    Contract("benchmark-evidence", BenchmarkEvidence, "What works report of one model on one benchmark.", None),
    Contract("math-result", MathResult, "A statement of mathematics with its checker and witness.", None),
)


def contract(name: str) -> Contract:
    """The contract of that name.

    Raises:
        KeyError: if there is none.
    """
    return {c.name: c for c in CONTRACTS}[name]


def documents(published: Published, contracts: Iterable[Contract] = CONTRACTS) -> dict[str, bytes]:
    """Every public document of a record, by its file in an export."""
    return {c.file: document_bytes(c.make(published)) for c in contracts if c.make}


def document_bytes(made: Model | tuple[Model, ...]) -> bytes:
    """A document as it is written: indented; a list of them with one a line, which is a third smaller and compares line by line."""
    if not isinstance(made, tuple):
        return (json.dumps(_plain(made), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
    lines = [json.dumps(_plain(one), ensure_ascii=False, allow_nan=False, separators=(",", ":")) for one in made]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8")


def _plain(one: Model) -> Any:
    return one.model_dump(mode="json", by_alias=True)
