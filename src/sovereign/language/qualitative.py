"""Comparisons without a figure: "no added latency", "outperforms B", "the same cost as B", "less memory than B"."""

from __future__ import annotations

import re

from sovereign.records import Direction, Result

from .changes import way_of
from .comparators import comparator_name
from .metrics import Naming, comparative_words, mentions, metrics, named, naming, noun_phrase, phased
from .names import core_name
from .results import Context, resolve
from .words import any_of, word_set

_EXTRA = any_of("added extra additional measurable noticeable significant")
_NOTHING_ADDED = re.compile(
    rf"\b(?:no|without|zero|not? any|without any)\s+(?:{_EXTRA}\s+)+(?P<what>[\w -]+?)"
    r"(?=\s+(?:against|over|compared|than|relative|versus|to|for|at)\b|[,.;]|$)"
)
_COMPARATIVE = re.compile(
    r"\b(?P<word>"
    + any_of("more less fewer lower higher faster slower larger smaller longer shorter better worse greater cheaper")
    + r")\b"
    r"(?P<what>[^,;]{0,60}?)\bthan\s+"
)
# "is outperformed by B", but not "outperforms by 2 points".
_BY_OTHER = re.compile(r"\s*by\s+(?!(?:about |up to |more than |over |nearly )?\d)")
_BEATING = re.compile(r"\b(?:outperform|surpass|beat|exceed|improves? (?:over|on|upon))\w*\b")
_MEASURED_IN = re.compile(r"\b(?:in terms of|in|on)\s+(?P<what>[^,;]+)")
_EQUAL = re.compile(
    r"(?<!-)\b(?:match(?:es|ed|ing)?|equals?|keeps? up with|on par with|comparable (?:to|with)|competitive with"
    r"|equal to|as (?P<how>fast|slow|good|accurate) as(?: that of)?"
    r"|(?:the )?same (?P<same>[\w -]{0,40}?)\s?as(?: that of)?)\b"
)
# What is denied, or close to nothing, says how things are not.
_NEGATED = re.compile(
    r"\b"
    + any_of("not no never nor neither cannot hardly barely without no_longer fails?_to little negligible minimal")
    + r"\b|n't\b",
    re.IGNORECASE,
)
# "Matches or exceeds" leaves the direction open; "enables B to match C" is about B.
_EITHER = re.compile(r"\b(?:match\w*|equal\w*|comparable)(?: to)? or \w|\bor (?:match|equal)")
_CAUSING = ("enabl", "allow", "help", "let")
_OBJECT_END = re.compile(r"\b(?:with|while|without|when|by|at|from|for|on|in)\b|,")
_COPULA = word_set("is are was were performs perform performed scores score works work does do")


def compare_in_words(context: Context, right: str, baseline: str | None) -> list[Result]:
    """The comparison that a clause without figures states, or none. ``right`` is what stands after a comparison word.

    A denied statement ("does not reduce latency", "saves no memory") gives no result.
    """
    clause = context.clause
    words = f"{clause.verb} {clause.predicate}"
    comparator = core_name(right) or baseline
    if match := _NOTHING_ADDED.search(words):
        metric = named(match["what"])
        other = comparator or comparator_name(re.sub(r"^\s*(?:over|to|against)\s+", "", words[match.end() :]))
        return _result(context, other, Naming(metric) if metric else None, "equal")
    if _NEGATED.search(f"{clause.subject} {words}") or _EITHER.search(words) or clause.verb.startswith(_CAUSING):
        return []
    if match := _COMPARATIVE.search(words):
        return _comparative(match, context)
    if match := _BEATING.search(words):
        return _beating(words[match.end() :], context)
    if match := _EQUAL.search(words):
        return _equal(match, context)
    return _change(context, comparator)


def _result(
    context: Context, comparator: str | None, found: Naming | None, direction: Direction | None
) -> list[Result]:
    """One result, if it has a metric and a direction; latency in training is training time."""
    if found is None or direction is None:
        return []
    metric = phased(found.metric, f"{context.clause.verb} {context.clause.predicate}", context.sentence)
    return [Result(subject=context.subject, comparator=comparator, metric=metric, direction=direction)]


def _comparative(match: re.Match[str], context: Context) -> list[Result]:
    """ "needs less memory than B", "is slower than B", "is more accurate than B"."""
    word, what = match["word"], match["what"].strip()
    other = comparator_name(match.string[match.end() :])
    if other is None:
        return []
    if word in ("more", "less"):
        for metric in metrics().values():
            if what in metric.adjectives or what in metric.thrifty:
                more = (word == "more") == (what in metric.adjectives)
                return _result(context, other, Naming(metric.id), "increase" if more else "decrease")
    if found := naming(what) or (naming(context.clause.verb) if not what else None):
        return _result(context, other, found, resolve(way_of(word), found))
    entry = comparative_words().get(word)
    if what or entry is None or (entry[0] == "accuracy" and context.clause.verb not in _COPULA):
        return []
    return _result(context, other, Naming(entry[0]), entry[1])


def _beating(rest: str, context: Context) -> list[Result]:
    """ "outperforms B in accuracy"; without a metric, accuracy is meant. One in B's name does not count."""
    passive = _BY_OTHER.match(rest)
    rest = rest[passive.end() :] if passive else rest
    measured = _MEASURED_IN.search(rest)
    found = (naming(measured["what"]) if measured else None) or Naming("accuracy")
    other = comparator_name(re.split(r"\s+(?:in terms of|in|on|with)\s", rest, maxsplit=1)[0])
    return _result(context, other, found, resolve("worse" if passive else "better", found))


def _equal(match: re.Match[str], context: Context) -> list[Result]:
    """ "has the same latency as B", "matches B": accuracy is meant when a clause names no metric at all."""
    rest = match.string[match.end() :]
    if match["how"] in ("fast", "slow"):
        return _result(context, comparator_name(rest), Naming("latency"), "equal")
    found = naming(match["same"] or "") or naming(rest.split(" of ")[0] if " of " in rest else "")
    found = found or naming(context.clause.subject)
    others = {metric for _, _, metric in mentions(context.words)} - {"accuracy"}
    if found is None and (match["same"] or others):
        return []
    return _result(context, comparator_name(rest), found or Naming("accuracy"), "equal")


def _change(context: Context, comparator: str | None) -> list[Result]:
    """ "reduces latency", "improves the throughput of A": the verb's way, on the metric that is its object."""
    predicate = context.clause.predicate
    way = way_of(context.clause.verb)
    found = naming(noun_phrase(predicate)) or naming(_OBJECT_END.split(predicate, maxsplit=1)[0])
    return _result(context, comparator, found, resolve(way, found)) if found and way else []
