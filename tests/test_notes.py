import pandas as pd
import pytest

from arkit.notes import CLOSED, broken_promises, by_balance, known_notes, standing
from arkit.policy import DEFAULT, Policy
from arkit.tables import DOCUMENTS, NOTES


def notes(*rows):
    """Notes from (day, kind, document, until, outcome); all of customer C1."""
    table = pd.DataFrame([(*row, *("", None, "")[len(row) - 2 :]) for row in rows])
    table.columns = ["date", "kind", "document_id", "until", "outcome"]
    return table.astype({"until": "str"}).assign(customer_id="C1")


def looked_at(as_of, open_amount=100.0, settled_on=None, *, document_id="I1"):
    """The documents of one day: one invoice of C1, due on 2026-01-31."""
    day = pd.Timestamp(as_of)
    row = {
        "as_of": day,
        "customer_id": "C1",
        "document_id": document_id,
        "kind": "invoice",
        "issued": "2026-01-01",
        "due_date": "2026-01-31",
        "amount": 100.0,
        "open_amount": open_amount,
        "currency": "EUR",
        "settled": open_amount == 0,
        "settled_on": settled_on,
        "days_late": (day - pd.Timestamp("2026-01-31")).days,
    }
    return DOCUMENTS.conform(pd.DataFrame([row]))


def stands(documents, said, policy=DEFAULT):
    """What stands on the documents' day."""
    return standing(said, documents["as_of"].max(), policy)


def words(table, *names):
    rows = table[list(names)].copy()
    for name in rows.select_dtypes("datetime"):
        rows[name] = rows[name].dt.strftime("%Y-%m-%d").fillna("")
    return list(rows.itertuples(index=False, name=None))


PROMISE = ("2026-02-01", "promise", "I1", "2026-02-10")


# what is known


def test_notes_are_known_from_their_day_on_oldest_first_with_outcomes_in_lower_case():
    said = notes(("2026-02-03", "call", "", None, "Reached"), ("2026-02-01", "reminder"), ("2026-02-04", "call"))
    known = known_notes(said, pd.Timestamp("2026-02-03"))
    assert words(known, "date", "kind", "outcome") == [("2026-02-01", "reminder", ""), ("2026-02-03", "call", "reached")]


def test_no_notes_are_an_empty_table():
    pd.testing.assert_frame_equal(known_notes(None, pd.Timestamp("2026-02-03")), NOTES.empty())
    assert len(stands(looked_at("2026-02-03"), None)) == 0
    assert len(broken_promises(looked_at("2026-02-03"), None)) == 0


def test_no_documents_have_no_day_and_so_nothing_is_known():
    assert len(stands(DOCUMENTS.empty(), notes(PROMISE))) == 0
    assert len(broken_promises(DOCUMENTS.empty(), notes(PROMISE))) == 0


# what nobody may be asked for


@pytest.mark.parametrize("kind", ["dispute", "plan", "hold"])
def test_what_has_no_end_blocks_until_somebody_closes_it(kind):
    said = notes(("2026-02-01", kind, "I1"))
    assert words(stands(looked_at("2030-01-01"), said), "customer_id", "document_id", "kind", "date", "until") == [
        ("C1", "I1", kind, "2026-02-01", "")
    ]


@pytest.mark.parametrize("kind", ["reminder", "call", "letter", "handed_over", "other"])
def test_what_is_only_said_blocks_nothing(kind):
    assert len(stands(looked_at("2026-02-01"), notes(("2026-02-01", kind, "I1")))) == 0


@pytest.mark.parametrize(
    ("as_of", "blocks"), [("2026-01-31", False), ("2026-02-01", True), ("2026-02-10", True), ("2026-02-11", False)]
)
def test_a_hold_with_an_end_blocks_from_its_day_up_to_its_end(as_of, blocks):
    assert bool(len(stands(looked_at(as_of), notes(("2026-02-01", "hold", "I1", "2026-02-10"))))) is blocks


