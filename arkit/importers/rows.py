"""What each row of a sheet is: an entry, a heading, a total, a footer, blank, or something nobody knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.importers import cells
from arkit.importers.cells import folded
from arkit.importers.exports import Export
from arkit.importers.headings import DATES, MONEY, Columns
from arkit.importers.sheets import Sheet, as_text
from arkit.money import NO_CURRENCY, plain

#: What a row can be in the end.
KINDS = ("entry", "heading", "total", "footer", "blank", "rejected")
#: Columns of dates and amounts that belong to a customer, not to a posting.
SOFT = ("since", "credit_limit", "rate")
#: A row that adds up others: 'Total', 'Total for Acme', 'Zwischensumme', 'Percentage of total'.
_SUM = (
    r"(?:grand |sub[- ]?|sous-|gesamt|zwischen|del|suma |summa )?"
    r"(?:totals?|totale?s?|totaal|totalt|summe|summa|gesamt|somme|suma|gesamtsumme|gesamtbetrag|totalsumma)"
)
TOTAL = re.compile(rf"(?:{_SUM}|percent(?:age)?s?)\b.*", re.IGNORECASE | re.DOTALL)
GRAND = re.compile(rf"{_SUM}(?: g[eé]n[eé]ral| geral| totalt)?\W*", re.IGNORECASE)
OF = re.compile(rf"^{_SUM}(?: for| of| f[üu]r| de)?[ :-]+", re.IGNORECASE)
PERCENT = re.compile("percent", re.IGNORECASE)
STAMP = re.compile(r"\s*(?:\w+day, |(?:accrual|cash) basis|page |seite |printed|generated|created|exported).*\d", re.IGNORECASE)
PRINTED_DAY = re.compile(
    r"\b(?:as[- ](?:of|at|on)(?: date)?|at|per|stand(?: vom)?|zum|stichtag|au|a fecha de|fecha de corte|al|em|data[- ]base|"
    r"peildatum)\b:?\s+(?=(\S.*))",
    re.IGNORECASE,
)
#: Words of a line that says when a report was made, which is not the day it shows.
MADE = re.compile(
    r"\b(printed|generated|created|exported|run|gedruckt|erstellt|ausgegeben|exportiert|imprim\w+|[ée]dit[ée]\w*|cr[ée][ée]\w*|"
    r"g[ée]n[ée]r[ée]\w*|generad\w+|impres[oa]|emitid[oa]|gerad[oa]|afgedrukt|aangemaakt)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Layout:
    """A sheet, ready to be read: its cells, which column is which, and the declaration that says so."""

    sheet: Sheet
    columns: Columns
    export: Export

    @property
    def headings(self) -> list[str]:
        """The row of headings as it stands, empty words where the sheet has none."""
        return self.sheet.row(self.columns.header) if self.columns.rows else [""] * self.sheet.cells.shape[1]

    def body(self) -> pd.DataFrame:
        """The rows below the headings, by their number in the file."""
        first = self.columns.first
        below = self.sheet.cells.iloc[first:].set_axis(range(first + 1, len(self.sheet.cells) + 1))
        if self.export.prepare:
            said = {at: column.fillna("").str.strip() if column.dtype == "str" else column for at, column in below.items()}
            below = pd.DataFrame(said, copy=False)
        return cells.stored(below)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows below the headings, by their number in the file.

    ``kind`` is what each row is and ``group`` the heading it stands under; of the rows that had to be looked at closely,
    ``text`` are the cells as text and ``label`` is the first filled one.
    """

    kind: pd.Series
    group: pd.Series
    text: pd.DataFrame
    label: pd.Series

    def are(self, kind: str) -> pd.Series:
        """Marks the rows of one kind."""
        return self.kind.eq(kind)

    def texts_of(self, kind: str) -> pd.DataFrame:
        """The cells, as text, of the rows of one kind among those that were looked at closely."""
        return self.text[self.kind[self.text.index].eq(kind)]


def classify(body: pd.DataFrame, layout: Layout) -> Rows:
    """What each row below the headings is; one with a day, an amount and a name or number is an entry without further look.

    Parameters
    ----------
    body
        The rows below the headings, as `cells.stored` gives them.
    """
    place = layout.columns.position
    dates, money, named = ([place[name] for name in place if name in of] for of in (*_posting_fields(), _NAMES))
    no = pd.Series(data=False, index=body.index)
    dated = _any((_has_digit(body.iloc[:, at]) for at in dates), no)
    plain_rows = dated & _any((_filled(body.iloc[:, at]) for at in money), no)
    plain_rows &= _any((_filled(body.iloc[:, at]) for at in named), no)
    for at in dates[:1]:
        plain_rows &= body.iloc[:, at].ne(layout.headings[at])
    kind = pd.Series("entry", index=body.index, dtype="str")
    odd = (body.head(0) if plain_rows.all() else body[~plain_rows]).apply(cells.texts)
    closely, label = _closely(odd, dated[~plain_rows], layout)
    kind[closely.index] = closely
    grouped = _nested if layout.export.nested else _groups
    return Rows(kind, grouped(odd, closely, body.index, layout.export.nested), odd, label)


