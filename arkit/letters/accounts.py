"""What letters may be about: the documents, what of them is asked for, and who must not get which letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from arkit.errors import OutputRefused, some
from arkit.letters.kinds import KINDS, PAPERS
from arkit.letters.speech import languages
from arkit.money import NO_CURRENCY, to_minor
from arkit.netting import named_in, net_of_credits, to_ask_for
from arkit.notes import UNREACHED, known_notes, not_arrived, standing
from arkit.policy import Policy
from arkit.shapes import look_up
from arkit.tables import (
    ACTIONS,
    CUSTOMERS,
    DOCUMENTS,
    FACTORABLE,
    FACTORING_OFFERS,
    INSTALMENTS,
    INTEREST,
    NOTES,
    PLANS,
    PREVENTIONS,
)

ACCOUNT = ["customer_id", "currency"]
ONE = ["entity", "customer_id", "currency", "document_id", "instalment"]
#: Contacts that a later letter may refer to; calls only where somebody was reached.
REFERRED = ("reminder", "resend", "letter", "call", "contact_ap", "firm_notice", "final_demand", "mediation")
#: Contacts after which a reminder is the second.
REMINDED = ("reminder", "letter")
#: Blocks of a whole account that forbid every letter.
SILENT = {"insolvency": "the customer is insolvent", "handed_over": "an agency or a lawyer has the account"}


@dataclass(frozen=True, eq=False)
class Books:
    """Everything letters draw on, each table in its declared shape; what was not handed over is empty."""

    actions: pd.DataFrame
    documents: pd.DataFrame
    customers: pd.DataFrame
    blocks: pd.DataFrame
    notes: pd.DataFrame
    plans: pd.DataFrame
    instalments: pd.DataFrame
    interest: pd.DataFrame
    preventions: pd.DataFrame
    factorable: pd.DataFrame
    offers: pd.DataFrame
    policy: Policy
    since: pd.Timestamp | None
    #: The day of the actions and documents; missing where there are none.
    as_of: Any

    @classmethod
    def of(
        cls,
        actions: pd.DataFrame,
        documents: pd.DataFrame,
        customers: pd.DataFrame,
        policy: Policy,
        *,
        since: pd.Timestamp | None = None,
        **more: pd.DataFrame | None,
    ) -> "Books":
        """The tables, conformed; ``more`` by the names of the fields.

        Raises
        ------
        OutputRefused
            If actions and documents are of several days, or the actions ask for what the documents do not leave.
        """
        actions, documents = ACTIONS.conform(actions), DOCUMENTS.conform(documents)
        days = sorted({*actions["as_of"].unique(), *documents["as_of"].unique()})
        if len(actions) and len(days) > 1:
            raise OutputRefused(
                "the actions and the documents are not of one day.",
                expected="documents of the day on which the actions were decided",
                got=some([f"{pd.Timestamp(one):%Y-%m-%d}" for one in days]),
                fix="take both from the same ledger.at(day)",
            )
        as_of: Any = pd.Timestamp(days[-1]) if days else pd.NaT
        known = CUSTOMERS.conform(customers).drop_duplicates("customer_id")
        text = ["name", "contact", "ap_contact", "email", "phone", "address", "country", "language"]
        known = known.assign(**{name: known[name].fillna("") for name in text})
        blocks = _blocks(more.pop("blocks", None))
        shapes = {
            "plans": PLANS,
            "instalments": INSTALMENTS,
            "interest": INTEREST,
            "preventions": PREVENTIONS,
            "factorable": FACTORABLE,
            "offers": FACTORING_OFFERS,
        }
        tables = {name: shape.conform(more.get(name)) for name, shape in shapes.items()}
        notes = NOTES.conform(more.get("notes"))
        notes = _in_currency(known_notes(notes, as_of), documents) if len(notes) and pd.notna(as_of) else notes
        return cls(actions, documents, known, blocks, notes, **tables, policy=policy, since=since, as_of=as_of)


def _blocks(blocks: pd.DataFrame | None) -> pd.DataFrame:
    """What nobody is asked for, with the columns that every caller must bring."""
    if blocks is None:
        return pd.DataFrame(
            {"customer_id": pd.Series(dtype="str"), "document_id": pd.Series(dtype="str"), "kind": pd.Series(dtype="str")}
        )
    return blocks.assign(document_id=blocks["document_id"].fillna(""), kind=blocks.get("kind", "other"))


def _in_currency(notes: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Notes with the currency that their amounts are in: that of the document, as noted, or the only one; else XXX."""
    one = ["customer_id", "document_id"]
    of_one = documents.drop_duplicates(one).set_index(one)["currency"]
    own = of_one.reindex(pd.MultiIndex.from_frame(notes[one])).set_axis(notes.index)
    of_all = documents.groupby("customer_id")["currency"].agg(["first", "nunique"])
    only = look_up(notes["customer_id"], of_all["first"].where(of_all["nunique"].eq(1)))
    return notes.assign(
        currency=own.fillna(notes["currency"].where(notes["currency"].ne(""))).fillna(only).fillna(NO_CURRENCY).astype("str")
    )


