"""What each way of collecting would cost and bring: wait, remind, plan, factoring, agency, court."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from arkit.courts import COURTS
from arkit.money import text, texts, to_major, to_minor
from arkit.netting import ACCOUNT, to_ask_for
from arkit.policy import DEFAULT, Policy, Routes
from arkit.recovery import Recovery
from arkit.tables import CUSTOMERS, DOCUMENTS, FORECASTS, ROUTES

#: Days of a month and of a year, as the curve of chances, instalments, factors' fees and interest count them.
MONTH, YEAR = 30, 365
#: Days that forecasts give chances for.
AHEAD = (7, 14, 30, 60, 90)
#: What tells a document from all others, and what is needed of one.
ONE = ["entity", "customer_id", "currency", "document_id", "instalment"]
OF_DOCUMENT = ["as_of", *ONE, "due_date", "open_amount", "days_late"]
#: What a chance rests on, weakest first: an account rests on the weakest of its documents.
BASES = ("prior", "book", "customer", "forecast")
PERSON = "a person decides: sole trader or strategic customer"


class Way(NamedTuple):
    """One way of collecting, for all accounts at once."""

    chance: pd.Series
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
    forecasts: pd.DataFrame | None = None,
    blocks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What each way would cost and bring: one row per customer, currency and way, for all with money past due.

    Credits not yet applied have paid the oldest documents of their customer and currency first; what they leave past due, and
    nothing in ``blocks``, is the amount ``A``. Its age ``a`` is the amount-weighted days past due, in whole days. ``p`` is
    the chance that money open now still comes in, ``w(d)`` the chance that it comes within ``d`` days; both are means over
    the documents, weighted by what is open. Every other name is a key of the policy, of ``[routes]`` where no other is said.

    ========== ================================== ======================== ======================================
    way        chance                             days                     fees
    ========== ================================== ======================== ======================================
    wait       w(wait_days)                       wait_days                none
    remind     w + call_gain (p - w), w of wait   wait_days                call_cost
    plan       at most p: what of a plan comes    mean over its parts      call_cost
    factoring  w(factoring.recourse_days)         (1 - advance) wait_days  A fee wait_days / 30 of ``[factoring]``
    agency     p                                  h - a + agency_days      A (p - w(h - a)) fee, by age and amount
    court      p                                  h - a + court_days       A court_fee or the court's, + court_fixed
    ========== ================================== ======================== ======================================

    - h: the age at which it is handed over, the way's ``from_days`` or today's; what comes before costs no agency fee
    - plan: ``[plans] down`` at once, then ``months`` instalments, each coming with ``kept_each`` if all before it came
    - days: until the money is there, on average over its parts (a factor's advance comes at once)
    - cost = fees + A cost_of_money days / 365; all of A is missing until the way has ended, whether it then comes or not
    - net = A chance - cost; ``rank`` puts what is eligible first, then the largest net

    Where ``p`` and ``w`` come from stands in ``basis``: ``forecast`` where one is given for each document, the ``customer``'s
    own curve, that of the whole ``book``, or the policy's ``prior``; an account rests on the weakest of its documents. Money
    that a forecast does not see within 90 days goes on along the curve from there. See `arkit.recovery.Recovery`.

    Insured debts, sole traders and strategic customers are never eligible for agency or court, nor is anybody insolvent for
    anything but waiting.

    Notes
    -----
    A curve says how money came in with all that was done for it, not what one more step would add. That an agency or a court
    brings within its days all that would ever come in, and a call ``call_gain`` of what would come later, are assumptions of
    this weighing and no findings; so is that what waiting leaves open is worth nothing yet. Factoring is with recourse: what
    is not paid in time goes back. Put your own figures in before a decision hangs on them.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "document_id": ["INV-1", "CN-1"],
    ...     "kind": ["invoice", "credit_note"], "issued": pd.Timestamp("2026-07-03"), "due_date": pd.Timestamp("2026-08-02"),
    ...     "amount": [11000.0, -1000.0], "open_amount": [11000.0, -1000.0], "currency": "EUR", "settled": False,
    ...     "settled_on": pd.NaT, "days_late": 90})
    >>> weigh(documents)[["route", "chance", "days", "cost", "net", "eligible", "rank"]].round(3)
           route  chance  days     cost      net  eligible  rank
    0       wait   0.277    60   164.38  2609.00      True     5
    1     remind   0.382    60   179.38  3640.65      True     4
    2       plan   0.696    86   250.62  6709.38      True     1
    3  factoring   0.365     9   524.66  3128.78     False     6
    4     agency   0.696    90  1638.58  5321.42      True     2
    5      court   0.696   240  1907.53  5052.47      True     3
    """
    known = DOCUMENTS.conform(documents)
    due = _accounts(_with_chances(_past_due(known, blocks), known, forecasts, policy), policy)
    due = _with_facts(due, scores, CUSTOMERS.conform(customers))
    routes = pd.concat([_priced(due, name, way(due, policy), policy.routes) for name, way in WAYS.items()])
    routes = _ranked(routes.sort_index(kind="stable", ignore_index=True))
    return ROUTES.conform(routes[ROUTES.names])


