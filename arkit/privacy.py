"""Pseudonyms instead of names: the same numbers, fit to be shown to somebody outside.

What is left is still about real people: whoever knows that a customer owed 10,413.20 on a day recognises it. The key
belongs to the company; with it the pseudonyms can be made again, so it must not travel along. See ``docs/privacy.md``.
"""

import hmac
import secrets
from base64 import b64encode
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from arkit.errors import ArkitError, OutputRefused
from arkit.ledger import Ledger
from arkit.notes import CAME_BACK, CLOSED, HARDSHIP, NOT_AGREED, NOT_RECEIVED, UNREACHED
from arkit.policy import Company, Policy
from arkit.tables import ACTIONS, CUSTOMERS, ENTRIES, NOTES, RECEIPTS, REJECTS, SNAPSHOTS
from arkit.terms import due_dates

#: Outcomes and reasons that are words of arkit, so that they can stay; anything else may hold a name.
WORDS = (
    *(*CLOSED, *NOT_AGREED, *UNREACHED, *CAME_BACK, *HARDSHIP, *NOT_RECEIVED),
    *("", "open", "reached", "sent", "agreed", "paid_already"),
)
LEFT_OUT = "left out: this is a redacted copy"
#: What of a list of actions says nothing about who it is.
OF_ACTIONS = ["as_of", "priority", "action", "rule", "at_stake", "ask_for", "currency", "oldest_days_late", "blocked_by"]
#: What pseudonyms are made of: nothing that is mistaken for something else when read out.
ALPHABET = np.array(list("23456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
#: The fewest bytes of a key.
SHORTEST = 16


@dataclass(frozen=True)
class Pseudonyms:
    """Names for customers, documents, people and files that only this key gives, and gives again every month.

    Examples
    --------
    >>> pseudonyms = Pseudonyms(b"a key of the company")
    >>> pseudonyms.of("C", pd.Series(["1001", "1001", "", "1002"])).tolist()
    ['C-DHCK93PVTJ', 'C-DHCK93PVTJ', '', 'C-ZWPLBV5ZZF']
    """

    key: bytes

    def of(self, prefix: str, names: pd.Series, within: pd.Series | None = None) -> pd.Series:
        """A pseudonym for each name, the same for the same; nothing stays nothing. ``within`` keeps alike numbers apart."""
        whole = names if within is None else within + "\0" + names
        codes = pd.Series(_codes(whole, self.key, prefix), index=names.index, dtype="str")
        return (f"{prefix}-" + codes).where(names.ne(""), "")

    def ledger(self, ledger: Ledger) -> Ledger:
        """The ledger with the same postings, days and amounts, and nothing in it that says who anybody is.

        Customers, documents, entities, salespeople and files get pseudonyms. People, addresses, references, comments, the
        customers' own words, the text of rows that could not be used and of warnings are left out; what a customer is (its
        country, segment, terms, limit) stays, for the decisions rest on it.
        """
        receipts = ledger.receipts[RECEIPTS.names]
        count = receipts["warnings"].str.count("\n") + receipts["warnings"].ne("")
        said = "warnings left out of this redacted copy: " + count.astype("str")
        rejects = ledger.rejects[REJECTS.names]
        return Ledger(
            self._accounts(ledger.entries[ENTRIES.names]),
            self._customers(ledger.customers[CUSTOMERS.names]),
            self._accounts(ledger.snapshots[SNAPSHOTS.names]),
            self._notes(ledger.notes[NOTES.names]),
            receipts.assign(file=self.of("F", receipts["file"]), sha256="", columns="", warnings=said.where(count > 0, "")),
            rejects.assign(file=self.of("F", rejects["file"]), reason=LEFT_OUT, values=""),
        )

    def actions(self, actions: pd.DataFrame) -> pd.DataFrame:
        """A list of actions given out earlier, under the same pseudonyms, without its words; shape `ACTIONS`."""
        actions = ACTIONS.conform(actions)
        customers = self.of("C", actions["customer_id"])
        said = dict(actions[OF_ACTIONS]) | {"customer_id": customers, "name": _named(customers)}
        return pd.DataFrame(ACTIONS.blank() | said, index=actions.index)

    def _accounts(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Postings or open items."""
        source, customers = self._sources(rows["source"]), self.of("C", rows["customer_id"])
        numbers = self.of("D", rows["document_id"], within=customers)
        unnumbered = rows["document_id"].eq(rows["kind"] + " " + rows["source"])
        people = {name: self.of("S", rows[name]) for name in ("salesperson",) if name in rows}
        worded = {"terms": _readable(rows["terms"])} if "terms" in rows else {}
        return rows.assign(
            customer_id=customers,
            document_id=numbers.mask(unnumbered, rows["kind"] + " " + source),
            entity=self.of("E", rows["entity"]),
            reference=self.of("R", rows["reference"], within=customers),
            source=source,
            **people,
            **worded,
        )

    def _customers(self, customers: pd.DataFrame) -> pd.DataFrame:
        """Who they are gives way to a pseudonym; that a way to reach them is known stays unsaid."""
        numbers = self.of("C", customers["customer_id"])
        nobody = dict.fromkeys(("contact", "ap_contact", "email", "phone", "address"), "")
        terms = _readable(customers["terms"])
        people = self.of("S", customers["salesperson"])
        return customers.assign(customer_id=numbers, name=_named(numbers), salesperson=people, terms=terms, **nobody)

    def _notes(self, notes: pd.DataFrame) -> pd.DataFrame:
        """What was agreed, without the words; outcomes and reasons stay where they are arkit's own."""
        customers, source = self.of("C", notes["customer_id"]), self._sources(notes["source"])
        answered = notes["row_id"].str.extract(r"^([^|]*\|).*(\|[^|]*)$")
        answers = (answered[0] + customers + answered[1]).fillna("")
        own = {name: notes[name].where(notes[name].str.lower().isin(WORDS), "other") for name in ("outcome", "reason")}
        return notes.assign(
            customer_id=customers,
            document_id=self.of("D", notes["document_id"], within=customers),
            by=self.of("S", notes["by"]),
            text="",
            source=source,
            row_id=answers,
            **own,
        )

    def _sources(self, sources: pd.Series) -> pd.Series:
        """'june.csv:17' with a pseudonym for the file, the row as it is."""
        parts = sources.str.extract(r"^(.*?)(:\D?\d+)?$")
        return self.of("F", parts[0].fillna("")) + parts[1].fillna("")


def redact(ledger: Ledger, key: str | Path) -> Ledger:
    """The ledger under pseudonyms: everything made from it can be shown, and says the same numbers.

    Parameters
    ----------
    key
        The file that holds the company's key; see `read_key`.
    """
    return Pseudonyms(read_key(key)).ledger(ledger)


def redact_list(actions: pd.DataFrame, key: str | Path) -> pd.DataFrame:
    """A list given out earlier, under the pseudonyms of `redact`; one that bears pseudonyms already stays as it is."""
    bears = actions["customer_id"].str.fullmatch(f"C-[{''.join(ALPHABET)}]{{10}}") & actions["name"].str.startswith("Customer ")
    return actions if bears.all() else Pseudonyms(read_key(key)).actions(actions)


def anonymous(policy: Policy) -> Policy:
    """The policy without what it says about the company itself."""
    return replace(policy, company=Company("", "", "", "", ""))


def read_key(file: str | Path) -> bytes:
    """The key in a file; where there is no such file, a new key is made by chance and written, for its owner's eyes only.

    Raises
    ------
    ArkitError
        If what stands in the file is too short to be a key.
    OutputRefused
        If the file cannot be written.
    """
    path = Path(file)
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32) + "\n", "utf-8")
        key = path.read_bytes().strip()
    except OSError as error:
        raise OutputRefused(
            f"the key '{path}' cannot be used.",
            expected="a file of its own",
            got=str(error),
            fix="name a file that can be written",
        ) from error
    if len(key) < SHORTEST:
        raise ArkitError(
            f"'{path}' holds no key.",
            expected=f"{SHORTEST} characters or more that nobody can guess",
            got=f"{len(key)} characters",
            fix="name a file that does not exist: a key is made and written there",
        )
    return key


def _codes(names: pd.Series, key: bytes, kind: str) -> np.ndarray:
    """Ten letters and digits for each name, by SipHash under a key of that kind; without it nobody can go through all names.

    That two of a million names are alike has a chance of about 1 to 2,000.
    """
    own = b64encode(hmac.digest(key, kind.encode(), "sha256"))[:16].decode()
    bits = pd.util.hash_array(names.to_numpy("object"), hash_key=own, categorize=True)
    digits = bits[:, None] >> np.arange(0, 50, 5, dtype="uint64") & np.uint64(31)
    return ALPHABET[digits.astype("int64")].view("U10").ravel()


def _named(numbers: pd.Series) -> pd.Series:
    return "Customer " + numbers.str.slice(2)


def _readable(terms: pd.Series) -> pd.Series:
    """Payment terms in words, where they are nothing but terms."""
    day = pd.Series(pd.Timestamp("2026-01-01"), index=terms.index)
    return terms.where(due_dates(day, terms)["due_date"].notna(), "")
