"""Why two figures may differ: which kind of thing differs between what they were taken on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sovereign.language.metrics import mentions
from sovereign.records import Claim, Paper

from .independence import same_title
from .wording import series

HARDWARE = re.compile(
    r"\b(?:[GCT]PUs?|[AHVTLP]\d{1,3}0{1,2}\w*|RTX|GTX|TPUv\d|Xeon|EPYC|A\d{4}|NVIDIA|AMD|Jetson)\b", re.IGNORECASE
)
PRECISION = re.compile(r"\b(?:\d+-bit|bf16|fp16|fp32|bfloat16|float16|int[48]|quanti[sz]ed)\b", re.IGNORECASE)
FAMILY = re.compile(r"\b(?:llama|gpt|opt|bert|qwen|gemma|mistral|t5|mixtral)\b", re.IGNORECASE)
# The first pattern that a difference meets names its kind; what meets none is another part of the setting.
_KINDS = (
    ("method variant", re.compile(r"^“.*”$|\brank[ -]\d|\btop-\d", re.IGNORECASE)),
    ("batch size", re.compile(r"\bbatch", re.IGNORECASE)),
    ("sequence length", re.compile(r"\b(?:sequence length|context|prompt of|tokens)\b", re.IGNORECASE)),
    ("hardware", HARDWARE),
    ("precision", PRECISION),
    ("model or its size", re.compile(rf"\b\d+(?:\.\d+)?\s?[MBT]\b|{FAMILY.pattern}", re.IGNORECASE)),
    ("phase", re.compile(r"\b(?:training|inference|decoding|prefill)\b", re.IGNORECASE)),
)


def kind_of(difference: str) -> str:
    """What kind of thing a difference is: "batch size", "hardware", "setting"."""
    other = "metric" if mentions(difference) else "setting"
    return next((kind for kind, pattern in _KINDS if pattern.search(difference)), other)


def cause(apart: Sequence[str], a: Claim, b: Claim, papers: dict[str, Paper]) -> str:
    """The likely cause of a difference in words: kinds first, then what differs; or that the sources name none."""
    first, second = papers.get(a.quote.source_id), papers.get(b.quote.source_id)
    versions = first and second and first.id != second.id and same_title(first, second)
    kinds = list(dict.fromkeys(["versions of one work"] * bool(versions) + [kind_of(one) for one in apart]))
    if not kinds:
        return "no difference in setting is named"
    return f"likely cause: {series(kinds)}" + (f" ({'; '.join(apart)})" if apart else "")
