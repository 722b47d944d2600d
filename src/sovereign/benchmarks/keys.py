"""What a text around a number says of it: metric, data set, task, split, and the rest, which may name a method."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sovereign.records import Document

from .names import READ, Kind, find_names

_LANGUAGES = {
    "en": "En", "english": "En", "de": "De", "german": "De", "fr": "Fr", "french": "Fr", "ro": "Ro", "romanian": "Ro",
    "cs": "Cs", "czech": "Cs", "ru": "Ru", "russian": "Ru", "fi": "Fi", "finnish": "Fi", "tr": "Tr", "turkish": "Tr",
    "zh": "Zh", "chinese": "Zh", "ja": "Ja", "japanese": "Ja", "es": "Es", "spanish": "Es", "vi": "Vi",
    "vietnamese": "Vi", "lv": "Lv", "latvian": "Lv", "et": "Et", "estonian": "Et", "ar": "Ar", "arabic": "Ar",
    "it": "It", "italian": "It", "nl": "Nl", "dutch": "Nl", "hi": "Hi", "hindi": "Hi", "pt": "Pt", "portuguese": "Pt",
}  # fmt: skip
_LANGUAGE = "|".join(sorted(_LANGUAGES, key=len, reverse=True))
_PAIR = re.compile(rf"\b(?P<a>{_LANGUAGE})\s?(?:-+>?|–|—|→|⇒|->|2|\sto\s|/)\s?(?P<b>{_LANGUAGE})\b", re.IGNORECASE)
_PAIRED = ("WMT", "IWSLT", "Multi30K", "NIST")
_NAME_YEAR = r"[A-Z][\w'’´`-]{1,40}(?:\s(?:and|&)\s[A-Z][\w'’-]{1,40}|\set\.?\sal\s?\.?)?"
_CITATION = re.compile(
    rf"[(\[]\s?(?P<in>[^()\[\]]{{0,80}}\b(?:19|20)\d\d[a-z]?[^()\[\]]{{0,60}})[)\]]"
    rf"|\b(?P<run>{_NAME_YEAR}\s?,?\s?[(\[]?\s?(?:19|20)\d\d[a-z]?\s?[)\]]?)"
    r"|(?P<numbers>\[\s?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\s?\])"
)
_LEARNING = re.compile(r"\bpre\s?-?\s?train|\btraining (?!set|accuracy|error|loss)", re.IGNORECASE)
_LETTERED = re.compile(r"[^\W\d_]")
_FILLERS = re.compile(
    r"\b(?:the|on|of|for|in|set|sets|results?|scores?|dataset|data|corpus|task|our|english|dev|test|and|with|at|to|avg|\w)\b|[\W_]+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What one text says: canonical names by kind in order of mention, a pair of languages, whom it cites, and ``rest``,
    the text without names and citations."""

    names: tuple[tuple[Kind, str], ...]
    pair: str | None
    credited: str | None
    rest: str

    def of(self, kind: Kind) -> tuple[str, ...]:
        """The names of one kind, each once."""
        return tuple(dict.fromkeys(name for k, name in self.names if k == kind))

    @property
    def plain(self) -> bool:
        """Whether it says nothing but names of the vocabulary."""
        return bool(self.names or self.pair) and not _FILLERS.sub("", self.rest)


@lru_cache(maxsize=65536)
def said(text: str) -> Said:
    """What a header, a caption or a sentence says."""
    text = text[:READ]
    cited = _CITATION.search(text)
    found = find_names(text)
    pair = language_pair(text)
    learning = _LEARNING.search(text) is not None  # "pre-training" is no part of a data set
    names = tuple((n.kind, n.canonical) for n in found if not (learning and n.canonical == "train"))
    rest = list(text)
    for name in found:
        rest[name.start : name.end] = " " * (name.end - name.start)
    if match := _PAIR.search(text):
        rest[match.start() : match.end()] = " " * (match.end() - match.start())
    return Said(names, pair, credit(cited) if cited else None, method_name("".join(rest)))


