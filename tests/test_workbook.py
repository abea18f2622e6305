import gc
import html
import re
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arkit import money
from arkit.errors import OutputRefused, TableRefused
from arkit.policy import Policy
from arkit.tables import ACTIONS, ACTIONS_IN_ORDER, CUSTOMERS, DOCUMENTS, NOTES, SCORES
from arkit.workbook import filling, look, read_workbook, write_workbook
from arkit.workbook.words import GROUPS, LABELS, REASONS

AS_OF = pd.Timestamp("2026-10-31")
#: Customer number, name, currency, action, who, mail, and each open document as days late:open amount.
BOOK = """
10001 | Alder Engineering GmbH & Co. KG | EUR | agency | Anna Keller | ap@alder.example | 131:8450.00 104:2210.40 75:1999.99
10002 | Birch & Sons Ltd | EUR | call | Tom Birch | tom@birch.example | 45:1250.00 12:830.50 -10:410.00
10003 | Cedar Logistics SA | EUR | reminder | Compta | compta@cedar.example | 14:320.15 9:75.00
10004 | Dogwood Retail Oy | EUR | none | Aino Salo | | -5:12400.00 -20:8800.00
10005 | Elm Street Dental Practice | EUR | plan | Dr. Meier | praxis@elm.example | 62:1500.00 31:1500.00 1:1500.00
10006 | Fir Trading KK | JPY | call | Sato | sato@fir.example | 38:1234567 8:98000
10007 | Ginkgo Foods KK | JPY | hold | Tanaka | tanaka@ginkgo.example | 92:4500000 61:320500
10008 | Hazel Tools | EUR | court | Hazel King | hazel@hazel.example | 240:5120.00 212:640.25
10009 | Ivy Interiors | EUR | none | Ivo | ivo@ivy.example | 3:99.90 -7:-250.00
10010 | Juniper Instruments Intl. Holding (Europe) B.V. | EUR | final_demand | Law | law@juniper.example | 88:15300.75 58:2100
10011 | Katsura Works KK | JPY | reminder | Mori | | 21:55000 -9:120000
10012 | Larch Energy AG | EUR | factoring | Treasury | cash@larch.example | 28:48200.00 15:51750.00 -2:47000.00
10013 | Maple Clinics | EUR | contact_ap | Ms. Roe | roe@maple.example | 33:2750.00 30:415.35
10014 | Nutmeg Catering | EUR | nudge | Ned | ned@nutmeg.example | 7:180.00
10015 | Oak Furniture SpA | EUR | firm_notice | Amministrazione | amm@oak.example | 71:9200.00 40:3300.00 9:1100.00 -21:800.00
10016 | Pine Press | EUR | review | Peter Pine | pine@press.example | 118:7300.00 90:250.00
10017 | Quince Labs | EUR | resend | Lab office | office@quince.example | 22:640.00 18:1280.00
10018 | Rowan Hotels | EUR | none | Front desk | desk@rowan.example | 0:2300.00 -14:2300.00 -28:2300.00
10019 | Spruce Timber | EUR | mediation | Sam | sam@spruce.example | 95:11000.00 64:3900.00
10020 | Teak Marine | EUR | call | Tina | tina@teak.example | 35:760.10 35:-60.10
10021 | Umbrella Pine KK | JPY | final_demand | Ueda | ueda@umbrella.example | 121:880000 90:700000 60:10001
10022 | Viburnum Design | EUR | hold | Vera | vera@viburnum.example | 49:3425.00
10023 | Willow Care | EUR | reminder | Will | will@willow.example | 17:210.00 6:99.00
10024 | Yew Security | EUR | none | Yan | yan@yew.example | -1:540.00 -30:-75.25
10025 | Zelkova Systems | EUR | call | Zoe | zoe@zelkova.example | 52:6600.00 24:100.10
10025 | Zelkova Systems | JPY | reminder | Zoe | zoe@zelkova.example | 40:300000
"""


def rows() -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in BOOK.strip().splitlines()]


def book_of(book: list[list[str]]) -> dict[str, pd.DataFrame]:
    """The tables the workbook is made from, as the rooms before it would hand them over."""
    items = [
        (number, f"{number[-3:]}-{i + 1}", currency, *map(float, item.split(":")))
        for number, _, currency, _, _, _, listed in book
        for i, item in enumerate(listed.split())
    ]
    documents = pd.DataFrame(items, columns=["customer_id", "document_id", "currency", "days_late", "open_amount"])
    due = AS_OF - pd.to_timedelta(documents["days_late"], unit="D")
    kind = np.where(documents["open_amount"] < 0, "credit_note", "invoice")
    documents = documents.assign(as_of=AS_OF, kind=kind, issued=due - pd.Timedelta(days=30), due_date=due, settled=False)
    documents = DOCUMENTS.conform(documents.assign(amount=documents["open_amount"], settled_on=pd.NaT, reference="PO 7788"))
    late = documents[documents["days_late"] > 0]
    stake = late.groupby(["customer_id", "currency"])["open_amount"].sum()
    oldest = late.groupby(["customer_id", "currency"])["days_late"].max()
    actions = pd.DataFrame([row[:6] for row in book], columns=["customer_id", "name", "currency", "action", "who", "email"])
    actions = actions.join(stake.rename("at_stake"), on=["customer_id", "currency"])
    actions = actions.join(oldest.rename("oldest_days_late"), on=["customer_id", "currency"]).fillna({"at_stake": 0.0})
    stated = money.texts(actions["at_stake"], actions["currency"])
    listed = documents.groupby(["customer_id", "currency"])["document_id"].agg(", ".join).rename("documents")
    actions = actions.join(listed, on=["customer_id", "currency"]).assign(
        as_of=AS_OF, priority=range(len(actions), 0, -1), rule="long-overdue", runner_up="", would_change="",
        reason=stated + " past due; usually paid 2 to 9 days late, now far beyond that: something has changed",
        contact=actions["who"] + ", " + actions["email"], due_by=AS_OF + pd.Timedelta(days=3), score=55.5,
        next_step="firm notice with a date if nothing is agreed", balance=actions["at_stake"], blocked_amount=0.0,
        blocked_until=pd.Series(AS_OF + pd.Timedelta(days=9), index=actions.index).where(actions["action"].eq("hold")),
    )  # fmt: skip
    people = actions.drop_duplicates("customer_id", ignore_index=True)
    scores = SCORES.conform(
        people[["as_of", "customer_id"]].assign(
            score=np.linspace(3, 97, len(people)).round(1), grade="C", n=12, confidence=0.6,
            reasons="18 days beyond terms over 24 invoices (-32.0); 65 % of the open balance is past due (-6.5)",
            would_lift="paying the 2 invoices past due: +9.5", habit="pays on Fridays",
        )
    )  # fmt: skip
    customers = CUSTOMERS.conform(people[["customer_id", "name", "email"]])
    return {
        "actions": ACTIONS.conform(actions), "documents": documents, "aged": aged_of(documents),
        "scores": scores, "customers": customers,
    }  # fmt: skip


