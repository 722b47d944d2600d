"""Twins by strength and scope: all for some, another population or model size, no hedge, cause for correlation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .words import Source, denies, inside, main_verb, plural

_MORE = {
    "some": "all", "many": "all", "most": "all", "several": "all", "often": "always", "usually": "always", "sometimes": "always",
    "frequently": "always", "generally": "always", "typically": "always", "mostly": "exclusively", "mainly": "exclusively",
    "primarily": "exclusively", "partly": "entirely", "partially": "fully", "a subset of": "all", "a majority of": "all",
    "the majority of": "all", "few": "most", "rarely": "often", "half of": "all of", "a few": "all", "certain": "all",
}  # fmt: skip
_QUANTIFIER = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_MORE, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)
# "The most common", "are most common", "several hundred".
_NO_QUANTIFIER = re.compile(
    r"\b(?:the|are|is|was|were|a) (?:most|few|many|certain|half)\b|\b(?:several|few|many) hundred|\bmost (?:common|of)",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(r"\b(?:all|every|each|always|any|universal\w*|entire\w*)\b", re.IGNORECASE)
_SCOPES = """
    mice humans, mouse rat, murine human, rats humans, women men, men women, female male, male female, children adults,
    adults children, vitro vivo, vivo vitro, elderly young, older younger, younger older, pregnant postmenopausal,
    type_1 type_2, type_2 type_1, human murine, humans mice, zebrafish mice, yeast mice, breast_cancer lung_cancer,
    colorectal_cancer breast_cancer, prostate_cancer breast_cancer, lung_cancer breast_cancer, India Japan, UK US,
    England Germany, China Japan, Africa Europe, African European, European African, British German, early-stage late-stage,
    acute chronic, chronic acute, inference training, training inference, single-GPU multi-GPU
"""
_ELSEWHERE = {a.replace("_", " "): b.replace("_", " ") for a, b in (pair.split() for pair in _SCOPES.split(","))}
_SCOPE = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(_ELSEWHERE, key=len, reverse=True))})(?![\w-])", re.IGNORECASE)
# "By training a model": a verb.
_VERBAL = re.compile(r"training(?:-| (?:an?|the|on|of|and|it|them|\w+ly)\b)", re.IGNORECASE)
# "7B", "175 billion parameters": another size of the same family.
_SIZE = re.compile(
    r"(?<![\w.-])(?P<n>\d+(?:\.\d+)?)(?P<unit>B|M)\b(?! (?:tokens|trainable|activated|tunable|active|total|parameters in))"
)
_SIZES = {"B": ("7", "70", "13"), "M": ("350", "125", "770")}
_HEDGED = re.compile(r"\b(?:may|might|could)\s(?=(?:be|have|not )?\s?[a-z])")
_UNSURE = re.compile(
    r"\b(?:may|might|could|possibl\w*|suggest\w*|potential\w*|likely|appear\w*|seem\w*|hypothes\w*)\b", re.IGNORECASE
)
_SURE = {
    "potentially": "",
    "possibly": "",
    "likely": "certainly",
    "appears to": "is certain to",
    "appear to": "are certain to",
}
# "Can potentially" without its second word says the same, and "potentially hazardous" says of what kind, not how sure.
_SURELY = re.compile(
    rf"(?<!can )(?<!may )(?<!could )(?<!might )\b(?:(?:potentially|possibly)(?= \w+ing\b)|{'|'.join(w for w in _SURE if _SURE[w])})\b"
)
_LINK = re.compile(
    r"\b(?P<be>is|are|was|were) (?:(?P<way>positively|strongly|significantly|closely|independently|directly) )?"
    r"(?:associated|correlated|linked|related) (?:with|to) (?P<noun>an? )?(?=[a-z])|\b(?P<plain>correlates?) with (?=[a-z])"
)
_ASKED = re.compile(r"\b(?:how|whether|unclear|unknown)\b")
_PREDICTOR = re.compile(
    r"(?:^|\b(?:is|are|was|were) )(?:[\w-]+ ){0,5}?(?P<word>(?:predictor|risk factor)s?) (?P<of>of|for)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:caus\w*|leads? to|led to|leading to|results? in|resulting in|due to|because|induc\w*|driv\w+|trigger\w*|produc\w*|promot\w*|"
    r"contribut\w*|increas(?:es|ed) the)\b", re.IGNORECASE
)  # fmt: skip


def quantifier(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """Some, many and most become all; a bare plural at the start becomes "All …"."""
    claim = source.claim
    if _ABSOLUTE.search(f"{claim} {source.text}"):
        return
    words = [
        m for m in _QUANTIFIER.finditer(claim) if not _NO_QUANTIFIER.search(claim[max(0, m.start() - 5) : m.end() + 9])
    ]
    for match in words:
        word = _MORE[match[0].lower()]
        yield claim[: match.start()] + (word.capitalize() if match[0][0].isupper() else word) + claim[match.end() :]
    verb = main_verb(claim)
    if (
        verb
        and not words
        and "recently" not in claim
        and verb[0] in ("are", "have", "were")
        and _bare(claim[: verb.start()])
    ):
        yield f"All {inside(source)}"
        place = verb.start() - 1 if verb[0] == "have" else verb.end()
        yield f"{claim[:place]} always{claim[place:]}"


def _bare(subject: str) -> bool:
    """Whether a subject is a plural without a determiner, and its first word no name."""
    words = subject.split()
    simple = bool(words) and words[0][1:].islower() and words[0].isalpha() and plural(subject)
    return simple and words[0].lower() not in (
        "the",
        "these",
        "those",
        "its",
        "a",
        "an",
        "one",
        "changes",
        "levels",
        "most",
    )


def scope(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The claim moved to another population, setting or model size that its evidence does not name."""
    claim = source.claim
    for match in _SCOPE.finditer(claim):
        if _VERBAL.match(claim, match.start()):
            continue
        word = _ELSEWHERE.get(match[0]) or _ELSEWHERE.get(match[0].lower(), "")
        if not word or re.search(rf"\b{re.escape(word)}\b", f"{claim} {source.text} {source.title}", re.IGNORECASE):
            continue
        yield (
            claim[: match.start()]
            + (word[0].upper() + word[1:] if match[0][0].isupper() else word)
            + claim[match.end() :]
        )
    for match in _SIZE.finditer(claim):
        if claim[: match.start()].endswith("with "):  # "LoRA with 80.0M" counts trainable parameters
            continue
        for size in _SIZES[match["unit"]]:
            if size != match["n"] and f"{size}{match['unit']}" not in source.text:
                yield f"{claim[: match.start('n')]}{size}{claim[match.end('n') :]}"


