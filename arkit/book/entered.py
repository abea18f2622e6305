"""What people entered: told apart by the row it answers or by its content, so that reading a list twice records it once."""

import sqlite3

import numpy as np
import pandas as pd

from arkit.book.merging import coded
from arkit.shapes import look_up
from arkit.tables import NOTES, RECORDED

#: In which columns two notes must be alike to say the same.
SAYS = [name for name in NOTES.names if name not in ("source", "row_id")]
#: A file and what follows it in a source: 'actions.xlsx:Actions!R17', 'notes.csv:17'.
FILE = r"^(.*?\.\w{1,5})(?::.*)?$"


def entered(connection: sqlite3.Connection, *, as_known: int | None = None) -> pd.DataFrame:
    """Notes that were recorded and stand, or stood when an import came in; shape `NOTES`, with ``number`` and ``file``."""
    where = "ended_import IS NULL" if as_known is None else "since_import < ? AND (ended_import IS NULL OR ended_import >= ?)"
    names = ", ".join(f'"{name}"' for name in NOTES.names)
    asked = f"SELECT {names}, number, file FROM notes WHERE {where} ORDER BY number"
    rows = connection.execute(asked, () if as_known is None else (as_known, as_known)).fetchall()
    return NOTES.conform(pd.DataFrame(rows, columns=[*NOTES.names, "number", "file"]))


def judged(notes: pd.DataFrame, recorded: pd.DataFrame, exported: pd.DataFrame, prefer: str | None) -> pd.DataFrame:
    """Notes beside what is recorded: each with its ``status``, ``why``, ``fix`` and ``file``, shape `RECORDED`.

    Rows of what was recorded that no longer hold follow with the status 'withdrawn', or 'replaced' where a correction takes
    their place, and have their ``number``.

    Parameters
    ----------
    recorded
        What `entered` returned.
    exported
        Notes that exports brought, shape `NOTES`.
    prefer
        The file that is right where two contradict each other.
    """
    told = NOTES.conform(notes)[NOTES.names].reset_index(drop=True)
    told = told.assign(file=told["source"].str.replace(FILE, r"\1", regex=True), number=-1)
    answers = told["row_id"].ne("")
    found = [_by_content(told[~answers], pd.concat([recorded, exported], ignore_index=True))]
    found.append(_by_row(told[answers], recorded[recorded["row_id"].ne("")], prefer or ""))
    judged = pd.concat(found).sort_index(kind="stable")
    return RECORDED.conform(judged.reset_index(drop=True))


def emptied(recorded: pd.DataFrame, empty: pd.DataFrame) -> pd.DataFrame:
    """What is recorded of rows that the same file leaves empty now: it stays, and is said, with the status 'kept'.

    Parameters
    ----------
    recorded
        What `entered` returned.
    empty
        The ``row_id`` and the ``file`` of rows that nobody filled in, as `arkit.workbook.Entered` has them.
    """
    columns = ["row_id", "file"]
    rows = pd.MultiIndex.from_frame(recorded[columns]).isin(pd.MultiIndex.from_frame(empty[columns]))
    why, fix = "its row is empty now", "to withdraw it, choose 'other' in that row and say why under Comment"
    return recorded[rows].assign(status="kept", why=why, fix=fix)


