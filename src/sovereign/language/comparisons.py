"""Results and comparisons stated in one sentence.

Turns "A takes 15.43 GB against 16.32 GB for B" into a ``Result`` with subject, comparator, both values, direction and ratio.
Every part that the sentence does not give stays None. Checks and extraction share this one reading of a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from sovereign.records import Direction, Quantity, Result, Setting

from .clauses import MARKER, Clause, core_name, frame
from .metrics import comparative_words, metric_of, metrics, named, noun_phrase, phase_of, phased
from .quantities import Mention, base_value, dimension, find_quantities, find_scales
from .words import normalize

_REDUCE = re.compile(r"\b(?:reduc|lower|decreas|cut|sav|shorten|shrink|drop|fall|fell|los|halv|trim|compress|eliminat|avoid|less(?! than)|fewer|below|faster)\w*", re.IGNORECASE)  # fmt: skip
_RAISE = re.compile(r"\b(?:increas|rais|add|grow|grew|ris|rose|gain|doubl|tripl|introduc|incur|more(?! than)|higher|larger|longer|above|exceed|slow)\w*", re.IGNORECASE)  # fmt: skip
_IMPROVE = re.compile(r"\b(?:improv|boost|accelerat|speed)\w*", re.IGNORECASE)
_DEGRADE = re.compile(r"\b(?:degrad|hurt|worsen)\w*", re.IGNORECASE)
_CUE_AFTER = re.compile(
    r"^\s*(?:in\s)?(?P<cue>more|less|fewer|lower|higher|faster|slower|larger|smaller|longer|shorter|better|worse|above|below|over|greater|"
    r"cheaper|quicker|reduction|decrease|increase|improvement|gain|overhead|speed-?up|slow-?down|saving|drop|increases?|latency reduction)\b"
)
_SHARE_AFTER = re.compile(r"^\s*(?:of|the|as|that)\s+(?!(?:its|their)\b)")
_CONDITION_NAME = re.compile(
    r"^(?:rank|batch|beam|sequence|width|average|total|size|length|alpha|context)[\s-](?:size\s|length\s)?\d*$|^(?:average|total)$"
)
_NAMING = ("for", "with", "of", "by", "under", "using", "via")
_BETTER = re.compile(r"\b(?:outperform|beat|surpass|exceed|better than|improves? (?:over|on|upon))\w*\b")
_EQUAL = re.compile(
    r"\b(?:match(?:es)?|equals?|keeps? up with|on par with|comparable (?:to|with)|competitive with|equal to|as (?:low|high|fast|slow|good|much|large|small) as(?: that of)?|"
    r"(?:the )?same (?P<same>[\w -]{0,40}?)\s?as(?: that of)?)\b"
)
_NONE = re.compile(
    r"\b(?:no|without|zero|not? (?:any )?)\s?(?:added|extra|additional|more|any)\s+(?P<what>[\w -]+?)(?=\s+(?:against|over|compared|than|relative|versus|to|for|at)\b|[,.;]|$)"
)
_COMPARATIVE = re.compile(
    r"\b(?P<word>more|less|fewer|lower|higher|faster|slower|larger|smaller|longer|shorter|better|worse|greater|cheaper)\b(?P<what>[^,;]{0,60}?)\bthan\s"
)
_SPECIAL = re.compile(
    r"batch\s+sizes?(?:\s+of)?[\s=]+(?P<batch>\d+)|(?:sequence\s+length|context)(?:\s+of)?[\s=]+(?P<seq>\d+)",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"\b(?:[A-Z][\w.]*(?:-[\w.]+)*(?:\s\d(?:\.\d+)?)?[\s-](?:\d+(?:\.\d+)?[BM]\b|(?:small|base|medium|large|[Xx][Ll]|[Xx]{2}[Ll])\b))"
)


# "25.8 with B, which is 30.3 % more": the same comparison said twice.
_RESTATED = re.compile(r",? which is [\d.]+\s?% (?:more|less|higher|lower)(?=,|\.|\sand\s)")
_ADDED = re.compile(
    r"\b(?:added|extra|additional)\s+(?P<metric>[\w\s-]+?)\s+of\s+(?P<subject>.+?)\s+over\s+(?P<comparator>.+)$"
)


@dataclass(frozen=True)
class Parsed:
    """What one sentence says: its setting, and its results in order of mention."""

    setting: Setting
    results: tuple[Result, ...]


@dataclass(frozen=True)
class _Figure:
    """A figure in its clause: ``after`` and ``before`` are its surroundings up to the next and previous figure."""

    quantity: Quantity
    before: str
    after: str
    name: str | None
    relative: Direction | None
    share: bool
    starts: bool
    ends: bool


@lru_cache(maxsize=8192)
def parse(sentence: str) -> Parsed:
    """Read one sentence. Never raises; what is not recognised is left out."""
    text = normalize(sentence)
    parts = frame(_RESTATED.sub("", text))
    lead = " ".join(parts.conditions)
    results: list[Result] = []
    previous: Clause | None = None
    for clause in parts.clauses:
        found = _clause_results(clause, lead, text, parts.baseline)
        if (
            previous
            and found
            and clause.opener.split()[-1:]
            and clause.opener.split()[-1] in ("where", "while", "whereas")
        ):
            found = _against_previous(results, found)
        results += _inherit(results, found, clause)
        previous = clause
    return Parsed(_setting(text, parts.conditions), tuple(r for r in results if r.metric))


def _inherit(results: list[Result], found: list[Result], clause: Clause) -> list[Result]:
    """A relative clause speaks of the subject before it; a second "slower" has the comparator of the first."""
    subject = next((r.subject for r in reversed(results) if r.subject), None)
    comparator = next((r.comparator for r in reversed(results) if r.comparator and not r.comparator_value), None)
    added = _ADDED.search(clause.subject)
    finished = []
    for result in found:
        if added and result.value and result.value.unit in ("%", "x"):
            update = {
                "subject": core_name(added["subject"]),
                "comparator": core_name(added["comparator"]),
                "direction": "increase",
            }
            result = result.model_copy(update=update)
        if result.subject is None and subject:
            result = result.model_copy(update={"subject": subject})
        if result.comparator is None and result.direction and result.value and comparator:
            result = result.model_copy(update={"comparator": comparator})
        finished.append(result)
    return finished


def _setting(text: str, conditions: tuple[str, ...]) -> Setting:
    scales = find_scales(text)
    model = _MODEL.search(text)
    special = {k: int(v) for match in _SPECIAL.finditer(text) for k, v in match.groupdict().items() if v}
    return Setting(
        model=model[0] if model else None,
        scale=scales[0] if scales else None,
        phase=phase_of(" ".join(conditions)) or phase_of(text),
        batch_size=special.get("batch"),
        sequence_length=special.get("seq"),
        conditions=conditions,
    )


def _clause_results(clause: Clause, lead: str, sentence: str, baseline: str | None) -> list[Result]:
    subject = _subject(clause, lead)
    results: list[Result] = []
    predicate = clause.predicate
    if clause.verb.startswith(("rang", "vari", "vary", "span")):
        predicate = re.sub(r"^from\s+", "", predicate)
    for left, right in _segments(predicate):
        results += _segment_results(clause, left, right, subject, sentence, baseline)
    named_before = next((r.comparator for r in results if r.comparator), None)
    return [
        r if r.comparator or not r.comparator_value else r.model_copy(update={"comparator": named_before})
        for r in results
    ]


def _segments(predicate: str) -> list[tuple[str, str]]:
    """Cut a predicate at its comparison markers into (before, after); a second marker takes its own figures with it."""
    markers = list(MARKER.finditer(predicate))
    if not markers:
        return [(predicate, "")]
    segments, start = [], 0
    for marker, following in zip_longest(markers, markers[1:]):
        stop = len(predicate)
        if following:
            between = predicate[marker.end() : following.start()]
            cut = max(between.rfind(", "), between.rfind(" and "))
            stop = marker.end() + cut if cut >= 0 else following.start()
        segments.append((predicate[start : marker.start()], predicate[marker.end() : stop]))
        start = stop
    return segments


def _segment_results(
    clause: Clause, left: str, right: str, subject: str | None, sentence: str, baseline: str | None
) -> list[Result]:
    other = _figures(right, clause)
    own = _figures(left, clause)
    if other and all(f.quantity.unit == "" for f in own):
        own = [replace(f, quantity=_with_unit(f.quantity, other[0].quantity)) for f in own]
    own = [f for f in own if _measures(f, clause, sentence)]
    about = f"{clause.subject} {clause.verb}"
    if not own:
        return _wordless(clause, left, right, subject, sentence, baseline)
    comparator = core_name(right) if right and not other else baseline
    change = _from_to(own, subject, about, sentence)
    absolute = [f for f in own if f.relative is None and not f.share and not f.starts]
    if other and absolute:
        return [*change, *_paired(absolute, other, subject, about, sentence)]
    rest = [f for f in own if not change or (not f.starts and not f.ends)]
    return [*change, *_plain(rest, subject, comparator, about, sentence)]


_FILLER = re.compile(r"^\s*(?:,|and|or|, and|to)?\s*(?:up to|about)?\s*$")


def _figures(text: str, clause: Clause) -> list[_Figure]:
    """The figures of a text. A bare number beside a figure takes its unit; "2.2 % and 3.0 % more" are both "more"."""
    # "4-bit" and "32 layers" describe a thing; they are neither results nor borders between results.
    mentions = [m for m in find_quantities(text) if m.quantity.unit == "" or _is_figure(m.quantity.unit)]
    figures = [_figure(text, mentions, i, clause) for i in range(len(mentions))]
    for i in range(1, len(figures)):
        if figures[i].quantity.unit == "" and re.search(
            r"(?:,|\band|\bor|\bto|\bwith)\s*(?:up to|about)?\s*$", figures[i].before
        ):
            if dimension(figures[i - 1].quantity.unit) not in ("ratio", "points", "parameters", ""):
                figures[i] = replace(figures[i], quantity=_with_unit(figures[i].quantity, figures[i - 1].quantity))
    for i in reversed(range(len(figures) - 1)):
        this, following = figures[i], figures[i + 1]
        if _FILLER.match(this.after) and this.quantity.unit in ("", following.quantity.unit):
            quantity = _with_unit(this.quantity, following.quantity)
            figures[i] = replace(this, quantity=quantity, relative=following.relative, share=following.share)
    return figures


def _is_figure(unit: str) -> bool:
    return unit in ("%", "x", "points") or dimension(unit) in _DIMENSIONS


_DIMENSIONS = ("bytes", "time", "time/token", "time/item", "rate", "gpu_time", "parameters", "operations", "energy")


def _figure(text: str, mentions: list[Mention], i: int, clause: Clause) -> _Figure:
    mention = mentions[i]
    start = mentions[i - 1].end if i else 0
    stop = mentions[i + 1].start if i + 1 < len(mentions) else len(text)
    before, after = text[start : mention.start], text[mention.end : stop]
    unit = mention.quantity.unit
    relative: Direction | None = None
    if unit in ("%", "x", "points", ""):
        if cue := _CUE_AFTER.match(after):
            relative = _direction_of(cue["cue"])
        elif re.search(
            r"\bby\s*(?:up to|about|more than|nearly|at least|~)?\s*$", f"{clause.verb} {before}"
        ) or clause.verb in ("adds", "add", "saves", "save"):
            relative = _direction_of(clause.verb) or _direction_of(text[: mention.start])
    within = re.search(r"\bwithin\s*$", before)
    return _Figure(
        quantity=mention.quantity,
        before=before,
        after=after,
        name=_carried_name(after),
        relative=relative,
        share=unit in ("%", "x") and relative is None and not within and bool(_SHARE_AFTER.match(after)),
        starts=bool(re.search(r"\bfrom\s+(?:about\s+)?$", before)),
        ends=bool(re.search(r"(?:^|\s)to\s+(?:about\s+|up to\s+)?$", before)),
    )


def _direction_of(words: str) -> Direction | None:
    """Direction that the last comparative word gives; improving is left to the metric's sense."""
    found: list[tuple[int, Direction]] = [(m.start(), "decrease") for m in _REDUCE.finditer(words)]
    found += [(m.start(), "increase") for m in _RAISE.finditer(words)]
    return max(found)[1] if found else None


