"""A letter as a Word document, for what goes by post and may still be edited; the same bytes from the same facts."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import escape

import numpy as np
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from arkit.letters.markup import Block, Letter, Run, Table
from arkit.letters.speech import speech

#: The day of files that nothing dates: the first that a zip file knows.
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
BODY = "word/document.xml"
#: Width of the text and of the gap between columns, in twentieths of a point; letters of a wide column, of what is not broken.
WIDTH, GAP, LONGEST, WHOLE = 9356, 120, 40, 14
#: Half points and width of letters in a table, where it has few columns and where it has many.
FEW, MANY = (18, 112), (16, 100)
FONT = "Arial"
#: Where the body of the skeleton is cut open.
_HERE = "here"
_STYLES = {"paragraph": "Normal", "heading": "Heading 2", "bullet": "List Bullet", "question": "List Bullet", "verse": "Normal"}
_RULES = {
    "plain": '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="DDDDDD"/>',
    "credit": '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="DDDDDD"/>',
    "total": '<w:top w:val="single" w:sz="8" w:space="0" w:color="777777"/>',
    "head": '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="777777"/>',
}


def as_document(letter: Letter) -> bytes:
    """The bytes of a .docx: whom it is to, day, subject, and the blocks; tables repeat their headings on every page."""
    before, after, others = _skeleton(letter.language)
    body = [_head(letter)]
    for block in letter.blocks:
        body += [_table(table) for table in letter.tables[block.name]] if block.kind == "list" else [_block(block)]
    return zipped([(BODY, (before + "".join(body) + after).encode())], others)


def zipped(files: Sequence[tuple[str, bytes]], before: bytes = b"") -> bytes:
    """A zip file of some files, bearing no day; after those of another one, which are not packed anew.

    Examples
    --------
    >>> zipped([("a.txt", b"1")]) == zipped([("a.txt", b"1")])
    True
    """
    whole = io.BytesIO(before)
    with zipfile.ZipFile(whole, "a" if before else "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            # what is packed already gets no smaller
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".docx") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()


@cache
def _skeleton(language: str) -> tuple[str, str, bytes]:
    """A document of this language without words: what comes before its body, what after, and its other parts, zipped."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = Cm(2.5), Cm(2), Cm(2.5), Cm(2)
    for name, size, bold, after in (
        ("Normal", 10.5, False, 8),
        ("Heading 1", 12, True, 12),
        ("Heading 2", 11, True, 4),
        ("List Bullet", 10.5, False, 2),
    ):
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = (
            FONT,
            Pt(size),
            bold,
            RGBColor(0x22, 0x22, 0x22),
        )
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), FONT)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(kind), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = (
            Pt(12 if name == "Heading 2" else 0),
            Pt(after),
        )
        style.paragraph_format.line_spacing = 1.15
    spoken = parse_xml(f'<w:lang {nsdecls("w")} w:val="{speech(language).words["locale"].replace("_", "-")}"/>')
    normal = document.styles["Normal"].element.get_or_add_rPr()
    normal.append(spoken)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    words = speech(language).label("page")
    for part in (
        *words.partition("{number}")[:1],
        "PAGE",
        *words.partition("{number}")[2].partition("{count}")[:1],
        "NUMPAGES",
    ):
        footer._p.append(
            parse_xml(
                _field(part) if part.isupper() else f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
            )
        )
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.title = properties.comments = ""
    properties.created = properties.modified = datetime(*FIRST_DAY[:3], tzinfo=UTC)
    properties.revision = 1
    document.add_paragraph(_HERE)
    whole = io.BytesIO()
    document.save(whole)
    with zipfile.ZipFile(whole) as archive:
        parts = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    body = dict(parts)[BODY].decode()
    place = body.index(_HERE)
    start, end = body.rindex("<w:p>", 0, place), body.index("</w:p>", place) + len("</w:p>")
    return body[:start], body[end:], zipped([part for part in parts if part[0] != BODY])


def _field(name: str) -> str:
    """A number that the word processor fills in."""
    return f'<w:fldSimple {nsdecls("w")} w:instr="{name}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _head(letter: Letter) -> str:
    """Whom it is to, the day, and the subject."""
    envelope = letter.envelope
    lines = [_paragraph([Run(envelope.sender)], size=16, after=60)] if envelope.sender else []
    if envelope.to:
        lines.append(_paragraph(_broken([(Run(line),) for line in envelope.to]), after=480))
    if envelope.date:
        lines.append(_paragraph([Run(envelope.date)], right=True, after=360))
    return "".join(lines) + _paragraph([Run(letter.subject)], style="Heading 1")


