"""Pictures: tables in, one plotly Figure out; nothing is shown or saved.

The subtitle of every picture names the day, the currency and what is counted. Currencies never share an axis of amounts:
each has a panel of its own. `as_table` gives the points of any picture as rows, `as_tables` the same as people read it.
"""

from arkit.charts.aging import aging_by_bucket, aging_through_months, top_debtors
from arkit.charts.collecting import cohort_curves, routes_side_by_side
from arkit.charts.concentration import pareto_of_debtors
from arkit.charts.customers import customer_timeline, paying_days
from arkit.charts.flows import actions_moved, roll_rates
from arkit.charts.forecast import calibration, cash_forecast
from arkit.charts.measures import measures_through_months
from arkit.charts.paying import days_late_through_months, scores_by_exposure
from arkit.charts.policies import actions_by_variant, hours_and_money, reached_by_order, unpaid_after_days
from arkit.charts.rows import as_table, as_tables
from arkit.charts.trends import days_late_by_group, lateness_by_month

__all__ = [
    "actions_by_variant",
    "actions_moved",
    "aging_by_bucket",
    "aging_through_months",
    "as_table",
    "as_tables",
    "calibration",
    "cash_forecast",
    "cohort_curves",
    "customer_timeline",
    "days_late_by_group",
    "days_late_through_months",
    "hours_and_money",
    "lateness_by_month",
    "measures_through_months",
    "pareto_of_debtors",
    "paying_days",
    "reached_by_order",
    "roll_rates",
    "routes_side_by_side",
    "scores_by_exposure",
    "top_debtors",
    "unpaid_after_days",
]
