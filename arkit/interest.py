"""What may be claimed for late payment: interest, fixed sums and fees, under dated and sourced parameters. Not legal advice.

Simple interest, days / 365, on the balance as it was each day, rounded once at the end. The parameters of each jurisdiction
stand in ``rates.toml`` beside this file; what is not known there is not claimed, and the row says why.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from arkit.errors import ArkitError, PolicyRefused
from arkit.money import decimals, to_major, to_minor
from arkit.tables import CUSTOMERS, DOCUMENTS, ENTRIES, INTEREST

#: The file with the parameters of every jurisdiction.
RATES_FILE = Path(__file__).with_name("rates.toml")
#: Stands for the jurisdiction of each customer's own country.
BY_COUNTRY = "by_country"
#: Rates are kept in whole millionths a year.
MILLION = 1_000_000
YEAR = 365
#: What makes a posting one of a document.
KEY = ["entity", "customer_id", "currency", "document_id"]
RULES = ("fixed", "follows", "contract")


@dataclass(frozen=True)
class Jurisdiction:
    """What one law says: rates in percent a year, fixed sums per size of debt, and where that is from."""

    name: str
    law: str
    countries: list[str]
    rule: str
    reference: str
    points: float
    currency: str
    fixed_sums: list[list[float]]
    as_of: date
    source: str
    confirmed: bool
    caveat: str
    warn_above: list[list[Any]]


@dataclass(frozen=True, eq=False)
class Reference:
    """A reference rate: one row per half-year with ``from``, ``rate`` in percent, ``as_of``, ``source``, ``confirmed``."""

    name: str
    table: pd.DataFrame

    @cached_property
    def begins(self) -> np.ndarray:
        """The first day of each half-year."""
        return self.table["from"].to_numpy("datetime64[D]")

    @property
    def ends(self) -> np.datetime64:
        """The day after the last half-year."""
        return (self.begins[-1].astype("datetime64[M]") + 6).astype("datetime64[D]")

    def half_year(self, day: np.ndarray) -> np.ndarray:
        """The place of the half-year of each day; -1 where none is known."""
        place = np.searchsorted(self.begins, day, side="right") - 1
        return np.where(day < self.ends, place, -1)


@dataclass(frozen=True, eq=False)
class Rates:
    """Jurisdictions and reference rates by their names; `Rates.read` takes a file of your own in the shape of ``rates.toml``.

    Examples
    --------
    >>> uk = DEFAULT_RATES.jurisdictions["UK"]
    >>> uk.rule, uk.points, uk.fixed_sums
    ('fixed', 8.0, [[0, 40], [1000, 70], [10000, 100]])
    """

    jurisdictions: Mapping[str, Jurisdiction]
    references: Mapping[str, Reference]

    @classmethod
    def read(cls, file: str | Path) -> "Rates":
        """The rates of a TOML file.

        Raises
        ------
        PolicyRefused
            If the file cannot be read, or an entry lacks something or cannot be followed; the message names the entry.
        """
        path = Path(file)
        try:
            given = tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise _refuse(path.name, "a TOML file in UTF-8", str(error)) from error
        for name in set(given) - {"jurisdiction", "reference"}:
            raise _refuse(name, "entries [[jurisdiction]] and [[reference]]", f"'{name}'")
        references = _references(given.get("reference", []))
        made = [_jurisdiction(entry, references) for entry in given.get("jurisdiction", [])]
        return cls({j.name: j for j in made}, references)

    def of_countries(self, countries: pd.Series) -> pd.Series:
        """The jurisdiction of each country, by its code or English name; empty where it is not known."""
        named = {country.casefold(): j.name for j in self.jurisdictions.values() for country in j.countries}
        return countries.str.strip().str.casefold().map(named).fillna("").astype("str")


def claim(
    documents: pd.DataFrame,
    *,
    jurisdiction: str,
    entries: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    exclude: pd.DataFrame | None = None,
    contract_rate: float = 0.0,
    rates: "Rates | None" = None,
) -> pd.DataFrame:
    """What may be claimed to date: one row per document past due on ``as_of``, shape `INTEREST`. Not legal advice.

    Interest runs from the day after the due day up to and including ``as_of``. A row that claims nothing says why in
    ``excluded``: natural persons and sole traders, disputes, no stated due date, a jurisdiction or rate not known.

    Parameters
    ----------
    documents
        The ledger at a day.
    jurisdiction
        One of the names in ``rates``, or ``by_country``: that of the customer's country.
    entries
        The ledger's postings: part payments then lower the balance from their day on. Without them, and for documents in
        instalments, interest runs on what is open today.
    customers
        Shape `CUSTOMERS`: who is a natural person or sole trader, and the country.
    exclude
        What `arkit.notes.standing` returns; documents in dispute are left out.
    contract_rate
        Share per year that was agreed in the contracts, 0.12; it stands instead of the statute's rate and fixed sums.

    Raises
    ------
    ArkitError
        If the jurisdiction is not known, or the contract rate is not a share from 0 to 1.

    Examples
    --------
    >>> documents = pd.DataFrame({
    ...     "as_of": pd.Timestamp("2026-05-10"), "customer_id": "C1", "document_id": "A", "kind": "invoice", "currency": "GBP",
    ...     "issued": pd.Timestamp("2025-12-11"), "due_date": pd.Timestamp("2026-01-10"), "amount": 6500.0,
    ...     "open_amount": [6500.0], "settled": False, "settled_on": pd.NaT, "days_late": 120})
    >>> claim(documents, jurisdiction="UK")[["interest", "fixed_sum", "claim_total"]].to_dict("records")
    [{'interest': 251.1, 'fixed_sum': 70.0, 'claim_total': 6821.1}]
    """
    known = DEFAULT_RATES if rates is None else rates
    _must_be_known(jurisdiction, contract_rate, known)
    late = DOCUMENTS.conform(documents)
    late = late[late["open_amount"].gt(0) & late["days_late"].gt(0)].reset_index(drop=True)
    people = CUSTOMERS.conform(customers).drop_duplicates("customer_id").set_index("customer_id")
    country = late["customer_id"].map(people["country"].astype("object")).astype("object").fillna("").astype("str")
    law = known.of_countries(country) if jurisdiction == BY_COUNTRY else pd.Series(jurisdiction, index=late.index, dtype="str")
    excluded = _excluded(late, people, country, law, exclude)
    history, from_postings = _history(late, entries)
    blank = {"interest": 0.0, "fixed_sum": 0.0, "rate": np.nan, "per_diem": 0.0, "basis": "", "source": "", "caveat": ""}
    table = late.assign(
        **blank,
        rate_as_of=pd.Series(pd.NaT, late.index, "datetime64[s]"),
        jurisdiction=law,
        excluded=excluded,
        days=late["days_late"],
    )
    table["principal"] = late["open_amount"]
    parts = [table[table["excluded"].ne("")]]
    for name in law[excluded.eq("")].unique():
        chosen = table[law.eq(name) & excluded.eq("")]
        terms = _Terms.of(known, known.jurisdictions[str(name)], contract_rate)
        parts.append(_claimed(chosen, terms, history, from_postings))
    both = pd.concat(parts).sort_index()
    total = sum(to_minor(both[part], both["currency"]) for part in ("principal", "interest", "fixed_sum"))
    both["claim_total"] = to_major(np.asarray(total), both["currency"])
    both.loc[both["excluded"].ne(""), ["interest", "fixed_sum", "claim_total", "per_diem"]] = np.nan
    return INTEREST.conform(both[INTEREST.names])


def by_size(minor: np.ndarray, steps: Sequence[Sequence[float]]) -> np.ndarray:
    """The sum that a schedule gives each amount: steps of (from this amount on, sum), rising, in minor units.

    Examples
    --------
    >>> by_size(np.array([99_999, 100_000, 1_000_000]), [(0, 4000), (100_000, 7000), (1_000_000, 10_000)]).tolist()
    [4000, 7000, 10000]
    """
    if not steps:
        return np.zeros(len(minor), dtype="int64")
    begins, sums = (np.array([step[place] for step in steps], dtype="int64") for place in (0, 1))
    place = np.searchsorted(begins, minor, side="right") - 1
    return np.where(place >= 0, sums[place], 0)


def fees(
    debts: pd.DataFrame,
    *,
    amount: int = 0,
    share: float = 0.0,
    of: Literal["original", "balance", "running"] = "balance",
    from_days: int = 1,
    cap: int | None = None,
) -> pd.DataFrame:
    """A charge for late payment per debt, once: ``fee`` in minor units, ``balance_after``, and ``basis`` in words.

    The charge is a fixed amount plus a share of a base, at most ``cap``. A debt that was charged already, or is not yet
    ``from_days`` late, is charged nothing: running twice adds nothing.

    Parameters
    ----------
    debts
        ``balance`` in minor units and ``days_late``; ``original`` and ``earlier_fees`` where the base needs them, and the
        flag ``charged``.
    of
        What the share is of: the ``original`` amount, the open ``balance``, or the ``running`` balance, earlier fees included.

    Raises
    ------
    ArkitError
        If the base is not known, or the amount, share or cap is negative.

    Examples
    --------
    >>> debts = pd.DataFrame({"balance": [20000, 20000, 20000], "days_late": [14, 15, 45], "charged": [False, False, True]})
    >>> fees(debts, share=0.015, from_days=15)[["fee", "basis"]]
       fee                                    basis
    0    0                     not yet 15 days late
    1  300  1.5 % of the open balance, charged once
    2    0                           charged before
    """
    bases = {"original": "the original amount", "balance": "the open balance", "running": "the balance and earlier fees"}
    if of not in bases or amount < 0 or share < 0 or (cap or 0) < 0:
        raise ArkitError(
            "this charge cannot be made.",
            expected=f"an amount, share and cap of 0 or more, of one of {', '.join(bases)}",
            got=f"amount {amount}, share {share:g}, cap {cap}, of '{of}'",
            fix="state the charge as the contract does",
        )
    earlier = debts["earlier_fees"] if "earlier_fees" in debts else pd.Series(0, index=debts.index)
    base = debts["balance"] + earlier if of == "running" else debts[of]
    charge = amount + _rounded(_exact(base.clip(lower=0).to_numpy("int64")) * round(share * MILLION), MILLION)
    charge = np.minimum(charge, cap) if cap is not None else charge
    before = debts["charged"].to_numpy("bool") if "charged" in debts else np.zeros(len(debts), dtype="bool")
    early = debts["days_late"].to_numpy() < from_days
    fee = np.where(before | early, 0, charge)
    said = " plus ".join([*(["a fixed amount"] if amount else []), *([f"{share * 100:g} % of {bases[of]}"] if share else [])])
    words = np.select([before, early], ["charged before", f"not yet {from_days} days late"], default=f"{said}, charged once")
    basis = pd.array(words.astype("object"), dtype="str")
    return pd.DataFrame({"fee": fee, "balance_after": debts["balance"] + earlier + fee, "basis": basis}, index=debts.index)


def clear(
    payment: np.ndarray,
    costs: np.ndarray,
    interest: np.ndarray,
    principal: np.ndarray,
    *,
    order: Sequence[str] = ("costs", "interest", "principal"),
) -> pd.DataFrame:
    """What each payment clears: ``costs_paid``, ``costs_left`` and so on, and ``over``, in minor units; one row per payment.

    The default order is that of BGB 367 (1): costs, then interest, then principal. Where the parties agreed otherwise, say so.

    Raises
    ------
    ArkitError
        If the order does not name each of the three once, or something is negative.

    Examples
    --------
    >>> done = clear(np.array([5000]), np.array([500]), np.array([25]), np.array([10000]))
    >>> done[["costs_paid", "interest_paid", "principal_paid", "principal_left", "over"]].iloc[0].tolist()
    [500, 25, 4475, 5525, 0]
    """
    owed = {"costs": costs, "interest": interest, "principal": principal}
    owed = {name: np.asarray(part, dtype="int64") for name, part in owed.items()}
    left = np.asarray(payment, dtype="int64")
    if sorted(order) != sorted(owed) or any((part < 0).any() for part in (left, *owed.values())):
        raise ArkitError(
            "these payments cannot be cleared.",
            expected="an order of costs, interest and principal, and amounts of 0 or more",
            got=f"the order {', '.join(order)}",
            fix="name each once; a credit is no payment",
        )
    paid = {}
    for name in order:
        paid[name] = np.minimum(left, owed[name])
        left = left - paid[name]
    columns = {
        f"{name}_{what}": (paid[name] if what == "paid" else owed[name] - paid[name])
        for name in owed
        for what in ("paid", "left")
    }
    return pd.DataFrame(columns | {"over": left})


# -- the parts of a claim ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Terms:
    """How one jurisdiction, or the contract, lets interest run."""

    law: Jurisdiction
    reference: Reference | None
    contract: int

    @classmethod
    def of(cls, rates: Rates, law: Jurisdiction, contract_rate: float) -> "_Terms":
        reference = None if contract_rate or law.rule == "contract" else rates.references[law.reference]
        return cls(law, reference, round(contract_rate * MILLION))

    @cached_property
    def yearly(self) -> np.ndarray:
        """The rate of each half-year, in millionths."""
        assert self.reference is not None
        return np.rint((self.reference.table["rate"].to_numpy() + self.law.points) * MILLION / 100).astype("int64")

    def half_years(self, due: np.ndarray, as_of: np.ndarray) -> np.ndarray:
        """The half-year whose rate is in force on ``as_of``: of the first day, or of the last where it follows; -1: unknown."""
        if self.reference is None:
            return np.full(len(due), 0 if self.contract else -1)
        first = self.reference.half_year(due + 1)
        last = self.reference.half_year(as_of)
        return np.where((first < 0) | (last < 0), -1, last) if self.law.rule == "follows" else first

    def rate(self, half_year: np.ndarray) -> np.ndarray:
        return np.full(len(half_year), self.contract) if self.reference is None else self.yearly[half_year]

    def run(self, half_year: np.ndarray, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Rate times days, from the day after ``since`` up to and including ``until``."""
        if self.reference is None or self.law.rule == "fixed":
            return self.rate(half_year) * (until - since).astype("int64")
        begins = self.reference.begins
        whole = np.r_[0, np.cumsum(self.yearly[:-1] * np.diff(begins).astype("int64"))]

        def up_to(day: np.ndarray) -> np.ndarray:
            place = np.searchsorted(begins, day, side="right") - 1
            return whole[place] + self.yearly[place] * ((day - begins[place]).astype("int64") + 1)

        return up_to(until) - up_to(since)


