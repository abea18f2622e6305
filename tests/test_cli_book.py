"""Months that build on each other: arkit month --book, arkit record, arkit book."""

import json
from itertools import pairwise
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

from arkit import report
from arkit.actions import recommend
from arkit.aging import age
from arkit.book import Book, write_draft
from arkit.cli import main
from arkit.errors import OutputRefused
from arkit.history import profile
from arkit.importers import load
from arkit.sample import write_sample
from arkit.scores import score
from arkit.workbook import write_workbook

DATED = {"invoices": "Invoice Date", "credit_notes": "Credit Note Date", "payments": "Payment Date", "notes": "Date"}
SEPTEMBER, OCTOBER = "2026-09-30", "2026-10-31"


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """What a small made-up company exports at the end of September, and of October."""
    folder = tmp_path_factory.mktemp("exports")
    for path in write_sample(folder / OCTOBER, customers=20, months=12):
        rows = pd.read_csv(path, dtype="str", keep_default_na=False)
        if path.stem in DATED:
            rows = rows[pd.to_datetime(rows[DATED[path.stem]], dayfirst=True).le(SEPTEMBER)]
        (folder / SEPTEMBER).mkdir(exist_ok=True)
        rows.to_csv(folder / SEPTEMBER / path.name, index=False)
    return folder


def month(exports, work, day, *more):
    """The arguments of a month with the book."""
    return ["month", str(exports / day), "--as-of", day, "--out", str(work / day), "--book", str(work / "book"), *more]


