"""Worked examples of the sources, and what must hold for any figures."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit import formulas
from arkit.errors import TableRefused

# DSO and its parts. The toy ledger: sales of 180,000, 200,000 and 240,000 in 90 days, receivables of 450,000 growing to
# 500,000, of which 330,000 is not past due.


def test_the_toy_ledger_gives_the_figures_worked_out_by_hand():
    assert round(formulas.dso(500_000, 620_000, 90), 1) == 72.6
    assert round(formulas.count_back(500_000, [240_000, 200_000, 180_000], [31, 28, 31]), 1) == 69.3
    assert round(formulas.dso(330_000, 620_000, 90), 1) == 47.9
    assert round(formulas.dso(170_000, 620_000, 90), 1) == 24.7
    assert round(formulas.cei(450_000, 620_000, 500_000, 330_000), 1) == 77.0
    turnover = formulas.turnover(620_000, 450_000, 500_000)
    assert (round(turnover, 3), round(90 / turnover, 1)) == (1.305, 69.0)


def test_dso_of_a_year_trymesha():
    assert round(formulas.dso(150_000, 1_800_000, 365), 1) == 30.4


def test_count_back_with_months_of_30_days_benjipays_2024():
    assert round(formulas.count_back(212_000, [100_000, 80_000, 70_000], [30, 30, 30]), 1) == 73.7


@pytest.mark.parametrize(
    ("owed", "sales", "found"),
    [
        (0, [100], 0.0),
        (100, [100], 30.0),
        (50, [100], 15.0),
        (150, [100, 100], 45.0),
        (101, [100], None),
        (1, [], None),
        (-5, [100], None),
        (50, [0, 100], 45.0),
        (50, [-20, 100], 30 + 70 / 100 * 30),
    ],
)
def test_count_back_never_makes_a_number_out_of_too_little_history(owed, sales, found):
    days = formulas.count_back(owed, sales, [30] * len(sales))
    assert np.isnan(days) if found is None else days == pytest.approx(found)


def test_count_back_takes_a_column_of_receivables():
    assert formulas.count_back([50.0, 150.0, 999.0], [[100, 100]] * 3, [30, 31])[:2].tolist() == [15.0, 45.5]


def test_cei_has_two_published_variants_creditguru():
    assert round(formulas.cei(6_200, 10_890, 6_340, 3_590), 1) == 79.6
    assert round(formulas.cei(6_200, 10_890, 6_340, 3_590, months=3), 1) == 55.9


def test_cei_over_a_year_gaviti():
    assert round(formulas.cei(100_000, 1_000_000, 120_000, 100_000), 1) == 98.0


def test_what_is_written_off_was_not_collected():
    assert formulas.cei(100, 0, 0, 0) == 100.0
    assert formulas.cei(100, 0, 0, 0, written_off=40) == 60.0


def test_weighted_days_to_pay_sage_and_others():
    assert np.mean([28, 22, 15, 35, 20]) == 24
    assert round(formulas.weighted_mean([5, 10], [10, 100]), 2) == 9.55
    assert formulas.weighted_mean([15, 30, 45], [1_000, 3_000, 2_000]) == 32.5


def test_days_beyond_terms_of_an_open_ledger_experian():
    assert formulas.dbt_from_buckets(20_000, 10_000, 6_000, 4_000, 100_000) == 16.2


# loss


def test_loss_rates_of_a_waterfall_and_of_roll_rates_ifrscommunity():
    rates = formulas.losses_from_waterfall([100_000, 50_000, 23_000, 8_000, 2_000])
    assert (100 * rates).round(1).tolist() == [2.0, 4.0, 8.7, 25.0, 100.0]
    assert formulas.losses_from_rolls([0.5, 0.46, 8 / 23, 0.25]) == pytest.approx(rates)
    set_aside = formulas.allowance([300_000, 140_000, 60_000, 23_000, 5_000], rates)
    assert set_aside.round().tolist() == [6_000, 5_600, 5_217, 5_750, 5_000]
    assert round(set_aside.sum()) == 27_567


def test_the_chain_of_the_a_and_w_store_askfilo():
    chain = pd.DataFrame(
        {"paid": [0.8, 0.9, 0.85], "bad": [0, 0, 0.15], "1": [0.2, 0, 0], "2": [0, 0.1, 0]}, index=["current", "1", "2"]
    )
    bad = formulas.eventual(chain)["bad"]
    assert bad["current"] == pytest.approx(0.003)
    assert bad["current"] * 150_000 == pytest.approx(450)


def test_one_step_is_not_the_end_justaaa():
    chain = pd.DataFrame(
        {"paid": [0.5, 0.5], "bad": [0.0, 0.2], "1-30": [0.25, 0.05], "31-60": [0.25, 0.25]}, index=["1-30", "31-60"]
    )
    bad = formulas.eventual(chain)["bad"]
    assert (100 * bad).round(2).tolist() == [9.09, 27.27]
    assert round(40_000 * bad["1-30"] + 50_000 * bad["31-60"]) == 17_273
    assert 40_000 * 0.0 + 50_000 * 0.2 == 10_000  # what one step gives


def test_a_row_that_is_no_set_of_chances_is_refused():
    wrong = pd.DataFrame({"paid": [0.5], "a": [0.4]}, index=["a"])
    with pytest.raises(TableRefused, match=r"(?s)^1 rows are no sets of chances\..*got: a; the first adds up to 0\.9000"):
        formulas.eventual(wrong)


def test_a_state_that_never_ends_is_refused():
    endless = pd.DataFrame({"paid": [0.5, 0.0], "a": [0.0, 0.0], "old": [0.5, 1.0]}, index=["a", "old"])
    with pytest.raises(TableRefused, match=r"(?s)^some states never end\..*a way to one of paid.*got: old"):
        formulas.eventual(endless)


# cohorts


CASH = pd.DataFrame([[600, 900, 970, 990], [640, 950, 1020, None], [580, 870, None, None], [700, None, None, None]])
BILLED = pd.Series([1000, 1060, 980, 1150])


def test_age_to_age_factors_of_a_worked_triangle():
    assert formulas.age_to_age(CASH).round(4).tolist() == [1.4945, 1.0757, 1.0206]


def test_expected_further_cash_of_a_worked_triangle():
    further = formulas.ultimate(CASH, BILLED) - [990, 1020, 870, 700]
    assert further.round(1).tolist() == [0.0, 21.0, 85.1, 448.5]


def test_no_cohort_brings_more_than_was_billed():
    assert formulas.ultimate(CASH, pd.Series([1000, 1030, 900, 800])).tolist() == [990.0, 1030.0, 900.0, 800.0]


# concentration


def test_concentration_of_five_balances():
    owed = [10, 20, 30, 40, 100]
    assert round(formulas.gini(owed), 2) == 0.40
    assert round(formulas.gini(owed, small_sample=True), 2) == 0.50
    assert round(formulas.hhi(owed), 3) == 0.325
    assert (formulas.top_share(owed, 1), formulas.top_share(owed, 2)) == (0.5, 0.7)


def test_credits_have_no_place_in_a_concentration():
    with pytest.raises(TableRefused, match=r"(?s)^some amounts are below nought\..*got: -5\.00"):
        formulas.gini([10.0, -5.0])


def test_of_nothing_nothing_is_known():
    assert np.isnan(formulas.gini([]))
    assert np.isnan(formulas.dso(100, 0, 90))
    assert np.isnan(formulas.cei(0, 0, 0, 0))
    assert len(formulas.eventual(pd.DataFrame())) == 0
    assert formulas.age_to_age(pd.DataFrame()).tolist() == []


# what other software asserts


def facts(shared, kind):
    cases = json.loads(shared("conformance/cases.json").read_text("utf-8"))["cases"]
    return {case["id"]: case for case in cases if case["kind"] == kind}


ANSWERS = {
    "simple": lambda p: {"dso": formulas.dso(p["balance"], sum(p["sales"]), p["days"])},
    "countback": lambda p: {"dso": formulas.count_back(p["balance"], *zip(*p["sales_newest_first"], strict=True))},
    "cei": lambda p: {
        "cei_total_sales": formulas.cei(p["beginning"], p["sales"], p["ending_total"], p["ending_current"]),
        "cei_average_month_sales": formulas.cei(
            p["beginning"], p["sales"], p["ending_total"], p["ending_current"], months=p["months"]
        ),
    },
    "dso_split": lambda p: {
        "dso": formulas.dso(p["balance"], sum(p["sales"]), p["days"]),
        "best_possible_dso": formulas.dso(p["balance"] - p["past_due"], sum(p["sales"]), p["days"]),
        "add": formulas.dso(p["past_due"], sum(p["sales"]), p["days"]),
        "extended_beyond_terms": formulas.dso(p["balance"] - p["past_due"], sum(p["sales"]), p["days"]) - p["terms_days"],
    },
}


@pytest.mark.parametrize("case", ["KPI-001", "KPI-003", "KPI-005", "KPI-006", "KPI-008"])
def test_figures_are_those_that_others_publish(shared, case):
    told = facts(shared, "kpi")[case]
    found = ANSWERS[told["params"]["method"]](told["params"])
    assert {name: round(float(found[name]), 2) for name in told["expected"]} == told["expected"]


def test_a_published_provision_matrix(shared):
    told = facts(shared, "provision")["KPI-009"]
    rates = formulas.losses_from_waterfall(told["params"]["waterfall"])
    found = formulas.allowance(list(told["params"]["aged_balance"].values()), rates)
    assert (100 * rates).round(1).tolist() == list(told["expected"]["loss_rate_pct"].values())
    assert found.round().tolist() == list(told["expected"]["allowance"].values())
    assert round(found.sum()) == told["expected"]["total_allowance"]


# for any figures

AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=30)


@given(AMOUNTS, st.integers(1, 1000))
def test_concentration_knows_neither_scale_nor_order(amounts, scale):
    gini = formulas.gini(amounts)
    assert 0 <= gini < 1
    assert formulas.gini([scale * amount for amount in amounts[::-1]]) == pytest.approx(gini, abs=1e-9)
    assert 1 / len(amounts) - 1e-9 <= formulas.hhi(amounts) <= 1
    assert formulas.top_share(amounts, len(amounts)) == 1


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.integers(0, 10**7))
def test_count_back_counts_no_more_days_than_there_are_and_owing_more_is_never_fewer_days(sales, owed):
    days = [30] * len(sales)
    found, more = formulas.count_back(owed, sales, days), formulas.count_back(owed + 1, sales, days)
    assert np.isnan(found) == (owed > sum(sales))
    assert np.isnan(found) or 0 <= found <= 30 * len(sales)
    assert np.isnan(more) or more >= found - 1e-6


@given(*[st.integers(0, 10**9)] * 5)
def test_cei_is_never_above_100(begin, sales, current, late, lost):
    found = formulas.cei(begin, sales, current + late, current, written_off=lost)
    assert np.isnan(found) or found <= 100


CHANCES = st.lists(st.lists(st.integers(0, 20), min_size=5, max_size=5), min_size=3, max_size=3)


@given(CHANCES)
def test_everything_ends_somewhere(weights):
    chain = pd.DataFrame(weights, index=["a", "b", "c"], columns=["a", "b", "c", "paid", "lost"]).add([0, 0, 0, 1, 0])
    ends = formulas.eventual(chain.div(chain.sum(axis=1), axis=0))
    assert ends.sum(axis=1).to_numpy() == pytest.approx(1)
    assert ends.ge(0).all(axis=None)


@given(st.lists(st.lists(st.integers(1, 1000), min_size=4, max_size=4), min_size=1, max_size=6))
def test_the_ultimate_is_at_most_what_was_billed_and_at_least_what_came_in(rows):
    cash = pd.DataFrame(rows).cumsum(axis=1)
    billed = cash[3] + 5
    known = cash.where(np.add.outer(np.arange(len(cash)), np.arange(4)) < max(4, len(cash)))
    ultimate = formulas.ultimate(known, billed)
    assert (ultimate <= billed).all()
    assert (ultimate.fillna(0) >= known.max(axis=1).fillna(0) - 1e-9).all()


@pytest.mark.parametrize(
    ("amount", "rate", "months", "payment"),
    [(9000, 0.0, 6, 1500.0), (9000, 0.10, 6, 1544.05), (9000, 0.10, 5, 1845.25), (100, 0.12, 1, 101.0)],
)
def test_level_payments_clear_the_amount(amount, rate, months, payment):
    found = formulas.level_payment(amount, rate, months)
    assert round(found, 2) == payment
    # discounted at the same rate, the payments are worth the amount
    assert formulas.plan_value(0, found, months, rate) == pytest.approx(amount)


def test_what_an_advance_costs_a_year():
    assert round(100 * formulas.advance_cost(375, 8500, 45), 1) == 35.8
    assert np.isnan(formulas.advance_cost(375, 0, 45))
    assert np.isnan(formulas.advance_cost(375, 8500, 0))
    # it does not depend on the days: a fee per 30 days is a rate
    assert formulas.advance_cost(250, 8500, 30) == pytest.approx(formulas.advance_cost(500, 8500, 60))