def itemised(books: Books) -> pd.DataFrame:
    """Every open document, oldest first, in minor units: ``minor`` open, ``net`` after credits, ``ask`` to be asked for.

    ``blocked_by`` says what stands in the way of it, ``aside`` how much of what is past due that takes off; ``soon``, ``again``
    and ``disputed`` whether letters of that sort name it.
    """
    contact = books.policy.contact
    is_open = books.documents[books.documents["open_amount"].ne(0)].sort_values(
        ["customer_id", "currency", "due_date", "document_id"], kind="stable"
    )
    is_open = is_open.reset_index(drop=True)
    minor, net = pd.Series(to_minor(is_open["open_amount"], is_open["currency"]), is_open.index), net_of_credits(is_open)
    ask, late = to_ask_for(is_open, books.blocks), is_open["days_late"].gt(0)
    by = _blocked_by(is_open, books.blocks)
    large = net.ge(to_minor(pd.Series(contact.nudge_from, is_open.index, dtype="float64"), is_open["currency"]))
    soon = large & is_open["days_late"].between(-contact.nudge_days, 0) & ~named_in(is_open, books.blocks)
    aside = (net - ask).where(late, 0)
    return is_open.assign(
        minor=minor,
        net=net,
        ask=ask,
        late=late,
        aside=aside,
        blocked_by=by,
        soon=soon & net.gt(0),
        again=ask.gt(0) | (by.eq("po_missing") & net.gt(0)),
        disputed=ask.gt(0) | (by.eq("dispute") & net.gt(0) & late),
    )


def _blocked_by(documents: pd.DataFrame, blocks: pd.DataFrame) -> pd.Series:
    """The first kind of block on each document, itself or its account; empty where there is none."""
    single = blocks[blocks["document_id"].ne("")]
    keys = [name for name in ONE if name in single and name in documents]
    kinds = single.drop_duplicates(keys).set_index(keys)["kind"]
    found = kinds.reindex(pd.MultiIndex.from_frame(documents[keys])).set_axis(documents.index)
    whole = (
        blocks[blocks["document_id"].eq("") & blocks["kind"].ne("credit")]
        .drop_duplicates("customer_id")
        .set_index("customer_id")["kind"]
    )
    return found.fillna(look_up(documents["customer_id"], whole)).fillna("").astype("str")


def addressed(books: Books, items: pd.DataFrame) -> pd.DataFrame:
    """The actions with whom to address in which language, and ``asked``: what letters ask for, in minor units.

    Raises
    ------
    OutputRefused
        If an action asks for another amount than its documents leave.
    """
    beside = books.customers.rename(columns={"contact": "person"}).assign(
        language=languages(books.customers, books.policy.letters.language)
    )
    beside = beside[
        [
            "customer_id",
            "person",
            "ap_contact",
            "email",
            "phone",
            "address",
            "country",
            "language",
            "do_not_contact",
            "is_individual",
            "strategic",
            "insolvent_since",
            "insured_until",
        ]
    ]
    accounts = books.actions.merge(beside, on="customer_id", how="left")
    blank = {
        "person": "",
        "ap_contact": "",
        "email": "",
        "phone": "",
        "address": "",
        "country": "",
        "language": books.policy.letters.language,
    }
    accounts = accounts.fillna(blank)
    asked = items.groupby(ACCOUNT)["ask"].sum().reindex(pd.MultiIndex.from_frame(accounts[ACCOUNT])).fillna(0)
    accounts = accounts.assign(asked=asked.astype("int64").to_numpy())
    _must_ask_alike(accounts)
    return accounts


