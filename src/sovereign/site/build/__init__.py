"""The whole site as files, for any web server and for a folder opened in a browser."""

from .write import Built, build

__all__ = ["Built", "build"]
