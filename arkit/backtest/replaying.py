"""The past month-ends again: the list of each, made with what was known then, and what came after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from arkit.actions import recommend
from arkit.errors import DayRefused, counted
from arkit.history import profile
from arkit.ledger import Ledger, parse_day
from arkit.money import to_minor, units
from arkit.netting import net_of_credits
from arkit.notes import CLOSED
from arkit.policy import DEFAULT, Policy
from arkit.scores import score
from arkit.tables import ACTIONS

#: Days after a month-end at which one looks what is still unpaid.
HORIZONS = (30, 60, 90)
#: Actions that ask nobody for anything, and what their account is called where a rule about these facts decided: somebody was
#: in touch just before, or a day that was set has not passed. It is being worked on, and counts as on the list.
IDLE, IN_HAND = ("none", "hold"), "in hand"
WORKED_ON = ("days_since_contact", "deadline_runs")
ACCOUNT = ["customer_id", "currency"]
#: What makes two rows of two days one document.
DOCUMENT = ["entity", "customer_id", "currency", "document_id", "instalment"]
#: Where lists of open items tell, the list nearest to the day asked for answers for it, if it is not farther off than this.
NEAR = pd.Timedelta(days=10)
#: Kinds of notes whose outcome comes later than they do; of the first two each note is a matter of its own.
EACH, MATTERS = ("promise", "plan"), ("promise", "plan", "dispute", "hold", "credit_pending")
#: Columns of a list that are kept.
LISTED = [
    "as_of", *ACCOUNT, "name", "action", "rule", "priority", "at_stake", "blocked_amount", "oldest_days_late", "score",
]  # fmt: skip


@dataclass(frozen=True)
class Past:
    """What the replay found: ``lists``, one row per month-end and account, and ``items``, one per month-end and open invoice.

    Money in ``items`` is in minor units: ``open`` is what credits leave of it on the month-end; ``left_30`` what of that was
    still open or was written off 30 days later, where ``known_30``. ``done_on`` is the day it was settled by ``until`` (by
    money or credit), ``lost_on`` the day it began to count as lost.
    """

    until: pd.Timestamp
    days: list[pd.Timestamp]
    lists: pd.DataFrame
    items: pd.DataFrame
    remarks: list[str]


def look_back(ledger: Ledger, until: str | pd.Timestamp, months: int | None, policy: Policy) -> Past:
    """Every month-end before a day again, and what was known by that day of what came after."""
    asked = parse_day(until)
    known, last = _known(ledger, asked)
    wanted = months or policy.backtest.months
    days = [day for day in known.month_ends(last, wanted + 1) if day < last][-wanted:]
    _must_tell(known, days, last)
    lists, items = zip(*(_on(known, day, policy) for day in days), strict=True)
    every = pd.concat(items, ignore_index=True)
    every = _later(known, every, last, policy).merge(_ends(known, last, policy), on=DOCUMENT, how="left")
    return Past(last, days, pd.concat(lists, ignore_index=True), every, [*_remarks(known, days, (last, asked), wanted)])


def as_then(notes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The notes as they stood on a day: nothing dated later, and no outcome that was filled in later.

    What ends a promise, plan, dispute or hold stands in the note's own row and has no day. It counts from the day after
    ``until``; without that day only where the row is a later word on the same matter, which has a day of its own.
    """
    said = notes[notes["date"].le(day)].sort_values("date", kind="stable")
    later_word = said.duplicated(["customer_id", "document_id", "kind"]) & ~said["kind"].isin(EACH)
    ended = said["kind"].isin(MATTERS) & said["outcome"].str.lower().isin(CLOSED)
    told = ~ended | said["until"].lt(day) | later_word
    return said.assign(outcome=said["outcome"].where(told, ""))


def _known(ledger: Ledger, asked: pd.Timestamp) -> tuple[Ledger, pd.Timestamp]:
    """The books as they were on a day, and the last day they can answer for."""
    known = ledger.until(asked)
    if known.days is None:
        first = ledger.days[0] if ledger.days else None
        raise DayRefused(
            f"nothing is known by {asked:%Y-%m-%d}.",
            expected=f"a day some months after {first:%Y-%m-%d}, when the books begin" if first else "exports with postings",
            got="no posting up to that day",
            fix="say a later --until" if first else "add the export that lists the invoices",
        )
    return known, min(asked, known.days[-1])


