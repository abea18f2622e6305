import re

import pandas as pd
import pytest

from arkit.errors import ImportRefused
from arkit.importers import cells
from arkit.importers.headings import SYNONYMS, find_columns, match, normal
from arkit.importers.mapping import Mapping
from arkit.importers.sheets import Sheet, read_sheets


def column(*texts):
    return pd.Series(list(texts), index=range(2, len(texts) + 2), dtype="str")


def days(*texts, order=None):
    """The days of one column as ISO text, '' where there is none, and the proof."""
    proof = cells.Proof()
    read = cells.days({"Due date": column(*texts)}, proof, order, "july.csv")["Due date"]
    return list(read.dt.strftime("%Y-%m-%d").fillna("")), proof


def amounts(*texts, decimal=None):
    """The amounts of one column, and the proof."""
    proof = cells.Proof()
    read = cells.amounts({"Amount": column(*texts)}, proof, decimal, "july.csv")["Amount"]
    return [None if pd.isna(amount) else amount for amount in read], proof


# days


def test_one_day_above_12_in_front_proves_day_month_for_the_whole_column():
    read, proof = days("05/06/2026", "13/06/2026", "01/02/2026")
    assert read == ["2026-06-05", "2026-06-13", "2026-02-01"]
    assert proof.date_order == {"Due date": "day/month/year, proven by row 3 '13/06/2026'"}


def test_one_day_above_12_in_the_middle_proves_month_day_for_the_whole_column():
    read, proof = days("05/06/2026", "06/13/2026")
    assert read == ["2026-05-06", "2026-06-13"]
    assert proof.date_order == {"Due date": "month/day/year, proven by row 3 '06/13/2026'"}


@pytest.mark.parametrize("proving", ["Date", "Due date"])
@pytest.mark.parametrize(("witness", "order", "first"), [("25/04/2026", "day/month", 6), ("04/25/2026", "month/day", 5)])
def test_a_column_that_proves_nothing_is_read_as_its_sibling_proves(proving, witness, order, first):
    columns = {"Date": column("05/06/2026"), "Due date": column("05/06/2026")} | {proving: column(witness)}
    proof = cells.Proof()
    read = cells.days(columns, proof, None, "july.csv")
    (other,) = set(columns) - {proving}
    assert read[other].dt.month.tolist() == [first]
    assert proof.date_order[other] == f"{order}/year, proven by '{proving}' row 2 '{witness}'"


def test_a_sibling_does_not_decide_where_two_siblings_disagree():
    columns = {"Date": column("25/04/2026"), "Paid on": column("04/25/2026"), "Due date": column("05/06/2026")}
    with pytest.raises(ImportRefused, match="two readings of the dates are possible"):
        cells.days(columns, cells.Proof(), None, "july.csv")


def test_dates_that_prove_nothing_are_refused_in_the_four_lines_of_the_design():
    with pytest.raises(ImportRefused) as refused:
        days(*[f"{day:02}/07/2026" for day in range(1, 12)] * 3, *[f"05/{month:02}/2026" for month in range(1, 9)])
    assert str(refused.value) == (
        "two readings of the dates are possible.\n"
        "  expected: one day above 12 in 'Due date', or a declared order\n"
        "  got: july.csv, 41 values, all of them valid both as day/month and as month/day\n"
        "  fix: say --date-order dmy or --date-order mdy"
    )


def test_dates_that_prove_both_orders_are_refused_with_the_rows_of_each():
    with pytest.raises(ImportRefused) as refused:
        days("13/06/2026", "06/14/2026", "06/15/2026", "01/02/2026")
    assert str(refused.value) == (
        "the dates in 'Due date' prove both orders.\n"
        "  expected: one order of day and month in the whole column\n"
        "  got: july.csv: 1 of day/month/year (row 2 '13/06/2026'); "
        "2 of month/day/year (row 3 '06/14/2026', row 4 '06/15/2026')\n"
        "  fix: say --date-order dmy or --date-order mdy for the dates that can be read both ways, or correct the export"
    )


