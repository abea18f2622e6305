import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import arkit
import arkit as ar
from arkit.errors import TableRefused
from arkit.factoring import offers
from arkit.forecast import cash_forecast
from arkit.headlines import owed, to_do
from arkit.notes import broken_promises, standing
from arkit.plans import schedule
from arkit.tables import ALL

NAMES = [
    "ArkitError", "Basis", "Book", "Ledger", "Policy", "age", "blocked", "charts", "check", "claim",
    "compare", "factor", "load", "lose", "measure", "migrate", "moved", "plan", "prevent",
    "profile", "project", "provide", "read_variants", "read_workbook", "recommend", "reconcile", "replay", "sample_ledger",
    "score", "searchable", "side_by_side", "styled", "summarise", "trace", "weigh", "write_letters", "write_month",
    "write_sample", "write_workbook",
]  # fmt: skip


def test_the_front_door_has_these_names_and_no_others():
    assert sorted(arkit.__all__) == NAMES
    assert dir(arkit) == arkit.__all__
    assert all(getattr(arkit, name) for name in NAMES)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="module 'arkit' has no attribute 'agee'"):
        arkit.agee  # noqa: B018


def test_what_help_says_of_arguments_is_read_at_a_glance():
    lengths = {name: len(str(inspect.signature(getattr(arkit, name)))) for name in NAMES if name != "charts"}
    assert not {name: length for name, length in lengths.items() if length > 600}


