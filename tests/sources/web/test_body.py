"""Whatever bytes come in, a body is decoded or refused; how it was cut into chunks does not matter."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovereign.sources.web.body import Broken, read

CAP, RATIO = 5_000_000, 200
CODINGS = st.sampled_from(["gzip", "deflate", "identity", "x-gzip", "br", "gzip, gzip"])


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in chunks, empty ones among them."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", ""]), st.lists(st.integers(0, 3000), max_size=6))
def test_what_was_packed_comes_out(data: bytes, coding: str, places: list[int]) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}.get(coding, bytes)(data)
    assert read(cut(packed, places), coding, CAP, RATIO) == data


@given(st.lists(st.binary(max_size=300)), CODINGS)
def test_anything_else_is_read_or_refused(chunks: list[bytes], coding: str) -> None:
    with suppress(Broken):
        read(chunks, coding, CAP, RATIO)


@given(st.binary(min_size=1, max_size=2000), st.integers(1, 8), st.lists(st.integers(0, 3000), max_size=3))
def test_a_cut_is_seen(data: bytes, lost: int, places: list[int]) -> None:
    for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        with pytest.raises(Broken, match="cut short"):
            read(cut(pack(data)[:-lost], places), coding, CAP, RATIO)
