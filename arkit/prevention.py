"""What would stop a customer's next late invoice, by its own numbers: at most three measures, each with its figure."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from arkit.money import NO_CURRENCY, texts, to_major, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.tables import CUSTOMERS, DOCUMENTS, PREVENTIONS, PROFILES

YEAR, MONTHS = 365, 12
#: Beyond so many times its threshold a figure suggests a measure no more than others that are there too.
STRONGEST = 4.0
#: What is needed of documents.
OF_DOCUMENT = [
    *("as_of", "customer_id", "kind", "issued", "due_date", "amount", "open_amount", "currency", "days_late"),
    *("reference", "paid_amount", "last_paid_on"),
]


class Case(NamedTuple):
    """For all customers at once: the figure, what it is compared with, for whom it holds, how strongly, and the sentence."""

    figure: pd.Series
    threshold: pd.Series | float
    holds: pd.Series
    strength: pd.Series
    words: Callable[[pd.Index], pd.Series]


def prevent(
    documents: pd.DataFrame,
    profiles: pd.DataFrame,
    policy: Policy = DEFAULT,
    *,
    scores: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What would stop the next late invoice of each customer, one row per customer and measure, shape `PREVENTIONS`.

    Only customers who are late with a share of their invoices of ``[prevention] late_share`` or more, or owe something past
    due, and are not insolvent. A measure stands for a figure of the customer's own that reaches the policy's threshold; at
    most ``measures`` of a customer, those whose figure is the most beyond its threshold (up to four times it, then in the
    order of `MEASURES`, what is our own doing first). What a measure would bring is not measured: the figure says why to try.

    Parameters
    ----------
    profiles
        What `arkit.history.profile` returns for the same documents.
    scores
        For deposits; without it only those who never paid are asked for one.
    customers
        For credit limits, purchase orders, direct debit and terms.

    Examples
    --------
    >>> from arkit.history import profile
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> documents = ledger.at("2026-10-31")
    >>> found = prevent(documents, profile(documents, notes=ledger.notes), customers=ledger.customers)
    >>> found.groupby("customer_id").size().max().item()
    3
    """
    items = DOCUMENTS.conform(documents)[OF_DOCUMENT]
    known = PROFILES.conform(profiles).drop_duplicates("customer_id").set_index("customer_id").sort_index()
    facts = _facts(items, known, scores, CUSTOMERS.conform(customers), policy)
    facts = facts[_late(facts, policy)]
    if not len(facts):
        return PREVENTIONS.empty()
    rows = [_rows(place, name, measure(facts, policy)) for place, (name, measure) in enumerate(MEASURES.items())]
    found = pd.concat(rows).sort_values(["customer_id", "strength", "place"], ascending=[True, False, True], kind="stable")
    found["rank"] = found.groupby("customer_id").cumcount() + 1
    found = found[found["rank"].le(policy.prevention.measures)]
    return PREVENTIONS.conform(found.assign(as_of=facts["as_of"].max()).reset_index(drop=True)[PREVENTIONS.names])


def _late(facts: pd.DataFrame, policy: Policy) -> pd.Series:
    often = facts["late_share"].ge(policy.prevention.late_share) & facts["n"].ge(policy.prevention.invoices)
    return (often | facts["n_past_due"].gt(0)) & ~facts["insolvent"]


def _rows(place: int, name: str, case: Case) -> pd.DataFrame:
    """The customers for whom a measure is suggested."""
    who = case.holds.index[case.holds.fillna(value=False).to_numpy(bool)]
    threshold = case.threshold if isinstance(case.threshold, pd.Series) else pd.Series(case.threshold, index=case.figure.index)
    return pd.DataFrame(
        {
            "customer_id": who,
            "measure": name,
            "figure": case.figure.reindex(who).astype("float64").to_numpy(),
            "threshold": threshold.reindex(who).astype("float64").to_numpy(),
            "strength": case.strength.reindex(who).astype("float64").clip(upper=STRONGEST).round(9).to_numpy(),
            "place": place,
            "why": case.words(who).to_numpy() if len(who) else [],
        }
    )


# -- the customers' numbers --------------------------------------------------------------------------------------------------


