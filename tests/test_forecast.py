import io
import json
import pickle
import zipfile
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from arkit.cli import main
from arkit.errors import ForecastRefused
from arkit.forecast import PaymentForecast, cash_forecast, compared, evaluate, features, verdict
from arkit.forecast import words as card_words
from arkit.forecast.cash import smooth
from arkit.forecast.curves import Curves
from arkit.forecast.known import FACTS, look
from arkit.forecast.learner import Boosting, Both, Calibrated, Logistic
from arkit.forecast.lives import NEVER, Lives
from arkit.forecast.ranges import LEVELS, STAGES
from arkit.forecast.said import Said
from arkit.forecast.steps import EDGES, NAMES, STEPS, chance, days_at, days_to_money, followed, lay_out
from arkit.importers import load
from arkit.ledger import Ledger
from arkit.policy import DEFAULT
from arkit.sample import company, sample_ledger, write_sample

DAY = "2026-10-31"
CHANCES = ["p_7", "p_14", "p_30", "p_60", "p_90"]
KEY = ["as_of", "customer_id", "document_id"]


def number(day):
    return (pd.Timestamp(day) - pd.Timestamp(0)).days


@pytest.fixture(scope="module")
def book():
    """The made-up company, the model of its last day, and what that says."""
    ledger = sample_ledger()
    documents = ledger.at(DAY)
    model = PaymentForecast().fit(ledger, DAY)
    return SimpleNamespace(ledger=ledger, documents=documents, model=model, forecasts=model.predict(documents))


@pytest.fixture(scope="module")
def small():
    """A book too young to learn from, and its forecast."""
    ledger = sample_ledger(customers=12, months=8)
    return SimpleNamespace(ledger=ledger, documents=ledger.at(DAY), model=PaymentForecast().fit(ledger, DAY))


def entries(*rows):
    table = pd.DataFrame(rows, columns=["document_id", "kind", "date", "due_date", "amount"])
    return table.assign(customer_id="C", currency="EUR")


def outcome(*rows):
    """The first state of the one document: when it was paid, and when it ended."""
    lives = Lives.of_ledger(Ledger(entries(*rows)), DEFAULT)
    row = lives.outcomes().iloc[0]
    return [None if value >= NEVER else str(np.datetime64(int(value), "D")) for value in (row["paid_on"], row["ended_on"])]


INVOICE = ("A", "invoice", "2026-01-01", "2026-01-31", 1000.0)


def test_what_a_list_of_open_items_shows_beside_paid_invoices_counts_as_not_paid_so_far():
    paid = [(str(i), "invoice", "2026-01-01", "2026-01-31", 100.0) for i in range(40)]
    closed = entries(*paid, *[(name, "payment", "2026-02-05", None, -amount) for name, _, _, _, amount in paid])
    items = pd.DataFrame({"document_id": [f"o{i}" for i in range(120)], "due_date": "2026-01-31", "open_amount": 100.0})
    items = items.assign(customer_id="C", currency="EUR", kind="invoice", issued="2026-01-01", as_of=DAY, amount=100.0)
    ledger = Ledger(closed, snapshots=items)
    curve = Curves.of(Lives.of_ledger(ledger, DEFAULT), number(DAY))
    alone = Curves.of(Lives.of_ledger(Ledger(closed), DEFAULT), number(DAY))
    assert 1 - np.exp(-alone.summed[-1, -1]) > 0.95  # all of the closed ones were paid
    assert 1 - np.exp(-curve.summed[-1, -1]) == pytest.approx(40 / 160, abs=0.01)
    table = PaymentForecast().fit(ledger, DAY).predict(ledger.at(DAY))
    assert len(table) == 120
    assert table["p_90"].max() < 0.05


def test_only_money_counts_as_paid():
    assert outcome(INVOICE, ("A", "payment", "2026-02-05", None, -1000.0)) == ["2026-02-05", "2026-02-05"]
    assert outcome(INVOICE, ("A", "credit_note", "2026-02-05", None, -1000.0)) == [None, "2026-02-05"]
    assert outcome(INVOICE, ("A", "write_off", "2026-08-05", None, -1000.0)) == [None, "2026-08-05"]
    assert outcome(INVOICE, ("A", "payment", "2026-02-05", None, -400.0)) == [None, None]


def test_a_small_remainder_is_paid_and_most_of_it_must_be_money():
    assert outcome(INVOICE, ("A", "payment", "2026-02-05", None, -990.0)) == ["2026-02-05", "2026-02-05"]
    part = ("A", "payment", "2026-02-05", None, -300.0)
    assert outcome(INVOICE, part, ("A", "credit_note", "2026-03-01", None, -700.0)) == [None, "2026-03-01"]
    assert outcome(INVOICE, part, ("A", "payment", "2026-03-01", None, -700.0)) == ["2026-03-01", "2026-03-01"]


def test_a_payment_that_comes_back_was_none():
    bounced = [("A", "payment", "2026-02-05", None, -1000.0), ("A", "return", "2026-02-08", None, 1000.0)]
    assert outcome(INVOICE, *bounced) == [None, None]
    assert outcome(INVOICE, *bounced, ("A", "payment", "2026-03-09", None, -1000.0)) == ["2026-03-09", "2026-03-09"]


def test_what_is_open_is_what_the_ledger_says(book):
    days = [pd.Timestamp(day) for day in ("2025-03-17", "2026-05-31", DAY)]
    items = book.ledger.open_items(days)
    small = items["open_amount"].le(DEFAULT.contact.small) & items["open_amount"].le(
        DEFAULT.history.remainder_share * items["amount"]
    )
    theirs = items[items["kind"].eq("invoice") & items["open_amount"].gt(0) & ~small]
    ours = features(book.ledger, days)
    assert set(map(tuple, ours[KEY].to_numpy())) == set(map(tuple, theirs[KEY].to_numpy()))


