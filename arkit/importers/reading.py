"""One sheet read: its rows classified, its cells typed, and what was decided along the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from arkit.errors import ImportRefused, counted, some
from arkit.importers import cells, rejects
from arkit.importers.alarms import noticed
from arkit.importers.cells import SIGNS, currencies_beside
from arkit.importers.exports import Export, Unusable
from arkit.importers.headings import DATES, MONEY, MONEY_LIKE, Columns, both_rows, find_columns, match, normal, with_money
from arkit.importers.kinds import KIND, LOWERING, LOWERING_SIDE, NOT_OWED, PAID_WORDS, PAYING
from arkit.importers.mapping import Mapping
from arkit.importers.rows import SOFT, Layout, Rows, at_a_glance, classify, differences, printed_day
from arkit.importers.sheets import TOP, Sheet, as_text
from arkit.importers.systems import recognise
from arkit.money import NO_CURRENCY
from arkit.terms import in_days

IDENTIFIERS = ("customer_id", "same_as", "document_id", "payment_id", "credit_note_id", "applied_to")
#: Headings that mean a status here and a province there, and those of an address that stand beside a province.
PROVINCE = ("state", "estado", "etat")
ADDRESS = (
    "city", "town", "suburb", "zip", "zip code", "postal code", "post code", "postcode", "country", "street", "address",
    "ciudad", "cidade", "cep", "codigo postal", "cp", "pais", "ville", "code postal", "pays",
)  # fmt: skip
FLAGS = ("is_individual", "strategic", "do_not_contact", "po_required", "is_supplier", "direct_debit", "disputed")
#: Headings that mean the customer in one system and an account of the ledger in another.
ACCOUNTS = ("account", "konto", "compte")
PAYMENTS = re.compile(r"payment|receipt|zahlung|paiement|pagos|betaling|pagamento", re.IGNORECASE)
#: Headings of the two sides of an account.
DEBIT = ("debit", "debits", "soll", "debe", "debet", "debito")
CREDIT = ("credit", "credits", "haben", "haber", "credito")
#: What looks like a day, in a column nobody named.
DAY_LIKE = r"\s*\d{1,4}[-/. ][\w]{1,9}[-/. ]\d{2,4}.*"


@dataclass(frozen=True)
class Options:
    """What the user declares because a file cannot say it."""

    date_order: str | None = None
    decimal: str | None = None
    currency: str | None = None
    as_of: pd.Timestamp | None = None
    mapping: Mapping = field(default_factory=Mapping)
    max_rejects: int = 0

    def __post_init__(self) -> None:
        """Refuse what no file can be read by."""
        for name, said, allowed, expected in (
            ("date order", self.date_order, "dmy|mdy", "dmy or mdy"),
            ("decimal mark", self.decimal, "[.,]", ". or ,"),
            ("currency", self.currency, "[A-Z]{3}", "three capitals, such as EUR"),
        ):
            if said is not None and not re.fullmatch(allowed, said):
                fix = "correct the option or the mapping file"
                raise ImportRefused(f"'{said}' is no {name}.", expected=expected, got=repr(said), fix=fix)


@dataclass(eq=False)
class Part:
    """One sheet as typed rows, what it holds, and its receipt. ``rows`` is indexed by the row of the file."""

    sheet: Sheet
    columns: Columns
    export: Export
    holds: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    warnings: list[str] = field(default_factory=list)
    as_of: pd.Timestamp | None = None
    printed: pd.DataFrame = field(default_factory=pd.DataFrame)
    decimal: str = "."
    #: The one order of day and month that its dates prove or that was declared, if they have one.
    order: str | None = None
    #: No two rows share a document number.
    numbered_once: bool = False
    kinds: dict[str, str] = field(default_factory=dict)
    receipt: dict[str, Any] = field(default_factory=dict)


#: Stands for any table that no declaration claims.
ANY = Export(name="", signature=())


def read(sheet: Sheet, options: Options) -> Part:
    """A sheet as typed rows.

    Raises
    ------
    ImportRefused
        If no header row is found, a needed column is missing, dates or amounts have two readings, or more rows than
        ``max_rejects`` cannot be read or told what they are.
    """
    layout = _layout(sheet, options)
    sheet, columns, export = layout.sheet, layout.columns, layout.export
    proof = cells.Proof()
    body = layout.body()
    rows = classify(body, layout)
    entries = body if rows.are("entry").all() else body[rows.are("entry")]
    entries = _filled_down(entries, layout)
    raw = {name: entries.iloc[:, at] for name, at in columns.position.items()}
    raw = _with_customer(raw, columns, rows.group if export.under == "customer" else rows.group.str[:0], proof)
    typed = _completed(_typed(raw, layout, options, proof), export, proof)
    if "currency" not in typed and {"amount", "open_amount"} & set(raw):
        typed = typed.assign(currency=currencies_beside([raw[name] for name in ("open_amount", "amount") if name in raw]))
    holds = export.holds or _holds(columns, typed, sheet)
    said = {**export.columns, **options.mapping.columns}
    if "status" not in said and _is_province(columns, typed, holds, sheet):
        columns, typed = columns.without("status"), typed.drop(columns="status")
    typed = _with_currency(_with_day(typed, holds), export, options, holds, proof)
    everything = typed
    bad = rejects.unreadable(proof, rows, sheet, options.max_rejects)
    typed = typed.drop(index=bad["row"].unique(), errors="ignore") if len(bad) else typed
    number = rejects.NUMBER.get(holds, "date")
    shared = typed[number].duplicated(keep=False) if number in typed else pd.Series(data=False, index=typed.index)
    typed, others = rejects.left_out(typed, entries, holds, layout, shared)
    order = options.date_order or (min(proof.orders) if len(proof.orders) == 1 else None)
    part = Part(
        sheet,
        columns,
        export,
        holds,
        typed,
        pd.concat([bad, others], ignore_index=True),
        proof.warnings,
        printed_day(sheet, columns, order or export.order or None),
    )
    sums = rows.are("total")
    part.printed = body[sums] if sums.any() else body.head(0)
    part.decimal, part.kinds = proof.decimal, options.mapping.kinds
    part.order, part.numbered_once = order, not shared.any() and not export.apart
    part.receipt = _receipt(part, proof, rows.kind)
    part.rows = _told_apart(part, entries) if export.apart else part.rows
    _unused(part, entries)
    key = [name for name in ("customer_id", "document_id", "kind", "date") if name in part.rows]
    part.warnings += rejects.told(part.rejects)
    part.warnings += noticed(part.rows.drop_duplicates(key) if export.lines and key else part.rows)
    apart = differences(rows, columns, _meant(everything, part.rows, export), proof.decimal) if sums.any() else []
    _closing(part, rows, apart)
    part.rows = _added_up(part.rows, KIND | export.kinds | part.kinds) if export.lines == "sum" else part.rows
    return part


def _layout(sheet: Sheet, options: Options) -> Layout:
    """The header row and its columns: by mapping, by the one export that claims it, else by synonyms."""
    said = options.mapping.columns
    index, export = recognise(sheet)
    if isinstance(export, Export):
        sheet = _with_joined(sheet, index, export)
        sheet = export.prepare(sheet, index) if export.prepare else sheet
        headings = both_rows(sheet, index) if export.two_rows else sheet.row(index)
        columns = match(headings, index, export.columns | said, rows=2 if export.two_rows else 1)
        ignored = {normal(heading) for heading in export.ignore}
        kept = {
            field: at
            for field, at in columns.position.items()
            if field in said or normal(columns.heading[field]) not in ignored
        }
        heading = {field: columns.heading[field] for field in kept}
        return Layout(sheet, Columns(index, kept, heading, columns.rows), export)
    columns = match([""] * sheet.cells.shape[1], 0, said, rows=0) if options.mapping.headings == "none" else None
    columns = columns or find_columns(sheet, said)
    if columns is None:
        raise ImportRefused(
            f"'{sheet.file}' has no row of headings that arkit knows.",
            expected="within the first 30 rows at least a customer, a number, a date and an amount",
            got=_most_like_headings(sheet),
            fix="export the report with its headings, or name the columns in a mapping file: --mapping FILE (docs/exports.md)",
        )
    _must_not_run(sheet, columns, said)
    return Layout(sheet, with_money(sheet, columns), ANY)


def _most_like_headings(sheet: Sheet) -> str:
    """Of the first rows the one with most words in it."""
    rows = [[text for text in sheet.row(index) if text] for index in range(min(TOP, len(sheet.cells)))]
    words = [sum(bool(re.search(r"[^\W\d_]{2}", text)) for text in row) for row in rows]
    best = words.index(max(words))
    return f"row {best + 1}: {some(rows[best], 6) or 'blank'}"


def _must_not_run(sheet: Sheet, columns: Columns, said: dict[str, str]) -> None:
    """Refuse a statement with debits and credits in two columns: its balance is that of the account, not of a document."""
    words = [normal(heading) for heading in sheet.row(columns.header)] if columns.rows else []
    sides = [next((word for word in words if word in side), "") for side in (DEBIT, CREDIT)]
    if all(sides) and not {"amount", "open_amount"} & set(said):
        raise ImportRefused(
            f"'{sheet.file}' is a statement of accounts: '{sides[0]}' and '{sides[1]}' are two columns.",
            expected="a list of documents with one column of amounts, or with what is open on each",
            got=f"row {columns.header + 1}: {some([word for word in sheet.row(columns.header) if word], 9)}",
            fix="export the open items instead, or say in a mapping file which column is amount or open_amount: --mapping FILE",
        )


def _with_joined(sheet: Sheet, index: int, export: Export) -> Sheet:
    """The sheet with a column for each pair that a declaration joins, such as 'First Name+Last Name'."""
    headings = [normal(heading) for heading in sheet.row(index)]
    added = {}
    for pair in [heading for heading in export.columns.values() if "+" in heading]:
        at = [headings.index(normal(one)) for one in pair.split("+") if normal(one) in headings]
        if len(at) == 2:
            both = cells.texts(sheet.cells.iloc[:, at[0]]) + " " + cells.texts(sheet.cells.iloc[:, at[1]])
            added[sheet.cells.shape[1] + len(added)] = both.str.strip().where(sheet.cells.index != index, pair)
    return replace(sheet, cells=sheet.cells.join(pd.DataFrame(added))) if added else sheet


def must_be_usable(sheet: Sheet) -> None:
    """Refuse a layout that is known to hold no receivables, and say which report to export instead."""
    index, layout = recognise(sheet)
    if isinstance(layout, Unusable):
        records = counted(at_a_glance(sheet, index)["entry"], "record")
        headings = some([" ".join(heading.split()) for heading in sheet.row(index) if heading], 6)
        raise ImportRefused(
            f"'{sheet.file}' is {layout.name}: {layout.lacks}.",
            expected="a report that lists single documents and what is owed on each",
            got=f"{records} under row {index + 1}: {headings}",
            fix=layout.instead,
        )


def _filled_down(entries: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Entries of which only the first line of a document says whose it is, with its cells in the lines that continue it."""
    place = layout.columns.position
    keys = [place[name] for name in ("customer_id", "customer_name", "document_id", "date") if name in place]
    if not layout.export.filled_down or not keys:
        return entries
    continued = entries.iloc[:, keys].map(lambda cell: not as_text(cell)).all(axis=1).to_numpy()
    first = np.maximum.accumulate(np.where(continued, 0, np.arange(len(entries))))
    return entries.iloc[first].set_axis(entries.index)