@pytest.mark.parametrize(
    ("order", "read", "odd"),
    [("dmy", ["2026-06-13", "2026-06-14", "2026-02-01"], 3), ("mdy", ["2026-06-13", "2026-06-14", "2026-01-02"], 2)],
)
def test_a_declared_order_settles_what_is_ambiguous_and_lists_what_was_read_the_other_way(order, read, odd):
    found, proof = days("13/06/2026", "06/14/2026", "01/02/2026", order=order)
    assert found == read
    assert proof.date_order["Due date"] == f"{cells.ORDERS[order]}, as declared"
    assert proof.warnings == [f"1 date in 'Due date' that cannot be {cells.ORDERS[order]}, read the other way: rows {odd}"]


def test_a_day_equal_to_its_month_needs_no_order():
    read, proof = days("05/05/2026", "06.06.2026")
    assert read == ["2026-05-05", "2026-06-06"]
    assert proof.date_order["Due date"] == "year, month name or Excel date: one reading only"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05", "2026/03/05", "2026.3.5", "20260305", "20260305.0", "2026-03-05 00:00:00", "2026-03-05T23:59:00Z",
        "2026-03-05 05:02:32.250000000", "5 Mar 2026", "05-Mar-26", "5-March-2026", "Mar 5, 2026", "March 5 2026",
        "5th March 2026", "Thursday, March 5, 2026", "Thu 5 Mar 2026", "5. März 2026", "5.Mär.2026", "5 mars 2026",
        "5 de marzo de 2026", "5 mar 2026", "5 maart 2026", "5 mrt. 2026", "5 de março de 2026", "46086", "46086.5",
    ],
)  # fmt: skip
def test_a_date_with_one_reading_is_read_that_way(text):
    assert days(text)[0] == ["2026-03-05"]


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (1, "Jan January Januar Jänner janvier janv. enero ene januari janeiro"),
        (2, "Feb February Februar février févr. febrero februari fevereiro"),
        (3, "Mar March März mars marzo maart mrt março"),
        (4, "Apr April avril avr. abril abr"),
        (5, "May Mai mai mayo mei maio"),
        (6, "Jun June Juni juin junio junho"),
        (7, "Jul July Juli juillet juil. julio julho"),
        (8, "Aug August août agosto ago augustus"),
        (9, "Sep Sept September septembre septiembre setembro"),
        (10, "Oct October Oktober Okt octobre octubre outubro out"),
        (11, "Nov November novembre noviembre novembro"),
        (12, "Dec December Dezember Dez décembre déc. diciembre dic desembre dezembro"),
    ],
)
def test_months_are_known_by_name_in_six_languages(month, words):
    known = [word for word in words.split() if word != "desembre"]
    assert {text: days(f"9 {text} 2026")[0] for text in known} == {text: [f"2026-{month:02}-09"] for text in known}


def test_two_digit_years_mean_1970_to_2069():
    assert days("31/12/69", "31/12/70", "31.12.26")[0] == ["2069-12-31", "1970-12-31", "2026-12-31"]


@pytest.mark.parametrize("blank", ["", " ", "-", "0/0/0", "00/00/0000", "0000-00-00", "00.00.0000", "n/a", "NULL", "NaT", "0"])
def test_a_cell_without_a_day_is_blank_and_not_an_error(blank):
    read, proof = days("31/12/2026", blank)
    assert read == ["2026-12-31", ""]
    assert proof.bad == []


@pytest.mark.parametrize(
    "text", ["31/02/2025", "32/12/2025", "13/13/2025", "2025-02-30", "20251301", "soon", "30 Foo 2025", "7"]
)
def test_an_impossible_date_is_kept_as_unreadable_with_its_row_and_column(text):
    read, proof = days("31/12/2026", text)
    assert read == ["2026-12-31", ""]
    assert proof.bad == [(3, "Due date", text, "is not a date")]


def test_an_impossible_day_proves_no_order():
    with pytest.raises(ImportRefused, match="two readings of the dates are possible"):
        days("45/10/2026", "13/14/2026", "01/02/2026")


def test_days_and_numbers_that_a_workbook_stores_are_used_as_they_are():
    stored = pd.Series([pd.Timestamp("2026-03-05"), 46086.0, pd.Timestamp("2026-03-05").date(), None], dtype="object")
    read = cells.days({"Date": stored}, cells.Proof(), None, "july.xlsx")["Date"]
    assert list(read.dt.strftime("%Y-%m-%d").fillna("")) == ["2026-03-05"] * 3 + [""]


def test_a_title_is_one_day_or_none():
    assert cells.day("Jun 30, 2026", None) == pd.Timestamp("2026-06-30")
    assert cells.day("05/06/2026", "mdy") == pd.Timestamp("2026-05-06")
    assert cells.day("05/06/2026", None) is None
    assert cells.day("nothing", None) is None


# amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.56", 1234.56), ("1.234,56", 1234.56), ("1 234,56", 1234.56), ("1\u00a0234,56", 1234.56),
        ("1\u202f234,56 €", 1234.56), ("1'234.56", 1234.56), ("1\u2019234.56", 1234.56), ("5,00,000.00", 500000.0),
        ("12,34,567.5", 1234567.5), ("1.234.567", 1234567.0), ("1,234,567", 1234567.0), ("5,00,000", 500000.0),
        ("0,125", 0.125), ("1234.567", 1234.567), ("1495.0000", 1495.0), ("(432.00)", -432.0), ("($1,432.00)", -1432.0),
        ("123.00-", -123.0), ("1.234,56-", -1234.56), ("-$12.50", -12.5), ("$-142.85", -142.85), ("-100.00", -100.0),
        ("\u2212100.00", -100.0), ("12.50 CR", -12.5), ("12.50CR", -12.5), ("12.50 DR", 12.5), ("5,00,000.00 Dr", 500000.0),
        ("EUR 10.00", 10.0), ("10.00 EUR", 10.0), ("10,00 €", 10.0), ("eur -10.00", -10.0), ("US$ 10.00", 10.0),
        ("R$ 10,00", 10.0), ("Rs. 10.00", 10.0), ("kr 10,00", 10.0), ("£10.00", 10.0), ("CHF 1'000.00", 1000.0),
        ("+10.00", 10.0), ("$13.50 ", 13.5), (".50", 0.5), ("100", 100.0), ("-7", -7.0), ("0", 0.0),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_every_style(text, amount):
    read, proof = amounts(text)
    assert read == [amount]
    assert proof.bad == []


@pytest.mark.parametrize("blank", ["", " ", "-", "--", "\u2013", "n/a", "NULL", "$ -", "."])
def test_a_blank_amount_is_missing_and_not_zero(blank):
    read, proof = amounts("1.50", blank)
    assert read == [1.5, None]
    assert proof.bad == []


@pytest.mark.parametrize(
    "text",
    ["ten", "10-20", "2024-01-05", "10.09.2023", "12 34 5.00", "1,23.00", "1.2.3,4", "12%", "INV-100", "٣", "1,234.56,7"],
)
def test_what_is_no_amount_is_kept_as_unreadable_and_never_half_read(text):
    read, proof = amounts("1.50", text, decimal=".")
    assert read == [1.5, None]
    assert proof.bad == [(3, "Amount", text, "is not an amount")]


def test_a_comma_is_not_dropped_where_a_point_is_declared():
    read, proof = amounts("12,50", decimal=".")
    assert read == [None]
    assert proof.bad == [(2, "Amount", "12,50", "is not an amount")]


def test_the_proof_of_the_decimal_mark_names_the_first_cell_as_it_stands():
    assert amounts("1,000", "$2,000.00", "3.5")[1].number_style == "decimal point, proven by row 3 '$2,000.00'"
    assert amounts("1.000", "7", "2.000,00 €")[1].number_style == "decimal comma, proven by row 4 '2.000,00 €'"
    assert amounts("1", "2")[1].number_style == "no separators to decide about"


def test_one_column_proves_the_decimal_mark_for_all_columns_of_a_file():
    columns = {"Amount": column("1.234", "2.000"), "Open": column("1.234", "0,50")}
    read = cells.amounts(columns, cells.Proof(), None, "july.csv")
    assert read["Amount"].tolist() == [1234.0, 2000.0]
    assert read["Open"].tolist() == [1234.0, 0.5]


@pytest.mark.parametrize(("decimal", "amount"), [(".", 1234.0), (",", 1.234)])
def test_an_ambiguous_separator_is_refused_until_it_is_declared(decimal, amount):
    with pytest.raises(ImportRefused) as refused:
        amounts("1,234", "17")
    assert str(refused.value) == (
        "two readings of the amounts are possible.\n"
        "  expected: amounts that prove one decimal mark, or a declared one\n"
        "  got: july.csv, row 2 '1,234'\n"
        "  fix: say --decimal . or --decimal ,"
    )
    assert amounts("1,234", "17", decimal=decimal)[0] == [amount, 17.0]


