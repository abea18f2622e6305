"""Rows of a sheet that are not used, each with its reason; nothing is lost silently."""

import pandas as pd

from arkit.errors import ImportRefused, counted, some
from arkit.importers import cells
from arkit.importers.headings import normal
from arkit.importers.kinds import NOT_OWED
from arkit.importers.rows import Layout, Rows
from arkit.importers.sheets import Sheet, as_text
from arkit.tables import REJECTS

#: What tells the rows of a table apart.
NUMBER = {"documents": "document_id", "payments": "payment_id", "credit notes": "credit_note_id", "customers": "customer_id"}


def unreadable(proof: cells.Proof, rows: Rows, sheet: Sheet, most: int) -> pd.DataFrame:
    """Cells that cannot be read and rows nobody knows, as rejects, if they are in no more rows than the user allows."""
    reasons = [(row, f"{name}: '{text}' {why}") for row, name, text, why in sorted(proof.bad)]
    unknown = rows.texts_of("unknown")
    said = [" | ".join(filter(None, row)) for row in unknown.itertuples(index=False, name=None)]
    reasons += [(int(row), f"neither entry nor total: '{words[:80]}'") for row, words in zip(unknown.index, said, strict=True)]
    count = len({row for row, _ in reasons})
    if count > most:
        what = f"{counted(len(unknown), 'row')} of no kind that arkit knows" if len(unknown) else ""
        what = f"{counted(len(proof.bad), 'cell')} could not be read" + (f", and {what}" if what else "") if proof.bad else what
        raise ImportRefused(
            f"{what}.",
            expected=f"at most {most:,} rows with such cells",
            got=some([f"{sheet.file} row {row}, {why}" for row, why in sorted(reasons)], 5),
            fix=f"correct the export, or leave those rows out with --max-rejects {count}",
        )
    reasons = sorted(reasons)
    return rejected(sheet, [row for row, _ in reasons], [why for _, why in reasons])


def left_out(
    typed: pd.DataFrame, entries: pd.DataFrame, holds: str, layout: Layout, shared: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that are no debts: exact copies, drafts and voided documents, rows without customer, date or amount."""
    sheet, export = layout.sheet, layout.export
    headings = [normal(heading) for heading in layout.headings]
    reasons = [] if export.lines else ["an exact copy of row " + _copied(typed, entries, holds, shared).astype("str")]
    for heading, wanted in export.only.items():
        said = words_under(entries, headings, heading, typed.index)
        reasons.append(f"not of receivables: its {heading} is '" + said[~cells.folded(said).isin(wanted)] + "'")
    for name in [name for name in ("status", "kind") if name in typed and holds == "documents"]:
        reasons.append(f"not owed: its {name} is '" + typed[name][cells.says(typed[name], NOT_OWED)] + "'")
    for heading, wanted in export.not_owed.items():
        said = words_under(entries, headings, heading, typed.index)
        reasons.append(f"not owed: its {heading} is '" + said.loc[_says(said, wanted).to_numpy()] + "'")
    needed = {"documents": ["date"], "payments": ["date", "amount"], "credit notes": ["date", "amount"], "notes": ["date"]}
    amount = ["amount"] if holds == "documents" and "open_amount" not in typed else []
    if holds == "documents" and "open_amount" in typed:
        money = typed[[name for name in ("open_amount", "amount", "paid_amount") if name in typed]]
        reasons.append(pd.Series("it has no open_amount", index=typed.index[money.isna().all(axis=1)], dtype="str"))
    for name in [*needed.get(holds, []), *amount]:
        reasons.append(pd.Series(f"it has no {name}", index=typed.index[typed[name].isna()], dtype="str"))
    if "customer_id" in typed:
        blank = typed["customer_id"].eq("")
        if holds == "notes" and "document_id" in typed:  # the document may name the customer
            blank &= typed["document_id"].eq("")
        nobody = typed.index[blank]
        reasons.append(pd.Series("it names no customer", index=nobody, dtype="str"))
    if holds == "customers":
        again = typed["customer_id"][typed["customer_id"].duplicated()]
        reasons.append("customer " + again + " is listed before")
    first = pd.concat(reasons)
    first = first[~first.index.duplicated()].sort_index()
    kept = typed.drop(index=first.index) if len(first) else typed
    return kept, rejected(sheet, list(first.index), list(first))


def _copied(typed: pd.DataFrame, entries: pd.DataFrame, holds: str, shared: pd.Series) -> pd.Series:
    """For each exact copy the row it copies; rows without a number are never copies, for two may be alike."""
    number = NUMBER.get(holds, "date")
    if not shared.any():
        return pd.Series(dtype="int64")
    alike = shared & typed[number].astype("str").ne("")
    owner = typed["customer_id" if "customer_id" in typed else number]
    rows = pd.Series(typed.index[alike], index=typed.index[alike], dtype="int64")
    same = [column for _, column in entries.loc[rows].items()] + [owner[alike]]
    first = rows.groupby(same, sort=False, dropna=False).transform("first") if len(rows) else rows
    return first[first.ne(rows)]


def _says(said: pd.Series, words: tuple[str, ...]) -> pd.Series:
    """Marks cells that say one of some words; 'void*' is any that begins so, '*' any at all."""
    folded = cells.folded(said)
    marks = folded.isin(words)
    for word in (word for word in words if word.endswith("*")):
        marks |= folded.ne("") & folded.str.startswith(word.removesuffix("*"))
    return marks.astype("bool")


def words_under(entries: pd.DataFrame, headings: list[str], heading: str, rows: pd.Index) -> pd.Series:
    """What rows say under a heading; nothing where no such column is there."""
    if normal(heading) not in headings:
        return pd.Series(dtype="str")
    return cells.texts(entries.iloc[:, headings.index(normal(heading))])[rows]


def told(rejects: pd.DataFrame) -> list[str]:
    """Sentences about the rows that are not used, one for each kind of reason."""
    kinds = rejects["reason"].str.replace(r"\d+", "n", regex=True).str.split(":").str[0]
    said = []
    for _, same in rejects.groupby(kinds, sort=False):
        where = some([f"row {row}: {reason}" for row, reason in zip(same["row"], same["reason"], strict=True)])
        said.append(f"{counted(len(same), 'row')} not used: {where}")
    return said


def rejected(sheet: Sheet, rows: list[int], reasons: list[str]) -> pd.DataFrame:
    """Rows of a sheet that are not used, each with its reason and what it says."""
    taken = sheet.cells.iloc[[row - 1 for row in rows]] if rows else sheet.cells.head(0)
    said = taken.itertuples(index=False, name=None)
    values = [" | ".join(filter(None, map(as_text, row)))[:200] for row in said]
    table = pd.DataFrame({"row": pd.Series(rows, dtype="int64"), "reason": reasons, "values": values})
    return table.astype({"reason": "str", "values": "str"})  # also where there are none


def together(tables: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """All rows not used, over all files; each table with the name of the file it is of."""
    filled = [table.assign(file=file) for file, table in tables if len(table)]
    return REJECTS.conform(pd.concat(filled, ignore_index=True)) if filled else REJECTS.empty()
