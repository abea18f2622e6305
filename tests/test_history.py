import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.history import Book, book_of, profile
from arkit.ledger import Ledger

AS_OF = "2026-06-30"


def monthly(customer, lates, amount=100.0):
    """Twelve-a-year invoices due on the first of a month and paid so many days later."""
    due = pd.date_range(end="2026-06-01", periods=len(lates), freq="MS")
    return [
        (
            customer,
            f"{customer}-{i}",
            str((d - pd.Timedelta(days=30)).date()),
            str(d.date()),
            amount,
            str((d + pd.Timedelta(days=late)).date()),
        )
        for i, (d, late) in enumerate(zip(due, lates, strict=True))
    ]


def one(ledger, customer, **kwargs):
    profiles = profile(ledger.at(AS_OF), **kwargs).set_index("customer_id")
    return profiles.loc[customer]


def test_settled_invoices_give_mean_share_norm_and_worst(ledger_of):
    ledger = ledger_of(monthly("C", [0, 2, 4, 6, 8]) + monthly("D", [0, 0, 0, 0, 0]))
    row = one(ledger, "C")
    assert (row["n"], row["n_settled"], row["n_late"], row["days_late_mean"], row["worst_days_late"]) == (5, 5, 4, 4.0, 8.0)
    assert (row["norm_low"], row["norm_high"]) == (1.0, 7.0)


def test_no_norm_is_stated_on_three_invoices(ledger_of):
    assert pd.isna(one(ledger_of(monthly("C", [5, 5, 5])), "C")["norm_high"])


def test_a_customer_who_has_never_paid_is_late_by_what_is_open(ledger_of):
    ledger = ledger_of(
        [("C", "1", "2026-01-01", "2026-01-31", 100.0, None), ("C", "2", "2026-03-01", "2026-03-31", 100.0, None)]
    )
    row = one(ledger, "C")
    assert (row["n"], row["n_settled"], row["n_late"], row["open_days_mean"], row["overdue_share"]) == (2, 0, 2, 120.5, 1.0)
    assert (row["days_late_mean"], row["days_late_shrunk"]) == (150.0, 120.0)


def test_an_invoice_due_before_its_day_of_issue_is_late_from_that_day_only(ledger_of):
    paid_at_once = [
        ("C", f"{month}", f"2026-0{month}-20", f"2025-0{month}-01", 100.0, f"2026-0{month}-20") for month in range(1, 6)
    ]
    row = one(ledger_of(paid_at_once), "C")
    assert (row["n_settled"], row["n_late"], row["days_late_mean"]) == (5, 0, 0.0)
    waits = one(ledger_of([("C", "1", "2026-06-28", "2026-01-31", 100.0, None)]), "C")
    assert (waits["n_late"], waits["oldest_days_late"], waits["overdue_share"]) == (1, 2, 1.0)
    today = one(ledger_of([("C", "1", "2026-06-30", "2026-01-31", 100.0, None)]), "C")
    assert (today["n"], today["oldest_days_late"]) == (0, 0)


def test_an_open_invoice_counts_at_least_as_late_as_usual(ledger_of):
    open_three_days = [("C", "open", "2026-05-28", "2026-06-27", 100.0, None)]
    assert one(ledger_of(monthly("C", [20, 20, 20, 20]) + open_three_days), "C")["days_late_mean"] == 20.0


def test_an_open_invoice_beyond_the_norm_is_a_break_of_it(ledger_of):
    late = [("C", "open", "2026-04-01", "2026-05-01", 100.0, None)]
    assert one(ledger_of(monthly("C", [5, 5, 5, 5]) + late), "C")["breaks_norm_days"] == 55.0
    assert one(ledger_of(monthly("C", [5, 5, 5, 5])), "C")["breaks_norm_days"] == 0.0


def test_a_not_yet_due_invoice_says_nothing(ledger_of):
    ledger = ledger_of([*monthly("C", [0, 0]), ("C", "new", "2026-06-20", "2026-07-20", 9999.0, None)])
    row = one(ledger, "C")
    assert (row["n"], row["n_open"], row["overdue_share"]) == (2, 1, 0.0)


def test_credit_note_and_write_off_are_not_payments(ledger_of):
    base = ledger_of(monthly("C", [0])).entries
    rows = pd.DataFrame(
        {
            "customer_id": "C",
            "document_id": ["X", "X", "Y", "Y"],
            "kind": ["invoice", "credit_note", "invoice", "write_off"],
            "date": ["2026-01-01", "2026-05-01", "2026-01-01", "2026-05-01"],
            "due_date": ["2026-01-31", None, "2026-01-31", None],
            "amount": [50.0, -50.0, 70.0, -70.0],
            "currency": "EUR",
        }
    )
    both = pd.concat(
        [base, rows.assign(date=pd.to_datetime(rows["date"]), due_date=pd.to_datetime(rows["due_date"]))], ignore_index=True
    )
    assert one(Ledger(both), "C")["n"] == 1


