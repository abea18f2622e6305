import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.aging import age, bucket_names
from arkit.errors import PolicyRefused, TableRefused
from arkit.ledger import Ledger
from arkit.money import totals
from arkit.policy import Policy
from arkit.tables import DOCUMENTS, KINDS

AS_OF = pd.Timestamp("2026-10-31")
QUICK = settings(max_examples=25, deadline=None, derandomize=True)


def documents(*rows, as_of=AS_OF):
    """Documents from (days past due, open amount[, customer, currency]), issued 30 days before they are due."""
    table = pd.DataFrame(
        [(*row, *("C1", "EUR")[len(row) - 2 :]) for row in rows],
        columns=["days_late", "open_amount", "customer_id", "currency"],
    )
    due = as_of - pd.to_timedelta(table["days_late"], unit="D")
    return DOCUMENTS.conform(
        table.assign(
            as_of=as_of,
            document_id=[f"D{i}" for i in range(len(table))],
            kind="invoice",
            issued=due - pd.Timedelta(days=30),
            due_date=due,
            amount=table["open_amount"],
            settled=table["open_amount"].eq(0),
            settled_on=pd.NaT,
        )
    )


def filled(aged):
    """The columns of the one row that hold something."""
    (row,) = aged.to_dict("records")
    return {name: amount for name, amount in row.items() if amount}


@pytest.mark.parametrize(
    ("days_late", "bucket"),
    [
        (-400, "current"),
        (-1, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "over 120"),
        (4000, "over 120"),
    ],
)
def test_each_day_past_due_has_its_bucket(days_late, bucket):
    assert filled(age(documents((days_late, 10.0)))) == {bucket: 10.0, "total": 10.0}


def test_a_row_is_a_day_a_customer_and_a_currency_and_a_column_is_a_bucket():
    aged = age(documents((5, 10.0, "C2"), (40, 20.0), (5, 7.0, "C1", "USD"), (5, 1.0)))
    assert aged.index.names == ["as_of", "customer_id", "currency"]
    assert list(aged) == ["credit", "current", "1-30", "31-60", "61-90", "91-120", "over 120", "total"]
    assert {key: row.tolist() for key, row in aged.iterrows()} == {
        (AS_OF, "C1", "EUR"): [0, 0, 1, 20, 0, 0, 0, 21],
        (AS_OF, "C1", "USD"): [0, 0, 7, 0, 0, 0, 0, 7],
        (AS_OF, "C2", "EUR"): [0, 0, 10, 0, 0, 0, 0, 10],
    }


def test_credit_stands_apart_and_is_never_netted_against_a_bucket():
    aged = age(documents((5, 100.0), (5, -30.0), (200, -20.0)))
    assert filled(aged) == {"credit": -50.0, "1-30": 100.0, "total": 50.0}


def test_what_is_settled_is_not_shown():
    assert filled(age(documents((5, 100.0), (50, 0.0)))) == {"1-30": 100.0, "total": 100.0}
    assert len(age(documents((50, 0.0)))) == 0


def test_nothing_open_is_an_empty_table_with_every_bucket():
    aged = age(DOCUMENTS.empty())
    assert len(aged) == 0
    assert list(aged) == ["credit", "current", "1-30", "31-60", "61-90", "91-120", "over 120", "total"]
    assert aged.index.names == ["as_of", "customer_id", "currency"]


def test_no_dust_of_floats_is_left():
    assert filled(age(documents((5, 0.1), (5, 0.2)))) == {"1-30": 0.3, "total": 0.3}
    assert filled(age(documents(*[(5, 0.1)] * 10, (5, -1.0)))) == {"credit": -1.0, "1-30": 1.0}


def test_amounts_are_exact_in_the_decimals_of_each_currency():
    aged = age(documents((5, 1000.0, "C1", "JPY"), (5, 0.001, "C1", "KWD"), (50, 0.002, "C1", "KWD")), by="currency")
    assert aged["total"].to_dict() == {(AS_OF, "JPY"): 1000.0, (AS_OF, "KWD"): 0.003}


