"""Twins by direction and role: more for less, a comparison turned round, another subject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .words import BASE, Source, capital, finite_verb, inside, main_verb, plural, quantified, statement

# Each pair both ways. One word of a claim is turned at a time: two turned words may say the same again.
_OPPOSITES = """
    more less, fewer more, increase decrease, increases decreases, increased decreased, increasing decreasing, higher lower, more_likely less_likely,
    greater smaller, reduces increases, reduce increase, reducing increasing, reduced increased, reduction increase,
    promotes inhibits, promote inhibit, promoting inhibiting, enhances reduces, enhance reduce, enhanced reduced,
    enhancing reducing, improves worsens, improve worsen, improved worsened, activates inhibits, inhibits activates,
    inhibit activate, activate inhibit, suppresses stimulates, suppress stimulate, stimulates suppresses, stimulate suppress,
    better worse, worse better, longer shorter, shorter longer, faster slower, slower faster, poorer better, positively
    negatively, negatively positively, upregulates downregulates, downregulates upregulates, upregulated downregulated,
    downregulated upregulated, up-regulated down-regulated, high low, low high, raises lowers, lowers raises,
    prevents causes, prevent cause, induces prevents, induce prevent, weight_gain weight_loss, protects_against increases_the_risk_of,
    attenuates exacerbates, exacerbates attenuates, slows accelerates, accelerates slows, elevated reduced, lower higher,
    outperforms underperforms, larger smaller, smaller larger, impairs improves, impair improve, impaired improved
"""
_TURNED: dict[str, str] = {}
for _a, _b in (pair.split() for pair in _OPPOSITES.split(",")):
    _TURNED.setdefault(_a.replace("_", " "), _b.replace("_", " "))
    _TURNED.setdefault(_b.replace("_", " "), _a.replace("_", " "))
_WAY = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(_TURNED, key=len, reverse=True)))})(?![\w-])", re.IGNORECASE
)
# "High-dose", "at high risk for", "lower limb", "low birth weight": part of a name, not a direction.
_NAMED = re.compile(
    r"\s(?:limb|extremit\w+|respiratory|back|density|birth|income|blood pressure|grade|throughput|quality|frequency)\b"
)
# "A cause of", "more than 40", "more patients" (not "less patients"), "activates 6 of 8 experts".
_OTHER_SENSE = re.compile(r"(?:cause of|(?:more|fewer|less) (?:than\b|\w+s\b)|\w*activates? \d)", re.IGNORECASE)
_TURN = re.compile(
    r"(?<!rather )\bthan\b|\b(?:when |as )?compared (?:to|with)\b|\brelative to\b|(?<=improvement )over\b|(?<=improvements )over\b|(?<=advantage )over\b"
)
_CHANGE = re.compile(
    r"\b(?:improve|reduce|increase|decrease|enhance|lower|raise|cut|boost|accelerate|speed)(?:s|d|ed)?\b|\b(?:improvements?|reductions?|advantages?|speed-?ups?)\b"
)
_COMPARATIVE = re.compile(
    r"\b(?:more|less|fewer|higher|lower|greater|better|worse|longer|shorter|faster|slower|larger|smaller|larger|rarer|cheaper)\b"
)
_STOP = re.compile(
    r"[,;:()]|\b(?:that|which|who|when|while|if|because|but|those|that of|expected|previously|thought|in|for|to|at|on|during|by|"
    r"across|under|as|among|despite|does|do|did)\b"
)
_CLAUSE_OR_WAY = re.compile(
    r"[,;:()]|\b(?:that|which|who|when|while|if|because|but|for|to|by|under|despite|does|do|did)\b"
)
# "Higher in men than": then it is not the subject that is compared.
_ELSE = re.compile(r" (?:in|among|at|during|on|for|with|against) ")
# Another clause with a subject of its own; "…, reducing X" has none.
_OTHER_CLAUSE = re.compile(r"\b(?:that|which|who|where|but|whereas)\b|, (?!(?:and |while |thereby )?\w+ing\b)")
# "The share detected in": no finite verb.
_PARTICIPLE = re.compile(r"\w+ed (?:in|by|with|at|from|on|under|for)\b")
# "… than B on X": where a comparison holds, and by how much, is left as it is.
_WHERE = re.compile(r"(?:in|for|at|on|during|by|across|under|among) ")
# What cannot be one side of a comparison by itself.
_NO_SIDE = re.compile(
    r"\d[\d.,]*\s?(?:%|x\b)|^\d|^(?:it|its|their|them|other|others|any|all|each|those|one)\b|\b(?:and even|and|based|born|trained)$"
)
_ADVERBS = re.compile(r"(?: (?:\w+ly|also|even|further|often|still)(?: and)?)+ ?$")
_WINS = {
    third: (third, base)
    for base in ("outperform", "surpass", "exceed", "beat")
    for third in [base + ("es" if base == "surpass" else "s")]
}
_WINS |= {base: forms for forms in _WINS.values() for base in forms[1:]} | {
    past: (past, past) for past in ("outperformed", "surpassed", "exceeded")
}


def direction(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The claim with one word of change turned."""
    claim = source.claim
    for match in _WAY.finditer(claim):
        if _NAMED.match(claim, match.end()) or claim[match.start() - 1 : match.start()] == "-":
            continue
        if _OTHER_SENSE.match(claim, match.start()):
            continue
        word = _TURNED[match[0].lower()]
        yield claim[: match.start()] + (word.capitalize() if match[0][0].isupper() else word) + claim[match.end() :]


