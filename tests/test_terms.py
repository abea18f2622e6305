"""Payment terms: what words mean, the days they lead to, and discounts taken on time and late."""

import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.errors import ArkitError
from arkit.terms import (
    Delay,
    Discount,
    Part,
    Terms,
    discount_taken,
    due_dates,
    early_payment,
    instalments,
    parse,
    share_of,
    yearly_cost,
)

READINGS = {
    Delay(days=30): (
        "30|30.0|030|Net 30|net 30 days|Net30|NET-30|N/30|n30|NT30|30 days|30 Days Net|30 d|Due in 30 days|Terms: net 30|"
        "30 days from invoice date|within 30 days of the date of invoice|30 calendar days after date of issue|"
        "Payment within 30 days|"
        "30 Tage|30 Tage netto|netto 30 Tage|Zahlbar innerhalb von 30 Tagen ohne Abzug|30 Tage ab Rechnungsdatum|"
        "30 jours|30 jours net|30 jours date de facture|à 30 jours|paiement sous 30 jours|"
        "30 jours à compter de la date de facture|"
        "30 días|30 días fecha factura|a 30 días|30 dagen|30 dagen netto|binnen 30 dagen na factuurdatum|30 dias|"
        "30 dias da data da fatura|30 giorni|30 gg data fattura"
    ),
    Delay(): (
        "Due on receipt|due upon receipt|Payable on receipt of invoice|0|Net 0|0 days|COD|C.O.D.|"
        "Cash on delivery|cash in advance|CIA|"
        "prepaid|Pre-payment|Immediate|payable immediately|sofort|Zahlbar sofort ohne Abzug|sofort fällig|Vorkasse|à réception|"
        "À réception de facture|comptant|au comptant|contado|al contado|a la vista|contant|vooruitbetaling|"
        "à vista|pronto pagamento"
    ),
    Delay(
        month_end=True
    ): "EOM|End of month|net EOM|month end|Monatsende|fin de mois|fin de mes|einde maand|fim do mês|fine mese",
    Delay(days=30, month_end=True): (
        "30 EOM|Net 30 EOM|30 days end of month|30 days EOM|30 Tage Monatsende|30 jours fin de mois|30 j fin de mois|"
        "30 días fin de mes|30 dagen einde maand|30 dias fim do mês|30 gg fine mese|30 gg data fattura fine mese"
    ),
    Delay(month_end=True, then_days=30): (
        "EOM + 30|EOM+30|net 30 from EOM|30 days from end of month|30 days after end of month|fin de mois + 30 jours"
    ),
    Delay(months=1, on_day=10): (
        "10th of following month|10th of the next month|on the 10th of the month following|Net 10th prox|day 10 of next month|"
        "10. des Folgemonats|zum 10. des Folgemonats|le 10 du mois suivant|dia 10 do mês seguinte"
    ),
    Delay(days=45, month_end=True, then_days=15): "45 jours fin de mois le 15",
    Delay(month_end=True, then_months=2): "2 months after invoice month|2 months after end of month",
    Delay(month_end=True, then_months=1): "end of following month|end of next month|fin du mois suivant|Ende des Folgemonats",
    Delay(days=14): "2 weeks|14 Tage netto|14 Tage|2 semaines|2 weken|2 Wochen",
    Delay(months=1): "1 month|1 mois|1 maand|1 mês|1 Monat|1 mes",
}
TWO_TEN_THIRTY = (
    "2/10 net 30|2/10, n/30|2/10 n30|2% 10 Net 30|2% 10, Net 30|2%/10 net 30|2 10 net 30|2% 10 days net 30|2%10 NET30|"
    "Net 30, 2% discount within 10 days|2% if paid within 10 days, net 30|10 days 2%, 30 days|10 Tage 2% Skonto, 30 Tage netto|"
    "10 Tage 2 %, 30 Tage netto|innerhalb von 10 Tagen 2,0 % Skonto, 30 Tage ohne Abzug|2% 10 jours, 30 jours net|"
    "escompte 2% sous 10 jours, 30 jours|2% 10 dagen, 30 dagen netto|2% 10 días, 30 días|2% 10 dias, 30 dias"
)
UNKNOWN = (
    "|?|as agreed|net|Paid|2/10|2% 10|2026|400|-5|30.5|15th|on the 15|the 30th|30 business days|30 working days|30 Werktage|"
    "30 days after delivery|30 days after receipt of goods|30 jours à réception|net 30 COD|30 days from statement|Z030|K14|"
    "30 or 60|30/60|2/10 days|5/10 days|2/10 EOM|2/10 net 5|10 days 2% 20 days 30 days|30 days 2%|40/10 net 30|"
    "2% 30 days 10|EOM 30|"
    "32nd of following month|Direct debit|monthly|50% advance|50% advance, 40% 30 days|30 days following|Net 30, 1.5% late fee|"
    "60 weeks|13 months|3 x 400 days|1 x 30|balance 30 days|50% advance, balance after delivery"
)


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts)).astype("datetime64[s]"))


