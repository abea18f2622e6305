import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy
from arkit.routes import WAYS, agency_fee, weigh
from arkit.tables import DOCUMENTS, ROUTES

AS_OF = pd.Timestamp("2026-10-31")


def documents(*rows):
    """Documents from (customer, document, open amount, days late[, currency])."""
    table = pd.DataFrame(
        [(*row, "EUR")[:5] for row in rows], columns=["customer_id", "document_id", "open_amount", "days_late", "currency"]
    )
    due = AS_OF - pd.to_timedelta(table["days_late"], unit="D")
    return DOCUMENTS.conform(
        table.assign(
            as_of=AS_OF,
            kind=np.where(table["open_amount"] < 0, "credit_note", "invoice"),
            issued=due - pd.Timedelta(days=30),
            due_date=due,
            amount=table["open_amount"],
            settled=table["open_amount"].eq(0),
            settled_on=pd.NaT,
        )
    )


def scores(**values):
    return pd.DataFrame({"customer_id": list(values), "score": list(values.values())})


def of(routes, route, customer_id="C1"):
    (row,) = routes[routes["route"].eq(route) & routes["customer_id"].eq(customer_id)].to_dict("records")
    return row


def test_each_customer_and_currency_past_due_gets_one_row_per_way_mildest_first():
    routes = weigh(documents(("B", "1", 100.0, 5, "USD"), ("A", "2", 70.0, 5), ("A", "3", 7000.0, 5, "JPY")))
    assert list(routes) == ROUTES.names
    assert routes["route"].tolist() == ["wait", "remind", "plan", "factoring", "agency", "court"] * 3
    assert routes.drop_duplicates(["customer_id", "currency"])[["customer_id", "currency", "amount"]].to_numpy().tolist() == [
        ["A", "EUR", 70.0],
        ["A", "JPY", 7000.0],
        ["B", "USD", 100.0],
    ]
    assert routes["as_of"].eq(AS_OF).all()


def test_nothing_past_due_means_no_rows():
    assert len(weigh(DOCUMENTS.empty())) == 0
    on_time = documents(
        ("C1", "due today", 100.0, 0), ("C2", "covered", 100.0, 9), ("C2", "CN", -100.0, 1), ("C3", "paid", 0.0, 9)
    )
    routes = weigh(on_time)
    assert len(routes) == 0
    assert list(routes) == ROUTES.names


def test_credit_pays_the_oldest_first_and_only_its_own_customer_and_currency():
    routes = weigh(
        documents(
            ("C1", "new", 100.0, 10),
            ("C1", "old", 100.0, 100),
            ("C1", "CN", -150.0, 0),
            ("C1", "yen", 100.0, 10, "JPY"),
            ("C2", "CN", -900.0, 0),
        )
    )
    euro = routes[routes["currency"].eq("EUR")]
    assert euro["amount"].unique().tolist() == [50.0]
    assert of(euro, "agency")["why"].startswith("10 days past due")
    assert routes.loc[routes["currency"].eq("JPY"), "amount"].unique().tolist() == [100.0]
    assert set(routes["customer_id"]) == {"C1"}


def test_age_is_weighted_by_amount():
    assert (
        of(weigh(documents(("C1", "1", 300.0, 10), ("C1", "2", 100.0, 70))), "agency")["why"]
        == "25 days past due: agency from 60"
    )


PRIOR = dict(DEFAULT.routes.chance_by_months)


@pytest.mark.parametrize(
    ("days", "chance"),
    [(1, 0.949 - 0.05 / 30), (30, 0.899), (75, (0.813 + 0.696) / 2), (90, 0.696), (360, 0.228), (3000, 0.093)],
)
def test_without_history_the_chance_is_that_of_the_prior_and_the_row_says_so(days, chance):
    row = of(weigh(documents(("C1", "1", 1000.0, days))), "agency")
    assert (row["chance"], row["basis"]) == (pytest.approx(chance), "prior")
    assert "by the prior of the policy" in of(weigh(documents(("C1", "1", 1000.0, days))), "wait")["why"]


