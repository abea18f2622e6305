"""The difference between the ledger and the books, and what would explain it.

Nothing here decides: a candidate *would* explain so much of a difference, and whoever keeps the books finds out whether it
does. Amounts are compared in minor units. A single candidate that fits exactly comes first, then a sum of few that does,
then what comes near. Where several fit, all are listed, for the amounts alone do not tell which it is.
"""

import re
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from arkit.candidates import KINDS, RANK, find_candidates
from arkit.errors import ArkitError, counted, some
from arkit.ledger import Ledger
from arkit.money import NO_CURRENCY, decimals, text, to_minor, totals
from arkit.policy import DEFAULT, Policy
from arkit.sums import ANY, PAIRS, TRIPLES, find_sums
from arkit.tables import RECONCILIATION

#: A control total: an amount, the code of its currency before it where there are several.
CONTROL = re.compile(r"(?:([^\s=]+)\s*=\s*)?([+-]?\d+(?:\.\d*)?)")
#: How to give a control total, said where none is given.
HOW = (
    "No control total was given. To see whether the ledger ties to the books, say --control-total with the balance of the "
    "receivables account on the same day, or set CONTROL_TOTAL in the notebook."
)
NOTHING = (
    "look for what exports cannot show: a customer, a company or a journal that was not exported, a manual posting on the "
    "receivables account, a control total of another account or day"
)
#: What amounts of a kind are added up over, the widest first.
SCOPES = {"all": [], "entity": ["entity"], "posting": ["posting"], "customer": ["customer_id"], "oldest": [], "one": []}
#: Scopes that are no plain sums, and kinds that are sums even of one document.
ALONE = ("one", "oldest")
WHOLE = ("customer left out", "entity left out")
#: Kinds with very many amounts: one of them fits by chance now and then.
MANY = {kind.word for kind in KINDS if kind.many}
#: Candidates that are no document, posting or row.
OTHERS = {
    "another day": "the ledger stood at exactly the control total at the end of another day",
    "another currency": "the total of another currency, added at no rate or taken for this one's",
    "swapped digits": "two neighbouring digits of the control total exchanged; of a document: a hint",
    "rounding": "exact: of the whole total, or of each document, to whole units; within: half a minor unit a document at most",
    "no document": "the control total names a currency that the exports do not",
    "none found": "nothing explains all of it",
    "nothing": "ledger and books are equal",
}
#: So many of one kind are listed where several fit, and so many sums.
MOST = 3
#: Of kinds with very many amounts one that is left over by more than one in so many says nothing.
NEAR = 20


def control_totals(said: str | None, documents: pd.DataFrame) -> dict[str, float]:
    """The books' balance per currency, as it was said: '12345.67', or 'EUR=12345.67,USD=10'.

    One amount alone is of the currency of the documents that are open, or of all where none is.

    Raises
    ------
    ArkitError
        If it cannot be read, is one figure for several currencies, or names a currency twice.

    Examples
    --------
    >>> control_totals("eur=10.50, USD=-3", pd.DataFrame({"currency": ["EUR"], "open_amount": [1.0]}))
    {'EUR': 10.5, 'USD': -3.0}
    """
    if not said:
        return {}
    is_open = documents["open_amount"].ne(0)
    currencies = sorted(set(documents.loc[is_open, "currency"])) or sorted(set(documents["currency"]))
    pairs = [CONTROL.fullmatch(pair.strip()) for pair in said.split(",")]
    stated = {pair[1].upper(): float(pair[2]) for pair in pairs if pair and pair[1]}
    one = pairs[0] if len(pairs) == 1 and not stated else None
    if not one and len(stated) < len(pairs):
        raise ArkitError(
            "the control total cannot be read.",
            expected="an amount, 12345.67, or one per currency, EUR=12345.67,USD=10",
            got=repr(said),
            fix="write amounts without thousands separators, and each currency once",
        )
    if not one:
        return stated
    if len(currencies) > 1:
        raise ArkitError(
            "one control total cannot hold for several currencies.",
            expected=f"one amount for each of {', '.join(currencies)}",
            got=repr(said),
            fix="say --control-total " + ",".join(f"{currency}=AMOUNT" for currency in currencies),
        )
    return dict.fromkeys(currencies or [NO_CURRENCY], float(one[2]))