def paired(dataset: str, pair: str | None) -> str:
    """A data set of translation with its languages: "WMT 2014 En-De"."""
    return f"{dataset} {pair}" if pair and dataset.startswith(_PAIRED) and pair not in dataset else dataset


def language_pair(text: str) -> str | None:
    """The languages of a translation: "English-German" and "En→De" are "En-De"."""
    match = _PAIR.search(text)
    if match is None or match["a"].lower() == match["b"].lower():
        return None
    return f"{_LANGUAGES[match['a'].lower()]}-{_LANGUAGES[match['b'].lower()]}"


def credit(match: re.Match[str]) -> str:
    """Whom a citation names, tidied: "Collobert et al., 2011", "[12]"."""
    text = match["in"] or match["run"] or match["numbers"]
    text = re.sub(r"\s+([.,;)])", r"\1", " ".join(text.split()))
    return text if match["numbers"] else re.sub(r"\s*[(\[]\s*", " ", text).strip("()[] ,;")


def method_name(header: str) -> str:
    """A header as the name of a method: without citations, empty brackets, footnote marks."""
    text = _CITATION.sub(" ", header[:READ])
    text = re.sub(r"[(\[]\s*[)\]]|[†‡§¶*↑↓♣♠♦♥]", " ", text)
    return " ".join(text.split()).strip(" ,;:|-–—")


def lettered(text: str) -> bool:
    """Whether a text has a letter: a header of figures alone names nothing."""
    return _LETTERED.search(text) is not None


_METHODS = re.compile(
    r"\b(?:ours?|this (?:work|paper)|baselines?|models?|systems?|methods?|et\s?al|w/o?|without|ensemble|single|attention|"
    r"LSTM|GRU|RNN|CNN|CRF|HMM|SVM|MLP|GAN|BERT|GPT|Transformer|ResNet|VGG|Net|LoRA|fine-?tun\w*|pre-?train\w*|parser|tagger)\b|\w\s?\+\s?\w"
)


def like_a_method(header: str) -> bool:
    """Whether a header looks like a method's name: it cites somebody, is "ours", or names an architecture."""
    return _METHODS.search(header) is not None or said(header).credited is not None


_OURS = re.compile(
    r"^(?:\W*(?:ours?|our (?:\w+ )?(?:model|method|approach|system|work|results?)s?|this (?:work|paper|study)|"
    r"(?:the )?proposed(?: \w+)?)\W*)$",
    re.IGNORECASE,
)
_TITLED = re.compile(r"^(?P<name>[^\s:]*[A-Z0-9][^\s:]*(?:\s[^\s:]+){0,2})\s?:\s")
_COINED = re.compile(
    r"\b(?:we|this (?:paper|work))\s+(?:\w+ly\s)?(?:propose|present|introduce|develop|describe)s?\b[^.]{0,120}?"
    r"(?:,?\s(?:called|named|dubbed|termed|namely|which we (?:call|name))\s(?:the\s)?(?P<called>[A-Z][\w+-]*[\w])"
    r"|\(\s?(?P<short>[A-Z][\w+-]*[A-Z][\w+-]*)\s?\)"
    r"|(?:propose|present|introduce)s?\s(?P<own>[A-Z][\w+-]*[A-Z][\w+-]*)\b)"
)


def is_ours(name: str) -> bool:
    """Whether a header means the paper's own method without naming it: "Ours", "This work", "our model"."""
    return _OURS.match(name) is not None


def coined_name(document: Document) -> str | None:
    """What a paper calls its own method, from its title ("BERT: …") or its first sentences ("we introduce X")."""
    if match := _TITLED.match(document.paper.title):
        return match["name"]
    first = document.text[: document.sentences[min(15, len(document.sentences) - 1)].end] if document.sentences else ""
    if match := _COINED.search(" ".join(first.split())):
        return match["called"] or match["short"] or match["own"]
    return None
