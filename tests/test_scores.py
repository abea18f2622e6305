import functools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.history import book_of, profile
from arkit.ledger import Ledger
from arkit.policy import DEFAULT, Policy
from arkit.sample import company, sample_ledger
from arkit.scores import points, score
from arkit.tables import PROFILES


def profiles_of(**columns):
    base = {
        "as_of": pd.Timestamp("2026-06-30"),
        "customer_id": "C",
        "n": 10,
        "n_settled": 10,
        "n_open": 0,
        "n_late": 0,
        "late_share": 0.0,
        "days_late_mean": 0.0,
        "days_late_weighted": 0.0,
        "days_late_shrunk": 0.0,
        "credibility": 0.8,
        "norm_low": 0.0,
        "norm_high": 0.0,
        "worst_days_late": 0.0,
        "trend_days": 0.0,
        "overdue_share": 0.0,
        "breaks_norm_days": 0.0,
        "oldest_days_late": 0.0,
        "n_past_due": 0,
        "days_late_recent": None,
        "part_paid": 0,
        "bounced": 0,
        "promises_broken": 0,
        "disputes": 0,
        "tenure_days": 400,
    }
    row = PROFILES.empty().reindex([0]).assign(**(base | columns))
    return PROFILES.conform(row)


@pytest.mark.parametrize(
    ("days", "points"),
    # the published chart of the PAYDEX index: dandb.com/glossary/paydex and docs.dnb.com, see docs/references.md
    [
        (-30, 100),
        (-20, 90),
        (0, 80),
        (15, 70),
        (22, 60),
        (30, 50),
        (60, 40),
        (90, 30),
        (120, 20),
        (5, 76.7),
        (10, 73.3),
        (16.2, 68.3),
        (45, 45),
        (75, 35),
        (105, 25),
    ],
)
def test_days_beyond_terms_are_worth_what_the_published_knots_say(days, points):
    assert score(profiles_of(days_late_shrunk=days))["score"].item() == points


def test_the_points_of_all_reasons_add_up_to_the_score_even_at_the_floor():
    worst = profiles_of(
        days_late_shrunk=400, late_share=1, overdue_share=1, oldest_days_late=900, part_paid=9, promises_broken=9
    )
    for row in (worst, profiles_of(days_late_shrunk=18.0, late_share=0.5)):
        scored = score(row)
        assert scored["score"].item() == pytest.approx(100 + scored.filter(like="points_").sum(axis=1).item())
    assert score(worst)["score"].item() == 0


def test_reasons_name_the_costliest_first_with_numbers_and_points():
    scored = score(profiles_of(n=24, n_late=22, days_late_weighted=33, days_late_shrunk=30, late_share=0.9, promises_broken=3))
    words = scored["reasons"].item().split("; ")
    assert words == [
        "33 days beyond terms over 24 invoices, counts as 30 (-50.0)",
        "3 promises broken (-12.0)",
        "22 of 24 late (-9.0)",
    ]


def test_a_customer_without_history_is_judged_by_the_book_and_that_is_said():
    scored = score(profiles_of(n=0, n_settled=0, days_late_weighted=None, days_late_shrunk=42.0, late_share=0.8))
    assert scored["reasons"].item() == (
        "nothing paid or past due yet, counts as the book: 42 days beyond terms (-54.0); late as often as the book (-8.0)"
    )


def test_where_nothing_was_paid_the_oldest_is_named_and_one_of_a_thing_is_said_in_the_singular():
    scored = score(profiles_of(n=3, n_settled=0, days_late_weighted=64.0, days_late_shrunk=64.0, late_share=1.0, bounced=1))
    said = scored["reasons"].iloc[0]
    assert said.startswith("no payment known, the oldest of 3 past due 64 days beyond terms, counts as 64 (")
    alone = score(profiles_of(n=1, n_settled=1, days_late_weighted=40.0, days_late_shrunk=20.0))["reasons"].iloc[0]
    assert alone.startswith("40 days beyond terms over 1 invoice, counts as 20 (")


def test_a_perfect_customer_has_no_reasons_and_the_best_grade():
    scored = score(profiles_of(days_late_shrunk=-30))
    assert (scored["score"].item(), scored["grade"].item(), scored["reasons"].item()) == (100, "A", "")


@pytest.mark.parametrize(
    ("days", "grade"), [(0, "A"), (7.5, "A"), (8, "B"), (22, "B"), (23, "C"), (45, "C"), (46, "D"), (91, "E")]
)
def test_grades_begin_where_the_policy_says(days, grade):
    assert score(profiles_of(days_late_shrunk=days))["grade"].item() == grade


