"""Puts an adapter of the reference packages, ``mixlora`` 0.2.3 and MoE-PEFT 2.0.2, in their format of today or before, on
a model of any family that has modules of the same names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel, get_peft_model
from peft.tuners.lora.layer import LoraLayer
from torch import Tensor, nn
from transformers.activations import ACT2FN

from ..config import MixLoraConfig
from ..layer import MixLoraLayer, architecture_in
from . import files, names, settings


def load_reference_adapter(
    model: nn.Module,
    folder: str | Path,
    adapter_name: str = "default",
    allow_pickle: bool = False,
    base: str | None = None,
) -> PeftModel:
    """Put an adapter saved by the reference package on ``model``, exactly: every tensor is used, none is missing.

    model: the base model, or a ``PeftModel`` with MixLoRA adapters that gets one more. allow_pickle: the format is a
    pickle; it is read with ``torch.load(weights_only=True)``, which runs no code from it, and only if this is True.
    base: what to record as ``base_model_name_or_path``; without it the model's own name. The one in the file is often
    a path on its author's machine and is ignored.

    Returns the ``PeftModel``, the adapter active and frozen. Raises ValueError if pickle was not allowed, if a file is
    missing or damaged, if the configuration asks for what is not implemented here, or if a tensor's name or shape does
    not fit the model; the model is then as it was, but for being frozen.
    """
    folder = Path(folder)
    inner = model.get_base_model() if isinstance(model, PeftModel) else model
    config = read_config(folder, inner)
    tensors = names.modern(files.read_tensors(folder, "reference", allow_pickle))
    if isinstance(model, PeftModel):
        model.add_adapter(adapter_name, config)
        peft_model = model
    else:
        peft_model = get_peft_model(model, config, adapter_name=adapter_name)
    try:
        copy_tensors(tensors, slots(peft_model, adapter_name))
    except ValueError:
        peft_model.delete_adapter(adapter_name) if isinstance(model, PeftModel) else peft_model.unload()
        raise
    peft_model.set_adapter(adapter_name, inference_mode=True)
    config.base_model_name_or_path = base or getattr(getattr(inner, "config", None), "name_or_path", None)
    return peft_model


def read_config(folder: Path, model: nn.Module) -> MixLoraConfig:
    """The configuration in our terms. ValueError if it cannot be read or asks for what is not implemented."""
    found = files.read_config_file(folder)
    try:
        given, modules, _ = settings.to_ours(found)
        modules = names.modern_modules(modules)
        architecture = architecture_in(model)
        _check_activation(found.get("act_fn"), model)
        own = [name for name in architecture.projections.values() if name in modules]
        present = {module_path.rpartition(".")[2] for module_path, _ in model.named_modules()}
        return MixLoraConfig(
            **given,
            inference_mode=True,
            target_modules=[name for name in modules if name not in own and name in present],
            expert_target_modules=own,
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{folder / files.CONFIG}: {error}") from error


def slots(model: nn.Module, adapter_name: str) -> dict[str, Tensor]:
    """The parameters of an adapter, or the parts of them, by the name that the reference gives each."""
    found: dict[str, Tensor] = {}
    for path, module in model.named_modules():
        parts = path.split(".")
        layer = next((f"mixlora.layers.{part}" for part in parts if part.isdigit()), "mixlora")
        if isinstance(module, MixLoraLayer) and adapter_name in module.mixlora_router:
            found[f"{layer}.mlp.moe_gate.weight"] = module.mixlora_router[adapter_name].data
            for role, lora in module.experts(adapter_name).items():
                for expert in range(len(lora.lora_A)):
                    prefix = f"{layer}.mlp.{module.architecture.projections[role]}.experts.{expert}"
                    found[f"{prefix}.lora_A.weight"] = lora.lora_A.data[expert]
                    found[f"{prefix}.lora_B.weight"] = lora.lora_B.data[expert]
        elif isinstance(module, LoraLayer) and adapter_name in module.lora_A:
            prefix = f"{layer}.self_attn.{parts[-1]}"
            for name in ("lora_A", "lora_B"):
                linear: Any = getattr(module, name)[adapter_name]
                found[f"{prefix}.{name}.weight"] = linear.weight.data
    return found


def copy_tensors(tensors: dict[str, Tensor], into: dict[str, Tensor]) -> None:
    """Copy by name. ValueError, before anything is copied, if the names or a shape differ."""
    problems = []
    if missing := sorted(into.keys() - tensors.keys()):
        problems.append(f"{len(missing)} tensors are missing: {_few(missing)}")
    if unknown := sorted(tensors.keys() - into.keys()):
        problems.append(f"{len(unknown)} tensors have no place in the model: {_few(unknown)}")
    for name in sorted(into.keys() & tensors.keys()):
        if into[name].shape != tensors[name].shape:
            problems.append(f"{name} is {list(tensors[name].shape)}, the model needs {list(into[name].shape)}")
    if problems:
        raise ValueError("the adapter does not fit the model:\n" + "\n".join(problems))
    for name, slot in into.items():
        slot.copy_(tensors[name])


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


def _check_activation(name: str | None, model: nn.Module) -> None:
    """ValueError if the adapter was trained with another activation than the model has; the reference replaces it."""
    if name is None:
        return
    architecture = architecture_in(model)
    modules = (getattr(m, architecture.act_fn.rpartition(".")[2], None) for m in model.modules())
    own = next(m for m in modules if m is not None)
    x = torch.linspace(-4, 4, 33)
    if name not in ACT2FN or not torch.allclose(ACT2FN[name](x), own(x), atol=1e-6):
        raise ValueError(f"act_fn is {name!r}, but the model's is {own}")