def _block(block: Block) -> str:
    if block.kind == "verse":
        return _paragraph(_broken(block.lines), together=True)
    style, last = _STYLES[block.kind], len(block.lines) - 1
    after = 160 if style == "List Bullet" else None
    return "".join(
        _paragraph(line, style=style, after=after if place == last else None) for place, line in enumerate(block.lines)
    )


def _broken(lines: Sequence[tuple[Run, ...]]) -> list[Run | None]:
    """Lines as one paragraph; None stands for a break."""
    return [run for number, line in enumerate(lines) for run in ([None] * bool(number) + list(line))]


def _paragraph(
    runs: Sequence[Run | None],
    *,
    style: str = "Normal",
    right: bool = False,
    after: int | None = None,
    size: int | None = None,
    together: bool = False,
) -> str:
    properties = [f'<w:pStyle w:val="{style.replace(" ", "")}"/>'] if style != "Normal" else []
    properties += ["<w:keepLines/>"] if together else []
    properties += [f'<w:spacing w:after="{after}"/>'] if after is not None else []
    properties += ['<w:jc w:val="right"/>'] if right else []
    properties += [f'<w:rPr><w:sz w:val="{size}"/></w:rPr>'] if size else []
    return f"<w:p><w:pPr>{''.join(properties)}</w:pPr>{''.join(_run(run, size) for run in runs)}</w:p>"


def _run(run: Run | None, size: int | None = None) -> str:
    if run is None:
        return "<w:r><w:br/></w:r>"
    properties = "<w:b/>" * run.bold + (f'<w:sz w:val="{size}"/>' if size else "")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(run.words)}</w:t></w:r>'


def _table(table: Table) -> str:
    """A table over the whole width, each column by the longest of its cells."""
    small, letter = MANY if len(table.headings) > 6 else FEW
    widths = _widths(table, letter)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = _row(table.headings, table.figures, widths, "head", size=small)
    for place, look in enumerate(table.looks):
        first = table.spans(place)[0]
        taken = [sum(widths[:first]), *widths[first:]]
        cells, figures = (table.rows[place][0], *table.rows[place][first:]), (table.figures[0], *table.figures[first:])
        rows += _row(cells, figures, taken, look, size=small, first=first)
    caption = _paragraph([Run(table.caption, bold=True)], after=60) if table.caption else ""
    margins = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
    wide = f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    head = f"<w:tblPr>{wide}{margins}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
    return f"{caption}<w:tbl>{head}{rows}</w:tbl>{_paragraph([], after=120)}"


def _widths(table: Table, letter: int) -> list[int]:
    """The width of each column: figures and days on one line, and elsewhere no word broken, as far as all of it fits."""
    columns = [[heading, *cells] for heading, *cells in zip(table.headings, *table.rows, strict=True)]
    wanted = np.array([min(max(map(len, cells)), LONGEST) for cells in columns]) * letter + GAP
    words = [
        max(len(word) for cell in cells for word in ([cell] if len(cell) <= WHOLE else cell.split(" "))) for cells in columns
    ]
    least = np.array([max(map(len, cells[1:])) if right else 0 for cells, right in zip(columns, table.figures, strict=True)])
    least = np.minimum(np.maximum(least, words) * letter + GAP, wanted)
    if wanted.sum() <= WIDTH:
        widths = wanted * WIDTH / wanted.sum()
    elif least.sum() <= WIDTH:
        widths = least + (wanted - least) * (WIDTH - least.sum()) / (wanted - least).sum()
    else:
        widths = least * WIDTH / least.sum()
    return [int(width) for width in widths]


def _row(cells: Sequence[str], figures: Sequence[bool], widths: Sequence[int], look: str, *, size: int, first: int = 1) -> str:
    """One row, never broken by the end of a page; headings stand on every page. The first cell may be several columns wide."""
    properties = "<w:cantSplit/>" + "<w:tblHeader/>" * (look == "head")
    bold = look in ("head", "total")
    spans = [f'<w:gridSpan w:val="{first}"/>' * (first > 1), *[""] * (len(cells) - 1)]
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:tcBorders>{_RULES[look]}</w:tcBorders></w:tcPr>'
        f"{_paragraph([Run(cell, bold)] if cell else [], right=right, after=40, size=size)}</w:tc>"
        for cell, width, right, span in zip(cells, widths, figures, spans, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{written}</w:tr>"
