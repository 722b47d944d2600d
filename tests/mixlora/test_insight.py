"""What is said of routers, against loops over tokens, and that a collapse is seen where there is one."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
import transformers as tf

from sovereign.mixlora import RouterCallback, RouterLossMixin, watch_routers
from sovereign.mixlora.insight import COLLAPSED, overlap_of
from sovereign.mixlora.insight_view import markdown_table, plot
from sovereign.mixlora.layer import MixLoraLayer
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
        entropy = overflow = 0.0
        counted = MASK.flatten().nonzero().flatten().tolist()
        for token in counted:
            used = said[i].indices[token].tolist()
            for slot, e in enumerate(used):
                if e >= 0:
                    load[e] += 1
                    weight[e] += float(said[i].weights[token, slot])
                    for f in used:
                        together[e][f] += f >= 0
            overflow += -1 in used
            entropy -= sum(p * math.log(p) for p in said[i].logits[token].softmax(dim=0).tolist())
        assert (report.layer, report.adapter, report.tokens) == (str(i), "default", 11)
        assert report.load == pytest.approx([n / sum(load) for n in load])
        assert report.weight == pytest.approx([w / sum(weight) for w in weight], rel=1e-5)
        assert report.entropy == pytest.approx(entropy / 11 / math.log(4))
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


def test_overlap_is_the_cosine_of_the_updates() -> None:
    experts = layers(adapted(dtype=torch.float64))[0].experts("default")
    flat = torch.stack([torch.cat([lora.delta_weight(e).flatten() for lora in experts.values()]) for e in range(4)])
    expected = torch.nn.functional.cosine_similarity(flat[:, None], flat[None], dim=-1)
    assert torch.allclose(overlap_of(experts).double(), expected, atol=1e-6)
    with torch.no_grad():
        for lora in experts.values():
            lora.lora_A[1], lora.lora_B[1] = lora.lora_A[0], lora.lora_B[0]
    assert float(overlap_of(experts)[0, 1]) == pytest.approx(1)


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


class Rows(torch.utils.data.Dataset):  # type: ignore[type-arg]
    def __len__(self) -> int:
        return 128

    def __getitem__(self, i: int) -> dict[str, Any]:
        row = tokens(1, 12, seed=i)[0]
        return {"input_ids": row, "labels": row}


class MixLoraTrainer(RouterLossMixin, tf.Trainer):
    pass


@pytest.mark.parametrize("kind", [tf.Trainer, MixLoraTrainer])
def test_in_a_trainer(kind: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = adapted(num_experts=8, router_aux_loss_coef=0.0, task_type="CAUSAL_LM")
    with torch.no_grad():
        layers(model)[0].mixlora_router["default"].zero_()  # every token to the experts 0 and 1: a tie is theirs
    args = tf.TrainingArguments(
        str(tmp_path),
        per_device_train_batch_size=32,
        max_steps=4,
        logging_steps=2,
        report_to=[],
        save_strategy="no",
        learning_rate=0.0,
        use_cpu=True,
        disable_tqdm=True,
    )
    with caplog.at_level(logging.WARNING, "sovereign.mixlora"):
        trainer = kind(model, args, train_dataset=Rows(), eval_dataset=Rows(), callbacks=[RouterCallback()])
        trainer.train()
    said = [record.message for record in caplog.records]
    assert len(said) == 1, "once, and of the layer that has"
    assert (
        "the router of layer 0 (adapter 'default') has collapsed" in said[0] and "Raise router_aux_loss_coef" in said[0]
    )
    first = trainer.state.log_history[0]
    assert first["router/load"] >= 0.4 and 0 < first["router/entropy"] <= 1
    written = json.loads((tmp_path / "router_stats.json").read_text(encoding="utf-8"))
    assert [layer["tokens"] for layer in written["layers"]] == [4 * 32 * 12] * 2
    assert [layer["collapsed"] for layer in written["layers"]] == [True, False]
    assert (tmp_path / "router_stats.md").read_text(encoding="utf-8").count("\n") == 4
    assert (tmp_path / "router_stats.svg").read_text(encoding="utf-8").count("<svg") == 1
    assert not trainer.model.base_model.router_log.watchers


def test_the_table_and_the_plot_of_layers_that_differ(tmp_path: Path) -> None:
    model = adapted(num_experts=[3, 5])
    fill(model)
    with watch_routers(model) as stats:
        model(input_ids=tokens())
    table = markdown_table(stats.reports())
    assert table.count("\n") == 4 and "| 0 | default | 14 | 3 |" in table and "| 1 | default | 14 | 5 |" in table
    plot(stats.reports(), tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    with pytest.raises(ValueError, match="no pass was watched"):
        plot([], tmp_path / "none.png")
