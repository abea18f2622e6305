import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.netting import named_in, net_of_credits, to_ask_for


def documents(amounts, currency="EUR", customer="C"):
    return pd.DataFrame(
        {
            "as_of": pd.Timestamp("2026-06-30"),
            "customer_id": customer,
            "currency": currency,
            "document_id": [f"D{i}" for i in range(len(amounts))],
            "due_date": pd.date_range("2026-01-01", periods=len(amounts)),
            "open_amount": amounts,
        }
    )


def test_credit_pays_the_oldest_first():
    assert net_of_credits(documents([100.0, 50.0, -120.0])).tolist() == [0, 3000, 0]


def test_credit_of_another_currency_or_customer_pays_nothing():
    both = pd.concat(
        [documents([100.0]), documents([-100.0], currency="USD"), documents([-100.0], customer="D")], ignore_index=True
    )
    assert net_of_credits(both).tolist() == [10000, 0, 0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cents=st.lists(st.integers(-50000, 50000), min_size=1, max_size=20))
def test_what_is_left_is_the_balance_or_nothing(cents):
    net = net_of_credits(documents([cent / 100 for cent in cents]))
    assert net.sum() == max(sum(cents), 0) if sum(cent for cent in cents if cent > 0) else net.sum() == 0
    assert (net >= 0).all()
    assert (net <= pd.Series(cents).clip(lower=0)).all()


def test_what_may_be_asked_for_is_past_due_not_covered_and_not_blocked():
    table = pd.DataFrame(
        {
            "as_of": pd.Timestamp("2026-10-31"), "customer_id": ["A", "A", "A", "B", "C"],
            "document_id": ["1", "2", "CN", "3", "4"], "currency": "EUR",
            "due_date": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", "2026-02-01", "2026-12-01"]),
            "open_amount": [100.0, 50.0, -110.0, 70.0, 20.0], "days_late": [303, 272, 244, 272, -31],
        }
    )  # fmt: skip
    assert to_ask_for(table).tolist() == [0, 4000, 0, 7000, 0]
    blocks = pd.DataFrame({"customer_id": ["A", "B"], "document_id": ["2", ""]})
    assert to_ask_for(table, blocks).tolist() == [0, 0, 0, 0, 0]
    assert named_in(table, blocks).tolist() == [False, True, False, True, False]
    assert not named_in(table, None).any()
    assert not named_in(table, blocks.head(0)).any()


def test_of_a_document_blocked_in_part_the_rest_may_be_asked_for():
    table = documents([100.0, 50.0, 30.0]).assign(days_late=[30, 20, 10])
    number = table["document_id"].tolist()
    blocks = pd.DataFrame(
        {
            "customer_id": "C",
            "currency": "EUR",
            "document_id": [number[0], number[0], number[1], ""],
            "amount": [60.0, 20.0, None, 5.0],
        }
        | {"kind": ["dispute", "promise", "hold", "credit"]}
    )
    assert to_ask_for(table, blocks).tolist() == [2000, 0, 3000]
    assert named_in(table, blocks).tolist() == [True, True, False]
    other = blocks.assign(currency="USD")
    assert to_ask_for(table, other).tolist() == [10000, 5000, 3000]
    whole = blocks.assign(kind="handed_over")
    assert to_ask_for(table, whole).tolist() == [0, 0, 0]
