"""What can be measured of every page: accessibility by axe-core, weight, and the time to its first paint."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.site.browser.conftest import Served

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "build/axe/package/axe.min.js"
PATHS = (
    "/",
    "/?q=memory",
    "/claims?q=memory",
    "/paper/{record}",
    "/claim/{claim}",
    "/benchmarks",
    "/mathematics",
    "/graph",
    "/audit",
    "/schemas",
    "/schemas/claim-record",
    "/lab",
    "/about",
    "/methodology",
    "/quality",
    "/docs",
    "/owner",
    "/paper/nothing-of-this-name",
)
_TRANSFERRED = "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).map(e => [e.name, e.encodedBodySize, e.decodedBodySize])"
_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def _path(pattern: str, served: Served) -> str:
    record = served.records[0]
    return pattern.format(record=record.id, claim=f"{record.id}.{record.claims[0].id}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pattern", PATHS)
def test_axe_finds_nothing_serious(browser: Browser, served: Served, pattern: str, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there: make test-browser fetches it")
    # The tool is injected as a script, which the policy of the pages rightly forbids.
    with browser.new_context(base_url=served.address, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(_path(pattern, served))
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (one["id"], one["impact"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert found["passes"] and not serious, json.dumps(serious, indent=1)


def test_a_record_page_is_light(page: Page, served: Served) -> None:
    """Under 150 kB before its plots, as the browser holds it, not as it came compressed."""
    for record in served.records:
        page.goto(f"/paper/{record.id}", wait_until="load")
        parts = [(name, decoded) for name, _, decoded in page.evaluate(_TRANSFERRED) if "/figures/" not in name]
        assert len(parts) >= 3
        assert sum(decoded for _, decoded in parts) < 150_000, parts


def test_the_first_paint_comes_within_half_a_second(browser: Browser, served: Served) -> None:
    times = []
    for _ in range(5):
        with browser.new_context(base_url=served.address) as context:
            page = context.new_page()
            page.goto(f"/paper/{served.records[0].id}", wait_until="load")
            page.wait_for_timeout(200)  # the entry comes a moment after the paint that it tells of
            times.append(page.evaluate(_FIRST_PAINT))
    assert statistics.median(times) < 500, times
