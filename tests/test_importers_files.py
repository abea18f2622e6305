import io
import re
import struct
import tracemalloc
import zipfile
import zlib
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference

from arkit.errors import ImportRefused
from arkit.importers import bounds, markup, plainsums, plaintext, workbooks
from arkit.importers.sheets import read_sheets

SHEET = "xl/worksheets/sheet1.xml"


def text(content):
    """The rows of a text file."""
    return plaintext.read("july.txt", content.encode() if isinstance(content, str) else content)[0].to_numpy().tolist()


def tables(reader, content):
    """The rows of each sheet or table by its title, None in place of what is blank."""
    read = reader.read("july.xls", content.encode() if isinstance(content, str) else content)
    assert not any(frame.isna().any(axis=None) for frame in read.values())
    return {title: frame.mask(frame.eq(""), None).to_numpy().tolist() for title, frame in read.items()}


def only(reader, content):
    """The rows of the only sheet or table."""
    (rows,) = tables(reader, content).values()
    return rows


def by_name(folder, name, content):
    """A file as arkit reads it under this name."""
    (folder / name).write_bytes(content)
    (sheet,) = read_sheets(folder / name)
    return sheet


def book(rows=(), **sheets):
    """The bytes of a workbook."""
    new = openpyxl.Workbook()
    new.remove(new.active)
    for title, lines in (sheets or {"Sheet1": rows}).items():
        sheet = new.create_sheet(title)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    new.save(out)
    return out.getvalue()


def edited(content, *edits, part=SHEET):
    """A workbook with a piece of one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if not all(before in data for before, _ in edits):  # writers of XML differ in how they leave a value blank
                data = data.replace(b"<v/>", b"<v />").replace(b"<v></v>", b"<v />")
            for before, after in edits if name == part else ():
                assert before in data
                data = data.replace(before, after)
            new.writestr(name, data)
    return out.getvalue()


# the encodings of text files

MONEY = "Kunde;Betrag\nMüller;1 234,50\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["bare", "marked"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_part_of_the_first_cell(mark, encoding):
    assert text((mark + MONEY).encode(encoding)) == [["Kunde", "Betrag"], ["Müller", "1 234,50"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_a_no_break_space_between_thousands_is_a_plain_one_in_every_encoding(encoding):
    assert text(MONEY.replace(" ", "\u00a0").encode(encoding))[1] == ["Müller", "1 234,50"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_narrow_no_break_space_between_thousands_is_a_plain_one(encoding):
    assert text(MONEY.replace(" ", "\u202f").encode(encoding))[1] == ["Müller", "1 234,50"]


def test_the_byte_that_windows_leaves_out_is_latin_and_costs_no_letter_around_it():
    assert text(b"a;b\nM\x81\xfcller;\x80\n") == [["a", "b"], ["M\x81üller", "\x80"]]
    assert text(b"a;b\nM\xfcller;\x80\n") == [["a", "b"], ["Müller", "€"]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_text_in_utf_16_that_ends_within_a_letter_is_refused(encoding):
    for mark in ("", "\ufeff"):
        with pytest.raises(ImportRefused, match=r"(?s)expected: text in UTF-16.*truncated data"):
            text((mark + MONEY).encode(encoding)[:-1])


def test_other_alphabets_in_utf_16_need_a_byte_order_mark():
    named = "Πλζθμξ;Πζμξ\nΓδθλ;1\n"
    assert text(named.encode("utf-16")) == [["Πλζθμξ", "Πζμξ"], ["Γδθλ", "1"]]
    with pytest.raises(ImportRefused, match="neither: it holds binary data"):
        text(named.encode("utf-16-le"))


# the rows and cells of text files


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_cuts_whatever_ends_the_lines(separator, end):
    rows = [["Customer", "Open", "Due"], ["Acme", "", "x y"], ["", "", "z"]]
    assert text(end.join(separator.join(row) for row in rows) + end) == rows


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_rows_of_several_widths_are_filled_up_with_blanks(separator):
    rows = ["July", "Customer,Amount", "Acme,1", "", "Bolt", "Cord,2,a remark"]
    assert text("\n".join(rows).replace(",", separator)) == [
        ["July", "", ""],
        ["Customer", "Amount", ""],
        ["Acme", "1", ""],
        ["", "", ""],
        ["Bolt", "", ""],
        ["Cord", "2", "a remark"],
    ]


@pytest.mark.parametrize("title", ["", "July\n"], ids=["even", "ragged"])
@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ("a,b\n\n\n1,2\n\n3,4\n", [["a", "b"], ["", ""], ["", ""], ["1", "2"], ["", ""], ["3", "4"]]),
        ("a,b\r\n\r\n1,2\r\n", [["a", "b"], ["", ""], ["1", "2"]]),
        ("a,b\r\r1,2\r", [["a", "b"], ["", ""], ["1", "2"]]),
        ("a,b\n , \n1,2\n", [["a", "b"], ["", ""], ["1", "2"]]),
        ('a,b\n"x\ny",1\n\nz,2\n', [["a", "b"], ["x\ny", "1"], ["", ""], ["z", "2"]]),
        ('a,b\n"x\r\n\r\ny",1\n', [["a", "b"], ["x\r\n\r\ny", "1"]]),
        ('a,b\n"say ""no"", or\n"",yes""",1\n', [["a", "b"], ['say "no", or\n",yes"', "1"]]),
        ('a,b\n5" pipe,1\n', [["a", "b"], ['5" pipe', "1"]]),
        ("a,b\nNA,null\nnan,NaN\n", [["a", "b"], ["NA", "null"], ["nan", "NaN"]]),
        ("a,b\n0042,1e5\n", [["a", "b"], ["0042", "1e5"]]),
    ],
)
def test_rows_keep_their_number_and_cells_their_text_in_even_and_in_ragged_files(title, lines, rows):
    assert text(title + lines) == [["July", ""]][: len(title)] + rows


