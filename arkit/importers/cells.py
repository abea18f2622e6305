"""Columns of text as days, amounts and numbers, with the proof of how they were read.

The order of day and month is a property of a column and the style of numbers one of a file. Both are proven from all values
or declared; they are never taken from a locale and never decided cell by cell.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arkit.errors import ImportRefused, counted, some
from arkit.importers.sheets import as_text

ONE_READING = "year, month name or Excel date: one reading only"
ORDERS = {"dmy": "day/month/year", "mdy": "month/day/year"}
MONTHS = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "jan feb marz apr mai jun jul aug sept okt nov dez",
    "fr": "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "es": "ene feb mar abr may jun jul ago set oct nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
}
MONTH = {name: number for names in MONTHS.values() for number, name in enumerate(names.split(), 1)} | {"maart": 3}
#: Amounts from here on are no money, and could not be added up to the cent.
TOO_LARGE = 1e13
#: How a system writes "no date", and "no amount".
NO_DAY = re.compile(r"[-\u2013\u2014.\s]*|n/?a|none|null|nat|nan|0|0{1,4}[-/.]0{1,2}[-/.]0{1,4}", re.IGNORECASE)
NO_AMOUNT = r"[-\u2013\u2014\u2212.,/\s$€£]*|N/?A|NONE|NULL|NAN"

_TIME = r"(?:[ t]\d{1,2}:\d{2}.*)?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\.0)?")
_PAIR = re.compile(rf"(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){_TIME}")
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th|er|o)?[-/. ]*(?:de )?([a-z]{{3,12}})\.?[-/., ]*(?:de )?(\d{{4}}|\d{{2}}){_TIME}"
)
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}([a-z]{{3,12}})\.?[-/., ]*(\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(\d{{4}}){_TIME}")
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")


@dataclass
class Proof:
    """How a file's dates and amounts were read, and what is to be said about it."""

    date_order: dict[str, str] = field(default_factory=dict)
    #: The orders of day and month that its columns prove, 'dmy' or 'mdy'.
    orders: set[str] = field(default_factory=set)
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


def each_once(column: pd.Series, read: Callable[[str], str | None]) -> pd.Series:
    """What a function makes of each text, missing where that is None; each distinct text is looked at once."""
    codes, distinct = pd.factorize(column)
    return pd.Series(pd.array([*map(read, distinct), None], dtype="str").take(codes), index=column.index)


def folded(column: pd.Series) -> pd.Series:
    """`fold` for a whole column."""
    return each_once(column, fold).fillna("")


def says(column: pd.Series, words: Iterable[str]) -> pd.Series:
    """Marks the texts that are one of some folded words."""
    codes, distinct = pd.factorize(column)
    found = set(words)
    return pd.Series(np.array([*(fold(text) in found for text in distinct), False])[codes], index=column.index)


def put(column: pd.Series, where: pd.Series, value: object) -> pd.Series:
    """The column with a value, or those of another column, where a mark is set; itself where none is."""
    return column.mask(where, value) if where.any() else column


def meanings(column: pd.Series, words: dict[str, str]) -> pd.Series:
    """What each text means by a list of folded words, missing where it is none of them."""
    return each_once(column, lambda text: words.get(fold(text)) or words.get(fold(text.replace("_", " "))))


def identifiers(column: pd.Series) -> pd.Series:
    """Numbers of customers and documents as text: leading zeros kept, '.0' of a column of floats removed."""
    text = texts(column)
    if not text.str.endswith(".0").any():
        return text
    floats = text.str.fullmatch(r"[0-9]+\.0")
    return text.str.removesuffix(".0") if floats.any() and (floats | text.eq("")).all() else text


def rounded(column: pd.Series) -> pd.Index:
    """The rows whose number a spreadsheet has cut to 15 digits: '1.13E+18', or as long a number stored as such."""
    if column.dtype == "str" and not column.str.contains("E+", regex=False).any():
        return column.index[:0]
    written = column.astype("str").str.fullmatch(r" *[0-9](?:\.[0-9]+)?E\+[0-9]+ *")
    return column.index[written | _stored(column).abs().ge(1e15)]


