"""Text from outside, made fit to show: hostile characters out, addresses checked, numbers in one form."""

from __future__ import annotations

import math
import re
from datetime import datetime
from urllib.parse import quote, urlsplit

# Characters that change how a line reads or hide text in it: direction marks and overrides, zero-width spaces,
# soft hyphen, tag characters, controls, lone surrogates. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_URL_SAFE = "%/:=&?~#+!$,;'@()*"
_ARXIV = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def clean(text: str) -> str:
    """``text`` without control, direction and invisible characters. Tabs and line ends stay."""
    # Nothing hidden is printable, and nearly every text is: that is quickly seen.
    return text if text.isprintable() else _HIDDEN.sub("", text)


def one_line(text: str) -> str:
    """``clean`` text with each run of white space as one space, none at the ends."""
    return " ".join(clean(text).split())


def safe_url(url: str | None) -> str | None:
    """The address if a reader may follow it, percent-encoded, else None.

    Only http and https with a plain ASCII host: no script or data address, no user part that feigns a host.
    """
    if not url or url != one_line(url) or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    plain_host = re.fullmatch(r"[A-Za-z0-9.-]+", host or "")
    if parts.scheme.lower() not in ("http", "https") or not plain_host or "@" in parts.netloc:
        return None
    return quote(url, safe=_URL_SAFE)


def arxiv_url(arxiv_id: str | None) -> str | None:
    """The abstract page of a well-formed arXiv identifier, else None."""
    return f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id and _ARXIV.fullmatch(arxiv_id) else None


def doi_url(doi: str | None) -> str | None:
    """The resolver's address of a well-formed DOI, else None."""
    return f"https://doi.org/{quote(doi, safe='/:;().')}" if doi and _DOI.fullmatch(doi) else None


def fragment(text: str) -> str:
    """``text`` as the id of an element: letters, digits and ``_.-`` stay, other characters become their code."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda m: f"_{ord(m.group()):x}", text)


def ratio(value: float | None) -> str:
    """A ratio to three digits with its sign, ``1.83×``; a dash when there is none."""
    if value is None or not math.isfinite(value):
        return "—"
    return f"{value:,.0f}×" if abs(value) >= 100 else f"{value:.3g}×"


def times(value: float) -> str:
    """A ratio with two decimals, so that columns align; with two digits where it is small: ``1.07``, ``0.0041``."""
    if not math.isfinite(value):
        return "—"
    return f"{value:,.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"


def figure(value: float | None, digits: int = 2) -> str:
    """A number with a fixed count of decimals, so that columns align; a dash when there is none."""
    return "—" if value is None or not math.isfinite(value) else f"{value:,.{digits}f}"


def short(value: float) -> str:
    """A number in its shortest form: ``3``, ``0.15``, ``1,024``."""
    if not math.isfinite(value):
        return "—"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.1f}"


def day(moment: str) -> str:
    """``28 May 2026`` from an ISO time; the text itself when it is no such time."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return one_line(moment)
    return f"{at.day} {at:%B} {at.year}"


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 claim``, ``2 claims``, ``1,200 claims``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
