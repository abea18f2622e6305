"""Curves of what still comes in: hand-counted books, and what holds for any book."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.policy import DEFAULT, Policy
from arkit.recovery import AGES, MONTH, Recovery
from arkit.tables import DOCUMENTS

#: Next to no prior, so that what was counted can be told from the curve.
OWN = Policy.parse("[routes]\ncurve_book = 1e-9\ncurve_customer = 1e-9")
#: ... and nothing beyond the last age.
NOTHING_LATER = "[routes]\ncurve_book = 1e-9\ncurve_customer = 1e-9\nchance_by_months = [[0, 0.0], [24, 0.0]]"


def book(*rows, as_of="2026-10-31"):
    """Documents from (customer, days past due when it ended or None, how: money, credit), due two years and more before."""
    as_of = pd.Timestamp(as_of)
    table = pd.DataFrame(rows, columns=["customer_id", "after", "how"])
    due = pd.Series(pd.Timestamp("2024-01-01"), index=table.index)
    ended = table["after"].notna()
    on = due + pd.to_timedelta(table["after"].fillna(0), unit="D")
    money = ended & table["how"].eq("money")
    return DOCUMENTS.conform(
        pd.DataFrame(
            {
                "as_of": as_of,
                "customer_id": table["customer_id"],
                "document_id": [str(n) for n in range(len(table))],
                "kind": "invoice",
                "issued": due - pd.Timedelta(days=30),
                "due_date": due,
                "amount": 100.0,
                "open_amount": np.where(ended, 0.0, 100.0),
                "currency": "EUR",
                "settled": ended,
                "settled_on": on.where(ended),
                "days_late": table["after"].fillna((as_of - due).dt.days).astype("int64"),
                "paid_amount": np.where(money, 100.0, 0.0),
                "last_paid_on": on.where(money),
            }
        )
    )


def still(curves, age, who="nobody"):
    return curves.still(np.array([who]), np.array([float(age)]))[0]


def within(curves, age, days, who="nobody"):
    return curves.within(np.array([who]), np.array([float(age)]), float(days))[0]


def test_without_documents_the_curve_is_the_prior():
    curves = Recovery.of(DOCUMENTS.empty())
    for months, chance in DEFAULT.routes.chance_by_months:
        assert still(curves, months * MONTH) == pytest.approx(chance)
    assert still(curves, 75) == pytest.approx((0.813 + 0.696) / 2)
    assert still(curves, 9999) == pytest.approx(0.093)


def test_what_comes_later_is_counted_by_hand():
    # ten invoices: four paid on day 3, two on day 33, two written off on day 50, two never settled
    rows = [("A", 3, "money")] * 4 + [("A", 33, "money")] * 2 + [("A", 50, "credit")] * 2 + [("A", None, "")] * 2
    curves = Recovery.of(book(*rows), Policy.parse(NOTHING_LATER))
    assert still(curves, 0) == pytest.approx(0.6)
    assert still(curves, 5) == pytest.approx(2 / 6)
    assert still(curves, 30) == pytest.approx(2 / 6)
    assert still(curves, 35) == pytest.approx(0, abs=1e-6)
    assert within(curves, 0, 5) == pytest.approx(0.4)
    assert within(curves, 5, 30) == pytest.approx(2 / 6)
    assert within(curves, 5, 20) == pytest.approx(0, abs=1e-6)
    assert [int(part[0]) for part in curves.count(np.array(["A"]), np.array([6.0]))] == [6, 6]


def test_credit_notes_and_write_offs_are_no_payment_and_go_on_in_no_step():
    curves = Recovery.of(book(*[("A", 8, "credit")] * 5, *[("A", 40, "money")] * 5), Policy.parse(NOTHING_LATER))
    assert still(curves, 0) == pytest.approx(0.5)
    assert still(curves, 10) == pytest.approx(1.0, abs=1e-5)


def test_what_is_still_open_counts_up_to_its_age_only():
    # five of ten were paid on day 12; another ten fell due 10 days ago and say nothing about day 12
    old = book(*[("A", 12, "money")] * 5, *[("A", None, "")] * 5)
    fresh = book(*[("B", None, "")] * 10).assign(due_date=pd.Timestamp("2026-10-21"), days_late=10)
    fresh["document_id"] = "fresh" + fresh["document_id"]
    curves = Recovery.of(pd.concat([old, fresh], ignore_index=True), OWN)
    assert within(curves, 10, 5) == pytest.approx(0.5)
    # a step that is not over says nothing, be it paid or not
    soon = fresh.assign(settled=True, open_amount=0.0, paid_amount=100.0, days_late=7)
    soon["settled_on"] = soon["last_paid_on"] = pd.Timestamp("2026-10-28")
    soon["as_of"] = pd.Timestamp("2026-10-29")
    assert within(Recovery.of(pd.concat([old, soon], ignore_index=True), OWN), 5, 5) == pytest.approx(0, abs=1e-6)


def test_what_was_paid_in_time_was_never_past_due():
    curves = Recovery.of(book(("A", 0, "money"), ("A", -9, "money")))
    assert curves.seen.sum() == 0
    assert len(curves.customers) == 0


def test_small_remainders_count_as_paid_when_the_money_came():
    table = book(("A", 12, "money")).assign(settled=False, open_amount=0.4, paid_amount=99.6, settled_on=pd.NaT)
    curves = Recovery.of(table, OWN)
    assert within(curves, 10, 5) == pytest.approx(1, abs=1e-5)


def test_few_invoices_lean_on_the_book_and_a_small_book_on_the_prior():
    rows = [("A", 12, "money")] * 200 + [("B", None, "")] * 3
    curves = Recovery.of(book(*rows))
    own, other, prior = within(curves, 10, 5, "A"), within(curves, 10, 5, "B"), within(Recovery.of(DOCUMENTS.empty()), 10, 5)
    everybody = within(curves, 10, 5)
    hazard = (200 + 30 * prior) / (203 + 30)
    assert everybody == pytest.approx(hazard, rel=1e-3)
    assert other == pytest.approx((0 + 10 * hazard) / (3 + 10), rel=1e-3)
    assert own == pytest.approx((200 + 10 * hazard) / (200 + 10), rel=1e-3)


LIVES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.one_of(st.none(), st.integers(-5, 900)), st.sampled_from(["money", "credit"])),
    max_size=25,
)


@settings(max_examples=40)
@given(LIVES, st.floats(0, 900), st.floats(0, 400), st.floats(0, 400))
def test_chances_are_chances_and_more_time_never_brings_less(rows, age, days, more):
    curves = Recovery.of(book(*rows))
    for who in ("A", "nobody"):
        whole = still(curves, age, who)
        assert 0 <= within(curves, age, days, who) <= within(curves, age, days + more, who) + 1e-9 <= whole + 2e-9 <= 1 + 2e-9


@settings(max_examples=40)
@given(LIVES, st.sampled_from(AGES[:-10].tolist()), st.sampled_from([5, 30, 90]))
def test_what_comes_soon_and_what_comes_after_add_up(rows, age, days):
    # p(a) = w(a, d) + still open then x p(a + d)
    curves = Recovery.of(book(*rows))
    place = len(curves.customers)
    now, then = (np.interp(day, curves.ages, curves.waiting[place]) for day in (age, age + days))
    assert still(curves, age) == pytest.approx(within(curves, age, days) + now / then * still(curves, age + days))


@given(LIVES, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_documents_does_not_matter(rows, random):
    table = book(*rows)
    order = list(range(len(table)))
    random.shuffle(order)
    one, other = Recovery.of(table), Recovery.of(table.iloc[order])
    np.testing.assert_array_equal(one.chance, other.chance)
    np.testing.assert_array_equal(one.seen, other.seen)