def aged_of(documents: pd.DataFrame) -> pd.DataFrame:
    names = ["current", "1-30", "31-60", "61-90", "91-120", "over 120"]
    bucket = pd.cut(documents["days_late"], [-999, 0, 30, 60, 90, 120, 9999], labels=names).astype("str")
    bucket = bucket.where(documents["open_amount"] > 0, "credit")
    minor = pd.Series(money.to_minor(documents["open_amount"], documents["currency"]), index=documents.index)
    wide = (
        minor.groupby([documents["as_of"], documents["customer_id"], documents["currency"], bucket]).sum().unstack(fill_value=0)
    )
    wide = wide.reindex(columns=["credit", *names], fill_value=0)
    units = money.units(wide.index.get_level_values("currency").to_series())
    return wide.assign(total=wide.sum(axis=1)).div(units, axis=0)


def empty_book() -> dict[str, pd.DataFrame]:
    return {name: table.head(0) for name, table in book_of(rows()).items()}


def headings(sheet) -> list[str]:
    return [cell.value for cell in sheet[1]]


def column(sheet, heading: str) -> list:
    at = headings(sheet).index(heading) + 1
    return [sheet.cell(row, at).value for row in range(2, sheet.max_row + 1)]


def cell_of(sheet, heading: str, row: int = 2):
    return sheet.cell(row, headings(sheet).index(heading) + 1)


def listed(sheet, heading: str) -> list:
    """A column of a list without the totals below it."""
    return [cell_of(sheet, heading, row).value for row in rows_of(sheet)]


def table_of(sheet) -> str:
    (name,) = sheet.tables
    return name


def rows_of(sheet) -> range:
    """The rows of a list, without headings and totals."""
    return range(2, int(re.sub(r"[A-Z]+1:[A-Z]+", "", sheet.tables[table_of(sheet)].ref)) + 1)


LISTS = ["Calls", "Reminders", "Plans", "Demands", "Factoring", "Agency and court", "Review", "On hold"]


def place_of(book, number: str, currency: str = "EUR") -> tuple:
    """The sheet and the row of an account."""
    for name in LISTS:
        if name in book and f"2026-10-31|{number}|{currency}" in column(book[name], "row_id"):
            return book[name], column(book[name], "row_id").index(f"2026-10-31|{number}|{currency}") + 2
    raise AssertionError(number)


