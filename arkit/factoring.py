"""Selling invoices: which ones a factor buys, the cheapest set that raises the cash needed, and what else that would cost."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.errors import ArkitError
from arkit.money import text, texts, to_major, to_minor
from arkit.netting import named_in, net_of_credits
from arkit.policy import DEFAULT, Factoring, Policy
from arkit.tables import CUSTOMERS, DOCUMENTS, FACTORABLE, FACTORING_OFFERS, FORECASTS

MONTH, YEAR = 30, 365
ACCOUNT = ["customer_id", "currency"]
#: What is needed of documents: to name them, and to judge them.
ONE = ["entity", "customer_id", "currency", "document_id", "instalment"]
JUDGED_BY = ["as_of", *ONE, "kind", "issued", "due_date", "open_amount", "days_late"]
#: Sets are tried one by one among so many invoices, which is 2 to that power of them.
EXACT = 18
#: Fees are whole minor units: a set that costs less costs one less, less what floats may lose.
WHOLE = 0.999


def factor(
    documents: pd.DataFrame,
    scores: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    *,
    customers: pd.DataFrame | None = None,
    blocks: pd.DataFrame | None = None,
    forecasts: pd.DataFrame | None = None,
    need: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    r"""Which open invoices could be sold, at what price, and which to choose: one row per open invoice, shape `FACTORABLE`.

    What is sold is the part that credits not yet applied leave. A factor buys the customer's credit, so it must be good:
    factoring gives cash early for good customers who are slow, and is no cure for bad debt. The first reason of these, in
    this order, is in ``why``; all bounds are keys of ``[factoring]``:

    not an invoice, or covered by credit; disputed, promised, in a plan or held (``blocks``); insolvent; also a supplier, who
    may set off; a sole trader; a currency not bought; more than ``up_to_days`` past due, or issued more than ``age_days`` ago
    (three times its terms where that is more); more than ``cross_age_share`` of the customer's open invoices too old; no score,
    or one below ``score``; expected within fewer than ``from_days`` days; less than ``smallest`` to sell of the customer;
    beyond ``cap`` of all that could be sold in the currency, the customer's first due first.

    ``days`` is when the customer is expected to pay: the forecast's ``expected_date`` where one is given, else the due day and
    the days it is usually late (a mean over its settled invoices that leans on the book as if four of those stood behind it),
    but at least half as many days as the invoice is past due already, and one. ``fee`` = face x fee x days / 30,
    ``advance`` = face x advance, paid at once, ``reserve`` the rest less the fee, on ``reserve_on``.

    Parameters
    ----------
    need
        Cash needed per currency, {"EUR": 50_000}: the cheapest set of what is eligible is then ``chosen``; see `offers`.

    Raises
    ------
    ArkitError
        If a need is not above nought, or in a currency without open invoices.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": ["C1", "C2", "C3", "C4"], "document_id": ["A", "B", "C", "D"],
    ...     "kind": "invoice", "issued": pd.Timestamp("2026-10-01"), "due_date": pd.Timestamp("2026-12-15"), "amount": 10000.0,
    ...     "open_amount": 10000.0, "currency": "EUR", "settled": False, "settled_on": pd.NaT, "days_late": -45})
    >>> scores = pd.DataFrame({"customer_id": ["C1", "C2", "C3", "C4"], "score": [80.0, 75.0, 70.0, 30.0]})
    >>> sold = factor(documents, scores, Policy.parse("[factoring]\ncap = 0.5"), need={"EUR": 8000})
    >>> sold.loc[sold["chosen"], ["document_id", "days", "advance", "fee", "yearly_cost"]].round(3).to_dict("records")
    [{'document_id': 'A', 'days': 45, 'advance': 8500.0, 'fee': 375.0, 'yearly_cost': 0.358}]
    >>> sold["why"].iloc[-1]
    'score 30.0, factors buy from 40: bad debt is not slow, it is to be collected'
    """
    known = DOCUMENTS.conform(documents)
    items = _items(known)
    if not len(items):
        _must_be_needs(need, items)
        return FACTORABLE.empty()
    _must_be_needs(need, items)
    items = _expected(items, known, FORECASTS.conform(forecasts))
    items = _judged(items, scores, CUSTOMERS.conform(customers), _for_a_factor(blocks), policy.factoring)
    items = _priced(items, policy.factoring)
    items["chosen"] = False
    for currency, cash in (need or {}).items():
        pool = items.index[items["eligible"] & items["currency"].eq(currency)]
        wanted = int(to_minor(pd.Series([cash]), pd.Series([currency]))[0])
        chosen, _ = cheapest(items.loc[pool, "minor_advance"].to_numpy(), items.loc[pool, "minor_fee"].to_numpy(), wanted)
        items.loc[pool[chosen], "chosen"] = True
    return FACTORABLE.conform(items[FACTORABLE.names])


def offers(factorable: pd.DataFrame, need: Mapping[str, float], policy: Policy = DEFAULT) -> pd.DataFrame:
    """What raising the cash costs, one row per currency of the need, shape `FACTORING_OFFERS`, beside what else could be done.

    ``waiting_cost`` is the price of the same money over the same days at ``[routes] cost_of_money``; ``discount_cost`` what
    it would cost if customers took ``discount`` for paying within ``discount_days`` on as much as brings the same cash, which
    may be more than they owe. ``at_most_above`` is how much less another set could cost at best, 0 where the chosen set is
    proven the cheapest.

    Parameters
    ----------
    factorable
        What `factor` returned for the same need.

    Examples
    --------
    >>> factorable = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "document_id": "A", "currency": "EUR", "face": [10000.0],
    ...     "eligible": True, "chosen": True, "days": 45, "advance": 8500.0, "fee": 375.0, "reserve": 1125.0})
    >>> offers(factorable, {"EUR": 8000})[["raised", "fee", "yearly_cost", "waiting_cost"]].round(3).to_dict("records")
    [{'raised': 8500.0, 'fee': 375.0, 'yearly_cost': 0.358, 'waiting_cost': 104.79}]
    """
    rows = [_offer(factorable[factorable["currency"].eq(code)], code, cash, policy) for code, cash in need.items()]
    if not rows:
        return FACTORING_OFFERS.empty()
    return FACTORING_OFFERS.conform(pd.DataFrame(rows)[FACTORING_OFFERS.names])


def cheapest(advance: np.ndarray, fee: np.ndarray, need: int) -> tuple[np.ndarray, float]:
    """The cheapest set of invoices whose advances reach a need: their places, and how much less any other set can cost at best.

    Greedy first: in the order of fee per unit of advance, the best beginning that one later invoice completes, and what is
    not needed dropped again; that costs at most twice the best (as Csirik, Frenk, Labbe and Zhang show for the like, 1991).
    The fractional solution bounds the best from below. An invoice whose change would push that bound above the set already
    found is settled; where no more than `EXACT` stay open, all their sets are tried and the result is the best there is. All
    in whole minor units. Where even all together do not reach it, all are taken.

    Examples
    --------
    >>> places, gap = cheapest(np.array([600, 500, 500]), np.array([30, 20, 21]), 1000)
    >>> places.tolist(), gap
    ([1, 2], 0.0)
    """
    advance, fee = np.asarray(advance, dtype="int64"), np.asarray(fee, dtype="int64")
    if advance.sum() <= need:
        return np.arange(len(advance)), 0.0
    usable = np.flatnonzero(advance > 0)
    order = usable[np.lexsort((usable, -advance[usable], fee[usable] / advance[usable]))]
    gains, costs = advance[order], fee[order]
    chosen = _greedy(gains, costs, need)
    bound, price = _fractional(gains, costs, need)
    cost = int(costs[chosen].sum())
    # what a change of one invoice adds to the bound
    change = costs - price * gains
    settled = bound + np.abs(change) > cost - WHOLE
    free = np.flatnonzero(~settled)
    if len(free) > EXACT:
        return np.sort(order[chosen]), max(cost - np.ceil(bound - (1 - WHOLE)), 0.0)
    taken = settled & (change < 0)
    better = _all_sets(gains[free], costs[free], need - int(gains[taken].sum()), cost - int(costs[taken].sum()))
    if better is not None:
        chosen = taken.copy()
        chosen[free[better]] = True
    return np.sort(order[chosen]), 0.0


# -- which could be sold -----------------------------------------------------------------------------------------------------


def _items(documents: pd.DataFrame) -> pd.DataFrame:
    """Open debits with ``face``, what credits leave of them in minor units."""
    is_open = documents.loc[documents["open_amount"].ne(0), JUDGED_BY]
    items = is_open.assign(face=net_of_credits(is_open))[is_open["open_amount"].gt(0)]
    return items.sort_values([*ACCOUNT, "due_date", "document_id", "instalment"], kind="stable", ignore_index=True)


def _expected(items: pd.DataFrame, documents: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """With ``days`` until the customer is expected to pay."""
    paid = documents.loc[
        documents["kind"].eq("invoice") & documents["settled"] & documents["settled_on"].notna(), ["customer_id", "days_late"]
    ]
    late = paid["days_late"].clip(-60, 180).groupby(paid["customer_id"])
    book = float(paid["days_late"].clip(-60, 180).mean()) if len(paid) else 0.0
    usual = (late.sum() + 4 * book) / (late.size() + 4)
    expected = -items["days_late"] + items["customer_id"].map(usual).astype("float64").fillna(book)
    if len(forecasts):
        said = forecasts.drop_duplicates(ONE)[[*ONE, "expected_date"]]
        date = items[ONE].merge(said, on=ONE, how="left")["expected_date"].set_axis(items.index)
        expected = (date - items["as_of"]).dt.days.astype("float64").fillna(expected)
    least = (items["days_late"].clip(lower=0) / 2).clip(lower=1)
    return items.assign(days=np.fmax(expected, least).round().astype("int64"))


def _judged(
    items: pd.DataFrame, scores: pd.DataFrame | None, customers: pd.DataFrame, blocks: pd.DataFrame | None, bounds: Factoring
) -> pd.DataFrame:
    """With ``eligible`` and the first reason that stands in the way."""
    marks = (
        customers.drop_duplicates("customer_id").set_index("customer_id").reindex(items["customer_id"]).set_axis(items.index)
    )
    by_customer = (
        pd.Series(dtype="float64")
        if scores is None
        else scores.drop_duplicates("customer_id").set_index("customer_id")["score"]
    )
    score = items["customer_id"].map(by_customer).astype("float64")
    issued = (items["as_of"] - items["issued"]).dt.days
    terms = (items["due_date"] - items["issued"]).dt.days
    oldest = np.maximum(bounds.age_days, 3 * terms)
    late, old = items["days_late"] > bounds.up_to_days, issued > oldest
    invoice = items["kind"].eq("invoice")
    by = [items[name] for name in ACCOUNT]
    too_old = items["face"].where(late | old, 0).groupby(by).transform("sum") / items["face"].groupby(by).transform("sum").clip(
        lower=1
    )
    bought = pd.Series("any" in bounds.currencies, index=items.index) | items["currency"].isin(bounds.currencies)
    reasons: list[tuple[pd.Series, pd.Series | str]] = [
        (~invoice, "not an invoice"),
        (items["face"].le(0), "covered by credit not yet applied"),
        (named_in(items, blocks), "disputed, promised, in a plan or held: settle that first"),
        (marks["insolvent_since"].le(items["as_of"]), "insolvent: file the claim with the administrator"),
        (marks["is_supplier"].eq(other=True), "we buy there too: they may set off"),
        (marks["is_individual"].eq(other=True), "a sole trader: factors buy from companies"),
        (~bought, "in " + items["currency"] + ": factors buy " + ", ".join(bounds.currencies)),
        (late, items["days_late"].astype("str") + f" days past due, factors buy up to {bounds.up_to_days}: collect it"),
        (old, "issued " + issued.astype("str") + " days ago, factors buy up to " + oldest.astype("str")),
        (
            too_old > bounds.cross_age_share,
            (100 * too_old).round().astype("int64").astype("str") + " % of what this customer owes is too old, and with "
            + f"more than {100 * bounds.cross_age_share:g} % factors take none of it",
        ),
        (score.isna(), "no score: factors buy the customer's credit, which is not known"),
        (
            score < bounds.score,
            "score " + score.round(1).astype("str") + f", factors buy from {bounds.score:g}: "
            "bad debt is not slow, it is to be collected",
        ),
        (items["days"] < bounds.from_days, "expected in " + items["days"].astype("str") + " days: it comes by itself"),
    ]  # fmt: skip
    stands = np.select([hurdle.to_numpy(bool) for hurdle, _ in reasons], np.arange(len(reasons)), default=-1)
    why = np.full(len(items), "", dtype=object)
    for number, (_, words) in enumerate(reasons):
        here = stands == number
        why[here] = words if isinstance(words, str) else words.to_numpy(dtype=object)[here]
    items = items.assign(score=score, why=why)
    items = _large_enough(items, bounds)
    items = _not_too_much_of_one(items, bounds)
    return items.assign(eligible=items["why"].eq(""), why=items["why"].astype("str"))


def _for_a_factor(blocks: pd.DataFrame | None) -> pd.DataFrame | None:
    """The blocks that a factor minds: that a usual day of payment has not passed is none."""
    return blocks if blocks is None or "kind" not in blocks else blocks[blocks["kind"].ne("pay_day")]


def _large_enough(items: pd.DataFrame, bounds: Factoring) -> pd.DataFrame:
    """Nothing of customers with little to sell."""
    left = items["face"].where(items["why"].eq(""), 0).groupby([items[name] for name in ACCOUNT]).transform("sum")
    currency = items["currency"]
    smallest = to_minor(pd.Series(bounds.smallest, index=items.index, dtype="float64"), currency)
    small = items["why"].eq("") & (left < smallest)
    least = {code: text(bounds.smallest, str(code)) for code in currency.unique()}
    words = _words(left[small], currency[small]) + " to sell, factors buy from " + currency[small].map(least).astype("str")
    return items.assign(why=items["why"].where(~small, words.reindex(items.index)))


def _not_too_much_of_one(items: pd.DataFrame, bounds: Factoring) -> pd.DataFrame:
    """Of each customer no more than its share of all that could be sold in the currency, the first due first."""
    face = items["face"].where(items["why"].eq(""), 0)
    running = face.groupby([items[name] for name in ACCOUNT]).cumsum()
    most = bounds.cap * face.groupby(items["currency"]).transform("sum")
    beyond = items["why"].eq("") & (running > most)
    words = f"more than {100 * bounds.cap:g} % of all that could be sold would be of this customer"
    return items.assign(why=items["why"].mask(beyond, words))


def _priced(items: pd.DataFrame, bounds: Factoring) -> pd.DataFrame:
    """With advance, fee and reserve to the minor unit, and the yearly cost."""
    face, currency = items["face"].clip(lower=0), items["currency"]
    advance = np.floor(face * bounds.advance + 1e-6).astype("int64")
    fee = np.rint(face * bounds.fee * items["days"] / MONTH).astype("int64")
    money = {"face": face, "advance": advance, "fee": fee, "reserve": face - advance - fee}
    sold = (
        f"{100 * bounds.advance:g} % now, the rest in "
        + items["days"].astype("str")
        + f" days; fee {100 * bounds.fee:g} % per {MONTH} days"
    )
    return items.assign(
        **{name: to_major(minor.to_numpy(), currency) for name, minor in money.items()},
        minor_advance=advance,
        minor_fee=fee,
        reserve_on=items["as_of"] + pd.to_timedelta(items["days"], unit="D"),
        yearly_cost=formulas.advance_cost(fee, advance, items["days"]),
        why=items["why"].where(~items["eligible"], sold),
    )


# -- which to choose ---------------------------------------------------------------------------------------------------------


def _greedy(gains: np.ndarray, costs: np.ndarray, need: int) -> np.ndarray:
    """A good set, as flags: a beginning of the order completed by one later invoice, nothing superfluous in it.

    For each invoice the shortest beginning that it completes is the cheapest, so all are compared at once.
    """
    before, spent = (np.r_[0, np.cumsum(part)[:-1]] for part in (gains, costs))
    length = np.searchsorted(before, need - gains, side="left")
    later = np.flatnonzero(length <= np.arange(len(gains)))
    one = later[(spent[length[later]] + costs[later]).argmin()]
    chosen = np.arange(len(gains)) < length[one]
    chosen[one] = True
    spare = gains[chosen].sum() - need
    while (superfluous := chosen & (gains <= spare)).any():
        dropped = np.where(superfluous, costs, -1).argmax()
        chosen[dropped] = False
        spare -= gains[dropped]
    return chosen


def _fractional(gains: np.ndarray, costs: np.ndarray, need: int) -> tuple[float, float]:
    """The least cost if parts of invoices could be sold, and the price of one more unit there."""
    reached = np.cumsum(gains)
    last = int(np.searchsorted(reached, need, side="left"))
    price = float(costs[last] / gains[last])
    return float(costs[:last].sum() + (need - (reached[last] - gains[last])) * price), price


def _all_sets(gains: np.ndarray, costs: np.ndarray, need: int, below: int) -> np.ndarray | None:
    """The places of the cheapest set that reaches the need for less than ``below``, the fewest and first of equals."""
    sums, spent = np.zeros(1, dtype="int64"), np.zeros(1, dtype="int64")
    for gain, cost in zip(gains, costs, strict=True):
        sums, spent = np.concatenate([sums, sums + gain]), np.concatenate([spent, spent + cost])
    enough = np.flatnonzero((sums >= need) & (spent < below))
    if not len(enough):
        return None
    best = enough[np.lexsort((enough, np.bitwise_count(enough), spent[enough]))[0]]
    return np.flatnonzero(best >> np.arange(len(gains)) & 1)


# -- what it costs -----------------------------------------------------------------------------------------------------------


def _offer(pool: pd.DataFrame, currency: str, cash: float, policy: Policy) -> dict[str, object]:
    """One currency: what the chosen invoices raise and cost, beside waiting and a discount for early payment."""
    chosen, eligible = pool[pool["chosen"]], pool[pool["eligible"]]
    one = pd.Series([cash])
    need = int(to_minor(one, pd.Series([currency]))[0])

    def minor(rows: pd.DataFrame, name: str) -> np.ndarray:
        return to_minor(rows[name], rows["currency"])

    advance, fee, days = minor(chosen, "advance"), minor(chosen, "fee"), chosen["days"].to_numpy("int64")
    raised, paid = int(advance.sum()), int(fee.sum())
    places, gap = cheapest(minor(eligible, "advance"), minor(eligible, "fee"), need)
    gap += max(paid - int(minor(eligible, "fee")[places].sum()), 0)
    mean_days = float(formulas.ratio((advance * days).sum(), raised))
    waiting = int(np.rint((advance * days).sum() * policy.routes.cost_of_money / YEAR))
    share = policy.factoring.discount
    discount = int(np.rint(min(need, raised) * share / (1 - share)))
    gained = mean_days - policy.factoring.discount_days
    amounts = {
        "need": need, "raised": raised, "short": max(need - raised, 0), "fee": paid, "at_most_above": int(np.ceil(gap)),
        "waiting_cost": waiting, "discount_cost": discount,
    }  # fmt: skip
    money = {name: float(to_major(np.array([part]), pd.Series([currency]))[0]) for name, part in amounts.items()}
    found: dict[str, object] = {
        "as_of": pool["as_of"].max() if len(pool) else pd.NaT,
        "currency": currency,
        "invoices": len(chosen),
        "face": float(to_major(np.array([minor(chosen, "face").sum()]), pd.Series([currency]))[0]),
        "reserve": float(to_major(np.array([minor(chosen, "reserve").sum()]), pd.Series([currency]))[0]),
        "days": mean_days,
        "yearly_cost": float(formulas.advance_cost(paid, raised, mean_days)),
        "discount_yearly_cost": float(formulas.ratio(share / (1 - share) * YEAR, gained)),
        **money,
    }
    return found | {"words": _in_words(found, gap, policy)}


def _in_words(found: Mapping[str, object], gap: float, policy: Policy) -> str:
    """The offer in sentences."""
    code = str(found["currency"])

    def amount(name: str) -> str:
        return text(float(found[name]), code)  # pyright: ignore[reportArgumentType]

    if not found["invoices"]:
        return f"nothing can be sold in {code}: {amount('need')} must come from elsewhere"
    proof = "no other set is cheaper" if not gap else f"another set could cost {amount('at_most_above')} less at best"
    days, yearly, other = (float(found[name]) for name in ("days", "yearly_cost", "discount_yearly_cost"))  # pyright: ignore[reportArgumentType]
    said = f"{found['invoices']} invoices of {amount('face')} raise {amount('raised')} now for {amount('fee')}"
    said += f", {100 * yearly:.1f} % a year over {days:.0f} days; {proof}"
    if found["short"]:
        said += f"; {amount('short')} is missing"
    money, bounds = policy.routes.cost_of_money, policy.factoring
    said += (
        f". The same money costs {amount('waiting_cost')} at {100 * money:g} % a year elsewhere, and {amount('discount_cost')}"
    )
    said += f" as a discount of {100 * bounds.discount:g} % for paying within {bounds.discount_days} days"
    said += f", {100 * other:.1f} % a year" if np.isfinite(other) else ""
    return said + ". Sell only if the cash is needed: it is for good customers who are slow, never for bad ones."


def _words(minor: pd.Series, currency: pd.Series) -> pd.Series:
    return texts(pd.Series(to_major(minor.to_numpy(), currency), index=minor.index), currency)


def _must_be_needs(need: Mapping[str, float] | None, items: pd.DataFrame) -> None:
    there = set(items["currency"])
    for currency, cash in (need or {}).items():
        if not cash > 0 or currency not in there:
            raise ArkitError(
                "this cash cannot be raised by selling invoices.",
                expected=f"an amount above 0 in a currency of open invoices: {', '.join(sorted(there)) or 'there are none'}",
                got=f"{cash:g} {currency}",
                fix='say need={"EUR": 50_000}, in a currency that customers owe',
            )
