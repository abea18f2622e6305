"""The letters of a day, into a folder: who gets which, in which language, as which files."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from arkit.errors import ArkitError, OutputRefused, some
from arkit.letters import lists
from arkit.letters.accounts import (
    Books,
    addressed,
    by_customer,
    confirmed,
    earlier,
    in_the_way,
    itemised,
    papers,
    rows_of,
    to_stop,
)
from arkit.letters.cases import company, envelope, facts, sender
from arkit.letters.kinds import KINDS, PAPERS, at_least
from arkit.letters.mail import as_mail
from arkit.letters.markup import Envelope, Letter, Table, one_line, read, spaced
from arkit.letters.naming import file_names
from arkit.letters.packs import pack
from arkit.letters.page import as_page
from arkit.letters.paper import as_document
from arkit.letters.plain import as_sheet, as_text
from arkit.letters.speech import Speech, speech
from arkit.letters.templates import Templates
from arkit.policy import DEFAULT, Policy

Row = dict[str, Any]
ENDINGS = {".eml": as_mail, ".docx": as_document, ".txt": as_sheet}


@dataclass(frozen=True)
class Draft:
    """One letter in every form it can take; a cell shows it as a page."""

    letter: Letter

    @property
    def subject(self) -> str:
        """The subject."""
        return self.letter.subject

    @property
    def text(self) -> str:
        """As plain text."""
        return as_text(self.letter)

    @property
    def mail(self) -> bytes:
        """As a mail draft."""
        return as_mail(self.letter)

    @property
    def document(self) -> bytes:
        """As a Word document."""
        return as_document(self.letter)

    def _repr_html_(self) -> str:
        return as_page(self.letter)


class Desk:
    """Where letters of one day are written: the books, the templates, and what is known of each customer."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.templates = Templates(books.policy.letters.templates)
        self.items = itemised(books)
        self.accounts = addressed(books, self.items)
        self.due = papers(books, self.accounts, self.items)
        self.rows: dict[str, Any] = {}

    def gather(self, customers: set[str]) -> None:
        """Takes what letters need of these customers out of the tables, once."""
        books = self.books
        tables = {
            "items": self.items,
            "earlier": earlier(books, self.items),
            "notes": books.notes,
            "plans": books.plans,
            "instalments": books.instalments,
            "interest": books.interest,
            "promises": confirmed(books, self.items),
            "stops": to_stop(books).to_frame("customer_id"),
            "accounts": self.accounts,
        }
        self.rows = {name: by_customer(table, customers) for name, table in tables.items()}

    def of(self, customer_id: str) -> dict[str, list[Row]]:
        """The rows of a customer by the names of tables."""
        return {name: rows.get(customer_id, []) for name, rows in self.rows.items()}

    def letter(self, kind: str, customer_id: str, currencies: set[str]) -> Letter:
        """A letter to a customer about its accounts in these currencies; a statement is about all of them."""
        rows = self.of(customer_id)
        whole = KINDS[kind].about == "open"
        accounts = [account for account in rows["accounts"] if whole or account["currency"] in currencies]
        first = accounts[0]
        say = speech(self.books.policy.letters.language if KINDS[kind].inside else first["language"])
        known, tables = facts(kind, accounts, rows, self.books, say)
        return self.written(kind, known, tables, say, envelope(kind, first, self.books, say))

    def written(self, kind: str, known: Row, tables: dict[str, list[Table]], say: Speech, to: Envelope) -> Letter:
        """The template of a kind, filled."""
        subject, blocks = read(spaced(self.templates.fill(kind, say.code, known), say.words["spaced"]))
        strange = [block.name for block in blocks if block.kind == "list" and block.name not in tables]
        if strange:
            raise OutputRefused(
                f"the template '{say.code}/{kind}.j2' names a list that this kind has not.",
                expected=f"[{'], ['.join(tables)}]" if tables else "no list",
                got=f"[{strange[0]}]",
                fix="correct the name; docs/letters.md lists what each kind knows",
            )
        return Letter(one_line(subject), blocks, tables, say.code, to)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file that is due: its name and what is in it."""
        by = self.due.groupby(["kind", "customer_id"], sort=False)["currency"].agg(set)
        names = file_names(self.accounts["customer_id"].unique().tolist())
        self.gather(set(self.due["customer_id"]))
        for (kind, customer_id), currencies in by.items():  # pyright: ignore[reportGeneralTypeIssues]
            letter = self.letter(kind, customer_id, currencies)
            for ending in KINDS[kind].forms:
                yield f"{_slug(kind)}-{names[customer_id]}{ending}", self._file(kind, customer_id, letter, ending)
        yield from self._to_factors()

    def _file(self, kind: str, customer_id: str, letter: Letter, ending: str) -> bytes:
        if ending != ".zip":
            return ENDINGS[ending](letter)
        rows = self.of(customer_id)
        return pack(letter, self.letter("statement", customer_id, set()), rows["accounts"][0], rows)

    def _to_factors(self) -> Iterator[tuple[str, bytes]]:
        """What could be sold, offered to each factor that the policy names: what was chosen, or all if no need was stated."""
        policy = self.books.policy
        sold = self.books.factorable[self.books.factorable["eligible"]]
        sold = sold[sold["chosen"]] if sold["chosen"].any() else sold
        factors = [name for name in policy.factoring.factors if name.strip()]
        if not len(sold) or not factors:
            return
        one = ["customer_id", "document_id", "currency", "instalment", "entity"]
        about = self.items[[*one, "issued", "due_date"]].drop_duplicates(one)
        sold = sold.merge(about, on=one, how="left").merge(
            self.books.customers[["customer_id", "name"]], on="customer_id", how="left"
        )
        sold = sold.assign(name=sold["name"].fillna(sold["customer_id"])).sort_values(
            ["currency", "name", "due_date"], kind="stable"
        )
        say = speech(policy.letters.language)
        tables = {"offer": [lists.offered(say, rows_of(rows), str(code)) for code, rows in sold.groupby("currency")]}
        needs = self.books.offers[self.books.offers["need"].gt(0)]
        need = [
            say.amount(round(row["need"] * 10 ** lists.decimals(row["currency"])), row["currency"])
            for row in needs.to_dict("records")
        ]
        names = file_names(factors)
        for factor in factors:
            known = company(policy) | {
                "kind": "factoring",
                "as_of": say.day(self.books.as_of),
                "factor": factor,
                "need": say.listed(need),
                "invoices": say.number(len(sold)),
                "debtors": say.number(sold["customer_id"].nunique()),
                "recourse_days": str(policy.factoring.recourse_days),
            }
            to = Envelope(sender(policy), (), say.day(self.books.as_of))
            letter = self.written("factoring", known, tables, say, to)
            for ending in KINDS["factoring"].forms:
                yield f"factoring-{names[factor]}{ending}", ENDINGS[ending](letter)


def write_letters(
    folder: str | Path,
    *,
    actions: pd.DataFrame,
    documents: pd.DataFrame,
    customers: pd.DataFrame,
    policy: Policy = DEFAULT,
    blocks: pd.DataFrame | None = None,
    since: pd.Timestamp | None = None,
    **more: pd.DataFrame | None,
) -> list[Path]:
    """The files written into ``folder``: what each customer's action calls for, each in the customer's language.

    Mail drafts open for sending (``X-Unsent``) and bear no date; what goes by post is a Word document too; calls get a sheet;
    what is handed over is a zip file with the whole record; docs/letters.md says which action brings which. A person reads
    them, then sends them. Whoever must not be written to gets nothing, and nobody is asked for more or less than the action's
    ``ask_for``. Which templates are used, and in which language, the policy says under ``[letters]``.

    Parameters
    ----------
    documents
        The documents of the day of ``actions``.
    blocks
        What nobody is asked for, shape `BLOCKS`, or only ``customer_id`` and ``document_id`` (empty: the whole account) for
        all of those documents. No letter that asks for money names what is wholly blocked.
    since
        The day of the last list: promises noted after it are confirmed. Left out: those noted on the day itself.
    more
        ``notes`` (who was reminded before, and what was promised), ``plans`` and ``instalments`` (what is offered),
        ``interest`` (what a final demand claims besides), ``preventions`` (who is delivered against payment only),
        ``factorable`` and ``offers`` (what factors are offered), each in the shape of its table.

    Raises
    ------
    OutputRefused
        If ``documents`` are of another day or leave other amounts than the actions ask for; if ``more`` names a table that
        letters do not draw on; if a template says what it must not, or cannot be filled; or if the folder holds letters that
        this call would not write: a letter of last month must not be sent by mistake, nor a draft somebody has edited be
        lost. Nothing is written then.
    """
    made = dict(Desk(Books.of(actions, documents, customers, policy, since=since, blocks=blocks, **more)).files())
    place = Path(folder)
    _must_be_ours(place, made)
    place.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (place / name).write_bytes(content)
    return [place / name for name in made]


def letter(
    kind: str,
    customer_id: str,
    *,
    actions: pd.DataFrame,
    documents: pd.DataFrame,
    customers: pd.DataFrame,
    policy: Policy = DEFAULT,
    blocks: pd.DataFrame | None = None,
    since: pd.Timestamp | None = None,
    **more: pd.DataFrame | None,
) -> Draft:
    """One letter to one customer, to be looked at in a cell; the tables are those of `write_letters`.

    Raises
    ------
    ArkitError
        If there is no such kind.
    OutputRefused
        If the customer must not be written to, or not in this way: nothing is said that is sterner than what the list decided.
    """
    if kind not in KINDS or kind == "factoring":
        raise ArkitError(
            "there is no such letter.", expected=f"one of {', '.join(KINDS)}", got=f"'{kind}'", fix="name one of them"
        )
    tables = {
        name: table[table["customer_id"].eq(customer_id)] if table is not None and "customer_id" in table else table
        for name, table in more.items()
    }
    own = [
        None if frame is None else frame[frame["customer_id"].eq(customer_id)]
        for frame in (actions, documents, customers, blocks)
    ]
    assert own[0] is not None
    assert own[1] is not None
    assert own[2] is not None
    desk = Desk(Books.of(own[0], own[1], own[2], policy, since=since, blocks=own[3], **tables))
    desk.gather({customer_id})
    accounts = desk.accounts
    hindered = in_the_way(desk.books, accounts, desk.items, kind)
    due = set(desk.due["kind"])
    reached = kind == "statement" or any(at_least(KINDS[one].tone, KINDS[kind].tone) for one in due)
    if kind == "promise":
        reached = "promise" in due
    free = accounts[hindered.eq("")] if reached else accounts[:0]
    if not len(free):
        why = [words for words in hindered.unique() if words] or [
            f"the list decided on {some(sorted(accounts['action'].unique()))}"
            if len(accounts)
            else "nobody of that number among the actions"
        ]
        raise OutputRefused(
            f"no letter of the kind '{kind}' can go to {one_line(customer_id)}.",
            expected="a customer who may be contacted, with money past due after credits, and a step that was decided",
            got="; ".join(why),
            fix="look at the customer's row among the actions; what stands in the way has to be settled first",
        )
    acted = free[free["action"].isin(PAPERS)]
    return Draft(desk.letter(kind, customer_id, set((acted if len(acted) else free)["currency"])))


def _slug(kind: str) -> str:
    return kind.replace("_", "-")


def _must_be_ours(folder: Path, made: dict[str, bytes]) -> None:
    there = [
        file for kind, of in KINDS.items() for ending in of.forms for file in sorted(folder.glob(f"{_slug(kind)}-*{ending}"))
    ]
    strange = [file.name for file in there if made.get(file.name) != file.read_bytes()]
    if strange:
        raise OutputRefused(
            f"the folder '{folder.name}' holds letters that are not of this run.",
            expected="an empty folder, or the same letters unchanged",
            got=some(strange),
            fix="move them away, or name another folder",
        )
