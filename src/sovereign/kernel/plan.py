"""Stage *plan*: from the question to facets and four search queries, without a model.

The question's words are cut at its grammar: the phrase that compares ("versus", "than", "over"), the metrics that the
vocabulary knows, the range of model sizes. What is left are the subjects before the comparison and the comparators after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from sovereign.errors import InputError
from sovereign.language.clauses import BASE, FINITE, MARKER
from sovereign.language.metrics import comparative_words, mentions, metrics
from sovereign.language.quantities import find_scales
from sovereign.language.words import STOP, content_stems, normalize
from sovereign.records import Facet, FacetKind, Plan, Quantity, Query

from .glossary import Note, other_names

_SCALE_PHRASE = re.compile(
    r"(?:,?\s*(?:across|over|for|at|in|on|with)?\s*(?:different|various|several|all|the)?\s*(?:model\s+)?(?:scales?|sizes?|models?)?\s*"
    r"(?:ranging\s+)?(?:from|between)\s+)?(?P<low>\d+(?:\.\d+)?\s?[MBT])(?:\s*(?:to|and|through|up to|-)\s*(?P<high>\d+(?:\.\d+)?\s?[MBT]))?"
    r"(?:[\s-]+(?:parameters?|params?|models?))*"
)
_MEASURES = re.compile(r"\b(?:in terms of|with respect to|with regard to|regarding|as measured by|measured in|in (?=(?:\w+\s){0,2}(?:latency|memory|accuracy|throughput|disk usage|disk space|energy)))\s*", re.IGNORECASE)  # fmt: skip
_COMPARED = re.compile(
    rf"{MARKER.pattern}|\bcompares? (?:with|to|against)\s+|\bor\s+|\bover\s+|\bfrom\s+(?=\w+\s+(?:tuning|training))",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s+(?P<a>.+?)\s+and\s+(?P<b>.+)$", re.IGNORECASE)
# What follows the comparator after one of these is the setting: "… than B in patients with C".
_SETTING = re.compile(r"\b(?:in|on|for|during|under|across|among|when|while|if)\b")
# The rest of a metric's noun phrase: "[disk] usage", and "[scan] latency" after a word that cannot belong to another phrase.
_AFTER_METRIC = re.compile(r"\s+(?:usage|use|consumption|footprint|requirements?|costs?|size|space)\b", re.IGNORECASE)
_BEFORE_METRIC = re.compile(r"(?:\b(?:in|of|and|or|to|higher|lower|greater|larger|smaller|more|less|fewer)\s+|,\s*)(?P<words>(?:[\w-]+\s+){1,2})$", re.IGNORECASE)  # fmt: skip
_UMBRELLA = frozenset(
    [
        "overhead",
        "cost",
        "costs",
        "effect",
        "effects",
        "impact",
        "influence",
        "difference",
        "differences",
        "trade-off",
        "tradeoff",
        "tradeoffs",
        "benefit",
        "benefits",
        "advantage",
        "advantages",
        "disadvantages",
        "role",
        "computational",
        "implementing",
        "implement",
        "using",
        "applying",
        "adopting",
        "employing",
        "introducing",
        "adding",
        "doing",
        "running",
        "different",
        "various",
        "model",
        "models",
        "scale",
        "scales",
        "term",
        "terms",
        "much",
        "many",
        "kind",
        "kinds",
        "way",
        "ways",
        "evidence",
        "known",
        "say",
        "affect",
        "affects",
        "compare",
        "comparison",
        "change",
        "changes",
        "happen",
        "happens",
        "possible",
        "really",
        "actually",
        "typically",
        "usually",
        "question",
        "paper",
        "papers",
        "result",
        "results",
        "higher",
        "lower",
        "greater",
        "larger",
        "smaller",
    ]
)
_WORD = re.compile(r"[^\W_](?:[\w.'’/-]*\w)?|[,;:()]", re.UNICODE)
QUERIES = 4
_THINGS = ("subject", "comparator", "topic")


def plan(question: str, max_chars: int = 2000, notes: Sequence[Note] = ()) -> Plan:
    """Facets and queries of a question. ``notes`` say what else its subjects are called.

    Raises:
        InputError: if the question is empty, has no letters, or is longer than ``max_chars`` characters.
    """
    text = " ".join(normalize(question).split())
    if not any(c.isalpha() for c in text):
        raise InputError(
            "The question is empty.", 'Ask one in words, for example: sovereign ask "Does X reduce latency against Y?"'
        )
    if len(text) > max_chars:
        advice = "Ask the question alone; documents belong into --library. The limit is the setting max_question_chars."
        raise InputError(f"The question has {len(text):,} characters; at most {max_chars:,} are read.", advice)
    facets, remarks = _facets(text.rstrip("?!. "))
    if not facets:
        facets = [Facet(id="F1", kind="topic", text=text, terms=tuple(sorted(content_stems(text))))]
        remarks.append(
            "No subject, metric or comparison was recognised: the whole question is used as one topic. The planner reads English."
        )
    elif not any(c.isascii() and c.isalpha() for c in text):
        remarks.append("The question is not in Latin script; the planner and the checks read English.")
    facets = [with_other_names(facet, notes) for facet in facets]
    queries = _queries(text, facets)
    return Plan(question=question.strip(), facets=tuple(facets), queries=queries, notes=tuple(remarks))


@cache
def asking_words() -> frozenset[str]:
    """Stems of words that a question asks with, and that name no thing."""
    return content_stems(" ".join(_UMBRELLA))


def with_other_names(facet: Facet, notes: Sequence[Note]) -> Facet:
    """A thing that the question names, with what the notes call it."""
    if facet.kind not in _THINGS:
        return facet
    return facet.model_copy(update={"synonyms": other_names(facet.terms, notes)})


def _facets(text: str) -> tuple[list[Facet], list[str]]:
    """The facets, and notes on words of the question that became none."""
    plain, scale = _scale(text)
    found, rest = _metrics(plain), plain
    for start, end, _ in reversed(found):
        rest = rest[:start] + " , " + rest[end:]
    rest = _MEASURES.sub(" , ", rest)
    before, after = _sides(rest)
    setting = next((m for m in _SETTING.finditer(after) if _chunks(after[: m.start()])), None)
    subjects, comparators = _chunks(before), _chunks(after[: setting.start()] if setting else after)
    settings = _chunks(after[setting.end() :]) if setting else []
    notes = [f"Read as a setting, not as a thing to compare: {', '.join(settings)}."] if settings else []
    kind: FacetKind = "subject" if comparators or found else "topic"
    facets: list[Facet] = []

    def add(kind: FacetKind, words: str, metric: str | None = None) -> None:
        if words.lower() not in (f.text.lower() for f in facets):
            terms = tuple(sorted(content_stems(words)))
            names = metrics()[metric].names if metric else ()
            facets.append(
                Facet(id=f"F{len(facets) + 1}", kind=kind, text=words, terms=terms, metric=metric, synonyms=names)
            )

    for chunk in subjects:
        add(kind, chunk)
    for chunk in comparators:
        add("comparator", chunk)
    for start, end, metric in found:
        add("metric", plain[start:end], metric)
    for word, (metric, _) in comparative_words().items():
        if re.search(rf"\b{word}\b", text) and not any(f.metric for f in facets):
            add("metric", metrics()[metric].label, metric)
    if scale:
        low, high = min(scale, key=lambda q: q.value), max(scale, key=lambda q: q.value)
        words = f"{low.text} parameters" if low == high else f"{low.text} to {high.text} parameters"
        facets.append(Facet(id=f"F{len(facets) + 1}", kind="scale", text=words, low=low, high=high))
    return facets, notes


def _scale(text: str) -> tuple[str, tuple[Quantity, ...]]:
    """The question without its model sizes, and their ends: "from 1B to 70B parameters", or one size, "a 7B model"."""
    for match in _SCALE_PHRASE.finditer(text):
        sizes = find_scales(f"{match['low']} parameters {match['high'] or match['low']} parameters")
        single = match["high"] is None and re.search(r"(?:param|model)", match[0][match.end("low") - match.start() :])
        if len(sizes) == 2 and (match["high"] or single):
            return text[: match.start()] + " " + text[match.end() :], sizes
    return text, ()


def _metrics(text: str) -> list[tuple[int, int, str]]:
    """Metrics that the question names; after "in terms of" only those that follow."""
    match = _MEASURES.search(text)
    found = [_whole_phrase(text, m, match.end() if match else len(text)) for m in mentions(text)]
    named_after = [m for m in found if match and m[0] >= match.end() - 1]
    return named_after or [m for m in found if text[m[0] : m[1]].lower() not in _UMBRELLA]


def _whole_phrase(text: str, mention: tuple[int, int, str], region: int) -> tuple[int, int, str]:
    """A mention with the rest of its noun phrase. Before ``region`` a word in front belongs to it only after "higher" and the like."""
    start, end, metric = mention
    after, before = _AFTER_METRIC.match(text, end), _BEFORE_METRIC.search(text[:start])
    if start >= region and (whole := re.fullmatch(r"\s*(?P<words>(?:[\w-]+\s+){1,2})", text[region:start])):
        begin = region + whole.start("words")
    elif before and (start >= region or before[0].split()[0].lower() in _UMBRELLA):
        begin = before.start("words")
    else:
        begin = start
    taken = [w.lower() for w in text[begin:start].split()]
    plain = not any(w in STOP or w in _UMBRELLA or w in FINITE or w in BASE for w in taken)
    return begin if plain else start, after.end() if after else end, metric


def _sides(text: str) -> tuple[str, str]:
    """What stands before and after the comparison."""
    if match := _BETWEEN.search(text):
        return match["a"], match["b"]
    if match := _COMPARED.search(text):
        return text[: match.start()], text[match.end() :]
    return text, ""


def _chunks(text: str) -> list[str]:
    """Runs of content words: cut at function words, verbs and punctuation; "of" may join ("mixture of experts")."""
    chunks: list[list[str]] = [[]]
    words = _WORD.findall(text)
    for i, word in enumerate(words):
        lower = word.lower()
        joins = lower == "of" and chunks[-1] and i + 1 < len(words) and words[i + 1].lower() not in STOP
        verb = (lower in FINITE or (lower in BASE and chunks[-1] != [])) and not word[0].isupper()
        if joins:
            chunks[-1].append(word)
        elif (
            lower in STOP
            or lower in _UMBRELLA
            or lower in comparative_words()
            or verb
            or not any(c.isalnum() for c in word)
        ):
            chunks.append([])
        else:
            chunks[-1].append(word)
    texts = [" ".join(c).removesuffix(" of") for c in chunks if c]
    return [t for t in dict.fromkeys(texts) if any(c.isalpha() for c in t)]


def _queries(text: str, facets: list[Facet]) -> tuple[Query, ...]:
    """Four different queries: each side with the metrics, both sides, and both with the words of the units and the scale."""
    side = {k: [f for f in facets if f.kind == k] for k in ("subject", "topic", "comparator", "metric", "scale")}
    subjects, comparators, measured = side["subject"] + side["topic"], side["comparator"], side["metric"]
    sides = subjects + comparators
    units = " ".join(word for f in measured if f.metric for word in metrics()[f.metric].query)
    candidates = [
        (_join(subjects + measured), subjects + measured),
        (_join(comparators + measured), comparators + measured),
        (f"{_join(subjects)} versus {_join(comparators)}" if comparators else f"{_join(subjects)} {units}", sides),
        (f"{_join(sides)} {units} {_join(side['scale'])}", sides + measured + side["scale"]),
        (text, facets),
        (_join(subjects), subjects),
        (_join(measured), measured),
        *((f"{_join(facets)} {extra}", facets) for extra in ("comparison", "results", "evaluation", "limitations")),
    ]
    queries: dict[str, Query] = {}
    for words, used in candidates:
        words = " ".join(words.split())
        if words and words.lower() not in queries and len(queries) < QUERIES:
            queries[words.lower()] = Query(text=words, facet_ids=tuple(f.id for f in used))
    return tuple(queries.values())


def _join(facets: list[Facet]) -> str:
    return " ".join(" ".join((f.text, *f.synonyms)) if f.kind in _THINGS else f.text for f in facets)
