"""17 months of lists: each goes out, collectors answer in the workbook, it is read back, and money follows or does not."""

from collections import defaultdict

import openpyxl
import pandas as pd
import pytest

import arkit as ar
from arkit.ladder import STERNNESS
from arkit.notes import broken_promises
from arkit.policy import DEFAULT

DAYS = [day.strftime("%Y-%m-%d") for day in pd.date_range("2024-07-31", periods=17, freq="ME")]
#: Who is in the book, and how each behaves.
PROMPT, REMINDED, KEEPER, BREAKER, GHOST, DISPUTER = "P", "R", "K", "B", "G", "D"
NAMES = {
    PROMPT: "Prompt Pastries",
    REMINDED: "Reminded Roofing",
    KEEPER: "Keeper Kilns",
    BREAKER: "Breaker Boats",
    GHOST: "Ghost Garage",
    DISPUTER: "Disputer Dairy",
}
#: Who promises for so many days after the list, and pays so many days after what was promised.
PROMISES = {KEEPER: (40, 0), BREAKER: (10, 24)}
#: From then on the ghost pays nothing and answers nobody.
GONE = "2025-01-01"
#: The invoice that is disputed, and the month-end on which its list says that this is settled.
DISPUTED, SETTLED = "D-2024-09", "2025-03-31"


class Firm:
    """The company's books: an invoice per customer on the fifth of each month, due in 30 days, and money by behaviour."""

    def __init__(self):
        self.rows = []
        self.paid_on = {}  # document to the day its money comes
        self.promised = []  # customer, day promised, list it was said on, amount

    def bill(self, day):
        fifth = pd.Timestamp(day).replace(day=5)
        for customer in NAMES:
            number = f"{customer}-{fifth:%Y-%m}"
            due = fifth + pd.Timedelta(days=30)
            posting = {"customer_id": customer, "document_id": number, "kind": "invoice", "date": fifth, "due_date": due}
            self.rows.append(posting | {"amount": 1000.0 + len(self.rows) % 7})
            if customer == PROMPT or (customer == GHOST and due < pd.Timestamp(GONE)):
                self.paid_on[number] = due
            elif customer == DISPUTER and number != DISPUTED:
                self.paid_on[number] = due + pd.Timedelta(days=2)

    def past_due(self, customer, day):
        mine = [row for row in self.rows if row["customer_id"] == customer and row["due_date"] < day]
        return [row["document_id"] for row in mine if row["document_id"] not in self.paid_on]

    def pay(self, documents, day):
        for number in documents:
            self.paid_on[number] = day

    def books(self, day):
        """All postings up to a day, as the accounting system would export them that evening."""
        invoices = pd.DataFrame(self.rows).assign(currency="EUR", reference="")
        money = invoices.assign(kind="payment", amount=-invoices["amount"], due_date=pd.NaT)
        money = money.assign(date=pd.to_datetime(money["document_id"].map(self.paid_on))).dropna(subset="date")
        entries = pd.concat([invoices, money], ignore_index=True)
        customers = pd.DataFrame(
            {"customer_id": [*NAMES], "name": [*NAMES.values()], "phone": "030 1", "email": "a@example.com"}
        )
        return ar.Ledger(entries[entries["date"].le(day)], customers)


LETTERS = ("nudge", "reminder", "resend", "firm_notice", "final_demand", "mediation")
CALLS, DEMANDS = ("call", "contact_ap", "plan"), ("firm_notice", "final_demand")


