"""The words: reminders as mail drafts and sheets for calls, and who must not get one."""

import re
from collections import Counter, defaultdict
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from arkit.errors import OutputRefused, some
from arkit.money import text, texts, to_major, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.tables import ACTIONS, CUSTOMERS, DOCUMENTS

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: What stands in a letter where the policy says nothing about the company.
GAPS = {
    "name": "[your company]",
    "sender": "[your name]",
    "phone": "[your phone]",
    "email": "[your email]",
    "pay_to": "[your bank account]",
}
#: One address, plain enough that no mail program can read anything else into it.
ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
KEY = ["customer_id", "currency"]
#: More than any amount.
ALL_OF_IT = 2**62
#: What a template knows of one customer and currency: a row of the actions, whom to address, and lists of lines by role.
Account = dict[Any, Any]


def one_line(value: object) -> str:
    r"""A value as one line of printable characters, so that no name can forge a line or a header.

    Examples
    --------
    >>> one_line("Miller\r\nBcc: all@example.com")
    'Miller  Bcc: all@example.com'
    """
    return "".join(character if character.isprintable() else " " for character in str(value))


#: The templates; what a letter leaves unfilled is an error, and what comes from data is one line, escaped in HTML.
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=jinja2.select_autoescape(["html.j2"]),
    undefined=jinja2.StrictUndefined,
    finalize=one_line,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write_letters(
    folder: str | Path,
    *,
    actions: pd.DataFrame,
    documents: pd.DataFrame,
    customers: pd.DataFrame,
    policy: Policy = DEFAULT,
    blocked: pd.DataFrame | None = None,
) -> list[Path]:
    """The files written into ``folder``: a mail draft per customer to remind, a call sheet per customer to call.

    Whoever must not be written to (see `reminder`) gets nothing, and every other action has no words yet. A draft opens
    for sending (``X-Unsent``) and bears no date: a person reads it, then sends it.

    Parameters
    ----------
    documents
        The documents of the day of ``actions``.
    blocked
        What nobody is asked for, shape `BLOCKS`, or only ``customer_id`` and ``document_id`` (empty: the whole account) for
        all of those documents. It stands in no letter; of a document blocked in part the rest does.

    Raises
    ------
    OutputRefused
        If ``documents`` are of another day, or the folder holds letters that this call would not write: a letter of
        last month must not be sent by mistake, nor a draft somebody has edited be lost.
    """
    accounts, items = _accounts(actions, documents, customers, blocked)
    accounts = accounts[accounts["in_the_way"].eq("")]
    names = file_names(accounts["customer_id"].unique().tolist())
    papers: dict[str, bytes] = {}
    for action, (write, suffix) in WRITERS.items():
        for customer_id, rows in _by_customer(accounts[accounts["action"].eq(action)], items).items():
            papers[f"{action}-{names[customer_id]}{suffix}"] = write(rows, policy)
    place = Path(folder)
    _must_be_ours(place, papers)
    place.mkdir(parents=True, exist_ok=True)
    for name, content in papers.items():
        (place / name).write_bytes(content)
    return [place / name for name in papers]


def reminder(
    customer_id: str,
    *,
    actions: pd.DataFrame,
    documents: pd.DataFrame,
    customers: pd.DataFrame,
    policy: Policy = DEFAULT,
    blocked: pd.DataFrame | None = None,
) -> EmailMessage:
    """A friendly reminder to one customer as a mail draft, text and HTML, one table per currency.

    It lists what is past due and not blocked, oldest first, and takes off all credit not yet applied: the customer will
    have counted it, whichever document the books apply it to in the end.

    Raises
    ------
    OutputRefused
        If the customer must not be written to: the action is none or hold, the account is blocked until a later day or
        marked do not contact, or nothing is left past due after credits and blocked documents.
    """
    actions, documents, customers = (frame[frame["customer_id"].eq(customer_id)] for frame in (actions, documents, customers))
    accounts, items = _accounts(actions, documents, customers, blocked)
    allowed = accounts[accounts["in_the_way"].eq("")]
    if not len(allowed):
        raise OutputRefused(
            f"no letter can go to {one_line(customer_id)}.",
            expected="a customer who may be contacted, with money past due after credits",
            got="; ".join(accounts["in_the_way"].unique()) or "nobody of that number among the actions",
            fix="look at the customer's row among the actions; what stands in the way has to be settled first",
        )
    return _mail(_by_customer(allowed, items)[customer_id], policy)


def gaps(policy: Policy = DEFAULT) -> list[str]:
    """The keys of the policy that letters need and that are empty; a letter shows each as a marked gap.

    Examples
    --------
    >>> gaps(Policy.parse('company = { name = "Northwind", sender = "A. Clerk" }'))
    ['company.phone', 'company.email', 'company.pay_to']
    """
    return [f"company.{name}" for name in GAPS if not getattr(policy.company, name).strip()]


