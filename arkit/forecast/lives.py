"""The lives of documents: what each looked like from one of its postings to the next, and what became of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from arkit.ledger import Ledger
from arkit.money import to_minor, units
from arkit.policy import Policy
from arkit.postings import CREATING, Postings
from arkit.remainders import is_remainder
from arkit.tables import DOCUMENTS, KINDS

#: A day that never comes, and one before all books.
NEVER, LONG_AGO = np.int64(10**7), np.int64(-(10**7))
#: Of what was open so much must come in as money for a document to count as paid.
MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class Lives:
    """Receivables, and the states each goes through; days are numbers of days from 1 January 1970.

    ``documents`` has one row per invoice or debit ever issued: its names, the ``row`` it was read from, ``customer``,
    ``account`` (customer and currency) and ``money`` (currency) as codes, ``issued``, ``due`` and the flag ``electronic``.
    ``states`` has one row per document and day with a posting, in that order: ``document`` (its row), ``day``, ``until``
    (the first day it no longer holds), and at the end of that day ``amount``, ``open``, ``paid`` (major units),
    ``payments``, ``bounced``, ``paid_on`` and the flag ``over``: nothing left to ask for. ``customers`` holds the names the
    codes stand for.
    """

    documents: pd.DataFrame
    states: pd.DataFrame
    customers: pd.Index

    @classmethod
    def of_ledger(cls, ledger: Ledger, policy: Policy) -> "Lives":
        """All that the postings tell, and what the last list of open items shows beside them: not paid so far.

        Lists tell no payments: what stood in an earlier one only is left out, and without postings there is nothing.
        """
        entries = ledger.entries
        if not len(entries):
            return cls.of_documents(DOCUMENTS.empty(), policy)
        posted = Ledger(entries, ledger.customers) if len(ledger.snapshots) else ledger
        documents = posted.at(entries["date"].max())
        postings = Postings.of(entries).by_instalment()
        wanted = _receivable(documents)
        place = np.where(wanted, np.cumsum(wanted) - 1, -1)
        chosen = place[postings.of_document] >= 0
        states = _states(postings, documents, chosen)
        states["document"] = place[states["document"]]
        known = documents[wanted]
        if len(ledger.snapshots):
            listed = _listed(ledger)
            since = _seen(listed).assign(document=len(known) + np.arange(len(listed)))
            known, states = pd.concat([known, listed]), pd.concat([states, since], ignore_index=True)
        return cls._of(known, states, np.arange(len(known)), policy)

    @classmethod
    def of_documents(cls, documents: pd.DataFrame, policy: Policy) -> "Lives":
        """What a table of documents tells of its own day: one state for each, with the day it was last paid."""
        wanted = _receivable(documents)
        chosen = documents[wanted]
        return cls._of(chosen, _seen(chosen), np.flatnonzero(wanted), policy)

    @classmethod
    def _of(cls, documents: pd.DataFrame, states: pd.DataFrame, row: np.ndarray, policy: Policy) -> "Lives":
        names = documents[["customer_id", "document_id", "instalment", "currency", "entity"]].reset_index(drop=True)
        customer, customers = pd.factorize(names["customer_id"])
        currency, _ = pd.factorize(names["currency"])
        account, _ = pd.factorize(customer * (currency.max(initial=0) + 1) + currency)
        table = names.assign(
            row=row,
            customer=customer,
            account=account,
            money=currency,
            issued=numbered(documents["issued"]),
            due=numbered(documents["due_date"]),
            electronic=documents["electronic"].to_numpy(),
        )
        last = np.r_[states["document"].to_numpy()[1:] != states["document"].to_numpy()[:-1], True][: len(states)]
        until = np.where(last, NEVER, np.r_[states["day"].to_numpy()[1:], NEVER][: len(states)])
        code = names["currency"].iloc[states["document"]].set_axis(states.index)
        left, amount = (pd.Series(to_minor(states[name], code), states.index) for name in ("open", "amount"))
        return cls(table, states.assign(until=until, over=is_remainder(left, amount, code, policy)), pd.Index(customers))

    def open_on(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which states wait for money on which of some days that rise: places in ``states`` and in ``days``, by day."""
        held = self.states
        start = np.maximum(held["day"].to_numpy(), self.documents["issued"].to_numpy()[held["document"]])
        first, end = np.searchsorted(days, start), np.searchsorted(days, held["until"].to_numpy())
        count = np.where(held["over"], 0, np.maximum(end - first, 0))
        state = np.repeat(np.arange(len(held)), count)
        day = first[state] + np.arange(len(state)) - np.repeat(np.cumsum(count) - count, count)
        order = np.argsort(day, kind="stable")
        return state[order], day[order]

    def outcomes(self) -> pd.DataFrame:
        """What becomes of each state, one row per state: ``paid_on``, the day the money was in, and ``ended_on``.

        ``ended_on`` is the day nothing was left to ask for, whatever the reason; both are `NEVER` where it did not come.
        A payment that was returned later is none. What is settled by credit note or write-off ends without being paid.
        """
        return self._outcomes

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        held = self.states
        document, over = held["document"].to_numpy(), held["over"].to_numpy()
        n = len(held)
        if not n:
            return pd.DataFrame({"paid_on": np.zeros(0, "int64"), "ended_on": np.zeros(0, "int64")})
        last = np.flatnonzero(np.r_[document[1:] != document[:-1], True])
        # the start of the final run of states that are over, for each document that ends so
        not_over = np.maximum.accumulate(np.where(over, -1, np.arange(n)))
        end = (not_over[last] + 1)[document_number(document)]
        first = np.r_[0, last[:-1] + 1][document_number(document)]
        end = np.maximum(end, first)
        ends = over[last][document_number(document)] & (np.arange(n) < end)
        end = np.where(ends, end, 0)
        came = held["paid"].to_numpy()[end] - held["paid"].to_numpy()
        paid = ends & (came >= MOSTLY * held["open"].to_numpy()) & (came > 0)
        return pd.DataFrame(
            {
                "paid_on": np.where(paid, held["paid_on"].to_numpy()[end], NEVER),
                "ended_on": np.where(ends, held["day"].to_numpy()[end], NEVER),
            }
        )

    def experiences(self) -> pd.DataFrame:
        """Payments as they become known: one row per change, ``sign`` +1 for one learned and -1 for one taken back.

        ``day`` is when it is known, ``late`` the days from due date to the last payment, ``paid_on`` that payment's day.
        """
        held = self.states
        document = held["document"].to_numpy()
        counts = (held["over"] & held["paid"].gt(0)).to_numpy()
        paid_on = held["paid_on"].to_numpy()
        same = np.r_[False, document[1:] == document[:-1]][: len(held)]
        before = np.flatnonzero(same) - 1
        changed = np.ones(len(held), dtype="bool")
        now = np.flatnonzero(same)
        changed[now] = (counts[now] != counts[before]) | (paid_on[now] != paid_on[before])
        gained = np.flatnonzero(counts & changed)
        lost = np.flatnonzero(same & changed)
        lost = lost[counts[lost - 1]]
        both = pd.concat([self._experience(gained, gained, 1), self._experience(lost - 1, lost, -1)])
        return both.sort_values("day", kind="stable", ignore_index=True)

    def _experience(self, state: np.ndarray, known: np.ndarray, sign: int) -> pd.DataFrame:
        held = self.states
        about = self.documents[["customer", "issued", "due", "electronic"]].iloc[held["document"].to_numpy()[state]]
        paid_on = held["paid_on"].to_numpy()[state]
        day = np.maximum(held["day"].to_numpy()[known], about["issued"].to_numpy())
        return pd.DataFrame(
            {
                "day": np.maximum(day, paid_on),
                "customer": about["customer"].to_numpy(),
                "issued": about["issued"].to_numpy(),
                "due": about["due"].to_numpy(),
                "paid_on": paid_on,
                "late": paid_on - about["due"].to_numpy(),
                "electronic": about["electronic"].to_numpy(),
                "sign": sign,
            }
        )