def one(text, issued):
    return due_dates(days(issued), pd.Series([text]))["due_date"].dt.strftime("%Y-%m-%d").iloc[0]


@pytest.mark.parametrize(("due", "text"), [(due, text) for due, texts in READINGS.items() for text in texts.split("|")])
def test_words_are_read(due, text):
    assert parse(text) == Terms((Part(None, due),))
    assert parse(f"  {text.upper()} ") == parse(text)


@pytest.mark.parametrize("text", TWO_TEN_THIRTY.split("|"))
def test_a_discount_is_read(text):
    assert parse(text) == Terms((Part(None, Delay(days=30)),), (Discount(Fraction(2, 100), Delay(days=10)),))


def test_several_discounts_the_greatest_first():
    terms = parse("8 Tage 3%, 14 Tage 2%, 30 Tage netto")
    assert str(terms) == "3 % off until 8 days after issue; 2 % off until 14 days after issue; in full 30 days after issue"


@pytest.mark.parametrize("text", UNKNOWN.split("|"))
def test_what_is_not_certain_is_not_understood(text):
    assert parse(text) is None


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT])
def test_nothing_is_not_understood(nothing):
    assert parse(nothing) is None


def test_both_readings_of_days_end_of_month():
    first = parse("30 days EOM")
    other = parse("30 days EOM", days_end_of_month="month_end_first")
    said = parse("EOM + 30", days_end_of_month="month_end_first")
    assert str(first) == "in full 30 days after issue, then the end of that month"
    assert str(other) == str(said) == "in full the end of the month of issue, then 30 days"
    issued = days("2013-01-18")
    assert [due_dates(issued, terms)["due_date"].dt.strftime("%m-%d").iloc[0] for terms in (first, other)] == ["02-28", "03-02"]


