"""Makers of small tables that several tests share."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from arkit.ledger import Ledger

# the same examples in every run: a test that fails on one machine fails on all
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=30)
# for a night: pytest --hypothesis-profile thorough
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("repeatable")

SHARED = Path(__file__).parents[2] / "shared"

#: One invoice in a line: customer, number, issued, due, amount, day paid (or None), amount paid (None: all).
Invoice = tuple[str, str, str, str, float, str | None]


@pytest.fixture(scope="session")
def ledger_of() -> Callable[..., Ledger]:
    """Builds a ledger out of invoices, each paid in full on its day or not at all."""

    def build(
        invoices: Sequence[Invoice], *, currency: str = "EUR", notes: Sequence[dict[str, object]] = (), **tables: object
    ) -> Ledger:
        rows = []
        for customer, number, issued, due, amount, paid in invoices:
            posting = {"customer_id": customer, "document_id": number, "currency": currency}
            rows.append(posting | {"kind": "invoice", "date": issued, "due_date": due, "amount": amount})
            if paid:
                rows.append(posting | {"kind": "payment", "date": paid, "due_date": None, "amount": -amount})
        told = pd.DataFrame(notes) if notes else None
        return Ledger(pd.DataFrame(rows), notes=told, **tables)  # pyright: ignore[reportArgumentType]

    return build


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A file or folder of published data beside the project; skips where it is absent."""

    def find(name: str) -> Path:
        if not (SHARED / name).exists():
            pytest.skip(f"the published data '{name}' is not beside this checkout")
        return SHARED / name

    return find


def pytest_addoption(parser):
    parser.addoption("--rewrite", action="store_true", help="write tests/exports/*/*/golden.txt anew; read the diff")
