"""The whole public record as a folder or a ZIP: written, verified offline, and read back into a store."""

from .archive import read_export, write_folder, zip_bytes
from .signing import key_in, load_key, make_key, public_key
from .verify import verify_export
from .write import export_files

__all__ = [
    "export_files",
    "key_in",
    "load_key",
    "make_key",
    "public_key",
    "read_export",
    "verify_export",
    "write_folder",
    "zip_bytes",
]
