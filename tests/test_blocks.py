import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.blocks import blocked
from arkit.netting import net_of_credits
from arkit.policy import Policy
from arkit.tables import BLOCK_KINDS, BLOCKS, CUSTOMERS, DOCUMENTS, NOTES

AS_OF = pd.Timestamp("2026-10-31")


def documents(*rows, **more):
    """Documents of C1 from (number, open amount, days late)."""
    table = pd.DataFrame(rows, columns=["document_id", "open_amount", "days_late"])
    due = AS_OF - pd.to_timedelta(table["days_late"], unit="D")
    base = {
        "as_of": AS_OF, "customer_id": "C1", "kind": table["open_amount"].lt(0).map({True: "credit_note", False: "invoice"}),
        "issued": due - pd.Timedelta(days=30), "due_date": due, "amount": table["open_amount"], "currency": "EUR",
        "settled": False, "settled_on": pd.NaT, "payments": 0, "discount": 0.0, "reference": "",
    }  # fmt: skip
    return DOCUMENTS.conform(table.assign(**(base | more)))


def notes(*rows):
    """Notes about C1 from (kind, document, amount, until)."""
    table = pd.DataFrame(rows, columns=["kind", "document_id", "amount", "until"])
    return NOTES.conform(table.assign(date="2026-10-20", customer_id="C1", reason="because"))


def customer(**more):
    return CUSTOMERS.conform(pd.DataFrame({"customer_id": ["C1"], "name": ["Miller"], **{k: [v] for k, v in more.items()}}))


def found(*args, **more):
    table = blocked(*args, **more)
    return list(table[["document_id", "kind", "amount"]].itertuples(index=False, name=None))


TWO = documents(("A", 100.0, 40), ("B", 50.0, 20))


def test_nothing_in_the_way_is_an_empty_table():
    assert list(blocked(TWO).columns) == BLOCKS.names
    assert len(blocked(TWO)) == 0
    assert len(blocked(DOCUMENTS.empty())) == 0


def test_a_dispute_with_an_amount_blocks_no_more_than_that():
    assert found(TWO, notes(("dispute", "A", 30.0, None))) == [("A", "dispute", 30.0)]
    assert found(TWO, notes(("dispute", "A", 300.0, None))) == [("A", "dispute", 100.0)]
    assert found(TWO, notes(("dispute", "A", None, None))) == [("A", "dispute", 100.0)]


def test_a_promise_about_the_account_covers_the_oldest_first():
    assert found(TWO, notes(("promise", "", 120.0, "2026-11-05"))) == [("A", "promise", 100.0), ("B", "promise", 20.0)]


def test_no_cent_is_blocked_twice_and_a_dispute_goes_before_a_promise():
    both = notes(("promise", "", None, "2026-11-05"), ("dispute", "A", 60.0, None))
    assert found(TWO, both) == [("A", "dispute", 60.0), ("A", "promise", 40.0), ("B", "promise", 50.0)]


def test_credit_pays_the_oldest_before_anything_is_blocked():
    table = documents(("A", 100.0, 40), ("B", 50.0, 20), ("CN", -70.0, 3))
    assert found(table, notes(("dispute", "A", None, None))) == [("", "credit", 70.0), ("A", "dispute", 30.0)]


def test_credit_beyond_what_is_past_due_covers_no_more_than_that():
    table = documents(("A", 100.0, 40), ("B", 50.0, -20), ("CN", -130.0, 3))
    assert found(table) == [("", "credit", 100.0)]


def test_what_is_not_due_is_blocked_but_counts_as_nothing_past_due():
    table = blocked(documents(("A", 100.0, -5)), notes(("dispute", "A", None, None)))
    assert (table.loc[0, "amount"], table.loc[0, "past_due"]) == (100.0, 0.0)


def test_each_block_says_since_when_until_when_and_why():
    row = blocked(TWO, notes(("promise", "A", None, "2026-11-05"))).iloc[0]
    assert (f"{row['since']:%F}", f"{row['until']:%F}", row["reason"]) == ("2026-10-20", "2026-11-05", "because")


def test_our_own_missing_order_number_blocks_where_the_customer_requires_one():
    table = documents(("A", 100.0, 40), ("B", 50.0, 20), reference=["", "PO-7"])
    assert found(table, customers=customer(po_required=True)) == [("A", "po_missing", 100.0)]
    assert found(table, customers=customer()) == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"amount": 1000.0, "open_amount": 20.0, "discount": 20.0, "payments": 1}, "a discount taken, in time or not"),
        ({"amount": 1000.0, "open_amount": 100.0, "payments": 1}, "tax withheld: ask for the certificate"),
        ({"amount": 1000.0, "open_amount": 12.5, "payments": 1}, "a remainder too small for a letter"),
        ({"amount": 1000.0, "open_amount": 12.5, "payments": 0}, None),
        ({"amount": 1000.0, "open_amount": 60.0, "payments": 1}, None),
        ({"amount": 100.0, "open_amount": 12.5, "payments": 1}, None),
    ],
)
def test_what_is_left_of_a_paid_invoice_is_a_remainder(row, why):
    withheld = Policy.parse("[contact]\nwithholding = [0.10]")
    table = blocked(documents(("A", 1.0, 40), **row), policy=withheld)
    assert table["reason"].tolist() == ([why] if why else [])


