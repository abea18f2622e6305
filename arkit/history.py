"""How each customer has paid so far; an invoice still open past its due day counts as late so far."""

import numpy as np
import pandas as pd

from arkit.netting import net_of_credits
from arkit.notes import broken_promises, known_notes
from arkit.policy import DEFAULT, Policy
from arkit.tables import PROFILES


def profile(documents: pd.DataFrame, policy: Policy = DEFAULT, *, notes: pd.DataFrame | None = None) -> pd.DataFrame:
    """How customers pay, one row per customer with at least one invoice, shape `PROFILES`.

    An *experience* is an invoice settled by money, with its days beyond terms at the last payment, or one open past its due
    day. The open one counts with the days it is late so far or the customer's mean on settled ones, whichever is more, for
    it will be paid later than today. A remainder too small to ask for counts as settled. What is not the customer's fault
    says nothing and is left out: invoices that were ever disputed, that credit not yet applied covers, that were settled by
    credit note or write-off, or whose day of settlement an export does not give. An invoice that lists of open items show
    up to some day and then no more counts as paid half-way between the two lists. Amounts weigh relative to the mean invoice
    of their currency, so neither scale nor currency matters.

    The shrunk mean is ``Z x own + (1 - Z) x book`` with ``Z = n / (n + k)`` and ``k`` the variance within customers over
    the variance between them (Buhlmann and Straub), both estimated from this book. The late share is
    ``(late + prior x book share) / (n + prior)``.

    Parameters
    ----------
    notes
        Promises and disputes, shape `NOTES`; those dated after the documents' day are not looked at.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> profiles = profile(sample_ledger().at("2026-10-31"))
    >>> profiles["credibility"].between(0, 1).all().item()
    True
    """
    invoices = documents.loc[documents["kind"].eq("invoice") & documents["amount"].gt(0)]
    if not len(invoices):
        return PROFILES.empty()
    invoices = _states(invoices, net_of_credits(documents), known_notes(notes, documents["as_of"].max()), policy)
    experience = _experiences(invoices)
    settled = experience[experience["paid"]]
    groups = invoices.groupby("customer_id")
    profiles = pd.DataFrame(index=groups.size().index)
    profiles = profiles.assign(
        as_of=groups["as_of"].first(),
        n=experience.groupby("customer_id").size(),
        n_settled=settled.groupby("customer_id").size(),
        n_open=invoices[~invoices["settled"]].groupby("customer_id").size(),
        n_late=experience[experience["late"] > 0].groupby("customer_id").size(),
        worst_days_late=experience.groupby("customer_id")["late"].max(),
        trend_days=_trend(experience, policy),
        overdue_share=_overdue_share(invoices),
        part_paid=_in_parts(invoices).groupby(invoices["customer_id"]).sum(),
        tenure_days=(groups["as_of"].first() - groups["issued"].min()).dt.days,
    )
    counts = ["n", "n_settled", "n_open", "n_late"]
    profiles[counts] = profiles[counts].fillna(0)
    profiles = _credible(profiles, experience, policy)
    profiles = _norm(profiles, invoices, settled, policy)
    profiles = _said(profiles, documents, notes, policy)
    return PROFILES.conform(profiles.reset_index())