def at_a_glance(sheet: Sheet, header: int | None = None) -> dict[str, int]:
    """What the rows of a sheet look like that is not read: a total says so, an entry has two cells or more.

    Parameters
    ----------
    header
        The index of the row of headings; without it the first row with two cells or more.
    """
    columns = [cells.texts(column) for _, column in sheet.cells.items()]
    filled = sum((column.ne("").astype("int64") for column in columns), pd.Series(0, index=sheet.cells.index))
    label = pd.Series("", index=sheet.cells.index, dtype="str")
    for column in reversed(columns):
        label = column.mask(column.eq(""), label)
    full = filled.gt(1)
    header = (int(full.to_numpy().argmax()) if full.any() else 0) if header is None else header
    kind = pd.Series("heading", index=filled.index, dtype="str").mask(full & (filled.index > header), "entry")
    kind = kind.mask(label.str.match(TOTAL), "total").mask(filled.eq(0), "blank")
    return dict.fromkeys(KINDS, 0) | {str(name): int(count) for name, count in kind.value_counts().items()}


_NAMES = ("customer_id", "customer_name", "document_id", "payment_id")


#: What may stand beside the sum in a row that adds up others and says no word.
_BESIDE = ("customer_id", "customer_name", "currency", "entity")


def _posting_fields() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(name for name in DATES if name not in SOFT), tuple(name for name in MONEY if name not in SOFT)


def _any(marks: Iterable[pd.Series], nothing: pd.Series) -> pd.Series:
    """Marks rows that any of some marks, looked at no further than needed."""
    for marked in marks:
        nothing = nothing | marked
        if nothing.all():
            break
    return nothing


def _filled(column: pd.Series) -> pd.Series:
    return column.ne("") & column.notna()


def _has_digit(column: pd.Series) -> pd.Series:
    """Marks cells with a digit in them, each distinct text looked at once."""
    if column.dtype.kind in "Mf":
        return column.notna()
    codes, distinct = pd.factorize(column)
    return pd.Series(
        np.array([bool(re.search("[0-9]", as_text(word))) for word in distinct] + [False])[codes], index=column.index
    )


def _closely(text: pd.DataFrame, dated: pd.Series, layout: Layout) -> tuple[pd.Series, pd.Series]:
    """What rows are that lack a day, an amount or a name, and the first filled cell of each."""
    columns, export = layout.columns, layout.export
    if text.empty:
        return pd.Series(dtype="str"), pd.Series(dtype="str")
    filled = ~text.isin([""])
    count = filled.sum(axis=1)
    at = filled.to_numpy().argmax(axis=1)
    label = pd.Series(text.to_numpy()[range(len(text)), at], index=text.index, dtype="str")
    days, sums = _posting_fields()
    dated = dated & ~_names_in_place_of_days(text, filled, label, layout)
    has = {of: [place for name, place in columns.position.items() if name in of] for of in (days, sums)}
    money = filled.iloc[:, has[sums]].any(axis=1)
    number = columns.position.get("document_id", -1)
    numbered = filled.iloc[:, number] & (at != number) if number >= 0 else pd.Series(data=False, index=text.index)
    lone = count.eq(1) & ~money
    subject = label.str.replace(OF, "", regex=True)
    closes = subject.isin(label[lone]) | label.str.fullmatch(GRAND)
    adds_up = label.str.match(TOTAL) & (closes | (money & count.gt(1)))
    if export.totals:
        adds_up |= label.str.startswith(export.totals)
    kind = pd.Series("entry", index=text.index, dtype="str")
    listing = bool(has[days] and has[sums]) and not export.filled_down
    undated = ~dated
    if listing:
        kind[undated & ~money] = "unknown"
    kind[undated & lone] = "heading"
    beside = [place for name, place in columns.position.items() if name in _BESIDE] if listing else []
    unnamed = [place for place in range(text.shape[1]) if place not in columns.position.values()]
    figures = text.iloc[:, unnamed].apply(lambda column: column.str.fullmatch(r"[-$€£(]*[0-9][0-9.,' ]*[%)-]?|[A-Z]{3}"))
    kind[undated & money & count.eq(filled.iloc[:, [*has[sums], *beside]].sum(axis=1) + figures.sum(axis=1))] = "total"
    kind[undated & adds_up & ~numbered] = "total"
    kind[undated & money & ~numbered & label.isin(label[lone])] = "total"
    if not listing:
        place = [columns.position[name] for name in ("customer_id", "customer_name") if name in columns.position]
        kind[lone & np.isin(at, place)] = "entry"
    kind[label.str.match(STAMP) & count.le(2)] = "footer"
    kind[_repeats_a_title(text, label, layout)] = "footer"
    kind[(text == layout.headings).all(axis=1)] = "heading"
    kind[count.eq(0)] = "blank"
    return kind, label


