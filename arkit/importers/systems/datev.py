"""DATEV: stacks of bookings in its exchange format (EXTF), names of debtors, and lists of open items (OPOS)."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from arkit.errors import ImportRefused, counted, some
from arkit.importers.cells import texts
from arkit.importers.exports import Export, System
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

_AMOUNT = "Umsatz (ohne Soll/Haben-Kz)"
_SIDE = "Soll/Haben-Kennzeichen"
_CONTRA = "Gegenkonto (ohne BU-Schlüssel)|Gegenkonto (ohne BU-Schluessel)|Gegenkonto"
#: The heading of the column that is added: what a booking does to a debtor, told by its two accounts.
_KIND = "Vorgang (aus Konto und Gegenkonto)"
_NO_DEBTOR = "kein Debitor"
#: Where the standard charts keep what stands opposite a debtor, by the first four digits of the account; sales with their
#: tax, and balances brought forward, which are invoices and credit of earlier years.
_CHARTS = {
    "03": {
        "money": [(1000, 1399)],
        "discount": [(8730, 8739)],
        "written_off": [(2400, 2429)],
        "sales": [(8000, 8999), (1760, 1799), (9000, 9009)],
    },
    "04": {
        "money": [(1460, 1899)],
        "discount": [(4730, 4739)],
        "written_off": [(6930, 6939)],
        "sales": [(4000, 4999), (3800, 3869), (9000, 9009)],
    },
}
#: The first digit of the accounts of sales, for files that do not name their chart.
_SALES_DIGIT = {"8": "03", "4": "04"}


@dataclass(frozen=True)
class _Record:
    """The first line of the file: lengths, the fiscal year, the currency, the chart of accounts."""

    length: int
    year_begins: pd.Timestamp
    currency: str
    chart: str


def _record(sheet: Sheet, header: int) -> _Record:
    """What the line above the headings says.

    Raises
    ------
    ImportRefused
        If there is none, or it does not say how long accounts are and when the fiscal year begins.
    """
    said = [*(sheet.row(header - 1) if header else []), *[""] * 31]
    length, begins = said[13].strip(), said[12].strip()
    year_begins = pd.to_datetime(begins, format="%Y%m%d", errors="coerce")
    if said[0].strip() not in ("EXTF", "DTVF") or not re.fullmatch("[4-8]", length) or pd.isna(year_begins):
        raise ImportRefused(
            f"'{sheet.file}' does not say of which year its bookings are.",
            expected='a first line such as "EXTF";700;21;"Buchungsstapel";... with the begin of the fiscal year in field 13 '
            "(20250101) and the length of accounts in field 14 (4)",
            got=f"'{begins}' and '{length}'" if said[0].strip() else "no such line above the headings",
            fix="export the stack again, and do not open and save it with a spreadsheet before",
        )
    return _Record(int(length), year_begins, said[21].strip(), said[26].strip())


class _Table:
    """The rows below the headings, with access to columns by their heading."""

    def __init__(self, sheet: Sheet, header: int) -> None:
        self.cells, self.header = sheet.cells.copy(), header
        self.body = self.cells.index[header + 1 :]
        self.place = {normal(heading): at for at, heading in enumerate(sheet.row(header))}

    def __getitem__(self, headings: str) -> pd.Series:
        """The texts of a column; of ``A|B`` the first that is there, blank where none is."""
        found = [self.place[normal(heading)] for heading in headings.split("|") if normal(heading) in self.place]
        return texts(self.cells.loc[self.body, found[0]]) if found else pd.Series("", index=self.body, dtype="str")

    def put(self, headings: str, values: pd.Series) -> None:
        """Put what has changed into a column, if it is there; other cells stay what they are."""
        for heading in headings.split("|"):
            if normal(heading) in self.place:
                changed = values.index[values.ne(self[heading])]
                self.cells.loc[changed, self.place[normal(heading)]] = values[changed]
                return

    def add(self, heading: str, values: pd.Series) -> None:
        """Put a column beside the others, blank in rows that have no account."""
        column = values.where(self["Konto"].ne(""), "").reindex(self.cells.index, fill_value="").astype("str")
        column[self.header] = heading
        self.cells = pd.concat([self.cells, column], axis=1).set_axis(range(self.cells.shape[1] + 1), axis=1)


def _bookings(sheet: Sheet, header: int) -> Sheet:
    """Bookings as seen from the debtor: its account first, the side that is its own, full dates, and what it was."""
    record, table = _record(sheet, header), _Table(sheet, header)
    first, second, side = table["Konto"], table[_CONTRA], table[_SIDE].str.upper()
    on_first, on_second = _is_debtor(first, record), _is_debtor(second, record)
    booked = on_first | on_second
    _must_be_plain(sheet, table, booked, on_first & on_second)
    raises = side.eq("S") == on_first
    undone = booked & table["Generalumkehr (GU)|Generalumkehr"].str.lower().isin(["1", "g"])
    debtor, contra = first.mask(on_second, second), second.where(on_first, first)
    issued = _day(table["Belegdatum"].str.zfill(4), record)
    kind = _kinds(booked, raises, contra, [debtor, table["Belegfeld 1"], issued], record)
    table.add(_KIND, kind.mask(undone, kind.map({"Rechnung": "Gutschrift"}).fillna("Umbuchung")))
    table.put("Konto", debtor)
    table.put(_CONTRA, contra)
    table.put(_SIDE, side.mask(booked, (raises != undone).map({True: "S", False: "H"})))
    table.put("Belegfeld 2", _due(table, booked & raises, issued))
    table.put("Belegdatum", issued.dt.strftime("%Y-%m-%d").fillna(table["Belegdatum"]))
    table.put("WKZ Umsatz", table["WKZ Umsatz"].mask(booked & table["WKZ Umsatz"].eq(""), record.currency))
    return replace(sheet, cells=table.cells)


def _is_debtor(account: pd.Series, record: _Record) -> pd.Series:
    """Marks accounts of debtors: one digit more than accounts of the ledger, and none of creditors, which begin with 7 to 9."""
    return account.str.fullmatch(f"[1-6][0-9]{{{record.length}}}")


def _must_be_plain(sheet: Sheet, table: _Table, booked: pd.Series, both: pd.Series) -> None:
    """Refuse bookings of debtors that do two things at once, or do not say on which side they stand."""
    discount = table["Skonto"].str.contains("[1-9]")
    for odd, what, expected, fix in (
        (
            both,
            "from one debtor to another",
            "one debtor in each booking",
            "split each into two rows with an account of the ledger between them",
        ),
        (
            booked & discount,
            "with a discount beside the amount",
            "discount in bookings of its own",
            "export the bookings as they were posted, with discount in rows of its own",
        ),
        (
            booked & ~table[_SIDE].str.upper().isin(["S", "H"]),
            f"without S or H in '{_SIDE}'",
            "S or H in each booking",
            "export the stack again",
        ),
    ):
        rows = [f"row {index + 1}" for index in odd.index[odd]]
        if rows:
            raise ImportRefused(
                f"{counted(len(rows), 'booking')} {what}.", expected=expected, got=f"{sheet.file}: {some(rows)}", fix=fix
            )


def _day(text: pd.Series, record: _Record) -> pd.Series:
    """Day and month as a day of the fiscal year, missing where it is none."""
    parts = text.str.extract("^([0-9]{2})([0-9]{2})$").astype("float64")
    begins = record.year_begins
    before = parts[1].lt(begins.month) | (parts[1].eq(begins.month) & parts[0].lt(begins.day))
    return pd.to_datetime(pd.DataFrame({"year": begins.year + before, "month": parts[1], "day": parts[0]}), errors="coerce")


def _due(table: _Table, invoices: pd.Series, issued: pd.Series) -> pd.Series:
    """Due dates: of their own column, else of 'Belegfeld 2' if all that stands there beside invoices can be one."""
    own = pd.to_datetime(table["Fälligkeit"].str.zfill(8), format="%d%m%Y", errors="coerce")
    field = table["Belegfeld 2"].where(invoices, "")
    there = field.str.contains("[1-9]")
    day = pd.to_datetime(field.where(there).str.zfill(6), format="%d%m%y", errors="coerce")
    proven = there.any() and (day - issued).dt.days[there].between(0, 366).all()
    return (own.fillna(day) if proven else own).dt.strftime("%Y-%m-%d").fillna("").astype("str")


def _kinds(booked: pd.Series, raises: pd.Series, contra: pd.Series, document: list[pd.Series], record: _Record) -> pd.Series:
    """What each booking does to its debtor, in words, told by the account opposite.

    What raises a debt is an invoice if it stands opposite sales, or beside such a booking of the same ``document`` (debtor,
    number and day). In a chart of accounts that is not known, all that raises is taken for it and what lowers is not told.
    """
    account = contra.where(contra.str.fullmatch(f"[0-9]{{1,{record.length}}}"), "").str.zfill(record.length)
    digits = set(account[booked & raises].str[0]) & set(_SALES_DIGIT)
    told = record.chart or (_SALES_DIGIT[digits.pop()] if len(digits) == 1 else "")
    four = account.str[:4].astype("int64")
    among = {what: pd.Series(data=False, index=contra.index) for what in ("money", "discount", "written_off", "sales")}
    for what, ranges in _CHARTS.get(told.zfill(2), {"sales": [(0, 9999)]}).items():
        for first, last in ranges:
            among[what] |= four.between(first, last)
    sold = (booked & raises & among["sales"]).groupby(document, dropna=False).transform("any")
    words = {
        _NO_DEBTOR: ~booked,
        "Rücklastschrift": raises & among["money"],
        "Rechnung": raises & sold,
        "Umbuchung": raises | (told.zfill(2) not in _CHARTS),
        "Zahlung": among["money"],
        "Skonto": among["discount"],
        "Ausbuchung": among["written_off"],
        "Gutschrift": among["sales"],
    }
    return pd.Series(np.select(list(words.values()), list(words), "Umbuchung"), index=contra.index, dtype="str")


BOOKINGS = Export(
    name="DATEV, Buchungsstapel",
    signature=(_AMOUNT, _SIDE, "Konto", _CONTRA, "Belegdatum", "Belegfeld 1"),
    columns={
        "customer_id": "Konto",
        "document_id": "Belegfeld 1",
        "date": "Belegdatum",
        "due_date": "Belegfeld 2",
        "amount": _AMOUNT,
        "side": _SIDE,
        "currency": "WKZ Umsatz",
        "kind": _KIND,
        "reference": "Auftragsnummer",
    },
    holds="documents",
    lines="sum",
    kinds={"umbuchung": "adjustment"},
    only={_KIND: ("rechnung", "gutschrift", "zahlung", "rucklastschrift", "skonto", "ausbuchung", "umbuchung")},
    decimal=",",
    prepare=_bookings,
    reads=(*_CONTRA.split("|"), "Skonto", "Fälligkeit", "Generalumkehr (GU)", "Generalumkehr"),
    says="what a booking is, is told by its accounts: debtors have one digit more than accounts of the ledger",
)


def _names(sheet: Sheet, header: int) -> Sheet:
    """The list with the name in one column, whether it is of a company or a person, and whether an account is a debtor's."""
    record, table = _record(sheet, header), _Table(sheet, header)
    person = (table["Vorname (Adressattyp natürl. Person)"] + " " + table["Name (Adressattyp natürl. Person)"]).str.strip()
    name = table[_COMPANY].mask(table[_COMPANY].eq(""), person)
    table.put(_COMPANY, name.mask(name.eq(""), table["Name (Adressattyp keine Angabe)"]))
    table.add(_ACCOUNT, _is_debtor(table["Konto"], record).map({True: "Debitor", False: "Kreditor"}))
    return replace(sheet, cells=table.cells)


