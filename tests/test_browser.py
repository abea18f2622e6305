"""What people see: notebooks run in JupyterLab, and the report opened from disk, both in a real browser without a network.

All of it is skipped with a sentence where Chromium is not installed. One browser and one JupyterLab serve all tests.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from arkit.report import find_notebook, to_html
from arkit.sample import write_sample

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
NOTEBOOKS = sorted(path.stem for path in find_notebook("month").parent.glob("*.ipynb"))
#: Parameters that make a notebook quick; what it tells is tested elsewhere.
QUICK = {"forecast": {"ORIGINS": 1}, "backtest": {"MONTHS": 2, "ORIGINS": 0}}
#: So that the slow ones run while the others are opened.
SLOWEST_FIRST = ["what_if", "month", "backtest", "forecast", "trends", "customer"]
#: Cells out of sight are on the page too, and nobody is asked about news.
SETTINGS = {
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false"}',
}
#: Seconds that anything may take on a machine that others keep busy.
PATIENCE = 240
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]  # no name leads anywhere

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: nothing is opened in a browser"),
    # a browser and a server leave sockets to be closed by the system
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        shown = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield shown
        shown.close()


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("firm") / "exports"
    write_sample(folder, customers=14, months=16, seed=5)
    return str(folder)


class Watched:
    """A page that can reach this machine only, what it asked of others, and what went wrong on it."""

    def __init__(self, context, home):
        self.context, self.left, self.errors = context, [], []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.on(
            "request", lambda request: request.url.startswith((home, "data:", "blob:")) or self.left.append(request.url)
        )
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))


# JupyterLab


@pytest.fixture(scope="module")
def lab(tmp_path_factory, exports):
    """The address of a JupyterLab of its own home, every notebook in it set to a small firm, and a token nobody can guess."""
    home = tmp_path_factory.mktemp("home")
    work = home / "work"
    work.mkdir()
    for name in NOTEBOOKS:
        node = nbformat.read(find_notebook(name), as_version=4)
        code = next(cell for cell in node.cells if cell.cell_type == "code")
        code.source += "\n" + "\n".join(
            f"{key} = {value!r}" for key, value in ({"EXPORTS": exports} | QUICK.get(name, {})).items()
        )
        nbformat.write(node, work / f"{name}.ipynb")
    for name, said in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    folders = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    environment = os.environ | folders | {"HOME": str(home), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    environment |= {
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "OMP_NUM_THREADS": "1",
        "PLOTLY_RENDERER": "plotly_mimetype",
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={work}", "--LabApp.news_url=None"]
    address = f"http://127.0.0.1:{port}/"
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _await(f"{address}api", home / "log", server)
            yield address, token, work
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # its kernels end with it
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(30)


def _await(address, log, server):
    """Returns when the server answers."""
    for _ in range(2 * PATIENCE):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text('utf-8')[-2000:]}")


def started(context, lab, name):
    """A notebook opened in JupyterLab and told to run all its cells."""
    address, token, _ = lab
    watched = Watched(context, address)
    page = watched.page
    page.goto(f"{address}lab/workspaces/{name}/tree/{name}.ipynb?reset&token={token}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    sessions = f"{address}api/sessions?token={token}"
    for _ in range(2 * PATIENCE):  # run before its kernel is there, a notebook asks which kernel to take
        kernels = [session["kernel"] for session in watched.context.request.get(sessions).json() if name in session["path"]]
        if any(kernel["execution_state"] == "idle" or kernel["connections"] for kernel in kernels):
            break
        page.wait_for_timeout(500)
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click("li[data-command='runmenu:run-all']")
    return watched


@pytest.fixture(scope="module")
def running(browser, lab):
    """Every notebook, told to run one after another and running side by side; what JupyterLab is made of is fetched once."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield {name: started(context, lab, name) for name in sorted(NOTEBOOKS, key=SLOWEST_FIRST.index)}
    context.close()


