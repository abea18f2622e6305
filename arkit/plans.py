"""Payment plans: what a customer can bear, what a plan is worth, and which instalments were kept."""

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.errors import DayRefused
from arkit.ledger import Ledger, parse_day
from arkit.money import text, texts, to_major, to_minor
from arkit.netting import to_ask_for
from arkit.policy import DEFAULT, Plans, Policy
from arkit.tables import CUSTOMERS, DOCUMENTS, INSTALMENTS, PLAN_STANDING, PLANS, ROUTES

ACCOUNT = ["customer_id", "currency"]
#: What is needed of documents: to tell what is due, and what was paid.
DUE = ["as_of", "due_date", "open_amount", "days_late"]
PAID = ["as_of", "issued", "paid_amount", "last_paid_on"]
#: A plan of an account is known by the day it was made.
ONE_PLAN = [*ACCOUNT, "made_on"]
#: Halvings in the search for the chance at which a plan and its alternative are worth the same.
HALVINGS = 50
#: The state of a plan is that of its worst instalment: the first of these that any of them is in.
WORST_FIRST = ("broken", "waiting", "late", "kept")


def plan(
    documents: pd.DataFrame,
    policy: Policy = DEFAULT,
    *,
    customers: pd.DataFrame | None = None,
    blocks: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The payment plan that could be offered, one row per customer and currency with money past due, shape `PLANS`.

    The amount is what credits not yet applied leave past due, without what ``blocks`` names. ``[plans] down`` of it is due
    after ``first_in_days``, the rest in equal monthly instalments: the fewest from ``months_least`` to ``months_most`` that
    the customer can bear. What it can bear is ``bear_share`` of what it paid in a usual month: the mean of the last
    ``seen_months`` months (of those since its first invoice) without the best of them, so that one large payment does not
    count as a habit. Documents tell the day of the last payment only; all money for a document counts on that day. Where
    payments are not known at all, ``months`` instalments are proposed and ``why`` says so.

    No plan is possible below ``smallest``, for insolvent customers or those marked do not contact, for those who paid
    nothing lately, and where even the longest plan asks for more than can be borne.

    ``value`` and ``expected`` are worth today at ``[routes] cost_of_money``, see `arkit.formulas.plan_value`; an offer to
    settle for less than ``expected`` at once is worse than the plan. A plan is an acknowledgement of the debt, which in many
    countries starts limitation anew, and rescheduling an insured debt needs the insurer's consent.

    Parameters
    ----------
    blocks
        What `arkit.blocks.blocked` returns.
    routes
        What `arkit.routes.weigh` returns: the best other way that is allowed is what the plan is compared with.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "document_id": ["late", "a", "b", "c", "d", "e", "f"],
    ...     "kind": "invoice", "issued": pd.Timestamp("2026-04-01"), "due_date": pd.Timestamp("2026-05-01"), "currency": "EUR",
    ...     "amount": [12000.0] + [3000.0] * 6, "open_amount": [12000.0] + [0.0] * 6, "settled": [False] + [True] * 6,
    ...     "settled_on": pd.NaT, "days_late": 183, "paid_amount": [0.0] + [3000.0] * 6,
    ...     "last_paid_on": [None, "2026-05-15", "2026-06-15", "2026-07-15", "2026-08-15", "2026-09-15", "2026-10-15"]})
    >>> offered = plan(documents)
    >>> offered[["down_payment", "instalments", "instalment", "minimum", "value", "expected"]].iloc[0].tolist()
    [3000.0, 6.0, 1500.0, 750.0, 11743.23, 10343.57]
    """
    known = DOCUMENTS.conform(documents)
    due = _due(known, blocks)
    if not len(due):
        return PLANS.empty()
    due = _paid_per_month(due, known, policy.plans)
    due = _borne(due, policy.plans)
    due = _refused(due, CUSTOMERS.conform(customers), policy.plans)
    return PLANS.conform(_told(_worth(due, ROUTES.conform(routes), policy), policy)[[*PLANS.names]])


def schedule(plans: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """The payments of each plan that is possible, one row per payment, shape `INSTALMENTS`; exact to the minor unit.

    Instalments are alike but the last, which clears the debt. Interest is simple, by the days since the payment before, at
    ``[plans] rate``. ``principal`` adds up to the amount of the plan, ``amount`` to that and the interest.

    Examples
    --------
    >>> plans = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": ["C1"], "currency": "EUR", "amount": 100.0, "possible": True,
    ...     "down_payment": 25.0, "instalments": 3, "first_on": pd.Timestamp("2026-11-30")})
    >>> schedule(plans)[["number", "due_on", "amount", "balance"]].to_dict("split")["data"][-1]
    [3, Timestamp('2027-02-28 00:00:00'), 25.0, 0.0]
    """
    made = plans[plans["possible"]].reset_index(drop=True)
    if not len(made):
        return INSTALMENTS.empty()
    owed, down = (to_minor(made[name], made["currency"]) for name in ("amount", "down_payment"))
    months = made["instalments"].to_numpy("int64")
    parts = _payments(owed, down, months, made["first_on"].to_numpy("datetime64[D]"), policy.plans.rate)
    row = np.repeat(np.arange(len(made)), months + 1)
    number = np.arange(len(row)) - np.repeat(np.cumsum(months + 1) - months - 1, months + 1)
    of = made.loc[row, ["as_of", *ACCOUNT]].reset_index(drop=True)
    money = {name: to_major(parts[name][row, number], of["currency"]) for name in ("interest", "principal", "balance")}
    amount = to_major((parts["interest"] + parts["principal"])[row, number], of["currency"])
    days = parts["due_on"][row, number].astype("datetime64[s]")
    return INSTALMENTS.conform(of.assign(number=number, due_on=days, amount=amount, **money)[INSTALMENTS.names])


def follow(instalments: pd.DataFrame, ledger: Ledger, day: str | pd.Timestamp, policy: Policy = DEFAULT) -> pd.DataFrame:
    """Which payments of agreed plans were kept by a day, one row per payment, shape `PLAN_STANDING`.

    What came for the debt since the plan was made is money that names an invoice issued up to that day, or none; returned
    payments are taken off. It pays the oldest instalment first. An instalment counts as paid on the day from which on all
    that was due up to it stayed paid. One not paid ``[plans] grace_days`` after its day is broken. The newest plan of an
    account made by the day counts; earlier ones are replaced by it.

    Parameters
    ----------
    instalments
        What was agreed, shape `INSTALMENTS`; only the days and amounts are needed.

    Raises
    ------
    DayRefused
        If the ledger holds no postings, for lists of open items do not tell payments.

    Examples
    --------
    >>> ledger = Ledger(pd.DataFrame({
    ...     "customer_id": "C1", "document_id": "I1", "kind": ["invoice", "payment"], "currency": "EUR",
    ...     "date": ["2026-03-31", "2026-07-09"], "amount": [1000.0, -700.0]}))
    >>> agreed = pd.DataFrame({
    ...     "as_of": "2026-06-30", "customer_id": "C1", "currency": "EUR", "number": [0, 1, 2], "amount": [400.0, 300.0, 300.0],
    ...     "due_on": ["2026-07-07", "2026-08-07", "2026-09-07"]})
    >>> follow(agreed, ledger, "2026-09-30")[["paid", "standing", "plan"]].to_dict("split")["data"]
    [[400.0, 'kept', 'broken'], [300.0, 'kept', 'broken'], [0.0, 'broken', 'broken']]
    """
    as_of = parse_day(day)
    agreed = INSTALMENTS.conform(instalments).rename(columns={"as_of": "made_on"})
    agreed = agreed[agreed["made_on"].le(as_of)]
    agreed = agreed[agreed["made_on"].eq(agreed.groupby(ACCOUNT)["made_on"].transform("max"))]
    if not len(agreed):
        return PLAN_STANDING.empty()
    if not len(ledger.entries):
        raise DayRefused(
            "no plan can be followed.",
            expected="postings, so that it is known what was paid when",
            got="a ledger of open-items lists only",
            fix="load an export of invoices and payments",
        )
    agreed = agreed.sort_values([*ONE_PLAN, "due_on", "number"], kind="stable", ignore_index=True)
    agreed["minor"] = to_minor(agreed["amount"], agreed["currency"])
    agreed["up_to"] = agreed.groupby(ONE_PLAN)["minor"].cumsum()
    money, still_open = _came(agreed, ledger, as_of)
    return PLAN_STANDING.conform(_standing(_reached(agreed, money), still_open, as_of, policy.plans)[PLAN_STANDING.names])


# -- what a plan may ask for -------------------------------------------------------------------------------------------------


def _due(documents: pd.DataFrame, blocks: pd.DataFrame | None) -> pd.DataFrame:
    """One row per account with money past due that credits leave and nobody blocks: ``minor``, the debt's ``first_due``."""
    items = documents.loc[documents["open_amount"].ne(0), ["document_id", *ACCOUNT, *DUE]]
    minor = to_ask_for(items, blocks)
    by = items.assign(minor=minor)[minor > 0].groupby(["as_of", *ACCOUNT])
    return by.agg(minor=("minor", "sum"), first_due=("due_date", "min")).reset_index()


