"""What every public document begins and ends with. The names are those of the contracts that this record descends from."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from ..records import Model, Publisher

PUBLISHER: Final = Publisher(name="SOVEREIGN Research Kernel")


class Envelope(Model):
    """The head of a public document: its schema by URN and version, its contract, and who gives it out.

    ``schema_id`` is written as ``schema``. ``limitations`` say what the document does not show.
    """

    schema_id: str = Field(alias="schema")
    schema_version: str
    contract_version: str
    publisher: Publisher
    generated_from: str
    limitations: tuple[str, ...]

    model_config = Model.model_config | {"serialize_by_alias": True, "validate_by_name": True}


def schema_urn(name: str, version: str = "1.0") -> str:
    """The ``$id`` of a schema, which its documents carry as ``schema``."""
    return f"urn:sovereign:schema:{name}:{version}"


def envelope(name: str, generated_from: str, *limitations: str, version: str = "1.0") -> dict[str, Any]:
    """The fields of ``Envelope`` for the contract ``name`` of that version, as keyword arguments."""
    return {
        "schema_id": schema_urn(name, version),
        "schema_version": version,
        "contract_version": f"{name}-v{version}",
        "publisher": PUBLISHER,
        "generated_from": generated_from,
        "limitations": limitations,
    }
