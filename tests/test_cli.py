import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from arkit import report
from arkit.cli import main
from arkit.importers import load

ROOT = Path(__file__).parents[1]
SAMPLE = str(ROOT / "data" / "sample")
OUTPUTS = ["actions.xlsx", "letters", "month.ipynb", "report.html", "run.json", "tables"]


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """The main job, run once on the sample as a user runs it."""
    out = tmp_path_factory.mktemp("work") / "out"
    command = [sys.executable, "-m", "arkit.cli", "month", SAMPLE, "--as-of", "2026-10-31", "--out", str(out)]
    command += ["--control-total", "EUR=1000,GBP=0"]
    return out, subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_the_month_leaves_everything_and_nothing_else(month):
    out, ran = month
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == OUTPUTS
    assert sorted(path.name for path in out.parent.iterdir()) == ["out"]
    tables = [
        "actions",
        "aging",
        "blocks",
        "cash",
        "changes",
        "documents",
        "factorable",
        "forecasts",
        "instalments",
        "measures",
    ]
    tables += ["plans", "preventions", "receipts", "reconciliation", "rejects", "routes", "scores"]
    assert sorted(path.stem for path in (out / "tables").glob("*.csv")) == tables
    assert list((out / "letters").iterdir())


def test_the_month_says_what_it_found_and_where_it_lies(month):
    out, ran = month
    assert ran.stdout.startswith("As of 2026-10-31: ")
    assert "books say 1,000.00 EUR, difference " in ran.stdout
    explained = json.loads((out / "run.json").read_text("utf-8"))["reconciliation"]
    assert f"    {explained['EUR']['in_words'][:400]}\n" in ran.stdout
    assert explained["EUR"]["in_words"].startswith("The ledger is 412,828.32 EUR above the books; ")
    assert f"Open {out / 'report.html'} and {out / 'actions.xlsx'}" in ran.stdout


def test_what_carries_no_currency_is_said_without_one_and_long_warnings_say_that_they_go_on(monkeypatch, tmp_path, capsys):
    def run(_notebook, parameters, *, folder, on_cell):
        amounts = {"open_total": "1.00", "past_due": "1.00", "past_due_share": 1.0, "credit": "0.00"}
        books = {"open_total": "1234567.5", "past_due": "20000", "past_due_share": 0.5, "credit": "-1000.00"}
        books |= {"control_total": "1000.00", "difference": "1233567.50"}
        summary = {"XXX": amounts, "EUR": books, "JPY": amounts | {"open_total": "15000"}}
        said = {"as_of": parameters["AS_OF"], "open_documents": 1, "summary": summary, "reconciliation": {}}
        said |= {"dated_later": {"EUR": "-2.00", "XXX": "-9.00"}, "actions": {}, "books_until": parameters["AS_OF"]}
        said |= {"files": [{"file": "a.csv", "warnings": ["rows " + "1, " * 200, "no currency"]}], "letters_gaps": []}
        Path(parameters["OUT"]).mkdir()
        (Path(parameters["OUT"]) / "run.json").write_text(json.dumps(said))
        return nbformat.v4.new_notebook()

    monkeypatch.setattr(report, "run_notebook", run)
    assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(tmp_path / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  dated later than the day, not counted: -2.00 EUR, -9.00 (tables/post_dated.csv)" in lines
    assert "  open 1.00, past due 1.00 (100%), credit 0.00" in lines
    assert lines[2] == (
        "  open 1,234,567.50 EUR, past due 20,000.00 EUR (50%), credit -1,000.00 EUR; books say 1,000.00 EUR, "
        "difference 1,233,567.50 EUR"
    )
    assert "  open 15,000 JPY, past due 1 JPY (100%), credit 0 JPY" in lines
    assert [len(line) for line in lines if line.endswith("...")] == [300]
    assert "  a.csv: no currency" in lines


def test_the_run_ties_to_the_tables(month):
    run = json.loads((month[0] / "run.json").read_text("utf-8"))
    documents = pd.read_csv(month[0] / "tables" / "documents.csv")
    for currency, total in run["open_total"].items():
        own = documents[documents["currency"].eq(currency)]
        assert float(total) == pytest.approx(own["open_amount"].sum(), abs=0.001)
        assert sum(
            float(amounts.get(currency, 0)) for name, amounts in run["buckets"].items() if name != "total"
        ) == pytest.approx(float(total))
    assert run["as_of"] == "2026-10-31"
    assert {file["file"] for file in run["files"]} >= {"invoices.csv", "payments.csv", "customers.csv"}
    assert run["letters"] == len(list((month[0] / "letters").iterdir()))


def test_the_executed_notebook_is_kept_with_its_pictures_and_says_its_own_folder(month):
    node = nbformat.read(month[0] / "month.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in node.cells)
    assert f"OUT = '{month[0]}'" in (month[0] / "month.ipynb").read_text("utf-8")


def test_a_month_is_not_written_over_unless_told_to(month, capsys):
    assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(month[0])]) == 3
    assert "OutputRefused" in capsys.readouterr().err