def test_a_small_remainder_counts_as_paid_when_the_money_came():
    rows = pd.DataFrame(
        {
            "customer_id": "C",
            "document_id": "A",
            "kind": ["invoice", "payment"],
            "date": ["2026-01-01", "2026-02-02"],
            "due_date": ["2026-01-31", None],
            "amount": [1000.0, -990.0],
            "currency": "EUR",
        }
    )
    row = one(Ledger(rows), "C")
    assert (row["n_settled"], row["days_late_mean"], row["overdue_share"]) == (1, 2.0, 0.0)


def test_disputed_invoices_and_those_covered_by_credit_are_nobodys_lateness(ledger_of):
    late = [("C", "bad", "2026-01-01", "2026-01-31", 100.0, None)]
    dispute = [{"date": "2026-02-10", "customer_id": "C", "document_id": "bad", "kind": "dispute"}]
    ledger = ledger_of(monthly("C", [0]) + late, notes=dispute)
    assert one(ledger, "C")["n"] == 2
    assert one(ledger, "C", notes=ledger.notes)["n"] == 1
    credit = ledger.entries.iloc[:1].assign(document_id="P", kind="payment", amount=-100.0, date=pd.Timestamp("2026-02-01"))
    assert one(Ledger(pd.concat([ledger.entries, credit])), "C")["n"] == 1


def test_later_notes_and_payments_are_not_known(ledger_of):
    late = [("C", "bad", "2026-01-01", "2026-01-31", 100.0, "2026-07-15")]
    notes = [{"date": "2026-07-01", "customer_id": "C", "document_id": "bad", "kind": "dispute"}]
    ledger = ledger_of(late, notes=notes)
    row = one(ledger, "C", notes=ledger.notes)
    assert (row["n_settled"], row["disputes"], row["worst_days_late"]) == (0, 0, 150.0)


def test_few_invoices_lean_on_the_book_by_buhlmanns_z(ledger_of):
    book = [invoice for name, late in (("A", 0), ("B", 10), ("D", 20)) for invoice in monthly(name, [late - 1, late + 1] * 6)]
    ledger = ledger_of(book + monthly("new", [25]))
    row, old = one(ledger, "new"), one(ledger, "B")
    assert row["credibility"] < old["credibility"]
    assert row["days_late_shrunk"] < row["days_late_weighted"] == 25.0


def test_bouncing_between_currencies_and_scales_changes_nothing(ledger_of):
    invoices = monthly("A", [1, 5, 9, 3]) + monthly("B", [20, 22, 30, 25], amount=300.0)
    euro = profile(ledger_of(invoices).at(AS_OF))
    yen = profile(ledger_of([(c, n, i, d, a * 1000, p) for c, n, i, d, a, p in invoices], currency="JPY").at(AS_OF))
    columns = ["late_share", "days_late_weighted", "days_late_shrunk", "overdue_share"]
    np.testing.assert_allclose(euro[columns], yen[columns])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(lates=st.lists(st.integers(-10, 60), min_size=2, max_size=12), more=st.integers(1, 40))
def test_paying_later_never_looks_better(ledger_of, lates, more):
    others = monthly("X", [0, 5, 10]) + monthly("Y", [30, 35, 40])
    before = one(ledger_of(monthly("C", lates) + others), "C")
    after = one(ledger_of(monthly("C", [*lates[:-1], min(lates[-1] + more, 200)]) + others), "C")
    assert after["days_late_weighted"] >= before["days_late_weighted"]


def test_promises_are_counted_broken_when_the_day_passes_without_the_money(ledger_of):
    notes = [
        {"date": "2026-03-01", "customer_id": "C", "document_id": "p", "kind": "promise", "until": "2026-03-20"},
        {"date": "2026-03-01", "customer_id": "C", "document_id": "q", "kind": "promise", "until": "2026-03-20"},
    ]
    invoices = [
        ("C", "p", "2026-01-01", "2026-01-31", 1.0, "2026-03-21"),
        ("C", "q", "2026-01-01", "2026-01-31", 1.0, "2026-05-01"),
    ]
    ledger = ledger_of(invoices, notes=notes)
    assert one(ledger, "C", notes=ledger.notes)["promises_broken"] == 1


def test_a_book_with_nothing_paid_and_nothing_past_due_has_profiles_without_history(ledger_of):
    row = one(ledger_of([("C", "new", "2026-06-20", "2026-07-20", 100.0, None)]), "C")
    assert (row["n"], row["n_open"], row["credibility"]) == (0, 1, 0.0)
    assert pd.isna(row["norm_high"])


def test_no_invoices_give_an_empty_table(ledger_of):
    assert not len(profile(ledger_of(monthly("C", [0])).at("2020-01-01")))


@pytest.mark.parametrize(
    ("k", "book", "paid", "expected"),
    [
        # Z = n / (n + k), k 25,000 / 5,000: calcady.com/scientific/buhlmann-credibility (seen 2026-11)
        (5.0, 0.0, [10] * 5, (0.5, 5.0)),
        # the same formula, k 200 / 50: 3 invoices at 20 days in a book of 8
        (4.0, 8.0, [20] * 3, (0.429, 13.1)),
    ],
)
def test_worked_figures_of_credibility(ledger_of, k, book, paid, expected):
    held = Book(book, 0.0, k, 0.35, pd.Series({"EUR": 100.0}))
    row = one(ledger_of(monthly("C", paid)), "C", book=held)
    assert (round(row["credibility"], 3), round(row["days_late_shrunk"], 1)) == expected


