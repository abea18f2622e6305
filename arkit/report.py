"""Runs a notebook for one month and keeps what it showed, as one page that needs no network."""

import base64
import copy
import functools
import gzip
import html
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import nbformat
import plotly.graph_objects as go
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.filters import markdown2html
from plotly.offline import get_plotlyjs

from arkit import errors
from arkit.charts import as_tables
from arkit.errors import ArkitError
from arkit.kernel import own_kernel
from arkit.views import styled

#: Colours that a kernel puts into a traceback.
ANSI = r"\x1b\[[0-9;]*m"
PLOTLY = "application/vnd.plotly.v1+json"
#: A heading of a part of the page, as Markdown leaves it: its anchor and its words.
PART = r'<h2 id="([^"]+)">(.*?)<a class="anchor-link"'
#: What begins a sentence that the page is to begin with.
HEADLINE = '<p class="headline">'
#: Rows of a picture's table: more make a page too heavy to mail.
MOST_ROWS = 150
#: What stands in place of a picture until it is drawn.
UNDRAWN = "The picture is drawn as the page opens. Where it is not, its numbers are in the table below."
TEMPLATES = Path(__file__).with_name("templates")


class NotebookFailed(RuntimeError):
    """A cell raised something that is not a refusal: a defect, in the notebook or in arkit."""


def find_notebook(name: str) -> Path:
    """A notebook that comes with arkit, in a checkout or installed.

    Examples
    --------
    >>> find_notebook("month").name
    'month.ipynb'
    """
    here = Path(__file__).parent
    return next(
        path for path in (here / "notebooks" / f"{name}.ipynb", here.parent / "notebooks" / f"{name}.ipynb") if path.exists()
    )


def run_notebook(
    notebook: str | Path,
    parameters: dict[str, Any],
    *,
    folder: str | Path,
    on_cell: Callable[[int, int, str], None] | None = None,
    patience: int = 900,
) -> nbformat.NotebookNode:
    """The notebook, executed from first cell to last in a fresh kernel, its parameters set.

    Parameters
    ----------
    parameters
        Names of the cell tagged ``parameters`` and their values; a cell with them is put right after it.
    folder
        Where the kernel works.
    on_cell
        Called before each cell with its number, how many there are, and its first line.
    patience
        Seconds that one cell may take before the run is given up.

    Raises
    ------
    ArkitError
        The refusal that a cell raised, as it was raised.
    NotebookFailed
        If a cell raised anything else.
    """
    node = with_parameters(nbformat.read(str(notebook), as_version=4), parameters)
    code = [cell for cell in node.cells if cell.cell_type == "code"]

    def tell(cell: nbformat.NotebookNode, cell_index: int) -> None:
        if on_cell and cell.cell_type == "code":
            on_cell(code.index(cell) + 1, len(code), cell.source.split("\n")[0].lstrip("# "))

    with tempfile.TemporaryDirectory(prefix="arkit-") as runtime:
        client = NotebookClient(
            node,
            km=own_kernel(Path(runtime)),
            timeout=patience,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=tell,
        )
        try:
            client.execute(cleanup_kc=True, env=os.environ | {"PLOTLY_RENDERER": "plotly_mimetype"})
        except CellExecutionError as failure:
            raise _refusal(failure) from failure
        except CellTimeoutError as failure:
            raise NotebookFailed(f"a cell was not done after {patience:,} seconds") from failure
        except (DeadKernelError, AssertionError) as failure:
            raise NotebookFailed("the notebook was stopped from outside, or ran out of memory") from failure
    return node


def with_parameters(node: nbformat.NotebookNode, parameters: dict[str, Any]) -> nbformat.NotebookNode:
    """A copy of the notebook with a cell that sets these names after the one tagged ``parameters``."""
    node = copy.deepcopy(node)
    for cell in node.cells:
        cell.setdefault("id", "")
    at = next(i for i, cell in enumerate(node.cells) if "parameters" in cell.metadata.get("tags", []))
    source = "# this run\n" + "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    node.cells.insert(at + 1, nbformat.v4.new_code_cell(source, id="this-run", metadata={"tags": ["injected-parameters"]}))
    return node


def without_parameters(node: nbformat.NotebookNode, instead: str) -> None:
    """Says ``instead``, as a comment, in place of what this run was given: paths and names that others need not see."""
    for cell in node.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = f"# {instead}"


