"""What changed between versions of one work: figures, directions, scopes, arguments, and claims that only one version makes.

Claims of two versions are laid side by side: sentences by their words, figures by what they measure. Each change is a disagreement
of type ``different_version``. A title that its own abstract goes against is one of type ``own_work``: the record holds one text and
does not say that its parts come from different versions.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple

from sovereign.checks import setting_differences
from sovereign.checks.independence import papers_by_id
from sovereign.language.changes import way_of
from sovereign.language.quantities import find_quantities
from sovereign.language.stance import sides_of
from sovereign.language.words import content_stems, normalize, stem, tokens
from sovereign.records import Claim, Disagreement, Document, Paper, Quantity, Result, Side

from .extract import can_claim, claims_in
from .rows import metric_name
from .versions import jaccard, versions_of
from .wording import series

Kind = Literal["figure", "direction", "scope", "argument", "only"]
ALIGNED = 0.5  # overlap (Jaccard) of content words from which two sentences are one statement, reworded
SAME_METRIC = 0.1  # the same where both give a change of one metric
ARGUES = 0.5  # share of the shorter sentence's content words that a turned argument has in common

# Places in an order: of what two versions may say the opposite things.
_PLACES: dict[str, frozenset[str]] = {
    "higher": frozenset(["higher", "high", "upper", "top", "deep", "deeper", "later", "late", "last", "final"]),
    "middle": frozenset(["middle", "mid", "intermediate", "central"]),
    "lower": frozenset(["lower", "low", "bottom", "shallow", "shallower", "early", "earlier", "first", "initial"]),
}
_PLACED = re.compile(rf"\b(?P<place>{'|'.join(w for words in _PLACES.values() for w in sorted(words))})[\s-](?P<head>[a-z]+)", re.IGNORECASE)  # fmt: skip
_PHASES = {"training": re.compile(r"\btrain(?:ing|ed)?\b(?!\s+(?:data|set))", re.IGNORECASE), "inference": re.compile(r"\binference\b|\bdecoding\b|\bserving\b", re.IGNORECASE)}  # fmt: skip
_DENIED = re.compile(r"\b(?:not|no|never|cannot|without|fails? to)\b", re.IGNORECASE)


class Change(NamedTuple):
    """One change: the claims of the older and of the newer version (None where it has none), and what changed in words."""

    kind: Kind
    older: Claim | None
    newer: Claim | None
    metric: str
    why: str


def version_claims(documents: Sequence[Document]) -> tuple[Claim, ...]:
    """The claims of every sentence that may serve as evidence, numbered V1, V2, … over all documents."""
    claims = [c for d in documents for s in d.evidence() if can_claim(d.slice(s)) for c in claims_in(d, s)]
    return tuple(c.model_copy(update={"id": f"V{i}"}) for i, c in enumerate(claims, 1))


def document_changes(documents: Sequence[Document]) -> tuple[Disagreement, ...]:
    """What changed between the versions among documents; claim ids are those of :func:`version_claims`.

    The whole texts are at hand, so a claim that only one version makes counts too.
    """
    claims = version_claims(documents)
    of_text: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        of_text[claim.quote.text_hash].append(claim)
    found: list[Disagreement] = []
    for group in versions_of(documents):
        ordered = sorted((documents[place] for place in group), key=lambda d: _age(d.paper))
        for older, newer in zip(ordered, ordered[1:], strict=False):
            for change in changes(of_text[older.text_hash], of_text[newer.text_hash]):
                found.append(_disagreement(change, older.paper, newer.paper))
    return tuple(found)


def version_changes(
    claims: Sequence[Claim], papers: Sequence[Paper], groups: Sequence[Sequence[str]]
) -> tuple[Disagreement, ...]:
    """What changed between versions among claims of a question; ``groups`` are the paper ids of each work's versions.

    What only one version says is left out: a question takes from each version only what speaks to it.
    """
    known = papers_by_id(papers)
    found: list[Disagreement] = []
    for group in groups:
        ordered = sorted((known[i] for i in group if i in known), key=_age)
        for older, newer in zip(ordered, ordered[1:], strict=False):
            sides = [[c for c in claims if c.quote.source_id == p.id and not c.quote.our_words] for p in (older, newer)]
            found += [_disagreement(c, older, newer) for c in changes(*sides) if c.kind != "only"]
    return tuple(found)


def version_groups(documents: Sequence[Document]) -> tuple[tuple[str, ...], ...]:
    """Paper ids of the versions of each work among documents: what :func:`version_changes` takes."""
    groups = (tuple(dict.fromkeys(documents[i].paper.id for i in group)) for group in versions_of(documents))
    return tuple(ids for ids in groups if len(ids) > 1)


def _age(paper: Paper) -> tuple[int, int, str]:
    return paper.version or 0, paper.year or 0, paper.arxiv_id or paper.id


def changes(older: Sequence[Claim], newer: Sequence[Claim]) -> tuple[Change, ...]:
    """Every change between the claims of two versions, the figures first; nothing for equal claims."""
    said = {_folded(c.text) for c in older} & {_folded(c.text) for c in newer}
    a, b = ([c for c in claims if _folded(c.text) not in said] for claims in (older, newer))
    pairs = _aligned(a, b)
    found = [*_figures(a, b, pairs)]
    for one, other in pairs:
        found += _statement(one, other, [c for c in found if c.older == one or c.newer == other])
    taken = {id(c) for pair in pairs for c in pair} | {id(c) for f in found for c in (f.older, f.newer)}
    found += _arguments(older, newer, found)
    found += [
        Change("only", c if c in a else None, None if c in a else c, c.metric or "", f"only the {name} version says so")
        for name, claims in (("earlier", a), ("later", b)) for c in claims if id(c) not in taken and _states(c)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda c: _ORDER.index(c.kind)))


_ORDER: tuple[Kind, ...] = ("figure", "direction", "argument", "scope", "only")


def _folded(text: str) -> str:
    """A sentence as it is compared: "40 %", "40%" and "40 percent" are one."""
    return " ".join(re.sub(r"\s*(?:%|\bper\s?cent\b)", "%", normalize(text)).casefold().split())


def _states(claim: Claim) -> bool:
    """Whether a claim gives a figure or a comparison; what else only one version says is wording."""
    return any(r.value or r.direction for r in claim.results) or bool(find_quantities(normalize(claim.text)))


def _aligned(older: Sequence[Claim], newer: Sequence[Claim]) -> list[tuple[Claim, Claim]]:
    """Claims that say one thing in two wordings, each once, the most alike first; of one sentence, those of one metric."""
    stems = {c.text: content_stems(c.text) for c in (*older, *newer)}
    scored = [
        (jaccard(stems[a.text], stems[b.text]), a.metric == b.metric, n, m)
        for (n, a), (m, b) in product(enumerate(older), enumerate(newer))
    ]
    pairs, left, right = [], set[int](), set[int]()
    for score, _, n, m in sorted(scored, key=lambda s: (-s[0], not s[1], s[2], s[3])):
        if score >= ALIGNED and n not in left and m not in right:
            pairs.append((older[n], newer[m]))
            left.add(n)
            right.add(m)
    return pairs


def _figures(older: Sequence[Claim], newer: Sequence[Claim], pairs: Sequence[tuple[Claim, Claim]]) -> Iterator[Change]:
    """Figures of one metric that are not the same: in one statement, or changes of the work's own in two."""
    done: set[tuple[str, str]] = set()
    for a, b in pairs:
        for x, y in _unequal(a.text, b.text):
            if (key := (f"{a.quote.start} {x.text}", f"{b.quote.start} {y.text}")) not in done:
                done.add(key)
                yield Change("figure", a, b, a.metric or b.metric or "", f"{x.text} became {y.text}{_scope(a, b)}")
    paired = {id(c) for pair in pairs for c in pair}
    rest = [[c for c in claims if id(c) not in paired] for claims in (older, newer)]
    for a, b in product(*rest):
        mine, theirs = (next((r for r in c.results if _own_change(r)), None) for c in (a, b))
        if not mine or not theirs or not mine.value or not theirs.value or mine.metric != theirs.metric:
            continue
        if mine.direction != theirs.direction or mine.value.unit != theirs.value.unit:
            continue
        if (
            jaccard(content_stems(a.text), content_stems(b.text)) >= SAME_METRIC
            and mine.value.value != theirs.value.value
        ):
            said = f"{mine.value.text} became {theirs.value.text}{_scope(a, b)}"
            yield Change("figure", a, b, mine.metric or "", said)


