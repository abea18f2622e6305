"""The rows of lists that came back beside what was given: whose they are, what was changed, and what is gone."""

import numpy as np
import pandas as pd

from arkit.errors import counted, some
from arkit.workbook import cells
from arkit.workbook.finding import ENTRIES, GIVEN_FIELDS, Place, Returned
from arkit.workbook.layouts import FILL_IN, TOTAL
from arkit.workbook.problems import Problems
from arkit.workbook.words import LABELS

HEADINGS = {field.fills: field.heading for field in FILL_IN}
ID = r"(?P<day>\d{4}-\d\d-\d\d)\|(?P<customer_id>.+)\|(?P<currency>[A-Z]{3})"
#: A given column is said to differ as a whole where it does in more rows than this, and in most of them.
MANY = 20
ACTION_OF = {label.lower(): action for action, label in LABELS.items()}
#: What of a row says whose it is.
WHOSE = {"customer_id": "own_customer", "name": "name", "currency": "own_currency"}


def gathered(returned: list[Returned]) -> tuple[list[Place], pd.DataFrame, pd.DataFrame]:
    """The lists, rows and what was given of all files together; ``given`` says in ``file`` where it stands."""
    places, rows, given = [], [], []
    for one in returned:
        file = one.places[0].file if one.places else ""
        rows.append(one.rows.assign(place=one.rows["place"] + len(places)) if len(one.rows) else one.rows)
        given.append(one.given.assign(file=file))
        places += one.places
    filled = [part for part in rows if len(part)]
    every = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=[*GIVEN_FIELDS, *ENTRIES, "row_id", "own"])
    every = every.assign(**{name: every[name].astype("int64") if name in every else 0 for name in ("place", "row")})
    return places, every, pd.concat(given, ignore_index=True)


def own_columns(rows: pd.DataFrame, places: list[Place], problems: Problems) -> None:
    """What stands in columns that are none of the list's is not read, and said."""
    for number, place in enumerate(places):
        own = rows.loc[rows["place"].eq(number), "own"].tolist()
        for index, heading in place.own.items():
            filled = [row[index] for row in own if index in row]
            if filled:
                problems.say(
                    number,
                    f"the column '{heading or '(without a heading)'}' is none of the list's and was not read",
                    "nothing, if it is your own; else put back the heading that it had",
                    got=f"{counted(len(filled), 'cell')}: {some(filled)}",
                    cell=Place("", "", 0, {"own": index}, {}).cell("own", place.header + 1),
                    taken=True,
                )


def missing_columns(places: list[Place], problems: Problems) -> None:
    """Columns to fill in that are gone, or whose heading was changed."""
    for number, place in enumerate(places):
        if "row_id" not in place.columns:
            problems.say(
                number,
                "the hidden column row_id is gone: whose the rows are cannot be told",
                "fill it in on a copy that has the column",
            )
        gone = [HEADINGS[key] for key in ENTRIES if key not in place.columns]
        if gone:
            problems.say(
                number,
                f"{counted(len(gone), 'column')} to fill in cannot be found: {some(gone, 9)}",
                "put back the heading, if it was changed",
                got=some([heading for heading in place.own.values() if heading], 9),
                taken=True,
            )


