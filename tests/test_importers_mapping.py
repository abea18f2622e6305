import tomllib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arkit.errors import ImportRefused, OutputRefused
from arkit.importers import check, load, write_mapping
from arkit.importers.headings import SYNONYMS
from arkit.importers.mapping import Mapping
from arkit.tables import KINDS

INVOICES = """\
Customer No.,Customer Name,Invoice No.,Invoice Date,Due Date,Amount,Currency
0042,Harbour Bakery,INV-1,05/01/2026,04/02/2026,"1,000.00",EUR
0042,Harbour Bakery,INV-2,13/01/2026,12/02/2026,250.50,EUR
0077,Bolt & Sons,INV-3,20/01/2026,19/02/2026,80.00,EUR
"""
GERMAN = """\
Kundennr;Kunde;Belegnummer;Belegdatum;Fälligkeit;Betrag;Währung
0042;Harbour Bakery;INV-7;03.02.2026;05.03.2026;70,25;EUR
0078;Quiet Lane Books;INV-8;14.02.2026;16.03.2026;1.000,00;EUR
"""
BARE = "0042,INV-1,13/01/2026,12/02/2026,1000.00\n0077,INV-2,14/01/2026,13/02/2026,80.50\n"
BY_NUMBER = """\
headings = "none"
[columns]
customer_id = "1"
document_id = "2"
date = "3"
due_date = "4"
amount = "5"
"""


def put(folder, files):
    """The folder with these files in it, name to text."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def file_of(folder, text, name="july.csv"):
    return put(folder, {name: text}) / name


def same(one, other):
    """Two ledgers hold the same, but for how it was found."""
    pd.testing.assert_frame_equal(one.entries, other.entries)
    pd.testing.assert_frame_equal(one.customers, other.customers)
    pd.testing.assert_frame_equal(one.snapshots, other.snapshots)
    assert one.receipts["columns"].tolist() == other.receipts["columns"].tolist()


def saved(exports, folder, **options):
    """What `check` finds, as a mapping file."""
    return write_mapping(check(exports, **options), folder / "saved.toml")


# from check, and back


def test_what_check_found_is_written_as_a_mapping_with_samples(tmp_path):
    file = saved(file_of(tmp_path, INVOICES), tmp_path)
    assert file.read_text("utf-8") == (
        "# Which heading is which field, as arkit found it; correct what is wrong.\n"
        "# customer_id: 0042, 0077\n"
        "# customer_name: Harbour Bakery, Bolt & Sons\n"
        "# document_id: INV-1, INV-2, INV-3\n"
        "# date: 05/01/2026, 13/01/2026, 20/01/2026\n"
        "# due_date: 04/02/2026, 12/02/2026, 19/02/2026\n"
        "# amount: 1,000.00, 250.50, 80.00\n"
        "# currency: EUR\n"
        'date_order = "dmy"\n'
        'decimal = "."\n'
        "\n"
        '[columns]  # field = "heading in the file"\n'
        'customer_id = "Customer No."\n'
        'customer_name = "Customer Name"\n'
        'document_id = "Invoice No."\n'
        'date = "Invoice Date"\n'
        'due_date = "Due Date"\n'
        'amount = "Amount"\n'
        'currency = "Currency"\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        INVOICES,
        GERMAN,
        "Some title,,,\nCustomer,Invoice No.,Date,Amount\nBolt,1,2026-01-05,10.00\n",
        "Customer,Invoice,Invoice,Due,Invoiced\nName,No.,Date,Date,Amount\nBolt,1,2026-01-13,2026-02-13,10.00\n",
        "Customer,Currency,Invoice No.,Date,Amount,Currency\nBolt,GBP,1,2026-01-05,10.00,EUR\n",
        'Customer,"Invoice ""No.""",Invoice No.,Date,Amount\nBolt,x,1,2026-01-05,10.00\n',
    ],
)
def test_a_saved_mapping_reads_the_file_as_it_was_read_without(tmp_path, text):
    export = file_of(tmp_path, text)
    same(load(export), load(export, mapping=saved(export, tmp_path)))


