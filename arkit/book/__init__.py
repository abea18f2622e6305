"""The company's memory between months: postings, lists, notes and plans in one folder, each change a whole one."""

from arkit.book.adding import Added
from arkit.book.drafts import read_draft, write_draft
from arkit.book.keeping import Book

__all__ = ["Added", "Book", "read_draft", "write_draft"]
