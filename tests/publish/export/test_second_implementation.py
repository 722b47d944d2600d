"""The verifier in plain Python hashes as the standard does: against the library that the package uses."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.records import canonical_json

TOOL = Path(__file__).parents[3] / "tools" / "verify_record.py"
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_record", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_short_and_needs_nothing_but_python(tool: ModuleType) -> None:
    text = TOOL.read_text("utf-8")
    assert len(text.splitlines()) < 100
    assert "sovereign" not in {
        line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import", "from"))
    }


@given(VALUES)
def test_canonical_json_is_that_of_rfc_8785(tool: ModuleType, value: object) -> None:
    assert tool.canonical(value).encode("utf-8", "surrogatepass") == canonical_json(value)


@pytest.mark.parametrize(
    "value", [1e21, 1e20, 1e-6, 1e-7, 1.5e-6, 123456789.125, -0.0, 5e-324, 1.7976931348623157e308, 4.35, 1e23]
)
def test_numbers_at_the_edges(tool: ModuleType, value: float) -> None:
    assert tool.canonical(value).encode() == canonical_json(value)
