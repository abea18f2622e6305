"""Writes the pages of tables and policy, and the lists in those of exports, interest, routes and reconciliation, from code."""

import re
import tomllib
from pathlib import Path

from arkit.candidates import KINDS
from arkit.courts import COURTS
from arkit.importers.exports import Export, System, Unusable
from arkit.importers.systems import systems
from arkit.interest import DEFAULT_RATES
from arkit.ladder import FACTS, WORDS
from arkit.policy import DEFAULTS_FILE
from arkit.reconciliation import OTHERS
from arkit.tables import markdown

HERE = Path(__file__).parent
SYSTEMS = "## Systems\n"
CANDIDATES = "## Candidates\n"
RULES = "## Rules\n"
COURT = "## Courts\n"
#: What is to be known before one writes rules.
OF_RULES = (
    "A rule of your own replaces the whole ladder: copy it, then change it. A comparison is `<`, `<=`, `>`, `>=` or `=` and a",
    "number or a key of the policy (`contact.small`); several are joined by commas and must all hold; `yes` or `no` for marks,",
    "and words for `grade` and `segment`: `A | B`, or `not Public sector`.",
    "A rule that can never decide, because nothing fits it or rules above take all it could, is refused; so is one that goes",
    "to an agency, a court or a final demand without asking for an earlier step.",
    "",
    "Whatever the rules say, nobody is asked for what is not due, blocked or covered by credit; nobody is contacted who is",
    "marked do not contact, insolvent or handed over; and no sole trader, strategic customer or debt near limitation goes to",
    "an agency or a court.",
)
#: What each rule of rates.toml means.
RUNS = {
    "fixed": "one rate for the life of the debt",
    "follows": "the rate follows each half-year",
    "contract": "the contract's rate",
}
KEY = re.compile(r"^(\w+) = (.+?)\s+# (.+)$")


