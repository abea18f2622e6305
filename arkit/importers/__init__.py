"""Files to a ledger: what an accounting system exports, read right or refused plainly."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from arkit.errors import ArkitError, ImportRefused, counted, some
from arkit.importers import aliases
from arkit.importers.cells import texts
from arkit.importers.headings import FIELD, normal
from arkit.importers.joining import ASIDE, join
from arkit.importers.mapping import KEPT, Mapping
from arkit.importers.reading import Options, Part, must_be_usable, read
from arkit.importers.rows import KINDS as ROWS
from arkit.importers.rows import at_a_glance
from arkit.importers.sheets import TEXT_FILES, WORKBOOKS, Sheet, read_sheets
from arkit.importers.systems import recognise
from arkit.ledger import Ledger, parse_day
from arkit.money import plain, totals
from arkit.shapes import MISSING
from arkit.tables import CUSTOMERS, DOCUMENTS, RECEIPTS

__all__ = ["check", "load", "write_aliases", "write_mapping"]

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
    unapplied: str = "certain",
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
    unapplied
        What becomes of payments that name no invoice: ``certain`` posts those on their invoices that can have paid no
        others, ``oldest`` all others on the oldest too, ``credit`` none. What was done is said in ``receipts``.
    max_rejects
        How many rows that cannot be read may be left out, per file.

    Raises
    ------
    ImportRefused
        If something would have to be guessed; the message says what to say to settle it.
    """
    options = _options(mapping, as_of, date_order=date_order, decimal=decimal, currency=currency, max_rejects=max_rejects)
    how = _how(unapplied)
    parts: list[Part] = []
    aside: list[Sheet] = []
    seen: dict[str, Path] = {}
    for path in _files(exports):
        read_here, left = _read(_sheets_once(path, seen), options)
        parts += read_here
        aside += left
    _must_fit(options.mapping, parts)
    if not any(part.holds in ("documents", "payments") for part in parts):
        raise ImportRefused(
            "there are no documents to read.",
            expected="at least one list of invoices or open items",
            got=some(
                [f"{part.sheet.file} holds {part.holds}" for part in parts] + [f"{sheet.file} {ASIDE}" for sheet in aside]
            ),
            fix="add the export that lists the invoices",
        )
    return join(parts, aside, unapplied=how)


def check(
    exports: Exports,
    *,
    mapping: str | Path | None = None,
    as_of: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    unapplied: str = "certain",
    max_rejects: int = 0,
) -> dict[str, object]:
    """How each file was understood, as one object that JSON can carry: ``{"files": [...], "open_total": {...}}``.

    The options are those of `load`. Nothing is refused as a whole: a file that cannot be read says so in its ``status``
    and ``message``. Amounts are text with the decimals of their currency. ``declared`` is what the mapping file says of
    currencies and kinds. ``same_customers`` are pairs that look alike and
    may be one; see `write_aliases`.
    """
    options = _options(mapping, as_of, date_order=date_order, decimal=decimal, currency=currency, max_rejects=max_rejects)
    how = _how(unapplied)
    read_parts: list[tuple[Part, Ledger]] = []
    refused: list[dict[str, object]] = []
    seen: dict[str, Path] = {}
    for path in _files(exports):
        sheets: list[Sheet] = []
        try:
            sheets = _sheets_once(path, seen)
            parts, aside = _read(sheets, options)
            read_parts += [(part, join([part], undated=_last_day([part]))) for part in parts]
            refused += [_aside(sheet) for sheet in aside]
        except ArkitError as error:
            refused.append(_not_read(path.name, f"{type(error).__name__}: {error}", sheets))
    good = [part for part, _ in read_parts]
    message, owed, same = "", {}, aliases.suggest(CUSTOMERS.empty())
    try:
        _must_fit(options.mapping, good)
        ledger = join(good, undated=_last_day(good), unapplied=how)
        same = aliases.suggest(ledger.customers)
        owed = _amounts(_known(ledger, options.as_of))
        receipts = [receipt for _, receipt in ledger.receipts.iterrows()]
    except ArkitError as error:
        message = f"{type(error).__name__}: {error}"
        receipts = [alone.receipts.iloc[0] for _, alone in read_parts]
    files = [
        _understood(_known(alone, options.as_of), receipt) | {"fields": _fields(part), "proven": _proven(part, options)}
        for (part, alone), receipt in zip(read_parts, receipts, strict=True)
    ]
    return {
        "files": sorted(files + refused, key=lambda file: str(file["name"])),
        "open_total": owed,
        "declared": {"currency": [*map(list, options.mapping.currency)], "kinds": options.mapping.kinds},
        "same_customers": same.to_dict("records"),
        "message": message,
    }