def test_amounts_that_prove_both_marks_are_refused_with_the_rows_of_each():
    got = "got: july.csv, decimal '.': row 2 '1.50', row 3 '7,000.25'; decimal ',': row 4 '2,50'"
    with pytest.raises(ImportRefused, match=re.escape(got)):
        amounts("1.50", "7,000.25", "2,50")


def test_numbers_that_a_workbook_stores_need_no_proof_and_give_none():
    stored = pd.Series([1.5, 1234.567, "1.234,50", None, True], dtype="object")
    proof = cells.Proof()
    read = cells.amounts({"Amount": stored}, proof, None, "july.xlsx")["Amount"]
    assert read.tolist()[:3] == [1.5, 1234.567, 1234.5]
    assert proof.number_style == "decimal comma, proven by row 2 '1.234,50'"
    assert proof.bad == [(4, "Amount", "True", "is not an amount")]


# numbers, texts and headings


def test_numbers_of_customers_keep_their_zeros_and_lose_the_point_of_a_column_of_floats():
    assert cells.identifiers(column("0042", "007", "")).tolist() == ["0042", "007", ""]
    assert cells.identifiers(column("1930659387.0", "", "17.0")).tolist() == ["1930659387", "", "17"]
    assert cells.identifiers(column("1.0", "A-2")).tolist() == ["1.0", "A-2"]
    assert cells.identifiers(column("1134567890123456789")).tolist() == ["1134567890123456789"]
    assert cells.identifiers(pd.Series([42.0, "0042", None], dtype="object")).tolist() == ["42", "0042", ""]


@pytest.mark.parametrize(
    ("field", "headings"),
    [
        ("customer_id", "Customer ID|Customer No.|Account|A/C|cust_number|Contact Account Number|Kundennummer|Kunden-Nr.|"
         "Kundennr.|Debitorennr.|Konto|N° client|Code client|Código de cliente|Debiteurnummer|Klantnummer|Relatiecode|"
         "Código do cliente"),
        ("customer_name", "Customer|Customer full name|Client|Client full name|Name|ContactName|Contact|Party's Name|"
         "Company Name|Organization|Debtor|Cust. Name|Source Name|Kunde|Kundenname|Debitor|Nom du client|Raison sociale|"
         "Cliente|Nombre del cliente|Razón social|Klant|Debiteur|Debiteurnaam|Nome do cliente"),
        ("document_id", "Num|Invoice Number|Invoice No.|Invoice #|InvoiceNumber|Number|Document No.|Document Number|"
         "DocumentNo|Voucher No|Transaction number|Ref. No.|Ref|Assignment|Invoice/CM #|Inv#|Entry|Rechnungsnummer|"
         "Rechnungsnr.|Rechnungs-Nr.|Re-Nr.|RG Nr|Belegnummer|Beleg-Nr.|Belegfeld 1|Zuordnung|N° facture|"
         "Numéro de facture|Pièce|Nº factura|Número de factura|Factuurnummer|Boekstuknummer|Número da fatura|Nota fiscal"),
        ("kind", "Transaction type|Type|Document Type|Voucher Type|Tran Type|Belegart|Belegtyp|Art|Type de pièce|"
         "Tipo de documento|Boekingssoort|Tipo"),
        ("date", "Date|Invoice Date|InvoiceDate|Date Issued|Issue Date|Document Date|Posting Date|Transaction date|"
         "Date (UTC)|DocumentDate|Created|Rechnungsdatum|Belegdatum|Buchungsdatum|Datum|Date de facture|Date pièce|"
         "Fecha de emisión|Fecha factura|Factuurdatum|Boekdatum|Data de emissão"),
        ("due_date", "Due date|DueDate|Due|Date Due|Due on|Net due date|Due Date (UTC)|due_in_date|Payment Due|Fälligkeit|"
         "Fälligkeitsdatum|Fällig am|Nettofälligkeit|Nettofälligkeitsdatum|zahlbar bis|Zahlungstermin|Échéance|"
         "Date d'échéance|Date d\u2019échéance|Fecha de vencimiento|Vencimiento|Vervaldatum|Netto-vervaldatum|"
         "Data de vencimento|Vencimento"),
        ("amount", "Amount|Total|TotalAmount|Invoiced Amount|Invoice Total|Original Amount|Amount in doc. curr.|Betrag|"
         "Rechnungsbetrag|Betrag in Belegwährung|Ursprungsbetrag|Sollbetrag|Gesamtbetrag|Montant TTC|Importe|"
         "Total factura|Bedrag|Factuurbedrag|Valor|Valor total"),
        ("open_amount", "Open balance|Balance|Balance Due|BalanceDueAmount|Amount Due|InvoiceAmountDue|Outstanding Amount|"
         "Outstanding|Remaining Amount|Residual|Amount Remaining|Amnt Remaining|Bal.|total_open_amount|Offener Betrag|"
         "Restbetrag|Saldo|offen|Solde|Reste à payer|Montant dû|Saldo pendiente|Openstaand|Openstaand bedrag|Em aberto"),
        ("paid_amount", "Paid|Paid Amount|Amount Paid|InvoiceAmountPaid|AmountPaidAmount|Payments|Bezahlt|Zahlbetrag|"
         "Habenbetrag|Réglé|Pagado|bedrag_voldaan|Pago"),
        ("settled_on", "Date Paid|SettledDate|Clearing date|clear_date|Last Payment Date|Ausgleichsdatum|Fecha de cobro|"
         "Verrekeningsdatum"),
        ("currency", "Currency|Currency Code|CurrencyCode|Document currency|invoice_currency|Währung|Währungscode|WKZ|"
         "Devise|Moneda|Divisa|Valuta|Moeda"),
        ("terms_days", "Terms|Term|Payment Terms|Payment Terms Label|TermsOld (days)|net_term_days|Payment term|"
         "Zahlungsziel|Zahlungsbedingung|Conditions de règlement|Condiciones de pago|Betalingsconditie|Condições"),
        ("status", "Status|Invoice Status|DocumentStatus|State|État|Estado|Situação"),
    ],
)  # fmt: skip
def test_headings_of_six_languages_are_known(field, headings):
    missed = [heading for heading in headings.split("|") if match([heading], 0).position != {field: 0}]
    assert missed == []