def _must_tell(known: Ledger, days: list[pd.Timestamp], last: pd.Timestamp) -> None:
    """Refuse what cannot show anything: no month-end with 30 days after it, or nothing that was ever settled."""
    first = known.days[0] if known.days else last
    if not days or (last - days[0]).days < HORIZONS[0] - 2:
        raise DayRefused(
            "the books are too short to look back.",
            expected="a month-end, or a list of open items, and a month of what came after it",
            got=f"books from {first:%Y-%m-%d} to {last:%Y-%m-%d}",
            fix="add lists of open items of earlier days, or a list of invoices with the days they were paid on"
            if len(known.snapshots)
            else "add older exports, or say a later --until",
        )
    documents = known.at(last)
    if not (documents["kind"].eq("invoice") & documents["settled"]).any():
        raise DayRefused(
            "no invoice was ever settled, so nobody can tell who paid later.",
            expected="invoices and what was paid on them",
            got=f"{counted(len(documents), 'document')} by {last:%Y-%m-%d}, none of them a settled invoice",
            fix="add the export that lists the payments",
        )


def list_before(ledger: Ledger, day: str | pd.Timestamp, policy: Policy = DEFAULT) -> pd.DataFrame:
    """The list that the month-end before a day would have brought with what was known then, shape `ACTIONS`.

    Where the books hold lists of open items, the one before the day stands for the month-end; without rows where they do not
    reach that far back.
    """
    before = [end for end in ledger.month_ends(day, 2) if end < parse_day(day)]
    return _listed(ledger.until(before[-1]), before[-1], policy)[0] if before else ACTIONS.empty()


