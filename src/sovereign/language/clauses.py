"""The frame of a sentence: opening conditions, subject, predicate, and the phrase that opens a comparison.

A small grammar of the English that papers use for results. It reads words, not meaning: where the frame is not
recognised, parts stay empty and nothing is guessed. What opens a sentence is read in ``openings.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .names import core_name
from .openings import DISCOURSE, WORD, has_verb, opening
from .quantities import find_quantities
from .verbs import AUXILIARIES, BASE, FINITE, MODALS, PARTICIPLES, PASTS
from .words import any_of, word_set

__all__ = ["BASE", "FINITE", "MARKER", "Clause", "Frame", "core_name", "frame"]

MARKER = re.compile(
    r"(?:,\s*)?\b(?P<word>"
    r"against|versus|vs\.?|(?:as )?compared (?:with|to|against)|relative to|in comparison (?:with|to)"
    r"|rather than|instead of"
    # "below the 76.2 of B", but not "below 5 %"
    r"|(?:below|above)(?=\s+(?:the|its)\s+\d[\d.,]*\s?\S{0,2}\s+(?:of|for|with)\b)"
    # "less than B", but not "less than 5 %"
    r"|than(?!\s+(?:about\s+|half\b|twice\b|~)?\d))\s+"
)
_PARTICIPLE = any_of(" ".join(PARTICIPLES))
_PARTS = any_of("of_which made_up_of consisting_of composed_of including comprising with_a_standard_deviation_of")
_BREAK = re.compile(
    r";[^\w\s]?\s+|:\s+(?=[a-z])"
    rf"|,?\s+\b(?P<word>{any_of('where while whereas although but yet though')}|and that(?!\s+of))\s+"
    rf"|,\s+(?P<relative>{any_of('which because so_that so')})\s+"
    rf"|(?P<part>,?\s+{_PARTS}\s+)"
    rf"|,\s+(?:(?:thus|thereby|hence|and)\s+)?(?={_PARTICIPLE}\b)"
)
_LABEL = re.compile(r"^(?P<name>[A-Z0-9][^:,;]{0,60}):\s+(?=[~<>≤≥]?\s?\d)")
_AND = re.compile(r",?\s+and\s+")
_TAKES_OBJECT = re.compile(r"\S+\s+(?:up to |about |more than |only )?(?:\d|the\b|an?\b)")
_HEAD_END = re.compile(r"\s(?:of|in|with|for|on|at|under|by|from)\s")
_MODAL_END = re.compile(r"\s+(?:can|could|may|might|will|would|must|should)(?:\s+(?:also|even|still))?\s*$")
_DETERMINERS = word_set(
    "the a an of in for with by and or its their this that each no as to at on per more less lower higher from our"
)
_RELATIVES = word_set("that which who")
_NO_PREDICATE = word_set("of is are was were has have")  # after a noun that looks like a verb: "scores of"
_PASSIVE = word_set("by per as using")  # after a participle: "reported by"


@dataclass(frozen=True)
class Clause:
    """One clause: ``subject`` before its verb, ``verb``, ``predicate`` after it; ``opener`` is what opened it."""

    subject: str
    verb: str
    predicate: str
    opener: str = ""


@dataclass(frozen=True)
class Frame:
    """A sentence in parts: opening ``conditions``, a ``baseline`` from an opening "Against B", and ``clauses``."""

    conditions: tuple[str, ...]
    baseline: str | None
    clauses: tuple[Clause, ...]


def frame(sentence: str) -> Frame:
    """The parts of one sentence; ``sentence`` is normalised text.

    "On T, A takes 4 s where B takes 9 s." has the condition "On T" and the clauses (A, takes, 4 s) and (B, takes, 9 s).
    """
    opened = opening(sentence.strip().rstrip(".").strip())
    clauses = _clauses(opened.rest)
    if opened.contrast:
        clauses += [replace(clause, opener="while") for clause in _clauses(opened.contrast)]
    return Frame(opened.conditions, opened.baseline, tuple(clauses))


def _clauses(text: str) -> list[Clause]:
    """The clauses of a text without its opening phrases; a clause without a subject of its own has the one before."""
    found: list[Clause] = []
    start, opener, skipped = 0, "", False
    for match in [*_BREAK.finditer(text), None]:
        pieces = [] if skipped else _coordinated(text[start : match.start() if match else len(text)])
        for piece in pieces:
            clause = _clause(DISCOURSE.sub("", piece), opener)
            if not clause.subject and found and clause.verb:
                clause = replace(clause, subject=found[-1].subject)
            found.append(clause)
        if match:
            # What a whole is made of says nothing of the whole.
            start, skipped = match.end(), bool(match["part"])
            opener = match["word"] or match["relative"] or match[0].strip(" ,") or ","
    return found


def _coordinated(text: str) -> list[str]:
    """Split "S does A than B and does C" and "S needs A, and T needs C"; keep together what shares one comparison."""
    pieces, start = [], 0
    for match in _AND.finditer(text):
        rest, before = text[match.end() :], text[start : match.start()]
        verbal = _opens_predicate(before, rest) and (MARKER.search(before) or not _shares(rest))
        if verbal or (match[0].startswith(",") and _has_own_subject(rest)):
            pieces.append(before)
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _opens_predicate(before: str, rest: str) -> bool:
    """Whether "and" joins a second predicate: "A takes 4 s | and | needs 2 GB"."""
    word = WORD.match(rest)
    first = word[0].lower() if word else ""
    if first in BASE and first not in FINITE:
        return has_verb(before) and _TAKES_OBJECT.match(rest) is not None
    if first in FINITE or first in PARTICIPLES or first == "have" or (first in MODALS and first != "to"):
        return has_verb(before) or any(w.lower() in PARTICIPLES for w in WORD.findall(before))
    return False


def _shares(rest: str) -> bool:
    """Whether the comparison in ``rest`` serves what is before it too: it holds more figures than ``rest`` compares."""
    marker = MARKER.search(rest)
    if marker is None:
        return False
    compared, against = len(find_quantities(rest[: marker.start()])), len(find_quantities(rest[marker.end() :]))
    return compared == 0 or against == 0 or against > compared


def _has_own_subject(text: str) -> bool:
    """Whether a text opens with a noun phrase and its verb, before any comma or figure: "the second takes …"."""
    head = re.split(r"[,\d]", text, maxsplit=1)[0]
    words = [w.lower() for w in WORD.findall(head)]
    if len(words) < 2 or words[0] in FINITE:
        return False
    opens = words[0] in ("a", "an", "the") or head[0].isupper() or words[0].endswith("ing") or words[1] in FINITE
    return opens and any(w in FINITE for w in words[1:6])


def _clause(text: str, opener: str) -> Clause:
    """Split at the first finite verb that can be one here; a label ("A: 12 ms") counts as a verb."""
    if label := _LABEL.match(text):
        return Clause(label["name"].strip(), ":", text[label.end() :].strip(), opener)
    words = list(WORD.finditer(text))
    for i, match in enumerate(words):
        if _is_verb(text, words, i, opener) and not MARKER.search(text[: match.start()]):
            subject = _MODAL_END.sub("", text[: match.start()].rstrip()).strip()
            return Clause(subject, match[0].lower(), text[match.end() :].strip(), opener)
    return Clause("", "", text, opener)


def _is_verb(text: str, words: list[re.Match[str]], i: int, opener: str) -> bool:
    """Whether the i-th word is the verb of its clause: "A *needs* 4 s", "methods *need*"; not "needs of", "to need"."""
    match, word = words[i], words[i][0].lower()
    if word not in FINITE and word not in BASE and word not in PARTICIPLES:
        return False
    if match.start() == 0:
        return (word in PARTICIPLES and opener != "") or word in FINITE
    adjacent = i > 0 and text[words[i - 1].end() : match.start()].isspace()
    previous = words[i - 1][0] if adjacent else ""
    if not adjacent and word in PASTS and re.search(r"\d\w?\s$", text[: match.start()]):
        return False  # "with 17 activated units"
    is_name = previous == "A" and word in FINITE and word.endswith("s")  # "A takes" is no noun phrase
    previous = previous.lower()
    if not is_name and ((previous in _DETERMINERS and previous not in MODALS) or previous in _RELATIVES):
        return False
    following = text[match.end() : match.end() + 24].split(maxsplit=1)
    after = following[0].lower().strip(",") if following else ""
    if word not in AUXILIARIES and (after in _NO_PREDICATE or (after in _PASSIVE and word in PASTS)):
        return False
    if word in FINITE:
        return previous != "to"
    return word in BASE and ((previous in MODALS and previous != "to") or _is_plural(text[: match.start()], previous))


def _is_plural(before: str, previous: str) -> bool:
    """Whether a subject is plural: "methods", "the weights of A", "A and B"."""
    head = _HEAD_END.split(before, maxsplit=1)[0].rstrip().lower()
    if previous.endswith("s") and not previous.endswith(("ss", "'s")):
        return True
    return " and " in before or head.endswith(("s", "we", "they"))
