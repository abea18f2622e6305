import pandas as pd
import pytest

from arkit.buckets import bucket_of, names_by_days


@pytest.mark.parametrize(("days", "name"), [(-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "over 30")])
def test_each_day_has_one_bucket(days, name):
    assert names_by_days([30])[bucket_of(pd.Series([days]), [30])[0]] == name
