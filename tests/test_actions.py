import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit import actions
from arkit.actions import recommend
from arkit.blocks import blocked
from arkit.facts import OF_KIND, facts
from arkit.history import profile
from arkit.ladder import FACTS, STERNNESS
from arkit.ledger import Ledger
from arkit.policy import DEFAULT, Policy
from arkit.sample import BEHAVIOURS, company, sample_ledger
from arkit.scores import score
from arkit.tables import ACTIONS_IN_ORDER, BLOCK_KINDS, CUSTOMERS

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


def note(kind, days_ago, document="", until=None, *, outcome="", amount=None):
    told = {"date": day(days_ago), "customer_id": "C", "document_id": document, "kind": kind, "outcome": outcome}
    return told | {"until": None if until is None else day(until), "amount": amount}


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
TWO_CALLS = [note("call", 40), note("reminder", 60)]

BAD = [85, 90, 95, 88, 92, 86, 94, 90]
BEFORE = [note("reminder", 70), note("call", 60)]
NOTICE = [*BEFORE, note("firm_notice", 45)]
DEMAND = [*NOTICE, note("final_demand", 25)]

LONG_AGO = [*NOTICE, note("final_demand", 35)]
GIVEN_BACK = [note("handed_over", 90), note("handed_over", 9, outcome="returned")]
RESOLVED = [note("dispute", 30, "1"), note("dispute", 20, "1", outcome="resolved")]
TWICE = [note("reminder", 60), note("reminder", 30)]

