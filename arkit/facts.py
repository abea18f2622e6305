"""Everything a rule of the ladder may ask about, one row per account: what is owed, how it was paid, what was said."""

import numpy as np
import pandas as pd

from arkit.money import texts, to_major, to_minor
from arkit.netting import net_of_credits
from arkit.notes import (
    BY_POST,
    GONE,
    HARDSHIP,
    NOT_RECEIVED,
    UNREACHED,
    broken_promises,
    by_balance,
    came_back,
    known_notes,
    newest,
    not_arrived,
    one_word,
)
from arkit.policy import DEFAULT, Policy
from arkit.shapes import look_up
from arkit.tables import CONTACT_KINDS, CUSTOMERS, FORECASTS, PROFILES, ROUTES, SCORES, SETS_A_DAY
from arkit.workdays import workdays

ACCOUNT = ["customer_id", "currency"]
ITEM = ["customer_id", "currency", "document_id", "entity", "instalment"]
#: The money fact of each kind of block that is about documents.
OF_KIND = {
    "dispute": "disputed", "credit_pending": "credit_pending", "plan": "on_plan", "promise": "promised", "hold": "on_hold",
    "po_missing": "po_missing", "pay_day": "pay_day", "remainder": "remainders",
}  # fmt: skip
OF_ACCOUNT = {"do_not_contact": "do_not_contact", "insolvency": "insolvent", "handed_over": "handed_over"}
#: The facts that count contacts, and the kinds of notes each counts.
COUNTED = {
    "contacts": CONTACT_KINDS, "reminders": ("reminder", "resend", "letter"), "calls": ("call", "contact_ap"),
    "notices": ("firm_notice",), "demands": ("final_demand",), "mediations": ("mediation",),
}  # fmt: skip
#: What is said in a conversation, so that somebody was in touch.
TALKED = ("promise", "plan", "dispute")
MONTH, YEAR = 30, 365