@pytest.mark.parametrize("outcome", [*CLOSED, "Resolved", "KEPT"])
def test_a_later_word_that_closes_it_unblocks(outcome):
    said = notes(("2026-02-01", "dispute", "I1"), ("2026-02-05", "dispute", "I1", None, outcome))
    assert len(stands(looked_at("2026-02-04"), said)) == 1
    assert len(stands(looked_at("2026-02-05"), said)) == 0


def test_the_newest_word_on_each_document_counts():
    said = notes(
        ("2026-02-05", "promise", "I1", "2026-02-20"),
        PROMISE,
        ("2026-02-05", "dispute", "I2", None, "resolved"),
        ("2026-02-06", "dispute", "I2", None, "open"),
        ("2026-02-06", "promise", "", "2026-02-28"),
    )
    assert words(stands(looked_at("2026-02-15"), said), "document_id", "kind", "date", "until") == [
        ("I1", "promise", "2026-02-05", "2026-02-20"),
        ("I2", "dispute", "2026-02-06", ""),
        ("", "promise", "2026-02-06", "2026-02-28"),
    ]


def test_closing_one_document_leaves_the_other_and_the_account():
    said = notes(("2026-02-01", "hold"), ("2026-02-01", "hold", "I2"), ("2026-02-02", "hold", "I2", None, "closed"))
    assert words(stands(looked_at("2026-02-03"), said), "document_id") == [("",)]


# promises


@pytest.mark.parametrize(
    ("as_of", "running"), [("2026-02-10", True), ("2026-02-11", True), ("2026-02-12", True), ("2026-02-13", False)]
)
def test_a_promise_runs_to_its_day_and_the_days_of_grace_and_is_broken_the_day_after(as_of, running):
    documents, said = looked_at(as_of), notes(PROMISE)
    assert (len(stands(documents, said)), len(broken_promises(documents, said))) == ((1, 0) if running else (0, 1))


def test_the_days_of_grace_are_the_policys():
    none = Policy.parse("[contact]\npromise_grace_days = 0")
    assert len(stands(looked_at("2026-02-11"), notes(PROMISE), none)) == 0
    assert words(broken_promises(looked_at("2026-02-11"), notes(PROMISE), none), "document_id", "until", "still_open") == [
        ("I1", "2026-02-10", True)
    ]


@pytest.mark.parametrize(("settled_on", "broken"), [("2026-02-05", 0), ("2026-02-12", 0), ("2026-02-13", 1)])
def test_a_promise_is_kept_if_the_money_came_by_its_day_and_grace(settled_on, broken):
    late = broken_promises(looked_at("2026-03-31", 0.0, settled_on), notes(PROMISE))
    assert len(late) == broken
    assert not late["still_open"].any()


def test_a_promise_about_an_invoice_that_was_paid_twice_is_not_broken():
    assert len(broken_promises(looked_at("2026-03-31", -20.0), notes(PROMISE))) == 0


def test_a_promise_about_a_document_nobody_knows_is_not_broken():
    assert len(broken_promises(looked_at("2026-03-31", document_id="I7"), notes(PROMISE))) == 0


def test_a_promise_without_a_day_can_neither_run_nor_be_broken():
    said = notes(("2026-02-01", "promise", "I1"))
    assert len(stands(looked_at("2026-03-31"), said)) == 0
    assert len(broken_promises(looked_at("2026-03-31"), said)) == 0


def test_what_an_outcome_calls_kept_is_kept_and_what_it_calls_broken_is_broken():
    kept, broken = (notes((*PROMISE, outcome)) for outcome in ("Kept", "Broken"))
    assert len(broken_promises(looked_at("2026-03-31"), kept)) == 0
    assert words(broken_promises(looked_at("2026-02-09"), broken), "document_id", "still_open") == [("I1", True)]
    assert words(broken_promises(looked_at("2026-02-09", 0.0, "2026-02-09"), broken), "still_open") == [(False,)]
    without_a_day = notes(("2026-02-01", "promise", "I1", None, "broken"))
    assert words(broken_promises(looked_at("2026-02-09"), without_a_day), "until", "still_open") == [("", True)]