def test_a_saved_mapping_of_two_files_names_both_headings_of_a_field(tmp_path):
    folder = put(tmp_path / "month", {"ours.csv": INVOICES, "theirs.csv": GERMAN})
    file = saved(folder, tmp_path)
    columns = tomllib.loads(file.read_text("utf-8"))["columns"]
    assert columns["customer_id"] == "Customer No.|Kundennr"
    assert columns["currency"] == "Currency|Währung"
    same(load(folder), load(folder, mapping=file))


def test_what_two_files_prove_differently_is_not_declared_for_both(tmp_path):
    months_first = "Customer,Invoice No.,Date,Amount\nBolt,1,01/13/2026,10.00\n"
    said = Mapping.read(saved(put(tmp_path / "month", {"a.csv": months_first, "b.csv": GERMAN}), tmp_path))
    assert (said.date_order, said.decimal) == (None, None)


def test_what_no_file_proves_is_not_declared(tmp_path):
    said = Mapping.read(saved(file_of(tmp_path, "Customer,Invoice No.,Date,Amount\nBolt,1,2026-01-05,1000\n"), tmp_path))
    assert (said.date_order, said.decimal) == (None, None)


def test_what_was_declared_is_declared_again(tmp_path):
    export = file_of(tmp_path, 'Customer,Invoice No.,Date,Amount\nBolt,1,05/06/2026,"1,500"\n')
    said = Mapping.read(saved(export, tmp_path, date_order="mdy", decimal=","))
    assert (said.date_order, said.decimal) == ("mdy", ",")


def test_what_a_mapping_says_of_kinds_and_currencies_is_said_again(tmp_path):
    export = file_of(tmp_path, "Customer,Invoice No.,Kind,Date,Amount\nBolt,0081,ZR,2026-01-05,10.00\n")
    ours = file_of(
        tmp_path, '[columns]\n[kinds]\nZR = "invoice"\n[currency.document_id]\n00 = "GBP"\nother = "EUR"\n', "ours.toml"
    )
    again = saved(export, tmp_path, mapping=ours)
    assert (Mapping.read(again).kinds, Mapping.read(again).currency) == (Mapping.read(ours).kinds, Mapping.read(ours).currency)
    same(load(export, mapping=ours), load(export, mapping=again))


@pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
def test_of_two_headings_that_one_file_has_both_the_surer_one_stands_first(tmp_path, names):
    first = "Customer,Reference,Date,Amount\nBolt,R-1,2026-01-05,10.00\n"
    second = "Customer,Reference,Invoice No.,Date,Amount\nBolt,x,INV-9,2026-01-05,20.00\n"
    folder = put(tmp_path / "month", dict(zip(names, (first, second), strict=True)))
    file = saved(folder, tmp_path)
    assert Mapping.read(file).columns["document_id"] == "Invoice No.|Reference"
    same(load(folder), load(folder, mapping=file))
    assert sorted(load(folder, mapping=file).entries["document_id"]) == ["INV-9", "R-1"]


def test_samples_that_hold_line_ends_and_odd_signs_do_not_break_the_file(tmp_path):
    text = 'Customer,Invoice No.,Date,Amount\n"Bolt\namount = 1\r[columns]\x0b\x07",1,2026-01-05,10.00\n'
    export = file_of(tmp_path, text)
    same(load(export), load(export, mapping=saved(export, tmp_path)))


def test_a_refused_file_takes_no_part_in_a_saved_mapping(tmp_path):
    folder = put(tmp_path / "month", {"a.csv": INVOICES, "b.csv": "Customer,Invoice No.,Date\nBolt,1,2026-01-05\n"})
    found = check(folder)
    assert [file["status"] for file in found["files"]] == ["read", "refused"]
    assert Mapping.read(write_mapping(found, tmp_path / "saved.toml")).columns["customer_id"] == "Customer No."


# files without headings


