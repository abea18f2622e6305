"""When open documents will be paid: learned from the ledger's own past, said with a range and with what it rests on."""

from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arkit.errors import ForecastRefused, counted
from arkit.forecast import stored
from arkit.forecast.known import Known, look
from arkit.forecast.lives import Lives
from arkit.forecast.ranges import stage_of
from arkit.forecast.said import Said
from arkit.forecast.steps import EDGES, HORIZONS, chance, days_at
from arkit.forecast.training import FEW, NAMED, YARDSTICKS, follow, train
from arkit.forecast.words import reasons
from arkit.ledger import Ledger, parse_day
from arkit.policy import DEFAULT, Policy
from arkit.tables import DOCUMENTS, EXPLANATIONS, FORECASTS, NOTES

#: Changes when what a file holds is to be understood differently.
FORMAT = 4
#: A weekday that fewer than this share of the book's payments fall on is not forecast.
IDLE = 0.01
#: What names a document.
NAMES = ["as_of", "customer_id", "document_id", "instalment", "currency", "entity"]


@dataclass(eq=False)
class PaymentForecast:
    """When open documents will be paid, learned from what happened to those that were open on past days.

    For past days, evenly apart, everything open is looked at with what was known then; what became of it by ``until`` is
    learned step by step (7 days ahead day by day, then in wider steps up to a year). A step counts only if it was over, so
    invoices still open are in and nothing from later leaks. Credit notes and write-offs end a document without paying it.

    Logistic regression and gradient boosting are learned on the earlier time; a later block says which of them, or which
    mixture of both, did best. Plain yardsticks are compared on it too, and the best of all is used. The later block also
    calibrates the chances and the width of the ranges; then everything is learned anew to the end, recent days counting
    more. With fewer than 300 paid documents nothing is learned: Kaplan-Meier curves of the customer, shrunk to its segment
    and to the book, are used. ``basis`` says so in each row.

    Parameters
    ----------
    policy
        What counts as a small remainder (``contact.small``, ``history.remainder_share``).
    seed
        The same ledger, day and seed give the same forecast.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger(customers=12, months=8)
    >>> model = PaymentForecast().fit(ledger, until="2026-10-31")
    >>> forecasts = model.predict(ledger.at("2026-10-31")).dropna(subset="p_7")  # a small remainder has no forecast
    >>> bool((forecasts["p_7"] <= forecasts["p_90"]).all())
    True
    """

    policy: Policy = DEFAULT
    seed: int = 0

    def fit(self, ledger: Ledger, until: str | pd.Timestamp) -> "PaymentForecast":
        """Learn from what was known at the end of ``until``; returns itself, with ``card_`` and ``spread_``."""
        day = parse_day(until)
        known = ledger.until(day)
        lives = Lives.of_ledger(known, self.policy)
        segments = known.customers.set_index("customer_id")["segment"]
        self.until_ = self.followed_ = day
        self.notes_ = _kept(known.notes)
        self.trained_ = train(lives, Said.of(known.notes, lives), _number(day), segments=segments, seed=self.seed)
        weekday = (lives.experiences()["paid_on"].to_numpy() + 3) % 7
        self.idle_ = np.bincount(weekday, minlength=7) < IDLE * max(len(weekday), 1)
        self.versions_ = _versions()
        return self

    def follow(self, ledger: Ledger, until: str | pd.Timestamp) -> "PaymentForecast":
        """Put the ranges right by what came since, learning nothing; returns itself.

        For a model that was saved and stays as it is while months go by. What it says on the days since it was learned is
        compared with what is known at the end of ``until``. The ranges then go by the newest block of such outcomes, as long as
        the one they were set on; chances stay as they were learned. Disputes and promises come from ``ledger``.

        Raises
        ------
        ForecastRefused
            If nothing was learned yet, or ``until`` is before the day learned or followed until.

        Examples
        --------
        >>> from arkit.sample import sample_ledger
        >>> ledger = sample_ledger(customers=12, months=8)
        >>> PaymentForecast().fit(ledger, until="2026-08-31").follow(ledger, until="2026-10-31").card_["followed"]
        '2026-10-31'
        """
        self._must_be_fitted()
        day = parse_day(until)
        if day < self.followed_:
            raise ForecastRefused(
                "a forecast cannot be followed backwards.",
                expected=f"a day from {self.followed_:%Y-%m-%d} on",
                got=f"{day:%Y-%m-%d}",
                fix="fit a model until the earlier day",
            )
        known = ledger.until(day)
        lives = Lives.of_ledger(known, self.policy)
        span = _number(self.until_), _number(day)
        self.trained_ = follow(self.trained_, lives, Said.of(known.notes, lives), span, seed=self.seed)
        self.notes_ = _kept(known.notes)
        self.followed_ = day
        return self

    def predict(self, documents: pd.DataFrame, *, notes: pd.DataFrame | None = None) -> pd.DataFrame:
        """One row per open document, shape `FORECASTS`.

        Hand over all documents of one day, ``ledger.at(day)``, settled ones too: they tell how customers pay by then.
        Without any of them the customers' curves as of the day learned until are used. No date is before ``as_of``; a date that
        most such documents do not reach within a year is missing. A remainder too small to ask for gets no forecast, and
        where no payment is known nothing does: its row has no chances, and says why.

        Parameters
        ----------
        notes
            Disputes and promises, shape `NOTES`; those of the ledger learned from, if left out.

        Raises
        ------
        ForecastRefused
            If nothing was learned yet, or the documents are of several days.
        """
        known, place, method = self._look(documents, notes)
        if known is None:
            return FORECASTS.conform(self._without(documents, place))
        ahead = self.trained_.ahead(known, method)
        as_of = pd.Timestamp(documents["as_of"].max())
        table = documents.reindex(columns=NAMES).iloc[place].reset_index(drop=True)
        table["open_amount"] = documents["open_amount"].to_numpy()[place]
        for horizon in HORIZONS:
            table[f"p_{horizon}"] = chance(ahead, horizon)
        for name, days in zip(("low_date", "expected_date", "high_date"), self.days(ahead, known), strict=True):
            table[name] = as_of + pd.to_timedelta(days, unit="D")
        table["promised_date"] = as_of + pd.to_timedelta(known.facts["promised_in"].astype("float64"), unit="D")
        table["n"] = self.trained_.curves.count(known) if method in YARDSTICKS else known.facts["n"].astype("int64")
        table["basis"] = self._basis(table, method)
        return FORECASTS.conform(pd.concat([table, self._without(documents, place)], ignore_index=True))

    def explain(self, documents: pd.DataFrame, *, notes: pd.DataFrame | None = None, horizon: int = 30) -> pd.DataFrame:
        """What moved the chance of being paid within ``horizon`` days, one row per open document, shape `EXPLANATIONS`.

        Each group of facts in turn is set to what is typical of the book; by how much the chance of the method that is
        used changes is what the group moved it by. The two or three that moved it most are told in words. Documents without
        a forecast have no row.
        """
        known, place, method = self._look(documents, notes)
        if known is None:
            return EXPLANATIONS.empty()

        def chances(asked: Known) -> np.ndarray:
            return chance(self.trained_.ahead(asked, method), horizon)

        typical = self.trained_.typical if len(self.trained_.typical) else known.facts.median()
        told, moved = reasons(known, chances, typical)
        table = documents.reindex(columns=NAMES).iloc[place].reset_index(drop=True)
        table = table.assign(horizon=horizon, chance=chances(known), reasons=told)
        return EXPLANATIONS.conform(pd.concat([table, moved.add_prefix("moved_by_")], axis=1))

    def days(self, ahead: np.ndarray, known: Known) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Days ahead of the earliest, the expected and the latest date, none on a weekday on which the book is not paid."""
        stage = stage_of(known)
        low, middle, high = (
            self._busy(np.choose(stage, [days_at(ahead, level) for level in levels]), known.day)
            for levels in zip(*self.trained_.levels, strict=True)
        )
        return low, middle, high

    @property
    def spread_(self) -> float:
        """By how much a week's cash varies more than if documents paid independently; for `cash_forecast`."""
        self._must_be_fitted()
        return self.trained_.spread

    @property
    def card_(self) -> dict[str, Any]:
        """What was learned from, the method used, and the mean Brier score of each method on the later block."""
        self._must_be_fitted()
        trained = self.trained_
        scores = {NAMED[name]: round(loss, 4) for name, loss in trained.losses.items()}
        return {
            "until": f"{self.until_:%Y-%m-%d}", "followed": f"{self.followed_:%Y-%m-%d}",
            "method": NAMED[trained.method], "brier_on_later_block": scores,
            "levels": [[round(level, 3) for level in levels] for levels in trained.levels], **trained.figures,
        }  # fmt: skip

    def save(self, file: str | Path) -> Path:
        """Write the model, what it was trained on, the versions and its report card; returns the path.

        The file holds numbers and words only, in JSON and arrays: customer numbers and notes of your books among them, so it
        belongs where your books belong. Opening it runs nothing.
        """
        self._must_be_fitted()
        path = Path(file)
        notes = self.notes_.assign(**{name: self.notes_[name].dt.strftime("%Y-%m-%d") for name in ("date", "until")})
        about = {
            "format": FORMAT, "versions": self.versions_, "card": self.card_,
            "until": f"{self.until_:%Y-%m-%d}", "followed": f"{self.followed_:%Y-%m-%d}",
            "seed": self.seed, "small": self.policy.contact.small, "idle": self.idle_.tolist(),
            "remainder_share": self.policy.history.remainder_share,
            "notes": notes.astype("object").where(notes.notna(), None).to_dict("records"),
        }  # fmt: skip
        stored.write(path, about, self.trained_)
        return path

    @classmethod
    def load(cls, file: str | Path) -> "PaymentForecast":
        """The model of a file that `save` wrote, with that of the policy which forecasts go by.

        Nothing in the file is run, whoever wrote it: it is read as JSON and arrays, and what does not fit is refused.

        Raises
        ------
        ForecastRefused
            If the file is none, or was written by other versions.
        """
        path = Path(file)
        try:
            about = stored.about(path)
            _must_fit(path, about)
            small, share = float(about["small"]), float(about["remainder_share"])
            policy = replace(
                DEFAULT,
                contact=replace(DEFAULT.contact, small=small),
                history=replace(DEFAULT.history, remainder_share=share),
            )
            model = cls(policy, int(about["seed"]))
            model.until_, model.followed_ = parse_day(about["until"]), parse_day(about["followed"])
            model.versions_ = about["versions"]
            model.idle_ = np.array(about["idle"], dtype="bool").reshape(7)
            model.notes_ = NOTES.conform(pd.DataFrame(about["notes"])) if about["notes"] else NOTES.empty()
            model.trained_ = stored.read(path)
            return model
        except ForecastRefused:
            raise
        except stored.NOT_OURS as error:
            raise ForecastRefused(
                f"'{path.name}' is not a saved forecast.",
                expected="a file that PaymentForecast.save wrote",
                got=str(error).partition("\n")[0] or type(error).__name__,
                fix="check the path, or fit a model and save it",
            ) from error

    def _look(self, documents: pd.DataFrame, notes: pd.DataFrame | None) -> tuple[Known | None, np.ndarray, str]:
        """What is known about the documents, the place of each row in them, and the method that can be used."""
        self._must_be_fitted()
        days = documents["as_of"].drop_duplicates()
        if len(days) > 1:
            raise ForecastRefused(
                "the documents are of several days.",
                expected="the documents of one day, settled ones too",
                got=f"{len(days):,} days, {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}",
                fix="ask for one day at a time: predict(ledger.at(day))",
            )
        if not len(documents) or not self.trained_.figures["paid"]:
            return None, np.zeros(0, "int64"), self.trained_.method
        rows = DOCUMENTS.conform(documents).reset_index(drop=True)
        lives = Lives.of_documents(rows, self.policy)
        said = Said.of(self.notes_ if notes is None else notes, lives)
        known = look(lives, np.array([_number(pd.Timestamp(days.iloc[0]))]), said)
        place = lives.documents["row"].to_numpy()[lives.states["document"].to_numpy()[known.state]]
        alone = not (rows["paid_amount"].gt(0) & rows["settled_on"].notna()).any()
        method = "own" if alone and self.trained_.method not in YARDSTICKS else self.trained_.method
        return known, place, method

    def _busy(self, days: np.ndarray, today: np.ndarray) -> np.ndarray:
        """Days ahead, moved on to the next weekday on which money comes."""
        moved = days.copy()
        for _ in range(6):
            weekday = (today + np.nan_to_num(moved).astype("int64") + 3) % 7
            moved = moved + self.idle_[weekday]
        return moved

    def _basis(self, table: pd.DataFrame, method: str) -> pd.Series:
        """In words what each row rests on."""
        trained, until = self.trained_, f"{self.until_:%Y-%m-%d}"
        paid = counted(trained.figures["paid"], "paid document")
        why = f"{NAMED[method]}, learned from {paid} until {until}"
        if method in YARDSTICKS:
            why = f"{NAMED[method]}, from {paid} until {until}"
            if method != trained.method:
                why += ", for none of these documents was paid: hand over settled ones too"
            elif not trained.losses:
                why += f", for fewer than {FEW}, or of too short a time, are too little to learn from"
            else:
                why += f", for it did better than {NAMED[trained.figures['tried']]} on a later block"
        elif trained.figures["sampled"] < 1:
            why += f", a sample of {trained.figures['sampled']:.0%} of its past days' open documents"
        if self.followed_ > self.until_:
            why += f", ranges by what came until {self.followed_:%Y-%m-%d}"
        count = table["n"].astype("str")
        several = count + " paid invoices of its own"
        own = np.select(
            [count.eq("0"), count.eq("1")], ["no paid invoice of its own yet", "1 paid invoice of its own"], several
        )
        far = np.where(table["expected_date"].isna(), f"; less likely than not within {EDGES[-1]} days", "")
        return pd.Series(why + "; ", index=table.index, dtype="str") + own + far

    def _without(self, documents: pd.DataFrame, place: np.ndarray) -> pd.DataFrame:
        """Open documents without a forecast, a row each: where no payment is known all, else remainders nobody asks for."""
        left = np.ones(len(documents), dtype="bool")
        left[place] = False
        owed = (documents["open_amount"].gt(0) & documents["kind"].ne("payment")).to_numpy()
        rows = documents.reindex(columns=[*NAMES, "open_amount"])[left & owed]
        dates = {name: pd.Series(pd.NaT, index=rows.index) for name in ("expected_date", "low_date", "high_date")}
        blank = dict.fromkeys([f"p_{horizon}" for horizon in HORIZONS], np.nan)
        small = "a remainder too small to ask for: no forecast"
        unknown = "nothing was paid after the day it was written: nothing to learn from, no forecast"
        unknown = f"until {self.until_:%Y-%m-%d} {unknown}"
        return rows.assign(**blank, **dates, n=0, basis=small if self.trained_.figures["paid"] else unknown)

    def _must_be_fitted(self) -> None:
        if not hasattr(self, "trained_"):
            raise ForecastRefused(
                "the forecast has learned nothing yet.",
                expected="a model that was fitted",
                got="PaymentForecast()",
                fix='say PaymentForecast().fit(ledger, until="2026-10-31")',
            )


def _kept(notes: pd.DataFrame) -> pd.DataFrame:
    return NOTES.conform(notes[["date", "customer_id", "document_id", "kind", "until", "outcome"]])


def _number(day: pd.Timestamp) -> int:
    return int((day - pd.Timestamp(0)).days)


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("arkit", "scikit-learn", "numpy")}


def _must_fit(path: Path, about: dict[str, Any]) -> None:
    """Refuse what other versions wrote: scikit-learn promises nothing across its own."""
    here = {"format": FORMAT} | _versions()
    there = {"format": about.get("format")} | dict(about.get("versions", {}))
    different = [name for name in here if here[name] != there.get(name)]
    if different:
        raise ForecastRefused(
            f"'{path.name}' was written by other versions.",
            expected=", ".join(f"{name} {here[name]}" for name in different),
            got=", ".join(f"{name} {there.get(name)}" for name in different),
            fix="fit the model anew, or install the versions it was written by",
        )
