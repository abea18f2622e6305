"""Every export that arkit knows, in the shape its system writes, read as the books say and as it was read before.

A folder under ``tests/exports/<system>/<case>/`` holds the files of one load, invented ones in the real shape, and
``case.toml``: the options of `arkit.load`, and what was counted by hand. ``golden.txt`` is how arkit read it; after a
change that is meant, ``pytest tests/test_exports.py --rewrite`` writes it anew, and its diff is to be read.

``name.xlsx.csv`` stands for a workbook of one sheet: numbers and days (2026-10-31) become cells of that kind, a cell that
begins with ``'`` stays text. ``[encoding]`` in the case names files that are not UTF-8.
"""

import csv
import re
import tomllib
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from arkit.errors import ImportRefused
from arkit.importers import check, load
from arkit.importers.sheets import read_sheets
from arkit.importers.systems import FILES, layouts, recognise

HERE = Path(__file__).parent / "exports"
CASES = sorted(path.parent for path in HERE.glob("*/*/case.toml"))
SHOWN = [
    "customer_id",
    "document_id",
    "kind",
    "issued",
    "due_date",
    "due_basis",
    "amount",
    "open_amount",
    "currency",
    "settled_on",
]
cases = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")


def built(case, folder):
    """The files of a case as a user has them, in a folder of their own."""
    encodings = told(case).get("encoding", {})
    folder.mkdir()
    for path in sorted(case.iterdir()):
        if path.name in {"case.toml", "golden.txt"}:
            continue
        if path.name.endswith(".xlsx.csv"):
            workbook(path).save(folder / path.name.removesuffix(".csv"))
        else:
            encoding = encodings.get(path.name, "utf-8")
            (folder / path.name).write_bytes(path.read_text("utf-8").replace("\n", "\r\n").encode(encoding))
    return folder


def workbook(path):
    book = openpyxl.Workbook()
    for row, cells in enumerate(csv.reader(path.read_text("utf-8").splitlines()), 1):
        for column, text in enumerate(cells, 1):
            book.active.cell(row, column, stored(text))
    return book


def stored(text):
    """What a cell of a workbook holds where a text file says this."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    return text.removeprefix("'") or None


def told(case):
    return tomllib.loads((case / "case.toml").read_text("utf-8"))


def as_read(folder, options):
    """How a folder was read, in lines that a person can check against its files."""
    lines = []
    for file in check(folder, **options)["files"]:
        lines.append(f"== {file['name']}: {file['status']}")
        if file["status"] == "refused":
            lines += file["message"].splitlines()
            continue
        rows = ", ".join(f"{count} {kind}" for kind, count in file["rows"].items() if count)
        lines += [f"{file['export']}, headings in row {file['header_row']}", rows, file["columns"]]
        lines += [f"dates: {file['date_order']}", f"amounts: {file['number_style']}", f"as of: {file['as_of']}"]
        lines += [f"prints {file['printed_total']}, difference {file['difference']}"] if file["printed_total"] else []
        lines += [f"- {warning}" for warning in file["warnings"]]
    try:
        ledger = load(folder, **options)
    except ImportRefused as refusal:
        return "\n".join([*lines, "", *str(refusal).splitlines(), ""])
    day = ledger.days[-1]
    rejects = ledger.rejects[["file", "row", "reason"]]
    on_day = ledger.at(day)
    rare = [
        name
        for name, blank in (("instalment", ""), ("rate", pd.NA))
        if on_day[name].notna().any() and on_day[name].ne(blank).any()
    ]
    documents = on_day[[*SHOWN, *rare]].to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    customers = ledger.customers[["customer_id", "name", "contact", "email", "phone"]].to_csv(index=False, lineterminator="\n")
    lines += ["", f"== documents on {day:%Y-%m-%d}", documents, "== customers", customers]
    return "\n".join([*lines, "== not used", rejects.to_csv(index=False, lineterminator="\n")])


@cases
def test_an_export_reads_as_counted_by_hand(case, tmp_path):
    said = told(case)
    options, expect = said.get("options", {}), said["expect"]
    folder = built(case, tmp_path / "month")
    if "refused" in expect:
        with pytest.raises(ImportRefused) as refused:
            load(folder, **options)
        assert expect["refused"] in str(refused.value)
        return
    ledger = load(folder, **options)
    documents = ledger.at(expect.get("day", ledger.days[-1]))
    owed = {currency: f"{rows['open_amount'].sum():.2f}" for currency, rows in documents.groupby("currency") if len(rows)}
    assert sorted(ledger.receipts["export"]) == sorted(expect["exports"])
    assert len(documents) == expect["documents"]
    assert owed == expect["open"]
    kinds = documents["kind"].value_counts().to_dict()
    assert kinds == expect.get("kinds", {"invoice": expect["documents"]})
    assert len(ledger.rejects) == expect.get("not_used", 0)
    assert documents["customer_id"].nunique() == expect["customers"]


@cases
def test_an_export_reads_as_before(case, tmp_path, request):
    golden = case / "golden.txt"
    now = as_read(built(case, tmp_path / "month"), told(case).get("options", {}))
    if request.config.getoption("--rewrite"):
        golden.write_text(now, "utf-8")
    assert golden.exists(), "say: pytest tests/test_exports.py --rewrite, and read what it wrote"
    assert now == golden.read_text("utf-8")


@cases
def test_one_layout_and_no_other_claims_a_file(case, tmp_path):
    names = told(case)["expect"].get("exports", [])
    for path in sorted(built(case, tmp_path / "month").iterdir()):
        for sheet in read_sheets(path):
            _, found = recognise(sheet)
            assert found is None or found.name in names or "refused" in told(case)["expect"]


@pytest.mark.parametrize("layout", layouts(), ids=lambda layout: layout.name)
def test_every_known_layout_has_a_case(layout):
    expected = [told(case)["expect"] for case in CASES]
    assert any(layout.name in expect.get("exports", []) or layout.name in expect.get("refused", "") for expect in expected)


def test_every_system_has_its_folder_of_cases():
    assert {case.parent.name for case in CASES} - {"other"} == set(FILES)
