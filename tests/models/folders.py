"""Folders of cross-encoders, made from nothing: a tokenizer, a config, and weights in one of the two forms."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

LABELS = {"0": "CONTRADICTION", "1": "ENTAILMENT", "2": "NEUTRAL"}
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "drug", "lowers", "raises", "fever", "not", "does", "lower", ".")


def tokenizer_json(words: Sequence[str] = WORDS) -> str:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    ids = {word: i for i, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    written: str = tokenizer.to_str()
    return written


def folder(where: Path, labels: object = LABELS, **config: object) -> Path:
    """Config and tokenizer of a model, without weights."""
    where.mkdir(parents=True, exist_ok=True)
    (where / "config.json").write_text(json.dumps({"id2label": labels, "max_position_embeddings": 64, **config}))
    (where / "tokenizer.json").write_text(tokenizer_json())
    return where


def onnx_folder(where: Path, logits: Sequence[Sequence[float]], **config: object) -> Path:
    """A model whose outputs are the sum, over the tokens that are no padding, of a row of ``logits`` for each token."""
    (folder(where, **config) / "model.onnx").write_bytes(onnx(logits))  # type: ignore[arg-type]
    return where


# The wire form of protobuf and the field numbers of onnx.proto3; the library that writes it is not needed for this.
def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _tensor(name: str, kind: int, dims: Iterable[int], raw: bytes) -> bytes:
    return b"".join(_field(1, d) for d in dims) + _field(2, kind) + _field(8, name) + _field(9, raw)


def _value(name: str, kind: int, dims: Sequence[int | str]) -> bytes:
    shape = b"".join(_field(1, _field(1, d) if isinstance(d, int) else _field(2, d)) for d in dims)
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def _node(operator: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    names = b"".join(_field(1, name) for name in inputs)
    return names + _field(2, output) + _field(4, operator) + b"".join(_field(5, a) for a in attributes)


def onnx(logits: Sequence[Sequence[float]]) -> bytes:
    """Gather the row of each token, times the mask, summed."""
    flat = [x for row in logits for x in row]
    table = _tensor("table", 1, (len(logits), len(logits[0])), struct.pack(f"<{len(flat)}f", *flat))
    last, second = (_tensor(n, 7, (1,), struct.pack("<q", axis)) for n, axis in (("last", 2), ("second", 1)))
    to_float = _field(1, "to") + _field(3, 1) + _field(20, 2)
    no_dims = _field(1, "keepdims") + _field(3, 0) + _field(20, 2)
    nodes = (
        _node("Gather", ("table", "input_ids"), "rows"),
        _node("Cast", ("attention_mask",), "mask", to_float),
        _node("Unsqueeze", ("mask", "last"), "column"),
        _node("Mul", ("rows", "column"), "seen"),
        _node("ReduceSum", ("seen", "second"), "logits", no_dims),
    )
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "sums")
    graph += b"".join(_field(5, tensor) for tensor in (table, last, second))
    graph += b"".join(_field(11, _value(name, 7, ("pairs", "tokens"))) for name in ("input_ids", "attention_mask"))
    graph += _field(12, _value("logits", 1, ("pairs", len(logits[0]))))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))
