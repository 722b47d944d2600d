"""Entailers: which output is which, both forms of weights, and folders that cannot be used."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.models import ENTAILERS, Entailer, entailer, own

from .folders import LABELS, WORDS, folder, onnx_folder

needs_torch = pytest.mark.skipif(
    not (importlib.util.find_spec("torch") and importlib.util.find_spec("transformers")),
    reason="the extra lab is not installed",
)
# "lowers" speaks for the second output, "not" for the first; no other word for any.
LOGITS = [{"lowers": [0.0, 2.0, 0.0], "not": [3.0, 0.0, 0.0]}.get(word, [0.0, 0.0, 0.0]) for word in WORDS]


def load(where: Path) -> Entailer:
    found = entailer(f"path:{where}")
    assert found is not None
    return found


def test_onnx_gives_the_softmax_of_the_outputs_in_the_order_of_the_labels(tmp_path: Path) -> None:
    one = load(onnx_folder(tmp_path / "m", LOGITS))
    premises = ["The drug lowers fever .", "The drug does not lower fever .", "the", ""]
    found = one.entail(premises, ["fever"] * 4)
    e2, e3 = math.exp(2), math.exp(3)
    assert found[0] == pytest.approx((e2 / (e2 + 2), 1 / (e2 + 2), 1 / (e2 + 2)))
    assert found[1] == pytest.approx((1 / (e3 + 2), e3 / (e3 + 2), 1 / (e3 + 2)))
    assert found[2] == found[3] == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert one.entail(premises[1:2], ["fever"]) == [pytest.approx(found[1])]
    assert one.entail([], []) == []


def test_other_labels_give_another_order_and_another_hash(tmp_path: Path) -> None:
    one = load(onnx_folder(tmp_path / "one", LOGITS))
    labels = {"0": "refutes", "1": "Not enough info", "2": "SUPPORTS"}
    other = load(onnx_folder(tmp_path / "other", LOGITS, labels=labels))
    asked = (["the drug lowers fever"], ["fever"])
    assert other.entail(*asked)[0].neutral == pytest.approx(one.entail(*asked)[0].entailment)
    assert one.weights != other.weights and len(one.weights) == 64
    assert load(onnx_folder(tmp_path / "again", LOGITS)).weights == one.weights


def test_long_and_odd_texts(tmp_path: Path) -> None:
    one = load(onnx_folder(tmp_path / "m", LOGITS))
    odd = ["", "lowers " * 100_000, "\ud800", "\x00", "x" * 200_000]
    for row in one.entail(odd, list(reversed(odd))):
        assert sum(row) == pytest.approx(1) and min(row) >= 0
    with pytest.raises(ValueError, match="shorter"):
        one.entail(["a", "b"], ["a"])


@pytest.mark.parametrize(
    "labels",
    [
        {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
        {"0": "entailment", "1": "not_entailment"},
        {"0": "entailment", "1": "entails", "2": "neutral"},
        {"0": "entailment", "1": "contradiction", "2": "neutral", "3": "other"},
        {"a": "entailment", "b": "contradiction", "c": "neutral"},
        {"1": "entailment", "2": "contradiction", "3": "neutral"},
        ["entailment", "contradiction", "neutral"],
        None,
    ],
)
def test_labels_that_do_not_tell_are_refused(labels: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="id2label"):
        load(onnx_folder(tmp_path / "m", LOGITS, labels=labels))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("config.json", b"{", "is not JSON"),
        ("config.json", b"[]", "is no JSON object"),
        ("config.json", b"\xff\xfe", "is not JSON"),
        ("config.json", b"[" * 100_000, "is not JSON"),
        ("config.json", json.dumps({"id2label": LABELS, "max_position_embeddings": 2}).encode(), "room for 2 tokens"),
        ("tokenizer.json", b"{}", "cannot be used"),
        ("tokenizer.json", b"\xff", "cannot be used"),
        ("model.onnx", b"not a model", "cannot be used"),
        ("model.onnx", b"", "cannot be used"),
    ],
)
def test_broken_files_are_errors_that_name_them(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    where = onnx_folder(tmp_path / "m", LOGITS)
    (where / name).write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        load(where)
    assert str(where) in caught.value.message and caught.value.advice


def test_models_that_do_not_fit_are_errors(tmp_path: Path) -> None:
    for name, outputs in (("two", [row[:2] for row in LOGITS]), ("four", [[*row, 0.0] for row in LOGITS])):
        other = load(onnx_folder(tmp_path / name, outputs))
        with pytest.raises(InputError, match="for a pair, not three"):
            other.entail(["the drug"], ["fever"])
    small = load(onnx_folder(tmp_path / "small", LOGITS[:5]))  # fewer rows than the tokenizer has words
    with pytest.raises(InputError, match="does not run"):
        small.entail(["the fever"], ["fever"])
    broken = load(onnx_folder(tmp_path / "nan", [[math.nan] * 3] * len(WORDS)))
    with pytest.raises(InputError, match="no numbers"):
        broken.entail(["the fever"], ["fever"])


def test_pickles_are_not_read(tmp_path: Path) -> None:
    where = folder(tmp_path / "m")
    (where / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(InputError, match=r"no model\.onnx and no \*\.safetensors"):
        load(where)


def bert(where: Path, **changes: Any) -> Any:
    """A tiny BERT with random weights, saved as its users would."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, num_labels=3, **sizes, **changes)
    config.id2label = {int(k): v for k, v in LABELS.items()}
    model = BertForSequenceClassification(config).eval()
    folder(where)
    model.save_pretrained(where)
    return model


