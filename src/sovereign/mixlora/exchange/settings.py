"""The settings of an adapter in the reference's words and in ours (``MixLoraConfig.from_config`` and ``export`` in both
packages' config.py)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config import MixLoraConfig

STRATEGIES = {"mixlora": "top_k", "mixlora-dynamic": "top_p", "mixlora-switch": "switch"}
_INITS = {"original": "kaiming", "gaussian": "gaussian"}
_NAMES = {"top_k": ("top_k",), "top_p": ("top_p", "temperature"), "switch": ("expert_capacity",)}
# Of how it is trained. The reference's loaders read these, although its own files leave them out; so do ours where the
# value is the reference's default. (The other package's names for the default of a strategy are the same as here.)
_TRAINING = {
    "top_k": {"router_aux_loss_coef": 0.001, "router_init_range": 0.02, "jitter_noise": 0.0},
    "top_p": {"router_aux_loss_coef": 0.001, "router_init_range": 0.02, "jitter_noise": 0.0},
    "switch": {
        "router_aux_loss_coef": 0.001,
        "router_init_range": 1.0,
        "jitter_noise": 0.01,
        "router_z_loss_coef": 0.001,
    },
}
_READ = {
    *("peft_type", "task_type", "base_model_name_or_path", "r", "lora_alpha", "lora_dropout", "target_modules"),
    *("routing_strategy", "num_experts", "top_k", "top_p", "temperature", "expert_capacity", "expert_lora", "use_dora"),
    *("use_rslora", "lora_init", "act_fn", *_TRAINING["switch"]),
}
_OF_EXPERTS = {"r", "lora_alpha", "lora_dropout", "use_rslora", "use_dora"}
# Settings of theirs that have no counterpart: their default, and why.
_NOT_HELD: dict[str, tuple[Any, str]] = {
    "bias": ("none", "no bias is trained"),
    "router_loss": (True, "set router_aux_loss_coef to 0 to train without it"),
    "ffn_dropout": (0.0, "there is no dropout behind the experts"),
    "sparse_step": (None, "the reference does not use it; layers_to_transform chooses layers"),
}


# Settings of ours that the reference has not, and why, where that is not plain.
_NOT_BACK = {
    "num_experts": "written as the one number that all layers have",
    "expert_r": "written as the one number that all layers have",
    "router_z_loss_coef": "the reference has it for its switch router only",
    "router_loss_across_processes": "the reference trains in one process",
    "task_type": "written as CAUSAL_LM, which the reference's loaders ask for",
    "auto_mapping": "peft's; the reference has no such thing",
    "peft_version": "peft's; the reference has no such thing",
    "revision": "peft's; the reference has no such thing",
}


class Loss(NamedTuple):
    """A part of an adapter that the other format cannot hold, its value, and what that means. None of them changes what
    the adapter computes with the same activation: one that does is an error."""

    part: str
    value: Any
    why: str


def to_ours(theirs: Mapping[str, Any]) -> tuple[dict[str, Any], list[str], list[Loss]]:
    """(arguments of ``MixLoraConfig`` but for the modules, the names of all modules with LoRA, losses).

    theirs: of the reference's format or the legacy one. Raises ValueError if a setting is missing, or asks for what is not
    implemented.
    """
    try:
        strategy, targets = str(theirs["routing_strategy"]), theirs["target_modules"]
        names = [n for n, wanted in targets.items() if wanted] if isinstance(targets, dict) else list(targets)
        shared = {name: theirs[name] for name in ("num_experts", "r", "lora_alpha", "lora_dropout")}
        experts = dict(theirs.get("expert_lora") or {})
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"this is not the configuration of a MixLoRA adapter: {error!r}") from error
    if isinstance(targets, str) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"target_modules must be a list of names, but is {targets!r}")
    for name, value in (("num_experts", shared["num_experts"]), ("expert_lora.r", experts.get("r", 1))):
        if not isinstance(value, int):
            raise ValueError(f"{name} must be a whole number, but is {value!r}")
    strategy = "mixlora" if strategy == "mixtral" else strategy
    if strategy not in STRATEGIES:
        raise ValueError(f"routing_strategy is {strategy!r}, but only {[*STRATEGIES, 'mixtral']} can be read")
    if theirs.get("use_dora") or experts.get("use_dora"):
        raise ValueError("use_dora adapters do not contain their magnitudes: the reference loses them when it saves")
    if bool(experts.get("use_rslora", theirs.get("use_rslora", False))) != bool(theirs.get("use_rslora", False)):
        raise ValueError("use_rslora differs between experts and attention, which is not implemented")
    init = str(theirs.get("lora_init", "original"))
    own = STRATEGIES[strategy]
    config: dict[str, Any] = shared | {
        "routing_strategy": own,
        "use_rslora": bool(theirs.get("use_rslora", False)),
        "expert_r": experts.get("r"),
        "expert_lora_alpha": experts.get("lora_alpha"),
        "expert_lora_dropout": experts.get("lora_dropout"),
        "init_lora_weights": _INITS.get(init, init),
        "task_type": "CAUSAL_LM" if theirs.get("task_type") == "CAUSAL_LM" else None,
        "base_model_name_or_path": theirs.get("base_model_name_or_path") or None,
    }
    config |= {name: theirs[name] for name in (*_NAMES[own], *_TRAINING[own]) if name in theirs}
    losses = []
    if other := {n: v for n, v in experts.items() if n not in _OF_EXPERTS and v != theirs.get(n)}:
        losses.append(Loss("expert_lora", other, "the same for the experts and the attention"))
    if theirs.get("task_type") not in ("CAUSAL_LM", None):
        losses.append(Loss("task_type", theirs["task_type"], "peft has no such task for this method's models"))
    for name in sorted(theirs.keys() - _READ):
        default, why = _NOT_HELD.get(name, (..., "no setting of this method"))
        if theirs[name] != default:
            losses.append(Loss(name, theirs[name], why))
    return config, names, losses


def only_ours(config: MixLoraConfig) -> list[str]:
    """Settings that no format of the reference has, and without which the adapter would compute something else."""
    plain = {"top_k": True, "top_p": False, "switch": False}[config.routing_strategy]
    several = [name for name in ("num_experts", "expert_r") if isinstance(one(getattr(config, name)), list)]
    used = [
        name
        for name in ("use_dora", "shared_expert", "layers_to_transform", "modules_to_save")
        if getattr(config, name)
    ]
    return [*several, *used, *(["norm_topk_prob"] if config.norm_topk_prob != plain else [])]


def one(value: Any) -> Any:
    """4 for [4, 4]: a number for each layer that is the same for all."""
    return value[0] if isinstance(value, list) and len(set(value)) == 1 else value


def to_reference(config: MixLoraConfig, legacy: bool, act_fn: str | None) -> tuple[dict[str, Any], list[Loss]]:
    """(the reference's configuration, losses), in the order in which MoE-PEFT writes it.

    Raises ValueError if the adapter does something that the reference cannot do, or the format cannot hold.
    """
    wrong = only_ours(config)
    if not isinstance(config.target_modules, list):
        wrong.append("target_modules")
    if legacy and config.routing_strategy != "top_k":
        wrong.append("routing_strategy")
    if wrong:
        raise ValueError(
            f"the {'legacy' if legacy else 'reference'} format cannot hold this adapter: "
            f"{'; '.join(f'{name} is {getattr(config, name)!r}' for name in wrong)}. Without it the adapter would compute "
            "something else"
        )
    strategy = {own: name for name, own in STRATEGIES.items()}[config.routing_strategy]
    theirs: dict[str, Any] = {"use_rslora": True} if config.use_rslora else {}
    theirs |= {"bias": "none", "peft_type": "MIXLORA", "r": config.r}
    theirs |= {"lora_alpha": _whole(config.lora_alpha), "lora_dropout": float(config.lora_dropout)}
    theirs["target_modules"] = [*(config.target_modules or []), *(config.expert_target_modules or [])]
    own = {"r": one(config.expert_r), "lora_alpha": _whole(config.expert_lora_alpha)}
    own["lora_dropout"] = None if config.expert_lora_dropout is None else float(config.expert_lora_dropout)
    if given := {name: value for name, value in own.items() if value is not None}:
        theirs["expert_lora"] = given
    theirs |= {"routing_strategy": "mixtral" if legacy else strategy, "num_experts": one(config.num_experts)}
    if act_fn is not None:
        theirs["act_fn"] = act_fn
    for name in _NAMES[config.routing_strategy]:
        theirs[name] = float(getattr(config, name)) if name in ("top_p", "temperature") else getattr(config, name)
    if config.routing_strategy == "switch":
        theirs["sparse_step"] = None
    theirs |= {"base_model_name_or_path": config.base_model_name_or_path or "", "task_type": "CAUSAL_LM"}
    for name, default in _TRAINING[config.routing_strategy].items():
        if getattr(config, name) != default:
            theirs[name] = float(getattr(config, name))
    if config.init_lora_weights == "gaussian":
        theirs["lora_init"] = "gaussian"
    return theirs, _losses(config, theirs)


def _whole(value: float | None) -> float | None:
    """32 for 32.0: the reference's loaders refuse a float here."""
    return int(value) if value is not None and value == int(value) else value


def _losses(config: MixLoraConfig, theirs: Mapping[str, Any]) -> list[Loss]:
    """What would not come back from the reference's configuration, and what is in it but not taken by its loaders."""
    given, _, _ = to_ours(theirs)
    back = MixLoraConfig(**given, inference_mode=True)
    modules = {"target_modules", "expert_target_modules"}
    losses = [
        Loss(name, value, _NOT_BACK.get(name, "not a setting of the reference with this router"))
        for field in dataclasses.fields(config)
        if (name := field.name) not in modules and getattr(back, name) != (value := getattr(config, name))
    ]
    if "act_fn" not in theirs:
        losses.append(Loss("act_fn", None, "the loader of mixlora 0.2.3 fails without it: give --act-fn, such as silu"))
    if config.lora_dropout == 0 or config.expert_lora_dropout == 0:
        losses.append(Loss("lora_dropout", 0.0, "written, but the reference's loaders refuse 0: set one above it"))
    for name in ("lora_alpha", "expert_lora_alpha"):
        value = getattr(config, name)
        if value is not None and value != int(value):
            losses.append(Loss(name, value, "written, but the reference's loaders refuse what is no whole number"))
    own = {"r": one(config.expert_r), "lora_alpha": config.expert_lora_alpha}
    if given := {name: value for name, value in own.items() if value not in (None, getattr(config, name))}:
        losses.append(
            Loss("expert_lora", given, "written, and MoE-PEFT reads it, but mixlora 0.2.3 takes the attention's")
        )
    return losses