_PREPOSITION = re.compile(
    r"\b(?P<prep>for|with|of|by|under|using|via|over|than|against|in|at|on|when|after|per|during|through)\s+"
)


def _carried_name(after: str) -> str | None:
    """The name that a preposition ties to a figure: "19.8 ms with merged LoRA", "22 GB of memory with the adapter"."""
    text = re.split(r",\s|;", after)[0]
    carriers = list(_PREPOSITION.finditer(text))
    for carrier, following in zip_longest(carriers, carriers[1:]):
        if carrier["prep"] not in _NAMING:
            continue
        phrase = text[carrier.end() : following.start() if following else len(text)]
        name = core_name(re.sub(r"\s+(?:and|or|up to|at most|about)\s*$", "", phrase))
        if (
            name
            and not (named(name) and len(name.split()) <= 3)
            and re.search(r"[A-Za-z]{2}", name)
            and not _CONDITION_NAME.match(name)
        ):
            return name
    return None


def _measures(figure: _Figure, clause: Clause, sentence: str) -> bool:
    """Whether a figure can be a result: it has a dimension of some metric, is relative, or stands as a plain score."""
    if re.match(r"\s*(?:each\b|(?:GPUs?|cards?)\b)", figure.after) and figure.quantity.unit != "x":
        return False
    if figure.quantity.unit or figure.relative or figure.share:
        return True
    if figure.quantity.value.is_integer() and re.match(
        r"\s+(?!(?:on|against|for|with|at|and|in|to|of|over|than|points?)\b)[a-z]", figure.after
    ):
        return False
    return metric_of("", figure.after, f"{clause.subject} {clause.verb} {figure.before}", sentence) is not None


