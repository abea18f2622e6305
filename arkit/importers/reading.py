"""One sheet read: its rows classified, its cells typed, and what was decided along the way."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from arkit.errors import ImportRefused, some
from arkit.importers import cells
from arkit.importers.exports import EXPORTS, Export
from arkit.importers.headings import DATES, MONEY, Columns, find_columns
from arkit.importers.mapping import Mapping
from arkit.importers.sheets import Sheet, as_text
from arkit.ledger import Ledger, parse_day
from arkit.money import NO_CURRENCY
from arkit.tables import REJECTS

IDENTIFIERS = ("customer_id", "document_id", "payment_id", "credit_note_id", "applied_to")
SOFT = ("since", "credit_limit")
FLAGS = ("is_individual", "strategic", "do_not_contact", "disputed")
TOTAL = re.compile(r"(grand |sub ?)?total\b.*|gesamt.*|(zwischen)?summe.*|totaal.*|percent.*", re.IGNORECASE)
STAMP = re.compile(r"\s*(\w+day, |(accrual|cash) basis|page \d|seite \d|printed|generated|created)", re.IGNORECASE)
PAYMENTS = re.compile(r"payment|receipt|zahlung|paiement|pagos|betaling|pagamento", re.IGNORECASE)
PRINTED_DAY = re.compile(r"(?:as of|as at|at|per|stand|zum|stichtag:?)\s+(.{6,24})", re.IGNORECASE)
#: Words of a status column that say the document is not owed at all.
NOT_OWED = ("draft", "void", "voided", "deleted", "cancelled", "canceled", "bill", "entwurf", "storniert", "annule", "anulada")
#: Words of a kind column, by what the posting is.
KIND_WORDS = {
    "invoice": "invoice, sales invoice, inv, si, rv, dr, rechnung, facture, factura, factuur, fatura",
    "credit_note": "credit memo, credit note, sales credit note, credit, sc, dg, gutschrift, avoir, nota de credito",
    "payment": "payment, unapplied payment, deposit, receipt, sales overpayment, overpayment, prepayment, dz, sa, zahlung, "
    "paiement, pago, betaling, pagamento",
    "return": "returned, returned payment, bounced, chargeback, return, rucklastschrift",
    "write_off": "write-off, write off, writeoff, bad debt, bank charge, bank charges, ausbuchung",
    "discount": "discount, skonto",
    "adjustment": "journal entry, journal, adjustment, general journal",
}
KIND = {word: kind for kind, words in KIND_WORDS.items() for word in words.split(", ")}


@dataclass(frozen=True)
class Options:
    """What the user declares because a file cannot say it."""

    date_order: str | None = None
    decimal: str | None = None
    currency: str | None = None
    as_of: pd.Timestamp | None = None
    mapping: Mapping | None = None
    max_rejects: int = 0


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
    alone: Ledger | None = None
    receipt: dict[str, object] = field(default_factory=dict)


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
    body.index = range(columns.header + 2, columns.header + 2 + len(body))
    proof = cells.Proof()
    classes = _classified(body, columns, sheet)
    entries = body[classes.eq("entry")]
    raw = {name: entries.iloc[:, at] for name, at in columns.position.items()}
    if not columns.has("customer_id") and not columns.has("customer_name") and classes.eq("heading").any():
        raw["customer_name"] = body.iloc[:, 0].where(classes.eq("heading")).ffill()[entries.index]
    typed = _typed(raw, columns, options, proof, sheet.file)
    if columns.has("paid_amount", "settled_on") and not columns.has("amount") and not columns.has("open_amount"):
        typed = typed.rename(columns={"paid_amount": "amount"})
    holds = _holds(columns, typed, sheet)
    typed = _with_currency(typed, export, options, holds, proof)
    bad = _unreadable(proof, entries, sheet, options)
    typed, rejects = _left_out(typed.drop(index=bad["row"].unique()), entries, holds, [bad])
    part = Part(sheet, columns, holds, typed, rejects, proof.warnings, _printed_day(sheet, columns))
    part.printed, part.decimal = body[classes.eq("total")], proof.decimal
    part.receipt = _receipt(part, columns, export, proof, classes)
    _alarms(part)
    if export and export.says:
        part.warnings.append(export.says)
    return part


def _columns(sheet: Sheet, options: Options) -> tuple[Columns, Export | None]:
    """The header row and its columns: by mapping, by the one export that claims it, else by synonyms."""
    wanted = options.mapping.columns if options.mapping else None
    columns = find_columns(sheet, wanted)
    if columns is None:
        raise ImportRefused(
            f"'{sheet.file}' has no row of headings that arkit knows.",
            expected="within the first 30 rows at least a customer, a number, a date and an amount",
            got=f"row 1: {some([text for text in sheet.row(0) if text], 6) or 'blank'}",
            fix="export the report with its headings, or name the columns in a mapping file: --mapping FILE (docs/exports.md)",
        )
    headings = sheet.row(columns.header)
    claims = [export for export in EXPORTS if export.claims(headings)] if wanted is None else []
    if not claims:
        return columns, None
    named = find_columns(sheet, claims[0].columns)
    assert named is not None
    ignored = {field for field, heading in named.heading.items() if heading in claims[0].ignore}
    kept = {field: at for field, at in named.position.items() if field not in ignored}
    return Columns(named.header, kept, {field: named.heading[field] for field in kept}), claims[0]


def _classified(body: pd.DataFrame, columns: Columns, sheet: Sheet) -> pd.Series:
    """What each row is: entry, heading, total, footer or blank."""
    text = body.map(as_text) if body.dtypes.eq(object).any() else body.fillna("")
    filled = text.apply(lambda column: column.str.strip().ne(""))
    count = filled.sum(axis=1)
    first = (
        text.bfill(axis=1).iloc[:, 0]
        if not text.shape[1]
        else text.where(filled).bfill(axis=1).iloc[:, 0].fillna("").astype("str")
    )
    dates = [text.iloc[:, at].str.contains(r"\d", regex=True) for name, at in columns.position.items() if name in DATES]
    dated = pd.concat(dates, axis=1).any(axis=1) if dates else pd.Series(data=False, index=body.index)
    classes = pd.Series("entry", index=body.index, dtype="str")
    classes[count.eq(1) & filled.iloc[:, 0] & ~dated] = "heading"
    classes[first.str.match(TOTAL) & ~dated] = "total"
    classes[first.str.match(STAMP) & count.le(2)] = "footer"
    classes[(text == sheet.row(columns.header)).all(axis=1)] = "heading"
    classes[count.eq(0)] = "blank"
    return classes


def _typed(raw: dict[str, pd.Series], columns: Columns, options: Options, proof: cells.Proof, file: str) -> pd.DataFrame:
    """Every column by what its field holds."""
    heading = columns.heading
    dates = {heading[name]: raw[name] for name in DATES if name in raw and name not in SOFT}
    money = {heading[name]: raw[name] for name in MONEY if name in raw and name not in SOFT}
    order = options.date_order or (options.mapping.date_order if options.mapping else None)
    decimal = options.decimal or (options.mapping.decimal if options.mapping else None)
    read = cells.days(dates, proof, order, file) | cells.amounts(money, proof, decimal, file)
    for name in (name for name in SOFT if name in raw):
        reader, said = (cells.days, order) if name in DATES else (cells.amounts, decimal)
        read[heading[name]] = _softly(heading[name], raw[name], proof, reader, said)
    typed: dict[str, pd.Series] = {}
    for name, column in raw.items():
        if name in DATES or name in MONEY:
            typed[name] = read[heading[name]]
        elif name in IDENTIFIERS:
            typed[name] = cells.identifiers(column)
        elif name in FLAGS:
            typed[name] = cells.flags(column)
        else:
            typed[name] = cells.numbers(column) if name == "terms_days" else cells.texts(column)
    frame = pd.DataFrame(typed)
    if "customer_id" not in frame and "customer_name" in frame:
        frame["customer_id"] = frame["customer_name"]
    return frame


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
    has = columns.has
    money = "amount" in typed or "open_amount" in typed
    if has("kind") and has("date") and (has("until") or has("outcome")):
        return "notes"
    if has("credit_note_id") and money:
        return "credit notes"
    named = has("customer_id") or has("customer_name")
    if money and not has("due_date") and (has("payment_id") or has("settled_on") or _titled_payments(sheet, columns)):
        return "payments"
    if money and has("date") and "customer_id" in typed:
        return "documents"
    if named and not has("date") and not has("document_id") and (not money or has("email") or has("phone") or has("address")):
        return "customers"
    lacking = [
        name for name, there in (("customer", "customer_id" in typed), ("date", has("date")), ("amount", money)) if not there
    ]
    raise ImportRefused(
        f"'{sheet.file}' does not say enough to be read.",
        expected="a column each for customer, document number, date, due date and amount or open balance",
        got=f"no {' and no '.join(lacking)}; understood were {columns.shown()}",
        fix="export a report that lists single invoices, or name the columns in a mapping file: --mapping FILE (docs/exports.md)",
    )


def _titled_payments(sheet: Sheet, columns: Columns) -> bool:
    """Whether the file's name or the title above its headings says that it lists payments."""
    titles = [sheet.file, *(" ".join(sheet.row(index)) for index in range(columns.header))]
    return any(PAYMENTS.search(title) for title in titles)


