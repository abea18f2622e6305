import email
import email.policy

import jinja2
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import OutputRefused
from arkit.letters import TEMPLATES, file_names, gaps, reminder, write_letters
from arkit.policy import DEFAULT, Policy
from arkit.tables import ACTIONS, CUSTOMERS, DOCUMENTS

AS_OF = pd.Timestamp("2026-10-31")
COMPANY = Policy.parse("""
[company]
name = "Northwind Traders"
sender = "Anna Clerk"
phone = "+44 20 7946 0000"
email = "ar@northwind.example"
pay_to = "IBAN GB00 0000"
""")


def documents(*rows):
    """Documents from (customer, document, open amount, days late[, currency])."""
    table = pd.DataFrame(
        [(*row, "EUR")[:5] for row in rows], columns=["customer_id", "document_id", "open_amount", "days_late", "currency"]
    )
    due = AS_OF - pd.to_timedelta(table["days_late"], unit="D")
    return DOCUMENTS.conform(
        table.assign(
            as_of=AS_OF,
            kind=table["open_amount"].lt(0).map({True: "credit_note", False: "invoice"}),
            issued=due - pd.Timedelta(days=30),
            due_date=due,
            amount=table["open_amount"],
            settled=table["open_amount"].eq(0),
            settled_on=pd.NaT,
        )
    )


def actions(*rows, **more):
    """Actions from (customer, action[, currency])."""
    table = pd.DataFrame([(*row, "EUR")[:3] for row in rows], columns=["customer_id", "action", "currency"])
    blank = dict.fromkeys(ACTIONS.names, "") | {
        "as_of": AS_OF, "priority": 1, "at_stake": 0.0, "oldest_days_late": 0, "due_by": pd.NaT, "blocked_until": pd.NaT,
        "balance": 0.0, "blocked_amount": 0.0, "score": 50.0, "ask_for": 0.0, "gain": 0.0, "week": 1, "oldest_first": 1,
        "largest_first": 1, "name": "Miller Ltd", "reason": "because it is late",
    }  # fmt: skip
    return table.assign(**{name: value for name, value in (blank | more).items() if name not in table})


def customers(*ids, **more):
    return CUSTOMERS.conform(pd.DataFrame({"customer_id": list(ids), "name": "Miller Ltd"}).assign(**more))


LATE = documents(("C1", "INV-1", 1000.0, 61), ("C1", "INV-2", 250.5, 1), ("C1", "INV-3", 99.0, 0), ("C1", "CN-1", -100.0, 5))