def _facts(
    items: pd.DataFrame, profiles: pd.DataFrame, scores: pd.DataFrame | None, customers: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """One row per customer with a profile: what it is asked about below; money in minor units of its only currency."""
    marks = customers.drop_duplicates("customer_id").set_index("customer_id").reindex(profiles.index)
    score = (
        pd.Series(dtype="float64")
        if scores is None
        else scores.drop_duplicates("customer_id").set_index("customer_id")["score"]
    )
    invoices = items[items["kind"].eq("invoice")]
    lately = invoices[(invoices["as_of"] - invoices["issued"]).dt.days.lt(YEAR)]
    by = lately["customer_id"]

    def counted(of: pd.Series) -> pd.Series:
        return of.groupby(by).sum().reindex(profiles.index).fillna(0)

    silent = invoices.loc[invoices["paid_amount"].isna(), "customer_id"]  # a list of what is open does not say what was paid
    granted = (invoices["due_date"] - invoices["issued"]).dt.days.groupby(invoices["customer_id"]).median()
    return profiles.assign(
        score=score.reindex(profiles.index).astype("float64"),
        invoices=counted(by.notna()),
        without_order=counted(lately["reference"].eq("")),
        after_run=counted(_after_run(lately, profiles["usual_day"], policy.prevention.run_days)),
        granted=granted.reindex(profiles.index),
        payments_known=~profiles.index.isin(silent) & bool(items["last_paid_on"].notna().any()),
        order_wanted=marks["po_required"].eq(other=True),
        debited=marks["direct_debit"].eq(other=True),
        individual=marks["is_individual"].eq(other=True),
        insolvent=marks["insolvent_since"].le(items["as_of"].max()),
        limit=marks["credit_limit"].astype("float64"),
        **_money(items, profiles),
    )


def _after_run(invoices: pd.DataFrame, usual_day: pd.Series, run_days: int) -> pd.Series:
    """Whether each invoice falls due in the days after the customer's usual three days of payment."""
    last = invoices["customer_id"].map(usual_day).astype("float64")
    last = (last + 2).where(last < 31, 0)
    days_in_month = invoices["due_date"].dt.days_in_month
    gap = (invoices["due_date"].dt.day - last) % days_in_month
    return gap.between(1, run_days)


def _money(items: pd.DataFrame, profiles: pd.DataFrame) -> dict[str, pd.Series]:
    """Balance, past due and money received a month, in minor units; missing for customers of several currencies."""
    by = items["customer_id"]
    minor = pd.Series(to_minor(items["open_amount"], items["currency"]), index=items.index)
    since = (items["as_of"] - items["last_paid_on"]).dt.days
    paid = items["paid_amount"].where(items["kind"].eq("invoice") & since.lt(YEAR)).fillna(0)
    received = pd.Series(to_minor(paid, items["currency"]), index=items.index)
    sums = pd.DataFrame(
        {"balance": minor, "past_due": minor.clip(lower=0).where(items["days_late"].gt(0), 0), "received": received}
    )
    sums = sums.groupby(by).sum().reindex(profiles.index)
    code = items.groupby("customer_id")["currency"].agg(["first", "nunique"]).reindex(profiles.index)
    months = (profiles["tenure_days"] * MONTHS / YEAR).clip(1, MONTHS)
    alone = code["nunique"].eq(1)
    return {
        "currency": code["first"].fillna(NO_CURRENCY).astype("str"),
        "balance": sums["balance"].where(alone),
        "past_due": sums["past_due"].where(alone),
        "monthly": (sums["received"] / months).where(alone),
    }


def _amount(facts: pd.DataFrame, name: str) -> pd.Series:
    """Minor units in words."""
    return texts(pd.Series(to_major(facts[name].round().to_numpy(), facts["currency"]), index=facts.index), facts["currency"])


def _whole(number: pd.Series) -> pd.Series:
    return number.round().astype("int64").astype("str")


def _counted(number: pd.Series, one: str, many: str) -> pd.Series:
    """Numbers with their noun."""
    return _whole(number) + " " + number.eq(1).map({True: one, False: many}).astype("str")


def _percent(share: pd.Series) -> pd.Series:
    return _whole(100 * share) + " %"


# -- the measures ------------------------------------------------------------------------------------------------------------


def _order(facts: pd.DataFrame, policy: Policy) -> Case:
    """Purchase order on electronic invoices: where a wanted order is missing, else where invoices are disputed."""
    bounds = policy.prevention
    share = facts["without_order"] / facts["invoices"].where(facts["invoices"] > 0)
    missing = facts["order_wanted"] & share.ge(bounds.order_share) & facts["without_order"].gt(0)
    disputed = facts["disputes"].ge(bounds.disputes) & facts["disputes"].gt(0)

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        order = "pays no invoice without its purchase order, and " + _whole(of["without_order"]) + " of the last "
        order += _whole(of["invoices"]) + " carried none"
        return order.where(
            missing[who], _whole(of["disputes"]) + " invoices were disputed: send them with order and delivery data"
        )

    figure = share.where(missing, facts["disputes"].astype("float64"))
    threshold = pd.Series(float(bounds.disputes), index=facts.index).mask(missing, bounds.order_share)
    return Case(figure, threshold, missing | disputed, figure / threshold.clip(lower=1e-9), words)


def _earlier(facts: pd.DataFrame, policy: Policy) -> Case:
    """Invoice earlier: invoices that fall due just after the customer's usual day wait for the next one."""
    bounds = policy.prevention
    share = facts["after_run"] / facts["invoices"].where(facts["invoices"] > 0)
    holds = facts["usual_day"].notna() & share.ge(bounds.run_share) & facts["after_run"].gt(0)

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        return of["habit"] + ", and " + _percent(share[who]) + f" of its invoices fall due in the {bounds.run_days} days after"

    return Case(share, bounds.run_share, holds, share / max(bounds.run_share, 1e-9), words)


def _advance(facts: pd.DataFrame, policy: Policy) -> Case:
    """Deposit or part payment in advance: where the score is low, or nothing was ever paid as far as payments are known."""
    bound = policy.prevention.advance_score
    never = facts["n_settled"].eq(0) & facts["n_past_due"].gt(0) & facts["payments_known"]
    low = facts["score"].lt(bound)

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        said = "has not paid one invoice yet, and " + _whole(of["n_past_due"]) + " past due"
        scored = "score " + of["score"].round(1).astype("str") + f", below {bound:g}"
        return said.where(never[who], scored)

    strength = (bound / facts["score"].clip(lower=1e-9)).mask(never, STRONGEST)
    return Case(facts["score"], bound, never | low, strength, words)


def _schedule(facts: pd.DataFrame, policy: Policy) -> Case:
    """A written payment schedule: where invoices are paid in parts and promises broken."""
    bound = policy.prevention.part_paid
    figure = (facts["part_paid"] + facts["promises_broken"]).astype("float64")

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        parts = _counted(of["part_paid"], "invoice paid in parts", "invoices paid in parts")
        broken = _counted(of["promises_broken"], "promise broken", "promises broken")
        both = of["part_paid"].gt(0) & of["promises_broken"].gt(0)
        said = (parts + " and " + broken).where(both, parts.where(of["part_paid"].gt(0), broken))
        return said + ", and " + _whole(of["n_past_due"]) + " past due"

    return Case(figure, bound, figure.ge(bound) & figure.gt(0) & facts["n_past_due"].gt(0), figure / max(bound, 1e-9), words)


def _limit(facts: pd.DataFrame, policy: Policy) -> Case:
    """A credit limit: where it is exceeded, or where there is none and much is open beside what is usually paid."""
    bound = policy.prevention.limit_months
    unit = pd.Series(to_minor(facts["limit"].fillna(0), facts["currency"]), index=facts.index)
    limited = facts["limit"].notna()
    above = limited & facts["balance"].gt(unit) & facts["past_due"].gt(0)
    times = facts["balance"] / unit.where(unit > 0)
    months = facts["balance"] / facts["monthly"].where(facts["monthly"] > 0)
    loose = ~limited & months.ge(bound) & facts["past_due"].gt(0)

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        owes = "owes " + _amount(of, "balance")
        over = owes + ", above its limit of " + texts(of["limit"].fillna(0), of["currency"]) + ": deliver when it is paid down"
        none = owes + ", what it pays in " + months[who].round(1).astype("str") + " months, and has no credit limit"
        return over.where(above[who], none)

    figure = months.mask(above, times.fillna(STRONGEST))
    threshold = pd.Series(bound, index=facts.index).mask(above, 1.0)
    return Case(figure, threshold, above | loose, figure / threshold.clip(lower=1e-9), words)


def _debit(facts: pd.DataFrame, policy: Policy) -> Case:
    """Direct debit: for many invoices of somebody who pays, only late."""
    bounds = policy.prevention
    mild = facts["days_late_shrunk"].gt(0) & facts["days_late_shrunk"].le(bounds.mild_days)
    pays = facts["n_settled"].gt(0) & facts["bounced"].eq(0) & ~facts["debited"]

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        late = of["days_late_shrunk"].round(1).astype("str")
        return _whole(of["invoices"]) + " invoices in 12 months, " + late + " days late on average, and none bounced"

    holds = mild & pays & facts["invoices"].ge(bounds.debit_invoices)
    return Case(facts["invoices"], bounds.debit_invoices, holds, facts["invoices"] / max(bounds.debit_invoices, 1e-9), words)


def _terms(facts: pd.DataFrame, policy: Policy) -> Case:
    """Shorter terms: for those who are late by nearly the same days each time."""
    bounds = policy.prevention
    late = facts["days_late_shrunk"]
    steady = late.ge(bounds.steady_days) & facts["spread_days"].le(bounds.steady_spread)

    shorter = (facts["granted"] - late).clip(lower=bounds.terms_shortest)

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        said = _whole(of["days_late_shrunk"]) + " days late, give or take " + _whole(of["spread_days"]) + ", on terms of "
        said += _whole(of["granted"]) + " days: on terms of " + _whole(shorter[who]) + " its money would come "
        return said + _whole(of["granted"] - shorter[who]) + " days sooner if it stays as late"

    holds = steady & facts["n_settled"].gt(0) & facts["granted"].gt(bounds.terms_least) & facts["n"].ge(bounds.invoices)
    return Case(late, bounds.steady_days, holds, late / max(bounds.steady_days, 1e-9), words)


def _discount(facts: pd.DataFrame, policy: Policy) -> Case:
    """An early-payment discount: where waiting costs more than it."""
    bounds = policy.prevention
    days = (facts["granted"] + facts["days_late_shrunk"]).clip(lower=0)
    waiting = policy.routes.cost_of_money * (days - bounds.discount_days) / YEAR
    price = bounds.discount / (1 - bounds.discount)

    def words(who: pd.Index) -> pd.Series:
        said = "its money comes after " + _whole(days[who]) + f" days, which from day {bounds.discount_days} on costs "
        said += (100 * waiting[who]).map("{:.2f}".format) + " % of each invoice; "
        return said + f"a discount of {100 * bounds.discount:g} % for paying by that day costs {100 * price:.2f} %"

    sound = facts["n_settled"].gt(0) & ~facts["score"].lt(bounds.advance_score)
    holds = waiting.gt(price) & sound & facts["days_late_shrunk"].gt(0)
    return Case(waiting, price, holds, waiting / max(price, 1e-9), words)


def _fee(facts: pd.DataFrame, policy: Policy) -> Case:
    """A late fee in the terms: for companies that are mildly late as a habit."""
    bounds = policy.prevention
    late = facts["days_late_shrunk"]
    habit = facts["late_share"].ge(bounds.late_share) & facts["n"].ge(bounds.invoices) & ~facts["individual"]

    def words(who: pd.Index) -> pd.Series:
        of = facts.loc[who]
        said = "late with " + _whole(of["n_late"]) + " of " + _whole(of["n"]) + " invoices, by "
        return said + of["days_late_shrunk"].round(1).astype("str") + " days on average: say in the terms what that costs"

    return Case(
        late, bounds.fee_days, habit & late.between(bounds.fee_days, bounds.mild_days), late / max(bounds.fee_days, 1e-9), words
    )


#: The measures, what is our own doing first, then what protects, then what makes paying easy, then what it costs.
MEASURES: dict[str, Callable[[pd.DataFrame, Policy], Case]] = {
    "purchase order on electronic invoices": _order,
    "invoice earlier": _earlier,
    "deposit or part payment in advance": _advance,
    "written payment schedule": _schedule,
    "credit limit": _limit,
    "direct debit": _debit,
    "shorter terms": _terms,
    "early-payment discount": _discount,
    "late fee in the terms": _fee,
}
