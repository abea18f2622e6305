"""How each customer has paid so far; an invoice still open past its due day counts as late so far."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.money import to_minor, units
from arkit.netting import net_of_credits
from arkit.notes import broken_promises, known_notes
from arkit.policy import DEFAULT, Policy
from arkit.remainders import is_remainder
from arkit.tables import DOCUMENTS, PROFILES

WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"]
#: The chance that a payment without a habit falls on a weekday: Fridays and Mondays also take those of the weekend.
WEEKDAY_CHANCE = dict(enumerate([3 / 7, 1 / 5, 1 / 5, 1 / 5, 3 / 7, 1 / 7, 1 / 7]))
#: ... on three days in a row of a month, and how many habits are looked for: 7 weekdays, 31 days, the end of the month.
DAYS_CHANCE, HABITS = 3 / 28, 39
#: Stands for the last three days of the month, wherever it ends.
MONTH_END = 32


@dataclass(frozen=True)
class Book:
    """What all customers together are like: what few invoices are shrunk to.

    ``mean`` and ``within`` are the days beyond terms and their variance within customers, ``k`` the weight at which a
    customer's own figure counts as much as the book's, ``late_share`` the share of invoices paid late, ``amounts`` the mean
    invoice of each currency.
    """

    mean: float
    within: float
    k: float
    late_share: float
    amounts: pd.Series


def profile(
    documents: pd.DataFrame, policy: Policy = DEFAULT, *, notes: pd.DataFrame | None = None, book: Book | None = None
) -> pd.DataFrame:
    """How customers pay, one row per customer with at least one invoice, shape `PROFILES`.

    An *experience* is an invoice settled by money, with its days beyond terms at the last payment, or one open past its due
    day. The open one counts with the days it is late so far or what is usual for the customer, whichever is more, for it
    will be paid later than today; where nothing has been paid yet, every open one counts as the oldest. A remainder too
    small to ask for counts as settled. What is not the customer's fault says nothing and is left out: invoices that were
    ever disputed, that credit not yet applied covers, that were settled by credit note or write-off, or whose day of
    settlement an export does not give. An invoice that lists of open items show up to some day and then no more counts as
    paid half-way between the two lists. One that is due before its day of issue counts as due on that day, for nobody pays
    before there is an invoice. Amounts weigh relative to the mean invoice of their currency, so neither scale nor currency
    matters.

    The shrunk mean is ``Z x own + (1 - Z) x book`` with ``Z = w / (w + k)``: ``w`` the weight of the customer's invoices and
    ``k`` the variance within customers over the variance between them (Buhlmann and Straub), estimated from this book. In it
    no invoice weighs more than the policy's ``weight_most`` mean invoices, less than one part in as many, or counts with
    days outside ``days_least`` to ``days_most``: one invoice cannot swing it. Before the first payment the book gives no
    credit: the figure is not below the customer's own. The late share is ``(late + prior x book share) / (n + prior)``.

    Parameters
    ----------
    notes
        Promises and disputes, shape `NOTES`; those dated after the documents' day are not looked at.
    book
        What few invoices are shrunk to; by default `book_of` the same documents.

    Raises
    ------
    TableRefused
        If the table is no table of documents.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> profiles = profile(sample_ledger().at("2026-10-31"))
    >>> profiles["credibility"].between(0, 1).all().item()
    True
    """
    invoices = _invoices(documents, policy, notes)
    if not len(invoices):
        return PROFILES.empty()
    told = _experiences(invoices)
    book = _book(invoices, told, policy) if book is None else book
    invoices, told = _weighed(invoices, book, policy), _weighed(told, book, policy)
    groups = invoices.groupby("customer_id")
    profiles = pd.DataFrame(index=groups.size().index)
    due = invoices["waiting"] & invoices["days_late"].gt(0)
    profiles = profiles.assign(
        as_of=groups["as_of"].first(),
        n=_count(told, profiles),
        n_settled=_count(told[told["paid"]], profiles),
        n_open=_count(invoices[~invoices["settled"]], profiles),
        n_past_due=_count(invoices[due], profiles),
        n_late=_count(told[told["late"] > 0], profiles),
        worst_days_late=told.groupby("customer_id")["late"].max(),
        oldest_days_late=invoices.loc[due].groupby("customer_id")["days_late"].max(),
        trend_days=_trend(told, policy),
        overdue_share=_overdue_share(invoices),
        part_paid=_in_parts(invoices).groupby(invoices["customer_id"]).sum(),
        bounced=invoices["bounced"].fillna(0).groupby(invoices["customer_id"]).sum(),
        tenure_days=(groups["as_of"].first() - groups["issued"].min()).dt.days,
    )
    profiles = profiles.assign(**_means(told), **_volume(invoices)).fillna({"oldest_days_late": 0})
    profiles = _credible(profiles, told, book, policy)
    profiles = _norm(profiles, told[told["paid"]], policy)
    profiles = _habits(profiles, told[told["paid"]], policy)
    profiles = _said(profiles, documents, notes, policy)
    return PROFILES.conform(profiles.reset_index())


def book_of(documents: pd.DataFrame, policy: Policy = DEFAULT, *, notes: pd.DataFrame | None = None) -> Book:
    """What all customers together are like, for judging another day or another list by the same measure; see `Book`.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> book_of(sample_ledger().at("2026-10-31")).k >= 2
    True
    """
    invoices = _invoices(documents, policy, notes)
    return _book(invoices, _experiences(invoices), policy)


def _invoices(documents: pd.DataFrame, policy: Policy, notes: pd.DataFrame | None) -> pd.DataFrame:
    DOCUMENTS.must_have(documents)
    invoices = documents.loc[documents["kind"].eq("invoice") & documents["amount"].gt(0)]
    early = (invoices["issued"] - invoices["due_date"]).dt.days.clip(lower=0)
    if early.gt(0).any():  # nobody pays before there is an invoice
        due = invoices["due_date"] + pd.to_timedelta(early, unit="D")
        invoices = invoices.assign(due_date=due.astype("datetime64[s]"), days_late=invoices["days_late"] - early)
    return _states(invoices, net_of_credits(documents), known_notes(notes, documents["as_of"].max()), policy)


def _count(rows: pd.DataFrame, profiles: pd.DataFrame) -> pd.Series:
    return rows.groupby("customer_id").size().reindex(profiles.index, fill_value=0)


def _states(invoices: pd.DataFrame, net: pd.Series, notes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Each invoice as the customer's doing: ``paid`` on ``paid_on``, or still ``waiting`` for its money; or neither."""
    disputes = notes[notes["kind"].eq("dispute") & notes["document_id"].ne("")]
    disputed = pd.MultiIndex.from_frame(invoices[["customer_id", "document_id"]]).isin(
        pd.MultiIndex.from_frame(disputes[["customer_id", "document_id"]])
    )
    currency = invoices["currency"]
    left, amount = (pd.Series(to_minor(invoices[name], currency), invoices.index) for name in ("open_amount", "amount"))
    small = is_remainder(left, amount, currency, policy)
    vanished = invoices["settled_after"].notna()
    half_way = invoices["due_date"] + pd.to_timedelta(invoices["days_late"], unit="D")
    paid_on = half_way.where(vanished, invoices["last_paid_on"].fillna(invoices["settled_on"]))
    return invoices.assign(
        paid=small & paid_on.notna() & (vanished | invoices["paid_amount"].fillna(0).gt(0)) & ~disputed,
        paid_on=paid_on,
        waiting=~small & net.reindex(invoices.index).gt(0) & ~disputed,
    )