def _with_customer(raw: dict[str, pd.Series], columns: Columns, group: pd.Series, proof: cells.Proof) -> dict[str, pd.Series]:
    """The columns with those that name the customer put right: a ledger account names none, a group's heading may."""
    account = columns.heading.get("customer_id", "")
    numbers = cells.texts(raw["customer_id"]) if normal(account) in ACCOUNTS else pd.Series(dtype="str")
    if (
        numbers.ne("").any()
        and ("customer_name" in raw or group.ne("").any())
        and not numbers.str.contains("[0-9]", regex=True).any()
    ):
        proof.warnings.append(f"'{account}' names accounts of the ledger, not customers: not used")
        raw = {name: column for name, column in raw.items() if name != "customer_id"}
    if normal(columns.heading.get("document_id")) == "id" and not {"customer_id", "date", "amount", "open_amount"} & set(raw):
        raw = {"customer_id" if name == "document_id" else name: column for name, column in raw.items()}
    if group.ne("").any() and "customer_id" in raw and "customer_name" not in raw:
        raw["customer_name"] = group[next(iter(raw.values())).index]
        if cells.texts(raw["customer_id"]).ne("").all():
            return raw
        raw = {name: column for name, column in raw.items() if name != "customer_name"}
    own = [raw[name] for name in ("customer_id", "customer_name") if name in raw]
    if group.ne("").any() and not any(cells.texts(column).ne("").any() for column in own):
        raw = {name: column for name, column in raw.items() if name != "customer_id"}
        raw["customer_name"] = group[next(iter(raw.values())).index]
    return raw