def draft(table=LATE, *, customer_id="C1", decided=None, known=None, policy=COMPANY, blocked=None):
    message = reminder(
        customer_id,
        actions=actions((customer_id, "reminder")) if decided is None else decided,
        documents=table,
        customers=customers(customer_id) if known is None else known,
        policy=policy,
        blocked=blocked,
    )
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def words(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_reminder_is_a_draft_without_a_date_in_text_and_html():
    message = draft(known=customers("C1", email="ap@miller.example", ap_contact="Jörg Müller"))
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    assert message["To"] == "ap@miller.example"
    assert message["Subject"] == "Friendly reminder: 1,150.50 EUR past due on your account with Northwind Traders"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert words(message).startswith("Dear Jörg Müller,\n\nPerhaps it has slipped by: in our books of 31 October 2026,")


def test_a_reminder_lists_what_is_past_due_oldest_first_and_takes_off_credit():
    assert """
Document      Date               Due                           Days late          Open
--------------------------------------------------------------------------------------
INV-1         1 August 2026      31 August 2026                       61  1,000.00 EUR
INV-2         30 September 2026  30 October 2026                       1    250.50 EUR
CN-1          26 September 2026  credit note, not yet applied              -100.00 EUR
--------------------------------------------------------------------------------------
Total to pay                                                              1,150.50 EUR
""" in words(draft())


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_say_the_same(kind):
    said = " ".join(words(draft(), kind).split())
    for phrase in (
        "INV-1", "31 August 2026", "61", "1,000.00 EUR", "INV-2", "250.50 EUR", "CN-1", "-100.00 EUR", "1,150.50 EUR",
        "If you have paid in the last few days, please ignore this letter", "IBAN GB00 0000", "please tell us in writing",
        "Anna Clerk", "+44 20 7946 0000", "ar@northwind.example", "Northwind Traders", "Dear Miller Ltd,",
    ):  # fmt: skip
        assert phrase in said
    assert "INV-3" not in said


def test_the_oldest_document_stands_first_whatever_its_number():
    said = words(draft(documents(("C1", "A", 1.0, 9), ("C1", "Z", 1.0, 90))))
    assert said.index("\nZ ") < said.index("\nA ")


def test_a_reminder_threatens_nothing():
    said = (words(draft()) + words(draft(), "html")).casefold()
    assert not [
        word for word in ("court", "agency", "legal", "lawyer", "consequence", "bureau", "immediately", "fee") if word in said
    ]


def test_blocked_documents_stand_in_no_letter():
    blocked = pd.DataFrame({"customer_id": ["C1", "C2"], "document_id": ["INV-1", "INV-2"]})
    said = words(draft(blocked=blocked))
    assert "INV-1" not in said
    assert "150.50 EUR" in said


def test_of_a_document_that_is_blocked_in_part_the_rest_is_asked_for():
    blocked = pd.DataFrame(
        {"customer_id": ["C1"], "currency": "EUR", "document_id": ["INV-1"], "kind": ["dispute"], "amount": [400.0]}
    )
    said = words(draft(blocked=blocked))
    assert "INV-1 (400.00 EUR of it set aside)" in said
    assert "600.00 EUR" in said
    assert "750.50 EUR" in said


def test_credit_that_covers_something_blocks_no_letter():
    covered = pd.DataFrame(
        {"customer_id": ["C1"], "currency": "EUR", "document_id": [""], "kind": ["credit"], "amount": [100.0]}
    )
    assert "1,150.50 EUR" in words(draft(blocked=covered))


@pytest.mark.parametrize("empty", ["", None])
def test_a_block_without_a_document_blocks_the_whole_account(empty):
    blocked = pd.DataFrame({"customer_id": ["C1"], "document_id": pd.Series([empty], dtype="str")})
    with pytest.raises(OutputRefused, match="got: nothing is past due after credits and blocked documents"):
        draft(blocked=blocked)


@pytest.mark.parametrize(
    ("decided", "known", "why"),
    [
        (actions(("C1", "none")), customers("C1"), "the action is none"),
        (actions(("C1", "hold")), customers("C1"), "the action is hold"),
        (actions(("C1", "reminder"), blocked_until=AS_OF + pd.Timedelta(days=1)), customers("C1"), "blocked until a later day"),
        (actions(("C1", "reminder")), customers("C1", do_not_contact=True), "marked do not contact"),
        (actions(("C2", "reminder")), customers("C1"), "nobody of that number"),
    ],
)
def test_no_letter_where_nobody_may_be_contacted(decided, known, why, tmp_path):
    with pytest.raises(OutputRefused, match=why):
        draft(decided=decided, known=known)
    assert write_letters(tmp_path, actions=decided, documents=LATE, customers=known) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "table",
    [
        documents(("C1", "INV-1", 100.0, 0)),
        documents(("C1", "INV-1", 100.1, 9), ("C1", "CN-1", -100.1, 0)),
        documents(("C1", "INV-1", 0.1, 9), ("C1", "INV-2", 0.2, 9), ("C1", "CN-1", -0.3, 0)),
        documents(("C1", "INV-1", 0.0, 9)),
        documents(("C2", "INV-1", 100.0, 9)),
    ],
)
@pytest.mark.parametrize("action", ["reminder", "call"])
def test_no_letter_with_nothing_past_due_after_credits(table, action, tmp_path):
    decided = actions(("C1", action))
    with pytest.raises(OutputRefused, match="nothing is past due after credits"):
        draft(table, decided=decided)
    assert write_letters(tmp_path, actions=decided, documents=table, customers=customers("C1")) == []