def reconcile(ledger: Ledger, documents: pd.DataFrame, control_total: str | None, policy: Policy = DEFAULT) -> pd.DataFrame:
    """What would explain the difference to the books, shape `RECONCILIATION`, best explanation first in each currency.

    Candidates are credit not applied, postings dated on the day or later, rows not used, documents that look alike, drafts,
    customers and companies left out, disputed documents, short payments, write-offs, payments missing or posted twice,
    signs and digits exchanged, another day, another currency, rounding. A currency that ties has one row that says so; one
    without a control total has none.

    Parameters
    ----------
    documents
        The ledger on the day of the control total, ``ledger.at(day)``.
    control_total
        See `control_totals`; nothing to compare where it is None.

    Raises
    ------
    ArkitError
        As `control_totals` does.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> table = reconcile(ledger, ledger.at("2026-10-31"), "EUR=414878.99")
    >>> table[["candidate", "amount", "explains", "left_over"]].head(1).to_dict("records")
    [{'candidate': 'unapplied credit', 'amount': -1050.67, 'explains': 'exact', 'left_over': 0.0}]
    """
    cases = _cases(documents, control_totals(control_total, documents))
    if not cases:
        return RECONCILIATION.empty()
    differences = {case.currency: case.difference for case in cases if case.difference and case.documents}
    items = find_candidates(ledger, documents, differences, policy)
    groups = _groups(items, differences)
    names = ledger.customers.drop_duplicates("customer_id").set_index("customer_id")["name"]
    books = _Books(totals(documents), _balances(ledger) if differences else pd.DataFrame())
    rows: list[dict[str, object]] = []
    for case in cases:
        own, added = (table[table["currency"].eq(case.currency)] for table in (items, groups))
        lines = _explained(case, _Found(own, added, names, case), documents, books)
        rows += [case.row(line) for line in lines]
    return RECONCILIATION.conform(pd.DataFrame(rows))


def printed_totals(receipts: pd.DataFrame) -> pd.DataFrame:
    """Files that print a total of their own beside what was read of them: ``file``, ``printed_total``, ``difference``."""
    said = receipts.loc[receipts["printed_total"].ne(""), ["file", "printed_total", "difference"]]
    return said.reset_index(drop=True)


def in_words(table: pd.DataFrame, receipts: pd.DataFrame | None = None) -> list[str]:
    """What a reconciliation found, one sentence or two per currency, and what the files' own totals say.

    Examples
    --------
    >>> in_words(RECONCILIATION.empty())[0][:31]
    'No control total was given. To '
    """
    said = [_sentence(rows) for _, rows in table.groupby("currency", sort=False)] or [HOW]
    printed = printed_totals(receipts) if receipts is not None else pd.DataFrame()
    if not len(printed):
        return said
    off = printed[~printed["difference"].str.fullmatch(r"-?0(\.0*)?")]
    lines = [
        f"{file} prints {total} as its own total; what was read of it less that is {left}."
        for file, total, left in off.itertuples(index=False, name=None)
    ]
    agree = list(printed.drop(index=off.index)["file"])
    same = [f"What was read equals the total that is printed in {some(agree)}."] if agree else []
    return [*said, *lines, *same]


def _sentence(rows: pd.DataFrame) -> str:
    """What the rows of one currency come to, in words."""
    first = rows.iloc[0]
    currency = str(first["currency"])
    if first["candidate"] == "nothing":
        return f"The ledger ties to the books: {text(first['ledger_total'], currency)}."
    if first["candidate"] == "no document":
        return f"The books say {text(first['control_total'], currency)}, and {first['evidence']}: {first['what_to_do']}."
    side = "below" if first["difference"] < 0 else "above"
    begins = f"The ledger is {text(abs(first['difference']), currency)} {side} the books"
    amount = text(abs(first["amount"]), currency).removesuffix(f" {currency}")
    what = f"{first['candidate']} {first['about']}".strip()
    others = _others(rows[rows["explains"].eq("exact")].iloc[1:])
    if first["explains"] == "exact":
        return f"{begins}; {what}, exactly {amount}, would explain all of it.{others}"
    if first["explains"] == "together":
        return f"{begins}; nothing alone explains it, and {first['about']}, together exactly {amount}, would."
    if first["explains"] == "within":
        return f"{begins}; {what} could make as much, and no more is known."
    return f"{begins}; none of what the files hold explains it: {NOTHING}.{_nearest(rows, currency)}"