def test_a_promise_about_the_whole_account_is_broken_while_something_due_by_then_is_owed():
    about_all = notes(("2026-02-01", "promise", "", "2026-02-10"))
    assert words(broken_promises(looked_at("2026-02-13"), about_all), "document_id", "still_open") == [("", True)]
    assert len(broken_promises(looked_at("2026-02-13", 0.0, "2026-02-09"), about_all)) == 0
    before_it_was_due = notes(("2026-01-10", "promise", "", "2026-01-20"))
    assert len(broken_promises(looked_at("2026-02-13"), before_it_was_due)) == 0


def test_each_broken_promise_is_a_row_and_later_ones_are_not_looked_at():
    said = notes(PROMISE, ("2026-02-14", "promise", "I1", "2026-02-20"), ("2026-03-01", "promise", "I1", "2026-03-02"))
    assert words(broken_promises(looked_at("2026-02-28"), said), "until") == [("2026-02-10",), ("2026-02-20",)]


def about(kind, currency="", day="2026-02-01", **more):
    return {"date": day, "customer_id": "C1", "kind": kind, "currency": currency} | more


def test_a_word_on_one_balance_leaves_the_other_as_it_was():
    told = pd.DataFrame([about("dispute"), about("dispute", "EUR", "2026-02-03", outcome="resolved")])
    both = pd.concat([looked_at("2026-02-28"), looked_at("2026-02-28", document_id="I2").assign(currency="GBP")])
    stood = standing(told, pd.Timestamp("2026-02-28"), documents=both)
    assert stood[["currency", "of_all"]].to_numpy().tolist() == [["GBP", True]]


def test_a_word_on_all_balances_takes_the_place_of_those_on_single_ones():
    told = pd.DataFrame([about("dispute", "EUR"), about("dispute", "", "2026-02-03", outcome="resolved")])
    assert not len(standing(told, pd.Timestamp("2026-02-28")))
    assert len(standing(told.iloc[::-1].assign(date="2026-02-03"), pd.Timestamp("2026-02-28"))) == 2 - 1


def test_a_promise_about_one_balance_is_broken_by_that_balance_alone():
    both = pd.concat([looked_at("2026-02-28", 0.0), looked_at("2026-02-28", document_id="I2").assign(currency="GBP")])
    promised = [about("promise", currency, until="2026-02-10") for currency in ("EUR", "GBP", "")]
    assert broken_promises(both, pd.DataFrame(promised))["currency"].tolist() == ["GBP", ""]


def test_notes_come_once_for_each_balance_they_are_about():
    both = pd.concat([looked_at("2026-02-28"), looked_at("2026-02-28", document_id="I2").assign(currency="GBP")])
    told = known_notes(
        pd.DataFrame([about("call"), about("promise", "GBP"), about("call") | {"customer_id": "C9"}]), both["as_of"].max()
    )
    found = by_balance(told, both)
    assert found[["customer_id", "kind", "currency"]].to_numpy().tolist() == [
        ["C1", "call", "EUR"],
        ["C1", "call", "GBP"],
        ["C1", "promise", "GBP"],
        ["C9", "call", ""],
    ]


# a promise about the whole account is about what was past due when it was given


def account(as_of, *rows):
    """The documents of one day from (number, due, amount, open amount, settled on), of C1 in euros."""
    day = pd.Timestamp(as_of)
    table = pd.DataFrame(rows, columns=["document_id", "due_date", "amount", "open_amount", "settled_on"])
    days_late = (day - pd.to_datetime(table["due_date"])).dt.days
    fixed = {"as_of": day, "customer_id": "C1", "kind": "invoice", "issued": "2026-01-01", "currency": "EUR"}
    return DOCUMENTS.conform(table.assign(**fixed, settled=table["open_amount"].eq(0), days_late=days_late))


