"""Proposals of the stage *answer*: other words for the sentences of its abstract.

Each sentence stands by itself: a rewording that fails a check leaves the sentence of our rules in its place. It may cite nothing
more, bring no figure and no name, and must say the same: every word that carries or limits a statement stays. Where the sentence compares,
our own checks must read the same comparison out of the new words; elsewhere the words keep their order.
"""

from __future__ import annotations

from collections.abc import Mapping

from sovereign.checks import judge
from sovereign.checks.view import view
from sovereign.language.comparisons import parse
from sovereign.language.words import content_stems, tokens, word_set
from sovereign.models.chat import Ask, Passage, Prompt
from sovereign.records import Answer, AnswerSentence, Claim, StageUse

from ..originality import Sources, near_copy
from .schemas import SentenceProposal, WordingProposal
from .tally import figures_of, is_order, one_line, stems_in_order, use_of

STAGE = "answer"
SHORTEST, LONGEST = 0.5, 1.5  # of the length in characters of the sentence that is replaced
NO_SENTENCE, TWICE = "no sentence of that number", "a second wording of one sentence"
NO_IDS, OTHER_IDS, SAME = "no claim id", "claim ids that the sentence does not have", "the same words"
LENGTH, ORDER, FIGURES = "too short or too long", "an order", "other figures"
NAMES, COPY, AGAINST = "a name that is not in the evidence", "a near-copy of a source", "contradicts the evidence"
BOUNDS, MARKUP, UNSUPPORTED = (
    "other words of extent or doubt",
    "signs that are not in the evidence",
    "does not say the same",
)
# Words that join a sentence and state nothing.
_CONNECTING = content_stems("""
    according also among both case cases comparison compared either evidence find finds found following further hence here
    measured namely observed overall respectively say says said sentence show shows source sources state states such
    therefore thus together well while whereas work works""")  # fmt: skip
_DENIALS = word_set("not no never without nor neither cannot none hardly fails fail failed lacks lack")
# Words that bound a statement: how many, how much, how sure, when.
_BOUNDS = word_set(
    "least most up about over under above below nearly almost roughly some few several every each all any only even may might can could "
    "would should must both half between than more less fewer except unless if when whether always often rarely sometimes one two three four "
    "five six seven eight nine ten once twice single"
)
_MARKS = frozenset(".,;:!?'\"()- ")
INSTRUCTIONS = """\
You improve the wording of an abstract. Each passage S1, S2, … is one sentence of it, with the ids of its claims in the task; each \
passage C… is the text of a claim. Rewrite a sentence only where you can make it clearer. Say exactly the same: keep every \
figure with its unit, every name, which side is compared with which, and every "not". Bring in nothing new. Give for each \
rewritten sentence its number, the new text, and the ids of its claims."""


def propose(
    answer: Answer, claims: Mapping[str, Claim], sources: Sources, question: str, ask: Ask
) -> tuple[Answer, StageUse]:
    """The answer with the sentences of its abstract reworded where that stood the checks. No wording is a near-copy of ``sources``.

    Sentences about the record alone, and those that rest on measurements alone, are left as they are.
    """
    places = [n for n, s in enumerate(answer.abstract) if s.claim_ids and not s.of_record]
    numbered = {n: answer.abstract[place] for n, place in enumerate(places, 1)}
    if not numbered:
        return answer, StageUse(stage=STAGE, mode="embedded", reason="no sentence of the abstract rests on a claim")
    proposal = ask(_prompt(numbered, claims, question), WordingProposal)
    if proposal is None:
        return answer, use_of(STAGE, (), answered=False)
    fates, new = list[str](), dict[int, AnswerSentence]()
    for offered in proposal.sentences:
        old = numbered.get(offered.number)
        fate = TWICE if offered.number in new else NO_SENTENCE if old is None else flaw(offered, old, claims, sources)
        fates.append(fate)
        if old and not fate:
            changed = {"text": one_line(offered.text), "claim_ids": tuple(dict.fromkeys(offered.claim_ids))}
            new[offered.number] = old.model_copy(update=changed)
    replaced = {places[n - 1]: sentence for n, sentence in new.items()}
    abstract = tuple(replaced.get(n, s) for n, s in enumerate(answer.abstract))
    whole = len(new) == len(answer.abstract)
    return answer.model_copy(update={"abstract": abstract}), use_of(STAGE, fates, answered=True, whole=whole)


