import pandas as pd
import pytest

from arkit.actions import recommend
from arkit.changes import moved, read_list
from arkit.errors import ArkitError, DayRefused
from arkit.history import profile
from arkit.sample import sample_ledger
from arkit.scores import score
from arkit.tables import ACTIONS, CHANGES


def actions(as_of, *rows):
    """A list from (customer, action, at stake, oldest[, blocked by])."""
    table = pd.DataFrame(
        [(*row, "")[:5] for row in rows], columns=["customer_id", "action", "at_stake", "oldest_days_late", "blocked_by"]
    )
    filled = {"as_of": as_of, "currency": "EUR", "name": table["customer_id"]}
    filled |= {"rule": table["action"] + "-rule", "reason": "because", "priority": range(1, len(table) + 1)}
    return ACTIONS.conform(table.assign(**{k: v for k, v in (ACTIONS.blank() | filled).items() if k not in table}))


SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"


@pytest.mark.parametrize(
    ("before", "after", "change", "why"),
    [
        (None, ("C", "call", 500.0, 40), "new", "because"),
        (("C", "none", 0.0, 0), ("C", "call", 500.0, 40), "new", "because"),
        (("C", "call", 500.0, 40), None, "cleared", "500.00 EUR were past due on the last list; nothing is now"),
        (
            ("C", "call", 500.0, 40),
            ("C", "none", 0.0, 0),
            "cleared",
            "500.00 EUR were past due on the last list; nothing is now",
        ),
        (
            ("C", "reminder", 500.0, 20),
            ("C", "call", 500.0, 51),
            "escalated",
            "oldest 20 to 51 days late; rule call-rule instead of",
        ),
        (("C", "agency", 500.0, 120), ("C", "hold", 500.0, 150, "handed_over"), "unchanged", "oldest 120 to 150 days late"),
        (
            ("C", "call", 900.0, 51),
            ("C", "reminder", 100.0, 20),
            "eased",
            "900.00 EUR to 100.00 EUR past due; oldest 51 to 20 days",
        ),
        (
            ("C", "call", 500.0, 9),
            ("C", "hold", 500.0, 9, "dispute"),
            "eased",
            "in the way now: dispute; rule hold-rule instead of",
        ),
        (
            ("C", "hold", 500.0, 9, "promise"),
            ("C", "call", 500.0, 9),
            "escalated",
            "no longer in the way: promise; rule call-rule",
        ),
        (("C", "call", 500.0, 9), ("C", "call", 500.0, 9), "unchanged", "nothing has changed"),
        (("C", "none", 500.0, 9), ("C", "factoring", 500.0, 9), "unchanged", "rule factoring-rule instead of none-rule"),
        (("C", "agency", 500.0, 99), ("C", "court", 500.0, 99), "escalated", "rule court-rule instead of agency-rule"),
    ],
)
def test_each_change_is_named_with_why(before, after, change, why):
    lists = [actions(day, *([row] if row else [])) for day, row in ((SEPTEMBER, before), (OCTOBER, after))]
    (row,) = moved(*lists).to_dict("records")
    assert row["change"] == change
    assert row["why"].startswith(why)


def test_nothing_past_due_on_both_days_is_left_out():
    none = [actions(day, ("C", "none", 0.0, 0)) for day in (SEPTEMBER, OCTOBER)]
    pd.testing.assert_frame_equal(moved(*none), CHANGES.empty())
    assert len(moved(ACTIONS.empty(), ACTIONS.empty())) == 0


def test_rows_stand_as_in_the_later_list_and_cleared_ones_last():
    before = actions(SEPTEMBER, ("gone", "call", 9.0, 9), ("large", "call", 99.0, 9), ("B", "call", 1.0, 9))
    after = actions(OCTOBER, ("B", "call", 1.0, 9), ("A", "call", 1.0, 9))
    assert moved(before, after)["customer_id"].tolist() == ["B", "A", "large", "gone"]


def test_lists_out_of_order_are_refused():
    with pytest.raises(DayRefused, match=r"(?s)not in order.*later day than 2026-10-31.*one of 2026-09-30"):
        moved(actions(OCTOBER, ("C", "call", 1.0, 9)), actions(SEPTEMBER, ("C", "call", 1.0, 9)))


def test_two_months_of_the_sample_account_for_every_amount():
    ledger, lists = sample_ledger(), []
    for day in ("2026-07-31", "2026-08-31"):
        known = ledger.until(day)
        documents = known.at(day)
        profiles = profile(documents, notes=known.notes)
        lists.append(recommend(documents, score(profiles), known.notes, profiles=profiles, customers=known.customers))
    changed = moved(*lists)
    for when, column in zip(lists, ("at_stake_before", "at_stake"), strict=True):
        assert (
            changed.groupby("currency")[column]
            .sum()
            .round(2)
            .equals(when.groupby("currency")["at_stake"].sum().round(2).rename(column))
        )
    assert {*changed["change"]} == {"new", "escalated", "eased", "cleared", "unchanged"}
    assert changed["why"].ne("").all()


def test_a_list_is_read_back_from_the_folder_of_a_month(tmp_path):
    (tmp_path / "tables").mkdir()
    listed = actions(SEPTEMBER, ("007", "call", 9.0, 9), ("NA", "none", 0.0, 0)).assign(reason=["'=1+1", ""], name=["'-x", "y"])
    listed.to_csv(tmp_path / "tables" / "actions.csv", index=False, date_format="%Y-%m-%d", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_list(tmp_path), listed.assign(reason=["=1+1", ""], name=["-x", "y"]))


def test_a_folder_without_a_month_is_refused(tmp_path):
    with pytest.raises(ArkitError, match=r"(?s)holds no month to compare with.*fix: name the folder of last month's report"):
        read_list(tmp_path)