def _typed(raw: dict[str, pd.Series], layout: Layout, options: Options, proof: cells.Proof) -> pd.DataFrame:
    """Every column by what its field holds."""
    heading, file = layout.columns.heading, layout.sheet.file
    dates = {heading[name]: raw[name] for name in DATES if name in raw and name not in SOFT}
    money = {heading[name]: raw[name] for name in MONEY if name in raw and name not in SOFT}
    order, decimal = options.date_order, options.decimal
    usual = layout.export
    read = cells.days(dates, proof, order, file, usual=usual.order)
    read |= cells.amounts(money, proof, decimal, file, usual=usual.decimal)
    for name in (name for name in SOFT if name in raw):
        reader, said = (cells.days, order) if name in DATES else (cells.amounts, decimal)
        if name == "rate":  # 1.105 says nothing itself; the amounts beside it do
            said = decimal or proof.decimal or usual.decimal
        read[heading[name]] = _softly(heading[name], raw[name], proof, reader, said)
    cut = {name: cells.rounded(raw[name]) for name in IDENTIFIERS if name in raw}
    raw = _by_name(raw, cut, layout.columns, proof)
    readers: dict[str, Callable[[pd.Series], pd.Series]] = dict.fromkeys(IDENTIFIERS, cells.identifiers)
    readers |= dict.fromkeys(FLAGS, cells.flags) | {"electronic": cells.electronic}
    others = {name: readers.get(name, cells.texts)(column) for name, column in raw.items() if name not in (*DATES, *MONEY)}
    for name in (name for name in IDENTIFIERS if name in raw):
        if len(cut[name]):
            shown = some([f"row {row} '{number}'" for row, number in others[name][cut[name]].items()])
            proof.warnings.append(f"'{heading.get(name, name)}' holds numbers that a spreadsheet has rounded: {shown}")
    typed = pd.DataFrame({name: others[name] if name in others else read[heading[name]] for name in raw})
    return _with_terms(typed, heading["terms_days"], proof) if "terms_days" in typed else typed