@pytest.mark.parametrize("title", ["", "July\n"], ids=["even", "ragged"])
@pytest.mark.parametrize("blank", [" ", "  ", "\t", " \t ", "\u00a0", "\u202f", "\u2003", "\u3000", "\u2009", "\v", "\f", "\n"])
def test_cells_stand_without_the_blanks_around_them(title, blank):
    lines = f'a;b\n"{blank}Acme Ltd{blank}";"{blank}"\nM\u00fcller;"2{blank}"\n'
    assert text(title + lines)[-2:] == [["Acme Ltd", ""], ["Müller", "2"]]
    assert text(title + lines.replace("\u00fc", "u"))[-2:] == [["Acme Ltd", ""], ["Muller", "2"]]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_break_at_the_end_of_a_cell_is_taken_off_wherever_the_file_ends(end):
    assert text(f'a,b\n"x\n",2{end}') == [["a", "b"], ["x", "2"]]


CELLS = st.text(st.sampled_from('aZ09é€-.,;|"\n \t\u00a0\u2003'), max_size=6)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_a_ragged_file_reads_cell_by_cell_like_an_even_one(rows, separator):
    head = separator.join(["Customer", "Amount", "Due"])
    lines = [head] * 8 + [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    even = text("\n".join(lines))
    assert text("\n".join([*lines, "the end"])) == [*even, ["the end", "", ""]]
    assert even[8:] == [[cell.replace("\u00a0", " ").strip() for cell in row] for row in rows]


def test_a_wider_row_far_down_keeps_all_its_cells():
    read = text("a,b\n" + "1,2\n" * 70_000 + "3,4,5,,7\n")
    assert len(read) == 70_002
    assert read[0] == ["a", "b", "", "", ""]
    assert read[-1] == ["3", "4", "5", "", "7"]


def test_a_quote_that_is_not_closed_far_down_is_refused():
    with pytest.raises(ImportRefused, match=r"(?s)expected: quotes that are closed.*a quote may be missing"):
        text('a,b\n"1",2\n' + "1,2\n" * 500 + '"1,2\n')


# lists printed with frames

FRAMED = """\
01.07.2026                Open items
Fictive Foods

-----------------------------------------
| Customer |Text          |      Amount |
|---------------------------------------|
| 0042     |Lamb          |    1.234,50 |
| 0077     |Beef | Pork   |       80,00 |

| 0078     |two of
a line |        7,00 |
-----------------------------------------
01.07.2026                Page 2
-----------------------------------------
| Customer |Text          |      Amount |
|---------------------------------------|
| 0099     |Müller        |        9,00-|
-----------------------------------------
"""
CUT = [
    ["01.07.2026                Open items", "", ""],
    ["Fictive Foods", "", ""],
    ["", "", ""],
    ["", "", ""],
    ["Customer", "Text", "Amount"],
    ["", "", ""],
    ["0042", "Lamb", "1.234,50"],
    ["0077", "Beef | Pork", "80,00"],
    ["", "", ""],
    ["0078", "two of a line", "7,00"],
    ["", "", ""],
    ["", "", ""],
    ["01.07.2026                Page 2", "", ""],
    ["", "", ""],
    ["Customer", "Text", "Amount"],
    ["", "", ""],
    ["0099", "Müller", "9,00-"],
    ["", "", ""],
    ["", "", ""],
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_framed_list_is_cut_where_the_bars_of_its_header_stand(end, encoding):
    assert text(FRAMED.replace("\n", end).encode(encoding)) == CUT


def test_a_framed_list_says_how_it_was_read(tmp_path):
    sheet = by_name(tmp_path, "list.txt", FRAMED.encode("cp1252"))
    assert sheet.how == "text, Windows-1252, columns of fixed width"
    assert sheet.row(9) == ["0078", "two of a line", "7,00"]
    assert not sheet.native


def test_a_text_over_three_lines_leaves_two_blank_ones_behind():
    read = text(FRAMED.replace("two of\na line", "two\nof\na line"))
    assert read[9:13] == [["0078", "two of a line", "7,00"], ["", "", ""], ["", "", ""], ["", "", ""]]
    assert len(read) == len(CUT) + 1


def test_a_short_row_does_not_swallow_the_rule_and_the_page_below_it():
    read = text(FRAMED.replace("| 0077     |Beef | Pork   |       80,00 |\n", "| Total\n" + "-" * 41 + "\nPage 1\n"))
    assert read[7:10] == [["Total", "", ""], ["", "", ""], ["Page 1", "", ""]]


def test_bars_without_a_ruled_line_are_separators():
    assert text("|a|b|\n|1|2|\n") == [["", "a", "b", ""], ["", "1", "2", ""]]


# formulas of workbooks


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A2:B3)", 10.5), ("=SUM(A2:A3,B2)", 6.5), ("=SUM($A$2:$B$3)", 10.5), ("=SUM( A2 : A3 )", 4),
        ("=SUM(B3:A2)", 10.5), ("=A2+B3-A3", 2), ("=-A2+10-SUM(A2,B2:B3)", 1.5), ("=SUM(A2:A3)-SUM(B2:B3)", -2.5),
        ("=A2", 1), ("=5", 5), ("=1.5+2", 3.5), ("=SUM(A1:B3)", 10.5),
        ("=SUM(A2:XFD3)-SUM(A2:B3)", 0), ("=A2+D2", 1), ("=SUM(A5:B9)", 0),
    ],
)  # fmt: skip
def test_a_plain_sum_whose_value_nobody_saved_is_worked_out(formula, value):
    rows = [["Amount", "Tax", "Gross"], [1, 2.5, None], [3, 4, None], ["Total", None, formula]]
    assert only(workbooks, book(rows))[3] == ["Total", None, value]


