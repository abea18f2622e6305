"""What an export adds to what is known: what is new, what it corrects, and what it no longer lists."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.money import to_minor
from arkit.shapes import Table
from arkit.tables import BOOK_CHANGES, ENTRIES, NOTES, SNAPSHOTS

#: From this share of what is known of its days on, an export that lists it again is taken to list all of those days.
WHOLE = 0.9
#: Postings whose row may settle what the same row creates.
CREATING = ("invoice", "credit_note", "adjustment")
#: Where each row of the book stands: the import that brought it, and its place in it.
PLACE = ["import", "row"]
#: What is worked out for each row when it comes in.
WORKED_OUT = ["stream", "day", "unit_kind", "unit_day", "bound"]
FAR = np.int64(2**62)


@dataclass(frozen=True)
class Thing:
    """One sort of thing that exports list: its table, what makes it the same thing, its day, its amount."""

    name: str
    table: Table
    unit: tuple[str, ...]
    day: str
    amount: str
    due: str

    @property
    def content(self) -> list[str]:
        """The columns in which two rows must be alike to be the same."""
        return [name for name in self.table.names if name != "source"]


_OWNED = ("entity", "customer_id", "document_id", "unit_kind", "unit_day")
POSTINGS = Thing("entries", ENTRIES, _OWNED, "date", "amount", "due_date")
OPEN_ITEMS = Thing(
    "snapshots", SNAPSHOTS, (*_OWNED, "currency", "instalment"), day="as_of", amount="open_amount", due="due_date"
)
SAID = Thing(
    "notes",
    NOTES,
    ("customer_id", "document_id", "unit_kind", "unit_day", "currency"),
    day="date",
    amount="amount",
    due="until",
)
THINGS = (POSTINGS, OPEN_ITEMS, SAID)


@dataclass(frozen=True, eq=False)
class Put:
    """What an export adds: marks over its rows, the rows of the book that it ends, and what is to be told.

    ``known`` marks rows of the export that the book had, ``fresh`` those that it takes; the rest were voided or corrected
    since, by a later export. ``gone`` has `PLACE` and ``why``. ``covered`` says per stream its first and last day and
    whether it lists all of them; ``changes`` has the shape `BOOK_CHANGES`.
    """

    known: np.ndarray
    fresh: np.ndarray
    gone: pd.DataFrame
    covered: pd.DataFrame
    changes: pd.DataFrame


def prepared(rows: pd.DataFrame, thing: Thing, receipts: pd.DataFrame) -> pd.DataFrame:
    """The rows of an export with what is worked out once: `WORKED_OUT`.

    ``stream`` is the export they come from, ``day`` the day by which they stand in it, ``unit_kind`` and ``unit_day`` what
    makes two of them one thing, ``bound`` marks what a row of a document says of its settlement.
    """
    rows = rows[thing.table.names].reset_index(drop=True)
    worked = rows.assign(stream=_streams(rows, thing, receipts), day=rows[thing.day], unit_kind=rows["kind"], bound=False)
    if thing is OPEN_ITEMS:
        return worked.assign(unit_day=worked["as_of"])
    if thing is SAID:
        return worked.assign(unit_day=worked["date"])
    several = rows["source"].ne("") & rows["source"].duplicated(keep=False)
    own_day = rows["date"].where(rows["kind"].ne("invoice"))
    if not several.any():
        return worked.assign(unit_day=own_day)
    some_of = rows[several]
    by = some_of.groupby("source", sort=False)
    first = by[["kind", "date", "document_id"]].transform("first")
    within = first["kind"].isin(CREATING) & first["document_id"].eq(some_of["document_id"])
    bound = within & by.cumcount().gt(0)
    worked.loc[some_of.index, "bound"] = bound
    worked.loc[some_of.index[within], "unit_kind"] = first.loc[within, "kind"]
    worked.loc[some_of.index[bound], "day"] = first.loc[bound, "date"]
    return worked.assign(unit_day=own_day.mask(several & within.reindex(rows.index, fill_value=False)))


def _streams(rows: pd.DataFrame, thing: Thing, receipts: pd.DataFrame) -> pd.Series:
    """The export that each row comes from: its name, what it holds, the company, and of open items the day."""
    files = receipts[receipts["status"].eq("read")].drop_duplicates("file").set_index("file")
    stream = pd.Series("", index=rows.index, dtype="str")
    if len(files) and len(rows):
        codes, sources = pd.factorize(file_of(rows["source"]))
        of_file = pd.Series(sources, dtype="str").map(files["export"] + " of " + files["holds"]).astype("str").fillna("")
        stream = pd.Series(of_file.to_numpy()[codes], index=rows.index, dtype="str")
    for column in [name for name in ("entity", *(["as_of"] if thing is OPEN_ITEMS else [])) if name in rows]:
        words = rows[column].dt.strftime("%Y-%m-%d") if column == "as_of" else rows[column]
        stream = stream.where(words.eq(""), stream + ", " + words)
    return stream


def file_of(source: pd.Series) -> pd.Series:
    """The file that each row was read from: 'june.csv:17' was read from june.csv."""
    return source.str.replace(r":[^:]*$", "", regex=True)


def put(
    known: pd.DataFrame,
    new: pd.DataFrame,
    thing: Thing,
    *,
    complete: bool | None = None,
    older: pd.DataFrame | None = None,
    ended: pd.DataFrame | None = None,
) -> Put:
    """What the rows of an export add to the rows that are known and stand; both as `prepared` leaves them.

    Rows that are alike in everything but where they were read are the same, as often as either lists them. Where both list
    a thing and each has something of it that the other has not, or its row says that it was settled otherwise, it was
    corrected, and the export wins. What it does not list of the days of its stream is gone if it lists all of them.

    Parameters
    ----------
    complete
        Whether the export lists all of its days; None: it does if it lists again nine tenths of what is known of them.
    older
        Streams and days, as `Put.covered` has them, of exports that are younger than this one: then it only fills gaps.
    ended
        Rows that were known once, for an export that is older.
    """
    nothing = pd.DataFrame({name: pd.Series(dtype="int64") for name in PLACE} | {"why": pd.Series(dtype="str")})
    if not len(new):
        return Put(np.zeros(0, bool), np.zeros(0, bool), nothing, _covered(new, whole=False), BOOK_CHANGES.empty())
    n = len(known)
    columns = list(dict.fromkeys([*thing.content, *thing.unit]))
    parts = [known[columns], new[columns]] + ([ended[columns]] if ended is not None else [])
    both = pd.concat(parts, ignore_index=True) if n or ended is not None else new[columns]
    minor = to_minor(both[thing.amount].fillna(0), both["currency"])
    both = both.assign(**{thing.amount: np.where(both[thing.amount].isna(), FAR, minor)})
    content, unit = coded(both, thing.content), coded(both, list(thing.unit))
    side = np.repeat([0, 1, 2][: len(parts)], [len(part) for part in parts])
    live, ours = side == 0, side == 1
    turn = pd.Series(content).groupby([side, content], sort=False).cumcount().to_numpy()
    now = side < 2
    same = np.zeros(len(both), dtype=bool)
    same[now] = pd.DataFrame({"content": content[now], "turn": turn[now]}).duplicated(keep=False).to_numpy()
    listed, fresh_of = (_marked(unit, mask) for mask in (ours, ours & ~same))
    if older is not None:
        taken = _marked(unit, ~ours)[unit][ours] | _within(new, older)
        fresh = ~same[ours] & ~taken
        return Put(same[ours], fresh, nothing, _covered(new, whole=False), BOOK_CHANGES.empty())
    stale = ~same[live]
    again = listed[unit[live]]
    corrected = stale & again & (fresh_of[unit[live]] | known["bound"].to_numpy(bool))
    covered = _whole(known, new, (unit[live], again), complete)
    vanished = stale & ~corrected & _within(known, covered[covered["whole"]])
    gone = corrected | vanished
    why = np.where(corrected[gone], "corrected", "no longer listed")
    fresh = ~same[ours]
    return Put(
        same[ours], fresh, known.loc[gone, PLACE].assign(why=why), covered, _changes(known[gone], new[fresh], thing, why)
    )


def coded(frame: pd.DataFrame, names: list[str]) -> np.ndarray:
    """A number for each row, the same for rows that are alike in these columns."""
    codes, span = np.zeros(len(frame), dtype="int64"), 1
    for name in names:
        part, distinct = pd.factorize(frame[name])
        if len(distinct) == 1 and not (part < 0).any():
            continue
        width = len(distinct) + 1
        if span > FAR // width:
            codes, seen = pd.factorize(codes)
            span = len(seen)
        codes, span = codes * width + part + 1, span * width
    return pd.factorize(codes)[0]


def _marked(codes: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Per code whether any marked row has it."""
    marks = np.zeros(codes.max(initial=-1) + 1, dtype=bool)
    marks[codes[mask]] = True
    return marks


