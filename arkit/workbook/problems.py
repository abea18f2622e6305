"""What does not fit in a list that came back, gathered with its cell as it is found."""

import pandas as pd

from arkit.tables import PROBLEMS
from arkit.workbook import cells
from arkit.workbook.finding import Place


class Problems:
    """What does not fit, gathered as it is found, and in the end in the order of files, sheets and rows."""

    def __init__(self, places: list[Place]) -> None:
        self.places, self.parts, self.strangers = places, [PROBLEMS.empty().assign(place=0, row=0)], 0

    def add(
        self,
        rows: pd.DataFrame,
        key: str,
        problem: str | pd.Series,
        fix: str,
        *,
        got: pd.Series | None = None,
        taken: bool = False,
    ) -> None:
        """One problem for each row, in the cell of one column, with what stands there; ``taken``: it is in the notes too."""
        if not len(rows):
            return
        found = [self.places[place] for place in rows["place"]]
        cell = [place.cell(key, row) for place, row in zip(found, rows["row"], strict=True)]
        said = cells.texts(rows[key]) if got is None and key in rows else got
        about = rows.reindex(columns=["row_id", "customer_id"]).fillna("")
        about = about.assign(file=[place.file for place in found], sheet=[place.sheet for place in found], cell=cell)
        about = about.assign(problem=problem, got="" if said is None else said, fix=fix, taken=taken)
        self.parts.append(PROBLEMS.conform(about).assign(place=rows["place"], row=rows["row"]))

    def say(self, place: int, problem: str, fix: str, *, got: str = "", cell: str = "", taken: bool = False) -> None:
        """A problem of a whole sheet."""
        at = self.places[place]
        self.of_file(at.file, problem, fix, got=got, sheet=at.sheet, cell=cell, place=place, taken=taken)

    def of_file(
        self,
        file: str,
        problem: str,
        fix: str,
        *,
        got: str = "",
        sheet: str = "",
        cell: str = "",
        place: int = -1,
        taken: bool = False,
    ) -> None:
        """A problem of a whole file."""
        said = {"file": file, "sheet": sheet, "cell": cell, "problem": problem, "got": got, "fix": fix, "taken": taken}
        self.parts.append(PROBLEMS.conform(pd.DataFrame([said])).assign(place=place, row=0))

    def table(self) -> pd.DataFrame:
        """All of them, shape `PROBLEMS`."""
        parts = [part for part in self.parts if len(part)] or self.parts
        every = pd.concat(parts, ignore_index=True).sort_values(["place", "row"], kind="stable", ignore_index=True)
        return every[PROBLEMS.names]
