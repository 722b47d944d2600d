"""The project's own entailment model: a cross-encoder of 22 million parameters in 8 bits, without torch.

``model.onnx`` was trained on abstracts without a label that people gave; an adapter (Hu et al. 2021, arXiv:2106.09685), a
small file of low-rank products that the graph takes as further inputs, fits it to labelled pairs. There is one adapter
fitted to all of them, and one without each fold of their documents, for measuring. How they are made, and from what:
docs/models.md.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .crossencoder import entail
from .files import pinned, read, session
from .minilm import VOCABULARY, wordpiece
from .ports import Entailer

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = "31cf61ea5ead109fc93fdcd4d84afa6b21b220056e3ebdd3a64c47ec2a8740d7"
FOLDS = 5
LENGTH = 160  # tokens of a pair, as the adapters were fitted; the longer text of a longer pair loses its end
_ORDER = (0, 1, 2)  # of its outputs: entailment, contradiction, neutral


def own() -> Entailer:
    """The entailer, fitted to all labelled pairs. Loads 24 MB.

    Raises:
        InputError: if a file of it is not the one that was pinned.
    """
    folder = Path(str(resources.files(__package__))) / "data"
    tokenizer = wordpiece(pinned(folder / "minilm-vocab.txt", VOCABULARY), LENGTH)
    model = pinned(folder / "entailment" / "model.onnx", WEIGHTS)
    loaded = session(model, "model.onnx")

    @functools.cache
    def fitted(fold: int | None) -> Entailer:
        path = folder / "entailment" / f"adapter-{'all' if fold is None else fold}.npz"
        content = read(path)
        digest = hashlib.sha256(WEIGHTS.encode() + hashlib.sha256(content).digest()).hexdigest()
        run = functools.partial(forward, loaded, adapter(content))
        answer = functools.partial(entail, tokenizer, run, _ORDER, folder)
        name = "own" if fold is None else f"own, without fold {fold}"
        return Entailer(name, digest, answer, fitted if fold is None else None)

    return fitted(None)


def adapter(content: bytes) -> dict[str, NDArray[Any]]:
    """The tensors of an adapter, by the names of the graph's inputs."""
    import numpy as np

    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


def forward(
    loaded: Any, adapter: dict[str, NDArray[Any]], ids: NDArray[Any], mask: NDArray[Any], types: NDArray[Any]
) -> NDArray[Any]:
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, **adapter}
    """Logits, shape (pairs, 3), of tokens that are each of shape (pairs, tokens)."""
    logits: NDArray[Any] = loaded.run(None, given)[0]
    return logits
