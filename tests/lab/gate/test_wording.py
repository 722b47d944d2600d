"""Sentences that are put otherwise, or mean something else, are not verified or falsified by a protocol for the plain one."""

from __future__ import annotations

import pytest

from sovereign.lab.gate import matches
from sovereign.lab.protocols import protocol, reading
from sovereign.lab.texts import claims_of
from sovereign.records import Quantity

MIXLORA = "arxiv:2404.15159"


def exact(text: str, source: str = "") -> list[str]:
    """Protocols that would verify or falsify a sentence."""
    found = [pair for claim in claims_of(text, "T1", source) for pair in matches(claim)]
    return [protocol.name for protocol, match in found if match.kind == "exact" and not match.needs]


@pytest.mark.parametrize(
    "text",
    [
        # a part, another model, a difference, a denial, a question
        "The attention layers of LLaMA-2 7B have 2.1B parameters.",
        "The experts of Mixtral 8x7B have 45.1B parameters.",
        "LLaMA-2 7B has 6.7B fewer parameters than LLaMA-2 13B.",
        "Without embeddings, LLaMA-2 7B has 6.7B parameters.",
        "After pruning, LLaMA-2 7B has 6.7B parameters.",
        "It is wrong that LLaMA-2 7B has 6.7B parameters.",
        "LLaMA-2 7B has 6.7B parameters in its feed-forward layers.",
        "Mixtral 8x7B activates 12.9B of its 46.7B parameters per token.",
        "LLaMA-2 7B processes 6.7B parameters per second.",
        "LLaMA-2 7B is short of 6.7B parameters.",
        "LLaMA‑2 7B has 6.7B parameters in its feed‑forward layers.",
        "LLaMA-2 7B never has 6.7B parameters.",
        "LLaMA-2 7B would have 6.7B parameters if it were larger.",
        "Does LLaMA-2 7B have 6.7B parameters?",
        "MixLoRA with rank 16 and 8 experts trains 6.36M parameters per layer on LLaMA-2 7B.",
        # another optimizer, a part of it, several machines
        "Mixed-precision Adam needs 16 bytes of optimizer states per parameter.",
        "Mixed-precision Adam needs 16 bytes per parameter for the optimizer states alone.",
        "LoRA with mixed-precision Adam needs 16 bytes per parameter.",
        "8-bit mixed-precision Adam needs 16 bytes per parameter.",
        "Mixed-precision Adam with ZeRO over 64 GPUs holds model states of 31.4 GB for a 7.5B model.",
        # not merged, another method, another comparator, a bound that no difference meets
        "Without being merged, LoRA adds no inference latency.",
        "Before merging, LoRA adds no inference latency.",
        "Unlike merged LoRA, prompt tuning adds no inference latency.",
        "It is false that merged LoRA adds no inference latency.",
        "Does merged LoRA add no latency?",
        "Merged LoRA reduces inference latency.",
        "Merged LoRA is at most 20% slower than the base model at inference.",
        "Merged LoRA is 2% slower than the base model at inference.",
        "Serial adapters reduce inference latency.",
        "Merged LoRA adds no inference latency at 8-bit.",
        "Merged LoRA adds no inference latency on phones.",
        "Adapters are slower than the base model at large batch sizes.",
        "Adapters add inference latency on phones.",
        "Adapters might add inference latency.",
        # frozen experts, independence of something else, tokens that experts choose, two denials
        "MixLoRA freezes its experts in the feed-forward block.",
        "MixLoRA inserts a frozen expert into the feed-forward block of a dense model.",
        "MixLoRA inserts frozen experts within the feed-forward block of a frozen model.",
        "MixLoRA adapters are independent of attention layers.",
        "In MixLoRA, experts route top-k tokens.",
        "MixLoRA gates top-k tokens for each expert.",
        "MixLoRA may employ a top-k router.",
        "MixLoRA cannot train without an auxiliary load balance loss.",
        "Does MixLoRA employ a top-k router?",
    ],
)
def test_what_means_something_else_is_not_exact(text: str) -> None:
    assert exact(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "With rank 8 instead of rank 16, MixLoRA trains 2.9% of the parameters of LLaMA-2 7B.",
        "With a rank equal to 8, MixLoRA has 2.9% trainable parameters on LLaMA-2 7B.",
        "With an expert count of 4, MixLoRA has 2.9% trainable parameters on LLaMA-2 7B.",
        "With rank 8, MixLoRA has 2.9% and LoRA 2.6% trainable parameters on LLaMA-2 7B.",
        "The experts of MixLoRA train 2.6% of the parameters of LLaMA-2 7B.",
        "On LLaMA-2 7B, MixLoRA has 2.9% fewer trainable parameters than full fine-tuning.",
        "On Mistral 7B, MixLoRA has 2.9% trainable parameters, as on LLaMA-2 7B.",
        "MixLoRA drops 2.9% of trainable parameters on LLaMA-2 7B.",
        "On a quantised LLaMA-2 7B, MixLoRA has 2.9% trainable parameters.",
    ],
)
def test_sizes_of_the_paper_are_not_taken_where_a_sentence_gives_others(text: str) -> None:
    assert exact(text, MIXLORA) == []