def _with_terms(typed: pd.DataFrame, heading: str, proof: cells.Proof) -> pd.DataFrame:
    """Rows with their payment terms in days, or in words where they say more than days."""
    said, read = typed["terms_days"], in_days(typed["terms_days"])
    unknown = said.ne("") & read["days"].isna() & read["words"].eq("")
    unknown &= typed["due_date"].isna() if "due_date" in typed else unknown
    if unknown.any():
        shown = some([f"'{words}' ({count})" for words, count in said[unknown].value_counts().items()])
        proof.warnings.append(f"'{heading}' holds terms that arkit does not understand and does not use: {shown}")
    typed = typed.assign(terms_days=read["days"])
    return typed.assign(terms=read["words"]) if read["words"].ne("").any() else typed


def _by_name(raw: dict[str, pd.Series], cut: dict[str, pd.Index], columns: Columns, proof: cells.Proof) -> dict[str, pd.Series]:
    """The columns without numbers of customers that a spreadsheet has rounded, where that makes one of several names."""
    if not {"customer_id", "customer_name"} <= set(raw) or not len(cut["customer_id"]):
        return raw
    rows = cut["customer_id"]
    names = cells.texts(raw["customer_name"])[rows].groupby(cells.texts(raw["customer_id"])[rows]).nunique()
    if not names.gt(1).any():
        return raw
    heading = columns.heading.get("customer_id", "customer_id")
    proof.warnings.append(f"'{heading}' holds numbers that a spreadsheet has rounded: customers go by their names instead")
    return {name: column for name, column in raw.items() if name != "customer_id"}