def write_mapping(found: dict[str, Any], file: str | Path) -> Path:
    """The columns that `check` found, as a mapping file to be edited and used again; never over a file.

    What the mapping file that `check` was given says of kinds and currencies stays in it.

    Parameters
    ----------
    found
        What `check` returned.
    """
    fields = [(name, field) for read in found["files"] for name, field in read.get("fields", {}).items()]
    headings = {name: dict.fromkeys(field["heading"] for other, field in fields if other == name) for name, _ in fields}
    said = {key: {str(read["proven"][key]) for read in found["files"] if read.get("proven", {}).get(key)} for key in KEPT}
    sole = {key: min(values) if len(values) == 1 else None for key, values in said.items()}
    samples = [f"{name}: {', '.join(field['samples'])}" for name, field in dict(fields).items() if field["samples"]]
    told = "\n".join(["Which heading is which field, as arkit found it; correct what is wrong.", "", *samples])
    columns = {name: "|".join(sorted(of, key=lambda one: FIELD.get(normal(one), ("", -1))[1])) for name, of in headings.items()}
    kept = Mapping(
        columns,
        sole["date_order"],
        sole["decimal"],
        tuple((name, start, code) for name, start, code in found["declared"]["currency"]),
        sole["headings"] or "",
        found["declared"]["kinds"],
    )
    return kept.write(file, told=told)


def write_aliases(found: dict[str, Any], file: str | Path) -> Path:
    """The customers that `check` suggests are the same, as a CSV file: delete what is wrong and put it to the exports.

    Parameters
    ----------
    found
        What `check` returned.
    """
    return aliases.write(pd.DataFrame(found["same_customers"], columns=aliases.COLUMNS), file)


def _options(
    mapping: str | Path | None,
    as_of: str | None,
    *,
    date_order: str | None,
    decimal: str | None,
    currency: str | None,
    max_rejects: int,
) -> Options:
    """What is declared, an option before the mapping file."""
    said = Mapping.read(mapping) if mapping else Mapping()
    day = parse_day(as_of) if as_of else None
    return Options(date_order or said.date_order, decimal or said.decimal, currency, day, said, max_rejects)


def _how(unapplied: str) -> str:
    """What becomes of payments that name no invoice, if it is one of the three ways."""
    if unapplied not in ("certain", "oldest", "credit"):
        raise ImportRefused(
            f"'{unapplied}' says nothing about payments without an invoice.",
            expected="certain, oldest or credit",
            got=repr(unapplied),
            fix="correct the option",
        )
    return unapplied


def _must_fit(mapping: Mapping, parts: list[Part]) -> None:
    """Refuse a mapping file that names a heading no file has: it would be passed over without a word."""
    named = [[*part.sheet.row(part.columns.header), *part.columns.heading.values()] for part in parts]
    there = {normal(heading) for headings in named for heading in headings} | {
        str(number) for part in parts for number in range(1, part.sheet.cells.shape[1] + 1)
    }
    missing = [
        f"'{heading}' ({field})"
        for field, heading in mapping.columns.items()
        if not there & {one if one.isdecimal() else normal(one) for one in heading.split("|")}
    ]
    if missing and parts:
        raise ImportRefused(
            f"the mapping names {some(missing, 5)}, which no file has.",
            expected="headings as they stand in the files",
            got="; ".join(
                f"{part.sheet.file}: {', '.join(filter(None, part.sheet.row(part.columns.header)))}" for part in parts
            ),
            fix="correct the mapping file",
        )


def _files(exports: Exports) -> list[Path]:
    """All files meant, a folder's in order of name."""
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


def _sheets_once(path: Path, seen: dict[str, Path]) -> list[Sheet]:
    """The sheets of a file; refused if a file that was read before, ``seen`` by its hash, holds the same."""
    sheets = read_sheets(path)
    before = seen.setdefault(sheets[0].sha256, path)
    if before is not path:
        raise ImportRefused(
            f"'{path.name}' holds the same as '{before.name}'.",
            expected="every export once, or its documents would count twice",
            got=f"{before} and {path}, alike to the last byte",
            fix="leave one of them out",
        )
    return sheets


