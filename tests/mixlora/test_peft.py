"""Everything that peft does with an adapter, with no code of ours in between."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor

from sovereign.mixlora import merge_attention, unmerge_attention
from sovereign.mixlora.layer import MixLoraLayer
from tests.mixlora.tiny import adapted, fill, settings, tiny, tokens


def logits(model: Any) -> Tensor:
    result: Tensor = model(input_ids=tokens()).logits
    return result


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt", "bert"])
@pytest.mark.parametrize("low_cpu_mem_usage", [False, True])
def test_saved_and_loaded_it_is_the_same(family: str, low_cpu_mem_usage: bool, tmp_path: Path) -> None:
    task = None if family == "bert" else "CAUSAL_LM"
    model = adapted(family, expert_r=2, jitter_noise=0.1, router_z_loss_coef=0.5, use_rslora=True, task_type=task)
    model.save_pretrained(str(tmp_path))
    saved = load_file(tmp_path / "adapter_model.safetensors")
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == sum(t.numel() for t in saved.values())
    loaded = peft.PeftModel.from_pretrained(
        tiny(family), str(tmp_path), adapter_name="again", low_cpu_mem_usage=low_cpu_mem_usage
    )
    assert torch.equal(logits(loaded), logits(model))
    config = loaded.peft_config["again"]
    config.inference_mode, config.auto_mapping = False, None  # peft freezes what it loads, and notes the class
    assert config == model.peft_config["default"]


def test_evaluation_is_the_same_twice_and_training_is_not() -> None:
    model = adapted(lora_dropout=0.3)
    assert torch.equal(logits(model), logits(model))
    model.train()
    assert not torch.equal(logits(model), logits(model))


def test_without_dropout_training_computes_what_evaluation_does() -> None:
    model = adapted(lora_dropout=0.0)
    assert torch.equal(logits(model), logits(model.train()))


def test_two_adapters_stay_apart(tmp_path: Path) -> None:
    alone = {name: adapted(r=r) for name, r in (("default", 3), ("other", 5))}
    alone["other"].save_pretrained(str(tmp_path))
    model = adapted(r=3)
    model.load_adapter(str(tmp_path), "other")
    assert torch.equal(logits(model), logits(alone["default"]))
    model.set_adapter("other")
    assert torch.equal(logits(model), logits(alone["other"]))
    trainable = {name for name, p in model.named_parameters() if p.requires_grad}
    assert trainable and all(".other" in name for name in trainable)
    with model.disable_adapter():
        assert torch.equal(logits(model), logits(tiny()))
    with pytest.raises(ValueError, match="'other' is active: choose another one with set_adapter"):
        model.delete_adapter("other")
    model.set_adapter("default")
    model.delete_adapter("other")
    assert not any(".other" in name for name, _ in model.named_parameters())
    assert torch.equal(logits(model), logits(alone["default"]))


def test_an_added_adapter_is_frozen_until_it_is_set() -> None:
    model = adapted()
    before = logits(model)
    model.add_adapter("second", settings(num_experts=2, top_k=1, layers_to_transform=1))
    assert torch.equal(logits(model), before)
    assert not any(p.requires_grad for name, p in model.named_parameters() if ".second" in name)
    model.set_adapter("second")
    fill(model, adapter="second")
    first, second = (m for m in model.modules() if isinstance(m, MixLoraLayer))
    assert "second" not in first.mixlora_router and second.mixlora_router["second"].shape == (2, 16)
    assert not torch.equal(logits(model), before)


@pytest.mark.parametrize("family", ["granite", "opt"])
def test_an_added_adapter_finds_the_blocks_that_the_first_one_found(family: str) -> None:
    model = adapted(family)
    model.add_adapter("second", settings(r=2))
    model.set_adapter("second")
    fill(model, seed=7, adapter="second")
    assert all("second" in m.mixlora_router for m in model.modules() if isinstance(m, MixLoraLayer))
    assert not torch.allclose(logits(model), logits(tiny(family)), atol=1e-3)


def test_two_active_adapters_are_refused() -> None:
    model = adapted()
    model.add_adapter("second", settings())
    model.base_model.set_adapter(["default", "second"])
    with pytest.raises(
        ValueError, match=r"\['default', 'second'\] are active: choose one with set_adapter, or name one"
    ):
        logits(model)


def test_merging_is_refused_with_the_reason() -> None:
    model = adapted()
    for merge in (model.merge_and_unload, model.merge_adapter, model.base_model.model.model.layers[0].mlp.merge):
        with pytest.raises(ValueError, match="cannot be merged: the router chooses for every token"):
            merge()
    model.unmerge_adapter()
    assert torch.equal(logits(model), logits(adapted()))


def test_one_expert_is_a_lora() -> None:
    """With E = k = 1 the router's share is 1, and what is left is LoRA on the same projections."""
    mixed = adapted(dtype=torch.float64, num_experts=1, top_k=1)
    names = [*mixed.peft_config["default"].target_modules, "gate_proj", "up_proj", "down_proj"]
    config = peft.LoraConfig(r=3, lora_alpha=6, target_modules=names)
    plain = peft.get_peft_model(tiny(dtype=torch.float64), config).eval()
    weights = dict(mixed.named_parameters())
    for name, parameter in plain.named_parameters():
        if "lora_" in name and ".mlp." in name:
            block, _, projection = name.partition(".lora_")[0].rpartition(".")
            matrix = "lora_A" if "lora_A" in name else "lora_B"
            parameter.data.copy_(weights[f"{block}.mixlora_{projection}.default.{matrix}"][0])
        elif "lora_" in name:
            parameter.data.copy_(weights[name])
    assert torch.allclose(logits(mixed), logits(plain), rtol=0, atol=1e-12)


