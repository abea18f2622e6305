"""arkit: accounts receivable in a notebook, one call per step of the month.

>>> import arkit as ar
>>> documents = ar.sample_ledger().at("2026-10-31")
>>> scores = ar.score(ar.profile(documents))
>>> actions = ar.recommend(documents, scores)
>>> actions["priority"].iloc[0].item()
1
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from arkit import charts
    from arkit.actions import recommend
    from arkit.aging import age
    from arkit.allowance import provide
    from arkit.backtest import replay
    from arkit.blocks import blocked
    from arkit.book import Book
    from arkit.changes import moved
    from arkit.cohorts import project, trace
    from arkit.errors import ArkitError
    from arkit.factoring import factor
    from arkit.figures import Basis
    from arkit.history import profile
    from arkit.importers import check, load
    from arkit.interest import claim
    from arkit.ledger import Ledger
    from arkit.letters import write_letters
    from arkit.measures import measure
    from arkit.migration import lose, migrate
    from arkit.month import summarise, write_month
    from arkit.plans import plan
    from arkit.policy import Policy
    from arkit.prevention import prevent
    from arkit.reconciliation import reconcile
    from arkit.routes import weigh
    from arkit.sample import sample_ledger, write_sample
    from arkit.scores import score
    from arkit.views import searchable, styled
    from arkit.what_if import compare, read_variants, side_by_side
    from arkit.workbook import read_workbook, write_workbook

__version__ = "0.1.0"

#: Each name of the front door and the room it stands in; a room is opened when its name is first used.
_ROOMS = {
    "ArkitError": "errors",
    "Basis": "figures",
    "Book": "book",
    "Ledger": "ledger",
    "Policy": "policy",
    "age": "aging",
    "blocked": "blocks",
    "charts": "charts",
    "check": "importers",
    "claim": "interest",
    "compare": "what_if",
    "factor": "factoring",
    "load": "importers",
    "lose": "migration",
    "measure": "measures",
    "migrate": "migration",
    "moved": "changes",
    "plan": "plans",
    "prevent": "prevention",
    "profile": "history",
    "project": "cohorts",
    "provide": "allowance",
    "read_variants": "what_if",
    "read_workbook": "workbook",
    "recommend": "actions",
    "reconcile": "reconciliation",
    "replay": "backtest",
    "sample_ledger": "sample",
    "score": "scores",
    "searchable": "views",
    "side_by_side": "what_if",
    "styled": "views",
    "summarise": "month",
    "trace": "cohorts",
    "weigh": "routes",
    "write_letters": "letters",
    "write_month": "month",
    "write_sample": "sample",
    "write_workbook": "workbook",
}

__all__ = [
    "ArkitError",
    "Basis",
    "Book",
    "Ledger",
    "Policy",
    "age",
    "blocked",
    "charts",
    "check",
    "claim",
    "compare",
    "factor",
    "load",
    "lose",
    "measure",
    "migrate",
    "moved",
    "plan",
    "prevent",
    "profile",
    "project",
    "provide",
    "read_variants",
    "read_workbook",
    "recommend",
    "reconcile",
    "replay",
    "sample_ledger",
    "score",
    "searchable",
    "side_by_side",
    "styled",
    "summarise",
    "trace",
    "weigh",
    "write_letters",
    "write_month",
    "write_sample",
    "write_workbook",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the room holds
    """A name of the front door, its room opened on first use."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'arkit' has no attribute '{name}'")
    room = import_module(f"arkit.{_ROOMS[name]}")
    return room if name == _ROOMS[name] else getattr(room, name)


def __dir__() -> list[str]:
    """The names of the front door."""
    return __all__
