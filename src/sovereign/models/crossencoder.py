"""A cross-encoder for entailment from a folder of yours, in the form of Hugging Face: premise and hypothesis read together.

The folder holds ``config.json``, ``tokenizer.json`` and the weights: ``model.onnx``, run by onnxruntime, or else
``*.safetensors``, run by transformers and torch. Pickles are not read, code in the folder is not run, and nothing is
downloaded. Which output is which is read from ``id2label`` and never guessed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sovereign.errors import InputError

from .files import clean, library, read, session
from .ports import Entailer, Probabilities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    # Token ids, mask and segment ids, each (pairs, tokens), to logits (pairs, 3).
    Forward = Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], NDArray[Any]]

_NAMES = {
    "entailment": {"entailment", "entails", "entail", "support", "supports", "supported"},
    "contradiction": {"contradiction", "contradicts", "contradict", "refute", "refutes", "refuted"},
    "neutral": {"neutral", "not_enough_info", "nei"},
}
_LONGEST = 512  # tokens of a pair, at most; the longer text of a longer pair loses its end
_MOST_CHARS = 40_000  # of one text: more than _LONGEST tokens have


def cross_encoder(folder: Path) -> Entailer:
    """The entailer of a folder.

    Raises:
        InputError: if the folder lacks a file, a file is broken, the labels do not say which output is which, or the
            library that the weights need is not installed.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", "Give the folder of a cross-encoder, as path:FOLDER.")
    config = _config(folder / "config.json")
    order = _order(config, folder)
    content = read(folder / "tokenizer.json")
    tokenizer = _tokenizer(content, folder, _room(config, folder))
    onnx, tensors = folder / "model.onnx", sorted(folder.glob("*.safetensors"))
    if onnx.exists():
        weights = [model := read(onnx)]
        forward = _onnx(model, onnx)
    elif tensors:
        weights = [read(path) for path in tensors]
        forward = _torch(folder)
    else:
        raise InputError(
            f"{folder} holds no model.onnx and no *.safetensors.",
            "Save the weights as safetensors, or export them to ONNX; pickles (*.bin, *.pt) can run code and are not read.",
        )
    digest = hashlib.sha256()
    for part in (read(folder / "config.json"), content, *weights):
        digest.update(hashlib.sha256(part).digest())
    answer = functools.partial(entail, tokenizer, forward, order, folder)
    return Entailer(f"path:{folder.name}", digest.hexdigest(), answer, table=folder / "weights.json")


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(read(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {str(error)[:100]}", "Save the model again.") from error
    if not isinstance(config, dict):
        raise InputError(f"{path} is no JSON object.", "Save the model again.")
    return config


def _order(config: dict[str, Any], folder: Path) -> tuple[int, int, int]:
    """The places of entailment, contradiction and neutral among the outputs."""
    labels = config.get("id2label")
    places: dict[str, int] = {}
    for place, label in labels.items() if isinstance(labels, dict) else ():
        written = str(label).strip().lower().replace(" ", "_")
        meaning = next((name for name, words in _NAMES.items() if written in words), "")
        if meaning and str(place).isdecimal():
            places[meaning] = int(place)
    if not isinstance(labels, dict) or len(labels) != 3 or sorted(places.values()) != [0, 1, 2]:
        raise InputError(
            f"id2label in {folder / 'config.json'} does not say which output is which: {str(labels)[:100]}",
            "Three outputs are needed. Write what each one is as the model's card says it, such as "
            '{"0": "contradiction", "1": "entailment", "2": "neutral"}; the order differs between models.',
        )
    return places["entailment"], places["contradiction"], places["neutral"]


def _room(config: dict[str, Any], folder: Path) -> int:
    """Tokens that a pair may have."""
    said = folder / "tokenizer_config.json"
    limits = [_LONGEST, config.get("max_position_embeddings")]
    if said.exists():
        limits.append(_config(said).get("model_max_length"))
    room = min(int(n) for n in limits if isinstance(n, int | float) and n == n)
    if room < 8:
        raise InputError(f"the model in {folder} has room for {room} tokens.", "Take a model that reads sentences.")
    return room


def _tokenizer(content: bytes, folder: Path, room: int) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(content.decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(room, strategy="longest_first")
    except Exception as error:  # the library raises plain Exception
        raise InputError(
            f"{folder / 'tokenizer.json'} cannot be used: {str(error)[:200]}",
            "Save the tokenizer again, as a fast one.",
        ) from error
    return tokenizer


def _onnx(model: bytes, path: Path) -> Forward:
    loaded = session(model, str(path))
    wanted = {i.name for i in loaded.get_inputs()}
    if not {"input_ids"} <= wanted <= {"input_ids", "attention_mask", "token_type_ids"}:
        raise InputError(f"{path} takes {', '.join(sorted(wanted))}.", "Export the model with its tokens as inputs.")

    def forward(ids: NDArray[Any], mask: NDArray[Any], types: NDArray[Any]) -> NDArray[Any]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        logits: NDArray[Any] = loaded.run(None, {name: given[name] for name in wanted})[0]
        return logits

    return forward


def _torch(folder: Path) -> Forward:
    library("transformers", "lab")
    torch = library("torch", "lab")
    import inspect

    from transformers import AutoModelForSequenceClassification

    try:
        with warnings.catch_warnings(action="ignore"):
            model, found = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, output_loading_info=True
            )
    except Exception as error:  # whatever the library says of the bytes it was given
        raise InputError(f"the model in {folder} cannot be loaded: {str(error)[:200]}", "Save it again.") from error
    if found["missing_keys"] or found["mismatched_keys"]:
        lacking = ", ".join(sorted(map(str, [*found["missing_keys"], *found["mismatched_keys"]]))[:3])
        # transformers would draw them at random and go on.
        raise InputError(f"the weights in {folder} lack {lacking}.", "Take a model that was trained for entailment.")
    model.eval()
    takes = inspect.signature(model.forward).parameters

    def forward(ids: NDArray[Any], mask: NDArray[Any], types: NDArray[Any]) -> NDArray[Any]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        with torch.inference_mode():
            tensors = {name: torch.from_numpy(array) for name, array in given.items() if name in takes}
            logits: NDArray[Any] = model(**tensors).logits.float().numpy()
        return logits

    return forward


def entail(
    tokenizer: Any,
    forward: Forward,
    order: tuple[int, int, int],
    folder: Path,
    premises: Sequence[str],
    hypotheses: Sequence[str],
) -> list[Probabilities]:
    """Probabilities of pairs; ``order`` are the places of entailment, contradiction and neutral among the outputs.

    Raises:
        InputError: if the model does not run, or its outputs are not three numbers a pair.
    """
    import numpy as np

    pairs = [(clean(p, _MOST_CHARS), clean(h, _MOST_CHARS)) for p, h in zip(premises, hypotheses, strict=True)]
    found = np.zeros((len(pairs), 3))
    # One by one: a model in 8 bits scales all that it is given by what is largest there, so in a batch the answer to a pair
    # would depend on its neighbours. On one thread, a batch with its padding takes longer, too.
    for row, coded in enumerate(tokenizer.encode_batch(pairs)):
        ids, mask, types = (
            np.array([part], dtype=np.int64) for part in (coded.ids, coded.attention_mask, coded.type_ids)
        )
        try:
            logits = forward(ids, mask, types)
        except Exception as error:  # a model that loads may still not fit its tokenizer
            raise InputError(f"the model in {folder} does not run: {str(error)[:200]}", "Save it again.") from error
        if logits.shape != (1, 3):
            raise InputError(
                f"the model in {folder} gives outputs of shape {logits.shape} for a pair, not three.",
                "Take a model that was trained for entailment, or correct its id2label.",
            )
        found[row] = logits[0, list(order)]
    if not np.isfinite(found).all():
        raise InputError(f"the model in {folder} gives outputs that are no numbers.", "Its weights are broken.")
    powers = np.exp(found - found.max(1, keepdims=True))
    return [Probabilities(*map(float, row)) for row in powers / powers.sum(1, keepdims=True)]
