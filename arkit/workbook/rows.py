"""The tables of the month as the rows of the sheets: ids, words, links, who was last in touch."""

import numpy as np
import pandas as pd

from arkit.errors import TableRefused, some
from arkit.money import to_minor
from arkit.shapes import look_up
from arkit.tables import CONTACT_KINDS, NOTES
from arkit.workbook.layouts import OPEN_ITEMS
from arkit.workbook.words import LABELS

ACCOUNT = ["customer_id", "currency"]
ADDRESS = r"([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"
#: The first telephone number of a text.
NUMBER = r"(\+?\d[\d ()/.-]{4,}\d)"
#: Notes that show that somebody was in touch.
IN_TOUCH = (*CONTACT_KINDS, "promise", "plan")


def flat(aged: pd.DataFrame) -> pd.DataFrame:
    """The aging with day, customer and currency as columns."""
    flat = aged.reset_index()
    if not {"as_of", *ACCOUNT} <= {*flat.columns}:
        raise TableRefused(
            "the aging is not by customer.",
            expected="an index of as_of, customer_id and currency",
            got=", ".join(map(str, aged.index.names)),
            fix="age the documents with by='customer_id'",
        )
    return flat


def one_day(*tables: pd.DataFrame) -> pd.Timestamp | None:
    """The day all tables are of; None if none of them has a row."""
    days = pd.concat([table["as_of"].astype("datetime64[s]") for table in tables]).drop_duplicates().sort_values()
    if len(days) > 1:
        raise TableRefused(
            "the tables are not of one day.",
            expected="actions, documents, aging and scores with the same as_of",
            got=some([f"{day:%Y-%m-%d}" for day in days]),
            fix="make all four from the same documents",
        )
    return days.iloc[0] if len(days) else None


def identified(actions: pd.DataFrame) -> pd.DataFrame:
    """Actions in order of priority, with the action in words and an id for each row."""
    twice = actions[actions.duplicated(ACCOUNT)]
    if len(twice):
        raise TableRefused(
            f"{len(twice):,} rows of the table 'actions' come twice.",
            expected="one row per customer and currency",
            got=some([f"{row.customer_id} in {row.currency}" for row in twice.itertuples()]),
            fix="drop the rows that are not meant",
        )
    ids = actions["as_of"].dt.strftime("%Y-%m-%d") + "|" + actions["customer_id"] + "|" + actions["currency"]
    label = actions["action"].map(LABELS).fillna(actions["action"])
    ids_and_words = {"label": label, "row_id": ids, "hidden_label": actions["hidden_action"].replace(LABELS)}
    ids_and_words["blocked_by"] = actions["blocked_by"].str.replace("_", " ")
    return actions.assign(**ids_and_words).sort_values("priority", kind="stable")


def names(*tables: pd.DataFrame) -> pd.Series:
    """The name of each customer, from the first table that knows one."""
    named = pd.concat([table.loc[table["name"].ne(""), ["customer_id", "name"]] for table in tables])
    return named.drop_duplicates("customer_id").set_index("customer_id")["name"]


def items(documents: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Documents with something open, the oldest of each account first, and the row of the sheet each will stand in."""
    is_open = documents[to_minor(documents["open_amount"], documents["currency"]) != 0]
    ordered = is_open.sort_values([*ACCOUNT, "due_date", "document_id"], kind="stable", ignore_index=True)
    return named(ordered, names).assign(kind=ordered["kind"].str.replace("_", " "), row=np.arange(2, len(ordered) + 2))


def named(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The rows with the customer's name, or the number where no name is known."""
    return rows.assign(name=rows["customer_id"].map(names).fillna(rows["customer_id"]))


def with_links(rows: pd.DataFrame, items: pd.DataFrame, customers: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Rows with the place of the first open item, and mail address and telephone number where they are known.

    Parameters
    ----------
    on
        What is looked for among the items: the customer, or the customer in its currency.
    """
    first = items.drop_duplicates(on).set_index(on)["row"]
    place = (f"'{OPEN_ITEMS.title}'!A" + first.astype("str")).rename("items")
    known = customers.drop_duplicates("customer_id").set_index("customer_id")
    address = "mailto:" + known["email"].str.extract(ADDRESS, expand=False)
    number = "tel:" + known["phone"].str.extract(NUMBER, expand=False).str.replace(r"[^\d+]", "", regex=True)
    found = rows.join(place, on=on).assign(mail=rows["customer_id"].map(address), tel=rows["customer_id"].map(number))
    phone = looked_up(rows["customer_id"], known["phone"])
    if "contact" not in rows:
        return found.assign(phone=phone)
    # the number has a column of its own
    contact = [who.removesuffix(f", {number}") for who, number in zip(rows["contact"], phone, strict=True)]
    return found.assign(phone=phone, contact=pd.Series(contact, index=rows.index, dtype="str"))


def looked_up(keys: pd.Series, texts: pd.Series) -> pd.Series:
    """The text of each key, none where there is none."""
    return look_up(keys, texts.astype("str")).fillna("").astype("str")


def last_contacts(notes: pd.DataFrame | None, as_of: pd.Timestamp | None) -> pd.Series:
    """When and how somebody was last in touch with each customer, in words, as far as it was written down by the day."""
    said = NOTES.conform(notes)
    said = said[said["kind"].isin(IN_TOUCH) & said["date"].le(as_of or pd.Timestamp.min)]
    last = said.sort_values("date", kind="stable").drop_duplicates("customer_id", keep="last")
    outcome = last["outcome"].str.replace("_", " ")
    words = last["date"].dt.strftime("%Y-%m-%d") + " " + last["kind"].str.replace("_", " ")
    said_last = words + (", " + outcome).where(outcome.ne(""), "")
    return said_last.set_axis(pd.Index(last["customer_id"], dtype="str")).astype("str")


def people(scores: pd.DataFrame, customers: pd.DataFrame, names: pd.Series, contacts: pd.Series) -> pd.DataFrame:
    """One row per customer with a score, with what is known of whom to ask."""
    known = customers.drop_duplicates("customer_id").drop(columns="name")
    rows = named(scores, names).merge(known, on="customer_id", how="left")
    text = {name: rows[name].fillna("").astype("str") for name in ("contact", "ap_contact", "email", "country", "language")}
    return rows.assign(**text, last_contact=looked_up(rows["customer_id"], contacts))


def expected(forecasts: pd.DataFrame, items: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Forecasts of open documents, the largest chance of trouble first, with the day each falls due."""
    number = ["customer_id", "document_id", "currency", "instalment"]
    due = items.drop_duplicates(number).set_index(number)["due_date"]
    rows = named(forecasts, names).join(due, on=number)
    return rows.sort_values(["p_30", "open_amount"], ascending=[True, False], kind="stable", ignore_index=True)