@pytest.mark.parametrize(
    ("text", "issued", "due"),
    [
        ("Net 30", "2026-01-31", "2026-03-02"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("EOM", "2024-02-10", "2024-02-29"),
        ("EOM", "2026-01-31", "2026-01-31"),
        ("60 EOM", "2015-01-30", "2015-03-31"),
        ("EOM + 45", "2026-01-15", "2026-03-17"),
        ("10th of following month", "2026-01-31", "2026-02-10"),
        ("31st of following month", "2026-01-15", "2026-02-28"),
        ("2 months after invoice month", "2015-03-02", "2015-05-31"),
        ("45 jours fin de mois le 15", "2026-01-10", "2026-03-15"),
        ("Due on receipt", "2026-01-31", "2026-01-31"),
    ],
)
def test_due_dates(text, issued, due):
    assert one(text, issued) == due


def test_what_is_not_understood_stays_missing_and_the_index_is_kept():
    issued = days("2026-01-10", "2026-01-10", "2026-01-10").set_axis([7, 3, 9])
    issued[9] = pd.NaT
    made = due_dates(issued, pd.Series(["perhaps", "2/10 net 30", "Net 30"], index=[7, 3, 9]))
    assert made.index.tolist() == [7, 3, 9]
    assert made["due_date"].isna().tolist() == [True, False, True]
    assert made["terms_read"].tolist()[:2] == ["", "2 % off until 10 days after issue; in full 30 days after issue"]
    assert made["discount_share"].tolist()[1] == 0.02
    assert made.dtypes.astype("str").tolist() == ["datetime64[s]", "datetime64[s]", "float64", "str"]


def test_no_documents():
    none = pd.Series([], dtype="datetime64[s]")
    assert due_dates(none, pd.Series([], dtype="str")).empty
    assert instalments(pd.Series([], dtype="int64"), pd.Series([], dtype="str"), none).dtypes.astype("str").tolist() == [
        "int64",
        "int64",
        "datetime64[s]",
        "int64",
    ]


def test_numbers_are_days():
    assert due_dates(days("2026-01-10"), pd.Series([30.0]))["due_date"].dt.day.tolist() == [9]


def test_weekends_and_holidays_are_postponed_until_a_day_is_free():
    issued = days("2026-04-01")  # 2 days on is Good Friday 2026
    moved = due_dates(
        issued, pd.Series(["2"]), postponed={"2026-04-03": "2026-04-04", "2026-04-06": "2026-04-07"}, weekends=True
    )
    assert moved["due_date"].dt.strftime("%m-%d").tolist() == ["04-07"]
    assert due_dates(issued, pd.Series(["3"]), weekends=True)["due_date"].dt.strftime("%m-%d").tolist() == ["04-06"]


def test_a_day_is_postponed_to_a_later_one_only():
    with pytest.raises(ArkitError, match="2026-04-03 cannot be postponed to 2026-04-02") as refused:
        due_dates(days("2026-04-01"), pd.Series(["2"]), postponed={"2026-04-03": "2026-04-02"})
    assert refused.value.fix == "postpone each day to one after it"


def test_instalments_of_many_documents():
    made = instalments(
        pd.Series([100_00, 7, -100_01], index=["A", "B", "C"]),
        pd.Series(["50% advance, balance 30 days", "what", "3 x 30 days"], index=["A", "B", "C"]),
        days("2026-01-10", "2026-01-10", "2026-01-10").set_axis(["A", "B", "C"]),
    )
    assert made["document"].tolist() == ["A", "A", "C", "C", "C"]
    assert made["instalment"].tolist() == [1, 2, 1, 2, 3]
    assert made["minor"].tolist() == [5000, 5000, -3334, -3334, -3333]
    assert made["due_date"].dt.strftime("%m-%d").tolist() == ["01-10", "02-09", "02-09", "03-11", "04-10"]


def test_a_third_is_a_third_for_large_amounts_too():
    made = instalments(pd.Series([1_000_000_000_000]), pd.Series(["30/60/90 days"]), days("2026-01-10"))
    assert made["minor"].tolist() == [333_333_333_333, 333_333_333_333, 333_333_333_334]


@given(
    minor=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=8),
    shares=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    step=st.sampled_from([1, 5, 100]),
)
def test_instalments_add_up_to_the_document(minor, shares, step):
    parts = [Part(Fraction(share, 200), Delay(days=share), step) for share in shares]
    terms = Terms((*parts, Part(None, Delay(days=99))))
    made = instalments(pd.Series(minor), terms, days(*["2026-01-10"] * len(minor)))
    assert made.groupby("document")["minor"].sum().tolist() == minor
    assert (made.loc[made["instalment"].le(len(shares)), "minor"] % step).eq(0).all()


@given(minor=st.integers(-(10**15), 10**15), share=st.fractions(0, 1, max_denominator=10_000), step=st.sampled_from([1, 100]))
def test_a_share_is_the_nearest_half_away_from_zero(minor, share, step):
    exact = Fraction(abs(minor)) * share / step
    nearest = int(exact + Fraction(1, 2)) * step * (1 if minor >= 0 else -1)
    assert share_of(np.array([minor]), share, step).tolist() == [nearest]


@given(
    day=st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2090-01-01").date()),
    count=st.integers(0, 366),
    text=st.sampled_from(["{} days", "{} days EOM", "EOM + {}", "Net {}"]),
)
def test_nothing_is_due_before_it_is_issued(day, count, text):
    made = due_dates(days(str(day)), pd.Series([text.format(count)]))
    assert made["due_date"].ge(pd.Timestamp(day)).all()


