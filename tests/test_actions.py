from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.actions import recommend
from arkit.history import profile
from arkit.ledger import Ledger
from arkit.policy import DEFAULT, FACTS, Policy
from arkit.sample import company, sample_ledger
from arkit.scores import score
from arkit.tables import ACTIONS_IN_ORDER, CUSTOMERS

AS_OF = pd.Timestamp("2026-06-30")


def day(days_ago):
    return str((AS_OF - pd.Timedelta(days=days_ago)).date())


def paid(lates, customer="C"):
    """Invoices of the past, one every three weeks, paid so many days late."""
    return [
        (customer, f"{customer}-old-{i}", day(360 - 20 * i), day(330 - 20 * i), 1000.0, day(330 - 20 * i - late))
        for i, late in enumerate(lates)
    ]


def owed(amount, days_late, customer="C", number="open"):
    return (customer, number, day(days_late + 30), day(days_late), amount, None)


def said(kind, days_ago, document="", until=None, outcome=""):
    told = {"date": day(days_ago), "customer_id": "C", "document_id": document, "kind": kind, "outcome": outcome}
    return told | {"until": None if until is None else day(until)}


def decide(ledger, customers=None, policy=DEFAULT):
    documents = ledger.at(AS_OF)
    profiles = profile(documents, policy, notes=ledger.notes)
    known = ledger.customers if customers is None else CUSTOMERS.conform(pd.DataFrame(customers))
    return recommend(documents, score(profiles, policy), ledger.notes, policy, profiles=profiles, customers=known)


def credit(ledger, amount, customer="C"):
    money = ledger.entries.iloc[:1].assign(
        customer_id=customer, document_id="cash", kind="payment", amount=-amount, date=AS_OF, due_date=pd.NaT
    )
    return Ledger(pd.concat([ledger.entries, money]), notes=ledger.notes)


PROMPT, SLOW, PARTS = [0] * 8, [22, 24, 26, 25, 23, 24, 25, 26], [0]
TWO_CALLS = [said("call", 40), said("reminder", 60)]

