"""The Excel workbook that collectors work from: lists to act on, and behind them what they rest on."""

from pathlib import Path

import pandas as pd

from arkit.errors import ImportRefused, OutputRefused
from arkit.money import NO_CURRENCY, decimals, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.tables import (
    ACTIONS,
    BLOCKS,
    CASH,
    CHANGES,
    CUSTOMERS,
    DOCUMENTS,
    FORECASTS,
    MEASURES,
    RECONCILIATION,
    SCORES,
)
from arkit.workbook import rows, summary
from arkit.workbook.advice import add_advice
from arkit.workbook.cells import texts
from arkit.workbook.files import opened
from arkit.workbook.filling import add_list, put, put_formula
from arkit.workbook.finding import ENTRIES, found
from arkit.workbook.layouts import BOOKS, CASH_AHEAD, FORECAST, OPEN_ITEMS, PEOPLE, Field, Layout, letter
from arkit.workbook.lists import add_choices, add_given, add_lists
from arkit.workbook.look import Book, Sheet, set_up_print
from arkit.workbook.words import Group


def write_workbook(
    path: str | Path,
    *,
    actions: pd.DataFrame,
    documents: pd.DataFrame,
    aged: pd.DataFrame,
    scores: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    reconciliation: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
    blocks: pd.DataFrame | None = None,
    forecasts: pd.DataFrame | None = None,
    cash: pd.DataFrame | None = None,
    measures: pd.DataFrame | None = None,
) -> Path:
    """The path of the workbook written: a summary, a list for each group of actions, and what they rest on.

    Each list has columns to fill in, and `read_workbook` reads them back. A list without rows is left out; the summary says
    which there are. Customers lead to their open items; with ``customers``, contacts lead to a mail or a call. A row is known
    by its hidden ``row_id``, day, customer and currency, whatever is sorted or moved. What somebody has filled in is never
    written over. The other tables, where they are given and have rows, get a sheet or a part of the summary: the difference
    to the books (``reconciliation``), what changed since the last list, what may not be asked for (``blocks``), chances and
    dates (``forecasts``), weeks (``cash``) and ``measures``; ``notes`` say who was last in touch.

    Raises
    ------
    OutputRefused
        If the file is there already and somebody has filled it in, or it is no such workbook.
    TableRefused
        If a table lacks a column, the tables are of different days, or a customer has two rows in one currency.
    """
    path, aging, known = Path(path), rows.flat(aged), CUSTOMERS.conform(customers)
    actions, documents, scores = ACTIONS.conform(actions), DOCUMENTS.conform(documents), SCORES.conform(scores)
    books, changes, blocks = RECONCILIATION.conform(reconciliation), CHANGES.conform(changes), BLOCKS.conform(blocks)
    forecasts, cash, measures = FORECASTS.conform(forecasts), CASH.conform(cash), MEASURES.conform(measures)
    as_of = rows.one_day(actions, documents, aging, scores)
    _must_not_lose_work(path)
    names, contacts = rows.names(known, actions), rows.last_contacts(notes, as_of)
    items = rows.items(documents, names)
    asked = rows.with_links(rows.identified(actions), items, known, rows.ACCOUNT)
    asked = asked.assign(last_contact=rows.looked_up(asked["customer_id"], contacts))
    with Book(as_of) as book:
        page = summary.Page(book)
        there = add_lists(book, asked)
        people = rows.people(scores, known, names, contacts)
        add_list(book, PEOPLE, rows.with_links(people, items, known, ["customer_id"]))
        add_list(book, OPEN_ITEMS, items)
        _add_totals(add_list(book, _aging_layout(aging), rows.named(aging, names)), aging, items)
        if len(forecasts):
            add_list(book, FORECAST, rows.with_links(rows.expected(forecasts, items, names), items, known, ["customer_id"]))
        if len(cash):
            add_list(book, CASH_AHEAD, cash)
        if len(books):
            add_list(book, BOOKS, books)
        add_advice(book, policy)
        _fill_summary(page, there, {"asked": asked, "items": items, "aging": aging, "changes": changes, "blocks": blocks,
                                    "books": books, "measures": measures, "cash": cash})  # fmt: skip
        for sheet in book.sheets:
            set_up_print(sheet, policy)
        add_choices(book)
        add_given(book, asked, documents)
        written = book.saved()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written)
    return path