def same(left, right):
    order = ["document_id", "instalment"]
    left, right = (table.sort_values(order, ignore_index=True) for table in (left, right))
    pd.testing.assert_frame_equal(left[[*KEY, *FACTS]], right[[*KEY, *FACTS]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("day", ["2025-02-28", "2026-03-14", "2026-10-16"])
def test_a_ledger_cut_at_the_day_gives_the_same_features(book, day):
    many = features(book.ledger, ["2025-01-15", day, DAY])
    same(many[many["as_of"].eq(pd.Timestamp(day))], features(book.ledger.until(day), [day]))


def test_shuffling_the_future_changes_no_feature(book):
    day, rng = pd.Timestamp("2026-05-31"), np.random.default_rng(3)
    table = book.ledger.entries.copy()
    later = table["date"].gt(day)
    table.loc[later, "amount"] = rng.permutation(table.loc[later, "amount"].to_numpy())
    table.loc[later, "date"] = day + pd.to_timedelta(rng.integers(1, 150, later.sum()), unit="D")
    table.loc[later, "kind"] = table.loc[later, "kind"].where(table.loc[later, "kind"].eq("invoice"), "payment")
    notes = book.ledger.notes
    notes = notes.assign(outcome=notes["outcome"].mask(notes["date"].gt(day), "resolved"))
    days = ["2026-02-28", day]
    before = features(book.ledger, days)
    after = features(Ledger(table, book.ledger.customers, notes=notes), days)
    for one in days:
        same(*(frame[frame["as_of"].eq(pd.Timestamp(one))] for frame in (before, after)))


def test_a_table_of_documents_tells_the_same_as_the_postings(book):
    day = "2026-06-30"
    model = PaymentForecast().fit(book.ledger.until("2025-01-31"), "2025-01-31")
    known, _, _ = model._look(book.ledger.at(day), book.ledger.notes)
    names = known.lives.documents.iloc[known.lives.states["document"].to_numpy()[known.state]].reset_index(drop=True)
    seen = pd.concat([names[["customer_id", "document_id", "instalment"]], known.facts], axis=1).assign(
        as_of=pd.Timestamp(day).as_unit("s")
    )
    same(seen, features(book.ledger, [day]))


def test_an_open_invoice_moves_what_is_expected_and_an_old_one_only_so_far(ledger_of):
    paid = [("C", str(i), f"2026-0{i + 1}-01", f"2026-0{i + 1}-11", 100.0, f"2026-0{i + 1}-{11 + i:02d}") for i in range(6)]

    def expected(*waiting):
        opened = [("C", f"o{i}", *days, 100.0, None) for i, days in enumerate(waiting)]
        return features(ledger_of([*paid, *opened]), ["2026-09-01"])["late_expected"].iloc[0]

    on_time, late = expected(("2026-08-31", "2026-09-10")), expected(("2026-08-17", "2026-08-27"))
    older, oldest = expected(("2025-08-01", "2025-08-11")), expected(("2020-08-01", "2020-08-11"))
    assert on_time < late < older  # one that is 5 days late tells more than one of yesterday
    assert oldest == pytest.approx(older)  # and one given up long ago no more than one of last year
    assert on_time == pytest.approx(ledger_mean(paid), abs=1.0)


def ledger_mean(paid):
    """Mean days late of some invoices, recent payments first, as they stand on 1 September 2026."""
    late = np.array([number(settled) - number(due) for *_, due, _, settled in paid])
    weight = 0.5 ** ((number("2026-09-01") - np.array([number(settled) for *_, settled in paid])) / 120)
    return (weight * late).sum() / weight.sum()


def test_how_an_invoice_was_sent_counts_against_how_the_paid_ones_were():
    rows = [(name, "invoice", f"2026-0{i + 1}-01", f"2026-0{i + 1}-11", 100.0) for i, name in enumerate("ABCDE")]
    money = [(name, "payment", f"2026-0{i + 1}-15", None, -100.0) for i, name in enumerate("ABC")]
    table = entries(*rows, *money).assign(electronic=[False, False, False, True, False, False, False, False])
    found = features(Ledger(table), ["2026-05-20"]).set_index("document_id")
    assert found["electronic"].tolist() == [1, 0]
    assert 0.5 < found.loc["D", "electronic_new"] < 1  # all of the paid ones were on paper
    assert found.loc["E", "electronic_new"] == 0


def test_an_open_invoice_counts_as_late_so_far_and_customers_do_not_mix(ledger_of):
    ledger = ledger_of(
        [
            ("never", "1", "2026-01-01", "2026-01-31", 100.0, None),
            ("never", "2", "2026-03-01", "2026-03-31", 100.0, None),
            ("prompt", "3", "2026-01-01", "2026-01-31", 100.0, "2026-01-31"),
            ("prompt", "4", "2026-05-20", "2026-06-19", 100.0, None),
        ]
    )
    rows = features(ledger, ["2026-06-10"]).set_index("document_id")
    assert rows.loc["1", "late_so_far"] > 50 > rows.loc["4", "late_so_far"]
    assert rows.loc["2", ["open_others", "late_others", "oldest_late"]].tolist() == [1, 1, 130]
    assert rows.loc["4", ["n", "open_others", "oldest_late", "days_past_due"]].tolist() == [1, 0, 0, -9]


def test_neither_scale_nor_currency_matters(ledger_of):
    invoices = [
        (f"C{i % 3}", str(i), "2026-01-05", "2026-02-04", 100.0 + i, f"2026-02-{10 + i:02d}" if i % 4 else None)
        for i in range(12)
    ]
    euro = features(ledger_of(invoices), ["2026-02-16"])
    fils = features(ledger_of([(c, n, i, d, a * 1000, p) for c, n, i, d, a, p in invoices], currency="KWD"), ["2026-02-16"])
    np.testing.assert_allclose(euro[list(FACTS)], fils[list(FACTS)], rtol=1e-4, atol=1e-4)


def test_disputes_and_promises_hold_from_their_day_on(ledger_of):
    notes = [
        {"date": "2026-02-10", "customer_id": "C", "document_id": "1", "kind": "dispute"},
        {"date": "2026-02-20", "customer_id": "C", "document_id": "1", "kind": "dispute", "outcome": "resolved"},
        {"date": "2026-02-12", "customer_id": "C", "kind": "promise", "until": "2026-02-18", "outcome": "broken"},
    ]
    ledger = ledger_of([("C", "1", "2026-01-01", "2026-01-31", 100.0, None)], notes=notes)
    days = ["2026-02-09", "2026-02-15", "2026-02-25"]
    rows = features(ledger, days)
    assert rows["disputed"].tolist() == [0, 1, 0]
    assert rows["promised_in"].fillna(-1).tolist() == [-1, 3, -1]
    assert rows["promise_broken"].fillna(-1).tolist() == [-1, -1, 7]


def test_curves_are_kaplan_and_meiers_where_nothing_stands_behind(ledger_of, monkeypatch):
    monkeypatch.setattr("arkit.forecast.curves.BEHIND", 1e-9)
    days = [("C", str(i), "2026-01-01", "2026-01-31", 10.0, f"2026-02-{3 + i:02d}") for i in range(4)]
    ledger = ledger_of([*days, *[("C", f"o{i}", "2026-01-11", "2026-02-10", 10.0, None) for i in range(4)]])
    curves = Curves.of(Lives.of_ledger(ledger, DEFAULT), number("2026-02-15"))
    # two of eight paid at 3 and 4 days late; the open ones are followed to 5 days late; then 5 and 6 days late
    by_hand = 1 - (7 / 8) * (6 / 7) * (5 / 6)
    late = np.searchsorted(np.r_[np.arange(-400, -90, 15), np.arange(-90, 91)], 5)
    assert 1 - np.exp(-curves.summed[0, late]) == pytest.approx(by_hand, abs=1e-3)


def test_a_curve_says_chances_and_days():
    curve = np.minimum(EDGES[1:] / 100, 0.8)[None, :]
    assert curve.shape == (1, STEPS)
    assert chance(curve, 30)[0] == pytest.approx(0.30)
    assert days_at(curve, 0.5)[0] == 50
    assert np.isnan(days_at(curve, 0.9)[0])


def test_every_open_document_gets_a_row_with_rising_chances_and_dates_in_order(book):
    table = book.forecasts
    opened = book.documents[book.documents["open_amount"].gt(0)]
    assert sorted(table["document_id"]) == sorted(opened["document_id"])
    told = table[table["p_7"].notna()]
    assert (told[CHANCES].diff(axis=1).iloc[:, 1:] >= -1e-12).all().all()
    assert told[CHANCES].ge(0).all().all()
    assert told[CHANCES].le(1).all().all()
    assert told["low_date"].dropna().gt(pd.Timestamp(DAY)).all()
    dated = told.dropna(subset=["expected_date", "high_date"])
    assert (dated["low_date"].le(dated["expected_date"]) & dated["expected_date"].le(dated["high_date"])).all()
    assert set(told["expected_date"].dropna().dt.day_of_week) <= {0, 1, 2, 3, 4}


def test_a_remainder_too_small_to_ask_for_gets_no_forecast(book):
    blank = book.forecasts[book.forecasts["p_7"].isna()]
    assert len(blank) == 4
    assert set(blank["basis"]) == {"a remainder too small to ask for: no forecast"}
    assert blank["open_amount"].le(DEFAULT.contact.small).all()


def test_planted_behaviours_are_seen(book):
    table = book.forecasts.merge(book.documents[["customer_id", "document_id", "due_date"]], on=["customer_id", "document_id"])
    behaviour = table["customer_id"].map(company().planted.set_index("customer_id")["behaviour"])
    late = (table["expected_date"] - table["due_date"]).dt.days.groupby(behaviour).median()
    assert late["always prompt"] == pytest.approx(-7, abs=5)
    assert late["slow but steady"] == pytest.approx(20, abs=5)
    assert late["pays early"] == pytest.approx(-14, abs=5)
    assert late["strategic, late"] == pytest.approx(135, abs=15)
    assert table.loc[behaviour.eq("never pays"), "p_90"].max() < 0.05
    assert table.loc[behaviour.eq("never pays"), "expected_date"].isna().all()
    days = table.loc[behaviour.eq("pays on the 25th"), "expected_date"].dt.day
    assert days.between(22, 29).mean() >= 0.6


def test_a_running_promise_shows_its_day(book):
    promised = book.forecasts[book.forecasts["promised_date"].notna()]
    assert len(promised) >= 3
    assert promised["promised_date"].ge(pd.Timestamp(DAY)).all()


def test_training_repeats_exactly(small):
    again = PaymentForecast().fit(small.ledger, DAY).predict(small.documents)
    pd.testing.assert_frame_equal(again, small.model.predict(small.documents))


def test_learning_repeats_exactly(book):
    model = PaymentForecast(seed=0).fit(book.ledger, DAY)
    pd.testing.assert_frame_equal(model.predict(book.documents), book.forecasts)


def test_the_basis_says_what_was_learned_from_and_how_much_is_the_customers_own(book, small):
    one, other = "gradient boosting", "logistic regression"
    assert book.model.card_["method"] in (one, other, f"{one} and {other}")
    assert book.forecasts["basis"].str.contains(r"learned from 2,\d\d\d paid documents until 2026-10-31; \d+ paid").any()
    assert book.forecasts["basis"].str.contains("no paid invoice of its own yet; less likely than not within 365 days").any()
    table = small.model.predict(small.documents)
    basis = table.loc[table["p_7"].notna(), "basis"]
    assert basis.str.startswith("Kaplan-Meier curves by customer, segment and book, from ").all()
    assert basis.str.contains("fewer than 300, or of too short a time, are too little to learn from").all()


def test_reasons_are_told_in_words_with_points(book):
    told = book.model.explain(book.documents)
    assert len(told) == book.forecasts["p_30"].notna().sum()
    merged = told.merge(book.forecasts, on=["customer_id", "document_id"])
    np.testing.assert_allclose(merged["chance"], merged["p_30"])
    assert told["reasons"].str.contains(r"[+-]\d+ points: usually pays \d+ days? late \(\d+ invoices? paid\)").mean() > 0.3
    assert told["reasons"].str.contains(r"often pays around day \d+ of the month").any()
    assert told["reasons"].str.count(";").max() <= 2
    moved = told.filter(like="moved_by_")
    assert moved.notna().all().all()
    assert (moved.abs().max(axis=1) >= 0.01).eq(told["reasons"].ne("as is typical for the book")).all()


def test_nothing_open_and_nothing_known_are_answered(ledger_of):
    empty = PaymentForecast().fit(Ledger(), DAY)
    assert not len(empty.predict(Ledger().at(DAY)))
    assert not len(empty.explain(Ledger().at(DAY)))
    one = ledger_of([("C", "1", "2026-01-01", "2026-01-31", 100.0, None)])
    model = PaymentForecast().fit(one, "2026-02-10")
    told = model.predict(one.at("2026-02-10"))
    assert told[["document_id", "open_amount", "basis"]].to_numpy().tolist() == [
        ["1", 100.0, "until 2026-02-10 nothing was paid after the day it was written: nothing to learn from, no forecast"]
    ]
    assert told[[*CHANCES, "expected_date"]].isna().all(axis=None)
    assert not len(model.explain(one.at("2026-02-10")))
    assert not len(cash_forecast(told, one.at("2026-02-10"), one, spread=model.spread_))
    assert not len(features(Ledger(), [DAY]))


DAYS = pd.date_range("2024-01-01", "2026-10-01", freq="3D")


def odd(days_to_pay, *, amounts=(100.0,), terms=(30,), until="2026-09-20", customers=7):
    """A book of one invoice every third day, paid after so many days, or not at all."""
    rows = []
    for i, day in enumerate(DAYS):
        names, amount = (
            {"customer_id": f"C{i % customers}", "document_id": str(i), "currency": "EUR"},
            amounts[i % len(amounts)],
        )
        due = day + pd.Timedelta(days=terms[i % len(terms)])
        rows.append(names | {"kind": "invoice", "date": day, "due_date": due, "amount": amount})
        if days_to_pay is not None and day < pd.Timestamp(until):
            paid = day + pd.Timedelta(days=days_to_pay)
            rows.append(names | {"kind": "payment", "date": paid, "due_date": pd.NaT, "amount": -amount})
    return Ledger(pd.DataFrame(rows))


@pytest.mark.parametrize(
    "ledger",
    [
        odd(35, customers=1),
        odd(20, amounts=(0.05, 1e9, 100.0), terms=(30, 4000, -300)),
        odd(20, terms=(0,)),
        odd(0),
        odd(None),
    ],
    ids=["one customer", "wild amounts and terms", "all alike", "paid at once", "never paid"],
)
def test_odd_books_are_answered_with_chances_or_with_a_reason_why_not(ledger):
    documents = ledger.at(DAY)
    model = PaymentForecast().fit(ledger, DAY)
    table = model.predict(documents)
    told = table["p_7"].notna()
    assert len(table)
    assert table.loc[told, CHANCES].gt(0).all(axis=None)
    assert table.loc[told, CHANCES].lt(1).all(axis=None)
    assert table.loc[~told, "basis"].str.contains("no forecast").all()
    assert len(model.explain(documents)) == told.sum()
    cash = cash_forecast(table, documents, ledger, spread=model.spread_)
    assert np.isfinite(cash["backlog"]).all()
    assert told.any() == (len(cash) > 0)


def test_a_book_of_two_invoices_is_explained(ledger_of):
    ledger = ledger_of(
        [("A", "1", "2026-09-01", "2026-10-01", 500.0, "2026-10-05"), ("B", "2", "2026-09-20", "2026-10-20", 500.0, None)]
    )
    told = PaymentForecast().fit(ledger, DAY).explain(ledger.at(DAY))
    assert told["document_id"].tolist() == ["2"]


def test_where_nothing_was_paid_the_card_says_that_there_is_nothing_to_compare():
    card = evaluate(odd(None), DAY, origins=1)
    assert verdict(card).startswith(
        "Nothing that was open on the days looked from was paid within 30 days: nothing to compare."
    )


def test_what_a_list_of_open_items_shows_alone_is_no_answer_and_is_left_out_of_the_card():
    ledger = sample_ledger(customers=8, months=20)
    day = pd.Timestamp("2026-10-31")
    shown = pd.DataFrame({
        "as_of": day, "customer_id": "L", "document_id": [f"L{i}" for i in range(30)], "kind": "invoice", "currency": "EUR",
        "issued": pd.Timestamp("2026-01-05"), "due_date": pd.Timestamp("2026-02-04"), "amount": 100.0, "open_amount": 100.0,
    })  # fmt: skip
    both = Ledger(ledger.entries, customers=ledger.customers, notes=ledger.notes, snapshots=shown)
    card, alone = (evaluate(one, day, origins=1) for one in (both, ledger))
    assert "left out: 30 documents known from a list of what is open alone" in card.notes[1]
    pd.testing.assert_frame_equal(card.horizons, alone.horizons)


def test_open_items_alone_lean_on_what_was_learned_before(book):
    alone = book.documents[book.documents["open_amount"].gt(0)]
    assert alone["paid_amount"].gt(0).any()  # some were paid in part, which says little of how customers pay
    for table in (book.model.predict(alone), book.model.predict(alone.drop(columns=["paid_amount", "last_paid_on"]))):
        assert table["basis"].str.startswith("Kaplan-Meier").sum() == table["p_7"].notna().sum()
        assert "for none of these documents was paid: hand over settled ones too" in table["basis"].iloc[0]


def test_what_cannot_be_forecast_is_refused_in_four_lines(book):
    with pytest.raises(ForecastRefused, match=r"has learned nothing yet.\n  expected: a model that was fitted\n  got: Pay"):
        PaymentForecast().predict(book.documents)
    with pytest.raises(ForecastRefused, match=r"the documents are of several days\.\n  expected: the documents of one day"):
        book.model.predict(book.ledger.open_items(["2026-09-30", DAY]))
    with pytest.raises(ForecastRefused, match="too short for a report card"):
        evaluate(book.ledger.until("2024-09-30"), "2024-09-30")


def test_a_model_is_saved_and_loaded_with_what_it_was_trained_on(small, book, tmp_path):
    for name, one in (("small", small), ("book", book)):
        file = one.model.save(tmp_path / f"{name}.arkit")
        again = PaymentForecast.load(file)
        pd.testing.assert_frame_equal(again.predict(one.documents), one.model.predict(one.documents))
        pd.testing.assert_frame_equal(again.explain(one.documents), one.model.explain(one.documents))
        assert again.card_ == one.model.card_
        about = json.loads(zipfile.ZipFile(file).read("about.json"))
        assert about["card"]["until"] == DAY
        assert about["card"]["paid"] == one.model.card_["paid"]
        assert set(about["versions"]) == {"arkit", "scikit-learn", "numpy"}


def test_a_model_that_is_followed_keeps_what_it_learned_and_says_until_when_its_ranges_go(book, tmp_path):
    model = PaymentForecast().fit(book.ledger, "2026-06-30")
    file, documents = model.save(tmp_path / "june.arkit"), book.documents
    before, levels = model.predict(documents, notes=book.ledger.notes), model.trained_.levels
    model.follow(book.ledger, "2026-06-30")
    assert model.trained_.levels == levels  # nothing came since
    after = model.follow(book.ledger, DAY).predict(documents)
    assert model.trained_.levels != levels
    pd.testing.assert_frame_equal(after.filter(like="p_"), before.filter(like="p_"))
    assert after["basis"].str.contains(" until 2026-06-30, ranges by what came until 2026-10-31; ").any()
    again = PaymentForecast.load(file).follow(book.ledger.until(DAY), DAY)  # nothing later is looked at
    pd.testing.assert_frame_equal(again.predict(documents), after)
    kept = PaymentForecast.load(model.save(tmp_path / "october.arkit"))
    pd.testing.assert_frame_equal(kept.predict(documents), after)
    assert kept.card_ == model.card_
    assert (kept.card_["until"], kept.card_["followed"]) == ("2026-06-30", DAY)
    with pytest.raises(ForecastRefused, match=r"cannot be followed backwards\.\n  expected: a day from 2026-10-31 on"):
        kept.follow(book.ledger, "2026-09-30")
    with pytest.raises(ForecastRefused, match="has learned nothing yet"):
        PaymentForecast().follow(book.ledger, DAY)


def test_ranges_of_a_book_too_short_to_learn_from_go_by_what_came_since(small):
    model = PaymentForecast().fit(small.ledger, DAY)
    assert model.trained_.method == "own"
    assert model.trained_.levels == (LEVELS,) * STAGES
    block = model.follow(small.ledger, "2026-11-30").trained_.block
    assert block["day"].between(number(DAY) + 1, number("2026-11-30")).all()
    assert len(block)


@pytest.mark.parametrize("kind", [Boosting, Logistic, Both])
def test_a_learner_put_together_from_its_arrays_says_the_same(kind, book):
    lives = Lives.of_ledger(book.ledger, DEFAULT)
    known = look(lives, np.arange(number("2026-05-01"), number(DAY), 9), Said.of(None, lives))
    row, step, came = followed(known, number(DAY))
    table = lay_out(known, row, step)
    learner = Both(Boosting(), Logistic(), 0.25) if kind is Both else kind()
    learner.fit(table, came, np.ones(len(came)))
    again = kind.of_arrays({name: array.copy() for name, array in learner.arrays().items()})
    np.testing.assert_array_equal(again.hazard(table), learner.hazard(table))


def with_changed(file, target, **changes):
    """A copy of a saved model with some of its files changed, each by a function of its bytes."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.partition(".")[0], lambda held: held)(old.read(name)))
    return target


def test_a_model_of_other_versions_is_refused(small, tmp_path):
    file = small.model.save(tmp_path / "new.arkit")
    version = json.loads(zipfile.ZipFile(file).read("about.json"))["versions"]["scikit-learn"].encode()
    old = with_changed(file, tmp_path / "old.arkit", about=lambda held: held.replace(version, b"0.1"))
    with pytest.raises(ForecastRefused, match=r"'old.arkit' was written by other versions.\n  expected: scikit-learn 1"):
        PaymentForecast.load(old)
    (tmp_path / "none.arkit").write_text("nothing")
    with pytest.raises(ForecastRefused, match=r"'none\.arkit' is not a saved forecast"):
        PaymentForecast.load(tmp_path / "none.arkit")
    with pytest.raises(ForecastRefused, match=r"'absent\.arkit' is not a saved forecast(.|\n)*fix: check the path"):
        PaymentForecast.load(tmp_path / "absent.arkit")


class _Trap:
    """Runs something if it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a file was run",))


def test_nothing_in_a_file_is_run_and_what_does_not_fit_is_refused(small, tmp_path):
    file = small.model.save(tmp_path / "model.arkit")
    held = io.BytesIO()
    np.savez(held, summed=np.array([_Trap()], dtype="object"))
    changes = (
        {"arrays": lambda _: held.getvalue()},
        {"arrays": lambda _: pickle.dumps(_Trap())},
        {"model": lambda _: pickle.dumps(_Trap())},
        {"model": lambda held: held.replace(b'"own"', b'"none"')},
        {"model": lambda held: held.replace(b'"customers": [', b'"customers": ["another", ')},
        {"about": lambda _: b"[]"},
    )
    for number_, change in enumerate(changes):
        bad = with_changed(file, tmp_path / f"{number_}.arkit", **change)
        with pytest.raises(ForecastRefused, match=r"is not a saved forecast"):
            PaymentForecast.load(bad)


def test_trees_that_would_never_end_or_lead_astray_are_refused(book):
    table = np.random.default_rng(1).normal(size=(2000, len(NAMES))).astype("float32")
    arrays = Boosting().fit(table, table[:, 0] > 0, np.ones(2000)).arrays()
    for side, at in (("left", 0), ("right", 10**6), ("feature_idx", 999)):
        nodes = arrays["nodes"].copy()
        nodes[side][0] = at
        with pytest.raises(ValueError, match="the nodes are no trees"):
            Boosting.of_arrays(arrays | {"nodes": nodes})


def test_weekly_cash_adds_up_to_the_chances_of_what_is_open(book):
    cash = cash_forecast(book.forecasts, book.documents, book.ledger, weeks=13, spread=book.model.spread_)
    euro = cash[cash["currency"].eq("EUR")]
    assert euro["from_date"].iloc[0] == pd.Timestamp("2026-11-01")
    assert (euro["to_date"] - euro["from_date"]).dt.days.eq(6).all()
    assert (cash["backlog_low"].le(cash["backlog"]) & cash["backlog"].le(cash["backlog_high"])).all()
    open_now = book.forecasts.loc[book.forecasts["currency"].eq("EUR"), ["open_amount", "p_90"]]
    at_most = (open_now["open_amount"] * open_now["p_90"].fillna(0)).sum()
    assert 0.9 * at_most < euro["backlog"].sum() <= at_most + 1
    assert euro["flow"].is_monotonic_increasing
    billed = book.ledger.entries.query("kind == 'invoice' and currency == 'EUR'")
    weekly = billed.loc[billed["date"].gt(pd.Timestamp(DAY) - pd.Timedelta(182, unit="D")), "amount"].sum() / 26
    assert 0 < euro["flow"].iloc[-1] < weekly


def test_between_horizons_cash_goes_on_without_steps_and_without_peaks_that_nobody_foresaw():
    # each invoice is paid within days of a day of its own, and these days are spread evenly: every week brings the same
    days, ends, centre = np.array([0, 7, 14, 30, 60, 90]), np.arange(0, 91), np.linspace(-20, 110, 1_000)
    chances = 1 / (1 + np.exp(-(days - centre[:, None]) / 2))
    even = np.diff(smooth(chances.sum(axis=0), days, ends))
    assert np.abs(even / even.mean() - 1).max() < 0.05
    slower = 1 - np.exp(-((days / 40) ** 0.6))  # the rate of payment falls all the time
    daily = np.diff(smooth(slower, days, ends))
    assert np.abs(np.diff(daily[14:])).max() < 0.0015
    straight = np.diff(np.interp(ends, days, slower))
    assert np.abs(np.diff(straight[14:])).max() > 0.004  # which straight lines do not manage
    rng = np.random.default_rng(2)
    for wild in np.sort(np.column_stack([np.zeros(200), rng.random((200, 5)).round(1)]), axis=1):
        found = smooth(wild, days, np.arange(0, 121))
        assert (np.diff(found) >= -1e-12).all()
        np.testing.assert_allclose(found[days], wild, atol=1e-12)
        assert (found[91:] == found[90]).all()


@pytest.mark.parametrize("day", ["2026-03-31", "2026-04-30"])
def test_weeks_of_cash_come_near_what_came(day):
    ledger, key = sample_ledger(), ["customer_id", "currency", "document_id", "instalment"]
    documents = ledger.at(day)
    cash = cash_forecast(PaymentForecast().fit(ledger, day).predict(documents), documents, weeks=8)
    owed = documents[documents["currency"].eq("EUR") & documents["open_amount"].gt(0)]
    settled = owed[key].merge(ledger.at("2026-10-31")[[*key, "settled_on"]], on=key)["settled_on"]
    week = np.ceil((settled - pd.Timestamp(day)).dt.days / 7).to_numpy()
    came = np.array([owed["open_amount"].to_numpy()[week == number].sum() for number in range(1, 9)])
    assert np.abs(cash.loc[cash["currency"].eq("EUR"), "backlog"].to_numpy() - came).sum() < 0.45 * came.sum()


def test_few_documents_move_the_slope_less():
    rng = np.random.default_rng(4)
    said = rng.uniform(0.02, 0.6, 20_000)
    came = rng.random(20_000) < 1 / (1 + np.exp(-0.6 * np.log(said / (1 - said))))  # the log odds are to be 0.6 of what is said
    slopes = [Calibrated(None).calibrate(said, came, np.ones(20_000), documents=n).slope for n in (29, 100, 1_999)]
    assert slopes[0] == 1
    assert 0.96 < slopes[1] < 1
    assert slopes[2] == pytest.approx(0.8, abs=0.03)


def test_credit_in_hand_is_not_expected_again(ledger_of):
    ledger = ledger_of([("C", "1", "2026-01-01", "2026-01-31", 100.0, None)])
    credit = ledger.entries.iloc[:1].assign(document_id="P", kind="payment", amount=-100.0, date=pd.Timestamp("2026-02-01"))
    both = Ledger(pd.concat([ledger.entries, credit]))
    model = PaymentForecast().fit(both, "2026-02-10")
    documents = both.at("2026-02-10")
    assert cash_forecast(model.predict(documents), documents)["backlog"].sum() == 0


# a ledger whose truth is known --------------------------------------------------------------------------------------------

START, END = number("2024-01-01"), number("2026-06-30")
GIVEN_UP, DRIFT, SPREAD = 0.08, 10.0, 4.0


def simulated(rng):
    """Invoices paid so many days late: the customer's own mean, later by `DRIFT` over the whole time, some never."""
    customers = 100
    first = np.where(np.arange(customers) < 60, START + rng.integers(0, 600, customers), END - rng.integers(15, 60, customers))
    count = np.maximum(1, np.rint((END - first) / 20).astype("int64"))
    who = np.repeat(np.arange(customers), count)
    issued = first[who] + np.floor(rng.random(len(who)) * (END - first[who])).astype("int64")
    mean = rng.normal(15, 14, customers).clip(-10, 50)[who] + DRIFT * (issued - START) / (END - START)
    late = np.floor(mean + rng.logistic(0, SPREAD, len(who))).astype("int64")
    paid = np.maximum(issued + 30 + late, issued + 1)
    never = rng.random(len(who)) < GIVEN_UP
    return pd.DataFrame({"who": who, "issued": issued, "due": issued + 30, "mean": mean, "paid": paid, "never": never})


def posted(made):
    names = pd.DataFrame({"customer_id": "K" + made["who"].astype("str"), "document_id": made.index.astype("str")})
    one = names.assign(currency="EUR")
    end = np.where(made["never"], made["due"] + 120, made["paid"])
    day = lambda days: pd.to_datetime(days, unit="D").astype("datetime64[s]")  # noqa: E731 - short
    invoices = one.assign(kind="invoice", date=day(made["issued"]), due_date=day(made["due"]), amount=100.0)
    kind = np.where(made["never"], "write_off", "payment")
    ends = one.assign(kind=kind, date=day(pd.Series(end)), due_date=pd.NaT, amount=-100.0)
    return Ledger(pd.concat([invoices, ends[end <= END]], ignore_index=True))


def truth(made, horizon):
    """The chance of money within so many days of what is open at `END`, as it was drawn."""
    late = END - made["due"]

    def passed(days):
        return 1 / (1 + np.exp(-(days - made["mean"]) / SPREAD))

    before = (1 - GIVEN_UP) * passed(late + 1)
    return ((1 - GIVEN_UP) * passed(late + 1 + horizon) - before) / (1 - before)


@pytest.fixture(scope="module")
def simulation():
    made = simulated(np.random.default_rng(5))
    ledger = posted(made)
    documents = ledger.at(pd.Timestamp(END, unit="D"))
    model = PaymentForecast().fit(ledger, pd.Timestamp(END, unit="D"))
    found = model.predict(documents)
    opened = made.loc[found["document_id"].astype("int64")].reset_index(drop=True)
    return SimpleNamespace(made=made, found=found, opened=opened, model=model)


def closed_only(made, opened):
    """Days from due date to payment of the closed invoices, averaged by customer: what a regressor on closed ones learns."""
    closed = made[~made["never"] & made["paid"].le(END)]
    late = (closed["paid"] - closed["due"]).groupby(closed["who"]).mean()
    return opened["due"] + opened["who"].map(late).fillna(late.mean())


def test_true_chances_are_recovered_and_closed_invoices_alone_do_not_tell_them(simulation):
    found, opened = simulation.found, simulation.opened
    assert len(found) > 100
    returning = found["n"].ge(8)  # what a new customer is like nobody knows; on average it must be right all the same
    for horizon in (14, 30, 60):
        true = truth(opened, horizon)
        ours = found[f"p_{horizon}"]
        assert abs(ours.mean() - true.mean()) < 0.04
        assert (ours - true)[returning].abs().mean() < 0.08
    on = closed_only(simulation.made, opened)
    assert on.le(END).mean() > 0.1  # dates in the past for what is still open
    said = on.le(END + 30).astype("float64")
    true = truth(opened, 30)
    assert ((said - true) ** 2).mean() > 4 * ((found["p_30"] - true) ** 2).mean()
    assert found["expected_date"].dropna().gt(pd.Timestamp(END, unit="D")).all()


def test_given_up_money_is_not_expected(simulation):
    found, opened = simulation.found, simulation.opened
    old = (END - opened["due"]).gt(90)
    assert old.sum() >= 5
    assert found.loc[old, "p_90"].mean() == pytest.approx(truth(opened, 90)[old].mean(), abs=0.1)


def test_new_customers_are_told_apart_and_still_near_the_truth(simulation):
    found, opened = simulation.found, simulation.opened
    new = found["n"].le(1)
    assert new.sum() >= 5
    assert found.loc[new, "p_30"].mean() == pytest.approx(truth(opened, 30)[new].mean(), abs=0.15)


@pytest.fixture(scope="module")
def card(simulation):
    return evaluate(posted(simulation.made), pd.Timestamp(END, unit="D"), origins=1)


def test_with_very_much_open_the_card_looks_from_fewer_days_and_says_so(card, simulation, monkeypatch):
    looks = int(card.notes[0].partition("looked at ")[2].partition(" ")[0].replace(",", ""))
    monkeypatch.setattr("arkit.forecast.card.MOST_LOOKS", looks // 2)
    fewer = evaluate(posted(simulation.made), pd.Timestamp(END, unit="D"), origins=1)
    assert fewer.notes[1] == "so much was open that the days looked from are 30 apart, not 5"
    pd.testing.assert_frame_equal(fewer.cash, card.cash)  # which is compared a month apart in any case
    n = [made.horizons["n"].iloc[0] for made in (card, fewer)]
    assert n[0] / 8 < n[1] < n[0] / 4


def test_the_report_card_of_a_known_truth(card):
    table = card.horizons.set_index(["way", "horizon"])
    assert table.loc[("arkit", 30), "brier"] < table.loc[("arkit", 30), "brier_base"]
    assert table.loc[("arkit", 30), "brier"] <= table.loc[("due_date", 30), "brier"]
    assert table.loc[("arkit", 30), "auc"] > 0.8
    dates = card.dates.set_index("way")
    assert dates.loc["arkit", "days_off"] < dates.loc["due_date", "days_off"]
    assert dates.loc["arkit", "covered"] == pytest.approx(0.8, abs=0.1)
    tenths = card.deciles[card.deciles["horizon"].eq(30)]
    assert tenths["n"].sum() == table.loc[("arkit", 30), "n"]
    assert (tenths["said"] - tenths["came"]).abs().mean() < 0.12
    assert set(card.cash["way"]) == {"arkit", "own", "mean_delay", "due_date"}
    told = card_words(card)
    assert "the customer's shrunken mean delay" in told
    assert "inside the 80 % range" in told
    assert json.loads(json.dumps(card.to_dict(), default=str))["until"] == "2026-06-30"


def test_the_verdict_names_the_best_plain_guess_and_says_when_it_did_better(card):
    assert card.methods["used"].tolist() == ["the customer's mean delay"]  # the truth is made that way
    same = "the forecast did as well as the best plain guess, and no better (Brier 0.128, and 0.129 of the customer's shrunken"
    assert same in verdict(card)
    assert verdict(card).endswith("Used on the 1 day looked from: the customer's mean delay (1).")
    table = compared(card)
    assert table["way"].tolist()[0] == "the forecast as it is used"
    assert table["way"].tolist()[-1] == "the same chance for all (base rate)"
    assert table["paid or not: Brier"].str.fullmatch(r"0\.\d{3}").all()
    for way, told in (
        (
            "due_date",
            "a plain guess did better than the forecast (Brier 0.128, and 0.001 of the due date, the best of them); go by",
        ),
        (
            "arkit",
            "the forecast did better than every plain guess (Brier 0.001, and 0.129 of the customer's shrunken mean delay",
        ),
    ):
        this = card.horizons["way"].eq(way) & card.horizons["horizon"].eq(30)
        other = replace(card, horizons=card.horizons.assign(brier=card.horizons["brier"].mask(this, 0.001)))
        assert told in verdict(other)


def test_a_yardstick_that_did_better_is_used_and_named(monkeypatch):
    scores = iter([0.3, 0.2, 0.1, 0.4])  # the learner, the curves, the mean delay, the book
    monkeypatch.setattr("arkit.forecast.training._mean_brier", lambda *_: next(scores))
    ledger = sample_ledger(customers=20, months=24)
    table = PaymentForecast().fit(ledger, DAY).predict(ledger.at(DAY))
    told = table.loc[table["p_7"].notna(), "basis"]
    assert told.str.startswith("the customer's mean delay, from ").all()
    assert told.str.contains(
        "it did better than (?:gradient boosting|logistic regression|gradient boosting and .*) on a l"
    ).all()


# published data -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sold(shared):
    """Published invoices, asked on the day each was written: days each took, the curves, three dates.

    What is asked after a day ``followed`` goes by ranges that were put right by what was known on that day.
    """
    ledger = load(shared("data/ibm"), date_order="mdy", currency="USD")
    lives = Lives.of_ledger(ledger, DEFAULT)

    def asked(until: str, last: str, followed: pd.DatetimeIndex):
        known = look(lives, np.arange(number(until) + 1, number(last) + 1), Said.of(None, lives))
        document = lives.states["document"].to_numpy()[known.state]
        new = known.take(np.flatnonzero(lives.documents["issued"].to_numpy()[document] == known.day))
        model = PaymentForecast().fit(ledger, until)
        curves = model.trained_.ahead(new)
        days = model.days(curves, new)
        for day in followed:
            after = new.day > number(day)
            right = model.follow(ledger, day).days(curves[after], new.take(np.flatnonzero(after)))
            for said, put_right in zip(days, right, strict=True):
                said[after] = put_right
        return days_to_money(new, number("2014-12-31")), curves, days

    return asked


@pytest.fixture(scope="module")
def half_year(sold):
    """The half year after the day learned until, by one model whose ranges were put right each Sunday."""
    return sold("2013-06-30", "2013-12-30", pd.date_range("2013-06-30", "2013-12-30", freq="W-SUN"))


def test_published_invoices_are_told_late_or_not_on_the_day_they_are_written(half_year):
    ahead, curves, (_, middle, _) = half_year
    assert len(ahead) == 534  # of 536; two were paid on the day they were written
    late, said = ahead > 30, 1 - chance(curves, 30)  # every invoice of this book falls due after 30 days
    assert ((said - late) ** 2).mean() <= 0.132
    assert roc_auc_score(late, said) >= 0.865
    assert np.abs(middle - ahead).mean() <= 5.6


def test_the_range_of_a_model_half_a_year_old_holds_as_many_as_it_is_meant_for(half_year):
    ahead, _, (low, _, high) = half_year
    assert 0.75 <= ((low <= ahead) & (ahead <= high)).mean() <= 0.85  # meant for 0.8
    assert abs((ahead < low).mean() - (ahead > high).mean()) <= 0.05  # as many before as after


def test_ranges_that_are_followed_hold_better_than_those_of_the_day_learned_until(sold):
    every = pd.date_range("2012-11-04", "2013-04-30", freq="W-SUN")
    left, right = (sold("2012-10-31", "2013-04-30", days) for days in (every[:0], every))
    off = [abs(((low <= ahead) & (ahead <= high)).mean() - 0.8) for ahead, _, (low, _, high) in (left, right)]
    assert off[1] <= 0.03 < off[0]
    np.testing.assert_array_equal(left[1], right[1])  # chances stay as they were learned


def test_the_range_holds_as_many_as_it_is_meant_for_when_each_month_is_learned_anew(sold):
    ends = [f"{day:%Y-%m-%d}" for day in pd.date_range("2013-06-30", "2013-12-31", freq="ME")]
    months = [(ahead, *days) for ahead, _, days in (sold(*span, pd.DatetimeIndex([])) for span in pairwise(ends))]
    ahead, low, middle, high = map(np.concatenate, zip(*months, strict=True))
    assert len(ahead) == 534
    assert 0.75 <= ((low <= ahead) & (ahead <= high)).mean() <= 0.85  # meant for 0.8
    assert np.abs(middle - ahead).mean() <= 5.6


def test_evaluate_prints_the_card_and_a_short_book_is_refused(tmp_path, capsys):
    write_sample(tmp_path / "s", customers=8, months=15)
    said = ["evaluate", str(tmp_path / "s"), "--origins", "1"]
    assert main([*said, "--until", DAY]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Report card until 2026-10-31, forecasts made on ")
    assert "used at some origin, for nothing learned did better: Kaplan-Meier curves by customer" in told
    assert main([*said, "--json"]) == 0
    assert {"horizons", "dates", "deciles", "cash", "methods"} < set(json.loads(capsys.readouterr().out))
    assert main([*said, "--until", "2025-10-31"]) == 3
    assert "ForecastRefused: the ledger is too short for a report card." in capsys.readouterr().err
