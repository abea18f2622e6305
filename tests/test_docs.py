"""The documents say what the code says."""

import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest

from arkit.candidates import KINDS
from arkit.cli import build_parser
from arkit.courts import COURTS
from arkit.importers.systems import layouts, systems
from arkit.ladder import FACTS
from arkit.policy import DEFAULTS_FILE
from arkit.reconciliation import OTHERS
from arkit.sums import ANY, PAIRS, TRIPLES
from arkit.tables import markdown

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def words(name):
    return (ROOT / name).read_text("utf-8")


def tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: what is committed cannot be told")
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")


def test_the_page_of_tables_is_written_from_the_code():
    assert words("docs/tables.md") == markdown(), "say: make docs"


def test_the_page_of_the_policy_is_written_from_the_code():
    page = words("docs/policy.md")
    policy = tomllib.loads(DEFAULTS_FILE.read_text("utf-8"))
    keys = [f"`{section}.{key}`" for section, values in policy.items() if isinstance(values, dict) for key in values]
    assert not [key for key in keys if key not in page], "say: make docs"
    assert not [rule["rule"] for rule in policy["ladder"] if f"`{rule['rule']}`" not in page], "say: make docs"
    assert not [fact for fact in FACTS if f"`{fact}`" not in page], "say: make docs"


def test_the_page_of_the_reconciliation_is_written_from_the_code():
    page = words("docs/reconciliation.md")
    assert not [kind.word for kind in KINDS if f"| {kind.word} | {kind.meaning} | {kind.what_to_do} |" not in page], "make docs"
    assert not [word for word, meaning in OTHERS.items() if f"| {word} | {meaning} | |" not in page], "say: make docs"
    for number in (PAIRS, TRIPLES, ANY):
        assert f"{number} " in page


def test_the_courts_on_the_page_of_routes_are_written_from_the_code():
    page = words("docs/routes.md")
    for court in COURTS.values():
        assert f"| {court.name} | {court.title} | {court.currency} | " in page, "say: make docs"
        assert f"| {court.as_of} | {court.source} | " in page, "say: make docs"


def test_the_readme_names_every_room_and_no_other():
    plan = re.search(r"```\narkit/\n(.*?)```", words("README.md"), re.DOTALL)
    assert plan
    named = set(re.findall(r"^  (\w+)(?:\.py|/)", plan[1], re.MULTILINE))
    there = {path.stem for path in (ROOT / "arkit").glob("*.py")} - {"__init__"} | {
        path.parent.name for path in (ROOT / "arkit").glob("*/__init__.py")
    }
    assert named == there


def test_the_readme_has_the_two_commands_for_make_and_without():
    readme = words("README.md")
    for command in ("make month", "make test", "uv run arkit month data/sample --as-of 2026-10-31 --out", "uv run pytest"):
        assert command in readme
    makefile = words("Makefile")
    assert "arkit month data/sample --as-of 2026-10-31 --out" in makefile
    assert "make test" in words(".ci/run")


def test_every_command_and_option_stands_in_the_readme_or_the_page_of_exports():
    told = words("README.md") + words("docs/exports.md")
    commands = build_parser().format_help()
    names = re.findall(r"^    (\w+)  ", commands, re.MULTILINE)
    assert names
    assert not [name for name in names if f"arkit {name}" not in told]
    for option in (
        "--date-order",
        "--decimal",
        "--currency",
        "--mapping",
        "--max-rejects",
        "--control-total",
        "--policy",
        "--as-of",
    ):
        assert option in told


def test_the_systems_on_the_page_of_exports_are_written_from_the_code():
    page = words("docs/exports.md")
    for system in systems():
        told = ["### " + system.name, "", "Best: " + system.best, "", "Click: " + system.click, ""]
        assert "\n".join(told) in page, "say: make docs"
        assert system.best
        assert system.click
    assert not [known.name for known in layouts() if f"**{known.name}**" not in page], "say: make docs"


def test_every_dependency_has_its_reason():
    project = tomllib.loads(words("pyproject.toml"))
    named = [re.split(r"[><=]", line)[0] for line in project["project"]["dependencies"] + project["dependency-groups"]["test"]]
    reasons = words("CONTRIBUTING.md")
    assert not [name for name in named if f"**{name}**" not in reasons]


def test_versions_are_pinned_by_name_and_number_only():
    lines = [line for line in words("constraints.txt").split("\n") if line]
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*( ;.*)?", line)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_hold_no_outputs(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert not [cell for cell in code if cell.outputs or cell.execution_count]
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in code) == 1


def test_no_lock_file_no_registry_and_no_foreign_data_is_committed():
    files = tracked()
    assert not [name for name in files if name.endswith(("uv.lock", "poetry.lock"))]
    assert not [name for name in files if name.startswith(("reports/", "exports/")) or name.endswith((".xlsx", ".html"))]
    data = [name for name in files if name.endswith(".csv")]
    assert not [name for name in data if not name.startswith(("data/sample/", "tests/"))]
    assert sum((ROOT / name).stat().st_size for name in files if name.startswith("data/sample/")) < 2_000_000
