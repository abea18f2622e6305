"""What a template knows: one letter's facts as words, and its lists."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from arkit.facts import answer_by
from arkit.ladder import Rule, comparisons
from arkit.letters import lists
from arkit.letters.accounts import Books
from arkit.letters.kinds import KINDS
from arkit.letters.markup import Envelope, Table
from arkit.letters.speech import Speech
from arkit.money import decimals
from arkit.policy import Policy

Row = dict[str, Any]
Facts = dict[str, Any]
#: What stands in a letter where the policy says nothing about the company.
GAPS = {
    "name": "[your company]",
    "sender": "[your name]",
    "phone": "[your phone]",
    "email": "[your email]",
    "pay_to": "[your bank account]",
}
#: Steps that a final demand may name, if the policy takes them once its day has passed.
AFTER_DEMAND = ("mediation", "agency", "court")
#: What a template knows of a plan, of its amounts.
MONEY_OF_PLAN = ("amount", "down_payment", "instalment", "minimum")
#: Whose rate it is, where that is no statute's.
AGREED = "the contract"
#: At most so many earlier contacts are named.
MOST = 6


def gaps(policy: Policy) -> list[str]:
    """The keys of the policy that letters need and that are empty; a letter shows each as a marked gap.

    Examples
    --------
    >>> gaps(Policy.parse('company = { name = "Northwind", sender = "A. Clerk" }'))
    ['company.phone', 'company.email', 'company.pay_to']
    """
    return [f"company.{name}" for name in GAPS if not getattr(policy.company, name).strip()]


def company(policy: Policy) -> Facts:
    """Who writes, gaps marked; ``pay_to`` as lines."""
    said = {name: getattr(policy.company, name).strip() or gap for name, gap in GAPS.items()}
    return {"company": {name: words for name, words in said.items() if name != "pay_to"}, "pay_to": said["pay_to"].splitlines()}


def sender(policy: Policy) -> str:
    """Who writes, as one line."""
    who = company(policy)["company"]
    return f"{who['name']} · {who['phone']} · {who['email']}"


def facts(
    kind: str, accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech
) -> tuple[Facts, dict[str, list[Table]]]:
    """What the template of a kind knows of one customer, and its lists.

    Parameters
    ----------
    accounts
        The customer's rows of `arkit.letters.accounts.addressed` that the letter is about.
    rows
        The customer's rows by the names of tables: items, earlier, plans, instalments, interest, promises, notes.
    """
    first = accounts[0]
    known = _everybody(kind, first, books, say)
    about = [
        (account["currency"], [row for row in rows["items"] if row["currency"] == account["currency"]]) for account in accounts
    ]
    asked = [(currency, [row for row in items if row["ask"] > 0]) for currency, items in about]
    total = say.listed([say.amount(sum(row["ask"] for row in items), currency) for currency, items in asked if items])
    known |= {"total": total, "earlier": _told(rows["earlier"], say, outcome=False)}
    tables = _tables(kind, about, asked, rows, say)
    more = _MORE.get(kind)
    return known | (more(accounts, rows, books, say, tables) if more else {}), tables


def envelope(kind: str, first: Row, books: Books, say: Speech) -> Envelope:
    """Who it is from and to, by post and by mail."""
    person = _person(kind, first)
    to = [
        first["name"],
        *([person] if person else []),
        *[line.strip() for line in first["address"].replace("\n", ",").split(",")],
        first["country"],
    ]
    lines = tuple(lists.one_line(line) for line in to if line.strip())
    return Envelope(sender(books.policy), () if KINDS[kind].inside else lines, say.day(books.as_of), first["email"])


def _everybody(kind: str, first: Row, books: Books, say: Speech) -> Facts:
    """What every template knows."""
    person, named = _person(kind, first), first["name"] if first["name"] != first["customer_id"] else ""
    return company(books.policy) | {
        "kind": kind,
        "as_of": say.day(books.as_of),
        "person": person,
        "named": named,
        "customer": {
            "number": first["customer_id"],
            "name": first["name"],
            "individual": first["is_individual"] is True,
            "phone": first["phone"],
            "email": first["email"],
            "address": first["address"],
            "country": first["country"],
        },
    }


def _minor(amount: float, currency: str) -> int:
    """An amount in minor units."""
    return round(amount * 10 ** decimals(currency))


def _person(kind: str, first: Row) -> str:
    """Whom a letter addresses: who pays the invoices, or who decides there."""
    people = (first["person"], first["ap_contact"]) if KINDS[kind].management else (first["ap_contact"], first["person"])
    return next((person.strip() for person in people if person.strip()), "")


def _tables(
    kind: str,
    about: list[tuple[str, list[Row]]],
    asked: list[tuple[str, list[Row]]],
    rows: Mapping[str, list[Row]],
    say: Speech,
) -> dict[str, list[Table]]:
    """The lists of a kind, one table for each currency."""
    found: dict[str, list[Table]] = {}
    credits = {currency: [row for row in items if row["minor"] < 0] for currency, items in about}
    if KINDS[kind].about == "asked":
        found["items"] = [lists.items(say, items, credits[currency], currency) for currency, items in asked if items]
    elif KINDS[kind].about == "open":
        found["statement"] = [lists.statement(say, items, currency) for currency, items in about if items]
    elif KINDS[kind].about:
        flag = KINDS[kind].about
        named = [(currency, [row for row in items if row[flag]]) for currency, items in about]
        found["items"] = [lists.documents(say, items, currency) for currency, items in named if items]
    if kind in ("plan_agreement", "plan_offer"):
        currencies = [currency for currency, _ in about]
        by = {currency: [row for row in rows["instalments"] if row["currency"] == currency] for currency in currencies}
        found["schedule"] = [lists.schedule(say, by[currency], currency) for currency in currencies if by[currency]]
    return found


def _told(notes: list[Row], say: Speech, *, outcome: bool = True) -> list[str]:
    """The newest notes, each with its day; what came of them is for ourselves."""
    return [f"{say.day(note['date'])}{say.colon} {lists.happened(say, note, outcome=outcome)}" for note in notes[-MOST:]]


def _deadline(kind: str, accounts: list[Row], books: Books, say: Speech) -> str:
    """The day the action list sets; where it sets none, the policy's, counted from the last day to send it."""
    table = pd.DataFrame(accounts, columns=["as_of", "due_by", "answer_by", "is_individual"])
    out = table["due_by"].astype("datetime64[s]").fillna(table["as_of"])
    found = answer_by(pd.Series(kind, index=table.index), table["is_individual"].eq(True), out, books.policy)
    return say.day(table["answer_by"].astype("datetime64[s]").fillna(found).max())