def _claimed(chosen: pd.DataFrame, terms: _Terms, history: pd.DataFrame, from_postings: pd.Series) -> pd.DataFrame:
    """Documents of one jurisdiction with their interest, or excluded where no rate is known."""
    due, as_of = (chosen[name].to_numpy("datetime64[s]").astype("datetime64[D]") for name in ("due_date", "as_of"))
    half_year = terms.half_years(due, as_of)
    unknown = half_year < 0
    if unknown.any():
        start = pd.Series(due + 1, index=chosen.index).dt.strftime("%Y-%m-%d")
        why = f"no {terms.law.reference} is known for the time from " if terms.reference else "no rate was agreed in a contract"
        words = why + start if terms.reference else pd.Series(why, index=chosen.index)
        out = chosen.assign(excluded=words)[unknown]
        return pd.concat([out, _claimed(chosen[~unknown], terms, history, from_postings)]) if not unknown.all() else out
    place = pd.Series(np.arange(len(chosen)), index=chosen.index)
    moves = history[history["row"].isin(chosen.index)]
    at = place.loc[moves["row"]].to_numpy()
    since = np.maximum(moves["day"].to_numpy("datetime64[s]").astype("datetime64[D]"), due[at])
    product = _exact(moves["minor"].to_numpy()) * terms.run(half_year[at], since, as_of[at])
    total = pd.Series(product).groupby(at).sum().reindex(range(len(chosen)), fill_value=0).to_numpy()
    interest = _rounded(np.maximum(total, 0), MILLION * YEAR)
    began = moves["minor"].where(since == due[at], 0).groupby(at).sum().reindex(range(len(chosen)), fill_value=0).to_numpy()
    currency = chosen["currency"]
    rate = terms.rate(half_year)
    own = currency.eq(terms.law.currency).to_numpy() & (terms.reference is not None)
    scale = 10 ** decimals(terms.law.currency)
    sums = by_size(began, [[step * scale for step in pair] for pair in terms.law.fixed_sums])
    open_minor = to_minor(chosen["open_amount"], currency)
    return chosen.assign(
        interest=to_major(interest, currency),
        fixed_sum=to_major(np.where(own, sums, 0), currency),
        rate=rate / MILLION,
        per_diem=to_major(_rounded(_exact(open_minor) * rate, MILLION * YEAR), currency),
        basis=_basis(chosen, terms, half_year, from_postings),
        source=_of_reference(terms, half_year, "source", "the contract"),
        rate_as_of=_of_reference(terms, half_year, "as_of", np.datetime64("NaT", "s")),
        caveat=_caveat(chosen, terms, half_year, own),
    )


