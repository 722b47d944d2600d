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
from .files import pinned, session
from .minilm import VOCABULARY, wordpiece
from .ports import Entailer

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS = "31cf61ea5ead109fc93fdcd4d84afa6b21b220056e3ebdd3a64c47ec2a8740d7"
# SHA-256 of the adapters: of all documents, and without each fold of them.
ADAPTERS: dict[int | None, str] = {
    None: "2a228add5dadc9592976653a76e52c67981f242f220012c9d1c716b58e93e47d",
    0: "094468296a7c10010b7cb44db68a6353d727ba0ccbbcad25566c38040c569d32",
    1: "30a3df00027a05fe081a7466a8970a13bd35b3273f38bb248108c1c419910f12",
    2: "da4d849184f0220fabe31e189f2fd8e0b38cb7cc6eaa9fd53fef7bec40921d85",
    3: "43033bdfdb57a7ef67bf39e899175f581e5388d88d8215865391026e9cf8cd1e",
    4: "e048863f4f7afce98a7c586aca9663e3d12b950168649aebe7434bdeb1da6df9",
}
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
        content = pinned(folder / "entailment" / f"adapter-{'all' if fold is None else fold}.npz", ADAPTERS[fold])
        digest = hashlib.sha256(WEIGHTS.encode() + bytes.fromhex(ADAPTERS[fold])).hexdigest()
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
    """Logits, shape (pairs, 3), of tokens that are each of shape (pairs, tokens)."""
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types, **adapter}
    logits: NDArray[Any] = loaded.run(None, given)[0]
    return logits