def _fill_summary(page: summary.Page, there: list[Group], tables: dict[str, pd.DataFrame]) -> None:
    """The first sheet, part by part."""
    items = tables["items"]
    summary.add_totals(page, items)
    summary.add_work(page, tables["asked"], there)
    summary.add_changes(page, tables["changes"])
    summary.add_blocks(page, tables["blocks"])
    if len(tables["books"]):
        summary.add_books(page, tables["books"])
    if len(tables["measures"]):
        summary.add_measures(page, tables["measures"])
    if len(items):
        codes = [str(code) for code in items["currency"].value_counts().index]
        summary.add_pictures(page, tables["aging"], tables["cash"], codes)
    summary.finish(page)


def _must_not_lose_work(path: Path) -> None:
    """Refuses to write over a list that somebody has filled in, or over a file that is something else."""
    if not path.exists():
        return
    try:
        there = found(path.name, opened(path))
    except ImportRefused:
        there = None
    if there is not None and (there.places or len(there.given)):
        entered = [texts(there.rows[key]).ne("") for key in ENTRIES if key in there.rows]
        filled = int(pd.concat(entered, axis=1).any(axis=1).sum()) if entered else 0
        if not filled:
            return
        got = f"lists with {filled:,} rows filled in"
    else:
        got = "a file without an action list"
    raise OutputRefused(
        f"{path} is there already.",
        expected="a new file, or lists that nobody has filled in",
        got=got,
        fix="read it back and move it away first, or give another name",
    )


def _aging_layout(aging: pd.DataFrame) -> Layout:
    """The sheet of the aging: customer, currency, and a column for each bucket."""
    buckets = [str(name) for name in aging.columns if name not in ("as_of", *rows.ACCOUNT)]
    first = (*OPEN_ITEMS.fields[:2], Field("Currency", "currency", "code", 10))
    amounts = (Field(name.capitalize(), name, "money", 13) for name in buckets)
    return Layout("Aging", (*first, *amounts), "D2", "Nothing is open.")


def _add_totals(sheet: Sheet, aging: pd.DataFrame, items: pd.DataFrame) -> None:
    """Below the list, per currency: formulas that add up each bucket, and compare the total with the open items."""
    if not len(aging):
        return
    last, top, layout = len(aging) + 1, len(aging) + 3, _aging_layout(aging)
    buckets, width = layout.fields[3:], len(layout.fields)
    headings = ["Totals", None, *(field.heading for field in layout.fields[2:]), "Open items", "Difference"]
    for column, heading in enumerate(headings, 1):
        put(sheet, top, column, [heading], f"heading {'left' if column < 3 else 'center' if column == 3 else 'right'}")
    for column in (width + 1, width + 2):
        sheet.widen(column, sheet.widths[width])
    amounts, listed = (f"'{OPEN_ITEMS.title}'!{OPEN_ITEMS.cells(name, len(items) + 1)}" for name in ("Open amount", "Currency"))
    added = [(layout.cells(field.heading, last), layout.cells("Currency", last)) for field in buckets]
    sums = _summed(aging, [field.source for field in buckets]).join(_summed(items, ["open_amount"])).fillna(0)
    sums["difference"] = sums["total"] - sums["open_amount"]
    for row, (code, minor) in enumerate(zip(sums.index, sums.astype("int64").to_numpy().tolist(), strict=True), top + 1):
        stated, places = code != NO_CURRENCY, decimals(str(code))
        like = f"$C{row}" if stated else '"="'
        put(sheet, row, 1, ["All customers"], "total")
        put(sheet, row, 3, [code if stated else None], "code")
        formulas = [f"=ROUND(SUMIFS({cells},{codes},{like}),{places})" for cells, codes in [*added, (amounts, listed)]]
        formulas.append(f"=ROUND({letter(width)}{row}-{letter(width + 1)}{row},{places})")
        for column, (formula, amount) in enumerate(zip(formulas, minor, strict=True), 4):
            put_formula(sheet, row, column, formula, f"money {places}", value=amount / 10**places)


def _summed(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Exact sums of amounts by currency, in minor units."""
    minor = {name: to_minor(table[name].fillna(0), table["currency"]) for name in names}
    return pd.DataFrame(minor, index=table.index).groupby(table["currency"]).sum()
