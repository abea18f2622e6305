"""Sheets that were read, put together: documents, payments, credit notes, customers and notes become one ledger."""

import numpy as np
import pandas as pd

from arkit.errors import ImportRefused, some
from arkit.importers import cells
from arkit.importers.cells import fold
from arkit.importers.reading import KIND, Part, rejects_table
from arkit.importers.sheets import Sheet
from arkit.ledger import Ledger
from arkit.money import NO_CURRENCY, plain, text, to_major, to_minor, totals
from arkit.tables import RECEIPTS

LOWERING = ("credit_note", "payment", "write_off", "discount")
PAID_WORDS = ("paid", "bezahlt", "paye", "pagado", "betaald", "pago", "closed", "settled")
#: What is said of a file that a folder holds along with the exports.
ASIDE = "holds no dates and no amounts: set aside"
CARRIED = ["customer_id", "document_id", "due_date", "currency", "entity", "reference", "terms_days", "salesperson", "source"]


def join(parts: list[Part], aside: list[Sheet] | None = None, *, undated: pd.Timestamp | None = None) -> Ledger:
    """One ledger out of all sheets; ``aside`` are those that hold nothing of receivables.

    Parameters
    ----------
    undated
        Stands in for the day of an open-items list that prints none, where only totals are asked for; without it such a
        list is refused.
    """
    by = {
        holds: [part for part in parts if part.holds == holds] for holds in ("documents", "payments", "credit notes", "notes")
    }
    entries, snapshots = [], []
    for part in by["documents"]:
        rows = _documents(part)
        if _is_snapshot(part):
            snapshots.append(_snapshot(rows, part, undated))
        else:
            entries.append(_postings(rows))
            if not by["payments"] and "settled_on" not in rows:
                part.warnings.append("no payments were read: every document counts as open")
        _tie_to_print(part, rows)
    documents = pd.concat([*entries, *snapshots], ignore_index=True) if entries or snapshots else None
    entries += [_payments(part, documents) for part in by["payments"]] + [
        _credit_notes(part, documents) for part in by["credit notes"]
    ]
    notes = [part.rows.assign(kind=_note_kinds(part.rows["kind"]), source=_source(part)) for part in by["notes"]]
    customers = _customers(parts, documents)
    return Ledger(
        pd.concat(entries, ignore_index=True) if entries else None,
        customers,
        snapshots=pd.concat(snapshots, ignore_index=True) if snapshots else None,
        notes=pd.concat(notes, ignore_index=True) if notes else None,
        receipts=_receipts(parts, aside or []),
        rejects=rejects_table(parts),
    )


def _receipts(parts: list[Part], aside: list[Sheet]) -> pd.DataFrame:
    """How each file was understood, one row per sheet, shape `RECEIPTS`."""
    read = [
        part.receipt
        | {
            "documents": len(part.rows) if part.holds == "documents" else 0,
            "as_of": part.as_of,
            "warnings": "\n".join(part.warnings),
        }
        for part in parts
    ]
    words = dict.fromkeys(["export", "holds", "columns", "date_order", "number_style"], "")
    counts = dict.fromkeys(
        ["header_row", "entry", "heading", "total", "footer", "blank", "rejected", "documents", "customers"], 0
    )
    left = [
        words
        | counts
        | {
            "file": sheet.file,
            "sha256": sheet.sha256,
            "status": "set aside",
            "rows": len(sheet.cells),
            "warnings": ASIDE,
            "as_of": pd.NaT,
        }
        for sheet in aside
    ]
    return RECEIPTS.conform(pd.DataFrame([*read, *left])) if read or left else RECEIPTS.empty()


def _tie_to_print(part: Part, rows: pd.DataFrame) -> None:
    """Compare what was read with the grand total a sheet prints, where it prints one."""
    name = "open_amount" if "open_amount" in part.columns.position else "amount"
    if not len(part.printed) or name not in rows or len(set(rows["currency"])) != 1:
        return
    cell = part.printed.iloc[[-1], [part.columns.position[name]]].squeeze(axis=1)
    printed = cells.amounts({name: cell}, cells.Proof(), part.decimal, part.sheet.file)[name].iloc[0]
    if pd.notna(printed):
        currency = str(rows["currency"].iloc[0])
        difference = float(totals(rows, name).sum()) - float(printed)
        part.receipt |= {"printed_total": plain(float(printed), currency), "difference": plain(difference, currency)}
        if round(difference, 4):
            part.warnings.append(
                f"the file prints a total of {text(float(printed), currency)}, {text(difference, currency)} from what was read"
            )


def _documents(part: Part) -> pd.DataFrame:
    """The documents of a sheet: kind, sign, number and source, each document once."""
    rows = part.rows.assign(source=_source(part))
    rows["kind"] = _kinds(part)
    if "document_id" not in rows:
        rows["document_id"] = ""
    unnumbered = rows["document_id"].eq("")
    rows["document_id"] = rows["document_id"].mask(unnumbered, rows["kind"] + " " + rows["source"])
    if unnumbered.sum() and (rows["kind"].eq("invoice") & unnumbered).any():
        part.warnings.append(f"{int(unnumbered.sum()):,} documents have no number and go by file and row")
    for name in ("amount", "open_amount"):
        if name in rows:
            rows[name] = rows[name].where(~rows["kind"].isin(LOWERING), -rows[name].abs())
    return _each_once(rows, part)