def _names_in_place_of_days(text: pd.DataFrame, filled: pd.DataFrame, label: pd.Series, layout: Layout) -> pd.Series:
    """Marks rows that begin in a column of dates with what is no day, such as the heading '7 Sisters Catering'."""
    place = [at for field, at in layout.columns.position.items() if field in _posting_fields()[0]]
    if not place:
        return pd.Series(data=False, index=text.index)
    days = text.iloc[:, place]
    begins = filled.iloc[:, place].sum(axis=1).eq(1) & days.eq(label, axis=0).any(axis=1)
    return begins & ~label.where(begins, "").map(cells.could_be_day).astype("bool")


def _repeats_a_title(text: pd.DataFrame, label: pd.Series, layout: Layout) -> pd.Series:
    """Marks rows that repeat one above the headings, figures aside: the heads of printed pages."""
    above = [layout.sheet.row(index) for index in range(layout.columns.header)]
    titles = {_without_figures("".join(row)) for row in above} - {""}
    first = {_without_figures(next(filter(None, row), "")) for row in above} - {""}
    near = label[label.map(_without_figures).isin(first)]
    same = text.loc[near.index].agg("".join, axis=1).map(_without_figures).isin(titles) if len(near) else near
    return pd.Series(text.index.isin(near.index[same.astype("bool")]), index=text.index)


def _without_figures(text: str) -> str:
    return re.sub(r"[\d\s]+", "", text)


def _groups(text: pd.DataFrame, kind: pd.Series, index: pd.Index, _: str) -> pd.Series:
    """The heading each row stands under: that of the last row with nothing but a heading in it, none after a total."""
    headings = text[kind.eq("heading")]
    lone = headings[(~headings.isin([""])).sum(axis=1).eq(1)]
    if lone.empty:
        return pd.Series("", index=index, dtype="str")
    named = lone.agg("".join, axis=1).reindex(index)
    closed = kind.eq("total").reindex(index, fill_value=False)
    return named.mask(closed, "").ffill().fillna("").astype("str")


def _nested(text: pd.DataFrame, kind: pd.Series, index: pd.Index, sign: str) -> pd.Series:
    """The headings each row stands under: one that a later total names is open until that total, others until the next."""
    filled = ~text.isin([""])
    lone = kind.eq("heading") & filled.sum(axis=1).eq(1)
    words = pd.Series(text.where(filled).bfill(axis=1).iloc[:, 0], dtype="str").fillna("")
    total = kind.eq("total")
    subject = words.mask(total, words.str.replace(OF, "", regex=True).str.replace(r" with sub-.*$", "", regex=True))
    events = subject[lone | total]
    left = subject[total].value_counts().to_dict()
    path: list[tuple[str, bool]] = []
    named: list[str] = []
    for word, closes in zip(events, total[events.index], strict=True):  # as many turns as there are headings
        if closes:
            left[word] -= 1
            open_ = [level[0] for level in path]
            path = path[: open_.index(word)] if word in open_ else []
        else:
            path = [*(level for level in path if level[1]), (word, left.get(word, 0) > 0)]
        named.append(sign.join(level[0] for level in path))
    return pd.Series(named, index=events.index, dtype="str").reindex(index).ffill().fillna("").astype("str")


def differences(rows: Rows, columns: Columns, amounts: list[pd.DataFrame], decimal: str) -> list[str]:
    """Totals that a sheet prints and its rows do not add up to, each in words.

    A total is compared with the rows since any heading or total above it, or all of them; it is right if one fits. One
    that says a currency is compared with the rows of that currency.

    Parameters
    ----------
    amounts
        The typed rows, in each way in which they may be meant: as they stand, with signs put right, without what is not
        owed.
    """
    label = rows.label[rows.texts_of("total").index]
    label = label[~label.str.match(PERCENT)]
    found: list[str] = []
    for name in ("open_amount", "amount"):
        if label.empty or name not in columns.position or name not in amounts[0]:
            continue
        cell = rows.text.loc[label.index].iloc[:, columns.position[name]]
        printed = cells.amounts({name: cell}, cells.Proof(), decimal, "")[name].dropna()
        for of, kept in _by_currency(printed, rows, columns, amounts, name):
            sums = pd.concat([_nearest_sum(rows, label[of.index], each, of) for each in kept], axis=1)
            apart = sums.sub(of, axis=0).abs()
            wrong = apart.min(axis=1).round(4).gt(0)
            nearest = sums.to_numpy()[np.arange(len(sums)), apart.to_numpy().argmin(axis=1)] if len(sums) else np.array([])
            found += [
                f"row {row} '{words}' prints {plain(shown, NO_CURRENCY)}, its rows add up to {plain(added, NO_CURRENCY)}"
                for row, words, shown, added in zip(of.index, label[of.index], of, nearest, strict=True)
                if wrong[row]
            ]
    return found


