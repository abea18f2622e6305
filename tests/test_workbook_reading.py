import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arkit.aging import age
from arkit.errors import ImportRefused
from arkit.tables import ACTIONS, ACTIONS_IN_ORDER, DOCUMENTS, NOTE_KINDS, NOTES, PROBLEMS, SCORES
from arkit.workbook import files, read_workbook, write_workbook
from arkit.workbook.words import GROUPS, LABELS, OUTCOMES, REASONS, SPOKEN, WRITTEN

AS_OF = pd.Timestamp("2026-10-31")
#: Customer and action; each owes 1,250.00 in 001-1 and 410.00 in 001-2 (the number of the customer).
ACTIONS_OF = {
    "10001": "call", "10002": "call", "10003": "contact_ap", "10004": "reminder", "10005": "plan", "10006": "final_demand",
    "10007": "factoring", "10008": "agency", "10009": "review", "10010": "call",
}  # fmt: skip
ROW_ID = "2026-10-31|{}|EUR"
DONE, LATER = date(2026, 11, 3), date(2026, 11, 13)


def tables(actions_of: dict[str, str] = ACTIONS_OF) -> dict[str, pd.DataFrame]:
    """A month in three currencies: every customer owes 1,250.00 and 410.00, the last two less and in one document each."""
    accounts = [(number, f"Firm {number}", "EUR", action, [1250.0, 410.0]) for number, action in actions_of.items()]
    accounts += [("10011", "Sato KK", "JPY", "call", [120000.0]), ("10011", "Sato KK", "EUR", "call", [50.0])]
    accounts += [("10012", "Dinar WLL", "KWD", "call", [1234.567])]
    items = [(number, currency, f"{number[-3:]}-{n}", amount) for number, _, currency, _, owed in accounts
             for n, amount in enumerate(owed, 1)]  # fmt: skip
    documents = pd.DataFrame(items, columns=["customer_id", "currency", "document_id", "open_amount"])
    due = AS_OF - pd.Timedelta(days=40)
    documents = documents.assign(as_of=AS_OF, kind="invoice", issued=due, due_date=due, amount=documents["open_amount"])
    documents = DOCUMENTS.conform(documents.assign(settled=False, settled_on=pd.NaT, days_late=40))
    actions = pd.DataFrame([row[:4] for row in accounts], columns=["customer_id", "name", "currency", "action"])
    owed = [sum(row[4]) for row in accounts]
    actions = actions.assign(
        as_of=AS_OF, priority=range(1, len(actions) + 1), rule="", reason="past due", runner_up="", would_change="",
        at_stake=owed, ask_for=owed, balance=owed, oldest_days_late=40, documents="", contact="Ann, ann@firm.example",
        due_by=AS_OF, answer_by=pd.Timestamp("2026-11-16"), next_step="firm notice", blocked_until=pd.NaT,
        blocked_amount=0.0, score=50.0,
    )  # fmt: skip
    people = actions.drop_duplicates("customer_id")[["as_of", "customer_id"]]
    scores = SCORES.conform(people.assign(score=50.0, grade="C", reasons="", n=3, confidence=0.5))
    return {"actions": ACTIONS.conform(actions), "documents": documents, "aged": age(documents), "scores": scores}


@pytest.fixture(scope="session")
def blank(tmp_path_factory) -> Path:
    """A list that nobody has filled in."""
    return write_workbook(tmp_path_factory.mktemp("blank") / "actions.xlsx", **tables())


HEAD = {
    "outcome": "Outcome", "done_on": "Done on", "amount": "Promised or disputed amount", "until": "Promised by, or until",
    "dispute": "Dispute reason", "document": "About document", "next": "Next action", "by": "By", "comment": "Comment",
}  # fmt: skip


class Copy:
    """A copy of the list in the hands of a collector."""

    def __init__(self, blank: Path, folder: Path, name: str = "actions.xlsx") -> None:
        self.path = folder / name
        shutil.copy(blank, self.path)
        self.book = openpyxl.load_workbook(self.path)

    def lists(self):
        return [sheet for sheet in self.book.worksheets if self.columns(sheet).keys() >= {"row_id", "Outcome"}]

    def columns(self, sheet) -> dict[str, int]:
        for row in sheet.iter_rows(min_row=1, max_row=12):
            names = {cell.value: cell.column for cell in row if isinstance(cell.value, str)}
            if "row_id" in names:
                return names | {"": row[0].row}
        return {}

    def at(self, customer: str, heading: str, currency: str = "EUR"):
        """The cell of a customer's row."""
        wanted = f"2026-10-31|{customer}|{currency}"
        for sheet in self.lists():
            columns = self.columns(sheet)
            for row in range(1, sheet.max_row + 1):
                if sheet.cell(row, columns["row_id"]).value == wanted:
                    return sheet.cell(row, columns[heading])
        raise AssertionError(wanted)

    def fill(self, customer: str, currency: str = "EUR", **entries) -> "Copy":
        for key, value in entries.items():
            self.at(customer, HEAD[key], currency).value = value
        return self

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path

    def read(self, **options):
        return read_workbook(self.save(), **options)


@pytest.fixture(scope="session")
def slim(blank, tmp_path_factory) -> Path:
    """The lists and what was given, without the other sheets, which openpyxl would read and write each time."""
    copy = Copy(blank, tmp_path_factory.mktemp("slim"))
    other_sheets_gone(copy)
    return copy.save()


@pytest.fixture
def copy(slim, tmp_path) -> Copy:
    return Copy(slim, tmp_path)