def comparator(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The two sides exchanged: "A has more X than B", "A reduces X compared with B", "A outperforms B"."""
    claim = source.claim.rstrip(".")
    verb = finite_verb(claim)
    if verb is None or quantified(claim) or _PARTICIPLE.match(claim, verb.start()):
        return
    wins = verb[0] in _WINS
    turn = verb if wins else _TURN.search(claim, verb.end())
    if turn is None or not (wins or _compares(claim[verb.start() : turn.start()])):
        return
    behind = claim[turn.end() :]
    # "Infants born in A … than infants born in B": where the first side holds its place, so does the second.
    adverbs = _ADVERBS.search(claim, 0, verb.start())
    first = claim[: adverbs.start() if adverbs else verb.start()].strip()
    stop = (_CLAUSE_OR_WAY if _WHERE.search(first) else _STOP).search(behind)
    second, tail = (behind[: stop.start()], behind[stop.start() :]) if stop else (behind, "")
    middle, second = claim[len(first) : turn.start()].strip(), second.strip()
    if not 0 < len(second.split()) <= 7 or len(first.split()) > 7 or (tail and not _WHERE.match(tail)):
        return
    if _NO_SIDE.search(second) or (wins and re.search(r"\bwith\b", second)):
        return
    if wins:
        middle = f"{middle} {_WINS[verb[0]][_many(second)]}"
    elif _many(first) == _many(second):
        middle = f"{middle} {turn[0]}"
    else:
        return
    yield " ".join(f"{capital(second)} {middle} {inside(source, first)} {tail}".split()) + "."


def _many(phrase: str) -> bool:
    return plural(phrase) or " and " in phrase


def _compares(middle: str) -> bool:
    found = _COMPARATIVE.search(middle) or _CHANGE.search(middle)
    return found is not None and not _ELSE.search(middle, found.end()) and not _OTHER_CLAUSE.search(middle)


def subject(source: Source, others: Sequence[Source] = ()) -> Iterator[str]:
    """The subject exchanged with the object, and with the subjects of two other documents' claims."""
    own = statement(source.claim)
    if (
        own
        and own.verb not in _WINS
        and not own.object.startswith(("its ", "their "))
        and not plural(own.object)
        and len(own.object.split()) <= 3
    ):
        tail = f" {own.rest}" if own.rest else ""
        yield f"{capital(own.object)} {own.verb} {inside(source, own.subject)}{tail}."
    verb = main_verb(source.claim)
    if verb is None or not _subject(source) or not _number(source):
        return
    known = f"{source.claim} {source.text} {source.title}".lower()
    found = {s for o in others if o.group != source.group and (s := _subject(o)) and _number(o) == _number(source)}
    free = sorted(s for s in found if not any(w in known for w in s.lower().split() if len(w) > 3))
    # Spread over the strangers, the same on every run.
    start = sum(map(ord, source.claim))
    for stranger in dict.fromkeys(free[(start + 7 * k) % len(free)] for k in range(2 if free else 0)):
        yield f"{stranger} {source.claim[verb.start() :]}"


def _number(source: Source) -> str:
    """Whether the main verb is singular or plural; "" where its form does not tell."""
    verb = main_verb(source.claim)
    word = verb[0] if verb else ""
    return (
        "one"
        if word in BASE or word in ("is", "was", "has", "does")
        else "many"
        if word in ("are", "were", "have", "do")
        else ""
    )


def _subject(source: Source) -> str:
    """What stands before the main verb, if it is short and plain; "" otherwise."""
    verb = main_verb(source.claim)
    text = source.claim[: verb.start()].strip() if verb else ""
    plain = 0 < len(text.split()) <= 5 and not re.match(r"(?:In|On|At|For|The|A|An|There|It|This|These)\b", text)
    return text if plain and not quantified(text) and not re.search(r"\d |[%$()]", text) else ""