def test_sums_of_sums_are_worked_out_in_any_order():
    rows = [
        ["Customer", "Amount"],
        ["Total", "=SUM(B3,B5)"],
        ["Part", "=B4+1"],
        ["Acme", 2],
        ["Part", "=SUM(B6:B6)"],
        ["Bolt", 7],
    ]
    assert [row[1] for row in only(workbooks, book(rows))] == ["Amount", 10, 3, 2, 7, 7]


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_running_balance_over_thousands_of_rows_is_worked_out(newest_first):
    other = 1 if newest_first else -1
    rows = [["Amount", "Balance"], *([1, f"=B{row + other}+A{row}"] for row in range(2, 4002))]
    rows[-1 if newest_first else 1][1] = "=A4001" if newest_first else "=A2"
    balances = [row[1] for row in only(workbooks, book(rows))[1:]]
    assert balances == (list(range(4000, 0, -1)) if newest_first else list(range(1, 4001)))


def test_sums_beyond_the_last_saved_value_have_their_place():
    rows = [["Amount"], [1], [2], [None, None, "=SUM(A2:A3)"], [None, "=C4+1"]]
    assert only(workbooks, book(rows))[1:] == [[1, None, None], [2, None, None], [None, None, 3], [None, 4, None]]
    assert only(workbooks, book([["=1+1", "=A1"]])) == [[2, 2]]


def test_a_sheet_of_its_own_is_summed_by_itself():
    read = tables(workbooks, book(July=[["a"], [1], ["=SUM(A2:A2)"]], May=[["a"], [5], ["=SUM(A2:A2)"]]))
    assert read == {"July": [["a"], [1], [1]], "May": [["a"], [5], [5]]}


SUMMED = book([["Amount", "Tax"], [1, 2], [3, "=SUM(A2:A3)"]])
UNSAVED = b"<f>SUM(A2:A3)</f><v />"


def test_a_value_that_was_saved_stands_and_is_added_up():
    content = book([["Amount", "Tax"], [1, 2], [3, "=SUM(A2:A3)"], [4, "=B3+1"]])
    assert only(workbooks, edited(content, (UNSAVED, b"<f>SUM(A2:A3)</f><v>99</v>")))[2:] == [[3, 99], [4, 100]]


@pytest.mark.parametrize("saved", [b"<v>0</v>", b"<v>0.00</v>", b"<v></v>", b"<v/>", b""])
def test_a_saved_zero_counts_as_never_worked_out(saved):
    assert only(workbooks, edited(SUMMED, (UNSAVED, b"<f>SUM(A2:A3)</f>" + saved)))[2] == [3, 4]


def test_a_saved_zero_of_no_plain_sum_stays_a_zero():
    content = book([["Amount", "Tax"], [1, "=A2*0"]])
    assert only(workbooks, edited(content, (b"<v />", b"<v>0</v>")))[1] == [1, 0]


def test_a_saved_blank_text_stays_blank():
    content = book([["Amount", "Note"], [1, '=IF(A2>5,"x","")']])
    assert only(workbooks, edited(content, (b'<c r="B2">', b'<c r="B2" t="str">'), (b"<v />", b"<v></v>")))[1] == [1, None]


def test_formulas_are_found_whatever_prefix_their_system_writes():
    names = {name: f"<{name}".encode() for name in ("worksheet", "sheetData", "row", "c", "f", "v", "is", "t")}
    spaced = [(b'xmlns="', b'xmlns:x="')]
    for name, begin in names.items():
        for follows in (b" ", b">", b"/>"):
            spaced.append((begin + follows, b"<x:" + name.encode() + follows))
        spaced.append((f"</{name}>".encode(), f"</x:{name}>".encode()))
    with zipfile.ZipFile(io.BytesIO(SUMMED)) as packed:
        data = re.sub(rb"(?s)<(?:sheetPr|dimension|sheetViews|sheetFormatPr|pageMargins)\b.*?(?=<sheetData|</worksheet)", b"",
                      packed.read(SHEET))  # fmt: skip
        whole = packed.read(SHEET)
    for before, after in spaced:
        data = data.replace(before, after)
    assert b"<x:f>" in data
    assert only(workbooks, edited(SUMMED, (whole, data)))[2] == [3, 4]


def test_a_sum_entered_as_an_array_is_worked_out():
    arrayed = edited(SUMMED, (UNSAVED, b'<f t="array" ref="B3">SUM(A2:A3)</f>'))
    assert only(workbooks, arrayed)[2] == [3, 4]


@pytest.mark.parametrize(
    "formula",
    [
        "=AVERAGE(A2:A3)",
        "=A2*2",
        "=May!A1",
        '=A2&"x"',
        "=SUM(A2:A3)*1.2",
        "=A1+A2",
        "=A2+B2",
        "=C2+30",
        "=SUM(A2,C2)",
        "=SUM(A:A)",
        "=A2+D2",
    ],
)
def test_a_formula_that_is_no_plain_sum_is_refused_by_its_cell(formula):
    rows = [["Amount", "Note", "Due", "Paid"], [1, "12", date(2026, 3, 5), True], [3, None, None, None], ["Total", formula]]
    got = re.escape(f"got: B4 {formula}\n")
    with pytest.raises(ImportRefused, match=rf"(?s)saved beside the formulas, or formulas that are plain sums.*{got}"):
        only(workbooks, book(rows))


def test_many_refused_formulas_are_named_by_the_first_and_counted():
    rows = [["Amount"] * 28, *([*[None] * 27, f"=A{row}*2"] for row in range(2, 9))]
    with pytest.raises(ImportRefused, match=re.escape("got: AB2 =A2*2, AB3 =A3*2, AB4 =A4*2 and 4 more")):
        only(workbooks, book(rows))


@pytest.mark.parametrize(
    ("formulas", "got"),
    [
        (["=A2+0"], "A2 =A2+0"),
        (["=SUM(A1:A5)"], "A2 =SUM(A1:A5)"),
        (["=A3", "=A2"], "A2 =A3, A3 =A2"),
        (["=A3+1", "=A4", "=A2"], "A2 =A3+1, A3 =A4, A4 =A2"),
        (["=A3", "=A4", "=A3"], "A2 =A3, A3 =A4, A4 =A3"),
    ],
)
def test_formulas_that_add_up_themselves_are_refused(formulas, got):
    with pytest.raises(ImportRefused, match=re.escape(f"got: {got}\n")):
        only(workbooks, book([["Amount"], *([formula] for formula in formulas)]))


