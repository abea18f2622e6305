"""Postings ever read, and what they add up to on a given day.

Balances are never stored. `Ledger.at` adds up the postings dated up to and including a day, so any past day can be asked
for and a later posting cannot change it. An export that lists open items only is a *snapshot*: it answers for its own day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from arkit.errors import ArkitError, DayRefused, TableRefused, some
from arkit.money import text, to_major, to_minor, totals
from arkit.postings import KEY, Postings
from arkit.snapshots import listed_on
from arkit.tables import ALIASES, CUSTOMERS, DOCUMENTS, ENTRIES, KINDS, NOTES, POST_DATED, RECEIPTS, REJECTS, SNAPSHOTS
from arkit.terms import due_dates, early_payment

#: Stands for a table that is left out; a ledger once made holds all of them.
NOT_GIVEN: Any = None
#: A day in full, the year first; 2026-10 is none.
DAY = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}([T ].*)?|\d{8}")


@dataclass(frozen=True, eq=False)
class Ledger:
    """What has been read: postings, open-items snapshots, customers, notes, and how each file was understood.

    Parameters
    ----------
    entries, customers, snapshots, notes
        Tables as `arkit.tables` declares them; see ``docs/tables.md``. Customers that postings name and the table of
        customers does not are added under their number.
    receipts, rejects
        What the importers decided per file, and the rows they did not use.
    aliases
        Customers' numbers that a file said stand for others; the other tables already go by those.

    Raises
    ------
    TableRefused
        If a table lacks a column, or a posting has no day, no amount, or a kind that is not known.

    Examples
    --------
    >>> ledger = Ledger(pd.DataFrame({
    ...     "customer_id": "C1", "document_id": "INV-1", "kind": ["invoice", "payment"], "currency": "EUR",
    ...     "date": ["2026-01-10", "2026-03-01"], "due_date": ["2026-02-09", None], "amount": [100.0, -40.0]}))
    >>> ledger.at("2026-02-28")[["open_amount", "days_late"]].to_dict("records")
    [{'open_amount': 100.0, 'days_late': 19}]
    >>> ledger.at("2026-03-01")["open_amount"].tolist()
    [60.0]
    """

    entries: pd.DataFrame = NOT_GIVEN
    customers: pd.DataFrame = NOT_GIVEN
    snapshots: pd.DataFrame = NOT_GIVEN
    notes: pd.DataFrame = NOT_GIVEN
    receipts: pd.DataFrame = NOT_GIVEN
    rejects: pd.DataFrame = NOT_GIVEN
    aliases: pd.DataFrame = NOT_GIVEN

    def __post_init__(self) -> None:
        """Give every table its declared shape."""
        entries = _sound(ENTRIES.conform(self.entries), ["date", "amount"], ENTRIES.name).reset_index(drop=True)
        snapshots = _sound(SNAPSHOTS.conform(self.snapshots), ["as_of", "issued", "open_amount"], SNAPSHOTS.name)
        tables = {
            "entries": entries,
            "snapshots": snapshots,
            "customers": _with_unlisted(CUSTOMERS.conform(self.customers), entries, snapshots),
            "notes": NOTES.conform(self.notes).sort_values("date", kind="stable", ignore_index=True),
            "receipts": RECEIPTS.conform(self.receipts),
            "rejects": REJECTS.conform(self.rejects),
            "aliases": ALIASES.conform(self.aliases),
        }
        for name, table in tables.items():
            object.__setattr__(self, name, table)

    def __repr__(self) -> str:
        """Four lines: how much, from when to when, open on the last day, how many customers."""
        days = self.days
        if days is None:
            return "Ledger: empty"
        last = days[-1]
        documents = self.at(last)
        owed = ", ".join(text(amount, str(currency)) for currency, amount in totals(documents).items())
        return (
            f"Ledger: {len(self.entries):,} postings, {len(self.snapshots):,} snapshot items\n"
            f"  {days[0]:%Y-%m-%d} to {last:%Y-%m-%d}\n"
            f"  {len(documents):,} documents of {documents['customer_id'].nunique():,} customers\n"
            f"  open on {last:%Y-%m-%d}: {owed or 'nothing'}"
        )

    @property
    def days(self) -> list[pd.Timestamp] | None:
        """First and last day of the postings; the days of the snapshots where there are any; None if there is nothing."""
        if len(self.snapshots):
            return list(self.snapshots["as_of"].drop_duplicates().sort_values())
        if len(self.entries):
            return [self.entries["date"].min(), self.entries["date"].max()]
        return None

    def at(self, day: str | pd.Timestamp) -> pd.DataFrame:
        """The ledger at the end of ``day``: one row per document known then, shape `DOCUMENTS`.

        What is dated on ``day`` counts, what is dated later does not exist. A payment without an invoice is a document
        of its own with a negative open amount. A document without a due date gets one from its terms, in days or in words
        ('2/10 net 30', which also gives its discount), else from its customer's terms, else its issue date; ``due_basis``
        says which. A returned payment re-opens the invoice at its
        old due date. In lists of open items, what a later list no longer shows is settled, between ``settled_after`` and
        ``settled_on``.

        Raises
        ------
        DayRefused
            If the ledger holds snapshots and none of them is of that day.
        """
        as_of = parse_day(day)
        self._must_know(as_of)
        posted, listed = self._posted.at(as_of), listed_on(self.snapshots, as_of)
        both = _twice(posted, listed[listed["as_of"].eq(as_of)])
        if len(both):
            raise DayRefused(
                f"{len(both):,} documents come both as postings and as open items.",
                expected="each document from one export",
                got=some([f"{row.document_id} of {row.customer_id}" for row in both.head(4).itertuples()]),
                fix="leave one of the two exports out",
            )
        listed = listed.drop(index=_twice(posted, listed).index)
        documents = pd.concat([posted, listed], ignore_index=True) if len(listed) else posted
        return _finish(documents.assign(as_of=as_of), self.customers)

    def open_items(self, days: Sequence[str | pd.Timestamp]) -> pd.DataFrame:
        """What was open at the end of each of some days: the rows of `at` with an open amount, for all days in one pass.

        One row per day and document, shape `DOCUMENTS`; ``as_of`` says the day, days rise. A trend is
        ``age(ledger.open_items(ledger.month_ends(day, 24)))``.

        Examples
        --------
        >>> from arkit.sample import sample_ledger
        >>> ledger = sample_ledger()
        >>> items = ledger.open_items(["2026-09-30", "2026-10-31"])
        >>> len(items[items["as_of"].eq("2026-10-31")]) == ledger.at("2026-10-31")["open_amount"].ne(0).sum().item()
        True
        """
        wanted = sorted({parse_day(day) for day in days})
        if not wanted:
            return DOCUMENTS.empty()
        if len(self.snapshots):
            found = pd.concat([self.at(day) for day in wanted], ignore_index=True)
            return found[found["open_amount"].ne(0)].reset_index(drop=True)
        return _finish(self._posted.open_on(wanted), self.customers)

    def post_dated(self, day: str | pd.Timestamp) -> pd.DataFrame:
        """What is posted with a later day on documents of ``day``: not there yet, so not counted, and shown apart.

        One row per document, shape `POST_DATED`; amounts are in the document's currency, exact. Asked for a day long past
        this is simply what happened since.

        Examples
        --------
        >>> ledger = Ledger(pd.DataFrame({
        ...     "customer_id": "C1", "document_id": "INV-1", "kind": ["invoice", "payment"], "currency": "EUR",
        ...     "date": ["2026-03-31", "2026-04-01"], "amount": [100.0, -80.0]}))
        >>> ledger.post_dated("2026-03-31")[["open_amount", "later", "remaining"]].to_dict("records")
        [{'open_amount': 100.0, 'later': -80.0, 'remaining': 20.0}]
        """
        as_of = parse_day(day)
        now, later = self._posted.at(as_of), self.entries[self.entries["date"].gt(as_of)]
        sums = later[KEY].assign(later=to_minor(later["amount"], later["currency"]), last_day=later["date"].to_numpy())
        sums = sums.groupby(KEY).agg({"later": "sum", "last_day": "max"}).reset_index()
        now = now[KEY].assign(open_amount=to_minor(now["open_amount"].astype("float64"), now["currency"]))
        rows = now.groupby(KEY, as_index=False)["open_amount"].sum().merge(sums, on=KEY)
        rows["remaining"] = rows["open_amount"] + rows["later"]
        money = {name: to_major(rows[name].to_numpy(), rows["currency"]) for name in ("open_amount", "later", "remaining")}
        return POST_DATED.conform(rows.assign(**money))

    def until(self, day: str | pd.Timestamp) -> "Ledger":
        """The ledger as it was known at the end of ``day``: nothing dated later is in it."""
        as_of = parse_day(day)
        return Ledger(
            self.entries[self.entries["date"] <= as_of],
            self.customers,
            snapshots=self.snapshots[self.snapshots["as_of"] <= as_of],
            notes=self.notes[self.notes["date"] <= as_of],
            receipts=self.receipts,
            rejects=self.rejects,
            aliases=self.aliases,
        )

    def month_ends(self, day: str | pd.Timestamp, months: int = 12) -> list[pd.Timestamp]:
        """Up to ``months`` days for a trend, the last is ``day``: month-ends from the first posting on.

        Where there are snapshots: the last ``months`` of their days, for no other can be answered for.
        """
        as_of = parse_day(day)
        if self.days is None:
            return []
        if len(self.snapshots):
            return [known for known in self.days if known <= as_of][-months:]
        ends = pd.date_range(end=as_of, periods=months, freq="ME", unit="s")
        ends = ends.union(pd.DatetimeIndex([as_of]))[-months:]
        return list(ends[ends >= self.days[0]])

    @cached_property
    def _posted(self) -> Postings:
        """The postings arranged by document, when a day is first asked for."""
        return Postings.of(self.entries)

    def _must_know(self, as_of: pd.Timestamp) -> None:
        if len(self.snapshots) and self.days and as_of not in self.days:
            raise DayRefused(
                f"the open items are not known for {as_of:%Y-%m-%d}.",
                expected="a day that an export shows",
                got=some([f"{known:%Y-%m-%d}" for known in self.days], 12),
                fix="ask for one of these days, or export the open items as of the day you need",
            )


def parse_day(day: object) -> pd.Timestamp:
    """One calendar day, without a clock.

    Examples
    --------
    >>> parse_day("2026-10-31")
    Timestamp('2026-10-31 00:00:00')
    """
    parsed = pd.NaT
    if DAY.fullmatch(day) if isinstance(day, str) else isinstance(day, (date, np.datetime64)):
        try:
            parsed = pd.Timestamp(cast("str", day))
        except ValueError:
            parsed = pd.NaT
    if pd.isna(parsed):
        raise ArkitError(
            f"'{day}' is not a day.", expected="year-month-day, 2026-10-31", got=repr(day), fix="write the day as YYYY-MM-DD"
        )
    return cast("pd.Timestamp", parsed).tz_localize(None).normalize().as_unit("s")


def _sound(frame: pd.DataFrame, needed: list[str], name: str) -> pd.DataFrame:
    """The frame, if no row lacks what arithmetic needs, every amount is finite and every kind is known."""
    unknown = ~frame["kind"].isin(KINDS)
    lacking = (frame[needed].isna() | frame[needed].isin([np.inf, -np.inf])).any(axis=1) | frame["customer_id"].eq("")
    if unknown.any() or lacking.any():
        bad = frame[unknown | lacking]
        what = "of a kind that is not known" if unknown.any() else f"without {' or '.join(['customer_id', *needed])}"
        raise TableRefused(
            f"{len(bad):,} rows of the table '{name}' are {what}.",
            expected=f"kind one of {', '.join(KINDS)}; every row with {', '.join(['customer_id', *needed])}",
            got="; ".join(f"row {i}: {dict(row[['customer_id', 'document_id', 'kind']])}" for i, row in bad.head(3).iterrows()),
            fix="complete or drop those rows",
        )
    return frame


def _with_unlisted(customers: pd.DataFrame, *sources: pd.DataFrame) -> pd.DataFrame:
    """All customers: those listed, each once, then those that only postings name; who has no name goes by its number."""
    named = [pd.Series(source["customer_id"].unique(), dtype="str") for source in sources]
    everybody = pd.concat([customers["customer_id"], *named], ignore_index=True)
    unlisted = everybody[~everybody.duplicated()].loc[len(customers) :]
    rows = CUSTOMERS.conform(pd.DataFrame({"customer_id": unlisted, "name": unlisted}))
    both = pd.concat([customers, rows], ignore_index=True) if len(rows) else customers
    named = both["name"].mask(both["name"].str.strip().eq(""), both["customer_id"])
    return both.assign(name=named).drop_duplicates("customer_id", ignore_index=True)


def _twice(posted: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Listed documents that are posted too, of one entity or of one that only one of the tables names."""
    if not len(posted) or not len(listed):
        return listed.head(0)
    key = ["customer_id", "document_id", "kind"]
    both = listed.reset_index(names="row").merge(posted[["entity", *key]], on=key)
    one = both["entity_x"].eq(both["entity_y"]) | both["entity_x"].eq("") | both["entity_y"].eq("")
    return listed.loc[both.loc[one, "row"].unique()]


