import numpy as np
import pandas as pd
import pytest

from arkit.aging import age
from arkit.allowance import presets, provide
from arkit.errors import TableRefused
from arkit.migration import lose, migrate
from arkit.sample import sample_ledger

BUCKETS = ["current", "1-30", "31-60", "61-90", "over 90"]


def aged(amounts, buckets=BUCKETS, credit=0.0):
    index = pd.MultiIndex.from_tuples([(pd.Timestamp("2026-10-31"), "EUR")], names=["as_of", "currency"])
    columns = {"credit": credit, **dict(zip(buckets, map(float, amounts), strict=True)), "total": sum(amounts) + credit}
    return pd.DataFrame(columns, index=index)


@pytest.mark.parametrize(
    ("name", "buckets", "amounts", "total"),
    [
        ("ifrs9_ie12", BUCKETS, [15_000, 7_500, 4_000, 2_500, 1_000], 580),
        ("textbook", ["current", "1-30", "31-60", "61-90", "91-120", "over 120"],
         [0, 76_000, 14_000, 6_000, 3_000, 1_000], 3_310),
        ("accountingtools", ["current", "1-30", "31-60", "over 60"], [0, 80_000, 15_000, 5_000], 5_000),
    ],
)  # fmt: skip
def test_published_examples_give_their_published_allowance(name, buckets, amounts, total):
    assert provide(aged(amounts, buckets), name)["allowance"].sum() == total


def test_history_is_raised_by_a_tenth_for_what_is_expected():
    table = provide(aged([0, 1000, 1000, 1000, 1000]), "asc326_example_5", forward=1.1)
    assert table["allowance"].tolist() == [0.0, 88.0, 286.0, 638.0, 902.0]
    assert table["basis"].str.endswith("x 1.1").all()


def test_a_bucket_without_a_published_rate_has_no_allowance():
    table = provide(aged([0, 0, 0, 0, 1000]), "ifrs_step_6")
    assert np.isnan(table["allowance"].iloc[-1])


def test_credit_pays_the_oldest_buckets_first_where_it_is_netted():
    table = provide(aged([100, 100, 100, 100, 100], credit=-150.0), "ifrs9_ie12", credit="netted")
    assert table["balance"].tolist() == [100.0, 100.0, 100.0, 50.0, 0.0]


def test_who_is_assessed_apart_is_out_of_the_pool():
    book = sample_ledger(customers=12, months=6)
    by_customer = age(book.at("2026-10-31"), edges=[30, 60, 90])
    one = str(by_customer.index.get_level_values("customer_id")[0])
    table = provide(by_customer, "ifrs9_ie12", apart={one: 0.5})
    apart = table[table["group"].eq(one)]
    assert apart["allowance"].sum() == pytest.approx(apart["balance"].sum() / 2, abs=0.05)
    assert set(apart["basis"]) == {"assessed apart"}


def test_the_ledgers_own_rates_are_taken_by_currency():
    book = sample_ledger(customers=12, months=8)
    moves = migrate(book, book.month_ends("2026-10-31", 8))
    rates = lose(moves, lost="over 120")
    table = provide(age(book.at("2026-10-31"), by="currency"), rates)
    told = table.merge(rates, on=["currency", "bucket"])
    assert told["rate"].dropna().tolist() == told["loss_rate"].dropna().tolist()
    assert table["allowance"].dropna().le(table["balance"].loc[table["allowance"].notna()] + 0.01).all()


def test_an_example_that_is_none_and_buckets_it_cannot_tell_are_refused():
    with pytest.raises(TableRefused, match=r"(?s)^there is no example 'ifrs'\.\n  expected: one of ifrs9_b5_5_35, "):
        provide(aged([1] * 5), "ifrs")
    with pytest.raises(
        TableRefused, match=r"(?s)^the example 'ifrs9_ie12' has no rate for '1-45'\..*fix: age with edges=\[30, 60, 90\]"
    ):
        provide(aged([1, 1, 1], ["current", "1-45", "over 45"]), "ifrs9_ie12")
    with pytest.raises(TableRefused, match=r"^credit cannot be 'gross'\."):
        provide(aged([1] * 5), "ifrs9_ie12", credit="gross")


def test_every_example_names_its_source_its_day_and_a_rate_for_each_bucket():
    for preset in presets().values():
        assert len(preset.rates) == len(preset.edges) + 2
        assert preset.source
        assert pd.Timestamp(preset.as_of)