def answers(row, day, firm):
    """What the collector fills in for one row, and what the customer does about it."""
    customer, action, today = row["customer_id"], row["action"], pd.Timestamp(day)
    owed = row["documents"].split(", ")
    if customer == DISPUTER and DISPUTED in owed:
        said = {"Outcome": "reached - dispute", "Dispute reason": "quality", "About document": DISPUTED}
    elif customer in PROMISES and (action in CALLS or action in DEMANDS):
        by, late = PROMISES[customer]
        promised = today + pd.Timedelta(days=by)
        firm.pay(owed, promised + pd.Timedelta(days=late))
        firm.promised.append((customer, promised, day, row["ask_for"]))
        said = {
            "Outcome": "reached - promise",
            "Promised or disputed amount": row["ask_for"],
            "Promised by, or until": promised,
        }
    elif customer == REMINDED:
        firm.pay(firm.past_due(customer, today), today + pd.Timedelta(days=6))
        said = {"Outcome": "sent" if action in LETTERS else "reached - will pay"}
    elif action in LETTERS:
        said = {"Outcome": "sent"}
    elif action in CALLS:
        said = {"Outcome": "no answer"}
    elif action in ("agency", "court"):
        said = {"Outcome": "handed over"}
    else:
        said = {"Outcome": "decided otherwise", "Comment": "we wait another month"}
    return said | {"Done on": today + pd.Timedelta(days=2)}


def fill_in(path, actions, said):
    """Types the answers into the workbook, as somebody would: by the headings, on the row of the customer."""
    book = openpyxl.load_workbook(path)
    filled = 0
    for sheet in book.worksheets:
        headings = {cell.value: cell.column for cell in sheet[1] if cell.value}
        if "Outcome" not in headings:
            continue
        for row in range(2, sheet.max_row + 1):
            customer = sheet.cell(row, headings["Customer no."]).value
            for heading, value in said.get(customer, {}).items():
                sheet.cell(row, headings[heading]).value = value
            filled += customer in said
    book.save(path)
    return filled


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """17 months, each from export to read-back; what happened in each."""
    folder = tmp_path_factory.mktemp("loop")
    firm, book, months = Firm(), ar.Book.open(folder / "book"), []
    for day in DAYS:
        firm.bill(day)
        ledger, _ = book.together(firm.books(day), day)
        documents = ledger.at(day)
        profiles = ar.profile(documents, notes=ledger.notes)
        scores = ar.score(profiles)
        actions = ar.recommend(documents, scores, ledger.notes, customers=ledger.customers, profiles=profiles)
        before = book.issued(before=day)
        changes = ar.moved(before, actions) if len(before) else None
        path = ar.write_workbook(
            folder / f"{day}.xlsx",
            actions=actions,
            documents=documents,
            aged=ar.age(documents),
            scores=scores,
            customers=ledger.customers,
        )
        book.keep_month(firm.books(day), actions, as_of=day)
        asked = actions[~actions["action"].isin(["none", "hold"])]
        said = {row["customer_id"]: answers(row, day, firm) for row in asked.to_dict("records")}
        settled = {"Outcome": "dispute resolved", "Done on": pd.Timestamp(day)}
        if day == SETTLED:
            said[DISPUTER] = settled
            firm.paid_on[DISPUTED] = pd.Timestamp(day) + pd.Timedelta(days=9)
        filled = fill_in(path, actions, said)
        entered = ar.read_workbook(path)
        recorded = book.record(entered.notes)
        again = book.record(entered.notes)
        months.append(
            {
                "day": day,
                "documents": documents,
                "actions": actions.set_index("customer_id"),
                "changes": changes,
                "notes": ledger.notes,
                "filled": filled,
                "entered": entered,
                "recorded": recorded,
                "again": again,
            }
        )
    return firm, book, months


def test_everything_filled_in_comes_back_once(played):
    for month in played[2]:
        entered = month["entered"]
        assert entered.filled == month["filled"], month["day"]
        assert entered.problems.empty, (month["day"], entered.problems.to_dict("records"))
        assert set(month["recorded"]["status"]) <= {"new"}
        assert set(month["again"]["status"]) <= {"known"}


def test_the_book_stays_the_books_to_the_cent(played):
    firm, book, months = played
    ledger, books = book.ledger(), firm.books(DAYS[-1])
    for month in months:
        theirs = books.at(month["day"])
        ours = ledger.at(month["day"])
        columns = ["customer_id", "document_id", "kind", "open_amount", "days_late"]
        assert ours[columns].equals(theirs[columns])
        assert ours["open_amount"].sum() == month["documents"]["open_amount"].sum()