def all_at_once(folder: Path, actions: list[str], entries: list[dict]) -> list[tuple]:
    """Many rows in one workbook, each filled in its own way; for each its notes, its problems and its cells."""
    numbers = [str(20001 + n) for n in range(len(actions))]
    copy = Copy(write_workbook(folder / "many.xlsx", **tables(dict(zip(numbers, actions, strict=True)))), folder)
    for number, entry in zip(numbers, entries, strict=True):
        copy.fill(number, **{k: v.replace("{}", number[-3:]) if isinstance(v, str) else v for k, v in entry.items()})
    cells = [{key: copy.at(number, heading) for key, heading in HEAD.items()} for number in numbers]
    entered = copy.read()
    assert entered.filled == len(entries)

    def of(number: str, table: pd.DataFrame) -> pd.DataFrame:
        return table[table["customer_id"].eq(number)].reset_index(drop=True)

    return [(of(n, entered.notes), of(n, entered.problems), cell) for n, cell in zip(numbers, cells, strict=True)]


def said(entered) -> list[tuple]:
    columns = ["customer_id", "kind", "outcome", "reason"]
    return [tuple(row) for row in entered.notes[columns].itertuples(index=False)]


def problem(entered) -> str:
    """The only problem, in words."""
    (words,) = entered.problems["problem"]
    return words


#: Action, outcome, and the kind and outcome of the note it becomes.
BECOMES = [
    ("call", "left message", "call", "left_message"),
    ("call", "wrong contact", "call", "wrong_number"),
    ("call", "reached - cannot pay", "call", "cannot_pay"),
    ("call", "reached - asks for plan", "call", "asks_for_plan"),
    ("call", "sent", "letter", "sent"),
    ("contact_ap", "no answer", "contact_ap", "no_answer"),
    ("contact_ap", "reached - not received", "contact_ap", "not_received"),
    ("reminder", "sent", "reminder", "sent"),
    ("resend", "sent", "resend", "sent"),
    ("reminder", "came back", "reminder", "not_reached"),
    ("reminder", "reached - will pay", "call", "reached"),
    ("plan", "plan offered", "plan", "offered"),
    ("plan", "plan refused", "plan", "refused"),
    ("final_demand", "sent", "final_demand", "sent"),
    ("mediation", "sent", "mediation", "sent"),
    ("factoring", "sold to factor", "other", "sold"),
    ("agency", "handed over", "handed_over", "handed_over"),
    ("agency", "came back from agency", "handed_over", "returned"),
    ("review", "insolvent", "insolvency", "open"),
    ("review", "insurer told", "reported", ""),
    ("review", "supply stopped", "supply_stopped", ""),
    ("review", "put on hold", "hold", ""),
    ("hold", "promise kept", "promise", "kept"),
    ("hold", "dispute resolved", "dispute", "resolved"),
    ("hold", "credit note issued", "credit_pending", "resolved"),
    ("hold", "hold ended", "hold", "cancelled"),
]
#: What is filled in, the column that does not fit, and why.
UNFIT = [
    ({"outcome": "reached - promise", "done_on": DONE}, "until", "'reached - promise' without 'Promised by, or until'"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": date(2026, 11, 2)}, "until",
     "promised for, or until, a day before the one it was done on"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": date(2036, 1, 1)}, "until",
     "more than three years after the list"),
    ({"outcome": "no answer", "done_on": date(2026, 9, 1)}, "done_on",
     "done more than a month before the list, or more than a year after it"),
    ({"outcome": "no answer"}, "done_on", "what came of it, and not the day it was done"),
    ({"outcome": "no answer", "done_on": "soon"}, "done_on", "'Done on' is no day"),
    ({"outcome": "no answer", "done_on": "31/02/2026"}, "done_on", "'Done on' is no day"),
    ({"outcome": "no answer", "done_on": "03/11/2026"}, "done_on", "'Done on' could be read two ways"),
    ({"outcome": "nonsense", "done_on": DONE}, "outcome", "an outcome that is not on the list"),
    ({"outcome": "reched - promise", "done_on": DONE}, "outcome",
     "an outcome that is not on the list; did you mean 'reached - promise'?"),
    ({"done_on": DONE}, "outcome", "something is filled in and no outcome"),
    ({"by": "AK"}, "by", "initials, and nothing else"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": LATER, "amount": 0}, "amount",
     "an amount that is not above zero"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": LATER, "amount": -5}, "amount",
     "an amount that is not above zero"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": LATER, "amount": "1.234"}, "amount",
     "'Promised or disputed amount' could be read two ways"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": LATER, "amount": "half"}, "amount",
     "'Promised or disputed amount' is no amount"),
    ({"outcome": "reached - promise", "done_on": DONE, "until": LATER, "amount": 10.005}, "amount",
     "'Promised or disputed amount' has more decimals than its currency"),
    ({"outcome": "reached - dispute", "done_on": DONE}, "dispute", "'reached - dispute' without 'Dispute reason'"),
    ({"outcome": "no answer", "done_on": DONE, "dispute": "price"}, "dispute",
     "'Dispute reason' is filled in, and the outcome is 'no answer'"),
    ({"outcome": "no answer", "done_on": DONE, "until": LATER}, "until",
     "'Promised by, or until' is filled in, and the outcome is 'no answer'"),
    ({"outcome": "other", "done_on": DONE}, "comment", "'other' without 'Comment'"),
    ({"outcome": "reached - dispute", "done_on": DONE, "dispute": "tax", "document": "9-9"}, "document",
     "a document that is not open on this account"),
    ({"outcome": "reached - dispute", "done_on": DONE, "dispute": "tax", "document": "{}-1, {}-2", "amount": 5},
     "document", "one amount about several documents"),
]  # fmt: skip


