"""How arkit says no: what happened, what was expected, what was found, and how to settle it."""


class ArkitError(ValueError):
    """A refusal in four lines: what, expected, got, fix.

    Examples
    --------
    >>> print(ArkitError("no day is given.", expected="a day", got="nothing", fix="say --as-of 2026-10-31"))
    no day is given.
      expected: a day
      got: nothing
      fix: say --as-of 2026-10-31
    """

    def __init__(self, what: str, *, expected: str, got: str, fix: str) -> None:
        self.what, self.expected, self.got, self.fix = what, expected, got, fix
        super().__init__(f"{what}\n  expected: {expected}\n  got: {got}\n  fix: {fix}")


class ImportRefused(ArkitError):
    """A file cannot be read without guessing."""


class DayRefused(ArkitError):
    """The ledger cannot answer for that day truthfully."""


class TableRefused(ArkitError):
    """A table lacks a column it must have, or holds values that cannot be what the column says."""


class PolicyRefused(ArkitError):
    """A policy file says something that arkit cannot follow."""


class ForecastRefused(ArkitError):
    """A forecast cannot be made truthfully from what is at hand."""


class BookRefused(ArkitError):
    """The book cannot be read or written truthfully."""


class OutputRefused(ArkitError):
    """Writing would overwrite something that may be somebody's work."""


class ArkitWarning(UserWarning):
    """The result is right but may surprise; the message says why."""


def some(values: list[str], most: int = 3) -> str:
    """The first few of many values as one phrase, and how many more there are.

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    shown = ", ".join(values[:most])
    rest = len(values) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2500, "row"), counted(2, "copy", "copies")
    ('1 row', '2,500 rows', '2 copies')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
