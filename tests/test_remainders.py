import pandas as pd
import pytest

from arkit.blocks import blocked
from arkit.history import profile
from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.recovery import Recovery
from arkit.remainders import is_remainder

POLICY = Policy.parse("[contact]\nsmall = 25\n[history]\nremainder_share = 0.05")


def said(left, amount, currency="EUR", policy=POLICY):
    columns = ([left], [amount], [currency])
    return is_remainder(*map(pd.Series, columns), policy).item()


def test_nothing_left_is_no_debt_even_where_no_amount_is_too_small():
    strict = Policy.parse("[contact]\nsmall = 0.01")
    assert said(0, 10_000, policy=strict)
    assert said(-5, 10_000, policy=strict)
    assert not said(1, 10_000, policy=strict)


@pytest.mark.parametrize(("currency", "small"), [("EUR", 2500), ("JPY", 25), ("KWD", 25_000)])
def test_it_is_below_the_amount_in_the_units_of_its_currency(currency, small):
    assert said(small - 1, 100 * small, currency)
    assert not said(small, 100 * small, currency)


def test_the_share_itself_is_still_a_remainder_whatever_floats_make_of_it():
    shares = [Policy.parse(f"[history]\nremainder_share = {share}") for share in (0.03, 0.05, 0.07, 0.29)]
    for policy, percent in zip(shares, (3, 5, 7, 29), strict=True):
        for hundreds in range(1, 80):
            assert said(percent * hundreds, 100 * hundreds, policy=policy)
            assert not said(percent * hundreds + 1, 100 * hundreds, policy=policy)


@pytest.mark.parametrize(("left", "remainder"), [(24.99, True), (25.0, False), (0.07, True)])
def test_every_room_calls_the_same_a_remainder(left, remainder):
    amount = 1.4 if left < 1 else 1000.0
    posting = {"customer_id": "C1", "document_id": "A", "currency": "EUR", "due_date": "2026-08-01"}
    rows = [("invoice", "2026-07-01", amount), ("payment", "2026-08-20", left - amount)]
    entries = pd.DataFrame([posting | {"kind": kind, "date": day, "amount": money} for kind, day, money in rows])
    documents = Ledger(entries).at("2026-10-31")
    assert (blocked(documents)["kind"].eq("remainder").any()) == remainder
    assert profile(documents, POLICY)["n_settled"].item() == remainder
    # a payment 19 days late ends four steps of five days; what is open 91 days goes on through eighteen
    assert (Recovery.of(documents, POLICY).seen[0] > 0).sum() == (4 if remainder else 18)
