"""Plans that were agreed: written down with their instalments, and said as notes on the day one looks from."""

import sqlite3
from dataclasses import replace

import pandas as pd

from arkit.book.holdings import Holdings
from arkit.book.lists import offered_with
from arkit.book.promised import notes_of_plans
from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.tables import INSTALMENTS, NOTES

#: The outcomes of a plan by which it was agreed.
AGREED = ("", "agreed", "accepted")
PLAN = ["as_of", "customer_id", "currency"]
DAY = "%Y-%m-%d"


def agreed(connection: sqlite3.Connection, as_known: int | None = None) -> pd.DataFrame:
    """The instalments of plans that were agreed and not taken back, shape `INSTALMENTS`."""
    last = 2**62 if as_known is None else as_known
    names = ", ".join(f"i.{name}" for name in INSTALMENTS.names)
    rows = connection.execute(
        f"SELECT {names} FROM agreed_instalments i JOIN agreed a ON i.agreement = a.number "
        "WHERE a.since_import < ? AND (a.ended_import IS NULL OR a.ended_import >= ?) "
        "ORDER BY i.as_of, i.customer_id, i.currency, i.number",
        (last, last),
    ).fetchall()
    return INSTALMENTS.conform(pd.DataFrame(rows, columns=INSTALMENTS.names))


def write_down(holdings: Holdings, instalments: pd.DataFrame) -> None:
    """Take plans down; one of the same day and account goes before."""
    connection, last = holdings.connection, holdings.last_import()
    table = instalments.assign(**{name: instalments[name].dt.strftime(DAY) for name in ("as_of", "due_on")})
    for plan, rows in table.groupby(PLAN, sort=False):
        end(holdings, *map(str, plan))
        number = connection.execute(
            "INSERT INTO agreed (as_of, customer_id, currency, since_import) VALUES (?, ?, ?, ?)", (*plan, last)
        ).lastrowid
        values = rows[INSTALMENTS.names].astype("object")
        marks = ", ".join("?" * (len(INSTALMENTS.names) + 1))
        connection.executemany(
            f"INSERT INTO agreed_instalments (agreement, {', '.join(INSTALMENTS.names)}) VALUES ({marks})",
            [(number, *row) for row in values.where(values.notna(), None).itertuples(index=False, name=None)],
        )


def end(holdings: Holdings, day: str, customer: str, currency: str) -> None:
    """A plan that is no more: taken back, or another in its place. It stays as history."""
    holdings.connection.execute(
        "UPDATE agreed SET ended_import = ? WHERE as_of = ? AND customer_id = ? AND currency = ? AND ended_import IS NULL",
        (holdings.last_import(), day, customer, currency),
    )


def agree_from_lists(holdings: Holdings, found: pd.DataFrame) -> pd.DataFrame:
    """What was recorded, where a plan that a row of a list says was agreed takes over the instalments which that list offered.

    One that is said no more, or otherwise, is taken back.
    """
    about = found[found["kind"].eq("plan") & found["row_id"].str.count(r"\|").eq(2)]
    over_first = about["status"].isin(["withdrawn", "replaced"]).sort_values(ascending=False, kind="stable").index
    for at, note in about.loc[over_first].iterrows():
        day, customer, currency = str(note["row_id"]).split("|")
        is_agreed = note["outcome"].lower() in AGREED
        if note["status"] in ("withdrawn", "replaced") or (note["status"] == "corrected" and not is_agreed):
            end(holdings, day, customer, currency)
        elif note["status"] in ("new", "corrected") and is_agreed:
            offered = offered_with(holdings, day)
            own = offered[offered["customer_id"].eq(customer) & offered["currency"].eq(currency)]
            why = _not_what_was_offered(own, note["until"])
            if why:
                found.loc[at, "why"] = why
            else:
                write_down(holdings, own)
    return found


def _not_what_was_offered(offered: pd.DataFrame, until: pd.Timestamp) -> str:
    """Why the instalments offered cannot be those agreed; empty where they are: it ends in the month that was offered."""
    if not len(offered):
        return "no instalments were offered on that list: the plan stands as this note says"
    last = offered["due_on"].max()
    if pd.isna(until) or (until.year, until.month) == (last.year, last.month):
        return ""
    offer = f"the list offered some until {last:{DAY}} (that day in the list takes them over)"
    return f"no instalments are known: {until:{DAY}} was agreed, and {offer}"


def with_plans(ledger: Ledger, instalments: pd.DataFrame, day: str | pd.Timestamp | None, policy: Policy) -> Ledger:
    """The ledger with notes that say how agreed plans stand on a day; as it is where no day is named."""
    if day is None or not len(instalments):
        return ledger
    told = notes_of_plans(instalments, ledger, day, policy)
    return replace(ledger, notes=pd.concat([ledger.notes, told], ignore_index=True)[[*NOTES.names]])