def _subject(clause: Clause, lead: str) -> str | None:
    """The clause's subject; "peak memory of X" and "training with X" speak of X. A bare metric takes it from the opening."""
    subject = clause.subject
    match = re.search(r"\b(?:of|with|for|under|by)\s+(.+)$", subject)
    if match and named(subject[: match.start()]) and not re.match(r"rank\b|\d", match[1]):
        subject = match[1]
    elif named(subject) and not match and lead:
        model = _MODEL.search(lead)
        names = [n for n in re.findall(r"\b[A-Z]\w*[A-Z]\w*\b", lead) if not model or n not in model[0]]
        subject = names[0] if names else subject
    return core_name(subject) or None


def _metric(figure: _Figure, about: str, sentence: str) -> str | None:
    return metric_of(figure.quantity.unit, figure.after, f"{about} {figure.before}", sentence)


def _condition(after: str) -> str | None:
    match = re.match(r"^[^,]*?\b((?:in|at|on|during)\s+(?!the\b|total\b)[^,]+?)(?:,|\s+and\s*$|$)", after)
    return match[1].strip() if match else None


def _paired(own: list[_Figure], other: list[_Figure], subject: str | None, about: str, sentence: str) -> list[Result]:
    """Pair figures before and after the marker: for each named comparator, the k-th figure of a kind with the k-th.

    One figure of a comparator stands against all of the subject's figures of that kind.
    """
    results = []
    for comparator, figures in _by_name(other).items():
        for mine in own:
            kind = [f for f in own if _same_kind(f.quantity, mine.quantity)]
            rivals = [f for f in figures if f.quantity.unit and _same_kind(mine.quantity, f.quantity)]
            if not rivals:
                exact = {f.quantity.unit for f in figures}
                rivals = [
                    f
                    for f in figures
                    if f.quantity.unit == "" and (mine.quantity.unit == "" or "" not in {o.quantity.unit for o in own})
                ]
                kind = own if "" not in {o.quantity.unit for o in own} or exact == {""} else kind
            place = kind.index(mine)
            theirs = (
                rivals[place] if place < len(rivals) else rivals[0] if len(rivals) == 1 and len(figures) == 1 else None
            )
            if theirs is not None:
                value = _with_unit(theirs.quantity, mine.quantity)
                results.append(
                    _compare(_own_name(mine, subject), mine, comparator or None, value, _metric(mine, about, sentence))
                )
    return results or _plain(own, subject, None, about, sentence)