def _of_reference(terms: _Terms, half_year: np.ndarray, name: str, otherwise: object) -> np.ndarray:
    """What the reference rate's table says of each document's half-year."""
    return np.full(len(half_year), otherwise) if terms.reference is None else terms.reference.table[name].to_numpy()[half_year]


def _basis(chosen: pd.DataFrame, terms: _Terms, half_year: np.ndarray, from_postings: pd.Series) -> pd.Series:
    """How each figure came about, in words."""
    if terms.reference is None:
        words = np.full(len(chosen), f"{terms.contract * 100 / MILLION:g} % a year as agreed")
    else:
        rule = "which follows each half-year, now" if terms.law.rule == "follows" else "one rate for the life of the debt,"
        names = [
            f"{terms.reference.name} + {terms.law.points:g} points, {rule} {rate * 100 / MILLION:.2f} % ({day:%Y-%m-%d})"
            for rate, day in zip(terms.yearly, terms.reference.table["from"], strict=True)
        ]
        words = np.array(names, dtype="object")[half_year]
    balance = from_postings.loc[chosen.index].map({True: "the balance as it was", False: "what is open today"})
    said = pd.Series(words, index=chosen.index, dtype="str") + ", simple interest for "
    return said + chosen["days_late"].astype("str") + " days / 365 on " + balance.astype("str")


