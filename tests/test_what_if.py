import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from arkit.actions import recommend
from arkit.cli import main
from arkit.errors import ArkitError, DayRefused, PolicyRefused
from arkit.history import profile
from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy
from arkit.report import find_notebook, run_notebook
from arkit.sample import sample_ledger, write_sample
from arkit.scores import score
from arkit.tables import MOVES, VARIANT_ACTIONS, VARIANTS
from arkit.what_if import AS_IT_IS, IDLE, compare, read_variants, sentences, side_by_side, words

DAY = "2026-10-31"
SETS = ["contact.recent_days=7,30", "ladder.within-norm.when.oldest_days_late=<= 10"]


@pytest.fixture(scope="module")
def book():
    ledger = sample_ledger(customers=40, months=14)
    return SimpleNamespace(ledger=ledger, documents=ledger.at(DAY))


@pytest.fixture(scope="module")
def found(book):
    return compare(book.documents, read_variants(DEFAULT, SETS), notes=book.ledger.notes, customers=book.ledger.customers)


@pytest.fixture(scope="module")
def lists(book):
    """The lists of all policies, as the month makes them."""
    return {name: listed(book, policy) for name, policy in read_variants(DEFAULT, SETS).items()}


def listed(book, policy):
    """The list as the month makes it."""
    profiles = profile(book.documents, policy, notes=book.ledger.notes)
    scores = score(profiles, policy)
    return recommend(
        book.documents, scores, book.ledger.notes, policy, profiles=profiles, customers=book.ledger.customers
    ).set_index(["customer_id", "currency"])


# what is asked


@pytest.mark.parametrize(
    ("sets", "names"),
    [
        ([], []),
        (["contact.small=50"], ["contact.small=50"]),
        (["contact.small=50", "contact.grace_days=3"], ["contact.small=50, contact.grace_days=3"]),
        (["contact.grace_days=0,5,10"], ["contact.grace_days=0", "contact.grace_days=5", "contact.grace_days=10"]),
        (
            ["contact.small=1,2", "contact.grace_days=3,4"],
            [f"contact.small={a}, contact.grace_days={b}" for a in (1, 2) for b in (3, 4)],
        ),
        (["aging.edges=[30, 60],[15, 30]"], ["aging.edges=[30, 60]", "aging.edges=[15, 30]"]),
        (["ladder.reminder.when.score = >= 40"], ["ladder.reminder.when.score=>= 40"]),
    ],
)  # fmt: skip
def test_all_changes_make_one_policy_and_several_values_make_several(sets, names):
    assert [*read_variants(DEFAULT, sets)] == [AS_IT_IS, *names]


def test_the_policies_are_what_their_names_say():
    policies = read_variants(DEFAULT, ["aging.edges=[30, 60],[15, 30]", "ladder.reminder.when.score=>= 40"])
    assert [policy.aging.edges for policy in policies.values()] == [DEFAULT.aging.edges, (30, 60), (15, 30)]
    assert [*policies.values()][1].differences(DEFAULT)["ladder.reminder.when.score"] == (None, ">= 40")


@pytest.mark.parametrize(
    ("sets", "what", "got"),
    [
        (["contact.small"], "'contact.small' is no change of the policy.", "'contact.small'"),
        (["=3"], "'=3' is no change of the policy.", "'=3'"),
        (["contact.small="], "'contact.small=' is no change of the policy.", "'contact.small='"),
        (["contact.small=1", "contact.small=2"], "'contact.small' is changed twice.", "'contact.small=2'"),
        (
            ["contact.small=1,2,3", "contact.grace_days=1,2,3,4"],
            "12 policies cannot be read side by side.",
            "3 values of contact.small times 4 values of contact.grace_days",
        ),
    ],
)
def test_what_is_no_change_is_refused_in_four_lines(sets, what, got):
    with pytest.raises(ArkitError) as refused:
        read_variants(DEFAULT, sets)
    lines = str(refused.value).split("\n")
    assert len(lines) == 4
    assert lines[0] == what
    assert lines[2] == f"  got: {got}"


def test_a_key_nobody_knows_is_refused_by_its_name():
    with pytest.raises(PolicyRefused, match=r"^'contact\.smal' in the changes cannot be followed\."):
        read_variants(DEFAULT, ["contact.smal=3"])


# what comes back


def test_the_tables_have_their_shapes_and_every_policy_its_rows(found):
    for table, shape in ((found.variants, VARIANTS), (found.actions, VARIANT_ACTIONS), (found.moves, MOVES)):
        assert [*table.columns] == shape.names
    assert len(set(found.actions.groupby("variant").size())) == 1
    assert [*found.actions["variant"].unique()] == found.names == [AS_IT_IS, *found.names[1:]]


