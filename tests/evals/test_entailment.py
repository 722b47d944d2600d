"""Training of the entailment model: claims that their sentences support, changes whose label is known, and a run that goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sovereign.errors import InputError
from sovereign.evals.entailment import adapt, texts, train
from sovereign.evals.entailment.claims import stated
from sovereign.evals.entailment.examples import CONTRADICT, NOT_ENOUGH_INFO, SUPPORT, Example, examples
from sovereign.evals.entailment.export import export
from sovereign.evals.entailment.texts import Abstract, Overlap, load
from sovereign.evals.pairs import LABELS, Pair
from sovereign.models.files import session
from sovereign.models.own import adapter, forward
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


@pytest.fixture
def trained(some: None, tmp_path: Path) -> Path:
    pytest.importorskip("onnx")
    train.train(tmp_path, encoder(tmp_path / "encoder"), tmp_path / "trained", [], 40)
    return tmp_path / "trained"


PREMISES = ["Zelotriptan reduces fever in mice.", "Mervadine lowers pressure in mice."]
HYPOTHESES = ["Zelotriptan increases fever.", "Mervadine does not lower fever."]


def test_a_trained_model_is_an_entailer_by_its_path(trained: Path) -> None:
    model = entailer(f"path:{trained}")
    assert model is not None
    assert [sum(one) for one in model.entail(PREMISES, HYPOTHESES)] == pytest.approx([1.0, 1.0])


def other_than_at_first(adapted: adapt.Adapted, seed: int) -> None:
    """A new adapter changes nothing, because one of its two products is nothing; so that product is drawn too."""
    adapted.begin(seed)
    generator = adapted.torch.Generator().manual_seed(seed)
    for name, part in adapted.parts.items():
        adapted.parts[name] = part.detach() + adapted.torch.randn(part.shape, generator=generator) / 4


def test_the_export_runs_without_torch_and_says_the_same_with_every_adapter(trained: Path, tmp_path: Path) -> None:
    adapted = adapt.Adapted(trained)
    export(trained, tmp_path / "out")
    loaded = session((tmp_path / "out" / "model.onnx").read_bytes(), "model.onnx")
    said = []
    for seed in (0, 1):
        other_than_at_first(adapted, seed)
        adapt.save(adapted, tmp_path / f"adapter-{seed}.npz")
        tokens = adapted.tokenizer(PREMISES, HYPOTHESES, padding=True, return_tensors="np")
        parts = adapter((tmp_path / f"adapter-{seed}.npz").read_bytes())
        given = (tokens[name].astype("int64") for name in ("input_ids", "attention_mask", "token_type_ids"))
        said.append(forward(loaded, parts, *given))
        expected = adapted.logits(PREMISES, HYPOTHESES).detach().numpy()
        assert said[-1] == pytest.approx(expected, abs=0.1)
    assert abs(said[0] - said[1]).max() > 0.01


def test_a_new_adapter_changes_nothing_and_fitting_one_does(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adapted = adapt.Adapted(trained)
    model = entailer(f"path:{trained}")
    assert model is not None
    plain = [list(one) for one in model.entail(PREMISES, HYPOTHESES)]
    assert adapted.logits(PREMISES, HYPOTHESES).softmax(1).tolist() == [pytest.approx(p, abs=0.01) for p in plain]
    examples = [e for e in made() if len(e.labels) == 1][:24]

    def right() -> float:
        chances = adapted.logits([e.evidence for e in examples], [e.claim for e in examples]).softmax(1)
        return sum(float(row[LABELS.index(e.labels[0])]) for e, row in zip(examples, chances, strict=True))

    before = right()
    monkeypatch.setattr(adapt, "EPOCHS", 20)
    adapt.fit_adapter(adapted, examples, 0, lambda text: None)
    assert right() > before + 0.05


def test_labelled_pairs_give_their_label_and_the_other_one_where_the_claim_is_turned() -> None:
    claim = "Zelotriptan reduces fever in mice."
    pairs = [
        Pair(claim, "On fever", ABSTRACTS[0].sentences, "SUPPORT", "1", (frozenset({2}),)),
        Pair(claim, "On pain", ABSTRACTS[3].sentences, "NOT_ENOUGH_INFO", "2"),
    ]
    found = list(adapt.labelled(pairs, None))
    assert {e.labels for e in found if e.group == "1"} == {SUPPORT, CONTRADICT}
    assert {e.labels for e in found if e.group == "2"} == {NOT_ENOUGH_INFO}
    assert all((e.claim == claim) == (e.labels == SUPPORT) for e in found if e.group == "1")
    assert found == list(adapt.labelled(pairs, None))


def test_an_unknown_kind_or_a_missing_encoder_is_said(some: None, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no kind 'typo'"):
        train.train(tmp_path, tmp_path, tmp_path / "out", ["typo"], None)
    with pytest.raises(InputError, match="holds no encoder"):
        train.train(tmp_path, tmp_path, tmp_path / "out", [], None)
    with pytest.raises(InputError, match="holds no encoder"):
        adapt.Adapted(tmp_path)