def _caveat(chosen: pd.DataFrame, terms: _Terms, half_year: np.ndarray, own: np.ndarray) -> pd.Series:
    """What to know before anything is claimed."""
    said = pd.Series(terms.law.caveat, index=chosen.index, dtype="str")
    above = [words for limit, words in terms.law.warn_above if terms.contract * 100 > limit * MILLION]
    said += "".join(f"; {words}" for words in above[-1:])
    if terms.reference is None:
        return said
    sure = terms.reference.table["confirmed"].to_numpy("bool")
    # where the rate follows, every half-year it passed counts
    unsure = np.r_[0, np.cumsum(~sure)]
    first = terms.reference.half_year(chosen["due_date"].to_numpy("datetime64[s]").astype("datetime64[D]") + 1)
    shaky = unsure[half_year + 1] - unsure[first] > 0
    said += pd.Series(
        np.where(shaky, f"; a {terms.reference.name} in it is not confirmed", ""), index=chosen.index, dtype="str"
    )
    said += "" if terms.law.confirmed else "; the rule itself is not confirmed"
    return said + pd.Series(
        np.where(own, "", f"; fixed sums are in {terms.law.currency} and not added"), said.index, dtype="str"
    )


def _excluded(
    late: pd.DataFrame, people: pd.DataFrame, country: pd.Series, law: pd.Series, exclude: pd.DataFrame | None
) -> pd.Series:
    """Why nothing is claimed for a document; empty where something may be."""
    individual = late["customer_id"].map(people["is_individual"]).eq(True)
    disputes = (
        pd.DataFrame(columns=["customer_id", "document_id"]) if exclude is None else exclude[exclude["kind"].eq("dispute")]
    )
    whole = disputes[disputes["document_id"].eq("")]
    of_all = whole["currency"].eq("") if "currency" in whole else pd.Series(data=True, index=whole.index)
    disputed = late["customer_id"].isin(whole.loc[of_all, "customer_id"])
    balances = pd.MultiIndex.from_frame(whole.loc[~of_all].reindex(columns=["customer_id", "currency"]))
    disputed |= pd.MultiIndex.from_frame(late[["customer_id", "currency"]]).isin(balances)
    disputed |= pd.MultiIndex.from_frame(late[["customer_id", "document_id"]]).isin(
        pd.MultiIndex.from_frame(disputes[["customer_id", "document_id"]])
    )
    reasons = [
        (late["kind"].ne("invoice"), "not an invoice"),
        (individual, "a natural person or sole trader: other law applies"),
        (disputed, "disputed"),
        (late["due_basis"].eq("issue date"), "no due date is stated, nor terms"),
        (law.eq("") & country.eq(""), "the customer's country is not known"),
        (law.eq(""), "no rule is known for the customer's country"),
    ]
    words = np.select([when for when, _ in reasons], [why for _, why in reasons], default="")
    return pd.Series(words, index=late.index, dtype="str")


