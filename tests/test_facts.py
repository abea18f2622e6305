import numpy as np
import pandas as pd
import pytest

from arkit.blocks import blocked
from arkit.facts import facts, without_blocks
from arkit.history import profile
from arkit.ladder import FACTS, FLAG_FACTS, WORDS
from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.scores import score
from arkit.tables import CUSTOMERS

AS_OF = pd.Timestamp("2026-06-30")


def day(days_ago):
    return f"{AS_OF - pd.Timedelta(days=days_ago):%F}"


def open_since(days_late, amount=1000.0, number="A", customer="C"):
    return (customer, number, day(days_late + 30), day(days_late), amount, None)


def note(kind, days_ago, document="", **more):
    return {"date": day(days_ago), "customer_id": "C", "document_id": document, "kind": kind, "outcome": ""} | more


@pytest.fixture
def found_of(ledger_of):
    """The facts of customer C, from invoices and notes."""

    def find(invoices, notes=(), policy=None, routes=None, forecasts=None, **marks):
        ledger = ledger_of(invoices, notes=notes)
        documents = ledger.at(AS_OF)
        profiles = profile(documents, notes=ledger.notes)
        known = CUSTOMERS.conform(pd.DataFrame([{"customer_id": "C", "name": "Miller"} | marks]))
        policy = policy or Policy.parse("")
        more = {"profiles": profiles, "customers": known}
        blocks = blocked(documents, ledger.notes, policy, **more)
        table = facts(documents, blocks, score(profiles), ledger.notes, policy, routes=routes, forecasts=forecasts, **more)
        return table.set_index("customer_id").loc["C"]

    return find


def test_every_fact_and_word_is_there(found_of):
    found = found_of([open_since(40)])
    assert not {*FACTS, *WORDS} - {*found.index}
    assert all(isinstance(found[fact], (bool, np.bool_)) for fact in FLAG_FACTS)


def test_contacts_count_from_the_day_the_oldest_open_document_fell_due(found_of):
    told = [note("reminder", 60), note("reminder", 30), note("call", 20), note("letter", 10), note("other", 5)]
    found = found_of([open_since(40)], told)
    assert found[["contacts", "reminders", "calls", "days_since_contact"]].tolist() == [3, 2, 1, 10]


def test_contacts_about_an_invoice_that_was_paid_do_not_count_for_another_but_somebody_was_in_touch(found_of):
    settled = ("C", "old", day(100), day(70), 500.0, day(10))
    found = found_of([settled, open_since(40)], [note("final_demand", 15, "old"), note("call", 20, "A")])
    assert found[["contacts", "demands", "demand_expired", "days_since_contact"]].tolist() == [1, 0, False, 15]


@pytest.mark.parametrize(
    ("told", "runs", "notice", "demand"),
    [
        ([note("firm_notice", 10)], True, False, False),
        ([note("firm_notice", 11)], False, True, False),
        ([note("firm_notice", 11, until=day(0))], True, False, False),
        ([note("firm_notice", 30), note("final_demand", 14)], True, True, False),
        ([note("firm_notice", 30), note("final_demand", 15)], False, True, True),
    ],
)
def test_a_firm_notice_sets_ten_days_and_a_final_demand_fourteen_where_they_name_none(found_of, told, runs, notice, demand):
    found = found_of([open_since(60)], told)
    assert found[["deadline_runs", "notice_expired", "demand_expired"]].tolist() == [runs, notice, demand]


def test_the_day_a_letter_sets_is_one_on_which_people_work(found_of):
    told = [note("firm_notice", 13)]  # ten days later is a Saturday
    assert found_of([open_since(60)], told)["deadline"] == pd.Timestamp("2026-06-29")
    closed = Policy.parse("[contact]\ndays_off = ['2026-06-29']")
    assert found_of([open_since(60)], told, closed)[["deadline", "deadline_runs"]].tolist() == [AS_OF, True]


