import dataclasses
import re
import tomllib

import pytest

from arkit.errors import PolicyRefused
from arkit.ladder import FACTS, FLAG_FACTS, GRADUAL_FACTS, MONEY_FACTS, WORDS
from arkit.policy import DEFAULT, DEFAULTS_FILE, Policy
from arkit.tables import ACTIONS_IN_ORDER

DEFAULTS = tomllib.loads(DEFAULTS_FILE.read_text("utf-8"))
KEYS = [(section, key) for section, keys in DEFAULTS.items() if section != "ladder" for key in keys]
RULE = {
    "rule": '"mine"',
    "action": '"call"',
    "when": '{ chaseable = "> contact.small", score = "< 40" }',
    "reason": '"{chaseable} past due"',
    "next_step": '"write"',
    "due_in_days": "3",
}


def rule(**parts):
    """A rule of the ladder as TOML; a part that is None is left out."""
    return "\n".join(["[[ladder]]", *[f"{name} = {value}" for name, value in (RULE | parts).items() if value is not None], ""])


def tuples(value):
    return tuple(map(tuples, value)) if isinstance(value, list) else value


# what is read


@pytest.mark.parametrize(("section", "key"), KEYS, ids=[f"{section}.{key}" for section, key in KEYS])
def test_every_default_is_read_from_the_file_that_ships(section, key):
    assert getattr(getattr(DEFAULT, section), key) == tuples(DEFAULTS[section][key])


def test_the_file_that_ships_has_every_key_a_policy_knows():
    known = {f.name: {g.name for g in dataclasses.fields(f.type)} for f in dataclasses.fields(Policy) if f.name != "ladder"}
    assert known == {section: set(keys) for section, keys in DEFAULTS.items() if section != "ladder"}


def test_the_ladder_is_read_in_its_order():
    assert [dataclasses.asdict(rung) for rung in DEFAULT.ladder] == [{"first": False, **rung} for rung in DEFAULTS["ladder"]]


def test_an_empty_policy_is_the_default():
    assert Policy.parse("") == DEFAULT


def test_what_a_file_says_overlays_the_defaults_and_the_rest_stays(tmp_path):
    (tmp_path / "ours.toml").write_text("[aging]\nedges = [15, 45]\n[contact]\nsmall = 100\n", "utf-8")
    ours = Policy.read(tmp_path / "ours.toml")
    assert ours.aging == dataclasses.replace(DEFAULT.aging, edges=(15, 45))
    assert ours.contact == dataclasses.replace(DEFAULT.contact, small=100.0)
    assert (ours.score, ours.routes, ours.ladder) == (DEFAULT.score, DEFAULT.routes, DEFAULT.ladder)


def test_a_file_saved_by_a_windows_editor_is_read_too(tmp_path):
    (tmp_path / "ours.toml").write_bytes(b"\xef\xbb\xbf[aging]\r\nmonths = 6\r\n")
    assert Policy.read(tmp_path / "ours.toml").aging.months == 6


def test_rules_of_ones_own_replace_the_whole_ladder():
    second = rule(rule='"second"', when='{ chaseable = "> 0" }', first="true")
    assert [(rung.rule, rung.first) for rung in Policy.parse(rule() + second).ladder] == [("mine", False), ("second", True)]
    assert Policy.parse("ladder = []").ladder == ()


def test_whole_numbers_stay_whole_and_shares_become_floats():
    read = Policy.parse("[contact]\ngrace_days = 7.0\nsmall = 50\n")
    assert (read.contact.grace_days, type(read.contact.grace_days)) == (7, int)
    assert (read.contact.small, type(read.contact.small)) == (50.0, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [("90", 90.0), ("-3", -3.0), ("90.5", 90.5), ("-0.5", -0.5), ("contact.small", 25.0), ("aging.months", 12.0)],
)
def test_a_number_is_itself_or_that_of_the_policy(name, value):
    assert DEFAULT.value(name) == value


