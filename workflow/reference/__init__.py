"""The data that the product begins with, each figure with its source, and how it is loaded: all of it, or nothing."""

from workflow.reference.files import BrokenRow
from workflow.reference.load import LoadReport, load_reference

__all__ = ["BrokenRow", "LoadReport", "load_reference"]
