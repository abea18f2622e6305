"""Sheets that were read, put together: documents, payments, credit notes, customers and notes become one ledger."""

from dataclasses import replace

import numpy as np
import pandas as pd

from arkit.errors import ImportRefused, counted, some
from arkit.importers import cells, rejects
from arkit.importers.alarms import notes_in_doubt, under_two_numbers
from arkit.importers.aliases import target
from arkit.importers.cells import folded, meanings
from arkit.importers.kinds import KIND, LOWERING, NOTE_WORDS, PAID_WORDS, PAYING
from arkit.importers.matching import apply
from arkit.importers.reading import Part
from arkit.importers.rows import GRAND
from arkit.importers.sheets import Sheet, as_text
from arkit.ledger import Ledger
from arkit.money import NO_CURRENCY, plain, text, texts, to_major, to_minor, totals
from arkit.shapes import Column, Table, look_up
from arkit.tables import ALIASES, CUSTOMERS, KINDS, NOTE_KINDS, NOTES, RECEIPTS, SNAPSHOTS

#: What is said of a file that a folder holds along with the exports.
ASIDE = "holds no dates and no amounts: set aside"
#: Documents of all files; without ``as_of`` they become postings, ``open_amount`` being what the list itself states as open.
LISTED = Table(
    "listed",
    "document of a file",
    (
        *SNAPSHOTS.columns,
        Column("paid_amount", "money", "what the list states as paid", optional=True),
        Column("salesperson", "text", "who sold it", optional=True),
        Column("electronic", "flag", "it went to the customer by mail or as data, not on paper", optional=True),
        Column("part", "count", "the sheet it stands in"),
        Column("loose", "flag", "a payment that names no invoice", optional=True),
    ),
)
#: What makes two rows one document, and what must then agree.
KEY = ["as_of", "entity", "customer_id", "document_id", "instalment", "kind", "currency"]
SAME = [*KEY, "issued", "due_date", "amount", "open_amount", "paid_amount", "settled_on"]
#: What says whose posting it is.
OWNER = ["customer_id", "document_id", "currency", "entity", "source"]
#: The same of a posting on a document that may be one of several parts.
PART = [*OWNER, "instalment", "rate"]


def join(
    parts: list[Part],
    aside: list[Sheet] | None = None,
    *,
    undated: pd.Timestamp | None = None,
    unapplied: str = "certain",
) -> Ledger:
    """One ledger out of all sheets; ``aside`` are those that hold nothing of receivables. The parts stay as they are.

    Payments of a system that is known to export wrong ones are used only where the invoices prove them; else each is listed
    as not used, and the invoices stand as they state themselves, on their day.

    Parameters
    ----------
    undated
        Stands in for the day of an open-items list that prints none, where only totals are asked for; without it such a
        list is refused.
    unapplied
        What becomes of payments that name no invoice; see `matching.apply`.
    """
    try:
        return _joined(parts, aside or [], undated, unapplied)
    except ImportRefused as refusal:
        doubtful = [part.export.proven_by_invoices and len(part.rows) > 0 for part in parts]
        if not any(doubtful) or not any(part.holds == "documents" for part in parts):
            raise
        kept = [_unused(part, refusal) if wrong else part for part, wrong in zip(parts, doubtful, strict=True)]
        return _joined(kept, aside or [], undated, unapplied)


def _unused(part: Part, refusal: ImportRefused) -> Part:
    """A list of payments none of which is used, for the reason that they were refused for; all of its rows are listed."""
    rows = list(part.rows.index)
    added = some([f"{amount:,.2f}" for amount in part.rows.groupby("currency")["amount"].sum()])
    left = rejects.rejected(part.sheet, rows, ["its payments are not what the invoices state as paid"] * len(rows))
    warning = (
        f"{counted(len(rows), 'payment')} of {added} in all not used, for they are not what the invoices state as paid: "
        f"{refusal.what} {refusal.got}"
    )
    return replace(
        part,
        rows=part.rows.head(0),
        rejects=pd.concat([part.rejects, left], ignore_index=True),
        warnings=[*part.warnings, warning],
        receipt=part.receipt | {"entry": 0, "rejected": part.receipt["rejected"] + len(rows)},
    )