def _states(invoices: pd.DataFrame, net: pd.Series, notes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Each invoice as the customer's doing: ``paid`` on ``paid_on``, or still ``waiting`` for its money; or neither."""
    disputes = notes[notes["kind"].eq("dispute") & notes["document_id"].ne("")]
    disputed = pd.MultiIndex.from_frame(invoices[["customer_id", "document_id"]]).isin(
        pd.MultiIndex.from_frame(disputes[["customer_id", "document_id"]])
    )
    left = invoices["open_amount"].clip(lower=0)
    small = left.le(policy.contact.small) & left.le(policy.history.remainder_share * invoices["amount"])
    vanished = invoices["settled_after"].notna()
    half_way = invoices["due_date"] + pd.to_timedelta(invoices["days_late"], unit="D")
    paid_on = half_way.where(vanished, invoices["last_paid_on"].fillna(invoices["settled_on"]))
    return invoices.assign(
        weight=invoices["amount"] / invoices.groupby("currency")["amount"].transform("mean"),
        paid=small & paid_on.notna() & (vanished | invoices["paid_amount"].fillna(0).gt(0)) & ~disputed,
        paid_on=paid_on,
        waiting=~small & net.reindex(invoices.index).gt(0) & ~disputed,
    )


def _experiences(invoices: pd.DataFrame) -> pd.DataFrame:
    """Invoices that say something, with ``late``: days beyond terms, for waiting ones at least so far."""
    told = invoices.loc[invoices["paid"] | (invoices["waiting"] & invoices["days_late"].gt(0))]
    late = (told["paid_on"] - told["due_date"]).dt.days.where(told["paid"], told["days_late"]).astype("float64")
    own = told["customer_id"].map(late[told["paid"]].groupby(told["customer_id"]).mean())
    return told.assign(late=np.where(told["paid"], late, np.fmax(late, own.astype("float64"))).astype("float64"))


def _trend(experience: pd.DataFrame, policy: Policy) -> pd.Series:
    """Mean days late of recent experiences less that of earlier ones; missing where either side has fewer than two."""
    day = experience["paid_on"].where(experience["paid"], experience["as_of"])
    recent = (experience["as_of"] - day).dt.days.lt(policy.history.recent_days)

    def mean(of: pd.Series) -> pd.Series:
        late = experience[of].groupby("customer_id")["late"]
        return late.mean().where(late.size().ge(2))

    return mean(recent) - mean(~recent)


def _overdue_share(invoices: pd.DataFrame) -> pd.Series:
    """Share of the balance that waits that is past due, each currency in units of its mean invoice."""
    part = invoices["open_amount"].where(invoices["waiting"], 0) * invoices["weight"] / invoices["amount"]
    late = part.where(invoices["days_late"].gt(0), 0)
    sums = pd.DataFrame({"open": part, "late": late}).groupby(invoices["customer_id"]).sum()
    return (sums["late"] / sums["open"]).where(sums["open"] > 0, 0)


def _in_parts(invoices: pd.DataFrame) -> pd.Series:
    several = invoices["payments"].sub(invoices["bounced"]).ge(2)
    partly = invoices["paid_amount"].gt(0) & invoices["open_amount"].gt(0) & invoices["days_late"].gt(0)
    return several | partly


def _credible(profiles: pd.DataFrame, experience: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Means, weighted and shrunk to the book, and the shrunk late share."""
    if not len(experience):
        blank = dict.fromkeys(["late_share", "days_late_mean", "days_late_weighted", "days_late_shrunk"], np.nan)
        return profiles.assign(**blank, credibility=0.0)
    by = experience.groupby("customer_id")
    late, weight = experience["late"], experience["weight"]
    weighted = (late * weight).groupby(experience["customer_id"]).sum() / by["weight"].sum()
    book = (late * weight).sum() / weight.sum()
    credibility = (profiles["n"] / (profiles["n"] + _k(by["late"], policy))).fillna(0)
    prior = policy.history.late_prior
    share = (profiles["n_late"] + prior * (late > 0).mean()) / (profiles["n"] + prior)
    return profiles.assign(
        days_late_mean=by["late"].mean(),
        days_late_weighted=weighted,
        credibility=credibility,
        days_late_shrunk=credibility * weighted.reindex(profiles.index).fillna(0) + (1 - credibility) * book,
        late_share=share,
    )


def _k(late: "pd.api.typing.SeriesGroupBy", policy: Policy) -> float:
    """Buhlmann and Straub's k: variance within customers over variance between them, not below the policy's floor."""
    n, mean, variance = late.size(), late.mean(), late.var().fillna(0)
    total, customers = n.sum(), len(n)
    if total <= customers or customers < 2:
        return policy.history.credibility_floor
    within = (variance * (n - 1)).sum() / (total - customers)
    spread = (n * (mean - (n * mean).sum() / total) ** 2).sum()
    between = (spread - (customers - 1) * within) / (total - (n**2).sum() / total)
    return float(max(within / between, policy.history.credibility_floor)) if between > 0 else float(total)


def _norm(profiles: pd.DataFrame, invoices: pd.DataFrame, settled: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What is usual for the customer, and how far the oldest open invoice is beyond it."""
    enough = profiles["n_settled"].ge(policy.history.norm_needs)
    late = settled.groupby("customer_id")["late"]
    low, high = (
        late.quantile(q).reindex(profiles.index).where(enough) for q in (policy.history.norm_low, policy.history.norm_high)
    )
    waiting = invoices.loc[invoices["waiting"]].groupby("customer_id")["days_late"].max().reindex(profiles.index)
    beyond = (waiting.fillna(0) - high.clip(lower=0)).clip(lower=0)
    return profiles.assign(norm_low=low.round(), norm_high=high.round(), breaks_norm_days=beyond.where(high.notna()))


def _said(profiles: pd.DataFrame, documents: pd.DataFrame, notes: pd.DataFrame | None, policy: Policy) -> pd.DataFrame:
    """How many promises were broken and disputes raised."""
    known = known_notes(notes, documents["as_of"].max())
    disputes = known[known["kind"].eq("dispute")].drop_duplicates(["customer_id", "document_id"])
    broken = broken_promises(documents, notes, policy)
    counted = {"promises_broken": broken, "disputes": disputes}
    return profiles.assign(
        **{name: rows.groupby("customer_id").size().reindex(profiles.index).fillna(0) for name, rows in counted.items()}
    )
