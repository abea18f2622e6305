"""Text files as rows of cells: their encoding, their separator, their quotes."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from arkit.errors import ImportRefused
from arkit.importers import framed

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
#: Rows in which a separator is looked for, and the bytes that hold them.
TOP, TOP_BYTES = 60, 1 << 20


def read(name: str, content: bytes) -> tuple[pd.DataFrame, str]:
    """The cells of a text file, every one of them text without blanks around it, and how it was read, in words.

    Raises
    ------
    ImportRefused
        If it is empty, no text, of one column only, or has a quote that is not closed.
    """
    content, encoding = _as_utf8(name, content)
    if not content[:TOP_BYTES].strip() and not content.strip():
        raise refused(name, "rows of data", "an empty file", "export it again")
    top = content[:TOP_BYTES].decode("utf-8", "ignore")
    if framed.is_framed(top):
        return pd.DataFrame(framed.cut(content.decode()), dtype="str"), f"text, {encoding}, columns of fixed width"
    separator = _separator(name, top)
    return _cells(name, content, separator), f"text, {encoding}, separated by {SEPARATORS[separator]}"


def refused(name: str, expected: str, got: str, fix: str) -> ImportRefused:
    """The refusal of a file as a whole."""
    return ImportRefused(f"'{name}' cannot be read.", expected=expected, got=got, fix=fix)


def _as_utf8(name: str, content: bytes) -> tuple[bytes, str]:
    """A text in UTF-8, and the encoding that proves itself: a byte order mark, valid UTF-8, else Windows Western.

    No-break spaces become plain ones: they stand between thousands and around cells and mean nothing more.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", _wide(content))):
        if encoding and content.startswith(mark):
            try:
                return _plain(content.decode(encoding)), "UTF-16"
            except UnicodeDecodeError as error:
                raise refused(name, "text in UTF-16", str(error), "export it again as UTF-8") from error
    if b"\x00" in content:
        raise refused(name, "a CSV file or a workbook", "neither: it holds binary data", "export it as CSV or XLSX")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.isascii():
        return content, "UTF-8"
    for encoding, shown in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
        try:
            return _plain(content.decode(encoding)), shown
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes anything")


def _wide(content: bytes) -> str:
    """The kind of UTF-16 that a text without a byte order mark is in: every other of its first bytes is zero."""
    top = content[:2000]
    odd, even = top[1::2].count(0), top[::2].count(0)
    most = 0.8 * len(top) / 2
    return "utf-16-le" if odd > most and not even else "utf-16-be" if even > most and not odd else ""


def _plain(text: str) -> bytes:
    return text.replace("\u00a0", " ").replace("\u202f", " ").encode("utf-8", "replace")


def _separator(name: str, top: str) -> str:
    """The separator that cuts most of the first rows into the same number of cells."""
    votes = {mark: _votes(top, mark) for mark in SEPARATORS}
    separator = max(votes, key=lambda mark: votes[mark])
    if not any(votes[separator]):
        got = f"one column: {top.strip().splitlines()[0][:60]!r}"
        raise refused(name, "columns separated by comma, semicolon, tab or pipe", got, "export it as CSV")
    return separator


def _votes(top: str, separator: str) -> tuple[int, int]:
    """How many of the first rows a separator cuts into the same number of cells, and into how many."""
    try:
        widths = Counter(map(len, _rows(top, separator, TOP)))
    except csv.Error:
        return (0, 0)
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def _rows(text: str, separator: str, most: int | None = None) -> Iterator[list[str]]:
    return itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), most)


def _cells(name: str, content: bytes, separator: str) -> pd.DataFrame:
    """Rows of cells. Files whose rows are all of one width, the most by far, go through the faster of two readers."""
    try:
        width = max(map(len, _rows(content[:TOP_BYTES].decode("utf-8", "ignore"), separator, TOP)))
        found = _even(content, separator, width)
        if found is None:
            text = content.decode()
            try:
                found = _uneven(text, separator, width)
            except pd.errors.ParserError:  # a row further down is wider
                found = _uneven(text, separator, max(map(len, _rows(text, separator))))
    except (csv.Error, pd.errors.ParserError) as error:
        raise refused(name, "quotes that are closed", str(error), "export it again; a quote may be missing") from error
    return found


def _even(content: bytes, separator: str, width: int) -> pd.DataFrame | None:
    """Rows of one width as cells, None where they are of several."""
    names = [str(number) for number in range(width)]
    quoted = b'"' in content  # only then can a line end inside of a cell
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(content),
            pyarrow.csv.ReadOptions(column_names=names, block_size=1 << 23),
            pyarrow.csv.ParseOptions(delimiter=separator, newlines_in_values=quoted, ignore_empty_lines=False),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    blanks = [blank for blank in " \t\v\f" if blank.encode() in content] + ["\r", "\n"] * quoted
    is_ascii = content.isascii()
    columns = [pd.array(_trimmed(column, blanks, is_ascii), dtype="str") for column in table.columns]
    return pd.DataFrame(dict(enumerate(columns)), copy=False)


def _trimmed(column: pa.ChunkedArray, blanks: list[str], is_ascii: bool) -> pa.ChunkedArray:
    """A column without blanks around its cells; one that has none is kept, for new memory is what costs."""

    def any_cell(test: str, *options: pc.FunctionOptions) -> bool:
        return pc.call_function("any", [pc.call_function(test, [column], *options)]).as_py()

    edges = [(test, pc.MatchSubstringOptions(blank)) for blank in blanks for test in ("starts_with", "ends_with")]
    foreign = not is_ascii and not pc.call_function("all", [pc.call_function("string_is_ascii", [column])]).as_py()
    needed = foreign or any(any_cell(test, options) for test, options in edges)
    return pc.call_function("utf8_trim_whitespace", [column]) if needed else column


def _uneven(text: str, separator: str, width: int) -> pd.DataFrame:
    """Rows of up to ``width`` cells; shorter rows are filled up with blanks."""
    cells = pd.read_csv(
        io.StringIO(text, newline=""),
        sep=separator,
        header=None,
        names=range(width),
        dtype=str,
        keep_default_na=False,
        skip_blank_lines=False,
    )
    return cells.fillna("").apply(lambda column: column.str.strip())
