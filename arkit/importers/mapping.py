"""What a user says about a file that cannot say it itself: a small TOML file beside the data."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from arkit.errors import ImportRefused, OutputRefused, some
from arkit.importers.cells import fold
from arkit.importers.headings import SYNONYMS
from arkit.tables import KINDS

#: Signs that no comment of a TOML file may hold.
UNWRITTEN = r"[\x00-\x08\x0b-\x1f\x7f]"
#: What is said of a whole file, beside its columns.
KEPT = ("date_order", "decimal", "headings")
KEYS = ("columns", "currency", "kinds", *KEPT)


@dataclass(frozen=True)
class Mapping:
    """Field to heading, and the order of dates, the decimal mark and the currency, where they are declared.

    ``currency`` holds (field, start of its value, currency) in the order in which they are tried; ``kinds`` says what the
    words of a company's own document types mean; ``headings`` is 'none' for files that begin with data, whose columns
    then go by number.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_order: str | None = None
    decimal: str | None = None
    currency: tuple[tuple[str, str, str], ...] = ()
    headings: str = ""
    kinds: dict[str, str] = field(default_factory=dict)

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
            said = tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise _refused(path.name, "a TOML file", str(error)) from error
        columns, codes, kinds = (said.get(name, {}) for name in ("columns", "currency", "kinds"))
        tables = [columns, kinds, codes, *(codes.values() if isinstance(codes, dict) else ())]
        if not said or not all(isinstance(table, dict) for table in tables):
            raise _refused(path.name, "[columns], [kinds] or [currency.<field>]", "nothing" if not said else "text")
        unknown = [f"{word} = {json.dumps(kind)}" for word, kind in kinds.items() if kind not in KINDS]
        if unknown:
            raise _refused(path.name, f"kinds out of {some(list(KINDS), 20)}", some(unknown))
        strange = [name for name in [*columns, *codes] if name not in SYNONYMS]
        if strange:
            raise _refused(path.name, f"fields out of {some(list(SYNONYMS), 50)}", some(strange))
        strange = [name for name in said if name not in KEYS] + [
            f"headings = {json.dumps(said['headings'])}" for _ in "1" if said.get("headings", "none") != "none"
        ]
        if strange:
            raise _refused(path.name, f'{some(list(KEYS), 9)}; headings = "none"', some(strange))
        currency = tuple(
            (name, "" if start == "other" else start, str(code))
            for name, by_start in codes.items()
            for start, code in sorted(by_start.items(), key=lambda item: item[0] == "other")
        )
        named = {name: str(heading) for name, heading in columns.items()}
        words = {fold(word): kind for word, kind in kinds.items()}
        return cls(named, said.get("date_order"), said.get("decimal"), currency, said.get("headings", ""), words)

    def write(self, file: str | Path, *, told: str = "") -> Path:
        """The mapping as a TOML file that `read` understands, ``told`` as comments above it; never over a file."""
        path = Path(file)
        lines = [f"# {re.sub(UNWRITTEN, ' ', line)}" for line in told.split("\n") if line]
        lines += [f"{key} = {json.dumps(said)}" for key in KEPT if (said := getattr(self, key))]
        lines += ["", '[columns]  # field = "heading in the file"']
        lines += [f"{name} = {json.dumps(heading, ensure_ascii=False)}" for name, heading in self.columns.items()]
        lines += (
            ["", "[kinds]", *(f"{_key(word)} = {json.dumps(kind)}" for word, kind in self.kinds.items())] if self.kinds else []
        )
        for name in dict.fromkeys(name for name, _, _ in self.currency):
            lines += ["", f"[currency.{name}]"]
            lines += [f"{_key(start or 'other')} = {json.dumps(code)}" for field, start, code in self.currency if field == name]
        try:
            with path.open("x", encoding="utf-8") as out:
                out.write("\n".join(lines).strip() + "\n")
        except OSError as error:
            raise OutputRefused(
                f"'{path}' cannot be written.", expected="a new file", got=str(error), fix="choose another name"
            ) from error
        return path


def _key(word: str) -> str:
    return word if re.fullmatch(r"[A-Za-z0-9_-]+", word) else json.dumps(word)


def _refused(name: str, expected: str, got: str) -> ImportRefused:
    return ImportRefused(
        f"the mapping '{name}' cannot be followed.", expected=expected, got=got, fix="docs/exports.md shows a mapping file"
    )