def known_rows(rows: pd.DataFrame, given: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Rows that the lists had, with day, customer and currency by their id; filled rows that are not theirs are said."""
    ids, has_ids = cells.texts(rows["row_id"]), rows["row_id"].notna()
    rows = rows.assign(row_id=ids, filled=np.logical_or.reduce([cells.texts(rows[key]).ne("").to_numpy() for key in ENTRIES]))
    parts = ids.str.extract(f"^{ID}$")
    day = pd.to_datetime(parts["day"], format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    total = ids.str.startswith(f"{TOTAL}|")
    known = day.notna() & (ids.isin(given["row_id"]) | (not len(given)))
    strange = rows.assign(customer_id="")[~known & ~(total & ~rows["filled"])]
    for here, what, fix in (
        (total, "something was filled in beside a total", "fill it in on the row of the customer"),
        (
            ids.eq("") & (rows["filled"] | has_ids),
            "a row that the list did not have: its row_id is empty",
            "fill it in on the row of the customer",
        ),
        (~total & ids.ne(""), "the row_id is none of this list's", "fill it in on a row of the list that was not changed"),
    ):
        those = strange[here[strange.index]]
        problems.add(those, "row_id", what, fix, got=_told(those))
    problems.strangers = int(strange["filled"].sum())
    about = {"own_customer": rows["customer_id"], "customer_id": parts["customer_id"], "day": day}
    about |= {"own_currency": rows["currency"], "currency": parts["currency"]}
    return rows.assign(**about)[known]


def _told(rows: pd.DataFrame) -> pd.Series:
    """What stands in rows, in short: who, and what was filled in."""
    parts = [cells.texts(rows[key]) for key in ("row_id", "name", *ENTRIES)]
    lines = [", ".join(filter(None, line)) for line in zip(*parts, strict=True)]
    return pd.Series(lines, index=rows.index, dtype="str")


def untold(given: pd.DataFrame, places: list[Place], problems: Problems) -> None:
    """Files without the hidden sheet that says what was given."""
    told = {*given["file"]}
    for file in dict.fromkeys(place.file for place in places if place.file not in told):
        problems.of_file(
            file,
            "the hidden sheet that says what was given is gone: what was changed or deleted cannot be told",
            "read on with care, or send the workbook itself and not a copy of its lists",
            taken=True,
        )


def lost_rows(rows: pd.DataFrame, given: pd.DataFrame, problems: Problems) -> None:
    """Rows and lists that were written and are in none of the files."""
    lost = given[~given["row_id"].isin(rows["row_id"])]
    for (file, title), part in lost.groupby(["file", "list"], sort=False):
        names = (part["name"].fillna("") + " (" + part["row_id"] + ")").tolist()
        whole = len(part) == int(given["list"].eq(str(title)).sum())
        gone = f"of the list '{title}' {'was' if len(part) == 1 else 'were'} deleted"
        what = f"the list '{title}' is not there" if whole else f"{counted(len(part), 'row')} {gone}"
        problems.of_file(
            str(file),
            what,
            "nothing, if they are done by nobody; else fill them in on a whole copy",
            got=some(names),
            taken=True,
        )


def compared(rows: pd.DataFrame, given: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The rows with what was given beside them; cells that were changed are said, and rows that are another's are left out.

    A row whose customer or currency is not the one of its id was sorted without the rest: whose the entries are is not known.
    """
    beside = given.set_index("row_id").reindex(rows["row_id"]).set_axis(rows.index)
    edited = {key: _edited(rows[WHOSE.get(key, key)], beside[key]) for key in GIVEN_FIELDS}
    known = beside["list"].notna()
    number = cells.texts(rows["own_customer"])
    other = edited["customer_id"] | (~known & rows["own_customer"].notna() & number.ne("") & number.ne(rows["customer_id"]))
    named = edited["name"] | beside["name"].isna() | rows["name"].isna()
    stray = (other & named) | edited["currency"]
    problems.add(
        rows[stray & rows["filled"]],
        "row_id",
        "the row and its row_id are not of one customer and currency: it was sorted without the rest, or changed",
        "fill it in on the row of the customer, in a copy that was not changed",
        got=_whose(rows)[stray & rows["filled"]],
    )
    rows = rows.assign(**{key: rows[key].where(rows[key].notna(), None) for key in ENTRIES})
    for key, mask in edited.items():
        _say_edited(rows[mask & ~(stray & rows["filled"])], key, beside, problems, len(rows))
    set_day = pd.to_datetime(beside["answer_by"], format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    rows = rows.assign(
        answer_by=set_day, balance=beside["balance"], open_items=beside["open_items"].fillna(""), action=_action(rows, beside)
    )
    return rows.assign(filled=rows["filled"], stray=stray)


def _edited(cell: pd.Series, told: pd.Series) -> pd.Series:
    """Marks the cells that are not what was given; columns that are not there, or of which nothing is known, are not judged."""
    judged = cell.notna() & told.notna()
    now, was = cells.texts(cell), told.astype("object").where(judged, "").astype("str")
    other = judged & now.ne(was)
    # nearly all are the same to the letter; the others may still differ in blanks alone
    same = _plain(now[other]).eq(_plain(was[other]))
    return other & ~other.index.isin(same.index[same])


def _plain(text: pd.Series) -> pd.Series:
    return text.str.replace(r"\s+", " ", regex=True).str.strip()


def _say_edited(rows: pd.DataFrame, key: str, beside: pd.DataFrame, problems: Problems, of: int) -> None:
    """Cells of one given column that were changed: each, or the column as a whole where nearly all of it differs."""
    heading = GIVEN_FIELDS[key].heading
    fix = "nothing, if it was meant; correct it where it comes from, for it was not taken from here"
    now, was = cells.texts(rows[WHOSE.get(key, key)]), cells.texts(beside[key].reindex(rows.index))
    got = "'" + now + "', was '" + was + "'"
    if len(rows) > max(MANY, of // 2):
        what = f"'{heading}' is not what was given in {len(rows):,} rows"
        problems.say(int(rows["place"].iloc[0]), what, fix, got=some(got.tolist()), taken=True)
    else:
        problems.add(rows, key, f"'{heading}' is not what was given", fix, got=got, taken=True)


def _whose(rows: pd.DataFrame) -> pd.Series:
    """What a row and its id say whose it is."""
    said = cells.texts(rows["own_customer"]) + " " + cells.texts(rows["name"]) + " " + cells.texts(rows["own_currency"])
    return "'" + said + "' beside " + rows["row_id"]


def _action(rows: pd.DataFrame, beside: pd.DataFrame) -> pd.Series:
    """The action of each row: as it was given, else as the row says it."""
    said = cells.texts(rows["label"]).str.lower().map(ACTION_OF)
    return beside["action"].fillna(said).fillna("").astype("str")
