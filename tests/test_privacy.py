import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import arkit as ar
from arkit.errors import ArkitError, OutputRefused
from arkit.ledger import Ledger
from arkit.policy import Policy
from arkit.privacy import Pseudonyms, anonymous, read_key, redact, redact_list
from arkit.tables import REJECTS

KEY = b"a key of the company"
TELLING = {
    "customers": ["customer_id", "name", "contact", "ap_contact", "email", "phone", "address", "salesperson"],
    "entries": ["customer_id", "document_id", "reference", "salesperson", "entity"],
    "notes": ["customer_id", "document_id", "by", "text"],
    "receipts": ["file", "sha256"],
}


@pytest.fixture(scope="module")
def told():
    """The sample with ids that cannot be mistaken for an amount, and all that a ledger can say about people."""
    ledger = ar.load("data/sample")
    tables = {name: getattr(ledger, name) for name in ("entries", "customers", "snapshots", "notes", "receipts")}
    for name in ("entries", "customers", "snapshots", "notes"):
        tables[name] = tables[name].assign(customer_id="Kd" + tables[name]["customer_id"])
    tables["entries"] = tables["entries"].assign(entity="Northwind Handels", terms="30 days, says Frau Dreizehn")
    tables["notes"] = tables["notes"].assign(source="calls of Frau Dreizehn.csv:12", reason="angry with Herr Vierzehn")
    tables["receipts"] = tables["receipts"].assign(warnings="Miller Ltd and Miller Limited look the same\nasked Frau Dreizehn")
    reject = {"file": "Frau Dreizehn.csv", "row": 3, "reason": "'Frau Dreizehn' is no amount", "values": "Frau Dreizehn"}
    return Ledger(**tables, rejects=REJECTS.conform(pd.DataFrame([reject])))


@pytest.fixture(scope="module")
def hidden(told):
    return Pseudonyms(KEY).ledger(told)


def decided(ledger):
    documents = ledger.at("2026-10-31")
    profiles = ar.profile(documents, notes=ledger.notes)
    scores = ar.score(profiles)
    actions = ar.recommend(documents, scores, ledger.notes, customers=ledger.customers, profiles=profiles)
    return documents, scores, actions


def secrets_of(ledger):
    said = pd.concat([getattr(ledger, table)[column] for table, columns in TELLING.items() for column in columns])
    return {text for text in said.astype("str").unique() if len(text) > 4}


