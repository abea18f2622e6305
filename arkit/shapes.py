"""What a table is: columns, what they hold, and how a frame is brought into their shape or refused."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import pyarrow as pa

from arkit.errors import TableRefused, some

#: What a column can hold, and the dtype that carries it.
DTYPES: dict[str, Any] = {
    "text": "str",
    "day": "datetime64[s]",
    "money": "float64",
    "number": "float64",
    "share": "float64",
    "count": "int64",
    "flag": "bool",
}
MISSING: dict[str, Any] = {
    "text": "",
    "day": pd.NaT,
    "money": float("nan"),
    "number": float("nan"),
    "share": float("nan"),
    "count": 0,
    "flag": False,
}


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, what it means, whether it may be absent."""

    name: str
    holds: str
    meaning: str
    optional: bool = False
    missing: Any = None

    @property
    def blank(self) -> Any:  # noqa: ANN401 - text, number, day or flag
        """What stands in it where nothing is known."""
        return MISSING[self.holds] if self.missing is None else self.missing


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, and its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of all columns, in order."""
        return [column.name for column in self.columns]

    def conform(self, frame: pd.DataFrame | None) -> pd.DataFrame:
        """The same rows with every declared column, typed and in order; columns not declared follow unchanged.

        Raises
        ------
        TableRefused
            If a column that must be there is absent or comes twice, or a value cannot be read as what the column holds.
        """
        if frame is None:
            return self.empty()
        self.must_have(frame)
        if self._is_shaped(frame):
            return frame.copy(deep=False)
        typed = {column.name: self._typed(frame, column) for column in self.columns}
        extra = {str(name): frame[name] for name in frame.columns if name not in typed}
        return pd.DataFrame(typed | extra, index=frame.index, copy=False)

    def empty(self) -> pd.DataFrame:
        """No rows, every column, typed."""
        return self._nothing.copy(deep=False)

    def blank(self) -> dict[str, Any]:
        """What stands in each column where nothing is known, those that must be there too."""
        return {column.name: column.blank for column in self.columns}

    def must_have(self, frame: pd.DataFrame, *names: str) -> None:
        """Refuse a frame that lacks a column of these names, or of all that must be there where none are named.

        Raises
        ------
        TableRefused
            If one is absent, or any column comes twice.

        Examples
        --------
        >>> notes = Table("notes", "note", (Column("date", "day", "its day"), Column("kind", "text", "its kind")))
        >>> notes.must_have(pd.DataFrame({"date": []}), "kind")
        Traceback (most recent call last):
        arkit.errors.TableRefused: the table 'notes' lacks kind.
          expected: one row per note, with date, kind
          got: the columns date
          fix: rename, add or drop columns; docs/tables.md says what each holds
        """
        absent = [name for name in names or self._needed if name not in frame.columns]
        twice = list(map(str, frame.columns[frame.columns.duplicated()].unique()))
        if absent or twice:
            raise TableRefused(
                f"the table '{self.name}' " + (f"lacks {some(absent)}." if absent else f"has {some(twice)} more than once."),
                expected=f"one row per {self.row}, with {', '.join(self._needed)}",
                got=f"the columns {', '.join(map(str, frame.columns)) or '(none)'}",
                fix="rename, add or drop columns; docs/tables.md says what each holds",
            )

    @property
    def _needed(self) -> list[str]:
        return [column.name for column in self.columns if not column.optional]

    @cached_property
    def _nothing(self) -> pd.DataFrame:
        return pd.DataFrame({c.name: pd.Series(dtype=DTYPES[c.holds]) for c in self.columns})

    def _is_shaped(self, frame: pd.DataFrame) -> bool:
        """Whether a frame is as `conform` would leave it, as most are that one step hands to the next."""
        columns, own = list(frame.columns), len(self.columns)
        if columns[:own] != self.names or not all(isinstance(name, str) for name in columns[own:]):
            return False
        if frame.dtypes.tolist()[:own] != self._nothing.dtypes.tolist():
            return False
        return not any(_lacks(frame[column.name], column) for column in self.columns)

    def _typed(self, frame: pd.DataFrame, column: Column) -> pd.Series:
        missing = column.blank
        if column.name not in frame.columns:
            return _all_alike(missing, frame.index, DTYPES[column.holds])
        values = frame[column.name]
        try:
            if column.holds == "day":
                return _days(values)
            if not pd.isna(missing) and values.hasnans:
                text = values.dtype == "str"
                values = values.fillna(missing) if text else values.astype("object").where(values.notna(), missing)
            _must_be(column.holds, values)
            typed = values.astype(DTYPES[column.holds])
            blank = column.holds == "text" and missing and typed.eq("").any()
            return typed.mask(typed.eq(""), missing) if blank else typed
        except (TypeError, ValueError) as error:
            raise TableRefused(
                f"the column '{column.name}' of the table '{self.name}' is not what it should be.",
                expected=f"{column.holds}: {column.meaning}",
                got=str(error),
                fix="convert the column before handing the table over",
            ) from error


def look_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, by the index of ``values``; missing where there is none. Unlike ``map``, it keeps the dtype.

    Examples
    --------
    >>> look_up(pd.Series(["b", "x"]), pd.Series([1.0, 2.0], index=["a", "b"])).tolist()
    [2.0, nan]
    """
    return values.reindex(keys).set_axis(keys.index)


def _lacks(values: pd.Series, column: Column) -> bool:
    """Whether a column of the right dtype still holds what `Table.conform` puts right: gaps, blanks, a time of day."""
    if column.holds == "day":
        return not _are_whole(values)
    missing = column.blank
    gaps = column.holds not in ("count", "flag") and not pd.isna(missing) and values.hasnans
    return gaps or bool(column.holds == "text" and missing and values.eq("").any())


def _all_alike(value: Any, index: pd.Index, dtype: str) -> pd.Series:  # noqa: ANN401 - whatever is missing
    """A column of one value; text of a million rows this way takes a tenth of the time."""
    if dtype != "str":
        return pd.Series(value, index=index, dtype=dtype)
    return pd.Series(pd.array(pa.repeat(pa.scalar(value, pa.large_string()), len(index)), dtype="str"), index=index)


def _days(values: pd.Series) -> pd.Series:
    """Days without a time of day; what is no date yet must be year-month-day, for 01/02/2026 is two days."""
    days = values
    if not pd.api.types.is_datetime64_any_dtype(values):
        text = values.astype("str").fillna("")
        days = pd.to_datetime(text.where(text.str.len() >= 8), format="ISO8601", errors="coerce")
        strange = text[days.isna() & text.ne("")]
        if len(strange):
            raise ValueError(f"'{strange.iloc[0]}' is not a day like 2026-10-31")
    if days.dtype == "datetime64[s]" and _are_whole(days):
        return days
    bare = days.dt.tz_localize(None).to_numpy()
    return pd.Series(bare.astype("datetime64[D]").astype("datetime64[s]"), index=values.index)


def _are_whole(days: pd.Series) -> bool:
    """Whether days to the second carry no time of day."""
    seconds = days.to_numpy().view("int64")
    return not (seconds[seconds != pd.NaT.value] % 86_400).any()


def _must_be(holds: str, values: pd.Series) -> None:
    """Refuse what a dtype would take silently: 1.5 as the count 1, and the text 'no' as yes."""
    if holds not in ("flag", "count") or values.dtype == DTYPES[holds]:
        return
    sound = values.isin([True, False]) if holds == "flag" else values.astype("float64").mod(1).eq(0)
    if not sound.all():
        raise ValueError(f"'{values[~sound].iloc[0]}' is not a {holds}")
