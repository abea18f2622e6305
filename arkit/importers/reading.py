"""One sheet read: its rows classified, its cells typed, and what was decided along the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from arkit.errors import ImportRefused, some
from arkit.importers import cells
from arkit.importers.exports import EXPORTS, UNUSABLE, Export
from arkit.importers.headings import DATES, MONEY, Columns, find_columns, match, normal
from arkit.importers.mapping import Mapping
from arkit.importers.sheets import TOP, Sheet, as_text
from arkit.money import NO_CURRENCY
from arkit.tables import REJECTS

IDENTIFIERS = ("customer_id", "document_id", "payment_id", "credit_note_id", "applied_to")
#: What tells the rows of a table apart.
NUMBER = {"documents": "document_id", "payments": "payment_id", "credit notes": "credit_note_id", "customers": "customer_id"}
SOFT = ("since", "credit_limit")
FLAGS = ("is_individual", "strategic", "do_not_contact", "disputed")
#: Headings that mean the customer in one system and an account of the ledger in another.
ACCOUNTS = ("account", "konto", "compte")
#: A row that adds up others: 'Total', 'Total for Acme', 'Zwischensumme', 'Percentage of total'.
_SUM = (
    r"(?:grand |sub[- ]?|sous-|gesamt|zwischen)?(?:totals?|totale?s?|totaal|summe|gesamt|somme|suma|gesamtsumme|gesamtbetrag)"
)
TOTAL = re.compile(rf"(?:{_SUM}|percent(?:age)?)\b.*", re.IGNORECASE | re.DOTALL)
GRAND = re.compile(rf"{_SUM}(?: g[eé]n[eé]ral)?\W*", re.IGNORECASE)
OF = re.compile(rf"^{_SUM}(?: for| of| f[üu]r| de)?[ :-]+", re.IGNORECASE)
STAMP = re.compile(r"\s*(?:\w+day, |(?:accrual|cash) basis|page |seite |printed|generated|created|exported).*\d", re.IGNORECASE)
PAYMENTS = re.compile(r"payment|receipt|zahlung|paiement|pagos|betaling|pagamento", re.IGNORECASE)
#: Currencies that are written as a sign and mean one code only.
SIGNS = {"€": "EUR", "EURO": "EUR", "£": "GBP", "US$": "USD", "₹": "INR"}
#: What looks like a day, in a column nobody named.
DAY_LIKE = r"\s*\d{1,4}[-/. ][\w]{1,9}[-/. ]\d{2,4}.*"
PRINTED_DAY = re.compile(
    r"\b(?:as[- ](?:of|at|on)(?: date)?|at|per|stand(?: vom)?|zum|stichtag|au|a fecha de|al|em)\b:?\s+(?=(\S.*))", re.IGNORECASE
)
#: Words of a line that says when a report was made, which is not the day it shows.
MADE = re.compile(r"\b(printed|generated|created|exported|run)\b", re.IGNORECASE)
#: Words of a status column that say the document is not owed at all.
NOT_OWED = (
    "draft", "void", "voided", "deleted", "cancelled", "canceled", "bill", "bill credit note", "bill overpayment", "entwurf",
    "storniert", "brouillon", "annule", "annulee", "borrador", "anulada", "concept", "geannuleerd", "rascunho", "cancelada",
)  # fmt: skip
PAID_WORDS = ("paid", "bezahlt", "paye", "pagado", "betaald", "pago", "closed", "settled")
#: Words of a column that says on which side of the account an unsigned amount stands: those that lower what is owed.
LOWERING_SIDE = ("h", "haben", "c", "cr", "credit")
#: Words of a kind column, by what the posting is.
KIND_WORDS = {
    "invoice": "invoice, sales invoice, tax invoice, inv, si, rv, dr, rechnung, facture, factura, factuur, fatura",
    "credit_note": "credit memo, credit note, sales credit note, credit, sc, dg, ru, gutschrift, avoir, "
    "nota de credito, creditnota",
    "payment": "payment, unapplied payment, deposit, receipt, sales overpayment, overpayment, sales prepayment, prepayment, "
    "dz, zp, sa, zahlung, zahlungseingang, paiement, pago, betaling, pagamento",
    "return": "returned, returned payment, bounced, chargeback, return, rucklastschrift",
    "write_off": "write-off, write off, writeoff, bad debt, bank charge, bank charges, ausbuchung",
    "discount": "discount, skonto",
    "adjustment": "journal entry, journal, adjustment, general journal, ab",
}
KIND = {word: kind for kind, words in KIND_WORDS.items() for word in words.split(", ")}


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
    holds: str
    rows: pd.DataFrame
    rejects: pd.DataFrame
    warnings: list[str] = field(default_factory=list)
    as_of: pd.Timestamp | None = None
    printed: pd.DataFrame = field(default_factory=pd.DataFrame)
    decimal: str = "."
    receipt: dict[str, Any] = field(default_factory=dict)


def read(sheet: Sheet, options: Options) -> Part:
    """A sheet as typed rows.

    Raises
    ------
    ImportRefused
        If no header row is found, a needed column is missing, dates or amounts have two readings, or more cells than
        ``max_rejects`` cannot be read.
    """
    columns, export = _columns(sheet, options)
    body = sheet.cells.iloc[columns.header + 1 :]
    body = body.set_axis(range(columns.header + 2, len(sheet.cells) + 1))
    proof = cells.Proof()
    rows = _classified(body, columns, sheet)
    entries = body[rows["class"].eq("entry")]
    raw = {name: entries.iloc[:, at] for name, at in columns.position.items()}
    typed = _completed(_typed(_with_customer(raw, columns, rows["group"], proof), columns, options, proof, sheet.file))
    holds = _holds(columns, typed, sheet)
    typed = _with_currency(_with_day(typed, holds), export, options, holds, proof)
    bad = _unreadable(proof, sheet, options)
    typed = typed.drop(index=bad["row"].unique()) if len(bad) else typed
    typed, left_out = _left_out(typed, entries, holds, sheet)
    rejects = pd.concat([bad, left_out], ignore_index=True)
    order = options.date_order or (min(proof.orders) if len(proof.orders) == 1 else None)
    part = Part(sheet, columns, holds, typed, rejects, proof.warnings, _printed_day(sheet, columns, order))
    part.printed, part.decimal = body[rows["class"].eq("total")], proof.decimal
    part.receipt = _receipt(part, columns, export, proof, rows["class"])
    _unused(part, entries)
    _alarms(part)
    if export and export.says:
        part.warnings.append(export.says)
    return part


def _columns(sheet: Sheet, options: Options) -> tuple[Columns, Export | None]:
    """The header row and its columns: by mapping, by the one export that claims it, else by synonyms."""
    columns = find_columns(sheet, options.mapping.columns)
    if columns is None:
        raise ImportRefused(
            f"'{sheet.file}' has no row of headings that arkit knows.",
            expected="within the first 30 rows at least a customer, a number, a date and an amount",
            got=f"row 1: {some([text for text in sheet.row(0) if text], 6) or 'blank'}",
            fix="export the report with its headings, or name the columns in a mapping file: --mapping FILE (docs/exports.md)",
        )
    headings = sheet.row(columns.header)
    export = next((export for export in EXPORTS if export.claims(headings)), None)
    if export is None or options.mapping.columns:
        return columns, None
    named = match(headings, columns.header, export.columns)
    kept = {field: at for field, at in named.position.items() if named.heading[field] not in export.ignore}
    return Columns(named.header, kept, {field: named.heading[field] for field in kept}), export


def must_be_usable(sheet: Sheet) -> None:
    """Refuse a layout that is known to hold no receivables, and say which report to export instead."""
    for index in range(min(TOP, len(sheet.cells))):
        headings = sheet.row(index)
        for layout in UNUSABLE:
            if layout.claims(headings):
                raise ImportRefused(
                    f"'{sheet.file}' is {layout.name}: {layout.lacks}.",
                    expected="a report that lists single documents and what is owed on each",
                    got=f"row {index + 1}: {some([heading for heading in headings if heading], 6)}",
                    fix=layout.instead,
                )


def _classified(body: pd.DataFrame, columns: Columns, sheet: Sheet) -> pd.DataFrame:
    """What each row is (``class``: entry, heading, total, footer or blank) and the heading it stands under (``group``).

    A row with a day in it is an entry; only the others are looked at closely.
    """
    text = body.map(as_text).astype("str") if sheet.native else body
    count = _filled(text).sum(axis=1)
    dates = [text.iloc[:, at].str.contains("[0-9]", regex=True) for name, at in columns.position.items() if name in DATES]
    dated = pd.concat(dates, axis=1).any(axis=1) if dates else pd.Series(data=False, index=body.index)
    rows = pd.DataFrame({"class": "entry", "group": ""}, index=body.index, dtype="str")
    odd = ~dated | count.le(2)
    rows.loc[odd, "class"] = _undated(text[odd], columns, sheet)
    rows["group"] = _groups(text, rows["class"])
    return rows


def _filled(text: pd.DataFrame) -> pd.DataFrame:
    """Marks cells with more than blanks in them."""
    return text.apply(lambda column: column.str.strip().ne("")).astype("bool")


def _groups(text: pd.DataFrame, classes: pd.Series) -> pd.Series:
    """The heading each row stands under: that of the last row with nothing but a heading in it, none after a total."""
    headings = text[classes.eq("heading")]
    lone = headings[_filled(headings).sum(axis=1).eq(1)]
    if lone.empty:
        return pd.Series("", index=text.index, dtype="str")
    named = lone.agg("".join, axis=1).str.strip().reindex(text.index)
    return named.mask(classes.eq("total"), "").ffill().fillna("").astype("str")


def _undated(text: pd.DataFrame, columns: Columns, sheet: Sheet) -> pd.Series:
    """What rows are that show no day: headings of groups, totals, stamps, blanks, or entries that lack one."""
    if text.empty:
        return pd.Series(dtype="str")
    filled = _filled(text)
    count = filled.sum(axis=1)
    at = filled.to_numpy().argmax(axis=1)
    first = pd.Series(text.to_numpy()[range(len(text)), at], index=text.index, dtype="str").str.strip()
    money = filled.iloc[:, [place for name, place in columns.position.items() if name in MONEY]].any(axis=1)
    number = columns.position.get("document_id", -1)
    numbered = filled.iloc[:, number] & (at != number) if number >= 0 else pd.Series(data=False, index=text.index)
    lone = count.eq(1)
    closes = first.str.replace(OF, "", regex=True).isin(first[lone]) | first.str.fullmatch(GRAND)
    classes = pd.Series("entry", index=text.index, dtype="str")
    classes[lone] = "heading"
    classes[lone & money] = "total"
    classes[first.str.match(TOTAL) & ~numbered & (closes | (money & ~lone))] = "total"
    classes[first.str.match(STAMP) & count.le(2)] = "footer"
    classes[(text == sheet.row(columns.header)).all(axis=1)] = "heading"
    classes[count.eq(0)] = "blank"
    return classes


def _with_customer(raw: dict[str, pd.Series], columns: Columns, group: pd.Series, proof: cells.Proof) -> dict[str, pd.Series]:
    """The columns with those that name the customer put right: a ledger account names none, a group's heading may."""
    account = columns.heading.get("customer_id", "")
    numbers = cells.texts(raw["customer_id"]) if normal(account) in ACCOUNTS else pd.Series(dtype="str")
    if len(numbers) and "customer_name" in raw and not numbers.str.contains("[0-9]", regex=True).any():
        proof.warnings.append(f"'{account}' names accounts of the ledger, not customers: not used")
        raw = {name: column for name, column in raw.items() if name != "customer_id"}
    if normal(columns.heading.get("document_id")) == "id" and not {"customer_id", "date", "amount", "open_amount"} & set(raw):
        raw = {"customer_id" if name == "document_id" else name: column for name, column in raw.items()}
    own = [raw[name] for name in ("customer_id", "customer_name") if name in raw]
    if group.ne("").any() and not any(cells.texts(column).ne("").any() for column in own):
        raw = {name: column for name, column in raw.items() if name != "customer_id"}
        raw["customer_name"] = group[next(iter(raw.values())).index]
    return raw


