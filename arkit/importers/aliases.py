"""Customers that are one and go by two numbers or names: suggested to a person, who says so in a file; never merged alone."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from arkit.errors import ImportRefused, OutputRefused, some
from arkit.importers.cells import fold

#: Words of a name that say what kind of company it is and tell no two companies apart.
LEGAL = (
    "ag", "and", "bv", "bvba", "co", "company", "corp", "corporation", "cv", "doo", "ek", "eurl", "ev", "gbr", "gesellschaft",
    "gmbh", "inc", "incorporated", "kg", "lda", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "ohg", "oy", "plc",
    "pty", "pvt", "sa", "sarl", "sas", "se", "sl", "slu", "spa", "srl", "the", "ug", "und", "vof",
)  # fmt: skip
#: How alike, out of 100, two names must be.
ALIKE = 90
#: Names that share a beginning of a word with more others than this are not compared through it: it says nothing.
MOST = 60
COLUMNS = ["customer_id", "name", "same_as", "same_as_name", "why"]


def suggest(customers: pd.DataFrame) -> pd.DataFrame:
    """Pairs of customers that look the same, one row per pair: who, the one listed before, and why. Nothing is merged.

    Pairs are found by numbers that differ in leading zeros only, by names that differ in spelling, accents or legal form
    only, and by names of which 90 of 100 parts agree. Names with different figures in them are different.

    Parameters
    ----------
    customers
        Shape `CUSTOMERS`.
    """
    names = customers["name"].map(_bare)
    number = customers["customer_id"].str.lstrip("0")
    found = [
        _same(
            number.where(number.ne(customers["customer_id"]) | number.isin(number[number.duplicated()])), "number but for zeros"
        ),
        _same(names.where(names.ne("")), "name but for spelling and legal form"),
        _alike(names),
    ]
    pairs = pd.concat(found, ignore_index=True).drop_duplicates(["one", "other"]).sort_values(["other", "one"])
    first, second = (customers.iloc[pairs[side]].reset_index(drop=True) for side in ("one", "other"))
    told = [second["customer_id"], second["name"], first["customer_id"], first["name"], pairs["why"].reset_index(drop=True)]
    return pd.concat(told, axis=1).set_axis(COLUMNS, axis=1)


def write(suggested: pd.DataFrame, file: str | Path) -> Path:
    """The suggestions as a CSV file, for a person to delete what is wrong; never over a file."""
    path = Path(file)
    try:
        with path.open("x", encoding="utf-8", newline="") as out:
            suggested.to_csv(out, index=False)
    except OSError as error:
        raise OutputRefused(
            f"'{path}' cannot be written.", expected="a new file", got=str(error), fix="choose another name"
        ) from error
    return path


def target(aliases: pd.DataFrame) -> dict[str, str]:
    """For each number or name the one it stands for in the end.

    Raises
    ------
    ImportRefused
        If one stands for two, or stands for itself by way of others.
    """
    pairs = aliases[aliases["same_as"].ne("") & aliases["same_as"].ne(aliases["customer_id"])]
    stands_for = dict(zip(pairs["customer_id"], pairs["same_as"], strict=True))
    for _ in range(len(stands_for)):
        further = {name: stands_for.get(other, other) for name, other in stands_for.items()}
        if further == stands_for:
            break
        stands_for = further
    circular = [name for name, other in stands_for.items() if name == other or other in stands_for]
    in_the_end = pairs["same_as"].map(lambda other: stands_for.get(other, other))
    twice = pairs["customer_id"][in_the_end.ne(pairs["customer_id"].map(stands_for))].unique()
    if len(twice) or circular:
        raise ImportRefused(
            "the list of customers that are the same contradicts itself.",
            expected="one customer for each number, and none that stands for itself by way of others",
            got=some(circular or list(twice)),
            fix="correct the column same_as",
        )
    return stands_for


def _bare(name: str) -> str:
    """A name without accents, signs and legal form."""
    words = re.sub(r"[^\w ]", " ", re.sub(r"[.'\u2019]", "", fold(name))).split()
    return " ".join(word for word in words if word not in LEGAL)


def _same(key: pd.Series, why: str) -> pd.DataFrame:
    """Each row beside the first with its key, by their places."""
    place = pd.Series(np.arange(len(key)), index=key.index)
    first = place.groupby(key).transform("first")
    later = first.notna() & first.ne(place)
    return pd.DataFrame({"one": first[later].astype("int64"), "other": place[later], "why": f"the same {why}"})


def _alike(names: pd.Series) -> pd.DataFrame:
    """Pairs of names that are nearly the same, among those that share the beginning of a word."""
    words = names.reset_index(drop=True).drop_duplicates().str.split().explode().dropna()
    starts = words[words.str.len() >= 4].str[:4]
    starts = starts.reset_index(name="start").rename(columns={"index": "place"}).drop_duplicates()
    starts = starts[starts.groupby("start")["place"].transform("size") <= MOST]
    pairs = starts.merge(starts, on="start", suffixes=("", "_other"))
    pairs = pairs[pairs["place"] < pairs["place_other"]][["place", "place_other"]].drop_duplicates()
    one, other = (names.iloc[pairs[side]].reset_index(drop=True) for side in ("place", "place_other"))
    ratio = process.cpdist(one.tolist(), other.tolist(), scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE) if len(one) else []
    figures = [text.str.replace(r"\D+", " ", regex=True).str.strip() for text in (one, other)]
    near = (np.asarray(ratio) >= ALIKE) & (figures[0] == figures[1]).to_numpy()
    near &= (one.str.len().to_numpy() >= 6) & (one != other).to_numpy()
    found = pairs[near]
    why = [f"names alike to {score:.0f} of 100" for score in np.asarray(ratio)[near]]
    return pd.DataFrame({"one": found["place"].to_numpy(), "other": found["place_other"].to_numpy(), "why": why})
