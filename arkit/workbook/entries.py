"""What was filled in, typed and checked: what came of it, when, how much, until when; and what does not fit together."""

from difflib import get_close_matches

import numpy as np
import pandas as pd

from arkit.errors import some
from arkit.money import decimals, texts, to_minor
from arkit.workbook import cells
from arkit.workbook.cells import Typed
from arkit.workbook.comparing import HEADINGS
from arkit.workbook.finding import ENTRIES
from arkit.workbook.problems import Problems
from arkit.workbook.words import OUTCOMES

#: Days before and after the list's day on which something may have been done, and after it for which it may be promised.
EARLIEST, LATEST, PROMISED = -31, 366, 1096
DAYS = ("done_on", "until")
#: What a cell shows that could not be calculated.
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
#: Columns that say something only together with an outcome.
OF_OUTCOME = ("done_on", "amount", "until", "dispute", "document")


def typed(rows: pd.DataFrame, done_on: pd.Timestamp | None) -> pd.DataFrame:
    """The rows with days, amounts and texts in place of cells; why a cell could not be read stands in ``no_<column>``.

    Days and amounts that are texts are read as the other texts of the same sheet prove it. The cells stay in ``raw_<column>``.
    """
    raw = {f"raw_{key}": cells.texts(rows[key]) for key in ENTRIES}
    read = rows.assign(**raw)
    for key in ENTRIES:
        if key not in (*DAYS, "amount"):
            read[key] = raw[f"raw_{key}"].str.replace(r"\s+", " ", regex=True)
    parts = {key: [] for key in (*DAYS, "amount")}
    for _, sheet in rows.groupby("place"):
        proven = cells.order(value for key in DAYS for value in _text_cells(sheet[key]))
        for key in DAYS:
            parts[key].append(cells.days(sheet[key], proven))
        places = sheet["currency"].map(decimals)
        parts["amount"].append(cells.amounts(sheet["amount"], cells.decimal(_text_cells(sheet["amount"])), places))
    for key, found in parts.items():
        values, trouble = _together(found, rows.index, "float64" if key == "amount" else "datetime64[s]")
        read[key], read[f"no_{key}"] = values, trouble
    said = read["outcome"].str.lower().str.replace("[\u2010-\u2015\u2212]", "-", regex=True)
    read["outcome"] = said.str.replace(r"\s*-\s*", " - ", regex=True).where(said.ne(""), "")
    if done_on is not None:
        read["done_on"] = read["done_on"].mask(read["raw_done_on"].eq("") & read["outcome"].ne(""), done_on)
    return read


def _text_cells(column: pd.Series) -> list[str]:
    return [cells.words(value) for value in column.tolist() if isinstance(value, str)]


def _together(found: list[Typed], index: pd.Index, dtype: str) -> Typed:
    """The sheets' columns as one, in the order of the rows."""
    values = [part.read for part in found] or [pd.Series(dtype=dtype)]
    trouble = [part.trouble for part in found] or [pd.Series(dtype="str")]
    return Typed(pd.concat(values).reindex(index), pd.concat(trouble).reindex(index))


def refused(read: pd.DataFrame, problems: Problems) -> pd.Series:
    """Marks the rows that do not fit and are left for a person; each cell that is wrong becomes a problem."""
    broken = _say_errors(read, problems)
    return broken | _unfit(read[~broken], problems).reindex(read.index, fill_value=False)


def _say_errors(read: pd.DataFrame, problems: Problems) -> pd.Series:
    """Marks the rows with a cell that shows an error: what was meant is not known, so nothing of the row is."""
    judge = _Judge(read, problems)
    for key in ENTRIES:
        shown = read[f"raw_{key}"]
        judge.stop(shown.isin(ERRORS), key, "an error in place of what was filled in", "type over it what was meant", got=shown)
    return judge.stopped


def _unfit(read: pd.DataFrame, problems: Problems) -> pd.Series:
    judge = _Judge(read, problems)
    known = read["outcome"].isin([*OUTCOMES])
    filled = {key: read[f"raw_{key}"].ne("") for key in ENTRIES}
    judge.stop(
        ~known & filled["outcome"], "outcome", _unlike(read["outcome"]), "choose from the list; details go under Comment"
    )
    said = np.logical_or.reduce([filled[key].to_numpy() for key in OF_OUTCOME])
    silent = ~filled["outcome"] & said
    judge.stop(silent, "outcome", "something is filled in and no outcome", "choose what came of it", got=_rest(read))
    nothing = ~filled["outcome"] & ~said & ~filled["comment"] & ~filled["next"]
    judge.stop(nothing, "by", "initials, and nothing else", "choose what came of it, or clear the cell")
    _judge_days(judge, read, known, filled)
    _judge_amounts(judge, read)
    _judge_together(judge, read, known, filled)
    return judge.stopped


class _Judge:
    """Says what does not fit, and keeps which rows are stopped by it."""

    def __init__(self, read: pd.DataFrame, problems: Problems) -> None:
        self.read, self.problems = read, problems
        self.stopped = pd.Series(data=False, index=read.index)

    def stop(self, here: pd.Series, key: str, what: str | pd.Series, fix: str, *, got: pd.Series | None = None) -> None:
        """Rows that are left for a person, for what stands in one column."""
        self.stopped |= here
        self._say(here, key, what, fix, got, taken=False)

    def warn(self, here: pd.Series, key: str, what: str | pd.Series, fix: str, *, got: pd.Series | None = None) -> None:
        """Rows that are taken, and still looked at."""
        self._say(here, key, what, fix, got, taken=True)

    def _say(self, here: pd.Series, key: str, what: str | pd.Series, fix: str, got: pd.Series | None, *, taken: bool) -> None:
        said = self.read[f"raw_{key}"] if got is None else got
        problem = what[here] if isinstance(what, pd.Series) else what
        self.problems.add(self.read[here], key, problem, fix, got=said[here], taken=taken)


