"""One number for the month, each with its formula, its inputs and what to beware of: DSO, CEI, days to pay, concentration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from arkit import formulas
from arkit.errors import TableRefused
from arkit.figures import EXPERIAN, INDEX, Basis, add_up
from arkit.ledger import Ledger
from arkit.money import decimals, units
from arkit.tables import MEASURES

#: What each sum is called where inputs are named, and how it is written.
LABELS = {
    "receivables": ("receivables", "money"),
    "current": ("receivables not past due", "money"),
    "past_due": ("receivables past due", "money"),
    "owed": ("owed", "money"),
    "sales": ("sales of the period", "money"),
    "month_sales": ("sales of the month", "money"),
    "begin": ("receivables at the begin", "money"),
    "month_begin": ("receivables a month earlier", "money"),
    "written_off": ("written off", "money"),
    "month_written_off": ("written off", "money"),
    "days": ("days", "count"),
    "months": ("months", "count"),
    "whole_days": ("days of the months covered whole", "count"),
    "rest": ("rest", "money"),
    "of_sales": ("sales of the month that covers it", "money"),
    "of_days": ("its days", "count"),
    "past_due_days": ("amount x days past due", "money"),
    "late_1_30": (f"1-{EXPERIAN[0]} days past due", "money"),
    "late_31_60": ("31-60", "money"),
    "late_61_90": ("61-90", "money"),
    "late_over_90": ("over 90", "money"),
    "open_invoices": ("open invoices", "count"),
    "open_late": ("their days past due", "count"),
    "open_age": ("their days since issue", "count"),
    "open_amount": ("open on them", "money"),
    "open_amount_age": ("open amount x days since issue", "money"),
    "paid_invoices": ("invoices settled", "count"),
    "paid_late": ("their days beyond terms", "count"),
    "paid_age": ("their days since issue", "count"),
    "paid_amount": ("received for them", "money"),
    "paid_amount_late": ("received x days beyond terms", "money"),
    "paid_amount_age": ("received x days since issue", "money"),
    "money": ("received", "money"),
    "money_days": ("received x days since issue", "money"),
    "invoiced": ("invoiced", "money"),
    "invoiced_terms": ("invoiced x days of terms", "money"),
    "customers": ("customers that owe", "count"),
    "owing": ("their balance", "money"),
}
#: How a value of each unit is written.
UNITS = {
    "days": "{:,.1f} days",
    "%": "{:,.1f} %",
    "share": "{:.1%}",
    "index": "{:.3f}",
    "times a period": "{:,.2f} times a period",
}
SURVIVORS = "settled invoices only: the worst may still be open"
SO_FAR = "a lower bound: what is open goes on ageing"


@dataclass(frozen=True)
class Measure:
    """One measure: its unit, its formula in words, the sums it takes, and what stands in its way.

    ``needs`` names the columns that say why an input is not known, ``lacks`` why the formula has no answer although its
    inputs are known, ``beware`` what to remember when reading it.
    """

    name: str
    unit: str
    formula: str
    inputs: tuple[str, ...]
    compute: Callable[[pd.DataFrame], np.ndarray]
    needs: tuple[str, ...] = ()
    lacks: str = "nothing was sold in the period"
    beware: str = ""


def measure(
    ledger: Ledger,
    days: str | pd.Timestamp | Sequence[str | pd.Timestamp],
    by: str | None = None,
    *,
    basis: Basis | None = None,
    only: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The measures of one day or several, one row per day, group, currency and measure, shape `MEASURES`.

    Each row names its formula, with what was decided where sources disagree, its inputs with their numbers, and a caveat.
    A value that the ledger cannot answer for is missing and the caveat says why; nothing is estimated. Currencies are never
    added. Sales are invoices less credit notes; what was written off is a loss and no collection.

    Parameters
    ----------
    days
        A day, or some: ``ledger.month_ends("2026-10-31", 24)`` is a trend. All are read in one pass.
    by
        ``customer_id``, ``entity``, ``salesperson`` or any column of the customers, for a row per group; else the whole book.
    basis
        The period and the choices; three months, net of credits, if left out.
    only
        Names of the measures wanted; all if left out.

    Raises
    ------
    TableRefused
        If ``by`` or one of ``only`` is not known.
    DayRefused
        If the ledger holds open-items exports and none of them is of a day.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> figures = measure(sample_ledger(), "2026-10-31", only=["dso", "best_possible_dso", "average_days_delinquent"])
    >>> figures.loc[figures["currency"].eq("EUR"), "shown"].tolist()
    ['48.9 days', '33.5 days', '15.4 days']
    >>> figures["formula"].iloc[0]
    'receivables (net of credit not yet applied) / sales of the period (less credit notes) x days (calendar)'
    """
    basis = basis or Basis()
    chosen = _chosen(basis, only, by)
    asked = [days] if isinstance(days, str) or not isinstance(days, Sequence | pd.DatetimeIndex) else list(days)
    sums = add_up(ledger, asked, by, basis)
    if not len(sums):
        return MEASURES.empty()
    sums = sums.assign(months=float(basis.months))
    texts = _Texts(sums)
    rows = [_row(one, sums, texts) for one in chosen]
    table: dict[str, Any] = {name: sums.index.get_level_values(name).repeat(len(chosen)) for name in INDEX}
    table |= {name: np.stack([row[name] for row in rows]).T.ravel() for name in ("value", "shown", "inputs", "caveat")}
    for name in ("name", "unit", "formula"):
        table["measure" if name == "name" else name] = [getattr(one, name) for one in chosen] * len(sums)
    return MEASURES.conform(pd.DataFrame(table).assign(by=by or ""))


