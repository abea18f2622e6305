"""Columns of text as days, amounts and numbers, with the proof of how they were read.

The order of day and month is a property of a column and the style of numbers one of a file. Both are proven from all values
or declared; they are never taken from a locale and never decided cell by cell.
"""

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from arkit.errors import ImportRefused, some
from arkit.importers.sheets import as_text

ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year"}
MONTHS = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "jan feb marz apr mai jun jul aug sept okt nov dez",
    "fr": "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "es": "ene feb mar abr may jun jul ago set oct nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
}
MONTH = {name: number for names in MONTHS.values() for number, name in enumerate(names.split(), 1)}
#: How a system writes "no date".
NO_DAY = re.compile(r"[-\u2013\u2014.\s]*|n/?a|none|null|nat|0{1,4}[-/.]0{1,2}[-/.]0{1,4}", re.IGNORECASE)

_TIME = r"(?:[ T]\d{1,2}:\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\.0)?")
_PAIR = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})\.?[-/. ]*([a-z]{{3,12}})\.?[-/., ]*(\d{{4}}|\d{{2}}){_TIME}")
_MONTH_FIRST = re.compile(rf"([a-z]{{3,12}})\.?[-/., ]*(\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")


@dataclass
class Proof:
    """How a file's dates and amounts were read, and what is to be said about it."""

    date_order: dict[str, str] = field(default_factory=dict)
    number_style: str = "no separators to decide about"
    decimal: str = "."
    warnings: list[str] = field(default_factory=list)
    #: Cells that could not be read: row of the file, column, text, why.
    bad: list[tuple[int, str, str, str]] = field(default_factory=list)


def fold(text: object) -> str:
    r"""Text for comparing: compatibility forms, accents and case folded, one kind of space.

    Examples
    --------
    >>> fold("Fällig\u00a0am")
    'fallig am'
    """
    plain = unicodedata.normalize("NFKD", as_text(text).replace("ß", "ss"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).lower().split())


def identifiers(column: pd.Series) -> pd.Series:
    """Numbers of customers and documents as text: leading zeros kept, '.0' of a column of floats removed."""
    text = _stripped(column)
    floats = text.str.fullmatch(r"\d+\.0")
    return text.str.removesuffix(".0") if floats.any() and (floats | text.eq("")).all() else text


def texts(column: pd.Series) -> pd.Series:
    """A column as trimmed text."""
    return _stripped(column)


def flags(column: pd.Series) -> pd.Series:
    """Yes and no, in the words of the languages arkit reads."""
    return _stripped(column).map(fold).isin(["yes", "y", "true", "1", "x", "ja", "oui", "si", "sim", "wahr"])


def days(columns: dict[str, pd.Series], proof: Proof, order: str | None, file: str) -> dict[str, pd.Series]:
    """Every column of dates as days; ``columns`` maps the heading to its cells, indexed by the row of the file.

    Raises
    ------
    ImportRefused
        If a column proves both orders, or proves none and no other column of the file proves one.
    """
    read = {name: _Dates.of(column) for name, column in columns.items()}
    proven = {name: dates.proven() for name, dates in read.items()}
    shared = {found for found in proven.values() if found in ORDERS}
    for name, dates in read.items():
        found = proven[name]
        if order:
            dates.settle(order, name, proof, f"{ORDERS[order]}, as declared")
        elif found == "both":
            raise _both(file, name, dates)
        elif found in ORDERS:
            dates.settle(found, name, proof, f"{ORDERS[found]}, proven by {dates.witness(found)}")
        elif dates.undecided() and len(shared) == 1:
            other = next(n for n, f in proven.items() if f in shared)
            dates.settle(
                proven[other], name, proof, f"{ORDERS[proven[other]]}, proven by '{other}' {read[other].witness(proven[other])}"
            )
        elif dates.undecided():
            raise _neither(file, name, dates)
        else:
            dates.settle("dmy", name, proof, "year, month name or Excel date: one reading only")
    return {name: dates.parsed() for name, dates in read.items()}


