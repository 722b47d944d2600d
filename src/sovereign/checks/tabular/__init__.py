"""Claims against tables: cells found by what their headers mean, and arithmetic over them."""

from .grid import Grid, GridCell, grid_of, grids_of

__all__ = ["Grid", "GridCell", "grid_of", "grids_of"]
