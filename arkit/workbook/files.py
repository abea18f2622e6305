"""A workbook that came back, as rows of cells; what is none is refused."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from arkit.errors import ImportRefused

PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The most that a workbook may unpack to; a small file that grows beyond it is an attack or a mistake.
MOST_UNPACKED = 1 << 30
LOCKED = "EncryptedPackage".encode("utf-16-le")


def opened(path: Path) -> dict[str, Sequence[Sequence[object]]]:
    """The cells of each sheet by its title, row 1 first: text, numbers, days and flags as they are stored, no text if blank.

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
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names}
    except PasswordError as error:
        raise _protected(path) from error
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own word for a workbook it never thought of
            raise
        raise _damaged(path, "one that is damaged") from error


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
