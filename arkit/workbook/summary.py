"""The first sheet: what is owed, what is to be done and where, what changed, whether it ties, and two pictures."""

from collections.abc import Iterable
from typing import cast

import numpy as np
import pandas as pd
from xlsxwriter.chart_column import ChartColumn

from arkit.money import NO_CURRENCY, decimals, to_major, to_minor
from arkit.workbook.filling import fill, put, put_formula, without_codes
from arkit.workbook.layouts import OPEN_ITEMS, Field
from arkit.workbook.lists import layout_of
from arkit.workbook.look import Book, Sheet, on
from arkit.workbook.words import GROUPS, LABELS, Group

TITLE = "Summary"
#: Currencies that get pictures: those with the most documents.
PICTURES = 3
#: Height and width of a picture in pixels, and the rows it takes.
HIGH, WIDE, TALL = 246, 540, 14
#: Letters of a heading from which on its row has two lines, and the heights of such a row and of others.
LONG, HEADED = 17, (28, 16)
PICTURED = ("Aging", "Expected cash by week")
#: Measures that are shown, and what they are called.
MEASURED = {
    "dso": "DSO, by balance (days)", "dso_count_back": "DSO, by count-back (days)",
    "best_possible_dso": "Best possible DSO (days)",
    "average_days_delinquent": "Days delinquent", "cei_month": "Collected of what could be, last month",
    "top_5_share": "Share of the five largest",
}  # fmt: skip
#: Changes since the last list, in the order in which they are shown.
CHANGES = ("new", "escalated", "eased", "cleared", "unchanged")


class Page:
    """The summary as it grows downwards: each part below the one before."""

    def __init__(self, book: Book) -> None:
        self.sheet, self.next = book.sheet(TITLE), 3
        put(self.sheet, 1, 1, [f"Receivables{on(book.as_of)}"], "title")

    def add(self, rows: pd.DataFrame, fields: tuple[Field, ...]) -> int:
        """One part; returns the sheet's row of its headings. Nothing is added without rows."""
        top = self.next
        if len(rows):
            fill(self.sheet, top, fields, without_codes(rows))
            long = any(len(field.heading) > LONG and field.width < 2 * LONG for field in fields)
            self.sheet.grid.set_row(top - 1, HEADED[not long])
            self.next += len(rows) + 2
        return top

    def say(self, words: str) -> None:
        """A sentence of its own."""
        put(self.sheet, self.next, 1, [words], "line")
        self.next += 2


def add_totals(page: Page, items: pd.DataFrame) -> None:
    """What is open per currency, and beside it what the sheet of open items adds up to, as a formula."""
    if not len(items):
        page.say("Nothing is open.")
        return
    minor = pd.Series(to_minor(items["open_amount"], items["currency"]), index=items.index)
    late, owed = items["days_late"].gt(0), minor.gt(0)
    parts = {"open": minor, "late": minor.where(owed & late, 0), "ahead": minor.where(owed & ~late, 0)}
    sums = pd.DataFrame({**parts, "credit": minor.where(~owed, 0)}).groupby(items["currency"]).sum()
    codes = sums.index.to_series()
    rows = pd.DataFrame({name: to_major(sums[name].to_numpy(), codes) for name in sums}, index=sums.index)
    share = rows["late"] / (rows["late"] + rows["ahead"]).where(lambda total: total.gt(0))
    counts = items.groupby("currency").agg(documents=("document_id", "size"), customers=("customer_id", "nunique"))
    rows = rows.assign(share=share).join(counts.astype("float64")).reset_index().assign(what="All customers")
    top = page.add(
        rows,
        (
            Field("Owed", "what", "text", 34),
            Field("Currency", "currency", "code", 10),
            Field("Open", "open", "money", 17),
            Field("Past due", "late", "money", 17),
            Field("Not yet due", "ahead", "money", 17),
            Field("Credit not applied", "credit", "money", 17),
            Field("Share past due", "share", "share", 12),
            Field("Documents", "documents", "number", 11),
            Field("Customers", "customers", "number", 11),
        ),
    )
    put(page.sheet, top, 10, ["Difference to Open items"], "heading right")
    page.sheet.widen(10, 14)
    amounts, listed = (f"'{OPEN_ITEMS.title}'!{OPEN_ITEMS.cells(name, len(items) + 1)}" for name in ("Open amount", "Currency"))
    for row, code in enumerate(rows["currency"], top + 1):
        like, places = (f"B{row}" if code != NO_CURRENCY else '"="'), decimals(code)
        formula = f"=ROUND(SUMIFS({amounts},{listed},{like})-C{row},{places})"
        # what stands in C was added up from the same rows
        put_formula(page.sheet, row, 10, formula, f"money {places}", value=0)


