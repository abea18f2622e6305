import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.actions import recommend
from arkit.aging import age
from arkit.errors import ArkitError, DayRefused, TableRefused
from arkit.history import profile
from arkit.importers import load
from arkit.ledger import Ledger, parse_day
from arkit.money import NO_CURRENCY, decimals, totals
from arkit.scores import score
from arkit.tables import DOCUMENTS, KINDS

QUICK = settings(max_examples=20, deadline=None, derandomize=True)
COLUMNS = ["document_id", "kind", "date", "amount", "due_date", "currency", "customer_id", "entity", "terms_days"]
DEFAULTS = ("", "", "", 0.0, None, "EUR", "C1", "", None)


def entries(*rows):
    """Postings from (document, kind, date, amount[, due date, currency, customer, entity, terms])."""
    full = [(*row, *DEFAULTS[len(row) :]) for row in rows]
    return pd.DataFrame(full, columns=COLUMNS).astype({"amount": "float64", "terms_days": "float64", "due_date": "str"})


def ledger(*rows, **tables):
    return Ledger(entries(*rows), **tables)


def listed(*rows):
    """Open items from (as of, document, open amount[, issued, due date])."""
    full = [(*row, *(None, None, "2026-01-01", None)[len(row) - 1 :]) for row in rows]
    items = pd.DataFrame(full, columns=["as_of", "document_id", "open_amount", "issued", "due_date"])
    return items.astype({"due_date": "str"}).assign(customer_id="C1", kind="invoice", currency="EUR")


def told(documents, *names):
    """The columns asked for, row by row in order of document number, days in words."""
    rows = documents.sort_values(["customer_id", "entity", "currency", "document_id"])[list(names)]
    for name in rows.select_dtypes("datetime"):
        rows[name] = rows[name].dt.strftime("%Y-%m-%d").astype("object").where(rows[name].notna(), None)
    return list(rows.itertuples(index=False, name=None))


def assert_same(left, right):
    keys = ["customer_id", "entity", "currency", "document_id", "kind"]
    left, right = (frame.sort_values(keys, ignore_index=True) for frame in (left, right))
    pd.testing.assert_frame_equal(left, right, check_exact=True)


INVOICE = ("I1", "invoice", "2026-01-10", 100.0, "2026-02-09")


# what postings add up to


def test_a_document_is_open_from_the_day_it_is_posted():
    book = ledger(INVOICE)
    assert len(book.at("2026-01-09")) == 0
    documents = book.at("2026-01-10")
    assert list(documents) == DOCUMENTS.names
    assert told(documents, "as_of", "customer_id", "document_id", "kind", "issued", "due_date", "amount", "open_amount") == [
        ("2026-01-10", "C1", "I1", "invoice", "2026-01-10", "2026-02-09", 100.0, 100.0)
    ]
    assert told(documents, "currency", "settled", "settled_on", "days_late", "due_basis", "paid_amount", "payments") == [
        ("EUR", False, None, -30, "stated", 0.0, 0)
    ]


def test_part_payments_lower_what_is_open_until_the_last_settles_it():
    book = ledger(
        INVOICE,
        ("I1", "payment", "2026-02-01", -30.0),
        ("I1", "payment", "2026-02-19", -70.0),
    )
    shown = ("open_amount", "settled", "settled_on", "days_late", "paid_amount", "payments")
    assert told(book.at("2026-01-31"), *shown) == [(100.0, False, None, -9, 0.0, 0)]
    assert told(book.at("2026-02-18"), *shown) == [(70.0, False, None, 9, 30.0, 1)]
    assert told(book.at("2026-02-19"), *shown) == [(0.0, True, "2026-02-19", 10, 100.0, 2)]
    assert told(book.at("2026-12-31"), *shown) == [(0.0, True, "2026-02-19", 10, 100.0, 2)]