#: Tells LibreOffice to believe no value that a file brings, and to calculate each formula itself.
ANEW = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>"""


def resave(path: Path, folder: Path, kind: str = "xlsx") -> Path:
    """The file as LibreOffice writes it after opening and calculating."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: what a collector's save keeps cannot be tried")
    (folder / "profile" / "user").mkdir(parents=True, exist_ok=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(ANEW)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, "--headless", profile, "--convert-to", kind, "--outdir", str(folder / "saved"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / "saved" / f"{path.stem}.{kind}"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """The realistic month, and one account each in dinars and in a currency that the export does not state."""
    more = [
        ["10026", "Fig Dairy WLL", "KWD", "call", "Faisal", "", "20:1234.567 50:0.001"],
        ["10027", "Gorse Garage", "XXX", "call", "Gus", "", "33:1000.10 2:0.2 -4:-0.33"],
    ]
    return write_workbook(tmp_path_factory.mktemp("month") / "actions.xlsx", **book_of(rows() + more))


@pytest.fixture(scope="module")
def book(written):
    return openpyxl.load_workbook(written)


@pytest.fixture(scope="module")
def saved(written, tmp_path_factory) -> Path:
    """The same month as LibreOffice saved it, all formulas calculated by it alone: each value that we gave was made a 7."""
    copy = tmp_path_factory.mktemp("office") / "actions.xlsx"
    with zipfile.ZipFile(written) as whole, zipfile.ZipFile(copy, "w") as changed:
        for part in whole.namelist():
            changed.writestr(part, re.sub(rb"</f><v>[^<]*</v>", b"</f><v>7</v>", whole.read(part)))
    return resave(copy, copy.parent)


def one(tmp_path: Path, name: str = "Ash Ltd", **changes) -> dict[str, pd.DataFrame]:
    """The tables of a month with a single customer."""
    tables = book_of([["10001", name, "EUR", "call", "Ann", "ann@ash.example", "45:1250.00 -10:410.00"]])
    return tables | {"actions": tables["actions"].assign(**changes)}


class TestSheets:
    def test_the_sheets_come_in_the_order_of_the_work(self, book):
        assert book.sheetnames == [
            "Summary", *LISTS, "Customers", "Open items", "Aging", "How to use", "Lists", "Given",
        ]  # fmt: skip
        assert (book["Lists"].sheet_state, book["Given"].sheet_state) == ("hidden", "veryHidden")
        assert book.active.title == "Summary"

    def test_a_list_that_has_no_rows_is_left_out(self, tmp_path):
        book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **one(tmp_path)))
        assert [name for name in book.sheetnames if name in LISTS] == ["Calls"]

    @pytest.mark.parametrize("name", [*LISTS, "Customers", "Open items", "Aging"])
    def test_headings_are_in_row_1_stay_in_sight_and_belong_to_a_table_with_filters(self, book, name):
        sheet = book[name]
        (table,) = sheet.tables.values()
        assert table.autoFilter.ref == table.ref
        assert table.ref.startswith("A1:")
        assert [column.name for column in table.tableColumns] == [h for h in headings(sheet) if h is not None]
        assert sheet.freeze_panes == ("C2" if name == "Customers" else "D2")

    @pytest.mark.parametrize("name", ["Summary", *LISTS, "Customers", "Open items", "Aging", "How to use"])
    def test_a_print_is_one_page_wide_with_headings_day_and_page_numbers(self, book, name):
        sheet = book[name]
        # one page wide is what is meant where nothing is said
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            None,
            0,
        )
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.oddHeader.center.text == f"{name} as of 2026-10-31"
        assert sheet.oddFooter.center.text == "Page &P of &N"

    def test_a_list_is_printed_without_what_is_filled_in_so_that_it_can_be_read(self, book):
        assert book["Calls"].print_area == f"'Calls'!$A$1:$O${book['Calls'].max_row}"
        assert book["Calls"]["O1"].value == "Next step if nothing happens"

    def test_the_file_says_arkit_wrote_it_on_the_day_it_looks_from(self, book):
        assert book.properties.creator == "arkit"
        assert book.properties.created == AS_OF
        assert book.properties.title == "Receivables as of 2026-10-31"

    def test_the_same_month_written_twice_says_the_same(self, tmp_path):
        first, second = (write_workbook(tmp_path / name, **one(tmp_path)) for name in ("a.xlsx", "b.xlsx"))
        assert first.read_bytes() == second.read_bytes()

    def test_afterwards_what_nobody_needs_is_thrown_away_as_before(self, tmp_path):
        write_workbook(tmp_path / "a.xlsx", **one(tmp_path))
        with pytest.raises(RuntimeError, match="half way"), look.Book(None):
            raise RuntimeError("half way")
        assert gc.isenabled()

    @pytest.mark.parametrize(
        ("name", "above"),
        [("Smith & Sons", "Smith && Sons"), ("A&G Ltd", "A&&&B&BG Ltd"), ("&" * 300, "&&" * look.HEADER)],
        ids=["an ampersand", "one before a G, which would be a picture", "more than a header holds"],
    )
    def test_the_firm_stands_above_a_print(self, tmp_path, name, above):
        policy = Policy.parse(f'[company]\nname = "{name}"')
        written = write_workbook(tmp_path / "a.xlsx", **one(tmp_path), policy=policy)
        with zipfile.ZipFile(written) as parts:
            page = parts.read("xl/worksheets/sheet2.xml").decode()
        assert html.unescape(page).count(f"<oddHeader>&L{above}&CCalls as of 2026-10-31</oddHeader>") == 1


ASKED = [
    "No.", "Customer no.", "Customer", "Contact", "Phone", "What to do", "By when", "Why", "At stake", "To ask for", "Currency",
    "Oldest (days late)", "Documents", "Last contact", "Next step if nothing happens",
]  # fmt: skip
FILL_IN = [
    "Outcome", "Done on", "Promised or disputed amount", "Promised by, or until", "Dispute reason", "About document",
    "Next action", "By", "Comment",
]  # fmt: skip


