"""Measures of a ledger: worked examples by hand, what cannot be answered, and what must hold for any postings."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import DayRefused, PolicyRefused, TableRefused
from arkit.figures import Basis
from arkit.ledger import Ledger
from arkit.measures import measure
from arkit.sample import sample_ledger
from arkit.tables import MEASURES

COLUMNS = ["customer_id", "document_id", "kind", "date", "due_date", "amount"]


def ledger(*rows, currency="EUR", **tables):
    posted = pd.DataFrame(rows, columns=COLUMNS).assign(currency=currency)
    return Ledger(posted.astype({"due_date": "str", "amount": "float64"}), **tables)


def values(table, currency="EUR", group=""):
    part = table[table["currency"].eq(currency) & table["group"].eq(group)]
    return part.set_index("measure")["value"].to_dict()


def row(table, name):
    (found,) = table[table["measure"].eq(name)].to_dict("records")
    return found


@pytest.fixture(scope="module")
def toy():
    """Receivables of 450,000 on New Year's eve, sales of 620,000 in three months, at the end 330,000 of 500,000 not due."""
    return ledger(
        ("C1", "OLD", "invoice", "2025-12-01", "2025-12-31", 450_000),
        ("C1", "JAN", "invoice", "2026-01-10", "2026-02-09", 180_000),
        ("C2", "FEB", "invoice", "2026-02-10", "2026-03-12", 200_000),
        ("C2", "MAR", "invoice", "2026-03-10", "2026-04-09", 240_000),
        ("C2", "M2", "invoice", "2026-03-31", "2026-04-30", 90_000),
        ("C2", "M2", "credit_note", "2026-03-31", None, -90_000),
        ("C3", "EAR", "invoice", "2025-12-20", "2026-04-30", 90_000),
        ("C3", "EAR", "payment", "2025-12-21", None, -90_000),
        ("C3", "EAR", "return", "2026-03-02", None, 90_000),
        ("C1", "OLD", "payment", "2026-01-20", None, -450_000),
        ("C1", "JAN", "payment", "2026-02-20", None, -180_000),
        ("C2", "FEB", "payment", "2026-03-20", None, -30_000),
    )


def test_the_toy_ledger_ties_to_the_figures_worked_out_by_hand(toy):
    found = values(measure(toy, "2026-03-31"))
    expected = {
        "dso": 72.6,
        "dso_count_back": 69.3,
        "best_possible_dso": 47.9,
        "average_days_delinquent": 24.7,
        "collection_period": 69.0,
    }
    assert {name: round(found[name], 1) for name in expected} == expected
    assert round(found["turnover"], 3) == 1.305
    # the returned 90,000 came back into the balance, so that less than the sales and the begin explain was collected
    assert round(found["cei_period"], 1) == 77.0


def test_a_measure_names_its_formula_its_inputs_and_its_unit(toy):
    found = row(measure(toy, "2026-03-31"), "dso")
    assert found["formula"] == (
        "receivables (net of credit not yet applied) / sales of the period (less credit notes) x days (calendar)"
    )
    assert found["inputs"] == "receivables 500,000.00; sales of the period 620,000.00; days 90"
    assert (found["shown"], found["unit"], found["caveat"], found["by"]) == ("72.6 days", "days", "", "")


def test_the_count_back_says_which_months_it_counted(toy):
    found = row(measure(toy, "2026-03-31"), "dso_count_back")
    assert found["inputs"] == (
        "receivables 500,000.00; days of the months covered whole 59; rest 60,000.00; "
        "sales of the month that covers it 180,000.00; its days 31"
    )


def test_what_is_decided_is_printed(toy):
    basis = Basis(month_days="30", credits="left out", sales="gross")
    found = row(measure(toy, "2026-03-31", basis=basis), "dso")
    assert found["formula"] == (
        "receivables (before credits) / sales of the period (credit notes not taken off) x days (30 a month)"
    )
    assert found["inputs"] == "receivables 500,000.00; sales of the period 710,000.00; days 90"


