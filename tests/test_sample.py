import difflib
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from arkit import sample
from arkit.errors import ArkitError, OutputRefused
from arkit.ledger import Ledger
from arkit.money import to_minor, totals
from arkit.sample import BEHAVIOURS, FILES, TYPES, company, sample_ledger, write_sample

COMMITTED = Path(__file__).parents[1] / "data" / "sample"
LAST = pd.Timestamp("2026-10-31")
SEVERAL = (
    sample.PROMPT, sample.SLOW, sample.FIRST_TIMER, sample.MANY_SMALL, sample.SLIDING, sample.PART_PAYER, sample.DISPUTED,
    sample.PROMISE_BREAKER, sample.NEVER_PAYS, sample.ON_THE_25TH, sample.UNAPPLIED, sample.REMAINDERS,
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return company()


@pytest.fixture(scope="module")
def ledger():
    return sample_ledger()


@pytest.fixture(scope="module")
def documents(ledger):
    return ledger.at(LAST)


@pytest.fixture(scope="module")
def of(made):
    """The rows of those customers who follow a behaviour."""

    def of(frame, behaviour):
        planted = made.planted
        return frame[frame["customer_id"].isin(planted.loc[planted["behaviour"].eq(behaviour.name), "customer_id"])]

    return of


def overdue(documents):
    return documents[documents["open_amount"].gt(0) & documents["days_late"].gt(0)]


def read_back(folder):
    """The files as a ledger, read with nothing but pandas."""
    read = {name: pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False) for name in FILES}
    frames = {name: frame.rename(columns={head: name for name, head in FILES[name].items()}) for name, frame in read.items()}
    for frame in frames.values():
        for column in {"date", "due_date", "since", "until"} & set(frame):
            frame[column] = pd.to_datetime(frame[column], format="%d/%m/%Y")
        for column in {"amount", "credit_limit", "terms_days"} & set(frame):
            frame[column] = pd.to_numeric(frame[column].str.replace(",", ""))
        for column in {"is_individual", "strategic", "do_not_contact"} & set(frame):
            frame[column] = frame[column].map({"Yes": True, "No": False})
    invoices, credited, paid = frames["invoices"], frames["credit_notes"], frames["payments"]
    sign = paid["type"].map({"Payment": -1, "Returned": 1, "Write-off": -1, "Bank charge": -1})
    credited["document_id"] = credited["document_id"].where(credited["document_id"].ne(""), credited["credit_note_id"])
    paid["document_id"] = paid["document_id"].where(paid["document_id"].ne(""), paid["payment_id"])
    entries = [
        invoices.assign(kind="invoice"),
        credited.assign(kind="credit_note", amount=-credited["amount"]),
        paid.assign(kind=paid["type"].map(TYPES), amount=sign * paid["amount"]),
    ]
    return Ledger(pd.concat(entries), frames["customers"], notes=frames["notes"])


# the files


def test_the_committed_files_are_what_write_sample_writes(tmp_path):
    written = write_sample(tmp_path)
    assert sorted(path.name for path in COMMITTED.glob("*.csv")) == sorted(path.name for path in written)
    for path in written:
        assert path.read_bytes() == (COMMITTED / path.name).read_bytes(), f"run: arkit sample data/sample ({path.name})"


def test_the_committed_readme_has_five_lines_and_names_the_command():
    lines = (COMMITTED / "README.md").read_text("utf-8").splitlines()
    assert len(lines) == 5
    assert any("`arkit sample data/sample --customers 60 --months 30 --seed 7`" in line for line in lines)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    once, again, other = (write_sample(tmp_path / name, 20, 6, seed) for name, seed in [("a", 1), ("b", 1), ("c", 2)])
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    assert all(one.read_bytes() != two.read_bytes() for one, two in zip(once, other, strict=True))


