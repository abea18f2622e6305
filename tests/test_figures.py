import pandas as pd

from arkit.figures import Basis, add_up, before
from arkit.ledger import Ledger
from arkit.sample import sample_ledger


def test_a_period_of_months_ends_where_months_end_and_one_within_a_month_does_not():
    assert before(pd.Timestamp("2026-03-31"), 1) == pd.Timestamp("2026-02-28")
    assert before(pd.Timestamp("2026-03-15"), 3) == pd.Timestamp("2025-12-15")
    assert Basis(days=10).start(pd.Timestamp("2026-03-11")) == pd.Timestamp("2026-03-01")


def test_the_balance_moves_by_what_is_sold_collected_and_given_up():
    ledger = sample_ledger(customers=15, months=8)
    sums = add_up(ledger, ["2026-09-30", "2026-10-31"])
    entries = ledger.entries[ledger.entries["date"].gt("2026-07-31") & ledger.entries["date"].le("2026-10-31")]
    moved = entries.groupby("currency")["amount"].sum().mul(100).round()
    now = sums.xs(pd.Timestamp("2026-10-31"), level="as_of").droplevel("group")
    assert (now["receivables"] - now["begin"]).to_dict() == moved.reindex(now.index).to_dict()
    assert (now["current"] + now["past_due"]).eq(now["receivables"]).all()


def test_of_nothing_there_are_no_sums():
    assert len(add_up(Ledger(), ["2026-10-31"])) == 0
    assert len(add_up(sample_ledger(customers=3, months=3), [])) == 0