def test_the_whole_book_is_one_row_per_currency():
    aged = age(documents((5, 10.0, "C1"), (5, 20.0, "C2"), (5, 7.0, "C2", "USD")), by="currency")
    assert aged.index.names == ["as_of", "currency"]
    assert aged["1-30"].to_dict() == {(AS_OF, "EUR"): 30.0, (AS_OF, "USD"): 7.0}


def test_any_column_of_the_documents_groups_and_those_without_a_value_stand_together():
    table = documents((5, 10.0), (5, 20.0), (50, 30.0)).assign(salesperson=["Ann", None, None])
    aged = age(table, by="salesperson").reset_index().set_index("salesperson")
    assert aged["total"].to_dict() == {"Ann": 10.0, aged.index[1]: 50.0}
    assert pd.isna(aged.index[1])


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(TableRefused, match=r"(?s)^the documents cannot be grouped by 'region'\..*fix: choose one of "):
        age(documents((5, 10.0)), by="region")


def test_what_is_known_of_customers_groups_their_documents():
    customers = pd.DataFrame({"customer_id": ["C1", "C2"], "segment": ["retail", "trade"]})
    table = documents((5, 10.0), (50, 20.0, "C2"), (5, 4.0, "C2"), (5, 1.0, "C3"))
    aged = age(table, by="segment", customers=customers).reset_index().set_index("segment")
    assert aged["total"].tolist() == [10.0, 24.0, 1.0]
    assert aged.index[:2].tolist() == ["retail", "trade"]


def test_several_columns_group_and_equal_numbers_of_two_customers_stay_two_documents():
    table = documents((5, 10.0), (5, 20.0, "C2")).assign(document_id="D0")
    assert age(table, by=["customer_id", "document_id"])["total"].tolist() == [10.0, 20.0]


@pytest.mark.parametrize(
    ("due", "as_of", "bucket"),
    [
        ("2026-10-31", "2026-10-31", "current"),
        ("2026-11-05", "2026-10-31", "current"),
        ("2026-10-30", "2026-10-31", "< 1 month"),
        ("2026-10-01", "2026-10-31", "< 1 month"),
        ("2026-09-30", "2026-10-31", "1 month"),
        ("2026-09-01", "2026-10-31", "1 month"),
        ("2026-08-31", "2026-10-31", "2 months"),
        ("2026-07-01", "2026-10-31", "3 months"),
        ("2026-06-30", "2026-10-31", "older"),
        ("2025-10-15", "2026-10-31", "older"),
        ("2025-12-31", "2026-01-01", "1 month"),
        ("2026-01-31", "2026-02-28", "1 month"),
    ],
)
def test_months_are_those_of_the_calendar(due, as_of, bucket):
    day = pd.Timestamp(as_of)
    table = documents(((day - pd.Timestamp(due)).days, 10.0), as_of=day)
    assert filled(age(table, edges="months")) == {bucket: 10.0, "total": 10.0}
    assert filled(age(table, Policy.parse('[aging]\nbuckets = "months"'))) == {bucket: 10.0, "total": 10.0}


def test_credit_that_is_netted_pays_the_oldest_first_and_only_the_rest_of_it_stands_apart():
    first, second = documents((5, 100.0), (70, 40.0), (5, -60.0)), documents((3, -50.0), (5, 20.0))
    assert filled(age(first, credit="netted")) == {"1-30": 80.0, "total": 80.0}
    assert filled(age(second, credit="netted")) == {"credit": -30.0, "total": -30.0}
    assert filled(age(second, Policy.parse('[aging]\ncredit = "netted"'))) == {"credit": -30.0, "total": -30.0}


def test_netting_changes_no_total_of_a_customer_nor_of_a_group():
    table = documents((5, 100.0), (70, -140.0), (5, -60.0, "C2"), (3, 50.0, "C2")).assign(salesperson=["A", "B", "A", "B"])
    for by in ("customer_id", "currency"):
        assert age(table, by=by, credit="netted")["total"].tolist() == age(table, by=by)["total"].tolist()