#: What is open as (amount, days late), how invoices were paid before, what was said, marks of the customer; then the action,
#: the rule that decides, and what stands in the way.
SITUATIONS = {
    # nothing to ask for
    "nothing due": ([(500, -10)], PROMPT, [], {}, "none", "nothing-due", ""),
    "due today": ([(500, 0)], PROMPT, [], {}, "none", "nothing-due", ""),
    "due yesterday": ([(500, 1)], PROMPT, [], {}, "none", "grace", ""),
    "last day of grace": ([(500, 5)], PROMPT, [], {}, "none", "grace", ""),
    "large, due soon, often late": ([(20_000, -5)], SLOW, [], {}, "nudge", "nudge-before-due", ""),
    "large, due soon, always prompt": ([(20_000, -5)], PROMPT, [], {}, "none", "nothing-due", ""),
    "large, due in a fortnight": ([(20_000, -14)], SLOW, [], {}, "none", "nothing-due", ""),
    "small, due soon, often late": ([(2_000, -5)], SLOW, [], {}, "none", "nothing-due", ""),
    "due soon, do not contact": ([(20_000, -5)], SLOW, [], {"do_not_contact": True}, "none", "nothing-due", "do_not_contact"),
    "credit covers": ([(500, 40), (-500, 3)], PROMPT, [], {}, "none", "credit-covers", "credit"),
    "credit covers all but a little": ([(510, 40), (-500, 3)], PROMPT, [], {}, "none", "small-remainder", "credit"),
    "credit pays the old one": ([(500, 80), (600, 20), (-500, 3)], PROMPT, [], {}, "call", "norm-broken", "credit"),
    "credit alone": ([(-500, 3)], PROMPT, [], {}, "none", "in-credit", ""),
    "credit of more than is open": ([(300, -9), (-500, 3)], PROMPT, [], {}, "none", "in-credit", ""),
    "a small remainder": ([(24.99, 40)], PROMPT, [], {}, "none", "small-remainder", ""),
    "just worth a letter": ([(25, 20)], SLOW, [], {"since": "2020-01-01"}, "none", "within-norm", ""),
    # who is left alone
    "insolvent": ([(5000, 80)], PROMPT, [], {"insolvent_since": day(9)}, "hold", "insolvent", "insolvency"),
    "insolvent tomorrow": ([(5000, 80)], PROMPT, [], {"insolvent_since": day(-1)}, "call", "norm-broken", ""),
    "moratorium, by a note": ([(5000, 80)], PROMPT, [note("insolvency", 5)], {}, "hold", "insolvent", "insolvency"),
    "do not contact": ([(5000, 80)], PROMPT, [], {"do_not_contact": True}, "hold", "do-not-contact", "do_not_contact"),
    "with the agency": ([(5000, 200)], PROMPT, [note("handed_over", 30)], {}, "hold", "handed-over", "handed_over"),
    "of our own group": ([(30_000, 120)], [], [], {"segment": "Intercompany"}, "hold", "group-company", ""),
    "has died": ([(3000, 120)], PROMPT, [note("other", 40, outcome="Deceased")], {}, "review", "nobody-there", ""),
    "not dead at all": (
        [(3000, 40)], PROMPT, [note("other", 40, outcome="deceased"), note("other", 30, outcome="cancelled")],
        {}, "call", "norm-broken", ""),
    # a day that must not be missed
    "insured, to be reported": ([(5000, 20)], PROMPT, [], {"insured_until": day(-90)}, "review", "insurer-deadline", ""),
    "insured, too late": ([(5000, 45)], PROMPT, [], {"insured_until": day(-90)}, "review", "insurer-deadline", ""),
    "insured, time enough": ([(5000, 10)], PROMPT, [], {"insured_until": day(-90)}, "call", "norm-broken", ""),
    "insured, but not then": ([(5000, 20)], PROMPT, [], {"insured_until": day(60)}, "call", "norm-broken", ""),
    "insured and reported": (
        [(5000, 70)], PROMPT, [note("reported", 30)], {"insured_until": day(0)}, "review", "claim-on-insurer", ""),
    "limitation near": ([(5000, 1000)], PROMPT, DEMAND, {"country": "Poland"}, "review", "limitation-near", ""),
    "limitation far": ([(5000, 700)], PROMPT, DEMAND, {"country": "PL"}, "agency", "agency", ""),
    # not their fault, or promised
    "disputed": ([(500, 40)], PROMPT, [note("dispute", 20, "1")], {}, "hold", "disputed", "dispute"),
    "whole account disputed": ([(500, 40), (50, 9)], PROMPT, [note("dispute", 20)], {}, "hold", "disputed", "dispute"),
    "disputed in part": ([(900, 40)], PROMPT, [note("dispute", 20, "1", amount=400)], {}, "call", "norm-broken", "dispute"),
    "one of two disputed": ([(900, 40), (900, 39)], PROMPT, [note("dispute", 9, "1")], {}, "call", "norm-broken", "dispute"),
    "disputed for long": ([(5000, 90)], PROMPT, [note("dispute", 75, "1")], {}, "mediation", "long-dispute", "dispute"),
    "dispute resolved": ([(500, 40)], PROMPT, RESOLVED, {}, "call", "norm-broken", ""),
    "credit note promised": ([(500, 40)], [], [note("credit_pending", 9, "1")], {}, "hold", "credit-pending", "credit_pending"),
    "plan running": ([(500, 40)], PROMPT, [note("plan", 30, until=-60)], {}, "hold", "plan-running", "plan"),
    "plan offered long ago": ([(500, 40)], PROMPT, [note("plan", 30, outcome="offered")], {}, "call", "norm-broken", ""),
    "promise running": ([(500, 40)], PROMPT, [note("promise", 9, "1", until=-5)], {}, "hold", "promise-running", "promise"),
    "promised for today": ([(500, 40)], PROMPT, [note("promise", 9, "1", until=0)], {}, "hold", "promise-running", "promise"),
    "promise within grace": ([(500, 40)], PROMPT, [note("promise", 9, "1", until=2)], {}, "hold", "promise-running", "promise"),
    "promised in part": ([(900, 40)], PROMPT, [note("promise", 9, until=-5, amount=400)], {}, "call", "norm-broken", "promise"),
    "on hold without end": ([(500, 40)], PROMPT, [note("hold", 30)], {}, "hold", "on-hold", "hold"),
    "our order number missing": ([(500, 40)], [], [], {"po_required": True}, "resend", "purchase-order-missing", "po_missing"),
    "pays on the 25th": ([(500, 2)], "25th", [], {}, "none", "pays-on-its-day", "pay_day"),
    "invoice never came": ([(900, 20)], PROMPT, [note("call", 2, outcome="not_received")], {}, "resend", "not-received", ""),
    "sent again since": (
        [(900, 20)], PROMPT, [note("call", 9, outcome="not_received"), note("resend", 8)], {}, "call", "norm-broken", ""),
    "demand came back": (
        [(2000, 100)], PROMPT, [*NOTICE, note("final_demand", 25), note("final_demand", 15, outcome="not_reached")],
        {}, "call", "letter-came-back", ""),
    "came back, then sent": (
        [(900, 60)], PROMPT, [*BEFORE, note("firm_notice", 30, outcome="not_reached"), note("firm_notice", 9)],
        {}, "none", "deadline-runs", ""),
    "collected from its bank": ([(3000, 5)], [], [], {"direct_debit": True}, "none", "collection-pending", ""),
    "not collected from its bank": ([(3000, 6)], [], [], {"direct_debit": True}, "review", "not-collected", ""),
    # somebody is at it
    "payment came back": ([(5000, 100)], PROMPT, DEMAND, {}, "call", "payment-returned", ""),
    "payment came back, and we called": ([(5000, 100)], PROMPT, [*DEMAND, note("call", 9)], {}, "agency", "agency", ""),
    "address unknown": (
        [(900, 60)], PROMPT, [*BEFORE, note("firm_notice", 15, outcome="Address unknown")],
        {}, "call", "letter-came-back", ""),
    "deadline runs": ([(900, 60)], PROMPT, [*BEFORE, note("firm_notice", 9)], {}, "none", "deadline-runs", ""),
    "touched last week": ([(500, 40)], PROMPT, [note("call", 7)], {}, "none", "in-touch", ""),
    "touched eight days ago": ([(500, 29)], PROMPT, [note("call", 8)], {}, "call", "norm-broken", ""),
    # calls and friendly words
    "reminder": ([(200, 6)], [], [], {}, "reminder", "reminder", ""),
    "courtesy call": ([(900, 20)], [], [note("reminder", 12)], {}, "call", "courtesy-call", ""),
    "long overdue": ([(900, 31)], [], [], {}, "call", "long-overdue", ""),
    "long overdue and small": ([(200, 31)], [], [], {}, "reminder", "reminder", ""),
    "norm broken": ([(900, 22)], PROMPT, [], {}, "call", "norm-broken", ""),
    "within norm": ([(900, 22)], SLOW, [], {}, "none", "within-norm", ""),
    "good but slow": ([(900, 22), (12_000, -20)], SLOW, [], {}, "factoring", "good-but-slow", ""),
    "big customer, small invoice": ([(60, 20)], PROMPT, [], {}, "reminder", "small-for-a-big-customer", ""),
    "first-timer": ([(4000, 4)], [], [], {}, "call", "first-timer", ""),
    "nobody answers": (
        [(900, 30)], PROMPT, [note("call", 20, outcome="no_answer"), note("call", 12, outcome="left_message")],
        {}, "contact_ap", "somebody-else", ""),
    "promise broken": ([(500, 40)], PROMPT, [note("promise", 30, "1", until=3)], {}, "call", "broken-promise", ""),
    # firm steps
    "plan asked for": ([(3000, 25)], PROMPT, [note("call", 9, outcome="cannot_pay")], {}, "plan", "plan-asked-for", ""),
    "pays in parts": ([(3000, 40)], "parts", [], {}, "plan", "payment-plan", ""),
    "plan broken": ([(3000, 60)], PROMPT, [note("plan", 50, outcome="broken")], {}, "firm_notice", "plan-broken", ""),
    "promises broken": (
        [(900, 40), (900, 38)], PROMPT, [note("promise", 30, "1", until=20), note("promise", 15, "2", until=8)],
        {}, "firm_notice", "promises-broken-again", ""),
    "patience ends": ([(900, 50)], PROMPT, [note("call", 20)], {}, "firm_notice", "firm-notice", ""),
    "patience with the loyal": ([(900, 40)], [0] * 16, [note("call", 20)], {"since": day(500)}, "call", "norm-broken", ""),
    "patience ends over little": ([(200, 70)], [], TWICE, {}, "firm_notice", "firm-notice-small", ""),
    "notice passed": ([(900, 44)], [], [note("firm_notice", 15)], {}, "call", "notice-passed", ""),
    "final demand": ([(900, 75)], PROMPT, NOTICE, {}, "final_demand", "final-demand", ""),
    # the last steps
    "intermediary": ([(3000, 72)], [0] * 16, DEMAND, {}, "mediation", "intermediary", ""),
    "agency": ([(2000, 100)], PROMPT, DEMAND, {}, "agency", "agency", ""),
    "agency, sooner": ([(2000, 80)], BAD, DEMAND, {}, "agency", "agency-sooner", ""),
    "too small for an agency": ([(300, 100)], PROMPT, DEMAND, {}, "review", "demand-passed", ""),
    "court brings more": ([(30_000, 130)], PROMPT, DEMAND, {}, "court", "court-brings-more", ""),
    "agency gave it back": ([(2000, 200)], PROMPT, GIVEN_BACK, {}, "court", "court-after-agency", ""),
    "agency gave little back": ([(300, 200)], PROMPT, GIVEN_BACK, {}, "review", "given-back", ""),
    "sole trader, old": ([(5000, 200)], PROMPT, LONG_AGO, {"is_individual": True}, "review", "person-decides", ""),
    "strategic, old": ([(5000, 91)], PROMPT, DEMAND, {"strategic": True}, "review", "person-decides", ""),
    "strategic, given back": (
        [(5000, 80)], PROMPT, [note("handed_over", 9, outcome="returned")], {"strategic": True}, "review", "given-back", ""),
    "sole trader's longer deadline": ([(900, 75)], PROMPT, DEMAND, {"is_individual": True}, "none", "deadline-runs", ""),
    "never touched, old": ([(2000, 200)], PROMPT, [], {}, "review", "untouched-old-debt", ""),
}  # fmt: skip


