"""Protocols that need torch, run in the sandbox for real. Their verdicts do not hang on a quiet machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from sovereign.lab import gate, sandbox
from sovereign.lab.gate import missing_package
from sovereign.lab.texts import claims_of
from sovereign.records import Claim, sha256_hex

pytest.importorskip("torch")
needs_reference = pytest.mark.skipif(
    any(map(missing_package, ("mixlora==0.2.3", "moe-peft==2.0.2"))), reason="the reference packages are not installed"
)


def through(*texts: str, source: str = "") -> dict[str, Claim]:
    claims = [one for n, text in enumerate(texts) for one in claims_of(text, f"T{n}", source)]
    return {c.text: c for c in gate(claims, lambda data: sha256_hex(data)).claims}


SHORTER = """
from sovereign.lab.protocols import merged_latency, timing

def run(given):
    timing.SAMPLE, merged_latency._SECONDS = 0.1, 1.0
    return merged_latency.run(given)
"""


@pytest.fixture
def shorter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The protocol ``merged_latency`` takes shorter samples, and fewer: its verdicts are then the same on most machines."""
    (tmp_path / "shorter.py").write_text(SHORTER)
    real = sandbox.run

    def run(task: sandbox.Task) -> sandbox.Outcome:
        assert task.entry == "sovereign.lab.protocols.merged_latency:run"
        return real(task.model_copy(update={"entry": "shorter:run", "paths": (tmp_path,)}))

    monkeypatch.setattr(sandbox, "run", run)


@pytest.mark.usefixtures("shorter")
def test_a_merged_update_costs_nothing_and_a_claim_that_it_does_is_false() -> None:
    true, false = (
        "Merged LoRA adds no inference latency.",
        "Merged LoRA is 20% slower than the base model at inference.",
    )
    found = {text: c.gate for text, c in through(true, false).items()}
    mine, other = found[true], found[false]
    assert mine and other and mine.measurement_ids == other.measurement_ids
    assert "as many operations as the base" in mine.reason and "gives what the unmerged block gives" in mine.reason
    if mine.code == "not_measured":
        pytest.skip(f"this machine is too busy: {mine.reason}")
    assert (mine.status, other.status) == ("VERIFIED", "FALSIFIED")


def test_bytes_are_really_allocated() -> None:
    text = "Mixed-precision Adam needs 16 bytes per parameter."
    verdict = through(text)[text].gate
    assert verdict and (verdict.status, verdict.protocol) == ("VERIFIED", "bytes_allocated")
    assert "16 of tensors really kept" in verdict.reason


@needs_reference
def test_structure_is_seen_in_the_reference_package_and_its_denial_is_false() -> None:
    true = "MixLoRA employs a commonly used top-k router."
    false = "MixLoRA employs no top-k router."
    experts = "MixLoRA inserts multiple LoRA-based experts within the feed-forward network block of a frozen pre-trained dense model."
    attention = "MixLoRA utilizes independent attention-layer LoRA adapters to enhance model performance."
    found = through(true, false, experts, attention)
    status = {text: c.gate.status for text, c in found.items() if c.gate}
    assert status == {true: "VERIFIED", false: "FALSIFIED", experts: "VERIFIED", attention: "VERIFIED"}
    assert all(c.gate and "mixlora 0.2.3" in c.gate.reason for c in found.values())


@needs_reference
def test_experts_elsewhere_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from sovereign.lab.protocols import inspection

    model = inspection._adapted()
    model.model.layers[0].self_attn.mixlora_moes = {}
    monkeypatch.setattr(inspection, "_adapted", lambda: model)
    seen = inspection._experts()
    assert [name for name, one in seen.items() if not one["holds"]] == ["place"]


@needs_reference
def test_the_loss_is_found_where_adapters_are_trained() -> None:
    text = "An auxiliary load balance loss is employed to address the imbalance problem of the router."
    verdict = through(text, source="arxiv:2404.15159")[text].gate
    assert verdict and verdict.status == "VERIFIED" and "moe-peft 2.0.2" in verdict.reason
    assert verdict.untested == ("to address the imbalance problem of the router",)


def test_times_are_ratios_within_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    from sovereign.lab.protocols import timing

    monkeypatch.setattr(timing, "SAMPLE", 0.02)

    def work(times: int) -> object:
        return sum(i * i for i in range(40_000 * times))

    timed = timing.against(timing.interleaved({"one": lambda: work(1), "three": lambda: work(3)}, 0.5), "one")
    assert timed["one"]["ratio"] == 1
    assert 2 < timed["three"]["ratio"] < 4.5
    assert timed["three"]["low"] <= timed["three"]["ratio"] <= timed["three"]["high"]