def _nearest(rows: pd.DataFrame, currency: str) -> str:
    """The candidate that would leave least, in words; nothing where none leaves less than there is."""
    near = rows[rows["explains"].eq("part")]
    if not len(near):
        return ""
    row = near.iloc[0]
    what = f"{row['candidate']} {row['about']}".strip()
    amount, left = (text(abs(float(row[name])), currency) for name in ("amount", "left_over"))
    return f" Nearest comes {what}, {amount}, which would leave {left}."


def _others(rows: pd.DataFrame) -> str:
    """What else would explain all of it, in words."""
    if not len(rows):
        return ""
    second = f"{rows['candidate'].iloc[0]} {rows['about'].iloc[0]}".strip()
    more = f" and {counted(len(rows) - 1, 'more candidate')}" if len(rows) > 1 else ""
    return f" So would {second}{more}; the amounts alone do not tell which it is."


@dataclass(frozen=True)
class _Case:
    """One currency with a control total, in minor units; how many documents there are, and which are open."""

    as_of: pd.Timestamp
    currency: str
    ledger: int
    control: int
    documents: int

    @property
    def difference(self) -> int:
        return self.ledger - self.control

    def said(self, minor: int) -> str:
        return text(minor / 10 ** decimals(self.currency), self.currency)

    def row(self, line: "_Line") -> dict[str, object]:
        """A line as a row of the table."""
        unit = 10 ** decimals(self.currency)
        return {
            "as_of": self.as_of,
            "currency": self.currency,
            "ledger_total": self.ledger / unit,
            "control_total": self.control / unit,
            "difference": self.difference / unit,
            "candidate": line.candidate,
            "about": line.about,
            "amount": line.minor / unit,
            "explains": line.explains,
            "left_over": (self.difference - line.minor) / unit,
            "evidence": line.evidence,
            "what_to_do": line.what_to_do,
        }


@dataclass(frozen=True)
class _Line:
    """One candidate as it is shown; ``rank`` orders those that explain equally much."""

    candidate: str
    about: str
    minor: int
    explains: str
    evidence: str
    what_to_do: str
    rank: float = 0.0


def _cases(documents: pd.DataFrame, control: dict[str, float]) -> list[_Case]:
    """Each currency with a control total, beside what is open in it."""
    minor = pd.Series(to_minor(documents["open_amount"], documents["currency"]), index=documents.index)
    by = minor.groupby(documents["currency"])
    total, count = by.sum(), by.size()
    codes = sorted(control)
    stated = to_minor(pd.Series([control[code] for code in codes], dtype="float64"), pd.Series(codes, dtype="str"))
    as_of = documents["as_of"].max()
    return [
        _Case(as_of, code, int(total.get(code, 0)), int(said), int(count.get(code, 0)))
        for code, said in zip(codes, stated, strict=True)
    ]


def _explained(case: _Case, found: "_Found", documents: pd.DataFrame, books: "_Books") -> list[_Line]:
    """The lines of one currency, best explanation first."""
    if not case.difference:
        return [_Line("nothing", "", 0, "exact", "ledger and books are equal to the minor unit", "nothing")]
    if not case.documents:
        none = f"the exports hold no document in {case.currency}"
        return [_Line("no document", f"in {case.currency}", case.difference, "exact", none, "add the export of that account")]
    own = documents[documents["currency"].eq(case.currency) & documents["open_amount"].ne(0)]
    exact = [*found.exact(), *_of_the_total(case), *books.elsewhere(case), *_rounded(case, own)]
    days = any(line.candidate.startswith("posting") for line in exact)
    exact += [] if days else books.other_day(case)
    exact.sort(key=lambda line: line.rank)
    together = found.sums() if all(line.candidate in MANY for line in exact) else []
    within = _within(case, own)
    near = found.near({line.candidate for line in exact})
    nothing = [] if exact or together or within else [_Line("none found", "", 0, "no", found.looked_at(), NOTHING)]
    return [*nothing, *exact, *together, *within, *near, *_swapped(case, own)]