@dataclass
class _Dates:
    """One column of dates: its distinct texts, split into year, month and day as far as each allows."""

    codes: np.ndarray
    rows: pd.Index
    texts: list[str]
    parts: pd.DataFrame
    native: pd.Series

    @classmethod
    def of(cls, column: pd.Series) -> "_Dates":
        native = pd.to_datetime(column.where(column.map(type).ne(str)), errors="coerce") if column.dtype == object else None
        codes, uniques = pd.factorize(_stripped(column))
        parts = pd.DataFrame([_split(fold(text)) for text in uniques], columns=["form", "a", "b", "year"])
        blank = pd.Series(pd.NaT, index=column.index, dtype="datetime64[s]")
        return cls(codes, column.index, list(uniques), parts, blank if native is None else native.astype("datetime64[s]"))

    def proven(self) -> str:
        pair = self.parts[self.parts["form"].eq("pair")]
        day_first, month_first = (pair["a"] > 12).any(), (pair["b"] > 12).any()
        return "both" if day_first and month_first else "dmy" if day_first else "mdy" if month_first else "none"

    def undecided(self) -> bool:
        pair = self.parts[self.parts["form"].eq("pair")]
        return bool((pair["a"] != pair["b"]).any())

    def witness(self, order: str) -> str:
        """The first cell that proves an order, with its row."""
        side = "a" if order == "dmy" else "b"
        code = int(np.flatnonzero(self.parts["form"].eq("pair") & (self.parts[side] > 12))[0])
        return f"row {self._row(code)} '{self.texts[code]}'"

    def witnesses(self, order: str, most: int = 3) -> str:
        side = "a" if order == "dmy" else "b"
        found = np.flatnonzero(self.parts["form"].eq("pair") & (self.parts[side] > 12))
        rows = int(np.isin(self.codes, found).sum())
        shown = some([f"row {self._row(int(code))} '{self.texts[code]}'" for code in found[:most]], most)
        return f"{rows:,} of {ORDERS[order]} ({shown})"

    def settle(self, order: str, name: str, proof: Proof, how: str) -> None:
        """Put day and month in place; what an order makes impossible is read the one way that is left, and said."""
        pair = self.parts["form"].eq("pair")
        first, second = ("a", "b") if order == "dmy" else ("b", "a")
        against = pair & (self.parts[second] > 12) & (self.parts[first] <= 12)
        day = self.parts[first].where(~against, self.parts[second])
        month = self.parts[second].where(~against, self.parts[first])
        self.parts = self.parts.assign(a=day.where(pair, self.parts["a"]), b=month.where(pair, self.parts["b"]))
        proof.date_order[name] = how
        if against.any():
            rows = self.rows[np.isin(self.codes, np.flatnonzero(against))]
            where = some([str(row) for row in rows], 100)
            proof.warnings.append(
                f"{len(rows):,} dates in '{name}' cannot be {ORDERS[order]} and were read the other way: rows {where}"
            )
        self._bad(name, proof)

    def parsed(self) -> pd.Series:
        values = pd.to_datetime(
            {"year": self.parts["year"], "month": self.parts["b"], "day": self.parts["a"]}, errors="coerce"
        ).astype("datetime64[s]")
        return pd.Series(values.to_numpy()[self.codes], index=self.rows).where(self.native.isna(), self.native)

    def _row(self, code: int) -> int:
        return int(self.rows[int((self.codes == code).argmax())])

    def _bad(self, name: str, proof: Proof) -> None:
        cell = pd.to_datetime({"year": self.parts["year"], "month": self.parts["b"], "day": self.parts["a"]}, errors="coerce")
        wrong = cell.isna() & self.parts["form"].ne("none")
        rows = np.isin(self.codes, np.flatnonzero(wrong)) & self.native.isna().to_numpy()
        for position in np.flatnonzero(rows):
            proof.bad.append((int(self.rows[position]), name, self.texts[self.codes[position]], "is not a date"))


def _split(text: str) -> tuple[str, float, float, float]:
    """One text as (form, day, month, year); in the form 'pair' which of the two is the day is not known yet."""
    nothing = float("nan")
    if NO_DAY.fullmatch(text):
        return ("none", nothing, nothing, nothing)
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, found.groups())
        return ("sure", day, month, year)
    if found := _PAIR.fullmatch(text):
        return ("pair", int(found[1]), int(found[2]), _year(found[3]))
    if found := _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        day, name = (found[1], found[2]) if found[1].isdigit() else (found[2], found[1])
        return ("sure", int(day), _month(name), _year(found[3]))
    if found := _SERIAL.fullmatch(text):
        day = pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(found[1]))
        return ("sure", day.day, day.month, day.year)
    return ("bad", nothing, nothing, nothing)


def _month(name: str) -> float:
    """The number of a month by its name or the beginning of it, in the languages arkit reads."""
    fitting = {
        number for start, number in MONTH.items() if name.startswith(start) or (len(name) >= 3 and start.startswith(name))
    }
    return fitting.pop() if len(fitting) == 1 else float("nan")


