"""Works that should not be cited: of another subject, or taken back."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random

from .foreign import FOREIGN
from .parts import (
    add_claim,
    add_work,
    candidate,
    checked,
    cited,
    cited_sentences,
    claims_of,
    evidence_of,
    listed,
    new_claim,
    pick,
    said,
    sentence,
    source,
    works_cited,
)
from .plant import Json, Made, Variant

# ``sovereign.sources.RETRACTED`` begins the reason of a candidate that was taken back: what a published record shows.
_DROPPED = "dropped: retracted (doi:10.5555/notice.{} of 2025: the results cannot be reproduced)"


def _foreign(data: Json, rng: Random) -> tuple[Json, tuple[str, ...]] | None:
    """A work of another subject with one claim, added to papers, candidates and claims: the claim, and where they are."""
    like, paper = pick(rng, cited(data)), pick(rng, data["papers"])
    if like is None or paper is None:
        return None
    work = rng.choice(FOREIGN)
    facts = {
        "id": f"doi:{work.doi}",
        "title": work.title,
        "authors": list(work.authors),
        "year": work.year,
        "venue": work.venue,
    }
    kept = {key: value for key, value in copy.deepcopy(paper).items() if key not in ("retracted", "version")}
    more: Json = {
        "doi": work.doi,
        "arxiv_id": None,
        "url": f"https://doi.org/{work.doi}",
        "topics": [],
        "location": f"{work.doi[8:]}.md",
    }
    places = add_work(data, kept | facts | more)
    claim = new_claim(data, like[1], f"doi:{work.doi}", rng.choice(work.sentences))
    return claim, (*places, add_claim(data, claim))


def _transplanted(data: Json, rng: Random, others: Sequence[Json]) -> tuple[Json, tuple[str, ...]] | None:
    """A work of another record with one of its claims, of those that share fewest words with this question: as above."""
    like = pick(rng, cited(data))
    terms = {t for f in data["plan"]["facets"] for t in f["terms"]} | {data["question"].lower()}
    mine = {i for c in data["retrieval"]["candidates"] if c["kept"] for i in (c["paper_id"], *c.get("also", ()))}
    found = []
    for other in others:
        works = {p["id"]: p for p in other["papers"]}
        for _, claim in cited(other):
            if (work := works.get(source(claim))) is not None and work["id"] not in mine:
                text = f"{claim['text']} {work['title']}".lower()
                found.append((sum(term in text for term in terms), text, work, claim))
    # Only what shares no word of the question: another would be no defect.
    chosen = pick(rng, sorted((f for f in found if f[0] == 0), key=lambda f: f[1]))
    if chosen is None or like is None:
        return None
    _, _, work, donor = chosen
    places = add_work(data, copy.deepcopy(work))
    quote = donor["quote"]
    claim = new_claim(data, like[1], work["id"], donor["text"], quote["text_hash"])
    claim["quote"] |= {key: quote[key] for key in ("start", "end", "section", "depth", "where", "seen", "our_words")}
    for entry in claim["verification"]["evidence"]:
        entry["quote"] = copy.deepcopy(claim["quote"])
        entry["checks"][0]["reason"] = f"stands at {quote['start']}..{quote['end']} of the stored text"
    return claim, (*places, add_claim(data, claim))


def _own_sentence(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    found = _foreign(data, rng)
    if found is None:
        return None
    claim, places = found
    return Made((*places, said(data, sentence(claim["text"], [claim["id"]]))), (claim["id"],))


def _of_other_record(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    found = _transplanted(data, rng, others)
    if found is None:
        return None
    claim, places = found
    return Made((*places, said(data, sentence(claim["text"], [claim["id"]]))), (claim["id"],))


def _joined(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The foreign claim stands beside the others of a sentence that says nothing of it."""
    spot, found = pick(rng, cited_sentences(data)), _foreign(data, rng)
    if spot is None or found is None:
        return None
    claim, places = found
    spot[1]["claim_ids"].append(claim["id"])
    return Made((*places, spot[0]), (claim["id"],))


