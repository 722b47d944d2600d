"""For trainers that compute the loss themselves and not from the model's."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .pass_loss import share_of_step
from .router_log import separate_router_loss


class RouterLossMixin:
    """Adds the routers' losses to whatever a trainer's ``compute_loss`` returns, exactly once.

    ``class MyTrainer(RouterLossMixin, transformers.Trainer): pass``, and the same with TRL's ``SFTTrainer``. Needed
    with label smoothing, with ``compute_loss_func`` and with TRL, which ignore ``outputs.loss``; harmless elsewhere.
    Evaluation is left alone. Raises ValueError if the model has no MixLoRA adapter.
    """

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None, **kwargs: Any
    ) -> Any:
        """The loss, or (loss, outputs), as of ``transformers.Trainer.compute_loss``."""
        trainer: Any = super()
        given = dict(inputs)  # the trainer may take the labels out
        with separate_router_loss(model) as log:
            result = trainer.compute_loss(model, inputs, return_outputs, num_items_in_batch, **kwargs)
            extra = log.take()
        if extra is None:
            return result
        share = share_of_step(given, num_items_in_batch, log.shifts_labels, across_processes=log.across_processes)
        if num_items_in_batch is not None and trainer.__self__.args.average_tokens_across_devices:
            share = share * trainer.__self__.accelerator.num_processes  # as the trainer does with its own part
        loss: Tensor = result[0] if return_outputs else result
        loss = loss + (torch.as_tensor(share, device=loss.device) * extra.to(loss.device)).to(loss.dtype)
        return (loss, *result[1:]) if return_outputs else loss