def _read(sheets: list[Sheet], options: Options) -> tuple[list[Part], list[Sheet]]:
    """The sheets of a file that were read, and those that hold nothing of receivables."""
    parts, aside = [], []
    for sheet in sheets:
        must_be_usable(sheet)
        try:
            parts.append(read(sheet, options))
        except ImportRefused:
            if recognise(sheet)[1] or not _holds_nothing(sheet):
                raise
            aside.append(sheet)
    for part in parts:
        part.as_of = part.as_of or (options.as_of if part.holds == "documents" else None)
    return parts, aside


def _holds_nothing(sheet: Sheet) -> bool:
    """Whether no column of a sheet holds dates or amounts: then it cannot be a list of postings."""
    if sheet.native and sheet.cells.map(lambda cell: isinstance(cell, float)).any(axis=None):
        return False
    columns = [texts(column) for _, column in sheet.cells.iloc[1:].items()]
    return not any(column.str.fullmatch(_DATE_OR_AMOUNT).sum() > 0.5 * max(1, column.ne("").sum()) for column in columns)


def _last_day(parts: list[Part]) -> pd.Timestamp:
    """The last day any sheet names: stands in for the day of a list that prints none."""
    named = [part.rows[name].max() for part in parts for name in ("date", "settled_on") if name in part.rows]
    return max(
        [day for day in [*named, *(part.as_of for part in parts)] if day is not None and not pd.isna(day)],
        default=pd.Timestamp("1970-01-01"),
    )


def _known(ledger: Ledger, as_of: pd.Timestamp | None) -> pd.DataFrame:
    """The documents on the day asked for, if the ledger knows it, else on its last day."""
    days = ledger.days or [parse_day("1970-01-01")]
    asked = as_of is not None and (ledger.snapshots.empty or as_of in days)
    return ledger.at(as_of if asked and as_of else days[-1])


def _amounts(documents: pd.DataFrame) -> dict[str, str]:
    return {str(currency): plain(amount, str(currency)) for currency, amount in totals(documents).items()}


def _fields(part: Part) -> dict[str, dict[str, object]]:
    """Per field its heading and the first three different values under it, as they stand in the file."""
    shown = {}
    for name, at in part.columns.position.items():
        rows = part.sheet.cells.iloc[part.columns.first :, at]
        values = dict.fromkeys(filter(None, texts(rows[part.rows.index[:200] - 1]).tolist()))
        shown[name] = {"heading": part.columns.heading[name], "samples": list(values)[:3]}
    return shown


def _proven(part: Part, options: Options) -> dict[str, str | None]:
    """What a mapping file can declare of how a file was read, as far as that was declared or the file shows it."""
    decimal = options.decimal or (part.decimal if "decimal" in part.receipt["number_style"] else None)
    return {"date_order": part.order, "decimal": decimal, "headings": None if part.columns.rows else "none"}


def _aside(sheet: Sheet) -> dict[str, object]:
    """A sheet that holds nothing of receivables, as JSON carries it."""
    message = f"{counted(at_a_glance(sheet)['entry'], 'row')} without dates and amounts: set aside"
    return _not_read(sheet.file, message, [sheet]) | {"set_aside": True, "warnings": [message]}


def _not_read(name: str, message: str, sheets: list[Sheet]) -> dict[str, object]:
    """A file that was not read, as JSON carries it."""
    counts = [at_a_glance(sheet) for sheet in sheets]
    rows = {kind: sum(count[kind] for count in counts) for kind in ROWS}
    nothing = {column.name: MISSING[column.holds] for column in RECEIPTS.columns} | {"file": name} | rows
    return _understood(DOCUMENTS.empty(), pd.Series(nothing, dtype="object")) | {"status": "refused", "message": message}


def _understood(documents: pd.DataFrame, receipt: pd.Series) -> dict[str, object]:
    """One file's receipt as JSON carries it, with the totals of the documents it makes by itself."""
    return {
        "name": receipt["file"],
        "status": "read",
        "export": receipt["export"],
        "holds": receipt["holds"],
        "as_of": None if pd.isna(receipt["as_of"]) else f"{receipt['as_of']:%Y-%m-%d}",
        "documents": int(receipt["documents"]),
        "open_total": _amounts(documents),
        "credits": _amounts(documents[documents["open_amount"] < 0]),
        "customers": int(receipt["customers"]),
        "header_row": int(receipt["header_row"]),
        "columns": receipt["columns"],
        "rows": {name: int(receipt[name]) for name in ROWS},
        "date_order": receipt["date_order"],
        "number_style": receipt["number_style"],
        "printed_total": receipt["printed_total"] or None,
        "difference": receipt["difference"] or None,
        "warnings": [line for line in receipt["warnings"].split("\n") if line],
        "message": "",
    }
