"""``math-result``: a statement of mathematics with what was computed for or against it, and what a reader needs to check that.

No record makes one. What the contract that this one descends from leaves out is required here: the checker's own text, the witness or
counterexample, how much of the search space was covered, and the cases with known answers that the statement was tried on, so that
a misread statement ("all" for "some") shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, model_validator

from ..records import Model
from .envelope import Envelope

State = Literal["FALSIFIED", "COMPUTATIONAL_EVIDENCE", "FORMAL_PROOF_ATTEMPTED", "FORMAL_PROOF_VERIFIED"]
LIMITATIONS: Final = (
    "A search is bounded by coverage; outside of it nothing was checked.",
    "A result is as good as its checker: it is part of the document, to be read and run.",
    "A proof is claimed only with public source that a proof assistant accepted.",
)


class MathState(Model):
    """One state, and whether a result in it claims a proof."""

    state: State
    label: str
    definition: str
    proof_claim: bool


STATES: Final[tuple[MathState, ...]] = (
    MathState(
        state="FALSIFIED",
        label="Falsified",
        definition="A counterexample is part of the result, and the checker confirms it.",
        proof_claim=False,
    ),
    MathState(
        state="COMPUTATIONAL_EVIDENCE",
        label="Computational evidence",
        definition="No counterexample in the cases that were checked; coverage says how many of how many. Not a proof unless coverage is exhaustive.",
        proof_claim=False,
    ),
    MathState(
        state="FORMAL_PROOF_ATTEMPTED",
        label="Formal proof attempted",
        definition="A proof assistant was given a proof and did not accept it, or not all of it.",
        proof_claim=False,
    ),
    MathState(
        state="FORMAL_PROOF_VERIFIED",
        label="Formal proof verified",
        definition="A proof assistant accepted a proof of this statement, and its source is public.",
        proof_claim=True,
    ),
)
_BY_STATE: Mapping[str, MathState] = {one.state: one for one in STATES}


class Coverage(Model):
    """How much of the space of cases was searched: ``checked`` of ``total`` (null where it is infinite or not known)."""

    space: str
    checked: int = Field(ge=0)
    total: int | None = Field(ge=1)
    exhaustive: bool

    @model_validator(mode="after")
    def _sound(self) -> Coverage:
        if self.total is not None and self.checked > self.total:
            raise ValueError("more cases checked than there are")
        if self.exhaustive and self.checked != self.total:
            raise ValueError("exhaustive needs every case to be checked")
        return self


class KnownCase(Model):
    """A case with an answer known from elsewhere, and what the checker says of it."""

    case: str
    known: str
    source: str
    found: str
    agrees: bool

    @model_validator(mode="after")
    def _sound(self) -> KnownCase:
        if self.agrees != (self.known == self.found):
            raise ValueError("agrees is whether the answer found is the known one")
        return self


class Checker(Model):
    """The program that checks a witness or case, whole: ``entry`` of ``source`` is called with it and gives a boolean."""

    language: str
    source: str
    entry: str
    sha256: str


class MathStatement(Model):
    """What is claimed. ``statement`` spells out its quantifiers."""

    id: str
    problem_name: str
    domain: str
    statement: str


class MathVerification(Model):
    """What was done. ``witness`` is an object that shows existence, ``counterexample`` one that refutes; both are for the checker.

    Raises:
        ValueError: if the state claims more than there is: FALSIFIED without a counterexample, anything from no case, a
            verified proof without public source, or results whose known cases do not come out right.
    """

    state: State
    label: str
    proof_claim: bool
    method: str
    result: str
    n_cases: int = Field(ge=0)
    counterexample_available: bool
    counterexample: Any | None
    witness: Any | None
    coverage: Coverage
    known_cases: tuple[KnownCase, ...]
    checker: Checker
    cpu_seconds: float | None = Field(ge=0)
    lean4_source_public: bool

    @model_validator(mode="after")
    def _sound(self) -> MathVerification:
        means = _BY_STATE[self.state]
        wrong = []
        if (self.label, self.proof_claim) != (means.label, means.proof_claim):
            wrong.append("label and proof_claim are not those of the state")
        if self.counterexample_available != (self.counterexample is not None):
            wrong.append("counterexample_available does not say whether there is one")
        if (self.state == "FALSIFIED") != (self.counterexample is not None):
            wrong.append("FALSIFIED needs a counterexample, and no other state may have one")
        if self.state in ("FALSIFIED", "COMPUTATIONAL_EVIDENCE") and self.n_cases == 0:
            wrong.append("a result of no case claims nothing")
        if self.n_cases != self.coverage.checked:
            wrong.append("n_cases is not the number of cases that coverage counts")
        if self.state == "FORMAL_PROOF_VERIFIED" and not self.lean4_source_public:
            wrong.append("a verified proof needs public source")
        if self.state != "FORMAL_PROOF_ATTEMPTED" and not self.known_cases:
            wrong.append("the statement was tried on no case with a known answer")
        if any(not case.agrees for case in self.known_cases):
            wrong.append("a known case comes out wrong: the statement or the checker does not say what is meant")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class MathArtifact(Model):
    """A file that belongs to the result."""

    type: str
    label: str
    url: str | None
    format: str
    sha256: str | None


class MathResult(Envelope):
    """One result."""

    model_config = Envelope.model_config | {
        "json_schema_extra": {"x-verification-states": [one.model_dump(mode="json") for one in STATES]}
    }

    result: MathStatement
    verification: MathVerification
    artifact_set: tuple[MathArtifact, ...]
    interpretation: str


def state_facts(state: State) -> dict[str, Any]:
    """The fields of a verification that follow from its state."""
    means = _BY_STATE[state]
    return {"state": state, "label": means.label, "proof_claim": means.proof_claim}