def test_promises_are_kept_and_broken_as_planted(played):
    firm, book, _ = played
    ledger = book.ledger()
    documents = ledger.at(DAYS[-1])
    passed = [(who, day) for who, day, *_ in firm.promised if day + pd.Timedelta(days=8) < pd.Timestamp(DAYS[-1])]
    assert len([who for who, _ in passed if who == KEEPER]) >= 5
    assert len([who for who, _ in passed if who == BREAKER]) >= 3
    broken = broken_promises(documents, ledger.notes)
    assert set(broken["customer_id"]) == {BREAKER}
    assert set(broken["until"]) == {day for who, day in passed if who == BREAKER}


def test_what_is_promised_is_not_asked_for_while_the_promise_runs(played):
    firm, _, months = played
    grace = pd.Timedelta(days=DEFAULT.contact.promise_grace_days)
    running = [
        (who, month, promised_amount)
        for who, promised, said_on, promised_amount in firm.promised
        for month in months
        if pd.Timestamp(said_on) < pd.Timestamp(month["day"]) <= promised + grace
    ]
    assert len(running) >= 5
    for who, month, promised_amount in running:
        row = month["actions"].loc[who]
        assert "promise" in row["blocked_by"], month["day"]
        assert row["ask_for"] <= row["at_stake"] - promised_amount + 0.005, month["day"]


def test_who_never_answers_climbs_the_ladder_in_order(played):
    taken = [(month["day"], month["actions"]["action"].get(GHOST, "none")) for month in played[2]]
    owed = [action for day, action in taken if day >= "2025-01-31"]
    steps = list(dict.fromkeys(action for action in owed if action not in ("none", "hold", "review")))
    stern = [STERNNESS[action] for action in steps]
    assert stern == sorted(stern), steps
    assert steps[0] in ("nudge", "reminder", "call")
    assert "final_demand" in steps
    assert steps.index("firm_notice") < steps.index("final_demand")
    assert {"agency", "court"} & {*steps} or "review" in owed
    first = {step: owed.index(step) for step in steps}
    assert all(first[step] > min(first[early] for early in steps[:1]) for step in steps if step in ("agency", "court"))


def test_who_pays_when_reminded_is_never_pressed_hard(played):
    taken = {month["actions"]["action"].get(REMINDED, "none") for month in played[2]}
    assert not taken & {"firm_notice", "final_demand", "agency", "court", "plan"}
    prompt = {month["actions"]["action"].get(PROMPT, "none") for month in played[2]}
    assert prompt == {"none"}


def test_a_disputed_invoice_is_not_asked_for_until_the_dispute_is_settled(played):
    first = next(
        month["day"]
        for month in played[2]
        if "dispute" in {*month["recorded"]["kind"]} and "open" in {*month["recorded"]["outcome"]}
    )
    for month in played[2]:
        row = month["actions"].loc[DISPUTER]
        if first < month["day"] <= SETTLED:
            assert row["ask_for"] == 0
            assert "dispute" in row["blocked_by"]
        if month["day"] > SETTLED:
            assert row["blocked_by"] == ""


def test_from_list_to_list_the_changes_are_those_that_happened(played):
    seen = defaultdict(list)
    for month in played[2][1:]:
        for row in month["changes"].to_dict("records"):
            seen[row["customer_id"]].append((month["day"], row["change"]))
    assert PROMPT not in seen
    ghost = [change for day, change in seen[GHOST] if day >= "2025-01-31"]
    assert ghost[0] == "new"
    assert ghost.count("escalated") >= 2
    assert "cleared" not in ghost
    assert "eased" not in ghost
    # the disputed invoice is new on the list of its second month, and gone with the money that came after the dispute
    disputer = dict(seen[DISPUTER])
    assert disputer["2024-10-31"] == "new"
    assert [day for day, change in seen[DISPUTER] if change == "cleared"] == ["2025-04-30"]
