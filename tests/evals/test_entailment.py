"""Training of the entailment model: claims that their sentences support, changes whose label is known, and a run that goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.evals.entailment import texts, train
from sovereign.evals.entailment.claims import stated
from sovereign.evals.entailment.examples import CONTRADICT, NOT_ENOUGH_INFO, SUPPORT, Example, examples
from sovereign.evals.entailment.export import export
from sovereign.evals.entailment.texts import Abstract, Overlap, load
from sovereign.models.providers import entailer

from .data import CLAIMS, CORPUS, lines

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "zelotriptan",
    "reduces",
    "increases",
    "not",
    "does",
    "fever",
    "in",
    "mice",
    "mervadine",
    "lowers",
    "pressure",
    "we",
    "conclude",
    "that",
    ".",
]
ABSTRACTS = [
    Abstract(
        f"arxiv:{n}",
        f"{name} reduces {thing} in mice",
        (
            f"We treated mice with {name} or with nothing.",
            f"In treated mice, {name} reduces {thing} by 40%, while weight was the same.",
            f"We conclude that {name} reduces {thing} in mice of both sexes.",
        ),
    )
    for n, (name, thing) in enumerate(
        (a, b) for a in ("Zelotriptan", "Mervadine", "Ossolon") for b in ("fever", "pain")
    )
]


def made() -> list[Example]:
    return list(examples(ABSTRACTS))


def test_documents_that_measure_the_model_are_left_out(tmp_path: Path) -> None:
    row = {"arxiv_id": "2001.00001", "title": "On fever", "abstract": "Fever falls. It rises again. We measure it."}
    lines(tmp_path / "arxiv_ml" / "abstracts.jsonl.gz", [row])
    lines(tmp_path / "scifact" / "corpus.jsonl", [*CORPUS, {"doc_id": 9, "title": "Free", "abstract": ["One.", ""]}])
    lines(tmp_path / "scifact" / "claims.jsonl", CLAIMS)
    found = load(tmp_path)
    assert [a.group for a in found] == ["arxiv:2001.00001", "scifact:9"]
    assert len(found[0].sentences) == 3 and found[1].sentences == ("One.",)
    with pytest.raises(InputError, match="abstracts of arXiv"):
        load(tmp_path / "scifact")


def test_a_claim_is_never_its_evidence() -> None:
    overlap = Overlap(ABSTRACTS)
    import random

    found = [(a, s) for a in ABSTRACTS for s in stated(a, overlap, random.Random(0))]
    assert {s.origin for _, s in found} == {"title", "conclusion", "clause"}
    for abstract, one in found:
        assert one.claim not in [abstract.sentences[i] for i in one.places]


def test_neither_side_alone_gives_the_label_away() -> None:
    """Where both sides can be turned, each text stands as often with one label as with the other."""
    fours = [e for e in made() if e.kind.split("/")[1].endswith(("_of_evidence", "_of_both"))]
    assert fours
    by_evidence: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for example in fours:
        by_evidence.setdefault((example.group, example.evidence), set()).add(example.labels)
    assert all(labels == {SUPPORT, CONTRADICT} for labels in by_evidence.values())


def test_examples_are_the_same_on_every_run_and_can_leave_out_a_kind() -> None:
    assert made() == made()
    kinds = {e.kind.split("/")[1] for e in made()}
    assert {"as_it_is", "negation_in", "direction", "number_digit", "elsewhere", "padded"} <= kinds
    assert not any("negation" in e.kind for e in examples(ABSTRACTS, without=("negation_in", "negation_out")))
    assert all(e.labels == NOT_ENOUGH_INFO for e in made() if e.kind.endswith("elsewhere"))


def encoder(folder: Path) -> Path:
    """An encoder of one layer, drawn at random."""
    transformers = pytest.importorskip("transformers")
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "load", lambda data: ABSTRACTS)
    monkeypatch.setattr(texts, "files", lambda data: [Path(__file__)])
    monkeypatch.setattr(train, "BATCH", 8)
    monkeypatch.setattr(train, "_SAVE", 2)
    monkeypatch.setattr(train, "_HELD_OUT", 3)


def test_a_stopped_run_goes_on_and_gives_the_same_model(some: None, tmp_path: Path, monkeypatch: Any) -> None:
    torch = pytest.importorskip("torch")
    start = encoder(tmp_path / "encoder")
    train.train(tmp_path, start, tmp_path / "whole", [], 40)
    learn, steps = train.Training.learn, [0]

    def stops(self: Any, batch: Any) -> float:
        steps[0] += 1
        if steps[0] == 4:
            raise KeyboardInterrupt
        return learn(self, batch)

    monkeypatch.setattr(train.Training, "learn", stops)
    with pytest.raises(KeyboardInterrupt):
        train.train(tmp_path, start, tmp_path / "stopped", [], 40)
    assert (tmp_path / "stopped" / "checkpoint.pt").exists()
    train.train(tmp_path, start, tmp_path / "stopped", [], 40)
    from safetensors.torch import load_file

    whole, again = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "stopped"))
    assert all(torch.equal(whole[key], again[key]) for key in whole)
    report = json.loads((tmp_path / "stopped" / "training.json").read_text())
    assert report["examples"] == 40 and "all" in report["held_out"]["accuracy"]


def test_the_export_runs_without_torch_and_says_the_same(some: None, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    transformers = pytest.importorskip("transformers")
    train.train(tmp_path, encoder(tmp_path / "encoder"), tmp_path / "trained", [], 40)
    export(tmp_path / "trained", tmp_path / "out")
    model = entailer(f"path:{tmp_path / 'out'}")
    assert model is not None
    (found,) = model.entail(["Zelotriptan reduces fever in mice."], ["Zelotriptan increases fever."])
    trained = transformers.AutoModelForSequenceClassification.from_pretrained(tmp_path / "trained").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "trained")
    tokens = tokenizer("Zelotriptan reduces fever in mice.", "Zelotriptan increases fever.", return_tensors="pt")
    expected = trained(**tokens).logits.softmax(1)[0].tolist()
    order = [trained.config.label2id[name] for name in ("entailment", "contradiction", "neutral")]
    assert list(found) == pytest.approx([expected[i] for i in order], abs=0.02)


def test_an_unknown_kind_or_a_missing_encoder_is_said(some: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no kind 'typo'"):
        train.train(tmp_path, tmp_path, tmp_path / "out", ["typo"], None)
    with pytest.raises(InputError, match="holds no encoder"):
        train.train(tmp_path, tmp_path, tmp_path / "out", [], None)