@pytest.mark.parametrize(("days", "wait_days", "then"), [(30, 60, 3), (60, 30, 3), (90, 90, 6), (30, 0, 1), (720, 60, 24)])
def test_what_comes_while_waiting_is_what_the_chances_at_both_ends_imply(days, wait_days, then):
    # what will never be paid stays open: of it and what is still open then, now holds more; 1 - (1 - p) / (1 - p then)
    row = of(weigh(documents(("C1", "1", 100.0, days)), policy=Policy.parse(f"[routes]\nwait_days = {wait_days}")), "wait")
    assert row["chance"] == pytest.approx(1 - (1 - PRIOR[days // 30]) / (1 - PRIOR[then]))


def test_waiting_costs_the_price_of_money():
    # 100,000 for 60 days at 10 %: 1,644 (carrying cost of receivables)
    row = of(weigh(documents(("C1", "1", 100_000.0, 30))), "wait")
    assert (row["cost"], row["days"]) == (1643.84, 60)
    assert row["net"] == pytest.approx(100_000 * row["chance"] - 1643.84, abs=0.01)
    assert row["why"].startswith("67 % comes within 60 days, by the prior of the policy")
    assert row["why"].endswith("; costs 1,643.84 EUR")


def test_a_call_brings_a_share_of_what_would_come_later_and_pays_from_some_amount_on():
    wait, remind = (of(weigh(documents(("C1", "1", 1000.0, 90))), route) for route in ("wait", "remind"))
    assert remind["chance"] == pytest.approx(wait["chance"] + 0.25 * (0.696 - wait["chance"]))
    assert remind["cost"] == pytest.approx(wait["cost"] + 15)
    small, large = (weigh(documents(("C1", "1", amount, 90))) for amount in (100.0, 200.0))
    assert of(small, "wait")["rank"] < of(small, "remind")["rank"]
    assert of(large, "remind")["rank"] < of(large, "wait")["rank"]


def test_an_agency_takes_its_share_of_what_comes_in():
    # placed at 90 days for 20 %: 0.557 per unit of face; at 180 for 30 %: 0.365; at 365 for 40 %: 0.137 (chance 0.228)
    for days, per_unit in ((90, 0.557), (180, 0.365), (360, 0.137)):
        policy = Policy.parse(
            "[routes]\ncost_of_money = 0.0\nagency_fees = [[0, 0.2], [180, 0.3], [360, 0.4]]\nagency_fee_sizes = [[0, 0]]"
        )
        row = of(weigh(documents(("C1", "1", 1000.0, days)), policy=policy), "agency")
        assert round(row["net"] / 1000, 3) == per_unit
        assert row["days"] == 90


@pytest.mark.parametrize(
    ("days", "amount", "fee"),
    [(90, 4999.99, 0.25), (90, 5000.0, 0.20), (90, 50_000.0, 0.15), (180, 5000.0, 0.30), (365, 4000.0, 0.45), (20, 9e9, 0.15)],
)
def test_fees_of_agencies_go_by_age_and_size(days, amount, fee):
    assert agency_fee(pd.Series([days]), pd.Series([amount]), DEFAULT.routes).tolist() == [pytest.approx(fee)]


def test_what_comes_before_an_agency_has_it_costs_no_fee():
    free = Policy.parse("[routes]\ncost_of_money = 0.0\nagency_fee_sizes = [[0, 0]]")
    routes = weigh(documents(("C1", "1", 1000.0, 30)), policy=free)
    row = of(routes, "agency")
    before = 1 - (1 - PRIOR[1]) / (1 - PRIOR[2])
    assert (row["chance"], row["days"], row["eligible"]) == (pytest.approx(0.899), 90 + 30, False)
    assert row["cost"] == pytest.approx(1000 * (0.899 - before) * 0.2, abs=0.005)
    assert row["why"] == "30 days past due: agency from 60"
    assert of(weigh(documents(("C1", "1", 1000.0, 60))), "agency")["eligible"]


def test_factoring_pays_most_at_once_for_a_fee_per_30_days():
    # 10,000 for 45 days at 2.5 % per 30 days: fee 375; 15 % of it is held back for those 45 days
    policy = Policy.parse("[routes]\nwait_days = 45")
    row = of(weigh(documents(("C1", "1", 10_000.0, 30)), scores(C1=70.0), policy), "factoring")
    assert (row["days"], row["cost"], row["eligible"]) == (7, 375 + 19.18, True)
    assert row["chance"] == pytest.approx(1 - 0.101 / (1 - (2 * PRIOR[3] + PRIOR[6]) / 3))
    assert row["why"].startswith("85 % now, the rest when the customer pays, ")
    assert row["why"].endswith("; fee 2.5 % per 30 days; costs 394.18 EUR")


@pytest.mark.parametrize(
    ("amount", "days", "score", "why"),
    [
        (9000.0, 61, 90.0, "61 days past due: factors buy up to 60"),
        (9000.0, 60, 39.5, "score 39.5: factors buy from 40; bad debt is not slow, it is to be collected"),
        (9000.0, 60, None, "no score: factors buy the customer's credit, which is not known"),
        (4999.99, 60, 40.0, "4,999.99 EUR past due: factors buy from 5,000.00 EUR"),
        (5000.0, 60, 40.0, ""),
    ],
)
def test_factoring_is_for_fresh_large_claims_on_good_customers(amount, days, score, why):
    row = of(weigh(documents(("C1", "1", amount, days)), None if score is None else scores(C1=score)), "factoring")
    assert row["eligible"] == (not why)
    assert row["why"] == why or row["eligible"]


def test_the_first_of_several_hurdles_is_named():
    routes = weigh(
        documents(("C1", "1", 100.0, 59)), customers=pd.DataFrame({"customer_id": ["C1"], "name": "One", "strategic": True})
    )
    assert of(routes, "court")["why"] == "a person decides: sole trader or strategic customer"
    assert of(routes, "factoring")["why"].startswith("no score")


def test_a_court_costs_a_share_of_the_claim_and_a_fixed_sum():
    row = of(weigh(documents(("C1", "1", 1000.0, 90)), policy=Policy.parse("[routes]\ncost_of_money = 0.0")), "court")
    assert (row["cost"], row["net"], row["days"], row["eligible"]) == (350.0, 346.0, 240, True)
    assert row["why"].startswith("70 % still comes in, by the prior of the policy")
    assert row["why"].endswith("; filed at 90 days past due, fees 10 % of the claim and 250, 240 days; costs 350.00 EUR")


def test_a_named_court_has_its_own_fees_and_limit():
    england = Policy.parse('[routes]\ncourt = "england"\ncourt_fixed = 0\ncost_of_money = 0.0')
    table = documents(
        ("C1", "1", 3000.0, 90, "GBP"),
        ("C2", "1", 10_000.0, 90, "GBP"),
        ("C3", "1", 10_000.01, 90, "GBP"),
        ("C4", "1", 1000.0, 90),
    )
    routes = weigh(table, policy=england)
    costs = [of(routes, "court", customer)["cost"] for customer in ("C1", "C2", "C3", "C4")]
    assert costs == [296.0, 801.0, 801.0, 100.0]
    assert "fees of England and Wales, small claims track as of 2026-11-25" in of(routes, "court", "C1")["why"]
    assert of(routes, "court", "C2")["eligible"]
    assert of(routes, "court", "C3")["why"] == (
        "10,000.01 GBP: England and Wales, small claims track hears up to 10,000 GBP; ask a lawyer"
    )
    assert "for those of England and Wales, small claims track are in GBP" in of(routes, "court", "C4")["why"]
    unsure = weigh(documents(("C1", "1", 3000.0, 90, "USD")), policy=Policy.parse('[routes]\ncourt = "california"'))
    assert "as of 2026-11-25, not confirmed" in of(unsure, "court")["why"]


@pytest.mark.parametrize(
    ("amount", "days", "why"),
    [(900.0, 59, "59 days past due: court from 60"), (499.99, 60, "499.99 EUR past due: court from 500.00 EUR")],
)
def test_small_or_fresh_claims_do_not_go_to_court(amount, days, why):
    row = of(weigh(documents(("C1", "1", amount, days))), "court")
    assert (row["eligible"], row["why"]) == (False, why)


def test_a_plan_brings_no_more_than_the_age_allows():
    fresh, stale = (of(weigh(documents(("C1", "1", 1200.0, days))), "plan") for days in (30, 360))
    comes = 0.25 + 0.75 * sum(0.95**month for month in range(1, 7)) / 6
    assert (fresh["chance"], fresh["days"], fresh["eligible"]) == (pytest.approx(comes), 86, True)
    assert stale["chance"] == pytest.approx(0.228)
    assert fresh["why"].startswith(
        "88 % of 25 % now and 6 monthly instalments comes, on average after 86 days; each comes with 95 %"
    )
    assert of(weigh(documents(("C1", "1", 999.99, 30))), "plan")["why"] == "999.99 EUR past due: plans from 1,000.00 EUR"


def eligible(routes, customer_id="C1"):
    return routes.loc[routes["customer_id"].eq(customer_id) & routes["eligible"], "route"].tolist()


def marked(**mark):
    return pd.DataFrame({"customer_id": ["C1"], "name": "One"} | {name: [value] for name, value in mark.items()})


@pytest.mark.parametrize(
    ("mark", "left"),
    [
        ({}, ["wait", "remind", "plan", "agency", "court"]),
        ({"is_individual": True}, ["wait", "remind", "plan"]),
        ({"strategic": True}, ["wait", "remind", "plan"]),
        ({"insured_until": "2026-04-14"}, ["wait", "remind", "plan"]),
        ({"insured_until": "2026-04-13"}, ["wait", "remind", "plan", "agency", "court"]),
        ({"insolvent_since": "2026-10-31"}, ["wait"]),
        ({"insolvent_since": "2026-11-01"}, ["wait", "remind", "plan", "agency", "court"]),
        ({"do_not_contact": True}, ["wait"]),
    ],
)
def test_nobody_is_handed_over_whom_a_person_or_an_insurer_decides_about(mark, left):
    # due on 2026-04-14
    routes = weigh(documents(("C1", "1", 9000.0, 200)), customers=marked(**mark))
    assert eligible(routes) == left


def test_a_supplier_may_set_off_and_is_not_sold():
    routes = weigh(documents(("C1", "1", 9000.0, 20)), scores(C1=80.0), customers=marked(is_supplier=True))
    assert of(routes, "factoring")["why"] == "we buy there too: they may set off, and factors do not buy"


def test_what_is_blocked_is_not_weighed():
    table = documents(("C1", "open", 700.0, 20), ("C1", "disputed", 900.0, 90), ("C2", "held", 50.0, 9))
    blocks = pd.DataFrame({"customer_id": ["C1", "C2"], "document_id": ["disputed", ""]})
    routes = weigh(table, blocks=blocks)
    assert routes["amount"].unique().tolist() == [700.0]
    assert set(routes["customer_id"]) == {"C1"}


def test_what_is_eligible_comes_first_and_then_the_largest_net():
    routes = weigh(documents(("C1", "1", 9000.0, 90), ("C2", "1", 60.0, 3)), scores(C1=20.0, C2=90.0))
    for _, rows in routes.groupby("customer_id"):
        ordered = rows.sort_values("rank")
        assert ordered["rank"].tolist() == [1, 2, 3, 4, 5, 6]
        assert ordered["eligible"].tolist() == sorted(rows["eligible"], reverse=True)
        for _, part in ordered.groupby("eligible"):
            assert part["net"].is_monotonic_decreasing


# -- where chances come from -------------------------------------------------------------------------------------------------


def paid(customer, number, issued, due, on):
    return (customer, number, issued, due, 100.0, on)


def test_a_forecast_decides_where_there_is_one_and_the_curve_goes_on_after_it():
    table = documents(("C1", "1", 1000.0, 30), ("C2", "1", 1000.0, 30))
    said = pd.DataFrame(
        {"as_of": AS_OF, "customer_id": ["C1"], "document_id": "1", "currency": "EUR", "basis": "", "low_date": pd.NaT}
        | {"expected_date": pd.NaT, "high_date": pd.NaT, "p_7": 0.1, "p_14": 0.2, "p_30": 0.4, "p_60": 0.6, "p_90": 0.7}
    )
    routes = weigh(table, forecasts=said)
    assert of(routes, "wait")["chance"] == pytest.approx(0.6)
    assert of(routes, "agency")["chance"] == pytest.approx(0.7 + 0.3 * (PRIOR[3] * 2 + PRIOR[6]) / 3)
    assert of(routes, "wait")["basis"] == "forecast"
    assert "by the forecast" in of(routes, "wait")["why"]
    assert of(routes, "wait", "C2")["basis"] == "prior"


def test_an_account_rests_on_the_weakest_of_its_documents():
    table = documents(("C1", "1", 1000.0, 30), ("C1", "2", 1000.0, 30))
    said = pd.DataFrame(
        {"as_of": AS_OF, "customer_id": ["C1"], "document_id": "1", "currency": "EUR", "basis": "", "low_date": pd.NaT}
        | {"expected_date": pd.NaT, "high_date": pd.NaT, "p_7": 1.0, "p_14": 1.0, "p_30": 1.0, "p_60": 1.0, "p_90": 1.0}
    )
    row = of(weigh(table, forecasts=said), "wait")
    assert row["basis"] == "prior"
    assert row["chance"] == pytest.approx((1 + 1 - (1 - PRIOR[1]) / (1 - PRIOR[3])) / 2)


def test_the_firms_own_curve_decides_where_enough_was_seen_and_the_customers_own_where_more(ledger_of):
    # of B's forty invoices all were paid 40 days late; of C's ten none was late by so much
    past = [paid("B", f"B{n}", "2025-01-01", "2025-02-01", "2025-03-13") for n in range(40)]
    past += [paid("C", f"C{n}", "2025-01-01", "2025-02-01", "2025-02-03") for n in range(10)]
    now = [paid(who, f"{who}-open", "2026-09-01", "2026-10-01", None) for who in ("B", "C", "new")]
    routes = weigh(ledger_of(past + now).at("2026-10-31"))
    basis = {who: of(routes, "wait", who)["basis"] for who in ("B", "C", "new")}
    assert basis == {"B": "customer", "C": "book", "new": "book"}
    chance = {who: of(routes, "wait", who)["chance"] for who in ("B", "C", "new")}
    assert chance["B"] > chance["new"] > 1 - (1 - PRIOR[1]) / (1 - PRIOR[3])
    assert "as did its own 40 invoices open at such an age" in of(routes, "wait", "B")["why"]
    assert "as did the 40 invoices of all customers open at such an age" in of(routes, "wait", "new")["why"]


# -- properties --------------------------------------------------------------------------------------------------------------


def test_money_keeps_the_decimals_of_its_currency_and_no_code_where_none_is_known():
    yen, unknown = (of(weigh(documents(("C1", "1", 1001.0, 100, currency))), "wait") for currency in ("JPY", "XXX"))
    assert yen["cost"] == 16.0
    assert yen["why"].endswith("costs 16 JPY")
    assert unknown["why"].endswith("costs 16.45")


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 900_000), st.integers(1, 800)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_matter(rows, random):
    table = documents(*((customer, str(i), cents / 100, days) for i, (customer, cents, days) in enumerate(rows)))
    order = list(range(len(table)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(weigh(table), weigh(table.iloc[order].reset_index(drop=True)))


@settings(max_examples=30)
@given(st.integers(1, 800), st.integers(1, 9_000_000), st.sampled_from([0.0, 0.1, 0.3]), st.sampled_from([0, 10, 500]))
def test_raising_a_fee_never_raises_a_net(days, cents, more, fixed):
    table, dearer = documents(("C1", "1", cents / 100, days)), DEFAULT.routes.court_fixed + fixed
    policy = Policy.parse(
        f"[routes]\ncall_cost = {15 + fixed}\ncourt_fee = {0.1 + more}\ncourt_fixed = {dearer}\n"
        f"cost_of_money = {0.1 + more}\nagency_fees = [[0, {0.2 + more}], [180, {0.3 + more}], [365, {0.4 + more}]]\n"
        f"[factoring]\nfee = {0.025 + more}"
    )
    assert (weigh(table, policy=policy)["net"] <= weigh(table)["net"]).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-10_000, 10_000), st.integers(-50, 900)), min_size=1, max_size=12))
def test_the_amount_is_exactly_what_credits_leave_past_due(rows):
    table = documents(*((customer, str(i), cents / 100, days) for i, (customer, cents, days) in enumerate(rows)))
    routes = weigh(table)
    owed = {customer: max(0, sum(c for who, c, days in rows if who == customer and (c < 0 or days > 0))) for customer in "AB"}
    for way in WAYS:
        mine = routes[routes["route"].eq(way)]
        assert dict(zip(mine["customer_id"], to_minor(mine["amount"], mine["currency"]), strict=True)) == {
            customer: cents for customer, cents in owed.items() if cents
        }


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 1500), st.integers(1, 10_000_000), st.floats(0, 100))
def test_every_row_can_be_recomputed_from_itself(days, cents, score):
    routes = weigh(documents(("C1", "1", cents / 100, days)), scores(C1=score))
    assert routes["chance"].between(0, 1).all()
    assert routes["days"].ge(0).all()
    assert np.allclose(routes["net"] + routes["cost"], routes["amount"] * routes["chance"], atol=0.0051)
    assert routes.loc[routes["route"].eq("wait"), "eligible"].all()
    assert routes["why"].str.len().gt(0).all()
