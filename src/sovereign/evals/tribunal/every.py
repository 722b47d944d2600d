"""Every way to plant, by kind."""

from __future__ import annotations

from . import citing, contradictions, figures, scales, standing, uncited, works
from .plant import KINDS, Variant

_ALL = (*citing.VARIANTS, *figures.VARIANTS, *contradictions.VARIANTS, *uncited.VARIANTS, *works.VARIANTS, *standing.VARIANTS, *scales.VARIANTS)  # fmt: skip
VARIANTS: dict[str, tuple[Variant, ...]] = {kind: tuple(v for v in _ALL if v.kind == kind) for kind in KINDS}
