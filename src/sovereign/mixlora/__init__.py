"""MixLoRA (arXiv 2404.15159): routed LoRA experts in the feed-forward block of a frozen dense model.

Importing this package makes it a method of peft::

    import sovereign.mixlora as mixlora
    model = peft.get_peft_model(model, mixlora.MixLoraConfig(num_experts=8, top_k=2, task_type="CAUSAL_LM"))
"""

try:
    import peft
    import torch
    import transformers
except ImportError as missing:
    raise ImportError(
        f'sovereign.mixlora needs torch, transformers and peft: pip install "sovereign-research[lab]" ({missing})'
    ) from missing

from .callback import RouterCallback
from .config import MixLoraConfig
from .exchange import convert, load_reference_adapter
from .insight import RouterStats, watch_routers
from .layer import MixLoraLayer
from .mixed import losses_by_adapter, train_together
from .model import MixLoraModel
from .register import register
from .router_log import router_aux_loss
from .trainer import RouterLossMixin

register()
del peft, torch, transformers

__all__ = [
    "MixLoraConfig",
    "MixLoraLayer",
    "MixLoraModel",
    "RouterCallback",
    "RouterLossMixin",
    "RouterStats",
    "convert",
    "load_reference_adapter",
    "losses_by_adapter",
    "register",
    "router_aux_loss",
    "train_together",
    "watch_routers",
]
