"""The sections are the real thing: equal to transformers' layers, to peft's LoRA, to the reference package, to each other."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the lab extra")
transformers = pytest.importorskip("transformers", reason="needs the lab extra")
peft = pytest.importorskip("peft", reason="needs the lab extra")

from sovereign.lab.methods import METHODS, Variant, variant  # noqa: E402
from sovereign.lab.overhead import attention as context  # noqa: E402
from sovereign.lab.overhead.budget import sliced  # noqa: E402
from sovereign.lab.overhead.routed_sections import (  # noqa: E402
    attention_kind,
    feed_forward,
    feed_forward_kind,
    given_routing,
)
from sovereign.lab.overhead.sections import (  # noqa: E402
    FATAL_INPUTS,
    FATAL_ROWS,
    LAYER_NORM_EPS,
    RMS_NORM_EPS,
    Lora,
    attention,
    bottleneck,
    linear,
    product,
)
from sovereign.lab.overhead.whole import Transformer, build  # noqa: E402
from sovereign.lab.shapes import Shape, shape  # noqa: E402
from tests.lab.models import model_of  # noqa: E402

TOKENS, CONTEXT = 11, 7
DENSE = ["bert-110m", "opt-125m", "opt-350m", "llama2-7b", "llama2-70b"]


def small(name: str) -> Shape:
    own = shape(name)
    grouped = own.num_key_value_heads < own.num_attention_heads
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2 if grouped else 4}
    sizes = {"num_hidden_layers": 3, "hidden_size": 64, "intermediate_size": 176, "vocab_size": 96}
    return own.model_copy(update={**sizes, **heads, "word_embed_proj_dim": 32 if own.projected else 64})


class Draw:
    """Random weights, larger than usual, so that what differs shows; the same ones for the same seed."""

    def __init__(self, dtype: Any = torch.float64, seed: int = 0) -> None:
        self.dtype, self.generator = dtype, torch.Generator().manual_seed(seed)

    def __call__(self, *sizes: int) -> Any:
        return 0.1 * torch.randn(*sizes, generator=self.generator, dtype=torch.float64).to(self.dtype)


def filled(own: Shape, ours: Transformer) -> Any:
    """transformers' model of the shape with our weights. Every parameter of it is set, or this fails."""
    theirs = model_of(own, "cpu", "sdpa", dropout=False).double().eval()
    weights: dict[str, Any] = {}
    linear: dict[str, Any] = {}
    for i, (attend, feed) in enumerate(ours.blocks):
        parts = attend.inner, feed.inner
        match own.architecture:
            case "opt":
                at = f"model.decoder.layers.{i}"
                names = {f"self_attn.{k}": k for k in ("q_proj", "k_proj", "v_proj")}
                names |= {"self_attn.out_proj": "o_proj", "fc1": "up_proj", "fc2": "down_proj"}
                norms = {"self_attn_layer_norm": attend.norm, "final_layer_norm": feed.norm}
            case "bert":
                at = f"encoder.layer.{i}"
                names = {f"attention.self.{k}": f"{k[0]}_proj" for k in ("query", "key", "value")}
                names |= {"attention.output.dense": "o_proj", "intermediate.dense": "up_proj"}
                names |= {"output.dense": "down_proj"}
                norms = {"attention.output.LayerNorm": attend.norm, "output.LayerNorm": feed.norm}
            case _:
                at = f"model.layers.{i}"
                names = {f"self_attn.{k}_proj": f"{k}_proj" for k in "qkvo"}
                norms = {"input_layernorm": attend.norm, "post_attention_layernorm": feed.norm}
                if own.sparse:
                    experts = list(feed.inner.experts)
                    fused = [torch.cat([one.gate_proj.weight, one.up_proj.weight]) for one in experts]
                    weights[f"{at}.mlp.gate.weight"] = feed.inner.router.gate
                    weights[f"{at}.mlp.experts.gate_up_proj"] = torch.stack(fused)
                    weights[f"{at}.mlp.experts.down_proj"] = torch.stack([one.down_proj.weight for one in experts])
                else:
                    names |= {f"mlp.{k}_proj": f"{k}_proj" for k in ("gate", "up", "down")}
        linear |= {f"{at}.{name}": next(getattr(p, k) for p in parts if hasattr(p, k)) for name, k in names.items()}
        linear |= {f"{at}.{name}": norm for name, norm in norms.items()}
    before, last = {"opt": ("model.decoder.", "final_layer_norm"), "bert": ("embeddings.", "LayerNorm")}.get(
        own.architecture, ("model.", "norm")
    )
    embedding, head = ours.embedding, ours.head
    words = "word_embeddings" if own.architecture == "bert" else "embed_tokens"
    weights[f"{before}{words}.weight"] = embedding.table
    if own.architecture == "opt":
        weights[f"{before}embed_positions.weight"] = embedding.positions.roll(
            2, 0
        )  # its first two are before the first
    if own.architecture == "bert":
        weights[f"{before}position_embeddings.weight"] = embedding.positions
        weights[f"{before}token_type_embeddings.weight"] = embedding.types
        weights |= {"pooler.dense.weight": head.table, "pooler.dense.bias": head.bias}
        linear[f"{before}{last}"] = embedding.norm
    else:
        weights["lm_head.weight"] = head.table
    if head.norm is not None:
        linear[f"{before}{last}"] = head.norm
    if own.projected:
        linear |= {f"{before}project_in": embedding.project_in, f"{before}project_out": head.project_out}
    for name, module in linear.items():
        weights |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
    theirs.load_state_dict(weights)
    # Constants that differ between checkpoints, and that latency does not depend on, are made equal.
    for module in theirs.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = LAYER_NORM_EPS
        elif hasattr(module, "variance_epsilon"):
            module.variance_epsilon = RMS_NORM_EPS
        elif hasattr(module, "inv_freq"):
            module.inv_freq = context.THETA ** -(torch.arange(0, 16, 2) / 16)
    return theirs