@given(text=st.text(alphabet="0123456789%/,.+ netdaysEOMxbalcp", max_size=25))
def test_any_text_is_read_or_not_but_never_fails(text):
    terms = parse(text)
    assert terms is None or (str(terms) and terms.parts[-1].share is None)


def test_a_discount_of_the_amount_without_tax():
    issued, terms = days("2025-03-31"), Terms((Part(None, Delay()),), (Discount(Fraction(1, 10), Delay(days=10)),))
    amounts, tax = pd.Series([110000]), pd.Series([10000])
    assert early_payment(amounts, terms, issued, tax=tax)["payable"].tolist() == [99000]
    assert early_payment(amounts, terms, issued, tax=tax, base="net")["payable"].tolist() == [100000]
    with pytest.raises(ArkitError, match="needs the tax"):
        early_payment(amounts, terms, issued, base="net")
    with pytest.raises(ArkitError, match="base='total' is not known"):
        early_payment(amounts, terms, issued, base="total")


@pytest.mark.parametrize(
    ("paid", "on", "how", "taken", "granted"),
    [
        (95000, "2025-04-10", {}, "in time", 5000),
        (95000, "2025-04-11", {}, "late", 0),
        (95000, "2025-04-11", {"tolerance_days": 1}, "in time", 5000),
        (95000, "2025-06-11", {"grant": "force"}, "late", 5000),
        (95000, "2025-04-10", {"grant": "never"}, "in time", 0),
        (97000, "2025-04-10", {}, "in time", 3000),
        (94990, "2025-04-10", {}, "too little", 0),
        (94990, "2025-04-10", {"tolerance": 10}, "in time", 5010),
        (50000, "2025-06-11", {"grant": "force"}, "too little", 0),
        (100000, "2025-04-10", {}, "in full", 0),
        (100100, "2025-04-10", {}, "in full", 0),
    ],
)
def test_short_payments(paid, on, how, taken, granted):
    payment = pd.DataFrame(
        {
            "owed": [100000],
            "paid": [paid],
            "discount": [5000],
            "discount_until": pd.to_datetime(["2025-04-10"]),
            "paid_on": pd.to_datetime([on]),
        }
    )
    found = discount_taken(payment, **how).iloc[0]
    assert (found["taken"], found["granted"], found["open"]) == (taken, granted, 100000 - paid - granted)


def test_a_short_payment_without_a_discount_stays_open():
    payment = pd.DataFrame({"owed": [100], "paid": [90], "discount": [0], "discount_until": [pd.NaT], "paid_on": [pd.NaT]})
    assert discount_taken(payment, grant="force").iloc[0].to_dict() == {
        "taken": "none offered",
        "granted": 0,
        "granted_tax": 0,
        "open": 10,
    }


def test_a_policy_that_is_not_known_is_refused():
    with pytest.raises(ArkitError, match="grant='always' is not known") as refused:
        discount_taken(pd.DataFrame(), grant="always")
    assert refused.value.expected == "one of in_time, force, never"


@pytest.mark.parametrize(
    ("terms", "simple", "simple_360", "effective"),
    [
        # worked for 365 and 360 days; 36.73 for 2/10 net 30 on 360 days: mathcelebrity.com
        ((0.02, 10, 30), 37.24, 36.73, 44.59),
        ((0.01, 10, 30), 18.43, 18.18, 20.13),
        ((0.015, 10, 30), 27.79, 27.41, 31.76),
        ((0.03, 10, 30), 56.44, 55.67, 74.35),
        ((0.02, 10, 45), 21.28, 20.99, 23.45),
        ((0.02, 10, 60), 14.90, 14.69, 15.89),
    ],
)
def test_the_yearly_cost_of_a_discount_not_taken(terms, simple, simple_360, effective):
    assert round(yearly_cost(*terms) * 100, 2) == simple
    assert round(yearly_cost(*terms, year=360) * 100, 2) == simple_360
    assert round(yearly_cost(*terms, effective=True) * 100, 2) == effective


