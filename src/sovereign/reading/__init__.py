"""Reading: a file of any known format becomes a document with sections and sentences at exact offsets."""

from .errors import ReadError
from .files import SUFFIXES, check_format, load, read_bytes, read_file
from .identity import normal_title, paper_id, same_work, work_keys
from .limits import READER_VERSION, Limits
from .text import one_line, printable, word_set
from .where import own_names

__all__ = [
    "READER_VERSION",
    "SUFFIXES",
    "Limits",
    "ReadError",
    "check_format",
    "load",
    "normal_title",
    "one_line",
    "own_names",
    "paper_id",
    "printable",
    "read_bytes",
    "read_file",
    "same_work",
    "word_set",
    "work_keys",
]
