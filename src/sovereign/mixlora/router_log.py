"""The routers' losses of a training pass: collected while the model runs, and added to the loss it returns.

They are collected by hooks on the base model, because that is what everything calls in the end: a ``PeftModel`` without
a task type, ``generate`` and trainers that patch the model's forward all pass by the tuner's own.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers.loss.loss_utils import LOSS_MAPPING, ForCausalLMLoss

from .config import MixLoraConfig
from .pass_loss import Said, router_loss, share_of_step
from .routing import Routing

NONE_LEFT = (
    "no router loss is left to be added: there was no pass in training mode with gradients, or its outputs.loss contains "
    "the router losses, or they were taken before"
)
UNUSED_PASSES = 8  # so many training passes in a row whose router losses no backward reached, and a warning is due


class RouterLog:
    """What the routers of one model said in its last training pass.

    A pass is one call of the model in training mode with gradients enabled. What is computed again during backward,
    under gradient checkpointing, happens outside of it and is not counted. Evaluation and generation are not collected.
    """

    def __init__(self, model: nn.Module) -> None:
        self.add_to_loss = True
        self.shifts_labels = LOSS_MAPPING.get(str(getattr(model, "loss_type", None))) is ForCausalLMLoss
        self.watchers: list[Watcher] = []
        self._seen: list[Seen] | None = None
        self._said: dict[str, Said] | None = None
        self._pending: dict[str, Tensor] | None = None
        self.across_processes = False  # whether a loss of the last training pass is of all processes' tokens
        self._unused = 0.0
        self._handles = [
            model.register_forward_pre_hook(self._open, with_kwargs=True),
            model.register_forward_hook(self._close, with_kwargs=True),
        ]

    def record(
        self,
        layer: nn.Module,
        adapter: str,
        config: MixLoraConfig,
        routing: Routing,
        shape: torch.Size,
        batch: Tensor | None = None,
    ) -> None:
        """Called by a layer for each adapter that it uses.

        config: of the adapter in this layer. routing: of its tokens, whose hidden states were [*shape, H]. batch: which
        rows of the batch they are, None for all.
        """
        if self._seen is not None:
            self._seen.append(Seen(layer, adapter, Routing(*(t.detach() for t in routing)), batch))
        if self._said is None:
            return
        if not torch.is_grad_enabled() and any(config.loss_coefs):
            raise RuntimeError(
                "reentrant gradient checkpointing hides the routers from their losses: use "
                'gradient_checkpointing_kwargs={"use_reentrant": False}, or set router_aux_loss_coef and '
                "router_z_loss_coef to 0"
            )
        said = self._said.setdefault(adapter, Said(config, batch))
        said.logits.setdefault(id(layer), []).append(routing.logits.view(*shape, -1))

    def take(self) -> Tensor | None:
        """The weighted losses of the last training pass if they are in no loss yet, and None from then on."""
        pending = self.take_each()
        if pending is None:
            return None
        first, *others = pending.values()
        return sum((loss.to(first.device) for loss in others), first)  # of adapters that may begin on different devices

    def take_each(self) -> dict[str, Tensor] | None:
        """The same by adapter."""
        pending, self._pending = self._pending, None
        return pending

    def __getstate__(self) -> dict[str, Any]:
        """For copies of the model, which cannot have a tensor in the midst of a graph."""
        return self.__dict__ | {"_pending": None, "_said": None, "_seen": None, "watchers": []}

    def remove(self) -> None:
        """Take the hooks off the model."""
        for handle in self._handles:
            handle.remove()

    def _open(self, model: nn.Module, args: Any, kwargs: Any) -> None:
        self._seen = [] if self.watchers else None
        self._said = {} if model.training and torch.is_grad_enabled() else None
        if self._said is not None:
            self._pending = None  # of a pass before, which may have held its graph until now
        if self._said is not None and getattr(model, "_is_replica", False):
            raise RuntimeError("the routers' losses do not work under nn.DataParallel: use DistributedDataParallel")

    def _close(self, model: nn.Module, args: Any, kwargs: Any, output: Any) -> Any:
        said, self._said = self._said, None
        seen, self._seen = self._seen, None
        if not said and not seen:
            return None
        given = {**dict(zip(inspect.signature(model.forward).parameters, args, strict=False)), **kwargs}
        for watcher in self.watchers if seen else ():
            watcher(seen or [], given.get("attention_mask"))
        if not said:
            return None
        # In the order of the names, so that every process sums those of the same adapter, however its rows are ordered.
        said = {name: said[name] for name in sorted(said)}
        self.across_processes = any(each.config.router_loss_across_processes for each in said.values())
        self._pending = {name: router_loss(each, given.get("attention_mask")) for name, each in said.items()}
        for loss in self._pending.values():
            self._watch(loss, len(self._pending))
        return self._added(given, output, said) if self.add_to_loss else None

    def _added(self, given: dict[str, Any], output: Any, said: Mapping[str, Said]) -> Any:
        """The output with the losses in it, or None if it has no loss.

        said: by adapter. Its losses count by its share of the labels, as its rows do in the loss.
        """
        old = output.get("loss") if isinstance(output, dict) else output[0] if isinstance(output, tuple) else None
        if not isinstance(old, Tensor) or old.dim() > 0:  # a tuple without labels starts with the logits
            return None
        pending, new = self.take_each(), old
        assert pending is not None
        for name, loss in pending.items():
            items, everywhere = given.get("num_items_in_batch"), said[name].config.router_loss_across_processes
            share = share_of_step(given, items, self.shifts_labels, said[name].batch, everywhere)
            new = new + (torch.as_tensor(share, device=old.device) * loss.to(old.device)).to(old.dtype)
        if isinstance(output, tuple):
            return (new, *output[1:])
        output["loss"] = new
        return output

    def _watch(self, loss: Tensor, adapters: int) -> None:
        """Notice if backward does not reach what was collected: then the trainer uses a loss of its own."""
        if not loss.requires_grad or torch.compiler.is_compiling():
            return
        self._unused += 1 / adapters
        loss.register_hook(self._reached)  # type: ignore[no-untyped-call]
        if self._unused > UNUSED_PASSES:
            warnings.warn(
                f"the routers' losses of the last {UNUSED_PASSES} training passes were in no loss that was "
                "differentiated, so nothing balances the experts. A trainer that does not use the model's own loss "
                "(label smoothing, compute_loss_func, TRL) needs RouterLossMixin or router_aux_loss(model)",
                stacklevel=2,
            )
            self._unused = -(1 << 62)  # once

    def _reached(self, gradient: Tensor) -> None:
        self._unused = min(self._unused, 0)


class Seen(NamedTuple):
    """What one layer's router of one adapter did in a pass, without gradients; batch: which rows, None for all."""

    layer: nn.Module
    adapter: str
    routing: Routing
    batch: Tensor | None


