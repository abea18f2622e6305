import json

import openpyxl
import pandas as pd
import pytest

from arkit.actions import recommend
from arkit.aging import age
from arkit.errors import ArkitError, DayRefused, OutputRefused
from arkit.factoring import factor, offers
from arkit.history import profile
from arkit.importers import load
from arkit.ledger import Ledger
from arkit.month import summarise, write_month
from arkit.plans import plan, schedule
from arkit.policy import Policy
from arkit.prevention import prevent
from arkit.routes import weigh
from arkit.sample import sample_ledger
from arkit.scores import score
from arkit.tables import ACTIONS, PROFILES, RECEIPTS, REJECTS, SCORES

DAY = "2026-10-31"
ROWS = [
    ("=1+1", "I1", "invoice", "2026-07-01", "2026-07-31", 1000.10, "EUR"),
    ("=1+1", "I2", "invoice", "2026-10-15", "2026-11-14", 200.20, "EUR"),
    ("=1+1", "P1", "payment", "2026-10-01", None, -50.05, "EUR"),
    ("C2", "@I3", "invoice", "2026-08-01", "2026-08-31", 30.0, "EUR"),
    ("C2", "@I3", "payment", DAY, None, -30.0, "EUR"),
    ("C2", "-I4", "invoice", DAY, "2026-11-30", 1.0, "EUR"),
    ("C3", "I5", "invoice", "2026-08-01", "2026-08-31", 1500.0, "JPY"),
]


def postings(rows=ROWS):
    names = ["customer_id", "document_id", "kind", "date", "due_date", "amount", "currency"]
    return pd.DataFrame(rows, columns=names).astype({"due_date": "str"})


@pytest.fixture(scope="module")
def made():
    """The tables of a small month; one customer is called like a formula."""
    customers = pd.DataFrame({"customer_id": ["=1+1", "C2", "C3"], "name": ["=HYPERLINK(1)", "+Two", "Three"], "phone": "-1"})
    receipt = {c.name: [0 if c.holds == "count" else pd.NaT if c.holds == "day" else ""] for c in RECEIPTS.columns}
    receipts = pd.concat([
        pd.DataFrame(receipt | {"file": ["a.csv"], "warnings": ["look here\nand there"], "entry": [7]}),
        pd.DataFrame(receipt | {"file": ["b.csv"], "as_of": [pd.Timestamp(DAY)]}),
    ])  # fmt: skip
    rejects = pd.DataFrame({"file": ["a.csv"], "row": [9], "reason": ["no day"], "values": ["=2+3"]})
    ledger = Ledger(postings(), customers, receipts=receipts, rejects=REJECTS.conform(rejects))
    documents = ledger.at(DAY)
    profiles = profile(documents)
    scores = score(profiles)
    return {
        "ledger": ledger,
        "documents": documents,
        "aged": age(documents),
        "scores": scores,
        "actions": recommend(documents, scores, profiles=profiles, customers=ledger.customers),
        "routes": weigh(documents, scores),
    }


def parts(summary, currency, *names):
    return tuple(summary.loc[currency, list(names)])


# the summary


def test_the_summary_is_one_row_per_currency_and_its_parts_add_up(made):
    summary = summarise(made["documents"])
    assert summary.index.tolist() == ["EUR", "JPY"]
    assert parts(summary, "EUR", "open_total", "past_due", "not_due", "credit") == (1151.25, 1000.10, 201.20, -50.05)
    assert parts(summary, "JPY", "open_total", "past_due", "not_due", "credit") == (1500.0, 1500.0, 0.0, 0.0)
    assert parts(summary, "EUR", "documents", "customers") == (4, 2)
    assert summary["past_due_share"].round(4).tolist() == [round(1000.10 / 1201.30, 4), 1.0]


def test_a_customer_who_owes_in_two_currencies_counts_in_both():
    owed = [("C1", "I1", "invoice", DAY, None, 5.0, "EUR"), ("C1", "I2", "invoice", DAY, None, 5.0, "USD")]
    assert summarise(Ledger(postings(owed)).at(DAY))["customers"].to_dict() == {"EUR": 1, "USD": 1}