def _with_currency(
    typed: pd.DataFrame, export: Export | None, options: Options, holds: str, proof: cells.Proof
) -> pd.DataFrame:
    """A currency for every row: the file's, what a code implies, what is declared, else XXX, and that is said."""
    if holds in ("customers", "notes"):
        return typed
    rules = export.currency if export else options.mapping.currency if options.mapping else ()
    currency = typed["currency"].str.upper() if "currency" in typed else pd.Series("", index=typed.index, dtype="str")
    for name, start, code in rules:
        codes = typed[name] if name in typed else pd.Series("", index=typed.index, dtype="str")
        currency = currency.mask(currency.eq("") & codes.str.startswith(start), code)
    if currency.eq("").any() and not options.currency:
        proof.warnings.append("no currency is stated: amounts carry none; say --currency EUR, for example")
    return typed.assign(currency=currency.mask(currency.eq(""), options.currency or NO_CURRENCY))


def _unreadable(proof: cells.Proof, entries: pd.DataFrame, sheet: Sheet, options: Options) -> pd.DataFrame:
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
    reasons = [f"{name}: '{text}' {why}" for _, name, text, why in proof.bad]
    values = [_shown(entries.loc[row]) for row, *_ in proof.bad]
    return pd.DataFrame({"row": [row for row, *_ in proof.bad], "reason": reasons, "values": values})