def test_a_formula_over_more_cells_than_arkit_adds_up_is_refused_and_not_cut_short(monkeypatch):
    monkeypatch.setattr(plainsums, "MOST_SUMMED", 3)
    assert only(workbooks, book([[1, 2], [3], ["=SUM(A1:A2,B1)"]]))[2] == [6, None]
    with pytest.raises(ImportRefused, match=re.escape("got: A3 =SUM(A1:B2)")):
        only(workbooks, book([[1, 2], [3], ["=SUM(A1:B2)"]]))


# workbooks that would harm


def packed_as(content, size, crc=None):
    """A workbook whose directory says that its sheet unpacks to ``size`` bytes."""
    raw = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        at = packed.getinfo(SHEET).header_offset
        checked = zlib.crc32(packed.read(SHEET)[:size])
    listed = raw.rfind(SHEET.encode()) - 46
    for place in (listed + 24, at + 22):
        raw[place : place + 4] = struct.pack("<I", size)
    for place in (listed + 16, at + 14) if crc else ():
        raw[place : place + 4] = struct.pack("<I", checked)
    return bytes(raw)


@pytest.mark.parametrize("crc", [False, True], ids=["size", "size and sum"])
def test_a_workbook_that_unpacks_to_more_than_its_directory_says_is_refused(monkeypatch, crc):
    monkeypatch.setattr(bounds, "MOST_UNPACKED", 1_000_000)
    large = edited(book([["Customer"]]), (b"<sheetData>", b"<!--" + b" " * 20_000_000 + b"--><sheetData>"))
    assert len(large) < 50_000
    with pytest.raises(ImportRefused, match=r"[\d,]+ bytes that unpack to more than 1,000,000"):
        only(workbooks, packed_as(large, 900, crc))


@pytest.mark.parametrize(("far", "size"), [("XFD1048576", "16,384"), ("AZ999999", "52"), ("xfd1048576", "16,384")])
def test_a_cell_far_away_is_refused_before_it_takes_memory(far, size):
    content = edited(book([["Customer"], ["Acme"]]), (b'r="A2"', f'r="{far}"'.encode()))
    tracemalloc.start()
    try:
        with pytest.raises(ImportRefused, match=rf"(?s)expected: cells that lie together.*[\d,]+ rows and {size} columns"):
            only(workbooks, content)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_wide_sheet_and_a_long_one_are_read_up_to_their_last_cell():
    wide, long = openpyxl.Workbook(), openpyxl.Workbook()
    for new, last in ((wide, "XFD3"), (long, "C70000")):
        new.active["A1"], new.active[last] = "first", "last"
    for new, shape in ((wide, (3, 16_384)), (long, (70_000, 3))):
        out = io.BytesIO()
        new.save(out)
        (frame,) = workbooks.read("july.xlsx", out.getvalue()).values()
        assert frame.shape == shape
        assert (frame.iloc[0, 0], frame.iloc[-1, -1]) == ("first", "last")


# OpenDocument workbooks that repeat their cells