def _firm(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """The day that a firm notice sets, and whether goods then go out against payment only."""
    return {"deadline": _deadline("firm_notice", accounts, books, say), "stops": bool(rows["stops"])}


def _final(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """What a final demand claims, how it came about, by when it is to be paid, and what the policy does next."""
    claimed = claim(rows, say, tables, [account["currency"] for account in accounts])
    steps = {step for account in accounts for step in next_steps(account, rows["items"], books)}
    return claimed | {
        "deadline": _deadline("final_demand", accounts, books, say),
        "next": {step: step in steps for step in AFTER_DEMAND},
    }


def claim(rows: Mapping[str, list[Row]], say: Speech, tables: dict[str, list[Table]], currencies: list[str]) -> Facts:
    """What is claimed besides what is open, and the list of it; only of documents that are asked for in full."""
    rates = {(row["document_id"], row["instalment"], row["currency"]): row for row in rows["interest"] if not row["excluded"]}
    asked: list[tuple[str, list[Row]]] = []
    for currency in currencies:
        claimed = [
            _claimed(row, rates.get((row["document_id"], row["instalment"], currency)))
            for row in rows["items"]
            if row["ask"] > 0 and row["currency"] == currency
        ]
        if claimed:
            asked.append((currency, claimed))
    found = [(currency, claimed) for currency, claimed in asked if any(row["interest"] + row["fixed_sum"] for row in claimed)]
    tables["claim"] = [lists.claims(say, claimed, currency) for currency, claimed in found]
    law = {row["law"] for _, claimed in found for row in claimed if row["interest"] + row["fixed_sum"]}
    totals = [
        say.amount(sum(row["ask"] + row["interest"] + row["fixed_sum"] for row in claimed), currency)
        for currency, claimed in asked
    ]
    per_day = [say.amount(sum(row["per_diem"] for row in claimed), currency) for currency, claimed in found]
    return {
        "claims": bool(found),
        "fixed": any(row["fixed_sum"] for _, claimed in found for row in claimed),
        "claim_total": say.listed(totals) if found else "",
        "per_day": say.listed(per_day),
        "law": say.listed([say.named("law", name) for name in sorted(law)]),
    }


def _claimed(item: Row, rate: Row | None) -> Row:
    """A document with what is claimed of it in minor units; nothing where credit or a block has taken off a part."""
    if rate is None or item["ask"] != item["minor"]:
        return item | {"interest": 0, "fixed_sum": 0, "per_diem": 0, "rate": 0.0, "law": ""}
    scale = 10 ** decimals(item["currency"])
    law = "other" if rate["source"] == AGREED else rate["jurisdiction"]
    sums = {name: round(rate[name] * scale) for name in ("interest", "fixed_sum", "per_diem")}
    return item | sums | {"rate": rate["rate"], "law": law}


def next_steps(account: Row, items: list[Row], books: Books) -> set[str]:
    """What the policy's rules do once a final demand has passed, as far as they may with this customer and amount."""
    policy = books.policy
    amount = account["asked"] / 10 ** decimals(account["currency"])
    found = {
        rule.action for rule in policy.ladder if rule.when.get("demand_expired") == "yes" and _enough(rule, amount, policy)
    }
    oldest = min(
        (row["due_date"] for row in items if row["ask"] > 0 and row["currency"] == account["currency"]), default=pd.NaT
    )
    insured = pd.notna(account["insured_until"]) and account["insured_until"] >= oldest
    person = account["is_individual"] is True or account["strategic"] is True
    return found & set(AFTER_DEMAND) - (({"agency", "court"}) if insured or person else set())


def _enough(rule: Rule, amount: float, policy: Policy) -> bool:
    """Whether an amount is within what a rule asks for."""
    signs = {"<": amount.__lt__, "<=": amount.__le__, ">": amount.__gt__, ">=": amount.__ge__, "=": amount.__eq__}
    return (
        all(signs[sign](bound) for sign, bound in comparisons(rule.when["chaseable"], policy.value))
        if "chaseable" in rule.when
        else True
    )


def _plan(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """The plans that are offered, one for each currency."""
    plans = [
        row for row in rows["plans"] if row["possible"] and row["currency"] in {account["currency"] for account in accounts}
    ]
    told = [
        {
            **{name: say.amount(_minor(row[name], row["currency"]), row["currency"]) for name in MONEY_OF_PLAN},
            **({} if row["down_payment"] > 0 else {"down_payment": ""}),
            "instalments": say.number(row["instalments"]),
            "first_on": say.day(row["first_on"]),
            "ends_on": say.day(row["ends_on"]),
        }
        for row in plans
    ]
    return {"plans": told, "grace_days": str(books.policy.plans.grace_days)}


def _promise(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """What was promised, for which documents, by when."""
    told = [
        {
            "amount": say.amount(_minor(row["amount"], row["currency"]), row["currency"]),
            "day": say.day(row["until"]),
            "document": row["document_id"],
            "said_on": say.day(row["date"]),
        }
        for row in rows["promises"]
        if row["currency"] in {account["currency"] for account in accounts}
    ]
    return {"promises": told}


def _call(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """What to have at hand in a call; reasons and steps are the policy's own words."""
    aside = [
        lists.one_line(row["document_id"]) for row in rows["items"] if row["blocked_by"] and row["late"] and row["ask"] == 0
    ]
    balances = [
        say.amount(sum(row["minor"] for row in rows["items"] if row["currency"] == account["currency"]), account["currency"])
        for account in accounts
    ]
    first = accounts[0]
    return {
        "call_by": say.day(first["due_by"]),
        "who_pays": first["action"] == "contact_ap",
        "may_plan": first["action"] == "plan",
        "reasons": list(dict.fromkeys(account["reason"] for account in accounts if account["reason"])),
        "next_steps": sorted({account["next_step"] for account in accounts if account["next_step"]}),
        "score": f"{first['score']:.0f}" if pd.notna(first["score"]) else "",
        "balance": say.listed(balances),
        "aside": aside,
        "newest": _told(rows["notes"], say),
    }


def _hand_over(
    accounts: list[Row], rows: Mapping[str, list[Row]], books: Books, say: Speech, tables: dict[str, list[Table]]
) -> Facts:
    """The whole record: claim, chronology, promises and what else somebody new must know."""
    claimed = claim(rows, say, tables, [account["currency"] for account in accounts])
    asked = [row for row in rows["items"] if row["ask"] > 0]
    since = min((row["due_date"] for row in asked), default=books.as_of)
    told = [note for note in rows["notes"] if note["date"] >= since and note["kind"] not in ("hold", "reported")]
    tables["chronology"] = [lists.chronology(say, asked, told)]
    return claimed | {
        "action": accounts[0]["action"],
        "aside": [row["document_id"] for row in rows["items"] if row["blocked_by"] and row["late"] and row["ask"] == 0],
    }


_MORE = {
    "firm_notice": _firm,
    "supply_stop": _firm,
    "final_demand": _final,
    "plan_offer": _plan,
    "plan_agreement": _plan,
    "promise": _promise,
    "call": _call,
    "hand_over": _hand_over,
}