def _experiences(invoices: pd.DataFrame) -> pd.DataFrame:
    """Invoices that say something, with ``late``: days beyond terms, for waiting ones not below what is usual.

    ``so_far`` is what the calendar says alone.
    """
    told = invoices.loc[invoices["paid"] | (invoices["waiting"] & invoices["days_late"].gt(0))]
    so_far = (told["paid_on"] - told["due_date"]).dt.days.where(told["paid"], told["days_late"]).astype("float64")
    told = told.assign(so_far=so_far)
    usual = told["customer_id"].map(_usual(told)).astype("float64")
    return told.assign(late=so_far.where(told["paid"], np.fmax(so_far, usual)))


def _usual(told: pd.DataFrame) -> pd.Series:
    """Mean days late of what is settled and of those open that are later already than that mean.

    It is the largest mean that taking in open invoices, latest first, can give. So it never falls when one is paid later,
    or not at all.
    """
    ordered = told.sort_values(["customer_id", "paid", "so_far"], ascending=[True, False, False], kind="stable")
    by = ordered.groupby("customer_id")
    running = by["so_far"].cumsum() / (by.cumcount() + 1)
    all_paid_in = ~ordered["paid"] | by["paid"].cumsum().eq(by["paid"].transform("sum")) & ordered["paid"]
    return running.where(all_paid_in).groupby(ordered["customer_id"]).max()


