"""Which protocol speaks to which sentence, and whether it is exact. Nothing runs here."""

from __future__ import annotations

import pytest

from sovereign.lab.gate import matches
from sovereign.lab.protocols import PROTOCOLS, reading
from sovereign.lab.texts import claims_of
from sovereign.records import Quantity

MIXLORA = "arxiv:2404.15159"


def first(text: str, source: str = "") -> tuple[str, str] | None:
    """Name and match of the protocol that comes first for any of a sentence's claims."""
    found = [pair for claim in claims_of(text, "T1", source) for pair in matches(claim)]
    return (found[0][0].name, found[0][1].kind) if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Merged LoRA adds no inference latency.", ("merged_latency", "exact")),
        (
            "LoRA merged into the weights has the same inference latency as full fine-tuning.",
            ("merged_latency", "exact"),
        ),
        ("On an A100, merged LoRA has the same inference latency as full fine-tuning.", ("merged_latency", "proxy")),
        ("Serial adapters add inference latency at small batch sizes.", ("serial_adapter_latency", "exact")),
        ("Adapters are 4% to 6% slower than full fine-tuning at inference.", ("serial_adapter_latency", "proxy")),
        ("Mixed-precision Adam needs 16 bytes per parameter.", ("bytes_allocated", "exact")),
        ("Training with Adam needs 16 bytes per parameter.", ("bytes_allocated", "proxy")),
        ("MixLoRA with rank 16 and 8 experts trains 203.4M parameters on LLaMA-2 7B.", ("parameter_share", "exact")),
        ("MixLoRA trains 203.4M parameters on LLaMA-2 7B.", ("parameter_share", "proxy")),
        ("LLaMA-2 7B has 6,738,415,616 parameters.", ("parameter_count", "exact")),
        ("MixLoRA reduces latency by 30% on an A100.", ("mixlora_latency", "proxy")),
        ("MixLoRA reduces GPU memory consumption by 40% during training.", ("mixlora_shared_base", "proxy")),
        ("MixLoRA employs a top-k router.", ("inspect_mixlora", "exact")),
    ],
)
def test_a_claim_finds_its_protocol(text: str, expected: tuple[str, str]) -> None:
    assert first(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "S-LoRA adds no inference latency.",
        "QLoRA trains 0.5% of the parameters of LLaMA-2 7B.",
        "Serving LLaMA-2 7B with a cache of 2B parameters is slow.",
        "Dropping adapters from five layers makes inference 39% faster.",
        "LoRAMoE weights every expert with a softmax router, unlike the top-2 routing of MixLoRA.",
        "MixLoRA inserts experts within the attention block of a frozen model.",
        "The weather was fine.",
    ],
)
def test_another_statement_finds_none(text: str) -> None:
    assert first(text) is None


def test_a_configuration_is_taken_only_from_the_works_own_claims() -> None:
    text = "On LLaMA-2 7B, MixLoRA has 2.9% trainable parameters."
    assert first(text, MIXLORA) == ("parameter_share", "exact")
    assert first(text, "arxiv:2106.09685") == ("parameter_share", "proxy")


def test_what_is_not_here_is_needed() -> None:
    (claim,) = claims_of("MixLoRA improves about 9% accuracy compared to other methods on LLaMA-2 7B.", "T1")
    ((protocol, match),) = matches(claim)
    assert protocol.name == "accuracy" and {"GPU", "LLaMA-2 7B weights"} <= set(match.needs)


def test_what_something_is_for_is_quoted_as_untested() -> None:
    (claim,) = claims_of(
        "MixLoRA utilizes independent attention-layer LoRA adapters to enhance model performance.", "T1"
    )
    assert matches(claim)[0][1].untested == ("to enhance model performance",)


@pytest.mark.parametrize(
    ("phrase", "method"),
    [
        ("rank-16 LoRA", "lora"),
        ("LoRA with rank 4 on query and value projections", "lora"),
        ("Merging the LoRA matrices into the frozen weights", "lora_merged"),
        ("unoptimised MixLoRA", "mixlora_naive"),
        ("MixLoRA with the shared-projection optimisation", "mixlora_reference"),
        ("the Houlsby adapter", "adapters"),
        ("full-parameter fine-tuning", "full_fine_tuning"),
        ("LoRA mixture", None),
        ("existing dynamic adapters", None),
        (None, None),
    ],
)
def test_methods_by_name(phrase: str | None, method: str | None) -> None:
    assert reading.method_of(phrase) == method


@pytest.mark.parametrize(
    ("text", "shape"),
    [("LLaMA-2 7B", "llama2-7b"), ("Llama-2-13B", "llama2-13b"), ("LLaMA2-7B", "llama2-7b"), ("OPT-13B", "opt-13b"),
     ("LLaMA-2 7B and Llama 2 13B", None), ("Llama-2-7B.5", None)],
)  # fmt: skip
def test_shapes_by_name(text: str, shape: str | None) -> None:
    assert reading.shape_of(text) == shape


@pytest.mark.parametrize(
    ("text", "value", "unit", "ours", "agree"),
    [
        ("2.9%", 2.9, "%", 0.0294, True),
        ("2.9%", 2.9, "%", 0.0296, False),
        ("110M parameters", 110e6, "parameters", 109.48e6, True),
        ("110M parameters", 110e6, "parameters", 104e6, False),
        ("6,738,415,616 parameters", 6738415616, "parameters", 6738415616, True),
        ("6,738,415,616 parameters", 6738415616, "parameters", 6738415618, False),
    ],
)
def test_a_printed_figure_agrees_within_its_rounding(
    text: str, value: float, unit: str, ours: float, agree: bool
) -> None:
    assert reading.agrees(ours, Quantity(value=value, unit=unit, text=text)) is agree


def test_a_bound_has_one_side() -> None:
    least = Quantity(value=16, unit="B", text="16 bytes", bound="at_least")
    assert reading.agrees(20, least) and not reading.agrees(12, least)


def test_the_table_is_sound() -> None:
    names = [one.name for one in PROTOCOLS]
    assert len(set(names)) == len(names)
    for one in PROTOCOLS:
        # What takes no time needs no package, so that it runs everywhere; what is timed says within what it repeats.
        assert one.entry is None or bool(one.seconds) == bool(one.packages), one.name
        assert one.how != "measured" or one.entry is None or one.repeats_within > 0, one.name