def _year(digits: str) -> int:
    """A year; two digits mean 1970 to 2069."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _both(file: str, name: str, dates: _Dates) -> ImportRefused:
    return ImportRefused(
        f"the dates in '{name}' prove both orders.",
        expected="one order of day and month in the whole column",
        got=f"{file}: {dates.witnesses('dmy')}; {dates.witnesses('mdy')}",
        fix="say --date-order dmy or --date-order mdy for the dates that can be read both ways, or correct the export",
    )


def _neither(file: str, name: str, dates: _Dates) -> ImportRefused:
    pair = np.flatnonzero(dates.parts["form"].eq("pair"))
    return ImportRefused(
        "two readings of the dates are possible.",
        expected=f"one day above 12 in '{name}', or a declared order",
        got=f"{file}, {int(np.isin(dates.codes, pair).sum()):,} values, all of them valid both as day/month and as month/day",
        fix="say --date-order dmy or --date-order mdy",
    )


_AROUND = re.compile(r"[\s\u00a0\u202f'\u2019]|[A-Z]{3}(?=[\s\d(-])|(?<=[\s\d)-])[A-Z]{3}$|[$€£¥₹]|kr\.?|R\$", re.IGNORECASE)
_PLAIN = r"[+-]?\d+(?:\.\d+)?"


def amounts(columns: dict[str, pd.Series], proof: Proof, decimal: str | None, file: str) -> dict[str, pd.Series]:
    """Every column of amounts as numbers; missing where a cell is blank.

    Raises
    ------
    ImportRefused
        If some values prove a decimal comma and others a decimal point, or a separator can be read as either.
    """
    cleaned = {
        name: _cleaned(column if column.dtype == "str" else column.mask(_native(column))) for name, column in columns.items()
    }
    mark = proof.decimal = decimal or _decimal_mark(cleaned, proof, file)
    return {name: _numbers(text, columns[name], mark, name, proof) for name, text in cleaned.items()}


def numbers(column: pd.Series) -> pd.Series:
    """Plain numbers such as days of terms, taken from the first digits of a text: 'Net 30' is 30."""
    text = _stripped(column)
    found = text.str.extract(r"(-?\d+(?:\.\d+)?)", expand=False).astype("float64")
    at_once = text.map(fold).isin(["due on receipt", "upon receipt", "sofort", "cash", "cod", "prepaid"])
    return found.where(~at_once, 0.0)


def _stripped(column: pd.Series) -> pd.Series:
    """A column as trimmed text, whatever it was stored as."""
    text = column if column.dtype == "str" else column.map(as_text).astype("str")
    return text.fillna("").str.replace("\u00a0", " ", regex=False).str.strip()


def _native(column: pd.Series) -> pd.Series:
    """Cells that a workbook stores as numbers: they need no reading."""
    return column.map(lambda cell: isinstance(cell, (int, float)) and not isinstance(cell, bool))


def _cleaned(column: pd.Series) -> pd.Series:
    """Amounts without currency signs, spaces and apostrophes; brackets, trailing minus, CR and DR as a leading sign."""
    text = _stripped(column)
    messy = ~text.str.fullmatch(_PLAIN) & text.ne("")
    if not messy.any():
        return text
    rough = text[messy].str.upper()
    negative = rough.str.contains(r"^\(.*\)$|-\s*$|\bCR\.?$|^[^\d]*[-\u2212]", regex=True)
    bare = rough.str.replace(r"[()+\u2212-]|\bCR\.?$|\bDR\.?$", "", regex=True).str.replace(_AROUND, "", regex=True)
    return text.mask(messy, (negative.map({True: "-", False: ""}) + bare).reindex(text.index)).replace("-", "")


def _decimal_mark(cleaned: dict[str, pd.Series], proof: Proof, file: str) -> str:
    """The decimal mark that all amounts of a file together prove."""
    text = pd.concat(list(cleaned.values())) if cleaned else pd.Series(dtype="str")
    marked = text[text.str.contains(r"[.,]", regex=True)]
    last = marked.str.extract(r"([.,])[^.,]*$", expand=False)
    first = marked.str.extract(r"([.,])", expand=False)
    count = marked.str.count(r"[.,]")
    after = marked.str.len() - np.maximum(marked.str.rfind("."), marked.str.rfind(",")) - 1
    sure = (first != last) | (count.eq(1) & after.ne(3)) | marked.str.fullmatch(r"-?0[.,]\d{3}")
    grouped = count.gt(1) & first.eq(last)
    votes = pd.concat([last[sure], last[grouped].map({".": ",", ",": "."})])
    found = set(votes)
    if len(found) == 1:
        mark = found.pop()
        witness = votes.index[0]
        proof.number_style = f"decimal {'comma' if mark == ',' else 'point'}, proven by row {witness} '{_at(marked, witness)}'"
        return mark
    if not len(marked):
        return "."
    by_mark = {mark: votes[votes.eq(mark)].index[:3] for mark in sorted(found)}
    got = "; ".join(
        f"decimal '{mark}': " + some([f"row {row} '{_at(marked, row)}'" for row in rows]) for mark, rows in by_mark.items()
    )
    raise ImportRefused(
        "two readings of the amounts are possible.",
        expected="amounts that prove one decimal mark, or a declared one",
        got=f"{file}, {got or some([f'row {row} {value!r}' for row, value in marked.head(4).items()])}",
        fix="say --decimal . or --decimal ,",
    )


def _at(text: pd.Series, row: object) -> str:
    value = text.loc[row]
    return str(value.iloc[0] if isinstance(value, pd.Series) else value)


def _numbers(text: pd.Series, column: pd.Series, mark: str, name: str, proof: Proof) -> pd.Series:
    other = "," if mark == "." else "."
    plain = text.str.replace(other, "", regex=False).str.replace(mark, ".", regex=False)
    good = plain.str.fullmatch(_PLAIN)
    wrong = ~good & _stripped(column).str.contains(r"\w", regex=True)
    for row, value in _stripped(column)[wrong].items():
        proof.bad.append((int(str(row)), name, value, "is not an amount"))
    read = plain.where(good).astype("float64")
    return read if column.dtype == "str" else pd.to_numeric(column.where(_native(column)), errors="coerce").fillna(read)
