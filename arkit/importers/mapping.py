"""What a user says about a file that cannot say it itself: a small TOML file beside the data."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from arkit.errors import ImportRefused, some
from arkit.importers.headings import SYNONYMS


@dataclass(frozen=True)
class Mapping:
    """Field to heading, and the order of dates, the decimal mark and the currency, where they are declared.

    ``currency`` holds (field, start of its value, currency) in the order in which they are tried.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_order: str | None = None
    decimal: str | None = None
    currency: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def read(cls, file: str | Path) -> "Mapping":
        """The mapping of a TOML file: ``[columns]``, and if need be ``date_order``, ``decimal`` and ``[currency.<field>]``.

        Raises
        ------
        ImportRefused
            If the file cannot be read or names a field that arkit does not have.
        """
        path = Path(file)
        try:
            said = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise _refused(path.name, "a TOML file", str(error)) from error
        columns, codes = said.get("columns", {}), said.get("currency", {})
        tables = [columns, codes, *codes.values()] if isinstance(codes, dict) else [codes]
        if not columns or not all(isinstance(table, dict) for table in tables):
            raise _refused(path.name, "[columns], and [currency.<field>] if need be", "no [columns]" if not columns else "text")
        strange = [name for name in [*columns, *codes] if name not in SYNONYMS]
        if strange:
            raise _refused(path.name, f"fields out of {some(list(SYNONYMS), 50)}", some(strange))
        currency = tuple(
            (name, "" if start == "other" else start, str(code))
            for name, by_start in codes.items()
            for start, code in sorted(by_start.items(), key=lambda item: item[0] == "other")
        )
        return cls(columns, said.get("date_order"), said.get("decimal"), currency)


def _refused(name: str, expected: str, got: str) -> ImportRefused:
    return ImportRefused(
        f"the mapping '{name}' cannot be followed.", expected=expected, got=got, fix="docs/exports.md shows a mapping file"
    )