def test_the_files_have_the_headings_of_the_accounting_system():
    assert {path.stem: path.read_text("utf-8").splitlines()[0] for path in COMMITTED.glob("*.csv")} == {
        "customers": "Customer No.,Customer Name,Contact,Accounts Payable Contact,Email,Phone,Address,Country,Language,"
        "Payment Terms (days),Credit Limit,Customer Since,Segment,Sole Trader,Strategic,Do Not Contact",
        "invoices": "Invoice No.,Customer No.,Customer Name,Invoice Date,Due Date,Amount,Currency,PO Number,Salesperson",
        "credit_notes": "Credit Note No.,Customer No.,Credit Note Date,Applied To,Amount,Currency",
        "payments": "Payment No.,Customer No.,Invoice No.,Payment Date,Amount,Currency,Type",
        "notes": "Date,Customer No.,Invoice No.,Kind,Amount,Until,Outcome,Reason,By,Text",
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_utf8_without_mark_and_every_line_ends_in_crlf(name):
    raw = (COMMITTED / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert len(raw) < 500_000


def test_dates_are_day_first_and_thousands_are_quoted(made):
    lines = (COMMITTED / "invoices.csv").read_text("utf-8").splitlines()
    first, large = made.invoices.iloc[0], made.invoices[made.invoices["amount"].ge(1_000)].iloc[0]
    assert lines[1].startswith(f"{first['document_id']},{first['customer_id']},{first['name']},{first['date']:%d/%m/%Y},")
    assert f',"{large["amount"]:,.2f}",{large["currency"]},' in "\n".join(lines)


@pytest.mark.parametrize("day", ["2024-12-31", "2026-03-15", "2026-10-31"])
def test_the_files_read_back_give_the_documents_of_the_sample_ledger(ledger, day):
    expected = ledger.at(day)
    pd.testing.assert_frame_equal(
        read_back(COMMITTED).at(day).sort_values("document_id", ignore_index=True),
        expected.sort_values("document_id", ignore_index=True),
    )


def test_the_files_read_back_give_the_notes_and_customers_of_the_sample_ledger(ledger):
    read = read_back(COMMITTED)
    pd.testing.assert_frame_equal(read.notes, ledger.notes)
    pd.testing.assert_frame_equal(read.customers, ledger.customers)


def test_somebody_elses_file_is_not_replaced_and_nothing_is_written(tmp_path):
    (tmp_path / "payments.csv").write_text("Receipt,Amount\n1,2\n", "utf-8")
    with pytest.raises(OutputRefused, match=r"payments\.csv is not a file of the sample(.|\n)*got: Receipt,Amount"):
        write_sample(tmp_path, 5, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["payments.csv"]


def test_its_own_files_are_replaced(tmp_path):
    write_sample(tmp_path / "new", 5, 3, seed=1)
    again = write_sample(tmp_path / "new", 5, 3, seed=2)
    assert again[1].read_bytes() == write_sample(tmp_path / "other", 5, 3, seed=2)[1].read_bytes()


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"months": 0}])
def test_a_company_without_customers_or_months_is_refused(wrong):
    with pytest.raises(ArkitError, match=r"without customers or months(.|\n)*expected: 1 or more"):
        company(**wrong)


def test_a_last_day_that_is_no_day_is_refused():
    with pytest.raises(ArkitError, match="'October' is not a day"):
        company(until="October")


# what holds of every company


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])  # a seed does not shrink
@given(customers=st.integers(1, 40), months=st.integers(1, 15), seed=st.integers(0, 10**6), offset=st.integers(0, 700))
def test_nothing_happens_after_the_last_day_and_no_invoice_is_ever_overpaid(customers, months, seed, offset):
    last = pd.Timestamp("2025-01-01") + pd.Timedelta(offset, "D")
    made = company(customers, months, seed, f"{last:%Y-%m-%d}")
    dated = (made.invoices, made.credit_notes, made.payments, made.notes)
    assert max(frame["date"].max() for frame in dated if len(frame)) <= last
    assert len(made.customers) == customers == made.invoices["customer_id"].nunique()
    ledger = sample_ledger(customers, months, seed, f"{last:%Y-%m-%d}")
    for day in pd.date_range(end=last, periods=4, freq="37D"):
        documents = ledger.at(day)
        invoices = documents["kind"].eq("invoice")
        assert documents.loc[invoices, "open_amount"].ge(0).all()
        assert documents.loc[~invoices, "open_amount"].lt(0).all()


def test_the_ledger_adds_up_to_all_frames(made, ledger):
    def sums(frame):
        return pd.Series(to_minor(frame["amount"], frame["currency"])).groupby(frame["currency"].to_numpy()).sum()

    returned = made.payments["type"].eq("Returned")
    expected = sums(made.invoices) - sums(made.credit_notes) - sums(made.payments[~returned])
    expected = expected.add(sums(made.payments[returned]), fill_value=0)
    assert (totals(ledger.at(LAST)) * 100).round().to_dict() == expected.to_dict()


