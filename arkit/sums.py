"""Which few of many amounts add up to a given one: a search with bounds, on whole arrays of minor units."""

import numpy as np

#: Pairs are looked for among so many of the first amounts, sums of three among so many,
PAIRS, TRIPLES = 400, 80
#: and sums of any number among so many of the first of each group, which is 2 to that power of sums.
ANY = 14
#: No more sums than this are given back.
MOST = 200


def find_sums(amounts: np.ndarray, target: int, groups: np.ndarray | None = None) -> list[tuple[int, ...]]:
    """The places of two or more amounts that add up to ``target``, fewest first, then those that stand first.

    ``amounts`` are minor units in the order of how likely each is. Every pair of the first `PAIRS` is tried, every three of
    the first `TRIPLES`, and every set of the first `ANY` of each group (a
    number below 0 is none); what lies beyond is not looked at. At most `MOST`.

    Examples
    --------
    >>> find_sums(np.array([500, 120, -30, 80]), 470)
    [(0, 2)]
    >>> find_sums(np.array([1, 10, 100, 1000, 7]), 1111, np.array([0, 0, 0, 0, 1]))
    [(0, 1, 2, 3)]
    """
    amounts = np.asarray(amounts, dtype="int64")
    found = {*_pairs(amounts[:PAIRS], target), *_triples(amounts[:TRIPLES], target)}
    for group in [] if groups is None else np.unique(groups[groups >= 0]):
        found |= _sets(amounts, np.flatnonzero(groups == group)[:ANY], target)
    return sorted(found, key=lambda places: (len(places), places))[:MOST]


def _pairs(amounts: np.ndarray, target: int) -> set[tuple[int, ...]]:
    first, second = np.triu_indices(len(amounts), 1)
    hit = np.flatnonzero(amounts[first] + amounts[second] == target)[:MOST]
    return set(zip(first[hit].tolist(), second[hit].tolist(), strict=True))


def _triples(amounts: np.ndarray, target: int) -> set[tuple[int, ...]]:
    first, second = np.triu_indices(len(amounts), 1)
    whole = (amounts[first] + amounts[second])[:, None] + amounts[None, :] == target
    pair, third = np.nonzero(whole & (np.arange(len(amounts))[None, :] > second[:, None]))
    return set(zip(first[pair][:MOST].tolist(), second[pair][:MOST].tolist(), third[:MOST].tolist(), strict=True))


def _sets(amounts: np.ndarray, places: np.ndarray, target: int) -> set[tuple[int, ...]]:
    """All sets of two or more of these places that add up; the sums double with every place."""
    sums = np.zeros(1, dtype="int64")
    for amount in amounts[places]:
        sums = np.concatenate([sums, sums + amount])
    hit = np.flatnonzero(sums == target)
    size = np.bitwise_count(hit)
    few = hit[size >= 2][np.argsort(size[size >= 2], kind="stable")][:MOST]
    return {tuple(int(place) for bit, place in enumerate(places) if each >> bit & 1) for each in few.tolist()}