def test_a_year_has_365_days_or_360(toy):
    later = ledger(*toy.entries[COLUMNS].to_numpy().tolist(), ("C9", "X", "invoice", "2024-12-01", "2024-12-31", 1))
    year = row(measure(later, "2025-12-31", basis=Basis(months=12)), "dso")
    bank = row(measure(later, "2025-12-31", basis=Basis(months=12, month_days="30")), "dso")
    assert (year["inputs"].split("; ")[-1], bank["inputs"].split("; ")[-1]) == ("days 365", "days 360")
    assert row(measure(later, "2025-12-31", basis=Basis(days=40)), "dso")["inputs"].endswith("days 40")


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"credits": "gross"}, "'netted' or 'left out'"),
        ({"months": 0}, "a whole number, 1 or more"),
        ({"days": 1.5}, "a whole number, 1 or more"),
    ],
)
def test_a_choice_that_is_none_is_refused(choice, says):
    (name,) = choice
    with pytest.raises(PolicyRefused, match=rf"(?s)^'{name}' of the basis cannot be followed\.\n  expected: {says}"):
        Basis(**choice)


# history


def test_count_back_without_enough_history_says_so_and_gives_no_number():
    short = ledger(
        ("C1", "A", "invoice", "2026-02-01", "2026-03-03", 100.0), ("C1", "D", "adjustment", "2026-03-01", None, 50.0)
    )
    found = row(measure(short, "2026-03-31"), "dso_count_back")
    assert np.isnan(found["value"])
    assert (found["shown"], found["caveat"]) == ("", "> 59 days: not enough sales history")


def test_a_period_that_begins_before_the_postings_has_no_dso():
    found = measure(ledger(("C1", "A", "invoice", "2026-03-01", "2026-03-31", 100.0)), "2026-03-31")
    assert np.isnan(row(found, "dso")["value"])
    assert row(found, "dso")["caveat"] == "not enough sales history: postings begin on 2026-03-01"
    assert row(found, "cei_month")["caveat"] == "the balance a month earlier is not known: postings begin on 2026-03-01"
    assert row(found, "dso_count_back")["value"] == 31


def test_a_period_that_is_not_quite_full_says_so():
    found = row(measure(ledger(("C1", "A", "invoice", "2026-01-05", "2026-02-04", 100.0)), "2026-03-31"), "dso")
    assert (found["value"], found["caveat"]) == (90.0, "the period is not full: postings begin on 2026-01-05")


def test_without_sales_nothing_is_divided():
    old = ledger(("C1", "A", "invoice", "2025-01-05", "2025-02-04", 100.0))
    found = measure(old, "2026-03-31")
    assert row(found, "dso")["caveat"] == "nothing was sold in the period"
    assert row(found, "turnover")["value"] == 0
    assert row(found, "collection_period")["caveat"] == "nothing was sold in the period"


# sales, losses and credits


def test_sales_are_invoices_less_credit_notes_and_never_payments():
    book = ledger(
        ("C1", "A", "invoice", "2025-12-31", "2026-01-30", 1.0),
        ("C1", "B", "invoice", "2026-01-10", "2026-02-09", 100.0),
        ("C1", "B", "credit_note", "2026-02-10", None, -10.0),
        ("C1", "B", "payment", "2026-02-11", None, -50.0),
        ("C1", "B", "discount", "2026-02-11", None, -2.0),
        ("C1", "CN", "credit_note", "2026-03-11", None, -5.0),
    )
    assert "sales of the period 85.00" in row(measure(book, "2026-03-31"), "dso")["inputs"]
    assert "sales of the period 100.00" in row(measure(book, "2026-03-31", basis=Basis(sales="gross")), "dso")["inputs"]


def test_what_was_written_off_was_not_collected():
    book = ledger(
        ("C1", "A", "invoice", "2026-01-10", "2026-02-09", 100.0),
        ("C1", "B", "invoice", "2026-01-10", "2026-02-09", 100.0),
        ("C1", "A", "write_off", "2026-03-10", None, -100.0),
        ("C1", "B", "payment", "2026-03-10", None, -100.0),
    )
    assert row(measure(book, "2026-03-31"), "cei_month")["value"] == 50.0
    assert row(measure(book, "2026-03-31", basis=Basis(write_offs="collected")), "cei_month")["value"] == 100.0
    found = values(measure(book, "2026-03-31"))
    assert found["days_to_pay"] == 59.0
    assert found["written_off_of_sales"] == 50.0


def test_credit_pays_the_oldest_first_or_is_left_out():
    book = ledger(
        ("C1", "A", "invoice", "2025-11-10", "2025-12-10", 100.0),
        ("C1", "B", "invoice", "2026-03-10", "2026-04-09", 100.0),
        ("C1", "P", "payment", "2026-03-20", None, -60.0),
    )
    net, gross = (row(measure(book, "2026-03-31", basis=Basis(credits=how)), "average_days_delinquent")["inputs"]
                  for how in ("netted", "left out"))  # fmt: skip
    assert net.startswith("receivables past due 40.00;")
    assert gross.startswith("receivables past due 100.00;")


