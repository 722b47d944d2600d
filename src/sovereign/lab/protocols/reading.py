"""What a claim says, in the terms of protocols: the method, its sizes, the model, the conditions. Names are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from sovereign.language.quantities import base_value
from sovereign.language.units import base_factor
from sovereign.language.vocabulary import phase_of
from sovereign.language.words import STOP, any_of, normalize, stems, token_stems, tokens
from sovereign.records import Claim, ProtocolKey, Quantity, Result

from ..shapes import SHAPES

_NUMBERS = {
    word: n for n, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
}
_COUNT = rf"(?P<n>\d+|{'|'.join(_NUMBERS)})"
_SIZES = {
    "r": re.compile(r"\brank[\s-]*(?:of\s+)?(?P<n>\d+)|\br\s?=\s?(?P<m>\d+)", re.IGNORECASE),
    "num_experts": re.compile(rf"\b{_COUNT}\s+(?:LoRA\s+)?experts\b", re.IGNORECASE),
    "top_k": re.compile(r"\btop-(?P<n>\d+)\b", re.IGNORECASE),
}
_ANY = rf"(?:\d+|{'|'.join((*_NUMBERS, 'twelve', 'sixteen', 'thirty-two', 'sixty-four'))})"
_SPOKEN = {
    name: re.compile(rf"\b{word}\b(?:\W+\w+){{0,2}}?\W+{_ANY}\b|\b{_ANY}(?:\W+\w+){{0,2}}?\W+{word}\b", re.IGNORECASE)
    for name, word in (("r", "ranks?"), ("num_experts", "experts?"))
}
_QUERY_VALUE = re.compile(r"\bquery and value projections\b|\bq(?:_proj)?(?: and |, )v(?:_proj)?\b", re.IGNORECASE)
_OTHER = re.compile(
    r"(?<![\w.-])\d[\d.,]*(?:\s?%|\s?[A-Z]+\b)?(?:\s(?!and\b|with\b|against\b|for\b|to\b|but\b)[a-z]+){0,2}"
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_PHASE = re.compile(
    r"\b(?:both|train\w*|infer\w*|decod\w*|forward|backward|pass(?:es)?|time|fine-?tuning)\b", re.IGNORECASE
)
_KEYED = re.compile(r"\b(?:(?:small\s+)?batch\s+sizes?|sequence\s+length|context)(?:\s+of)?\s*\d*\b", re.IGNORECASE)
_ADDS_NONE = r"\b(?:(?:adds?|adding|has|have|with)\s+)?(?:no|zero|without(?:\s+any)?)\s+(?:(?:added|additional|extra)\s+)?(?:inference\s+)?"
_NARROW = re.compile(r"(?:[48]-bits?|int[48]|fp8)\b", re.IGNORECASE)
_STRICT = r"(?:\b(?:(?:more|less|fewer)\s+than|over|above|under|below|exceed(?:s|ing))|[<>])"


@cache
def terms() -> dict[str, Any]:
    """The data file as it stands."""
    return tomllib.loads(resources.files(__package__).joinpath("terms.toml").read_text("utf-8"))


@cache
def _methods() -> tuple[tuple[frozenset[str], str], ...]:
    """Stems of every name with its method, longest first."""
    names = [(frozenset(stems(name)), method) for method, all_names in terms()["methods"].items() for name in all_names]
    return tuple(sorted(names, key=lambda pair: -len(pair[0])))


@cache
def _fillers() -> frozenset[str]:
    return frozenset(stems(f"{terms()['fillers']} {' '.join(STOP)}"))


def method_of(phrase: str | None) -> str | None:
    """The method that a phrase names: ``method_of("rank-16 LoRA")`` is "lora"; None for "S-LoRA", which is another."""
    if not phrase:
        return None
    for name, _ in shapes_in(phrase):
        phrase = _shape_pattern(name).sub(" ", phrase)
    words = {w for w in stems(_sizes_out(phrase)) if not w[0].isdigit()}
    for named, method in _methods():
        if named <= words and words - named <= _fillers():
            return str(method)
    return None


def _sizes_out(phrase: str) -> str:
    for pattern in (*_SIZES.values(), _QUERY_VALUE):
        phrase = pattern.sub(" ", phrase)
    return phrase


def sizes_of(text: str) -> dict[str, Any]:
    """Rank, experts, top-k and targets that a phrase states, as ``Hyperparameters`` takes them; one that is
    stated with two values is left out."""
    found: dict[str, Any] = {}
    for name, pattern in _SIZES.items():
        stated = {next(g for g in m.groups() if g).lower() for m in pattern.finditer(normalize(text))}
        if len(stated) == 1:
            (number,) = stated
            found[name] = _NUMBERS.get(number) or int(number)
    if _QUERY_VALUE.search(text):
        found["targets"] = ("q_proj", "v_proj")
    return found


def spoken_sizes(text: str) -> tuple[str, ...]:
    """Sizes of which a text gives a number in whatever words: "a rank equal to eight", "an expert count of 4"."""
    return tuple(name for name, pattern in _SPOKEN.items() if pattern.search(text))


def parts_in(phrase: str) -> tuple[str, ...]:
    """Words of a phrase that may mean a part of the method that it names: "experts" in "the experts of MixLoRA"."""
    wanted = frozenset(terms()["parts"].split())
    return tuple(word for word in tokens(_sizes_out(phrase)) if word in wanted)


@cache
def _shape_pattern(name: str) -> re.Pattern[str]:
    """Spellings of a shape's name: "LLaMA-2 7B", "Llama-2-7B" and "LLaMA2-7B" are llama2-7b."""
    spelled = [
        r"[\s-]?".join(re.findall(r"[a-z]+|\d+(?:\.\d+)?", n.lower())) for n in (name, *terms()["shapes"].get(name, ()))
    ]
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(spelled)})(?![\w.])", re.IGNORECASE)


