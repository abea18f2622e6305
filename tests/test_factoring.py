"""Selling invoices: who is bought and why not, worked examples, and sets compared with all that could be chosen."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import ArkitError
from arkit.factoring import cheapest, factor, offers
from arkit.money import to_minor
from arkit.policy import Policy
from arkit.tables import DOCUMENTS, FACTORABLE, FACTORING_OFFERS

AS_OF = pd.Timestamp("2026-10-31")
#: One customer may be all that is sold, however soon it pays, unless a test is about that.
ALONE = "[factoring]\ncap = 1.0\nfrom_days = 0\n"


def documents(*rows):
    """Open invoices from (customer, document, open amount, days late[, days since issue, currency])."""
    table = pd.DataFrame(
        [(*row, *(30 + row[3], "EUR")[len(row) - 4 :]) for row in rows],
        columns=["customer_id", "document_id", "open_amount", "days_late", "issued", "currency"],
    )
    return DOCUMENTS.conform(
        table.assign(
            as_of=AS_OF,
            kind=np.where(table["open_amount"] < 0, "credit_note", "invoice"),
            issued=AS_OF - pd.to_timedelta(table["issued"], unit="D"),
            due_date=AS_OF - pd.to_timedelta(table["days_late"], unit="D"),
            amount=table["open_amount"],
            settled=False,
            settled_on=pd.NaT,
        )
    )


def scores(**values):
    return pd.DataFrame({"customer_id": list(values), "score": list(values.values())})


def why(table, words=ALONE, known=None, **more):
    sold = factor(table, scores(C1=70.0) if known is None else known, Policy.parse(words), **more)
    return dict(zip(sold["document_id"], sold["why"].where(~sold["eligible"], ""), strict=True))


def marked(**mark):
    return pd.DataFrame({"customer_id": ["C1"], "name": "One"} | {name: [value] for name, value in mark.items()})


def test_the_worked_example_of_a_fee():
    # 10,000, 85 % advance, 2.5 % per 30 days, paid on day 45: fee 375, 35.8 % a year on the 8,500
    (row,) = factor(documents(("C1", "A", 10_000.0, -45, 15)), scores(C1=70.0), Policy.parse(ALONE)).to_dict("records")
    assert [row[name] for name in ("face", "days", "advance", "fee", "reserve")] == [10_000, 45, 8500, 375, 1125]
    assert round(100 * row["yearly_cost"], 1) == 35.8
    assert row["reserve_on"] == AS_OF + pd.Timedelta(days=45)
    assert row["why"] == "85 % now, the rest in 45 days; fee 2.5 % per 30 days"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ({}, ""),
        ({"insolvent_since": "2026-10-31"}, "insolvent: file the claim with the administrator"),
        ({"is_supplier": True}, "we buy there too: they may set off"),
        ({"is_individual": True}, "a sole trader: factors buy from companies"),
    ],
)
def test_who_is_not_bought(mark, words):
    assert why(documents(("C1", "A", 9000.0, 5)), customers=marked(**mark)) == {"A": words}


@pytest.mark.parametrize(
    ("late", "issued", "words"),
    [
        (60, 90, ""),
        (61, 80, "61 days past due, factors buy up to 60: collect it"),
        (30, 91, "issued 91 days ago, factors buy up to 90"),
        # 90 days of terms: up to three times as many
        (1, 91, ""),
    ],
)
def test_old_invoices_are_not_bought(late, issued, words):
    table = documents(("C1", "A", 9000.0, late, issued))
    if words.startswith("issued"):
        table["due_date"] = table["issued"] + pd.Timedelta(days=20)
    assert why(table) == {"A": words}


def test_bad_debt_is_no_case_for_a_factor_and_the_row_says_so():
    table = documents(("C1", "A", 9000.0, 5), ("C2", "B", 9000.0, 5), ("C3", "C", 9000.0, 5))
    assert why(table, known=scores(C1=40.0, C2=39.9)) == {
        "A": "",
        "B": "score 39.9, factors buy from 40: bad debt is not slow, it is to be collected",
        "C": "no score: factors buy the customer's credit, which is not known",
    }


def test_what_comes_soon_by_itself_is_not_worth_selling():
    table = documents(("C1", "A", 9000.0, -13, 20), ("C1", "B", 9000.0, -14, 20))
    assert why(table, "[factoring]\ncap = 1.0") == {"A": "expected in 13 days: it comes by itself", "B": ""}


def test_what_is_disputed_or_held_is_not_sold():
    blocks = pd.DataFrame({"customer_id": ["C1"], "document_id": ["A"]})
    told = why(documents(("C1", "A", 9000.0, 5), ("C1", "B", 9000.0, 5)), blocks=blocks)
    assert told == {"A": "disputed, promised, in a plan or held: settle that first", "B": ""}


def test_credits_come_off_the_oldest_first():
    sold = factor(
        documents(("C1", "A", 9000.0, 9), ("C1", "B", 9000.0, 5), ("C1", "CN", -10_000.0, 0)),
        scores(C1=70.0),
        Policy.parse(ALONE),
    )
    assert sold["document_id"].tolist() == ["A", "B"]
    assert sold["face"].tolist() == [0.0, 8000.0]
    assert sold["why"].iloc[0] == "covered by credit not yet applied"


def test_one_old_part_spoils_the_rest_of_a_customer():
    spoilt = documents(("C1", "old", 2501.0, 90), ("C1", "new", 7499.0, 5))
    assert why(spoilt)["new"] == "25 % of what this customer owes is too old, and with more than 25 % factors take none of it"
    assert why(documents(("C1", "old", 2500.0, 90), ("C1", "new", 7500.0, 5)))["new"] == ""


def test_a_currency_that_is_not_bought():
    table = documents(("C1", "A", 9000.0, 5), ("C1", "B", 9000.0, 5, 35, "SEK"))
    assert why(table, ALONE + 'currencies = ["EUR", "GBP"]') == {"A": "", "B": "in SEK: factors buy EUR, GBP"}


def test_small_accounts_are_not_bought():
    assert why(documents(("C1", "A", 2500.0, 5), ("C1", "B", 2499.99, 5))) == dict.fromkeys(
        "AB", "4,999.99 EUR to sell, factors buy from 5,000.00 EUR"
    )
    assert set(why(documents(("C1", "A", 2500.0, 5), ("C1", "B", 2500.0, 5))).values()) == {""}


def test_of_one_customer_no_more_than_its_share_is_sold_the_first_due_first():
    table = documents(
        ("C1", "A1", 6000.0, 20),
        ("C1", "A2", 6000.0, 10),
        ("C1", "A3", 6000.0, 5),
        ("C2", "B", 9000.0, 5),
        ("C3", "C", 9000.0, 5),
    )
    told = why(table, "[factoring]\ncap = 0.34\nfrom_days = 0", scores(C1=70.0, C2=70.0, C3=70.0))
    # 34 % of 36,000 is 12,240
    assert [number for number, words in told.items() if not words] == ["A1", "A2", "B", "C"]
    assert told["A3"] == "more than 34 % of all that could be sold would be of this customer"


def test_payment_is_expected_on_the_usual_day_or_on_that_of_the_forecast(ledger_of):
    past = [("C1", f"P{n}", "2026-01-01", "2026-01-31", 100.0, "2026-02-20") for n in range(36)]
    now = [("C1", "A", "2026-10-01", "2026-10-31", 9000.0, None), ("new", "B", "2026-10-01", "2026-10-31", 9000.0, None)]
    table = ledger_of(past + now).at("2026-10-31")
    sold = factor(table, scores(C1=70.0, new=70.0), Policy.parse(ALONE))
    assert sold["days"].tolist() == [20, 20]
    said = pd.DataFrame({"as_of": AS_OF, "customer_id": ["C1"], "document_id": "A", "currency": "EUR", "basis": ""}).assign(
        expected_date=pd.Timestamp("2026-11-12"), low_date=pd.NaT, high_date=pd.NaT,
        **{f"p_{days}": 0.5 for days in (7, 14, 30, 60, 90)},
    )  # fmt: skip
    assert factor(table, scores(C1=70.0, new=70.0), forecasts=said)["days"].tolist() == [12, 20]


def test_nothing_open_means_no_rows_and_no_offer():
    assert list(factor(DOCUMENTS.empty())) == FACTORABLE.names
    assert list(offers(FACTORABLE.empty(), {})) == FACTORING_OFFERS.names


@pytest.mark.parametrize(
    ("need", "got"), [({"EUR": 0.0}, "0 EUR"), ({"USD": 5.0}, "5 USD"), ({"EUR": float("nan")}, "nan EUR")]
)
def test_a_need_that_cannot_be_is_refused(need, got):
    with pytest.raises(ArkitError, match=r"^this cash cannot be raised by selling invoices\.") as refused:
        factor(documents(("C1", "A", 9000.0, 5)), need=need)
    assert refused.value.got == got
    assert refused.value.expected == "an amount above 0 in a currency of open invoices: EUR"


# -- the cheapest set --------------------------------------------------------------------------------------------------------


def test_the_offer_stands_beside_waiting_and_a_discount():
    table = documents(("C1", "A", 10_000.0, -45, 15), ("C2", "B", 10_000.0, -60, 15), ("C3", "C", 10_000.0, -20, 15))
    policy = Policy.parse(ALONE)
    sold = factor(table, scores(C1=70.0, C2=70.0, C3=70.0), policy, need={"EUR": 12_000})
    assert sold.loc[sold["chosen"], "document_id"].tolist() == ["A", "C"]
    (row,) = offers(sold, {"EUR": 12_000}, policy).to_dict("records")
    assert [row[name] for name in ("raised", "fee", "short", "invoices", "face", "at_most_above")] == [
        17_000,
        541.67,
        0,
        2,
        20_000,
        0,
    ]
    assert row["days"] == pytest.approx(32.5)
    assert row["yearly_cost"] == pytest.approx(541.67 / 17_000 * 365 / 32.5)
    # 8,500 for 45 days and 8,500 for 20 at 10 % a year
    assert row["waiting_cost"] == round(8500 * 0.1 * 65 / 365, 2)
    # 2 % of 12,244.90, which brings 12,000
    assert row["discount_cost"] == 244.90
    assert row["discount_yearly_cost"] == pytest.approx(0.02 / 0.98 * 365 / 22.5)
    assert row["words"] == (
        "2 invoices of 20,000.00 EUR raise 17,000.00 EUR now for 541.67 EUR, 35.8 % a year over 32 days; no other set is "
        "cheaper. The same money costs 151.37 EUR at 10 % a year elsewhere, and 244.90 EUR as a discount of 2 % for paying "
        "within 10 days, 33.1 % a year. Sell only if the cash is needed: it is for good customers who are slow, never for bad "
        "ones."
    )


def test_what_is_missing_is_said():
    policy = Policy.parse(ALONE)
    sold = factor(
        documents(("C1", "A", 10_000.0, 5), ("C2", "B", 900.0, 5)), scores(C1=70.0, C2=10.0), policy, need={"EUR": 10_000}
    )
    (row,) = offers(sold, {"EUR": 10_000}, policy).to_dict("records")
    assert (row["raised"], row["short"]) == (8500, 1500)
    assert "; 1,500.00 EUR is missing" in row["words"]
    none = factor(documents(("C1", "A", 10_000.0, 5)), scores(C1=10.0), policy, need={"EUR": 10_000})
    assert offers(none, {"EUR": 10_000}, policy)["words"].iloc[0] == (
        "nothing can be sold in EUR: 10,000.00 EUR must come from elsewhere"
    )


def test_needs_in_two_currencies_are_met_apart():
    table = documents(("C1", "A", 10_000.0, 5), ("C1", "B", 1_000_000.0, 5, 35, "JPY"), ("C1", "C", 10_000.0, 5))
    policy = Policy.parse(ALONE)
    sold = factor(table, scores(C1=70.0), policy, need={"JPY": 1000, "EUR": 5000})
    assert sold.loc[sold["chosen"], "document_id"].tolist() == ["A", "B"]
    assert offers(sold, {"JPY": 1000, "EUR": 5000}, policy)[["currency", "raised"]].to_dict("split")["data"] == [
        ["JPY", 850_000.0],
        ["EUR", 8500.0],
    ]


def best(advance, fee, need):
    """The least fee of any set that reaches the need, by trying all."""
    sets = itertools.chain.from_iterable(itertools.combinations(range(len(fee)), size) for size in range(len(fee) + 1))
    return min((sum(fee[i] for i in one) for one in sets if sum(advance[i] for i in one) >= need), default=None)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 60)), min_size=1, max_size=9), st.integers(1, 2500))
def test_no_set_is_cheaper_than_the_one_chosen(items, need):
    advance, fee = (np.array(part, dtype="int64") for part in zip(*items, strict=True))
    places, gap = cheapest(advance, fee, need)
    if advance.sum() <= need:
        assert len(places) == len(items)
        return
    assert gap == 0
    assert advance[places].sum() >= need
    assert fee[places].sum() == best(advance.tolist(), fee.tolist(), need)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(30, 400), st.floats(0.01, 0.95))
def test_among_many_the_bound_is_true_and_close(seed, size, part):
    rng = np.random.default_rng(seed)
    advance = rng.integers(10_000, 5_000_000, size)
    fee = np.rint(advance * rng.integers(1, 90, size) * 0.025 / 0.85 / 30).astype("int64")
    need = int(advance.sum() * part)
    places, gap = cheapest(advance, fee, need)
    assert advance[places].sum() >= need
    assert 0 <= gap <= fee.max()
    order = np.argsort(fee / advance)
    reached = np.cumsum(advance[order])
    last = np.searchsorted(reached, need)
    bound = fee[order][:last].sum() + (need - reached[last] + advance[order][last]) * fee[order][last] / advance[order][last]
    assert fee[places].sum() - gap >= bound - 1
    dropped = advance[places].sum() - advance[places]
    assert (dropped < need).all(), "nothing superfluous"


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", "C"]), st.integers(1, 2_000_000), st.integers(-60, 90)), min_size=1, max_size=12
    ),
    st.integers(1, 3_000_000),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.randoms(use_true_random=False),
)
def test_money_adds_up_and_the_order_of_rows_does_not_matter(rows, need, currency, random):
    table = documents(*((who, str(n), cents / 1000, late, 30 + late, currency) for n, (who, cents, late) in enumerate(rows)))
    table["open_amount"] = table["open_amount"].round({"EUR": 2, "JPY": 0, "KWD": 3}[currency])
    table = table[table["open_amount"].gt(0)].reset_index(drop=True)
    if not len(table):
        return
    policy = Policy.parse("[factoring]\ncap = 0.6\nsmallest = 100\nfrom_days = 0")
    known, wanted = scores(A=90.0, B=50.0, C=20.0), {currency: float(max(need // 1000, 1))}
    sold = factor(table, known, policy, need=wanted)
    parts = [to_minor(sold[name], sold["currency"]) for name in ("advance", "fee", "reserve")]
    assert (sum(parts) == to_minor(sold["face"], sold["currency"])).all()
    assert not (sold["chosen"] & ~sold["eligible"]).any()
    assert not sold.loc[sold["customer_id"].eq("C"), "eligible"].any()
    order = list(range(len(table)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(factor(table.iloc[order].reset_index(drop=True), known, policy, need=wanted), sold)
    (row,) = offers(sold, wanted, policy).to_dict("records")
    assert row["short"] == 0 or sold["chosen"].sum() == sold["eligible"].sum()
    assert row["raised"] + row["short"] >= wanted[currency] - 1e-9


@settings(max_examples=30)
@given(st.lists(st.integers(500_000, 2_000_000), min_size=1, max_size=8), st.integers(1, 6_000_000), st.integers(1, 6_000_000))
def test_needing_more_never_costs_less(cents, need, more):
    table = documents(*(("C1", str(n), one / 100, -n, 20) for n, one in enumerate(cents)))
    policy = Policy.parse(ALONE)
    fees = [
        offers(factor(table, scores(C1=70.0), policy, need={"EUR": cash / 100}), {"EUR": cash / 100}, policy)["fee"].iloc[0]
        for cash in (need, need + more)
    ]
    assert fees[0] <= fees[1]