def _typed(raw: dict[str, pd.Series], columns: Columns, options: Options, proof: cells.Proof, file: str) -> pd.DataFrame:
    """Every column by what its field holds."""
    heading = columns.heading
    dates = {heading[name]: raw[name] for name in DATES if name in raw and name not in SOFT}
    money = {heading[name]: raw[name] for name in MONEY if name in raw and name not in SOFT}
    order, decimal = options.date_order, options.decimal
    read = cells.days(dates, proof, order, file) | cells.amounts(money, proof, decimal, file)
    for name in (name for name in SOFT if name in raw):
        reader, said = (cells.days, order) if name in DATES else (cells.amounts, decimal)
        read[heading[name]] = _softly(heading[name], raw[name], proof, reader, said)
    readers = dict.fromkeys(IDENTIFIERS, cells.identifiers) | dict.fromkeys(FLAGS, cells.flags) | {"terms_days": cells.numbers}
    others = {name: readers.get(name, cells.texts)(column) for name, column in raw.items() if name not in (*DATES, *MONEY)}
    for name in (name for name in IDENTIFIERS if name in raw):
        cut = cells.rounded(raw[name])
        if len(cut):
            shown = some([f"row {row} '{number}'" for row, number in others[name][cut].items()])
            proof.warnings.append(f"'{heading.get(name, name)}' holds numbers that a spreadsheet has rounded: {shown}")
    return pd.DataFrame({name: others[name] if name in others else read[heading[name]] for name in raw})


