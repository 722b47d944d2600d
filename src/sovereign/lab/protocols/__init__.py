"""The protocols, as a table. Where several speak to a claim, an exact one comes before a proxy, then the first that can run."""

from ..protocol import Protocol
from .accuracy import ACCURACY
from .inspect_mixlora import INSPECT
from .merged_latency import MERGED
from .mixlora_latency import LATENCY
from .model_memory import FITS, SHARED
from .parameters import COUNT, SHARE
from .serial_adapters import SERIAL
from .training_memory import ACCOUNTING, ALLOCATED, COUNTED

PROTOCOLS: tuple[Protocol, ...] = (
    COUNT,
    SHARE,
    ALLOCATED,
    COUNTED,
    ACCOUNTING,
    MERGED,
    SERIAL,
    LATENCY,
    SHARED,
    FITS,
    INSPECT,
    ACCURACY,
)


def protocol(name: str) -> Protocol | None:
    """The protocol of that name."""
    return next((one for one in PROTOCOLS if one.name == name), None)


__all__ = ["PROTOCOLS", "protocol"]
