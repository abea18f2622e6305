"""What each way of collecting would cost and bring: wait, plan, factoring, agency, court."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from arkit.money import texts, to_major, to_minor
from arkit.netting import ACCOUNT, net_of_credits
from arkit.policy import DEFAULT, Policy, Routes
from arkit.tables import CUSTOMERS, DOCUMENTS, ROUTES

#: Days of a month and of a year, as the curve of chances, instalments, factors' fees and interest count them.
MONTH, YEAR = 30, 365


class Way(NamedTuple):
    """One way of collecting, for all accounts at once."""

    chance: np.ndarray
    days: pd.Series | float
    fees: pd.Series | float
    hurdles: tuple[tuple[pd.Series, pd.Series | str], ...]
    words: pd.Series


def weigh(
    documents: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    *,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What each way would cost and bring: one row per customer, currency and way, for all with money past due.

    Credits not yet applied have paid the oldest documents of their customer and currency first; what they leave past due
    is the amount ``A``. Its age ``a`` is the amount-weighted days past due, rounded to whole days. ``p(d)`` is the chance
    that money ``d`` days past due still comes in: straight lines between the points of ``chance_by_months`` (a month is 30
    days), level beyond the last. Every other name below is a key of ``[routes]`` in the policy.

    ========== ================================ ============================== ==============================
    way        chance                           days                           fees
    ========== ================================ ============================== ==============================
    wait       p(a + wait_days)                 wait_days                      none
    plan       plan_kept, but at most p(a)      30 (plan_months + 1) / 2       none
    factoring  p(a + wait_days)                 (1 - factor_advance) wait_days A factor_fee wait_days / 30
    agency     p(h), h = max(a, from_days)      h - a + agency_days            A chance agency_fee
    court      p(h), h = max(a, from_days)      h - a + court_days             A court_fee + court_fixed
    ========== ================================ ============================== ==============================

    - days: until the money is there, on average over its parts (instalments a month apart; a factor's advance comes at once)
    - cost = fees + A cost_of_money days / 365; all of A is missing until the way has ended, whether it then comes or not
    - net = A chance - cost

    Factoring is weighed with recourse: if the customer does not pay, the factor takes its money back. ``eligible`` says
    what the policy allows, and ``why`` names the first thing that stands in the way. Sole traders and strategic customers
    are never eligible for agency or court.

    Notes
    -----
    The chances are priors, not measurements. The curve is an opinion poll among agencies, who sell urgency; ``plan_kept`` is
    a judgement; fees are list prices of others. One curve serves every way: that acting keeps the chance of its first day,
    while waiting slides down the curve, is an assumption of this weighing and no finding. Replace the figures by your own
    before a decision hangs on them.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "document_id": ["INV-1", "CN-1"],
    ...     "kind": ["invoice", "credit_note"], "issued": pd.Timestamp("2026-07-03"), "due_date": pd.Timestamp("2026-08-02"),
    ...     "amount": [1100.0, -100.0], "open_amount": [1100.0, -100.0], "currency": "EUR", "settled": False,
    ...     "settled_on": pd.NaT, "days_late": 90})
    >>> weigh(documents)[["route", "amount", "chance", "days", "cost", "net", "eligible"]].round(3)
           route  amount  chance  days    cost     net  eligible
    0       wait  1000.0   0.579    60   16.44  562.89      True
    1       plan  1000.0   0.696   105   28.77  667.23      True
    2  factoring  1000.0   0.579     9   52.47  526.86     False
    3     agency  1000.0   0.696    90  163.86  532.14      True
    4      court  1000.0   0.696   240  415.75  280.25      True
    """
    due = _with_facts(_past_due(DOCUMENTS.conform(documents)), scores, CUSTOMERS.conform(customers))
    rows = [_priced(due, name, way(due, policy.routes), policy.routes) for name, way in WAYS.items()]
    return ROUTES.conform(pd.concat(rows).sort_index(kind="stable", ignore_index=True)[ROUTES.names])


def _past_due(documents: pd.DataFrame) -> pd.DataFrame:
    """One row per account with money past due after credits: ``minor`` (exact), ``amount`` and ``age`` in whole days."""
    items = documents.loc[documents["open_amount"].ne(0)]
    left = net_of_credits(items).where(items["days_late"].gt(0), 0)
    account = [items[name] for name in ACCOUNT]
    sums = pd.DataFrame({"minor": left, "weighted": left * items["days_late"]}).groupby(account).sum().query("minor > 0")
    due = sums.reset_index()
    return due.assign(
        amount=to_major(due["minor"].to_numpy(), due["currency"]), age=(due["weighted"] / due["minor"]).round().astype("int64")
    )


def _with_facts(due: pd.DataFrame, scores: pd.DataFrame | None, customers: pd.DataFrame) -> pd.DataFrame:
    """The accounts with the customer's ``score`` (missing: none) and whether a ``person`` decides about harsh steps."""
    score = (
        pd.Series(dtype="float64")
        if scores is None
        else scores.drop_duplicates("customer_id").set_index("customer_id")["score"]
    )
    person = customers.loc[customers["is_individual"] | customers["strategic"], "customer_id"]
    return due.assign(score=due["customer_id"].map(score).astype("float64"), person=due["customer_id"].isin(person))