@pytest.fixture(scope="module")
def became(tmp_path_factory):
    rows = [{"outcome": outcome, "done_on": DONE} for _, outcome, _, _ in BECOMES]
    return all_at_once(tmp_path_factory.mktemp("became"), [row[0] for row in BECOMES], rows)


@pytest.fixture(scope="module")
def unfit(tmp_path_factory):
    return all_at_once(tmp_path_factory.mktemp("unfit"), ["call"] * len(UNFIT), [row[0] for row in UNFIT])


class TestVocabulary:
    def test_every_action_is_on_one_list_and_every_outcome_is_offered_and_known(self):
        assert sorted(action for group in GROUPS for action in group.actions) == sorted(ACTIONS_IN_ORDER)
        offered = [outcome for group in GROUPS for outcome in group.outcomes]
        assert {*offered} == {*OUTCOMES}
        assert all(len({*group.outcomes}) == len(group.outcomes) for group in GROUPS)

    def test_outcomes_become_kinds_of_notes_that_there_are(self):
        kinds = {said.kind for outcome in OUTCOMES.values() for said in outcome.notes}
        assert kinds - {SPOKEN, WRITTEN} <= {*NOTE_KINDS}
        assert all({*outcome.needs} - {"comment"} <= {*outcome.takes} for outcome in OUTCOMES.values())

    def test_a_drop_down_fits_what_excel_takes(self):
        assert all(len(word) < 40 and "," not in word for word in (*OUTCOMES, *REASONS))
        assert len({*LABELS.values()}) == len(LABELS)


class TestOutcomes:
    def test_a_promise_is_a_call_and_a_promise_with_amount_and_day(self, copy):
        entered = copy.fill("10001", outcome="reached - promise", done_on=DONE, amount=1000, until=LATER, by="AK").read()
        call, promise = entered.notes.to_dict("records")
        assert (call["kind"], call["outcome"], call["date"], call["by"]) == ("call", "reached", pd.Timestamp(DONE), "AK")
        assert (promise["kind"], promise["amount"], promise["until"]) == ("promise", 1000, pd.Timestamp(LATER))
        assert promise["row_id"] == call["row_id"] == "2026-10-31|10001|EUR"
        assert (promise["currency"], promise["document_id"]) == ("EUR", "")
        assert not len(entered.problems)
        assert entered.filled == 1

    def test_a_note_names_file_sheet_and_cell_it_comes_from(self, copy):
        cell = copy.at("10001", "Outcome")
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).read()
        assert entered.notes["source"].tolist() == [f"actions.xlsx:{cell.parent.title}:{cell.coordinate}"]

    def test_the_day_that_a_letter_set_comes_back_with_it(self, tmp_path):
        book = tables(dict.fromkeys(("20001", "20002", "20003"), "firm_notice") | {"20004": "reminder"})
        copy = Copy(write_workbook(tmp_path / "list.xlsx", **book), tmp_path)
        assert copy.at("20001", "Day it sets").value == pd.Timestamp("2026-11-16")
        assert "Day it sets" not in copy.columns(copy.at("20004", "Outcome").parent)
        copy.fill("20001", outcome="sent", done_on=DONE).fill("20004", outcome="sent", done_on=DONE)
        copy.fill("20002", outcome="sent", done_on=date(2026, 11, 20))  # later than the day it set
        copy.fill("20003", outcome="sent - promise", done_on=DONE, until=LATER)
        notes = copy.read().notes.set_index(["customer_id", "kind"])["until"]
        assert notes["20001", "firm_notice"] == notes["20003", "firm_notice"] == pd.Timestamp("2026-11-16")
        assert notes["20003", "promise"] == pd.Timestamp(LATER)
        assert notes[["20002", "20004"]].isna().all()

    @pytest.mark.parametrize("number", range(len(BECOMES)), ids=[f"{row[0]}: {row[1]}" for row in BECOMES])
    def test_an_outcome_becomes_the_kind_that_the_action_says(self, became, number):
        notes, problems, _ = became[number]
        assert [tuple(row) for row in notes[["kind", "outcome"]].to_numpy()] == [BECOMES[number][2:]]
        assert not len(problems)

    def test_a_dispute_has_its_reason_and_may_be_about_one_document(self, copy):
        copy.fill("10001", outcome="reached - dispute", done_on=DONE, dispute="quantity", document="001-1", amount=250)
        dispute = copy.read().notes.iloc[1]
        assert dispute[["kind", "outcome", "reason", "document_id", "amount"]].tolist() == [
            "dispute", "open", "quantity", "001-1", 250,
        ]  # fmt: skip

    def test_a_row_about_several_documents_is_a_note_on_each(self, copy):
        entered = copy.fill("10001", outcome="sent - dispute", done_on=DONE, dispute="tax", document="001-2; 001-1").read()
        assert entered.notes["document_id"].tolist() == ["", "001-2", "001-1"]

    def test_a_plan_needs_its_last_day(self, copy):
        copy.fill("10005", outcome="plan agreed", done_on=DONE)
        assert problem(copy.read()) == "'plan agreed' without 'Promised by, or until'"
        plan = copy.fill("10005", until=date(2027, 3, 31)).read().notes.iloc[0]
        assert (plan["kind"], plan["outcome"], plan["until"]) == ("plan", "agreed", pd.Timestamp("2027-03-31"))

    def test_paid_already_is_no_contact(self, copy):
        assert said(copy.fill("10001", outcome="paid already", done_on=DONE).read()) == [("10001", "other", "", "paid already")]

    def test_words_are_kept_with_what_comes_next(self, copy):
        copy.fill("10001", outcome="left message", done_on=DONE, comment="voice mail", next="call on Friday")
        assert copy.read().notes["text"].tolist() == ["left message: voice mail; next: call on Friday"]

    def test_capitals_and_dashes_of_other_kinds_do_not_matter(self, copy):
        assert len(copy.fill("10001", outcome=" Reached \u2013 Will pay ", done_on=DONE).read().notes) == 1

    def test_a_comment_alone_is_kept_with_the_day_of_the_list(self, copy):
        entered = copy.fill("10001", comment="new clerk").read()
        note = entered.notes.iloc[0]
        assert (note["kind"], note["text"], note["date"]) == ("other", "new clerk", pd.Timestamp("2026-10-31"))

    def test_the_shapes_are_those_of_the_tables(self, copy):
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).fill("10002", outcome="nonsense").read()
        assert list(entered.notes) == NOTES.names
        assert list(entered.problems) == PROBLEMS.names
        assert list(read_workbook(Copy(copy.path, copy.path.parent, "b.xlsx").save()).problems) == PROBLEMS.names

    def test_a_list_that_nobody_filled_in_says_nothing(self, blank):
        entered = read_workbook(blank)
        assert (entered.filled, len(entered.notes), len(entered.problems)) == (0, 0, 0)