def test_what_is_past_due_is_the_same_under_every_policy_and_parts_add_up_to_the_cent(found):
    rows = found.variants
    total = to_minor(rows["asked_for"], rows["currency"]) + to_minor(rows["left_alone"], rows["currency"])
    by = pd.Series(total).groupby([rows["variant"], rows["currency"]]).sum().unstack("currency")
    assert by.nunique().eq(1).all()
    assert by.gt(0).all(axis=None)
    assert rows.groupby("currency")[["accounts"]].nunique().eq(1).all(axis=None)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_policy_is_counted_as_the_month_would_list_it(found, lists, place):
    name, rows = [*lists.items()][place]
    mine = found.actions[found.actions["variant"].eq(name)]
    counts = rows.groupby(["currency", "action"]).size()
    assert mine.set_index(["currency", "action"])["accounts"].loc[lambda n: n.gt(0)].to_dict() == counts.to_dict()
    by = mine.set_index(["currency", "action"])["at_stake"].loc[counts.index]
    np.testing.assert_allclose(by, rows.groupby(["currency", "action"])["at_stake"].sum(), atol=0.001)
    assert mine.loc[~mine["action"].isin(IDLE), "left_alone"].eq(0).all()


def test_who_moves_is_who_gets_another_action_and_both_reasons_are_given(found, lists):
    before, after = [*lists.values()][::2]
    moves = found.moves[found.moves["variant"].eq(found.names[2])].set_index(["customer_id", "currency"])
    moved = before.index[before["action"].ne(after["action"].reindex(before.index))]
    assert len(moved) > 3
    assert set(moves.index) == set(moved)
    for names, rows in ((("from_action", "from_rule", "why_before"), before), (("to_action", "to_rule", "why_after"), after)):
        for column, own in zip(names, ("action", "rule", "reason"), strict=True):
            assert moves[column].to_dict() == rows.loc[moves.index, own].to_dict()
    assert not found.moves["variant"].eq(AS_IT_IS).any()
    moved_by = found.variants.groupby("variant")["moved"].sum()
    assert moved_by[found.names[2]] == len(moved)


def test_hours_are_minutes_of_the_policy_times_accounts(found, book):
    dear = DEFAULT.changed({"effort.call": 60, "effort.hour_cost": 100})
    both = compare(book.documents, {"now": DEFAULT, "slower": dear}, notes=book.ledger.notes)
    calls = both.actions[both.actions["action"].eq("call")].groupby("variant")[["accounts", "hours"]].sum()
    assert calls.loc["now", "hours"] == pytest.approx(calls.loc["now", "accounts"] * DEFAULT.effort.call / 60)
    assert calls.loc["slower", "hours"] == calls.loc["slower", "accounts"]
    totals = both.variants[both.variants["variant"].eq("slower")]
    assert totals["cost"].sum() == pytest.approx(100 * totals["hours"].sum())
    assert both.moves.empty


def test_a_policy_that_judges_customers_otherwise_is_judged_by_its_own_scores(book):
    harsh = DEFAULT.changed({"score.knots": "[[0, 10], [30, 0]]"})
    rows = compare(book.documents, {"now": DEFAULT, "harsh": harsh}, notes=book.ledger.notes, customers=book.ledger.customers)
    mine = rows.actions[rows.actions["variant"].eq("harsh")].groupby("action")["accounts"].sum()
    assert mine[mine.gt(0)].to_dict() == listed(book, harsh).groupby("action").size().to_dict()
    assert len(rows.moves)


def test_the_order_of_documents_does_not_matter(book, found):
    shuffled = book.documents.sample(frac=1, random_state=5)
    again = compare(shuffled, read_variants(DEFAULT, SETS), notes=book.ledger.notes, customers=book.ledger.customers)
    pd.testing.assert_frame_equal(again.variants, found.variants)
    pd.testing.assert_frame_equal(again.moves, found.moves)


def test_side_by_side_has_a_column_for_each_policy(found):
    wide = side_by_side(found, "at_stake")
    assert [*wide.columns] == ["currency", "action", *found.names]
    assert wide[found.names].sum(axis=1).gt(0).all()
    assert len(wide) == len(found.actions) / len(found.names)


# what is said


def small(ledger_of, **tables):
    invoices = [
        ("C1", "A", "2026-08-01", "2026-08-31", 300.0, None),
        ("C2", "B", "2026-09-22", "2026-10-22", 80.0, None),
        ("C3", "C", "2026-10-20", "2026-11-20", 50.0, None),
    ]
    return ledger_of(invoices, **tables)


