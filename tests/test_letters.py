"""Who gets which letter, what it asks for, and who gets none."""

import email
import email.policy
import io
import re
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.actions import recommend
from arkit.blocks import blocked as find_blocks
from arkit.errors import ArkitError, OutputRefused
from arkit.factoring import factor, offers
from arkit.history import profile
from arkit.interest import claim
from arkit.ledger import Ledger
from arkit.letters import KINDS, PAPERS, gaps, letter, write_letters
from arkit.letters.accounts import Books, in_the_way
from arkit.letters.naming import file_names
from arkit.letters.plain import as_text
from arkit.letters.speech import LANGUAGES, languages, speech
from arkit.letters.writing import Desk
from arkit.money import to_minor
from arkit.notes import standing
from arkit.plans import plan, schedule
from arkit.policy import DEFAULT, Policy
from arkit.scores import score
from arkit.tables import ACTIONS, ACTIONS_IN_ORDER, BLOCK_KINDS, CUSTOMERS, DOCUMENTS, NOTE_KINDS, PLANS, PREVENTIONS
from arkit.workbook.words import GROUPS

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
    blank = ACTIONS.blank() | {
        "as_of": AS_OF,
        "priority": 1,
        **dict.fromkeys(["at_stake", "balance", "blocked_amount"], 0.0),
        "score": 50.0,
        "name": "Miller Ltd",
        "reason": "because it is late",
    }
    return table.assign(**{name: value for name, value in (blank | more).items() if name not in table})


def customers(*ids, **more):
    return CUSTOMERS.conform(pd.DataFrame({"customer_id": list(ids), "name": "Miller Ltd"}).assign(**more))


LATE = documents(("C1", "INV-1", 1000.0, 61), ("C1", "INV-2", 250.5, 1), ("C1", "INV-3", 99.0, 0), ("C1", "CN-1", -100.0, 5))


def draft(table=LATE, *, kind="reminder", decided=None, known=None, policy=COMPANY, blocked=None, **more):
    """A letter to C1, whose action calls for it unless another is handed over."""
    calls_for = next((action for action, kinds in PAPERS.items() if kind in kinds), "reminder")
    return letter(
        kind,
        "C1",
        actions=actions(("C1", calls_for)) if decided is None else decided,
        documents=table,
        customers=customers("C1") if known is None else known,
        policy=policy,
        blocked=blocked,
        **more,
    )


def mail(*given, **more):
    """The draft of a mail as a mail program reads it."""
    return email.message_from_bytes(draft(*given, **more).mail, policy=email.policy.default)


def notes(*rows):
    """Notes from (days ago, kind[, more])."""
    told = [
        {"date": AS_OF - pd.Timedelta(days=ago), "customer_id": "C1", "kind": kind} | dict(*more) for ago, kind, *more in rows
    ]
    return pd.DataFrame(told)


