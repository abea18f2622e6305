"""The company's judgement: buckets, weights, grades, ladder, costs.

Read from TOML; ``policy.toml`` beside this file holds every default with its comment.
"""

import dataclasses
import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_origin, get_type_hints

from arkit.errors import PolicyRefused, some
from arkit.tables import ACTIONS_IN_ORDER

#: The file with every default and its comment.
DEFAULTS_FILE = Path(__file__).with_name("policy.toml")

#: What a rule of the ladder may ask about: one value per customer and currency.
FACTS = {
    "balance": "everything open, credits taken off",
    "credit": "credit not yet applied",
    "overdue": "past due, before credits",
    "overdue_net": "past due, after credits have paid the oldest first",
    "disputed": "of overdue_net: on documents in dispute",
    "promised": "of overdue_net: promised for a day that has not passed",
    "chaseable": "of overdue_net: neither disputed nor promised",
    "oldest_days_late": "days the oldest chaseable document is past due (of all past due, if none is chaseable)",
    "score": "the customer's score, 0 to 100; half-way where there is none",
    "n_settled": "invoices this customer has ever settled (missing: the exports do not show it)",
    "invoices": "invoices this customer was ever sent, as far as the exports show",
    "part_paid": "invoices paid in parts",
    "norm_high": "usually not later than this many days (missing: too few invoices)",
    "breaks_norm_days": "days the oldest chaseable document is beyond norm_high (missing: no norm)",
    "contacts": "reminders, calls and letters since the oldest open document fell due",
    "days_since_contact": "days since the last of them (missing: none)",
    "promises_broken_now": "promises whose day has passed, about money still open",
    "handed_over": "yes if an agency or a lawyer has it",
    "do_not_contact": "yes if marked so",
    "needs_person": "yes for sole traders and strategic customers",
}
#: What a reason may name besides the facts.
WORDS = {
    "norm": "the customer's norm in words",
    "disputed_since": "day of the first open dispute",
    "promised_until": "day of the latest running promise",
    "broken_until": "day of the last broken promise",
    "grace_days": "contact.grace_days",
}
#: Facts that time or money move: about these a list can say what would change a decision.
GRADUAL_FACTS = ("overdue_net", "chaseable", "oldest_days_late", "score", "breaks_norm_days")
MONEY_FACTS = ("balance", "credit", "overdue", "overdue_net", "disputed", "promised", "chaseable")
FLAG_FACTS = ("handed_over", "do_not_contact", "needs_person")
CONDITION = re.compile(r"(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?|[a-z_]+\.[a-z_]+)")


@dataclass(frozen=True)
class Company:
    """Who writes the letters."""

    name: str
    sender: str
    phone: str
    email: str
    pay_to: str


@dataclass(frozen=True)
class Aging:
    """Buckets."""

    edges: tuple[int, ...]
    buckets: str
    age_by: str
    credit: str
    months: int


@dataclass(frozen=True)
class History:
    """How past payments are weighed."""

    recent_days: int
    remainder_share: float
    norm_low: float
    norm_high: float
    norm_needs: int
    credibility_floor: float
    late_prior: float
    spread_prior: float
    weight_most: float
    days_least: float
    days_most: float
    lift_invoices: int
    habit_needs: int
    habit_share: float
    habit_chance: float


@dataclass(frozen=True)
class Score:
    """Knots, the most points each ingredient can cost, and the grades."""

    knots: tuple[tuple[float, float], ...]
    late_share: float
    overdue_share: float
    overdue_share_days: float
    trend: float
    trend_days: float
    beyond_pace: float
    beyond_pace_days: float
    beyond_pace_after: float
    part_paid: float
    part_paid_count: float
    promises_broken: float
    promises_broken_count: float
    bounced: float
    bounced_count: float
    grades: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Contact:
    """When nobody writes."""

    grace_days: int
    small: float
    recent_days: int
    promise_grace_days: int


@dataclass(frozen=True)
class Rule:
    """One rung of the ladder: if all conditions hold, this action."""

    rule: str
    action: str
    when: dict[str, str]
    reason: str
    next_step: str
    due_in_days: int


@dataclass(frozen=True)
class Routes:
    """What each way of collecting costs and brings."""

    chance_by_months: tuple[tuple[float, float], ...]
    cost_of_money: float
    wait_days: int
    plan_months: int
    plan_kept: float
    agency_fee: float
    agency_days: int
    agency_from_days: int
    court_fee: float
    court_fixed: float
    court_days: int
    court_from_days: int
    court_smallest: float
    factor_fee: float
    factor_advance: float
    factor_up_to_days: int
    factor_score: float
    factor_smallest: float


@dataclass(frozen=True)
class Interest:
    """What is claimed for late payment, and by whose law."""

    jurisdiction: str
    contract_rate: float