def everything_in(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield from ((path / name, book.read(name).decode("utf-8")) for name in book.namelist())
        elif path.is_file():
            yield path, path.read_text("utf-8")


def test_a_redacted_month_names_nobody(told, hidden, tmp_path):
    documents, scores, actions = decided(hidden)
    aged = ar.age(documents)
    blank = anonymous(Policy.parse('company = { name = "Northwind Handels", sender = "Frau Dreizehn", phone = "030 1234567" }'))
    ar.write_month(
        tmp_path / "m",
        ledger=hidden,
        documents=documents,
        aged=aged,
        scores=scores,
        actions=actions,
        policy=blank,
        letters=False,
    )
    secrets = secrets_of(told) | {"Dreizehn", "Vierzehn", "Northwind", "030 1234567"}
    assert len(secrets) > 3000
    found = [(str(path), secret) for path, text in everything_in(tmp_path) for secret in secrets if secret in text]
    assert not found[:5]
    assert not (tmp_path / "m" / "letters").exists()


def test_the_numbers_stay_as_they_are(told, hidden):
    (documents, scores, actions), (theirs, their_scores, their_actions) = decided(told), decided(hidden)
    amounts = ["issued", "due_date", "amount", "open_amount", "currency", "days_late", "kind"]
    assert documents[amounts].value_counts().equals(theirs[amounts].value_counts())
    assert sorted(scores["score"]) == sorted(their_scores["score"])
    decision = ["action", "rule", "at_stake", "currency", "oldest_days_late"]
    assert actions[decision].value_counts().sort_index().equals(their_actions[decision].value_counts().sort_index())


def test_what_a_customer_is_stays_and_who_it_is_goes(told, hidden):
    kept = ["country", "language", "terms_days", "credit_limit", "since", "segment", "is_individual", "strategic"]
    assert hidden.customers[kept].equals(told.customers[kept])
    assert hidden.customers[["contact", "ap_contact", "email", "phone", "address"]].eq("").all(axis=None)
    assert hidden.customers["name"].tolist() == ["Customer " + number[2:] for number in hidden.customers["customer_id"]]
    assert hidden.entries["terms"].eq("").all()
    assert set(hidden.notes["reason"]) == {"other"}
    assert set(hidden.receipts["warnings"]) == {"warnings left out of this redacted copy: 2"}


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(told):
    once, again, other = (Pseudonyms(key).ledger(told).customers["customer_id"] for key in (KEY, KEY, b"another key, as long"))
    assert once.equals(again)
    assert not set(once) & set(other)
    # a pseudonym that changed would cut a shared history in two
    assert Pseudonyms(KEY).of("C", pd.Series(["1001"])).tolist() == ["C-DHCK93PVTJ"]


@given(st.lists(st.text(max_size=6), max_size=30))
@settings(deadline=None, max_examples=60)
def test_pseudonyms_are_alike_exactly_where_names_are(names):
    names = pd.Series(names, dtype="str")
    codes = Pseudonyms(KEY).of("C", names)
    assert codes.eq("").equals(names.eq(""))
    assert pd.factorize(codes)[0].tolist() == pd.factorize(names)[0].tolist()


def test_the_same_number_of_two_customers_gets_two_pseudonyms():
    numbers, customers = pd.Series(["17", "17", "17"]), pd.Series(["A", "B", "A"])
    codes = Pseudonyms(KEY).of("D", numbers, within=customers)
    assert codes[0] == codes[2] != codes[1]


def test_a_document_without_a_number_stays_one_and_sources_keep_their_rows():
    entries = pd.DataFrame(
        {
            "customer_id": "C1",
            "document_id": ["payment pay.csv:7", "INV-1"],
            "kind": ["payment", "invoice"],
            "date": "2026-01-05",
            "amount": [-10.0, 20.0],
            "currency": "EUR",
            "source": ["pay.csv:7", "list.xlsx:Sheet 1:R12"],
        }
    )
    hidden = Pseudonyms(KEY).ledger(Ledger(entries)).entries
    assert hidden["document_id"][0] == "payment " + hidden["source"][0]
    assert hidden["source"].str.fullmatch(r"F-\w{10}:R?\d+").all()


def test_the_list_before_goes_by_the_same_pseudonyms(told, tmp_path):
    key = tmp_path / "key"
    actions = decided(told)[2]
    before = redact_list(actions, key)
    assert set(before["customer_id"]) <= set(redact(told, key).customers["customer_id"])
    assert before[["action", "at_stake"]].equals(actions[["action", "at_stake"]])
    assert before[["reason", "documents", "contact"]].eq("").all(axis=None)
    assert redact_list(before, key) is before


def test_a_key_is_made_once_and_is_for_its_owner_only(tmp_path):
    file = tmp_path / "key"
    key = read_key(file)
    assert len(key) == 64
    assert read_key(file) == key
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_no_key_is_refused(tmp_path):
    (tmp_path / "short").write_text("secret")
    with pytest.raises(ArkitError, match="holds no key") as refusal:
        read_key(tmp_path / "short")
    assert "6 characters" in str(refusal.value)
    with pytest.raises(OutputRefused, match="cannot be used"):
        read_key(tmp_path / "no folder" / "key")


def test_an_empty_ledger_has_nothing_to_hide():
    assert not len(Pseudonyms(KEY).ledger(Ledger()).entries)
