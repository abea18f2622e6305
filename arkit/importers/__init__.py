"""Files to a ledger: what an accounting system exports, read right or refused plainly."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from arkit.errors import ArkitError, ImportRefused, some
from arkit.importers.joining import ASIDE, join
from arkit.importers.mapping import Mapping
from arkit.importers.reading import Options, Part, read
from arkit.importers.sheets import TEXT_FILES, WORKBOOKS, Sheet, as_text, read_sheets
from arkit.ledger import Ledger, parse_day
from arkit.money import plain, totals

__all__ = ["check", "load"]

Exports = str | Path | Iterable[str | Path]
_DATE_OR_AMOUNT = re.compile(r"\D*\d{1,4}[-/.]\w{1,9}[-/.]\d{2,4}.*|\D*\d[\d.,' ]*[.,]\d{2}\D*")


def load(
    exports: Exports,
    *,
    mapping: str | Path | None = None,
    as_of: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    max_rejects: int = 0,
) -> Ledger:
    """The ledger that a file, a folder or a list of them holds.

    Documents, payments, credit notes, customers and notes are told apart by their headings and joined. Dates and amounts
    are read in the one way that all values of a column, or a file, prove. ``ledger.receipts`` says how each file was
    understood, ``ledger.rejects`` which rows were not used.

    Parameters
    ----------
    mapping
        A TOML file that names columns; see ``docs/exports.md``.
    as_of
        The day of open-items lists that do not print one.
    date_order, decimal, currency
        ``dmy`` or ``mdy``, ``.`` or ``,``, and a code like ``EUR``, where the files cannot prove or say it.
    max_rejects
        How many rows with unreadable cells may be left out, per file.

    Raises
    ------
    ImportRefused
        If something would have to be guessed; the message says what to say to settle it.
    """
    options = Options(date_order, decimal, currency, _day(as_of), Mapping.read(mapping) if mapping else None, max_rejects)
    parts: list[Part] = []
    aside: list[Sheet] = []
    for path in _files(exports):
        read_here, left = _read_file(path, options)
        parts += read_here
        aside += left
    if not any(part.holds in ("documents", "payments") for part in parts):
        raise ImportRefused(
            "there are no documents to read.",
            expected="at least one list of invoices or open items",
            got=some([f"{part.sheet.file} ({part.holds})" for part in parts] + [sheet.file for sheet in aside]) or "no files",
            fix="add the export that lists the invoices",
        )
    return join(parts, aside)


def check(
    exports: Exports,
    *,
    mapping: str | Path | None = None,
    as_of: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    max_rejects: int = 0,
) -> dict[str, object]:
    """How each file was understood, as one object that JSON can carry: ``{"files": [...], "open_total": {...}}``.

    The options are those of `load`. Nothing is refused as a whole: a file that cannot be read says so in its ``status``
    and ``message``. Amounts are text with the decimals of their currency.
    """
    options = Options(date_order, decimal, currency, _day(as_of), Mapping.read(mapping) if mapping else None, max_rejects)
    read_parts: list[tuple[Path, Part]] = []
    refused: list[dict[str, object]] = []
    for path in _files(exports):
        try:
            parts, aside = _read_file(path, options)
            refused += [{"name": sheet.file, "status": "refused", "set_aside": True, "message": ASIDE} for sheet in aside]
            for part in parts:
                part.alone = _alone(part)
                read_parts.append((path, part))
        except ArkitError as error:
            refused.append({"name": path.name, "status": "refused", "message": f"{type(error).__name__}: {error}"})
    good = [part for _, part in read_parts]
    message, owed = "", {}
    try:
        ledger = join(good, undated=_last_day(good))
        owed = _amounts(ledger.at(ledger.days[-1])) if ledger.days else {}
        receipts = ledger.receipts
    except ArkitError as error:
        message = f"{type(error).__name__}: {error}"
        receipts = pd.concat([part.alone.receipts for part in good if part.alone], ignore_index=True)
    files = [_understood(part, receipts.iloc[i]) for i, part in enumerate(good)]
    return {"files": sorted(files + refused, key=lambda file: str(file["name"])), "open_total": owed, "message": message}


def _alone(part: Part) -> Ledger:
    """The ledger that one sheet makes by itself; what it says along the way is said again when all are joined."""
    said = list(part.warnings)
    ledger = join([part], undated=_last_day([part]))
    part.warnings = said
    return ledger


def _day(as_of: str | None) -> pd.Timestamp | None:
    return parse_day(as_of) if as_of else None


def _files(exports: Exports) -> list[Path]:
    """All files meant, a folder's in order of name, each content once."""
    named = [exports] if isinstance(exports, (str, Path)) else list(exports)
    found: list[Path] = []
    for path in map(Path, named):
        if not path.exists():
            raise ImportRefused(
                f"'{path}' is not there.",
                expected="an existing file or folder",
                got=f"'{path}'",
                fix="check the path, and quote it if it holds blanks",
            )
        found += sorted(filter(_is_export, path.iterdir())) if path.is_dir() else [path]
    if not found:
        raise ImportRefused(
            f"there is nothing to read in {some([str(path) for path in named])}.",
            expected=f"files ending in {', '.join(TEXT_FILES + WORKBOOKS)}",
            got="none",
            fix="put the exports there, or name the files",
        )
    return found


