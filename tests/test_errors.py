import pytest

from arkit.errors import (
    ArkitError,
    ArkitWarning,
    DayRefused,
    ImportRefused,
    OutputRefused,
    PolicyRefused,
    TableRefused,
    some,
)


def test_a_refusal_is_four_lines_what_expected_got_fix():
    refusal = ImportRefused("it rains.", expected="sun", got="rain", fix="wait")
    assert str(refusal) == "it rains.\n  expected: sun\n  got: rain\n  fix: wait"


def test_the_parts_of_a_refusal_can_be_read_one_by_one():
    refusal = ArkitError("it rains.", expected="sun", got="rain", fix="wait")
    assert (refusal.what, refusal.expected, refusal.got, refusal.fix) == ("it rains.", "sun", "rain", "wait")


@pytest.mark.parametrize("kind", [ImportRefused, DayRefused, TableRefused, PolicyRefused, OutputRefused])
def test_every_refusal_is_caught_as_an_arkit_error_and_as_a_value_error(kind):
    for caught in (ArkitError, ValueError):
        with pytest.raises(caught, match=r"^a\n  expected: b\n  got: c\n  fix: d$"):
            raise kind("a", expected="b", got="c", fix="d")


def test_a_surprise_that_is_right_warns_under_a_name_of_its_own():
    assert issubclass(ArkitWarning, UserWarning)
    assert not issubclass(ArkitWarning, ArkitError)


@pytest.mark.parametrize(
    ("values", "most", "said"),
    [
        ([], 3, ""),
        (["a"], 3, "a"),
        (["a", "b", "c"], 3, "a, b, c"),
        (["a", "b", "c", "d"], 3, "a, b, c and 1 more"),
        (["a", "b", "c"], 1, "a and 2 more"),
        ([str(i) for i in range(2001)], 1, "0 and 2,000 more"),
    ],
)
def test_many_values_are_said_as_the_first_few_and_how_many_more(values, most, said):
    assert some(values, most) == said