def _in_facet(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """In a facet, as relevant as the best claim and as well ranked as the best work."""
    facet, found = pick(rng, listed(data, "answer", "facets")), _foreign(data, rng)
    if facet is None or found is None:
        return None
    claim, places = found
    claim["relevance"] = max(c["relevance"] for c in data["claims"])
    data["retrieval"]["candidates"][-1]["score"] = max(c["score"] for c in data["retrieval"]["candidates"])
    facet[1]["sentences"].append(sentence(claim["text"], [claim["id"]]))
    return Made((*places, f"{facet[0]}/sentences/{len(facet[1]['sentences']) - 1}"), (claim["id"],))


def _titled_alike(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The work's title speaks of the question; what is cited of it does not."""
    found = _foreign(data, rng)
    if found is None:
        return None
    claim, places = found
    title = f"On {data['plan']['facets'][0]['text']}: Methods and Cases"
    data["papers"][-1]["title"] = data["retrieval"]["candidates"][-1]["title"] = title
    return Made((*places, said(data, sentence(claim["text"], [claim["id"]]))), (claim["id"],))


def _as_evidence(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    """The foreign claim is cited, and is counted as evidence for another one too."""
    spot, made = pick(rng, checked(data)), _own_sentence(data, rng, others)
    if spot is None or made is None:
        return None
    spot[1]["verification"]["evidence"].append(
        evidence_of(data["claims"][-1], "independent", "SUPPORT", "the same direction")
    )
    return Made((*made.places, spot[0]), (*made.claim_ids, spot[1]["id"]))


def _marked(data: Json, rng: Random, where: str) -> Made | None:
    """A cited work with a mark of its retraction, in its paper, its candidate, or the title of either."""
    found = [(p, w, candidate(data, w["id"])) for p, w in works_cited(data)]
    spot = pick(rng, [f for f in found if f[2] is not None])
    if spot is None or spot[2] is None:
        return None
    (place, paper, (at, entry)), number = (spot[0], spot[1], spot[2]), rng.randint(100, 999)
    if where == "paper":
        paper["retracted"] = (
            rng.choice(("retracted by the publisher", "withdrawn by its authors")) + f" (notice {number})"
        )
    elif where == "dropped":
        entry.update({"kept": False, "reason": _DROPPED.format(number)})
    elif where == "kept":
        entry["reason"] = _DROPPED.format(number)
    elif where == "title":
        paper["title"] = rng.choice(("RETRACTED: ", "Retraction: ")) + paper["title"]
    elif where == "notice":
        mark = rng.choice(("[Retracted] ", "RETRACTED ARTICLE: ", "Retracted: ", "WITHDRAWN: ", "Retraction notice: "))
        paper["title"] = entry["title"] = mark + paper["title"]
    elif where == "candidate title":
        entry["title"] = "RETRACTED: " + entry["title"]
    else:
        paper["title"] += rng.choice((" (Retracted)", " [RETRACTED]", " – Retracted article"))
    return Made((place, at), claims_of(data, paper["id"]))


def _paper(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "paper")


def _dropped(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "dropped")


def _title(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "title")


def _kept(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "kept")


def _notice(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "notice")


def _candidate_title(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "candidate title")


def _end(data: Json, rng: Random, others: Sequence[Json]) -> Made | None:
    return _marked(data, rng, "end")


VARIANTS = (
    Variant("off-topic-source", "own-sentence", _own_sentence),
    Variant("off-topic-source", "of-other-record", _of_other_record),
    Variant("off-topic-source", "in-facet", _in_facet),
    Variant("off-topic-source", "joined", _joined, held_out=True),
    Variant("off-topic-source", "titled-alike", _titled_alike, held_out=True),
    Variant("off-topic-source", "as-evidence", _as_evidence, held_out=True),
    Variant("retracted-source", "paper", _paper),
    Variant("retracted-source", "dropped", _dropped),
    Variant("retracted-source", "title", _title),
    Variant("retracted-source", "kept", _kept, held_out=True),
    Variant("retracted-source", "notice", _notice, held_out=True),
    Variant("retracted-source", "candidate-title", _candidate_title, held_out=True),
    Variant("retracted-source", "end", _end, held_out=True),
)