@pytest.mark.parametrize("name", [*DENSE, "mixtral-8x7b"])
def test_a_prompt_gives_what_transformers_gives(name: str) -> None:
    own = small(name)
    ours = build(variant(own, "base"), Draw())
    theirs = filled(own, ours)
    ids = torch.randint(own.vocab_size, (TOKENS,))
    mixes = [context.prefill(own, TOKENS, torch.empty(0, dtype=torch.float64))] * own.num_hidden_layers
    with torch.no_grad():
        out = theirs(ids[None])
        expected = out.logits[0] if own.causal else out.pooler_output
        found = ours.forward(ids, torch.arange(TOKENS), mixes, None, slice(None) if own.causal else slice(1))
    assert found.std() > 0.01
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)  # rotary angles are fp32 in transformers


@pytest.mark.parametrize("name", ["opt-125m", "opt-350m", "llama2-7b", "llama2-70b", "mixtral-8x7b"])
def test_decoding_with_a_cache_gives_what_transformers_gives(name: str) -> None:
    own = small(name)
    ours = build(variant(own, "base"), Draw())
    theirs = filled(own, ours)
    ids = torch.randint(own.vocab_size, (2, CONTEXT))
    with torch.no_grad():
        expected = theirs(ids).logits[:, -1]
        past = theirs(ids[:, :-1], use_cache=True).past_key_values
        layers = [
            context.Cache(
                *(torch.cat([one, torch.zeros_like(one[:, :, :1])], dim=2) for one in (layer.keys, layer.values))
            )
            for layer in past.layers
        ]
        mixes = [context.decode(own, cache) for cache in layers]
        found = ours.forward(ids[:, -1], torch.full((2,), CONTEXT - 1), mixes, None, slice(None))
    assert layers[0].keys.shape == context.cache_sizes(own, 2, CONTEXT)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-5)])
