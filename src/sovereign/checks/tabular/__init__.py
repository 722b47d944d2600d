"""Claims against tables: cells found by what their headers mean, and arithmetic over them."""

from .evidence import verify_in_tables
from .grid import Grid, GridCell, grid_of, grids_of
from .verify import Ruling, verify_in_grid

__all__ = ["Grid", "GridCell", "Ruling", "grid_of", "grids_of", "verify_in_grid", "verify_in_tables"]