def test_the_effectiveness_from_a_ledger_opens_with_what_was_open_then(shared):
    cases = json.loads(shared("conformance/cases.json").read_text("utf-8"))["cases"]
    (told,) = [case for case in cases if case["id"] == "CFG-002"]
    posted = [(i["customer"], i["id"], "invoice", i["date"], i["due_date"], i["amount"]) for i in told["invoices"]]
    posted += [(p["customer"], a["invoice"], "payment", p["date"], None, -a["amount"])
               for p in told["payments"] for a in p["allocations"]]  # fmt: skip
    found = row(measure(ledger(*posted), told["as_of"]), "cei_month")
    assert round(found["value"], 2) == told["expected"]["cei_from_ledger"]
    for name in ("beginning", "sales", "ending_total", "ending_current"):
        assert f" {told['expected'][name]:,.2f}" in found["inputs"]


# days to pay


def test_days_to_pay_by_invoice_by_payment_and_with_open_ones(shared):
    cases = json.loads(shared("conformance/cases.json").read_text("utf-8"))["cases"]
    (told,) = [case for case in cases if case["id"] == "OCA-TTP-001"]
    posted = [(i["customer"], i["id"], "invoice", i["date"], i["due_date"], i["amount"]) for i in told["invoices"]]
    posted += [(p["customer"], a["invoice"], "payment", p["date"], None, -a["amount"])
               for p in told["payments"] for a in p["allocations"]]  # fmt: skip
    found = measure(ledger(*posted), told["as_of"], basis=Basis(months=12))
    figures, other = values(found), told["expected_alternatives"]
    assert figures["days_to_pay"] == told["expected"]["mean_days_to_pay"]
    assert round(figures["days_to_pay_weighted"], 2) == other["amount_weighted_by_invoice"]
    assert round(figures["days_to_pay_by_payment"], 2) == other["amount_weighted_by_payment"]
    # the unpaid one has waited 305 days by the end of the year
    assert figures["days_to_pay_with_open"] == (10 + 50 + 305) / 3
    assert row(found, "days_to_pay")["caveat"] == "settled invoices only: the worst may still be open"


def test_days_beyond_terms_of_what_was_paid_and_so_far_of_what_is_open():
    book = ledger(
        ("C1", "A", "invoice", "2026-01-01", "2026-01-31", 100.0),
        ("C1", "A", "payment", "2026-02-10", None, -100.0),
        ("C1", "B", "invoice", "2026-01-01", "2026-01-31", 300.0),
        ("C1", "B", "payment", "2026-01-21", None, -300.0),
        ("C1", "C", "invoice", "2026-02-01", "2026-03-01", 200.0),
        ("C1", "D", "invoice", "2026-03-10", "2026-04-09", 100.0),
    )
    found = values(measure(book, "2026-03-31"))
    assert (found["dbt_paid_weighted"], found["dbt_paid_plain"]) == ((100 * 10 - 300 * 10) / 400, 0.0)
    assert (found["dbt_open_weighted"], found["dbt_open_plain"]) == (200 * 30 / 300, 15.0)
    assert found["days_past_due_weighted"] == 30.0
    assert found["dbt_open_buckets"] == 200 * 15 / 300


def test_a_returned_payment_takes_its_own_days_back():
    book = ledger(
        ("C1", "A", "invoice", "2026-01-01", "2026-01-31", 100.0),
        ("C1", "A", "payment", "2026-01-11", None, -100.0),
        ("C1", "A", "return", "2026-01-15", None, 100.0),
        ("C1", "A", "payment", "2026-02-10", None, -100.0),
    )
    assert values(measure(book, "2026-03-31"))["days_to_pay_by_payment"] == 40.0
    assert values(measure(book, "2026-03-31"))["days_to_pay"] == 40.0


def test_a_month_that_is_over_does_not_change_when_its_payment_bounces_later():
    rows = [
        ("C1", "A", "invoice", "2025-12-01", "2025-12-31", 100.0),
        ("C1", "A", "payment", "2026-01-11", None, -100.0),
        ("C1", "A", "return", "2026-02-15", None, 100.0),
    ]
    before, after = ledger(*rows[:2]), ledger(*rows)
    both = measure(after, ["2026-01-31", "2026-02-28"])
    assert both["as_of"].nunique() == 2
    pd.testing.assert_frame_equal(measure(before, "2026-01-31"), both[both["as_of"].eq(pd.Timestamp("2026-01-31"))])