def test_opening_the_door_opens_no_heavy_library():
    heavy = ["plotly", "openpyxl", "sklearn", "jupyter_client", "nbclient", "nbconvert", "jinja2", "IPython", "scipy", "pandas"]
    code = f"import sys, arkit; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_computing_the_month_opens_neither_notebooks_nor_learning():
    heavy = ["plotly", "openpyxl", "sklearn", "jupyter_client", "nbclient", "nbconvert", "IPython"]
    code = (
        "import sys, arkit as ar; d = ar.sample_ledger().at('2026-10-31'); ar.age(d); "
        "ar.recommend(d, ar.score(ar.profile(d))); ar.weigh(d); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


# what is handed over may be sorted in any way and carry columns of one's own, whatever they are called

DAY = "2026-10-31"
#: Every column that some table of arkit has, and names that rooms use while they compute.
NAMES_TAKEN = {column.name for table in ALL for column in table.columns} | {"at", "group", "minor", "net", "place", "taken"}
#: Each call that takes tables, by its tables.
CALLS = {
    "age": lambda t: ar.age(t["documents"], credit="netted"),
    "profile": lambda t: ar.profile(t["documents"], notes=t["notes"]),
    "score": lambda t: ar.score(t["profiles"]),
    "blocked": lambda t: ar.blocked(t["documents"], t["notes"], customers=t["customers"], profiles=t["profiles"]),
    "weigh": lambda t: ar.weigh(t["documents"], t["scores"], customers=t["customers"], blocks=t["blocks"]),
    "recommend": lambda t: ar.recommend(
        t["documents"], t["scores"], t["notes"], profiles=t["profiles"], customers=t["customers"], routes=t["routes"]
    ),
    "plan": lambda t: ar.plan(t["documents"], customers=t["customers"], blocks=t["blocks"], routes=t["routes"]),
    "schedule": lambda t: schedule(t["plans"]),
    "factor": lambda t: ar.factor(t["documents"], t["scores"], customers=t["customers"], blocks=t["blocks"], need={"EUR": 500}),
    "offers": lambda t: offers(t["factorable"], {"EUR": 500}),
    "prevent": lambda t: ar.prevent(t["documents"], t["profiles"], scores=t["scores"], customers=t["customers"]),
    "claim": lambda t: ar.claim(
        t["documents"], jurisdiction="by_country", entries=t["entries"], customers=t["customers"], exclude=t["standing"]
    ),
    "moved": lambda t: ar.moved(t["earlier"], t["actions"]),
    "lose": lambda t: ar.lose(t["moves"], lost="over 120"),
    "provide": lambda t: ar.provide(t["aged"], t["rates"]),
    "project": lambda t: ar.project(t["cohorts"]),
    "summarise": lambda t: ar.summarise(t["documents"], t["actions"]),
    "headlines": lambda t: pd.DataFrame({"said": owed(t["documents"]) + to_do(t["actions"])}),
    "standing": lambda t: standing(t["notes"], pd.Timestamp(DAY)),
    "broken_promises": lambda t: broken_promises(t["documents"], t["notes"]),
    "Ledger": lambda t: ar.Ledger(t["entries"], t["customers"], notes=t["notes"]).at(DAY),
    "measure": lambda t: ar.measure(ar.Ledger(t["entries"], t["customers"]), DAY, by="segment"),
}


@pytest.fixture(scope="module")
def month():
    """Every table of a small month; those that a call makes by the name of the call too."""
    ledger = ar.sample_ledger(customers=20, months=6)
    tables = {"entries": ledger.entries, "documents": ledger.at(DAY), "notes": ledger.notes, "customers": ledger.customers}
    made = {
        "profiles": "profile", "scores": "score", "blocks": "blocked", "routes": "weigh", "plans": "plan",
        "factorable": "factor", "actions": "recommend",
    }  # fmt: skip
    for name, call in made.items():
        tables[name] = tables[call] = CALLS[call](tables)
    tables["earlier"] = CALLS["recommend"](tables | {"documents": ledger.at("2026-09-30")})
    tables["moves"] = ar.migrate(ledger, ledger.month_ends(DAY, 5))
    more = {"standing": standing(ledger.notes, pd.Timestamp(DAY)), "cohorts": ar.trace(ledger, DAY)}
    return tables | more | {"aged": ar.age(tables["documents"], by="currency"), "rates": ar.lose(tables["moves"])}


def untidy(table):
    """The rows in another order and under other labels, with columns named like those of all other tables."""
    mixed = table.iloc[np.random.default_rng(3).permutation(len(table))]
    if not any(table.index.names):
        mixed = mixed.set_axis(range(1000, 1000 + len(table)))
    own = [name for name in sorted(NAMES_TAKEN) if name not in table.columns and name not in table.index.names]
    return pd.concat([mixed, pd.DataFrame("x", index=mixed.index, columns=own)], axis=1)


class _Untidy(dict):
    """Tables that come untidy when they are asked for."""

    def __getitem__(self, name):
        return untidy(super().__getitem__(name))


def tidy(table, like):
    """The columns that the other table has, in an order of rows that the contents decide."""
    flat = table.reset_index() if any(table.index.names) else table
    names = list(like.reset_index() if any(like.index.names) else like)
    return flat[names].sort_values([name for name in names if flat[name].dtype != "float64"], kind="stable", ignore_index=True)


@pytest.mark.parametrize("call", CALLS)
def test_neither_the_order_of_rows_nor_columns_of_ones_own_change_what_comes_back(month, call):
    plain = month[call] if call in month else CALLS[call](month)
    found = CALLS[call](_Untidy(month))
    assert len(plain)
    pd.testing.assert_frame_equal(tidy(found, plain), tidy(plain, plain))


#: Each call that was handed another table than it asks for, and what it says is amiss.
WRONG = {
    "profile": (lambda t: ar.profile(t["aged"]), "'documents' lacks"),
    "score": (lambda t: ar.score(t["documents"]), "'profiles' lacks"),
    "blocked": (lambda t: ar.blocked(t["aged"], t["notes"]), "'documents' lacks"),
    "weigh": (lambda t: ar.weigh(t["aged"]), "'documents' lacks"),
    "recommend": (lambda t: ar.recommend(t["aged"], t["scores"]), "'documents' lacks"),
    "recommend, scores": (lambda t: ar.recommend(t["documents"], t["profiles"]), "'scores' lacks score"),
    "recommend, profiles": (lambda t: ar.recommend(t["documents"], t["scores"], profiles=t["scores"]), "'profiles' lacks"),
    "recommend, forecasts": (lambda t: ar.recommend(t["documents"], t["scores"], forecasts=t["scores"]), "'forecasts' lacks"),
    "recommend, routes": (lambda t: ar.recommend(t["documents"], t["scores"], routes=t["scores"]), "'routes' lacks"),
    "plan": (lambda t: ar.plan(t["documents"], blocks=t["scores"]), "'blocks' lacks document_id"),
    "lose": (lambda t: ar.lose(t["documents"]), "'migrations' lacks"),
    "project": (lambda t: ar.project(t["documents"]), "'cohorts' lacks"),
    "provide": (lambda t: ar.provide(t["documents"], "ifrs9_ie12"), "this is no aging"),
    "summarise": (lambda t: ar.summarise(t["actions"]), "'documents' lacks"),
    "cash_forecast": (lambda t: cash_forecast(t["documents"], t["documents"]), "'forecasts' lacks p_7"),
}


@pytest.mark.parametrize("call", WRONG)
def test_another_table_than_is_asked_for_is_refused_in_words(month, call):
    with pytest.raises(TableRefused, match=WRONG[call][1]):
        WRONG[call][0](month)
