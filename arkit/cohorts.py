"""How the cash of each month's invoices comes in, month by month, and what is still to be expected of it."""

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.ledger import Ledger, parse_day
from arkit.money import to_major, to_minor, units
from arkit.postings import KEY
from arkit.tables import COHORTS, PROJECTIONS

BY = ["currency", "cohort"]


def trace(ledger: Ledger, day: str | pd.Timestamp) -> pd.DataFrame:
    """Cumulative cash by month of invoice and months since, one row per currency, cohort and month, shape `COHORTS`.

    Cash is payments for those invoices, returned ones taken off; credit notes lower what was billed and write-offs neither.
    Money not yet applied to an invoice is in no cohort. The month in which ``day`` lies is not complete unless ``day`` is
    its last. Nothing dated later is known.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> cohorts = trace(sample_ledger(), "2026-10-31")
    >>> cohorts.loc[cohorts["cohort"].eq("2026-01-31") & cohorts["currency"].eq("EUR"), "share"].round(2).head(3).tolist()
    [0.18, 0.61, 0.95]
    """
    as_of = parse_day(day)
    documents = ledger.at(as_of) if not len(ledger.snapshots) else COHORTS.empty().assign(kind="")
    entries = ledger.entries[ledger.entries["date"].le(as_of)]
    if not len(documents) or not len(entries):
        return COHORTS.empty()
    invoices = documents[documents["kind"].eq("invoice")].drop_duplicates(KEY)[[*KEY, "issued"]]
    rows = entries[[*KEY, "kind", "date", "amount"]].merge(invoices, on=KEY)
    minor = pd.Series(to_minor(rows["amount"], rows["currency"]), index=rows.index)
    cohort = rows["issued"] + pd.offsets.MonthEnd(0)
    since = (rows["date"].dt.year - cohort.dt.year) * 12 + rows["date"].dt.month - cohort.dt.month
    cash = rows["kind"].isin(["payment", "return"])
    told = pd.DataFrame({
        "currency": rows["currency"], "cohort": cohort, "months_since": since.clip(lower=0).astype("int64"),
        "collected": -minor.where(cash, 0), "billed": minor.where(rows["kind"].isin(["invoice", "credit_note"]), 0),
    })  # fmt: skip
    return _cells(told, as_of)


def _cells(told: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every month from that of invoice to that of the day, with the cash up to it."""
    billed = told.groupby(BY)["billed"].sum().reset_index()
    last = (as_of.year - billed["cohort"].dt.year) * 12 + as_of.month - billed["cohort"].dt.month
    cells = billed.loc[billed.index.repeat(last + 1)].reset_index(drop=True)
    cells["months_since"] = cells.groupby(BY).cumcount()
    came = told.groupby([*BY, "months_since"])["collected"].sum().reset_index()
    cells = cells.merge(came, on=[*BY, "months_since"], how="left")
    collected = cells["collected"].fillna(0).astype("int64").groupby([cells[name] for name in BY]).cumsum()
    ends_now = cells["months_since"].eq((as_of.year - cells["cohort"].dt.year) * 12 + as_of.month - cells["cohort"].dt.month)
    return COHORTS.conform(
        cells.assign(
            as_of=as_of,
            share=formulas.ratio(collected, cells["billed"]),
            billed=to_major(cells["billed"].to_numpy(), cells["currency"]),
            collected=to_major(collected.to_numpy(), cells["currency"]),
            complete=~ends_now | as_of.is_month_end,
        )
    )


def project(cohorts: pd.DataFrame) -> pd.DataFrame:
    """What each cohort is expected to bring in the end, one row per currency and cohort, shape `PROJECTIONS`.

    The last complete month grown by the age-to-age factors of older cohorts (chain ladder), at most what was billed; months
    that are not complete are left out. Missing where no month of a cohort is complete, or no older one shows the way.

    Raises
    ------
    TableRefused
        If the table is no table of cohorts.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> projected = project(trace(sample_ledger(), "2026-10-31"))
    >>> (projected["ultimate"].dropna() <= projected["billed"].loc[projected["ultimate"].notna()] + 0.005).all().item()
    True
    """
    COHORTS.must_have(cohorts)
    found = []
    for currency, part in cohorts.groupby("currency"):
        billed = part.groupby("cohort")["billed"].first()
        cash = part[part["complete"]].pivot_table(index="cohort", columns="months_since", values="collected")
        cash = cash.reindex(billed.index)
        known = cash.ffill(axis=1).iloc[:, -1] if cash.shape[1] else pd.Series(np.nan, index=billed.index)
        ultimate = formulas.ultimate(cash, billed) if cash.shape[1] else known
        table = pd.DataFrame({"billed": billed, "collected": known, "ultimate": ultimate}).reset_index()
        found.append(table.assign(currency=str(currency), as_of=part["as_of"].iloc[0]))
    if not found:
        return PROJECTIONS.empty()
    table = pd.concat(found, ignore_index=True)
    places = units(table["currency"])
    ultimate = (table["ultimate"] * places).round() / places
    return PROJECTIONS.conform(
        table.assign(ultimate=ultimate, expected=((ultimate - table["collected"]) * places).round() / places)
    )