def _book(invoices: pd.DataFrame, told: pd.DataFrame, policy: Policy) -> Book:
    """See `Book`; all of it missing but ``k`` and ``amounts`` where there is no experience."""
    amounts = invoices.groupby("currency")["amount"].mean()
    if not len(told):
        return Book(np.nan, np.nan, policy.history.credibility_floor, np.nan, amounts)
    told = told.assign(weight=_weight(told, amounts, policy), counts=_counts(told["late"], policy))
    mean = float((told["counts"] * told["weight"]).sum() / told["weight"].sum())
    within, k = _within_and_k(told.groupby("customer_id")["counts"], policy)
    return Book(mean, within, k, float(told["late"].gt(0).mean()), amounts)


def _weight(invoices: pd.DataFrame, amounts: pd.Series, policy: Policy) -> pd.Series:
    most = policy.history.weight_most
    return (invoices["amount"] / invoices["currency"].map(amounts).astype("float64")).fillna(1).clip(1 / most, most)


def _counts(late: pd.Series, policy: Policy) -> pd.Series:
    return late.clip(policy.history.days_least, policy.history.days_most)


def _weighed(invoices: pd.DataFrame, book: Book, policy: Policy) -> pd.DataFrame:
    """With ``size`` in mean invoices of its currency, and ``weight``, the same within bounds."""
    size = (invoices["amount"] / invoices["currency"].map(book.amounts).astype("float64")).fillna(1)
    return invoices.assign(size=size, weight=_weight(invoices, book.amounts, policy))


def _within_and_k(late: "pd.api.typing.SeriesGroupBy", policy: Policy) -> tuple[float, float]:
    """Variance within customers, and Buhlmann and Straub's k: it over the variance between, not below the policy's floor."""
    n, mean, variance = late.size(), late.mean(), late.var().fillna(0)
    total, customers = n.sum(), len(n)
    if total <= customers:
        return np.nan, policy.history.credibility_floor
    within = float((variance * (n - 1)).sum() / (total - customers))
    if customers < 2:
        return within, policy.history.credibility_floor
    spread = (n * (mean - (n * mean).sum() / total) ** 2).sum()
    between = (spread - (customers - 1) * within) / (total - (n**2).sum() / total)
    return within, float(max(within / between, policy.history.credibility_floor)) if between > 0 else float(total)


def _trend(told: pd.DataFrame, policy: Policy) -> pd.Series:
    """Mean days late of what fell due lately less that of what did before; missing where either has fewer than two."""
    recent = _recent(told, policy)

    def mean(of: pd.Series) -> pd.Series:
        late = told[of].groupby("customer_id")["late"]
        return late.mean().where(late.size().ge(2))

    return mean(recent) - mean(~recent)


def _recent(told: pd.DataFrame, policy: Policy) -> pd.Series:
    """By the due day, which paying later does not move."""
    return (told["as_of"] - told["due_date"]).dt.days.lt(policy.history.recent_days)


def _overdue_share(invoices: pd.DataFrame) -> pd.Series:
    """Share of the balance that waits that is past due, each currency in units of its mean invoice."""
    part = invoices["open_amount"].where(invoices["waiting"], 0) * invoices["size"] / invoices["amount"]
    late = part.where(invoices["days_late"].gt(0), 0)
    sums = pd.DataFrame({"open": part, "late": late}).groupby(invoices["customer_id"]).sum()
    return (sums["late"] / sums["open"]).where(sums["open"] > 0, 0)


def _in_parts(invoices: pd.DataFrame) -> pd.Series:
    several = invoices["payments"].sub(invoices["bounced"]).ge(2)
    partly = invoices["paid_amount"].gt(0) & invoices["open_amount"].gt(0) & invoices["days_late"].gt(0)
    return several | partly


