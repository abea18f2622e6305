"""The lists that people work from: one sheet per group of actions, with columns to fill in, totals, and what was given."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from arkit.money import NO_CURRENCY, decimals, to_minor
from arkit.workbook.cells import words
from arkit.workbook.filling import add_list, put, put_formula, values, without_codes
from arkit.workbook.layouts import ASKED, FILL_IN, GIVEN, ROW_ID, TOTAL, WAITING, Layout
from arkit.workbook.look import SHADES
from arkit.workbook.rows import ACCOUNT
from arkit.workbook.words import GROUPS, LABELS, REASONS, Group

#: The most characters that a cell holds.
MOST_TEXT = 32_767
#: Rows from which on totals no longer follow the filter where a list has several currencies: each change would add up anew.
MOST_LIVE = 2_000
ADDED = ("At stake", "To ask for")
CHOICES = "Lists"
#: Days before and after the list's day that 'Done on' and the promised day may be.
DONE, PROMISED = (-31, 366), (0, 1096)


def layout_of(group: Group) -> Layout:
    """The columns of one list: what is asked, what is filled in, the id; those left alone have what stands in the way too."""
    waits = WAITING if "hold" in group.actions else ()
    return Layout(group.title, (*ASKED[:8], *waits, *ASKED[8:], *FILL_IN, ROW_ID), "D2", "Nobody is on this list.")


def add_lists(book: Workbook, asked: pd.DataFrame, as_of: pd.Timestamp | None) -> list[Group]:
    """A sheet for each group that has rows, and which groups those are."""
    there = [group for group in GROUPS if asked["action"].isin(group.actions).any()]
    for number, group in enumerate(GROUPS):
        if group in there:
            rows, layout = asked[asked["action"].isin(group.actions)], layout_of(group)
            # nobody who is left alone is written to or called by a click
            shown = rows.assign(mail=None, tel=None) if "hold" in group.actions else rows
            sheet = add_list(book, layout, shown)
            _add_entry(sheet, layout, number, as_of)
            _add_totals(sheet, layout, rows)
            # what is filled in would make the print too small to read
            sheet.print_area = f"A1:{layout.letter('Next step if nothing happens')}{sheet.max_row}"
    return there


def _add_entry(sheet: Worksheet, layout: Layout, number: int, as_of: pd.Timestamp | None) -> None:
    """Shades by action, what the columns to fill in accept, what is done in grey, and the ids hidden."""
    sheet.column_dimensions[layout.letter(ROW_ID.heading)].hidden = True
    last = sheet.max_row
    label = f"${layout.letter('What to do')}2"
    for fill, letters, actions in SHADES:
        any_of = ",".join(f'{label}="{LABELS[action]}"' for action in actions)
        rule = FormulaRule([f"OR({any_of})"], fill=PatternFill(bgColor=fill), font=Font(color=letters, bold=True))
        sheet.conditional_formatting.add(layout.cells("What to do", last), rule)
    done = FormulaRule([f'${layout.letter("Outcome")}2<>""'], font=Font(color="808080", italic=True))
    sheet.conditional_formatting.add(f"$A$2:${layout.letter('Next step if nothing happens')}${last}", done)
    for heading, check in _checks(as_of, number).items():
        check.showErrorMessage, check.errorTitle, check.allowBlank = True, heading[:32], True
        check.add(layout.cells(heading, last))
        sheet.add_data_validation(check)


def _checks(as_of: pd.Timestamp | None, number: int) -> dict[str, DataValidation]:
    """What each column to fill in accepts, and what Excel says to anything else."""

    def between(days: tuple[int, int]) -> DataValidation:
        low, high = ((as_of or pd.Timestamp("2000-01-01")) + timedelta(days=day) for day in days)
        error = f"A day from {low:%Y-%m-%d} to {high:%Y-%m-%d}, please."
        return DataValidation("date", f"{to_excel(low):.0f}", f"{to_excel(high):.0f}", operator="between", error=error)

    def one_of(place: int, count: int) -> DataValidation:
        letter = get_column_letter(place)
        # a place and no name: names are lost where a sheet goes through other programs
        cells = f"{CHOICES}!${letter}$2:${letter}${count + 1}"
        return DataValidation("list", cells, error="Please choose from the list; details go under Comment.")

    return {
        "Outcome": one_of(number + 2, len(GROUPS[number].outcomes)),
        # what was done in the weeks before counts too; far days are slips of the pen
        "Done on": between(DONE),
        "Promised or disputed amount": DataValidation(
            "decimal", "0", operator="greaterThan", error="An amount above zero, please."
        ),
        "Promised by, or until": between(PROMISED),
        "Dispute reason": one_of(1, len(REASONS)),
    }


def add_choices(book: Workbook) -> None:
    """The hidden sheet with what the drop-downs offer: reasons of disputes, and the outcomes of each list."""
    sheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    for column, (name, choices) in enumerate([("Dispute reason", REASONS), *((g.title, g.outcomes) for g in GROUPS)], 1):
        for row, value in enumerate((name, *choices), 1):
            sheet.cell(row, column, value)


def _add_totals(sheet: Worksheet, layout: Layout, rows: pd.DataFrame) -> None:
    """Below the list, per currency: what is at stake and to be asked for in the rows that a filter shows."""
    last, codes = len(rows) + 1, sorted(rows["currency"].unique())
    column = {field.heading: number for number, field in enumerate(layout.fields, 1)}
    live = len(codes) == 1 or len(rows) <= MOST_LIVE
    for row, code in enumerate(codes, last + 2):
        stated = code if code != NO_CURRENCY else ""
        put(sheet, row, column["Customer"], ["Total of the rows shown" if live else "Total"], ["arkit total"])
        put(sheet, row, column["Currency"], [stated or None], ["arkit code"])
        put(sheet, row, column[ROW_ID.heading], [f"{TOTAL}|{code}"], ["arkit id"])
        for heading in ADDED:
            formula = _total(layout.cells(heading, last), layout.cells("Currency", last), stated, live, len(codes) == 1)
            put_formula(sheet, row, column[heading], f"=ROUND({formula},{decimals(code)})", f"arkit money {decimals(code)}")


def _total(amounts: str, codes: str, code: str, live: bool, alone: bool) -> str:
    """The formula that adds up the amounts of one currency; with a filter, of the rows it shows."""
    if alone:
        return f"SUBTOTAL(109,{amounts})"
    if not live:
        return f'SUMIFS({amounts},{codes},"{code or "="}")'
    first = amounts.partition(":")[0]
    return f'SUMPRODUCT(SUBTOTAL(109,OFFSET({first},ROW({amounts})-ROW({first}),0,1)),--({codes}="{code}"))'


def add_given(book: Workbook, asked: pd.DataFrame, documents: pd.DataFrame) -> None:
    """The very hidden sheet that says what was given, by which a list that comes back is compared."""
    sheet = book.create_sheet("Given")
    sheet.sheet_state = "veryHidden"
    is_open = documents[to_minor(documents["open_amount"], documents["currency"]) != 0]
    listed = is_open.drop_duplicates([*ACCOUNT, "document_id"]).groupby(ACCOUNT)["document_id"].agg("\n".join).rename("listed")
    numbers = asked[ACCOUNT].join(listed, on=ACCOUNT)["listed"].fillna("")
    fields = (*ASKED, *WAITING)
    shown = without_codes(asked)
    told = pd.DataFrame({field.source: values(shown, field) for field in fields}, dtype="object").to_dict("records")
    titles = {action: group.title for group in GROUPS for action in group.actions}
    columns = {
        "row_id": asked["row_id"].tolist(),
        "list": asked["action"].map(titles).tolist(),
        "action": asked["action"].tolist(),
        "balance": asked["balance"].astype("object").where(asked["balance"].notna(), None).tolist(),
        "open documents": numbers.where(numbers.str.len().le(MOST_TEXT), "").tolist(),
        "given": [_as_text(row) for row in told],
    }
    for number, heading in enumerate(GIVEN, 1):
        put(sheet, 1, number, [heading, *columns[heading]], ["Normal"] * (len(asked) + 1))


def _as_text(row: Mapping[Any, object]) -> str:
    """The cells of a row as one text; where it would not fit a cell, nothing, and the row is not compared."""
    text = json.dumps({key: words(value) for key, value in row.items()}, ensure_ascii=False)
    return text if len(text) <= MOST_TEXT else ""