def _own_change(result: Result) -> bool:
    return result.ratio is not None and result.direction is not None and result.comparator in (None, "before")


def _unequal(one: str, other: str) -> list[tuple[Quantity, Quantity]]:
    """Figures of one unit that stand in the same order in two wordings of one statement, and differ."""
    found = []
    for mine, theirs in _by_unit(one, other):
        left, right = Counter(q.value for q in mine), Counter(q.value for q in theirs)
        gone = [q for q in mine if q.value in left - right]
        come = [q for q in theirs if q.value in right - left]
        found += list(zip(gone, come, strict=False))
    return found


def _by_unit(one: str, other: str) -> Iterator[tuple[list[Quantity], list[Quantity]]]:
    mine, theirs = ([m.quantity for m in find_quantities(normalize(t))] for t in (one, other))
    for unit in dict.fromkeys(q.unit for q in mine):
        yield [q for q in mine if q.unit == unit], [q for q in theirs if q.unit == unit]


def _phases(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _PHASES.items() if pattern.search(text))


def _scope(a: Claim, b: Claim) -> str:
    """What differs in scope between two claims, to be said after their figures."""
    one, two = _phases(a.text), _phases(b.text)
    if one == two or not (one or two):
        return ""
    return f"; the earlier version speaks of {_phased(one)}, the later of {_phased(two)}"


