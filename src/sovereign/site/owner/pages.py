"""The owner's pages: sign in, ask, decide, correct. Every form leads back to a page by a redirect, so that a reload sends nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from sovereign.errors import SovereignError
from sovereign.kernel import unfinished
from sovereign.records import CorrectionType, Model, OwnerDecision, OwnerOutcome, Record
from sovereign.sources import LOCAL, SOURCES

from ..catalog import Filters, RecordRow
from ..render import page
from . import actions
from .actions import LONGEST, CorrectionIn, DecisionIn
from .guard import COOKIE, Desk, DeskOf, Form, Refused, SignedIn, session_of
from .questions import Question, QuestionIn
from .sessions import SECONDS, Session

html = APIRouter()
# Without where it comes from, a browser would not say that a form is ours.
_HEADERS = {"cache-control": "no-store", "referrer-policy": "same-origin"}
_SHOWN = 50  # records that wait for a decision
_LOOKED_THROUGH = 20  # pages of the list, of 500 records each

Name = Annotated[str, Path(min_length=1, max_length=60)]


class Going(Model):
    """A run that has not published its record, begun here or at the command line."""

    short_id: str
    question: str
    started_at: str
    going_on: bool


class OwnerPage(Model):
    """What the owner's first page shows."""

    questions: tuple[Question, ...]
    runs: tuple[Going, ...]
    awaiting: tuple[RecordRow, ...]
    newest: tuple[RecordRow, ...]


class OwnerRecord(Model):
    """What the owner sees of one record: enough to decide on it and to correct it."""

    record: Record
    decisions: tuple[OwnerDecision, ...]
    withdrawn: tuple[str, ...]


@html.api_route("/owner", methods=["GET", "HEAD"], response_class=HTMLResponse)
def owner(request: Request, desk: DeskOf) -> HTMLResponse:
    """The owner's first page, or the form to sign in."""
    desk.must_be_on(404)
    session = session_of(request, desk)
    if session is None:
        return _shown(request, desk, "owner_sign_in.html.j2", None, title="Owner")
    shown = OwnerPage(
        questions=desk.questions.all()[:_SHOWN],
        runs=tuple(
            Going(short_id=one.begun.short_id, question=one.begun.question, started_at=one.begun.started_at, going_on=one.going_on)
            for one in unfinished(desk.site.store.home)
        ),
        awaiting=_awaiting(desk),
        newest=desk.site.catalog.records(Filters(), 1, 20).items,
    )  # fmt: skip
    sources = {name: about for name, about in SOURCES.items() if name not in LOCAL}
    return _shown(request, desk, "owner.html.j2", session, title="Owner", shown=shown, sources=sources)


