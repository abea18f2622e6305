import numpy as np
import pandas as pd
import pytest

from arkit.workdays import is_calendar, workdays

CHRISTMAS = pd.Series(pd.to_datetime(["2026-12-24", "2026-12-25", "2026-12-26", "2026-12-31", "2027-01-01"]))


def told(*calendars, later=0):
    return workdays(CHRISTMAS, calendars, later=later).dt.strftime("%d %b").tolist()


@pytest.mark.parametrize(
    ("calendars", "days"),
    [
        ((), ["24 Dec", "25 Dec", "28 Dec", "31 Dec", "01 Jan"]),
        (("DE",), ["24 Dec", "28 Dec", "28 Dec", "31 Dec", "04 Jan"]),
        (("GB-ENG",), ["24 Dec", "29 Dec", "29 Dec", "31 Dec", "04 Jan"]),  # Boxing Day is made up for on Monday
        (("ECB", "2026-12-24", "2026-12-31"), ["28 Dec", "28 Dec", "28 Dec", "04 Jan", "04 Jan"]),
        (("2026-12-28",), ["24 Dec", "25 Dec", "29 Dec", "31 Dec", "01 Jan"]),
    ],
)
def test_days_off_and_weekends_are_passed_also_into_the_next_year(calendars, days):
    assert told(*calendars) == days


def test_a_country_brings_its_own_weekend():
    friday = pd.Series(pd.to_datetime(["2026-11-27"]))
    assert workdays(friday, ["SA"]).dt.day_name().tolist() == ["Sunday"]
    assert workdays(friday, ["SA", "DE"]).dt.day_name().tolist() == ["Monday"]


def test_later_counts_days_of_work_and_missing_days_stay_missing():
    assert told(later=1) == ["25 Dec", "28 Dec", "29 Dec", "01 Jan", "04 Jan"]
    assert told(later=np.array([0, 1, 2, 0, 1])) == ["24 Dec", "28 Dec", "30 Dec", "31 Dec", "04 Jan"]
    some = workdays(pd.Series([pd.NaT, pd.Timestamp("2026-12-26")], index=[7, 9]))
    assert some.isna().tolist() == [True, False]
    assert some.index.tolist() == [7, 9]
    assert workdays(pd.Series([pd.NaT], dtype="datetime64[s]")).isna().all()


@pytest.mark.parametrize("name", ["", "DE-XX", "Deutschland", "2026-13-01", "24.12.2026", "de"])
def test_what_is_no_calendar_is_known_as_none(name):
    assert not is_calendar(name)
