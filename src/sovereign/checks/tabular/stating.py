"""Which words of a clause make its statement where they stand: "A improved" states, "the improved A" narrows what is spoken of."""

from __future__ import annotations

import re

from sovereign.checks.ways import way_of
from sovereign.language.units import dimension, read_unit
from sovereign.language.verbs import AUXILIARIES, BASE, FINITE, MODALS, PARTICIPLES, PASTS
from sovereign.language.words import STOP, word_set

from .worded import Words

_NEAR = 25  # characters between a step's number and the comparative that belongs to it
# Words that carry a statement and narrow nothing: of presenting, of judging, and for what any table holds.
_PLAIN = word_set(
    """table tables tab result results work works comparison comparisons terms respect regard according case cases paper
    however moreover furthermore additionally similarly likewise conversely finally namely particular particularly especially
    specifically example whereas able though although despite perhaps therefore surprisingly unsurprisingly interestingly remarkably
    importantly see seen notice noticed conclude follow follows following shown showing presented presents listed lists given
    summarized summarizes summarised summarises illustrated illustrates depicted depicts demonstrate demonstrates demonstrated indicate
    indicates suggest suggests suggesting confirm confirms reveal reveals prove proves clear clearly evident significant significantly
    substantially considerably dramatically greatly largely slightly marginally notably strong strongly quite bit somewhat necessarily
    competitive consistently exactly precisely only even still already again far well always generally mostly actually indeed others
    model models method methods system systems approach approaches network networks baseline baselines architecture architectures
    framework frameworks algorithm algorithms dataset datasets set sets task tasks subtask subtasks metric metrics measure measures
    score scores quality performance performances number numbers value values figure figures
    s i e g t don doesn didn isn aren wasn weren"""
)
# Of these, what would tell one thing from another where it stands before a name.
_JUDGING = word_set("clear evident significant competitive particular following given")
# Only before words for results or for steps do these narrow nothing: "good results", "a large margin".
_SIZES = word_set("good high low large small big wide huge poor")
_SIZED = word_set("result results performance performances score scores quality")
# Only all of them together narrow nothing: "in both settings".
_WHERE = word_set("settings aspects conditions categories scenarios criteria types")
# What came earlier, of no one: "the previous results", but "the previous A" is another A.
_EARLIER = word_set("previous prior existing published proposed current last best state art competing")
# What says of which kind a name is, right behind it: "the SQuAD corpus", but not "with a corpus".
_KIND = word_set("data corpus corpora benchmark benchmarks collection")
_STEPS = word_set(
    """point points percent percentage pp absolute relative margin margins amount gain gains improvement improvements increase
    increases decrease decreases drop drops reduction reductions gap gaps difference differences factor times fold boost decline"""
)
_MEANS = word_set("average averages averaged mean")
_NUMERALS = word_set("two three four five six seven eight nine ten")
_ORDINALS = word_set("second third fourth")
_QUANTITIES = word_set("more most less least few fewer")
# Before a name these make it another thing: "another A", "most A".
_OTHER = word_set("another other others some such any each every same own near almost no non")
# "Over 81" is not 81, and what almost holds does not; "nearly 81" and "almost the same" are said of figures.
_SHORT_OF = word_set("almost nearly once")
_BOUNDS = word_set("over above under below beyond") | _SHORT_OF
_PREPOSITIONS = word_set("with without on of from by for in at after before using given under through via")
_SUBJECTS = word_set("we they it this these those that which who both all each also not t only and")
_LEADS = AUXILIARIES | {"and", "by", "as", "still", "despite", "best", "while", "only"}
_BREAKS = re.compile(r"[;:]|\b(?:and|that|which|who|as|when|while|to)\b")
# Behind these stands what something is held against.
AGAINST = re.compile(r"\b(?:compar\w+|contrast\w*|relative|than|versus|vs|against|over)\b", re.IGNORECASE)


