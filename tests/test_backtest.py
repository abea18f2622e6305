import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from arkit.actions import recommend
from arkit.backtest import Backtest, replay, report, sentences, write_backtest
from arkit.backtest.judging import DIFFERENCE, FLAGGED, HINDSIGHT, MEDIAN, ORDER_NAMES, REST, comparisons, picked
from arkit.backtest.replaying import HORIZONS, IDLE, as_then, look_back
from arkit.backtest.result import judge
from arkit.backtest.sampling import DRAWS, between, drawn_sums, newcombe, wilson
from arkit.backtest.words import NO_PROOF
from arkit.cli import main
from arkit.errors import DayRefused, OutputRefused
from arkit.history import profile
from arkit.importers import load
from arkit.ledger import Ledger
from arkit.policy import DEFAULT
from arkit.report import find_notebook, run_notebook
from arkit.sample import sample_ledger
from arkit.scores import score
from arkit.tables import (
    CALIBRATIONS,
    COMPARISONS,
    EARLINESS,
    LOSSES,
    NOTES,
    ORDER_TOTALS,
    ORDERS,
    REPLAYS,
    STABILITY,
)  # fmt: skip

DAY = "2026-10-31"
SAMPLE = Path(__file__).parents[1] / "data" / "sample"
#: An invoice paid in time, so that something was ever settled.
PROMPT = ("D", "B", "2026-01-05", "2026-02-04", 50.0, "2026-02-01")
SHAPES = {
    "replays": REPLAYS, "comparisons": COMPARISONS, "orders": ORDERS, "order_totals": ORDER_TOTALS, "losses": LOSSES,
    "earliness": EARLINESS, "stability": STABILITY, "calibrations": CALIBRATIONS,
}  # fmt: skip


@pytest.fixture(scope="module")
def book():
    """A made-up company, its past, and the backtest made of it."""
    ledger = sample_ledger(customers=40, months=18)
    past = look_back(ledger, DAY, 6, DEFAULT)
    return SimpleNamespace(ledger=ledger, past=past, found=judge(past))


def list_of(ledger, day):
    """The list as the month makes it on a day; notes as they stood then."""
    documents, notes = ledger.at(day), as_then(ledger.notes, day)
    profiles = profile(documents, notes=notes)
    rows = recommend(documents, score(profiles), notes, profiles=profiles, customers=ledger.customers)
    flagged = ~rows["action"].isin(IDLE) | rows["rule"].isin(["in-touch", "deadline-runs"])
    return rows.assign(flagged=flagged)[rows["at_stake"].gt(0) | flagged]


def by_hand(*rows, notes=(), **tables):
    """A ledger of one currency: customer, number, kind, day, due day, amount."""
    entries = pd.DataFrame(rows, columns=["customer_id", "document_id", "kind", "date", "due_date", "amount"])
    said = pd.DataFrame(notes) if notes else None
    return Ledger(entries.assign(currency="EUR"), notes=said, **tables)


# only what was known then


@pytest.mark.parametrize("place", [0, 3, 5])
def test_each_list_is_the_one_that_books_cut_on_that_day_give(book, place):
    day = book.found.days[place]
    mine = book.found.replays[book.found.replays["as_of"].eq(day)].reset_index(drop=True)
    theirs = REPLAYS.conform(list_of(book.ledger.until(day), day))
    pd.testing.assert_frame_equal(mine, theirs[REPLAYS.names].reset_index(drop=True))


def test_shuffling_the_future_changes_no_list(book):
    day, rng = book.found.days[3], np.random.default_rng(3)
    table = book.ledger.entries.copy()
    later = table["date"].gt(day)
    table.loc[later, "amount"] = rng.permutation(table.loc[later, "amount"].to_numpy())
    table.loc[later, "date"] = day + pd.to_timedelta(rng.integers(1, 90, later.sum()), unit="D")
    table.loc[later, "kind"] = table.loc[later, "kind"].where(table.loc[later, "kind"].eq("invoice"), "payment")
    notes = book.ledger.notes
    notes = notes.assign(kind=notes["kind"].mask(notes["date"].gt(day), "handed_over"))
    other = look_back(Ledger(table, book.ledger.customers, notes=notes), DAY, 6, DEFAULT)
    assert not other.items.equals(book.past.items)
    for before in book.found.days[:4]:
        pd.testing.assert_frame_equal(*(past.lists[past.lists["as_of"].eq(before)] for past in (other, book.past)))