@pytest.mark.parametrize(
    ("text", "protocols"),
    [
        ("LoRA adds no inference latency once merged.", ["merged_latency"]),
        (
            "Merging the LoRA matrices into the frozen weights gives a model with no added inference latency against a "
            "fully fine-tuned one.",
            ["merged_latency"],
        ),
        ("Merged LoRA is 20% slower than the base model at inference.", ["merged_latency"]),
        ("Merged LoRA has a lower inference latency than full fine-tuning.", ["merged_latency"]),
        ("Mixtral 8x7B has 12.9B active parameters per token.", ["parameter_count"]),
        ("Mixed-precision Adam keeps 120 GB of model states for a 7.5B model.", ["bytes_allocated", "bytes_per_parameter"]),
        (
            "Mixed-precision training with Adam needs 16 bytes of model states per parameter, of which 2 are for weights, "
            "2 for gradients and 12 for 32-bit optimiser states.",
            ["bytes_allocated", "bytes_per_parameter"],
        ),
        ("MixLoRA employs no top-k router.", ["inspect_mixlora"]),
        ("MixLoRA is trained without an auxiliary load balance loss.", ["inspect_mixlora"]),
    ],
)  # fmt: skip
def test_what_means_the_same_is_exact(text: str, protocols: list[str]) -> None:
    assert exact(text) == protocols


@pytest.mark.parametrize(
    ("printed", "unit", "value", "ours", "agree"),
    [
        ("20 bytes", "B", 20, 16, False),
        ("10B parameters", "parameters", 10e9, 6.74e9, False),
        ("10B parameters", "parameters", 10e9, 13.0e9, False),
        ("100M parameters", "parameters", 100e6, 104e6, True),
        ("7B parameters", "parameters", 7e9, 6.74e9, True),
        ("0%", "%", 0, 0.03, False),
    ],
)
def test_zeros_at_the_end_are_rounding_only_so_far(
    printed: str, unit: str, value: float, ours: float, agree: bool
) -> None:
    assert reading.agrees(ours, Quantity(value=value, unit=unit, text=printed)) is agree


@pytest.mark.parametrize(
    ("words", "bound", "agree"),
    [("more than", "at_least", False), ("at least", "at_least", True), ("less than", "at_most", False),
     ("up to", "at_most", True)],
)  # fmt: skip
def test_a_strict_bound_is_not_met_by_its_own_figure(words: str, bound: str, agree: bool) -> None:
    quantity = Quantity.model_validate({"value": 16, "unit": "B", "text": "16 bytes", "bound": bound})
    assert reading.agrees(16, quantity, text=f"Adam needs {words} 16 bytes.") is agree


def test_an_inspection_that_saw_nothing_or_half_decides_no_denial() -> None:
    inspect = protocol("inspect_mixlora")
    (claim,) = claims_of("MixLoRA employs no top-k router.", "T1")
    assert inspect
    match = inspect.match(claim)
    assert match

    def judged(**seen: bool) -> bool | None:
        found = {f"top_k_router.{name}": {"holds": holds, "text": name} for name, holds in seen.items()}
        return inspect.judge(claim, match, {"seen": found, "packages": {}}).agrees

    assert (judged(), judged(one=True, two=False), judged(one=False, two=False)) == (None, False, True)