def history(kind, customer):
    """How a customer of a situation paid so far."""
    if kind == "25th":
        months = pd.date_range("2025-05-01", periods=13, freq="MS")
        return [
            (customer, f"old-{m:%y%m}", f"{m - pd.DateOffset(days=20):%F}", f"{m + pd.DateOffset(days=12 + i % 9):%F}", 900.0,
             f"{m + pd.DateOffset(days=24):%F}") for i, m in enumerate(months)
        ]  # fmt: skip
    if kind == "parts":
        return [(customer, f"half-{i}", day(250 - 20 * i), day(220 - 20 * i), 1000.0, None) for i in range(3)]
    return paid(kind, customer)


@pytest.fixture(scope="module")
def situations(ledger_of):
    """All situations as one book: the actions and the blocks."""
    rows, notes, marks = paid([4, 11, 2, 30, 0, 18, 7, 25], "background"), [], []
    for name, (is_open, before, told, marked, *_) in SITUATIONS.items():
        rows += history(before, name)
        rows += [owed(amount, late, name, f"{i}") for i, (amount, late) in enumerate(is_open, 1) if amount > 0]
        notes += [{**one, "customer_id": name} for one in told]
        marks.append({"customer_id": name, "name": name, "country": "", **marked})
    entries = ledger_of(rows).entries
    credits = [
        (name, f"{i}", "credit_note", amount, day(late))
        for name, (is_open, *_) in SITUATIONS.items()
        for i, (amount, late) in enumerate(is_open, 1)
        if amount < 0
    ]
    instalments = [
        ("pays in parts", f"half-{i}", "payment", -500.0, day(200 - 20 * i - part)) for i in range(3) for part in (0, 20)
    ]
    came_back = [
        (name, "1", kind, amount, day(ago))
        for name, ago_back in (("payment came back", 3), ("payment came back, and we called", 20))
        for kind, amount, ago in (("payment", -5000.0, ago_back + 15), ("return", 5000.0, ago_back))
    ]
    columns = ["customer_id", "document_id", "kind", "amount", "date"]
    parts = pd.DataFrame(credits + instalments + came_back, columns=columns).assign(currency="EUR")
    ledger = Ledger(pd.concat([entries, parts]), notes=pd.DataFrame(notes))
    documents, known = ledger.at(AS_OF), CUSTOMERS.conform(pd.DataFrame(marks))
    profiles = profile(documents, notes=ledger.notes)
    routes = pd.DataFrame({"customer_id": "court brings more", "currency": "EUR", "route": ["agency", "court"],
                           "net": [15_000.0, 18_000.0], "eligible": True})  # fmt: skip
    scores = score(profiles)
    more = {"profiles": profiles, "customers": known}
    blocks = blocked(documents, ledger.notes, **more)
    found = facts(documents, blocks, scores, ledger.notes, routes=routes, **more)
    return recommend(documents, scores, ledger.notes, routes=routes, **more), blocks, documents, found


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_is_decided_by_its_rule(situations, name):
    *_, action, rule, blocks = SITUATIONS[name]
    row = situations[0].set_index("customer_id").loc[name]
    assert (row["action"], row["rule"], row["blocked_by"]) == (action, rule, blocks)


