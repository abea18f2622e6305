import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.history import profile
from arkit.policy import DEFAULT, Policy
from arkit.sample import company, sample_ledger
from arkit.scores import score
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
        "part_paid": 0,
        "promises_broken": 0,
        "disputes": 0,
        "tenure_days": 400,
    }
    return PROFILES.conform(pd.DataFrame([base | columns]))


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
        (45, 45),
        (75, 35),
        (105, 25),
    ],
)
def test_days_beyond_terms_are_worth_what_the_published_knots_say(days, points):
    assert score(profiles_of(days_late_shrunk=days))["score"].item() == points


def test_the_points_of_all_reasons_add_up_to_the_score_even_at_the_floor():
    worst = profiles_of(
        days_late_shrunk=400, late_share=1, overdue_share=1, trend_days=90, breaks_norm_days=90, part_paid=9, promises_broken=9
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


def test_a_perfect_customer_has_no_reasons_and_the_best_grade():
    scored = score(profiles_of(days_late_shrunk=-30))
    assert (scored["score"].item(), scored["grade"].item(), scored["reasons"].item()) == (100, "A", "")


@pytest.mark.parametrize(
    ("days", "grade"), [(0, "A"), (7.5, "A"), (8, "B"), (22, "B"), (23, "C"), (45, "C"), (46, "D"), (91, "E")]
)
def test_grades_begin_where_the_policy_says(days, grade):
    assert score(profiles_of(days_late_shrunk=days))["grade"].item() == grade


WORSE = ["days_late_shrunk", "late_share", "overdue_share", "trend_days", "breaks_norm_days", "part_paid", "promises_broken"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(column=st.sampled_from(WORSE), low=st.floats(0, 1), more=st.floats(0, 1))
def test_no_ingredient_ever_raises_a_score_by_getting_worse(column, low, more):
    scale = 1 if column.endswith("share") else 60
    kind = int if column in ("part_paid", "promises_broken") else float
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