def _groups(items: pd.DataFrame, differences: dict[str, int]) -> pd.DataFrame:
    """Items one by one, and added up over what their kind is added up over: one row per candidate.

    ``scope`` is one of `SCOPES`, ``name`` what is added up over, ``n`` how many items it is, ``item`` the first of them.
    """
    # of a row not used that holds several amounts nobody knows which is the right one
    sure = items[items["several"].eq(1)]
    parts = [_of_scope(items, "one").assign(scope="one", name="", n=1, item=lambda rows: rows.index)]
    parts += [_summed(_of_scope(sure, scope), by).assign(scope=scope) for scope, by in SCOPES.items() if scope not in ALONE]
    parts.append(_oldest(_of_scope(sure, "oldest"), differences).assign(scope="oldest"))
    shown = ["kind", "currency", "scope", "name", "minor", "n", "item", "date"]
    groups = pd.concat([part.reindex(columns=shown) for part in parts], ignore_index=True)
    place = groups["scope"].map({scope: number for number, scope in enumerate(SCOPES)}).astype("float64")
    rank = groups["kind"].map(RANK).astype("float64") + place / 10
    return groups.assign(rank=rank, date=groups["date"].astype("datetime64[s]"), minor=groups["minor"].astype("int64"))


def _of_scope(items: pd.DataFrame, scope: str) -> pd.DataFrame:
    return items[items["kind"].isin([kind.word for kind in KINDS if scope in kind.scopes])]


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums of items of a kind. What one item, one customer or one kind of posting comes to is said of that alone."""
    parts = rows.groupby(["kind", "currency"])[by[0] if by else "customer_id"].transform("nunique")
    split = by == ["posting"] or rows["kind"].isin([kind.word for kind in KINDS if not by and "customer" in kind.scopes])
    rows = rows[parts.gt(1) | ~pd.Series(split, index=rows.index)]
    same = rows.assign(item=rows.index).groupby(["kind", "currency", *by], sort=False)
    sums = same.agg(minor=("minor", "sum"), n=("minor", "size"), item=("item", "first")).reset_index()
    sums = sums[sums["minor"].ne(0) & (sums["n"].gt(1) | sums["kind"].isin(WHOLE))]
    return sums.assign(name=sums[by[0]] if by else "")


def _oldest(rows: pd.DataFrame, differences: dict[str, int]) -> pd.DataFrame:
    """The oldest open invoices of a customer, two or more, that one payment would have settled exactly."""
    ordered = rows.sort_values(["currency", "customer_id", "date", "document_id"], kind="stable")
    same = ordered.groupby(["currency", "customer_id"], sort=False)
    so_far = ordered.assign(
        item=ordered.index, name=ordered["customer_id"], minor=same["minor"].cumsum(), n=same.cumcount() + 1
    )
    return so_far[so_far["n"].gt(1) & so_far["minor"].eq(so_far["currency"].map(differences))]


@dataclass(frozen=True)
class _Group:
    """One candidate: what it is added up over, how much that is, how many items and the first of them."""

    kind: str
    scope: str
    name: str
    minor: int
    n: int
    item: int
    rank: float


def _each(groups: pd.DataFrame) -> list[_Group]:
    """The rows of `_groups` one by one; few are ever shown."""
    return [_Group(*row) for row in groups[[field.name for field in fields(_Group)]].itertuples(index=False, name=None)]


@dataclass(frozen=True)
class _Found:
    """The candidates of one currency: what they are made of, and one by one."""

    items: pd.DataFrame
    groups: pd.DataFrame
    names: pd.Series
    case: _Case

    def exact(self) -> list[_Line]:
        """Candidates that explain all of it, the likeliest of each kind."""
        hits = self._likeliest(self.groups[self.groups["minor"].eq(self.case.difference)])
        more = hits.groupby("kind")["kind"].transform("size") - MOST
        shown = hits.assign(more=more).groupby("kind").head(MOST)
        said = [f"; {extra:,} more of this kind would too" if extra > 0 else "" for extra in shown["more"]]
        return [self._line(group, "exact", words) for group, words in zip(_each(shown), said, strict=True)]

    def sums(self) -> list[_Line]:
        """Sums of a few candidates that explain all of it and share no document."""
        groups = self._likeliest(self.groups[self.groups["minor"].ne(self.case.difference) & self._sure()])
        single = groups["scope"].eq("one").to_numpy()
        codes = np.where(single, pd.factorize(groups["kind"])[0], -1)
        found = find_sums(groups["minor"].to_numpy(), self.case.difference, codes)
        rank = groups["rank"].to_numpy()
        found.sort(key=lambda places: (len(places), float(rank[list(places)].sum()), places))
        rows = [row for places in found if self._apart(row := _each(groups.iloc[list(places)]))]
        more = f"; {len(rows) - MOST:,} other sums would too" if len(rows) > MOST else ""
        return [self._sum(row, more) for row in rows[:MOST]]

    def near(self, exact: set[str]) -> list[_Line]:
        """Of every kind that does not explain all of it the candidate that leaves least, nearest first."""
        groups = self.groups[~self.groups["kind"].isin(exact) & self._sure()]
        left = (self.case.difference - groups["minor"]).abs()
        groups, least = groups.assign(left=left), abs(self.case.difference)
        many = groups["kind"].isin(MANY)
        part = groups[groups["left"].lt(least) & (~many | (groups["left"] * NEAR).le(least))]
        part = part.sort_values(["left", "rank"], kind="stable").drop_duplicates("kind")
        rest = groups[~many & ~groups["kind"].isin(part["kind"])]
        rest = rest.sort_values("rank", kind="stable").drop_duplicates("kind")
        return [*(self._line(group, "part") for group in _each(part)), *(self._line(group, "no") for group in _each(rest))]

    def looked_at(self) -> str:
        """How much was tried."""
        return (
            f"{counted(len(self.groups), 'candidate')} looked at, and sums of two of the {PAIRS} likeliest, of three of the "
            f"{TRIPLES} likeliest, and of any number of the {ANY} likeliest of one kind"
        )

    def _sure(self) -> pd.Series:
        return self.groups["item"].map(self.items["several"]).eq(1)

    def _likeliest(self, groups: pd.DataFrame) -> pd.DataFrame:
        """In order of rank, then of how near to the day."""
        away = (groups["date"] - self.case.as_of).abs()
        return groups.assign(away=away).sort_values(["rank", "away"], kind="stable")

    def _members(self, group: _Group) -> pd.DataFrame:
        """The items that a candidate is made of."""
        if group.scope == "one":
            return self.items.loc[[group.item]]
        same = self.items[self.items["kind"].eq(group.kind) & self.items["several"].eq(1)]
        if group.scope == "oldest":
            return same[same["customer_id"].eq(group.name)].sort_values(["date", "document_id"], kind="stable").head(group.n)
        for name in SCOPES[group.scope]:
            same = same[same[name].eq(group.name)]
        return same

    def _apart(self, groups: list[_Group]) -> bool:
        """Whether no document or row is in two of them."""
        members = [self._members(group)[["customer_id", "document_id", "source"]] for group in groups]
        # a document is known by its number, a row of a file by its place
        keys = [rows.assign(source=rows["source"].where(rows["customer_id"].eq(""), "")).drop_duplicates() for rows in members]
        return not pd.concat(keys).duplicated().any()

    def _line(self, group: _Group, explains: str, more: str = "") -> _Line:
        members, kind = self._members(group), KINDS[RANK[group.kind]]
        evidence = self._evidence(members, group.scope) + more
        about = self._about(group, members)
        return _Line(group.kind, about, int(group.minor), explains, evidence, kind.what_to_do, group.rank)

    def _sum(self, groups: list[_Group], more: str) -> _Line:
        lines = [self._line(group, "together") for group in groups]
        kinds = list(dict.fromkeys(line.candidate for line in lines))
        parts = [f"{line.candidate} {line.about}".strip() for line in lines]
        evidence = "; ".join(f"{part}: {self.case.said(line.minor)}" for part, line in zip(parts, lines, strict=True)) + more
        to_do = "; ".join(dict.fromkeys(line.what_to_do for line in lines))
        about = ", ".join(parts[:-1]) + " and " + parts[-1]
        return _Line(" + ".join(kinds), about, self.case.difference, "together", evidence, to_do)

    def _about(self, group: _Group, members: pd.DataFrame) -> str:
        """Which one it is, in words that follow the kind."""
        first, before = members.iloc[0], KINDS[RANK[group.kind]].before
        who = self._who(str(first["customer_id"]))
        number = f"{first['document_id']} of {who}" if first["document_id"] else f"of {who}"
        one = number if first["customer_id"] else f"({first['source']})"
        one = f"({one})" if before == "()" else f"{before} {one}".strip()
        words = {
            "all": "in total",
            "entity": f"({group.name or 'none named'})",
            "posting": f"({str(group.name).replace('_', ' ')}s)",
            "customer": f"({who})" if group.kind == "customer left out" else f"of {who}",
            "oldest": f"for the {group.n} oldest invoices of {who}",
            "one": one,
        }
        return words[group.scope]

    def _who(self, customer: str) -> str:
        name = str(self.names.get(customer, customer)) or customer
        return f"customer {customer}" if name == customer else f"customer {customer} ({name})"

    def _evidence(self, members: pd.DataFrame, scope: str) -> str:
        first = members.iloc[0]
        if scope == "one":
            day = "" if pd.isna(first["date"]) else f"{first['date']:%Y-%m-%d}"
            what = f"{first['posting'].replace('_', ' ')} {first['document_id']}".strip()
            said = [what if first["customer_id"] else "", day, first["source"] if first["customer_id"] else "", first["alike"]]
            return ", ".join(filter(None, said))
        numbers = members["document_id"].where(members["document_id"].ne(""), members["source"])
        said = [f"{number} {self.case.said(minor)}" for number, minor in zip(numbers.head(3), members["minor"], strict=False)]
        return f"{counted(len(members), 'item')}: {some([*said, *numbers.iloc[3:]])}"


@dataclass(frozen=True)
class _Books:
    """What is open in each currency, and the balance of each day on which something was posted or listed."""

    open_total: pd.Series
    balances: pd.DataFrame

    def elsewhere(self, case: _Case) -> list[_Line]:
        """The total of another currency that was added at no rate, or taken for this one's."""
        lines = []
        for code, amount in self.open_total.drop(case.currency, errors="ignore").items():
            other = round(float(amount) * 10 ** decimals(case.currency))
            if not other or round(other / 10 ** decimals(case.currency), 4) != round(float(amount), 4):
                continue
            to_do = f"see whether the control total holds {code} at no rate"
            about = f"({code} {{}})"
            if case.difference == -other:
                lines.append(_Line("another currency", about.format("added"), -other, "exact", self._said(code), to_do, 1.5))
            if case.control == other:
                lines.append(
                    _Line(
                        "another currency", about.format("taken for it"), case.difference, "exact", self._said(code), to_do, -1
                    )
                )
        return lines

    def _said(self, code: object) -> str:
        return f"the ledger holds {text(float(self.open_total[str(code)]), str(code))}"

    def other_day(self, case: _Case) -> list[_Line]:
        """Days on which the ledger stood at exactly the control total, the nearest first."""
        if case.currency not in self.balances:
            return []
        same = self.balances.index[self.balances[case.currency].eq(case.control)]
        away = np.abs(same.to_numpy() - np.datetime64(case.as_of))
        days = same[np.argsort(away, kind="stable")][:1]
        more = f"; on {len(same) - 1:,} other days too" if len(same) > 1 else ""
        return [
            _Line(
                "another day", f"({day:%Y-%m-%d})", case.difference, "exact",
                f"at the end of {day:%Y-%m-%d} the ledger stood at {case.said(case.control)}{more}",
                "print the books' balance as of the same day", RANK["posting on the day"] + 0.9,
            )
            for day in days
        ]  # fmt: skip