def test_every_rule_and_every_block_occurs(situations):
    decided, blocks, *_ = situations
    assert {rung.rule for rung in DEFAULT.ladder} - {*decided["rule"]} == {"remainders", "credit-in-another-currency"}
    assert {*BLOCK_KINDS} - {*blocks["kind"]} == {"remainder"}
    assert {*ACTIONS_IN_ORDER} == {*decided["action"]}


def test_everyone_is_on_exactly_one_list_and_the_stakes_add_up(situations):
    decided, blocks, documents, _ = situations
    late = documents[documents["days_late"].gt(0) & documents["open_amount"].gt(0)]
    credit = blocks.loc[blocks["kind"].eq("credit"), "past_due"].sum()
    assert sorted(decided["customer_id"]) == sorted(documents.loc[documents["open_amount"].ne(0), "customer_id"].unique())
    assert round(decided["at_stake"].sum() + credit, 2) == round(late["open_amount"].sum(), 2)
    assert decided["at_stake"].sub(decided["ask_for"]).round(2).equals(decided["blocked_amount"].round(2))


def test_what_is_not_due_gets_no_notice_and_a_credit_balance_no_letter(situations):
    decided = situations[0]
    chased = decided[~decided["action"].isin(["none", "hold", "nudge", "review", "mediation", "resend"])]
    assert chased["ask_for"].gt(0).all()
    assert chased["oldest_days_late"].gt(0).all()
    assert decided.loc[decided["balance"].le(0), "action"].eq("none").all()