def _by_name(figures: list[_Figure]) -> dict[str, list[_Figure]]:
    """Figures after a marker, grouped by the comparator they are tied to; "78.2 % for B with 2.6 %" are both of B."""
    groups: dict[str, list[_Figure]] = {}
    pending: list[_Figure] = []
    name = core_name(figures[0].before)
    named_before = bool(name)
    for figure in figures:
        if groups and not pending and re.search(r"\bwith\s+(?:only\s+)?$", figure.before):
            groups[name].append(figure)
            continue
        pending.append(figure)
        if figure.name and not named_before:
            name = figure.name
            groups.setdefault(name, []).extend(pending)
            pending = []
    if pending:
        groups.setdefault(name, []).extend(pending)
    return groups


def _own_name(figure: _Figure, subject: str | None) -> str | None:
    """A figure's own carrier names the subject where the sentence's subject is only the metric."""
    if figure.name and (subject is None or named(subject) and len(subject.split()) <= 3):
        return figure.name
    return subject


def _same_kind(mine: Quantity, theirs: Quantity) -> bool:
    """Same dimension; "3.1 ms per token against 2.4 ms" leaves out the second "per token"."""
    return mine.unit == theirs.unit or dimension(theirs.unit).split("/")[0] == dimension(mine.unit).split("/")[0]


