"""What is said of routers, against loops over tokens, and that a collapse is seen where there is one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch

from sovereign.mixlora import watch_routers
from sovereign.mixlora.insight import RouterStats
from sovereign.mixlora.insight_view import markdown_table, plot, rich_table
from sovereign.mixlora.layer import MixLoraLayer
from sovereign.mixlora.layer_report import COLLAPSED, LEAST_SLOTS, overlap_of
from sovereign.mixlora.router_log import Seen, router_log
from sovereign.mixlora.routing import FROZEN, Routing
from tests.mixlora.tiny import adapted, fill, settings, tokens

ROUTERS: dict[str, dict[str, Any]] = {
    "top_k": {},
    "top_p": {"routing_strategy": "top_p", "top_p": 0.6},
    "switch": {"routing_strategy": "switch", "expert_capacity": 2},
    "shared": {"shared_expert": True},
}
MASK = torch.tensor([[1] * 7, [0] * 3 + [1] * 4])


def layers(model: Any) -> list[MixLoraLayer]:
    return [module for module in model.modules() if isinstance(module, MixLoraLayer)]


@pytest.mark.parametrize("router", ROUTERS)
def test_the_numbers_are_those_of_a_loop_over_tokens(router: str) -> None:
    model = adapted(dtype=torch.float64, **ROUTERS[router])
    said: dict[int, Any] = {}
    inputs: dict[int, Any] = {}
    for i, layer in enumerate(layers(model)):
        layer.register_forward_hook(lambda m, args, out, i=i: inputs.update({i: args[0]}))
    with watch_routers(model) as stats, torch.no_grad():
        model(input_ids=tokens(), attention_mask=MASK)
    for i, layer in enumerate(layers(model)):
        config = layer.adapter_configs["default"]
        said[i] = config.router()(inputs[i].flatten(0, 1), layer.mixlora_router["default"], 7, False)
    for i, report in enumerate(stats.reports()):
        load, weight, together = [0.0] * 4, [0.0] * 4, [[0.0] * 4 for _ in range(4)]
        wanted, mean = [0.0] * 4, torch.zeros(4, dtype=torch.float64)
        entropy = overflow = 0.0
        counted = MASK.flatten().nonzero().flatten().tolist()
        for token in counted:
            used = said[i].indices[token].tolist()
            for slot, e in enumerate(used):
                if e >= 0:
                    load[e] += 1
                    weight[e] += float(said[i].weights[token, slot].detach())
                    for f in used:
                        together[e][f] += f >= 0
            overflow += -1 in used
            for e in used:
                if e != -2:
                    wanted[int(said[i].logits[token].argmax()) if e == -1 else e] += 1
            mean += said[i].logits[token].softmax(dim=0) / 11
            entropy -= sum(p * math.log(p) for p in said[i].logits[token].softmax(dim=0).tolist())
        assert (report.layer, report.adapter, report.tokens) == (str(i), "default", 11)
        assert report.load == pytest.approx([n / sum(load) for n in load])
        assert report.weight == pytest.approx([w / sum(weight) for w in weight], rel=1e-5)
        assert report.entropy == pytest.approx(entropy / 11 / math.log(4))
        assert report.entropy_nats == pytest.approx(entropy / 11)
        assert report.entropy_of_mean_nats == pytest.approx(-sum(p * math.log(p) for p in mean.tolist()))
        assert report.entropy_of_mean == pytest.approx(report.entropy_of_mean_nats / math.log(4))
        shares = [n / sum(wanted) for n in wanted]
        assert report.wanted == pytest.approx(shares)
        assert report.effective_experts == pytest.approx(math.exp(-sum(g * math.log(g) for g in shares if g)))
        assert report.overflow == pytest.approx(overflow / 11)
        assert report.experts_per_token == pytest.approx(sum(load) / 11)
        assert torch.allclose(torch.tensor(report.together), torch.tensor(together) / 11)
    assert router != "switch" or any(report.overflow > 0 for report in stats.reports())


def test_passes_add_up_and_generation_counts() -> None:
    model = adapted()
    with watch_routers(model) as both:
        model(input_ids=tokens(seed=1))
        with watch_routers(model) as second:
            model(input_ids=tokens(seed=2))
    with watch_routers(model) as first:
        model(input_ids=tokens(seed=1))
    first.add(second)
    assert [r.load for r in first.reports()] == [r.load for r in both.reports()]
    assert first.reports()[0].tokens == 28
    with watch_routers(model) as generated:
        model.generate(input_ids=tokens(2, 5), max_new_tokens=4, do_sample=False, pad_token_id=0)
    assert generated.reports()[0].tokens == 2 * (5 + 3)
    model(input_ids=tokens())
    assert generated.reports()[0].tokens == 16, "nothing is counted afterwards"


def test_adapters_are_told_apart() -> None:
    model = adapted()
    model.add_adapter("wide", settings(num_experts=6, layers_to_transform=[1]))
    with watch_routers(model) as stats:
        model(input_ids=tokens(3), adapter_names=["wide", "default", "wide"])
    assert [(r.layer, r.adapter, r.tokens, len(r.load)) for r in stats.reports()] == [
        ("0", "default", 7, 4),
        ("1", "wide", 14, 6),
        ("1", "default", 7, 4),
    ]


def test_a_sequence_in_chunks_counts_as_a_whole_one() -> None:
    """As a model does that works through a sequence piece by piece within one pass: the mask is of all of it."""
    model = adapted()
    with watch_routers(model) as stats:
        model(input_ids=tokens(), attention_mask=MASK)
    seen: list[Seen] = []
    whole = RouterStats(model)
    log = router_log(model)
    log.watchers.append(lambda each, mask: seen.extend(each))
    model(input_ids=tokens(), attention_mask=MASK)
    log.watchers.clear()
    rows = torch.arange(14).view(2, 7)
    chunks = [
        each._replace(routing=Routing(*(part[rows[:, own].flatten()] for part in each.routing)))
        for each in seen
        for own in (slice(0, 3), slice(3, 7))
    ]
    whole(chunks, MASK)
    for one, other in zip(stats.reports(), whole.reports(), strict=True):
        assert (one.tokens, one.load, one.together) == (other.tokens, other.load, other.together)


def test_overlap_is_the_cosine_of_the_updates() -> None:
    layer = layers(adapted(dtype=torch.float64))[0]
    experts = layer.experts("default")
    flat = torch.stack([torch.cat([lora.delta_weight(e).flatten() for lora in experts.values()]) for e in range(4)])
    expected = torch.nn.functional.cosine_similarity(flat[:, None], flat[None], dim=-1)
    found = overlap_of(experts)
    assert found is not None and torch.allclose(found.double(), expected, atol=1e-6)


def test_overlap_of_equal_orthogonal_and_untrained_experts() -> None:
    model = adapted()
    experts = layers(model)[0].experts("default")
    with torch.no_grad():
        for lora in experts.values():
            lora.lora_A[1], lora.lora_B[1] = lora.lora_A[0], 2 * lora.lora_B[0]
            lora.lora_A[2, :, ::2] = 0
            lora.lora_A[3, :, 1::2] = 0
    found = overlap_of(experts)
    assert found is not None
    assert float(found[0, 1]) == pytest.approx(1)
    assert float(found[2, 3]) == pytest.approx(0, abs=1e-6)
    with torch.no_grad():
        for lora in experts.values():
            lora.lora_B[3] = 0
    with watch_routers(model) as stats:
        model(input_ids=tokens())
    report = stats.reports()[0]
    assert report.overlap is None and report.overlaps is not None
    assert report.overlaps[0][3] is None and report.overlaps[0][1] == pytest.approx(1)
    assert stats.reports(overlap=False)[0].overlaps is None


def test_capacity_does_not_hide_a_collapse() -> None:
    """Nine of ten tokens want expert 0; it has room for so few that all experts are loaded alike."""
    model = adapted(routing_strategy="switch", expert_capacity=2, layers_to_transform=[0])
    seen: list[Seen] = []
    log = router_log(model)
    log.watchers.append(lambda each, mask: seen.extend(each))
    model(input_ids=tokens(2, 8))
    log.watchers.clear()
    wish = (torch.arange(512) % 32).clamp(max=4) % 4  # of 32: 0, 1, 2, 3, and 28 times 0
    logits = torch.nn.functional.one_hot(wish, 4).float()
    room = torch.arange(512) % 32 < 4
    indices = torch.where(room, wish, FROZEN)[:, None]
    stats = RouterStats(model)
    stats([seen[0]._replace(routing=Routing(torch.ones(512, 1), indices, logits))], None)
    (report,) = stats.reports()
    assert report.load == [0.25] * 4 and report.overflow == 28 / 32
    assert report.wanted[0] == 29 / 32 and report.collapsed


def test_a_collapse_is_seen_and_a_balanced_router_is_not_called_one() -> None:
    model = adapted(r=3, num_experts=8)
    with watch_routers(model) as stats:
        model(input_ids=tokens(64, 10))
    assert not any(report.collapsed for report in stats.reports())
    spread = [report.spread for report in stats.reports()]
    assert all(s is not None and s > 2 * COLLAPSED for s in spread)
    with torch.no_grad():
        layers(model)[1].mixlora_router["default"].zero_()  # a tie is for the experts 0 and 1
    with watch_routers(model) as stats:
        model(input_ids=tokens(64, 10))
    first, second = stats.reports()
    assert not first.collapsed and second.collapsed and second.spread == pytest.approx(0)
    with watch_routers(model) as stats:
        model(input_ids=tokens(2, 10))
    assert not any(report.collapsed for report in stats.reports()), "a few tokens say nothing"


def test_the_threshold_is_where_it_is_said_to_be() -> None:
    """The k busy experts' share of the slots at which the spread is ``COLLAPSED``; and what chance leaves of a fair one."""

    def effective(experts: int, k: int, share: float) -> float:
        loads = [share / k] * k + [(1 - share) / (experts - k)] * (experts - k)
        return math.exp(-sum(f * math.log(f) for f in loads))

    for experts, k, share in ((8, 2, 0.86), (4, 1, 0.86), (8, 1, 0.76), (4, 2, 0.94)):
        assert (effective(experts, k, share + 0.01) - k) / (experts - k) < COLLAPSED
        assert (effective(experts, k, share - 0.01) - k) / (experts - k) > COLLAPSED
        left = experts * math.exp(-(experts - 1) / (2 * experts * LEAST_SLOTS / 10))
        assert 0.88 < (left - k) / (experts - k) < 0.93


def test_the_table_and_the_plot_of_layers_that_differ(tmp_path: Path) -> None:
    model = adapted(num_experts=[3, 5])
    fill(model)
    with watch_routers(model) as stats:
        model(input_ids=tokens())
    table = markdown_table(stats.reports())
    assert table.count("\n") == 4 and "| 0 | default | 14 | 3 |" in table and "| 1 | default | 14 | 5 |" in table
    assert rich_table(stats.reports()).row_count == 2
    plot(stats.reports(), tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    with pytest.raises(ValueError, match="no pass was watched"):
        plot([], tmp_path / "none.png")
