"""What a MixLoRA adapter is made of and how it is trained; saved next to the adapter's weights."""

from __future__ import annotations

import copy
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftConfig
from peft.utils import SAFETENSORS_WEIGHTS_NAME
from peft.utils.peft_types import PeftType
from safetensors import SafetensorError, safe_open

from .routing import ROUTERS, Router

INITS = ("kaiming", "gaussian")


@dataclass
class MixLoraConfig(PeftConfig):
    """The settings of one adapter. Names and defaults are those of the paper (arXiv 2404.15159) and its reference.

    num_experts: E experts in every adapted feed-forward block, or a list of numbers, one for each adapted layer.
    top_k: how many of them a token uses, if routing_strategy is "top_k".
    top_p, temperature: of "top_p". expert_capacity: of "switch", tokens of a sequence that an expert takes.
        norm_topk_prob: whether the chosen experts' weights are divided by their sum. ``sovereign.mixlora.routing`` has
        the rules. None, here and below: the router's own default.
    shared_expert: one more expert, which every token uses.
    r, lora_alpha, lora_dropout, use_rslora: of the LoRA on the attention projections, and of the experts' unless
        expert_r, a number or a list as num_experts, expert_lora_alpha or expert_lora_dropout say otherwise. Dropout is
        a probability in [0, 1).
    use_dora: magnitudes for the LoRA on the attention and the experts (``sovereign.mixlora.dora``).
    target_modules: names, or a regular expression for the whole path, of modules that get a plain LoRA. None: the
        attention projections of the architecture; []: none. Looked for in the layers that have a feed-forward block.
    expert_target_modules: names of the block's projections that get experts. None: all of them.
    layers_to_transform: numbers of the layers to adapt. None: all of them.
    modules_to_save: names of modules trained and saved as a whole, such as a new classification head.
    routing_strategy: a name in ``sovereign.mixlora.routing.ROUTERS``.
    router_aux_loss_coef, router_z_loss_coef: factors of ``load_balance_loss`` and ``router_z_loss`` in the loss.
    router_loss_across_processes: whether these losses are of the tokens of all processes (``losses``); every process must
        then run the same training passes.
    jitter_noise: in training the router sees its input times U(1 - j, 1 + j).
    router_init_range: standard deviation of the router's weights at the start.
    init_lora_weights: how the A matrices start, "kaiming" or "gaussian"; the B matrices start at zero.

    Raises ValueError if a setting cannot be used.
    """

    num_experts: int | list[int] = 8
    top_k: int = 2
    top_p: float = 0.8
    temperature: float = 0.0
    expert_capacity: int = 32
    norm_topk_prob: bool | None = None
    shared_expert: bool = False
    r: int = 16
    lora_alpha: float = 32
    lora_dropout: float = 0.05
    use_rslora: bool = False
    use_dora: bool = False
    expert_r: int | list[int] | None = None
    expert_lora_alpha: float | None = None
    expert_lora_dropout: float | None = None
    target_modules: list[str] | str | None = None
    expert_target_modules: list[str] | None = None
    layers_to_transform: Any = None  # a number or any collection of them; a list from __post_init__ on
    modules_to_save: list[str] | None = None
    routing_strategy: str = "top_k"
    router_aux_loss_coef: float = 0.001
    router_z_loss_coef: float | None = None
    router_loss_across_processes: bool = False
    jitter_noise: float | None = None
    router_init_range: float | None = None
    init_lora_weights: str = field(default="kaiming")

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        self.peft_type = PeftType("MIXLORA")
        if isinstance(self.target_modules, set | tuple):
            self.target_modules = sorted(self.target_modules)
        if isinstance(self.layers_to_transform, int):
            self.layers_to_transform = [self.layers_to_transform]
        elif self.layers_to_transform is not None:
            self.layers_to_transform = sorted(self.layers_to_transform)  # of any collection; a file keeps a list
        for name in ("expert_target_modules", "modules_to_save"):
            if isinstance(getattr(self, name), str):
                setattr(self, name, [getattr(self, name)])
        for own in fields(self):
            if own.default not in (None, MISSING) and getattr(self, own.name) is None:
                raise ValueError(f"{own.name} must have a value, but is None; left out it is {own.default!r}")
        for name in ("num_experts", "top_k", "r", "expert_r", "expert_capacity"):
            self._check_sizes(name)
        for name in ("use_rslora", "use_dora", "shared_expert", "router_loss_across_processes", "norm_topk_prob"):
            if not isinstance(getattr(self, name), bool) and not (
                name == "norm_topk_prob" and self.norm_topk_prob is None
            ):
                raise ValueError(f"{name} must be true or false, but is {getattr(self, name)!r}")
        for name in ("lora_dropout", "expert_lora_dropout", "jitter_noise"):
            _check(name, getattr(self, name), lambda value: 0 <= value < 1, "at least 0 and below 1; 0 turns it off")
        for name in ("router_aux_loss_coef", "router_z_loss_coef", "router_init_range", "temperature"):
            _check(name, getattr(self, name), lambda value: value >= 0, "at least 0")
        for name in ("lora_alpha", "expert_lora_alpha"):
            _check(name, getattr(self, name), lambda value: value > 0, "above 0")
        _check("top_p", self.top_p, lambda value: 0 < value <= 1, "above 0 and at most 1")
        _check_choice("routing_strategy", self.routing_strategy, tuple(ROUTERS))
        for name, value in ROUTERS[self.routing_strategy].defaults.items():
            if getattr(self, name) is None:
                setattr(self, name, value)
        fewest = min(self.num_experts) if isinstance(self.num_experts, list) else self.num_experts
        if self.routing_strategy == "top_k" and self.top_k > fewest:
            raise ValueError(
                f"top_k is {self.top_k}, but there are only {fewest} experts: lower top_k or raise num_experts"
            )
        self.router()
        _check_choice("init_lora_weights", self.init_lora_weights, INITS)
        if self.target_modules == "all-linear":
            raise ValueError(
                'target_modules="all-linear" would put a LoRA where the experts are: name attention projections, or None'
            )
        if self.expert_target_modules is not None and not self.expert_target_modules:
            raise ValueError(
                "expert_target_modules is empty: name a projection of the feed-forward block, or None for all"
            )
        if any(index < 0 for index in self.layers_to_transform or ()):
            raise ValueError(f"layers_to_transform counts layers from 0, but is {self.layers_to_transform}")

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, subfolder: str | None = None, **kwargs: Any) -> Any:
        """As peft's. ValueError if the tensors beside it are half written: peft, which reads them next, says neither
        which file it is nor what to do."""
        tensors = Path(pretrained_model_name_or_path, subfolder or "", SAFETENSORS_WEIGHTS_NAME)
        if tensors.is_file():
            try:
                with safe_open(tensors, "pt"):
                    pass
            except SafetensorError as error:
                raise ValueError(f"{tensors} is half written or damaged: save or copy it again ({error})") from error
        peft: Any = super()
        return peft.from_pretrained(pretrained_model_name_or_path, subfolder, **kwargs)

    def _check_sizes(self, name: str) -> None:
        value = getattr(self, name)
        if isinstance(value, tuple):
            value = list(value)
            setattr(self, name, value)
        several = name in ("num_experts", "expert_r")
        sizes = value if several and isinstance(value, list) and value else [value]
        if value is None and name == "expert_r":
            return
        if any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in sizes):
            wanted = "a whole number of at least 1" + (", or a list of such numbers" if several else "")
            raise ValueError(f"{name} must be {wanted}, but is {value!r}")

    @property
    def loss_coefs(self) -> tuple[float, float]:
        """The factors of the load-balance loss and of the z-loss."""
        return self.router_aux_loss_coef, self.router_z_loss_coef or 0.0

    def router(self) -> Router:
        """The router of these settings."""
        return ROUTERS[self.routing_strategy].of(self)

    def for_layer(self, position: int, count: int) -> MixLoraConfig:
        """The settings of one layer, without lists; position: its place among the ``count`` layers that are adapted.

        Raises ValueError if a list has not as many entries as layers are adapted.
        """
        found = copy.copy(self)
        for name in ("num_experts", "expert_r"):
            sizes = getattr(self, name)
            if isinstance(sizes, list):
                if len(sizes) != count:
                    raise ValueError(
                        f"{name} has {len(sizes)} numbers, but {count} layers are adapted: give one number for all of "
                        "them, or one for each, from the first layer on"
                    )
                setattr(found, name, sizes[position])
        return found

    def expert_lora(self) -> dict[str, Any]:
        """The arguments of ``ExpertLora`` that one layer's settings fix; what was left open is taken from the LoRA's."""
        assert isinstance(self.num_experts, int)
        return {
            "num_experts": self.num_experts + self.shared_expert,
            "r": self.r if self.expert_r is None else self.expert_r,
            "lora_alpha": self.lora_alpha if self.expert_lora_alpha is None else self.expert_lora_alpha,
            "lora_dropout": self.lora_dropout if self.expert_lora_dropout is None else self.expert_lora_dropout,
            "use_rslora": self.use_rslora,
            "use_dora": self.use_dora,
            "init": self.init_lora_weights,
        }

    def attention_lora(self, fan_in_fan_out: bool) -> LoraConfig:
        """The configuration of peft's own LoRA on a module of ``target_modules``.

        fan_in_fan_out: whether the module keeps its weight as [in, out], as GPT-2's do.
        """
        return LoraConfig(
            r=self.r,
            lora_alpha=self.lora_alpha,  # type: ignore[arg-type]  # peft only ever divides it
            lora_dropout=self.lora_dropout,
            use_rslora=self.use_rslora,
            use_dora=self.use_dora,
            init_lora_weights=True if self.init_lora_weights == "kaiming" else "gaussian",
            fan_in_fan_out=fan_in_fan_out,
            inference_mode=self.inference_mode,
        )


def _check(name: str, value: Any, holds: Any, wanted: str) -> None:
    """Raise ValueError unless ``value`` is None or a number for which ``holds``; written so that NaN fails."""
    if value is not None and not (isinstance(value, int | float) and holds(value)):
        raise ValueError(f"{name} must be {wanted}, but is {value!r}")


def _check_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    """Raise ValueError if ``value`` is not one of ``known``, with the one that was probably meant."""
    if value in known:
        return
    near = get_close_matches(str(value), known, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if str(value).startswith("mixlora"):
        hint = "; that is a name of the reference package, whose adapters load_reference_adapter reads"
    raise ValueError(f"{name} must be one of {list(known)}, but is {value!r}{hint}")
