"""The Excel workbook that collectors work from: the list to act on, and behind it what it rests on."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError

from arkit.errors import OutputRefused, TableRefused, some
from arkit.money import NO_CURRENCY, decimals, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.tables import ACTIONS, CUSTOMERS, DOCUMENTS, RECONCILIATION, SCORES
from arkit.workbook.cells import words
from arkit.workbook.layouts import ASKED, FILL_IN, GIVEN, ROW_ID, Field, Layout
from arkit.workbook.words import LABELS, OUTCOMES, REASONS

#: Fill, colour of letters, and actions: the sterner the darker, also in a grey print; factoring blames nobody.
SHADES = (
    ("E2F0D9", "000000", ("nudge", "reminder", "resend")),
    ("FFD966", "000000", ("call", "contact_ap", "plan")),
    ("ED8B4B", "000000", ("firm_notice", "final_demand", "mediation")),
    ("8E1B10", "FFFFFF", ("agency", "court")),
    ("DDEBF7", "000000", ("factoring",)),
    ("44546A", "FFFFFF", ("review",)),
)
#: What the sheet 'How to use' says before it explains the columns.
ADVICE = (
    ("Work downwards", "No. 1 is first. Do what the row says by its day, then fill in the yellow columns at its right: what "
     "came of it, and when. A row left empty counts as not done."),
    ("Make it yours", "Sort, filter, hide, move or insert columns, save from Excel or LibreOffice: nothing breaks. Keep the "
     "headings as they are, and leave the hidden column row_id in place: by it each row is found again."),
    ("Who is left alone", "The sheet No action says why nobody is contacted, and until when."),
    ("Which day", "Everything is as of {day}. What is dated on that day counts; what came later is not in here."),
    ("How late", "The {from_day} itself is current; days 1 to {first} after it are in 1-{first}. Nobody is written to within "
     "{grace} days after the due day, for the money may be on its way."),
    ("Credits", "Credit not yet applied stands in a column of its own, never inside a bucket. It is taken off before anyone is "
     "contacted."),
    ("Currencies", "They are never added. Each has its own rows and its own totals."),
    ("Does it tie?", "Below the list on Aging, each total is compared with Open items. The difference has to be nothing."),
    ("Links", "A customer's name leads to its first row on Open items. Once you sort that sheet, use its filter instead."),
)  # fmt: skip
IDLE = ("none", "hold")
ACCOUNT = ["customer_id", "currency"]
#: What no sheet may hold: control characters, and the two that XML forbids.
UNPRINTABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
#: A text that starts so is marked as text, or a spreadsheet may take it for a formula once somebody edits it.
RISKY = tuple("=+-@\t\n")
ADDRESS = r"([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
#: Number format and side for what a column holds; amounts go by the decimals of their currency.
STYLES = {
    "text": ("General", "left"),
    "code": ("General", "center"),
    "id": ("General", "left"),
    "day": ("yyyy-mm-dd", "center"),
    "number": ("0", "center"),
    "score": ("0.0", "center"),
    "share": ("0%", "center"),
    "money": ("General", "right"),
    **{f"money {places}": ('{0};-{0};"-"'.format("#,##0" + "." * (places > 0) + "0" * places), "right") for places in range(5)},
}
FONT = "Arial"
#: The most characters that a cell holds.
MOST_TEXT = 32_767
#: The day of a workbook made from nothing, for nothing reads the clock: the first that a zip file knows.
FIRST_DAY = pd.Timestamp("1980-01-01")


ACTION_LIST = Layout("Actions", (*ASKED, *FILL_IN, ROW_ID), "D2", "Nobody has to be contacted.")
NO_ACTION = Layout(
    "No action",
    (
        *ASKED[:7],
        Field("Until when", "blocked_until", "day", 11),
        Field("What stands in the way", "blocked_by", "text", 18),
        Field("Else", "hidden_label", "text", 14),
        *ASKED[7:],
    ),
    "D2",
    "Every customer with an open balance is on the sheet Actions.",
)
OPEN_ITEMS = Layout(
    "Open items",
    (
        Field("Customer no.", "customer_id", "text", 14),
        Field("Customer", "name", "text", 32),
        Field("Document", "document_id", "text", 18),
        Field("Kind", "kind", "text", 13),
        Field("Issued", "issued", "day", 12),
        Field("Due", "due_date", "day", 12),
        Field("Days late", "days_late", "number", 10),
        Field("Amount", "amount", "money", 13),
        Field("Open amount", "open_amount", "money", 13),
        Field("Currency", "currency", "code", 10),
        Field("Reference", "reference", "text", 20),
    ),
    "D2",
    "Nothing is open.",
)
SCORE_LIST = Layout(
    "Scores",
    (
        Field("Customer no.", "customer_id", "text", 14),
        Field("Customer", "name", "text", 32),
        Field("Score", "score", "score", 9),
        Field("Grade", "grade", "code", 9),
        Field("What cost the most points", "reasons", "text", 60),
        Field("What would lift it", "would_lift", "text", 44),
        Field("When it usually pays", "habit", "text", 24),
        Field("Invoices behind it", "n", "number", 11),
        Field("Rests on own history", "confidence", "share", 12),
    ),
    "C2",
    "No customer has a score.",
)

BOOKS = Layout(
    "Books",
    (
        Field("Ledger", "ledger_total", "money", 14),
        Field("Books", "control_total", "money", 14),
        Field("Difference", "difference", "money", 13),
        Field("Currency", "currency", "code", 10),
        Field("What would explain it", "candidate", "text", 22),
        Field("Which", "about", "text", 34),
        Field("Amount", "amount", "money", 13),
        Field("Left over", "left_over", "money", 13),
        Field("Explains", "explains", "code", 11),
        Field("Evidence", "evidence", "text", 44),
        Field("How to find out", "what_to_do", "text", 34),
    ),
    "E2",
    "No control total was given.",
)


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
) -> Path:
    """The path of the workbook written: the action list, who is left alone, open items, aging, scores, how to use it.

    Customers in the action list lead to their open items; with ``customers``, contacts lead to a mail. A row is known by
    its hidden ``row_id``, day, customer and currency, whatever is sorted or moved. What somebody has filled in is never
    written over. A ``reconciliation`` that has rows gets a sheet that says what would explain the difference to the books.

    Raises
    ------
    OutputRefused
        If the file is there already and somebody has filled it in, or it is no such workbook.
    TableRefused
        If a table lacks a column, the tables are of different days, or a customer has two rows in one currency.
    """
    path, aging, known = Path(path), _flat(aged), CUSTOMERS.conform(customers)
    actions, documents, scores = ACTIONS.conform(actions), DOCUMENTS.conform(documents), SCORES.conform(scores)
    as_of = _one_day(actions, documents, aging, scores)
    _must_not_lose_work(path)
    names = _names(known, actions)
    items = _items(documents, names)
    asked = _with_links(_identified(actions), items, known)
    idle = asked["action"].isin(IDLE)
    book = _empty_book(as_of)
    _add_entry(_add_list(book, ACTION_LIST, asked[~idle]), as_of)
    # nobody writes to these by a click
    _add_list(book, NO_ACTION, asked[idle].assign(mail=None))
    _add_list(book, OPEN_ITEMS, items)
    _add_totals(_add_list(book, _aging_layout(aging), _named(aging, names)), aging, len(items))
    _add_list(book, SCORE_LIST, _named(scores, names))
    if reconciliation is not None and len(reconciliation):
        _add_list(book, BOOKS, RECONCILIATION.conform(reconciliation))
    _add_advice(book, as_of, policy)
    for sheet in book.worksheets:
        _set_up_print(sheet, as_of, policy)
    _add_choices(book)
    _add_given(book, asked[~idle], documents)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _must_not_lose_work(path: Path) -> None:
    """Refuses to write over a list that somebody has filled in, or over a file that is something else."""
    if not path.exists():
        return
    try:
        there = pd.read_excel(path, sheet_name=ACTION_LIST.title, dtype=object, keep_default_na=False, engine="calamine")
    except (ValueError, CalamineError):
        got = "a file without an action list"
    else:
        entered = there.reindex(columns=[field.heading for field in FILL_IN], fill_value="") != ""
        filled = int(entered.any(axis=1).sum())
        if not filled:
            return
        got = f"an action list with {filled:,} rows filled in"
    raise OutputRefused(
        f"{path} is there already.",
        expected="a new file, or an action list that nobody has filled in",
        got=got,
        fix="read it back and move it away first, or give another name",
    )


def _flat(aged: pd.DataFrame) -> pd.DataFrame:
    """The aging with day, customer and currency as columns."""
    flat = aged.reset_index()
    if not {"as_of", *ACCOUNT} <= {*flat.columns}:
        raise TableRefused(
            "the aging is not by customer.",
            expected="an index of as_of, customer_id and currency",
            got=", ".join(map(str, aged.index.names)),
            fix="age the documents with by='customer_id'",
        )
    return flat


def _one_day(*tables: pd.DataFrame) -> pd.Timestamp | None:
    """The day all tables are of; None if none of them has a row."""
    days = pd.concat([table["as_of"].astype("datetime64[s]") for table in tables]).drop_duplicates().sort_values()
    if len(days) > 1:
        raise TableRefused(
            "the tables are not of one day.",
            expected="actions, documents, aging and scores with the same as_of",
            got=some([f"{day:%Y-%m-%d}" for day in days]),
            fix="make all four from the same documents",
        )
    return days.iloc[0] if len(days) else None


def _identified(actions: pd.DataFrame) -> pd.DataFrame:
    """Actions in order of priority, with the action in words and an id for each row."""
    twice = actions[actions.duplicated(ACCOUNT)]
    if len(twice):
        raise TableRefused(
            f"{len(twice):,} rows of the table 'actions' come twice.",
            expected="one row per customer and currency",
            got=some([f"{row.customer_id} in {row.currency}" for row in twice.itertuples()]),
            fix="drop the rows that are not meant",
        )
    ids = actions["as_of"].dt.strftime("%Y-%m-%d") + "|" + actions["customer_id"] + "|" + actions["currency"]
    label = actions["action"].map(LABELS).fillna(actions["action"])
    ids_and_words = {"label": label, "row_id": ids, "hidden_label": actions["hidden_action"].replace(LABELS)}
    ids_and_words["blocked_by"] = actions["blocked_by"].str.replace("_", " ")
    return actions.assign(**ids_and_words).sort_values("priority", kind="stable")


def _names(*tables: pd.DataFrame) -> pd.Series:
    """The name of each customer, from the first table that knows one."""
    named = pd.concat([table.loc[table["name"].ne(""), ["customer_id", "name"]] for table in tables])
    return named.drop_duplicates("customer_id").set_index("customer_id")["name"]


def _items(documents: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Documents with something open, the oldest of each account first, and the row of the sheet each will stand in."""
    is_open = documents[to_minor(documents["open_amount"], documents["currency"]) != 0]
    ordered = is_open.sort_values([*ACCOUNT, "due_date", "document_id"], kind="stable", ignore_index=True)
    return _named(ordered, names).assign(kind=ordered["kind"].str.replace("_", " "), row=np.arange(2, len(ordered) + 2))


