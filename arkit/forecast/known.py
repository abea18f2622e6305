"""What was known about each open document on past days, for many days at once; nothing dated later is looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from arkit.forecast.lives import LONG_AGO, Lives
from arkit.forecast.said import Said
from arkit.ledger import Ledger, parse_day
from arkit.policy import DEFAULT, Policy

#: Days after which a past payment counts half in the recent mean.
HALF_LIFE = 120.0
#: Invoices of the book that stand behind a customer's spread, late share, usual amount and habits.
PRIOR = 2.0
#: Rounds in which what is open and what is usual settle; by how many spreads an open invoice counts as late at most, days a
#: spread has at least.
ROUNDS, FAR, LEAST_SPREAD = 4, 3.0, 1.5
#: Bounds of Buhlmann's k: a customer's own mean weighs n / (n + k).
K_LOW, K_HIGH = 0.25, 50.0

#: What is known about a document on a day: the name of each fact and what it says.
FACTS = {
    "days_past_due": "days past due; negative: not yet due",
    "age_days": "days since it was issued",
    "terms_days": "days from issue to due",
    "due_weekday": "weekday of the due date, Monday 0",
    "due_day": "day of the month of the due date",
    "due_to_month_end": "days from the due date to the end of its month",
    "amount_to_book": "log of the amount over the book's usual amount in its currency",
    "amount_to_usual": "log of the amount over the customer's usual amount",
    "electronic": "sent by mail or as data",
    "electronic_new": "the same, less the share of the customer's recent payments that were for invoices sent so",
    "paid_share": "share already paid",
    "payments": "payments so far",
    "bounced": "payments of it returned unpaid",
    "disputed": "in dispute",
    "disputed_days": "days it has been in dispute",
    "promised_in": "days until the day it is promised for; missing: no promise, or past",
    "promise_broken": "days since a promised day that has passed; missing: none",
    "n": "invoices the customer has paid",
    "late_mean": "mean days late of what the customer has paid, shrunk to the book",
    "late_spread": "spread of the customer's days late, shrunk to the book",
    "late_share": "share paid late, open past due ones included, shrunk to the book",
    "late_recent": "mean days late, recent payments first, shrunk to late_mean",
    "late_trend": "late_recent less late_mean",
    "late_expected": "mean days late, recent payments first, open ones counted at what they are still expected to come to",
    "late_so_far": "mean days late with open ones counted as late so far",
    "beyond_usual": "days past due beyond late_mean",
    "open_others": "the customer's other open invoices",
    "open_to_usual": "the customer's other open amount in invoices of usual size",
    "late_others": "of the other open invoices, those past due",
    "late_amount_share": "share of the customer's open amount that is past due",
    "oldest_late": "days the oldest of all the customer's open invoices is past due, 0 or more",
    "since_paid": "days since the customer's last payment",
    "tenure_days": "days since the customer's first invoice",
    "issued_recent": "invoices issued to the customer in the last 90 days, over what is usual",
    "bounced_customer": "payments of the customer ever returned unpaid",
    "book_late": "mean days late of the book's recent payments",
}


@dataclass(frozen=True, eq=False)
class Known:
    """What is known on some days: one row per document waiting for money and day.

    ``state`` is its place in ``lives.states``, ``day`` the day as a number, ``facts`` the columns of `FACTS`; ``monthly``
    and ``weekly`` say how likely the customer pays on each day of the month and weekday, 1 where all are alike.
    """

    lives: Lives
    state: np.ndarray
    day: np.ndarray
    facts: pd.DataFrame
    monthly: np.ndarray
    weekly: np.ndarray

    def take(self, rows: np.ndarray) -> "Known":
        """Some of the rows."""
        parts = (self.state[rows], self.day[rows], self.facts.iloc[rows], self.monthly[rows], self.weekly[rows])
        return Known(self.lives, *parts)


def look(lives: Lives, days: np.ndarray, said: Said, *, chosen: np.ndarray | None = None, with_habits: bool = True) -> Known:
    """What was known on each of some days that rise, all in one walk through the book.

    ``chosen`` marks which rows of ``lives.open_on(days)`` are wanted; the others still count in their customer's book.
    """
    state, day = lives.open_on(days)
    keep = np.ones(len(state), dtype="bool") if chosen is None else chosen
    ends = np.searchsorted(day, np.arange(len(days) + 1))
    book = _Book(lives, days)
    found = [
        _on_day(book, state[slice(*ends[i : i + 2])], keep[slice(*ends[i : i + 2])], said, with_habits=with_habits)
        for i in book.walk()
    ]
    facts = {name: np.concatenate([part[name] for part, _, _ in found]) if found else np.zeros(0) for name in FACTS}
    table = pd.DataFrame(facts, dtype="float32")
    monthly = np.concatenate([part for _, part, _ in found]) if found else np.zeros((0, 31), "float32")
    weekly = np.concatenate([part for _, _, part in found]) if found else np.zeros((0, 7), "float32")
    return Known(lives, state[keep], days[day[keep]], table, monthly, weekly)


def features(ledger: Ledger, days: Sequence[str | pd.Timestamp], policy: Policy = DEFAULT) -> pd.DataFrame:
    """What was known about everything open on each of some days, one row per day and document, `FACTS` as columns.

    Nothing dated after a row's day is looked at: a ledger cut at the day gives the same rows.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger(customers=12, months=8)
    >>> table = features(ledger, ["2026-06-30", "2026-09-30"])
    >>> table["as_of"].nunique(), table["n"].isna().any().item()
    (2, False)
    """
    lives = Lives.of_ledger(ledger, policy)
    numbers = np.unique([(parse_day(day) - pd.Timestamp(0)).days for day in days]).astype("int64")
    known = look(lives, numbers, Said.of(ledger.notes, lives), with_habits=False)
    document = lives.documents.iloc[lives.states["document"].to_numpy()[known.state]].reset_index(drop=True)
    names = document[["customer_id", "document_id", "instalment", "currency", "entity"]]
    as_of = pd.Series(known.day.astype("datetime64[D]").astype("datetime64[s]"), name="as_of")
    return pd.concat([as_of, names, known.facts], axis=1)


@dataclass(eq=False)
class _Book:
    """Sums per customer of all that is known up to a day, moved on from day to day.

    ``documents`` are the numbers of those of ``lives``, ``first`` the day of each customer's first one, ``money`` the
    currency of each account.
    """

    lives: Lives
    days: np.ndarray
    day: int = 0
    sums: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.documents = self.lives.documents[["customer", "account", "money", "issued", "due", "electronic"]].astype("int64")
        customer, account, money, issued, _, _ = self.documents.to_numpy().T
        self.first = np.full(len(self.lives.customers), np.inf)
        np.minimum.at(self.first, customer, issued)
        self.money = np.zeros(account.max(initial=-1) + 1, "int64")
        self.money[account] = money

    def walk(self) -> Iterator[int]:
        """The places of the days, one after the other, with the sums brought up to each."""
        paid, issued, money = self.lives.experiences(), *self._documents()
        n, accounts = len(self.lives.customers), len(self.money)
        names = (
            "n",
            "late",
            "square",
            "nl",
            "recent",
            "recent_late",
            "recent_electronic",
            "issued",
            "issued_recent",
            "bounced",
        )
        self.sums = {name: np.zeros(n) for name in names}
        self.sums |= {"count": np.zeros(accounts), "log": np.zeros(accounts)}
        self.sums |= {"month": np.zeros((n, 31)), "week": np.zeros((n, 7)), "last": np.full(n, LONG_AGO)}
        cuts = [np.searchsorted(frame["day"], self.days, side="right") for frame in (paid, issued, money)]
        for i, day in enumerate(self.days):
            first = [cut[i - 1] if i else 0 for cut in cuts]
            passed = day - self.day if i else 0
            self.day = int(day)
            fade = 0.5 ** (passed / HALF_LIFE)
            for name in ("recent", "recent_late", "recent_electronic", "issued_recent"):
                self.sums[name] *= fade
            self._learn_payments(paid.iloc[first[0] : cuts[0][i]])
            self._learn_invoices(issued.iloc[first[1] : cuts[1][i]])
            seen = money.iloc[first[2] : cuts[2][i]]
            self._add("bounced", seen["customer"], seen["bounced"])
            np.maximum.at(self.sums["last"], seen["customer"].to_numpy(), seen["paid_on"].to_numpy())
            yield i

    def _documents(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Amounts and returned payments as they become known, in the order of days."""
        held = self.lives.states
        document = held["document"].to_numpy()
        about = self.documents.iloc[document]
        day = np.maximum(held["day"].to_numpy(), about["issued"].to_numpy())
        log, bounced = np.log(np.maximum(held["amount"].to_numpy(), 1e-9)), held["bounced"].to_numpy()
        same = np.r_[False, document[1:] == document[:-1]][: len(held)]
        known = pd.DataFrame(
            {
                "day": day,
                "customer": about["customer"].to_numpy(),
                "account": about["account"].to_numpy(),
                "issued": about["issued"].to_numpy(),
                "paid_on": held["paid_on"].to_numpy(),
                "count": np.where(same, 0, 1),
                "log": log - np.where(same, np.r_[0, log[:-1]][: len(log)], 0),
                "bounced": bounced - np.where(same, np.r_[0, bounced[:-1]][: len(log)], 0),
            }
        ).sort_values("day", kind="stable", ignore_index=True)
        changed = known["count"].ne(0) | known["log"].ne(0)
        return known[changed], known[known["bounced"].ne(0) | known["paid_on"].gt(LONG_AGO)]

    def _learn_payments(self, seen: pd.DataFrame) -> None:
        customer, sign, late = seen["customer"], seen["sign"].to_numpy(), seen["late"].to_numpy("float64")
        fresh = sign * 0.5 ** ((self.day - seen["paid_on"].to_numpy()) / HALF_LIFE)
        for name, weight in (
            ("n", sign),
            ("late", sign * late),
            ("square", sign * late**2),
            ("nl", sign * (late > 0)),
            ("recent", fresh),
            ("recent_late", fresh * late),
            ("recent_electronic", fresh * seen["electronic"].to_numpy()),
        ):
            self._add(name, customer, weight)
        day = seen["paid_on"].to_numpy()
        for name, width, place in (("month", 31, day_of_month(day) - 1), ("week", 7, weekday(day))):
            sums = self.sums[name]
            flat = np.bincount(customer * width + place, weights=sign, minlength=sums.size)
            self.sums[name] = sums + flat.reshape(sums.shape)

    def _learn_invoices(self, seen: pd.DataFrame) -> None:
        self._add("issued", seen["customer"], seen["count"])
        self._add("count", seen["account"], seen["count"])
        self._add("log", seen["account"], seen["log"])
        fresh = seen["count"] * 0.5 ** ((self.day - seen["issued"]) / HALF_LIFE)
        self._add("issued_recent", seen["customer"], fresh)

    def _add(self, name: str, code: pd.Series, weight: np.ndarray | pd.Series) -> None:
        sums = self.sums[name]
        self.sums[name] = sums + np.bincount(code, weights=np.asarray(weight, "float64"), minlength=len(sums))