def _by_currency(
    printed: pd.Series, rows: Rows, columns: Columns, amounts: list[pd.DataFrame], name: str
) -> list[tuple[pd.Series, list[pd.Series]]]:
    """Printed totals with the amounts they may add up: all, or in lists of several currencies those of the one they say."""
    codes = amounts[0]["currency"].unique() if "currency" in columns.position and "currency" in amounts[0] else []
    if len(codes) < 2:
        return [(printed, [each[name] for each in amounts])]
    said = rows.text.loc[printed.index].iloc[:, columns.position["currency"]].str.upper()
    return [
        (printed[said.eq(code)], [each[name].where(each["currency"].eq(code)) for each in amounts])
        for code in codes
        if said.eq(code).any()
    ]


def _nearest_sum(rows: Rows, label: pd.Series, amounts: pd.Series, printed: pd.Series) -> pd.Series:
    """What the rows add up to that each total can mean, the sum nearest to what it prints."""
    so_far = (amounts.fillna(0) * 1e4).round().reindex(rows.kind.index, fill_value=0).cumsum()
    heads = folded(rows.label[rows.texts_of("heading").index])
    subject = folded(label.str.replace(OF, "", regex=True)).str.replace(r" with sub-.*$", "", regex=True)
    totals = pd.DataFrame({"row": label.index, "subject": subject.array})
    named = pd.merge_asof(
        totals,
        pd.DataFrame({"row": heads.index, "subject": heads.array, "start": heads.index.astype("float64")}),
        on="row",
        by="subject",
    )["start"]
    named = named.where(~label.str.fullmatch(GRAND).to_numpy())
    bounds = np.sort(np.r_[heads.index.to_numpy(), rows.kind.index[rows.are("total")].to_numpy()])
    before = np.searchsorted(bounds, totals["row"]) - 1
    since = pd.Series(np.where(before >= 0, bounds[before], -1))
    through = so_far[label.index].to_numpy()
    fits = _fitting(so_far, bounds, label.index, printed)
    sums = [through - so_far.reindex(start).fillna(0).to_numpy() for start in (named, since)] + [through, fits]
    sums = np.column_stack(sums) / 1e4
    sums[named.isna(), 0] = np.nan
    sums[named.notna(), 1:] = np.nan
    nearest = np.nanargmin(np.abs(sums - printed.to_numpy()[:, None]), axis=1)
    return pd.Series(sums[np.arange(len(sums)), nearest], index=label.index)


def _fitting(so_far: pd.Series, bounds: np.ndarray, rows: pd.Index, printed: pd.Series) -> np.ndarray:
    """What each total prints, if that is the sum of the rows since some heading or total above it; else missing."""
    wanted = so_far[rows].to_numpy() - (printed * 1e4).round().to_numpy()
    first = pd.Series(bounds, index=so_far[bounds].to_numpy()).groupby(level=0).min()
    start = first.reindex(wanted).to_numpy()
    return np.where(start < rows.to_numpy(), (printed * 1e4).round().to_numpy(), np.nan)


#: Words that say the day of a list beyond doubt, also in a line that says when it was made.
SHOWN = re.compile(r"as[- ](?:of|at|on)|stichtag|stand|fecha de corte|peildatum", re.IGNORECASE)


def printed_day(sheet: Sheet, columns: Columns, order: str | None) -> pd.Timestamp | None:
    """The day that a title above the header prints, 'As of Jun 30, 2026', if its order is beyond doubt."""
    for index in range(columns.header):
        title = " ".join(filter(None, sheet.row(index)))
        made = bool(MADE.search(title))
        for found in (found for found in PRINTED_DAY.finditer(title) if not made or SHOWN.match(found[0])):
            words = found[1].split()[:5]
            tried = [" ".join(words[:count]).strip(",.;)") for count in range(len(words), 0, -1)]
            days = [cells.day(text, order) for text in tried if len(text) > 5]
            if any(day is not None for day in days):
                return next(day for day in days if day is not None)
    return None