def test_of_whom_nobody_may_ask_nothing_is_to_ask_for(situations):
    rows = situations[0].set_index("customer_id").loc[["with the agency", "do not contact", "moratorium, by a note"]]
    assert rows["at_stake"].gt(0).all()
    assert rows["ask_for"].eq(0).all()
    assert rows["blocked_amount"].equals(rows["at_stake"])


def test_what_a_block_holds_back_is_said(situations):
    hidden = situations[0].set_index("customer_id")["hidden_action"]
    assert hidden[["disputed", "do not contact", "credit covers", "nothing due"]].tolist() == ["call", "call", "call", ""]
    assert hidden["with the agency"] == "review"


def test_credit_that_covers_what_is_due_stops_any_letter(ledger_of):
    ledger = credit(ledger_of([*paid(PROMPT), owed(500, 40)]), 500)
    row = decide(ledger).iloc[0]
    assert (row["action"], row["rule"], row["at_stake"]) == ("none", "credit-covers", 0.0)
    assert "500.00 EUR not yet applied covers all 500.00 EUR" in row["reason"]


def test_credit_pays_the_oldest_first_and_the_rest_is_chased(ledger_of):
    row = decide(credit(ledger_of([*paid(PROMPT), owed(500, 60), owed(300, 10, number="new")]), 600)).iloc[0]
    assert (row["at_stake"], row["oldest_days_late"], row["documents"]) == (200.0, 10, "new")


def test_the_undisputed_part_is_still_chased(ledger_of):
    ledger = ledger_of([*paid(PROMPT), owed(500, 40), owed(700, 35, number="fine")], notes=[note("dispute", 20, "open")])
    row = decide(ledger).iloc[0]
    assert (row["action"], row["at_stake"], row["blocked_amount"], row["documents"]) == ("call", 1200.0, 500.0, "fine")
    assert row["reason"].endswith(" (500.00 EUR more past due is not asked for: dispute)")


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