def test_money_moves_on_bank_days_and_something_on_the_last_day_itself(made):
    weekday = made.payments["date"].dt.day_of_week
    on_last = made.payments["date"].eq(LAST)
    assert on_last.any()
    assert weekday[~on_last].le(4).all()
    assert made.invoices["due_date"].gt(LAST).any()


@pytest.mark.parametrize("last", ["2025-02-28", "2024-02-29", "2026-08-02"])
def test_there_is_a_payment_on_any_last_day(last):
    payments = company(months=12, until=last).payments
    assert payments["date"].eq(pd.Timestamp(last)).any()


def test_numbers_are_given_once_and_keep_their_leading_zeros(made):
    for frame, column in [
        (made.customers, "customer_id"),
        (made.invoices, "document_id"),
        (made.credit_notes, "credit_note_id"),
        (made.payments, "payment_id"),
    ]:
        assert frame[column].is_unique
    assert made.customers["customer_id"].str.fullmatch(r"0\d{4}").all()


def test_amounts_terms_and_currencies_are_plausible(made):
    assert made.invoices["amount"].between(80, 40_000).all()
    assert set(made.customers["terms_days"]) == {14, 30, 45, 60}
    assert made.invoices.drop_duplicates("customer_id")["currency"].value_counts().to_dict() == {"EUR": 54, "GBP": 6}
    due_in = (made.invoices["due_date"] - made.invoices["date"]).dt.days
    assert due_in.eq(made.invoices["customer_id"].map(made.customers.set_index("customer_id")["terms_days"])).all()


def test_nobody_can_be_reached_under_what_is_in_it(made):
    email, phone = made.customers["email"], made.customers["phone"]
    assert email.str.fullmatch(r"(accounts\.\d{5}@example\.(com|org))?").all()
    assert email.eq("").any()
    assert phone.str.fullmatch(r"\+353 20 910 \d{4}|\+44 20 7946 0\d{3}|\+49 30 23125 \d{3}").all()


def test_names_hold_what_names_hold_and_two_nearly_repeat(made):
    names = made.customers["name"]
    assert names.is_unique
    for sign in ("é", "&", ",", "'"):
        assert names.str.contains(sign, regex=False).any()
    near = [name for name in names if len(difflib.get_close_matches(name, names, cutoff=0.95)) > 1]
    assert near == ["Dashel Tool Hire", "Dashel Tools Hire"]


def test_what_is_open_looks_like_a_company_that_gets_by(made, documents):
    owed = documents["open_amount"].clip(lower=0).sum()
    sales = made.invoices.loc[made.invoices["date"].gt(LAST - pd.Timedelta(90, "D")), "amount"].sum()
    assert 0.20 <= overdue(documents)["open_amount"].sum() / owed <= 0.35
    assert 40 <= documents["open_amount"].sum() / sales * 90 <= 60


# the behaviours


def test_every_behaviour_is_planted_and_the_main_ones_several_times(made):
    planted = made.planted["behaviour"].value_counts()
    assert planted.to_dict() == {behaviour.name: behaviour.weight for behaviour in BEHAVIOURS}
    assert all(planted[behaviour.name] >= 3 for behaviour in SEVERAL)
    assert made.planted["customer_id"].tolist() == made.customers["customer_id"].tolist()


def test_a_large_company_has_the_behaviours_in_the_same_shares():
    planted = company(1_200, 1).planted["behaviour"].value_counts()
    assert planted.to_dict() == {behaviour.name: 20 * behaviour.weight for behaviour in BEHAVIOURS}


@pytest.mark.parametrize(
    ("behaviour", "low", "high"),
    [
        (sample.PROMPT, -16, 0),
        (sample.EARLY, -25, -8),
        (sample.SLOW, 12, 29),
        (sample.FACTORABLE, 20, 34),
        (sample.SOLE_TRADER, 91, 200),
        (sample.STRATEGIC, 91, 160),
    ],
)
def test_steady_customers_pay_within_their_norm(documents, of, behaviour, low, high):
    days_late = of(documents, behaviour).query("settled and kind == 'invoice'")["days_late"]
    assert len(days_late) > 10
    assert days_late.between(low, high).all()


def test_the_25th_is_a_payment_day_or_the_monday_after_it(made, of):
    days = of(made.payments, sample.ON_THE_25TH)["date"].dt.day
    assert len(days) > 100
    assert days.between(25, 27).all()


