"""Whom to contact, how, in what order, by which rule, and what is blocked."""

import operator
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from arkit.money import NO_CURRENCY, texts, to_major, to_minor
from arkit.netting import net_of_credits
from arkit.notes import blocked, broken_promises, known_notes
from arkit.policy import CONDITION, DEFAULT, FLAG_FACTS, GRADUAL_FACTS, MONEY_FACTS, Policy, Rule
from arkit.tables import ACTIONS, CUSTOMERS

ACCOUNT = ["customer_id", "currency"]
CONTACTS = ("reminder", "call", "letter")
COMPARE: dict[str, Callable[..., pd.Series]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
#: Facts whose names need words for somebody who reads only the list.
SHORT = {"breaks_norm_days": "days beyond its norm", "chaseable": "amount to ask for", "overdue_net": "past due after credits"}
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
) -> pd.DataFrame:
    """What to do, one row per customer and currency with an open balance, first things first, shape `ACTIONS`.

    Credits not yet applied pay the oldest documents first before anyone is contacted. What is disputed, promised for a
    later day or under a plan is not chased; the rest is. Then the first rule of the policy's ladder whose conditions all
    hold decides. A customer who owes in two currencies has two rows, for the two are never added.

    ``at_stake`` is what is past due after credits, blocked or not; ``blocked_amount`` of it nobody is asked for now. Rows
    that need somebody come first, by amount in units of the currency's mean past-due amount, times months past due.

    Parameters
    ----------
    notes
        What was said and agreed, shape `NOTES`; what is dated after the documents' day is not looked at.
    profiles
        For the customers' norms and part payments; without it rules about them do not hold.
    customers
        For names, contacts and marks such as do-not-contact.

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
    is_open = _after_credits(documents)
    if not len(is_open):
        return ACTIONS.empty()
    as_of, known = documents["as_of"].max(), CUSTOMERS.conform(customers)
    stopped = blocked(documents, notes, policy)
    facts = _facts(_mark(is_open, stopped), as_of)
    facts = _about_invoices(_about_customers(facts, scores, profiles, known), documents)
    facts = _about_notes(facts, known_notes(notes, as_of), broken_promises(documents, notes, policy), stopped, policy)
    decided = _decide(facts, policy)
    return _ordered(_contacts(decided, known), as_of)


def _after_credits(documents: pd.DataFrame) -> pd.DataFrame:
    """Open documents, oldest first, with ``net``: minor units left once the account's credits paid the oldest."""
    is_open = documents.loc[documents["open_amount"].ne(0)].sort_values(["due_date", "document_id"], kind="stable")
    minor = to_minor(is_open["open_amount"], is_open["currency"])
    return is_open.assign(minor=minor, net=net_of_credits(is_open), late=is_open["days_late"].gt(0) & (minor > 0))


def _mark(is_open: pd.DataFrame, stopped: pd.DataFrame) -> pd.DataFrame:
    """Flags ``disputed`` and ``promised`` per open document; a dispute outweighs a promise."""
    whole = stopped[stopped["document_id"].eq("")]
    single = pd.MultiIndex.from_frame(is_open[["customer_id", "document_id"]])

    def hit(kinds: list[str]) -> np.ndarray:
        one = stopped[stopped["kind"].isin(kinds)]
        all_of = whole.loc[whole["kind"].isin(kinds), "customer_id"]
        return (
            single.isin(pd.MultiIndex.from_frame(one[["customer_id", "document_id"]]))
            | is_open["customer_id"].isin(all_of).to_numpy()
        )

    disputed = hit(["dispute"])
    return is_open.assign(disputed=disputed, promised=hit(["promise", "plan", "hold"]) & ~disputed)


