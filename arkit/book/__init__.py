"""The company's memory between months: postings, lists, notes and plans in one folder, each change a whole one."""

from arkit.book.adding import Added
from arkit.book.keeping import Book

__all__ = ["Added", "Book"]