def _with_unit(quantity: Quantity, model: Quantity) -> Quantity:
    return quantity if quantity.unit else quantity.model_copy(update={"unit": model.unit})


def _compare(
    subject: str | None, mine: _Figure, comparator: str | None, theirs: Quantity, metric: str | None
) -> Result:
    a, b = base_value(mine.quantity), base_value(theirs)
    ratio = a / b if b > 0 and a > 0 and mine.quantity.upper is None and theirs.upper is None else None
    direction: Direction = "equal" if a == b else "increase" if a > b else "decrease"
    return Result(
        subject=subject, comparator=comparator, metric=metric, value=mine.quantity, comparator_value=theirs,
        direction=direction, ratio=_short(ratio), condition=_condition(mine.after),
    )  # fmt: skip


def _short(ratio: float | None) -> float | None:
    return None if ratio is None else float(f"{ratio:.4g}")


def _from_to(own: list[_Figure], subject: str | None, about: str, sentence: str) -> list[Result]:
    """ "lowers training memory from 1.2 TB for full fine-tuning to 350 GB": the second figure against the first."""
    results = []
    for first, second in zip(own, own[1:], strict=False):
        if first.starts and second.ends and _same_kind(second.quantity, first.quantity):
            before = first.before if re.search(r"\w{3,}", first.before) else ""
            metric = metric_of(second.quantity.unit, second.after, f"{about} {before}", sentence)
            who = second.name if second.name and (subject is None or named(subject)) else subject
            results.append(_compare(who, second, first.name or "before", first.quantity, metric))
    return results


