"""Addresses, hidden characters and numbers."""

from __future__ import annotations

import pytest

from sovereign.publish.text import arxiv_url, clean, day, doi_url, figure, fragment, one_line, ratio, safe_url, short


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https:evil",
        "https://",
        "https://good.example@evil.example/",
        "https://аррӏе.example/",
        "https://a.example/ x",
        "https://a.example/\u202ex",
        "https://[::1",
        "https://a.example:port/",
        "",
        None,
    ],
)
def test_only_plain_http_addresses_are_followed(url: str | None) -> None:
    assert safe_url(url) is None


def test_a_followed_address_can_end_no_attribute_and_no_brace() -> None:
    assert safe_url('https://a.example/x?q="<b>{}\\|`') == "https://a.example/x?q=%22%3Cb%3E%7B%7D%5C%7C%60"
    assert safe_url("http://a.example/%20(x)?a=1&b=2#c") == "http://a.example/%20(x)?a=1&b=2#c"


def test_identifiers_must_be_well_formed() -> None:
    assert arxiv_url("2404.15159v3") == "https://arxiv.org/abs/2404.15159v3"
    assert arxiv_url("cs.CL/0102003") == "https://arxiv.org/abs/cs.CL/0102003"
    assert arxiv_url("2404.15159/../../x") is None
    assert doi_url("10.1145/3600006.3613165") == "https://doi.org/10.1145/3600006.3613165"
    assert doi_url('10.1/"><b>') is None and doi_url("x") is None


def test_hidden_characters_go_and_joiners_stay() -> None:
    assert clean("a\u202eb\u2066c\u200bd\x00e\x7ff\ufeffg\U000e0041h") == "abcdefgh"
    assert clean("क्\u200dष\tx\ny") == "क्\u200dष\tx\ny"
    assert one_line("  a\n\n# b\u2028c ") == "a # b c"


def test_numbers_have_one_form() -> None:
    assert [ratio(v) for v in (1.8318, 0.525, 1.0, 12.345, 250.4, None, float("nan"))] == [
        "1.83×",
        "0.525×",
        "1×",
        "12.3×",
        "250×",
        "—",
        "—",
    ]
    assert (figure(7.666), figure(None), short(1024.0), short(0.15), short(12345.67)) == (
        "7.67",
        "—",
        "1,024",
        "0.15",
        "12,345.7",
    )
    assert day("2026-05-28T09:30:00Z") == "28 May 2026" and day("last week") == "last week"


def test_fragments_of_different_ids_differ() -> None:
    assert fragment("C12") == "C12"
    assert fragment('a"b c') == "a_22b_20c"