def _joined(parts: list[Part], aside: list[Sheet], undated: pd.Timestamp | None, unapplied: str) -> Ledger:
    """One ledger out of all sheets, or a refusal."""
    parts = _merged(_numbered([replace(part, warnings=[*part.warnings], receipt={**part.receipt}) for part in parts]))
    payments, credit_notes, notes = (
        [part for part in parts if part.holds == holds] for holds in ("payments", "credit notes", "notes")
    )
    payments = [part for part in payments if len(part.rows) or not part.export.proven_by_invoices]
    beside = [part for part in parts if part.holds == "documents" and "payment_amount" in part.rows]
    paid = bool(payments or beside)
    listed = [_documents(n, part, undated, paid=paid) for n, part in enumerate(parts) if part.holds == "documents"]
    documents = _each_once(pd.concat(listed, ignore_index=True) if listed else LISTED.empty(), parts)
    shown = documents["as_of"].notna()
    _dated_ahead(documents[shown], parts)
    if shown.any() and (payments or credit_notes):
        raise _net_already(documents[shown], [*payments, *credit_notes])
    entries = [_postings(documents[~shown] if shown.any() else documents, paid=paid)]
    credited = [_credit_notes(part, documents) for part in credit_notes]
    known = pd.concat([documents, *credited], ignore_index=True) if credited else documents
    entries += credited + [_payments(part, known) for part in [*payments, *map(_payments_of, beside)]]
    together = pd.concat(entries, ignore_index=True)
    together = _listed_once(together, parts) if len(parts) > 1 else together
    together = _applied(together, documents, parts, unapplied)
    if payments:
        _tie_to_list(documents, together, [part.as_of for part in parts if part.as_of is not None])
    _tie_to_balances(parts, documents[shown], together)
    customers = _customers(parts, documents)
    told = [NOTES.conform(_notes(part, known, customers)) for part in notes]
    return Ledger(
        together,
        customers,
        snapshots=documents[shown].drop(columns=["part", "loose"]),
        notes=pd.concat([NOTES.empty(), *told], ignore_index=True),
        receipts=_receipts(parts, aside),
        rejects=rejects.together([(part.sheet.file, part.rejects) for part in parts]),
        aliases=_aliases(parts),
    )


def _listed_once(entries: pd.DataFrame, parts: list[Part]) -> pd.DataFrame:
    """Postings without payments that another file lists too: of n alike in one file and m in another the more count.

    Payments that name no invoice are left alone, for two that look alike may well be two.
    """
    file = entries["source"].str.rsplit(":", n=1).str[0]
    pays = entries["kind"].isin(["payment", "return", "write_off", "discount"]) & ~entries["loose"].fillna(value=True).astype(
        "bool"
    )
    if file[pays].nunique() < 2:
        return entries
    alike = ["entity", "customer_id", "document_id", "kind", "date", "amount", "currency"]
    turn = entries[pays].assign(file=file[pays]).groupby([*alike, "file"], dropna=False).cumcount()
    again = entries.loc[turn.index, alike].assign(turn=turn).duplicated()
    again = again.index[again]
    for part in parts:
        own = int(file[again].eq(part.sheet.file).sum())
        if own:
            part.warnings.append(f"{counted(own, 'payment')} listed in another file too, counted once")
    return entries.drop(index=again)


def _applied(entries: pd.DataFrame, documents: pd.DataFrame, parts: list[Part], how: str) -> pd.DataFrame:
    """Postings with payments that name no invoice put to those they paid, and each file told what became of its own.

    Where a list states what an invoice is open by and its postings explain that, no payment is put to it.
    """
    if not entries["loose"].any():
        return entries.drop(columns="loose")
    stated = documents[documents["open_amount"].notna() & documents["as_of"].isna()]
    explained = stated[to_minor(stated["open_amount"], stated["currency"]) == _left(entries, stated)] if len(stated) else stated
    applied, done = apply(entries, how=how, closed=explained)
    file = entries["source"].reindex(done.index).str.rsplit(":", n=1).str[0]
    for part in parts:
        own = done[file.eq(part.sheet.file)]
        if len(own):
            on = "the oldest invoices" if how == "oldest" else "the only invoices they can have paid"
            words = f"{own.sum():,} posted on {on}, {(~own).sum():,} left as credit on account"
            part.warnings.append(f"{counted(len(own), 'payment')} without an invoice: {words}")
    return applied


