"""A made-up company in Ireland, and the files its accounting system would export.

Every customer follows one of the behaviours declared in `BEHAVIOURS`, so what an analysis should find is known beforehand.
No company, person or number in it is real. The same arguments give the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from arkit.errors import ArkitError, OutputRefused
from arkit.ledger import Ledger, parse_day
from arkit.tables import ENTRIES

#: Days in a month, on average.
MONTH = 365.25 / 12
#: A delay in days that nobody lives to see.
NEVER = 9_999
#: Months over which a sliding customer gets later; days from one part of a payment to the next, and from a promise to its day.
SLIDE_MONTHS, PART_DAYS, PROMISE_DAYS = 7, 25, 8
#: Days from issue to due, one of five.
USUAL, SHORT, LONG = (14, 30, 30, 45, 60), (14, 14, 14, 30, 30), (30, 30, 30, 30, 45)
#: How late invoices are chased: what is done, how many days after the due day, and how often it is done at all.
NOW_AND_THEN = (("reminder", 10, 0.3), ("call", 24, 0.2), ("letter", 50, 0.3))
FIRMLY = (("reminder", 8, 1.0), ("call", 20, 1.0), ("firm_notice", 41, 1.0), ("final_demand", 66, 0.8))
BY_PHONE = (("call", 30, 0.5), ("call", 75, 0.7))
PUT_OFF = (("reminder", 9, 0.5), ("promise", 16, 0.5), ("call", 29, 0.5), ("promise", 33, 0.5))


@dataclass(frozen=True)
class Behaviour:
    """How one sort of customer buys and pays.

    ``weight`` of sixty customers are of this sort. They get about ``monthly`` invoices a month around the amount
    ``median``, from ``first`` to ``final`` days before the last day, on one of ``terms``. They pay ``delay`` days late,
    give or take ``spread``, and ``slide`` days later with each of the last months; in so many ``parts``; on the day
    ``pays_on`` of the month. ``short``, ``bounced`` and ``disputed`` are shares of their invoices. Payments of the last
    ``loose`` days are not applied. All that is overdue is promised for the day ``promised``, counted from the last one.
    """

    name: str
    weight: int
    delay: float = 0
    spread: float = 4
    slide: float = 0
    monthly: float = 1.0
    median: float = 1_600
    first: float = np.inf
    final: float = 0
    terms: tuple[int, int, int, int, int] = USUAL
    parts: int = 1
    pays_on: int = 0
    short: float = 0
    bounced: float = 0
    disputed: float = 0
    loose: int = 0
    promised: int = 0
    is_individual: bool = False
    strategic: bool = False
    do_not_contact: bool = False
    chased: tuple[tuple[str, int, float], ...] = NOW_AND_THEN


PROMPT = Behaviour("always prompt", 9, delay=-7, spread=1.2, monthly=1.6, median=6_000)
SLOW = Behaviour("slow but steady", 7, delay=20, spread=2.4, monthly=1.3, median=1_500)
FIRST_TIMER = Behaviour("first-timer, large, overdue", 3, delay=NEVER, median=5_500, first=78, final=40, terms=SHORT, chased=())
MANY_SMALL = Behaviour("big customer with small invoices", 3, delay=2, spread=2, monthly=5.5, median=640)
SLIDING = Behaviour("once good, now sliding", 4, delay=-1, spread=2, slide=7, monthly=1.5)
PART_PAYER = Behaviour("part payer in cash trouble", 3, delay=6, slide=7, monthly=1.2, median=1_400, parts=3)
DISPUTED = Behaviour("disputes invoices", 3, delay=-2, spread=1, monthly=1.6, median=1_400, disputed=0.4)
PROMISE_BREAKER = Behaviour("breaks promises", 3, delay=56, spread=4, monthly=1.4, median=900, promised=-5, chased=PUT_OFF)
NEVER_PAYS = Behaviour("never pays", 3, delay=NEVER, monthly=0.4, median=500, first=430, final=185, chased=FIRMLY)
ON_THE_25TH = Behaviour("pays on the 25th", 4, delay=2, spread=2, monthly=1.4, median=2_400, pays_on=25)
UNAPPLIED = Behaviour("credit not applied", 3, delay=-5, spread=0.6, median=900, terms=SHORT, loose=75)
REMAINDERS = Behaviour("leaves tiny remainders", 3, delay=-4, spread=1, monthly=1.4, median=2_600, short=0.7)
BOUNCED = Behaviour("payments bounce", 2, delay=9, monthly=1.2, bounced=0.35)
SOLE_TRADER = Behaviour("sole trader, late", 2, delay=170, spread=6, median=350, is_individual=True, chased=FIRMLY)
STRATEGIC = Behaviour("strategic, late", 1, delay=135, monthly=1.4, median=1_300, strategic=True, chased=BY_PHONE)
LEFT_ALONE = Behaviour("do not contact", 1, delay=38, spread=5, monthly=1.6, do_not_contact=True, chased=())
FACTORABLE = Behaviour("large, sure, slow", 2, delay=26, spread=1.4, monthly=2.4, median=7_500, terms=LONG, chased=BY_PHONE)
PROMISED = Behaviour("promise still running", 2, delay=34, monthly=1.6, median=1_300, promised=6)
EARLY = Behaviour("pays early", 2, delay=-14, spread=2, monthly=1.6, median=3_600, terms=LONG)
BEHAVIOURS = (
    PROMPT, SLOW, FIRST_TIMER, MANY_SMALL, SLIDING, PART_PAYER, DISPUTED, PROMISE_BREAKER, NEVER_PAYS, ON_THE_25TH, UNAPPLIED,
    REMAINDERS, BOUNCED, SOLE_TRADER, STRATEGIC, LEFT_ALONE, FACTORABLE, PROMISED, EARLY,
)  # fmt: skip

#: Where customers are, how many of twenty, what they pay in, and a range of telephone numbers that is kept for fiction.
COUNTRIES = pd.DataFrame([
    ("Ireland", 16, "EUR", "en", "+353 20 910 0", ("Cork", "Galway", "Sligo")),
    ("United Kingdom", 2, "GBP", "en", "+44 20 7946 0", ("Leeds", "Newry", "Cardiff")),
    ("Germany", 2, "EUR", "de", "+49 30 23125 ", ("Bremen", "Köln", "Ulm")),
], columns=["country", "weight", "currency", "language", "range", "towns"])  # fmt: skip
#: Names with what names really hold; the last two are nearly the same.
NAMED = ("Ó Dravín & Sons Ltd", "Café Melúna", "Quivern's Yard", "Tarvin, Osmel & Co", "Dashel Tool Hire", "Dashel Tools Hire")
PLACES = ("Bally", "Kil", "Dun", "Glen", "Carrow", "Knock", "Rath", "Clon", "Lis", "Drum", "Tully", "Ard")
STEMS = ("vorrin", "melda", "quive", "nuish", "tarvel", "osmel", "pirra", "zellin", "gamore", "wexel", "farrick", "ubrin")
TRADES = (
    "Timber", "Bakery", "Joinery", "Fasteners", "Foods", "Print", "Garden Centre", "Roofing", "Textiles", "Tiles", "Catering",
    "Motors", "Plumbing", "Lighting", "Dairy", "Fencing", "Signs", "Paper", "Pharmacy", "Hotels", "Boats", "Glass", "Seeds",
)  # fmt: skip
FORMS = (" Ltd", " DAC", " & Sons Ltd", " Teo", " Group", ", Wholesale")
GIVEN = ("Aoife", "Declan", "Nóirín", "Seán", "Maeve", "Tomasz", "Ciara", "Priya", "Oisín", "Grace", "Lukas")
FAMILY = ("Vasselby", "Tarrant-Quill", "O'Fennick", "Maddrell", "Ní Bhrosk", "Hollorin", "Szelan", "Karvey", "Delmott")
STREETS = ("Quay Lane", "Mill Road", "Market Yard", "Station Row", "Harbour View")
SEGMENTS = ("Retail", "Trade", "Hospitality", "Public sector")
SELLERS = ("M. Karvey", "P. Delmott", "S. Hollorin")
CLERKS = ("Ciara", "Tomasz")
REASONS = ("price differs from the order", "short delivery", "goods damaged", "purchase order number missing", "invoiced twice")
#: What is written down, by kind and outcome.
TEXTS = {
    "reminder sent": "Reminder and invoice e-mailed.", "promise ": "Says it will be paid by then.",
    "call reached": "Spoke to accounts, they will look into it.", "call left_message": "No answer, left a message.",
    "letter sent": "Letter posted with a statement of account.",
    "firm_notice sent": "Firm notice posted: pay within ten days, or deliveries stop.",
    "final_demand sent": "Final demand posted, signed for: pay within fourteen days.",
    "dispute open": "Will not pay before it is settled.", "dispute resolved": "Settled with the customer, payment follows.",
}  # fmt: skip
#: The types of the payments file, and the kind of posting each is.
TYPES = {"Payment": "payment", "Returned": "return", "Write-off": "write_off", "Bank charge": "write_off"}
#: The files: per file its frame, and per column its heading.
FILES = {
    "customers": {
        "customer_id": "Customer No.", "name": "Customer Name", "contact": "Contact", "ap_contact": "Accounts Payable Contact",
        "email": "Email", "phone": "Phone", "address": "Address", "country": "Country", "language": "Language",
        "terms_days": "Payment Terms (days)", "credit_limit": "Credit Limit", "since": "Customer Since", "segment": "Segment",
        "is_individual": "Sole Trader", "strategic": "Strategic", "do_not_contact": "Do Not Contact"},
    "invoices": {
        "document_id": "Invoice No.", "customer_id": "Customer No.", "name": "Customer Name", "date": "Invoice Date",
        "due_date": "Due Date", "amount": "Amount", "currency": "Currency", "reference": "PO Number",
        "salesperson": "Salesperson"},
    "credit_notes": {
        "credit_note_id": "Credit Note No.", "customer_id": "Customer No.", "date": "Credit Note Date",
        "document_id": "Applied To", "amount": "Amount", "currency": "Currency"},
    "payments": {
        "payment_id": "Payment No.", "customer_id": "Customer No.", "document_id": "Invoice No.", "date": "Payment Date",
        "amount": "Amount", "currency": "Currency", "type": "Type"},
    "notes": {
        "date": "Date", "customer_id": "Customer No.", "document_id": "Invoice No.", "kind": "Kind", "amount": "Amount",
        "until": "Until", "outcome": "Outcome", "reason": "Reason", "by": "By", "text": "Text"},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Company:
    """A made-up company: five frames in plain form, all amounts positive, and the behaviour planted in each customer.

    ``credit_notes`` and ``payments`` name in ``document_id`` the invoice they are applied to; it is empty where there is none.
    """

    customers: pd.DataFrame
    invoices: pd.DataFrame
    credit_notes: pd.DataFrame
    payments: pd.DataFrame
    notes: pd.DataFrame
    planted: pd.DataFrame


def company(customers: int = 60, months: int = 30, seed: int = 7, until: str = "2026-10-31") -> Company:
    """A company with so many customers, and so many months of trade up to and including the day ``until``.

    Examples
    --------
    >>> company().planted["behaviour"].value_counts().head(2).to_dict()
    {'always prompt': 9, 'slow but steady': 7}
    """
    if customers < 1 or months < 1:
        raise ArkitError(
            "there is no company without customers or months.",
            expected="1 or more of each",
            got=f"{customers} customers, {months} months",
            fix="say --customers 60 --months 30",
        )
    rng, last = np.random.default_rng(seed), (parse_day(until) - pd.Timestamp(0)).days
    people = _people(rng, customers, months * MONTH, last)
    invoices = _settled(rng, _invoices(rng, people, months * MONTH, last), last)
    payments, credit_notes = _postings(rng, invoices, last)
    return Company(
        customers=_plain(people, "customers"),
        invoices=_plain(invoices, "invoices"),
        credit_notes=_plain(_numbered(credit_notes, "credit_note_id", "CRN-", 1_001), "credit_notes"),
        payments=_plain(_numbered(payments, "payment_id", "REC-", 20_001), "payments"),
        notes=_plain(_notes(rng, invoices, last), "notes"),
        planted=people[["customer_id"]].assign(behaviour=_trait("name", people["sort"])),
    )


def sample_ledger(customers: int = 60, months: int = 30, seed: int = 7, until: str = "2026-10-31") -> Ledger:
    """`company` as a ledger, as its files would be read.

    Examples
    --------
    >>> sample_ledger().at("2026-10-31")["customer_id"].nunique()
    60
    """
    made = company(customers, months, seed, until)
    credited, paid = made.credit_notes, made.payments
    sign = np.where(paid["type"].eq("Returned"), 1, -1)
    postings = [
        made.invoices.assign(kind="invoice"),
        credited.assign(kind="credit_note", amount=-credited["amount"], own=credited["credit_note_id"]),
        paid.assign(kind=paid["type"].map(TYPES), amount=sign * paid["amount"], own=paid["payment_id"]),
    ]
    entries = pd.concat(postings, ignore_index=True)
    entries["document_id"] = entries["document_id"].where(entries["document_id"].ne(""), entries["own"])
    return Ledger(ENTRIES.conform(entries)[ENTRIES.names], made.customers, notes=made.notes)


def write_sample(
    folder: str | Path, customers: int = 60, months: int = 30, seed: int = 7, until: str = "2026-10-31"
) -> list[Path]:
    """The paths of the five files that `company` would export, written into ``folder``.

    A file that is there already is replaced only if it has the same heading.
    """
    made, folder = company(customers, months, seed, until), Path(folder)
    paths = {name: folder / f"{name}.csv" for name in FILES}
    for name, path in paths.items():
        _must_be_ours(path, ",".join(FILES[name].values()))
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        frame = getattr(made, name).apply(_as_text).rename(columns=FILES[name])
        frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\r\n")
    return list(paths.values())


def _must_be_ours(path: Path, heading: str) -> None:
    found = path.read_text("utf-8", errors="replace").partition("\n")[0].strip() if path.exists() else heading
    if found != heading:
        raise OutputRefused(
            f"{path} is not a file of the sample.",
            expected=f"no file, or the heading {heading}",
            got=found,
            fix="choose another folder",
        )


def _as_text(column: pd.Series) -> pd.Series:
    """A column as an accounting system in Ireland prints it."""
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "Yes", False: "No"})
    if pd.api.types.is_float_dtype(column):
        return column.map("{:,.2f}".format, na_action="ignore")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.map({day: f"{day:%d/%m/%Y}" for day in column.dropna().unique()})
    return column


def _trait(name: str, sort: np.ndarray | pd.Series) -> np.ndarray:
    """One parameter of the behaviours, per row."""
    return np.array([getattr(behaviour, name) for behaviour in BEHAVIOURS])[np.asarray(sort)]


def _bell(rng: np.random.Generator, n: int) -> np.ndarray:
    """Numbers around 0 with a spread of 1, none beyond 3; made of uniform ones only, which every numpy draws alike."""
    return 2 * rng.random((3, n)).sum(axis=0) - 3


def _whole(rng: np.random.Generator, below: int, n: int) -> np.ndarray:
    """Whole numbers from 0 to one less than ``below``, all equally likely."""
    return (rng.random(n) * below).astype("int64")


def _pick(rng: np.random.Generator, words: tuple[str, ...], n: int) -> np.ndarray:
    return np.array(words, dtype="object")[_whole(rng, len(words), n)]


def _shared_out(rng: np.random.Generator, weights: list[int], n: int) -> np.ndarray:
    """The numbers 0, 1, 2 ... in just these proportions, shuffled."""
    edges = np.rint(np.cumsum([0, *weights]) / sum(weights) * n).astype("int64")
    return np.repeat(np.arange(len(weights)), np.diff(edges))[np.argsort(rng.random(n), kind="stable")]


def _bank_day(day: np.ndarray | pd.Series) -> np.ndarray:
    """The same day, or the Monday after; days are counted from 1 January 1970, a Thursday."""
    weekday = (np.asarray(day) + 3) % 7
    return np.asarray(day) + np.where(weekday > 4, 7 - weekday, 0)


def _day_of_month(day: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The next day of the month that is wanted; the same day where none is."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    here, after = ((m.astype("datetime64[D]").astype("int64") + wanted - 1) for m in (month, month + 1))
    return np.where(wanted == 0, day, np.where(here >= day, here, after))


def _numbered(frame: pd.DataFrame, column: str, prefix: str, start: int) -> pd.DataFrame:
    """The frame in the order of its days, numbered in that order."""
    ordered = frame.sort_values("date", kind="stable", ignore_index=True)
    return ordered.assign(**{column: prefix + (ordered.index + start).astype("str")})


def _plain(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The columns of a file; days become dates, and whole cents amounts (every currency here has two decimals)."""
    days = [day for day in ("date", "due_date", "since", "until") if day in FILES[name]]
    dated = frame.assign(**{day: pd.to_datetime(frame[day], unit="D").astype("datetime64[s]") for day in days})
    return (dated.assign(amount=frame["cents"] / 100) if "cents" in frame else dated)[list(FILES[name])]


