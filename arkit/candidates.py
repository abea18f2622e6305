"""What may stand between the ledger and the books, taken from the data: each posting, document or row with its amount.

An amount is signed as it enters ``ledger - books``: what only the ledger has counts as it is, what only the books have
counts the other way round.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arkit.ledger import Ledger
from arkit.money import NO_CURRENCY, to_minor
from arkit.notes import standing
from arkit.policy import DEFAULT, Policy


@dataclass(frozen=True)
class Kind:
    """A kind of candidate: its fixed words, over what its amounts are added up, what it is, what to do.

    ``before`` stands before a document in words; '()' puts it in brackets.
    """

    word: str
    scopes: tuple[str, ...]
    before: str
    meaning: str
    what_to_do: str
    #: So many of its amounts are there by chance that only an exact one says something.
    many: bool = False


#: All kinds that documents, postings and rows give, the likeliest first.
KINDS = (
    Kind("unapplied credit", ("all", "customer", "one"), "", "credit open on the day: the books' report may leave it out",
         "see whether the books' report leaves credit out"),
    Kind("posting after the day", ("all", "posting", "one"), "()", "dated later than the day: the books may count it already",
         "print the books' balance as of the same day"),
    Kind("posting on the day", ("all", "posting", "one"), "()", "dated on the day itself: the books may not count it yet",
         "see whether the books' balance is of the start of that day"),
    Kind("rejected row", ("all", "one"), "", "a row of a file that is not used: the books may hold what it says",
         "correct the row in the export, or post by hand what it says"),
    Kind("duplicate", ("all", "one"), "", "open, with the amount of another document, and a number like its number or the same "
         "customer and day; or a row that copies another", "see which of the two is real, and void the other"),
    Kind("draft or voided document", ("all", "one"), "", "a row not used because its status says it is not owed",
         "see whether the books count drafts or voided documents"),
    Kind("payment posted twice", ("all", "one"), "for", "a payment of the same customer, day and amount as another",
         "compare with the bank statement, and take one of the two out"),
    Kind("entity left out", ("entity",), "", "everything open of one company of ours",
         "see whether the control total is of one company only"),
    Kind("customer left out", ("customer",), "", "everything open of one customer: the books may keep it elsewhere",
         "see whether the account is kept on another receivables account", many=True),
    Kind("disputed document", ("all", "customer", "one"), "", "open and under a dispute: the books may keep it elsewhere",
         "see whether disputed documents are kept on another account"),
    Kind("short payment", ("all", "one"), "of", "at most 5 percent of an invoice left open, as a discount leaves it",
         "post the discount or the write-off where the books have it"),
    Kind("write-off or discount", ("all", "posting", "one"), "of", "posted in the ledger: the books may not have it",
         "see whether the books have posted it"),
    Kind("missing payment", ("oldest", "one"), "for", "an open invoice, or the oldest of a customer: the books may have a "
         "payment that the exports lack, or lack the document",
         "look for the payment on the bank statement, or for the document in the books", many=True),
    Kind("posting not in the books", ("one",), "()", "a payment or another posting that is no invoice",
         "look for it on the account in the books", many=True),
    Kind("wrong sign", ("one",), "of", "half the difference: a posting on the other side of the account, or the control total",
         "see whether debit and credit are exchanged", many=True),
    Kind("shifted decimal point", ("one",), "of", "an open document ten, a hundred or a thousand times too large or too small",
         "compare the amount with the document", many=True),
)  # fmt: skip
RANK = {kind.word: rank for rank, kind in enumerate(KINDS)}
#: What each candidate is made of; ``several`` says how many amounts a row not used holds.
COLUMNS = (
    "kind", "currency", "customer_id", "document_id", "posting", "entity", "source", "date", "minor", "alike", "several",
)  # fmt: skip
#: Of an invoice paid up to so small a part, that part may be a discount: one in this many, 5 percent.
SHORT = 20
#: The end of a number that marks a copy of it: 1001A, 1001-COPY, 1001/2.
SUFFIX = r"(?<=\d)[-_/. ]?(?:[A-Za-z]+|(?<=[-_/. ])\d)$"
#: Files whose amounts lower what is owed, and files that hold no money.
LOWERING = ("payment", "credit")
WITHOUT_MONEY = ("customers", "notes")
_UNIT = r"(?:[A-Z]{3}|[$€£¥])"
#: A cell that is an amount, per decimal mark: sign or bracket, currency, digits in groups, decimals.
AMOUNT = {
    mark: re.compile(rf"[-(]?(?:{_UNIT} ?)?-?(\d+|\d{{1,3}}(?:[{other}' ]\d{{3}})+)(?:\{mark}(\d{{1,4}}))?-?\)?(?: ?{_UNIT})?")
    for mark, other in ((".", ","), (",", "."))
}
NEGATIVE = re.compile(r"[-(]")
Part = tuple[str, pd.DataFrame]


def find_candidates(
    ledger: Ledger, documents: pd.DataFrame, differences: dict[str, int], policy: Policy = DEFAULT
) -> pd.DataFrame:
    """Whatever may explain a difference to the books, one row per kind and posting, document or row of a file.

    ``differences`` are the ledger's totals less those of the books, in minor units per currency, none of them 0; of kinds
    of which there are very many only what fits one exactly is given. ``minor`` is what a row would explain; columns are
    `COLUMNS`.

    Examples
    --------
    >>> from arkit.sample import sample_ledger
    >>> ledger = sample_ledger()
    >>> found = find_candidates(ledger, ledger.at("2026-10-31"), {"EUR": -105067})
    >>> found.loc[found["minor"].eq(-105067), ["kind", "document_id"]].to_numpy().tolist()
    [['unapplied credit', 'CRN-1099'], ['customer left out', 'CRN-1099']]
    """
    as_of = documents["as_of"].max()
    stood = _of_currencies(documents, "open_amount", differences)
    stood = stood.assign(whole=to_minor(stood["amount"].fillna(stood["open_amount"]), stood["currency"]))
    posted = _of_currencies(ledger.entries, "amount", differences)
    is_open = stood[stood["minor"].ne(0)]
    listed = ledger.snapshots[ledger.snapshots["as_of"].eq(as_of)]
    ahead = _of_currencies(listed[listed["issued"].gt(as_of)], "open_amount", differences)
    parts = [
        *_of_open(is_open),
        *_disputed(is_open, documents, ledger.notes, policy),
        _listed_twice(stood),
        *_of_postings(posted, as_of, is_open),
        *_of_snapshots(is_open[_among(is_open, listed)], as_of),
        ("posting after the day", ahead.assign(minor=-ahead["minor"])),
        _of_rejects(ledger, sorted({*documents["currency"].unique(), *differences})),
    ]
    table = pd.concat([_shaped(*part) for part in parts if len(part[1])] or [_shaped("none", is_open.head(0))])
    wanted = table["currency"].isin(list(differences)) if len(table) else table["minor"].ne(0)
    return table[table["minor"].ne(0) & wanted].reset_index(drop=True)


def _of_currencies(rows: pd.DataFrame, amount: str, differences: dict[str, int]) -> pd.DataFrame:
    """The rows of currencies with a difference, with their amount and that difference in minor units."""
    codes, names = pd.factorize(rows["currency"])
    wanted = np.array([*(differences.get(str(name), 0) for name in names), 0], dtype="int64")[codes]
    rows = rows if wanted.all() else rows[wanted != 0]
    return rows.assign(minor=to_minor(rows[amount], rows["currency"]), wanted=wanted[wanted != 0])


def _among(rows: pd.DataFrame, others: pd.DataFrame) -> np.ndarray:
    """Marks the rows of whose document there is a row among others too."""
    if not len(others) or not len(rows):
        return np.zeros(len(rows), dtype="bool")
    number = pd.concat([rows[["customer_id", "document_id"]], others[["customer_id", "document_id"]]])
    codes = number.groupby(["customer_id", "document_id"], sort=False).ngroup().to_numpy()
    return np.isin(codes[: len(rows)], codes[len(rows) :])


def _shaped(kind: str, part: pd.DataFrame) -> pd.DataFrame:
    """The columns of candidates; what a part does not say of a document is taken from its usual columns."""
    usual = {"date": part.get("issued"), "posting": part.get("kind"), "alike": "", "several": 1}
    full = part.assign(**{name: value for name, value in usual.items() if name not in part})
    return full.assign(kind=kind or part["kind_of"])[list(COLUMNS)]


def _of_open(is_open: pd.DataFrame) -> list[Part]:
    """Credit, customers and companies, remainders of a typical discount, and open documents as payments that are missing."""
    invoices = is_open[is_open["minor"].gt(0)]
    short = invoices[invoices["minor"].lt(invoices["whole"]) & (invoices["minor"] * SHORT).le(invoices["whole"])]
    several = is_open.groupby("currency")[["customer_id", "entity"]].transform("nunique").gt(1)
    minor, wanted = is_open["minor"], is_open["wanted"]
    factors = [10**places for places in (1, 2, 3)]
    shifted = [(minor * (1 - f)).eq(wanted) | (minor * (f - 1)).eq(wanted * f) for f in factors]
    return [
        ("unapplied credit", is_open[minor.lt(0)]),
        ("customer left out", is_open[several["customer_id"]]),
        ("entity left out", is_open[several["entity"]]),
        ("short payment", short),
        ("missing payment", invoices.assign(date=invoices["due_date"])),
        ("shifted decimal point", is_open[np.logical_or.reduce(shifted)].assign(minor=lambda rows: rows["wanted"])),
    ]


def _disputed(is_open: pd.DataFrame, documents: pd.DataFrame, notes: pd.DataFrame, policy: Policy) -> list[Part]:
    """Open documents under a dispute, of their own or of the whole account."""
    if not len(is_open) or not notes["kind"].eq("dispute").any():
        return []
    said = standing(notes, documents["as_of"].max(), policy, documents=documents)
    said = said[said["kind"].eq("dispute")]
    account = ["customer_id", "currency"]
    whole = pd.MultiIndex.from_frame(said.loc[said["document_id"].eq(""), account])
    marked = pd.MultiIndex.from_frame(is_open[account]).isin(whole) | _among(is_open, said)
    return [("disputed document", is_open[marked & is_open["minor"].gt(0)])]


def _listed_twice(stood: pd.DataFrame) -> Part:
    """Open documents that another of the same amount resembles: its number written another way, or its customer and day.

    Of two alike the later is given, of one open and one settled the open one; ``alike`` names the other.
    """
    amount, number = ["currency", "whole"], ["currency", "whole", "plain"]
    owed = stood[stood["whole"].gt(0)]
    same = owed.groupby(amount, sort=False)["minor"]
    owed = owed[same.transform("size").gt(1) & same.transform("max").gt(0)]
    owed = owed.assign(plain=_plain(owed["document_id"]), base=_plain(owed["document_id"].str.replace(SUFFIX, "", regex=True)))
    owed = owed.iloc[np.lexsort([owed["issued"], owed["minor"].ne(0)])].reset_index(drop=True)
    first = owed.drop_duplicates(number)[[*number, "document_id"]].rename(columns={"document_id": "other", "plain": "base"})
    day = [*amount, "customer_id", "issued"]
    alike = _first(owed, number)
    alike = alike.fillna(owed.merge(first, how="left")["other"].where(owed["base"].ne(owed["plain"])))
    alike = alike.fillna(_first(owed, day))
    return "duplicate", owed.assign(alike="alike: " + alike)[alike.notna() & owed["minor"].ne(0)]


def _first(rows: pd.DataFrame, by: list[str]) -> pd.Series:
    """The first document that agrees with each in these columns; missing for itself and for its own instalments."""
    first = rows.groupby(by, sort=False)[["customer_id", "document_id"]].transform("first")
    own = first["customer_id"].eq(rows["customer_id"]) & first["document_id"].eq(rows["document_id"])
    return first["document_id"].where(~own & rows.duplicated(by))


def _plain(numbers: pd.Series) -> pd.Series:
    """Numbers of documents without what is easily mistaken: case, signs, leading zeros, O for 0, I and L for 1."""
    bare = numbers.str.upper().str.replace(r"[^0-9A-Z]", "", regex=True).str.replace("O", "0", regex=False)
    short = bare.str.replace(r"^0+(?=.)|(?<=[A-Z])0+(?=\d)", "", regex=True)
    return short.str.replace("[IL]", "1", regex=True)


def _of_postings(posted: pd.DataFrame, as_of: pd.Timestamp, is_open: pd.DataFrame) -> list[Part]:
    """Postings around the day, posted twice, or on one side only."""
    date, kind, minor, wanted = posted["date"], posted["kind"], posted["minor"], posted["wanted"]
    known = date.le(as_of)
    paid, later = posted[known & kind.eq("payment")], posted[date.gt(as_of)]
    lacking = posted[known & kind.ne("invoice") & minor.eq(wanted)]
    # credit that fits is named as such already
    fitting = is_open[is_open["minor"].lt(0) & is_open["minor"].eq(is_open["wanted"])]
    return [
        ("posting after the day", later.assign(minor=-later["minor"])),
        ("posting on the day", posted[date.eq(as_of)]),
        ("payment posted twice", paid[paid.duplicated(["customer_id", "currency", "minor", "date"])]),
        ("write-off or discount", posted[known & (kind.eq("write_off") | kind.eq("discount"))]),
        ("posting not in the books", lacking[~_among(lacking, fitting)]),
        ("wrong sign", posted[known & (minor * 2).eq(wanted)].assign(minor=lambda rows: rows["wanted"])),
    ]


def _of_snapshots(listed: pd.DataFrame, as_of: pd.Timestamp) -> list[Part]:
    """The same of documents that come from lists of open items, as far as such lists tell."""
    signed = listed[(listed["minor"] * 2).eq(listed["wanted"])]
    return [
        ("posting on the day", listed[listed["issued"].eq(as_of)]),
        ("wrong sign", signed.assign(minor=signed["wanted"])),
    ]


def _of_rejects(ledger: Ledger, currencies: list[str]) -> Part:
    """Rows not used, one row per amount that stands in them and currency that it may be in."""
    files = ledger.receipts.drop_duplicates("file").set_index("file")
    rows = ledger.rejects[~ledger.rejects["file"].map(files["holds"]).isin(WITHOUT_MONEY)].reset_index(drop=True)
    if not len(rows):
        return "", rows
    told = _amounts_in(rows["values"], rows["file"].map(files["number_style"]).astype("str").str.contains("decimal comma"))
    full = rows.loc[told.index].assign(major=told["major"], several=told["several"]).reset_index(drop=True)
    full = full.merge(pd.DataFrame({"currency": pd.Series(currencies, dtype="str")}), how="cross")
    stated = full["values"].str.extract(rf"\b({'|'.join(map(re.escape, currencies)) or NO_CURRENCY})\b", expand=False)
    full = full[stated.isna() | stated.eq(full["currency"])]
    minor = pd.Series(to_minor(full["major"], full["currency"]), index=full.index)
    lowers = full["file"].map(files["holds"]).astype("str").str.contains("|".join(LOWERING))
    return "", _as_candidates(full, minor.abs().where(lowers, -minor))


def _amounts_in(values: pd.Series, comma: pd.Series) -> pd.DataFrame:
    """The amounts that stand in rows, each once: ``major`` and how many ``several`` the row has, by the row's index."""
    cell = values.str.split(" | ", regex=False).explode().astype("str")
    mark = comma.map({True: ",", False: "."})[cell.index]
    major = np.array([_amount(*each) for each in zip(cell, mark, strict=True)], dtype="float64")
    told = pd.DataFrame({"major": major, "row": cell.index, "exact": cell.str.contains(r"[.,]\d{1,3}\D*$").to_numpy()})
    told = told[told["major"].notna() & told["major"].ne(0)].drop_duplicates(["row", "major"])
    # whole numbers beside an amount with decimals are numbers of something
    told = told[told["exact"] | ~told["exact"].groupby(told["row"]).transform("any")]
    return told.assign(several=told.groupby("row")["major"].transform("size")).set_index("row")


