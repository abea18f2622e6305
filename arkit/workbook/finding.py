"""Where the lists stand in a workbook that came back: sheets and columns by their headings, rows by their id.

Sheets may be renamed, moved and re-saved by any program; columns moved, hidden and inserted; headings pushed down.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from arkit.workbook.cells import texts, words
from arkit.workbook.layouts import ASKED, FILL_IN, GIVEN, ONCE, ROW_ID, SET, WAITING, letter

#: Rows in which headings are looked for.
TOP = 50
#: Each heading, in small letters, and the column it names: what was given, what is filled in, and the id.
KEYS = {
    **{field.heading.lower(): field.source for field in (*ASKED, *SET, *WAITING, ROW_ID)},
    **{field.heading.lower(): field.fills for field in FILL_IN},
    **ONCE,
}
#: What the columns of what was given hold, besides the cells themselves.
HOLDS = {"row_id": "str", "list": "str", "action": "str", "open_items": "str", "balance": "float64"}
ENTRIES = [field.fills for field in FILL_IN]
GIVEN_FIELDS = {field.source: field for field in (*ASKED, *SET, *WAITING)}
#: How many headings of what is filled in make a list, also where the ids are gone.
ENOUGH = 3


@dataclass(frozen=True, eq=False)
class Place:
    """One list in one workbook: its file and sheet, the index of its row of headings, and the index of each known column.

    ``own`` are columns with headings that no list of arkit has: somebody's own, or a heading that was changed.
    """

    file: str
    sheet: str
    header: int
    columns: dict[str, int]
    own: dict[int, str]

    def cell(self, key: str, row: int) -> str:
        """The cell of a column in a row, 'R17'; empty where the column is not there."""
        return f"{letter(self.columns[key] + 1)}{row}" if key in self.columns else ""


@dataclass(frozen=True, eq=False)
class Returned:
    """What a workbook holds: its lists, their rows, and what was given when it was written.

    ``rows`` has the raw cells by known column, with ``place`` (the index of the list), ``row`` (as a spreadsheet counts) and
    ``own`` (what stands in columns of somebody's own). ``given`` has one row per row of the lists as they were written.
    """

    places: list[Place]
    rows: pd.DataFrame
    given: pd.DataFrame


def found(file: str, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Returned:
    """The lists of one workbook, and what was given."""
    places, parts, given = [], [], [_given(pd.DataFrame(columns=[*GIVEN], dtype="object"))]
    for title, cells in sheets.items():
        headings = [_headings(row) for row in cells[:TOP]]
        at = next((n for n, names in enumerate(headings) if {*GIVEN} <= {*names}), None)
        if at is not None:
            given.append(_given(pd.DataFrame(cells[at + 1 :], columns=headings[at], dtype="object")))
            continue
        at = next((n for n, names in enumerate(headings) if _is_list(names)), None)
        if at is not None:
            place = _place(file, title, at, cells[at], headings[at])
            parts.append(_rows(place, cells[at + 1 :]).assign(place=len(places)))
            places.append(place)
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return Returned(places, rows, pd.concat(given, ignore_index=True).drop_duplicates("row_id", ignore_index=True))


def _headings(row: Sequence[object]) -> list[str]:
    return [" ".join(words(value).lower().split()) for value in row]


def _is_list(names: list[str]) -> bool:
    """Whether a row has the headings of a list: enough of what is filled in, or some of it and the ids."""
    known = [KEYS[name] for name in names if name in KEYS]
    entries = [key for key in known if key in ENTRIES]
    return len({*entries}) >= ENOUGH or bool(entries and ROW_ID.source in known)


def _place(file: str, title: str, at: int, row: Sequence[object], names: list[str]) -> Place:
    columns: dict[str, int] = {}
    own: dict[int, str] = {}
    for index, name in enumerate(names):
        if name in KEYS and KEYS[name] not in columns:
            columns[KEYS[name]] = index
        else:
            own[index] = words(row[index])
    return Place(file, title, at, columns, own)


def _rows(place: Place, cells: Sequence[Sequence[object]]) -> pd.DataFrame:
    """The rows below the headings that hold anything, headings repeated by a program left out."""
    columns = {key: [row[index] for row in cells] for key, index in place.columns.items()}
    rows = pd.DataFrame(columns, dtype="object").reindex(columns=[*KEYS.values()]).loc[:, lambda t: ~t.columns.duplicated()]
    own = (
        [{index: text for index in place.own if (text := words(row[index]))} for row in cells]
        if place.own
        else [{}] * len(cells)
    )
    rows = rows.assign(row=range(place.header + 2, place.header + 2 + len(cells)), own=pd.Series(own, dtype="object"))
    again = _again(rows)
    blank = pd.Series([all(words(value) == "" for value in row) for row in cells], dtype="bool")
    return rows[~(blank | again)]


def _again(rows: pd.DataFrame) -> pd.Series:
    """Rows that are the headings once more."""
    return texts(rows[ROW_ID.source]).str.lower().eq(ROW_ID.source)


def _given(rows: pd.DataFrame) -> pd.DataFrame:
    """What was given, one row per row of the lists: text by column, besides list, action, balance and open documents."""
    rows = rows.loc[:, ~rows.columns.duplicated()]
    kept = rows[texts(rows["row_id"]).ne("")].reset_index(drop=True)
    table = pd.DataFrame([_told(text) for text in kept["given"].tolist()], index=kept.index, dtype="object")
    more = {name.replace(" ", "_"): texts(kept[name]) for name in GIVEN if name != "given"}
    more["balance"] = pd.to_numeric(more["balance"], errors="coerce").astype("float64")
    table = table.reindex(columns=[*GIVEN_FIELDS]).assign(**more)
    return table.rename(columns={"open_documents": "open_items"}).astype(HOLDS)


def _told(text: object) -> dict[str, str]:
    """The given cells of a row; none where somebody damaged them."""
    try:
        told = json.loads(words(text))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}
