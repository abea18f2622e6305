"""The sums that measures are made of, taken from a ledger in one pass: per day, group and currency, in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from arkit.errors import PolicyRefused, TableRefused
from arkit.formulas import count_back_parts, gini_of_sums
from arkit.ledger import Ledger, parse_day
from arkit.money import to_minor
from arkit.netting import net_of_credits
from arkit.postings import KEY, Postings

INDEX = ["as_of", "group", "currency"]
#: Upper days of the buckets of Experian's days beyond terms; what is older is the fourth.
EXPERIAN = (30, 60, 90)
#: The choices that sources disagree about; the first of each is the default.
CHOICES = {
    "month_days": ("calendar", "30"),
    "credits": ("netted", "left out"),
    "sales": ("net", "gross"),
    "cei_sales": ("period", "month average"),
    "write_offs": ("loss", "collected"),
}


@dataclass(frozen=True)
class Basis:
    """What sources disagree about, decided; every measure prints what was decided for it.

    Parameters
    ----------
    months
        The period: so many months up to the day.
    days
        The period as a number of days instead.
    month_days
        ``calendar``: days as the calendar has them; ``30``: every month has 30, a year 360.
    credits
        ``netted``: receivables are the balance of the books, and credit not yet applied pays a customer's oldest documents;
        ``left out``: receivables are what is owed before credits.
    sales
        ``net``: invoices less credit notes, by the day of each; ``gross``: invoices. Payments are never sales.
    cei_sales
        ``period``: the whole sales between both balances; ``month average``: divided by the months, as some print it.
    write_offs
        ``loss``: what was written off was not collected; ``collected``: whatever has gone from the balance was.

    Raises
    ------
    PolicyRefused
        If a choice is none of those.

    Examples
    --------
    >>> Basis(months=12, month_days="30").months
    12
    """

    months: int = 3
    days: int | None = None
    month_days: str = "calendar"
    credits: str = "netted"
    sales: str = "net"
    cei_sales: str = "period"
    write_offs: str = "loss"

    def __post_init__(self) -> None:
        """Refuse what is no choice."""
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise _no_choice(name, " or ".join(map(repr, choices)), getattr(self, name))
        for name, length in (("months", self.months), ("days", self.days)):
            if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length < 1):
                raise _no_choice(name, "a whole number, 1 or more", length)

    def start(self, day: pd.Timestamp) -> pd.Timestamp:
        """The evening before the period that ends on a day; months end where calendar months do, if the day does."""
        return before(day, self.months) if self.days is None else day - pd.Timedelta(days=self.days)

    def length(self, day: pd.Timestamp) -> int:
        """Days of that period."""
        return 30 * self.months if self.days is None and self.month_days == "30" else (day - self.start(day)).days


def _no_choice(name: str, expected: str, got: object) -> PolicyRefused:
    return PolicyRefused(
        f"'{name}' of the basis cannot be followed.", expected=expected, got=repr(got), fix=f"Basis({name}=...)"
    )


def before(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The day so many months earlier; month-ends lead to month-ends.

    Examples
    --------
    >>> before(pd.Timestamp("2026-02-28"), 1), before(pd.Timestamp("2026-02-15"), 1)
    (Timestamp('2026-01-31 00:00:00'), Timestamp('2026-01-15 00:00:00'))
    """
    earlier = day - pd.offsets.MonthEnd(months) if day.is_month_end else day - pd.DateOffset(months=months)
    return earlier.as_unit("s")


