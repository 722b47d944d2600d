"""The figures of a clause: what each one is tied to, and whether it is a value, a change or a share."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from sovereign.records import Quantity

from .changes import BOUND, Change, change_of
from .metrics import only_metric
from .names import core_name
from .quantities import Mention, find_quantities
from .units import MEASURING, dimension
from .words import any_of

_SHARE = re.compile(
    rf"^\s*(?:(?:of|the|as|that|its|their)\s+|as {any_of('much many high large long slow low fast')}\b)"
)
_PREPOSITION = re.compile(
    r"\b(?P<prep>"
    + any_of(
        """for with of by under using via over than against in at on when after per during through while from to
        compared which where relative"""
    )
    + r")\s+"
)
_NAMING = ("for", "with", "of", "by", "under", "using", "via")
# After a preposition, these name conditions and no things.
_NO_NAME = re.compile(
    r"^\d[\d.,]*[kKMBT]?(?:\s|$)|^(?:one|two|three|four|five|six|eight|ten)\s|^(?:respect|regard)\b"
    r"|^(?:rank|batch|beam|sequence|width|average|total|size|length|alpha|context)[\s-](?:size\s|length\s)?\d*$"
    r"|^(?:average|total|default|scratch|training|inference)$|\b"
    + any_of(
        """tasks? datasets? benchmarks? settings? scenarios? splits? workloads? cases? languages? queries prompts?
        slices? domains? classes classification prediction recognition detection retrieval"""
    )
    + "$"
)
_LIST_END = re.compile(rf"(?:,|\band|\bor)\s*(?:{BOUND}\s*)?$")
_FILLER = re.compile(rf"^\s*(?P<comma>,)?\s*(?P<joint>and|or|to)?\s*{BOUND}?\s*$")
_FROM = re.compile(rf"\bfrom\s+(?:{BOUND}\s+)?$")
_TO = re.compile(rf"(?:^|\s)(?:down |up )?to\s+(?:{BOUND}\s+)?$")
_NO_NOUN = re.compile(
    r"\s*(?:$|[,;.]|"
    + any_of(
        """and or on in for at with over than against when while to by under compared relative respectively across
        during"""
    )
    + r"\b)"
)
# Numbers that describe a thing or a spread instead of measuring.
_ATTRIBUTIVE = re.compile(r"\d-(?!fold|percentage|point|x\b)[A-Za-z]|\bparameter$")
_SPREAD = any_of(
    r"""standard_deviation variance std\.? CI interval maximum minimum threshold probability chance gap differences?
    variation change deviation margin"""
)
_DESCRIBED_BEFORE = re.compile(
    rf"{_SPREAD}\s+(?:of\s+)?(?:less than |up to |only |about )?$|\b(?:plus|minus|out of|out of the)\s+$"
    r"|\b(?:model|network|system|machine|cluster|dataset|corpus|sequence|batch|prompt)e?s?\s+of"
    r"\s+(?:up to |about |more than )?$"
)
_DESCRIBED_AFTER = re.compile(
    r"\s+of (?:them|these|which)\b|[^,;\d]{0,24}\bplus\s+\d"
    r"|\s+[A-Z][\w-]*\s+(?:GPU|TPU|CPU|card|core|chip|machine|node)s?\b"
)
_HARDWARE_WITH = re.compile(r"\b(?:GPUs?|cards?|devices?|machines?|CPUs?|nodes?)\s+with\s+(?:only\s+)?$")
_LASTING = re.compile(r"\b(?:after|every|within|first|last|for|over|until)\s+(?:about\s+)?$")
_OF_COUNT = re.compile(r"^\s+(?:out )?of\s+(?:the |all )?\d")
_COUNT_OF = re.compile(r"\d (?:out )?of (?:the |all )?$")
_EACH = re.compile(r"\s*(?:each\b|-?(?:GPUs?|cards?)\b)")


@dataclass(frozen=True)
class Figure:
    """A figure in its clause. ``before`` and ``after`` are its surroundings up to the previous and the next figure.

    ``name`` is what a ``preposition`` ties to it ("19 ms *with* A"), ``change`` the way a difference points;
    ``share`` is true for "40 % of the …", ``starts`` and ``ends`` for "*from* 4 *to* 2", ``listed`` inside a list.
    """

    quantity: Quantity
    before: str = ""
    after: str = ""
    name: str | None = None
    preposition: str = ""
    change: Change | None = None
    share: bool = False
    starts: bool = False
    ends: bool = False
    listed: bool = False

    @property
    def plain(self) -> bool:
        """A value of its own: no difference, no share."""
        return self.change is None and not self.share


def read_figures(text: str, verb: str) -> list[Figure]:
    """The figures of a part of a clause that can be results, in order; ``verb`` is the clause's.

    A bare number beside a figure takes its unit ("3 and 4 ms"); "2 % and 3 % more" are both "more". Numbers that only
    describe ("4-bit", "30-second clips", "3 of 5 tasks", a standard deviation) are no results, nor end one.
    """
    mentions = [m for m in find_quantities(text) if _can_measure(text, m)]
    figures = [_figure(text, mentions, i, verb) for i in range(len(mentions))]
    linked = False
    for i in reversed(range(len(figures) - 1)):
        joint = _FILLER.match(figures[i].after)
        linked = joint is not None and bool(joint["joint"] or (joint["comma"] and linked))
        if linked and figures[i].quantity.unit in ("", figures[i + 1].quantity.unit):
            figures[i] = _like_next(figures[i], figures[i + 1])
    for i in range(1, len(figures)):
        previous, figure = figures[i - 1], _like_previous(figures[i - 1], figures[i], figures[0])
        figures[i] = figure
        if previous.name is None and figure.preposition == "for" and re.fullmatch(r"\s*with\s+", previous.after):
            # "25.1 with 2 GB for A": both are A's.
            figures[i - 1] = replace(previous, name=figure.name, preposition="for")
    return figures


def _can_measure(text: str, mention: Mention) -> bool:
    """Whether a number can be a result; see ``read_figures`` for those that cannot."""
    unit, after, before = mention.quantity.unit, text[mention.end :], text[max(0, mention.start - 40) : mention.start]
    kind = dimension(unit)
    if unit != "" and kind not in MEASURING:
        return False
    if _ATTRIBUTIVE.search(mention.quantity.text) or _DESCRIBED_BEFORE.search(before) or _DESCRIBED_AFTER.match(after):
        return False
    if (kind == "bytes" and _HARDWARE_WITH.search(before)) or (kind.startswith("time") and _LASTING.search(before)):
        return False
    if unit == "" and (_OF_COUNT.match(after) or _COUNT_OF.search(before)):
        return False
    return unit == "x" or not _EACH.match(after)


def _figure(text: str, mentions: list[Mention], i: int, verb: str) -> Figure:
    """The i-th mention with its surroundings."""
    mention = mentions[i]
    before = text[mentions[i - 1].end if i else 0 : mention.start]
    after = text[mention.end : mentions[i + 1].start if i + 1 < len(mentions) else len(text)]
    change = change_of(mention, text[: mention.start], before, after, verb)
    name, preposition = _carried_name(after)
    relative = mention.quantity.unit in ("%", "x") and change is None and not before.rstrip().endswith("within")
    return Figure(
        quantity=mention.quantity,
        before=before,
        after=after,
        name=name,
        preposition=preposition,
        change=change,
        share=relative and _SHARE.match(after) is not None,
        starts=_FROM.search(before) is not None,
        ends=_TO.search(before) is not None,
        listed=i > 0 and _LIST_END.search(before) is not None,
    )


def _carried_name(after: str) -> tuple[str | None, str]:
    """The name that a preposition ties to a figure, and the preposition: "19.8 ms with A", "22 GB of memory with B"."""
    text = re.split(r",\s|;", after)[0]
    carriers = list(_PREPOSITION.finditer(text))
    for carrier, following in zip_longest(carriers, carriers[1:]):
        if carrier["prep"] not in _NAMING or text[: carrier.start()].endswith(("divided ", "multiplied ")):
            continue
        phrase = text[carrier.end() : following.start() if following else len(text)]
        name = core_name(re.sub(rf"\s+(?:and|or|{BOUND})\s*$", "", phrase))
        known = _NO_NAME.search(phrase.strip()) or _NO_NAME.search(name) or only_metric(name)
        if name and not known and re.search(r"[A-Za-z]{2}|[A-Z]", name):
            return name, carrier["prep"]
    return None, ""


def _like_previous(previous: Figure, figure: Figure, first: Figure) -> Figure:
    """A bare number after a figure takes its unit: "3 ms with A and 2 with B"; "by 8 % on T and 5 % on U" change."""
    unit = figure.quantity.unit
    if (
        figure.listed
        and figure.plain
        and previous.change
        and unit == previous.quantity.unit
        and _NO_NOUN.match(figure.after)
    ):
        return replace(figure, change=previous.change) if unit in ("%", "x", "points") else figure
    if unit or not previous.quantity.unit or not first.quantity.unit or figure.starts:
        return figure
    if previous.share and re.fullmatch(r"\s*of\s+(?:the\s+)?", figure.before) and first is not previous:
        # "74 GB, 40 % of the 183 of B"
        return replace(figure, quantity=with_unit(figure.quantity, first.quantity))
    kind = dimension(previous.quantity.unit)
    joined = figure.listed or figure.ends or re.search(r"\bwith\s*$", figure.before)
    if not joined or kind in ("ratio", "parameters") or (kind == "points" and not (previous.change and figure.name)):
        return figure
    quantity = with_unit(figure.quantity, previous.quantity)
    return replace(figure, quantity=quantity, change=previous.change if kind == "points" else figure.change)


def _like_next(figure: Figure, following: Figure) -> Figure:
    """ "2.2 and 3.0 % more than B": the first number has the second's unit, its way and what follows it."""
    quantity = with_unit(figure.quantity, following.quantity)
    if following.plain:
        return replace(figure, quantity=quantity)
    return replace(figure, quantity=quantity, after=following.after, change=following.change, share=following.share)


def same_kind(mine: Quantity, theirs: Quantity) -> bool:
    """Same dimension; "3 ms per token against 2 ms" leaves out a "per token", but tokens/s are no requests/s."""
    if mine.unit == theirs.unit:
        return True
    a, b = dimension(mine.unit), dimension(theirs.unit)
    if a == b == "rate":
        return mine.unit.split("/")[0] == theirs.unit.split("/")[0]
    return a != "ratio" and a.split("/")[0] == b.split("/")[0]


def with_unit(quantity: Quantity, model: Quantity) -> Quantity:
    """The quantity with the model's unit if it has none of its own."""
    return quantity if quantity.unit else quantity.model_copy(update={"unit": model.unit})
