"""Plans that were agreed, as notes say them: standing, kept or broken by a day."""

import pandas as pd

from arkit.ledger import Ledger, parse_day
from arkit.plans import follow
from arkit.policy import DEFAULT, Policy
from arkit.tables import INSTALMENTS, NOTES

ACCOUNT = ["customer_id", "currency"]
#: What a note says of a plan in each state.
OUTCOME = {"broken": "broken", "finished": "kept"}


def notes_of_plans(
    instalments: pd.DataFrame, ledger: Ledger, day: str | pd.Timestamp, policy: Policy = DEFAULT
) -> pd.DataFrame:
    """What is to be known on a day of plans that were agreed, shape `NOTES`: one that it was agreed, one what became of it.

    A plan blocks what it is about until its last instalment, unless one is broken: not paid by its day and the grace. Where
    only lists of open items are known, nobody can tell whether it was, and it stands until its end.
    """
    as_of = parse_day(day)
    agreed = INSTALMENTS.conform(instalments)
    agreed = agreed[agreed["as_of"].le(as_of)]
    if not len(agreed):
        return NOTES.empty()
    newest = agreed[agreed["as_of"].eq(agreed.groupby(ACCOUNT)["as_of"].transform("max"))]
    debt = newest.assign(debt=newest["principal"].fillna(newest["amount"]))
    plans = debt.groupby(["as_of", *ACCOUNT], as_index=False).agg(until=("due_on", "max"), amount=("debt", "sum"))
    plans["until"] += pd.to_timedelta(policy.plans.grace_days, unit="D")
    made = plans.rename(columns={"as_of": "date"}).assign(kind="plan", outcome="agreed", source="the book")
    if not len(ledger.entries):
        return NOTES.conform(made)
    states = follow(agreed, ledger, as_of, policy)
    grace = pd.to_timedelta(policy.plans.grace_days + 1, unit="D")
    missed = states["due_on"].where(states["standing"].eq("broken")) + grace
    over = states.assign(date=missed.fillna(states["paid_on"]).fillna(states["due_on"]).clip(upper=as_of))
    over = over[over["plan"].isin(list(OUTCOME))].assign(outcome=over["plan"].map(OUTCOME))
    broken = over["plan"].eq("broken")
    over = over[~broken | over["standing"].eq("broken")].sort_values("date", kind="stable")
    first_broken = over[over["plan"].eq("broken")].drop_duplicates(ACCOUNT)
    ends = pd.concat([first_broken, over[over["plan"].eq("finished")].drop_duplicates(ACCOUNT, keep="last")])
    ends = ends[["date", *ACCOUNT, "outcome"]].assign(kind="plan", source="the book")
    return NOTES.conform(pd.concat([made, ends], ignore_index=True))
