"""Rows that were filled in, once each, as notes."""

import numpy as np
import pandas as pd

from arkit.errors import some
from arkit.tables import NOTES, SETS_A_DAY
from arkit.workbook.finding import ENTRIES, Place
from arkit.workbook.problems import Problems
from arkit.workbook.words import IN_WRITING, OUTCOMES, SPOKEN, WRITTEN, Said

#: What of a row goes into its notes.
OF_ROW = [
    *("place", "row", "row_id", "day", "customer_id", "currency", "action"),
    *("outcome", "done_on", "amount", "until", "dispute", "about", "by", "answer_by"),
]


def once(read: pd.DataFrame, sound: pd.Series, problems: Problems, *, apart: bool = False) -> pd.DataFrame:
    """The sound rows, each once: copies that say the same are one, those that do not are in conflict and none is taken.

    Parameters
    ----------
    read
        All rows that were filled in, by ``row_id``.
    sound
        Marks those that fit.
    apart
        Whether copies are judged each for itself.
    """
    said = _signature(read)
    ids = read["row_id"]
    if apart:
        ids = ids + "\x1f" + pd.Series([problems.places[place].file for place in read["place"]], index=read.index, dtype="str")
    twice = ids.duplicated(keep=False)
    torn = twice & ids.isin(ids[twice][said[twice].groupby(ids[twice]).transform("nunique").gt(1)])
    _say_torn(read[torn], problems)
    first = ~ids.duplicated()
    again = twice & ~torn & pd.concat([ids, read["place"]], axis=1).duplicated()
    problems.add(
        read[again & sound], "row_id", "a row that stands twice, filled in the same", "nothing: it was taken once", taken=True
    )
    return read[sound & ~torn & first]


def _signature(read: pd.DataFrame) -> pd.Series:
    """What was filled in, as one text: values where cells could be read, however they are written."""
    parts = [
        read["outcome"].where(read["raw_outcome"].ne(""), ""),
        read["done_on"].astype("str").where(read["done_on"].notna(), read["raw_done_on"]),
        read["until"].astype("str").where(read["until"].notna(), read["raw_until"]),
        read["amount"].astype("str").where(read["amount"].notna(), read["raw_amount"]),
        *(read[key] for key in ("dispute", "document", "next", "by", "comment")),
    ]
    joined = parts[0].astype("str")
    for part in parts[1:]:
        joined = joined + "\x1f" + part.astype("str")
    return joined


def _say_torn(torn: pd.DataFrame, problems: Problems) -> None:
    """Rows of one account that were filled in differently: one problem, with the cells that differ in each copy."""
    for _, copies in torn.groupby("row_id", sort=False):
        raw = copies[[f"raw_{key}" for key in ENTRIES]]
        keys = [key for key in ENTRIES if len(raw[f"raw_{key}"].unique()) > 1]
        places = [problems.places[number] for number in copies["place"]]
        lines = [
            f"{place.file} {place.sheet}:{place.cell(key, row.row)} '{getattr(row, f'raw_{key}')}'"
            for key in keys
            for place, row in zip(places, copies.itertuples(), strict=True)
        ]
        problems.add(
            copies.head(1),
            keys[0],
            "the copies of this row were filled in differently, and none was taken",
            "decide which one holds, and clear the others",
            got=pd.Series(some(lines, 6), index=copies.index[:1]),
        )


def notes(rows: pd.DataFrame, places: list[Place]) -> pd.DataFrame:
    """What the rows say as notes, shape `NOTES`, in the order of the lists: the contact first, then what was agreed."""
    source = [
        f"{places[place].file}:{places[place].sheet}:{places[place].cell('outcome', row)}"
        for place, row in zip(rows["place"], rows["row"], strict=True)
    ]
    base = rows[OF_ROW].assign(source=source, text=_text(rows), date=rows["done_on"].fillna(rows["day"]))
    parts = [
        _of(part, said)
        for name, part in base.groupby("outcome", sort=False)
        for said in (OUTCOMES[str(name)].notes if name else (Said("other"),))
    ]
    parts = [part.assign(step=number) for number, part in enumerate(parts) if len(part)]
    if not parts:
        return NOTES.empty()
    every = pd.concat(parts).sort_values(["place", "row", "step"], kind="stable", ignore_index=True)
    return NOTES.conform(every[[name for name in NOTES.names if name in every]])


def _of(rows: pd.DataFrame, said: Said) -> pd.DataFrame:
    """One note for each row, or for each document that it is about."""
    contact = said.kind in (SPOKEN, WRITTEN)
    kind = pd.Series(said.kind, index=rows.index, dtype="str")
    if said.kind == SPOKEN:
        kind = pd.Series(np.where(rows["action"].eq("contact_ap"), "contact_ap", "call"), index=rows.index, dtype="str")
    elif said.kind == WRITTEN:
        kind = rows["action"].where(rows["action"].isin(IN_WRITING), "letter")
    found = rows.assign(
        kind=kind,
        outcome=said.outcome,
        amount=rows["amount"] if "amount" in said.carries else np.nan,
        until=rows["until"] if "until" in said.carries else _set_day(rows, kind),
        reason=rows["dispute"] if "dispute" in said.carries else said.reason,
    )
    if contact:
        return found.assign(document_id="")
    return found.explode("about").assign(document_id=lambda table: table["about"].fillna("").astype("str"))


def _set_day(rows: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """The day that a letter set which was sent, where it names one and did not go out later than that."""
    return rows["answer_by"].where(kind.isin(SETS_A_DAY) & rows["answer_by"].ge(rows["date"]))


def _text(rows: pd.DataFrame) -> pd.Series:
    """What was written in words: the outcome, the comment, and what is to be done next."""
    head, comment, after = rows["outcome"], rows["comment"], rows["next"]
    text = head + np.where(head.ne("") & comment.ne(""), ": ", "") + comment
    return text + np.where(text.ne("") & after.ne(""), "; next: ", np.where(after.ne(""), "next: ", "")) + after
