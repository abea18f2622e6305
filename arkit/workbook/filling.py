"""Tables as sheets: headings, rows as high as their texts, links; text stays text, whatever it looks like."""

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import pandas as pd
from xlsxwriter.url import Url, UrlTypes

from arkit.errors import OutputRefused
from arkit.money import NO_CURRENCY, decimals
from arkit.workbook.cells import DAY_ZERO
from arkit.workbook.layouts import Field, Layout
from arkit.workbook.look import STYLES, TO_FILL_IN, Book, Sheet

#: What no sheet may hold: control characters, and the two that XML forbids.
UNPRINTABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
#: A text that starts so is marked as text, or a spreadsheet may take it for a formula once somebody edits it.
RISKY = tuple("=+-@\t\n")
#: A text between these two would be taken for what a cell is made of.
MARKUP = ("<r>", "</r>")
#: The most characters that a cell holds, as UTF-16 counts them, and how a text ends that has more.
MOST_TEXT, CUT = 32_767, " ... (cut off: a cell holds no more)"
#: The most rows of a sheet, less some for totals below; the most links on one; the longest of them, and of what they say.
MOST_ROWS, MOST_LINKS, LONGEST_LINK, LONGEST_SAID = 1_048_000, 65_530, 2_079, 255


class _Call(Url):
    """A telephone number behind a cell: the writer itself knows only mail, pages and places."""

    def _parse_url(self) -> None:
        self._link_type = UrlTypes.URL


def add_list(book: Book, layout: Layout, rows: pd.DataFrame) -> Sheet:
    """A sheet with headings, one line per row and a table with filters; without rows, headings and a sentence."""
    if len(rows) > MOST_ROWS:
        raise OutputRefused(
            f"the list '{layout.title}' does not fit on a sheet.",
            expected=f"at most {MOST_ROWS:,} rows",
            got=f"{len(rows):,}",
            fix="make the workbook for a part of the customers at a time",
        )
    sheet = book.sheet(layout.title)
    sheet.grid.freeze_panes(layout.scrolls)
    if len(rows):
        name = f"arkit_{layout.title.replace(' ', '_').lower()}"
        columns = [{"header": field.heading, "header_format": book.look(_heading(field))} for field in layout.fields]
        table = {"name": name, "columns": columns, "style": "Table Style Light 1", "banded_rows": False}
        sheet.grid.add_table(0, 0, len(rows), len(layout.fields) - 1, table)
        _fill_below(sheet, 1, layout.fields, without_codes(rows))
    else:
        fill(sheet, 1, layout.fields, rows)
        put(sheet, 2, 1, [layout.nothing], "line")
    # room for two lines and, below them, the button of the filter
    sheet.grid.set_row(0, 42)
    return sheet


