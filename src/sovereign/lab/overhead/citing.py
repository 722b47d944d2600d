"""Measurements and tables of a record, from rows of results: a row gets its number when it is first cited."""

from __future__ import annotations

from dataclasses import dataclass, field

from sovereign.records import MeasuredCell, MeasuredRow, MeasuredTable, Measurement, ProtocolKey, Quantity

from .blocks import TIMED, Block, Kind, Row
from .results import Latency, Memory, Results
from .words import count_of, in_order, label, milliseconds, named, on_main_axis, size, size_of, where

PROTOCOL = "overhead"
TITLES: dict[Kind, str] = {
    "decode": "Decoding one token",
    "prefill": "Reading a prompt",
    "training": "Training",
    "inference": "Inference",
}
METRICS: dict[Kind, str] = {
    "decode": "inference latency",
    "prefill": "inference latency",
    "training": "training memory",
    "inference": "inference memory",
}


@dataclass
class Cited:
    """Measurements by the row that they state; a row gets its number when it is first cited."""

    results: Results
    artifact: str
    first: int
    found: dict[tuple[int, str], Measurement] = field(default_factory=dict)

    def id(self, row: Row, against: str, ratio: float) -> str:
        key = (id(row), against)
        if key not in self.found:
            self.found[key] = self._measurement(f"M{self.first + len(self.found)}", row, against, ratio)
        return self.found[key].id

    def _measurement(self, name: str, row: Row, against: str, ratio: float) -> Measurement:
        environment = self.results.environment
        settings = {
            "model": named(row.shape),
            "scale": size_of(row.shape),
            **_setting(row),
            "device": environment.device,
        }
        key = ProtocolKey(
            metric="latency" if isinstance(row, Latency) else "memory",
            method=label(row.method),
            comparator=label(against),
            unit="ms/token" if isinstance(row, Latency) else "GB",
            setting=tuple((name, str(value)) for name, value in settings.items() if value is not None),
        )
        if isinstance(row, Latency):
            text = f"{milliseconds(row.seconds)} ms/token"
            quantity = Quantity(value=1000 * row.seconds, unit="ms/token", text=text)
            return Measurement(
                id=name, protocol=PROTOCOL, key=key, quantity=quantity, artifact=self.artifact, how=row.how, ratio=ratio,
                low=1000 * row.low, high=1000 * row.high, repeats=row.repeats, where=where(environment),
            )  # fmt: skip
        quantity = Quantity(value=row.total / 1e9, unit="GB", text=size(row.total))
        return Measurement(
            id=name, protocol=PROTOCOL, key=key, quantity=quantity, artifact=self.artifact, how=row.how, ratio=ratio,
            where=where(environment),
        )  # fmt: skip


def _setting(row: Row) -> dict[str, str | int | None]:
    """The setting of a figure, by the names that claims use."""
    if isinstance(row, Memory):
        named_ = {"phase": row.mode, "batch_size": row.batch_size, "sequence_length": row.tokens}
        return {**named_, "optimizer": row.optimizer}
    length = row.context_length if row.phase == "decode" else row.tokens
    routing = None if row.routing == "none" else row.routing
    return {
        "phase": "inference",
        "step": row.phase,
        "batch_size": row.batch_size,
        "sequence_length": length,
        "routing": routing,
    }


def table(block: Block, facet_id: str, cited: Cited, is_anew: bool = False) -> MeasuredTable:
    """A block as a table of a record."""
    methods = block.methods

    def cell(shape: str, method: str) -> MeasuredCell | None:
        row, ratio = block.rows.get((shape, method)), block.ratio(shape, method)
        if row is None or ratio is None:
            return None
        return MeasuredCell(ratio=ratio, measurement_id=cited.id(row, block.against, ratio))

    rows = tuple(
        MeasuredRow(
            scale=named(shape), parameters=count_of(shape), cells=tuple(cell(shape, method) for method in methods),
            other=not on_main_axis(shape),
        )
        for shape in block.shapes
    )  # fmt: skip
    what = "time per token" if block.kind in TIMED else "memory"
    same = _same(block)
    note = f"; {same}" if same else ""
    again = ", measured anew on this machine" if is_anew else ""
    return MeasuredTable(
        facet_id=facet_id,
        caption=f"{TITLES[block.kind]}{again}: {what} relative to {label(block.against)} ({block.setting}{note})",
        metric=METRICS[block.kind],
        comparator=label(block.against),
        where=where(cited.results.environment),
        columns=tuple(map(label, methods)),
        rows=rows,
        anew=is_anew,
    )


def _same(block: Block) -> str:
    """Which methods have no column because they compute the same as the comparator."""
    names = {m for (_, m), row in block.rows.items() if isinstance(row, Latency) and row.same_as}
    mine = next(row for (_, m), row in block.rows.items() if m == block.against)
    base = (mine.same_as or mine.method) if isinstance(mine, Latency) else None
    others = [label(m) for m in in_order({*names, base or ""}) if m not in ("", block.against)]
    return f"{' and '.join(others)} compute the same" if others and block.kind in TIMED else ""