def test_a_letter_that_came_back_is_no_step(found_of):
    sent, back = note("final_demand", 25, outcome="sent"), note("final_demand", 20, outcome="came back")
    before = [note("reminder", 50), note("firm_notice", 40)]
    found = found_of([open_since(60)], [*before, sent, back])
    assert found[["contacts", "demands", "notices", "came_back"]].tolist() == [2, 0, 1, 1]
    assert found[["demand_expired", "notice_expired", "days_since_contact"]].tolist() == [False, True, 40]
    assert found_of([open_since(60)], [*before, sent])["demand_expired"]
    # an earlier letter of the kind, long before, did arrive
    assert found_of([open_since(90)], [note("reminder", 80), note("reminder", 40, outcome="not_reached")])["reminders"] == 1


def test_letters_that_came_back_count_until_somebody_answers_or_one_arrives(found_of):
    back = note("reminder", 20, outcome="undeliverable")
    assert found_of([open_since(60)], [back])["came_back"] == 1
    assert found_of([open_since(60)], [back, note("call", 10, outcome="no_answer")])["came_back"] == 1
    assert found_of([open_since(60)], [back, note("call", 10, outcome="reached")])["came_back"] == 0
    assert found_of([open_since(60)], [back, note("reminder", 10, outcome="sent")])["came_back"] == 0
    assert found_of([open_since(15)], [back])["came_back"] == 0  # about something older


def test_a_sole_trader_has_thirty_days_after_a_final_demand(found_of):
    told = [note("final_demand", 30)]
    assert found_of([open_since(60)], told, is_individual=True)["deadline_runs"]
    assert found_of([open_since(60)], told)["demand_expired"]


def test_calls_that_reached_nobody_count_since_the_last_that_did(found_of):
    missed = [note("call", 30, outcome="no_answer"), note("call", 10, outcome="left_message")]
    assert found_of([open_since(60)], missed)["unreached"] == 2
    assert found_of([open_since(60)], [*missed, note("call", 20, outcome="reached")])["unreached"] == 1


def test_what_a_customer_answers_is_found_as_outcome_or_reason(found_of):
    assert found_of([open_since(20)], [note("call", 5, outcome="Cannot pay")])["hardship"]
    assert found_of([open_since(20)], [note("other", 5, reason="asks-for-plan")])["hardship"]
    absent = [note("call", 5, reason="not received")]
    assert found_of([open_since(20)], absent)["not_received"]
    assert not found_of([open_since(20)], [*absent, note("resend", 4)])["not_received"]


@pytest.mark.parametrize(
    ("told", "broken", "refused"),
    [
        ([note("plan", 30, until=day(-30))], False, False),
        ([note("plan", 30, until=day(5))], True, False),
        ([note("plan", 30, until=day(45))], False, False),  # before the oldest fell due: about something else
        ([note("plan", 30, outcome="broken")], True, False),
        ([note("plan", 30, outcome="refused")], False, True),
        ([note("plan", 5, outcome="offered")], False, False),
        ([note("plan", 11, outcome="offered")], False, True),
    ],
)
def test_plans_are_kept_broken_or_refused(found_of, told, broken, refused):
    assert found_of([open_since(40)], told)[["plan_broken", "plan_refused"]].tolist() == [broken, refused]


def test_patience_is_longer_for_the_loyal_and_never_shorter_than_the_norm(found_of):
    slow = [("C", f"{n}", day(390 - 30 * n), day(360 - 30 * n), 900.0, day(320 - 30 * n)) for n in range(9)]
    assert found_of([open_since(10)])["patience_left"] == 20
    assert found_of([*slow, open_since(10)])["patience_left"] == pytest.approx(30)
    prompt = [("C", f"{n}", day(390 - 30 * n), day(360 - 30 * n), 900.0, day(360 - 30 * n)) for n in range(9)]
    assert found_of([*prompt, open_since(10)], since="2020-01-01")["patience_left"] == 35


def test_the_insurer_must_be_told_of_what_fell_due_under_cover(found_of):
    found = found_of([open_since(20), open_since(5, number="B")], insured_until=day(10))
    assert (found["insurer_days_left"], f"{found['insurer_deadline']:%F}", found["reported"]) == (10, day(-10), False)
    told = found_of([open_since(20)], [note("reported", 9)], insured_until=day(10))
    assert (np.isnan(told["insurer_days_left"]), told["reported"]) == (True, True)
    assert np.isnan(found_of([open_since(20)], insured_until=day(30))["insurer_days_left"])