@dataclass(frozen=True)
class Policy:
    r"""All of it. ``Policy.read(file)`` overlays a file on the defaults.

    Examples
    --------
    >>> DEFAULT.aging.edges
    (30, 60, 90, 120)
    >>> Policy.parse("[aging]\nedges = [30, 60, 90]").aging.edges
    (30, 60, 90)
    """

    company: Company
    aging: Aging
    history: History
    score: Score
    contact: Contact
    ladder: tuple[Rule, ...]
    routes: Routes
    interest: Interest

    @classmethod
    def read(cls, file: str | Path) -> "Policy":
        """The policy of a TOML file; what it leaves out keeps its default.

        Raises
        ------
        PolicyRefused
            If the file is not there, is not TOML, names a key that does not exist, or gives a value of the wrong sort.
        """
        path = Path(file)
        try:
            return cls.parse(path.read_text("utf-8-sig"), path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyRefused(
                f"the policy '{path.name}' cannot be read.",
                expected="a TOML file in UTF-8",
                got=str(error),
                fix="check the path after --policy",
            ) from error

    @classmethod
    def parse(cls, words: str, name: str = "policy") -> "Policy":
        """The policy of a TOML text; see `read`."""
        try:
            given = tomllib.loads(words)
        except tomllib.TOMLDecodeError as error:
            raise PolicyRefused(
                f"the policy '{name}' is not TOML.", expected="key = value lines", got=str(error), fix="mend that line"
            ) from error
        default = tomllib.loads(DEFAULTS_FILE.read_text("utf-8"))
        reader = _Reader(words, name)
        reader.known(given, [f.name for f in dataclasses.fields(cls)], "")
        sections = {
            section: kind if section == "ladder" else reader.section(kind, section, default[section], given.get(section, {}))
            for section, kind in get_type_hints(cls).items()
        }
        sections["ladder"] = reader.ladder(given.get("ladder", default["ladder"]), sections)
        return cls(**sections)

    def value(self, name: str) -> float:
        """A number, or a number of the policy by its name: '90' or 'contact.small'."""
        if "." in name and not name.replace(".", "").lstrip("-").isdigit():
            section, key = name.split(".")
            return float(getattr(getattr(self, section), key))
        return float(name)


def _rising(pairs: list[list[float]]) -> bool:
    """Whether the first of each pair is more than that of the pair before."""
    first = [pair[0] for pair in pairs]
    return first == sorted(set(first))


#: What a value must be besides of the right sort: for arithmetic would take something else without a word.
MUST_BE: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "aging.edges": (
        "whole days in rising order, 1 or more",
        lambda days: all(isinstance(day, int) for day in days) and days == sorted(set(days)) and days[0] > 0,
    ),
    "aging.age_by": ("due_date or issue_date", lambda word: word in ("due_date", "issue_date")),
    "aging.buckets": ("days or months", lambda word: word in ("days", "months")),
    "aging.credit": ("apart or netted", lambda word: word in ("apart", "netted")),
    "history.weight_most": ("1 or more", lambda most: most >= 1),
    "score.trend": ("a share, 0 to 1", lambda share: 0 <= share <= 1),
    "score.knots": ("days in rising order", _rising),
    "score.grades": ("a grade for every score, one of them from 0 on", lambda grades: min(grades)[0] <= 0),
    "routes.chance_by_months": ("months in rising order", _rising),
    "interest.jurisdiction": (
        "UK, DE, FR, EU, US, by_country, or nothing",
        lambda word: word in ("", "UK", "DE", "FR", "EU", "US", "by_country"),
    ),
    "interest.contract_rate": ("a share per year, 0 to 1", lambda rate: 0 <= rate <= 1),
}
#: What each part of a rule is.
PARTS = {name: get_origin(hint) or hint for name, hint in get_type_hints(Rule).items()}
SORTS = {str: "text", int: "a whole number", dict: "facts and comparisons, { score = '< 40' }"}