def _seen(documents: pd.DataFrame) -> pd.DataFrame:
    """One state for each of some documents, as they are, from the day they were issued on."""
    return pd.DataFrame(
        {
            "document": np.arange(len(documents)),
            "day": numbered(documents["issued"]),
            "amount": documents["amount"].to_numpy(),
            "open": documents["open_amount"].to_numpy(),
            "paid": documents["paid_amount"].fillna(0).to_numpy(),
            "payments": documents["payments"].to_numpy(),
            "bounced": documents["bounced"].to_numpy(),
            "paid_on": numbered(_last_paid(documents), LONG_AGO),
        }
    )


def _listed(ledger: Ledger) -> pd.DataFrame:
    """What the last list of open items shows that no posting does."""
    lists = Ledger(customers=ledger.customers, snapshots=ledger.snapshots)
    shown = lists.at(lists.snapshots["as_of"].max())
    key = ["customer_id", "document_id", "instalment", "currency", "entity"]
    posted = pd.MultiIndex.from_frame(ledger.entries[[name for name in key if name in ledger.entries]])
    fresh = ~pd.MultiIndex.from_frame(shown[posted.names]).isin(posted)
    return shown[fresh & _receivable(shown) & shown["open_amount"].gt(0).to_numpy()]


def document_number(document: np.ndarray) -> np.ndarray:
    """For rows that lie together by document, how many documents stand before each."""
    return np.cumsum(np.r_[False, document[1:] != document[:-1]][: len(document)])


