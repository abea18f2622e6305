import re
import shutil
import subprocess
import textwrap
from pathlib import Path

import nbformat
import pytest

from arkit.errors import DayRefused, ImportRefused
from arkit.report import NotebookFailed, find_notebook, run_notebook, to_html, with_parameters
from arkit.sample import write_sample

SAMPLE = str(Path(__file__).parents[1] / "data" / "sample")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


def notebook(tmp_path, *cells):
    parameters = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})
    node = nbformat.v4.new_notebook(cells=[parameters, *(nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells)])
    path = tmp_path / "n.ipynb"
    nbformat.write(node, path)
    return path


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """The month's notebook, executed once on the sample without writing anything."""
    told = []
    node = run_notebook(
        find_notebook("month"),
        {"EXPORTS": SAMPLE, "AS_OF": "2026-10-31"},
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
def forecast(tmp_path_factory):
    """The notebook of forecasts, executed once on the sample; one day is looked back from."""
    parameters = {"EXPORTS": SAMPLE, "AS_OF": "2026-10-31", "ORIGINS": 1}
    return run_notebook(find_notebook("forecast"), parameters, folder=tmp_path_factory.mktemp("kernel"))


def shown(node, cell_id):
    """What one cell of an executed notebook shows."""
    outputs = next(cell for cell in node.cells if cell.get("id") == cell_id).outputs
    return "".join(part for output in outputs for kind, part in output.data.items() if kind in ("text/markdown", "text/html"))


def test_the_notebook_of_forecasts_tells_its_story_on_the_sample(forecast):
    outputs = [output for cell in forecast.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"execute_result", "display_data"}
    verdict = shown(forecast, "verdict")
    assert verdict.startswith("Paid within 30 days or not: the forecast did better than every plain guess (Brier 0.0")
    assert "Used on the 1 day looked from: gradient boosting (1)." in verdict
    assert "the due date" in shown(forecast, "compared")
    assert "2,519 paid of 2,700 documents of 60 customers" in shown(forecast, "fit")
    assert "logistic regression, learned from 2,519 paid documents until 2026-10-31</td>" in shown(forecast, "basis")
    assert re.search(r"[+-]\d+ points: usually pays \d+ days late", shown(forecast, "reasons"))
    pictures = [output for output in outputs if "application/vnd.plotly.v1+json" in output.data]
    assert len(pictures) == 2


def test_the_notebook_of_forecasts_works_on_a_folder_too_young_to_be_tested_on(tmp_path):
    write_sample(tmp_path / "exports", customers=8, months=8)
    parameters = {"EXPORTS": str(tmp_path / "exports"), "AS_OF": "2026-10-31"}
    node = run_notebook(find_notebook("forecast"), parameters, folder=tmp_path)
    assert shown(node, "verdict").startswith("Not tested: the ledger is too short for a report card. Expected: ")
    assert "Used: **Kaplan-Meier curves by customer, segment and book**" in shown(node, "fit")


def test_the_page_holds_every_chart_and_plotly_once_and_asks_nobody_for_anything(month):
    page = to_html(month[0], title="The month")
    charts = sum(
        "application/vnd.plotly.v1+json" in output.get("data", {})
        for c in month[0].cells
        if c.cell_type == "code"
        for output in c.outputs
    )
    assert charts == 7
    assert page.count("<figure") == charts
    assert page.count("Plotly.newPlot(") >= charts
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"https?:", page)
    assert page.count("<details>") == charts
    assert "http" not in re.sub(r"xmlns=\"[^\"]*\"", "", outside)


def test_the_page_says_how_to_compare_with_the_books(month):
    page = to_html(month[0], title="The month")
    assert "Does it tie to the books?" in page
    assert "No control total was given." in page


def test_the_page_draws_every_chart_with_the_network_off(month, tmp_path):
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: the page is not opened in a browser")
    page = tmp_path / "report.html"
    page.write_text(to_html(month[0], title="The month"), "utf-8")
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync --disable-quic"
    command = [CHROMIUM, *flags.split(), "--proxy-server=127.0.0.1:9", "--enable-logging=stderr", "--virtual-time-budget=15000"]
    command += ["--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", f"file://{page}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    figures = shown.stdout.split("<figure")[1:]
    assert len(figures) == 7
    assert all('class="main-svg"' in figure for figure in figures)
    assert not [line for line in shown.stderr.split("\n") if "CONSOLE" in line and ("rror" in line or "ailed" in line)]


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


def test_a_day_the_ledger_cannot_answer_for_is_refused_through_the_notebook(tmp_path):
    source = "from arkit.errors import DayRefused\nraise DayRefused('w.', expected='e', got='g', fix='f')"
    with pytest.raises(DayRefused, match=r"^w\."):
        run_notebook(notebook(tmp_path, source), {}, folder=tmp_path)


def test_a_cell_that_does_not_end_is_given_up(tmp_path):
    with pytest.raises(NotebookFailed, match="a cell was not done after 3 seconds"):
        run_notebook(notebook(tmp_path, "import time\ntime.sleep(60)"), {}, folder=tmp_path, patience=3)


def test_what_the_month_comes_to_is_said_before_everything_else(month):
    page = re.sub(r"\s+", " ", to_html(month[0], title="t"))
    headlines = re.findall(r'<p class="headline"><strong>(.*?)</strong></p>', page)
    assert len(headlines) == 4
    assert "EUR is past due" in headlines[0]
    assert headlines[2].endswith("in firm terms or by others.")
    assert headlines[3].startswith("Since the last list: ")
    assert page.index("</h1>") < page.index(headlines[0]) < page.index(headlines[3]) < page.index("<h2")
