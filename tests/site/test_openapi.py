"""The interface keeps what its own description says, whatever is asked of it."""

from __future__ import annotations

from contextlib import suppress

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from sovereign.site.app import make_app
from sovereign.site.context import Site
from sovereign.site.http import limits

HOST = {"host": "127.0.0.1"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
]


ASKED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_reading_keeps_to_its_description(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody is turned away for asking often.
    monkeypatch.setattr(limits, "READS_AT_ONCE", 1e9)
    monkeypatch.setattr(limits, "WRITES_AT_ONCE", 1e9)
    app = make_app(site)
    # The layers are put together at the first request.
    paths = TestClient(app, base_url="http://127.0.0.1").get("/openapi.json").json()["paths"]
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST).exclude(tag="owner")
    held = set()
    for found in described.get_all_operations():
        operation = found.ok()
        held.add(operation.path)
        for mode in GenerationMode:

            @ASKED
            @given(operation.as_strategy(generation_mode=mode))
            def keeps(case: schemathesis.Case) -> None:
                case.call_and_validate(headers=HOST, checks=CHECKS)

            # Where anything may be given, nothing wrong can be.
            with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):
                keeps()
    assert held == {path for path, entry in paths.items() if entry.get("get", {"tags": ["owner"]})["tags"] != ["owner"]}
