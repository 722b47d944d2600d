"""What the tensors of an adapter are called.

Ours, as peft saves them, with all experts in one tensor::

    base_model.model.model.layers.{l}.mlp.mixlora_router                            [E, H]
    base_model.model.model.layers.{l}.mlp.mixlora_{role}.lora_A, .lora_B            [E, r, in], [E, out, r]
    base_model.model.model.layers.{l}.self_attn.{projection}.lora_A.weight, ...     [r, in], [out, r]

The reference's (``_inject_mlp_module`` and ``_inject_attn_module`` in mixlora/model.py)::

    mixlora.layers.{l}.mlp.moe_gate.weight
    mixlora.layers.{l}.mlp.{projection}.experts.{e}.lora_A.weight, ...
    mixlora.layers.{l}.self_attn.{projection}.lora_A.weight, ...

and those that it had before::

    mixlora.layers.{l}.gate.weight
    mixlora.layers.{l}.experts.{e}.{w1_proj, w2_proj, w3_proj}.lora_A.weight, ...

A projection's role is what ``FrozenMlp`` calls it; the families of models that the reference knows have three sets of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ..architectures import ARCHITECTURES, Architecture

KNOWN = ("llama", "gemma", "gemma2", "qwen2", "mistral", "phi", "phi3")  # families of ``mixlora`` 0.2.3
LEGACY = {"gate_proj": "w1_proj", "down_proj": "w2_proj", "up_proj": "w3_proj"}

_OURS = "base_model.model.model.layers."
_MODERN = {old: new for new, old in LEGACY.items()}


def family_of(projections: Sequence[str]) -> Architecture:
    """The family whose block has projections of these names; ValueError if the reference knows none."""
    found = [ARCHITECTURES[name] for name in KNOWN if set(projections) <= {*ARCHITECTURES[name].projections.values()}]
    if not found or not projections:
        forms = sorted({", ".join(ARCHITECTURES[name].projections.values()) for name in KNOWN})
        raise ValueError(
            f"the projections with experts are {list(projections)}, but the reference's models have those of one of "
            + "; ".join(forms)
        )
    return found[0]


def modern(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Legacy names replaced by the reference's own; other names stay."""

    def renamed(name: str) -> str:
        name = re.sub(r"^(mixlora\.layers\.\d+)\.gate\.weight$", r"\1.mlp.moe_gate.weight", name)
        found = re.match(r"^(mixlora\.layers\.\d+)\.experts\.(\d+)\.(\w+)\.(lora_[AB]\.weight)$", name)
        if not found:
            return name
        layer, expert, projection, end = found.groups()
        return f"{layer}.mlp.{_MODERN.get(projection, projection)}.experts.{expert}.{end}"

    return {renamed(name): tensor for name, tensor in tensors.items()}


def modern_modules(modules: Sequence[str]) -> list[str]:
    """The same for names of projections."""
    return [_MODERN.get(name, name) for name in modules]