def _completed(typed: pd.DataFrame, export: Export, proof: cells.Proof) -> pd.DataFrame:
    """Rows with what other columns imply: a customer without a number goes by the name, a side of the account is a sign."""
    if "customer_name" in typed:
        own = typed["customer_id"] if "customer_id" in typed else pd.Series("", index=typed.index, dtype="str")
        typed = typed.assign(customer_id=own.mask(own.eq(""), typed["customer_name"]))
    if "side" in typed:
        lowers = cells.folded(typed["side"]).isin(LOWERING_SIDE)
        signed = {name: typed[name].abs().mask(lowers, -typed[name].abs()) for name in {"amount", "open_amount"} & set(typed)}
        typed = typed.assign(**signed)
    if {"paid_amount", "amount"} <= set(typed):
        paid = typed["paid_amount"][typed["amount"].gt(0)]
        if paid.lt(0).any() and not paid.gt(0).any():  # what was paid is written as a deduction
            typed = typed.assign(paid_amount=-typed["paid_amount"])
    if not {"amount", "open_amount", "due_date"} & set(typed):
        typed = typed.rename(columns={"paid_amount": "amount"})
    if "credit_note_date" in typed and not {"credit_note_id", "date"} & set(typed):
        typed = typed.rename(columns={"document_id": "credit_note_id"})
    if export.cleared and "open_amount" not in typed and ("settled_on" not in typed or typed["settled_on"].isna().all()):
        proof.warnings.append("no item is cleared, so the list answers for one day only: what was open on it")
        typed = typed.rename(columns={"amount": "open_amount"})
    return typed


def _softly(
    heading: str, column: pd.Series, proof: cells.Proof, read: Callable[..., dict[str, pd.Series]], said: str | None
) -> pd.Series:
    """A column that no balance rests on: where it proves nothing it stays blank and that is said, instead of a refusal."""
    own = cells.Proof()
    try:
        values = read({heading: column}, own, said, "")[heading]
    except ImportRefused as refusal:
        proof.warnings.append(f"'{heading}' is left blank: {refusal.what}")
        return pd.Series(float("nan"), index=column.index)
    if own.bad:
        proof.warnings.append(f"'{heading}' is left blank in {counted(len(own.bad), 'row')}: '{own.bad[0][2]}' {own.bad[0][3]}")
    proof.warnings += own.warnings
    return values