def _judge_days(judge: _Judge, read: pd.DataFrame, known: pd.Series, filled: dict[str, pd.Series]) -> None:
    """Days that cannot be read, are missing, or cannot be."""
    for key in DAYS:
        bad = read[f"no_{key}"].ne("")
        fix = "write it as 2026-10-31"
        judge.stop(bad, key, f"'{HEADINGS[key]}' " + read[f"no_{key}"], fix)
    missing = known & ~filled["done_on"] & read["done_on"].isna()
    lacking = "what came of it, and not the day it was done"
    judge.stop(missing, "done_on", lacking, "fill in the day", got=read["raw_outcome"])
    first, last = (read["day"] + pd.to_timedelta(days, unit="D") for days in (EARLIEST, LATEST))
    early = read["done_on"].lt(first) | read["done_on"].gt(last)
    judge.stop(early, "done_on", "done more than a month before the list, or more than a year after it", "correct the day")
    done = read["done_on"].fillna(read["day"])
    past = read["until"].lt(done)
    judge.stop(past, "until", "promised for, or until, a day before the one it was done on", "correct the day")
    far = read["until"].gt(read["day"] + pd.to_timedelta(PROMISED, unit="D"))
    judge.stop(far, "until", "more than three years after the list", "correct the day")


def _judge_amounts(judge: _Judge, read: pd.DataFrame) -> None:
    """Amounts that cannot be read or cannot be, and those above what is open."""
    bad = read["no_amount"].ne("")
    judge.stop(
        bad, "amount", f"'{HEADINGS['amount']}' " + read["no_amount"], "write it with two decimals and no thousands sign"
    )
    judge.stop(
        read["amount"].le(0), "amount", "an amount that is not above zero", "correct the amount, or clear it for all of it"
    )
    minor, balance = (to_minor(read[name].fillna(0), read["currency"]) for name in ("amount", "balance"))
    above = read["balance"].notna() & pd.Series(minor > balance, index=read.index) & read["amount"].gt(0)
    shown = texts(read["amount"].fillna(0), read["currency"]) + " of " + texts(read["balance"].fillna(0), read["currency"])
    judge.warn(above, "amount", "more than is open", "look whether it is a slip of the pen; it was taken as it is", got=shown)


def _judge_together(judge: _Judge, read: pd.DataFrame, known: pd.Series, filled: dict[str, pd.Series]) -> None:
    """What an outcome needs and lacks, what it has no use for, and documents that are none of the account's."""
    for key, heading in HEADINGS.items():
        needing = [name for name, outcome in OUTCOMES.items() if key in outcome.needs]
        if needing:
            lacks = read["outcome"].isin(needing) & ~filled[key]
            judge.stop(lacks, key, "'" + read["outcome"] + f"' without '{heading}'", "fill it in", got=read["raw_outcome"])
    for key in ("amount", "until", "dispute"):
        taking = [name for name, outcome in OUTCOMES.items() if key in outcome.takes]
        useless = known & ~read["outcome"].isin(taking) & filled[key]
        what = f"'{HEADINGS[key]}' is filled in, and the outcome is '" + read["outcome"] + "'"
        judge.stop(useless, key, what, f"choose an outcome that has one ({some(taking, 4)}), or clear it")
    several = read["about"].str.len().gt(1) & filled["amount"]
    judge.stop(several, "document", "one amount about several documents", "fill it in by one document, or clear the amount")
    unknown = read["no_document"].ne("")
    judge.stop(
        unknown, "document", "a document that is not open on this account", "correct the number, or clear it for all of it"
    )


def with_documents(read: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``about``: the numbers of the documents a row is about, none for the whole account.

    A cell may name several, parted by commas, semicolons or lines. What is not among the account's open documents stands
    in ``no_document``, where these are known.
    """
    lists, trouble = [], []
    for typed_in, listed in zip(read["raw_document"].tolist(), read["open_items"].tolist(), strict=True):
        names, unknown = _documents(typed_in, listed)
        lists.append(names)
        trouble.append(unknown)
    return read.assign(
        about=pd.Series(lists, index=read.index, dtype="object"),
        no_document=pd.Series(trouble, index=read.index, dtype="str"),
    )


def _documents(typed_in: str, listed: str) -> tuple[list[str], str]:
    """The documents that a cell names as they are written in the books, and those it names that are none."""
    if not typed_in:
        return [], ""
    if not listed:
        return [typed_in], ""
    known = {name.lower(): name for name in listed.split("\n")}
    if typed_in.lower() in known:
        return [known[typed_in.lower()]], ""
    parts = [part.strip() for part in typed_in.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
    unknown = [part for part in parts if part.lower() not in known]
    return [known[part.lower()] for part in dict.fromkeys(parts) if part.lower() in known], ", ".join(unknown)


def _unlike(outcome: pd.Series) -> pd.Series:
    """Why an outcome is none, and which one it is most like."""
    near = {name: get_close_matches(name, [*OUTCOMES], n=1) for name in outcome.unique()}
    hint = outcome.map({name: f"; did you mean '{like[0]}'?" if like else "" for name, like in near.items()})
    return "an outcome that is not on the list" + hint.astype("str")


def _rest(read: pd.DataFrame) -> pd.Series:
    """What a row has besides its outcome, in short."""
    parts = [read[f"raw_{key}"] for key in OF_OUTCOME]
    return pd.Series([", ".join(filter(None, line)) for line in zip(*parts, strict=True)], index=read.index, dtype="str")
