"""How much of what is open so many days past its due day still comes in: our own past, leaning on a prior where it is short."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy
from arkit.remainders import is_remainder

#: Days past due at which the steps of a curve begin and end: fine while most of the money moves, coarse later.
AGES = np.r_[np.arange(0, 120, 5), np.arange(120, 721, 15)]
#: Days of a month, as the prior counts them.
MONTH = 30
#: Of an invoice so much must come in as money for it to count as paid.
MOSTLY = 0.5
#: What tells how an invoice ended.
TOLD_BY = [
    *("customer_id", "currency", "as_of", "due_date", "amount", "open_amount", "days_late"),
    *("settled", "settled_on", "settled_after", "paid_amount", "last_paid_on"),
]
#: No step may take all that is left, and no prior be certain.
CERTAIN = 0.999999


@dataclass(frozen=True, eq=False)
class Recovery:
    """Curves over days past due, one row per customer of ``customers``, the last row for all of them together.

    ``chance`` is the chance that an invoice open at each of ``ages`` is paid in the end, ``waiting`` the inverse of the share
    still open then. ``seen`` counts the invoices that were open at an age long enough to tell what became of them.
    """

    ages: np.ndarray
    customers: pd.Index
    chance: np.ndarray
    waiting: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, documents: pd.DataFrame, policy: Policy = DEFAULT) -> "Recovery":
        """The curves that documents tell on their day.

        Each invoice, or instalment of one, counts once, whatever its amount. Step by step over its days past due it is
        paid (at least half of it by money), ends otherwise (credit note, write-off, discount), or goes on; what is still
        open on ``as_of`` counts up to there (Kaplan and Meier, 1958, with two ways to end: Aalen and Johansen, 1978). A step
        that was not over by ``as_of`` counts for neither side. Per step the share paid is ``(paid + k x prior) / (open + k)``:
        a customer's with ``curve_customer`` and the share of all customers, that with ``curve_book`` and what the policy's
        ``chance_by_months`` implies. Beyond the last age the prior stays as it is.

        What such a curve says is how this firm's money came in with all that was done for it. It is no finding about what
        a letter or a call would bring.

        Examples
        --------
        >>> from arkit.sample import sample_ledger
        >>> curves = Recovery.of(sample_ledger().at("2026-10-31"))
        >>> nobody = np.array(["somebody new"])
        >>> curves.still(nobody, np.array([5.0])) > curves.still(nobody, np.array([200.0]))
        array([ True])
        """
        ages, prior = _prior(policy)
        lives = _lives(documents, policy, ages)
        codes, names = pd.factorize(lives["customer_id"], sort=True)
        size, steps = len(names), len(ages) - 1
        counts = [
            np.bincount(codes[chosen] * steps + lives["last"][chosen], minlength=size * steps).reshape(size, steps)
            for chosen in (np.ones(len(lives), "bool"), lives["paid"].to_numpy(), lives["lost"].to_numpy())
        ]
        seen, paid, lost = (np.vstack([part, part.sum(axis=0)]) for part in counts)
        seen = seen[:, ::-1].cumsum(axis=1)[:, ::-1]
        # the prior: 1 - chance is what is never paid over what is still open, so what is still open falls as 1 / (1 - chance)
        implied = np.vstack([1 - (1 - prior[:-1]) / (1 - prior[1:]), np.zeros(steps)])
        ended = np.stack([paid, lost]).astype("float64")
        all_of = _shrunk(ended[:, -1:], seen[-1:], implied[:, None, :], policy.routes.curve_book)
        own = _shrunk(ended[:, :-1], seen[:-1], all_of, policy.routes.curve_customer)
        share = np.concatenate([own, all_of], axis=1)
        share /= np.maximum(share.sum(axis=0) / CERTAIN, 1)
        chance = np.empty((size + 1, steps + 1))
        chance[:, -1] = prior[-1]
        for step in range(steps - 1, -1, -1):
            chance[:, step] = share[0, :, step] + (1 - share[:, :, step].sum(axis=0)) * chance[:, step + 1]
        waiting = np.cumprod(np.column_stack([np.ones(size + 1), 1 / (1 - share.sum(axis=0))]), axis=1)
        return cls(ages, pd.Index(names), chance, waiting, seen)

    def still(self, customers: np.ndarray, age: np.ndarray) -> np.ndarray:
        """The chance that what is open so many days past due is paid in the end; of customers not known as of all together."""
        return self._between(self.chance, self._place(customers), age)

    def within(self, customers: np.ndarray, age: np.ndarray, days: np.ndarray | float) -> np.ndarray:
        """The chance that what is open so many days past due is paid within so many more days."""
        place, later = self._place(customers), np.asarray(age) + days
        now, then = (self._between(self.waiting, place, day) for day in (age, later))
        still, left = (self._between(self.chance, place, day) for day in (age, later))
        return np.clip(still - now / then * left, 0, still)

    def count(self, customers: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many invoices of each customer, and of all, were open at that age long enough to tell."""
        step = np.clip(np.searchsorted(self.ages, age, side="right") - 1, 0, self.seen.shape[1] - 1)
        place = self._place(customers)
        return np.where(place < len(self.customers), self.seen[place, step], 0), self.seen[-1, step]

    def _place(self, customers: np.ndarray) -> np.ndarray:
        place = self.customers.get_indexer(pd.Index(customers))
        return np.where(place < 0, len(self.customers), place)

    def _between(self, curve: np.ndarray, place: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Straight lines between the ages; level before the first and beyond the last."""
        days = np.clip(age, self.ages[0], self.ages[-1])
        step = np.clip(np.searchsorted(self.ages, days, side="right") - 1, 0, len(self.ages) - 2)
        low, high = curve[place, step], curve[place, step + 1]
        return low + (high - low) * (days - self.ages[step]) / (self.ages[step + 1] - self.ages[step])


def _prior(policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """The ages of the curves, the prior's own among them, and its chance at each."""
    months, chances = np.array(policy.routes.chance_by_months, dtype="float64").T
    ages = np.unique(np.r_[AGES, months * MONTH])
    return ages, np.minimum(np.interp(ages, months * MONTH, chances), CERTAIN)


def _lives(documents: pd.DataFrame, policy: Policy, ages: np.ndarray) -> pd.DataFrame:
    """Invoices that were open past their due day: ``last``, the last step they were open in, and how it ended if it did."""
    chosen = documents["kind"].eq("invoice") & documents["amount"].gt(0) & documents["due_date"].lt(documents["as_of"])
    invoices = documents.loc[chosen, TOLD_BY]
    currency, vanished = invoices["currency"], invoices["settled_after"].notna()
    left, amount = (pd.Series(to_minor(invoices[name], currency), invoices.index) for name in ("open_amount", "amount"))
    small = is_remainder(left, amount, currency, policy)
    money = vanished | invoices["paid_amount"].ge(MOSTLY * invoices["amount"])
    paid = (invoices["settled"] | small) & money
    lost = invoices["settled"] & ~money
    known = np.where(lost, invoices["paid_amount"].notna() & invoices["settled_on"].notna(), True)
    due, as_of = (invoices[name].to_numpy("datetime64[D]") for name in ("due_date", "as_of"))
    last_paid = (invoices["last_paid_on"].fillna(invoices["settled_on"])).to_numpy("datetime64[D]")
    on_day = np.where(paid & ~vanished, (last_paid - due).astype("float64"), invoices["days_late"])
    over = (as_of - due).astype("int64")
    complete = np.searchsorted(ages, over, side="right") - 1
    ends = np.searchsorted(ages, on_day, side="left") - 1
    ended = (paid | lost).to_numpy() & (ends < complete) & (ends < len(ages) - 1)
    last = np.minimum(np.where((paid | lost).to_numpy(), np.minimum(ends, complete - 1), complete - 1), len(ages) - 2)
    chosen = known & (last >= 0) & ~np.isnan(on_day)
    found = pd.DataFrame({"customer_id": invoices["customer_id"], "last": last, "paid": paid & ended, "lost": lost & ended})
    return found[chosen].reset_index(drop=True)


def _shrunk(ended: np.ndarray, seen: np.ndarray, prior: np.ndarray, behind: float) -> np.ndarray:
    """Shares that end per step and way, leaning on those of the wider group as if so many more had been seen."""
    return (ended + behind * prior) / (seen + behind)
