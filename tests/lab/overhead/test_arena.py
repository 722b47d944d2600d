"""The ring of weights: never the same memory twice in a round, and numbers that nothing chokes on."""

from __future__ import annotations

from itertools import pairwise

import pytest

torch = pytest.importorskip("torch", reason="needs the lab extra")

from sovereign.lab.overhead.arena import ALIGNMENT, TILE, Arena, arena  # noqa: E402


def test_what_is_taken_in_one_round_does_not_overlap() -> None:
    ring = Arena(2 * TILE, torch.float32)
    taken = [ring.take(300, 700) for _ in range(9)]
    spans = sorted((one.data_ptr(), one.data_ptr() + one.nbytes) for one in taken)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_after_a_round_it_starts_again() -> None:
    ring = Arena(TILE, torch.float32)
    first = ring.take(TILE // 2 + 1)
    assert ring.take(TILE // 2).data_ptr() == first.data_ptr()


def test_tensors_start_where_cache_lines_do() -> None:
    ring = Arena(TILE, torch.bfloat16)
    start = ring.take(3).data_ptr()
    assert ring.take(5).data_ptr() - start == ALIGNMENT * 2


def test_numbers_are_small_and_not_denormal() -> None:
    for dtype in (torch.float32, torch.bfloat16):
        numbers = Arena(TILE, dtype).buffer.float()
        assert numbers.std().item() == pytest.approx(0.02, rel=0.01)
        assert numbers.abs().max() < 0.2
        assert not ((numbers != 0) & (numbers.abs() < torch.finfo(dtype).tiny)).any()


def test_refilling_undoes_what_was_written() -> None:
    ring = Arena(TILE, torch.float32, seed=3)
    before = ring.buffer.clone()
    ring.take(100).fill_(7.0)
    ring.refill()
    assert torch.equal(ring.buffer, before)


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Arena(TILE, torch.float32).take(2, TILE)


def test_one_arena_a_process_unless_it_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sovereign.lab.overhead.arena._arena", [])
    small = arena(4 * TILE, torch.float32, "cpu", 0)
    assert arena(2 * TILE, torch.float32, "cpu", 0) is small
    large = arena(8 * TILE, torch.float32, "cpu", 0)
    assert large is not small and large.bytes >= 8 * TILE
    assert arena(8 * TILE, torch.bfloat16, "cpu", 0).buffer.dtype == torch.bfloat16