def test_a_block_that_has_passed_blocks_no_more():
    assert draft(decided=actions(("C1", "reminder"), blocked_until=AS_OF))["X-Unsent"] == "1"


def test_the_folder_holds_drafts_and_call_sheets_and_nothing_for_other_actions(tmp_path):
    decided = actions(("C1", "reminder"), ("C2", "call"), ("C3", "plan"), ("C4", "court"), ("C5", "review"))
    table = pd.concat([LATE.assign(customer_id=customer_id) for customer_id in decided["customer_id"]], ignore_index=True)
    known = customers(*decided["customer_id"])
    written = write_letters(tmp_path / "letters", actions=decided, documents=table, customers=known, policy=COMPANY)
    assert [path.name for path in written] == ["reminder-C1.eml", "call-C2.txt"]
    assert sorted(path.name for path in (tmp_path / "letters").iterdir()) == ["call-C2.txt", "reminder-C1.eml"]


def test_a_customer_with_two_currencies_gets_one_letter_with_a_total_each(tmp_path):
    table = documents(("C1", "E", 10.0, 9), ("C1", "Y", 1500.0, 9, "JPY"), ("C1", "U", 7.0, 9, "USD"))
    decided = actions(("C1", "reminder"), ("C1", "reminder", "JPY"), ("C1", "hold", "USD"))
    (path,) = write_letters(tmp_path, actions=decided, documents=table, customers=customers("C1"))
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"].startswith("Friendly reminder: 10.00 EUR and 1,500 JPY past due")
    assert words(message).count("Total to pay") == 2
    assert "USD" not in words(message)


def test_a_call_sheet_has_purpose_facts_questions_and_how_to_record(tmp_path):
    decided = actions(
        ("C1", "call"), reason="usually on time, now 61 days", next_step="write", due_by=AS_OF + pd.Timedelta(days=3)
    )
    blocked = pd.DataFrame({"customer_id": ["C1"], "document_id": ["INV-2"]})
    known = customers("C1", phone="+49 30 1234", contact="Kim")
    (path,) = write_letters(tmp_path, actions=decided, documents=LATE, customers=known, blocked=blocked)
    sheet = path.read_text("utf-8")
    for phrase in (
        "PURPOSE", "FACTS AT HAND", "INV-1", "900.00 EUR", "usually on time, now 61 days", "+49 30 1234", "Ask for    Kim",
        "Call by    3 November 2026", "in dispute or promised: INV-2", "received", "approved", "When will they be paid",
        "in the way", "responsible", "RECORD THE ANSWER", "What follows: write",
    ):  # fmt: skip
        assert phrase in sheet
    assert "250.50" not in sheet


def test_what_the_policy_leaves_empty_is_a_marked_gap():
    message = draft(policy=DEFAULT)
    for gap in ("[your company]", "[your name]", "[your phone]", "[your email]", "[your bank account]"):
        assert gap in words(message)
        assert gap in words(message, "html")
    assert message["Subject"].endswith("[your company]")
    assert gaps(DEFAULT) == ["company.name", "company.sender", "company.phone", "company.email", "company.pay_to"]
    assert gaps(COMPANY) == []


def test_an_unfilled_placeholder_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        TEMPLATES.from_string("{{ nobody }}").render()


def test_names_reach_html_escaped():
    evil = "<script>alert('&')</script>"
    message = draft(
        documents(("C1", "<b>1</b>", 5.0, 9)),
        decided=actions(("C1", "reminder"), name=evil),
        known=customers("C1", contact=evil),
    )
    assert "<script>" not in words(message, "html")
    assert "<b>1</b>" not in words(message, "html")
    assert "&lt;script&gt;" in words(message, "html")
    assert evil in words(message)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
def test_no_name_or_address_can_forge_a_header_or_a_line(newline):
    forged = f"Miller{newline}Bcc: all@evil.example{newline}{newline}Total to pay 1.00"
    message = draft(
        documents(("C1", forged, 5.0, 9)),
        decided=actions(("C1", "reminder"), name=forged),
        known=customers("C1", contact=forged, email=f"ap@miller.example{newline}Bcc: all@evil.example"),
        policy=Policy.parse('company = { name = "A\\nBcc: all@evil.example", sender = "B\\r\\n\\r\\nX" }'),
    )
    assert sorted(message.keys()) == ["Content-Type", "MIME-Version", "Subject", "X-Unsent"]
    assert not [line for line in words(message).splitlines() if line.startswith(("Bcc", "Total to pay 1.00", "X"))]


