"""A month on its way into the book: left by the notebook that computed it, picked up once everything else is in place."""

from pathlib import Path

import pandas as pd

from arkit.ledger import Ledger

OF_LEDGER = ("entries", "customers", "snapshots", "notes", "receipts", "rejects", "aliases")


def write_draft(folder: str | Path, ledger: Ledger, actions: pd.DataFrame, offered: pd.DataFrame | None = None) -> Path:
    """What exports brought and the list made from it, left in a new folder as it is.

    Parameters
    ----------
    ledger
        What `arkit.load` returned, without what the book held before.
    offered
        The instalments of the plans that the list offers.
    """
    target = Path(folder)
    target.mkdir(parents=True)
    tables = {name: getattr(ledger, name) for name in OF_LEDGER} | {"actions": actions, "offered": offered}
    for name, table in tables.items():
        if table is not None:
            table.to_parquet(target / f"{name}.parquet", index=False)
    return target


def read_draft(folder: str | Path) -> tuple[Ledger, pd.DataFrame, pd.DataFrame | None]:
    """What `write_draft` left: the ledger, the list, and the instalments offered."""
    target = Path(folder)
    tables = {path.stem: pd.read_parquet(path) for path in target.glob("*.parquet")}
    return Ledger(**{name: tables[name] for name in OF_LEDGER}), tables["actions"], tables.get("offered")