def _priced(due: pd.DataFrame, name: str, way: Way, routes: Routes) -> pd.DataFrame:
    """The rows of one way: cost and net to the minor unit, and the sentence."""
    currency = due["currency"]
    days = pd.Series(way.days, index=due.index).round().astype("int64")
    money = due["amount"] * routes.cost_of_money * days / YEAR
    cost = to_minor(way.fees + money, currency)
    brought = to_minor(due["amount"] * way.chance, currency)
    words = way.words + "; costs " + texts(pd.Series(to_major(cost, currency), index=due.index), currency)
    in_the_way = pd.Series(False, index=due.index)
    for stands, hurdle in reversed(way.hurdles):
        in_the_way |= stands
        words = words.mask(stands, hurdle)
    return due.assign(
        route=name,
        chance=way.chance,
        days=days,
        cost=to_major(cost, currency),
        net=to_major(brought - cost, currency),
        eligible=~in_the_way,
        why=words,
    )


def _chance(age: pd.Series, routes: Routes) -> np.ndarray:
    """The chance that money so many days past due still comes in."""
    months, chances = np.array(sorted(routes.chance_by_months)).T
    return np.interp(age / MONTH, months, chances)


def _percent(share: np.ndarray, index: pd.Index) -> pd.Series:
    """Shares as words: '70 %'."""
    return pd.Series(np.rint(100 * share).astype("int64"), index=index).astype("str") + " %"


def _days_late(age: pd.Series) -> pd.Series:
    """Ages as words: '42 days past due'."""
    return age.astype("str") + " days past due"


def _too_small(amount: pd.Series, currency: pd.Series, smallest: float, who: str) -> pd.Series:
    """What stands in the way of small amounts: '180.00 EUR past due: court from 500.00 EUR'."""
    return texts(amount, currency) + f" past due: {who} from " + texts(pd.Series(smallest, index=amount.index), currency)


def _wait(due: pd.DataFrame, routes: Routes) -> Way:
    age = due["age"] + routes.wait_days
    chance = _chance(age, routes)
    words = f"wait {routes.wait_days} days: " + _percent(chance, due.index) + " chance at " + _days_late(age)
    return Way(chance, routes.wait_days, 0, (), words)


def _plan(due: pd.DataFrame, routes: Routes) -> Way:
    chance = np.minimum(routes.plan_kept, _chance(due["age"], routes))
    days = MONTH * (routes.plan_months + 1) / 2
    words = (
        _percent(chance, due.index)
        + f" chance that all {routes.plan_months} monthly instalments come, on average after {days:.0f} days"
    )
    return Way(chance, days, 0, (), words)


def _factoring(due: pd.DataFrame, routes: Routes) -> Way:
    amount, age, score = due["amount"], due["age"], due["score"]
    chance = _chance(age + routes.wait_days, routes)
    hurdles = (
        (age > routes.factor_up_to_days, _days_late(age) + f": factors buy up to {routes.factor_up_to_days}"),
        (score.isna(), "no score: factors buy the customer's credit, which is not known"),
        (score < routes.factor_score, "score " + score.round(1).astype("str") + f": factors buy from {routes.factor_score:g}"),
        (amount < routes.factor_smallest, _too_small(amount, due["currency"], routes.factor_smallest, "factors buy")),
    )
    words = (
        f"{routes.factor_advance:.0%} now".replace("%", " %")
        + ", the rest when the customer pays, "
        + _percent(chance, due.index)
    )
    words += f" chance; fee {100 * routes.factor_fee:g} % per {MONTH} days"
    fees = amount * routes.factor_fee * routes.wait_days / MONTH
    return Way(chance, (1 - routes.factor_advance) * routes.wait_days, fees, hurdles, words)


def _agency(due: pd.DataFrame, routes: Routes) -> Way:
    age = due["age"]
    placed = age.clip(lower=routes.agency_from_days)
    chance = _chance(placed, routes)
    hurdles = (
        (due["person"], "a person decides: sole trader or strategic customer"),
        (age < routes.agency_from_days, _days_late(age) + f": agency from {routes.agency_from_days}"),
    )
    words = _percent(chance, due.index) + " chance, handed over at " + _days_late(placed)
    words += f"; fee {100 * routes.agency_fee:g} % of what comes in within {routes.agency_days} days"
    return Way(chance, placed - age + routes.agency_days, due["amount"] * chance * routes.agency_fee, hurdles, words)


def _court(due: pd.DataFrame, routes: Routes) -> Way:
    amount, age, currency = due["amount"], due["age"], due["currency"]
    filed = age.clip(lower=routes.court_from_days)
    chance = _chance(filed, routes)
    hurdles = (
        (due["person"], "a person decides: sole trader or strategic customer"),
        (age < routes.court_from_days, _days_late(age) + f": court from {routes.court_from_days}"),
        (amount < routes.court_smallest, _too_small(amount, currency, routes.court_smallest, "court")),
    )
    words = _percent(chance, due.index) + " chance, filed at " + _days_late(filed)
    words += f"; fees {100 * routes.court_fee:g} % of the claim and {routes.court_fixed:,g}, {routes.court_days} days"
    return Way(chance, filed - age + routes.court_days, amount * routes.court_fee + routes.court_fixed, hurdles, words)


#: The ways of collecting, mildest first.
WAYS: dict[str, Callable[[pd.DataFrame, Routes], Way]] = {
    "wait": _wait,
    "plan": _plan,
    "factoring": _factoring,
    "agency": _agency,
    "court": _court,
}
