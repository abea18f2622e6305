"""Documents paid short of a discount for early payment: whether it was taken in time, late, or was never offered."""

import pandas as pd

from arkit.money import to_major, to_minor
from arkit.tables import SHORT_PAID
from arkit.terms import Grant, discount_taken


def short_paid(
    documents: pd.DataFrame, *, grant: Grant = "in_time", tolerance_days: int = 0, tolerance: float = 0.0
) -> pd.DataFrame:
    """Invoices with a discount in their terms that were paid and are open by what looks like it.

    One row per open invoice that money was received for, shape `SHORT_PAID`. The ledger itself never grants anything: a
    discount counts once it is posted.

    Parameters
    ----------
    grant
        ``in_time`` grants what was taken in time; ``force`` grants late discounts too; ``never`` grants none.
    tolerance_days
        Days after the discount's last day that still count as in time.
    tolerance
        What may be missing beyond the discount, in major units of each currency; it is granted with it.

    Examples
    --------
    >>> from arkit.ledger import Ledger
    >>> ledger = Ledger(pd.DataFrame({
    ...     "customer_id": "C1", "document_id": "I1", "kind": ["invoice", "payment"], "currency": "EUR",
    ...     "date": ["2026-03-31", "2026-04-09"], "terms": ["5/10 net 30", ""], "amount": [1000.0, -950.0]}))
    >>> short_paid(ledger.at("2026-04-30"))[["taken", "granted", "left"]].to_dict("records")
    [{'taken': 'in time', 'granted': 50.0, 'left': 0.0}]
    """
    offered = documents["discount_until"].notna() & documents["kind"].eq("invoice") & documents["last_paid_on"].notna()
    short = documents[offered & documents["open_amount"].gt(0)].reset_index(drop=True)
    currency = short["currency"]
    is_open, off = (to_minor(short[name], currency) for name in ("open_amount", "discount"))
    allowed = to_minor(pd.Series(tolerance, index=short.index, dtype="float64"), currency)
    payments = pd.DataFrame(
        {
            "owed": is_open,
            "paid": 0,
            "discount": off + allowed,
            "paid_on": short["last_paid_on"],
            "discount_until": short["discount_until"],
        }
    )
    found = discount_taken(payments, grant=grant, tolerance_days=tolerance_days)
    granted = found["granted"].to_numpy()
    money = {"granted": to_major(granted, currency), "left": to_major(is_open - granted, currency)}
    return SHORT_PAID.conform(short.assign(taken=found["taken"], **money)[SHORT_PAID.names])