def _kinds(part: Part) -> pd.Series:
    """What each document is: by its column of kinds where that says it, else by the sign of its amount."""
    rows = part.rows
    money = rows["open_amount"] if "open_amount" in rows else rows["amount"]
    by_sign = pd.Series(np.where(money.lt(0), "credit_note", "invoice"), index=rows.index, dtype="str")
    if "kind" not in rows:
        return by_sign
    said = rows["kind"].map(fold).map(KIND)
    if said.isna().all():
        return by_sign
    strange = said.isna() & rows["kind"].ne("")
    if strange.any():
        raise ImportRefused(
            f"{int(strange.sum()):,} rows are of a kind that arkit does not know.",
            expected=f"one of {some(sorted(KIND), 12)}",
            got=some([f"{part.sheet.file} row {row} '{kind}'" for row, kind in rows.loc[strange, "kind"].items()]),
            fix="leave those rows out of the export, or rename their type",
        )
    return said.fillna(by_sign).astype("str")


def _each_once(rows: pd.DataFrame, part: Part) -> pd.DataFrame:
    """Documents listed in several rows that agree count once; rows that share a number and differ are refused."""
    key = [name for name in ("entity", "customer_id", "document_id", "kind", "currency") if name in rows]
    same = [
        *key,
        *[name for name in ("date", "due_date", "amount", "open_amount", "paid_amount", "settled_on") if name in rows],
    ]
    once = rows.drop_duplicates(same)
    again = once[once.duplicated(key, keep=False)]
    if len(again):
        shown = [
            f"row {row.Index} '{row.document_id}' of {row.customer_id}" for row in again.sort_values(key).head(4).itertuples()
        ]
        raise ImportRefused(
            f"{len(again):,} rows share a document number and differ in date or amount.",
            expected="one row per document",
            got=f"{part.sheet.file}: {some(shown, 4)}",
            fix="export a list with one row per document, or map a column that tells them apart to document_id",
        )
    if len(once) < len(rows):
        part.warnings.append(f"{len(rows) - len(once):,} rows repeat the totals of their document, which counts once")
    return once


def _is_snapshot(part: Part) -> bool:
    """Whether a list of documents shows what is open on one day only, rather than what happened when."""
    rows = part.rows
    if "open_amount" in rows:
        return True
    if "paid_amount" in rows:
        dated = rows["settled_on"].notna() if "settled_on" in rows else pd.Series(data=False, index=rows.index)
        return bool((rows["paid_amount"].fillna(0).ne(0) & ~dated).any())
    return "settled_on" not in rows and "status" in rows and rows["status"].map(fold).isin(PAID_WORDS).any()


def _snapshot(rows: pd.DataFrame, part: Part, undated: pd.Timestamp | None) -> pd.DataFrame:
    """Open items as of one day; settled documents stay in with their day of settlement, where it is known."""
    as_of = part.as_of or undated
    if as_of is None:
        raise ImportRefused(
            f"'{part.sheet.file}' lists what is open and does not say on which day.",
            expected="a day printed in its title, or a declared one",
            got="no day above the headings",
            fix="say --as-of with the day the export was made",
        )
    if "open_amount" not in rows:
        paid = (
            rows["paid_amount"].fillna(0)
            if "paid_amount" in rows
            else rows["amount"].where(rows["status"].map(fold).isin(PAID_WORDS), 0)
        )
        is_open = to_minor(rows["amount"].fillna(0), rows["currency"]) - to_minor(paid, rows["currency"])
        rows = rows.assign(open_amount=to_major(is_open, rows["currency"]), paid_amount=paid)
        part.warnings.append("payments carry no day, so the list answers for one day only: what was open on it")
    rows = rows.assign(open_amount=rows["open_amount"].fillna(0), as_of=as_of)
    return rows.rename(columns={"date": "issued"}).drop(columns=["customer_name", "status"], errors="ignore")


def _postings(rows: pd.DataFrame) -> pd.DataFrame:
    """Documents as postings, and a payment for each where a day of settlement stands."""
    created = rows[[name for name in ["kind", "date", "amount", *CARRIED] if name in rows]]
    if "settled_on" not in rows:
        return created
    paid = rows["paid_amount"] if "paid_amount" in rows else rows["amount"]
    money = rows.assign(kind="payment", date=rows["settled_on"], amount=-paid)[["kind", "date", "amount", *_keys(rows)]]
    return pd.concat([created, money[rows["settled_on"].notna() & paid.ne(0)]], ignore_index=True)


def _keys(rows: pd.DataFrame) -> list[str]:
    """The columns that say whose posting it is, as far as the file has them."""
    return [name for name in ("customer_id", "document_id", "currency", "entity", "source") if name in rows]