def shapes_in(text: str) -> Iterator[tuple[str, str]]:
    """Shapes of the cost model that a text names, with the words that name them."""
    for name in SHAPES:
        if match := _shape_pattern(name).search(text):
            yield name, match[0]


def shape_of(text: str | None) -> str | None:
    """The one shape that a text names."""
    found = [name for name, _ in shapes_in(text or "")]
    return found[0] if len(found) == 1 else None


def configuration(claim: Claim, method: str) -> tuple[dict[str, Any], str]:
    """The configuration that the work which the claim speaks for states of its method, and where; empty if it states none."""
    stated = terms()["configurations"].get(claim.quote.source_id, {})
    return dict(stated.get(method, {})), str(stated.get("where", "")) if method in stated else ""


def device_in(text: str) -> str | None:
    """The machine that a text names."""
    match = re.search(rf"\b{any_of(' '.join(terms()['devices']['names']))}\b", text)
    return match[0] if match else None


class Stated(NamedTuple):
    """A condition that a claim states: its kind, and its words."""

    kind: str
    words: str


def stated(claim: Claim) -> tuple[Stated, ...]:
    """Everything under which a claim says that it holds, by kind: model, device, phase, sizes of the input, the rest."""
    setting, found = claim.setting, []
    if model := setting.model or (setting.scale.text if setting.scale else None):
        found.append(Stated("model", model))
    if device := device_in(claim.text):
        found.append(Stated("device", device))
    if phase := setting.phase:
        found.append(Stated("phase", phase))
    if setting.batch_size is not None:
        found.append(Stated("batch_size", f"batch size {setting.batch_size}"))
    if setting.sequence_length is not None:
        found.append(Stated("sequence_length", f"sequence length {setting.sequence_length}"))
    conditions = dict.fromkeys([*setting.conditions, *(r.condition for r in claim.results if r.condition)])
    found += [Stated("condition", c) for c in conditions if _says_more(c, setting.model)]
    return tuple(found)


def _says_more(condition: str, model: str | None) -> bool:
    """Whether a condition holds more than the model, the phase, the machine and the sizes of the input."""
    text = condition.replace(model, " ") if model else condition
    for name, _ in shapes_in(text):
        text = _shape_pattern(name).sub(" ", text)
    text = _KEYED.sub(" ", _PHASE.sub(" ", text))
    devices = frozenset(stems(" ".join(terms()["devices"]["names"])))
    return any(w not in _fillers() and w not in devices and not w[0].isdigit() for w in stems(text))


def more_words(text: str, vocabulary: str) -> tuple[str, ...]:
    """Words of a text beyond those of a vocabulary of the data file, as what a protocol does not reproduce.

    Figures are none of them, but narrow formats are: "ZeRO", "8-bit" or "on phones" is about another thing.
    """
    known = frozenset(stems(terms()[vocabulary]))
    told = (w for w in tokens(normalize(text)) if w not in STOP)
    rest = (w for w in told if not all(p in known or p in STOP or p.isdigit() for p in token_stems(w)))
    words = (w for w in rest if not w[0].isdigit() or _NARROW.fullmatch(w))
    named = dict.fromkeys((*words, *(match[0] for match in _NARROW.finditer(text))))
    return tuple(f"what “{word}” adds to the statement" for word in named)