def test_a_file_without_headings_is_read_by_the_numbers_of_its_columns(tmp_path):
    ledger = load(file_of(tmp_path, BARE), mapping=file_of(tmp_path, BY_NUMBER, "ours.toml"))
    documents = ledger.at("2026-02-28")
    assert documents[["customer_id", "document_id", "open_amount"]].to_dict("split")["data"] == [
        ["0042", "INV-1", 1000.0],
        ["0077", "INV-2", 80.5],
    ]
    assert documents["issued"].dt.strftime("%d %b").tolist() == ["13 Jan", "14 Jan"]
    assert documents["due_date"].dt.strftime("%d %b").tolist() == ["12 Feb", "13 Feb"]
    assert documents["source"].tolist() == ["july.csv:1", "july.csv:2"]
    assert ledger.receipts["columns"].tolist() == ["customer_id: '1', document_id: '2', date: '3', due_date: '4', amount: '5'"]


def test_a_saved_mapping_of_a_file_without_headings_says_so(tmp_path):
    export, ours = file_of(tmp_path, BARE), file_of(tmp_path, BY_NUMBER, "ours.toml")
    file = saved(export, tmp_path, mapping=ours)
    said = Mapping.read(file)
    assert (said.headings, said.columns) == ("none", Mapping.read(ours).columns)
    same(load(export, mapping=ours), load(export, mapping=file))


def test_a_file_without_headings_is_refused_where_no_number_is_said(tmp_path):
    with pytest.raises(ImportRefused, match="has no row of headings that arkit knows"):
        load(file_of(tmp_path, BARE))
    ours = file_of(tmp_path, BY_NUMBER.replace('amount = "5"', 'amount = "6"'), "ours.toml")
    with pytest.raises(ImportRefused, match="does not say enough to be read") as refused:
        load(file_of(tmp_path, BARE), mapping=ours)
    assert "got: no amount; understood were customer_id: '1'" in str(refused.value)


@pytest.mark.parametrize("headings", ["Customer,Invoice No.,,,Amount", "Customer,Invoice No.,Day,Day,Amount"])
def test_columns_headed_alike_or_not_at_all_go_by_number_too(tmp_path, headings):
    ours = file_of(tmp_path, '[columns]\ndate = "3"\ndue_date = "4"\n', "ours.toml")
    export = file_of(tmp_path, headings + "\nBolt,1,2026-01-05,2026-02-04,10.00\n")
    ledger = load(export, mapping=ours)
    row = ledger.at("2026-02-28").iloc[0]
    assert (row["issued"], row["due_date"]) == (pd.Timestamp("2026-01-05"), pd.Timestamp("2026-02-04"))
    same(ledger, load(export, mapping=saved(export, tmp_path, mapping=ours)))


def test_a_heading_or_else_a_number_will_do(tmp_path):
    ours = file_of(tmp_path, '[columns]\ndocument_id = "Slip|2"\n', "ours.toml")
    rows = "\nBolt,R-1,x,2026-01-05,10.00\n"
    for headings, number in (("Customer,,Other,Date,Amount", "R-1"), ("Customer,Other,Slip,Date,Amount", "x")):
        assert load(file_of(tmp_path, headings + rows), mapping=ours).entries["document_id"].tolist() == [number]


def test_headings_are_none_or_not_spoken_of(tmp_path):
    with pytest.raises(ImportRefused, match=r"the mapping 'ours\.toml' cannot be followed") as refused:
        Mapping.read(file_of(tmp_path, 'headings = "two"\n[columns]\n', "ours.toml"))
    assert 'got: headings = "two"' in str(refused.value)


# kinds


def test_words_of_ones_own_kinds_are_understood_whatever_their_case_and_accents(tmp_path):
    text = "Customer,Invoice No.,Type,Date,Amount\nBolt,1,ZR,2026-01-05,10.00\nBolt,2,ZÜ g,2026-01-05,4.00\n"
    export = file_of(tmp_path, text)
    ours = file_of(tmp_path, '[kinds]\nzr = "invoice"\n"zu G" = "credit_note"\n', "ours.toml")
    documents = load(export, mapping=ours).at("2026-01-31")
    assert documents[["kind", "open_amount"]].to_dict("split")["data"] == [["invoice", 10.0], ["credit_note", -4.0]]