def day(date: pd.Timestamp) -> str:
    """A day as words that nobody can misread, whatever the country; nothing where there is none.

    Examples
    --------
    >>> day(pd.Timestamp("2026-10-31"))
    '31 October 2026'
    """
    return "" if pd.isna(date) else f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def file_names(customer_ids: list[str]) -> dict[str, str]:
    """A name for the files of each customer, safe in any folder; no two are alike, not even where case does not count.

    Examples
    --------
    >>> file_names(["C-17", "../../x"])
    {'C-17': 'C-17', '../../x': '.._.._x-9cdf6a50'}
    """
    safe = {customer_id: re.sub(r"[^A-Za-z0-9._-]", "_", customer_id)[:60] for customer_id in customer_ids}
    times = Counter(name.casefold() for name in safe.values())
    return {
        customer_id: name
        if name == customer_id and times[name.casefold()] == 1 and not re.search(r"-[0-9a-f]{8}$", name)
        else f"{name}-{sha256(customer_id.encode()).hexdigest()[:8]}"
        for customer_id, name in safe.items()
    }


def _accounts(
    actions: pd.DataFrame, documents: pd.DataFrame, customers: pd.DataFrame, blocked: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The actions with whom to address, the total a letter asks for and what is ``in_the_way`` of it; and their items."""
    known = CUSTOMERS.conform(customers).rename(columns={"contact": "person"}).drop_duplicates("customer_id")
    addressed = ACTIONS.conform(actions).merge(
        known[["customer_id", "person", "ap_contact", "email", "phone", "do_not_contact"]], on="customer_id", how="left"
    )
    items = _items(DOCUMENTS.conform(documents), blocked)
    _must_be_of_one_day(addressed, items)
    asked = items.loc[items["role"].ne("set_aside")].groupby(KEY)["minor"].sum().rename("asked")
    accounts = addressed.join(asked, on=KEY)
    minor = accounts["asked"].fillna(0).astype("int64").to_numpy()
    return accounts.assign(
        total=texts(pd.Series(to_major(minor, accounts["currency"]), index=accounts.index), accounts["currency"]),
        in_the_way=_in_the_way(accounts, minor),
    ).fillna({"person": "", "ap_contact": "", "email": "", "phone": ""}), items


def _in_the_way(accounts: pd.DataFrame, minor: np.ndarray) -> np.ndarray:
    """What forbids a letter, per account; empty where nothing does."""
    forbidden = {
        "the customer is marked do not contact": accounts["do_not_contact"].eq(True),
        "the action is none": accounts["action"].eq("none"),
        "the action is hold": accounts["action"].eq("hold"),
        "the account is blocked until a later day": accounts["blocked_until"] > accounts["as_of"],
        "nothing is past due after credits and blocked documents": minor <= 0,
    }
    return np.select(list(forbidden.values()), list(forbidden), "")


def _items(documents: pd.DataFrame, blocked: pd.DataFrame | None) -> pd.DataFrame:
    """What letters speak of, oldest first: documents past due (owed, or set aside) and credits, with exact amounts.

    Of a document that is blocked in part, ``minor`` is the rest, and ``aside`` says what is not asked for.
    """
    minor = pd.Series(to_minor(documents["open_amount"], documents["currency"]), index=documents.index)
    credit, past_due = minor < 0, (minor > 0) & (documents["days_late"] > 0)
    aside = _set_aside(documents, blocked).clip(upper=minor.clip(lower=0))
    role = np.select([credit, past_due & (aside >= minor), past_due], ["credits", "set_aside", "owed"], "")
    items = documents.assign(role=role, minor=minor - aside, aside=to_major(aside.to_numpy(), documents["currency"]))
    return items[credit | past_due].sort_values([*KEY, "due_date", "document_id"])


def _set_aside(documents: pd.DataFrame, blocked: pd.DataFrame | None) -> pd.Series:
    """What nobody is asked for of each document, in minor units: its own blocks, or all of it with its whole account."""
    nothing = pd.Series(0, index=documents.index, dtype="int64")
    if blocked is None or not len(blocked):
        return nothing
    about = blocked["document_id"].fillna("")
    credit = blocked["kind"].eq("credit") if "kind" in blocked else pd.Series(False, index=blocked.index)
    whole = documents["customer_id"].isin(blocked.loc[about.eq("") & ~credit, "customer_id"])
    single = blocked[about.ne("")]
    keys = [name for name in (*KEY, "document_id", "entity", "instalment") if name in single and name in documents]
    minor = to_minor(single["amount"], single["currency"]) if "amount" in single else ALL_OF_IT
    amounts = single.assign(minor=minor).groupby(keys)["minor"].sum()
    taken = documents[keys].join(amounts, on=keys)["minor"].fillna(0).astype("int64")
    return taken.mask(whole, ALL_OF_IT)


def _by_customer(accounts: pd.DataFrame, items: pd.DataFrame) -> dict[str, list[Account]]:
    """The accounts of each customer, with their lines, as templates take them."""
    lines: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for item in items[items["customer_id"].isin(accounts["customer_id"])].to_dict("records"):
        lines[item["customer_id"], item["currency"], item["role"]].append(_line(item))
    customers: defaultdict[str, list[Account]] = defaultdict(list)
    for account in accounts.to_dict("records"):
        roles = {role: lines[account["customer_id"], account["currency"], role] for role in ("owed", "credits", "set_aside")}
        customers[account["customer_id"]].append({**account, **roles})
    return customers


def _line(item: dict[Any, Any]) -> dict[str, str]:
    """One document in words; of one blocked in part, what is left to pay."""
    partly = item["role"] == "owed" and item["aside"] > 0
    return {
        "number": item["document_id"] + (f" ({text(item['aside'], item['currency'])} of it set aside)" if partly else ""),
        "kind": {"credit_note": "credit note", "payment": "payment"}.get(item["kind"], "credit"),
        "issued": day(item["issued"]),
        "due": day(item["due_date"]),
        "late": f"{item['days_late']:,}",
        "amount": text(item["open_amount"] - (item["aside"] if partly else 0), item["currency"]),
    }


def _table(account: Account) -> list[str]:
    """The documents, the credits and the total as lines of plain text."""
    rows = [("Document", "Date", "Due", "Days late", "Open")]
    rows += [(line["number"], line["issued"], line["due"], line["late"], line["amount"]) for line in account["owed"]]
    rows += [
        (line["number"], line["issued"], f"{line['kind']}, not yet applied", "", line["amount"]) for line in account["credits"]
    ]
    rows += [("Total to pay", "", "", "", account["total"])]
    columns = [[cell.ljust(max(map(len, column))) for cell in column] for column in zip(*rows, strict=True)]
    columns[3:] = [[cell.strip().rjust(len(cell)) for cell in column] for column in columns[3:]]
    lines = ["  ".join(row) for row in zip(*columns, strict=True)]
    rule = "-" * len(lines[0])
    return [lines[0], rule, *lines[1:-1], rule, lines[-1]]


def _render(template: str, accounts: list[Account], policy: Policy) -> str:
    """A template filled for one customer."""
    first = accounts[0]
    named = first["name"] if first["name"] != first["customer_id"] else ""
    person = first["ap_contact"] or first["person"]
    return TEMPLATES.get_template(template).render(
        as_of=day(first["as_of"]),
        greeting=person or named or "customer",
        person=person or "accounts payable",
        customer=first,
        accounts=[account | {"table": _table(account)} for account in accounts],
        company={name: getattr(policy.company, name).strip() or gap for name, gap in GAPS.items()},
        day=day,
    )


def _mail(accounts: list[Account], policy: Policy) -> EmailMessage:
    """The reminder to one customer; the same bytes whenever it is written from the same facts."""
    words, page = (_render(f"reminder.{kind}.j2", accounts, policy) for kind in ("txt", "html"))
    message = EmailMessage(policy=SMTP)
    message["X-Unsent"] = "1"
    message["Subject"] = one_line(
        f"Friendly reminder: {' and '.join(account['total'] for account in accounts)} past due"
        f" on your account with {policy.company.name.strip() or GAPS['name']}"
    )
    addresses = [address for address in re.split(r"[;,\s]*[;,][;,\s]*", accounts[0]["email"].strip()) if address]
    if addresses and all(ADDRESS.fullmatch(address) for address in addresses):
        message["To"] = ", ".join(addresses)
    message.set_content(words, cte="quoted-printable")
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    message.set_boundary(f"part-{sha256((words + page).encode()).hexdigest()[:32]}")
    return message


def _mail_draft(accounts: list[Account], policy: Policy) -> bytes:
    """The reminder as a file."""
    return _mail(accounts, policy).as_bytes()


def _call_sheet(accounts: list[Account], policy: Policy) -> bytes:
    """What to know, to ask and to write down in a call, as a file."""
    return _render("call.txt.j2", accounts, policy).encode()


#: The actions that have words, who writes them, and how the file's name ends.
WRITERS = {"reminder": (_mail_draft, ".eml"), "call": (_call_sheet, ".txt")}


def _must_be_of_one_day(actions: pd.DataFrame, items: pd.DataFrame) -> None:
    days = sorted({*actions["as_of"].unique(), *items["as_of"].unique()})
    if len(actions) and len(days) > 1:
        raise OutputRefused(
            "the actions and the documents are not of one day.",
            expected="documents of the day on which the actions were decided",
            got=some([day(one) for one in days]),
            fix="take both from the same ledger.at(day)",
        )


def _must_be_ours(folder: Path, papers: dict[str, bytes]) -> None:
    there = [file for action, (_, suffix) in WRITERS.items() for file in sorted(folder.glob(f"{action}-*{suffix}"))]
    strange = [file.name for file in there if papers.get(file.name) != file.read_bytes()]
    if strange:
        raise OutputRefused(
            f"the folder '{folder.name}' holds letters that are not of this run.",
            expected="an empty folder, or the same letters unchanged",
            got=some(strange),
            fix="move them away, or name another folder",
        )