def _paid_per_month(due: pd.DataFrame, documents: pd.DataFrame, plans: Plans) -> pd.DataFrame:
    """With ``paid``: minor units in a usual month lately, and the flag ``told``: payments are known."""
    own = documents.loc[documents["customer_id"].isin(due["customer_id"]), [*ACCOUNT, *PAID]]
    by = [own[name] for name in ACCOUNT]
    back = (own["as_of"] - own["last_paid_on"]).dt.days * 12 // 365
    received = to_minor(own["paid_amount"].fillna(0), own["currency"])
    lately = own[ACCOUNT].assign(back=back, received=received)[back.between(0, plans.seen_months - 1)]
    monthly = lately.groupby([*ACCOUNT, "back"])["received"].sum().clip(lower=0).groupby(ACCOUNT)
    place = pd.MultiIndex.from_frame(due[ACCOUNT])
    months = ((own["as_of"] - own["issued"]).dt.days.groupby(by).max() * 12 // 365 + 1).clip(1, plans.seen_months)
    months = months.reindex(place).fillna(1).to_numpy()
    whole, best = (part.reindex(place).fillna(0).to_numpy() for part in (monthly.sum(), monthly.max()))
    usual = np.where(months > 1, (whole - best) / np.maximum(months - 1, 1), whole)
    told = own["paid_amount"].notna().groupby(by).any().reindex(place).fillna(value=False).to_numpy(bool)
    return due.assign(paid=np.floor(usual).astype("int64"), told=told, months_seen=months.astype("int64"))


def _borne(due: pd.DataFrame, plans: Plans) -> pd.DataFrame:
    """With ``down`` and the fewest ``instalments`` that can be borne, 0 where none can; ``minimum`` of the longest plan."""
    down = np.floor(due["minor"] * plans.down).astype("int64")
    rest = (due["minor"] - down).to_numpy("float64")
    smallest = to_minor(pd.Series(plans.smallest_instalment, index=due.index), due["currency"])
    most = max(plans.months_least, plans.months_most)
    number = np.arange(plans.months_least, most + 1)
    payments = formulas.level_payment(rest[:, None], plans.rate, number[None, :])
    bearable = np.floor(due["paid"] * plans.bear_share).to_numpy()
    borne = payments <= bearable[:, None]
    fewest = np.where(borne.any(axis=1), number[borne.argmax(axis=1)], 0)
    months = np.where(due["told"], fewest, np.clip(plans.months, plans.months_least, most))
    large_enough = np.maximum(rest // np.maximum(smallest, 1), 1)
    months = np.minimum(months, large_enough).astype("int64")
    level = formulas.level_payment(rest, plans.rate, np.maximum(months, 1))
    months = np.where(due["told"] & (level > bearable), 0, months)
    minimum = np.maximum(np.ceil(payments[:, -1]), np.minimum(smallest, rest)).astype("int64")
    return due.assign(down=down, rest=rest, bearable=bearable, instalments=months, minimum=minimum)


def _refused(due: pd.DataFrame, customers: pd.DataFrame, plans: Plans) -> pd.DataFrame:
    """With the reason why there is no plan; empty where there is one."""
    marks = customers.drop_duplicates("customer_id").set_index("customer_id").reindex(due["customer_id"]).set_axis(due.index)
    currency = due["currency"]
    amount, paid, bearable, minimum, rest = (
        _words(due[name], currency) for name in ("minor", "paid", "bearable", "minimum", "rest")
    )
    least = currency.map({code: text(plans.smallest, code) for code in currency.unique()}).astype("str")
    months = "the last " + due["months_seen"].astype("str") + " months"
    too_much = (
        rest
        + f" in {plans.months_most} instalments is "
        + minimum
        + " a month; it paid "
        + paid
        + " in a usual month, of which "
    )
    too_much += f"{100 * plans.bear_share:g} % can be borne: " + bearable
    smallest = to_minor(pd.Series(plans.smallest, index=due.index), currency)
    reasons = [
        (marks["insolvent_since"].le(due["as_of"]), "insolvent: file the claim with the administrator"),
        (marks["do_not_contact"].eq(other=True), "marked do not contact: the person who set the mark decides"),
        (due["minor"] < smallest, amount + " past due: plans from " + least),
        (due["told"] & due["paid"].eq(0), "next to nothing was paid in " + months + ": there is nothing to judge a plan by"),
        (due["instalments"].eq(0), "cannot be borne: " + too_much),
    ]
    refused = np.select([stands for stands, _ in reasons], [words for _, words in reasons], default="")
    return due.assign(
        refused=pd.Series(refused, index=due.index, dtype="str"), insured=marks["insured_until"].ge(due["first_due"]).to_numpy()
    )


def _worth(due: pd.DataFrame, routes: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """With the money of the plan, what it is worth, and the best other way."""
    possible, currency, rate = due["refused"].eq("").to_numpy(), due["currency"], policy.routes.cost_of_money
    months = np.where(possible, due["instalments"], 0)
    first = (due["as_of"] + pd.to_timedelta(policy.plans.first_in_days, unit="D")).to_numpy("datetime64[D]")
    parts = _payments(due["minor"].to_numpy(), due["down"].to_numpy(), months, first, policy.plans.rate)
    paid = parts["interest"] + parts["principal"]
    each = np.where(months > 0, paid[:, min(1, paid.shape[1] - 1)], 0)
    value, expected = (
        np.rint(formulas.plan_value(due["down"], each, months, rate, kept)).astype("int64")
        for kept in (1.0, policy.plans.kept_each)
    )
    money = {
        "down_payment": due["down"].to_numpy(), "instalment": each, "minimum": due["minimum"].to_numpy(), "value": value,
        "expected": expected, "interest": parts["interest"].sum(axis=1),
    }  # fmt: skip
    other = routes[routes["eligible"] & routes["route"].ne("plan")].sort_values(["net", "route"], ascending=[False, True])
    other = other.drop_duplicates(ACCOUNT).set_index(ACCOUNT)[["route", "net"]]
    other = other.reindex(pd.MultiIndex.from_frame(due[ACCOUNT])).set_axis(due.index)
    rows = np.arange(len(due))
    due = due.assign(
        possible=possible,
        instalments=months,
        first_on=pd.Series(first.astype("datetime64[s]"), index=due.index).where(possible),
        ends_on=pd.Series(parts["due_on"][rows, months].astype("datetime64[s]"), index=due.index).where(possible),
        alternative=other["route"].fillna(""),
        alternative_net=other["net"],
        **{name: pd.Series(to_major(minor, currency), index=due.index).where(possible) for name, minor in money.items()},
    )
    known = due["told"]
    usual = {"paid_per_month": due["paid"], "bearable": due["bearable"]}
    usual = {name: pd.Series(to_major(part.to_numpy(), currency), index=due.index).where(known) for name, part in usual.items()}
    return due.assign(amount=to_major(due["minor"].to_numpy(), currency), break_even=_break_even(due, rate), **usual)


def _break_even(due: pd.DataFrame, rate: float) -> pd.Series:
    """The chance of each instalment at which the plan is worth as much as its alternative; missing where it never is."""
    low, high = np.zeros(len(due)), np.ones(len(due))
    down, each, months = (due[name].to_numpy("float64") for name in ("down_payment", "instalment", "instalments"))
    wanted = due["alternative_net"].to_numpy("float64")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = formulas.plan_value(down, each, months, rate, middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    reached = formulas.plan_value(down, each, months, rate, 1.0) >= wanted
    return pd.Series(np.where(reached, high, np.nan), index=due.index).where(due["possible"])


def _told(due: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """With ``why`` in words."""
    currency, plans = due["currency"], policy.plans
    money = {
        name: texts(due[name].fillna(0), currency)
        for name in ("down_payment", "instalment", "minimum", "expected", "paid_per_month", "bearable", "alternative_net")
    }
    judged = "paid " + money["paid_per_month"] + f" in a usual month, of which {100 * plans.bear_share:g} % can be borne: "
    judged = (judged + money["bearable"]).where(
        due["told"], "what it can bear is not known, for no payments are: ask for its figures"
    )
    words = judged + "; " + money["down_payment"] + " now and " + due["instalments"].astype("str") + " instalments of "
    words += (
        money["instalment"] + " to " + due["ends_on"].dt.strftime("%Y-%m-%d").fillna("") + ", none below " + money["minimum"]
    )
    words += "; worth " + money["expected"] + f" today if each comes with {100 * plans.kept_each:g} %"
    share = np.ceil(100 * due["break_even"].fillna(0) - 1e-9).astype("int64").astype("str")
    other = due["alternative"] + ", " + money["alternative_net"]
    beside = ("; better than " + other + ", if each instalment comes with " + share + " % or more").where(
        due["break_even"].notna(), "; worse than " + other + ", even if all of it comes"
    )
    words += beside.where(due["alternative"].ne(""), "")
    words += pd.Series(np.where(due["insured"], "; insured: ask the insurer before anything is agreed", ""), index=due.index)
    return due.assign(why=words.where(due["possible"], due["refused"]))


def _words(minor: pd.Series, currency: pd.Series) -> pd.Series:
    return texts(pd.Series(to_major(minor.to_numpy(), currency), index=minor.index), currency)


# -- the schedule ------------------------------------------------------------------------------------------------------------


def _payments(owed: np.ndarray, down: np.ndarray, months: np.ndarray, first: np.ndarray, rate: float) -> dict[str, np.ndarray]:
    """Due days, interest, principal and balance, one row per plan and one column per payment, in minor units.

    Payments are level, the exact payment rounded up, so that one standing order pays them; the last one clears the balance.
    """
    most = int(months.max(initial=0))
    number = np.arange(most + 1)
    due_on = _months_later(first, number)
    level = np.where(months > 0, formulas.level_payment(owed - down, rate, np.maximum(months, 1)), 0)
    asked = np.ceil(level - 1e-6).astype("int64")
    interest, principal, balance = (np.zeros((len(owed), most + 1), dtype="int64") for _ in range(3))
    principal[:, 0], balance[:, 0] = down, owed - down
    for month in range(1, most + 1):
        days = (due_on[:, month] - due_on[:, month - 1]).astype("int64")
        left = balance[:, month - 1]
        running = months >= month
        interest[:, month] = np.where(running, formulas.simple(left, rate, days), 0)
        part = np.where(months == month, left, np.minimum(np.maximum(asked - interest[:, month], 0), left))
        principal[:, month] = np.where(running, part, 0)
        balance[:, month] = left - principal[:, month]
    return {"due_on": due_on, "interest": interest, "principal": principal, "balance": balance}


def _months_later(day: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The same day of later months, or the last of those too short; one column per number of months."""
    month = day.astype("datetime64[M]")
    later = month[:, None] + months[None, :]
    offset = (day - month.astype("datetime64[D]")).astype("int64")
    last = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype("int64") - 1
    return later.astype("datetime64[D]") + np.minimum(offset[:, None], last)


# -- what became of it -------------------------------------------------------------------------------------------------------


def _came(agreed: pd.DataFrame, ledger: Ledger, as_of: pd.Timestamp) -> tuple[pd.DataFrame, pd.Series]:
    """Money for the debt of each plan by day, and what of that debt is still open on the day."""
    plans = agreed[ONE_PLAN].drop_duplicates()
    documents = ledger.at(as_of)
    one = ["entity", *ACCOUNT, "document_id"]
    invoices = documents[documents["kind"].eq("invoice")].groupby(one)["issued"].min().reset_index()
    entries = ledger.entries[ledger.entries["kind"].isin(["payment", "return"]) & ledger.entries["date"].le(as_of)]
    entries = entries[[*one, "date", "amount"]].merge(plans, on=ACCOUNT).merge(invoices, on=one, how="left")
    for_debt = entries["date"].gt(entries["made_on"]) & ~entries["issued"].gt(entries["made_on"])
    chosen = entries[for_debt]
    chosen = chosen.assign(minor=-to_minor(chosen["amount"], chosen["currency"]))
    money = chosen.groupby([*ONE_PLAN, "date"])["minor"].sum().reset_index()
    covered = documents[documents["open_amount"].ne(0)].merge(plans, on=ACCOUNT)
    covered = covered[covered["kind"].eq("invoice") & covered["issued"].le(covered["made_on"])]
    minor = pd.Series(to_minor(covered["open_amount"], covered["currency"]), index=covered.index)
    return money, minor.groupby([covered[name] for name in ONE_PLAN]).sum()


def _reached(agreed: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    """With ``came`` in all and ``paid_on``, the day from which on what was due up to each instalment stayed paid."""
    by = [money[name] for name in ONE_PLAN]
    running = money["minor"].groupby(by).cumsum()
    stays = running[::-1].groupby([part[::-1] for part in by]).cummin()[::-1]
    steps = money.assign(stays=stays).sort_values("stays", kind="stable").drop_duplicates([*ONE_PLAN, "stays"])
    total = running.groupby(by).last().rename("came").reset_index()
    agreed = agreed.merge(total, on=ONE_PLAN, how="left")
    agreed["came"] = agreed["came"].fillna(0).astype("int64")
    if not len(steps):
        return agreed.assign(paid_on=pd.Series(pd.NaT, index=agreed.index, dtype="datetime64[s]"))
    left = agreed.reset_index(names="row").sort_values("up_to", kind="stable")
    found = pd.merge_asof(
        left, steps.rename(columns={"date": "paid_on"})[[*ONE_PLAN, "stays", "paid_on"]],
        left_on="up_to", right_on="stays", by=ONE_PLAN, direction="forward",
    )  # fmt: skip
    return found.sort_values("row", ignore_index=True).drop(columns=["row", "stays"])


def _standing(agreed: pd.DataFrame, still_open: pd.Series, as_of: pd.Timestamp, plans: Plans) -> pd.DataFrame:
    """With the standing of each instalment and of the whole plan."""
    currency, due = agreed["currency"], agreed["due_on"].le(as_of)
    deadline = agreed["due_on"] + pd.to_timedelta(plans.grace_days, unit="D")
    paid = (agreed["came"] - agreed["up_to"] + agreed["minor"]).clip(0, agreed["minor"])
    done = agreed["paid_on"].notna()
    place = pd.MultiIndex.from_frame(agreed[ONE_PLAN])
    settled = still_open.reindex(place).fillna(0).le(0).to_numpy()
    standing = np.select(
        [done & agreed["paid_on"].le(deadline), done, settled, ~due, deadline.ge(as_of)],
        ["kept", "late", "not needed", "coming", "waiting"],
        default="broken",
    )
    agreed = agreed.assign(as_of=as_of, standing=standing)
    by = [agreed[name] for name in ONE_PLAN]
    any_in = {state: agreed["standing"].eq(state).groupby(by).transform("any") for state in WORST_FIRST}
    over = agreed["standing"].isin(["kept", "late", "not needed"]).groupby(by).transform("all")
    so_far = agreed["minor"].where(due, 0).groupby(by).transform("sum")
    ahead = agreed["due_on"].where(~done & ~settled).groupby(by).transform("min")
    states = [any_in["broken"], over, *(any_in[state] for state in WORST_FIRST[1:])]
    money = {"paid": paid, "due_so_far": so_far, "paid_so_far": agreed["came"]}
    return agreed.assign(
        plan=np.select(states, ["broken", "finished", *WORST_FIRST[1:]], default="kept"),
        next_due=ahead,
        **{name: to_major(part.to_numpy(), currency) for name, part in money.items()},
    )
