"""Whom to contact, how, in what order, by which rule, and what would change that."""

import operator
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from arkit.blocks import blocked
from arkit.facts import OF_ACCOUNT, answer_by, facts, without_blocks
from arkit.ladder import FLAG_FACTS, GRADUAL_FACTS, MONEY_FACTS, STERNNESS, TEXT_FACTS, Rule, comparisons, words_of
from arkit.money import NO_CURRENCY, texts, to_major, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.tables import ACTIONS, CUSTOMERS, SETS_A_DAY
from arkit.workdays import workdays

COMPARE: dict[str, Callable[..., pd.Series]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
#: Nobody has to do anything.
IDLE = ("none", "hold")
#: Asked in writing before by telephone.
WRITTEN = ("nudge", "reminder", "resend", "firm_notice", "final_demand")
#: Steps for the management of the customer, not for whoever pays its invoices.
FOR_MANAGEMENT = ("plan", "firm_notice", "final_demand", "mediation", "agency", "court")
CALLS = ("call", "contact_ap")
#: Whom one asks for: who pays the invoices, else the person one knows; and the other way round.
PEOPLE = (("ap_contact", "contact"), ("contact", "ap_contact"))
#: Facts whose names need words for somebody who reads only the list.
SHORT = {"breaks_norm_days": "days beyond its norm", "chaseable": "amount to ask for", "overdue_net": "past due after credits"}
#: One of something, that a sentence calls by its plural.
ONE = r"(?<![\d.,])1 (day|contact|reminder|call|invoice|promise)s\b"
#: Where no rule of a policy holds, a person looks.
NO_RULE = Rule("no-rule", "review", {}, "no rule of the policy holds; {chaseable} past due", "complete the policy's ladder", 5)


def recommend(
    documents: pd.DataFrame,
    scores: pd.DataFrame,
    notes: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    *,
    profiles: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    forecasts: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What to do, one row per customer and currency with an open balance, first things first, shape `ACTIONS`.

    Credits not yet applied pay the oldest documents first before anyone is contacted. What `arkit.blocks.blocked` names is not
    asked for; the rest is. Then the first rule of the policy's ladder whose conditions all hold decides. A customer who owes in
    two currencies has two rows, for the two are never added; only the sterner one is contacted about.

    Whatever the policy says, nobody is asked for what is not due, blocked, or covered by credit; nobody is contacted who is
    marked do not contact, insolvent or handed over; and sole traders, strategic customers and debts near limitation go to no
    agency or court: the next rule that may decides instead.

    ``at_stake`` is what is past due after credits, blocked or not; ``blocked_amount`` of it is not asked for now; ``ask_for``
    is the rest. ``hidden_action`` is what the ladder would say if nothing stood in the way. ``gain`` is what a month of waiting
    is expected to lose of ``ask_for``: per document the amount x (chance at its age - chance a month older), by the policy's
    ``chance_by_months``, x (1 - ``p_30``) where there is a forecast. Customers of rules that say ``first`` stand on top, then
    those with the largest gain, in units of their currency's mean amount past due. ``oldest_first`` and ``largest_first`` are
    the two simple orders, for comparison.

    Parameters
    ----------
    notes
        What was said and agreed, shape `NOTES`; what is dated after the documents' day is not looked at.
    profiles
        For the customers' norms, habits and part payments; without it rules about them do not hold.
    customers
        For names, contacts and marks such as do-not-contact.
    forecasts
        Chances of payment, shape `FORECASTS`, for the order of the list.
    routes
        What agency and court would bring, shape `ROUTES`; without it no rule can compare them.

    Examples
    --------
    >>> from arkit.history import profile
    >>> from arkit.sample import sample_ledger
    >>> from arkit.scores import score
    >>> ledger = sample_ledger()
    >>> documents = ledger.at("2026-10-31")
    >>> profiles = profile(documents, notes=ledger.notes)
    >>> actions = recommend(documents, score(profiles), ledger.notes, profiles=profiles, customers=ledger.customers)
    >>> actions["priority"].tolist() == list(range(1, len(actions) + 1))
    True
    """
    if not documents["open_amount"].ne(0).any():
        return ACTIONS.empty()
    known = CUSTOMERS.conform(customers)
    blocks = blocked(documents, notes, policy, customers=known, profiles=profiles)
    found = facts(
        documents,
        blocks,
        scores,
        notes,
        policy,
        profiles=profiles,
        customers=known,
        forecasts=forecasts,
        routes=routes,
    )
    decided = _one_message(decide(found, policy))
    return _ordered(_contacts(_hidden(decided, policy), known), policy)


def try_rules(found: pd.DataFrame, policy: Policy = DEFAULT) -> tuple[np.ndarray, np.ndarray]:
    """How many conditions fail, per account of `arkit.facts.facts` and rule of the ladder; and how far off the failing one is.

    The last column is the rule for want of one. The first rule of a row without a failure decides.
    """
    may = _allowed(found, policy)
    tried = [_tried(found, rule, policy, may) for rule in [*policy.ladder, NO_RULE]]
    missed, gaps = (np.column_stack(parts) for parts in zip(*tried, strict=True))
    return missed, gaps


def _allowed(found: pd.DataFrame, policy: Policy) -> dict[str, np.ndarray]:
    """For each action that needs leave, whom it may be taken against, whatever the policy's rules say."""
    reachable = ~(found["do_not_contact"] | found["insolvent"] | found["handed_over"])
    asked = reachable & found["chaseable"].gt(0)
    last = asked & ~found["needs_person"] & ~found["limitation_days_left"].le(policy.limitation.warn_days)
    ask = ("reminder", "call", "contact_ap", "plan", "firm_notice", "final_demand")
    due = reachable & found["overdue_net"].gt(0)
    may = (
        dict.fromkeys(ask, asked)
        | {"resend": due, "mediation": due, "factoring": due}
        | dict.fromkeys(("agency", "court"), last)
    )
    may["nudge"] = reachable & found["due_soon"].gt(0)
    return {action: here.to_numpy(bool) for action, here in may.items()}


def decide(facts: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """The accounts of `arkit.facts.facts` with ``action``, ``rule``, ``reason`` and the rest of what the ladder says of each.

    The first rule whose conditions all hold decides; ``runner_up`` is the next one with another action, and ``would_change``
    what the nearest sterner one lacks.
    """
    rules = [*policy.ladder, NO_RULE]
    missed, gaps = try_rules(facts, policy)
    chosen = (missed == 0).argmax(axis=1)
    order = np.arange(len(rules))
    actions = np.array([rule.action for rule in rules])
    other = actions != actions[chosen][:, None]
    later = (missed == 0) & (order > chosen[:, None]) & other & (order < len(rules) - 1)
    sterner = np.array([STERNNESS[action] for action in actions])
    near = np.where((missed == 1) & (sterner > sterner[chosen][:, None]), gaps, np.inf)
    nearest = np.where(np.isfinite(near).any(axis=1), near.argmin(axis=1), -1)
    said = {part: np.full(len(facts), "", dtype=object) for part in ("reason", "next_step", "would_change")}
    for number, rule in enumerate(rules):
        if (here := chosen == number).any():
            said["reason"][here] = _fill(rule.reason, facts, here)
            said["next_step"][here] = _fill(rule.next_step, facts, here)
        if (here := nearest == number).any():
            said["would_change"][here] = _lacking(facts.loc[here, [*rule.when, "currency"]], rule, policy)
    said["reason"] = said["reason"] + _set_aside(facts, actions[chosen])
    return facts.assign(
        action=actions[chosen],
        rule=np.array([rule.rule for rule in rules])[chosen],
        due_in_days=np.array([rule.due_in_days for rule in rules])[chosen],
        first=np.array([rule.first for rule in rules])[chosen],
        runner_up=np.where(later.any(axis=1), actions[later.argmax(axis=1)], ""),
        **said,
    )


def _set_aside(facts: pd.DataFrame, action: np.ndarray) -> np.ndarray:
    """What a reason adds where only a part is asked for: ' (2,830.88 EUR more past due is not asked for: dispute)'."""
    blocked_amount = _blocked_amount(facts)
    partly = facts["chaseable"].gt(0) & blocked_amount.gt(0) & ~np.isin(action, IDLE)
    more = texts(blocked_amount, facts["currency"])
    words = " (" + more + " more past due is not asked for: " + facts["blocked_by"].str.replace("_", " ") + ")"
    return words.where(partly, "").to_numpy(dtype=object)


def _tried(facts: pd.DataFrame, rule: Rule, policy: Policy, may: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """How many conditions of a rule fail per account, and how far off the failing one is.

    The distance is relative to the bound, and infinite for what neither time nor money moves.
    """
    missed, gap = np.zeros(len(facts), dtype="int64"), np.full(len(facts), np.inf)
    if rule.action in may:
        missed += 2 * ~may[rule.action]
    for fact, condition in rule.when.items():
        if fact in FLAG_FACTS:
            missed += facts[fact].ne(condition == "yes").to_numpy()
            continue
        if fact in TEXT_FACTS:
            excludes, words = words_of(condition)
            missed += facts[fact].str.casefold().isin(words).eq(excludes).to_numpy()
            continue
        fails, off = _off(facts[fact], condition, policy)
        missed += fails
        if fact in GRADUAL_FACTS:
            gap = np.where(fails, off, gap)
    return missed, np.nan_to_num(gap, nan=np.inf)


def _off(column: pd.Series, condition: str, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Where a condition fails, and how far off the fact is, relative to the bound that it misses."""
    fails, off = np.zeros(len(column), dtype=bool), np.zeros(len(column))
    for sign, bound in comparisons(condition, policy.value):
        misses = ~COMPARE[sign](column, bound).to_numpy(bool)
        off = np.where(misses, (column - bound).abs().to_numpy(float) / max(abs(bound), 1.0), off)
        fails |= misses
    return fails, off


def _lacking(facts: pd.DataFrame, rule: Rule, policy: Policy) -> np.ndarray:
    """The one condition that accounts miss of a rule, in words: 'agency if oldest days late > 90 (now 62)'."""
    words = np.full(len(facts), "", dtype=object)
    for fact in (fact for fact in rule.when if fact in GRADUAL_FACTS):
        for sign, bound in comparisons(rule.when[fact], policy.value):
            fails = ~COMPARE[sign](facts[fact], bound).to_numpy(bool)
            name = SHORT.get(fact, fact.replace("_", " "))
            said = f"{rule.action.replace('_', ' ')} if {name} {sign} {bound:,g} (now " + _said(facts, fact) + ")"
            words = np.where(fails, said.to_numpy(dtype=object), words)
    return words


def _said(facts: pd.DataFrame, name: str) -> pd.Series:
    """A fact in words: money with its currency, days as whole numbers, days of the calendar as 2026-10-31."""
    column = facts[name]
    if name in MONEY_FACTS:
        return texts(column, facts["currency"])
    if name in FLAG_FACTS:
        return pd.Series(np.where(column, "yes", "no"), index=column.index, dtype="str")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").fillna("no day")
    if pd.api.types.is_numeric_dtype(column):
        return column.round().astype("Int64").astype("str").where(column.notna(), "unknown")
    return column.astype("str")


def _fill(template: str, facts: pd.DataFrame, here: np.ndarray) -> np.ndarray:
    """A sentence with its ``{facts}`` filled in, for all accounts here at once."""
    parts = re.split(r"\{(\w+)\}", template)
    wanted = facts.loc[here, list(dict.fromkeys([*parts[1::2], "currency"]))]
    filled = pd.Series(parts[0], index=wanted.index, dtype="str")
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        filled = filled + _said(wanted, name) + after
    return filled.str.replace(ONE, r"1 \1", regex=True).to_numpy(dtype=object)


def _hidden(decided: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The action that the ladder would choose for accounts with something in the way, if there were nothing."""
    here = decided["blocked_by"].ne("").to_numpy()
    hidden = np.full(len(decided), "", dtype=object)
    if here.any():
        missed, _ = try_rules(without_blocks(decided[here], policy), policy)
        hidden[here] = np.array([rule.action for rule in [*policy.ladder, NO_RULE]], dtype=object)[(missed == 0).argmax(axis=1)]
    return decided.assign(hidden_action=hidden)


def _one_message(decided: pd.DataFrame) -> pd.DataFrame:
    """Of a customer's accounts in several currencies only the sternest is contacted about; the others go with it."""
    stern = decided["action"].map(STERNNESS)
    asked = stern.gt(0)
    order = decided.assign(stern=stern)[asked].sort_values(
        ["stern", "first", "overdue_net", "currency"], ascending=[False, False, False, True], kind="stable"
    )
    goes_with = order[order.duplicated("customer_id")]
    if not len(goes_with):
        return decided
    leads = order.drop_duplicates("customer_id").set_index("customer_id")
    leader = goes_with["customer_id"].map(leads["currency"]).rename("leads")
    said = goes_with["customer_id"].map(leads["action"].str.replace("_", " ")) + " about " + leader
    reason = texts(goes_with["chaseable"], goes_with["currency"]) + " past due; the " + said + " comes first: mention it there"
    changed = pd.DataFrame({"action": "none", "rule": "one-message", "reason": reason, "due_in_days": 0, "first": False})
    decided = decided.copy()
    decided.loc[goes_with.index, list(changed)] = changed
    return decided


def _contacts(decided: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Whom to contact and where: who pays the invoices, or the person one knows for what the management should hear."""
    people = customers.drop_duplicates("customer_id").fillna({"phone": "", "email": "", "contact": "", "ap_contact": ""})
    known = decided[["customer_id"]].merge(people, on="customer_id", how="left")
    known = known.fillna({"phone": "", "email": "", "contact": "", "ap_contact": ""})
    first, second = (known[name].where(known[name].ne(""), known[other]) for name, other in PEOPLE)
    action = decided["action"].reset_index(drop=True)
    person = first.mask(action.isin([*FOR_MANAGEMENT, "contact_ap"]), second)
    person = person.mask(action.eq("contact_ap") & (first.eq(second)), "ask who pays the invoices")
    ways = [known["phone"], known["email"]]
    where = ways[1].where(action.isin(WRITTEN), ways[0])
    where = where.where(where.ne(""), ways[0].where(ways[0].ne(""), ways[1]))
    both = person + np.where(person.ne("") & where.ne(""), ", ", "") + where
    return decided.assign(contact=both.to_numpy())


def _ordered(decided: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The list as people read it: what cannot wait, then what a month would lose most of; and the two simple orders."""
    as_of = decided["as_of"].max()
    typical = decided.groupby("currency")["overdue_net"].transform("mean").replace(0, 1)
    ranked = decided.assign(
        idle=decided["action"].isin(IDLE), worth=decided["gain"] / typical, size=decided["overdue_net"] / typical
    ).sort_values(
        ["idle", "first", "worth", "size", "customer_id", "currency"],
        ascending=[True, False, False, False, True, True],
        kind="stable",
        ignore_index=True,
    )
    # of somebody who is insolvent, handed over or not to be contacted, nothing is asked for
    ask_for = ranked["chaseable"].mask(ranked[list(OF_ACCOUNT.values())].any(axis=1), 0.0)
    days = ranked["due_in_days"].to_numpy()
    is_call = ranked["action"].isin(CALLS)
    weeks = (is_call.cumsum() - 1).where(is_call, 0) // (policy.contact.calls_a_week or len(ranked))
    days_off = policy.contact.days_off
    soon = workdays(pd.Series(as_of, index=ranked.index), days_off, later=np.maximum(days, 0))
    due_by = workdays(soon.where(days > 0) + pd.to_timedelta(7 * weeks, unit="D"), days_off)
    sets_a_day = ranked["action"].isin(SETS_A_DAY)
    set_for = answer_by(ranked["action"], ranked["is_individual"].eq(True), due_by.fillna(as_of), policy)
    insured = ranked["insurer_deadline"].where(ranked["rule"].eq("insurer-deadline") & ranked["insurer_deadline"].ge(as_of))
    return ACTIONS.conform(
        ranked.assign(
            priority=np.arange(1, len(ranked) + 1),
            currency=ranked["currency"].replace("", NO_CURRENCY),
            at_stake=ranked["overdue_net"],
            ask_for=ask_for,
            blocked_amount=_blocked_amount(ranked.assign(chaseable=ask_for)),
            answer_by=set_for.where(sets_a_day),
            due_by=due_by.where(insured.isna() | insured.ge(due_by), insured),
            week=(weeks + 1).where(~ranked["idle"], 0).astype("int64"),
            blocked_until=ranked["held_until"].where(ranked["action"].eq("hold")),
            oldest_first=_place(ranked, "oldest_days_late"),
            largest_first=_place(ranked, "size"),
        ).reindex(columns=ACTIONS.names)
    )


def _blocked_amount(accounts: pd.DataFrame) -> pd.Series:
    """What is past due and not to be asked for, exact."""
    currency, index = accounts["currency"], accounts.index
    minor = [pd.Series(to_minor(accounts[name], currency), index) for name in ("overdue_net", "chaseable")]
    return pd.Series(to_major((minor[0] - minor[1]).to_numpy(), currency), index)


def _place(ranked: pd.DataFrame, column: str) -> pd.Series:
    """The place of each account somebody is to act on, if the largest of a column stood first; 0 for the others."""
    busy = ranked[~ranked["idle"]].sort_values(
        [column, "customer_id", "currency"], ascending=[False, True, True], kind="stable"
    )
    return pd.Series(np.arange(1, len(busy) + 1), index=busy.index).reindex(ranked.index, fill_value=0)
