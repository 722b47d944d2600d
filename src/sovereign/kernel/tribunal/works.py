"""Works and quotes: is everything that is cited there, of the work that it is given to, on the question, and not taken back?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise

from sovereign.reading import normal_title
from sovereign.records import Finding, Paper, Quote
from sovereign.sources import RETRACTED

from ..answer import answer
from ..extract import relevance_of
from .brief import Brief
from .kinds import finding

# Marks of a title, as publishers set them: "RETRACTED: …", "Retraction notice to …", "… (Withdrawn)", "… [retracted article]".
_MARKED = re.compile(
    r"^\W*(?:article\s+)?(?:retract(?:ed|ion)|withdrawn|withdrawal)\b|[(\[](?:retracted|withdrawn)[^)\]]*[)\]]|[:–—-]\s*(?:retracted|withdrawn)\W*$",
    re.IGNORECASE,
)
_SAID = re.compile(r"\b(?:retracted|retraction|withdrawn by|taken back)\b", re.IGNORECASE)  # of a reason


def of_citations(brief: Brief) -> Iterator[Finding]:
    """Citations of what is not there, and sentences that cite nothing."""
    for said in brief.said:
        sentence = said.sentence
        if not (sentence.claim_ids or sentence.measurement_ids or sentence.of_record):
            yield finding(
                "uncited-sentence", "the sentence names nothing that carries it", at=[said.at], evidence=sentence.text
            )
        yield from _missing(brief, said.at, sentence.claim_ids, sentence.measurement_ids, sentence.text)
    answer = brief.answer
    for n, row in enumerate(answer.comparisons):
        yield from _missing(brief, f"/answer/comparisons/{n}", [row.claim_id], (), row.subject)
    both = [("disagreements", n, d.sides) for n, d in enumerate(answer.disagreements)]
    both += [("agreements", n, a.sides) for n, a in enumerate(answer.agreements)]
    for where, n, sides in both:
        for m, side in enumerate(sides):
            place = f"/answer/{where}/{n}/sides/{m}"
            yield from _missing(brief, place, side.claim_ids, (), side.statement)
            if not side.claim_ids:
                yield finding(
                    "uncited-sentence", "the side names nothing that carries it", at=[place], evidence=side.statement
                )
            works = {brief.claim[i].quote.source_id for i in side.claim_ids if i in brief.claim}
            if works and works != set(side.source_ids):
                text = f"the side names {', '.join(side.source_ids)}; its claims are of {', '.join(sorted(works))}"
                yield finding("wrong-paper", text, at=[place], claims=side.claim_ids)
    for n, matrix in enumerate(answer.matrices):
        for r, matrix_row in enumerate(matrix.rows):
            cited = [i for c in matrix_row.cells if c for i in c.claim_ids]
            yield from _missing(brief, f"/answer/matrices/{n}/rows/{r}", cited, (), matrix_row.scale)
    for t, table in enumerate(answer.measured):
        for r, table_row in enumerate(table.rows):
            ids = [cell.measurement_id for cell in table_row.cells if cell]
            yield from _missing(brief, f"/answer/measured/{t}/rows/{r}", (), ids, table_row.scale)
    for claim in brief.claims:
        if claim.gate:
            yield from _missing(
                brief, f"{brief.place(claim.id)}/gate", (), claim.gate.measurement_ids, claim.gate.reason
            )
        for m, evidence in enumerate(claim.verification.evidence if claim.verification else ()):
            place = f"{brief.place(claim.id)}/verification/evidence/{m}"
            if evidence.claim_id is None:
                continue
            yield from _missing(brief, place, [evidence.claim_id], (), evidence.quote.text)
            other = brief.claim.get(evidence.claim_id)
            if other and (other.quote.text_hash, other.quote.start) != (evidence.quote.text_hash, evidence.quote.start):
                text = f"the passage is said to be that of {other.id}, and is another"
                yield finding(
                    "wrong-paper", text, at=[place], claims=[claim.id, other.id], evidence=evidence.quote.text
                )
    for n, plot in enumerate(answer.figures):
        yield from _missing(brief, f"/answer/figures/{n}", (), plot.measurement_ids, plot.title)


def _missing(
    brief: Brief, place: str, claim_ids: Iterable[str], measurement_ids: Iterable[str], text: str
) -> Iterator[Finding]:
    gone = [i for i in claim_ids if i not in brief.claim] + [i for i in measurement_ids if i not in brief.measurement]
    if gone:
        said = f"{', '.join(gone)} is cited, and is not in the record"
        yield finding("fabricated-citation", said, at=[place], claims=gone, evidence=text)


def of_quotes(brief: Brief) -> Iterator[Finding]:
    """Quotes of works that were never retrieved, and quotes whose copies in the record do not agree."""
    retrieved = {i for c in brief.retrieval.candidates if c.kept and any(c.ranks) for i in c.ids}
    quotes = list(brief.quotes())
    yield from _log(brief)
    titles = {c.paper_id: c.title for c in brief.retrieval.candidates}
    for n, paper in enumerate(brief.papers):
        if paper.id in titles and normal_title(titles[paper.id]) != normal_title(paper.title):
            text = f"the search found {paper.id} as “{titles[paper.id]}”; it is listed as “{paper.title}”"
            yield finding("fabricated-citation", text, at=[f"/papers/{n}"])
        own = {"arxiv": paper.arxiv_id, "doi": paper.doi}
        kind, _, name = paper.id.partition(":")
        listed = own.get(kind)
        if listed and listed.casefold() != name.casefold():
            text = f"{paper.id} is listed with the {kind} id {listed}"
            yield finding("fabricated-citation", text, at=[f"/papers/{n}"])
        if paper.id not in retrieved:
            text = f"{paper.id} is among the works that were read, and no search found it"
            claims = [c.id for c in brief.claims if c.quote.paper_id == paper.id]
            yield finding("fabricated-citation", text, at=[f"/papers/{n}"], claims=claims)
    for place, claim_id, quote in quotes:
        if quote.paper_id not in brief.paper:
            text = f"the quote is said to stand in {quote.paper_id}, which is none of the works that were read"
            yield finding("fabricated-citation", text, at=[place], claims=[claim_id], evidence=quote.text)
        elif not quote.our_words and quote.source_id != quote.paper_id:
            text = f"the quote stands in {quote.paper_id} and is given to {quote.source_id}"
            yield finding("wrong-paper", text, at=[place], claims=[claim_id], evidence=quote.text)
        if quote.end - quote.start != len(quote.text):
            text = f"the quote has {len(quote.text)} characters, its place {quote.end - quote.start}"
            yield finding("altered-text", text, at=[place], claims=[claim_id], evidence=quote.text)
    yield from _odd(quotes, lambda q: q.text_hash, lambda q: q.paper_id, "wrong-paper", "its text is that of {}")
    yield from _odd(
        quotes, lambda q: (q.text_hash, q.start, q.end), _work, "wrong-paper", "elsewhere its sentence is of {}"
    )
    yield from _odd(
        quotes, lambda q: (q.text_hash, q.start, q.end), lambda q: q.text, "altered-text", "elsewhere it reads: {}"
    )
    yield from _overlapping(quotes)


def _log(brief: Brief) -> Iterator[Finding]:
    """The log of the search against itself: kept works stand first, and as many are there as are counted."""
    candidates = brief.retrieval.candidates
    kept = [n for n, c in enumerate(candidates) if c.kept]
    for n in (n for n in kept if n >= len(kept)):
        text = f"{candidates[n].paper_id} is kept, and stands in the log behind works that were dropped"
        yield finding("fabricated-citation", text, at=[f"/retrieval/candidates/{n}"])
    counted = brief.counters
    if counted and (counted.papers_seen, counted.papers_kept) != (len(candidates), len(kept)):
        text = f"{counted.papers_seen} works are counted as seen and {counted.papers_kept} as kept; the log has {len(candidates)} and {len(kept)}"
        yield finding("fabricated-citation", text, at=["/counters", "/retrieval/candidates"])


def _work(quote: Quote) -> str:
    return f"{quote.source_id}, read in {quote.paper_id}"


def _odd(
    quotes: list[tuple[str, str, Quote]],
    key: Callable[[Quote], Hashable],
    value: Callable[[Quote], str],
    code: str,
    said: str,
) -> Iterator[Finding]:
    """Quotes that agree with others in ``key`` and differ in ``value`` from most of them, or from some if there is no majority."""
    groups: dict[Hashable, list[tuple[str, str, Quote]]] = defaultdict(list)
    for row in quotes:
        groups[key(row[2])].append(row)
    for rows in groups.values():
        counted = Counter(value(q) for _, _, q in rows)
        if len(counted) < 2:
            continue
        (most, often), (_, second) = counted.most_common(2)
        for place, claim_id, quote in rows:
            mine = value(quote)
            if mine != most or often == second:
                other = next(v for v in counted if v != mine)
                text = "a quote that the record has twice: " + said.format(other)
                yield finding(code, text, at=[place], claims=[claim_id], evidence=quote.text)


def _overlapping(quotes: list[tuple[str, str, Quote]]) -> Iterator[Finding]:
    """Two sentences of one text that overlap and are not one: one of them stands elsewhere. Parts of one table may overlap."""
    by_text: dict[str, dict[tuple[int, int], tuple[str, str, Quote]]] = defaultdict(dict)
    for row in quotes:
        if row[2].depth == "table":
            continue
        by_text[row[2].text_hash].setdefault((row[2].start, row[2].end), row)
    for rows in by_text.values():
        spans = sorted(rows)
        for (start, end), (then, after) in pairwise(spans):
            if then < end:
                both = [rows[start, end], rows[then, after]]
                text = f"two quotes of one text overlap ({start} to {end}, {then} to {after}): one of them does not stand there"
                yield finding("wrong-paper", text, at=[b[0] for b in both], claims=[b[1] for b in both])


def of_attribution(brief: Brief) -> Iterator[Finding]:
    """Sentences that the claims of the record give word for word, and that name other claims than those that give them."""
    again: dict[str, list[tuple[str, ...]]] = defaultdict(list)  # two works may hold one sentence word for word
    for sentence in answer(brief.answering, brief.aspects, brief.downgraded).sentences():
        if sentence.claim_ids:
            again[sentence.text].append(sentence.claim_ids)
    for claim in brief.answering:
        if claim.text in again:
            again[claim.text].append((claim.id,))
    for said in brief.said:
        mine, givers = said.sentence.claim_ids, again.get(said.sentence.text, [])
        if not (mine and givers) or said.sentence.measurement_ids or any(set(mine) == set(right) for right in givers):
            continue
        if all(i in brief.claim for i in mine):
            right = givers[0]
            text = f"the sentence names {', '.join(mine)}; it follows from {', '.join(right)}"
            both = [i for i in (*mine, *right) if (i in mine) != (i in right)]
            yield finding("wrong-paper", text, at=[said.at], claims=both, evidence=said.sentence.text)


def of_topics(brief: Brief) -> Iterator[Finding]:
    """Sentences and tables that rest on claims which do not speak to the question."""
    off = {c.id: c for c in brief.cited if not relevance_of(c, brief.aspects)}
    for claim in off.values():
        places = [said.at for said in brief.said if claim.id in said.sentence.claim_ids]
        text = f"{claim.id} of {claim.quote.source_id} speaks of nothing that the question asks for"
        yield finding(
            "off-topic-source", text, at=[brief.place(claim.id), *places], claims=[claim.id], evidence=claim.quote.text
        )


def taken_back(paper: Paper) -> str:
    """What of a work's own entry says that it was retracted or withdrawn; empty where nothing does."""
    if paper.venue and _SAID.search(paper.venue):
        return paper.venue
    return paper.retracted or (paper.title if _MARKED.search(paper.title) else "")


def of_retractions(brief: Brief) -> Iterator[Finding]:
    """What the answer rests on of works that were taken back."""
    candidates = brief.retrieval.candidates
    gone = {i: c.reason for c in candidates if c.reason.startswith(RETRACTED) or _SAID.search(c.reason) for i in c.ids}
    gone |= {i: c.title for c in candidates if _MARKED.search(c.title) for i in c.ids}
    gone |= {p.id: said for p in brief.papers if (said := taken_back(p))}
    for claim in brief.cited:
        works = [i for i in dict.fromkeys((claim.quote.source_id, claim.quote.paper_id)) if i in gone]
        if works:
            places = [said.at for said in brief.said if claim.id in said.sentence.claim_ids]
            text = f"{claim.id} is of {works[0]}, which was taken back"
            yield finding(
                "retracted-source",
                text,
                at=[brief.place(claim.id), *places],
                claims=[claim.id],
                evidence=gone[works[0]],
            )