def finished(watched):
    """The page of a notebook when all its cells have run, or one has failed."""
    watched.page.wait_for_function(
        r"""() => {
            const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(p => p.textContent);
            const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
            return failed || prompts.length > 3 && prompts.every(p => /\[\d+\]/.test(p));
        }"""
    )
    return watched.page


def figures(page):
    """How many charts there are on a page, and how many of them are drawn."""
    page.wait_for_timeout(500)
    return page.evaluate(
        """() => {
            const all = [...document.querySelectorAll('.js-plotly-plot')];
            const drawn = one => one.querySelector('.main-svg') && one.querySelectorAll('path, text').length > 3;
            return [all.length, all.filter(drawn).length];
        }"""
    )


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_in_jupyterlab_and_its_charts_are_on_the_screen(running, name):
    watched = running[name]
    page = finished(watched)
    failed = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
    assert not failed
    charts, drawn = figures(page)
    assert charts >= 1
    assert drawn == charts
    if name == "trends":
        move_a_slider(page)
        search_a_table(page)
    assert not watched.left
    assert not [error for error in watched.errors if "plotly" in error.lower() or "widget" in error.lower()]


def move_a_slider(page):
    """The aging follows the day: a month earlier it is that month's, and nothing of the month after is in it."""
    subtitle = page.locator(".widget-interact .js-plotly-plot .g-gtitle").first
    subtitle.wait_for()
    assert "31 October 2026" in subtitle.text_content()
    handle = page.locator(".widget-interact .noUi-handle").first
    handle.focus()
    handle.press("ArrowLeft")
    page.wait_for_function(
        "() => document.querySelector('.widget-interact .js-plotly-plot .g-gtitle')?.textContent.includes('30 September 2026')"
    )


def search_a_table(page):
    """A table is cut down to what is searched for."""
    field = page.locator(".dt-search input:visible").first  # a hidden twin is for readers without scripts
    field.wait_for()
    rows = page.locator("table.dataTable tbody tr:visible")
    name = rows.nth(3).locator("td").first.inner_text()
    assert rows.count() > 3
    field.fill(name)
    rows.nth(3).wait_for(state="hidden")
    assert rows.count() <= 2
    assert name in rows.first.inner_text()


# the report


@pytest.fixture(scope="module")
def report(browser, lab, running, tmp_path_factory):
    """The month's report, made from what JupyterLab saved and opened from disk with the network off."""
    finished(running["month"]).keyboard.press("Control+s")
    running["month"].page.wait_for_selector(".jp-mod-current:not(.jp-mod-dirty)")
    node = nbformat.read(lab[2] / "month.ipynb", as_version=4)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(to_html(node, title="The month as of 2026-10-31"), "utf-8")
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, offline=True)
    watched = Watched(context, path.as_uri())
    watched.page.goto(path.as_uri())
    yield watched
    context.close()


def test_the_report_draws_every_figure_from_disk_and_asks_nobody_for_anything(report):
    charts, drawn = figures(report.page)
    assert charts == report.page.locator("figure").count()
    assert charts >= 6
    assert drawn == charts
    assert not report.left
    assert not report.errors


@pytest.mark.parametrize("typed", ["", "call", "zzzz"])
def test_everybody_can_read_the_report(report, typed):
    report.page.get_by_label("Search all tables").fill(typed)
    if typed:
        report.page.wait_for_function("document.querySelector('.search output').textContent.includes('row')")
    found = Axe().run(report.page, context={"exclude": [[".js-plotly-plot"]]})
    serious = [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found.response["violations"]
        if rule["impact"] in ("serious", "critical")
    ]
    report.page.keyboard.press("Escape")
    assert not serious


def test_every_figure_of_the_report_has_its_numbers_as_a_table_under_it(report):
    figures_shown, tables = report.page.locator("figure").count(), report.page.locator("figure + details")
    assert tables.count() == figures_shown
    first = tables.first
    first.locator("summary").focus()
    report.page.keyboard.press("Enter")
    first.locator("table").first.wait_for(state="visible")
    assert first.locator("tbody tr").count() > 2