@pytest.mark.parametrize(
    ("due", "usual", "expected"),
    [
        ("2026-10-28", 25.0, "2026-11-27"),  # the days of October had passed when it fell due
        ("2026-10-27", 25.0, None),  # the 27th was one of them, and has passed
        ("2026-10-30", 30.0, "2026-10-31"),  # month-end is as far as a month goes
        ("2026-09-20", 25.0, None),
        ("2026-10-28", None, None),
    ],
)
def test_a_customer_who_pays_on_one_day_of_the_month_is_not_asked_before_it(due, usual, expected):
    late = (AS_OF - pd.Timestamp(due)).days
    profiles = pd.DataFrame({"customer_id": ["C1"], "usual_day": [usual]})
    table = blocked(documents(("A", 100.0, late)), profiles=profiles)
    assert [f"{day:%F}" for day in table["until"]] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("marks", "told", "kind"),
    [
        ({"do_not_contact": True}, None, "do_not_contact"),
        ({"insolvent_since": "2026-10-01"}, None, "insolvency"),
        ({"insolvent_since": "2026-11-01"}, None, None),
        ({}, notes(("insolvency", "", None, None)), "insolvency"),
        ({}, notes(("insolvency", "", None, None)).assign(outcome="closed"), None),
        ({}, notes(("handed_over", "", None, None)), "handed_over"),
        ({}, notes(("handed_over", "", None, None)).assign(outcome="returned"), None),
    ],
)
def test_marks_and_notes_about_the_whole_customer_block_the_account(marks, told, kind):
    assert found(TWO, told, customers=customer(**marks)) == ([("", kind, 150.0)] if kind else [])


def test_instalments_of_one_document_are_blocked_one_after_the_other():
    table = documents(("A", 100.0, 40), ("A", 100.0, 10), instalment=["1/2", "2/2"])
    rows = blocked(table, notes(("dispute", "A", 130.0, None)))
    assert rows[["instalment", "amount"]].to_numpy().tolist() == [["1/2", 100.0], ["2/2", 30.0]]


@settings(max_examples=30)
@given(
    amounts=st.lists(st.integers(-500, 900).filter(bool), min_size=1, max_size=8),
    told=st.lists(st.tuples(st.sampled_from(["dispute", "promise", "plan", "hold", "credit_pending"]), st.integers(0, 9),
                            st.none() | st.integers(1, 900)), max_size=8),
)  # fmt: skip
def test_blocks_of_documents_never_exceed_what_is_open_after_credits(amounts, told):
    table = documents(*[(f"{n}", amount / 100, 5 * n - 10) for n, amount in enumerate(amounts)])
    said = [(kind, f"{n}" if n < 8 else "", cents and cents / 100, "2026-11-30") for kind, n, cents in told]
    blocks = blocked(table, notes(*said))
    net = net_of_credits(table).groupby(table["document_id"]).sum()
    single = blocks[blocks["document_id"].ne("")]
    taken = single["amount"].mul(100).round().groupby(single["document_id"]).sum()
    assert (taken <= net.reindex(taken.index)).all()
    assert {*blocks["kind"]} <= {*BLOCK_KINDS}
    assert blocks["amount"].gt(0).all()
    newest = {kind: cents for kind, n, cents in told if n >= 8}
    if None in newest.values():
        assert taken.sum() == net.sum()


def test_more_columns_of_notes_do_no_harm():
    told = notes(("dispute", "A", 30.0, None)).assign(currency="EUR", as_of=AS_OF, net=1, late=True)
    assert found(TWO, told) == [("A", "dispute", 30.0)]


@pytest.mark.parametrize(("currency", "blocked_ones"), [("", ["A", "B"]), ("EUR", ["A"]), ("GBP", ["B"]), ("USD", [])])
def test_a_promise_or_plan_about_one_balance_blocks_that_balance_alone(currency, blocked_ones):
    both = documents(("A", 100.0, 30), ("B", 50.0, 10)).assign(currency=["EUR", "GBP"])
    for kind in ("promise", "plan", "dispute"):
        said = notes((kind, "", None, "2026-11-06")).assign(currency=currency)
        assert [number for number, _, _ in found(both, said)] == blocked_ones
