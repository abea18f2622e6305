"""Where open money goes from month to month: into the next bucket, paid, credited or given up; what is lost in the end."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.buckets import bucket_of, names_by_days
from arkit.errors import TableRefused
from arkit.ledger import Ledger, parse_day
from arkit.money import to_major, to_minor
from arkit.policy import DEFAULT, Policy
from arkit.postings import KEY
from arkit.tables import LOSS_RATES, MIGRATIONS

LEVELS = ("document", "balance")
#: Where money ends; what is open is in a bucket.
PAID, CREDITED, GIVEN_UP = "paid", "credited", "written off"
BY = ["group", "currency"]


def migrate(
    ledger: Ledger,
    days: Sequence[str | pd.Timestamp],
    policy: Policy = DEFAULT,
    *,
    level: str = "document",
    by: str | None = None,
) -> pd.DataFrame:
    """How open money moved between consecutive days, usually month-ends, one row per group, state and where to.

    ``document`` follows each document: what was open on it at one day is, at the next, still open in a bucket, paid,
    credited (credit notes, discounts, adjustments) or written off; the shares of a state add up to 1. ``balance`` compares
    bucket totals only, as the books of most firms do: the next bucket at the next day over this bucket at this day. The two
    differ where customers pay the newest first. Credits not yet applied are in neither. Shape `MIGRATIONS`; all pairs of
    days are added together.

    Parameters
    ----------
    days
        ``ledger.month_ends("2026-10-31", 13)`` gives twelve steps.
    by
        A column of the customers, ``segment`` for example; the whole book if left out.

    Raises
    ------
    TableRefused
        If ``level`` is neither, customers have no column ``by``, or there are fewer than two days.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> moves = migrate(ledger, ledger.month_ends("2026-10-31", 13))
    >>> moves.groupby(["currency", "state"])["rate"].sum().round(9).eq(1).all().item()
    True
    """
    wanted = sorted({parse_day(day) for day in days})
    _must_step(wanted, level, ledger, by)
    items = ledger.open_items(wanted)
    items = items[items["open_amount"].gt(0)]
    known = ledger.customers.assign(**{"": ""}).set_index("customer_id", drop=False)[by or ""].astype("str").fillna("")
    items = items.assign(
        group=items["customer_id"].map(known).fillna(""),
        bucket=bucket_of(items["days_late"], policy.aging.edges),
        minor=to_minor(items["open_amount"], items["currency"]),
        step=np.searchsorted(np.array(wanted, dtype="datetime64[s]"), items["as_of"].to_numpy()),
    )
    names = names_by_days(policy.aging.edges)
    moved = _followed(items, ledger, wanted, names) if level == "document" else _compared(items, len(wanted) - 1, names)
    opening = moved.groupby([*BY, "state"])["minor"].transform("sum") if level == "document" else moved["opening"]
    table = moved.assign(
        level=level,
        steps=len(wanted) - 1,
        opening=to_major(opening.to_numpy(), moved["currency"]),
        moved=to_major(moved["minor"].to_numpy(), moved["currency"]),
        rate=formulas.ratio(moved["minor"], opening),
    )
    return MIGRATIONS.conform(table.drop(columns="minor"))[MIGRATIONS.names].reset_index(drop=True)


def _followed(items: pd.DataFrame, ledger: Ledger, days: list[pd.Timestamp], names: list[str]) -> pd.DataFrame:
    """Each open document at one day beside itself at the next, and what took it down in between."""
    key = [*KEY, "instalment"]
    now = items[items["step"].lt(len(days) - 1)]
    later = items[[*key, "step", "bucket", "minor"]].assign(step=items["step"] - 1)
    both = now.merge(later, on=[*key, "step"], how="left", suffixes=("", "_later"))
    entries = ledger.entries
    step = np.searchsorted(np.array(days, dtype="datetime64[s]"), entries["date"].to_numpy()) - 1
    taken = -to_minor(entries["amount"], entries["currency"])
    other = entries["kind"].isin(["credit_note", "discount", "adjustment"])
    parts = {GIVEN_UP: np.where(entries["kind"].eq("write_off"), taken, 0), CREDITED: np.where(other, taken, 0)}
    taken_down = entries[KEY].assign(step=step, **parts)[parts[GIVEN_UP].astype(bool) | parts[CREDITED].astype(bool)]
    both = both.merge(taken_down.groupby([*KEY, "step"], as_index=False).sum(), on=[*KEY, "step"], how="left")
    stays = both["minor_later"].fillna(0).astype("int64").clip(upper=both["minor"])
    gone = both["minor"] - stays
    lost = both[GIVEN_UP].fillna(0).astype("int64").clip(0, gone)
    credited = both[CREDITED].fillna(0).astype("int64").clip(0, gone - lost)
    to = both["bucket_later"].fillna(0).astype("int64")
    moves = [(to, stays), (len(names), gone - lost - credited), (len(names) + 1, credited), (len(names) + 2, lost)]
    long = pd.concat([both[[*BY, "bucket"]].assign(to=where, minor=much) for where, much in moves])
    sums = long[long["minor"].gt(0)].groupby([*BY, "bucket", "to"])["minor"].sum()
    return _named(sums.reset_index(), names)


def _compared(items: pd.DataFrame, steps: int, names: list[str]) -> pd.DataFrame:
    """Each bucket at all days but the last, and the next bucket at all days but the first."""
    sums = items.groupby([*BY, "step", "bucket"], as_index=False)["minor"].sum()
    opening = sums[sums["step"].lt(steps) & sums["bucket"].lt(len(names) - 1)].groupby([*BY, "bucket"])["minor"].sum()
    closing = sums[sums["step"].gt(0) & sums["bucket"].gt(0)].assign(bucket=sums["bucket"] - 1)
    closing = closing.groupby([*BY, "bucket"])["minor"].sum()
    both = pd.DataFrame({"opening": opening, "minor": closing}).fillna(0).astype("int64").reset_index()
    return _named(both.assign(to=both["bucket"] + 1), names)


def _named(moves: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    states = dict(enumerate([*names, PAID, CREDITED, GIVEN_UP]))
    return moves.assign(state=moves["bucket"].map(states), to=moves["to"].map(states)).drop(columns="bucket")


def chances(migrations: pd.DataFrame, currency: str, group: str = "") -> pd.DataFrame:
    """One group's moves as a matrix for `arkit.formulas.eventual`: rows states, columns where to, cells the rates."""
    part = migrations[migrations["currency"].eq(currency) & migrations["group"].eq(group)]
    wide = part.set_index(["state", "to"])["rate"].unstack(fill_value=0).astype("float64")
    return wide.reindex(list(dict.fromkeys(part["state"])))