def test_events_on_the_day_count_and_those_of_the_next_do_not():
    book = ledger(INVOICE, ("I1", "payment", "2026-02-09", -100.0))
    assert told(book.at("2026-02-08"), "open_amount") == [(100.0,)]
    assert told(book.at("2026-02-09"), "open_amount") == [(0.0,)]
    assert told(book.at(pd.Timestamp("2026-02-09 23:59")), "open_amount") == [(0.0,)]


def test_days_late_count_from_the_due_day_to_the_payment_and_are_negative_when_early():
    book = ledger(INVOICE, ("I1", "payment", "2026-02-04", -100.0))
    assert told(book.at("2026-06-30"), "days_late") == [(-5,)]


def test_what_is_paid_beyond_the_invoice_is_credit_on_it():
    book = ledger(INVOICE, ("I1", "payment", "2026-02-01", -120.0))
    assert told(book.at("2026-02-01"), "kind", "amount", "open_amount", "settled", "settled_on", "paid_amount") == [
        ("invoice", 100.0, -20.0, False, None, 120.0)
    ]


def test_a_payment_without_an_invoice_is_credit_of_its_own():
    book = ledger(INVOICE, ("P9", "payment", "2026-02-01", -40.0))
    assert told(book.at("2026-03-01"), "document_id", "kind", "amount", "open_amount", "issued", "paid_amount") == [
        ("I1", "invoice", 100.0, 100.0, "2026-01-10", 0.0),
        ("P9", "payment", -40.0, -40.0, "2026-02-01", 0.0),
    ]


def test_a_payment_that_comes_before_its_invoice_waits_as_credit():
    book = ledger(INVOICE, ("I1", "payment", "2026-01-05", -100.0))
    assert told(book.at("2026-01-09"), "kind", "open_amount", "settled") == [("payment", -100.0, False)]
    assert told(book.at("2026-01-10"), "kind", "issued", "amount", "open_amount", "settled_on", "paid_amount") == [
        ("invoice", "2026-01-10", 100.0, 0.0, "2026-01-10", 100.0)
    ]


def test_a_returned_payment_reopens_the_invoice_at_its_old_due_date():
    book = ledger(
        INVOICE,
        ("I1", "payment", "2026-02-09", -100.0),
        ("I1", "return", "2026-02-12", 100.0),
        ("I1", "payment", "2026-03-01", -100.0),
    )
    shown = ("open_amount", "due_date", "settled_on", "days_late", "paid_amount", "payments", "bounced", "returned_on")
    assert told(book.at("2026-02-11"), *shown) == [(0.0, "2026-02-09", "2026-02-09", 0, 100.0, 1, 0, None)]
    assert told(book.at("2026-02-12"), *shown) == [(100.0, "2026-02-09", None, 3, 0.0, 1, 1, "2026-02-12")]
    assert told(book.at("2026-03-31"), *shown) == [(0.0, "2026-02-09", "2026-03-01", 20, 100.0, 2, 1, "2026-02-12")]


def test_a_customer_without_a_name_goes_by_its_number():
    named = pd.DataFrame({"customer_id": ["C1", "C2", "C3"], "name": ["One", "", " "]})
    assert Ledger(customers=named).customers["name"].tolist() == ["One", "C2", "C3"]


def test_a_write_off_settles_without_money():
    book = ledger(INVOICE, ("I1", "payment", "2026-03-01", -60.0), ("I1", "write_off", "2026-06-30", -40.0))
    shown = ("open_amount", "settled_on", "last_paid_on", "paid_amount", "written_off")
    assert told(book.at("2026-06-30"), *shown) == [(0.0, "2026-06-30", "2026-03-01", 60.0, 40.0)]


def test_the_last_day_of_payment_is_that_of_money_and_missing_where_none_came():
    book = ledger(
        INVOICE,
        ("I1", "payment", "2026-02-01", -30.0),
        ("I1", "payment", "2026-03-01", -30.0),
        ("I1", "credit_note", "2026-04-01", -5.0),
        ("I2", "invoice", "2026-01-10", 9.0),
    )
    assert told(book.at("2026-02-28"), "last_paid_on") == [("2026-02-01",), (None,)]
    assert told(book.at("2026-12-31"), "last_paid_on") == [("2026-03-01",), (None,)]