def _holds(columns: Columns, typed: pd.DataFrame, sheet: Sheet) -> str:
    """What a table holds, told by its columns."""
    has = set(typed)
    if {"customer_id", "same_as"} <= has:
        return "aliases"
    money, day = has & {"amount", "open_amount"}, has & {"date", "settled_on", "credit_note_date"}
    if {"kind", "date", "customer_id"} <= has and has & {"until", "outcome"}:
        return "notes"
    if "credit_note_id" in has and "amount" in has and has & {"date", "credit_note_date"}:
        return "credit notes"
    if "amount" in has and day and "due_date" not in has and _lists_payments(typed, sheet, columns):
        return "payments"
    if money and {"date", "customer_id"} <= has:
        return "documents"
    if "customer_id" in has and not has & {"date", "document_id"} and (not money or has & {"email", "phone", "address"}):
        return "customers"
    lacking = [
        name for name, there in (("customer", "customer_id" in has), ("date", "date" in has), ("amount", money)) if not there
    ]
    raise ImportRefused(
        f"'{sheet.file}' does not say enough to be read.",
        expected="a column each for customer, document number, date, due date and amount or open balance",
        got=f"no {' and no '.join(lacking)}; understood were {columns.shown()}",
        fix="export a report that lists single invoices, or name the columns in a mapping file: --mapping FILE",
    )


def _lists_payments(typed: pd.DataFrame, sheet: Sheet, columns: Columns) -> bool:
    """Whether rows are payments: they have numbers as such, no day but that of payment, or a title that says so."""
    if "payment_id" in typed or ("settled_on" in typed and "date" not in typed):
        return True
    titles = [sheet.file, *(" ".join(sheet.row(index)) for index in range(columns.header))]
    invoices = "kind" in typed and cells.meanings(typed["kind"], KIND).eq("invoice").any()
    return any(PAYMENTS.search(title) for title in titles) and not invoices


def _is_province(columns: Columns, typed: pd.DataFrame, holds: str, sheet: Sheet) -> bool:
    """Whether a column 'State' is the province of an address and no status.

    It is one in a list of customers, and in a list of documents where no cell is a word for paid or not owed and a column
    beside it is of an address.
    """
    if "status" not in typed or normal(columns.heading["status"]) not in PROVINCE:
        return False
    if holds == "customers":
        return True
    at, headings = columns.position["status"], sheet.row(columns.header)
    beside = {normal(heading) for heading in headings[max(0, at - 1) : at + 2]}
    return bool(beside & {*ADDRESS}) and not cells.says(typed["status"], (*PAID_WORDS, *NOT_OWED)).any()


def _with_day(typed: pd.DataFrame, holds: str) -> pd.DataFrame:
    """Rows with the day they are posted under one name, whatever the export calls it."""
    day = {"payments": "settled_on", "credit notes": "credit_note_date"}.get(holds, "date")
    return typed.assign(date=typed[day]) if day in typed else typed


def _with_currency(typed: pd.DataFrame, export: Export, options: Options, holds: str, proof: cells.Proof) -> pd.DataFrame:
    """A currency for every row: the file's, what a code implies, what is declared, else XXX, and that is said."""
    if holds in ("customers", "notes", "aliases"):
        return typed
    rules = options.mapping.currency or export.currency
    blank = pd.Series("", index=typed.index, dtype="str")
    said = typed.get("currency", blank)
    currency = cells.each_once(said, lambda code: SIGNS.get(code.upper(), code.upper())).fillna("")
    for name, start, code in rules:
        codes = typed.get(name, blank)
        currency = cells.put(currency, currency.eq("") & codes.str.startswith(start), code)
    unknown = [code for code in currency.unique() if not re.fullmatch("[A-Z]{3}|", code)]
    strange = currency[currency.isin(unknown)]
    if len(strange):
        raise ImportRefused(
            f"{counted(len(strange), 'currency', 'currencies')} that arkit does not know.",
            expected="codes of three letters, such as EUR",
            got=some([f"row {row} '{code}'" for row, code in strange.items()]),
            fix="correct the column, or name another one for currency in a mapping file: --mapping FILE (docs/exports.md)",
        )
    if currency.eq("").any() and options.currency is None:
        proof.warnings.append("no currency is stated: amounts carry none; say --currency EUR, for example")
    return typed.assign(currency=cells.put(currency, currency.eq(""), options.currency or NO_CURRENCY))


