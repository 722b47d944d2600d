"""Claims from plain texts, read the way that the stage *extract* reads a sentence."""

from __future__ import annotations

from itertools import groupby

from sovereign.errors import InputError
from sovereign.language.comparisons import MAX_SENTENCE, parse
from sovereign.records import Claim, Quote, sha256_hex


def claims_of(text: str, claim_id: str, source_id: str = "") -> tuple[Claim, ...]:
    """The claims of one sentence: one for each metric that it gives results for, or one without results.

    ``source_id`` is the work that the sentence speaks for, such as "arxiv:2404.15159". The second claim of the sentence
    "T1" is "T1.2".

    Raises:
        InputError: if the text holds no letter and no digit, or is longer than any sentence.
    """
    # Half a surrogate pair, as from an argument that is no UTF-8, can be neither kept nor printed.
    text, claim_id, source_id = (
        part.encode("utf-8", "replace").decode("utf-8") for part in (" ".join(text.split()), claim_id, source_id)
    )
    if not any(c.isalnum() for c in text):
        raise InputError("The claim is empty.", "Give one sentence that states something.")
    if len(text) > MAX_SENTENCE:
        raise InputError(f"A claim has {len(text)} characters.", f"Give one sentence of at most {MAX_SENTENCE}.")
    parsed = parse(text)
    quote = Quote(
        text=text,
        text_hash=sha256_hex(text.encode("utf-8")),
        start=0,
        end=len(text),
        paper_id=source_id,
        source_id=source_id,
        section="",
        depth="note",
    )
    ordered = sorted(parsed.results, key=lambda r: r.metric or "")
    groups = [tuple(group) for _, group in groupby(ordered, key=lambda r: r.metric)] or [()]
    return tuple(
        Claim(
            id=claim_id if n == 1 else f"{claim_id}.{n}", text=text, quote=quote, setting=parsed.setting, results=group
        )
        for n, group in enumerate(groups, 1)
    )