def test_the_start_of_the_day_knows_nothing_dated_on_it(made):
    assert summarise(made["documents"])["at_start_of_day"].to_dict() == {"EUR": 3, "JPY": 1}


def test_a_currency_whose_last_invoice_was_settled_on_the_day_keeps_its_row():
    rows = [("C1", "I1", "invoice", "2026-08-01", None, 5.0, "EUR"), ("C1", "I1", "payment", DAY, None, -5.0, "EUR")]
    paid = Ledger(postings(rows))
    assert parts(summarise(paid.at(DAY)), "EUR", "open_total", "documents", "at_start_of_day") == (0.0, 0, 1)
    assert len(summarise(paid.at("2026-11-01"))) == 0


def test_the_summary_of_nothing_is_no_rows():
    assert len(summarise(Ledger().at(DAY))) == 0


def test_the_parts_of_the_sample_are_those_of_its_aging():
    documents = sample_ledger(customers=12, months=6).at(DAY)
    summary, aged = summarise(documents), age(documents, by="currency").droplevel("as_of")
    assert summary["open_total"].to_dict() == aged["total"].to_dict()
    assert summary["credit"].to_dict() == aged["credit"].to_dict()
    assert summary["not_due"].to_dict() == aged["current"].to_dict()


def test_only_actions_that_need_somebody_are_counted(made):
    actions = pd.DataFrame({"action": ["call", "none", "hold", "reminder", "review"], "currency": ["EUR"] * 4 + ["USD"]})
    assert summarise(made["documents"], actions)["to_contact"].to_dict() == {"EUR": 2, "JPY": 0}
    assert "to_contact" not in summarise(made["documents"], ACTIONS.empty())


# the control total


def in_euros(made):
    return made["documents"][made["documents"]["currency"].eq("EUR")]


@pytest.mark.parametrize(
    ("said", "control", "difference"),
    [
        ("1151.25", 1151.25, 0.0),
        ("1151.24", 1151.24, 0.01),
        (" +1200 ", 1200.0, -48.75),
        ("-0.10", -0.1, 1151.35),
        ("eur = 0", 0.0, 1151.25),
    ],
)
def test_one_control_total_stands_beside_the_open_total_exactly(made, said, control, difference):
    assert parts(summarise(in_euros(made), control_total=said), "EUR", "control_total", "difference") == (control, difference)


def test_control_totals_of_several_currencies_are_said_by_their_codes(made):
    summary = summarise(made["documents"], control_total="JPY=1400, EUR=1151.25")
    assert summary["difference"].to_dict() == {"EUR": 0.0, "JPY": 100.0}


def test_a_currency_without_a_control_total_has_no_difference(made):
    summary = summarise(made["documents"], control_total="JPY=1500")
    assert summary["difference"].isna().to_dict() == {"EUR": True, "JPY": False}


def test_a_balance_of_the_books_in_a_currency_nobody_owes_is_a_difference_too(made):
    summary = summarise(made["documents"], control_total="EUR=1151.25,JPY=1500,USD=10")
    assert parts(summary, "USD", "open_total", "documents", "control_total", "difference") == (0.0, 0, 10.0, -10.0)


def test_a_control_total_where_nothing_is_open_is_a_difference_too(made):
    settled = in_euros(made).assign(open_amount=0.0, settled_on=pd.NaT)
    assert parts(summarise(settled, control_total="7"), "EUR", "open_total", "difference") == (0.0, -7.0)
    assert parts(summarise(Ledger().at(DAY), control_total="7"), "XXX", "open_total", "difference") == (0.0, -7.0)


@pytest.mark.parametrize(
    "said", ["ten", "1,000", "EUR=1,000", "EUR=", "=5", "nan", "inf", "EUR=nan", "1e3", "1_000", "EUR=1,EUR=2", ","]
)
def test_a_control_total_that_cannot_be_read_is_refused(made, said):
    with pytest.raises(ArkitError, match=rf"(?s)^the control total cannot be read\..*got: '{said}'\n  fix: write amounts "):
        summarise(in_euros(made), control_total=said)