def stored(body: pd.DataFrame) -> pd.DataFrame:
    """Columns of a workbook whose cells are all of one kind as columns of that kind; others stay as they are."""
    return pd.DataFrame({at: _stored_alike(column) for at, column in body.items()}, index=body.index, copy=False)


def _stored_alike(column: pd.Series) -> pd.Series:
    if column.dtype != "object":
        return column
    cells = column.to_numpy()
    try:
        return pd.Series(_bare(pa.array(cells, pa.large_string())), index=column.index)
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # not all of them are text
        cells = column.where(column.ne(""), None).to_numpy()
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {float, int}:
        return pd.Series(cells.astype("float64"), index=column.index)
    if kinds <= {datetime, date}:
        try:
            return pd.Series(pd.DatetimeIndex(cells).as_unit("s"), index=column.index)
        except (ValueError, OverflowError):
            return column
    return column


def _bare(text: pa.Array) -> pd.api.extensions.ExtensionArray:
    """Text without blanks around it; no-break spaces count as plain ones, and what is missing is blank."""
    text = pc.call_function("coalesce", [text, pa.scalar("", pa.large_string())])
    if not pc.call_function("all", [pc.call_function("string_is_ascii", [text])]).as_py():
        for space in ("\u00a0", "\u202f"):
            text = pc.call_function("replace_substring", [text], pc.ReplaceSubstringOptions(space, " "))
    return pd.array(pc.call_function("utf8_trim_whitespace", [text]), dtype="str")


def texts(column: pd.Series) -> pd.Series:
    """A column as trimmed text, whatever it was stored as; columns that are text have no blanks around it."""
    if column.dtype == "str":
        return column
    codes, distinct = pd.factorize(column)
    words = pd.array([*(as_text(value).replace("\u00a0", " ").strip() for value in distinct), ""], dtype="str")
    return pd.Series(words.take(codes), index=column.index)


def flags(column: pd.Series) -> pd.Series:
    """Yes and no, in the words of the languages arkit reads."""
    return folded(texts(column)).isin(["yes", "y", "true", "1", "x", "ja", "oui", "si", "sim", "wahr"])


def electronic(column: pd.Series) -> pd.Series:
    """Whether something was sent by mail or as data: yes, or a word for such a way."""
    return flags(column) | folded(texts(column)).isin(
        ["electronic", "email", "e-mail", "edi", "portal", "elektronisch", "paperless"]
    )


def days(columns: dict[str, pd.Series], proof: Proof, order: str | None, file: str, *, usual: str = "") -> dict[str, pd.Series]:
    """Every column of dates as days; ``columns`` maps the heading to its cells, indexed by the row of the file.

    Parameters
    ----------
    usual
        The order of day and month of the system that wrote the file, for dates that prove none.

    Raises
    ------
    ImportRefused
        If a column proves both orders, or proves none and no other column of the file proves one.
    """
    stored = {name: column for name, column in columns.items() if column.dtype.kind == "M"}
    proof.date_order |= dict.fromkeys(stored, ONE_READING)
    read = {name: _Dates.of(column) for name, column in columns.items() if name not in stored}
    proven = {name: dates.proven() for name, dates in read.items()}
    witness = {name: read[name].witness(found) for name, found in proven.items() if found in ORDERS}
    proof.orders |= {proven[name] for name in witness}
    for name, dates in read.items():
        found = proven[name]
        if not found and not dates.undecided():
            dates.settle("dmy", name, proof, ONE_READING)
        elif order:
            dates.settle(order, name, proof, f"{ORDERS[order]}, as declared")
        elif found == "both":
            raise _both(file, name, dates)
        elif found:
            dates.settle(found, name, proof, f"{ORDERS[found]}, proven by {witness[name]}")
        elif len(proof.orders) == 1:
            other, shown = next(iter(witness.items()))
            dates.settle(proven[other], name, proof, f"{ORDERS[proven[other]]}, proven by '{other}' {shown}")
        elif usual:
            dates.settle(usual, name, proof, f"{ORDERS[usual]}, as this system always writes it")
        else:
            raise _neither(file, name, dates)
    return {name: read[name].parsed() if name in read else column.dt.normalize() for name, column in columns.items()}