def test_first_timers_owe_one_or_two_large_recent_invoices_that_are_overdue(made, documents, of):
    owed = of(documents, sample.FIRST_TIMER)
    assert owed.groupby("customer_id").size().between(1, 2).all()
    assert (owed["open_amount"] == owed["amount"]).all()
    assert owed["issued"].gt(LAST - pd.Timedelta(92, "D")).all()
    assert overdue(owed).groupby("customer_id")["open_amount"].sum().gt(2_500).sum() == 3
    assert not len(of(made.payments, sample.FIRST_TIMER))


def test_big_customers_with_small_invoices_have_many_of_them(made, of):
    many = of(made.invoices, sample.MANY_SMALL)
    per_customer = made.invoices.groupby("customer_id").size()
    assert many.groupby("customer_id").size().min() > per_customer.drop(many["customer_id"].unique()).max()
    assert many["amount"].median() < made.invoices["amount"].median() / 2


def test_sliding_customers_were_good_and_are_getting_later(documents, of):
    paid = of(documents, sample.SLIDING).query("settled and kind == 'invoice'")
    recent = paid["due_date"].gt(LAST - pd.Timedelta(120, "D"))
    before = paid["due_date"].lt(LAST - pd.Timedelta(240, "D"))
    assert paid[before].groupby("customer_id")["days_late"].mean().lt(3).all()
    assert paid[recent].groupby("customer_id")["days_late"].mean().gt(15).all()


def test_part_payers_pay_in_parts_and_owe_more_and_more(ledger, documents, of):
    assert of(documents, sample.PART_PAYER).groupby("customer_id")["payments"].max().eq(3).all()
    owed = [of(ledger.at(day), sample.PART_PAYER)["open_amount"].sum() for day in ("2025-10-31", "2026-10-31")]
    assert owed[1] > 1.3 * owed[0]


def test_disputes_have_a_reason_and_some_are_settled(made, of):
    disputes = of(made.notes, sample.DISPUTED).query("kind == 'dispute'")
    assert disputes["reason"].ne("").all()
    assert len(made.notes.query("kind == 'dispute'")) == len(disputes)
    latest = disputes.drop_duplicates("document_id", keep="last")
    assert set(latest["outcome"]) == {"open", "resolved"}
    opened = disputes[disputes["outcome"].eq("open")].set_index("document_id")["date"]
    settled = disputes[disputes["outcome"].eq("resolved")].set_index("document_id")["date"]
    assert (settled > opened.reindex(settled.index)).all()


def test_an_open_dispute_is_about_an_invoice_that_is_open(made, documents, of):
    latest = of(made.notes, sample.DISPUTED).query("kind == 'dispute'").drop_duplicates("document_id", keep="last")
    disputed = latest.loc[latest["outcome"].eq("open"), "document_id"]
    is_open = documents.set_index("document_id")["open_amount"].gt(0)
    assert is_open[disputed].all()


def test_promise_breakers_have_just_broken_the_last_of_several(made, documents, of):
    promises = of(made.notes, sample.PROMISE_BREAKER).query("kind == 'promise'")
    assert promises.groupby("customer_id").size().min() >= 3
    last = promises[promises["until"].eq(promises.groupby("customer_id")["until"].transform("max"))]
    assert last["customer_id"].nunique() == 3
    assert last["until"].between(LAST - pd.Timedelta(10, "D"), LAST - pd.Timedelta(3, "D")).all()
    assert documents.set_index("document_id").loc[last["document_id"], "open_amount"].gt(0).all()


def test_a_running_promise_covers_all_that_is_overdue(made, documents, of):
    running = made.notes.query("kind == 'promise' and until > @LAST")
    late = overdue(of(documents, sample.PROMISED))
    assert late["customer_id"].nunique() == 2
    assert set(running["document_id"]) == set(late["document_id"])
    promised, owed = running.set_index("document_id")["amount"], late.set_index("document_id")["open_amount"]
    assert promised.sort_index().to_dict() == owed.sort_index().to_dict()


def test_those_who_never_pay_were_asked_several_times(made, documents, of):
    owed = of(documents, sample.NEVER_PAYS)
    assert owed["days_late"].gt(90).all()
    assert owed["payments"].eq(0).all()
    assert owed["customer_id"].nunique() == 3
    contacts = of(made.notes, sample.NEVER_PAYS)
    assert {"reminder", "call", "firm_notice", "final_demand"} == set(contacts["kind"])
    assert contacts.groupby("customer_id").size().ge(3).all()


