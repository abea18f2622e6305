"""Payment plans: worked examples, what can be borne, schedules to the minor unit, and plans followed through later postings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import DayRefused
from arkit.formulas import plan_value, simple
from arkit.ledger import Ledger
from arkit.money import to_minor
from arkit.plans import follow, plan, schedule
from arkit.policy import Policy
from arkit.tables import DOCUMENTS, INSTALMENTS, PLAN_STANDING, PLANS

AS_OF = pd.Timestamp("2026-10-31")


def customer(name="C1", owes=12_000.0, paid=(3000.0,) * 6, currency="EUR", days_late=60):
    """Documents of a customer with one invoice past due, and one settled invoice for each month back it paid."""
    due = AS_OF - pd.Timedelta(days=days_late)
    rows = [{"document_id": "late", "amount": owes, "open_amount": owes, "due_date": due, "days_late": days_late}]
    for back, money in enumerate(paid):
        on = AS_OF - pd.DateOffset(months=back) - pd.Timedelta(days=5)
        rows.append({"document_id": f"paid-{back}", "amount": money, "open_amount": 0.0, "due_date": on, "days_late": 0})
        rows[-1] |= {"paid_amount": money, "last_paid_on": on, "settled_on": on}
    table = pd.DataFrame(rows).reindex(
        columns=["document_id", "amount", "open_amount", "due_date", "days_late", "paid_amount", "last_paid_on", "settled_on"]
    )
    table["paid_amount"] = table["paid_amount"].fillna(0)
    return DOCUMENTS.conform(
        table.assign(
            as_of=AS_OF, customer_id=name, kind="invoice", currency=currency, issued=pd.Timestamp("2026-01-01"),
            settled=table["open_amount"].eq(0),
        )
    )  # fmt: skip


def offered(documents, words="", **more):
    (row,) = plan(documents, Policy.parse(words), **more).to_dict("records")
    return row


def test_the_worked_example_of_a_plan_and_what_it_is_worth():
    # 12,000, 25 % down and 6 x 1,500 at 10 % a year is worth 11,743; 10,344 if each instalment comes with 95 %; all six: 73.5 %
    row = offered(customer())
    assert [row[name] for name in ("amount", "down_payment", "instalments", "instalment")] == [12_000, 3000, 6, 1500]
    assert (round(row["value"]), round(row["expected"])) == (11_743, 10_344)
    assert round(100 * 0.95**6, 1) == 73.5
    assert (row["paid_per_month"], row["bearable"], row["minimum"]) == (3000, 1500, 750)
    assert (str(row["first_on"].date()), str(row["ends_on"].date())) == ("2026-11-07", "2027-05-07")
    assert row["why"] == (
        "paid 3,000.00 EUR in a usual month, of which 50 % can be borne: 1,500.00 EUR; 3,000.00 EUR now and 6 instalments of "
        "1,500.00 EUR to 2027-05-07, none below 750.00 EUR; worth 10,343.57 EUR today if each comes with 95 %"
    )


@pytest.mark.parametrize(
    ("kept", "rate", "worth"), [(1.0, 0.0, 12_000), (0.0, 0.1, 3000), (1.0, 0.1, 11_743), (0.95, 0.1, 10_344)]
)
def test_what_a_plan_is_worth(kept, rate, worth):
    assert round(plan_value(3000, 1500, 6, rate, kept)) == worth


@pytest.mark.parametrize(
    ("paid", "usual", "months"),
    [
        ((3000.0,) * 6, 3000, 6),  # a habit
        ((6000.0, 0.0) * 3, 2400, 8),  # every other month: five months without the best one
        ((90_000.0, 0.0, 0.0, 0.0, 0.0, 0.0), 0, 0),  # one large payment is no habit
        ((90_000.0, 3000.0, 3000.0, 3000.0, 3000.0, 3000.0), 3000, 6),
        ((9000.0,) * 6, 9000, 3),  # could pay in two months; three are the least
        ((1600.0,) * 6, 1600, 12),
        ((1400.0,) * 6, 1400, 0),  # 9,000 in 12 months is 750, and 700 can be borne
    ],
)
def test_a_customer_bears_half_of_what_it_paid_in_a_usual_month(paid, usual, months):
    row = offered(customer(paid=paid))
    assert (row["paid_per_month"], row["instalments"], row["possible"]) == (usual, months, months > 0)


def test_what_cannot_be_borne_says_so_and_is_no_plan():
    assert offered(customer(paid=(1400.0,) * 6))["why"] == (
        "cannot be borne: 9,000.00 EUR in 12 instalments is 750.00 EUR a month; it paid 1,400.00 EUR in a usual month, of "
        "which 50 % can be borne: 700.00 EUR"
    )
    row = offered(customer(paid=()))
    assert row["why"] == "next to nothing was paid in the last 6 months: there is nothing to judge a plan by"
    assert np.isnan(row["down_payment"])
    assert row["instalments"] == 0
    assert offered(customer(owes=999.99))["why"] == "999.99 EUR past due: plans from 1,000.00 EUR"


def test_where_payments_are_not_known_the_usual_plan_is_proposed_and_says_so():
    row = offered(customer().assign(paid_amount=np.nan))
    assert (row["possible"], row["instalments"]) == (True, 6)
    assert np.isnan(row["paid_per_month"])
    assert row["why"].startswith("what it can bear is not known, for no payments are: ask for its figures; 3,000.00 EUR now")


def test_an_instalment_is_never_below_the_smallest():
    words = "[plans]\nsmallest = 100\nsmallest_instalment = 50\nmonths_most = 24"
    assert offered(customer(owes=200.0, paid=(100.0,) * 6), words)["instalments"] == 3
    row = offered(customer(owes=160.0, paid=(120.0,) * 6), words)
    assert (row["instalments"], row["instalment"], row["minimum"]) == (2, 60, 50)
    assert not offered(customer(owes=160.0, paid=(90.0,) * 6), words)["possible"]


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ({"insolvent_since": "2026-10-31"}, "insolvent: file the claim with the administrator"),
        ({"do_not_contact": True}, "marked do not contact: the person who set the mark decides"),
    ],
)
def test_nobody_makes_a_plan_with_who_may_not_be_asked(mark, words):
    known = pd.DataFrame({"customer_id": ["C1"], "name": "One"} | {name: [value] for name, value in mark.items()})
    row = offered(customer(), customers=known)
    assert (row["possible"], row["why"]) == (False, words)


def test_an_insured_debt_needs_the_insurer():
    known = pd.DataFrame({"customer_id": ["C1"], "name": "One", "insured_until": "2026-12-31"})
    assert offered(customer(), customers=known)["why"].endswith("; insured: ask the insurer before anything is agreed")


def test_what_is_blocked_or_covered_by_credit_is_in_no_plan():
    credit = customer(owes=-2000.0, paid=()).assign(document_id="CN", kind="credit_note")
    assert offered(pd.concat([customer(), credit], ignore_index=True))["amount"] == 10_000
    blocks = pd.DataFrame({"customer_id": ["C1"], "document_id": ["late"]})
    assert len(plan(customer(), blocks=blocks)) == 0
    assert list(plan(DOCUMENTS.empty())) == PLANS.names


def test_the_break_even_is_where_plan_and_alternative_are_worth_the_same():
    routes = pd.DataFrame(
        {
            "as_of": AS_OF,
            "customer_id": "C1",
            "route": ["plan", "wait", "agency", "court"],
            "amount": 12_000.0,
            "currency": "EUR",
        }
        | {"chance": 0.5, "basis": "prior", "days": 60, "cost": 0.0, "net": [11_000.0, 5000.0, 8000.0, 9000.0]}
        | {"eligible": [True, True, True, False], "rank": [1, 3, 2, 4], "why": ""}
    )
    row = offered(customer(), routes=routes)
    assert (row["alternative"], row["alternative_net"]) == ("agency", 8000)
    assert plan_value(3000, 1500, 6, 0.10, row["break_even"]) == pytest.approx(8000)
    assert row["why"].endswith("; better than agency, 8,000.00 EUR, if each instalment comes with 85 % or more")
    better = offered(customer(), routes=routes.assign(net=11_900.0))
    assert np.isnan(better["break_even"])
    assert better["why"].endswith("; worse than agency, 11,900.00 EUR, even if all of it comes")


# -- schedules ---------------------------------------------------------------------------------------------------------------


def test_interest_runs_on_what_is_still_owed_by_days():
    documents = customer(paid=(4000.0,) * 6)
    policy = Policy.parse("[plans]\nrate = 0.10")
    rows = schedule(plan(documents, policy), policy)
    assert len(rows) == 1 + 5
    balance, day = 9000_00, pd.Timestamp("2026-11-07")
    for row in rows.to_dict("records")[1:]:
        interest = simple(np.array([balance]), 0.10, (row["due_on"] - day).days)[0]
        assert round(100 * row["interest"]) == interest
        balance, day = balance - round(100 * row["principal"]), row["due_on"]
        assert round(100 * row["balance"]) == balance
    assert balance == 0
    assert rows["amount"].iloc[1:-1].tolist() == [1845.25] * 4  # 9,000 x i / (1 - (1 + i)^-5), i = 0.1 / 12
    assert abs(rows["amount"].iloc[-1] - 1845.25) < 2


def test_instalments_fall_on_the_same_day_of_the_month_or_its_last():
    documents = customer(paid=(4000.0,) * 6)
    policy = Policy.parse("[plans]\nfirst_in_days = 91")
    days = schedule(plan(documents, policy), policy)["due_on"]
    assert days.dt.strftime("%m-%d").tolist() == ["01-30", "02-28", "03-30", "04-30", "05-30", "06-30"]


@settings(max_examples=25)
@given(
    st.sampled_from([("EUR", 100), ("JPY", 1), ("KWD", 1000)]),
    st.integers(1000, 9_000_000),
    st.integers(1, 2_000_000),
    st.sampled_from([0.0, 0.08, 0.36]),
    st.integers(1, 24),
)
def test_schedules_add_up_to_the_minor_unit(currency, owed, monthly, rate, most):
    code, unit = currency
    documents = customer(owes=owed / unit, paid=(monthly / unit,) * 6, currency=code)
    policy = Policy.parse(
        f"[plans]\nrate = {rate}\nmonths_most = {most}\nmonths_least = 1\nsmallest = 0\nsmallest_instalment = 1"
    )
    plans = plan(documents, policy)
    rows = schedule(plans, policy)
    (row,) = plans.to_dict("records")
    assert len(rows) == (row["instalments"] + 1 if row["possible"] else 0)
    if not row["possible"]:
        return
    minor = {name: to_minor(rows[name], rows["currency"]) for name in ("amount", "interest", "principal", "balance")}
    assert minor["principal"].sum() == owed
    assert (minor["amount"] == minor["interest"] + minor["principal"]).all()
    assert (minor["balance"] == owed - minor["principal"].cumsum()).all()
    assert (minor["principal"][1:] >= 0).all()
    assert minor["balance"][-1] == 0
    paid = minor["amount"][1:-1][minor["balance"][1:-1] > 0]  # a standing order of one amount, until the debt is gone
    assert len(set(paid)) <= 1
    assert (minor["amount"][-1] <= paid).all() or rate > 0
    assert minor["interest"].sum() == round(row["interest"] * unit)
    assert rows["due_on"].is_monotonic_increasing


@settings(max_examples=8)
@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 900_000), st.integers(0, 400_000)), max_size=6), st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    parts = [
        customer(name, owed / 100, (paid / 100,) * 3).assign(document_id=lambda t, n=n: t["document_id"] + str(n))
        for n, (name, owed, paid) in enumerate(rows)
    ]
    table = pd.concat([DOCUMENTS.empty(), *parts], ignore_index=True)
    order = list(range(len(table)))
    random.shuffle(order)
    other = table.iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(plan(table), plan(other))
    pd.testing.assert_frame_equal(schedule(plan(table)), schedule(plan(other)))


@settings(max_examples=12)
@given(st.integers(100_000, 5_000_000), st.integers(1, 1_000_000), st.integers(1, 1_000_000))
def test_who_pays_more_bears_a_plan_at_least_as_short(owed, paid, more):
    less, greater = (offered(customer(owes=owed / 100, paid=(money / 100,) * 6)) for money in (paid, paid + more))
    assert greater["possible"] or not less["possible"]
    assert not less["possible"] or greater["instalments"] <= less["instalments"]


# -- plans followed ----------------------------------------------------------------------------------------------------------

AGREED = pd.DataFrame(
    {"as_of": "2026-06-30", "customer_id": "C1", "currency": "EUR", "number": [0, 1, 2], "amount": [400.0, 300.0, 300.0]}
    | {"due_on": ["2026-07-07", "2026-08-07", "2026-09-07"]}
)


def posted(*payments, extra=()):
    """A ledger with one invoice of 1,000 before the plan, and payments (day, amount[, document, kind])."""
    rows = [("I1", "invoice", "2026-03-31", 1000.0), *extra]
    rows += [
        ((*more, "I1")[0], (*more, "I1", "payment")[1] if len(more) > 1 else "payment", day, -money)
        for day, money, *more in payments
    ]
    table = pd.DataFrame(rows, columns=["document_id", "kind", "date", "amount"])
    return Ledger(table.assign(customer_id="C1", currency="EUR"))


def standing(ledger, day, agreed=AGREED):
    return follow(agreed, ledger, day)


@pytest.mark.parametrize(
    ("payments", "day", "states", "whole"),
    [
        ([], "2026-07-06", ["coming", "coming", "coming"], "kept"),
        ([], "2026-07-07", ["waiting", "coming", "coming"], "waiting"),
        ([], "2026-07-14", ["waiting", "coming", "coming"], "waiting"),
        ([], "2026-07-15", ["broken", "coming", "coming"], "broken"),
        ([("2026-07-07", 400.0)], "2026-07-31", ["kept", "coming", "coming"], "kept"),
        ([("2026-07-14", 400.0)], "2026-07-31", ["kept", "coming", "coming"], "kept"),
        ([("2026-07-15", 400.0)], "2026-07-31", ["late", "coming", "coming"], "late"),
        ([("2026-07-07", 399.99)], "2026-07-31", ["broken", "coming", "coming"], "broken"),
        ([("2026-07-07", 700.0)], "2026-07-31", ["kept", "kept", "coming"], "kept"),
        ([("2026-07-07", 400.0)], "2026-08-15", ["kept", "broken", "coming"], "broken"),
        ([("2026-07-20", 1000.0)], "2026-07-31", ["late", "kept", "kept"], "finished"),
        ([("2026-06-30", 400.0)], "2026-07-31", ["broken", "coming", "coming"], "broken"),
        (
            [("2026-07-07", 400.0), ("2026-07-20", -400.0, "I1", "return")],
            "2026-07-31",
            ["broken", "coming", "coming"],
            "broken",
        ),
        ([("2026-07-07", 400.0, "P9")], "2026-07-31", ["kept", "coming", "coming"], "kept"),
    ],
)
def test_each_instalment_is_kept_late_broken_waiting_or_coming(payments, day, states, whole):
    rows = standing(posted(*payments), day)
    assert rows["standing"].tolist() == states
    assert rows["plan"].unique().tolist() == [whole]


def test_what_was_due_and_paid_so_far_and_what_is_next():
    rows = standing(posted(("2026-07-05", 500.0)), "2026-08-10")
    assert rows["paid"].tolist() == [400.0, 100.0, 0.0]
    assert rows[["due_so_far", "paid_so_far"]].drop_duplicates().to_numpy().tolist() == [[700.0, 500.0]]
    assert rows["paid_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2026-07-05", "", ""]
    assert rows["next_due"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2026-08-07"]
    assert list(rows) == PLAN_STANDING.names


def test_money_for_invoices_written_later_is_no_instalment():
    new = [("I2", "invoice", "2026-07-01", 400.0)]
    assert standing(posted(("2026-07-05", 400.0, "I2"), extra=new), "2026-07-31")["standing"].iloc[0] == "broken"
    assert standing(posted(("2026-07-05", 400.0, "I1"), extra=new), "2026-07-31")["standing"].iloc[0] == "kept"


def test_a_debt_that_is_gone_needs_no_more_instalments():
    ledger = posted(("2026-07-05", 400.0), ("2026-07-10", 600.0, "I1", "credit_note"))
    rows = standing(ledger, "2026-12-31")
    assert rows["standing"].tolist() == ["kept", "not needed", "not needed"]
    assert rows["plan"].unique().tolist() == ["finished"]
    assert rows["next_due"].isna().all()


def test_a_bounced_payment_counts_from_the_day_it_came_again():
    ledger = posted(("2026-07-07", 400.0), ("2026-07-09", -400.0, "I1", "return"), ("2026-07-30", 400.0))
    first = standing(ledger, "2026-08-01").iloc[0]
    assert (first["standing"], f"{first['paid_on']:%Y-%m-%d}") == ("late", "2026-07-30")
    assert standing(ledger, "2026-07-08").iloc[0]["standing"] == "kept"


def test_a_newer_plan_replaces_an_older_one_from_its_day():
    newer = AGREED.assign(as_of="2026-08-31", due_on=["2026-09-07", "2026-10-07", "2026-11-07"])
    both = pd.concat([AGREED, newer], ignore_index=True)
    assert standing(posted(), "2026-08-30", both)["made_on"].unique().tolist() == [pd.Timestamp("2026-06-30")]
    rows = standing(posted(), "2026-08-31", both)
    assert rows["made_on"].unique().tolist() == [pd.Timestamp("2026-08-31")]
    assert rows["standing"].tolist() == ["coming"] * 3
    assert len(standing(posted(), "2026-06-29", both)) == 0


def test_lists_of_open_items_cannot_tell_what_was_paid():
    with pytest.raises(
        DayRefused, match=r"^no plan can be followed\.\n  expected: postings, so that it is known what was paid when"
    ):
        follow(AGREED, Ledger(), "2026-07-31")


def test_a_plan_that_was_offered_can_be_followed_as_it_is():
    offered_plans = plan(customer())
    rows = follow(schedule(offered_plans), posted(extra=[("late", "invoice", "2026-08-01", 12_000.0)]), "2026-11-20")
    assert rows["standing"].tolist()[:2] == ["broken", "coming"]
    assert len(rows) == 7
    assert list(follow(INSTALMENTS.empty(), Ledger(), "2026-11-20")) == PLAN_STANDING.names


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 150), st.integers(-300, 600)), max_size=6),
    st.integers(0, 150),
    st.randoms(use_true_random=False),
)
def test_money_is_neither_lost_nor_counted_twice(moves, after, random):
    start = pd.Timestamp("2026-07-01")
    payments = [(f"{start + pd.Timedelta(days=day):%Y-%m-%d}", float(money), "I1", "payment") for day, money in moves if money]
    day = start + pd.Timedelta(days=after)
    rows = standing(posted(*payments), day)
    came = sum(money for on, money, *_ in payments if pd.Timestamp(on) <= day)
    assert rows["paid_so_far"].iloc[0] == came
    assert rows["paid"].sum() == min(max(came, 0), 1000)
    assert rows.loc[rows["standing"].isin(["kept", "late"]), "paid_on"].notna().all()
    assert (rows["paid"].eq(rows["amount"]) == rows["paid_on"].notna()).all()
    random.shuffle(payments)
    shuffled = AGREED.sample(frac=1, random_state=random.randint(0, 9))
    pd.testing.assert_frame_equal(standing(posted(*payments), day, shuffled), rows)