def _numbered(parts: list[Part]) -> list[Part]:
    """The parts, where a customer that goes by its name gets the number that a list of customers gives to that name."""
    lists = [part.rows for part in parts if part.holds == "customers" and "customer_name" in part.rows]
    known = pd.concat(lists)[["customer_name", "customer_id"]].drop_duplicates() if lists else pd.DataFrame()
    if known.empty:
        return parts
    number = known.drop_duplicates("customer_name", keep=False).set_index("customer_name")["customer_id"]
    for part in parts:
        if part.holds != "customers" and "customer_name" in part.rows and "customer_id" not in part.columns.position:
            numbers = part.rows["customer_name"].map(number).fillna(part.rows["customer_id"])
            part.rows = part.rows.assign(customer_id=numbers)
    return parts


def _merged(parts: list[Part]) -> list[Part]:
    """The parts, where customers that a list says are the same go by one number."""
    lists = [part for part in parts if part.holds == "aliases"]
    if not lists:
        return parts
    stands_for = target(pd.concat([part.rows for part in lists]))
    for part in parts:
        if part.holds == "customers":
            part.rows = part.rows[~part.rows["customer_id"].isin(stands_for)]
        elif part.holds != "aliases" and "customer_id" in part.rows:
            ids = part.rows["customer_id"]
            moved = ids.isin(stands_for)
            if moved.any():
                part.rows = part.rows.assign(customer_id=ids.mask(moved, ids.map(stands_for)).astype("str"))
                left = part.rows["customer_id"].drop_duplicates()
                apart = list(under_two_numbers(ids.drop_duplicates()))
                part.warnings = [words for words in part.warnings if words not in apart] + [*under_two_numbers(left)]
                part.receipt["customers"] = len(left)
                words = f"{counted(int(moved.sum()), 'row')} of {counted(int(ids[moved].nunique()), 'customer')}"
                part.warnings.append(f"{words} put to the customer that the list of aliases names")
    return parts


def _aliases(parts: list[Part]) -> pd.DataFrame:
    """Customers' numbers that lists of aliases say stand for others, shape `ALIASES`."""
    lists = [part.rows[["customer_id", "same_as"]] for part in parts if part.holds == "aliases"]
    pairs = pd.concat(lists, ignore_index=True) if lists else ALIASES.empty()
    return pairs[pairs["same_as"].ne("") & pairs["same_as"].ne(pairs["customer_id"])].reset_index(drop=True)


def _documents(number: int, part: Part, undated: pd.Timestamp | None, *, paid: bool) -> pd.DataFrame:
    """The documents of a sheet, shape `LISTED`: with a day if it shows what is open then, without if they are postings."""
    rows = part.rows.assign(source=_source(part), part=number, kind=_kinds(part)).rename(columns={"date": "issued"})
    own = rows["document_id"] if "document_id" in rows else pd.Series("", index=rows.index, dtype="str")
    unnumbered = own.eq("")
    rows["document_id"] = own.mask(unnumbered, rows["kind"] + " " + rows["source"]) if unnumbered.any() else own
    rows["loose"] = unnumbered & rows["kind"].eq("payment") & (not part.export.applies)
    if (rows["kind"].eq("invoice") & unnumbered).any():
        part.warnings.append(f"{counted(int(unnumbered.sum()), 'document')} without a number, known by file and row")
    money = {"amount", "open_amount", "paid_amount"} & set(rows)
    lowers = rows["kind"].isin(LOWERING)
    if part.export.signed:
        rows["kind"] = cells.put(rows["kind"], lowers & _signed(rows).gt(0), "adjustment")
    for name in () if part.export.signed else money:
        rows[name] = cells.put(rows[name], lowers, -rows[name].abs()) + 0.0
    rows["kind"] = cells.put(rows["kind"], rows["kind"].eq("invoice") & _signed(rows).lt(0), "credit_note")
    complete = "amount" in rows and rows["amount"].notna().all()
    if _is_snapshot(rows) and not (paid and complete):
        return LISTED.conform(_snapshot(rows, part, undated))[LISTED.names]
    if not paid and "settled_on" not in rows and rows["kind"].isin(["invoice", "credit_note"]).all():
        part.warnings.append("no payments were read: every document counts as open")
    return LISTED.conform(rows.assign(as_of=None, open_amount=_stated(rows)))[LISTED.names]