@needs_torch
def test_safetensors_give_what_the_model_gives(tmp_path: Path) -> None:
    import torch

    model = bert(tmp_path / "m")
    one = load(tmp_path / "m")
    premises = ["the drug lowers fever .", "not", "the drug does not lower the fever"]
    found = one.entail(premises, ["the drug raises fever"] * 3)
    for premise, row in zip(premises, found, strict=True):
        ids = [
            2,
            *(WORDS.index(w) for w in premise.split()),
            3,
            *(WORDS.index(w) for w in ["the", "drug", "raises", "fever"]),
            3,
        ]
        types = [0] * (len(premise.split()) + 2) + [1] * 5
        with torch.no_grad():
            logits = model(torch.tensor([ids]), token_type_ids=torch.tensor([types])).logits[0]
        expected = torch.softmax(logits, 0)[[1, 0, 2]].tolist()
        assert row == pytest.approx(expected, abs=1e-5)
    assert len({round(row.entailment, 6) for row in found}) == 3


@needs_torch
def test_weights_without_a_trained_head_are_refused(tmp_path: Path) -> None:
    """transformers draws what is missing at random, and only warns."""
    model = bert(tmp_path / "m")
    model.bert.save_pretrained(tmp_path / "body")
    (tmp_path / "m" / "model.safetensors").write_bytes((tmp_path / "body" / "model.safetensors").read_bytes())
    with pytest.raises(InputError, match="lack classifier"):
        load(tmp_path / "m")


@needs_torch
def test_broken_safetensors_and_code_in_the_folder(tmp_path: Path) -> None:
    bert(tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(InputError, match="cannot be loaded"):
        load(tmp_path / "m")
    ran = tmp_path / "ran"
    (tmp_path / "m" / "own.py").write_text(f"import pathlib; pathlib.Path({str(ran)!r}).touch()")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    config |= {
        "model_type": "own",
        "auto_map": {"AutoModelForSequenceClassification": "own.Model", "AutoConfig": "own.C"},
    }
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="cannot be loaded"):
        load(tmp_path / "m")
    assert not ran.exists()


def test_the_fake_turns_round_on_a_denial() -> None:
    one = entailer("fake:")
    assert one is not None
    same, denied, other = one.entail(
        ["The drug lowers fever.", "The drug does not lower fever.", "Bonds fell."], ["The drug lowers fever."] * 3
    )
    assert same.entailment > 0.8 and denied.contradiction > 0.8 and other.neutral == 1
    assert all(sum(row) == pytest.approx(1) for row in (same, denied, other))


def test_names(tmp_path: Path) -> None:
    assert entailer("none") is None
    for name in ("path:", "hub/model", ""):
        with pytest.raises(InputError) as caught:
            entailer(name)
        assert all(known in caught.value.advice for known in ENTAILERS)
    with pytest.raises(InputError, match="is no folder"):
        entailer(f"path:{tmp_path / 'none'}")


@pytest.mark.parametrize("damaged", ["model.onnx", "adapter-all.npz", "adapter-3.npz"])
@pytest.mark.parametrize("content", [None, b"", b"PK other bytes"])
def test_a_damaged_part_of_the_own_model_is_an_error_that_names_it(
    damaged: str, content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = Path(own.__file__).with_name("data")
    (tmp_path / "data" / "entailment").mkdir(parents=True)
    (tmp_path / "data" / "minilm-vocab.txt").symlink_to(shipped / "minilm-vocab.txt")
    for file in (shipped / "entailment").iterdir():
        if file.name != damaged:
            (tmp_path / "data" / "entailment" / file.name).symlink_to(file)
        elif content is not None:
            (tmp_path / "data" / "entailment" / damaged).write_bytes(content)
    monkeypatch.setattr(own.resources, "files", lambda package: tmp_path)
    with pytest.raises(InputError, match=damaged) as caught:
        model = own.own()
        assert damaged == "adapter-3.npz" and model.without is not None  # it is asked for only where it measures
        model.without(3)
    assert caught.value.advice


def test_what_the_own_model_says_of_a_pair_does_not_depend_on_its_neighbours() -> None:
    premises = [
        "Fever fell.",
        "Doctors prescribed fewer antibiotics after the training in primary care. " * 4,
        "No change.",
    ]
    together = own.own().entail(premises, ["Physicians gave out antibiotics less often."] * 3)
    assert together == [own.own().entail([p], ["Physicians gave out antibiotics less often."])[0] for p in premises]