def test_a_word_narrows_all_tables_of_the_report_by_keyboard_and_escape_brings_everything_back(report):
    page = report.page
    field, told = page.get_by_label("Search all tables"), page.locator(".search output")
    rows = page.locator("main > .wide tbody tr")
    everything = rows.count()
    assert page.locator("main > .wide tbody tr:visible").count() == everything
    listed = page.locator("main > .wide table:has(th:text-is('would change')) tbody tr")
    name = listed.first.locator("td").nth(1).inner_text()
    field.focus()
    page.keyboard.type(name.upper())
    page.wait_for_function("document.querySelector('.search output').textContent.includes(' rows in ')")
    seen = page.locator("main > .wide tbody tr:visible")
    assert 1 <= seen.count() < everything
    assert all(name in text for text in seen.all_inner_texts())
    assert listed.locator("visible=true").count() >= 1
    assert page.locator("p.hits:visible", has_text=f"of {listed.count()} rows").count() >= 1
    hidden_too = page.locator("main tbody tr[hidden]").count()
    shown = page.locator("main tbody tr").count() - hidden_too
    assert told.inner_text().startswith(f"{shown} rows in ")
    assert told.get_attribute("aria-live") == "polite"
    page.emulate_media(media="print")
    assert seen.count() == page.locator("main > .wide tbody tr:not([hidden])").count()
    assert page.locator(".only").inner_text() == f"Only rows with: {name.upper()}"
    page.emulate_media(media="screen")
    field.focus()
    page.keyboard.press("Enter")
    assert name in page.locator(".wide:focus").inner_text()
    field.focus()
    page.keyboard.type(" zzzz")
    nothing = "no row on this page has these words;"
    page.wait_for_function(f"document.querySelector('.search output').textContent.startsWith('{nothing}')")
    page.keyboard.press("Escape")
    assert field.input_value() == told.inner_text() == ""
    assert page.locator("main > .wide tbody tr:visible").count() == everything
    assert not report.left
    assert not report.errors


def test_accents_and_capitals_do_not_matter_and_all_words_must_stand_in_a_row(browser, tmp_path):
    table = (
        "<table><tbody><tr><td>Ó Dravín &amp; Söhne</td><td>call</td></tr><tr><td>Orbit</td><td>call</td></tr></tbody></table>"
    )
    output = nbformat.v4.new_output("display_data", {"text/html": table})
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    path = tmp_path / "page.html"
    path.write_text(to_html(node, title="t"), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    shown = {"dravin": "true,false", "SOHNE o CALL": "true,false", "dravin orbit": "false,false", "": "true,true"}
    for words, left in shown.items():
        page.get_by_label("Search all tables").fill(words)
        page.wait_for_function(
            "left => [...document.querySelectorAll('tbody tr')].map(row => !row.hidden).join() === left", arg=left
        )
    page.close()


@pytest.mark.parametrize("without", ["scripts", "unpacking"])
def test_without_scripts_or_in_an_older_browser_every_table_is_shown_and_pictures_say_where_their_numbers_are(
    browser, report, without
):
    context = browser.new_context(java_script_enabled=without != "scripts", offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(report.page.url)
    assert page.locator("main > .wide tbody tr:visible").count() == page.locator("main > .wide tbody tr").count()
    assert page.locator("figure .undrawn:visible").count() == page.locator("figure").count()
    assert page.locator(".search").is_visible() == (without != "scripts")
    if without == "unpacking":
        assert page.locator("figure + details[open]").count() == page.locator("figure + details").count()
    assert all(box["height"] < 100 for figure in page.locator("figure").all() if (box := figure.bounding_box()))
    assert not errors
    context.close()


def test_the_contents_of_the_report_lead_to_its_parts_by_keyboard(report):
    links = report.page.locator("nav a")
    assert links.count() >= 5
    for place in range(links.count()):
        assert report.page.locator(f"[id='{links.nth(place).get_attribute('href')[1:]}']").count() == 1
    links.nth(2).focus()
    report.page.keyboard.press("Enter")
    report.page.wait_for_function("window.scrollY > 200")