def _as_candidates(full: pd.DataFrame, minor: pd.Series) -> pd.DataFrame:
    """Rows not used with the columns of candidates; the reason says of which kind they are."""
    copied, unowed = full["reason"].str.startswith("an exact copy"), full["reason"].str.startswith("not owed")
    kind = np.select([copied, unowed], ["duplicate", "draft or voided document"], "rejected row")
    return full.assign(
        kind_of=pd.Series(kind, index=full.index, dtype="str"),
        minor=minor,
        source=full["file"] + " row " + full["row"].astype("str"),
        posting="row",
        customer_id="",
        document_id="",
        entity="",
        date=pd.Series(pd.NaT, index=full.index, dtype="datetime64[s]"),
        alike=full["reason"] + ": " + full["values"].str.slice(0, 80),
    )


def _amount(text: str, mark: str) -> float:
    """A cell as an amount, missing where it is none; dates and words are none.

    What is written the other way than its file counts where it can be read in one way only: '12.5' in a file of commas.
    """
    usual, other = (AMOUNT[each].fullmatch(text.strip()) for each in (mark, "," if mark == "." else "."))
    found = usual or (other if other and other[2] and len(other[2]) != 3 else None)
    if not found:
        return float("nan")
    value = float(f"{re.sub(r'[^0-9]', '', found[1])}.{found[2] or 0}")
    return -value if NEGATIVE.search(text) else value