def _is_export(path: Path) -> bool:
    return path.suffix.lower() in TEXT_FILES + WORKBOOKS and not path.name.startswith((".", "~"))


def _read_file(path: Path, options: Options) -> tuple[list[Part], list[Sheet]]:
    """The sheets of a file that were read, and those that hold nothing of receivables."""
    parts, aside = [], []
    for sheet in read_sheets(path):
        try:
            parts.append(read(sheet, options))
        except ImportRefused:
            if not _holds_nothing(sheet):
                raise
            aside.append(sheet)
    for part in parts:
        part.as_of = part.as_of or (options.as_of if part.holds == "documents" else None)
    return parts, aside


def _holds_nothing(sheet: Sheet) -> bool:
    """Whether no column of a sheet holds dates or amounts: then it cannot be a list of postings."""
    if sheet.native and sheet.cells.map(lambda cell: isinstance(cell, float)).any(axis=None):
        return False
    text = sheet.cells.iloc[1:].map(as_text)
    like = text.apply(lambda column: column.str.fullmatch(_DATE_OR_AMOUNT))
    return not (like.sum() > 0.5 * text.ne("").sum().clip(lower=1)).any()


def _last_day(parts: list[Part]) -> pd.Timestamp:
    """The last day any sheet names: stands in for the day of a list that prints none."""
    named = [part.rows[name].max() for part in parts for name in ("date", "settled_on") if name in part.rows]
    return max(
        [day for day in [*named, *(part.as_of for part in parts)] if day is not None and not pd.isna(day)],
        default=pd.Timestamp("1970-01-01"),
    )


def _amounts(documents: pd.DataFrame) -> dict[str, str]:
    return {str(currency): plain(amount, str(currency)) for currency, amount in totals(documents).items()}


def _understood(part: Part, receipt: pd.Series) -> dict[str, object]:
    """One file's receipt as JSON carries it, with the totals it makes by itself."""
    ledger = part.alone
    documents = ledger.at(ledger.days[-1]) if ledger and ledger.days else None
    credits_ = documents[documents["open_amount"] < 0] if documents is not None else None
    return {
        "name": receipt["file"],
        "status": "read",
        "export": receipt["export"],
        "holds": receipt["holds"],
        "as_of": None if pd.isna(receipt["as_of"]) else f"{receipt['as_of']:%Y-%m-%d}",
        "documents": int(receipt["documents"]),
        "open_total": {} if documents is None else _amounts(documents),
        "credits": {} if credits_ is None else _amounts(credits_),
        "customers": int(receipt["customers"]),
        "header_row": int(receipt["header_row"]),
        "columns": receipt["columns"],
        "rows": {name: int(receipt[name]) for name in ("entry", "heading", "total", "footer", "blank", "rejected")},
        "date_order": receipt["date_order"],
        "number_style": receipt["number_style"],
        "printed_total": receipt["printed_total"] or None,
        "difference": receipt["difference"] or None,
        "warnings": [line for line in receipt["warnings"].split("\n") if line],
        "message": "",
    }