def _names(n: int) -> np.ndarray:
    """A name per customer, made of syllables; none comes twice among nineteen thousand."""
    code = np.arange(n) * 7_919  # a prime, so that neighbours differ in every word
    name = np.full(n, "", dtype="object")
    for words in (FORMS, TRADES, (" ",), STEMS, PLACES):
        name, code = np.array(words, dtype="object")[code % len(words)] + name, code // len(words)
    name[: len(NAMED)] = NAMED[:n]
    return name


def _people(rng: np.random.Generator, n: int, span: float, last: int) -> pd.DataFrame:
    """One row per customer, with its behaviour as ``sort``, its currency and who sells to it."""
    sort = _shared_out(rng, [behaviour.weight for behaviour in BEHAVIOURS], n)
    land = _shared_out(rng, COUNTRIES["weight"].to_list(), n)
    number = pd.Series(42 + 3 * np.arange(n)).astype("str").str.zfill(5)
    person, payer, clerk = (_pick(rng, GIVEN, n) + " " + _pick(rng, FAMILY, n) for _ in range(3))
    first, alone = _trait("first", sort), _trait("is_individual", sort)
    here = COUNTRIES.take(land).reset_index(drop=True)
    town = np.array(COUNTRIES["towns"].to_list())[land, _whole(rng, 3, n)]
    return here.assign(
        customer_id=number,
        name=np.where(alone, person, _names(n)),
        contact=np.where(alone, person, clerk),
        ap_contact=np.where((rng.random(n) < 0.7) & ~alone, payer, ""),
        email=np.where(rng.random(n) < 0.95, "accounts." + number + _pick(rng, ("@example.com", "@example.org"), n), ""),
        phone=here["range"] + number.str[-3:],
        address=_pick(rng, STREETS, n) + ", " + town,
        terms_days=_trait("terms", sort)[np.arange(n), _whole(rng, 5, n)],
        credit_limit=np.ceil(_trait("monthly", sort) * _trait("median", sort) / 200) * 1_000,
        since=last - 5 - np.where(first < span, first, span + _whole(rng, 2_500, n)).astype("int64"),
        segment=_pick(rng, SEGMENTS, n),
        is_individual=alone,
        strategic=_trait("strategic", sort),
        do_not_contact=_trait("do_not_contact", sort),
        sort=sort,
        salesperson=_pick(rng, SELLERS, n),
    )


