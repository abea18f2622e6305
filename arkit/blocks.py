"""What nobody may be asked for now, document by document, with its amount, why, and until when."""

import numpy as np
import pandas as pd

from arkit.money import to_major, to_minor
from arkit.netting import ACCOUNT, net_of_credits
from arkit.notes import CLOSED, known_notes, newest, standing
from arkit.policy import DEFAULT, Policy
from arkit.remainders import is_remainder
from arkit.shapes import look_up
from arkit.tables import BLOCKS, CUSTOMERS, DOCUMENTS, PROFILES

#: More than any amount: a block without an amount covers all of a document.
ALL = np.int64(2**62)
#: What stands in notes, in the order in which one block goes before another.
SAID = ("dispute", "credit_pending", "plan", "promise", "hold")
#: What is taken of a note; whatever else its table holds stays out.
STATED = ["customer_id", "currency", "document_id", "date", "until", "amount", "reason"]
#: Notes that speak of the whole customer, and the marks of the customer that say the same.
ACCOUNT_KINDS = ("do_not_contact", "insolvency", "handed_over")
#: The last of a customer's three usual days of the month, counted from the first.
USUAL_DAYS = 2
#: What of a document is looked at.
JUDGED = (
    "as_of", "customer_id", "document_id", "kind", "currency", "due_date", "amount", "open_amount", "days_late", "payments",
    "discount", "reference",
)  # fmt: skip


