"""Measures against the next late invoice: each with the figure that suggests it, and never for those who pay in time."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.history import profile
from arkit.policy import DEFAULT, Policy
from arkit.prevention import MEASURES, prevent
from arkit.sample import sample_ledger
from arkit.tables import DOCUMENTS, PREVENTIONS, PROFILES

AS_OF = pd.Timestamp("2026-10-31")
#: A customer about whom nothing is remarkable but that it is late with half of its invoices.
PLAIN = {
    "n": 10, "n_settled": 10, "n_open": 1, "n_past_due": 0, "n_late": 5, "late_share": 0.5, "days_late_shrunk": 1.0,
    "spread_days": 20.0, "part_paid": 0, "promises_broken": 0, "bounced": 0, "disputes": 0, "tenure_days": 900,
    "usual_day": None, "habit": "",
}  # fmt: skip


def told(**changed):
    """A profile of one customer."""
    row = {"as_of": AS_OF, "customer_id": "C1"} | dict.fromkeys(PROFILES.names[2:]) | PLAIN | changed
    return PROFILES.conform(pd.DataFrame({name: [value] for name, value in row.items()}))


def invoices(*rows, currency="EUR"):
    """Documents of C1 from (issued, due, amount, open amount, paid on or None[, reference])."""
    table = pd.DataFrame(
        [(*row, "PO")[:6] for row in rows], columns=["issued", "due_date", "amount", "open_amount", "last_paid_on", "reference"]
    )
    for name in ("issued", "due_date", "last_paid_on"):
        table[name] = pd.to_datetime(table[name])
    settled = table["open_amount"].eq(0)
    return DOCUMENTS.conform(
        table.assign(
            as_of=AS_OF, customer_id="C1", document_id=[str(n) for n in range(len(table))], kind="invoice", currency=currency,
            settled=settled, settled_on=table["last_paid_on"].where(settled),
            days_late=(AS_OF - table["due_date"]).dt.days.where(~settled, 0),
            paid_amount=table["amount"] - table["open_amount"],
        )
    )  # fmt: skip


#: Two invoices on terms of ten days, one of them open.
SHORT = invoices(("2026-09-01", "2026-09-11", 100.0, 0.0, "2026-09-12"), ("2026-10-25", "2026-11-04", 100.0, 100.0, None))


def months(n, due_day=15, reference="PO", terms=30):
    """So many paid invoices, one a month, due on that day of the month."""
    due = [pd.Timestamp("2026-10-01") - pd.DateOffset(months=back) + pd.Timedelta(days=due_day - 1) for back in range(n)]
    return invoices(*((day - pd.Timedelta(days=terms), day, 1000.0, 0.0, day + pd.Timedelta(days=1), reference) for day in due))


def suggested(documents=SHORT, score=60.0, words="", known=None, **changed):
    """Measure to (figure, threshold, why) of C1."""
    scored = None if score is None else pd.DataFrame({"customer_id": ["C1"], "score": [score]})
    found = prevent(documents, told(**changed), Policy.parse(words), scores=scored, customers=known)
    return {row["measure"]: (row["figure"], row["threshold"], row["why"]) for row in found.to_dict("records")}


def marked(**mark):
    return pd.DataFrame({"customer_id": ["C1"], "name": "One"} | {name: [value] for name, value in mark.items()})


def test_a_list_of_what_is_open_does_not_say_that_nothing_was_ever_paid():
    never = {"n_settled": 0, "n_past_due": 3}
    assert "deposit or part payment in advance" in suggested(SHORT, **never)
    assert "deposit or part payment in advance" not in suggested(SHORT.assign(paid_amount=float("nan")), **never)
    assert "deposit or part payment in advance" not in suggested(SHORT[SHORT["last_paid_on"].isna()], **never)
    assert suggested(SHORT.assign(paid_amount=float("nan")), score=25.0, **never)["deposit or part payment in advance"][2] == (
        "score 25.0, below 40"
    )


def test_where_nothing_stands_out_nothing_is_suggested():
    assert suggested() == {}


@pytest.mark.parametrize("changed", [{"late_share": 0.29}, {"n": 2, "n_late": 2}])
def test_nothing_is_suggested_to_those_who_pay_in_time_or_are_hardly_known(changed):
    late = {"part_paid": 9, "days_late_shrunk": 12.0, "spread_days": 1.0}
    assert suggested(months(12), **late, **changed) == {}
    assert suggested(months(12), **late)


def test_nobody_insolvent_is_told_how_to_pay_in_time():
    assert suggested(part_paid=9, n_past_due=2, known=marked(insolvent_since="2026-10-31")) == {}
    assert suggested(part_paid=9, n_past_due=2, known=marked(insolvent_since="2026-11-01"))


@pytest.mark.parametrize(
    ("measure", "documents", "changed", "expected"),
    [
        (
            "shorter terms",
            months(6, terms=30),
            {"days_late_shrunk": 16.0, "spread_days": 3.0},
            (
                16,
                10,
                "16 days late, give or take 3, on terms of 30 days: on terms of 14 its money would come 16 "
                "days sooner if it stays as late",
            ),
        ),
        (
            "shorter terms",
            months(6, terms=30),
            {"days_late_shrunk": 28.0, "spread_days": 3.0},
            (
                28,
                10,
                "28 days late, give or take 3, on terms of 30 days: on terms of 7 its money would come 23 "
                "days sooner if it stays as late",
            ),
        ),
        (
            "deposit or part payment in advance",
            SHORT,
            {"score": 25.0},
            (25, 40, "score 25.0, below 40"),
        ),
        (
            "deposit or part payment in advance",
            SHORT,
            {"n_settled": 0, "n_past_due": 3},
            (60, 40, "has not paid one invoice yet, and 3 past due"),
        ),
        (
            "written payment schedule",
            SHORT,
            {"part_paid": 1, "promises_broken": 2, "n_past_due": 1},
            (3, 2, "1 invoice paid in parts and 2 promises broken, and 1 past due"),
        ),
        (
            "written payment schedule",
            SHORT,
            {"promises_broken": 2, "n_past_due": 4},
            (2, 2, "2 promises broken, and 4 past due"),
        ),
        (
            "direct debit",
            months(14, due_day=28, terms=14),
            {"days_late_shrunk": 4.0},
            (12, 12, "12 invoices in 12 months, 4.0 days late on average, and none bounced"),
        ),
        (
            "early-payment discount",
            months(6, terms=30),
            {"days_late_shrunk": 20.0},
            (
                0.1 * 40 / 365,
                0.01 / 0.99,
                "its money comes after 50 days, which from day 10 on costs 1.10 % of each invoice; a discount of 1 % for "
                "paying by that day costs 1.01 %",
            ),
        ),
        (
            "late fee in the terms",
            SHORT,
            {"days_late_shrunk": 6.0, "n_late": 5},
            (6, 5, "late with 5 of 10 invoices, by 6.0 days on average: say in the terms what that costs"),
        ),
        (
            "invoice earlier",
            months(10, due_day=28),
            {"usual_day": 24.0, "habit": "pays around day 24 of the month"},
            (1.0, 0.3, "pays around day 24 of the month, and 100 % of its invoices fall due in the 10 days after"),
        ),
        (
            "invoice earlier",
            months(10, due_day=5),
            {"usual_day": 31.0, "habit": "pays at the end of the month"},
            (1.0, 0.3, "pays at the end of the month, and 100 % of its invoices fall due in the 10 days after"),
        ),
        (
            "purchase order on electronic invoices",
            SHORT,
            {"disputes": 3},
            (3, 2, "3 invoices were disputed: send them with order and delivery data"),
        ),
    ],
)
def test_each_measure_stands_for_a_figure(measure, documents, changed, expected):
    figure, threshold, why = expected
    found = suggested(documents, **changed)[measure]
    assert found == (pytest.approx(figure), pytest.approx(threshold), why)


@pytest.mark.parametrize(
    ("measure", "documents", "changed"),
    [
        ("shorter terms", months(6, terms=14), {"days_late_shrunk": 16.0, "spread_days": 3.0}),
        ("shorter terms", months(6), {"days_late_shrunk": 16.0, "spread_days": 9.0}),
        ("shorter terms", months(6), {"days_late_shrunk": 9.0, "spread_days": 3.0}),
        ("shorter terms", months(6), {"days_late_shrunk": 16.0, "spread_days": 3.0, "n_settled": 0}),
        ("deposit or part payment in advance", SHORT, {"score": 40.0}),
        ("deposit or part payment in advance", SHORT, {"score": None}),
        ("written payment schedule", SHORT, {"part_paid": 3, "n_past_due": 0}),
        ("direct debit", months(11, due_day=28, terms=14), {"days_late_shrunk": 4.0}),
        ("direct debit", months(14, due_day=28, terms=14), {"days_late_shrunk": 31.0}),
        ("direct debit", months(14, due_day=28, terms=14), {"days_late_shrunk": 4.0, "bounced": 1}),
        ("direct debit", months(14, due_day=28, terms=14), {"days_late_shrunk": 4.0, "known": marked(direct_debit=True)}),
        ("early-payment discount", months(6), {"days_late_shrunk": 16.0}),
        ("early-payment discount", months(6), {"days_late_shrunk": 40.0, "score": 39.0}),
        ("late fee in the terms", SHORT, {"days_late_shrunk": 4.9}),
        ("late fee in the terms", SHORT, {"days_late_shrunk": 6.0, "known": marked(is_individual=True)}),
        ("invoice earlier", months(10, due_day=20), {"usual_day": 24.0, "habit": "pays around day 24 of the month"}),
        ("purchase order on electronic invoices", months(10, reference=""), {}),
    ],
)
def test_a_measure_needs_its_figure(measure, documents, changed):
    assert measure not in suggested(documents, **changed)


def test_a_purchase_order_that_a_customer_wants_and_we_leave_out_is_ours_to_mend():
    found = suggested(
        pd.concat([months(8), months(2, reference="", due_day=20)], ignore_index=True), known=marked(po_required=True)
    )
    assert found["purchase order on electronic invoices"] == (
        pytest.approx(0.2),
        0.2,
        "pays no invoice without its purchase order, and 2 of the last 10 carried none",
    )


def test_a_credit_limit_that_is_exceeded_or_missing():
    owing = invoices(
        ("2026-08-01", "2026-08-31", 3000.0, 3000.0, None), *(("2026-01-01", "2026-01-31", 600.0, 0.0, "2026-02-02"),) * 4
    )
    exceeded = suggested(owing, n_past_due=1, known=marked(credit_limit=2000.0))["credit limit"]
    assert exceeded == (1.5, 1.0, "owes 3,000.00 EUR, above its limit of 2,000.00 EUR: deliver when it is paid down")
    # 2,400 in twelve months: 200 a month
    missing = suggested(owing, n_past_due=1, known=marked())["credit limit"]
    assert missing == (15.0, 2.0, "owes 3,000.00 EUR, what it pays in 15.0 months, and has no credit limit")
    assert "credit limit" not in suggested(owing, n_past_due=1, known=marked(credit_limit=3000.0))


def test_currencies_are_never_added_for_a_limit():
    both = pd.concat(
        [
            invoices(("2026-08-01", "2026-08-31", 3000.0, 3000.0, None)),
            invoices(("2026-01-01", "2026-01-31", 60.0, 0.0, "2026-02-02"), currency="USD"),
        ],
        ignore_index=True,
    )
    assert "credit limit" not in suggested(both, n_past_due=1, known=marked(credit_limit=10.0))


def test_no_list_is_longer_than_three_and_what_stands_out_most_comes_first():
    changed = {"days_late_shrunk": 16.0, "spread_days": 3.0, "part_paid": 7, "n_past_due": 2, "disputes": 3, "score": 12.0}
    found = suggested(months(14), **changed)
    assert list(found) == ["written payment schedule", "deposit or part payment in advance", "late fee in the terms"]
    assert list(suggested(months(14), words="[prevention]\nmeasures = 1", **changed)) == ["written payment schedule"]
    with pytest.raises(ValueError, match="1 to 3: a longer list is not read"):
        Policy.parse("[prevention]\nmeasures = 4")


def test_the_sample_has_a_measure_of_every_sort_of_trouble():
    ledger = sample_ledger()
    documents = ledger.at("2026-10-31")
    found = prevent(documents, profile(documents, notes=ledger.notes), customers=ledger.customers)
    assert set(found["measure"]) <= set(MEASURES)
    assert len(set(found["measure"])) >= 6
    assert found["why"].str.contains(r"\d").all(), "each sentence has its figure"
    assert found.groupby("customer_id")["rank"].agg(list).map(lambda ranks: ranks == list(range(1, len(ranks) + 1))).all()


def test_nothing_comes_of_nothing():
    assert list(prevent(DOCUMENTS.empty(), PROFILES.empty())) == PREVENTIONS.names


NUMBERS = st.fixed_dictionaries(
    {
        "days_late_shrunk": st.floats(-10, 120), "spread_days": st.floats(0, 40), "part_paid": st.integers(0, 9),
        "promises_broken": st.integers(0, 9), "disputes": st.integers(0, 5), "n_past_due": st.integers(0, 5),
        "late_share": st.floats(0, 1), "score": st.floats(0, 100),
    }
)  # fmt: skip


@settings(max_examples=6)
@given(NUMBERS)
def test_a_higher_threshold_never_adds_a_measure(numbers):
    numbers = dict(numbers)
    score = numbers.pop("score")
    less = suggested(months(14), score=score, words="", **numbers)
    bounds = DEFAULT.prevention
    stricter = (
        f"[prevention]\nlate_share = {bounds.late_share + 0.1}\nadvance_score = {bounds.advance_score - 10}\npart_paid = 4\n"
        f"steady_days = {bounds.steady_days + 5}\nfee_days = 8\ndebit_invoices = 13\ndisputes = 3\ndiscount = 0.02"
    )
    every = suggested(months(14), score=score, words=stricter, **numbers)
    assert len(every) <= len(less)
    assert len(less) <= 3
    assert all(why for _, _, why in less.values())


@settings(max_examples=6)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random):
    ledger = sample_ledger()
    documents = ledger.at("2026-10-31").head(400)
    profiles = profile(documents)
    order = list(range(len(documents)))
    random.shuffle(order)
    other = prevent(documents.iloc[order], profiles.sample(frac=1, random_state=1), customers=ledger.customers)
    pd.testing.assert_frame_equal(other, prevent(documents, profiles, customers=ledger.customers))
