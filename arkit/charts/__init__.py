"""Pictures: tables in, one plotly Figure out; nothing is shown or saved.

The subtitle of every picture names the day, the currency and what is counted. Currencies never share an axis of amounts:
each has a panel of its own. `as_table` gives the points of any picture as rows.
"""

from arkit.charts.aging import aging_by_bucket, aging_through_months, top_debtors
from arkit.charts.forecast import calibration, cash_forecast
from arkit.charts.look import as_table
from arkit.charts.measures import measures_through_months
from arkit.charts.paying import days_late_through_months, scores_by_exposure
from arkit.charts.policies import actions_by_variant, reached_by_order, unpaid_after_days

__all__ = [
    "actions_by_variant",
    "aging_by_bucket",
    "aging_through_months",
    "as_table",
    "calibration",
    "cash_forecast",
    "days_late_through_months",
    "measures_through_months",
    "reached_by_order",
    "scores_by_exposure",
    "top_debtors",
    "unpaid_after_days",
]
