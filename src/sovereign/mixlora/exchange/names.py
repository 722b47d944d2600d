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
_NUMBER = r"(0|[1-9][0-9]{0,5})"  # written in one way only, so that two names are never one place
_LORA = r"(lora_[AB])"
_ATTENTION = re.compile(rf"self_attn\.([a-z0-9_]+)\.{_LORA}\.weight")
_EXPERT = re.compile(rf"mlp\.([a-z0-9_]+)\.experts\.{_NUMBER}\.{_LORA}\.weight")
_STACK = re.compile(rf"mlp\.mixlora_([a-z_]+)\.{_LORA}")
_OLD_GATE = re.compile(rf"mixlora\.layers\.{_NUMBER}\.gate\.weight")
_OLD_EXPERT = re.compile(rf"mixlora\.layers\.{_NUMBER}\.experts\.{_NUMBER}\.([a-z0-9_]+)\.{_LORA}\.weight")
_MODERN = {old: new for new, old in LEGACY.items()}


def family_of(projections: Sequence[str], attention: Sequence[str]) -> Architecture:
    """The family whose block and attention have projections of these names; ValueError if the reference knows none."""
    for name in KNOWN:
        known = ARCHITECTURES[name]
        if projections and {*projections} <= {*known.projections.values()} and {*attention} <= {*known.attention}:
            return known
    forms = sorted({", ".join((*a.projections.values(), *a.attention)) for a in (ARCHITECTURES[n] for n in KNOWN)})
    raise ValueError(
        f"experts on {list(projections)} and LoRA on {list(attention)} are of no model that both the reference and this "
        f"package have; such models have those of one of: {'; '.join(forms)}"
    )


def projections_in(tensors: Mapping[str, Tensor]) -> tuple[set[str], set[str]]:
    """The projections of which the reference's tensors have (experts, a plain LoRA)."""
    rests = [name.removeprefix("mixlora.layers.").partition(".")[2] for name in tensors]
    own = {found[1] for rest in rests if (found := _EXPERT.fullmatch(rest))}
    return own, {found[1] for rest in rests if (found := _ATTENTION.fullmatch(rest))}


def modern(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Legacy names replaced by the reference's own; other names stay. ValueError if two become one."""

    def renamed(name: str) -> str:
        if found := _OLD_GATE.fullmatch(name):
            return f"mixlora.layers.{found[1]}.mlp.moe_gate.weight"
        if found := _OLD_EXPERT.fullmatch(name):
            layer, expert, projection, part = found.groups()
            return f"mixlora.layers.{layer}.mlp.{_MODERN.get(projection, projection)}.experts.{expert}.{part}.weight"
        return name

    made = {renamed(name): tensor for name, tensor in tensors.items()}
    if len(made) < len(tensors):
        raise ValueError("it has the same tensor under its old name and its new one")
    return made


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
        if not name.startswith(_OURS) or not re.fullmatch(_NUMBER, layer):
            strange.append(name)
        elif rest == "mlp.mixlora_router":
            made[f"{prefix}.mlp.moe_gate.weight"] = tensor
        elif found := _STACK.fullmatch(rest):
            projection = family.projections.get(found[1])
            if projection is None:
                strange.append(name)
                continue
            for expert, part in enumerate(tensor):
                made[f"{prefix}.mlp.{projection}.experts.{expert}.{found[2]}.weight"] = part
        elif _ATTENTION.fullmatch(rest):
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
        if not name.startswith("mixlora.layers.") or not re.fullmatch(_NUMBER, layer):
            strange.append(name)
        elif rest == "mlp.moe_gate.weight":
            made[f"{prefix}.mlp.mixlora_router"] = tensor
        elif (found := _EXPERT.fullmatch(rest)) and found[1] in roles:
            stacks.setdefault(f"{prefix}.mlp.mixlora_{roles[found[1]]}.{found[3]}", {})[int(found[2])] = tensor
        elif _ATTENTION.fullmatch(rest):
            made[f"{prefix}.{rest}"] = tensor
        else:
            strange.append(name)
    if strange:
        raise ValueError(f"{len(strange)} tensors have no place in the model: {', '.join(strange[:4])}")
    for name, experts in stacks.items():
        if missing := [number for number in range(len(experts)) if number not in experts]:
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
    """ValueError unless our tensors are those of such an adapter, in every layer that has any, and of one model.

    attention, roles: names of projections. The model's own sizes are not known here, but all layers must agree in them.
    """
    strange = [name for name in tensors if not re.match(re.escape(_OURS) + _NUMBER + r"\.", name)]
    if strange:
        raise ValueError(f"the reference's formats have no place for {len(strange)} tensors: {', '.join(strange[:4])}")
    layers = sorted({int(name.removeprefix(_OURS).partition(".")[0]) for name in tensors})
    wanted: dict[str, tuple[int | str, ...]] = {}  # a size that is not known has a name
    for layer in layers:
        prefix = f"{_OURS}{layer}"
        wanted[f"{prefix}.mlp.mixlora_router"] = (num_experts, "hidden")
        for role in roles:
            inner = "twice the inner" if role == "gate_up_proj" else "inner"
            ends = ("inner", "hidden") if role == "down_proj" else ("hidden", inner)
            wanted[f"{prefix}.mlp.mixlora_{role}.lora_A"] = (num_experts, expert_r, ends[0])
            wanted[f"{prefix}.mlp.mixlora_{role}.lora_B"] = (num_experts, ends[1], expert_r)
        for name in attention:
            ends = ("heads", "hidden") if name in ("o_proj", "dense") else ("hidden", f"{name}'s outputs")
            wanted[f"{prefix}.self_attn.{name}.lora_A.weight"] = (r, ends[0])
            wanted[f"{prefix}.self_attn.{name}.lora_B.weight"] = (ends[1], r)
    problems = []
    if not layers or layers != list(range(len(layers))):
        problems.append(f"it has the layers {layers[:8]}, not all from 0 on")
    if missing := sorted(wanted.keys() - tensors.keys()):
        problems.append(f"{len(missing)} tensors are missing: {', '.join(missing[:4])}")
    if unknown := sorted(tensors.keys() - wanted.keys()):
        problems.append(f"{len(unknown)} tensors are not in its configuration: {', '.join(unknown[:4])}")
    sizes: dict[str, int] = {}
    for name in sorted(wanted.keys() & tensors.keys()):
        shape = list(tensors[name].shape)
        if len(shape) != len(wanted[name]):
            problems.append(f"{name} is {shape}, but needs {len(wanted[name])} dimensions")
            continue
        known = [
            size if isinstance(size, int) else sizes.setdefault(size, real)
            for size, real in zip(wanted[name], shape, strict=True)
        ]
        if known != shape:
            problems.append(
                f"{name} is {shape}, but {known} is what goes with the configuration and the tensors before it"
            )
    if problems:
        raise ValueError("the tensors are not those of the configuration:\n" + "\n".join(problems[:6]))
