import csv as csv_files
import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.errors import ImportRefused, OutputRefused
from arkit.importers import check, load, write_aliases
from arkit.importers.aliases import COLUMNS, MOST, suggest, target, write
from arkit.money import totals
from arkit.tables import CUSTOMERS

ZEROS, SPELLING = "the same number but for zeros", "the same name but for spelling and legal form"
INVOICES = """\
Customer No.,Customer Name,Invoice No.,Invoice Date,Due Date,Amount,Currency
0042,Harbour Bakery Ltd,INV-1,05/01/2026,04/02/2026,"1,000.00",EUR
42,Harbour Bakery,INV-2,13/01/2026,12/02/2026,250.50,EUR
0077,Bolt & Sons,INV-3,20/01/2026,19/02/2026,80.00,EUR
0078,Quiet Lane Books,INV-4,20/01/2026,19/02/2026,9.99,EUR
"""
PAYMENTS = """\
Payment No.,Customer No.,Invoice No.,Payment Date,Amount,Currency
P-1,0042,INV-1,14/02/2026,400.00,EUR
P-2,42,INV-2,15/02/2026,50.50,EUR
"""


def put(folder, files):
    """The folder with these files in it, name to text."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def listed(*named):
    """Customers, as (number, name)."""
    return CUSTOMERS.conform(pd.DataFrame(named, columns=["customer_id", "name"]))


def pairs(*named):
    """Who is suggested to be the same as whom, and why."""
    found = suggest(listed(*named))
    return list(found[["customer_id", "same_as", "why"]].itertuples(index=False, name=None))


def aliases(*named):
    return pd.DataFrame(named, columns=["customer_id", "same_as"], dtype="str")


def names(*written):
    """Who looks the same among customers numbered from 101 on."""
    return [(one, other) for one, other, _ in pairs(*((str(101 + at), name) for at, name in enumerate(written)))]


# suggesting


def test_numbers_that_differ_in_leading_zeros_look_the_same_whatever_the_names():
    assert pairs(("0042", "Harbour Bakery"), ("7", "Bolt"), ("42", "Unlike Anything")) == [("42", "0042", ZEROS)]


def test_numbers_are_the_same_in_leading_zeros_only():
    assert pairs(("420", "Harbour Bakery"), ("42", "Bolt & Sons"), ("4200", "Quiet Lane Books")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbour Bakery Ltd", "Harbour Bakery"),
        ("Harbour Bakery Ltd", "HARBOUR BAKERY LIMITED"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("Boulangerie Générale S.A.R.L.", "boulangerie generale"),
        ("Straße und Weg AG", "Strasse Weg"),
        ("The Orchard Company", "Orchard, Inc."),
        ("Hill and Dale", "Hill & Dale"),
        ("O'Connor Tiles", "O\u2019Connor  Tiles"),
        ("Bakker B.V.", "Bakker N.V."),
    ],
)
def test_names_but_for_spelling_accents_and_legal_form_look_the_same(one, other):
    assert pairs(("101", one), ("102", other)) == [("102", "101", SPELLING)]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Meadowbrook Foods", "Meadowbrok Foods", 97),
        ("Meadowbrook Foods", "Foods Meadowbrook", 100),
        ("Riverside Hardware Ltd", "Riverside Hardwares", 97),
    ],
)
def test_names_that_are_nearly_the_same_say_how_near(one, other, alike):
    assert pairs(("101", one), ("102", other)) == [("102", "101", f"names alike to {alike} of 100")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Riverside Hardware", "Riverside Bakery"),
        ("Anna", "Anne"),  # too short to say anything
        ("Quay Store 12 Harbour", "Quay Store 13 Harbour"),
        ("Harbour Holdings Number 1", "Harbour Holdings Number 11"),
        ("Harbour Holdings 2025", "Harbour Holdings"),
        ("Ltd", "GmbH"),  # nothing but a legal form
        ("...", "---"),
    ],
)
def test_names_that_are_not_near_or_hold_different_figures_are_different(one, other):
    assert names(one, other) == []


def test_the_first_listed_is_the_one_that_others_are_the_same_as():
    assert names("Bolt Ltd", "Quiet Lane Books", "Bolt", "Bolt GmbH") == [("103", "101"), ("104", "101")]
    assert names("Bolt GmbH", "Quiet Lane Books", "Bolt", "Bolt Ltd") == [("103", "101"), ("104", "101")]


def test_a_pair_found_in_two_ways_is_one_pair():
    assert pairs(("0042", "Harbour Bakery Ltd"), ("42", "Harbour Bakery")) == [("42", "0042", ZEROS)]


def test_a_suggestion_says_both_names():
    (found,) = suggest(listed(("0042", "Harbour Bakery Ltd"), ("42", "Harbour Bakery"))).to_dict("records")
    assert list(found) == COLUMNS
    assert (found["name"], found["same_as_name"]) == ("Harbour Bakery", "Harbour Bakery Ltd")


def test_of_nobody_and_of_one_nothing_is_suggested():
    for customers in (CUSTOMERS.empty(), listed(("0042", "Harbour Bakery"))):
        found = suggest(customers)
        assert found.empty
        assert list(found) == COLUMNS


def test_a_beginning_that_too_many_names_share_says_nothing():
    others = [f"Hotel {one * 4}{other * 4}" for one, other in itertools.permutations("abcdefghij", 2)][: MOST - 1]
    assert names("Hotel Xylo", "Hotel Xyla", *others[:3]) == [("102", "101")]
    assert names("Hotel Xylo", "Hotel Xyla", *others) == []


def test_customers_are_not_changed_by_looking_at_them():
    customers = listed(("0042", "Harbour Bakery Ltd"), ("42", "Harbour Bakery"))
    before = customers.copy()
    suggest(customers)
    pd.testing.assert_frame_equal(customers, before)


WORDS = st.lists(st.sampled_from(["Harbour", "Harbor", "Bakery", "Bakerys", "Ltd", "GmbH", "12", "13", "Söhne"]), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["", "0", "00"]), st.integers(1, 9), WORDS), max_size=12))
def test_no_pair_comes_twice_and_each_points_to_one_listed_before(drawn):
    customers = pd.DataFrame([(zeros + str(number), " ".join(words)) for zeros, number, words in drawn], dtype="str")
    customers = listed(*customers.drop_duplicates(0).itertuples(index=False, name=None)) if len(customers) else listed()
    place = {number: at for at, number in enumerate(customers["customer_id"])}
    found = suggest(customers)
    assert not found.duplicated(["customer_id", "same_as"]).any()
    assert all(place[row.customer_id] > place[row.same_as] for row in found.itertuples())


# who stands for whom


def test_a_chain_ends_in_the_last():
    assert target(aliases(("1", "2"), ("2", "3"), ("3", "4"), ("9", "3"))) == {"1": "4", "2": "4", "3": "4", "9": "4"}


def test_a_long_chain_ends_in_the_last_in_whatever_order_it_is_listed():
    chain = [(str(number), str(number + 1)) for number in range(50)]
    assert set(target(aliases(*chain)).values()) == {"50"}
    assert set(target(aliases(*reversed(chain))).values()) == {"50"}


def test_a_number_that_stands_for_itself_or_for_nobody_is_passed_over():
    assert target(aliases(("1", "1"), ("2", ""), ("3", "1"))) == {"3": "1"}
    assert target(aliases()) == {}


def test_the_same_said_twice_is_said_once():
    twice = aliases(("1", "2"), ("1", "2")).assign(name=["Bolt", "Bolt Ltd"])
    assert target(twice) == {"1": "2"}


def test_one_for_two_that_are_the_same_in_the_end_contradicts_nothing():
    assert target(aliases(("2", "1"), ("3", "1"), ("3", "2"))) == {"2": "1", "3": "1"}
    found = suggest(listed(("1", "Meadowbrook Foods"), ("2", "Meadowbrok Foods"), ("3", "Meadowbrook Food")))
    assert len(found) == 3
    assert target(found) == {"2": "1", "3": "1"}


@pytest.mark.parametrize(
    ("said", "got"),
    [
        ([("1", "2"), ("2", "1")], "got: 1, 2"),
        ([("1", "2"), ("2", "3"), ("3", "1"), ("7", "8")], "got: 1, 2, 3"),
        ([("0", "1"), ("1", "2"), ("2", "1")], "got: 0, 1, 2"),
        ([("1", "2"), ("1", "3")], "got: 1"),
        ([("1", "2"), ("1", "3"), ("3", "4")], "got: 1"),
    ],
)
def test_cycles_and_one_for_two_are_refused(said, got):
    with pytest.raises(ImportRefused, match="the list of customers that are the same contradicts itself") as refused:
        target(aliases(*said))
    assert str(refused.value).splitlines()[2:] == [f"  {got}", "  fix: correct the column same_as"]


# a list of aliases among the exports


def test_a_list_of_aliases_puts_the_documents_of_both_under_one_customer(tmp_path):
    files = {"invoices.csv": INVOICES, "payments.csv": PAYMENTS}
    apart = load(put(tmp_path / "apart", files))
    ledger = load(put(tmp_path / "one", files | {"aliases.csv": "customer_id,same_as\n42,0042\n"}))
    documents = ledger.at("2026-02-28")
    owner = dict(zip(documents["document_id"], documents["customer_id"], strict=True))
    assert owner == {"INV-1": "0042", "INV-2": "0042", "INV-3": "0077", "INV-4": "0078"}
    assert ledger.customers["customer_id"].tolist() == ["0042", "0077", "0078"]
    assert ledger.customers["name"].tolist()[0] == "Harbour Bakery Ltd"
    (invoices,) = ledger.receipts[ledger.receipts["file"].eq("invoices.csv")].to_dict("records")
    assert "kept apart: 0042 and 42" in apart.receipts["warnings"].str.cat()
    assert "kept apart" not in invoices["warnings"]
    assert "put to the customer that the list of aliases names" in invoices["warnings"]
    assert invoices["customers"] == 3
    for day in ("2026-01-14", "2026-02-14", "2026-02-28"):
        assert totals(ledger.at(day)).to_dict() == totals(apart.at(day)).to_dict()
    assert documents.set_index("document_id")["open_amount"].to_dict() == (
        apart.at("2026-02-28").set_index("document_id")["open_amount"].to_dict()
    )


def test_receipts_say_what_a_list_of_aliases_did(tmp_path):
    folder = put(
        tmp_path / "month",
        {"invoices.csv": INVOICES, "payments.csv": PAYMENTS, "aliases.csv": "customer_id,same_as\n42,0042\n0078,0077\n"},
    )
    receipts = load(folder).receipts.set_index("file")
    assert (receipts.loc["aliases.csv", "holds"], receipts.loc["aliases.csv", "entry"]) == ("aliases", 2)
    assert receipts.loc["aliases.csv", "warnings"] == ""
    words = "put to the customer that the list of aliases names"
    assert f"2 rows of 2 customers {words}" in receipts.loc["invoices.csv", "warnings"]
    assert f"1 row of 1 customer {words}" in receipts.loc["payments.csv", "warnings"]


def test_a_list_of_aliases_goes_by_names_where_customers_do(tmp_path):
    text = "Customer,Invoice No.,Date,Amount\nHill & Dale Ltd,1,2026-01-05,10.00\nHill and Dale,2,2026-01-06,5.00\n"
    said = 'customer_id,same_as\n"Hill and Dale","Hill & Dale Ltd"\n'
    ledger = load(put(tmp_path / "month", {"invoices.csv": text, "aliases.csv": said}))
    assert ledger.at("2026-01-31")["customer_id"].tolist() == ["Hill & Dale Ltd"] * 2
    assert ledger.customers["customer_id"].tolist() == ["Hill & Dale Ltd"]


def test_a_list_of_aliases_takes_customers_out_of_their_list(tmp_path):
    files = {
        "invoices.csv": INVOICES,
        "customers.csv": "Customer No.,Customer Name,Email\n0042,Harbour Bakery Ltd,till@harbour.example\n"
        "42,Harbour Bakery,\n0077,Bolt & Sons,\n0078,Quiet Lane Books,\n",
        "aliases.csv": "customer_id,same_as\n42,0042\n",
    }
    customers = load(put(tmp_path / "month", files)).customers.set_index("customer_id")
    assert customers.index.tolist() == ["0042", "0077", "0078"]
    assert customers.loc["0042", "email"] == "till@harbour.example"


def test_a_list_of_aliases_that_contradicts_itself_refuses_the_load_and_check_says_so(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES, "aliases.csv": "customer_id,same_as\n42,0042\n0042,42\n"})
    with pytest.raises(ImportRefused, match="the list of customers that are the same contradicts itself"):
        load(folder)
    refused, read = check(folder)["files"]
    assert (refused["name"], refused["status"], read["status"]) == ("aliases.csv", "refused", "read")
    assert refused["message"].startswith("ImportRefused: the list of customers that are the same contradicts itself.")


def test_nobody_is_merged_who_is_only_suggested(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES})
    (pair,) = check(folder)["same_customers"]
    assert (pair["customer_id"], pair["same_as"]) == ("42", "0042")
    assert load(folder).customers["customer_id"].tolist() == ["0042", "42", "0077", "0078"]


# writing


def test_what_check_suggests_is_written_and_followed_when_put_to_the_exports(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES, "payments.csv": PAYMENTS})
    found = check(folder)
    file = write_aliases(found, folder / "aliases.csv")
    assert file == folder / "aliases.csv"
    with file.open(encoding="utf-8", newline="") as written:
        assert list(csv_files.DictReader(written)) == found["same_customers"]
    again = check(folder)
    assert (again["same_customers"], again["message"], again["open_total"]) == ([], "", found["open_total"])
    assert load(folder).customers["customer_id"].tolist() == ["0042", "0077", "0078"]


def test_three_that_look_the_same_are_followed_as_written(tmp_path):
    text = "Customer,Invoice No.,Date,Amount\nMeadowbrook Foods,1,2026-01-05,10.00\n"
    text += "Meadowbrok Foods,2,2026-01-06,5.00\nMeadowbrook Food,3,2026-01-06,2.50\n"
    folder = put(tmp_path / "month", {"invoices.csv": text})
    write_aliases(check(folder), folder / "aliases.csv")
    documents = load(folder).at("2026-01-31")
    assert documents["customer_id"].unique().tolist() == ["Meadowbrook Foods"]
    assert documents["open_amount"].sum() == 17.5


def test_where_nobody_looks_the_same_the_list_is_empty_and_changes_nothing(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES.replace("\n42,Harbour Bakery,", "\n99,Corner Cafe,")})
    found = check(folder)
    assert found["same_customers"] == []
    file = write_aliases(found, folder / "aliases.csv")
    assert file.read_text("utf-8") == ",".join(COLUMNS) + "\n"
    assert check(folder)["open_total"] == found["open_total"]


def test_suggestions_are_never_written_over_a_file(tmp_path):
    folder = put(tmp_path / "month", {"invoices.csv": INVOICES})
    mine = tmp_path / "aliases.csv"
    mine.write_text("mine", "utf-8")
    with pytest.raises(OutputRefused, match=r"aliases\.csv' cannot be written") as refused:
        write_aliases(check(folder), mine)
    assert "expected: a new file" in str(refused.value)
    assert mine.read_text("utf-8") == "mine"
    with pytest.raises(OutputRefused, match="cannot be written"):
        write(suggest(CUSTOMERS.empty()), tmp_path / "nowhere" / "aliases.csv")