def _finish(documents: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Due dates where none is stated, discounts, days late, settled; typed and in order."""
    agreed = documents["customer_id"].map(customers.set_index("customer_id")["terms_days"]).astype("float64")
    issued = documents["issued"].astype("datetime64[s]")
    stated = documents["due_date"].astype("datetime64[s]")
    by_days, by_agreed = (
        issued + pd.to_timedelta(days, unit="D") for days in (documents["terms_days"].astype("float64"), agreed)
    )
    worded = _in_words(_with_agreed(documents, customers), issued)
    terms = by_days.fillna(worded["due_date"]).fillna(by_agreed).astype("datetime64[s]")
    due = stated.fillna(terms).fillna(issued)
    settled = documents["open_amount"].astype("float64").eq(0)
    settled_on = documents["settled_on"].astype("datetime64[s]").where(settled)
    after = documents["settled_after"].astype("datetime64[s]") if "settled_after" in documents else settled_on
    # where only two lists tell, half-way between them
    until = (settled_on - (settled_on - after.fillna(settled_on)) / 2).where(settled, documents["as_of"]).fillna(due)
    full = documents.assign(
        amount=documents["amount"].fillna(documents["open_amount"]),
        due_date=due,
        settled_on=settled_on,
        due_basis=np.select([stated.notna(), terms.notna()], ["stated", "terms"], "issue date"),
        settled=settled,
        days_late=(until - due).dt.days.astype("int64"),
        discount_until=worded["discount_until"],
        discount=worded["discount"],
    )
    return DOCUMENTS.conform(full.drop(columns="terms_days"))


def _with_agreed(documents: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The documents with their customer's terms in words, where they have no terms of their own."""
    agreed = customers.loc[customers["terms"].ne(""), ["customer_id", "terms"]]
    if not len(agreed):
        return documents
    own = documents["terms"].astype("str").fillna("") if "terms" in documents else pd.Series("", index=documents.index)
    blank = own.eq("") & documents["terms_days"].isna()
    theirs = documents["customer_id"].map(agreed.set_index("customer_id")["terms"]).fillna("").astype("str")
    return documents.assign(terms=own.mask(blank, theirs))


def _in_words(documents: pd.DataFrame, issued: pd.Series) -> pd.DataFrame:
    """What terms in words say of invoices: when they are due, and what may be taken off until when."""
    nothing = pd.DataFrame({"due_date": pd.NaT, "discount_until": pd.NaT, "discount": np.nan}, index=documents.index)
    nothing = nothing.astype({"due_date": "datetime64[s]", "discount_until": "datetime64[s]"})
    worded = documents["terms"].fillna("").ne("") if "terms" in documents else pd.Series(data=False, index=documents.index)
    if not worded.any():
        return nothing
    some_of, days = documents[worded], issued[worded]
    minor = pd.Series(to_minor(some_of["amount"].fillna(some_of["open_amount"]), some_of["currency"]), index=some_of.index)
    read = due_dates(days, some_of["terms"])[["due_date"]].join(early_payment(minor, some_of["terms"], days))
    offered = read["discount_until"].notna()
    read["discount"] = pd.Series(to_major(read["discount"].to_numpy(), some_of["currency"]), index=read.index).where(offered)
    nothing.loc[worded, ["due_date", "discount_until", "discount"]] = read[["due_date", "discount_until", "discount"]]
    return nothing