def add_up(
    ledger: Ledger, days: Sequence[str | pd.Timestamp], by: str | None = None, basis: Basis | None = None
) -> pd.DataFrame:
    """Every sum that a measure needs, one row per day, group and currency in which anything was open, sold or paid.

    The index is ``as_of``, ``group``, ``currency``; money is in minor units, missing where it cannot be known, and the
    columns ``why_sales``, ``why_begin``, ``why_month`` and ``why_paid`` say why. Sales, write-offs and payments are those of
    the period of ``basis`` up to the day; ``month_...`` those of the month up to it.

    Raises
    ------
    TableRefused
        If neither documents nor customers have a column ``by``.
    DayRefused
        If the ledger holds snapshots and none of them is of a day.
    """
    basis = basis or Basis()
    wanted = sorted({parse_day(day) for day in days})
    if ledger.days is None or not wanted:
        return pd.DataFrame(index=pd.MultiIndex.from_arrays([[], [], []], names=INDEX))
    book = _Book.of(ledger, wanted, by, basis)
    open_now, begins = book.balances(wanted), book.balances(book.begins())
    flows, paid, owing = book.flows(), book.paid(), book.concentration(wanted)
    found = pd.concat([open_now, flows, paid, owing], axis=1).sort_index()
    found = found.reindex(found.index[found.index.get_level_values("as_of").isin(wanted)])
    found = found.fillna(dict.fromkeys(set(found) - MISSING_WHERE_UNKNOWN, 0))
    for name, starts in (("begin", basis.start), ("month_begin", lambda day: before(day, 1))):
        found[name] = _looked_up(begins, found.index, {day: starts(day) for day in wanted}, book.begins())
    days_of = found.index.get_level_values("as_of").to_series()
    found["days"] = days_of.map(basis.length).to_numpy("float64")
    return book.explained(found)


#: Columns in which nothing found means not known; in all others it means nought.
MISSING_WHERE_UNKNOWN = {"whole_days", "rest", "of_sales", "of_days", "top_1", "top_5", "top_10", "gini", "hhi"}


