"""Words of change: whether a figure is a difference, and which way it points."""

from __future__ import annotations

import re
from typing import Literal

from .quantities import Mention
from .words import any_of, word_set

Change = Literal["increase", "decrease", "better", "worse"]

# Words that may stand between "by" or "to" and its figure.
BOUND = any_of(
    "up_to as_little_as as_much_as about around roughly approximately at_most at_least over more_than less_than nearly "
    "almost only just an_average_of ~"
)

# By the way they point. "Better" is more accuracy but less latency, so the metric decides it later.
_WAY_WORDS: dict[Change, str] = {
    "decrease": r"""reduc\w* lower\w* decreas\w* cut\w* save[sd]?\b savings?\b saving\b shorten\w* shrink\w* shrank
        drop\w* fall\w* fell\b loses?\b losing\b lost\b halv\w* trim\w* compress\w* eliminat\w* avoid\w* less\b fewer
        below smaller shorter cheaper""",
    "increase": r"""increas\w* rais\w* lift\w* adds?\b add(?:ed|ing|itional)\b grow\w* grew rises?\b rising\b rose\b
        gain(?:s|ed|ing)?\b doubl\w* tripl\w* introduc\w* incur\w* more\b higher larger longer above exceed\w*
        greater extra overhead""",
    "better": r"""improv\w* boost\w* accelerat\w* speed\w* faster better quicker enhanc\w* outperform\w* beat\w*
        surpass\w* lead(?:s|ing)?\b led\b top(?:s|ped)\b""",
    "worse": r"""degrad\w* hurt\w* worse\w* slow\w* trail\w* lag(?:s|ged|ging)?\b underperform\w* deteriorat\w*
        loss(?:es)?\b""",
}
_WAYS = {way: re.compile(rf"\b{any_of(words)}", re.IGNORECASE) for way, words in _WAY_WORDS.items()}

_ADJECTIVE_CUES = (
    "more less fewer lower higher faster slower larger smaller longer shorter better worse above below greater cheaper "
    "quicker extra additional added"
)
_NOUN_CUES = (
    "reductions? decreases? increases? improvements? gains? overheads? speed-?ups? slow-?downs? savings? drops? "
    "boosts? degradation accelerations?"
)
_PREPOSITION = any_of("in on of for with at and to over than by while as")
# "40 % | less", "63 % | energy savings", "2 % | accuracy loss": up to four words, then a cue.
_HEADED = re.compile(
    rf"^\s*(?P<what>(?:(?!{_PREPOSITION}\b)[\w/@+'-]+\s+){{0,4}}?(?:in\s)?)"
    rf"(?P<cue>{any_of(f'{_ADJECTIVE_CUES} {_NOUN_CUES}')}"
    r"|(?:(?<=accuracy )|(?<=quality )|(?<=performance ))loss(?:es)?)\b"
)
_BY = re.compile(rf"\bby\s*(?:a factor of\s*)?{BOUND}?\s*(?:a factor of\s*)?$")
_TO = re.compile(r"(?<!up )\bto\s*$")
_NOUN_BEFORE = re.compile(
    rf"\b(?P<cue>{any_of(_NOUN_CUES)})"
    rf"\s+(?:of|is|was)\s+(?:{BOUND}\s+)?$"
)
_PART_VERBS = word_set(
    "save saves saved saving lose loses lost losing cost costs costing add adds added adding cut cuts cutting"
)


def way_of(words: str) -> Change | None:
    """The way that the last word of change points: ``way_of("reduces the time")`` is "decrease"."""
    found = [(match.start(), way) for way, pattern in _WAYS.items() for match in pattern.finditer(words)]
    return max(found)[1] if found else None


def is_by(before: str) -> bool:
    """Whether a figure follows "by": "reduces latency *by up to* 5 %"."""
    return _BY.search(before) is not None


def change_of(mention: Mention, left: str, before: str, after: str, verb: str) -> Change | None:
    """The way a figure points when it is a difference; None for a value.

    The words right after it decide ("40 % less"), then with "by" its verb, then a plus sign, a verb of parts ("saves
    3 %") or a noun before it ("a reduction of 3 %"). ``left`` is all before it, ``before`` what follows the last.
    """
    unit = mention.quantity.unit
    headed = _HEADED.match(after)
    if headed and (unit in ("%", "x", "points") or not headed["what"].strip()):
        return _way_of_cue(headed["cue"])
    if is_by(before):
        return way_of(verb) or way_of(left)
    if mention.quantity.text.startswith("+") and unit in ("%", "points"):
        return "increase"
    if verb in _PART_VERBS and before == left and not _TO.search(before):
        if verb.startswith(("cost", "cut")):
            return "decrease" if unit in ("%", "points") else None
        return way_of(verb) if unit != "x" else None
    if unit in ("%", "x") and (noun := _NOUN_BEFORE.search(before)):
        return _way_of_cue(noun["cue"])
    return None


def _way_of_cue(cue: str) -> Change | None:
    """A gain improves whatever it is of, where "gains" as a verb only adds."""
    return "better" if cue.startswith("gain") else way_of(cue)
