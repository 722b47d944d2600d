"""Measurements and tables of a record, from rows of results: a row gets its number when it is first cited."""

from __future__ import annotations

from dataclasses import dataclass, field

from sovereign.records import How, MeasuredCell, MeasuredRow, MeasuredTable, Measurement, ProtocolKey, Quantity

from .blocks import TIMED, Block, Kind, Row
from .results import Environment, Latency, Memory, Results
from .words import count_of, duration, label, named, on_main_axis, percent, size, size_of, where

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
    first: int = 1
    found: dict[tuple[int, str], Measurement] = field(default_factory=dict)

    def id(self, row: Row, against: str, ratio: float) -> str:
        key = (id(row), against)
        if key not in self.found:
            self.found[key] = self._measurement(f"M{self.first + len(self.found)}", row, against, ratio)
        return self.found[key].id

    def share(self, row: Memory, part: str) -> str:
        """Share of one component in what a row needs."""
        value = row.components[part] / row.total
        setting = (("model", named(row.shape)), ("scale", size_of(row.shape)), ("part", part))
        return self._derived(
            f"share of the {part} in the {row.mode} memory", label(row.method), setting, value, row.how, row
        )

    def model_error(self, error: float, peaks: int) -> str:
        """By how much the cost model misses the peaks that were measured, in the median."""
        setting = (("measured peaks", str(peaks)),)
        return self._derived(
            "relative error of modelled memory", "cost model", setting, error, "measured", self.results
        )

    def difference(self, which: str, share: float, ratios: int, of: object) -> str:
        """By how much ratios of a run made now differ from those of an earlier one: in the ``median``, or at most."""
        setting = (("ratios", str(ratios)), ("difference", which))
        return self._derived(
            f"{which} difference of ratios from the earlier run", "overhead", setting, share, "measured", of
        )

    def _derived(
        self, metric: str, method: str, setting: tuple[tuple[str, str], ...], share: float, how: How, of: object
    ) -> str:
        key = (id(of), metric)
        if key not in self.found:
            self.found[key] = Measurement(
                id=f"M{self.first + len(self.found)}",
                protocol=PROTOCOL,
                key=ProtocolKey(metric=metric, method=method, unit="%", setting=setting),
                quantity=Quantity(value=100 * share, unit="%", text=percent(share)),
                artifact=self.artifact,
                how=how,
                where=where(self.results.environment),
            )
        return self.found[key].id

    def _measurement(self, name: str, row: Row, against: str, ratio: float) -> Measurement:
        setting: dict[str, str | int | None] = {"model": named(row.shape), "scale": size_of(row.shape), **_setting(row)}
        if row.how != "modelled":
            setting |= {"device": self.results.config.device, "dtype": self.results.environment.dtype}
        key = ProtocolKey(
            metric="latency" if isinstance(row, Latency) else "memory",
            method=label(row.method),
            comparator=None if row.method == against else label(against),
            unit="ms/token" if isinstance(row, Latency) else "GB",
            setting=tuple((name, str(value)) for name, value in setting.items() if value is not None),
        )
        found: dict[str, object] = {
            "id": name, "protocol": PROTOCOL, "key": key, "quantity": _quantity(row), "artifact": self.artifact,
            "how": row.how, "ratio": ratio, "where": found_where(row, self.results.environment),
        }  # fmt: skip
        if isinstance(row, Latency):
            found |= {"low": 1000 * row.low, "high": 1000 * row.high, "repeats": row.repeats}
        return Measurement.model_validate(found)


def _quantity(row: Row) -> Quantity:
    if isinstance(row, Latency):
        return Quantity(value=1000 * row.seconds, unit="ms/token", text=f"{duration(row.seconds)}/token")
    return Quantity(value=row.total / 1e9, unit="GB", text=size(row.total))


def found_where(row: Row, environment: Environment) -> str:
    """Where a figure comes from: a machine, or the cost model, which is the same on all."""
    return "computed by the cost model, the same for every machine" if row.how == "modelled" else where(environment)


def _setting(row: Row) -> dict[str, str | int | None]:
    """The setting of a figure, by the names that claims use."""
    if isinstance(row, Memory):
        return {
            "phase": row.mode, "batch_size": row.batch_size, "sequence_length": row.tokens, "optimizer": row.optimizer,
        }  # fmt: skip
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

    def cell(shape: str, method: str) -> MeasuredCell | None:
        row, ratio = block.rows.get((shape, method)), block.ratio(shape, method)
        if row is None or ratio is None:
            return None
        return MeasuredCell(ratio=ratio, measurement_id=cited.id(row, block.against, ratio))

    rows = tuple(
        MeasuredRow(
            scale=named(shape), parameters=count_of(shape), cells=tuple(cell(shape, method) for method in block.columns),
            other=not on_main_axis(shape),
        )
        for shape in block.shapes
    )  # fmt: skip
    what = "time per token" if block.kind in TIMED else "memory"
    mixed = len({row.how == "modelled" for row in block.rows.values()}) > 1
    like = "; what is modelled against what is modelled, what is measured against what is measured" if mixed else ""
    again = ", measured anew on this machine" if is_anew else ""
    return MeasuredTable(
        facet_id=facet_id,
        caption=f"{TITLES[block.kind]}{again}: {what} relative to {label(block.against)} ({block.setting}{like})",
        metric=METRICS[block.kind],
        comparator=label(block.against),
        where="; ".join(
            sorted({found_where(row, cited.results.environment) for row in block.rows.values()}, key=str.casefold)
        ),
        columns=tuple(" = ".join(map(label, [method, *same])) for method, same in block.columns.items()),
        rows=rows,
        anew=is_anew,
    )
