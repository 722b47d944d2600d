"""Sphinx configuration. Needs no network: no theme font, no inventory of another project."""

from importlib.metadata import version as installed

project = "SOVEREIGN"
author = "The SOVEREIGN contributors"
copyright = author
version = release = installed("sovereign-research")

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"SOVEREIGN {release}"
html_copy_source = False

# Headings can be linked to from other pages.
myst_heading_anchors = 3