class TestActions:
    def test_headings_are_what_is_asked_then_what_is_filled_in_then_the_id(self, book):
        assert headings(book["Calls"]) == [*ASKED, *FILL_IN, "row_id"]
        waiting = ["Until when", "What stands in the way", "Otherwise"]
        assert headings(book["On hold"]) == [*ASKED[:8], *waiting, *ASKED[8:], *FILL_IN, "row_id"]

    def test_a_row_says_all_that_was_recommended(self, book):
        sheet, row = place_of(book, "10021", "JPY")
        assert sheet.title == "Demands"
        assert [cell.value for cell in sheet[row]] == [
            8, "10021", "Umbrella Pine KK", "Ueda, ueda@umbrella.example", None, "Final demand", pd.Timestamp("2026-11-03"),
            None, "1,590,001 JPY past due; usually paid 2 to 9 days late, now far beyond that: something has changed",
            1590001, None, "JPY", 121, "021-1, 021-2, 021-3", None, "firm notice with a date if nothing is agreed",
            *[None] * len(FILL_IN), "2026-10-31|10021|JPY",
        ]  # fmt: skip

    def test_every_account_stands_on_the_list_of_its_action_in_order_of_priority(self, book):
        numbers = {name: listed(book[name], "No.") for name in LISTS}
        assert all(each == sorted(each) for each in numbers.values())
        assert sorted(number for each in numbers.values() for number in each) == [*range(1, 29)]
        for group in GROUPS:
            assert {*listed(book[group.title], "What to do")} <= {LABELS[action] for action in group.actions}

    def test_none_and_hold_stand_on_their_own_list_with_the_reason_and_until_when(self, book):
        idle = book["On hold"]
        assert listed(idle, "Customer no.") == ["10024", "10022", "10018", "10009", "10007", "10004"]
        assert listed(idle, "Until when")[:3] == [None, pd.Timestamp("2026-11-09"), None]
        assert listed(idle, "Why")[1].startswith("3,425.00 EUR past due")

    def test_each_row_has_an_id_of_its_own_in_a_hidden_column(self, book):
        ids = [row_id for name in LISTS for row_id in listed(book[name], "row_id")]
        assert len({*ids}) == len(ids) == 28
        assert {"2026-10-31|10025|EUR", "2026-10-31|10025|JPY"} <= {*ids}
        assert book["Calls"].column_dimensions["Y"].hidden
        assert book["Calls"].tables["arkit_calls"].ref.startswith("A1:Y")

    def test_a_customer_leads_to_its_oldest_open_item_in_that_currency(self, book):
        items = book["Open items"]
        for sheet in (book[name] for name in LISTS):
            for row in rows_of(sheet):
                name, link = cell_of(sheet, "Customer", row), cell_of(sheet, "Customer", row).hyperlink
                at = int(link.location.removeprefix("'Open items'!A"))
                assert (link.ref, items.cell(at, 2).value) == (name.coordinate, name.value)
                assert cell_of(items, "Currency", at).value == cell_of(sheet, "Currency", row).value
                assert (items.cell(at - 1, 1).value, cell_of(items, "Currency", at - 1).value) != (
                    items.cell(at, 1).value,
                    cell_of(items, "Currency", at).value,
                )

    def test_a_contact_leads_to_a_mail_where_the_address_is_known(self, book):
        sheet, row = place_of(book, "10002")
        assert cell_of(sheet, "Contact", row).hyperlink.target == "mailto:tom@birch.example"
        sheet, row = place_of(book, "10011", "JPY")
        assert cell_of(sheet, "Contact", row).hyperlink is None

    @pytest.mark.parametrize(
        ("phone", "target"),
        [
            ("+353 (0)20 910-0219", "tel:+3530209100219"),
            ("020 910 0219 ext. 4", "tel:0209100219"),
            ("ask Ann", None),
            ("12", None),
        ],
    )
    def test_a_number_leads_to_a_call_and_stands_once(self, tmp_path, phone, target):
        tables = one(tmp_path, contact=f"Ann, {phone}")
        tables["customers"] = tables["customers"].assign(phone=phone)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        link = cell_of(sheet, "Phone").hyperlink
        assert (cell_of(sheet, "Phone").value, link and link.target) == (phone, target)
        assert cell_of(sheet, "Contact").value == "Ann"

    def test_beyond_what_a_sheet_holds_of_links_cells_are_text_and_how_to_use_says_so(self, tmp_path, monkeypatch):
        monkeypatch.setattr(filling, "MOST_LINKS", 8)
        tables = book_of([[str(i), f"Firm {i}", "EUR", "call", "Ann", f"a{i}@b.example", "9:10.00"] for i in range(5)])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))
        for name, linked in (("Calls", 2), ("Customers", 2)):
            led = [cell_of(book[name], "Customer", row) for row in rows_of(book[name])]
            assert [cell.hyperlink is not None for cell in led] == [True] * linked + [False] * (5 - linked)
            assert all(cell.value.startswith("Firm") for cell in led)
            assert led[-1].font.underline is None
        assert "holds 65,530 links" in " ".join(str(row[1]) for row in book["How to use"].iter_rows(values_only=True))

    def test_an_address_longer_than_a_link_leads_nowhere(self, tmp_path):
        tables = one(tmp_path)
        tables["customers"] = tables["customers"].assign(email="a@" + "b" * 60 + ".example" * 300)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        assert cell_of(sheet, "Contact").hyperlink is None

    def test_nobody_who_is_left_alone_gets_a_mail_or_a_call_by_a_click(self, book):
        links = [
            cell_of(book["On hold"], name, row).hyperlink for row in rows_of(book["On hold"]) for name in ("Contact", "Phone")
        ]
        assert links == [None] * 12

    def test_who_was_last_in_touch_is_said_as_far_as_the_day_knows(self, tmp_path):
        notes = NOTES.conform(
            pd.DataFrame(
                {
                    "date": pd.to_datetime(["2026-10-02", "2026-10-20", "2026-10-25", "2026-11-01"]),
                    "customer_id": "10001",
                    "kind": ["reminder", "call", "dispute", "call"],
                    "outcome": ["sent", "left_message", "open", "reached"],
                }
            )
        )
        path = write_workbook(tmp_path / "a.xlsx", **one(tmp_path), notes=notes)
        assert cell_of(openpyxl.load_workbook(path)["Calls"], "Last contact").value == "2026-10-20 call, left message"

    def test_without_customers_there_is_no_mail(self, tmp_path):
        tables = {name: table for name, table in one(tmp_path).items() if name != "customers"}
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        assert cell_of(sheet, "Contact").hyperlink is None
        assert cell_of(sheet, "Customer").hyperlink.location == "'Open items'!A2"

    @pytest.mark.parametrize(
        ("email", "target"),
        [
            ("a@b.example; c@d.example", "mailto:a@b.example"),
            ("Ann <a@b.example>", "mailto:a@b.example"),
            ("a@b.example?bcc=x@y.example", "mailto:a@b.example"),
            ("javascript:alert(1)", None),
            ("none", None),
        ],
    )
    def test_only_an_address_becomes_a_link(self, tmp_path, email, target):
        tables = one(tmp_path)
        tables["customers"] = tables["customers"].assign(email=email)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        link = cell_of(sheet, "Contact").hyperlink
        assert (link and link.target) == target

    def test_a_name_comes_from_the_customers_else_from_the_actions_else_it_is_the_number(self, tmp_path):
        tables = one(tmp_path)
        other = tables["documents"].assign(customer_id="10002")
        tables["documents"] = pd.concat([tables["documents"], other], ignore_index=True)
        tables["customers"] = tables["customers"].assign(name="")
        items = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Open items"]
        assert column(items, "Customer") == ["Ash Ltd", "Ash Ltd", "10002", "10002"]

    def test_every_action_has_words_and_every_one_that_acts_has_a_shade(self):
        assert tuple(LABELS) == ACTIONS_IN_ORDER
        shaded = [action for _, _, actions in look.SHADES for action in actions]
        assert sorted(shaded) == sorted({*ACTIONS_IN_ORDER} - {"none", "hold"})

    def test_the_shade_goes_by_the_words_so_that_it_moves_with_the_row(self, book):
        shades, done = book["Calls"].conditional_formatting
        last = rows_of(book["Calls"])[-1]
        assert str(shades.sqref) == f"F2:F{last}"
        assert shades.rules[1].formula == ['OR($F2="Call",$F2="Ask accounts payable",$F2="Agree a payment plan")']
        assert [rule.dxf.fill.bgColor.rgb[2:] for rule in shades.rules] == [fill for fill, _, _ in look.SHADES]
        assert (str(done.sqref), done.rules[0].formula) == (f"A2:O{last}", ['$P2<>""'])


