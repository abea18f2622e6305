"""What a claim costs at which court, and up to which amount: dated parameters with their sources. Not legal advice."""

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from arkit.errors import PolicyRefused

#: The file with the parameters of every court.
COURTS_FILE = Path(__file__).with_name("courts.toml")


@dataclass(frozen=True)
class Court:
    """One court or procedure: its limit and fees, in major units of its currency, and where they are from.

    ``limit`` 0 is none. ``fees`` are pairs of (claims up to this amount, fee for issue and hearing together); where there
    are none, they are not known here.
    """

    name: str
    title: str
    currency: str
    limit: float
    fees: list[list[float]]
    share_above: float
    most_above: float
    as_of: date
    source: str
    confirmed: bool
    caveat: str

    def fee(self, claim: np.ndarray) -> np.ndarray:
        """Issue and hearing fee of each claim, in major units; missing where no fees are known.

        Examples
        --------
        >>> COURTS["england"].fee(np.array([300, 300.01, 10_000, 20_000])).tolist()
        [62.0, 109.0, 801.0, 1000.0]
        """
        amount = np.asarray(claim, dtype="float64")
        if not self.fees:
            return np.full(amount.shape, np.nan)
        up_to, fee = np.array(self.fees, dtype="float64").T
        place = np.searchsorted(up_to, amount, side="left")
        within = fee[np.minimum(place, len(fee) - 1)]
        above = np.minimum(amount * self.share_above, self.most_above)
        return np.where(place < len(fee), within, np.maximum(above, fee[-1]))

    def within(self, claim: np.ndarray) -> np.ndarray:
        """Whether each claim may be brought there by its size."""
        return np.asarray(claim) <= (self.limit or np.inf)


def read_courts(file: str | Path) -> dict[str, Court]:
    """The courts of a TOML file by their names.

    Raises
    ------
    PolicyRefused
        If an entry lacks something, has something that is not known, or its fees do not rise.
    """
    entries = tomllib.loads(Path(file).read_text("utf-8-sig")).get("court", [])
    return {entry["name"]: _court(entry) for entry in entries}


def _court(entry: dict[str, Any]) -> Court:
    names = [field.name for field in fields(Court)]
    steps = [pair[0] for pair in entry.get("fees", [])]
    if sorted(entry) != sorted(names) or steps != sorted(set(steps)):
        odd = sorted(set(entry) ^ set(names))
        raise PolicyRefused(
            f"the court '{entry.get('name', 'without a name')}' cannot be followed.",
            expected=f"all of {', '.join(names)}, and fees by rising claims",
            got=f"{', '.join(odd)} missing or not known" if odd else f"fees up to {', '.join(map(str, steps))}",
            fix="complete the entry as those in courts.toml",
        )
    return Court(**entry)


#: Every court that is known here.
COURTS = read_courts(COURTS_FILE)