def test_an_invoice_of_yesterday_is_not_overdue_for_months_whatever_its_due_day_says(ledger_of):
    ledger = ledger_of([*paid(PROMPT, "other"), ("new", "1", day(1), day(150), 4000.0, None)])
    row = decide(ledger).set_index("customer_id").loc["new"]
    assert (row["action"], row["rule"], row["oldest_days_late"], row["at_stake"]) == ("none", "grace", 1, 4000.0)
    issued_today = ledger_of([*paid(PROMPT, "other"), ("new", "1", day(0), day(150), 4000.0, None)])
    assert decide(issued_today).set_index("customer_id").loc["new", ["rule", "at_stake"]].tolist() == ["grace", 4000.0]


@pytest.mark.parametrize(
    ("background", "since", "rule"),
    [
        (360, None, "first-timer"),
        (124, None, "first-timer"),
        (123, None, "grace"),
        (360, day(150), "grace"),
        (360, day(120), "first-timer"),
    ],
)
def test_a_customer_is_new_only_where_the_exports_reach_back_and_no_list_says_older(ledger_of, background, since, rule):
    others = [("other", "first", day(background), day(30), 100.0, day(30))]
    ledger = ledger_of([*others, owed(4000, 4, "new")])
    row = decide(ledger, [{"customer_id": "new", "name": "New", "since": since}]).set_index("customer_id").loc["new"]
    assert row["rule"] == rule
    told = f"first invoices in books since {day(background)}, none paid yet, 4,000.00 EUR past due by 4 days"
    assert row["reason"].startswith(told) == (rule == "first-timer")


def test_nobody_is_called_a_first_timer_where_the_exports_show_no_payment_at_all(ledger_of):
    assert decide(ledger_of([owed(4000, 10, "new")])).loc[0, "rule"] == "reminder"


def test_an_agency_comes_only_after_contacts_on_record(ledger_of):
    never = [owed(2000, 200), owed(2000, 230, number="older")]
    steps = [{**step, "customer_id": "C"} for step in DEMAND]
    with_record, without = decide(ledger_of(never, notes=steps)).iloc[0], decide(ledger_of(never)).iloc[0]
    assert (with_record["action"], with_record["runner_up"]) == ("agency", "review")
    assert (without["action"], without["rule"]) == ("review", "untouched-old-debt")


def test_contacts_before_the_debt_fell_due_do_not_count(ledger_of):
    never = [owed(2000, 100), owed(3000, 95, number="b")]
    assert decide(ledger_of(never, notes=[note("call", 300), note("reminder", 400)])).iloc[0]["action"] == "review"


def test_what_is_said_later_is_not_known(ledger_of):
    ledger = ledger_of([*paid(PROMPT), owed(500, 40)], notes=[note("dispute", -1, "open")])
    assert decide(ledger).iloc[0]["action"] == "call"


def test_two_currencies_are_two_rows_and_never_added(ledger_of):
    euro, dollar = ledger_of([*paid(PROMPT), owed(500, 40)]), ledger_of([owed(900, 3, number="usd")], currency="USD")
    rows = decide(Ledger(pd.concat([euro.entries, dollar.entries]))).set_index("currency")
    assert rows["at_stake"].to_dict() == {"EUR": 500.0, "USD": 900.0}


def test_money_in_another_currency_is_looked_at_before_anybody_is_called(ledger_of):
    pounds = ledger_of([*paid(PROMPT), owed(1000, 60)], currency="GBP")
    money = pounds.entries.iloc[:1].assign(document_id="cash", kind="payment", due_date=pd.NaT, date=AS_OF, currency="EUR")
    for amount, rule in ((-1150.0, "credit-in-another-currency"), (-24.99, "norm-broken")):
        book = Ledger(pd.concat([pounds.entries, money.assign(amount=amount)]))
        row = decide(book).set_index("currency").loc["GBP"]
        assert (row["rule"], row["ask_for"]) == (rule, 1000.0)
    book = Ledger(pd.concat([pounds.entries, money.assign(amount=-1150.0)]))
    rows = decide(book).set_index("currency")
    assert rows["action"].to_dict() == {"GBP": "review", "EUR": "none"}
    assert "1,150.00 EUR of credit is not applied: that may be the payment" in rows.loc["GBP", "reason"]


