import pandas as pd

from arkit.cohorts import project, trace
from arkit.ledger import Ledger
from arkit.tables import COHORTS, PROJECTIONS

BILLED = [1000, 1060, 980, 1150]
CASH = [(600, 900, 970, 990), (640, 950, 1020), (580, 870), (700,)]


def book():
    """Invoices of January to April and the cash of a worked triangle."""
    rows = []
    for month, (billed, cash) in enumerate(zip(BILLED, CASH, strict=True), 1):
        rows.append((f"I{month}", "invoice", f"2026-0{month}-01", billed))
        for since, (now, before) in enumerate(zip(cash, (0, *cash), strict=False)):
            rows.append((f"I{month}", "payment", f"2026-0{month + since}-20", before - now))
    table = pd.DataFrame(rows, columns=["document_id", "kind", "date", "amount"]).astype({"amount": "float64"})
    return Ledger(table.assign(customer_id="C1", currency="EUR"))


def test_the_worked_triangle_comes_out_of_a_ledger():
    cohorts = trace(book(), "2026-04-30")
    wide = cohorts.pivot_table(index="cohort", columns="months_since", values="collected")
    assert [tuple(row[row.notna()]) for _, row in wide.iterrows()] == [tuple(map(float, cash)) for cash in CASH]
    assert project(cohorts)["expected"].round(1).tolist() == [0.0, 21.0, 85.1, 448.5]


def test_a_month_that_is_not_over_is_marked_and_not_projected_from():
    cohorts = trace(book(), "2026-04-25")
    assert (~cohorts["complete"]).sum() == 4
    projected = project(cohorts)
    assert projected["collected"].tolist()[:3] == [970.0, 950.0, 580.0]
    assert projected["ultimate"].isna().tolist() == [False, False, False, True]


def test_credit_notes_lower_what_was_billed_and_write_offs_are_no_cash():
    more = pd.DataFrame({"document_id": "I1", "kind": ["credit_note", "write_off"], "amount": [-6.0, -4.0]})
    more = more.assign(date="2026-04-20", customer_id="C1", currency="EUR")
    cohorts = trace(Ledger(pd.concat([book().entries, more])), "2026-04-30")
    last = cohorts[cohorts["cohort"].eq(pd.Timestamp("2026-01-31"))].iloc[-1]
    assert (last["billed"], last["collected"]) == (994.0, 990.0)


def test_of_nothing_there_are_no_cohorts():
    assert list(trace(Ledger(), "2026-04-30")) == COHORTS.names
    assert list(project(trace(Ledger(), "2026-04-30"))) == PROJECTIONS.names
