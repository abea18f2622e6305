"""The ladder: rules over named facts, read in their order, and whether every one of them can ever decide."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import Any, NamedTuple


class Fact(NamedTuple):
    """What a rule may ask about: its meaning, what it holds, and whether it can be missing (then no comparison holds)."""

    meaning: str
    holds: str
    missable: bool = False


#: What a rule of the ladder may ask about: one value per customer and currency.
FACTS = {
    "balance": Fact("everything open, credits taken off", "balance"),
    "credit": Fact("credit not yet applied", "money"),
    "overdue": Fact("past due, before credits", "money"),
    "overdue_net": Fact("past due, after credits have paid the oldest first", "money"),
    "due_soon": Fact("on large documents that fall due within contact.nudge_days", "money"),
    "disputed": Fact("of overdue_net: in dispute", "money"),
    "credit_pending": Fact("of overdue_net: a credit note is promised and not yet booked", "money"),
    "on_plan": Fact("of overdue_net: under a payment plan that runs", "money"),
    "promised": Fact("of overdue_net: promised for a day that has not passed", "money"),
    "on_hold": Fact("of overdue_net: on hold", "money"),
    "po_missing": Fact("of overdue_net: our invoice lacks the purchase order number that the customer requires", "money"),
    "pay_day": Fact("of overdue_net: its usual day of payment has not passed yet", "money"),
    "remainders": Fact("of overdue_net: remainders of paid documents (bank fee, late discount, withholding tax)", "money"),
    "chaseable": Fact("of overdue_net: what none of these covers", "money"),
    "oldest_days_late": Fact("days the oldest chaseable document is past due (of all past due, if none is chaseable)", "count"),
    "score": Fact("the customer's score, 0 to 100; half-way where there is none", "score"),
    "grade": Fact("the grade of that score; empty where there is none", "text"),
    "segment": Fact("the firm's own grouping of its customers", "text"),
    "late_share": Fact("share of its invoices paid late, shrunk to the book", "share", missable=True),
    "n_settled": Fact("invoices this customer has ever settled (missing: the exports do not show it)", "count", missable=True),
    "invoices": Fact("invoices this customer was ever sent, as far as the exports show", "count"),
    "new_customer": Fact(
        "its first invoice is in the exports, which begin contact.new_days before, and it is no older", "flag"
    ),
    "part_paid": Fact("invoices paid in parts", "count", missable=True),
    "norm_high": Fact("usually not later than this many days (missing: too few invoices)", "number", missable=True),
    "breaks_norm_days": Fact("days the oldest chaseable document is beyond norm_high", "number", missable=True),
    "patience_left": Fact("days of patience left: contact.patience_days, more for loyal ones, at least norm_high", "number"),
    "share_of_volume": Fact("chaseable as a share of what was invoiced in twelve months", "share", missable=True),
    "contacts": Fact("times somebody wrote or called since the oldest open document fell due", "count"),
    "days_since_contact": Fact(
        "days since anybody was in touch, promises and disputes included (missing: never)", "count", missable=True
    ),
    "undelivered": Fact("a letter or mail came back, and nobody was reached since; what comes back is no contact", "flag"),
    "reminders": Fact("of the contacts: reminders, letters and invoices sent again", "count"),
    "calls": Fact("of the contacts: calls", "count"),
    "unreached": Fact("calls that reached nobody, since the last one that did", "count"),
    "notices": Fact("of the contacts: firm notices", "count"),
    "demands": Fact("of the contacts: final demands", "count"),
    "mediations": Fact("of the contacts: with an intermediary", "count"),
    "deadline_runs": Fact("the day set by a firm notice or final demand has not passed", "flag"),
    "notice_expired": Fact("the day set by a firm notice has passed", "flag"),
    "demand_expired": Fact("the day set by a final demand has passed", "flag"),
    "promises_broken_now": Fact("promises whose day has passed, about money still open", "count"),
    "plan_broken": Fact("the last payment plan was not kept", "flag"),
    "plan_refused": Fact("a payment plan was offered and not taken", "flag"),
    "hardship": Fact("says that it cannot pay at once, or asks for a plan", "flag"),
    "not_received": Fact("says that the invoice did not come, and it was not sent again since", "flag"),
    "returned": Fact("documents past due whose payment was returned unpaid", "count"),
    "returned_since": Fact("... and nobody was in touch since", "flag"),
    "direct_debit": Fact("marked so: we collect from their bank account", "flag"),
    "credit_elsewhere": Fact("in credit in another currency, by contact.small or more", "flag"),
    "gone": Fact("a note says so: died, bankrupt, in liquidation, business closed ...", "flag"),
    "dispute_days": Fact("days since the first dispute that is open (missing: none)", "count", missable=True),
    "insurer_days_left": Fact("days left to report a debt to the insurer (missing: none to report)", "number", missable=True),
    "reported": Fact("reported to the credit insurer", "flag"),
    "limitation_days_left": Fact("days left to sue for the oldest debt, by [limitation]", "number", missable=True),
    "supply_stopped": Fact("deliveries are stopped", "flag"),
    "handed_over": Fact("an agency or a lawyer has it", "flag"),
    "agency_returned": Fact("an agency gave it back", "flag"),
    "court_gain": Fact("what court should bring above an agency (missing: not weighed)", "balance", missable=True),
    "insolvent": Fact("insolvency proceedings or a moratorium", "flag"),
    "do_not_contact": Fact("marked so", "flag"),
    "needs_person": Fact("sole traders and strategic customers", "flag"),
}
#: What a reason may name besides the facts.
WORDS = {
    "norm": "the customer's norm in words",
    "disputed_since": "day of the first open dispute",
    "promised_until": "day of the latest running promise",
    "held_until": "the last day of what blocks the account",
    "broken_until": "day of the last broken promise",
    "pays_on": "the customer's usual day of payment in words",
    "deadline": "the day set by the last firm notice or final demand",
    "insurer_deadline": "the day by which the insurer must be told",
    "insolvent_since": "first day of the insolvency",
    "undelivered_on": "the day of the last letter or mail that came back",
    "books_from": "the first day of the exports",
    "returned_on": "the day the last payment was returned unpaid",
    "other_credit": "the credit in other currencies",
    "gone_words": "what the note says",
    "next_due": "first due day of what is due soon",
    "grace_days": "contact.grace_days",
}
#: Actions that ask nobody for anything.
IDLE = ("none", "hold")
#: How stern each action is. Waiting, holding and selling the invoice ask nothing of the customer; a review may end in anything.
STERNNESS = {
    **dict.fromkeys((*IDLE, "factoring"), 0),
    **{"nudge": 1, "reminder": 2, "resend": 2, "call": 3, "contact_ap": 4, "plan": 5, "firm_notice": 6, "final_demand": 7},
    **{"mediation": 8, "review": 8, "agency": 9, "court": 10},
}
MONEY_FACTS = tuple(name for name, fact in FACTS.items() if fact.holds in ("money", "balance"))
TEXT_FACTS = tuple(name for name, fact in FACTS.items() if fact.holds == "text")
FLAG_FACTS = tuple(name for name, fact in FACTS.items() if fact.holds == "flag")
#: Facts that time or money move: about these a list can say what would change a decision.
GRADUAL_FACTS = ("overdue_net", "chaseable", "oldest_days_late", "score", "breaks_norm_days", "patience_left")
#: Least and greatest value of what a fact holds, and whether it is whole.
BOUNDS = {
    "money": (0.0, float("inf"), False),
    "balance": (float("-inf"), float("inf"), False),
    "count": (0.0, float("inf"), True),
    "number": (float("-inf"), float("inf"), False),
    "score": (0.0, 100.0, False),
    "share": (0.0, float("inf"), False),
}
COMPARISON = re.compile(r"(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?|[a-z_]+\.[a-z_]+)")
#: Steps that only follow others: a rule that takes one must ask for an earlier one.
LAST_STEPS = {"final_demand": "contacts", "agency": "contacts", "court": "contacts"}
EARLIER = ("contacts", "reminders", "calls", "notices", "demands", "notice_expired", "demand_expired", "agency_returned")


@dataclass(frozen=True)
class Rule:
    """One rung of the ladder: if all conditions hold, this action."""

    rule: str
    action: str
    when: dict[str, str]
    reason: str
    next_step: str
    due_in_days: int
    first: bool = field(default=False)


def comparisons(condition: str, value: Callable[[str], float]) -> list[tuple[str, float]]:
    """The comparisons of a condition, each a sign and a bound; ``value`` gives the number behind a name of the policy.

    Examples
    --------
    >>> comparisons("> 30, <= 60", float)
    [('>', 30.0), ('<=', 60.0)]

    Raises
    ------
    ValueError
        If the words are not comparisons.
    """
    found = [COMPARISON.fullmatch(part.strip()) for part in condition.split(",")]
    if not all(found):
        raise ValueError(condition)
    return [(part[1], value(part[2])) for part in found if part]


def words_of(condition: str) -> tuple[bool, list[str]]:
    """Whether a condition on a text excludes its words, and the words in lower case.

    Examples
    --------
    >>> words_of("A | B"), words_of("not Public sector")
    ((False, ['a', 'b']), (True, ['public sector']))

    Raises
    ------
    ValueError
        If there is no word.
    """
    excludes = condition.strip().startswith("not ")
    words = [word.strip().casefold() for word in condition.strip().removeprefix("not ").split("|")]
    if not all(words):
        raise ValueError(condition)
    return excludes, words


# whether a rule can ever decide: every fact's line is cut at the bounds that rules name, and what lies between two cuts is one
# cell; a rule is then a set of cells per fact, kept as the bits of a whole number, and a situation is one cell of each fact

Box = dict[str, int]


def unreachable(rules: list[Rule], value: Callable[[str], float]) -> Iterator[tuple[Rule, str]]:
    """The rules that can never decide, each with why not: nothing fits it, or rules above take all it could.

    Facts are taken to be free of each other, so what is named here is certain, and not everything is named.

    Examples
    --------
    >>> late = Rule("late", "call", {"oldest_days_late": "> 30"}, "", "", 1)
    >>> later = Rule("later", "agency", {"oldest_days_late": "> 90"}, "", "", 1)
    >>> [(rule.rule, why) for rule, why in unreachable([late, later], float)]
    [('later', "'late' above it takes all of them")]
    """
    cells = {fact: _cells(fact, rules, value) for fact in FACTS}
    whole = {fact: (1 << len(line)) - 1 for fact, line in cells.items()}
    boxes = [
        {fact: _bits(fact, cells[fact], condition, value) for fact, condition in rule.when.items() if fact in FACTS}
        for rule in rules
    ]
    for number, (rule, box) in enumerate(zip(rules, boxes, strict=True)):
        above = list(zip(rules[:number], boxes[:number], strict=True))
        empty = [fact for fact, bits in box.items() if not bits]
        same = [other for other, theirs in above if theirs == box and other.action != rule.action]
        covering = [other for other, theirs in above if _within(box, theirs, whole)]
        if empty:
            yield rule, f"no customer has {empty[0]} {rule.when[empty[0]]}"
        elif same:
            yield rule, f"'{same[0].rule}' above it asks the same and decides on {same[0].action}"
        elif covering:
            yield rule, f"'{covering[0].rule}' above it takes all of them"
        elif not _witness({**whole, **box}, [theirs for _, theirs in above], [20_000]):
            yield rule, "the rules above it together take all of them"


def _cells(fact: str, rules: list[Rule], value: Callable[[str], float]) -> list[Any]:
    """One value inside each cell of a fact's line; None stands for missing, or for any word that no rule names."""
    if FACTS[fact].holds == "flag":
        return [0.0, 1.0]
    if FACTS[fact].holds == "text":
        return [*sorted({word for rule in rules if fact in rule.when for word in words_of(rule.when[fact])[1]}), None]
    low, high, whole = BOUNDS[FACTS[fact].holds]
    named = {bound for rule in rules if fact in rule.when for _, bound in comparisons(rule.when[fact], value)}
    bounds = sorted(bound for bound in {*named, low, high} if isfinite(bound))
    between = [(one + other) / 2 for one, other in pairwise(bounds) if not whole or other - one > 1]
    ends = [bounds[0] - 1, bounds[-1] + 1] if bounds else [0.0]
    line: list[Any] = [point for point in sorted({*bounds, *between, *ends}) if low <= point <= high]
    return [*line, None] if FACTS[fact].missable else line