def open_document(rows):
    """A workbook of one sheet out of the XML of its rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    sheet = f'<table:table table:name="July">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def repeated(word, times=1):
    """A filled cell that stands for several."""
    kind = f'office:value-type="string" table:number-columns-repeated="{times}"'
    return f"<table:table-cell {kind}><text:p>{word}</text:p></table:table-cell>"


def line(cells, times=1):
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


BLANK = '<table:table-cell table:number-columns-repeated="16000"/>'


@pytest.mark.parametrize(
    ("rows", "span"),
    [
        (line(repeated("x", 30_000_000)), (1, 30_000_000)),
        (line(repeated("x"), 30_000_000), (30_000_000, 1)),
        (line(repeated("x", 3_000), 3_000), (3_000, 3_000)),
        (line(BLANK, 1_000_000) + line(BLANK + repeated("x")), (1_000_001, 16_001)),
        (line(repeated("x", 10**40)), (1, 10**12 // 10)),
    ],
)
def test_cells_that_are_repeated_without_end_are_refused_before_they_take_memory(rows, span):
    with pytest.raises(ImportRefused) as refused:
        only(workbooks, open_document(rows))
    expected = f"a sheet that spans {span[0]:,} rows and {span[1]:,} columns and is nearly blank or repeats itself"
    assert f"got: {expected}" in str(refused.value)


def test_blank_cells_repeated_behind_the_last_filled_one_do_no_harm():
    rows = line(repeated("a") + repeated("b", 2) + BLANK) + line(repeated("c", 3) + BLANK, 2) + line(BLANK, 1_000_000)
    assert only(workbooks, open_document(rows)) == [["a", "b", "b"], ["c", "c", "c"], ["c", "c", "c"]]


def test_an_open_document_that_is_no_xml_inside_is_refused():
    with pytest.raises(ImportRefused, match="expected: a whole workbook"):
        only(workbooks, open_document(line("<table:table-cell>")))


def test_texts_that_are_repeated_without_end_are_refused_before_they_take_memory():
    rows = line(repeated("x" * 10_000, 1_000), 1_000)
    with pytest.raises(ImportRefused, match=r"got: cells that repeat long texts: 10,000,000,000 characters in all"):
        only(workbooks, open_document(rows))


def sharing(texts, rows):
    """A workbook whose cells show shared texts by their numbers."""
    lines = [
        f'<row r="{number}">' + "".join(f'<c t="s"><v>{text}</v></c>' for text in line) + "</row>"
        for number, line in enumerate(rows, 1)
    ]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{main}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"
    content = edited(
        book([["x"]]), (b"<sheetData>", b"<sheetData><!--"), (b"</sheetData>", f"-->{''.join(lines)}</sheetData>".encode())
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


def test_shared_texts_are_counted_as_often_as_they_are_shown():
    content = sharing(["Customer", "x" * 30_000], [[1] * 20] * 300)
    assert len(content) < 20_000
    with pytest.raises(ImportRefused, match=r"got: cells that repeat long texts: 180,[0-9]{3},[0-9]{3} characters in all"):
        only(workbooks, content)


def test_one_long_text_among_many_cells_does_no_harm():
    rows = only(workbooks, sharing(["Customer", "x" * 32_000], [[1, 0], *[[0, 0]] * 5_000]))
    assert (len(rows), len(rows[0][0]), rows[-1]) == (5_001, 32_000, ["Customer", "Customer"])


def test_a_workbook_that_lists_one_sheet_many_times_is_refused():
    content = edited(
        book([["Customer"], ["Acme"]]),
        (b"</sheets>", b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(9, 99)) + b"</sheets>"),
        part="xl/workbook.xml",
    )
    with pytest.raises(ImportRefused, match="got: one that lists 91 sheets and holds 1"):
        only(workbooks, content)


def test_a_workbook_with_a_sheet_that_is_a_chart_is_read():
    new = openpyxl.Workbook()
    new.active.append(["Customer", 7])
    chart = BarChart()
    chart.add_data(Reference(new.active, min_col=2, min_row=1, max_row=1))
    new.create_chartsheet("Picture").add_chart(chart)
    out = io.BytesIO()
    new.save(out)
    assert only(workbooks, out.getvalue()) == [["Customer", 7]]


def test_a_binary_workbook_of_excel_is_refused_by_that_name():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.bin", b"\x83\x01\x00")
    with pytest.raises(ImportRefused, match=r"(?s)got: a binary one \(\.xlsb\).*fix: save it as \.xlsx or CSV"):
        only(workbooks, out.getvalue())


# old binary workbooks


def record(kind, data=b""):
    return struct.pack("<HH", kind, len(data)) + data


def cell(row, column, number=1.0):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, number))


def shown(row, column, text):
    """A cell that shows one of the shared texts, by its number."""
    return record(0x00FD, struct.pack("<HHHI", row, column, 0, text))


BEGINS = {kind: record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0)) for kind in (5, 16)}
ENDS = record(0x0A)


def records(cells, texts=(), sheets=1, globals_=b""):
    """The stream of a workbook that lists its one sheet so many times; long texts go on in a record behind."""
    packed = b"".join(struct.pack("<HB", len(text), 0) + text.encode() for text in texts)
    said = record(0x00FC, struct.pack("<II", len(texts), len(texts)) + packed[:8_000])
    if len(packed) > 8_000:
        said += record(0x003C, b"\0" + packed[8_000:])
    head = BEGINS[5] + globals_ + (said if texts else b"")
    start = len(head) + sheets * len(record(0x85, b"-" * 10)) + len(ENDS)
    listed = [record(0x85, struct.pack("<IBBBB", start, 0, 0, 2, 0) + b"s%d" % (number % 10)) for number in range(sheets)]
    return head + b"".join(listed) + ENDS + BEGINS[16] + cells + ENDS


def container(stream, chain=None, header=()):
    """A stream in a container of 512-byte sectors: a table, a directory, and the stream behind them."""
    stream = stream.ljust(4_096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = -(-(sectors + 40) // 128)
    following = [0xFFFFFFFD] * tables + [0xFFFFFFFE] + [*range(tables + 2, tables + 1 + sectors), 0xFFFFFFFE]
    following = chain(following, tables) if chain else following
    table = struct.pack(f"<{len(following)}I", *following).ljust(tables * 512, b"\xff")
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0), ("Workbook", 2, tables + 1, len(stream))]
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF)
        + b"\0" * 36
        + struct.pack("<III", first, length, 0)
        for name, kind, first, length in entries
    ).ljust(512, b"\0")
    raw = bytearray((workbooks.OLD.ljust(24, b"\0") + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)).ljust(44, b"\0"))
    raw += struct.pack("<IIIIIIII", tables, tables, 0, 4_096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    raw += struct.pack("<109I", *[*range(tables), *[0xFFFFFFFF] * (109 - tables)])
    for at, value in header:
        raw[at : at + 4] = struct.pack("<I", value)
    return bytes(raw) + table + directory + stream.ljust(sectors * 512, b"\0")


def test_an_old_workbook_is_read():
    stream = records(shown(0, 0, 0) + cell(1, 1, 7.5) + shown(1, 0, 1), ["Customer", "x" * 9_000])
    rows = only(workbooks, container(stream))
    assert rows == [["Customer", None], ["x" * 9_000, 7.5]]


@pytest.mark.parametrize(
    ("cells", "got"),
    [
        (cell(0, 0) + cell(65_535, 65_535), "65,536 rows and 65,536 columns"),
        (cell(65_535, 255), "65,536 rows and 256 columns"),
        (record(0x0200, struct.pack("<IIHHH", 0, 2**31, 0, 60_000, 0)) + cell(0, 0), "2,147,483,648 rows and 60,000 columns"),
        (
            record(0x00BD, struct.pack("<HH", 65_000, 0) + b"\0" * 6 + struct.pack("<H", 65_000)),
            "65,001 rows and 65,001 columns",
        ),
    ],
)
def test_an_old_workbook_whose_cells_lie_far_apart_is_refused_before_it_takes_memory(cells, got):
    with pytest.raises(ImportRefused, match=f"got: a sheet that spans {got} and is nearly blank or repeats itself"):
        only(workbooks, container(records(cells)))


def test_an_old_workbook_may_claim_a_whole_sheet_and_fill_little_of_it():
    claims = record(0x0200, struct.pack("<IIHHH", 0, 65_536, 0, 256, 0))
    assert only(workbooks, container(records(claims + cell(0, 0, 3.0)))) == [[3.0]]


def test_an_old_workbook_that_shows_a_long_text_over_and_over_is_refused():
    stream = records(b"".join(shown(row, 0, 0) for row in range(5_000)), ["x" * 30_000])
    with pytest.raises(ImportRefused, match="got: cells that repeat long texts: 150,000,000 characters in all"):
        only(workbooks, container(stream))


def test_an_old_workbook_that_lists_one_sheet_many_times_is_refused():
    stream = records(b"".join(cell(row, 0) for row in range(30_000)), sheets=200)
    with pytest.raises(ImportRefused, match="got: a sheet that spans 30,000 rows and 1 columns and is nearly blank or repeats"):
        only(workbooks, container(stream))


def circle(following, tables):
    """The directory is followed by itself."""
    return [*following[:tables], tables, *following[tables + 1 :]]


@pytest.mark.parametrize(
    ("chain", "header", "got"),
    [
        (circle, (), "one whose parts run in circles"),
        (None, [(68, 10)], "one whose parts run in circles"),
        (None, [(44, 0x7FFFFFFF)], "one whose header claims more than the file holds"),
        (None, [(64, 60_000)], "one whose header claims more than the file holds"),
        (None, [(48, 0x00FFFFFF)], "one that is damaged"),
    ],
)
def test_a_container_that_does_not_end_or_claims_too_much_is_refused(chain, header, got):
    with pytest.raises(ImportRefused, match=f"(?s)expected: a workbook\n  got: {got}"):
        only(workbooks, container(records(cell(0, 0)).ljust(4_096, b"\0") + struct.pack("<128I", *[10] * 128), chain, header))


def test_an_old_workbook_behind_a_password_is_refused_by_that_name():
    stream = records(cell(65_535, 65_535), globals_=record(0x2F, struct.pack("<HHH", 1, 1, 1)))
    with pytest.raises(ImportRefused, match="got: one that is protected"):
        only(workbooks, container(stream))


@pytest.mark.parametrize("keep", [30, 511, 700, 1_500, 2_000])
def test_an_old_workbook_that_was_cut_off_is_refused(keep):
    with pytest.raises(ImportRefused, match=r"'july\.xls' cannot be read"):
        only(workbooks, container(records(cell(0, 0)))[:keep])


# workbooks that cannot be opened

PROTECTED = workbooks.OLD + b"\x00" * 1500 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 1500


def test_a_workbook_behind_a_password_is_refused_by_that_name(tmp_path):
    with pytest.raises(ImportRefused, match=r"(?s)without password.*got: one that is protected.*save it without password"):
        by_name(tmp_path, "july.xlsx", PROTECTED)


def test_a_packed_file_with_a_password_inside_is_refused_by_that_name():
    raw = bytearray(SUMMED)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(sign), SUMMED):
            raw[found.start() + offset] |= 1
    with pytest.raises(ImportRefused, match="got: one that is protected"):
        only(workbooks, bytes(raw))


def test_an_old_workbook_that_is_none_is_refused():
    with pytest.raises(ImportRefused, match=r"(?s)expected: a workbook\n.*save it as \.xlsx or CSV"):
        only(workbooks, workbooks.OLD + b"\x00" * 4000)


@pytest.mark.parametrize("keep", [4, 60, 0.3, 0.6, 0.9, -1, -22])
def test_a_workbook_that_was_cut_off_is_refused_as_one(keep):
    with pytest.raises(ImportRefused, match=r"(?s)expected: a whole workbook.*the file ends too early.*copy it again"):
        only(workbooks, SUMMED[: int(keep * len(SUMMED)) if isinstance(keep, float) else keep])


def test_a_workbook_damaged_inside_is_refused():
    raw = bytearray(SUMMED)
    at = SUMMED.index(SHEET.encode()) + len(SHEET) + 5
    raw[at : at + 30] = b"\xff" * 30
    with pytest.raises(ImportRefused, match="expected: a whole workbook"):
        only(workbooks, bytes(raw))


def test_a_packed_file_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("july.csv", "Customer,Amount\nAcme,1\n")
    with pytest.raises(ImportRefused, match="Cannot detect file format"):
        only(workbooks, out.getvalue())


def test_a_workbook_on_which_the_reader_gives_up_is_refused_and_nothing_else_is(monkeypatch):
    class PanicException(BaseException):
        pass

    for raised, expected in ((PanicException, ImportRefused), (KeyboardInterrupt, KeyboardInterrupt)):

        class Book:
            @staticmethod
            def from_filelike(_, raised=raised):
                raise raised("no")

        monkeypatch.setattr(workbooks, "CalamineWorkbook", Book)
        with pytest.raises(expected, match=r"one that is damaged|^no$"):
            only(workbooks, SUMMED)


@pytest.mark.parametrize("sheets", [{"A": []}, {"A": [], "B": [[None, ""]], "C": [[], [None]]}])
def test_a_workbook_of_blank_sheets_is_refused(sheets):
    with pytest.raises(ImportRefused, match="got: a workbook whose sheets are all empty"):
        tables(workbooks, book(**sheets))


# what a workbook holds


def test_cells_of_a_workbook_keep_their_kind():
    rows = [
        ["Kind", None],
        [date(2026, 3, 5), datetime.fromisoformat("2026-03-05T10:30")],
        [True, False],
        [7, -1.25],
        ["0042", "2026-03-05"],
        [" Acme ", "=1"],
    ]
    read = only(workbooks, book(rows))
    assert read == [["Kind", None], *rows[1:5], [" Acme ", 1]]
    assert [type(cell) for row in read[1:4] for cell in row] == [date, datetime, bool, bool, float, float]


def test_blank_rows_and_columns_keep_what_follows_in_its_place():
    assert only(workbooks, book([[], [], [None, "x"], [], ["y"]])) == [
        [None, None], [None, None], [None, "x"], [None, None], ["y", None],
    ]  # fmt: skip


def test_blank_sheets_are_left_out_beside_a_full_one():
    assert tables(workbooks, book(Notes=[], July=[["a"]], Blank=[[None, ""]])) == {"July": [["a"]]}


# files that go by the wrong name


@pytest.mark.parametrize("name", ["july.csv", "july.txt", "july.xls"])
def test_a_workbook_is_one_whatever_its_name(tmp_path, name):
    sheet = by_name(tmp_path, name, book([["Customer", "Amount"], ["Acme", 1.5]]))
    assert sheet.cells.to_numpy().tolist() == [["Customer", "Amount"], ["Acme", 1.5]]
    assert (sheet.how, sheet.native) == ("workbook, sheet 'Sheet1'", True)


@pytest.mark.parametrize("name", ["july.xlsx", "july.xls", "july.ods"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_one_whatever_its_name(tmp_path, name, encoding):
    sheet = by_name(tmp_path, name, "Kunde;Betrag\nMüller;1,50\n".encode(encoding))
    assert sheet.cells.to_numpy().tolist() == [["Kunde", "Betrag"], ["Müller", "1,50"]]
    assert not sheet.native


@pytest.mark.parametrize("name", ["july.csv", "july.xlsx", "july.xls"])
def test_a_web_page_is_one_whatever_its_name(tmp_path, name):
    sheet = by_name(tmp_path, name, b"\n <TABLE><TR><TD>Acme</TD><TD>1,50</TD></TR></TABLE>")
    assert sheet.row(0) == ["Acme", "1,50"]
    assert sheet.how == "a web page or XML in place of a workbook, sheet 'table'"


# web pages

PAGE = """\
<html><head><title>Open items</title>{meta}<style>td {{ color: red }}</style></head><body>
<table><tr><td colspan=3>Open&nbsp;items of <b>Fictive</b> Foods</td></tr><tr></tr></table><p>printed in July</p>
<table border="1"><thead><tr><th>Customer</th><th colspan="2">Amount<br>in&nbsp;<br/>EUR</th><th>Due</th></tr></thead>
<tr><td> M\u00fcller &amp; Co<td>1&nbsp;234,50<td></td><td>05.03.2026</td></tr>
<TR><TD><div>Bolt</div><p>&lt;Ltd&gt;</p></TD><TD>\u00a080,00 </TD></TR></table></body></html>"""
ROWS = [
    ["Open items of Fictive Foods", None, None, None],
    [None, None, None, None],
    ["Customer", "Amount in EUR", None, "Due"],
    ["Müller & Co", "1 234,50", None, "05.03.2026"],
    ["Bolt <Ltd>", "80,00", None, None],
]


@pytest.mark.parametrize(
    ("encoding", "meta"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("cp1252", ""),
        ("utf-8", '<meta charset="utf-8">'),
        ("cp1252", "<meta http-equiv='Content-Type' content='text/html; charset=windows-1252'>"),
        ("latin-1", "<meta charset=iso-8859-1>"),
        ("cp1252", "<meta charset=utf-8>"),
        ("utf-8", "<meta charset=none-such>"),
        ("utf-8", "<meta charset=undefined>"),
        ("utf-8", "<meta charset=rot13>"),
        ("cp850", "<meta charset=cp850>"),
    ],
)
def test_the_tables_of_a_web_page_stand_one_under_the_other(encoding, meta):
    assert only(markup, PAGE.format(meta=meta).encode(encoding)) == ROWS


@pytest.mark.parametrize(
    ("span", "cells"),
    [("3", 3), ("1", 1), ("0", 1), ("", 1), ("x", 1), ("-2", 1), ("\u00b2", 1), ("9" * 5000, 1), ("99999", 1)],
)
def test_a_cell_that_spans_columns_stands_in_the_first_of_them(span, cells):
    page = f'<table><tr><td colspan="{span}">a</td><td>b</td></tr></table>'
    assert only(markup, page) == [["a", *[None] * (cells - 1), "b"]]


@pytest.mark.parametrize(
    "cut", ["</td></tr></table></body></html>", "td></tr></table></body></html>", "</table></body></html>"]
)
def test_a_web_page_that_ends_within_a_table_is_refused(cut):
    page = "<html><body><table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table></body></html>"
    assert only(markup, page) == [["a"], ["b"]]
    with pytest.raises(ImportRefused, match=r"(?s)expected: a whole page.*one that ends within a table"):
        only(markup, page.removesuffix(cut))


@pytest.mark.parametrize(
    "page", ["<table><tr><td>a<td>b</table>", "<table><td>a</td><td>b", "<html><table><tr><td>a<td>b</html>"]
)
def test_tags_that_html_lets_one_leave_out_may_be_missing(page):
    assert only(markup, page + "</table>" * ("</" not in page[-8:])) == [["a", "b"]]


@pytest.mark.parametrize(
    "page", ["<html><body>Please sign in</body></html>", "<table><tr><td> </td></tr></table>", "<table></table>"]
)
def test_a_web_page_without_a_filled_table_is_refused(page):
    with pytest.raises(ImportRefused, match="got: a page without a table"):
        only(markup, page)


def test_blanks_that_spans_ask_for_are_refused_before_they_take_memory():
    with pytest.raises(ImportRefused, match=r"(?s)a table of at most 28,000,000 cells.*one of 1 rows and [\d,]+ columns"):
        only(markup, "<table><tr>" + "<td colspan=16384>a</td>" * 2000 + "</tr></table>")
    with pytest.raises(ImportRefused, match=r"one of 1,709 rows and 16,385 columns"):
        only(markup, "<table><tr><td colspan=16384>a</td><td>b</td></tr>" + "<tr><td>a</td></tr>" * 5000 + "</table>")


# XML spreadsheets

NAMES = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'


def xml(*sheets, top='<?xml version="1.0" encoding="utf-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'):
    """An XML spreadsheet, title and rows of each sheet."""
    inside = "".join(f'<Worksheet ss:Name="{title}"><Table>{rows}</Table></Worksheet>' for title, rows in sheets)
    return f"{top}<Workbook {NAMES}>{inside}</Workbook>"


def row(*cells, at=""):
    """A row of cells, each as (type, text, attributes) or as text."""
    parts = [(cell, "String", "") if isinstance(cell, str) else (*cell, "")[:3] for cell in cells]
    inside = "".join(f'<Cell{more}><Data ss:Type="{kind}">{shown}</Data></Cell>' for shown, kind, more in parts)
    return f"<Row{at}>{inside}</Row>"


def test_rows_and_cells_left_out_of_an_xml_spreadsheet_are_blank():
    rows = row("Open items") + row("a", ("b", "String", ' ss:Index="3"'), at=' ss:Index="4"') + "<Row/>" + row("c", "d")
    assert only(markup, xml(("July", rows))) == [
        ["Open items", None, None], [None] * 3, [None] * 3, ["a", None, "b"], [None] * 3, ["c", "d", None],
    ]  # fmt: skip


def test_cells_of_an_xml_spreadsheet_have_their_kind():
    kinds = [
        ("12.5", "Number"), ("-3", "Number"), ("2026-03-05T00:00:00.000", "DateTime"), ("2026-03-05T10:30:00Z", "DateTime"),
        ("1", "Boolean"), ("0", "Boolean"), ("0042", "String"), ("#N/A", "Error"), ("soon", "Number"), ("soon", "DateTime"),
        (" <B>Fictive</B> &amp; Co ", "String"),
    ]  # fmt: skip
    (read,) = only(markup, xml(("July", row(*kinds))))
    day = datetime.fromisoformat("2026-03-05")
    assert read == [12.5, -3, day, day.replace(hour=10, minute=30), True, False, "0042", "#N/A", "soon", "soon", "Fictive & Co"]
    assert [type(cell) for cell in read[:6]] == [float, float, datetime, datetime, bool, bool]


def test_a_cell_merged_across_others_takes_their_place():
    rows = row(("Customer", "String", ' ss:MergeAcross="1"'), "Amount") + row("0042", "Acme", ("1", "Number"))
    assert only(markup, xml(("July", rows))) == [["Customer", None, "Amount"], ["0042", "Acme", 1]]
    said = row(("Customer", "String", ' ss:MergeAcross="1"'), ("Amount", "String", ' ss:Index="3"'))
    assert only(markup, xml(("July", said))) == [["Customer", None, "Amount"]]


@pytest.mark.parametrize("index", ["", "0", "1", "x", "-4", "\u00b2", "1048577", "9" * 5000])
def test_an_index_that_cannot_be_meant_is_passed_over(index):
    rows = row("a") + row("b", ("c", "String", f' ss:Index="{index}"'), at=f' ss:Index="{index}"')
    assert only(markup, xml(("July", rows))) == [["a", None], ["b", "c"]]


def test_every_full_sheet_of_an_xml_spreadsheet_is_read_those_of_one_name_too():
    content = xml(("July", row("a")), ("Blank", ""), ("July", row("b")))
    assert tables(markup, content) == {"July": [["a"]], "July (3)": [["b"]]}


def test_an_xml_spreadsheet_may_be_in_another_encoding_or_under_a_prefix(tmp_path):
    content = xml(("July", row("Müller", ("1", "Number"))), top='<?xml version="1.0" encoding="windows-1252"?>').encode(
        "cp1252"
    )
    assert by_name(tmp_path, "july.xls", content).cells.to_numpy().tolist() == [["Müller", 1]]
    prefixed = re.sub(r"<(/?)(Work|Tab|Row|Cell|Data)", r"<\1ss:\2", xml(("July", row("a"))))
    assert by_name(tmp_path, "july.xls", b"\xef\xbb\xbf" + prefixed.encode()).row(0) == ["a"]


@pytest.mark.parametrize(
    "defined",
    [
        "<!DOCTYPE Workbook>",
        '<!DOCTYPE Workbook [<!ENTITY a "b">]>',
        '<!DOCTYPE W [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
)
def test_an_xml_spreadsheet_that_defines_entities_is_refused(tmp_path, defined):
    content = xml(("July", row("&a;")), top='<?xml version="1.0"?>' + defined)
    with pytest.raises(ImportRefused, match="got: one that defines entities"):
        by_name(tmp_path, "july.xls", content.encode())


@pytest.mark.parametrize("keep", [0.5, 0.9, -1, -12])
def test_an_xml_spreadsheet_that_was_cut_off_is_refused(tmp_path, keep):
    content = xml(("July", row("Customer", "Amount") * 20)).encode()
    with pytest.raises(ImportRefused, match="expected: a whole XML spreadsheet"):
        by_name(tmp_path, "july.xls", content[: int(keep * len(content)) if isinstance(keep, float) else keep])


@pytest.mark.parametrize("encoding", ["none-such", "utf-7", "utf-32"])
def test_an_xml_spreadsheet_in_an_encoding_that_nobody_knows_is_refused(encoding):
    content = xml(("July", row("a")), top=f'<?xml version="1.0" encoding="{encoding}"?>')
    with pytest.raises(ImportRefused, match="expected: a whole XML spreadsheet"):
        only(markup, content)


@pytest.mark.parametrize("content", [xml(), xml(("July", "")), xml(("July", "<Row/><Row><Cell/></Row>"))])
def test_an_xml_spreadsheet_without_a_filled_cell_is_refused(content):
    with pytest.raises(ImportRefused, match="expected: rows of data"):
        only(markup, content)


def test_a_cell_far_away_in_an_xml_spreadsheet_is_refused_before_it_takes_memory():
    far = row(("z", "String", ' ss:Index="16384"'), at=' ss:Index="1048576"')
    with pytest.raises(ImportRefused, match="one of 1,048,576 rows and 16,384 columns"):
        only(markup, xml(("July", row("a") + far)))
