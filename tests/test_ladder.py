import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arkit.errors import PolicyRefused
from arkit.ladder import BOUNDS, FACTS, FLAG_FACTS, GRADUAL_FACTS, STERNNESS, Rule, comparisons, skips_steps, unreachable
from arkit.policy import DEFAULT, Policy
from arkit.tables import ACTIONS_IN_ORDER


def rule(name, action="call", /, **when):
    return Rule(name, action, when, "", "", 1)


def named(*rules):
    return {found.rule: why for found, why in unreachable(list(rules), float)}


def test_several_comparisons_are_joined_by_commas():
    assert comparisons(">= -3.5,<60", float) == [(">=", -3.5), ("<", 60.0)]
    assert comparisons("> contact.small", DEFAULT.value) == [(">", DEFAULT.contact.small)]


@pytest.mark.parametrize("words", ["", "30", "=> 3", "> 30 <= 60", "> 30,", "yes"])
def test_what_is_no_comparison_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 - the policy says it in its own words
        comparisons(words, float)


def test_every_action_has_its_sternness_and_every_fact_its_bounds():
    assert {*STERNNESS} == {*ACTIONS_IN_ORDER}
    assert {fact.holds for fact in FACTS.values()} - {"flag", "text"} == {*BOUNDS}
    assert not {*GRADUAL_FACTS} & {*FLAG_FACTS}


def test_a_rule_that_fits_nobody_is_named_with_its_condition():
    assert named(rule("a", score="> 100")) == {"a": "no customer has score > 100"}
    assert named(rule("a", oldest_days_late="> 60, < 60")) == {"a": "no customer has oldest_days_late > 60, < 60"}
    assert named(rule("a", contacts="> 1, < 2")) == {"a": "no customer has contacts > 1, < 2"}
    assert named(rule("a", score=">= 100"), rule("b", balance="< -5"), rule("c", score="> 1, < 2")) == {}


def test_a_rule_behind_a_wider_one_is_named_with_it():
    assert named(rule("wide", score="< 50"), rule("narrow", score="< 40", chaseable="> 0")) == {
        "narrow": "'wide' above it takes all of them"
    }
    assert named(rule("narrow", score="< 40", chaseable="> 0"), rule("wide", score="< 50")) == {}


def test_two_rules_that_contradict_each_other_are_named():
    assert named(rule("one", score="< 40"), rule("two", "agency", score="< 40")) == {
        "two": "'one' above it asks the same and decides on call"
    }


def test_rules_that_together_leave_nothing_are_found_out():
    low, high = rule("low", score="<= 40"), rule("high", score="> 40")
    assert named(low, high, rule("rest", handed_over="yes")) == {"rest": "the rules above it together take all of them"}
    assert named(rule("low", score="< 40"), high, rule("rest", handed_over="yes")) == {}
    flags = rule("yes", handed_over="yes"), rule("no", handed_over="no"), rule("rest")
    assert set(named(*flags)) == {"rest"}


def test_what_may_be_missing_is_not_covered_by_comparisons():
    known = rule("below", norm_high="< 20"), rule("above", norm_high=">= 20")
    assert named(*known, rule("rest")) == {}
    assert named(*known, rule("again", norm_high="> 5")) == {"again": "the rules above it together take all of them"}


@settings(max_examples=200)
@given(st.data())
def test_what_is_called_unreachable_decides_about_nobody_and_the_rest_about_somebody(data):
    """Every combination of cells of three facts is tried by hand."""
    signs, bounds = st.sampled_from(["<", "<=", ">", ">=", "="]), st.sampled_from(["0", "2", "50"])
    when = st.fixed_dictionaries(
        {},
        optional={
            "contacts": st.builds("{} {}".format, signs, bounds),
            "norm_high": st.builds("{} {}".format, signs, bounds),
            "insolvent": st.sampled_from(["yes", "no"]),
        },
    )
    rules = [rule(f"{n}", **one) for n, one in enumerate(data.draw(st.lists(when, min_size=1, max_size=6)))]
    points = np.array(
        [(c, n, i) for c in (0, 1, 2, 3, 50, 51) for n in (-1, 0, 1, 2, 25, 50, 51, np.nan) for i in (0, 1)], dtype=float
    )

    def holds(one):
        fits = np.ones(len(points), dtype=bool)
        for place, fact in enumerate(("contacts", "norm_high", "insolvent")):
            if fact in one.when and fact == "insolvent":
                fits &= points[:, place] == (one.when[fact] == "yes")
            elif fact in one.when:
                ((sign, bound),) = comparisons(one.when[fact], float)
                tests = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "=": np.equal}
                fits &= tests[sign](points[:, place], bound)
        return fits

    fits = np.column_stack([holds(one) for one in rules])
    first = np.where(fits.any(axis=1), fits.argmax(axis=1), -1)
    assert {one.rule for n, one in enumerate(rules) if n not in first} == set(named(*rules))


def test_rules_about_words_are_looked_through_too():
    assert named(rule("good", grade="A | B"), rule("best", grade="a", score="> 5"), rule("rest", grade="not a|b")) == {
        "best": "'good' above it takes all of them"
    }
    assert set(named(rule("good", grade="A"), rule("others", grade="not A"), rule("rest"))) == {"rest"}
    assert named(rule("public", segment="Public sector"), rule("rest")) == {}


def test_a_condition_on_a_word_without_a_word_is_refused():
    with pytest.raises(PolicyRefused, match=r"(?s)'ladder.mine.when.grade' .*a word, 'A \| B', or 'not A'"):
        Policy.parse(MINE.format("call", 'grade = "A |"'))


def test_the_last_steps_must_ask_for_earlier_ones():
    assert skips_steps(rule("a", "agency", oldest_days_late="> 90"))
    assert skips_steps(rule("a", "court", contacts="= 0"))
    assert skips_steps(rule("a", "final_demand", demand_expired="no"))
    assert not skips_steps(rule("a", "agency", demand_expired="yes"))
    assert not skips_steps(rule("a", "court", calls=">= 2"))
    assert not skips_steps(rule("a", "call"))


MINE = '[[ladder]]\nrule = "mine"\naction = "{}"\nwhen = {{ {} }}\nreason = ""\nnext_step = ""\ndue_in_days = 1\n'


def test_a_policy_with_a_rule_that_cannot_decide_is_refused_with_its_line():
    words = MINE.format("call", 'score = "< 40"') + MINE.format("call", 'score = "< 30"').replace("mine", "second")
    with pytest.raises(PolicyRefused, match=r"(?s)^'ladder.second' in policy line 9 .*got: 'mine' above it takes all of them"):
        Policy.parse(words)


def test_a_policy_that_hands_over_without_a_word_is_refused():
    with pytest.raises(
        PolicyRefused, match=r"(?s)'ladder.mine.when' in policy line 4 .*agency only after an earlier step: .*none"
    ):
        Policy.parse(MINE.format("agency", 'oldest_days_late = "> 90"'))


def test_two_rules_of_one_name_are_refused():
    words = MINE.format("call", 'score = "< 40"') + MINE.format("call", 'score = ">= 40"')
    with pytest.raises(PolicyRefused, match=r"(?s)'ladder.mine' in policy line \d .*a name of its own.*2 of that name"):
        Policy.parse(words)


def test_a_threshold_of_the_policy_is_looked_up_before_a_rule_is_called_unreachable():
    words = "[contact]\nsmall = 100\n" + MINE.format("call", 'chaseable = "> contact.small, < 90"')
    with pytest.raises(PolicyRefused, match=r"no customer has chaseable > contact\.small, < 90"):
        Policy.parse(words)