def _signed(rows: pd.DataFrame) -> pd.Series:
    """The amount whose sign says which way a document goes."""
    amounts = [rows[name] for name in ("amount", "open_amount") if name in rows]
    return amounts[0] if len(amounts) == 1 else amounts[0].fillna(amounts[1])


def _kinds(part: Part) -> pd.Series:
    """What each document is: by its column of kinds where that says it, else by the sign of its amount."""
    money = part.rows["open_amount" if "open_amount" in part.rows else "amount"]
    said = _said_kinds(part, KINDS)
    if said is not None and not said.hasnans:
        return said
    by_sign = cells.put(pd.Series("invoice", index=money.index, dtype="str"), money.lt(0), part.export.negative)
    return by_sign if said is None else said.fillna(by_sign)


def _said_kinds(part: Part, allowed: tuple[str, ...]) -> pd.Series | None:
    """The kind that each row states, missing where it is blank; None if the column is absent or speaks of something else."""
    if "kind" not in part.rows or part.rows["kind"].eq("").all():
        return None
    stated = part.rows["kind"]
    words = KIND | part.export.kinds | part.kinds
    said = meanings(stated, words)
    known = said.isin(allowed)
    if not known.any():
        shown, heading = some([f"'{word}'" for word in stated[stated.ne("")].unique()]), part.columns.heading["kind"]
        part.warnings.append(f"the column '{heading}' names no kind that arkit knows and is not used: {shown}")
        return None
    strange = stated[~known & stated.ne("")]
    if len(strange):
        raise ImportRefused(
            f"{counted(len(strange), 'row')} of a kind that arkit does not know.",
            expected=f"one of {some(sorted(word for word, kind in words.items() if kind in allowed), 12)}",
            got=some([f"{part.sheet.file} row {row} '{word}'" for row, word in strange.items()]),
            fix='say in a mapping file what they mean, [kinds] ZR = "invoice", or leave those rows out of the export',
        )
    return said


def _is_snapshot(rows: pd.DataFrame) -> bool:
    """Whether a list of documents shows what is open on one day only, rather than what happened when."""
    if "open_amount" in rows:
        return True
    if "paid_amount" in rows:
        dated = rows["settled_on"].notna() if "settled_on" in rows else pd.Series(data=False, index=rows.index)
        return bool((rows["paid_amount"].fillna(0).ne(0) & ~dated).any())
    return "settled_on" not in rows and "status" in rows and bool(folded(rows["status"]).isin(PAID_WORDS).any())


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
        if "paid_amount" not in rows:
            rows = rows.assign(paid_amount=rows["amount"].where(folded(rows["status"]).isin(PAID_WORDS), 0))
        part.warnings.append("payments carry no day, so the list answers for one day only: what was open on it")
    return rows.assign(open_amount=_stated(rows).fillna(0), as_of=as_of)


def _dated_ahead(shown: pd.DataFrame, parts: list[Part]) -> None:
    """Point out what a list of open items shows although it is dated after the day of the list: it is not there yet.

    A list of which nothing is left then is refused.
    """
    ahead = shown[shown["issued"].gt(shown["as_of"])]
    for number in ahead["part"].unique().tolist():
        rows = ahead[ahead["part"].eq(number)]
        part, day, last = parts[number], rows["as_of"].iloc[0], rows["issued"].max()
        count = len(rows)
        if count == int(shown["part"].eq(number).sum()):
            raise ImportRefused(
                f"all of '{part.sheet.file}' is dated after the day it is said to be of.",
                expected=f"documents dated up to {day:%Y-%m-%d}",
                got=f"{counted(count, 'document')} dated {rows['issued'].min():%Y-%m-%d} to {last:%Y-%m-%d}",
                fix="say --as-of with the day the export was made",
            )
        added = totals(rows)
        what = (
            f"{counted(count, 'document')} of {some([*texts(added, added.index.to_series())])} {'is' if count == 1 else 'are'}"
        )
        part.warnings.append(
            f"{what} dated after {day:%Y-%m-%d}, the last on {last:%Y-%m-%d}, and left out; "
            "if the list was made later, it lacks what was paid since: say --as-of with its day"
        )


