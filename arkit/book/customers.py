"""Customers as many exports tell of them: what the newest list says, and what older ones said that it is silent about."""

import re
from collections.abc import Sequence

import pandas as pd

from arkit.ledger import Ledger
from arkit.tables import ALIASES, CUSTOMERS

#: What documents tell of their customers, so that it proves no list of customers.
ABOUT = ("customer_id", "name", "contact", "email", "phone", "address", "country")
#: A column in the words of a receipt.
FIELD = re.compile(r"(\w+): '")
FLAGS = [column.name for column in CUSTOMERS.columns if column.holds == "flag"]


def given(ledger: Ledger) -> pd.DataFrame:
    """The customers of some exports, shape `CUSTOMERS`, with what was said of them: ``listed`` and ``given``.

    ``listed`` marks those in a list of customers, whose blanks are meant; ``given`` names the columns that the list has.
    """
    customers = ledger.customers[CUSTOMERS.names]
    lists = ledger.receipts[ledger.receipts["holds"].eq("customers")]
    columns = {name for words in lists["columns"] for name in FIELD.findall(words)}
    columns = {"name" if name == "customer_name" else name for name in columns}
    if not len(ledger.receipts):
        columns = {str(name) for name in CUSTOMERS.names if _filled(customers, name).any()}
    more = [name for name in CUSTOMERS.names if name not in ABOUT]
    listed = pd.concat([_filled(customers, name) for name in more], axis=1).any(axis=1) & bool(columns)
    return customers.assign(listed=listed, given=" ".join(sorted(columns)))


def newest_of_each(told: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row per customer, shape `CUSTOMERS`: field by field what was said last.

    Parameters
    ----------
    told
        What `given` returned for each import, oldest first.
    """
    known = CUSTOMERS.empty().set_index("customer_id")
    for newer in told:
        rows = newer.drop_duplicates("customer_id").set_index("customer_id")
        everybody = known.index.union(rows.index, sort=False)
        columns = set(" ".join(rows["given"].iloc[:1]).split())
        listed = rows["listed"].astype(bool)
        merged = {}
        for name in CUSTOMERS.names[1:]:
            means = _filled(rows.reset_index(), name).set_axis(rows.index)
            means |= listed if name in columns and name != "name" else False
            merged[name] = (
                rows[name][means]
                .reindex(everybody)
                .where(pd.Series(everybody.isin(rows.index[means]), everybody), known[name].reindex(everybody))
            )
        known = CUSTOMERS.conform(pd.DataFrame(merged, index=everybody).reset_index(names="customer_id")).set_index(
            "customer_id"
        )
    nameless = known["name"].eq("")
    return known.assign(name=known["name"].mask(nameless, known.index.to_series())).reset_index()


def _filled(rows: pd.DataFrame, name: str) -> pd.Series:
    """Where a column says something; a customer's number in place of its name says nothing."""
    column = rows[name]
    if name in FLAGS:
        return column.eq(other=True)
    if name == "name":
        return column.fillna("").ne("") & column.ne(rows["customer_id"])
    return column.notna() & column.ne("") if column.dtype == "str" else column.notna()


def one_number(aliases: Sequence[pd.DataFrame]) -> pd.Series:
    """For each number that is used no more the customer it is; what was said later goes first.

    Parameters
    ----------
    aliases
        Shape `ALIASES`, one table per import, oldest first.
    """
    stands_for: dict[str, str] = {}
    for table in aliases:
        pairs = ALIASES.conform(table)
        newer = dict(zip(pairs["customer_id"], pairs["same_as"], strict=True))
        kept = {number: other for number, other in stands_for.items() if number not in newer.values()}
        stands_for = kept | newer
    for _ in range(len(stands_for)):
        further = {number: stands_for.get(other, other) for number, other in stands_for.items()}
        if further == stands_for:
            break
        stands_for = further
    return pd.Series(stands_for, dtype="str")


def renamed(rows: pd.DataFrame, stands_for: pd.Series) -> pd.DataFrame:
    """The rows, each under the number that its customer goes by now."""
    if not len(stands_for) or not len(rows):
        return rows
    moved = rows["customer_id"].isin(stands_for.index)
    return rows.assign(customer_id=rows["customer_id"].mask(moved, rows["customer_id"].map(stands_for)).astype("str"))
