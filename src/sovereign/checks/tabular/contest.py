"""Among which lines something is "the best": a paper may mean a block of its table, or only some of the lines, and not say so.

A superlative that holds among all lines holds among any of them that compete; one that does not hold among all lines is false only
where it fails however the lines that compete are understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from .compute import Finding, ranked
from .operands import Operands
from .sheet import Axis, Sheet
from .statements import Cue

_AHEAD = 60  # characters behind a superlative that may say among what
# "the best baseline", "the best single model", "the best of our models": what else is in the table does not compete.
_RESTRICTED = re.compile(
    r"[^,.;]{0,24}?\b(?:baselines?|single|individual|ensembles?|(?:un|self-|semi-|weakly[- ])?supervised|neural|linear|published"
    r"|previous|prior|existing|open|our|variants?|(?:among|of) (?:the )?(?:two|three|four|these|those))\b",
    re.IGNORECASE,
)


def fails(claim: str, sheet: Sheet, operands: Operands, cue: Cue, found: Sequence[Finding]) -> bool:
    """Whether a superlative that does not hold among all lines fails in every reading.

    Where the best cell of each line across is bold, the paper itself calls that one the best. Elsewhere it must also fail in each
    block that the subject stands in, and where the claim restricts what competes, be in the worse half of all lines.
    """
    if all(f.holds or f.cells[-1].cell.bold for f in found):
        return True
    for block in _blocks(sheet, operands.axis, operands.mine):
        among = block & (operands.mine | operands.theirs)
        inside = ranked(
            sheet, operands.axis, operands.mine & block, among, operands.across, cue.sense, cue.nth, cue.among
        )
        if any(f.holds for f in inside):
            return False
    if _RESTRICTED.match(claim[cue.end : cue.end + _AHEAD]):
        middle = (len(operands.theirs) + 2) / 2
        return all((f.computation.value or 0) > middle for f in found if not f.holds)
    return True


def _blocks(sheet: Sheet, axis: Axis, mine: frozenset[int]) -> Iterator[frozenset[int]]:
    """The lines that share a header with one of mine, where not all lines do: those under one heading, those of one setting."""
    headers = sheet.headers[axis]
    count = Counter(h for said in headers.values() for h in set(said))
    for header in sorted({h for n in mine for h in headers[n] if 1 < count[h] < len(headers)}):
        yield frozenset(n for n, said in headers.items() if header in said)