def test_a_discount_settles_without_being_money():
    book = ledger(INVOICE, ("I1", "payment", "2026-01-20", -98.0), ("I1", "discount", "2026-01-20", -2.0))
    assert told(book.at("2026-01-20"), "open_amount", "paid_amount", "written_off", "payments") == [(0.0, 98.0, 0.0, 1)]


def test_a_credit_note_on_an_invoice_lowers_it_and_is_no_money():
    book = ledger(INVOICE, ("I1", "credit_note", "2026-01-15", -25.0))
    assert told(book.at("2026-01-15"), "kind", "amount", "open_amount", "paid_amount") == [("invoice", 100.0, 75.0, 0.0)]


def test_a_credit_note_by_itself_is_credit_until_it_is_paid_out():
    book = ledger(("CN1", "credit_note", "2026-01-15", -25.0), ("CN1", "payment", "2026-02-01", 25.0))
    assert told(book.at("2026-01-31"), "kind", "amount", "open_amount", "settled") == [("credit_note", -25.0, -25.0, False)]
    assert told(book.at("2026-02-01"), "open_amount", "settled_on", "paid_amount") == [(0.0, "2026-02-01", -25.0)]


def test_an_adjustment_moves_the_invoice_and_stands_alone_where_there_is_none():
    book = ledger(INVOICE, ("I1", "adjustment", "2026-01-20", 5.0), ("A1", "adjustment", "2026-01-20", 7.0))
    assert told(book.at("2026-01-20"), "document_id", "kind", "amount", "open_amount") == [
        ("A1", "adjustment", 7.0, 7.0),
        ("I1", "invoice", 100.0, 105.0),
    ]


def test_two_lines_of_one_invoice_are_one_document_due_with_the_first():
    book = ledger(("I1", "invoice", "2026-01-10", 60.0, "2026-03-09"), ("I1", "invoice", "2026-01-10", 40.0, "2026-02-09"))
    assert told(book.at("2026-01-10"), "amount", "open_amount", "due_date") == [(100.0, 100.0, "2026-02-09")]


def test_an_invoice_over_nothing_is_settled_the_day_it_is_issued():
    assert told(ledger(("I1", "invoice", "2026-01-10", 0.0, "2026-02-09")).at("2026-03-01"), "settled", "settled_on") == [
        (True, "2026-01-10")
    ]


def test_a_posting_of_nothing_settles_nothing():
    book = ledger(INVOICE, ("I1", "payment", "2026-02-09", -100.0), ("I1", "adjustment", "2026-05-01", 0.0))
    assert told(book.at("2026-06-30"), "settled_on", "days_late") == [("2026-02-09", 0)]


# what stays apart


def test_one_document_number_of_two_customers_is_two_documents():
    book = ledger(INVOICE, (*INVOICE[:3], 50.0, None, "EUR", "C2"), ("I1", "payment", "2026-02-01", -50.0, None, "EUR", "C2"))
    assert told(book.at("2026-02-01"), "customer_id", "open_amount") == [("C1", 100.0), ("C2", 0.0)]


def test_one_document_number_of_two_of_our_companies_is_two_documents():
    book = ledger(
        (*INVOICE, "EUR", "C1", "north"),
        (*INVOICE, "EUR", "C1", "south"),
        ("I1", "payment", "2026-02-01", -100.0, None, "EUR", "C1", "south"),
    )
    assert told(book.at("2026-02-01"), "entity", "open_amount") == [("north", 100.0), ("south", 0.0)]


def test_a_payment_in_another_currency_pays_nothing_here():
    book = ledger(INVOICE, ("I1", "payment", "2026-02-01", -100.0, None, "USD"))
    assert told(book.at("2026-02-01"), "currency", "kind", "open_amount") == [
        ("EUR", "invoice", 100.0),
        ("USD", "payment", -100.0),
    ]


def test_a_blank_currency_and_the_code_for_none_are_the_same():
    book = ledger((*INVOICE, ""), ("I1", "payment", "2026-02-01", -100.0, None, NO_CURRENCY))
    assert told(book.at("2026-02-01"), "currency", "open_amount") == [(NO_CURRENCY, 0.0)]