def _past_due(documents: pd.DataFrame, blocks: pd.DataFrame | None) -> pd.DataFrame:
    """Documents past due that credits leave and nobody blocks: ``minor`` (exact) of each, its age, and the account's."""
    items = documents.loc[documents["open_amount"].ne(0), OF_DOCUMENT]
    minor = to_ask_for(items, blocks)
    due = items.assign(minor=minor)[minor > 0].sort_values([*ACCOUNT, "due_date", "document_id"], ignore_index=True)
    return due.assign(age=_mean(due, due["days_late"].astype("float64")).round())


def _mean(due: pd.DataFrame, value: pd.Series) -> pd.Series:
    """The account's mean of a value, weighted by what is open, beside each of its documents."""
    by = [due[name] for name in ACCOUNT]
    return (value * due["minor"]).groupby(by).transform("sum") / due["minor"].groupby(by).transform("sum")


def _with_chances(due: pd.DataFrame, documents: pd.DataFrame, forecasts: pd.DataFrame | None, policy: Policy) -> pd.DataFrame:
    """Documents with the chances of each way, and what these rest on."""
    routes = policy.routes
    curves = Recovery.of(documents, policy)
    customers, age = due["customer_id"].to_numpy(), due["days_late"].to_numpy("float64")
    said = _said(due, forecasts)
    told = said["p_90"].notna().to_numpy()
    after = said["p_90"].to_numpy()

    def within(days: np.ndarray | float) -> np.ndarray:
        by_curve = curves.within(customers, age, days)
        later = np.maximum(np.asarray(days) - AHEAD[-1], 0)
        chained = _by_then(said, days) + (1 - after) * curves.within(customers, age + AHEAD[-1], later)
        return np.where(told, chained, by_curve)

    still = np.where(told, after + (1 - after) * curves.still(customers, age + AHEAD[-1]), curves.still(customers, age))
    own, book = curves.count(customers, age)
    basis = np.select([told, own >= routes.curve_customer, book >= routes.curve_book], [3, 2, 1], default=0)
    wait_for_agency = (routes.agency_from_days - due["age"]).clip(lower=0).to_numpy()
    return due.assign(
        still=still,
        waited=within(float(routes.wait_days)),
        recourse=within(float(policy.factoring.recourse_days)),
        before_agency=np.where(wait_for_agency > 0, within(wait_for_agency), 0.0),
        basis=basis,
        own=own,
        book=book,
    )


