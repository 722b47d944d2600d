"""Twins by figures: another digit, another power of ten, another unit, points for percent, another end of a range."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .words import Source

# A number of its own: no digit of a name ("CD4"), of a citation or of a ratio ("1/2000").
_NUMBER = re.compile(r"(?<![\w.,/-])(?P<int>\d{1,3}(?:,\d{3})+|\d+)(?P<part>\.\d+)?(?![\w/]|[.,]\d|-\w|\s?[-–]\s?\d)")
_RANGE = re.compile(
    r"(?<![\w.,/-])(\d+(?:\.\d+)?)((?:%|x|×)?(?:\s?[-–]\s?| to )| and )(\d+(?:\.\d+)?)(?!(?!x\b)[\w/]|[.,]\d|-\w)"
)
_KEYED = re.compile(
    r"\b(?:type|grade|stage|phase|table|figure|step|day|omega|vitamin|factor|chapter|version|sample of|n =?) ?$",
    re.IGNORECASE,
)
# "Up to 18" holds of 13 as well. "Ten percent (10%)" says it twice; one of two would be a slip, not another claim.
_BOUND = re.compile(
    r"(?:\b(?:up to|more than|over|at least|at most|less than|fewer than|under|within|percent) |[<>≤≥~(] ?)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|around|approximately|roughly|nearly|almost|some) \$?$", re.IGNORECASE)
_NAMED = re.compile(r"(?: [A-Za-z]\b| genomes? project)")
_UNITS = """
    mg g, g mg, kg g, ml l, mL L, µg mg, μg mg, ng mg, mm cm, cm mm, nm mm, µm mm, km m, months years, years months, weeks years,
    days months, hours days, minutes hours, seconds minutes, month year, year month, week year, day month, hour day,
    GB MB, MB GB, TB GB, KB MB, GiB MiB, MiB GiB, ms s, s ms, µs ms, μs ms, microseconds milliseconds, milliseconds seconds,
    mmHg kPa, kb Mb, kDa Da, Hz kHz, kcal cal, million billion, billion million, times percent, points times, %_points %,
    tokens_per_second tokens_per_minute, per_day per_week, per_week per_day, per_year per_day, fold %
"""
_OTHER = {a.replace("_", " "): b.replace("_", " ") for a, b in (pair.split() for pair in _UNITS.split(","))}
_UNIT = re.compile(
    rf"(?<=\d)(?P<gap>[\s-]?)(?P<unit>{'|'.join(map(re.escape, sorted(_OTHER, key=len, reverse=True)))})(?![\w/])"
)
# What stands before the size of a change: "by up to 12%", "an improvement of 12%".
_BY = "|".join(
    rf"(?<=\b{by} {about})"
    for by in ("by", "increase of", "decrease of", "reduction of", "improvement of", "gain of", "drop of")
    for about in ("", "up to ", "over ", "about ", "nearly ", "approximately ", "more than ", "an average of ")
)
_PERCENT_CHANGE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)(?P<sign>\s?%| percent)(?=\s(?:increase|decrease|reduction|lower|higher|more|less|greater|fewer|better|"
    r"worse|relative|faster|slower|improvement|drop|gain|cheaper|smaller|larger)\b)"
    rf"|(?:{_BY})(?P<by>\d+(?:\.\d+)?)(?P<bysign>\s?%| percent\b)(?!\s?points?)"
)
_POINTS = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?: percentage| %| absolute)? points\b")


def _numbers(claim: str) -> list[re.Match[str]]:
    ranges = [r.span() for r in _RANGE.finditer(claim)]
    found = [
        m
        for m in _NUMBER.finditer(claim)
        if not (
            _KEYED.search(claim, 0, m.start()) or _BOUND.search(claim, 0, m.start()) or _NAMED.match(claim, m.end())
        )
        and not any(start <= m.start() < end for start, end in ranges)
    ]
    # A lone number at the very end, after a full word, is a footnote that a sentence splitter left: "pathogens 16."
    return [m for m in found if not (m.end() >= len(claim.rstrip(".")) and re.search(r"[a-z]s? $", claim[: m.start()]))]


def digit(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """Each number with its first digit changed, by three up or down."""
    for match in _numbers(source.claim):
        if match[0] == "1":  # "1 year" would become "4 year"
            continue
        first = int(match[0][0])
        new = str(first + 3 if first <= 6 else first - 3) + match[0][1:]
        if not _stands(new, source.text):
            yield source.claim[: match.start()] + new + source.claim[match.end() :]
        # "About 50" is "about 55", more or less.
        if _ABOUT.search(source.claim, 0, match.start()):
            continue
        last = match[0][:-1] + str((int(match[0][-1]) + 5) % 10)
        if len(match[0]) > 1 and not _stands(last, source.text) and float(last.replace(",", "")) > 0:
            yield source.claim[: match.start()] + last + source.claim[match.end() :]


def tenfold(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """Each number times ten, and by ten."""
    for match in _numbers(source.claim):
        value = float(match[0].replace(",", ""))
        share = re.match(r"\s?%| percent", source.claim[match.end() :]) is not None
        for new in (value * 10, value / 10):
            printed = f"{new:,.9g}" if "," in match[0] else f"{new:.9g}"
            whole = float(printed.replace(",", "")) == round(new, 9)
            counts_things = value == 1 or (new % 1 and not match["part"] and not share)
            if (
                whole
                and new > 0
                and not counts_things
                and not (share and new > 100)
                and not _stands(printed, source.text)
            ):
                yield source.claim[: match.start()] + printed + source.claim[match.end() :]


def unit(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """Each unit changed for another one of the same kind."""
    for match in _UNIT.finditer(source.claim):
        if re.match(r" \d", source.claim[match.end() :]) or (len(match["unit"]) == 1 and not match["gap"]):
            continue
        yield source.claim[: match.start("unit")] + _OTHER[match["unit"]] + source.claim[match.end() :]


def points(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """A change in percent as a change in percentage points, and the other way round."""
    claim = source.claim
    for match in _PERCENT_CHANGE.finditer(claim):
        number = match["number"] or match["by"]
        joined = (
            "-percentage-point"
            if re.match(r"\s(?:increase|decrease|reduction|improvement|drop|gain)", claim[match.end() :])
            else " percentage points"
        )
        yield f"{claim[: match.start()]}{number}{joined}{claim[match.end() :]}"
    for match in _POINTS.finditer(claim):
        yield f"{claim[: match.start()]}{match['number']}%{claim[match.end() :]}"


def range_end(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """A range with one of its ends moved away by half of its width, at least by a fifth."""
    for match in _RANGE.finditer(source.claim):
        low, high = float(match[1]), float(match[3])
        between = source.claim[: match.start()].rstrip().endswith("between")
        if high <= low or (match[2] == " and ") != between:
            continue
        step = max((high - low) / 2, 3 if _years(low, high) else 0.2 * high)
        up, down = _like(match[3], high + step), _like(match[1], max(low - step, low / 2))
        head, tail = source.claim[: match.start()], source.claim[match.end() :]
        if float(up) <= 100 or not re.match(r"\s?%| percent", tail):
            yield f"{head}{match[1]}{match[2]}{up}{tail}"
        if float(down) < low:
            yield f"{head}{down}{match[2]}{match[3]}{tail}"


def _years(low: float, high: float) -> bool:
    return 1900 <= low < high <= 2100


def _like(printed: str, value: float) -> str:
    """A value with as many places as a printed one."""
    return f"{value:.{len(printed.partition('.')[2])}f}"


def _stands(number: str, text: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", text) is not None