class TestDoesNotFit:
    @pytest.mark.parametrize("number", range(len(UNFIT)), ids=[row[2] for row in UNFIT])
    def test_the_row_is_left_for_a_person_with_its_cell(self, unfit, number):
        (notes, problems, cells), (_, key, words) = unfit[number], UNFIT[number]
        (found,) = problems.to_dict("records")
        assert (found["problem"], found["cell"], found["sheet"]) == (words, cells[key].coordinate, cells[key].parent.title)
        assert (found["row_id"], found["file"]) == (f"2026-10-31|{20001 + number}|EUR", "actions.xlsx")
        assert found["fix"]
        assert not found["taken"]
        assert not len(notes)

    @pytest.mark.parametrize("shown", ["#N/A", "#REF!"])
    def test_a_cell_that_shows_an_error_is_not_blank(self, copy, shown):
        copy.fill("10001", outcome="no answer", done_on=DONE, comment=shown).fill("10002", outcome=shown)
        entered = copy.read()
        assert (entered.filled, len(entered.notes)) == (2, 0)
        assert entered.problems["problem"].tolist() == ["an error in place of what was filled in"] * 2
        assert entered.problems["got"].tolist() == [shown] * 2
        assert {*entered.problems["cell"]} == {copy.at("10001", "Comment").coordinate, copy.at("10002", "Outcome").coordinate}

    def test_more_than_is_open_is_taken_and_said(self, copy):
        entered = copy.fill("10001", outcome="reached - promise", done_on=DONE, until=LATER, amount=1660.01).read()
        assert problem(entered) == "more than is open"
        assert entered.problems["got"].tolist() == ["1,660.01 EUR of 1,660.00 EUR"]
        assert entered.problems["taken"].all()
        assert len(entered.notes) == 2

    def test_the_decimals_go_by_the_currency_of_the_row(self, copy):
        copy.fill("10012", "KWD", outcome="reached - promise", done_on=DONE, until=LATER, amount=1234.567)
        copy.fill("10011", "JPY", outcome="reached - promise", done_on=DONE, until=LATER, amount="120,000")
        entered = copy.read()
        assert entered.notes["amount"].dropna().tolist() == [120000, 1234.567]
        assert entered.notes["currency"].tolist() == ["JPY", "JPY", "KWD", "KWD"]

    def test_a_day_may_be_said_for_rows_that_name_none(self, copy):
        entered = copy.fill("10001", outcome="no answer").read(done_on="2026-11-05")
        assert entered.notes["date"].tolist() == [pd.Timestamp("2026-11-05")]


DAYS = ["2026-11-03", "2026/11/3", "3 Nov 2026", "Nov 3, 2026", "3. november 2026", "Tue, 3 Nov 26", "2026-11-03 09:30"]
AMOUNTS = [
    ("1.234,56", 1234.56), ("1,234.56", 1234.56), ("1 234,56", 1234.56), ("1'234.50", 1234.5), ("EUR 250", 250),
    ("250,5", 250.5), ("250.50 \u20ac", 250.5), ("1,234,567.00", 1234567), ("+40", 40),
    ("\u00a01\u202f234,56\u00a0", 1234.56),
]  # fmt: skip
NO_AMOUNTS = ["1.23.45,6", "1,2345.00", "12 EUR 5", "1,234.56.7", "--5", "1e400", "n/a"]