def facts(
    documents: pd.DataFrame,
    blocks: pd.DataFrame,
    scores: pd.DataFrame,
    notes: pd.DataFrame | None = None,
    policy: Policy = DEFAULT,
    *,
    profiles: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    forecasts: pd.DataFrame | None = None,
    routes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row per customer and currency with an open balance: every fact of `ladder.FACTS`, and what sentences need.

    Besides the facts and words: ``name``, ``documents`` (those to be asked for, in words), ``blocked_by``, ``gain``, and
    ``oldest_of_all``, the days late of the oldest before credits and blocks.

    Raises
    ------
    TableRefused
        If scores, profiles, forecasts or routes are another table.
    """
    _must_be_these(scores, profiles, forecasts, routes)
    is_open = _open_items(documents, blocks)
    as_of, known = is_open["as_of"].max(), CUSTOMERS.conform(customers).drop_duplicates("customer_id")
    found = _credit_elsewhere(_owed(is_open, blocks, policy), policy)
    found = _history(found, scores, profiles, documents).merge(_marks(known), on="customer_id", how="left")
    found = found.assign(as_of=as_of, name=found["name"].fillna(found["customer_id"]), grace_days=policy.contact.grace_days)
    marks = {name: found[name].eq(True) for name in ("needs_person", "direct_debit")}
    found = found.assign(segment=found["segment"].fillna(""), **marks)
    found = _judged(found, policy)
    found = _said(found, is_open, by_balance(known_notes(notes, as_of), found), policy)
    found = _promises(found, by_balance(broken_promises(documents, notes, policy), found), blocks)
    found = _days_left(found, is_open, known, known_notes(notes, as_of), policy)
    gain = _lost_by_waiting(is_open, forecasts, policy)
    gain = found[ACCOUNT].merge(gain, on=ACCOUNT, how="left")["gain"].fillna(0).set_axis(found.index)
    return found.assign(gain=gain, court_gain=_court_gain(found, routes))


def without_blocks(found: pd.DataFrame, policy: Policy = DEFAULT) -> pd.DataFrame:
    """The same accounts as if nothing stood in the way: no credit, no block, no mark of the customer."""
    bare = found.assign(
        overdue_net=found["overdue"],
        chaseable=found["overdue"],
        oldest_days_late=found["oldest_of_all"],
        **dict.fromkeys([*OF_KIND.values(), "credit"], 0.0),
        **dict.fromkeys(OF_ACCOUNT.values(), False),
    )
    return _judged(bare, policy)


def _must_be_these(
    scores: pd.DataFrame, profiles: pd.DataFrame | None, forecasts: pd.DataFrame | None, routes: pd.DataFrame | None
) -> None:
    """Another table would leave every customer without a score, a norm or a chance, and nothing would say so."""
    SCORES.must_have(scores, "customer_id", "score")
    for table, frame, names in (
        (PROFILES, profiles, ("customer_id", "n_settled", "norm_high")),
        (FORECASTS, forecasts, ("customer_id", "document_id", "p_30")),
        (ROUTES, routes, ("customer_id", "currency", "route", "eligible", "net")),
    ):
        if frame is not None:
            table.must_have(frame, *names)


def _open_items(documents: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Open documents, oldest first, with minor units: ``minor`` open, ``net`` after credits, ``left`` after blocks too.

    One due before its day of issue is late since that day, and by a day at least.
    """
    is_open = documents.loc[documents["open_amount"].ne(0)].sort_values(["due_date", "document_id"], kind="stable")
    since_issue = (is_open["as_of"] - is_open["issued"]).dt.days.clip(lower=1)
    is_open = is_open.assign(
        days_late=is_open["days_late"].clip(upper=since_issue),
        **{name: "" for name in ("entity", "instalment") if name not in is_open},
        minor=to_minor(is_open["open_amount"], is_open["currency"]),
        net=net_of_credits(is_open),
        late=is_open["days_late"].gt(0) & is_open["open_amount"].gt(0),
    )
    single = blocks[blocks["document_id"].ne("")]
    taken = single.assign(taken=to_minor(single["amount"], single["currency"])).groupby(ITEM)["taken"].sum()
    taken = taken.reindex(pd.MultiIndex.from_frame(is_open[ITEM])).fillna(0).astype("int64")
    return is_open.assign(left=is_open["net"] - taken.to_numpy())


def _owed(is_open: pd.DataFrame, blocks: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The facts that documents give; money in major units."""
    late, contact = is_open["late"], policy.contact
    days = is_open["days_late"]
    large = is_open["net"].ge(to_minor(pd.Series(contact.nudge_from, is_open.index), is_open["currency"]))
    soon = large & days.between(-contact.nudge_days, 0)
    minor = pd.DataFrame(
        {
            "balance": is_open["minor"],
            "credit": -is_open["minor"].clip(upper=0),
            "overdue": is_open["minor"].where(late, 0),
            "overdue_net": is_open["net"].where(late, 0),
            "chaseable": is_open["left"].where(late, 0),
            "due_soon": is_open["left"].where(soon, 0),
        }
    )
    found = minor.groupby([is_open[name] for name in ACCOUNT]).sum()
    single = blocks[blocks["document_id"].ne("")]
    parts = single.assign(minor=to_minor(single["past_due"], single["currency"]), kind=single["kind"].map(OF_KIND))
    by_kind = parts.pivot_table(index=ACCOUNT, columns="kind", values="minor", aggfunc="sum")
    found = found.join(by_kind.reindex(columns=list(OF_KIND.values())), how="left").fillna(0).astype("int64")
    currency = found.index.get_level_values("currency").to_series()
    found = pd.DataFrame({name: to_major(found[name].to_numpy(), currency) for name in found}, index=found.index)
    chased = is_open[late & is_open["left"].gt(0)]
    groups = {
        "oldest_days_late": chased.groupby(ACCOUNT)["days_late"].max(),
        "oldest_any": is_open[late & is_open["net"].gt(0)].groupby(ACCOUNT)["days_late"].max(),
        "oldest_of_all": is_open[late].groupby(ACCOUNT)["days_late"].max(),
        "next_due": is_open[soon].groupby(ACCOUNT)["due_date"].min(),
        "documents": _listed(chased),
        "blocked_by": blocks.drop_duplicates([*ACCOUNT, "kind"]).groupby(ACCOUNT)["kind"].agg(", ".join),
    }
    found = found.join(pd.DataFrame({name: group.reindex(found.index) for name, group in groups.items()}))
    oldest = found["oldest_days_late"].fillna(found.pop("oldest_any")).fillna(0).astype("int64")
    words = {name: found[name].fillna("") for name in ("documents", "blocked_by")}
    return found.assign(oldest_days_late=oldest, oldest_of_all=found["oldest_of_all"].fillna(0), **words).reset_index()


def _listed(chased: pd.DataFrame, most: int = 5) -> pd.Series:
    """The documents of each account in words, oldest first: 'A, B and 3 more'."""
    by = chased.groupby(ACCOUNT)
    shown = chased[by.cumcount() < most].groupby(ACCOUNT)["document_id"].agg(", ".join)
    rest = (by.size() - most).clip(lower=0)
    return shown + np.where(rest > 0, " and " + rest.astype("str") + " more", "")


def _history(found: pd.DataFrame, scores: pd.DataFrame, profiles: pd.DataFrame | None, documents: pd.DataFrame) -> pd.DataFrame:
    """Score, norm, part payments and how many invoices there were; where open items do not show payments, unknown, not none."""
    judged = scores.reindex(columns=["customer_id", "score", "grade"]).drop_duplicates("customer_id")
    found = found.merge(judged, on="customer_id", how="left")
    wanted = [
        "n_settled",
        "part_paid",
        "norm_low",
        "norm_high",
        "late_share",
        "tenure_days",
        "volume",
        "volume_currency",
        "habit",
    ]
    history = PROFILES.empty() if profiles is None else profiles
    history = history.reindex(columns=["customer_id", *wanted]).drop_duplicates("customer_id")
    found = found.merge(history, on="customer_id", how="left")
    invoices = documents[documents["kind"].eq("invoice")]
    unknown = invoices.loc[invoices["paid_amount"].isna(), "customer_id"]
    shows = documents["kind"].eq("payment").any() or invoices["payments"].gt(0).any()
    known = ~found["customer_id"].isin(unknown) & bool(shows)
    if profiles is not None:
        found[["n_settled", "part_paid"]] = found[["n_settled", "part_paid"]].fillna(0)
    volume = found["volume"].where(found["volume_currency"].eq(found["currency"]) & found["volume"].gt(0))
    norm_high = found["norm_high"].clip(lower=0)
    return found.assign(
        score=found["score"].fillna(50),
        grade=found["grade"].fillna(""),
        norm_high=norm_high,
        invoices=look_up(found["customer_id"], invoices.groupby("customer_id").size()).fillna(0),
        first_invoice=look_up(found["customer_id"], invoices.groupby("customer_id")["issued"].min()).astype("datetime64[s]"),
        books_from=documents["issued"].min(),
        n_settled=found["n_settled"].where(known | found["n_settled"].gt(0)),
        norm=_norm_words(found["norm_low"], norm_high),
        pays_on=found["habit"].fillna("").where(found["habit"].fillna("").ne(""), "it pays on a day of its own"),
        volume=volume,
    )


def _norm_words(low: pd.Series, high: pd.Series) -> pd.Series:
    """A customer's norm in words: 'paid 2 to 9 days late', 'paid on time'."""
    first, last = (side.fillna(0).clip(lower=0).astype("int64") for side in (low, high))
    span = last.astype("str").where(first.eq(last), first.astype("str") + " to " + last.astype("str"))
    words = span.radd("paid ").add(" days late").where(last.gt(0), "paid on time")
    return words.where(high.notna(), "no norm known yet")


def _judged(found: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """How far the oldest is beyond the customer's norm, the days of patience left, and how much of its volume is at stake."""
    contact = policy.contact
    a_year = found["tenure_days"].ge(YEAR) | (found["as_of"] - found["since"]).dt.days.ge(YEAR)
    loyal = a_year & found["score"].ge(contact.loyal_score)
    patience = contact.patience_days + np.where(loyal, contact.loyal_days, 0)
    patience = np.maximum(patience, found["norm_high"].clip(upper=contact.norm_days).fillna(0))
    before = pd.to_timedelta(contact.new_days, unit="D")
    older = found["first_invoice"].isna() | (found["since"] + before).lt(found["first_invoice"])
    return found.assign(
        new_customer=~older & (found["books_from"] + before).le(found["first_invoice"]),
        breaks_norm_days=found["oldest_days_late"] - found["norm_high"],
        patience_left=patience - found["oldest_days_late"],
        share_of_volume=found["chaseable"] / found["volume"],
    )


def _marks(known: pd.DataFrame) -> pd.DataFrame:
    """What customers are marked with: one row per customer."""
    return known[["customer_id", "name", "segment", "since", "insolvent_since", "is_individual", "direct_debit"]].assign(
        needs_person=known["is_individual"] | known["strategic"]
    )


def _credit_elsewhere(found: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Whether a balance of the same customer in another currency is in credit, by more than is small, and by how much."""
    ahead = found[found["balance"].le(-policy.contact.small)]
    said = texts(-ahead["balance"], ahead["currency"]).groupby(ahead["customer_id"]).agg(", ".join)
    elsewhere = found["customer_id"].isin(ahead["customer_id"]) & found["balance"].gt(0)
    return found.assign(
        credit_elsewhere=elsewhere, other_credit=look_up(found["customer_id"], said).where(elsewhere).fillna("").astype("str")
    )


def _returned(account: pd.Series, late: pd.DataFrame, touched: pd.Series) -> dict[str, pd.Series]:
    """How many documents past due had a payment returned unpaid, when last, and whether nobody was in touch since."""
    back = late[late["returned_on"].notna()]
    last = look_up(account, back.groupby(_account(back))["returned_on"].max()).astype("datetime64[s]")
    return {
        "returned": look_up(account, back.groupby(_account(back)).size()).fillna(0),
        "returned_on": last,
        "returned_since": last.notna() & ~touched.ge(last),
    }


def _said(found: pd.DataFrame, is_open: pd.DataFrame, said: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Contacts about what is open, since the oldest fell due: how many of each kind, their deadlines, the answers."""
    as_of = found["as_of"].max()
    customer, account = found["customer_id"], _account(found)
    said = said.assign(account=_account(said), answer=one_word(said["outcome"]))
    back, said = said[came_back(said)], said[~not_arrived(said)]
    late = is_open[is_open["late"]]
    touched = said[said["kind"].isin([*CONTACT_KINDS, *TALKED])]
    about = said["document_id"].eq("") | pd.MultiIndex.from_frame(said[["customer_id", "document_id"]]).isin(
        pd.MultiIndex.from_frame(late[["customer_id", "document_id"]])
    )
    fell_due = look_up(said["customer_id"], late.groupby("customer_id")["due_date"].min())
    since = said[about & said["date"].ge(fell_due)]
    set_by = since[since["kind"].isin(SETS_A_DAY)]
    person = set_by["customer_id"].isin(found.loc[found["is_individual"].eq(True), "customer_id"])
    set_by = set_by.assign(deadline=set_by["until"].fillna(answer_by(set_by["kind"], person, set_by["date"], policy)))
    passed = set_by[set_by["deadline"].lt(as_of)]
    newest_set = set_by.drop_duplicates("account", keep="last").set_index("account")["deadline"]

    def each(rows: pd.DataFrame) -> pd.Series:
        return look_up(account, rows.groupby("account").size()).fillna(0)

    def among(rows: pd.DataFrame) -> pd.Series:
        return account.isin(rows["account"])

    calls = since[since["kind"].isin(COUNTED["calls"])]
    reached = calls[~calls["outcome"].isin(["", *UNREACHED])].groupby("account")["date"].max()
    missed = calls[calls["outcome"].isin(UNREACHED) & ~calls["date"].le(look_up(calls["account"], reached))]
    answers = since[["outcome", "reason"]].apply(one_word)
    absent = since[answers.isin(NOT_RECEIVED).any(axis=1)]
    again = look_up(absent["account"], since[since["kind"].eq("resend")].groupby("account")["date"].max())
    deadline = look_up(account, newest_set)
    last_touch = look_up(customer, touched.groupby("customer_id")["date"].max()).astype("datetime64[s]")
    lost_on = look_up(customer, back.groupby("customer_id")["date"].max()).astype("datetime64[s]")
    talked = said["kind"].isin(COUNTED["calls"]) & ~said["answer"].isin(["", *UNREACHED])
    heard = said[talked | said["kind"].isin([*BY_POST, *TALKED])].groupby("customer_id")["date"].max()
    return found.assign(
        **{name: each(since[since["kind"].isin(kinds)]) for name, kinds in COUNTED.items()},
        **_returned(account, late, last_touch),
        **_gone(customer, said),
        days_since_contact=(as_of - last_touch).dt.days,
        undelivered=lost_on.notna() & ~look_up(customer, heard).ge(lost_on),
        undelivered_on=lost_on,
        unreached=each(missed),
        deadline=deadline,
        deadline_runs=deadline.ge(as_of),
        notice_expired=among(passed[passed["kind"].eq("firm_notice")]),
        demand_expired=among(passed[passed["kind"].eq("final_demand")]),
        hardship=among(since[answers.isin(HARDSHIP).any(axis=1)]),
        not_received=among(absent[~again.ge(absent["date"])]),
        supply_stopped=_still(customer, said, "supply_stopped"),
        agency_returned=_last_outcome(customer, said, "handed_over").eq("returned"),
        **_plans(account, said, late, policy),
    )


def _gone(customer: pd.Series, said: pd.DataFrame) -> dict[str, pd.Series]:
    """Whether a note that nobody took back says that the customer is no more, and its words."""
    words = said[["outcome", "reason"]].apply(one_word)
    told = said.assign(gone_words=said["reason"].where(words["reason"].isin(GONE), said["outcome"]))
    told = told[words.isin(GONE).any(axis=1)].drop_duplicates("customer_id", keep="last").set_index("customer_id")
    taken_back = said[said["kind"].eq("other") & said["answer"].isin(["resolved", "cancelled"])]
    back_on = look_up(customer, taken_back.groupby("customer_id")["date"].max())
    gone = look_up(customer, told["date"]).notna() & ~back_on.ge(look_up(customer, told["date"]))
    return {"gone": gone, "gone_words": look_up(customer, told["gone_words"]).where(gone).fillna("").astype("str")}


def _account(rows: pd.DataFrame) -> pd.Series:
    """Customer and currency as one key."""
    return rows["customer_id"] + "\n" + rows["currency"]


def _last_outcome(customer: pd.Series, said: pd.DataFrame, kind: str) -> pd.Series:
    """The outcome of each customer's newest note of a kind; empty where there is none."""
    last = said[said["kind"].eq(kind)].drop_duplicates("customer_id", keep="last").set_index("customer_id")["outcome"]
    return look_up(customer, last).fillna("none")


def _still(customer: pd.Series, said: pd.DataFrame, kind: str) -> pd.Series:
    """Whether something was said that nobody ended."""
    return ~_last_outcome(customer, said, kind).isin(["none", "closed", "resolved", "cancelled"])


def answer_by(kind: pd.Series, individual: pd.Series, day: pd.Series, policy: Policy) -> pd.Series:
    """The day that a firm notice or final demand of some day sets: by the policy, and one on which people work.

    ``kind`` says which it is, per row, and ``individual`` whether it goes to a natural person.
    """
    contact = policy.contact
    demand = np.where(individual, contact.demand_days_individual, contact.demand_days)
    days = np.where(kind.eq("firm_notice"), contact.notice_days, demand)
    return workdays(day + pd.to_timedelta(days, unit="D"), contact.days_off)


def _plans(account: pd.Series, said: pd.DataFrame, late: pd.DataFrame, policy: Policy) -> dict[str, pd.Series]:
    """Whether the newest plan was broken (said so, or past its end with something of it open), and whether one was refused."""
    plans = newest(said, ("plan",)).drop_duplicates("account", keep="last").set_index("account")
    oldest = look_up(plans["customer_id"], late.groupby("customer_id")["due_date"].min())
    of_balance = look_up(plans.index.to_series(), late.groupby(_account(late))["due_date"].min())
    oldest = oldest.where(plans["of_all"].to_numpy(bool), of_balance)
    as_of = late["as_of"].max()
    agreed = ~plans["outcome"].isin(["offered", "refused", "kept", "cancelled"])
    broken = plans["outcome"].eq("broken") | (agreed & plans["until"].lt(as_of) & oldest.le(plans["until"]))
    waited = plans["date"].lt(as_of - pd.to_timedelta(policy.contact.notice_days, unit="D"))
    refused = plans["outcome"].eq("refused") | (plans["outcome"].eq("offered") & waited)
    return {
        "plan_broken": account.isin(plans.index[broken.to_numpy(bool)]),
        "plan_refused": account.isin(plans.index[refused.to_numpy(bool)]),
    }


def _promises(found: pd.DataFrame, broken: pd.DataFrame, blocks: pd.DataFrame) -> pd.DataFrame:
    """Promises broken and running, disputes, and until when the account is blocked."""
    customer, as_of = found["customer_id"], found["as_of"]
    broken = broken[broken["still_open"]]
    marks = {kind: blocks[blocks["kind"].eq(kind)] for kind in (*OF_ACCOUNT, "dispute", "promise")}

    def last(rows: pd.DataFrame, column: str, how: str = "max") -> pd.Series:
        return look_up(customer, rows.groupby("customer_id")[column].agg(how)).astype("datetime64[s]")

    disputed_since = last(marks["dispute"], "since", "min")
    return found.assign(
        promises_broken_now=look_up(_account(found), broken.groupby(_account(broken)).size()).fillna(0),
        broken_until=look_up(_account(found), broken.groupby(_account(broken))["until"].max()).astype("datetime64[s]"),
        disputed_since=disputed_since,
        dispute_days=(as_of - disputed_since).dt.days,
        promised_until=last(marks["promise"], "until"),
        held_until=last(blocks[blocks["kind"].isin(["dispute", "credit_pending", "plan", "promise", "hold"])], "until"),
        insolvent_since=found["insolvent_since"].fillna(last(marks["insolvency"], "since", "min")).astype("datetime64[s]"),
        **{fact: customer.isin(marks[kind]["customer_id"]) for kind, fact in OF_ACCOUNT.items()},
    )


def _days_left(
    found: pd.DataFrame, is_open: pd.DataFrame, known: pd.DataFrame, said: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Days left to tell the insurer, and to sue."""
    late = is_open.loc[is_open["late"] & is_open["net"].gt(0), ["customer_id", "currency", "document_id", "due_date"]]
    late = late.merge(known[["customer_id", "country", "insured_until"]], on="customer_id", how="left")
    told = said[said["kind"].eq("reported")]
    whole = told[told["document_id"].eq("")].groupby("customer_id")["date"].max()
    single = pd.MultiIndex.from_frame(late[["customer_id", "document_id"]]).isin(
        pd.MultiIndex.from_frame(told.loc[told["document_id"].ne(""), ["customer_id", "document_id"]])
    )
    is_told = single | look_up(late["customer_id"], whole).ge(late["due_date"])
    insured = late["due_date"].le(late["insured_until"])
    notify = late["due_date"] + pd.to_timedelta(policy.contact.insurer_notify_days, unit="D")
    late = late.assign(told=insured & is_told, notify=notify.where(insured & ~is_told), ends=_barred_from(late, policy))
    by = late.groupby(ACCOUNT).agg(reported=("told", "max"), insurer_deadline=("notify", "min"), barred=("ends", "min"))
    joined = found.merge(by.reset_index(), on=ACCOUNT, how="left")
    return joined.assign(
        reported=joined["reported"].eq(True),
        insurer_days_left=(joined["insurer_deadline"] - joined["as_of"]).dt.days,
        limitation_days_left=(joined["barred"] - joined["as_of"]).dt.days,
    )


def _barred_from(late: pd.DataFrame, policy: Policy) -> pd.Series:
    """The day from which each document can no longer be sued for; missing where no jurisdiction is known."""
    rules = policy.limitation
    codes = {word.strip().casefold(): names.split(",")[0].strip() for names, _ in rules.years for word in names.split(",")}
    years = {names.split(",")[0].strip(): int(12 * count) for names, count in rules.years}
    code = late["country"].fillna("").str.strip().str.casefold().map(codes).fillna(rules.home)
    months = code.map(years)
    start = late["due_date"].where(~code.isin(rules.year_end), late["due_date"] + pd.offsets.YearEnd(0))
    ends = pd.Series(pd.NaT, index=late.index, dtype="datetime64[s]")
    for count in months.dropna().unique():
        here = months.eq(count)
        ends = ends.where(~here, (start + pd.DateOffset(months=int(count))).astype("datetime64[s]"))
    return ends


def _lost_by_waiting(is_open: pd.DataFrame, forecasts: pd.DataFrame | None, policy: Policy) -> pd.DataFrame:
    """Per account what a month of waiting loses: what is left x (chance now - chance in a month) x chance it stays open."""
    chased = is_open[is_open["late"] & is_open["left"].gt(0)]
    months, chances = np.array(sorted(policy.routes.chance_by_months)).T
    now, later = (np.interp((chased["days_late"] + days) / MONTH, months, chances) for days in (0, MONTH))
    stays = pd.Series(1.0, index=chased.index)
    if forecasts is not None and len(forecasts):
        keys = [name for name in ("customer_id", "document_id", "currency", "instalment") if name in forecasts]
        soon = forecasts.drop_duplicates(keys).set_index(keys)["p_30"]
        stays = 1 - chased[keys].join(soon, on=keys)["p_30"].fillna(0)
    lost = pd.Series(np.rint(chased["left"] * (now - later) * stays), index=chased.index).astype("int64")
    by = lost.groupby([chased[name] for name in ACCOUNT]).sum().rename("lost").reset_index()
    return by.assign(gain=to_major(by["lost"].to_numpy(), by["currency"]))[[*ACCOUNT, "gain"]]


def _court_gain(found: pd.DataFrame, routes: pd.DataFrame | None) -> pd.Series:
    """What court is expected to bring above an agency, where court may be taken; missing where nothing was weighed."""
    if routes is None or not len(routes):
        return pd.Series(np.nan, index=found.index)
    net = routes[routes["eligible"]].pivot_table(index=ACCOUNT, columns="route", values="net", aggfunc="first")
    net = net.reindex(columns=["court", "agency"])
    gain = (net["court"] - net["agency"].fillna(0)).rename("gain").reset_index()
    return found[ACCOUNT].merge(gain, on=ACCOUNT, how="left")["gain"].set_axis(found.index)
