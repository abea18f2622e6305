"""What one month leaves behind: its totals, and the files in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from arkit.blocks import blocked
from arkit.discounts import short_paid
from arkit.errors import DayRefused, OutputRefused
from arkit.interest import claim
from arkit.ladder import IDLE
from arkit.ledger import Ledger
from arkit.letters import gaps, write_letters
from arkit.money import plain, texts, to_major, to_minor, totals
from arkit.notes import standing
from arkit.policy import DEFAULT, Policy
from arkit.postings import KEY
from arkit.reconciliation import control_totals, in_words, reconcile
from arkit.tables import DOCUMENTS, MEASURES, ROUTES
from arkit.views import write_csv
from arkit.workbook import write_workbook


def summarise(
    documents: pd.DataFrame, actions: pd.DataFrame | None = None, *, control_total: str | None = None
) -> pd.DataFrame:
    """The month in one row per currency: what is open, past due and to be asked for, beside the books' own total.

    ``open_total`` is the balance of the receivables account: past due, not yet due and credit, exact to the minor unit.
    ``at_start_of_day`` counts the invoices that were open before anything dated on the day itself. A currency that only
    the control total names, or whose last invoice was settled on the day, has a row too.

    Parameters
    ----------
    control_total
        The receivables account's balance, '12345.67', or per currency 'EUR=12345.67,USD=10'.

    Raises
    ------
    ArkitError
        If the control total cannot be read, is one figure for several currencies, or names a currency twice.
    TableRefused
        If the documents are another table.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> summary = summarise(sample_ledger().at("2026-10-31"))
    >>> (summary["past_due"] + summary["not_due"] + summary["credit"]).round(2).eq(summary["open_total"]).all().item()
    True
    """
    DOCUMENTS.must_have(documents)
    is_open = documents[documents["open_amount"].ne(0)]
    moved = documents[documents["kind"].eq("invoice") & documents["issued"].lt(documents["as_of"])]
    settled_today = moved["settled_on"].ge(moved["as_of"]) & moved["settled_after"].isna()
    before = moved[moved["open_amount"].ne(0) | settled_today]
    control = control_totals(control_total, documents)
    codes = pd.Index(sorted({*is_open["currency"], *before["currency"], *control}), dtype="str", name="currency")
    summary = _amounts_open(is_open, codes)
    summary["documents"] = _rows(is_open, codes)
    summary["customers"] = _rows(is_open.drop_duplicates(["customer_id", "currency"]), codes)
    summary["at_start_of_day"] = _rows(before, codes)
    if actions is not None and len(actions):
        summary["to_contact"] = _rows(actions[~actions["action"].isin(IDLE)], codes)
    if control_total:
        said = pd.Series(control, dtype="float64").reindex(codes)
        currency = codes.to_series()
        difference = to_minor(summary["open_total"], currency) - to_minor(said.fillna(0), currency)
        summary["control_total"] = said
        summary["difference"] = pd.Series(to_major(difference, currency), index=codes).where(said.notna())
    return summary


def _amounts_open(is_open: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """What is open per currency, and the parts it is made of, exact to the minor unit."""
    minor = pd.Series(to_minor(is_open["open_amount"], is_open["currency"]), index=is_open.index)
    owed, late = minor.gt(0), is_open["days_late"].gt(0)
    parts = pd.DataFrame(
        {
            "open_total": minor,
            "past_due": minor.where(owed & late, 0),
            "not_due": minor.where(owed & ~late, 0),
            "credit": minor.where(~owed, 0),
        }
    )
    by = parts.groupby(is_open["currency"]).sum().reindex(codes, fill_value=0)
    amounts = pd.DataFrame({name: to_major(by[name].to_numpy(), codes.to_series()) for name in by}, index=codes)
    return amounts.assign(past_due_share=(amounts["past_due"] / (amounts["past_due"] + amounts["not_due"])).fillna(0))


def _rows(table: pd.DataFrame, codes: pd.Index) -> pd.Series:
    """How many rows of a table are in each currency."""
    return table.groupby("currency").size().reindex(codes, fill_value=0)


def write_month(
    folder: str | Path,
    *,
    ledger: Ledger,
    documents: pd.DataFrame,
    aged: pd.DataFrame,
    scores: pd.DataFrame,
    actions: pd.DataFrame,
    routes: pd.DataFrame | None = None,
    measures: pd.DataFrame | None = None,
    blocks: pd.DataFrame | None = None,
    tables: Mapping[str, pd.DataFrame | None] | None = None,
    policy: Policy = DEFAULT,
    control_total: str | None = None,
    letters: bool = True,
) -> Path:
    """The folder, with ``actions.xlsx``, ``letters/``, ``tables/*.csv`` and ``run.json`` in it.

    Parameters
    ----------
    tables
        More tables by their names (forecasts, cash, plans, instalments, factorable, factoring_offers, preventions, changes
        ...), each left as ``tables/NAME.csv``; those that are None are not. Letters draw on them too: what is not there is
        not offered, and without ``changes`` only promises noted on the day itself are confirmed.
    letters
        Whether to write them: not in a copy that is only to be shown. None goes to accounts whose amount to ask for is
        covered by what is posted with a later day than the documents'; the workbook says of every account what is.

    Raises
    ------
    DayRefused
        If there are no documents.
    OutputRefused
        If the folder already holds a month: a workbook in it may be somebody's work.
    """
    target = Path(folder)
    if (target / "run.json").exists():
        raise OutputRefused(
            f"'{target}' already holds a month.",
            expected="a new folder",
            got=f"{target / 'run.json'}",
            fix="choose another folder, or say --replace if nobody has worked in it",
        )
    # first what may be refused: then nothing is written
    if not len(documents):
        days = [f"{day:%Y-%m-%d}" for day in ledger.days or []]
        raise DayRefused(
            "on that day there is no document yet.",
            expected=f"a day from {days[0]} on" if days else "exports with documents in them",
            got="a day before" if days else "none",
            fix="say a later --as-of" if days else "add the export that lists the invoices",
        )
    summary = summarise(documents, actions, control_total=control_total)
    reconciliation = reconcile(ledger, documents, control_total, policy)
    if blocks is None:
        blocks = blocked(documents, ledger.notes, policy, customers=ledger.customers)
    given = {name: table for name, table in (tables or {}).items() if table is not None}
    later = ledger.post_dated(documents["as_of"].max())
    came = _came_since(actions, documents, later)
    told = actions.assign(reason=actions["reason"] + _came_in_words(actions, came))
    target.mkdir(parents=True, exist_ok=True)
    write_workbook(
        target / "actions.xlsx",
        actions=told,
        documents=documents,
        aged=aged,
        scores=scores,
        customers=ledger.customers,
        policy=policy,
        reconciliation=reconciliation,
        notes=ledger.notes,
        blocks=blocks,
        measures=measures,
        **{name: given.get(name) for name in ("changes", "forecasts", "cash")},
    )
    claimed = _claimed(ledger, documents, policy) if policy.interest.jurisdiction else None
    changes = given.get("changes")
    written = (
        write_letters(
            target / "letters",
            actions=told[~came["covers"]],
            documents=documents,
            customers=ledger.customers,
            policy=policy,
            blocks=blocks,
            since=changes["since"].max() if changes is not None and len(changes) else None,
            notes=ledger.notes,
            interest=claimed,
            offers=given.get("factoring_offers"),
            **{name: given.get(name) for name in ("plans", "instalments", "preventions", "factorable")},
        )
        if letters
        else []
    )
    left = {
        "aging": aged.reset_index(),
        "measures": MEASURES.conform(measures),
        "documents": documents,
        "scores": scores,
        "actions": actions,
        "blocks": _with_what_they_hide(blocks, actions),
        "routes": ROUTES.empty() if routes is None else routes,
        "receipts": ledger.receipts,
        "rejects": ledger.rejects,
        "reconciliation": reconciliation,
    }
    left |= given if claimed is None else given | {"interest": claimed}
    left |= {name: table for name, table in (("post_dated", later), ("short_paid", short_paid(documents))) if len(table)}
    _write_tables(target / "tables", left)
    last = ledger.days[-1] if ledger.days else documents["as_of"].max()
    run = _run(summary, ledger, left) | {"letters": len(written), "books_until": f"{last:%Y-%m-%d}"}
    run |= {"paid_since": int(came["covers"].sum())}
    run |= {"letters_gaps": gaps(policy) if written else [], "dated_later": _amounts(totals(later, "later"))}
    (target / "run.json").write_text(json.dumps(run, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return target


def _came_since(actions: pd.DataFrame, documents: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Per account what was taken off documents past due with a later day, when last, and whether it covers all to ask for."""
    due = documents.loc[documents["days_late"].gt(0) & documents["open_amount"].gt(0), KEY].drop_duplicates()
    rows = later.merge(due, on=KEY)
    minor = {name: to_minor(rows[name], rows["currency"]) for name in ("open_amount", "later")}
    account = ["customer_id", "currency"]
    rows = rows[account].assign(
        minor=np.clip(-minor["later"], 0, minor["open_amount"].clip(0)), last=rows["last_day"].to_numpy()
    )
    by = rows[rows["minor"].gt(0)].groupby(account).agg({"minor": "sum", "last": "max"}).reset_index()
    found = actions[account].merge(by, on=account, how="left").set_index(actions.index)
    came = found["minor"].fillna(0).astype("int64")
    ask = pd.Series(to_minor(actions["ask_for"], actions["currency"]), actions.index)
    busy = ~actions["action"].isin(IDLE)
    return found.assign(minor=came, covers=busy & ask.gt(0) & came.ge(ask))


def _came_in_words(actions: pd.DataFrame, came: pd.DataFrame) -> pd.Series:
    """What a reason adds where money came since: ' (400.00 EUR of it was paid or taken off since, the last on 2026-11-02)'."""
    amount = texts(pd.Series(to_major(came["minor"].to_numpy(), actions["currency"]), actions.index), actions["currency"])
    last = came["last"].dt.strftime("%Y-%m-%d")
    words = " (" + amount + " of it was paid or taken off since, the last on " + last + ": look before you ask)"
    return words.where(came["minor"].gt(0), "").fillna("").astype("str")


def _with_what_they_hide(blocks: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """What stands in the way, beside the action that would be taken if nothing did."""
    hidden = actions.drop_duplicates(["customer_id", "currency"]).set_index(["customer_id", "currency"])["hidden_action"]
    keys = pd.MultiIndex.from_frame(blocks[["customer_id", "currency"]])
    return blocks.assign(hides=hidden.reindex(keys).fillna("").to_numpy()) if len(actions) else blocks


def _claimed(ledger: Ledger, documents: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What may be claimed for late payment, by the law that the policy names."""
    return claim(
        documents,
        jurisdiction=policy.interest.jurisdiction,
        contract_rate=policy.interest.contract_rate,
        entries=ledger.entries,
        customers=ledger.customers,
        exclude=standing(ledger.notes, documents["as_of"].max(), policy),
    )


def _write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Each table as a CSV file."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")


def _run(summary: pd.DataFrame, ledger: Ledger, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    """``run.json``: how each file was read, and the month's totals per currency, bucket, action and route."""
    documents, aged = tables["documents"], tables["aging"]
    is_open = documents["open_amount"].ne(0)
    buckets = [name for name in aged if name not in ("as_of", "customer_id", "currency")]
    by_action = {
        str(action): {"customers": rows["customer_id"].nunique(), "at_stake": _amounts(totals(rows, "at_stake"))}
        for action, rows in tables["actions"].groupby("action")
    }
    eligible = tables["routes"][tables["routes"]["eligible"]]
    return {
        "as_of": f"{documents['as_of'].max():%Y-%m-%d}" if len(documents) else None,
        "open_total": _amounts(summary["open_total"]),
        "summary": {str(code): _row(row, str(code)) for code, row in summary.iterrows()},
        "open_documents": int(is_open.sum()),
        "open_invoices": int((is_open & documents["kind"].eq("invoice")).sum()),
        "buckets": {bucket: _amounts(totals(aged, str(bucket))) for bucket in buckets},
        "actions": by_action,
        "routes": {str(route): _amounts(totals(rows, "net")) for route, rows in eligible.groupby("route")},
        "reconciliation": _reconciled(tables["reconciliation"]),
        "files": [_file(row) for _, row in ledger.receipts.iterrows()],
        "rejects": len(ledger.rejects),
    }


def _reconciled(table: pd.DataFrame) -> dict[str, object]:
    """The difference to the books per currency: in words, and every candidate with its amounts."""
    names = ("candidate", "about", "amount", "explains", "left_over", "evidence", "what_to_do")
    return {
        str(currency): {
            "difference": plain(rows["difference"].iloc[0], str(currency)),
            "in_words": in_words(rows)[0],
            "candidates": [
                {name: plain(row[name], str(currency)) if name in ("amount", "left_over") else row[name] for name in names}
                for row in rows.to_dict("records")
            ],
        }
        for currency, rows in table.groupby("currency", sort=False)
    }


def _amounts(column: pd.Series) -> dict[str, str]:
    return {str(currency): plain(amount, str(currency)) for currency, amount in column.items()}


def _row(row: pd.Series, currency: str) -> dict[str, object]:
    counts = ("documents", "customers", "at_start_of_day", "to_contact")
    money = ("open_total", "past_due", "not_due", "credit", "control_total", "difference")
    said: dict[str, object] = {str(name): int(value) for name, value in row.items() if name in counts}
    said |= {str(name): plain(value, currency) for name, value in row.items() if name in money and pd.notna(value)}
    return said | {"past_due_share": round(float(row["past_due_share"]), 4)}


def _file(receipt: pd.Series) -> dict[str, object]:
    said = {str(name): (value.item() if hasattr(value, "item") else value) for name, value in receipt.items()}
    day = receipt["as_of"]
    warnings = [line for line in str(receipt["warnings"]).split("\n") if line]
    return said | {"as_of": None if pd.isna(day) else f"{day:%Y-%m-%d}", "warnings": warnings}