def test_a_folder_with_other_files_is_never_replaced(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(tmp_path), "--replace"]) == 3
    assert "got: thesis.txt" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_file_of_ones_own_in_a_months_folder_is_never_replaced(tmp_path, capsys):
    for name in ("run.json", "actions.xlsx", "mine.txt"):
        (tmp_path / name).write_text("{}")
    assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(tmp_path), "--replace"]) == 3
    assert "got: mine.txt" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").exists()


def test_a_file_cannot_be_the_folder_nor_hold_it(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    for out in ("file", "file/month"):
        assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(tmp_path / out)]) == 3
        assert "got: a file, " in capsys.readouterr().err


def test_a_refused_export_says_four_lines_ends_with_3_and_leaves_nothing(tmp_path, capsys):
    export = tmp_path / "july.csv"
    export.write_text("Customer,Invoice No,Invoice Date,Due Date,Amount\nA,1,01/02/2026,03/04/2026,10.00\n")
    assert main(["month", str(export), "--as-of", "2026-10-31", "--out", str(tmp_path / "out")]) == 3
    assert capsys.readouterr().err == (
        "ImportRefused: two readings of the dates are possible.\n"
        "  expected: one day above 12 in 'Invoice Date', or a declared order\n"
        "  got: july.csv, 1 values, all of them valid both as day/month and as month/day\n"
        "  fix: say --date-order dmy or --date-order mdy\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["july.csv"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--policy", "absent.toml"], 3, "PolicyRefused: the policy 'absent.toml' cannot be read"),
        (["--as-of", "31.10.2026"], 2, "ArkitError: '31.10.2026' is not a day"),
    ],
)
def test_what_is_wrong_with_the_options_is_said_before_anything_is_read(tmp_path, capsys, arguments, status, words):
    assert main(["month", SAMPLE, "--as-of", "2026-10-31", "--out", str(tmp_path / "out"), *arguments]) == status
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_without_a_day_an_export_must_print_one(tmp_path, capsys):
    assert main(["month", SAMPLE, "--out", str(tmp_path / "out")]) == 2
    assert "it is not said which day to look from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"), [([], "--out"), (["--out", "o", "--max-rejects", "-1"], "'-1' is not a number of rows")]
)
def test_wrong_usage_ends_with_2(capsys, arguments, words):
    with pytest.raises(SystemExit) as stopped:
        main(["month", SAMPLE, *arguments])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


def test_check_prints_one_object(capsys):
    assert main(["check", SAMPLE, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {file["name"]: file["status"] for file in found["files"]}["invoices.csv"] == "read"
    assert set(found["open_total"]) == {"EUR", "GBP"}


def test_check_in_words_tells_a_refusal_and_ends_with_3(tmp_path, capsys):
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    assert main(["check", str(tmp_path)]) in (0, 3)
    assert "bad.csv" in capsys.readouterr().out


def test_sample_writes_the_files_of_any_size(tmp_path, capsys):
    assert main(["sample", str(tmp_path / "s"), "--customers", "14", "--months", "24", "--seed", "3"]) == 0
    assert "invoices.csv" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "s")]) == 0