def add_work(page: Page, asked: pd.DataFrame, there: list[Group]) -> None:
    """What is to be done, by list and action, with a link to the list and how many rows have an outcome so far."""
    rows = asked.assign(asking=asked["ask_for"].fillna(0))
    title = {action: group.title for group in GROUPS for action in group.actions}
    keys = [rows["action"], rows["currency"]]
    minor = {name: to_minor(rows[name].fillna(0), rows["currency"]) for name in ("at_stake", "asking")}
    sums = pd.DataFrame(minor, index=rows.index).assign(accounts=1.0).groupby(keys).sum().reset_index()
    rank = {action: number for number, action in enumerate(title)}
    sums = sums.sort_values("action", key=lambda column: column.map(rank), kind="stable", ignore_index=True)
    for name in minor:
        sums[name] = to_major(sums[name].to_numpy("int64"), sums["currency"])
    lists, labels = sums["action"].map(title), sums["action"].map(LABELS)
    sums = sums.assign(where="'" + lists + "'!A1", what=(lists + ": " + labels).astype("str"))
    if not len(sums):
        page.say("Nobody has to be contacted.")
        return
    top = page.add(
        sums,
        (
            Field("What to do", "what", "text", 34, link="where"),
            Field("Currency", "currency", "code", 10),
            Field("At stake", "at_stake", "money", 17),
            Field("To ask for", "asking", "money", 17),
            Field("Accounts", "accounts", "number", 17),
        ),
    )
    put(page.sheet, top, 6, ["With an outcome"], "heading center")
    size = asked["action"].map(title).value_counts()
    layouts = {group.title: layout_of(group) for group in there}
    for row, (listed, label, code) in enumerate(zip(lists, labels, sums["currency"], strict=True), top + 1):
        cells = {name: layouts[listed].cells(name, int(size[listed]) + 1) for name in ("What to do", "Currency", "Outcome")}
        at = {name: f"'{listed}'!{place}" for name, place in cells.items()}
        like = f'"{code}"' if code != NO_CURRENCY else '"="'
        formula = f'=COUNTIFS({at["What to do"]},"{label}",{at["Currency"]},{like},{at["Outcome"]},"?*")'
        put_formula(page.sheet, row, 6, formula, "number", value=0)


def add_changes(page: Page, changes: pd.DataFrame) -> None:
    """What changed since the list before: how many accounts, and what was and is at stake on them."""
    if not len(changes):
        return
    sums = _summed(changes, ["change", "currency"], ["at_stake_before", "at_stake"])
    order = {word: number for number, word in enumerate(CHANGES)}
    sums = sums.sort_values("change", key=lambda column: column.map(order), kind="stable", ignore_index=True)
    since = changes["since"].max()
    page.add(
        sums,
        (
            Field(f"Since the list of {since:%Y-%m-%d}", "change", "text", 34),
            Field("Currency", "currency", "code", 10),
            Field("At stake before", "at_stake_before", "money", 17),
            Field("At stake now", "at_stake", "money", 17),
            Field("Accounts", "accounts", "number", 17),
        ),
    )


def add_blocks(page: Page, blocks: pd.DataFrame) -> None:
    """What is past due and not to be asked for now, by what stands in the way; single documents only, which never overlap."""
    single = blocks[blocks["document_id"].ne("") & blocks["past_due"].gt(0)]
    if len(single):
        sums = _summed(single.assign(kind=single["kind"].str.replace("_", " ")), ["kind", "currency"], ["past_due"])
        page.add(
            sums,
            (
                Field("Not to be asked for now", "kind", "text", 34),
                Field("Currency", "currency", "code", 10),
                Field("Past due", "past_due", "money", 17),
                Field("Documents", "accounts", "number", 17),
            ),
        )


def add_books(page: Page, reconciliation: pd.DataFrame) -> None:
    """The ledger beside the books per currency, and the best explanation of a difference."""
    best = reconciliation.drop_duplicates("currency").reset_index(drop=True)
    tied = best["difference"].eq(0)
    said = (best["candidate"] + ": " + best["about"]).where(~tied, "It ties to the books.")
    page.add(
        best.assign(said=said.astype("str")),
        (
            Field("Beside the books", "said", "text", 34),
            Field("Currency", "currency", "code", 10),
            Field("Ledger", "ledger_total", "money", 17),
            Field("Books", "control_total", "money", 17),
            Field("Difference", "difference", "money", 17),
        ),
    )