def _prompt(numbered: Mapping[int, AnswerSentence], claims: Mapping[str, Claim], question: str) -> Prompt:
    """Sentences hold words of sources, so they are passages, as the claims are."""
    ids = dict.fromkeys(i for s in numbered.values() for i in s.claim_ids)
    lines = [f"Question: {question}", *(f"S{n}: claims {', '.join(s.claim_ids)}" for n, s in numbered.items())]
    sentences = [Passage(f"S{n}", s.text) for n, s in numbered.items()]
    texts = [Passage(i, claims[i].text) for i in ids if i in claims]
    return Prompt(STAGE, "writer", INSTRUCTIONS, "\n".join(lines), (*sentences, *texts))


def flaw(offered: SentenceProposal, old: AnswerSentence, claims: Mapping[str, Claim], sources: Sources) -> str:
    """Why a rewording is dropped; empty if it may stand in the place of the ``old`` sentence."""
    text, before = one_line(offered.text), one_line(old.text)
    if not offered.claim_ids:
        return NO_IDS
    if not set(offered.claim_ids) <= set(old.claim_ids) & set(claims):
        return OTHER_IDS
    if text == before:
        return SAME
    if not SHORTEST * len(before) <= len(text) <= LONGEST * len(before):
        return LENGTH
    if is_order(text):
        return ORDER
    cited = [claims[i] for i in dict.fromkeys(offered.claim_ids)]
    evidence = [before, *(one_line(c.text) for c in cited)]
    # A figure stands for what it is a figure of: none may go, and none may come from another claim than those cited.
    if figures_of(text) not in (figures_of(before), frozenset().union(*map(figures_of, evidence[1:]))):
        return FIGURES
    if _names(text) - {w for e in evidence for w in tokens(e)}:
        return NAMES
    if {c for c in text if not c.isalnum()} - _MARKS - {*"".join(evidence)}:
        return MARKUP
    if near_copy(text, sources):
        return COPY
    if _turned(text, before) or any(judge(text, e).verdict == "CONTRADICT" for e in evidence):
        return AGAINST
    if _count(text, _BOUNDS) != _count(before, _BOUNDS):
        return BOUNDS
    said, known = content_stems(text), _CONNECTING.union(*map(content_stems, evidence))
    if not said <= known or not content_stems(before) - _CONNECTING <= said:
        return UNSUPPORTED
    # "A against B" and "B against A" have the same words: only what our checks can read may compare, and change places.
    supported = judge(text, before).verdict == "SUPPORT"
    if _order(text, before):
        read = parse(text)
        return "" if supported and read.results and read == parse(before) else UNSUPPORTED
    compares = any(r.comparator or r.direction for c in cited for r in c.results) or "against" in tokens(before)
    return UNSUPPORTED if compares and not supported else ""


def _names(text: str) -> frozenset[str]:
    """Words with a capital inside or after the beginning, or with a digit: what may be a name. Lower case."""
    words = text.split()
    marked = [w for n, w in enumerate(words) if any(c.isdigit() or c.isupper() for c in (w[1:] if n == 0 else w))]
    return frozenset(t for w in marked for t in tokens(w))


def _turned(text: str, before: str) -> bool:
    """Whether words of denial were added or left out, or words of change came in that point another way."""
    if len(_count(text, _DENIALS)) != len(_count(before, _DENIALS)):
        return True
    old, new = ({w.way for w in view(t).words if w.way and w.way.sign} for t in (before, text))
    return not new <= old


def _count(text: str, words: frozenset[str]) -> list[str]:
    """The words of a text that are among ``words`` or end in "n't", sorted."""
    return sorted(t for t in tokens(text) if t in words or t.endswith("n't"))


def _order(text: str, before: str) -> bool:
    """Whether the words that both have come in another order."""
    old, new = list(dict.fromkeys(stems_in_order(before))), list(dict.fromkeys(stems_in_order(text)))
    return [s for s in old if s in new] != [s for s in new if s in old]