def legacy(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The reverse of ``modern`` for a block like Llama's."""

    def renamed(name: str) -> str:
        name = name.replace(".mlp.moe_gate.", ".gate.")
        return re.sub(r"\.mlp\.(\w+)\.(experts\.\d+)\.", lambda found: f".{found[2]}.{LEGACY[found[1]]}.", name)

    return {renamed(name): tensor for name, tensor in tensors.items()}


def to_reference(tensors: Mapping[str, Tensor], family: Architecture) -> dict[str, Tensor]:
    """Our tensors, by the reference's names. ValueError for those that it has no name for."""
    made: dict[str, Tensor] = {}
    strange = []
    for name, tensor in tensors.items():
        layer, _, rest = name.removeprefix(_OURS).partition(".")
        prefix = f"mixlora.layers.{layer}"
        if not name.startswith(_OURS) or not layer.isdigit():
            strange.append(name)
        elif rest == "mlp.mixlora_router":
            made[f"{prefix}.mlp.moe_gate.weight"] = tensor
        elif found := re.fullmatch(r"mlp\.mixlora_(\w+)\.(lora_[AB])", rest):
            projection = family.projections.get(found[1])
            if projection is None:
                strange.append(name)
                continue
            for expert, part in enumerate(tensor):
                made[f"{prefix}.mlp.{projection}.experts.{expert}.{found[2]}.weight"] = part
        elif re.fullmatch(r"self_attn\.\w+\.lora_[AB]\.weight", rest):
            made[f"{prefix}.{rest}"] = tensor
        else:
            strange.append(name)
    if strange:
        raise ValueError(f"the reference's formats have no place for {len(strange)} tensors: {', '.join(strange[:4])}")
    return made


def from_reference(tensors: Mapping[str, Tensor], family: Architecture) -> dict[str, Tensor]:
    """The reference's tensors, by our names. ValueError if one is strange, or experts are missing or unlike."""
    roles = {path: role for role, path in family.projections.items()}
    made: dict[str, Tensor] = {}
    stacks: dict[str, dict[int, Tensor]] = {}
    strange = []
    for name, tensor in tensors.items():
        layer, _, rest = name.removeprefix("mixlora.layers.").partition(".")
        prefix = f"{_OURS}{layer}"
        if not name.startswith("mixlora.layers.") or not layer.isdigit():
            strange.append(name)
        elif rest == "mlp.moe_gate.weight":
            made[f"{prefix}.mlp.mixlora_router"] = tensor
        elif (found := re.fullmatch(r"mlp\.(\w+)\.experts\.(\d+)\.(lora_[AB])\.weight", rest)) and found[1] in roles:
            stacks.setdefault(f"{prefix}.mlp.mixlora_{roles[found[1]]}.{found[3]}", {})[int(found[2])] = tensor
        elif re.fullmatch(r"self_attn\.\w+\.lora_[AB]\.weight", rest):
            made[f"{prefix}.{rest}"] = tensor
        else:
            strange.append(name)
    if strange:
        raise ValueError(f"{len(strange)} tensors have no place in the model: {', '.join(strange[:4])}")
    for name, experts in stacks.items():
        if missing := sorted(set(range(max(experts) + 1)) - set(experts)):
            raise ValueError(f"tensors are missing: of {name} there is no expert {', '.join(map(str, missing[:4]))}")
        shapes = {tuple(tensor.shape) for tensor in experts.values()}
        if len(shapes) > 1:
            raise ValueError(f"the experts of {name} have different shapes, {sorted(shapes)}")
        made[name] = torch.stack([experts[i] for i in range(len(experts))])
    return made


def check(
    tensors: Mapping[str, Tensor],
    num_experts: int,
    r: int,
    expert_r: int,
    attention: Sequence[str],
    roles: Sequence[str],
) -> None:
    """ValueError unless our tensors are those of such an adapter, in every layer that has any.

    attention, roles: names of projections.
    """
    strange = [name for name in tensors if not re.match(re.escape(_OURS) + r"\d+\.", name)]
    if strange:
        raise ValueError(f"the reference's formats have no place for {len(strange)} tensors: {', '.join(strange[:4])}")
    layers = sorted({int(name.removeprefix(_OURS).partition(".")[0]) for name in tensors})
    wanted: dict[str, tuple[int, ...]] = {}  # the first sizes of each, and the rank of B at its end
    for layer in layers:
        prefix = f"{_OURS}{layer}"
        wanted[f"{prefix}.mlp.mixlora_router"] = (num_experts,)
        for role in roles:
            wanted[f"{prefix}.mlp.mixlora_{role}.lora_A"] = (num_experts, expert_r)
            wanted[f"{prefix}.mlp.mixlora_{role}.lora_B"] = (num_experts, -1, expert_r)
        for name in attention:
            wanted[f"{prefix}.self_attn.{name}.lora_A.weight"] = (r,)
            wanted[f"{prefix}.self_attn.{name}.lora_B.weight"] = (-1, r)
    problems = []
    if not layers or layers != list(range(len(layers))):
        problems.append(f"it has the layers {layers}, not all from 0 on")
    if missing := sorted(wanted.keys() - tensors.keys()):
        problems.append(f"{len(missing)} tensors are missing: {', '.join(missing[:4])}")
    if unknown := sorted(tensors.keys() - wanted.keys()):
        problems.append(f"{len(unknown)} tensors are not in its configuration: {', '.join(unknown[:4])}")
    for name in sorted(wanted.keys() & tensors.keys()):
        shape, sizes = list(tensors[name].shape), wanted[name]
        if len(shape) != (3 if ".mixlora_" in name and "router" not in name else 2) or any(
            size not in (-1, real) for size, real in zip(sizes, shape, strict=False)
        ):
            problems.append(
                f"{name} is {shape}, which does not fit {num_experts} experts, r {r} and expert_r {expert_r}"
            )
    if problems:
        raise ValueError("the tensors are not those of the configuration:\n" + "\n".join(problems[:6]))