def _balances(ledger: Ledger) -> pd.DataFrame:
    """The balance in minor units, a row per day posted on, or listed where there are lists; a column per currency."""
    posted, listed = ledger.entries, ledger.snapshots
    by_day = _daily(posted, "date", "amount").cumsum()
    if not len(listed):
        return by_day
    stood = _daily(listed, "as_of", "open_amount")
    before = by_day.reindex(by_day.index.union(stood.index)).ffill().reindex(stood.index)
    return stood.add(before, fill_value=0).fillna(0).astype("int64")


def _daily(rows: pd.DataFrame, day: str, amount: str) -> pd.DataFrame:
    minor = pd.Series(to_minor(rows[amount], rows["currency"]), index=rows.index)
    return minor.groupby([rows[day], rows["currency"]]).sum().unstack(fill_value=0)


def _of_the_total(case: _Case) -> list[_Line]:
    """What can be wrong with the control total itself: its sign, or two of its digits."""
    to_do = "read the control total once more"
    lines = []
    if case.control == -case.ledger:
        evidence = "it is the ledger's total with the other sign"
        lines.append(_Line("wrong sign", "of the control total", case.difference, "exact", evidence, to_do, -3))
    elif case.control and case.ledger * case.control > 0 and _one_swap(abs(case.ledger), abs(case.control)):
        evidence = f"{case.said(case.control)} and {case.said(case.ledger)} differ by two neighbouring digits"
        lines.append(_Line("swapped digits", "of the control total", case.difference, "exact", evidence, to_do, -2))
    return lines