def contents(folder):
    """The names and bytes of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@pytest.fixture(scope="module")
def given(exports, tmp_path_factory):
    """The list of September, as a month would leave it."""
    ledger = load(exports / SEPTEMBER, as_of=SEPTEMBER)
    documents = ledger.at(SEPTEMBER)
    scores = score(profile(documents))
    tables = {"actions": recommend(documents, scores), "documents": documents, "scores": scores, "aged": age(documents)}
    return write_workbook(tmp_path_factory.mktemp("given") / "actions.xlsx", **tables)


@pytest.fixture(scope="module")
def worked(exports, tmp_path_factory):
    """September, its list sent back, then October: the folder, and what each command printed."""
    work = tmp_path_factory.mktemp("work")
    printed = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.print", lambda *words, **_: printed.append(" ".join(map(str, words))))
        statuses = [main(month(exports, work, SEPTEMBER))]
        _fill_in(work / SEPTEMBER / "actions.xlsx", work / "back.xlsx")
        statuses += [main(["record", str(work / "back.xlsx"), "--book", str(work / "book")])]
        statuses += [main(month(exports, work, OCTOBER))]
    return work, [words for words in printed if not words.startswith("\r")], statuses


def _entered(given: Path, back: Path, *rows: tuple[str, int, dict[str, object]]) -> None:
    """A list filled in: per row its customer, or none, its place among those, and what is entered under which heading."""
    book = openpyxl.load_workbook(given)
    lists = [sheet for sheet in book.worksheets if {"row_id", "Outcome"} <= {cell.value for cell in sheet[1]}]
    places = [(sheet, row) for sheet in lists for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value]
    for customer, place, said in rows:
        own = [(sheet, row) for sheet, row in places if not customer or sheet.cell(row, 2).value == customer]
        sheet, row = own[place]
        column = {cell.value: cell.column for cell in sheet[1]}
        for heading, value in ({"Done on": pd.Timestamp("2026-10-02")} | said).items():
            sheet.cell(row, column[heading], value.to_pydatetime() if isinstance(value, pd.Timestamp) else value)
    book.save(back)


def _fill_in(given: Path, back: Path) -> None:
    """The first on the list promises; for the second there is an outcome that there is not."""
    first, second = Book.open(given.parents[1] / "book").issued(SEPTEMBER)["customer_id"].head(2)
    promise = {"Outcome": "reached - promise", "Promised by, or until": pd.Timestamp("2026-11-20")}
    _entered(given, back, (first, 0, promise), (second, 0, {"Outcome": "sang a song"}))


def test_months_and_the_record_between_them_succeed(worked):
    assert worked[2] == [0, 0, 0], "\n".join(worked[1])


def test_the_second_month_builds_on_the_first(worked, exports):
    work, printed, _ = worked
    book = Book.open(work / "book")
    assert book.summary()["imports"] == 2
    assert not book.check()
    line = next(line for line in printed[-1].split("\n") if line.startswith("  invoices.csv: "))
    assert line.endswith(" known already")
    assert " 0 known" not in line
    whole = load(exports / OCTOBER, as_of=OCTOBER)
    assert book.ledger().at(OCTOBER)["open_amount"].sum() == pytest.approx(whole.at(OCTOBER)["open_amount"].sum(), abs=0.001)
    run = json.loads((work / OCTOBER / "run.json").read_text("utf-8"))
    assert {file["file"] for file in run["files"]} == {f"{name}.csv" for name in (*DATED, "customers")}


def test_what_changed_is_told_from_the_list_that_was_given_out(worked):
    work = worked[0]
    changes = pd.read_csv(work / OCTOBER / "tables" / "changes.csv", dtype={"customer_id": "str"})
    given = Book.open(work / "book").issued(SEPTEMBER)
    assert changes["since"].eq(SEPTEMBER).all()
    before = changes[changes["at_stake_before"].gt(0)].set_index(["customer_id", "currency"])["was"]
    assert before.to_dict() == given[given["at_stake"].gt(0)].set_index(["customer_id", "currency"])["action"].to_dict()


def test_what_collectors_entered_decides_the_next_list(worked):
    work, printed, _ = worked
    first = pd.read_csv(work / SEPTEMBER / "tables" / "actions.csv", dtype={"customer_id": "str"}).iloc[0]
    blocks = pd.read_csv(work / OCTOBER / "tables" / "blocks.csv", dtype={"customer_id": "str"})
    own = blocks[blocks["customer_id"].eq(first["customer_id"]) & blocks["kind"].eq("promise")]
    assert own["until"].eq("2026-11-20").all()
    assert len(own)
    told = next(words for words in printed if "workbook" in words)
    assert told.startswith("1 workbook, 2 notes: 2 new\nLeft for a person:\n  " + work.name + "/back.xlsx ")
    assert "    got: sang a song" in told
    assert "has not been read back" not in printed[-1]


def test_reading_the_list_again_adds_nothing(worked, capsys):
    work = worked[0]
    assert main(["record", str(work / "back.xlsx"), "--book", str(work / "book")]) == 0
    assert capsys.readouterr().out.startswith("1 workbook, 2 notes: 2 known\n")


def test_two_people_who_contradict_each_other_are_both_named_and_one_is_preferred(given, capsys, tmp_path):
    paths = []
    for who, outcome in (("anna", "left message"), ("ben", "no answer")):
        (tmp_path / who).mkdir()
        paths.append(tmp_path / who / "actions.xlsx")
        _entered(given, paths[-1], ("", 2, {"Outcome": outcome}))
    record = ["record", *map(str, paths), "--book", str(tmp_path / "book")]
    assert main(record) == 0
    told = capsys.readouterr().out
    assert told.startswith("2 workbooks, 2 notes: 2 conflict\nLeft for a person:\n  anna/actions.xlsx:")
    assert " contradicts anna/actions.xlsx, ben/actions.xlsx\n    fix: make the row the same in both files" in told
    assert main([*record, "--prefer", str(paths[1])]) == 0
    assert capsys.readouterr().out.startswith("2 workbooks, 1 note: 1 new")
    assert Book.open(tmp_path / "book").ledger().notes["outcome"].tolist() == ["no_answer"]


def test_a_row_that_one_copy_lacks_is_deleted_only_where_no_other_has_it(given, capsys, tmp_path):
    paths = [tmp_path / who / "actions.xlsx" for who in ("anna", "ben")]
    for path in paths:
        path.parent.mkdir()
    _entered(given, paths[0], ("", 2, {"Outcome": "left message"}))
    book = openpyxl.load_workbook(given)
    sheet = next(sheet for sheet in book.worksheets if {"row_id", "Outcome"} <= {cell.value for cell in sheet[1]})
    sheet.delete_rows(2)
    book.save(paths[1])
    record = ["record", "--book", str(tmp_path / "book"), *map(str, paths)]
    assert main(record) == 0
    assert capsys.readouterr().out == "2 workbooks, 1 note: 1 new\n"
    assert main([*record[:3], str(paths[1])]) == 0
    assert "deleted" in capsys.readouterr().out


def test_a_row_that_is_emptied_later_keeps_what_was_recorded_and_says_how_to_withdraw_it(given, capsys, tmp_path):
    back = tmp_path / "actions.xlsx"
    record = ["record", str(back), "--book", str(tmp_path / "book")]
    _entered(given, back, ("", 2, {"Outcome": "left message"}))
    assert main(record) == 0
    _entered(given, back)
    assert main(record) == 0
    row = Book.open(tmp_path / "book").ledger().notes["row_id"].item()
    assert capsys.readouterr().out.split("\n")[1:] == [
        "1 workbook, 0 notes: nothing entered",
        f"  empty now, and what is recorded of it stays: {row}; "
        "to withdraw it, choose 'other' in that row and say why under Comment",
        "",
    ]
    _entered(given, back, ("", 2, {"Outcome": "other", "Comment": "was somebody else"}))
    assert main(record) == 0
    assert Book.open(tmp_path / "book").ledger().notes["text"].tolist() == ["other: was somebody else"]


def test_a_file_that_is_no_list_is_refused(worked, capsys, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    assert main(["record", str(tmp_path / "notes.txt"), "--book", str(worked[0] / "book")]) == 3
    assert "ImportRefused" in capsys.readouterr().err


def test_the_page_says_what_the_exports_added(worked):
    node = nbformat.read(worked[0] / OCTOBER / "month.ipynb", as_version=4)
    shown = [str(output) for cell in node.cells if "the book, and what" in cell.source or "to the book" in cell.source
             for output in cell.get("outputs", [])]  # fmt: skip
    assert any("invoices.csv: " in words and " known already" in words for words in shown)


def test_the_book_says_what_it_holds(worked, capsys, tmp_path):
    folder = str(worked[0] / "book")
    assert main(["book", folder]) == 0
    told = capsys.readouterr().out
    assert "2 imports of 10 files" in told
    assert "  list of 2026-09-30: " in told
    assert " answered" in told
    assert main(["book", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes_recorded"] == 2
    assert main(["book", folder, "--check"]) == 0
    assert capsys.readouterr().out == "everything is as it was written\n"
    assert main(["book", folder, "--back-up", str(tmp_path / "copy.zip"), "--export", str(tmp_path / "csv")]) == 0
    assert (tmp_path / "copy.zip").exists()
    assert (tmp_path / "csv" / "entries.csv").exists()


def test_a_damaged_book_ends_with_3(worked, capsys, tmp_path):
    copy = tmp_path / "book"
    copy.mkdir()
    for name, content in contents(worked[0] / "book").items():
        (copy / name).write_bytes(content)
    (copy / "0002-entries.parquet").unlink()
    assert main(["book", str(copy), "--check"]) == 3
    assert capsys.readouterr().out == "0002-entries.parquet is missing\n"


def test_where_there_is_no_book_that_is_said(tmp_path, capsys):
    assert main(["book", str(tmp_path)]) == 3
    assert capsys.readouterr().err == (
        f"BookRefused: there is no book in '{tmp_path}'.\n"
        "  expected: the folder that was named with --book\n"
        "  got: no book.sqlite\n"
        "  fix: name that folder, or make a month with --book FOLDER first\n"
    )


# -- a month without a kernel: what the notebook leaves is put there ----------------------------------------------------------


@pytest.fixture
def quick(monkeypatch, exports):
    """The month's notebook replaced by what it leaves, so that only what is done with that is tried; ``action`` may change."""
    said = {"action": "reminder"}

    def run(_notebook, parameters, *, folder, on_cell):
        ledger = load(parameters["EXPORTS"], as_of=parameters["AS_OF"])
        row = {"as_of": parameters["AS_OF"], "priority": 1, "customer_id": "C1", "name": "Miller", "currency": "EUR"}
        row |= dict.fromkeys(["rule", "reason", "runner_up", "would_change", "documents", "contact", "next_step"], "")
        row |= {"action": said["action"], "at_stake": 1.0, "oldest_days_late": 3, "due_by": pd.NaT, "blocked_until": pd.NaT}
        actions = pd.DataFrame([row | {"balance": 1.0, "blocked_amount": 0.0, "score": 50.0}])
        (Path(parameters["OUT"])).mkdir()
        (Path(parameters["OUT"]) / "actions.xlsx").write_text("x")
        amounts = {"open_total": "1.00", "past_due": "1.00", "past_due_share": 1.0, "credit": "0.00"}
        run = {"as_of": parameters["AS_OF"], "open_documents": 1, "summary": {"EUR": amounts}, "reconciliation": {}}
        run |= {"dated_later": {}, "actions": {}, "books_until": parameters["AS_OF"], "files": [], "letters_gaps": []}
        (Path(parameters["OUT"]) / "run.json").write_text(json.dumps(run))
        if parameters["DRAFT"]:
            write_draft(parameters["DRAFT"], ledger, actions)
        return nbformat.v4.new_notebook()

    monkeypatch.setattr(report, "run_notebook", run)
    return said