def _means(told: pd.DataFrame) -> dict[str, pd.Series]:
    """Days beyond terms, plain and weighted: of all experiences, of settled ones, and of open ones so far."""
    means = {}
    open_size = told["size"] * told["open_amount"] / told["amount"]
    for name, rows, days, size in (
        ("days_late", told["weight"].notna(), "late", told["size"]),
        ("realised_days", told["paid"], "so_far", told["size"]),
        ("open_days", ~told["paid"], "so_far", open_size),
    ):
        of = told[rows]
        by = of["customer_id"]
        means[f"{name}_mean"] = of[days].groupby(by).mean()
        means[f"{name}_weighted"] = (of[days] * size[rows]).groupby(by).sum() / size[rows].groupby(by).sum()
    return means


def _volume(invoices: pd.DataFrame) -> dict[str, pd.Series]:
    """Invoiced in the last 12 months, in money where it is of one currency, and its change against the 12 before.

    The change is missing for customers of less than 24 months.
    """
    start = invoices["as_of"] - pd.DateOffset(months=12)
    last, before = invoices["issued"].gt(start), invoices["issued"].le(start)
    before &= invoices["issued"].gt(invoices["as_of"] - pd.DateOffset(months=24))
    by = invoices["customer_id"]
    minor = pd.Series(to_minor(invoices["amount"], invoices["currency"]), index=invoices.index).where(last, 0)
    currency = invoices.groupby("customer_id")["currency"].first()
    alone = invoices.groupby("customer_id")["currency"].nunique().eq(1)
    size = invoices["size"]
    change = size.where(last, 0).groupby(by).sum() / size.where(before, 0).groupby(by).sum() - 1
    old = invoices["issued"].groupby(by).min().le((invoices["as_of"] - pd.DateOffset(months=24)).iloc[0])
    return {
        "volume": (minor.groupby(by).sum() / units(currency)).where(alone),
        "volume_currency": currency.where(alone, ""),
        "volume_change": change.where(old & np.isfinite(change)),
    }


def _credible(profiles: pd.DataFrame, told: pd.DataFrame, book: Book, policy: Policy) -> pd.DataFrame:
    """What is shrunk to the book: days late, lately and in all, spread and late share; the days also as they could be."""
    prior = policy.history.late_prior
    weight = told.groupby("customer_id")["weight"].sum().reindex(profiles.index, fill_value=0)
    n, deviation = profiles["n"], told.groupby("customer_id")["late"].var().reindex(profiles.index).fillna(0)
    freedom = (n - 1).clip(lower=0)
    spread = (freedom * deviation + policy.history.spread_prior * book.within) / (freedom + policy.history.spread_prior)
    now = _paces(profiles, told, book, policy, n_settled=profiles["n_settled"])
    paid = _paces(profiles, told.assign(late=told["so_far"]), book, policy, n_settled=n)
    prompt = _paces(profiles, told, book, policy, n_settled=profiles["n_settled"], more=policy.history.lift_invoices)
    return profiles.assign(
        credibility=weight / (weight + book.k),
        spread_days=np.sqrt(spread),
        late_share=(profiles["n_late"] + prior * book.late_share) / (n + prior),
        **now,
        **{f"{name}_if_paid": days for name, days in paid.items()},
        **{f"{name}_if_prompt": days for name, days in prompt.items()},
    )


def _paces(
    profiles: pd.DataFrame, told: pd.DataFrame, book: Book, policy: Policy, *, n_settled: pd.Series, more: int = 0
) -> dict[str, pd.Series]:
    """Days late shrunk to the book, and those of recent invoices shrunk to that; with so many ``more`` paid on the day."""
    counts = _counts(told["late"], policy)

    def pace(of: pd.Series, prior: float | pd.Series) -> tuple[pd.Series, pd.Series]:
        by = told.loc[of, "customer_id"]
        weight = told.loc[of, "weight"].groupby(by).sum().reindex(profiles.index, fill_value=0)
        days = (counts * told["weight"])[of].groupby(by).sum().reindex(profiles.index, fill_value=0)
        return (days + book.k * prior) / (weight + more + book.k), days / weight.where(weight > 0)

    shrunk, own = pace(told["weight"].notna(), book.mean)
    nothing_paid = n_settled.eq(0) & profiles["n"].gt(0) & (more == 0)
    shrunk = shrunk.where(~nothing_paid, np.fmax(shrunk, own))
    recent, _ = pace(_recent(told, policy), shrunk)
    return {"days_late_shrunk": shrunk, "days_late_recent": recent}