ON_ACCOUNT = ("2026-03-02", "promise", "", "2026-03-12")


def test_what_falls_due_after_the_call_is_not_part_of_the_promise():
    documents = account("2026-04-30", ("I1", "2026-01-31", 100.0, 0.0, "2026-03-12"), ("I2", "2026-03-05", 100.0, 100.0, None))
    assert broken_promises(documents, notes(ON_ACCOUNT)).empty
    assert len(broken_promises(documents, notes(("2026-03-02", "promise", "I2", "2026-03-12")))) == 1


@pytest.mark.parametrize(("amount", "broken"), [(100.0, 0), (100.01, 1), (200.0, 1), (None, 1)])
def test_a_promised_amount_is_about_the_oldest_documents_it_pays(amount, broken):
    documents = account("2026-04-30", ("I1", "2026-01-31", 100.0, 0.0, "2026-03-12"), ("I2", "2026-02-05", 100.0, 100.0, None))
    said = notes(ON_ACCOUNT).assign(amount=amount)
    assert len(broken_promises(documents, said)) == broken


def test_money_that_came_late_breaks_it_too_and_what_was_paid_before_the_call_does_not():
    late = account("2026-04-30", ("I1", "2026-01-31", 100.0, 0.0, "2026-04-12"))
    before = account("2026-04-30", ("I1", "2026-01-31", 100.0, 0.0, "2026-02-12"))
    assert broken_promises(late, notes(ON_ACCOUNT))["still_open"].tolist() == [False]
    assert broken_promises(before, notes(ON_ACCOUNT)).empty


def test_where_nothing_was_past_due_it_is_about_what_falls_due_by_the_promised_day():
    documents = account("2026-04-30", ("I1", "2026-03-05", 100.0, 100.0, None), ("I2", "2026-03-31", 100.0, 100.0, None))
    found = broken_promises(documents, notes(ON_ACCOUNT))
    assert found["still_open"].tolist() == [True]
    assert broken_promises(documents[documents["document_id"].eq("I2")], notes(ON_ACCOUNT)).empty


@pytest.mark.parametrize(
    ("word", "left"),
    [
        (("2026-02-05", "dispute", "", None, "resolved"), ["I3"]),
        (("2026-02-05", "dispute", "I1", None, "resolved"), ["I2", "I3"]),
        (("2026-02-05", "promise", "", None, "kept"), ["I1", "I2", "I3"]),
        (("2026-02-05", "dispute", "", None, "open"), ["I1", "I2", "", "I3"]),
    ],
    ids=["all of it", "one of them", "something else", "more of it"],
)
def test_what_is_ended_for_the_whole_account_is_ended_for_its_documents_as_far_as_it_was_said_before(word, left):
    disputes = [("2026-02-01", "dispute", "I1"), ("2026-02-02", "dispute", "I2"), ("2026-02-06", "dispute", "I3")]
    found = stands(looked_at("2026-02-10"), notes(*disputes[:2], word, disputes[2]))
    assert found["document_id"].tolist() == left


def test_what_is_ended_in_one_currency_stands_in_the_other():
    disputes = notes(("2026-02-01", "dispute", "I1"), ("2026-02-02", "dispute", "I2")).assign(currency=["EUR", "USD"])
    over = notes(("2026-02-05", "dispute", "", None, "resolved")).assign(currency="EUR")
    found = stands(looked_at("2026-02-10"), pd.concat([disputes, over], ignore_index=True))
    assert found["document_id"].tolist() == ["I2"]
    found = stands(looked_at("2026-02-10"), pd.concat([disputes, over.assign(currency="")], ignore_index=True))
    assert not len(found)