@dataclass(frozen=True, eq=False)
class _Book:
    """A ledger with what every sum asks for: its open items by day, its postings with their documents, the groups."""

    ledger: Ledger
    days: list[pd.Timestamp]
    by: str | None
    basis: Basis
    items: pd.DataFrame
    postings: pd.DataFrame
    documents: pd.DataFrame

    @classmethod
    def of(cls, ledger: Ledger, days: list[pd.Timestamp], by: str | None, basis: Basis) -> "_Book":
        known = set(ledger.days or []) if len(ledger.snapshots) else None
        asked = {*days, *(basis.start(day) for day in days), *(before(day, 1) for day in days)}
        items = ledger.open_items([day for day in asked if known is None or day in known or day in days])
        documents = ledger.at(days[-1]) if not len(ledger.snapshots) else pd.concat([ledger.at(day) for day in days])
        _must_group(ledger, by)
        book = cls(ledger, days, by, basis, items, pd.DataFrame(), documents)
        items = book.grouped(items).assign(minor=to_minor(items["open_amount"], items["currency"]))
        owed = items["minor"].clip(lower=0)
        items["owed"] = net_of_credits(items) if basis.credits == "netted" else owed
        return cls(ledger, days, by, basis, items, book.with_documents(ledger.entries), documents)

    @property
    def sales_known(self) -> bool:
        """Whether there are postings only: an open-items export does not show what was sold."""
        return not len(self.ledger.snapshots)

    @property
    def first(self) -> pd.Timestamp:
        """The day of the first posting."""
        return self.ledger.entries["date"].min()

    def begins(self) -> list[pd.Timestamp]:
        """The days at which the periods and months begin, as far as the ledger can answer for them."""
        asked = {*map(self.basis.start, self.days), *(before(day, 1) for day in self.days)}
        known = set(self.ledger.days or [])
        return sorted(day for day in asked if (day >= self.first if self.sales_known else day in known))

    def grouped(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with the column ``group``: what its documents, else its customers, have under ``by``."""
        if self.by is None:
            return frame.assign(group="")
        said = frame[self.by].astype("str").fillna("") if self.by in frame.columns else pd.Series("", index=frame.index)
        if self.by not in self.ledger.customers.columns or self.by == "customer_id":
            return frame.assign(group=said)
        known = self.ledger.customers.set_index("customer_id")[self.by].astype("str").fillna("")
        return frame.assign(group=said.where(said.ne(""), frame["customer_id"].map(known).fillna("").astype("str")))

    def with_documents(self, entries: pd.DataFrame) -> pd.DataFrame:
        """The postings up to the last day, each with its document: ``number``, ``issued``, ``due_date``, ``opened_as``."""
        entries = entries[entries["date"].le(self.days[-1])].reset_index(drop=True)
        arranged = Postings.of(entries)
        number = np.empty(len(entries), dtype="int64")
        number[arranged.row] = arranged.document
        starts = (
            np.flatnonzero(np.r_[True, arranged.document[1:] != arranged.document[:-1]])
            if len(entries)
            else np.zeros(0, "int64")
        )
        about = self.documents.drop_duplicates(KEY)[[*KEY, "issued", "due_date", "kind", "salesperson"]]
        opening = entries[KEY].iloc[arranged.row[starts]].assign(number=arranged.document[starts])
        about = opening.merge(about, on=KEY, how="left").set_index("number").reindex(number)
        kept = entries[["date", "kind", "amount", "entity", "customer_id", "currency", "document_id", "instalment"]]
        told = kept.assign(
            number=number,
            minor=to_minor(kept["amount"], kept["currency"]),
            issued=about["issued"].to_numpy(),
            due_date=about["due_date"].to_numpy(),
            opened_as=about["kind"].array,
            salesperson=about["salesperson"].array,
        )
        return self.grouped(told)

    def balances(self, days: list[pd.Timestamp]) -> pd.DataFrame:
        """What was open at the end of some days."""
        items = self.items[self.items["as_of"].isin(days)]
        owed, late = items["owed"], items["days_late"].clip(lower=0)
        past_due = owed.where(late > 0, 0)
        waits = items["kind"].eq("invoice") & items["minor"].gt(0)
        age = (items["as_of"] - items["issued"]).dt.days
        bucket = np.searchsorted([0, *EXPERIAN], late, side="left")
        balance = items["minor"] if self.basis.credits == "netted" else items["minor"].clip(lower=0)
        parts = {
            "receivables": balance,
            "current": balance - past_due,
            "past_due": past_due,
            "credit": items["minor"].clip(upper=0),
            "owed": owed,
            "past_due_days": past_due * late,
            **{name: past_due.where(bucket == i, 0) for i, name in enumerate(BUCKETS, 1)},
            "open_invoices": waits.astype("int64"),
            "open_late": late.where(waits, 0),
            "open_age": age.where(waits, 0),
            "open_amount": items["minor"].where(waits, 0),
            "open_amount_age": (items["minor"] * age).where(waits, 0),
        }
        return items[INDEX].assign(**parts).groupby(INDEX, observed=True)[[*parts]].sum()

    def concentration(self, days: list[pd.Timestamp]) -> pd.DataFrame:
        """How the balance of some days is spread over the customers that owe; those in credit are counted apart."""
        items = self.items[self.items["as_of"].isin(days)]
        each = items if self.basis.credits == "netted" else items[items["minor"].gt(0)]
        each = each.groupby([*INDEX, "customer_id"], observed=True)["minor"].sum().rename("balance").reset_index()
        in_credit = each[each["balance"].lt(0)].groupby(INDEX)["balance"].agg(credit_customers="size", credit_balance="sum")
        owing = each[each["balance"].gt(0)].sort_values([*INDEX, "balance"], kind="stable")
        by = owing.groupby(INDEX)["balance"]
        place = owing.groupby(INDEX).cumcount() + 1
        size, total = by.size(), by.sum()
        share = owing["balance"] / by.transform("sum")
        tops = {
            f"top_{most}": owing["balance"].where(place.gt(by.transform("size") - most), 0).groupby(_keys(owing)).sum()
            for most in (1, 5, 10)
        }
        ranked = (owing["balance"].astype("float64") * place).groupby(_keys(owing)).sum()
        found = pd.DataFrame({"customers": size, "owing": total} | {name: part / total for name, part in tops.items()})
        found["gini"] = gini_of_sums(size, total, ranked)
        found["hhi"] = (share**2).groupby(_keys(owing)).sum()
        return found.join(in_credit, how="outer")

    def flows(self) -> pd.DataFrame:
        """Sales, write-offs, payments and terms of the periods, and the sales that count-back counts."""
        if not self.sales_known:
            return pd.DataFrame(index=pd.MultiIndex.from_arrays([[], [], []], names=INDEX), columns=FLOWS, dtype="float64")
        rows = self.postings
        starts = [self.basis.start(day) for day in self.days]
        month_starts = [before(day, 1) for day in self.days]
        month_ends = list(pd.date_range(self.first, self.days[-1], freq="ME", unit="s"))
        eve = self.first - pd.Timedelta(days=1)
        edges = pd.DatetimeIndex(sorted({*self.days, *starts, *month_starts, *month_ends, eve}))
        kind = rows["kind"]
        sold = kind.isin(["invoice", "credit_note"] if self.basis.sales == "net" else ["invoice"])
        invoiced = kind.eq("invoice") & rows["minor"].gt(0)
        terms = (rows["due_date"] - rows["issued"]).dt.days.fillna(0).astype("int64")
        added = {
            "sales": rows["minor"].where(sold, 0),
            "written_off": -rows["minor"].where(kind.eq("write_off"), 0),
            "invoiced": rows["minor"].where(invoiced, 0),
            "invoiced_terms": (rows["minor"] * terms).where(invoiced, 0),
        }
        cumulated = _cumulated(rows, added, edges) | self._money(edges)
        sales, lost = cumulated["sales"], cumulated["written_off"]
        parts = {name: _between(total, starts, self.days) for name, total in cumulated.items()}
        parts["month_sales"] = _between(sales, month_starts, self.days)
        parts["month_written_off"] = _between(lost, month_starts, self.days)
        return pd.concat([pd.DataFrame(parts), self._counted_back(sales, month_ends, eve)], axis=1)

    def _money(self, edges: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
        """Money received for invoices, and times the days since issue; a returned payment takes its own days back."""
        rows = self.postings[self.postings["kind"].isin(["payment", "return"]) & self.postings["opened_as"].eq("invoice")]
        rows = rows.sort_values("date", kind="stable")
        paid = rows[rows["kind"].eq("payment")]
        back = rows[rows["kind"].eq("return")].drop(columns="paid_on", errors="ignore")
        taken = pd.merge_asof(
            back, paid[["date", "number"]].assign(paid_on=paid["date"]), on="date", by="number", direction="backward"
        ).dropna(subset="paid_on")
        both = pd.concat([paid.assign(paid_on=paid["date"]), taken], ignore_index=True)
        days = (both["paid_on"] - both["issued"]).dt.days.fillna(0).astype("int64")
        both = both.assign(date=both["date"].where(both["issued"].isna() | both["date"].ge(both["issued"]), both["issued"]))
        return _cumulated(both, {"money": -both["minor"], "money_days": -both["minor"] * days}, edges)

    def _counted_back(self, sales: pd.DataFrame, month_ends: list[pd.Timestamp], eve: pd.Timestamp) -> pd.DataFrame:
        """The parts of the count-back DSO, calendar month by calendar month, back to the day of the first posting."""
        receivables = self.balances(self.days)["receivables"]
        found = []
        for day in self.days:
            earlier = [end for end in month_ends if end < day][::-1]
            ends, starts = [day, *earlier], [*earlier, eve]
            chunks = sales[ends].to_numpy() - sales[starts].to_numpy()
            lengths = [(end - start).days for end, start in zip(ends, starts, strict=True)]
            if self.basis.month_days == "30":
                lengths = [30 if end.is_month_end and start.is_month_end else min(30, n) for end, start, n in
                           zip(ends, starts, lengths, strict=True)]  # fmt: skip
            index = _on_day(sales.index, day)
            owed = receivables.reindex(index).fillna(0).to_numpy()
            parts = count_back_parts(owed, chunks, np.clip(lengths, 0, None)).set_index(index)
            found.append(parts.assign(history=float((day - eve).days)))
        return pd.concat(found)

    def paid(self) -> pd.DataFrame:
        """Invoices settled by money in the periods: how many, how late, how long after issue; plain and by money received.

        An invoice of which more was given up than paid was not settled by money. Where an export gives no payments, the day
        and amount of the invoice stand for them.
        """
        rows = self._settled()
        money = rows["paid_amount"].where(rows["paid_amount"].notna(), rows["amount"])
        rows = self.grouped(rows[money.gt(rows["written_off"].fillna(0))])
        minor = to_minor(rows["paid_amount"].fillna(rows["amount"]), rows["currency"])
        on = rows["last_paid_on"].fillna(rows["settled_on"])
        late, age = (on - rows["due_date"]).dt.days, (on - rows["issued"]).dt.days
        parts = {
            "paid_invoices": np.ones(len(rows), dtype="int64"),
            "paid_late": late,
            "paid_age": age,
            "paid_amount": minor,
            "paid_amount_late": minor * late,
            "paid_amount_age": minor * age,
        }
        return rows[INDEX].assign(**parts).groupby(INDEX, observed=True)[[*parts]].sum()

    def _settled(self) -> pd.DataFrame:
        """Invoices settled within the period up to each day, as they stood on that day."""
        documents = _settled_invoices(self.documents)
        if not self.sales_known:
            return documents[documents["settled_on"].gt(documents["as_of"].map(self.basis.start))]
        changed = self._changed_later()
        steady = documents[~_named(documents, changed)]
        found = [_within(steady, self.basis.start(day), day) for day in self.days]
        if len(changed):
            entries = self.ledger.entries[_named(self.ledger.entries, changed)]
            found.append(self._as_they_stood(entries))
        return pd.concat([table for table in found if len(table)] or found[:1], ignore_index=True)

    def _as_they_stood(self, entries: pd.DataFrame) -> pd.DataFrame:
        """The settled invoices of a few postings on each day: a ledger in which every day is a company of its own."""
        known = [(i, entries[entries["date"].le(day)]) for i, day in enumerate(self.days)]
        parts = [part.assign(entity=f"{i}|" + part["entity"]) for i, part in known if len(part)]
        customers = self.ledger.customers[self.ledger.customers["customer_id"].isin(entries["customer_id"])]
        stood = _settled_invoices(Ledger(pd.concat(parts, ignore_index=True), customers).at(self.days[-1]))
        place = stood["entity"].str.partition("|")
        as_of = place[0].astype("int64").map(dict(enumerate(self.days)))
        stood = stood.assign(entity=place[2], as_of=as_of.astype("datetime64[s]"))
        return stood[stood["settled_on"].gt(stood["as_of"].map(self.basis.start))]

    def _changed_later(self) -> pd.DataFrame:
        """The documents that were settled on one of the days and have a posting after it; few, so they are asked anew."""
        rows = self.postings.sort_values("number", kind="stable")
        if not len(rows):
            return rows[KEY]
        starts = np.flatnonzero(np.r_[True, np.diff(rows["number"].to_numpy()) > 0])
        day, minor = rows["date"].to_numpy(), rows["minor"].to_numpy()
        first, last = np.minimum.reduceat(day, starts), np.maximum.reduceat(day, starts)
        changed = np.zeros(len(starts), dtype="bool")
        for as_of in (day.to_datetime64() for day in self.days[:-1]):
            within = (first <= as_of) & (last > as_of)
            if (within & ~changed).any():
                changed |= within & (np.add.reduceat(np.where(day <= as_of, minor, 0), starts) == 0)
        in_parts = np.logical_or.reduceat(rows["instalment"].ne("").to_numpy(), starts)
        returned = np.logical_or.reduceat(rows["kind"].eq("return").to_numpy(), starts)
        return rows[KEY].iloc[starts[changed | (in_parts & returned)]]

    def explained(self, found: pd.DataFrame) -> pd.DataFrame:
        """What cannot be known made missing, and said why; ``partly`` where a period begins before the first posting."""
        as_of = pd.DatetimeIndex(found.index.get_level_values("as_of"))
        listed = "an open-items export does not show {}"
        if not self.sales_known:
            unknown = [*FLOWS, "history"]
            why: dict[str, Any] = {"why_sales": listed.format("sales"), "partly": ""}
            why |= dict.fromkeys(["why_begin", "why_month", "why_listed"], why["why_sales"])
            why["why_paid"] = np.where(found["paid_invoices"].gt(0), "", listed.format("what was settled"))
            return found.assign(**dict.fromkeys(unknown, np.nan), **why)
        starts = pd.DatetimeIndex([self.basis.start(day) for day in as_of])
        months = pd.DatetimeIndex([before(day, 1) for day in as_of])
        begun = f"postings begin on {self.first:%Y-%m-%d}"
        first_month = starts + pd.Timedelta(days=1) + pd.offsets.MonthEnd(0)
        short = self.first > first_month
        partly = (self.first > starts + pd.Timedelta(days=1)) & ~short
        columns: dict[str, Any] = {
            "sales": found["sales"].where(~short),
            "begin": found["begin"].where(self.first <= starts),
            "month_begin": found["month_begin"].where(self.first <= months),
            "why_sales": np.where(short, f"not enough sales history: {begun}", ""),
            "partly": np.where(partly, f"the period is not full: {begun}", ""),
            "why_begin": np.where(self.first > starts, f"the balance at its begin is not known: {begun}", ""),
            "why_month": np.where(self.first > months, f"the balance a month earlier is not known: {begun}", ""),
        }
        return found.assign(**columns, why_paid="", why_listed="")


BUCKETS = ("late_1_30", "late_31_60", "late_61_90", "late_over_90")
FLOWS = [
    "sales", "written_off", "invoiced", "invoiced_terms", "money", "money_days", "month_sales", "month_written_off",
    "whole_days", "rest", "of_sales", "of_days", "history",
]  # fmt: skip


def _keys(rows: pd.DataFrame) -> list[pd.Series]:
    """The columns of the index, to group another column by."""
    return [rows[name] for name in INDEX]


def _must_group(ledger: Ledger, by: str | None) -> None:
    """Refuse a group that says nothing of a whole document or customer."""
    allowed = ["customer_id", "entity", "salesperson"]
    allowed += [str(name) for name in ledger.customers.columns if name not in allowed]
    if by is not None and by not in allowed:
        raise TableRefused(
            f"the ledger cannot be measured by '{by}'.",
            expected="an attribute of customers, or customer_id, entity, salesperson",
            got=repr(by),
            fix=f"choose one of {', '.join(allowed)}",
        )


def _cumulated(rows: pd.DataFrame, added: dict[str, pd.Series], edges: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """Exact sums per group and currency of what is dated up to each edge, one column per edge."""
    place = np.searchsorted(edges.to_numpy(), rows["date"].to_numpy(), side="left")
    cells = pd.DataFrame({name: minor.astype("int64") for name, minor in added.items()})
    summed = cells.groupby([rows["group"], rows["currency"], pd.Series(place, index=rows.index)], observed=True).sum()
    every = range(len(edges))
    return {
        name: summed[name].unstack(fill_value=0).reindex(columns=every, fill_value=0).cumsum(axis=1).set_axis(edges, axis=1)
        for name in added
    }


def _between(total: pd.DataFrame, starts: list[pd.Timestamp], ends: list[pd.Timestamp]) -> pd.Series:
    """What was added after each start up to its end, indexed by end, group and currency."""
    parts = total[ends].to_numpy() - total[starts].to_numpy()
    index = pd.MultiIndex.from_tuples([(day, *key) for day in ends for key in total.index], names=INDEX)
    return pd.Series(parts.T.ravel(), index=index)


def _on_day(pairs: pd.Index, day: pd.Timestamp) -> pd.MultiIndex:
    return pd.MultiIndex.from_tuples([(day, *key) for key in pairs], names=INDEX)


def _settled_invoices(documents: pd.DataFrame) -> pd.DataFrame:
    """Of some documents the invoices that are settled, and when and how."""
    invoices = documents["kind"].eq("invoice") & documents["amount"].gt(0) & documents["settled_on"].notna()
    named = ["as_of", *KEY, "salesperson", "issued", "due_date", "amount", "settled_on", "paid_amount", "last_paid_on"]
    return documents.loc[invoices, [*named, "written_off"]]


def _named(rows: pd.DataFrame, documents: pd.DataFrame) -> np.ndarray:
    """Which rows are of some few documents."""
    likely = rows["document_id"].isin(documents["document_id"]).to_numpy(copy=True)
    likely[likely] = pd.MultiIndex.from_frame(rows.loc[likely, KEY]).isin(pd.MultiIndex.from_frame(documents[KEY]))
    return likely


def _within(documents: pd.DataFrame, start: pd.Timestamp, day: pd.Timestamp) -> pd.DataFrame:
    """Of some documents those settled after a start up to a day, which they then are of."""
    return documents[documents["settled_on"].gt(start) & documents["settled_on"].le(day)].assign(as_of=day)


def _looked_up(
    balances: pd.DataFrame, index: pd.Index, starts: dict[pd.Timestamp, pd.Timestamp], known: list[pd.Timestamp]
) -> np.ndarray:
    """The receivables at the begin of each row's period; nought where a day is known and nothing was open on it."""
    rows = index.to_frame(index=False)
    begin = rows["as_of"].map(starts).rename("as_of")
    found = balances["receivables"].reindex(pd.MultiIndex.from_arrays([begin, rows["group"], rows["currency"]]))
    return np.where(begin.isin(known), np.nan_to_num(found.to_numpy("float64")), np.nan)