_ACCOUNT = "Kontoart (aus Konto)"
_COMPANY = "Name (Adressattyp Unternehmen)"
DEBTORS = Export(
    name="DATEV, Debitoren/Kreditoren",
    signature=("Konto", _COMPANY, "Name (Adressattyp natürl. Person)"),
    columns={
        "customer_id": "Konto",
        "customer_name": _COMPANY,
        "email": "E-Mail",
        "phone": "Telefon",
        "address": "Straße",
        "country": "Land",
    },
    holds="customers",
    only={_ACCOUNT: ("debitor",)},
    prepare=_names,
    reads=("Name (Adressattyp natürl. Person)", "Vorname (Adressattyp natürl. Person)", "Name (Adressattyp keine Angabe)"),
    sure=False,
)


def _sides(sheet: Sheet, header: int) -> Sheet:
    """The list with credit as a negative balance: it stands in a column of its own, or is marked H."""
    table = _Table(sheet, header)
    debit, credit, balance = table["Sollbetrag"], table["Habenbetrag"], table["Saldo"]
    bare = balance.str.replace(r"\s*[SH]$", "", regex=True)
    lowers = balance.str.contains("H$") | (~debit.str.contains("[1-9]") & credit.str.contains("[1-9]"))
    table.put("Saldo", bare.mask(lowers & bare.str.contains("^[0-9]"), "-" + bare))
    return replace(sheet, cells=table.cells)