def notes_of(*rows):
    return NOTES.conform(
        pd.DataFrame(rows, columns=["date", "kind", "until", "outcome"]).assign(customer_id="C", document_id="A")
    )


@pytest.mark.parametrize(
    ("rows", "outcomes"),
    [
        ([("2026-03-01", "promise", "2026-04-10", "kept")], [""]),
        ([("2026-03-01", "promise", "2026-03-20", "kept")], ["kept"]),
        ([("2026-03-01", "promise", "2026-03-31", "kept")], [""]),
        ([("2026-03-01", "dispute", None, "resolved")], [""]),
        ([("2026-03-01", "dispute", None, "open"), ("2026-03-20", "dispute", None, "resolved")], ["open", "resolved"]),
        ([("2026-03-01", "promise", None, ""), ("2026-03-20", "promise", None, "broken")], ["", ""]),
        ([("2026-03-01", "plan", "2026-09-30", "offered")], ["offered"]),
        ([("2026-03-01", "call", None, "reached"), ("2026-04-01", "call", None, "reached")], ["reached"]),
    ],
)
def test_an_outcome_counts_once_it_could_be_known(rows, outcomes):
    assert as_then(notes_of(*rows), pd.Timestamp("2026-03-31"))["outcome"].tolist() == outcomes


def test_filling_in_an_outcome_later_changes_no_list_of_a_day_before(ledger_of):
    invoices = [("C", "A", "2026-01-05", "2026-02-04", 900.0, "2026-06-01"), PROMPT]
    promise = {"date": "2026-03-25", "customer_id": "C", "document_id": "A", "kind": "promise", "until": "2026-04-10"}
    lists = [
        look_back(ledger_of(invoices, notes=[promise | {"outcome": outcome}]), "2026-06-30", 4, DEFAULT).lists
        for outcome in ("", "broken")
    ]
    march = [rows[rows["as_of"].eq("2026-03-31")] for rows in lists]
    assert march[0]["rule"].tolist() == ["promise-running"]
    pd.testing.assert_frame_equal(*march)


# what came


def test_what_is_left_later_is_what_the_ledger_says_then(book):
    items = book.past.items
    for days in HORIZONS:
        day = book.found.days[1]
        then = day + pd.Timedelta(days=days)
        rows = items[items["as_of"].eq(day)]
        assert rows[f"known_{days}"].all()
        documents = book.ledger.at(then)
        rows = rows[~rows["document_id"].isin(documents.loc[documents["written_off"].gt(0), "document_id"])]
        later = documents.drop_duplicates("document_id").set_index("document_id")["open_amount"]
        owed = (later.reindex(rows["document_id"]).fillna(0).clip(lower=0) * 100).round().to_numpy()
        assert np.minimum(owed, rows["open"]).tolist() == rows[f"left_{days}"].tolist()
    assert not items.loc[items["as_of"].eq(book.found.days[-1]), "known_60"].any()


HAND = [
    ("late", "L1", "invoice", "2026-01-01", "2026-01-31", 1000.0),
    ("late", "L1", "payment", "2026-03-10", None, -400.0),
    ("late", "L1", "write_off", "2026-03-20", None, -600.0),
    ("soon", "S1", "invoice", "2026-01-01", "2026-02-20", 500.0),
    ("soon", "S1", "payment", "2026-03-05", None, -500.0),
    ("back", "B1", "invoice", "2026-01-01", "2026-02-20", 300.0),
    ("back", "B1", "credit_note", "2026-03-10", None, -300.0),
    ("ever", "E1", "invoice", "2026-01-01", "2026-02-20", 200.0),
    ("end", "N1", "invoice", "2026-04-30", "2026-05-30", 80.0),
]
SOON_LOST = DEFAULT.changed({"backtest.lost_after_days": 50})


@pytest.fixture(scope="module")
def hand():
    return look_back(by_hand(*HAND), "2026-04-30", 3, SOON_LOST)


