"""``answer`` and ``measurement``: two parts of a record as documents of their own."""

from __future__ import annotations

from ..records import Answer, AnswerState, Facet, Measurement, Model
from .envelope import Envelope, envelope
from .gates import standing
from .published import Published


class AnswerDocument(Envelope):
    """The answer to a question, each sentence tied to the claims or measurements that carry it.

    ``cited_claims`` and ``cited_measurements`` are all that it rests on; their own documents have the evidence.
    """

    model_config = Envelope.model_config | {
        "title": "Answer",
        "json_schema_extra": {
            "x-states": [
                {
                    "state": "ANSWERED",
                    "definition": "Every facet of the question has an answer that names what carries it.",
                },
                {
                    "state": "PARTLY_ANSWERED",
                    "definition": "A facet, or a part of one, has no answer; it says what is missing.",
                },
                {"state": "NOT_ANSWERABLE", "definition": "The evidence at hand gives no answer to a facet."},
            ]
        },
    }

    record_id: str
    record_version: int
    question: str
    facets: tuple[Facet, ...]
    state: AnswerState
    answer: Answer
    cited_claims: tuple[str, ...]
    cited_measurements: tuple[str, ...]


class MeasurementUse(Model):
    """Where a measurement is used: sentences of the answer by JSON Pointer, and the claims whose gate verdict names it."""

    sentences: tuple[str, ...]
    gated_claims: tuple[str, ...]


class MeasurementDocument(Envelope):
    """One figure of the laboratory, with the SHA-256 of the stored result that it comes from (``measurement.artifact``)."""

    model_config = Envelope.model_config | {
        "title": "Measurement",
        "json_schema_extra": {
            "x-how": [
                {"how": "measured", "definition": "Timed or observed in a run on the machine that where names."},
                {"how": "composed", "definition": "Put together from measured parts of the whole."},
                {"how": "tiled", "definition": "One measured part, times how often it occurs."},
                {"how": "modelled", "definition": "Computed by a cost model, not measured."},
                {"how": "counted", "definition": "Counted exactly from shapes; the same on each machine."},
                {"how": "inspected", "definition": "Read off the code or artifact itself."},
            ]
        },
    }

    record_id: str
    measurement: Measurement
    used_by: MeasurementUse


_ANSWER = ("What the evidence at hand does not settle is listed as open; works that were not read may settle it.",)
_MEASUREMENT = ("A figure holds for the setting of its key, and if measured for the machine that it names.",)


def answer_document(published: Published) -> AnswerDocument:
    """The answer of a record."""
    record = published.record
    return AnswerDocument(
        **envelope("answer", "the record's answer", *_ANSWER),
        record_id=published.subject,
        record_version=record.version,
        question=record.question,
        facets=record.plan.facets,
        state=record.answer.state,
        answer=record.answer,
        cited_claims=record.answer.cited(),
        cited_measurements=record.answer.measured_by(),
    )


def measurement_documents(published: Published) -> tuple[MeasurementDocument, ...]:
    """The measurements of a record, then those that verdicts given later name."""
    record = published.record
    sentences: dict[str, list[str]] = {}
    for place, sentence in record.answer.places():
        for measurement_id in sentence.measurement_ids:
            sentences.setdefault(measurement_id, []).append(place)
    gated: dict[str, list[str]] = {}
    made = {m.id: m for m in record.measurements}
    for claim_id, verdict in standing(record, published.events).items():
        for measurement_id in verdict.gate.measurement_ids if verdict.gate else ():
            gated.setdefault(measurement_id, []).append(claim_id)
        made |= {m.id: m for m in verdict.measurements if m.id not in made}
    head = envelope("measurement", "the record's measurements and the verdicts that name them", *_MEASUREMENT)
    return tuple(
        MeasurementDocument(
            **head,
            record_id=published.subject,
            measurement=m,
            used_by=MeasurementUse(sentences=tuple(sentences.get(m.id, ())), gated_claims=tuple(gated.get(m.id, ()))),
        )
        for m in made.values()
    )