@pytest.mark.parametrize(
    ("given_email", "to"),
    [
        ("", None),
        ("n/a", None),
        ("ap@miller", None),
        ("ap@miller.example;", "ap@miller.example"),
        ("ap@miller.example; jo.o'neil+x@miller.co.example", "ap@miller.example, jo.o'neil+x@miller.co.example"),
        ("ap@miller.example, Jo <jo@miller.example>", None),
    ],
)
def test_only_a_plain_address_is_written_to(given_email, to):
    assert draft(known=customers("C1", email=given_email))["To"] == to


def test_the_same_facts_give_the_same_bytes_and_may_be_written_again(tmp_path):
    first, second = (
        write_letters(tmp_path, actions=actions(("C1", "reminder")), documents=LATE, customers=customers("C1"))
        for _ in range(2)
    )
    assert first == second


def test_letters_of_another_run_are_never_left_beside_new_ones_nor_lost(tmp_path):
    tables = {"documents": LATE, "customers": customers("C1")}
    (path,) = write_letters(tmp_path, actions=actions(("C1", "reminder")), **tables)
    with pytest.raises(OutputRefused, match=r"got: reminder-C1\.eml"):
        write_letters(tmp_path, actions=actions(("C1", "call")), **tables)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    path.write_text("somebody's work")
    with pytest.raises(OutputRefused, match="not of this run"):
        write_letters(tmp_path, actions=actions(("C1", "reminder")), **tables)
    assert path.read_text() == "somebody's work"


def test_actions_of_another_day_are_refused(tmp_path):
    decided = actions(("C1", "reminder"), as_of=pd.Timestamp("2026-11-30"))
    with pytest.raises(OutputRefused, match="got: 31 October 2026, 30 November 2026"):
        write_letters(tmp_path, actions=decided, documents=LATE, customers=customers("C1"))


def test_no_actions_give_no_letters(tmp_path):
    assert write_letters(tmp_path, actions=ACTIONS.empty(), documents=LATE, customers=customers("C1")) == []
    assert write_letters(tmp_path, actions=ACTIONS.empty(), documents=DOCUMENTS.empty(), customers=CUSTOMERS.empty()) == []


@pytest.mark.parametrize("customer_id", ["../../x", "/etc/passwd", "..", "a\\b", "C:\\x", "naïve", "a" * 400, "x\n", "CON"])
def test_no_customer_number_leads_out_of_the_folder(customer_id, tmp_path):
    folder = tmp_path / "a" / "letters"
    (path,) = write_letters(
        folder,
        actions=actions((customer_id, "reminder")),
        documents=LATE.assign(customer_id=customer_id),
        customers=customers(customer_id),
    )
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    assert path.parent == folder


def test_ids_that_look_alike_get_files_of_their_own(tmp_path):
    ids = ["A/B", "A_B", "a_b", "A?B"]
    table = pd.concat([LATE.assign(customer_id=customer_id) for customer_id in ids], ignore_index=True)
    written = write_letters(
        tmp_path, actions=actions(*((one, "reminder") for one in ids)), documents=table, customers=customers(*ids)
    )
    assert len({path.name.casefold() for path in written}) == 4
    drafts = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in written]
    assert all(f"account {one} " in words(message) for one, message in zip(ids, drafts, strict=True))


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="aAbB/_.-0", min_size=1, max_size=5) | st.text(min_size=1, max_size=80), unique=True, max_size=8)
)
def test_file_names_are_safe_and_never_alike(ids):
    names = file_names(ids)
    assert list(names) == ids
    assert len({name.casefold() for name in names.values()}) == len(ids)
    assert all(name.isascii() and "/" not in name and "\\" not in name and len(name) < 80 for name in names.values())
    assert file_names([*names.values()]).keys() == set(names.values())