class TestWrittenAsText:
    def test_days_that_read_one_way_only(self, tmp_path):
        rows = all_at_once(tmp_path, ["call"] * len(DAYS), [{"outcome": "no answer", "done_on": text} for text in DAYS])
        assert [notes["date"].tolist() for notes, _, _ in rows] == [[pd.Timestamp(DONE)]] * len(DAYS)

    def test_amounts_in_the_ways_people_write_them_and_those_that_are_none(self, tmp_path):
        texts = [*(text for text, _ in AMOUNTS), *NO_AMOUNTS]
        promise = {"outcome": "reached - promise", "done_on": DONE, "until": LATER}
        rows = all_at_once(tmp_path, ["call"] * len(texts), [promise | {"amount": text} for text in texts])
        assert [notes["amount"].dropna().tolist() for notes, _, _ in rows] == [
            *([amount] for _, amount in AMOUNTS), *([] for _ in NO_AMOUNTS),
        ]  # fmt: skip
        assert [problems["problem"].tolist() for _, problems, _ in rows[len(AMOUNTS) :]] == [
            ["'Promised or disputed amount' is no amount"]
        ] * len(NO_AMOUNTS)

    @pytest.mark.parametrize("stored", [datetime(2026, 11, 3, 9, 30), 46329, 46329.4])  # noqa: DTZ001
    def test_days_that_a_program_stored_as_something_else(self, copy, stored):
        cell = copy.at("10001", "Done on")
        copy.fill("10001", outcome="no answer", done_on=stored)
        cell.number_format = "yyyy-mm-dd" if isinstance(stored, datetime) else "General"
        assert copy.read().notes["date"].tolist() == [pd.Timestamp(DONE)]

    @pytest.mark.parametrize(
        ("text", "proof"), [("03/11/2026", "13/11/2026"), ("11/03/2026", "11/13/2026"), ("3.11.26", "13.11.26")]
    )
    def test_a_day_is_read_in_the_order_that_another_cell_of_the_sheet_proves(self, copy, text, proof):
        copy.fill("10001", outcome="no answer", done_on=text)
        copy.fill("10002", outcome="reached - promise", done_on=DONE, until=proof)
        entered = copy.read()
        assert entered.notes["date"].tolist() == [pd.Timestamp(DONE)] * 3
        assert entered.notes["until"].dropna().tolist() == [pd.Timestamp(LATER)]

    def test_two_orders_in_one_sheet_prove_nothing(self, copy):
        copy.fill("10001", outcome="no answer", done_on="03/11/2026").fill("10010", outcome="no answer", done_on="11/13/2026")
        copy.fill("10002", outcome="reached - promise", done_on=DONE, until="13/11/2026")
        assert problem(copy.read()) == "'Done on' could be read two ways"

    def test_three_digits_are_read_by_what_another_amount_of_the_sheet_proves(self, copy):
        copy.fill("10001", outcome="reached - promise", done_on=DONE, until=LATER, amount="1.234")
        copy.fill("10002", outcome="reached - promise", done_on=DONE, until=LATER, amount="1.000,50")
        assert sorted(copy.read().notes["amount"].dropna()) == [1000.5, 1234]


class TestChangedByHand:
    def test_a_given_cell_that_was_changed_is_said_and_not_taken(self, copy):
        cell = copy.at("10001", "At stake")
        cell.value = 1000
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).read()
        assert problem(entered) == "'At stake' is not what was given"
        assert entered.problems.iloc[0][["cell", "got", "taken"]].tolist() == [cell.coordinate, "'1000', was '1660'", True]
        assert len(entered.notes) == 1

    def test_a_name_that_was_corrected_still_belongs_to_its_row(self, copy):
        copy.at("10001", "Customer").value = "Firm Renamed"
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).read()
        assert entered.problems["got"].tolist() == ["'Firm Renamed', was 'Firm 10001'"]
        assert len(entered.notes) == 1

    def test_a_row_sorted_without_its_id_is_left_for_a_person(self, copy):
        for heading in ("Customer no.", "Customer"):
            one, two = copy.at("10001", heading), copy.at("10002", heading)
            one.value, two.value = two.value, one.value
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).read()
        assert entered.problems.iloc[0]["problem"].startswith("the row and its row_id are not of one customer")
        assert entered.problems.iloc[0]["got"] == "'10002 Firm 10002 EUR' beside 2026-10-31|10001|EUR"
        assert not len(entered.notes)
        assert entered.filled == 1

    def test_a_damaged_id_is_said_with_what_the_row_says(self, copy):
        cell = copy.at("10001", "row_id")
        copy.fill("10001", outcome="no answer", done_on=DONE, comment="asked twice")
        cell.value = "2026-10-31|10001"
        entered = copy.read()
        assert entered.problems["problem"].tolist() == [
            f"1 row of the list '{cell.parent.title}' was deleted",
            "the row_id is none of this list's",
        ]
        assert "no answer, 2026-11-03, asked twice" in entered.problems["got"].iloc[1]
        assert (entered.filled, len(entered.notes)) == (1, 0)

    def test_without_the_column_of_ids_only_what_was_filled_in_is_listed(self, copy):
        sheet = copy.fill("10001", outcome="no answer", done_on=DONE).lists()[0]
        sheet.delete_cols(copy.columns(sheet)["row_id"])
        entered = copy.read()
        assert entered.problems["problem"].tolist() == [
            "the list 'Calls' is not there",
            "the hidden column row_id is gone: whose the rows are cannot be told",
            "a row that the list did not have: its row_id is empty",
        ]
        assert (entered.filled, len(entered.notes)) == (1, 0)

    def test_a_row_that_somebody_added_is_said(self, copy):
        sheet, columns = copy.lists()[0], copy.columns(copy.lists()[0])
        last = max(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, columns["row_id"]).value) + 1
        sheet.cell(last, columns["Customer"]).value = "Walk-in Ltd"
        sheet.cell(last, columns["Outcome"]).value = "paid already"
        entered = copy.read()
        assert problem(entered) == "a row that the list did not have: its row_id is empty"
        assert entered.problems["got"].tolist() == ["Walk-in Ltd, paid already"]
        assert entered.filled == 1

    def test_a_row_that_stands_twice_alike_is_taken_once(self, copy):
        self.duplicate(copy.fill("10001", outcome="no answer", done_on=DONE), "10001")
        entered = copy.read()
        assert problem(entered) == "a row that stands twice, filled in the same"
        assert len(entered.notes) == 1

    def test_a_row_that_stands_twice_and_says_two_things_is_not_taken(self, copy):
        row = self.duplicate(copy.fill("10001", outcome="no answer", done_on=DONE), "10001")
        cell = copy.at("10001", "Outcome")
        cell.parent.cell(row, cell.column).value = "left message"
        entered = copy.read()
        assert problem(entered) == "the copies of this row were filled in differently, and none was taken"
        assert not len(entered.notes)
        assert entered.filled == 2

    def duplicate(self, copy: Copy, customer: str) -> int:
        cell = copy.at(customer, "Outcome")
        sheet, row = cell.parent, cell.parent.max_row + 1
        for column in range(1, sheet.max_column + 1):
            sheet.cell(row, column).value = sheet.cell(cell.row, column).value
        return row

    def test_a_column_of_somebodys_own_is_said(self, copy):
        sheet = copy.at("10001", "Outcome").parent
        columns = copy.columns(sheet)
        sheet.cell(columns[""], len(columns) + 3).value = "My notes"
        sheet.cell(columns[""] + 1, len(columns) + 3).value = "nice people"
        entered = copy.read()
        assert problem(entered) == "the column 'My notes' is none of the list's and was not read"
        assert entered.problems["got"].tolist() == ["1 cell: nice people"]

    def test_a_heading_that_was_changed_is_said_twice_what_is_gone_and_what_was_not_read(self, copy):
        sheet = copy.at("10001", "Comment").parent
        copy.fill("10001", comment="hello")
        sheet.cell(copy.columns(sheet)[""], copy.columns(sheet)["Comment"]).value = "Remarks"
        words = copy.read().problems["problem"].tolist()
        assert words == [
            "the column 'Remarks' is none of the list's and was not read",
            "1 column to fill in cannot be found: Comment",
        ]

    def test_without_what_was_given_the_rest_is_read_and_the_gap_is_said(self, copy):
        del copy.book["Given"]
        entered = copy.fill("10001", outcome="no answer", done_on=DONE).read()
        assert problem(entered).startswith("the hidden sheet that says what was given is gone")
        assert said(entered) == [("10001", "call", "no_answer", "")]


