"""Every notebook tells its story in a fresh kernel, on the sample and on a folder of one's own."""

import shutil
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from arkit.errors import ArkitError
from arkit.report import find_notebook, run_notebook
from arkit.sample import write_sample

SAMPLE = str(Path(__file__).parents[1] / "data" / "sample")
NOTEBOOKS = sorted(path.stem for path in find_notebook("month").parent.glob("*.ipynb"))
#: With a browser every notebook is run on a folder of one's own in JupyterLab, by tests/test_browser.py.
BROWSER = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
PLOTLY = "application/vnd.plotly.v1+json"


def shown(node, cell_id):
    """What one cell of an executed notebook shows."""
    outputs = next(cell for cell in node.cells if cell.get("id") == cell_id).outputs
    return "".join(part for output in outputs for kind, part in output.data.items() if kind in ("text/markdown", "text/html"))


def pictures(node):
    """The titles of all figures of an executed notebook."""
    outputs = [output for cell in node.cells if cell.cell_type == "code" for output in cell.outputs]
    layouts = [output.data[PLOTLY]["layout"] for output in outputs if PLOTLY in output.get("data", {})]
    return [layout["title"]["text"] if "title" in layout else "a sentence" for layout in layouts]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_a_story_whose_first_cell_of_code_holds_its_parameters(name):
    node = nbformat.read(find_notebook(name), as_version=4)
    code = [cell for cell in node.cells if cell.cell_type == "code"]
    assert node.cells[0].source.startswith("# ")
    assert code[0].metadata["tags"] == ["parameters"]
    assert code[0].source.split("\n")[1].startswith("EXPORTS = ")
    assert all(cell.source.startswith("# ") for cell in code)
    assert len({cell["id"] for cell in node.cells}) == len(node.cells)


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory):
    """The exports of a firm of a few customers and few months."""
    folder = tmp_path_factory.mktemp("own") / "exports"
    write_sample(folder, customers=6, months=5, seed=3)
    return str(folder)


def test_the_notebook_of_trends_names_who_got_later_on_the_sample(tmp_path):
    node = run_notebook(find_notebook("trends"), {"EXPORTS": SAMPLE, "AS_OF": "2026-10-31"}, folder=tmp_path)
    assert len(pictures(node)) == 8
    titles = [title for title in pictures(node) if title.startswith("<b>Who is getting later")]
    assert titles == ["<b>Who is getting later, by segment</b>", "<b>Who is getting later, by customer</b>"]
    assert "customers with a trend, " in str(next(cell.outputs for cell in node.cells if cell.id == "table"))
    table = shown(node, "table")
    assert table.index("Kilwexel Fencing Teo") < table.index("Dashel Tool Hire")
    assert "background: linear-gradient" in table


def test_the_notebook_of_one_customer_ties_to_the_list(tmp_path):
    parameters = {"EXPORTS": SAMPLE, "CUSTOMER": "ardwexel hotels", "AS_OF": "2026-10-31"}
    node = run_notebook(find_notebook("customer"), parameters, folder=tmp_path)
    assert "00072" in shown(node, "who")
    assert "firm_notice" in shown(node, "do")
    open_table = shown(node, "open")
    assert open_table.count("INV-") == 5
    assert "6,966.89" in open_table
    assert pictures(node)[:3] == [
        "<b>Ardwexel Hotels &amp; Sons Ltd</b>",
        "<b>Ardwexel Hotels &amp; Sons Ltd: on which days money comes</b>",
        "<b>What each way of collecting would bring</b>",
    ]


@pytest.mark.skipif(BROWSER, reason="Chromium is here: JupyterLab runs the notebooks on a folder of one's own")
@pytest.mark.parametrize("name", ["trends", "customer"])
def test_changing_one_line_makes_it_ones_own(name, own_folder, tmp_path):
    node = run_notebook(find_notebook(name), {"EXPORTS": own_folder}, folder=tmp_path)
    assert "2026-10-31" in str(node.cells) or "31 October 2026" in str(node.cells)
    assert pictures(node)


def test_a_name_that_is_not_one_customer_is_refused_with_those_it_could_be(own_folder, tmp_path):
    names = pd.read_csv(Path(own_folder) / "customers.csv")["Customer Name"]
    assert names.str.contains("Dashel").sum() > 1
    node = nbformat.read(find_notebook("customer"), as_version=4)
    del node.cells[next(place for place, cell in enumerate(node.cells) if cell.id == "who") + 1 :]
    nbformat.write(node, tmp_path / "customer.ipynb")
    with pytest.raises(ArkitError, match=r"^'Dashel' is not one customer\.(.|\n)*got: (.|\n)*Dashel Tool"):
        run_notebook(tmp_path / "customer.ipynb", {"EXPORTS": own_folder, "CUSTOMER": "Dashel"}, folder=tmp_path)


