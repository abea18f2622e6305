"""What other receivables software asserts, restated as facts: one adapter turns each case into a ledger and asks it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from arkit.aging import age
from arkit.currencies import in_home
from arkit.ledger import Ledger

FILE = Path(__file__).parents[2] / "shared" / "conformance" / "cases.json"
CASES = json.loads(FILE.read_text("utf-8"))["cases"] if FILE.exists() else []
pytestmark = pytest.mark.skipif(not CASES, reason="the cases are not here; they lie beside the project where it is developed")

#: Questions that are no ledger's, and whose they are.
ELSEWHERE = {
    "dunning_run": "which letter a run sends is the ladder's to decide, not one schedule's",
    "dunning_level": "levels are rungs of the policy, see the ladder's own table of situations",
    "dunning_timeline": "levels by date are another product's schedule",
    "reminder_schedule": "reminders are decided anew every month, never by a stored date",
    "action_ladder": "the case records a peer's mistakes; that nothing undue is escalated is a property of the ladder",
    "credit_hold": "holding orders is the order system's decision",
}

#: Kinds that ask for a figure, and the tests that ask the room which holds its formula.
FIGURES = {
    "kpi": "test_formulas.py",
    "provision": "test_formulas.py",
    "scoring": "test_measures.py",
    "payment_terms": "test_terms.py",
    "early_payment_discount": "test_terms.py",
    "dunning_amount": "test_interest.py",
    "allocation_order": "test_interest.py",
    "legal": "test_interest.py",
}

COLUMNS = ["customer_id", "document_id", "kind", "date", "amount", "currency", "rate", "due_date", "instalment"]


class Adapter:
    """The postings that the documents of a case make."""

    def __init__(self, case):
        self.case, self.rows = case, []
        self.invoices = {invoice["id"]: invoice for invoice in case["invoices"]}
        for invoice in case["invoices"]:
            self.bill(invoice)
        for kind, name in (("payment", "payments"), ("credit_note", "credit_notes"), ("write_off", "write_offs")):
            for paper in case.get(name, []):
                self.apply(kind, paper)
        for bounced in case.get("returns", []):
            if not bounced.get("cancelled"):
                self.post(
                    bounced["invoice"], "return", bounced["date"], bounced["amount"], of=self.invoices[bounced["invoice"]]
                )
        for refund in (case.get("params") or {}).get("refunds", []):
            paid = next(payment for payment in case["payments"] if payment["id"] == refund["of"])
            self.post(refund["of"], "return", refund["date"], refund["amount"], of=paid)
        self.ledger = Ledger(pd.DataFrame(self.rows, columns=COLUMNS))

    def post(self, document, kind, date, amount, *, of, due_date=None, instalment=""):
        currency = of.get("currency") or self.case.get("base_currency") or "EUR"
        self.rows.append(
            (of["customer"], document, kind, date, amount, currency, of.get("fx_rate", 1), due_date, instalment),
        )

    def bill(self, invoice):
        parts = invoice.get("instalments") or [{"due_date": invoice["due_date"], "amount": invoice["amount"]}]
        for number, part in enumerate(parts, 1):
            day, label = invoice["date"] or invoice["due_date"], str(number) if len(parts) > 1 else ""
            self.post(invoice["id"], "invoice", day, part["amount"], of=invoice, due_date=part["due_date"], instalment=label)

    def apply(self, kind, paper):
        """Money and credit notes: what is matched at once stands on the invoice, the rest on its own until it is matched."""
        of = {"currency": next(iter(self.invoices.values()), {}).get("currency")} | paper
        matched = [(a, max(a.get("allocated_on", paper["date"]), paper["date"])) for a in paper["allocations"]]
        rest = paper["amount"] - sum(a["amount"] for a, day in matched if day == paper["date"])
        if rest:
            self.post(paper["id"], kind, paper["date"], -rest, of=of)
        for allocation, day in matched:
            self.post(allocation["invoice"], kind, day, -allocation["amount"], of=of)
            if day > paper["date"]:
                self.post(paper["id"], kind, day, allocation["amount"], of=of)


def cents(amount):
    return round(float(amount), 2)


def opened(documents, column="open_amount"):
    """What is open by document, nothing where nothing is."""
    sums = documents.groupby("document_id")[column].sum().round(2)
    return {name: amount for name, amount in sums.items() if amount}


class Answers:
    """The ledger's answer to each question that a case may ask, by the name the cases give it."""

    def __init__(self, case):
        self.case, self.ledger, self.day = case, Adapter(case).ledger, case["as_of"]
        self.documents = self.ledger.at(self.day)
        self.home = case.get("base_currency")
        self.params = case.get("params") or {}

    def parts(self, column):
        rows = self.documents[self.documents["document_id"].isin([invoice["id"] for invoice in self.case["invoices"]])]
        return {name: part[column].round(2).tolist() for name, part in rows.groupby("document_id") if len(part) > 1}

    def buckets(self):
        by_due = self.case["age_by"] == "due_date"
        signed = self.documents
        if (
            self.params.get("unapplied_policy") == "own_age_bucket"
        ):  # credit in the bucket of its own age, as these peers show it
            signed = pd.concat([signed[signed["open_amount"] > 0], signed[signed["open_amount"] < 0].assign(currency="XXX")])
            signed["open_amount"] = signed["open_amount"].abs()
        aged = age(signed, by="currency", edges=self.case["bucket_edges"], age_by="due_date" if by_due else "issue_date")
        sign = [-1 if code == "XXX" else 1 for code in aged.index.get_level_values("currency")]
        sums = aged.mul(sign, axis=0).sum().round(2).to_dict()
        return self.named(sums, self.case["bucket_rule"])

    def named(self, sums, rule):
        """Our buckets under the case's names; where it knows no 'not due', that is its first bucket."""
        edges = self.case["bucket_edges"]
        spans = [sums[name] for name in sums if name not in ("credit", "current", "total")]
        ranges = [f"{low + 1}-{high}" for low, high in zip([0, *edges], edges, strict=False)]
        last = f"{edges[-1] + 1}+"
        if rule == "due_day_current":
            return {"not_due": sums["current"]} | dict(zip([*ranges, last], spans, strict=True))
        first = f"up_to_{edges[0]}" if rule == "no_zero_edge" else f"0-{edges[0]}"
        return dict(zip([first, *ranges[1:], last], [cents(spans[0] + sums["current"]), *spans[1:]], strict=True))

    def answer(self, key):
        documents = self.documents
        is_open = documents[documents["open_amount"].ne(0)]
        simple = {
            "total_outstanding": lambda: cents(documents["open_amount"].sum()),
            "total_outstanding_on": lambda: {
                day: cents(self.ledger.at(day)["open_amount"].sum()) for day in self.case["expected"][key]
            },
            "by_document": lambda: opened(documents),
            "by_customer": lambda: documents.groupby("customer_id")["open_amount"].sum().round(2).to_dict(),
            "by_instalment": lambda: self.parts("open_amount"),
            "settled_by_instalment": lambda: self.parts("paid_amount"),
            "instalment_rows": lambda: len(is_open),
            "open_items": lambda: len(is_open),
            "settled": lambda: opened(documents, "paid_amount"),
            "unapplied": lambda: cents(-documents["open_amount"].clip(upper=0).sum()),
            "days_overdue": lambda: dict(zip(documents["document_id"], documents["days_late"], strict=True)),
            "days_since_invoice": lambda: {
                name: (pd.Timestamp(self.day) - day).days
                for name, day in documents.groupby("document_id")["issued"].first().items()
            },
            "overdue_count": lambda: int((is_open["days_late"] > 0).sum()),
            "overdue_amount": lambda: cents(is_open.loc[is_open["days_late"] > 0, "open_amount"].sum()),
            "dunning_resolved": lambda: bool(documents.loc[documents["amount"] > 0, "settled"].all()),
            "financed_amount": lambda: cents(documents["open_amount"].clip(lower=0).sum()),
            "buckets": self.buckets,
            "buckets_sum_equals_total": lambda: cents(sum(self.buckets().values())) == cents(documents["open_amount"].sum()),
            "future": lambda: {row.document_id: cents(-row.later) for row in self.ledger.post_dated(self.day).itertuples()},
            "remaining_after_future": lambda: {
                row.document_id: cents(row.remaining) for row in self.ledger.post_dated(self.day).itertuples()
            },
            "gl_difference": lambda: {
                name: cents(amount - self.params["gl_balance"][name])
                for name, amount in documents.groupby("customer_id")["open_amount"].sum().items()
            },
            "period_debits": lambda: cents(self.ledger.entries["amount"].clip(lower=0).sum()),
            "period_credits": lambda: cents(-self.ledger.entries["amount"].clip(upper=0).sum()),
            "by_document_base": lambda: opened(in_home(documents, self.home)),
            "total_outstanding_base": lambda: cents(in_home(documents, self.home)["open_amount"].sum()),
            "by_instalment_base_if_fifo": lambda: {
                name: rows["open_amount"].tolist() for name, rows in in_home(documents, self.home).groupby("document_id")
            },
            "future_base": self.later_base,
            "remaining_after_future_base": lambda: {
                name: cents(opened(in_home(documents, self.home))[name] - paid) for name, paid in self.later_base().items()
            },
        }
        return simple[key]()

    def later_base(self):
        later = self.ledger.entries[self.ledger.entries["date"] > self.day]
        sums = (-later["amount"] * later["rate"]).groupby(later["document_id"]).sum()
        return {name: cents(amount) for name, amount in sums.items() if name in set(self.documents["document_id"])}


