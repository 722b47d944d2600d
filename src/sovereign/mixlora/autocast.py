"""What is computed in the dtype of its inputs, whatever autocast says."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def without_autocast(device: torch.device) -> AbstractContextManager[object]:
    """A context in which autocast is off on the device. Where it is off already nothing is entered: switching it twice
    in every layer is felt when one token is decoded."""
    if torch.is_autocast_enabled(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
