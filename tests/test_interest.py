"""Claims for late payment: worked examples of the laws, refusals, and what no order of rows and no split of days may change."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import ArkitError, PolicyRefused
from arkit.formulas import simple
from arkit.interest import BY_COUNTRY, DEFAULT_RATES, RATES_FILE, Rates, by_size, claim, clear, fees
from arkit.ledger import Ledger
from arkit.policy import Policy


def late(amount, due, as_of, currency="EUR", **more):
    rows = pd.DataFrame({"customer_id": "C1", "document_id": "A", "kind": "invoice", "currency": currency, "amount": [amount]})
    return Ledger(rows.assign(date=due, due_date=due, **more)).at(as_of)


def figures(documents, **how):
    return claim(documents, **how)[["interest", "fixed_sum", "claim_total"]].iloc[0].tolist()


@pytest.mark.parametrize(
    ("debt", "law", "expected"),
    [
        # support.paidnice.com: 101 days at 12.25 %; it prints 169.68, from a daily rate that was rounded first
        ((5000, "2025-08-01", "2025-11-10", "GBP"), "UK", [169.49, 70, 5239.49]),
        # 120 days at 11.75 %, rounded once: 251.10 + 70 = 321.10
        ((6500, "2026-01-10", "2026-05-10", "GBP"), "UK", [251.10, 70, 6821.10]),
        # Directive 2011/7/EU: 60 days at 2.15 + 8 %
        ((10000, "2026-02-01", "2026-04-02", "EUR"), "EU", [166.85, 40, 10206.85]),
        # BGB 288: 31 days at 2.27 + 9 % and 31 at 1.27 + 9 %, over the end of June 2025
        ((1000, "2025-05-30", "2025-07-31", "EUR"), "DE", [round(1000 * (31 * 0.1127 + 31 * 0.1027) / 365, 2), 40, 1058.29]),
        ((10000, "2026-02-01", "2026-04-02", "EUR"), "FR", [199.73, 40, 10239.73]),
    ],
)
def test_worked_examples(debt, law, expected):
    assert figures(late(*debt), jurisdiction=law) == expected


def test_the_rate_of_the_uk_is_that_of_the_day_interest_starts_for_life():
    # due on 30 June: interest starts on 1 July, under the rate of 30 June; due a day earlier, under that of December
    rates = [
        claim(late(100, due, "2026-10-31", "GBP"), jurisdiction="UK")["rate"].iloc[0] for due in ("2025-06-29", "2025-06-30")
    ]
    assert rates == [0.1275, 0.1225]


@pytest.mark.parametrize(("amount", "fixed"), [(999.99, 40), (1000, 70), (9999.99, 70), (10000, 100)])
def test_fixed_sums_of_the_uk(amount, fixed):
    assert claim(late(amount, "2025-08-01", "2025-11-10", "GBP"), jurisdiction="UK")["fixed_sum"].tolist() == [fixed]


def test_a_part_payment_lowers_what_interest_runs_on_from_its_day():
    rows = pd.DataFrame({"customer_id": "C", "document_id": "A", "currency": "EUR", "kind": ["invoice", "payment"]})
    ledger = Ledger(rows.assign(date=["2025-01-01", "2025-01-31"], due_date=["2025-01-01", None], amount=[1000.0, -200.0]))
    documents = ledger.at("2025-02-28")
    with_postings = claim(documents, jurisdiction="US", contract_rate=0.1, entries=ledger.entries).iloc[0]
    without = claim(documents, jurisdiction="US", contract_rate=0.1).iloc[0]
    assert with_postings["interest"] == 14.36
    assert with_postings["basis"].endswith("on the balance as it was")
    assert without["interest"] == 12.71
    assert without["basis"].endswith("on what is open today")


def test_money_paid_before_the_due_day_never_bore_interest():
    rows = pd.DataFrame({"customer_id": "C", "document_id": "A", "currency": "GBP", "kind": ["invoice", "payment"]})
    ledger = Ledger(rows.assign(date=["2025-07-01", "2025-07-10"], due_date=["2025-08-01", None], amount=[1200.0, -700.0]))
    found = claim(ledger.at("2025-11-10"), jurisdiction="UK", entries=ledger.entries).iloc[0]
    assert (found["interest"], found["fixed_sum"]) == (16.95, 40)


def test_why_nothing_is_claimed():
    kinds = ["invoice"] * 6 + ["adjustment"]
    rows = pd.DataFrame({"customer_id": list("ABCDEFG"), "document_id": list("1234567"), "kind": kinds, "currency": "GBP"})
    rows = rows.assign(date="2025-01-01", due_date="2025-02-01", amount=100.0)
    rows.loc[4, "due_date"] = None
    people = pd.DataFrame(
        {"customer_id": list("ABCDEFG"), "name": "x", "country": ["GB", "", "Atlantis", "uk", "GB", "GB", "GB"]}
    )
    people["is_individual"] = people["customer_id"].eq("D")
    disputes = pd.DataFrame({"customer_id": ["F"], "document_id": [""], "kind": ["dispute"]})
    documents = Ledger(rows, people).at("2025-06-30")
    found = claim(documents, jurisdiction=BY_COUNTRY, customers=people, exclude=disputes).set_index("customer_id")
    assert found["excluded"].to_dict() == {
        "A": "",
        "B": "the customer's country is not known",
        "C": "no rule is known for the customer's country",
        "D": "a natural person or sole trader: other law applies",
        "E": "no due date is stated, nor terms",
        "F": "disputed",
        "G": "not an invoice",
    }
    money = found[["interest", "fixed_sum", "claim_total", "per_diem"]]
    assert money.isna().all(axis=1).tolist() == [False] + [True] * 6


def test_a_dispute_about_one_document_leaves_the_others():
    documents = pd.concat(
        [late(100, "2025-01-01", "2025-06-30"), late(100, "2025-01-01", "2025-06-30").assign(document_id="B")]
    )
    blocked = pd.DataFrame({"customer_id": "C1", "document_id": ["A", "B"], "kind": ["dispute", "promise"]})
    found = claim(documents, jurisdiction="EU", exclude=blocked)
    assert found["excluded"].tolist() == ["disputed", ""]


def test_a_rate_that_is_not_known_is_not_guessed():
    before = claim(late(100, "2012-06-01", "2026-01-31", "GBP"), jurisdiction="UK")["excluded"].tolist()
    after = claim(late(100, "2026-06-01", "2027-01-31"), jurisdiction="DE")["excluded"].tolist()
    assert before == ["no Bank Rate is known for the time from 2012-06-02"]
    assert after == ["no Basiszinssatz is known for the time from 2026-06-02"]
    assert claim(late(100, "2026-06-01", "2026-07-31"), jurisdiction="US")["excluded"].tolist() == [
        "no rate was agreed in a contract"
    ]


def test_what_is_not_confirmed_says_so():
    caveats = [claim(late(100, "2026-06-01", day), jurisdiction="DE")["caveat"].iloc[0] for day in ("2026-06-30", "2026-07-01")]
    assert [caveat.endswith("a Basiszinssatz in it is not confirmed") for caveat in caveats] == [False, True]
    assert (
        claim(late(100, "2026-01-01", "2026-02-01"), jurisdiction="FR")["caveat"]
        .iloc[0]
        .endswith("the rule itself is not confirmed")
    )


def test_a_contract_rate_stands_instead_of_the_statute_and_warns_above_limits():
    found = claim(late(1000, "2026-01-01", "2026-12-31", "USD"), jurisdiction="US", contract_rate=0.26).iloc[0]
    assert (found["interest"], found["fixed_sum"]) == (259.29, 0)
    assert found["caveat"].endswith("above the criminal usury rate of New York, which companies can plead")
    assert figures(late(1000, "2026-01-01", "2026-12-31", "GBP"), jurisdiction="UK", contract_rate=0.12)[1] == 0


def test_other_currencies():
    pounds = claim(late(1000, "2026-02-01", "2026-04-02", "GBP"), jurisdiction="EU").iloc[0]
    assert (pounds["interest"], pounds["fixed_sum"]) == (16.68, 0)
    assert pounds["caveat"].endswith("fixed sums are in EUR and not added")
    assert figures(late(1_000_000, "2026-02-01", "2026-04-02", "JPY"), jurisdiction="EU")[0] == 16685
    assert figures(late(1000.123, "2026-02-01", "2026-04-02", "KWD"), jurisdiction="EU")[0] == 16.687


def test_no_documents_and_none_past_due():
    documents = late(100, "2026-06-01", "2026-06-01")
    assert claim(documents, jurisdiction="UK").empty
    assert (
        claim(documents.head(0), jurisdiction="UK", entries=None).columns.tolist()
        == claim(documents, jurisdiction="UK").columns.tolist()
    )


def test_instalments_bear_interest_on_what_is_open_today():
    rows = pd.DataFrame(
        {"customer_id": "C", "document_id": "A", "kind": "invoice", "currency": "EUR", "date": "2026-01-01"}, index=[0, 1]
    )
    ledger = Ledger(rows.assign(due_date=["2026-02-01", "2026-12-01"], amount=500.0, instalment=["1/2", "2/2"]))
    found = claim(ledger.at("2026-04-02"), jurisdiction="EU", entries=ledger.entries)
    assert found[["instalment", "interest"]].to_numpy().tolist() == [["1/2", 8.34]]
    assert found["basis"].iloc[0].endswith("on what is open today")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"jurisdiction": "XX"}, "the jurisdiction 'XX' is not known"),
        ({"jurisdiction": "UK", "contract_rate": 12}, "no share per year"),
    ],
)
def test_refusals(how, words):
    with pytest.raises(ArkitError, match=words) as refused:
        claim(late(100, "2026-01-01", "2026-02-01"), **how)
    assert "UK, DE, FR, EU, US, by_country" in refused.value.expected or refused.value.expected == "0 to 1, 0.12 for 12 %"


def test_the_policy_knows_the_same_jurisdictions():
    for name in (*DEFAULT_RATES.jurisdictions, BY_COUNTRY, ""):
        assert Policy.parse(f'[interest]\njurisdiction = "{name}"').interest.jurisdiction == name
    with pytest.raises(PolicyRefused, match=r"'interest\.jurisdiction' in policy line 2 cannot be followed"):
        Policy.parse('[interest]\njurisdiction = "Mars"')
    with pytest.raises(PolicyRefused, match=r"interest\.contract_rate"):
        Policy.parse("[interest]\ncontract_rate = 12.0")


def test_carrying_cost():
    # 100,000 for 60 days at 10 % a year
    assert simple(np.array([10_000_000]), 0.10, 60).tolist() == [164_384]


# -- rates.toml --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('rule = "fixed"', 'rule = "sometimes"', "the rates of 'UK' cannot be followed.*rule: one of fixed, follows, contract"),
        ("points = 9.0", "points = '9'", "the rates of 'DE' cannot be followed.*percentage points"),
        ("from = 2020-01-01\nrate = 0.75", "from = 2020-02-01\nrate = 0.75", "'Bank Rate 2020-02-01'.*1 January or 1 July"),
        ("from = 2020-01-01\nrate = 0.75", "from = 2019-07-01\nrate = 0.75", "'Bank Rate 2019-07-01'.*every half-year once"),
        ("[[1000, 70]", "[[1000, 70]", ""),
        ('reference = "Basiszinssatz"', 'reference = "LIBOR"', "'DE' cannot be followed.*reference: one of Bank Rate"),
        ('source = "payontime.co.uk, reference rates"', 'source = ""', "'Bank Rate 2013-01-01'.*where it is from"),
        ("confirmed = true\ncaveat = \"not", "caveat = \"not", "'UK' cannot be followed.*no confirmed"),
        ('law = "the contract"', 'law = "the contract"\nlimit = 3', "'US' cannot be followed.*'limit'"),
        ("[[0, 40], [1000, 70], [10000, 100]]", "[[1000, 70], [0, 40]]", "'UK' cannot be followed.*pairs of whole numbers"),
    ],
)  # fmt: skip
def test_entries_that_cannot_be_followed_are_named(tmp_path, find, put, words):
    said = RATES_FILE.read_text("utf-8")
    file = tmp_path / "rates.toml"
    file.write_text(said.replace(find, put, 1), "utf-8")
    if not words:
        assert Rates.read(file).jurisdictions == DEFAULT_RATES.jurisdictions
        return
    with pytest.raises(PolicyRefused, match=f"(?s){words}"):
        Rates.read(file)


def test_a_file_that_is_not_there_or_no_toml(tmp_path):
    (tmp_path / "bad.toml").write_text("rule = ", "utf-8")
    for name in ("none.toml", "bad.toml"):
        with pytest.raises(PolicyRefused, match=f"the rates of '{name}' cannot be followed"):
            Rates.read(tmp_path / name)


def test_the_base_rate_of_germany_moves_by_as_much_as_the_rate_of_the_ecb():
    # BGB 247 (1), since both are known for the same half-years; before 2013 marginal rates of tenders counted
    tables = [DEFAULT_RATES.references[name].table["rate"] for name in ("Basiszinssatz", "ECB main refinancing rate")]
    assert (tables[0] - tables[1]).round(2).unique().tolist() == [-0.88]


# -- fees, and the order in which payments clear -------------------------------------------------------------------------------


def test_bases_of_a_fee():
    debts = pd.DataFrame({"original": [10000], "balance": [4000], "earlier_fees": [1000], "days_late": [10]})
    found = {of: fees(debts, share=0.1, of=of).iloc[0] for of in ("original", "balance", "running")}
    assert {of: row["fee"] for of, row in found.items()} == {"original": 1000, "balance": 400, "running": 500}
    assert found["running"]["basis"] == "10 % of the balance and earlier fees, charged once"
    assert fees(debts, amount=700, share=0.1, cap=900).iloc[0].to_dict() == {
        "fee": 900,
        "balance_after": 5900,
        "basis": "a fixed amount plus 10 % of the open balance, charged once",
    }


def test_a_fee_that_cannot_be_made():
    with pytest.raises(ArkitError, match="this charge cannot be made") as refused:
        fees(pd.DataFrame({"balance": [1], "days_late": [1]}), amount=-5)
    assert refused.value.got == "amount -5, share 0, cap None, of 'balance'"


def test_principal_first_where_it_was_agreed():
    owed = [np.array([500]), np.array([25]), np.array([10000])]
    found = clear(np.array([10100]), *owed, order=("principal", "costs", "interest")).iloc[0]
    assert found[["principal_left", "costs_left", "interest_left", "over"]].tolist() == [0, 400, 25, 0]
    for order in (("costs", "principal"), ("costs", "costs", "principal")):
        with pytest.raises(ArkitError, match="these payments cannot be cleared"):
            clear(np.array([1]), *owed, order=order)


amounts = st.integers(0, 10**12)


@given(
    st.lists(st.tuples(amounts, amounts, amounts, amounts), min_size=1, max_size=6),
    st.permutations(["costs", "interest", "principal"]),
)
def test_what_is_cleared_adds_up(rows, order):
    payment, *owed = (np.array(part) for part in zip(*rows, strict=True))
    found = clear(payment, *owed, order=order)
    paid = found.filter(like="_paid").sum(axis=1)
    assert (paid + found["over"]).tolist() == payment.tolist()
    assert (paid + found.filter(like="_left").sum(axis=1)).tolist() == sum(owed).tolist()
    assert found.ge(0).all(axis=None)
    later = found[f"{order[1]}_paid"].gt(0)
    assert found.loc[later, f"{order[0]}_left"].eq(0).all()


@given(st.integers(0, 10**15), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 200))
def test_interest_is_additive_up_to_one_rounding(minor, first, second, percent):
    money, rate = np.array([minor]), percent / 100
    whole, parts = simple(money, rate, first + second), simple(money, rate, first) + simple(money, rate, second)
    assert abs(int(whole[0] - parts[0])) <= 1


postings = st.lists(st.tuples(st.integers(0, 900), st.integers(-60_000, 60_000)), max_size=5)


@settings(max_examples=10)
@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 900), postings), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_interest_is_never_negative_and_the_order_of_rows_does_not_matter(debts, random):
    rows = []
    for number, (amount, due, moves) in enumerate(debts):
        said = {"customer_id": "C", "document_id": f"D{number}", "currency": "EUR"}
        start = pd.Timestamp("2024-01-01")
        rows.append(
            said | {"kind": "invoice", "date": start, "due_date": start + pd.Timedelta(days=due), "amount": amount / 100}
        )
        for day, minor in moves:
            rows.append(
                said | {"kind": "payment", "date": start + pd.Timedelta(days=day), "due_date": None, "amount": minor / 100}
            )
    shuffled = random.sample(rows, len(rows))
    found = []
    for order in (rows, shuffled):
        ledger = Ledger(pd.DataFrame(order))
        table = claim(ledger.at("2026-06-30"), jurisdiction="DE", entries=ledger.entries)
        found.append(table.set_index("document_id")[["interest", "fixed_sum", "claim_total"]].sort_index())
    pd.testing.assert_frame_equal(*found)
    assert found[0]["interest"].ge(0).all()


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 700), st.integers(1, 700)), min_size=1, max_size=30))
def test_a_claim_is_additive_over_days_up_to_one_rounding(debts):
    due = pd.Timestamp("2023-01-15")
    days = [(due, due + pd.Timedelta(days=a), due + pd.Timedelta(days=a + b)) for _, a, b in debts]

    def interest(since, until):
        table = pd.concat([late(100, due, due + pd.Timedelta(days=1))] * len(debts), ignore_index=True)
        amount = [cents / 100 for cents, _, _ in debts]
        table = table.assign(
            amount=amount, open_amount=amount, due_date=[d[since] for d in days], as_of=[d[until] for d in days]
        )
        table["days_late"] = (table["as_of"] - table["due_date"]).dt.days
        return (100 * claim(table, jurisdiction="EU")["interest"]).round()

    assert (interest(0, 2) - interest(0, 1) - interest(1, 2)).abs().le(1).all()


# -- what other receivables software asserts ---------------------------------------------------------------------------------


def cents(amount):
    return round(100 * amount)


def ledger_of_case(case):
    rows = []
    for invoice in case["invoices"]:
        said = {
            "customer_id": invoice["customer"],
            "document_id": invoice["id"],
            "currency": "EUR",
            "kind": "invoice",
            "instalment": "",
        }
        parts = invoice.get("instalments", [{"due_date": invoice["due_date"], "amount": invoice["amount"]}])
        labels = [f"{number}/{len(parts)}" if len(parts) > 1 else "" for number in range(1, len(parts) + 1)]
        rows += [
            said | part | {"date": invoice["date"], "instalment": label} for part, label in zip(parts, labels, strict=True)
        ]
    for payment in case["payments"]:
        said = {
            "customer_id": payment["customer"],
            "currency": "EUR",
            "kind": "payment",
            "date": payment["date"],
            "instalment": "",
        }
        rows += [said | {"document_id": part["invoice"], "amount": -part["amount"]} for part in payment["allocations"]]
    return Ledger(pd.DataFrame(rows))


def dunned(case):
    """Interest on the overdue balance and one fee per letter."""
    ledger, params = ledger_of_case(case), case["params"]
    rate = params["annual_interest_pct"] / 100
    table = claim(ledger.at(case["as_of"]), jurisdiction="US", contract_rate=rate, entries=ledger.entries)
    interest = table["interest"].sum() if rate else 0.0
    names = table["document_id"] + table["instalment"].str.split("/").str[0].radd("#").where(table["instalment"].ne(""), "")
    charges = round(interest + params["fee"], 2)
    return {
        "days_overdue": dict(zip(names, table["days"], strict=True)),
        "lines": len(table),
        "line_outstanding": dict(zip(names, table["principal"], strict=True)),
        "interest": interest,
        "fee": params["fee"],
        "charges": charges,
        "claim_total": round(table["principal"].sum() + charges, 2),
        "interest_periods": [
            period | {"interest": simple(np.array([cents(period["balance"])]), rate, period["days"])[0] / 100}
            for period in case["expected"].get("interest_periods", [])
        ],
    }


def charged(params):
    debt = pd.DataFrame({"balance": [cents(params["balance"])], "days_late": [1]})
    made = fees(debt, amount=cents(params["fee_amount"]), share=params["fee_percent"] / 100).iloc[0]
    return {"fee": made["fee"] / 100, "new_balance": made["balance_after"] / 100}


def cleared(params):
    names = {"fee": "costs", "interest": "interest", "principal": "principal"}
    owed = [np.array([cents(params[name])]) for name in names]
    made = clear(np.array([cents(params["payment"])]), *owed, order=[names[name] for name in params["order"]]).iloc[0]
    return {
        "claim_total": sum(part[0] for part in owed) / 100,
        "applied": {name: made[f"{column}_paid"] / 100 for name, column in names.items()},
        "left": {name: made[f"{column}_left"] / 100 for name, column in names.items()},
    }


def charged_in_turn(amounts):
    earlier = 0
    for amount in amounts:
        debt = pd.DataFrame({"balance": [0], "earlier_fees": [earlier], "days_late": [1]})
        earlier = fees(debt, amount=cents(amount))["balance_after"].iloc[0]
    return {"fees_total": earlier / 100}


def charged_once(case):
    params, wanted = case["params"], case["expected"]["fees"]
    debts = pd.DataFrame(wanted).rename(columns={"days_overdue": "days_late", "already_charged": "charged"})
    debts["balance"] = (100 * debts["balance"]).astype("int64")
    made = fees(debts, share=params["rate_pct"] / 100, from_days=params["grace_days"])["fee"] / 100
    return {"fees": [debt | {"fee": fee} for debt, fee in zip(wanted, made, strict=True)]}


def by_schedule(case):
    steps = [(cents(step["from_amount"]), cents(step["fee"])) for step in case["params"]["schedule"]]
    wanted = case["expected"]["fee_of_amount"]
    return {"fee_of_amount": {name: by_size(np.array([cents(float(name))]), steps)[0] / 100 for name in wanted}}


#: Who answers a case, by a parameter that its question has.
ANSWERS = {
    "annual_interest_pct": dunned,
    "fee_amount": lambda case: charged(case["params"]),
    "fees": lambda case: charged_in_turn(case["params"]["fees"]),
    "grace_days": charged_once,
    "payment": lambda case: cleared(case["params"]),
    "schedule": by_schedule,
}


def test_dunning_amounts_and_clearing_as_others_assert_them(shared):
    cases = json.loads(shared("conformance/cases.json").read_text("utf-8"))["cases"]
    asked = [case for case in cases if case["kind"] in ("dunning_amount", "allocation_order", "legal")]
    checked = 0
    for case in asked:
        found = next(answer for name, answer in ANSWERS.items() if name in case["params"])(case)
        for name, expected in case["expected"].items():
            assert found[name] == expected, (case["id"], name)
            checked += 1
    assert len(asked) >= 11
    assert checked >= 24


def test_the_page_of_rules_is_written_from_the_rates():
    page = (RATES_FILE.parents[1] / "docs" / "interest.md").read_text("utf-8")
    for law in DEFAULT_RATES.jurisdictions.values():
        assert f"| {law.name} | {law.law} |" in page, "say: make docs"
    for reference in DEFAULT_RATES.references.values():
        for day, rate in zip(reference.table["from"], reference.table["rate"], strict=True):
            assert f"| {day:%Y-%m-%d} | {rate:.2f} |" in page.split(f"### {reference.name}")[1], "say: make docs"
    assert "This is not legal advice" in page
