import base64
import gzip
import json
import re
import textwrap

import nbformat
import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs

from arkit.errors import ImportRefused
from arkit.report import NotebookFailed, find_notebook, run_notebook, to_html, with_parameters
from arkit.sample import write_sample


def notebook(tmp_path, *cells):
    parameters = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    node = nbformat.v4.new_notebook(cells=[parameters, *(nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells)])
    path = tmp_path / "n.ipynb"
    nbformat.write(node, path)
    return path


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """The exports of a firm small enough to be quick, and old enough to learn from."""
    folder = tmp_path_factory.mktemp("firm") / "exports"
    write_sample(folder, customers=14, months=16, seed=5)
    return str(folder)


@pytest.fixture(scope="module")
def month(tmp_path_factory, exports):
    """The month's notebook, executed once without writing anything."""
    told = []
    node = run_notebook(
        find_notebook("month"),
        {"EXPORTS": exports, "AS_OF": "2026-10-31"},
        folder=tmp_path_factory.mktemp("kernel"),
        on_cell=lambda number, of, title: told.append((number, of, title)),
    )
    return node, told


def test_the_months_notebook_runs_from_first_cell_to_last(month):
    node, told = month
    assert [number for number, _, _ in told] == list(range(1, told[0][1] + 1))
    errors = [
        output
        for cell in node.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in ("error", "stream")
    ]
    assert not errors


@pytest.fixture(scope="module")
def forecast(tmp_path_factory, exports):
    """The notebook of forecasts, executed once; one day is looked back from."""
    parameters = {"EXPORTS": exports, "AS_OF": "2026-10-31", "ORIGINS": 1}
    return run_notebook(find_notebook("forecast"), parameters, folder=tmp_path_factory.mktemp("kernel"))


def shown(node, cell_id):
    """What one cell of an executed notebook shows."""
    outputs = next(cell for cell in node.cells if cell.get("id") == cell_id).outputs
    return "".join(part for output in outputs for kind, part in output.data.items() if kind in ("text/markdown", "text/html"))


def test_the_notebook_of_forecasts_tells_its_story(forecast):
    outputs = [output for cell in forecast.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"execute_result", "display_data"}
    verdict = shown(forecast, "verdict")
    better = "the forecast did better than every plain guess|a plain guess did better than the forecast"
    assert re.match(rf"Paid within 30 days or not: ({better}) \(Brier 0\.\d", verdict)
    assert "Used on the 1 day looked from: " in verdict
    assert "the due date" in shown(forecast, "compared")
    paid, known = re.findall(r"Learned from ([\d,]+) paid of ([\d,]+) documents of 14 customers", shown(forecast, "fit"))[0]
    assert int(paid.replace(",", "")) < int(known.replace(",", ""))
    assert f"learned from {paid} paid documents until 2026-10-31</td>" in shown(forecast, "basis")
    assert re.search(r"[+-]\d+ points: ", shown(forecast, "reasons"))
    pictures = [output for output in outputs if "application/vnd.plotly.v1+json" in output.data]
    assert len(pictures) == 2


def test_the_notebook_of_forecasts_works_on_a_folder_too_young_to_be_tested_on(tmp_path):
    write_sample(tmp_path / "exports", customers=8, months=8)
    parameters = {"EXPORTS": str(tmp_path / "exports"), "AS_OF": "2026-10-31"}
    node = run_notebook(find_notebook("forecast"), parameters, folder=tmp_path)
    assert shown(node, "verdict").startswith("Not tested: the ledger is too short for a report card. Expected: ")
    assert "Used: **Kaplan-Meier curves by customer, segment and book**" in shown(node, "fit")


@pytest.fixture(scope="module")
def page(month):
    return to_html(month[0], title="The month")


def test_the_page_holds_every_chart_and_what_draws_them_once_and_asks_nobody_for_anything(month, page):
    cells = [cell for cell in month[0].cells if cell.cell_type == "code"]
    charts = sum("application/vnd.plotly.v1+json" in output.get("data", {}) for cell in cells for output in cell.outputs)
    assert charts == 7
    assert page.count("<figure") == page.count("<details>") == page.count('<script type="application/json">') == charts
    packed = re.findall(r'<script type="text/plain" id="packed">([^<]*)</script>', page)
    assert [gzip.decompress(base64.b64decode(one)).decode() for one in packed] == [get_plotlyjs()]
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"https?:", page)
    assert "http" not in re.sub(r"xmlns=\"[^\"]*\"", "", outside)


def test_the_page_is_small_enough_to_mail(page):
    assert len(page.encode()) < 3_000_000


def test_the_tables_under_a_picture_are_named_by_its_axes(page):
    assert re.search(r"<th[^>]*>days past due</th>\s*<th[^>]*>EUR</th>", page)
    assert not re.search(r"<th[^>]*>[xy]</th>", page)


def test_no_text_of_a_picture_can_end_the_script_that_holds_it_and_a_page_without_pictures_brings_nothing_along():
    figure = go.Figure(go.Bar(name="</script><b>", meta="EUR", x=["<!--"], y=[1.0]), {"title": {"text": "<b>A &amp; B</b>"}})
    data = {"application/vnd.plotly.v1+json": json.loads(figure.to_json())}
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data)])
    page = to_html(nbformat.v4.new_notebook(cells=[cell]), title="t")
    (kept,) = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert "<" not in kept
    assert json.loads(kept)["data"][0]["name"] == "</script><b>"
    assert 'aria-label="A &amp; B"' in page
    assert 'id="packed"' not in to_html(nbformat.v4.new_notebook(cells=[]), title="t")


def test_the_page_says_how_to_compare_with_the_books(page):
    assert "Does it tie to the books?" in page
    assert "No control total was given." in page


def test_parameters_are_set_right_after_their_cell(tmp_path):
    node = with_parameters(nbformat.read(notebook(tmp_path, "x"), as_version=4), {"x": "it's", "y": None})
    assert node.cells[1].source == '# this run\nx = "it\'s"\ny = None'


def test_a_refusal_in_a_cell_comes_out_as_it_went_in(tmp_path):
    path = notebook(
        tmp_path, "from arkit.errors import ImportRefused", "raise ImportRefused('no.', expected='a: b', got='c', fix='d')"
    )
    with pytest.raises(ImportRefused, match=r"^no\.\n  expected: a: b\n  got: c\n  fix: d$"):
        run_notebook(path, {}, folder=tmp_path)


def test_a_defect_in_a_cell_is_no_refusal(tmp_path):
    with pytest.raises(NotebookFailed, match="ZeroDivisionError: division by zero"):
        run_notebook(notebook(tmp_path, "x / 0"), {}, folder=tmp_path)


def test_a_cell_that_does_not_end_is_given_up(tmp_path):
    with pytest.raises(NotebookFailed, match="a cell was not done after 2 seconds"):
        run_notebook(notebook(tmp_path, "import time\ntime.sleep(60)"), {}, folder=tmp_path, patience=2)


def test_what_the_month_comes_to_is_said_before_everything_else(month):
    page = re.sub(r"\s+", " ", to_html(month[0], title="t"))
    headlines = re.findall(r'<p class="headline"><strong>(.*?)</strong></p>', page)
    assert " is past due" in headlines[0]
    assert " to be contacted, for " in headlines[-2]
    assert headlines[-1].startswith("Since the last list: ")
    assert page.index("</h1>") < page.index(headlines[0]) < page.index(headlines[-1]) < page.index("<h2")