def _stated(rows: pd.DataFrame) -> pd.Series:
    """What a list itself states as open, missing where it states nothing."""
    if "open_amount" in rows:
        return rows["open_amount"]
    if "paid_amount" in rows:
        currency = rows["currency"]
        is_open = to_minor(rows["amount"].fillna(0), currency) - to_minor(rows["paid_amount"].fillna(0), currency)
        return pd.Series(to_major(is_open, currency), index=rows.index)
    settled = rows["settled_on"].notna() if "settled_on" in rows else pd.Series(data=False, index=rows.index)
    return pd.Series(np.where(settled, 0.0, np.nan), index=rows.index)


def _each_once(rows: pd.DataFrame, parts: list[Part]) -> pd.DataFrame:
    """Documents listed in several rows that agree, each once; rows that share a number and differ are refused."""
    lists = [part for part in parts if part.holds == "documents"]
    once = len(lists) == 1 and lists[0].numbered_once
    several = rows.head(0) if once else rows[rows["document_id"].duplicated(keep=False)]
    posting = several["kind"].isin(PAYING) & several["kind"].ne("invoice") & several["open_amount"].isna()
    several = several[~posting | several["as_of"].notna()]
    once = several.drop_duplicates(SAME)
    again = once[once.duplicated(KEY, keep=False)]
    if len(again):
        first = again.sort_values(KEY).head(4)
        shown = [f"{row.source} '{row.document_id}' of {row.customer_id}" for row in first.itertuples()]
        raise ImportRefused(
            f"{len(again):,} rows share a document number and differ in date or amount.",
            expected="one row per document",
            got=some(shown, 4),
            fix="export a list with one row per document, or map a column that tells them apart to document_id",
        )
    kept = rows.drop(index=several.index.difference(once.index)) if len(once) < len(several) else rows
    for number, part in enumerate(parts):
        count, listed = int(kept["part"].eq(number).sum()), int(rows["part"].eq(number).sum())
        part.receipt["documents"] = count
        if count < listed and part.export.lines != "repeat":
            part.warnings.append(f"{counted(listed - count, 'row')} of documents listed before, which count once")
        if len(part.printed):
            _tie_to_print(part, kept[kept["part"].eq(number)])
    return kept


def _tie_to_print(part: Part, rows: pd.DataFrame) -> None:
    """State the grand total that a sheet prints beside what was read; several of them, one for each block, are added up."""
    name = "open_amount" if "open_amount" in part.columns.position else "amount"
    said = ((as_text(cell).strip() for cell in row) for row in part.printed.itertuples(index=False, name=None))
    grand = part.printed[[bool(GRAND.fullmatch(next(filter(None, row), ""))) for row in said]]
    if not len(grand) or not part.export.foots or name not in part.columns.position or len(set(rows["currency"])) != 1:
        return
    cell = grand.iloc[:, part.columns.position[name]]
    printed = cells.amounts({name: cell}, cells.Proof(), part.decimal, part.sheet.file)[name].dropna()
    if len(printed):
        currency = str(rows["currency"].iloc[0])
        added = float(totals(rows, name).sum())
        total = min(float(printed.iloc[-1]), float(printed.sum()), key=lambda each: abs(each - added))
        difference = round(added - total, 4) + 0.0
        part.receipt |= {"printed_total": plain(total, currency), "difference": plain(difference, currency)}


def _net_already(listed: pd.DataFrame, paying: list[Part]) -> ImportRefused:
    """A list of what is open has the payments in it: adding them would count them twice."""
    return ImportRefused(
        "open items and payments cannot be added up.",
        expected="all documents with their amounts and payments, or open items alone",
        got=f"open items in {listed['source'].iloc[0].rsplit(':', 1)[0]}, and {some([part.sheet.file for part in paying])}",
        fix="leave the payments out, or export all documents with their original amounts instead of the open items",
    )


def _tie_to_list(documents: pd.DataFrame, entries: pd.DataFrame, days: list[pd.Timestamp]) -> None:
    """Refuse payments that do not explain what a list of documents itself states as open."""
    stated = documents[documents["open_amount"].notna()]
    known = entries[entries["date"] <= max(days)] if days else entries
    odd = stated[to_minor(stated["open_amount"], stated["currency"]) != _left(known, stated)]
    if len(odd):
        shown = [f"{row.source} '{row.document_id}' open {text(row.open_amount, row.currency)}" for row in odd.itertuples()]
        raise ImportRefused(
            f"{counted(len(odd), 'document')} open by other amounts than their payments leave.",
            expected="payments and credit notes that explain what the list of documents states as open",
            got=some(shown),
            fix="export documents and payments up to the same day, or leave the payments out and say --as-of",
        )


