"""What the model calls of a run may cost: tokens, US dollars, time. Hard stops: what might not fit is not sent."""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sovereign.errors import InputError
from sovereign.records import ModelCall

from .backend import Failure

LEAST_SECONDS = 0.5
RUN_SHARE = 0.5  # of the time of a run, that all calls may take: a slow model is not to eat it up
STAGE_SHARE = 0.25  # of it, that the calls of one stage may take


@dataclass(frozen=True)
class Limits:
    """``max_tokens`` of prompts and answers together; ``max_cost`` in US dollars, 0 for none; prices in US dollars a million tokens,
    0 where unknown; ``seconds`` one call may take; ``run_seconds`` the whole run has, of which calls get their share."""

    max_tokens: int = 200_000
    max_cost: float = 0.0
    input_price: float = 0.0
    output_price: float = 0.0
    seconds: float = 60.0
    run_seconds: float = math.inf

    def checked(self) -> Limits:
        """Itself.

        Raises:
            InputError: if costs are limited and no price is known to reckon them by.
        """
        if self.max_cost and not self.priced:
            raise InputError(
                "model_max_cost is set, but no price is: what a call costs cannot be known.",
                "Set model_input_price and model_output_price, in US dollars a million tokens, or model_max_cost to 0.",
            )
        return self

    @property
    def priced(self) -> bool:
        return self.input_price > 0 or self.output_price > 0

    def cost(self, input_tokens: int, output_tokens: int) -> float | None:
        """US dollars, None where no price is known."""
        if not self.priced:
            return None
        return (input_tokens * self.input_price + output_tokens * self.output_price) / 1e6


def estimate(text: str) -> int:
    """About how many tokens a text has: a quarter of its bytes."""
    return math.ceil(len(text.encode("utf-8", "replace")) / 4)


class Budget:
    """What is left, for all models of a run and all threads. ``seconds_left`` is the time of the whole run."""

    def __init__(self, limits: Limits, seconds_left: Callable[[], float]) -> None:
        self.limits = limits.checked()
        self.seconds_left = seconds_left
        self._lock = threading.Lock()
        self._tokens = 0
        self._cost = 0.0
        self._seconds: defaultdict[str, float] = defaultdict(float)  # by stage, of all threads together

    def remember(self, calls: Iterable[ModelCall]) -> None:
        """Count calls of an earlier attempt of this run: going on with a run is no way to a second budget."""
        with self._lock:
            for call in calls:
                self._tokens += (call.input_tokens or 0) + (call.output_tokens or 0)
                self._cost += call.cost or 0.0
                self._seconds[call.stage] += call.seconds

    def took(self, stage: str, seconds: float) -> None:
        """Count the time of a call."""
        with self._lock:
            self._seconds[stage] += seconds

    def reserve(self, stage: str, input_tokens: int, output_tokens: int) -> None:
        """Set tokens aside for a call.

        Raises:
            Failure: if they might not fit.
        """
        self.time(stage)
        limits, cost = self.limits, self.limits.cost(input_tokens, output_tokens) or 0.0
        with self._lock:
            if self._tokens + input_tokens + output_tokens > limits.max_tokens:
                left = max(0, limits.max_tokens - self._tokens)
                why = f"{left:,} of {limits.max_tokens:,} tokens are left, the call may take {input_tokens + output_tokens:,}"
                raise Failure("budget", why)
            if limits.max_cost and self._cost + cost > limits.max_cost:
                left_cost = max(0.0, limits.max_cost - self._cost)
                why = f"{left_cost:.4f} of {limits.max_cost:g} US dollars are left, the call may cost {cost:.4f}"
                raise Failure("budget", why)
            self._tokens += input_tokens + output_tokens
            self._cost += cost

    def settle(self, reserved: tuple[int, int], used: tuple[int, int]) -> None:
        """Count what a call took in place of what was set aside for it. Tokens: input, output."""
        with self._lock:
            self._tokens += sum(used) - sum(reserved)
            self._cost += (self.limits.cost(*used) or 0.0) - (self.limits.cost(*reserved) or 0.0)

    def time(self, stage: str) -> float:
        """Seconds that a call of a stage may take now.

        Raises:
            Failure: if the run has none left, or calls have had their share of it.
        """
        left, whole = self.seconds_left(), self.limits.run_seconds
        if left < LEAST_SECONDS:
            raise Failure("budget", "the time of the run is over")
        with self._lock:
            of_stage = STAGE_SHARE * whole - self._seconds[stage]
            of_calls = RUN_SHARE * whole - sum(self._seconds.values())
        if min(of_stage, of_calls) < LEAST_SECONDS:
            share, who = (STAGE_SHARE, "this stage") if of_stage < of_calls else (RUN_SHARE, "all stages")
            raise Failure("budget", f"calls of {who} may take {share * whole:.0f} of the run's {whole:.0f} s, and have")
        return min(left, of_stage, of_calls, self.limits.seconds)
