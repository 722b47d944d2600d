"""Reading: a file of any known format becomes a document with sections and sentences at exact offsets."""

from .bibliography import BIB_SUFFIXES, Bibliography, Entry, document_of
from .child import Result, Task, read_each, read_one
from .errors import ReadError
from .files import LATEX_SUFFIXES, SUFFIXES, check_format, load, load_below, read_bytes
from .identity import find_version, normal_title, paper_id, same_work, work_keys
from .latex_inputs import load_source
from .limits import READER_VERSION, Limits
from .metadata import tidy
from .one import read_file
from .projects import Project
from .text import one_line, printable, word_set
from .where import own_names

__all__ = [
    "BIB_SUFFIXES",
    "LATEX_SUFFIXES",
    "READER_VERSION",
    "SUFFIXES",
    "Bibliography",
    "Entry",
    "Limits",
    "Project",
    "ReadError",
    "Result",
    "Task",
    "check_format",
    "document_of",
    "find_version",
    "load",
    "load_below",
    "load_source",
    "normal_title",
    "one_line",
    "own_names",
    "paper_id",
    "printable",
    "read_bytes",
    "read_each",
    "read_file",
    "read_one",
    "same_work",
    "tidy",
    "word_set",
    "work_keys",
]
