"""Tables as people read them in a cell or a report: amounts with separators on the right, days as days, text escaped."""

import hashlib
from collections.abc import Callable, Hashable
from pathlib import Path

import pandas as pd
from pandas.io.formats.style import Styler

from arkit.money import decimals
from arkit.tables import ALL

#: Begin of a text that a spreadsheet would take for a formula.
FORMULA = r"^([=+\-@\t\r])"
#: What a column holds, by its name, over all declared tables.
HOLDS = {column.name: column.holds for table in ALL for column in table.columns}
WIDE = ("reason", "reasons", "next_step", "why", "warnings", "columns", "evidence", "what_to_do", "formula", "inputs", "caveat")


def styled(table: pd.DataFrame, *, most: int = 200) -> Styler:
    """A table ready to be shown, its first ``most`` rows; the caption says how many more there are.

    Amounts carry thousands separators and the decimals of their row's currency, days are 2026-10-31, headings are words.

    Examples
    --------
    >>> html = styled(pd.DataFrame({"name": ["A & B"], "open_amount": [1234.5], "currency": ["EUR"]})).to_html()
    >>> "1,234.50" in html, "A &amp; B" in html
    (True, True)
    """
    flat = table.reset_index() if any(table.index.names) else table
    top = flat.head(most).reset_index(drop=True).rename(columns=str)
    words = pd.DataFrame({str(name): _words(top, str(name)) for name in top}, index=top.index)
    right: list[Hashable] = list(top.select_dtypes("number"))
    wide: list[Hashable] = [name for name in words if name in WIDE]
    same = hashlib.sha256(words.to_csv().encode()).hexdigest()[:8]  # what is shown names the table: equal runs, equal pages
    style = (
        words.style.set_uuid(same)
        .hide(axis="index")
        .format(escape="html")
        .format_index(_heading, axis="columns", escape="html")
    )
    style = style.set_properties(subset=right, **{"text-align": "right", "white-space": "nowrap"})
    style = style.set_properties(subset=wide, **{"text-align": "left", "min-width": "18em", "white-space": "pre-line"})
    left: list[Hashable] = [name for name in words if name not in right and name not in wide]
    style = style.set_properties(subset=left, **{"text-align": "left"})
    days: list[Hashable] = list(top.select_dtypes("datetime"))
    style = style.set_properties(subset=days, **{"white-space": "nowrap"})
    style = style.set_table_attributes('class="arkit"')
    return style.set_caption(f"{len(flat) - most:,} more rows are in tables/") if len(flat) > most else style


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A table as a CSV file that spreadsheets open as it is.

    Text that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    text = table.select_dtypes(exclude=["number", "bool", "datetime"]).astype("str")
    safe = table.assign(**{str(name): text[name].str.replace(FORMULA, r"'\1", regex=True) for name in text})
    safe.to_csv(path, index=False, date_format="%Y-%m-%d", encoding="utf-8-sig")


def _heading(name: object) -> str:
    """A column's name as words: 'open_amount' is 'open amount'; buckets stay as they are."""
    return str(name).replace("_", " ")


def _words(table: pd.DataFrame, name: str) -> pd.Series:
    """One column as text."""
    column, holds = table[name], HOLDS.get(name, "")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").fillna("")
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "yes", False: ""}).astype("str")
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype("str").fillna("")
    if pd.api.types.is_float_dtype(column) and holds not in ("share", "number") and not name.endswith("share"):
        return _amounts(column, table["currency"] if "currency" in table else pd.Series("", index=table.index))
    return _each(column, (lambda value: f"{value:.0%}") if name.endswith("share") or holds == "share" else "{:z,.0f}".format)


def _amounts(column: pd.Series, currency: pd.Series) -> pd.Series:
    places = currency.map(lambda code: decimals(str(code)))
    shown = [f"{value:z,.{n}f}" if pd.notna(value) else "" for value, n in zip(column, places, strict=True)]
    return pd.Series(shown, index=column.index, dtype="str")


def _each(column: pd.Series, form: Callable[..., str]) -> pd.Series:
    return column.map(lambda value: form(value) if pd.notna(value) else "").astype("str")