def _invoices(rng: np.random.Generator, people: pd.DataFrame, span: float, last: int) -> pd.DataFrame:
    """One row per invoice, numbered in the order of issue, spread evenly over the time in which its customer buys."""
    sort = people["sort"].to_numpy()
    first = np.minimum(_trait("first", sort), span)
    width = first - np.minimum(_trait("final", sort), first)
    wanted = _trait("monthly", sort) * width / MONTH * (0.7 + 0.6 * rng.random(len(sort)))
    count = np.maximum(1, np.rint(wanted)).astype("int64")
    who = np.repeat(np.arange(len(sort)), count)
    n, rows = len(who), people.loc[who, ["customer_id", "name", "sort", "currency", "salesperson", "terms_days"]]
    before_last = first[who] - (rows.groupby(level=0).cumcount().to_numpy() + rng.random(n)) / count[who] * width[who]
    issued = np.minimum(_bank_day(last - np.floor(before_last).astype("int64")), last)
    amount = _trait("median", rows["sort"]) * np.exp(0.5 * _bell(rng, n) + 0.25 * _bell(rng, len(sort))[who])
    order = "PO-" + pd.Series(4_001 + _whole(rng, 5_000, n)).astype("str")
    invoices = rows.assign(
        person=who,
        date=issued,
        due_date=issued + rows["terms_days"],
        cents=np.rint(np.clip(amount, 80, 40_000) * 100).astype("int64"),
        reference=np.where(rng.random(n) < 0.7, order, ""),
    )
    return _numbered(invoices, "document_id", "INV-", 10_001)


