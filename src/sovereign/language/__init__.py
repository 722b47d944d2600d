"""Words, numbers and comparisons of technical English. Pure functions, no model, no I/O beyond package data."""
