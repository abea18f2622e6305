"""Writes docs/tables.md and docs/policy.md from the code, so that they cannot say anything else."""

import re
import tomllib
from pathlib import Path

from arkit.policy import DEFAULTS_FILE, FACTS, WORDS
from arkit.tables import markdown

HERE = Path(__file__).parent
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
    lines += ["", "A rule of your own replaces the whole ladder: copy it, then change it. A comparison is `<`, `<=`, `>`, `>=`"]
    lines += ["or `=` and a number or a key of the policy (`contact.small`); `yes` or `no` for marks.", ""]
    lines += ["### Facts", "", "One value per customer and currency.", "", "| fact | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in FACTS.items()]
    lines += ["", "A reason may also name:", "", "| word | meaning |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in WORDS.items()]
    return "\n".join([*lines, ""])


def _section(part: str) -> list[str]:
    """One section: what its comments say, then its keys."""
    name = part[1 : part.index("]")]
    rows, said = [], []
    for line in part.split("\n")[1:]:
        if found := KEY.match(line):
            rows.append(f"| `{name}.{found[1]}` | `{found[2]}` | {found[3]} |")
        elif re.match(r"^\w+ = ", line):
            key, value = line.split(" = ", 1)
            rows.append(f"| `{name}.{key}` | `{value}` | see above |")
        elif line.startswith("#"):
            said.append(line.lstrip("# "))
    told = " ".join(said)
    return ["", f"## {name}", "", *([told, ""] if told else []), "| key | default | meaning |", "| --- | --- | --- |", *rows]


if __name__ == "__main__":
    (HERE / "tables.md").write_text(markdown(), "utf-8")
    (HERE / "policy.md").write_text(policy_page(), "utf-8")