@html.api_route("/owner/records/{record_id}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def owner_record(request: Request, desk: DeskOf, record_id: Name) -> HTMLResponse:
    """One record, with the forms to decide on it and to correct it."""
    desk.must_be_on(404)
    session = session_of(request, desk)
    if session is None:
        raise Refused(403, "You are not signed in, or not any more.", "Sign in at /owner.")
    record = desk.site.store.records.load(record_id)
    gone = record.withdrawn
    shown = OwnerRecord(
        record=record,
        decisions=tuple(desk.site.store.records.decisions(record.id, record.version)),
        withdrawn=(*gone.claims, *gone.measurements),
    )
    return _shown(
        request, desk, "owner_record.html.j2", session,
        title=record.short_id, shown=shown, outcomes=get_args(OwnerOutcome), types=get_args(CorrectionType), longest=LONGEST,
    )  # fmt: skip


@html.post("/owner/sign-in")
def sign_in(request: Request, desk: DeskOf, form: Form) -> Response:
    """Begin a session, for the token. An older one of the same browser ends."""
    try:
        desk.must_be_token(request, form.one("token").strip())
    except Refused as refused:
        data = {"wrong": f"{refused.detail} {refused.advice}"}
        again = _shown(request, desk, "owner_sign_in.html.j2", None, title="Owner", status=refused.status_code, **data)
        again.headers.update(refused.headers or {})
        return again
    desk.sessions.end(request.cookies.get(COOKIE, ""))
    answer = _back()
    https = request.url.scheme == "https" or desk.site.options.base_url.startswith("https:")
    answer.set_cookie(
        COOKIE,
        desk.sessions.begin(),
        max_age=int(SECONDS),
        path="/owner",
        secure=https,
        httponly=True,
        samesite="strict",
    )
    return answer


@html.post("/owner/sign-out")
def sign_out(request: Request, signed: SignedIn) -> Response:
    """End the session."""
    signed.desk.sessions.end(request.cookies.get(COOKIE, ""))
    answer = _back()
    answer.delete_cookie(COOKIE, path="/owner", httponly=True, samesite="strict")
    return answer


@html.post("/owner/questions")
def ask(signed: SignedIn, form: Form) -> Response:
    """Put a question on the list."""

    def done() -> str:
        sources = form.words("source")
        asked = QuestionIn(
            question=form.one("question"), library_only=not sources, sources=sources, measure=bool(form.one("measure"))
        )
        return f"The question is on the list: {signed.desk.questions.submit(asked).asked.question}"

    return _told(signed.session, done, "/owner")


@html.post("/owner/records/{record_id}/decisions")
def decide(signed: SignedIn, form: Form, record_id: Name) -> Response:
    """Keep a decision."""

    def done() -> str:
        given = DecisionIn.model_validate({"outcome": form.one("outcome"), "reason": form.one("reason")})
        decision = actions.decide(signed.desk.site, record_id, given)
        return f"{decision.outcome} by {decision.by}: it stands in the ledger. The record itself is unchanged."

    return _told(signed.session, done, _address(signed.desk, record_id))


@html.post("/owner/records/{record_id}/corrections")
def correct(signed: SignedIn, form: Form, record_id: Name) -> Response:
    """Make a correction."""

    def done() -> str:
        given = CorrectionIn.model_validate(
            {
                "type": form.one("type"),
                "note": form.one("note"),
                "claims": form.words("claim"),
                "measurements": form.words("measurement"),
                "sets": form.lines("sets"),
                "restores": form.words("restore"),
                "from_version": form.one("from_version") or None,
            }
        )
        made = actions.amend(signed.desk.site, record_id, given)
        anew = " What was decided on the version before does not hold for it: decide anew." if made.decide_anew else ""
        return f"{made.short_id} is now version {made.version}.{anew}"

    return _told(signed.session, done, _address(signed.desk, record_id))


def _told(session: Session, done: Callable[[], str], back: str) -> Response:
    """Do it, and say on the page behind the redirect what came of it."""
    try:
        session.tell(done())
    except ValidationError as error:
        first = error.errors()[0]
        session.tell(f"{'.'.join(map(str, first['loc']))}: {first['msg']}. Nothing was stored.", good=False)
    except SovereignError as error:
        session.tell(f"{error.message} {error.advice}", good=False)
    return _back(back)


def _address(desk: Desk, name: str) -> str:
    return f"/owner/records/{desk.site.store.records.find(name)}"


def _back(address: str = "/owner") -> RedirectResponse:
    return RedirectResponse(address, 303, _HEADERS)


def _shown(
    request: Request, desk: Desk, template: str, session: Session | None, *, title: str, status: int = 200, **data: Any
) -> HTMLResponse:
    shown: dict[str, Any] = {"wrong": "", "told": session.take_told() if session else [], "minute": _minute}
    shown |= {"form": session.form if session else ""} | data
    return page(request, desk.site, template, title=title, status=status, headers=_HEADERS, noindex=True, **shown)


def _awaiting(desk: Desk) -> tuple[RecordRow, ...]:
    """The records that neither the policy approved nor the owner decided on, and those that he holds."""
    found: list[RecordRow] = []
    for number in range(1, _LOOKED_THROUGH + 1):
        items = desk.site.catalog.records(Filters(), number, 500).items
        found += [row for row in items if not row.stands and row.owner in (None, "HELD")]
        if not items or len(found) >= _SHOWN:
            break
    return tuple(found[:_SHOWN])


def _minute(moment: str) -> str:
    """A time to the minute."""
    return f"{datetime.fromisoformat(moment):%d %b %H:%M} UTC"