def _plain(own: list[_Figure], subject: str | None, comparator: str | None, about: str, sentence: str) -> list[Result]:
    """Figures without a second figure to hold against: relative ones, shares, and lists of named values."""
    results: list[Result] = []
    base: _Figure | None = None
    # "41 GB with A and 21 GB with B" lists things; "12 GB of gradients" names a part of one thing.
    listed = [bool(f.name and re.search(r"\b(?:with|for|by|under|using)\s", f.after)) for f in own]
    names = {f.name for f, in_list in zip(own, listed, strict=True) if in_list}
    for i, figure in enumerate(own):
        metric = _metric(figure, about, sentence)
        if (figure.relative or figure.share) and results and not re.search(r"\w", figure.before):
            metric = results[-1].metric or metric
        if figure.share and i + 1 < len(own) and re.fullmatch(r"\s*of\s+(?:the\s+)?", figure.after):
            results += _share_of_next(own, i, subject, sentence, about, results)
            break
        if figure.relative or figure.share:
            if not any(r.comparator_value for r in results) or _comparator_after(figure):
                results.append(_relative(figure, subject, comparator, metric, about, sentence))
            continue
        who = figure.name if len(names) > 1 and listed[i] else _own_name(figure, subject)
        if base and base.name and listed[i] and len(names) > 1 and _same_kind(base.quantity, figure.quantity):
            results.append(_compare(who, figure, base.name, base.quantity, metric or results[0].metric))
            continue
        base = base or (figure if listed[i] else None)
        results.append(
            Result(
                subject=who,
                metric=metric,
                value=figure.quantity,
                comparator=comparator,
                condition=_condition(figure.after),
            )
        )
    return results


def _share_of_next(
    own: list[_Figure], i: int, subject: str | None, sentence: str, about: str, results: list[Result]
) -> list[Result]:
    """ "needs 532.8 us per token, 220.7 % of the 241.4 us of B": the next figure is B's, the one before is the subject's."""
    base = own[i + 1]
    metric = metric_of(base.quantity.unit, base.after, about, sentence)
    if (
        results
        and results[-1].value
        and results[-1].comparator is None
        and _same_kind(results[-1].value, base.quantity)
    ):
        mine = replace(own[i], quantity=results.pop().value or own[i].quantity, after="")
        return [_compare(subject, mine, base.name, _with_unit(base.quantity, mine.quantity), metric)]
    share = base_value(own[i].quantity)
    direction: Direction = "increase" if share > 1 else "decrease"
    return [
        Result(
            subject=subject,
            comparator=base.name,
            metric=metric,
            value=own[i].quantity,
            comparator_value=base.quantity,
            direction=direction,
            ratio=_short(share),
        )
    ]


def _relative(
    figure: _Figure, subject: str | None, comparator: str | None, metric: str | None, about: str, sentence: str
) -> Result:
    """ "40 % less", "2.5 times slower", "57.7 % of the memory of B"."""
    value = base_value(figure.quantity)
    other = _comparator_after(figure) or comparator
    direction, ratio = figure.relative, None
    word = _CUE_AFTER.match(figure.after)
    if word and (entry := comparative_words().get(word["cue"])):
        metric = (
            metric if metric in ("latency", "training_time") else phased(entry[0], f"{about} {figure.after}", sentence)
        )
        direction = entry[1]
    if figure.share:
        ratio = value
        direction = "increase" if value > 1 else "decrease" if value < 1 else "equal"
    elif figure.quantity.unit == "%" and direction and not (word and word["cue"] in ("faster", "slower")):
        ratio = 1 + value if direction == "increase" else 1 - value
    elif figure.quantity.unit == "x" and direction and value > 0 and not (word and word["cue"] in _AMBIGUOUS):
        ratio = value if direction == "increase" else 1 / value
    if ratio is not None and (ratio <= 0 or figure.quantity.upper is not None):
        ratio = None
    return Result(
        subject=subject, comparator=other, metric=metric, value=figure.quantity, direction=direction, ratio=_short(ratio),
        condition=_condition(figure.after),
    )  # fmt: skip


# "a 3.5 times increase" may mean 3.5 or 4.5 times as much.
_AMBIGUOUS = ("increase", "increases", "decrease", "reduction", "improvement", "gain", "overhead", "saving", "drop")