@pytest.mark.parametrize(
    ("country", "left"),
    [("Germany", (pd.Timestamp("2027-12-31") - AS_OF).days), ("gb", 6 * 365 + 1 - 700), ("Atlantis", None), ("", None)],
)
def test_days_until_a_debt_is_barred_go_by_the_customers_country(found_of, country, left):
    found = found_of([open_since(700)], country=country)["limitation_days_left"]
    assert np.isnan(found) if left is None else found == pytest.approx(left, abs=1)


def test_a_home_jurisdiction_stands_in_for_unknown_countries(found_of):
    ours = Policy.parse('[limitation]\nhome = "GB"')
    assert found_of([open_since(700)], policy=ours, country="Atlantis")["limitation_days_left"] > 1000


def test_waiting_loses_the_fall_of_the_chance_of_what_is_not_expected_anyway(found_of):
    curve = Policy.parse("[routes]\nchance_by_months = [[0, 1.0], [10, 0.0]]")
    assert found_of([open_since(30)], policy=curve)["gain"] == 100.0
    soon = pd.DataFrame({"customer_id": ["C"], "document_id": "A", "currency": "EUR", "p_30": 0.25})
    assert found_of([open_since(30)], policy=curve, forecasts=soon)["gain"] == 75.0
    assert found_of([open_since(30)], [note("dispute", 9, "A")], policy=curve)["gain"] == 0.0


def test_court_is_compared_with_an_agency_only_where_both_were_weighed(found_of):
    routes = pd.DataFrame({"customer_id": "C", "currency": "EUR", "route": ["agency", "court"], "net": [500.0, 620.0]})
    assert np.isnan(found_of([open_since(100)])["court_gain"])
    assert found_of([open_since(100)], routes=routes.assign(eligible=True))["court_gain"] == 120.0
    assert np.isnan(found_of([open_since(100)], routes=routes.assign(eligible=[True, False]))["court_gain"])


def test_without_blocks_all_that_is_past_due_is_to_be_asked_for(found_of):
    found = found_of([open_since(40), open_since(20, number="B")], [note("dispute", 9, "A")], do_not_contact=True)
    bare = without_blocks(found.to_frame().T.infer_objects()).iloc[0]
    assert (found["chaseable"], found["oldest_days_late"], found["do_not_contact"]) == (1000.0, 20, True)
    assert (bare["chaseable"], bare["oldest_days_late"], bare["disputed"], bare["do_not_contact"]) == (2000.0, 40, 0.0, False)


def test_who_promises_or_disputes_was_in_touch(found_of):
    for kind in ("promise", "plan", "dispute"):
        found = found_of([open_since(40)], [note(kind, 3, until=day(-9))])
        assert found[["days_since_contact", "contacts"]].tolist() == [3, 0]


@pytest.mark.parametrize(
    ("currency", "counts"), [("", [[2, 1, True, 1], [2, 1, True, 1]]), ("EUR", [[2, 1, True, 1], [0, 0, False, 0]])]
)
def test_what_was_said_about_one_balance_counts_for_it_alone(ledger_of, currency, counts):
    parts = [ledger_of([open_since(60, number=code)], currency=code) for code in ("EUR", "GBP")]
    said = [note("call", 20, outcome="cannot_pay"), note("final_demand", 25), note("promise", 30, until=day(15))]
    ledger = Ledger(pd.concat([part.entries for part in parts]), notes=pd.DataFrame(said).assign(currency=currency))
    documents = ledger.at(AS_OF)
    profiles = profile(documents, notes=ledger.notes)
    blocks = blocked(documents, ledger.notes, profiles=profiles)
    table = facts(documents, blocks, score(profiles), ledger.notes, profiles=profiles).set_index("currency")
    wanted = ["contacts", "demands", "demand_expired", "promises_broken_now"]
    assert table.loc[["EUR", "GBP"], wanted].to_numpy().tolist() == counts
    assert table["days_since_contact"].tolist() == [20, 20]