Watcher = Callable[[list[Seen], Any], None]  # is given all of a pass, and its attention_mask


def router_log(model: nn.Module) -> RouterLog:
    """The log of a model with MixLoRA layers, wrapped in what it may be; ValueError if it has none."""
    for module in model.modules():
        log = getattr(module, "router_log", None)
        if isinstance(log, RouterLog):
            return log
    raise ValueError(f"{type(model).__name__} has no MixLoRA adapter")


def router_aux_loss(model: nn.Module) -> Tensor:
    """The losses of the routers in the last training pass, times their coefficients: a scalar to be added to a loss.

    For a loss that is computed outside of the model. 0 in evaluation mode or without gradients. Raises RuntimeError in
    training if there is none to be added: no pass yet, or one with labels, whose ``outputs.loss`` contains them, or one
    that was asked before.
    """
    log = router_log(model)
    if not (model.training and torch.is_grad_enabled()):
        return torch.zeros((), device=next(model.parameters()).device)
    pending = log.take()
    if pending is None:
        raise RuntimeError(NONE_LEFT)
    return pending


@contextmanager
def separate_router_loss(model: nn.Module) -> Iterator[RouterLog]:
    """Within, ``outputs.loss`` is the base model's alone, and the log's ``take`` gives the router losses of a pass within."""
    log = router_log(model)
    log.take_each()  # of a pass before, which nobody asked for
    before, log.add_to_loss = log.add_to_loss, False
    try:
        yield log
    finally:
        log.add_to_loss = before
