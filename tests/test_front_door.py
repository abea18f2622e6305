import subprocess
import sys

import pytest

import arkit

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
