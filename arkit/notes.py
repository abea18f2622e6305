"""What was said and agreed, and what follows from it on a day: what still stands, and which promises were broken."""

import pandas as pd

from arkit.money import to_minor
from arkit.policy import DEFAULT, Policy
from arkit.shapes import look_up
from arkit.tables import NOTES

#: Outcomes that end a promise, a plan, a dispute or a hold.
CLOSED = ("resolved", "closed", "kept", "broken", "cancelled")
#: Outcomes of a plan that was never agreed.
NOT_AGREED = ("offered", "refused")
#: Outcomes of calls that reached nobody.
UNREACHED = ("left_message", "no_answer", "not_reached", "wrong_number")
#: Outcomes of letters that did not arrive.
CAME_BACK = (
    "not_reached", "came_back", "returned", "bounced", "undelivered", "undeliverable", "not_delivered", "not_deliverable",
    "wrong_address", "address_unknown", "unknown_address", "gone_away", "moved",
)  # fmt: skip
#: So many days after it was sent a letter comes back at the latest.
BACK_DAYS = 30
#: What is sent.
BY_POST = ("nudge", "reminder", "resend", "letter", "firm_notice", "final_demand", "mediation")
#: What a customer says, as an outcome or a reason: that it cannot pay at once, and that the invoice did not come.
HARDSHIP = ("cannot_pay", "hardship", "asks_for_plan")
NOT_RECEIVED = ("not_received",)
#: Outcomes and reasons that say that nobody is there any more who pays in the usual way: a person decides whom to ask.
GONE = (
    "deceased", "died", "dead", "bankrupt", "bankruptcy", "insolvent", "insolvency", "liquidation", "in_liquidation",
    "liquidated", "in_administration", "receivership", "in_receivership", "dissolved", "struck_off", "ceased_trading",
    "business_closed", "closed_business", "out_of_business", "verstorben", "insolvenz", "geschaft_aufgegeben",
    "geschäft_aufgegeben", "décédé", "liquidation_judiciaire", "fallecido", "concurso",
)  # fmt: skip


def known_notes(notes: pd.DataFrame | None, as_of: pd.Timestamp) -> pd.DataFrame:
    """The notes dated up to and including a day, oldest first, shape `NOTES`; outcomes in lower case."""
    known = NOTES.conform(notes)
    known = known[known["date"].le(as_of)].sort_values("date", kind="stable", ignore_index=True)
    return known.assign(outcome=known["outcome"].str.lower())


def came_back(said: pd.DataFrame) -> pd.Series:
    """Marks the notes that a letter did not arrive; ``said`` as `known_notes` returns it."""
    return said["kind"].isin(BY_POST) & said["outcome"].str.replace(r"[ -]", "_", regex=True).isin(CAME_BACK)


def not_arrived(said: pd.DataFrame) -> pd.Series:
    """Marks the notes of letters that did not arrive, that they came back and that they were sent: no step was taken by them.

    A letter was sent by the last note of its kind, if that is not older than a month.
    """
    back = came_back(said)
    then = said.assign(back=back).groupby(["customer_id", "currency", "kind"])[["back", "date"]].shift(-1)
    within = (then["date"] - said["date"]).le(pd.Timedelta(days=BACK_DAYS))
    return back | (said["kind"].isin(BY_POST) & then["back"].eq(True) & within)