def _settled(rng: np.random.Generator, invoices: pd.DataFrame, last: int) -> pd.DataFrame:
    """The invoices with all that becomes of them, after the last day too: paid, credited, disputed, and when."""
    n, issued, due, cents = len(invoices), *(invoices[column].to_numpy() for column in ("date", "due_date", "cents"))
    trait = {name: _trait(name, invoices["sort"]) for name in ("delay", "spread", "slide", "pays_on", "parts")}
    disputed, short, bounced = (rng.random(n) < _trait(name, invoices["sort"]) for name in ("disputed", "short", "bounced"))
    own = _bell(rng, invoices["person"].max() + 1)[invoices["person"]]
    late = trait["delay"] + trait["spread"] * (_bell(rng, n) + own / 2) + disputed * (55 + _whole(rng, 50, n))
    late += trait["slide"] * np.clip(SLIDE_MONTHS - (last - due) / MONTH, 0, SLIDE_MONTHS)
    wished = np.maximum(due + np.floor(late).astype("int64"), issued + 2)
    paid_on = _bank_day(_day_of_month(wished, trait["pays_on"]))
    credit_on = _bank_day(np.where(disputed, paid_on - 9, issued + 3 + _whole(rng, 6, n)))
    has_credit = (rng.random(n) < np.where(disputed, 0.5, 0.03)) & (credit_on < paid_on) & (credit_on <= last)
    credited = np.where(has_credit, cents * (5 + _whole(rng, 25, n)) // 100, 0)
    return invoices.assign(
        disputed=disputed,
        bounced=bounced,
        paid_on=paid_on,
        settled_on=_bank_day(paid_on + PART_DAYS * (trait["parts"] - 1) + 30 * bounced),
        credit_on=credit_on,
        credited=credited,
        owed=cents - credited,
        shortfall=np.where(short, 300 + _whole(rng, 1_201, n), 0),
    )


def _postings(rng: np.random.Generator, invoices: pd.DataFrame, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Payments and credit notes up to the last day; the latest ones of some customers are not applied to an invoice."""
    bounced, short, credited = (invoices[invoices[column] > 0] for column in ("bounced", "shortfall", "credited"))
    wait, given_up = 30 + _whole(rng, 20, len(short)), _pick(rng, ("Bank charge", "Bank charge", "Write-off"), len(short))
    rows = [
        _instalments(invoices),
        bounced.assign(date=_bank_day(bounced["paid_on"] + 3), cents=bounced["owed"], type="Returned"),
        bounced.assign(date=bounced["settled_on"], cents=bounced["owed"], type="Payment"),
        short.assign(date=_bank_day(short["paid_on"] + wait), cents=short["shortfall"], type=given_up),
    ]
    paid = pd.concat(rows, ignore_index=True)
    soon = paid.loc[paid["type"].eq("Payment") & paid["date"].between(last + 1, last + 10), "date"]
    paid.loc[soon.nsmallest(1).index, "date"] = last  # whatever the weekday: what happens on the last day counts
    paid = paid[(paid["date"] <= last) & (paid["cents"] > 0)]
    loose = paid["type"].eq("Payment") & (paid["date"] > last - _trait("loose", paid["sort"]))
    paid = paid.assign(document_id=paid["document_id"].mask(loose, ""))
    as_credit = loose & (rng.random(len(paid)) < 0.5)
    credited = credited.assign(date=credited["credit_on"], cents=credited["credited"])
    return paid[~as_credit], pd.concat([credited, paid[as_credit]], ignore_index=True)


def _instalments(invoices: pd.DataFrame) -> pd.DataFrame:
    """What comes in for each invoice: in so many parts, all but the last in tens."""
    rows = invoices.loc[np.repeat(invoices.index, _trait("parts", invoices["sort"]))]
    parts, place = _trait("parts", rows["sort"]), rows.groupby(level=0).cumcount()
    comes = rows["owed"] - rows["shortfall"]
    each = comes // parts // 1_000 * 1_000
    cents = each.where(place < parts - 1, comes - each * (parts - 1))
    return rows.assign(date=_bank_day(rows["paid_on"] + PART_DAYS * place), cents=cents, type="Payment")


def _notes(rng: np.random.Generator, invoices: pd.DataFrame, last: int) -> pd.DataFrame:
    """What was said up to the last day, in the order of days. What became of a promise is for the ledger to say."""
    about = invoices.assign(until=np.nan, reason="")
    said = pd.concat([_chasing(rng, about, last), _standing_promises(about, last), _disputes(rng, about)])
    said = said[said["date"] <= last].sort_values("date", kind="stable", ignore_index=True)
    return said.assign(
        cents=said["owed"].where(said["kind"].isin(["promise", "dispute"])),
        by=_pick(rng, CLERKS, len(said)),
        text=(said["kind"] + " " + said["outcome"]).map(TEXTS),
    )


def _chasing(rng: np.random.Generator, about: pd.DataFrame, last: int) -> pd.DataFrame:
    """Reminders, calls, letters and promises, each of a day on which the invoice was overdue."""
    steps = [(sort, *step) for sort, behaviour in enumerate(BEHAVIOURS) for step in behaviour.chased]
    worth_it = ~about["disputed"] & (about["owed"] >= 25_000) & (about["settled_on"] > about["due_date"])
    rows = about[worth_it].merge(pd.DataFrame(steps, columns=["sort", "kind", "days", "share"]), on="sort")
    n, promise = len(rows), rows["kind"].eq("promise")
    said_on = _bank_day(rows["due_date"] + rows["days"] + _whole(rng, 3, n))
    until = _bank_day(said_on + PROMISE_DAYS)
    answered = np.where(rng.random(n) < 0.6, "reached", "left_message")
    outcome = np.select([promise, rows["kind"].eq("call")], ["", answered], "sent")
    done = (rng.random(n) < rows["share"]) & (said_on < rows["settled_on"]) & ~(promise & (until > last - 10))
    return rows.assign(date=said_on, until=np.where(promise, until, np.nan), outcome=outcome)[done]


def _standing_promises(about: pd.DataFrame, last: int) -> pd.DataFrame:
    """The latest promise of those who break or keep them: all that is overdue, by a day shortly before or after the last."""
    days = _trait("promised", about["sort"])
    rows = about.assign(until=_bank_day(last + days), kind="promise", outcome="")
    overdue = (rows["settled_on"] > last) & (rows["due_date"] < np.minimum(rows["until"], last))
    return rows.assign(date=_bank_day(rows["until"] - PROMISE_DAYS))[overdue & (days != 0)]


def _disputes(rng: np.random.Generator, about: pd.DataFrame) -> pd.DataFrame:
    """Disputes, raised around the due day, and once more on the day they were settled."""
    rows = about[about["disputed"]]
    rows = rows.assign(kind="dispute", reason=_pick(rng, REASONS, len(rows)))
    raised_on = _bank_day(rows["due_date"] - 5 + _whole(rng, 15, len(rows)))
    return pd.concat([rows.assign(date=raised_on, outcome="open"), rows.assign(date=rows["credit_on"], outcome="resolved")])