def lose(migrations: pd.DataFrame, *, lost: str = "") -> pd.DataFrame:
    """What share of each bucket is lost in the end, by the ledger's own moves, one row per group and bucket.

    Of moves by document the absorbing chain, ``(I - Q)^-1 R``; of moves by balance the product of the roll rates that are
    left. Shape `LOSS_RATES`. A bucket of which not enough was seen has no rate, and ``basis`` says so.

    Parameters
    ----------
    lost
        A bucket that counts as lost once reached, ``over 120`` for example; where empty, by document only what was written
        off is lost, and by balance the oldest bucket.

    Raises
    ------
    TableRefused
        If the table is no table of moves.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> moves = migrate(ledger, ledger.month_ends("2026-10-31", 13))
    >>> lose(moves, lost="over 120")["loss_rate"].dropna().between(0, 1).all().item()
    True
    """
    MIGRATIONS.must_have(migrations)
    found = [
        _lost_by_balance(part, str(currency), str(group)) if part["level"].eq("balance").all()
        else _lost_by_document(part, str(currency), str(group), lost)
        for (group, currency), part in migrations.groupby(BY)
    ]  # fmt: skip
    return pd.concat(found, ignore_index=True) if found else LOSS_RATES.empty()


def _lost_by_document(part: pd.DataFrame, currency: str, group: str, lost: str) -> pd.DataFrame:
    matrix = chances(part, currency, group).drop(index=lost, errors="ignore")
    unseen = [state for state in matrix.columns if state not in (*matrix.index, PAID, CREDITED, GIVEN_UP, lost)]
    ends = formulas.eventual(_ending(matrix))
    rate = ends[[end for end in (GIVEN_UP, lost) if end in ends]].sum(axis=1).reindex(matrix.index)
    unsure = rate.isna() | ends[[end for end in [*unseen, ENDLESS] if end in ends]].sum(axis=1).reindex(matrix.index).gt(0)
    says = (
        f"by document, what leads to {f'{lost} or ' if lost else ''}written off counts as lost; {part['steps'].iloc[0]} steps"
    )
    table = {"bucket": [*rate.index], "loss_rate": rate.where(~unsure).to_numpy()}
    table["basis"] = np.where(unsure, "leads to a bucket that nothing was seen to leave", says)
    rows = pd.DataFrame(table)
    if lost and lost in {*part["state"], *part["to"]}:
        rows.loc[len(rows)] = [lost, 1.0, says]
    return LOSS_RATES.conform(rows.assign(group=group, currency=currency))


#: Where states end that nothing was seen to leave for good.
ENDLESS = "never seen to end"


def _ending(matrix: pd.DataFrame) -> pd.DataFrame:
    """The matrix without the states that have no way out; what leads to them ends in `ENDLESS`, so the others can be solved."""
    ending = matrix.drop(columns=matrix.index, errors="ignore").sum(axis=1).gt(0)
    inner = matrix.reindex(columns=matrix.index, fill_value=0.0)
    for _ in range(len(matrix)):
        ending = ending | inner.loc[:, ending].gt(0).any(axis=1)
    stuck = [*matrix.index[~ending]]
    rest = matrix.drop(index=stuck)
    if not stuck:
        return rest
    return rest.drop(columns=stuck, errors="ignore").assign(
        **{ENDLESS: rest.reindex(columns=stuck, fill_value=0.0).sum(axis=1)}
    )


def _lost_by_balance(part: pd.DataFrame, currency: str, group: str) -> pd.DataFrame:
    rates = formulas.losses_from_rolls(part["rate"].clip(upper=1))
    buckets = [*part["state"], part["to"].iloc[-1]]
    says = f"by balance, product of the roll rates to {buckets[-1]}, which counts as lost; {part['steps'].iloc[0]} steps"
    basis = np.where(np.isnan(rates), "leads to a bucket in which nothing was seen", says)
    rows = pd.DataFrame({"bucket": buckets, "loss_rate": rates, "basis": basis})
    return LOSS_RATES.conform(rows.assign(group=group, currency=currency))


def _must_step(days: list[pd.Timestamp], level: str, ledger: Ledger, by: str | None) -> None:
    if level not in LEVELS:
        raise TableRefused(
            f"there is no level '{level}'.", expected=" or ".join(LEVELS), got=repr(level), fix="level='document'"
        )
    if len(days) < 2:
        raise TableRefused(
            "nothing moves within one day.",
            expected="two days or more",
            got=", ".join(f"{day:%Y-%m-%d}" for day in days) or "none",
            fix="ledger.month_ends(day, 13)",
        )
    if by is not None and by not in ledger.customers:
        raise TableRefused(
            f"customers have no '{by}'.",
            expected="a column of the customers",
            got=repr(by),
            fix=f"choose one of {', '.join(map(str, ledger.customers))}",
        )