def by_balance(said: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Notes once for each balance they are about, with the flag ``of_all``: about all that the customer has.

    Parameters
    ----------
    said
        Shape `NOTES`; without a currency a note is about every balance of its customer.
    documents
        They say in which currencies a customer has balances.
    """
    accounts = documents[["customer_id", "currency"]].drop_duplicates()
    of_all = said["currency"].eq("")
    spread = said[of_all].reset_index(names="at").drop(columns="currency").merge(accounts, on="customer_id", how="left")
    spread = spread.assign(currency=spread["currency"].astype("str").fillna(""), of_all=True)
    both = pd.concat([spread, said[~of_all].reset_index(names="at").assign(of_all=False)])
    return both.sort_values("at", kind="stable", ignore_index=True).drop(columns="at")


def newest(said: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    """The newest word on each document, or whole account or balance of it, and kind; ``said`` as `known_notes` returns it.

    A word on all balances takes the place of earlier ones on single balances.
    """
    key = ["customer_id", "document_id", "kind"]
    chosen = said[said["kind"].isin(kinds)].drop_duplicates([*key, "currency"], keep="last")
    if chosen["currency"].eq("").all():
        return chosen
    place = pd.Series(range(len(chosen)), index=chosen.index)
    on_all = place.where(chosen["currency"].eq("")).groupby([chosen[name] for name in key]).transform("max")
    return chosen[~place.lt(on_all)]


def standing(
    notes: pd.DataFrame | None,
    as_of: pd.Timestamp,
    policy: Policy = DEFAULT,
    *,
    documents: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What still stands on a day, the newest word on each document or account and kind, shape `NOTES`.

    Disputes not resolved, promises whose day and the policy's grace have not passed, plans agreed and holds not ended,
    credit notes promised. What is ended for a whole account is ended for its single documents too, as far as it was said
    until then.

    Parameters
    ----------
    documents
        If given, a row for each balance that a note is about, as `by_balance` makes them.
    """
    known = known_notes(notes, as_of)
    known = known if documents is None else by_balance(known, documents)
    last = newest(known, ("dispute", "promise", "plan", "hold", "credit_pending"))
    grace = pd.to_timedelta(policy.contact.promise_grace_days, unit="D")
    promise, plan = last["kind"].eq("promise"), last["kind"].eq("plan")
    in_time = (~promise & (last["until"].isna() | last["until"].ge(as_of))) | (promise & (last["until"] + grace).ge(as_of))
    ended = last["outcome"].isin(CLOSED) | (plan & last["outcome"].isin(NOT_AGREED))
    return last[in_time & ~ended & ~_ended_as_a_whole(last)].reset_index(drop=True)


def _ended_as_a_whole(last: pd.DataFrame) -> pd.Series:
    """Marks what stood on single documents until a later word ended it for their whole account, or for all balances."""
    place = pd.Series(last.index, index=last.index, dtype="float64")
    whole = last["outcome"].isin(CLOSED) & last["document_id"].eq("")
    customer, kind, currency = (last[name] for name in ("customer_id", "kind", "currency"))
    on_balance = place.where(whole).groupby([customer, kind, currency]).transform("max")
    on_all = place.where(whole & currency.eq("")).groupby([customer, kind]).transform("max")
    return last["document_id"].ne("") & (place.lt(on_balance) | place.lt(on_all))


def broken_promises(documents: pd.DataFrame, notes: pd.DataFrame | None, policy: Policy = DEFAULT) -> pd.DataFrame:
    """Promises whose day passed without the money, one row per promise, shape `NOTES`, with the flag ``still_open``.

    A promise about a document is broken when that was settled after the promised day, or is owed with the day past; the
    policy's days of grace are granted. One about the whole account, or one balance of it, is about what was past due when it
    was given, the oldest first up to the promised amount; if nothing was, about what falls due by the promised day. What an
    outcome calls kept is kept.
    """
    as_of = documents["as_of"].max()
    said = known_notes(notes, as_of)
    promises = said[said["kind"].eq("promise") & said["outcome"].ne("kept")].reset_index(drop=True)
    deadline = promises["until"] + pd.to_timedelta(policy.contact.promise_grace_days, unit="D")
    about = _promised(promises, documents)
    by_then = look_up(about["promise"], deadline)
    owed = about["open_amount"].gt(0)
    missed = (owed & by_then.lt(as_of)) | about["settled_on"].gt(by_then)
    found = pd.DataFrame({"owed": owed, "missed": missed}).groupby(about["promise"]).any()
    found = found.reindex(promises.index, fill_value=False)
    return promises.assign(still_open=found["owed"])[found["missed"] | promises["outcome"].eq("broken")]


def _promised(promises: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """What each promise is about: one row per promise (its index as ``promise``) and document."""
    theirs = documents.loc[documents["customer_id"].isin(promises["customer_id"]) & documents["amount"].gt(0)]
    theirs = theirs[["customer_id", "currency", "document_id", "amount", "open_amount", "due_date", "settled_on"]]
    said = promises[["customer_id", "currency", "document_id", "date", "until", "amount"]]
    both = said.rename_axis("promise").reset_index().merge(theirs, on="customer_id", suffixes=("_said", ""))
    single = both["document_id_said"].ne("")
    here = both["document_id_said"].eq(both["document_id"]) | ~single
    here &= both["currency_said"].eq("") | both["currency_said"].eq(both["currency"])
    here &= both["settled_on"].isna() | both["settled_on"].ge(both["date"])
    both = both[here & (single | both["due_date"].le(both["until"]))]
    # of the account what was past due then, if anything was; of a document in parts, those due by the day
    then = both["due_date"].lt(both["date"]).where(both["document_id_said"].eq(""), both["due_date"].le(both["until"]))
    both = both[then | ~then.groupby(both["promise"]).transform("any")]
    both = both.sort_values(["promise", "due_date", "document_id"], kind="stable")
    minor = pd.Series(to_minor(both["amount"], both["currency"]), index=both.index)
    limit = pd.Series(to_minor(both["amount_said"].fillna(0), both["currency"]), index=both.index)
    older = minor.groupby([both["promise"], both["currency"]]).cumsum() - minor
    return both[older.lt(limit) | both["amount_said"].isna() | both["document_id_said"].ne("")]