def _row(one: Measure, sums: pd.DataFrame, texts: "_Texts") -> dict[str, np.ndarray]:
    """One measure for all groups: value, shown, inputs, caveat."""
    caveat = np.full(len(sums), "", dtype="object")
    for why in one.needs:
        caveat = np.where(caveat == "", sums[why].to_numpy("object"), caveat)
    value = np.where(caveat == "", np.asarray(one.compute(sums), dtype="float64"), np.nan)
    missing = np.isnan(value)
    if one.name == "dso_count_back":
        beyond = missing & (caveat == "") & (sums["receivables"] > 0).to_numpy()
        more = [f"> {days:,.0f} days: not enough sales history" for days in sums["history"].fillna(0)]
        caveat = np.where(beyond, np.array(more, dtype="object"), caveat)
    caveat = np.where(missing & (caveat == ""), one.lacks, caveat)
    caveat = np.where(missing, caveat, _notes(one, sums))
    shown = [UNITS[one.unit].format(found) if known else "" for found, known in zip(value, ~missing, strict=True)]
    words = {"shown": np.array(shown, dtype="object"), "inputs": np.array(texts.of(one.inputs), dtype="object")}
    return {"value": value, "caveat": caveat, **words}


def _notes(one: Measure, sums: pd.DataFrame) -> np.ndarray:
    """What to beware of, where there is a figure."""
    if one.unit in ("share", "index"):
        return _in_credit(sums).to_numpy("object")
    partly = sums["partly"].to_numpy("object") if "why_sales" in one.needs else np.full(len(sums), "", dtype="object")
    both = np.array([f"{note}; {one.beware}" if note and one.beware else note or one.beware for note in partly], dtype="object")
    return both if len(both) else partly


def _in_credit(sums: pd.DataFrame) -> pd.Series:
    """How many customers are in credit and have no place in a share of what is owed."""
    count, balance = sums["credit_customers"], sums["credit_balance"] / units(_currency(sums))
    said = [
        f"{n:,.0f} {'customer' if n == 1 else 'customers'} in credit ({amount:,.{decimals(code)}f} {code}) left out"
        if n
        else ""
        for n, amount, code in zip(count, balance, _currency(sums), strict=True)
    ]
    return pd.Series(said, index=sums.index, dtype="object")


def _currency(sums: pd.DataFrame) -> pd.Series:
    return sums.index.get_level_values("currency").to_series().reset_index(drop=True)