def words(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_a_reminder_is_a_draft_without_a_date_in_text_and_html():
    message = mail(known=customers("C1", email="ap@miller.example", ap_contact="Jörg Müller"))
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    assert message["To"] == "ap@miller.example"
    assert message["Subject"] == "Friendly reminder: €1,150.50 past due on your account with Northwind Traders"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert words(message).startswith("Dear Jörg Müller,\n\nPerhaps it has slipped by: in our books of 31 October 2026,")


def test_a_reminder_lists_what_is_past_due_oldest_first_and_takes_off_credit():
    lines = words(mail()).split("\n\n")[2].split("\n")
    short = speech("en").short
    assert [re.split(r" {2,}", line) for line in lines if not line.startswith("--")] == [
        ["Document", "Date", "Due", "Days late", "Open"],
        ["INV-1", "1 Aug 2026", "31 Aug 2026", "61", "€1,000.00"],
        ["INV-2", short(pd.Timestamp("2026-09-30")), "30 Oct 2026", "1", "€250.50"],
        ["CN-1", short(pd.Timestamp("2026-09-26")), "credit note, not yet applied", "-€100.00"],
        ["Total to pay", "€1,150.50"],
    ]
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_say_the_same(kind):
    said = " ".join(words(mail(), kind).split())
    for phrase in (
        "INV-1", "31 Aug 2026", "61", "€1,000.00", "INV-2", "€250.50", "CN-1", "-€100.00", "€1,150.50",
        "If you have paid in the last few days, please ignore this letter", "IBAN GB00 0000", "please tell us in writing",
        "Anna Clerk", "+44 20 7946 0000", "ar@northwind.example", "Northwind Traders", "Dear Miller Ltd,",
    ):  # fmt: skip
        assert phrase in said
    assert "INV-3" not in said


def test_the_oldest_document_stands_first_whatever_its_number():
    said = words(mail(documents(("C1", "A", 1.0, 9), ("C1", "Z", 1.0, 90))))
    assert said.index("\nZ ") < said.index("\nA ")


# who is asked for what


def test_blocked_documents_stand_in_no_letter_and_credit_pays_the_oldest_blocked_or_not():
    blocked = pd.DataFrame({"customer_id": ["C1", "C2"], "document_id": ["INV-1", "INV-2"]})
    said = words(mail(blocked=blocked))
    assert "INV-1" not in said
    assert "CN-1" not in said
    assert "€250.50" in said


def test_of_credit_that_also_pays_what_is_blocked_only_the_part_taken_off_here_is_named():
    table = documents(("C1", "OLD", 60.0, 90), ("C1", "NEW", 100.0, 30), ("C1", "CN-1", -100.0, 5))
    said = words(mail(table))
    assert "OLD" not in said
    assert "credit, as far as it is taken off here" in said
    assert "-€40.00" in said
    assert "€60.00" in said.split("Total to pay")[1]


def test_of_a_document_that_is_blocked_in_part_the_rest_is_asked_for():
    blocked = pd.DataFrame(
        {"customer_id": ["C1"], "currency": "EUR", "document_id": ["INV-1"], "kind": ["dispute"], "amount": [400.0]}
    )
    said = words(mail(blocked=blocked))
    assert "INV-1 (without €400.00 set aside)" in said
    assert "€600.00" in said
    assert "€750.50" in said


def test_credit_that_covers_something_blocks_no_letter():
    covered = pd.DataFrame(
        {"customer_id": ["C1"], "currency": "EUR", "document_id": [""], "kind": ["credit"], "amount": [100.0]}
    )
    assert "€1,150.50" in words(mail(blocked=covered))


def test_letters_that_would_ask_for_another_amount_than_the_list_are_refused(tmp_path):
    decided = actions(("C1", "reminder"), ask_for=900.0)
    with pytest.raises(OutputRefused, match=r"(?s)other amounts than the list.*got: C1: 900\.00 EUR.*fix: hand over blocks="):
        write_letters(tmp_path, actions=decided, documents=LATE, customers=customers("C1"))
    assert list(tmp_path.iterdir()) == []


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
    assert draft(decided=actions(("C1", "reminder"), blocked_until=AS_OF)).subject.startswith("Friendly reminder")


def test_each_action_brings_its_papers_and_the_others_none(tmp_path):
    decided = actions(*((f"C{number}", action) for number, action in enumerate(ACTIONS_IN_ORDER)))
    table = pd.concat([LATE.assign(customer_id=customer_id) for customer_id in decided["customer_id"]], ignore_index=True)
    known = customers(*decided["customer_id"])
    written = write_letters(tmp_path / "letters", actions=decided, documents=table, customers=known, policy=COMPANY)
    assert sorted(path.name for path in written) == [
        "call-C4.txt", "call-C5.txt", "call-C6.txt", "final-demand-C8.docx", "final-demand-C8.eml", "firm-notice-C7.docx",
        "firm-notice-C7.eml", "hand-over-C11.zip", "hand-over-C12.zip", "mediation-C9.eml", "reminder-C2.eml", "resend-C3.eml",
        "statement-C7.docx", "statement-C8.docx",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "letters").iterdir()) == sorted(path.name for path in written)


def test_a_customer_with_two_currencies_gets_one_letter_with_a_total_each(tmp_path):
    table = documents(("C1", "E", 10.0, 9), ("C1", "Y", 1500.0, 9, "JPY"), ("C1", "U", 7.0, 9, "USD"))
    decided = actions(("C1", "reminder"), ("C1", "reminder", "JPY"), ("C1", "hold", "USD"))
    (path,) = write_letters(tmp_path, actions=decided, documents=table, customers=customers("C1"))
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Subject"].startswith("Friendly reminder: €10.00 and JP¥1,500 past due")
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
        "PURPOSE", "FACTS AT HAND", "INV-1", "€900.00", "usually on time, now 61 days", "+49 30 1234", "Ask for: Kim",
        "Call by: 3 November 2026", "promised or set aside: INV-2", "received", "approved", "When will they be paid",
        "in the way", "responsible", "RECORD THE ANSWER", "What follows: write",
    ):  # fmt: skip
        assert phrase in " ".join(sheet.split())
    assert "250.50" not in sheet


def test_a_reason_that_two_currencies_share_is_said_once_on_a_call_sheet():
    table = documents(("C1", "E", 10.0, 9), ("C1", "Y", 1500.0, 9, "JPY"))
    said = draft(table, kind="call", decided=actions(("C1", "call"), ("C1", "call", "JPY"))).text
    assert said.count("Why now: because it is late") == 1


def test_what_the_policy_leaves_empty_is_a_marked_gap():
    message = mail(policy=DEFAULT)
    for gap in ("[your company]", "[your name]", "[your phone]", "[your email]", "[your bank account]"):
        assert gap in words(message)
        assert gap in words(message, "html")
    assert message["Subject"].endswith("[your company]")
    assert gaps(DEFAULT) == ["company.name", "company.sender", "company.phone", "company.email", "company.pay_to"]
    assert gaps(COMPANY) == []


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
    assert mail(known=customers("C1", email=given_email))["To"] == to


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
    with pytest.raises(OutputRefused, match="got: 2026-10-31, 2026-11-30"):
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