def test_what_would_change_names_the_nearest_sterner_step(ledger_of):
    row = decide(ledger_of([owed(900, 85), owed(900, 80, number="b"), *paid([0] * 16)], notes=DEMAND)).iloc[0]
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


def test_a_letter_that_names_a_day_names_one_on_which_people_work(ledger_of):
    closed = replace(DEFAULT, contact=replace(DEFAULT.contact, days_off=("2026-07-01", "2026-07-02", "2026-07-17")))
    ledger = ledger_of([owed(900, 50), owed(200, 6, "small")], notes=[note("call", 20) | {"customer_id": "C"}])
    for policy, due_by, answer_by in ((DEFAULT, "2026-07-03", "2026-07-13"), (closed, "2026-07-07", "2026-07-20")):
        rows = decide(ledger, policy=policy).set_index("action")
        assert rows.loc["firm_notice", ["due_by", "answer_by"]].tolist() == [pd.Timestamp(due_by), pd.Timestamp(answer_by)]
        assert pd.isna(rows.loc["reminder", "answer_by"])


def sample_facts():
    ledger = sample_ledger()
    documents = ledger.at("2026-10-31")
    profiles = profile(documents, notes=ledger.notes)
    more = {"profiles": profiles, "customers": ledger.customers}
    return facts(documents, blocked(documents, ledger.notes, **more), score(profiles), ledger.notes, **more)


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
    "once good, now sliding": {"call", "reminder"},
    "part payer in cash trouble": {"plan"},
    "breaks promises": {"firm_notice"},
    "big customer with small invoices": {"none", "reminder"},
    "payments bounce": {"none", "reminder", "call"},
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


def test_every_planted_behaviour_has_its_answer():
    assert {*ANSWERS} == {behaviour.name for behaviour in BEHAVIOURS}


@pytest.mark.parametrize("behaviour", ANSWERS)
def test_planted_behaviours_are_answered_as_they_deserve(planted, behaviour):
    answers = set(planted.loc[planted["behaviour"].eq(behaviour), "action"])
    assert answers
    assert answers <= ANSWERS[behaviour]


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


#: What is made worse, and by how much it may be; and what goes with it: the days beyond the norm and the patience.
WORSE = {"oldest_days_late": (1, 200), "score": (-60, -1), "promises_broken_now": (1, 3), "breaks_norm_days": (1, 60)}


@pytest.fixture(scope="module")
def book(situations):
    """The facts of all situations, of the sample, and thousands of mixtures of them."""
    found = pd.concat([situations[3], sample_facts()], ignore_index=True)
    rng = np.random.default_rng(5)
    groups = [["oldest_days_late", "oldest_of_all", "breaks_norm_days", "patience_left", "norm_high", "norm"],
              ["overdue", "overdue_net", "chaseable", *OF_KIND.values()], ["score", "late_share"], ["promises_broken_now"],
              ["contacts", "reminders", "calls", "notices", "demands", "mediations", "notice_expired", "demand_expired"],
              ["part_paid"], ["plan_broken", "plan_refused"], ["unreached"], ["n_settled", "invoices"],
              ["needs_person"]]  # fmt: skip
    mixed = pd.concat([found] * 10, ignore_index=True)
    for names in groups:
        mixed[names] = found.loc[rng.integers(0, len(found), len(mixed)), names].set_axis(mixed.index)
    return mixed


@settings(max_examples=20, deadline=None)
@given(fact=st.sampled_from(sorted(WORSE)), share=st.floats(0, 1))
def test_worse_never_brings_a_milder_step_with_all_else_equal(book, fact, share):
    low, high = WORSE[fact]
    by = round(low + share * (high - low))
    worse = book.assign(**{fact: (book[fact] + by).clip(lower=0)})
    if fact == "oldest_days_late":
        worse = worse.assign(breaks_norm_days=book["breaks_norm_days"] + by, patience_left=book["patience_left"] - by)
    before, after = (stepped(rows).map(STERNNESS) for rows in (book, worse))
    assert not (after < before).any()


