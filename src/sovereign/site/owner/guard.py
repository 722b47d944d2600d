"""What stands before every route of the owner: the token, the sign-in, and that a form was sent from a page of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, NamedTuple
from urllib.parse import parse_qs

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..context import Site
from ..http.limits import Allowance, reader_of
from .questions import Questions
from .sessions import Session, Sessions
from .token import VARIABLE, is_right

COOKIE = "sovereign-owner"
_WRONG_PER_SECOND, _WRONG_AT_ONCE = 5 / 60, 5.0
_FIELDS = 2_000  # of one form
_SWITCHED_OFF = (
    "Writing is switched off.",
    f"To switch it on, set {VARIABLE} to a secret word of your own, then start the server again.",
)
_bearer = HTTPBearer(auto_error=False, description="The owner's token.")


class Refused(HTTPException):
    """An answer that says no, with what to do about it."""

    def __init__(self, status: int, message: str, advice: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.advice = advice


class Desk:
    """What the write side of one site keeps while it runs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.sessions = Sessions()
        self.questions = Questions(site)
        self._wrong = Allowance(_WRONG_PER_SECOND, _WRONG_AT_ONCE)

    def must_be_on(self, status: int) -> None:
        """Refuse with ``status`` where nobody can write."""
        if not self.site.options.token:
            raise Refused(status, *_SWITCHED_OFF)

    def must_be_token(self, request: Request, given: str) -> None:
        """Refuse what is not the token, and any after a few wrong ones."""
        reader = reader_of(request.scope)
        if wait := self._wrong.wait(reader, time.monotonic()):
            seconds = str(int(wait) + 1)
            raise Refused(429, "Too many wrong tokens.", f"Wait {seconds} s.", {"retry-after": seconds})
        if not is_right(self.site.options.token, given):
            raise Refused(401, "This is not the owner's token.", f"Give the value of {VARIABLE}.", {"www-authenticate": "Bearer"})  # fmt: skip
        self._wrong.give_back(reader)


def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskOf = Annotated[Desk, Depends(_desk_of)]


def _by_token(
    request: Request,
    response: Response,
    desk: DeskOf,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Desk:
    desk.must_be_on(403)
    if given is None:
        raise Refused(401, "The owner's token is missing.", "Send it as: Authorization: Bearer …", {"www-authenticate": "Bearer"})  # fmt: skip
    desk.must_be_token(request, given.credentials)
    response.headers["cache-control"] = "no-store"
    return desk


Owner = Annotated[Desk, Depends(_by_token)]
"""The desk, for a route of the interface: only with the token."""


class Fields:
    """What a form sent."""

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        self._given = given

    def one(self, name: str) -> str:
        """The value of a field, empty where it was not sent."""
        return self._given.get(name, [""])[-1]

    def words(self, name: str) -> tuple[str, ...]:
        """The values of a field that was sent more than once, or holds more than one, apart by space or comma."""
        return tuple(" ".join(self._given.get(name, [])).replace(",", " ").split())

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a field that are not empty."""
        return tuple(line.strip() for line in self.one(name).splitlines() if line.strip())


async def _fields(request: Request, desk: DeskOf) -> Fields:
    desk.must_be_on(404)
    _must_be_ours(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(415, "This takes a form of a page.", "Send it from the page.")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return Fields(parse_qs(body, keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError:
        raise Refused(400, "The form has too many fields.", "Send it from the page.") from None


Form = Annotated[Fields, Depends(_fields)]
"""The fields of a form that was sent from a page of this site."""


class Signed(NamedTuple):
    """The owner, signed in."""

    desk: Desk
    session: Session


def session_of(request: Request, desk: Desk) -> Session | None:
    """The session of who asks, None if there is none."""
    return desk.sessions.of(request.cookies.get(COOKIE, ""))


def _by_session(request: Request, desk: DeskOf, form: Form) -> Signed:
    session = session_of(request, desk)
    if session is None:
        raise Refused(403, "You are not signed in, or not any more.", "Sign in at /owner, then do it again.")
    if not session.has_form(form.one("form")):
        raise Refused(403, "This form is not of your session.", "Open the page again, and send it from there.")
    return Signed(desk, session)


SignedIn = Annotated[Signed, Depends(_by_session)]
"""The owner's session, for a route that takes a form: only from a page of that session."""


def _must_be_ours(request: Request) -> None:
    """Refuse what a page elsewhere had sent. A browser says where a form comes from; what says nothing is no browser of today."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        ours = site == "same-origin"
    else:
        base_url: str = request.app.state.site.options.base_url
        here = f"{request.url.scheme}://{request.headers.get('host', '')}"
        ours = request.headers.get("origin", "").lower() in {here.lower(), base_url.lower()} - {""}
    if not ours:
        raise Refused(403, "This form did not come from a page of this site.", "Open /owner, and send it from there.")