def test_the_words_say_what_moves_and_why(ledger_of):
    ledger = small(ledger_of)
    policies = read_variants(DEFAULT, ["contact.small=25,100"])
    lines = words(compare(ledger.at(DAY), policies, customers=ledger.customers)).split("\n")
    assert lines[0] == "What if, as of 2026-10-31"
    assert lines[2] == ("  A  as it is: 2 accounts to work on, 0.3 hours, 13 at 40 an hour; past due and left alone: 0.00 EUR")
    assert lines[3] == "  B  contact.small=25: nobody moves"
    assert lines[4] == (
        "  C  contact.small 25 -> 100: 1 of 3 accounts treated otherwise; 1 account to work on, 0.2 hours, 10 at 40 an hour; "
        "past due and left alone: 80.00 EUR (-0.1 hours)"
    )
    assert "EUR: accounts and what is past due on them, by action" in lines
    assert "Who moves from A to B: nobody" in lines
    at = lines.index("Who moves from A to C: 1 account")
    assert lines[at + 1] == "  C2 (C2), 80.00 EUR past due: reminder -> none"
    assert lines[at + 2].startswith("      reminder: 80.00 EUR past due, oldest 9 days")
    assert lines[at + 3].startswith("      small-remainder: only 80.00 EUR past due")


def test_long_lists_are_cut_and_say_so(found):
    told = words(found, most=2)
    moved = (found.moves["variant"] == found.names[2]).sum()
    assert f"  and {moved - 2} more" in told.split("\n")


def test_where_nothing_is_open_nobody_moves(ledger_of):
    ledger = ledger_of([("C1", "A", "2026-08-01", "2026-08-31", 300.0, "2026-08-30")])
    none = compare(ledger.at(DAY), read_variants(DEFAULT, ["contact.small=100"]))
    assert (len(none.variants), len(none.actions), len(none.moves)) == (0, 0, 0)
    assert sentences(none) == [
        "as it is: 0 accounts to work on, 0.0 hours, 0 at 40 an hour; past due and left alone: nothing",
        "contact.small=100: nobody moves",
    ]
    assert words(none).endswith("Who moves from A to B: nobody")


def test_without_documents_it_is_refused_in_four_lines(ledger_of):
    documents = small(ledger_of).at("2020-01-31")
    with pytest.raises(DayRefused, match=r"^on that day there is no document yet\.\n  expected: .*\n  got: none\n  fix: say"):
        compare(documents, {AS_IT_IS: Policy.parse("")})


def test_the_command_prints_both_in_words_and_as_json(tmp_path, capsys):
    assert main(["sample", str(tmp_path / "s"), "--customers", "14", "--months", "18"]) == 0
    capsys.readouterr()
    command = ["what-if", str(tmp_path / "s"), "--as-of", DAY, "--set", "contact.recent_days=60"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert told.startswith("What if, as of 2026-10-31\n")
    assert "Who moves from A to B: " in told
    assert main([*command, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["as_of"] == DAY
    assert {row["variant"] for row in said["variants"]} == {AS_IT_IS, "contact.recent_days=60"}
    assert all(sentence in told for sentence in said["sentences"])


@pytest.mark.parametrize(
    ("setting", "status", "words"),
    [
        ("contact.smal=3", 3, "PolicyRefused: 'contact.smal' in the changes cannot be followed"),
        ("contact.small", 2, "ArkitError: 'contact.small' is no change of the policy"),
    ],
)
def test_the_command_refuses_before_anything_is_read(tmp_path, capsys, setting, status, words):
    assert main(["what-if", str(tmp_path / "absent"), "--as-of", DAY, "--set", setting]) == status
    assert words in capsys.readouterr().err


def test_the_notebook_runs_from_first_cell_to_last_and_its_slider_draws_the_policy_it_stands_on(tmp_path):
    pytest.importorskip("ipywidgets")
    write_sample(tmp_path / "exports", customers=14, months=10, seed=5)
    parameters = {"EXPORTS": str(tmp_path / "exports"), "SETS": ["contact.recent_days=30"]}
    parameters |= {"CURVE": ("contact.grace_days", ["0", "20"])}
    node = run_notebook(find_notebook("what_if"), parameters, folder=tmp_path)
    outputs = {cell.id: cell.outputs for cell in node.cells if cell.cell_type == "code"}
    assert not [one for shown in outputs.values() for one in shown if one.output_type in ("error", "stream")]
    drawn = [
        name for name, shown in outputs.items() if any("application/vnd.plotly.v1+json" in one.get("data", {}) for one in shown)
    ]
    assert drawn == ["picture", "hours-and-money", "curve-picture"]
    assert 10 <= len(node.cells) - 1 <= 20
    assert any("application/vnd.jupyter.widget-view+json" in output.data for output in outputs["slide"])
    states = node.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    (shown,) = [state["state"]["outputs"] for state in states if state["model_name"] == "OutputModel"]
    assert any("5 days of grace" in str(output["data"].get("application/vnd.plotly.v1+json")) for output in shown)