@pytest.mark.parametrize(
    "key", ["small", "grace_days", "call_from", "agency_from", "mediation_from", "patience_days", "recent_days"]
)
def test_raising_a_threshold_never_adds_anybody_to_its_step(book, key):
    """Rules that ask for more than a key of the policy take no one new when the key is raised."""
    higher = replace(DEFAULT, contact=replace(DEFAULT.contact, **{key: getattr(DEFAULT.contact, key) * 2 + 10}))
    asking = [rule.rule for rule in DEFAULT.ladder if re.search(rf">=? contact\.{key}\b", str(rule.when))]
    before, after = (stepped(book, policy, "rule") for policy in (DEFAULT, higher))
    for rule in asking:
        assert not (after.eq(rule) & before.ne(rule) & ~before.isin(asking)).any()


def stepped(rows, policy=DEFAULT, column="action"):
    """What is decided about accounts whose facts are given."""
    missed, _ = actions.try_rules(rows, policy)
    rules = [*policy.ladder, actions.NO_RULE]
    return pd.Series([getattr(rules[place], column) for place in (missed == 0).argmax(axis=1)], index=rows.index)


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
    known = [{"customer_id": "C", "name": "C", "segment": "Trade"}]
    said = decide(ledger_of([owed(500, 40)]), known, replace(DEFAULT, ladder=(every,))).iloc[0]["reason"].split("|")
    assert len(said) == len(FACTS)
    assert all(said)


def test_rules_may_ask_for_grades_and_segments(ledger_of):
    rule = replace(
        DEFAULT.ladder[-2], rule="public", action="review", when={"segment": "public sector | schools", "grade": "not A"}
    )
    ours = replace(DEFAULT, ladder=(rule, *DEFAULT.ladder))
    ledger = ledger_of([owed(200, 20)])
    assert decide(ledger, [{"customer_id": "C", "name": "C", "segment": "Schools"}], ours).loc[0, "rule"] == "public"
    assert decide(ledger, [{"customer_id": "C", "name": "C", "segment": "Trade"}], ours).loc[0, "rule"] == "reminder"


def test_a_customer_who_owes_in_two_currencies_gets_one_message_about_the_sterner(ledger_of):
    euro, dollar = ledger_of([owed(500, 40)]), ledger_of([owed(200, 9, number="usd")], currency="USD")
    rows = decide(Ledger(pd.concat([euro.entries, dollar.entries]))).set_index("currency")
    assert rows["action"].to_dict() == {"EUR": "call", "USD": "none"}
    assert rows.loc["USD", ["rule", "reason"]].tolist() == [
        "one-message", "200.00 USD past due; the call about EUR comes first: mention it there"
    ]  # fmt: skip


def test_more_calls_than_a_week_holds_are_due_by_later_weeks(ledger_of):
    ledger = ledger_of([owed(900 + n, 40, f"{n}") for n in range(5)])
    two = replace(DEFAULT, contact=replace(DEFAULT.contact, calls_a_week=2))
    rows = decide(ledger, policy=two)
    assert rows["week"].tolist() == [1, 1, 2, 2, 3]
    assert rows["due_by"].diff().dt.days.tolist()[1:] == [0, 7, 0, 7]
    unlimited = replace(DEFAULT, contact=replace(DEFAULT.contact, calls_a_week=0))
    assert decide(ledger, policy=unlimited)["week"].tolist() == [1] * 5


def test_the_two_simple_orders_stand_beside_the_list(ledger_of):
    rows = decide(ledger_of([owed(900, 80, "old"), owed(5000, 31, "large"), owed(300, 40, "small"), owed(9, -9, "idle")]))
    places = rows.set_index("customer_id")[["oldest_first", "largest_first"]]
    assert places.loc[["old", "large", "small", "idle"]].to_numpy().tolist() == [[1, 2], [3, 1], [2, 3], [0, 0]]


def test_one_day_is_no_days(ledger_of):
    assert decide(ledger_of([*paid(PROMPT), owed(500, 1)])).loc[0, "reason"] == (
        "500.00 EUR past due for 1 day only; money may be on its way"
    )
    assert "21 days" in decide(ledger_of([*paid(PROMPT), owed(500, 21)])).loc[0, "reason"]