class _Texts:
    """The inputs in words, each column written once."""

    def __init__(self, sums: pd.DataFrame) -> None:
        self.sums, self.written = sums, {}
        self.currency = _currency(sums)
        self.units = units(self.currency)

    def of(self, names: tuple[str, ...]) -> list[str]:
        """'receivables 500,000.00; sales of the period 620,000.00; days 90' for every row."""
        return ["; ".join(words) for words in zip(*map(self.column, names), strict=True)]

    def column(self, name: str) -> list[str]:
        if name not in self.written:
            label, holds = LABELS[name]
            number = self.sums[name].to_numpy("float64")
            number = number / self.units if holds == "money" else number
            places = [decimals(str(code)) if holds == "money" else 0 for code in self.currency]
            self.written[name] = [
                f"{label} {value:z,.{n}f}" if np.isfinite(value) else f"{label} not known"
                for value, n in zip(number, places, strict=True)
            ]
        return self.written[name]


def _chosen(basis: Basis, only: Sequence[str] | None, by: str | None) -> list[Measure]:
    """The measures wanted; of single customers none that tells how customers compare."""
    every = {one.name: one for one in _measures(basis)}
    strange = [name for name in only or [] if name not in every]
    if strange:
        raise TableRefused(
            f"there is no measure '{strange[0]}'.",
            expected=f"some of {', '.join(every)}",
            got=repr(strange[0]),
            fix="leave 'only' out to see all of them",
        )
    wanted = list(every) if only is None else list(only)
    apart = by == "customer_id" and only is None
    return [every[name] for name in wanted if not (apart and every[name].inputs[:1] == ("customers",))]


def _measures(basis: Basis) -> list[Measure]:
    """All measures, in the order in which they are read."""
    return [*_outstanding(basis), *_collecting(basis), *_beyond_terms(basis), *_paying(basis), *_concentrated(basis)]


def _said(basis: Basis) -> dict[str, str]:
    """The choices of a basis as they stand in formulas."""
    return {
        "balance": "receivables (net of credit not yet applied)"
        if basis.credits == "netted"
        else "receivables (before credits)",
        "late": "past due after credits have paid the oldest" if basis.credits == "netted" else "past due before credits",
        "sales": f"sales of the period ({'less credit notes' if basis.sales == 'net' else 'credit notes not taken off'})",
        "days": f"days ({'calendar' if basis.month_days == 'calendar' or basis.days else '30 a month'})",
    }


def _outstanding(basis: Basis) -> list[Measure]:
    """How many days of sales are outstanding."""
    said = _said(basis)
    sales, days = said["sales"], said["days"]
    months = "calendar months" if basis.month_days == "calendar" else "months of 30 days"

    def per_day(part: str) -> Callable[[pd.DataFrame], np.ndarray]:
        return lambda sums: formulas.dso(sums[part], sums["sales"], sums["days"])

    def counted_back(sums: pd.DataFrame) -> np.ndarray:
        found = sums["whole_days"] + formulas.ratio(sums["rest"], sums["of_sales"]) * sums["of_days"]
        return np.where(sums["receivables"] == 0, 0.0, found)

    def extended(sums: pd.DataFrame) -> np.ndarray:
        return per_day("current")(sums) - formulas.ratio(sums["invoiced_terms"], sums["invoiced"])

    needs = ("why_sales",)
    return [
        Measure("dso", "days", f"{said['balance']} / {sales} x {days}", ("receivables", "sales", "days"),
                per_day("receivables"), needs),
        Measure("dso_count_back", "days",
                f"the newest {months}' sales taken off {said['balance']} until the rest is below a month's: their days "
                "+ rest / that month's sales x its days",
                ("receivables", "whole_days", "rest", "of_sales", "of_days"), counted_back, ("why_listed",),
                "the balance is a credit"),
        Measure("best_possible_dso", "days", f"{said['balance']} less what is {said['late']} / {sales} x {days}",
                ("current", "sales", "days"), per_day("current"), needs),
        Measure("average_days_delinquent", "days", f"DSO - best possible DSO: {said['late']} / {sales} x {days}",
                ("past_due", "sales", "days"), per_day("past_due"), needs),
        Measure("terms_granted", "days", "days from issue to due of the invoices of the period, weighted by amount",
                ("invoiced_terms", "invoiced"), lambda sums: formulas.ratio(sums["invoiced_terms"], sums["invoiced"]), needs),
        Measure("extended_beyond_terms", "days", "best possible DSO - terms granted", ("current", "sales", "days",
                "invoiced_terms", "invoiced"), extended, needs),
    ]  # fmt: skip