def test_one_control_total_for_several_currencies_is_refused_with_what_to_say(made):
    with pytest.raises(ArkitError, match=r"(?s)^one control total cannot hold.*fix: .*-total EUR=AMOUNT,JPY=AMOUNT$"):
        summarise(made["documents"], control_total="100")


# what is written


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    return write_month(tmp_path_factory.mktemp("month") / "2026-10", **made, control_total="EUR=1151.25,JPY=1500")


def read(folder, name):
    return pd.read_csv(folder / "tables" / f"{name}.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")


def test_a_month_leaves_a_workbook_letters_tables_and_a_run(folder):
    assert {path.name for path in folder.iterdir()} == {"actions.xlsx", "letters", "run.json", "tables"}
    assert {path.stem for path in (folder / "tables").iterdir()} == {
        "aging", "measures", "documents", "scores", "actions", "blocks", "routes", "receipts", "rejects", "reconciliation",
    }  # fmt: skip


@pytest.fixture(scope="module")
def full(made, tmp_path_factory):
    """A month with everything that can be handed over, under a policy that names factors and a law; no control total."""
    factors = '[factoring]\nfactors = ["Any Factor"]\nneed = [["EUR", 50]]\nfrom_days = 0\nsmallest = 0\ncap = 1.0\nscore = 0'
    policy = Policy.parse(f'[company]\nname = "N"\n{factors}\n[interest]\njurisdiction = "EU"')
    documents, scores = made["documents"], made["scores"]
    sold = factor(documents, scores, policy, need={"EUR": 50.0})
    assert sold["chosen"].any()
    tables = {
        "plans": plan(documents), "instalments": schedule(plan(documents)), "factorable": sold,
        "factoring_offers": offers(sold, {"EUR": 50.0}, policy), "preventions": prevent(documents, PROFILES.empty()),
    }  # fmt: skip
    mixed = pd.Series(["=1+1", 5, None] * 3, dtype="object")[: len(scores)]
    given = made | {"policy": policy, "scores": scores.assign(note=mixed)}
    month = write_month(tmp_path_factory.mktemp("full") / "month", **given, tables=tables | {"cash": None})
    return month, tables, mixed


def test_plans_and_what_else_was_weighed_stand_in_tables_of_their_own_where_they_are_handed_over(full):
    month, tables, _ = full
    for name, table in tables.items():
        assert list(read(month, name)) == list(table)
        assert len(read(month, name)) == len(table)
    assert len(read(month, "factoring_offers")) == 1
    assert not (month / "tables" / "cash.csv").exists()


def test_text_in_a_column_of_mixed_values_is_no_formula_either(full):
    month, _, mixed = full
    assert read(month, "scores")["note"].tolist() == ["'=1+1", "5", ""][: len(mixed)]


def test_without_a_control_total_nothing_is_explained(full):
    assert json.loads((full[0] / "run.json").read_text("utf-8"))["reconciliation"] == {}
    assert "Books" not in pd.read_excel(full[0] / "actions.xlsx", sheet_name=None, engine="calamine")


def test_interest_is_written_where_the_policy_names_a_law_and_nowhere_else(made, folder, full):
    assert not (folder / "tables" / "interest.csv").exists()
    written = pd.read_csv(full[0] / "tables" / "interest.csv")
    late = made["documents"][made["documents"]["open_amount"].gt(0) & made["documents"]["days_late"].gt(0)]
    assert sorted(written["document_id"]) == sorted(late["document_id"])
    assert written["interest"].gt(0).any()
    for month in (folder, full[0]):
        assert "interest" not in "".join(path.read_text("utf-8").lower() for path in (month / "letters").rglob("*.txt"))


def test_letters_of_the_month_draw_on_its_tables(full):
    letters = list((full[0] / "letters").iterdir())
    assert "factoring" in {path.name.split("-")[0] for path in letters}
    run = json.loads((full[0] / "run.json").read_text("utf-8"))
    assert run["letters"] == len(letters)
    assert run["letters_gaps"] == ["company.sender", "company.phone", "company.email", "company.pay_to"]