def _history(late: pd.DataFrame, entries: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.Series]:
    """What moved each document's balance (``row``, ``day``, ``minor``), and for which the postings show it.

    Where they do not (no postings, instalments, sums that differ), one move: what is open today, from the beginning.
    """
    today = pd.DataFrame({"row": late.index, "day": late["issued"], "minor": to_minor(late["open_amount"], late["currency"])})
    if entries is None or not len(late):
        return today, pd.Series(False, index=late.index)
    posted = ENTRIES.conform(entries)
    posted = posted.assign(minor=to_minor(posted["amount"], posted["currency"]))[[*KEY, "date", "minor"]]
    whole = late[late["instalment"].eq("")]
    moves = whole[[*KEY, "as_of"]].assign(row=whole.index).merge(posted, on=KEY)
    moves = moves[moves["date"].le(moves["as_of"])].rename(columns={"date": "day"})[["row", "day", "minor"]]
    summed = moves.groupby("row")["minor"].sum().reindex(late.index)
    shown = summed.eq(today["minor"])
    return pd.concat([moves[moves["row"].map(shown)], today[~shown]], ignore_index=True), shown


def _exact(minor: np.ndarray) -> np.ndarray:
    """Whole numbers without bounds, so that an amount times a rate times days cannot overflow."""
    return np.asarray(minor, dtype="int64").astype("object")


