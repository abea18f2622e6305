import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import TableRefused
from arkit.ledger import Ledger
from arkit.migration import lose, migrate
from arkit.money import to_minor
from arkit.tables import MIGRATIONS

DAYS = ["2026-01-31", "2026-02-28", "2026-03-31"]


def ledger(*rows, **tables):
    columns = ["document_id", "kind", "date", "due_date", "amount"]
    posted = pd.DataFrame(rows, columns=columns).assign(customer_id="C1", currency="EUR")
    return Ledger(posted.astype({"due_date": "str", "amount": "float64"}), **tables)


def moves(table):
    return {(row.state, row.to): (row.moved, round(row.rate, 4)) for row in table.itertuples()}


@pytest.fixture(scope="module")
def book():
    return ledger(
        ("A", "invoice", "2025-12-01", "2026-01-20", 100),
        ("A", "payment", "2026-02-10", None, -40),
        ("A", "write_off", "2026-03-10", None, -60),
        ("B", "invoice", "2025-12-01", "2026-01-20", 100),
        ("B", "credit_note", "2026-02-10", None, -30),
        ("B", "payment", "2026-02-11", None, -70),
    )


def test_each_document_is_followed_and_what_is_given_up_or_credited_is_not_paid(book):
    assert moves(migrate(book, DAYS)) == {
        ("1-30", "31-60"): (60.0, 0.3),
        ("1-30", "paid"): (110.0, 0.55),
        ("1-30", "credited"): (30.0, 0.15),
        ("31-60", "written off"): (60.0, 1.0),
    }


def test_by_balance_the_next_bucket_is_over_this_one(book):
    assert moves(migrate(book, DAYS, level="balance"))[("1-30", "31-60")] == (60.0, 0.3)


def test_what_is_lost_in_the_end_is_more_than_one_step_shows(book):
    rates = lose(migrate(book, DAYS)).set_index("bucket")["loss_rate"]
    assert list(rates.round(4).items()) == [("1-30", 0.3), ("31-60", 1.0)]


def test_a_bucket_that_counts_as_lost_is_lost(book):
    rates = lose(migrate(book, DAYS), lost="31-60").set_index("bucket")["loss_rate"]
    assert rates.round(4).to_dict() == {"1-30": 0.3, "31-60": 1.0}


def test_where_nothing_was_seen_to_end_there_is_no_rate():
    table = lose(migrate(ledger(("A", "invoice", "2025-12-01", "2026-01-20", 100)), DAYS))
    assert table["loss_rate"].isna().all()
    assert set(table["basis"]) == {"leads to a bucket that nothing was seen to leave"}


def test_segments_move_apart():
    customers = pd.DataFrame({"customer_id": ["C1"], "name": ["One"], "segment": ["Trade"]})
    table = migrate(ledger(("A", "invoice", "2025-12-01", "2026-01-20", 100), customers=customers), DAYS, by="segment")
    assert set(table["group"]) == {"Trade"}


def test_nothing_moves_in_an_empty_ledger():
    assert list(migrate(Ledger(), DAYS)) == MIGRATIONS.names
    assert len(lose(migrate(Ledger(), DAYS))) == 0


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"level": "customer"}, r"^there is no level 'customer'\."),
        ({"days": DAYS[:1]}, r"^nothing moves within one day\."),
        ({"by": "colour"}, r"^customers have no 'colour'\."),
    ],
)
def test_what_cannot_be_followed_is_refused(book, asked, says):
    with pytest.raises(TableRefused, match=says):
        migrate(book, **{"days": DAYS} | asked)


POSTING = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["invoice", "credit_note", "payment", "write_off", "return"]),
    st.sampled_from(["2025-12-01", "2026-01-15", "2026-02-15", "2026-03-15"]),
    st.sampled_from([None, "2026-01-20"]),
    st.integers(1, 10**6),
)


@settings(max_examples=5)
@given(st.lists(POSTING, min_size=1, max_size=12))
def test_the_shares_of_a_state_add_up_to_one_and_its_moves_to_what_was_open(rows):
    signed = [(*row[:4], (row[4] if row[1] in ("invoice", "return") else -row[4]) / 100) for row in rows]
    found = migrate(ledger(*signed), DAYS)
    by = found.groupby(["currency", "state"])
    assert by["rate"].sum().to_numpy() == pytest.approx(1)
    items = ledger(*signed).open_items(DAYS[:2])
    items = items[items["open_amount"].gt(0)]
    assert to_minor(found["moved"], found["currency"]).sum() == to_minor(items["open_amount"], items["currency"]).sum()