def _meant(typed: pd.DataFrame, kept: pd.DataFrame, export: Export) -> list[pd.DataFrame]:
    """The typed rows in the ways in which a printed total may mean them: as they stand or signed by kind, all or those kept."""
    ways = [typed, kept]
    if "kind" in typed and not export.signed:
        for rows in (typed, kept):
            lowers = cells.meanings(rows["kind"], KIND | export.kinds).isin(LOWERING)
            money = [name for name in ("amount", "open_amount") if name in rows]
            ways.append(rows.assign(**{name: rows[name].mask(lowers, -rows[name].abs()) for name in money}))
    return ways


def _told_apart(part: Part, entries: pd.DataFrame) -> pd.DataFrame:
    """Rows that share a document number: as instalments of it, or with what tells them apart behind it, '1800000123/002'."""
    rows = part.rows
    headings = [normal(heading) for heading in part.sheet.row(part.columns.header)]
    heading = next((one for one in part.export.apart.split("|") if normal(one) in headings), None)
    word = None if heading is None else rejects.words_under(entries, headings, heading, rows.index)
    if word is not None and normal(heading) == normal(part.columns.heading.get("due_date")):
        word = rows["due_date"].dt.strftime("%Y-%m-%d").fillna("")
    key = [name for name in ("customer_id", "document_id", "kind", "currency", "entity") if name in rows]
    several = rows.duplicated(key, keep=False) & rows["document_id"].ne("")
    if word is None or not several.any():
        return rows
    if part.export.instalments:
        return rows.assign(instalment=word.where(several, ""))
    return rows.assign(document_id=rows["document_id"].mask(several & word.ne(""), rows["document_id"] + "/" + word))


def _added_up(rows: pd.DataFrame, words: dict[str, str]) -> pd.DataFrame:
    """Lines as documents: amounts of the lines that share a number added up, all else as on the first of them.

    Payments and what else lowers a document are no lines of it; each stays.
    """
    key = [name for name in ("customer_id", "document_id", "kind", "currency") if name in rows]
    alone = rows["document_id"].eq("")
    if "kind" in rows:
        alone |= cells.meanings(rows["kind"], words).isin([kind for kind in PAYING if kind != "invoice"])
    own = rows["document_id"].mask(alone, "row " + pd.Series(rows.index, rows.index).astype("str"))
    keys = [own if name == "document_id" else rows[name] for name in key]
    sums = {
        name: (rows[name].fillna(0) * 1e4).round().groupby(keys, sort=False).transform("sum") / 1e4
        for name in ("amount", "open_amount", "paid_amount")
        if name in rows
    }
    return rows.assign(**sums)[~pd.concat(keys, axis=1).duplicated()]


def _receipt(part: Part, proof: cells.Proof, kind: pd.Series) -> dict[str, Any]:
    """What a sheet was understood as, without what only joining shows; the rows by kind add up to the rows of the sheet."""
    counts = kind.value_counts()
    columns = part.columns
    orders = pd.Series(proof.date_order, dtype="str")
    grouped = [f"{how} ({some([repr(name) for name in names], 9)})" for how, names in orders.groupby(orders).groups.items()]
    top = [not any(part.sheet.row(index)) for index in range(columns.first)]
    entries = int(counts.get("entry", 0)) + int(counts.get("unknown", 0))
    return {
        "file": part.sheet.file,
        "status": "read",
        "export": part.export.name or f"table of {part.holds}",
        "holds": part.holds,
        "sha256": part.sheet.sha256,
        "header_row": columns.header + 1 if columns.rows else 0,
        "columns": columns.shown(),
        "date_order": "; ".join(grouped) or "no dates",
        "number_style": proof.number_style,
        "rows": len(part.sheet.cells),
        "entry": entries - part.rejects["row"].nunique(),
        "heading": int(counts.get("heading", 0)) + len(top) - sum(top),
        "total": int(counts.get("total", 0)),
        "footer": int(counts.get("footer", 0)),
        "blank": int(counts.get("blank", 0)) + sum(top),
        "rejected": part.rejects["row"].nunique(),
        "customers": part.rows["customer_id"].nunique() if "customer_id" in part.rows else 0,
    }