def _receivable(documents: pd.DataFrame) -> np.ndarray:
    return (documents["kind"].isin(CREATING) & documents["amount"].gt(0)).to_numpy()


def _last_paid(documents: pd.DataFrame) -> pd.Series:
    """The day of the last payment; of a paid document whose payments are not listed, the day it was settled."""
    settled_by_money = documents["settled_on"].where(documents["paid_amount"].gt(0))
    return documents["last_paid_on"].fillna(settled_by_money)


def numbered(days: pd.Series, missing: np.int64 = NEVER) -> np.ndarray:
    """Days as numbers of days from 1 January 1970."""
    blank = days.isna().to_numpy()
    return np.where(blank, missing, days.to_numpy().astype("datetime64[D]").astype("int64"))


def _states(postings: Postings, documents: pd.DataFrame, chosen: np.ndarray) -> pd.DataFrame:
    """Running sums per document at the end of each day with a posting; ``document`` is a row of ``documents``."""
    document, minor, kind = (array[chosen] for array in (postings.of_document, postings.minor, postings.kind))
    day = postings.day[chosen].astype("datetime64[D]").astype("int64")
    order = np.lexsort((day, document))
    document, minor, kind, day = document[order], minor[order], kind[order], day[order]
    opening = documents["kind"].map(KINDS.index).to_numpy()[document]
    is_payment, is_return = (kind == KINDS.index(name) for name in ("payment", "return"))
    parts = {
        "amount": np.where((kind == opening) & (minor > 0), minor, 0),
        "open": minor,
        "paid": np.where(is_payment | is_return, -minor, 0),
        "payments": is_payment.astype("int64"),
        "bounced": is_return.astype("int64"),
    }
    number = document_number(document)
    first = np.flatnonzero(np.r_[True, number[1:] != number[:-1]][: len(number)])
    closes = np.flatnonzero(np.r_[(number[1:] != number[:-1]) | (day[1:] != day[:-1]), True][: len(number)])

    def run_on(part: np.ndarray) -> np.ndarray:
        running = np.cumsum(part)
        return (running - (running[first] - part[first])[number])[closes]

    span = 4 * NEVER
    paid_on = np.maximum.accumulate(np.where(is_payment, day, LONG_AGO) + number * span) - number * span
    sums = {name: run_on(part) for name, part in parts.items()}
    each = units(documents["currency"])[document[closes]]
    money = {name: sums[name] / each for name in ("amount", "open", "paid")}
    return pd.DataFrame({"document": document[closes], "day": day[closes], "paid_on": paid_on[closes], **sums, **money})
