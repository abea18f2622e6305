"""Days on which people work: deadlines and tasks fall on no weekend and on no day off."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

#: A weekend where no calendar says otherwise: Saturday and Sunday, Monday being 0.
WEEKEND = frozenset({5, 6})


def is_calendar(name: str) -> bool:
    """Whether `workdays` knows what is meant: a country, a part of one, a market of money, or a day.

    Examples
    --------
    >>> [is_calendar(name) for name in ("DE", "DE-BY", "ECB", "2026-12-24", "DE-XX", "Mars")]
    [True, True, True, True, False, False]
    """
    try:
        _days_off(name, range(2000, 2001))
    except (NotImplementedError, ValueError):
        return False
    return True


def workdays(days: pd.Series, calendars: Sequence[str] = (), *, later: np.ndarray | int = 0) -> pd.Series:
    """Each day, or the next on which people work where it is none; missing days stay missing.

    Parameters
    ----------
    calendars
        Whose days off are none: countries (``"DE"``), parts of them (``"DE-BY"``, ``"GB-ENG"``), the banks' days of a currency
        or market (``"ECB"``), and days of your own (``"2026-12-24"``). Countries bring their weekends too.
    later
        So many days of work after that.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2026-12-23", "2026-12-25", None]))
    >>> workdays(days).dt.strftime("%a %d %b").tolist()
    ['Wed 23 Dec', 'Fri 25 Dec', nan]
    >>> workdays(days, ["GB-ENG"]).dt.strftime("%a %d %b").tolist()  # the 28th stands in for the 26th
    ['Wed 23 Dec', 'Tue 29 Dec', nan]
    """
    if not days.notna().any():
        return days
    # the next day on which people work may lie in the next year
    years = range(days.min().year, days.max().year + 2)
    known = [_days_off(name, years) for name in calendars]
    weekends = [weekend for weekend, _ in known if weekend]
    weekend = frozenset().union(*weekends) if weekends else WEEKEND
    closed = [day for _, own in known for day in own]
    work = np.busdaycalendar([day not in weekend for day in range(7)], np.array(closed, dtype="datetime64[D]"))
    moved = np.busday_offset(days.to_numpy().astype("datetime64[D]"), later, roll="forward", busdaycal=work)
    return pd.Series(moved.astype("datetime64[s]"), index=days.index)


def _days_off(name: str, years: range) -> tuple[frozenset[int], list[date]]:
    """The weekend of a calendar, none for a day of one's own, and its days off in some years.

    ValueError or NotImplementedError where there is none of that name.
    """
    import holidays  # noqa: PLC0415 - opened only where a calendar is named

    if name[:1].isdigit():
        return frozenset(), [date.fromisoformat(name)]
    country, _, part = name.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError:
        found = holidays.financial_holidays(name, years=years)
    return frozenset(found.weekend), list(found)
