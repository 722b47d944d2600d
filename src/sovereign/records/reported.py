"""A number that a work reports, with the typed key of what it measures and the place it stands at."""

from __future__ import annotations

from pydantic import Field

from .base import Model
from .protocol import ProtocolKey
from .quantity import Quantity
from .quote import Quote
from .rationale import UsedCell


class ReportedNumber(Model):
    """One number of one work. ``quote`` is its sentence, or the part of a table that holds it; then ``cell`` is the cell.

    ``credited`` is whom the text credits with the number when that is not the work itself ("Devlin et al., 2019").
    ``bold`` is whether the work marks it as its best.
    """

    key: ProtocolKey
    value: Quantity
    quote: Quote
    cell: UsedCell | None = None
    credited: str | None = None
    bold: bool = Field(default=False)