def test_half_precision_bases_get_fp32_adapters() -> None:
    base = tiny(dtype=torch.bfloat16)
    model = peft.get_peft_model(base, settings(task_type="CAUSAL_LM"))
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    fill(model)
    out = model.train()(input_ids=tokens(), labels=tokens())
    out.loss.backward()
    assert out.logits.dtype == torch.bfloat16 and bool(out.loss.isfinite())
    exact = adapted().train()(input_ids=tokens()).logits
    assert float((out.logits - exact).norm() / exact.norm()) < 0.05
    same = peft.get_peft_model(tiny(dtype=torch.bfloat16), settings(), autocast_adapter_dtype=False)
    assert {p.dtype for p in same.parameters() if p.requires_grad} == {torch.bfloat16}
    same(tokens())


def test_it_moves_with_the_model() -> None:
    model = adapted().to(torch.float64)
    assert {p.dtype for p in model.parameters()} == {torch.float64}
    assert torch.allclose(logits(model), logits(adapted(dtype=torch.float64)), atol=1e-5)
    assert torch.equal(logits(copy.deepcopy(model)), logits(model))
    assert {p.device.type for p in model.to("meta").parameters()} == {"meta"}


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt"])
def test_generating_with_a_cache_gives_what_the_whole_sequence_gives(family: str) -> None:
    model = adapted(family, task_type="CAUSAL_LM")
    start = tokens(2, 4)
    made = model.generate(input_ids=start, attention_mask=torch.ones_like(start), max_new_tokens=6, do_sample=False)
    step = start
    for _ in range(made.shape[1] - 4):
        step = torch.cat([step, model(input_ids=step).logits[:, -1:].argmax(-1)], dim=1)
    assert torch.equal(made, step)


def test_injected_without_a_peft_model() -> None:
    base = peft.inject_adapter_in_model(settings(), tiny())
    fill(base)
    assert torch.equal(base.eval()(tokens()).logits, logits(adapted()))
    peft.inject_adapter_in_model(settings(), base, "second")
    assert len(base._forward_hooks) == 1