def _must_ask_alike(accounts: pd.DataFrame) -> None:
    """A letter asks for what the list asks for, to the cent."""
    said = accounts["ask_for"].notna() & ~accounts["action"].isin(["none", "hold"])
    differs = said & (accounts["asked"].to_numpy() != to_minor(accounts["ask_for"].fillna(0), accounts["currency"]))
    if differs.any():
        rows = accounts[differs]
        raise OutputRefused(
            "the letters would ask for other amounts than the list of actions.",
            expected="the documents, and all that is blocked, from which the actions were decided",
            got=some(
                [f"{row.customer_id}: {row.ask_for:,.2f} {row.currency} on the list" for row in rows.head(3).itertuples()]
            ),
            fix="hand over blocks=ar.blocked(...) with the same notes, customers and profiles",
        )


def in_the_way(books: Books, accounts: pd.DataFrame, items: pd.DataFrame, kind: str) -> pd.Series:
    """What forbids a letter of a kind, per account; empty where nothing does."""
    customer = accounts["customer_id"]
    whole = books.blocks[books.blocks["document_id"].eq("")]
    insolvent = accounts["insolvent_since"].le(accounts["as_of"])
    forbidden = {
        "the customer is marked do not contact": accounts["do_not_contact"].eq(True)
        | customer.isin(whole.loc[whole["kind"].eq("do_not_contact"), "customer_id"]),
        SILENT["insolvency"]: insolvent | customer.isin(whole.loc[whole["kind"].eq("insolvency"), "customer_id"]),
        SILENT["handed_over"]: customer.isin(whole.loc[whole["kind"].eq("handed_over"), "customer_id"]),
    }
    about = KINDS[kind].about
    if about not in ("", "open"):
        forbidden |= {
            "the action is none": accounts["action"].eq("none"),
            "the action is hold": accounts["action"].eq("hold"),
            "the account is blocked until a later day": accounts["blocked_until"] > accounts["as_of"],
        }
    there = {
        "asked": items["ask"].gt(0),
        "soon": items["soon"],
        "again": items["again"],
        "disputed": items["disputed"],
        "open": items["minor"].ne(0),
    }
    nothing = {
        "asked": "nothing is past due after credits and blocked documents",
        "soon": "nothing large falls due in the next days",
        "again": "no document is to be sent again",
        "disputed": "nothing is in dispute or past due",
        "open": "nothing is open",
    }
    if about:
        here = pd.MultiIndex.from_frame(items.loc[there[about], ACCOUNT].drop_duplicates())
        forbidden[nothing[about]] = pd.Series(~pd.MultiIndex.from_frame(accounts[ACCOUNT]).isin(here), accounts.index)
    return pd.Series(np.select(list(forbidden.values()), list(forbidden), ""), accounts.index, dtype="str")


