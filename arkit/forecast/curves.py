"""Plain curves without learning: how a customer, its segment and the book have paid around the due date.

They serve where there is too little history to learn from, and as the yardsticks that learning must beat.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.forecast.known import Known
from arkit.forecast.lives import Lives
from arkit.forecast.steps import EDGES

#: Days late at which the steps of a curve end; a day each around the due date.
LATE = np.r_[np.arange(-400, -90, 15), np.arange(-90, 91), np.arange(95, 181, 5), np.arange(200, 801, 20)].astype("int64")
#: Documents of the wider group that stand behind each hazard of the narrower one.
BEHIND = 4.0


@dataclass(frozen=True, eq=False)
class Curves:
    """Kaplan-Meier curves over days late: ``summed`` hazards up to each of `LATE`, one row per group, the last the book.

    The hazard of a customer is ``(paid + BEHIND x segment's) / (at risk + BEHIND)``, that of a segment likewise over the
    book; invoices still open count as at risk until the last day, and those that ended without money until then too.
    ``around`` is the distribution of days late less the customer's mean, for the yardstick that knows that mean only.
    """

    customers: pd.Index
    summed: np.ndarray
    around: np.ndarray
    n: np.ndarray

    @classmethod
    def of(cls, lives: Lives, end: int, segments: pd.Series | None = None) -> "Curves":
        """Curves of what is known on the day ``end``; ``segments`` gives the segment of a customer_id."""
        documents = lives.documents
        first = np.searchsorted(lives.states["document"].to_numpy(), np.arange(len(documents)))
        outcome = lives.outcomes().iloc[first]
        paid_on = outcome["paid_on"].to_numpy()
        paid = paid_on <= end
        due, customer = documents["due"].to_numpy(), documents["customer"].to_numpy()
        enters = np.searchsorted(LATE, documents["issued"].to_numpy() - due, side="right")
        leaves = np.searchsorted(LATE, np.where(paid, paid_on, end) - due, side="left")
        # a step not over by the last day has no outcome yet
        leaves = np.where(paid, leaves, np.searchsorted(LATE, end - due, side="right") - 1)
        of_customer = _segment_codes(lives.customers, segments)
        segment = of_customer[customer] if len(customer) else customer
        counts = [
            _counts(group, size, enters, leaves, paid)
            for group, size in (
                (np.zeros(len(documents), "int64"), 1),
                (segment, of_customer.max(initial=-1) + 1),
                (customer, len(lives.customers)),
            )
        ]
        book = _shrunk(*counts[0], np.zeros(len(LATE)), 0.5)
        middle = _shrunk(*counts[1], book, BEHIND)
        own = _shrunk(*counts[2], middle[of_customer] if len(of_customer) else book, BEHIND)
        hazard = np.clip(np.vstack([own, book]), 0, 0.999)
        late = (paid_on - due)[paid]
        n = np.bincount(customer[paid], minlength=len(lives.customers))
        mean = np.bincount(customer[paid], weights=late, minlength=len(n)) / np.maximum(n, 1)
        around = np.sort(late - mean[customer[paid]])
        return cls(lives.customers, np.cumsum(-np.log1p(-hazard), axis=1).astype("float32"), around, n)

    def own(self, known: Known) -> np.ndarray:
        """Chances by the end of each step ahead, as the customer pays; of one not known as the book pays."""
        return self._ahead(known, self._place(known))

    def book(self, known: Known) -> np.ndarray:
        """The same for all customers alike."""
        return self._ahead(known, np.full(len(known.state), len(self.summed) - 1))

    def mean_delay(self, known: Known) -> np.ndarray:
        """The same as if everybody paid as late as on average, give or take what the book does."""
        to_usual = (known.facts["days_past_due"] - known.facts["late_mean"]).to_numpy("float64")
        n = max(len(self.around), 1)

        def passed(days: np.ndarray) -> np.ndarray:
            return np.searchsorted(self.around, days, side="right") / (n + 1)

        now = passed(to_usual)
        later = passed(to_usual[:, None] + EDGES[None, 1:])
        return (later - now[:, None]) / (1 - now[:, None])

    def count(self, known: Known) -> np.ndarray:
        """Paid documents of each row's customer when the curves were made."""
        place = self._place(known)
        return np.r_[self.n, 0][place]

    def _place(self, known: Known) -> np.ndarray:
        """The curve of each row: its customer's, or the book's."""
        code = self.customers.get_indexer(known.lives.customers)
        code = np.where(code < 0, len(self.summed) - 1, code)
        return code[known.lives.documents["customer"].to_numpy()[known.lives.states["document"].to_numpy()[known.state]]]

    def _ahead(self, known: Known, place: np.ndarray) -> np.ndarray:
        late = known.facts["days_past_due"].to_numpy("float64")
        now = self._at(place, late)
        return np.column_stack([1 - np.exp(now - self._at(place, late + ahead)) for ahead in EDGES[1:]])

    def _at(self, place: np.ndarray, late: np.ndarray) -> np.ndarray:
        """Summed hazards at so many days late, straight between `LATE`, level beyond."""
        days = np.clip(late, LATE[0], LATE[-1])
        step = np.clip(np.searchsorted(LATE, days, side="left"), 1, len(LATE) - 1)
        low, high = self.summed[place, step - 1], self.summed[place, step]
        return low + (high - low) * (days - LATE[step - 1]) / (LATE[step] - LATE[step - 1])


def _segment_codes(customers: pd.Index, segments: pd.Series | None) -> np.ndarray:
    named = pd.Series("", index=customers) if segments is None else segments.reindex(customers).fillna("")
    return pd.factorize(named)[0]


def _counts(
    group: np.ndarray, size: int, enters: np.ndarray, leaves: np.ndarray, paid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Paid and at risk per group and step; a document is at risk from the step it enters to the one it leaves in."""
    width = len(LATE)
    there = leaves >= enters
    group, enters, leaves, paid = group[there], enters[there], leaves[there], paid[there] & (leaves[there] < width)
    events = np.bincount(group[paid] * width + leaves[paid], minlength=size * width).reshape(size, width)
    entered = np.bincount(group * (width + 1) + np.minimum(enters, width), minlength=size * (width + 1))
    left = np.bincount(group * (width + 1) + np.minimum(leaves + 1, width), minlength=size * (width + 1))
    at_risk = np.cumsum((entered - left).reshape(size, width + 1), axis=1)[:, :width]
    return events.astype("float32"), at_risk.astype("float32")


def _shrunk(events: np.ndarray, at_risk: np.ndarray, wider: np.ndarray, behind: float) -> np.ndarray:
    return (events + behind * wider) / (at_risk + behind)


def due_days(known: Known) -> np.ndarray:
    """Days ahead at which each row falls due; tomorrow where that has passed."""
    return np.maximum(-known.facts["days_past_due"].to_numpy("float64"), 1)


def mean_days(known: Known) -> np.ndarray:
    """Days ahead at which each row comes in if its customer is as late as on average; tomorrow where that has passed."""
    facts = known.facts
    return np.maximum(np.rint((facts["late_mean"] - facts["days_past_due"]).to_numpy("float64")), 1)