@pytest.mark.parametrize("family", ["llama", "gpt2", "opt", "bert"])
def test_transformers_own_loading_finds_every_tensor(family: str, tmp_path: Path) -> None:
    model = adapted(family)
    model.save_pretrained(str(tmp_path / "adapter"))
    loaded = tiny(family)
    loaded.load_adapter(str(tmp_path / "adapter"), "again")
    assert torch.equal(logits(loaded.eval()), logits(model))
    loaded.disable_adapters()
    assert torch.equal(logits(loaded), logits(tiny(family)))
    tiny(family).save_pretrained(tmp_path / "base")
    model.peft_config["default"].base_model_name_or_path = str(tmp_path / "base")
    model.save_pretrained(str(tmp_path / "adapter"))
    assert torch.equal(logits(type(loaded).from_pretrained(tmp_path / "adapter").eval()), logits(model))


def test_the_names_of_a_state_dict_are_not_needed() -> None:
    model = adapted()
    state = peft.get_peft_model_state_dict(model)
    base = peft.inject_adapter_in_model(settings(), tiny(), state_dict=state)
    peft.set_peft_model_state_dict(base, state)
    assert torch.equal(logits(base.eval()), logits(model))


def test_a_new_head_is_trained_and_saved(tmp_path: Path) -> None:
    config = tiny("bert").config
    model = peft.get_peft_model(
        transformers.BertForSequenceClassification(config), settings(task_type="SEQ_CLS")
    ).eval()
    assert any("classifier.modules_to_save" in name for name, p in model.named_parameters() if p.requires_grad)
    model.save_pretrained(str(tmp_path))
    other = peft.PeftModel.from_pretrained(transformers.BertForSequenceClassification(config).eval(), str(tmp_path))
    head = "base_model.model.classifier.modules_to_save.default.weight"
    assert torch.equal(other.get_parameter(head), model.get_parameter(head))


def test_peft_can_describe_it() -> None:
    status = adapted().get_model_status()
    assert status.peft_types == {"default": "MIXLORA"} and status.num_adapter_layers == 10
    assert status.enabled and status.available_adapters == ["default"] and status.merged_adapters == []


@pytest.mark.parametrize("layers", [(1,), {1}, range(1, 2), 1])
def test_layers_named_by_any_collection(layers: Any, tmp_path: Path) -> None:
    model = adapted(layers_to_transform=layers)
    assert sum(isinstance(module, MixLoraLayer) for module in model.modules()) == 1
    model.save_pretrained(str(tmp_path))
    again = peft.PeftModel.from_pretrained(tiny(), str(tmp_path)).eval()
    assert torch.equal(again(input_ids=tokens()).logits, model.eval()(input_ids=tokens()).logits)


def test_a_model_can_be_copied_after_training() -> None:
    model = adapted().train()
    model(input_ids=tokens()).logits.sum().backward()
    copied = copy.deepcopy(model).eval()
    assert torch.equal(copied(input_ids=tokens()).logits, model.eval()(input_ids=tokens()).logits)


@pytest.mark.parametrize("change", ["in place", "loaded", "data", "base", "moved"])
def test_lengths_kept_in_evaluation_follow_what_changes(change: str) -> None:
    """What stands for |W + s B A| is computed once, and anew where a factor or the base changes."""
    model, ids = adapted(use_dora=True, target_modules=[]), tokens()
    lora = model.base_model.model.model.layers[0].mlp.mixlora_up_proj["default"]
    with torch.no_grad():
        model(input_ids=ids)
        kept = lora.kept_norms
        model(input_ids=ids)
        assert kept is not None and lora.kept_norms is kept
        if change == "in place":
            lora.lora_B.mul_(3)
        elif change == "loaded":
            model.load_state_dict({name: 3 * tensor for name, tensor in model.state_dict().items()})
        elif change == "data":
            lora.lora_B.data.mul_(3)
            model.train().eval()
        elif change == "base":
            model.base_model.model.model.layers[0].mlp.base_layer.up_proj.weight.mul_(3)
        else:
            model.double()
        got = model(input_ids=ids).logits
        assert torch.equal(got, copy.deepcopy(model)(input_ids=ids).logits)
        assert copy.deepcopy(lora).kept_norms is None