def _completed(typed: pd.DataFrame) -> pd.DataFrame:
    """Rows with what other columns imply: a customer without a number goes by the name, a side of the account is a sign."""
    if "customer_name" in typed:
        own = typed["customer_id"] if "customer_id" in typed else pd.Series("", index=typed.index, dtype="str")
        typed = typed.assign(customer_id=own.mask(own.eq(""), typed["customer_name"]))
    if "side" in typed:
        lowers = cells.folded(typed["side"]).isin(LOWERING_SIDE)
        signed = {name: typed[name].abs().mask(lowers, -typed[name].abs()) for name in {"amount", "open_amount"} & set(typed)}
        typed = typed.assign(**signed)
    if not {"amount", "open_amount", "due_date"} & set(typed):
        typed = typed.rename(columns={"paid_amount": "amount"})
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
        proof.warnings.append(f"'{heading}' is left blank in {len(own.bad):,} rows: '{own.bad[0][2]}' {own.bad[0][3]}")
    proof.warnings += own.warnings
    return values


def _holds(columns: Columns, typed: pd.DataFrame, sheet: Sheet) -> str:
    """What a table holds, told by its columns."""
    has = set(typed)
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


def _with_day(typed: pd.DataFrame, holds: str) -> pd.DataFrame:
    """Rows with the day they are posted under one name, whatever the export calls it."""
    day = {"payments": "settled_on", "credit notes": "credit_note_date"}.get(holds, "date")
    return typed.assign(date=typed[day]) if day in typed else typed