def test_written_off_is_unpaid_and_credited_is_settled(hand):
    items = hand.items[hand.items["as_of"].eq("2026-02-28")].set_index("document_id")
    assert items["open"].to_dict() == {"L1": 100_000, "S1": 50_000, "B1": 30_000, "E1": 20_000}
    assert items["left_30"].to_dict() == {"L1": 60_000, "S1": 0, "B1": 0, "E1": 20_000}
    assert items["left_60"].to_dict() == {"L1": 60_000, "S1": 0, "B1": 0, "E1": 20_000}
    assert not items["known_90"].any()
    assert items["done_on"].dropna().to_dict() == {"S1": pd.Timestamp("2026-03-05"), "B1": pd.Timestamp("2026-03-10")}
    assert items["how"].where(items["lost_on"].notna()).dropna().to_dict() == {"L1": "written off", "E1": "too old"}
    assert items["lost_on"].dropna().to_dict() == {"L1": pd.Timestamp("2026-03-20"), "E1": pd.Timestamp("2026-04-12")}


def test_what_was_lost_is_told_with_when_each_order_first_had_it(hand):
    lost = judge(hand, SOON_LOST).losses.set_index("document_id")
    assert lost["amount"].to_dict() == {"L1": 1000.0, "E1": 200.0}
    assert lost["flagged_on"].to_dict() == {"L1": pd.Timestamp("2026-02-28"), "E1": pd.Timestamp("2026-02-28")}
    assert lost["days_before"].to_dict() == {"L1": 20, "E1": 43}
    assert lost["lists_before"].to_dict() == {"L1": 1, "E1": 2}
    assert lost["days_late_then"].to_dict() == {"L1": 28, "E1": 8}
    assert lost["first_action"].to_dict() == {"L1": "reminder", "E1": "reminder"}


def test_the_bound_for_losses_is_the_policys():
    later = DEFAULT.changed({"backtest.lost_after_days": 90})
    assert replay(by_hand(*HAND), "2026-04-30", months=3, policy=later).losses["document_id"].tolist() == ["L1"]


def test_a_remainder_too_small_to_ask_for_is_paid(ledger_of):
    ledger = by_hand(
        ("C", "A", "invoice", "2026-01-01", "2026-01-31", 1000.0),
        ("C", "A", "payment", "2026-03-05", None, -990.0),
        ("D", "B", "invoice", "2026-05-01", "2026-05-31", 1000.0),
        ("D", "B", "payment", "2026-05-05", None, -1000.0),
    )
    items = look_back(ledger, "2026-05-31", 5, DEFAULT).items
    row = items[items["as_of"].eq("2026-02-28")].iloc[0]
    assert (row["left_30"], row["unpaid_30"], row["done_on"]) == (1000, False, pd.Timestamp("2026-03-05"))
    assert items.loc[items["document_id"].eq("A"), "as_of"].max() < pd.Timestamp("2026-03-31")


# the judgement


def test_every_table_has_its_shape(book):
    for name, shape in SHAPES.items():
        assert [*getattr(book.found, name).columns] == shape.names, name


def test_shares_are_those_of_the_items(book):
    items = book.past.items
    late = items[items["days_late"].gt(0) & items["known_30"]]
    table = book.found.comparisons.set_index(["measure", "currency", "days", "group"])
    for group, rows in (
        (FLAGGED, late[late["flagged"]]),
        (REST, late[~late["flagged"]]),
        ("call", late[late["action"].eq("call")]),
    ):
        row = table.loc[("unpaid", "", 30, group)]
        assert (row["documents"], row["customers"]) == (len(rows), rows["customer_id"].nunique())
        assert row["value"] == pytest.approx(rows["unpaid_30"].mean())
        euro = rows[rows["currency"].eq("EUR")]
        assert table.loc[("unpaid money", "EUR", 30, group), "value"] == pytest.approx(
            euro["left_30"].sum() / euro["open"].sum()
        )
    told = table.dropna(subset=["value", "low", "high"])
    assert (told["low"] <= told["value"] + 1e-9).all()
    assert (told["high"] >= told["value"] - 1e-9).all()


def test_the_difference_is_flagged_less_the_rest(book):
    table = book.found.comparisons.set_index(["measure", "currency", "days", "group"])["value"]
    for days in HORIZONS:
        flagged, rest, gap = (table[("unpaid", "", days, group)] for group in (FLAGGED, REST, DIFFERENCE))
        assert gap == pytest.approx(flagged - rest)