class TestFillingIn:
    def test_each_column_to_fill_in_accepts_what_belongs_there_and_says_so(self, book):
        checks = {check.errorTitle: check for check in book["Calls"].data_validations.dataValidation}
        last = rows_of(book["Calls"])[-1]
        assert {name: (check.type, str(check.sqref)) for name, check in checks.items()} == {
            "Outcome": ("list", f"P2:P{last}"), "Done on": ("date", f"Q2:Q{last}"),
            "Promised or disputed amount": ("decimal", f"R2:R{last}"), "Promised by, or until": ("date", f"S2:S{last}"),
            "Dispute reason": ("list", f"T2:T{last}"),
        }  # fmt: skip
        assert all(check.showErrorMessage and check.allowBlank for check in checks.values())
        until = checks["Promised by, or until"]
        assert until.error == "A day from 2026-10-31 to 2029-10-31, please."
        day_one = pd.Timestamp("1899-12-30")
        assert day_one + pd.Timedelta(days=int(until.formula1)) == AS_OF
        assert day_one + pd.Timedelta(days=int(checks["Done on"].formula2)) == pd.Timestamp("2027-11-01")

    @pytest.mark.parametrize("group", GROUPS, ids=LISTS)
    def test_the_drop_downs_fit_the_list_and_need_no_named_range(self, book, group):
        checks = {check.errorTitle: check.formula1 for check in book[group.title].data_validations.dataValidation}
        for heading, choices in {"Outcome": group.outcomes, "Dispute reason": REASONS}.items():
            sheet, cells = checks[heading].split("!")
            assert tuple(cell.value for (cell,) in book[sheet][cells]) == choices
        assert not book.defined_names

    def test_what_is_to_be_filled_in_looks_different(self, book):
        sheet = book["Calls"]
        fills = {name: cell_of(sheet, name, 3).fill.fgColor.rgb for name in headings(sheet)}
        assert [name for name, colour in fills.items() if colour == "FFFFF7DC"] == FILL_IN
        assert cell_of(sheet, "Outcome", 1).fill.fgColor.rgb != cell_of(sheet, "Why", 1).fill.fgColor.rgb

    def test_lists_are_not_locked_so_that_they_can_be_sorted_and_the_summary_is(self, book):
        assert [sheet.title for sheet in book.worksheets if sheet.protection.sheet] == ["Summary"]
        assert book["Summary"].protection.password is None


class TestNumbersAndDays:
    @pytest.mark.parametrize(
        ("customer", "currency", "number_format"),
        [
            ("10001", "EUR", '#,##0.00;-#,##0.00;"-"'),
            ("10006", "JPY", '#,##0;-#,##0;"-"'),
            ("10026", "KWD", '#,##0.000;-#,##0.000;"-"'),
        ],
    )
    def test_an_amount_shows_the_decimals_of_its_currency(self, book, customer, currency, number_format):
        sheet, row = place_of(book, customer, currency)
        assert cell_of(sheet, "At stake", row).number_format == number_format
        assert cell_of(sheet, "Promised or disputed amount", row).number_format == number_format

    def test_a_day_is_a_day(self, book):
        for sheet, heading in (("Calls", "By when"), ("Open items", "Due")):
            cell = cell_of(book[sheet], heading)
            assert (cell.data_type, cell.number_format) == ("d", "yyyy-mm-dd")

    def test_what_is_not_known_stays_empty(self, tmp_path):
        tables = one(tmp_path, ask_for=float("nan"), due_by=pd.NaT, next_step="")
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        assert [cell_of(sheet, name).value for name in ("To ask for", "By when", "Next step if nothing happens")] == [None] * 3

    def test_a_currency_that_is_not_stated_shows_no_code(self, book):
        sheet, row = place_of(book, "10027", "XXX")
        assert cell_of(sheet, "Currency", row).value is None
        for name in ("Open items", "Aging"):
            row = column(book[name], "Customer no.").index("10027") + 2
            assert cell_of(book[name], "Currency", row).value is None

    def test_a_column_is_wide_enough_for_its_largest_amount_and_for_their_sum(self, tmp_path):
        tables = one(tmp_path, at_stake=-9_876_543_210_123.45)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        assert sheet.column_dimensions["I"].width > len("-9,876,543,210,123.45")

    def test_a_row_is_as_high_as_its_longest_text_needs(self, tmp_path):
        tables = one(tmp_path, reason="a reason of many words " * 12)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Calls"]
        assert cell_of(sheet, "Why").alignment.wrap_text
        # in whole pixels
        assert sheet.row_dimensions[2].height == pytest.approx(13 * 8 + 2, abs=0.375)


class TestOpenItems:
    def test_every_document_with_something_open_is_listed_and_no_other(self, tmp_path):
        tables = one(tmp_path)
        settled = tables["documents"].tail(1).assign(document_id="paid", open_amount=0.0, settled=True)
        tables["documents"] = pd.concat([tables["documents"], settled], ignore_index=True)
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **tables))["Open items"]
        assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
            ["10001", "Ash Ltd", "001-1", "invoice", pd.Timestamp("2026-08-17"), pd.Timestamp("2026-09-16"), 45, 1250, 1250,
             "EUR", "PO 7788"],
            ["10001", "Ash Ltd", "001-2", "invoice", pd.Timestamp("2026-10-11"), pd.Timestamp("2026-11-10"), -10, 410, 410,
             "EUR", "PO 7788"],
        ]  # fmt: skip

    def test_a_customer_with_two_currencies_keeps_them_apart(self, book):
        sheet = book["Open items"]
        rows = [i for i, number in enumerate(column(sheet, "Customer no.")) if number == "10025"]
        assert [column(sheet, "Currency")[i] for i in rows] == ["EUR", "EUR", "JPY"]

    def test_kinds_are_said_in_words(self, book):
        assert {*column(book["Open items"], "Kind")} == {"invoice", "credit note"}


