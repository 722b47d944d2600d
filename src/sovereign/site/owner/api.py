"""The owner's routes for programs: each with the token, ``Authorization: Bearer …``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from sovereign.records import OwnerDecision

from . import actions
from .actions import Corrected, CorrectionIn, DecisionIn
from .guard import Owner
from .questions import Question, QuestionIn

api = APIRouter(tags=["owner"])

Name = Annotated[
    str,
    Path(min_length=1, max_length=60, description="Short id (SRCH:1A2B3C4D), UUID, or the beginning of one."),
]


@api.post("/questions", status_code=202)
def submit_question(desk: Owner, given: QuestionIn) -> Question:
    """Put a question on the list. They are answered one at a time, by a process of its own; one that waits already is not put there twice."""
    return desk.questions.submit(given)


@api.get("/questions")
def list_questions(desk: Owner) -> tuple[Question, ...]:
    """The questions that were submitted here, newest first, with what has become of them."""
    return desk.questions.all()


@api.post("/records/{record_id}/decisions", status_code=201)
def decide(desk: Owner, record_id: Name, given: DecisionIn) -> OwnerDecision:
    """Approve, hold or reject the newest version of a record. The record itself stays as it is."""
    return actions.decide(desk.site, record_id, given)


@api.post("/records/{record_id}/corrections", status_code=201)
def correct(desk: Owner, record_id: Name, given: CorrectionIn) -> Corrected:
    """Correct a record: the correction is added and makes a new version; the versions before stay."""
    return actions.amend(desk.site, record_id, given)