def _one_swap(one: int, other: int) -> bool:
    """Whether two numbers are the same once two neighbouring digits are swapped."""
    a, b = f"{one:020d}", f"{other:020d}"
    apart = [place for place in range(20) if a[place] != b[place]]
    return len(apart) == 2 and apart[1] == apart[0] + 1 and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]]


def _rounded(case: _Case, own: pd.DataFrame) -> list[_Line]:
    """Rounding that makes exactly this difference: of the whole total, or of each document to whole units."""
    unit, lines = 10 ** decimals(case.currency), []
    to_do = "see to how many decimals the books' report rounds"
    for level in (1, 10, 100, 1000):
        if level * unit > 1 and _round(np.array([case.ledger]), level * unit)[0] == case.control != 0:
            evidence = f"the ledger's total rounded to {level:,} {case.currency} is the control total"
            lines.append(
                _Line("rounding", f"of the total to {level:,} {case.currency}", case.difference, "exact", evidence, to_do, 2.95)
            )
            break
    whole = int(_round(to_minor(own["open_amount"], own["currency"]), unit).sum())
    if unit > 1 and whole == case.control and not lines:
        evidence = f"{counted(len(own), 'open document')}, each rounded to whole {case.currency}"
        lines.append(
            _Line("rounding", f"of each document to 1 {case.currency}", case.difference, "exact", evidence, to_do, 0.5)
        )
    return lines


