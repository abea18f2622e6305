"""Tables as sheets: headings, rows as high as their texts, links; text stays text, whatever it looks like."""

from collections.abc import Iterable
from copy import copy

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from arkit.money import NO_CURRENCY, decimals
from arkit.workbook.layouts import Field, Layout
from arkit.workbook.look import FONT, STYLES

#: What no sheet may hold: control characters, and the two that XML forbids.
UNPRINTABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
#: A text that starts so is marked as text, or a spreadsheet may take it for a formula once somebody edits it.
RISKY = tuple("=+-@\t\n")
#: Letters of what leads somewhere.
BLUE = "0563C1"


def add_list(book: Workbook, layout: Layout, rows: pd.DataFrame) -> Worksheet:
    """A sheet with headings, one line per row and a table with filters; without rows, headings and a sentence."""
    sheet = book.create_sheet(layout.title)
    fill(sheet, 1, layout.fields, without_codes(rows))
    # room for two lines and, below them, the button of the filter
    sheet.row_dimensions[1].height, sheet.freeze_panes = 42, layout.scrolls
    if not len(rows):
        put(sheet, 2, 1, [layout.nothing], ["arkit line"])
        return sheet
    place = f"A1:{get_column_letter(len(layout.fields))}{len(rows) + 1}"
    table = Table(displayName=f"arkit_{layout.title.replace(' ', '_').lower()}", ref=place)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    return sheet


def without_codes(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with no code where the currency is not stated."""
    return rows.assign(currency=rows["currency"].replace(NO_CURRENCY, "")) if "currency" in rows else rows


def fill(sheet: Worksheet, top: int, fields: tuple[Field, ...], rows: pd.DataFrame) -> None:
    """Headings in the row ``top`` and the rows below it, each high enough for its texts."""
    for column, field in enumerate(fields, 1):
        put(sheet, top, column, [field.heading], [field.style("heading")])
        sheet.cell(top, column).alignment = Alignment(
            STYLES[field.holds][1], "top", wrap_text=True, indent=int(field.holds == "text")
        )
        said = values(rows, field)
        put(sheet, top + 1, column, said, _styles(rows, field))
        if field.link:
            link(sheet, top + 1, column, rows[field.link])
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = max(_width(field, said), sheet.column_dimensions[letter].width * (top > 1))
    for row, lines in enumerate(_lines(rows, fields), top + 1):
        if lines > 1:
            sheet.row_dimensions[row].height = min(13 * lines + 2, 400)


def values(rows: pd.DataFrame, field: Field) -> list:
    """What stands in the cells of one column; None where nothing does."""
    if not field.source:
        return [None] * len(rows)
    column = rows[field.source]
    if field.holds in ("text", "code", "id"):
        column = column.str.replace(r"\r\n?", "\n", regex=True).str.replace(UNPRINTABLE, "", regex=True)
        return column.astype("object").where(column.fillna("").ne(""), None).tolist()
    plain = column.dt.date if field.holds == "day" else column
    return plain.astype("object").where(column.notna(), None).tolist()


def _styles(rows: pd.DataFrame, field: Field) -> list[str]:
    """The style of each cell of one column; money goes by the decimals of its currency."""
    if field.holds != "money":
        return [field.style(field.holds)] * len(rows)
    known = {currency: field.style(f"money {decimals(currency)}") for currency in rows["currency"].unique()}
    return rows["currency"].map(known).tolist()


def put(sheet: Worksheet, first: int, column: int, values: list, styles: list[str]) -> None:
    """Writes values downwards. Text stays text, whatever it looks like; a named style is looked up once and copied."""
    known: dict[str, object] = {}
    for row, (value, style) in enumerate(zip(values, styles, strict=True), first):
        cell = sheet.cell(row, column)
        if style in known:
            cell._style = copy(known[style])
        else:
            cell.style = style
            known[style] = copy(cell._style)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
            if value.startswith(RISKY):
                cell.quotePrefix = True


def put_formula(sheet: Worksheet, row: int, column: int, formula: str, style: str) -> None:
    """A formula in one cell, in bold letters, for it adds up others."""
    cell = sheet.cell(row, column, formula)
    cell.style = style
    cell.font = Font(name=FONT, size=10, bold=True)


def link(sheet: Worksheet, first: int, column: int, targets: Iterable[object]) -> None:
    """Makes cells lead to a mail address, a telephone number, or a place in the workbook."""
    blue = Font(name=FONT, size=10, color=BLUE, underline="single")
    for row, target in enumerate(targets, first):
        cell = sheet.cell(row, column)
        if isinstance(target, str) and cell.value is not None:
            where = "target" if target.startswith(("mailto:", "tel:")) else "location"
            cell.hyperlink, cell.font = Hyperlink(ref=cell.coordinate, **{where: target}), blue


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