def test_worked_figure_of_the_late_share(ledger_of):
    """Beta-binomial: 2 of 2 late, a prior of 35 % that counts as 8: (2 + 2.8) / (2 + 8)."""
    held = Book(8.0, 0.0, 4.0, 0.35, pd.Series({"EUR": 100.0}))
    assert one(ledger_of(monthly("C", [5, 5])), "C", book=held)["late_share"] == pytest.approx(0.48)


def test_realised_and_open_days_stand_apart_plain_and_weighted(ledger_of):
    """Plain 7.5 and weighted 9.55, as 10 at 5 days and 100 at 10 give; the open ones count what is open so far."""
    invoices = [
        ("C", "a", "2026-01-01", "2026-01-31", 10.0, "2026-02-05"),
        ("C", "b", "2026-01-01", "2026-01-31", 100.0, "2026-02-10"),
        ("C", "c", "2026-04-01", "2026-06-20", 300.0, None),
        ("C", "d", "2026-04-01", "2026-05-31", 100.0, None),
    ]
    row = one(ledger_of(invoices), "C")
    assert (row["realised_days_mean"], round(row["realised_days_weighted"], 2)) == (7.5, 9.55)
    assert (row["open_days_mean"], row["open_days_weighted"], row["oldest_days_late"], row["n_past_due"]) == (
        20.0,
        15.0,
        30.0,
        2,
    )


def test_spread_leans_on_the_book_where_invoices_are_few(ledger_of):
    ledger = ledger_of(monthly("A", [0, 20] * 12) + monthly("B", [5, 6] * 12) + monthly("C", [9]))
    pooled = book_of(ledger.at(AS_OF)).within ** 0.5
    assert one(ledger, "A")["spread_days"] > one(ledger, "C")["spread_days"] == pytest.approx(pooled)
    assert one(ledger, "B")["spread_days"] < pooled


def test_volume_is_of_twelve_months_and_its_change_needs_twenty_four(ledger_of):
    old = [("C", f"o{i}", f"2024-{m:02}-15", "2024-12-31", 100.0, "2025-01-01") for i, m in enumerate((2, 8, 9))]
    new = [("C", f"n{i}", f"2026-0{m}-15", "2026-06-30", 50.0, None) for i, m in enumerate((1, 2, 3))]
    middle = [("C", "m", "2025-03-01", "2025-04-01", 100.0, "2025-04-01"), ("N", "y", "2026-01-01", "2026-06-30", 7.0, None)]
    ledger = ledger_of(old + middle + new)
    row, young = one(ledger, "C"), one(ledger, "N")
    assert (row["volume"], row["volume_currency"], row["volume_change"]) == (150.0, "EUR", -0.5)
    assert young["volume"] == 7.0
    assert pd.isna(young["volume_change"])


def test_volume_of_several_currencies_is_not_added(ledger_of):
    invoice = ("C", "a", "2026-01-01", "2026-01-31", 10.0, None)
    entries = pd.concat([ledger_of([invoice]).entries, ledger_of([("C", "b", *invoice[2:])], currency="USD").entries])
    row = one(Ledger(entries.reset_index(drop=True)), "C")
    assert pd.isna(row["volume"])
    assert row["volume_currency"] == ""


def paid_on(customer, days):
    return [(customer, f"{customer}-{i}", "2025-01-01", "2025-06-01", 100.0, str(day.date())) for i, day in enumerate(days)]


def test_habits_are_stated_where_payments_cluster_and_only_there(ledger_of):
    months = pd.date_range("2025-06-01", periods=12, freq="MS")
    fridays, ends = pd.date_range("2025-06-06", periods=24, freq="2W-FRI"), months + pd.offsets.MonthEnd(0)
    ledger = ledger_of(
        paid_on("day", [month + pd.Timedelta(days=24 + i % 3) for i, month in enumerate(months)])
        + paid_on("end", ends)
        + paid_on("week", fridays)
        + paid_on("few", fridays[:7])
        + paid_on("none", pd.date_range("2025-06-02", periods=24, freq="13D"))
        + paid_on("run", [day for day in fridays[:3] for _ in range(10)])
    )
    rows = profile(ledger.at(AS_OF)).set_index("customer_id")
    assert rows["habit"].to_dict() == {
        "day": "pays around day 25 of the month",
        "end": "pays at the end of the month",
        "week": "pays on Fridays",
        "few": "",
        "none": "",
        "run": "",
    }
    assert (rows.loc["run", "run_size"], rows.loc["day", "usual_day"], rows.loc["week", "usual_weekday"]) == (10, 25, "Fridays")


def test_bounced_payments_are_counted(ledger_of):
    documents = ledger_of(monthly("C", [0, 0])).at(AS_OF)
    rows = profile(documents.assign(bounced=[2, 1]))
    assert rows["bounced"].item() == 3