def _tie_to_balances(parts: list[Part], shown: pd.DataFrame, entries: pd.DataFrame) -> None:
    """Point out customers that a list of customers says owe another sum than their documents add up to."""
    lists = [part for part in parts if part.holds == "customers" and "open_amount" in part.rows]
    owed = pd.concat(
        [
            shown.loc[shown["as_of"].eq(shown["as_of"].max()), ["customer_id", "currency", "open_amount"]],
            entries[["customer_id", "currency", "amount"]].rename(columns={"amount": "open_amount"}),
        ]
    )
    if not lists or len(set(owed["currency"])) != 1:
        return
    minor = owed.assign(minor=to_minor(owed["open_amount"], owed["currency"])).groupby("customer_id")["minor"].sum()
    for part in lists:
        said = part.rows.loc[part.rows["open_amount"].notna(), ["customer_id", "open_amount"]]
        said = said.assign(
            currency=owed["currency"].iloc[0], added=minor.reindex(said["customer_id"]).fillna(0).to_numpy("int64")
        )
        odd = said[to_minor(said["open_amount"], said["currency"]) != said["added"]]
        stated, added = (
            texts(pd.Series(money, index=odd.index), odd["currency"])
            for money in (odd["open_amount"], to_major(odd["added"].to_numpy(), odd["currency"]))
        )
        if len(odd):
            words = some([*(odd["customer_id"] + " states " + stated + ", its documents " + added)])
            part.warnings.append(
                f"{counted(len(odd), 'customer')} with another balance than their documents add up to: {words}"
            )


def _left(entries: pd.DataFrame, documents: pd.DataFrame) -> np.ndarray:
    """What postings leave open of documents, in minor units."""
    key = ["entity", "customer_id", "document_id", "currency"]
    minor = entries.assign(minor=to_minor(entries["amount"], entries["currency"])).groupby(key)["minor"].sum()
    return minor.reindex(pd.MultiIndex.from_frame(documents[key])).fillna(0).to_numpy()


def _postings(rows: pd.DataFrame, *, paid: bool) -> pd.DataFrame:
    """Documents as postings, and a payment where a day of settlement stands, unless payments are ``paid`` by a list of them."""
    rows = rows.rename(columns={"issued": "date"})
    more = ["due_date", "reference", "terms_days", "terms", "salesperson", "electronic"]
    created = rows[[*PART, "kind", "date", "amount", *more, "loose"]]
    money = rows.assign(
        kind="payment", loose=False, date=rows["settled_on"], amount=-rows["paid_amount"].fillna(rows["amount"])
    )
    used_up = money["amount"].gt(0)  # a credit is used up, not paid, and a payment of its own stays one
    if used_up.any():
        money["kind"] = money["kind"].mask(used_up & rows["kind"].ne("payment"), "adjustment")
    settled = money[[*PART, "kind", "date", "amount", "loose"]][rows["settled_on"].notna() & money["amount"].ne(0)]
    return created if paid or settled.empty else pd.concat([created, settled], ignore_index=True)


