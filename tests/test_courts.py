import numpy as np
import pytest

from arkit.courts import COURTS, read_courts
from arkit.errors import PolicyRefused

ENTRY = """
[[court]]
name = "here"
title = "Here"
currency = "EUR"
limit = 100
fees = [[50, 5], [100, 9]]
share_above = 0.0
most_above = 0
as_of = 2026-11-25
source = "a page"
confirmed = true
caveat = ""
"""


@pytest.mark.parametrize(
    ("claim", "share"), [(300, 20.7), (500, 21.8), (1000, 15.5), (1500, 13.5), (3000, 9.9), (5000, 11.0), (10000, 8.0)]
)
def test_fees_of_england_as_a_share_of_the_top_of_each_band(claim, share):
    assert round(100 * COURTS["england"].fee(np.array([claim]))[0] / claim, 1) == share


def test_fees_never_fall_with_the_claim_and_a_cent_above_a_band_costs_the_next():
    claims = np.arange(1, 500_000, 7) / 1
    assert (np.diff(COURTS["england"].fee(claims)) >= 0).all()
    assert COURTS["england"].fee(np.array([3000.0, 3000.01])).tolist() == [296.0, 551.0]
    assert COURTS["england"].fee(np.array([1e9])).tolist() == [10_000.0]


def test_where_no_fees_are_known_none_are_stated():
    assert np.isnan(COURTS["kentucky"].fee(np.array([1000.0]))).all()


@pytest.mark.parametrize(
    ("name", "limit"),
    [("england", 10_000), ("eu_small_claims", 5000), ("california", 6250), ("kentucky", 2500), ("tennessee", 25_000)],
)
def test_limits_are_inclusive(name, limit):
    assert COURTS[name].within(np.array([limit, limit + 0.01])).tolist() == [True, False]


def test_an_order_for_payment_has_no_limit():
    assert COURTS["eu_payment_order"].within(np.array([1e12])).all()


def test_every_court_says_when_and_where_it_was_looked_up():
    for court in COURTS.values():
        assert f"{court.as_of:%Y}" >= "2026"
        assert court.source
        assert court.title
        assert len(court.currency) == 3


def test_an_entry_that_lacks_something_is_refused_by_name(tmp_path):
    file = tmp_path / "courts.toml"
    file.write_text(ENTRY.replace('source = "a page"\n', ""))
    with pytest.raises(
        PolicyRefused, match=r"^the court 'here' cannot be followed\.\n  expected: all of name, .*\n  got: source missing"
    ):
        read_courts(file)
    file.write_text(ENTRY.replace("[[50, 5], [100, 9]]", "[[100, 9], [50, 5]]"))
    with pytest.raises(PolicyRefused, match="got: fees up to 100, 50"):
        read_courts(file)
    file.write_text(ENTRY)
    assert read_courts(file)["here"].fee(np.array([50, 51])).tolist() == [5.0, 9.0]
