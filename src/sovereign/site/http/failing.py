"""A fault of ours is no business of the reader's: he gets a number, the owner gets the traceback under it."""

from __future__ import annotations

import secrets
import sys
import traceback

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import refuse


class Failing:
    """Turns what nobody expected into an answer of 500, with a number that the traceback on stderr bears too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception:
            number = secrets.token_hex(4)
            print(f"Fault {number} at {scope['method']} {scope['path']!r}:", file=sys.stderr)
            traceback.print_exc(file=sys.stderr)
            if begun:  # half an answer is out: to cut it off is all that is left
                raise
            told = f"Tell the owner of this site the number {number}."
            await refuse(send, 500, "Something went wrong here, through no fault of yours.", told)