class TestCustomers:
    def test_a_score_stands_with_its_reasons_beside_whom_to_ask(self, book):
        sheet = book["Customers"]
        assert [cell.value for cell in sheet[2]] == [
            "10001", "Alder Engineering GmbH & Co. KG", None, None, "ap@alder.example", None, None, None, None, 3, "C",
            "18 days beyond terms over 24 invoices (-32.0); 65 % of the open balance is past due (-6.5)",
            "paying the 2 invoices past due: +9.5", "pays on Fridays", None, 12, 0.6,
        ]  # fmt: skip
        assert cell_of(sheet, "E-mail").hyperlink.target == "mailto:ap@alder.example"
        assert cell_of(sheet, "Customer").hyperlink.location == "'Open items'!A2"


class TestTotals:
    def test_they_are_formulas_in_excel_and_values_nowhere_that_is_read_back(self, book):
        formulas = {sheet.title: sum(c.data_type == "f" for row in sheet.iter_rows() for c in row) for sheet in book.worksheets}
        codes = {name: len({*listed(book[name], "Currency")}) for name in LISTS}
        assert codes["Calls"] == 4
        assert formulas == {
            "Summary": 4 + 21, "Aging": 4 * 10, **{name: 2 * number for name, number in codes.items()},
            **dict.fromkeys(["Customers", "Open items", "How to use", "Lists", "Given"], 0),
        }  # fmt: skip

    def test_those_of_a_list_add_up_the_rows_that_a_filter_shows_by_currency(self, book, saved):
        after = openpyxl.load_workbook(saved, data_only=True)
        for name in LISTS:
            want = pd.DataFrame({head: listed(book[name], head) for head in ("Currency", "At stake")})
            sums = money.totals(want.fillna({"Currency": "XXX"}).set_axis(["currency", "open_amount"], axis=1))
            totals = {
                row_id.removeprefix("total|"): cell_of(after[name], "At stake", row).value
                for row, row_id in enumerate(column(after[name], "row_id"), 2)
                if row_id and row_id.startswith("total|")
            }
            assert totals == sums.to_dict()
        plain = cell_of(book["Demands"], "At stake", rows_of(book["Demands"])[-1] + 2).value
        assert plain.startswith("=ROUND(SUMPRODUCT(SUBTOTAL(109,OFFSET(")
        assert cell_of(book["Factoring"], "At stake", 4).value == "=ROUND(SUBTOTAL(109,$I$2:$I$2),2)"

    def test_the_summary_says_what_the_open_items_add_up_to(self, book, saved):
        page = openpyxl.load_workbook(saved, data_only=True)["Summary"]
        items = book["Open items"]
        owed = pd.DataFrame({"open_amount": column(items, "Open amount"), "currency": column(items, "Currency")})
        totals = money.totals(owed.fillna({"currency": "XXX"})).to_dict()
        assert [cell.value for cell in page[3]][:6] == [
            "Owed",
            "Currency",
            "Open",
            "Past due",
            "Not yet due",
            "Credit not applied",
        ]
        got = {row[1].value or "XXX": row for row in page.iter_rows(min_row=4, max_row=7)}
        assert {code: row[2].value for code, row in got.items()} == totals
        for row in got.values():
            assert round(row[2].value - sum(cell.value for cell in row[3:6]), 3) == 0
            assert row[9].value == 0

    def test_the_summary_counts_accounts_by_action_and_leads_to_their_lists(self, book, saved):
        page, after = book["Summary"], openpyxl.load_workbook(saved, data_only=True)["Summary"]
        top = next(row for row in range(1, 30) if page.cell(row, 1).value == "What to do") + 1
        rows = [page[row] for row in range(top, top + 21)]
        assert sum(row[4].value for row in rows) == 28
        assert (rows[0][0].value, rows[0][0].hyperlink.location) == ("Calls: Call", "'Calls'!A1")
        assert {after.cell(row, 6).value for row in range(top, top + 21)} == {0}
        assert page.cell(top + 21, 1).value is None

    def test_how_many_rows_have_an_outcome_is_counted_as_they_are_filled_in(self, tmp_path):
        path = write_workbook(tmp_path / "a.xlsx", **one(tmp_path))
        book = openpyxl.load_workbook(path)
        cell_of(book["Calls"], "Outcome").value = "no answer"
        book.save(path)
        page = openpyxl.load_workbook(resave(path, tmp_path), data_only=True)["Summary"]
        assert page["F7"].value == 1

    def test_calculated_they_tie_to_the_open_items_to_the_cent(self, book, saved):
        sheet = openpyxl.load_workbook(saved, data_only=True)["Aging"]
        top = column(sheet, "Customer no.").index("Totals") + 2
        names = [cell.value for cell in sheet[top]]
        got = {row[2].value: [cell.value for cell in row[3:]] for row in sheet.iter_rows(min_row=top + 1)}
        documents = openpyxl.load_workbook(saved)["Open items"]
        items = pd.DataFrame(
            {name: column(documents, name) for name in ("Currency", "Open amount", "Days late")}
        ).rename(columns={"Open amount": "open_amount", "Currency": "currency"})  # fmt: skip
        totals = money.totals(items.assign(currency=items["currency"].fillna("XXX"))).to_dict()
        assert names[3:] == [
            "Credit", "Current", "1-30", "31-60", "61-90", "91-120", "Over 120", "Total", "Open items", "Difference",
        ]  # fmt: skip
        assert got["EUR"] == [
            -385.35, 76850.0, 106800.0, 21685.1, 32150.74, 20510.4, 14210.25, 271821.14, totals["EUR"], 0,
        ]  # fmt: skip
        assert got["JPY"] == [0, 120000, 153000, 1544568, 1020500, 4500000, 880000, 8218068, totals["JPY"], 0]
        assert got["KWD"] == [0, 0, 1234.567, 0.001, 0, 0, 0, 1234.568, totals["KWD"], 0]
        assert got[None] == [-0.33, 0, 0.2, 1000.1, 0, 0, 0, 999.97, totals["XXX"], 0]

    def test_programs_that_do_not_calculate_show_what_the_formulas_come_to(self, book, written, saved):
        told, after = (openpyxl.load_workbook(path, data_only=True) for path in (written, saved))
        formulas = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        at = [(cell.parent.title, cell.coordinate) for cell in formulas]
        assert [told[title][place].value for title, place in at] == [after[title][place].value for title, place in at]
        assert len({told[title][place].value for title, place in at}) > 30

    def test_a_difference_between_the_aging_and_the_open_items_shows(self, tmp_path):
        tables = one(tmp_path)
        tables["aged"] = tables["aged"].assign(total=tables["aged"]["total"] - 0.01)
        path = write_workbook(tmp_path / "a.xlsx", **tables)
        for each in (path, resave(path, tmp_path)):
            assert [cell.value for cell in openpyxl.load_workbook(each, data_only=True)["Aging"][5]][-3:] == [
                1659.99,
                1660,
                -0.01,
            ]