def blocked(
    documents: pd.DataFrame,
    notes: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    *,
    customers: pd.DataFrame | None = None,
    profiles: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What nobody may be asked for on the documents' day: one row per open document or account and reason, shape `BLOCKS`.

    Credits not yet applied have paid the oldest documents first; of what they leave open no cent is blocked twice, in this
    order: in dispute, waiting for a credit note of ours, under a plan, promised, on hold, lacking the purchase order number
    that the customer requires, its usual day of payment not yet passed, a remainder of a paid document. A dispute or a promise
    with an amount blocks no more than that, the oldest first where it is about the whole account; the rest may be asked for.

    Rows with an empty ``document_id`` are about the whole account: credit that covers what is past due, a customer marked do
    not contact, insolvent, or handed over. Their amounts are all that is past due, and overlap with the others.

    Parameters
    ----------
    customers
        For marks, insolvency and required purchase orders.
    profiles
        For usual days of payment.

    Raises
    ------
    TableRefused
        If documents or profiles are another table.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-10-31"), "customer_id": "C1", "currency": "EUR", "document_id": ["A", "B"],
    ...     "kind": "invoice", "due_date": pd.to_datetime(["2026-09-30", "2026-10-15"]), "amount": [100.0, 50.0],
    ...     "open_amount": [100.0, 50.0], "days_late": [31, 16], "payments": 0, "discount": 0.0, "reference": ""})
    >>> notes = pd.DataFrame({
    ...     "date": ["2026-10-20"], "customer_id": "C1", "kind": "promise", "amount": [120.0], "until": "2026-11-06"})
    >>> blocked(documents, notes)[["document_id", "kind", "until", "amount"]]
      document_id     kind      until  amount
    0           A  promise 2026-11-06   100.0
    1           B  promise 2026-11-06    20.0
    """
    DOCUMENTS.must_have(documents, *JUDGED)
    of_documents = [name for name in DOCUMENTS.names if name in documents]
    is_open = documents.loc[documents["open_amount"].ne(0), of_documents].sort_values(
        ["due_date", "document_id"], kind="stable"
    )
    if not len(is_open):
        return BLOCKS.empty()
    as_of, known = is_open["as_of"].max(), CUSTOMERS.conform(customers)
    items = is_open.assign(net=net_of_credits(is_open), late=is_open["days_late"].gt(0)).reset_index(drop=True)
    requires = known.drop_duplicates("customer_id").set_index("customer_id")["po_required"]
    items = items.assign(po_required=look_up(items["customer_id"], requires))
    rows = [*_said(items, standing(notes, as_of, policy, documents=items)), *_ours(items, profiles, policy)]
    left, taken = items["net"].to_numpy(copy=True), []
    for kind, place, cap, group, why in rows:
        part = items.iloc[place]
        before = pd.Series(left[place]).groupby(group).cumsum().to_numpy() - left[place]
        take = np.clip(cap - before, 0, left[place])
        left[place] -= take
        taken.append(part.assign(kind=kind, minor=take, **why)[take > 0])
    about = [*taken, *_accounts(items, known, known_notes(notes, as_of))]
    found = pd.concat(about, ignore_index=True) if about else items.iloc[:0].assign(kind="", minor=0)
    amount = to_major(found["minor"].to_numpy(), found["currency"])
    late = found["late"].astype(bool)
    blocks = found.assign(amount=amount, past_due=np.where(late, amount, 0.0))
    blocks = BLOCKS.conform(blocks.reindex(columns=[name for name in BLOCKS.names if name in blocks]))
    return blocks.sort_values(["customer_id", "currency", "document_id"], kind="stable", ignore_index=True)


def _said(items: pd.DataFrame, said: pd.DataFrame) -> list[tuple]:
    """What notes block: per kind first single documents, then whole accounts; the rows, the cap, its group and the words."""
    place = items[["customer_id", "document_id", "currency"]].assign(place=np.arange(len(items)))
    said, parts = said[["kind", *STATED]], []
    for kind in (kind for kind in SAID if said["kind"].eq(kind).any()):
        words = said[said["kind"].eq(kind)].rename(columns={"date": "since"}).drop(columns="kind")
        single, whole = words[words["document_id"].ne("")], words[words["document_id"].eq("")]
        for about, on, group in (
            (single, ["customer_id", "document_id", "currency"], ["customer_id", "document_id", "currency"]),
            (whole.drop(columns="document_id"), ["customer_id", "currency"], ["customer_id", "currency"]),
        ):
            hit = place.merge(about, on=on).sort_values("place", kind="stable", ignore_index=True)
            if len(hit):
                capped = hit["amount"].gt(0)
                cap = np.where(capped, to_minor(hit["amount"].where(capped, 0), hit["currency"]), ALL)
                why = {name: hit[name].to_numpy() for name in ("since", "until", "reason")}
                parts.append((kind, hit["place"].to_numpy(), cap, hit.groupby(group, sort=False).ngroup().to_numpy(), why))
    return parts


def _ours(items: pd.DataFrame, profiles: pd.DataFrame | None, policy: Policy) -> list[tuple]:
    """What is no lateness of the customer's: our missing number, its usual day to come, a remainder of what it paid."""
    number, minor = np.arange(len(items)), to_minor(items["amount"], items["currency"])
    parts = []
    lacks = items["po_required"].eq(True) & items["reference"].fillna("").eq("") & items["kind"].eq("invoice")
    expected = _expected(items, profiles)
    grace = pd.to_timedelta(policy.contact.promise_grace_days, unit="D")
    waits = items["late"] & (expected + grace).ge(items["as_of"])
    left_over = _left_over(items, minor, policy)
    for kind, here, until, why in (
        ("po_missing", lacks, None, pd.Series("the customer requires a purchase order number", items.index)),
        ("pay_day", waits, expected, pd.Series("its usual day of payment has not passed", items.index)),
        ("remainder", left_over.ne(""), None, left_over),
    ):
        if (at := number[here.to_numpy(bool)]).size:
            until_ = np.full(len(at), np.datetime64("NaT"), "datetime64[s]") if until is None else until.iloc[at].to_numpy()
            words = {"since": items["due_date"].iloc[at].to_numpy(), "until": until_, "reason": why.iloc[at].to_numpy()}
            parts.append((kind, at, np.full(len(at), ALL), at, words))
    return parts