class TestTwoCopies:
    def test_rows_of_both_are_read(self, slim, tmp_path):
        ann = Copy(slim, tmp_path, "ann.xlsx").fill("10001", outcome="no answer", done_on=DONE)
        ben = Copy(slim, tmp_path, "ben.xlsx").fill("10002", outcome="left message", done_on=DONE)
        entered = read_workbook(ann.save(), ben.save())
        assert sorted(entered.notes["customer_id"]) == ["10001", "10002"]
        assert not len(entered.problems)
        assert entered.filled == 2

    def test_the_same_said_twice_is_one_note(self, slim, tmp_path):
        copies = [Copy(slim, tmp_path, name).fill("10001", outcome="no answer", done_on=day).save()
                  for name, day in (("ann.xlsx", DONE), ("ben.xlsx", "3 Nov 2026"))]  # fmt: skip
        entered = read_workbook(*copies)
        assert (len(entered.notes), len(entered.problems), entered.filled) == (1, 0, 2)

    def test_rows_filled_in_differently_are_named_with_both_cells_and_not_taken(self, slim, tmp_path):
        ann = Copy(slim, tmp_path, "ann.xlsx").fill("10001", outcome="no answer", done_on=DONE)
        ben = Copy(slim, tmp_path, "ben.xlsx").fill("10001", outcome="left message", done_on=DONE)
        cell = ann.at("10001", "Outcome")
        entered = read_workbook(ann.save(), ben.save())
        assert problem(entered) == "the copies of this row were filled in differently, and none was taken"
        where = f"{cell.parent.title}:{cell.coordinate}"
        assert entered.problems["got"].tolist() == [f"ann.xlsx {where} 'no answer', ben.xlsx {where} 'left message'"]
        assert not len(entered.notes)

    def test_each_may_have_deleted_what_the_other_does(self, slim, tmp_path):
        ann, ben = Copy(slim, tmp_path, "ann.xlsx"), Copy(slim, tmp_path, "ben.xlsx")
        cell = ann.at("10001", "Outcome")
        ann.fill("10002", outcome="no answer", done_on=DONE)
        cell.parent.delete_rows(cell.row)
        assert not len(read_workbook(ann.save(), ben.save()).problems)
        entered = read_workbook(ann.save())
        assert problem(entered) == f"1 row of the list '{cell.parent.title}' was deleted"
        assert entered.problems["got"].tolist() == ["Firm 10001 (2026-10-31|10001|EUR)"]