class TestLibreOffice:
    def test_a_save_keeps_the_checks_the_choices_the_ids_and_the_links(self, book, saved):
        after = openpyxl.load_workbook(saved)
        sheet = after["Calls"]
        checks = {check.errorTitle: check for check in sheet.data_validations.dataValidation}
        assert {name: check.type for name, check in checks.items()} == {
            "Outcome": "list", "Done on": "date", "Promised or disputed amount": "decimal", "Promised by, or until": "date",
            "Dispute reason": "list",
        }  # fmt: skip
        at, cells = checks["Outcome"].formula1.split("!")
        assert tuple(cell.value for (cell,) in after[at.strip("$")][cells]) == GROUPS[0].outcomes
        assert after["Lists"].sheet_state == "hidden"
        assert sum(len(shades.rules) for shades in sheet.conditional_formatting) == len(look.SHADES) + 1
        assert column(sheet, "row_id") == column(book["Calls"], "row_id")
        assert sheet.column_dimensions["Y"].hidden
        assert sheet.tables["arkit_calls"].ref == book["Calls"].tables["arkit_calls"].ref
        row = place_of(book, "10002")[1]
        assert cell_of(sheet, "Contact", row).hyperlink.target == "mailto:tom@birch.example"

    def test_a_save_changes_nothing_that_the_lists_say(self, book, saved):
        after = openpyxl.load_workbook(saved)
        for name in (*LISTS, "Customers", "Open items"):
            rows = len(rows_of(book[name])) + 1
            said = [list(sheet.iter_rows(values_only=True, max_row=rows)) for sheet in (book[name], after[name])]
            assert said[0] == said[1]

    def test_the_pictures_are_still_there(self, book, saved):
        # four currencies, and the three with the most documents have a picture of their aging
        with zipfile.ZipFile(saved) as parts:
            assert len([name for name in parts.namelist() if name.startswith("xl/charts/chart")]) == 3


HOSTILE = [
    '=HYPERLINK("http://evil.example","click")', "=1+1", "=", "+1", "-1", "@SUM(A1)", "#N/A", "#REF!", "TRUE", "00042",
    "1.234,56", "2026-01-31", "<script>alert(1)</script>", "{=1}", "' quoted", "\t=1+1", "\n=1+1", " leading",
    "&amp;", "Ünïcødé 漢字", "<r><t>1</t></r>",
]  # fmt: skip


class TestTextStaysText:
    def test_whatever_a_customer_is_called(self, tmp_path):
        rows = [[str(i), name, "EUR", "call", "Ann", "", f"{i + 1}:100.00"] for i, name in enumerate(HOSTILE)]
        tables = book_of(rows)
        words = dict.fromkeys(["reason", "contact", "next_step", "documents"], HOSTILE)
        tables["actions"] = tables["actions"].assign(**words)
        tables["documents"] = tables["documents"].assign(document_id=HOSTILE, reference=HOSTILE)
        tables["scores"] = tables["scores"].assign(reasons=HOSTILE)
        path = write_workbook(tmp_path / "a.xlsx", **tables)
        book = openpyxl.load_workbook(path)
        said = {"Calls": "Customer Contact Why Documents", "Open items": "Customer Document Reference", "Customers": "Customer"}
        for sheet, names in said.items():
            for name in names.split():
                assert sorted(listed(book[sheet], name)) == sorted(HOSTILE)
        rows = [row for sheet in said for row in book[sheet].iter_rows(max_row=len(HOSTILE) + 1)]
        cells = [cell for row in rows for cell in row if isinstance(cell.value, str)]
        assert {cell.data_type for cell in cells} == {"s"}
        assert {cell.value for cell in cells if cell.quotePrefix} >= {v for v in HOSTILE if v.startswith(tuple("=+-@\t\n"))}
        with zipfile.ZipFile(path) as parts:
            told = parts.read("xl/worksheets/sheet2.xml").split(b"total|EUR")
            assert b"<f>" not in told[0].rsplit(b"<row", 1)[0]

    def test_even_after_libreoffice_has_saved_it(self, tmp_path):
        saved = resave(write_workbook(tmp_path / "a.xlsx", **one(tmp_path, '=HYPERLINK("http://evil.example")')), tmp_path)
        cell = cell_of(openpyxl.load_workbook(saved)["Calls"], "Customer")
        assert (cell.value, cell.data_type) == ('=HYPERLINK("http://evil.example")', "s")

    def test_control_characters_are_dropped_and_line_ends_are_made_one(self, tmp_path):
        path = write_workbook(tmp_path / "a.xlsx", **one(tmp_path, "A\x00s\x1fh\uffff\r\nLtd\r.", reason="\r=1+1"))
        sheet = openpyxl.load_workbook(path)["Calls"]
        assert (cell_of(sheet, "Customer").value, cell_of(sheet, "Why").value) == ("Ash\nLtd\n.", "\n=1+1")

    def test_a_text_that_no_cell_holds_is_cut_and_says_so(self, tmp_path):
        tables = one(tmp_path, reason="\U0001f642" * 17_000, documents="x" * 32_767)
        path = write_workbook(tmp_path / "a.xlsx", **tables)
        sheet = openpyxl.load_workbook(path)["Calls"]
        why = cell_of(sheet, "Why").value
        assert why == "\U0001f642" * 16_365 + " ... (cut off: a cell holds no more)"
        assert len(why.encode("utf-16-le")) // 2 <= 32_767
        assert cell_of(sheet, "Documents").value == "x" * 32_767
        assert not len(read_workbook(path).problems)

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(names=st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1), min_size=1, max_size=20))
    def test_any_name_comes_back_as_it_went_in(self, tmp_path, names):
        rows = [[str(i), name, "EUR", "call", "Ann", "", "45:1250.00"] for i, name in enumerate(names)]
        sheet = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **book_of(rows)))["Calls"]
        assert listed(sheet, "Customer") == names[::-1]


