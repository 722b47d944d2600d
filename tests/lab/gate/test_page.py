"""The page of the gate lists every protocol and every code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from sovereign.lab import PROTOCOLS
from sovereign.records import GateReason

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "lab-gate.md").read_text("utf-8")


def test_every_protocol_is_on_the_page() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.M)
    assert [name for name in listed if name.islower() and "claim" not in name] == [one.name for one in PROTOCOLS]


def test_every_code_is_on_the_page() -> None:
    assert all(f"`{code}`" in PAGE for code in get_args(GateReason))


def test_packages_are_named_with_their_versions() -> None:
    pinned = {package for one in PROTOCOLS for package in one.packages if "==" in package}
    assert pinned and all(package in PAGE for package in pinned)
