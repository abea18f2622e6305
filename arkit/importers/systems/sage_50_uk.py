"""Sage 50 (United Kingdom): Aged Debtors Analysis, as CSV or XLSX."""

from dataclasses import replace

import pandas as pd

from arkit.importers.cells import texts
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.headings import normal
from arkit.importers.sheets import Sheet

#: What may stand before the words of a customer's title line: 'A/C: ALD001'.
LABEL = r"^(?:a/c|account|name|contact|tel(?:ephone)?)(?: ref| no\.?)? *: *"
#: First words of the lines below the documents of a customer: sums, and what is known about the customer.
SUMS = r"(?:grand )?totals?\b"
ABOUT = r"(?:a/c )?turnover|credit limit"


def _with_customer(sheet: Sheet, header: int) -> Sheet:
    """The report with account and name of the customer in columns of their own, and the transaction for a blank reference.

    Account and name stand in a title line ('ALD001', 'Alder Joinery', contact, telephone) above the documents.
    """
    place = {normal(heading): at for at, heading in enumerate(sheet.row(header)) if heading}
    body = sheet.cells.iloc[header + 1 :].apply(texts)
    bare = body.apply(lambda column: column.str.replace(LABEL, "", case=False, regex=True))
    first = bare.where(bare != "").bfill(axis=1).iloc[:, 0].fillna("").astype("str")
    number, kind, day, ref, balance = (body.iloc[:, place[name]] for name in ("no", "type", "date", "ref", "balance"))
    document = kind.str.fullmatch("[A-Za-z]{2}") & day.str.contains("[0-9]", regex=True)
    sums, about = first.str.match(SUMS, case=False) & balance.ne(""), first.str.match(ABOUT, case=False)
    labelled = body.iloc[:, 0].str.match(LABEL, case=False)
    title = first.ne("") & (balance.eq("") | labelled) & ~(document | sums | about)
    alone = title | (about & ~document)
    words = pd.Series([list(filter(None, row)) for row in bare[alone].to_numpy()], bare.index[alone], dtype="object")
    account, name = (
        words.str[at].where(title).reindex(bare.index).mask(sums, "").ffill().where(document, "").fillna("") for at in (0, 1)
    )
    cells = sheet.cells.astype("object")
    cells.loc[body.index, place["ref"]] = ref.mask(document & ref.eq(""), number)
    cells.loc[words.index] = ""
    cells.loc[words.index, 0] = words.str.join(" ")
    heads = cells.index.isin([header, *body.index[(body == sheet.row(header)).all(axis=1)]])
    for heading, column in (("A/C", account), ("Name", name)):
        cells[cells.shape[1]] = column.reindex(cells.index, fill_value="").mask(heads, heading)
    return replace(sheet, cells=cells if sheet.native else cells.astype("str"))


#: Sage ages from the date of the document, so nothing but the customer's terms says when it is due.
AGED_DETAIL = Export(
    name="Sage 50 UK, Aged Debtors Analysis (Detailed)",
    signature=("No", "Type", "Date", "Ref", "Details", "Balance", "Future", "Current", "Period 1", "Older"),
    columns={
        "customer_id": "A/C",
        "customer_name": "Name",
        "document_id": "Ref",
        "kind": "Type",
        "date": "Date",
        "open_amount": "Balance",
    },
    ignore=("Details",),
    # a reference such as 'O/Bal' or 'BACS' stands on many documents
    apart="No",
    kinds={"sd": "discount", "sp": "return"},
    prepare=_with_customer,
    ends_with=("total",),
    sure=False,
)

SUMMARY = Unusable(
    name="Sage 50's Aged Debtors Analysis (Summary)",
    signature=("A/C|Account", "Name", "Balance", "Future", "Current", "Period 1", "Older"),
    without=("Date", "Ref", "Type"),
    lacks="it lists one total per customer and no documents",
    instead="export the report 'Aged Debtors Analysis (Detailed)', with its headings",
)

SYSTEM = System(
    name="Sage 50 (UK)",
    best="Aged Debtors Analysis (Detailed): every open document with its date and what is left of it. "
    "Say with --as-of for which day it was run.",
    click="Customers > Reports > Aged Debtors > Aged Debtors Analysis (Detailed) > Export > CSV, with the headings included",
    exports=(AGED_DETAIL, SUMMARY),
    notes=(
        "Include the row of headings: Sage can leave it out, and a file without it is refused.",
        "There are no due dates in it and its periods count from the date of the document: add a list of customers with their "
        "terms, or everything counts as due on its day.",
        "It states no currency: say --currency GBP, for example.",
        "The number of a document is its reference (the number of the invoice). Where it is blank or stands on several "
        "documents of a customer, as 'O/Bal' does, the number of the transaction is used or added.",
        "Choose all customers: with a balance of nought the report leaves them out, which does no harm.",
    ),
)
