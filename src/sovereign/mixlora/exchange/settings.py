"""The settings of an adapter in the reference's words and in ours (``MixLoraConfig.from_config`` and ``export`` in both
packages' config.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..config import MixLoraConfig

STRATEGIES = {"mixlora": "top_k", "mixlora-dynamic": "top_p", "mixlora-switch": "switch"}
_INITS = {"original": "kaiming", "gaussian": "gaussian"}
_NAMES = {"top_k": ("top_k",), "top_p": ("top_p", "temperature"), "switch": ("expert_capacity",)}
# Of how it is trained, in both. The reference's loaders read them, although its own files leave them out.
_TRAINING = ("router_aux_loss_coef", "router_init_range", "jitter_noise")
_UNUSED = {"top_k": ("router_z_loss_coef",), "top_p": ("router_z_loss_coef",), "switch": ()}


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
    config |= {name: theirs[name] for name in (*_NAMES[own], *_TRAINING) if name in theirs}
    if own == "switch" and "router_z_loss_coef" in theirs:
        config["router_z_loss_coef"] = theirs["router_z_loss_coef"]
    losses = (
        [Loss("act_fn", theirs["act_fn"], "the activation is always the model's own")] if theirs.get("act_fn") else []
    )
    if theirs.get("task_type") not in ("CAUSAL_LM", None):
        losses.append(Loss("task_type", theirs["task_type"], "peft has no such task for this method's models"))
    for name, default, why in (
        ("router_loss", True, "set router_aux_loss_coef to 0 to train without it"),
        ("ffn_dropout", 0.0, "there is no dropout behind the experts"),
        ("sparse_step", None, "layers_to_transform chooses the layers"),
        ("bias", "none", "no bias is trained"),
    ):
        if theirs.get(name, default) != default:
            losses.append(Loss(name, theirs[name], why))
    return config, names, losses


def to_reference(config: MixLoraConfig, legacy: bool, act_fn: str | None) -> tuple[dict[str, Any], list[Loss]]:
    """(the reference's configuration, losses).

    Raises ValueError if the adapter does something that the reference cannot do, or the format cannot hold.
    """
    _refuse(config, legacy)
    strategy = {own: name for name, own in STRATEGIES.items()}[config.routing_strategy]
    theirs: dict[str, Any] = {"use_rslora": True} if config.use_rslora else {}
    theirs |= {"bias": "none", "peft_type": "MIXLORA", "task_type": "CAUSAL_LM"}
    theirs["base_model_name_or_path"] = config.base_model_name_or_path or ""
    theirs |= {"r": config.r, "lora_alpha": config.lora_alpha, "lora_dropout": float(config.lora_dropout)}
    own = {"r": config.expert_r, "lora_alpha": config.expert_lora_alpha, "lora_dropout": config.expert_lora_dropout}
    if given := {name: value for name, value in own.items() if value is not None}:
        theirs["expert_lora"] = given
    theirs |= {"routing_strategy": "mixtral" if legacy else strategy, "num_experts": config.num_experts}
    if act_fn is not None:
        theirs["act_fn"] = act_fn
    theirs |= {name: getattr(config, name) for name in (*_NAMES[config.routing_strategy], *_TRAINING)}
    if config.routing_strategy == "switch":
        theirs |= {"router_z_loss_coef": config.router_z_loss_coef, "sparse_step": None}
    if config.init_lora_weights == "gaussian":
        theirs["lora_init"] = "gaussian"
    return theirs, _losses(config, act_fn)


def _refuse(config: MixLoraConfig, legacy: bool) -> None:
    """ValueError that names what the reference does not do."""
    defaults = {"top_k": True, "top_p": False, "switch": False}
    wrong = [
        f"{name} is {value!r}"
        for name, value, can in (
            ("num_experts", config.num_experts, not isinstance(config.num_experts, list)),
            ("expert_r", config.expert_r, not isinstance(config.expert_r, list)),
            ("use_dora", config.use_dora, not config.use_dora),
            ("shared_expert", config.shared_expert, not config.shared_expert),
            ("norm_topk_prob", config.norm_topk_prob, config.norm_topk_prob == defaults[config.routing_strategy]),
            ("layers_to_transform", config.layers_to_transform, config.layers_to_transform is None),
            ("modules_to_save", config.modules_to_save, not config.modules_to_save),
            ("target_modules", config.target_modules, isinstance(config.target_modules, list)),
            ("routing_strategy", config.routing_strategy, not legacy or config.routing_strategy == "top_k"),
        )
        if not can
    ]
    if wrong:
        raise ValueError(
            f"the {'legacy' if legacy else 'reference'} format cannot hold this adapter: {'; '.join(wrong)}. Without it the "
            "adapter would compute something else"
        )


def _losses(config: MixLoraConfig, act_fn: str | None) -> list[Loss]:
    losses = []
    if act_fn is None:
        losses.append(Loss("act_fn", None, "the loader of mixlora 0.2.3 fails without it: give --act-fn, such as silu"))
    for name in _UNUSED[config.routing_strategy]:
        if getattr(config, name):
            losses.append(Loss(name, getattr(config, name), "the reference has it for its switch router only"))
    if config.router_loss_across_processes:
        losses.append(Loss("router_loss_across_processes", True, "the reference trains in one process"))
    if config.task_type != "CAUSAL_LM":
        losses.append(
            Loss("task_type", config.task_type, "written as CAUSAL_LM, which the reference's loaders ask for")
        )
    if config.lora_dropout == 0 or config.expert_lora_dropout == 0:
        losses.append(Loss("lora_dropout", 0.0, "written, but the reference's loaders refuse 0: set one above it"))
    for name in ("lora_alpha", "expert_lora_alpha"):
        value = getattr(config, name)
        if value is not None and not isinstance(value, int):
            losses.append(Loss(name, value, "written, but the reference's loaders refuse what is no whole number"))
    for name in ("revision", "auto_mapping"):
        if getattr(config, name):
            losses.append(Loss(name, getattr(config, name), "peft's; the reference has no such thing"))
    return losses
