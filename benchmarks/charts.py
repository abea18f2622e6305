"""Every picture of a book of 20,000 customers, beside a plain plotly figure of the same points.

The tables are made once, before the clock runs; what is timed is from table to Figure, processor time, the best of three. The
ratio says what choosing, adding up and wording cost on top of drawing. Nothing here is a test.
"""

import time
from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

import arkit as ar
from arkit import charts
from arkit.backtest import list_before
from arkit.cohorts import project, trace
from arkit.forecast import PaymentForecast, cash_forecast, evaluate
from arkit.migration import migrate
from arkit.policy import DEFAULT

CUSTOMERS, MONTHS, RUNS, SEED = 20_000, 30, 3, 1
DAY = "2026-10-31"


def pictures(ledger: ar.Ledger) -> dict[str, Callable[[], go.Figure]]:
    """Each picture, ready to be drawn."""
    documents, days = ledger.at(DAY), ledger.month_ends(DAY, 12)
    names = ledger.customers.set_index("customer_id")["name"]
    segments = ledger.customers.set_index("customer_id")["segment"]
    aged, months = ar.age(documents), ar.age(ledger.open_items(days))
    profiles = ar.profile(documents, notes=ledger.notes)
    scores = ar.score(profiles)
    actions = ar.recommend(documents, scores, ledger.notes, customers=ledger.customers, profiles=profiles)
    changes, measures = ar.moved(list_before(ledger, DAY, DEFAULT), actions), ar.measure(ledger, days)
    routes = ar.weigh(documents, scores, customers=ledger.customers)
    cohorts, migrations = trace(ledger, DAY), migrate(ledger, ledger.month_ends(DAY, 13))
    who = str(documents["customer_id"].iloc[0])
    return {
        "aging_by_bucket": lambda: charts.aging_by_bucket(aged, names=names),
        "aging_through_months": lambda: charts.aging_through_months(months, days=days),
        "top_debtors": lambda: charts.top_debtors(aged, names=names),
        "pareto_of_debtors": lambda: charts.pareto_of_debtors(aged, names=names),
        "roll_rates": lambda: charts.roll_rates(migrations),
        "days_late_through_months": lambda: charts.days_late_through_months(documents),
        "days_late_by_group": lambda: charts.days_late_by_group(documents, segments),
        "lateness_by_month": lambda: charts.lateness_by_month(documents, names=names),
        "scores_by_exposure": lambda: charts.scores_by_exposure(scores, aged, names=names, actions=actions),
        "actions_moved": lambda: charts.actions_moved(changes),
        "measures_through_months": lambda: charts.measures_through_months(measures),
        "cohort_curves": lambda: charts.cohort_curves(cohorts, project(cohorts)),
        "routes_side_by_side": lambda: charts.routes_side_by_side(routes, names=names),
        **of_tables(ledger, documents),
        "customer_timeline": lambda: charts.customer_timeline(documents, who, entries=ledger.entries, notes=ledger.notes),
        "paying_days": lambda: charts.paying_days(ledger.entries, as_of=DAY),
    }


def of_tables(ledger: ar.Ledger, documents: pd.DataFrame) -> dict[str, Callable[[], go.Figure]]:
    """The pictures of what was forecast, replayed and varied."""
    model = PaymentForecast().fit(ledger, DAY)
    cash = cash_forecast(model.predict(documents), documents, ledger, spread=model.spread_)
    card, replayed = evaluate(ledger, DAY, origins=1), ar.replay(ledger, DAY, months=3, origins=0)
    policies = {"as it is": DEFAULT} | {f"{days} days": DEFAULT.changed({"contact.grace_days": days}) for days in (5, 15, 30)}
    varied = ar.compare(documents, policies, notes=ledger.notes, customers=ledger.customers)
    return {
        "cash_forecast": lambda: charts.cash_forecast(cash),
        "calibration": lambda: charts.calibration(card.deciles, horizon=30),
        "unpaid_after_days": lambda: charts.unpaid_after_days(replayed.comparisons),
        "reached_by_order": lambda: charts.reached_by_order(replayed.order_totals),
        "actions_by_variant": lambda: charts.actions_by_variant(varied.actions),
        "hours_and_money": lambda: charts.hours_and_money(varied.variants),
    }


def timed(draw: Callable[[], go.Figure]) -> float:
    """The least processor time of some runs, in seconds."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        draw()
        best = min(best, time.process_time() - start)
    return best


def plain(figure: go.Figure) -> go.Figure:
    """The same points by plotly alone, a trace for each of the picture's."""
    points = charts.as_table(figure)
    return go.Figure(
        [go.Scatter(name=str(name), x=part["x"], y=part["y"]) for name, part in points.groupby(["panel", "trace"])]
    )


if __name__ == "__main__":
    ledger = ar.sample_ledger(customers=CUSTOMERS, months=MONTHS, seed=SEED)
    ready = pictures(ledger)
    print(f"{'picture':28s} {'seconds':>8s} {'plain':>8s} {'ratio':>7s}")
    for name, draw in ready.items():
        figure = draw()
        mine, theirs = timed(draw), timed(lambda figure=figure: plain(figure))
        print(f"{name:28s} {mine:8.2f} {theirs:8.2f} {mine / theirs:6.1f}x")
