"""Is a stated 30 % really 30 %: chances said on past days beside the shares that came."""

import numpy as np
import pandas as pd

from arkit.backtest.sampling import wilson
from arkit.ledger import Ledger, parse_day
from arkit.policy import Policy
from arkit.tables import CALIBRATIONS


def calibrate(ledger: Ledger, until: str | pd.Timestamp, policy: Policy, origins: int) -> pd.DataFrame:
    """Chances of payment by tenths, and what came, shape `CALIBRATIONS`; from `arkit.forecast.evaluate`'s card.

    A card looks at the same document on several days. For the range each document counts once: the looks of a tenth are
    scaled down to its share of the documents.

    Raises
    ------
    ForecastRefused
        If the ledger is too short for a card.
    """
    from arkit.forecast import evaluate  # noqa: PLC0415 - learning opens slowly, only this needs it

    card = evaluate(ledger, until, origins=origins, policy=policy)
    documents = ledger.until(parse_day(until)).at(parse_day(until))
    ended = documents["settled_on"].where(documents["settled"])
    there = documents["kind"].eq("invoice") & (ended.isna() | ended.gt(min(card.origins)))
    rows = card.deciles.rename(columns={"horizon": "days", "decile": "tenth", "n": "looks"})
    looks = rows.groupby("days")["looks"].transform("sum")
    rows["documents"] = rows["looks"] * np.minimum(1.0, int(there.sum()) / looks)
    bounds = wilson((rows["came"] * rows["documents"]).to_numpy(), rows["documents"].to_numpy())
    rows["came_low"], rows["came_high"] = bounds
    return CALIBRATIONS.conform(rows[CALIBRATIONS.names])
