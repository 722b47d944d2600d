"""Numbers with their units, found in running text.

Reads the notations of papers: ``40%``, ``4% to 6%``, ``1.2 TB``, ``532.8 microseconds per token``, ``2.5 times``, ``7-fold``,
``6,738,415,616``, ``350M parameters``, ``3.1e23``, ``two fifths``. Digits inside names (``Llama-2-7B``, ``A100``, ``top-2``)
and keyed numbers (``batch size 1``, ``rank 16``, ``Table 6``) are not quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sovereign.records import Quantity

from .words import normalize

_BYTES = {f"{p}{i}B": (1000.0 if not i else 1024.0) ** n for n, p in enumerate("KMGTP", 1) for i in ("", "i")} | {
    "B": 1.0
}
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "days": 86400.0}
_SCALE = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_OPERATIONS = {"FLOPs": 1.0, "MFLOPs": 1e6, "GFLOPs": 1e9, "TFLOPs": 1e12, "PFLOPs": 1e15}

_TIME_WORD = r"(?P<time>milliseconds?|microseconds?|nanoseconds?|seconds?|minutes?|hours?|days?|msec|ms|µs|μs|us|ns|sec|s|min|h)\b"
_PER = r"(?:\s?/\s?|\s+per\s+|\s+a\s+)"
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("points", r"\s?-?(?:percentage[\s-]points?|points?\b|pp\b)"),
        ("percent", r"\s?(?:%|percent\b|per\s?cent\b)(?!\s*-?\s*points?\b)"),
        ("rate", rf"\s?(?P<item>tokens?|requests?|examples?|samples?|images?|sentences?|queries|steps?|pages?|items?){_PER}(?:GPU{_PER})?(?:seconds?|s|sec|minutes?|min|hours?|h)\b"),
        ("rate", r"\s?(?P<item>tok|it|req|img)/s(?:ec)?\b"),
        ("gpu_time", r"\s?(?:[A-Z]\w*\s)?(?:GPU|TPU|CPU|A100|H100|V100)[\s-](?:hours?|days?)\b"),
        ("operations", r"\s?(?:(?P<prefix>[MGTP])(?:FLOPs?|Flops?|FLOPS)|FLOPs?|FLOPS|floating-point operations)(?:/s)?\b"),
        ("bytes", r"[\s-]?(?P<byte>[KMGTP]i?B|[kmg]b|bytes?)\b(?!\s*(?:GPU|card|V100|A100|H100)s?\b)"),
        ("bits", r"[\s-]?bits?\b"),
        ("time", rf"[\s-]?{_TIME_WORD}(?:{_PER}(?P<item>token|image|step|request|example|sample|sequence|query|sentence|call|page|item|iteration)\b)?"),
        ("times", r"(?:\s?[x×](?![\w])|\s?-?\s?fold\b|\s+times\b)"),
        ("count", r"\s?(?P<scale>[KMBT]|thousand|million|billion|trillion)\b(?:[\s-](?P<noun>(?:(?:trainable|trained|tunable|active|activated|total|model|more|generated|instruction|training)\s)?(?:parameters?|params?|tokens?|examples?|samples?|images?|instructions?|weights|steps?))\b)?"),
        ("noun", r"[\s-](?P<noun>(?:(?:trainable|trained|tunable|active|activated|total)\s)?(?:parameters?|params?)|tokens?|layers?|heads?|experts?|GPUs?|steps?|epochs?|tasks?|models?|adapters?|requests?|examples?|samples?|cores?|runs?|papers?|questions?|users?|cells?|patients?|cards?|nodes?|devices?|blocks?|images?|pages?|words?|units?|times)\b"),
    )
)  # fmt: skip

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+"
_TOKEN = re.compile(rf"(?<![\w.,/])(?<!\w-)(?P<sign>[-+±~≈<>≤≥]\s?)?\$?(?P<number>{_NUMBER})")
_TIMES_TEN = re.compile(r"\s?[x×*]\s?10\^?\s?(?P<exp>[+-]?\d+)")
_RANGE = re.compile(r"\s?(?:to|-|and)\s?$")
_KEYED = re.compile(
    r"\b(?:batch(?:\s+size)?s?(?:\s+of)?|sequence\s+length|sequences?\s+of\s+length|context(?:\s+length)?(?:\s+of)?|beam\s+size|block\s+size|rank|ranks|"
    r"top|alpha|seed|version|v|table|tables|section|sections|sec\.?|figure|fig\.?|appendix|equation|eq\.?|footnote|layer|step|epoch|"
    r"page|chapter|theorem|lemma|level|stage|phase|gate|arXiv|capacity\s+factor|coefficient\s+of|learning\s+rate|width|size|"
    r"length|dimension|hidden\s+size|k|n|e|r|d|p|python|pytorch|cuda|since|in|year)\s?[-=:]?\s?$",
    re.IGNORECASE,
)
_SETTING_KEY = re.compile(r"(?P<key>batch\s+sizes?|sequence\s+length|context)(?:\s+of|\s*=|-)?\s?$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"(?:[A-Z][\w.]*[A-Za-z][\w.]*|[A-Z]{2,}[\w.]*)[\s-]$")
_BOUNDS = (
    ("at_least", re.compile(r"(?:more than|over|above|at least|exceeds|exceeding|>|≥)\s?$", re.IGNORECASE)),
    ("at_most", re.compile(r"(?:less than|under|below|at most|up to|fewer than|within|<|≤|as little as)\s?$", re.IGNORECASE)),
    ("about", re.compile(r"(?:about|around|roughly|nearly|almost|approximately|some|~|≈|ca\.|circa)\s?$", re.IGNORECASE)),
)  # fmt: skip
_WORDS = {
    "half": 0.5, "twice": 2.0, "quarter": 0.25,
    "a third": 1 / 3, "one third": 1 / 3, "two thirds": 2 / 3, "one fifth": 0.2, "two fifths": 0.4, "three fifths": 0.6,
    "four fifths": 0.8, "three quarters": 0.75, "one quarter": 0.25, "one half": 0.5, "threefold": 3.0, "twofold": 2.0,
    "fourfold": 4.0, "tenfold": 10.0, "an order of magnitude": 10.0,
}  # fmt: skip
_COUNT_WORDS = {
    w: float(i) for i, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_WORD = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + r")\b", re.IGNORECASE)
_COUNT_WORD = re.compile(r"\b(" + "|".join(_COUNT_WORDS) + r")(?=\s+(?:times|percent|points?)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """A quantity and its span ``start..end`` in the normalised text."""

    start: int
    end: int
    quantity: Quantity


@lru_cache(maxsize=16384)
def find_quantities(text: str) -> tuple[Mention, ...]:
    """All quantities of a text, left to right. ``text`` should be normalised; spans refer to ``normalize(text)``."""
    text = normalize(text)
    found: list[Mention] = []
    for match in _TOKEN.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        before, start = text[: match.start()], match.start()
        value, end = float(match["number"].replace(",", "")), match.end()
        if power := _TIMES_TEN.match(text, end):
            value, end = value * 10.0 ** int(power["exp"]), power.end()
        unit, end, factor = _unit(text, end)
        if match["sign"] and match["sign"].strip() == "-" and (not before or before[-1] in " ("):
            value = -value
        if _is_name(text, before, match, unit, end):
            continue
        bound = next((name for name, pattern in _BOUNDS if pattern.search(before + (match["sign"] or ""))), "exact")
        quantity = Quantity(value=_round(value * factor), unit=unit, text=text[start:end].strip(), bound=bound)  # type: ignore[arg-type]
        if found and _joins(text[found[-1].end : start], found[-1].quantity, quantity, text[: found[-1].start]):
            first = found.pop()
            low = first.quantity.value if first.quantity.unit else _round(first.quantity.value * factor)
            quantity = quantity.model_copy(
                update={"value": low, "upper": quantity.value, "text": text[first.start : end], "bound": "exact"}
            )
            start = first.start
        found.append(Mention(start, end, quantity))
    found += _word_numbers(text, found)
    return tuple(sorted(found, key=lambda m: m.start))


def _joins(between: str, first: Quantity, second: Quantity, before: str) -> bool:
    """Whether two neighbours are the ends of one range: "4% to 6%", "1.8-2.4 times". "from A to B" is a change, not a range."""
    if not _RANGE.fullmatch(between) or first.upper is not None or first.unit not in ("", second.unit):
        return False
    if between.strip() == "and":
        return before.rstrip().endswith("between")
    changes = before.rstrip().endswith("from") and not re.search(r"\b(?:rang|vari|vary|span)\w*\s+from\s?$", before)
    return not changes and second.value > first.value and second.unit != ""


def _unit(text: str, at: int) -> tuple[str, int, float]:
    """Canonical unit at a position, where it ends, and the factor that the value takes (7B -> 7e9)."""
    for kind, pattern in _UNITS:
        if match := pattern.match(text, at):
            groups = match.groupdict()
            if kind == "percent":
                return "%", match.end(), 1.0
            if kind in ("points", "bits"):
                return kind, match.end(), 1.0
            if kind == "times":
                return "x", match.end(), 1.0
            if kind == "rate":
                item = {"tok": "token", "req": "request", "img": "image", "it": "step"}.get(
                    groups["item"], groups["item"].rstrip("s")
                )
                return f"{item}s/s", match.end(), 1.0
            if kind == "gpu_time":
                return "GPU hours" if "hour" in match[0] else "GPU days", match.end(), 1.0
            if kind == "operations":
                return f"{groups['prefix'] or ''}FLOPs", match.end(), 1.0
            if kind == "bytes":
                byte = groups["byte"]
                return (
                    ("B" if byte.startswith("byte") else byte if byte[1:2] == "i" else byte.upper()),
                    match.end(),
                    1.0,
                )
            if kind == "time":
                name = _time_unit(groups["time"])
                return f"{name}/{groups['item']}" if groups["item"] else name, match.end(), 1.0
            if kind == "count":
                noun = _noun(groups["noun"] or "")
                return noun or "parameters", match.end(), _SCALE[groups["scale"]]
            return _noun(groups["noun"]), match.end(), 1.0
    return "", at, 1.0


def _round(value: float) -> float:
    """Drop the last binary digits, so that 16.4 x 1e9 prints as 16400000000."""
    return float(f"{value:.12g}")


def _noun(word: str) -> str:
    word = word.split()[-1] if word else ""
    if word.startswith(("param", "weight")):
        return "parameters"
    return word if not word or word.endswith("s") else word + "s"


def _time_unit(word: str) -> str:
    for prefix, name in (("mill", "ms"), ("micro", "us"), ("nano", "ns"), ("min", "min"), ("h", "h"), ("d", "days")):
        if word.startswith(prefix):
            return name
    return {"ms": "ms", "msec": "ms", "us": "us", "µs": "us", "μs": "us", "ns": "ns"}.get(word, "s")


def _is_name(text: str, before: str, match: re.Match[str], unit: str, end: int) -> bool:
    """Whether digits belong to a name (``GPT-2``, ``Llama 2``, ``top-2``) or to a key (``rank 16``) and measure nothing."""
    if end < len(text) and (text[end].isalpha() or text[end] in "_"):
        return True
    if text[end : end + 1] == "-" and text[end + 1 : end + 2].isalpha() and unit in ("", "parameters"):
        return True
    if unit == "" and _KEYED.search(before):
        return True
    if unit == "" and _NAME_BEFORE.search(before) and "." not in match["number"] and "," not in match["number"]:
        return True
    if unit == "parameters" and not re.search(r"param|weight", text[match.end() : end]):
        # A bare "7B" is the size of a model, which find_scales reads; it measures nothing here.
        return not re.match(r"\s(?:are|is|of|in total)\b", text[end:])
    return False


def _word_numbers(text: str, found: list[Mention]) -> list[Mention]:
    """Numbers written as words: "twice", "half", "two fifths", "four times"."""
    extra = []
    for pattern, table in ((_WORD, _WORDS), (_COUNT_WORD, _COUNT_WORDS)):
        for match in pattern.finditer(text):
            unit, end, _ = _unit(text, match.end())
            if any(m.start < end and match.start() < m.end for m in [*found, *extra]):
                continue
            quantity = Quantity(value=table[match[0].lower()], unit=unit or "x", text=text[match.start() : end])
            extra.append(Mention(match.start(), end, quantity))
    return extra


_SIZE = re.compile(
    r"(?<![\w.])(?:[A-Za-z][\w.]*-)*(?P<number>\d+(?:\.\d+)?)\s?(?P<scale>[MBT]|million|billion|trillion)\b"
    r"(?!\s*-?(?:tokens?|examples?|samples?|images?|instruction|generated|words|(?:trainable|trained|tunable|active|activated|updated)\s+param|GPU|hours|are active))"
    r"(?!\s+(?:of|training)\s)(?P<noun>[\s-](?:model\s)?(?:parameters?|params?|models?))?"
)  # fmt: skip
_OWN = re.compile(r"(?:train\w*|with only|updat\w*|tun(?:e|es|ing)|LoRA with|BitFit with|against)\s$", re.IGNORECASE)


@lru_cache(maxsize=16384)
def find_scales(text: str) -> tuple[Quantity, ...]:
    """Model sizes that a text names ("Llama-2-7B", "175B parameters"), in parameters, in order of mention.

    Counts of trained or active parameters are not sizes of models.
    """
    text = normalize(text)
    sizes = []
    for match in _SIZE.finditer(text):
        if match["noun"] and "param" in match["noun"] and _OWN.search(text[: match.start()]):
            continue
        value = _round(float(match["number"]) * _SCALE[match["scale"]])
        if 1e6 <= value <= 1e14:
            sizes.append(Quantity(value=value, unit="parameters", text=f"{match['number']}{match['scale'][0].upper()}"))
    return tuple(sizes)


def dimension(unit: str) -> str:
    """Dimension of a canonical unit: bytes, time, time/token, rate, ratio, points, parameters, operations, or the unit itself."""
    if unit in _BYTES:
        return "bytes"
    head, _, item = unit.partition("/")
    if head in _SECONDS:
        return "time" if not item else "time/token" if item == "token" else "time/item"
    if item == "s":
        return "rate"
    if unit in _OPERATIONS:
        return "operations"
    return {"%": "ratio", "x": "ratio", "points": "points", "GPU hours": "gpu_time", "GPU days": "gpu_time"}.get(
        unit, unit
    )


def base_value(quantity: Quantity) -> float:
    """The value in the base unit of its dimension: bytes, seconds, operations, a plain ratio (40 % is 0.4)."""
    if quantity.unit in _BYTES:
        return quantity.value * _BYTES[quantity.unit]
    head = quantity.unit.partition("/")[0]
    if head in _SECONDS:
        return quantity.value * _SECONDS[head]
    if quantity.unit in _OPERATIONS:
        return quantity.value * _OPERATIONS[quantity.unit]
    factor = {"%": 0.01, "GPU days": 24.0}.get(quantity.unit, 1.0)
    return quantity.value * factor