def _payments(part: Part, documents: pd.DataFrame) -> pd.DataFrame:
    """Payments, returns and write-offs as postings on the invoice they name; those that name none stand alone as credit."""
    said = _said_kinds(part, (*PAYING, "credit_note"))
    rows = _of_known(part, documents)
    kind = pd.Series("payment", index=part.rows.index, dtype="str") if said is None else said.fillna("payment")
    kind = kind[rows.index].replace("invoice", "payment")
    credits = documents.loc[documents["kind"].eq("credit_note"), "document_id"]
    used_up = kind.eq("credit_note") & rows["document_id"].isin(credits)  # what was paid out on, or set off against, a credit
    kind = kind.mask(used_up, "adjustment")
    own = rows["payment_id"] if "payment_id" in rows else pd.Series("", index=rows.index, dtype="str")
    number = rows["document_id"].mask(rows["document_id"].eq(""), own)
    minus = rows["amount"].lt(0).any() and not rows["amount"][kind.eq("payment")].gt(0).any()
    received = -rows["amount"] if minus else rows["amount"]
    lowering = (-received).mask(kind.isin(["write_off", "discount", "credit_note"]), -received.abs())
    posted = rows.assign(
        kind=kind,
        document_id=number.mask(number.eq(""), "payment " + rows["source"]),
        amount=lowering.mask(kind.eq("return") | used_up, received.abs()),
        loose=rows["document_id"].eq("") & kind.eq("payment") & (not part.export.applies),
    )
    _point_out(part, posted[rows["document_id"].ne("")], documents)
    alike = posted[posted.duplicated(["customer_id", "document_id", "date", "amount"], keep=False) & posted["amount"].ne(0)]
    if len(alike):
        where = some([f"row {row}" for row in alike.index])
        part.warnings.append(f"{len(alike):,} payments are alike in everything, and each counts: {where}")
    return posted[[*OWNER, "kind", "date", "amount", "loose"]]


def _payments_of(part: Part) -> Part:
    """The payments that a list of documents has in columns beside them, a row for each."""
    names = ["customer_id", "document_id", "currency", "entity", "payment_date", "payment_amount"]
    rows = part.rows[part.rows["payment_amount"].notna() & part.rows["payment_date"].notna()].filter(names)
    return replace(part, rows=rows.rename(columns={"payment_date": "date", "payment_amount": "amount"}))


def _credit_notes(part: Part, documents: pd.DataFrame) -> pd.DataFrame:
    """Credit notes as postings: on the invoice they are applied to, else documents of their own."""
    rows = _of_known(part, documents)
    posted = rows.assign(
        kind="credit_note",
        document_id=rows["document_id"].mask(rows["document_id"].eq(""), rows["credit_note_id"]),
        amount=-rows["amount"].abs(),
    )
    _point_out(part, posted[rows["document_id"].ne("")], documents)
    return posted[[*OWNER, "kind", "date", "amount"]]


def _of_known(part: Part, documents: pd.DataFrame) -> pd.DataFrame:
    """Rows with customer, currency and entity of the document they name, where they do not say it themselves.

    Rows that then name no customer are not used, and listed as such.
    """
    rows = part.rows.assign(source=_source(part))
    if "applied_to" in rows:
        rows = rows.drop(columns="document_id", errors="ignore").rename(columns={"applied_to": "document_id"})
    for name, blank, by in (
        ("document_id", "", []),
        ("customer_id", "", ["document_id"]),
        ("currency", NO_CURRENCY, ["document_id", "customer_id"]),
        ("entity", "", ["document_id"]),
    ):
        given = rows[name] if name in rows else pd.Series(blank, index=rows.index, dtype="str")
        for key in by:
            single = documents[[key, name]].drop_duplicates().drop_duplicates(key, keep=False).set_index(key)[name]
            given = given.mask(given.eq(blank), rows[key].map(single).astype("str").fillna(blank))
        rows = rows.assign(**{name: given})
    return _without_lost(part, rows, "it names no customer and no invoice that a file lists")


def _point_out(part: Part, named: pd.DataFrame, documents: pd.DataFrame) -> None:
    """Point out postings on invoices that no file lists: they stand as credit."""
    if documents.empty:
        return
    key = ["customer_id", "document_id"]
    unknown = named[~pd.MultiIndex.from_frame(named[key]).isin(pd.MultiIndex.from_frame(documents[key]))]
    shown = some([f"'{row.document_id}' of {row.customer_id}" for row in unknown.head(9).itertuples()])
    if len(unknown) and documents["open_amount"].gt(0).any():
        raise ImportRefused(
            f"{counted(len(unknown), 'row')} for invoices that the list of what is open does not hold.",
            expected="a list of all documents, paid ones too, where payments come along",
            got=f"{part.sheet.file}: {shown}",
            fix="export all documents, or leave the payments out and say --as-of",
        )
    if len(unknown):
        part.warnings.append(f"{counted(len(unknown), 'row')} for invoices that no file lists, standing as credit: {shown}")