def _rounded(product: np.ndarray, divisor: int) -> np.ndarray:
    """Divided and rounded half up."""
    return ((2 * product + divisor) // (2 * divisor)).astype("int64")


# -- reading rates.toml ------------------------------------------------------------------------------------------------------


def _refuse(entry: str, expected: str, got: str) -> PolicyRefused:
    return PolicyRefused(
        f"the rates of '{entry}' cannot be followed.",
        expected=expected,
        got=got,
        fix="docs/interest.md shows what an entry says",
    )


def _must_be_known(jurisdiction: str, contract_rate: float, rates: Rates) -> None:
    if jurisdiction not in (*rates.jurisdictions, BY_COUNTRY):
        raise ArkitError(
            f"the jurisdiction '{jurisdiction}' is not known.",
            expected=f"one of {', '.join([*rates.jurisdictions, BY_COUNTRY])}",
            got=repr(jurisdiction),
            fix="say which law applies to your contracts, or add it to a file of rates",
        )
    if not 0 <= contract_rate <= 1:
        raise ArkitError(
            "the contract rate is no share per year.",
            expected="0 to 1, 0.12 for 12 %",
            got=f"{contract_rate:g}",
            fix="divide percent by 100",
        )


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and np.isfinite(value)


def _steps(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        return False
    begins = [pair[0] for pair in value]
    return all(isinstance(item, int) for pair in value for item in pair) and begins == sorted(set(begins))


#: What each value of an entry must be.
MUST_BE: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "rule": (f"one of {', '.join(RULES)}", lambda value: value in RULES),
    "points": ("percentage points, 0 to 30", lambda value: _number(value) and 0 <= value <= 30),
    "rate": ("percent a year, -10 to 50", lambda value: _number(value) and -10 <= value <= 50),
    "confirmed": ("true or false", lambda value: isinstance(value, bool)),
    "as_of": ("a day, 2026-11-25", lambda value: type(value) is date),
    "from": ("1 January or 1 July", lambda value: type(value) is date and value.day == 1 and value.month in (1, 7)),
    "source": ("where it is from", lambda value: isinstance(value, str) and bool(value.strip())),
    "countries": ("names or codes", lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value)),
    "fixed_sums": ("pairs of whole numbers, (from this debt on, sum), rising", _steps),
    "warn_above": (
        "pairs, (percent, words)",
        lambda value: isinstance(value, list) and all(len(pair) == 2 and _number(pair[0]) for pair in value),
    ),
}


