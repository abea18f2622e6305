import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from arkit.cli import main

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
    tables = ["actions", "aging", "documents", "receipts", "rejects", "routes", "scores"]
    assert sorted(path.stem for path in (out / "tables").glob("*.csv")) == tables
    assert list((out / "letters").iterdir())


def test_the_month_says_what_it_found_and_where_it_lies(month):
    out, ran = month
    assert ran.stdout.startswith("As of 2026-10-31: ")
    assert "books say 1000.00, difference " in ran.stdout
    assert f"Open {out / 'report.html'} and {out / 'actions.xlsx'}" in ran.stdout


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