def test_a_month_that_fails_at_the_end_leaves_the_book_as_it_was(quick, monkeypatch, exports, tmp_path, capsys):
    def refuse(*_, **__):
        raise OutputRefused("no page.", expected="a page", got="none", fix="-")

    assert main(month(exports, tmp_path, SEPTEMBER)) == 0
    before = contents(tmp_path / "book")
    monkeypatch.setattr(report, "to_html", refuse)
    assert main(month(exports, tmp_path, OCTOBER)) == 3
    assert contents(tmp_path / "book") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [SEPTEMBER, "book"]


def test_a_first_month_that_fails_makes_no_book(quick, monkeypatch, exports, tmp_path):
    def refuse(*_, **__):
        raise OutputRefused("no page.", expected="a page", got="none", fix="-")

    monkeypatch.setattr(report, "to_html", refuse)
    assert main(month(exports, tmp_path, SEPTEMBER)) == 3
    assert not list(tmp_path.iterdir())


def test_a_month_made_anew_gives_out_its_list_again_only_when_told_to(quick, exports, tmp_path, capsys):
    assert main(month(exports, tmp_path, SEPTEMBER)) == 0
    quick["action"] = "call"
    again = month(exports, tmp_path, SEPTEMBER)
    again[again.index("--out") + 1] = str(tmp_path / "other")
    assert main(again) == 3
    assert "BookRefused: another list of 2026-09-30 was given out before." in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
    assert main(month(exports, tmp_path, SEPTEMBER, "--replace")) == 0
    book = Book.open(tmp_path / "book")
    assert book.issued()["action"].tolist() == ["call"]
    assert book.summary()["imports"] == 1


def test_a_list_that_never_came_back_is_pointed_out_in_the_next_month(quick, exports, tmp_path, capsys):
    for day in (SEPTEMBER, OCTOBER):
        assert main(month(exports, tmp_path, day)) == 0
    assert "  look at: the list of 2026-09-30 has not been read back: what was done of its 1 contact" in capsys.readouterr().out


def test_a_redacted_month_puts_nothing_into_the_book(quick, exports, tmp_path):
    assert main(month(exports, tmp_path, SEPTEMBER, "--redact", str(tmp_path / "key"))) == 0
    assert not (tmp_path / "book").exists()


def test_months_may_be_made_in_any_order(quick, exports, tmp_path):
    for day in (OCTOBER, SEPTEMBER):
        assert main(month(exports, tmp_path, day)) == 0
    book, whole = Book.open(tmp_path / "book"), load(exports / OCTOBER, as_of=OCTOBER)
    for day in (SEPTEMBER, OCTOBER):
        assert book.ledger().at(day)["open_amount"].sum() == pytest.approx(whole.at(day)["open_amount"].sum(), abs=0.001)
    assert not len(book.changes())
    assert all(first <= second for first, second in pairwise(book.lists()["list"]))