class TestRefusals:
    def test_a_workbook_without_a_list(self, tmp_path):
        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        with pytest.raises(ImportRefused) as refused:
            read_workbook(tmp_path / "other.xlsx")
        assert str(refused.value) == (
            "other.xlsx holds no list to act on.\n"
            "  expected: a workbook that arkit wrote, its headings as they were (Outcome, Done on ..., row_id)\n"
            "  got: 1 sheet: Sheet\n"
            "  fix: give the workbook that was filled in; headings that were changed are to be put back"
        )

    @pytest.mark.parametrize(
        ("content", "got"),
        [(b"", "an empty file"), (b"hello", "a file that is no workbook"), (b"\x89PNG", "a file that is no workbook")],
    )
    def test_a_file_that_is_no_workbook(self, tmp_path, content, got):
        (tmp_path / "a.xlsx").write_bytes(content)
        with pytest.raises(ImportRefused, match=f"cannot be read as a list that came back.\n.*\n  got: {got}\n  fix: give the"):
            read_workbook(tmp_path / "a.xlsx")

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(ImportRefused, match=r"got: No such file or directory\n  fix: check the path"):
            read_workbook(tmp_path / "a.xlsx")

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
    def test_a_file_that_is_cut_off(self, blank, tmp_path, share):
        content = blank.read_bytes()
        (tmp_path / "a.xlsx").write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ImportRefused, match=r"expected: a whole workbook\n  got: one that ends too early\n  fix: copy it"):
            read_workbook(tmp_path / "a.xlsx")

    def test_a_file_behind_a_password(self, tmp_path):
        locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
        (tmp_path / "a.xlsx").write_bytes(locked)
        with zipfile.ZipFile(tmp_path / "a.ods", "w") as packed:
            packed.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        for name in ("a.xlsx", "a.ods"):
            with pytest.raises(ImportRefused, match=r"expected: a workbook without password\n  got: one that is protected\n"):
                read_workbook(tmp_path / name)

    def test_a_file_that_unpacks_without_end(self, blank, monkeypatch):
        monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
        with pytest.raises(ImportRefused, match=r"at most 1 GiB\n  got: .* bytes that unpack to .*\n  fix: copy the"):
            read_workbook(blank)


ANYTHING = st.one_of(
    st.none(), st.none(), st.sampled_from([*OUTCOMES, *REASONS]), st.dates(date(2026, 9, 1), date(2027, 12, 31)),
    st.integers(-5, 60_000), st.floats(-1e4, 1e6, allow_nan=False), st.booleans(),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12),
)  # fmt: skip
USUAL = {
    "outcome": st.one_of(st.none(), st.sampled_from([*OUTCOMES])),
    "done_on": st.one_of(st.none(), st.dates(date(2026, 10, 20), date(2026, 12, 1))),
    "until": st.one_of(st.none(), st.none(), st.dates(date(2026, 10, 20), date(2027, 12, 1))),
    "dispute": st.one_of(st.none(), st.none(), st.sampled_from(REASONS)),
}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_filled_in_every_row_is_among_the_notes_or_the_problems(slim, tmp_path, data):
    """Eleven rows, each with entries as people make them, or with anything at all in any cell."""
    copy, filled = Copy(slim, tmp_path), set()
    for number in [*ACTIONS_OF, "10011"]:
        wild = data.draw(st.booleans())
        entries = {key: data.draw(ANYTHING if wild else USUAL.get(key, st.none())) for key in HEAD}
        copy.fill(number, **entries)
        for key, heading in HEAD.items():
            # formulas nobody calculated have no value that could be read
            if copy.at(number, heading).data_type == "f":
                copy.at(number, heading).value = entries[key] = None
        if any(str(value).replace("\u00a0", " ").strip() for value in entries.values() if value is not None):
            filled.add(ROW_ID.format(number))
    entered = copy.read()
    assert {*entered.notes["row_id"]} | {*entered.problems["row_id"]} == filled
    stopped = entered.problems.loc[~entered.problems["taken"], "row_id"]
    assert not {*entered.notes["row_id"]} & {*stopped}
    assert entered.filled == len(filled)
    assert entered.problems["fix"].ne("").all()


def nothing_else(copy: Copy) -> None:
    pass


def sorted_by_name(copy: Copy) -> None:
    """Rows of the first list the other way round, as a sort leaves them: values move, ids with them."""
    sheet, columns = copy.lists()[0], copy.columns(copy.lists()[0])
    rows = [r for r in range(2, sheet.max_row + 1) if str(sheet.cell(r, columns["row_id"]).value).startswith("2026")]
    held = [[sheet.cell(r, c).value for c in range(1, sheet.max_column + 1)] for r in rows]
    for row, cells in zip(rows, held[::-1], strict=True):
        for column, value in enumerate(cells, 1):
            sheet.cell(row, column).value = value


def filtered(copy: Copy) -> None:
    sheet = copy.lists()[0]
    sheet.tables["arkit_calls"].autoFilter.add_filter_column(1, ["10001"])
    for row in range(3, 7):
        sheet.row_dimensions[row].hidden = True


def hidden(copy: Copy) -> None:
    for letter in "DEFGHI":
        copy.lists()[0].column_dimensions[letter].hidden = True


def untabled(copy: Copy):
    """The first list as Google Sheets hands it back: no table, no drop-downs."""
    sheet = copy.lists()[0]
    sheet.tables.clear()
    sheet.data_validations.dataValidation.clear()
    return sheet


def moved_column(copy: Copy) -> None:
    """The comment stands first, and what was first stands behind the rest."""
    sheet = untabled(copy)
    columns = copy.columns(sheet)
    for row in range(1, sheet.max_row + 1):
        first, comment, behind = (sheet.cell(row, n) for n in (1, columns["Comment"], sheet.max_column + (row == 1)))
        behind.value, first.value, comment.value = first.value, comment.value, None


def inserted_columns(copy: Copy) -> None:
    untabled(copy).insert_cols(3, 2)


def inserted_rows(copy: Copy) -> None:
    sheet = untabled(copy)
    sheet.insert_rows(4)
    sheet.insert_rows(1, 3)
    sheet["B2"] = "Calls of Anna, please bring back by Friday"


def renamed(copy: Copy) -> None:
    for number, sheet in enumerate(copy.lists()):
        sheet.title = f"Anna {number}"


