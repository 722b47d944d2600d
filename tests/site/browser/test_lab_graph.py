"""The plots of the laboratory and the graph, by pointer and by keyboard, and how fast two thousand nodes are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from sovereign.site.app import make_app
from sovereign.site.serving import bound
from tests.site.browser.conftest import Served
from tests.site.made_site import example_record, made_site

pytestmark = pytest.mark.browser

_CHOSEN = "siteGraph.$('.chosen').map(n => n.id())"


@pytest.fixture
def lab(page: Page) -> Page:
    page.goto("/lab")
    return page


@pytest.fixture
def graph(page: Page) -> Page:
    page.goto("/graph")
    page.wait_for_function("window.siteGraph !== undefined")
    return page


def test_a_plot_is_walked_by_keyboard(lab: Page) -> None:
    lab.locator("#canvas").focus()
    lab.keyboard.press("ArrowRight")
    told = lab.get_by_role("status").filter(has_text="full fine-tuning")
    expect(told).to_contain_text("OPT 125M")
    lab.keyboard.press("ArrowRight")
    expect(told).to_contain_text("OPT 350M")
    lab.keyboard.press("ArrowUp")
    expect(told).to_contain_text("serial adapters, OPT 350M: 1.11 of full fine-tuning, 66.6 ms/token (")
    lab.keyboard.press("Escape")
    expect(lab.locator("#readout")).to_be_empty()


def test_a_plot_is_shown_otherwise(lab: Page) -> None:
    name = lab.locator("#plot .name").last
    expect(name).to_contain_text("relative to full fine-tuning")
    lab.get_by_label("time per token, ms/token").check()
    expect(name).to_contain_text("ms/token")
    assert lab.locator("#plot .interval").count() > 50
    lab.get_by_label("with what a roofline predicts").check()
    assert lab.locator("#plot .predicted").count() >= 5
    ticks = lab.locator("#plot .tick").all_text_contents()
    lab.get_by_label("linear").check()
    assert (
        lab.locator("#plot .tick").all_text_contents() != ticks
        and "0" in lab.locator("#plot .tick").all_text_contents()
    )
    series = lab.locator("#plot .series").count()
    lab.get_by_role("button", name="MixLoRA (naive)", exact=True).click()
    assert lab.locator("#plot .series").count() == series - 1
    lab.get_by_role("link", name="training", exact=True).click()
    expect(lab.get_by_role("heading", name="Memory of training")).to_be_visible()
    assert lab.url.endswith("/lab/memory-training")
    expect(name).to_contain_text("GB")  # what was chosen stays
    lab.go_back()
    expect(lab.get_by_role("heading", name="Decoding one token")).to_be_visible()


def test_the_table_is_sorted(lab: Page) -> None:
    head = lab.locator("#figures th").nth(3)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    values = [float(v) for v in lab.locator("#figures tbody tr td:nth-child(4) b").all_text_contents()]
    assert values == sorted(values)


def test_hovering_a_mark_tells_its_value(lab: Page) -> None:
    box = lab.locator("#plot .m-mixlora .mark").first.bounding_box()
    assert box is not None
    lab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(lab.locator("#readout")).to_contain_text("MixLoRA (factored), OPT 125M: 1.60")


@pytest.mark.parametrize("path", ["/lab", "/graph"])
def test_without_script_the_same_is_there(browser: Browser, served: Served, path: str) -> None:
    with browser.new_context(base_url=served.address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(path)
        expect(page.locator("table").first).to_be_visible()
        if path == "/lab":
            expect(page.locator("svg.plot")).to_be_visible()
            expect(page.locator("#controls")).to_be_hidden()
        else:
            expect(page.locator("#picture")).to_be_hidden()
            page.get_by_role("link", name="After →", exact=True).click()
            expect(page.locator("table.edges tbody tr").first).to_be_visible()


def test_the_graph_is_walked_by_keyboard(graph: Page, served: Served) -> None:
    graph.locator("#graph").focus()
    graph.keyboard.press("ArrowRight")
    (first,) = graph.evaluate(_CHOSEN)
    assert first in {str(record.id) for record in served.records}
    told = graph.locator("#told")
    expect(told).to_contain_text("record: ")
    graph.keyboard.press("Shift+ArrowDown")  # along an edge: to one of its claims
    (claim,) = graph.evaluate(_CHOSEN)
    assert claim.startswith(f"{first}.")
    expect(told).to_contain_text("claim: ")
    zoom = graph.evaluate("siteGraph.zoom()")
    graph.keyboard.press("+")
    assert graph.evaluate("siteGraph.zoom()") > zoom
    graph.keyboard.press("0")
    graph.keyboard.press("Enter")
    panel = graph.locator("#panel")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("link", name="Open its page")).to_have_attribute("href", f"/claim/{claim}")
    graph.keyboard.press("Escape")
    expect(graph.locator("#graph")).to_be_focused()
    graph.keyboard.press("Enter")
    graph.keyboard.press("Enter")
    graph.wait_for_url(f"**/claim/{claim}")


def test_the_graph_is_searched_and_filtered(graph: Page, served: Served) -> None:
    claim = served.records[0].claims[3]
    graph.get_by_label("Find a node").fill(" ".join(claim.text.split()[:5]))
    graph.keyboard.press("Enter")
    expect(graph.locator("#panel h3")).not_to_be_empty()
    panel_links = graph.locator("#panel li a")
    assert panel_links.count() > 0
    panel_links.first.click()
    assert len(graph.evaluate(_CHOSEN)) == 1
    before = graph.evaluate("siteGraph.nodes(':visible').length")
    graph.locator("#nodes").get_by_label("methods").uncheck()
    assert graph.evaluate("siteGraph.nodes(':visible').length") < before
    expect(graph.locator("#told")).to_contain_text("nodes and")


def test_the_graph_is_drawn_again_when_the_theme_changes(graph: Page) -> None:
    colour = "siteGraph.nodes()[0].style('border-color')"
    light = graph.evaluate(colour)
    graph.get_by_role("button", name="dark").click()
    graph.wait_for_function(f"{colour} !== {light!r}")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with some two thousand nodes."""
    base = example_record()
    records = []
    for number in range(1, 41):
        made = example_record(number, contradicted=number % 3 == 0)
        claims = tuple(
            claim.model_copy(update={"id": f"C{n}", "text": f"{claim.text} In setting {number}.{n}."})
            for n, claim in ((n, made.claims[n % 2]) for n in range(1, 49))
        )
        made = made.model_copy(update={"claims": claims, "content_hash": base.content_hash})
        records.append(made.model_copy(update={"content_hash": made.computed_hash()}))
    with made_site(Path(tmp_path_factory.mktemp("large")) / "home", records) as site:
        socket = bound("127.0.0.1", 0)
        server = uvicorn.Server(uvicorn.Config(make_app(site), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


def test_two_thousand_nodes_are_drawn_and_moved_fast(browser: Browser, large: str) -> None:
    """In processor time of the page's thread, which a busy machine does not change much."""
    with browser.new_context(base_url=large, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        tool = context.new_cdp_session(page)
        tool.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent(name: str) -> float:
            metrics = tool.send("Performance.getMetrics")["metrics"]
            return float(next(1000 * one["value"] for one in metrics if one["name"] == name))

        page.goto("/graph")
        page.wait_for_function("window.siteGraph !== undefined")
        first = spent("ScriptDuration")
        nodes, edges = page.evaluate("[siteGraph.nodes().length, siteGraph.edges().length]")
        assert nodes >= 1900 and edges > 4000
        page.evaluate("window.frames_ = 0; (function next() { frames_++; requestAnimationFrame(next); })()")
        box = page.locator("#graph").bounding_box()
        assert box is not None
        x, y = box["x"] + 15, box["y"] + 15
        page.mouse.move(x, y)
        page.mouse.down()
        start, frames = spent("TaskDuration"), page.evaluate("frames_")
        for at in range(40):
            page.mouse.move(x + 4 * at, y + 2 * at)
        moved = (spent("TaskDuration") - start) / (page.evaluate("frames_") - frames)
        page.mouse.up()
        page.mouse.move(x + 300, y + 200)
        start, frames = spent("TaskDuration"), page.evaluate("frames_")
        for at in range(20):
            page.mouse.wheel(0, -40 if at < 10 else 40)
        zoomed = (spent("TaskDuration") - start) / (page.evaluate("frames_") - frames)
    print(
        f"{nodes} nodes, {edges} edges: {first:.0f} ms of script; a frame {moved:.1f} ms moved, {zoomed:.1f} ms zoomed"
    )
    assert first < 2000
    assert moved < 50 and zoomed < 50
