"""The lists that people work from: one sheet per group of actions, with columns to fill in, totals, and what was given."""

import json
from datetime import timedelta

import pandas as pd

from arkit.money import NO_CURRENCY, decimals, to_major, to_minor
from arkit.workbook.cells import words
from arkit.workbook.filling import add_list, fits, put, put_formula, values, without_codes
from arkit.workbook.layouts import ASKED, FILL_IN, GIVEN, ROW_ID, SET, TOTAL, WAITING, Field, Layout, letter
from arkit.workbook.look import SHADES, Book, Sheet
from arkit.workbook.rows import ACCOUNT
from arkit.workbook.words import GROUPS, LABELS, REASONS, Group

#: Rows from which on totals no longer follow the filter where a list has several currencies: each change would add up anew.
MOST_LIVE = 2_000
ADDED = {"At stake": "at_stake", "To ask for": "ask_for"}
CHOICES = "Lists"
#: Days before and after the list's day that 'Done on' and the promised day may be.
DONE, PROMISED = (-31, 366), (0, 1096)


def layout_of(group: Group) -> Layout:
    """The columns of one list: what is asked, what is filled in, the id; some lists have columns of their own besides."""
    waits = WAITING if "hold" in group.actions else ()
    sets = SET if "firm_notice" in group.actions else ()
    given = (*ASKED[:7], *sets, ASKED[7], *waits, *ASKED[8:])
    return Layout(group.title, (*given, *FILL_IN, ROW_ID), "D2", "Nobody is on this list.")


def add_lists(book: Book, asked: pd.DataFrame) -> list[Group]:
    """A sheet for each group that has rows, and which groups those are."""
    there = [group for group in GROUPS if asked["action"].isin(group.actions).any()]
    for number, group in enumerate(GROUPS):
        if group in there:
            rows, layout = asked[asked["action"].isin(group.actions)], layout_of(group)
            # nobody who is left alone is written to or called by a click
            shown = rows.assign(mail=None, tel=None) if "hold" in group.actions else rows
            sheet = add_list(book, layout, shown)
            _add_entry(sheet, layout, number)
            _add_totals(sheet, layout, rows)
            # what is filled in would make the print too small to read
            sheet.grid.print_area(f"A1:{layout.letter('Next step if nothing happens')}{sheet.last}")
    return there


def _add_entry(sheet: Sheet, layout: Layout, number: int) -> None:
    """Shades by action, what the columns to fill in accept, what is done in grey, and the ids hidden."""
    sheet.widen(len(layout.fields), ROW_ID.width, hidden=True)
    last, look = sheet.last, sheet.book.file.add_format
    label = f"${layout.letter('What to do')}2"
    for fill, letters, actions in SHADES:
        any_of = ",".join(f'{label}="{LABELS[action]}"' for action in actions)
        shade = look({"bg_color": f"#{fill}", "font_color": f"#{letters}", "bold": True})
        rule = {"type": "formula", "criteria": f"=OR({any_of})", "format": shade}
        sheet.grid.conditional_format(layout.cells("What to do", last), rule)
    grey, outcome = look({"font_color": "#808080", "italic": True}), layout.letter("Outcome")
    done = {"type": "formula", "criteria": f'=${outcome}2<>""', "format": grey}
    sheet.grid.conditional_format(f"$A$2:${layout.letter('Next step if nothing happens')}${last}", done)
    for heading, check in _checks(sheet.book.as_of, number).items():
        sheet.grid.data_validation(layout.cells(heading, last), check | {"error_title": heading[:32]})


def _checks(as_of: pd.Timestamp | None, number: int) -> dict[str, dict[str, object]]:
    """What each column to fill in accepts, and what Excel says to anything else."""

    def between(days: tuple[int, int]) -> dict[str, object]:
        low, high = ((as_of or pd.Timestamp("2000-01-01")) + timedelta(days=day) for day in days)
        error = f"A day from {low:%Y-%m-%d} to {high:%Y-%m-%d}, please."
        ends = {"minimum": low.to_pydatetime(), "maximum": high.to_pydatetime()}
        return {"validate": "date", "criteria": "between", **ends, "error_message": error}

    def one_of(place: int, count: int) -> dict[str, object]:
        # a place and no name: names are lost where a sheet goes through other programs
        cells = f"={CHOICES}!${letter(place)}$2:${letter(place)}${count + 1}"
        error = "Please choose from the list; details go under Comment."
        return {"validate": "list", "source": cells, "error_message": error}

    amount = {"validate": "decimal", "criteria": ">", "value": 0, "error_message": "An amount above zero, please."}
    return {
        "Outcome": one_of(number + 2, len(GROUPS[number].outcomes)),
        # what was done in the weeks before counts too; far days are slips of the pen
        "Done on": between(DONE),
        "Promised or disputed amount": amount,
        "Promised by, or until": between(PROMISED),
        "Dispute reason": one_of(1, len(REASONS)),
    }