@pytest.mark.parametrize(
    ("currency", "amount", "parts", "rest"),
    [
        ("JPY", 1000.0, [333.0, 333.0, 333.0], 1.0),
        ("EUR", 0.3, [0.1, 0.1, 0.1], 0.0),
        ("EUR", 1_000_000.1, [333_333.37, 333_333.37, 333_333.36], 0.0),
        ("KWD", 1.0, [0.333, 0.333, 0.333], 0.001),
    ],
)
def test_parts_are_taken_off_exactly_in_the_decimals_of_the_currency(currency, amount, parts, rest):
    paid = [("I1", "payment", f"2026-02-{day:02}", -part, None, currency) for day, part in enumerate(parts, 1)]
    documents = ledger(("I1", "invoice", "2026-01-10", amount, None, currency), *paid).at("2026-03-01")
    assert told(documents, "open_amount", "settled", "payments") == [(rest, rest == 0, 3)]


# due dates


@pytest.mark.parametrize(
    ("stated", "terms", "agreed", "due", "basis"),
    [
        ("2026-02-09", 10.0, 20.0, "2026-02-09", "stated"),
        (None, 10.0, 20.0, "2026-01-20", "terms"),
        (None, None, 20.0, "2026-01-30", "terms"),
        (None, 0.0, 20.0, "2026-01-10", "terms"),
        (None, None, None, "2026-01-10", "issue date"),
    ],
)
def test_a_due_date_is_the_stated_one_else_from_terms_else_the_issue_date(stated, terms, agreed, due, basis):
    customers = pd.DataFrame({"customer_id": ["C1"], "name": ["One"], "terms_days": [agreed]})
    book = ledger(("I1", "invoice", "2026-01-10", 100.0, stated, "EUR", "C1", "", terms), customers=customers)
    assert told(book.at("2026-01-31"), "due_date", "due_basis") == [(due, basis)]


# the day one looks from


DAYS = pd.date_range("2026-01-01", "2026-03-10", unit="s")


def postings(documents, days, currencies, customers, entities):
    """Lists of rows for `entries`, of every kind and in no order."""
    posting = st.tuples(
        st.sampled_from(documents),
        st.sampled_from(KINDS),
        st.sampled_from(list(days)),
        st.integers(-5000, 5000).map(lambda cents: cents / 100),
        st.sampled_from([None, "2026-01-20", "2026-02-20"]),
        st.sampled_from(currencies),
        st.sampled_from(customers),
        st.sampled_from(entities),
        st.sampled_from([None, 14.0]),
    )
    return st.lists(posting, max_size=9)


POSTINGS = postings(["D1", "D2", "D3"], DAYS[::7], ["EUR", "JPY", "KWD"], ["C1", "C2"], ["", "north"])
OF_ONE_DOCUMENT = postings(["D1"], DAYS[:15:7], ["EUR"], ["C1"], [""])


@QUICK
@given(POSTINGS, st.sampled_from(list(DAYS)))
def test_later_postings_change_no_earlier_day(rows, day):
    posted = entries(*rows)
    book = Ledger(posted)
    documents = book.at(day)
    assert_same(documents, book.until(day).at(day))
    assert_same(documents, Ledger(posted[posted["date"].le(day)]).at(day))


@QUICK
@given(POSTINGS | OF_ONE_DOCUMENT, st.randoms(use_true_random=False), st.sampled_from(list(DAYS)))
def test_the_order_of_rows_does_not_matter(rows, random, day):
    mixed = random.sample(rows, len(rows))
    assert_same(ledger(*rows).at(day), ledger(*mixed).at(day))


@QUICK
@given(POSTINGS, st.sampled_from(list(DAYS)))
def test_open_amounts_are_the_exact_sum_of_all_postings_to_the_day(rows, day):
    minor = {}
    for _, _, posted, amount, _, currency, *_ in rows:
        if posted <= day:
            minor[currency] = minor.get(currency, 0) + int(np.rint(amount * 10 ** decimals(currency)))
    exact = {currency: total / 10 ** decimals(currency) for currency, total in minor.items()}
    assert totals(ledger(*rows).at(day)).to_dict() == exact


