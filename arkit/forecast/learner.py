"""Hazards learned with scikit-learn: the chance that money comes in a step, given that it has not come before."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from arkit.forecast.steps import NAMES

#: Columns whose effect may bend, and those that act straight, in logistic regression.
BENT = ("to_usual", "to_usual_spreads", "to_recent", "to_expected", "to_expected_spreads", "late_then", "age_then")
STRAIGHT = (
    "late_share", "late_mean", "late_spread", "late_trend", "late_so_far", "late_expected", "beyond_usual", "month_habit",
    "week_habit", "disputed", "promised_in", "promise_broken", "bounced", "paid_share", "late_others", "late_amount_share",
    "amount_to_usual", "amount_to_book", "book_late", "electronic", "electronic_new",
)  # fmt: skip
#: Paid invoices at which a customer's number of them has half of its effect in logistic regression.
HALF_KNOWN = 2.0
#: Documents paid in the later block from which on a free curve calibrates; below, a straight line through the log odds.
MANY = 2_000
#: Below so many nothing is put right.
FEW = 30
SMALLEST = 1e-5
#: Knots of a bent column lie this share of its spread apart, or farther.
APART = 0.02
#: A learner as numbers: what is saved of it.
Arrays = dict[str, np.ndarray]


@dataclass(eq=False)
class Logistic:
    """Logistic regression on bent and straight columns of `NAMES`; ``seed`` is not needed, for nothing is drawn."""

    seed: int = 0

    def fit(self, table: np.ndarray, paid: np.ndarray, weight: np.ndarray) -> "Logistic":
        """Learn from one row per document and step, some counting more than others."""
        splines = SplineTransformer(n_knots=8, degree=3, knots="quantile").fit(_columns(table, BENT))
        scale = StandardScaler().fit(_columns(table, STRAIGHT))
        knots = _apart(np.column_stack([spline.t[3:-3] for spline in splines.bsplines_]), _columns(table, BENT).std(axis=0))
        self._set({"knots": knots, "centre": np.asarray(scale.mean_), "scale": np.asarray(scale.scale_)})
        with threadpool_limits(1):
            model = LogisticRegression(C=0.1, solver="newton-cholesky").fit(self._prepared(table), paid, weight)
        self.arrays_ |= {"weights": np.r_[model.intercept_, model.coef_[0]]}
        return self

    def hazard(self, table: np.ndarray) -> np.ndarray:
        """The chance of each row."""
        weights = self.arrays_["weights"]
        with threadpool_limits(1):
            return _sigmoid(weights[0] + self._prepared(table) @ weights[1:])

    def arrays(self) -> Arrays:
        """All that was learned: knots, centre and scale of the columns, weights."""
        return self.arrays_

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> "Logistic":
        """The learner that `arrays` were taken from; ValueError where they are none."""
        learner = cls()
        learner._set({name: arrays[name].astype("float64") for name in ("knots", "centre", "scale", "weights")})
        if learner._prepared(np.ones((1, len(NAMES)), "float32")).shape[1] + 1 != len(arrays["weights"]):
            raise ValueError("the weights do not fit the columns")
        return learner

    def _set(self, arrays: Arrays) -> None:
        self.arrays_ = arrays
        knots: Any = arrays["knots"]
        self.splines_ = SplineTransformer(degree=3, knots=knots, extrapolation="linear").fit(knots)

    def _prepared(self, table: np.ndarray) -> np.ndarray:
        straight = (_columns(table, STRAIGHT) - self.arrays_["centre"]) / self.arrays_["scale"]
        straight = np.clip(straight, -4, 4)
        width, n = np.log(_columns(table, ("width",))), _columns(table, ("n",))
        # bounded, for a count that only grows would carry on as a trend
        return np.hstack([self.splines_.transform(_columns(table, BENT)), straight, n / (n + HALF_KNOWN), width])


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

    def arrays(self) -> Arrays:
        """All that was learned: the columns used, where the sum of the trees starts, and the nodes of all trees."""
        trees = [tree.nodes for [tree] in self.model_._predictors]
        start = np.asarray(self.model_._baseline_prediction).ravel()
        return {"varies": self.varies_, "start": start, "sizes": np.array([*map(len, trees)]), "nodes": np.concatenate(trees)}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> "Boosting":
        """The learner that `arrays` were taken from; ValueError where they are none.

        scikit-learn has no public way to put trees together: a model of one tree is learned from four rows, and gets these.
        """
        learner, nodes = cls(), arrays["nodes"].astype(PREDICTOR_RECORD_DTYPE)
        learner.varies_, columns = arrays["varies"].astype("int64"), len(arrays["varies"])
        model = HistGradientBoostingClassifier(max_iter=1, early_stopping=False)  # pyright: ignore[reportArgumentType]
        learner.model_ = model.fit(np.zeros((4, columns)), [0, 1, 0, 1])
        trees = np.split(nodes, np.cumsum(arrays["sizes"])[:-1])
        if not all(_is_tree(tree, columns) for tree in trees) or not np.isin(learner.varies_, np.arange(len(NAMES))).all():
            raise ValueError("the nodes are no trees")
        none = np.zeros((0, 8), "uint32")
        model._predictors = [[TreePredictor(tree.copy(), none, none)] for tree in trees]
        model._baseline_prediction = arrays["start"].astype("float64").reshape(1, 1)
        return learner


@dataclass(eq=False)
class Both:
    """Gradient boosting and logistic regression on the same rows: the mean of their log odds, boosting counting ``share``."""

    boosting: Boosting
    logistic: Logistic
    share: float = 0.5

    def fit(self, table: np.ndarray, paid: np.ndarray, weight: np.ndarray) -> "Both":
        """Both learn from one row per document and step, some counting more than others."""
        self.boosting.fit(table, paid, weight)
        self.logistic.fit(table, paid, weight)
        return self

    def hazard(self, table: np.ndarray) -> np.ndarray:
        """The chance of each row."""
        return together(self.boosting.hazard(table), self.logistic.hazard(table), self.share)

    def arrays(self) -> Arrays:
        """What each has learned, by its name, and how much boosting counts."""
        found = {"share": np.array(self.share)}
        for name, learner in (("boosting", self.boosting), ("logistic", self.logistic)):
            found |= {f"{name}_{key}": array for key, array in learner.arrays().items()}
        return found

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> "Both":
        """The learners that `arrays` were taken from; ValueError where they are none."""
        boosting, logistic = (
            {key.removeprefix(name): array for key, array in arrays.items() if key.startswith(name)}
            for name in ("boosting_", "logistic_")
        )
        share = float(arrays["share"])
        if not 0 <= share <= 1:
            raise ValueError("the share is none")
        return cls(Boosting.of_arrays(boosting), Logistic.of_arrays(logistic), share)


def together(boosting: np.ndarray, logistic: np.ndarray, share: float) -> np.ndarray:
    """Two chances as one: the mean of their log odds, the first counting ``share``.

    Examples
    --------
    >>> together(np.array([0.5, 0.9]), np.array([0.5, 0.1]), 0.5).round(6).tolist()
    [0.5, 0.5]
    """
    return _sigmoid(share * _log_odds(boosting) + (1 - share) * _log_odds(logistic))


def _is_tree(nodes: np.ndarray, columns: int) -> bool:
    """Whether every node leads on to later ones, and asks about columns that there are: then a walk ends, within bounds."""
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    ahead = [(inner < nodes[side][inner]) & (nodes[side][inner] < len(nodes)) for side in ("left", "right")]
    asks = (nodes["feature_idx"][inner] >= 0) & (nodes["feature_idx"][inner] < columns) & (nodes["is_categorical"][inner] == 0)
    return len(nodes) > 0 and bool(np.all([*ahead, asks]))


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
    free: tuple[np.ndarray, np.ndarray] | None = None
    how: str = "not calibrated"

    def calibrate(self, said: np.ndarray, paid: np.ndarray, weight: np.ndarray, documents: int) -> "Calibrated":
        """Compare what the learner says of rows it has not seen, of so many paid documents, with what came."""
        if documents < FEW:
            return self
        if documents >= MANY:
            curve = IsotonicRegression(y_min=SMALLEST, y_max=1 - SMALLEST, out_of_bounds="clip").fit(said, paid, weight)
            self.free = curve.X_thresholds_, curve.y_thresholds_
            self.how = f"isotonic, on {documents:,} documents paid in the later block"
            return self
        with threadpool_limits(1):
            line = LogisticRegression(C=1e6, solver="newton-cholesky").fit(_log_odds(said)[:, None], paid, weight)
        # few documents say little about the slope, and what is learned again from all of the time needs less of it
        told = documents / (documents + MANY)
        self.slope = 1 + told * float(np.clip(line.coef_[0, 0] - 1, -0.5, 0.5))
        self.level = _level(_log_odds(said), paid, weight, self.slope)
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
            return np.interp(said, *self.free)
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


def _apart(knots: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Knots of each column at least a little apart, where many rows are alike too."""
    steps = np.where(spread > 0, APART * spread, 1.0) * np.arange(len(knots))[:, None]
    return np.maximum.accumulate(knots - steps, axis=0) + steps


def _columns(table: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Some columns; what is missing counts as nothing."""
    return np.nan_to_num(table[:, [NAMES.index(name) for name in names]].astype("float64"), nan=0.0)


def _log_odds(chance: np.ndarray) -> np.ndarray:
    safe = np.clip(chance, SMALLEST, 1 - SMALLEST)
    return np.log(safe / (1 - safe))


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))
