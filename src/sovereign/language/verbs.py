"""Verbs of result sentences in the forms that open a predicate.

A closed list: an unknown verb leaves a sentence without a frame, where a guessed one would give it a wrong subject.
"""

from __future__ import annotations

from .words import word_set

_BASES = word_set(
    """need use require take consume occupy cost spend pay demand reach achieve attain obtain score average run process
    serve train tune generate decode perform lower reduce cut decrease drop fall shrink compress trim shorten halve
    save eliminate avoid remove raise increase improve add grow rise gain double triple boost lift accelerate leave
    speed slow enhance lose exceed outperform beat surpass top trail lag lead match equal approach underperform keep
    preserve retain maintain remain stay hold sustain give get make have bring yield show deliver provide offer
    enable allow let introduce incur impose induce cause peak fit span range vary lie stand sit come converge scale
    change differ worsen degrade hurt help update store read complete finish respond return detect find learn forget
    report claim credit attribute ascribe trace count estimate measure observe note quote print predict accept reject
    cover include contain fail succeed work limit affect depend determine mean inhibit promote suppress account
    suffer benefit win offset activate decompress encode parse render sort ingest send receive transmit compile
    execute encrypt decrypt retrieve insert infer"""
)
# Base, third person, past, -ing form, where the rules below would give another.
_IRREGULAR_FORMS = """
    have has had having|be is was being|take takes took taking|run runs ran running|fall falls fell falling
    rise rises rose rising|grow grows grew growing|give gives gave giving|get gets got getting|make makes made making
    keep keeps kept keeping|bring brings brought bringing|hold holds held holding|lead leads led leading
    come comes came coming|lose loses lost losing|find finds found finding|win wins won winning
    spend spends spent spending|pay pays paid paying|stand stands stood standing|lie lies lay lying
    sit sits sat sitting|cut cuts cut cutting|cost costs cost costing|hurt hurts hurt hurting|let lets let letting
    beat beats beat beating|show shows showed showing|learn learns learnt learning|drop drops dropped dropping
    trim trims trimmed trimming|fit fits fitted fitting|lag lags lagged lagging|top tops topped topping
    span spans spanned spanning|shrink shrinks shrank shrinking|mean means meant meaning|read reads read reading
    forget forgets forgot forgetting|speed speeds sped speeding|offset offsets offset offsetting
    send sends sent sending|leave leaves left leaving|transmit transmits transmitted transmitting
"""
_IRREGULAR: dict[str, tuple[str, ...]] = {
    forms[0]: tuple(forms[1:])
    for line in _IRREGULAR_FORMS.strip().splitlines()
    for forms in (entry.split() for entry in line.split("|"))
}
# Past forms that are adjectives or passives far more often than verbs ("trained models", "used by").
_PARTICIPIAL = word_set(
    """used trained tuned generated limited compressed accelerated included contained stored covered read measured
    printed enhanced estimated predicted updated claimed activated decompressed encoded"""
)
# -ing forms that name a thing far more often than they open a clause.
_NOMINAL = word_set("training tuning decoding meaning reading finding including leading encoding")


def third_person(verb: str) -> str:
    """The form for he, she and it: carry -> carries, reach -> reaches, have -> has."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][0]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def past(verb: str) -> str:
    """The simple past: reduce -> reduced, carry -> carried, take -> took."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][1]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def participle(verb: str) -> str:
    """The -ing form: reduce -> reducing, cut -> cutting, lie -> lying."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb][2]
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


AUXILIARIES = word_set("is are was were has have had do does did")
MODALS = word_set("can could may might will would must should to")

# A base form ("use", "cost") is as often a noun: it opens a predicate only after a plural subject or a modal verb.
BASE = _BASES
PASTS = frozenset(map(past, BASE)) - BASE
FINITE = frozenset(map(third_person, BASE)) | (PASTS - _PARTICIPIAL) | (AUXILIARIES - {"have"})
PARTICIPLES = frozenset(map(participle, BASE)) - _NOMINAL
