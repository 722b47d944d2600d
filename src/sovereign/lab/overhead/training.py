"""One training step and one prompt of a real model, with what each of them adds to the memory of its process."""

from __future__ import annotations

import gc
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from ..methods import Variant
from . import peak
from .models import model_of

if TYPE_CHECKING:
    from torch import Tensor

_CHUNK = 1 << 20  # entries that the optimizer updates at a time, so that its own temporaries stay small


class Job(NamedTuple):
    """What is built: a variant of ``shape.num_hidden_layers`` blocks, and one sequence of ``tokens``."""

    of: Variant
    tokens: int
    dtype: str
    device: peak.Device
    threads: int
    seed: int


class Growth(NamedTuple):
    """Bytes that the process grew by, and exact bytes of the tensors within.

    ``inference``: the peak of a prompt with weights and adapters alone. ``states``: weights, adapters, gradients and
    optimizer state are there. ``turn`` and ``rest``: the peaks of a step until the gradient has passed the output layer,
    when every block keeps its activations, and of what follows. They are apart because they grow differently with the
    number of blocks. These three are 0 for what trains nothing.
    """

    inference: int
    states: int
    turn: int
    rest: int
    weights: int
    adapters: int
    gradients: int
    optimizer: int
    kv_cache: int

    @property
    def training(self) -> int:
        """The peak of a step."""
        return max(self.turn, self.rest)


class AdamW:
    """AdamW (Loshchilov & Hutter 2017, arXiv 1711.05101, algorithm 2), with the state that the cost model counts.

    Two moments in fp32 for every parameter, and a master copy in fp32 where the parameter has 16 bits: mixed precision
    as ZeRO accounts it (Rajbhandari et al. 2020, arXiv 1910.02054, section 3.1). The gradients stay in the parameters'
    type and keep their memory from step to step.
    """

    def __init__(self, parameters: list[Tensor], lr: float = 1e-4, weight_decay: float = 0.01) -> None:
        import torch

        self.lr, self.weight_decay, self.betas, self.steps = lr, weight_decay, (0.9, 0.999), 0
        self.parameters = parameters
        self.masters = [p.detach().float() for p in parameters]  # itself where it is fp32 already
        self.moments = [(torch.zeros_like(m).add_(0.0), torch.zeros_like(m).add_(0.0)) for m in self.masters]
        for parameter in parameters:
            parameter.grad = torch.zeros_like(parameter).add_(0.0)  # written to, or it would be a page of zeros

    def state_bytes(self) -> int:
        """Bytes of moments and master copies."""
        kept = [m for p, m in zip(self.parameters, self.masters, strict=True) if m.data_ptr() != p.data_ptr()]
        return sum(tensor.nbytes for tensor in (*kept, *(one for pair in self.moments for one in pair)))

    def step(self) -> None:
        """Update every parameter from its gradient."""
        import torch

        self.steps += 1
        first, second = self.betas
        size = self.lr / (1 - first**self.steps)
        for parameter, master, moments in zip(self.parameters, self.masters, self.moments, strict=True):
            assert parameter.grad is not None
            whole = (parameter.detach(), parameter.grad, master, *moments)
            chunks = (torch.split(tensor.view(-1), _CHUNK) for tensor in whole)
            for p, g, w, m, v in zip(*chunks, strict=True):
                gradient = g.float()
                m.lerp_(gradient, 1 - first)
                v.mul_(second).addcmul_(gradient, gradient, value=1 - second)
                w.mul_(1 - self.lr * self.weight_decay)
                w.addcdiv_(m, (v / (1 - second**self.steps)).sqrt_().add_(1e-8), value=-size)
                p.copy_(w)


def growth(job: Job) -> Growth:
    """Build it, train one step, answer a prompt; to be run in a process of its own."""
    import torch

    warnings.simplefilter("ignore")  # what libraries say of each other's interfaces
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    _grown(_tiny(job))  # what libraries load and keep at their first call is not the model's
    gc.collect()
    return _grown(job)


def _grown(job: Job) -> Growth:
    """What building, training and answering add to what the process holds."""
    before = peak.held(job.device)
    model = model_of(job.of, job.dtype, job.device)
    built = peak.held(job.device) - before
    added = {id(p) for name, p in model.named_parameters() if _is_added(name)}
    weights = sum(p.nbytes for p in model.parameters() if id(p) not in added)
    adapters = sum(p.nbytes for p in model.parameters() if id(p) in added)
    states = turn = rest = gradients = state = 0
    trained = [p for p in model.parameters() if p.requires_grad]
    if trained:
        optimizer = AdamW(trained)
        gradients, state = sum(p.grad.nbytes for p in trained if p.grad is not None), optimizer.state_bytes()
        states = peak.held(job.device) - before
        turn, rest = (high - before for high in _step(model, job, optimizer))
        del optimizer
        model.zero_grad(set_to_none=True)
    # Kernels that the step left behind are not the prompt's, so it counts from here.
    now = peak.held(job.device)
    peak.reset(job.device)
    kv_cache = _prompt(model, job)
    inference = built + peak.highest(job.device) - now
    return Growth(inference, states, turn, rest, weights, adapters, gradients, state, kv_cache)


def _is_added(name: str) -> bool:
    """Whether a parameter of that name came with the method."""
    return any(part in name for part in ("lora_", "mixlora_", ".down.", ".up."))


def _prompt(model: Any, job: Job) -> int:
    """Answer one prompt and return the bytes of its KV cache; of the logits only the last row is wanted."""
    import torch

    tokens = torch.randint(0, job.of.shape.vocab_size, (1, job.tokens), device=job.device)
    with torch.inference_mode():
        if not job.of.shape.causal:
            model.eval()(tokens)
            return 0
        cache = model.eval()(tokens, use_cache=True, logits_to_keep=1).past_key_values
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)


def _step(model: Any, job: Job, optimizer: AdamW) -> tuple[int, int]:
    """One step on one sequence, and its two peaks.

    The loss is the library's own; for a model without one, the mean square of what it gives.
    """
    import torch

    model.train()
    highs: list[int] = []

    def turned(gradient: Tensor) -> None:
        highs.append(peak.highest(job.device))
        peak.reset(job.device)

    tokens = torch.randint(0, job.of.shape.vocab_size, (1, job.tokens), device=job.device)
    peak.reset(job.device)
    if job.of.shape.causal:
        head = model.get_output_embeddings()
        hook = head.register_forward_pre_hook(lambda module, given: given[0].register_hook(turned) and None)
        loss = model(tokens, labels=tokens, use_cache=False).loss
        hook.remove()
    else:
        output = model(tokens).pooler_output
        output.register_hook(turned)
        loss = output.float().square().mean()
    loss.backward()
    optimizer.step()
    [turn] = highs
    return turn, peak.highest(job.device)


def _tiny(job: Job) -> Job:
    """The same kind of model, as small as can be."""
    own = job.of.shape
    grouped = own.num_key_value_heads < own.num_attention_heads
    sizes = {"num_hidden_layers": 1, "hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4}
    sizes |= {"num_key_value_heads": 2 if grouped else 4, "word_embed_proj_dim": 32 if own.projected else 64}
    small = own.model_copy(update=sizes | {"vocab_size": 128})
    return job._replace(of=job.of._replace(shape=small), tokens=min(job.tokens, 64))