COUNTS = ["part_paid", "promises_broken", "bounced"]
WORSE = ["days_late_shrunk", "days_late_recent", "late_share", "overdue_share", "oldest_days_late", *COUNTS]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(column=st.sampled_from(WORSE), low=st.floats(0, 1), more=st.floats(0, 1))
def test_no_ingredient_ever_raises_a_score_by_getting_worse(column, low, more):
    scale = 1 if column.endswith("share") else 60
    kind = int if column in COUNTS else float
    before = score(profiles_of(**{column: kind(low * scale)}))["score"].item()
    after = score(profiles_of(**{column: kind(min(low + more, 1) * scale)}))["score"].item()
    assert after <= before


def test_every_weight_of_the_policy_is_a_point_of_the_score():
    heavy = Policy.parse("[score]\npromises_broken = 40")
    row = profiles_of(promises_broken=3)
    assert score(row, DEFAULT)["score"].item() - score(row, heavy)["score"].item() == 28


def test_prompt_payers_stand_above_slow_ones_and_those_above_the_stuck():
    ledger = sample_ledger()
    scores = score(profile(ledger.at("2026-10-31"), notes=ledger.notes)).merge(company().planted)
    by = scores.groupby("behaviour")["score"].agg(["min", "max"])
    assert by.loc["always prompt", "min"] > by.loc["slow but steady", "max"]
    assert by.loc["slow but steady", "min"] > by.loc["never pays", "max"]


def test_no_customers_give_an_empty_table():
    assert not len(score(PROFILES.empty()))


AS_OF = pd.Timestamp("2026-06-30")
#: Customers that no example touches, and whose book is held fixed: one prompt, one slow, one in between.
OTHERS = [
    (name, f"{name}-{i}", AS_OF - pd.Timedelta(days=90 + 20 * i), late + i % 5, 100.0)
    for name, late in (("X", -2), ("Y", 12), ("Z", 30))
    for i in range(12)
]
#: Days between the due day and 30 June, days late at payment (not yet paid where that is later), amount.
INVOICES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(-40, 200), st.sampled_from([1.0, 40.0, 100.0, 900.0])), min_size=1, max_size=12
)


def scored(invoices, currency="EUR"):
    """The score of a customer with invoices (days since due, days late when paid, amount), beside a fixed book."""
    own = [("C", str(i), AS_OF - pd.Timedelta(days=ago), late, amount) for i, (ago, late, amount) in enumerate(invoices)]
    return score(profile(at(OTHERS + own, currency), book=held(currency))).set_index("customer_id")


@functools.cache
def held(currency):
    return book_of(at(OTHERS, currency))


def at(rows, currency="EUR"):
    table = pd.DataFrame(rows, columns=["customer_id", "document_id", "due_date", "late", "amount"]).assign(currency=currency)
    sent = table.assign(kind="invoice", date=table["due_date"] - pd.Timedelta(days=60))
    paid_on = table["due_date"] + pd.to_timedelta(table["late"], unit="D")
    paid = table.assign(kind="payment", date=paid_on, due_date=pd.NaT, amount=-table["amount"])
    return Ledger(pd.concat([sent, paid], ignore_index=True).drop(columns="late")).at(AS_OF)


@settings(max_examples=25)
@given(invoices=INVOICES, which=st.integers(0, 11), more=st.integers(1, 300))
def test_paying_an_invoice_later_or_not_yet_never_raises_the_score(invoices, which, more):
    ago, late, amount = invoices[which % len(invoices)]
    later = list(invoices)
    later[which % len(invoices)] = (ago, late + more, amount)
    assert scored(later)["score"]["C"] <= scored(invoices)["score"]["C"]


