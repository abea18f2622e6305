"""The policy tried on the past: month-ends replayed with only what was known then, and what came after them."""

from arkit.backtest.result import Backtest, must_be_new, replay, write_backtest
from arkit.backtest.words import report, sentences

__all__ = ["Backtest", "must_be_new", "replay", "report", "sentences", "write_backtest"]
