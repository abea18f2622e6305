"""What costs nothing to notice in typed rows: dates that cannot be, words that contradict amounts, numbers that look alike."""

from collections.abc import Iterator

import pandas as pd

from arkit.errors import counted, some
from arkit.importers.cells import folded, says
from arkit.importers.kinds import PAID_WORDS

#: Notes that keep a customer from being asked, and the outcomes that end them.
PROTECTING = ("dispute", "promise", "plan", "hold", "credit_pending")
ENDED = ("resolved", "closed", "kept", "broken", "cancelled", "offered", "refused")
#: Days by which terms may differ within a customer before it is pointed out; swapped days and months differ by more.
JUMP = 60


def noticed(rows: pd.DataFrame) -> list[str]:
    """What is odd about the rows of a sheet, each in a sentence; ``rows`` are indexed by the row of the file."""
    return [*_of_days(rows), *_of_status(rows), *_of_customers(rows)]


def _of_days(rows: pd.DataFrame) -> Iterator[str]:
    if {"date", "due_date"} <= set(rows):
        yield from _where(rows["due_date"].lt(rows["date"]), "document is", "documents are", "due before issued")
        usual = f"on terms more than {JUMP} days from what is usual for the customer"
        yield from _where(_jumps(rows), "document is", "documents are", usual)
    if {"date", "settled_on"} <= set(rows):
        yield from _where(rows["settled_on"].lt(rows["date"]), "document was", "documents were", "paid before issued")


def _of_status(rows: pd.DataFrame) -> Iterator[str]:
    paid = says(rows["status"], PAID_WORDS) if "status" in rows else pd.Series(data=False, index=rows.index)
    if "open_amount" in rows:
        odd = paid & rows["open_amount"].fillna(0).ne(0)
        yield from _where(odd, "document is", "documents are", "paid by the status and open by the balance")
    elif "settled_on" in rows and "paid_amount" not in rows:
        odd = paid & rows["settled_on"].isna()
        yield from _where(odd, "document is", "documents are", "paid by the status, without a day of payment: counted as open")
    if "disputed" in rows:
        unused = "marked disputed without a day: not used, for nobody knows since when"
        yield from _where(rows["disputed"], "document is", "documents are", unused)


def _of_customers(rows: pd.DataFrame) -> Iterator[str]:
    if "customer_id" not in rows:
        return
    codes, numbers = pd.factorize(rows["customer_id"])
    if "customer_name" in rows:
        names, words = pd.factorize(rows["customer_name"])
        number, name = divmod(pd.unique(codes * max(1, len(words)) + names), max(1, len(words)))
        named = pd.DataFrame({"customer_id": numbers[number], "customer_name": words[name]})
        named = named[named["customer_name"].ne("") & named["customer_id"].ne(named["customer_name"])]
        several = named[named["customer_id"].duplicated(keep=False)]
        shown = [
            f"{number}: " + " and ".join(same["customer_name"].head(3))
            for number, same in several.groupby("customer_id", sort=False)
        ]
        if shown:
            yield f"{counted(len(shown), 'customer number')} with more than one name: {some(shown)}"
    yield from under_two_numbers(pd.Series(numbers, dtype="str"))


def notes_in_doubt(rows: pd.DataFrame, stated: pd.Series, documents: pd.DataFrame, customers: pd.Series) -> Iterator[str]:
    """Sentences about notes that do not do what whoever wrote them may expect.

    Parameters
    ----------
    rows
        Notes with ``kind`` as arkit understands it, indexed by the row of the file; ``stated`` is the kind as it stands there.
    documents, customers
        What the other files list.
    """
    strange = rows["kind"].eq("other") & ~folded(stated).isin(["other", "note", ""])
    if strange.any():
        words = some([f"'{word}'" for word in stated[strange].drop_duplicates()])
        yield f"{counted(int(strange.sum()), 'note')} of a kind that arkit does not know, so no action changes: {words}"
    ended = folded(rows["outcome"]).isin(ENDED) if "outcome" in rows else pd.Series(data=False, index=rows.index)
    key = [name for name in ("customer_id", "document_id", "kind") if name in rows]
    newest = rows.sort_values("date", kind="stable").drop_duplicates(key, keep="last").index
    alive = rows["kind"].isin(PROTECTING) & ~ended & rows.index.isin(newest)
    promise, until = alive & rows["kind"].eq("promise"), rows.get("until", pd.Series(pd.NaT, index=rows.index))
    yield from _where(promise & until.isna(), "promise has", "promises have", "no day, so nothing waits for it")
    yield from _where(promise & until.lt(rows["date"]), "promise is", "promises are", "for a day before it was given")
    listed = rows["customer_id"].isin(customers)
    yield from _where(alive & ~listed, "note is", "notes are", "about a customer that no file lists")
    if "document_id" in rows:
        pairs = [pd.MultiIndex.from_frame(table[["customer_id", "document_id"]]) for table in (rows, documents)]
        missing = alive & rows["document_id"].ne("") & listed & ~pairs[0].isin(pairs[1])
        what = "about a document that no file lists for that customer, so nothing is protected"
        yield from _where(missing, "note is", "notes are", what)


def under_two_numbers(ids: pd.Series) -> Iterator[str]:
    """A sentence about customers whose numbers differ in leading zeros only; none if there are none.

    Parameters
    ----------
    ids
        The numbers of all customers, each once.
    """
    bare = ids.str.lstrip("0")
    twins = ids[bare.duplicated(keep=False) & bare.ne("")].groupby(bare).agg(" and ".join)
    if len(twins):
        words = "under two numbers that differ only by leading zeros, kept apart"
        yield f"{counted(len(twins), 'customer')} {words}: {some(list(twins))}"


def _where(odd: pd.Series, one: str, many: str, what: str) -> Iterator[str]:
    """A sentence about the rows that are odd, with the first of them; none if none are."""
    count = int(odd.sum())
    if count:
        rows = some([f"row {row}" for row in odd.index[odd.to_numpy()]])
        yield f"{count:,} {one if count == 1 else many} {what}: {rows}"


def _jumps(rows: pd.DataFrame) -> pd.Series:
    """Marks documents whose terms are far from the median of their customer, where it has at least four."""
    days = (rows["due_date"] - rows["date"]).dt.days
    if "customer_id" not in rows or not days.max() - days.min() > JUMP:
        return pd.Series(data=False, index=rows.index)
    same = days.groupby(rows["customer_id"])
    return (days - same.transform("median")).abs().gt(JUMP) & same.transform("count").ge(4)