def without_codes(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with no code where the currency is not stated."""
    return rows.assign(currency=rows["currency"].replace(NO_CURRENCY, "")) if "currency" in rows else rows


def fill(sheet: Sheet, top: int, fields: tuple[Field, ...], rows: pd.DataFrame) -> None:
    """Headings in the row ``top`` and the rows below it, each high enough for its texts."""
    for column, field in enumerate(fields, 1):
        put(sheet, top, column, [field.heading], _heading(field))
    _fill_below(sheet, top, fields, rows)


def _fill_below(sheet: Sheet, top: int, fields: tuple[Field, ...], rows: pd.DataFrame) -> None:
    # from the row on where a sheet can hold no more of them, cells lead nowhere
    linked = MOST_LINKS // max(sum(bool(field.link) for field in fields), 1)
    for column, field in enumerate(fields, 1):
        said = values(rows, field)
        if field.link:
            targets, name = rows[field.link].tolist()[:linked], field.style(field.holds)
            _put_linked(sheet, top + 1, column, said[:linked], targets, name=name)
            put(sheet, top + 1 + linked, column, said[linked:], name)
        else:
            put(sheet, top + 1, column, said, _names(rows, field))
        sheet.widen(column, _width(field, said))
    for row, lines in enumerate(_lines(rows, fields), top):
        if lines > 1:
            sheet.grid.set_row(row, min(13 * lines + 2, 400))


def _heading(field: Field) -> str:
    """The look of a heading: on the side of what stands below it."""
    return f"heading {STYLES[field.holds][1]}" + TO_FILL_IN * bool(field.fills)


def values(rows: pd.DataFrame, field: Field) -> list:
    """What stands in the cells of one column, days as a spreadsheet counts them; None where nothing does."""
    if not field.source:
        return [None] * len(rows)
    column = rows[field.source]
    if field.holds in ("text", "code", "id"):
        return _printable(column).astype("object").where(column.fillna("").ne(""), None).tolist()
    plain = (column - pd.Timestamp(DAY_ZERO)).dt.days if field.holds == "day" else column
    return plain.astype("object").where(column.notna(), None).tolist()


def _printable(column: pd.Series) -> pd.Series:
    """Texts as a cell can hold them: line ends of one kind, nothing that cannot be printed, none too long."""
    column = column.str.replace(r"\r\n?", "\n", regex=True).str.replace(UNPRINTABLE, "", regex=True)
    long = column.str.len().gt(MOST_TEXT // 2)
    return column.where(~long, column[long].map(_cut)) if long.any() else column


def fits(text: str) -> bool:
    """Whether a cell can hold a text."""
    return len(text) <= MOST_TEXT // 2 or len(text.encode("utf-16-le")) <= 2 * MOST_TEXT


def _cut(text: str) -> str:
    """A text that a cell can hold; one that is cut says so."""
    return text if fits(text) else text.encode("utf-16-le")[: 2 * (MOST_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _names(rows: pd.DataFrame, field: Field) -> str | list[str]:
    """The look of all cells of one column, or of each: money goes by the decimals of its currency."""
    if field.holds != "money":
        return field.style(field.holds)
    known = {currency: field.style(f"money {decimals(currency)}") for currency in rows["currency"].unique()}
    return rows["currency"].map(known).tolist()


def put(sheet: Sheet, first: int, column: int, values: Sequence[object], names: str | list[str]) -> None:
    """Writes values downwards, all in one look or each in its own. Text stays text, whatever it looks like."""
    look, grid, at = sheet.book.look, sheet.grid, column - 1
    each = names if isinstance(names, list) else [names]
    looks = map({name: look(name) for name in {*each}}.__getitem__, names) if each is names else repeat(look(each[0]))
    marked = look(each[0], "text") if each else None
    text, number, blank = grid.write_string, grid.write_number, grid.write_blank
    # the loop that most of the time goes into
    for row, value, shown in zip(range(first - 1, first - 1 + len(values)), values, looks, strict=False):
        if value is None:
            blank(row, at, None, shown)
        elif not isinstance(value, str):
            number(row, at, value, shown)  # pyright: ignore[reportArgumentType] - numbers of every kind
        elif value.startswith(MARKUP[0]) and value.endswith(MARKUP[1]):
            grid.write_rich_string(row, at, shown, value[:1], shown, value[1:], shown)
        else:
            text(row, at, value, marked if value.startswith(RISKY) else shown)
    if values:
        sheet.last = max(sheet.last, first - 1 + len(values))


def put_formula(sheet: Sheet, row: int, column: int, formula: str, name: str, *, value: float) -> None:
    """A formula in one cell, in bold letters, for it adds up others, with its value for programs that do not calculate."""
    look = sheet.book.look(name, "sum")
    sheet.grid.write_formula(row - 1, column - 1, formula, look, value)  # pyright: ignore[reportArgumentType] - any number
    sheet.last = max(sheet.last, row)


def _put_linked(sheet: Sheet, first: int, column: int, said: list, targets: list, *, name: str) -> None:
    """Texts that lead to a mail address, a telephone number, or a place in the workbook, where there is one."""
    plain, marked = sheet.book.look(name, "link"), sheet.book.look(name, "link", "text")
    for row, (text, target) in enumerate(zip(said, targets, strict=True), first):
        if _leads(text, target):
            url = _url(target)
            url.text = text
            look = marked if text.startswith(RISKY) else plain
            sheet.grid.write_url(row - 1, column - 1, url, look)  # pyright: ignore - it takes links that are made already
        else:
            put(sheet, row, column, [text], name)
    sheet.last = max(sheet.last, first - 1 + len(said))


def _url(target: str) -> Url:
    """What a cell leads to: an address, a number, else a place in the workbook."""
    if target.startswith("tel:"):
        return _Call(target)
    return Url(target if target.startswith("mailto:") else f"internal:{target}")


def _leads(text: object, target: object) -> bool:
    """Whether a cell can lead somewhere: both are there, and neither is more than a link takes."""
    if not isinstance(text, str) or not isinstance(target, str) or len(text) > LONGEST_SAID or text.startswith(MARKUP[0]):
        return False
    return len(target.encode("utf-16-le")) <= 2 * LONGEST_LINK


def _width(field: Field, values: list) -> float:
    """The declared width, or more where amounts or their total would not fit."""
    if field.holds != "money":
        return field.width
    return max(field.width, len(f"{sum(abs(value) for value in values if value is not None):,.3f}") + 2)


def _lines(rows: pd.DataFrame, fields: tuple[Field, ...]) -> list[int]:
    """How many lines each row needs. Programs other than Excel do not find out by themselves."""
    needed = np.ones(len(rows))
    for field in fields:
        if field.holds == "text" and field.source:
            text = rows[field.source].fillna("")
            wrapped = np.ceil(text.str.len().to_numpy("float64") / (field.width * 1.2 - 2))
            needed = np.maximum(needed, wrapped + text.str.count("\n").to_numpy("float64"))
    return needed.astype("int64").tolist()