def _left_out(
    typed: pd.DataFrame, entries: pd.DataFrame, holds: str, rejects: list[pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that are no debts: exact copies, drafts and voided documents, rows without customer, date or amount."""
    entries = entries.loc[typed.index]
    unnumbered = holds == "payments" and "payment_id" not in typed
    copies = entries.duplicated() & (not unnumbered)
    first = (
        entries.reset_index(names="_row").groupby(list(entries.columns), sort=False, dropna=False)["_row"].transform("first")
    )
    reasons = pd.Series("", index=typed.index, dtype="str")
    reasons = reasons.mask(copies, "an exact copy of row " + pd.Series(first.to_numpy(), index=typed.index).astype("str"))
    if "status" in typed and holds == "documents":
        status = typed["status"].map(cells.fold)
        reasons = reasons.mask(status.isin(NOT_OWED) & reasons.eq(""), "not owed: its status is '" + typed["status"] + "'")
    needed = {"documents": ["date"], "payments": [], "credit notes": [], "customers": [], "notes": ["date"]}[holds]
    for name in needed:
        reasons = reasons.mask(typed[name].isna() & reasons.eq(""), f"it has no {name.replace('_', ' ')}")
    reasons = reasons.mask(
        typed["customer_id"].eq("") & reasons.eq("") if "customer_id" in typed else False, "it names no customer"
    )
    if holds == "customers":
        again = typed["customer_id"].duplicated() & reasons.eq("")
        reasons = reasons.mask(again, "customer " + typed["customer_id"] + " is listed before")
    out = reasons.ne("")
    if out.any():
        values = entries[out].apply(_shown, axis=1)
        rejects = [
            *rejects,
            pd.DataFrame({"row": typed.index[out], "reason": reasons[out].to_numpy(), "values": values.to_numpy()}),
        ]
    table = pd.concat(rejects, ignore_index=True) if rejects else pd.DataFrame()
    return typed[~out], table.astype({"row": "int64"}) if len(table) else table


def _shown(row: pd.Series) -> str:
    """A row in words, for the list of rows not used."""
    return " | ".join(text for text in map(as_text, row) if text)[:200]


def _printed_day(sheet: Sheet, columns: Columns) -> pd.Timestamp | None:
    """The day that a title above the header prints, 'As of Jun 30, 2026', if its order is beyond doubt."""
    for index in range(columns.header):
        found = PRINTED_DAY.search(" ".join(sheet.row(index)))
        if found:
            proof, text = cells.Proof(), found[1].strip().rstrip(",")
            try:
                day = cells.days({"title": pd.Series([text], index=[index + 1])}, proof, None, sheet.file)["title"].iloc[0]
            except ImportRefused:
                continue
            if pd.notna(day):
                return parse_day(day)
    return None


def _receipt(part: Part, columns: Columns, export: Export | None, proof: cells.Proof, classes: pd.Series) -> dict[str, object]:
    counts = classes.value_counts()
    orders = pd.Series(proof.date_order, dtype="str")
    grouped = [f"{how} ({some([repr(name) for name in names], 9)})" for how, names in orders.groupby(orders).groups.items()]
    top = [not any(part.sheet.row(index)) for index in range(columns.header)]
    rejected = part.rejects["row"].nunique() if len(part.rejects) else 0
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


def rejects_table(parts: list[Part]) -> pd.DataFrame:
    """All rows not used, over all files."""
    tables = [part.rejects.assign(file=part.sheet.file) for part in parts if len(part.rejects)]
    return REJECTS.conform(pd.concat(tables, ignore_index=True)) if tables else REJECTS.empty()
