"""Which form a reader wants: q-values, the more specific range, and headers that say nothing."""

from __future__ import annotations

import time

import pytest

from sovereign.site.http.accept import best

OFFERS = ("text/html", "application/ld+json", "application/json", "application/x-bibtex")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/ld+json", "application/ld+json"),
        ('application/ld+json; profile="http://a/b,c;q=0"', "application/ld+json"),
        ("APPLICATION/JSON", "application/json"),
        ("application/*", "application/ld+json"),
        ("application/*;q=0.5, application/json;q=0.9", "application/json"),
        ("text/html;q=0.1, application/x-bibtex;q=0.9", "application/x-bibtex"),
        ("text/html;q=0.5, */*;q=0.5", "text/html"),
        ("*/*, text/html;q=0", "application/ld+json"),
        ("application/json, text/html", "text/html"),  # wanted alike: ours comes first
        ("image/png, application/json;q=0.001", "application/json"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("text/plain, image/*", None),
        ("nonsense, ,;;q=1, /", "text/html"),
        ("text/html;q=high, application/json;q=0.2", "application/json"),
        ("a/b," * 5000, None),
    ],
)
def test_best(accept: str, wanted: str | None) -> None:
    assert best(accept, OFFERS) == wanted


def test_a_quotation_that_is_left_open_takes_no_time() -> None:
    begun = time.process_time()
    assert best('text/html;a="' + '\\"' * 200_000, OFFERS) == "text/html"
    assert time.process_time() - begun < 2  # minutes, if its end were looked for from each sign in it