def _named(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The rows with the customer's name, or the number where no name is known."""
    return rows.assign(name=rows["customer_id"].map(names).fillna(rows["customer_id"]))


def _with_links(actions: pd.DataFrame, items: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Actions with the place of the account's first open item, and the mail address where one is known."""
    first = items.drop_duplicates(ACCOUNT).set_index(ACCOUNT)["row"]
    address = customers.drop_duplicates("customer_id").set_index("customer_id")["email"].str.extract(ADDRESS, expand=False)
    place = (f"'{OPEN_ITEMS.title}'!A" + first.astype("str")).rename("items")
    return actions.join(place, on=ACCOUNT).assign(mail=actions["customer_id"].map("mailto:" + address))


def _empty_book(as_of: pd.Timestamp | None) -> Workbook:
    """A workbook without sheets, its styles registered once and shared by all cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.title = "arkit", f"Receivables{_on(as_of)}"
    book.properties.created = (FIRST_DAY if as_of is None else as_of).to_pydatetime()
    hair, font = Side(style="hair", color="A6A6A6"), Font(name=FONT, size=10)
    given, to_fill = PatternFill(), PatternFill("solid", fgColor="FFF7DC")
    white, heading = Font(name=FONT, size=10, bold=True, color="FFFFFF"), Alignment(vertical="top", wrap_text=True)
    for paper, fill, side, dark in (("", given, None, "1F3864"), (" to fill in", to_fill, hair, "7F6000")):
        line = Border(left=side, right=side, bottom=hair)
        for name, (number, place) in STYLES.items():
            align = Alignment(place, "top", wrap_text=name == "text")
            book.add_named_style(NamedStyle(f"arkit {name}{paper}", font, fill, line, align, number))
        book.add_named_style(NamedStyle(f"arkit heading{paper}", white, PatternFill("solid", fgColor=dark), alignment=heading))
    return book


def _on(as_of: pd.Timestamp | None) -> str:
    return "" if as_of is None else f" as of {as_of:%Y-%m-%d}"


def _add_list(book: Workbook, layout: Layout, rows: pd.DataFrame) -> Worksheet:
    """A sheet with headings, one line per row and a table with filters; without rows, headings and a sentence."""
    sheet = book.create_sheet(layout.title)
    shown = rows.assign(currency=rows["currency"].replace(NO_CURRENCY, "")) if "currency" in rows else rows
    _fill(sheet, 1, layout.fields, shown)
    # room for two lines and, below them, the button of the filter
    sheet.row_dimensions[1].height, sheet.freeze_panes = 42, layout.scrolls
    if not len(rows):
        sheet["A2"] = layout.nothing
        return sheet
    table = Table(displayName=f"arkit_{layout.title.replace(' ', '_').lower()}", ref=sheet.dimensions)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    return sheet


def _fill(sheet: Worksheet, top: int, fields: tuple[Field, ...], rows: pd.DataFrame) -> None:
    """Headings in the row ``top`` and the rows below it, each high enough for its texts."""
    for column, field in enumerate(fields, 1):
        _put(sheet, top, column, [field.heading], [field.style("heading")])
        sheet.cell(top, column).alignment = Alignment(STYLES[field.holds][1], "top", wrap_text=True)
        values = _values(rows, field)
        _put(sheet, top + 1, column, values, _styles(rows, field))
        _link(sheet, top + 1, column, rows[field.link] if field.link else [])
        sheet.column_dimensions[get_column_letter(column)].width = _width(field, values)
    for row, lines in enumerate(_lines(rows, fields), top + 1):
        if lines > 1:
            sheet.row_dimensions[row].height = min(13 * lines + 2, 400)


def _values(rows: pd.DataFrame, field: Field) -> list:
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


def _put(sheet: Worksheet, first: int, column: int, values: list, styles: list[str]) -> None:
    """Writes values downwards. Text stays text, whatever it looks like."""
    for row, (value, style) in enumerate(zip(values, styles, strict=True), first):
        cell = sheet.cell(row, column)
        cell.style = style
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
            if value.startswith(RISKY):
                cell.quotePrefix = True


def _link(sheet: Worksheet, first: int, column: int, targets: Iterable[object]) -> None:
    """Makes cells lead to a mail address or to a place in the workbook."""
    blue = Font(name=FONT, size=10, color="0563C1", underline="single")
    for row, target in enumerate(targets, first):
        cell = sheet.cell(row, column)
        if isinstance(target, str) and cell.value is not None:
            where = "target" if target.startswith("mailto:") else "location"
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


def _add_entry(sheet: Worksheet, as_of: pd.Timestamp | None) -> None:
    """Shades by action, what the columns to fill in accept, and the ids hidden."""
    sheet.column_dimensions[ACTION_LIST.letter(ROW_ID.heading)].hidden = True
    if not sheet.tables or as_of is None:
        return
    label = f"${ACTION_LIST.letter('What to do')}2"
    for fill, letters, actions in SHADES:
        any_of = ",".join(f'{label}="{LABELS[action]}"' for action in actions)
        rule = FormulaRule([f"OR({any_of})"], fill=PatternFill(bgColor=fill), font=Font(color=letters, bold=True))
        sheet.conditional_formatting.add(ACTION_LIST.cells("What to do", sheet.max_row), rule)
    for heading, check in _checks(as_of).items():
        check.showErrorMessage, check.errorTitle, check.allowBlank = True, heading, True
        check.add(ACTION_LIST.cells(heading, sheet.max_row))
        sheet.add_data_validation(check)


def _checks(as_of: pd.Timestamp) -> dict[str, DataValidation]:
    """What each column to fill in accepts, and what Excel says to anything else."""

    def between(first: int, last: int) -> DataValidation:
        low, high = (as_of + timedelta(days=days) for days in (first, last))
        error = f"A day from {low:%Y-%m-%d} to {high:%Y-%m-%d}, please."
        return DataValidation("date", f"{to_excel(low):.0f}", f"{to_excel(high):.0f}", operator="between", error=error)

    choose = "Please choose from the list; details go under Comment."
    return {
        "Outcome": DataValidation("list", "arkit_outcomes", error=choose),
        # what was done in the weeks before counts too; far days are slips of the pen
        "Done on": between(-31, 366),
        "Promised or disputed amount": DataValidation(
            "decimal", "0", operator="greaterThan", error="An amount above zero, please."
        ),
        "Promised by, or until": between(0, 1096),
        "Dispute reason": DataValidation("list", "arkit_reasons", error=choose),
    }


def _add_choices(book: Workbook) -> None:
    """The hidden sheet with what the drop-downs offer."""
    sheet = book.create_sheet("Lists")
    sheet.sheet_state = "hidden"
    for column, (name, choices) in enumerate({"outcomes": OUTCOMES, "reasons": REASONS}.items(), 1):
        for row, value in enumerate((name, *choices), 1):
            sheet.cell(row, column, value)
        letter = get_column_letter(column)
        place = f"{sheet.title}!${letter}$2:${letter}${len(choices) + 1}"
        book.defined_names[f"arkit_{name}"] = DefinedName(f"arkit_{name}", attr_text=place)


def _add_given(book: Workbook, asked: pd.DataFrame, documents: pd.DataFrame) -> None:
    """The hidden sheet that says what was given, by which a list that comes back is compared."""
    sheet = book.create_sheet("Given")
    sheet.sheet_state = "veryHidden"
    shown = asked.assign(currency=asked["currency"].replace(NO_CURRENCY, ""))
    told = pd.DataFrame({field.source: _values(shown, field) for field in ASKED}, dtype="object").to_dict("records")
    is_open = documents[to_minor(documents["open_amount"], documents["currency"]) != 0]
    listed = is_open.groupby(ACCOUNT)["document_id"].agg("\n".join).rename("listed")
    listed = asked[ACCOUNT].join(listed, on=ACCOUNT)["listed"].fillna("")
    for column, heading in enumerate(GIVEN, 1):
        sheet.cell(1, column, heading)
    columns = (asked["row_id"], asked["action"], asked["balance"], listed, told)
    for row, (row_id, action, balance, numbers, given) in enumerate(zip(*columns, strict=True), 2):
        text = json.dumps({key: words(value) for key, value in given.items()}, ensure_ascii=False)
        line = (row_id, ACTION_LIST.title, action, balance, numbers if len(numbers) <= MOST_TEXT else "", text)
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"


def _aging_layout(aging: pd.DataFrame) -> Layout:
    """The sheet of the aging: customer, currency, and a column for each bucket."""
    buckets = [str(name) for name in aging.columns if name not in ("as_of", *ACCOUNT)]
    first = (*OPEN_ITEMS.fields[:2], Field("Currency", "currency", "code", 10))
    amounts = (Field(name.capitalize(), name, "money", 13) for name in buckets)
    return Layout("Aging", (*first, *amounts), "D2", "Nothing is open.")


def _add_totals(sheet: Worksheet, aging: pd.DataFrame, items: int) -> None:
    """Below the list, per currency: formulas that add up each bucket, and compare the total with the open items."""
    if not len(aging):
        return
    last, top, layout = len(aging) + 1, len(aging) + 3, _aging_layout(aging)
    headings = ["Totals", "", *(field.heading for field in layout.fields[2:]), "Open items", "Difference"]
    for column, heading in enumerate(headings, 1):
        _put(sheet, top, column, [heading], ["arkit heading"])
        sheet.cell(top, column).alignment = Alignment("left" if column < 3 else "center" if column == 3 else "right")
    total, (ours, difference) = layout.letter("Total"), (get_column_letter(len(headings) - back) for back in (1, 0))
    sheet.column_dimensions[ours].width = sheet.column_dimensions[difference].width = sheet.column_dimensions[total].width
    open_items = [f"'{OPEN_ITEMS.title}'!{OPEN_ITEMS.cells(name, items + 1)}" for name in ("Open amount", "Currency")]
    buckets = [[layout.cells(field.heading, last), layout.cells("Currency", last)] for field in layout.fields[3:]]
    for row, currency in enumerate(sorted(aging["currency"].unique()), top + 1):
        stated, places = currency != NO_CURRENCY, decimals(currency)
        like = f"$C{row}" if stated else '"="'
        sums = [f"=ROUND(SUMIFS({amounts},{codes},{like}),{places})" for amounts, codes in [*buckets, open_items]]
        line = ["All customers", None, currency if stated else None, *sums, f"=ROUND({total}{row}-{ours}{row},{places})"]
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column, value)
            cell.style = ("arkit text", "arkit text", "arkit code")[column - 1] if column < 4 else f"arkit money {places}"
            cell.font = Font(name=FONT, size=10, bold=True)


def _add_advice(book: Workbook, as_of: pd.Timestamp | None, policy: Policy) -> None:
    """The sheet that says in plain words how to work with the others."""
    said = {
        "day": "the day" if as_of is None else f"{as_of:%Y-%m-%d}",
        "from_day": "due day" if policy.aging.age_by == "due_date" else "day of issue",
        "first": policy.aging.edges[0],
        "grace": policy.contact.grace_days,
    }
    advice = pd.DataFrame([(head, words.format(**said)) for head, words in ADVICE], columns=["head", "words"])
    columns = pd.DataFrame([(field.heading, field.meaning) for field in (*ASKED, *FILL_IN)], columns=["head", "words"])
    sheet = book.create_sheet("How to use")
    for top, title, rows in ((1, f"Receivables{_on(as_of)}", advice), (len(advice) + 3, "Columns of Actions", columns)):
        _fill(sheet, top, (Field(title, "head", "text", 32), Field("What it means", "words", "text", 100)), rows)


def _set_up_print(sheet: Worksheet, as_of: pd.Timestamp | None, policy: Policy) -> None:
    """Landscape, one page wide, headings on each page, the day above and page numbers below."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.3, right=0.3, top=0.7, bottom=0.6, header=0.3, footer=0.3)
    sheet.print_title_rows = "1:1"
    head, foot = cast("HeaderFooterItem", sheet.oddHeader), cast("HeaderFooterItem", sheet.oddFooter)
    head.left.text = policy.company.name.replace("&", "&&") or None
    head.center.text = sheet.title + _on(as_of)
    foot.center.text = "Page &P of &N"