def _said(due: pd.DataFrame, forecasts: pd.DataFrame | None) -> pd.DataFrame:
    """The chances that forecasts give each document, missing where there is none."""
    names = [f"p_{days}" for days in AHEAD]
    given = FORECASTS.conform(forecasts)
    if not len(given):
        return pd.DataFrame(np.nan, index=due.index, columns=names)
    found = due[ONE].merge(given[[*ONE, *names]].drop_duplicates(ONE), on=ONE, how="left")[names]
    return found.where(found["p_90"].notna())


def _by_then(said: pd.DataFrame, days: np.ndarray | float) -> np.ndarray:
    """The chance that a forecast gives for so many days: straight lines between its points, level after the last."""
    points = np.column_stack([np.zeros(len(said)), said.ffill(axis=1).fillna(0.0).to_numpy("float64")])
    points = np.maximum.accumulate(points, axis=1)
    edges = np.r_[0.0, AHEAD]
    at = np.clip(np.broadcast_to(np.asarray(days, dtype="float64"), len(said)), 0, AHEAD[-1])
    step = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(AHEAD) - 1)
    rows = np.arange(len(said))
    low, high = points[rows, step], points[rows, step + 1]
    return low + (high - low) * (at - edges[step]) / (edges[step + 1] - edges[step])


