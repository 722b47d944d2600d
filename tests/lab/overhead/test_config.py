"""What a person asks for, and what is refused before anything is measured."""

from __future__ import annotations

import pytest

from sovereign.errors import InputError, NotFound
from sovereign.lab.methods import METHODS
from sovereign.lab.overhead import config as module
from sovereign.lab.overhead.config import QUICK_SCALES, overhead_config, scale_names, scales
from sovereign.lab.shapes import SHAPES


def test_a_size_alone_names_the_opt_shape_where_there_is_one() -> None:
    assert scales(["110m", "125m", "13b", "175B"]) == ("bert-110m", "opt-125m", "opt-13b", "opt-175b")
    assert scales(["7b", "70b", "8x7b"]) == ("llama2-7b", "llama2-70b", "mixtral-8x7b")


def test_every_shape_goes_by_its_full_name() -> None:
    assert scales(SHAPES) == tuple(SHAPES)
    assert set(scale_names().values()) == set(SHAPES)


def test_scales_come_once_and_in_order() -> None:
    assert scales(["175b", "opt-175b", "125m"]) == ("opt-125m", "opt-175b")


@pytest.mark.parametrize(("given", "nearest"), [("176b", "175b"), ("opt-66", "opt-66b"), ("lama2-7b", "llama2-7b")])
def test_an_unknown_scale_is_refused_with_the_nearest(given: str, nearest: str) -> None:
    with pytest.raises(NotFound) as caught:
        scales([given])
    assert f"Did you mean {nearest}?" in caught.value.advice


def test_a_scale_like_no_other_is_refused_with_all() -> None:
    with pytest.raises(NotFound) as caught:
        scales(["🦙"])
    assert "opt-175b" in caught.value.advice


def test_an_unknown_method_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound) as caught:
        overhead_config(methods_given=["mixlora_naiv"])
    assert "mixlora_naive" in caught.value.advice


def test_the_base_is_always_measured() -> None:
    assert overhead_config(methods_given=["lora"]).methods == ("base", "lora")
    assert overhead_config().methods == tuple(METHODS)


def test_quick_covers_the_range_with_few_repeats() -> None:
    quick = overhead_config(quick=True)
    assert quick.scales == QUICK_SCALES
    assert (quick.tokens, quick.repeats, quick.warm_up, quick.whole_models) == ((1, 32), 2, 1, False)


def test_the_type_is_bf16_only_where_the_processor_multiplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.machine, "fast_bf16", lambda: False)
    assert overhead_config().dtype == "float32"
    monkeypatch.setattr(module.machine, "fast_bf16", lambda: True)
    assert overhead_config().dtype == "bfloat16"
    assert overhead_config(dtype="float32").dtype == "float32"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"device": "tpu"}, "cpu or cuda"),
        ({"dtype": "bf16"}, "bfloat16"),
        ({"repeats": 0}, "range"),
        ({"repeats": 1}, "range"),
        ({"threads": -1}, "range"),
        ({"threads": 100_000}, "range"),
        ({"seed": -1}, "range"),
        ({"seed": 2**70}, "range"),
    ],
)
def test_what_cannot_be_measured_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        overhead_config(**asked)  # type: ignore[arg-type]
    assert said in caught.value.advice


def test_a_device_that_is_not_there_is_refused() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        assert overhead_config(device="cuda").device == "cuda"
        return
    with pytest.raises(InputError) as caught:
        overhead_config(device="cuda")
    assert "--device cpu" in caught.value.advice


def test_without_torch_it_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        overhead_config()
    assert "torch" in caught.value.message
    assert "sovereign-research[lab]" in caught.value.advice
