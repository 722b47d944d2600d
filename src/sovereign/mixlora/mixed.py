"""Several adapters on one frozen base: batches whose rows use different ones, and their training together.

The frozen products are computed once for the whole batch, so what the adapters share is not paid for by each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import torch
from peft.tuners.lora.layer import LoraLayer
from peft.utils import AuxiliaryTrainingWrapper
from torch import Tensor, nn

from .layer import BASE, MixLoraLayer
from .losses import check_same_adapters
from .router_log import NONE_LEFT, router_log

# The attributes by which a layer calls checkpointing: of transformers, and of torch's CheckpointWrapper.
CHECKPOINTS = ("_gradient_checkpointing_func", "checkpoint_fn")


@contextmanager
def told(model: nn.Module, adapter_names: list[str], known: Mapping[str, Any], num_beams: int = 1) -> Iterator[None]:
    """Within, every layer is told the rows' adapters; so is, whenever it comes, the second pass of checkpointing.

    adapter_names: for each row its adapter, or "__base__". num_beams: of beam search, which repeats each row.
    Raises ValueError if a name is not known, or if router losses are of the tokens of all processes and these train
    different adapters.
    """
    if unknown := sorted(set(adapter_names) - {*known, BASE}):
        raise ValueError(f"adapter_names has {unknown}, but the model's adapters are {sorted(known)}")
    trains = model.training and torch.is_grad_enabled()
    shared = {name for name, config in known.items() if config.router_loss_across_processes and any(config.loss_coefs)}
    if shared and trains:
        check_same_adapters(shared & set(adapter_names))
    names = [name for name in adapter_names for _ in range(num_beams)]
    with ExitStack() as undo:
        undo.enter_context(_hooked(model, names))
        found = [(module, name) for module in model.modules() for name in CHECKPOINTS if name in vars(module)]
        for module, name in found if trains else ():
            checkpoint = getattr(module, name)
            setattr(module, name, partial(_checkpointed, module, names, checkpoint))
            undo.callback(setattr, module, name, checkpoint)
        yield


@contextmanager
def _hooked(module: nn.Module, names: list[str]) -> Iterator[None]:
    """Within, all layers in the module are given the names."""
    handles = [
        layer.register_forward_pre_hook(partial(_with_names, names), with_kwargs=True)
        for layer in module.modules()
        if isinstance(layer, (MixLoraLayer, LoraLayer, AuxiliaryTrainingWrapper))
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _with_names(names: list[str], module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
    return args, {**kwargs, "adapter_names": names}


def _checkpointed(
    module: nn.Module, names: list[str], checkpoint: Any, function: Any, *args: Any, **kwargs: Any
) -> Any:
    """What ``checkpoint`` does with the function, which carries the names with it to the second pass."""

    def with_names(*args: Any, **kwargs: Any) -> Any:
        with _hooked(module, names):
            return function(*args, **kwargs)

    return checkpoint(with_names, *args, **kwargs)


def train_together(model: Any, adapter_names: Sequence[str]) -> dict[str, list[nn.Parameter]]:
    """Make these adapters of a ``PeftModel`` the active ones, to be trained, and return the parameters of each.

    Give each list to an optimizer of its own. From then on a pass needs ``adapter_names``. Raises ValueError if the model
    has no adapter of a name.
    """
    if unknown := sorted(set(adapter_names) - set(model.peft_config)):
        raise ValueError(f"the model has no adapter {unknown}: its adapters are {sorted(model.peft_config)}")
    model.base_model.set_adapter(list(adapter_names))
    return {
        adapter: [p for name, p in model.named_parameters() if p.requires_grad and f".{adapter}." in f".{name}."]
        for adapter in adapter_names
    }


def losses_by_adapter(
    model: nn.Module, logits: Tensor, labels: Tensor, adapter_names: Sequence[str]
) -> dict[str, Tensor]:
    """The loss of each adapter as if its rows had been a batch of their own: a scalar for each, in nats per token.

    logits: [B, S, V], of the pass that ``adapter_names`` was given to, without labels. labels: [B, S], -100 where none
    counts; position s is predicted from s - 1, as in transformers' causal language models. In training the routers'
    losses are in it. The gradient of their sum is for each adapter what it would be alone, whatever the others do.

    Raises ValueError if the shapes do not fit, and in training RuntimeError if no router losses are left of the pass,
    because it had labels or they were taken before.
    """
    if len(adapter_names) != len(logits) or logits.shape[:2] != labels.shape:
        raise ValueError(
            f"{len(adapter_names)} names, logits {list(logits.shape)} and labels {list(labels.shape)} do not fit"
        )
    log = router_log(model)
    routers = log.take_each() if model.training and torch.is_grad_enabled() else {}
    if routers is None and {*adapter_names} != {BASE}:
        raise RuntimeError(NONE_LEFT)
    losses = {}
    for adapter in dict.fromkeys(adapter_names):
        rows = [row for row, name in enumerate(adapter_names) if name == adapter]
        predicted, wanted = logits[rows, :-1].flatten(0, 1), labels[rows, 1:].flatten().to(logits.device)
        dtype = torch.promote_types(logits.dtype, torch.float32)
        losses[adapter] = nn.functional.cross_entropy(predicted.to(dtype), wanted)
        if routers and adapter in routers:
            losses[adapter] = losses[adapter] + routers[adapter].to(losses[adapter])
    return losses