def _round(minor: np.ndarray, to: int) -> np.ndarray:
    """Rounded to a multiple, halves away from zero."""
    return np.sign(minor) * ((np.abs(minor) + to // 2) // to) * to


def _within(case: _Case, own: pd.DataFrame) -> list[_Line]:
    """Rounding that could make so much: half a minor unit for each open document at most."""
    if abs(case.difference) * 2 > len(own):
        return []
    evidence = f"half a minor unit for each of {counted(len(own), 'open document')} is {case.said(len(own) // 2)} at most"
    about = f"of {counted(len(own), 'open document')}"
    return [
        _Line("rounding", about, case.difference, "within", evidence, "see whether tax or interest is rounded line by line")
    ]


def _swapped(case: _Case, own: pd.DataFrame) -> list[_Line]:
    """Open documents of whose amount two neighbouring digits, swapped in the books, would make the difference: a hint."""
    if case.difference % 9 or not len(own):
        return []
    minor = to_minor(own["open_amount"], own["currency"])
    fits = np.zeros(len(own), dtype="bool")
    for place in range(13):
        low, high = (np.abs(minor) // 10 ** (place + at) % 10 for at in (0, 1))
        fits |= np.sign(minor) * (high - low) * 9 * 10**place == case.difference
    if not fits.any():
        return []
    numbers = own.loc[fits, "document_id"]
    evidence = (
        f"the difference is divisible by 9, and two digits swapped in one of {counted(len(numbers), 'document')} would make it"
    )
    to_do = "compare the amounts with the documents"
    return [_Line("swapped digits", f"of {some(list(numbers))}", case.difference, "hint", evidence, to_do)]