def test_names_that_fit_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="fits the whole path of no module"):
        adapted(target_modules="nomatch.*")
    with pytest.raises(ValueError, match=r"has no layer \[99\]"):
        adapted(layers_to_transform=[0, 99])


@pytest.mark.parametrize("family", ["llama", "gpt2", "phi3"])
def test_the_loras_on_the_attention_merge_and_the_experts_stay(family: str) -> None:
    model = adapted(family, torch.float64, use_dora=family == "llama")
    before, weights = logits(model), {n: p.clone() for n, p in model.named_parameters() if "base_layer.weight" in n}
    merge_attention(model)
    changed = [n for n, p in model.named_parameters() if n in weights and not torch.equal(p, weights[n])]
    assert changed and not any("mlp" in name for name in changed)
    assert torch.allclose(logits(model), before, rtol=0, atol=1e-12)
    merge_attention(model)
    assert torch.allclose(logits(model), before, rtol=0, atol=1e-12), "a second time changes nothing"
    unmerge_attention(model)
    assert all(torch.allclose(p, weights[n], atol=1e-12) for n, p in model.named_parameters() if n in weights)
    assert torch.allclose(logits(model), before, rtol=0, atol=1e-12)


def test_what_cannot_be_merged_is_left_as_it_was() -> None:
    model = adapted()
    model.add_adapter("second", settings())
    model.base_model.set_adapter(["default", "second"])
    with pytest.raises(ValueError, match=r"\['default', 'second'\] are active, but one alone can be merged"):
        merge_attention(model)
    model.set_adapter("default")
    before = logits(model)
    broken = model.base_model.model.model.layers[1].self_attn.v_proj.lora_A["default"].weight
    kept, broken.data = broken.data.clone(), torch.full_like(broken, float("nan"))
    with pytest.raises(ValueError, match="NaNs detected"):
        merge_attention(model)
    broken.data = kept
    assert torch.allclose(logits(model), before, atol=1e-5)
    with pytest.raises(ValueError, match="has no MixLoRA adapter"):
        merge_attention(tiny())


@pytest.mark.parametrize("family", ["llama", "gpt2", "phi3"])
def test_magnitudes_are_trained_saved_and_restored(family: str, tmp_path: Path) -> None:
    """In the reference they are in neither the optimizer nor the file."""
    model = peft.get_peft_model(tiny(family), settings(use_dora=True)).train()
    untrained, base = model.eval()(tokens()).logits, tiny(family)(tokens()).logits
    assert torch.allclose(untrained, base, atol=1e-5)
    own = {name: p for name, p in model.named_parameters() if "lora_magnitude" in name and ".mlp" in name}
    before = {name: p.detach().clone() for name, p in own.items()}
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(3):
        model.train()(input_ids=tokens(), labels=tokens()).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert own and not any(torch.equal(p, before[name]) for name, p in own.items())
    trained = logits(model.eval())
    assert not torch.allclose(trained, base, atol=1e-3)
    model.save_pretrained(str(tmp_path))
    assert torch.equal(logits(peft.PeftModel.from_pretrained(tiny(family), str(tmp_path)).eval()), trained)


@pytest.mark.parametrize("length", [0, 100, -1])
def test_a_half_written_file_is_named(tmp_path: Path, length: int) -> None:
    model = adapted()
    model.save_pretrained(str(tmp_path))
    tensors = tmp_path / "adapter_model.safetensors"
    tensors.write_bytes(tensors.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"adapter_model\.safetensors is half written or damaged"):
        peft.PeftModel.from_pretrained(tiny(), str(tmp_path))
    with pytest.raises(ValueError, match=r"adapter_model\.safetensors is half written or damaged"):
        model.load_adapter(tmp_path, "again")
    assert list(model.peft_config) == ["default"]