def _customers(parts: list[Part], documents: pd.DataFrame) -> pd.DataFrame:
    """The customers' own list first, then names from the documents; customers that no list knows are pointed out."""
    listed = [part.rows.rename(columns={"customer_name": "name"}) for part in parts if part.holds == "customers"]
    listed = [rows.assign(name=rows["name"] if "name" in rows else rows["customer_id"]) for rows in listed]
    about = ["customer_id", "customer_name", "contact", "email", "phone", "address"]
    named = [
        part.rows.filter(about)[~part.rows["customer_id"].duplicated()].rename(columns={"customer_name": "name"})
        for part in parts
        if part.holds == "documents" and "customer_name" in part.rows
    ]
    there = _countries(parts)
    named += [pd.DataFrame({"customer_id": there.index, "name": there.index})] if len(there) else []
    known = pd.concat([rows["customer_id"] for rows in listed]).unique() if listed else []
    for number, part in enumerate(parts if listed else []):
        unknown = documents["part"].eq(number) & ~documents["customer_id"].isin(known)
        orphans = documents.loc[unknown, "customer_id"].value_counts()
        if len(orphans):
            shown = some([f"{name} ({count} documents)" for name, count in orphans.items()])
            part.warnings.append(f"{counted(len(orphans), 'customer')} not in the list of customers: {shown}")
    frames = [rows.drop(columns=["currency"], errors="ignore") for rows in [*listed, *named]]
    if not frames:
        return CUSTOMERS.empty()
    table = CUSTOMERS.conform(pd.concat(frames, ignore_index=True).drop_duplicates("customer_id"))
    return table.assign(
        country=table["country"].where(table["country"].ne(""), look_up(table["customer_id"], there)).fillna("")
    )


def _countries(parts: list[Part]) -> pd.Series:
    """The country of each customer whose documents all name the same one; of the others nobody can tell."""
    told = [part.rows[["customer_id", "country"]] for part in parts if part.holds == "documents" and "country" in part.rows]
    if not told:
        return pd.Series(dtype="str")
    named = pd.concat(told, ignore_index=True).drop_duplicates()
    named = named[named["country"].fillna("").ne("")].drop_duplicates("customer_id", keep=False)
    return named.set_index("customer_id")["country"]


def _receipts(parts: list[Part], aside: list[Sheet]) -> pd.DataFrame:
    """How each file was understood, one row per sheet, shape `RECEIPTS`."""
    read = [
        part.receipt
        | {
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


def _notes(part: Part, documents: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Notes with the customer of the document they name, where they do not name one; what protects nobody is pointed out."""
    rows, about = part.rows.assign(source=_source(part), kind=_note_kinds(part.rows["kind"])), documents
    if "document_id" in rows and "customer_id" in rows:
        single = about[["document_id", "customer_id"]].drop_duplicates().drop_duplicates("document_id", keep=False)
        found = rows["document_id"].map(single.set_index("document_id")["customer_id"]).astype("str").fillna("")
        rows["customer_id"] = rows["customer_id"].mask(rows["customer_id"].eq(""), found)
        rows = _without_lost(part, rows, "it names no customer and no document of one customer only")
    if "customer_id" not in rows:
        return rows
    everybody = pd.concat([customers["customer_id"], about["customer_id"]])
    part.warnings += list(notes_in_doubt(rows, part.rows["kind"].reindex(rows.index), about, everybody))
    return rows


def _without_lost(part: Part, rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    """The rows that have a customer; the others are listed as not used."""
    lost = rows.index[rows["customer_id"].eq("")]
    if len(lost):
        left = rejects.rejected(part.sheet, list(lost), [reason] * len(lost))
        part.rejects = pd.concat([part.rejects, left], ignore_index=True)
        part.receipt |= {"entry": part.receipt["entry"] - len(lost), "rejected": part.receipt["rejected"] + len(lost)}
        part.warnings.append(f"{counted(len(lost), 'row')} not used: {some([f'row {row}: {reason}' for row in lost])}")
    return rows.drop(index=lost)


def _note_kinds(kind: pd.Series) -> pd.Series:
    words = folded(kind).str.replace(r"[ -]+", "_", regex=True).replace(NOTE_WORDS)
    return words.where(words.isin(NOTE_KINDS), "other")


def _source(part: Part) -> pd.Series:
    return part.sheet.file + ":" + pd.Series(part.rows.index, index=part.rows.index, dtype="int64").astype("str")