def _facts(marked: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The facts that documents give, one row per account; money in major units."""
    late_net = marked["net"].where(marked["late"], 0)
    minor = pd.DataFrame(
        {
            "balance": marked["minor"],
            "credit": -marked["minor"].clip(upper=0),
            "overdue": marked["minor"].where(marked["late"], 0),
            "overdue_net": late_net,
            "disputed": late_net.where(marked["disputed"], 0),
            "promised": late_net.where(marked["promised"], 0),
            "chaseable": late_net.where(~marked["disputed"] & ~marked["promised"], 0),
        }
    )
    account = [marked[name] for name in ACCOUNT]
    facts = minor.groupby(account).sum()
    currency = facts.index.get_level_values("currency").to_series()
    facts = pd.DataFrame({name: to_major(facts[name].to_numpy(), currency) for name in facts}, index=facts.index)
    past = marked[marked["late"] & marked["net"].gt(0)]
    chased = past[~past["disputed"] & ~past["promised"]]
    oldest = chased.groupby(ACCOUNT)["days_late"].max().reindex(facts.index)
    oldest_any = past.groupby(ACCOUNT)["days_late"].max().reindex(facts.index)
    facts = facts.assign(
        oldest_days_late=oldest.fillna(oldest_any).fillna(0).astype("int64"),
        documents=_listed(chased).reindex(facts.index).fillna(""),
    )
    return facts.reset_index().assign(as_of=as_of)


def _listed(chased: pd.DataFrame, most: int = 5) -> pd.Series:
    """The documents of each account in words, oldest first: 'A, B and 3 more'."""
    by = chased.groupby(ACCOUNT)
    shown = chased[by.cumcount() < most].groupby(ACCOUNT)["document_id"].agg(", ".join)
    rest = (by.size() - most).clip(lower=0)
    return shown + np.where(rest > 0, " and " + rest.astype("str") + " more", "")


def _about_customers(
    facts: pd.DataFrame, scores: pd.DataFrame, profiles: pd.DataFrame | None, customers: pd.DataFrame
) -> pd.DataFrame:
    """Score, norm, part payments and marks of the customer, beside each account."""
    facts = facts.merge(scores[["customer_id", "score"]], on="customer_id", how="left")
    wanted = ["n_settled", "part_paid", "norm_low", "norm_high"]
    history = profiles if profiles is not None else pd.DataFrame(columns=["customer_id", *wanted])
    facts = facts.merge(
        history[["customer_id", *wanted]].astype(dict.fromkeys(wanted, "float64")), on="customer_id", how="left"
    )
    marks = customers[["customer_id", "name", "do_not_contact", "is_individual", "strategic"]]
    facts = facts.merge(marks, on="customer_id", how="left")
    flags = facts[["do_not_contact", "is_individual", "strategic"]].astype("boolean").fillna(value=False).astype(bool)
    if profiles is not None:
        facts[["n_settled", "part_paid"]] = facts[["n_settled", "part_paid"]].fillna(0)
    return facts.assign(
        score=facts["score"].fillna(50),
        name=facts["name"].fillna(facts["customer_id"]),
        do_not_contact=flags["do_not_contact"],
        needs_person=flags["is_individual"] | flags["strategic"],
        breaks_norm_days=facts["oldest_days_late"] - facts["norm_high"].clip(lower=0),
        norm=_norm_words(facts["norm_low"], facts["norm_high"]),
    )


def _about_invoices(facts: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """How many invoices there ever were; where open items do not show what was paid, settled ones are unknown, not none."""
    invoices = documents[documents["kind"].eq("invoice")]
    unknown = invoices.loc[invoices["paid_amount"].isna(), "customer_id"]
    known = ~facts["customer_id"].isin(unknown) & bool(
        documents["kind"].eq("payment").any() or invoices["payments"].gt(0).any()
    )
    return facts.assign(
        invoices=facts["customer_id"].map(invoices.groupby("customer_id").size()).fillna(0),
        n_settled=facts["n_settled"].where(known | facts["n_settled"].gt(0)),
    )


def _norm_words(low: pd.Series, high: pd.Series) -> pd.Series:
    """A customer's norm in words: 'paid 2 to 9 days late', 'paid on time'."""
    first, last = (side.fillna(0).clip(lower=0).astype("int64") for side in (low, high))
    span = last.astype("str").where(first.eq(last), first.astype("str") + " to " + last.astype("str"))
    words = span.radd("paid ").add(" days late").where(last.gt(0), "paid on time")
    return words.where(high.notna(), "no norm known yet")


def _about_notes(
    facts: pd.DataFrame, said: pd.DataFrame, broken: pd.DataFrame, stopped: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Contacts since the oldest open document fell due, promises broken and running, and what blocks until when."""
    as_of = facts["as_of"]
    touched = said[said["kind"].isin(CONTACTS)]
    fell_due = as_of.max() - pd.to_timedelta(
        touched["customer_id"].map(facts.groupby("customer_id")["oldest_days_late"].max()), unit="D"
    )
    contacts = touched[touched["date"].ge(fell_due)]
    broken = broken[broken["still_open"]]

    def last(rows: pd.DataFrame, column: str, how: str = "max") -> pd.Series:
        return rows.groupby("customer_id")[column].agg(how).reindex(facts["customer_id"]).set_axis(facts.index)

    return facts.assign(
        contacts=last(contacts, "date", "size").fillna(0),
        days_since_contact=(as_of - last(touched, "date")).dt.days,
        promises_broken_now=last(broken, "date", "size").fillna(0),
        broken_until=last(broken, "until"),
        handed_over=facts["customer_id"].isin(said.loc[said["kind"].eq("handed_over"), "customer_id"]),
        disputed_since=last(stopped[stopped["kind"].eq("dispute")], "since", "min"),
        promised_until=last(stopped[stopped["kind"].ne("dispute")], "until"),
        held_until=last(stopped, "until"),
        grace_days=policy.contact.grace_days,
    )


def _decide(facts: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The first rule whose conditions all hold, the next one with another action, and what the nearest sterner one lacks."""
    rules = [*policy.ladder, NO_RULE]
    missed, gaps = (np.column_stack(parts) for parts in zip(*(_tried(facts, rule, policy) for rule in rules), strict=True))
    order = np.arange(len(rules))
    chosen = (missed == 0).argmax(axis=1)
    actions = np.array([rule.action for rule in rules])
    other = actions != actions[chosen][:, None]
    later = (missed == 0) & (order > chosen[:, None]) & other & (order < len(rules) - 1)
    near = np.where((missed == 1) & (order < chosen[:, None]) & other & ~np.isin(actions, ["none", "hold"]), gaps, np.inf)
    nearest = np.where(np.isfinite(near).any(axis=1), near.argmin(axis=1), -1)
    said = {part: np.full(len(facts), "", dtype=object) for part in ("reason", "next_step", "would_change")}
    for number, rule in enumerate(rules):
        if (here := chosen == number).any():
            said["reason"][here] = _fill(rule.reason, facts, here)
            said["next_step"][here] = _fill(rule.next_step, facts, here)
        if (here := nearest == number).any():
            said["would_change"][here] = _lacking(facts.loc[here, [*rule.when, "currency"]], rule, policy)
    return facts.assign(
        action=actions[chosen],
        rule=np.array([rule.rule for rule in rules])[chosen],
        due_in_days=np.array([rule.due_in_days for rule in rules])[chosen],
        runner_up=np.where(later.any(axis=1), actions[later.argmax(axis=1)], ""),
        **said,
    )


def _tried(facts: pd.DataFrame, rule: Rule, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """How many conditions of a rule fail per account, and how far off the failing one is.

    The distance is relative to the bound, and infinite for what neither time nor money moves.
    """
    missed, gap = np.zeros(len(facts), dtype="int64"), np.full(len(facts), np.inf)
    for fact, condition in rule.when.items():
        if fact in FLAG_FACTS:
            missed += facts[fact].ne(condition == "yes").to_numpy()
            continue
        sign, bound = _comparison(condition, policy)
        fails = ~COMPARE[sign](facts[fact], bound).to_numpy(bool)
        missed += fails
        if fact in GRADUAL_FACTS:
            gap = np.where(fails, (facts[fact] - bound).abs().to_numpy() / max(abs(bound), 1.0), gap)
    return missed, np.nan_to_num(gap, nan=np.inf)


def _comparison(condition: str, policy: Policy) -> tuple[str, float]:
    """A condition as its sign and its bound."""
    sign, value = CONDITION.fullmatch(condition.strip()).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return sign, policy.value(value)


def _lacking(facts: pd.DataFrame, rule: Rule, policy: Policy) -> np.ndarray:
    """The one condition that accounts miss of a rule, in words: 'agency if oldest days late > 90 (now 62)'."""
    words = np.full(len(facts), "", dtype=object)
    for fact in (fact for fact in rule.when if fact in GRADUAL_FACTS):
        sign, bound = _comparison(rule.when[fact], policy)
        fails = ~COMPARE[sign](facts[fact], bound).to_numpy(bool)
        said = (
            f"{rule.action.replace('_', ' ')} if {SHORT.get(fact, fact.replace('_', ' '))} {sign} {bound:,g} (now "
            + _said(facts, fact)
            + ")"
        )
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
    return filled.to_numpy(dtype=object)


def _contacts(decided: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Whom to contact and where: who pays the invoices, else whom one knows; phone for a call, else mail first."""
    known = decided[["customer_id"]].merge(customers, on="customer_id", how="left").fillna({"phone": "", "email": ""})
    person = known["ap_contact"].where(known["ap_contact"].fillna("").ne(""), known["contact"]).fillna("")
    ways = [known["phone"], known["email"]]
    where = pd.Series(
        np.where(decided["action"].isin(["reminder", "resend", "nudge"]), ways[1], ways[0]), index=known.index, dtype="str"
    )
    where = where.where(where.ne(""), ways[0].where(ways[0].ne(""), ways[1]))
    return decided.assign(contact=person + np.where(person.ne("") & where.ne(""), ", ", "") + where)


def _ordered(decided: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The list as people read it: what needs somebody first, the largest and oldest on top."""
    idle = decided["action"].isin(["none", "hold"])
    typical = decided.groupby("currency")["overdue_net"].transform("mean").replace(0, 1)
    urgency = decided["overdue_net"] / typical * (1 + decided["oldest_days_late"] / 30)
    ordered = decided.assign(idle=idle, urgency=urgency).sort_values(
        ["idle", "urgency", "customer_id", "currency"], ascending=[True, False, True, True], kind="stable", ignore_index=True
    )
    days = ordered["due_in_days"].to_numpy()
    due = np.busday_offset(np.datetime64(as_of.date(), "D"), np.maximum(days, 0), roll="forward")
    return ACTIONS.conform(
        ordered.assign(
            as_of=as_of,
            priority=np.arange(1, len(ordered) + 1),
            currency=ordered["currency"].replace("", NO_CURRENCY),
            at_stake=ordered["overdue_net"],
            blocked_amount=ordered["disputed"] + ordered["promised"],
            due_by=pd.Series(due.astype("datetime64[s]")).where(days > 0),
            blocked_until=ordered["held_until"].where(ordered["action"].eq("hold")),
        )[[name for name in ACTIONS.names if name in ordered.columns or name in _MADE]]
    )


_MADE = ("as_of", "priority", "at_stake", "blocked_amount", "due_by", "blocked_until")
