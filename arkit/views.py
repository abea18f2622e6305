"""Tables as people read them in a cell or a report: amounts with separators on the right, days as days, text escaped."""

import hashlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandas.io.formats.style import Styler

from arkit.money import NO_CURRENCY, decimals, to_major, to_minor
from arkit.tables import ALL

#: Begin of a text that a spreadsheet would take for a formula.
FORMULA = r"^([=+\-@\t\r])"
#: What a column holds, by its name, over all declared tables.
HOLDS = {column.name: column.holds for table in ALL for column in table.columns}
#: What a bar is painted with, and how a line of totals looks.
BAR, TOTAL = "#f9dcae", {"font-weight": "bold", "border-top": "2px solid #52606d"}
WIDE = (
    "reason",
    "reasons",
    "next_step",
    "why",
    "warnings",
    "columns",
    "evidence",
    "what_to_do",
    "formula",
    "inputs",
    "caveat",
    "would_change",
    "would_lift",
)


def styled(table: pd.DataFrame, *, most: int = 200, bars: Sequence[str] = (), totals: Sequence[str] = ()) -> Styler:
    """A table ready to be shown, its first ``most`` rows; the caption says how many more there are, or that there are none.

    Amounts carry thousands separators and the decimals of their row's currency, days are 2026-10-31, headings are words.

    Parameters
    ----------
    bars
        Columns of numbers with a bar behind each, as long as the number is large beside the others of its currency.
    totals
        Columns of amounts to add up, exact to the minor unit, in a last line for each currency; over all rows, shown or not.

    Examples
    --------
    >>> html = styled(pd.DataFrame({"name": ["A & B"], "open_amount": [1234.5], "currency": ["EUR"]})).to_html()
    >>> "1,234.50" in html, "A &amp; B" in html
    (True, True)
    """
    flat = table.reset_index() if any(table.index.names) else table
    top = flat.head(most).reset_index(drop=True).rename(columns=str)
    words = pd.DataFrame({str(name): _words(top, str(name)) for name in top}, index=top.index)
    last = _totals(flat, totals) if totals and len(flat) else words.iloc[:0]
    words = pd.concat([words, last], ignore_index=True)
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
    sides = ["text-align: right" if name in right else "text-align: left" for name in words]
    style = style.apply_index(lambda _: sides, axis="columns")  # notebooks put every heading on the right
    days: list[Hashable] = list(top.select_dtypes("datetime"))
    style = style.set_properties(subset=days, **{"white-space": "nowrap"})
    if len(last):
        style = style.set_properties(subset=(last.index + len(top), slice(None)), **TOTAL)
    for name in bars:
        lengths = _lengths(top, name).reindex(words.index, fill_value="")
        style = style.apply(lambda _, css=lengths: css.to_numpy(), subset=[name])
    style = style.set_table_attributes('class="arkit"')
    if flat.empty:
        return style.set_caption("no rows")
    return (
        style.set_caption(f"{len(flat) - most:,} more rows; the tables of a month hold them all") if len(flat) > most else style
    )


@dataclass(frozen=True)
class Searchable:
    """A table that a notebook shows with a field to search in and headings to sort by; `searchable` makes it."""

    table: pd.DataFrame
    most: int

    def _repr_html_(self) -> str:
        """The table as HTML, with everything that it needs to work offline."""
        from itables import options, to_html_datatable  # noqa: PLC0415 - brings IPython along
        from itables.javascript import generate_init_offline_itables_html  # noqa: PLC0415

        shown = to_html_datatable(
            styled(self.table, most=self.most),
            connected=False,
            use_to_html=True,
            allow_html=True,
            classes="display compact arkit",
            lengthMenu=[10, 25, 100],
            order=[],
            autoWidth=False,
        )
        return generate_init_offline_itables_html(options.dt_bundle) + shown


def searchable(table: pd.DataFrame, *, most: int = 2000) -> Searchable:
    """A table that can be searched, sorted and paged in a notebook, looking as `styled` shows it; works offline.

    It is for looking, not for a report: each such table brings about 1 MB along. Its first ``most`` rows are in it.

    Examples
    --------
    >>> shown = searchable(pd.DataFrame({"name": ["A & B"], "open_amount": [1234.5], "currency": ["EUR"]}))._repr_html_()
    >>> "1,234.50" in shown, "A &amp; B" in shown, "https://cdn" in shown
    (True, True, False)
    """
    return Searchable(table, most)


def _totals(flat: pd.DataFrame, totals: Sequence[str]) -> pd.DataFrame:
    """A line of words for each currency, with the exact sums of some columns."""
    currency = flat["currency"] if "currency" in flat else pd.Series(NO_CURRENCY, index=flat.index)
    minor = pd.DataFrame({name: to_minor(flat[name].fillna(0), currency) for name in totals}).groupby(currency.to_numpy()).sum()
    codes = pd.Series(minor.index, dtype="str")
    sums = pd.DataFrame({name: _amounts(pd.Series(to_major(minor[name].to_numpy(), codes)), codes) for name in totals})
    said = sums.assign(currency=codes) if "currency" in flat else sums
    said = said.reindex(columns=[str(name) for name in flat], fill_value="").astype("str")
    free = next((name for name in said if name not in totals and name != "currency"), None)
    return said if free is None else said.assign(**{str(free): "total"})


def _lengths(top: pd.DataFrame, name: str) -> pd.Series:
    """A bar behind each number of a column, as CSS."""
    sizes = top[name].astype("float64").abs().fillna(0)
    apart = "currency" in top and HOLDS.get(name, "money") == "money"  # days of several currencies can be compared
    largest = sizes.groupby(top["currency"]).transform("max") if apart else pd.Series(sizes.max(), index=sizes.index)
    share = (100 * sizes / largest.where(largest.gt(0), 1)).round(1)
    return share.map(lambda part: f"background: linear-gradient(to left, {BAR} {part:.1f}%, transparent {part:.1f}%)")


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
        said = column.astype("str").fillna("")
        return said.mask(said.eq(NO_CURRENCY), "") if name == "currency" else said
    if pd.api.types.is_float_dtype(column) and holds not in ("share", "number") and not name.endswith("share"):
        return _amounts(column, table["currency"] if "currency" in table else pd.Series(name, index=table.index))
    return _each(column, (lambda value: f"{value:.0%}") if name.endswith("share") or holds == "share" else "{:z,.0f}".format)


def _amounts(column: pd.Series, currency: pd.Series) -> pd.Series:
    places = currency.map(lambda code: decimals(str(code)))
    shown = [f"{value:z,.{n}f}" if pd.notna(value) else "" for value, n in zip(column, places, strict=True)]
    return pd.Series(shown, index=column.index, dtype="str")


def _each(column: pd.Series, form: Callable[..., str]) -> pd.Series:
    return column.map(lambda value: form(value) if pd.notna(value) else "").astype("str")
