"""What the generators share: a true pair, and where a claim's subject, verb and object stand, as far as word forms tell.

They know no grammar beyond lists of verbs; a claim that does not fit a pattern gives no twin, which is better than a wrong
one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sovereign.language.clauses import FINITE as KNOWN
from sovereign.language.words import any_of, word_set


@dataclass(frozen=True)
class Source:
    """A true pair: a claim, and the sentences that support it. ``group`` is the document, ``set`` where it is from."""

    claim: str
    evidence: tuple[str, ...]
    title: str
    group: str
    set: str = "given"

    @property
    def text(self) -> str:
        """The evidence as one text."""
        return " ".join(self.evidence)


# Verbs by their base: those that someone does to something, in one direction. Third person by adding an s.
_BASES = """
    activate affect alter attenuate block boost cause decrease delay depend determine diminish disrupt drive
    enable enhance exacerbate facilitate impair improve increase induce inhibit interfere lead lower maintain mediate
    modulate modify outperform prevent produce prolong promote protect raise recruit reduce regulate repress require
    restore reverse save slow stimulate suppress trigger worsen
    need take add contain exhibit express generate play provide retain show support
    bind cleave degrade phosphorylate interact correlate predict contribute participate localize occur arise
"""
FINITE = {base: _s for base in _BASES.split() for _s in [re.sub(r"([sxz]|ch|sh)$", r"\1e", base) + "s"]}
BASE = {third: base for base, third in FINITE.items()}
# What can be exchanged without making another true sentence of it: the doer and the thing done to.
TRANSITIVE = word_set(
    "activates affects alters attenuates blocks boosts causes decreases delays disrupts drives enhances "
    "exacerbates impairs improves increases induces inhibits lowers mediates modulates outperforms phosphorylates "
    "prevents promotes raises reduces regulates represses requires stimulates suppresses triggers worsens "
    "contains cleaves degrades predicts"
)
AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|can|does|do|did|will)\b")
# Every finite form there is a list of.
ANY_VERB = re.compile(
    rf"\b(?:is|are|was|were|has|have|can|could|may|might|will|would|does|do|did|{'|'.join(sorted({*BASE, *KNOWN}))})\b"
)
_DENIED = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|\w+n't|fail\w*|lack\w*|unable|absence|hardly|rarely|unlikely)\b",
    re.IGNORECASE,
)
_QUANTIFIED = re.compile(
    r"^(?:all|every|each|some|many|most|few|several|any|both|only|no|one|a few|half)\b|\d", re.IGNORECASE
)
_LEADING = word_set(
    "upon inside following "
    "a an the this these those in on at for with during when while after before from across among by using under over "
    "there it its their our some many most all both each every few several no patients women men children adults people mice "
    "cells high low higher lower increased decreased reduced "
    "recent existing current previous prior overall additional"
)
_COMMON = re.compile(r"(?:ing|ed|tion|sion|ity|ness|ment|ence|ance|ary|ally|ial|ional|ized|inhibitors?)$")
_CLAUSE = re.compile(r"\b(?:that|which|who|whom|whose|where|when|while|whereas|if|because|and|or|but)\b|[,;:()]")
_OPENS = re.compile(r"\b(?:that|which|who|whom|whose|where|when|while|whereas|if|because|but|as)\b|[,;:()]")
_PREPOSITION = re.compile(
    rf"\b{any_of('in on at for with during by from to through via under within after before among into upon')}\b"
)


def denies(text: str) -> bool:
    """Whether a text has any word of denial."""
    return _DENIED.search(text) is not None


def quantified(text: str) -> bool:
    """Whether a text begins with a quantifier: then a denial may leave it true."""
    return _QUANTIFIED.match(text) is not None


def inside(source: Source, text: str = "") -> str:
    """The claim (or another text from it) as it continues a sentence: its first word in lower case unless it may be a name.

    It is no name if it is a common opening word, or stands in lower case in the evidence, or ends like a common noun.
    """
    text = text or source.claim
    first, space, rest = text.partition(" ")
    plain = first == "A" or (first[1:].islower() and first.lower() in _LEADING)
    seen = re.search(rf"\b{re.escape(first.lower())}\b", f"{source.text} {source.claim} {source.title}") is not None
    return (
        f"{first.lower()}{space}{rest}" if plain or (first[1:].islower() and (seen or _COMMON.search(first))) else text
    )


def capital(text: str) -> str:
    """The text with its first letter as a capital, unless a capital in its first word says that it is a name ("mRNA")."""
    first = text.split(" ", 1)[0]
    return text if any(c.isupper() or c.isdigit() for c in first) else text[:1].upper() + text[1:]


def main_verb(claim: str) -> re.Match[str] | None:
    """The first finite verb of a claim, if nothing before it opens another clause."""
    pattern = rf"\b(?:is|are|was|were|has|have|can|does|do|did|will|{'|'.join(BASE)})\b"
    match = re.search(pattern, claim)
    if match is None or match.start() == 0 or _CLAUSE.search(claim, 0, match.start()):
        return None
    return match


def finite_verb(text: str) -> re.Match[str] | None:
    """The first finite verb of a text, of more verbs than :func:`main_verb` knows, if nothing before it opens another clause."""
    match = ANY_VERB.search(text)
    return match if match and match.start() > 0 and not _OPENS.search(text, 0, match.start()) else None


@dataclass(frozen=True)
class Statement:
    """ "Subject verb object rest": a claim of one clause around a transitive verb in the third person."""

    subject: str
    verb: str
    object: str
    rest: str


_ADVERB = re.compile(r"(?:ly|also|even|often|further)$")


def statement(claim: str) -> Statement | None:
    """The parts of a claim like "A inhibits B in mice."; None where they cannot be told for sure."""
    match = main_verb(claim)
    if match is None or match[0] not in TRANSITIVE:
        return None
    subject, behind = claim[: match.start()].strip(), claim[match.end() :].strip().rstrip(".").strip()
    end = _PREPOSITION_AT.search(behind)
    thing, rest = (behind[: end.start()].strip(), behind[end.start() :].strip()) if end else (behind, "")
    plain = not (_ADVERB.search(subject) or _CLAUSE.search(behind) or _PREPOSITION.search(subject) or denies(claim))
    if not plain or not 0 < len(subject.split()) <= 5 or not 0 < len(thing.split()) <= 5 or quantified(claim):
        return None
    return Statement(subject, match[0], thing, rest)


_PREPOSITION_AT = re.compile(r"(?:^|\s)" + _PREPOSITION.pattern + r"(?=\s)")


def plural(phrase: str) -> bool:
    """Whether a phrase looks like a plural, by its last word before "of"."""
    last = phrase.partition(" of ")[0].split()[-1].lower()
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "sis", "itis", "ics"))
