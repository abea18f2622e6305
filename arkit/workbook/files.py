"""A workbook that came back, as rows of cells; what is none is refused."""

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arkit.errors import ImportRefused

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
LOCKED = "EncryptedPackage".encode("utf-16-le")
#: A cell that holds an error as a workbook says it: its place in the first group, then what it shows.
_ERROR = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>([^<]*)</v>')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_SHEETS, _LINKS, _TABLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "content.xml"
Cells = list[list[object]]


def opened(path: Path) -> dict[str, Cells]:
    """The cells of each sheet by its title, row 1 first: text, numbers, days and flags as they are stored, no text if blank.

    A cell that holds an error is the text that it shows, such as #N/A, so that it is not taken for blank.

    Raises
    ------
    ImportRefused
        If it cannot be read, is no workbook, is cut off, protected by a password, or unpacks to far more than a list can be.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _refused(path, "a file that can be read", str(error.strerror), "check the path and who may read it") from error
    if not content.startswith((PACKED, OLD)):
        got = "an empty file" if not content else "a file that is no workbook"
        raise _refused(path, "an Excel or OpenDocument workbook", got, "give the workbook itself, .xlsx or .ods")
    _must_be_whole(path, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(_saying_errors(content)))
        cells: dict[str, Cells] = {
            title: [list(row) for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)]
            for title in book.sheet_names
        }
        return _with_errors(content, cells)
    except PasswordError as error:
        raise _protected(path) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own word for a workbook it never thought of
            raise
        raise _damaged(path, "one that is damaged") from error


def _saying_errors(content: bytes) -> bytes:
    """An OpenDocument workbook in which a cell that holds an error says what it shows, and not an empty text besides."""
    if not content.startswith(PACKED):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()} if _TABLES in packed.namelist() else {}
    if b'calcext:value-type="error"' not in parts.get(_TABLES, b""):
        return content
    parts[_TABLES] = parts[_TABLES].replace(b' office:string-value=""', b"")
    said = io.BytesIO()
    with zipfile.ZipFile(said, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return said.getvalue()


def _with_errors(content: bytes, cells: dict[str, Cells]) -> dict[str, Cells]:
    """The cells with what those show that hold an error, which the reader leaves blank."""
    if not content.startswith(PACKED):
        return cells
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.namelist()
        torn = {name: page for name in parts if name.startswith("xl/worksheets/") and b't="e"' in (page := packed.read(name))}
        if not torn or not {_SHEETS, _LINKS} <= {*parts}:
            return cells
        links = {link.get("Id"): link.get("Target") for link in ElementTree.fromstring(packed.read(_LINKS))}
        titles = [(sheet.get("name") or "", links.get(_of(sheet, "id"))) for sheet in _sheets(packed.read(_SHEETS))]
    for title, target in titles:
        page = torn.get(f"xl/{(target or '').removeprefix('/xl/')}", b"")
        for place, shown in _ERROR.findall(page):
            if at := _PLACE.search(place):
                row, column = int(at[2]) - 1, _number(at[1].decode()) - 1
                if row < len(cells.get(title, [])) and column < len(cells[title][row]):
                    cells[title][row][column] = shown.decode("utf-8", "replace")
    return cells


def _sheets(page: bytes) -> list[ElementTree.Element]:
    return [part for part in ElementTree.fromstring(page).iter() if part.tag.endswith("}sheet")]


def _of(part: ElementTree.Element, name: str) -> str:
    """An attribute by its name, whatever its namespace."""
    return next((value for key, value in part.attrib.items() if key.endswith(f"}}{name}")), "")


def _number(letters: str) -> int:
    """The number of a column by its letters, from 1."""
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - ord("A") + 1
    return number


def _must_be_whole(path: Path, content: bytes) -> None:
    """Refuse what is cut off, protected, or unpacks to more than a list can be."""
    if content.startswith(OLD):
        if LOCKED in content:
            raise _protected(path)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            locked = any(part.flag_bits & 1 for part in parts) or _locked(packed)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise _damaged(path, "one that ends too early") from error
    if locked:
        raise _protected(path)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED:
        got = f"{len(content):,} bytes that unpack to {unpacked:,}"
        raise _refused(path, "a workbook that unpacks to at most 1 GiB", got, "copy the lists into a new workbook")


def _locked(packed: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument workbook is behind a password: its list of parts then says how they are encrypted."""
    name = "META-INF/manifest.xml"
    return name in packed.namelist() and b"encryption-data" in packed.read(name)


def _protected(path: Path) -> ImportRefused:
    return _refused(path, "a workbook without password", "one that is protected", "save it without password and give it again")


def _damaged(path: Path, got: str) -> ImportRefused:
    return _refused(path, "a whole workbook", got, "copy it again, or open it in Excel or LibreOffice and save it anew")


def _refused(path: Path, expected: str, got: str, fix: str) -> ImportRefused:
    return ImportRefused(f"{path.name} cannot be read as a list that came back.", expected=expected, got=got, fix=fix)