def test_terms_without_a_yearly_cost():
    with pytest.raises(ArkitError, match="have no yearly cost") as refused:
        yearly_cost(0.02, 30, 30)
    assert refused.value.got == "0.02 within 30 days, 30 days net"


# -- what other receivables software asserts ---------------------------------------------------------------------------------


def cases(shared, kind):
    return [case for case in json.loads(shared("conformance/cases.json").read_text("utf-8"))["cases"] if case["kind"] == kind]


def part(said):
    named = {"pct": "days", "from": "", "end_of_month": ""}
    assert set(said) <= {*named, "days", "months", "postpone", "pct_of_net", "round_to", "balance"}, said
    share = said.get("pct", said.get("pct_of_net"))
    first = said.get("from") == "invoice_month_end"
    delay = Delay(
        days=said.get("days", 0),
        months=0 if first else said.get("months", 0),
        month_end=first or said.get("end_of_month", False),
        then_months=said.get("months", 0) if first else 0,
    )
    return Part(None if share in (None, 100) else Fraction(str(share)) / 100, delay, round(100 * said.get("round_to", 0.01)))


def terms_of(said):
    parts = [part(line) for line in said]
    return Terms((*parts[:-1], Part(None, parts[-1].due)))


def test_payment_terms_as_others_assert_them(shared):
    checked = 0
    for case in cases(shared, "payment_terms"):
        for row in case["expected"].get("due", []):
            said = case["params"]["terms"][row["term"]]
            postponed = said[0].get("postpone")
            if len(said) == 1:
                made = due_dates(days(row["date"]), terms_of(said), postponed=postponed)["due_date"]
            else:
                made = instalments(pd.Series([100 * row["amount"]]), terms_of(said), days(row["date"]))
                assert made["minor"].tolist() == [100 * amount for amount in row["amounts"]], case["id"]
                made = made["due_date"]
            assert made.dt.strftime("%Y-%m-%d").tolist() == row["due"], (case["id"], row)
            checked += 1
        if "split" in case["params"]:
            gross, tax = (pd.Series([round(100 * case["params"][name])]) for name in ("gross", "tax"))
            made = instalments(gross, terms_of(case["params"]["split"]), days("2026-01-10"), tax=tax)
            assert made["minor"].tolist() == [round(100 * amount) for amount in case["expected"]["instalment_amounts"]], case[
                "id"
            ]
            checked += 1
    assert checked >= 16


def discounted(case):
    invoice, params = case["invoices"][0], case["params"]
    off = Discount(Fraction(str(params["discount_pct"])) / 100, Delay(days=params["discount_days"]))
    amount, tax = (pd.Series([round(100 * invoice.get(name, 0))]) for name in ("amount", "tax"))
    base = {"total": "gross"}.get(params["base"], "net")
    made = early_payment(amount, Terms((Part(None, Delay()),), (off,)), days(invoice["date"]), tax=tax, base=base)
    found = {
        "discount_deadline": made["discount_until"].dt.strftime("%Y-%m-%d").iloc[0],
        "discount": made["discount"].iloc[0] / 100,
        "payable_with_discount": made["payable"].iloc[0] / 100,
    }
    if case["payments"]:
        payment = case["payments"][0]
        row = made.assign(owed=amount, tax=tax, paid=round(100 * payment["amount"]), paid_on=pd.Timestamp(payment["date"]))
        grant = {"grant_if_in_time": "in_time"}.get(params["discount_policy"], "force")
        taken = discount_taken(row, grant=grant).iloc[0]
        found |= {
            "discount_granted": taken["granted"] / 100,
            "discount_tax": taken["granted_tax"] / 100,
            "discount_net": (taken["granted"] - taken["granted_tax"]) / 100,
            "open_after_discount": taken["open"] / 100,
        }
    return found


def test_early_payment_discounts_as_others_assert_them(shared):
    checked = 0
    for case in cases(shared, "early_payment_discount"):
        found = discounted(case)
        for name, expected in case["expected"].items():
            assert found[name] == expected, (case["id"], name)
            checked += 1
    assert checked >= 14