def _comparator_after(figure: _Figure) -> str | None:
    words = "than|over|against|below|above|of" if figure.share else "than|over|against|below|above"
    match = re.search(rf"\b(?:{words})\s+(?P<name>.+)$", figure.after)
    if not match:
        return None
    name = match["name"]
    while (inner := re.match(r"^[\w\s-]*?\b(?:of|for)\s+(?P<name>.+)$", name)) and named(name[: inner.start("name")]):
        name = inner["name"]
    name = core_name(name)
    return None if not name or (named(name) and len(name.split()) <= 2) else name


def _wordless(
    clause: Clause, left: str, right: str, subject: str | None, sentence: str, baseline: str | None
) -> list[Result]:
    """Comparisons without a figure: "no added latency", "outperforms B", "the same cost as B", "less memory than B"."""
    whole = f"{clause.verb} {clause.predicate}"
    about = f"{clause.subject} {whole}"
    comparator = core_name(right) or baseline
    if match := _NONE.search(whole):
        metric = named(match["what"]) or named(about)
        return (
            [
                Result(
                    subject=subject,
                    comparator=comparator
                    or core_name(re.sub(r"^.*?\b(?:over|to|against)\s+", "", whole[match.end() :]))
                    or None,
                    metric=metric,
                    direction="equal",
                )
            ]
            if metric
            else []
        )
    if match := _COMPARATIVE.search(whole):
        word = match["word"]
        entry = comparative_words().get(word)
        metric = named(match["what"]) or (entry[0] if entry else named(about))
        direction = entry[1] if entry and not named(match["what"]) else _direction_of(word)
        return (
            [Result(subject=subject, comparator=core_name(whole[match.end() :]), metric=metric, direction=direction)]
            if metric
            else []
        )
    if match := _BETTER.search(whole):
        metric = named(whole[match.end() :]) or "accuracy"
        better: Direction = "decrease" if metrics()[metric].cost > 0 else "increase"
        return [
            Result(subject=subject, comparator=core_name(whole[match.end() :]) or None, metric=metric, direction=better)
        ]
    if match := _EQUAL.search(whole):
        metric = named(match["same"] or "") or named(about) or "accuracy"
        return [
            Result(
                subject=subject, comparator=core_name(whole[match.end() :]) or None, metric=metric, direction="equal"
            )
        ]
    metric = named(noun_phrase(clause.predicate)) or named(
        re.split(r"\b(?:with|while|without|when|by|at)\b|,", clause.predicate)[0]
    )
    direction = _direction_of(clause.verb)
    if metric and direction is None and (_IMPROVE.match(clause.verb) or _DEGRADE.match(clause.verb)):
        worse = _DEGRADE.match(clause.verb) is not None
        direction = "increase" if (metrics()[metric].cost > 0) == worse else "decrease"
    return (
        [Result(subject=subject, comparator=comparator, metric=metric, direction=direction)]
        if metric and direction
        else []
    )


def _against_previous(results: list[Result], found: list[Result]) -> list[Result]:
    """ "A needs 780 GB where B needs 48 GB": the second clause is the comparator of the first."""
    for i, earlier in enumerate(results):
        for later in found:
            alike = earlier.metric == later.metric and later.subject is not None and "alone" not in later.subject
            if (
                alike
                and earlier.value
                and later.value
                and earlier.comparator is None
                and later.comparator is None
                and _same_kind(earlier.value, later.value)
            ):
                value = _with_unit(later.value, earlier.value)
                a, b = base_value(earlier.value), base_value(value)
                results[i] = earlier.model_copy(
                    update={
                        "comparator": later.subject,
                        "comparator_value": value,
                        "direction": "equal" if a == b else "increase" if a > b else "decrease",
                        "ratio": _short(a / b) if a > 0 and b > 0 else None,
                    }
                )
                return [f for f in found if f is not later]
    return found