@QUICK
@given(POSTINGS, st.sampled_from(list(DAYS)))
def test_a_document_is_settled_exactly_when_nothing_is_open(rows, day):
    documents = ledger(*rows).at(day)
    assert documents["settled"].equals(documents["open_amount"].eq(0))
    assert documents["settled_on"].notna().equals(documents["settled"])
    assert documents["settled_on"].dropna().le(day).all()
    assert not documents.duplicated(["entity", "customer_id", "currency", "document_id"]).any()


def test_a_ledger_cut_at_a_day_knows_no_later_notes_postings_or_open_items():
    said = pd.DataFrame({"date": ["2026-02-01", "2026-02-10"], "customer_id": "C1", "kind": "call"})
    book = ledger(INVOICE, ("I1", "payment", "2026-02-10", -100.0), notes=said).until("2026-02-09")
    assert (len(book.entries), len(book.notes)) == (1, 1)
    shown = Ledger(snapshots=listed(("2026-01-31", "I1", 5.0), ("2026-02-28", "I1", 5.0))).until("2026-02-09")
    assert shown.days == [pd.Timestamp("2026-01-31")]


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("2026-10-31", "2026-10-31"),
        ("2026/10/31", "2026-10-31"),
        ("20261031", "2026-10-31"),
        ("2026-1-5", "2026-01-05"),
        ("2026-10-31T23:59:59", "2026-10-31"),
        (datetime.date(2026, 10, 31), "2026-10-31"),
        (np.datetime64("2026-10-31"), "2026-10-31"),
        (pd.Timestamp("2026-10-31 23:30", tz="Asia/Tokyo"), "2026-10-31"),
    ],
)
def test_a_day_is_read_without_its_time(day, read):
    assert parse_day(day) == pd.Timestamp(read)
    assert parse_day(day).unit == "s"


@pytest.mark.parametrize("day", ["", "today", "31.10.2026", "10/31/2026", "2026-02-30", "2026-10-31 soon", "2026-10", "2026"])
def test_words_that_are_no_day_are_refused(day):
    with pytest.raises(ArkitError, match=rf"^'{day}' is not a day\.\n  expected: year-month-day, 2026-10-31\n  got: '{day}'\n"):
        parse_day(day)


@pytest.mark.parametrize("day", [20261031, 46326.0, None, pd.NaT, True])
def test_a_number_is_no_day_and_never_taken_for_seconds(day):
    with pytest.raises(ArkitError, match=rf"(?s)^'{day}' is not a day\..*\n  fix: write the day as YYYY-MM-DD$"):
        parse_day(day)


def test_a_ledger_asked_for_no_day_says_so():
    with pytest.raises(ArkitError, match=r"^'next week' is not a day\."):
        ledger(INVOICE).at("next week")


