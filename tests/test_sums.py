from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arkit.sums import ANY, MOST, PAIRS, find_sums


def test_pairs_come_before_threes_and_those_that_stand_first_before_others():
    assert find_sums(np.array([5, 1, 2, 3, 4]), 6) == [(0, 1), (2, 4), (1, 2, 3)]


def test_an_amount_is_used_once_and_alone_it_is_no_sum():
    assert find_sums(np.array([3, 7]), 6) == []
    assert find_sums(np.array([6, 7]), 6) == []


def test_of_nothing_there_is_no_sum():
    assert find_sums(np.array([], dtype="int64"), 5) == []
    assert find_sums(np.array([], dtype="int64"), 5, np.array([], dtype="int64")) == []


def test_a_sum_of_many_is_found_within_a_group_only():
    amounts = np.array([1, 10, 100, 1000, 10_000])
    assert find_sums(amounts, 11_111) == []
    assert find_sums(amounts, 11_111, np.array([0, 0, 0, 0, 1])) == []
    assert find_sums(amounts, 11_111, np.zeros(5, dtype="int64")) == [(0, 1, 2, 3, 4)]
    assert find_sums(amounts, 11_111, np.full(5, -1)) == []


def test_what_lies_beyond_the_bounds_is_not_looked_at():
    amounts = np.arange(1, PAIRS + 3) * 1_000_000
    amounts[-2:] = [3, 4]
    assert find_sums(amounts, 7) == []
    powers = 3 ** np.arange(ANY + 2)
    assert find_sums(powers, int(powers[-4:].sum()), np.zeros(ANY + 2, dtype="int64")) == []


def test_no_more_than_so_many_are_given_back():
    assert len(find_sums(np.ones(50, dtype="int64"), 2)) == MOST


@given(st.lists(st.integers(-50, 50), max_size=9), st.integers(-100, 100))
def test_all_sums_of_a_group_are_those_that_trying_every_set_finds(amounts, target):
    numbers = np.array(amounts, dtype="int64")
    expected = [
        places
        for size in range(2, len(amounts) + 1)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == target
    ]
    assert (
        find_sums(numbers, target, np.zeros(len(amounts), dtype="int64"))
        == sorted(expected, key=lambda places: (len(places), places))[:MOST]
        or len(expected) > MOST
    )