def add_choices(book: Book) -> None:
    """The hidden sheet with what the drop-downs offer: reasons of disputes, and the outcomes of each list."""
    sheet = book.sheet(CHOICES)
    sheet.grid.hide()
    for column, (name, choices) in enumerate([("Dispute reason", REASONS), *((g.title, g.outcomes) for g in GROUPS)], 1):
        put(sheet, 1, column, [name, *choices], "line")


def _add_totals(sheet: Sheet, layout: Layout, rows: pd.DataFrame) -> None:
    """Below the list, per currency: what is at stake and to be asked for in the rows that a filter shows."""
    minor = {name: to_minor(rows[name].fillna(0), rows["currency"]) for name in ADDED.values()}
    sums = pd.DataFrame(minor, index=rows.index).groupby(rows["currency"]).sum()
    last, codes = len(rows) + 1, sums.index.to_series()
    column = {field.heading: number for number, field in enumerate(layout.fields, 1)}
    live = len(codes) == 1 or len(rows) <= MOST_LIVE
    for row, code in enumerate(codes, last + 2):
        stated = code if code != NO_CURRENCY else ""
        put(sheet, row, column["Customer"], ["Total of the rows shown" if live else "Total"], "total")
        put(sheet, row, column["Currency"], [stated or None], "code")
        put(sheet, row, column[ROW_ID.heading], [f"{TOTAL}|{code}"], "id")
    for heading, name in ADDED.items():
        amounts, listed = layout.cells(heading, last), layout.cells("Currency", last)
        for row, (code, amount) in enumerate(
            zip(codes, to_major(sums[name].to_numpy(), codes).tolist(), strict=True), last + 2
        ):
            formula = _total(amounts, listed, code if code != NO_CURRENCY else "", live, len(codes) == 1)
            formula, look = f"=ROUND({formula},{decimals(code)})", f"money {decimals(code)}"
            put_formula(sheet, row, column[heading], formula, look, value=amount)


def _total(amounts: str, codes: str, code: str, live: bool, alone: bool) -> str:
    """The formula that adds up the amounts of one currency; with a filter, of the rows it shows."""
    if alone:
        return f"SUBTOTAL(109,{amounts})"
    if not live:
        return f'SUMIFS({amounts},{codes},"{code or "="}")'
    first = amounts.partition(":")[0]
    return f'SUMPRODUCT(SUBTOTAL(109,OFFSET({first},ROW({amounts})-ROW({first}),0,1)),--({codes}="{code}"))'


def add_given(book: Book, asked: pd.DataFrame, documents: pd.DataFrame) -> None:
    """The very hidden sheet that says what was given, by which a list that comes back is compared."""
    sheet = book.sheet("Given")
    sheet.grid.very_hidden()
    is_open = documents[to_minor(documents["open_amount"], documents["currency"]) != 0]
    listed = is_open.drop_duplicates([*ACCOUNT, "document_id"]).groupby(ACCOUNT)["document_id"].agg("\n".join).rename("listed")
    numbers = asked[ACCOUNT].join(listed, on=ACCOUNT)["listed"].fillna("")
    titles = {action: group.title for group in GROUPS for action in group.actions}
    columns = {
        "row_id": asked["row_id"].tolist(),
        "list": asked["action"].map(titles).tolist(),
        "action": asked["action"].tolist(),
        "balance": asked["balance"].astype("object").where(asked["balance"].notna(), None).tolist(),
        "open documents": [text if fits(text) else "" for text in numbers.tolist()],
        "given": _told(without_codes(asked)),
    }
    for number, heading in enumerate(GIVEN, 1):
        put(sheet, 1, number, [heading, *columns[heading]], "line")


def _told(asked: pd.DataFrame) -> list[str]:
    """The cells of each row as one text; where it would not fit a cell, nothing, and the row is not compared."""
    fields = (*ASKED, *SET, *WAITING)
    columns = [_as_texts(asked, field) for field in fields]
    names = [field.source for field in fields]
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in zip(*columns, strict=True))
    return [line if fits(line) else "" for line in lines]


def _as_texts(asked: pd.DataFrame, field: Field) -> list[str]:
    """One column as a reader of the list will find it."""
    if field.holds == "day":
        return asked[field.source].dt.strftime("%Y-%m-%d").fillna("").tolist()
    return [words(value) for value in values(asked, field)]