def _closing(part: Part, rows: Rows, apart: list[str]) -> None:
    """Say what is odd about the end of a sheet and its totals, and what a user should know about such an export."""
    if apart:
        usual = "" if part.export.foots else ", as is usual in this report"
        part.warnings.append(f"{counted(len(apart), 'printed total')} not what the rows add up to{usual}: {some(apart)}")
    missing = [
        what
        for what, kind in (("total", "total"), ("stamp", "footer"))
        if what in part.export.ends_with and not rows.are(kind).any()
    ]
    if missing:
        part.warnings.append(f"the file does not end with its {' and '.join(missing)}: it may have been cut off")
    if part.holds == "documents" and "due_date" not in part.rows:
        part.warnings.append(
            "no due dates are stated: they follow from terms where those are known, else from the day of issue"
        )
    if part.export.says:
        part.warnings.append(part.export.says)
    if part.export.at_most and (listed := part.rows["document_id"].nunique()) >= part.export.at_most:
        part.warnings.append(
            f"{listed:,} documents are listed, and one file of this export holds at most {part.export.at_most:,}: "
            "see that no part is missing"
        )
    if not part.export.sure:
        part.warnings.append(
            "this layout is known from documents only: compare the totals with your books before you rely on it"
        )


def _unused(part: Part, entries: pd.DataFrame) -> None:
    """Name the columns that were not used; say so loudly where one holds dates and the file does not tell what was paid."""
    export = part.export
    joined = [half for heading in export.columns.values() if "+" in heading for half in heading.split("+")]
    read = {normal(heading) for heading in (*export.reads, *export.only, *export.not_owed, *export.apart.split("|"), *joined)}
    headings = part.sheet.row(part.columns.header)
    used = part.columns.position.values()
    left = [at for at, word in enumerate(headings) if word.strip() and at not in used and normal(word) not in read]
    if left:
        part.receipt["columns"] += "; not used: " + some([f"'{' '.join(headings[at].split())}'" for at in left], 12)
    words = pd.Series(part.rows["kind"].unique() if "kind" in part.rows else [], dtype="str")
    pays = cells.meanings(words, KIND | export.kinds).eq("payment").any()
    told = {"settled_on", "open_amount", "paid_amount", "payment_date"} & set(part.rows) or pays
    if part.holds == "documents" and not told:
        ignored = {normal(heading) for heading in export.ignore}
        left = [at for at in left if normal(headings[at]) not in ignored]
        unused = entries.iloc[:200, left].map(as_text).set_axis([headings[at].strip() for at in left], axis=1)
        part.warnings += _overlooked(unused, known=bool(export.name))


def _overlooked(unused: pd.DataFrame, *, known: bool) -> list[str]:
    """Sentences about columns that nobody named and that could say what was paid, and when."""
    warnings = [
        f"the column '{heading}' holds dates and is not used; if it says when a document was paid, "
        "name it settled_on in a mapping file (docs/exports.md)"
        for heading, column in unused.items()
        if column.str.fullmatch(DAY_LIKE).mean() > 0.2
    ]
    money = [repr(heading) for heading, column in unused.items() if column.str.fullmatch(MONEY_LIKE).mean() > 0.5]
    if money and not known:
        words = (
            f"{counted(len(money), 'column')} of amounts not used, and every document counts as open in full: {some(money, 9)}"
        )
        warnings.append(f"{words}; if one says what is still open, name it open_amount in a mapping file (docs/exports.md)")
    return warnings