def titled(copy: Copy) -> None:
    """As Numbers hands it back: each table on a sheet of its own, under a row with its title."""
    sheet = untabled(copy)
    sheet.insert_rows(1)
    sheet["A1"], sheet.title = "arkit_calls", "Calls - arkit_calls"


def days_as_text(copy: Copy) -> None:
    copy.at("10001", "Done on").value = "03/11/2026"
    copy.at("10002", "Promised by, or until").value = "13/11/2026"


def numbers_as_text(copy: Copy) -> None:
    copy.at("10002", "Promised or disputed amount").value = "1.234,50"


def other_sheets_gone(copy: Copy) -> None:
    for name in ("Summary", "Open items", "Customers", "Aging", "How to use"):
        del copy.book[name]


#: What people and programs do to a list that changes nothing of what it says.
EDITS = [
    nothing_else, sorted_by_name, filtered, hidden, moved_column, untabled, inserted_columns, inserted_rows, renamed, titled,
    days_as_text, numbers_as_text, other_sheets_gone,
]  # fmt: skip


def hostile(copy: Copy) -> None:
    """Texts that a spreadsheet might run, as a person may paste them."""
    for number, text in (("10003", '=HYPERLINK("http://evil.example")'), ("10006", "@SUM(A1)"), ("10009", "-1+1")):
        cell = copy.at(number, "Comment")
        cell.value, cell.data_type = text, "s"


def broken(copy: Copy) -> None:
    """A formula that a person filled down too far."""
    copy.at("10003", "Outcome").value = '=VLOOKUP("x",A1:A2,1,FALSE)'


def deleted(copy: Copy) -> None:
    cell = copy.at("10010", "Outcome")
    cell.parent.delete_rows(cell.row)


def doubled(copy: Copy) -> None:
    cell = copy.at("10001", "Outcome")
    sheet = untabled(copy)
    last = sheet.max_row + 1
    for column in range(1, sheet.max_column + 1):
        sheet.cell(last, column).value = sheet.cell(cell.row, column).value
    sheet.cell(last, cell.column).value = "left message"


@pytest.fixture(scope="session")
def edited(blank, tmp_path_factory) -> list[Path]:
    """The same entries after each kind of editing."""
    folder, paths = tmp_path_factory.mktemp("edited"), []
    for edit in [*EDITS, hostile, broken, deleted, doubled]:
        copy = Copy(blank, folder, f"{edit.__name__}.xlsx")
        copy.fill("10001", outcome="no answer", done_on=DONE, comment="engaged")
        copy.fill("10002", outcome="reached - promise", done_on=DONE, amount=1234.5, until=LATER, by="AK")
        copy.fill("10004", outcome="sent", done_on=DONE).fill("10005", comment="asks for more time")
        edit(copy)
        paths.append(copy.save())
    return paths


def resaved(paths: list[Path], folder: Path, kind: str) -> dict[str, Path]:
    """Workbooks as LibreOffice saves them: one start for all of them."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: what a collector's save keeps cannot be tried")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, "--headless", profile, "--convert-to", kind, "--outdir", str(folder / kind), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=400)
    return {path.stem: folder / kind / f"{path.stem}.{kind}" for path in paths}


WANTED = [
    ("10001", "call", "2026-11-03", "", "", "no answer: engaged"),
    ("10002", "call", "2026-11-03", "", "", "reached - promise"),
    ("10002", "promise", "2026-11-03", "1234.5", "2026-11-13", "reached - promise"),
    ("10004", "reminder", "2026-11-03", "", "", "sent"),
    ("10005", "other", "2026-10-31", "", "", "asks for more time"),
]


def in_words(entered) -> list[tuple]:
    notes = entered.notes.sort_values(["customer_id", "kind"])
    days = [notes[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("date", "until")]
    amount = notes["amount"].map(lambda value: "" if pd.isna(value) else f"{value:g}")
    return [*zip(notes["customer_id"], notes["kind"], days[0], amount, days[1], notes["text"], strict=True)]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_after_libreoffice_the_same_is_read_whatever_was_done_to_the_sheet(edited, tmp_path, kind):
    paths = resaved(edited, tmp_path, kind)
    read = {name: read_workbook(path) for name, path in paths.items()}
    names = [edit.__name__ for edit in EDITS]
    assert {name: in_words(read[name]) for name in names} == dict.fromkeys(names, WANTED)
    assert {name: read[name].problems["problem"].tolist() for name in names} == {name: [] for name in names}
    assert {read[name].filled for name in names} == {4}
    # texts that look like formulas are still texts
    texts = read["hostile"].notes.drop_duplicates("customer_id").set_index("customer_id")["text"]
    assert texts[["10003", "10006", "10009"]].tolist() == ['=HYPERLINK("http://evil.example")', "@SUM(A1)", "-1+1"]
    # a cell that shows an error is not blank
    assert problem(read["broken"]) == "an error in place of what was filled in"
    assert (read["broken"].problems["got"].tolist(), read["broken"].filled) == (["#N/A"], 5)
    assert in_words(read["broken"]) == WANTED
    # a row that is gone is said, and nothing else is lost
    assert problem(read["deleted"]) == "1 row of the list 'Calls' was deleted"
    assert in_words(read["deleted"]) == WANTED
    # a row that stands twice and says two things is left for a person
    assert problem(read["doubled"]) == "the copies of this row were filled in differently, and none was taken"
    assert in_words(read["doubled"]) == WANTED[1:]
    # copies that went different ways are one
    together = read_workbook(paths["sorted_by_name"], paths["inserted_columns"])
    assert (in_words(together), together.filled, len(together.problems)) == (WANTED, 8, 0)