def test_the_median_is_that_of_what_was_followed(book):
    items = book.past.items
    rows = items[items["days_late"].gt(0) & items["known_90"] & ~items["flagged"]]
    days = (rows["done_on"] - rows["as_of"]).dt.days.fillna(10**6).sort_values().to_numpy()
    told = book.found.comparisons.set_index(["measure", "group"]).loc[(MEDIAN, REST), "value"]
    assert told == days[(len(days) + 1) // 2 - 1]


def test_orders_get_equally_many_contacts_and_none_beats_hindsight(book):
    rows = book.found.orders
    assert rows.groupby(["as_of", "currency"])["contacts"].nunique().eq(1).all()
    assert rows.groupby(["as_of", "currency"])["order"].nunique().eq(len(ORDER_NAMES)).all()
    totals = book.found.order_totals.set_index(["currency", "days", "order"])
    best = totals.xs(HINDSIGHT, level="order")["unpaid"]
    for order in ORDER_NAMES:
        assert (totals.xs(order, level="order")["unpaid"] <= best + 0.001).all()
    reached = rows.pivot(index=["as_of", "currency"], columns="order", values="reached")
    assert (reached["largest first"] >= reached["policy"]).all()
    assert (rows["reached"] <= rows["past_due"] + 0.001).all()


def test_the_plain_orders_take_the_oldest_and_the_largest(book):
    picks = picked(book.past)
    for _, rows in picks.groupby(["as_of", "currency"]):
        k = int(rows["policy"].sum())
        for order, by in (("oldest first", "oldest_days_late"), ("largest first", "stake")):
            assert rows[order].sum() == k
            taken, others = rows.loc[rows[order], by], rows.loc[~rows[order], by]
            assert taken.empty or others.empty or taken.min() >= others.max()


def test_order_totals_are_the_sums_of_the_months(book):
    rows = book.found.orders
    for days in (30, 60):
        known = rows[rows[f"unpaid_{days}"].notna()].groupby(["currency", "order"])
        totals = book.found.order_totals.set_index(["days", "currency", "order"])
        for place, amount in known[f"unpaid_{days}"].sum().items():
            assert totals.loc[(days, *place), "unpaid"] == pytest.approx(amount)
            assert totals.loc[(days, *place), "contacts"] == known["contacts"].sum()[place]


def test_holds_that_a_plain_order_would_have_written_over_are_counted(book):
    picks = picked(book.past)
    mine = picks[picks["oldest first"] & picks["action"].eq("hold")]
    assert len(mine)
    told = book.found.orders[book.found.orders["order"].eq("oldest first")]
    assert told["held"].sum() == len(mine)
    assert book.found.orders.loc[book.found.orders["order"].eq("policy"), "held"].sum() == 0


def test_losses_and_earliness_agree(book):
    lost, early = book.found.losses, book.found.earliness
    assert len(lost)
    whole = early[early["by"].eq("at any time") & early["order"].eq("policy")].set_index("currency")
    seen = lost[lost["flagged_on"].notna()].groupby("currency")["amount"].sum()
    assert whole["amount"].round(2).to_dict() == seen.reindex(whole.index, fill_value=0).round(2).to_dict()
    assert whole["lost"].sum() == pytest.approx(lost["amount"].sum())
    shares = early.pivot(index=["order", "currency"], columns="by", values="share")
    assert (shares["before it was past due"] <= shares["up to 30 days past due"]).all()
    assert (shares["up to 90 days past due"] <= shares["at any time"]).all()


def test_who_comes_and_goes_adds_up(book):
    rows = book.found.stability
    later = rows.iloc[1:]
    assert later["on_list"].tolist() == (later["stayed"] + later["new"]).tolist()
    assert rows["on_list"].iloc[:-1].tolist() == (later["stayed"] + later["cleared"] + later["dropped"]).tolist()
    assert rows.iloc[0][["stayed", "new", "cleared", "dropped", "back_and_forth"]].eq(0).all()


def on_and_off(ledger_of, note):
    """One account past due for four month-ends, with a word from the end of the second one."""
    invoices = [("C", "A", "2026-01-05", "2026-02-04", 900.0, None), PROMPT]
    invoices.append(("D", "Z", "2026-06-01", "2026-06-30", 9.0, "2026-06-30"))
    return replay(ledger_of(invoices, notes=[{"customer_id": "C", "document_id": "A"} | note]), "2026-06-30", months=4)


def test_an_account_that_goes_off_and_on_again_went_back_and_forth(ledger_of):
    found = on_and_off(ledger_of, {"date": "2026-03-25", "kind": "promise", "until": "2026-04-10"})
    assert found.replays.set_index("as_of")["rule"][pd.Timestamp("2026-03-31")] == "promise-running"
    assert found.stability["on_list"].tolist() == [1, 0, 1, 1]
    assert found.stability["back_and_forth"].tolist() == [0, 0, 1, 0]
    assert found.stability["dropped"].tolist() == [0, 1, 0, 0]


def test_an_account_that_somebody_was_just_in_touch_with_is_in_hand_and_on_the_list(ledger_of):
    found = on_and_off(ledger_of, {"date": "2026-03-29", "kind": "call", "outcome": "reached"})
    assert found.replays.set_index("as_of").loc[pd.Timestamp("2026-03-31"), ["rule", "flagged"]].tolist() == ["in-touch", True]
    assert found.stability["on_list"].tolist() == [1, 1, 1, 1]
    in_hand = found.comparisons.set_index(["measure", "days", "group"]).loc[("unpaid", 30, "in hand")]
    assert (in_hand["documents"], in_hand["value"]) == (1, 1.0)
    assert "or a day that was set had not passed (25% of those on it)." in sentences(found)[0]


# chance


def test_drawing_customers_gives_the_range_that_theory_gives():
    rng = np.random.default_rng(1)
    hits = rng.random((400, 1)) < 0.3
    sums = drawn_sums(np.column_stack([hits, np.ones(400)]))
    low, high = between((sums[:, 0] / sums[:, 1])[:, None], 400)
    half = 1.96 * np.sqrt(0.3 * 0.7 / 400)
    assert len(sums) == DRAWS
    assert high[0] - low[0] == pytest.approx(2 * half, rel=0.15)


def test_invoices_of_one_customer_are_no_evidence_by_their_number():
    alike = drawn_sums(np.column_stack([np.repeat([0.0, 100.0], 10), np.full(20, 100.0)]))
    low, high = between((alike[:, 0] / alike[:, 1])[:, None], 20)
    assert high[0] - low[0] > 0.3


def test_shares_of_nothing_or_all_keep_a_range():
    low, high = wilson(np.array([0.0, 10.0, 0.0]), np.array([10.0, 10.0, 0.0]))
    assert (low[0], high[1]) == (0, pytest.approx(1))
    assert 0.2 < high[0] < 0.35
    assert np.isnan(low[2])
    apart = newcombe((0.0, 0.0, 0.3), (0.0, 0.0, 0.3))
    assert apart == (pytest.approx(-0.3), pytest.approx(0.3))


def called(past, flagged):
    """Whether a flag on customers is called a finding about what is unpaid 30 days later."""
    changed = dataclasses.replace(past, items=past.items.assign(flagged=flagged))
    gap = comparisons(changed).set_index(["measure", "days", "group"]).loc[("unpaid", 30, DIFFERENCE)]
    return not gap["low"] <= 0 <= gap["high"]


def test_a_coin_is_rarely_called_a_finding_and_what_is_known_afterwards_always(book):
    items, rng = book.past.items, np.random.default_rng(2)
    codes, names = pd.factorize(items["customer_id"])
    coins = [pd.Series(rng.random(len(names)) < 0.5, dtype="bool").to_numpy()[codes] for _ in range(12)]
    assert sum(called(book.past, coin) for coin in coins) <= 2
    assert called(book.past, items["unpaid_30"])


# what is said


def test_the_words_say_the_numbers_of_the_tables(book):
    told = sentences(book.found)
    row = book.found.comparisons.set_index(["measure", "days", "group"]).loc[("unpaid", 30, FLAGGED)]
    assert told[0].startswith("6 month-ends from 2026-04-30 to 2026-09-30, each with what was known that evening; ")
    assert (
        f"customers on the list {row['value']:.0%} ({row['low']:.0%} to {row['high']:.0%}) were still unpaid 30 days" in told[1]
    )
    assert told[-1] == NO_PROOF
    assert NO_PROOF.startswith("That money came after somebody was asked does not prove that the asking brought it")
    text = report(book.found)
    assert all(f"- {sentence}" in text for sentence in told)
    assert "nan" not in text.lower().replace("finan", "")


def verdict_of(low, high, value=0.2):
    """What is said of a difference with this range."""
    base = {"measure": "unpaid", "currency": "", "days": 30, "documents": 100, "customers": 50, "low": low, "high": high}
    groups = [base | {"group": group, "value": share} for group, share in ((FLAGGED, 0.5), (REST, 0.3), (DIFFERENCE, value))]
    return pd.DataFrame(groups)


@pytest.mark.parametrize(
    ("low", "high", "value", "words"),
    [
        (0.1, 0.3, 0.2, "+20 points (95 % range +10 to +30), more than chance: the list names those who pay later."),
        (-0.1, 0.3, 0.2, "+20 points (95 % range -10 to +30), which chance alone can give: no finding."),
        (-0.3, -0.1, -0.2, "-20 points (95 % range -30 to -10), more than chance, and the wrong way round: the list names"),
        (np.nan, np.nan, 0.2, "+20 points, of fewer than 8 customers, which is no finding either way."),
    ],
)
def test_a_difference_is_called_by_its_range(book, low, high, value, words):
    changed = dataclasses.replace(book.found, comparisons=COMPARISONS.conform(verdict_of(low, high, value)))
    assert words in sentences(changed)[1]


@pytest.mark.parametrize(
    ("less", "low", "high", "words"),
    [
        (
            90.0,
            10.0,
            170.0,
            "Oldest first reached 90.00 EUR more, more than chance: by this measure the plain order was better",
        ),
        (90.0, -10.0, 170.0, "Oldest first reached 90.00 EUR more, which chance alone can give."),
        (-90.0, -170.0, -10.0, "Oldest first reached 90.00 EUR less, more than chance."),
        (90.0, np.nan, np.nan, "Oldest first reached 90.00 EUR more, of too few customers to call it a finding."),
        (0.0, 0.0, 0.0, "Oldest first reached as much."),
    ],
)
def test_it_is_said_where_a_plain_order_was_better(book, less, low, high, words):
    totals = book.found.order_totals.copy()
    here = totals["order"].eq("oldest first") & totals["currency"].eq("EUR")
    totals.loc[here, ["less_policy", "less_low", "less_high"]] = [less, low, high]
    assert any(words in line for line in sentences(dataclasses.replace(book.found, order_totals=totals)))


def test_a_policy_that_asks_nobody_is_told_so(ledger_of):
    invoices = [
        (f"C{i}", f"{i}-{m}", f"2026-0{m}-01", f"2026-0{m}-20", 20.0, f"2026-0{m + 1}-15")
        for i in range(3)
        for m in (1, 2, 3, 4)
    ]
    told = sentences(replay(ledger_of(invoices), "2026-05-15", months=3))
    assert told[1].startswith("The policy asked nobody on any of them, though 9 accounts stood past due (half of them with at ")
    assert "The rules that decided: small-remainder (9)." in told[1]
    assert told[-1] == NO_PROOF


def test_where_nothing_was_past_due_that_is_said(ledger_of):
    invoices = [("C", str(m), f"2026-0{m}-01", f"2026-0{m}-20", 20.0, f"2026-0{m}-15") for m in (1, 2, 3, 4)]
    told = sentences(replay(ledger_of(invoices), "2026-04-15", months=2))
    assert told[1:] == ["Nothing was past due on any of them, so there was nobody to ask.", NO_PROOF]


def test_what_one_should_know_before_is_said(ledger_of, book):
    short = replay(ledger_of([("C", "A", "2026-01-05", "2026-02-04", 900.0, "2026-03-25")]), "2026-12-31")
    assert short.until == pd.Timestamp("2026-03-25")
    assert short.remarks[0] == "The books end on 2026-03-25: nothing later is known, so that day is the last one looked at."
    assert short.remarks[1] == "Only 2 month-ends could be replayed: the books begin on 2026-01-05."
    assert short.remarks[2].startswith("No notes were read: contacts, promises and disputes of the time are unknown")
    assert any(remark.startswith("Marks of customers ") for remark in book.found.remarks)


def test_outcomes_without_a_day_are_named(ledger_of):
    dispute = {"date": "2026-02-10", "customer_id": "C", "document_id": "A", "kind": "dispute", "outcome": "resolved"}
    found = replay(ledger_of([("C", "A", "2026-01-05", "2026-02-04", 900.0, "2026-04-25")], notes=[dispute]), "2026-04-25")
    assert found.remarks[-1] == (
        "Outcomes of promises, plans, disputes or holds without a day of their own: 1, taken as not yet known on every day."
    )
    assert found.replays["rule"].tolist() == ["disputed", "disputed"]


# what is refused


def refused(ledger, until):
    with pytest.raises(DayRefused) as said:
        replay(ledger, until)
    lines = str(said.value).split("\n")
    assert len(lines) == 4
    return lines


def test_a_day_before_the_first_invoice_is_refused(ledger_of):
    lines = refused(ledger_of([("C", "A", "2026-01-05", "2026-02-04", 900.0, "2026-04-25")]), "2025-12-31")
    assert lines == [
        "nothing is known by 2025-12-31.",
        "  expected: a day some months after 2026-01-05, when the books begin",
        "  got: no posting up to that day",
        "  fix: say a later --until",
    ]


def test_an_empty_ledger_is_refused():
    assert refused(Ledger(), DAY)[1] == "  expected: exports with postings"


def test_one_month_of_history_is_refused(ledger_of):
    lines = refused(ledger_of([("C", "A", "2026-01-05", "2026-01-14", 900.0, "2026-01-25")]), "2026-02-10")
    assert lines[0] == "the books are too short to look back."
    assert lines[2] == "  got: books from 2026-01-05 to 2026-01-25"


def test_books_without_payments_are_refused(ledger_of):
    lines = refused(
        ledger_of([("C", str(m), f"2026-0{m}-01", f"2026-0{m}-20", 20.0, None) for m in (1, 2, 3, 4)]), "2026-04-30"
    )
    assert lines[0] == "no invoice was ever settled, so nobody can tell who paid later."
    assert lines[2] == "  got: 4 documents by 2026-04-01, none of them a settled invoice"


# lists of open items


def test_a_single_list_of_open_items_is_refused_with_what_to_add():
    one = pd.DataFrame({
        "as_of": [pd.Timestamp(DAY)], "customer_id": "C", "document_id": "A", "kind": "invoice", "currency": "EUR",
        "issued": pd.Timestamp("2026-09-01"), "due_date": pd.Timestamp("2026-10-01"), "amount": 900.0, "open_amount": 900.0,
    })  # fmt: skip
    assert refused(Ledger(snapshots=one), DAY)[1:] == [
        "  expected: a month-end, or a list of open items, and a month of what came after it",
        "  got: books from 2026-10-31 to 2026-10-31",
        "  fix: add lists of open items of earlier days, or a list of invoices with the days they were paid on",
    ]


def test_lists_of_open_items_are_replayed_on_their_days():
    days = pd.to_datetime(["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"])
    rows = [
        {"as_of": day, "customer_id": customer, "document_id": number, "kind": "invoice", "issued": "2026-01-02",
         "due_date": due, "amount": 500.0, "open_amount": 500.0, "currency": "EUR"}
        for customer, number, due, until in (
            ("C", "A", "2026-01-20", 3), ("D", "B", "2026-01-20", 1), ("E", "F", "2026-04-20", 4), ("G", "H", "2026-01-20", 2),
        )
        for day in days[:until]
    ]  # fmt: skip
    past = look_back(Ledger(snapshots=pd.DataFrame(rows)), "2026-04-30", None, DEFAULT)
    assert past.days == [*days[:3]]
    january = past.items[past.items["as_of"].eq(days[0])].set_index("document_id")
    # 30 days later is 2 March, and the list nearest to it that of 28 February; 60 days later that of 31 March
    assert january["left_30"].to_dict() == {"A": 50_000, "B": 0, "F": 50_000, "H": 50_000}
    assert january["left_60"].to_dict() == {"A": 50_000, "B": 0, "F": 50_000, "H": 0}
    assert january["left_90"].to_dict() == {"A": 0, "B": 0, "F": 50_000, "H": 0}
    assert any(remark.startswith("Lists of open items do not say on which day") for remark in past.remarks)
    assert sentences(replay(Ledger(snapshots=pd.DataFrame(rows)), "2026-04-30"))[-1] == NO_PROOF


# chances


def fake_card(ledger, until, *, origins, policy):
    deciles = pd.DataFrame({"horizon": 30, "decile": range(1, 11), "n": 100, "said": np.linspace(0.05, 0.95, 10)})
    deciles["came"] = deciles["said"].mask(deciles["decile"].eq(10), 0.5)
    return SimpleNamespace(deciles=deciles, origins=[pd.Timestamp("2026-01-31")] * origins)


def test_chances_are_compared_tenth_by_tenth_and_each_document_counts_once(book, monkeypatch):
    monkeypatch.setattr("arkit.forecast.evaluate", fake_card)
    found = replay(book.ledger, DAY, months=1, origins=2)
    documents = book.ledger.at(DAY)
    there = documents["kind"].eq("invoice") & (~documents["settled"] | documents["settled_on"].gt("2026-01-31"))
    assert found.calibrations["documents"].sum() == pytest.approx(min(there.sum(), 1000))
    assert found.calibrations["came_low"].lt(found.calibrations["came"]).all()
    (line,) = [line for line in sentences(found) if line.startswith("Of the chances")]
    assert "the tenth nearest to 30 % said 25% and 25% came" in line
    assert "in 9 of 10 tenths what was said lies in the range of what came. Farthest off: said 95%, came 50%." in line
    assert "Chances to be paid within 30 days, by tenths" in report(found)


def test_where_history_is_too_short_for_chances_that_is_said(ledger_of):
    found = replay(ledger_of([("C", "A", "2026-01-05", "2026-02-04", 900.0, "2026-04-25")]), "2026-04-25", origins=1)
    assert found.calibrations.empty
    assert found.remarks[-1].startswith("Whether chances hold was not tried: the ledger is too short for a report card.")


# what is left behind, and the command


def test_a_backtest_is_written_once(book, tmp_path):
    target = write_backtest(tmp_path / "b", book.found, report(book.found))
    assert sorted(path.name for path in target.iterdir()) == ["backtest.json", "backtest.txt", "tables"]
    assert sorted(path.stem for path in (target / "tables").iterdir()) == sorted(SHAPES)
    told = pd.read_csv(target / "tables" / "replays.csv", dtype={"customer_id": "str"})
    assert len(told) == len(book.found.replays)
    plain = json.loads((target / "backtest.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert plain["until"] == DAY
    assert plain["stability"][0]["as_of"] == "2026-04-30"
    assert plain["losses"][0]["lost_on"] == f"{book.found.losses['lost_on'].iloc[0]:%Y-%m-%d}"
    with pytest.raises(OutputRefused, match=r"already holds something\.\n.*\n  got: backtest\.json, backtest\.txt, tables\n"):
        write_backtest(target, book.found, "")


def test_the_command_prints_the_report(tmp_path, capsys):
    assert main(["sample", str(tmp_path / "s"), "--customers", "14", "--months", "14"]) == 0
    capsys.readouterr()
    command = ["backtest", str(tmp_path / "s"), "--months", "2", "--origins", "0"]
    assert main([*command, "--out", str(tmp_path / "b")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("Backtest until 2026-10-31\n\n- 2 month-ends from 2026-08-31 to 2026-09-30")
    assert said.err == f"written: {tmp_path / 'b'}\n"
    assert (tmp_path / "b" / "backtest.txt").read_text("utf-8") == said.out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["days"] == ["2026-08-31", "2026-09-30"]
    assert main([*command, "--out", str(tmp_path / "b")]) == 3
    assert "already holds something" in capsys.readouterr().err
    assert main([*command, "--until", "2020-01-31"]) == 3
    assert "DayRefused: nothing is known by 2020-01-31." in capsys.readouterr().err


def test_a_published_ledger_without_notes_is_replayed(shared):
    ledger = load(shared("data/ibm"), currency="USD")
    found = replay(ledger, "2013-06-30", months=3)
    assert isinstance(found, Backtest)
    assert found.stability["past_due"].gt(0).all()
    late = ledger.at(found.days[1])
    late = late[late["open_amount"].gt(0) & late["days_late"].gt(0)]
    assert found.stability["past_due"].iloc[1] == late["customer_id"].nunique()


def test_the_notebook_runs_from_first_cell_to_last_and_leaves_the_report(tmp_path):
    parameters = {"EXPORTS": str(SAMPLE), "MONTHS": 2, "ORIGINS": 0, "OUT": str(tmp_path / "out")}
    node = run_notebook(find_notebook("backtest"), parameters, folder=tmp_path)
    outputs = [output for cell in node.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    assert sum("application/vnd.plotly.v1+json" in output.get("data", {}) for output in outputs) == 2
    assert (
        (tmp_path / "out" / "backtest.txt").read_text("utf-8").startswith("Backtest until 2026-10-31\n\n- 2 month-ends from ")
    )
    assert 10 <= len(node.cells) - 1 <= 20
