"""What had been said about documents by a day: disputes and promises."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.forecast.lives import NEVER, Lives, numbered
from arkit.notes import CLOSED
from arkit.tables import NOTES


@dataclass(frozen=True, eq=False)
class Said:
    """Disputes and promises about the documents of `Lives`, in the order of their days.

    ``notes`` has the columns ``day``, ``until`` (`NEVER`: none), the flags ``promise`` and ``closed``, and ``place``: the
    row in ``lives.documents``, or beyond them the code of the customer whose whole account it is about.
    """

    notes: pd.DataFrame
    documents: int
    places: int

    @classmethod
    def of(cls, notes: pd.DataFrame | None, lives: Lives) -> "Said":
        """The notes that say something about when money comes, each as often as documents bear its number."""
        told = NOTES.conform(notes)
        told = told[told["kind"].isin(["dispute", "promise"])].sort_values("date", kind="stable", ignore_index=True)
        n, customers = len(lives.documents), len(lives.customers)
        documents = lives.documents[["customer_id", "document_id"]].assign(place=np.arange(n))
        accounts = pd.DataFrame({"customer_id": lives.customers, "document_id": "", "place": n + np.arange(customers)})
        rows = told.assign(order=told.index).merge(pd.concat([documents, accounts]), on=["customer_id", "document_id"])
        rows = rows.sort_values("order", kind="stable")
        table = pd.DataFrame(
            {
                "day": numbered(rows["date"]),
                "until": numbered(rows["until"]),
                "promise": rows["kind"].eq("promise").to_numpy(),
                "closed": rows["outcome"].str.lower().isin(CLOSED).to_numpy(),
                "place": rows["place"].to_numpy("int64"),
            }
        )
        return cls(table, n, n + customers)

    def on(self, day: int, document: np.ndarray, customer: np.ndarray) -> dict[str, np.ndarray]:
        """What holds on a day for documents and their customers; a word on the whole account counts for each document.

        What became of a promise is not looked at, for it is often written beside the promise when it is known.
        """
        known = self.notes[self.notes["day"].le(day)]
        dispute = known[~known["promise"]]
        since = np.where(dispute["closed"] | dispute["until"].lt(day), np.nan, dispute["day"])
        since = day - self._latest(dispute["place"], since, document, customer)
        promise = known[known["promise"] & known["until"].lt(NEVER)]
        until = self._latest(promise["place"], promise["until"].to_numpy("float64"), document, customer)
        return {
            "disputed": np.where(np.isnan(since), 0.0, 1.0),
            "disputed_days": since,
            "promised_in": np.where(until >= day, until - day, np.nan),
            "promise_broken": np.where(until < day, day - until, np.nan),
        }

    def _latest(self, place: pd.Series, value: np.ndarray, document: np.ndarray, customer: np.ndarray) -> np.ndarray:
        """The latest word on each document, else on its whole account; missing where there is none."""
        last = np.full(self.places, np.nan)
        last[place.to_numpy()] = value  # of several the last one stays
        own, account = last[document], last[self.documents + customer]
        return np.where(np.isnan(own), account, own)