def _accounts(due: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One row per account: the amount past due, its age, and its chances."""
    chances = ["still", "waited", "recourse", "before_agency"]
    weighted = due.assign(**{name: due[name] * due["minor"] for name in chances})
    by = weighted.groupby(ACCOUNT)
    sums = by[["minor", *chances]].sum()
    found = sums.assign(**{name: (sums[name] / sums["minor"]).clip(0, 1) for name in chances})
    found = found.assign(age=by["age"].first(), basis=by["basis"].min(), own=by["own"].min(), book=by["book"].min())
    found = found.assign(first_due=by["due_date"].min()).reset_index()
    rests = {
        "prior": "by the prior of the policy, for too few of your own were open so long",
        "book": "as did the " + found["book"].astype("str") + " invoices of all customers open at such an age",
        "customer": "as did its own " + found["own"].astype("str") + " invoices open at such an age",
        "forecast": "by the forecast",
    }
    rests_on = np.select([found["basis"].eq(number) for number in range(len(BASES))], [rests[name] for name in BASES], "")
    return found.assign(
        amount=to_major(found["minor"].to_numpy(), found["currency"]),
        age=found["age"].astype("int64"),
        basis=np.array([*BASES], dtype="object")[found["basis"].to_numpy()],
        rests_on=pd.Series(rests_on, index=found.index, dtype="str"),
    )


def _with_facts(due: pd.DataFrame, scores: pd.DataFrame | None, customers: pd.DataFrame) -> pd.DataFrame:
    """The accounts with the customer's ``score`` (missing: none) and marks, and the amount in ``words``."""
    score = (
        pd.Series(dtype="float64")
        if scores is None
        else scores.drop_duplicates("customer_id").set_index("customer_id")["score"]
    )
    marks = customers.drop_duplicates("customer_id").set_index("customer_id")
    beside = marks.reindex(due["customer_id"]).set_axis(due.index)

    def flag(name: str) -> pd.Series:
        return beside[name].astype("boolean").fillna(value=False).astype(bool)

    return due.assign(
        words=texts(due["amount"], due["currency"]),
        score=due["customer_id"].map(score).astype("float64"),
        person=flag("is_individual") | flag("strategic"),
        contra=flag("is_supplier"),
        left_alone=flag("do_not_contact"),
        insured=beside["insured_until"].ge(due["first_due"]),
        insolvent=beside["insolvent_since"].le(due["as_of"]),
    )


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


def _ranked(routes: pd.DataFrame) -> pd.DataFrame:
    """With ``rank``: what is eligible first, then the largest net, the milder way where two are alike."""
    order = routes.sort_values([*ACCOUNT, "eligible", "net"], ascending=[True, True, True, False, False], kind="stable")
    return routes.assign(rank=order.groupby(ACCOUNT).cumcount() + 1)


def _percent(share: pd.Series) -> pd.Series:
    """Shares as words: '70 %'."""
    return (100 * share).round().astype("int64").astype("str") + " %"


def _days_late(age: pd.Series) -> pd.Series:
    """Ages as words: '42 days past due'."""
    return age.astype("str") + " days past due"


def _too_small(due: pd.DataFrame, smallest: float, who: str) -> pd.Series:
    """What stands in the way of small amounts: '180.00 EUR past due: court from 500.00 EUR'."""
    least = due["currency"].map({code: text(smallest, code) for code in due["currency"].unique()}).astype("str")
    return due["words"] + f" past due: {who} from " + least


def _insolvent(due: pd.DataFrame) -> tuple[pd.Series, str]:
    return due["insolvent"], "insolvent: file the claim with the administrator"


def _left_alone(due: pd.DataFrame) -> tuple[pd.Series, str]:
    return due["left_alone"], "marked do not contact: the person who set the mark decides"


def _never_handed_over(due: pd.DataFrame) -> tuple[tuple[pd.Series, str], ...]:
    """What no rule may hand to an agency or a court."""
    insured = (due["insured"], "insured: report it to the insurer first")
    return (_insolvent(due), _left_alone(due), insured, (due["person"], PERSON))


def _wait(due: pd.DataFrame, policy: Policy) -> Way:
    days = policy.routes.wait_days
    words = _percent(due["waited"]) + f" comes within {days} days, " + due["rests_on"]
    return Way(due["waited"], days, 0, (), words)


def _remind(due: pd.DataFrame, policy: Policy) -> Way:
    routes = policy.routes
    chance = due["waited"] + routes.call_gain * (due["still"] - due["waited"])
    words = (
        _percent(due["waited"]) + f" comes within {routes.wait_days} days, and of the " + _percent(due["still"] - due["waited"])
    )
    words += f" that would come later a call now brings {100 * routes.call_gain:g} %, " + due["rests_on"]
    return Way(chance, routes.wait_days, routes.call_cost, (_insolvent(due), _left_alone(due)), words)


def _plan(due: pd.DataFrame, policy: Policy) -> Way:
    plans = policy.plans
    month = np.arange(plans.months + 1)
    parts = np.r_[plans.down, np.full(plans.months, (1 - plans.down) / plans.months)]
    comes = float((parts * plans.kept_each**month).sum())
    days = plans.first_in_days + MONTH * float((parts * month).sum())
    words = (
        _percent(due["still"].clip(upper=comes))
        + f" of {100 * plans.down:g} % now and {plans.months} monthly instalments comes, on average after {days:.0f} days; "
        + f"each comes with {100 * plans.kept_each:g} %, and no more than still comes in at all, "
        + due["rests_on"]
    )
    small = (due["amount"] < plans.smallest, _too_small(due, plans.smallest, "plans"))
    return Way(due["still"].clip(upper=comes), days, policy.routes.call_cost, (_insolvent(due), _left_alone(due), small), words)


def _factoring(due: pd.DataFrame, policy: Policy) -> Way:
    sold, age, score = policy.factoring, due["age"], due["score"]
    wait_days = policy.routes.wait_days
    bad = (
        "score "
        + score.round(1).astype("str")
        + f": factors buy from {sold.score:g}; bad debt is not slow, it is to be collected"
    )
    hurdles = (
        _insolvent(due),
        (due["contra"], "we buy there too: they may set off, and factors do not buy"),
        (age > sold.up_to_days, _days_late(age) + f": factors buy up to {sold.up_to_days}"),
        (score.isna(), "no score: factors buy the customer's credit, which is not known"),
        (score < sold.score, bad),
        (due["amount"] < sold.smallest, _too_small(due, sold.smallest, "factors buy")),
    )
    words = f"{100 * sold.advance:g} % now, the rest when the customer pays, " + _percent(due["recourse"])
    words += f" within the {sold.recourse_days} days of recourse, " + due["rests_on"]
    words += f"; fee {100 * sold.fee:g} % per {MONTH} days"
    fees = due["amount"] * sold.fee * wait_days / MONTH
    return Way(due["recourse"], (1 - sold.advance) * wait_days, fees, hurdles, words)


def agency_fee(age: pd.Series, amount: pd.Series, routes: Routes) -> pd.Series:
    """The share of what it collects that an agency takes, by days past due when handed over and by amount.

    Examples
    --------
    >>> agency_fee(pd.Series([90, 90, 400]), pd.Series([900.0, 9_000.0, 90_000.0]), DEFAULT.routes).round(2).tolist()
    [0.25, 0.2, 0.35]
    """

    def step(at: pd.Series, steps: tuple[tuple[float, float], ...]) -> np.ndarray:
        begins, values = np.array(steps, dtype="float64").T
        return values[np.clip(np.searchsorted(begins, at, side="right") - 1, 0, len(values) - 1)]

    fee = step(age, routes.agency_fees) + step(amount, routes.agency_fee_sizes)
    return pd.Series(np.clip(fee, 0, 1), index=age.index)


def _agency(due: pd.DataFrame, policy: Policy) -> Way:
    routes, age = policy.routes, due["age"]
    placed = age.clip(lower=routes.agency_from_days)
    fee = agency_fee(placed, due["amount"], routes)
    hurdles = (
        *_never_handed_over(due),
        (age < routes.agency_from_days, _days_late(age) + f": agency from {routes.agency_from_days}"),
    )
    words = _percent(due["still"]) + " still comes in, " + due["rests_on"] + "; handed over at " + _days_late(placed)
    words += ", fee " + _percent(fee) + f" of what comes in within {routes.agency_days} days"
    fees = due["amount"] * (due["still"] - due["before_agency"]).clip(lower=0) * fee
    return Way(due["still"], placed - age + routes.agency_days, fees, hurdles, words)


def _court(due: pd.DataFrame, policy: Policy) -> Way:
    routes, amount, age = policy.routes, due["amount"], due["age"]
    filed = age.clip(lower=routes.court_from_days)
    court = COURTS.get(routes.court)
    fee, words = amount * routes.court_fee, pd.Series(f"fees {100 * routes.court_fee:g} % of the claim", index=due.index)
    above, limit = pd.Series(False, index=due.index), ""
    if court is not None:
        there = due["currency"].eq(court.currency)
        own = pd.Series(court.fee(amount.to_numpy()), index=due.index).where(there)
        fee, listed = own.fillna(fee), "fees of " + court.title + f" as of {court.as_of}"
        words = words.mask(own.notna(), listed + ("" if court.confirmed else ", not confirmed"))
        words = words.mask(~there, words + f", for those of {court.title} are in {court.currency}")
        above = there & ~pd.Series(court.within(amount.to_numpy()), index=due.index)
        limit = due["words"] + f": {court.title} hears up to {court.limit:,.0f} {court.currency}; ask a lawyer"
    hurdles = (
        *_never_handed_over(due),
        (age < routes.court_from_days, _days_late(age) + f": court from {routes.court_from_days}"),
        (amount < routes.court_smallest, _too_small(due, routes.court_smallest, "court")),
        (above, limit),
    )
    said = _percent(due["still"]) + " still comes in, " + due["rests_on"] + "; filed at " + _days_late(filed) + ", " + words
    said += f" and {routes.court_fixed:,g}, {routes.court_days} days"
    return Way(due["still"], filed - age + routes.court_days, fee + routes.court_fixed, hurdles, said)


#: The ways of collecting, mildest first.
WAYS: dict[str, Callable[[pd.DataFrame, Policy], Way]] = {
    "wait": _wait,
    "remind": _remind,
    "plan": _plan,
    "factoring": _factoring,
    "agency": _agency,
    "court": _court,
}