class TestNothingToDo:
    def test_without_a_single_row_each_sheet_says_so_in_a_sentence(self, tmp_path):
        book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **empty_book()))
        assert {name: book[name]["A2"].value for name in ("Customers", "Open items", "Aging")} == {
            "Customers": "No customer has a score.", "Open items": "Nothing is open.", "Aging": "Nothing is open.",
        }  # fmt: skip
        assert [book["Summary"].cell(row, 1).value for row in (3, 5)] == ["Nothing is open.", "Nobody has to be contacted."]
        assert not any(sheet.tables for sheet in book.worksheets)
        assert not {*LISTS} & {*book.sheetnames}

    def test_libreoffice_opens_it(self, tmp_path):
        saved = resave(write_workbook(tmp_path / "a.xlsx", **empty_book()), tmp_path)
        assert openpyxl.load_workbook(saved)["Summary"]["A5"].value == "Nobody has to be contacted."

    def test_one_that_only_waits_is_on_hold(self, tmp_path):
        book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **one(tmp_path, action="hold")))
        assert [name for name in book.sheetnames if name in LISTS] == ["On hold"]
        assert book["On hold"]["B2"].value == "10001"


class TestHowToUse:
    def test_it_explains_each_column_of_the_list_and_the_conventions(self, book):
        told = {head: words for head, words in book["How to use"].iter_rows(values_only=True) if head}
        assert [name for name in headings(book["Calls"]) if name != "row_id" and not told.get(name)] == []
        assert told["Which day"].startswith("Everything is as of 2026-10-31.")
        assert told["How late"].startswith("The due day itself is current; days 1 to 30 after it are in 1-30.")
        assert "within 5 days" in told["How late"]
        assert {"Credits", "Currencies", "Make it yours"} <= {*told}

    def test_it_follows_the_policy(self, tmp_path):
        policy = Policy.parse('[aging]\nedges = [14, 60]\nage_by = "issue_date"\n[contact]\ngrace_days = 9')
        book = openpyxl.load_workbook(write_workbook(tmp_path / "a.xlsx", **one(tmp_path), policy=policy))
        told = {head: words for head, words in book["How to use"].iter_rows(values_only=True) if head}["How late"]
        assert "The day of issue itself is current; days 1 to 14 after it are in 1-14." in told
        assert "within 9 days" in told


class TestRefusals:
    def test_a_list_that_somebody_has_filled_in_is_never_written_over(self, tmp_path):
        path = write_workbook(tmp_path / "a.xlsx", **one(tmp_path))
        book = openpyxl.load_workbook(path)
        cell_of(book["Calls"], "Comment").value = "NA"
        book.save(path)
        with pytest.raises(OutputRefused, match=r"is there already.\n(.|\n)*lists with 1 rows filled in"):
            write_workbook(path, **one(tmp_path))
        assert cell_of(openpyxl.load_workbook(path)["Calls"], "Comment").value == "NA"

    def test_a_list_that_nobody_has_filled_in_is_written_anew(self, tmp_path):
        path = write_workbook(tmp_path / "a.xlsx", **one(tmp_path))
        write_workbook(path, **one(tmp_path, "Other Ltd"))
        assert cell_of(openpyxl.load_workbook(path)["Calls"], "Customer").value == "Other Ltd"

    def test_a_file_that_is_something_else_is_left_alone(self, tmp_path):
        letter, other = tmp_path / "letter.xlsx", tmp_path / "other.xlsx"
        letter.write_text("not a workbook")
        openpyxl.Workbook().save(other)
        for path in (letter, other):
            with pytest.raises(OutputRefused, match="got: a file without an action list"):
                write_workbook(path, **one(tmp_path))
        assert letter.read_text() == "not a workbook"

    def test_a_folder_that_is_not_there_is_made(self, tmp_path):
        assert write_workbook(tmp_path / "out" / "october" / "a.xlsx", **one(tmp_path)).exists()

    def test_tables_of_two_days_are_refused(self, tmp_path):
        tables = one(tmp_path)
        tables["scores"] = tables["scores"].assign(as_of=pd.Timestamp("2026-09-30"))
        with pytest.raises(TableRefused, match=r"not of one day.\n.*\n  got: 2026-09-30, 2026-10-31"):
            write_workbook(tmp_path / "a.xlsx", **tables)
        assert not (tmp_path / "a.xlsx").exists()

    def test_more_rows_than_a_sheet_holds_are_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr(filling, "MOST_ROWS", 1)
        with pytest.raises(OutputRefused, match=r"'Open items' does not fit on a sheet.\n.*at most 1 rows\n  got: 2\n"):
            write_workbook(tmp_path / "a.xlsx", **one(tmp_path))
        assert not (tmp_path / "a.xlsx").exists()

    def test_two_rows_of_one_customer_in_one_currency_are_refused(self, tmp_path):
        tables = one(tmp_path)
        tables["actions"] = pd.concat([tables["actions"]] * 2, ignore_index=True)
        with pytest.raises(TableRefused, match=r"come twice.\n.*\n  got: 10001 in EUR"):
            write_workbook(tmp_path / "a.xlsx", **tables)

    def test_an_aging_by_something_else_is_refused(self, tmp_path):
        tables = one(tmp_path)
        tables["aged"] = tables["aged"].droplevel("customer_id")
        with pytest.raises(TableRefused, match=r"not by customer.\n.*\n  got: as_of, currency"):
            write_workbook(tmp_path / "a.xlsx", **tables)
