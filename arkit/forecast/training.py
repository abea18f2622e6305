"""Learning from the ledger's own past: what to look from, which method did best on a later block, and how wide its ranges."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from arkit.forecast.curves import Curves
from arkit.forecast.known import Known, look
from arkit.forecast.learner import Boosting, Both, Calibrated, Logistic, loss, together
from arkit.forecast.lives import NEVER, Lives
from arkit.forecast.ranges import PLACED, Levels, levels_of, placed
from arkit.forecast.said import Said
from arkit.forecast.steps import EDGES, HORIZONS, brier, chance, curves_of, days_to_money, followed, lay_out

#: Paid documents below which nothing is learned, and from which on only boosting is tried.
FEW, MANY = 300, 20_000
#: The most past days looked from, documents on them, and steps of these that are learned from; of more a sample is.
MOST_DAYS, MOST_ROWS, MOST_STEPS = 110, 40_000, 250_000
#: Past days lie so far apart, or farther; not a multiple of 7, so that every weekday is among them.
APART = 5
#: Days after which what was seen counts half: books drift.
HALF_LIFE = 180.0
#: Days a book must be old before anything is looked from.
YOUNG = 60
#: The later block: this share of the time that can be looked from, and at least so many days of it.
LATER_SHARE, LATER_DAYS = 0.25, 120
#: How much boosting may count beside logistic regression.
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
#: However few documents there are, no more than this is left to chance at either end.
MOST_SPARE = 0.01
#: What learning must beat on the later block to be used.
YARDSTICKS = ("own", "mean_delay", "book")
NAMED = {
    "boosting": "gradient boosting",
    "logistic": "logistic regression",
    "both": "gradient boosting and logistic regression",
    "own": "Kaplan-Meier curves by customer, segment and book",
    "mean_delay": "the customer's mean delay",
    "book": "how the whole book pays around its due dates",
}


@dataclass(frozen=True, eq=False)
class Trained:
    """What `train` found: the ``method`` that is used, and all it needs.

    ``block`` tells where what came in the later block fell on the curves (`placed`), which gives the ``levels``; ``spread`` is
    by how much the variance of a week's cash exceeds that of independent documents, ``typical`` is the median of each fact,
    ``losses`` the mean Brier score of each method on the later block, ``figures`` what was learned from.
    """

    method: str
    learner: Calibrated | None
    curves: Curves
    block: pd.DataFrame
    spread: float
    typical: pd.Series
    losses: dict[str, float]
    figures: dict[str, Any]

    @cached_property
    def levels(self) -> tuple[Levels, ...]:
        """The quantiles of the curve that stand for the three dates, one triple for each of `stage_of`."""
        return levels_of(self.block)

    def ahead(self, known: Known, method: str | None = None) -> np.ndarray:
        """Chances of being paid by the end of each step, one row per document, by the method used or another."""
        method = method or self.method
        if method in YARDSTICKS:
            return unsure(getattr(self.curves, method)(known), self.figures["documents"])
        assert self.learner is not None
        return unsure(curves_of(known, self.learner.hazard), self.figures["documents"])


def unsure(curves: np.ndarray, documents: int) -> np.ndarray:
    """Curves with what so many documents cannot rule out: that the next one is unlike them all (Laplace's rule).

    No chance is 0 or 1. From a week ahead on the spare chance is there whole.

    Examples
    --------
    >>> certain = np.zeros((1, len(EDGES) - 1))
    >>> unsure(certain, 198)[0, [0, -1]].round(4).tolist(), float(unsure(certain + 1, 198).max())
    ([0.0007, 0.005], 0.995)
    """
    spare = min(1 / (documents + 2), MOST_SPARE)
    return spare * np.minimum(EDGES[1:] / 7, 1) + (1 - 2 * spare) * curves


def train(lives: Lives, said: Said, end: int, *, segments: pd.Series | None = None, seed: int = 0) -> Trained:
    """Learn from all that is known on the day ``end``."""
    known, share = _look_back(lives, said, end, seed)
    curves = Curves.of(lives, end, segments)
    paid = int(curves.n.sum())
    figures = {
        "paid": paid,
        "documents": len(lives.documents),
        "customers": len(lives.customers),
        "days": len(np.unique(known.day)),
        "rows": len(known.state),
        "sampled": share,
    }
    typical = known.facts.median() if len(known.facts) else pd.Series(dtype="float64")
    nothing = pd.DataFrame(columns=list(PLACED)).astype(PLACED)
    if paid < FEW or not len(known.day):
        return Trained("own", None, curves, nothing, 1.0, typical, {}, figures)
    cut = _cut(known.day, end)
    early, later = known.take(np.flatnonzero(known.day < cut)), known.take(np.flatnonzero(known.day >= cut))
    before = Curves.of(lives, cut, segments)
    draw = np.random.default_rng(seed)
    learned = _learnable(early, cut, draw)
    if learned[1].sum() < FEW or not len(later.day):
        return Trained("own", None, curves, nothing, 1.0, typical, {}, figures)
    unseen = _learnable(later, end, draw)
    best, calibrated, hazard = _best(learned, unseen, boosting_only=paid >= MANY, seed=seed)
    calibrated.calibrate(hazard, *unseen[1:], documents=_paid_documents(later, end))
    trained = Trained(best, calibrated, before, nothing, 1.0, typical, {}, figures)
    ahead = {name: trained.ahead(later, name) for name in (best, *YARDSTICKS)}
    losses = {name: _mean_brier(curve, later, end) for name, curve in ahead.items()}
    method = min(losses, key=lambda name: losses[name])
    if method not in YARDSTICKS:
        calibrated.learn_again(*_learnable(known, end, np.random.default_rng(seed)))
    figures |= {"later_from": cut, "calibration": calibrated.how, "tried": best, "later_rows": len(later.state)}
    spread = _spread(ahead[method], later, end, share)
    kept = calibrated if method == best else None
    return Trained(method, kept, curves, placed(ahead[method], later, end), spread, typical, losses, figures)


def follow(trained: Trained, lives: Lives, said: Said, span: tuple[int, int], *, seed: int = 0) -> Trained:
    """The same, with a block as long that ends on the second day of ``span`` in place of the first, the one learned until.

    What came since is placed on the curves said then; nothing is learned.
    """
    learned, end = span
    days = past_days(lives, end)
    days = days[days > learned]
    rows = len(lives.open_on(days)[0])
    known = look(lives, days, said, chosen=np.random.default_rng(seed).random(rows) < trained.figures["sampled"])
    kept = trained.block[trained.block["day"].le(learned)]
    block = pd.concat([kept, placed(trained.ahead(known), known, end)], ignore_index=True)
    length = learned - trained.figures.get("later_from", learned - LATER_DAYS)
    return replace(trained, block=block[block["day"].ge(end - length)])


def past_days(lives: Lives, end: int) -> np.ndarray:
    """The past days that are looked from: evenly apart back from the day before ``end``."""
    if not len(lives.documents):
        return np.zeros(0, "int64")
    first = int(lives.documents["issued"].min()) + YOUNG
    apart = max(APART, -(-(end - first) // MOST_DAYS))
    apart += apart % 7 == 0
    return np.arange(end - 1, first, -apart)[::-1].astype("int64")


def _look_back(lives: Lives, said: Said, end: int, seed: int) -> tuple[Known, float]:
    """What was known on past days, and the share of the rows of these days that were drawn."""
    days = past_days(lives, end)
    rows = len(lives.open_on(days)[0])
    share = min(1.0, MOST_ROWS / max(rows, 1))
    chosen = np.random.default_rng(seed).random(rows) < share
    return look(lives, days, said, chosen=chosen), share


def _cut(days: np.ndarray, end: int) -> int:
    """The first day of the later block; a young book gives it at most half of its time."""
    first = int(days.min())
    return end - int(min(max(LATER_SHARE * (end - first), LATER_DAYS), 0.5 * (end - first)))


def _learnable(known: Known, end: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps whose outcome is known on the day ``end``, laid out, whether the money came in each, and how much it counts."""
    row, step, came = followed(known, end)
    if len(row) > MOST_STEPS:
        some = np.sort(draw.choice(len(row), MOST_STEPS, replace=False))
        row, step, came = row[some], step[some], came[some]
    return lay_out(known, row, step), came, 0.5 ** ((end - known.day[row]) / HALF_LIFE)


def _best(
    learned: tuple[np.ndarray, ...], unseen: tuple[np.ndarray, ...], *, boosting_only: bool, seed: int
) -> tuple[str, Calibrated, np.ndarray]:
    """Boosting, logistic regression, or the mixture of both with the lowest loss on the later block, and what it says of it.

    With very many documents boosting alone is learned.
    """
    boosting = Boosting(seed).fit(*learned)
    said = boosting.hazard(unseen[0])
    if boosting_only:
        return "boosting", Calibrated(boosting), said
    logistic = Logistic(seed).fit(*learned)
    beside = logistic.hazard(unseen[0])
    mixed = {share: together(said, beside, share) for share in SHARES}
    share = min(mixed, key=lambda share: loss(mixed[share], unseen[1]))
    name, learner = {0.0: ("logistic", logistic), 1.0: ("boosting", boosting)}.get(
        share, ("both", Both(boosting, logistic, share))
    )
    return name, Calibrated(learner), mixed[share]


def _paid_documents(known: Known, end: int) -> int:
    """How many documents of these rows were paid by the day ``end``."""
    return len(np.unique(known.lives.states["document"].to_numpy()[known.state][days_to_money(known, end) < NEVER]))


def _mean_brier(curves: np.ndarray, known: Known, end: int) -> float:
    """Mean over the horizons of the Brier score on rows followed for the horizon."""
    ahead = days_to_money(known, end)
    scores = [
        brier(chance(curves[rows], horizon), ahead[rows] <= horizon)
        for horizon in HORIZONS
        if len(rows := np.flatnonzero(known.day + horizon <= end))
    ]
    return float(np.mean(scores)) if scores else float("nan")


def _spread(curves: np.ndarray, known: Known, end: int, share: float) -> float:
    """How much more a week's cash varies than if documents paid independently of each other, 1 or more."""
    document = known.lives.states["document"].to_numpy()[known.state]
    worth = known.lives.states["open"].to_numpy()[known.state]
    money = known.lives.documents["money"].to_numpy()[document]
    ahead = days_to_money(known, end)
    code, which = np.unique(np.column_stack([known.day, money]), axis=0, return_inverse=True)
    ratios = []
    for week in range(1, 9):
        due = chance(curves, 7 * week) - chance(curves, 7 * week - 7)
        came = (ahead > 7 * week - 7) & (ahead <= 7 * week)
        error, variance = (
            np.bincount(which.ravel(), weights=value, minlength=len(code))
            for value in (worth * (came - due), worth**2 * due * (1 - due))
        )
        known_by = (code[:, 0] + 7 * week <= end) & (variance > 0)
        ratios.append(error[known_by] ** 2 / variance[known_by])
    ratio = np.concatenate(ratios)
    return float(max(1.0, 1 + (np.mean(ratio) - 1) / share)) if len(ratio) else 1.0