def first_cells(name, last, folder):
    """A copy of a notebook that ends with one of its cells."""
    node = nbformat.read(find_notebook(name), as_version=4)
    del node.cells[[cell.id for cell in node.cells].index(last) + 1 :]
    nbformat.write(node, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def test_the_notebook_of_trends_reads_a_list_of_open_items_to_its_end(tmp_path):
    (tmp_path / "open.csv").write_text(
        "customer,number,date,due date,open balance,currency\n"
        "C1,A,2026-09-13,2026-09-28,100.00,EUR\nC2,B,2026-09-14,2026-10-28,50.00,EUR\n"
    )
    parameters = {"EXPORTS": str(tmp_path / "open.csv"), "OPTIONS": {"as_of": "2026-10-31"}}
    node = run_notebook(first_cells("trends", "prevent", tmp_path), parameters, folder=tmp_path)
    said = {cell.id: str(cell.outputs) for cell in node.cells if cell.cell_type == "code"}
    assert "no DSO and no effectiveness is known" in said["measures"]
    assert "one day alone is known" in said["rolls"]
    assert "Of nobody is it known whether payments became later." in said["table"]


def test_the_notebook_of_forecasts_does_not_claim_to_have_learned_from_a_list_of_open_items(tmp_path):
    (tmp_path / "open.csv").write_text(
        "customer,number,date,due date,open balance,currency\nC1,A,2026-09-13,2026-09-28,100.00,EUR\n"
    )
    parameters = {"EXPORTS": str(tmp_path / "open.csv"), "AS_OF": "2026-10-31"}
    node = run_notebook(first_cells("forecast", "fit", tmp_path), parameters, folder=tmp_path)
    assert shown(node, "fit") == "No payment is known to learn from, so nothing is forecast."


def test_the_notebook_of_the_backtest_says_why_a_list_of_open_items_cannot_be_replayed_and_ends(tmp_path):
    (tmp_path / "open.csv").write_text(
        "customer,number,date,due date,open balance,currency\nC1,A,2026-09-13,2026-09-28,100.00,EUR\n"
    )
    parameters = {"EXPORTS": str(tmp_path / "open.csv"), "UNTIL": "2026-10-31", "OUT": str(tmp_path / "out")}
    node = run_notebook(find_notebook("backtest"), parameters, folder=tmp_path)
    said = {cell.id: cell.outputs for cell in node.cells if cell.cell_type == "code"}
    assert "Not replayed: the books are too short to look back." in str(said["replay"])
    assert "To do: add lists of open items of earlier days, or a list of invoices with the days they" in str(said["replay"])
    assert [name for name, outputs in said.items() if outputs and name not in ("read", "replay")] == []
    assert not (tmp_path / "out").exists()


def test_who_got_later_is_named_also_if_nothing_is_owed_now(tmp_path):
    due = pd.date_range("2024-11-15", periods=24, freq="MS") + pd.Timedelta(days=9)
    paid = due + pd.to_timedelta([2] * 18 + [25] * 6, unit="D")
    rows = pd.DataFrame({"customer": "C1", "number": [f"A{i}" for i in range(24)], "date": due - pd.Timedelta(days=30)})
    rows = rows.assign(**{"due date": due, "amount": 100.0, "payment date": paid, "currency": "EUR"})
    rows.to_csv(tmp_path / "paid.csv", index=False, date_format="%Y-%m-%d")
    node = run_notebook(first_cells("trends", "prevent", tmp_path), {"EXPORTS": str(tmp_path / "paid.csv")}, folder=tmp_path)
    assert "0.00" in shown(node, "read")
    assert "C1" in shown(node, "table")
    assert "nan" not in shown(node, "table")


def test_what_is_not_known_of_a_customer_is_left_blank(tmp_path):
    (tmp_path / "open.csv").write_text(
        "customer,number,date,due date,open balance,currency\nC1,A,2026-09-13,2026-09-28,100.00,EUR\n"
    )
    parameters = {"EXPORTS": str(tmp_path / "open.csv"), "AS_OF": "2026-10-31"}
    node = run_notebook(first_cells("customer", "pays", tmp_path), parameters, folder=tmp_path)
    assert "trend_days" in shown(node, "pays")
    assert "nan" not in shown(node, "pays")