@pytest.mark.parametrize(
    "heading", ["UnitAmount", "Rate", "Item Total", "Line Total", "LineAmount", "Line Subtotal", "Quantity"]
)
def test_what_belongs_to_a_line_is_never_taken_for_the_document(heading):
    assert match([heading], 0).position == {}


def test_a_heading_stands_for_one_field_only():
    headings = [heading for words in SYNONYMS.values() for heading in words]
    assert sorted(headings) == sorted(set(headings))
    assert [heading for heading in headings if normal(heading) != heading] == []


def test_of_two_headings_for_a_field_the_surer_one_counts():
    found = match(["Number", "Date", "Invoice Number", "Invoice Date", "Total", "Invoice Total"], 0)
    assert found.heading == {"document_id": "Invoice Number", "date": "Invoice Date", "amount": "Invoice Total"}


def test_a_contact_beside_a_customer_is_a_person():
    found = match(["Customer Name", "Contact", "Email"], 0)
    assert found.position == {"customer_name": 0, "contact": 1, "email": 2}
    assert found.shown() == "customer_name: 'Customer Name', contact: 'Contact', email: 'Email'"
    assert match(["Contact", "Email"], 0).position == {"customer_name": 0, "email": 1}


def test_the_header_is_the_row_with_most_known_headings():
    rows = [["Total", "Date", ""], ["", "", ""], ["Customer", "Amount", "Due date"], ["Acme", "1.00", "Date"]]
    sheet = Sheet("july.csv", "", pd.DataFrame(rows, dtype="object"), "", native=True)
    found = find_columns(sheet)
    assert found is not None
    assert found.header == 2
    assert find_columns(Sheet("july.csv", "", pd.DataFrame([["Date", "nothing"]], dtype="str"), "", native=False)) is None


# mapping files