def _expected(items: pd.DataFrame, profiles: pd.DataFrame | None) -> pd.Series:
    """The last of the customer's usual days of the month on or after a document's due day; missing where there is no habit."""
    if profiles is not None:
        PROFILES.must_have(profiles, "customer_id", "usual_day")
    if profiles is None or not profiles["usual_day"].notna().any():
        return pd.Series(pd.NaT, index=items.index, dtype="datetime64[s]")
    usual = look_up(items["customer_id"], profiles.drop_duplicates("customer_id").set_index("customer_id")["usual_day"])
    month = items["due_date"].dt.to_period("M")

    def in_month(period: pd.Series) -> pd.Series:
        last = period.dt.days_in_month
        on = (usual + USUAL_DAYS).clip(upper=last).where(usual.notna(), 1)
        return period.dt.start_time.dt.as_unit("s") + pd.to_timedelta(on - 1, unit="D")

    here, after = in_month(month), in_month(month + 1)
    return here.where(here.ge(items["due_date"]), after).where(usual.notna()).astype("datetime64[s]")


def _left_over(items: pd.DataFrame, minor: np.ndarray, policy: Policy) -> pd.Series:
    """Why what is left of a document somebody paid is a remainder; empty where it is not."""
    left = to_minor(items["open_amount"], items["currency"])
    paid = items["payments"].fillna(0).gt(0).to_numpy() & (left > 0) & (minor > 0)
    still, whole = (pd.Series(part, index=items.index) for part in (left, minor))
    tiny = is_remainder(still, whole, items["currency"], policy).to_numpy()
    discount = left <= to_minor(items["discount"].fillna(0), items["currency"])
    withheld = np.zeros(len(items), dtype=bool)
    for share in policy.contact.withholding:
        withheld |= np.abs(left - share * minor) <= 1
    words = ["tax withheld: ask for the certificate", "a discount taken, in time or not", "a remainder too small for a letter"]
    return pd.Series(np.select([paid & withheld, paid & discount, paid & tiny], words, ""), index=items.index, dtype="str")


def _accounts(items: pd.DataFrame, customers: pd.DataFrame, said: pd.DataFrame) -> list[pd.DataFrame]:
    """What stands in the way of a whole account: credit, and marks of the customer."""
    owed = to_minor(items["open_amount"], items["currency"])
    sums = pd.DataFrame({"net": items["net"].where(items["late"], 0), "credit": np.where(items["late"], owed, 0).clip(0)})
    sums["credit"] = (sums["credit"] - sums["net"]).where(items["late"], 0)
    accounts = sums.groupby([items[name] for name in ACCOUNT]).sum().reset_index().assign(document_id="", late=True)
    covered = accounts[accounts["credit"].gt(0)]
    marks = customers.drop_duplicates("customer_id").set_index("customer_id")
    last = newest(said, ("insolvency", "handed_over"))
    last = last[~last["outcome"].isin([*CLOSED, "returned"])].drop_duplicates(["customer_id", "kind"], keep="last")
    since = {kind: last[last["kind"].eq(kind)].set_index("customer_id")["date"] for kind in ("insolvency", "handed_over")}
    as_of = accounts["as_of"]
    declared = marks["insolvent_since"].where(marks["insolvent_since"].le(as_of.max()))
    day = {
        "do_not_contact": as_of.where(accounts["customer_id"].isin(marks.index[marks["do_not_contact"]])),
        "insolvency": look_up(accounts["customer_id"], declared).fillna(look_up(accounts["customer_id"], since["insolvency"])),
        "handed_over": look_up(accounts["customer_id"], since["handed_over"]),
    }
    words = {"do_not_contact": "marked do not contact", "insolvency": "insolvent", "handed_over": "with an agency or a lawyer"}
    rows = [covered.assign(kind="credit", minor=covered["credit"], reason="credit not yet applied covers it")]
    for kind in ACCOUNT_KINDS:
        here = accounts[day[kind].notna()]
        marked = kind == "do_not_contact"
        began = pd.Series(pd.NaT, index=here.index, dtype="datetime64[s]") if marked else day[kind].loc[here.index]
        rows.append(here.assign(kind=kind, minor=here["net"], since=began, reason=words[kind]))
    return [part for part in rows if len(part)]
