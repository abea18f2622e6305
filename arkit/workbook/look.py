"""How the workbook looks on screen and on paper: fonts, colours, number formats, print set-up."""

from typing import cast

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from arkit.policy import Policy

#: Fill, colour of letters, and actions: the sterner the darker, also in a grey print; factoring blames nobody.
SHADES = (
    ("E2F0D9", "000000", ("nudge", "reminder", "resend")),
    ("FFD966", "000000", ("call", "contact_ap", "plan")),
    ("ED8B4B", "000000", ("firm_notice", "final_demand", "mediation")),
    ("8E1B10", "FFFFFF", ("agency", "court")),
    ("DDEBF7", "000000", ("factoring",)),
    ("44546A", "FFFFFF", ("review",)),
)
#: Number format and side for what a column holds; amounts go by the decimals of their currency.
STYLES = {
    "text": ("General", "left"),
    "code": ("General", "center"),
    "id": ("General", "left"),
    "day": ("yyyy-mm-dd", "center"),
    "number": ("0", "center"),
    "score": ("0.0", "center"),
    "share": ("0%", "center"),
    "money": ("General", "right"),
    **{f"money {places}": ('{0};-{0};"-"'.format("#,##0" + "." * (places > 0) + "0" * places), "right") for places in range(5)},
}
FONT = "Arial"
#: The day of a workbook made from nothing, for nothing reads the clock: the first that a zip file knows.
FIRST_DAY = pd.Timestamp("1980-01-01")


def empty_book(as_of: pd.Timestamp | None) -> Workbook:
    """A workbook without sheets, its styles registered once and shared by all cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.title = "arkit", f"Receivables{on(as_of)}"
    book.properties.created = (FIRST_DAY if as_of is None else as_of).to_pydatetime()
    hair, font = Side(style="hair", color="A6A6A6"), Font(name=FONT, size=10)
    given, to_fill = PatternFill(), PatternFill("solid", fgColor="FFF7DC")
    white, heading = Font(name=FONT, size=10, bold=True, color="FFFFFF"), Alignment(vertical="top", wrap_text=True)
    for paper, fill, side, dark in (("", given, None, "1F3864"), (" to fill in", to_fill, hair, "7F6000")):
        line = Border(left=side, right=side, bottom=hair)
        for name, (number, place) in STYLES.items():
            align = Alignment(place, "top", wrap_text=name == "text", indent=int(name == "text"))
            book.add_named_style(NamedStyle(f"arkit {name}{paper}", font, fill, line, align, number))
        book.add_named_style(NamedStyle(f"arkit heading{paper}", white, PatternFill("solid", fgColor=dark), alignment=heading))
    book.add_named_style(NamedStyle("arkit total", Font(name=FONT, size=10, bold=True), given, Border(bottom=hair)))
    book.add_named_style(NamedStyle("arkit line", font))
    return book


def on(as_of: pd.Timestamp | None) -> str:
    """The words that say of which day something is; none where it is not known."""
    return "" if as_of is None else f" as of {as_of:%Y-%m-%d}"


def set_up_print(sheet: Worksheet, as_of: pd.Timestamp | None, policy: Policy) -> None:
    """Landscape, one page wide, headings on each page, the day above and page numbers below."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.3, right=0.3, top=0.7, bottom=0.6, header=0.3, footer=0.3)
    sheet.print_title_rows = "1:1"
    head, foot = cast("HeaderFooterItem", sheet.oddHeader), cast("HeaderFooterItem", sheet.oddFooter)
    head.left.text = policy.company.name.replace("&", "&&") or None
    head.center.text = sheet.title + on(as_of)
    foot.center.text = "Page &P of &N"
