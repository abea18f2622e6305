"""Runs a notebook for one month and keeps what it showed, as one page that needs no network."""

import copy
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

from arkit import errors
from arkit.charts import as_table
from arkit.errors import ArkitError
from arkit.kernel import own_kernel
from arkit.views import styled

#: Colours that a kernel puts into a traceback.
ANSI = r"\x1b\[[0-9;]*m"
PLOTLY = "application/vnd.plotly.v1+json"
#: A heading of a part of the page, as Markdown leaves it: its anchor and its words.
PART = r'<h2 id="([^"]+)">(.*?)<a class="anchor-link"'
#: Rows of a picture's table: more make a page too heavy to mail.
MOST_ROWS = 150
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

    plotly.js stands in it once; nothing is fetched from anywhere. Under each picture its numbers can be opened as a table, for
    those who do not see it; the contents at the top lead to each part.
    """
    pieces: list[str] = []
    for cell in node.cells:
        if cell.cell_type == "markdown":
            pieces.append(markdown2html(cell.source))
        elif cell.cell_type == "code":
            pieces += [
                piece for output in cell.outputs if (piece := _piece(output, first=not any(PLOTLY in p for p in pieces)))
            ]
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined)
    parts = [part for piece in pieces for part in re.findall(PART, piece)]
    return page.get_template("report.html.j2").render(title=title, pieces=pieces, parts=parts)


def _piece(output: nbformat.NotebookNode, *, first: bool) -> str:
    """One output as HTML; a figure brings plotly.js along if it is the first."""
    data = output.get("data", {})
    if PLOTLY in data:
        figure = go.Figure({part: data[PLOTLY][part] for part in ("data", "layout")}, skip_invalid=True)
        settings = {"displaylogo": False, "responsive": True}
        drawn = figure.to_html(full_html=False, include_plotlyjs=first, config=settings, default_height="100%")
        height = int(figure.layout.height or 450)
        return f'<figure data-kind="{PLOTLY}" style="height: {height}px">{drawn}</figure>{_as_rows(figure)}'
    if "text/html" in data:
        return f'<div class="wide" tabindex="0">{data["text/html"]}</div>'
    if "text/markdown" in data:
        return markdown2html(data["text/markdown"])
    if "text/plain" in data:
        return f"<pre>{html.escape(data['text/plain'])}</pre>"
    return ""


def _as_rows(figure: go.Figure) -> str:
    """What a figure shows as a table that opens under it; nothing where it is a sentence."""
    rows = as_table(figure).rename(columns={"trace": "series", "customer_id": "customer"})
    if rows.empty:
        return ""
    told = [name for name in rows if name in ("x", "y", "value") or rows[name].nunique() > 1]
    title = re.sub(r"<[^>]*>", "", str(figure.layout.title.text or "the picture"))
    table = styled(rows[told], most=MOST_ROWS).set_caption(f"{title}: {len(rows):,} rows, at most {MOST_ROWS} here").to_html()
    return f'<details><summary>The numbers of this picture</summary><div class="wide" tabindex="0">{table}</div></details>'


def _refusal(failure: CellExecutionError) -> Exception:
    """What a cell raised: a refusal with its four lines as it was, or the sign of a defect."""
    kind = getattr(errors, str(failure.ename), None)
    lines = dict(re.findall(r"^  (expected|got|fix): (.*)$", str(failure.evalue), re.MULTILINE))
    if isinstance(kind, type) and issubclass(kind, ArkitError) and {"expected", "got", "fix"} <= set(lines):
        what = str(failure.evalue).split("\n", 1)[0]
        return kind(what, expected=lines["expected"], got=lines["got"], fix=lines["fix"])
    return NotebookFailed(f"{failure.ename}: {failure.evalue}\n{re.sub(ANSI, '', str(failure.traceback))}")