def test_a_mapping_file_names_columns_orders_and_currencies(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text(
        'date_order = "mdy"\ndecimal = ","\n[columns]\namount = "Gross"\n'
        '[currency.entity]\nother = "USD"\nCA = "CAD"\n[currency.customer_id]\nX = "CHF"\n'
    )
    rules = (("entity", "CA", "CAD"), ("entity", "", "USD"), ("customer_id", "X", "CHF"))
    assert Mapping.read(file) == Mapping({"amount": "Gross"}, "mdy", ",", rules)


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ('[columns]\nammount = "Gross"', "got: ammount"),
        ('[columns]\namount = "Gross"\n[currency.company]\nCA = "CAD"', "got: company"),
        ("", "got: nothing"),
        ("columns = 3", r"expected: \[columns\]"),
        ('currency = "EUR"\n[columns]\namount = "Gross"', r"expected: \[columns\], \[kinds\]"),
        ('[kinds]\nZR = "bill"', r"expected: kinds out of .*got: ZR = \"bill\""),
        ('headings = "two"', 'got: headings = "two"'),
        ("[columns", "got: Expected"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(tmp_path, text, got):
    file = tmp_path / "ours.toml"
    file.write_text(text)
    with pytest.raises(ImportRefused, match=rf"(?s)the mapping 'ours.toml' cannot be followed.*{got}"):
        Mapping.read(file)


def test_a_mapping_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match=r"the mapping 'none\.toml' cannot be followed"):
        Mapping.read(tmp_path / "none.toml")


# the bytes of text files


def sheet_of(folder, content):
    file = folder / "july.csv"
    file.write_bytes(content)
    (sheet,) = read_sheets(file)
    return sheet


@pytest.mark.parametrize(
    ("encoding", "how"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("cp1252", "Windows-1252"),
        ("latin-1", "Latin-1"),
    ],
)  # fmt: skip
def test_the_encoding_proves_itself(tmp_path, encoding, how):
    text = {"latin-1": "Kunde;Ort\nMüller\x81;Köln\n", "cp1252": "Kunde;Ort\nMüller €;Köln\n"}.get(
        encoding, "Kunde;Ort\nMüller;Köln\n"
    )
    content = ("\ufeff" + text if encoding == "utf-16-le" else text).encode(encoding)
    sheet = sheet_of(tmp_path, content)
    assert sheet.cells.iloc[:, 1].tolist() == ["Ort", "Köln"]
    assert sheet.row(0) == ["Kunde", "Ort"]
    assert sheet.how == f"text, {how}, separated by semicolon"


@pytest.mark.parametrize(("separator", "how"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_the_separator_is_the_one_that_cuts_evenly(tmp_path, separator, how):
    rows = [["Customer", "Amount", "Rest"], ['"Fictive, Quartet; Ltd"', '"1,50"', '"0,5"'], ["Acme", '"2,50"', '"0,5"']]
    sheet = sheet_of(tmp_path, "\r\n".join(separator.join(row) for row in rows).encode())
    assert sheet.how == f"text, UTF-8, separated by {how}"
    assert sheet.row(1) == ["Fictive, Quartet; Ltd", "1,50", "0,5"]


def test_decimal_commas_do_not_pass_for_separators(tmp_path):
    sheet = sheet_of(tmp_path, b"Betrag;Offen;Saldo\n1,50;0,50;1,00\n2,50;0,50;2,00\n")
    assert sheet.row(2) == ["2,50", "0,50", "2,00"]


def test_a_line_break_inside_quotes_stays_in_its_cell(tmp_path):
    sheet = sheet_of(tmp_path, b'Customer,Address,Amount\r\nAcme,"High St\r\nDublin",1.00\r\n')
    assert len(sheet.cells) == 2
    assert sheet.row(1) == ["Acme", "High St\r\nDublin", "1.00"]


def test_ragged_rows_are_filled_up_wherever_the_widest_one_stands(tmp_path):
    lines = ["Company", "", "Customer,Amount", *["Acme,1.00"] * 100, "Bolt,2.00,,a remark"]
    sheet = sheet_of(tmp_path, "\n".join(lines).encode())
    assert sheet.cells.shape == (104, 4)
    assert sheet.row(0) == ["Company", "", "", ""]
    assert sheet.row(103) == ["Bolt", "2.00", "", "a remark"]


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b" \r\n\n", "an empty file"),
        (b"\xef\xbb\xbf", "an empty file"),
        (b"\xff\xfe", "an empty file"),
        (b"only one column\nof words\n", "one column: 'only one column'"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither: it holds binary data"),
        (b"\xff\xfe\x00\xd8", "codec can't decode bytes in position 2-3"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "EOF inside string starting at row 2"),
        (b"PK\x03\x04 and then nothing", "the file ends too early"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, "fix: open it in Excel and save it as .xlsx or CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_what_was_found(tmp_path, content, got):
    with pytest.raises(ImportRefused, match=rf"(?s)'july.csv' cannot be read.*{re.escape(got)}"):
        sheet_of(tmp_path, content)
