"""The report card: how good forecasts on this ledger would have been, beside plain ways of guessing."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from arkit.errors import ForecastRefused, counted
from arkit.forecast.curves import due_days, mean_days
from arkit.forecast.known import Known, look
from arkit.forecast.lives import NEVER, Lives
from arkit.forecast.model import PaymentForecast
from arkit.forecast.said import Said
from arkit.forecast.steps import HORIZONS, brier, chance, days_at, days_to_money
from arkit.forecast.training import NAMED
from arkit.ledger import Ledger, parse_day
from arkit.money import NO_CURRENCY
from arkit.policy import DEFAULT, Policy
from arkit.tables import CALIBRATION

#: Days between the days looked from inside a test, also of those cash is compared on, and how many weeks of it are compared.
APART, CASH_APART, WEEKS = 5, 30, 8
#: Where one test would look at more open documents than this, it looks from fewer days.
MOST_LOOKS = 300_000
#: A forecast is tested on documents followed for so many days; ranges and dates on those followed for the longest.
LONGEST = HORIZONS[-1]
#: Brier scores closer than this are alike.
CLOSE = 0.0005
#: The ways compared: the forecast as it is used, and the yardsticks.
WAYS = {
    "arkit": "the forecast as it is used",
    "own": "Kaplan-Meier curves by customer, segment and book",
    "mean_delay": "the customer's shrunken mean delay",
    "due_date": "the due date",
}


@dataclass(frozen=True)
class Card:
    """How forecasts would have done at each of the ``origins``, none of which knew what came later.

    ``horizons`` has one row per way and horizon: ``n``, ``paid`` (share), ``brier``, ``brier_base`` (of the base rate known
    at the origin), ``auc``. ``dates`` one row per way: ``n`` documents paid by the end, ``days_off`` (mean absolute error),
    ``days_bias`` (plus: said too late), ``covered`` (share of all followed documents inside the range), ``range_days``.
    ``deciles`` one row per horizon and tenth of the chances, in count and in amount, shape `CALIBRATION`. ``customers``
    tells new and returning customers apart. ``cash`` one row per currency and way: share by which weekly cash was off.
    ``methods`` says what each origin used.
    """

    until: pd.Timestamp
    origins: list[pd.Timestamp]
    horizons: pd.DataFrame
    dates: pd.DataFrame
    deciles: pd.DataFrame
    customers: pd.DataFrame
    cash: pd.DataFrame
    methods: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        tables = {name: getattr(self, name) for name in ("horizons", "dates", "deciles", "customers", "cash", "methods")}
        plain = {name: table.astype("object").where(table.notna(), None).to_dict("records") for name, table in tables.items()}
        days = {"until": f"{self.until:%Y-%m-%d}", "origins": [f"{day:%Y-%m-%d}" for day in self.origins]}
        return days | plain | {"notes": self.notes}


def evaluate(ledger: Ledger, until: str | pd.Timestamp, *, origins: int = 3, policy: Policy = DEFAULT, seed: int = 0) -> Card:
    """The report card of forecasts on a ledger, from some past days that each knew nothing later.

    At each origin a forecast is learned from what was known then, and so are the yardsticks. It is then asked, on days
    between that origin and the next, about everything open on them, with what was known on those days; what came by
    ``until`` is the answer. A horizon counts only where it had passed. What was learned ends at the origin, its labels
    too, so that between a label and a test lies at least the horizon.

    Raises
    ------
    ForecastRefused
        If the ledger is too short to look back.
    """
    day = parse_day(until)
    known = ledger.until(day)
    lives, listed = Lives.of_ledger(known, policy), 0
    if len(known.entries) and len(known.snapshots):  # what was paid before a list of what is open is not on it
        known, shown = replace(known, snapshots=known.snapshots.iloc[:0]), len(lives.documents)
        lives = Lives.of_ledger(known, policy)
        listed = shown - len(lives.documents)
    end = _number(day)
    places = _origins(lives, end, origins)
    said = Said.of(known.notes, lives)
    tests = [
        _test(known, lives, said, (start, stop, end), PaymentForecast(policy, seed))
        for start, stop in zip(places, [*places[1:], end], strict=True)
    ]
    rows = pd.concat([test.rows for test in tests], ignore_index=True)
    return Card(
        until=day,
        origins=[_stamp(place) for place in places],
        horizons=_horizons(rows),
        dates=_dates(rows),
        deciles=_deciles(rows),
        customers=_customers(rows),
        cash=_cash(rows),
        methods=pd.DataFrame([test.method for test in tests]),
        notes=_notes(rows, tests, listed),
    )


@dataclass(frozen=True)
class _Test:
    """What was said at one origin and what came, one row per document and day; and the method used."""

    rows: pd.DataFrame
    method: dict[str, Any]


def _origins(lives: Lives, end: int, wanted: int) -> list[int]:
    """Days evenly apart in the later half of the time, the last with room for the longest horizon."""
    first = int(lives.documents["issued"].min()) if len(lives.documents) else end
    if end - first < 4 * LONGEST:
        raise ForecastRefused(
            "the ledger is too short for a report card.",
            expected=f"invoices and payments over {4 * LONGEST} days or more before --until",
            got=f"{counted(end - first, 'day')}",
            fix="add older exports; forecasts work on short ledgers too, but cannot be tested on them",
        )
    start, last = first + (end - first) // 2, end - LONGEST - 30
    return [int(place) for place in np.unique(np.linspace(start, max(last, start), wanted).astype("int64"))]


def _test(ledger: Ledger, lives: Lives, said: Said, span: tuple[int, int, int], model: PaymentForecast) -> _Test:
    """Learn at the first day of ``span``, ask on days up to the second, compare with what is known on the third."""
    start, stop, end = span
    model.fit(ledger, _stamp(start))
    known = look(lives, _looked_from(lives, start, stop), said)
    ahead = days_to_money(known, end)
    document = lives.states["document"].to_numpy()[known.state]
    trained = model.trained_
    curves = {
        "arkit": trained.ahead(known),
        "own": trained.curves.own(known),
        "mean_delay": trained.curves.mean_delay(known),
        "due_date": trained.curves.book(known),
    }
    low, middle, high = model.days(curves["arkit"], known)
    said_on = {"arkit": middle, "own": days_at(curves["own"], 0.5), "mean_delay": mean_days(known), "due_date": due_days(known)}
    rows = pd.DataFrame(
        {
            "origin": start,
            "day": known.day,
            "document": document,
            "currency": lives.documents["currency"].to_numpy()[document],
            "open": lives.states["open"].to_numpy()[known.state],
            "new": (trained.curves.count(known) == 0),
            "ahead": np.where(ahead < NEVER, ahead, np.nan),
            "followed": end - known.day,
            "low": low,
            "high": high,
        }
    )
    days = np.unique(np.r_[HORIZONS, 7 * np.arange(1, WEEKS + 1)])
    columns = {f"{way}_{at}": chance(curve, int(at)) for way, curve in curves.items() for at in days}
    columns |= {f"{way}_days": value for way, value in said_on.items()}
    columns |= {f"base_{horizon}": _base(lives, known, start, horizon) for horizon in HORIZONS}
    method = {
        "origin": _stamp(start),
        "used": NAMED[trained.method],
        "paid_documents": trained.figures["paid"],
        "sampled": trained.figures["sampled"],
    } | {f"brier {NAMED[name]}": value for name, value in trained.losses.items()}
    return _Test(pd.concat([rows, pd.DataFrame(columns)], axis=1), method)


def _looked_from(lives: Lives, start: int, stop: int) -> np.ndarray:
    """Days evenly apart, the first among them; with very much open, fewer of those on which cash is compared."""
    days = np.arange(start, stop, APART)
    looks = len(lives.open_on(days)[0])
    if looks <= MOST_LOOKS:
        return days
    months = np.ceil(looks * APART / CASH_APART / MOST_LOOKS)
    return np.arange(start, stop, CASH_APART * int(months))


def _base(lives: Lives, known: Known, start: int, horizon: int) -> np.ndarray:
    """The share paid within the horizon of all that was open on days before the origin."""
    days = np.arange(start - horizon, start - horizon - 180, -15)[::-1]
    state, place = lives.open_on(days)
    paid_on = lives.outcomes()["paid_on"].to_numpy()[state]
    share = np.mean(paid_on - days[place] <= horizon) if len(state) else 0.5
    return np.full(len(known.state), share)


def _horizons(rows: pd.DataFrame) -> pd.DataFrame:
    found = []
    for horizon in HORIZONS:
        part = rows[rows["followed"].ge(horizon)]
        paid = part["ahead"].le(horizon).to_numpy()
        both = 0 < paid.sum() < len(paid)
        for way in WAYS:
            said = part[f"{way}_{horizon}"].to_numpy()
            found.append(
                {
                    "way": way,
                    "horizon": horizon,
                    "n": len(part),
                    "paid": float(np.mean(paid)) if len(paid) else np.nan,
                    "brier": brier(said, paid),
                    "brier_base": brier(part[f"base_{horizon}"].to_numpy(), paid),
                    "auc": float(roc_auc_score(paid, said)) if both else np.nan,
                }
            )
    return pd.DataFrame(found)


def _dates(rows: pd.DataFrame) -> pd.DataFrame:
    part = rows[rows["followed"].ge(LONGEST)]
    paid = part["ahead"].notna()
    seen = part["ahead"].where(paid, np.inf)
    inside = seen.ge(part["low"].fillna(np.inf)) & (seen.le(part["high"]) | part["high"].isna())
    # without a date in the curve's year none is said, and none can be off
    told = paid & part["arkit_days"].notna()
    found = []
    for way in WAYS:
        off = (part[f"{way}_days"] - part["ahead"])[told & part[f"{way}_days"].notna()]
        mine = way == "arkit"
        found.append(
            {
                "way": way,
                "n": len(off),
                "unpaid": int((~paid).sum()),
                "days_off": float(off.abs().mean()),
                "days_bias": float(off.mean()),
                "covered": float(inside.mean()) if mine else np.nan,
                "range_days": float((part["high"] - part["low"]).mean()) if mine else np.nan,
            }
        )
    return pd.DataFrame(found)


def _deciles(rows: pd.DataFrame) -> pd.DataFrame:
    """Chances said and shares that came, per tenth of the chances, in documents and in money of the usual invoice."""
    found = []
    worth = rows["open"] / rows.groupby("currency")["open"].transform("mean")
    for horizon in HORIZONS:
        part = rows[rows["followed"].ge(horizon)]
        said, came = part[f"arkit_{horizon}"], part["ahead"].le(horizon).astype("float64")
        tenth = np.ceil(said.rank(method="first", pct=True) * 10).clip(1, 10).astype("int64")
        table = pd.DataFrame({"n": 1.0, "said": said, "came": came, "worth": worth.loc[part.index]})
        table["said_amount"], table["came_amount"] = table["said"] * table["worth"], table["came"] * table["worth"]
        sums = table.groupby(tenth).sum()
        share = sums[["said", "came"]].div(sums["n"], axis=0)
        money = sums[["said_amount", "came_amount"]].div(sums["worth"], axis=0)
        both = pd.concat([sums["n"].astype("int64"), share, money], axis=1).rename_axis("decile").reset_index()
        found.append(both.assign(horizon=horizon))
    columns = CALIBRATION.names
    return CALIBRATION.conform(pd.concat(found, ignore_index=True)[columns])


def _customers(rows: pd.DataFrame) -> pd.DataFrame:
    """Customers without a paid invoice at the origin, and the others."""
    found = []
    part = rows[rows["followed"].ge(30)]
    for name, group in (("new", part[part["new"]]), ("returning", part[~part["new"]])):
        paid = group["ahead"].le(30).to_numpy()
        off = (group["arkit_days"] - group["ahead"]).abs()
        found.append(
            {
                "customers": name,
                "n": len(group),
                "paid_30": float(np.mean(paid)) if len(paid) else np.nan,
                "said_30": float(group["arkit_30"].mean()),
                "brier_30": brier(group["arkit_30"].to_numpy(), paid),
                "brier_30_curves": brier(group["own_30"].to_numpy(), paid),
                "days_off": float(off.mean()),
            }
        )
    return pd.DataFrame(found)


def _cash(rows: pd.DataFrame) -> pd.DataFrame:
    """Weekly cash from what was open, seen from each origin and from days a month apart after it."""
    part = rows[rows["followed"].ge(7 * WEEKS) & rows["day"].sub(rows["origin"]).mod(CASH_APART).eq(0)]
    key = [part["currency"], part["day"]]
    came = _by_week(part["ahead"]).mul(part["open"], axis=0).groupby(key).sum()
    whole = came.sum(axis=1).groupby("currency").sum()
    found = []
    for way in WAYS:
        share = _chances_by_week(part, way) if way in ("arkit", "own") else _by_week(part[f"{way}_days"])
        off = share.mul(part["open"], axis=0).groupby(key).sum() - came
        sums = pd.DataFrame({"off_share": off.abs().sum(axis=1), "bias_share": off.sum(axis=1)}).groupby("currency").sum()
        table = sums.div(whole.where(whole > 0), axis=0).assign(came=whole, weeks=came.groupby("currency").size() * WEEKS)
        found.append(table.assign(way=way).reset_index())
    return pd.concat(found, ignore_index=True)[["currency", "way", "weeks", "came", "off_share", "bias_share"]]


def _by_week(days: pd.Series) -> pd.DataFrame:
    """1 in the week ahead that a number of days falls into."""
    return pd.DataFrame({week: days.gt(7 * week - 7) & days.le(7 * week) for week in range(1, WEEKS + 1)}, dtype="float64")


def _chances_by_week(rows: pd.DataFrame, way: str) -> pd.DataFrame:
    """The chance of each week ahead."""
    by_then = rows[[f"{way}_{7 * week}" for week in range(1, WEEKS + 1)]].set_axis(range(1, WEEKS + 1), axis=1)
    return by_then.diff(axis=1).fillna({1: by_then[1]})


def _notes(rows: pd.DataFrame, tests: list[_Test], listed: int) -> list[str]:
    found = [f"{rows['document'].nunique():,} documents, looked at {len(rows):,} times on {rows['day'].nunique():,} days"]
    looked = rows[["origin", "day"]].drop_duplicates()
    apart = looked.groupby("origin")["day"].diff().groupby(looked["origin"]).min().max()
    if apart > APART:
        found.append(f"so much was open that the days looked from are {apart:.0f} apart, not {APART}")
    if listed:
        found.append(
            f"left out: {counted(listed, 'document')} known from a list of what is open alone, where nothing stands that was "
            "paid before it"
        )
    sampled = min(test.method["sampled"] for test in tests)
    if sampled < 1:
        found.append(f"learned from a sample: at least {sampled:.0%} of what was open on past days")
    plain = {test.method["used"] for test in tests} & {NAMED[name] for name in ("own", "mean_delay", "book")}
    found += [f"used at some origin, for nothing learned did better: {name}" for name in sorted(plain)]
    return found


def verdict(card: Card, horizon: int = 30) -> str:
    """Whether the forecast did better than the best plain guess, and what it used, in two or three sentences.

    Where a plain guess did better than what was used, that is said: it could not be known at the time.
    """
    table = card.horizons[card.horizons["horizon"].eq(horizon)].set_index("way")["brier"].dropna()
    used = card.methods["used"].value_counts()
    days = counted(len(card.methods), "day")
    told = f"Used on the {days} looked from: " + ", ".join(f"{name} ({n})" for name, n in used.items()) + "."
    if table.empty:
        return f"Nothing is known yet about what was paid within {horizon} days. {told}"
    paid = card.horizons.loc[card.horizons["horizon"].eq(horizon), "paid"]
    if paid.eq(0).all():
        return f"Nothing that was open on the days looked from was paid within {horizon} days: nothing to compare. {told}"
    plain = str(table.drop("arkit").idxmin())
    ours, best = float(table["arkit"]), float(table[plain])
    beside = f"Brier {ours:.3f}, and {best:.3f} of {WAYS[plain]}, the best of them"
    off = card.dates.set_index("way")["days_off"]
    dates = f" Its dates were {off['arkit']:.1f} days off, those of {WAYS[plain]} {off[plain]:.1f}."
    dates = dates if off[["arkit", plain]].notna().all() else ""
    asked = f"Paid within {horizon} days or not: "
    if abs(ours - best) < CLOSE:
        return f"{asked}the forecast did as well as the best plain guess, and no better ({beside}).{dates} {told}"
    if ours < best:
        return f"{asked}the forecast did better than every plain guess ({beside}).{dates} {told}"
    return f"{asked}a plain guess did better than the forecast ({beside}); go by it.{dates} {told}"


def compared(card: Card, horizon: int = 30) -> pd.DataFrame:
    """The forecast beside the yardsticks as a table to read, one row per way; numbers are texts, as they are said."""
    table = card.horizons[card.horizons["horizon"].eq(horizon)].set_index("way")
    dates, cash = card.dates.set_index("way"), card.cash.pivot_table(index="way", columns="currency", values="off_share")
    base = pd.DataFrame({"brier": table["brier_base"].iloc[:1].to_numpy()}, index=["base"])
    both = pd.concat([table[["brier", "auc"]], base])
    said = pd.DataFrame({"way": both.index.map(WAYS | {"base": "the same chance for all (base rate)"})}, index=both.index)
    said["paid or not: Brier"] = _told(both["brier"], "{:.3f}")
    said["AUC"] = _told(both["auc"], "{:.3f}")
    said["date: days off"] = _told(dates["days_off"].reindex(both.index), "{:.1f}")
    said["bias in days"] = _told(dates["days_bias"].reindex(both.index), "{:+.1f}")
    for currency in cash:
        said["weekly cash off" if currency == NO_CURRENCY else f"weekly cash off, {currency}"] = _told(
            cash[currency].reindex(both.index), "{:.0%}"
        )
    return said.reset_index(drop=True)


def _told(numbers: pd.Series, form: str) -> pd.Series:
    return numbers.map(form.format).where(numbers.notna(), "").astype("str")


def words(card: Card) -> str:
    """The card as text to read."""
    origins = ", ".join(f"{day:%Y-%m-%d}" for day in card.origins)
    lines = [
        f"Report card until {card.until:%Y-%m-%d}, forecasts made on {origins}.",
        *(f"  {line}." for line in verdict(card).rstrip(".").split(". ")),
        *(f"  {note}" for note in card.notes),
        "",
    ]
    lines += [*_words_of_horizons(card), "", *_words_of_dates(card), ""]
    lines.append("New and returning customers, 30 days")
    for row in _rows(card.customers[card.customers["n"].gt(0)]):
        told = "  {customers:<10} n {n:>7,}: said {said_30:.0%}, came {paid_30:.0%}, Brier {brier_30:.3f}"
        lines.append(told.format_map(row))
    lines += ["", "Said and came within 30 days, by tenth of the chances (in documents; in money)"]
    for row in _rows(card.deciles[card.deciles["horizon"].eq(30)]):
        told = "  {decile:>2}: {said:.0%} said, {came:.0%} came; {said_amount:.0%} said, {came_amount:.0%} came"
        lines.append(told.format_map(row))
    lines += ["", "What was used at each origin"]
    lines += [
        "  {origin:%Y-%m-%d}: {used}, from {paid_documents:,} paid documents".format_map(row) for row in _rows(card.methods)
    ]
    return "\n".join(lines)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _words_of_horizons(card: Card) -> list[str]:
    at_30 = card.horizons[card.horizons["horizon"].eq(30)]
    lines = ["Paid within 30 days or not (Brier: 0 is perfect; AUC: 0.5 is a coin)"]
    lines += [f"  {WAYS[row['way']]:<52} Brier {row['brier']:.3f}   AUC {row['auc']:.3f}" for row in _rows(at_30)]
    lines.append(f"  {'the same chance for all (base rate)':<52} Brier {at_30['brier_base'].iloc[0]:.3f}")
    lines += ["", "Other horizons, the forecast as it is used"]
    told = "  {horizon:>3} days: {paid:.0%} paid, Brier {brier:.3f} (base rate {brier_base:.3f}), AUC {auc:.3f}, n {n:,}"
    return lines + [told.format_map(row) for row in _rows(card.horizons[card.horizons["way"].eq("arkit")])]


def _words_of_dates(card: Card) -> list[str]:
    lines = ["Date of payment, of what was paid"]
    for row in _rows(card.dates):
        covered = f"; {row['covered']:.0%} inside the 80 % range" if row["way"] == "arkit" else ""
        lines.append(f"  {WAYS[row['way']]:<52} {row['days_off']:5.1f} days off, bias {row['days_bias']:+.1f}{covered}")
    lines += ["", f"Cash by week, {WEEKS} weeks ahead, from what was open"]
    for row in _rows(card.cash):
        name = WAYS[row["way"]] if row["currency"] == NO_CURRENCY else f"{row['currency']} {WAYS[row['way']]}"
        lines.append(f"  {name:<56} {row['off_share']:.0%} off a week, {row['bias_share']:+.0%} in all")
    return lines


def _number(day: pd.Timestamp) -> int:
    return int((day - pd.Timestamp(0)).days)


def _stamp(day: int) -> pd.Timestamp:
    return pd.Timestamp(day, unit="D").as_unit("s")