def _payments(part: Part, documents: pd.DataFrame | None) -> pd.DataFrame:
    """Payments, returns and write-offs as postings on the invoice they name; those that name none stand alone as credit."""
    rows = _of_known(part.rows.assign(source=_source(part)), documents)
    kind = (
        rows["kind"].map(fold).map(KIND).fillna("payment")
        if "kind" in rows
        else pd.Series("payment", index=rows.index, dtype="str")
    )
    own = rows["payment_id"] if "payment_id" in rows else "payment " + rows["source"]
    number = rows["document_id"] if "document_id" in rows else pd.Series("", index=rows.index, dtype="str")
    signed = rows["amount"].abs().where(kind.isin(["return"]), -rows["amount"])
    signed = signed.where(~kind.isin(["write_off", "discount"]), -rows["amount"].abs())
    posted = rows.assign(
        kind=kind,
        document_id=number.mask(number.eq(""), own),
        date=rows["settled_on"] if "settled_on" in rows else rows["date"],
        amount=signed,
    )
    _warn_unknown(part, posted[number.ne("")], documents)
    return posted[["kind", "date", "amount", *_keys(posted)]]


def _credit_notes(part: Part, documents: pd.DataFrame | None) -> pd.DataFrame:
    """Credit notes as postings: on the invoice they are applied to, else documents of their own."""
    rows = _of_known(part.rows.assign(source=_source(part)), documents)
    applied = rows["applied_to"] if "applied_to" in rows else pd.Series("", index=rows.index, dtype="str")
    posted = rows.assign(
        kind="credit_note",
        document_id=applied.mask(applied.eq(""), rows["credit_note_id"]),
        date=rows["credit_note_date"] if "credit_note_date" in rows else rows["date"],
        amount=-rows["amount"].abs(),
    )
    _warn_unknown(part, posted[applied.ne("")], documents)
    return posted[["kind", "date", "amount", *_keys(posted)]]


def _of_known(rows: pd.DataFrame, documents: pd.DataFrame | None) -> pd.DataFrame:
    """Customer and currency of the document a payment names, where the payment itself does not say."""
    if documents is None or "document_id" not in rows:
        return rows
    for name, blank in (("customer_id", ""), ("currency", NO_CURRENCY)):
        single = documents.groupby("document_id")[name].agg(["nunique", "first"])
        known = rows["document_id"].map(single.loc[single["nunique"].eq(1), "first"])
        given = rows[name] if name in rows else pd.Series(blank, index=rows.index, dtype="str")
        rows = rows.assign(**{name: given.mask(given.eq(blank) & known.notna(), known)})
    return rows


def _warn_unknown(part: Part, named: pd.DataFrame, documents: pd.DataFrame | None) -> None:
    """Point out postings on invoices that no file lists: they stand as credit."""
    if documents is None:
        return
    keys = ["customer_id", "document_id"]
    unknown = named[~pd.MultiIndex.from_frame(named[keys]).isin(pd.MultiIndex.from_frame(documents[keys]))]
    if len(unknown):
        shown = [f"'{row.document_id}' of {row.customer_id}" for row in unknown.head(4).itertuples()]
        part.warnings.append(f"{len(unknown):,} rows name invoices that no file lists, and stand as credit: {some(shown)}")


def _customers(parts: list[Part], documents: pd.DataFrame | None) -> pd.DataFrame | None:
    """The customers' own list first, then names from the documents; customers that no list knows are pointed out."""
    listed = [part.rows.rename(columns={"customer_name": "name"}) for part in parts if part.holds == "customers"]
    listed = [rows.assign(name=rows["name"] if "name" in rows else rows["customer_id"]) for rows in listed]
    named = [
        part.rows[["customer_id", "customer_name"]].rename(columns={"customer_name": "name"})
        for part in parts
        if part.holds == "documents" and "customer_name" in part.rows
    ]
    if listed and documents is not None:
        known = pd.concat([rows["customer_id"] for rows in listed])
        for part in (part for part in parts if part.holds == "documents"):
            orphans = part.rows.loc[~part.rows["customer_id"].isin(known), "customer_id"].value_counts()
            if len(orphans):
                shown = some([f"{name} ({count} documents)" for name, count in orphans.items()])
                part.warnings.append(f"{len(orphans):,} customers are not in the list of customers: {shown}")
    frames = [rows.drop(columns=["currency"], errors="ignore") for rows in [*listed, *named]]
    return pd.concat(frames, ignore_index=True).drop_duplicates("customer_id") if frames else None


def _note_kinds(kind: pd.Series) -> pd.Series:
    words = kind.map(fold).str.replace(r"[ -]", "_", regex=True).replace({"email": "letter", "dispute_raised": "dispute"})
    return words.where(words.isin(["reminder", "call", "letter", "promise", "dispute", "plan", "hold", "handed_over"]), "other")


def _source(part: Part) -> pd.Series:
    return part.sheet.file + ":" + pd.Series(part.rows.index.astype("str"), index=part.rows.index, dtype="str")