@pytest.mark.parametrize("tokens", [1, 3, 40])
@pytest.mark.parametrize("name", ["opt-125m", "llama2-7b"])
@pytest.mark.parametrize("routing", ["balanced", "zipf", None])
def test_three_ways_to_compute_mixlora_agree(
    name: str, tokens: int, routing: Any, dtype: Any, tolerance: float
) -> None:
    own = small(name)
    variants = [variant(own, method) for method in ("mixlora_naive", "mixlora_reference", "mixlora")]
    x = torch.randn(tokens, own.hidden_size, dtype=dtype)
    given = None if routing is None else given_routing(variants[0], tokens, routing, 0)
    with torch.no_grad():
        naive, reference, factored = (feed_forward(of, Draw(dtype))(x, given) for of in variants)
        base = feed_forward(variant(own, "base"), Draw(dtype))(x)
    assert (naive - base).abs().max() > 0.01, "the experts change something"
    torch.testing.assert_close(reference, naive, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(factored, naive, rtol=tolerance, atol=tolerance)


@pytest.mark.skipif(importlib.util.find_spec("mixlora") is None, reason="needs the reference package")
@pytest.mark.parametrize("name", ["opt-125m", "llama2-7b"])
def test_the_reference_section_is_the_reference_package(name: str) -> None:
    from mixlora.config import MixLoraConfig
    from mixlora.lora_linear import LoraLinear
    from mixlora.model import MixLoraSparseMoe

    of = variant(small(name), "mixlora_reference")
    section = feed_forward(of, Draw(torch.float32))
    ours: Any = section.inner
    targets = ["gate_proj", "up_proj", "down_proj"] if of.shape.gated else ["fc1", "fc2"]
    own_names = ["gate_proj", "up_proj", "down_proj"] if of.shape.gated else ["up_proj", "down_proj"]
    settings: dict[str, Any] = {"peft_type": "MIXLORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "none"}
    settings |= {"routing_strategy": "mixlora", "num_experts": of.num_experts, "top_k": of.top_k, "bias": "none"}
    settings |= {
        "r": 16,
        "lora_alpha": 32,
        "lora_dropout": 0.05,
        "target_modules": targets,
        "act_fn": of.shape.activation,
    }
    config = MixLoraConfig.from_config(settings)
    config.model_type_ = "llama" if of.shape.gated else "phi"
    config.dtype_ = torch.float32
    block = torch.nn.Module()
    for theirs, own in zip(targets, own_names, strict=True):
        setattr(block, theirs, getattr(ours.shared, own))
    moe = MixLoraSparseMoe(block, config)
    moe.gate_ = ours.router.gate
    for e, expert in enumerate(ours.experts):
        for theirs, own in zip(targets, own_names, strict=True):
            lora = getattr(expert, own)
            layer = LoraLinear(lora.base, config, (lora.A, lora.B))
            layer.dropout_.p = 0.0
            moe.experts_[f"experts.{e}.{theirs}"] = layer
    x = torch.randn(1, 29, of.shape.hidden_size)
    with torch.no_grad():
        torch.testing.assert_close(ours(x[0]), moe.forward(x)[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("routing", ["balanced", "zipf"])
def test_full_size_experts_are_the_weighted_sum_of_their_blocks(routing: Any) -> None:
    of = variant(small("opt-125m"), "upcycling")
    section: Any = feed_forward(of, Draw())
    x = torch.randn(23, of.shape.hidden_size, dtype=torch.float64)
    given = given_routing(of, 23, routing, 0)
    with torch.no_grad():
        found = section.inner(x, given)
        weights = section.inner.router(x, given).weights
        for t, row in enumerate(x):
            expected = sum(
                w * section.inner.experts[e](row) for w, e in zip(weights[t], given[t].tolist(), strict=True)
            )
            torch.testing.assert_close(found[t], expected)
    torch.testing.assert_close(weights.sum(-1), torch.ones(23, dtype=torch.float64))


def test_lora_is_that_of_peft() -> None:
    of = variant(small("opt-125m"), "lora")
    ours: Any = attention(of, Draw()).inner.q_proj
    assert isinstance(ours, Lora)
    holder = torch.nn.Sequential(torch.nn.Linear(64, 64).double())
    holder[0].load_state_dict(ours.base.state_dict())
    theirs = peft.get_peft_model(holder, peft.LoraConfig(r=16, lora_alpha=32, target_modules=["0"]))
    layer: Any = theirs.base_model.model[0]
    layer.lora_A["default"].weight.data, layer.lora_B["default"].weight.data = ours.A, ours.B
    x = torch.randn(5, 64, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x))
        assert not torch.allclose(ours(x), ours.base(x))


@pytest.mark.parametrize("name", ["opt-125m", "bert-110m"])
def test_a_bottleneck_comes_before_the_residual(name: str) -> None:
    of = variant(small(name), "adapters")
    x = torch.randn(4, 64, dtype=torch.float64)
    with torch.no_grad():
        section: Any = feed_forward(of, Draw(), serial=True)
        plain = feed_forward(of, Draw())
        inner = section.inner(section.norm(x) if of.shape.pre_norm else x)
        expected = x + section.adapter(inner)
        expected = expected if of.shape.pre_norm else section.norm(expected)
        torch.testing.assert_close(section(x), expected)
        assert not torch.allclose(section(x), plain(x))
        down, up = section.adapter.down, section.adapter.up
        torch.testing.assert_close(section.adapter(x), x + up(torch.nn.functional.gelu(down(x))))
    sizes = sum(parameter.numel() for parameter in bottleneck(of, Draw()).parameters())
    assert sizes == 2 * 64 * 64 + 64 + 64


def test_what_is_computed_follows_from_the_flags_of_a_method() -> None:
    def kinds(of: Variant) -> tuple[str, str]:
        return attention_kind(of), feed_forward_kind(of)[0]

    dense = {name: kinds(variant("opt-125m", name)) for name in METHODS}
    assert dense["base"] == dense["full_fine_tuning"] == dense["lora_merged"] == dense["adapters"] == ("base", "base")
    assert dense["lora"] == ("lora", "lora")
    assert [dense[name] for name in ("mixlora_naive", "mixlora_reference", "mixlora")] == [
        ("lora", "mixlora_naive"),
        ("lora", "mixlora_reference"),
        ("lora", "mixlora"),
    ]
    assert dense["upcycling"] == dense["mixtral"] == ("base", "experts")
    assert kinds(variant("mixtral-8x7b", "lora")) == ("lora", "experts")


@pytest.mark.parametrize(("tokens", "each"), [(4, 1), (32, 8), (128, 32)])
def test_balanced_routing_gives_every_expert_the_same(tokens: int, each: int) -> None:
    given = given_routing(variant("opt-125m", "mixlora"), tokens, "balanced", 0)
    assert given.flatten().bincount(minlength=8).tolist() == [each] * 8
    assert all(len(set(row)) == 2 for row in given.tolist())


def test_skewed_routing_follows_zipf() -> None:
    given = given_routing(variant("opt-125m", "mixlora"), 4096, "zipf", 0)
    assert all(len(set(row)) == 2 for row in given.tolist())
    counts = given.flatten().bincount(minlength=8).tolist()
    assert counts == sorted(counts, reverse=True)
    first = given[:, 0].bincount(minlength=8) / 4096
    expected = 1 / torch.arange(1, 9)
    torch.testing.assert_close(first, expected / expected.sum(), atol=0.03, rtol=0)
    assert torch.equal(given, given_routing(variant("opt-125m", "mixlora"), 4096, "zipf", 0))


@pytest.mark.parametrize("name", ["opt-175b", "llama2-70b"])
@pytest.mark.parametrize("slices", [2, 4])
def test_slices_have_their_share_of_the_weights(name: str, slices: int) -> None:
    own = shape(name)
    for layers in (own.attention, own.feed_forward):
        cut = sliced(layers, slices)
        assert sum(one.weights for one in cut) * slices == sum(one.weights for one in layers)
        assert cut[-1].in_features == (cut[0].out_features), "a slice can be computed by itself"


def test_a_product_that_would_end_the_process_gets_a_row_more() -> None:
    x, weight = torch.randn(FATAL_ROWS, FATAL_INPUTS).bfloat16(), (0.02 * torch.randn(16, FATAL_INPUTS)).bfloat16()
    bias = torch.randn(16).bfloat16()
    expected = torch.nn.functional.linear(x.double(), weight.double(), bias.double())
    torch.testing.assert_close(product(x, weight, bias).double(), expected, rtol=0.02, atol=0.05)
    layer = linear(Draw(torch.bfloat16), shape("opt-175b").feed_forward[-1]._replace(out_features=16), True)
    torch.testing.assert_close(layer(x), product(x, layer.weight, layer.bias))