def _norm(profiles: pd.DataFrame, settled: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What is usual for the customer, and how far the oldest open invoice is beyond it."""
    enough = profiles["n_settled"].ge(policy.history.norm_needs)
    late = settled.groupby("customer_id")["late"]
    low, high = (
        late.quantile(q).reindex(profiles.index).where(enough) for q in (policy.history.norm_low, policy.history.norm_high)
    )
    beyond = (profiles["oldest_days_late"] - high.clip(lower=0)).clip(lower=0)
    return profiles.assign(norm_low=low.round(), norm_high=high.round(), breaks_norm_days=beyond.where(high.notna()))


def _habits(profiles: pd.DataFrame, settled: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """On which weekday or day of the month money comes, where that is more than chance, and how many invoices at once.

    Each day on which a customer paid counts once. Lists of open items do not give the day, and count for nothing.
    """
    known = settled[settled["settled_after"].isna()]
    days = known.drop_duplicates(["customer_id", "paid_on"])[["customer_id", "paid_on"]].reset_index(drop=True)
    weekday = _cluster(days, days["paid_on"].dt.day_of_week, WEEKDAY_CHANCE, policy)
    last = days["paid_on"].dt.days_in_month - days["paid_on"].dt.day < 3
    starts = pd.concat([*(days["paid_on"].dt.day - back for back in range(3)), last[last].astype("int64") * MONTH_END])
    monthly = _cluster(days, starts[starts.ge(1)], dict.fromkeys(range(1, MONTH_END + 1), DAYS_CHANCE), policy)
    weekday, monthly = weekday.reindex(profiles.index), monthly.reindex(profiles.index)
    names = pd.Series(dict(enumerate(WEEKDAYS)))
    by_day = "around day " + monthly.fillna(0).astype("int64").astype("str") + " of the month"
    words = by_day.where(monthly.ne(MONTH_END), "at the end of the month").where(monthly.notna(), "")
    words = words.where(monthly.notna() | weekday.isna(), "on " + weekday.map(names))
    return profiles.assign(
        usual_weekday=weekday.map(names).fillna(""),
        usual_day=monthly.clip(upper=31),
        habit=("pays " + words).where(words.ne(""), ""),
        run_size=known.groupby("customer_id").size() / days.groupby("customer_id").size(),
    )


def _cluster(days: pd.DataFrame, kind: pd.Series, chance: dict[int, float], policy: Policy) -> pd.Series:
    """The most usual kind of each customer's days, where there are enough and chance alone gives it too seldom.

    A day may be of several kinds. The bound is Chernoff's, ``P(share >= s) <= exp(-n KL(s, chance))`` (Hoeffding 1963,
    theorem 1), times the number of habits that are looked for.
    """
    hits = pd.DataFrame({"customer_id": days["customer_id"].reindex(kind.index), "kind": kind})
    hits = hits.value_counts(sort=False).rename("hits").reset_index()
    hits = hits.sort_values(["customer_id", "hits", "kind"], ascending=[True, False, True])
    top = hits.drop_duplicates("customer_id").set_index("customer_id")
    n, alone = days.groupby("customer_id").size().reindex(top.index), top["kind"].map(chance).astype("float64")
    share = (top["hits"] / n).clip(lower=alone)
    rest = (1 - share).clip(lower=1e-12)
    divergence = share * np.log(share / alone) + rest * np.log(rest / (1 - alone))
    sure = HABITS * np.exp(-n * divergence) < policy.history.habit_chance
    usual = share.ge(policy.history.habit_share) & n.ge(policy.history.habit_needs) & sure
    return top["kind"].astype("float64").where(usual)


def _said(profiles: pd.DataFrame, documents: pd.DataFrame, notes: pd.DataFrame | None, policy: Policy) -> pd.DataFrame:
    """How many promises were broken and disputes raised."""
    known = known_notes(notes, documents["as_of"].max())
    disputes = known[known["kind"].eq("dispute")].drop_duplicates(["customer_id", "document_id"])
    broken = broken_promises(documents, notes, policy)
    counted = {"promises_broken": broken, "disputes": disputes}
    return profiles.assign(
        **{name: rows.groupby("customer_id").size().reindex(profiles.index).fillna(0) for name, rows in counted.items()}
    )