def papers(books: Books, accounts: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Which letters are due: one row per customer, currency and kind, in the order of the list."""
    due = pd.DataFrame([(action, kind) for action, kinds in PAPERS.items() for kind in kinds], columns=["action", "kind"])
    found = accounts[[*ACCOUNT, "action", "priority"]].merge(due, on="action")
    again = found["kind"].eq("reminder") & found["customer_id"].isin(_reminded(books, items))
    kind = found["kind"].mask(again, "second_reminder")
    planned = _with_plan(books, found)
    kind = kind.mask(found["action"].eq("plan") & ~planned, "call")
    stops = found["customer_id"].isin(to_stop(books))
    found = found.assign(kind=kind)[~kind.eq("supply_stop") | stops].drop_duplicates([*ACCOUNT, "kind"])
    said = confirmed(books, items)
    promised = accounts.loc[accounts["customer_id"].isin(said["customer_id"]), [*ACCOUNT, "action", "priority"]]
    promised = promised.merge(said[ACCOUNT].drop_duplicates(), on=ACCOUNT)
    found = pd.concat([found, promised.assign(kind="promise")]).sort_values("priority", kind="stable", ignore_index=True)
    fit = [
        rows[in_the_way(books, accounts, items, str(name)).eq("").to_numpy()[_places(accounts, rows)]]
        for name, rows in found.groupby("kind", sort=False)
    ]
    return pd.concat(fit).sort_index() if fit else found


def _places(accounts: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """The place of each row's account."""
    return pd.MultiIndex.from_frame(accounts[ACCOUNT]).get_indexer(pd.MultiIndex.from_frame(rows[ACCOUNT]))


def earlier(books: Books, items: pd.DataFrame) -> pd.DataFrame:
    """The contacts since the oldest document asked for fell due, shape `NOTES`, left out those that reached nobody."""
    fell_due = items[items["ask"].gt(0)].groupby("customer_id")["due_date"].min()
    since = look_up(books.notes["customer_id"], fell_due)
    said = books.notes[books.notes["kind"].isin(REFERRED) & books.notes["date"].ge(since)]
    return said[~not_arrived(said) & ~(said["kind"].isin(["call", "contact_ap"]) & said["outcome"].isin(["", *UNREACHED]))]


def _reminded(books: Books, items: pd.DataFrame) -> pd.Series:
    """The customers who were reminded since the oldest document asked for fell due."""
    said = earlier(books, items)
    return said.loc[said["kind"].isin(REMINDED), "customer_id"]


def _with_plan(books: Books, found: pd.DataFrame) -> pd.Series:
    """Whether a plan could be made that the customer can bear."""
    possible = pd.MultiIndex.from_frame(books.plans.loc[books.plans["possible"], ACCOUNT])
    return pd.Series(pd.MultiIndex.from_frame(found[ACCOUNT]).isin(possible), found.index)


def to_stop(books: Books) -> pd.Series:
    """The customers whose own numbers say that goods should go out against payment only, and to whom they still go."""
    measures = books.preventions[books.preventions["measure"].isin(books.policy.letters.supply_stop)]
    last = books.notes[books.notes["kind"].eq("supply_stopped")].drop_duplicates("customer_id", keep="last")
    stopped = last.loc[~last["outcome"].isin(["closed", "resolved", "cancelled", "none"]), "customer_id"]
    return measures.loc[~measures["customer_id"].isin(stopped), "customer_id"].drop_duplicates()


def confirmed(books: Books, items: pd.DataFrame) -> pd.DataFrame:
    """Promises to confirm: noted since the last list, or on the day itself, running, with an amount and a day.

    One row per promise, shape `NOTES`. Promises about what is paid, or disputed, are left out.
    """
    running = standing(books.notes, books.as_of, books.policy) if len(books.notes) else books.notes
    first = books.as_of if books.since is None else books.since + pd.Timedelta(days=1)
    said = running[
        running["kind"].eq("promise") & running["date"].ge(first) & running["amount"].gt(0) & running["until"].ge(books.as_of)
    ]
    one, owed = ["customer_id", "document_id"], items[items["net"].gt(0)]
    about = pd.MultiIndex.from_frame(said[one])
    of_document = about.isin(pd.MultiIndex.from_frame(owed.loc[owed["blocked_by"].ne("dispute"), one]))
    of_account = pd.MultiIndex.from_frame(said[ACCOUNT]).isin(pd.MultiIndex.from_frame(owed[ACCOUNT]))
    return said[np.where(said["document_id"].ne(""), of_document, of_account)]


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each as its values by column."""
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def by_customer(table: pd.DataFrame, customers: set[str]) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of some customers, each customer's in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(table[table["customer_id"].isin(customers)]):
        found.setdefault(row["customer_id"], []).append(row)
    return found