@settings(max_examples=25)
@given(invoices=INVOICES, ago=st.integers(0, 400), amount=st.sampled_from([1.0, 100.0, 5000.0]), early=st.integers(0, 20))
def test_one_more_prompt_payment_never_lowers_the_score(invoices, ago, amount, early):
    """Prompt: by the due day, and for one who pays early as a rule, no later than that rule."""
    own = profile(at([("C", "1", AS_OF, 0, 1.0)]), book=held("EUR"))["days_late_shrunk"].item()
    late = min([0, own, *(late for _, late, _ in invoices)]) if any(late < 0 for _, late, _ in invoices) else 0
    assert scored([*invoices, (ago, int(late // 1) - early, amount)])["score"]["C"] >= scored(invoices)["score"]["C"]


@settings(max_examples=12)
@given(late=st.integers(-300, 300), ago=st.integers(0, 400), amount=st.sampled_from([0.01, 100.0, 1e6]))
def test_one_invoice_cannot_swing_an_old_customer(late, ago, amount):
    """At most 20 points for one that was paid, and 35 for one that is still open: who stops paying is to be heard."""
    old = [(30 + 15 * i, 3, 100.0) for i in range(24)]
    swing = scored(old)["score"]["C"] - scored([*old, (ago, late, amount)])["score"]["C"]
    assert abs(swing) <= (20 if late <= ago else 35)


@settings(max_examples=8)
@given(
    invoices=INVOICES, times=st.sampled_from([1000.0, 1e6]), currency=st.sampled_from(["JPY", "KWD", "EUR"]), seed=st.randoms()
)
def test_neither_scale_nor_currency_nor_the_order_of_rows_matters(invoices, times, currency, seed):
    own = [("C", str(i), AS_OF - pd.Timedelta(days=ago), late, amount) for i, (ago, late, amount) in enumerate(invoices)]
    rows = OTHERS + own
    before = score(profile(at(rows))).drop(columns="as_of")
    seed.shuffle(rows)
    after = score(profile(at([(c, n, due, late, amount * times) for c, n, due, late, amount in rows], currency)))
    pd.testing.assert_frame_equal(before, after.drop(columns="as_of"))


@settings(max_examples=12)
@given(oldest=st.integers(1, 400), rest=st.lists(st.tuples(st.integers(-60, 400), st.sampled_from([1.0, 9000.0])), max_size=8))
def test_one_who_never_paid_never_looks_safe(oldest, rest):
    """Whatever the book is like and however much is not yet due, never better than the chart says for the oldest."""
    waiting = [(oldest, 999, 50.0), *((min(ago, oldest), 999, amount) for ago, amount in rest)]
    chart = score(profiles_of(days_late_shrunk=min(oldest, 120)))["score"].item()
    assert scored(waiting)["score"]["C"] <= chart


def test_the_slow_and_steady_is_quiet_and_the_fast_one_who_stops_is_loud():
    slow = [(60 + 30 * i, 28 + i % 4, 100.0) for i in range(12)]
    fast = [(60 + 30 * i, i % 2, 100.0) for i in range(12)]
    quiet, loud = (scored([*history, (30, 999, 100.0)]).loc["C"] for history in (slow, fast))
    lost_slow, lost_fast = (scored(h)["score"]["C"] - now["score"] for h, now in ((slow, quiet), (fast, loud)))
    assert quiet["points_beyond_pace"] == 0
    assert quiet["points_overdue_share"] >= -0.5  # all of its balance is past due, as it always is
    assert loud["points_beyond_pace"] < -2
    assert loud["points_overdue_share"] < -3
    assert lost_slow < 1
    assert lost_fast > 8


def test_before_the_first_payment_all_that_is_past_due_counts_and_after_it_only_what_is_unusual():
    never, once = scored([(30, 999, 100.0)]), scored([(30, 999, 100.0), (90, 40, 100.0)])
    assert never["points_overdue_share"]["C"] == -10
    assert -3 < once["points_overdue_share"]["C"] <= 0
    profiles = profiles_of(overdue_share=0.5, oldest_days_late=30.0, days_late_shrunk=0.0)
    assert score(profiles)["points_overdue_share"].item() == -2.5  # half of the balance, half of the sixty days


def test_what_would_lift_a_score_is_what_it_then_is():
    owing = [(100 + 30 * i, 5, 100.0) for i in range(6)] + [(40, 999, 100.0), (70, 999, 100.0)]
    now = scored(owing).loc["C"]
    paid = scored([(ago, min(late, ago), amount) for ago, late, amount in owing])["score"]["C"]
    prompt = scored(owing + [(0, 0, 100.0)] * 5)["score"]["C"]
    assert held("EUR").amounts.item() == 100.0
    assert now["would_lift"] == (
        f"paying the 2 invoices past due: {paid - now['score']:+.1f}; "
        f"5 more invoices paid on their due day: {prompt - now['score']:+.1f}"
    )


def test_every_point_stands_in_a_table_and_adds_up_to_the_tenth():
    ledger = sample_ledger()
    profiles = profile(ledger.at("2026-10-31"), notes=ledger.notes)
    tenths = (points(profiles)["points"] * 10).round().groupby(points(profiles)["customer_id"]).sum() + 1000
    expected = (score(profiles).set_index("customer_id")["score"] * 10).round()
    assert tenths.equals(expected)
    weights = {name: getattr(DEFAULT.score, name) for name in ("late_share", "overdue_share", "beyond_pace", "bounced")}
    worst = points(profiles).groupby("ingredient")["points"].min()
    assert all(worst[name] >= -most - 0.1 for name, most in weights.items())
    assert not len(points(PROFILES.empty()))
