"""The plan of the house, read from the imports: they go down only, and rooms of one floor do not know each other."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "arkit"
#: The steps of the month, which do not know each other.
STEPS = {
    *("importers", "aging", "currencies", "discounts", "forecast", "history", "interest", "reconciliation", "scores", "routes"),
    *("measures", "migration", "cohorts", "allowance", "plans", "factoring", "prevention", "privacy", "headlines"),
    *("actions", "changes", "letters", "charts", "workbook", "views"),
}
FLOORS = [
    {"errors"},
    {"money", "buckets", "formulas", "shapes", "workdays"},
    {"tables", "terms", "courts"},
    {"ladder", "postings", "snapshots", "sums"},
    {"policy"},
    {"ledger", "netting", "notes"},
    {"blocks", "candidates", "figures", "kernel", "recovery"},
    {"facts"},
    STEPS,
    {"sample", "month", "report", "backtest", "what_if", "book"},
    {"cli"},
]
IMPORTERS = [
    {"extent", "framed", "kinds", "matching"},
    {"oldbook", "opendocument", "plaintext"},
    {"bounds", "markup", "plainsums"},
    {"workbooks"},
    {"sheets"},
    {"cells"},
    {"headings"},
    {"exports", "mapping"},
    {"alarms", "aliases", "rows", "systems"},
    {"rejects"},
    {"reading"},
    {"joining"},
]
CHARTS = [
    {"look"},
    {"aged", "rows"},
    {"aging", "collecting", "concentration", "customers", "flows", "forecast", "measures", "paying", "policies", "trends"},
]
FORECAST = [
    {"lives"},
    {"said"},
    {"known"},
    {"steps", "words"},
    {"curves", "learner", "ranges"},
    {"training"},
    {"stored"},
    {"model"},
    {"card", "cash"},
]
BACKTEST = [
    {"sampling", "replaying"},
    {"calibration", "judging"},
    {"result"},
    {"words"},
]
WORKBOOK = [
    {"cells", "files", "layouts", "look", "words"},
    {"filling", "finding", "rows"},
    {"advice", "lists", "problems"},
    {"comparing", "summary"},
    {"entries", "noting"},
    {"reading", "writing"},
]
BOOK = [
    {"register", "shelf", "customers", "drafts", "merging", "promised"},
    {"entered"},
    {"holdings"},
    {"adding", "lists"},
    {"plans"},
    {"keeping"},
]
LETTERS = [
    {"kinds", "markup", "naming", "speech"},
    {"accounts", "lists", "page", "plain", "tone"},
    {"cases", "mail", "paper", "templates"},
    {"packs"},
    {"writing"},
]
#: Rooms that are folders, and the floors inside.
WINGS = {
    **{"book": BOOK, "importers": IMPORTERS, "forecast": FORECAST, "charts": CHARTS, "letters": LETTERS},
    **{"backtest": BACKTEST, "workbook": WORKBOOK},
}
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: Libraries that cost seconds to open, and the only rooms that may.
HEAVY = {
    "plotly": {"charts", "report"},
    "openpyxl": {"importers"},
    "xlsxwriter": {"workbook"},
    "jinja2": {"letters", "report"},
    "scipy": {"forecast"},
    "sklearn": {"forecast"},
    "itables": {"views"},
    "nbclient": {"report"},
    "nbconvert": {"report"},
    "jupyter_client": {"kernel"},
    "rapidfuzz": {"importers"},
    "docx": {"letters"},
    "holidays": {"workdays"},
    "babel": {"charts", "headlines", "letters"},
    "python_calamine": {"importers", "workbook"},
}


def rooms():
    files = {path.stem: [path] for path in HOUSE.glob("*.py") if path.stem != "__init__"}
    return files | {name: sorted((HOUSE / name).rglob("*.py")) for name in WINGS}


def imported(path):
    """Every module a file imports, those inside functions too, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(path):
    return {name.split(".")[1] for name in imported(path) if name.startswith("arkit.") and name.split(".")[1] in FLOOR}


def test_every_room_has_its_floor():
    assert set(rooms()) == set(FLOOR)


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_imports_go_down_only(room):
    up = {other for path in rooms()[room] for other in rooms_imported(path) if other != room and FLOOR[other] >= FLOOR[room]}
    assert not up, f"{room}.py imports {sorted(up)}, which stand on its own floor or above it"


@pytest.mark.parametrize(("wing", "floors"), WINGS.items())
def test_wings_have_floors_of_their_own(wing, floors):
    floor = {room: number for number, names in enumerate(floors) for room in names}
    home = HOUSE / wing
    rooms_of = {path: path.relative_to(home).with_suffix("").parts[0] for path in home.rglob("*.py")}
    assert set(floor) == set(rooms_of.values()) - {"__init__"}
    for path, room in rooms_of.items():
        inner = {name.split(".")[2] for name in imported(path) if name.startswith(f"arkit.{wing}.")} & set(floor) - {room}
        up = {other for other in inner if room in floor and floor[other] >= floor[room]}
        assert not up, f"{wing}/{path.name} imports {sorted(up)}"


def test_systems_are_declarations_that_do_not_know_each_other():
    for path in (HOUSE / "importers" / "systems").glob("[!_]*.py"):
        assert not [name for name in imported(path) if name.startswith("arkit.importers.systems")], path.name


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_heavy_libraries_stay_in_their_rooms(library):
    opened = {
        room for room, paths in rooms().items() for path in paths for name in imported(path) if name.split(".")[0] == library
    }
    assert opened <= HEAVY[library]


def test_no_room_uses_a_private_name_of_another():
    for paths in rooms().values():
        for path in paths:
            private = [name for name in imported(path) if name.startswith("arkit") and name.rsplit(".", 1)[-1].startswith("_")]
            assert not private, f"{path.name} imports {private}"


def test_every_room_has_a_test_file():
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert not set(FLOOR) - tests