def day(text: str, order: str | None) -> pd.Timestamp | None:
    """One text as a day, or None where it is none or can be read as two."""
    try:
        found = days({"": pd.Series([text], dtype="str")}, Proof(), order, "")[""].iloc[0]
    except ImportRefused:
        return None
    return None if pd.isna(found) else found


def could_be_day(text: str) -> bool:
    """Whether a text is a day in some reading."""
    return _split(fold(text))[0] in ("sure", "pair")


@dataclass
class _Dates:
    """One column of dates: its distinct texts, split into year, month and day as far as each allows."""

    codes: np.ndarray
    rows: pd.Index
    texts: list[str]
    parts: pd.DataFrame

    @classmethod
    def of(cls, column: pd.Series) -> "_Dates":
        codes, distinct = pd.factorize(texts(column))
        parts = pd.DataFrame([_split(fold(text)) for text in distinct], columns=["form", "a", "b", "year"])
        return cls(codes, column.index, list(distinct), parts)

    def proven(self) -> str:
        day_first, month_first = self._proving("dmy").any(), self._proving("mdy").any()
        return "both" if day_first and month_first else "dmy" if day_first else "mdy" if month_first else ""

    def undecided(self) -> bool:
        pair = self.parts[self.parts["form"].eq("pair")]
        return bool((pair["a"] != pair["b"]).any())

    def witness(self, order: str) -> str:
        """The first cell that proves an order, with its row."""
        return self._shown(int(np.flatnonzero(self._proving(order))[0]))

    def witnesses(self, order: str, most: int = 3) -> str:
        """How many cells prove an order, and the first of them."""
        found = np.flatnonzero(self._proving(order))
        rows = int(np.isin(self.codes, found).sum())
        return f"{rows:,} of {ORDERS[order]} ({some([self._shown(int(code)) for code in found[:most]], most)})"

    def settle(self, order: str, name: str, proof: Proof, how: str) -> None:
        """Put day and month in place; what an order makes impossible is read the one way that is left, and said."""
        pair, against = self.parts["form"].eq("pair"), self._proving("mdy" if order == "dmy" else "dmy")
        turned = pair & (against if order == "dmy" else ~against)
        day, month = self.parts["a"].mask(turned, self.parts["b"]), self.parts["b"].mask(turned, self.parts["a"])
        self.parts = self.parts.assign(a=day, b=month)
        proof.date_order[name] = how
        if against.any():
            rows = self.rows[np.isin(self.codes, np.flatnonzero(against))]
            proof.warnings.append(
                f"{counted(len(rows), 'date')} in '{name}' that cannot be {ORDERS[order]}, read the other way: "
                f"rows {some([str(row) for row in rows], 100)}"
            )
        self._note_bad(name, proof)

    def parsed(self) -> pd.Series:
        return pd.Series(self._days().to_numpy()[self.codes], index=self.rows)

    def _days(self) -> pd.Series:
        """The day of each distinct text, missing where there is none."""
        parts = self.parts[["year", "b", "a"]].set_axis(["year", "month", "day"], axis=1)
        return pd.to_datetime(parts, errors="coerce").astype("datetime64[s]")

    def _proving(self, order: str) -> pd.Series:
        """Marks the texts that an order alone can explain: 31/12 is day/month."""
        day, month = ("a", "b") if order == "dmy" else ("b", "a")
        return self.parts["form"].eq("pair") & self.parts[day].between(13, 31) & self.parts[month].le(12)

    def _shown(self, code: int) -> str:
        return f"row {self.rows[int((self.codes == code).argmax())]} '{self.texts[code]}'"

    def _note_bad(self, name: str, proof: Proof) -> None:
        wrong = self._days().isna() & self.parts["form"].ne("none")
        here = np.isin(self.codes, np.flatnonzero(wrong))
        for row, code in zip(self.rows[here], self.codes[here], strict=True):
            proof.bad.append((int(row), name, self.texts[code], "is not a date"))


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