@dataclass(frozen=True)
class _Reader:
    """Turns TOML into sections, and says where a key stands that cannot be followed."""

    words: str
    name: str

    def refuse(self, key: str, expected: str, got: str) -> PolicyRefused:
        return PolicyRefused(
            f"'{key}' in {self.name}{self.line(key)} cannot be followed.",
            expected=expected,
            got=got,
            fix="docs/policy.md explains each key",
        )

    def line(self, key: str) -> str:
        """' line 7' for where a key stands, in its own section or rule; nothing where that is not clear."""
        here, parts = "", key.split(".")
        place = ".".join(parts[: 2 if parts[0] == "ladder" else 1])
        for number, words in enumerate(self.words.splitlines(), 1):
            header = re.match(r"\s*\[+(\w+)\]+\s*(#.*)?$", words)
            rule = re.match(r"\s*rule\s*=\s*[\"'](.+?)[\"']", words)
            here = header[1] if header else f"ladder.{rule[1]}" if rule else here
            said = re.search(rf"\b{re.escape(parts[-1])}\s*=", words)
            if (here == place and (said or key == place)) or re.match(rf"\s*{re.escape(key)}\s*=", words):
                return f" line {number}"
        return ""

    def known(self, given: dict[str, Any], names: list[str], where: str) -> None:
        strange = [key for key in given if key not in names]
        if strange:
            raise self.refuse(where + strange[0], f"one of {some(names, 40)}", f"'{strange[0]}'")

    def section(self, kind: type, name: str, default: dict[str, Any], given: Any) -> Any:  # noqa: ANN401 - one of seven classes
        if not isinstance(given, dict):
            raise self.refuse(name, f"a section [{name}]", repr(given))
        self.known(given, list(default), f"{name}.")
        hints = get_type_hints(kind)
        return kind(
            **{key: self.typed(f"{name}.{key}", given.get(key, default[key]), default[key], hints[key]) for key in default}
        )

    def typed(self, key: str, value: Any, default: Any, hint: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if isinstance(default, list):
            fits = isinstance(value, list) and bool(value) and all(_alike(item, default[0]) for item in value)
        else:
            fits = _alike(value, default) and (hint is not int or float(value).is_integer())
        if not fits:
            raise self.refuse(key, f"something like {default!r}", repr(value))
        expected, holds = MUST_BE.get(key, ("", lambda _: True))
        if not holds(value):
            raise self.refuse(key, expected, repr(value))
        if isinstance(value, list):
            return tuple(tuple(item) if isinstance(item, list) else item for item in value)
        return hint(value) if hint in (int, float) else value

    def ladder(self, given: Any, sections: dict[str, Any]) -> tuple[Rule, ...]:  # noqa: ANN401 - whatever TOML holds
        if not isinstance(given, list) or not all(isinstance(rule, dict) for rule in given):
            raise self.refuse("ladder", "rules, each under a line [[ladder]]", repr(given))
        return tuple(self.rule(rule, sections) for rule in given)

    def rule(self, given: dict[str, Any], sections: dict[str, Any]) -> Rule:
        name = str(given.get("rule", "a rule without a name"))
        self.known(given, list(PARTS), f"ladder.{name}.")
        for part, sort in PARTS.items():
            if part not in given:
                raise self.refuse(f"ladder.{name}", f"all of {', '.join(PARTS)}", f"no {part}")
            if not isinstance(given[part], sort) or isinstance(given[part], bool):
                raise self.refuse(f"ladder.{name}.{part}", SORTS[sort], repr(given[part]))
        if given["action"] not in ACTIONS_IN_ORDER:
            raise self.refuse(f"ladder.{name}.action", f"one of {', '.join(ACTIONS_IN_ORDER)}", repr(given["action"]))
        for fact, condition in given["when"].items():
            self.condition(f"ladder.{name}.when.{fact}", fact, str(condition), sections)
        for part in ("reason", "next_step"):
            strange = [word for word in re.findall(r"\{([^{}]*)\}", given[part]) if word not in FACTS | WORDS]
            if strange:
                raise self.refuse(f"ladder.{name}.{part}", f"one of {some([*FACTS, *WORDS], 40)}", f"{{{strange[0]}}}")
        return Rule(**given)

    def condition(self, key: str, fact: str, condition: str, sections: dict[str, Any]) -> None:
        if fact not in FACTS:
            raise self.refuse(key, f"one of {some(list(FACTS), 40)}", f"'{fact}'")
        if fact in FLAG_FACTS:
            if condition not in ("yes", "no"):
                raise self.refuse(key, "'yes' or 'no'", repr(condition))
            return
        found = CONDITION.fullmatch(condition.strip())
        section, _, named = (found.group(2) if found else "").partition(".")
        is_number = section.lstrip("-").isdigit() or isinstance(getattr(sections.get(section), named, None), (int, float))
        if not found or not is_number:
            raise self.refuse(key, "a comparison like '> 90' or '< contact.small'", repr(condition))


def _alike(item: object, like: object) -> bool:
    """Whether a value has the sort of another, any finite number that of a number; pairs are compared one by one."""
    if isinstance(like, list):
        return isinstance(item, list) and len(item) == len(like) and all(map(_alike, item, cast("list[object]", like)))
    if isinstance(like, str):
        return isinstance(item, str)
    return isinstance(item, (int, float)) and not isinstance(item, bool) and math.isfinite(item)


DEFAULT = Policy.read(DEFAULTS_FILE)