def test_new_makes_a_workspace_and_never_over_another(tmp_path, capsys):
    assert main(["new", str(tmp_path / "w")]) == 0
    assert sorted(path.name for path in (tmp_path / "w").iterdir()) == ["exports", "notebooks", "policy.toml", "reports"]
    assert main(["new", str(tmp_path / "w")]) == 3
    assert "is not empty" in capsys.readouterr().err


def test_templates_are_copied_to_be_edited_and_never_over_others(tmp_path, capsys):
    assert main(["templates", str(tmp_path / "t")]) == 0
    assert f'templates = "{(tmp_path / "t").as_posix()}"' in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["de", "en", "es", "fr"]
    assert (tmp_path / "t" / "de" / "reminder.j2").read_text("utf-8").startswith("Subject: ")
    assert main(["templates", str(tmp_path / "t")]) == 3
    assert "is not empty" in capsys.readouterr().err


# what check finds, and what is made of it

TWINS = """\
Customer No.,Customer Name,Invoice No.,Invoice Date,Due Date,Amount,Colour
0042,Harbour Bakery Ltd,INV-1,05/01/2026,04/02/2026,"1,000.00",blue
42,Harbour Bakery,INV-2,13/01/2026,12/02/2026,250.50,red
0077,Bolt & Sons,INV-3,20/01/2026,19/02/2026,80.00,red
0077,Bolt & Sons,INV-4,21/01/2026,20/02/2026,60.00,red
"""


@pytest.fixture
def twins(tmp_path):
    """A folder with one export, in which a customer goes by two numbers."""
    folder = tmp_path / "month"
    folder.mkdir()
    (folder / "july.csv").write_text(TWINS, "utf-8")
    return folder