OPEN_ITEMS = Export(
    name="DATEV, OPOS list",
    signature=("Konto", "Rechnungsnummer", "Datum", "Fälligkeit", "Sollbetrag", "Habenbetrag", "Saldo"),
    columns={
        "customer_id": "Konto",
        "customer_name": "Kontobezeichnung|Name|Kontoname",
        "document_id": "Rechnungsnummer",
        "date": "Datum",
        "due_date": "Fälligkeit",
        "amount": "Sollbetrag",
        "open_amount": "Saldo",
    },
    ignore=("Habenbetrag",),
    decimal=",",
    prepare=_sides,
    reads=("Habenbetrag",),
    sure=False,
)

SYSTEM = System(
    name="DATEV",
    best="The Buchungsstapel in DATEV format (EXTF), one for each month and at least two years of them: invoices, payments and "
    "returned payments with their days, so every past day can be asked for. Add the list of Debitoren/Kreditoren for names.",
    click="export in DATEV format: Buchungsstapel, and Debitoren/Kreditoren; for open items the OPOS list, saved with its "
    "headings as CSV or XLSX",
    exports=(BOOKINGS, DEBTORS, OPEN_ITEMS),
    notes=(
        "Do not open and save the stack with a spreadsheet: it drops the zero of 0102 and may cut the first line.",
        "Days stand without a year; the year follows from the fiscal year in the first line.",
        "Payments are told by the account opposite (cash and bank of SKR 03 or SKR 04). In another chart of accounts what "
        "lowers a debt counts as an adjustment: balances are right, but nothing is known of how customers pay.",
        "Bookings belong together by 'Belegfeld 1': a payment without the number of its invoice stands as credit.",
        "Opening balances must be among the bookings, or older invoices are missing.",
        "Customers that share one account (10000 for all, say) cannot be told apart.",
        "'Belegfeld 2' is read as due date only if all that stands there are days (DDMMYY) not before the day of the booking.",
        "The plain ASCII export of open items has no headings: save the list with headings, or name its columns by number.",
    ),
)