def test_no_text_of_a_table_begins_as_a_formula(folder):
    for path in (folder / "tables").iterdir():
        table = read(folder, path.stem)
        text = table.drop(columns=[name for name in table if table[name].str.fullmatch(r"-?[\d.]*").all()])
        assert not text.map(lambda cell: cell.startswith(("=", "+", "-", "@", "\t", "\r"))).any(axis=None)
    assert set(read(folder, "documents")["customer_id"]) == {"'=1+1", "C2", "C3"}
    assert {"'@I3", "'-I4"} <= set(read(folder, "documents")["document_id"])
    assert "'=HYPERLINK(1)" in set(read(folder, "actions")["name"])
    assert read(folder, "rejects")["values"].tolist() == ["'=2+3"]


def test_numbers_and_days_of_a_table_stay_as_they_are(folder):
    shown = read(folder, "documents").set_index("document_id")[["open_amount", "issued", "settled", "settled_on"]]
    assert shown.loc["P1"].tolist() == ["-50.05", "2026-10-01", "False", ""]
    assert (folder / "tables" / "documents.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_run_says_what_the_month_found(made, folder):
    run = json.loads((folder / "run.json").read_text("utf-8"))
    asked = made["actions"].query("currency == 'JPY' and action not in ['none', 'hold']")
    assert (run["as_of"], run["open_documents"], run["open_invoices"], run["rejects"]) == (DAY, 5, 4, 1)
    assert run["open_total"] == {"EUR": "1151.25", "JPY": "1500"}
    assert run["summary"]["JPY"] == {
        "documents": 1,
        "customers": 1,
        "at_start_of_day": 1,
        "to_contact": len(asked),
        "open_total": "1500",
        "past_due": "1500",
        "not_due": "0",
        "credit": "0",
        "control_total": "1500",
        "difference": "0",
        "past_due_share": 1.0,
    }
    assert run["summary"]["EUR"]["difference"] == "0.00"
    assert run["summary"]["EUR"]["past_due_share"] == 0.8325


def test_the_run_holds_totals_per_bucket_action_and_route_that_add_up(made, folder):
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert run["buckets"]["credit"] == {"EUR": "-50.05", "JPY": "0"}
    assert run["buckets"]["91-120"] == {"EUR": "1000.10", "JPY": "0"}
    assert run["buckets"]["total"] == run["open_total"]
    assert sum(said["customers"] for said in run["actions"].values()) == made["actions"]["customer_id"].nunique()
    stakes = [float(said["at_stake"].get("EUR", 0)) for said in run["actions"].values()]
    assert round(sum(stakes), 2) == 950.05
    assert set(run["routes"]) == set(made["routes"].loc[made["routes"]["eligible"], "route"])
    assert run["letters"] == len([path for path in (folder / "letters").rglob("*") if path.is_file()])


def test_the_run_says_how_each_file_was_read(folder):
    first, second = json.loads((folder / "run.json").read_text("utf-8"))["files"]
    assert (first["file"], first["entry"], first["as_of"], first["warnings"]) == ("a.csv", 7, None, ["look here", "and there"])
    assert (second["file"], second["as_of"], second["warnings"]) == ("b.csv", DAY, [])


def test_a_difference_to_the_books_is_explained_in_the_run_the_tables_and_the_workbook(made, tmp_path):
    month = write_month(tmp_path / "month", **made, control_total="EUR=1201.30,JPY=1500")
    run = json.loads((month / "run.json").read_text("utf-8"))["reconciliation"]
    assert run["JPY"]["in_words"] == "The ledger ties to the books: 1,500 JPY."
    assert run["EUR"]["difference"] == "-50.05"
    assert run["EUR"]["in_words"].startswith("The ledger is 50.05 EUR below the books; unapplied credit P1 of customer =1+1 (")
    best = run["EUR"]["candidates"][0]
    assert (best["candidate"], best["amount"], best["explains"], best["left_over"]) == (
        "unapplied credit", "-50.05", "exact", "0.00",
    )  # fmt: skip
    assert read(month, "reconciliation")["candidate"][0] == "unapplied credit"
    sheet = pd.read_excel(month / "actions.xlsx", sheet_name="Books", engine="calamine")
    assert sheet.loc[0, ["Difference", "What would explain it", "Explains"]].tolist() == [-50.05, "unapplied credit", "exact"]


def test_a_folder_that_holds_a_month_is_not_written_over(made, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(OutputRefused, match=r"(?s)already holds a month\..*got: .*run\.json\n  fix: choose another folder"):
        write_month(folder, **made)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_control_total_that_is_refused_leaves_nothing_behind(made, tmp_path):
    with pytest.raises(ArkitError, match=r"^the control total cannot be read\."):
        write_month(tmp_path / "month", **made, control_total="ten")
    assert not (tmp_path / "month").exists()


LATE = ("2026-07-01", "2026-07-31")
PAID_SINCE = {"none": 0.0, "some": -400.0, "all": -900.0}


def test_who_paid_since_gets_no_letter_and_the_workbook_says_so(tmp_path):
    rows = [(who, f"I-{who}", "invoice", *LATE, 900.0, "EUR") for who in PAID_SINCE]
    rows += [(who, f"I-{who}", "payment", "2026-11-02", None, paid, "EUR") for who, paid in PAID_SINCE.items() if paid]
    ledger = Ledger(postings(rows))
    documents = ledger.at(DAY)
    scores = score(profile(documents))
    actions = recommend(documents, scores, profiles=profile(documents)).assign(action="call")
    given = {"documents": documents, "aged": age(documents), "scores": scores, "actions": actions}
    month = write_month(tmp_path / "month", ledger=ledger, **given)
    assert sorted(file.name for file in (month / "letters").iterdir()) == ["call-none.txt", "call-some.txt"]
    assert json.loads((month / "run.json").read_text("utf-8"))["paid_since"] == 1
    book = openpyxl.load_workbook(month / "actions.xlsx", read_only=True)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    said = "{} EUR of it was paid or taken off since, the last on 2026-11-02: look before you ask"
    assert [sum(said.format(amount) in cell for cell in cells) > 0 for amount in ("400.00", "900.00")] == [True, True]
    assert read(month, "actions")["reason"].str.contains("since, the last").sum() == 0


def test_a_month_in_which_nobody_owes_anything_is_written_too(tmp_path, ledger_of):
    ledger = ledger_of([("C", "1", "2026-01-01", "2026-01-31", 100.0, "2026-01-20")])
    documents = ledger.at(DAY)
    scores = score(profile(documents))
    actions, aged = recommend(documents, scores), age(documents)
    month = write_month(tmp_path / "month", ledger=ledger, documents=documents, aged=aged, scores=scores, actions=actions)
    run = json.loads((month / "run.json").read_text("utf-8"))
    assert (run["as_of"], run["open_total"], run["open_documents"], run["letters"]) == (DAY, {}, 0, 0)
    assert run["books_until"] == "2026-01-20"


# published data


def test_the_published_ledger_has_84_open_invoices_at_the_start_of_its_day(shared):
    summary = summarise(load(shared("data/ibm/WA_Fn-UseC_-Accounts-Receivable.csv")).at("2013-07-01"))
    assert summary[["at_start_of_day", "documents"]].to_numpy().tolist() == [[84, 87]]


def test_a_day_before_the_books_is_refused_and_nothing_is_written(tmp_path):
    ledger = sample_ledger()
    documents = ledger.at("2010-01-01")
    with pytest.raises(DayRefused, match=r"no document yet.\n  expected: a day from 2024-05-02 on"):
        write_month(
            tmp_path / "out",
            ledger=ledger,
            documents=documents,
            aged=age(documents),
            scores=SCORES.empty(),
            actions=ACTIONS.empty(),
        )
    assert not list(tmp_path.iterdir())