def test_credit_not_applied_covers_what_is_overdue(made, documents, of):
    owed = of(documents, sample.UNAPPLIED)
    credit = owed[owed["open_amount"].lt(0)].groupby("customer_id")["open_amount"].sum()
    late = overdue(owed).groupby("customer_id")["open_amount"].sum()
    assert len(credit) == 3
    assert (-credit).ge(late - 0.005).all()
    assert set(owed.loc[owed["open_amount"].lt(0), "kind"]) == {"payment", "credit_note"}
    empty = made.payments["document_id"].eq("")
    assert set(made.payments.loc[empty, "customer_id"]) <= set(credit.index)


def test_remainders_are_tiny_and_older_ones_are_given_up(made, documents, of):
    owed = overdue(of(documents, sample.REMAINDERS))
    assert len(owed) >= 3
    assert owed["open_amount"].between(3, 15.01).all()
    closed = made.payments[made.payments["type"].isin(["Bank charge", "Write-off"])]
    assert set(closed["type"]) == {"Bank charge", "Write-off"}
    assert len(of(closed, sample.REMAINDERS)) == len(closed) > 30


def test_a_bounced_payment_opens_the_invoice_again_until_it_is_paid_anew(made, documents, of):
    returned = made.payments[made.payments["type"].eq("Returned")]
    assert len(of(returned, sample.BOUNCED)) == len(returned) > 5
    about = documents.set_index("document_id").loc[returned["document_id"]]
    assert about["bounced"].eq(1).all()
    assert about.loc[about["settled"], "payments"].eq(2).all()
    assert about["settled"].any()


def test_marks_stand_with_those_whom_they_are_about(made, documents, of):
    for behaviour, mark in [
        (sample.SOLE_TRADER, "is_individual"),
        (sample.STRATEGIC, "strategic"),
        (sample.LEFT_ALONE, "do_not_contact"),
    ]:
        marked = made.customers.loc[made.customers[mark], "customer_id"]
        assert marked.tolist() == of(made.customers, behaviour)["customer_id"].tolist()
        assert set(overdue(of(documents, behaviour))["customer_id"]) == set(marked)
    assert overdue(of(documents, sample.SOLE_TRADER)).groupby("customer_id")["days_late"].max().gt(90).all()
    assert not len(of(made.notes, sample.LEFT_ALONE))


def test_a_factoring_candidate_owes_much_that_is_a_little_late(documents, of):
    late = overdue(of(documents, sample.FACTORABLE))
    assert late["days_late"].max() <= 34
    assert late.groupby("customer_id")["open_amount"].sum().gt(10_000).any()


def test_reminders_calls_and_letters_are_of_days_on_which_the_invoice_was_overdue(made, documents):
    contacts = made.notes[made.notes["kind"].isin(["reminder", "call", "letter", "firm_notice", "final_demand"])]
    about = documents.set_index("document_id").loc[contacts["document_id"]]
    day = contacts["date"].to_numpy()
    assert (day > about["due_date"].to_numpy()).all()
    assert (about["settled_on"].isna().to_numpy() | (day <= about["settled_on"].to_numpy())).all()
    assert (about["customer_id"].to_numpy() == contacts["customer_id"].to_numpy()).all()


def test_late_but_recoverable_customers_were_asked(made, of):
    late = (sample.SLOW, sample.SLIDING, sample.PART_PAYER, sample.PROMISE_BREAKER, sample.PROMISED)
    kinds = {behaviour.name: set(of(made.notes, behaviour)["kind"]) for behaviour in late}
    assert all("reminder" in said for said in kinds.values())
    assert sum("call" in said for said in kinds.values()) >= 4


def test_notes_are_worded_and_amounts_stand_only_where_one_is_named(made):
    notes = made.notes
    assert notes["text"].ne("").all()
    assert notes["by"].isin(sample.CLERKS).all()
    named = notes["kind"].isin(["promise", "dispute"])
    assert notes["amount"].notna().eq(named).all()
    assert notes["until"].notna().eq(notes["kind"].eq("promise")).all()
    assert notes["date"].is_monotonic_increasing
    assert all(re.fullmatch(r"INV-\d{5}", document) for document in notes["document_id"])
