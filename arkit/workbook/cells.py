"""What people type into cells, as days and amounts; what could be read two ways is not read.

The order of day and month, and the sign before decimals, are proven by the other cells of the same sheet or not at all.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pandas as pd

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)}
#: The day before the first that a spreadsheet counts, as all of them count after February 1900.
DAY_ZERO = date(1899, 12, 30)
#: Numbers that are days where a day should stand: 1954 to 2119.
SERIALS = (20_000, 80_000)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t]\d{1,2}:\d{2}.*)?")
_PAIR = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})(?: \d{1,2}:\d{2}.*)?")
_DAY_FIRST = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th|\.)?[ -/.]*([a-z]{3})[a-z]*\.?[ -/,.]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"(?:[a-z]+,? )?([a-z]{3})[a-z]*\.?[ -/.]*(\d{1,2})(?:st|nd|rd|th)?[ -/,.]+(\d{4})")
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[$€£¥])?\s*|\s*(?:[A-Z]{3}|[$€£¥])?$")
_NUMBER = re.compile(r"[-+]?\d[\d., '\u2019\u00a0\u202f]*")
TWO_WAYS = "could be read two ways"


class Typed(NamedTuple):
    """Cells of one column as values, missing where nothing could be read, and why not; empty where all is well."""

    read: pd.Series
    trouble: pd.Series


def words(value: object) -> str:
    """A cell as a person reads it, without blanks around it: whole numbers without '.0', days as 2026-10-31.

    Examples
    --------
    >>> words(42.0), words(date(2026, 10, 31)), words(" a  b "), words(None)
    ('42', '2026-10-31', 'a  b', '')
    """
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(round(value, 6))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).replace("\u00a0", " ").strip()


def texts(column: pd.Series) -> pd.Series:
    """`words` for a whole column; one that holds nothing but texts is taken as a whole."""
    values = column.tolist()
    if {*map(type, values)} <= {str}:
        said = pd.Series(values, index=column.index, dtype="str")
        return said.str.replace("\u00a0", " ", regex=False).str.strip()
    return pd.Series([words(value) for value in values], index=column.index, dtype="str")


def order(typed: Iterable[str]) -> str:
    """The order of day and month that texts prove, 'dmy' or 'mdy'; empty where they prove none, or both.

    Examples
    --------
    >>> order(["03/11/2026", "24/12/2026"]), order(["03/11/2026"])
    ('dmy', '')
    """
    pairs = [tuple(map(int, found.groups())) for text in typed if (found := _PAIR.fullmatch(text))]
    proven = {"dmy" for first, second, year in pairs if first > 12 and _is_day(year, second, first)}
    proven |= {"mdy" for first, second, year in pairs if second > 12 and _is_day(year, first, second)}
    return proven.pop() if len(proven) == 1 else ""


def decimal(typed: Iterable[str]) -> str:
    """The sign before decimals that texts prove, '.' or ','; empty where they prove none, or both.

    Examples
    --------
    >>> decimal(["1.234,56", "1.234"]), decimal(["1.234"])
    (',', '')
    """
    proven = {sign for text in typed if (sign := _sign(_bare(text)))}
    return proven.pop() if len(proven) == 1 else ""


def days(column: pd.Series, proven: str) -> Typed:
    """Each cell as a day. Texts such as 03/11/2026 are read in the order that is proven, else not at all."""
    return _each(column, lambda value: _day(value, proven), "datetime64[s]")


def amounts(column: pd.Series, proven: str, places: pd.Series) -> Typed:
    """Each cell as an amount of a currency with so many decimals; '1.234' is read by the sign that is proven or not at all."""
    read = [_amount(value, proven, n) for value, n in zip(column.tolist(), places.tolist(), strict=True)]
    return _apart(read, column.index, "float64")


def _each(column: pd.Series, read: Callable[[object], object], dtype: str) -> Typed:
    return _apart([read(value) for value in column.tolist()], column.index, dtype)


def _apart(read: list, index: pd.Index, dtype: str) -> Typed:
    """Values, and the words that say why there is none, apart."""
    why = [value if isinstance(value, str) else "" for value in read]
    values = [None if isinstance(value, str) else value for value in read]
    return Typed(pd.Series(values, index=index, dtype=dtype), pd.Series(why, index=index, dtype="str"))


def _day(value: object, proven: str) -> object:
    """A day, nothing for a blank cell, or why it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or words(value) == "":
        return value if isinstance(value, date) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        inside = SERIALS[0] <= value < SERIALS[1]
        return DAY_ZERO + timedelta(days=int(value)) if inside else "is no day"
    text = " ".join(words(value).lower().split())
    try:
        return _written(text, proven)
    except ValueError:
        return "is no day"


def _written(text: str, proven: str) -> object:
    """A day from a text; a ValueError where it is none."""
    if found := _ISO.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _DAY_FIRST.fullmatch(text):
        return date(_year(found[3]), _month(found[2]), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    if not (found := _PAIR.fullmatch(text)):
        return "is no day"
    first, second = int(found[1]), int(found[2])
    way = "dmy" if first > 12 or first == second else "mdy" if second > 12 else proven
    if not way:
        return TWO_WAYS
    day, month = (first, second) if way == "dmy" else (second, first)
    return date(_year(found[3]), month, day)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year or 2000, month, day))
    except ValueError:
        return False


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(text: str) -> int:
    if text not in MONTHS:
        raise ValueError(text)
    return MONTHS[text]


def _bare(text: str) -> str:
    """An amount without its currency, and without the blanks and apostrophes that part thousands."""
    return re.sub(r"[\s'\u2019\u00a0\u202f]", "", _CURRENCY.sub("", text.strip()))


def _sign(bare: str) -> str:
    """The sign before decimals that one number proves; empty where it could be read two ways, or has none."""
    if not _NUMBER.fullmatch(bare):
        return ""
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        last = max(".,", key=bare.rfind)
        return last if bare.count(last) == 1 else ""
    if points + commas == 0:
        return ""
    sign = "." if points else ","
    if points + commas > 1:
        return "," if sign == "." else "."
    return "" if len(bare) - bare.index(sign) == 4 else sign


def _amount(value: object, proven: str, places: int) -> object:
    """An amount, nothing for a blank cell, or why it is none."""
    if words(value) == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return "is no amount"
    number = float(value) if not isinstance(value, str) else _number(_bare(words(value)), proven, places)
    if isinstance(number, str):
        return number
    if abs(number) >= 1e13:
        return "is no amount"
    minor = number * 10**places
    return number if abs(minor - round(minor)) < 1e-4 else "has more decimals than its currency"


def _number(bare: str, proven: str, places: int) -> float | str:
    """A number from a text, by its own sign before decimals, else by the one that is proven."""
    if not _NUMBER.fullmatch(bare):
        return "is no amount"
    sign = _sign(bare) or proven
    if "." in bare and "," in bare and not _sign(bare):
        return "is no amount"
    if not sign and ("." in bare or "," in bare):
        # three digits after the only sign: thousands, where the currency has no decimals at all
        if places:
            return TWO_WAYS
        sign = "," if "." in bare else "."
    other = "," if sign == "." else "."
    whole, _, part = bare.partition(sign) if sign else (bare, "", "")
    groups = whole.lstrip("+-").split(other)
    if other in part or any(len(group) != 3 for group in groups[1:]):
        return "is no amount"
    return float(f"{whole.replace(other, '')}.{part or 0}")
