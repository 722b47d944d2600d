"""The levels of the sandbox, each as far as this machine has it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import LabError
from sovereign.lab.sandbox import LEVELS, Isolation, Level, Limits, Outcome, Task, run

HERE = Path(__file__).parent
Run = Callable[..., Outcome]


@lru_cache
def isolation(level: Level) -> Isolation | str:
    """What holds at a level on this machine, or why it cannot be had."""
    try:
        return run(Task(entry="hostile:echo", given={}, paths=(HERE,)), least=level, most=level).isolation
    except LabError as error:
        return error.message


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> Level:
    """Each level that this machine has."""
    found = isolation(request.param)
    if isinstance(found, str):
        pytest.skip(found)
    return request.param


@pytest.fixture
def need(level: Level) -> Callable[[str], None]:
    """Skip a test, visibly, whose guarantee the level does not claim here."""

    def need(guarantee: str) -> None:
        found = isolation(level)
        assert isinstance(found, Isolation)
        if guarantee not in found.held:
            pytest.skip(f"{level} does not hold {guarantee} here")

    return need


@pytest.fixture
def hostile(level: Level) -> Run:
    """Run one of the hostile tasks at the level."""

    def start(name: str, given: dict[str, Any] | None = None, tell: Any = lambda line: None, **task: Any) -> Outcome:
        limits = Limits(**{"seconds": 20.0, **task.pop("limits", {})})
        asked = Task(entry=f"hostile:{name}", given=given or {}, paths=(HERE,), limits=limits, **task)
        return run(asked, tell, least=level, most=level)

    return start