def _phased(phases: frozenset[str]) -> str:
    if not phases:
        return "no phase"
    return series(sorted(phases, reverse=True)) + (" only" if len(phases) == 1 else "")


def _statement(a: Claim, b: Claim, figures: Sequence[Change]) -> Iterator[Change]:
    """A direction, scope or denial that changed between two wordings of one statement."""
    gone, come = _replaced(a.text, b.text)
    metric = a.metric or b.metric or ""
    if turned := next(((x, y) for x, y in product(gone, come) if _opposite(x, y)), None):
        yield Change("direction", a, b, metric, f"“{turned[0]}” became “{turned[1]}”")
    elif (
        bool(_DENIED.search(a.text)) != bool(_DENIED.search(b.text)) and jaccard(tokens(a.text), tokens(b.text)) >= 0.8
    ):
        yield Change("direction", a, b, metric, "one version denies what the other says")
    if not figures:
        apart = list(setting_differences(a.text, b.text))
        scope = _scope(a, b).removeprefix("; ")
        if apart or scope:
            yield Change("scope", a, b, metric, scope or f"another setting: {'; '.join(apart)}")


def _replaced(one: str, other: str) -> tuple[list[str], list[str]]:
    """Words that only one of two texts has, in order."""
    mine, theirs = tokens(normalize(one)), tokens(normalize(other))
    left, right = Counter(mine), Counter(theirs)
    return list((left - right).elements()), list((right - left).elements())


def _opposite(one: str, other: str) -> bool:
    ways = {way_of(one), way_of(other)}
    if ways in ({"increase", "decrease"}, {"better", "worse"}):
        return True
    theirs = sides_of(other)
    return any((n, -sign) in theirs for n, sign in sides_of(one))


def _arguments(older: Iterable[Claim], newer: Sequence[Claim], found: Sequence[Change]) -> Iterator[Change]:
    """Statements on other places of one thing: higher layers in one version, middle layers in the other."""
    known = {(c.older.quote.start, c.newer.quote.start) for c in found if c.older and c.newer}
    for a in older:
        for b in newer:
            if (a.quote.start, b.quote.start) not in known and (turned := turned_place(a.text, b.text)):
                known.add((a.quote.start, b.quote.start))
                yield Change("argument", a, b, a.metric or b.metric or "", f"“{turned[0]}” became “{turned[1]}”")


def turned_place(one: str, other: str) -> tuple[str, str] | None:
    """Two phrases that place one thing differently in sentences that else say the same: "higher layers", "middle layers"."""
    mine, theirs = _placed(one), _placed(other)
    for head in mine.keys() & theirs.keys():
        (phrase, place), (phrase_too, place_too) = mine[head], theirs[head]
        rest, rest_too = (content_stems(t) - {stem(w) for p in _PLACES.values() for w in p} for t in (one, other))
        if place != place_too and len(rest & rest_too) >= max(3, ARGUES * min(len(rest), len(rest_too))):
            return phrase, phrase_too
    return None


def _placed(text: str) -> dict[str, tuple[str, str]]:
    """By the head noun: the phrase and its place; a head that a sentence puts in two places has none."""
    found: dict[str, tuple[str, str]] = {}
    twice: set[str] = set()
    for match in _PLACED.finditer(normalize(text)):
        place = next(name for name, words in _PLACES.items() if match["place"].lower() in words)
        head = stem(match["head"].lower())
        if head in found and found[head][1] != place:
            twice.add(head)
        found[head] = (match[0].lower(), place)
    return {head: value for head, value in found.items() if head not in twice}


def title_against_abstract(document: Document, claims: Iterable[Claim]) -> tuple[Disagreement, ...]:
    """A title that states something, and claims of the same work's abstract that state it of another place."""
    title = document.paper.title
    return tuple(
        Disagreement(
            subject="title against abstract of one work",
            metric="result",
            kind="direction",
            sides=tuple(
                Side(statement=s, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))
                for s in (title, claim.text)
            ),
            why=f"the title says “{turned[0]}”, the abstract “{turned[1]}”, as if they were of different versions",
            type="own_work",
        )
        for claim in claims
        if claim.quote.text_hash == document.text_hash and (turned := turned_place(title, claim.text))
    )


_KINDS: Mapping[Kind, Literal["direction", "magnitude"]] = {"direction": "direction", "argument": "direction"}


def _disagreement(change: Change, older: Paper, newer: Paper) -> Disagreement:
    return Disagreement(
        subject=f"versions of “{newer.title}”",
        metric=metric_name(change.metric, None) if change.metric else "result",
        kind=_KINDS.get(change.kind, "magnitude"),
        sides=(_side(change.older, older), _side(change.newer, newer)),
        why=change.why,
        type="different_version",
    )


def _side(claim: Claim | None, paper: Paper) -> Side:
    if claim is None:
        return Side(statement="(does not say so)", claim_ids=(), source_ids=(paper.id,))
    return Side(statement=claim.text, claim_ids=(claim.id,), source_ids=(claim.quote.source_id,))
