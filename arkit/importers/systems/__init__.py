"""The accounting systems that arkit knows, one file each, and how a sheet is recognised as an export of one of them."""

import pkgutil
from functools import cache
from importlib import import_module

from arkit.errors import ImportRefused, some
from arkit.importers.cells import fold
from arkit.importers.exports import Export, Known, System, Unusable
from arkit.importers.headings import both_rows, normal
from arkit.importers.sheets import TOP, Sheet

FILES = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def systems() -> tuple[System, ...]:
    """All systems, by the name of their file."""
    return tuple(import_module(f"{__name__}.{file}").SYSTEM for file in FILES)


@cache
def layouts() -> tuple[Known, ...]:
    """All layouts of all systems, those that ask for most headings first."""
    return tuple(sorted((known for system in systems() for known in system.exports), key=lambda known: -len(known.needs)))


def exports() -> list[Export]:
    """All layouts that can be read."""
    return [known for known in layouts() if isinstance(known, Export)]


def unusable() -> list[Unusable]:
    """All layouts that are refused by name."""
    return [known for known in layouts() if isinstance(known, Unusable)]


def recognise(sheet: Sheet) -> tuple[int, Known | None]:
    """The one layout that claims a sheet by its headings, and their row (from 0); 0 and None where none does.

    Raises
    ------
    ImportRefused
        If two layouts claim it and neither asks for more headings than the other.
    """
    above = ""
    for index in range(min(TOP, len(sheet.cells))):
        row = sheet.row(index)
        one = frozenset(map(normal, row)) | {fold(heading) for heading in row if "*" in heading}
        two = frozenset(map(normal, both_rows(sheet, index))) if index + 1 < len(sheet.cells) else frozenset()
        claiming = [known for known in layouts() if known.claims(two if known.two_rows else one, above)]
        most = [known for known in claiming if len(known.needs) == len(claiming[0].needs)]
        if len(most) > 1:
            raise ImportRefused(
                f"'{sheet.file}' could be one of {len(most)} exports.",
                expected="headings that one known export has and no other",
                got=f"row {index + 1} fits {some([known.name for known in most])}",
                fix="name the columns in a mapping file: --mapping FILE (docs/exports.md), or export the report anew",
            )
        if most:
            return index, most[0]
        above += " ".join(row).lower() + " "
    return 0, None
