"""Which works are independent of each other.

Two works are independent if they share no author, neither takes the figure from the other, and they are not versions of one
work. The relation is pairwise. Where authors are not known, independence is not known, and nothing is counted.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

from sovereign.language.attribution import attribution, cites
from sovereign.reading import paper_id, work_keys
from sovereign.records import Candidate, Paper, Quote, Relation


def relation_of(claim: Quote, other: Quote, papers: dict[str, Paper]) -> Relation:
    """How the work behind one quote stands to the work behind another, judged by the works they speak for.

    Another place of the same work counts as ``own_work``, but not where it tells of the works of others; the same place told
    again is no second figure. A sentence that takes its figure from elsewhere ("X et al. report …") makes nobody independent. Works of one title are versions of one
    work, such as a preprint and what a journal made of it, whatever each calls its authors.
    """
    if claim.source_id == other.source_id:
        return "not_independent" if _same_place(claim, other) or _of_others(claim) != _of_others(other) else "own_work"
    first, second = papers.get(claim.source_id), papers.get(other.source_id)
    if first and second and same_title(first, second):
        return "not_independent"
    if first is None or second is None or not first.authors or not second.authors:
        return "unknown"
    if people(first) & people(second) or _names_work(other.text, first) or _names_work(claim.text, second):
        return "not_independent"
    return "unknown" if _passed_on(claim) or _passed_on(other) else "independent"


_TITLE_NAME = re.compile(r"^(?P<name>[\w.+-]+(?:\s[\w.+-]+)?):\s")
_BRACKETED = re.compile(r"\((?P<name>[A-Z][\w.+-]*)\)")


def _passed_on(quote: Quote) -> bool:
    """Whether a sentence may pass on what somebody else found: it cites whoever that is, or stands where others are told of."""
    return cites(quote.text) or _of_others(quote)


def _of_others(quote: Quote) -> bool:
    """Whether a sentence of a work reports the finding of another. A note's bracket has named the work that it speaks for."""
    return not quote.our_words and attribution(quote.text, (quote.section,)).whose == "other"


def _names_work(text: str, paper: Paper) -> bool:
    """Whether a sentence passes on the figure of a work that it names: by id, by an author's name, or by its method's."""
    if not cites(text):
        return False
    words = set(re.findall(r"[\w.+-]+", plain(text)))
    last_names = {person.rsplit(" ", 1)[0] for person in people(paper)}
    return bool(words & (last_names | set(method_names(paper.title)))) or bool(
        paper.arxiv_id and paper.arxiv_id in text
    )


def method_names(title: str) -> tuple[str, ...]:
    """Names that a title gives its method: before a colon, or in brackets. Lower case."""
    found = [m["name"] for m in (_TITLE_NAME.match(title),) if m] + [m["name"] for m in _BRACKETED.finditer(title)]
    return tuple(name.lower() for name in found if any(c.isupper() for c in name[1:]) or any(c.isdigit() for c in name))


def _same_place(a: Quote, b: Quote) -> bool:
    """One cell read twice is one figure. Of a note, whose sentences are ours, a place that is not named may be any."""
    if not (a.our_words or b.our_words):
        return (a.text_hash, a.start) == (b.text_hash, b.start)
    mine, theirs = _place(a), _place(b)
    return not mine or not theirs or bool(mine & theirs)


def _place(quote: Quote) -> frozenset[str]:
    """Named places of a bracket: {"table 6", "section 5"}, {"abstract"}."""
    words = (quote.where or "").lower().replace(",", " ").split()
    numbered = {f"{a} {b}" for a, b in itertools.pairwise(words) if a in _NUMBERED}
    return frozenset(numbered | ({"abstract"} & set(words)))


_NUMBERED = ("table", "tables", "figure", "section", "appendix", "footnote", "equation")


def people(paper: Paper) -> frozenset[str]:
    """Authors as last name and first initial, so that "Edward J. Hu" and "E. Hu" are one person."""
    found = set()
    for name in map(plain, paper.authors):
        last, _, first = name.partition(",") if "," in name else (name.split()[-1] if name.split() else "", "", name)
        found.add(f"{last.strip()} {first.strip()[:1]}")
    return frozenset(found)


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def plain(name: str) -> str:
    """A name in lower case and without accents: "Núñez" and "Nunez" are one."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c)).translate(_LETTERS)


def papers_by_id(papers: Sequence[Paper]) -> dict[str, Paper]:
    """Index of papers by id."""
    return {p.id: p for p in papers}


def same_title(one: Paper, other: Paper) -> bool:
    """Whether two works are versions of one, by their titles or by an identifier (DOI, arXiv id) that both carry."""
    mine, theirs = ({k for k in work_keys(p) if not k.startswith("title:")} for p in (one, other))
    return title_key(one) == title_key(other) or bool(mine & theirs)


def title_key(work: Paper | Candidate) -> str:
    """What the works of one title have in common, whatever their letters."""
    return paper_id(None, None, work.title)
