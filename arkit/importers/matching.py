"""Payments that name no invoice, put to the invoices they can only have paid; all others stay as credit on account.

A payment is matched only if one single set of the customer's open invoices adds up to it: then there is nothing to guess.
"""

import numpy as np
import pandas as pd

from arkit.money import to_major, to_minor

#: The most open invoices among which a set is looked for; with more there are too many sets for one to prove anything.
MOST = 12
#: Payments looked at in one go, for the table of all sets of their invoices is wide.
BATCH = 2_000
OWNER = ["entity", "customer_id", "currency"]
#: Sets of up to `MOST` invoices, a column for each: which invoices are in it.
_SETS = ((np.arange(1 << MOST)[None, :] >> np.arange(MOST)[:, None]) & 1).astype("int64")


def apply(entries: pd.DataFrame, *, how: str = "certain", closed: pd.DataFrame | None = None) -> tuple[pd.DataFrame, pd.Series]:
    """Postings with loose payments posted on the invoices they paid, and the loose payments: True where that was done.

    Parameters
    ----------
    entries
        Postings; a payment that names no invoice has ``loose`` set and a document of its own. The column is dropped.
    how
        ``certain``: where there is nothing to guess. ``oldest``: then all others on the oldest invoices. ``credit``: none.
    closed
        Documents that no such payment can have paid.

    Notes
    -----
    Payments are taken by day, the oldest of each customer first. Those invoices count that were issued by then and are
    open by their own payments; one that an earlier payment closed is out.
    """
    loose = entries["loose"].fillna(value=False).astype("bool")
    rest = entries.drop(columns="loose")
    done = pd.Series(data=False, index=rest.index[loose])
    if not loose.any() or how == "credit":
        return rest, done
    owner = rest.groupby(OWNER, sort=False, dropna=False).ngroup()
    minor = pd.Series(to_minor(rest["amount"], rest["currency"]), index=rest.index)
    payments = pd.DataFrame({"owner": owner, "minor": -minor, "date": rest["date"]})[loose]
    payments = payments[payments["minor"] > 0].sort_values("date", kind="stable")
    invoices = _open_invoices(rest[~loose], owner[~loose], minor[~loose])
    if closed is not None and len(closed):
        key = [*OWNER, "document_id"]
        kept = pd.MultiIndex.from_frame(rest[key]).isin(pd.MultiIndex.from_frame(closed[key]))
        no = pd.MultiIndex.from_arrays([owner[kept], rest["document_id"][kept]])
        invoices = invoices[~pd.MultiIndex.from_frame(invoices[["owner", "document_id"]]).isin(no)]
    found: list[pd.DataFrame] = []
    turn = payments.groupby("owner").cumcount()
    for number in range(int(turn.max()) + 1 if len(turn) else 0):
        pairs = _certain(payments[turn == number], invoices)
        found.append(pairs)
        invoices = invoices[~invoices.index.isin(pairs["invoice"])]
    if how == "oldest":
        matched = pd.concat(found)["payment"] if found else []
        found.append(_oldest(payments[~payments.index.isin(matched)], invoices))
    pairs = pd.concat(found) if found else pd.DataFrame({"payment": []})
    return _posted(rest, pairs), done.mask(done.index.isin(pairs["payment"]), other=True)


def _open_invoices(entries: pd.DataFrame, owners: pd.Series, minor: pd.Series) -> pd.DataFrame:
    """What each invoice is open by, one row per invoice: its number, owner, day and open amount in minor units."""
    keys = [owners, entries["document_id"]]
    opened = entries["kind"].eq("invoice")
    frame = pd.DataFrame(
        {
            "owner": owners,
            "document_id": entries["document_id"],
            "minor": minor.groupby(keys).transform("sum"),
            "date": entries["date"],
        }
    )[opened]
    frame = frame[frame["minor"] > 0].drop_duplicates(["owner", "document_id"])
    return frame.sort_values("date", kind="stable").reset_index(drop=True)


def _certain(payments: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """The invoices of those payments, one per owner, that one set and no other adds up to."""
    nothing = pd.DataFrame({"payment": [], "invoice": [], "minor": []}, dtype="int64")
    pairs = payments.reset_index(names="payment").merge(
        invoices.reset_index(names="invoice"), on="owner", suffixes=("", "_open")
    )
    pairs = pairs[pairs["date_open"] <= pairs["date"]]
    pairs = pairs[pairs.groupby("payment")["invoice"].transform("size") <= MOST]
    if pairs.empty:
        return nothing
    pairs = pairs.assign(place=pairs.groupby("payment").cumcount(), row=pairs.groupby("payment", sort=False).ngroup())
    paid = pairs.drop_duplicates("row").sort_values("row")["minor"].to_numpy()
    open_amounts = np.zeros((len(paid), MOST), dtype="int64")
    open_amounts[pairs["row"], pairs["place"]] = pairs["minor_open"]
    there = np.zeros((len(paid), MOST), dtype="bool")
    there[pairs["row"], pairs["place"]] = True
    chosen = np.zeros_like(there)
    for start in range(0, len(paid), BATCH):
        part = slice(start, start + BATCH)
        # a set with an invoice that is not there adds nothing and would count twice
        fits = (open_amounts[part] @ _SETS == paid[part, None]) & ((~there[part]).astype("int64") @ _SETS == 0)
        only = fits.sum(axis=1) == 1
        chosen[part] = _SETS.T[fits.argmax(axis=1)].astype("bool") & only[:, None]
    certain = pairs[chosen[pairs["row"], pairs["place"]]]
    return certain[["payment", "invoice", "minor_open", "document_id"]].rename(columns={"minor_open": "minor"})


def _oldest(payments: pd.DataFrame, invoices: pd.DataFrame) -> pd.DataFrame:
    """What each payment pays of which invoice, if the oldest invoices of an owner are paid first.

    Payments and invoices of an owner lie end to end on two lines of money; where a stretch of one lies on a stretch of the
    other, that is paid.
    """
    ends = [
        pd.DataFrame({"owner": side["owner"], "end": side.groupby("owner")["minor"].cumsum(), name: side.index})
        for name, side in (("payment", payments), ("invoice", invoices))
    ]
    cuts = pd.concat(ends).sort_values(["owner", "end"], kind="stable")
    cuts = cuts.assign(**{name: cuts.groupby("owner")[name].bfill() for name in ("payment", "invoice")})
    cuts["minor"] = cuts["end"] - cuts.groupby("owner")["end"].shift(fill_value=0)
    pairs = cuts[cuts["minor"].gt(0) & cuts["payment"].notna() & cuts["invoice"].notna()]
    pairs = pairs[["payment", "invoice", "minor"]].astype("int64")
    return pairs.assign(document_id=invoices["document_id"].reindex(pairs["invoice"]).to_numpy())


def _posted(entries: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The postings with matched payments on their invoices, each split into what it paid of every one.

    What is left of a payment stays where it was.
    """
    if pairs.empty:
        return entries
    split = entries.loc[pairs["payment"]]
    amount = -to_major(pairs["minor"].to_numpy(), split["currency"])
    split = split.assign(document_id=pairs["document_id"].to_numpy(), amount=amount)
    used = pairs.groupby("payment")["minor"].sum()
    left = entries.loc[used.index]
    left = left.assign(amount=to_major(to_minor(left["amount"], left["currency"]) + used.to_numpy(), left["currency"]))
    return pd.concat([entries.drop(index=used.index), split, left[left["amount"].ne(0)]], ignore_index=True)