def add_measures(page: Page, measures: pd.DataFrame) -> None:
    """A few numbers for the month; their formulas stand in the report."""
    whole = measures[measures["by"].eq("") & measures["measure"].isin([*MEASURED]) & measures["shown"].ne("")]
    now = whole[whole["as_of"].eq(whole["as_of"].max())].reset_index(drop=True)
    page.add(
        now.assign(measure=now["measure"].map(MEASURED).astype("str")),
        (
            Field("Measures", "measure", "text", 34),
            Field("Currency", "currency", "code", 10),
            Field("Value", "shown", "code", 17),
        ),
    )


def add_pictures(page: Page, aging: pd.DataFrame, cash: pd.DataFrame, codes: list[str]) -> None:
    """Aging by bucket and expected cash by week, each currency in a picture of its own, and the numbers they show."""
    shown = codes[:PICTURES]
    buckets = [str(name) for name in aging if name not in ("as_of", "customer_id", "currency", "total")]
    old = _by_currency([aging[aging["currency"].eq(code)] for code in shown], buckets, shown)
    weeks = [cash[cash["currency"].eq(code)].sort_values("week") for code in shown]
    ahead = {
        code: part.set_index("from_date")[["backlog", "flow"]].fillna(0).sum(axis=1)
        for code, part in zip(shown, weeks, strict=True)
    }
    coming = pd.DataFrame(ahead)
    tables = [("Aging", [name.capitalize() for name in buckets], old)]
    if len(coming):
        tables.append(("Expected cash, week from", [f"{day:%Y-%m-%d}" for day in coming.index], coming))
    places = [_numbers(page, title, names, table, shown) for title, names, table in tables]
    page.sheet.grid.set_h_pagebreaks([page.next - 1])
    for number, code in enumerate(shown):
        for side, ((top, size), words) in enumerate(zip(places, PICTURED, strict=False)):
            chart = _bars(page.sheet, top, size, number + 2, " ".join([words, _code(code)]).strip())
            below = page.next + number * TALL
            page.sheet.grid.insert_chart(f"{'AE'[side]}{below}", chart, {"object_position": 2, "y_offset": 4})
    page.next += len(shown) * TALL


def _numbers(page: Page, title: str, names: list[str], table: pd.DataFrame, codes: list[str]) -> tuple[int, int]:
    """The numbers of a picture with a column for each currency; the row of their headings and how many there are."""
    top = page.next
    put(page.sheet, top, 1, [title], "heading left")
    put(page.sheet, top + 1, 1, names, "text")
    for column, code in enumerate(codes, 2):
        amounts = table[code].astype("float64").fillna(0).tolist()
        put(page.sheet, top, column, [_code(code) or "Amount"], "heading right")
        put(page.sheet, top + 1, column, amounts, f"money {decimals(code)}")
        page.sheet.widen(column, 15)
    page.next += len(names) + 2
    return top, len(names)


def _by_currency(parts: Iterable[pd.DataFrame], buckets: list[str], codes: list[str]) -> pd.DataFrame:
    """The amount of each bucket, with a column for each currency."""
    sums = {}
    for part, code in zip(parts, codes, strict=True):
        currency = pd.Series(code, index=part.index)
        minor = np.array([to_minor(part[name], currency).sum() for name in buckets], dtype="int64")
        sums[code] = to_major(minor, pd.Series([code] * len(buckets)))
    return pd.DataFrame(sums, index=buckets)


def _bars(sheet: Sheet, top: int, size: int, column: int, title: str) -> ChartColumn:
    """One picture: a bar for each row of a table of numbers, whose headings stand in the row ``top``."""
    chart = cast("ChartColumn", sheet.book.file.add_chart({"type": "column"}))

    def place(of: int) -> list[str | int]:
        return [sheet.title, top, of - 1, top + size - 1, of - 1]

    chart.add_series({"categories": place(1), "values": place(column), "fill": {"color": "#1F3864"}, "gap": 60})
    chart.set_title({"name": title})
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": "#,##0"})
    chart.set_size({"width": WIDE, "height": HIGH})
    return chart


def _summed(rows: pd.DataFrame, keys: list[str], amounts: list[str]) -> pd.DataFrame:
    """Exact sums of amounts by keys, and how many rows they are."""
    minor = {name: to_minor(rows[name].fillna(0), rows["currency"]) for name in amounts}
    sums = pd.DataFrame(minor, index=rows.index).assign(accounts=1).groupby([rows[key] for key in keys]).sum().reset_index()
    for name in amounts:
        sums[name] = to_major(sums[name].to_numpy("int64"), sums["currency"])
    return sums


def _code(code: str) -> str:
    return "" if code == NO_CURRENCY else code


def finish(page: Page) -> None:
    """Nothing is to be filled in here, so it is locked, without a password; the widest part decides how it prints."""
    page.sheet.grid.protect("", {"format_columns": True, "format_rows": True})
