import pandas as pd
import pytest

import arkit as ar
from arkit.headlines import owed, to_do
from arkit.money import totals

SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"
NAMES = pd.Series({"C1": "Miller", "C2": "100 % Pure", "C3": "Smith", "C4": "Young"})


def items(*rows):
    """Open items from (day, customer, amount, days late, currency)."""
    table = pd.DataFrame(rows, columns=["as_of", "customer_id", "open_amount", "days_late", "currency"])
    return table.assign(as_of=pd.to_datetime(table["as_of"]))


def test_the_sentence_names_amount_share_change_and_the_few_who_owe_most():
    rows = [(OCTOBER, name, amount, 9, "EUR") for name, amount in (("C1", 50.0), ("C2", 30.0), ("C3", 10.0), ("C4", 10.0))]
    said = owed(items((SEPTEMBER, "C1", 80.0, 3, "EUR"), *rows, (OCTOBER, "C1", 100.0, -5, "EUR")), NAMES)
    assert said == [
        "100.00 EUR is past due, 50 % of what is open, up 25 % since 30 September 2026. "
        "Three customers owe 90 % of it: Miller, 100 % Pure and Smith."
    ]


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (80.0, 60.0, "down 25 % since"),
        (60.0, 60.0, "as on 30 September 2026"),
        (0.0, 60.0, "on 30 September 2026 it was nothing"),
        (60.0, 0.0, "Nothing is past due in EUR; on 30 September 2026 it was 60.00 EUR."),
        (0.0, 0.0, "Nothing is past due in EUR."),
    ],
)
def test_the_change_is_said_as_it_is(before, now, words):
    rows = [(day, "C1", amount, 4, "EUR") for day, amount in ((SEPTEMBER, before), (OCTOBER, now)) if amount]
    ahead = [(day, "C2", 7.0, -4, "EUR") for day in (SEPTEMBER, OCTOBER)]
    assert words in " ".join(owed(items(*rows, *ahead)))


def test_credits_are_not_taken_off_and_currencies_are_never_added():
    said = owed(items((OCTOBER, "C1", 10.0, 4, "EUR"), (OCTOBER, "C1", -4.0, 9, "EUR"), (OCTOBER, "C1", 900, 4, "JPY")))
    assert [line.split(" is past due")[0] for line in said] == ["900 JPY", "10.00 EUR"]
    assert owed(items((OCTOBER, "C1", 10.0, 4, "EUR")).head(0)) == ["Nothing is open."]


def test_the_amounts_are_those_of_the_tables():
    ledger = ar.sample_ledger()
    summary = ar.summarise(ledger.at(OCTOBER))
    said = owed(ledger.open_items([SEPTEMBER, OCTOBER]), ledger.customers.set_index("customer_id")["name"])
    assert [line.split(" is past due")[0] for line in said] == [
        f"{amount:,.2f} {currency}" for currency, amount in summary["past_due"].sort_values(ascending=False).items()
    ]
    documents = ledger.at(OCTOBER)
    actions = ar.recommend(documents, ar.score(ar.profile(documents)), ledger.notes)
    asked = actions[~actions["action"].isin(["none", "hold"])]
    for currency, amount in totals(asked, "ask_for").items():
        assert f"{amount:,.2f} {currency}" in to_do(actions)[0]
    assert to_do(actions)[0].startswith(f"{asked['customer_id'].nunique()} customers are")


def test_names_with_a_comma_stay_apart():
    rows = items(*[(OCTOBER, customer, 10.0, 4, "EUR") for customer in ("C1", "C2", "C3")])
    said = owed(rows, pd.Series({"C1": "Fencing, Wholesale", "C2": "Tools", "C3": "Garden, Retail"}))
    assert said[0].endswith("All of it is owed by Fencing, Wholesale; Tools and Garden, Retail.")


def test_nobody_to_contact_and_what_moved():
    documents = ar.sample_ledger().at(OCTOBER)
    actions = ar.recommend(documents, ar.score(ar.profile(documents)))
    idle = actions[actions["action"].isin(["none", "hold"])]
    row = {"since": SEPTEMBER, "as_of": OCTOBER, "customer_id": "C1", "name": "A", "currency": "EUR", "was": "none"}
    row |= {"action": "call", "at_stake_before": 0.0, "at_stake": 5.0, "why": ""}
    changes = pd.DataFrame([row | {"change": change} for change in ("new", "cleared", "new", "unchanged")])
    assert to_do(idle, changes) == ["Nobody is to be contacted.", "Since the last list: 2 new, 1 cleared."]
