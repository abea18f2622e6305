"""The company's judgement: buckets, weights, grades, ladder, costs.

Read from TOML; ``policy.toml`` beside this file holds every default with its comment.
"""

import dataclasses
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_origin, get_type_hints

from arkit.courts import COURTS
from arkit.errors import PolicyRefused, some
from arkit.ladder import EARLIER, FACTS, FLAG_FACTS, TEXT_FACTS, WORDS, Rule, comparisons, skips_steps, unreachable, words_of
from arkit.tables import ACTIONS_IN_ORDER
from arkit.workdays import is_calendar

#: The file with every default and its comment.
DEFAULTS_FILE = Path(__file__).with_name("policy.toml")


@dataclass(frozen=True)
class Company:
    """Who writes the letters."""

    name: str
    sender: str
    phone: str
    email: str
    pay_to: str


@dataclass(frozen=True)
class Letters:
    """What is written, and in which language."""

    templates: str
    language: str
    supply_stop: tuple[str, ...]


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
    """When nobody writes, how long one is patient, and from what on it is worth it."""

    grace_days: int
    small: float
    recent_days: int
    promise_grace_days: int
    call_from: float
    patience_days: int
    loyal_days: int
    loyal_score: float
    norm_days: int
    notice_days: int
    demand_days: int
    demand_days_individual: int
    agency_from: float
    mediation_from: float
    nudge_days: int
    nudge_from: float
    insurer_notify_days: int
    insurer_warn_days: int
    new_days: int
    withholding: tuple[float, ...]
    calls_a_week: int
    days_off: tuple[str, ...]


@dataclass(frozen=True)
class Limitation:
    """How long a debt can be sued for."""

    years: tuple[tuple[str, float], ...]
    year_end: tuple[str, ...]
    home: str
    warn_days: int


@dataclass(frozen=True)
class Routes:
    """What each way of collecting costs and brings."""

    chance_by_months: tuple[tuple[float, float], ...]
    curve_book: float
    curve_customer: float
    cost_of_money: float
    wait_days: int
    call_cost: float
    call_gain: float
    agency_fees: tuple[tuple[float, float], ...]
    agency_fee_sizes: tuple[tuple[float, float], ...]
    agency_days: int
    agency_from_days: int
    court: str
    court_fee: float
    court_fixed: float
    court_days: int
    court_from_days: int
    court_smallest: float


@dataclass(frozen=True)
class Plans:
    """What a payment plan asks for, and when it is broken."""

    down: float
    months: int
    months_least: int
    months_most: int
    kept_each: float
    seen_months: int
    bear_share: float
    smallest: float
    smallest_instalment: float
    rate: float
    first_in_days: int
    grace_days: int


@dataclass(frozen=True)
class Factoring:
    """What factors buy, and what it costs."""

    fee: float
    advance: float
    recourse_days: int
    up_to_days: int
    age_days: int
    score: float
    from_days: int
    smallest: float
    cap: float
    cross_age_share: float
    currencies: tuple[str, ...]
    factors: tuple[str, ...]
    need: tuple[tuple[str, float], ...]
    discount: float
    discount_days: int


@dataclass(frozen=True)
class Prevention:
    """When a customer's numbers suggest a measure against the next late invoice."""

    measures: int
    late_share: float
    invoices: int
    advance_score: float
    steady_days: float
    steady_spread: float
    terms_least: int
    terms_shortest: int
    run_share: float
    run_days: int
    debit_invoices: float
    mild_days: float
    order_share: float
    disputes: float
    limit_months: float
    discount: float
    discount_days: int
    fee_days: float
    part_paid: float


@dataclass(frozen=True)
class Interest:
    """What is claimed for late payment, and by whose law."""

    jurisdiction: str
    contract_rate: float


@dataclass(frozen=True)
class Effort:
    """Minutes of work for one account, by action, and what an hour costs."""

    none: float
    nudge: float
    reminder: float
    resend: float
    call: float
    contact_ap: float
    plan: float
    firm_notice: float
    final_demand: float
    mediation: float
    factoring: float
    agency: float
    court: float
    review: float
    hold: float
    hour_cost: float


