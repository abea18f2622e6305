"""The languages of letters: days, amounts and labels as each writes them, and who is written to in which."""

import copy
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import babel
import pandas as pd
from babel.dates import format_date
from babel.numbers import format_percent

from arkit.money import NO_CURRENCY, decimals

#: One file for each language.
WORDS = Path(__file__).with_name("words")
LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True, eq=False)
class Speech:
    """One language: how it writes days and amounts, its labels, and what is too stern, or never said, in it.

    Examples
    --------
    >>> german = speech("de")
    >>> german.day(pd.Timestamp("2026-10-31")), german.label("due")
    ('31. Oktober 2026', 'Fällig am')
    """

    code: str
    words: Mapping[str, Any]

    @cached_property
    def locale(self) -> babel.Locale:
        """The locale whose customs hold."""
        return babel.Locale.parse(self.words["locale"])

    @cached_property
    def _days(self) -> dict[Any, str]:
        return {}

    @cached_property
    def _patterns(self) -> dict[str, Any]:
        return {}

    def day(self, date: Any, form: Literal["long", "medium"] = "long") -> str:  # noqa: ANN401 - a timestamp or a missing one
        r"""A day in words that nobody can misread; nothing where there is none. In columns it is shorter: '31 Oct 2026'.

        Examples
        --------
        >>> speech("fr").day(pd.Timestamp("2026-10-01")), speech("en").day(pd.NaT)
        ('1er\xa0octobre\xa02026', '')
        """
        if pd.isna(date):
            return ""
        if (date, form) not in self._days:
            said = format_date(date.date(), form, locale=self.locale)
            said = re.sub(r"^1(?=\s)", f"1{self.words['first']}", said)
            self._days[date, form] = said.replace(" ", "\u00a0") if self.words["spaced"] else said
        return self._days[date, form]

    def short(self, date: Any) -> str:  # noqa: ANN401 - a timestamp or a missing one
        """A day as it stands in a column."""
        return self.day(date, "medium")

    def amount(self, minor: int, currency: str) -> str:
        """An amount of minor units, with the decimals of ISO 4217 and the customs of the language.

        Examples
        --------
        >>> speech("en").amount(-123450, "EUR"), speech("en").amount(1500, "JPY"), speech("en").amount(1200, "XXX")
        ('-€1,234.50', 'JP¥1,500', '12.00')
        """
        places = decimals(currency)
        pattern = self._patterns.get(currency)
        if pattern is None:
            known = self.locale.decimal_formats[None] if currency == NO_CURRENCY else self.locale.currency_formats["standard"]
            pattern = self._patterns[currency] = copy.copy(known)
            pattern.frac_prec = (places, places)
        words = pattern.apply(Decimal(int(minor)).scaleb(-places), self.locale, currency=currency, currency_digits=False)
        # where a currency has no sign of its own, its code does not touch the figure
        return re.sub(r"(?<=[A-Za-z])(?=\d)", "\u00a0", words) if currency in words else words

    @property
    def colon(self) -> str:
        """A colon with what stands before it: in French a space that no line is broken at."""
        return "\u00a0:" if ":" in self.words["spaced"] else ":"

    def number(self, count: int) -> str:
        """A whole number with its separators."""
        return self.locale.decimal_formats[None].apply(int(count), self.locale)

    def percent(self, share: float) -> str:
        r"""A share as percent, up to three decimals: rates of interest have them. No line is broken before the sign.

        Examples
        --------
        >>> speech("en").percent(0.10375), speech("es").percent(0.104) == "10,4\u00a0%"
        ('10.375%', True)
        """
        return format_percent(round(share, 6), "#,##0.###%" if self.code == "en" else "#,##0.###\u00a0%", locale=self.locale)

    def label(self, name: str) -> str:
        """The heading or word of that name."""
        return self.words["labels"][name]

    def named(self, group: str, name: str) -> str:
        """A word of a group, 'credit note' of the kinds of documents; the group's ``other`` where it has none of that name."""
        return self.words[group].get(name, self.words[group]["other"])

    def listed(self, words: list[str]) -> str:
        """Several things as one phrase: 'a, b and c'."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.label('and')} {words[-1]}"


@cache
def speech(code: str) -> Speech:
    """The language of that code."""
    return Speech(code, tomllib.loads((WORDS / f"{code}.toml").read_text("utf-8")))


def languages(customers: pd.DataFrame, otherwise: str) -> pd.Series:
    """The language of letters to each customer: its own where letters are in it, else that of its country, else this one.

    A language given that letters are not in goes before the country: nobody who asked for Dutch gets German for it.

    Examples
    --------
    >>> customers = pd.DataFrame({"language": ["DE-at", "", "", "nl"], "country": ["France", "France", "Norway", "France"]})
    >>> languages(customers, "en").tolist()
    ['de', 'fr', 'en', 'en']
    """
    country = {name.casefold(): code for code in LANGUAGES for name in speech(code).words["countries"]}
    given = customers["language"].fillna("").str.strip().str.casefold()
    own = {name.casefold(): code for code in LANGUAGES for name in (code, *speech(code).words["names"])}
    spoken = given.where(given.isin(own), given.str[:2]).map(own)
    there = customers["country"].fillna("").str.strip().str.casefold().map(country).where(given.eq(""))
    return spoken.fillna(there).fillna(otherwise).astype("str")
