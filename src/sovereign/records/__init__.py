"""The vocabulary: every type that travels between stages. Pure data, no I/O."""

from .answer import (
    Answer,
    AnswerSentence,
    AnswerState,
    Comparison,
    Disagreement,
    FacetAnswer,
    Figure,
    MeasuredCell,
    MeasuredRow,
    MeasuredTable,
    OpenPoint,
    Part,
    Side,
)
from .base import Model, canonical_json, sha256_hex
from .check import CheckOutcome, Evidence, Outcome, Relation, Scope, Verdict, Verification
from .claim import Claim, Direction, Result, Setting
from .decision import Decision, DecisionOutcome, OwnerDecision, OwnerOutcome
from .document import Cell, Depth, Document, Section, Seen, Sentence, Table, text_hash
from .event import GENESIS, Event, LedgerHead
from .measurement import GateReason, GateVerdict, How, Measurement
from .model_use import CallOutcome, Mode, ModelCall, ModelUse, StageUse
from .paper import Candidate, Failure, Paper, Retrieval
from .protocol import ProtocolKey
from .quantity import Quantity
from .question import Facet, FacetKind, Plan, Query
from .quote import Quote, quote_of
from .record import SCHEMA_VERSION, Counters, Environment, Record, short_id
from .review import Finding, Response, ResponseOutcome, ReviewRound, Role, RoleScore, ScoreTerm, Severity
from .seed import SeedClaim, SeedClaims, seed_claims

__all__ = [
    "GENESIS",
    "SCHEMA_VERSION",
    "Answer",
    "AnswerSentence",
    "AnswerState",
    "CallOutcome",
    "Candidate",
    "Cell",
    "CheckOutcome",
    "Claim",
    "Comparison",
    "Counters",
    "Decision",
    "DecisionOutcome",
    "Depth",
    "Direction",
    "Disagreement",
    "Document",
    "Environment",
    "Event",
    "Evidence",
    "Facet",
    "FacetAnswer",
    "FacetKind",
    "Failure",
    "Figure",
    "Finding",
    "GateReason",
    "GateVerdict",
    "How",
    "LedgerHead",
    "MeasuredCell",
    "MeasuredRow",
    "MeasuredTable",
    "Measurement",
    "Mode",
    "Model",
    "ModelCall",
    "ModelUse",
    "OpenPoint",
    "Outcome",
    "OwnerDecision",
    "OwnerOutcome",
    "Paper",
    "Part",
    "Plan",
    "ProtocolKey",
    "Quantity",
    "Query",
    "Quote",
    "Record",
    "Relation",
    "Response",
    "ResponseOutcome",
    "Result",
    "Retrieval",
    "ReviewRound",
    "Role",
    "RoleScore",
    "Scope",
    "ScoreTerm",
    "Section",
    "SeedClaim",
    "SeedClaims",
    "Seen",
    "Sentence",
    "Setting",
    "Severity",
    "Side",
    "StageUse",
    "Table",
    "Verdict",
    "Verification",
    "canonical_json",
    "quote_of",
    "seed_claims",
    "sha256_hex",
    "short_id",
    "text_hash",
]
