"""Makes the requests of the plan one after the other, keeping the state before and after each that changes something."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sovereign.errors import DepositError

from .answers import Unclear, absorb, explained
from .archive import Reply, Send
from .plan import Call, Seen, next_call
from .state import WRITES, State, Step

FAILURES = 6
"""Requests without a clear answer after which a run gives up. It can be run again."""

LONGEST_WAIT = 120.0
"""Seconds. An archive that asks for a longer pause is left alone."""

_LOOKING = frozenset[Step](["look", "list", "record"])

MOST_CALLS = 5_000
"""Requests of one run: a plan that comes to no end is a mistake of ours or of the archive."""


@dataclass(frozen=True)
class Driver:
    """How a run is made: ``keep`` stores a state, ``content`` reads the bytes of a file and refuses changed ones, and
    ``allow`` raises unless the owner has approved exactly what is to be published."""

    send: Send
    keep: Callable[[State], None]
    content: Callable[[State, str], bytes]
    allow: Callable[[State], None]
    tell: Callable[[str], None] = lambda line: None
    sleep: Callable[[float], None] = time.sleep

    def settle(self, state: State) -> State:
        """Only find out what became of a deposit: whether there is a draft, and whether it is published.

        Raises:
            DepositError: if the archive refuses or does not answer.
        """
        return self._run(state, False, _LOOKING)

    def run(self, state: State, publish: bool) -> State:
        """Bring the deposit as far as it may go, and give its state.

        Raises:
            DepositError: if the archive refuses, does not answer, or holds what it should not; or without approval.
        """
        return self._run(state, publish, None)

    def _run(self, state: State, publish: bool, only: frozenset[Step] | None) -> State:
        seen, failures = Seen(), 0
        for _ in range(MOST_CALLS):
            call = next_call(state, seen, publish)
            if only and (call is None or call.step not in only):
                return state
            if call is None:
                done = state.model_copy(update={"prepared": True})
                if done != state:
                    self.keep(done)
                return done
            if call.step == "publish":
                self.allow(state)
            if call.pause:
                self.sleep(call.pause)
            content = self._content(state, call)
            if call.step in WRITES:
                state = state.model_copy(update={"asked": call.step})
                self.keep(state)
            try:
                after, seen = self._made(state, seen, call, content)
            except Unclear as unclear:
                if unclear.refused:
                    state = self._not_asked(state, call)
                failures += 1
                if failures >= FAILURES:
                    raise DepositError(
                        f"{state.archive} gave no clear answer {failures} times, the last time to {call.step}: {unclear}",
                        "Nothing is lost: run the same command again to go on from here.",
                    ) from None
                wait = max(2.0 ** (failures - 1), unclear.wait)
                self.tell(f"{call.step}: {unclear}; looking again in {wait:.0f} s")
                self.sleep(wait)
                seen = Seen()
                continue
            if call.step in WRITES:
                after = after.model_copy(update={"asked": ""})
            if after != state:
                self.keep(after)
            state = after
        raise DepositError(f"the deposit in {state.archive} came to no end", "Report this to us, with the state file.")

    def _content(self, state: State, call: Call) -> bytes:
        if call.step == "content":
            return self.content(state, call.file)
        return b"" if call.body is None else encoded(call.body)

    def _made(self, state: State, seen: Seen, call: Call, content: bytes) -> tuple[State, Seen]:
        """State and sight after one call."""
        self.tell(f"{call.step}: {call.method} {call.path}")
        reply = self.send(call, content)
        if 200 <= reply.status < 300:
            return absorb(state, seen, call, reply.body)
        if reply.status == 404 and call.step == "record":
            return state, replace(seen, unpublished=True)
        if reply.status == 404 and call.step == "delete":
            return absorb(state, seen, call, b"")
        if call.step == "import" and reply.status in (400, 403, 404):  # linking spares an upload, no more
            return state, replace(seen, imported=True)
        raise self._refusal(state, call, reply)

    def _refusal(self, state: State, call: Call, reply: Reply) -> Exception:
        """What a status other than 2xx means."""
        status, where = reply.status, f"{state.archive} answered {call.step} with status {reply.status}"
        if status in (429, 503) and reply.wait > LONGEST_WAIT:
            if status == 429:
                self._not_asked(state, call)
            return DepositError(
                f"{where} and asks to be left alone for {reply.wait:.0f} s", "Run the command again after that."
            )
        if status in (408, 409, 425, 429) or status >= 500 or (status == 400 and call.step in ("reserve", "open")):
            # A 400 to these two says that it is there already, as after an answer that was lost; looking will tell.
            wait = reply.wait if status in (429, 503) else 0.0
            return Unclear(f"status {status} ({_said(reply)})", wait, refused=status == 429)
        self._not_asked(state, call)
        advice = {
            401: "The token is wrong or has expired: make another one in your account there. The sandbox has its own.",
            403: "The token lacks rights: make one with the scopes deposit:write and deposit:actions, in the account of the draft.",
            404: f"The draft {state.archive_id} is gone from the archive. To begin anew: --restart."
            if state.archive_id
            else "The archive knows no such address. Look at archive_url: it has to be one that runs InvenioRDM.",
            410: f"The archive has removed {state.archive_id}. Ask it why; to begin anew: --restart.",
            413: "The archive does not take files of that size.",
        }.get(status, "Nothing was published by this. Correct what the archive minds, and run the command again.")
        return DepositError(f"{where}: {_said(reply)}", advice)

    def _not_asked(self, state: State, call: Call) -> State:
        """Keep that a request was refused, so that nobody looks for what it would have made."""
        if call.step not in WRITES:
            return state
        refused = state.model_copy(update={"asked": ""})
        self.keep(refused)
        return refused


def encoded(body: object) -> bytes:
    """A body as it is sent."""
    return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()


def _said(reply: Reply) -> str:
    try:
        value = json.loads(reply.body)
    except (ValueError, RecursionError):
        return "no reason given"
    return explained(value) if isinstance(value, dict) else "no reason given"