def _with_currency(
    typed: pd.DataFrame, export: Export | None, options: Options, holds: str, proof: cells.Proof
) -> pd.DataFrame:
    """A currency for every row: the file's, what a code implies, what is declared, else XXX, and that is said."""
    if holds in ("customers", "notes"):
        return typed
    rules = export.currency if export else options.mapping.currency
    currency = typed["currency"].str.upper() if "currency" in typed else pd.Series("", index=typed.index, dtype="str")
    currency = currency.replace(SIGNS)
    for name, start, code in rules:
        codes = typed[name] if name in typed else pd.Series("", index=typed.index, dtype="str")
        currency = currency.mask(currency.eq("") & codes.str.startswith(start), code)
    strange = currency[~currency.str.fullmatch("[A-Z]{3}|")]
    if len(strange):
        raise ImportRefused(
            f"{len(strange):,} currencies are none.",
            expected="codes of three letters, such as EUR",
            got=some([f"row {row} '{code}'" for row, code in strange.items()]),
            fix="correct the column, or name another one for currency in a mapping file: --mapping FILE (docs/exports.md)",
        )
    if currency.eq("").any() and options.currency is None:
        proof.warnings.append("no currency is stated: amounts carry none; say --currency EUR, for example")
    return typed.assign(currency=currency.mask(currency.eq(""), options.currency or NO_CURRENCY))


