"""What a work mainly claims: the sentences of its abstract in the order in which they say so.

A sentence gets a score from signals that a person can read off it: where it stands, who speaks, what is announced or found, what it
shares with the title and with the rest, what it sets itself against. The weights stand in ``main_claim.json``, with the command
that fitted them and the hash of the data: half of the abstracts of SciTLDR, whose authors said in a sentence what theirs is about
(Cachola et al. 2020, arXiv:2004.15011).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sovereign.checks.fitted import Line
from sovereign.checks.independence import method_names
from sovereign.language.attribution import attribution
from sovereign.language.words import content_stems
from sovereign.records import Document, Sentence

WEIGHTS = Path(__file__).with_name("main_claim.json")
MOST = 3
LEAD = 12  # sentences that stand for the abstract of a text that marks none


class Ranked(NamedTuple):
    """A sentence and its score: between 0 and 1, the chance that it is the one that says what its work mainly claims."""

    sentence: Sentence
    score: float


def main_claims(document: Document, most: int = MOST) -> tuple[Ranked, ...]:
    """The sentences that say most of what a work claims, best first. Of a note, which has no abstract, none."""
    if document.paper.our_words:
        return ()
    sentences = abstract_of(document)
    order = ranked([document.slice(s) for s in sentences], document.paper.title)
    return tuple(Ranked(sentences[i], score) for score, i in order[:most])


def abstract_of(document: Document) -> tuple[Sentence, ...]:
    """The sentences under the heading of the abstract; without one those of the first section that has any, at most ``LEAD``."""
    evidence = document.evidence()
    marked = tuple(s for s in evidence if _ABSTRACT.match(document.sections[s.section].title))
    if marked or document.depth == "abstract":
        return marked or evidence
    return tuple(s for s in evidence if s.section == evidence[0].section)[:LEAD]


def ranked(sentences: Sequence[str], title: str, weights: Line | None = None) -> list[tuple[float, int]]:
    """Score and index of each sentence, best first; equal ones in their order."""
    line = weights or shipped()
    scores = [line.score(row) for row in signals(sentences, title)]
    return sorted(((score, i) for i, score in enumerate(scores)), key=lambda pair: (-pair[0], pair[1]))


@lru_cache(maxsize=1)
def shipped() -> Line:
    """The weights that come with the package."""
    return line_of(json.loads(WEIGHTS.read_text("utf-8"))["all"])


def line_of(table: dict[str, Any]) -> Line:
    """Weights as the file holds them: ``intercept``, and for each signal its mean in the data and its weight."""
    by_name: dict[str, list[float]] = table["signals"]
    means, weights = zip(*(by_name[name] for name in SIGNALS), strict=True)
    return Line(float(table["intercept"]), means, weights)


_ABSTRACT = re.compile(r"^\W*(?:abstract|summary)\W*$", re.IGNORECASE)
_WORDS = {
    "proposes": r"\b(?:propos|present|introduc|develop|describ|design|devis|formulat|giv|provid|offer|outlin|extend|creat|deriv)(?:e|es|ed|ing|s)?\b",
    "shows": r"\b(?:show|shows|showed|demonstrat\w+|find|finds|found|prov(?:e|es|ed)|reveal\w*|observ\w+|argue\w*|establish\w*|suggest\w*|conclude\w*|discover\w*|identif\w+)\b",
    "studies": r"\b(?:stud(?:y|ies|ied)|investigat\w+|explor\w+|analy[sz]\w+|examin\w+|consider\w*|address\w*|tackle\w*|revisit\w*|aim\w*|focus\w*)\b",
    "this work": r"\b(?:this|our|the present) (?:paper|work|article|study|manuscript)\b|\bhere,? we\b",
    "gains": r"\b(?:improv\w+|outperform\w*|state[- ]of[- ]the[- ]art|better|superior|faster|reduc\w+|significant\w*|achiev\w+|competitive|robust\w*|surpass\w*|efficient\w*)\b",
    "evaluates": r"\b(?:experiment\w*|evaluat\w+|empirical\w*|benchmarks?|data ?sets?|baselines?|MNIST|CIFAR|ImageNet)\b",
    "new": r"\b(?:novel|new|first|simple|effective|general|unified|principled)\b",
    "by doing": r"\b(?:by|through|via) (?:\w+ly )?\w+ing\b|\bbased on\b|\bwhich\b|\bthat can\b",
    "named": r"\b(?:called|named|dubbed|termed|coined|refer(?:red)? to)\b|\([A-Z][\w-]*[A-Z][\w-]*\)",
    "detail": r"\b(?:specifically|in particular|for example|e\.g\.|i\.e\.|namely|for instance|that is|more precisely|concretely)\b",
    "adds": r"^\W*(?:also|additionally|further(?:more)?|moreover|finally|then|in addition|besides|second(?:ly)?|lastly|we (?:also|further|then|additionally))\b",
    "so": r"^\W*(?:to (?:address|this end|tackle|solve|overcome|that end|do so|alleviate|remedy|fix|bridge)|thus|therefore|hence|instead|motivated|inspired|in this|here|based on|in contrast)\b",
    "contrast": r"^\W*(?:however|but|yet|although|despite|unfortunately|while|nevertheless|though|in practice)\b|\bhowever\b",
    "lacks": r"\b(?:challeng\w+|problem\w*|difficult\w*|limit(?:ed|ation|ations|s)|suffer\w*|fail\w*|lack\w*|remains?|unclear|expensive|hard|costly|prohibitive)\b",
    "code": r"\b(?:code|source|available|github|release\w*|https?)\b",
    "figures": r"\d",
}  # fmt: skip
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE if name != "named" else 0) for name, pattern in _WORDS.items()}
_WE = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
_OPENS_WITH_WE = re.compile(r"^\W*(?:\w+[\w\s,-]{0,40}, )?we\b", re.IGNORECASE)
_LIGHT = content_stems(
    "we our this paper propose present method approach model based using new novel learning network neural"
)
SIGNALS = (
    "first", "second", "last", "last but one", "place", "place squared", "alone",
    "we", "opens with we", "first to say we", "after the first we", "before the first we",
    "title", "of the title", "most of the title", "title's name", "central", "most central",
    "follows a contrast", "words", "short", "long", "general", "of others", "we propose", "we show",
    *_WORDS,
)  # fmt: skip


def signals(sentences: Sequence[str], title: str) -> list[list[float]]:
    """The signals of each sentence, in the order of ``SIGNALS``, as numbers between -1 and 4."""
    stems = [content_stems(s) - _LIGHT for s in sentences]
    wanted, names = content_stems(title) - _LIGHT, method_names(title)
    shared = [len(wanted & own) / max(1, len(wanted)) for own in stems]
    titled = [2 * len(wanted & own) / max(1, len(wanted) + len(own)) for own in stems]
    central = [_central(i, stems) for i in range(len(stems))]
    own = [bool(_WE.search(s) or _PATTERNS["this work"].search(s)) for s in sentences]
    speaks = next((i for i, one in enumerate(own) if one), len(own))
    rows = []
    for i, sentence in enumerate(sentences):
        said = {name: float(bool(pattern.search(sentence))) for name, pattern in _PATTERNS.items()}
        whose = attribution(sentence).whose
        count, last = len(sentence.split()), len(sentences) - 1
        words = set(re.findall(r"[\w.+-]+", sentence.lower()))
        values = said | {
            "first": i == 0, "second": i == 1, "last": i == last, "last but one": i == last - 1,
            "place": i / max(1, last), "place squared": (i / max(1, last)) ** 2, "alone": last == 0,
            "we": own[i], "opens with we": bool(_OPENS_WITH_WE.match(sentence)), "first to say we": i == speaks,
            "after the first we": min(4, max(0, i - speaks)), "before the first we": min(4, max(0, speaks - i)),
            "title": shared[i], "of the title": titled[i], "most of the title": titled[i] == max(titled) > 0, "title's name": any(n in words for n in names),
            "central": central[i], "most central": central[i] == max(central) > 0,
            "follows a contrast": i > 0 and bool(_PATTERNS["contrast"].search(sentences[i - 1])),
            "words": math.log1p(count) - 3, "short": count < 9, "long": count > 45,
            "general": whose == "general", "of others": whose == "other",
            "we propose": own[i] and said["proposes"], "we show": own[i] and said["shows"],
        }  # fmt: skip
        rows.append([float(values[name]) for name in SIGNALS])
    return rows


def _central(i: int, stems: Sequence[frozenset[str]]) -> float:
    """How much of a sentence the others share with it: the mean of 2·|A∩B| / (|A|+|B|) over them."""
    others = [2 * len(stems[i] & s) / max(1, len(stems[i]) + len(s)) for k, s in enumerate(stems) if k != i]
    return sum(others) / max(1, len(others))
