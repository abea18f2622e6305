"""Payment terms: words as exports write them, to due dates, instalments and early-payment discounts.

What is not understood for certain is not understood: `parse` returns None and the due date stays missing. Amounts are
``int64`` minor units (see `arkit.money`); shares are fractions, so nothing depends on floats.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd

from arkit.errors import ArkitError

#: The most a number of days, weeks or months can be before it is taken for something else.
MOST = {"day": 366, "week": 53, "month": 12}
#: A discount of more than this is no discount for early payment.
MOST_DISCOUNT = Fraction(1, 4)

Base = Literal["gross", "net"]
Grant = Literal["in_time", "force", "never"]


@dataclass(frozen=True)
class Delay:
    """From the day of issue to a day: months and days, then the month's end, then more, then a day of that month.

    ``days=30, month_end=True`` counts 30 days and goes to the end of that month; ``month_end=True, then_days=30`` goes to
    the end of the month of issue and counts 30 days. Both are called '30 days end of month' somewhere.

    Examples
    --------
    >>> str(Delay(days=30, month_end=True)), str(Delay(month_end=True, then_days=30))
    ('30 days after issue, then the end of that month', 'the end of the month of issue, then 30 days')
    """

    days: int = 0
    months: int = 0
    month_end: bool = False
    then_months: int = 0
    then_days: int = 0
    on_day: int = 0

    def __str__(self) -> str:
        """The delay in words."""
        counted = " and ".join(_count(n, unit) for n, unit in ((self.months, "month"), (self.days, "day")) if n)
        said = [f"{counted} after issue"] if counted else []
        if self.month_end:
            said.append("the end of that month" if said else "the end of the month of issue")
        said += [f"{_count(self.then_months, 'month')} on, at its end"] if self.then_months else []
        said += [_count(self.then_days, "day")] if self.then_days else []
        said += [f"day {self.on_day} of that month"] if self.on_day else []
        return ", then ".join(said) or "the day of issue"

    def after(self, issued: pd.Series) -> pd.Series:
        """The day reached from each day of issue; missing where that is missing. A month's end is never passed over.

        Examples
        --------
        >>> issued = pd.Series(pd.to_datetime(["2015-01-30", "2015-03-02"]))
        >>> Delay(days=60, month_end=True).after(issued).dt.strftime("%Y-%m-%d").tolist()
        ['2015-03-31', '2015-05-31']
        """
        day = _days(issued)
        if self.months:
            month = day.astype("datetime64[M]")
            same_day = (month + self.months).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
            day = np.minimum(same_day, _last_day(month + self.months))
        day = day + np.timedelta64(self.days, "D")
        if self.month_end:
            day = _last_day(day.astype("datetime64[M]") + self.then_months)
        day = day + np.timedelta64(self.then_days, "D")
        if self.on_day:
            month = day.astype("datetime64[M]")
            day = np.minimum(month.astype("datetime64[D]") + np.timedelta64(self.on_day - 1, "D"), _last_day(month))
        return _series(day, issued.index)


@dataclass(frozen=True)
class Part:
    """One instalment: its share of the amount, None for all that is left, and when it is due.

    ``step`` is what its amount is rounded to, in minor units: 100 for whole euros.
    """

    share: Fraction | None
    due: Delay
    step: int = 1


@dataclass(frozen=True)
class Discount:
    """What share may be taken off for paying up to and including a day."""

    share: Fraction
    until: Delay


@dataclass(frozen=True)
class Terms:
    """Payment terms as they were understood: one or more instalments, and discounts, the greatest first.

    Examples
    --------
    >>> print(parse("2/10 net 30"))
    2 % off until 10 days after issue; in full 30 days after issue
    >>> print(parse("50% advance, balance 30 days"))
    50 % the day of issue; the rest 30 days after issue
    """

    parts: tuple[Part, ...]
    discounts: tuple[Discount, ...] = ()

    def __str__(self) -> str:
        """The terms in words."""
        said = [f"{_percent(step.share)} off until {step.until}" for step in self.discounts]
        named = [("the rest" if part.share is None else _percent(part.share), part.due) for part in self.parts]
        named = [("in full", self.parts[0].due)] if len(self.parts) == 1 else named
        return "; ".join([*said, *(f"{share} {due}" for share, due in named)])


def parse(words: object, *, days_end_of_month: Literal["days_first", "month_end_first"] = "days_first") -> Terms | None:
    """The terms that a text means, or None where it is not known for certain.

    English, German, French, Spanish, Dutch, Portuguese and Italian words are known. Days count from the day of issue; terms
    that count from another day (delivery, receipt of the goods, a statement), working days, and codes are not understood.

    Parameters
    ----------
    days_end_of_month
        How '30 days end of month' is read: 30 days and then the end of that month, or the month's end and then 30 days.
        Words that say the order themselves ('EOM + 30', '30 days from end of month') are read as they say.

    Examples
    --------
    >>> for text in ["Net 30", "30 days EOM", "EOM + 30", "10th of following month", "à réception", "10 Tage 2 %, 30 netto"]:
    ...     print(parse(text))
    in full 30 days after issue
    in full 30 days after issue, then the end of that month
    in full the end of the month of issue, then 30 days
    in full 1 month after issue, then day 10 of that month
    in full the day of issue
    2 % off until 10 days after issue; in full 30 days after issue
    >>> print(parse("as agreed"), parse("2/10"), parse("30 days after delivery"))
    None None None
    """
    if words is None or (isinstance(words, float) and np.isnan(words)):
        return None
    tokens = _tokens(str(words))
    terms = _instalments(tokens) or _discounted(tokens)
    if terms and days_end_of_month == "month_end_first" and not AFTER_END.search(tokens):
        return Terms(tuple(Part(p.share, _end_first(p.due), p.step) for p in terms.parts), terms.discounts)
    return terms


def due_dates(
    issued: pd.Series,
    terms: "pd.Series | Terms",
    *,
    postponed: Mapping[object, object] | None = None,
    weekends: bool = False,
) -> pd.DataFrame:
    """When each document is due: one row per document, missing where its terms are not understood.

    ``due_date`` is the day of the last instalment, ``discount_until`` the last day of the greatest discount and
    ``discount_share`` that discount; ``terms_read`` says in words how the terms were understood, empty where they were not.

    Parameters
    ----------
    issued
        Days of issue.
    terms
        Texts on the same index, or one `Terms` for all.
    postponed
        Days on which nothing can be paid, and the later day that stands for each. Discounts are not postponed.
    weekends
        Whether a Saturday or Sunday is postponed to Monday.

    Raises
    ------
    ArkitError
        If a day would be postponed to itself or to an earlier one.

    Examples
    --------
    >>> issued = pd.Series(pd.to_datetime(["2026-01-10", "2026-01-10", "2026-01-10"]))
    >>> due_dates(issued, pd.Series(["2/10 net 30", "30 EOM", "?"]))[["due_date", "discount_until", "discount_share"]]
        due_date discount_until  discount_share
    0 2026-02-09     2026-01-20            0.02
    1 2026-02-28            NaT             NaN
    2        NaT            NaT             NaN
    """
    moved = _moves(postponed, weekends)
    due, until = (np.full(len(issued), "NaT", dtype="datetime64[s]") for _ in range(2))
    share = np.full(len(issued), np.nan)
    read = np.full(len(issued), "", dtype="object")
    for known, rows in _distinct(terms, len(issued)):
        some = issued.iloc[rows]
        due[rows] = moved(known.parts[-1].due.after(some)).to_numpy()
        read[rows] = str(known)
        if known.discounts:
            until[rows] = known.discounts[0].until.after(some).to_numpy()
            share[rows] = float(known.discounts[0].share)
    columns = {"due_date": due, "discount_until": until, "discount_share": share, "terms_read": pd.array(read, dtype="str")}
    return pd.DataFrame(columns, index=issued.index)


def instalments(
    minor: pd.Series, terms: "pd.Series | Terms", issued: pd.Series, *, tax: pd.Series | None = None
) -> pd.DataFrame:
    """What is due when: one row per instalment of each document, its documents in the order given.

    Columns: ``document`` (the label of the document in the index of ``minor``), ``instalment`` (1 is the first),
    ``due_date`` and ``minor``, in minor units. Each share is rounded half away from zero to its part's step; the last
    instalment takes all that is left, so the instalments of a document add up to it exactly. Documents whose terms are not
    understood have no row.

    Parameters
    ----------
    minor
        Amounts in minor units, tax included.
    tax
        The tax in them: shares are then of the amount without tax, and the tax falls on the last instalment.

    Examples
    --------
    >>> issued = pd.Series(pd.to_datetime(["2026-01-15"]))
    >>> instalments(pd.Series([10000]), pd.Series(["3 x 30 days"]), issued)
       document  instalment   due_date  minor
    0         0           1 2026-02-14   3333
    1         0           2 2026-03-16   3333
    2         0           3 2026-04-15   3334
    """
    amounts = minor.to_numpy("int64")
    taxes = np.zeros_like(amounts) if tax is None else tax.to_numpy("int64")
    found = []
    for known, rows in _distinct(terms, len(minor)):
        left = amounts[rows].copy()
        for number, part in enumerate(known.parts, 1):
            last = number == len(known.parts)
            here = left if last or part.share is None else share_of(amounts[rows] - taxes[rows], part.share, part.step)
            left = left - here
            due = part.due.after(issued.iloc[rows]).to_numpy()
            found.append(pd.DataFrame({"row": rows, "instalment": number, "due_date": due, "minor": here}))
    if not found:
        typed = {"document": minor.index[:0], "instalment": [], "due_date": [], "minor": []}
        return pd.DataFrame(typed).astype({"instalment": "int64", "due_date": "datetime64[s]", "minor": "int64"})
    both = pd.concat(found).sort_values(["row", "instalment"], ignore_index=True)
    both.insert(0, "document", minor.index[both["row"]])
    return both.drop(columns="row")


def early_payment(
    minor: pd.Series, terms: "pd.Series | Terms", issued: pd.Series, *, tax: pd.Series | None = None, base: Base = "gross"
) -> pd.DataFrame:
    """The greatest discount of each document: ``discount_until``, ``discount`` and ``payable``, in minor units.

    Documents without a discount have no day, a discount of 0 and are payable in full.

    Parameters
    ----------
    base
        ``gross``: the share is of the whole amount. ``net``: of the amount without ``tax``.

    Examples
    --------
    >>> early_payment(pd.Series([115000]), pd.Series(["2/10 net 30"]), pd.Series(pd.to_datetime(["2019-04-15"])))
      discount_until  discount  payable
    0     2019-04-25      2300   112700
    """
    _must_be("base", base, ("gross", "net"))
    amounts = minor.to_numpy("int64")
    of = amounts - tax.to_numpy("int64") if tax is not None and base == "net" else amounts
    if tax is None and base == "net":
        raise ArkitError(
            "a discount on the amount without tax needs the tax.",
            expected="tax, in minor units, on the index of the amounts",
            got="no tax",
            fix="hand over tax=..., or say base='gross'",
        )
    off = np.zeros_like(amounts)
    until = np.full(len(minor), "NaT", dtype="datetime64[s]")
    for known, rows in _distinct(terms, len(minor)):
        if known.discounts:
            off[rows] = share_of(of[rows], known.discounts[0].share)
            until[rows] = known.discounts[0].until.after(issued.iloc[rows]).to_numpy()
    return pd.DataFrame({"discount_until": until, "discount": off, "payable": amounts - off}, index=minor.index)


def discount_taken(
    payments: pd.DataFrame, *, grant: Grant = "in_time", tolerance_days: int = 0, tolerance: int = 0
) -> pd.DataFrame:
    """Whether a short payment is a discount: one row per payment, with what is granted and what stays open.

    ``taken`` says one of: ``in full`` (nothing is missing), ``in time``, ``late`` (the discount was taken after its day and
    the tolerance), ``none offered``, ``too little`` (more is missing than the discount and the tolerance). ``granted`` and
    ``open`` are in minor units; ``granted_tax`` is the part of what is granted that corrects tax, pro rata of the document.

    Parameters
    ----------
    payments
        ``owed`` before the payment, ``paid`` and ``discount`` in minor units, the days ``paid_on`` and ``discount_until``;
        ``tax`` within ``owed``, where the discount is of the amount with tax.
    grant
        ``in_time`` grants what was taken in time; ``force`` grants late discounts too; ``never`` leaves all open.
    tolerance_days
        Days after ``discount_until`` that still count as in time.
    tolerance
        Minor units that may be missing beyond the discount; they are granted with it.

    Examples
    --------
    >>> payments = pd.DataFrame({"owed": 115000, "paid": 112700, "discount": 2300, "tax": 15000,
    ...     "discount_until": pd.Timestamp("2019-03-11"), "paid_on": pd.to_datetime(["2019-03-11", "2019-05-01"])})
    >>> discount_taken(payments)
         taken  granted  granted_tax  open
    0  in time     2300          300     0
    1     late        0            0  2300
    """
    _must_be("grant", grant, ("in_time", "force", "never"))
    owed, paid, off = (payments[name].to_numpy("int64") for name in ("owed", "paid", "discount"))
    short = owed - paid
    offered = (off > 0) & payments["discount_until"].notna().to_numpy()
    last = payments["discount_until"] + pd.Timedelta(days=tolerance_days)
    in_time = payments["paid_on"].le(last).to_numpy()
    fits = offered & (short <= off + tolerance)
    taken = np.select(
        [short <= 0, ~offered, ~fits, in_time], ["in full", "none offered", "too little", "in time"], default="late"
    )
    granted = np.where((short > 0) & fits & (in_time | (grant == "force")) & (grant != "never"), short, 0)
    tax = payments["tax"].to_numpy("int64") if "tax" in payments else np.zeros_like(owed)
    columns = {
        "taken": pd.array(taken.astype("object"), dtype="str"),
        "granted": granted,
        "granted_tax": _pro_rata(granted, tax, owed),
        "open": short - granted,
    }
    return pd.DataFrame(columns, index=payments.index)


def yearly_cost(share: float, discount_days: int, net_days: int, *, year: int = 365, effective: bool = False) -> float:
    """What a customer who does not take the discount pays for the money, per year, as a share.

    Simple: ``d / (1 - d) x year / (N - D)``. Effective: ``(1 + d / (1 - d)) ** (year / (N - D)) - 1``. Where the customer
    pays later than agreed, ``net_days`` is the day it really pays. The formulas are those of textbooks of finance; with 360
    days 2/10 net 30 is 36.73 % (mathcelebrity.com).

    Raises
    ------
    ArkitError
        If the share is not between 0 and 1, or the discount runs as long as the terms.

    Examples
    --------
    >>> round(yearly_cost(0.02, 10, 30), 4), round(yearly_cost(0.02, 10, 30, effective=True), 4)
    (0.3724, 0.4459)
    """
    if not 0 <= share < 1 or discount_days >= net_days:
        raise ArkitError(
            "these terms have no yearly cost.",
            expected="a share from 0 to 1, and a discount that ends before the terms do",
            got=f"{share:g} within {discount_days} days, {net_days} days net",
            fix="give the share as 0.02 and the days of both",
        )
    gain, periods = share / (1 - share), year / (net_days - discount_days)
    return (1 + gain) ** periods - 1 if effective else gain * periods


def share_of(minor: np.ndarray, share: Fraction, step: int = 1) -> np.ndarray:
    """A share of each amount, rounded half away from zero to ``step`` minor units; exact whatever the amount.

    Examples
    --------
    >>> share_of(np.array([10001, -10001, 9_000_000_000_000_000]), Fraction(1, 2)).tolist()
    [5001, -5001, 4500000000000000]
    """
    size = share.denominator * step
    whole, rest = np.divmod(np.abs(minor), size)
    steps = whole * share.numerator + (2 * rest * share.numerator + size) // (2 * size)
    return np.sign(minor) * steps * step


def _pro_rata(part: np.ndarray, of: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """``part x of / whole``, rounded half up in whole numbers; 0 where there is no whole."""
    safe = np.where(whole == 0, 1, whole).astype("object")
    exact = (2 * part.astype("object") * of.astype("object") + safe) // (2 * safe)
    return np.where(whole == 0, 0, exact).astype("int64")


def _must_be(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ArkitError(
            f"{name}='{value}' is not known.", expected=f"one of {', '.join(allowed)}", got=repr(value), fix=f"say {name}=..."
        )


def _distinct(terms: "pd.Series | Terms", rows: int) -> Iterator[tuple[Terms, np.ndarray]]:
    """Each distinct terms that are understood, and the places of the documents that have them."""
    if isinstance(terms, Terms):
        yield terms, np.arange(rows)
        return
    codes, texts = pd.factorize(terms)
    order = np.argsort(codes, kind="stable")
    begins = np.searchsorted(codes[order], np.arange(len(texts) + 1))
    for number, text in enumerate(texts):
        if known := parse(text):
            yield known, order[begins[number] : begins[number + 1]]


def _moves(postponed: Mapping[object, object] | None, weekends: bool) -> Callable[[pd.Series], pd.Series]:
    """What moves days on until none is a day on which nothing can be paid."""
    later = {pd.Timestamp(str(day)): pd.Timestamp(str(then)) for day, then in (postponed or {}).items()}
    wrong = [day for day, then in later.items() if then <= day]
    if wrong:
        raise ArkitError(
            f"{wrong[0]:%Y-%m-%d} cannot be postponed to {later[wrong[0]]:%Y-%m-%d}.",
            expected="a later day",
            got=f"{later[wrong[0]]:%Y-%m-%d}",
            fix="postpone each day to one after it",
        )

    def move(days: pd.Series) -> pd.Series:
        for _ in range(2 * len(later) + 2):  # each round passes a day that is named once, or a weekend
            free = days.map(later).fillna(days).astype("datetime64[s]") if later else days
            ahead = (7 - free.dt.day_of_week).where(free.dt.day_of_week >= 5, 0).fillna(0) if weekends else 0
            free = (free + pd.to_timedelta(ahead, unit="D")).astype("datetime64[s]")
            if not free.gt(days).any():
                break
            days = free
        return days

    return move


def _days(issued: pd.Series) -> np.ndarray:
    return issued.to_numpy("datetime64[s]").astype("datetime64[D]")


def _series(days: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(days.astype("datetime64[s]"), index=index)


def _last_day(month: np.ndarray) -> np.ndarray:
    return (month + 1).astype("datetime64[D]") - np.timedelta64(1, "D")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.4g} %"


def _end_first(due: Delay) -> Delay:
    """The other reading of '30 days end of month'."""
    return Delay(month_end=True, then_months=due.months, then_days=due.days) if due.month_end and due.days else due


# -- words to tokens: six languages to one small vocabulary ------------------------------------------------------------------

#: Phrases without accents, and the token each becomes; the first that fits wins, so longer phrases stand first.
PHRASES: tuple[tuple[str, str], ...] = (
    (r"end of (?:the )?(?:following|next) month|month end following|ende des folgemonats|fin de?u? ?mois suivant", "eomnext"),
    (r"fin del? mes siguiente|einde volgende maand|fi[mn] do mes seguinte|fine mese successivo", "eomnext"),
    (r"end of (?:the )?(?:month of (?:the )?invoice|invoice month|month)|month[ -]?end|e ?o ?m|monatsende", "eom"),
    (r"(?:zum )?ende des monats|(?:en )?fin de mois|(?:a )?fin(?:al)? del? mes|(?:per )?einde? (?:van de )?maand", "eom"),
    (r"(?:no )?fi(?:m|nal) d[eo] mes|fine mese|\bf ?m\b|invoice month|month of (?:the )?invoice|rechnungsmonat", "eom"),
    (r"(?:of )?(?:the )?(?:following|next) month|(?:of )?(?:the )?month following(?: (?:the )?invoice)?|prox(?:imo)?", "next"),
    (r"(?:des )?(?:folgemonats|folgemonat|nachsten monats)|(?:du )?mois suivant|(?:del )?mes siguiente", "next"),
    (r"(?:van de )?volgende maand|(?:do )?mes seguinte|(?:del )?(?:mese successivo|proximo mes)", "next"),
    (r"cash (?:on|in|before|with) (?:delivery|advance|order)|payments? in advance|advance payment|in advance|cia", "cash"),
    (r"cod|cbd|cwo|pia|pre ?paid|pre ?payment|(?:up)?on (?:invoice )?receipt(?: of (?:the )?invoice)?", "cash"),
    (r"immediate(?:ly)?", "cash"),
    (r"sofort|vorkasse|vorauskasse|nachnahme|barzahlung|bei (?:erhalt|rechnungserhalt)|nach erhalt der rechnung", "cash"),
    (r"(?:a|des) (?:la )?reception(?: de (?:la )?facture)?|(?:au )?comptant|contre remboursement|paiement d avance", "cash"),
    (r"immediat|a la recepcion(?: de (?:la )?factura)?|(?:al |de )?contado|a (?:la )?vista|inmediato|anticipado", "cash"),
    (r"contra entrega|(?:bij|na) ontvangst(?: (?:van )?factuur)?|contant|vooruitbetaling|vooraf|rembours|per direct", "cash"),
    (r"direct(?! debit)|pronto pagamento|antecipado|adiantado|no recebimento|vista fattura", "cash"),
    (r"cash discount", "discount"),
    (r"immediato|cash|advance|deposit", "cash"),
    (r"remaining balance|balance|remainder|rest|saldo|solde|resto", "balance"),
    (r"calendar days?|kalendertagen?|days?|tagen?|tag|jours?|jrs|dias?|dagen?|dag|dgn|giorni|gg|d|j", "day"),
    (r"weeks?|wks?|wochen?|semaines?|semanas?|weken|week|settiman[ae]", "week"),
    (r"months?|mths?|monate?n?|mois|mes|meses|maanden|maand|mes[ei]", "month"),
    (r"percent|per cent|prozent|pct|pour cent|por ciento|procent|por cento|per cento", "%"),
    (r"nett?o?|neto|nt|n", "net"),
    (r"from|after|following|ab|nach|vanaf|na|desde|despues de|apres|a partir de|a compter de|depois de?|apos|dopo", "after"),
    (r"invoice|inv|rechnungs?|rechnungsdatum|rechnungsstellung|facture|factura|factuur|factuurdatum|fatura|fattura", "invoice"),
    (r"dated?|datum|fecha|data|issue|emission|emissao|emision|df|ff", "invoice"),
    (r"(?:early payment )?(?:discount|disc|skonto|escompte|descuento|korting|desconto|sconto)", "discount"),
    (r"on the|on|le|el|am|zum|op de|op", "on"),
    (r"st|nd|rd|th", "th"),
    (r"mal|fois|veces|keer|vezes|volte|\u00d7", "x"),
)  # fmt: skip
#: Words that say nothing about the day.
NOISE = (
    "due|payable|pay|payments?|paid|terms?|within|in|of|the|is|full|if|a|our|your|strictly|zahlbar|zahlung|zahlungsziel|fallig|"
    "innerhalb|innert|binnen|von|ohne|abzug|rein|mit|des|der|die|und|and|paiement|sous|du|de|la|a|dans|payer|por|en|los|las|"
    "pago|plazo|vencimiento|betaling|betaalbaar|betaaltermijn|betalen|prazo|pagamento|ate|em|do|da|dal|dalla|del|della|con|with|or|"
    "met|avec|com|entro|tot|van|otherwise|danach|sonst"
)
WORDS = re.compile(rf"\b(?:{NOISE})\b")
TOKENS = tuple((re.compile(rf"(?<![a-z])(?:{phrase})(?![a-z])"), f" {token} ") for phrase, token in PHRASES)
#: 'After the end of the month' in tokens: the order is said.
AFTER_END = re.compile(r"after eom|eom (?:after|\+)")


def _tokens(words: str) -> str:
    """The words as tokens of the vocabulary, one blank between two; what is not known stays as it is."""
    if words.strip().startswith("-"):
        return words
    plain = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    if whole := re.fullmatch(r"\s*(\d+)[.,]0+\s*", plain):
        return whole[1]
    text = re.sub(r"(\d),(\d+)(?=\s*(?:%|percent|prozent|pct))", r"\1.\2", plain)
    text = re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b)|(?<=[a-z])\.(?=\s|$)", "", text)
    text = re.sub(r"(?<=\d)\.(?!\d)|(?<!\d)\.|['\u2019]", " ", text)
    text = re.sub(r"[-\u2013\u2014_]", " ", re.sub(r"[;:()\[\]]", " , ", text))
    text = re.sub(r"(?<=\d)(?=[a-z%])|(?<=[a-z%])(?=\d)", " ", text)
    text = re.sub(r"([%/+,\u00d7])", r" \1 ", text)
    text = re.sub(r"\s+", " ", text)
    for pattern, token in TOKENS:
        text = pattern.sub(token, text)
    text = " ".join(WORDS.sub(" ", text).split())
    text = re.sub(r"(?:after )?invoice(?: invoice)*|(?<=%) /|(?<=net) /|/ (?=net)", "", text)
    text = re.sub(r"\bdiscount\b", "", text) if "%" in text else text
    text = re.sub(r"(?:, )+(?=,)|^[, ]+|[, ]+$", "", " ".join(text.split()))
    return " ".join(text.split())


# -- tokens to terms -------------------------------------------------------------------------------------------------------

NUMBER = r"(\d{1,4})"
UNIT = r"(day|week|month)"
COUNT = re.compile(rf"{NUMBER}(?: {UNIT})?(?: (eom))?")
DELAYS: tuple[tuple[re.Pattern[str], Callable[[tuple[str, ...]], Delay]], ...] = (
    (re.compile(r"()cash(?: cash)*"), lambda _: Delay()),
    (re.compile(r"()eom"), lambda _: Delay(month_end=True)),
    (re.compile(r"()eomnext"), lambda _: Delay(month_end=True, then_months=1)),
    (re.compile(rf"eom (?:after|\+) {NUMBER}(?: {UNIT})?"), lambda found: _after_end(found[0], found[1])),
    (re.compile(rf"\+? ?{NUMBER}(?: {UNIT})? after eom"), lambda found: _after_end(found[0], found[1])),
    (re.compile(rf"(?:on |day )*{NUMBER}(?: th)? next"), lambda found: Delay(months=1, on_day=_within(found[0], 31))),
    (re.compile(rf"eom on {NUMBER}(?: th)?"), lambda found: Delay(month_end=True, then_days=_within(found[0], 28))),
    (
        re.compile(rf"{NUMBER} day eom on {NUMBER}(?: th)?"),
        lambda found: Delay(days=_within(found[0], 366), month_end=True, then_days=_within(found[1], 28)),
    ),
)


def _delay(tokens: str) -> Delay | None:
    """The delay that tokens mean; None where they mean none, or a number is out of bounds."""
    said = " ".join(token for token in tokens.split() if token not in ("net", ","))
    try:
        if found := COUNT.fullmatch(said):
            days, months = _counted(found[1], found[2])
            return Delay(days=days, months=months, month_end=bool(found[3]))
        for pattern, made in DELAYS:
            if found := pattern.fullmatch(said):
                return made(found.groups())
    except ValueError:
        return None
    return None


def _within(number: str, most: int) -> int:
    if not 0 < int(number) <= most:
        raise ValueError(f"{number} is out of bounds")
    return int(number)


def _counted(number: str, unit: str | None) -> tuple[int, int]:
    """A number and its unit as days and months; a number alone is days."""
    if int(number) > MOST[unit or "day"]:
        raise ValueError(f"{number} {unit} is out of bounds")
    return (0, int(number)) if unit == "month" else (int(number) * (7 if unit == "week" else 1), 0)


def _after_end(number: str, unit: str | None) -> Delay:
    days, months = _counted(number, unit)
    return Delay(month_end=True, then_days=days, then_months=months)


RATE = r"(\d{1,3}(?:\.\d{1,4})?)"
#: The orders in which a discount and its days are written; a text must make sense in one of them only.
DISCOUNTS = (
    (re.compile(rf"{RATE} % {NUMBER}(?: day)?(?! %)"), (0, 1)),
    (re.compile(rf"{RATE} %(?: ,)? {NUMBER} day"), (0, 1)),
    (re.compile(rf"{NUMBER}(?: day)?(?: ,)? {RATE} %"), (1, 0)),
    (re.compile(rf"^{RATE} (?:/ )?{NUMBER}(?: day)?(?: ,)?(?= net \d)"), (0, 1)),
)


def _discounted(tokens: str) -> Terms | None:
    """One instalment, with or without discounts; None unless exactly one reading makes sense."""
    if due := _delay(tokens):
        return Terms((Part(None, due),))
    readings = {_read(tokens, pattern, places) for pattern, places in DISCOUNTS} - {None}
    return readings.pop() if len(readings) == 1 else None


def _read(tokens: str, pattern: re.Pattern[str], places: tuple[int, int]) -> Terms | None:
    found = [[match.groups()[place] for place in places] for match in pattern.finditer(tokens)]
    due = _delay(" ".join(pattern.sub(" ", tokens).split())) if found else None
    if not due:
        return None
    steps = sorted((_share(rate), int(days)) for rate, days in found)[::-1]
    longer = [days for _, days in steps]
    at_least = due.days + 28 * due.months + due.then_days + 28 * due.then_months + due.on_day
    sensible = all(0 < share <= MOST_DISCOUNT for share, _ in steps) and longer == sorted(set(longer))
    if not sensible or (longer[-1] >= at_least and not due.month_end):
        return None
    return Terms((Part(None, due),), tuple(Discount(share, Delay(days=days)) for share, days in steps))


def _share(percent: str) -> Fraction:
    return Fraction(percent) / 100


TIMES = re.compile(rf"(\d{{1,2}}) x {NUMBER}(?: {UNIT})?")
LADDER = re.compile(rf"{NUMBER}(?: / {NUMBER})+ day")
PIECE = re.compile(rf"(?:{RATE} %|balance)(?: (.+?))?(?: ,)?")


def _instalments(tokens: str) -> Terms | None:
    """Several instalments: '3 x 30 day', '30 / 60 / 90 day', '50 % cash , balance 30 day'; None where it is none of these."""
    if found := TIMES.fullmatch(tokens):
        return _times(int(found[1]), found[2], found[3])
    if LADDER.fullmatch(tokens):
        days = [int(number) for number in re.findall(r"\d+", tokens)]
        apart = days == [days[0] * place for place in range(1, len(days) + 1)]
        return _equal([Delay(days=day) for day in days]) if apart and days[0] >= 15 and days[-1] <= MOST["day"] else None
    pieces = [
        PIECE.fullmatch(piece.strip()) for piece in re.split(rf"(?=(?<![\d.]){RATE} %)|(?=balance)", tokens) if _says(piece)
    ]
    if len(pieces) < 2 or not all(pieces):
        return None
    shares = [_share(piece[1]) if piece and piece[1] else None for piece in pieces]
    dues = [_delay(piece[2] or "") if piece else None for piece in pieces]
    stated = [share for share in shares if share is not None]
    complete = sum(stated) == 1 if None not in shares else shares.index(None) == len(shares) - 1 and sum(stated) < 1
    if not complete or not all(dues):
        return None
    parts = [Part(share, due) for share, due in zip(shares, dues, strict=True) if due]
    return Terms((*parts[:-1], Part(None, parts[-1].due)))


def _says(piece: str | None) -> bool:
    return bool(piece and re.search(r"%|balance", piece))


def _times(count: int, number: str, unit: str | None) -> Terms | None:
    try:
        days, months = _counted(number, unit)
    except ValueError:
        return None
    return (
        _equal([Delay(days=days * place, months=months * place) for place in range(1, count + 1)]) if 2 <= count <= 36 else None
    )


def _equal(dues: list[Delay]) -> Terms:
    """Equal instalments; the last takes what rounding leaves."""
    return Terms((*(Part(Fraction(1, len(dues)), due) for due in dues[:-1]), Part(None, dues[-1])))