# which letter it is


def test_whoever_was_reminded_since_it_fell_due_gets_the_second_reminder(tmp_path):
    for ago, kind, name in (
        (20, "reminder", "second-reminder"),
        (20, "letter", "second-reminder"),
        (70, "reminder", "reminder"),
        (20, "call", "reminder"),
    ):
        (path,) = write_letters(
            tmp_path / f"{ago}{kind}",
            actions=actions(("C1", "reminder")),
            documents=LATE,
            customers=customers("C1"),
            notes=notes((ago, kind)),
        )
        assert path.name == f"{name}-C1.eml"


def test_nothing_sterner_is_said_than_the_list_decided():
    for kind in ("firm_notice", "final_demand", "supply_stop", "hand_over"):
        with pytest.raises(OutputRefused, match=f"(?s)kind '{kind}' can go to C1.*got: the list decided on reminder"):
            draft(kind=kind, decided=actions(("C1", "reminder")))
    with pytest.raises(ArkitError, match=r"(?s)no such letter.*got: 'threat'"):
        draft(kind="threat")
    assert draft(kind="reminder", decided=actions(("C1", "firm_notice"))).subject.startswith("Friendly")


def test_a_plan_is_offered_and_written_down_where_one_can_be_borne_else_the_customer_is_called(tmp_path):
    plans = pd.DataFrame(
        {
            "as_of": AS_OF,
            "customer_id": ["C1"],
            "currency": "EUR",
            "amount": 1150.5,
            "possible": True,
            "down_payment": 287.62,
            "instalments": 3,
            "instalment": 287.62,
            "minimum": 100.0,
            "interest": 0.0,
            "first_on": AS_OF,
            "ends_on": AS_OF,
            "paid_per_month": 0.0,
            "bearable": 0.0,
            "value": 0.0,
            "expected": 0.0,
            "alternative": "",
            "alternative_net": 0.0,
            "break_even": 0.0,
            "why": "",
        }
    )
    tables = {"actions": actions(("C1", "plan")), "documents": LATE, "customers": customers("C1"), "policy": COMPANY}
    instalments = schedule(plans)
    written = write_letters(tmp_path / "a", **tables, plans=plans, instalments=instalments)
    assert [path.name for path in written] == ["plan-offer-C1.eml", "plan-agreement-C1.docx"]
    said = draft(kind="plan_agreement", plans=plans, instalments=instalments).text
    assert sum(to_minor(instalments["amount"], instalments["currency"])) == 115050
    for row in instalments.to_dict("records"):
        assert speech("en").short(row["due_on"]) in said
    assert said.count("€1,150.50") == 2
    refused = plans.assign(possible=False)
    assert [path.name for path in write_letters(tmp_path / "b", **tables, plans=refused)] == ["call-C1.txt"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_plan_without_a_down_payment_or_in_one_instalment_offers_what_it_asks_for(code):
    plans = PLANS.conform(
        pd.DataFrame([
            PLANS.blank()
            | {
                "as_of": AS_OF,
                "customer_id": "C1",
                "currency": "EUR",
                "amount": 1150.5,
                "possible": True,
                "down_payment": 0.0,
                "instalments": 1,
                "instalment": 1150.5,
                "minimum": 100.0,
                "first_on": AS_OF,
                "ends_on": AS_OF + pd.Timedelta(days=30),
            }
        ])
    )  # fmt: skip
    tables = {"kind": "plan_offer", "known": customers("C1", language=code), "plans": plans, "instalments": schedule(plans)}
    said = draft(**tables).text
    (offer,) = [part for part in said.split("\n\n") if speech(code).day(plans["ends_on"][0]) in part.replace("\n", " ")]
    whole = speech(code).amount(115050, "EUR")
    assert offer.count(whole) == 1
    assert speech(code).day(AS_OF) not in offer.replace("\n", " ")
    assert speech(code).short(AS_OF) not in said
    assert speech(code).label("down_payment") not in said


def test_deliveries_on_account_stop_only_where_the_customers_own_numbers_say_so(tmp_path):
    said = pd.DataFrame(
        {
            "as_of": AS_OF,
            "customer_id": ["C1"],
            "rank": 1,
            "measure": "credit limit",
            "figure": 2.0,
            "threshold": 1.0,
            "strength": 2.0,
            "why": "",
        }
    ).reindex(columns=PREVENTIONS.names)
    tables = {"actions": actions(("C1", "firm_notice")), "documents": LATE, "customers": customers("C1")}
    named = {path.name for path in write_letters(tmp_path / "a", **tables, preventions=said)}
    assert "supply-stop-C1.docx" in named
    assert "only against payment in advance" in draft(kind="firm_notice", preventions=said).text
    assert "only against payment in advance" not in draft(kind="firm_notice").text
    stopped = notes((3, "supply_stopped"))
    assert "supply-stop-C1.docx" not in {
        path.name for path in write_letters(tmp_path / "b", **tables, preventions=said, notes=stopped)
    }
    none = Policy.parse("[letters]\nsupply_stop = []")
    assert "supply-stop-C1.docx" not in {
        path.name for path in write_letters(tmp_path / "c", **tables, preventions=said, policy=none)
    }


def test_a_promise_noted_since_the_last_list_is_confirmed_though_nobody_asks_for_it(tmp_path):
    said = notes((3, "promise", {"document_id": "INV-1", "amount": 1000.0, "until": AS_OF + pd.Timedelta(days=6)}))
    blocks = find_blocks(LATE, said)
    tables = {
        "actions": actions(("C1", "hold")),
        "documents": LATE,
        "customers": customers("C1"),
        "notes": said,
        "blocked": blocks,
    }
    assert write_letters(tmp_path / "a", **tables) == []
    (path,) = write_letters(tmp_path / "b", **tables, since=AS_OF - pd.Timedelta(days=30))
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert path.name == "promise-C1.eml"
    assert "€1,000.00 by 6 November 2026, for document INV-1 (said on 28 October 2026)" in " ".join(words(message).split())
    later = {"since": AS_OF - pd.Timedelta(days=2)}
    assert write_letters(tmp_path / "c", **tables, **later) == []
    for changed in ({"amount": float("nan")}, {"until": pd.NaT}, {"until": AS_OF - pd.Timedelta(days=1)}, {"outcome": "kept"}):
        none = tables | {"notes": said.assign(**changed), "since": AS_OF - pd.Timedelta(days=30)}
        assert write_letters(tmp_path / "d", **none) == []
    silent = tables | {"customers": customers("C1", do_not_contact=True), "since": AS_OF - pd.Timedelta(days=30)}
    assert write_letters(tmp_path / "e", **silent) == []


def test_a_nudge_names_what_is_large_and_due_soon_and_nothing_else():
    table = documents(
        ("C1", "BIG", 20000.0, -5), ("C1", "SMALL", 50.0, -5), ("C1", "FAR", 20000.0, -30), ("C1", "SAID", 20000.0, -5)
    )
    blocked = pd.DataFrame({"customer_id": ["C1"], "document_id": ["SAID"]})
    said = draft(table, kind="nudge", blocked=blocked).text
    assert "BIG" in said
    assert not [name for name in ("SMALL", "FAR", "SAID", "past due") if name in said]


def test_documents_are_sent_again_with_those_that_lack_their_order_number():
    blocked = pd.DataFrame(
        {"customer_id": ["C1"], "document_id": ["INV-1"], "kind": "po_missing", "currency": "EUR", "amount": 900.0}
    )
    said = draft(kind="resend", blocked=blocked).text
    assert "INV-1" in said
    assert "order number to be added" in said
    assert "Total to pay" not in said


def test_an_intermediary_is_proposed_about_what_is_disputed():
    blocked = pd.DataFrame(
        {
            "customer_id": ["C1", "C1"],
            "document_id": ["INV-1", "INV-2"],
            "kind": ["dispute", "promise"],
            "currency": "EUR",
            "amount": [900.0, 250.5],
        }
    )
    said = draft(kind="mediation", blocked=blocked).text
    assert "INV-1" in said
    assert "in dispute" in said
    assert "INV-2" not in said


# statements, demands, what is handed over


def test_a_statement_holds_every_item_and_credit_of_every_currency_and_ties_to_the_ledger(tmp_path):
    table = documents(
        ("C1", "A", 10.1, 9),
        ("C1", "B", 20.2, -9),
        ("C1", "CN", -5.05, 0),
        ("C1", "Y", 1500.0, 9, "JPY"),
        ("C1", "K", 1.234, 9, "KWD"),
    )
    blocked = pd.DataFrame({"customer_id": ["C1"], "document_id": ["A"], "kind": "dispute", "currency": "EUR", "amount": 5.05})
    decided = actions(("C1", "firm_notice"), ("C1", "none", "JPY"), ("C1", "none", "KWD"))
    said = draft(table, kind="statement", decided=decided, blocked=blocked).text
    for cell in ("A", "B", "CN", "Y", "K"):
        assert any(line.split()[:1] == [cell] for line in said.splitlines())
    balances = [line.removeprefix("Balance").strip(" ") for line in said.splitlines() if line.startswith("Balance")]
    assert balances == ["€25.25", "JP¥1,500", "KWD\u00a01.234"]
    (disputed,) = [line for line in said.splitlines() if line.startswith("A ")]
    assert disputed.endswith("in dispute")


def test_a_statement_marks_no_more_as_set_aside_than_is():
    blocked = pd.DataFrame(
        {"customer_id": ["C1"], "document_id": ["INV-1"], "kind": "dispute", "currency": "EUR", "amount": [400.0]}
    )
    decided = actions(("C1", "firm_notice"))
    said = draft(kind="statement", decided=decided, blocked=blocked).text
    assert re.search(r"(?m)^INV-1 .*in dispute: €400\.00$", said)
    whole = draft(kind="statement", decided=decided, blocked=blocked.assign(amount=900.0)).text
    assert re.search(r"(?m)^INV-1 .*in dispute$", whole)


def demand(**more):
    known = more.pop("known", customers("C1", country="Germany"))
    interest = claim(LATE, jurisdiction="by_country", customers=known)
    return draft(kind="final_demand", known=known, interest=interest, **more).text, interest


def test_a_final_demand_claims_interest_only_where_the_table_holds_some_and_adds_up():
    said, interest = demand()
    row = interest.set_index("document_id").loc["INV-2"]
    assert pd.notna(row["interest"])
    total = speech("de").amount(
        115050 + to_minor(pd.Series([row["interest"] + row["fixed_sum"]]), pd.Series(["EUR"]))[0], "EUR"
    )
    assert total in said
    assert "Pauschale" in said
    assert "§§ 288, 247 BGB" in said.replace("\u00a0", " ")
    bare = draft(kind="final_demand").text
    assert "nterest" not in bare
    assert "€1,150.50 so that it reaches us by 16 November 2026" in " ".join(bare.split())


def test_no_interest_is_claimed_on_what_credit_or_a_block_has_taken_a_part_of():
    said, interest = demand()
    (line,) = [line for line in said.splitlines() if line.startswith("INV-1 ") and line.count("€") == 4]
    assert line.split()[-2:] == ["900,00", "€"] or line.endswith("900,00\u00a0€")
    assert interest.set_index("document_id").loc["INV-1", "interest"] > 0


def test_a_rate_that_was_agreed_is_not_said_to_be_the_laws():
    agreed = claim(LATE, jurisdiction="UK", contract_rate=0.12)
    said = draft(kind="final_demand", interest=agreed).text
    assert "(our agreement)" in said
    assert "Late Payment of Commercial Debts" not in said
    assert "fixed sum" not in said.casefold()
    assert [line.split() for line in said.splitlines() if line.startswith("Document ")][-1][-2:] == ["Interest", "Claim"]


def test_a_final_demand_asks_for_every_currency_though_interest_is_claimed_in_one_only():
    table = documents(("C1", "E", 100.0, 61), ("C1", "Y", 1500.0, 61, "JPY"), ("C1", "CN", -500.0, 5, "JPY"))
    decided = actions(("C1", "final_demand"), ("C1", "final_demand", "JPY"))
    said = draft(table, kind="final_demand", decided=decided, interest=claim(table, jurisdiction="DE")).text
    (asked,) = re.findall(r"Please pay (.*?) so that", " ".join(said.split()))
    assert re.fullmatch(r"€14\d\.\d\d and JP¥1,000", asked)


def test_the_record_speaks_of_fixed_sums_only_where_some_are_claimed():
    decided = actions(("C1", "agency"))
    agreed, statute = claim(LATE, jurisdiction="EU", contract_rate=0.12), claim(LATE, jurisdiction="EU")
    assert "and fixed sums" not in draft(kind="hand_over", decided=decided, interest=agreed).text
    assert "and fixed sums" in draft(kind="hand_over", decided=decided, interest=statute).text


def test_interest_that_is_excluded_is_not_claimed():
    said, _ = demand(known=customers("C1", country="Germany", is_individual=True))
    assert "Zinsen" not in said


def test_a_final_demand_sets_a_working_day_after_it_goes_out_and_longer_for_people():
    sent = actions(("C1", "final_demand"), due_by=pd.Timestamp("2026-11-04"))
    assert "18 November 2026" in draft(kind="final_demand", decided=sent).subject
    assert "4 December 2026" in draft(kind="final_demand", decided=sent, known=customers("C1", is_individual=True)).subject
    weekend = actions(("C1", "final_demand"), due_by=pd.Timestamp("2026-11-07"))
    assert "23 November 2026" in draft(kind="final_demand", decided=weekend).subject
    closed = COMPANY.changed({"contact.days_off": ["2026-11-18"]})
    assert "19 November 2026" in draft(kind="final_demand", decided=sent, policy=closed).subject
    listed = actions(("C1", "final_demand"), due_by=pd.Timestamp("2026-11-04"), answer_by=pd.Timestamp("2026-11-20"))
    assert "20 November 2026" in draft(kind="final_demand", decided=listed).subject  # the list and the letter name one day


def test_a_letter_that_came_back_is_not_told_as_one_that_was_written():
    told = notes((50, "reminder", {"outcome": "sent"}), (29, "firm_notice", {"outcome": "not_reached"}))
    said = draft(kind="final_demand", notes=told).text
    assert "11 September 2026: reminder" in said
    assert "2 October 2026" not in said


@pytest.mark.parametrize(
    ("known", "policy", "said", "unsaid"),
    [
        (customers("C1"), DEFAULT, ["collection agency", "court"], ["management"]),
        (customers("C1", is_individual=True), DEFAULT, ["our management will decide"], ["collection agency", "court"]),
        (customers("C1", strategic=True), DEFAULT, ["our management will decide"], ["collection agency", "court"]),
        (customers("C1", insured_until="2027-01-01"), DEFAULT, ["our management will decide"], ["collection agency", "court"]),
        (customers("C1"), DEFAULT.changed({"contact.agency_from": 5000}), ["bring the claim to court"], ["collection agency"]),
        (
            customers("C1"),
            DEFAULT.changed({"contact.agency_from": 5000, "routes.court_smallest": 5000}),
            ["our management will decide"],
            ["collection agency", "court"],
        ),
    ],
)
def test_a_final_demand_names_no_step_that_the_policy_would_not_take(known, policy, said, unsaid):
    told = " ".join(draft(kind="final_demand", known=known, policy=policy).text.split())
    assert all(words in told for words in said)
    assert not [words for words in unsaid if words in told]


def test_a_notice_and_a_demand_refer_to_what_was_said_before():
    before = notes(
        (50, "reminder", {"outcome": "sent"}),
        (40, "call", {"outcome": "left_message"}),
        (30, "call", {"outcome": "reached"}),
        (90, "reminder"),
    )
    said = draft(kind="firm_notice", notes=before).text
    assert "- 11 September 2026: reminder\n" in said
    assert "- 1 October 2026: call\n" in said
    assert "message left" not in said
    assert "2 August 2026" not in said


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_promise_without_an_amount_names_none_and_what_rests_until_a_day_is_not_for_that_day(code):
    until = {"until": AS_OF + pd.Timedelta(days=5)}
    before = notes((3, "promise", until), (2, "promise", until | {"amount": 500.0}), (1, "hold", until))
    said = draft(
        kind="call", decided=actions(("C1", "call")), notes=before, policy=Policy.parse(f'letters.language = "{code}"')
    )
    day = speech(code).day(until["until"])
    told = [line for line in said.text.replace("\n  ", " ").splitlines() if day in line]
    bare, amount, rests = (line.removesuffix(f" {day}").split(f"{speech(code).colon} ", 1)[1] for line in told)
    assert [bare, amount, rests] == {
        "en": ["promise for", "promise of €500.00 for", "on hold until"],
        "de": ["Zusage zum", "Zusage über 500,00\u00a0€ zum", "zurückgestellt bis"],
        "fr": ["promesse de règlement pour le", "promesse de règlement de 500,00\u00a0€ pour le", "mise en attente jusqu'au"],
        "es": ["compromiso de pago para el", "compromiso de pago de 500,00\u00a0€ para el", "en suspenso hasta el"],
    }[code]


def test_french_says_the_first_of_a_month_and_keeps_its_spaces_before_signs_together():
    before = notes((30, "call", {"outcome": "reached"}))
    said = draft(kind="firm_notice", known=customers("C1", language="fr"), notes=before).text
    assert "- 1er\u00a0octobre\u00a02026\u00a0: appel téléphonique\n" in said
    assert not re.findall(r" [:;?!»]|« ", said)
    assert speech("en").day(pd.Timestamp("2026-10-01")) == "1 October 2026"


def test_what_is_handed_over_is_the_whole_record(tmp_path):
    before = notes(
        (50, "reminder", {"outcome": "sent", "text": "is said to be ill"}),
        (10, "promise", {"amount": 500.0, "until": AS_OF - pd.Timedelta(days=5)}),
    )
    known = customers("C1", phone="=1+1", address="Quay Lane, Bremen")
    (path,) = write_letters(
        tmp_path, actions=actions(("C1", "agency")), documents=LATE, customers=known, notes=before, policy=COMPANY,
        interest=claim(LATE, jurisdiction="EU"),
    )  # fmt: skip
    with zipfile.ZipFile(path) as pack:
        names = pack.namelist()
        tables = {
            name: pd.read_csv(io.BytesIO(pack.read(name)), dtype="str", keep_default_na=False)
            for name in names
            if name.endswith(".csv")
        }
        body = zipfile.ZipFile(io.BytesIO(pack.read("hand-over.docx"))).read("word/document.xml").decode()
    assert names == [
        "hand-over.docx",
        "statement.docx",
        "invoices.csv",
        "contacts.csv",
        "promises.csv",
        "interest.csv",
        "customer.csv",
    ]
    assert tables["invoices.csv"]["document_id"].tolist() == ["INV-1", "CN-1", "INV-2", "INV-3"]
    assert tables["contacts.csv"]["kind"].tolist() == ["reminder"]
    assert tables["promises.csv"]["amount"].tolist() == ["500.0"]
    assert tables["interest.csv"]["document_id"].tolist() == ["INV-1", "INV-2"]
    assert tables["customer.csv"]["phone"].tolist() == ["'=1+1"]
    assert "said to be ill" not in "".join(table.to_csv() for table in tables.values())
    for words_ in (
        "INV-1 of €1,000.00, of 1 August 2026, fell due",
        "Reminder: sent",
        "Promise of €500.00 for 26 October 2026",
    ):
        assert words_ in body


def test_each_factor_of_the_policy_is_offered_what_was_chosen(tmp_path):
    table = documents(*((f"C{number}", f"I{number}", 20000.0, -30) for number in range(6)))
    scores = pd.DataFrame({"customer_id": [f"C{number}" for number in range(6)], "score": 80.0})
    policy = Policy.parse('[factoring]\nfactors = ["First & Co", "../Second"]\nneed = [["EUR", 30000]]\ncap = 1.0')
    sold = factor(table, scores, policy, need={"EUR": 30000})
    written = write_letters(
        tmp_path,
        actions=ACTIONS.empty(),
        documents=table,
        customers=customers(*scores["customer_id"]),
        policy=policy,
        factorable=sold,
        offers=offers(sold, {"EUR": 30000}, policy),
    )
    assert [path.suffix for path in written] == [".eml", ".docx"] * 2
    assert all(path.parent == tmp_path for path in written)
    said = words(email.message_from_bytes(written[0].read_bytes(), policy=email.policy.default))
    assert "First & Co" in said
    assert "€30,000.00" in said
    assert said.count("Miller Ltd") == sold["chosen"].sum() == 2
    assert "€40,000.00" in said
    nobody = write_letters(
        tmp_path / "none", actions=ACTIONS.empty(), documents=table, customers=CUSTOMERS.empty(), factorable=sold
    )
    assert nobody == []


# languages


def test_the_language_is_the_customers_else_its_countrys_else_the_policys(tmp_path):
    known = pd.DataFrame(
        {
            "language": ["fr", "DE_at", "", "", "nl", "Spanish", ""],
            "country": ["Germany", "", "España", "Norway", "France", "Ireland", "Deutschland"],
        }
    )
    assert languages(known, "en").tolist() == ["fr", "de", "es", "en", "en", "es", "de"]


def test_days_and_amounts_are_written_as_each_language_does():
    spaces = str.maketrans({"\u00a0": " ", "\u202f": " "})
    said = {
        code: (speech(code).amount(123450, "EUR"), speech(code).amount(1500, "JPY"), speech(code).day(AS_OF))
        for code in LANGUAGES
    }
    assert {code: tuple(one.translate(spaces) for one in each) for code, each in said.items()} == {
        "en": ("€1,234.50", "JP¥1,500", "31 October 2026"),
        "de": ("1.234,50 €", "1.500 ¥", "31. Oktober 2026"),
        "fr": ("1 234,50 €", "1 500 JPY", "31 octobre 2026"),
        "es": ("1.234,50 €", "1.500 JPY", "31 de octubre de 2026"),
    }
    for code in LANGUAGES:
        assert speech(code).amount(1234, "KWD").translate(spaces).replace(",", ".").replace("KWD", "").strip() == "1.234"
        assert speech(code).amount(1200, "XXX").replace(",", ".") == "12.00"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_word_that_lists_need(code):
    english, own = speech("en").words, speech(code).words
    for group in ("labels", "documents", "blocks", "contacts", "outcomes", "law"):
        assert set(own[group]) == set(english[group])
    assert set(BLOCK_KINDS[:8]) < set(own["blocks"])
    assert set(NOTE_KINDS) == set(own["contacts"])
    assert set(own["tone"]["from"]) == set(english["tone"]["from"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_is_written_in_every_language(code):
    policy = Policy.parse(f'[letters]\nlanguage = "{code}"')
    decided = actions(("C1", "call"), reason="late", next_step="write")
    desk = Desk(Books.of(decided, LATE, customers("C1", language=code), policy))
    desk.gather({"C1"})
    for kind in set(KINDS) - {"factoring"}:
        made = desk.letter(kind, "C1", {"EUR"})
        assert made.language == code
        assert made.subject
        assert kind in ("nudge", "promise") or "INV-1" in as_text(made)
    said = " ".join(as_text(desk.letter("call", "C1", {"EUR"})).split())
    assert not [outcome for outcome in GROUPS[0].outcomes if outcome not in said]


# whatever the book


DAY = pd.Timestamp("2026-10-31")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3"]), st.sampled_from(["EUR", "JPY"]), st.integers(-40, 200), st.integers(1, 30000),
        st.sampled_from(["invoice", "invoice", "invoice", "payment"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip
SAID = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3"]),
        st.sampled_from([*NOTE_KINDS]),
        st.integers(0, 120),
        st.integers(-20, 40),
        st.integers(0, 8),
        st.sampled_from(["", "open", "reached", "left_message", "kept"]),
        st.sampled_from([float("nan"), 50.0, 5000.0]),
    ),
    max_size=10,
)


@settings(deadline=None, max_examples=15)
@given(ROWS, SAID, st.sampled_from([None, "C1"]), st.sampled_from([None, "C2"]))
def test_whatever_the_book_nobody_is_asked_for_what_is_blocked_and_nobody_who_must_not_be(rows, said, silent, insolvent):
    entries = pd.DataFrame(
        [
            {
                "customer_id": customer,
                "document_id": f"D{number:03}D",
                "kind": kind,
                "date": DAY - pd.Timedelta(days=max(late, 0) + 30),
                "due_date": DAY - pd.Timedelta(days=late) if kind == "invoice" else pd.NaT,
                "amount": (amount if kind == "invoice" else -amount) * 1.0,
                "currency": currency,
            }
            for number, (customer, currency, late, amount, kind) in enumerate(rows)
        ]
    )
    told = pd.DataFrame(
        [
            {
                "date": DAY - pd.Timedelta(days=ago),
                "customer_id": customer,
                "kind": kind,
                "until": DAY + pd.Timedelta(days=until),
                "document_id": f"D{about:03}D" if about < len(rows) else "",
                "outcome": outcome,
                "amount": amount,
            }
            for customer, kind, ago, until, about, outcome, amount in said
        ],
        columns=["date", "customer_id", "kind", "until", "document_id", "outcome", "amount"],
    )
    known = customers("C1", "C2", "C3", email="a@b.example").assign(
        do_not_contact=lambda table: table["customer_id"].eq(silent or ""),
        insolvent_since=lambda table: pd.Series(pd.NaT, table.index, "datetime64[s]").mask(
            table["customer_id"].eq(insolvent or ""), DAY
        ),
    )
    ledger = Ledger(entries, known, notes=told)
    documents_ = ledger.at(DAY)
    profiles = profile(documents_, notes=told)
    scores = score(profiles)
    blocks = find_blocks(documents_, told, customers=known, profiles=profiles)
    decided = recommend(documents_, scores, told, profiles=profiles, customers=known)
    plans = plan(documents_, customers=known, blocks=blocks)
    books = Books.of(
        decided, documents_, known, COMPANY, since=DAY - pd.Timedelta(days=31), blocks=blocks, notes=told, plans=plans,
        instalments=schedule(plans),
    )  # fmt: skip
    desk = Desk(books)
    desk.gather({"C1", "C2", "C3"})
    wholly = _wholly_blocked(documents_, blocks)
    out = {silent, insolvent} | set(
        blocks.loc[blocks["kind"].isin(["do_not_contact", "insolvency", "handed_over"]), "customer_id"]
    )
    running = standing(told, DAY)
    for (kind, customer_id), rows_ in desk.due.groupby(["kind", "customer_id"]):
        made = desk.letter(kind, customer_id, set(rows_["currency"]))
        said_ = as_text(made)
        assert customer_id not in out
        if kind == "promise":
            assert (running["kind"].eq("promise") & running["customer_id"].eq(customer_id)).any()
        if KINDS[kind].about != "asked":
            continue
        own = decided.merge(rows_[["customer_id", "currency"]])
        assert not own["action"].isin(["none", "hold"]).any()
        asked = said_.split("promised or set aside")[0].split("SAID LATELY")[0].split("WHAT HAPPENED")[0]
        assert not [name for name in wholly if name in asked]
        for row in own.to_dict("records"):
            total = speech("en").amount(to_minor(pd.Series([row["ask_for"]]), pd.Series([row["currency"]]))[0], row["currency"])
            assert f" {total}\n" in asked


@pytest.mark.parametrize("mark", ["do_not_contact", "insolvent", "handed_over", "hold", "promised"])
def test_no_letter_of_any_kind_goes_to_whoever_must_be_left_alone(mark):
    marks = {"do_not_contact": {"do_not_contact": True}, "insolvent": {"insolvent_since": AS_OF}}.get(mark, {})
    note = {
        "handed_over": (5, "handed_over"),
        "promised": (5, "promise", {"amount": 9999.0, "until": AS_OF + pd.Timedelta(days=9)}),
    }
    said = notes(note[mark]) if mark in note else None
    known = customers("C1", **marks)
    blocks = find_blocks(LATE, said, customers=known)
    decided = actions(("C1", "hold" if mark == "hold" else "final_demand"))
    desk = Desk(Books.of(decided, LATE, known, COMPANY, notes=said, blocks=blocks))
    # these ask for nothing: a statement marks what is set aside, and a promise is confirmed
    harmless = {"statement", "promise"} if mark in ("hold", "promised") else set()
    for kind in set(KINDS) - {"factoring"} - harmless:
        assert in_the_way(desk.books, desk.accounts, desk.items, kind).ne("").all(), kind
    assert set(desk.due["kind"]) <= {"statement"}
    with pytest.raises(OutputRefused, match="no letter of the kind 'final_demand' can go to C1"):
        draft(kind="final_demand", decided=decided, known=known, blocked=blocks, notes=said)


def _wholly_blocked(documents_, blocks):
    """The documents of which nothing may be asked for."""
    items = documents_[documents_["open_amount"].gt(0)]
    taken = blocks[blocks["document_id"].ne("")].groupby("document_id")["amount"].sum()
    return [row["document_id"] for row in items.to_dict("records") if taken.get(row["document_id"], 0) >= row["open_amount"]]
