"""The PEFT runs as they were published, where they are on this machine."""

from __future__ import annotations

import pytest

from sovereign.benchmarks import clusters_of
from sovereign.evals.peft_runs import load

from .data import SHARED

FOLDER = SHARED / "peft_results"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")


def test_runs_whose_configurations_differ_are_never_contested() -> None:
    papers, numbers = load(FOLDER)
    clusters = clusters_of(numbers, papers)
    assert (len(papers), len(numbers), sum(len(c.numbers) for c in clusters)) == (63, 504, 504)
    several = [c for c in clusters if len(c.works) > 1]
    assert {c.status for c in several} == {"not_comparable"} and sum(c.mixed.contested for c in several) == 13
    for cluster in several:
        assert set(cluster.differs) - {"metric"}, cluster.model
    assert {n.group for c in clusters for n in c.numbers} == {p.id for p in papers}
