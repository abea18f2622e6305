"""Postings as arrays, and what they add up to at the end of a day, or of many days in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from arkit.money import to_major, to_minor
from arkit.tables import KINDS

#: What makes two postings belong to one document.
KEY = ["entity", "customer_id", "currency", "document_id"]
#: Kinds that create a document, in the order in which they decide what the document is.
CREATING = ("invoice", "credit_note", "adjustment")
#: What a document takes over from the posting that creates it.
TAKEN_OVER = [
    *KEY,
    "instalment",
    "kind",
    "due_date",
    "terms_days",
    "terms",
    "reference",
    "salesperson",
    "rate",
    "electronic",
    "source",
]
#: What `Postings.at` and `Postings.open_on` return for each document.
COLUMNS = [
    *TAKEN_OVER, "issued", "amount", "open_amount", "settled_on",
    "paid_amount", "last_paid_on", "payments", "bounced", "returned_on", "written_off",
]  # fmt: skip
#: Per kind, in the order of `KINDS`, which of the postings of a document creates it.
_RANK = np.array([CREATING.index(kind) if kind in CREATING else len(CREATING) for kind in KINDS], dtype="int8")
_CREATES = len(CREATING) > _RANK
#: The day of a payment that there was none of.
_NEVER = -(10**7) - 1


@dataclass(frozen=True, eq=False)
class Postings:
    """Postings as arrays, those of a document side by side and the creating one first.

    ``row`` is the place of a posting in ``entries``, ``document`` the code of its document, ``minor`` its amount in minor
    units, ``kind`` its place in `KINDS`.
    """

    entries: pd.DataFrame
    row: np.ndarray
    document: np.ndarray
    day: np.ndarray
    minor: np.ndarray
    kind: np.ndarray

    @classmethod
    def of(cls, entries: pd.DataFrame) -> "Postings":
        """All postings, arranged."""
        codes, names = pd.factorize(entries["kind"])
        kind = np.array([*map(KINDS.index, names), 0], dtype="int8")[codes]
        document = _codes(entries)
        row = np.argsort(document, kind="stable")
        rank = _RANK[kind] if len(kind) else kind
        by = [rank, entries["date"].to_numpy(), entries["due_date"].to_numpy(), kind, entries["terms_days"].to_numpy()]
        if not _in_order(document[row], [key[row] for key in by]):
            row = np.lexsort((*reversed(by), document))
        minor = to_minor(entries["amount"], entries["currency"])
        return cls(entries, row, document[row], entries["date"].to_numpy()[row], minor[row], kind[row])

    def at(self, as_of: pd.Timestamp) -> pd.DataFrame:
        """One row per document, or instalment of one, with a posting up to ``as_of``: what opened it and its exact sums."""
        known = self.day <= as_of.to_datetime64()
        postings = self if known.all() else self._where(known)
        postings = postings.by_instalment()
        if not len(postings.row):
            return pd.DataFrame(columns=COLUMNS)
        starts = postings._starts
        table = postings._table(
            postings.row[starts], {name: np.add.reduceat(part, starts) for name, part in postings._parts.items()}
        )
        # a posting of nothing settles nothing
        moved = np.where(postings.minor != 0, postings.day, postings.day[starts][postings.of_document])
        last = pd.Series(np.maximum.reduceat(moved, starts))
        days = {name: _days(np.maximum.reduceat(of, starts)) for name, of in postings._last_days.items()}
        return table.assign(settled_on=last.where(table["open_amount"].eq(0)), **days)[COLUMNS]

    def open_on(self, days: Sequence[pd.Timestamp]) -> pd.DataFrame:
        """What `at` returns for each of some days that rise, in one pass: ``as_of`` and rows with an open amount only."""
        ends = np.array([day.to_datetime64() for day in days], dtype=self.day.dtype)
        odd = self._opened_later | self._in_instalments
        parts = [self._where(~odd)._open_in_one_pass(ends)]
        if odd.any():
            others = self._where(odd)
            found = [(day, others.at(day)) for day in days]
            parts += [table[table["open_amount"].ne(0)].assign(as_of=day) for day, table in found]
        table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        return table[["as_of", *COLUMNS]].sort_values("as_of", kind="stable", ignore_index=True)

    def _open_in_one_pass(self, ends: np.ndarray) -> pd.DataFrame:
        """Sums per document and the first of ``ends`` that knows a posting, run on through the days until the next."""
        seen = np.searchsorted(ends, self.day, side="left")
        known = seen < len(ends)
        postings, seen = (self, seen) if known.all() else (self._where(known), seen[known])
        if not len(postings.row):
            return pd.DataFrame(columns=["as_of", *COLUMNS])
        cell = postings.of_document * len(ends) + seen
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
        document, end = np.divmod(cell[starts], len(ends))
        first = np.flatnonzero(np.r_[True, document[1:] != document[:-1]])
        base = np.repeat(first, np.diff(np.r_[first, len(document)]))

        def run_on(part: np.ndarray) -> np.ndarray:
            running = np.cumsum(np.add.reduceat(part[order], starts))
            return running - np.r_[0, running][base]

        sums = {name: run_on(part) for name, part in postings._parts.items()}
        span = np.int64(10**8)  # more days than any two postings are apart

        def latest(of: np.ndarray) -> np.ndarray:
            return np.maximum.accumulate(np.maximum.reduceat(of[order], starts) + document * span) - document * span

        until = np.r_[np.where(document[1:] == document[:-1], end[1:], len(ends)), len(ends)]
        lasts = np.where(sums["open_amount"] != 0, until - end, 0)
        at = np.repeat(np.arange(len(lasts)), lasts)
        day = end[at] + np.arange(len(at)) - np.repeat(np.cumsum(lasts) - lasts, lasts)
        table = postings._table(postings.row[postings._starts][document[at]], {name: total[at] for name, total in sums.items()})
        blank = pd.Series(pd.NaT, index=table.index, dtype="datetime64[s]")
        days = {name: _days(latest(of)[at]) for name, of in postings._last_days.items()}
        return table.assign(as_of=ends[day], settled_on=blank, **days)[["as_of", *COLUMNS]]

    def _table(self, opening: np.ndarray, sums: dict[str, np.ndarray]) -> pd.DataFrame:
        """Documents by the postings that open them, amounts in major units."""
        table = self.entries[TAKEN_OVER].iloc[opening].reset_index(drop=True)
        table["issued"] = self.entries["date"].to_numpy()[opening]
        currency = table["currency"]
        money = {name: to_major(sums[name], currency) for name in ("amount", "open_amount", "paid_amount", "written_off")}
        return table.assign(**money, payments=sums["payments"], bounced=sums["bounced"])

    def _where(self, chosen: np.ndarray) -> "Postings":
        if chosen.all():
            return self
        return Postings(self.entries, *(array[chosen] for array in (self.row, self.document, self.day, self.minor, self.kind)))

    @cached_property
    def _starts(self) -> np.ndarray:
        """Where each document begins."""
        return np.flatnonzero(np.r_[True, self.document[1:] != self.document[:-1]]) if len(self.row) else np.zeros(0, "int64")

    @cached_property
    def of_document(self) -> np.ndarray:
        """For each posting how many documents stand before its own."""
        return np.repeat(np.arange(len(self._starts)), np.diff(np.r_[self._starts, len(self.row)]))

    @cached_property
    def _parts(self) -> dict[str, np.ndarray]:
        """What each posting adds to the sums of its document, in minor units and counts."""
        opening = self.kind[self._starts][self.of_document]
        side = np.sign(self.minor[self._starts])[self.of_document]
        paid, returned, given_up = (self.kind == KINDS.index(name) for name in ("payment", "return", "write_off"))
        # documents that are themselves payments pay nothing but wait to be applied
        pays = (paid | returned) & _CREATES[opening]
        return {
            "amount": np.where((self.kind == opening) & (np.sign(self.minor) == side), self.minor, 0),
            "open_amount": self.minor,
            "paid_amount": np.where(pays, -self.minor, 0),
            "written_off": np.where(given_up, -self.minor, 0),
            "payments": paid.astype("int64"),
            "bounced": returned.astype("int64"),
        }

    @cached_property
    def _last_days(self) -> dict[str, np.ndarray]:
        """The day of each payment, and of each payment returned, as a number of days; far in the past for what is none."""
        days = self.day.astype("datetime64[D]").astype("int64")
        kinds = {"last_paid_on": KINDS.index("payment"), "returned_on": KINDS.index("return")}
        return {name: np.where(self.kind == kind, days, _NEVER) for name, kind in kinds.items()}

    @cached_property
    def _opened_later(self) -> np.ndarray:
        """Marks postings of documents whose opening posting is not their earliest: before its day another one opens them."""
        if not len(self.row):
            return np.zeros(0, dtype="bool")
        return (np.minimum.reduceat(self.day, self._starts) < self.day[self._starts])[self.of_document]

    @cached_property
    def _label(self) -> np.ndarray:
        """For each posting the instalment it names, as a number; -1 if none."""
        named = self.entries["instalment"]
        blank = named.eq("")
        return np.full(len(self.row), -1) if blank.all() else pd.factorize(named.mask(blank))[0][self.row]

    @cached_property
    def _in_instalments(self) -> np.ndarray:
        """Marks postings of documents of which an instalment was created."""
        created = (self._label >= 0) & _CREATES[self.kind]
        return np.logical_or.reduceat(created, self._starts)[self.of_document] if created.any() else created

    def by_instalment(self) -> "Postings":
        """The same with each instalment as a document of its own; documents come in the order in which `at` lists them."""
        if not self._in_instalments.any():
            return self
        whole, apart = self._where(~self._in_instalments), self._where(self._in_instalments)
        pieces = _spread(apart, apart.entries["due_date"].to_numpy()[apart.row])
        at, slot = pieces["at"].to_numpy(), pieces["slot"].to_numpy()
        width = slot.max() + 1
        document = np.r_[whole.document * width, apart.document[at] * width + slot]
        day, kind = np.r_[whole.day, apart.day[at]], np.r_[whole.kind, apart.kind[at]]
        order = np.lexsort((day, _RANK[kind], document))
        row, minor = np.r_[whole.row, apart.row[at]], np.r_[whole.minor, pieces["minor"].to_numpy()]
        return _Apart(self.entries, *(array[order] for array in (row, document, day, minor, kind)))


class _Apart(Postings):
    """Postings whose instalments are documents already."""

    @cached_property
    def _in_instalments(self) -> np.ndarray:
        return np.zeros(len(self.row), dtype="bool")


def _spread(postings: Postings, due: np.ndarray) -> pd.DataFrame:
    """Postings of documents in instalments, in pieces: the place ``at`` which each stands, its ``slot`` and ``minor`` units.

    A posting that names an instalment stands on it. What else lowers a document pays the oldest due first: of ``n`` paid in
    all an instalment has ``clip(n - due before it, 0, its own)``, so that a returned payment re-opens what was paid last;
    what is paid beyond them all stands on the last.
    """
    creates = _CREATES[postings.kind]
    table = pd.DataFrame({"document": postings.document, "label": postings._label, "minor": postings.minor, "due": due})
    table["at"] = np.arange(len(table))
    plan = table[creates].groupby(["document", "label"], sort=False).agg(owed=("minor", "sum"), due=("due", "min"))
    plan = plan.reset_index().sort_values(["document", "due"], kind="stable", ignore_index=True)
    plan["slot"] = plan.groupby("document").cumcount()
    slot = table.merge(plan, how="left", on=["document", "label"])["slot"]
    pooled = ~creates & (table["label"].lt(0) | slot.isna())
    stands = table.assign(slot=slot)[~pooled]
    named = stands[~creates[~pooled]].groupby(["document", "slot"])["minor"].sum().rename("named")
    plan = plan.join(named, on=["document", "slot"])
    left = (plan["owed"] + plan["named"].fillna(0).astype("int64")).clip(lower=0)
    above = left.groupby(plan["document"]).cumsum()
    ends, far = plan["document"].duplicated(keep="last"), np.int64(2**62)
    plan = plan.assign(low=(above - left).mask(plan["slot"].eq(0), -far), high=above.where(ends, far))
    pool = table[pooled]
    pool = pool.assign(to=(-pool["minor"]).groupby(pool["document"]).cumsum())
    pairs = pool[["document", "at", "minor", "to"]].merge(plan[["document", "slot", "low", "high"]], on="document")
    start = (pairs["to"] + pairs["minor"]).clip(pairs["low"], pairs["high"])
    pairs["minor"] = start - pairs["to"].clip(pairs["low"], pairs["high"])
    pieces = pd.concat([stands, pairs[pairs["minor"].ne(0)]], ignore_index=True)
    return pieces[["at", "slot", "minor"]].astype("int64")


def _days(numbers: np.ndarray) -> pd.Series:
    """Days by their number; missing where that is far in the past."""
    never = numbers < -(10**7)
    days = pd.Series(np.where(never, 0, numbers).astype("datetime64[D]").astype("datetime64[s]"))
    return days.mask(never)


def _codes(entries: pd.DataFrame) -> np.ndarray:
    """The document of each posting as a number, in the order in which documents first appear."""
    codes = np.zeros(len(entries), dtype="int64")
    span = 1
    for name in KEY:
        part, distinct = pd.factorize(entries[name])
        span *= max(1, len(distinct))
        if span >= np.iinfo("int64").max:
            return entries.groupby(KEY, sort=False, dropna=False).ngroup().to_numpy()
        codes = codes * len(distinct) + part if len(distinct) > 1 else codes
    return pd.factorize(codes)[0]


def _in_order(document: np.ndarray, keys: list[np.ndarray]) -> bool:
    """Whether postings that lie together by document are in the order of ``keys`` already, as they are in most exports."""
    same = document[1:] == document[:-1]
    for key in keys:
        before, after = key[:-1][same], key[1:][same]
        rising = (before < after) | (pd.isna(after) & ~pd.isna(before))
        if (~rising & (before != after) & ~(pd.isna(before) & pd.isna(after))).any():
            return False
        same[same] = ~rising
    return True