def test_words_of_kinds_may_be_written_with_underscores(tmp_path):
    text = "Customer,Invoice No.,Type,Date,Amount\nBolt,1,own_bill,2026-01-05,10.00\nBolt,2,credit_note,2026-01-05,4.00\n"
    ours = file_of(tmp_path, '[kinds]\nown_bill = "invoice"\n', "ours.toml")
    assert load(file_of(tmp_path, text), mapping=ours).at("2026-01-31")["open_amount"].tolist() == [10.0, -4.0]


def test_a_kind_of_ones_own_comes_before_what_its_word_usually_means(tmp_path):
    text = "Customer,Invoice No.,Type,Date,Amount\nBolt,1,Invoice,2026-01-05,10.00\nBolt,2,Deposit,2026-01-05,4.00\n"
    ours = file_of(tmp_path, '[kinds]\nDeposit = "invoice"\n', "ours.toml")
    assert load(file_of(tmp_path, text), mapping=ours).at("2026-01-31")["open_amount"].tolist() == [10.0, 4.0]


def test_a_word_of_no_kind_is_refused_with_the_table_that_would_say_it(tmp_path):
    text = "Customer,Invoice No.,Type,Date,Amount\nBolt,1,Invoice,2026-01-05,10.00\nBolt,2,ZR,2026-01-05,4.00\n"
    with pytest.raises(ImportRefused, match="1 row of a kind that arkit does not know") as refused:
        load(file_of(tmp_path, text))
    assert 'fix: say in a mapping file what they mean, [kinds] ZR = "invoice"' in str(refused.value)


def test_a_kind_that_arkit_does_not_have_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match=r"the mapping 'ours\.toml' cannot be followed") as refused:
        Mapping.read(file_of(tmp_path, '[kinds]\nZR = "bill"\n', "ours.toml"))
    assert f"expected: kinds out of {', '.join(KINDS)}" in str(refused.value)
    assert 'got: ZR = "bill"' in str(refused.value)


# writing


def test_a_mapping_is_never_written_over_a_file(tmp_path):
    mine = file_of(tmp_path, "mine", "ours.toml")
    with pytest.raises(OutputRefused, match=r"ours\.toml' cannot be written") as refused:
        Mapping({"amount": "Net"}).write(mine)
    assert "expected: a new file" in str(refused.value)
    assert mine.read_text("utf-8") == "mine"
    with pytest.raises(OutputRefused, match=r"ours\.toml' cannot be written"):
        write_mapping(check(file_of(tmp_path, INVOICES)), mine)
    with pytest.raises(OutputRefused, match="cannot be written"):
        Mapping().write(tmp_path / "nowhere" / "ours.toml")


def test_all_that_a_mapping_says_is_written(tmp_path):
    said = Mapping(
        {"amount": 'Net "A"|Größe', "date": "3"},
        "dmy",
        ",",
        (("entity", "CH", "CHF"), ("entity", "", "EUR"), ("customer_id", "0 1", "GBP")),
        "none",
        {"zr": "invoice", "zu g": "credit_note"},
    )
    file = said.write(tmp_path / "ours.toml", told="two lines\n\nof words")
    assert Mapping.read(file) == said
    assert file.read_text("utf-8").startswith("# two lines\n# of words\ndate_order")


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@given(
    st.dictionaries(st.sampled_from(sorted(SYNONYMS)), WORDS, min_size=1, max_size=5),
    st.sampled_from([None, "dmy", "mdy"]),
    st.sampled_from([None, ".", ","]),
    st.text(max_size=40),
)
def test_any_mapping_reads_as_it_was_written(tmp_path_factory, columns, order, decimal, told):
    said = Mapping(columns, order, decimal)
    file = tmp_path_factory.mktemp("mapping") / "ours.toml"
    told = told.encode("utf-8", "ignore").decode("utf-8")
    assert Mapping.read(said.write(file, told=told)) == said