def states(words: Words, i: int) -> bool:
    """Whether a word is one that a statement is made of, where it stands."""
    before, word, after = (words.word(k) for k in (i - 1, i, i + 1))
    if any(c.isdigit() for c in word):
        return False
    read, attribute = words.is_read(i), words.in_thing(i + 1) and "," not in words.joint(i)
    if word in _OTHER and (attribute or words.in_name(i + 1)) and not read:
        return False
    if word in _BOUNDS and (after[:1].isdigit() or word in _SHORT_OF):
        return word in _SHORT_OF and (
            after[:1].isdigit() or after in ("all", "every", "the") or way_of(after) is not None
        )
    if word in AUXILIARIES or word in MODALS:
        return True
    if word in _ORDINALS:
        return after in ("best", "highest", "lowest", "worst", "fastest", "slowest")
    if word in _NUMERALS:
        return not attribute and before not in ("with", "without", "after")
    if word == "without":
        return words.compares
    if word in ("ahead", "behind"):
        return words.compares or bool(words.steps)
    if word == "strong" or (word == "proposed" and before == "our"):
        return True
    if word in _JUDGING and attribute:
        return False
    if word in _SIZES and (after in _SIZED or (after in _STEPS and (words.steps or words.compares))):
        return True
    if word in _WHERE:
        return bool({before, words.word(i - 2)} & {"all", "both", "every"})
    if word in _EARLIER and (after in _EARLIER | _PLAIN or _is_state_of_the_art(words, i)):
        return not attribute
    if word in _QUANTITIES or (way_of(word) and word not in STOP | FINITE | BASE | PARTICIPLES):
        return _compares(words, i) or (word in _STEPS and bool(words.steps))
    if word in STOP or word in _PLAIN:
        return True
    if word in _MEANS and words.averages:
        placed = before in _PREPOSITIONS and words.in_name(i + 1) and "," not in words.joint(i)
        return not attribute and not placed and after != "of"
    if word in _STEPS and (words.steps or words.compares):
        return True
    if word in _KIND:  # "data set", too
        return words.in_name(i - 1) or after in ("set", "sets")
    if word in ("base", "lines") and "base lines" in f"{before} {word} {after}":
        return True
    if (unit := read_unit(word, 0).name) and dimension(unit) in words.units:
        return True
    if read and not attribute and before not in _PREPOSITIONS and (after != "of" or not words.in_thing(i + 2)):
        return True
    return _is_verb(words, i) or (way_of(word) is not None and _compares(words, i))


def _compares(words: Words, i: int) -> bool:
    """Whether a comparative was read, or belongs to a step; before a name, "the larger A", it narrows."""
    token, after = words.tokens[i], words.word(i + 1)
    if words.in_thing(i + 1) or (after == "of" and words.in_thing(i + 2)):
        return False
    if after == "than" or (words.word(i - 1) == "at" and after[:1].isdigit()):
        return True
    if words.word(i - 1) in _PREPOSITIONS and not AGAINST.search(words.claim[token.end : words.clause.end]):
        return token.text.lower() == "most" and words.compares and not words.in_name(i + 1)
    if words.is_read(i):
        return True
    if words.compares and (way := way_of(token.text.lower())) and way.axis == "same":
        return True
    return any(min(abs(token.start - end), abs(start - token.end)) <= _NEAR for start, end in words.steps)


def _is_verb(words: Words, i: int) -> bool:
    """Whether a word is the verb of a predicate; before a name, or where another verb follows, it is an attribute."""
    word, before = words.tokens[i].text.lower(), words.word(i - 1)
    if word in BASE and (before in MODALS or before in {"do", "does", "did", "we", "they"}):
        return True
    if word in BASE and before in _SUBJECTS:
        return not words.in_thing(i + 1) or (before not in ("and", "that") and words.is_read(i))
    if word in BASE:
        return i > 0 and _plural_before(words, i)
    if word in PARTICIPLES:
        leads = "," in words.joint(i - 1) or before in _LEADS or before.endswith("ly")
        return leads and "," not in words.joint(i) and (words.is_read(i) or not words.in_thing(i + 1))
    if word not in FINITE:
        return False
    if word not in PASTS:
        return before not in _PREPOSITIONS and (i > 0 or not words.in_thing(i + 1))
    if before in AUXILIARIES or before == "as":
        return True
    subject = words.in_name(i - 1) or before in _SUBJECTS | _PLAIN
    return subject and "," not in words.joint(i - 1) and not _other_verb(words, i)


def _plural_before(words: Words, i: int) -> bool:
    """Whether a base form has several things before it, of which the last stands right there: "A and B reach"."""
    before = words.word(i - 1)
    if before.endswith("s") and before in _PLAIN and len(before) > 1:
        return True
    ahead = words.claim[words.clause.start : words.tokens[i].start]
    return words.in_name(i - 1) and re.search(r"\b(?:and|both|all|two|three)\b|/", ahead) is not None


def _other_verb(words: Words, i: int) -> bool:
    """Whether the clause has another verb with no joint between: "A reduced … reaches", "reaches … reduced"."""
    mine = words.tokens[i]
    for other in (t for t in words.tokens if t is not mine and t.text.lower() in FINITE):
        first, second = sorted((mine, other), key=lambda t: t.start)
        if not _BREAKS.search(words.claim[first.end : second.start]):
            return True
    return False


def _is_state_of_the_art(words: Words, i: int) -> bool:
    return "state of the art" in " ".join(words.word(k) for k in range(i - 3, i + 4))