def _listed(known: Ledger, day: pd.Timestamp, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The list of one day, and the documents it was made from."""
    documents, notes = known.at(day), as_then(known.notes, day)
    profiles = profile(documents, policy, notes=notes)
    scores = score(profiles, policy)
    return recommend(documents, scores, notes, policy, profiles=profiles, customers=known.customers), documents


def _on(known: Ledger, day: pd.Timestamp, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The list of one day, and the invoices that were open on it."""
    actions, documents = _listed(known, day, policy)
    actions = actions[LISTED]
    in_hand = actions["rule"].isin([rule.rule for rule in policy.ladder if set(rule.when) & {*WORKED_ON}])
    in_hand &= actions["action"].isin(IDLE)
    actions = actions.assign(flagged=~actions["action"].isin(IDLE) | in_hand)
    is_open = documents[documents["open_amount"].ne(0)]
    net = net_of_credits(is_open)
    items = is_open.assign(open=net)[is_open["kind"].eq("invoice") & net.gt(0)]
    items = items[["as_of", *DOCUMENT, "due_date", "amount", "open", "days_late"]]
    items = items[~_remainder(items["open"], items, policy)]
    listed = actions[actions["flagged"] | actions["at_stake"].gt(0)]
    steps = actions.assign(action=actions["action"].mask(in_hand, IN_HAND))[[*ACCOUNT, "action", "flagged"]]
    return listed, items.merge(steps, on=ACCOUNT, how="left")


def _remainder(minor: pd.Series, items: pd.DataFrame, policy: Policy) -> pd.Series:
    """What is too small to count as unpaid, as everywhere else: below the policy's amount and its share of the invoice."""
    left = minor / units(items["currency"])
    return left.le(policy.contact.small) & left.le(policy.history.remainder_share * items["amount"])


def _later(known: Ledger, items: pd.DataFrame, last: pd.Timestamp, policy: Policy) -> pd.DataFrame:
    """What of each item was still open, or had been written off, some days later."""
    lists = pd.DatetimeIndex(known.days or []) if len(known.snapshots) else None
    given_up = _given_up(known)
    for horizon in HORIZONS:
        answer = items["as_of"].map({day: _answers(day, horizon, last, lists) for day in items["as_of"].unique()})
        then = items.assign(answer=answer.astype("datetime64[s]"))
        days = sorted(then["answer"].dropna().unique())
        later = known.open_items([pd.Timestamp(day) for day in days])
        later = later[[*DOCUMENT, "as_of"]].assign(then=to_minor(later["open_amount"], later["currency"]))
        later = later.rename(columns={"as_of": "answer"}).drop_duplicates([*DOCUMENT, "answer"])
        still = then.merge(later, on=[*DOCUMENT, "answer"], how="left")["then"].fillna(0).clip(lower=0).astype("int64")
        unpaid = still + _between(then, given_up)
        left = unpaid.clip(upper=items["open"]).where(then["answer"].notna(), 0)
        items = items.assign(
            **{
                f"known_{horizon}": then["answer"].notna(),
                f"left_{horizon}": left.astype("int64"),
                f"unpaid_{horizon}": left.gt(0) & ~_remainder(left, items, policy),
            }
        )
    return items


def _answers(day: pd.Timestamp, horizon: int, last: pd.Timestamp, lists: pd.DatetimeIndex | None) -> Any:  # noqa: ANN401 - a day or none
    """The day that says what was open some days later; none where that is not known yet."""
    wanted = day + pd.Timedelta(days=horizon)
    if lists is not None:
        near = lists[(lists > day) & (lists <= last) & (lists >= wanted - NEAR) & (lists <= wanted + NEAR)]
        return near[int(np.abs((near - wanted).days).argmin())] if len(near) else pd.NaT
    return wanted if wanted <= last else pd.NaT


def _given_up(known: Ledger) -> pd.DataFrame:
    """Every write-off: which document, when, and how much in minor units."""
    rows = known.entries[known.entries["kind"].eq("write_off")]
    return rows[[*DOCUMENT[:4], "date"]].assign(written=-to_minor(rows["amount"], rows["currency"]))


def _between(items: pd.DataFrame, given_up: pd.DataFrame) -> np.ndarray:
    """What was written off of each item after its month-end and up to the day that answers, in minor units."""
    pairs = items.assign(place=np.arange(len(items)))[["place", "as_of", "answer", *DOCUMENT[:4]]]
    pairs = pairs.merge(given_up, on=DOCUMENT[:4])
    pairs = pairs[pairs["date"].gt(pairs["as_of"]) & pairs["date"].le(pairs["answer"])]
    return pairs.groupby("place")["written"].sum().reindex(range(len(items)), fill_value=0).to_numpy("int64")


def _ends(known: Ledger, last: pd.Timestamp, policy: Policy) -> pd.DataFrame:
    """How each invoice ended by the last day: ``done_on``, ``lost_on`` and why it counts as lost."""
    documents = known.at(last)
    invoices = documents[documents["kind"].eq("invoice")].drop_duplicates(DOCUMENT)
    open_now = pd.Series(to_minor(invoices["open_amount"], invoices["currency"]), index=invoices.index)
    written = pd.Series(to_minor(invoices["written_off"].fillna(0), invoices["currency"]), index=invoices.index)
    given_up = written.gt(0) & ~_remainder(written, invoices, policy)
    small = _remainder(open_now, invoices, policy) | open_now.le(0)
    done_on = invoices["settled_on"].fillna(invoices["last_paid_on"]).where(small & ~given_up)
    first = _given_up(known).groupby(DOCUMENT[:4], as_index=False)["date"].min()
    written_on = invoices[DOCUMENT[:4]].merge(first, on=DOCUMENT[:4], how="left")["date"].set_axis(invoices.index)
    bound = invoices["due_date"] + pd.to_timedelta(policy.backtest.lost_after_days, unit="D")
    too_old = (done_on.isna() | done_on.gt(bound)) & bound.lt(last)
    old_on = (bound + pd.Timedelta(days=1)).where(too_old)
    written_on = written_on.where(given_up)
    return invoices[DOCUMENT].assign(
        done_on=done_on,
        lost_on=np.fmin(old_on, written_on),
        how=np.where(written_on.le(old_on) | (written_on.notna() & old_on.isna()), "written off", "too old"),
        end_known=done_on.notna() | given_up | bound.lt(last),
    )


def _remarks(known: Ledger, days: list[pd.Timestamp], ends: tuple[pd.Timestamp, pd.Timestamp], wanted: int) -> Iterator[str]:
    """What to know before one believes any of it."""
    last, asked = ends
    if asked > last:
        yield f"The books end on {last:%Y-%m-%d}: nothing later is known, so that day is the last one looked at."
    if len(days) < wanted:
        yield f"Only {counted(len(days), 'month-end')} could be replayed: the books begin on {known.days[0]:%Y-%m-%d}."  # pyright: ignore[reportOptionalSubscript]
    if len(known.snapshots):
        yield "Lists of open items do not say on which day money came: 30 days later is the list nearest to that day."
    if not len(known.notes):
        yield "No notes were read: contacts, promises and disputes of the time are unknown, and no rule about them could hold."
    undated = known.notes["outcome"].str.lower().isin(CLOSED) & known.notes["kind"].isin(MATTERS) & known.notes["until"].isna()
    undated &= ~known.notes.duplicated(["customer_id", "document_id", "kind"])
    if undated.any():
        yield (
            f"Outcomes of promises, plans, disputes or holds without a day of their own: {undated.sum():,}, taken as not yet "
            "known on every day."
        )
    if known.customers[["do_not_contact", "is_individual", "strategic"]].any(axis=None):
        yield "Marks of customers (do not contact, sole trader, strategic) carry no day: those of today stand for the past too."