def _checked(entry: dict[str, Any], names: list[str], optional: tuple[str, ...] = ()) -> None:
    """Refuse an entry that lacks a value, has one too many, or one that cannot be followed."""
    called = f"{entry.get('name', 'an entry without a name')} {entry.get('from', '')}".strip()
    if strange := [name for name in entry if name not in names]:
        raise _refuse(called, f"only {', '.join(names)}", f"'{strange[0]}'")
    if absent := [name for name in names if name not in entry and name not in optional]:
        raise _refuse(called, f"all of {', '.join(names)}", f"no {absent[0]}")
    for name, value in entry.items():
        expected, holds = MUST_BE.get(name, ("text", lambda value: isinstance(value, str)))
        if not holds(value):
            raise _refuse(called, f"{name}: {expected}", repr(value))


def _jurisdiction(entry: dict[str, Any], references: Mapping[str, Reference]) -> Jurisdiction:
    _checked(entry, [field.name for field in fields(Jurisdiction)], ("warn_above",))
    if entry["rule"] != "contract" and entry["reference"] not in references:
        raise _refuse(entry["name"], f"reference: one of {', '.join(references)}", repr(entry["reference"]))
    complete: dict[str, Any] = {"warn_above": [], **entry}
    return Jurisdiction(**complete)


def _references(entries: list[dict[str, Any]]) -> dict[str, Reference]:
    """Reference rates by name, each with its half-years in order and none missing between."""
    for entry in entries:
        _checked(entry, ["name", "from", "rate", "as_of", "source", "confirmed"])
    made = {}
    for name in dict.fromkeys(entry["name"] for entry in entries):
        table = pd.DataFrame([entry for entry in entries if entry["name"] == name]).sort_values("from", ignore_index=True)
        table["from"], table["as_of"] = (pd.to_datetime(table[column]).astype("datetime64[s]") for column in ("from", "as_of"))
        month = table["from"].to_numpy("datetime64[M]").astype("int64")
        gap = np.flatnonzero(np.diff(month) != 6)
        if len(gap):
            raise _refuse(
                f"{name} {table['from'][gap[0] + 1]:%Y-%m-%d}",
                "every half-year once, none left out",
                f"{table['from'][gap[0]]:%Y-%m-%d} before it",
            )
        made[name] = Reference(name, table)
    return made


DEFAULT_RATES = Rates.read(RATES_FILE)