def _unreadable(proof: cells.Proof, sheet: Sheet, options: Options) -> pd.DataFrame:
    """The cells that cannot be read, as rejects, if they are no more than the user allows."""
    rows = sorted({row for row, *_ in proof.bad})
    if len(rows) > options.max_rejects:
        shown = [f"{sheet.file} row {row}, {name}: '{text}' {why}" for row, name, text, why in sorted(proof.bad)]
        raise ImportRefused(
            f"{len(proof.bad):,} cells could not be read.",
            expected=f"at most {options.max_rejects:,} rows with such cells",
            got=some(shown, 5),
            fix=f"correct the export, or leave those rows out with --max-rejects {len(rows)}",
        )
    reasons = [f"{name}: '{text}' {why}" for _, name, text, why in sorted(proof.bad)]
    return rejected(sheet, sorted(row for row, *_ in proof.bad), reasons)


def _left_out(typed: pd.DataFrame, entries: pd.DataFrame, holds: str, sheet: Sheet) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that are no debts: exact copies, drafts and voided documents, rows without customer, date or amount."""
    copies = _copied(typed, entries, holds)
    reasons = ["an exact copy of row " + copies.astype("str")]
    for name in [name for name in ("status", "kind") if name in typed and holds == "documents"]:
        reasons.append(f"not owed: its {name} is '" + typed[name][cells.folded(typed[name]).isin(NOT_OWED)] + "'")
    needed = {"documents": ["date"], "payments": ["date", "amount"], "credit notes": ["date", "amount"], "notes": ["date"]}
    amount = ["amount"] if holds == "documents" and "open_amount" not in typed else []
    for name in [*needed.get(holds, []), *amount]:
        reasons.append(pd.Series(f"it has no {name}", index=typed.index[typed[name].isna()], dtype="str"))
    if "customer_id" in typed:
        nobody = typed.index[typed["customer_id"].eq("")]
        reasons.append(pd.Series("it names no customer", index=nobody, dtype="str"))
    if holds == "customers":
        again = typed["customer_id"][typed["customer_id"].duplicated()]
        reasons.append("customer " + again + " is listed before")
    first = pd.concat(reasons)
    first = first[~first.index.duplicated()].sort_index()
    kept = typed.drop(index=first.index) if len(first) else typed
    return kept, rejected(sheet, list(first.index), list(first))


def _copied(typed: pd.DataFrame, entries: pd.DataFrame, holds: str) -> pd.Series:
    """For each exact copy the row it copies; rows without a number are never copies, for two may be alike."""
    number = NUMBER.get(holds, "date")
    if number not in typed:
        return pd.Series(dtype="int64")
    alike = typed[number].duplicated(keep=False) & typed[number].astype("str").ne("")
    owner = typed["customer_id" if "customer_id" in typed else number]
    rows = pd.Series(typed.index[alike], index=typed.index[alike], dtype="int64")
    same = [column for _, column in entries.loc[rows].items()] + [owner[alike]]
    first = rows.groupby(same, sort=False, dropna=False).transform("first") if len(rows) else rows
    return first[first.ne(rows)]


def _printed_day(sheet: Sheet, columns: Columns, order: str | None) -> pd.Timestamp | None:
    """The day that a title above the header prints, 'As of Jun 30, 2026', if its order is beyond doubt."""
    for index in range(columns.header):
        title = " ".join(filter(None, sheet.row(index)))
        for found in PRINTED_DAY.finditer("" if MADE.search(title) else title):
            words = found[1].split()[:5]
            tried = [" ".join(words[:count]).strip(",.;)") for count in range(len(words), 0, -1)]
            days = [cells.day(text, order) for text in tried if len(text) > 5]
            if any(day is not None for day in days):
                return next(day for day in days if day is not None)
    return None


def _receipt(part: Part, columns: Columns, export: Export | None, proof: cells.Proof, classes: pd.Series) -> dict[str, Any]:
    """What a sheet was understood as, without what only joining shows; the rows by class add up to the rows of the sheet."""
    counts = classes.value_counts()
    orders = pd.Series(proof.date_order, dtype="str")
    grouped = [f"{how} ({some([repr(name) for name in names], 9)})" for how, names in orders.groupby(orders).groups.items()]
    top = [not any(part.sheet.row(index)) for index in range(columns.header)]
    rejected = part.rejects["row"].nunique()
    return {
        "file": part.sheet.file,
        "status": "read",
        "export": export.name if export else f"table of {part.holds}",
        "holds": part.holds,
        "sha256": part.sheet.sha256,
        "header_row": columns.header + 1,
        "columns": columns.shown(),
        "date_order": "; ".join(grouped) or "no dates",
        "number_style": proof.number_style,
        "rows": len(part.sheet.cells),
        "entry": int(counts.get("entry", 0)) - rejected,
        "heading": int(counts.get("heading", 0)) + len(top) - sum(top) + 1,
        "total": int(counts.get("total", 0)),
        "footer": int(counts.get("footer", 0)),
        "blank": int(counts.get("blank", 0)) + sum(top),
        "rejected": rejected,
        "customers": part.rows["customer_id"].nunique() if "customer_id" in part.rows else 0,
    }


def _unused(part: Part, entries: pd.DataFrame) -> None:
    """Name the columns that were not used; say so loudly where one holds dates and the file does not tell what was paid."""
    headings = part.sheet.row(part.columns.header)
    left = [at for at, heading in enumerate(headings) if heading.strip() and at not in part.columns.position.values()]
    if left:
        part.receipt["columns"] += "; not used: " + some([f"'{headings[at].strip()}'" for at in left], 12)
    if part.holds == "documents" and not {"settled_on", "open_amount", "paid_amount"} & set(part.rows):
        top = entries.iloc[:200, left].map(as_text)
        dated = [name for name, column in zip(left, top.items(), strict=True) if column[1].str.fullmatch(DAY_LIKE).mean() > 0.2]
        part.warnings += [
            f"the column '{headings[at].strip()}' holds dates and is not used; if it says when a document was paid, "
            "name it settled_on in a mapping file (docs/exports.md)"
            for at in dated
        ]


def _alarms(part: Part) -> None:
    """What costs nothing to notice: copies, due before issued, paid before issued, ids that differ only by leading zeros."""
    rows = part.rows
    if len(part.rejects):
        kinds = part.rejects["reason"].str.replace(r"\d+", "n", regex=True).str.split(":").str[0]
        for _, same in part.rejects.groupby(kinds, sort=False):
            where = some([f"row {row}: {reason}" for row, reason in zip(same["row"], same["reason"], strict=True)])
            part.warnings.append(f"{len(same):,} rows were not used: {where}")
    if {"date", "due_date"} <= set(rows):
        _count(part, rows["due_date"].lt(rows["date"]), "documents are due before they were issued")
    if {"date", "settled_on"} <= set(rows):
        _count(part, rows["settled_on"].lt(rows["date"]), "documents were paid before they were issued")
    if {"status", "open_amount"} <= set(rows):
        odd = cells.folded(rows["status"]).isin(PAID_WORDS) & rows["open_amount"].fillna(0).ne(0)
        _count(part, odd, "documents are paid by their status and open by their balance")
    if "disputed" in rows and rows["disputed"].any():
        count = int(rows["disputed"].sum())
        part.warnings.append(f"{count:,} documents are marked disputed without a day: not used, for nobody knows since when")
    if "customer_id" in rows:
        ids = pd.Series(rows["customer_id"].unique())
        bare = ids.str.lstrip("0")
        twins = ids[bare.duplicated(keep=False) & bare.ne("")].groupby(bare).agg(" and ".join)
        if len(twins):
            part.warnings.append(
                f"{len(twins):,} customers appear under two numbers that differ only by leading zeros, and are kept apart: "
                + some(list(twins))
            )


def _count(part: Part, odd: pd.Series, words: str) -> None:
    if odd.any():
        where = some([f"row {row}" for row in part.rows.index[odd]])
        part.warnings.append(f"{int(odd.sum()):,} {words}: {where}")


def rejected(sheet: Sheet, rows: list[int], reasons: list[str]) -> pd.DataFrame:
    """Rows of a sheet that are not used, each with its reason and what it says."""
    said = sheet.cells.iloc[[row - 1 for row in rows]].itertuples(index=False, name=None)
    values = [" | ".join(filter(None, map(as_text, row)))[:200] for row in said]
    return pd.DataFrame({"row": pd.Series(rows, dtype="int64"), "reason": reasons, "values": values})


def rejects_table(parts: list[Part]) -> pd.DataFrame:
    """All rows not used, over all files."""
    tables = [part.rejects.assign(file=part.sheet.file) for part in parts if len(part.rejects)]
    return REJECTS.conform(pd.concat(tables, ignore_index=True)) if tables else REJECTS.empty()