def hedge_removed(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """A possibility as a certainty, where the evidence is unsure too."""
    claim = source.claim
    if not _UNSURE.search(source.text):
        return
    for match in _HEDGED.finditer(claim):
        if re.match(r"(?:potentially|possibly) ", claim[match.end() :]):
            continue
        yield f"{claim[: match.start()]}will {claim[match.end() :]}"
        yield f"{claim[: match.start()]}will certainly {claim[match.end() :]}"
    for match in _SURELY.finditer(claim):
        yield " ".join(f"{claim[: match.start()]}{_SURE[match[0]]}{claim[match.end() :]}".split())


def _near(source: Source) -> list[str]:
    """The sentences of the evidence that share two long words with the claim: of others no cause is taken."""
    words = set(re.findall(r"\w{5,}", source.claim.lower()))
    return [s for s in source.evidence if len(words & set(re.findall(r"\w{5,}", s.lower()))) > 1]


def causal(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """An association as a cause, where the evidence names no cause."""
    claim = source.claim
    if denies(claim) or _ASKED.search(claim) or _CAUSE.search(" ".join([claim, *_near(source)])):
        return
    for match in _LINK.finditer(claim):
        subject, behind = claim[: match.start()], f"{match['noun'] or ''}{claim[match.end() :]}"
        many = match["be"] in ("are", "were") or match["plain"] == "correlate"
        yield f"{subject}{'cause' if many else 'causes'} {behind}"
        yield f"{subject}{'are' if many else 'is'} the cause of {behind}"
    for match in _PREDICTOR.finditer(claim):
        word = "causes" if match["word"].endswith("s") else "cause"
        new = word.capitalize() if match["word"][0].isupper() else word
        yield f"{claim[: match.start('word')]}{new} of{claim[match.end('of') :]}"
