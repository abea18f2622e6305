"""Hazards learned with scikit-learn: the chance that money comes in a step, given that it has not come before."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from arkit.forecast.steps import NAMES

#: Columns whose effect may bend, and those that act straight, in logistic regression.
BENT = ("to_usual", "to_usual_spreads", "to_recent", "late_then", "age_then")
STRAIGHT = (
    "late_mean", "late_spread", "late_share", "late_trend", "late_so_far", "n", "beyond_usual", "month_habit", "week_habit",
    "disputed", "promised_in", "promise_broken", "bounced", "paid_share", "late_others", "late_amount_share",
    "amount_to_usual", "book_late",
)  # fmt: skip
#: Documents paid in the later block from which on a free curve calibrates; below, a straight line through the log odds.
MANY = 2_000
#: Below so many nothing is put right.
FEW = 30
SMALLEST = 1e-5


@dataclass(eq=False)
class Logistic:
    """Logistic regression on bent and straight columns of `NAMES`; ``seed`` is not needed, for nothing is drawn."""

    seed: int = 0

    def fit(self, table: np.ndarray, paid: np.ndarray, weight: np.ndarray) -> "Logistic":
        """Learn from one row per document and step, some counting more than others."""
        self.splines_ = SplineTransformer(n_knots=8, degree=3, knots="quantile", extrapolation="linear")
        self.scale_ = StandardScaler().fit(_columns(table, STRAIGHT))
        self.splines_.fit(_columns(table, BENT))
        with threadpool_limits(1):
            self.model_ = LogisticRegression(C=0.1, solver="newton-cholesky").fit(self._prepared(table), paid, weight)
        return self

    def hazard(self, table: np.ndarray) -> np.ndarray:
        """The chance of each row."""
        with threadpool_limits(1):
            return self.model_.predict_proba(self._prepared(table))[:, 1]

    def _prepared(self, table: np.ndarray) -> np.ndarray:
        straight = np.clip(self.scale_.transform(_columns(table, STRAIGHT)), -4, 4)
        width = np.log(_columns(table, ("width",)))
        return np.hstack([self.splines_.transform(_columns(table, BENT)), straight, width])


@dataclass(eq=False)
class Boosting:
    """Gradient boosting on those columns of `NAMES` that vary."""

    seed: int = 0

    def fit(self, table: np.ndarray, paid: np.ndarray, weight: np.ndarray) -> "Boosting":
        """Learn from one row per document and step; a row that counts less is drawn less often.

        Drawn and not weighted, for with weights the library takes half a minute to find where columns may be cut.
        """
        drawn = np.random.default_rng(self.seed).random(len(paid)) < weight / weight.max()
        table, paid = table[drawn], paid[drawn]
        large = len(table) > 100_000
        low = np.where(np.isnan(table), np.inf, table).min(axis=0)
        high = np.where(np.isnan(table), -np.inf, table).max(axis=0)
        self.varies_ = np.flatnonzero(low < high)
        model = HistGradientBoostingClassifier(
            learning_rate=0.15 if large else 0.08,  # half the trees are half the time, and no worse where rows are many
            max_iter=60 if large else 120,
            max_leaf_nodes=24 if large else 8,
            min_samples_leaf=200,
            l2_regularization=5.0,
            early_stopping=False,  # pyright: ignore[reportArgumentType]
            random_state=self.seed,
        )
        # on few cores with neighbours, threads that wait for each other take ten times as long
        with threadpool_limits(1):
            self.model_ = model.fit(table[:, self.varies_], paid)
        return self

    def hazard(self, table: np.ndarray) -> np.ndarray:
        """The chance of each row."""
        with threadpool_limits(1):
            return self.model_.predict_proba(table[:, self.varies_])[:, 1]


@dataclass(eq=False)
class Calibrated:
    """A learner whose chances a later block of time has put right.

    With many payments by a free rising curve. With fewer by a line through the log odds, ``level + slope x log odds``: the
    later block tells the slope, that is how far the chances must be drawn together or apart; then everything is learned
    anew with the later block, and the level set so that as many payments are expected as there were.
    """

    learner: Any
    slope: float = 1.0
    level: float = 0.0
    free: Any = None
    how: str = "not calibrated"

    def calibrate(self, said: np.ndarray, paid: np.ndarray, weight: np.ndarray, documents: int) -> "Calibrated":
        """Compare what the learner says of rows it has not seen, of so many paid documents, with what came."""
        if documents < FEW:
            return self
        if documents >= MANY:
            self.free = IsotonicRegression(y_min=SMALLEST, y_max=1 - SMALLEST, out_of_bounds="clip").fit(said, paid, weight)
            self.how = f"isotonic, on {documents:,} documents paid in the later block"
            return self
        with threadpool_limits(1):
            line = LogisticRegression(C=1e6, solver="newton-cholesky").fit(_log_odds(said)[:, None], paid, weight)
        self.slope, self.level = float(np.clip(line.coef_[0, 0], 0.5, 1.5)), float(line.intercept_[0])
        self.how = f"sigmoid, on {documents:,} documents paid in the later block"
        return self

    def learn_again(self, table: np.ndarray, paid: np.ndarray, weight: np.ndarray) -> "Calibrated":
        """Learn from everything, the later block too; a free curve stays with the learner it was made for."""
        if self.free is None:
            self.learner.fit(table, paid, weight)
            self.level = _level(_log_odds(self.learner.hazard(table)), paid, weight, self.slope)
        return self

    def hazard(self, table: np.ndarray) -> np.ndarray:
        """The chance of each row, put right."""
        said = self.learner.hazard(table)
        if self.free is not None:
            return self.free.predict(said)
        return _sigmoid(self.level + self.slope * _log_odds(said))


def _level(log_odds: np.ndarray, paid: np.ndarray, weight: np.ndarray, slope: float) -> float:
    """The level at which as many payments are expected as there were, by Newton's method."""
    level = 0.0
    for _ in range(30):
        said = _sigmoid(level + slope * log_odds)
        level += (weight * (paid - said)).sum() / max((weight * said * (1 - said)).sum(), 1e-9)
    return float(level)


def loss(hazard: np.ndarray, paid: np.ndarray) -> float:
    """Mean log loss of hazards."""
    safe = np.clip(hazard, SMALLEST, 1 - SMALLEST)
    return float(-np.mean(np.where(paid, np.log(safe), np.log1p(-safe))))


def _columns(table: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Some columns; what is missing counts as nothing."""
    return np.nan_to_num(table[:, [NAMES.index(name) for name in names]].astype("float64"), nan=0.0)


def _log_odds(chance: np.ndarray) -> np.ndarray:
    safe = np.clip(chance, SMALLEST, 1 - SMALLEST)
    return np.log(safe / (1 - safe))


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))