# concentration


def test_customers_in_credit_are_left_out_and_counted():
    owed = zip("ABCDE", [10, 20, 30, 40, 100], strict=True)
    book = ledger(*[(name, name, "invoice", "2026-03-01", "2026-03-31", amount) for name, amount in owed],
                  ("F", "F", "payment", "2026-03-02", None, -7.5))  # fmt: skip
    table = measure(book, "2026-03-31")
    found = values(table)
    assert (found["top_1_share"], round(found["gini"], 2), round(found["hhi"], 3)) == (0.5, 0.4, 0.325)
    assert (found["top_5_share"], found["top_10_share"]) == (1.0, 1.0)
    assert row(table, "gini")["caveat"] == "1 customer in credit (-7.50 EUR) left out"


# groups, currencies, days


def test_currencies_are_never_added():
    rows = [
        ("C1", "A", "invoice", "2025-12-01", "2025-12-31", 100.0),
        ("C1", "B", "invoice", "2026-01-01", "2026-01-31", 1500.0),
    ]
    one, two = ledger(rows[0]), ledger(rows[1], currency="JPY")
    table = measure(Ledger(pd.concat([one.entries, two.entries])), "2026-03-31")
    assert row(table[table["currency"].eq("JPY")], "dso")["inputs"].startswith("receivables 1,500; sales of the period 1,500;")
    assert row(table[table["currency"].eq("EUR")], "dso")["caveat"] == "nothing was sold in the period"


def test_groups_are_measured_apart_and_those_without_a_value_together():
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "name": ["One", "Two"], "segment": ["Trade", None]})
    book = ledger(
        ("C1", "A", "invoice", "2026-01-01", "2026-01-31", 100.0),
        ("C2", "B", "invoice", "2026-01-01", "2026-01-31", 200.0),
        ("C3", "C", "invoice", "2026-01-01", "2026-01-31", 300.0),
        customers=customers,
    )
    table = measure(book, "2026-03-31", "segment", only=["dso"])
    assert table[["by", "group", "inputs"]].to_numpy().tolist() == [
        ["segment", "", "receivables 500.00; sales of the period 500.00; days 90"],
        ["segment", "Trade", "receivables 100.00; sales of the period 100.00; days 90"],
    ]
    single = measure(book, "2026-03-31", "customer_id")
    assert set(single["group"]) == {"C1", "C2", "C3"}
    assert "gini" not in set(single["measure"])


def test_the_salesperson_is_the_documents_else_the_customers():
    customers = pd.DataFrame({"customer_id": ["C1"], "name": ["One"], "salesperson": ["Ann"]})
    book = ledger(
        ("C1", "A", "invoice", "2026-01-01", "2026-01-31", 100.0), ("C1", "B", "invoice", "2026-01-01", "2026-01-31", 50.0)
    )
    book = Ledger(book.entries.assign(salesperson=["Bob", ""]), customers)
    table = measure(book, "2026-03-31", "salesperson", only=["dso"])
    assert table.set_index("group")["inputs"].str.split(";").str[0].to_dict() == {
        "Ann": "receivables 50.00",
        "Bob": "receivables 100.00",
    }


def test_a_group_that_nobody_has_is_refused(toy):
    with pytest.raises(TableRefused, match=r"(?s)^the ledger cannot be measured by 'colour'\..*fix: choose one of customer_id"):
        measure(toy, "2026-03-31", "colour")


def test_a_measure_that_is_none_is_refused(toy):
    with pytest.raises(TableRefused, match=r"(?s)^there is no measure 'dos'\.\n  expected: some of dso, "):
        measure(toy, "2026-03-31", only=["dos"])


def test_a_series_is_each_of_its_days():
    book = sample_ledger(customers=15, months=8)
    days = book.month_ends("2026-10-31", 3)
    both = measure(book, days)
    for day in days:
        part = both[both["as_of"].eq(day)].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, measure(book, day))
        pd.testing.assert_frame_equal(part, measure(book.until(day), day), obj=f"as known on {day}")


def test_an_empty_ledger_has_no_measures():
    assert list(measure(Ledger(), "2026-03-31")) == MEASURES.names
    assert len(measure(Ledger(), "2026-03-31")) == 0
    assert len(measure(ledger(("C1", "A", "invoice", "2026-05-01", None, 1.0)), "2026-03-31")) == 0