def _covered(rows: pd.DataFrame, *, whole: bool) -> pd.DataFrame:
    """First and last day of each stream."""
    days = rows.groupby("stream", sort=True)["day"].agg(["min", "max"]).rename(columns={"min": "first", "max": "last"})
    return days.reset_index().assign(whole=whole, known=0, again=0)


def _whole(known: pd.DataFrame, new: pd.DataFrame, units: tuple[np.ndarray, np.ndarray], complete: bool | None) -> pd.DataFrame:
    """First and last day of each stream of the export, whether it lists all of them, and what speaks for it."""
    covered = _covered(new, whole=True)
    unit, again = units
    place = known["stream"].map(pd.Series(covered.index, index=covered["stream"]))
    inside = _within(known, covered)
    of = pd.DataFrame({"stream": place.to_numpy(), "unit": unit, "again": again})[inside].drop_duplicates(["stream", "unit"])
    counts = of.groupby("stream")["again"].agg(["size", "sum"]).reindex(covered.index, fill_value=0)
    covered = covered.assign(known=counts["size"].to_numpy("int64"), again=counts["sum"].to_numpy("int64"))
    return covered.assign(whole=covered["again"].ge(WHOLE * covered["known"]) if complete is None else complete)


def _within(rows: pd.DataFrame, covered: pd.DataFrame) -> np.ndarray:
    """Which rows are of a stream and of a day that some export covers."""
    days = covered.groupby("stream").agg(first=("first", "min"), last=("last", "max"))
    inside = np.zeros(len(rows), dtype=bool)
    if len(days) and len(rows):
        day = rows["day"]
        first, last = (rows["stream"].map(days[name]) for name in ("first", "last"))
        inside = (day.ge(first) & day.le(last)).to_numpy()
    return inside


def _changes(gone: pd.DataFrame, fresh: pd.DataFrame, thing: Thing, why: np.ndarray | str) -> pd.DataFrame:
    """What of the book an export ended, beside what it lists in its place, shape `BOOK_CHANGES`."""
    if not len(gone):
        return BOOK_CHANGES.empty()
    key = ["entity", "customer_id", "document_id", "kind", "instalment", *(["as_of"] if thing is OPEN_ITEMS else [])]
    key = [name for name in key if name in gone]

    def told(rows: pd.DataFrame) -> pd.DataFrame:
        issued = rows["issued"] if thing is OPEN_ITEMS else rows["date"]
        plain = rows[key].assign(currency=rows["currency"], amount=rows[thing.amount], date=issued, due_date=rows[thing.due])
        return plain.assign(source=rows["source"], turn=rows.groupby(key).cumcount())

    rows = told(gone).assign(why=why)
    both = rows.merge(told(fresh), on=[*key, "turn"], how="left", suffixes=("", "_now"), indicator="found")
    replaced = both.pop("found").eq("both")
    both = both.assign(table=thing.name, change=np.where(replaced, "corrected", both["why"]))
    return BOOK_CHANGES.conform(both.reindex(columns=BOOK_CHANGES.names))