#: An amount in pieces: what stands before it, its digits and separators, what stands after it.
_PIECES = r"^(\D*?)([.,]?[0-9](?:[0-9.,'\u2019\s]*[0-9])?[.,]?)(\D*)$"
#: What may stand around the digits: signs, brackets, currencies, the side of the account.
_AROUND = re.compile(r"(?:[-+\u2212()\s]|[A-Z]{0,3}[$€£¥₹₩₽₺₪₫₱₴]|[A-Z]{3}|KR\.?|RS\.?|CR\.?|DR\.?|[HS]|ZŁ|FT|KČ)*")
_GROUPS = re.compile(r"(?<=[0-9])['\u2019\s](?=[0-9]{3}(?![0-9]))")
#: Per decimal mark, texts that no other mark can explain, and all texts that it can.
_SURE = {
    mark: rf"-?(?:[0-9]*\{mark}(?:[0-9]{{0,2}}|[0-9]{{4,}})|(?:0|[0-9]{{4,}})\{mark}[0-9]{{3}}"
    rf"|[0-9]{{1,3}}(?:\{other}[0-9]{{2,3}})*\{other}[0-9]{{3}}(?:\{mark}[0-9]*)"
    rf"|[0-9]{{1,3}}(?:\{other}[0-9]{{2,3}})+\{other}[0-9]{{3}})"
    for mark, other in (".,", ",.")
}
_READABLE = {
    mark: rf"-?(?:(?:[0-9]+|[0-9]{{1,3}}(?:\{other}[0-9]{{2,3}})*\{other}[0-9]{{3}})(?:\{mark}[0-9]*)?|\{mark}[0-9]+)"
    for mark, other in (".,", ",.")
}


#: Signs that mean one currency only.
SIGNS = {"€": "EUR", "EURO": "EUR", "£": "GBP", "₹": "INR", "R$": "BRL", "US$": "USD", "A$": "AUD", "C$": "CAD", "NZ$": "NZD"}
#: Codes that are taken for currencies where they stand beside an amount.
_CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW KWD MAD MXN MYR NGN NOK NZD "
    "PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR"
)
_BESIDE = re.compile(rf"(?<![A-Z])({_CODES.replace(' ', '|')}|EURO|(?:US|NZ|A|C|R)\$|[€£₹])(?![A-Z])")


def currencies_beside(columns: list[pd.Series]) -> pd.Series:
    """The currency that stands beside each amount, blank where none does; '$' alone may be any dollar and counts as none."""
    found = pd.Series("", index=columns[0].index, dtype="str")
    for column in columns:
        said = texts(column) if column.dtype.kind != "f" else found[:0]
        if not said.str.contains("[A-Za-z€£₹]", regex=True).any():
            continue
        beside = each_once(said, lambda text: next((SIGNS.get(sign, sign) for sign in _BESIDE.findall(text.upper())), None))
        found = found.mask(found.eq(""), beside.fillna(""))
    codes = [code for code in found.unique() if code]
    return found.mask(found.eq(""), codes[0]) if len(codes) == 1 else found


def amounts(
    columns: dict[str, pd.Series], proof: Proof, decimal: str | None, file: str, *, usual: str = ""
) -> dict[str, pd.Series]:
    """Every column of amounts as numbers; missing where a cell is blank.

    Parameters
    ----------
    usual
        The decimal mark of the system that wrote the file, for amounts that prove none.

    Raises
    ------
    ImportRefused
        If some values prove a decimal comma and others a decimal point, or a separator can be read as either.
    """
    as_number = {name: _stored(column) for name, column in columns.items()}
    written = {
        name: texts(column if column.dtype == "str" else column.astype("object").mask(as_number[name].notna(), ""))
        for name, column in columns.items()
    }
    cleaned = {name: _cleaned(text) for name, text in written.items()}
    mark = proof.decimal = decimal or _decimal_mark(written, cleaned, proof, file, usual)
    read = {name: _numbers(text, written[name], mark, name, proof).fillna(as_number[name]) for name, text in cleaned.items()}
    for name, values in read.items():
        for row, value in values[values.abs().ge(TOO_LARGE)].items():
            proof.bad.append((int(str(row)), name, as_text(value), "is too large for an amount"))
    return {name: values.mask(values.abs().ge(TOO_LARGE)) if proof.bad else values for name, values in read.items()}