#: Answers that are another product's choice, and what ours is instead.
OTHERWISE = {
    ("ERP-AR-023", "by_instalment_base"): "an advance clears the oldest instalment first, as any payment does",
    ("ERP-FAC-001", "cash_received"): "an offer's charges are weighed by the routes",
    ("ERP-AR-029", "by_document"): "a payment ahead of its invoice stands under the invoice's number",
}


def questions():
    """Every fact of every case that a ledger can be asked."""
    asked = [case for case in CASES if case["kind"] not in {*ELSEWHERE, *FIGURES, "boundary"} and case["as_of"]]
    return [
        pytest.param(case, key, id=f"{case['id']}-{key}")
        for case in asked
        for key in case["expected"]
        if (case["id"], key) not in OTHERWISE
    ]


@pytest.mark.parametrize(("case", "key"), questions())
def test_the_ledger_answers_as_the_case_says(case, key):
    assert Answers(case).answer(key) == case["expected"][key]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] == "fx" and not case["as_of"]]
)
def test_an_amount_is_turned_at_the_stated_rate(case):
    said = case["params"]
    amount = pd.DataFrame({"amount": [said["amount"]], "open_amount": said["amount"], "currency": said["from"]})
    found = in_home(amount, said["to"], {said["from"]: said["rate"]})["open_amount"]
    assert found.tolist() == [case["expected"]["amount_in_policy_currency"]]


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in CASES if case["kind"] in ELSEWHERE}))
def test_what_is_no_question_for_a_ledger_is_left_out_with_its_reason(kind):
    pytest.skip(f"{kind}: {ELSEWHERE[kind]}")


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in CASES if case["kind"] in FIGURES}))
def test_figures_are_asked_of_the_rooms_that_hold_their_formula(kind):
    asking = (Path(__file__).parent / FIGURES[kind]).read_text("utf-8")
    cases = [case["id"] for case in CASES if case["kind"] == kind]
    assert f'"{kind}"' in asking or all(f'"{case}"' in asking for case in cases)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] == "boundary"])
def test_each_day_falls_into_our_bucket_and_none_is_lost(case):
    """Where a peer loses days between its buckets or shifts them by one, ours differs on purpose."""
    edges = case["bucket_edges"]
    days = sorted({*map(int, case["expected"]["bucket_of_days_overdue"]), *edges, *(edge + 1 for edge in edges), 0, 1})
    as_of = pd.Timestamp("2026-10-31")
    due = [as_of - pd.Timedelta(days=day) for day in days]
    table = pd.DataFrame(
        {"as_of": as_of, "issued": due, "due_date": due, "open_amount": 1.0, "currency": "EUR", "customer_id": "C"}
    )
    aged = age(table.assign(document_id=[str(day) for day in days]), by="document_id", edges=edges)
    found = {int(key[1]): next(name for name in aged if row[name] and name != "total") for key, row in aged.iterrows()}
    assert sorted(found) == days
    if "peer_quirk" not in case:
        names = {"not_due": "current", f"{edges[-1] + 1}+": f"over {edges[-1]}"}
        said = case["expected"]["bucket_of_days_overdue"].items()
        assert {int(day): names.get(name, name) for day, name in said} == {int(day): found[int(day)] for day, _ in said}