def _collecting(basis: Basis) -> list[Measure]:
    """How much of what could be collected was."""
    averaged = basis.cei_sales == "month average"
    loss = basis.write_offs == "loss"
    less = " - written off" if loss else ""
    cei = "(begin + {0}{1} - end) / (begin + {0} - end not past due) x 100"
    formula = cei.format("sales / months" if averaged else "sales", less) + f"; {_said(basis)['sales'].split(' (')[1][:-1]}"

    def index(prefix: str, months: str = "") -> Callable[[pd.DataFrame], np.ndarray]:
        return lambda sums: formulas.cei(
            sums[f"{prefix}begin"], sums[f"{prefix}sales"], sums["receivables"], sums["current"],
            written_off=sums[f"{prefix}written_off"] if loss else 0, months=sums[months] if months else 1,
        )  # fmt: skip

    def turned(sums: pd.DataFrame) -> np.ndarray:
        return formulas.turnover(sums["sales"], sums["begin"], sums["receivables"])

    lost = ("month_written_off",) if loss else ()
    period_lost = ("written_off",) if loss else ()
    period = ("begin", "sales", "receivables", "current", *period_lost, *(("months",) if averaged else ()))
    needs = ("why_sales", "why_begin")
    return [
        Measure("cei_month", "%", formula.replace("sales / months", "sales") + "; of the month up to the day",
                ("month_begin", "month_sales", "receivables", "current", *lost), index("month_"), ("why_listed", "why_month"),
                "there was nothing to collect"),
        Measure("cei_period", "%", formula + "; of the period", period, index("", "months" if averaged else ""), needs,
                "there was nothing to collect",
                "sales of a month beside balances a period apart: the flow does not reconcile" if averaged else ""),
        Measure("turnover", "times a period",
                f"{_said(basis)['sales']} / average of begin and end of {_said(basis)['balance']}",
                ("sales", "begin", "receivables"), turned, needs, "the average balance is not above 0"),
        Measure("collection_period", "days", f"{_said(basis)['days']} / turnover", ("days", "sales", "begin", "receivables"),
                lambda sums: formulas.ratio(sums["days"], turned(sums)), needs),
        Measure("written_off_of_sales", "%", f"written off in the period / {_said(basis)['sales']} x 100",
                ("written_off", "sales"), lambda sums: 100 * formulas.ratio(sums["written_off"], sums["sales"]),
                ("why_sales",)),
    ]  # fmt: skip


