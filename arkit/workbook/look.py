"""How the workbook looks on screen and on paper: sheets, fonts, colours, number formats, print set-up."""

import gc
import io
from typing import Self

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format

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
FONT = {"font_name": "Arial", "font_size": 10}
#: Looks of lines that stand alone.
PLAIN: dict[str, dict[str, object]] = {"title": {"font_size": 16, "bold": True, "font_color": "#1F3864"}, "line": {}}
#: What a cell's look may have besides: letters of what leads somewhere, of what adds up others, and of text that is no formula.
MORE = {"link": {"font_color": "#0563C1", "underline": 1}, "sum": {"bold": True}, "text": {"quote_prefix": True}}
#: The thinnest line that there is, and its colour.
HAIR, GREY = 7, "#A6A6A6"
TO_FILL_IN = " to fill in"
#: Nothing that stands in a cell is taken for something else, and nothing is laid down elsewhere while it is written.
AS_IT_IS = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
#: The day of a workbook made from nothing, for nothing reads the clock: the first that a zip file knows.
FIRST_DAY = pd.Timestamp("1980-01-01")
#: Letters of the company's name that there is room for above a print.
HEADER = 80


class Sheet:
    """One sheet as it grows: its cells, how wide its columns are, and its last row. Rows and columns count from 1."""

    def __init__(self, book: "Book", title: str) -> None:
        self.book, self.title, self.last = book, title, 0
        self.grid = book.file.add_worksheet(title)
        self.widths: dict[int, float] = {}

    def widen(self, column: int, width: float, *, hidden: bool = False) -> None:
        """Makes a column so many characters wide, or leaves it wider."""
        self.widths[column] = max(width, self.widths.get(column, 0))
        at, pixels = column - 1, round(self.widths[column] * 7)
        self.grid.set_column_pixels(at, at, pixels, None, {"hidden": hidden})


class Book:
    """A workbook while it is written: its sheets in their order, and the looks of its cells, each made once.

    While it is open nothing is looked for that could be thrown away: millions of cells are made, all of them stay to the end,
    and looking would take a fifth of the time.
    """

    def __init__(self, as_of: pd.Timestamp | None) -> None:
        self.as_of, self.content = as_of, io.BytesIO()
        self.file = Workbook(self.content, AS_IT_IS)
        day = (FIRST_DAY if as_of is None else as_of).to_pydatetime()
        self.file.set_properties({"author": "arkit", "title": f"Receivables{on(as_of)}", "created": day})
        self.sheets: list[Sheet] = []
        self._looks: dict[tuple[str, ...], Format] = {}

    def __enter__(self) -> Self:
        self._collecting = gc.isenabled()
        gc.disable()
        return self

    def __exit__(self, *_: object) -> None:
        if self._collecting:
            gc.enable()

    def sheet(self, title: str) -> Sheet:
        """A new sheet behind the others."""
        self.sheets.append(Sheet(self, title))
        return self.sheets[-1]

    def look(self, name: str, *more: str) -> Format:
        """The look of that name, with more of `MORE`."""
        if (name, *more) not in self._looks:
            properties = FONT | _properties(name)
            for extra in more:
                properties |= MORE[extra]
            self._looks[name, *more] = self.file.add_format(properties)
        return self._looks[name, *more]

    def saved(self) -> bytes:
        """The whole workbook as a file."""
        self.file.close()
        return self.content.getvalue()


def _properties(name: str) -> dict[str, object]:
    """What a look is made of, besides its font: what was given on white, what is to be filled in on yellow."""
    kind, given = name.removesuffix(TO_FILL_IN), not name.endswith(TO_FILL_IN)
    hair: dict[str, object] = {"bottom": HAIR, "bottom_color": GREY}
    if kind in PLAIN:
        return PLAIN[kind]
    if kind == "total":
        return {"bold": True, "align": "left", "indent": 1, **hair}
    if kind.startswith("heading"):
        side = kind.removeprefix("heading ")
        paper = {"font_color": "#FFFFFF", "bg_color": "#1F3864" if given else "#7F6000"}
        return {"bold": True, **paper, "align": side, "valign": "top", "text_wrap": True, "indent": int(side == "left")}
    number, side = STYLES[kind]
    what = {"num_format": number, "align": side, "valign": "top", "text_wrap": kind == "text", "indent": int(kind == "text")}
    yellow = {"left": HAIR, "left_color": GREY, "right": HAIR, "right_color": GREY, "bg_color": "#FFF7DC"}
    return what | hair | ({} if given else yellow)


def on(as_of: pd.Timestamp | None) -> str:
    """The words that say of which day something is; none where it is not known."""
    return "" if as_of is None else f" as of {as_of:%Y-%m-%d}"


def set_up_print(sheet: Sheet, policy: Policy) -> None:
    """Landscape, one page wide, headings on each page, the day above and page numbers below."""
    grid, name = sheet.grid, policy.company.name[:HEADER]
    grid.set_landscape()
    grid.set_paper(9)
    grid.fit_to_pages(1, 0)
    grid.set_margins(left=0.3, right=0.3, top=0.7, bottom=0.6)
    grid.repeat_rows(0)
    # '&G' would stand for a picture, also behind another '&': bold letters on and off keep them apart
    left = f"&L{name.replace('&', '&&').replace('&&G', '&&&B&BG')}" if name else ""
    grid.set_header(f"{left}&C{sheet.title}{on(sheet.book.as_of)}", {"margin": 0.3})
    grid.set_footer("&CPage &P of &N", {"margin": 0.3})