def test_check_in_words_names_each_field_with_samples_and_what_was_not_used(twins, capsys):
    assert main(["check", str(twins), "--currency", "EUR"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "july.csv: table of documents, headings in row 1",
        "  rows: 4 entry, 1 heading",
        "  customer_id: 'Customer No.' (0042, 42, 0077)",
        "  customer_name: 'Customer Name' (Harbour Bakery Ltd, Harbour Bakery, Bolt & Sons)",
        "  document_id: 'Invoice No.' (INV-1, INV-2, INV-3)",
        "  date: 'Invoice Date' (05/01/2026, 13/01/2026, 20/01/2026)",
        "  due_date: 'Due Date' (04/02/2026, 12/02/2026, 19/02/2026)",
        "  amount: 'Amount' (1,000.00, 250.50, 80.00)",
        "  not used: 'Colour'",
        "  dates: day/month/year, proven by row 3 '13/01/2026' ('Invoice Date'); "
        "day/month/year, proven by row 4 '19/02/2026' ('Due Date')",
        "  amounts: decimal point, proven by row 2 '1,000.00'",
        "  documents: 4, open by this file alone: 1,390.50 EUR",
        "  look at: 1 customer under two numbers that differ only by leading zeros, kept apart: 0042 and 42",
        "  look at: no payments were read: every document counts as open",
        "",
        "customers that look the same: Harbour Bakery (42) and Harbour Bakery Ltd (0042); "
        "say --suggest-aliases FILE to go through them",
        "",
        "all together open: 1,390.50 EUR",
    ]


def test_check_saves_a_mapping_that_it_then_follows(twins, tmp_path, capsys):
    file = tmp_path / "ours.toml"
    assert main(["check", str(twins), "--save-mapping", str(file)]) == 0
    said = capsys.readouterr()
    assert said.err == f"written: {file}\n"
    assert 'customer_id = "Customer No."' in file.read_text("utf-8").splitlines()
    assert main(["check", str(twins), "--mapping", str(file)]) == 0
    again = capsys.readouterr().out.splitlines()
    read = [line for line in said.out.splitlines() if not line.startswith(("  dates: ", "  amounts: "))]
    assert [line for line in again if not line.startswith(("  dates: ", "  amounts: "))] == read


def test_check_writes_whom_it_takes_for_the_same_and_follows_the_list_among_the_exports(twins, capsys):
    file = twins / "aliases.csv"
    assert main(["check", str(twins), "--suggest-aliases", str(file)]) == 0
    assert capsys.readouterr().err == f"written: {file}\n"
    assert file.read_text("utf-8").splitlines()[1:] == [
        "42,Harbour Bakery,0042,Harbour Bakery Ltd,the same number but for zeros"
    ]
    assert main(["check", str(twins)]) == 0
    said = capsys.readouterr().out
    assert "  look at: 1 row of 1 customer put to the customer that the list of aliases names" in said.splitlines()
    assert "customers that look the same" not in said
    assert said.endswith("all together open: 1,390.50\n")


@pytest.mark.parametrize("option", ["--save-mapping", "--suggest-aliases"])
def test_check_prints_json_alone_whatever_else_it_writes_and_never_over_a_file(twins, tmp_path, capsys, option):
    file = tmp_path / "mine"
    assert main(["check", str(twins), "--json", option, str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["open_total"] == {"XXX": "1390.50"}
    written = file.read_text("utf-8")
    assert main(["check", str(twins), option, str(file)]) == 3
    said = capsys.readouterr().err
    assert said.startswith(f"OutputRefused: '{file}' cannot be written.\n  expected: a new file\n")
    assert file.read_text("utf-8") == written


@pytest.mark.parametrize(
    ("said", "credits", "words"),
    [
        ([], ["-100.00"], "0 posted on the only invoices they can have paid, 1 left as credit on account"),
        (["--unapplied", "oldest"], [], "1 posted on the oldest invoices, 0 left as credit on account"),
        (["--unapplied", "credit"], ["-100.00"], ", 1 left as credit on account"),
    ],
)
def test_payments_without_an_invoice_go_where_it_is_said(twins, capsys, said, credits, words):
    payments = "Payment No.,Customer No.,Invoice No.,Payment Date,Amount\nP-1,0077,,25/02/2026,100.00\n"
    (twins / "payments.csv").write_text(payments, "utf-8")
    assert main(["check", str(twins), "--json", *said]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["open_total"] == {"XXX": "1290.50"}
    (warned,) = [line for line in found["files"][1]["warnings"] if "without an invoice" in line]
    assert warned.startswith("1 payment without an invoice: ")
    assert warned.endswith(words)
    documents = load(twins, unapplied=said[1] if said else "certain").at("2026-02-28")
    left = documents.loc[documents["customer_id"].eq("0077"), ["document_id", "open_amount"]]
    assert [f"{amount:.2f}" for amount in left["open_amount"] if amount < 0] == credits
    assert left["open_amount"].sum() == 40.0


def test_payments_without_an_invoice_go_one_of_three_ways(twins, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["check", str(twins), "--unapplied", "newest"])
    assert stopped.value.code == 2
    assert "argument --unapplied: invalid choice: 'newest'" in capsys.readouterr().err


def test_last_months_folder_must_hold_a_month(tmp_path, capsys):
    said = ["month", str(SAMPLE), "--as-of", "2026-10-31", "--out", str(tmp_path / "out"), "--last", str(tmp_path)]
    assert main(said) == 2
    assert "holds no month to compare with" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_redacted_month_shows_the_same_numbers_and_no_name_or_path(tmp_path, capsys):
    export = tmp_path / "Northwind" / "invoices of Northwind.csv"
    export.parent.mkdir()
    export.write_text(
        "Invoice No.,Customer No.,Customer Name,Invoice Date,Due Date,Amount,Currency\n"
        "RE-7001,K-8001,Frau Dreizehn,2026-08-13,2026-08-27,310.00,EUR\n"
        "RE-7002,K-8002,Herr Vierzehn,2026-09-14,2026-10-14,550.00,EUR\n",
        "utf-8",
    )
    key, out = tmp_path / "Northwind" / "key", tmp_path / "shown"
    assert main(["month", str(export), "--as-of", "2026-10-31", "--out", str(out), "--redact", str(key)]) == 0
    told = capsys.readouterr().out
    assert "open 860.00" in told
    text = "".join(path.read_text("utf-8") for path in out.rglob("*") if path.suffix in (".html", ".ipynb", ".json", ".csv"))
    assert "860.00" in text
    assert [word for word in ("Northwind", "Dreizehn", "Vierzehn", "RE-70", "K-800", str(tmp_path)) if word in text] == []
    assert not (out / "letters").exists()