def _bits(fact: str, line: list[Any], condition: str, value: Callable[[str], float]) -> int:
    """The cells where a condition holds."""
    if FACTS[fact].holds == "text":
        excludes, words = words_of(condition)
        return sum(1 << place for place, word in enumerate(line) if (word in words) != excludes)
    if condition in ("yes", "no"):
        return 2 if condition == "yes" else 1
    tests = comparisons(condition, value)
    return sum(1 << place for place, point in enumerate(line) if point is not None and all(_holds(point, *t) for t in tests))


def _holds(point: float, sign: str, bound: float) -> bool:
    return {"<": point < bound, "<=": point <= bound, ">": point > bound, ">=": point >= bound, "=": point == bound}[sign]


def _within(box: Box, other: Box, whole: Box) -> bool:
    """Whether every situation of one box is in another."""
    return all(not box.get(fact, whole[fact]) & ~bits for fact, bits in other.items())


def _witness(box: Box, above: list[Box], steps: list[int]) -> bool:
    """Whether some situation of a box is in none of the others; after so many steps it is taken to be."""
    steps[0] -= 1
    meeting = next((n for n, other in enumerate(above) if all(box[fact] & bits for fact, bits in other.items())), None)
    if meeting is None or steps[0] < 0:
        return True
    return any(
        _witness({**box, fact: box[fact] & ~bits}, above[meeting + 1 :], steps)
        for fact, bits in above[meeting].items()
        if box[fact] & ~bits
    )


def skips_steps(rule: Rule) -> bool:
    """Whether a rule takes one of the last steps without asking for an earlier one."""
    return rule.action in LAST_STEPS and not any(rule.when.get(fact, "no") not in ("no", "= 0") for fact in EARLIER)