def test_month_ends_lead_to_the_day_and_begin_with_the_first_posting():
    book = ledger(INVOICE)
    assert book.month_ends("2026-04-30") == list(pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]))
    assert book.month_ends("2026-04-29") == list(pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-29"]))
    assert book.month_ends("2026-04-29", months=2) == list(pd.to_datetime(["2026-03-31", "2026-04-29"]))
    assert book.month_ends("2026-04-30", months=1) == [pd.Timestamp("2026-04-30")]
    assert book.month_ends("2026-01-09") == []
    assert len(book.month_ends("2030-12-31")) == 12


def test_month_ends_of_open_items_are_the_days_they_show():
    book = Ledger(snapshots=listed(*[(day, "I1", 5.0) for day in ("2026-01-31", "2026-02-15", "2026-03-31")]))
    assert book.month_ends("2026-03-30") == list(pd.to_datetime(["2026-01-31", "2026-02-15"]))
    assert book.month_ends("2026-03-31", months=2) == list(pd.to_datetime(["2026-02-15", "2026-03-31"]))


# open items of one day


def test_open_items_answer_for_the_days_they_show():
    book = Ledger(snapshots=listed(("2026-01-31", "I1", 100.0), ("2026-02-28", "I1", 60.0, "2026-01-10", "2026-02-09")))
    shown = ("as_of", "document_id", "amount", "open_amount", "due_date", "due_basis", "days_late", "settled")
    assert told(book.at("2026-01-31"), *shown) == [("2026-01-31", "I1", 100.0, 100.0, "2026-01-01", "issue date", 30, False)]
    assert told(book.at("2026-02-28"), *shown) == [("2026-02-28", "I1", 100.0, 60.0, "2026-02-09", "stated", 19, False)]
    assert book.at("2026-02-28")["paid_amount"].isna().all()


def test_open_items_refuse_any_other_day_and_list_theirs():
    book = Ledger(snapshots=listed(("2026-01-31", "I1", 100.0), ("2026-02-28", "I1", 60.0)))
    with pytest.raises(DayRefused, match=r"(?s)^the open items are not known for 2026-02-01\..*got: 2026-01-31, 2026-02-28\n"):
        book.at("2026-02-01")


def test_an_open_item_that_is_settled_without_a_day_counts_as_on_time():
    items = listed(("2026-02-28", "I1", 0.0, "2026-01-10", "2026-02-09"), ("2026-02-28", "I2", 0.0, "2026-01-10", "2026-02-09"))
    documents = Ledger(snapshots=items.assign(settled_on=[None, "2026-02-14"])).at("2026-02-28")
    assert told(documents, "settled", "settled_on", "days_late") == [(True, None, 0), (True, "2026-02-14", 5)]


def test_an_open_item_that_is_open_has_no_day_of_settlement_whatever_the_export_says():
    items = listed(("2026-02-28", "I1", 40.0, "2026-01-10", "2026-02-09")).assign(settled_on="2026-02-14")
    assert told(Ledger(snapshots=items).at("2026-02-28"), "settled", "settled_on", "days_late") == [(False, None, 19)]


def test_postings_and_open_items_of_different_documents_stand_together():
    book = ledger(INVOICE, snapshots=listed(("2026-02-28", "I2", 60.0)))
    assert told(book.at("2026-02-28"), "document_id", "open_amount") == [("I1", 100.0), ("I2", 60.0)]


@pytest.mark.parametrize(("posted", "shown"), [("", ""), ("north", "north"), ("", "north"), ("north", "")])
def test_a_document_that_comes_as_posting_and_as_open_item_is_refused(posted, shown):
    book = ledger((*INVOICE, "EUR", "C1", posted), snapshots=listed(("2026-02-28", "I1", 60.0)).assign(entity=shown))
    with pytest.raises(DayRefused, match=r"(?s)^1 documents come both as postings and as open items\..*got: I1 of C1\n"):
        book.at("2026-02-28")


def test_the_same_number_at_two_of_our_companies_may_be_posted_here_and_listed_there():
    book = ledger((*INVOICE, "EUR", "C1", "north"), snapshots=listed(("2026-02-28", "I1", 60.0)).assign(entity="south"))
    assert told(book.at("2026-02-28"), "entity", "open_amount") == [("north", 100.0), ("south", 60.0)]


# what a ledger is made of


def test_an_empty_ledger_answers_with_empty_tables():
    book = Ledger()
    pd.testing.assert_frame_equal(book.at("2026-01-31"), DOCUMENTS.empty(), check_index_type=False)
    assert (book.days, book.month_ends("2026-01-31"), repr(book)) == (None, [], "Ledger: empty")
    assert len(book.until("2026-01-31").entries) == 0


def test_customers_whom_no_list_names_appear_under_their_number():
    rows = [("C1", "One", "retail"), ("C1", "Again", ""), ("C3", "Three", "")]
    customers = pd.DataFrame(rows, columns=["customer_id", "name", "segment"])
    book = ledger(INVOICE, ("I1", "invoice", "2026-01-10", 5.0, None, "EUR", "C2"), customers=customers)
    assert book.customers[["customer_id", "name", "segment", "strategic"]].to_dict("records") == [
        {"customer_id": "C1", "name": "One", "segment": "retail", "strategic": False},
        {"customer_id": "C3", "name": "Three", "segment": "", "strategic": False},
        {"customer_id": "C2", "name": "C2", "segment": "", "strategic": False},
    ]
    assert Ledger(snapshots=listed(("2026-01-31", "I1", 5.0))).customers["name"].tolist() == ["C1"]


def test_a_kind_that_is_not_known_is_refused_with_its_row():
    with pytest.raises(TableRefused, match=r"(?s)^1 rows of the table 'entries' are of a kind that is not.*row 1: .*'refund'"):
        ledger(INVOICE, ("I1", "refund", "2026-02-01", 5.0))


@pytest.mark.parametrize(
    "changed", [{"date": None}, {"amount": None}, {"amount": np.inf}, {"customer_id": ""}, {"customer_id": None}]
)
def test_a_posting_without_customer_day_or_finite_amount_is_refused_with_its_row(changed):
    posted = entries(INVOICE, INVOICE).astype("object")
    for name, value in changed.items():
        posted.loc[1, name] = value
    with pytest.raises(TableRefused, match=r"(?s)^1 rows of the table 'entries' are without customer_id or date or.*row 1: "):
        Ledger(posted)


def test_an_open_item_without_its_day_is_refused():
    with pytest.raises(TableRefused, match=r"^1 rows of the table 'snapshots' are without customer_id or as_of or "):
        Ledger(snapshots=listed((None, "I1", 5.0)))


def test_a_ledger_shows_itself_in_four_lines():
    book = ledger(INVOICE, ("I2", "invoice", "2026-03-10", 1500.0, None, "JPY", "C2"))
    assert repr(book).split("\n") == [
        "Ledger: 2 postings, 0 snapshot items",
        "  2026-01-10 to 2026-03-10",
        "  2 documents of 2 customers",
        "  open on 2026-03-10: 100.00 EUR, 1,500 JPY",
    ]


def test_the_frames_handed_in_stay_as_they_were():
    posted = entries(INVOICE, ("I1", "payment", "2026-02-01", -30.0))
    before = posted.copy()
    Ledger(posted).at("2026-03-01")
    pd.testing.assert_frame_equal(posted, before)


# published data


@pytest.fixture(scope="module")
def ibm(shared):
    return load(shared("data/ibm/WA_Fn-UseC_-Accounts-Receivable.csv"))


def opened(documents):
    return int(documents["open_amount"].ne(0).sum())


def test_the_published_ledger_has_84_open_invoices_before_its_day_and_87_after(ibm):
    assert opened(ibm.at("2013-06-30")) == 84
    documents = ibm.at("2013-07-01")
    assert opened(documents) == 87
    assert int(documents["issued"].eq("2013-07-01").sum()) == 4
    assert int(documents["settled_on"].eq("2013-07-01").sum()) == 1


def test_the_published_ledger_is_settled_in_the_end(ibm):
    documents = ibm.at("2014-01-09")
    assert (len(documents), int(documents["settled"].sum())) == (2466, 2466)


def test_nothing_later_leaks_into_any_table_of_a_past_day(ibm):
    for day in ("2012-08-15", "2013-07-01"):
        whole, cut = ibm.at(day), ibm.until(day).at(day)
        pd.testing.assert_frame_equal(whole, cut)
        pd.testing.assert_frame_equal(age(whole), age(cut))
        profiles, known = profile(whole, notes=ibm.notes), profile(cut, notes=ibm.until(day).notes)
        pd.testing.assert_frame_equal(profiles, known)
        pd.testing.assert_frame_equal(score(profiles), score(known))
        pd.testing.assert_frame_equal(
            recommend(whole, score(profiles), profiles=profiles, customers=ibm.customers),
            recommend(cut, score(known), profiles=known, customers=ibm.until(day).customers),
        )