def _stored(column: pd.Series) -> pd.Series:
    """The numbers that a workbook stores as such: they need no reading."""
    if column.dtype == "float64":
        return column
    if column.dtype != "object":
        return pd.Series(np.nan, index=column.index)
    numeric = column.map(lambda cell: isinstance(cell, (int, float)) and not isinstance(cell, bool))
    return column.where(numeric).astype("float64")


def _cleaned(text: pd.Series) -> pd.Series:
    """Amounts as sign, digits and separators; brackets, a trailing minus, CR and H (Haben) mean minus, blank is empty."""
    messy = ~text.str.fullmatch(r"-?[.,]?[0-9][0-9.,]*|")
    if not messy.any():
        return text
    rough = text[messy].str.normalize("NFKC").str.upper()
    before, digits, after = (piece for _, piece in rough.str.extract(_PIECES).fillna("").items())
    around = before + " " + after
    minus = around.str.contains(r"[-\u2212(]|\b(?:CR|H)\b", regex=True).map({True: "-", False: ""})
    bare = minus + digits.str.replace(_GROUPS, "", regex=True)
    good = digits.ne("") & around.str.fullmatch(_AROUND) & ~before.str.contains("[A-Z]-$", regex=True)  # INV-100
    return text.mask(messy, bare.where(good, rough).mask(rough.str.fullmatch(NO_AMOUNT), "").reindex(text.index))


def _decimal_mark(written: dict[str, pd.Series], cleaned: dict[str, pd.Series], proof: Proof, file: str, usual: str) -> str:
    """The decimal mark that all amounts of a file together prove."""
    shown = pd.concat(written.values()) if written else pd.Series(dtype="str")
    text = pd.concat(cleaned.values()) if cleaned else pd.Series(dtype="str")
    point = text.str.fullmatch(_SURE["."])
    if point.any() and not text.str.contains(",", regex=False).any() and not text[~point].str.contains(".", regex=False).any():
        proving = {".": shown[point].head(1)}  # by far the most files; all others are looked at from both sides
    else:
        marked = text.str.contains("[.,]", regex=True)
        shown, text = shown[marked], text[marked]
        proving = {mark: shown[text.str.fullmatch(pattern)] for mark, pattern in _SURE.items()}
    found = [mark for mark, values in proving.items() if len(values)]
    if len(found) == 1:
        mark, value = found[0], proving[found[0]].head(1)
        proof.number_style = f"decimal {'comma' if mark == ',' else 'point'}, proven by row {value.index[0]} '{value.iloc[0]}'"
        return mark
    if not len(text):
        return "."
    if usual and not found:
        proof.number_style = f"decimal {'comma' if usual == ',' else 'point'}, as this system always writes it"
        return usual
    got = [f"decimal '{mark}': {some(_rows_of(values))}" for mark, values in proving.items() if len(values)]
    raise ImportRefused(
        "two readings of the amounts are possible.",
        expected="amounts that prove one decimal mark, or a declared one",
        got=f"{file}, {'; '.join(got) or some(_rows_of(shown))}",
        fix="say --decimal . or --decimal ,",
    )


def _rows_of(values: pd.Series) -> list[str]:
    return [f"row {row} '{value}'" for row, value in values.items()]


def _numbers(text: pd.Series, written: pd.Series, mark: str, name: str, proof: Proof) -> pd.Series:
    good = text.str.fullmatch(_READABLE[mark])
    for row, value in written[~good & text.ne("")].items():
        proof.bad.append((int(str(row)), name, value, "is not an amount"))
    other = "," if mark == "." else "."
    plain = text.str.replace(other, "", regex=False) if text.str.contains(other, regex=False).any() else text
    plain = plain.str.replace(mark, ".", regex=False) if mark != "." else plain
    readable = pa.array(plain if good.all() else plain.where(good))
    return pd.Series(pc.cast(readable, pa.float64()).to_numpy(zero_copy_only=False), index=text.index)