def to_html(node: nbformat.NotebookNode, *, title: str) -> str:
    """One page out of an executed notebook: its words, tables and pictures, without its code, working offline.

    What draws the pictures stands in it once, packed, so that the page can be mailed; nothing is fetched from anywhere. Under
    each picture its numbers can be opened as tables, for those who do not see it and for browsers older than 2023. A field
    narrows all tables down to the rows with some words; the contents at the top lead to each part. Paragraphs of the class
    ``headline`` are moved to the beginning: what the month comes to is said first.
    """
    pieces: list[str] = []
    for cell in node.cells:
        if cell.cell_type == "markdown":
            pieces.append(markdown2html(cell.source))
        elif cell.cell_type == "code":
            pieces += map(_piece, cell.outputs)
    # the sort is stable: the title, what is said first, and all the rest as it came
    pieces[1:] = sorted(pieces[1:], key=lambda piece: not piece.startswith(HEADLINE))
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined)
    parts = [part for piece in pieces for part in re.findall(PART, piece)]
    packed = _packed_plotly() if any(PLOTLY in piece for piece in pieces) else ""
    return page.get_template("report.html.j2").render(title=title, pieces=pieces, parts=parts, packed=packed)


@functools.cache
def _packed_plotly() -> str:
    """plotly.js, packed: a third of its size; browsers unpack it themselves."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()


def _piece(output: nbformat.NotebookNode) -> str:
    """One output as HTML."""
    data = output.get("data", {})
    if PLOTLY in data:
        figure = go.Figure({part: data[PLOTLY][part] for part in ("data", "layout")}, skip_invalid=True)
        drawn = str(figure.to_json()).replace("<", "\\u003c")  # no text of a picture can end the script that holds it
        name = html.escape(html.unescape(_title(figure)), quote=True)
        return (
            f'<figure data-kind="{PLOTLY}" style="height: {int(figure.layout.height or 450)}px" aria-label="{name}">'
            f'<p class="undrawn">{UNDRAWN}</p><script type="application/json">{drawn}</script></figure>{_as_rows(figure)}'
        )
    if "text/html" in data:
        page = data["text/html"]
        return page if page.startswith(HEADLINE) else f'<div class="wide" tabindex="0">{page}</div>'
    if "text/markdown" in data:
        return markdown2html(data["text/markdown"])
    if "text/plain" in data:
        return f"<pre>{html.escape(data['text/plain'])}</pre>"
    return ""


def _title(figure: go.Figure) -> str:
    """What a picture is called, as text of a page; a picture that is a sentence is called by it."""
    notes: Any = figure.layout.annotations
    said = figure.layout.title.text or next((note.text for note in notes), None) or "a picture"
    return re.sub(r"<[^>]*>", "", str(said))


def _as_rows(figure: go.Figure) -> str:
    """What a figure shows as tables that open under it, one per panel; nothing where it is a sentence."""
    title = _title(figure)
    tables = [
        styled(rows, most=MOST_ROWS)
        .set_caption(f"{title}{panel and f', {html.escape(panel)}'}: {_so_many(len(rows))}")
        .to_html()
        for panel, rows in as_tables(figure).items()
    ]
    told = "".join(f'<div class="wide" tabindex="0">{table}</div>' for table in tables)
    return f"<details><summary>The numbers of this picture</summary>{told}</details>" if tables else ""


def _so_many(rows: int) -> str:
    """How many rows a table has, and how many of them are shown."""
    return f"{rows:,} rows" + (f", the first {MOST_ROWS} here" if rows > MOST_ROWS else "")


def _refusal(failure: CellExecutionError) -> Exception:
    """What a cell raised: a refusal with its four lines as it was, or the sign of a defect."""
    kind = getattr(errors, str(failure.ename), None)
    lines = dict(re.findall(r"^  (expected|got|fix): (.*)$", str(failure.evalue), re.MULTILINE))
    if isinstance(kind, type) and issubclass(kind, ArkitError) and {"expected", "got", "fix"} <= set(lines):
        what = str(failure.evalue).split("\n", 1)[0]
        return kind(what, expected=lines["expected"], got=lines["got"], fix=lines["fix"])
    return NotebookFailed(f"{failure.ename}: {failure.evalue}\n{re.sub(ANSI, '', str(failure.traceback))}")