def policy_page() -> str:
    """``docs/policy.md``: every key with its default and meaning, the ladder, and the facts that rules may name."""
    words = DEFAULTS_FILE.read_text("utf-8")
    lines = ["# The policy", "", "Written from `arkit/policy.toml`; `make docs` writes it anew.", ""]
    lines += [line.lstrip("# ") for line in words.split("\n\n", 1)[0].split("\n")]
    before_ladder, ladder = words.split("# The ladder: ", 1)
    after_ladder = "[routes]" + ladder.split("[routes]", 1)[1]
    for part in re.split(r"\n(?=\[\w+\])", before_ladder + "\n" + after_ladder)[1:]:
        lines += _section(part)
    lines += ["", "## The ladder", "", "The first rule whose conditions all hold decides.", ""]
    lines += ["| | rule | when | action | reason |", "| --- | --- | --- | --- | --- |"]
    for number, rule in enumerate(tomllib.loads(words)["ladder"], 1):
        when = " and ".join(f"{fact} {condition}" for fact, condition in rule["when"].items())
        lines.append(f"| {number} | `{rule['rule']}` | {when} | {rule['action']} | {rule['reason']} |")
    lines += ["", *OF_RULES, ""]
    lines += ["### Facts", "", "One value per customer and currency.", "", "| fact | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {fact.meaning} |" for name, fact in FACTS.items()]
    lines += ["", "A reason may also name:", "", "| word | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in WORDS.items()]
    return "\n".join([*lines, ""])


def _section(part: str) -> list[str]:
    """One section: what its comments say, then its keys, then the items of long lists with their comments."""
    name = part[1 : part.index("]")]
    rows, said, items = [], [], []
    for line in part.split("\n")[1:]:
        if found := KEY.match(line):
            rows.append(f"| `{name}.{found[1]}` | `{found[2]}` | {found[3]} |")
        elif re.match(r"^\w+ = ", line):
            key, value = line.split(" = ", 1)
            rows.append(f"| `{name}.{key}` | {'below' if value == '[' else f'`{value}`'} | see above |")
        elif found := re.match(r"^    (\[.+\]),?\s+# (.+)$", line):
            items.append(f"- `{found[1]}`: {found[2]}")
        elif line.startswith("#"):
            said.append(line.lstrip("# "))
    told = " ".join(said)
    table = ["| key | default | meaning |", "| --- | --- | --- |", *rows, *(["", *items] if items else [])]
    return ["", f"## {name}", "", *([told, ""] if told else []), *table]


def interest_page() -> str:
    """``docs/interest.md``: its first part as it stands, then each law and each reference rate with day and source."""
    lines = ["", "Written from `arkit/rates.toml`; `make docs` writes it anew.", ""]
    lines += ["| name | law | rate | rule | fixed sums | checked | source | confirmed | but |", "| --- " * 9 + "|"]
    for law in DEFAULT_RATES.jurisdictions.values():
        rate = f"{law.reference} + {law.points:g}" if law.reference else "as agreed"
        sums = ", ".join(f"{fee} from {size:,}" for size, fee in law.fixed_sums) or "none"
        told = [law.name, law.law, rate, RUNS[law.rule], f"{law.currency}: {sums}", f"{law.as_of}", law.source]
        lines.append(f"| {' | '.join(told)} | {'yes' if law.confirmed else '**no**'} | {law.caveat} |")
    for reference in DEFAULT_RATES.references.values():
        lines += [
            "",
            f"### {reference.name}",
            "",
            "| from | percent | checked | source | confirmed |",
            "| --- | --- | --- | --- | --- |",
        ]
        for row in reference.table.to_dict("records"):
            sure = "yes" if row["confirmed"] else "**no**"
            lines.append(f"| {row['from']:%Y-%m-%d} | {row['rate']:.2f} | {row['as_of']:%Y-%m-%d} | {row['source']} | {sure} |")
    return (HERE / "interest.md").read_text("utf-8").split(RULES)[0] + RULES + "\n".join([*lines, ""])


def routes_page() -> str:
    """``docs/routes.md``: its first part as it stands, then every court with its limit and fees."""
    lines = ["", "Written from `arkit/courts.toml`; `make docs` writes it anew. Limits and fees in the court's currency.", ""]
    lines += ["| name | court | currency | limit | fees, issue and hearing | checked | source | confirmed | but |"]
    lines += ["| --- " * 9 + "|"]
    for court in COURTS.values():
        fees = ", ".join(f"{fee:,} up to {up_to:,}" for up_to, fee in court.fees)
        above = f", then {100 * court.share_above:g} % and at most {court.most_above:,}" if court.share_above else ""
        limit = f"{court.limit:,}" if court.limit else "none"
        told = [court.name, court.title, court.currency, limit, fees + above or "not known here: the policy's share"]
        sure = "yes" if court.confirmed else "**no**"
        lines.append(f"| {' | '.join(told)} | {court.as_of} | {court.source} | {sure} | {court.caveat} |")
    return (HERE / "routes.md").read_text("utf-8").split(COURT)[0] + COURT + "\n".join([*lines, ""])


def exports_page() -> str:
    """``docs/exports.md``: its first part as it stands, then every system that arkit knows."""
    written = (HERE / "exports.md").read_text("utf-8").split(SYSTEMS)[0]
    by_name = sorted(systems(), key=lambda system: system.name.lower())
    return written + SYSTEMS + "\n".join(line for system in by_name for line in _system(system)) + "\n"


def reconciliation_page() -> str:
    """``docs/reconciliation.md``: its first part as it stands, then every candidate in the order of how likely it is."""
    written = (HERE / "reconciliation.md").read_text("utf-8").split(CANDIDATES)[0]
    lines = ["", "| candidate | what it is | how to find out |", "| --- | --- | --- |"]
    lines += [f"| {kind.word} | {kind.meaning} | {kind.what_to_do} |" for kind in KINDS]
    lines += [f"| {word} | {meaning} | |" for word, meaning in OTHERS.items()]
    return written + CANDIDATES + "\n".join(lines) + "\n"


def _system(system: System) -> list[str]:
    """One system: what is best, what to click, its exports and what to know about them."""
    lines = ["", f"### {system.name}", "", f"Best: {system.best}", "", f"Click: {system.click}", ""]
    for known in system.exports:
        if isinstance(known, Export):
            lines.append(f"- **{known.name}**{_told(known)}")
        elif isinstance(known, Unusable):
            lines.append(f"- Refused: **{known.name}**, for {known.lacks}. Instead: {known.instead}.")
    return [*lines, *[f"- {note}" for note in system.notes]]


def _told(export: Export) -> str:
    """What a user should know of an export, in sentences."""
    said = [export.says] if export.says else []
    if export.at_most:
        said.append(f"at most {export.at_most:,} documents at a time")
    if export.lines == "repeat":
        said.append("one row per line of a document; its totals repeat and count once")
    if export.lines == "sum":
        said.append("one row per line of a document; the lines are added up")
    if not export.foots:
        said.append("its printed totals are not the sum of its rows")
    if not export.sure:
        said.append("headings from documents only, no file of it has been seen: compare the totals with your books")
    return ": " + "; ".join(said) + "." if said else "."


if __name__ == "__main__":
    (HERE / "exports.md").write_text(exports_page(), "utf-8")
    (HERE / "reconciliation.md").write_text(reconciliation_page(), "utf-8")
    (HERE / "interest.md").write_text(interest_page(), "utf-8")
    (HERE / "routes.md").write_text(routes_page(), "utf-8")
    (HERE / "tables.md").write_text(markdown(), "utf-8")
    (HERE / "policy.md").write_text(policy_page(), "utf-8")
