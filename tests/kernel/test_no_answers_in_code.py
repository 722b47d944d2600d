"""The code knows nothing of its first question: no title, no method, no figure of the library stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from sovereign.records import seed_claims

PACKAGE = Path(str(files("sovereign")))
# Models that many papers measure on: a vocabulary of model families may name them.
FAMILIES = frozenset(["BERT", "GPT-3", "OPT", "Pythia", "LLaMA", "Llama", "Mixtral", "TinyLlama", "OLMoE"])


def sources(*packages: str) -> Iterator[tuple[str, str]]:
    for package in packages:
        for path in sorted((PACKAGE / package).rglob("*")):
            if path.suffix in (".py", ".toml"):
                yield str(path.relative_to(PACKAGE)), path.read_text("utf-8")


def names() -> list[str]:
    """Names of methods, as the titles of the library give them: before a colon, or in brackets."""
    found = {"LoRA"}
    for path in (PACKAGE / "data" / "starter_library").glob("*.md"):
        parts = path.read_text("utf-8").split("---")
        if len(parts) > 2 and isinstance(front := yaml.safe_load(parts[1]), dict):
            found |= set(re.findall(r"^([\w+-]+): ", front["title"]) + re.findall(r"\(([\w+-]+)\)", front["title"]))
    return sorted(n for n in found - FAMILIES if re.search(r"\w[A-Z]", n))


def test_there_are_names_to_look_for():
    assert {"LoRA", "MixLoRA", "QLoRA", "GaLore"} <= set(names())
    assert len(names()) > 20


@pytest.mark.parametrize("package", ["kernel", "checks", "language"])
def test_no_method_of_the_library_is_named(package: str):
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, names())) + r")\b")
    found = [
        f"{where}:{text[: m.start()].count(chr(10)) + 1}: {m[0]}"
        for where, text in sources(package)
        for m in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("package", ["kernel", "checks", "language"])
def test_the_wording_of_the_question_is_not_in_the_code(package: str):
    words = re.findall(r"\w+", seed_claims().question.lower())
    phrases = [" ".join(words[i : i + 4]) for i in range(len(words) - 3)] + ["expert bridging"]
    for where, text in sources(package):
        plain = " ".join(re.findall(r"\w+", text.lower()))
        assert [p for p in phrases if p in plain] == [], where


def test_the_question_stands_in_one_place():
    start = seed_claims().question[:60]
    holders = [
        str(p.relative_to(PACKAGE))
        for p in PACKAGE.rglob("*")
        if p.suffix in (".py", ".toml", ".json", ".j2") and start in p.read_text("utf-8")
    ]
    assert holders == ["records/seed.json"]