def day_of_month(day: np.ndarray) -> np.ndarray:
    """Day of the month of days given as numbers, 1 to 31."""
    days = day.astype("datetime64[D]")
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype("int64") + 1


def weekday(day: np.ndarray) -> np.ndarray:
    """Weekday of days given as numbers, Monday 0."""
    return (day + 3) % 7


def _on_day(
    book: _Book, state: np.ndarray, keep: np.ndarray, said: Said, *, with_habits: bool
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """The facts of the rows to keep of one day, and the habits of their customers."""
    held = book.lives.states.iloc[state]
    about = book.documents.iloc[held["document"].to_numpy()]
    customer = about["customer"].to_numpy()
    usual, amounts = _usual(book), _usual_amounts(book)
    waiting = _waiting(book, held, about, usual, amounts[0])
    kept, who = about[keep], customer[keep]
    facts = _of_document(book, held[keep], kept, said, amounts) | {name: values[who] for name, values in usual["facts"].items()}
    facts |= {name: values[keep] for name, values in waiting.items()}
    facts["beyond_usual"] = facts["days_past_due"] - facts["late_mean"]
    if not with_habits:
        return facts, np.zeros((len(who), 31), "float32"), np.zeros((len(who), 7), "float32")
    return facts, _habit(book.sums["month"], who, around=True), _habit(book.sums["week"], who, around=False)


def _usual(book: _Book) -> dict[str, dict[str, np.ndarray]]:
    """How customers pay, one value per customer, each shrunk to the book."""
    s = book.sums
    n, total = s["n"], max(s["n"].sum(), 1e-9)
    own = np.divide(s["late"], n, out=np.zeros_like(n), where=n > 0)
    book_mean = s["late"].sum() / total
    inner = np.maximum(s["square"] - n * own**2, 0)
    within = inner.sum() / max(total - (n > 0).sum(), 1)
    k = _k(n, own, book_mean, within)
    mean = np.where(n > 0, n * own + k * book_mean, k * book_mean) / (n + k)
    spread = np.sqrt((inner + PRIOR * within) / (np.maximum(n - 1, 0) + PRIOR))
    recent = (s["recent_late"] + 2 * mean) / (s["recent"] + 2)
    tenure = book.day - book.first
    share = s["nl"].sum() / total
    facts = {
        "n": n,
        "late_mean": mean,
        "late_spread": spread,
        "late_recent": recent,
        "late_trend": recent - mean,
        "since_paid": np.where(s["last"] > LONG_AGO, book.day - s["last"], np.nan),
        "tenure_days": tenure,
        "issued_recent": s["issued_recent"] / np.maximum(s["issued"] / np.maximum(tenure, 30) * HALF_LIFE / np.log(2), 0.1),
        "bounced_customer": s["bounced"],
        "book_late": np.full(len(n), s["recent_late"].sum() / max(s["recent"].sum(), 1e-9)),
    }
    return {"facts": facts, "prior": {"k": np.array(k), "mean": np.array(book_mean), "share": np.array(share)}}


def _k(n: np.ndarray, own: np.ndarray, mean: float, within: float) -> float:
    """Buhlmann's k of the book: variance within customers over variance between them, within bounds."""
    total, customers = n.sum(), (n > 0).sum()
    if customers < 2 or total <= customers:
        return PRIOR
    between = ((n * (own - mean) ** 2).sum() - (customers - 1) * within) / (total - (n**2).sum() / total)
    return float(np.clip(within / between, K_LOW, K_HIGH)) if between > 0 else K_HIGH


def _waiting(book: _Book, held: pd.DataFrame, about: pd.DataFrame, usual: dict, amounts: np.ndarray) -> dict[str, np.ndarray]:
    """What else the customer owes, per row; open invoices past due count as late so far."""
    s, size, customer = book.sums, len(book.lives.customers), about["customer"].to_numpy()

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(customer, weights=values, minlength=size)

    past_due = book.day - about["due"].to_numpy()
    late = past_due > 0
    worth = held["open"].to_numpy() / np.exp(amounts[about["account"].to_numpy()])
    mean, prior = usual["facts"]["late_mean"], usual["prior"]
    so_far = np.where(late, np.maximum(past_due, mean[customer]), 0.0)
    n_late, amount, late_amount = total(late), total(worth), total(np.where(late, worth, 0))
    oldest = np.zeros(size)
    np.maximum.at(oldest, customer, past_due)
    n = s["n"] + n_late
    share = (s["nl"] + n_late + PRIOR * prior["share"]) / (n + PRIOR)
    mean_so_far = (s["late"] + total(so_far) + prior["k"] * prior["mean"]) / (n + prior["k"])
    return {
        "open_others": total(np.ones(len(late)))[customer] - 1,
        "open_to_usual": amount[customer] - worth,
        "late_others": n_late[customer] - late,
        "late_amount_share": late_amount[customer] / np.maximum(amount[customer], 1e-9),
        "oldest_late": oldest[customer],
        "late_share": share[customer],
        "late_so_far": mean_so_far[customer],
        "late_expected": _expected(s, customer, past_due, usual)[customer],
    }


def _expected(s: dict[str, np.ndarray], customer: np.ndarray, past_due: np.ndarray, usual: dict) -> np.ndarray:
    """Mean days late per customer if what is open were paid too: each open invoice counts at the days it is expected to reach.

    What was paid early is known before what is late, so a mean of paid invoices is too good. Days late are taken as logistic
    about the customer's mean; a mean and what is expected of the open invoices under it are found in turns (Dempster, Laird
    and Rubin 1977). An open invoice moves its customer by a few spreads at most, however old it is.
    """
    prior, spread = usual["prior"], np.maximum(usual["facts"]["late_spread"], LEAST_SPREAD)
    late, count = s["recent_late"] + prior["k"] * prior["mean"], s["recent"] + prior["k"]
    mean = late / count
    scale, most = (spread * np.sqrt(3) / np.pi)[customer], (mean + FAR * spread)[customer]
    waits = np.bincount(customer, minlength=len(spread))
    for _ in range(ROUNDS):
        beyond = np.minimum((past_due - mean[customer]) / scale, 30)
        reached = past_due + scale * np.logaddexp(0, -beyond) * (1 + np.exp(beyond))
        mean = (late + np.bincount(customer, weights=np.minimum(reached, most), minlength=len(spread))) / (count + waits)
    return mean


def _usual_amounts(book: _Book) -> tuple[np.ndarray, np.ndarray]:
    """The log of the usual amount per account, shrunk to the book of its currency, and that of the book."""
    s, money = book.sums, book.money
    total, count = (np.bincount(money, weights=s[name]) for name in ("log", "count"))
    of_book = (total / np.maximum(count, 1e-9))[money] if len(money) else total
    return (s["log"] + PRIOR * of_book) / (s["count"] + PRIOR), of_book


def _of_document(
    book: _Book, held: pd.DataFrame, about: pd.DataFrame, said: Said, amounts: tuple[np.ndarray, np.ndarray]
) -> dict[str, np.ndarray]:
    """What concerns the document itself."""
    due, amount = about["due"].to_numpy(), held["amount"].to_numpy()
    account = about["account"].to_numpy()
    log, (of_account, of_book) = np.log(np.maximum(amount, 1e-9)), amounts
    electronic, customer = about["electronic"].to_numpy(), about["customer"].to_numpy()
    recent, sent_so = book.sums["recent"][customer], book.sums["recent_electronic"][customer]
    month_end = (due.astype("datetime64[D]").astype("datetime64[M]") + 1).astype("datetime64[D]").astype("int64") - 1
    return {
        "days_past_due": book.day - due,
        "age_days": book.day - about["issued"].to_numpy(),
        "terms_days": due - about["issued"].to_numpy(),
        "due_weekday": weekday(due),
        "due_day": day_of_month(due),
        "due_to_month_end": month_end - due,
        "amount_to_book": log - of_book[account],
        "amount_to_usual": log - of_account[account],
        "electronic": electronic,
        "electronic_new": (electronic * recent - sent_so) / (recent + 1),
        "paid_share": held["paid"].to_numpy() / np.maximum(amount, 1e-9),
        "payments": held["payments"].to_numpy(),
        "bounced": held["bounced"].to_numpy(),
    } | said.on(book.day, held["document"].to_numpy(), customer)


def _habit(sums: np.ndarray, customer: np.ndarray, *, around: bool) -> np.ndarray:
    """How likely each customer pays on each day of month or week, 1 where all are alike; shrunk to the book.

    Neighbouring days of the month share, for a day wished for may be a Sunday.
    """
    width = sums.shape[1]
    book = sums.sum(axis=0) + 1
    book = book / book.sum()
    own, wanted = np.unique(customer, return_inverse=True)
    counts = sums[own]
    if around:
        counts = 0.5 * counts + 0.25 * (np.roll(counts, 1, axis=1) + np.roll(counts, -1, axis=1))
    shrunk = (counts + 2 * PRIOR * book) / (counts.sum(axis=1, keepdims=True) + 2 * PRIOR)
    return (shrunk * width).astype("float32")[wanted]