def test_every_fact_a_rule_of_the_defaults_names_is_known():
    named = {fact for rung in DEFAULT.ladder for fact in rung.when}
    filled = {word for rung in DEFAULT.ladder for word in re.findall(r"\{(\w+)\}", rung.reason + rung.next_step)}
    assert named <= FACTS.keys()
    assert filled <= FACTS.keys() | WORDS.keys()


def test_the_sorts_of_facts_are_facts_and_a_word_is_no_fact():
    assert {*FLAG_FACTS, *GRADUAL_FACTS, *MONEY_FACTS} <= FACTS.keys()
    assert not FACTS.keys() & WORDS.keys()


def test_every_action_has_its_minutes():
    assert {f.name for f in dataclasses.fields(DEFAULT.effort)} == {*ACTIONS_IN_ORDER, "hour_cost"}


# what is refused


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PolicyRefused, match=r"(?s)^the policy 'none\.toml' cannot be read\..*fix: check the path after --"):
        Policy.read(tmp_path / "none.toml")


def test_a_folder_or_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "latin.toml").write_bytes('[company]\nname = "Müller"\n'.encode("latin-1"))
    for file in (tmp_path, tmp_path / "latin.toml"):
        with pytest.raises(PolicyRefused, match=r"cannot be read\.\n  expected: a TOML file in UTF-8"):
            Policy.read(file)


def test_what_is_not_toml_is_refused_with_the_place():
    with pytest.raises(PolicyRefused, match=r"(?s)^the policy 'ours\.toml' is not TOML\..*line 2.*fix: mend that line"):
        Policy.parse("[aging]\nedges = 30, 60\n", "ours.toml")


def test_an_unknown_section_is_refused_with_its_line_and_the_sections_there_are():
    with pytest.raises(PolicyRefused, match=r"(?s)^'agging' in ours\.toml line 2 .*one of company, letters, aging, history, "):
        Policy.parse("\n[agging]\nedges = [30]\n", "ours.toml")


def test_a_section_that_is_a_value_is_refused():
    with pytest.raises(PolicyRefused, match=r"(?s)^'aging' in policy line 1 .*expected: a section \[aging\]\n  got: 30"):
        Policy.parse("aging = 30")


def test_an_unknown_key_is_refused_with_its_line_and_the_keys_there_are():
    with pytest.raises(
        PolicyRefused,
        match=r"(?s)^'aging\.edge' in policy line 3 .*one of edges, buckets, age_by.*\n  got: 'edge'",
    ):
        Policy.parse("[aging]\n\n  edge = [30]\n")


def test_the_line_is_that_of_the_right_section_where_two_have_the_key():
    with pytest.raises(PolicyRefused, match=r"^'contact\.recent_days' in policy line 4 "):
        Policy.parse('[history]\nrecent_days = 90\n[contact]  # ours\nrecent_days = "week"\n')
    with pytest.raises(PolicyRefused, match=r"^'contact\.recent_days' in policy line 1 "):
        Policy.parse('contact.recent_days = "week"\n')


