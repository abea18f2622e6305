"""When open invoices will be paid, learned from the ledger's own past: chances, dates with a range, and cash by week."""

from arkit.forecast.card import Card, compared, evaluate, verdict, words
from arkit.forecast.cash import cash_forecast
from arkit.forecast.known import features
from arkit.forecast.model import PaymentForecast

__all__ = ["Card", "PaymentForecast", "cash_forecast", "compared", "evaluate", "features", "verdict", "words"]