def _by_content(told: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Notes that answer no list: new unless the same was said before."""
    code = coded(pd.concat([known[SAYS], told[SAYS]], ignore_index=True), SAYS)
    before, own = code[: len(known)], pd.Series(code[len(known) :], index=told.index)
    status = np.where(own.isin(before) | own.duplicated(), "known", "new")
    return told.assign(status=status, why="", fix="")


def _by_row(told: pd.DataFrame, recorded: pd.DataFrame, prefer: str) -> pd.DataFrame:
    """Notes that answer rows of lists: a row as a whole is new, known, corrected by its own file, or in conflict."""
    if not len(told):
        return told.assign(status="", why="", fix="")
    recorded = recorded[recorded["row_id"].isin(told["row_id"])]
    told, against = _between_files(told, prefer)
    columns = ["row_id", *SAYS]
    both = pd.concat([recorded.assign(old=True), told.assign(old=False)])
    both = both.assign(code=coded(both, columns)).reset_index(names="at")
    both = both[both["old"] | ~both.duplicated(["old", "code"])]
    alike = both["code"].isin(both.loc[both["old"], "code"]) & both["code"].isin(both.loc[~both["old"], "code"])
    differs = both["row_id"].isin(both.loc[~alike, "row_id"])
    row = both["row_id"]
    was_in, now_in = (
        _word(row, both[side].drop_duplicates("row_id", keep="last").set_index("row_id")["file"])
        for side in (both["old"], ~both["old"])
    )
    preferred = now_in.map(lambda name: _is(str(name), prefer)).astype(bool)
    own = now_in.eq(was_in) | preferred | was_in.eq("")
    kinds = pd.MultiIndex.from_frame(both[["row_id", "kind"]])
    replaces, replaced = (kinds.isin(kinds[side]) for side in (both["old"], ~both["old"]))
    torn = row.isin(against.index)
    status = np.select(
        [torn, ~differs | alike, ~own, both["old"] & replaced, both["old"], replaces],
        ["conflict", "known", "conflict", "replaced", "withdrawn", "corrected"],
        default="new",
    )
    before = both[both["old"]].drop_duplicates(["row_id", "kind"]).set_index(["row_id", "kind"])
    said = before["outcome"].where(before["outcome"].ne(""), before["text"])
    said = said + before["until"].dt.strftime(" until %Y-%m-%d").fillna("")
    was = pd.Series(said.astype("str").reindex(kinds).fillna("").to_numpy(), index=both.index, dtype="str")
    other = _word(row, against).where(torn, was_in)
    why = np.select([status == "conflict", status == "corrected"], ["contradicts " + other, "was: " + was], "")
    fix = np.where(
        status == "conflict", "make the row the same in both files, or say --prefer FILE for the one that is right", ""
    )
    both = both.assign(status=status, why=why, fix=fix)
    return both[~both["old"] | both["status"].isin(["withdrawn", "replaced"])].set_index("at").drop(columns=["old", "code"])


def _word(rows: pd.Series, words: pd.Series) -> pd.Series:
    """The word of each row; empty where there is none."""
    return look_up(rows, words.astype("str")).fillna("")


def _between_files(told: pd.DataFrame, prefer: str) -> tuple[pd.DataFrame, pd.Series]:
    """Notes without those of files that another is preferred to; and rows on which files contradict each other, with them."""
    code = pd.Series(coded(told, ["row_id", *SAYS]), index=told.index)
    with_code = told.assign(code=code)
    files = with_code.groupby("row_id")["file"].nunique()
    having = with_code.groupby(["row_id", "code"])["file"].nunique()
    torn = having.lt(files.reindex(having.index.get_level_values("row_id")).to_numpy()).groupby("row_id").any()
    torn_rows = told["row_id"].isin(torn.index[torn.to_numpy(bool)])
    is_preferred = told["file"].map(lambda name: _is(str(name), prefer)).astype(bool)
    right = told[torn_rows & is_preferred].groupby("row_id")["file"].nunique()
    settled = told["row_id"].isin(right.index[right.eq(1)])
    kept = told[~settled | is_preferred]
    left = told[torn_rows & ~settled].drop_duplicates(["row_id", "file"])
    return kept, left.groupby("row_id")["file"].agg(", ".join)


def _is(name: str, prefer: str) -> bool:
    """Whether a file is the one that was named: by its path, the end of it, or its name alone."""
    path = prefer.replace("\\", "/")
    return bool(path) and (path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}"))


def write_down(connection: sqlite3.Connection, found: pd.DataFrame, last_import: int) -> None:
    """Record what is new or corrected; what it replaces, or what was withdrawn, is kept as history."""
    over = found[found["status"].isin(["withdrawn", "replaced"])]
    connection.executemany(
        "UPDATE notes SET ended_import = ?, ended = ? WHERE number = ?",
        [(last_import, str(how), int(number)) for how, number in zip(over["status"], over["number"], strict=True)],
    )
    taken = found[found["status"].isin(["new", "corrected"])]
    names = ", ".join(f'"{name}"' for name in NOTES.names)
    marks = ", ".join("?" * (len(NOTES.names) + 2))
    days = {name: taken[name].dt.strftime("%Y-%m-%d") for name in ("date", "until")}
    rows = taken.assign(**days)[[*NOTES.names, "file"]].astype("object")
    rows = rows.where(rows.notna(), None)
    connection.executemany(
        f"INSERT INTO notes ({names}, file, since_import) VALUES ({marks})",
        [(*row, last_import) for row in rows.itertuples(index=False, name=None)],
    )