@pytest.mark.parametrize(
    ("words", "key", "expected", "got"),
    [
        ('[aging]\nmonths = "12"', "aging.months", "something like 12", "'12'"),
        ("[aging]\nmonths = 1.5", "aging.months", "something like 12", "1.5"),
        ("[aging]\nmonths = true", "aging.months", "something like 12", "True"),
        ("[aging]\nedges = 30", "aging.edges", "something like [30, 60, 90, 120]", "30"),
        ("[aging]\nedges = []", "aging.edges", "something like [30, 60, 90, 120]", "[]"),
        ('[aging]\nedges = ["30"]', "aging.edges", "something like [30, 60, 90, 120]", "['30']"),
        ("[aging]\nedges = [60, 30]", "aging.edges", "whole days in rising order, 1 or more", "[60, 30]"),
        ("[aging]\nedges = [30, 30]", "aging.edges", "whole days in rising order, 1 or more", "[30, 30]"),
        ("[aging]\nedges = [0, 30]", "aging.edges", "whole days in rising order, 1 or more", "[0, 30]"),
        ("[aging]\nedges = [30.5]", "aging.edges", "whole days in rising order, 1 or more", "[30.5]"),
        ('[aging]\nage_by = "posting"', "aging.age_by", "due_date or issue_date", "'posting'"),
        ("[company]\nname = 7", "company.name", "something like ''", "7"),
        ("[contact]\nsmall = nan", "contact.small", "something like 25", "nan"),
        ("[routes]\ncost_of_money = inf", "routes.cost_of_money", "something like 0.1", "inf"),
        ("[score]\nknots = [[0, 80, 1]]", "score.knots", "something like [[-30, 100], ", "[[0, 80, 1]]"),
        ("[score]\nknots = [[30, 50], [0, 80]]", "score.knots", "days in rising order", "[[30, 50], [0, 80]]"),
        ('[score]\ngrades = [[80, "A"], [50, "B"]]', "score.grades", "a grade for every score, one of ", "[[80, 'A'], [50"),
        ("[routes]\nchance_by_months = [[0, 0.5], [1, 0.6]]", "routes.chance_by_months", "months in rising order, ch", "[[0,"),
        ("[routes]\nchance_by_months = [[0, 1.5]]", "routes.chance_by_months", "months in rising order, ch", "[[0, 1.5]]"),
        ('[routes]\ncourt = "mars"', "routes.court", "one of england, eu_small_claims, ", "'mars'"),
        ("[routes]\nagency_fees = [[0, 1.2]]", "routes.agency_fees", "days in rising order, fees from 0 to 1", "[[0, 1.2]]"),
        ("[routes]\ncurve_book = 0", "routes.curve_book", "above 0", "0"),
        ("[plans]\ndown = 1.1", "plans.down", "a share, 0 to 1", "1.1"),
        ("[plans]\nmonths_most = 0", "plans.months_most", "1 to 120", "0"),
        ("[factoring]\nadvance = 0.0", "factoring.advance", "a share above 0, at most 1", "0.0"),
        ("[factoring]\ncurrencies = [1]", "factoring.currencies", "something like ['any']", "[1]"),
        ("[prevention]\nmeasures = 4", "prevention.measures", "1 to 3: a longer list is not read", "4"),
        ("[routes]\nchance_by_months = [[1, 0.9], [0, 1]]", "routes.chance_by_months", "months in rising order", "[[1, 0.9], "),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_sort_is_refused_with_key_line_and_value(words, key, expected, got):
    said = f"'{key}' in policy line 2 cannot be followed.\n  expected: {expected}"
    with pytest.raises(PolicyRefused, match=rf"(?s)^{re.escape(said)}.*got: {re.escape(got)}"):
        Policy.parse(words)


@pytest.mark.parametrize("part", RULE)
def test_a_rule_with_a_missing_part_is_refused(part):
    name = "a rule without a name" if part == "rule" else "mine"
    with pytest.raises(PolicyRefused, match=rf"(?s)^'ladder\.{name}' in policy.* cannot.*expected: all of rule, .*no {part}\n"):
        Policy.parse(rule(**{part: None}))


@pytest.mark.parametrize(
    ("part", "value", "line", "expected"),
    [
        ("rule", "7", "", "text"),
        ("action", '"shout"', " line 10", "one of none, nudge, reminder, "),
        ("action", "7", " line 10", "text"),
        ("when", '"always"', " line 11", "facts and comparisons"),
        ("reason", "7", " line 12", "text"),
        ("next_step", "[]", " line 13", "text"),
        ("due_in_days", '"3"', " line 14", "a whole number"),
        ("due_in_days", "2.5", " line 14", "a whole number"),
        ("due_in_days", "true", " line 14", "a whole number"),
    ],
)
def test_a_part_of_a_rule_that_is_not_what_it_should_be_is_refused_on_its_own_line(part, value, line, expected):
    second = rule(**{"rule": '"second"', part: value})
    name = "7" if part == "rule" else "second"
    with pytest.raises(PolicyRefused, match=rf"(?s)^'ladder\.{name}\.{part}' in policy{line} cannot.*expected: {expected}"):
        Policy.parse(rule() + second)


def test_an_unknown_part_of_a_rule_is_refused():
    with pytest.raises(PolicyRefused, match=r"(?s)^'ladder\.mine\.note' in policy line 8 .*got: 'note'"):
        Policy.parse(rule(note='"x"'))


@pytest.mark.parametrize("ladder", ["ladder = 3", "ladder = [3]", '[ladder]\nrule = "mine"'])
def test_a_ladder_that_is_no_list_of_rules_is_refused(ladder):
    with pytest.raises(PolicyRefused, match=r"(?s)^'ladder' in policy line 1 .*expected: rules, each under a line "):
        Policy.parse(ladder)


def test_an_unknown_fact_is_refused_with_the_facts_there_are():
    with pytest.raises(
        PolicyRefused, match=r"(?s)^'ladder\.mine\.when\.overdu' in policy line 4 .*one of balance, .*got: 'overdu'"
    ):
        Policy.parse(rule(when='{ overdu = "> 0" }'))


@pytest.mark.parametrize(
    "condition",
    ['"40"', '"=> 40"', '"> 40 days"', '"!= 40"', '"> 1,000"', "40", '""', '"> contact.smal"', '"> contacts.small"',
     '"> company.name"', '"> aging.edges"', '"> ladder.count"'],
)  # fmt: skip
def test_a_comparison_that_compares_with_no_number_is_refused(condition):
    with pytest.raises(PolicyRefused, match=r"(?s)^'ladder\.mine\.when\.score' .*comparisons like '> 90', "):
        Policy.parse(rule(when=f"{{ score = {condition} }}"))


@pytest.mark.parametrize("condition", ['"> 40"', '">= -40"', '" < 40.5 "', '"<=40"', '"= contact.small"'])
def test_a_comparison_with_a_number_or_a_number_of_the_policy_is_read(condition):
    assert Policy.parse(rule(when=f"{{ score = {condition} }}")).ladder[0].when == {"score": condition.strip('"')}


@pytest.mark.parametrize("condition", ['"maybe"', '"> 0"', "true"])
def test_a_mark_is_asked_for_with_yes_or_no(condition):
    with pytest.raises(PolicyRefused, match=r"(?s)^'ladder\.mine\.when\.handed_over' .*expected: 'yes' or 'no'"):
        Policy.parse(rule(when=f"{{ handed_over = {condition} }}"))


@pytest.mark.parametrize("part", ["reason", "next_step"])
@pytest.mark.parametrize("word", ["sum", "Score", " score ", ""])
def test_a_word_in_braces_that_nobody_fills_in_is_refused(part, word):
    with pytest.raises(
        PolicyRefused, match=rf"(?s)^'ladder\.mine\.{part}' in policy line \d .*one of balance, .*got: \{{{word}\}}"
    ):
        Policy.parse(rule(**{part: f'"pay {{{word}}} now"'}))


@pytest.mark.parametrize("word", [*FACTS, *WORDS])
def test_every_fact_and_word_can_be_filled_in(word):
    assert Policy.parse(rule(reason=f'"{{{word}}}"')).ladder[0].reason == f"{{{word}}}"


# what is changed by key


@pytest.mark.parametrize(
    ("key", "said", "value"),
    [
        ("contact.grace_days", "10", 10),
        ("contact.small", " 40 ", 40.0),
        ("aging.edges", "[30, 60]", (30, 60)),
        ("routes.cost_of_money", 0.05, 0.05),
        ("company.name", "7", "7"),
        ("score.grades", '[[50, "A"], [0, "B"]]', ((50, "A"), (0, "B"))),
    ],
)
def test_a_key_is_changed_by_text_or_value_and_nothing_else_moves(key, said, value):
    section, name = key.split(".")
    changed = DEFAULT.changed({key: said})
    assert getattr(getattr(changed, section), name) == value
    assert list(changed.differences(DEFAULT)) == [key]


def test_a_rule_is_changed_by_its_name_and_may_gain_a_condition():
    changed = DEFAULT.changed({"ladder.reminder.when.score": "< 60", "ladder.reminder.due_in_days": "9"})
    (rung,) = [rung for rung in changed.ladder if rung.rule == "reminder"]
    assert (rung.when["score"], rung.due_in_days) == ("< 60", 9)
    assert changed.differences(DEFAULT)["ladder.reminder.when.score"] == (None, "< 60")
    assert DEFAULT.differences(changed)["ladder.reminder.when.score"] == ("< 60", None)


def test_changing_nothing_gives_the_same_policy():
    assert DEFAULT.changed({}) == DEFAULT
    assert DEFAULT.differences(DEFAULT) == {}


@pytest.mark.parametrize(
    ("key", "value", "expected", "got"),
    [
        ("contact.grace_day", "3", "one of grace_days, small, ", "'grace_day'"),
        ("contacts.grace_days", "3", "one of company, letters, aging, ", "'contacts'"),
        ("effort.call", "-1", "0 or more", "-1"),
        ("backtest.lost_after_days", "0", "1 or more", "0"),
        ("contact", "3", "one of its keys: contact.grace_days, ", "the whole of it"),
        ("contact.grace_days.days", "3", "nothing below 'contact.grace_days'", "'days'"),
        ("contact.grace_days", "soon", "something like 5", "'soon'"),
        ("contact.grace_days", "2.5", "something like 5", "2.5"),
        ("aging.edges", "[60, 30]", "whole days in rising order, 1 or more", "[60, 30]"),
        ("ladder", "3", "one of its keys: ladder.insolvent, ", "the whole of it"),
        ("ladder.remind.due_in_days", "3", "one of insolvent, ", "'remind'"),
        ("ladder.reminder.days", "3", "one of rule, action, ", "'days'"),
        ("ladder.reminder.when.oldest_days_late", "10", "comparisons like '> 90'", "'10'"),
        ("ladder.reminder.when.age", "> 10", "one of balance, ", "'age'"),
    ],
)
def test_a_change_that_cannot_be_followed_is_refused_with_its_key(key, value, expected, got):
    with pytest.raises(PolicyRefused) as refused:
        DEFAULT.changed({key: value})
    lines = str(refused.value).split("\n")
    assert len(lines) == 4
    assert re.fullmatch(r"'[\w.-]+' in the changes cannot be followed\.", lines[0])
    assert key.startswith(lines[0].split("'")[1])
    assert lines[1].startswith(f"  expected: {expected}")
    assert lines[2] == f"  got: {got}"


@pytest.mark.parametrize(
    ("words", "key", "expected"),
    [
        ('[letters]\nlanguage = "nl"', "letters.language", "en, de, fr or es"),
        ('[factoring]\nneed = [["EUR", -1]]', "factoring.need", "amounts of 0 or more, each in a currency of its own"),
        ('[factoring]\nneed = [["EUR", 1], ["EUR", 2]]', "factoring.need", "amounts of 0 or more"),
        ("[factoring]\nfactors = [1]", "factoring.factors", "something like"),
    ],
)
def test_what_letters_need_of_the_policy_is_checked(words, key, expected):
    with pytest.raises(PolicyRefused, match=rf"'{key}' in policy line 2 cannot be followed.\n  expected: {expected}"):
        Policy.parse(words)


def test_lists_that_may_hold_nothing_may():
    policy = Policy.parse("[letters]\nsupply_stop = []\n[factoring]\nfactors = []")
    assert (policy.letters.supply_stop, policy.factoring.factors) == ((), ())


def test_days_off_are_calendars_that_there_are():
    assert Policy.parse("[contact]\ndays_off = ['DE-BY', 'ECB', '2026-12-24']").contact.days_off == (
        "DE-BY",
        "ECB",
        "2026-12-24",
    )
    with pytest.raises(PolicyRefused, match=r"'contact.days_off'.*\n  expected: countries and parts of them \(DE, DE-BY"):
        Policy.parse("[contact]\ndays_off = ['Bavaria']")
    assert Policy.parse('[factoring]\nfactors = ["A & Co"]').factoring.factors == ("A & Co",)
