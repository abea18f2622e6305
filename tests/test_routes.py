import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy
from arkit.routes import WAYS, weigh
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
    assert routes["route"].tolist() == ["wait", "plan", "factoring", "agency", "court"] * 3
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


@pytest.mark.parametrize(
    ("days", "wait_days", "chance"),
    [(30, 0, 0.899), (1, 59, 0.813), (15, 60, (0.813 + 0.696) / 2), (30, 60, 0.696), (300, 60, 0.228), (3000, 60, 0.093)],
)
def test_waiting_moves_along_the_curve_in_straight_lines(days, wait_days, chance):
    routes = weigh(documents(("C1", "1", 100.0, days)), policy=Policy.parse(f"[routes]\nwait_days = {wait_days}"))
    assert of(routes, "wait")["chance"] == pytest.approx(chance)


def test_waiting_costs_the_price_of_money():
    # 100,000 for 60 days at 10 %: 1,644 (carrying cost of receivables)
    row = of(weigh(documents(("C1", "1", 100_000.0, 30))), "wait")
    assert row["cost"] == 1643.84
    assert row["net"] == pytest.approx(69_600 - 1643.84)
    assert row["days"] == 60
    assert row["why"] == "wait 60 days: 70 % chance at 90 days past due; costs 1,643.84 EUR"


def test_an_agency_takes_its_share_of_what_comes_in():
    # placed at 90 days for 20 %: 0.557 per unit of face, before the price of money
    free = Policy.parse("[routes]\ncost_of_money = 0.0")
    row = of(weigh(documents(("C1", "1", 1000.0, 90)), policy=free), "agency")
    assert (row["chance"], row["cost"], row["net"], row["days"]) == (0.696, 139.2, 556.8, 90)


def test_an_agency_that_must_wait_is_weighed_at_the_day_it_may_start():
    row = of(weigh(documents(("C1", "1", 1000.0, 42))), "agency")
    assert (row["chance"], row["days"], row["eligible"]) == (0.813, 90 + 18, False)
    assert row["why"] == "42 days past due: agency from 60"
    assert of(weigh(documents(("C1", "1", 1000.0, 60))), "agency")["eligible"]


def test_factoring_pays_most_at_once_for_a_fee_per_30_days():
    # 10,000 for 45 days at 2.5 % per 30 days: fee 375; 15 % of it is held back for those 45 days
    policy = Policy.parse("[routes]\nwait_days = 45")
    row = of(weigh(documents(("C1", "1", 10_000.0, 15)), scores(C1=70.0), policy), "factoring")
    assert row["days"] == 7
    assert row["cost"] == 375 + 19.18
    assert row["chance"] == pytest.approx(0.813)
    assert row["eligible"]
    assert row["why"] == ("85 % now, the rest when the customer pays, 81 % chance; fee 2.5 % per 30 days; costs 394.18 EUR")


@pytest.mark.parametrize(
    ("amount", "days", "score", "why"),
    [
        (9000.0, 61, 90.0, "61 days past due: factors buy up to 60"),
        (9000.0, 60, 39.5, "score 39.5: factors buy from 40"),
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
    assert row["why"] == "70 % chance, filed at 90 days past due; fees 10 % of the claim and 250, 240 days; costs 350.00 EUR"


@pytest.mark.parametrize(
    ("amount", "days", "why"),
    [(900.0, 59, "59 days past due: court from 60"), (499.99, 60, "499.99 EUR past due: court from 500.00 EUR")],
)
def test_small_or_fresh_claims_do_not_go_to_court(amount, days, why):
    row = of(weigh(documents(("C1", "1", amount, days))), "court")
    assert (row["eligible"], row["why"]) == (False, why)


def test_a_plan_is_kept_no_likelier_than_the_age_allows():
    fresh, stale = (of(weigh(documents(("C1", "1", 1200.0, days))), "plan") for days in (30, 360))
    assert (fresh["chance"], fresh["days"], fresh["eligible"]) == (DEFAULT.routes.plan_kept, 105, True)
    assert stale["chance"] == 0.228
    assert fresh["why"] == "75 % chance that all 6 monthly instalments come, on average after 105 days; costs 34.52 EUR"


@pytest.mark.parametrize("mark", ["is_individual", "strategic"])
def test_a_person_decides_about_sole_traders_and_strategic_customers(mark):
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "name": ["One", "Two"], mark: [True, False]})
    routes = weigh(documents(("C1", "1", 9000.0, 200), ("C2", "2", 9000.0, 200)), customers=customers)
    assert routes.loc[routes["customer_id"].eq("C1") & routes["eligible"], "route"].tolist() == ["wait", "plan"]
    assert routes.loc[routes["customer_id"].eq("C2") & routes["eligible"], "route"].tolist() == [
        "wait",
        "plan",
        "agency",
        "court",
    ]
    assert of(routes, "court")["why"].startswith("a person decides")


def test_money_keeps_the_decimals_of_its_currency_and_no_code_where_none_is_known():
    yen, unknown = (of(weigh(documents(("C1", "1", 1001.0, 100, currency))), "wait") for currency in ("JPY", "XXX"))
    assert yen["cost"] == 16.0
    assert yen["why"].endswith("costs 16 JPY")
    assert unknown["why"].endswith("costs 16.45")


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