# open-items exports


@pytest.fixture(scope="module")
def listed():
    items = pd.DataFrame({
        "as_of": ["2026-02-28", "2026-03-31", "2026-03-31"], "customer_id": ["C1", "C1", "C2"], "document_id": ["A", "A", "B"],
        "kind": "invoice", "issued": ["2026-01-01", "2026-01-01", "2026-03-10"],
        "due_date": ["2026-01-31", "2026-01-31", "2026-04-09"], "open_amount": [100.0, 100.0, 50.0], "currency": "EUR",
    })  # fmt: skip
    return Ledger(snapshots=items)


def test_of_an_open_items_export_what_it_shows_is_measured_and_the_rest_says_why(listed):
    table = measure(listed, "2026-03-31")
    found = values(table)
    assert (found["days_past_due_weighted"], found["dbt_open_plain"], found["top_1_share"]) == (59.0, 29.5, 100 / 150)
    for name in ("dso", "dso_count_back", "cei_month", "cei_period", "turnover", "days_to_pay_by_payment", "terms_granted"):
        assert np.isnan(found[name])
        assert row(table, name)["caveat"] == "an open-items export does not show sales"
    assert row(table, "days_to_pay")["caveat"] == "an open-items export does not show what was settled"


def test_open_items_of_two_days_are_two_days(listed):
    table = measure(listed, ["2026-02-28", "2026-03-31"], only=["days_past_due_weighted"])
    assert table["value"].tolist() == [28.0, 59.0]


def test_a_day_that_no_export_shows_is_refused(listed):
    with pytest.raises(DayRefused, match=r"^the open items are not known for 2026-01-31\."):
        measure(listed, "2026-01-31")


# for any postings

DAYS = [f"2026-{month:02}-{day:02}" for month in range(1, 6) for day in (1, 15, 28)]
POSTING = st.tuples(
    st.sampled_from(["C1", "C2", "C3"]),
    st.sampled_from(["D1", "D2", "D3"]),
    st.sampled_from(["invoice", "credit_note", "payment", "write_off", "discount", "return"]),
    st.sampled_from(DAYS),
    st.sampled_from([None, "2026-02-28"]),
    st.integers(1, 10**6).map(lambda minor: minor / 100),
)


def signed(rows):
    return [(*row[:5], row[5] if row[2] in ("invoice", "return") else -row[5]) for row in rows]


@settings(max_examples=12)
@given(st.lists(POSTING, min_size=1, max_size=15), st.sampled_from(["netted", "left out"]))
def test_dso_is_best_possible_plus_delinquent_and_cei_at_most_100(rows, credits_):
    table = measure(ledger(*signed(rows)), ["2026-03-31", "2026-04-30"], basis=Basis(months=1, credits=credits_))
    wide = table.pivot_table(index=["as_of", "currency"], columns="measure", values="value")
    if {"dso", "best_possible_dso", "average_days_delinquent"} <= set(wide):
        assert wide["dso"].to_numpy() == pytest.approx(
            (wide["best_possible_dso"] + wide["average_days_delinquent"]).to_numpy(), nan_ok=True
        )
    for name in {"cei_month", "cei_period"} & set(wide):
        assert wide[name].dropna().le(100 + 1e-9).all()
    missing = table["value"].isna()
    assert table.loc[missing, "caveat"].ne("").all()
    assert table["shown"].eq("").eq(missing).all()


@settings(max_examples=8)
@given(st.lists(POSTING, min_size=1, max_size=15), st.randoms(use_true_random=False))
def test_neither_order_of_rows_nor_later_postings_change_a_measure(rows, draw):
    book = ledger(*signed(rows))
    shuffled = signed(rows)
    draw.shuffle(shuffled)
    days = ["2026-03-31", "2026-04-30"]
    told = measure(book, days)
    pd.testing.assert_frame_equal(told, measure(ledger(*shuffled), days))
    first = told[told["as_of"].eq("2026-03-31")].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, measure(book.until("2026-03-31"), "2026-03-31"))


@settings(max_examples=6)
@given(st.lists(POSTING, min_size=1, max_size=12))
def test_the_scale_of_amounts_changes_no_ratio(rows):
    small = measure(ledger(*signed(rows)), "2026-04-30")
    large = measure(ledger(*[(*row[:5], 100 * row[5]) for row in signed(rows)]), "2026-04-30")
    assert small["value"].to_numpy() == pytest.approx(large["value"].to_numpy(), nan_ok=True)
