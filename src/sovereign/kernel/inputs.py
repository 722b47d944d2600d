"""What the stage *answer* was given beside the claims, kept with a published record so that it can be made again exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from sovereign.contracts.published import INPUTS
from sovereign.errors import StoreError
from sovereign.lab.overhead.evidence import Evidence
from sovereign.records import Document, Event, Model, canonical_json


class AnswerInputs(Model):
    """The documents that were read, what the laboratory had, and the texts that a revision struck."""

    documents: tuple[Document, ...]
    found: Evidence = Evidence()
    struck: tuple[str, ...] = ()


def keep_inputs(inputs: AnswerInputs, put: Callable[[bytes], str]) -> str:
    """Store the texts and the rest, each by its hash; the hash of the rest. A document leads to its text by ``text_hash``."""
    for document in inputs.documents:
        put(document.text.encode("utf-8"))
    documents = [d.model_dump(mode="json", exclude={"text"}, exclude_defaults=True) for d in inputs.documents]
    rest = inputs.model_dump(mode="json", exclude={"documents"}, exclude_defaults=True)
    return put(canonical_json({"documents": documents, **rest}))


def inputs_of(record_id: object, events: Iterable[Event], get: Callable[[str], bytes]) -> AnswerInputs | None:
    """What was kept for a record; None where nothing was, or where a part of it is not there any more."""
    told = [e for e in events if e.kind == INPUTS and e.subject == str(record_id)]
    if not told:
        return None
    try:
        data: dict[str, Any] = json.loads(get(str(told[0].payload.get("artifact"))))
        for document in data["documents"]:
            document["text"] = get(document["text_hash"]).decode("utf-8")
        return AnswerInputs.model_validate(data)
    except (StoreError, ValidationError, ValueError, KeyError, TypeError):
        return None
