"""What raising one factor does: "raising the rank from 16 to 32 lowers accuracy" against "0.36 with rank 16 and 0.42 with rank 64"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sovereign.language.metrics import metrics
from sovereign.language.words import content_stems, normalize
from sovereign.records import Claim, Result

from .protocol import key_of
from .statements import Statement, aspect_of

_MORE = r"(?:raising|increasing|growing|doubling|enlarging|scaling(?:\s+up)?|adding\s+more|higher|larger|bigger|more)"
_RAISED = re.compile(
    rf"^(?:{_MORE})\s+(?:the\s+)?(?P<what>[\w\s+.-]+?)(?=\s(?:of|on|in|from|to|for|with|at|by)\b|$)", re.IGNORECASE
)
_LISTED = re.compile(
    r"(?P<first>\d+(?:\.\d+)?)\s?%?[^,;\d]*?\bwith\s+(?:a\s+)?(?P<what>[a-z]+(?:\s[a-z]+)?)\s+(?:of\s+)?(?P<low>\d+(?:\.\d+)?)"
    r"\s+and\s+(?P<second>\d+(?:\.\d+)?)\s?%?\s+with\s+(?P=what)\s+(?:of\s+)?(?P<high>\d+(?:\.\d+)?)"
)
_SAID = re.compile(
    rf"^(?P<opening>{_MORE}\s[\w\s,+.-]+?)\s+(?:is|are|has|have|gives?|brings?|does|do|can|generally|often|always|usually)?\s*"
    r"(?:\w+\s)?(?:(?P<none>of little use|little (?:effect|benefit|use)|no (?:effect|benefit|gain)|not help|not improve)|"
    r"(?P<good>helps?|better|beneficial|improves? (?:results|accuracy|performance|quality))|"
    r"(?P<bad>hurts?|worse|harmful|degrades? (?:results|accuracy|performance|quality)))\b",
    re.IGNORECASE,
)

_ON = re.compile(r"(?:^|\b(?:of|in|for)\s)(?P<name>[A-Za-z][\w+.-]*[A-Z0-9][\w+.-]*)")


def trends(claims: Sequence[Claim]) -> Iterator[Statement]:
    """Statements that put "more of a factor" against less of it."""
    for claim in claims:
        text = normalize(claim.text)
        for result in claim.results:
            if result.comparator == "before" and result.direction and (raised := _RAISED.search(result.subject or "")):
                yield from _of(claim, result, raised["what"])
        if claim.results and claim.results[0].metric and (match := _LISTED.search(text)):
            up = (float(match["high"]) > float(match["low"])) == (float(match["second"]) > float(match["first"]))
            if match["first"] != match["second"] and match["low"] != match["high"]:
                way = {"direction": "increase" if up else "decrease", "ratio": None}
                yield from _of(claim, claim.results[0].model_copy(update=way), match["what"])
        if (match := _SAID.search(text)) and (raised := _RAISED.search(match["opening"])):
            way = {"direction": "equal" if match["none"] else "increase" if match["good"] else "decrease"}
            yield from _of(claim, Result(metric="accuracy").model_copy(update=way), raised["what"])


def _of(claim: Claim, result: Result, what: str) -> Iterator[Statement]:
    """One statement for each factor that the words name: the last words of each part, without a method's name."""
    for part in re.split(r"\s+(?:or|and)\s+", what):
        factor = " ".join(sorted(content_stems(" ".join(w for w in part.split() if w.islower()))))
        if not factor or result.metric is None:
            continue
        key = key_of(claim, result, f"more {factor}", f"less {factor}")
        if on := _ON.search(result.subject or ""):
            key = key.model_copy(update={"setting": tuple(sorted((*key.setting, ("raised on", on["name"].lower()))))})
        sign = 0 if result.direction == "equal" else 1 if result.direction == "increase" else -1
        named = Result(subject=f"more {part}", comparator=f"less {part}", metric=result.metric, direction=result.direction, value=result.value, comparator_value=result.comparator_value, ratio=result.ratio)  # fmt: skip
        yield Statement(
            claim=claim, result=named, work=claim.quote.source_id, aspect=aspect_of(result.metric),
            sign=-sign * metrics()[result.metric].cost, ratio=result.ratio, things=(f"more {factor}",), others=(f"less {factor}",),
            classes=(), key=key,
        )  # fmt: skip