@dataclass(frozen=True)
class Backtest:
    """What counts as lost when the policy is tried on the past, and how far back one looks."""

    months: int
    lost_after_days: int


@dataclass(frozen=True, repr=False)
class Policy:
    r"""All of it. ``Policy.read(file)`` overlays a file on the defaults.

    Examples
    --------
    >>> DEFAULT.aging.edges
    (30, 60, 90, 120)
    >>> Policy.parse("[aging]\nedges = [30, 60, 90]").aging.edges
    (30, 60, 90)
    >>> Policy.parse("[aging]\nedges = [30, 60, 90]")
    <Policy: the defaults, but aging.edges = (30, 60, 90)>
    """

    company: Company
    letters: Letters
    aging: Aging
    history: History
    score: Score
    contact: Contact
    limitation: Limitation
    ladder: tuple[Rule, ...]
    routes: Routes
    plans: Plans
    factoring: Factoring
    prevention: Prevention
    interest: Interest
    effort: Effort
    backtest: Backtest

    def __repr__(self) -> str:
        """What differs from the defaults: in full, ``help`` of whatever takes a policy would begin with pages of it."""
        but = []
        for section in dataclasses.fields(self):
            own, usual = getattr(self, section.name), getattr(DEFAULT, section.name)
            if dataclasses.is_dataclass(own):
                names = [key.name for key in dataclasses.fields(own) if getattr(own, key.name) != getattr(usual, key.name)]
                but += [f"{section.name}.{name} = {getattr(own, name)!r}" for name in names]
            elif own != usual:
                but.append(section.name)
        return "<Policy: the defaults" + (f", but {', '.join(but)}" if but else "") + ">"

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
            return cls.parse(path.read_text("utf-8-sig"), path.name)._beside(path.resolve().parent)
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyRefused(
                f"the policy '{path.name}' cannot be read.",
                expected="a TOML file in UTF-8",
                got=str(error),
                fix="check the path after --policy",
            ) from error

    def _beside(self, folder: Path) -> "Policy":
        """The policy with the folder of templates named from the policy's own folder on."""
        if not self.letters.templates:
            return self
        templates = str(folder / Path(self.letters.templates).expanduser())
        return dataclasses.replace(self, letters=dataclasses.replace(self.letters, templates=templates))

    @classmethod
    def parse(cls, words: str, name: str = "policy") -> "Policy":
        """The policy of a TOML text; see `read`."""
        try:
            given = tomllib.loads(words)
        except tomllib.TOMLDecodeError as error:
            raise PolicyRefused(
                f"the policy '{name}' is not TOML.", expected="key = value lines", got=str(error), fix="mend that line"
            ) from error
        return cls._read(given, _Reader(words, name))

    @classmethod
    def _read(cls, given: dict[str, Any], reader: "_Reader") -> "Policy":
        """What is given, checked, over the defaults."""
        default = tomllib.loads(DEFAULTS_FILE.read_text("utf-8"))
        reader.known(given, [f.name for f in dataclasses.fields(cls)], "")
        sections = {
            section: kind if section == "ladder" else reader.section(kind, section, default[section], given.get(section, {}))
            for section, kind in get_type_hints(cls).items()
        }
        sections["ladder"] = reader.ladder(given.get("ladder", default["ladder"]), sections)
        return cls(**sections)

    def changed(self, changes: Mapping[str, object]) -> "Policy":
        """The policy with some keys changed, checked as a file is.

        A key is its section and name, ``contact.grace_days``; of a rule, ``ladder.reminder.due_in_days`` or, for a
        condition, ``ladder.reminder.when.oldest_days_late``. A value may be text as it stands in a file or after ``--set``:
        ``10``, ``0.05``, ``[30, 60]``, ``> 10``.

        Raises
        ------
        PolicyRefused
            If there is no such key, or the value is of the wrong sort.

        Examples
        --------
        >>> policy = DEFAULT.changed({"contact.grace_days": "10", "ladder.reminder.when.oldest_days_late": "> 12"})
        >>> policy.contact.grace_days, policy.differences(DEFAULT)["ladder.reminder.when.oldest_days_late"]
        (10, ('> contact.grace_days', '> 12'))
        """
        reader = _Reader("", "the changes")
        given = _plain(self)
        for key, value in changes.items():
            _put(given, key, value, reader)
        return self._read(given, reader)

    def differences(self, before: "Policy") -> dict[str, tuple[object, object]]:
        """Every key in which this policy differs from another, with the value before and the value here; None where absent.

        Examples
        --------
        >>> DEFAULT.changed({"contact.small": 50}).differences(DEFAULT)
        {'contact.small': (25.0, 50.0)}
        """
        old, new = (_flat(_plain(policy)) for policy in (before, self))
        return {key: (old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)}

    def value(self, name: str) -> float:
        """A number, or a number of the policy by its name: '90' or 'contact.small'."""
        return _number(name, vars(self))