def beyond(claim: Claim, reproduced: Iterable[str], text: str | None = None) -> tuple[str, ...]:
    """What a claim states and a protocol that reproduces only these kinds of conditions does not.

    ``text`` is the claim's without words that the protocol reads itself.
    """
    known = frozenset(reproduced)
    conditions = (
        f"the {s.kind.replace('_', ' ')} that it states ({s.words})" for s in stated(claim) if s.kind not in known
    )
    return (*conditions, *turned(claim.text if text is None else text))


def without_denial(text: str, metric: str) -> str:
    """A text without the words by which it denies that something adds to a metric: "adds no (added) inference latency"."""
    return re.sub(rf"{_ADDS_NONE}{metric}\b", " ", text, flags=re.IGNORECASE)


def turned(text: str, *more: str) -> tuple[str, ...]:
    """Words of a text that make it say something else than its figures do, as what a protocol does not reproduce.

    ``more`` names further lists of the data file.
    """
    pattern = any_of(" ".join(terms()[name] for name in ("turns", *more)))
    found = re.finditer(rf"(?<![\w-]){pattern}(?![\w-])|\w+n['’]t\b", normalize(text), re.IGNORECASE)
    return tuple(f"what “{match[0]}” makes of the statement" for match in found)


def phases_of(claim: Claim) -> tuple[str, ...]:
    """The phases that a claim speaks of; both where it names both or none."""
    named = claim.setting.phase or phase_of(claim.text)
    return (named,) if named else ("inference", "training")


def of_metric(claim: Claim, *metrics: str) -> tuple[Result, ...]:
    """The results of a claim that are about one of these metrics."""
    return tuple(r for r in claim.results if r.metric in metrics)


def key_of(
    claim: Claim, metric: str, method: str, comparator: str | None = None, unit: str | None = None
) -> ProtocolKey:
    """The typed key of what a claim states; the setting is what ``stated`` finds."""
    setting = tuple((s.kind, s.words) for s in stated(claim))
    return ProtocolKey(metric=metric, method=method, comparator=comparator, unit=unit, setting=setting)


def slack(quantity: Quantity) -> float:
    """Half a unit of the last digit that a printed figure gives, in base units: 0.05 for "2.9 %", 5e6 for "110M"."""
    match = _NUMBER.search(quantity.text)
    digits = match[0].replace(",", "") if match else "1"
    number = float(digits)
    if "." in digits:
        step = 10.0 ** -len(digits.partition(".")[2])
    else:
        # Zeros at the end may be rounding ("110M"), but only so far: "20" is no way to print 16.
        zeros = 10.0 ** (len(digits) - len(digits.rstrip("0")))
        step = max(1.0, min(zeros, number / 10))
    return 0.5 * step * (abs(base_value(quantity) / number) if number else base_factor(quantity.unit))


def agrees(ours: float, printed: Quantity, tolerance: float = 0.0, text: str = "") -> bool:
    """Whether a figure agrees with a printed one: within its rounding or a relative tolerance, or the right side of a bound.

    ``text`` is the sentence that prints it: "more than 16 bytes" is not met by 16, "at least 16 bytes" is.
    """
    value, room = base_value(printed), max(slack(printed), tolerance * abs(base_value(printed)))
    if printed.bound in ("at_least", "at_most") and _strict(printed, text):
        room = -1e-9 * abs(value)
    if printed.upper is not None:
        top = value * printed.upper / printed.value if printed.value else printed.upper
        return value - room <= ours <= top + room
    if printed.bound == "at_least":
        return ours >= value - room
    if printed.bound == "at_most":
        return ours <= value + room
    return abs(ours - value) <= room


def _strict(printed: Quantity, text: str) -> bool:
    """Whether a sentence says that a bound is not met by its own figure."""
    return re.search(rf"{_STRICT}\s*{re.escape(printed.text)}", normalize(text), re.IGNORECASE) is not None


def other_figures(claim: Claim, used: Iterable[Quantity]) -> tuple[str, ...]:
    """Figures of the sentence that are not the ones judged, each with the words after it."""
    text = claim.text
    for words in (*(q.text for q in used), claim.setting.model or "", *(w for _, w in shapes_in(text))):
        text = text.replace(words, " | ", 1) if words else text
    return tuple(dict.fromkeys(match[0].rstrip(" .,") for match in _OTHER.finditer(text)))