#: What is open, what was said, marks on the customer; then the action and the rule that must decide.
SITUATIONS = {
    "nothing due": ([owed(500, -10)], [], {}, "none", "nothing-due"),
    "due today": ([owed(500, 0)], [], {}, "none", "nothing-due"),
    "due yesterday": ([owed(500, 1)], [], {}, "none", "grace"),
    "last day of grace": ([owed(500, 5)], [], {}, "none", "grace"),
    "after grace": ([owed(200, 6)], [], {}, "reminder", "reminder"),
    "a remainder": ([owed(24.99, 40)], [], {}, "none", "small-remainder"),
    "just worth a letter": ([owed(25, 20)], [], {}, "reminder", "reminder"),
    "disputed": ([owed(500, 40)], [said("dispute", 20, "open")], {}, "hold", "disputed"),
    "whole account disputed": ([owed(500, 40)], [said("dispute", 20)], {}, "hold", "disputed"),
    "dispute resolved": (
        [owed(500, 40)],
        [said("dispute", 30, "open"), said("dispute", 20, "open", outcome="resolved")],
        {},
        "call",
        None,
    ),
    "promise running": ([owed(500, 40)], [said("promise", 9, "open", until=-5)], {}, "hold", "promise-running"),
    "promised for today": ([owed(500, 40)], [said("promise", 9, "open", until=0)], {}, "hold", "promise-running"),
    "promise within grace": ([owed(500, 40)], [said("promise", 9, "open", until=2)], {}, "hold", "promise-running"),
    "promise broken": ([owed(500, 40)], [said("promise", 30, "open", until=3)], {}, "call", "broken-promise"),
    "plan running": ([owed(500, 40)], [said("plan", 30, until=-60)], {}, "hold", "promise-running"),
    "on hold without end": ([owed(500, 40)], [said("hold", 30)], {}, "hold", "promise-running"),
    "do not contact": ([owed(5000, 80)], [], {"do_not_contact": True}, "hold", "do-not-contact"),
    "with the agency": ([owed(5000, 200)], [said("handed_over", 30)], {}, "hold", "handed-over"),
    "sole trader, old": ([owed(5000, 200)], TWO_CALLS, {"is_individual": True}, "review", "person-decides"),
    "strategic, old": ([owed(5000, 91)], TWO_CALLS, {"strategic": True}, "review", "person-decides"),
    "touched last week": ([owed(500, 40)], [said("call", 7)], {}, "none", "in-touch"),
    "touched eight days ago": ([owed(500, 40)], [said("call", 8)], {}, "call", None),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_is_decided_by_its_rule(ledger_of, name):
    is_open, notes, marks, action, rule = SITUATIONS[name]
    ledger = ledger_of([*paid(PROMPT), *is_open], notes=notes)
    row = decide(ledger, [{"customer_id": "C", "name": "Customer"} | marks]).iloc[0]
    assert row["action"] == action
    assert rule in (None, row["rule"])


def test_credit_that_covers_what_is_due_stops_any_letter(ledger_of):
    ledger = credit(ledger_of([*paid(PROMPT), owed(500, 40)]), 500)
    row = decide(ledger).iloc[0]
    assert (row["action"], row["rule"], row["at_stake"]) == ("none", "credit-covers", 0.0)
    assert "500.00 EUR not yet applied covers all 500.00 EUR" in row["reason"]


def test_credit_pays_the_oldest_first_and_the_rest_is_chased(ledger_of):
    row = decide(credit(ledger_of([*paid(PROMPT), owed(500, 60), owed(300, 10, number="new")]), 600)).iloc[0]
    assert (row["at_stake"], row["oldest_days_late"], row["documents"]) == (200.0, 10, "new")


def test_the_undisputed_part_is_still_chased(ledger_of):
    ledger = ledger_of([*paid(PROMPT), owed(500, 40), owed(700, 35, number="fine")], notes=[said("dispute", 20, "open")])
    row = decide(ledger).iloc[0]
    assert (row["action"], row["at_stake"], row["blocked_amount"], row["documents"]) == ("call", 1200.0, 500.0, "fine")


def test_a_slow_but_steady_payer_is_left_alone_and_a_prompt_one_who_stops_is_called(ledger_of):
    slow, stops = (
        decide(ledger_of([*paid(SLOW), owed(900, 22)])).iloc[0],
        decide(ledger_of([*paid(PROMPT), owed(900, 22)])).iloc[0],
    )
    assert (slow["action"], slow["rule"]) == ("none", "within-norm")
    assert (stops["action"], stops["rule"]) == ("call", "norm-broken")
    assert stops["reason"] == "usually paid on time, now 22 days with 900.00 EUR past due: something has changed"


def test_a_first_timer_with_a_large_invoice_is_called_at_once_and_nobody_invents_one_from_open_items(ledger_of):
    ledger = ledger_of([*paid(PROMPT, "other"), owed(4000, 4, "new")])
    assert decide(ledger).set_index("customer_id").loc["new", "rule"] == "first-timer"
    items = pd.DataFrame({"as_of": AS_OF, "customer_id": "new", "document_id": "1", "kind": "invoice", "issued": [day(34)],
                          "due_date": [day(4)], "open_amount": [4000.0], "currency": "EUR"})  # fmt: skip
    assert decide(Ledger(snapshots=items)).loc[0, "rule"] == "grace"


def test_nobody_is_called_a_first_timer_where_the_exports_show_no_payment_at_all(ledger_of):
    assert decide(ledger_of([owed(4000, 10, "new")])).loc[0, "rule"] == "reminder"


def test_an_agency_comes_only_after_contacts_on_record(ledger_of):
    never = [owed(2000, 200), owed(2000, 230, number="older")]
    with_record, without = decide(ledger_of(never, notes=TWO_CALLS)).iloc[0], decide(ledger_of(never)).iloc[0]
    assert (with_record["action"], with_record["runner_up"]) == ("agency", "review")
    assert (without["action"], without["rule"]) == ("review", "untouched-old-debt")


def test_contacts_before_the_debt_fell_due_do_not_count(ledger_of):
    never = [owed(2000, 100), owed(3000, 95, number="b")]
    assert decide(ledger_of(never, notes=[said("call", 300), said("reminder", 400)])).iloc[0]["action"] == "review"


def test_what_is_said_later_is_not_known(ledger_of):
    ledger = ledger_of([*paid(PROMPT), owed(500, 40)], notes=[said("dispute", -1, "open")])
    assert decide(ledger).iloc[0]["action"] == "call"


def test_two_currencies_are_two_rows_and_never_added(ledger_of):
    euro, dollar = ledger_of([*paid(PROMPT), owed(500, 40)]), ledger_of([owed(900, 3, number="usd")], currency="USD")
    rows = decide(Ledger(pd.concat([euro.entries, dollar.entries]))).set_index("currency")
    assert rows["at_stake"].to_dict() == {"EUR": 500.0, "USD": 900.0}


def test_what_would_change_names_the_nearest_sterner_step(ledger_of):
    row = decide(ledger_of([owed(2000, 85), owed(2000, 80, number="b")], notes=TWO_CALLS)).iloc[0]
    assert row["would_change"] == "agency if oldest days late > 90 (now 85)"


def test_the_largest_and_oldest_stand_first_and_those_left_alone_last(ledger_of):
    small, large, fine = owed(300, 40, "small"), owed(9000, 40, "large"), owed(9000, -5, "fine")
    rows = decide(ledger_of([small, large, fine]))
    assert rows["customer_id"].tolist() == ["large", "small", "fine"]
    assert rows["priority"].tolist() == [1, 2, 3]


def test_due_by_is_a_working_day():
    ledger = sample_ledger()
    due = decide_sample(ledger)["due_by"].dropna()
    assert len(due)
    assert (due.dt.day_of_week < 5).all()


def decide_sample(ledger):
    documents = ledger.at("2026-10-31")
    profiles = profile(documents, notes=ledger.notes)
    return recommend(documents, score(profiles), ledger.notes, profiles=profiles, customers=ledger.customers)


#: Behaviours of the made-up company, and the only actions that may answer them.
ANSWERS = {
    "always prompt": {"none"},
    "pays early": {"none"},
    "pays on the 25th": {"none"},
    "slow but steady": {"none", "factoring"},
    "large, sure, slow": {"factoring", "none"},
    "first-timer, large, overdue": {"call"},
    "never pays": {"agency"},
    "disputes invoices": {"hold", "none"},
    "promise still running": {"hold"},
    "do not contact": {"hold"},
    "credit not applied": {"none"},
    "leaves tiny remainders": {"none"},
    "sole trader, late": {"review"},
    "strategic, late": {"review"},
}


@pytest.fixture(scope="module")
def planted():
    return decide_sample(sample_ledger()).merge(company().planted)


@pytest.mark.parametrize("behaviour", ANSWERS)
def test_planted_behaviours_are_answered_as_they_deserve(planted, behaviour):
    actions = set(planted.loc[planted["behaviour"].eq(behaviour), "action"])
    assert actions
    assert actions <= ANSWERS[behaviour]


def test_everyone_with_a_balance_is_on_the_list_once_and_the_stakes_add_up():
    documents = sample_ledger().at("2026-10-31")
    rows = decide_sample(sample_ledger())
    is_open = documents[documents["open_amount"].ne(0)]
    assert not rows.duplicated(["customer_id", "currency"]).any()
    assert set(zip(rows["customer_id"], rows["currency"], strict=True)) == set(
        zip(is_open["customer_id"], is_open["currency"], strict=True)
    )
    np.testing.assert_allclose(rows["balance"].sum(), is_open["open_amount"].sum())


def test_the_order_of_rows_does_not_matter():
    ledger = sample_ledger()
    shuffled = Ledger(ledger.entries.sample(frac=1, random_state=3), ledger.customers, notes=ledger.notes)
    pd.testing.assert_frame_equal(decide_sample(ledger), decide_sample(shuffled))


def test_no_letter_goes_out_over_a_credit_a_dispute_a_promise_or_before_the_due_day():
    rows = decide_sample(sample_ledger())
    asked = rows[~rows["action"].isin(["none", "hold"])]
    assert (asked["at_stake"] > asked["blocked_amount"]).all()
    assert (asked["oldest_days_late"] > 0).all()
    assert (asked["balance"] > 0).all()


@settings(max_examples=6, deadline=None, derandomize=True)
@given(late=st.integers(1, 200), more=st.integers(1, 100))
def test_a_longer_delay_never_brings_a_milder_step(ledger_of, late, more):
    steps = [decide(ledger_of([owed(900, days)], notes=TWO_CALLS)).iloc[0]["action"] for days in (late, late + more)]
    assert ACTIONS_IN_ORDER.index(steps[1]) >= ACTIONS_IN_ORDER.index(steps[0])


def test_a_policy_without_a_fitting_rule_asks_a_person(ledger_of):
    bare = replace(DEFAULT, ladder=())
    row = decide(ledger_of([owed(500, 40)]), policy=bare).iloc[0]
    assert (row["action"], row["rule"]) == ("review", "no-rule")


def test_thresholds_come_from_the_policy(ledger_of):
    ledger = ledger_of([owed(200, 6)])
    patient = Policy.parse("[contact]\ngrace_days = 20")
    assert decide(ledger).iloc[0]["action"] == "reminder"
    assert decide(ledger, policy=patient).iloc[0]["action"] == "none"


def test_every_fact_of_the_policy_is_computed(ledger_of):
    every = replace(DEFAULT.ladder[0], rule="all", when={}, reason="|".join(f"{{{fact}}}" for fact in FACTS))
    said = decide(ledger_of([owed(500, 40)]), policy=replace(DEFAULT, ladder=(every,))).iloc[0]["reason"].split("|")
    assert len(said) == len(FACTS)
    assert all(said)
