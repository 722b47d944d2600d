"""Pictures of every page of the demonstration, at two widths and in two themes, into ``build/site-images``; three into ``docs/images``.

    make site-images

Needs Chromium (on Debian, ``apt install chromium``). A page that complains on its console ends it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from sovereign.site.demo import QUESTIONS, demo_home, make

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "build/site-images"
WIDTHS = (390, 1440)
THEMES = ("light", "dark")
PATHS = (
    "/",
    "/?q=memory",
    "/claims?q=memory",
    "/paper/{record}",
    "/claim/{claim}",
    "/benchmarks",
    "/mathematics",
    "/graph",
    "/lab",
    "/audit",
    "/schemas",
    "/schemas/claim-record",
    "/about",
    "/methodology",
    "/quality",
    "/docs",
)
# Of the pages, what a person sees first: name of the file, path, theme.
BEST = (("site-records", "/", "light"), ("site-record", "/paper/{record}", "light"), ("site-graph", "/graph", "dark"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Make the demonstration whole, serve it, and take the pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium was found. On Debian and Ubuntu, as root: apt install chromium")
    make(demo_home())
    command = [sys.executable, "-m", "sovereign.cli", "serve", "--demo", "--port", "0", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = json.loads(server.stdout.readline())["address"].rstrip("/")
        names = _names(address)
        PICTURES.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for path in PATHS:
                for width in WIDTHS:
                    for theme in THEMES:
                        _picture(
                            browser, address, path.format(**names), width, theme, PICTURES / _file(path, width, theme)
                        )
            for name, path, theme in BEST:
                target = ROOT / "docs/images" / f"{name}.png"
                target.parent.mkdir(exist_ok=True)
                _picture(browser, address, path.format(**names), 1440, theme, target, whole=False)
            browser.close()
    finally:
        server.terminate()
        server.wait()
    print(f"{len(PATHS) * len(WIDTHS) * len(THEMES)} pictures in {PICTURES}, {len(BEST)} in docs/images")


def _names(address: str) -> dict[str, str]:
    """The record of the last question, and the first claim of its answer."""
    with urllib.request.urlopen(f"{address}/api/v1/records?size=100") as answer:
        rows = json.load(answer)["items"]
    record = next(row["id"] for row in rows if row["question"] == " ".join(QUESTIONS[-1].split()))
    with urllib.request.urlopen(f"{address}/api/v1/claims?size=100") as answer:
        claim = next(row["id"] for row in json.load(answer)["items"] if row["record_id"] == record)
    return {"record": record, "claim": claim}


def _file(path: str, width: int, theme: str) -> str:
    name = (
        path.strip("/")
        .replace("/{record}", "")
        .replace("/{claim}", "")
        .replace("/", "-")
        .replace("?", "-")
        .replace("=", "-")
    )
    return f"{name or 'records'}-{width}-{theme}.png"


def _picture(
    browser: Browser, address: str, path: str, width: int, theme: str, target: Path, whole: bool = True
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + path, wait_until="load")
    page.wait_for_timeout(400)  # the graph draws itself after it has loaded
    page.screenshot(path=target, full_page=whole)
    context.close()
    if complaints:
        sys.exit(f"{path}: {'; '.join(complaints)}")


if __name__ == "__main__":
    main()