def _plain(policy: Policy) -> dict[str, Any]:
    """A policy as TOML holds it: sections of plain values, tuples as lists."""

    def lists(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if isinstance(value, dict):
            return {key: lists(item) for key, item in value.items()}
        return [lists(item) for item in value] if isinstance(value, (list, tuple)) else value

    return lists(dataclasses.asdict(policy))


def _flat(given: dict[str, Any], before: str = "") -> dict[str, object]:
    """The values of a policy by their keys; rules go by their names."""
    found: dict[str, object] = {}
    for name, value in given.items():
        named = {rule["rule"]: rule for rule in value} if name == "ladder" and not before else value
        found |= _flat(named, f"{before}{name}.") if isinstance(named, dict) else {before + name: named}
    return found


def _put(given: dict[str, Any], key: str, value: object, reader: "_Reader") -> None:
    """Changes one value where it stands; only a condition of a rule may be new."""
    *path, last = key.split(".")
    place: Any = given | {"ladder": {rule["rule"]: rule for rule in given["ladder"]}}
    for number, name in enumerate(path):
        reader.known({name: value}, list(place), "".join(f"{before}." for before in path[:number]))
        place = place[name]
        if not isinstance(place, dict):
            raise reader.refuse(key, f"nothing below '{'.'.join(path[: number + 1])}'", f"'{last}'")
    if path[:1] == ["ladder"] and path[2:] == ["when"]:
        place[last] = str(value)
        return
    reader.known({last: value}, list(place), "".join(f"{name}." for name in path))
    if isinstance(place[last], dict):
        raise reader.refuse(key, f"one of its keys: {some([f'{key}.{name}' for name in place[last]], 40)}", "the whole of it")
    place[last] = _from_text(value, place[last])


def _from_text(value: object, like: object) -> object:
    """A value as TOML reads it where it is text and what it stands for is none."""
    if not isinstance(value, str) or isinstance(like, str):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _rising(pairs: list[list[float]]) -> bool:
    """Whether the first of each pair is more than that of the pair before."""
    first = [pair[0] for pair in pairs]
    return first == sorted(set(first))


def _falling(pairs: list[list[float]]) -> bool:
    """Whether ages rise and chances do not."""
    chances = [pair[1] for pair in pairs]
    return _rising(pairs) and chances == sorted(chances, reverse=True) and 0 <= chances[-1] <= chances[0] <= 1


def _shares_rising(pairs: list[list[float]]) -> bool:
    return _rising(pairs) and all(0 <= pair[1] <= 1 for pair in pairs)


def _needs(pairs: list[list[Any]]) -> bool:
    """Whether no currency comes twice, and no amount is below nought."""
    return len({code for code, _ in pairs}) == len(pairs) and all(amount >= 0 for _, amount in pairs)


#: What several values must be.
SHARE: tuple[str, Callable[[Any], bool]] = ("a share, 0 to 1", lambda share: 0 <= share <= 1)
MORE_THAN_NONE: tuple[str, Callable[[Any], bool]] = ("above 0", lambda number: number > 0)
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
    "score.trend": SHARE,
    "score.knots": ("days in rising order", _rising),
    "score.grades": ("a grade for every score, one of them from 0 on", lambda grades: min(grades)[0] <= 0),
    "contact.withholding": ("shares, 0 to 1", lambda shares: all(0 < share < 1 for share in shares)),
    "contact.days_off": (
        "countries and parts of them (DE, DE-BY, GB-ENG), markets of money (ECB), or days (2026-12-24)",
        lambda names: all(is_calendar(name) for name in names),
    ),
    "limitation.years": ("years above 0", lambda pairs: all(years > 0 for _, years in pairs)),
    "routes.chance_by_months": ("months in rising order, chances from 1 to 0 that never rise", _falling),
    "routes.agency_fees": ("days in rising order, fees from 0 to 1", _shares_rising),
    "routes.agency_fee_sizes": ("amounts in rising order", _rising),
    "routes.call_gain": SHARE,
    "routes.curve_book": MORE_THAN_NONE,
    "routes.curve_customer": MORE_THAN_NONE,
    "routes.court": (f"one of {', '.join(COURTS)}, or nothing", lambda word: word in ("", *COURTS)),
    "plans.down": SHARE,
    "plans.kept_each": SHARE,
    "plans.months": ("1 to 120", lambda months: 1 <= months <= 120),
    "plans.months_least": ("1 to 120", lambda months: 1 <= months <= 120),
    "plans.months_most": ("1 to 120", lambda months: 1 <= months <= 120),
    "plans.seen_months": ("1 or more", lambda months: months >= 1),
    "plans.rate": ("a share per year, 0 to 1", lambda rate: 0 <= rate <= 1),
    "factoring.fee": SHARE,
    "factoring.advance": ("a share above 0, at most 1", lambda share: 0 < share <= 1),
    "factoring.discount": ("a share of 0 or more, below 1", lambda share: 0 <= share < 1),
    "factoring.need": ("amounts of 0 or more, each in a currency of its own", _needs),
    "letters.language": ("en, de, fr or es", lambda word: word in ("en", "de", "fr", "es")),
    "prevention.measures": ("1 to 3: a longer list is not read", lambda number: 1 <= number <= 3),
    "prevention.discount": ("a share of 0 or more, below 1", lambda share: 0 <= share < 1),
    "interest.jurisdiction": (
        "UK, DE, FR, EU, US, by_country, or nothing",
        lambda word: word in ("", "UK", "DE", "FR", "EU", "US", "by_country"),
    ),
    "interest.contract_rate": ("a share per year, 0 to 1", lambda rate: 0 <= rate <= 1),
    **{f"effort.{field.name}": ("0 or more", lambda value: value >= 0) for field in dataclasses.fields(Effort)},
    "backtest.months": ("1 or more", lambda months: months >= 1),
    "backtest.lost_after_days": ("1 or more", lambda days: days >= 1),
}
#: Lists that may hold nothing.
MAY_BE_EMPTY = ("contact.withholding", "contact.days_off", "limitation.year_end", "letters.supply_stop", "factoring.factors")
#: What a list holds whose default holds nothing, where that is no number.
HOLDS_TEXT = ("contact.days_off", "factoring.factors")
#: What each part of a rule is; the last may be left out.
PARTS = {name: get_origin(hint) or hint for name, hint in get_type_hints(Rule).items()}
SORTS = {str: "text", int: "a whole number", bool: "true or false", dict: "facts and comparisons, { score = '< 40' }"}


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

    def section(self, kind: type, name: str, default: dict[str, Any], given: Any) -> Any:  # noqa: ANN401 - one of the classes above
        if not isinstance(given, dict):
            raise self.refuse(name, f"a section [{name}]", repr(given))
        self.known(given, list(default), f"{name}.")
        hints = get_type_hints(kind)
        return kind(
            **{key: self.typed(f"{name}.{key}", given.get(key, default[key]), default[key], hints[key]) for key in default}
        )

    def typed(self, key: str, value: Any, default: Any, hint: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if isinstance(default, list):
            like = default[0] if default else "" if key in HOLDS_TEXT else 0.0
            full = bool(value) or key in MAY_BE_EMPTY
            fits = isinstance(value, list) and full and all(_alike(item, like) for item in value)
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
        rules = [self.rule(rule, sections) for rule in given]
        names = [rule.rule for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise self.refuse(f"ladder.{name}", "a name of its own for each rule", f"{names.count(name)} of that name")
        for rule, why in unreachable(rules, lambda name: _number(name, sections)):
            raise self.refuse(f"ladder.{rule.rule}", "a rule that can decide about somebody", why)
        return tuple(rules)

    def rule(self, given: dict[str, Any], sections: dict[str, Any]) -> Rule:
        name = str(given.get("rule", "a rule without a name"))
        self.known(given, list(PARTS), f"ladder.{name}.")
        for part, sort in PARTS.items():
            if part not in given and part != "first":
                must = [part for part in PARTS if part != "first"]
                raise self.refuse(f"ladder.{name}", f"all of {', '.join(must)}", f"no {part}")
            if not isinstance(given.get(part, False), sort) or (sort is int and isinstance(given[part], bool)):
                raise self.refuse(f"ladder.{name}.{part}", SORTS[sort], repr(given[part]))
        if given["action"] not in ACTIONS_IN_ORDER:
            raise self.refuse(f"ladder.{name}.action", f"one of {', '.join(ACTIONS_IN_ORDER)}", repr(given["action"]))
        for fact, condition in given["when"].items():
            self.condition(f"ladder.{name}.when.{fact}", fact, str(condition), sections)
        for part in ("reason", "next_step"):
            strange = [word for word in re.findall(r"\{([^{}]*)\}", given[part]) if word not in FACTS | WORDS]
            if strange:
                raise self.refuse(f"ladder.{name}.{part}", f"one of {some([*FACTS, *WORDS], 80)}", f"{{{strange[0]}}}")
        rule = Rule(**given)
        if skips_steps(rule):
            asks = f"{rule.action} only after an earlier step: a condition on one of {', '.join(EARLIER)}"
            raise self.refuse(f"ladder.{name}.when", asks, "none")
        return rule

    def condition(self, key: str, fact: str, condition: str, sections: dict[str, Any]) -> None:
        if fact not in FACTS:
            raise self.refuse(key, f"one of {some(list(FACTS), 80)}", f"'{fact}'")
        if fact in FLAG_FACTS:
            if condition not in ("yes", "no"):
                raise self.refuse(key, "'yes' or 'no'", repr(condition))
            return
        if fact in TEXT_FACTS:
            try:
                words_of(condition)
            except ValueError as error:
                raise self.refuse(key, "a word, 'A | B', or 'not A'", repr(condition)) from error
            return
        try:
            comparisons(condition, lambda name: _number(name, sections))
        except ValueError as error:
            expected = "comparisons like '> 90', '> 30, <= 60' or '< contact.small'"
            raise self.refuse(key, expected, repr(condition)) from error


def _number(name: str, sections: dict[str, Any]) -> float:
    """A number, or one that a section of the policy holds."""
    section, _, key = name.partition(".")
    held = getattr(sections.get(section), key, None) if section.isidentifier() else float(name)
    if not isinstance(held, (int, float)) or isinstance(held, bool):
        raise ValueError(name)
    return float(held)


def _alike(item: object, like: object) -> bool:
    """Whether a value has the sort of another, any finite number that of a number; pairs are compared one by one."""
    if isinstance(like, list):
        return isinstance(item, list) and len(item) == len(like) and all(map(_alike, item, cast("list[object]", like)))
    if isinstance(like, str):
        return isinstance(item, str)
    return isinstance(item, (int, float)) and not isinstance(item, bool) and math.isfinite(item)


DEFAULT = Policy.read(DEFAULTS_FILE)