def test_neither_word_for_credit_is_refused():
    with pytest.raises(PolicyRefused, match=r"(?s)credit cannot be 'hidden'.*expected: apart or netted"):
        age(documents((5, 10.0)), credit="hidden")


def test_age_can_be_counted_from_the_day_of_issue():
    table = documents((5, 10.0))
    assert filled(age(table, age_by="issue_date")) == {"31-60": 10.0, "total": 10.0}
    assert filled(age(table, Policy.parse('[aging]\nage_by = "issue_date"'))) == {"31-60": 10.0, "total": 10.0}


def test_the_buckets_are_the_policys_unless_said_otherwise():
    policy = Policy.parse("[aging]\nedges = [10, 20]")
    table = documents((10, 1.0), (11, 2.0), (21, 4.0))
    assert filled(age(table, policy)) == {"1-10": 1.0, "11-20": 2.0, "over 20": 4.0, "total": 7.0}
    assert filled(age(table, policy, edges=[15])) == {"1-15": 3.0, "over 15": 4.0, "total": 7.0}


def test_several_days_in_one_table_stay_apart():
    both = pd.concat([documents((5, 10.0)), documents((35, 10.0), as_of=AS_OF + pd.Timedelta(days=30))])
    aged = age(both)
    assert aged["1-30"].to_dict() == {(AS_OF, "C1", "EUR"): 10.0, (AS_OF + pd.Timedelta(days=30), "C1", "EUR"): 0.0}
    assert aged["31-60"].tolist() == [0.0, 10.0]


@pytest.mark.parametrize("edges", [[60, 30], [30, 30], [0, 30], [-1], []])
def test_edges_that_do_not_rise_are_refused(edges):
    with pytest.raises(PolicyRefused, match=r"(?s)^the buckets overlap\..*expected: days in rising order.*got: \["):
        age(documents((5, 10.0)), edges=edges)


def test_age_by_another_day_is_refused():
    with pytest.raises(PolicyRefused, match=r"^the age cannot be counted from 'posted'\.\n  expected: due_date or issue_date"):
        age(documents((5, 10.0)), age_by="posted")


@pytest.mark.parametrize(
    ("edges", "names"),
    [
        ([30], ["current", "1-30", "over 30"]),
        ([1, 2], ["current", "1-1", "2-2", "over 2"]),
        ((7, 14, 365), ["current", "1-7", "8-14", "15-365", "over 365"]),
    ],
)
def test_buckets_are_named_after_their_days(edges, names):
    assert bucket_names(edges) == names


# adds up

DAYS = [f"2026-{month:02}-{day:02}" for month in range(1, 7) for day in (1, 15, 28)]
POSTING = st.tuples(
    st.sampled_from(["D1", "D2", "D3", "D4"]),
    st.sampled_from(KINDS),
    st.sampled_from(DAYS),
    st.integers(-(10**9), 10**9).map(lambda minor: minor / 1000),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from(["C1", "C2"]),
)


@QUICK
@given(
    st.lists(POSTING, max_size=15),
    st.sampled_from(DAYS),
    st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted),
    st.sampled_from(["due_date", "issue_date"]),
    st.sampled_from(["customer_id", "currency", "kind"]),
)
def test_aging_adds_up_to_the_open_amounts_to_the_minor_unit(rows, day, edges, age_by, by):
    posted = pd.DataFrame(rows, columns=["document_id", "kind", "date", "amount", "currency", "customer_id"])
    documents = Ledger(posted.astype({"amount": "float64"})).at(day)
    aged = age(documents, by=by, edges=edges, age_by=age_by).reset_index()
    owed = totals(documents[documents["open_amount"].ne(0)]).to_dict()
    assert totals(aged, "total").to_dict() == owed
    assert aged["credit"].le(0).all()
    buckets = bucket_names(edges)
    assert aged[buckets].ge(0).all(axis=None)
    parts = aged.melt("currency", ["credit", *buckets], value_name="part")
    assert totals(parts, "part").to_dict() == owed