def _ratio_of(part: str, whole: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda sums: formulas.ratio(sums[part], sums[whole])


def _beyond_terms(basis: Basis) -> list[Measure]:
    """How long beyond terms: realised on what was paid, and so far on what is open."""
    late = _said(basis)["late"]
    paid, none = ("why_paid",), "no invoice was settled by money in the period"
    settled = "last payment less due date of the invoices settled by money in the period"

    def experian(sums: pd.DataFrame) -> np.ndarray:
        return formulas.dbt_from_buckets(*(sums[name] for name in ("late_1_30", "late_31_60", "late_61_90", "late_over_90")),
                                         balance=sums["owed"])  # fmt: skip

    return [
        Measure("days_past_due_weighted", "days", f"days past due of what is {late}, weighted by amount",
                ("past_due_days", "past_due"), _ratio_of("past_due_days", "past_due"), (), "nothing is past due", SO_FAR),
        Measure("dbt_paid_weighted", "days", f"{settled}, weighted by the money",
                ("paid_amount_late", "paid_amount"), _ratio_of("paid_amount_late", "paid_amount"), paid, none, SURVIVORS),
        Measure("dbt_paid_plain", "days", f"{settled}, plain mean",
                ("paid_late", "paid_invoices"), _ratio_of("paid_late", "paid_invoices"), paid, none, SURVIVORS),
        Measure("dbt_open_weighted", "days", f"days past due so far, 0 before the due day, over all that is owed; {late}",
                ("past_due_days", "owed"), _ratio_of("past_due_days", "owed"), (), "nothing is owed", SO_FAR),
        Measure("dbt_open_plain", "days", "days past due so far, 0 before the due day, plain mean of the open invoices",
                ("open_late", "open_invoices"), _ratio_of("open_late", "open_invoices"), (), "no invoice is open", SO_FAR),
        Measure("dbt_open_buckets", "days", "(1-30 x 15 + 31-60 x 45 + 61-90 x 75 + over 90 x 105) / all that is owed; "
                f"{late}", ("late_1_30", "late_31_60", "late_61_90", "late_over_90", "owed"), experian, (), "nothing is owed"),
    ]  # fmt: skip


def _paying(_: Basis) -> list[Measure]:
    """How long from invoice to money: of what was settled, of the money itself, and with open invoices counted so far."""
    paid, none = ("why_paid",), "no invoice was settled by money in the period"
    so_far = "invoices settled by money in the period, last payment less issue, and open ones so far"

    def with_open(part: str, number: str) -> Callable[[pd.DataFrame], np.ndarray]:
        return lambda sums: formulas.ratio(sums[f"paid_{part}"] + sums[f"open_{part}"],
                                           sums[f"paid_{number}"] + sums[f"open_{number}"])  # fmt: skip

    return [
        Measure("days_to_pay", "days", "last payment less issue of the invoices settled by money in the period, plain mean",
                ("paid_age", "paid_invoices"), _ratio_of("paid_age", "paid_invoices"), paid, none, SURVIVORS),
        Measure("days_to_pay_weighted", "days", "last payment less issue of the invoices settled by money in the period, "
                "weighted by the money", ("paid_amount_age", "paid_amount"), _ratio_of("paid_amount_age", "paid_amount"),
                paid, none, SURVIVORS),
        Measure("days_to_pay_by_payment", "days", "each payment for an invoice in the period, part payments too, less issue, "
                "weighted by the money", ("money_days", "money"), _ratio_of("money_days", "money"), ("why_listed",),
                "no money came in the period", "money that came only: what is unpaid is not in it"),
        Measure("days_to_pay_with_open", "days", f"{so_far}, plain mean", ("paid_age", "paid_invoices", "open_age",
                "open_invoices"), with_open("age", "invoices"), paid, "no invoice is open or was settled", SO_FAR),
        Measure("days_to_pay_with_open_weighted", "days", f"{so_far}, weighted by the money received and the open amount",
                ("paid_amount_age", "paid_amount", "open_amount_age", "open_amount"), with_open("amount_age", "amount"), paid,
                "no invoice is open or was settled", SO_FAR),
    ]  # fmt: skip


def _concentrated(basis: Basis) -> list[Measure]:
    """How much of the balance few customers hold."""
    whose = "balances per customer, credits taken off" if basis.credits == "netted" else "balances per customer before credits"
    inputs, none = ("customers", "owing"), "nobody owes anything"

    def taken(name: str) -> Callable[[pd.DataFrame], np.ndarray]:
        return lambda sums: sums[name].to_numpy()

    tops = [
        Measure(f"top_{most}_share", "share", f"the largest {'balance' if most == 1 else f'{most} balances'} / all; {whose}",
                inputs, taken(f"top_{most}"), (), none)
        for most in (1, 5, 10)
    ]  # fmt: skip
    return [
        *tops,
        Measure("gini", "index", f"2 x sum(place x balance) / (n x sum) - (n + 1) / n, ascending; {whose}", inputs,
                taken("gini"), (), none),
        Measure("hhi", "index", f"sum of squared shares (Herfindahl-Hirschman), 1 / n to 1; {whose}", inputs,
                taken("hhi"), (), none),
    ]  # fmt: skip
